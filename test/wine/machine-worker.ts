/**
 * The Worker behind the doubles of sqlvdi.dll and vssapi.dll: it holds the simulated machine, answers the COM calls of this Windows process with it, and
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
import { operation as findOperation } from '../../lib/binding/tables';
import { SimulatedClock, SimulatedWindows, servePort } from '../../lib/simulator';
import type { SimulatedWindowsOptions } from '../../lib/simulator';

/** What each of them exports to Node (test/wine/double/module.h). */
interface Double {
  /** From now on `answer` is called for each COM call, which waits until `reply` is called with its id. */
  connect(answer: (id: number, handle: number, operation: string, args: readonly PlainValue[]) => void): void;
  reply(id: number, hresult: number, outputs: readonly PlainValue[]): boolean;
  createArea(byteLength: number): { readonly base: bigint; readonly buffer: ArrayBuffer };
  freeArea(base: bigint): void;
  counts(): DoubleCounts;
}

/** What of the double is alive. */
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
/** What the entry points of vssapi.dll ask for an object. */
const MAKERS = ['CoCreateInstance', 'CreateVssBackupComponents', 'CreateVssExamineWriterMetadata'];

function loadDouble(dll: string): Double {
  const module = { exports: {} };
  process.dlopen(module, `C:\\windows\\system32\\${dll}`);
  return module.exports as Double;
}

/** What is alive of all of them. */
function countAll(doubles: readonly Double[]): DoubleCounts {
  const total: Record<string, number> = {};
  for (const double of doubles) for (const [name, count] of Object.entries(double.counts()) as [string, number][]) total[name] = (total[name] ?? 0) + count;
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
    if (failed(result.hresult) || !MAKERS.includes(operation)) await client.channel.close();
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

function main(port: MessagePort, { clock = 'simulated', ...options }: WineMachineOptions): void {
  const sqlvdi = loadDouble('sqlvdi.dll');
  const doubles = [sqlvdi, loadDouble('vssapi.dll')];
  const machine = new SimulatedWindows({
    ...options,
    host: clock === 'simulated' ? { ...realHost, clock: new SimulatedClock() } : realHost,
    allocateArea: (byteLength) => sqlvdi.createArea(byteLength),
  });
  machine.onAreaFreed((base) => sqlvdi.freeArea(base));
  machine.addControl('Double::Counts', () => ({ ...countAll(doubles) }));
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
  port.on('message', ({ serve }: ServeRequest) => servePort(machine, serve));
  port.postMessage('ready');
}

if (parentPort !== null) main(parentPort, workerData as WineMachineOptions);
