/** Transaction, TransactionManager, ResourceManager and Enlistment: their ends, waits and cancellations. */
import { CommitAbortError, ResourceManager, Transaction, TransactionManager } from '../../lib/ktm';
import type { Notification, NotificationName } from '../../lib/ktm';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';

const id = '11111111-2222-4333-8444-555555555555';
const TWO_PHASES: readonly NotificationName[] = ['PREPARE', 'COMMIT', 'ROLLBACK'];
const LOG = 'C:\\logs\\ktm';

interface Situation {
  readonly backend: SimulatedWindows;
  readonly manager: TransactionManager;
  readonly rm: ResourceManager;
}

async function situation(volatile = true): Promise<Situation> {
  const backend = new SimulatedWindows({ host: new SimulatedHost() });
  const manager = await TransactionManager.create(volatile ? { backend, volatile } : { backend, logFileName: LOG });
  if (!volatile) await manager.recover();
  const rm = await ResourceManager.create(manager, { id, volatile });
  await rm.recover({ onNotification: () => Promise.resolve() });
  return { backend, manager, rm };
}

async function next(notifications: AsyncGenerator<Notification, void, undefined>): Promise<Notification> {
  const result = await notifications.next();
  if (result.done === true) throw new Error('the notifications have ended');
  return result.value;
}

/** Everything that was opened is closed, and so is the channel. */
async function closeAll({ backend, manager, rm }: Situation): Promise<void> {
  await rm.close();
  await manager.close();
  expect(backend.handleCount()).toBe(0);
  expect(backend.processList.filter(({ alive, name }) => alive && name === 'client')).toEqual([]);
}

describe('Transaction', () => {
  it('is rolled back when its block is left without a commit', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend, description: 'a job' });
    expect(await transaction.information()).toEqual({ outcome: 'undetermined', timeoutMs: 0, description: 'a job' });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    await transaction[Symbol.asyncDispose]();
    expect(all.backend.calls.some(({ operation }) => operation === 'KtmW32::RollbackTransaction')).toBe(true);
    expect(await next(all.rm.notifications())).toMatchObject({ type: 'ROLLBACK', enlistment });
    await enlistment.rollbackComplete();
    await enlistment.close();
    await closeAll(all);
  });

  it('is not rolled back once it is committed, and asks nothing of KTM at its end', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    await transaction.commit();
    expect(await transaction.outcome()).toBe('committed');
    await transaction.close();
    expect(all.backend.calls.some(({ operation }) => operation === 'KtmW32::RollbackTransaction')).toBe(false);
    await closeAll(all);
  });

  it('that was opened by its id is left to its owner', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    const other = await Transaction.open({ backend: all.backend, id: await transaction.id() });
    await other.close();
    expect(await transaction.outcome()).toBe('undetermined');
    await transaction.commit();
    await transaction.close();
    await closeAll(all);
  });

  it('is rolled back by the signal that it was made with', async () => {
    const all = await situation();
    const controller = new AbortController();
    const transaction = await Transaction.create({ backend: all.backend, signal: controller.signal });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    controller.abort();
    expect(await next(all.rm.notifications())).toMatchObject({ type: 'ROLLBACK' });
    await enlistment.rollbackComplete();
    expect(await transaction.outcome()).toBe('aborted');
    await transaction.close();
    await closeAll(all);
  });

  it('is rolled back by KTM when its time is over', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend, timeoutMs: 5000 });
    expect((await transaction.information()).timeoutMs).toBe(5000);
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const committing = transaction.commit();
    const notifications = all.rm.notifications();
    expect((await next(notifications)).type).toBe('PREPARE');
    // Nobody answers; the simulated clock moves on.
    expect((await next(notifications)).type).toBe('ROLLBACK');
    await expect(committing).rejects.toMatchObject({ code: 'ERROR_TRANSACTION_ALREADY_ABORTED', win32: 6704 });
    await enlistment.close();
    await transaction.close();
    await closeAll(all);
  });

  it('says that it was aborted when the signal of its commit comes in time', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const controller = new AbortController();
    const committing = transaction.commit({ signal: controller.signal });
    const notifications = all.rm.notifications();
    expect((await next(notifications)).type).toBe('PREPARE');
    controller.abort(new Error('enough'));
    const error: unknown = await committing.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommitAbortError);
    expect(error).toMatchObject({ code: 'ABORT_ERR', outcome: 'aborted', cause: { message: 'enough' } });
    expect((await next(notifications)).type).toBe('ROLLBACK');
    await enlistment.close();
    await transaction.close();
    await closeAll(all);
  });

  it('is committed all the same when the signal comes after the decision', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const controller = new AbortController();
    const committing = transaction.commit({ signal: controller.signal });
    const notifications = all.rm.notifications();
    await next(notifications);
    await enlistment.prepareComplete();
    expect((await next(notifications)).type).toBe('COMMIT');
    controller.abort();
    await committing;
    expect(await transaction.outcome()).toBe('committed');
    await enlistment.commitComplete();
    await enlistment.close();
    await transaction.close();
    await closeAll(all);
  });

  it('does not hide that nobody knows yet when the signal comes in between', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: [...TWO_PHASES, 'SINGLE_PHASE_COMMIT'] });
    const controller = new AbortController();
    const committing = transaction.commit({ signal: controller.signal });
    expect((await next(all.rm.notifications())).type).toBe('SINGLE_PHASE_COMMIT');
    controller.abort();
    await expect(committing).rejects.toMatchObject({ code: 'ABORT_ERR', outcome: 'undetermined' });
    // One that has fired before says no more, and hides a commit neither.
    await expect(transaction.commit({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORT_ERR', outcome: 'undetermined' });
    await enlistment.commitComplete();
    expect(await transaction.outcome()).toBe('committed');
    await transaction.commit({ signal: controller.signal });
    await enlistment.close();
    await transaction.close();
    await closeAll(all);
  });

  it('with a signal that has fired is not made, or not committed', async () => {
    const all = await situation();
    const signal = AbortSignal.abort();
    await expect(Transaction.create({ backend: all.backend, signal })).rejects.toMatchObject({ code: 'ABORT_ERR' });
    const transaction = await Transaction.create({ backend: all.backend });
    await expect(transaction.commit({ signal })).rejects.toMatchObject({ code: 'ABORT_ERR', outcome: 'aborted' });
    expect(await transaction.outcome()).toBe('aborted');
    await transaction.close();
    await closeAll(all);
  });

  it('takes a new time and a new description', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    await transaction.setInformation({ timeoutMs: 60_000, description: 'longer' });
    expect(await transaction.information()).toMatchObject({ timeoutMs: 60_000, description: 'longer' });
    await transaction.rollback();
    await transaction.rollback();
    await transaction.close();
    await closeAll(all);
  });
});

describe('TransactionManager', () => {
  it('has an id, a clock that commits and callers raise, and is found by its id', async () => {
    const all = await situation(false);
    const found = await TransactionManager.openById({ backend: all.backend, id: await all.manager.id() });
    const before = await found.clock();
    const transaction = await Transaction.create({ backend: all.backend });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    await transaction.commitAsync();
    expect(await all.manager.clock()).toBe(before + 1n);
    await enlistment.prepareComplete({ virtualClock: 1000n });
    expect(await all.manager.clock()).toBe(1000n);
    await enlistment.commitComplete();
    await enlistment.close();
    await transaction.close();
    await found.close();
    await closeAll(all);
  });

  it('rolls forward to a clock value, then recovers to the end', async () => {
    const all = await situation(false);
    await all.rm.close();
    await all.manager.close();
    const again = await TransactionManager.open({ backend: all.backend, logFileName: LOG });
    await again.rollforward(1n);
    await again.recover();
    await again.recover();
    await expect(again.rollforward(5n)).rejects.toMatchObject({ win32: 31 });
    await again.close();
    expect(all.backend.handleCount()).toBe(0);
  });

  it('gives a log a new identity', async () => {
    const all = await situation(false);
    const old = await all.manager.id();
    await all.rm.close();
    await all.manager.close();
    await TransactionManager.rename({ backend: all.backend, logFileName: LOG, existingId: old });
    const again = await TransactionManager.open({ backend: all.backend, logFileName: LOG });
    expect(await again.id()).not.toBe(old);
    await again.close();
  });
});

describe('ResourceManager', () => {
  it('loses no notification when a reader gives up, and ends its readers when it is closed', async () => {
    const all = await situation();
    const controller = new AbortController();
    const given = next(all.rm.notifications({ signal: controller.signal }));
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: 'ABORT_ERR' });
    const transaction = await Transaction.create({ backend: all.backend });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    await transaction.rollback();
    expect(await next(all.rm.notifications())).toMatchObject({ type: 'ROLLBACK', enlistment });
    const waiting = all.rm.notifications().next();
    await transaction.close();
    await closeAll(all);
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await all.rm.notifications().next()).toEqual({ done: true, value: undefined });
  });

  it('gives an enlistment\'s notifications to its own taker, one after the other', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    const seen: string[] = [];
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    let done: () => void = () => undefined;
    const committed = new Promise<void>((resolve) => (done = resolve));
    const enlistment = await all.rm.createEnlistment(transaction, {
      notifications: TWO_PHASES,
      onNotification: async ({ type, enlistment: its }) => {
        seen.push(`${type} begins`);
        if (type === 'PREPARE') {
          await its?.prepareComplete();
          await held;
        } else {
          await its?.commitComplete();
          done();
        }
        seen.push(`${type} ends`);
      },
    });
    const committing = transaction.commit();
    go();
    await committed;
    await committing;
    expect(seen.slice(0, 3)).toEqual(['PREPARE begins', 'PREPARE ends', 'COMMIT begins']);
    await enlistment.close();
    await transaction.close();
    await closeAll(all);
  });

  it('tells its reader when the machine is gone', async () => {
    const all = await situation();
    const waiting = all.rm.notifications().next();
    all.backend.powerCut();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
  });

  it('works anew on the same backend after the machine was gone', async () => {
    const all = await situation(false);
    all.backend.reboot();
    await expect(all.manager.clock()).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    const manager = await TransactionManager.create({ backend: all.backend, logFileName: LOG });
    await manager.recover();
    await manager.close();
  });
});

describe('Enlistment', () => {
  it('keeps recovery information with its vote, and not on a volatile manager', async () => {
    const all = await situation(false);
    const transaction = await Transaction.create({ backend: all.backend });
    const enlistment = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    await enlistment.setRecoveryInformation(Buffer.from('where I was'));
    expect(Buffer.from(await enlistment.recoveryInformation()).toString()).toBe('where I was');
    expect(await enlistment.id()).toMatch(/^[0-9a-f-]{36}$/);
    await expect(enlistment.setRecoveryInformation('text' as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    await transaction.close();
    await closeAll(all);

    const none = await situation();
    const other = await Transaction.create({ backend: none.backend });
    const its = await none.rm.createEnlistment(other, { notifications: TWO_PHASES });
    await expect(its.setRecoveryInformation(Buffer.from('x'))).rejects.toMatchObject({ code: 'ERROR_TM_VOLATILE' });
    await other.close();
    await closeAll(none);
  });

  it('refuses instead of preparing, or drops out', async () => {
    const all = await situation();
    const transaction = await Transaction.create({ backend: all.backend });
    const one = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const two = await all.rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const committing = transaction.commit();
    const notifications = all.rm.notifications();
    expect((await next(notifications)).enlistment).toBe(one);
    expect((await next(notifications)).enlistment).toBe(two);
    await one.readOnly();
    await two.rollback();
    await expect(committing).rejects.toMatchObject({ code: 'ERROR_TRANSACTION_ALREADY_ABORTED' });
    expect(await next(notifications)).toMatchObject({ type: 'ROLLBACK', enlistment: two });
    await transaction.close();
    await closeAll(all);
  });
});
