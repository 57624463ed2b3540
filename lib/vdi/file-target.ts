/**
 * A file that a backup is written to: straight from SQL Server's memory, beside its final name until the backup has succeeded
 * (design rules 9, 10).
 */
import { ArgumentError } from '../binding';
import type { Clock, Files, OpenFile } from '../binding';
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { BackupTarget, OutputFile } from './media';
import type { ByteSink } from './sink';
import { asError } from './errors';
import { settledWithin } from './waiting';

export interface FileTargetOptions {
  /** The option's name in errors: `to[1]`. */
  readonly field: string;
  /** Makes the provisional name unique: `<name>.<id>.partial`. */
  readonly id: string;
  /** Whether a file of the final name may be replaced. */
  readonly overwrite: boolean;
  readonly sha256: boolean;
  readonly clock: Clock;
  /** Milliseconds that each step of `discard` may take. */
  readonly endMs: number;
}

export class FileTarget implements BackupTarget {
  private bytes = 0;
  private open = true;
  private published = false;
  /** The file that had the final name until now, under a name of its own. */
  private replaced: string | undefined;
  /** `publish` has replaced a file that was not set aside: nothing brings that back. */
  private overwrote = false;
  private readonly hash: Hash | undefined;

  private constructor(
    private readonly files: Files,
    private readonly file: OpenFile,
    readonly path: string,
    private readonly partial: string,
    private readonly options: FileTargetOptions,
  ) {
    this.hash = options.sha256 ? createHash('sha256') : undefined;
  }

  /** Creates the provisional file. Throws ArgumentError when the target cannot be written or is there already. */
  static async create(files: Files, path: string, options: FileTargetOptions): Promise<FileTarget> {
    const { field, id, overwrite } = options;
    const final = files.resolve(path);
    const partial = `${final}.${id}.partial`;
    let target: FileTarget | undefined;
    try {
      await checkFree(files, final, field, overwrite);
      target = new FileTarget(files, await files.open(partial, 'create'), final, partial, options);
      // Once VDC_Complete is answered SQL Server truncates its log: the file's name must not be lost after that, any more than its contents.
      await files.syncDirectory(files.directoryOf(final));
      return target;
    } catch (error) {
      await target?.discard();
      if (error instanceof ArgumentError) throw error;
      throw new ArgumentError(field, `cannot be written: ${asError(error).message}`, { cause: error });
    }
  }

  async write(buffer: Uint8Array, position: number): Promise<void> {
    // Writes come in the order of the stream, whatever order they end in.
    this.hash?.update(buffer);
    await this.file.write(buffer, position);
    this.bytes = Math.max(this.bytes, position + buffer.byteLength);
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    return readFully(this.file, buffer, position);
  }

  sync(): Promise<void> {
    return this.file.sync();
  }

  finish(): Promise<void> {
    return this.file.sync();
  }

  cancel(): void {
    this.file.cancel?.();
  }

  /** Moves a file of the final name out of the way, so that `retract` can bring it back. One file alone is replaced in a single step instead. */
  async setAside(): Promise<void> {
    await checkFree(this.files, this.path, this.options.field, this.options.overwrite);
    if ((await this.files.stat(this.path)) === undefined) return;
    const replaced = `${this.path}.${this.options.id}.replaced`;
    await this.files.rename(this.path, replaced);
    this.replaced = replaced;
    // Before the first new name: else a power cut might keep that one and bring this one back.
    await this.files.syncDirectory(this.files.directoryOf(this.path));
  }

  async publish(): Promise<void> {
    await this.close();
    await checkFree(this.files, this.path, this.options.field, this.options.overwrite);
    const overwrites = (await this.files.stat(this.path)) !== undefined;
    await this.files.rename(this.partial, this.path);
    this.published = true;
    this.overwrote = overwrites;
    await this.files.syncDirectory(this.files.directoryOf(this.path));
  }

  /** Undoes `publish` and `setAside`. A file that has replaced another in a single step keeps the name: else there would be none of that name. */
  async retract(): Promise<void> {
    if (this.published && !this.overwrote) {
      await this.files.rename(this.path, this.partial);
      this.published = false;
    }
    if (this.replaced !== undefined) {
      await this.files.rename(this.replaced, this.path);
      this.replaced = undefined;
    }
  }

  /** After all are published: removes what was set aside. Rejects when it stays, which harms nothing but room. */
  async forgetReplaced(): Promise<void> {
    const { replaced } = this;
    this.replaced = undefined;
    if (replaced !== undefined) await this.files.remove(replaced);
  }

  /** A write that never ends keeps the file open: then at least its name goes, and on Windows the rest when the process does. */
  async discard(): Promise<readonly string[]> {
    const { clock, endMs } = this.options;
    await settledWithin(clock, endMs, this.close());
    const removed = await settledWithin(clock, endMs, this.files.remove(this.partial));
    return removed === 'resolved' ? [] : [this.partial];
  }

  /** Where the file is now: it is kept when the backup in it is whole. */
  get kept(): string {
    return this.published ? this.path : this.partial;
  }

  describe(): OutputFile {
    return { path: this.path, bytes: this.bytes, ...(this.hash === undefined ? {} : { sha256: this.hash.copy().digest('hex') }) };
  }

  private async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.file.close();
  }
}

/** The provisional file as a sink, for what is compressed on its way. */
export class FileSink implements ByteSink {
  private position = 0;

  constructor(private readonly file: FileTarget) {}

  async write(chunk: Uint8Array): Promise<void> {
    const { position } = this;
    this.position += chunk.byteLength;
    await this.file.write(chunk, position);
  }

  sync(): Promise<void> {
    return this.file.sync();
  }

  close(): Promise<void> {
    return this.file.finish();
  }
}

async function checkFree(files: Files, path: string, field: string, overwrite: boolean): Promise<void> {
  const there = await files.stat(path);
  if (there === undefined) return;
  if (!there.isFile) throw new ArgumentError(field, `is not a file: ${path}`);
  if (!overwrite) throw new ArgumentError(field, `exists already: ${path} (overwrite: true replaces it)`);
}

/** Reads until the buffer is full or the file ends. */
export async function readFully(file: OpenFile, buffer: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < buffer.byteLength) {
    const count = await file.read(buffer.subarray(done), position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
