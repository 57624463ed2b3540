/** The native VSS binding over the double of vssapi.dll: every kind of value crosses both ways, and nothing of it stays alive. */
import { HRESULT } from '../../lib/binding/codes';
import { nativeBackend } from '../../lib/binding/native';
import { GUID_NULL, VSS_BACKUP_TYPE, VSS_OBJECT_TYPE, VSS_SNAPSHOT_CONTEXT } from '../../lib/binding/vss-codes';
import { SnapshotSession, VssBackupComponents } from '../../lib/vss';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

let machine: WineMachine;
const backend = nativeBackend();

beforeAll(async () => {
  machine = await openWineMachine();
});
afterEach(async () => {
  const counts = Object.entries(await machine.counts()).filter(([, count]) => count !== 0);
  expect(Object.fromEntries(counts)).toEqual({});
});
afterAll(() => machine.close());

describe('a requester on the addon', () => {
  it('goes the straight way from GatherWriterMetadata to BackupComplete', async () => {
    await using components = await VssBackupComponents.create({ backend });
    await components.initializeForBackup(null);
    await components.setContext(VSS_SNAPSHOT_CONTEXT.BACKUP);
    await components.setBackupState(false, false, VSS_BACKUP_TYPE.COPY, false);
    await components.gatherWriterMetadata();
    expect(await components.getWriterMetadataCount()).toBeGreaterThan(0);
    const setId = await components.startSnapshotSet();
    const snapshotId = await components.addToSnapshotSet('C:\\', GUID_NULL);
    await components.prepareForBackup();
    await components.doSnapshotSet();
    const properties = await components.getSnapshotProperties(snapshotId);
    expect(properties).toMatchObject({ snapshotId, snapshotSetId: setId, snapshotsCount: 1, originatingMachine: 'SIMULATED', exposedName: null });
    expect(properties.snapshotDeviceObject).toContain('HarddiskVolumeShadowCopy');
    expect(properties.creationTimestamp).toBeGreaterThan(0n);
    const enumerator = await components.query(GUID_NULL, VSS_OBJECT_TYPE.NONE, VSS_OBJECT_TYPE.PROVIDER);
    const providers = await enumerator.next(10);
    expect(providers[0]).toMatchObject({ type: VSS_OBJECT_TYPE.PROVIDER, provider: { providerType: 1 } });
    await enumerator.release();
    await components.backupComplete();
    expect(await components.saveAsXML()).toContain('<');
  });

  it('runs a whole session, reads every writer and completes', async () => {
    await using session = await SnapshotSession.begin({ backend, volumes: ['C:\\'] });
    expect(session.snapshots).toHaveLength(1);
    const completed = await session.complete();
    expect(completed.writerDocuments.length).toBeGreaterThan(0);
  });

  it('gives what is valid on failure with the error', async () => {
    await using components = await VssBackupComponents.create({ backend });
    await components.initializeForBackup(null);
    await components.setContext(VSS_SNAPSHOT_CONTEXT.ALL);
    const unknown = '11111111-2222-3333-4444-555555555555';
    await expect(components.deleteSnapshots(unknown, VSS_OBJECT_TYPE.SNAPSHOT, true)).rejects.toMatchObject({ code: 'VSS_E_OBJECT_NOT_FOUND' });
  });

  it('refuses what the table does not allow before anything crosses', async () => {
    await using components = await VssBackupComponents.create({ backend });
    const channel = components.channel;
    await expect(channel.call(9999, 'IVssBackupComponents::AbortBackup', [])).resolves.toMatchObject({ hresult: HRESULT.E_HANDLE });
    await expect(components.initializeForBackup(7 as unknown as string)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
  });
});
