import type { KernelHandle } from '../../lib/binding/functions';
import { ENLISTMENT_SUPERIOR, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_RIGHTS } from '../../lib/binding/ktm-codes';
import { settled } from '../../lib/simulator/scheduler';
import type { EnlistmentInfo, TransactionInfo } from '../../lib/simulator';
import { FULL, Program, Rm, SINGLE, SUPERIOR, TWO_PHASE, codeOf, ktmMachine, rmId } from './ktm-rig';
import type { KtmMachine } from './ktm-rig';

interface Stage extends KtmMachine {
  readonly program: Program;
  readonly manager: KernelHandle;
  readonly rms: readonly Rm[];
  readonly transaction: KernelHandle;
  readonly enlistments: readonly KernelHandle[];
  info(): TransactionInfo;
  states(): readonly string[];
  /** What each resource manager has in its queue. */
  read(): Promise<readonly (readonly string[])[]>;
}

/** A volatile transaction with one enlistment for each mask, each of its own resource manager. */
async function stage(masks: readonly number[], options: Parameters<typeof ktmMachine>[0] = {}, timeoutMs = 0): Promise<Stage> {
  const at = ktmMachine(options);
  const program = new Program(at.machine);
  const manager = await program.volatileManager();
  const rms: Rm[] = [];
  for (const index of masks.keys()) rms.push(await program.resourceManager(manager, rmId(index)));
  const transaction = await program.ktm.createTransaction(0, timeoutMs, 'the transaction');
  const enlistments: KernelHandle[] = [];
  for (const [index, rm] of rms.entries()) {
    const mask = masks[index] ?? FULL;
    enlistments.push(await rm.enlist(transaction, mask, 100 + index, mask === SUPERIOR ? ENLISTMENT_SUPERIOR : 0));
  }
  const info = (): TransactionInfo => {
    const [only] = at.machine.ktm.transactions;
    if (only === undefined) throw new Error('there is no transaction');
    return only;
  };
  return {
    ...at, program, manager, rms, transaction, enlistments, info,
    states: () => info().enlistments.map(({ state }) => state),
    read: async () => {
      const all = [];
      for (const rm of rms) all.push(await rm.read());
      return all;
    },
  };
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`nothing at ${String(index)}`);
  return value;
}

describe('the commit', () => {
  it('goes through pre-prepare, prepare and commit, each phase after every answer of the one before', async () => {
    const { program: { ktm }, transaction, enlistments, read, states } = await stage([FULL, FULL]);
    const [first, second] = [at(enlistments, 0), at(enlistments, 1)];
    let answered = false;
    const committed = ktm.commitTransaction(transaction).then(() => (answered = true));
    await settled();
    expect(await read()).toEqual([['PREPREPARE'], ['PREPREPARE']]);
    await ktm.prePrepareComplete(first, null);
    expect(await read()).toEqual([[], []]);
    expect(states()).toEqual(['PrePrepared', 'PrePreparing']);
    await ktm.prePrepareComplete(second, null);
    expect(await read()).toEqual([['PREPARE'], ['PREPARE']]);
    await ktm.prepareComplete(second, null);
    expect(await read()).toEqual([[], []]);
    expect(states()).toEqual(['Preparing', 'Prepared']);
    await ktm.prepareComplete(first, null);
    expect(await read()).toEqual([['COMMIT'], ['COMMIT']]);
    await ktm.commitComplete(first, null);
    expect(answered).toBe(false);
    expect((await ktm.getTransactionInformation(transaction)).outcome).toBe(2);
    await ktm.commitComplete(second, null);
    await committed;
    expect(states()).toEqual(['Committed', 'Committed']);
  });

  it('of nobody is done at once', async () => {
    const { program: { ktm }, transaction } = await stage([]);
    await ktm.commitTransaction(transaction);
    expect((await ktm.getTransactionInformation(transaction)).outcome).toBe(2);
  });

  it('leaves out the phases that nobody asked for', async () => {
    const { program: { ktm }, transaction, enlistments, read } = await stage([TWO_PHASE, NOTIFY.PREPREPARE | NOTIFY.ROLLBACK, NOTIFY.COMMIT | NOTIFY.ROLLBACK]);
    await ktm.commitTransactionAsync(transaction);
    expect(await read()).toEqual([[], ['PREPREPARE'], []]);
    await ktm.prePrepareComplete(at(enlistments, 1), null);
    expect(await read()).toEqual([['PREPARE'], [], []]);
    await ktm.prepareComplete(at(enlistments, 0), null);
    expect(await read()).toEqual([['COMMIT'], [], ['COMMIT']]);
    await ktm.commitComplete(at(enlistments, 0), null);
    const finished = codeOf(ktm.commitTransaction(transaction));
    expect(await finished).toBe(6705);
  });

  it('tells each resource manager with its own key, and the virtual clock', async () => {
    const { program: { ktm }, transaction, rms, manager } = await stage([TWO_PHASE, TWO_PHASE]);
    expect(await ktm.getCurrentClockTransactionManager(manager)).toBe(1n);
    await ktm.commitTransactionAsync(transaction);
    expect(await at(rms, 1).take()).toEqual([{ key: 101n, notification: NOTIFY.PREPARE, virtualClock: 2n, enlistmentId: null, unitOfWork: null, managerId: null }]);
    expect(await ktm.getCurrentClockTransactionManager(manager)).toBe(2n);
  });

  it('drops a read-only resource manager, and is single-phase for the one that is left', async () => {
    const { program: { ktm }, transaction, enlistments, read, states } = await stage([FULL, SINGLE]);
    await ktm.readOnlyEnlistment(at(enlistments, 0), null);
    const committed = ktm.commitTransaction(transaction);
    await settled();
    expect(await read()).toEqual([[], ['SINGLE_PHASE_COMMIT']]);
    await ktm.commitComplete(at(enlistments, 1), null);
    await committed;
    expect(states()).toEqual(['ReadOnly', 'Committed']);
    expect(await read()).toEqual([[], []]);
  });

  it('goes on to commit when the last one to answer is read-only', async () => {
    const { program: { ktm }, transaction, enlistments, read } = await stage([TWO_PHASE, TWO_PHASE]);
    await ktm.commitTransactionAsync(transaction);
    await ktm.prepareComplete(at(enlistments, 0), null);
    await ktm.readOnlyEnlistment(at(enlistments, 1), null);
    expect(await read()).toEqual([['PREPARE', 'COMMIT'], ['PREPARE']]);
  });

  it('lets a resource manager enlist for later phases while the caches are flushed, but not for pre-prepare, nor afterwards', async () => {
    const { program: { ktm }, transaction, enlistments, rms, read } = await stage([FULL]);
    await ktm.commitTransactionAsync(transaction);
    expect(await codeOf(at(rms, 0).enlist(transaction, FULL))).toBe(6729);
    const late = await at(rms, 0).enlist(transaction, TWO_PHASE);
    await ktm.prePrepareComplete(at(enlistments, 0), null);
    expect(await read()).toEqual([['PREPREPARE', 'PREPARE', 'PREPARE']]);
    expect(await codeOf(at(rms, 0).enlist(transaction, TWO_PHASE))).toBe(6701);
    await ktm.prepareComplete(late, null);
    expect(await read()).toEqual([[]]);
  });

  it('refuses late enlistments on Windows Vista', async () => {
    const { program: { ktm }, transaction, rms } = await stage([FULL], { windowsVersion: 'WindowsVista' });
    await ktm.commitTransactionAsync(transaction);
    expect(await codeOf(at(rms, 0).enlist(transaction, TWO_PHASE))).toBe(6701);
  });
});

describe('single phase', () => {
  it('is not done when two are left, or a superior is there', async () => {
    const two = await stage([SINGLE, SINGLE]);
    await two.program.ktm.commitTransactionAsync(two.transaction);
    expect(await two.read()).toEqual([['PREPREPARE'], ['PREPREPARE']]);
    const driven = await stage([SINGLE, SUPERIOR]);
    await driven.program.ktm.commitTransactionAsync(driven.transaction);
    await driven.program.ktm.commitEnlistment(at(driven.enlistments, 1), null);
    expect(await driven.read()).toEqual([['PREPREPARE'], ['COMMIT_REQUEST']]);
  });

  it('becomes the phases at once when it is rejected', async () => {
    const { program: { ktm }, transaction, enlistments, read } = await stage([SINGLE]);
    await ktm.commitTransactionAsync(transaction);
    await ktm.singlePhaseReject(at(enlistments, 0), null);
    expect(await read()).toEqual([['SINGLE_PHASE_COMMIT', 'PREPREPARE']]);
    await ktm.prePrepareComplete(at(enlistments, 0), null);
    await ktm.prepareComplete(at(enlistments, 0), null);
    expect(await read()).toEqual([['PREPARE', 'COMMIT']]);
  });

  it('may be refused', async () => {
    const { program: { ktm }, transaction, enlistments, read } = await stage([SINGLE]);
    const committed = codeOf(ktm.commitTransaction(transaction));
    await settled();
    await ktm.rollbackEnlistment(at(enlistments, 0), null);
    expect(await committed).toBe(6704);
    expect(await read()).toEqual([['SINGLE_PHASE_COMMIT', 'ROLLBACK']]);
  });

  it('has no outcome when its owner goes away: RM_DISCONNECTED', async () => {
    const { program: { ktm }, transaction, enlistments, rms, info } = await stage([SINGLE]);
    const other = await at(rms, 0).enlist(transaction, FULL | NOTIFY.RM_DISCONNECTED, 7);
    await ktm.readOnlyEnlistment(other, null);
    const committed = codeOf(ktm.commitTransaction(transaction));
    await settled();
    expect(await codeOf(ktm.rollbackTransaction(transaction))).toBe(6702);
    await at(enlistments, 0).close();
    expect(await committed).toBe(6819);
    expect(info()).toMatchObject({ state: 'InDoubt', outcome: 'Unavailable' });
    expect(await at(rms, 0).read()).toEqual(['SINGLE_PHASE_COMMIT', 'RM_DISCONNECTED']);
  });
});

describe('a superior', () => {
  it('drives every phase and hears of its end', async () => {
    const { program: { ktm }, enlistments, read, states } = await stage([FULL, SUPERIOR]);
    const [subordinate, superior] = [at(enlistments, 0), at(enlistments, 1)];
    await ktm.prePrepareEnlistment(superior, null);
    expect(await read()).toEqual([['PREPREPARE'], []]);
    await ktm.prePrepareComplete(subordinate, null);
    expect(await read()).toEqual([[], ['PREPREPARE_COMPLETE']]);
    await ktm.prepareEnlistment(superior, null);
    expect(await read()).toEqual([['PREPARE'], []]);
    await ktm.prepareComplete(subordinate, null);
    expect(await read()).toEqual([[], ['PREPARE_COMPLETE']]);
    expect(states()).toEqual(['Prepared', 'Prepared']);
    await ktm.commitEnlistment(superior, null);
    expect(await read()).toEqual([['COMMIT'], []]);
    await ktm.commitComplete(subordinate, null);
    expect(await read()).toEqual([[], ['COMMIT_COMPLETE']]);
  });

  it('rolls back until it has committed', async () => {
    const { program: { ktm }, enlistments, read } = await stage([TWO_PHASE, SUPERIOR]);
    const [subordinate, superior] = [at(enlistments, 0), at(enlistments, 1)];
    await ktm.prepareEnlistment(superior, null);
    await ktm.prepareComplete(subordinate, null);
    await ktm.rollbackEnlistment(superior, null);
    expect(await read()).toEqual([['PREPARE', 'ROLLBACK'], ['PREPARE_COMPLETE']]);
    await ktm.rollbackComplete(subordinate, null);
    expect(await read()).toEqual([[], ['ROLLBACK_COMPLETE']]);
  });

  it('is told of a rollback by somebody else, and of its end', async () => {
    const { program: { ktm }, transaction, enlistments, read } = await stage([TWO_PHASE, SUPERIOR]);
    await ktm.rollbackTransaction(transaction);
    expect(await read()).toEqual([['ROLLBACK'], ['ROLLBACK']]);
    await ktm.rollbackComplete(at(enlistments, 1), null);
    await ktm.rollbackComplete(at(enlistments, 0), null);
    expect(await read()).toEqual([[], ['ROLLBACK_COMPLETE']]);
  });

  it('takes the place of the client: CommitTransaction is refused, or becomes its COMMIT_REQUEST', async () => {
    const refused = await stage([TWO_PHASE]);
    await at(refused.rms, 0).enlist(refused.transaction, SUPERIOR & ~NOTIFY.COMMIT_REQUEST, 0, ENLISTMENT_SUPERIOR);
    expect(await codeOf(refused.program.ktm.commitTransaction(refused.transaction))).toBe(6709);
    const { program: { ktm }, transaction, enlistments, read } = await stage([TWO_PHASE, SUPERIOR]);
    const committed = ktm.commitTransaction(transaction);
    await settled();
    expect(await read()).toEqual([[], ['COMMIT_REQUEST']]);
    expect(await codeOf(ktm.commitTransaction(transaction))).toBe(6702);
    await ktm.commitEnlistment(at(enlistments, 1), null);
    expect(await read()).toEqual([['PREPARE'], []]);
    await ktm.prepareComplete(at(enlistments, 0), null);
    await ktm.commitComplete(at(enlistments, 0), null);
    await committed;
    expect(await read()).toEqual([['COMMIT'], ['COMMIT_COMPLETE']]);
  });

  it('leaves a volatile transaction to be rolled back when it goes away', async () => {
    const { program: { ktm }, machine, transaction, enlistments, manager, read } = await stage([TWO_PHASE]);
    const other = new Program(machine, 'superior');
    const theirs = await other.ktm.openTransactionManagerById(await ktm.getTransactionManagerId(manager), 0x3f);
    const rm = await other.resourceManager(theirs, rmId(9));
    const superior = await rm.enlist(await other.ktm.openTransaction(TRANSACTION_RIGHTS.ALL_ACCESS, await ktm.getTransactionId(transaction)), SUPERIOR, 0, ENLISTMENT_SUPERIOR);
    await other.ktm.prepareEnlistment(superior, null);
    await ktm.prepareComplete(at(enlistments, 0), null);
    other.die();
    expect(await read()).toEqual([['PREPARE', 'ROLLBACK']]);
  });
});

describe('who may roll back (2.3)', () => {
  const everybody = async ({ read }: Stage): Promise<void> => {
    expect((await read()).map((notices) => notices.at(-1))).toEqual(['ROLLBACK', 'ROLLBACK']);
  };

  it('the client, without waiting for RollbackComplete', async () => {
    const both = await stage([FULL, FULL]);
    await both.program.ktm.rollbackTransaction(both.transaction);
    await everybody(both);
    await both.program.ktm.rollbackTransaction(both.transaction);
    expect(await codeOf(both.program.ktm.commitTransaction(both.transaction))).toBe(6704);
    expect((await both.program.ktm.getTransactionInformation(both.transaction)).outcome).toBe(3);
  });

  it('a resource manager before its PrepareComplete, and never after', async () => {
    const both = await stage([TWO_PHASE, TWO_PHASE]);
    const { ktm } = both.program;
    const committed = codeOf(ktm.commitTransaction(both.transaction));
    await settled();
    await ktm.prepareComplete(at(both.enlistments, 0), null);
    expect(await codeOf(ktm.rollbackEnlistment(at(both.enlistments, 0), null))).toBe(6702);
    await ktm.rollbackEnlistment(at(both.enlistments, 1), null);
    await everybody(both);
    expect(await committed).toBe(6704);
  });

  it('the timeout, while not all have prepared', async () => {
    const both = await stage([TWO_PHASE, TWO_PHASE], {}, 5000);
    await both.program.ktm.commitTransactionAsync(both.transaction);
    await both.program.ktm.prepareComplete(at(both.enlistments, 0), null);
    await both.clock.advance(4999);
    expect(both.info().outcome).toBe('Undetermined');
    await both.clock.advance(1);
    await everybody(both);
  });

  it('not the timeout once all have prepared', async () => {
    const { program: { ktm }, transaction, enlistments, clock, read } = await stage([TWO_PHASE], {}, 5000);
    await ktm.commitTransactionAsync(transaction);
    await ktm.prepareComplete(at(enlistments, 0), null);
    await clock.advance(60_000);
    expect(await read()).toEqual([['PREPARE', 'COMMIT']]);
  });

  it('a new timeout counts from when it is set', async () => {
    const { program: { ktm }, transaction, clock, info } = await stage([TWO_PHASE], {}, 5000);
    await clock.advance(4000);
    await ktm.setTransactionInformation(transaction, 3000, 'renamed');
    expect(await ktm.getTransactionInformation(transaction)).toMatchObject({ timeoutMs: 3000, description: 'renamed' });
    await clock.advance(2999);
    expect(info().outcome).toBe('Undetermined');
    await clock.advance(1);
    expect(info().outcome).toBe('Aborted');
  });

  it('the last close of the transaction, but not while another handle is open', async () => {
    const both = await stage([FULL, FULL]);
    const second = await both.program.ktm.openTransaction(TRANSACTION_RIGHTS.QUERY_INFORMATION, await both.program.ktm.getTransactionId(both.transaction));
    await both.transaction.close();
    expect(both.info().outcome).toBe('Undetermined');
    await second.close();
    await everybody(both);
  });

  it('not the close of the transaction once its commit has begun', async () => {
    const { program: { ktm }, transaction, enlistments, read } = await stage([TWO_PHASE]);
    await ktm.commitTransactionAsync(transaction);
    await transaction.close();
    await ktm.prepareComplete(at(enlistments, 0), null);
    expect(await read()).toEqual([['PREPARE', 'COMMIT']]);
  });

  it('the last close of an enlistment that has not prepared', async () => {
    const { enlistments, info, read } = await stage([FULL, FULL]);
    await at(enlistments, 0).close();
    expect(info().outcome).toBe('Aborted');
    expect(await read()).toEqual([[], ['ROLLBACK']]);
  });

  it('not the close of an enlistment that has prepared: it hears the outcome, and opens it again to answer', async () => {
    const { program: { ktm }, transaction, enlistments, rms, info } = await stage([TWO_PHASE, TWO_PHASE]);
    await ktm.commitTransactionAsync(transaction);
    const id = await ktm.getEnlistmentId(at(enlistments, 0));
    await ktm.prepareComplete(at(enlistments, 0), null);
    await at(enlistments, 0).close();
    await ktm.prepareComplete(at(enlistments, 1), null);
    expect(await at(rms, 0).read()).toEqual(['PREPARE', 'COMMIT']);
    await ktm.commitComplete(await at(rms, 0).open(id), null);
    await ktm.commitComplete(at(enlistments, 1), null);
    expect(info()).toMatchObject({ outcome: 'Committed' });
  });

  it('the last close of a resource manager', async () => {
    const { rms, info } = await stage([FULL, FULL]);
    await at(rms, 0).handle.close();
    expect(info().outcome).toBe('Aborted');
    expect(await at(rms, 1).read()).toEqual(['ROLLBACK']);
  });

  it('the last close of the transaction manager', async () => {
    const { manager, info, rms, program: { ktm }, transaction } = await stage([FULL]);
    await manager.close();
    expect((await ktm.getTransactionInformation(transaction)).outcome).toBe(3);
    expect(info).toThrow('no transaction');
    expect(await codeOf(ktm.getNotificationResourceManager(at(rms, 0).handle, 0))).toBe(6722);
  });

  it('the death of a process, through its last handles', async () => {
    const { machine, program: { ktm }, transaction, rms, read, info } = await stage([FULL]);
    const other = new Program(machine, 'other');
    const theirs = await other.ktm.openTransaction(TRANSACTION_RIGHTS.ALL_ACCESS, await ktm.getTransactionId(transaction));
    expect(await codeOf(other.ktm.getTransactionId(theirs))).toBe('ok');
    other.die();
    expect(info().outcome).toBe('Undetermined');
    const third = new Program(machine, 'third');
    const own = await third.ktm.createTransaction(0, 0, null);
    const id = await third.ktm.getTransactionId(own);
    const mine = await ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, id);
    await at(rms, 0).enlist(mine);
    await mine.close();
    third.die();
    expect(await read()).toEqual([['ROLLBACK']]);
  });
});

describe('what closing means to an outcome that is told', () => {
  it('a volatile resource manager that closes its enlistment has completed it', async () => {
    const { program: { ktm }, transaction, enlistments } = await stage([TWO_PHASE]);
    const committed = ktm.commitTransaction(transaction);
    await settled();
    await ktm.prepareComplete(at(enlistments, 0), null);
    await at(enlistments, 0).close();
    await committed;
  });

  it('CommitTransaction does not wait for a resource manager that is gone', async () => {
    const { program: { ktm }, transaction, enlistments, rms } = await stage([TWO_PHASE, TWO_PHASE]);
    const committed = ktm.commitTransaction(transaction);
    await settled();
    for (const enlistment of enlistments) await ktm.prepareComplete(enlistment, null);
    await ktm.commitComplete(at(enlistments, 1), null);
    await at(rms, 0).handle.close();
    await committed;
  });
});

describe('notifications', () => {
  it('come to a call that waits, in the order in which they were sent', async () => {
    const { program: { ktm }, transaction, rms } = await stage([TWO_PHASE]);
    const first = ktm.getNotificationResourceManager(at(rms, 0).handle, 0xffffffff);
    const second = ktm.getNotificationResourceManager(at(rms, 0).handle, 60_000);
    await settled();
    await ktm.commitTransactionAsync(transaction);
    expect((await first).notification).toBe(NOTIFY.PREPARE);
    await ktm.rollbackTransaction(transaction);
    expect((await second).notification).toBe(NOTIFY.ROLLBACK);
  });

  it('time out with ERROR_TIMEOUT, in the time of the machine', async () => {
    const { program: { ktm }, rms, clock } = await stage([TWO_PHASE]);
    const waiting = codeOf(ktm.getNotificationResourceManager(at(rms, 0).handle, 1000));
    let over = false;
    void waiting.then(() => (over = true));
    await clock.advance(999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(await waiting).toBe(1460);
  });

  it('are requested asynchronously only with a completion port, and end with the last handle', async () => {
    const { program: { ktm }, transaction, rms } = await stage([TWO_PHASE]);
    const rm = at(rms, 0).handle;
    expect(await codeOf(ktm.getNotificationResourceManagerAsync(rm))).toBe(87);
    await ktm.setResourceManagerCompletionPort(rm, 5);
    const [first, second] = [ktm.getNotificationResourceManagerAsync(rm), codeOf(ktm.getNotificationResourceManagerAsync(rm))];
    await settled();
    await ktm.commitTransactionAsync(transaction);
    expect((await first).notification).toBe(NOTIFY.PREPARE);
    await rm.close();
    expect(await second).toBe(995);
  });

  it('do not come to a call that waits when the last handle is closed, nor is it woken: it times out', async () => {
    const { program: { ktm }, rms, clock } = await stage([TWO_PHASE]);
    const waiting = codeOf(ktm.getNotificationResourceManager(at(rms, 0).handle, 5000));
    let over = false;
    void waiting.then(() => (over = true));
    await settled();
    await at(rms, 0).handle.close();
    await clock.advance(4999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(await waiting).toBe(1460);
  });

  it('are not taken along by a process that dies while it waits', async () => {
    const { program: { ktm }, machine, manager, transaction } = await stage([]);
    const [one, two] = [new Program(machine, 'one'), new Program(machine, 'two')];
    const id = await ktm.getTransactionManagerId(manager);
    const rm = await one.resourceManager(await one.ktm.openTransactionManagerById(id, 0x3f), rmId(1));
    const same = await two.ktm.openResourceManager(0x7f, await two.ktm.openTransactionManagerById(id, 0x3f), rmId(1));
    void two.ktm.getNotificationResourceManager(same, 0xffffffff).catch(() => undefined);
    await settled();
    two.die();
    const mine = await one.ktm.openTransaction(TRANSACTION_RIGHTS.ALL_ACCESS, await ktm.getTransactionId(transaction));
    await rm.enlist(mine);
    await ktm.rollbackTransaction(transaction);
    expect(await rm.read()).toEqual(['ROLLBACK']);
  });
});

describe('the histories', () => {
  it('tell what each object was sent, and the states that it went through', async () => {
    const { program: { ktm }, transaction, enlistments, info } = await stage([FULL]);
    await ktm.commitTransactionAsync(transaction);
    await ktm.prePrepareComplete(at(enlistments, 0), null);
    await ktm.prepareComplete(at(enlistments, 0), null);
    const [enlistment] = info().enlistments as readonly [EnlistmentInfo];
    expect(enlistment.history).toEqual([
      { notification: 0, state: 'Active' }, { notification: 1, state: 'PrePreparing' }, { notification: 0, state: 'PrePrepared' },
      { notification: 2, state: 'Preparing' }, { notification: 0, state: 'Prepared' }, { notification: 4, state: 'CommittedNotify' },
    ]);
    expect(info().history.map(({ state }) => state)).toEqual(['Active', 'PrePreparing', 'Preparing', 'Prepared', 'Committed']);
  });
});

describe('the virtual clock', () => {
  it('is raised by callers, never lowered', async () => {
    const { program: { ktm }, transaction, enlistments, manager } = await stage([FULL]);
    await ktm.commitTransactionAsync(transaction);
    await ktm.prePrepareComplete(at(enlistments, 0), 500n);
    expect(await ktm.getCurrentClockTransactionManager(manager)).toBe(500n);
    await ktm.prepareComplete(at(enlistments, 0), 3n);
    expect(await ktm.getCurrentClockTransactionManager(manager)).toBe(500n);
  });
});

describe('the control', () => {
  it('shows transactions and managers from outside', async () => {
    const { machine, transaction, program: { ktm }, manager } = await stage([FULL]);
    const control = machine.openControl();
    expect(await control.call('Ktm::Transactions')).toMatchObject([{ id: await ktm.getTransactionId(transaction), state: 'Active', enlistments: [{ state: 'Active', superior: false }] }]);
    expect(await control.call('Ktm::Managers')).toMatchObject([{ id: await ktm.getTransactionManagerId(manager), log: null, state: 'Online', resourceManagers: [{ volatile: true, enlistments: 1 }] }]);
  });
});
