/**
 * The start of a resource manager after whatever happened: every transaction that was under way comes to the end that KTM knows of (seed 004;
 * facts/ktm-tmf-mts.md 2.4). What cannot be brought to its end is reported and left as it is; it never holds up the others.
 */
import { ArgumentError, StateError, WIN32, checkGuid, throwIfAborted } from '../binding';
import { KTM_ERROR } from '../binding/ktm-codes';
import { asError, unlessAborted } from '../binding/waiting';
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
  /** Gives up waiting. What was begun is taken up again at the next start. */
  readonly signal?: AbortSignal;
}

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
  /** Left as they are, with the reason. The next start meets them again. */
  readonly unresolved: readonly UnresolvedTransaction[];
  /** Resolves once nothing is in doubt any more; rejects when the resource manager is closed before. */
  settled(): Promise<void>;
  /** Closes the resource manager, and the transaction manager if it was opened here. */
  close(): Promise<void>;
}

/**
 * The procedure of the seed, in order. Resolves when every RECOVER has led to an outcome, to INDOUBT or to an entry of `unresolved`, and what KTM
 * did not name has been rolled back.
 * @throws ArgumentError; AbortError; WindowsError when KTM itself refuses (ERROR_LOG_CORRUPTION_DETECTED, ERROR_TRANSACTIONMANAGER_NOT_ONLINE ...)
 */
export async function recoverResourceManager<P extends PreparedTransaction>(options: RecoverResourceManagerOptions<P>): Promise<RecoveredResourceManager> {
  checkGuid('id', options.id);
  checkManager(options.manager);
  const prepared = new Map([...options.prepared].map((each, index) => [checkGuid(`prepared[${String(index)}].enlistmentId`, each.enlistmentId), each]));
  throwIfAborted(options.signal);
  const manager = options.manager instanceof TransactionManager ? options.manager : await openManager(options.manager);
  const closeManager = async (): Promise<void> => {
    if (manager !== options.manager) await manager.close();
  };
  let recovery: Recovery<P> | undefined;
  try {
    // A volatile manager has nothing to recover, and refuses (facts/ktm-tmf-mts.md 1.7).
    if (!manager.isVolatile) await manager.recover();
    const { resourceManager, created } = await openOrCreate(manager, options);
    recovery = new Recovery({ manager, resourceManager, created, prepared, closeManager }, options);
    await recovery.run();
    return recovery;
  } catch (error) {
    await (recovery?.close() ?? closeManager());
    throw error;
  }
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

function checkManager(manager: unknown): void {
  if (typeof manager !== 'object' || manager === null) throw new ArgumentError('manager', 'must be a TransactionManager, or { logFileName } or { volatile: true }');
}

class Recovery<P extends PreparedTransaction> implements RecoveredResourceManager {
  readonly committed: PreparedTransaction[] = [];
  readonly rolledBack: PreparedTransaction[] = [];
  readonly presumedAborted: PreparedTransaction[] = [];
  readonly inDoubt: PreparedTransaction[] = [];
  readonly unresolved: UnresolvedTransaction[] = [];
  /** Enlistments that KTM has named. */
  private readonly named = new Set<string>();
  /** Ends when the transaction has an outcome, is in doubt or is unresolved. */
  private readonly firstSteps: Promise<void>[] = [];
  private readonly outcomes: Promise<void>[] = [];
  private passEnded: () => void = () => undefined;
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
      readonly closeManager: () => Promise<void>;
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
  }

  settled(): Promise<void> {
    return this.orFailed(Promise.all(this.outcomes).then(() => undefined));
  }

  close(): Promise<void> {
    return (this.closing ??= (async () => {
      await this.resourceManager.close();
      await this.given.closeManager();
    })());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async pass(): Promise<void> {
    const lastRecover = new Promise<void>((resolve) => (this.passEnded = resolve));
    await this.resourceManager.recover({ onNotification: (notification) => this.onRecovery(notification) });
    await lastRecover;
    for (const [enlistmentId, prepared] of this.given.prepared) if (!this.named.has(enlistmentId)) this.firstSteps.push(this.presumeAbort(prepared));
    await Promise.all(this.firstSteps);
  }

  private onRecovery({ type, enlistmentId, unitOfWork }: Notification): Promise<void> {
    if (type === 'LAST_RECOVER') {
      this.passEnded();
    } else if (enlistmentId !== null && unitOfWork !== null) {
      this.named.add(enlistmentId);
      const transaction = { enlistmentId, unitOfWork, prepared: this.given.prepared.get(enlistmentId) };
      const reached = new Promise<void>((resolve) => {
        const outcome = this.recoverOne(transaction, type === 'RECOVER_QUERY', resolve).catch((error: unknown) => {
          this.leaveDoubt(enlistmentId);
          this.unresolved.push({ enlistmentId, unitOfWork, error: asError(error) });
        }).finally(resolve);
        this.outcomes.push(outcome);
      });
      this.firstSteps.push(reached);
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
    this.leaveDoubt(entry.enlistmentId);
    (type === 'COMMIT' || type === 'COMMIT_COMPLETE' ? this.committed : this.rolledBack).push(entry);
    await enlistment.close();
  }

  private leaveDoubt(enlistmentId: string): void {
    const index = this.inDoubt.findIndex((entry) => entry.enlistmentId === enlistmentId);
    if (index >= 0) this.inDoubt.splice(index, 1);
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
  private async presumeAbort(prepared: P): Promise<void> {
    const entry: PreparedTransaction = { enlistmentId: prepared.enlistmentId, unitOfWork: prepared.unitOfWork };
    try {
      await this.options.onRollback({ ...entry, prepared });
      this.presumedAborted.push(entry);
    } catch (error) {
      this.unresolved.push({ ...entry, error: asError(error) });
    }
  }

  private orFailed<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return unlessAborted(this.options.signal, Promise.race([work, this.resourceManager.failed]));
  }
}
