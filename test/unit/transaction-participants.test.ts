/** The ready-made participants, on a simulated machine: both ends of each, and its end after a crash. */
import { VSS_SNAPSHOT_CONTEXT } from '../../lib/binding/vss-codes';
import { KTM_ERROR, ResourceManager } from '../../lib/ktm';
import { SimulatedClock } from '../../lib/simulator';
import type { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { simulatedSqlServer } from '../../lib/simulator/sql-server/connection';
import { readText } from '../../lib/job/manifest';
import { DatabaseBackup, DatabaseRestore, FileSet, KernelTransactionParticipant, SnapshotSet } from '../../lib/transaction';
import type { Transaction, TransactionMonitor } from '../../lib/transaction';
import { SnapshotGuard } from '../../lib/transaction/snapshot-guard';
import type { Guarded } from '../../lib/transaction/snapshot-guard';
import { rejection } from './flow-rig';
import { KTM_LOG, LOG, SET, machineOn, newHost, openMonitor, startFiles, threeParticipants } from './participants-rig';

let host: SimulatedHost;
let machine: SimulatedWindows;
let monitor: TransactionMonitor;
beforeEach(async () => {
  host = await newHost();
  machine = machineOn(host);
  monitor = await openMonitor(machine, host, { lockTimeoutMs: 5000 });
});
afterEach(() => monitor.close());

const snapshots = async (): Promise<number> => {
  await machine.vss.settled();
  await machine.vss.removed();
  return (await machine.openControl().vssSnapshots()).length;
};

describe('the three together', () => {
  it('commit: the set has its name, the copies stay, the catalog is the new one', async () => {
    await monitor.close();
    expect(await threeParticipants(machine, host, 'commit')).toBe('COMMITTED');
    expect([await host.files.list('/sets'), await snapshots(), await readText(host.files, '/data/catalog'), machine.handleCount()]).toEqual([['nightly'], 1, 'new', 0]);
    expect((await host.files.list(LOG)).filter((name) => name.endsWith('.journal'))).toEqual([]);
  });

  it('are backed out: no set, no copy, the old catalog', async () => {
    await monitor.close();
    expect(await threeParticipants(machine, host, 'abort')).toBe('ABORTED');
    expect([await host.files.list('/sets'), await snapshots(), await host.files.list('/data'), await readText(host.files, '/data/catalog'), machine.handleCount()]).toEqual([[], 0, ['catalog'], 'old', 0]);
    expect((await host.files.list(LOG)).filter((name) => name.endsWith('.journal'))).toEqual([]);
  });
});

describe('a kernel transaction', () => {
  it('that a resource manager rolls back aborts the monitor’s transaction', async () => {
    const files = await startFiles(machine, host);
    const transaction = monitor.beginTransaction();
    const kernel = await KernelTransactionParticipant.begin(monitor, transaction, { log: KTM_LOG });
    await files.stage(kernel.transaction, [{ to: '/data/catalog', from: Buffer.from('new') }]);
    await kernel.transaction.rollback();
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', code: 90, cause: { name: 'participantFailed' } });
    await files.stop();
    expect([await host.files.list('/data'), machine.handleCount()]).toEqual([['catalog'], 0]);
  });

  it('cannot be committed by anybody else', async () => {
    const transaction = monitor.beginTransaction();
    const kernel = await KernelTransactionParticipant.begin(monitor, transaction, { log: KTM_LOG });
    expect(await rejection(kernel.transaction.commit())).toMatchObject({ code: 'ERROR_TRANSACTION_SUPERIOR_EXISTS' });
    expect(await monitor.endTransaction()).toBe(0);
    expect((await transaction.finished).state).toBe('COMMITTED');
    expect(() => kernel.transaction).toThrow('is closed');
  });

  it('one of whose resource managers never answers is rolled back when its time is over, and holds up no snapshot set', async () => {
    const transaction = monitor.beginTransaction({ timeoutMs: 1000 });
    const kernel = await KernelTransactionParticipant.begin(monitor, transaction, { log: KTM_LOG });
    const heard: string[] = [];
    const deaf = await ResourceManager.create(kernel.manager, { id: host.random.uuid(), volatile: true });
    await deaf.recover();
    await deaf.createEnlistment(kernel.transaction, { notifications: ['PREPARE', 'COMMIT', 'ROLLBACK'], onNotification: async ({ type }) => void heard.push(type) });
    expect(await monitor.endTransaction()).toBe(96);
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', failures: [] });
    expect(host.clock.monotonic()).toBeLessThan(60_000);
    await monitor.makeSnapshotSet(async () => heard.push('snapshot set'));
    expect(heard).toEqual(['PREPARE', 'ROLLBACK', 'snapshot set']);
    await deaf.close();
  });

  describe('whose decision KTM does not take hangs, prepared, and no snapshot set is made', () => {
    const begin = async (): Promise<Transaction> => {
      const transaction = monitor.beginTransaction();
      await KernelTransactionParticipant.begin(monitor, transaction, { log: KTM_LOG });
      machine.faults.add({ at: 'KtmW32::CommitEnlistment', action: { hresult: 0x80070000 + KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE } });
      expect(await monitor.endTransaction()).toBe(0);
      expect(await transaction.finished).toMatchObject({ state: 'HUNG' });
      return transaction;
    };
    const makeSnapshotSet = async (): Promise<string> => monitor.makeSnapshotSet(async () => 'made').catch((error: unknown) => (error as { readonly code: string }).code);

    it('until an operator has it repeated', async () => {
      const transaction = await begin();
      expect(await makeSnapshotSet()).toBe('ERR_KTM_PREPARED_IN_SNAPSHOT');
      machine.faults.clear();
      expect(monitor.operatorAbort(transaction.id)).toBe(0);
      await transaction.idle();
      expect([transaction.state, await makeSnapshotSet(), machine.handleCount()]).toEqual(['COMMITTED', 'made', 0]);
    });

    it('until an operator resolves it', async () => {
      const transaction = await begin();
      expect(await makeSnapshotSet()).toBe('ERR_KTM_PREPARED_IN_SNAPSHOT');
      await monitor.resolveTransaction(transaction.id, 'committed');
      expect([await makeSnapshotSet(), monitor.locks, machine.handleCount()]).toEqual(['made', [], 0]);
    });

    it('also after a restart: the next start repeats it, and an operator resolves it', async () => {
      const { id } = await begin();
      await monitor.close();
      monitor = await openMonitor(machine, host, { lockTimeoutMs: 5000 });
      expect(await monitor.recover()).toMatchObject({ committed: [], setAside: [{ id }] });
      expect(await makeSnapshotSet()).toBe('ERR_KTM_PREPARED_IN_SNAPSHOT');
      await monitor.resolveTransaction(id, 'committed');
      expect(await makeSnapshotSet()).toBe('made');
      await monitor.close();
      monitor = await openMonitor(machine, host);
      expect((await monitor.recover()).transactions).toEqual([]);
    });
  });

  it('refuses a log that is none, before anything is enlisted', async () => {
    const transaction = monitor.beginTransaction();
    expect(await rejection(KernelTransactionParticipant.begin(monitor, transaction, { log: '' }))).toMatchObject({ field: 'log' });
    expect(transaction.participants).toEqual([]);
  });
});

describe('DoSnapshotSet and prepared kernel transactions keep out of each other’s way', () => {
  it('a kernel transaction is prepared only after the snapshot set is there', async () => {
    const order: string[] = [];
    machine.faults.add({ at: 'IVssBackupComponents::DoSnapshotSet', occurrence: 1, action: { delayMs: 2000 } });
    const first = monitor.beginTransaction();
    const copies = await SnapshotSet.enlist(monitor, first);
    const making = copies.begin({ backend: machine, volumes: ['D:\\'] }).then(() => order.push('snapshot set'));
    while (machine.faults.count('IVssBackupComponents::DoSnapshotSet') === 0) await settled();
    const second = monitor.beginTransaction();
    await KernelTransactionParticipant.begin(monitor, second, { log: KTM_LOG });
    const ending = monitor.endTransaction(second).then((code) => order.push(`kernel transaction ${String(code)}`));
    await Promise.all([making, ending]);
    expect(order).toEqual(['snapshot set', 'kernel transaction 0']);
    await copies.complete();
    expect(await monitor.endTransaction(first)).toBe(0);
    const calls = machine.calls.map(({ operation }) => operation);
    expect(calls.indexOf('KtmW32::PrePrepareEnlistment')).toBeGreaterThan(calls.lastIndexOf('IVssBackupComponents::DoSnapshotSet'));
  });

  it('DoSnapshotSet waits for a prepared kernel transaction, and gives up in time when that does not end', async () => {
    const leave = await monitor.prepareKernelTransaction();
    const transaction = monitor.beginTransaction();
    const copies = await SnapshotSet.enlist(monitor, transaction);
    const error = await rejection(copies.begin({ backend: machine, volumes: ['D:\\'], retry: { times: 0 } }));
    expect(error).toMatchObject({ cause: { code: 'ERR_KTM_PREPARED_IN_SNAPSHOT' } });
    expect(machine.faults.count('IVssBackupComponents::DoSnapshotSet')).toBe(0);
    leave();
    expect(monitor.abortTransaction(transaction)).toBe(0);
    await transaction.finished;
    const again = monitor.beginTransaction();
    const others = await SnapshotSet.enlist(monitor, again);
    await others.begin({ backend: machine, volumes: ['D:\\'] });
    await others.complete();
    expect(await monitor.endTransaction(again)).toBe(0);
    expect(await snapshots()).toBe(0);
  });

  it('first come, first served; any number of one kind at a time', async () => {
    const order: string[] = [];
    const guard = new SnapshotGuard(new SimulatedClock(), 5000);
    const [one, two] = [await guard.enter('kernel transaction'), await guard.enter('kernel transaction')];
    const enter = async (kind: Guarded): Promise<void> => {
      const leave = await guard.enter(kind);
      order.push(kind);
      leave();
    };
    const others = Promise.all([enter('snapshot set'), enter('kernel transaction')]);
    one();
    one();
    await settled();
    expect(order).toEqual([]);
    two();
    await others;
    expect(order).toEqual(['snapshot set', 'kernel transaction']);
  });

  it('whoever waits leaves when its transaction is aborted, and holds up nobody', async () => {
    const guard = new SnapshotGuard(new SimulatedClock(), 5000);
    const leave = await guard.enter('kernel transaction');
    const controller = new AbortController();
    const waiting = rejection(guard.enter('snapshot set', controller.signal));
    const behind = guard.enter('kernel transaction');
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'ERR_KTM_PREPARED_IN_SNAPSHOT' });
    (await behind)();
    leave();
    (await guard.enter('snapshot set'))();
  });
});

describe('persistent copies', () => {
  it('are those of a participant that was enlisted for them', async () => {
    const transaction = monitor.beginTransaction();
    const copies = await SnapshotSet.enlist(monitor, transaction);
    expect(() => copies.begin({ backend: machine, volumes: ['D:\\'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK })).toThrow('persistent');
  });

  it('that are not complete cannot be committed', async () => {
    const transaction = monitor.beginTransaction();
    const copies = await SnapshotSet.enlist(monitor, transaction, { persistent: true });
    await copies.begin({ backend: machine, volumes: ['D:\\'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK });
    expect(await monitor.endTransaction()).toBe(90);
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', cause: { detail: expect.stringContaining('is not finished') as string } });
    expect(await snapshots()).toBe(0);
  });
});

describe('databases', () => {
  const sql = (): ReturnType<typeof simulatedSqlServer> => simulatedSqlServer(machine);

  async function stateOf(): Promise<string> {
    const connection = await sql().connect();
    try {
      const { messages } = await connection.execute('RESTORE DATABASE [Sales] WITH RECOVERY');
      return messages.some(({ number }) => number === 3153) ? 'ONLINE' : 'RESTORING';
    } finally {
      await connection.close();
    }
  }

  async function backedUp(): Promise<string> {
    const transaction = monitor.beginTransaction();
    const set = await FileSet.enlist(monitor, transaction, { directory: SET });
    const backup = await DatabaseBackup.enlist(monitor, transaction, set, { database: 'Sales' });
    await backup.run({ backend: machine, sql: sql(), to: ['sales.bak'] });
    expect(await rejection(backup.run({ backend: machine, sql: sql(), to: ['again.bak'] }))).toMatchObject({ code: 'ERR_PARTICIPANT_RUN' });
    expect(await monitor.endTransaction()).toBe(0);
    await transaction.finished;
    return `${SET}/sales.bak`;
  }

  it('a restore recovers the database when the transaction commits, and not before', async () => {
    const from = await backedUp();
    const transaction = monitor.beginTransaction();
    const restore = await DatabaseRestore.enlist(monitor, transaction, { database: 'Sales' });
    await restore.run({ backend: machine, sql: sql(), from, options: { replace: true } });
    const statements = (): number => machine.calls.filter(({ operation }) => operation.startsWith('Sql')).length;
    expect(statements()).toBeGreaterThan(0);
    expect(await monitor.endTransaction()).toBe(0);
    expect((await transaction.finished).state).toBe('COMMITTED');
    expect(await stateOf()).toBe('ONLINE');
  });

  it('a restore that is backed out leaves the database RESTORING: nobody takes it for whole', async () => {
    const from = await backedUp();
    const transaction = monitor.beginTransaction();
    const restore = await DatabaseRestore.enlist(monitor, transaction, { database: 'Sales' });
    await restore.run({ backend: machine, sql: sql(), from, options: { replace: true } });
    expect(monitor.abortTransaction()).toBe(0);
    await transaction.finished;
    expect(await stateOf()).toBe('RESTORING');
  });

  it('a restore that was committed before a crash is completed by the next start, which needs a way to SQL Server', async () => {
    const from = await backedUp();
    const transaction = monitor.beginTransaction();
    const restore = await DatabaseRestore.enlist(monitor, transaction, { database: 'Sales' });
    await restore.run({ backend: machine, sql: sql(), from, options: { replace: true } });
    // The decision is durable, and the process dies before the participant hears of it.
    jest.spyOn(restore, 'commit').mockImplementation(() => new Promise(() => undefined));
    expect(await monitor.endTransaction()).toBe(0);
    const after = host.restart();
    const deaf = await openMonitor(machine, after);
    expect(await deaf.recover()).toMatchObject({ committed: [], setAside: [{ id: transaction.id, failures: [{ error: { field: 'sql' } }] }] });
    await deaf.close();
    const next = await openMonitor(machine, after, { sql });
    expect(await next.recover()).toMatchObject({ committed: [transaction.id], setAside: [] });
    await next.close();
    expect(await stateOf()).toBe('ONLINE');
    monitor = await openMonitor(machine, after);
  });

  it('a backup that was not run, or is still running, cannot be committed', async () => {
    const transaction = monitor.beginTransaction();
    const set = await FileSet.enlist(monitor, transaction, { directory: SET });
    await DatabaseBackup.enlist(monitor, transaction, set, { database: 'Sales' });
    expect(await monitor.endTransaction()).toBe(90);
    expect((await transaction.finished).cause?.detail).toBe('database Sales: the backup of Sales is not finished');
    expect(await host.files.list('/sets')).toEqual([]);
  });
});

describe('a file set', () => {
  it('refuses a name that is there, and is kept where it is wanted', async () => {
    const transaction = monitor.beginTransaction();
    expect(await rejection(FileSet.enlist(monitor, transaction, { directory: '/data' }))).toMatchObject({ field: 'directory' });
    expect(await rejection(FileSet.enlist(monitor, transaction, { directory: '' }))).toMatchObject({ field: 'directory' });
    const set = await FileSet.enlist(monitor, transaction, { directory: SET, keep: true });
    await set.writeText('one.txt', 'one');
    expect(monitor.abortTransaction()).toBe(0);
    await transaction.finished;
    expect([await host.files.list('/sets'), await host.files.list(`${SET}.aborted`)]).toEqual([['nightly.aborted'], ['one.txt']]);
    expect(await rejection(set.writeText('two.txt', 'two'))).toMatchObject({ number: 78 });
  });

  it('[T11] whose disk is lost while something writes into it aborts the transaction with 95', async () => {
    const transaction = monitor.beginTransaction();
    const set = await FileSet.enlist(monitor, transaction, { directory: SET });
    host.files.fail({ operation: 'write', path: `${SET}.partial/one.txt`, code: 'EIO' });
    expect(await rejection(set.writeText('one.txt', 'one'))).toMatchObject({ code: 'EIO' });
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', code: 95, cause: { name: 'diskFailed', reason: 'DpCrash', detail: SET } });
    host.files.clearFaults();
    expect(await monitor.endTransaction()).toBe(95);
    expect(await host.files.list('/sets')).toEqual([]);
  });
});

describe('[T11] a disk that is lost when the transaction is prepared gives 95', () => {
  it('that of a file set: its directory is gone', async () => {
    const transaction = monitor.beginTransaction();
    const set = await FileSet.enlist(monitor, transaction, { directory: SET });
    await set.writeText('one.txt', 'one');
    const { entries } = host.files;
    // What a volume that was taken away says.
    const gone = jest.spyOn(host.files, 'entries').mockImplementation((path) => (path.startsWith(SET) ? Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' })) : entries.call(host.files, path)));
    const { stat } = host.files;
    const missing = jest.spyOn(host.files, 'stat').mockImplementation((path) => (path.startsWith(SET) ? Promise.resolve(undefined) : stat.call(host.files, path)));
    expect(await monitor.endTransaction()).toBe(95);
    expect(transaction.cause).toMatchObject({ name: 'diskFailed', detail: SET });
    gone.mockRestore();
    missing.mockRestore();
    await transaction.finished;
  });

  it('that of a transaction manager’s log', async () => {
    const transaction = monitor.beginTransaction();
    await KernelTransactionParticipant.begin(monitor, transaction, { log: KTM_LOG });
    machine.faults.add({ at: 'KtmW32::PrepareEnlistment', occurrence: 1, action: { hresult: 0x80070000 + KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE } });
    expect(await monitor.endTransaction()).toBe(95);
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', cause: { name: 'diskFailed', reason: 'DpCrash' } });
  });
});

it('a ready-made kind is nobody else’s', async () => {
  expect(await rejection(openMonitor(machine, host, { recoverers: { 'winbackup.files': () => ({ commit: () => Promise.resolve(), backout: () => Promise.resolve() }) } }))).toMatchObject({ field: 'recoverers.winbackup.files' });
});
