/**
 * The package's own integrity checks, each with the corruption that it finds: always on, and the process ends (seed 003). Here the last step is replaced,
 * as a test runner does; fail-fast-chain.test.ts lets real processes end.
 */
import { FailFastError, setFailFastServices } from '../../lib/binding/fail-fast';
import type { FailFastReport } from '../../lib/binding/fail-fast';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { RecoveryLog } from '../../lib/transaction/recovery-log';
import type { TransactionMonitor } from '../../lib/transaction';
import { ClientVirtualDeviceSet } from '../../lib/vdi';
import { VssBackupComponents } from '../../lib/vss';
import { rejection } from './flow-rig';
import { DIRECTORY, fileParticipant, newHost, openMonitor } from './transaction-rig';

let reports: FailFastReport[];
let restore: () => void;
beforeEach(() => {
  reports = [];
  restore = setFailFastServices({ reportEvent: () => undefined, writeReport: () => undefined, terminate: (report) => void reports.push(report) });
});
afterEach(() => restore());

/** What a stray write does. */
const corrupt = (object: object, field: string, value: unknown): void => void Reflect.set(object, field, value);

it('[M1] [M3] recovery log: two outcomes of one transaction, a participant left out, an outcome of nothing; nothing of it is written', async () => {
  const host = await newHost();
  const log = await RecoveryLog.open(host, DIRECTORY);
  const participant = { name: 'a', kind: null, record: null, resources: [] };
  await log.append({ type: 'enlisted', id: '1', tag: null, participant });
  await log.append({ type: 'enlisted', id: '2', tag: null, participant });
  await log.append({ type: 'committed', id: '1', records: [null] });
  await log.append({ type: 'aborted', id: '2', cause: 'tooOld', detail: null });
  const { byteLength } = log;
  for (const record of [
    { type: 'committed', id: '1', records: [null] }, { type: 'aborted', id: '1', cause: 'operator', detail: null }, { type: 'enlisted', id: '1', tag: null, participant },
    { type: 'committed', id: '2', records: [null] }, { type: 'committed', id: '3', records: [] },
  ] as const) expect(await rejection(log.append(record))).toBeInstanceOf(FailFastError);
  await log.append({ type: 'enlisted', id: '4', tag: null, participant });
  await log.append({ type: 'enlisted', id: '4', tag: null, participant });
  expect(await rejection(log.append({ type: 'committed', id: '4', records: [null] }))).toBeInstanceOf(FailFastError);
  expect(reports.map(({ component }) => component)).toEqual(Array.from({ length: 6 }, () => 'recovery log'));
  expect(log.byteLength).toBeGreaterThan(byteLength);
  await log.close();
  expect((await RecoveryLog.read(host, DIRECTORY))?.map(({ id, committed, cause }) => [id, committed, cause?.name])).toEqual([['1', true, undefined], ['2', false, 'tooOld'], ['4', false, undefined]]);
});

describe('transaction monitor', () => {
  /** It refuses everything, changes nothing more, and lets go of its directory: the next start backs out. */
  async function isPoisoned(host: SimulatedHost, monitor: TransactionMonitor, calls: string[]): Promise<void> {
    const before = [...calls];
    expect(() => monitor.beginTransaction()).toThrow('FE_NOT_RUNNING (82)');
    for (const { id } of monitor.transactions) expect([monitor.abortTransaction(id), await monitor.endTransaction(id), monitor.resumeTransaction(id), monitor.operatorAbort(id), monitor.abortUnilaterally(id, 'tooOld')]).toEqual([82, 82, 82, 82, false]);
    await host.clock.advance(3 * 60 * 60 * 1000);
    await monitor.close();
    expect(calls).toEqual(before);
    await using next = await openMonitor(host);
    expect(await next.recover()).toMatchObject({ committed: [], backedOut: [expect.any(String)], setAside: [] });
    expect(await host.files.list('/data')).toEqual([]);
  }

  it('[M1] [M2] [M3] a transition that the table does not have', async () => {
    const host = await newHost(false);
    const monitor = await openMonitor(host);
    const calls: string[] = [];
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', (_, phase) => {
      calls.push(phase);
      corrupt(transaction, 'current', 'ABORTED');
    }));
    expect(await rejection(monitor.endTransaction(transaction))).toBeInstanceOf(FailFastError);
    expect(reports).toMatchObject([{ component: 'transaction monitor', condition: 'a transaction in the state ABORTED has no transition for prepared' }]);
    await isPoisoned(host, monitor, calls);
  });

  it('[M1] [M2] [M3] a participant that has not prepared', async () => {
    const host = await newHost(false);
    const monitor = await openMonitor(host);
    const calls: string[] = [];
    const transaction = monitor.beginTransaction();
    const participant = fileParticipant(host, 'a', (_, phase) => void calls.push(phase));
    await transaction.enlist({ ...participant, prepare: async () => {
      await participant.prepare();
      const [entry] = (transaction as unknown as { readonly enlisted: readonly object[] }).enlisted;
      corrupt(transaction, 'enlisted', [entry, { ...entry, prepared: false }]);
    } });
    expect(await rejection(monitor.endTransaction(transaction))).toBeInstanceOf(FailFastError);
    expect(reports[0]?.condition).toBe('a participant that has not prepared would be committed');
    await isPoisoned(host, monitor, calls);
  });
});

it('[M1] [M3] lock table: a lock of somebody else would be released; the monitor does nothing more', async () => {
  const host = await newHost();
  await using monitor = await openMonitor(host);
  const [one, two] = [monitor.beginTransaction(), monitor.beginTransaction()];
  await one.lock('a');
  const [lock] = [...(monitor as unknown as { readonly lockTable: { readonly locks: ReadonlyMap<string, object> } }).lockTable.locks.values()];
  corrupt(lock ?? {}, 'holder', two);
  expect(monitor.abortTransaction(one)).toBe(0);
  while (reports.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(reports).toMatchObject([{ component: 'lock table', condition: `a is not held by ${one.id}, which is to release it` }]);
  expect([monitor.locks[0]?.holder, await monitor.endTransaction(two)]).toEqual([two.id, 82]);
});

it('[M1] [M3] device set: a command comes back that was not lent', async () => {
  const set = await ClientVirtualDeviceSet.create({ backend: new SimulatedWindows(), name: 'integrity', deviceCount: 1 });
  expect(() => set.commandReturned({ name: 'Write' } as never)).toThrow(FailFastError);
  expect(reports).toMatchObject([{ component: 'virtual device set', condition: 'a Write command came back that was not lent' }]);
  await set.close();
});

it('[M1] [M3] session: a backup would be released without the AbortBackup that it owes', async () => {
  const components = await VssBackupComponents.create({ backend: new SimulatedWindows({ host: new SimulatedHost() }) });
  await components.initializeForBackup(null);
  corrupt(components, 'current', 'created');
  corrupt(components, 'abort', async () => undefined);
  expect(await rejection(components.end())).toBeInstanceOf(FailFastError);
  expect(reports).toMatchObject([{ component: 'shadow copy session', condition: "a backup in the state 'created' would be released without AbortBackup" }]);
});
