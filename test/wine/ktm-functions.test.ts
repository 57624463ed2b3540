/**
 * The native binding of KTM over the double of ktmw32.dll: every function with its parameters, notifications by the completion port and by
 * slices, and each handle closed exactly once.
 */
import { INFINITE } from '../../lib/binding/codes';
import { createFunctions } from '../../lib/binding/functions';
import type { KernelHandle } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { ENLISTMENT_SUPERIOR, RESOURCE_MANAGER, TRANSACTION_MANAGER, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_OUTCOME } from '../../lib/binding/ktm-codes';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import { ktmTable } from '../../lib/binding/tables';
import { outcome } from '../conformance/rig';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

const all = { TransactionManager: 0xf003f, Transaction: 0x1f003f, ResourceManager: 0x1f007f, Enlistment: 0xf001f };
const subordinate = NOTIFY.PREPREPARE | NOTIFY.PREPARE | NOTIFY.COMMIT | NOTIFY.ROLLBACK;
const resourceManagerId = 'a3c1c1f0-5a3e-4d0a-9a53-0f1d2c3b4a59';

let machine: WineMachine;
let channel: NativeChannel;
let ktm: KtmW32;

beforeAll(async () => {
  machine = await openWineMachine();
});
afterAll(() => machine.close());
beforeEach(async () => {
  const opened = await nativeBackend().openChannel();
  if (!(opened instanceof NativeChannel) || ktmTable.functions === undefined) throw new Error('the backend is not native');
  channel = opened;
  ktm = createFunctions<KtmW32>(channel, ktmTable.functions);
});
afterEach(async () => {
  await channel.close();
  expect(channel.alive()).toMatchObject({ handles: 0 });
  expect(await machine.counts()).toMatchObject({ kernelHandles: 0, functionCalls: 0 });
});

async function online(): Promise<{ manager: KernelHandle; resourceManager: KernelHandle }> {
  const manager = await ktm.createTransactionManager(null, TRANSACTION_MANAGER.VOLATILE);
  const resourceManager = await ktm.createResourceManager(resourceManagerId, RESOURCE_MANAGER.VOLATILE, manager, 'a resource manager');
  await ktm.recoverResourceManager(resourceManager);
  expect(await ktm.getNotificationResourceManager(resourceManager, 0)).toMatchObject({ notification: NOTIFY.LAST_RECOVER });
  return { manager, resourceManager };
}

describe('the functions of ktmw32.dll', () => {
  it('make a transaction, tell about it, and let it be opened by its identifier', async () => {
    const transaction = await ktm.createTransaction(0, 5000, 'two files');
    const id = await ktm.getTransactionId(transaction);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ktm.getTransactionInformation(transaction)).toEqual({
      outcome: TRANSACTION_OUTCOME.Undetermined, isolationLevel: 0, isolationFlags: 0, timeoutMs: 5000, description: 'two files',
    });
    await ktm.setTransactionInformation(transaction, 7000, 'x'.repeat(64));
    const again = await ktm.openTransaction(all.Transaction, id);
    expect(await ktm.getTransactionInformation(again)).toMatchObject({ timeoutMs: 7000, description: 'x'.repeat(64) });
    expect(await outcome(ktm.setTransactionInformation(transaction, 0, 'x'.repeat(65)))).toBe('ERROR_INVALID_PARAMETER');
    await ktm.rollbackTransaction(again);
    expect(await outcome(ktm.commitTransaction(transaction))).toBe('ERROR_TRANSACTION_ALREADY_ABORTED');
    expect(await outcome(ktm.openTransaction(all.Transaction, resourceManagerId))).toBe('ERROR_TRANSACTION_NOT_FOUND');
  });

  it('carry a commit through its phases', async () => {
    const { manager, resourceManager } = await online();
    const transaction = await ktm.createTransaction(0, 0, null);
    const enlistment = await ktm.createEnlistment(resourceManager, transaction, subordinate, 0, 0xfedcba9876543210n);
    expect(await ktm.getEnlistmentId(enlistment)).toMatch(/^[0-9a-f-]{36}$/);
    const commit = ktm.commitTransaction(transaction);
    const next = () => ktm.getNotificationResourceManager(resourceManager, INFINITE);
    expect(await next()).toMatchObject({ key: 0xfedcba9876543210n, notification: NOTIFY.PREPREPARE, enlistmentId: null });
    expect(await outcome(ktm.commitComplete(enlistment, null))).toBe('ERROR_TRANSACTION_NOT_REQUESTED');
    await ktm.prePrepareComplete(enlistment, null);
    expect(await next()).toMatchObject({ notification: NOTIFY.PREPARE });
    await ktm.prepareComplete(enlistment, 40n);
    expect(await next()).toMatchObject({ notification: NOTIFY.COMMIT });
    await ktm.commitComplete(enlistment, null);
    await commit;
    expect(await ktm.getCurrentClockTransactionManager(manager)).toBeGreaterThanOrEqual(40n);
    expect(await ktm.getTransactionManagerId(manager)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('see a handle closed when it is closed, and once only', async () => {
    const { resourceManager } = await online();
    const transaction = await ktm.createTransaction(0, 0, null);
    const enlistment = await ktm.createEnlistment(resourceManager, transaction, subordinate, 0, 1n);
    expect((await machine.counts()).kernelHandles).toBe(4);
    await transaction.close();
    await transaction.close();
    expect((await machine.counts()).kernelHandles).toBe(3);
    // Its last handle is closed before commit: everybody is rolled back.
    expect(await ktm.getNotificationResourceManager(resourceManager, INFINITE)).toMatchObject({ notification: NOTIFY.ROLLBACK });
    await ktm.rollbackComplete(enlistment, null);
  });

  it('lead a superior through its phases', async () => {
    const { resourceManager } = await online();
    const transaction = await ktm.createTransaction(0, 0, null);
    const mask = NOTIFY.ROLLBACK | NOTIFY.PREPREPARE_COMPLETE | NOTIFY.PREPARE_COMPLETE | NOTIFY.COMMIT_COMPLETE;
    const superior = await ktm.createEnlistment(resourceManager, transaction, mask, ENLISTMENT_SUPERIOR, 7n);
    await ktm.prePrepareEnlistment(superior, null);
    await ktm.prepareEnlistment(superior, null);
    await ktm.commitEnlistment(superior, null);
    const seen: number[] = [];
    while (seen.length < 3) seen.push((await ktm.getNotificationResourceManager(resourceManager, 0)).notification);
    expect(seen).toEqual([NOTIFY.PREPREPARE_COMPLETE, NOTIFY.PREPARE_COMPLETE, NOTIFY.COMMIT_COMPLETE]);
  });
});

describe('notifications through the completion port', () => {
  it('come in the order in which they were asked for, whichever thread waits', async () => {
    const { resourceManager } = await online();
    expect(await outcome(ktm.getNotificationResourceManagerAsync(resourceManager))).toBe('ERROR_INVALID_PARAMETER');
    await ktm.setResourceManagerCompletionPort(resourceManager, 99n);
    const asked = Array.from({ length: 8 }, () => ktm.getNotificationResourceManagerAsync(resourceManager));
    const enlistments: KernelHandle[] = [];
    for (let key = 1; key <= 8; key += 1) {
      const transaction = await ktm.createTransaction(0, 0, null);
      enlistments.push(await ktm.createEnlistment(resourceManager, transaction, subordinate, 0, key));
      await ktm.rollbackTransaction(transaction);
    }
    const arrived = await Promise.all(asked);
    expect(arrived.map(({ key, notification }) => [key, notification])).toEqual(enlistments.map((_, index) => [BigInt(index + 1), NOTIFY.ROLLBACK]));
    for (const enlistment of enlistments) await ktm.rollbackComplete(enlistment, null);
  });

  it('end with ERROR_OPERATION_ABORTED when the resource manager is closed, and lose nothing that had come', async () => {
    const { resourceManager } = await online();
    await ktm.setResourceManagerCompletionPort(resourceManager, 0);
    const transaction = await ktm.createTransaction(0, 0, null);
    await ktm.createEnlistment(resourceManager, transaction, subordinate, 0, 5n);
    const first = ktm.getNotificationResourceManagerAsync(resourceManager);
    const second = outcome(ktm.getNotificationResourceManagerAsync(resourceManager));
    const operation = 'KtmW32::GetNotificationResourceManagerAsync';
    const waiting = async () => (await machine.control.calls({ operation })).filter(({ hresult }) => hresult === undefined).length;
    while ((await waiting()) < 2) await machine.control.status();
    await ktm.rollbackTransaction(transaction);
    await resourceManager.close();
    expect(await first).toMatchObject({ key: 5n, notification: NOTIFY.ROLLBACK });
    expect(await second).toBe('ERROR_OPERATION_ABORTED');
  });
});

describe('calls that wait', () => {
  it('do not hold up others, however many there are', async () => {
    const { resourceManager } = await online();
    const waiting = Array.from({ length: 16 }, () => outcome(ktm.getNotificationResourceManager(resourceManager, 60_000)));
    const transaction = await ktm.createTransaction(0, 0, null);
    await ktm.commitTransaction(transaction);
    while ((await machine.counts()).functionCalls < 16) await machine.control.status();
    await machine.control.advance(60_000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ERROR_1460']));
  });

  it('end with their slice when the handle is let go', async () => {
    const { resourceManager } = await online();
    const waiting = outcome(ktm.getNotificationResourceManager(resourceManager, INFINITE));
    while ((await machine.counts()).functionCalls === 0) await machine.control.status();
    const closed = resourceManager.close();
    await closed;
    await machine.control.advance(1000);
    expect(await waiting).toBe('ERROR_OPERATION_ABORTED');
    while ((await machine.counts()).kernelHandles > 1) await machine.control.status();
  });
});
