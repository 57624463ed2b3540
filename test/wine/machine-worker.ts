/**
 * The Worker behind the doubles of system DLLs: it holds the simulated machine, answers the calls of this Windows process with it, and
 * serves the machine to testers who send a port.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { MACHINE } from '../../lib/binding/channel';
import { checkString } from '../../lib/binding/check';
import type { CallResult, Channel, PlainValue } from '../../lib/binding/channel';
import { HRESULT, failed } from '../../lib/binding/codes';
import { StateError } from '../../lib/binding/errors';
import { realHost } from '../../lib/binding/real-host';
import { entryPoints, operation as findOperation } from '../../lib/binding/tables';
import { SimulatedClock, SimulatedWindows, servePort } from '../../lib/simulator';
import type { SimulatedWindowsOptions } from '../../lib/simulator';
import { InThreadChannel } from '../../lib/simulator/transport/in-thread';

/** What each of them exports to Node (test/wine/double/module.h). */
interface Double {
  /** From now on `answer` is called for each COM call, which waits until `reply` is called with its id. */
  connect(answer: (id: number, handle: number, operation: string, args: readonly PlainValue[]) => void): void;
  reply(id: number, hresult: number, outputs: readonly PlainValue[]): boolean;
  createArea(byteLength: number): { readonly base: bigint; readonly buffer: ArrayBuffer };
  freeArea(base: bigint): void;
  counts(): Omit<DoubleCounts, 'kernelHandles' | 'functionCalls'>;
}

/** What ktmw32.dll exports to Node (test/wine/ktmw32/ktmw32.cc). */
interface KtmDouble {
  /** `onClosed` is called when the client may have closed handles. */
  connect(answer: (id: number, handle: number, operation: string, args: readonly PlainValue[]) => void, onClosed: () => void): void;
  reply(id: number, hresult: number, outputs: readonly PlainValue[]): boolean;
  /** The machine's handles whose last duplicate the client has closed, each once. */
  takeClosed(): readonly number[];
  counts(): Pick<DoubleCounts, 'kernelHandles' | 'functionCalls'>;
}

/** What of the doubles is alive. */
export interface DoubleCounts {
  readonly classFactories: number;
  readonly objects: number;
  readonly references: number;
  /** VDC_Command structs that the client has got and not completed, or whose device it has not released. */
  readonly commands: number;
  /** COM calls that have no answer yet. */
  readonly calls: number;
  /** Mapped views of the client's. */
  readonly areas: number;
  /** Strings that the client has got and not freed: BSTRs, and those of CoTaskMemAlloc. */
  readonly bstrs: number;
  readonly taskStrings: number;
  /** Kernel handles that ktmw32.dll has given out. */
  readonly kernelHandles: number;
  /** Calls of ktmw32's functions that have no answer yet. */
  readonly functionCalls: number;
}

/** What a machine in a Worker can be told: plain data. */
export interface WineMachineOptions extends Pick<SimulatedWindowsOptions, 'seed' | 'databases' | 'instances' | 'recordedCalls' | 'elevated' | 'writers' | 'volumes' | 'providers' | 'windowsVersion' | 'computerName' | 'writerSessionSlots'> {
  /** Default `simulated`: it moves only when the test moves it. */
  readonly clock?: 'simulated' | 'real';
}

/** A port to serve the machine on. */
export interface ServeRequest {
  readonly serve: MessagePort;
}

const RELEASE = 'IUnknown::Release';

function loadDouble(name: string): unknown {
  const module = { exports: {} };
  process.dlopen(module, `C:\\windows\\system32\\${name}`);
  return module.exports;
}

/** What is alive of all of them. */
function countAll(doubles: readonly Double[]): DoubleCounts {
  const total: Record<string, number> = {};
  for (const double of doubles) for (const [name, count] of Object.entries<number>(double.counts())) total[name] = (total[name] ?? 0) + count;
  return total as unknown as DoubleCounts;
}

/** One process of the machine, and how many of its objects are alive. */
interface Client {
  readonly channel: Channel;
  objects: number;
}

/**
 * Answers COM calls with the machine. Each activation counts as a process of its own, so that secondaries and the death of one client can
 * be tested inside one Windows process; it ends with its last object.
 */
class ComServer {
  private readonly clients = new Map<number, Client>();

  constructor(private readonly machine: SimulatedWindows) {}

  async answer(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    try {
      if (handle === MACHINE) return await this.activate(operation, args);
      const client = this.clients.get(handle);
      if (client === undefined) throw new StateError('ERR_UNKNOWN_HANDLE', `no object has the handle ${String(handle)}`);
      if (operation === RELEASE) return await this.release(handle, client);
      const result = await client.channel.call(handle, operation, args);
      this.adopt(client, operation, result);
      return result;
    } catch (error) {
      // The machine's side of the object is gone with its process.
      if (error instanceof StateError && error.code === 'ERR_PROCESS_DIED') return { hresult: HRESULT.RPC_E_DISCONNECTED, outputs: [] };
      throw error;
    }
  }

  private async activate(operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    const client: Client = { channel: await this.machine.openChannel(), objects: 0 };
    const result = await client.channel.call(MACHINE, operation, args);
    if (failed(result.hresult) || !entryPoints.has(operation)) await client.channel.close();
    else this.own(client, result.outputs[0]);
    return result;
  }

  /** The objects among a call's outputs belong to the caller's process. */
  private adopt(client: Client, operation: string, { outputs }: CallResult): void {
    const parameters = findOperation(operation)?.method.parameters.filter(({ direction }) => direction === 'out') ?? [];
    for (const [index, { type }] of parameters.entries()) if (type.kind === 'interface' && index < outputs.length) this.own(client, outputs[index]);
  }

  private own(client: Client, handle: PlainValue | undefined): void {
    if (typeof handle !== 'number') throw new TypeError('an interface must be a handle');
    this.clients.set(handle, client);
    client.objects += 1;
  }

  private async release(handle: number, client: Client): Promise<CallResult> {
    this.clients.delete(handle);
    client.objects -= 1;
    await client.channel.release(handle);
    if (client.objects === 0) await client.channel.close();
    return { hresult: HRESULT.S_OK, outputs: [] };
  }
}

/**
 * Answers the functions of ktmw32.dll with the machine. Whoever calls them in this Windows process is one process of the machine. What the
 * client has closed is closed before anything else reaches the machine, as CloseHandle would have done it.
 */
class FunctionServer {
  private channel: Channel | undefined;

  constructor(
    private readonly double: KtmDouble,
    private readonly machine: SimulatedWindows,
  ) {
    double.connect(
      (id, handle, operation, args) => {
        void this.answer(handle, operation, args).then(({ hresult, outputs }) => double.reply(id, hresult, outputs));
      },
      () => {
        this.closeHandles();
      },
    );
  }

  closeHandles(): void {
    for (const handle of this.double.takeClosed()) void this.channel?.release(handle);
  }

  private async answer(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    const channel = (this.channel ??= new InThreadChannel(this.machine, this.machine.createProcess('client').id));
    try {
      return await channel.call(handle, operation, args);
    } catch (error) {
      if (!(error instanceof StateError && error.code === 'ERR_PROCESS_DIED')) throw error;
      // The handles have ended with their process; what is called from now on is called by a new one.
      if (this.channel === channel) this.channel = undefined;
      return { hresult: HRESULT.RPC_E_DISCONNECTED, outputs: [] };
    }
  }
}

/** A machine that learns of closed handles before it is called. */
class SettledWindows extends SimulatedWindows {
  closeHandles: () => void = () => undefined;

  override call(...call: Parameters<SimulatedWindows['call']>): Promise<CallResult> {
    this.closeHandles();
    return super.call(...call);
  }
}

function main(port: MessagePort, { clock = 'simulated', ...options }: WineMachineOptions): void {
  const sqlvdi = loadDouble('sqlvdi.dll') as Double;
  const doubles = [sqlvdi, loadDouble('vssapi.dll') as Double];
  const ktm = loadDouble('ktmw32.dll') as KtmDouble;
  const machine = new SettledWindows({
    ...options,
    host: clock === 'simulated' ? { ...realHost, clock: new SimulatedClock() } : realHost,
    allocateArea: (byteLength) => sqlvdi.createArea(byteLength),
  });
  machine.onAreaFreed((base) => sqlvdi.freeArea(base));
  machine.addControl('Double::Counts', () => ({ ...countAll(doubles), ...ktm.counts() }));
  machine.addControl('Double::ReadDatabase', ([name]) => {
    checkString('name', name);
    return machine.sqlServer.database(name).read();
  });
  const server = new ComServer(machine);
  for (const double of doubles) {
    double.connect((id, handle, operation, args) => {
      void server.answer(handle, operation, args).then(({ hresult, outputs }) => double.reply(id, hresult, outputs));
    });
  }
  const functions = new FunctionServer(ktm, machine);
  machine.closeHandles = () => {
    functions.closeHandles();
  };
  port.on('message', ({ serve }: ServeRequest) => servePort(machine, serve));
  port.postMessage('ready');
}

if (parentPort !== null) main(parentPort, workerData as WineMachineOptions);
