/** The native backend: winbackup.node, found and loaded, as a Channel. All policy is above it; all calls, threads and waits are below. */
import { createRequire } from 'node:module';
import * as path from 'node:path';

import type { Backend } from './backend';
import { MACHINE } from './channel';
import type { CallResult, Channel, CommandQueue, PlainRecord, PlainValue, TeardownStep } from './channel';
import { HRESULT, failed, hresultFromWin32 } from './codes';
import { LoadError, StateError } from './errors';
import type { FailFastAddon } from './fail-fast';
import type { Host } from './host';
import { NativeCommandQueue } from './native-command-queue';
import { nativeFiles } from './native-files';
import { NativeMemory } from './native-memory';
import { realHost } from './real-host';
import { givenHandle } from './table';
import { entryPoints, flatFunction, operation as findOperation, structTable } from './tables';
import type { FunctionEntry, FunctionTable, Method } from './table';

/** What is alive in this process: COM objects, their threads, kernel handles; areas of this environment. */
export interface Alive {
  readonly objects: number;
  readonly threads: number;
  readonly handles: number;
  readonly areas: number;
}

/** What winbackup.node exports (native/src/addon.cc). */
export interface Addon {
  listen(onAnswer: (ticket: number, hresult: number, outputs: readonly PlainValue[]) => void, onCommands: (device: number) => void): void;
  /** S_OK when `onAnswer` will be called; else why not. */
  call(ticket: number, handle: number, operation: string, args: readonly PlainValue[]): number;
  /** False when there is no such object, or no more because the environment is ending. */
  release(ticket: number, handle: number): boolean;
  setTeardown(handle: number, operations: readonly string[]): void;
  startCommands(device: number): number;
  stopCommands(device: number): void;
  drainCommands(device: number, batch: ArrayBuffer): boolean;
  /** Their results come by `drainCommands`, in this order. */
  completeCommands(device: number, completions: ArrayBuffer, count: number): number;
  /** A handle for a file that Node has opened; 0 when Windows has no thread for it. */
  openFile(fd: number): number;
  /** S_OK when `onAnswer` will be called, with [bytes moved] or [Node's errno]; the memory must stay until then. */
  fileIo(ticket: number, file: number, kind: number, bytes: Uint8Array, position: number): number;
  /** What is under way ends as soon as its driver lets it, the rest is refused; to be repeated until all is answered. */
  cancelFile(file: number): void;
  /** Undefined when no memory is lent there; null when the host refuses external buffers. */
  wrapArea(handle: number, address: bigint): { readonly base: bigint; readonly buffer: ArrayBuffer } | null | undefined;
  copyOut(handle: number, address: bigint, target: Uint8Array): boolean;
  copyIn(handle: number, address: bigint, source: Uint8Array): boolean;
  /** When the process began, as a FILETIME; 0 where Windows does not tell; undefined when it does not run. */
  processBegan(pid: number): bigint | undefined;
  /** Whether the process must not end, because an answer is awaited. */
  keepAlive(on: boolean): void;
  alive(): Alive;
  /** Tears everything down at once, with a deadline; nothing can be called afterwards. */
  shutdown(): void;
}

/** Node-API version of the addon (native/sources.json). */
const napiVersion = 8;

/** dist/lib/binding -> the package. */
const packageRoot = path.resolve(__dirname, '..', '..', '..');

function candidates(): readonly string[] {
  const override = process.env['WINBACKUP_ADDON'];
  if (override !== undefined && override !== '') return [path.resolve(override)];
  return [path.join(packageRoot, 'prebuilds', `win32-${process.arch}`, 'winbackup.node'), path.join(packageRoot, 'build', 'Release', 'winbackup.node')];
}

/** Not by `instanceof`: a module loader may live in another realm. */
function describe(error: unknown): { readonly code: unknown; readonly message: string } {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown; message?: unknown };
  return { code, message: (typeof message === 'string' ? message : String(error)).split('\n', 1)[0] ?? '' };
}

/** Loads the addon; a LoadError lists what was tried. A file that is there but does not load ends the search: another might hide the fault. */
function loadAddon(): Addon & FailFastAddon {
  if (process.platform !== 'win32') throw new LoadError(`the native addon works on Windows only, and this is ${process.platform}: use a simulated machine`, []);
  const supported = Number(process.versions['napi'] ?? 0);
  if (supported < napiVersion) throw new LoadError(`the native addon needs Node-API ${String(napiVersion)}, and this host has ${String(supported)}`, []);
  const load = createRequire(__filename);
  const tried: { path: string; error: string }[] = [];
  for (const candidate of candidates()) {
    try {
      return load(candidate) as Addon & FailFastAddon;
    } catch (error) {
      const { code, message } = describe(error);
      tried.push({ path: candidate, error: message });
      if (code !== 'MODULE_NOT_FOUND') throw new LoadError('winbackup.node could not be loaded', tried, { cause: error });
    }
  }
  throw new LoadError(`winbackup.node was not found for win32-${process.arch}`, tried);
}

/** The addon of this environment: what is asked, by ticket, and what waits for commands, by device. */
export class NativeLink {
  readonly queues = new Map<number, NativeCommandQueue>();
  private readonly pending = new Map<number, { settle(result: CallResult): void; readonly bytes?: Uint8Array }>();
  /** Queues with completions that the addon has not been told yet. */
  private readonly unsent = new Set<NativeCommandQueue>();
  private nextTicket = 1;
  private holds = 0;

  constructor(readonly addon: Addon) {
    addon.listen(
      (ticket, hresult, outputs) => {
        const asked = this.pending.get(ticket);
        this.pending.delete(ticket);
        this.hold(-1);
        asked?.settle({ hresult, outputs });
      },
      (device) => this.queues.get(device)?.arrived(),
    );
  }

  /** The queue's completions go together with those that follow at once: each batch may have to wake the device's thread. */
  sendSoon(queue: NativeCommandQueue): void {
    if (this.unsent.size === 0) process.nextTick(() => { this.send(); });
    this.unsent.add(queue);
  }

  /** Nothing else is asked of the addon before it has been told what was completed. */
  send(): void {
    for (const queue of this.unsent) queue.send();
    this.unsent.clear();
  }

  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    this.send();
    return new Promise((resolve) => {
      const ticket = this.ticket();
      const refused = this.addon.call(ticket, handle, operation, args);
      if (failed(refused)) resolve({ hresult: refused, outputs: [] });
      else this.expect(ticket, resolve);
    });
  }

  release(handle: number): Promise<void> {
    this.send();
    return new Promise((resolve) => {
      const ticket = this.ticket();
      if (this.addon.release(ticket, handle)) this.expect(ticket, () => { resolve(); });
      else resolve();
    });
  }

  /** I/O of a file (`kind`: FileIo of native-files.ts). `bytes` stays until it has ended. */
  fileIo(file: number, kind: number, bytes: Uint8Array, position: number): Promise<CallResult> {
    return new Promise((resolve) => {
      const ticket = this.ticket();
      const refused = this.addon.fileIo(ticket, file, kind, bytes, position);
      if (failed(refused)) resolve({ hresult: refused, outputs: [] });
      else this.expect(ticket, resolve, bytes);
    });
  }

  /** Counts what must keep the process alive. */
  hold(change: 1 | -1): void {
    this.holds += change;
    if (this.holds === (change === 1 ? 1 : 0)) this.addon.keepAlive(change === 1);
  }

  private ticket(): number {
    const ticket = this.nextTicket;
    this.nextTicket = ticket === 0xffffffff ? 1 : ticket + 1;
    return ticket;
  }

  private expect(ticket: number, settle: (result: CallResult) => void, bytes?: Uint8Array): void {
    this.pending.set(ticket, { settle, ...(bytes === undefined ? {} : { bytes }) });
    this.hold(1);
  }
}

/** Why the addon did not call a function (native/src/library.h). */
const unusableFunctions = new Map<number, string>([
  [hresultFromWin32(126), 'this Windows does not have the DLL'],
  [hresultFromWin32(127), 'the DLL of this Windows does not have the function'],
  [hresultFromWin32(120), 'this is not Windows but Wine, whose own functions end the process or have no transactions'],
]);

const outputsOf = (method: Method): Method['parameters'] => method.parameters.filter(({ direction }) => direction === 'out');

export class NativeChannel implements Channel {
  readonly kind = 'native';
  readonly memory: NativeMemory;
  private readonly handles = new Set<number>();
  private closed = false;

  constructor(private readonly link: NativeLink) {
    this.memory = new NativeMemory(link.addon, process.env['WINBACKUP_NO_EXTERNAL_BUFFERS'] === '1');
  }

  async call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    if (this.closed) throw new StateError('ERR_CLOSED', `${operation}: the channel has been closed`);
    if (handle !== MACHINE && !this.handles.has(handle)) return { hresult: HRESULT.E_HANDLE, outputs: [] };
    const flat = handle === MACHINE ? flatFunction(operation) : undefined;
    if (flat !== undefined) return this.callFunction(flat, operation, args);
    const method = findOperation(operation)?.method;
    if (method?.name === 'CompleteCommand') this.memory.handBack(handle, args[0] as bigint, args[2] as number);
    if (method?.name === 'Create' || method?.name === 'CreateEx') this.memory.created(handle, (args.at(-1) as PlainRecord)['prefixZoneSize'] as number);
    const answer = this.link.call(handle, operation, args);
    if (method?.name === 'Close') this.memory.end(handle);
    const result = await answer;
    if (failed(result.hresult)) return result;
    if (method !== undefined) this.receive(handle, method, result.outputs);
    else if (handle === MACHINE && entryPoints.has(operation)) this.own(result.outputs[0] as number);
    return result;
  }

  private async callFunction({ table, entry }: { table: FunctionTable; entry: FunctionEntry }, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    const result = await this.link.call(MACHINE, operation, args);
    const unusable = unusableFunctions.get(result.hresult);
    if (unusable !== undefined) throw new LoadError(`${operation} cannot be called`, [{ path: table.dll, error: unusable }]);
    if (!failed(result.hresult) && givenHandle(entry) !== undefined) this.own(result.outputs[0] as number);
    return result;
  }

  async release(handle: number): Promise<void> {
    if (!this.handles.delete(handle)) return;
    const released = this.link.release(handle);
    this.memory.end(handle);
    await released;
    this.link.queues.get(handle)?.disconnect();
    this.link.queues.delete(handle);
  }

  setTeardown(handle: number, steps: readonly TeardownStep[]): void {
    if (this.handles.has(handle)) this.link.addon.setTeardown(handle, steps);
  }

  commandQueue(device: number): CommandQueue {
    let queue = this.link.queues.get(device);
    if (queue === undefined) {
      queue = new NativeCommandQueue(this.link, this.memory, device);
      this.link.queues.set(device, queue);
    }
    return queue;
  }

  async close(): Promise<void> {
    this.closed = true;
    // Children have the higher handles: they are told to stop before their parent's list runs.
    await Promise.all([...this.handles].sort((a, b) => b - a).map((handle) => this.release(handle)));
  }

  /** What of the whole process nobody has released: for leak tests. */
  alive(): Alive {
    return this.link.addon.alive();
  }

  private own(handle: number): void {
    this.handles.add(handle);
    if (this.closed) void this.release(handle);
  }

  /** Keeps account of the handles and the memory that a call gave out. */
  private receive(handle: number, method: Method, outputs: readonly PlainValue[]): void {
    outputsOf(method).forEach(({ type, shownAs }, index) => {
      const value = outputs[index];
      if (type.kind === 'interface') {
        this.own(value as number);
        this.memory.adopt(value as number, handle);
      } else if (type.kind === 'pointer' && shownAs === 'buffer') {
        this.memory.reach(handle, value as bigint);
      } else if (type.kind === 'lent' && value !== null) {
        const record = value as PlainRecord;
        const buffer = structTable(type.struct).fields.find((field) => field.shownAs === 'buffer');
        if (buffer !== undefined) this.memory.handOver(handle, record['pointer'] as bigint, record['commandCode'] as number, record['size'] as number, record[buffer.name] as bigint);
      }
    });
  }
}

let opened: { readonly addon: FailFastAddon; readonly link: NativeLink; readonly host: Host } | undefined;

function openLink(): NonNullable<typeof opened> {
  const addon = loadAddon();
  // Cleanup hooks run when an environment ends by itself or is terminated, but not at process.exit().
  const link = new NativeLink(addon);
  process.once('exit', () => {
    link.send();
    addon.shutdown();
  });
  return { addon, link, host: { ...realHost, files: nativeFiles(link) } };
}

/** When a process of this machine began, as a FILETIME; 0 where Windows does not tell; undefined when it does not run. Throws LoadError. */
export function processBegan(pid: number): bigint | undefined {
  return (opened ??= openLink()).link.addon.processBegan(pid);
}

/** What ends a process: for fail fast, on the thread that calls. Throws LoadError when the addon cannot be used. */
export function failFastAddon(): FailFastAddon {
  return (opened ??= openLink()).addon;
}

/** The real Windows of this machine. Throws LoadError when the addon cannot be used. */
export function nativeBackend(): Backend {
  const { link: loaded, host } = (opened ??= openLink());
  const elsewhere = { module: __filename, export: 'nativeBackend', argument: '' };
  return { kind: 'native', host, elsewhere, openChannel: () => Promise.resolve(new NativeChannel(loaded)) };
}
