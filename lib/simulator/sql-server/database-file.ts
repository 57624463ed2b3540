/** Where a database's pages lie: in memory, from a seeded generator of any size, or in a real file of the Host. */
import type { Files, OpenFile } from '../../binding/host';

/** Bytes of a page; backups count in pages. */
export const PAGE_SIZE = 8192;
/** Bytes of an extent; differential backups go by extents. */
export const EXTENT_SIZE = 65_536;

/** The file, opened for one statement. */
export interface OpenDatabaseFile {
  /**
   * Fills `target()` from `position` on, zeros behind the end. Answers at once where it can; otherwise `target` is asked for anew after the
   * wait, because memory shared with a client may move meanwhile.
   */
  read(target: () => Uint8Array, position: number): void | Promise<void>;
  /** In place. `source` is the caller's again once this has resolved. */
  write(source: Uint8Array, position: number): void | Promise<void>;
  resize(byteLength: number): Promise<void>;
  /** What was written is durable then. */
  close(): Promise<void>;
}

/** New contents under way; the old ones stay until `commit`. */
export interface Rewrite {
  write(source: Uint8Array, position: number): void | Promise<void>;
  commit(): Promise<void>;
  abandon(): Promise<void>;
}

export interface DatabaseFile {
  /** Bytes; need not be a multiple of a page. */
  size(): Promise<number>;
  open(): Promise<OpenDatabaseFile>;
  rewrite(byteLength: number): Promise<Rewrite>;
}

/** Fills one page; `page` counts from 0. Same page, same bytes. */
export type PageSource = (page: number, target: Buffer, offset: number, byteLength: number) => void;

const zeros: PageSource = (_page, target, offset, byteLength) => void target.fill(0, offset, offset + byteLength);

const POOL_SIZE = 0x10_0000;
/** Odd: neighbouring pages begin at places of the pool that are far apart. */
const POOL_STEP = 2_654_435_761;

function randomPool(seed: number): Buffer {
  const words = new Int32Array((POOL_SIZE + PAGE_SIZE) / 4);
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  for (let i = 0; i < words.length; i += 1) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer);
}

/**
 * Bytes that look random, each page different: its number and the seed, then a piece of a random pool. The pool is made for the first page:
 * most databases of a machine are never read.
 */
export function generatedPages(seed: number): PageSource {
  let pool: Buffer | undefined;
  const header = Buffer.alloc(16);
  return (page, target, offset, byteLength) => {
    pool ??= randomPool(seed);
    const start = (Math.imul(page, POOL_STEP) >>> 0) % POOL_SIZE;
    pool.copy(target, offset, start, start + byteLength);
    header.writeDoubleLE(page, 0);
    header.writeDoubleLE(seed, 8);
    header.copy(target, offset, 0, Math.min(16, byteLength));
  };
}

/** One allocation for this many changed pages. */
const SLAB_PAGES = 128;

/** Pages that differ from their source. */
class ChangedPages {
  readonly pages = new Map<number, Buffer>();
  private slab = Buffer.alloc(0);
  private readonly expected = Buffer.alloc(PAGE_SIZE);

  constructor(private readonly source: PageSource) {}

  read(target: Buffer, position: number): void {
    for (let done = 0; done < target.byteLength;) {
      const page = Math.floor((position + done) / PAGE_SIZE);
      const inPage = position + done - page * PAGE_SIZE;
      const length = Math.min(PAGE_SIZE - inPage, target.byteLength - done);
      const changed = this.pages.get(page);
      if (changed !== undefined) changed.copy(target, done, inPage, inPage + length);
      else if (inPage === 0) this.source(page, target, done, length);
      else {
        this.source(page, this.expected, 0, PAGE_SIZE);
        this.expected.copy(target, done, inPage, inPage + length);
      }
      done += length;
    }
  }

  /** Keeps only what the source would not give: a restored generated database takes no memory. */
  write(source: Uint8Array, position: number): void {
    for (let done = 0; done < source.byteLength;) {
      const page = Math.floor((position + done) / PAGE_SIZE);
      const inPage = position + done - page * PAGE_SIZE;
      const length = Math.min(PAGE_SIZE - inPage, source.byteLength - done);
      let changed = this.pages.get(page);
      if (changed === undefined) {
        this.source(page, this.expected, 0, PAGE_SIZE);
        if (this.expected.compare(source, done, done + length, inPage, inPage + length) !== 0) {
          changed = this.allocate();
          this.expected.copy(changed);
          this.pages.set(page, changed);
        }
      }
      changed?.set(source.subarray(done, done + length), inPage);
      done += length;
    }
  }

  private allocate(): Buffer {
    if (this.slab.byteLength === 0) this.slab = Buffer.allocUnsafeSlow(SLAB_PAGES * PAGE_SIZE);
    const page = this.slab.subarray(0, PAGE_SIZE);
    this.slab = this.slab.subarray(PAGE_SIZE);
    return page;
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Pages in memory, or from a generator. */
export class PagedFile implements DatabaseFile {
  private changed: ChangedPages;
  /** Grows with every change, so that whoever keeps a copy sees when it is old. */
  generation = 0;

  constructor(
    private byteLength: number,
    private readonly source: PageSource = zeros,
  ) {
    this.changed = new ChangedPages(source);
  }

  static of(bytes: Uint8Array): PagedFile {
    const file = new PagedFile(bytes.byteLength);
    file.changed.write(bytes, 0);
    return file;
  }

  /** The pages that differ from their source, by number. */
  get changedPages(): ReadonlyMap<number, Uint8Array> {
    return this.changed.pages;
  }

  size(): Promise<number> {
    return Promise.resolve(this.byteLength);
  }

  /** Takes over contents that were kept: the length, and the pages that differ from the source. */
  load(byteLength: number, pages: ReadonlyMap<number, Uint8Array>): void {
    this.byteLength = byteLength;
    this.changed = new ChangedPages(this.source);
    for (const [page, bytes] of pages) this.changed.write(bytes, page * PAGE_SIZE);
  }

  open(): Promise<OpenDatabaseFile> {
    return Promise.resolve({
      read: (target: () => Uint8Array, position: number) => {
        const bytes = asBuffer(target());
        const inside = Math.max(0, Math.min(bytes.byteLength, this.byteLength - position));
        this.changed.read(bytes.subarray(0, inside), position);
        bytes.fill(0, inside);
      },
      write: (source: Uint8Array, position: number) => {
        this.generation += 1;
        this.changed.write(source, position);
        this.byteLength = Math.max(this.byteLength, position + source.byteLength);
      },
      resize: (byteLength: number) => {
        this.generation += 1;
        for (const page of this.changed.pages.keys()) if (page * PAGE_SIZE >= byteLength) this.changed.pages.delete(page);
        this.byteLength = byteLength;
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  }

  rewrite(byteLength: number): Promise<Rewrite> {
    const fresh = new ChangedPages(this.source);
    return Promise.resolve({
      write: (source: Uint8Array, position: number) => {
        fresh.write(source, position);
      },
      commit: () => {
        this.generation += 1;
        this.changed = fresh;
        this.byteLength = byteLength;
        return Promise.resolve();
      },
      abandon: () => Promise.resolve(),
    });
  }
}

/** What a rewrite of a real file is called until it is complete. */
const REWRITE_SUFFIX = '.restoring';

/** A real file; a restore writes it anew beside its name and takes the name at the end. */
export class HostFile implements DatabaseFile {
  constructor(
    private readonly files: Files,
    readonly path: string,
  ) {}

  async size(): Promise<number> {
    return (await this.files.stat(this.path))?.size ?? 0;
  }

  async open(): Promise<OpenDatabaseFile> {
    const file = await this.files.open(this.path, 'modify').catch(() => this.files.open(this.path, 'read'));
    let written = false;
    let size = await file.size();
    return {
      // Not into the target itself: its memory may be taken away while the read is under way.
      read: async (target, position) => {
        const staging = Buffer.allocUnsafe(target().byteLength);
        const count = await readFully(file, staging, position);
        // Somebody has cut the file meanwhile: zeros in its place would be a backup of nothing.
        if (count < Math.min(staging.byteLength, size - position)) throw new Error('38(Reached the end of the file.)');
        const bytes = target();
        bytes.set(staging.subarray(0, count));
        bytes.fill(0, count);
      },
      write: (source, position) => {
        written = true;
        size = Math.max(size, position + source.byteLength);
        return file.write(source, position);
      },
      resize: (byteLength) => {
        written = true;
        size = byteLength;
        return file.truncate(byteLength);
      },
      close: async () => {
        try {
          if (written) await file.sync();
        } finally {
          await file.close();
        }
      },
    };
  }

  async rewrite(byteLength: number): Promise<Rewrite> {
    const temporary = this.path + REWRITE_SUFFIX;
    await this.files.remove(temporary).catch(() => undefined);
    const file = await this.files.open(temporary, 'create');
    let open = true;
    const close = async (): Promise<void> => {
      if (open) await file.close();
      open = false;
    };
    return {
      write: (source, position) => file.write(source, position),
      commit: async () => {
        await file.truncate(byteLength);
        await file.sync();
        await close();
        await this.files.rename(temporary, this.path);
        await this.files.syncDirectory(this.files.directoryOf(this.path));
      },
      abandon: async () => {
        await close();
        await this.files.remove(temporary).catch(() => undefined);
      },
    };
  }
}

async function readFully(file: OpenFile, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.byteLength) {
    const count = await file.read(target.subarray(done), position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
