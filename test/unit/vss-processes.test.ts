/** Requesters in processes of their own that are really killed, the journal of persistent copies, and requesters isolated in child processes. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { realHost } from '../../lib/binding/real-host';
import { SimulatedHost, SimulatedWindows, connectMachine, serveMachine } from '../../lib/simulator';
import type { ServedMachine } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { SnapshotError, SnapshotJournal, SnapshotSession, VSS_HRESULT, VSS_SNAPSHOT_CONTEXT, VssBackupComponents, deleteSnapshots, listWriters, querySnapshots } from '../../lib/vss';
import { rejection } from './flow-rig';
import { WRITER_A, plainWriter } from './vss-requester';

const directories: string[] = [];
const children: ChildProcess[] = [];
const machines: ServedMachine[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'winbackup-vss-'));
  directories.push(directory);
  return directory;
}

/** A machine whose C: is a real directory with one file. */
async function served(): Promise<{ machine: ServedMachine; file: string; directory: string }> {
  const directory = newDirectory();
  mkdirSync(join(directory, 'c'));
  writeFileSync(join(directory, 'c', 'data.txt'), 'data');
  const file = join(directory, 'machine.json');
  writeFileSync(file, JSON.stringify({ vss: { volumes: [{ name: 'C:\\', directory: 'c' }] } }));
  const machine = await serveMachine(file);
  machines.push(machine);
  return { machine, file, directory };
}

/** Its first line of output: the id of the set that it has created. */
async function requester(...args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly snapshotSetId: string }> {
  const child = spawn(process.execPath, [join(__dirname, 'vss-session-process.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [snapshotSetId] = (await once(lines, 'line')) as [string];
  return { child, snapshotSetId };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Lets the event loop turn, so that the machine in this process sees what the others do. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await settled();
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const machine of machines.splice(0)) await machine.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describe('a requester that is killed between DoSnapshotSet and complete', () => {
  it('leaves no copy of the context BACKUP, and the machine ready for the next snapshot', async () => {
    const { machine, file, directory } = await served();
    const control = machine.machine.openControl();
    const { child } = await requester(file, String(VSS_SNAPSHOT_CONTEXT.BACKUP));
    expect(await control.vssSnapshots()).toHaveLength(1);
    await kill(child);
    await until(async () => (await control.vssSnapshots()).length === 0);
    await control.vssSettled();
    const events = (await control.vssEvents()).filter(({ writer }) => writer === 'SqlServerWriter').map(({ event }) => event);
    expect(events.slice(-2)).toEqual(['PostSnapshot', 'BackupShutdown']);
    expect(readdirSync(join(directory, 'c'))).toEqual(['data.txt']);
    await (await SnapshotSession.begin({ backend: await connectMachine(file), volumes: ['C:'] })).complete();
  });

  it('leaves a persistent copy that its journal knows: cleanUp deletes it, and nobody else\'s', async () => {
    const { file, directory } = await served();
    const backend = await connectMachine(file);
    const others = await (await SnapshotSession.begin({ backend, volumes: ['C:'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK })).complete();
    const path = join(directory, 'journal');
    const { child, snapshotSetId } = await requester(file, String(VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK), path);
    // While it lives its set is no orphan, and nobody else writes to its journal.
    await expect(SnapshotJournal.open({ path })).rejects.toMatchObject({ code: 'ERR_IN_USE', message: expect.stringContaining(`process ${String(child.pid)}`) as string });
    await kill(child);
    expect((await querySnapshots({ backend })).snapshots).toHaveLength(2);
    const journal = await SnapshotJournal.open({ path });
    expect(journal.orphans).toEqual([expect.objectContaining({ snapshotSetId, completed: false, volumes: ['C:\\'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK })]);
    expect(await journal.cleanUp({ backend })).toEqual({ simulated: true, deleted: [snapshotSetId], gone: [], failed: [] });
    expect((await querySnapshots({ backend })).snapshots.map((each) => each.snapshotSetId)).toEqual([others.snapshotSetId]);
    expect(journal.orphans).toEqual([]);
    await journal.close();
  });
});

describe('a program that ends with its session open', () => {
  it.each([
    ['by process.exit', 'process.exit(0)', { code: 0, signal: null }],
    ['by an exception that nobody catches', 'setImmediate(() => { throw new Error("the caller\'s own"); })', { code: 1, signal: null }],
    ['by SIGTERM', 'process.kill(process.pid, "SIGTERM"); setInterval(() => session.ended, 1000)', { code: null, signal: 'SIGTERM' }],
  ])('%s leaves no copy, and the machine ready for the next snapshot', async (_how, end, expected) => {
    const { machine, file, directory } = await served();
    const control = machine.machine.openControl();
    const child = spawn(process.execPath, ['-e', `
      const { connectMachine } = require(${JSON.stringify(join(__dirname, '../../lib/simulator'))});
      const { SnapshotSession } = require(${JSON.stringify(join(__dirname, '../../lib/vss'))});
      connectMachine(${JSON.stringify(file)}).then((backend) => SnapshotSession.begin({ backend, volumes: ['C:'] })).then((session) => { ${end} });
    `], { stdio: 'ignore' });
    children.push(child);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect({ code, signal }).toEqual(expected);
    // It had got as far as its copies.
    expect(await control.count('IVssBackupComponents::GetSnapshotProperties')).toBe(1);
    await until(async () => (await control.vssSnapshots()).length === 0);
    await control.vssSettled();
    expect((await control.vssEvents()).filter(({ writer }) => writer === 'SqlServerWriter').at(-1)?.event).toBe('BackupShutdown');
    expect(readdirSync(join(directory, 'c'))).toEqual(['data.txt']);
    await (await SnapshotSession.begin({ backend: await connectMachine(file), volumes: ['C:'] })).complete();
  });
});

describe('winbackup snapshot', () => {
  /** A command whose --exec has begun and does not end. */
  async function command(file: string): Promise<{ readonly child: ChildProcess; readonly pid: number; readonly exited: Promise<unknown[]> }> {
    const child = spawn(process.execPath, [join(__dirname, '../../lib/cli/main.js'), 'snapshot', 'C:', '--exec', 'trap "" TERM; echo pid $$; while :; do sleep 600; done', '--machine', file], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [, pid] = /^pid (\d+)/.exec(line) ?? [];
      if (pid !== undefined) return { child, pid: Number(pid), exited };
    }
    throw new Error('it ended early');
  }

  it('that gets a second signal ends at once, with its command; the machine is ready for the next', async () => {
    const { machine, file } = await served();
    const control = machine.machine.openControl();
    const { child, pid, exited } = await command(file);
    child.kill('SIGTERM');
    // The first one waits for the command's end; until it was heard, a second one could be lost in it.
    const heard = setInterval(() => child.kill('SIGTERM'), 50);
    expect(await exited).toEqual([143, null]);
    clearInterval(heard);
    await until(async () => realHost.processes.identityOf(pid) === undefined);
    await until(async () => (await control.vssSnapshots()).length === 0);
    await (await SnapshotSession.begin({ backend: await connectMachine(file), volumes: ['C:'] })).complete();
  });
});

describe('the journal', () => {
  const context = VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK;
  const machineWithJournal = async (): Promise<{ host: SimulatedHost; machine: SimulatedWindows; journal: SnapshotJournal }> => {
    const host = new SimulatedHost();
    const machine = new SimulatedWindows({ host, writers: [plainWriter('a', WRITER_A)] });
    return { host, machine, journal: await SnapshotJournal.open({ path: '/journal', host }) };
  };

  it('has the set durably before DoSnapshotSet is called', async () => {
    const { host, machine, journal } = await machineWithJournal();
    machine.faults.add({ at: 'IVssBackupComponents::DoSnapshotSet', action: { powerCut: true } });
    await SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal }).catch(() => undefined);
    const after = await SnapshotJournal.open({ path: '/journal', host: host.restart(() => false) });
    expect(after.orphans).toHaveLength(1);
  });

  it('keeps a completed set out of the orphans, over a restart of the program and of the machine', async () => {
    const { host, machine, journal } = await machineWithJournal();
    const { snapshotSetId } = await (await SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal })).complete();
    await journal.close();
    machine.reboot();
    const next = await SnapshotJournal.open({ path: '/journal', host });
    expect([next.sets.map((set) => set.snapshotSetId), next.orphans]).toEqual([[snapshotSetId], []]);
    expect(await next.cleanUp({ backend: machine })).toMatchObject({ deleted: [], gone: [] });
    expect((await querySnapshots({ backend: machine })).snapshots).toHaveLength(1);
    await deleteSnapshots({ backend: machine, snapshotSetId });
  });

  it('a session that is alive is no orphan; one that is aborted deletes its copies itself', async () => {
    const { machine, journal } = await machineWithJournal();
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal });
    expect([journal.sets.length, journal.orphans]).toEqual([1, []]);
    expect(await journal.cleanUp({ backend: machine })).toMatchObject({ deleted: [] });
    await session.abort();
    expect(journal.sets).toEqual([]);
    expect((await querySnapshots({ backend: machine })).snapshots).toEqual([]);
  });

  it('keeps an orphan that could not be deleted, and forgets one that is gone', async () => {
    const { machine, journal } = await machineWithJournal();
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal });
    machine.faults.add({ at: 'vss.provider.Delete', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    expect(await rejection(session.abort())).toBeInstanceOf(SnapshotError);
    expect(journal.orphans).toHaveLength(1);
    const { failed } = await journal.cleanUp({ backend: machine });
    expect(failed).toEqual([{ snapshotSetId: session.snapshotSetId, error: expect.objectContaining({ code: 'VSS_E_PROVIDER_VETO' }) as Error }]);
    machine.faults.clear();
    await deleteSnapshots({ backend: machine, snapshotSetId: session.snapshotSetId });
    expect(await journal.cleanUp({ backend: machine })).toMatchObject({ deleted: [], gone: [session.snapshotSetId], failed: [] });
  });

  it('that cannot be written when the backup is complete: the error has the result, and the set counts as an orphan', async () => {
    const { host, machine, journal } = await machineWithJournal();
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal });
    host.files.fail({ operation: 'write', code: 'ENOSPC' });
    const error = await rejection(session.complete());
    expect(error).toMatchObject({ name: 'SnapshotError', phase: 'SnapshotJournal', completed: { snapshotSetId: session.snapshotSetId }, unfinished: [] });
    expect(journal.orphans.map(({ snapshotSetId }) => snapshotSetId)).toEqual([session.snapshotSetId]);
    expect(machine.handleCount()).toBe(0);
  });

  it('has the set for an orphan when complete failed after BackupComplete', async () => {
    const { machine, journal } = await machineWithJournal();
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal });
    machine.faults.add({ at: 'IVssBackupComponents::SaveAsXML', action: { hresult: VSS_HRESULT.VSS_E_UNEXPECTED } });
    expect(await rejection(session.complete())).toMatchObject({ phase: 'SaveAsXML' });
    expect(await journal.cleanUp({ backend: machine })).toMatchObject({ deleted: [session.snapshotSetId] });
  });

  it('that cannot be written stops the session before DoSnapshotSet', async () => {
    const { host, machine, journal } = await machineWithJournal();
    host.files.fail({ operation: 'write', code: 'ENOSPC' });
    const error = await rejection(SnapshotSession.begin({ backend: machine, volumes: ['C:'], context, journal }));
    expect(error).toMatchObject({ name: 'SnapshotError', phase: 'SnapshotJournal', code: 'ERR_LOG_FAILED' });
    expect(machine.calls.filter(({ operation }) => operation.endsWith('DoSnapshotSet'))).toEqual([]);
    expect(machine.handleCount()).toBe(0);
  });

  it('is open once at a time, in one process too', async () => {
    const { host, journal } = await machineWithJournal();
    await expect(SnapshotJournal.open({ path: '/journal', host })).rejects.toMatchObject({ name: 'StateError', code: 'ERR_IN_USE' });
    await journal.close();
    await (await SnapshotJournal.open({ path: '/journal', host })).close();
    expect(await host.files.list('/')).toEqual(['journal']);
  });

  it('is removed with what a process that is gone has left of it, but not from under somebody', async () => {
    const { host } = await machineWithJournal();
    await expect(SnapshotJournal.remove({ path: '/journal', host })).rejects.toMatchObject({ code: 'ERR_IN_USE' });
    const after = host.restart(() => true);
    expect(await after.files.list('/')).toEqual(['journal', 'journal.1.lock']);
    await SnapshotJournal.remove({ path: '/journal', host: after });
    await SnapshotJournal.remove({ path: '/journal', host: after });
    expect(await after.files.list('/')).toEqual([]);
  });

  it('refuses a file that is something else, and lets go of it', async () => {
    const directory = newDirectory();
    const path = join(directory, 'file');
    writeFileSync(path, 'this is no journal, and it is long enough not to be a torn one');
    await expect(SnapshotJournal.open({ path })).rejects.toMatchObject({ code: 'ERR_LOG_FOREIGN' });
    expect(readdirSync(directory)).toEqual(['file']);
    await expect(SnapshotJournal.open({ path: '' })).rejects.toMatchObject({ field: 'path' });
  });
});

describe('an isolated requester', () => {
  it('takes a snapshot from a child process, which ends with the session', async () => {
    const { file, machine } = await served();
    const backend = await connectMachine(file);
    const session = await SnapshotSession.begin({ backend, volumes: ['C:'], isolation: 'process' });
    expect(session.snapshots).toHaveLength(1);
    expect((await session.complete()).backupComponentsDocument).toContain('SimulatedBackupComponents');
    expect((await listWriters({ backend, isolation: 'process' })).writers.length).toBeGreaterThan(5);
    expect(machine.machine.processList.filter(({ name, alive }) => name === 'client' && alive)).toEqual([]);
  });

  it('whose process is killed: the call under way rejects, and the machine is ready for the next', async () => {
    const { file, machine } = await served();
    const backend = await connectMachine(file);
    const components = await VssBackupComponents.create({ backend, isolation: 'process' });
    await components.initializeForBackup(null);
    await components.setBackupState(false, false, 5, false);
    const control = machine.machine.openControl();
    await control.addFault({ at: 'vss.System Writer.Identify', action: { hang: true } });
    const gathering = rejection(components.gatherWriterMetadata());
    await until(async () => (await control.count('vss.System Writer.Identify')) > 0);
    process.kill(Reflect.get(components.channel, 'pid') as number, 'SIGKILL');
    expect(await gathering).toMatchObject({ code: 'ERR_PROCESS_DIED' });
    await components.end();
    await control.clearFaults();
    await (await SnapshotSession.begin({ backend, volumes: ['C:'], isolation: 'process' })).complete();
  });

  it('whose parent is killed aborts what it had begun', async () => {
    const { file, machine } = await served();
    const control = machine.machine.openControl();
    const parent = spawn(process.execPath, ['-e', `
      const { connectMachine } = require(${JSON.stringify(join(__dirname, '../../lib/simulator'))});
      const { SnapshotSession } = require(${JSON.stringify(join(__dirname, '../../lib/vss'))});
      connectMachine(${JSON.stringify(file)}).then((backend) => SnapshotSession.begin({ backend, volumes: ['C:'], isolation: 'process' })).then((session) => {
        console.log('created');
        setInterval(() => session.ended, 1000);
      });
    `], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(parent);
    await once(createInterface({ input: parent.stdout }), 'line');
    await kill(parent);
    await until(async () => (await control.count('IVssBackupComponents::AbortBackup')) > 0);
    await until(async () => (await control.vssSnapshots()).length === 0);
    await (await SnapshotSession.begin({ backend: await connectMachine(file), volumes: ['C:'] })).complete();
  });

  it('is named when it cannot be', async () => {
    const machine = new SimulatedWindows({ host: realHost });
    await expect(SnapshotSession.begin({ backend: machine, volumes: ['C:'], isolation: 'process' })).rejects.toMatchObject({ field: 'isolation' });
    await expect(SnapshotSession.begin({ backend: machine, volumes: ['C:'], isolation: 'thread' as 'process' })).rejects.toMatchObject({ field: 'isolation' });
    expect(existsSync('/journal')).toBe(false);
  });
});
