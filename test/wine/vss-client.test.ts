/**
 * The independent check of the double of vssapi.dll: a C requester with hand-counted slots and hand-written structs goes the documented way through it.
 * What it saw must be what the machine did.
 */
import * as path from 'node:path';
import { VSS_WRITER_STATE } from '../../lib/binding/vss-codes';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

interface Client {
  backUp(entry: string): Promise<string>;
  release(): Promise<string>;
}

function loadClient(): Client {
  const module = { exports: {} };
  process.dlopen(module, path.join(process.env['WINBACKUP_PROGRAMS'] ?? '', 'vss_client.dll'));
  return module.exports as Client;
}

const client = loadClient();
let machine: WineMachine;

beforeAll(async () => {
  machine = await openWineMachine();
});
afterAll(() => machine.close());

describe('a C client of vssapi.dll', () => {
  // facts/vss.md 1.1: header inlines call the first, most third-party requesters the second.
  it.each(['CreateVssBackupComponentsInternal', '?CreateVssBackupComponents@@YAJPEAPEAVIVssBackupComponents@@@Z'])('backs up by %s and sees what the machine did', async (entry) => {
    const seen = JSON.parse(await client.backUp(entry)) as Record<string, unknown>;
    expect(seen).toMatchObject({ entries: 1, failure: '' });
    const writers = await machine.control.vssWriters();
    const sql = writers.find(({ name }) => name === 'SqlServerWriter');
    const [snapshot] = await machine.control.vssSnapshots();
    expect(seen).toMatchObject({
      writers: writers.length, writerId: sql?.writerId, instanceId: sql?.instanceId,
      type: 1, selectable: 1, notify: 1, databases: 1, logs: 1, caption: null, filespec: 'master.mdf', recursive: 0,
      statusOf: 'SqlServerWriter', state: VSS_WRITER_STATE.STABLE, stateFailure: 0,
      snapshotId: snapshot?.snapshotId, snapshotSetId: snapshot?.snapshotSetId, providerId: snapshot?.providerId, sameIds: 1,
      device: snapshot?.snapshotDeviceObject, volume: snapshot?.originalVolumeName, origin: snapshot?.originatingMachine, exposedName: null,
      count: snapshot?.snapshotsCount, attributes: snapshot?.snapshotAttributes, status: snapshot?.status, created: String(snapshot?.creationTimestamp),
      documentWriters: 1, documentComponents: 1, documentName: 'master', succeeded: 1, supported: 1,
      session: 1, root: 'C:\\', next: 1, providerType: 1,
    });
    expect(seen['metadataLength']).toBeGreaterThan(100);
    expect(seen['documentLength']).toBeGreaterThan(100);
    const events = (await machine.control.vssEvents()).filter(({ writer }) => writer === 'SqlServerWriter').map(({ event }) => event);
    expect(events.slice(-7)).toEqual(['Identify', 'PrepareForBackup', 'PrepareForSnapshot', 'Freeze', 'Thaw', 'PostSnapshot', 'BackupComplete']);

    expect(JSON.parse(await client.release())).toEqual({ references: 0 });
    await machine.control.vssSettled();
    expect(await machine.control.vssSnapshots()).toEqual([]);
    const counts = Object.entries(await machine.counts()) as [string, number][];
    expect(counts.filter(([, count]) => count !== 0)).toEqual([]);
  });
});
