/**
 * Files replaced together: several files are written beside their names, and all take their names when the transaction commits, or none does.
 * A ready-made resource manager; after a crash at any point the next start makes the set whole, old or new.
 */
import { ArgumentError, StateError, WinbackupError, checkBytes, checkKnownFields, checkString, checkTimeout, resolveBackend, throwIfAborted } from '../binding';
import type { Backend, Files, Host, OpenFile } from '../binding';
import { errorCode } from '../binding/errors';
import { delay } from '../binding/host';
import { KTM_ERROR } from '../binding/ktm-codes';
import { asError, unlessAborted } from '../binding/waiting';
import { reportFailure } from '../binding/windows-host';
import { failedWith } from './errors';
import { ResourceManagerDriver } from './resource-manager-driver';
import type { EnlistedWork, Work } from './resource-manager-driver';
import type { RecoveredResourceManager, UnresolvedTransaction } from './recovery';
import { CommitAbortError, Transaction } from './transaction';
import type { Outcome } from './transaction';

/** A file's next contents. */
export interface FileReplacement {
  /** The name that it takes; a file that is there is replaced. On Windows not one that is read-only, or open where nobody else may write it. */
  readonly to: string;
  /** A file, which is copied and stays; or bytes. A stream that stalls holds up the set until its signal or its time ends it. */
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
/** Whoever looks at a file for a moment, as virus scanners and indexers do on Windows, keeps its name; milliseconds between the attempts to take it. */
const RETRY_AFTER_MS = [20, 50, 100, 200, 500];
const IN_USE: readonly string[] = ['EACCES', 'EBUSY', 'EPERM'];
const optionNames = ['log', 'onError', 'backend', 'host', 'signal'] as const;

/** What is being written for a set; `stop` ends it. */
interface Writing {
  readonly ended: Promise<void>;
  readonly stop: AbortController;
}

/** Windows' own paths, whose names differ by more than case. */
function isWindowsPath(path: string): boolean {
  return /^([a-z]:[\\/]|\\\\)/i.test(path);
}

/** What can be said of the list without looking at any file. */
function checkReplacements(replacements: unknown): asserts replacements is readonly FileReplacement[] {
  if (!Array.isArray(replacements) || replacements.length === 0) throw new ArgumentError('files', 'must name at least one file');
  for (const [index, each] of (replacements as readonly unknown[]).entries()) {
    const field = `files[${String(index)}]`;
    if (typeof each !== 'object' || each === null) throw new ArgumentError(field, 'must be { to, from }');
    checkKnownFields(field, each, ['to', 'from']);
    const { to, from } = each as Readonly<Record<string, unknown>>;
    checkString(`${field}.to`, to);
    if (to === '') throw new ArgumentError(`${field}.to`, 'must not be empty');
    if (typeof from === 'string') checkString(`${field}.from`, from);
    else if (!(from instanceof Uint8Array) && !(typeof from === 'object' && from !== null && Symbol.asyncIterator in from)) {
      throw new ArgumentError(`${field}.from`, 'must be a path, a Uint8Array or an AsyncIterable of them');
    }
  }
}

/** Where the resource manager's own log is. */
export function preparedLogOf(files: Files, log: string): string {
  return `${files.resolve(log)}.prepared`;
}

export class FileResourceManager {
  /** What is being written, by transaction: a rollback, which may come at any time, stops it and waits for its end. */
  private readonly writing = new Map<string, Set<Writing>>();
  /** The names, as `keyOf` gives them, of sets that are not over. */
  private readonly taken = new Set<string>();
  /** Why it refused, by transaction. */
  private readonly problems = new Map<string, Error>();
  private running: ResourceManagerDriver<FileSet> | undefined;

  private constructor(
    private readonly options: FileResourceManagerOptions,
    private readonly backend: Backend,
    private readonly host: Host,
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
    const manager = new FileResourceManager(options, backend, host);
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

  private get files(): Files {
    return this.host.files;
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
   * @throws ArgumentError before anything is written; what reading and writing throws, after the transaction has been rolled back; ReplaceError
   * (ERR_REPLACE_ROLLED_BACK) when somebody has rolled it back meanwhile
   */
  async stage(transaction: Transaction, replacements: readonly FileReplacement[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<EnlistedWork> {
    throwIfAborted(signal);
    const { finals, free } = await this.take(replacements);
    let enlisted: EnlistedWork | undefined;
    try {
      const unitOfWork = await transaction.id();
      const set: FileSet = { files: finals.map((final) => ({ final, partial: `${final}.${unitOfWork}.partial` })) };
      const { written, stop } = this.beginWriting(unitOfWork);
      try {
        enlisted = await this.driver.enlist(transaction, set);
        const either = signal === undefined ? stop : AbortSignal.any([signal, stop]);
        for (const [index, { partial }] of set.files.entries()) await this.write(partial, replacements[index]?.from ?? '', `files[${String(index)}].from`, either);
        // The names are free again when it is over; of what stays unresolved never.
        enlisted.settled.then(free, () => undefined);
        return enlisted;
      } catch (error) {
        throw stop.aborted && signal?.aborted !== true ? new ReplaceError('aborted', unitOfWork, stop.reason) : error;
      } finally {
        written();
      }
    } catch (error) {
      // What went wrong first is what its caller must know.
      await transaction.rollback().catch(() => undefined);
      await enlisted?.settled.catch(() => undefined);
      free();
      throw error;
    }
  }

  /**
   * Replaces the files in a transaction of their own. Resolves when all have their names, durably.
   * @throws ArgumentError; AbortError; ReplaceError, whose `outcome` says whether the names were or will be taken
   */
  async replace(replacements: readonly FileReplacement[], options: ReplaceOptions = {}): Promise<ReplaceResult> {
    checkKnownFields('options', options, ['signal', 'timeoutMs']);
    checkReplacements(replacements);
    const { signal, timeoutMs = 0 } = options;
    try {
      return await this.replaceIn(await Transaction.create({ backend: this.backend, timeoutMs, description: 'winbackup: files replaced together' }), replacements, signal);
    } catch (error) {
      // What the driver knows it has told the event log already.
      const told = error instanceof ReplaceError && error.cause === this.problems.get(error.unitOfWork);
      if (!(error instanceof ArgumentError) && !told) await reportFailure(this.backend, this.host, new StateError('ERR_REPLACE', 'Files were not replaced together', { cause: error }));
      throw error;
    }
  }

  private async replaceIn(transaction: Transaction, replacements: readonly FileReplacement[], signal: AbortSignal | undefined): Promise<ReplaceResult> {
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
    for (const { partial, final } of data.files) {
      if ((await this.files.stat(partial)) === undefined) throw new StateError('ERR_NOT_STAGED', `${partial} is not there`);
      const problem = await this.irreplaceable(final);
      if (problem !== undefined) throw new StateError('ERR_NOT_REPLACEABLE', `${final} ${problem}`);
    }
    await this.syncDirectories(data);
    return data;
  }

  /** Idempotent: a file whose provisional name is gone has its final one. */
  private async takeNames({ data }: Work<FileSet>): Promise<void> {
    for (const { partial, final } of data.files) if ((await this.files.stat(partial)) !== undefined) await this.takeName(partial, final);
    await this.syncDirectories(data);
  }

  private async takeName(partial: string, final: string): Promise<void> {
    for (const afterMs of RETRY_AFTER_MS) {
      try {
        await this.files.rename(partial, final);
        return;
      } catch (error) {
        if (!IN_USE.includes(errorCode(error) ?? '')) throw error;
        await delay(this.host.clock, afterMs);
      }
    }
    await this.files.rename(partial, final);
  }

  private async removePartials({ unitOfWork, data }: Work<FileSet>): Promise<void> {
    for (const { stop } of this.writing.get(unitOfWork) ?? []) stop.abort(new StateError('ERR_ROLLED_BACK', 'the transaction was rolled back while the files were being written'));
    await this.allWritten(unitOfWork);
    for (const { partial } of data.files) if ((await this.files.stat(partial)) !== undefined) await this.files.remove(partial);
    await this.syncDirectories(data);
  }

  private async syncDirectories({ files }: FileSet): Promise<void> {
    for (const directory of new Set(files.map(({ final }) => this.files.directoryOf(final)))) await this.files.syncDirectory(directory);
  }

  // --- Writing ---

  private beginWriting(unitOfWork: string): { readonly written: () => void; readonly stop: AbortSignal } {
    const all = this.writing.get(unitOfWork) ?? new Set();
    this.writing.set(unitOfWork, all);
    let resolve: () => void = () => undefined;
    const writing: Writing = { ended: new Promise<void>((settle) => (resolve = settle)), stop: new AbortController() };
    all.add(writing);
    const written = (): void => {
      resolve();
      all.delete(writing);
      if (all.size === 0) this.writing.delete(unitOfWork);
    };
    return { written, stop: writing.stop.signal };
  }

  private async allWritten(unitOfWork: string): Promise<void> {
    await Promise.all([...(this.writing.get(unitOfWork) ?? [])].map(({ ended }) => ended));
  }

  /** The full names, which are this set's until `free`: two sets that write the same name would end as a mixture. */
  private async take(replacements: readonly FileReplacement[]): Promise<{ readonly finals: readonly string[]; readonly free: () => void }> {
    checkReplacements(replacements);
    const finals = replacements.map(({ to }) => this.files.resolve(to));
    const keys: string[] = [];
    for (const [index, { from }] of replacements.entries()) {
      const field = `files[${String(index)}]`;
      const final = finals[index] ?? '';
      const there = await this.files.stat(final);
      if (there !== undefined && !there.isFile) throw new ArgumentError(`${field}.to`, `is not a file: ${final}`);
      if ((await this.files.stat(this.files.directoryOf(final)))?.isDirectory !== true) throw new ArgumentError(`${field}.to`, `is in no directory: ${final}`);
      const problem = await this.irreplaceable(final);
      if (problem !== undefined) throw new ArgumentError(`${field}.to`, `${problem}: ${final}`);
      if (typeof from === 'string' && (await this.files.stat(this.files.resolve(from)))?.isFile !== true) throw new ArgumentError(`${field}.from`, `is no file: ${from}`);
      keys.push(await this.keyOf(final));
    }
    // What an earlier run has left, in doubt or unresolved.
    const left = await Promise.all(this.driver.transactions.flatMap(({ data }) => (data as FileSet).files.map(({ final }) => this.keyOf(final))));
    // From here on at once: nobody can take a name between the look and the taking.
    for (const [index, key] of keys.entries()) {
      if (keys.indexOf(key) < index) throw new ArgumentError(`files[${String(index)}].to`, `is there twice: ${finals[index] ?? ''}`);
      if (this.taken.has(key) || left.includes(key)) throw new ArgumentError(`files[${String(index)}].to`, `is part of a replacement that is not over: ${finals[index] ?? ''}`);
    }
    for (const key of keys) this.taken.add(key);
    const free = (): void => {
      for (const key of keys) this.taken.delete(key);
    };
    return { finals, free };
  }

  /** Equal for two ways of writing one name: through links to its directory, and on Windows in another case. */
  private async keyOf(final: string): Promise<string> {
    const directory = this.files.directoryOf(final);
    const name = final.slice(directory.length);
    const identity = (await this.files.stat(directory))?.identity ?? directory;
    return `${identity} ${isWindowsPath(final) ? name.toLowerCase() : name}`;
  }

  /** Windows gives no name away of a file that is read-only or open elsewhere: better known before the commit than after it, when the others have theirs. */
  private async irreplaceable(final: string): Promise<string | undefined> {
    if (!isWindowsPath(final) || (await this.files.stat(final)) === undefined) return undefined;
    try {
      await (await this.files.open(final, 'modify')).close();
      return undefined;
    } catch (error) {
      return `cannot be replaced, it is read-only or in use (${errorCode(error) ?? asError(error).message})`;
    }
  }

  private async write(partial: string, from: FileReplacement['from'], field: string, signal: AbortSignal): Promise<void> {
    const file = await this.files.open(partial, 'create');
    try {
      const chunks = (typeof from === 'string' ? this.read(from) : from instanceof Uint8Array ? once(from) : from)[Symbol.asyncIterator]();
      let position = 0;
      try {
        for (let next = await unlessAborted(signal, chunks.next()); next.done !== true; next = await unlessAborted(signal, chunks.next())) {
          checkBytes(field, next.value);
          await file.write(next.value, position);
          position += next.value.byteLength;
        }
      } catch (error) {
        // A source that stalls does not answer this either: nobody waits for it.
        Promise.resolve(chunks.return?.()).catch(() => undefined);
        throw error;
      }
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

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Starts the resource manager, which recovers, replaces the files, and stops it.
 * @throws as FileResourceManager.start and replace
 */
export async function replaceFiles(options: ReplaceFilesOptions): Promise<ReplaceResult> {
  checkKnownFields('options', options, [...optionNames, 'files', 'timeoutMs']);
  const { files, timeoutMs, ...start } = options;
  checkReplacements(files);
  checkTimeout('timeoutMs', timeoutMs ?? 0);
  const { signal } = options;
  const manager = await FileResourceManager.start(start);
  try {
    return await manager.replace(files, { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  } finally {
    await manager.stop();
  }
}
