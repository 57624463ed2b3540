/** SnapshotSession on a simulated machine: what the user gets when all goes well, what is judged, what is retried, and how every other ending leaves the machine. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SimulatedProcesses } from '../../lib/simulator';
import type { FaultAction, SimulatedClock, SimulatedWindows, SimulatedWindowsOptions } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import {
  AbortError, ArgumentError, SnapshotError, SnapshotSession, TimeoutError, VSS_BACKUP_TYPE, VSS_HRESULT, VSS_SNAPSHOT_CONTEXT, VSS_SYSTEM_PROVIDER_ID, VssBackupComponents,
} from '../../lib/vss';
import type { Backend, SnapshotProgress, SnapshotSessionOptions } from '../../lib/vss';
import { rejection } from './flow-rig';
import { WRITER_A, WRITER_B, WRITER_C, countOf, plainWriter, story, vssMachine } from './vss-requester';

const begin = (machine: Backend, options: Partial<SnapshotSessionOptions> = {}): Promise<SnapshotSession> => SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], ...options });
const named = (machine: SimulatedWindows, name: string): number => machine.calls.filter(({ operation }) => operation.endsWith(`::${name}`)).length;

async function snapshotError(promise: Promise<unknown>): Promise<SnapshotError> {
  const error = await rejection(promise);
  if (!(error instanceof SnapshotError)) throw error;
  return error;
}

async function expectReady(machine: SimulatedWindows): Promise<void> {
  machine.faults.clear();
  await machine.vss.settled();
  expect(machine.handleCount()).toBe(0);
  await (await begin(machine)).complete();
}

/** Moves time until the promise has settled. */
async function through<T>(clock: SimulatedClock, promise: Promise<T>, stepMs = 1000): Promise<T> {
  let over = false;
  const done = (): void => void (over = true);
  promise.then(done, done);
  for (let step = 0; step < 5000 && !over; step += 1) await clock.advance(stepMs);
  return promise;
}

describe('a session', () => {
  it('[S13] gives readable copies, tells the writers of the completion, and leaves nothing alive', async () => {
    const { machine } = vssMachine();
    const session = await begin(machine, { volumes: ['C:'] });
    expect(session.snapshots).toEqual([expect.objectContaining({ deviceObject: '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1', state: 'CREATED' })]);
    expect(session.writers.map(({ writerName }) => writerName)).toEqual(['a', 'b']);
    const result = await session.complete();
    expect(result).toMatchObject({ simulated: true, backupType: VSS_BACKUP_TYPE.COPY, warnings: [], unfinished: [] });
    expect(result.writerDocuments.map(({ writerName }) => writerName)).toEqual(['a', 'b']);
    await machine.vss.settled();
    expect(story(machine, 'a')).toEqual(['a Identify', 'a PrepareForBackup', 'a PrepareForSnapshot', 'a Freeze', 'a Thaw', 'a PostSnapshot', 'a BackupComplete', 'a BackupShutdown']);
    expect(machine.handleCount()).toBe(0);
  });

  it('makes one set of several volumes', async () => {
    const { machine } = vssMachine({ volumes: [{ name: 'C:\\' }, { name: 'D:\\' }, { name: 'C:\\Mounted\\' }] });
    const session = await begin(machine, { volumes: ['C:', 'D:\\', 'C:\\Mounted'] });
    expect(new Set(session.snapshots.map(({ snapshotSetId }) => snapshotSetId))).toEqual(new Set([session.snapshotSetId]));
    expect(session.snapshots.map(({ snapshotsInSet }) => snapshotsInSet)).toEqual([3, 3, 3]);
    await session.complete();
  });

  it('makes the calls of a backup in their legal order', async () => {
    const { machine } = vssMachine();
    await (await begin(machine, { components: [{ writer: 'a', name: 'Data' }] })).complete();
    const calls = machine.calls.map(({ operation }) => operation.replace(/^IVssBackupComponents(Ex\d)?::/, '')).filter((name) => !name.includes('::') && !name.startsWith('GetWriterStatus'));
    expect(calls).toEqual([
      'CoInitializeSecurity', 'CreateVssBackupComponents', 'InitializeForBackup', 'SetContext', 'SetBackupState', 'GatherWriterMetadata', 'GetWriterMetadataCount', 'GetWriterMetadata', 'GetWriterMetadata',
      'FreeWriterMetadata', 'AddComponent', 'StartSnapshotSet', 'AddToSnapshotSet', 'PrepareForBackup', 'GatherWriterStatus', 'FreeWriterStatus', 'DoSnapshotSet', 'GatherWriterStatus',
      'FreeWriterStatus', 'GetSnapshotProperties', 'SetBackupSucceeded', 'BackupComplete', 'GatherWriterStatus', 'FreeWriterStatus', 'SaveAsXML', 'GetWriterComponentsCount', 'GetWriterComponents',
    ]);
  });

  it('reads a writer\'s metadata in the same number of calls, however much it says', async () => {
    const components = Array.from({ length: 200 }, (_, index) => ({ type: 2, name: `c${String(index)}`, files: [{ path: 'C:\\', filespec: '*' }] }));
    const count = async (writer: SimulatedWindowsOptions['writers']): Promise<number> => {
      const { machine } = vssMachine(writer === undefined ? {} : { writers: writer });
      await (await begin(machine)).complete();
      return machine.calls.length;
    };
    const metadata = { writerName: 'a', writerId: WRITER_A, instanceId: WRITER_A };
    expect(await count([{ metadata: { ...metadata, components } }])).toBe(await count([{ metadata: { ...metadata, components: components.slice(0, 1) } }]));
  });

  it('aborts when it is left without complete', async () => {
    const { machine } = vssMachine();
    {
      await using session = await begin(machine);
      expect(session.ended).toBe(false);
    }
    expect([named(machine, 'AbortBackup'), named(machine, 'BackupComplete')]).toEqual([1, 0]);
    await expectReady(machine);
  });

  it('calls no writer in a context without writers, and owes no abort there', async () => {
    const { machine } = vssMachine();
    await (await begin(machine, { context: VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP })).abort();
    expect(story(machine)).toEqual([]);
    expect(named(machine, 'AbortBackup')).toBe(0);
    expect(machine.handleCount()).toBe(0);
  });

  it('tells each component\'s writer whether its data was backed up, and carries stamps to the next backup', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { notes: [{ event: 'PostSnapshot', backupStamp: 'monday' }] }), plainWriter('b', WRITER_B)] });
    const components = [{ writer: 'a' }, { writer: 'b' }];
    const first = await (await begin(machine, { components })).complete({ succeeded: ({ writerId }) => writerId === WRITER_A });
    expect(first.components.map(({ components: [component] }) => component?.backupSucceeded)).toEqual([true, false]);
    expect(first.backupStamps).toEqual([{ writer: WRITER_A, logicalPath: null, name: 'Data', stamp: 'monday' }]);
    const next = await (await begin(machine, { components, backupType: VSS_BACKUP_TYPE.INCREMENTAL, previousBackupStamps: first.backupStamps })).complete();
    expect(next.components[0]?.components[0]?.previousBackupStamp).toBe('monday');
    expect(next.backupType).toBe(VSS_BACKUP_TYPE.INCREMENTAL);
  });

  it('is not completed by a mistake: nothing is told to the writers, and the session goes on', async () => {
    const { machine } = vssMachine();
    const session = await begin(machine, { components: [{ writer: 'a' }, { writer: 'b' }] });
    const mistakes: readonly (readonly [object, string])[] = [
      [{ success: false }, 'options.success'], [{ succeeded: 'no' }, 'succeeded'], [{ succeeded: () => undefined }, 'succeeded'], [{ signal: {} }, 'signal'],
    ];
    for (const [mistake, field] of mistakes) await expect(session.complete(mistake)).rejects.toMatchObject({ name: 'ArgumentError', field });
    await expect(session.complete({ succeeded: () => { throw new Error('the caller\'s own'); } })).rejects.toThrow('the caller\'s own');
    expect([session.ended, named(machine, 'SetBackupSucceeded'), named(machine, 'BackupComplete')]).toEqual([false, 0, 0]);
    await session.complete({ succeeded: false });
    expect(countOf(machine, 'BackupComplete')).toBe(2);
  });

  it('leaves writers out by name, or takes only those that were named', async () => {
    const { machine } = vssMachine();
    await (await begin(machine, { writers: ['A'] })).complete();
    expect(countOf(machine, 'Freeze', 'a')).toBe(1);
    expect(countOf(machine, 'Freeze', 'b')).toBe(0);
    await (await begin(machine, { excludeWriters: [WRITER_A] })).complete();
    expect(countOf(machine, 'Freeze', 'a')).toBe(1);
    expect(countOf(machine, 'Freeze', 'b')).toBe(1);
  });

  it('knows two instances of one writer apart, by their ids', async () => {
    const twice = (id: string, name: string): ReturnType<typeof plainWriter> => ({ metadata: { ...plainWriter(name, WRITER_A).metadata, instanceId: id } });
    const [one, two] = ['11111111-0000-0000-0000-000000000001', '22222222-0000-0000-0000-000000000001'];
    const { machine } = vssMachine({ writers: [twice(one, 'one'), twice(two, 'two'), plainWriter('b', WRITER_B)] });
    const frozen = async (options: Partial<SnapshotSessionOptions>): Promise<readonly string[]> => {
      const before = machine.vss.events.length;
      await (await begin(machine, options)).complete();
      return machine.vss.events.slice(before).filter(({ event }) => event === 'Freeze').map(({ writer }) => writer).sort();
    };
    expect(await frozen({ writers: [one.toUpperCase()] })).toEqual(['one']);
    expect(await frozen({ writers: [WRITER_A] })).toEqual(['one', 'two']);
    expect(await frozen({ excludeWriters: [two] })).toEqual(['b', 'one']);
    expect(await frozen({ excludeWriters: [WRITER_A, '99999999-0000-0000-0000-000000000001'] })).toEqual(['b']);
    expect(machine.handleCount()).toBe(0);
  });

  it('says where it stands', async () => {
    const { machine } = vssMachine();
    const seen: SnapshotProgress[] = [];
    await (await begin(machine, { onProgress: (progress) => void seen.push(progress) })).complete();
    expect(seen.map(({ phase }) => phase)).toEqual([
      'CreateVssBackupComponents', 'InitializeForBackup', 'SetContext', 'SetBackupState', 'GatherWriterMetadata', 'StartSnapshotSet', 'AddToSnapshotSet', 'PrepareForBackup', 'DoSnapshotSet',
      'GetSnapshotProperties',
    ]);
    expect(seen.every(({ simulated, attempt }) => simulated && attempt === 1)).toBe(true);
  });

  it('makes transportable copies with a hardware provider, which have no device here', async () => {
    const hardware = 'dddddddd-0000-0000-0000-000000000001';
    const { machine } = vssMachine({ providers: [{ id: hardware, name: 'SAN', type: 'hardware' }] });
    const session = await begin(machine, { transportable: true, provider: hardware });
    expect(session.snapshots).toEqual([expect.objectContaining({ deviceObject: null, providerId: hardware })]);
    await session.complete();
  });
});

describe('the writers\' status', () => {
  const one = (failures: readonly { readonly event: 'PrepareForBackup' | 'PostSnapshot' | 'BackupComplete'; readonly failure?: 'partial'; readonly message?: string }[], more = {}): SimulatedWindows =>
    vssMachine({ writers: [plainWriter('a', WRITER_A, { failures, ...more }), plainWriter('b', WRITER_B)] }).machine;

  it('[S10] a veto of PrepareForBackup aborts the backup for all, and names writer, state and message', async () => {
    const machine = one([{ event: 'PrepareForBackup', message: 'not today' }]);
    const error = await snapshotError(begin(machine));
    expect(error).toMatchObject({ phase: 'PrepareForBackup', code: 'VSS_E_WRITERERROR_NONRETRYABLE', retryClass: 'not retryable', simulated: true, attempts: 1 });
    expect(error.writers).toEqual([expect.objectContaining({ writerName: 'a', state: 'FAILED_AT_PREPARE_BACKUP', applicationMessage: 'not today' })]);
    expect(error.message).toContain('writer a: VSS_E_WRITERERROR_NONRETRYABLE in state FAILED_AT_PREPARE_BACKUP (not today)');
    expect(countOf(machine, 'Abort', 'b')).toBe(1);
    expect(countOf(machine, 'Freeze')).toBe(0);
  });

  it('[S5] a failure of PostSnapshot shows only there, and aborts the backup', async () => {
    const machine = one([{ event: 'PostSnapshot' }]);
    expect(await snapshotError(begin(machine))).toMatchObject({ phase: 'DoSnapshotSet', writers: [{ state: 'FAILED_AT_POST_SNAPSHOT' }] });
    expect(named(machine, 'AbortBackup')).toBe(1);
    expect(named(machine, 'BackupComplete')).toBe(0);
  });

  it('a failure in BackupComplete rejects, with the result, and aborts nothing', async () => {
    const machine = one([{ event: 'BackupComplete' }]);
    const error = await snapshotError((await begin(machine)).complete());
    expect(error).toMatchObject({ phase: 'BackupComplete', writers: [{ writerName: 'a', state: 'FAILED_AT_BACKUP_COMPLETE' }], completed: { snapshotSetId: expect.any(String) as string } });
    expect(named(machine, 'AbortBackup')).toBe(0);
    expect(machine.handleCount()).toBe(0);
  });

  it('a writer that is not critical may fail: it is a warning', async () => {
    const machine = one([{ event: 'PrepareForBackup' }]);
    const session = await begin(machine, { criticalWriters: ['b'] });
    expect(session.warnings).toEqual([expect.objectContaining({ writerName: 'a', code: 'VSS_E_WRITERERROR_NONRETRYABLE' })]);
    expect((await session.complete()).warnings).toHaveLength(1);
  });

  it('in component mode only writers with components count', async () => {
    const machine = one([{ event: 'PrepareForBackup' }]);
    expect((await (await begin(machine, { components: [{ writer: 'b' }] })).complete()).warnings).toEqual([]);
  });

  it('of a partial failure names the components', async () => {
    const machine = one([{ event: 'PostSnapshot', failure: 'partial' }], { notes: [{ event: 'PostSnapshot', failure: { failure: VSS_HRESULT.VSS_E_WRITERERROR_OUTOFRESOURCES, message: 'log full' } }] });
    const error = await snapshotError(begin(machine, { components: [{ writer: 'a', name: 'Data' }] }));
    expect(error.writers[0]).toMatchObject({ code: 'VSS_E_WRITERERROR_PARTIAL_FAILURE', components: [{ name: 'Data', code: 'VSS_E_WRITERERROR_OUTOFRESOURCES', applicationMessage: 'log full' }] });
  });
});

describe('a retry', () => {
  const classes: readonly (readonly [code: string, retried: boolean])[] = [
    ['VSS_E_FLUSH_WRITES_TIMEOUT', true], ['VSS_E_HOLD_WRITES_TIMEOUT', true], ['VSS_E_PROVIDER_VETO', true], ['VSS_E_UNEXPECTED_PROVIDER_ERROR', true],
    ['VSS_E_INSUFFICIENT_STORAGE', false], ['VSS_E_REBOOT_REQUIRED', false], ['VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER', false],
  ];
  it.each(classes)('[S7] after DoSnapshotSet failed with %s: %s', async (code, retried) => {
    const { machine, clock } = vssMachine();
    const hresult = (VSS_HRESULT as Readonly<Record<string, number>>)[code] ?? 0;
    machine.faults.add({ at: 'vss.provider.Commit', occurrence: 1, action: { hresult: code === 'VSS_E_UNEXPECTED_PROVIDER_ERROR' ? 0x80004005 : hresult } });
    const beginning = begin(machine);
    beginning.catch(() => undefined);
    await clock.advance(599_999);
    expect(named(machine, 'DoSnapshotSet')).toBe(1);
    // The failed instance has ended before, and the wait holds nothing.
    expect(machine.handleCount()).toBe(0);
    await clock.advance(1);
    if (retried) {
      await (await beginning).complete();
      expect(machine.calls.filter(({ operation }) => operation === 'CreateVssBackupComponents')).toHaveLength(2);
    } else expect(await snapshotError(beginning)).toMatchObject({ code, retryClass: 'not retryable', attempts: 1 });
  });

  const writerClasses: readonly (readonly [failure: 'retryable' | 'timeout' | 'out of resources' | 'nonretryable' | 'inconsistent', retryClass: string])[] = [
    ['retryable', 'retryable'], ['timeout', 'retryable'], ['out of resources', 'retryable'], ['nonretryable', 'not retryable'], ['inconsistent', 'add volumes'],
  ];
  it.each(writerClasses)('after a writer failed Freeze as %s is %s', async (failure, retryClass) => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'Freeze', failure, times: 1 }] }), plainWriter('b', WRITER_B)] });
    const beginning = begin(machine, { retry: { delayMs: 1000 } });
    beginning.catch(() => undefined);
    await clock.advance(1000);
    if (retryClass === 'retryable') await (await beginning).complete();
    else expect(await snapshotError(beginning)).toMatchObject({ retryClass, attempts: 1 });
  });

  it('does not help when one of the failing writers cannot be retried', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'PrepareForBackup', failure: 'retryable' }] }), plainWriter('b', WRITER_B, { failures: [{ event: 'PrepareForBackup' }] })] });
    expect(await snapshotError(begin(machine))).toMatchObject({ retryClass: 'not retryable', writers: [{ writerName: 'a' }, { writerName: 'b' }] });
  });

  it('after a status that was not available helps when the writer has a free session again', async () => {
    const { machine, clock } = vssMachine({ writerSessionSlots: 1 });
    const other = await begin(machine);
    const beginning = begin(machine, { retry: { delayMs: 1000 } });
    beginning.catch(() => undefined);
    await settled();
    await other.complete();
    await clock.advance(1000);
    await (await beginning).complete();
  });

  it('is made three times, after ten minutes each, and the error tells the attempts', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    const waits: number[] = [];
    const beginning = begin(machine, { onProgress: ({ waiting }) => void waits.push(...(waiting === undefined ? [] : [waiting.ms])) });
    beginning.catch(() => undefined);
    for (let attempt = 0; attempt < 3; attempt += 1) await clock.advance(600_000);
    expect(await snapshotError(beginning)).toMatchObject({ code: 'VSS_E_PROVIDER_VETO', retryClass: 'retryable', attempts: 4 });
    expect(waits).toEqual([600_000, 600_000, 600_000]);
  });

  it('is given up by the signal', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    const cancel = new AbortController();
    const beginning = begin(machine, { signal: cancel.signal });
    beginning.catch(() => undefined);
    await clock.advance(1000);
    cancel.abort(new Error('enough'));
    await expect(beginning).rejects.toMatchObject({ name: 'AbortError', cause: expect.objectContaining({ message: 'enough' }) as Error });
    await expectReady(machine);
  });
});

describe('another program\'s set in progress', () => {
  it('is waited for with growing pauses, on the same object', async () => {
    const { machine, clock } = vssMachine();
    const other = await VssBackupComponents.create({ backend: machine });
    await other.initializeForBackup(null);
    await other.startSnapshotSet();
    const beginning = begin(machine);
    await clock.advance(4999);
    expect(named(machine, 'StartSnapshotSet')).toBe(2);
    await clock.advance(1);
    expect(named(machine, 'StartSnapshotSet')).toBe(3);
    await clock.advance(9999);
    expect(named(machine, 'StartSnapshotSet')).toBe(3);
    await other.close();
    await clock.advance(1);
    await (await beginning).complete();
    expect(machine.calls.filter(({ operation }) => operation === 'CreateVssBackupComponents')).toHaveLength(2);
  });

  it('is given up at the deadline, with a diagnosis', async () => {
    const { machine, clock } = vssMachine();
    const other = await VssBackupComponents.create({ backend: machine });
    await other.initializeForBackup(null);
    await other.startSnapshotSet();
    const beginning = begin(machine, { timeouts: { setInProgressMs: 60_000 } });
    beginning.catch(() => undefined);
    await clock.advance(61_000);
    const error = await snapshotError(beginning);
    expect(error).toMatchObject({ code: 'VSS_E_SNAPSHOT_SET_IN_PROGRESS', phase: 'StartSnapshotSet', retryClass: 'set in progress', holder: { waitedMs: 60_000, thisProcess: false } });
    expect(error.message).toContain('another program creates one');
    // Nothing of ours was started: no abort.
    expect(named(machine, 'AbortBackup')).toBe(0);
    await other.close();
    await expectReady(machine);
  });

  it('of this very process is told as such', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.a.PrepareForSnapshot', occurrence: 1, action: { delayMs: 100_000 } });
    const first = begin(machine);
    await settled();
    const second = begin(machine, { timeouts: { setInProgressMs: 10_000 } });
    second.catch(() => undefined);
    await clock.advance(11_000);
    expect((await snapshotError(second)).holder).toMatchObject({ thisProcess: true });
    await (await through(clock, first, 10_000)).complete();
  });

  it('on Windows is looked for among the programs that have vssapi.dll loaded', async () => {
    const { machine, clock } = vssMachine();
    const processes = new SimulatedProcesses();
    processes.register('tasklist.exe', async function* ({ args }) {
      expect(args).toEqual(['/m', 'vssapi.dll', '/fo', 'csv', '/nh']);
      yield { stream: 'stdout', text: '"wbengine.exe","1234","vssapi.dll"' };
      yield { stream: 'stdout', text: `"node.exe","${String(processes.pid)}","vssapi.dll"` };
      return 0;
    });
    const windows: Backend = { kind: 'native', host: { ...machine.host, processes }, openChannel: () => machine.openChannel() };
    const other = await VssBackupComponents.create({ backend: machine });
    await other.initializeForBackup(null);
    await other.startSnapshotSet();
    const beginning = begin(windows, { timeouts: { setInProgressMs: 0 } });
    beginning.catch(() => undefined);
    await clock.advance(0);
    expect((await snapshotError(beginning)).holder).toMatchObject({ programs: ['wbengine.exe (1234)'] });
  });

  it('found by AddToSnapshotSet gives up this set first, and starts over', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'IVssBackupComponents::AddToSnapshotSet', occurrence: 1, action: { hresult: VSS_HRESULT.VSS_E_SNAPSHOT_SET_IN_PROGRESS } });
    const beginning = begin(machine, { retry: { times: 0 } });
    await clock.advance(5000);
    await (await beginning).complete();
    expect(named(machine, 'AbortBackup')).toBe(1);
    expect(named(machine, 'StartSnapshotSet')).toBe(2);
  });
});

describe('an abnormal end', () => {
  const veto: FaultAction = { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO };

  it('[S16] A: a writer whose window runs out is named with its timeout, after the abort of the requester too', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('x', WRITER_A, { silentAt: ['Freeze'] }), plainWriter('y', WRITER_B)] });
    const beginning = begin(machine, { retry: { times: 0 } });
    beginning.catch(() => undefined);
    await clock.advance(61_000);
    expect(await snapshotError(beginning)).toMatchObject({ writers: [{ writerName: 'x', code: 'VSS_E_WRITERERROR_TIMEOUT' }] });
    expect(story(machine, 'x').filter((line) => line.includes('Abort'))).toEqual(['x Abort(writer)', 'x Abort(service)', 'x Abort(requester)']);
    await machine.vss.settled();
  });

  it('[S16] [S14] B: a veto of Freeze: the service aborts, and the session all the same', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('x', WRITER_A, { failures: [{ event: 'Freeze' }] }), plainWriter('y', WRITER_B)] });
    await snapshotError(begin(machine));
    expect(story(machine, 'y').filter((line) => line.includes('Abort'))).toEqual(['y Abort(service)', 'y Abort(requester)']);
  });

  it('[S16] C: writes held too long', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: { delayMs: 10_001 } });
    const beginning = begin(machine, { retry: { times: 0 } });
    beginning.catch(() => undefined);
    await clock.advance(20_000);
    expect(await snapshotError(beginning)).toMatchObject({ code: 'VSS_E_HOLD_WRITES_TIMEOUT', retryClass: 'retryable' });
    expect(countOf(machine, 'Abort', 'a')).toBe(2);
    await expectReady(machine);
  });

  it('D: its process dies between Freeze and Thaw', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('x', WRITER_A, { timeoutFreezeMs: 20_000 })] });
    machine.faults.add({ at: 'vss.provider.Commit', occurrence: 1, action: { kill: 'caller' } });
    const beginning = begin(machine);
    beginning.catch(() => undefined);
    await clock.advance(20_000);
    expect(await snapshotError(beginning)).toMatchObject({ code: 'ERR_PROCESS_DIED', phase: 'DoSnapshotSet' });
    await machine.vss.settled();
    expect(story(machine).slice(-2)).toEqual(['x Abort(writer)', 'x BackupShutdown']);
    await expectReady(machine);
  });

  it('E: its process dies after DoSnapshotSet: no Abort, and the copies are gone', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('x', WRITER_A)] });
    const session = await begin(machine);
    machine.kill(machine.processNamed('client')?.id ?? 0);
    await machine.vss.settled();
    expect(countOf(machine, 'Abort')).toBe(0);
    expect(await machine.openControl().vssSnapshots()).toEqual([]);
    expect(await snapshotError(session.complete())).toMatchObject({ code: 'ERR_PROCESS_DIED' });
    await expectReady(machine);
  });

  it('reports an AbortBackup that fails next to the cause, and lets go all the same', async () => {
    const { machine } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: veto });
    machine.faults.add({ at: 'IVssBackupComponents::AbortBackup', action: { hresult: VSS_HRESULT.VSS_E_UNEXPECTED } });
    const error = await snapshotError(begin(machine, { retry: { times: 0 } }));
    expect(error).toMatchObject({ code: 'VSS_E_PROVIDER_VETO', unfinished: [expect.objectContaining({ operation: 'IVssBackupComponents::AbortBackup' })] });
    expect(error.message).toContain('not ended: IVssBackupComponents::AbortBackup failed');
    await expectReady(machine);
  });

  it('an abort of its own that fails rejects, and lets go all the same', async () => {
    const { machine } = vssMachine();
    const session = await begin(machine);
    machine.faults.add({ at: 'IVssBackupComponents::AbortBackup', action: { hresult: VSS_HRESULT.VSS_E_UNEXPECTED } });
    expect(await snapshotError(session.abort())).toMatchObject({ phase: 'AbortBackup', code: 'VSS_E_UNEXPECTED' });
    await expectReady(machine);
  });

  it('a writer that never answers is given up at the time limit, and leaves the machine ready', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: ['PrepareForSnapshot'] }), plainWriter('b', WRITER_B)] });
    const beginning = begin(machine, { timeouts: { operationMs: 30_000 }, retry: { times: 0 } });
    beginning.catch(() => undefined);
    await through(clock, beginning).catch(() => undefined);
    const error = await snapshotError(beginning);
    expect(error.cause).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: 'DoSnapshotSet', unfinished: [] });
    expect(story(machine, 'b').filter((line) => line.includes('Abort'))).toEqual(['b Abort(service)', 'b Abort(requester)']);
    await through(clock, machine.vss.settled());
    expect((await machine.openControl().vssStatus()).setInProgress).toBeNull();
    await through(clock, begin(machine, { excludeWriters: ['a'] })).then((session) => session.complete());
  });

  it('an operation that never ends, not even cancelled, is told as not ended; the abort is made all the same, and the object let go', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.a.PrepareForSnapshot', action: { hang: true } });
    machine.faults.add({ at: 'IVssAsync::Cancel', action: { hang: true } });
    const beginning = begin(machine, { timeouts: { operationMs: 30_000, endMs: 10_000 }, retry: { times: 0 } });
    beginning.catch(() => undefined);
    await through(clock, beginning).catch(() => undefined);
    const error = await snapshotError(beginning);
    expect(error).toMatchObject({ phase: 'DoSnapshotSet', code: 'ERR_TIMEOUT' });
    expect(error.unfinished.map(({ message }) => message)).toContain('IVssBackupComponents::DoSnapshotSet did not end within 10000 ms');
    expect([named(machine, 'AbortBackup'), machine.handleCount()]).toEqual([1, 0]);
  });

  it('by the signal in the user\'s hands aborts at once; what comes later is told why', async () => {
    const { machine } = vssMachine();
    const cancel = new AbortController();
    const session = await begin(machine, { signal: cancel.signal });
    cancel.abort(new Error('the user went home'));
    await settled();
    expect(session.ended).toBe(true);
    expect(named(machine, 'AbortBackup')).toBe(1);
    await expect(session.complete()).rejects.toMatchObject({ name: 'AbortError', cause: expect.objectContaining({ message: 'the user went home' }) as Error });
    await session.abort();
    await expectReady(machine);
  });

  it('a failing complete aborts what it can', async () => {
    const { machine } = vssMachine();
    machine.faults.add({ at: 'IVssBackupComponents::BackupComplete', action: { hresult: VSS_HRESULT.VSS_E_UNEXPECTED } });
    expect(await snapshotError((await begin(machine)).complete())).toMatchObject({ phase: 'BackupComplete', code: 'VSS_E_UNEXPECTED' });
    expect(named(machine, 'AbortBackup')).toBe(1);
    await expectReady(machine);
  });

  it('a forgotten session is aborted when it is collected, with a warning, and the next one finds the machine ready', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(__dirname, 'vss-forgotten-main.js'), 'session']);
    const { before, after, abort, warnings } = JSON.parse(stdout) as { before: number; after: number; abort: string; warnings: string[] };
    expect(before).toBeGreaterThan(0);
    expect({ after, abort }).toEqual({ after: 0, abort: 'IVssBackupComponents::AbortBackup' });
    expect(warnings).toEqual([expect.stringMatching(/^WINBACKUP_SESSION_FORGOTTEN .*neither completed nor aborted/)]);
  });
});

describe('bad input', () => {
  const empty = { metadata: { writerName: 'empty', writerId: WRITER_C, instanceId: WRITER_C } };
  const { machine } = vssMachine({ volumes: [{ name: 'C:\\' }], writers: [plainWriter('a', WRITER_A), plainWriter('b', WRITER_B), empty] });
  const bad: readonly (readonly [what: string, options: object, field: string])[] = [
    ['no volume', { volumes: [] }, 'volumes'],
    ['volumes that are none', { volumes: 'C:\\' }, 'volumes'],
    ['65 volumes', { volumes: Array.from({ length: 65 }, (_, index) => `C:\\m${String(index)}\\`) }, 'volumes'],
    ['a volume twice', { volumes: ['C:\\', 'c:'] }, 'volumes[1]'],
    ['a relative path', { volumes: ['Data'] }, 'volumes[0]'],
    ['a UNC path in a context that forbids it', { volumes: ['\\\\server\\share'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK }, 'volumes[0]'],
    ['a UNC path by address', { volumes: ['\\\\10.0.0.1\\share'] }, 'volumes[0]'],
    ['an unknown writer', { writers: ['nobody'] }, 'writers[0]'],
    ['an unknown class id of a writer', { writers: ['99999999-0000-0000-0000-000000000001'] }, 'writers[0]'],
    ['an unknown writer to exclude', { excludeWriters: ['nobody'] }, 'excludeWriters[0]'],
    ['an unknown critical writer', { criticalWriters: ['nobody'] }, 'criticalWriters[0]'],
    ['an unknown writer of a component', { components: [{ writer: 'nobody' }] }, 'components[0].writer'],
    ['an unknown component', { components: [{ writer: 'a', name: 'nothing' }] }, 'components[0]'],
    ['no component', { components: [] }, 'components'],
    ['a writer without components', { components: [{ writer: 'b' }, { writer: 'empty' }] }, 'components[1]'],
    ['a stamp without components', { previousBackupStamps: [{ writer: 'a', logicalPath: null, name: 'Data', stamp: 'x' }] }, 'previousBackupStamps'],
    ['a stamp of a component that is not selected', { components: [{ writer: 'a' }], previousBackupStamps: [{ writer: 'b', logicalPath: null, name: 'Data', stamp: 'x' }] }, 'previousBackupStamps[0]'],
    ['writers in a context without them', { context: VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP, writers: ['a'] }, 'writers'],
    ['the context for administration', { context: VSS_SNAPSHOT_CONTEXT.ALL }, 'context'],
    ['a backup type that is none', { backupType: 0 }, 'backupType'],
    ['a provider that is no id', { provider: 'x' }, 'provider'],
    ['a misspelt option', { volume: 'C:\\' }, 'options.volume'],
    ['a misspelt time limit', { timeouts: { operation: 1 } }, 'timeouts.operation'],
    ['a negative time', { retry: { delayMs: -1 } }, 'retry.delayMs'],
    ['a journal that is none', { journal: {} }, 'journal'],
    ['a progress listener that is none', { onProgress: 'x' }, 'onProgress'],
    ['a signal that is none', { signal: {} }, 'signal'],
    ['stamps that are none', { components: [{ writer: 'a' }], previousBackupStamps: 'x' }, 'previousBackupStamps'],
  ];
  it.each(bad)('%s is an ArgumentError', async (_what, options, field) => {
    const error = await rejection(SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], ...options }));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error).toMatchObject({ field });
    expect(machine.handleCount()).toBe(0);
    expect((await machine.openControl().vssStatus()).setInProgress).toBeNull();
  });

  it('a volume without its backslash is normalised; one that is not there is an error with a hint', async () => {
    await (await begin(machine, { volumes: ['c:'], provider: VSS_SYSTEM_PROVIDER_ID })).complete();
    expect(await snapshotError(begin(machine, { volumes: ['X:'] }))).toMatchObject({ code: 'VSS_E_OBJECT_NOT_FOUND', phase: 'AddToSnapshotSet', hint: expect.stringContaining('root') as string });
  });

  it('a second complete, and any call after the end, is a StateError', async () => {
    const before = named(machine, 'AbortBackup');
    const session = await begin(machine);
    await session.complete();
    await expect(session.complete()).rejects.toMatchObject({ name: 'StateError', code: 'ERR_SESSION_ENDED' });
    await session.abort();
    expect(named(machine, 'AbortBackup')).toBe(before);
    const aborted = await begin(machine);
    await aborted.abort();
    await aborted.abort();
    await expect(aborted.complete()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' });
  });

  it('a signal that has fired already starts nothing', async () => {
    const before = machine.calls.length;
    expect(await rejection(begin(machine, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortError);
    expect(machine.calls).toHaveLength(before);
  });
});
