/** The recovery of seed 004, rule by rule: resource managers whose process ends, and comes back. */
import type { KernelHandle } from '../../lib/binding/functions';
import { ENLISTMENT_RIGHTS, RESOURCEMANAGER_RIGHTS, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_OUTCOME, TRANSACTION_RIGHTS } from '../../lib/binding/ktm-codes';
import { TransactionManager, recoverResourceManager } from '../../lib/ktm';
import type { PreparedTransaction, RecoveredTransaction } from '../../lib/ktm';
import { KtmClient, ResourceManagerClient, SUPERIOR, TWO_PHASES, at, backendOf, useLogs } from './ktm-client';
import { outcome, useRig } from './rig';

/** Unacknowledged enlistments of one resource manager. While they are open together each call costs the double a look at every handle. */
const MANY = 200;

const rig = useRig();
const log = useLogs();

/** A durable manager that stays open in a process of its own; resource managers in others. */
interface Machine {
  readonly keeper: KtmClient;
  readonly name: string;
  readonly id: string;
  readonly client: KtmClient;
  readonly rm: ResourceManagerClient;
}

async function machine(): Promise<Machine> {
  const name = log();
  const keeper = await KtmClient.open(rig());
  await keeper.durableManager(name);
  const client = await KtmClient.open(rig());
  const manager = await client.durableManager(name, { open: true });
  const rm = await client.resourceManager(manager);
  return { keeper, name, id: rm.id, client, rm };
}

/** A transaction of the keeper's with one enlistment of the machine's resource manager. */
async function enlisted({ keeper, client, rm }: Machine, mask: number = TWO_PHASES): Promise<{ readonly transaction: KernelHandle; readonly unitOfWork: string; readonly enlistment: KernelHandle; readonly enlistmentId: string }> {
  const transaction = await keeper.transaction();
  const unitOfWork = await keeper.ktm.getTransactionId(transaction);
  const enlistment = await rm.enlist(await client.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, unitOfWork), mask);
  return { transaction, unitOfWork, enlistment, enlistmentId: await client.ktm.getEnlistmentId(enlistment) };
}

/** The resource manager in a new process, up to RecoverResourceManager. */
async function back({ name, id }: Machine): Promise<{ readonly client: KtmClient; readonly rm: ResourceManagerClient }> {
  const client = await KtmClient.open(rig());
  const manager = await client.durableManager(name, { open: true });
  const handle = await client.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, manager, id);
  return { client, rm: new ResourceManagerClient(client.ktm, handle, id) };
}

/** The whole procedure, and what its handlers were told. */
async function recover({ name, id }: Machine, prepared: readonly PreparedTransaction[], fail?: (id: string) => boolean) {
  const calls: string[] = [];
  const told = (what: string) => ({ enlistmentId, prepared: own }: RecoveredTransaction<PreparedTransaction>): void => {
    calls.push(`${what} ${enlistmentId}${own === undefined ? ' without a record' : ''}`);
    if (fail?.(enlistmentId) === true) throw new Error('not today');
  };
  const recovered = await recoverResourceManager({
    manager: { backend: backendOf(rig()), logFileName: name }, id, prepared, onCommit: told('commit'), onRollback: told('rollback'), onInDoubt: told('in doubt'),
  });
  return { recovered, calls };
}

describe('a resource manager that has lost its process', () => {
  it('[K1] [K7] [K8] [K9] [K10] [K11] gets RECOVER with both ids, then LAST_RECOVER; opens, recovers, and is told COMMIT', async () => {
    const all = await machine();
    const { transaction, unitOfWork, enlistment, enlistmentId } = await enlisted(all);
    await all.keeper.ktm.commitTransactionAsync(transaction);
    await all.client.ktm.prepareComplete(enlistment, null);
    expect(await all.rm.told()).toEqual(['PREPARE', 'COMMIT']);
    await all.client.end();

    const { client, rm } = await back(all);
    await client.ktm.recoverResourceManager(rm.handle);
    const notifications = await rm.notifications();
    expect(notifications.map(({ notification, enlistmentId: one, unitOfWork: other }) => [notification, one, other])).toEqual([
      [NOTIFY.RECOVER, enlistmentId, unitOfWork], [NOTIFY.LAST_RECOVER, null, null],
    ]);
    const opened = await client.ktm.openEnlistment(ENLISTMENT_RIGHTS.ALL_ACCESS, rm.handle, enlistmentId);
    await client.ktm.recoverEnlistment(opened, 77);
    expect((await rm.notifications()).map(({ notification, key }) => [notification, key])).toEqual([[NOTIFY.COMMIT, 77n]]);
    expect(await outcome(client.ktm.commitComplete(opened, null))).toBe('ok');
    expect(await all.keeper.outcomeOf(transaction)).toBe(TRANSACTION_OUTCOME.Committed);
  });

  it('[K5] [K6] opens itself by its name, and is made anew where nothing is to be recovered', async () => {
    const all = await machine();
    await all.client.end();
    expect(await outcome(back(all))).toBe('ERROR_RESOURCEMANAGER_NOT_FOUND');
    const { recovered, calls } = await recover(all, []);
    expect([recovered.created, calls]).toEqual([true, []]);
    await recovered.close();
    const { transaction, enlistment } = await (async () => {
      const client = await KtmClient.open(rig());
      const again = { ...all, client, rm: await client.resourceManager(await client.durableManager(all.name, { open: true }), { id: all.id }) };
      const one = await enlisted(again);
      await all.keeper.ktm.commitTransactionAsync(one.transaction);
      await client.ktm.prepareComplete(one.enlistment, null);
      await client.end();
      return one;
    })();
    expect([await all.keeper.outcomeOf(transaction), enlistment.closed]).toEqual([TRANSACTION_OUTCOME.Committed, false]);
    const second = await recover(all, []);
    expect([second.recovered.created, second.recovered.committed.length]).toEqual([false, 1]);
    await second.recovered.close();
  });

  it('[K4] gets a COMMIT that it did not acknowledge again, as often as it takes', async () => {
    const all = await machine();
    const { transaction, unitOfWork, enlistment, enlistmentId } = await enlisted(all);
    await all.keeper.ktm.commitTransactionAsync(transaction);
    await all.client.ktm.prepareComplete(enlistment, null);
    await all.client.end();
    const prepared = [{ enlistmentId, unitOfWork }];
    for (let time = 1; time <= 2; time += 1) {
      const { recovered, calls } = await recover(all, prepared, () => true);
      expect(calls).toEqual([`commit ${enlistmentId}`]);
      expect(recovered.unresolved).toMatchObject([{ enlistmentId, unitOfWork, error: { message: 'not today' } }]);
      await recovered.close();
    }
    const last = await recover(all, prepared);
    expect([last.calls, last.recovered.committed]).toEqual([[`commit ${enlistmentId}`], prepared]);
    await last.recovered.close();
    const after = await recover(all, []);
    expect([after.calls, after.recovered.created]).toEqual([[], true]);
    await after.recovered.close();
  });

  it('[K4] gets a COMMIT that it has finished without its own record, and acknowledges it', async () => {
    const all = await machine();
    const { transaction, enlistment, enlistmentId } = await enlisted(all);
    await all.keeper.ktm.commitTransactionAsync(transaction);
    await all.client.ktm.prepareComplete(enlistment, null);
    await all.client.end();
    const { recovered, calls } = await recover(all, []);
    expect([calls, recovered.committed.length]).toEqual([[`commit ${enlistmentId} without a record`], 1]);
    await recovered.close();
  });

  it('[K13] [K15] rolls back what it holds as prepared and gets no RECOVER for', async () => {
    const all = await machine();
    const { transaction, unitOfWork, enlistmentId } = await enlisted(all);
    await all.keeper.ktm.commitTransactionAsync(transaction);
    expect(await all.rm.told()).toEqual(['PREPARE']);
    // Its own record is durable; PrepareComplete was never called.
    await all.client.end();
    expect(await all.keeper.outcomeOf(transaction)).toBe(TRANSACTION_OUTCOME.Aborted);
    const { recovered, calls } = await recover(all, [{ enlistmentId, unitOfWork }]);
    expect([calls, recovered.presumedAborted]).toEqual([[`rollback ${enlistmentId}`], [{ enlistmentId, unitOfWork }]]);
    await recovered.close();
  });

  it('[K1] is told ROLLBACK when it had prepared and another one had refused', async () => {
    const all = await machine();
    const { transaction, unitOfWork, enlistment, enlistmentId } = await enlisted(all);
    const other = await KtmClient.open(rig());
    const rm = await other.resourceManager(await other.durableManager(all.name, { open: true }));
    const refusing = await rm.enlist(await other.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, unitOfWork), TWO_PHASES);
    await all.keeper.ktm.commitTransactionAsync(transaction);
    await all.client.ktm.prepareComplete(enlistment, null);
    await all.client.end();
    await other.ktm.rollbackEnlistment(refusing, null);
    const { recovered, calls } = await recover(all, [{ enlistmentId, unitOfWork }]);
    expect(calls).toEqual([`rollback ${enlistmentId}`]);
    expect([...recovered.rolledBack, ...recovered.presumedAborted]).toHaveLength(1);
    await recovered.close();
  });

  it('[K2] [K12] in doubt, waits for the outcome without holding up the others', async () => {
    const all = await machine();
    const doubtful = await enlisted(all);
    const certain = await enlisted(all);
    const boss = await KtmClient.open(rig());
    const bossRm = await boss.resourceManager(await boss.durableManager(all.name, { open: true }));
    const superior = await bossRm.enlist(await boss.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, doubtful.unitOfWork), SUPERIOR, { superior: true });
    await boss.ktm.prepareEnlistment(superior, null);
    await all.client.ktm.prepareComplete(doubtful.enlistment, null);
    await all.keeper.ktm.commitTransactionAsync(certain.transaction);
    await all.client.ktm.prepareComplete(certain.enlistment, null);
    await all.client.end();

    const { recovered, calls } = await recover(all, [doubtful, certain]);
    expect([...calls].sort()).toEqual([`commit ${certain.enlistmentId}`, `in doubt ${doubtful.enlistmentId}`].sort());
    expect(recovered.inDoubt).toEqual([{ enlistmentId: doubtful.enlistmentId, unitOfWork: doubtful.unitOfWork }]);
    await boss.ktm.commitEnlistment(superior, null);
    await recovered.settled();
    expect(calls.at(-1)).toBe(`commit ${doubtful.enlistmentId}`);
    expect([recovered.inDoubt, recovered.committed.length]).toEqual([[], 2]);
    expect(await bossRm.told()).toEqual(['PREPARE_COMPLETE', 'COMMIT_COMPLETE']);
    await recovered.close();
  });

  it('[K3] and KTM itself, reopened while its superior is away: both are in doubt until that has decided', async () => {
    const name = log();
    const first = await KtmClient.open(rig());
    const manager = await first.durableManager(name);
    const boss = await first.resourceManager(manager);
    const rm = await first.resourceManager(manager);
    const transaction = await first.transaction();
    const unitOfWork = await first.ktm.getTransactionId(transaction);
    const superior = await boss.enlist(transaction, SUPERIOR, { superior: true });
    const enlistment = await rm.enlist(transaction, TWO_PHASES);
    const enlistmentId = await first.ktm.getEnlistmentId(enlistment);
    await first.ktm.prepareEnlistment(superior, null);
    await first.ktm.prepareComplete(enlistment, null);
    expect(await boss.told()).toEqual(['PREPARE_COMPLETE']);
    // The last handle of the manager goes too: KTM has only its log.
    await first.end();

    const backend = backendOf(rig());
    const open = await TransactionManager.create({ backend, logFileName: name });
    const calls: string[] = [];
    const subordinate = await recoverResourceManager({
      manager: open, id: rm.id, prepared: [{ enlistmentId, unitOfWork }],
      onCommit: () => void calls.push('commit'), onRollback: () => void calls.push('rollback'), onInDoubt: () => void calls.push('in doubt'),
    });
    expect([calls, subordinate.inDoubt]).toEqual([['in doubt'], [{ enlistmentId, unitOfWork }]]);
    const superiorAgain = await recoverResourceManager({
      manager: open, id: boss.id, prepared: [], onCommit: () => undefined, onRollback: () => undefined, onQuery: () => 'commit',
    });
    await subordinate.settled();
    await superiorAgain.settled();
    expect([calls, superiorAgain.committed.length]).toEqual([['in doubt', 'commit'], 1]);
    await superiorAgain.close();
    await subordinate.close();
    await open.close();
  });

  it('[K14] enlists in new transactions while one is in doubt', async () => {
    const all = await machine();
    const doubtful = await enlisted(all);
    const boss = await KtmClient.open(rig());
    const bossRm = await boss.resourceManager(await boss.durableManager(all.name, { open: true }));
    const superior = await bossRm.enlist(await boss.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, doubtful.unitOfWork), SUPERIOR, { superior: true });
    await boss.ktm.prepareEnlistment(superior, null);
    await all.client.ktm.prepareComplete(doubtful.enlistment, null);
    await all.client.end();
    const { client, rm } = await back(all);
    await client.ktm.recoverResourceManager(rm.handle);
    // Between RECOVER and its answer.
    const next = await enlisted({ ...all, client, rm });
    await all.keeper.ktm.commitTransactionAsync(next.transaction);
    expect(await rm.told()).toEqual(['RECOVER', 'LAST_RECOVER', 'PREPARE']);
    await client.ktm.prepareComplete(next.enlistment, null);
    await client.ktm.commitComplete(next.enlistment, null);
    expect(await all.keeper.outcomeOf(next.transaction)).toBe(TRANSACTION_OUTCOME.Committed);
    const opened = await client.ktm.openEnlistment(ENLISTMENT_RIGHTS.ALL_ACCESS, rm.handle, doubtful.enlistmentId);
    await client.ktm.recoverEnlistment(opened, 1);
    expect(await rm.told()).toEqual(['COMMIT', 'INDOUBT']);
    await boss.ktm.rollbackEnlistment(superior, null);
    expect(await rm.told()).toEqual(['ROLLBACK']);
  });

  it(`[K7] [K10] [K11] with ${String(MANY)} enlistments gets RECOVER for each of them and LAST_RECOVER once and last, and brings all to their end`, async () => {
    const all = await machine();
    const made: string[] = [];
    // Once the decision is in the log nobody needs a handle: without them a call costs the double the same however many there were.
    const { ktm } = all.client;
    while (made.length < MANY) {
      const transaction = await ktm.createTransaction(0, 0, null);
      const enlistment = await all.rm.enlist(transaction, TWO_PHASES);
      made.push(await ktm.getEnlistmentId(enlistment));
      await ktm.commitTransactionAsync(transaction);
      await ktm.prepareComplete(enlistment, null);
      await enlistment.close();
      await transaction.close();
    }
    await all.client.end();
    const { client, rm } = await back(all);
    await client.ktm.recoverResourceManager(rm.handle);
    const notifications = await rm.notifications();
    expect(notifications.slice(0, -1).map(({ enlistmentId }) => enlistmentId).sort()).toEqual(made.slice().sort());
    expect(at(notifications, MANY).notification).toBe(NOTIFY.LAST_RECOVER);
    await client.end();
    const { recovered, calls } = await recover(all, []);
    expect([recovered.committed.length, calls.length, recovered.unresolved, recovered.inDoubt]).toEqual([MANY, MANY, [], []]);
    await recovered.close();
    const after = await recover(all, []);
    expect([after.recovered.created, after.calls]).toEqual([true, []]);
    await after.recovered.close();
  }, 240_000);
});
