/** Bad input: the documented code, in a typed error that explains it (facts/ktm-tmf-mts.md 1.6 to 1.8). */
import { randomUUID } from 'node:crypto';
import { ArgumentError, WindowsError } from '../../lib/binding/errors';
import { Enlistment, ResourceManager, Transaction, TransactionManager } from '../../lib/ktm';
import type { NotificationName } from '../../lib/ktm';
import { backendOf, useLogs } from './ktm-client';
import { useRig } from './rig';

const rig = useRig();
const log = useLogs();
const opened: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(object: T): T => {
  opened.unshift(object);
  return object;
};
afterEach(async () => {
  for (const object of opened.splice(0)) await object.close();
});

const TWO_PHASES: readonly NotificationName[] = ['PREPARE', 'COMMIT', 'ROLLBACK'];

async function volatileSet(): Promise<{ readonly manager: TransactionManager; readonly rm: ResourceManager; readonly transaction: Transaction }> {
  const backend = backendOf(rig());
  const manager = keep(await TransactionManager.create({ backend, volatile: true }));
  const rm = keep(await ResourceManager.create(manager, { id: randomUUID(), volatile: true }));
  await rm.recover({ onNotification: () => Promise.resolve() });
  return { manager, rm, transaction: keep(await Transaction.create({ backend })) };
}

/** The error that a call rejects with. */
async function failure(call: Promise<unknown>): Promise<WindowsError> {
  const error: unknown = await call.then(() => undefined, (caught: unknown) => caught);
  if (!(error instanceof WindowsError)) throw error instanceof Error ? error : new Error('it did not fail');
  return error;
}

describe('an error of KTM', () => {
  it('has the code and its explanation for a durable resource manager on a volatile manager', async () => {
    const { manager } = await volatileSet();
    const error = await failure(ResourceManager.create(manager, { id: randomUUID() }));
    expect([error.code, error.win32, error.operation]).toEqual(['ERROR_TM_VOLATILE', 6828, 'KtmW32::CreateResourceManager']);
    expect(error.message).toMatch(/has no log: no durable resource manager/);
  });

  it.each([[['PREPARE', 'COMMIT']], [['PREPARE', 'ROLLBACK']], [['SINGLE_PHASE_COMMIT', 'ROLLBACK']], [['ROLLBACK']], [[]]] as [NotificationName[]][])('explains what is wrong with the mask %j', async (notifications) => {
    const { rm, transaction } = await volatileSet();
    const error = await failure(rm.createEnlistment(transaction, { notifications }));
    expect([error.code, error.win32]).toEqual(['ERROR_INVALID_PARAMETER', 87]);
    expect(error.message).toMatch(/must have ROLLBACK/);
  });

  it.each([[['PREPREPARE', 'ROLLBACK']], [['COMMIT', 'ROLLBACK']], [TWO_PHASES], [['PREPREPARE', 'PREPARE', 'COMMIT', 'ROLLBACK', 'SINGLE_PHASE_COMMIT']]] as [NotificationName[]][])('is not given for the mask %j', async (notifications) => {
    const { rm, transaction } = await volatileSet();
    expect(await rm.createEnlistment(transaction, { notifications })).toBeInstanceOf(Enlistment);
  });

  it('is given for a second superior', async () => {
    const { rm, transaction } = await volatileSet();
    const superior = { notifications: ['ROLLBACK', 'COMMIT_COMPLETE'], superior: true } as const;
    await rm.createEnlistment(transaction, superior);
    const error = await failure(rm.createEnlistment(transaction, superior));
    expect([error.code, error.win32]).toEqual(['ERROR_TRANSACTION_SUPERIOR_EXISTS', 6709]);
    expect(error.message).toMatch(/one superior enlistment at most/);
  });

  it.each(['prePrepareComplete', 'prepareComplete', 'commitComplete', 'rollbackComplete', 'singlePhaseReject'] as const)('is given for %s that nobody asked for', async (answer) => {
    const { rm, transaction } = await volatileSet();
    const enlistment = await rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const error = await failure(enlistment[answer]());
    expect([error.code, error.win32]).toEqual(['ERROR_TRANSACTION_NOT_REQUESTED', 6703]);
    expect(error.message).toMatch(/answer a notification once, after it has come/);
  });

  it.each(['relative', '/tmp/x.blf', 'C:\\x.blf', 'C:\\a?b', 'log:relative'])('is given for the log name %j', async (logFileName) => {
    const error = await failure(TransactionManager.create({ backend: backendOf(rig()), logFileName }));
    expect(error.code).toBe('ERROR_INVALID_PARAMETER');
    expect(error.message).toMatch(/without the extension \.blf/);
  });

  it('is given for work on a manager that has not been recovered', async () => {
    const manager = keep(await TransactionManager.create({ backend: backendOf(rig()), logFileName: log() }));
    const error = await failure(ResourceManager.create(manager, { id: randomUUID() }));
    expect([error.code, error.win32]).toEqual(['ERROR_TRANSACTIONMANAGER_NOT_ONLINE', 6719]);
    expect(error.message).toMatch(/call recover\(\)/);
    await manager.recover();
    keep(await ResourceManager.create(manager, { id: randomUUID() }));
  });

  it('is given for recovering a volatile manager', async () => {
    const { manager } = await volatileSet();
    expect((await failure(manager.recover())).code).toBe('ERROR_TM_VOLATILE');
  });

  it.each([
    ['a transaction', 'ERROR_TRANSACTION_NOT_FOUND', (id: string) => Transaction.open({ backend: backendOf(rig()), id })],
    ['a manager', 'ERROR_TRANSACTIONMANAGER_NOT_FOUND', (id: string) => TransactionManager.openById({ backend: backendOf(rig()), id })],
  ] as const)('is given for %s that nobody knows', async (_what, code, open) => {
    expect((await failure(open(randomUUID()))).code).toBe(code);
  });

  it('is given for enlistments and resource managers that nobody knows', async () => {
    const { manager, rm } = await volatileSet();
    expect((await failure(ResourceManager.open(manager, { id: randomUUID() }))).code).toBe('ERROR_RESOURCEMANAGER_NOT_FOUND');
    expect((await failure(rm.openEnlistment(randomUUID()))).code).toBe('ERROR_ENLISTMENT_NOT_FOUND');
  });

  it('is given for a resource manager whose id is in use', async () => {
    const { manager, rm } = await volatileSet();
    expect((await failure(ResourceManager.create(manager, { id: rm.id, volatile: true }))).code).toBe('ERROR_ALREADY_EXISTS');
  });

  it('is given for a right that the handle lacks', async () => {
    const { transaction } = await volatileSet();
    const other = keep(await Transaction.open({ backend: backendOf(rig()), id: await transaction.id() }));
    // What a resource manager needs, and no more (1.4).
    const error = await failure(other.commit());
    expect([error.code, error.win32]).toEqual(['ERROR_ACCESS_DENIED', 5]);
  });

  it('has the stack of the call', async () => {
    async function theUsersFunction(): Promise<void> {
      await Transaction.open({ backend: backendOf(rig()), id: randomUUID() });
    }
    expect((await failure(theUsersFunction())).stack).toMatch(/WindowsError: KtmW32::OpenTransaction failed.*\n(.*\n)*.*theUsersFunction/);
  });
});

describe('a wrong argument', () => {
  it.each([
    ['id', () => Transaction.open({ backend: backendOf(rig()), id: 'five' })],
    ['timeoutMs', () => Transaction.create({ backend: backendOf(rig()), timeoutMs: -1 })],
    ['description', () => Transaction.create({ backend: backendOf(rig()), description: 'x'.repeat(65) })],
    ['logFileName', () => TransactionManager.create({ backend: backendOf(rig()) })],
    ['logFileName', () => TransactionManager.create({ backend: backendOf(rig()), logFileName: log(), volatile: true })],
    ['options.log', () => TransactionManager.create({ backend: backendOf(rig()), log: 'x' } as object)],
    ['existingId', () => TransactionManager.rename({ backend: backendOf(rig()), logFileName: log(), existingId: '{}' })],
  ] as const)('is called by its name: %s', async (field, call) => {
    const error: unknown = await call().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error).toMatchObject({ field });
  });
});

describe('after close', () => {
  it('every object rejects with ERR_CLOSED, and closing again does nothing', async () => {
    const { manager, rm, transaction } = await volatileSet();
    const enlistment = await rm.createEnlistment(transaction, { notifications: TWO_PHASES });
    const calls = [
      [enlistment, () => enlistment.commitComplete()], [rm, () => rm.recover()], [transaction, () => transaction.commit()], [manager, () => manager.clock()],
    ] as const;
    for (const [object, call] of calls) {
      await object.close();
      await object.close();
      await expect(call()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    }
    const again = await volatileSet();
    await expect(again.rm.createEnlistment(transaction, { notifications: TWO_PHASES })).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
