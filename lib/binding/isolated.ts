/**
 * A backend whose channels end in child processes: each channel forks one, which opens a channel to the same machine there. What crosses is
 * Channel's own plain data. A child whose parent has gone tears its objects down and ends.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import type { Backend } from './backend';
import type { CallResult, Channel, CommandQueue, PlainValue, TeardownStep } from './channel';
import { PolledCommandQueue } from './command-queue';
import { ArgumentError, StateError } from './errors';
import { AreaMemory } from './memory';

/** How another process gets the same machine: `export` of the module at `module`, called with `argument`, gives the backend. */
export interface ElsewhereBackend {
  readonly module: string;
  readonly export: string;
  readonly argument: string;
}

export type ParentMessage =
  | { readonly type: 'open'; readonly elsewhere: ElsewhereBackend }
  | { readonly type: 'call'; readonly id: number; readonly handle: number; readonly operation: string; readonly args: readonly PlainValue[] }
  | { readonly type: 'release'; readonly id: number; readonly handle: number }
  | { readonly type: 'teardown'; readonly handle: number; readonly steps: readonly TeardownStep[] }
  | { readonly type: 'close'; readonly id: number };

export type ChildMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'answer'; readonly id: number; readonly result: CallResult }
  /** Without an id: the channel could not be opened. */
  | { readonly type: 'failed'; readonly id?: number; readonly code: string; readonly message: string };

const done: CallResult = { hresult: 0, outputs: [] };

interface Pending {
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: Error) => void;
}

class IsolatedChannel implements Channel {
  readonly memory = new AreaMemory();
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private gone: Error | undefined;

  private constructor(readonly kind: Channel['kind'], private readonly child: ChildProcess) {}

  static open(kind: Channel['kind'], elsewhere: ElsewhereBackend): Promise<IsolatedChannel> {
    // Structured clone carries bigints and bytes.
    const child = fork(path.join(__dirname, 'isolated-main.js'), [], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const channel = new IsolatedChannel(kind, child);
    return new Promise((resolve, reject) => {
      channel.pending.set(0, { resolve: () => { resolve(channel); }, reject });
      child.on('message', (message) => {
        channel.receive(message as ChildMessage);
      });
      child.on('error', (error) => {
        channel.lost(error);
      });
      child.on('exit', (code, signal) => {
        channel.lost(new StateError('ERR_PROCESS_DIED', `the requester's process has ended (${signal ?? `exit code ${String(code)}`})`));
      });
      channel.send({ type: 'open', elsewhere });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    return this.request((id) => ({ type: 'call', id, handle, operation, args }));
  }

  async release(handle: number): Promise<void> {
    await this.request((id) => ({ type: 'release', id, handle })).catch(() => undefined);
  }

  setTeardown(handle: number, steps: readonly TeardownStep[]): void {
    this.send({ type: 'teardown', handle, steps });
  }

  commandQueue(device: number): CommandQueue {
    return new PolledCommandQueue(this, device);
  }

  async close(): Promise<void> {
    await this.request((id) => ({ type: 'close', id })).catch(() => undefined);
    const ended = this.gone === undefined ? new Promise<void>((resolve) => this.child.once('exit', () => { resolve(); })) : Promise.resolve();
    if (this.child.connected) this.child.disconnect();
    this.child.ref();
    await ended;
  }

  private request(message: (id: number) => ParentMessage): Promise<CallResult> {
    if (this.gone !== undefined) return Promise.reject(this.gone);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.keepAlive();
      this.send(message(id));
    });
  }

  private send(message: ParentMessage): void {
    // A child that is gone says so by its exit.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private receive(message: ChildMessage): void {
    const id = message.type === 'opened' ? 0 : message.id ?? 0;
    const pending = this.pending.get(id);
    this.pending.delete(id);
    this.keepAlive();
    if (message.type === 'failed') pending?.reject(new StateError(message.code, message.message));
    else pending?.resolve(message.type === 'answer' ? message.result : done);
  }

  private lost(error: Error): void {
    if (this.gone !== undefined) return;
    this.gone = error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }

  /** Only a call under way keeps this process from ending. */
  private keepAlive(): void {
    if (this.pending.size > 0) {
      this.child.ref();
      this.child.channel?.ref();
    } else {
      this.child.unref();
      this.child.channel?.unref();
    }
  }
}

/** The same machine, each channel in a child process. Throws ArgumentError for a machine that lives in this process only. */
export function isolatedBackend({ kind, host, elsewhere }: Backend): Backend {
  if (elsewhere === undefined) throw new ArgumentError('isolation', 'needs Windows, or a simulated machine in a process of its own: this one lives in this process');
  return { kind, host, openChannel: () => IsolatedChannel.open(kind, elsewhere) };
}
