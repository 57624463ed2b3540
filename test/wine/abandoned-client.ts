/**
 * A client of a virtual device set that will be abandoned in the middle: its environment ends, or it is collected. As a Worker it uses the
 * machine of its maker. It loads little beside the addon's own modules, because under Wine each one costs time (`abandoned-program.ts` has
 * the rest).
 */
import { parentPort, workerData } from 'node:worker_threads';
import { activate } from '../../lib/binding/backend';
import type { Backend } from '../../lib/binding/backend';
import { INFINITE, VDFeatures } from '../../lib/binding/codes';
import type { CommandQueue } from '../../lib/binding/channel';
import type { IClientVirtualDevice, IClientVirtualDeviceSet2 } from '../../lib/binding/generated/vdi';
import { nativeBackend } from '../../lib/binding/native';
import type { ProxyObject } from '../../lib/binding/proxy';
import { vdiTable } from '../../lib/binding/tables/vdi';

/** Where the client is when it is abandoned. */
export const states = [
  'with a set that it has created',
  'waiting for the configuration',
  'waiting for a command',
  'waiting in GetCommand',
  'with commands that it has not completed',
  'while an abort is under way',
] as const;
export type State = (typeof states)[number];

/** What the client asks of its surroundings on the way. */
export interface Surroundings {
  /** SQL Server attaches and opens its device. */
  attach(): Promise<void>;
  /** SQL Server sends two commands. */
  send(): Promise<void>;
  /** The named call is waiting in the machine. */
  waits(operation: string): Promise<void>;
}

/** Everything that the client had; whoever forgets it abandons the client. */
export interface Client {
  readonly set: IClientVirtualDeviceSet2 & ProxyObject;
  readonly device?: IClientVirtualDevice & ProxyObject;
  readonly queue?: CommandQueue;
  readonly views: readonly Uint8Array[];
}

/** An answer that nobody reads any more. */
const ignored = (call: Promise<unknown>): void => void call.catch(() => undefined);

/** Brings a client to the state, and leaves it there. */
export async function enter(state: State, backend: Backend, name: string, surroundings: Surroundings): Promise<Client> {
  const channel = await backend.openChannel();
  const [comClass] = vdiTable.classes;
  if (comClass === undefined) throw new Error('the table of VDI has no class');
  const set = await activate<IClientVirtualDeviceSet2>(channel, comClass);
  await set.createEx(null, name, {
    deviceCount: 1, features: VDFeatures.LikePipe, prefixZoneSize: 0, alignment: 0, softFileMarkBlockSize: 0, EOMWarningSize: 0,
    serverTimeOut: 0, blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0,
  });
  set.setTeardown('SignalAbort', 'Close');
  if (state === 'with a set that it has created') return { set, views: [] };
  if (state === 'waiting for the configuration') {
    ignored(set.getConfiguration(INFINITE));
    await surroundings.waits('IClientVirtualDeviceSet2::GetConfiguration');
    return { set, views: [] };
  }
  await surroundings.attach();
  await set.getConfiguration(0);
  const device = await set.openDevice(name);
  if (state === 'waiting in GetCommand') ignored(device.getCommand(INFINITE));
  const queue = channel.commandQueue(device.handle);
  if (state === 'waiting for a command') ignored(queue.wait());
  if (state === 'waiting in GetCommand' || state === 'waiting for a command') {
    await surroundings.waits('IClientVirtualDevice::GetCommand');
    return { set, device, queue, views: [] };
  }
  await surroundings.send();
  const views: Uint8Array[] = [];
  while (views.length < 2) {
    await queue.wait();
    for (const { buffer, size } of queue.take()) views.push(channel.memory.view(buffer, size));
  }
  if (state === 'while an abort is under way') ignored(set.signalAbort());
  return { set, device, queue, views };
}

/** The Worker: its maker answers each request by a message. */
async function asWorker(port: NonNullable<typeof parentPort>, { state, name }: { state: State; name: string }): Promise<void> {
  const ask = (request: string): Promise<void> =>
    new Promise((resolve) => {
      port.once('message', () => {
        resolve();
      });
      port.postMessage(request);
    });
  await enter(state, nativeBackend(), name, {
    attach: () => ask('attach'),
    send: () => ask('send'),
    waits: (operation) => ask(operation),
  });
  port.once('message', (end: 'exit' | 'fail') => {
    if (end === 'exit') process.exit();
    throw new Error('abandoned');
  });
  port.postMessage('ready');
}

if (parentPort !== null) void asWorker(parentPort, workerData as { state: State; name: string });
