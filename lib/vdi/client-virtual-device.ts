/** One virtual device of a set: SQL Server's commands arrive here (VDI spec, IClientVirtualDevice). */
import { AbortError, HRESULT, StateError, WindowsError, checkKnownFields, checkSignal, checkTimeout, failed } from '../binding';
import type { CommandQueue, PlainCommand } from '../binding';
import type { IClientVirtualDevice, VDC_Command } from '../binding/generated/vdi';
import { lentBuffer } from '../binding/marshal';
import type { ProxyObject } from '../binding/proxy';
import { Command } from './command';
import type { CommandOwner } from './command';
import { unlessAborted } from './waiting';

/** What a device needs of its set. */
export interface DeviceSet {
  readonly aborted: boolean;
  readonly closed: boolean;
  signalAbort(): Promise<void>;
  /** VD_E_ABORT was seen. */
  abortSeen(): void;
  commandLent(command: Command): void;
  commandReturned(command: Command): void;
}

export interface WaitOptions {
  /** Aborts the whole device set when it fires during the wait; the wait then rejects with AbortError. */
  readonly signal?: AbortSignal;
}

/** Returns the timeout as Windows takes it. */
export function checkWait(options: WaitOptions & { readonly timeoutMs: number }): number {
  checkKnownFields('options', options, ['timeoutMs', 'signal']);
  checkSignal('signal', options.signal);
  return checkTimeout('timeoutMs', options.timeoutMs);
}

export class ClientVirtualDevice implements CommandOwner {
  /** The fast path, made by the first `commands()` or `batches()`. */
  private queue: CommandQueue | undefined;
  /** Arrived, not handed out yet. */
  private arrived: Command[] = [];
  private reading = false;
  private ended = false;

  /** Devices come from ClientVirtualDeviceSet#openDevice. */
  constructor(
    readonly name: string,
    private readonly set: DeviceSet,
    private readonly device: IClientVirtualDevice & ProxyObject,
  ) {}

  /** SQL Server has closed the device (VD_E_CLOSE): the transfer on it is over, which says nothing yet about the statement's success. */
  get closed(): boolean {
    return this.ended;
  }

  /**
   * The commands as they arrive, until SQL Server closes the device. Each is yours until `complete`; take several and complete them in any order.
   * Leaving the loop early keeps what has arrived for the next one.
   * @throws WindowsError VD_E_ABORT ...; AbortError when the signal fired (the set is aborted then); StateError
   */
  async *commands(options: WaitOptions = {}): AsyncGenerator<Command, void, undefined> {
    for await (const batch of this.read(options)) {
      const waiting = [...batch];
      try {
        for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
          // Between two commands the set may have been aborted: what is left is no longer delivered (seed 000).
          if (this.set.aborted) break;
          this.set.commandLent(command);
          yield command;
        }
      } finally {
        this.arrived = [...waiting, ...this.arrived];
      }
    }
  }

  /** As `commands`, but handing over at once all that have arrived. */
  async *batches(options: WaitOptions = {}): AsyncGenerator<readonly Command[], void, undefined> {
    for await (const batch of this.read(options)) {
      for (const command of batch) this.set.commandLent(command);
      yield batch;
    }
  }

  /**
   * GetCommand: the next command. Not to be mixed with `commands`.
   * @throws WindowsError VD_E_TIMEOUT, VD_E_CLOSE (the normal end), VD_E_ABORT ...; AbortError; ArgumentError; StateError
   */
  async getCommand(options: WaitOptions & { readonly timeoutMs: number }): Promise<Command> {
    const timeoutMs = checkWait(options);
    this.checkOpen();
    if (this.queue !== undefined) throw new StateError('ERR_COMMANDS_IN_USE', `${this.name}: commands() reads this device`);
    let lent: VDC_Command;
    try {
      lent = await this.abortable(options.signal, this.device.getCommand(timeoutMs));
    } catch (error) {
      if (error instanceof WindowsError) this.noteEnd(error.hresult);
      throw error;
    }
    const { commandCode, size, position, pointer, buffer } = lent;
    const address = buffer === null ? 0n : (this.device.channel.memory.addressOf(buffer) ?? 0n);
    const command = new Command(this, { commandCode, size, position, pointer, buffer: address });
    this.set.commandLent(command);
    return command;
  }

  /** Stops asking for commands, and gives the native object back. For the set's close. */
  async release(): Promise<void> {
    this.queue?.stop();
    await this.device.release();
  }

  /** Stops asking for commands; what GetCommand waits for now ends by itself or by an abort. */
  stop(): void {
    this.queue?.stop();
  }

  // --- CommandOwner ---

  view(command: PlainCommand): Uint8Array | null {
    return lentBuffer(this.device.channel, command.buffer, command.size);
  }

  async completeCommand(pointer: bigint, completionCode: number, bytesTransferred: number, position: bigint): Promise<void> {
    if (this.queue === undefined) {
      await this.device.completeCommand(pointer, completionCode, bytesTransferred, position);
      return;
    }
    const hresult = await this.queue.complete(pointer, completionCode, bytesTransferred, position);
    if (!failed(hresult)) return;
    if (hresult === HRESULT.VD_E_ABORT) this.set.abortSeen();
    throw new WindowsError('IClientVirtualDevice::CompleteCommand', hresult);
  }

  returned(command: Command): void {
    this.set.commandReturned(command);
  }

  // --- Reading ---

  private async *read(options: WaitOptions): AsyncGenerator<readonly Command[], void, undefined> {
    checkKnownFields('options', options, ['signal']);
    const { signal } = options;
    checkSignal('signal', signal);
    this.checkOpen();
    if (this.reading) throw new StateError('ERR_COMMANDS_IN_USE', `${this.name}: another loop reads the commands of this device`);
    this.reading = true;
    try {
      this.queue ??= this.device.channel.commandQueue(this.device.handle);
      for (;;) {
        if (signal?.aborted === true) throw this.abortedBy(signal);
        if (this.set.aborted) throw new WindowsError('IClientVirtualDevice::GetCommand', HRESULT.VD_E_ABORT);
        const batch = this.take(this.queue);
        if (batch.length > 0) {
          yield batch;
          continue;
        }
        if (this.ended) return;
        const hresult = await this.abortable(signal, this.queue.wait());
        if (failed(hresult)) {
          this.noteEnd(hresult);
          if (!this.ended) throw new WindowsError('IClientVirtualDevice::GetCommand', hresult);
        }
      }
    } finally {
      this.reading = false;
    }
  }

  private take(queue: CommandQueue): readonly Command[] {
    const batch = this.arrived;
    this.arrived = [];
    for (const plain of queue.take()) batch.push(new Command(this, plain));
    return batch;
  }

  private noteEnd(hresult: number): void {
    if (hresult === HRESULT.VD_E_CLOSE) this.ended = true;
    else if (hresult === HRESULT.VD_E_ABORT) this.set.abortSeen();
  }

  private async abortable<T>(signal: AbortSignal | undefined, wait: Promise<T>): Promise<T> {
    try {
      return await unlessAborted(signal, wait);
    } catch (error) {
      if (signal?.aborted === true && error instanceof AbortError) throw this.abortedBy(signal);
      throw error;
    }
  }

  private abortedBy(signal: AbortSignal): AbortError {
    // The cancellation is what the caller hears of; a SignalAbort that fails is made good by close.
    this.set.signalAbort().catch(() => undefined);
    return new AbortError(signal.reason);
  }

  private checkOpen(): void {
    if (this.set.closed) throw new StateError('ERR_CLOSED', `${this.name}: the device set is closed`);
  }
}
