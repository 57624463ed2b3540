/**
 * SQL Server's memory as views: whole mapped areas wrapped once, views cached, all of length 0 once the set has been closed.
 * Where the host refuses external buffers (Electron), JavaScript's own buffers stand in: filled when a Write command is handed over,
 * copied back when a Read command is completed. What MapBufferHandle gives is then a copy, too: a secondary cannot write through it.
 */
import { markAsUntransferable } from 'node:worker_threads';

import { VDCommands } from './codes';
import type { Memory } from './memory';
import type { Addon } from './native';

/** Addresses as numbers: user space ends below 2^47, so they are exact and much cheaper than bigints. */
interface Area {
  readonly base: number;
  readonly end: number;
  readonly buffer: ArrayBuffer;
  /** By offset; few lengths begin at the same one. */
  readonly views: Map<number, Uint8Array[]>;
}

/** A stand-in for lent memory at one address. */
interface StandIn {
  /** The set that lent it. */
  readonly owner: number;
  view: Uint8Array<ArrayBuffer>;
}

interface HandedOver {
  readonly commandCode: number;
  readonly address: bigint;
}

/** ArrayBuffer.prototype.transfer, which Node 20 lacks. */
function detach(buffer: ArrayBuffer): void {
  structuredClone(buffer, { transfer: [buffer] });
}

export class NativeMemory implements Memory {
  private areas: Area[] = [];
  /** Not empty only where external buffers are refused. */
  private readonly standIns = new Map<number, StandIn>();
  private readonly handedOver = new Map<bigint, HandedOver>();
  /** Bytes in front of each buffer, by set. */
  private readonly prefixZones = new Map<number, number>();
  /** The set that a device belongs to, whose Close ends its memory. */
  private readonly owners = new Map<number, number>();

  constructor(
    private readonly addon: Addon,
    private copying: boolean,
  ) {}

  view(address: bigint, byteLength: number): Uint8Array {
    const start = Number(address);
    const area = this.areaOf(start);
    if (area !== undefined && start + byteLength <= area.end) {
      const offset = start - area.base;
      let views = area.views.get(offset);
      if (views === undefined) area.views.set(offset, (views = []));
      let view = views.find((candidate) => candidate.byteLength === byteLength);
      if (view === undefined) views.push((view = new Uint8Array(area.buffer, offset, byteLength)));
      return view;
    }
    const standIn = this.standIns.get(start);
    if (standIn !== undefined) return this.standInView(standIn, address, byteLength);
    throw new RangeError(`no memory at 0x${address.toString(16)} of ${String(byteLength)} bytes`);
  }

  addressOf(view: Uint8Array): bigint | undefined {
    for (const area of this.areas) if (area.buffer === view.buffer) return BigInt(area.base + view.byteOffset);
    for (const [address, { view: own }] of this.standIns) if (own.buffer === view.buffer) return BigInt(address + view.byteOffset - own.byteOffset);
    return undefined;
  }

  /** `child` was made by `parent` and lies in its memory. */
  adopt(child: number, parent: number): void {
    this.owners.set(child, this.owners.get(parent) ?? parent);
  }

  /** The set has been created with a prefix zone, which a stand-in must have as well. */
  created(set: number, prefixZoneSize: number): void {
    this.prefixZones.set(set, prefixZoneSize);
  }

  /** Makes the memory around an address known; `handle` is the object that lent it. */
  reach(handle: number, address: bigint): void {
    if (address !== 0n) this.reachNumber(handle, address, Number(address));
  }

  /** A command has arrived: its buffer can be viewed from now on. */
  handOver(device: number, pointer: bigint, commandCode: number, byteLength: number, address: bigint, start = Number(address)): void {
    if (start === 0) return;
    this.reachNumber(device, address, start);
    if (!this.copying) return;
    this.handedOver.set(pointer, { commandCode, address });
    if (commandCode === VDCommands.Write) this.addon.copyOut(device, address, this.view(address, byteLength));
  }

  /** A command is about to be completed. */
  handBack(device: number, pointer: bigint, bytesTransferred: number): void {
    if (!this.copying) return;
    const command = this.handedOver.get(pointer);
    this.handedOver.delete(pointer);
    if (command?.commandCode !== VDCommands.Read || bytesTransferred === 0) return;
    const view = this.standIns.get(Number(command.address))?.view;
    if (view !== undefined) this.addon.copyIn(device, command.address, view.subarray(0, bytesTransferred));
  }

  /** Close or release of an object: the views on its memory have length 0 from now on. (The addon has detached what it wrapped.) */
  end(handle: number): void {
    this.areas = this.areas.filter(({ buffer }) => buffer.byteLength > 0);
    this.owners.delete(handle);
    this.prefixZones.delete(handle);
    for (const [address, standIn] of this.standIns) {
      if (standIn.owner !== handle) continue;
      detach(standIn.view.buffer);
      this.standIns.delete(address);
    }
  }

  private areaOf(address: number): Area | undefined {
    for (const area of this.areas) if (address >= area.base && address < area.end && area.buffer.byteLength > 0) return area;
    return undefined;
  }

  private reachNumber(handle: number, address: bigint, start: number): void {
    if (!this.copying) {
      if (this.areaOf(start) !== undefined) return;
      const wrapped = this.addon.wrapArea(handle, address);
      if (wrapped !== null) {
        if (wrapped !== undefined) {
          const base = Number(wrapped.base);
          // Another thread's views on it could not be ended before the memory is unmapped.
          markAsUntransferable(wrapped.buffer);
          this.areas.push({ base, end: base + wrapped.buffer.byteLength, buffer: wrapped.buffer, views: new Map() });
        }
        return;
      }
      this.copying = true;
    }
    if (!this.standIns.has(start)) this.standIns.set(start, { owner: this.owners.get(handle) ?? handle, view: new Uint8Array(0) });
  }

  private standInView(standIn: StandIn, address: bigint, byteLength: number): Uint8Array {
    const prefix = this.prefixZones.get(standIn.owner) ?? 0;
    if (standIn.view.buffer.byteLength < prefix + byteLength) {
      detach(standIn.view.buffer);
      standIn.view = new Uint8Array(new ArrayBuffer(prefix + byteLength), prefix);
      this.addon.copyOut(standIn.owner, address, standIn.view);
    }
    if (standIn.view.byteLength !== byteLength) standIn.view = new Uint8Array(standIn.view.buffer, prefix, byteLength);
    return standIn.view;
  }
}
