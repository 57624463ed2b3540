/** The shared memory of a set: command blocks, then buffers, each with the client's prefix zone in front of its aligned data. */
import { HRESULT } from '../../binding/codes';
import { Failure } from '../kernel-object';
import type { SimulatedWindows } from '../machine';
import type { SharedBuffer } from './server';

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** Windows maps memory in pieces of this size. */
const GRANULARITY = 0x1_0000;

interface Piece {
  start: number;
  end: number;
}

/** One mapping. Offsets and lengths are exact below 2^53, as addresses are. */
class Area {
  readonly base: bigint;
  buffer: ArrayBufferLike;
  /** In the order of their addresses, never touching. */
  readonly free: Piece[];

  constructor(area: { readonly base: bigint; readonly buffer: ArrayBufferLike }, firstFree: number) {
    this.base = area.base;
    this.buffer = area.buffer;
    const address = Number(area.base);
    this.free = [{ start: address + firstFree, end: address + area.buffer.byteLength }];
  }

  contains(address: bigint): boolean {
    return address >= this.base && address < this.base + BigInt(this.buffer.byteLength);
  }

  release(piece: Piece): void {
    const following = this.free.findIndex(({ start }) => start > piece.start);
    const at = following < 0 ? this.free.length : following;
    this.free.splice(at, 0, { ...piece });
    this.join(at);
    this.join(at - 1);
  }

  /** Makes one piece of the one at `index` and the next, if they touch. */
  private join(index: number): void {
    const [left, right] = [this.free[index], this.free[index + 1]];
    if (left === undefined || left.end !== right?.start) return;
    left.end = right.end;
    this.free.splice(index + 1, 1);
  }
}

/** A buffer; who holds it is what SendCommand and CompleteCommand decide (VDI spec, glossary: buffer ownership). */
export class AllocatedBuffer implements SharedBuffer {
  readonly address: bigint;
  holder: 'server' | 'client' = 'server';
  private view: Uint8Array | undefined;

  constructor(
    readonly area: Area,
    readonly piece: Piece,
    dataStart: number,
    readonly byteLength: number,
  ) {
    this.address = BigInt(dataStart);
  }

  bytes(): Uint8Array {
    if (this.view?.buffer !== this.area.buffer) this.view = new Uint8Array(this.area.buffer, Number(this.address - this.area.base), this.byteLength);
    return this.view;
  }
}

export class BufferMemory {
  private readonly areas: Area[] = [];
  private readonly buffers = new Map<bigint, AllocatedBuffer>();
  private readonly handles = new Map<number, AllocatedBuffer>();
  private mapped = true;

  constructor(
    private readonly machine: SimulatedWindows,
    private readonly prefixZoneSize: number,
  ) {}

  /** What `count` buffers need, at worst. */
  needed(size: number, alignment: number, count: number): number {
    return count * alignUp(size + this.prefixZoneSize, alignment) + this.prefixZoneSize + alignment;
  }

  /** A new mapping of `byteLength` bytes, of which the first `reserved` are not for buffers; returns its address. VD_E_MEMORY. */
  addArea(byteLength: number, reserved = 0): bigint {
    let area: Area;
    try {
      area = new Area(this.machine.allocateArea(alignUp(byteLength + reserved, GRANULARITY)), reserved);
    } catch (error) {
      if (error instanceof RangeError) throw new Failure(HRESULT.VD_E_MEMORY);
      throw error;
    }
    this.areas.push(area);
    return area.base;
  }

  allocate(size: number, alignment: number): AllocatedBuffer {
    for (const area of this.areas) {
      for (const [index, piece] of area.free.entries()) {
        const data = alignUp(piece.start + this.prefixZoneSize, alignment);
        if (data + size > piece.end) continue;
        const buffer = new AllocatedBuffer(area, { start: piece.start, end: data + size }, data, size);
        if (data + size === piece.end) area.free.splice(index, 1);
        else piece.start = data + size;
        this.buffers.set(buffer.address, buffer);
        return buffer;
      }
    }
    throw new Failure(HRESULT.VD_E_MEMORY);
  }

  /** VD_E_INVALID for anything but a buffer that was allocated and that the server holds. */
  free(buffer: SharedBuffer): void {
    const known = this.held(buffer);
    this.buffers.delete(known.address);
    for (const [handle, handled] of this.handles) if (handled === known) this.handles.delete(handle);
    known.area.release(known.piece);
  }

  /** How many buffers `allocate` could give now. */
  available(size: number, alignment: number): number {
    const stride = alignUp(size + this.prefixZoneSize, alignment);
    let count = 0;
    for (const { free } of this.areas) {
      for (const { start, end } of free) {
        const room = end - alignUp(start + this.prefixZoneSize, alignment) - size;
        if (room >= 0) count += Math.floor(room / stride) + 1;
      }
    }
    return count;
  }

  /** The buffer, if it is one of these and the server holds it; else VD_E_INVALID. */
  held(buffer: SharedBuffer): AllocatedBuffer {
    const known = this.buffers.get(buffer.address);
    if (known?.holder !== 'server') throw new Failure(HRESULT.VD_E_INVALID);
    return known;
  }

  contains(address: bigint): boolean {
    return this.areas.some((area) => area.contains(address));
  }

  /** A number by which every process with the set open finds the buffer (facts/vdi.md 2.9). */
  handleOf(address: bigint): number {
    const buffer = this.buffers.get(address);
    if (buffer === undefined) throw new Failure(HRESULT.VD_E_INVALID);
    for (const [handle, known] of this.handles) if (known === buffer) return handle;
    const handle = this.handles.size === 0 ? 1 : Math.max(...this.handles.keys()) + 1;
    this.handles.set(handle, buffer);
    return handle;
  }

  addressOf(handle: number): bigint {
    const buffer = this.handles.get(handle);
    if (buffer === undefined) throw new Failure(HRESULT.VD_E_INVALID);
    return buffer.address;
  }

  /**
   * The last client has closed: its mapping ends, so that every view on it has length 0. The server's mapping goes on; here it is the same
   * memory under a new ArrayBuffer.
   */
  unmapFromClients(): void {
    if (!this.mapped) return;
    this.mapped = false;
    for (const area of this.areas) {
      this.machine.freeArea(area.base);
      // Memory that threads share cannot be taken away from one of them.
      if (!(area.buffer instanceof ArrayBuffer)) continue;
      try {
        area.buffer = structuredClone(area.buffer, { transfer: [area.buffer] });
      } catch (error) {
        // A buffer over foreign memory (a double's mapping) does not move; whoever made it ends it.
        if (!(error instanceof Error && error.name === 'DataCloneError')) throw error;
      }
    }
  }

  /** Nobody has it open any more: objects that still point here must not keep the memory. */
  drop(): void {
    this.areas.length = 0;
    this.buffers.clear();
    this.handles.clear();
  }
}
