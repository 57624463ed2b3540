/**
 * What the contract's rules are tested on: a backend, and the simulated machine behind it. Without further ado the backend is the machine
 * itself; with WINBACKUP_TEST_BACKEND=pipe it is the machine at the other end of a pipe; with native it is the addon, and the machine is in a
 * Worker behind the double of sqlvdi.dll.
 */
import { activate } from '../../lib/binding/backend';
import type { Backend } from '../../lib/binding/backend';
import type { Channel } from '../../lib/binding/channel';
import { VDFeatures } from '../../lib/binding/codes';
import { WindowsError } from '../../lib/binding/errors';
import type { IClientVirtualDevice, IClientVirtualDeviceSet2, VDConfig } from '../../lib/binding/generated/vdi';
import { nativeBackend } from '../../lib/binding/native';
import type { ProxyObject } from '../../lib/binding/proxy';
import { realHost } from '../../lib/binding/real-host';
import type { SqlServer } from '../../lib/binding/sql';
import { vdiTable } from '../../lib/binding/tables/vdi';
import { MachineControl, PipeChannel, SimulatedClock, SimulatedWindows, servePipe, simulatedSqlServer } from '../../lib/simulator';
import { InThreadChannel } from '../../lib/simulator/transport/in-thread';
import type { WineMachineOptions } from '../wine/machine-worker';
import { openWineMachine } from '../wine/wine-machine';
import { ScriptedServer } from './scripted-server';

export type DeviceSet = IClientVirtualDeviceSet2 & ProxyObject;
export type Device = IClientVirtualDevice & ProxyObject;

/** What a file's machine is told; by default it is a new one. */
export type RigOptions = Pick<WineMachineOptions, 'writers' | 'windowsVersion'>;

/** A machine behind a backend. */
interface Machine {
  readonly backend: Backend;
  readonly control: MachineControl;
  /** A channel for the server's side, past the backend under test. */
  readonly serverChannel: Channel;
  /** What is alive of the client's side: objects, references, areas ... by name. */
  alive(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

async function simulatedMachine(options: RigOptions): Promise<Machine> {
  const machine = new SimulatedWindows({ ...options, host: { ...realHost, clock: new SimulatedClock() } });
  const pipe = backendUnderTest === 'pipe' ? await servePipe(machine) : undefined;
  const serverChannel = new InThreadChannel(machine, machine.createProcess('server').id);
  const clientHandles = (): number =>
    machine.processList.filter(({ name }) => name === 'client').reduce((sum, { id }) => sum + machine.handleCount(id), 0);
  return {
    backend: pipe === undefined ? machine : { kind: 'simulated', host: machine.host, openChannel: () => PipeChannel.connect(pipe.path) },
    control: machine.openControl(), serverChannel,
    alive: () => Promise.resolve({ handles: clientHandles(), areas: machine.memory.count, sets: machine.virtualDevices.count }),
    close: async () => {
      await serverChannel.close();
      await pipe?.close();
    },
  };
}

async function nativeMachine(options: RigOptions): Promise<Machine> {
  const { control, serverChannel, counts, close } = await openWineMachine(options);
  return { backend: nativeBackend(), control, serverChannel, alive: async () => ({ ...(await counts()) }), close };
}

export const backendUnderTest = process.env['WINBACKUP_TEST_BACKEND'] ?? 'simulated';

export function config(fields: Partial<VDConfig> = {}): VDConfig {
  return {
    deviceCount: 1, features: VDFeatures.LikePipe, prefixZoneSize: 0, alignment: 0, softFileMarkBlockSize: 0, EOMWarningSize: 0,
    serverTimeOut: 0, blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0, ...fields,
  };
}

/** `ok`, or the code of the WindowsError that the call rejects with; anything else is thrown. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof WindowsError) return error.code;
    throw error;
  }
}

/** A set with both sides attached. */
export interface Session {
  readonly name: string;
  /** The set's name, then those of the other devices. */
  readonly names: readonly string[];
  readonly set: DeviceSet;
  readonly server: ScriptedServer;
  readonly devices: readonly Device[];
}

export interface SessionOptions {
  readonly config?: Partial<VDConfig>;
  readonly features?: number;
  readonly blockSize?: number;
  readonly alignment?: number;
  readonly maxTransferSize?: number;
  readonly buffers?: number;
  readonly channel?: Channel;
  /** An object to use again. */
  readonly set?: DeviceSet;
}

let nextName = 1;

export class Rig {
  private readonly channels: Channel[] = [];

  private constructor(private readonly machine: Machine) {}

  static async open(options: RigOptions = {}): Promise<Rig> {
    return new Rig(backendUnderTest === 'native' ? await nativeMachine(options) : await simulatedMachine(options));
  }

  get backend(): Backend {
    return this.machine.backend;
  }

  /** The machine's SQL Server, past the backend under test. */
  get sql(): SqlServer {
    return simulatedSqlServer(this.machine.serverChannel);
  }

  get control(): MachineControl {
    return this.machine.control;
  }

  /** A connection of the backend under test; closed after the test. */
  async channel(): Promise<Channel> {
    const channel = await this.machine.backend.openChannel();
    this.channels.push(channel);
    return channel;
  }

  /** A set object that has created nothing. */
  async newSet(channel?: Channel): Promise<DeviceSet> {
    const [comClass] = vdiTable.classes;
    if (comClass === undefined) throw new Error('the table of VDI has no class');
    return activate<IClientVirtualDeviceSet2>(channel ?? (await this.channel()), comClass);
  }

  newServer(): Promise<ScriptedServer> {
    return ScriptedServer.create(this.machine.serverChannel);
  }

  newName(): string {
    return `set-${String(nextName++)}`;
  }

  /** Created, not configured. */
  async created(options: SessionOptions = {}): Promise<Session> {
    const set = options.set ?? (await this.newSet(options.channel));
    const name = this.newName();
    await set.createEx(null, name, config(options.config));
    const count = options.config?.deviceCount ?? 1;
    const names = [name, ...Array.from({ length: count - 1 }, (_, index) => `device-${String(index + 2)}`)];
    return { name, names, set, server: await this.newServer(), devices: [] };
  }

  /** Configured by the server, and the client knows. */
  async initializing(options: SessionOptions = {}): Promise<Session> {
    const session = await this.created(options);
    await session.server.attach(session.name, options);
    await session.set.getConfiguration(0);
    return session;
  }

  /** Every device is open on both sides, and the agent runs. */
  async active(options: SessionOptions = {}): Promise<Session> {
    const session = await this.initializing(options);
    await session.server.activate(session.names);
    const devices: Device[] = [];
    for (const name of session.names) devices.push(await session.set.openDevice(name));
    return { ...session, devices };
  }

  /** The server has closed every device, and the client has seen it. */
  async terminated(options: SessionOptions = {}): Promise<Session> {
    const session = await this.active(options);
    for (const [index, device] of session.devices.entries()) {
      await session.server.closeDevice(index);
      expect(await outcome(device.getCommand(0))).toBe('VD_E_CLOSE');
    }
    return session;
  }

  /** Active, then aborted by the client. */
  async aborted(options: SessionOptions = {}): Promise<Session> {
    const session = await this.active(options);
    await session.set.signalAbort();
    return session;
  }

  /** Moves the machine's time until the call has an answer: its waits are timed by the machine. */
  async advanceUntilAnswered<T>(call: Promise<T>, stepMs = 50): Promise<T> {
    let answered = false;
    const settled = (): void => {
      answered = true;
    };
    call.then(settled, settled);
    while (!answered) await this.control.advance(stepMs);
    return call;
  }

  /** What has outlived the tests, by name; nothing should. */
  async alive(): Promise<Readonly<Record<string, number>>> {
    const counts = Object.entries(await this.machine.alive());
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  }

  /** Ends what a test has opened. */
  async reset(): Promise<void> {
    for (const channel of this.channels.splice(0)) await channel.close();
  }

  async close(): Promise<void> {
    await this.reset();
    await this.machine.close();
  }
}

/** One rig for a file; what a test opened is closed behind it. */
export function useRig(options: RigOptions = {}): () => Rig {
  let rig: Rig | undefined;
  const current = (): Rig => {
    if (rig === undefined) throw new Error('the rig is not open');
    return rig;
  };
  beforeAll(async () => {
    rig = await Rig.open(options);
  });
  afterEach(() => current().reset());
  afterAll(async () => {
    try {
      expect(await current().alive()).toEqual({});
    } finally {
      await current().close();
    }
  });
  return current;
}
