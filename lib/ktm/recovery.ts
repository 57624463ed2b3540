/**
 * The start of a resource manager after whatever happened: every transaction that was under way comes to the end that KTM knows of (seed 004;
 * facts/ktm-tmf-mts.md 2.4). What cannot be brought to its end is reported and left as it is; it never holds up the others.
 */
import { ArgumentError, StateError, WIN32, checkGuid, checkKnownFields, checkTimeout, throwIfAborted } from '../binding';
import { INFINITE } from '../binding/codes';
import { KTM_ERROR } from '../binding/ktm-codes';
import { asError, settledWithin, unlessAborted } from '../binding/waiting';
import { reportFailure } from '../binding/windows-host';
import { claimResourceManager } from './claim';
import type { Claim } from './claim';
import type { Enlistment } from './enlistment';
import { failedWith } from './errors';
import type { Notification } from './notification';
import { ResourceManager } from './resource-manager';
import { TransactionManager } from './transaction-manager';
import type { CreateTransactionManagerOptions } from './transaction-manager';

/** What a resource manager keeps, durably, of each transaction that it has prepared. */
export interface PreparedTransaction {
  readonly enlistmentId: string;
  /** The transaction's id. */
  readonly unitOfWork: string;
}

export interface RecoveredTransaction<P extends PreparedTransaction> extends PreparedTransaction {
  /** The caller's own record. Absent when it has none: it has finished that transaction already, and only the acknowledgement was lost. */
  readonly prepared: P | undefined;
}

export interface UnresolvedTransaction extends PreparedTransaction {
  readonly error: Error;
}

export interface RecoverResourceManagerOptions<P extends PreparedTransaction> {
  /** One that is open, or what opens it; the log is made if it is not there. */
  readonly manager: TransactionManager | CreateTransactionManagerOptions;
  /** The persistent name of the resource manager, a GUID. */
  readonly id: string;
  /** Default: as the transaction manager. */
  readonly volatile?: boolean;
  readonly description?: string;
  /** What the caller's own log holds as prepared. */
  readonly prepared: Iterable<P>;
  /** Finishes the work; acknowledged with CommitComplete once it resolves. It may come a second time for the same transaction. */
  readonly onCommit: (transaction: RecoveredTransaction<P>) => Promise<void> | void;
  /** Undoes the work. For what KTM sends ROLLBACK for, and for what it does not know any more (presumed abort). */
  readonly onRollback: (transaction: RecoveredTransaction<P>) => Promise<void> | void;
  /** The outcome is not known yet: it stays prepared, and `onCommit` or `onRollback` follows whenever KTM knows. */
  readonly onInDoubt?: (transaction: RecoveredTransaction<P>) => Promise<void> | void;
  /** Of a superior's transaction: what it has decided; `undecided` leaves it for later. Without it such transactions are unresolved. */
  readonly onQuery?: (transaction: RecoveredTransaction<P>) => Promise<SuperiorDecision> | SuperiorDecision;
  /**
   * How long the start waits for handlers, in milliseconds; default a minute, Infinity is without end. One that has not ended by then is an
   * entry of `unresolved` (ERR_HANDLER_TIMEOUT), and the start goes on; it leaves that list when it ends after all.
   */
  readonly handlerTimeoutMs?: number;
  /** Gives up waiting. What was begun is taken up again at the next start. */
  readonly signal?: AbortSignal;
}

/** How long handlers are waited for, in milliseconds. */
export const HANDLER_TIMEOUT_MS = 60_000;
/** How many transactions one event names. */
const REPORTED = 100;
const optionNames = ['manager', 'id', 'volatile', 'description', 'prepared', 'onCommit', 'onRollback', 'onInDoubt', 'onQuery', 'handlerTimeoutMs', 'signal'] as const;

export type SuperiorDecision = 'commit' | 'rollback' | 'undecided';

/** A resource manager that has recovered. It may enlist in new transactions. */
export interface RecoveredResourceManager extends AsyncDisposable {
  readonly manager: TransactionManager;
  readonly resourceManager: ResourceManager;
  /** Whether Windows was simulated. */
  readonly simulated: boolean;
  /** There was nothing of it to recover in KTM: OpenResourceManager failed, CreateResourceManager made it. */
  readonly created: boolean;
  readonly committed: readonly PreparedTransaction[];
  readonly rolledBack: readonly PreparedTransaction[];
  /** Prepared here and unknown to KTM: rolled back. */
  readonly presumedAborted: readonly PreparedTransaction[];
  /** Still waiting for their outcome; shrinks as they come. */
  readonly inDoubt: readonly PreparedTransaction[];
  /** Left as they are, with the reason; the next start meets them again. Shrinks only when a handler ends after its time. */
  readonly unresolved: readonly UnresolvedTransaction[];
  /** Resolves once nothing is in doubt any more; rejects when the resource manager is closed before. */
  settled(): Promise<void>;
  /** Closes the resource manager, and the transaction manager if it was opened here. */
  close(): Promise<void>;
}

/**
 * The procedure of the seed, in order. Resolves when every RECOVER has led to an outcome, to INDOUBT or to an entry of `unresolved`, and what KTM
 * did not name has been rolled back.
 * @throws ArgumentError; AbortError; StateError (ERR_IN_USE) while another one has recovered it and not closed it, in this process or another;
 * WindowsError when KTM itself refuses (ERROR_LOG_CORRUPTION_DETECTED, ERROR_TRANSACTIONMANAGER_NOT_ONLINE ...)
 */
export async function recoverResourceManager<P extends PreparedTransaction>(options: RecoverResourceManagerOptions<P>): Promise<RecoveredResourceManager> {
  const prepared = checked(options);
  throwIfAborted(options.signal);
  const manager = options.manager instanceof TransactionManager ? options.manager : await openManager(options.manager);
  let claim: Claim | undefined;
  const closeOthers = async (): Promise<void> => {
    if (manager !== options.manager) await manager.close();
    await claim?.close();
  };
  let recovery: Recovery<P> | undefined;
  try {
    claim = await claimResourceManager(manager.connection.backend, options.id);
    // A volatile manager has nothing to recover, and refuses (facts/ktm-tmf-mts.md 1.7).
    if (!manager.isVolatile) await manager.recover();
    const { resourceManager, created } = await openOrCreate(manager, options);
    recovery = new Recovery({ manager, resourceManager, created, prepared, closeOthers }, options);
    await recovery.run();
    return recovery;
  } catch (error) {
    await (recovery?.close() ?? closeOthers());
    const { backend } = manager.connection;
    await reportFailure(backend, backend.host, new StateError('ERR_RECOVERY', `The resource manager {${options.id}} could not be recovered`, { cause: error }));
    throw error;
  }
}

/** What is wrong is told before anything is opened; the caller's records, by enlistment. */
function checked<P extends PreparedTransaction>(options: RecoverResourceManagerOptions<P>): ReadonlyMap<string, P> {
  checkKnownFields('options', options, optionNames);
  const { manager } = options as { readonly manager?: unknown };
  if (typeof manager !== 'object' || manager === null) throw new ArgumentError('manager', 'must be a TransactionManager, or { logFileName } or { volatile: true }');
  checkGuid('id', options.id);
  for (const name of ['onCommit', 'onRollback', 'onInDoubt', 'onQuery'] as const) {
    const handler: unknown = options[name];
    const mayLack = name === 'onInDoubt' || name === 'onQuery';
    if (typeof handler !== 'function' && !(mayLack && handler === undefined)) throw new ArgumentError(name, 'must be a function');
  }
  checkTimeout('handlerTimeoutMs', options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS);
  if (typeof (options.prepared as unknown as Partial<Iterable<P>> | undefined)?.[Symbol.iterator] !== 'function') throw new ArgumentError('prepared', 'must be iterable');
  const prepared = new Map<string, P>();
  for (const [index, each] of [...options.prepared].entries()) {
    const field = `prepared[${String(index)}]`;
    const enlistmentId = checkGuid(`${field}.enlistmentId`, each.enlistmentId);
    checkGuid(`${field}.unitOfWork`, each.unitOfWork);
    if (prepared.has(enlistmentId)) throw new ArgumentError(`${field}.enlistmentId`, `is there twice: ${enlistmentId}`);
    prepared.set(enlistmentId, each);
  }
  return prepared;
}

/** Made or opened by CreateTransactionManager; where another process has it open, OpenTransactionManager shares it. */
async function openManager(options: CreateTransactionManagerOptions): Promise<TransactionManager> {
  try {
    return await TransactionManager.create(options);
  } catch (error) {
    const { logFileName, backend } = options;
    if (logFileName === undefined || !failedWith(error, WIN32.ERROR_ALREADY_EXISTS)) throw error;
    return TransactionManager.open({ logFileName, ...(backend === undefined ? {} : { backend }) });
  }
}

/** OpenResourceManager tells KTM that it runs again; where nothing is to be recovered it fails, and the object is made anew (seed 004, K5, K6). */
async function openOrCreate<P extends PreparedTransaction>(manager: TransactionManager, { id, volatile: isVolatile, description }: RecoverResourceManagerOptions<P>): Promise<{ resourceManager: ResourceManager; created: boolean }> {
  try {
    return { resourceManager: await ResourceManager.open(manager, { id }), created: false };
  } catch (error) {
    if (!failedWith(error, KTM_ERROR.ERROR_RESOURCEMANAGER_NOT_FOUND)) throw error;
    const options = { id, volatile: isVolatile ?? manager.isVolatile, ...(description === undefined ? {} : { description }) };
    return { resourceManager: await ResourceManager.create(manager, options), created: true };
  }
}

class Recovery<P extends PreparedTransaction> implements RecoveredResourceManager {
  readonly committed: PreparedTransaction[] = [];
  readonly rolledBack: PreparedTransaction[] = [];
  readonly presumedAborted: PreparedTransaction[] = [];
  readonly inDoubt: PreparedTransaction[] = [];
  readonly unresolved: UnresolvedTransaction[] = [];
  /** Enlistments that KTM has named. */
  private readonly named = new Set<string>();
  /** By enlistment: ends when the transaction has an outcome, is in doubt or is unresolved. */
  private readonly firstSteps = new Map<PreparedTransaction, Promise<void>>();
  private readonly outcomes: Promise<void>[] = [];
  private passEnded: () => void = () => undefined;
  private serving = false;
  private closing: Promise<void> | undefined;

  readonly manager: TransactionManager;
  readonly resourceManager: ResourceManager;
  readonly created: boolean;

  constructor(
    private readonly given: {
      readonly manager: TransactionManager;
      readonly resourceManager: ResourceManager;
      readonly created: boolean;
      /** By enlistment. */
      readonly prepared: ReadonlyMap<string, P>;
      /** The manager, if it was opened here, and the claim. */
      readonly closeOthers: () => Promise<void>;
    },
    private readonly options: RecoverResourceManagerOptions<P>,
  ) {
    ({ manager: this.manager, resourceManager: this.resourceManager, created: this.created } = given);
  }

  get simulated(): boolean {
    return this.resourceManager.simulated;
  }

  async run(): Promise<void> {
    await this.orFailed(this.pass());
    this.serving = true;
    await this.report(this.unresolved);
  }

  settled(): Promise<void> {
    return this.orFailed(Promise.all(this.outcomes).then(() => undefined));
  }

  close(): Promise<void> {
    return (this.closing ??= (async () => {
      try {
        await this.resourceManager.close();
      } finally {
        await this.given.closeOthers();
      }
    })());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async pass(): Promise<void> {
    const lastRecover = new Promise<void>((resolve) => (this.passEnded = resolve));
    await this.resourceManager.recover({ onNotification: (notification) => this.onRecovery(notification) });
    await lastRecover;
    for (const [enlistmentId, prepared] of this.given.prepared) if (!this.named.has(enlistmentId)) this.presumeAborted(enlistmentId, prepared);
    await this.handlersEnd();
  }

  /** Waits for what has begun, but not for ever: one handler that never ends must not keep the resource manager from serving. */
  private async handlersEnd(): Promise<void> {
    const waiting = new Set(this.firstSteps.keys());
    const all = Promise.all([...this.firstSteps].map(([transaction, reached]) => reached.then(() => waiting.delete(transaction))));
    const limit = checkTimeout('handlerTimeoutMs', this.options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS);
    if (limit === INFINITE) await all;
    else await settledWithin(this.manager.connection.backend.host.clock, limit, all);
    for (const transaction of waiting) await this.leaveUnresolved(transaction, new StateError('ERR_HANDLER_TIMEOUT', `its handler has not ended within ${String(limit)} ms`));
  }

  private onRecovery({ type, enlistmentId, unitOfWork }: Notification): Promise<void> {
    if (type === 'LAST_RECOVER') {
      this.passEnded();
    } else if (enlistmentId !== null && unitOfWork !== null) {
      this.named.add(enlistmentId);
      const transaction = { enlistmentId, unitOfWork, prepared: this.given.prepared.get(enlistmentId) };
      const reached = new Promise<void>((resolve) => {
        const outcome = this.recoverOne(transaction, type === 'RECOVER_QUERY', resolve).catch((error: unknown) => this.leaveUnresolved(transaction, asError(error))).finally(resolve);
        this.outcomes.push(outcome);
      });
      this.firstSteps.set(transaction, reached);
    }
    return Promise.resolve();
  }

  /** Ends with the transaction's outcome, however long that takes; `reached` tells that it is known or in doubt. Rejects when it stays unresolved. */
  private async recoverOne(transaction: RecoveredTransaction<P>, isSuperior: boolean, reached: () => void): Promise<void> {
    const entry: PreparedTransaction = { enlistmentId: transaction.enlistmentId, unitOfWork: transaction.unitOfWork };
    let outcome: (notification: Notification) => void = () => undefined;
    let failed: (error: unknown) => void = () => undefined;
    const decided = new Promise<Notification>((resolve, reject) => {
      outcome = resolve;
      failed = reject;
    });
    decided.catch(() => undefined);
    const onNotification = async (notification: Notification): Promise<void> => {
      switch (notification.type) {
        case 'INDOUBT':
          this.inDoubt.push(entry);
          try {
            await this.options.onInDoubt?.(transaction);
          } catch (error) {
            failed(error);
          }
          reached();
          return;
        case 'COMMIT':
        case 'ROLLBACK':
        case 'COMMIT_COMPLETE':
        case 'ROLLBACK_COMPLETE':
          outcome(notification);
          return;
        case 'REQUEST_OUTCOME':
          return;
        default:
          failed(new StateError('ERR_UNEXPECTED_NOTIFICATION', `KTM sent ${notification.type} for an enlistment under recovery`));
      }
    };
    const enlistment = await this.resourceManager.openEnlistment(entry.enlistmentId, { onNotification });
    await enlistment.recover();
    const rolledBack = isSuperior && (await this.decide(enlistment, transaction, entry)) === 'rollback';
    if (isSuperior) reached();
    // A superior need not have asked to be told the end of a rollback.
    const type = rolledBack ? 'ROLLBACK_COMPLETE' : (await decided).type;
    await this.finish(enlistment, transaction, type);
    this.forget(entry.enlistmentId);
    (type === 'COMMIT' || type === 'COMMIT_COMPLETE' ? this.committed : this.rolledBack).push(entry);
    await enlistment.close();
  }

  private async leaveUnresolved({ enlistmentId, unitOfWork }: PreparedTransaction, error: Error): Promise<void> {
    this.forget(enlistmentId);
    const entry = { enlistmentId, unitOfWork, error };
    this.unresolved.push(entry);
    if (this.serving) await this.report([entry]);
  }

  /** Nobody may be there to read `unresolved`: the event log tells of it too, in one event for all that the start has left. */
  private async report(unresolved: readonly UnresolvedTransaction[]): Promise<void> {
    if (unresolved.length === 0 || this.closing !== undefined) return;
    const lines = unresolved.slice(0, REPORTED).map(({ unitOfWork, error }) => `{${unitOfWork}}: ${error.message}`);
    if (unresolved.length > REPORTED) lines.push(`and ${String(unresolved.length - REPORTED)} more`);
    const text = `The resource manager {${this.resourceManager.id}} could not bring every transaction to its end; its next start tries again:`;
    const { backend } = this.manager.connection;
    await reportFailure(backend, backend.host, new StateError('ERR_UNRESOLVED', [text, ...lines].join('\n')));
  }

  /** It is in no list any more, because it comes to another one. */
  private forget(enlistmentId: string): void {
    for (const list of [this.inDoubt, this.unresolved]) {
      const index = list.findIndex((entry) => entry.enlistmentId === enlistmentId);
      if (index >= 0) list.splice(index, 1);
    }
  }

  private async finish(enlistment: Enlistment, transaction: RecoveredTransaction<P>, type: Notification['type']): Promise<void> {
    if (type === 'COMMIT') {
      await this.options.onCommit(transaction);
      await enlistment.commitComplete();
    } else if (type === 'ROLLBACK') {
      await this.options.onRollback(transaction);
      await enlistment.rollbackComplete();
    }
  }

  /** COMMIT_COMPLETE, when all subordinates have acknowledged, ends a commit. */
  private async decide(superior: Enlistment, transaction: RecoveredTransaction<P>, entry: PreparedTransaction): Promise<SuperiorDecision> {
    const { onQuery } = this.options;
    if (onQuery === undefined) throw new StateError('ERR_NO_DECISION', `KTM asks what the superior has decided of the transaction {${entry.unitOfWork}}: give onQuery`);
    const decision = await onQuery(transaction);
    switch (decision) {
      case 'commit':
        await superior.commit();
        break;
      case 'rollback':
        await superior.rollback();
        break;
      case 'undecided':
        this.inDoubt.push(entry);
    }
    return decision;
  }

  /** PREPARE was received, no RECOVER came: as if rolled back (seed 004, K13, K15). */
  private presumeAborted(enlistmentId: string, prepared: P): void {
    const entry: PreparedTransaction = { enlistmentId, unitOfWork: prepared.unitOfWork };
    const rolledBack = async (): Promise<void> => {
      try {
        await this.options.onRollback({ ...entry, prepared });
        this.forget(enlistmentId);
        this.presumedAborted.push(entry);
      } catch (error) {
        await this.leaveUnresolved(entry, asError(error));
      }
    };
    const ended = rolledBack();
    this.firstSteps.set(entry, ended);
    this.outcomes.push(ended);
  }

  private orFailed<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return unlessAborted(this.options.signal, Promise.race([work, this.resourceManager.failed]));
  }
}
