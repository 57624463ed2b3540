/**
 * The transaction monitor, after TMF: one transaction holds everything that a job touches; it commits or is backed out, whoever fails, and the
 * next start knows what to do (seed 002; facts/ktm-tmf-mts.md 5).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ArgumentError, checkInteger, checkKnownFields, checkString, resolveBackend } from '../binding';
import type { Backend, Host, SqlServer } from '../binding';
import { FailFastError } from '../binding/fail-fast';
import { realHost } from '../binding/real-host';
import { asError } from '../binding/waiting';
import { abortCause } from './abort-causes';
import type { AbortCauseName } from './abort-causes';
import type { LogClaim } from '../log';
import { claimDirectory } from './directory-lock';
import { MonitorError } from './errors';
import { publisher } from './events';
import type { MonitorEvent } from './events';
import { FE, FileSystemError } from './file-system-errors';
import { LockTable } from './locks';
import type { HeldLock } from './locks';
import { isOn } from './lost-disk';
import { OperatorServer } from './operator-server';
import type { Ending, Participant, Recoverer } from './participant';
import { readyMadeRecoverers } from './participants';
import { RecoveryLog } from './recovery-log';
import type { LogRecord, LoggedTransaction } from './recovery-log';
import { ServerProcess } from './server-process';
import type { ServerOptions } from './server-process';
import { RequesterProcess } from './requester-process';
import { SnapshotGuard } from './snapshot-guard';
import { Transaction } from './transaction';
import type { BeginOptions, ParticipantFailure, TransactionOwner } from './transaction';
import { TransactionFile } from './transaction-file';
import { statusOf } from './transaction-states';
import type { TransactionState } from './transaction-states';

export interface TransactionMonitorOptions {
  /** Its log and its lock; made when it is not there. One monitor at a time. */
  readonly directory: string;
  /** Time, files, processes. Default: the backend's, or else the real one. */
  readonly host?: Host;
  /** Windows, for the ready-made participants and their recovery. Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
  /** What ends the work of your own participants after a crash, by `kind`; the ready-made ones are known without. */
  readonly recoverers?: Readonly<Record<string, Recoverer>>;
  /** The SQL Server of an instance (null: the default instance); needed to complete restores that were committed before a crash. */
  readonly sql?: (instance: string | null) => SqlServer;
  /** Milliseconds that a transaction may live unless it says less, or Infinity; default two hours, 0 off (facts/ktm-tmf-mts.md 5.4). */
  readonly autoAbortMs?: number;
  /** Milliseconds to wait for a lock, and for kernel transactions and snapshot sets to be out of each other's way; default 60,000. */
  readonly lockTimeoutMs?: number;
  /** Milliseconds for one prepare, commit or backout of a participant before it counts as failed; default 600,000. */
  readonly participantTimeoutMs?: number;
  /** Milliseconds between attempts; default 1000. */
  readonly retryMs?: number;
  /** Bytes of the recovery log: above 90 % new transactions are refused (86), and one that keeps more than 45 % from being forgotten is aborted (93). Default 64 MiB. */
  readonly logThreshold?: number;
  /** Active transactions at most (83); default 10,000. */
  readonly maxTransactions?: number;
  /** All that are not over, those that are backed out or hang among them (98); default 20,000. */
  readonly maxControlBlocks?: number;
  /** Whether operators can reach it (`winbackup status`, `abort`, `resolve`). Default: with the real Host only. */
  readonly operator?: boolean;
}

const optionNames = [
  'directory', 'host', 'backend', 'recoverers', 'sql', 'autoAbortMs', 'lockTimeoutMs', 'participantTimeoutMs', 'retryMs', 'logThreshold', 'maxTransactions', 'maxControlBlocks', 'operator',
];
const TWO_HOURS_MS = 2 * 60 * 60 * 1000;
const LONGEST_MS = 0x7fffffff * 1000;
const DEFAULTS = {
  autoAbortMs: TWO_HOURS_MS, lockTimeoutMs: 60_000, participantTimeoutMs: 600_000, retryMs: 1000, logThreshold: 64 * 1024 * 1024, maxTransactions: 10_000, maxControlBlocks: 20_000,
};
/** How many that are over are remembered for statusTransaction. */
const REMEMBERED = 1000;
/** Parts of the log's threshold (facts/ktm-tmf-mts.md 5.2). */
const PINNED = 0.45;
const FULL = 0.9;
const COMPACT = 0.5;

export interface TransactionStatus {
  /** 0, or 75 when there is no such transaction. */
  readonly error: number;
  /** The number of STATUSTRANSACTION, 1 to 6. */
  readonly status: number | undefined;
  /** For operators: also ENDING. */
  readonly state: TransactionState | undefined;
  readonly cause: Transaction['cause'];
}

/** One transaction, as an operator sees it: plain data. */
export interface TransactionReport {
  readonly id: string;
  readonly tag: string | undefined;
  readonly state: TransactionState;
  /** Milliseconds since 1970; of a recovered one, the start that found it. Undefined: nobody has begun to recover it. */
  readonly beganAt: number | undefined;
  readonly participants: readonly string[];
  readonly cause: string | undefined;
  readonly reason: string | undefined;
  readonly code: number | undefined;
  readonly failures: readonly { readonly participant: string; readonly message: string }[];
}

export interface MonitorReport {
  /** Windows is simulated; undefined: the monitor was given no backend. */
  readonly simulated: boolean | undefined;
  readonly directory: string;
  readonly pid: number;
  readonly beginEnabled: boolean;
  readonly logBytes: number;
  readonly transactions: readonly TransactionReport[];
  readonly locks: readonly HeldLock[];
}

/** What recover found and did. */
export interface RecoveryReport {
  /** All that were found. */
  readonly transactions: readonly string[];
  /** Committed before the crash; now carried out. */
  readonly committed: readonly string[];
  readonly backedOut: readonly string[];
  /** HUNG: their locks stay, and everything else goes on. */
  readonly setAside: readonly { readonly id: string; readonly failures: readonly ParticipantFailure[] }[];
}

/** What the calls that run in one requester share: its current transaction. */
interface Requester {
  transaction: Transaction | undefined;
}

/** A transaction, or its id. */
export type TransactionReference = Transaction | string;

export class TransactionMonitor {
  private readonly requester = new AsyncLocalStorage<Requester>();
  private readonly live = new Map<string, Transaction>();
  private readonly past = new Map<string, Transaction>();
  /** Found in the log, and not yet begun to be resolved. */
  private found: readonly { readonly transaction: Transaction; readonly logged: LoggedTransaction }[] = [];
  private readonly lockTable: LockTable;
  private readonly owner: TransactionOwner;
  private readonly servers = new Set<ServerProcess | RequesterProcess>();
  private readonly lostVolumes = new Map<string, FileSystemError>();
  private readonly publish: (event: MonitorEvent) => void;
  private operatorServer: OperatorServer | undefined;
  private beginDisabled = false;
  private logFailure: Error | undefined;
  /** What a check of the monitor's own has found, where the process did not die of it. */
  private poisoned: Error | undefined;
  private compacting: Promise<void> | undefined;
  private compactedBytes = 0;
  private closing: Promise<void> | undefined;
  private recovering: Promise<RecoveryReport> | undefined;
  private readonly guard: SnapshotGuard;

  private constructor(
    readonly host: Host,
    readonly directory: string,
    private readonly options: Required<Pick<TransactionMonitorOptions, keyof typeof DEFAULTS>> & Pick<TransactionMonitorOptions, 'recoverers' | 'backend' | 'sql'>,
    private readonly lock: LogClaim,
    private readonly log: RecoveryLog,
  ) {
    this.publish = publisher(host.clock);
    this.lockTable = new LockTable(host.clock, this.publish);
    const { lockTimeoutMs, participantTimeoutMs, retryMs } = options;
    this.guard = new SnapshotGuard(host.clock, lockTimeoutMs);
    this.owner = {
      host, lockTimeoutMs, participantTimeoutMs, retryMs, locks: this.lockTable, publish: this.publish,
      append: (record) => this.append(record),
      knows: (kind) => this.recovererOf(kind) !== undefined,
      isPoisoned: () => this.poisoned !== undefined,
      poison: (error) => (this.poisoned ??= error),
      volumeFailure: (place) => [...this.lostVolumes].find(([volume]) => isOn(place, volume))?.[1],
      over: (transaction) => this.over(transaction),
    };
  }

  /**
   * Opens the monitor of a directory. Whatever it was doing when it last ended holds its locks until `recover` has resolved it.
   * @throws ArgumentError; MonitorError when another one has the directory, or its log is of another machine or version; LogError
   */
  static async open(options: TransactionMonitorOptions): Promise<TransactionMonitor> {
    checkKnownFields('options', options, optionNames);
    const { backend, sql, host = backend?.host ?? realHost, recoverers = {}, operator = host.processes === realHost.processes } = options;
    checkString('directory', options.directory);
    if (options.directory === '') throw new ArgumentError('directory', 'must not be empty');
    if (typeof operator !== 'boolean') throw new ArgumentError('operator', 'must be true or false');
    const checked = Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => {
      const given = options[name as keyof typeof DEFAULTS] ?? value;
      checkInteger(name, given, name.startsWith('max') || name === 'logThreshold' ? 1 : 0, LONGEST_MS);
      return [name, given];
    })) as typeof DEFAULTS;
    for (const [kind, recoverer] of Object.entries(recoverers)) {
      if (typeof recoverer !== 'function') throw new ArgumentError(`recoverers.${kind}`, 'must be a function');
      if (Object.hasOwn(readyMadeRecoverers, kind)) throw new ArgumentError(`recoverers.${kind}`, 'is the kind of a ready-made participant');
    }
    if (sql !== undefined && typeof sql !== 'function') throw new ArgumentError('sql', 'must be a function of the instance');
    const directory = host.files.resolve(options.directory);
    const existing = await host.files.stat(directory);
    if (existing !== undefined && !existing.isDirectory) throw new ArgumentError('directory', `is not a directory: ${directory}`);
    if (existing === undefined) {
      await host.files.makeDirectory(directory);
      await host.files.syncDirectory(host.files.directoryOf(directory));
    }
    const operatorServer = operator ? await OperatorServer.listen() : undefined;
    let lock: LogClaim | undefined;
    try {
      lock = await claimDirectory(host, directory, operatorServer?.path ?? null);
      const monitor = new TransactionMonitor(host, directory, { ...checked, recoverers, ...(backend === undefined ? {} : { backend }), ...(sql === undefined ? {} : { sql }) }, lock, await RecoveryLog.open(host, directory));
      await monitor.restore();
      monitor.operatorServer = operatorServer;
      operatorServer?.serve(monitor);
      return monitor;
    } catch (error) {
      await operatorServer?.close();
      await lock?.release();
      throw error;
    }
  }

  // --- The calls of a requester ---

  /**
   * BEGINTRANSACTION: the new transaction is the current one of whoever called and of all that it calls. It ends by endTransaction or
   * abortTransaction, which the initiator owes even if somebody else aborts it.
   * @throws FileSystemError 82, 83, 86, 98, 590
   */
  beginTransaction(options: BeginOptions = {}): Transaction {
    const refused = this.refuseBegin(options);
    if (refused !== undefined) {
      this.called('beginTransaction', undefined, refused.number);
      throw refused;
    }
    const { timeoutMs = 0, tag } = options;
    const { autoAbortMs } = this.options;
    const transaction = new Transaction(this.owner, this.host.random.uuid(), tag);
    this.live.set(transaction.id, transaction);
    const most = autoAbortMs === 0 ? Infinity : autoAbortMs;
    transaction.limit(timeoutMs === 0 ? most : timeoutMs === Infinity ? Infinity : Math.min(timeoutMs, most));
    this.setCurrent(transaction);
    this.called('beginTransaction', transaction, 0);
    return transaction;
  }

  private refuseBegin(options: BeginOptions): FileSystemError | undefined {
    checkKnownFields('options', options, ['timeoutMs', 'tag']);
    const { timeoutMs = 0, tag } = options;
    if (tag !== undefined) checkString('tag', tag);
    if (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs) || timeoutMs < 0 || (timeoutMs !== Infinity && timeoutMs > LONGEST_MS)) {
      return new FileSystemError(FE.FE_PARAMETER_VALUE, `timeoutMs ${String(timeoutMs)}`);
    }
    const failure = this.poisoned ?? this.logFailure;
    if (this.closing !== undefined || failure !== undefined) return new FileSystemError(FE.FE_NOT_RUNNING, undefined, { cause: failure });
    if (this.beginDisabled || this.log.byteLength > FULL * this.options.logThreshold) return new FileSystemError(FE.FE_BEGIN_DISABLED);
    if (this.live.size >= this.options.maxControlBlocks) return new FileSystemError(FE.FE_TABLE_FULL);
    const active = [...this.live.values()].filter(({ state }) => state === 'ACTIVE').length;
    return active >= this.options.maxTransactions ? new FileSystemError(FE.FE_TOO_MANY_TRANSACTIONS) : undefined;
  }

  /** The transaction that calls without an argument use. */
  get currentTransaction(): Transaction | undefined {
    return this.requester.getStore()?.transaction;
  }

  /**
   * ENDTRANSACTION, by the initiator: resolves with 0 once the decision to commit is durable, and does not wait for the participants to carry it
   * out (`transaction.finished` does). Else with 75, 76, 78, 81 (requests are outstanding), 82, 91, or the number of the cause for which it was aborted.
   */
  async endTransaction(reference?: TransactionReference): Promise<number> {
    const transaction = this.find(reference);
    const result = await this.end(transaction, reference);
    this.called('endTransaction', transaction, result);
    return result;
  }

  private async end(transaction: Transaction | undefined, reference: TransactionReference | undefined): Promise<number> {
    if (this.poisoned !== undefined) return FE.FE_NOT_RUNNING;
    if (transaction === undefined) return reference === undefined ? FE.FE_NO_CURRENT_TRANSACTION : FE.FE_OBSOLETE;
    if (!transaction.owed) return this.past.has(transaction.id) ? FE.FE_OBSOLETE : FE.FE_ENDING;
    if (transaction.state !== 'ACTIVE') {
      this.matched(transaction);
      return transaction.cause?.code ?? FE.FE_OBSOLETE;
    }
    if (this.closing !== undefined) return FE.FE_NOT_RUNNING;
    if (transaction.outstanding > 0) return FE.FE_OUTSTANDING;
    this.matched(transaction);
    return transaction.commit();
  }

  /**
   * ABORTTRANSACTION, by any participant; returns at once, and backout goes on behind it: 0 the abort has begun; 75 there is no such transaction;
   * 76 it is already ending or aborting (seed 002). For the initiator it counts as the end that it owes.
   */
  abortTransaction(reference?: TransactionReference): number {
    const transaction = this.find(reference);
    const result = this.abort(transaction);
    this.called('abortTransaction', transaction, result);
    return result;
  }

  private abort(transaction: Transaction | undefined): number {
    if (this.poisoned !== undefined) return FE.FE_NOT_RUNNING;
    if (transaction === undefined || (this.past.has(transaction.id) && !transaction.owed)) return FE.FE_NO_CURRENT_TRANSACTION;
    // Its end has been called: it can only be decided by its participants now (T6).
    const ending = !transaction.owed;
    this.matched(transaction);
    return !ending && transaction.abort('requested') ? FE.FE_OK : FE.FE_ENDING;
  }

  /**
   * RESUMETRANSACTION: makes it the current one, even when the answer is an error: 0; 76; 78 when it is over, and nothing is owed; 90 to 97 when it
   * was aborted, and its end is still owed. Without an argument there is no current one afterwards.
   */
  resumeTransaction(reference?: TransactionReference): number {
    const transaction = reference === undefined ? undefined : this.find(reference);
    const result = this.resume(transaction, reference);
    if (result !== FE.FE_OBSOLETE || transaction !== undefined) this.setCurrent(transaction);
    this.called('resumeTransaction', transaction, result);
    return result;
  }

  private resume(transaction: Transaction | undefined, reference: TransactionReference | undefined): number {
    if (reference === undefined) return FE.FE_OK;
    if (this.closing !== undefined || this.poisoned !== undefined) return FE.FE_NOT_RUNNING;
    if (transaction === undefined || (!transaction.owed && this.past.has(transaction.id))) return FE.FE_OBSOLETE;
    if (transaction.cause !== undefined) return transaction.owed ? transaction.cause.code : FE.FE_ENDING;
    return transaction.refusal()?.number ?? FE.FE_OK;
  }

  /** STATUSTRANSACTION. */
  statusTransaction(reference?: TransactionReference): TransactionStatus {
    const transaction = this.find(reference);
    if (transaction === undefined) return { error: FE.FE_NO_CURRENT_TRANSACTION, status: undefined, state: undefined, cause: undefined };
    return { error: FE.FE_OK, status: statusOf(transaction.state), state: transaction.state, cause: transaction.cause };
  }

  /** Runs `work` with that current transaction, whatever the caller's own is. */
  run<T>(transaction: Transaction | undefined, work: () => T): T {
    return this.requester.run({ transaction }, work);
  }

  /** The transaction file (TFILE): closing it aborts what was begun through it and has not ended (T17). */
  openTransactionFile(): TransactionFile {
    return new TransactionFile(this);
  }

  // --- Servers and requesters as processes ---

  /** Starts a server, in a process or a worker: a Node module that calls `serveRequests`. @throws ArgumentError; FileSystemError 82 */
  startServer(options: ServerOptions): ServerProcess {
    if (this.closing !== undefined) throw new FileSystemError(FE.FE_NOT_RUNNING);
    const server = new ServerProcess(this, options);
    this.servers.add(server);
    return server;
  }

  /** Starts a requester, in a process or a worker: a Node module that calls `connectRequester`; its transactions are aborted when it fails (T9). */
  startRequester(options: ServerOptions): RequesterProcess {
    if (this.closing !== undefined) throw new FileSystemError(FE.FE_NOT_RUNNING);
    const requester = new RequesterProcess(this, options);
    this.servers.add(requester);
    return requester;
  }

  /** @internal */
  processGone(process: ServerProcess | RequesterProcess): void {
    this.servers.delete(process);
  }

  /** A unilateral abort: somebody found its cause. Returns whether the transaction could still be aborted. */
  abortUnilaterally(reference: TransactionReference, cause: AbortCauseName, detail?: string): boolean {
    return this.find(reference)?.abort(cause, detail) ?? false;
  }

  // --- Volumes, the log, operators ---

  /**
   * A volume (`D:\`), or a directory with all below it, is lost: transactions with a participant there are aborted with 95, and new work on it is
   * refused with 85 until `enableVolume` is called with the same name.
   */
  volumeLost(volume: string, error?: Error): void {
    this.lostVolumes.set(volume, new FileSystemError(FE.FE_VOLUME_NOT_ENABLED, volume, { cause: error }));
    for (const transaction of this.live.values()) if (transaction.uses(volume)) transaction.abort('diskFailed', volume);
  }

  enableVolume(volume: string): void {
    this.lostVolumes.delete(volume);
  }

  disableBegin(): void {
    this.beginDisabled = true;
  }

  enableBegin(): void {
    this.beginDisabled = false;
  }

  /** Those that are not over. */
  get transactions(): readonly Transaction[] {
    return [...this.live.values()];
  }

  /** Every lock that is held, and who waits for it. */
  get locks(): readonly HeldLock[] {
    return this.lockTable.all;
  }

  /** What runs, and who waits for whom; plain data. */
  report(): MonitorReport {
    return {
      simulated: this.options.backend === undefined ? undefined : this.options.backend.kind === 'simulated',
      directory: this.directory, pid: this.host.processes.pid, beginEnabled: !this.beginDisabled, logBytes: this.log.byteLength, locks: this.lockTable.all,
      transactions: [...this.live.values()].map((transaction) => {
        const { id, tag, state, beganAt, participants, cause, failures } = transaction;
        return {
          id, tag, state, beganAt, participants, cause: cause?.name, reason: cause?.reason, code: cause?.code,
          failures: failures.map(({ participant, error }) => ({ participant, message: error.message })),
        };
      }),
    };
  }

  /** ABORT TRANSACTION of an operator (T20): 0, 75 or 76. One that hangs tries once more. */
  operatorAbort(id: string): number {
    const transaction = this.live.get(id);
    let result: number = this.poisoned === undefined ? FE.FE_NO_CURRENT_TRANSACTION : FE.FE_NOT_RUNNING;
    if (transaction !== undefined && this.poisoned === undefined) result = transaction.retry() || (!this.isEnding(transaction) && transaction.abort('operator')) ? FE.FE_OK : FE.FE_ENDING;
    this.called('operatorAbort', transaction, result);
    return result;
  }

  /**
   * RESOLVE TRANSACTION: sets one that hangs aside; its locks go, and what is left of it is the operator's.
   * @throws MonitorError ERR_TRANSACTION_UNKNOWN; FileSystemError 76 when it does not hang
   */
  async resolveTransaction(id: string, as: 'committed' | 'aborted'): Promise<void> {
    if (as !== 'committed' && as !== 'aborted') throw new ArgumentError('as', `must be committed or aborted, not ${String(as)}`);
    const transaction = this.live.get(id);
    if (transaction === undefined) throw new MonitorError('ERR_TRANSACTION_UNKNOWN', `there is no transaction ${id}`);
    if (this.poisoned !== undefined) throw new FileSystemError(FE.FE_NOT_RUNNING, undefined, { cause: this.poisoned });
    if (transaction.state !== 'HUNG') throw new FileSystemError(FE.FE_ENDING, `${id} is ${transaction.state}: only one that hangs can be resolved`);
    await transaction.resolve(as);
    this.called('resolveTransaction', transaction, 0);
  }

  // --- Recovery ---

  /**
   * Resolves what the last run left: committed transactions are carried out, all others backed out. One that cannot be is set aside (HUNG) and
   * reported. A second call finds nothing to do. Never rejects for what a transaction does.
   */
  recover(): Promise<RecoveryReport> {
    const found = this.found;
    this.found = [];
    const after = this.recovering?.catch(() => undefined) ?? Promise.resolve();
    this.recovering = after.then(() => this.recoverAll(found));
    return this.recovering;
  }

  private async recoverAll(found: readonly { readonly transaction: Transaction; readonly logged: LoggedTransaction }[]): Promise<RecoveryReport> {
    const ends = await Promise.all(found.map(async ({ transaction, logged }) => {
      const participants = logged.participants.map((participant) => this.recovered(transaction.id, participant));
      transaction.recoverParticipants(participants);
      transaction.carryOut();
      return { id: transaction.id, ...(await transaction.finished) };
    }));
    if (found.length > 0) await this.compact();
    return {
      transactions: ends.map(({ id }) => id),
      committed: ends.filter(({ state }) => state === 'COMMITTED').map(({ id }) => id),
      backedOut: ends.filter(({ state }) => state === 'ABORTED').map(({ id }) => id),
      setAside: ends.filter(({ state }) => state === 'HUNG').map(({ id, failures }) => ({ id, failures })),
    };
  }

  private recovererOf(kind: string): Recoverer | undefined {
    const { recoverers = {} } = this.options;
    if (Object.hasOwn(readyMadeRecoverers, kind)) return readyMadeRecoverers[kind];
    return Object.hasOwn(recoverers, kind) ? recoverers[kind] : undefined;
  }

  private recovered(transaction: string, { name, kind, record, resources }: LoggedTransaction['participants'][number]): Participant {
    let rebuilt: Ending | undefined;
    const rebuild = async (): Promise<Ending | undefined> => {
      if (kind === null) return undefined;
      const recoverer = this.recovererOf(kind);
      if (recoverer === undefined) throw new ArgumentError(`recoverers.${kind}`, `is missing: ${name} needs it to recover`);
      return (rebuilt ??= await recoverer(record, { transaction, participant: name, monitor: this }));
    };
    return {
      name, resources,
      prepare: () => Promise.resolve(),
      commit: async () => (await rebuild())?.commit(),
      backout: async () => (await rebuild())?.backout(),
      letGo: async () => rebuilt?.letGo?.(),
    };
  }

  /** Ends the monitor: active transactions are aborted, what is under way comes to its end, and the directory is free. What hangs stays in the log. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async shutDown(): Promise<void> {
    await Promise.resolve();
    for (const transaction of this.live.values()) transaction.abort('requesterFailed', 'the monitor was closed');
    // Poisoned, nothing of it ever comes to its end: the next start recovers.
    if (this.poisoned === undefined) await this.brought();
    for (const process of this.servers) await process.close();
    await this.operatorServer?.close();
    await this.compacting;
    await this.log.close().catch(() => undefined);
    // Node hands every enabled storage on to every promise: one of each monitor that there ever was would slow down the whole process.
    this.requester.disable();
    await this.lock.release();
  }

  /** Whatever is under way has come to its end; what hangs lets go. */
  private async brought(): Promise<void> {
    await this.recovering?.catch(() => undefined);
    const found = new Set(this.found.map(({ transaction }) => transaction));
    await Promise.all([...this.live.values()].filter((transaction) => !found.has(transaction)).map((transaction) => transaction.idle()));
    // What hangs.
    await Promise.all([...this.live.values()].map((transaction) => transaction.letGo()));
  }

  // --- What participants need ---

  /** Windows, as it was given or by default. */
  backend(): Promise<Backend> {
    return resolveBackend(this.options.backend);
  }

  /** @throws ArgumentError when the monitor was not given any */
  sqlOf(instance: string | null): SqlServer {
    const { sql } = this.options;
    if (sql === undefined) throw new ArgumentError('sql', 'is missing: the commit of a restore needs it');
    return sql(instance);
  }

  /** Runs DoSnapshotSet once no kernel transaction is prepared (facts/ktm-tmf-mts.md 2.6). @throws SnapshotGuardError when that lasts too long */
  async makeSnapshotSet<T>(make: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const leave = await this.guard.enter('snapshot set', signal);
    try {
      return await make();
    } finally {
      leave();
    }
  }

  /** Waits until no snapshot set is being made; a kernel transaction is prepared until the returned function is called. @throws SnapshotGuardError */
  prepareKernelTransaction(signal?: AbortSignal): Promise<() => void> {
    return this.guard.enter('kernel transaction', signal);
  }

  // --- Inside ---

  /** endTransaction or abortTransaction has been called. */
  private isEnding(transaction: Transaction): boolean {
    return !transaction.owed;
  }

  private matched(transaction: Transaction): void {
    transaction.owed = false;
    const requester = this.requester.getStore();
    if (requester?.transaction === transaction) requester.transaction = undefined;
  }

  private setCurrent(transaction: Transaction | undefined): void {
    this.requester.enterWith({ transaction });
  }

  /** @throws ArgumentError for a value that cannot be a transaction */
  private find(reference: TransactionReference | undefined): Transaction | undefined {
    if (reference === undefined) return this.currentTransaction;
    if (typeof reference === 'string') return this.live.get(reference) ?? this.past.get(reference);
    if (!(reference instanceof Transaction)) throw new ArgumentError('transaction', `must be a transaction or its id, not ${typeof reference === 'object' ? 'another object' : String(reference)}`);
    return this.live.get(reference.id) ?? this.past.get(reference.id);
  }

  private called(call: string, transaction: Transaction | undefined, result: number): void {
    this.publish({ type: 'call', call, transaction: transaction?.id, result });
  }

  private over(transaction: Transaction): void {
    this.live.delete(transaction.id);
    this.past.set(transaction.id, transaction);
    for (const [id, { owed }] of this.past) {
      if (this.past.size <= REMEMBERED) break;
      if (!owed) this.past.delete(id);
    }
  }

  /** What the log knows, as transactions with their locks. */
  private async restore(): Promise<void> {
    const found: { transaction: Transaction; logged: LoggedTransaction }[] = [];
    for (const logged of this.log.live.values()) {
      const { id, tag, committed, cause } = logged;
      // Presumed abort: no record says that it was committed (T9 with the monitor as the requester's processor).
      const why = committed ? undefined : abortCause(cause?.name ?? 'requesterFailed', cause?.detail ?? undefined);
      const transaction = Transaction.recovered(this.owner, id, tag ?? undefined, why);
      this.live.set(id, transaction);
      for (const { resources } of logged.participants) for (const resource of resources) await this.lockTable.acquire(resource, transaction, 0);
      found.push({ transaction, logged: structuredClone(logged) });
    }
    this.found = found;
  }

  private async append(record: LogRecord): Promise<void> {
    if (this.poisoned !== undefined) throw this.poisoned;
    try {
      await this.log.append(record);
    } catch (error) {
      if (error instanceof FailFastError) this.owner.poison(error);
      else this.logFailed(asError(error));
      throw error;
    }
    this.publish({ type: 'log', transaction: 'id' in record ? record.id : undefined, record: record.type });
    this.watchLog(record);
  }

  /** The log cannot be written any more: nothing can be committed until the next start. */
  private logFailed(error: Error): void {
    if (this.logFailure !== undefined) return;
    this.logFailure = error;
    const why = error.cause === undefined ? error.message : `${error.message}: ${asError(error.cause).message}`;
    for (const transaction of this.live.values()) transaction.abort('logFailed', why);
  }

  private watchLog(record: LogRecord): void {
    const { logThreshold } = this.options;
    if (record.type === 'enlisted') {
      const transaction = this.live.get(record.id);
      if (this.log.pinnedBy(record.id) > PINNED * logThreshold) transaction?.abort('logThreshold', `${String(this.log.pinnedBy(record.id))} bytes`);
    }
    if (this.log.byteLength > Math.max(COMPACT * logThreshold, 2 * this.compactedBytes)) void this.compact();
  }

  private compact(): Promise<void> {
    this.compacting ??= this.log.compact().then(() => void (this.compactedBytes = this.log.byteLength), (error: unknown) => this.logFailed(asError(error)))
      .finally(() => (this.compacting = undefined));
    return this.compacting;
  }
}
