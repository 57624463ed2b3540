/** One device of a set: its queue from the server to the client, its commands in the client's hands, and its IO-ERROR state. */
import { HRESULT, VDCommands, WIN32, hresultFromWin32 } from '../../binding/codes';
import { Failure } from '../kernel-object';
import type { PlainVDC_Command } from '../generated/vdi';
import type { AllocatedBuffer } from './buffer-area';
import type { VDS_Command } from './server';
import type { VirtualDeviceSet } from './virtual-device-set';
import { WaitingCalls } from './waiting-calls';

export type DeliveredCommand = PlainVDC_Command & { readonly pointer: bigint };

/** A command block in the shared memory: fixed in number and address, used again and again. */
interface Block {
  readonly pointer: bigint;
  command: VDS_Command | undefined;
  buffer: AllocatedBuffer | undefined;
  delivered: boolean;
}

export class VirtualDevice {
  /** The set's name for the first device; the others are named by whoever opens them first (facts/vdi.md 2.2). */
  name: string | undefined;
  /** A client has opened it. */
  clientOpen = false;
  /** The client has been told VD_E_CLOSE. */
  clientTold = false;
  server: 'unopened' | 'open' | 'closed' = 'unopened';

  private readonly blocks = new Map<bigint, Block>();
  private readonly free: Block[] = [];
  private readonly queue: Block[] = [];
  private delivered = 0;
  private ioError = false;
  private readonly waiting: WaitingCalls<[DeliveredCommand]>;

  constructor(private readonly set: VirtualDeviceSet) {
    this.waiting = new WaitingCalls(set.machine.host.clock);
  }

  /** The addresses of its command blocks, known once the memory is there. */
  placeBlocks(pointers: readonly bigint[]): void {
    for (const pointer of pointers) {
      const block: Block = { pointer, command: undefined, buffer: undefined, delivered: false };
      this.blocks.set(pointer, block);
      this.free.unshift(block);
    }
  }

  /** Commands that were sent and are not complete. */
  get pending(): number {
    return this.queue.length + this.delivered;
  }

  // --- From the server ---

  /** Queues a command, or throws the Failure of the refusal. */
  send(command: VDS_Command, buffer: AllocatedBuffer | undefined): void {
    if (this.server !== 'open') throw new Failure(HRESULT.VD_E_PROTOCOL);
    // VD_E_IO_ERROR, which the page names, has no value in any header (facts/vdi.md 1.6).
    if (this.ioError && command.commandCode !== VDCommands.ClearError) throw new Failure(hresultFromWin32(WIN32.ERROR_IO_DEVICE));
    const block = this.free.pop();
    if (block === undefined) throw new Failure(HRESULT.VD_E_BUSY);
    block.command = command;
    block.buffer = buffer;
    if (buffer !== undefined) buffer.holder = 'client';
    this.queue.push(block);
    this.set.commandSent();
    this.deliver();
  }

  /** VD_E_CLOSE for a device that is closed, VD_E_BUSY while commands are pending (the latter is our reading: no page says it). */
  close(): void {
    if (this.server === 'closed') throw new Failure(HRESULT.VD_E_CLOSE);
    if (this.pending > 0) throw new Failure(HRESULT.VD_E_BUSY);
    this.server = 'closed';
    if (this.waiting.count === 0) return;
    this.waiting.failAll(HRESULT.VD_E_CLOSE);
    this.set.clientToldClose(this);
  }

  // --- From the client ---

  get(owner: object, timeoutMs: number): [DeliveredCommand] | Promise<[DeliveredCommand]> {
    const next = this.take();
    if (next !== undefined) return [next];
    if (this.server === 'closed') {
      this.set.clientToldClose(this);
      throw new Failure(HRESULT.VD_E_CLOSE);
    }
    return this.waiting.wait(owner, timeoutMs);
  }

  /** VD_E_INVALID for a pointer that is not a command in the client's hands, or for more bytes than the command has. */
  complete(pointer: bigint, completionCode: number, bytesTransferred: number, position: bigint): void {
    const block = this.blocks.get(pointer);
    const command = block?.command;
    if (block === undefined || command === undefined || !block.delivered) throw new Failure(HRESULT.VD_E_INVALID);
    const { commandCode } = command;
    const transfers = commandCode === VDCommands.Read || commandCode === VDCommands.Write;
    if (transfers && bytesTransferred > command.size) throw new Failure(HRESULT.VD_E_INVALID);
    const positions = commandCode === VDCommands.GetPosition || commandCode === VDCommands.SetPosition;
    this.finish(block, command, completionCode, transfers ? bytesTransferred : 0, positions ? position : 0n);
    if (completionCode !== WIN32.ERROR_SUCCESS) this.enterIOError();
    else if (commandCode === VDCommands.ClearError) this.ioError = false;
    this.deliver();
  }

  // --- From the set ---

  /** Seed 000: every outstanding command completes with ERROR_OPERATION_ABORTED; waiting calls return VD_E_ABORT. */
  abort(): void {
    for (const block of [...this.blocks.values()].filter(({ delivered }) => delivered).concat(this.queue.splice(0))) {
      if (block.command !== undefined) this.finish(block, block.command, WIN32.ERROR_OPERATION_ABORTED, 0, 0n);
    }
    this.waiting.failAll(HRESULT.VD_E_ABORT);
  }

  /** A client that is gone hears no answer. */
  dropCalls(owner: object): void {
    this.waiting.drop(owner);
  }

  /**
   * A completion other than success: what was not delivered never will be; what was, must still be completed; then comes ClearError
   * (VDI spec, IO-ERROR; facts/vdi.md 2.4).
   */
  private enterIOError(): void {
    this.ioError = true;
    for (const block of this.queue.splice(0)) {
      if (block.command?.commandCode === VDCommands.ClearError) this.queue.push(block);
      else if (block.command !== undefined) this.finish(block, block.command, WIN32.ERROR_IO_DEVICE, 0, 0n);
    }
  }

  private finish(block: Block, command: VDS_Command, completionCode: number, bytes: number, position: bigint): void {
    if (block.buffer !== undefined) block.buffer.holder = 'server';
    if (block.delivered) this.delivered -= 1;
    block.command = undefined;
    block.buffer = undefined;
    block.delivered = false;
    this.free.push(block);
    command.completionCode = completionCode;
    command.bytesTransferred = bytes;
    command.outPosition = position;
    this.set.commandCompleted(command);
  }

  private take(): DeliveredCommand | undefined {
    // A ClearError waits for the commands that the client still has.
    if (this.ioError && this.delivered > 0) return undefined;
    const block = this.queue.shift();
    if (block?.command === undefined) return undefined;
    block.delivered = true;
    this.delivered += 1;
    const { commandCode, size, inPosition, buffer } = block.command;
    return { pointer: block.pointer, commandCode, size: size >>> 0, position: inPosition, buffer: buffer?.address ?? 0n };
  }

  private deliver(): void {
    while (this.waiting.count > 0) {
      const command = this.take();
      if (command === undefined) return;
      this.waiting.answerFirst([command]);
    }
  }
}
