/**
 * BACKUP DATABASE ... WITH SNAPSHOT: SQL Server freezes the databases, the caller takes a snapshot of their volumes, SQL Server thaws them
 * (facts/vdi.md 2.8). Several databases are frozen together, master last; whatever goes wrong, all are thawed.
 */
import { AbortError, ArgumentError, StateError, TimeoutError, VDFeatures, checkInteger, checkKnownFields, checkObject, resolveBackend } from '../binding';
import type { Clock } from '../binding';
import { prepareBackup } from './backup';
import type { BackupOutputOptions, BackupResult, PreparedBackup } from './backup';
import { checkDistinct } from './backup-targets';
import type { BackupDestination } from './backup-targets';
import type { SnapshotSteps } from './device-server';
import { TransferAbortError, TransferError, asError } from './errors';
import { backupStatement, checkDatabase } from './statement';
import type { BackupSqlOptions } from './statement';
import { checkTransferOptions, transferOptionNames } from './transfer-options';
import type { TransferOptions } from './transfer-options';
import type { TransferTimeouts } from './transfer';

export interface SnapshotDatabase {
  readonly database: string;
  /** Where the stream goes that belongs to the snapshot: headers and metadata, without the database's pages. */
  readonly to: BackupDestination;
  readonly options?: Omit<BackupSqlOptions, 'after' | 'noTruncate'>;
}

export interface SnapshotContext {
  readonly databases: readonly string[];
  /** Fires when the databases will be thawed without waiting any longer: the snapshot is then worthless. */
  readonly signal: AbortSignal;
}

export interface SnapshotTimeouts extends TransferTimeouts {
  /** Milliseconds from the first freeze on; then the snapshot is refused and everything thawed. Default 10,000, as Microsoft recommends. */
  readonly frozenMs?: number;
}

type CommonOptions = Omit<TransferOptions, 'timeouts' | 'onProgress'> & Pick<BackupOutputOptions, 'overwrite' | 'compress' | 'sha256'>;

export interface SnapshotBackupOptions extends CommonOptions {
  /** Each database takes a connection and, in SQL Server, three worker threads: only a few together. */
  readonly databases: readonly SnapshotDatabase[];
  /** Called once, while all are frozen. Its rejection refuses the snapshot (ERROR_OPERATION_ABORTED) and thaws. */
  readonly snapshot: (context: SnapshotContext) => Promise<void>;
  readonly timeouts?: SnapshotTimeouts;
}

export interface DatabaseSnapshot extends BackupResult {
  readonly database: string;
}

export interface SnapshotBackupResult {
  readonly simulated: boolean;
  readonly databases: readonly DatabaseSnapshot[];
  /** From the first freeze to the thaw. */
  readonly frozenMs: number;
}

/** A snapshot backup that failed; `cause` is what went wrong first. */
export class SnapshotBackupError extends TransferError {
  override readonly name = 'SnapshotBackupError';
  /** Whose failure came first. */
  readonly database: string;
  /**
   * Databases whose own backup SQL Server reported as successful all the same: their files are kept, because later differentials may build
   * on them.
   */
  readonly completed: readonly DatabaseSnapshot[];

  constructor(database: string, first: TransferError, completed: readonly DatabaseSnapshot[], leftover: readonly string[]) {
    super(`snapshot BACKUP of ${database}`, first, leftover);
    this.database = database;
    this.completed = completed;
  }
}

/** A snapshot backup that the caller cancelled. */
export class SnapshotAbortError extends TransferAbortError {
  /** As in SnapshotBackupError. */
  readonly completed: readonly DatabaseSnapshot[];

  constructor(first: TransferAbortError, completed: readonly DatabaseSnapshot[], leftover: readonly string[]) {
    super('the snapshot BACKUP', first, first.cause, leftover);
    this.completed = completed;
  }
}

const FROZEN_MS = 10_000;
const MASTER = 'master';

/** Where the databases wait for each other: all prepared, all frozen, snapshot taken, all thawed. */
class Freeze {
  readonly signal: AbortSignal;
  private readonly abandoned = new AbortController();
  private readonly prepared = new Set<string>();
  private readonly frozen = new Set<string>();
  private failure: { readonly error: Error } | undefined;
  private readonly waiting: { readonly ready: () => boolean; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  private taken: Promise<void> | undefined;
  private frozenAt: number | undefined;
  private thawedAt: number | undefined;
  private stopTimer: () => void = () => undefined;

  constructor(
    private readonly databases: readonly string[],
    private readonly clock: Clock,
    private readonly frozenMs: number,
    private readonly take: (signal: AbortSignal) => Promise<void>,
  ) {
    this.signal = this.abandoned.signal;
  }

  get duration(): number {
    return this.frozenAt === undefined ? 0 : (this.thawedAt ?? this.clock.monotonic()) - this.frozenAt;
  }

  steps(database: string): SnapshotSteps {
    return { prepareToFreeze: () => this.prepareToFreeze(database), snapshot: () => this.snapshot(database) };
  }

  passed(database: string): boolean {
    return this.frozen.has(database);
  }

  /** Nobody waits any longer; who comes later is refused. */
  fail(error: Error): void {
    if (this.failure !== undefined || this.thawedAt !== undefined) return;
    this.failure = { error };
    this.stopTimer();
    this.abandoned.abort(error);
    this.wake();
  }

  /** Completing it freezes the database. */
  private async prepareToFreeze(database: string): Promise<void> {
    this.prepared.add(database);
    this.wake();
    // master last: once the others have come as far as their Snapshot command, they are frozen.
    const others = this.databases.filter((name) => name !== database);
    const mayFreeze = (): boolean => database.toLowerCase() !== MASTER || others.every((name) => this.frozen.has(name));
    await this.until(() => this.prepared.size === this.databases.length && mayFreeze());
    if (this.frozenAt !== undefined) return;
    this.frozenAt = this.clock.monotonic();
    this.stopTimer = this.clock.after(this.frozenMs, () => {
      this.fail(new TimeoutError(`the databases were frozen for ${String(this.frozenMs)} ms`));
    });
  }

  /** Completing it thaws the database. */
  private async snapshot(database: string): Promise<void> {
    this.frozen.add(database);
    this.wake();
    await this.until(() => this.frozen.size === this.databases.length);
    this.taken ??= this.take(this.signal).then(
      () => {
        if (this.failure === undefined) this.thaw();
      },
      (error: unknown) => this.fail(asError(error)),
    );
    void this.taken.then(() => this.wake());
    await this.until(() => this.thawedAt !== undefined);
  }

  private thaw(): void {
    this.thawedAt = this.clock.monotonic();
    this.stopTimer();
  }

  private until(ready: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ready, resolve, reject });
      this.wake();
    });
  }

  private wake(): void {
    const { failure } = this;
    for (const waiter of this.waiting.splice(0)) {
      if (failure !== undefined) waiter.reject(failure.error);
      else if (waiter.ready()) waiter.resolve();
      else this.waiting.push(waiter);
    }
  }
}

const optionNames = [...transferOptionNames.filter((name) => name !== 'onProgress'), 'databases', 'snapshot', 'overwrite', 'compress', 'sha256'];

/**
 * Backs databases up by a snapshot of the caller's. Each has one pipe-like device and a connection of its own.
 * @throws ArgumentError before anything is started; SnapshotBackupError; AbortError (SnapshotAbortError) after cancellation
 */
export async function snapshotBackup(options: SnapshotBackupOptions): Promise<SnapshotBackupResult> {
  checkKnownFields('options', options, optionNames);
  const { databases, snapshot, timeouts = {}, ...common } = options;
  checkObject('timeouts', timeouts);
  const given: unknown = databases;
  if (!Array.isArray(given)) throw new ArgumentError('databases', 'must be a list');
  checkInteger('databases.length', databases.length, 1, 64);
  if (typeof snapshot !== 'function') throw new ArgumentError('snapshot', 'must be a function');
  const { frozenMs = FROZEN_MS, ...transferTimeouts } = timeouts;
  checkInteger('timeouts.frozenMs', frozenMs, 1, 0xffffffff);
  checkTransferOptions({ ...common, timeouts: transferTimeouts });
  if (databases.length > 1 && !('connect' in options.sql)) {
    throw new ArgumentError('sql', 'must be a SqlServer: each database needs a connection of its own');
  }
  const names = databases.map((each, index) => {
    checkKnownFields(`databases[${String(index)}]`, each, ['database', 'to', 'options']);
    checkDatabase(`databases[${String(index)}].database`, each.database);
    return each.database;
  });
  if (new Set(names).size !== names.length) throw new ArgumentError('databases', 'names a database twice');
  // Every statement is checked before the first database is touched.
  const statements = databases.map(({ database, options: sql = {} }) => backupStatement(database, 'full', sql, ['SNAPSHOT']));

  const backend = await resolveBackend(options.backend);
  const host = options.host ?? backend.host;
  const freeze = new Freeze(names, host.clock, frozenMs, async (signal) => {
    await snapshot({ databases: names, signal });
  });
  const onAbort = (): void => freeze.fail(new AbortError(options.signal?.reason));
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const backups: { readonly database: string; readonly prepared: PreparedBackup }[] = [];
  try {
    await checkDistinct(host, 'databases', databases.map(({ to }) => to));
    for (const [index, { database, to }] of databases.entries()) {
      const statement = statements[index];
      if (statement === undefined) continue;
      // VDC_Complete is not asked for: nothing says that it comes in a snapshot backup, whose last command is VDC_Snapshot (facts/vdi.md 2.8).
      // The metadata is durable before that is answered, so that refusing it does what refusing VDC_Complete would.
      const features = VDFeatures.LikePipe | VDFeatures.SnapshotPrepare;
      const plan = { what: `snapshot BACKUP of ${database}`, statement, features, steps: freeze.steps(database) };
      backups.push({ database, prepared: await prepareBackup({ ...common, backend, host, to, timeouts: transferTimeouts }, plan, `databases[${String(index)}].to`) });
    }
  } catch (error) {
    options.signal?.removeEventListener('abort', onAbort);
    for (const { prepared } of backups) await prepared.discard();
    throw error;
  }

  const completed: DatabaseSnapshot[] = [];
  const failures: { readonly database: string; readonly error: unknown }[] = [];
  await Promise.all(
    backups.map(async ({ database, prepared }) => {
      try {
        const result = await prepared.run();
        if (!freeze.passed(database)) freeze.fail(new StateError('ERR_NO_SNAPSHOT', `SQL Server never asked for the snapshot of ${database}`));
        completed.push({ database, ...result });
      } catch (error) {
        failures.push({ database, error });
        // One that has failed can no longer take part: the others must not stay frozen for it.
        freeze.fail(asError(error));
      }
    }),
  );
  options.signal?.removeEventListener('abort', onAbort);

  const [first] = failures;
  if (first === undefined) {
    const inOrder = names.flatMap((name) => completed.filter(({ database }) => database === name));
    return { simulated: backend.kind === 'simulated', databases: inOrder, frozenMs: freeze.duration };
  }
  const leftover = failures.flatMap(({ error }) => (error instanceof TransferError || error instanceof TransferAbortError ? error.leftover : []));
  const { database, error } = first;
  if (error instanceof TransferError) throw new SnapshotBackupError(database, error, completed, leftover);
  throw error instanceof TransferAbortError ? new SnapshotAbortError(error, completed, leftover) : error;
}
