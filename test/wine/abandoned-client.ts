/**
 * A client of a virtual device set that will be abandoned in the middle: its environment ends, or it is collected. As a Worker it uses the
 * machine of its maker; as a program of its own it brings one, and ends by process.exit().
 * Usage of the program: node abandoned-client.js <state>
 */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { activate } from '../../lib/binding/backend';
import type { Backend } from '../../lib/binding/backend';
import { INFINITE, VDCommands } from '../../lib/binding/codes';
import type { CommandQueue } from '../../lib/binding/channel';
import type { IClientVirtualDevice, IClientVirtualDeviceSet2 } from '../../lib/binding/generated/vdi';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import type { ProxyObject } from '../../lib/binding/proxy';
import { vdiTable } from '../../lib/binding/tables/vdi';
import type { MachineControl } from '../../lib/simulator';
import { config } from '../conformance/rig';
import { ScriptedServer } from '../conformance/scripted-server';
import { openWineMachine } from './wine-machine';

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

/** What SQL Server does for the client to get there; `server` is played on the machine. */
export async function play(server: ScriptedServer, name: string): Promise<void> {
  await server.attach(name, { buffers: 4 });
  await server.activate([name]);
}

/** Two Write commands, once the client has opened the device. */
export async function sendCommands(server: ScriptedServer): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    await server.send({ code: VDCommands.Write, size: 65536, buffer: await server.allocateBuffer() });
  }
}

/** Resolves when the client's call of that name waits for its answer. */
export async function clientWaits(control: MachineControl, method: string): Promise<void> {
  while ((await control.calls({ operation: method })).every(({ hresult }) => hresult !== undefined)) await control.status();
}

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
  await set.createEx(null, name, config());
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

/** Surroundings on a machine that this environment has opened. */
export async function surroundingsOn({ control, serverChannel }: Awaited<ReturnType<typeof openWineMachine>>, name: string): Promise<Surroundings> {
  const server = await ScriptedServer.create(serverChannel);
  return { attach: () => play(server, name), send: () => sendCommands(server), waits: (operation) => clientWaits(control, operation) };
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

/** The program: prints what is alive after the end of its environment, as seen by an exit listener. */
async function asProgram(state: State): Promise<void> {
  const backend = nativeBackend();
  const channel = await backend.openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  const machine = await openWineMachine();
  await enter(state, backend, 'set', await surroundingsOn(machine, 'set'));
  process.once('exit', () => writeSync(1, JSON.stringify(channel.alive())));
  process.exit();
}

if (parentPort !== null) void asWorker(parentPort, workerData as { state: State; name: string });
else if (require.main === module) void asProgram(process.argv[2] as State);
