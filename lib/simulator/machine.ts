/**
 * The simulated Windows machine as a kernel: one entry, `call(process, handle, operation, arguments)`, all plain data. Processes own
 * handle tables, and the death of a process closes its handles. The services (SQL Server ...) hang on it and know nothing of transports.
 */
import { HRESULT, failed } from '../binding/codes';
import type { Backend } from '../binding/backend';
import { MACHINE } from '../binding/channel';
import type { CallResult, Channel, PlainValue, TeardownStep } from '../binding/channel';
import { StateError } from '../binding/errors';
import type { Host } from '../binding/host';
import { AreaMemory } from '../binding/memory';
import { realHost } from '../binding/real-host';
import type { SqlServer } from '../binding/sql';
import { memberName } from '../binding/table';
import { derivesFrom, operation as findOperation } from '../binding/tables';
import { MachineControl } from './client';
import { installControl } from './control';
import { EventLog } from './event-log';
import { Faults } from './faults';
import type { FaultAction } from './faults';
import { Failure, KernelObject, SuccessCode } from './kernel-object';
import type { EndReason } from './kernel-object';
import { Scheduler } from './scheduler';
import { SimulatedHost } from './host';
import { installHostServices } from './host-services';
import { installKtm } from './ktm';
import type { SimulatedKtm, SimulatedKtmOptions } from './ktm';
import { InThreadChannel } from './transport/in-thread';
import { SqlServerService } from './sql-server';
import { simulatedSqlServer } from './sql-server/connection';
import type { SimulatedSqlServerOptions } from './sql-server/connection';
import type { SqlServerOptions } from './sql-server';
import { installVdi } from './vdi';
import type { VirtualDevices } from './vdi';
import { installVss } from './vss';
import type { SimulatedVss, SimulatedVssOptions } from './vss';

/** Gives the memory for an area that processes share; in the doubles it is a real mapping at its real address. */
export type AreaAllocator = (byteLength: number) => { readonly base: bigint; readonly buffer: ArrayBufferLike };

export interface SimulatedWindowsOptions extends SqlServerOptions, SimulatedVssOptions, SimulatedKtmOptions {
  /** Makes every choice of the machine's own repeatable. Default 1. */
  readonly seed?: number;
  /** Time, randomness and files of the machine and, by default, of the flows on it. Default: the real ones. */
  readonly host?: Host;
  readonly allocateArea?: AreaAllocator;
  /** How many of the latest calls are kept in `calls`; default 10,000, so that a long backup does not fill the memory. */
  readonly recordedCalls?: number;
  /** Whether new processes run elevated; default true. */
  readonly elevated?: boolean;
}

/** One call as it was seen; `hresult` is absent while it has not answered. */
export interface RecordedCall {
  readonly sequence: number;
  readonly process: number;
  readonly handle: number;
  readonly operation: string;
  readonly args: readonly PlainValue[];
  readonly startedAt: number;
  endedAt?: number;
  hresult?: number;
}

/** A process of the machine: what owns handles, and what can die. */
export interface SimulatedProcess {
  readonly id: number;
  readonly name: string;
  readonly alive: boolean;
  /** Runs with administrator's rights; CreateEx needs them. */
  elevated: boolean;
  /** Environment variables that services read. */
  readonly environment: Map<string, string>;
  /** Privileges that it has enabled, once for each that holds them. */
  readonly privileges: string[];
}

interface ProcessState extends SimulatedProcess {
  alive: boolean;
  readonly handles: Map<number, KernelObject>;
  readonly teardown: Map<number, readonly TeardownStep[]>;
  /** Rejects the calls that have not answered; they die with the process. */
  readonly pending: Set<(error: Error) => void>;
  readonly onDeath: Set<() => void>;
}

/** A class factory, by CLSID. */
type Factory = (process: SimulatedProcess) => KernelObject;
/** An operation on the machine itself. */
type MachineOperation = (process: SimulatedProcess, args: readonly PlainValue[]) => unknown;
/** An operation of the control: what a tester does to the machine, from outside it. Its one output, now or later. */
type ControlOperation = (args: readonly PlainValue[]) => PlainValue | Promise<PlainValue>;

/** Where simulated areas begin: far from anything that looks like a small number. */
const FIRST_ADDRESS = 0x10_0000_0000n;
const ADDRESS_GAP = 0x1_0000n;

export class SimulatedWindows implements Backend {
  readonly kind = 'simulated';
  readonly host: Host;
  readonly seed: number;
  readonly scheduler = new Scheduler();
  readonly faults = new Faults();
  readonly eventLog: EventLog;
  readonly memory = new AreaMemory();
  /** SQL Server's Virtual Device Interface on this machine. */
  readonly virtualDevices: VirtualDevices;
  /** The SQL Server instances of this machine. */
  readonly sqlServer: SqlServerService;
  /** The Volume Shadow Copy Service of this machine. */
  readonly vss: SimulatedVss;
  /** The Kernel Transaction Manager of this machine. */
  readonly ktm: SimulatedKtm;

  private readonly recorded: RecordedCall[] = [];
  private readonly recordedLimit: number;
  private sequence = 0;
  private readonly processes = new Map<number, ProcessState>();
  private readonly factories = new Map<string, Factory>();
  private readonly operations = new Map<string, MachineOperation>();
  private readonly controls = new Map<string, ControlOperation>();
  private readonly powerCutHandlers = new Set<() => void>();
  private readonly rebootHandlers = new Set<() => void>();
  private readonly areaFreedHandlers = new Set<(base: bigint) => void>();
  private readonly allocator: AreaAllocator;
  private readonly elevated: boolean;
  private nextProcess = 1;
  private nextHandle = 4;
  private nextAddress = FIRST_ADDRESS;

  constructor(options: SimulatedWindowsOptions = {}) {
    this.seed = options.seed ?? 1;
    this.host = options.host ?? realHost;
    this.elevated = options.elevated ?? true;
    this.recordedLimit = options.recordedCalls ?? 10_000;
    this.eventLog = new EventLog(() => this.host.clock.now());
    this.allocator = options.allocateArea ?? ((byteLength) => this.simulatedArea(byteLength));
    this.addOperation('CoCreateInstance', (process, [clsid]) => {
      const factory = typeof clsid === 'string' ? this.factories.get(clsid.toLowerCase()) : undefined;
      if (factory === undefined) throw new Failure(HRESULT.REGDB_E_CLASSNOTREG);
      return [factory(process)];
    });
    installControl(this);
    installHostServices(this);
    const { host } = this;
    if (host instanceof SimulatedHost) {
      this.onPowerCut(() => {
        host.powerCut();
      });
    }
    this.virtualDevices = installVdi(this);
    this.sqlServer = new SqlServerService(this, options);
    this.vss = installVss(this, options);
    this.ktm = installKtm(this, options);
  }

  /** A channel in this thread, from a new process of the machine. */
  openChannel(): Promise<Channel> {
    return Promise.resolve(new InThreadChannel(this, this.createProcess('client').id));
  }

  /** Connections to its SQL Server. */
  sql(options: SimulatedSqlServerOptions = {}): SqlServer {
    return simulatedSqlServer(this, options);
  }

  /** The machine seen from outside: faults, recorded calls, processes, time. */
  openControl(): MachineControl {
    return new MachineControl(new InThreadChannel(this, 0));
  }

  /** The latest calls, in the order in which they began. */
  get calls(): readonly RecordedCall[] {
    return this.recorded;
  }

  // --- For services ---

  registerClass(clsid: string, factory: Factory): void {
    this.factories.set(clsid.toLowerCase(), factory);
  }

  /** Adds an operation on handle 0. It returns its outputs (an array), now or later, or throws Failure. */
  addOperation(name: string, run: MachineOperation): void {
    this.operations.set(name, run);
  }

  /**
   * Adds an operation of the control, also on handle 0. It stands outside the machine: it is neither recorded nor struck by faults, waits
   * for no scheduler, and answers a caller whose process has died.
   */
  addControl(name: string, run: ControlOperation): void {
    this.controls.set(name, run);
  }

  /** Shared memory of the machine; `freeArea` ends it. */
  allocateArea(byteLength: number): { readonly base: bigint; readonly buffer: ArrayBufferLike } {
    const area = this.allocator(byteLength);
    this.memory.add(area.base, area.buffer);
    return area;
  }

  freeArea(base: bigint): void {
    this.memory.remove(base);
    for (const handler of this.areaFreedHandlers) handler(base);
  }

  /** Tells when an area ends; returns what takes the handler back. */
  onAreaFreed(handler: (base: bigint) => void): () => void {
    this.areaFreedHandlers.add(handler);
    return () => void this.areaFreedHandlers.delete(handler);
  }

  /** Something happens inside a service: a place for faults. Rejects with Failure when a fault says so. */
  async event(name: string, process?: SimulatedProcess): Promise<void> {
    const { before, after } = this.faults.pass(name);
    for (const action of [...before, ...after]) await this.strike(action, process);
  }

  onPowerCut(handler: () => void): void {
    this.powerCutHandlers.add(handler);
  }

  onReboot(handler: () => void): void {
    this.rebootHandlers.add(handler);
  }

  onDeath(process: SimulatedProcess, handler: () => void): void {
    this.state(process.id)?.onDeath.add(handler);
  }

  // --- Processes ---

  createProcess(name: string): SimulatedProcess {
    const process: ProcessState = {
      id: this.nextProcess++, name, alive: true, elevated: this.elevated, environment: new Map(), privileges: [],
      handles: new Map(), teardown: new Map(), pending: new Set(), onDeath: new Set(),
    };
    this.processes.set(process.id, process);
    return process;
  }

  /** Every process that there was, in the order of their birth. */
  get processList(): readonly SimulatedProcess[] {
    return [...this.processes.values()];
  }

  processNamed(name: string): SimulatedProcess | undefined {
    for (const process of this.processes.values()) if (process.name === name && process.alive) return process;
    return undefined;
  }

  /** The process is gone: calls under way never answer, its handles are closed as Windows would. */
  kill(id: number): void {
    const process = this.state(id);
    if (process === undefined || !process.alive) return;
    process.alive = false;
    for (const reject of process.pending) reject(new StateError('ERR_PROCESS_DIED', `the simulated process ${process.name} has died`));
    process.pending.clear();
    for (const handle of [...process.handles.keys()]) this.closeHandle(process, handle, 'process-died');
    for (const handler of process.onDeath) handler();
  }

  /** Every process is gone at once; what the disk had not synced may be lost. */
  powerCut(): void {
    for (const handler of this.powerCutHandlers) handler();
    for (const process of [...this.processes.values()]) this.kill(process.id);
  }

  /** The machine is shut down in order and is there again: every process is gone, what was written stays. */
  reboot(): void {
    for (const handler of this.rebootHandlers) handler();
    for (const process of [...this.processes.values()]) this.kill(process.id);
  }

  /** Gives an object a handle in a process. */
  openHandle(process: SimulatedProcess, object: KernelObject): number {
    const state = this.state(process.id);
    if (state === undefined || !state.alive) throw new StateError('ERR_PROCESS_DIED', `the simulated process ${process.name} has died`);
    const handle = this.nextHandle;
    this.nextHandle += 4;
    state.handles.set(handle, object);
    return handle;
  }

  /** What a handle of a process stands for: for operations that take handles as arguments. */
  objectOf(process: SimulatedProcess, handle: number): KernelObject | undefined {
    return this.state(process.id)?.handles.get(handle);
  }

  /** Live handles of a process, or of all. */
  handleCount(process?: number): number {
    let count = 0;
    for (const state of this.processes.values()) if (process === undefined || state.id === process) count += state.handles.size;
    return count;
  }

  // --- The entry ---

  /** Resolves for every HRESULT; rejects when the process has died or there is no such handle or operation. */
  call(processId: number, handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    const control = handle === MACHINE ? this.controls.get(operation) : undefined;
    if (control !== undefined) return Promise.resolve(args).then(control).then((output) => ({ hresult: HRESULT.S_OK, outputs: [output] }));
    const process = this.state(processId);
    if (process === undefined || !process.alive) return Promise.reject(new StateError('ERR_PROCESS_DIED', `process ${String(processId)} has died`));
    const record: RecordedCall = {
      sequence: ++this.sequence, process: processId, handle, operation, args, startedAt: this.host.clock.monotonic(),
    };
    this.recorded.push(record);
    // Cut in large pieces: shifting one by one would cost a move of the whole list for each call.
    if (this.recorded.length > 2 * this.recordedLimit) this.recorded.splice(0, this.recorded.length - this.recordedLimit);
    return new Promise<CallResult>((resolve, reject) => {
      process.pending.add(reject);
      const answer = (settle: () => void): void => {
        this.scheduler.post(`${operation}#${String(record.sequence)}`, () => {
          process.pending.delete(reject);
          record.endedAt = this.host.clock.monotonic();
          settle();
        });
      };
      this.execute(process, handle, operation, args).then(
        (result) => {
          record.hresult = result.hresult;
          answer(() => {
            resolve(result);
          });
        },
        (error: unknown) => {
          answer(() => {
            reject(error instanceof Error ? error : new Error(String(error)));
          });
        },
      );
    });
  }

  release(processId: number, handle: number): void {
    const process = this.state(processId);
    if (process !== undefined) this.closeHandle(process, handle, 'released');
  }

  setTeardown(processId: number, handle: number, steps: readonly TeardownStep[]): void {
    this.state(processId)?.teardown.set(handle, steps);
  }

  teardownOf(processId: number, handle: number): readonly TeardownStep[] {
    return this.state(processId)?.teardown.get(handle) ?? [];
  }

  handlesOf(processId: number): readonly number[] {
    return [...(this.state(processId)?.handles.keys() ?? [])];
  }

  private async execute(process: ProcessState, handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    const { before, after } = this.faults.pass(operation);
    try {
      for (const action of before) await this.strike(action, process);
      const outputs = await this.dispatch(process, handle, operation, args);
      for (const action of after) await this.strike(action, process);
      if (outputs instanceof SuccessCode) return { hresult: outputs.hresult, outputs: this.plain(process, outputs.outputs) };
      return { hresult: HRESULT.S_OK, outputs: this.plain(process, outputs) };
    } catch (error) {
      if (error instanceof Failure && failed(error.hresult)) return { hresult: error.hresult, outputs: this.plain(process, error.outputs) };
      throw error;
    }
  }

  private async dispatch(process: ProcessState, handle: number, name: string, args: readonly PlainValue[]): Promise<unknown> {
    if (handle === MACHINE) {
      const run = this.operations.get(name);
      if (run === undefined) throw new StateError('ERR_UNKNOWN_OPERATION', `the simulated machine has no operation ${name}`);
      return run(process, args);
    }
    const object = process.handles.get(handle);
    if (object === undefined) throw new StateError('ERR_UNKNOWN_HANDLE', `process ${process.name} has no handle ${String(handle)}`);
    const [interfaceName = '', methodName = ''] = name.split('::');
    const known = findOperation(name);
    const member = known === undefined ? methodName.charAt(0).toLowerCase() + methodName.slice(1) : memberName(known.method);
    const reachable = derivesFrom(object.interfaceName, interfaceName) && member !== 'constructor' && !(member in KernelObject.prototype) && member !== 'ended';
    const method: unknown = reachable ? Reflect.get(object, member) : undefined;
    if (typeof method !== 'function') throw new StateError('ERR_UNKNOWN_OPERATION', `${object.interfaceName} has no operation ${name}`);
    return (await Reflect.apply(method, object, args)) as unknown;
  }

  /** Objects among the outputs become handles of the calling process. */
  private plain(process: ProcessState, outputs: unknown): readonly PlainValue[] {
    if (outputs === undefined) return [];
    if (!Array.isArray(outputs)) throw new TypeError('a method answers with an array of its outputs');
    return outputs.map((value: unknown) => (value instanceof KernelObject ? this.openHandle(process, value) : (value as PlainValue)));
  }

  private async strike(action: FaultAction, process: SimulatedProcess | undefined): Promise<void> {
    if ('hresult' in action) throw new Failure(action.hresult);
    if ('delayMs' in action) {
      await new Promise<void>((resolve) => void this.host.clock.after(action.delayMs, resolve));
    } else if ('hang' in action) {
      await new Promise<never>(() => undefined);
    } else if ('kill' in action) {
      const victim = action.kill === 'caller' ? process : this.processNamed(action.kill);
      if (victim !== undefined) this.kill(victim.id);
      // Nobody is left to hear an answer.
      if (victim !== undefined && victim === process) await new Promise<never>(() => undefined);
    } else {
      this.powerCut();
      await new Promise<never>(() => undefined);
    }
  }

  private closeHandle(process: ProcessState, handle: number, reason: EndReason): void {
    const object = process.handles.get(handle);
    if (object === undefined) return;
    process.handles.delete(handle);
    process.teardown.delete(handle);
    object.ended(reason);
  }

  private state(id: number): ProcessState | undefined {
    return this.processes.get(id);
  }

  private simulatedArea(byteLength: number): { readonly base: bigint; readonly buffer: ArrayBuffer } {
    const base = this.nextAddress;
    this.nextAddress += (BigInt(byteLength) / ADDRESS_GAP + 2n) * ADDRESS_GAP;
    return { base, buffer: new ArrayBuffer(byteLength) };
  }
}
