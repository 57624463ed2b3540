/** Memory that a backend lends: areas of an address space, real or simulated, and cached views on them. */

export interface Memory {
  /** The view on `byteLength` bytes at `address`; the same object for the same range while the area lives. Throws RangeError outside every area. */
  view(address: bigint, byteLength: number): Uint8Array;
  /** The address of a view that came from here, or undefined. */
  addressOf(view: Uint8Array): bigint | undefined;
}

interface Area {
  readonly base: bigint;
  readonly byteLength: number;
  readonly buffer: ArrayBufferLike;
  readonly views: Map<string, Uint8Array>;
}

/** Areas held as ArrayBuffers. An area ends by `remove`; whoever owns the buffer detaches it. */
export class AreaMemory implements Memory {
  private readonly areas = new Map<bigint, Area>();

  add(base: bigint, buffer: ArrayBufferLike): void {
    this.areas.set(base, { base, byteLength: buffer.byteLength, buffer, views: new Map() });
  }

  remove(base: bigint): void {
    this.areas.delete(base);
  }

  has(base: bigint): boolean {
    return this.areas.has(base);
  }

  /** How many areas live. */
  get count(): number {
    return this.areas.size;
  }

  /** The area that `address` lies in. */
  areaAt(address: bigint): { readonly base: bigint; readonly buffer: ArrayBufferLike } | undefined {
    for (const area of this.areas.values()) if (address >= area.base && address < area.base + BigInt(area.byteLength)) return area;
    return undefined;
  }

  view(address: bigint, byteLength: number): Uint8Array {
    for (const area of this.areas.values()) {
      const offset = Number(address - area.base);
      if (offset < 0 || offset + byteLength > area.byteLength) continue;
      const key = `${String(offset)}+${String(byteLength)}`;
      let view = area.views.get(key);
      if (view === undefined) {
        view = new Uint8Array(area.buffer, offset, byteLength);
        area.views.set(key, view);
      }
      return view;
    }
    throw new RangeError(`no memory at 0x${address.toString(16)} of ${String(byteLength)} bytes`);
  }

  addressOf(view: Uint8Array): bigint | undefined {
    for (const area of this.areas.values()) if (area.buffer === view.buffer) return area.base + BigInt(view.byteOffset);
    return undefined;
  }
}
