/** recoverResourceManager and ResourceManagerDriver: what their handlers are told, and what survives. */
import type { Backend } from '../../lib/binding/backend';
import { LogError, ResourceManagerDriver, Transaction, TransactionManager, recoverResourceManager } from '../../lib/ktm';
import type { ResourceManagerHandlers, UnresolvedTransaction } from '../../lib/ktm';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { readText } from './ktm-files';

const LOG = '/state/ktm';
const OWN = '/state/own.log';
const ID = '11111111-2222-4333-8444-555555555555';

async function newMachine(): Promise<SimulatedWindows> {
  const host = new SimulatedHost();
  await host.files.makeDirectory('/state');
  await host.files.syncDirectory('/');
  return new SimulatedWindows({ host });
}

/** The next run of the machine, with what its disk holds. */
function restarted(machine: SimulatedWindows): SimulatedWindows {
  if (!(machine.host instanceof SimulatedHost)) throw new Error('not a simulated Host');
  machine.powerCut();
  return new SimulatedWindows({ host: machine.host.restart(() => true) });
}

interface Told {
  readonly calls: string[];
  readonly handlers: ResourceManagerHandlers<string>;
}

function handlers(fail: Partial<Record<'prepare' | 'commit' | 'rollback', Error>> = {}): Told {
  const calls: string[] = [];
  const told = (what: 'prepare' | 'commit' | 'rollback', data: string): void => {
    calls.push(`${what} ${data}`);
    const error = fail[what];
    if (error !== undefined) throw error;
  };
  return {
    calls,
    handlers: {
      prepare: async ({ data }) => {
        told('prepare', data);
        return `${data}!`;
      },
      commit: async ({ data }) => told('commit', data),
      rollback: async ({ data }) => told('rollback', data),
      inDoubt: ({ data }) => void calls.push(`in doubt ${data}`),
    },
  };
}

/** What this package has told the event log. */
const ours = (backend: SimulatedWindows): readonly string[] => backend.eventLog.entries.filter(({ source }) => source === 'winbackup').map(({ message }) => message);

const start = (backend: SimulatedWindows, { handlers: given }: Told, onError?: (each: UnresolvedTransaction) => void): Promise<ResourceManagerDriver<string>> =>
  ResourceManagerDriver.start<string>({ backend, manager: { logFileName: LOG }, id: ID, preparedLog: OWN, handlers: given, ...(onError === undefined ? {} : { onError }) });

describe('ResourceManagerDriver', () => {
  it('prepares, commits with what prepare has left, and forgets', async () => {
    const backend = await newMachine();
    const told = handlers();
    const driver = await start(backend, told);
    expect([driver.id, driver.simulated, driver.recovered.created]).toEqual([ID, true, true]);
    const transaction = await Transaction.create({ backend });
    const work = await driver.enlist(transaction, 'work');
    expect(driver.transactions).toEqual([{ state: 'enlisted', enlistmentId: work.enlistmentId, unitOfWork: await transaction.id(), data: 'work' }]);
    await transaction.commit();
    expect(await work.settled).toBe('committed');
    expect(told.calls).toEqual(['prepare work', 'commit work!']);
    expect(driver.transactions).toEqual([]);
    await transaction.close();
    await driver.stop();
    await driver.stop();
    expect(backend.handleCount()).toBe(0);
    await expect(driver.enlist(transaction, 'late')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('rolls back what was only begun', async () => {
    const backend = await newMachine();
    const told = handlers();
    const driver = await start(backend, told);
    const transaction = await Transaction.create({ backend });
    const work = await driver.enlist(transaction, 'work');
    await transaction.rollback();
    expect(await work.settled).toBe('aborted');
    expect(told.calls).toEqual(['rollback work']);
    await transaction.close();
    await driver.stop();
  });

  it('refuses when prepare fails: everybody rolls back, and onError has the reason', async () => {
    const backend = await newMachine();
    const told = handlers({ prepare: new Error('disk full') });
    const reasons: string[] = [];
    const driver = await start(backend, told, ({ error }) => void reasons.push(error.message));
    const transaction = await Transaction.create({ backend });
    const work = await driver.enlist(transaction, 'work');
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'ERROR_TRANSACTION_ALREADY_ABORTED' });
    expect(await work.settled).toBe('aborted');
    expect([told.calls, reasons]).toEqual([['prepare work', 'rollback work'], ['disk full']]);
    await transaction.close();
    await driver.stop();
  });

  it('[K4] leaves a commit that fails unresolved, and finishes it at the next start', async () => {
    const backend = await newMachine();
    const first = handlers({ commit: new Error('busy') });
    const driver = await start(backend, first);
    const transaction = await Transaction.create({ backend });
    const work = await driver.enlist(transaction, 'work');
    await transaction.commitAsync();
    await expect(work.settled).rejects.toThrow('busy');
    expect(driver.unresolved).toMatchObject([{ enlistmentId: work.enlistmentId, error: { message: 'busy' } }]);
    await transaction.close();
    await driver.stop();
    const second = handlers();
    const again = await start(backend, second);
    expect([second.calls, again.recovered.committed.length, again.unresolved]).toEqual([['commit work!'], 1, []]);
    await again.stop();
  });

  it('[K13] rolls back at the next start what was begun or prepared when the machine died', async () => {
    const backend = await newMachine();
    const holds = handlers();
    const driver = await start(backend, holds);
    const prepared = await Transaction.create({ backend });
    await driver.enlist(prepared, 'prepared');
    // Another participant never answers, so that the outcome stays open.
    const silent = await driver.recovered.resourceManager.createEnlistment(prepared, { notifications: ['PREPARE', 'COMMIT', 'ROLLBACK'] });
    await driver.enlist(await Transaction.create({ backend }), 'begun');
    await prepared.commitAsync();
    while (driver.transactions[0]?.state !== 'prepared') await Promise.resolve();
    expect(silent.closed).toBe(false);
    const next = restarted(backend);
    const told = handlers();
    const again = await start(next, told);
    expect(told.calls.sort()).toEqual(['rollback begun', 'rollback prepared!']);
    expect([again.transactions, again.unresolved]).toEqual([[], []]);
    await again.stop();
  });

  it('one unresolvable transaction holds up neither the start nor the others', async () => {
    const backend = await newMachine();
    const failing = handlers({ commit: new Error('busy') });
    const driver = await start(backend, failing);
    for (const name of ['a', 'b', 'c']) {
      const transaction = await Transaction.create({ backend });
      const { settled } = await driver.enlist(transaction, name);
      await transaction.commitAsync();
      await expect(settled).rejects.toThrow('busy');
      await transaction.close();
    }
    await driver.stop();
    const calls: string[] = [];
    const picky: Told = {
      calls,
      handlers: {
        ...handlers().handlers,
        commit: async ({ data }) => {
          calls.push(data);
          if (data === 'b!') throw new Error('still busy');
        },
      },
    };
    const again = await start(restarted(backend), picky);
    expect(calls.sort()).toEqual(['a!', 'b!', 'c!']);
    expect(again.recovered.committed).toHaveLength(2);
    expect(again.unresolved).toMatchObject([{ error: { message: 'still busy' } }]);
    // It serves: new work is taken.
    const transaction = await Transaction.create({ backend: again.recovered.manager.connection.backend });
    const { settled } = await again.enlist(transaction, 'new');
    await transaction.commit();
    expect(await settled).toBe('committed');
    await transaction.close();
    await again.stop();
  });

  it('has an id of its own from its log, the same at every start', async () => {
    const backend = await newMachine();
    const options = { backend, manager: { logFileName: LOG }, preparedLog: OWN, handlers: handlers().handlers };
    const first = await ResourceManagerDriver.start<string>(options);
    const { id } = first;
    await first.stop();
    const second = await ResourceManagerDriver.start<string>(options);
    expect([/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id), second.id]).toEqual([true, id]);
    await second.stop();
  });

  it('keeps its log short however many transactions there were, with those that are not over', async () => {
    const backend = await newMachine();
    const driver = await start(backend, handlers());
    const open = await Transaction.create({ backend });
    await driver.enlist(open, 'open');
    for (let index = 0; index < 30; index += 1) {
      const transaction = await Transaction.create({ backend });
      await driver.enlist(transaction, 'x'.repeat(20_000));
      await transaction.commit();
      await transaction.close();
    }
    expect((await backend.host.files.stat(OWN))?.size).toBeLessThan(300_000);
    await driver.stop();
    const told = handlers();
    const again = await start(backend, told);
    expect(told.calls).toEqual(['rollback open']);
    await open.close();
    await again.stop();
  });

  it('shares a manager with others, and leaves it open', async () => {
    const backend = await newMachine();
    const manager = await TransactionManager.create({ backend, logFileName: LOG });
    const [one, two] = [handlers(), handlers()];
    const drivers = [
      await ResourceManagerDriver.start<string>({ manager, preparedLog: '/state/one', handlers: one.handlers }),
      await ResourceManagerDriver.start<string>({ manager, preparedLog: '/state/two', handlers: two.handlers }),
    ];
    const transaction = await Transaction.create({ backend });
    for (const driver of drivers) await driver.enlist(transaction, 'shared');
    await transaction.commit();
    expect([one.calls, two.calls]).toEqual([['prepare shared', 'commit shared!'], ['prepare shared', 'commit shared!']]);
    await transaction.close();
    for (const driver of drivers) await driver.stop();
    expect(await manager.clock()).toBe(2n); // one commit
    await manager.close();
  });

  it('refuses a log that another driver has open, in this process or another, until that is gone', async () => {
    const backend = await newMachine();
    await start(backend, handlers());
    const elsewhere: Backend = { kind: backend.kind, host: backend.host, openChannel: () => backend.openChannel() };
    const options = { manager: { logFileName: LOG }, id: ID, preparedLog: OWN, handlers: handlers().handlers };
    for (const each of [backend, elsewhere]) {
      await expect(ResourceManagerDriver.start<string>({ ...options, backend: each })).rejects.toMatchObject({ code: 'ERR_IN_USE' });
    }
    const [first] = backend.processList.filter(({ alive, name }) => alive && name === 'client');
    backend.kill(first?.id ?? 0);
    const next = await ResourceManagerDriver.start<string>({ ...options, backend: elsewhere });
    await next.stop();
  });

  it('leaves a handler that never ends to the next start when it stops', async () => {
    const backend = await newMachine();
    const told = handlers();
    let begun: () => void = () => undefined;
    const commitBegun = new Promise<void>((resolve) => (begun = resolve));
    const never = (): Promise<void> => {
      begun();
      return new Promise(() => undefined);
    };
    const driver = await start(backend, { ...told, handlers: { ...told.handlers, commit: never } });
    const transaction = await Transaction.create({ backend });
    const work = await driver.enlist(transaction, 'work');
    await transaction.commitAsync();
    await commitBegun;
    await transaction.close();
    // A minute of the simulated clock.
    await driver.stop();
    await expect(work.settled).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(backend.handleCount()).toBe(0);
    const again = await start(backend, told);
    expect(told.calls).toEqual(['prepare work', 'commit work!']);
    await again.stop();
  });

  it('stops when its notifications end: nobody waits for ever, and KTM does not wait for it', async () => {
    const backend = await newMachine();
    const told = handlers();
    const driver = await start(backend, told);
    const transaction = await Transaction.create({ backend });
    // ERROR_IO_DEVICE instead of the notification after the next.
    backend.faults.add({ at: 'KtmW32::GetNotificationResourceManagerAsync', occurrence: backend.faults.count('KtmW32::GetNotificationResourceManagerAsync') + 1, action: { hresult: 0x8007045d } });
    const work = await driver.enlist(transaction, 'work');
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'ERROR_TRANSACTION_ALREADY_ABORTED' });
    await expect(work.settled).rejects.toMatchObject({ code: 'ERR_CLOSED', message: expect.stringContaining('notifications have ended') as string });
    await expect(driver.enlist(transaction, 'more')).rejects.toMatchObject({ code: 'ERR_CLOSED', cause: { win32: 1117 } });
    expect(ours(backend)).toEqual([expect.stringMatching(/gets no notifications any more and has stopped/)]);
    await transaction.close();
    await driver.stop();
    expect(backend.handleCount()).toBe(0);
    const again = await start(backend, told);
    expect(told.calls).toEqual(['rollback work']);
    await again.stop();
  });

  it('tells the event log of a refusal, and of what it could not finish', async () => {
    const backend = await newMachine();
    const driver = await start(backend, handlers({ prepare: new Error('disk full') }));
    const refused = await Transaction.create({ backend });
    const work = await driver.enlist(refused, 'work');
    await refused.commit().catch(() => undefined);
    await work.settled;
    expect(ours(backend)).toEqual([expect.stringMatching(/^The transaction \{.*\} was refused, and rolled back: disk full/)]);
    await refused.close();
    await driver.stop();
    const second = await start(backend, handlers({ commit: new Error('busy') }));
    const transaction = await Transaction.create({ backend });
    const { settled } = await second.enlist(transaction, 'work');
    await transaction.commitAsync();
    await expect(settled).rejects.toThrow('busy');
    await transaction.close();
    await second.stop();
    expect(ours(backend).slice(1)).toEqual([expect.stringMatching(/could not be brought to its end; the next start tries again: busy/)]);
    const third = await start(backend, handlers({ commit: new Error('still busy') }));
    expect(ours(backend).slice(2)).toEqual([expect.stringMatching(/could not bring every transaction to its end; its next start tries again:\n\{.*\}: still busy/)]);
    await third.stop();
  });

  it.each([
    ['a volatile manager', { manager: { volatile: true } }, 'manager.volatile'],
    ['no handlers', { handlers: undefined }, 'handlers'],
    ['a handler that is none', { handlers: { ...handlers().handlers, commit: 'yes' } }, 'handlers.commit'],
    ['a handler that nobody calls', { handlers: { ...handlers().handlers, abort: () => undefined } }, 'handlers.abort'],
    ['a time that is none', { handlerTimeoutMs: -1 }, 'handlerTimeoutMs'],
    ['an option that nobody reads', { handler: 1 }, 'options.handler'],
    ['a bad id', { id: 'five' }, 'id'],
    ['a log without a name', { preparedLog: 5 }, 'preparedLog'],
  ])('refuses %s before anything is started', async (_what, wrong, field) => {
    const backend = await newMachine();
    const options = { backend, manager: { logFileName: LOG }, preparedLog: OWN, handlers: handlers().handlers, ...wrong } as unknown as Parameters<typeof ResourceManagerDriver.start<string>>[0];
    await expect(ResourceManagerDriver.start<string>(options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
    expect(backend.handleCount()).toBe(0);
  });

  it('refuses a log that is damaged or of another program, and leaves it alone', async () => {
    const backend = await newMachine();
    const file = await backend.host.files.open(OWN, 'create');
    await file.write(Buffer.from('somebody else wrote this, at some length'), 0);
    await file.close();
    await expect(start(backend, handlers())).rejects.toBeInstanceOf(LogError);
    expect(await readText(backend.host.files, OWN)).toBe('somebody else wrote this, at some length');
    expect(backend.handleCount()).toBe(0);
  });
});

describe('recoverResourceManager', () => {
  it('calls KTM in the order of the seed', async () => {
    const backend = await newMachine();
    const recovered = await recoverResourceManager({ manager: { backend, logFileName: LOG }, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined });
    const claim = ['CreateTransactionManager', 'CreateResourceManager', 'SetResourceManagerCompletionPort'];
    expect(backend.calls.map(({ operation }) => operation.replace('KtmW32::', '')).filter((name) => !name.startsWith('GetNotification'))).toEqual([
      'CreateTransactionManager', ...claim, 'RecoverTransactionManager', 'OpenResourceManager', 'CreateResourceManager', 'SetResourceManagerCompletionPort', 'RecoverResourceManager',
    ]);
    await recovered.close();
    expect(backend.handleCount()).toBe(0);
  });

  /** Two transactions that are committed and not acknowledged: `a` and `b`. */
  async function unacknowledged(backend: SimulatedWindows): Promise<void> {
    const driver = await start(backend, handlers({ commit: new Error('busy') }));
    for (const name of ['a', 'b']) {
      const transaction = await Transaction.create({ backend });
      const { settled } = await driver.enlist(transaction, name);
      await transaction.commitAsync();
      await settled.catch(() => undefined);
      await transaction.close();
    }
    await driver.stop();
  }

  it('is not held up by a handler that never ends, and acknowledges one that ends later', async () => {
    const backend = await newMachine();
    await unacknowledged(backend);
    let finish: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (finish = resolve));
    const units: string[] = [];
    const recovered = await recoverResourceManager({
      manager: { backend, logFileName: LOG }, id: ID, prepared: [], handlerTimeoutMs: 5000, onRollback: () => undefined,
      onCommit: ({ unitOfWork }) => {
        units.push(unitOfWork);
        return units.length === 1 ? late : undefined;
      },
    });
    expect(recovered.committed).toMatchObject([{ unitOfWork: units[1] }]);
    expect(recovered.unresolved).toMatchObject([{ unitOfWork: units[0], error: { code: 'ERR_HANDLER_TIMEOUT' } }]);
    finish();
    await recovered.settled();
    expect([recovered.unresolved, recovered.committed.length]).toEqual([[], 2]);
    await recovered.close();
    const last = await recoverResourceManager({ manager: { backend, logFileName: LOG }, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined });
    expect(last.created).toBe(true);
    await last.close();
  });

  it('is not held up by a rollback that never ends either', async () => {
    const backend = await newMachine();
    const prepared = [{ enlistmentId: ID, unitOfWork: ID }];
    const recovered = await recoverResourceManager({ manager: { backend, logFileName: LOG }, id: ID, prepared, onCommit: () => undefined, onRollback: () => new Promise(() => undefined) });
    expect([recovered.presumedAborted, recovered.unresolved.length]).toEqual([[], 1]);
    const settled = recovered.settled();
    await recovered.close();
    await expect(settled).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(backend.handleCount()).toBe(0);
  });

  it.each([1, 2, 3])('rejects when the notifications end at the %i. of three, and leaves all to the next start', async (occurrence) => {
    const backend = await newMachine();
    await unacknowledged(backend);
    const operation = 'KtmW32::GetNotificationResourceManagerAsync';
    backend.faults.add({ at: operation, occurrence: backend.faults.count(operation) + occurrence, action: { hresult: 0x8007045d } });
    const options = { manager: { backend, logFileName: LOG }, id: ID, prepared: [], onRollback: () => undefined };
    await expect(recoverResourceManager({ ...options, onCommit: () => new Promise(() => undefined) })).rejects.toMatchObject({ win32: 1117 });
    expect(backend.handleCount()).toBe(0);
    expect(ours(backend).at(-1)).toMatch(/could not be recovered/);
    const again = await recoverResourceManager({ ...options, onCommit: () => undefined });
    expect(again.committed).toHaveLength(2);
    await again.close();
  });

  it('refuses a resource manager that is in use, in this process or another: it has one queue', async () => {
    const backend = await newMachine();
    const manager = await TransactionManager.create({ backend, logFileName: LOG });
    const options = { manager, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined };
    const first = await recoverResourceManager(options);
    await expect(recoverResourceManager({ ...options, id: `{${ID.toUpperCase()}}` })).rejects.toMatchObject({ code: 'ERR_IN_USE' });
    const elsewhere: Backend = { kind: backend.kind, host: backend.host, openChannel: () => backend.openChannel() };
    await expect(recoverResourceManager({ ...options, manager: { backend: elsewhere, logFileName: LOG } })).rejects.toMatchObject({ code: 'ERR_IN_USE' });
    await first.close();
    await (await recoverResourceManager(options)).close();
    await manager.close();
    expect(backend.handleCount()).toBe(0);
  });

  it.each([
    ['manager', { manager: undefined }], ['id', { id: 'five' }], ['onCommit', { onCommit: undefined }], ['onInDoubt', { onInDoubt: 1 }], ['prepared', { prepared: undefined }],
    ['prepared[1].unitOfWork', { prepared: [{ enlistmentId: ID, unitOfWork: ID }, { enlistmentId: ID, unitOfWork: 'x' }] }],
    ['prepared[1].enlistmentId', { prepared: [{ enlistmentId: ID, unitOfWork: ID }, { enlistmentId: `{${ID}}`, unitOfWork: ID }] }],
    ['handlerTimeoutMs', { handlerTimeoutMs: NaN }], ['options.onError', { onError: () => undefined }],
  ] as const)('refuses a wrong %s before anything is opened', async (field, wrong) => {
    const backend = await newMachine();
    const options = { manager: { backend, logFileName: LOG }, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined, ...wrong };
    await expect(recoverResourceManager(options as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
    expect(backend.calls).toEqual([]);
  });

  it('does not recover a volatile manager', async () => {
    const backend = await newMachine();
    const recovered = await recoverResourceManager({ manager: { backend, volatile: true }, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined });
    expect(backend.calls.some(({ operation }) => operation === 'KtmW32::RecoverTransactionManager')).toBe(false);
    await recovered.close();
  });

  it('gives up when its signal fires, and leaves everything to the next start', async () => {
    const backend = await newMachine();
    const first = handlers({ commit: new Error('busy') });
    const driver = await start(backend, first);
    const transaction = await Transaction.create({ backend });
    const work = await driver.enlist(transaction, 'work');
    await transaction.commitAsync();
    await work.settled.catch(() => undefined);
    await transaction.close();
    await driver.stop();
    const controller = new AbortController();
    const never = new Promise<void>(() => undefined);
    const recovering = recoverResourceManager({
      manager: { backend, logFileName: LOG }, id: ID, prepared: [], signal: controller.signal, onRollback: () => undefined,
      onCommit: () => {
        controller.abort();
        return never;
      },
    });
    await expect(recovering).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(backend.handleCount()).toBe(0);
    const told = handlers();
    const again = await start(backend, told);
    expect(told.calls).toEqual(['commit work!']);
    await again.stop();
  });

  it('reports a superior\'s transaction when nobody can say what was decided', async () => {
    const backend = await newMachine();
    const manager = await TransactionManager.create({ backend, logFileName: LOG });
    const boss = await recoverResourceManager({ manager, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined });
    const told = handlers();
    const driver = await ResourceManagerDriver.start<string>({ manager, preparedLog: OWN, handlers: told.handlers });
    const transaction = await Transaction.create({ backend });
    const superior = await boss.resourceManager.createEnlistment(transaction, { superior: true, notifications: ['ROLLBACK', 'PREPARE_COMPLETE', 'COMMIT_COMPLETE'] });
    const work = await driver.enlist(transaction, 'work');
    await superior.prepare();
    const { value } = await boss.resourceManager.notifications().next();
    expect(value).toMatchObject({ type: 'PREPARE_COMPLETE' });
    await boss.close();
    const options = { manager, id: ID, prepared: [], onCommit: () => undefined, onRollback: () => undefined };
    const silent = await recoverResourceManager(options);
    expect(silent.unresolved).toMatchObject([{ unitOfWork: work.unitOfWork, error: { code: 'ERR_NO_DECISION' } }]);
    await silent.close();
    const undecided = await recoverResourceManager({ ...options, onQuery: () => 'undecided' });
    expect(undecided.inDoubt).toHaveLength(1);
    const settled = undecided.settled();
    await undecided.close();
    await expect(settled).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    const decided = await recoverResourceManager({ ...options, onQuery: () => 'rollback' });
    expect(await work.settled).toBe('aborted');
    await decided.close();
    await transaction.close();
    await driver.stop();
    await manager.close();
    expect(backend.handleCount()).toBe(0);
  });
});
