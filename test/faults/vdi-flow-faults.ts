// One flow on a fresh simulated machine with one fault in it, and what must hold however it ended.
import { SimulatedClock, SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import type { FaultAction } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { SnapshotAbortError, SnapshotBackupError, TransferAbortError, TransferError, backupDatabase, restoreDatabase, snapshotBackup, verifyBackup } from '../../lib/vdi';

export type FlowName = 'backup' | 'restore' | 'snapshot';

/** A place that a clean run passes: an operation or an event, and which time. */
export interface Place {
  readonly at: string;
  readonly occurrence: number;
}

/** A fault at a place, or nothing; `cancel`: the caller's signal fires there, or once nothing moves any more (`later`). */
export interface Scenario {
  readonly place: Place | undefined;
  readonly action: FaultAction | undefined;
  readonly when?: 'before' | 'after';
  readonly cancel?: 'there' | 'later';
  /** Something done to the machine before the flow begins. */
  readonly prepare?: (host: SimulatedHost) => void;
}

export interface Outcome {
  readonly machine: SimulatedWindows;
  readonly host: SimulatedHost;
  /** Undefined after success. */
  readonly error: unknown;
  /** What was broken besides the outcome; empty when all held. */
  readonly problems: readonly string[];
}

export const files = ['/a.bak', '/b.bak'] as const;
const settings = { blockSize: 512, maxTransferSize: 65_536 };

/** Turns of the event loop after which nothing moves by itself any more; the clock goes on by itself whenever nothing else can run. */
const QUIET = 30;
const LONGEST = 600;

export async function newMachine(flow: FlowName): Promise<{ host: SimulatedHost; machine: SimulatedWindows }> {
  const host = new SimulatedHost({ clock: new SimulatedClock({ autoAdvance: true }) });
  const machine = new SimulatedWindows({ host, databases: [{ name: 'Sales', generatedBytes: 150_000 }] });
  if (flow === 'restore') await backupDatabase({ sql: machine.sql(), backend: machine, database: 'Sales', to: files, options: settings });
  return { host, machine };
}

export function start(flow: FlowName, machine: SimulatedWindows, signal: AbortSignal): Promise<unknown> {
  const sql = machine.sql();
  if (flow === 'snapshot') {
    const databases = [{ database: 'master', to: '/a.bak' }, { database: 'Sales', to: '/b.bak' }];
    // As long as a shadow copy may take.
    const snapshot = (): Promise<void> => new Promise((resolve) => void machine.host.clock.after(2000, resolve));
    return snapshotBackup({ sql, backend: machine, databases, snapshot, signal });
  }
  if (flow === 'backup') return backupDatabase({ sql, backend: machine, database: 'Sales', to: files, options: settings, signal });
  return restoreDatabase({ sql, backend: machine, database: 'Sales', from: files, options: { ...settings, replace: true }, signal });
}

export async function run(flow: FlowName, scenario: Scenario): Promise<Outcome> {
  const { host, machine } = await newMachine(flow);
  const before = new Map(machine.faults.counts);
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

  scenario.prepare?.(host);
  let error: unknown;
  let done = false;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  const running = start(flow, machine, cancel.signal).then(
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
  if (!done) return { machine, host, error, problems: ['it never settled'] };
  await running;
  await settled();

  const problems = unhandled.map((reason) => `an unhandled rejection: ${String(reason)}`);
  if (machine.handleCount() !== 0) problems.push(`${String(machine.handleCount())} handles are alive`);
  if (host.clock.pending !== 0) problems.push(`${String(host.clock.pending)} timers are set`);
  // A connection that was made, but whose answer was lost, is nobody's.
  const lostConnection = place?.at === 'SqlServer::Connect' && when === 'after';
  const sessions = lostConnection ? 0 : machine.sqlServer.instance().sessions.size;
  if (sessions !== 0) problems.push(`${String(sessions)} SQL connections are open`);
  for (const name of ['Sales', 'master']) if (machine.sqlServer.instance().running && machine.sqlServer.database(name).isFrozen) problems.push(`${name} is frozen`);
  if (flow !== 'restore') problems.push(...(await checkFiles(host, error)), ...(cancelling === 'there' ? checkKept(machine, error) : []));
  else if ((await host.files.list('/')).join() !== 'a.bak,b.bak') problems.push('a restore changed its input files');
  machine.faults.clear();
  host.files.clearFaults();
  if (error === undefined) problems.push(...(await checkSuccess(flow, machine)));
  return { machine, host, error, problems };
}

async function checkFiles(host: SimulatedHost, error: unknown): Promise<readonly string[]> {
  const there = (await host.files.list('/')).map((name) => `/${name}`);
  // What SQL Server reported as successful is kept although another database failed.
  const completed = error instanceof SnapshotBackupError || error instanceof SnapshotAbortError ? error.completed.flatMap((each) => each.files.map(({ path }) => path ?? '')) : [];
  const expected = error === undefined ? files : error instanceof TransferError || error instanceof TransferAbortError ? [...completed, ...error.leftover] : [];
  return there.sort().join() === [...expected].sort().join() ? [] : [`files: ${there.join()}; expected ${expected.join()}`];
}

/** What SQL Server has entered in its history it builds on: a backup that was thrown away then would break the chain, whenever the caller cancelled. */
function checkKept(machine: SimulatedWindows, error: unknown): readonly string[] {
  if (error === undefined) return [];
  const completed = error instanceof SnapshotBackupError || error instanceof SnapshotAbortError ? error.completed.map(({ database }) => database) : [];
  const { history } = machine.sqlServer.instance();
  return history.map(({ database }) => database).filter((database) => !completed.includes(database)).map((database) => `the backup of ${database} was thrown away, but SQL Server counts on it`);
}

async function checkSuccess(flow: FlowName, machine: SimulatedWindows): Promise<readonly string[]> {
  if (!machine.sqlServer.instance().running) return [];
  if (flow === 'restore') return machine.sqlServer.database('Sales').state === 'ONLINE' ? [] : ['success, but the database is not online'];
  if (flow === 'snapshot') return [];
  try {
    await verifyBackup({ sql: machine.sql(), backend: machine, from: files, options: settings });
    return [];
  } catch (error) {
    return [`success, but the backup is not valid: ${String(error)}`];
  }
}

/** Every place that a clean run passes, in the order of their names. */
export async function places(flow: FlowName): Promise<readonly Place[]> {
  const { machine } = await newMachine(flow);
  const before = new Map(machine.faults.counts);
  await start(flow, machine, new AbortController().signal);
  return [...machine.faults.counts].flatMap(([at, count]) =>
    Array.from({ length: count - (before.get(at) ?? 0) }, (_, index) => ({ at, occurrence: index + 1 })),
  );
}
