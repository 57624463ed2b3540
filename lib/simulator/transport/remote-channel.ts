/** The client's side of a connection to a machine elsewhere: requests by id, areas as the machine announces them. What carries it is a subclass. */
import type { CallResult, Channel, CommandQueue, PlainValue, TeardownStep } from '../../binding/channel';
import { PolledCommandQueue } from '../../binding/command-queue';
import { StateError } from '../../binding/errors';
import { AreaMemory } from '../../binding/memory';
import { channelClosed, checkMachineMessage, decodeError, protocolError } from './messages';
import type { ClientMessage, MachineMessage } from './messages';

interface Pending {
  readonly operation: string;
  readonly args: readonly PlainValue[];
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: Error) => void;
}

/** What a request does: a call has its own operation; the others are named for the error. */
type Request = Extract<ClientMessage, { type: 'call' | 'release' | 'close' }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

export abstract class RemoteChannel implements Channel {
  readonly kind = 'simulated';
  readonly memory = new AreaMemory();
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private broken: Error | undefined;

  /** Throws nothing; a connection that is gone says so by `lost`. */
  protected abstract send(message: ClientMessage): void;
  /** While a call is under way the program must not end for want of anything to do. */
  protected abstract keepAlive(yes: boolean): void;
  /** Ends the connection. */
  protected abstract disconnect(): void;

  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    const bytes = this.travelling(operation, args);
    return this.request({ type: 'call', handle, operation, args, ...(bytes === undefined ? {} : { bytes }) });
  }

  async release(handle: number): Promise<void> {
    await this.request({ type: 'release', handle }).catch(() => undefined);
  }

  setTeardown(handle: number, steps: readonly TeardownStep[]): void {
    if (this.broken === undefined) this.send({ type: 'teardown', handle, steps });
  }

  commandQueue(device: number): CommandQueue {
    return new PolledCommandQueue(this, device);
  }

  async close(): Promise<void> {
    if (this.broken === undefined) await this.request({ type: 'close' }).catch(() => undefined);
    this.lost(channelClosed());
    this.disconnect();
  }

  /** What the client put into the buffer that a call is about, where memory is not shared. */
  protected travelling(_operation: string, _args: readonly PlainValue[]): Uint8Array | undefined {
    return undefined;
  }

  /** An answer, before its caller hears of it. */
  protected answered(_operation: string, _args: readonly PlainValue[], _message: Extract<MachineMessage, { type: 'answer' }>): void {
    return;
  }

  protected areaFreed(base: bigint): void {
    this.memory.remove(base);
  }

  /** A message of the machine. What is none breaks the connection. */
  protected receive(value: unknown): void {
    try {
      checkMachineMessage(value);
      this.take(value);
    } catch (error) {
      this.lost(error instanceof StateError ? error : protocolError('what cannot be done', error));
      this.disconnect();
    }
  }

  /** The connection has ended: whatever waits is told, whatever comes later is refused. */
  protected lost(error: Error): void {
    if (this.broken !== undefined) return;
    this.broken = error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    this.keepAlive(false);
  }

  private take(message: MachineMessage): void {
    switch (message.type) {
      case 'welcome':
        break;
      case 'answer': {
        for (const { base, byteLength, buffer } of message.areas) this.memory.add(base, buffer ?? new ArrayBuffer(byteLength));
        const pending = this.waiting(message.id);
        this.answered(pending.operation, pending.args, message);
        this.finish(message.id).resolve(message.result);
        break;
      }
      case 'failed':
        this.finish(message.id).reject(decodeError(message.error));
        break;
      case 'freed':
        this.areaFreed(message.base);
        break;
      case 'store':
        this.memory.view(message.memory.address, message.memory.bytes.byteLength).set(message.memory.bytes);
        this.send({ type: 'stored', id: message.id });
        break;
      case 'fetch':
        this.send({ type: 'fetched', id: message.id, bytes: this.memory.view(message.address, message.byteLength) });
        break;
    }
  }

  private waiting(id: number): Pending {
    const pending = this.pending.get(id);
    if (pending === undefined) throw protocolError('an answer to no request');
    return pending;
  }

  private finish(id: number): Pending {
    const pending = this.waiting(id);
    this.pending.delete(id);
    if (this.pending.size === 0) this.keepAlive(false);
    return pending;
  }

  private request(request: WithoutId<Request>): Promise<CallResult> {
    if (this.broken !== undefined) return Promise.reject(channelClosed(this.broken));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const call = request.type === 'call' ? request : { operation: request.type, args: [] };
      this.pending.set(id, { operation: call.operation, args: call.args, resolve, reject });
      if (this.pending.size === 1) this.keepAlive(true);
      this.send({ ...request, id });
    });
  }
}
