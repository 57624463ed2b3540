/**
 * Which bytes must travel with which call when client and machine share no memory. The bytes of a Write command go along with GetCommand's
 * answer, those of a Read command with CompleteCommand.
 *
 * Buffers that processes share (GetBufferHandle, MapBufferHandle): once a handle was taken the machine's copy is the buffer. The taker's
 * bytes go to it with GetBufferHandle, the mapper gets them with MapBufferHandle's answer; from then on every command on that buffer is first
 * stored into all copies, then announced by GetCommand, and CompleteCommand first fetches what each process has changed. So whoever learns of a
 * command or a completion finds what shared memory would have shown, as long as two processes do not write the same byte in between.
 */
import { VDCommands } from '../../binding/codes';
import type { CallResult, PlainCommand, PlainValue } from '../../binding/channel';
import { failed } from '../../binding/codes';
import type { AreaMemory } from '../../binding/memory';
import type { MemoryContents } from './messages';

export const GET_COMMAND = 'IClientVirtualDevice::GetCommand';
export const COMPLETE_COMMAND = 'IClientVirtualDevice::CompleteCommand';
export const GET_BUFFER_HANDLE = 'IClientVirtualDeviceSet2::GetBufferHandle';
export const MAP_BUFFER_HANDLE = 'IClientVirtualDeviceSet2::MapBufferHandle';

/** Commands that a client has got and not completed, by their pointer. */
export class OutstandingCommands {
  private readonly commands = new Map<bigint, PlainCommand>();

  got({ hresult, outputs }: CallResult): PlainCommand | undefined {
    if (failed(hresult)) return undefined;
    const command = outputs[0] as PlainCommand;
    this.commands.set(command.pointer, command);
    return command;
  }

  at(pointer: PlainValue | undefined): PlainCommand | undefined {
    return typeof pointer === 'bigint' ? this.commands.get(pointer) : undefined;
  }

  withBuffer(address: PlainValue | undefined): PlainCommand | undefined {
    for (const command of this.commands.values()) if (command.buffer === address && address !== 0n) return command;
    return undefined;
  }

  completed(pointer: PlainValue | undefined): void {
    if (typeof pointer === 'bigint') this.commands.delete(pointer);
  }
}

/** A process whose copy of a shared buffer must be kept like the machine's. Both resolve also when it is gone. */
export interface Mapper {
  store(contents: MemoryContents): Promise<void>;
  fetch(address: bigint, byteLength: number): Promise<Uint8Array | undefined>;
}

interface SharedBuffer {
  readonly byteLength: number;
  readonly mappings: Map<Mapper, bigint>;
}

/** The machine's side, for all clients of one machine. */
export class LentMemory {
  /** By the memory itself, because each process has its own address for it. */
  private readonly shared = new WeakMap<ArrayBufferLike, Map<number, SharedBuffer>>();

  constructor(private readonly memory: AreaMemory) {}

  /** Before the call: what the client put into the buffer goes to the machine. */
  async before(client: Mapper, outstanding: OutstandingCommands, operation: string, args: readonly PlainValue[], bytes: Uint8Array | undefined): Promise<void> {
    const command = operation === COMPLETE_COMMAND ? outstanding.at(args[0]) : operation === GET_BUFFER_HANDLE ? outstanding.withBuffer(args[0]) : undefined;
    if (command === undefined || bytes === undefined || bytes.byteLength > command.size) return;
    const machines = this.view(command.buffer, bytes.byteLength);
    if (machines === undefined) return;
    const original = machines.slice();
    const shared = this.sharedAt(command.buffer);
    if (shared === undefined) {
      machines.set(bytes);
      return;
    }
    for (const [mapper, address] of shared.mappings) {
      if (mapper === client) continue;
      const theirs = await mapper.fetch(address, bytes.byteLength);
      if (theirs !== undefined) merge(machines, original, theirs);
    }
    merge(machines, original, bytes);
  }

  /** After the call: what the client must find in the buffer that the answer points to. */
  async after(client: Mapper, outstanding: OutstandingCommands, operation: string, args: readonly PlainValue[], result: CallResult): Promise<MemoryContents | undefined> {
    if (failed(result.hresult)) return undefined;
    if (operation === GET_COMMAND) return this.arrived(client, outstanding.got(result));
    if (operation === COMPLETE_COMMAND) outstanding.completed(args[0]);
    if (operation === GET_BUFFER_HANDLE) this.taken(outstanding.withBuffer(args[0]));
    if (operation === MAP_BUFFER_HANDLE) return this.mapped(client, result.outputs[0]);
    return undefined;
  }

  private async arrived(client: Mapper, command: PlainCommand | undefined): Promise<MemoryContents | undefined> {
    if (command === undefined || command.buffer === 0n) return undefined;
    const shared = this.sharedAt(command.buffer);
    if (shared === undefined && command.commandCode !== VDCommands.Write) return undefined;
    const bytes = this.view(command.buffer, command.size)?.slice();
    if (bytes === undefined) return undefined;
    for (const [mapper, address] of shared?.mappings ?? []) if (mapper !== client) await mapper.store({ address, bytes });
    return { address: command.buffer, bytes };
  }

  private taken(command: PlainCommand | undefined): void {
    const view = command === undefined ? undefined : this.view(command.buffer, command.size);
    if (view === undefined || this.sharedAs(view) !== undefined) return;
    const buffers = this.shared.get(view.buffer) ?? new Map<number, SharedBuffer>();
    buffers.set(view.byteOffset, { byteLength: view.byteLength, mappings: new Map() });
    this.shared.set(view.buffer, buffers);
  }

  private mapped(client: Mapper, address: PlainValue | undefined): MemoryContents | undefined {
    if (typeof address !== 'bigint') return undefined;
    const shared = this.sharedAt(address);
    if (shared === undefined) return undefined;
    shared.mappings.set(client, address);
    const bytes = this.view(address, shared.byteLength)?.slice();
    return bytes === undefined ? undefined : { address, bytes };
  }

  private sharedAt(address: bigint): SharedBuffer | undefined {
    const view = this.view(address, 1);
    return view === undefined ? undefined : this.sharedAs(view);
  }

  private sharedAs(view: Uint8Array): SharedBuffer | undefined {
    return this.shared.get(view.buffer)?.get(view.byteOffset);
  }

  /** Undefined once the area is gone: the set was closed in the meantime. */
  private view(address: bigint, byteLength: number): Uint8Array | undefined {
    return this.memory.areaAt(address) === undefined ? undefined : this.memory.view(address, byteLength);
  }
}

/** Takes over the bytes that this copy has changed since all copies were alike. */
function merge(target: Uint8Array, original: Uint8Array, changed: Uint8Array): void {
  for (const [index, byte] of changed.entries()) if (byte !== original[index]) target[index] = byte;
}
