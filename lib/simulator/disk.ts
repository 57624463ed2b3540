/**
 * A disk that can lose power. What was not synced may survive or not, piece by piece: a write is torn at sector boundaries, and a name that was
 * created, renamed or removed counts only once its directory is synced. Which pieces survive is the seed's choice, or a test's.
 */
import * as path from 'node:path';
import type { Clock, DirectoryEntry, FileInfo, Files, OpenFile } from '../binding/host';
import { SeededRandom } from './random';

export const SECTOR_BYTES = 512;

/** What may be lost: a sector of a write, a truncation, or a name. */
export interface UnsyncedPiece {
  readonly kind: 'data' | 'truncate' | 'name';
  /** The path when it was written; for a rename, the new one. */
  readonly path: string;
  /** Bytes from the start of the file; of a truncation, the new size. */
  readonly position?: number;
  readonly byteLength?: number;
}

/** Which piece survives; pieces come in the order in which they were written. */
export type Keep = (piece: UnsyncedPiece, index: number) => boolean;

type DiskOperation = 'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'syncDirectory';

/** An error that the disk gives instead of doing the work. */
export interface DiskFault {
  readonly operation: DiskOperation;
  /** The file or directory; any, if absent. */
  readonly path?: string;
  /** The how-manieth such operation from now on, from 1; every one if absent. */
  readonly occurrence?: number;
  /** Default `EIO`. */
  readonly code?: string;
  /** Instead of an error: a read, write or sync that the disk never answers, or not until the file's I/O is cancelled (ECANCELED). */
  readonly hang?: 'forever' | 'until cancelled';
}

const mayHang: readonly DiskOperation[] = ['read', 'write', 'sync'];

export interface SimulatedDiskOptions {
  /** Chooses what survives when nobody else does. Default 1. */
  readonly seed?: number;
  /** Bytes of all files together; default without end. Beyond it writes fail with ENOSPC. */
  readonly capacity?: number;
  /** Gives files their times; without one all are 0. */
  readonly clock?: Clock;
}

/** `doubtful`: a sync failed; a later one that succeeds says nothing about it (Linux marks such pages clean). */
type Durability = 'pending' | 'doubtful' | 'durable';

interface Change {
  readonly order: number;
  durability: Durability;
  readonly piece: UnsyncedPiece;
}

interface DataChange extends Change {
  /** Absent for a truncation. */
  readonly bytes?: Uint8Array;
  readonly position: number;
}

interface NameChange extends Change {
  /** Each name and what it stands for afterwards; a rename changes two in one step. */
  readonly bindings: readonly { readonly directory: Directory; readonly name: string; readonly node: FileNode | Directory | undefined }[];
  /** The file or directory that it is about. */
  readonly subject: FileNode | Directory;
  /** Earlier changes of the same names or the same file: none survives without them, as in every journal. */
  readonly needs: readonly NameChange[];
}

/** A file's bytes in room that doubles as they grow. */
class Content {
  private room = new Uint8Array(0);
  size = 0;

  get bytes(): Uint8Array {
    return this.room.subarray(0, this.size);
  }

  write(source: Uint8Array, position: number): void {
    this.resize(Math.max(this.size, position + source.byteLength));
    this.room.set(source, position);
  }

  resize(byteLength: number): void {
    if (byteLength > this.room.byteLength) {
      const room = new Uint8Array(Math.max(byteLength, 2 * this.room.byteLength));
      room.set(this.bytes);
      this.room = room;
    } else if (byteLength < this.size) this.room.fill(0, byteLength, this.size);
    this.size = byteLength;
  }
}

function apply(content: Content, { bytes, position }: DataChange): void {
  if (bytes === undefined) content.resize(position);
  else content.write(bytes, position);
}

class FileNode {
  readonly kind = 'file';
  /** What programs see. */
  readonly current = new Content();
  /** What certainly survives, before `changes`. */
  readonly durable = new Content();
  changes: DataChange[] = [];
  /** Whether a name leads to it: only then its bytes count as used. */
  linked = true;

  constructor(
    readonly id: number,
    /** When the contents last changed. */
    public modified: number,
  ) {}

  sync(): void {
    for (const change of this.changes) if (change.durability === 'pending') change.durability = 'durable';
    while (this.changes[0]?.durability === 'durable') {
      apply(this.durable, this.changes[0]);
      this.changes.shift();
    }
  }
}

class Directory {
  readonly kind = 'directory';
  readonly current = new Map<string, FileNode | Directory>();
  readonly durable = new Map<string, FileNode | Directory>();

  constructor(readonly id: number) {}
}

function bind(names: Map<string, FileNode | Directory>, name: string, node: FileNode | Directory | undefined): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

function makeDurable(change: NameChange): void {
  if (change.durability !== 'pending') return;
  change.durability = 'durable';
  for (const needed of change.needs) makeDurable(needed);
}

function systemError(code: string, syscall: string, file: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated disk, ${syscall} '${file}'`), { code, syscall, path: file });
}

export class SimulatedDisk implements Files {
  private readonly random: SeededRandom;
  private readonly capacity: number;
  private readonly clock: Clock | undefined;
  private readonly root = new Directory(1);
  private readonly names: NameChange[] = [];
  /** Files with changes that are not synced. */
  private readonly dirty = new Set<FileNode>();
  private faults: { readonly fault: DiskFault; passed: number }[] = [];
  private used = 0;
  private nextId = 2;
  private order = 0;
  private off = false;

  constructor(options: SimulatedDiskOptions = {}) {
    this.random = new SeededRandom(options.seed ?? 1);
    this.capacity = options.capacity ?? Infinity;
    this.clock = options.clock;
  }

  /** From now on nothing works any more: EIO for every operation, and only `afterPowerCut` goes on. */
  powerCut(): void {
    this.off = true;
  }

  /** What a power cut now could lose. */
  get unsynced(): readonly UnsyncedPiece[] {
    return this.undecided().map(({ piece }) => piece);
  }

  /**
   * The disk that one would find after a power cut now and a restart. This one goes on, so that a test can look at several outcomes of one
   * history, at every point of it.
   * @param keep default: the seed's choice, which is everything or nothing often enough
   * @param clock of the disk after; default this one's
   */
  afterPowerCut(keep?: Keep, clock = this.clock): SimulatedDisk {
    const survivors = this.survivors(keep ?? this.seededChoice());
    const next = new SimulatedDisk({ seed: this.random.next(), capacity: this.capacity, ...(clock === undefined ? {} : { clock }) });
    next.take(this.root, next.root, survivors, this.survivingNames(survivors));
    return next;
  }

  /** The disk fails as told, from now on. */
  fail(fault: DiskFault): void {
    if (fault.hang !== undefined && !mayHang.includes(fault.operation)) throw new TypeError(`${fault.operation} cannot hang`);
    this.faults.push({ fault: fault.path === undefined ? fault : { ...fault, path: this.resolve(fault.path) }, passed: 0 });
  }

  clearFaults(): void {
    this.faults = [];
  }

  async open(file: string, mode: 'read' | 'create' | 'modify'): Promise<OpenFile> {
    const resolved = this.pass('open', file);
    const directory = this.parent(resolved, 'open');
    const name = path.posix.basename(resolved);
    const found = resolved === '/' ? this.root : directory.current.get(name);
    if (found !== undefined && mode === 'create') throw systemError('EEXIST', 'open', resolved);
    if (found?.kind === 'directory') throw systemError('EISDIR', 'open', resolved);
    if (found === undefined && mode !== 'create') throw systemError('ENOENT', 'open', resolved);
    const node = found ?? new FileNode(this.nextId++, this.now);
    if (found === undefined) this.rebind(resolved, node, [{ directory, name, node }]);
    return this.opened(node, resolved, mode !== 'read');
  }

  async rename(from: string, to: string): Promise<void> {
    const target = this.resolve(to);
    const source = this.pass('rename', from);
    const node = this.find(source);
    if (node === undefined) throw systemError('ENOENT', 'rename', source);
    const [fromDirectory, toDirectory] = [this.parent(source, 'rename'), this.parent(target, 'rename')];
    const replaced = this.find(target);
    if (replaced === node) return;
    if (target === '/' || `${target}/`.startsWith(`${source}/`)) throw systemError('EINVAL', 'rename', source);
    if (replaced?.kind === 'directory') throw systemError(node.kind === 'directory' && replaced.current.size > 0 ? 'ENOTEMPTY' : 'EISDIR', 'rename', target);
    if (replaced !== undefined && node.kind === 'directory') throw systemError('ENOTDIR', 'rename', target);
    this.rebind(target, node, [
      { directory: fromDirectory, name: path.posix.basename(source), node: undefined },
      { directory: toDirectory, name: path.posix.basename(target), node },
    ]);
    if (replaced !== undefined) this.unlink(replaced);
  }

  async remove(file: string): Promise<void> {
    const resolved = this.pass('remove', file);
    const node = this.find(resolved);
    if (node === undefined) throw systemError('ENOENT', 'unlink', resolved);
    if (node.kind === 'directory') throw systemError('EISDIR', 'unlink', resolved);
    this.rebind(resolved, node, [{ directory: this.parent(resolved, 'unlink'), name: path.posix.basename(resolved), node: undefined }]);
    this.unlink(node);
  }

  async stat(file: string): Promise<FileInfo | undefined> {
    const resolved = this.alive(file, 'stat');
    const node = this.find(resolved);
    if (node === undefined) return undefined;
    const isFile = node.kind === 'file';
    return { size: isFile ? node.current.size : 0, isFile, isDirectory: !isFile, modified: isFile ? node.modified : 0, identity: `simulated:${String(node.id)}` };
  }

  async list(directory: string): Promise<readonly string[]> {
    const resolved = this.alive(directory, 'scandir');
    return [...this.directory(resolved, 'scandir').current.keys()].sort();
  }

  async entries(directory: string): Promise<readonly DirectoryEntry[]> {
    const resolved = this.alive(directory, 'scandir');
    return [...this.directory(resolved, 'scandir').current].map(([name, { kind }]): DirectoryEntry => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async copy(from: string, to: string): Promise<void> {
    const source = await this.open(from, 'read');
    const bytes = new Uint8Array(await source.size());
    await source.read(bytes, 0);
    await source.close();
    const target = await this.open(to, 'create');
    await target.write(bytes, 0);
    await target.close();
    await this.copyTimes(from, to);
  }

  /** Directories have no times here. */
  async copyTimes(from: string, to: string): Promise<void> {
    const [original, copied] = [this.find(this.alive(from, 'utime')), this.find(this.alive(to, 'utime'))];
    if (original === undefined || copied === undefined) throw systemError('ENOENT', 'utime', this.resolve(original === undefined ? from : to));
    if (original.kind === 'file' && copied.kind === 'file') copied.modified = original.modified;
  }

  async removeDirectory(directory: string): Promise<void> {
    const resolved = this.alive(directory, 'rmdir');
    const removed = this.directory(resolved, 'rmdir');
    if (removed === this.root) throw systemError('EBUSY', 'rmdir', resolved);
    if (removed.current.size > 0) throw systemError('ENOTEMPTY', 'rmdir', resolved);
    this.rebind(resolved, removed, [{ directory: this.parent(resolved, 'rmdir'), name: path.posix.basename(resolved), node: undefined }]);
  }

  async makeDirectory(directory: string): Promise<void> {
    const resolved = this.alive(directory, 'mkdir');
    let at = this.root;
    let here = '/';
    for (const name of resolved.split('/').filter((part) => part !== '')) {
      here = path.posix.join(here, name);
      const found = at.current.get(name);
      if (found?.kind === 'file') throw systemError(here === resolved ? 'EEXIST' : 'ENOTDIR', 'mkdir', resolved);
      const next = found ?? new Directory(this.nextId++);
      if (found === undefined) this.rebind(here, next, [{ directory: at, name, node: next }]);
      at = next;
    }
  }

  async syncDirectory(directory: string): Promise<void> {
    const resolved = this.alive(directory, 'fsync');
    const synced = this.directory(resolved, 'fsync');
    try {
      this.pass('syncDirectory', resolved);
    } catch (error) {
      for (const change of this.names) if (change.durability === 'pending' && change.bindings.some((binding) => binding.directory === synced)) change.durability = 'doubtful';
      throw error;
    }
    for (const change of this.names) if (change.bindings.some((binding) => binding.directory === synced)) makeDurable(change);
    while (this.names[0]?.durability === 'durable') {
      for (const binding of this.names[0].bindings) bind(binding.directory.durable, binding.name, binding.node);
      this.names.shift();
    }
  }

  resolve(file: string): string {
    return path.posix.resolve('/', file);
  }

  directoryOf(file: string): string {
    return path.posix.dirname(file);
  }

  // --- Open files ---

  private opened(node: FileNode, file: string, writable: boolean): OpenFile {
    let closed = false;
    let cancelled = false;
    /** Operations that hang, and how those that can be cancelled end. */
    const hanging: Promise<never>[] = [];
    const cancels: (() => void)[] = [];
    const check = (operation: DiskOperation): Promise<never> | undefined => {
      if (closed) throw systemError('EBADF', operation, file);
      if (cancelled) throw systemError('ECANCELED', operation, file);
      const fault = this.faultAt(operation, file);
      if (fault?.hang === undefined) {
        if (fault !== undefined) throw systemError(fault.code ?? 'EIO', operation, file);
        return undefined;
      }
      const hung = new Promise<never>((_, reject) => {
        if (fault.hang === 'until cancelled') cancels.push(() => { reject(systemError('ECANCELED', operation, file)); });
      });
      hanging.push(hung);
      return hung;
    };
    return {
      read: async (target, position) => {
        const hung = check('read');
        if (hung !== undefined) return hung;
        const source = node.current.bytes.subarray(position, position + target.byteLength);
        target.set(source);
        return source.byteLength;
      },
      write: async (source, position) => {
        const hung = check('write');
        if (hung !== undefined) return hung;
        if (!writable) throw systemError('EBADF', 'write', file);
        const room = Math.max(0, node.current.size + this.capacity - this.used - position);
        const fitting = source.subarray(0, Math.min(source.byteLength, room));
        this.write(node, file, fitting, position);
        if (fitting.byteLength < source.byteLength) throw systemError('ENOSPC', 'write', file);
      },
      sync: async () => {
        try {
          const hung = check('sync');
          if (hung !== undefined) await hung;
        } catch (error) {
          for (const change of node.changes) if (change.durability === 'pending') change.durability = 'doubtful';
          throw error;
        }
        node.sync();
        if (node.changes.length === 0) this.dirty.delete(node);
      },
      truncate: async (byteLength) => {
        await check('truncate');
        if (!writable) throw systemError('EINVAL', 'ftruncate', file);
        if (byteLength - node.current.size > this.capacity - this.used) throw systemError('ENOSPC', 'ftruncate', file);
        this.change(node, { piece: { kind: 'truncate', path: file, position: byteLength }, position: byteLength });
      },
      size: async () => {
        this.alive(file, 'fstat');
        if (closed) throw systemError('EBADF', 'fstat', file);
        return node.current.size;
      },
      cancel: () => {
        cancelled = true;
        for (const cancel of cancels.splice(0)) cancel();
      },
      close: async () => {
        if (closed) throw systemError('EBADF', 'close', file);
        closed = true;
        // As Node's: the file stays open until what was begun has ended.
        if (hanging.length > 0) await Promise.allSettled(hanging);
      },
    };
  }

  /** One change for each sector that the write touches. */
  private write(node: FileNode, file: string, source: Uint8Array, position: number): void {
    // A Buffer's slice would be a view on memory that the caller uses again.
    const bytes = new Uint8Array(source);
    for (let at = 0; at < bytes.byteLength;) {
      const length = Math.min(bytes.byteLength - at, SECTOR_BYTES - ((position + at) % SECTOR_BYTES));
      this.change(node, {
        piece: { kind: 'data', path: file, position: position + at, byteLength: length },
        bytes: bytes.subarray(at, at + length),
        position: position + at,
      });
      at += length;
    }
  }

  private change(node: FileNode, change: Omit<DataChange, 'order' | 'durability'>): void {
    const complete: DataChange = { ...change, order: this.order++, durability: 'pending' };
    const before = node.current.size;
    node.changes.push(complete);
    apply(node.current, complete);
    node.modified = this.now;
    this.dirty.add(node);
    if (node.linked) this.used += node.current.size - before;
  }

  // --- Names ---

  private rebind(file: string, subject: FileNode | Directory, bindings: NameChange['bindings']): void {
    const needs = this.names.filter((earlier) => earlier.durability !== 'durable' && (earlier.subject === subject ||
      earlier.bindings.some(({ directory, name }) => bindings.some((binding) => binding.directory === directory && binding.name === name))));
    this.names.push({ order: this.order++, durability: 'pending', piece: { kind: 'name', path: file }, bindings, subject, needs });
    for (const { directory, name, node } of bindings) bind(directory.current, name, node);
  }

  private get now(): number {
    return this.clock?.now() ?? 0;
  }

  private unlink(node: FileNode): void {
    node.linked = false;
    this.used -= node.current.size;
  }

  private find(resolved: string): FileNode | Directory | undefined {
    let at: FileNode | Directory | undefined = this.root;
    for (const name of resolved.split('/').filter((part) => part !== '')) at = at?.kind === 'directory' ? at.current.get(name) : undefined;
    return at;
  }

  private directory(resolved: string, syscall: string): Directory {
    const node = this.find(resolved);
    if (node === undefined) throw systemError('ENOENT', syscall, resolved);
    if (node.kind !== 'directory') throw systemError('ENOTDIR', syscall, resolved);
    return node;
  }

  private parent(resolved: string, syscall: string): Directory {
    return this.directory(path.posix.dirname(resolved), syscall);
  }

  // --- Failing ---

  private alive(file: string, syscall: string): string {
    const resolved = this.resolve(file);
    if (this.off) throw systemError('EIO', syscall, resolved);
    return resolved;
  }

  /** Throws what a fault says. */
  private pass(operation: DiskOperation, file: string): string {
    const fault = this.faultAt(operation, file);
    if (fault !== undefined) throw systemError(fault.code ?? 'EIO', operation, this.resolve(file));
    return this.resolve(file);
  }

  /** Counts the operation, and says what is to become of it. */
  private faultAt(operation: DiskOperation, file: string): DiskFault | undefined {
    const resolved = this.alive(file, operation);
    for (const entry of this.faults) {
      const { fault } = entry;
      if (fault.operation !== operation || (fault.path !== undefined && fault.path !== resolved)) continue;
      entry.passed += 1;
      if (fault.occurrence === undefined || fault.occurrence === entry.passed) return fault;
    }
    return undefined;
  }

  // --- Restart ---

  /** Everything whose survival is open, in the order in which it was written. */
  private undecided(): readonly (DataChange | NameChange)[] {
    const data = [...this.dirty].flatMap(({ changes }) => changes);
    return [...data, ...this.names].filter(({ durability }) => durability !== 'durable').sort((a, b) => a.order - b.order);
  }

  private survivors(keep: Keep): ReadonlySet<Change> {
    const kept = new Set<Change>();
    for (const [index, change] of this.undecided().entries()) {
      const wanted = keep(change.piece, index);
      const possible = !('needs' in change) || change.needs.every((needed) => needed.durability === 'durable' || kept.has(needed));
      if (wanted && possible) kept.add(change);
    }
    return kept;
  }

  private seededChoice(): Keep {
    const draw = this.random.next() % 4;
    if (draw === 0) return () => false;
    if (draw === 1) return () => true;
    return () => this.random.next() % 2 === 0;
  }

  /** The names in each directory whose names have changed since they were durable. */
  private survivingNames(survivors: ReadonlySet<Change>): ReadonlyMap<Directory, ReadonlyMap<string, FileNode | Directory>> {
    const directories = new Map<Directory, Map<string, FileNode | Directory>>();
    for (const change of this.names) {
      if (change.durability !== 'durable' && !survivors.has(change)) continue;
      for (const { directory, name, node } of change.bindings) {
        const names = directories.get(directory) ?? new Map(directory.durable);
        directories.set(directory, names);
        bind(names, name, node);
      }
    }
    return directories;
  }

  /** Copies what survived of another disk's directory; all of it is durable here. */
  private take(from: Directory, to: Directory, survivors: ReadonlySet<Change>, names: ReadonlyMap<Directory, ReadonlyMap<string, FileNode | Directory>>): void {
    for (const [name, node] of names.get(from) ?? from.durable) {
      const copy = node.kind === 'file' ? this.takeFile(node, survivors) : new Directory(this.nextId++);
      to.current.set(name, copy);
      to.durable.set(name, copy);
      if (node.kind === 'directory' && copy.kind === 'directory') this.take(node, copy, survivors, names);
    }
  }

  private takeFile(file: FileNode, survivors: ReadonlySet<Change>): FileNode {
    const copy = new FileNode(this.nextId++, file.modified);
    copy.durable.write(file.durable.bytes, 0);
    for (const change of file.changes) if (change.durability === 'durable' || survivors.has(change)) apply(copy.durable, change);
    copy.current.write(copy.durable.bytes, 0);
    this.used += copy.current.size;
    return copy;
  }
}
