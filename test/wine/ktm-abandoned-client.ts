/** A client of KTM, brought to the state in which it is abandoned; as a Worker it waits for its end. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Backend } from '../../lib/binding/backend';
import { INFINITE } from '../../lib/binding/codes';
import { nativeBackend } from '../../lib/binding/native';
import { ResourceManager, Transaction, TransactionManager } from '../../lib/ktm';

export const states = [
  'with a transaction open',
  'in a recovery that it has not finished',
  'waiting for a notification by the completion port',
  'waiting for a notification in slices',
  'with a notification that it has not answered',
  'waiting for a commit',
] as const;
export type State = (typeof states)[number];

const resourceManagerId = '6f0d1c8e-3d6b-4a43-8e0c-0d8c2f3e4a11';

/** What the client's end leaves undone is nobody's affair. */
function ignored(work: Promise<unknown>): void {
  work.catch(() => undefined);
}

/** @param waits resolves when the machine has the call of that name, and has not answered it. What it gives back keeps the client alive. */
export async function enter(state: State, backend: Backend, waits: (operation: string) => Promise<void>): Promise<unknown> {
  const transaction = await Transaction.create({ backend });
  if (state === 'with a transaction open') return transaction;
  const manager = await TransactionManager.create({ backend, volatile: true });
  const resourceManager = await ResourceManager.create(manager, { id: resourceManagerId, volatile: true });
  const all = { transaction, manager, resourceManager };
  await resourceManager.recover(state === 'in a recovery that it has not finished' ? {} : { onNotification: () => Promise.resolve() });
  if (state === 'in a recovery that it has not finished') return all;
  if (state === 'waiting for a notification in slices') {
    // LAST_RECOVER may come to this wait before the listener's has it: then the next one waits.
    const wait = (): Promise<void> => manager.connection.functions.getNotificationResourceManager(resourceManager.handle, INFINITE).then(wait);
    ignored(wait());
    await waits('KtmW32::GetNotificationResourceManager');
    return all;
  }
  let told: (type: string) => void = () => undefined;
  const first = new Promise<string>((resolve) => (told = resolve));
  const enlistment = await resourceManager.createEnlistment(transaction, {
    notifications: ['PREPARE', 'COMMIT', 'ROLLBACK'],
    // Never answered.
    onNotification: async ({ type }) => {
      told(type);
    },
  });
  if (state === 'waiting for a notification by the completion port') {
    await waits('KtmW32::GetNotificationResourceManagerAsync');
    return { ...all, enlistment };
  }
  if (state === 'with a notification that it has not answered') await transaction.commitAsync();
  else ignored(transaction.commit());
  const type = await first;
  if (type !== 'PREPARE') throw new Error(`KTM sent ${type}`);
  return { ...all, enlistment };
}

/** The Worker: its maker answers each request by a message. */
async function asWorker(port: NonNullable<typeof parentPort>, { state }: { state: State }): Promise<void> {
  const kept = await enter(state, nativeBackend(), (operation) =>
    new Promise((resolve) => {
      port.once('message', () => {
        resolve();
      });
      port.postMessage(operation);
    }));
  port.once('message', (end: 'exit' | 'fail') => {
    if (end === 'exit') process.exit();
    throw new Error('abandoned', { cause: kept === undefined ? undefined : 'kept' });
  });
  port.postMessage('ready');
}

if (parentPort !== null) void asWorker(parentPort, workerData as { state: State });
