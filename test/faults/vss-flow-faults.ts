// One VSS flow on a fresh simulated machine with one fault in it, and what must hold however it ended.
import { failed } from '../../lib/binding/codes';
import { SimulatedClock, SimulatedHost, SimulatedProcesses, SimulatedWindows } from '../../lib/simulator';
import type { FaultAction, RecordedCall } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { RestoreSession, SnapshotJournal, SnapshotSession, VSS_SNAPSHOT_CONTEXT } from '../../lib/vss';
import type { CompletedSnapshot } from '../../lib/vss';
import { WRITER_A, WRITER_B, plainWriter } from '../unit/vss-requester';

/** `components`: component mode, a set of two volumes; `volumes`: a context without writers; `persistent`: with a journal; `abandoned`: begun and aborted. */
export type FlowName = 'components' | 'volumes' | 'persistent' | 'abandoned' | 'restore';

/** A place that a clean run passes: an operation or an event, and which time. */
export interface Place {
  readonly at: string;
  readonly occurrence: number;
}

export interface Scenario {
  readonly place: Place | undefined;
  readonly action: FaultAction | undefined;
  readonly when?: 'before' | 'after';
  /** The caller's signal fires there, or once nothing moves any more. */
  readonly cancel?: 'there' | 'later';
}

export interface Outcome {
  readonly machine: SimulatedWindows;
  /** Undefined after success. */
  readonly error: unknown;
  /** What was broken besides the outcome; empty when all held. */
  readonly problems: readonly string[];
}

/** Turns of the event loop after which nothing moves by itself any more. */
const QUIET = 60;
const LONGEST = 3000;
const JOURNAL = '/journal';

interface Prepared {
  readonly host: SimulatedHost;
  readonly machine: SimulatedWindows;
  readonly documents: CompletedSnapshot | undefined;
  /** A persistent set of another program, which stays whatever happens. */
  readonly others: string | undefined;
}

async function newMachine(flow: FlowName): Promise<Prepared> {
  const host = new SimulatedHost({ clock: new SimulatedClock({ autoAdvance: true }) });
  await host.files.makeDirectory('/c');
  await host.files.makeDirectory('/d');
  const machine = new SimulatedWindows({
    host, writers: [plainWriter('a', WRITER_A, { notes: [{ event: 'PostSnapshot', backupStamp: 'stamp' }] }), plainWriter('b', WRITER_B)],
    volumes: [{ name: 'C:\\', directory: '/c' }, { name: 'D:\\', directory: '/d' }],
  });
  if (flow === 'persistent') {
    const { snapshotSetId } = await (await SnapshotSession.begin({ backend: machine, volumes: ['D:\\'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK })).complete();
    await machine.vss.settled();
    return { host, machine, documents: undefined, others: snapshotSetId };
  }
  if (flow !== 'restore') return { host, machine, documents: undefined, others: undefined };
  const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], components: [{ writer: 'a' }, { writer: 'b' }] });
  const documents = await session.complete();
  await machine.vss.settled();
  return { host, machine, documents, others: undefined };
}

/** A user who hangs up never: the flow ends by itself, by its limits or by the signal. */
async function start(flow: FlowName, { machine, host, documents }: Prepared, signal: AbortSignal): Promise<void> {
  const common = { backend: machine, signal, retry: { times: 0 }, timeouts: { operationMs: 100_000, endMs: 10_000, setInProgressMs: 0 } };
  if (flow === 'restore') {
    if (documents === undefined) throw new TypeError('a restore needs documents');
    const { backend, timeouts: { operationMs, endMs } } = common;
    await using session = await RestoreSession.begin({
      backend, signal, timeouts: { operationMs, endMs },
      backupComponentsDocument: documents.backupComponentsDocument, writerDocuments: documents.writerDocuments, components: [{ writer: 'a', name: 'Data' }],
    });
    await session.complete();
    return;
  }
  if (flow === 'volumes') {
    await using session = await SnapshotSession.begin({ ...common, volumes: ['C:\\', 'D:\\'], context: VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP });
    await session.complete();
    return;
  }
  if (flow === 'persistent') {
    await using journal = await SnapshotJournal.open({ path: JOURNAL, host });
    await using session = await SnapshotSession.begin({ ...common, volumes: ['C:\\'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK, journal });
    await session.complete();
    return;
  }
  if (flow === 'abandoned') {
    await using session = await SnapshotSession.begin({ ...common, volumes: ['C:\\'] });
    if (session.snapshots.length !== 1) throw new TypeError('one volume, one copy');
    return;
  }
  await using session = await SnapshotSession.begin({
    ...common, volumes: ['C:\\', 'D:\\'], components: [{ writer: 'a', name: 'Data' }], previousBackupStamps: [{ writer: 'a', logicalPath: null, name: 'Data', stamp: 'before' }],
  });
  await session.complete();
}

export async function run(flow: FlowName, scenario: Scenario): Promise<Outcome> {
  const prepared = await newMachine(flow);
  const { machine } = prepared;
  const before = new Map(machine.faults.counts);
  const firstCall = machine.calls.length;
  const cancel = new AbortController();
  const { place, action, when, cancel: cancelling } = scenario;
  if (place !== undefined && action !== undefined) {
    machine.faults.add({ at: place.at, occurrence: place.occurrence + (before.get(place.at) ?? 0), action, ...(when === undefined ? {} : { when }) });
  }
  if (place !== undefined && cancelling === 'there') {
    const pass = machine.faults.pass.bind(machine.faults);
    machine.faults.pass = (at) => {
      const struck = pass(at);
      if (at === place.at && machine.faults.count(at) - (before.get(at) ?? 0) === place.occurrence) cancel.abort(new Error('cancelled by the test'));
      return struck;
    };
  }

  let error: unknown;
  let done = false;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  void start(flow, prepared, cancel.signal).then(
    () => (done = true),
    (reason: unknown) => {
      error = reason;
      done = true;
    },
  );
  for (let turn = 0; turn < LONGEST && !done; turn += 1) {
    await settled();
    if (turn === QUIET && cancelling === 'later') cancel.abort(new Error('cancelled by the test'));
  }
  process.off('unhandledRejection', onUnhandled);
  if (!done) return { machine, error, problems: ['it never settled'] };
  machine.faults.clear();
  await machine.vss.settled();

  const problems = unhandled.map((reason) => `an unhandled rejection: ${String(reason)}`);
  const died = action !== undefined && 'kill' in action;
  problems.push(...endings(flow, machine.calls.slice(firstCall), died));
  if (machine.handleCount() !== 0) problems.push(`${String(machine.handleCount())} handles are alive`);
  problems.push(...(await whatIsLeft(flow, prepared, error, died)));
  problems.push(...(await nextRequester(machine)));
  return { machine, error, problems };
}

/** The abort table (facts/vss.md 2.3), read off the calls that were made on each components object. */
function endings(flow: FlowName, calls: readonly RecordedCall[], died: boolean): readonly string[] {
  const problems: string[] = [];
  const names = (wanted: RecordedCall): string => wanted.operation.replace(/^.*::/, '');
  const objects = new Map<string, RecordedCall[]>();
  for (const call of calls.filter(({ operation }) => operation.startsWith('IVssBackupComponents'))) {
    const object = `${String(call.process)}/${String(call.handle)}`;
    objects.set(object, [...(objects.get(object) ?? []), call]);
  }
  for (const made of objects.values()) {
    const succeeded = (name: string): boolean => made.some((call) => names(call) === name && call.hresult !== undefined && !failed(call.hresult));
    const at = (name: string): number => made.findIndex((call) => names(call) === name);
    const aborted = at('AbortBackup');
    if (flow === 'restore' && succeeded('InitializeForRestore') && aborted !== -1) problems.push('AbortBackup in a restore');
    if (aborted !== -1 && at('StartSnapshotSet') === -1) problems.push('AbortBackup although nothing was started');
    const later = made.slice(aborted + 1).map(names);
    if (aborted !== -1 && later.some((name) => ['BackupComplete', 'SetBackupSucceeded'].includes(name))) problems.push('BackupComplete after AbortBackup');
    const owed = succeeded('StartSnapshotSet') && !succeeded('BackupComplete') && flow !== 'volumes';
    if (owed && aborted === -1 && !died) problems.push('no AbortBackup, although it is owed');
  }
  return problems;
}

async function whatIsLeft(flow: FlowName, { host, machine, others }: Prepared, error: unknown, died: boolean): Promise<readonly string[]> {
  const control = machine.openControl();
  const copies = async (): Promise<readonly string[]> => (await control.vssSnapshots()).map(({ snapshotSetId }) => snapshotSetId);
  const there = await copies();
  if (flow !== 'persistent') return there.length === 0 ? [] : [`${String(there.length)} copies are left`];
  // A program that died may have been on a computer that lost power: what its journal had not on the disk is gone, and so is the process that its lock names.
  const after = died ? { clock: host.clock, random: host.random, files: host.files.afterPowerCut(() => false), processes: new SimulatedProcesses('2') } : host;
  const journal = await SnapshotJournal.open({ path: JOURNAL, host: after });
  const problems: string[] = [];
  if (error === undefined && (there.length !== 2 || journal.orphans.length !== 0)) problems.push('success, but the persistent copy is not there, or counts as an orphan');
  // What a failure left is known as ours, and goes; nothing else.
  const { failed: kept } = await journal.cleanUp({ backend: machine });
  if (kept.length > 0) problems.push(`cleanUp failed: ${String(kept[0]?.error)}`);
  const left = (await copies()).filter((id) => id !== others);
  if (left.length !== (journal.sets.length > 0 ? 1 : 0)) problems.push(`after cleanUp ${String(left.length)} copies are left`);
  if (!(await copies()).includes(others ?? '')) problems.push('the copy of another program is gone');
  await journal.close();
  return problems;
}

/** Whatever happened before, the next one gets its shadow copy. */
async function nextRequester(machine: SimulatedWindows): Promise<readonly string[]> {
  try {
    // Without limits: the clock of this Host may jump between two calls, and nothing here is meant to end by its limit.
    const session = await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], retry: { times: 0 }, timeouts: { setInProgressMs: 0, operationMs: Infinity } });
    await session.complete();
    return [];
  } catch (error) {
    return [`the next requester: ${String(error)}`];
  }
}

/** Every place that a clean run passes. */
export async function places(flow: FlowName): Promise<readonly Place[]> {
  const prepared = await newMachine(flow);
  const { counts } = prepared.machine.faults;
  const before = new Map(counts);
  await start(flow, prepared, new AbortController().signal);
  await prepared.machine.vss.settled();
  return [...counts].flatMap(([at, count]) => Array.from({ length: count - (before.get(at) ?? 0) }, (_, index) => ({ at, occurrence: index + 1 })));
}
