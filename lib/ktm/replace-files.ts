/**
 * Files replaced together: several files are written beside their names, and all take their names when the transaction commits, or none does.
 * A ready-made resource manager; after a crash at any point the next start makes the set whole, old or new.
 */
import { ArgumentError, StateError, WinbackupError, checkKnownFields, checkString, resolveBackend, throwIfAborted } from '../binding';
import type { Backend, Files, Host, OpenFile } from '../binding';
import { KTM_ERROR } from '../binding/ktm-codes';
import { asError } from '../binding/waiting';
import { failedWith } from './errors';
import { ResourceManagerDriver } from './resource-manager-driver';
import type { EnlistedWork, Work } from './resource-manager-driver';
import type { RecoveredResourceManager, UnresolvedTransaction } from './recovery';
import { CommitAbortError, Transaction } from './transaction';
import type { Outcome } from './transaction';

/** A file's next contents. */
export interface FileReplacement {
  /** The name that it takes; what is there is replaced. */
  readonly to: string;
  /** A file, which is copied and stays; or bytes. */
  readonly from: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface FileResourceManagerOptions {
  /** The log of its transaction manager, a path without extension; its own is beside it, `<log>.prepared`. One at a time uses them: another gets ERR_IN_USE. */
  readonly log: string;
  /** A set that could not be brought to its end where nobody waits for it. */
  readonly onError?: (transaction: UnresolvedTransaction) => void;
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
  /** Files. Default: the backend's. */
  readonly host?: Host;
  readonly signal?: AbortSignal;
}

export interface ReplaceOptions {
  /** Rolls back, as long as that is possible. */
  readonly signal?: AbortSignal;
  /** Milliseconds until KTM rolls back; default without end. */
  readonly timeoutMs?: number;
}

export interface ReplaceFilesOptions extends FileResourceManagerOptions, ReplaceOptions {
  readonly files: readonly FileReplacement[];
}

export interface ReplaceResult {
  /** Windows was simulated. */
  readonly simulated: boolean;
  /** The transaction. */
  readonly unitOfWork: string;
  /** The names that were taken, in full. */
  readonly files: readonly string[];
}

/** What a set's durable record holds. */
export interface FileSet {
  readonly files: readonly { readonly partial: string; readonly final: string }[];
}

/** The set was not replaced, or not wholly yet. */
export class ReplaceError extends WinbackupError {
  override readonly name = 'ReplaceError';
  /** `ERR_REPLACE_UNFINISHED`: it is committed, but not every file could take its name; the next start goes on with it. */
  readonly code: 'ERR_REPLACE_ROLLED_BACK' | 'ERR_REPLACE_UNFINISHED' | 'ERR_REPLACE_IN_DOUBT';
  readonly outcome: Outcome;
  readonly unitOfWork: string;

  constructor(outcome: Outcome, unitOfWork: string, cause: unknown) {
    const [code, text] = ({
      aborted: ['ERR_REPLACE_ROLLED_BACK', 'No file was replaced'],
      committed: ['ERR_REPLACE_UNFINISHED', 'The replacement is committed, but not every file has taken its name yet; the next start goes on with it'],
      undetermined: ['ERR_REPLACE_IN_DOUBT', 'It is not known yet whether the replacement is committed; the next start finds out'],
    } as const)[outcome];
    super(`${text}: ${asError(cause).message}`, { cause });
    this.code = code;
    this.outcome = outcome;
    this.unitOfWork = unitOfWork;
  }
}

const CHUNK_BYTES = 1024 * 1024;
const optionNames = ['log', 'onError', 'backend', 'host', 'signal'] as const;

/** Where the resource manager's own log is. */
export function preparedLogOf(files: Files, log: string): string {
  return `${files.resolve(log)}.prepared`;
}

export class FileResourceManager {
  /** What is being written, by transaction: a rollback, which may come at any time, waits for the last write. */
  private readonly writing = new Map<string, Set<Promise<void>>>();
  /** Why it refused, by transaction. */
  private readonly problems = new Map<string, Error>();
  private running: ResourceManagerDriver<FileSet> | undefined;

  private constructor(
    private readonly options: FileResourceManagerOptions,
    private readonly backend: Backend,
    private readonly files: Files,
  ) {}

  /** Opens the logs, makes whole what a crash has left, and is ready for more. Throws as ResourceManagerDriver.start. */
  static async start(options: FileResourceManagerOptions): Promise<FileResourceManager> {
    checkKnownFields('options', options, optionNames);
    const { log, signal } = options;
    checkString('log', log);
    if (log === '') throw new ArgumentError('log', 'must not be empty');
    throwIfAborted(signal);
    const backend = await resolveBackend(options.backend);
    const host = options.host ?? backend.host;
    const manager = new FileResourceManager(options, backend, host.files);
    const path = host.files.resolve(log);
    await host.files.makeDirectory(host.files.directoryOf(path));
    manager.running = await ResourceManagerDriver.start<FileSet>({
      manager: { logFileName: path }, preparedLog: preparedLogOf(host.files, log), description: 'winbackup: files replaced together', backend, host,
      handlers: {
        prepare: (work) => manager.prepare(work),
        commit: (work) => manager.takeNames(work),
        rollback: (work) => manager.removePartials(work),
      },
      onError: (unresolved) => {
        manager.problems.set(unresolved.unitOfWork, unresolved.error);
        options.onError?.(unresolved);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    return manager;
  }

  get driver(): ResourceManagerDriver<FileSet> {
    if (this.running === undefined) throw new StateError('ERR_CLOSED', 'the resource manager is not running');
    return this.running;
  }

  /** What the start has made whole. */
  get recovered(): RecoveredResourceManager {
    return this.driver.recovered;
  }

  /**
   * Writes the files beside their names, in somebody's transaction: they take their names when it commits.
   * @throws ArgumentError before anything is written; what reading and writing throws, after the transaction has been rolled back
   */
  async stage(transaction: Transaction, replacements: readonly FileReplacement[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<EnlistedWork> {
    const finals = await this.check(replacements);
    throwIfAborted(signal);
    const unitOfWork = await transaction.id();
    const set: FileSet = { files: finals.map((final) => ({ final, partial: `${final}.${unitOfWork}.partial` })) };
    const written = this.beginWriting(unitOfWork);
    let enlisted: EnlistedWork | undefined;
    try {
      enlisted = await this.driver.enlist(transaction, set);
      for (const [index, { partial }] of set.files.entries()) await this.write(partial, replacements[index]?.from ?? '', signal);
      written();
      return enlisted;
    } catch (error) {
      written();
      await transaction.rollback();
      await enlisted?.settled;
      throw error;
    }
  }

  /**
   * Replaces the files in a transaction of their own. Resolves when all have their names, durably.
   * @throws ArgumentError; AbortError; ReplaceError, whose `outcome` says whether the names were or will be taken
   */
  async replace(replacements: readonly FileReplacement[], options: ReplaceOptions = {}): Promise<ReplaceResult> {
    checkKnownFields('options', options, ['signal', 'timeoutMs']);
    const { signal, timeoutMs = 0 } = options;
    const transaction = await Transaction.create({ backend: this.backend, timeoutMs, description: 'winbackup: files replaced together' });
    try {
      const enlisted = await this.stage(transaction, replacements, signal === undefined ? {} : { signal });
      try {
        // A part that fails to commit leaves CommitTransaction waiting for its acknowledgement.
        await Promise.race([transaction.commit(signal === undefined ? {} : { signal }), enlisted.settled.then(() => new Promise<never>(() => undefined))]);
      } catch (error) {
        throw await this.explained(transaction, enlisted, error);
      }
      const files = replacements.map(({ to }) => this.files.resolve(to));
      return { simulated: this.driver.simulated, unitOfWork: enlisted.unitOfWork, files };
    } finally {
      await transaction.close();
    }
  }

  /** Closes everything; what is under way is rolled back, now or by the next start. */
  stop(): Promise<void> {
    return this.driver.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async explained(transaction: Transaction, { settled, unitOfWork }: EnlistedWork, error: unknown): Promise<unknown> {
    const aborted = failedWith(error, KTM_ERROR.ERROR_TRANSACTION_ALREADY_ABORTED) || (error instanceof CommitAbortError && error.outcome === 'aborted');
    const outcome = aborted ? 'aborted' : await transaction.outcome().catch(() => 'undetermined' as const);
    // Once it resolves nothing partial is left.
    if (outcome === 'aborted') await settled.catch(() => undefined);
    if (error instanceof CommitAbortError) return error;
    return new ReplaceError(outcome, unitOfWork, this.problems.get(unitOfWork) ?? error);
  }

  // --- The handlers ---

  private async prepare({ unitOfWork, data }: Work<FileSet>): Promise<FileSet> {
    await this.allWritten(unitOfWork);
    for (const { partial } of data.files) {
      if ((await this.files.stat(partial)) === undefined) throw new StateError('ERR_NOT_STAGED', `${partial} is not there`);
    }
    await this.syncDirectories(data);
    return data;
  }

  /** Idempotent: a file whose provisional name is gone has its final one. */
  private async takeNames({ data }: Work<FileSet>): Promise<void> {
    for (const { partial, final } of data.files) if ((await this.files.stat(partial)) !== undefined) await this.files.rename(partial, final);
    await this.syncDirectories(data);
  }

  private async removePartials({ unitOfWork, data }: Work<FileSet>): Promise<void> {
    await this.allWritten(unitOfWork);
    for (const { partial } of data.files) if ((await this.files.stat(partial)) !== undefined) await this.files.remove(partial);
    await this.syncDirectories(data);
  }

  private async syncDirectories({ files }: FileSet): Promise<void> {
    for (const directory of new Set(files.map(({ final }) => this.files.directoryOf(final)))) await this.files.syncDirectory(directory);
  }

  // --- Writing ---

  private beginWriting(unitOfWork: string): () => void {
    const all = this.writing.get(unitOfWork) ?? new Set();
    this.writing.set(unitOfWork, all);
    let resolve: () => void = () => undefined;
    const writing = new Promise<void>((settle) => (resolve = settle));
    all.add(writing);
    return () => {
      resolve();
      all.delete(writing);
      if (all.size === 0) this.writing.delete(unitOfWork);
    };
  }

  private async allWritten(unitOfWork: string): Promise<void> {
    const all: readonly Promise<void>[] = [...(this.writing.get(unitOfWork) ?? [])];
    await Promise.all(all);
  }

  private async check(replacements: readonly FileReplacement[]): Promise<readonly string[]> {
    if (!Array.isArray(replacements) || replacements.length === 0) throw new ArgumentError('files', 'must name at least one file');
    const inUse = new Set(this.driver.transactions.flatMap(({ data }) => (data as FileSet).files.map(({ final }) => final)));
    const finals: string[] = [];
    for (const [index, { to, from }] of replacements.entries()) {
      const field = `files[${String(index)}]`;
      checkString(`${field}.to`, to);
      const final = this.files.resolve(to);
      if (finals.includes(final)) throw new ArgumentError(`${field}.to`, `is there twice: ${final}`);
      if (inUse.has(final)) throw new ArgumentError(`${field}.to`, `is part of a replacement that is not over: ${final}`);
      const there = await this.files.stat(final);
      if (there !== undefined && !there.isFile) throw new ArgumentError(`${field}.to`, `is not a file: ${final}`);
      if ((await this.files.stat(this.files.directoryOf(final)))?.isDirectory !== true) throw new ArgumentError(`${field}.to`, `is in no directory: ${final}`);
      if (typeof from === 'string') {
        if ((await this.files.stat(this.files.resolve(from)))?.isFile !== true) throw new ArgumentError(`${field}.from`, `is no file: ${from}`);
      } else if (!(from instanceof Uint8Array) && !(typeof from === 'object' && Symbol.asyncIterator in from)) {
        throw new ArgumentError(`${field}.from`, 'must be a path, a Uint8Array or an AsyncIterable of them');
      }
      finals.push(final);
    }
    return finals;
  }

  private async write(partial: string, from: FileReplacement['from'], signal: AbortSignal | undefined): Promise<void> {
    const file = await this.files.open(partial, 'create');
    try {
      let position = 0;
      for await (const chunk of typeof from === 'string' ? this.read(from) : from instanceof Uint8Array ? [from] : from) {
        throwIfAborted(signal);
        await file.write(chunk, position);
        position += chunk.byteLength;
      }
      throwIfAborted(signal);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private async *read(path: string): AsyncGenerator<Uint8Array> {
    const file: OpenFile = await this.files.open(this.files.resolve(path), 'read');
    try {
      const chunk = new Uint8Array(CHUNK_BYTES);
      for (let position = 0; ; ) {
        const count = await file.read(chunk, position);
        if (count === 0) return;
        yield chunk.subarray(0, count);
        position += count;
      }
    } finally {
      await file.close();
    }
  }
}

/**
 * Starts the resource manager, which recovers, replaces the files, and stops it.
 * @throws as FileResourceManager.start and replace
 */
export async function replaceFiles(options: ReplaceFilesOptions): Promise<ReplaceResult> {
  checkKnownFields('options', options, [...optionNames, 'files', 'timeoutMs']);
  const { files, timeoutMs, ...start } = options;
  const { signal } = options;
  const manager = await FileResourceManager.start(start);
  try {
    return await manager.replace(files, { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  } finally {
    await manager.stop();
  }
}
