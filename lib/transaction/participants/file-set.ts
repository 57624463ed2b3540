/**
 * The file set: a directory that is written beside its final name and takes it in one step when the transaction commits, so that either all of its
 * files are there or none (design rule 9).
 */
import { ArgumentError, checkBoolean, checkKnownFields, checkString, errorCode } from '../../binding';
import type { Files } from '../../binding';
import { syncFile } from '../../binding/host';
import { isLostDisk } from '../lost-disk';
import type { TransactionMonitor } from '../monitor';
import type { Json, Participant, Recoverer } from '../participant';
import type { Transaction } from '../transaction';

export interface FileSetOptions {
  /** The directory that the set becomes. It must not be there yet; those above it are made. */
  readonly directory: string;
  /** What becomes of the files of a transaction that is backed out: removed (default), or kept under `<directory>.aborted`. */
  readonly keep?: boolean;
  /** In reports; default `files`. */
  readonly name?: string;
}

/** What the transaction's log holds of it. */
interface SetRecord {
  /** Where it is written. */
  readonly partial: string;
  readonly final: string;
  /** Where a set that is backed out is kept; absent: it is removed. */
  readonly kept?: string;
}

export class FileSet implements Participant {
  static readonly kind = 'winbackup.files';
  readonly kind = FileSet.kind;
  readonly record: Json;
  readonly volume: string;
  /** Whatever writes into it; none of it is under way when it ends. */
  private readonly writing = new Set<Promise<unknown>>();

  private constructor(
    private readonly monitor: TransactionMonitor,
    private readonly transaction: Transaction,
    readonly name: string,
    private readonly set: SetRecord,
  ) {
    this.record = { ...set };
    this.volume = set.final;
  }

  /**
   * Takes a set into the transaction, and makes its directory.
   * @throws ArgumentError before anything is made; FileSystemError as Transaction.enlist
   */
  static async enlist(monitor: TransactionMonitor, transaction: Transaction, options: FileSetOptions): Promise<FileSet> {
    checkKnownFields('options', options, ['directory', 'keep', 'name']);
    const { keep = false, name = 'files' } = options;
    checkString('directory', options.directory);
    if (options.directory === '') throw new ArgumentError('directory', 'must not be empty');
    checkBoolean('keep', keep);
    checkString('name', name);
    const { host: { files } } = monitor;
    const final = files.resolve(options.directory);
    const record = { final, partial: `${final}.partial`, ...(keep ? { kept: `${final}.aborted` } : {}) };
    for (const path of Object.values(record)) if ((await files.stat(path)) !== undefined) throw new ArgumentError('directory', `is there already: ${path}`);
    const set = new FileSet(monitor, transaction, name, record);
    // Nothing of it is there before its record is durable.
    await transaction.enlist(set);
    await set.write(() => makeSet(files, record));
    return set;
  }

  /** The name that it takes. */
  get directory(): string {
    return this.set.final;
  }

  /** Where it is kept when it is backed out; undefined: it is removed. */
  get kept(): string | undefined {
    return this.set.kept;
  }

  /** Where a file of the set is written until then; without a name, the directory. */
  path(name?: string): string {
    return name === undefined ? this.set.partial : `${this.set.partial}/${name}`;
  }

  /** Runs what writes into it. A disk that is lost under it aborts the transaction with 95, not with the writer's own error. */
  async write<T>(work: (directory: string) => Promise<T>): Promise<T> {
    this.transaction.check();
    const writing = work(this.set.partial);
    this.writing.add(writing);
    try {
      return await this.noticing(writing);
    } finally {
      this.writing.delete(writing);
    }
  }

  private async noticing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (await this.lost(error)) this.monitor.abortUnilaterally(this.transaction, 'diskFailed', this.set.final);
      throw error;
    }
  }

  async writeText(name: string, text: string): Promise<void> {
    await this.write(async () => {
      const file = await this.monitor.host.files.open(this.path(name), 'create');
      try {
        await file.write(Buffer.from(text), 0);
      } finally {
        await file.close();
      }
    });
  }

  async makeDirectory(name: string): Promise<void> {
    await this.write(() => this.monitor.host.files.makeDirectory(this.path(name)));
  }

  /** Everything in it becomes durable, under its provisional name. */
  async prepare(): Promise<void> {
    await this.written();
    await this.noticing(syncSet(this.monitor.host.files, this.set));
  }

  commit(): Promise<void> {
    return publishSet(this.monitor.host.files, this.set);
  }

  async backout(): Promise<void> {
    await this.written();
    await withdrawSet(this.monitor.host.files, this.set);
  }

  private async written(): Promise<void> {
    await Promise.allSettled(this.writing);
  }

  /** The system says so; or the directory, which is there while its volume is, is gone. */
  private async lost(error: unknown): Promise<boolean> {
    if (isLostDisk(error)) return true;
    const there = await this.monitor.host.files.stat(this.set.partial).catch(() => undefined);
    return errorCode(error) !== 'ABORT_ERR' && there === undefined;
  }
}

export const recoverFileSet: Recoverer = (record, { monitor: { host: { files } } }) => {
  const set = record as unknown as SetRecord;
  return { commit: () => publishSet(files, set), backout: () => withdrawSet(files, set) };
};

async function makeSet(files: Files, { partial }: SetRecord): Promise<void> {
  await files.makeDirectory(partial);
  const destination = files.directoryOf(partial);
  await files.syncDirectory(destination);
  await files.syncDirectory(files.directoryOf(destination));
}

async function syncSet(files: Files, { partial }: SetRecord): Promise<void> {
  const directories = [partial];
  for (const { path, kind } of await walk(files, partial)) {
    if (kind === 'directory') directories.push(`${partial}/${path}`);
    if (kind !== 'file') continue;
    await syncFile(files, `${partial}/${path}`);
  }
  for (const directory of directories) await files.syncDirectory(directory);
}

/** Idempotent: a set whose provisional name is gone has its final one. */
async function publishSet(files: Files, { partial, final }: SetRecord): Promise<void> {
  if ((await files.stat(partial)) !== undefined) await files.rename(partial, final);
  await files.syncDirectory(files.directoryOf(final));
}

/** Idempotent. A set that is kept no longer looks like one that somebody is writing. */
async function withdrawSet(files: Files, { partial, kept }: SetRecord): Promise<void> {
  const destination = files.directoryOf(partial);
  if ((await files.stat(destination)) === undefined) return;
  if ((await files.stat(partial)) !== undefined) {
    if (kept === undefined) await removeTree(files, partial);
    else await files.rename(partial, kept);
  }
  await files.syncDirectory(destination);
}

async function removeTree(files: Files, directory: string): Promise<void> {
  for (const { path, kind } of [...(await walk(files, directory))].reverse()) {
    if (kind === 'directory') await files.removeDirectory(`${directory}/${path}`);
    else await files.remove(`${directory}/${path}`);
  }
  await files.removeDirectory(directory);
}

export interface FoundEntry {
  /** Below the root, with slashes. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** Every file and directory below, each directory before what it holds. */
export async function walk(files: Files, root: string, below = ''): Promise<readonly FoundEntry[]> {
  const found: FoundEntry[] = [];
  const entries = [...(await files.entries(below === '' ? root : `${root}/${below}`))].sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const { name, kind } of entries) {
    const path = below === '' ? name : `${below}/${name}`;
    found.push({ path, kind });
    if (kind === 'directory') found.push(...(await walk(files, root, path)));
  }
  return found;
}
