/** Every cell of the error lists: which call answers what in which state, with which rights and arguments (facts/ktm-tmf-mts.md 1.2, 1.4, 1.6, 1.8). */
import type { KernelHandle } from '../../lib/binding/functions';
import type { PlainValue } from '../../lib/binding/channel';
import { win32FromHresult } from '../../lib/binding/codes';
import {
  ENLISTMENT_RIGHTS, ENLISTMENT_SUPERIOR, RESOURCE_MANAGER, RESOURCEMANAGER_RIGHTS, TRANSACTION_MANAGER, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_RIGHTS,
  TRANSACTIONMANAGER_RIGHTS,
} from '../../lib/binding/ktm-codes';
import { ktmTable } from '../../lib/binding/tables';
import { FULL, LOG, Program, Rm, SINGLE, SUPERIOR, TWO_PHASE, codeOf, ktmMachine, rmId } from './ktm-rig';

/** One durable transaction, one enlistment of it, everything in one process. */
class Bench {
  private constructor(
    readonly program: Program,
    readonly manager: KernelHandle,
    readonly rm: Rm,
    readonly transaction: KernelHandle,
    readonly enlistment: KernelHandle,
  ) {}

  static async of(mask = FULL, options = 0): Promise<Bench> {
    const program = new Program(ktmMachine().machine);
    const manager = await program.durableManager();
    const rm = await program.resourceManager(manager, rmId(1), 0);
    const transaction = await program.ktm.createTransaction(0, 0, null);
    return new Bench(program, manager, rm, transaction, await rm.enlist(transaction, mask, 0, options));
  }

  get ktm(): Program['ktm'] {
    return this.program.ktm;
  }

  get machine(): Program['machine'] {
    return this.program.machine;
  }

  commit(): Promise<void> {
    return this.ktm.commitTransactionAsync(this.transaction);
  }
}

/** How to bring the enlistment, or its transaction, into a state. */
const ways: Readonly<Record<string, () => Promise<Bench>>> = {
  Active: () => Bench.of(),
  PrePreparing: async () => {
    const bench = await Bench.of();
    await bench.commit();
    return bench;
  },
  PrePrepared: async () => {
    const bench = await Bench.of();
    const other = await bench.rm.enlist(bench.transaction);
    await bench.commit();
    await bench.ktm.prePrepareComplete(bench.enlistment, null);
    expect(other.closed).toBe(false);
    return bench;
  },
  Preparing: async () => {
    const bench = await Bench.of(TWO_PHASE);
    await bench.commit();
    return bench;
  },
  Prepared: async () => {
    const bench = await Bench.of(TWO_PHASE);
    await bench.rm.enlist(bench.transaction, TWO_PHASE);
    await bench.commit();
    await bench.ktm.prepareComplete(bench.enlistment, null);
    return bench;
  },
  CommittedNotify: async () => {
    const bench = await Bench.of(TWO_PHASE);
    await bench.commit();
    await bench.ktm.prepareComplete(bench.enlistment, null);
    return bench;
  },
  Committed: async () => {
    const bench = await Bench.of(TWO_PHASE);
    await bench.commit();
    await bench.ktm.prepareComplete(bench.enlistment, null);
    await bench.ktm.commitComplete(bench.enlistment, null);
    return bench;
  },
  Aborting: async () => {
    const bench = await Bench.of();
    await bench.ktm.rollbackTransaction(bench.transaction);
    return bench;
  },
  Aborted: async () => {
    const bench = await Bench.of();
    await bench.ktm.rollbackTransaction(bench.transaction);
    await bench.ktm.rollbackComplete(bench.enlistment, null);
    return bench;
  },
  ReadOnly: async () => {
    const bench = await Bench.of();
    await bench.ktm.readOnlyEnlistment(bench.enlistment, null);
    return bench;
  },
  Delegated: async () => {
    const bench = await Bench.of(SINGLE);
    await bench.commit();
    return bench;
  },
  Offline: () => recovering(false),
  InDoubt: () => recovering(true),
};

/** The resource manager of a prepared enlistment has died and come back; another one has still to prepare. */
async function recovering(recovered: boolean): Promise<Bench> {
  const bench = await Bench.of(TWO_PHASE);
  const other = new Program(bench.machine, 'other');
  const rm = await other.resourceManager(await other.durableManager(), rmId(2), 0);
  const enlistment = await rm.enlist(await other.ktm.openTransaction(TRANSACTION_RIGHTS.ENLIST, await bench.ktm.getTransactionId(bench.transaction)), TWO_PHASE);
  const id = await other.ktm.getEnlistmentId(enlistment);
  await bench.commit();
  await other.ktm.prepareComplete(enlistment, null);
  other.die();
  const again = await bench.program.restartResourceManager(bench.manager, rmId(2));
  const handle = await again.open(id);
  if (recovered) await bench.ktm.recoverEnlistment(handle, 1);
  return Object.assign(Object.create(bench) as Bench, { enlistment: handle, rm: again });
}

const answers = [
  'prePrepareComplete', 'prepareComplete', 'commitComplete', 'rollbackComplete', 'readOnlyEnlistment', 'singlePhaseReject', 'rollbackEnlistment', 'prePrepareEnlistment',
] as const;

/** The answers in their order, by the enlistment's state: `ok`, 6703 where nobody asked, 6702 where it is too late to refuse, 6820 for what is a superior's. */
const answerCells: Readonly<Record<string, readonly ('ok' | number)[]>> = {
  Active: [6703, 6703, 6703, 6703, 'ok', 6703, 'ok', 6820],
  PrePreparing: ['ok', 6703, 6703, 6703, 'ok', 6703, 'ok', 6820],
  PrePrepared: [6703, 6703, 6703, 6703, 'ok', 6703, 'ok', 6820],
  Preparing: [6703, 'ok', 6703, 6703, 'ok', 6703, 'ok', 6820],
  Prepared: [6703, 6703, 6703, 6703, 6703, 6703, 6702, 6820],
  CommittedNotify: [6703, 6703, 'ok', 6703, 6703, 6703, 6702, 6820],
  Committed: [6703, 6703, 6703, 6703, 6703, 6703, 6702, 6820],
  Aborting: [6703, 6703, 6703, 'ok', 6703, 6703, 6702, 6820],
  Aborted: [6703, 6703, 6703, 6703, 6703, 6703, 6702, 6820],
  ReadOnly: [6703, 6703, 6703, 6703, 6703, 6703, 6702, 6820],
  Delegated: [6703, 6703, 'ok', 6703, 6703, 'ok', 'ok', 6820],
  Offline: [6703, 6703, 6703, 6703, 6703, 6703, 6702, 6820],
  InDoubt: [6703, 6703, 6703, 6703, 6703, 6703, 6702, 6820],
};

describe.each(Object.keys(ways))('an enlistment that is %s', (state) => {
  it.each(answers.map((name, index) => [name, answerCells[state]?.[index]] as const))('answers %s with %s', async (name, expected) => {
    const bench = await (ways[state] ?? ways['Active'])?.();
    if (bench === undefined) throw new Error('no way there');
    const [transaction] = bench.machine.ktm.transactions;
    const id = await bench.ktm.getEnlistmentId(bench.enlistment);
    expect(transaction?.enlistments.find((each) => each.id === id)?.state).toBe(state);
    expect(await codeOf(bench.ktm[name](bench.enlistment, null))).toBe(expected);
  });

  it('can be recovered only while it is Offline', async () => {
    const bench = await (ways[state] ?? ways['Active'])?.();
    if (bench === undefined) throw new Error('no way there');
    expect(await codeOf(bench.ktm.recoverEnlistment(bench.enlistment, 1))).toBe(state === 'Offline' ? 'ok' : 6702);
  });
});

/** CommitTransaction, RollbackTransaction, CreateEnlistment, a new timeout, by how far the transaction is. */
const transactionCells: readonly (readonly [string, ...('ok' | number)[]])[] = [
  ['Active', 'ok', 'ok', 'ok', 'ok'],
  ['PrePreparing', 6702, 'ok', 6729, 'ok'],
  ['Preparing', 6702, 'ok', 6701, 'ok'],
  ['Prepared', 6702, 'ok', 6701, 'ok'],
  ['Delegated', 6702, 6702, 6701, 6829],
  ['CommittedNotify', 6705, 6705, 6701, 6829],
  ['Committed', 6705, 6705, 6701, 6829],
  ['Aborting', 6704, 'ok', 6701, 6829],
  ['Aborted', 6704, 'ok', 6701, 6829],
];

describe('a transaction whose enlistment is', () => {
  it.each(transactionCells)('%s answers a commit with %s, a rollback with %s, an enlistment with %s, a new timeout with %s', async (state, ...expected) => {
    const fresh = async (call: (bench: Bench) => Promise<unknown>): Promise<'ok' | number> => {
      const bench = await ways[state]?.();
      if (bench === undefined) throw new Error('no way there');
      return codeOf(call(bench));
    };
    expect([
      await fresh(({ ktm, transaction }) => ktm.commitTransactionAsync(transaction)),
      await fresh(({ ktm, transaction }) => ktm.rollbackTransactionAsync(transaction)),
      await fresh(({ rm, transaction }) => rm.enlist(transaction)),
      await fresh(({ ktm, transaction }) => ktm.setTransactionInformation(transaction, 1000, null)),
    ]).toEqual(expected);
  });
});

describe('the calls of a superior', () => {
  const driven = async (mask: number, superiorMask = SUPERIOR): Promise<Bench & { superior: KernelHandle }> => {
    const bench = await Bench.of(mask);
    const superior = await bench.rm.enlist(bench.transaction, superiorMask, 0, ENLISTMENT_SUPERIOR);
    return Object.assign(Object.create(bench) as Bench, { superior });
  };

  it('are refused without the bit that would tell of the end: 6723', async () => {
    const { ktm, superior } = await driven(FULL, NOTIFY.ROLLBACK);
    expect(await codeOf(ktm.prePrepareEnlistment(superior, null))).toBe(6723);
    expect(await codeOf(ktm.prepareEnlistment(superior, null))).toBe(6723);
    expect(await codeOf(ktm.commitEnlistment(superior, null))).toBe(6723);
  });

  it('come in their order, each once: 6702; and no second commit: 6701', async () => {
    const { ktm, superior, enlistment } = await driven(FULL);
    const demand = async (): Promise<readonly ('ok' | number)[]> => [await codeOf(ktm.prepareEnlistment(superior, null)), await codeOf(ktm.commitEnlistment(superior, null))];
    expect(await demand()).toEqual([6702, 6702]);
    await ktm.prePrepareEnlistment(superior, null);
    expect([await codeOf(ktm.prePrepareEnlistment(superior, null)), ...(await demand())]).toEqual([6702, 6702, 6702]);
    await ktm.prePrepareComplete(enlistment, null);
    expect(await codeOf(ktm.commitEnlistment(superior, null))).toBe(6702);
    await ktm.prepareEnlistment(superior, null);
    expect(await demand()).toEqual([6702, 6702]);
    await ktm.prepareComplete(enlistment, null);
    expect(await codeOf(ktm.commitEnlistment(superior, null))).toBe('ok');
    expect(await codeOf(ktm.commitEnlistment(superior, null))).toBe(6701);
    expect(await codeOf(ktm.rollbackEnlistment(superior, null))).toBe(6702);
  });

  it('are not those of a subordinate: 6703', async () => {
    const { ktm, superior } = await driven(FULL);
    await ktm.prePrepareEnlistment(superior, null);
    for (const name of ['prePrepareComplete', 'prepareComplete', 'commitComplete', 'readOnlyEnlistment', 'singlePhaseReject'] as const) {
      expect(await codeOf(ktm[name](superior, null))).toBe(6703);
    }
  });

  it('belong to one: a second superior is 6709, a volatile one over a log 6828', async () => {
    const { rm, transaction, program, manager } = await driven(FULL);
    expect(await codeOf(rm.enlist(transaction, SUPERIOR, 0, ENLISTMENT_SUPERIOR))).toBe(6709);
    const volatileRm = await program.resourceManager(manager, rmId(7), RESOURCE_MANAGER.VOLATILE);
    expect(await codeOf(volatileRm.enlist(await program.ktm.createTransaction(0, 0, null), SUPERIOR, 0, ENLISTMENT_SUPERIOR))).toBe(6828);
  });
});

describe('handles', () => {
  /** Arguments that are right but for the handle under test, by parameter name. */
  const plainArguments: Readonly<Record<string, PlainValue>> = {
    createOptions: 0, timeoutMs: 0, description: null, desiredAccess: 1, transactionId: rmId(1), logFileName: LOG, managerId: rmId(1), existingManagerId: rmId(1),
    virtualClock: null, resourceManagerId: rmId(3), completionKey: 1n, notificationMask: FULL, key: 0n, enlistmentId: rmId(1), information: new Uint8Array(1),
  };
  const functions = ktmTable.functions?.functions ?? [];
  const withHandle = functions.filter(({ parameters }) => parameters.some(({ type }) => type.kind === 'handle'));

  const call = async (bench: Bench, name: string, handleOf: (type: string) => number): Promise<number | undefined> => {
    const entry = functions.find((each) => each.name === name);
    const args = (entry?.parameters ?? []).filter(({ direction, type }) => direction === 'in' && type.kind !== 'reserved')
      .map(({ name: parameter, type }) => (type.kind === 'handle' ? handleOf(type.of) : plainArguments[parameter] ?? null));
    return win32FromHresult((await bench.machine.call(bench.program.process.id, 0, `KtmW32::${name}`, args)).hresult);
  };
  const own = ({ manager, rm, transaction, enlistment }: Bench): Readonly<Record<string, number>> => ({
    TransactionManager: manager.handle, ResourceManager: rm.handle.handle, Transaction: transaction.handle, Enlistment: enlistment.handle,
  });

  it.each(withHandle.map(({ name }) => [name]))('%s takes none that is not there or of another type: 6', async (name) => {
    const bench = await Bench.of();
    const handles = own(bench);
    expect(await call(bench, name, () => 0)).toBe(6);
    expect(await call(bench, name, () => 99_999)).toBe(6);
    expect(await call(bench, name, (type) => handles[type === 'Enlistment' ? 'Transaction' : 'Enlistment'] ?? 0)).toBe(6);
  });

  const rights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    TRANSACTION: TRANSACTION_RIGHTS, TRANSACTIONMANAGER: TRANSACTIONMANAGER_RIGHTS, RESOURCEMANAGER: RESOURCEMANAGER_RIGHTS, ENLISTMENT: ENLISTMENT_RIGHTS,
  };
  const needing = functions.flatMap(({ name, rights: needed }) => (needed ?? '').split(' + ').filter((right) => right !== '').map((right) => [name, right] as const));

  it.each(needing)('%s needs %s: 5', async (name, right) => {
    const bench = await Bench.of();
    const [, object = '', bit = ''] = /^(TRANSACTIONMANAGER|TRANSACTION|RESOURCEMANAGER|ENLISTMENT)_(.*)$/.exec(right) ?? [];
    const all = rights[object];
    const without = ((all?.['ALL_ACCESS'] ?? 0) & ~(all?.[bit] ?? 0)) >>> 0;
    expect(without).not.toBe(all?.['ALL_ACCESS']);
    const { ktm, manager, rm, transaction, enlistment } = bench;
    const lacking: Readonly<Record<string, () => Promise<KernelHandle>>> = {
      TRANSACTION: async () => ktm.openTransaction(without, await ktm.getTransactionId(transaction)),
      TRANSACTIONMANAGER: () => ktm.openTransactionManager(LOG, without),
      RESOURCEMANAGER: () => ktm.openResourceManager(without, manager, rmId(1)),
      ENLISTMENT: async () => ktm.openEnlistment(without, rm.handle, await ktm.getEnlistmentId(enlistment)),
    };
    const handle = await lacking[object]?.();
    const types: Readonly<Record<string, string>> = { TRANSACTION: 'Transaction', TRANSACTIONMANAGER: 'TransactionManager', RESOURCEMANAGER: 'ResourceManager', ENLISTMENT: 'Enlistment' };
    const handles = own(bench);
    expect(await call(bench, name, (type) => (type === types[object] ? handle?.handle : handles[type]) ?? 0)).toBe(5);
  });

  it('are opened with some access (87), and only with rights that the object has (5); generic rights and MAXIMUM_ALLOWED stand for theirs', async () => {
    const { ktm, manager, rm, transaction, enlistment } = await Bench.of();
    const [transactionId, enlistmentId, managerId] = [await ktm.getTransactionId(transaction), await ktm.getEnlistmentId(enlistment), await ktm.getTransactionManagerId(manager)];
    const opens = [
      (access: number) => ktm.openTransaction(access, transactionId),
      (access: number) => ktm.openTransactionManager(LOG, access),
      (access: number) => ktm.openTransactionManagerById(managerId, access),
      (access: number) => ktm.openResourceManager(access, manager, rmId(1)),
      (access: number) => ktm.openEnlistment(access, rm.handle, enlistmentId),
    ];
    for (const open of opens) {
      expect(await codeOf(open(0))).toBe(87);
      expect(await codeOf(open(0x8000))).toBe(5);
      expect(await codeOf(open(0x80000000))).toBe('ok');
      expect(await codeOf(open(0x2000000))).toBe('ok');
    }
    const reader = await ktm.openTransaction(0x80000000, transactionId);
    expect(await codeOf(ktm.getTransactionInformation(reader))).toBe('ok');
    expect(await codeOf(ktm.commitTransaction(reader))).toBe(5);
    const participant = await ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, transactionId);
    expect(await codeOf(ktm.commitTransaction(participant))).toBe(5);
    expect(await codeOf(ktm.rollbackTransaction(participant))).toBe('ok');
  });

  it('are closed with their process: nothing stays alive', async () => {
    const bench = await Bench.of();
    bench.program.die();
    await bench.machine.openControl().status();
    expect(bench.machine.handleCount()).toBe(0);
    expect(bench.machine.ktm.transactions).toEqual([]);
  });

  it('given out to a process that dies before the answer are closed too', async () => {
    const { machine } = ktmMachine();
    const program = new Program(machine);
    machine.faults.add({ at: 'KtmW32::CreateTransaction', when: 'after', action: { kill: 'caller' } });
    await expect(program.ktm.createTransaction(0, 0, null)).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    expect(machine.ktm.transactions).toEqual([]);
  });
});

describe('what is not there', () => {
  it('has a code for each kind', async () => {
    const { ktm, manager, rm } = await Bench.of();
    expect(await codeOf(ktm.openTransaction(1, rmId(9)))).toBe(6715);
    expect(await codeOf(ktm.openResourceManager(1, manager, rmId(9)))).toBe(6716);
    expect(await codeOf(ktm.openEnlistment(1, rm.handle, rmId(9)))).toBe(6717);
    expect(await codeOf(ktm.openTransactionManager('log:C:\\Logs\\none', 1))).toBe(6718);
    expect(await codeOf(ktm.openTransactionManagerById(rmId(9), 1))).toBe(6718);
    expect(await codeOf(ktm.renameTransactionManager('log:C:\\Logs\\none', rmId(9)))).toBe(6718);
  });

  it('or is there already: 183', async () => {
    const { ktm, manager } = await Bench.of();
    expect(await codeOf(ktm.createResourceManager(rmId(1), 0, manager, null))).toBe(183);
    expect(await codeOf(ktm.createTransactionManager(LOG, 0))).toBe(183);
    expect(await codeOf(ktm.renameTransactionManager(LOG, await ktm.getTransactionManagerId(manager)))).toBe(183);
  });
});

describe('arguments', () => {
  it.each<[string, number, 'ok' | number]>([
    ['everything', FULL | NOTIFY.SINGLE_PHASE_COMMIT, 'ok'],
    ['PREPARE, COMMIT, ROLLBACK', TWO_PHASE, 'ok'],
    ['PREPREPARE, ROLLBACK', NOTIFY.PREPREPARE | NOTIFY.ROLLBACK, 'ok'],
    ['COMMIT, ROLLBACK', NOTIFY.COMMIT | NOTIFY.ROLLBACK, 'ok'],
    ['nothing', 0, 87],
    ['no ROLLBACK', FULL & ~NOTIFY.ROLLBACK, 87],
    ['PREPARE without COMMIT', NOTIFY.PREPREPARE | NOTIFY.PREPARE | NOTIFY.ROLLBACK, 87],
    ['SINGLE_PHASE_COMMIT without PREPARE', NOTIFY.COMMIT | NOTIFY.ROLLBACK | NOTIFY.SINGLE_PHASE_COMMIT, 87],
    ['ROLLBACK alone', NOTIFY.ROLLBACK, 87],
    ['COMMIT_FINALIZE, which is outside the mask', FULL | NOTIFY.COMMIT_FINALIZE, 87],
  ])('a mask of %s', async (_what, mask, expected) => {
    const { rm, transaction } = await Bench.of();
    expect(await codeOf(rm.enlist(transaction, mask))).toBe(expected);
  });

  it('a superior must ask for ROLLBACK, and need not for COMMIT', async () => {
    const { rm, transaction } = await Bench.of();
    expect(await codeOf(rm.enlist(transaction, NOTIFY.COMMIT_COMPLETE, 0, ENLISTMENT_SUPERIOR))).toBe(87);
    expect(await codeOf(rm.enlist(transaction, NOTIFY.ROLLBACK | NOTIFY.COMMIT_COMPLETE, 0, ENLISTMENT_SUPERIOR))).toBe('ok');
  });

  it('unknown options are 87, and so are descriptions of more than 64 characters', async () => {
    const { ktm, manager, rm, transaction } = await Bench.of();
    const long = 'x'.repeat(65);
    expect(await codeOf(ktm.createTransaction(2, 0, null))).toBe(87);
    expect(await codeOf(ktm.createTransaction(1, 0, 'x'.repeat(64)))).toBe('ok');
    expect(await codeOf(ktm.createTransaction(0, 0, long))).toBe(87);
    expect(await codeOf(ktm.setTransactionInformation(transaction, 0, long))).toBe(87);
    expect(await codeOf(ktm.createResourceManager(rmId(5), 4, manager, null))).toBe(87);
    expect(await codeOf(ktm.createResourceManager(rmId(5), 0, manager, long))).toBe(87);
    expect(await codeOf(rm.enlist(transaction, FULL, 0, 2))).toBe(87);
    expect(await codeOf(ktm.createTransactionManager(null, 0x40))).toBe(87);
  });

  it('a volatile manager has no log, a durable one has', async () => {
    const { ktm } = await Bench.of();
    expect(await codeOf(ktm.createTransactionManager(null, 0))).toBe(87);
    expect(await codeOf(ktm.createTransactionManager(LOG, TRANSACTION_MANAGER.VOLATILE))).toBe(87);
  });

  it.each<[string, 'ok' | number]>([
    ['log:C:\\Logs\\one', 'ok'], ['log:C:\\Logs\\one::stream', 'ok'], ['\\??\\C:\\Logs\\one', 'ok'], ['C:\\Logs\\one', 'ok'], ['log:/var/one', 'ok'],
    ['log:C:\\Logs\\one.blf', 87], ['log:relative\\one', 87], ['one', 87], ['log:', 87], ['', 87], ['log:C:\\Logs\\', 87], ['log:C:\\Logs\\one::', 87], ['log:C:\\Lo*gs\\one', 87],
  ])('the log name %s', async (name, expected) => {
    const { machine } = ktmMachine();
    expect(await codeOf(new Program(machine).ktm.createTransactionManager(name, 0))).toBe(expected);
  });

  it('two names of one log are one log, two streams are two', async () => {
    const { ktm, manager } = await Bench.of();
    const id = await ktm.getTransactionManagerId(manager);
    expect(await ktm.getTransactionManagerId(await ktm.openTransactionManager('\\??\\C:\\Logs\\test', 1))).toBe(id);
    const streams = [await ktm.createTransactionManager('log:C:\\Logs\\multi::a', 0), await ktm.createTransactionManager('log:C:\\Logs\\multi::b', 0)];
    expect(new Set([await ktm.getTransactionManagerId(streams[0] ?? manager), await ktm.getTransactionManagerId(streams[1] ?? manager)]).size).toBe(2);
  });
});

describe('volatile and durable', () => {
  it('a durable resource manager on a volatile manager is 6828; a volatile one goes with both', async () => {
    const { program, ktm, manager } = await Bench.of();
    const volatileManager = await program.volatileManager();
    expect(await codeOf(ktm.createResourceManager(rmId(5), 0, volatileManager, null))).toBe(6828);
    expect(await codeOf(ktm.createResourceManager(rmId(5), RESOURCE_MANAGER.VOLATILE, volatileManager, null))).toBe('ok');
    expect(await codeOf(ktm.createResourceManager(rmId(6), RESOURCE_MANAGER.VOLATILE, manager, null))).toBe('ok');
  });

  it('a volatile manager has nothing to recover: 6828', async () => {
    const { program, ktm } = await Bench.of();
    const volatileManager = await program.volatileManager();
    expect(await codeOf(ktm.recoverTransactionManager(volatileManager))).toBe(6828);
    expect(await codeOf(ktm.rollforwardTransactionManager(volatileManager, 5))).toBe(6828);
  });

  it('recovery information needs a log (6828), has an end (6724), and must come before the vote (6702)', async () => {
    const { program, ktm, enlistment } = await Bench.of(TWO_PHASE);
    const rm = await program.resourceManager(await program.volatileManager(), rmId(5));
    const volatileEnlistment = await rm.enlist(await ktm.createTransaction(0, 0, null));
    expect(await codeOf(ktm.setEnlistmentRecoveryInformation(volatileEnlistment, new Uint8Array(1)))).toBe(6828);
    expect(await codeOf(ktm.getEnlistmentRecoveryInformation(volatileEnlistment))).toBe(6828);
    expect(await codeOf(ktm.setEnlistmentRecoveryInformation(enlistment, new Uint8Array(64 * 1024 + 1)))).toBe(6724);
    await ktm.setEnlistmentRecoveryInformation(enlistment, new Uint8Array([1, 2, 3]));
    expect(await ktm.getEnlistmentRecoveryInformation(enlistment)).toEqual(new Uint8Array([1, 2, 3]));
    const prepared = await ways['Prepared']?.();
    if (prepared === undefined) throw new Error('no way there');
    expect(await codeOf(prepared.ktm.setEnlistmentRecoveryInformation(prepared.enlistment, new Uint8Array(1)))).toBe(6702);
  });

  it('one transaction has one manager: 6711 for a resource manager of another', async () => {
    const { program, transaction } = await Bench.of();
    const rm = await program.resourceManager(await program.volatileManager(), rmId(5));
    expect(await codeOf(rm.enlist(transaction))).toBe(6711);
  });
});

describe('what is not online is 6719', () => {
  it('a manager that has not recovered its log', async () => {
    const { ktm, program } = await Bench.of();
    const manager = await ktm.createTransactionManager('log:C:\\Logs\\other', 0);
    expect(await codeOf(ktm.createResourceManager(rmId(5), 0, manager, null))).toBe(6719);
    expect(await codeOf(ktm.openResourceManager(1, manager, rmId(5)))).toBe(6719);
    await ktm.recoverTransactionManager(manager);
    expect(await codeOf(program.resourceManager(manager, rmId(5), 0))).toBe('ok');
  });

  it('a resource manager that has not recovered', async () => {
    const { ktm, manager, transaction } = await Bench.of();
    const handle = await ktm.createResourceManager(rmId(5), 0, manager, null);
    expect(await codeOf(ktm.createEnlistment(handle, transaction, FULL, 0, 0))).toBe(6719);
    await ktm.recoverResourceManager(handle);
    expect(await codeOf(ktm.createEnlistment(handle, transaction, FULL, 0, 0))).toBe('ok');
  });
});

it('objects whose manager is closed are expired: 6722', async () => {
  const { ktm, manager, rm, transaction, enlistment, machine } = await Bench.of();
  await manager.close();
  await machine.openControl().status();
  expect(await codeOf(ktm.recoverResourceManager(rm.handle))).toBe(6722);
  expect(await codeOf(ktm.createEnlistment(rm.handle, transaction, FULL, 0, 0))).toBe(6722);
  expect(await codeOf(ktm.openEnlistment(1, rm.handle, rmId(1)))).toBe(6722);
  expect(await codeOf(ktm.setResourceManagerCompletionPort(rm.handle, 0))).toBe(6722);
  // Once its log is closed.
  const again = await ktm.openTransactionManager(LOG, 1);
  expect(await codeOf(ktm.rollbackComplete(enlistment, null))).toBe(6722);
  expect(again.closed).toBe(false);
});
