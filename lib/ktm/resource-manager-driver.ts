/**
 * The whole life of a resource manager, for people who write one: it recovers, takes part in transactions, and stops. What it must know after a
 * crash is kept in a log of its own, so that handlers only do and undo their work.
 */
import { ArgumentError, StateError, WindowsError, checkKnownFields, checkString, checkTimeout, resolveBackend } from '../binding';
import type { Backend, Host } from '../binding';
import { INFINITE } from '../binding/codes';
import { asError, settledWithin } from '../binding/waiting';
import { reportFailure } from '../binding/windows-host';
import type { Enlistment } from './enlistment';
import type { Notification } from './notification';
import { PreparedStore } from './prepared-store';
import type { StoredTransaction } from './prepared-store';
import { HANDLER_TIMEOUT_MS, recoverResourceManager } from './recovery';
import type { PreparedTransaction, RecoveredResourceManager, RecoveredTransaction, UnresolvedTransaction } from './recovery';
import type { Transaction } from './transaction';
import type { TransactionManager } from './transaction-manager';
import type { CreateTransactionManagerOptions } from './transaction-manager';

/** A transaction's part that this resource manager has. */
export interface Work<D> extends PreparedTransaction {
  /** As it was given to `enlist`, or by `prepare`. */
  readonly data: D;
}

export interface ResourceManagerHandlers<D> {
  /**
   * Makes sure that the work can be committed and can be rolled back, after a crash too. What it resolves with replaces the data in the
   * durable record. Rejecting refuses: the transaction is rolled back.
   */
  readonly prepare: (work: Work<D>) => Promise<D>;
  /** Finishes the work, durably. May be called again for work that was finished just before a crash. */
  readonly commit: (work: Work<D>) => Promise<void>;
  /** Undoes the work, whether it was prepared or only begun. May be called again. */
  readonly rollback: (work: Work<D>) => Promise<void>;
  /** Recovery only: the outcome is not known yet. */
  readonly inDoubt?: (work: Work<D>) => Promise<void> | void;
}

export interface ResourceManagerDriverOptions<D> {
  /** Its durable transaction manager: one that is open, or the log that opens it. */
  readonly manager: TransactionManager | CreateTransactionManagerOptions;
  /** The file of its own log, made if it is not there. One driver at a time has it open: another gets ERR_IN_USE. */
  readonly preparedLog: string;
  /** The persistent name, a GUID. Default: one that comes with the log. */
  readonly id?: string;
  /** At most 64 characters. */
  readonly description?: string;
  readonly handlers: ResourceManagerHandlers<D>;
  /** A handler that failed where nobody waits for it; the transaction stays unresolved until the next start. */
  readonly onError?: (transaction: UnresolvedTransaction) => void;
  /** Default: native on Windows, simulated elsewhere; of `manager`, if it is open. */
  readonly backend?: Backend;
  /** Files. Default: the backend's. */
  readonly host?: Host;
  /** How long `start` and `stop` wait for handlers, in milliseconds; default a minute, Infinity is without end. What has not ended is left to the next start. */
  readonly handlerTimeoutMs?: number;
  /** Gives up the recovery. */
  readonly signal?: AbortSignal;
}

/** A part in a transaction that is under way. */
export interface EnlistedWork extends PreparedTransaction {
  /** Resolves when this resource manager has finished or undone its part. Rejects when it could not, or was stopped: the next start does. */
  readonly settled: Promise<'committed' | 'aborted'>;
}

const optionNames = ['manager', 'preparedLog', 'id', 'description', 'handlers', 'onError', 'backend', 'host', 'handlerTimeoutMs', 'signal'];

export class ResourceManagerDriver<D> {
  private readonly unresolvedLater: UnresolvedTransaction[] = [];
  private readonly serving = new Set<Promise<unknown>>();
  private stopping: Promise<void> | undefined;
  /** Why it stopped by itself. */
  private broken: Error | undefined;
  private giveUp: (error: Error) => void = () => undefined;
  private readonly stopped: Promise<never>;

  private constructor(
    private readonly options: ResourceManagerDriverOptions<D>,
    private readonly backend: Backend,
    private readonly store: PreparedStore,
    /** How it started: what was committed, rolled back, is in doubt, is unresolved. */
    readonly recovered: RecoveredResourceManager,
  ) {
    this.stopped = new Promise((_, reject) => (this.giveUp = reject));
    this.stopped.catch(() => undefined);
    recovered.resourceManager.failed.catch((error: unknown) => this.notificationsEnded(asError(error)));
  }

  /**
   * Opens the log, recovers (seed 004), and serves from then on.
   * @throws ArgumentError; LogError; WindowsError; AbortError; StateError (ERR_IN_USE) while another driver has the log. A handler that fails during recovery is an entry of `unresolved`.
   */
  static async start<D>(options: ResourceManagerDriverOptions<D>): Promise<ResourceManagerDriver<D>> {
    checkKnownFields('options', options, optionNames);
    checkString('preparedLog', options.preparedLog);
    checkHandlers(options.handlers);
    checkTimeout('handlerTimeoutMs', options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS);
    if (!('connection' in options.manager) && options.manager.volatile === true) throw new ArgumentError('manager.volatile', 'must not be set: what survives a crash needs a log');
    const backend = await backendOf(options);
    const store = await PreparedStore.open({ backend, host: options.host ?? backend.host, path: options.preparedLog });
    try {
      return new ResourceManagerDriver(options, backend, store, await recover(options, backend, store));
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** The persistent name. */
  get id(): string {
    return this.recovered.resourceManager.id;
  }

  get simulated(): boolean {
    return this.recovered.simulated;
  }

  /** What is not over: enlisted, prepared, in doubt. */
  get transactions(): readonly StoredTransaction[] {
    return this.store.all;
  }

  /** What could not be brought to its end since the start, and why. */
  get unresolved(): readonly UnresolvedTransaction[] {
    return [...this.recovered.unresolved, ...this.unresolvedLater];
  }

  /**
   * Takes part in the transaction. `data` is durable once this resolves, before any work: if the process dies now, the next start rolls back.
   * @param data plain data (JSON)
   */
  async enlist(transaction: Transaction, data: D): Promise<EnlistedWork> {
    if (this.stopping !== undefined) throw this.closed();
    const unitOfWork = await transaction.id();
    let begin: (enlistment: Enlistment) => void = () => undefined;
    const begun = new Promise<Enlistment>((resolve) => (begin = resolve));
    let settle: { readonly resolve: (outcome: 'committed' | 'aborted') => void; readonly reject: (error: Error) => void } | undefined;
    const settled = new Promise<'committed' | 'aborted'>((resolve, reject) => (settle = { resolve, reject }));
    const ended = Promise.race([settled, this.stopped]);
    ended.catch(() => undefined);
    const onNotification = async (notification: Notification): Promise<void> => {
      const enlistment = await begun;
      const enlistmentId = await enlistment.id();
      const serving = this.serve(enlistment, { enlistmentId, unitOfWork, data }, notification);
      this.serving.add(serving);
      try {
        const outcome = await serving;
        if (outcome !== undefined) settle?.resolve(outcome);
      } catch (error) {
        const unresolved = { enlistmentId, unitOfWork, error: asError(error) };
        this.unresolvedLater.push(unresolved);
        settle?.reject(unresolved.error);
        await this.report('could not be brought to its end; the next start tries again', unresolved);
      } finally {
        this.serving.delete(serving);
      }
    };
    const enlistment = await this.recovered.resourceManager.createEnlistment(transaction, { notifications: ['PREPARE', 'COMMIT', 'ROLLBACK'], onNotification });
    try {
      const enlistmentId = await enlistment.id();
      await this.store.put({ state: 'enlisted', enlistmentId, unitOfWork, data });
      begin(enlistment);
      return { enlistmentId, unitOfWork, settled: ended };
    } catch (error) {
      // Closing it rolls back.
      await enlistment.close();
      throw error;
    }
  }

  /** Waits for the handlers that run, as long as `handlerTimeoutMs` says, then closes everything. What is enlisted or prepared is taken up by the next start. Idempotent. */
  stop(): Promise<void> {
    return (this.stopping ??= (async () => {
      await this.handlersEnd();
      await this.recovered.close();
      await this.handlersEnd();
      this.giveUp(this.closed());
      await this.store.close();
    })());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Notifications have ended, and not because of `stop`: whoever waits for its part would wait for ever, and KTM for its answers. */
  private async notificationsEnded(error: Error): Promise<void> {
    if (this.stopping !== undefined) return;
    this.broken = error;
    const stopped = this.stop().catch(() => undefined);
    await reportFailure(this.backend, this.backend.host, new StateError('ERR_CLOSED', `The resource manager {${this.id}} gets no notifications any more and has stopped`, { cause: error }));
    await stopped;
  }

  private closed(): StateError {
    const { broken } = this;
    return broken === undefined ? new StateError('ERR_CLOSED', 'the resource manager has been stopped')
      : new StateError('ERR_CLOSED', `the resource manager has stopped, because its notifications have ended: ${broken.message}`, { cause: broken });
  }

  private async handlersEnd(): Promise<void> {
    const limit = checkTimeout('handlerTimeoutMs', this.options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS);
    const all = Promise.allSettled(this.serving);
    if (limit === INFINITE) await all;
    else await settledWithin(this.backend.host.clock, limit, all);
  }

  /** Tells whoever listens, and the event log, of what nobody waits for. */
  private async report(what: string, unresolved: UnresolvedTransaction): Promise<void> {
    const { unitOfWork, error } = unresolved;
    try {
      this.options.onError?.(unresolved);
    } finally {
      await reportFailure(this.backend, this.backend.host, new StateError('ERR_UNRESOLVED', `The transaction {${unitOfWork}} ${what}: ${error.message}`, { cause: error }));
    }
  }

  /** One notification of a transaction of this run. */
  private async serve(enlistment: Enlistment, begun: Work<D>, { type }: Notification): Promise<'committed' | 'aborted' | undefined> {
    const { handlers } = this.options;
    const { enlistmentId } = begun;
    const stored = this.store.get(enlistmentId);
    const work: Work<D> = stored === undefined ? begun : workOf(stored);
    switch (type) {
      case 'PREPARE':
        await this.prepare(enlistment, work);
        return undefined;
      case 'COMMIT':
        await handlers.commit(work);
        await this.store.remove(enlistmentId);
        await enlistment.commitComplete();
        await enlistment.close();
        return 'committed';
      case 'ROLLBACK':
        await handlers.rollback(work);
        await this.store.remove(enlistmentId);
        await unlessAnswered(enlistment.rollbackComplete());
        await enlistment.close();
        return 'aborted';
      default:
        return undefined;
    }
  }

  private async prepare(enlistment: Enlistment, work: Work<D>): Promise<void> {
    try {
      const data = await this.options.handlers.prepare(work);
      await this.store.put({ state: 'prepared', enlistmentId: work.enlistmentId, unitOfWork: work.unitOfWork, data });
    } catch (error) {
      // Its refusal is its right; ROLLBACK follows. Who commits learns of the rollback, `onError` of the reason, and before it.
      const { enlistmentId, unitOfWork } = work;
      const told = this.report('was refused, and rolled back', { enlistmentId, unitOfWork, error: asError(error) });
      await unlessAnswered(enlistment.rollback());
      await told;
      return;
    }
    await unlessAnswered(enlistment.prepareComplete());
  }
}

function checkHandlers(handlers: unknown): void {
  if (typeof handlers !== 'object' || handlers === null) throw new ArgumentError('handlers', 'must be an object with prepare, commit and rollback');
  const given = handlers as Readonly<Record<string, unknown>>;
  checkKnownFields('handlers', given, ['prepare', 'commit', 'rollback', 'inDoubt']);
  for (const name of ['prepare', 'commit', 'rollback'] as const) if (typeof given[name] !== 'function') throw new ArgumentError(`handlers.${name}`, 'must be a function');
  if (given['inDoubt'] !== undefined && typeof given['inDoubt'] !== 'function') throw new ArgumentError('handlers.inDoubt', 'must be a function');
}

async function backendOf<D>({ backend, manager }: ResourceManagerDriverOptions<D>): Promise<Backend> {
  if ('connection' in manager) return manager.connection.backend;
  return resolveBackend(backend ?? manager.backend);
}

function recover<D>(options: ResourceManagerDriverOptions<D>, backend: Backend, store: PreparedStore): Promise<RecoveredResourceManager> {
  const { manager, handlers, onError, id = store.id, description, handlerTimeoutMs, signal } = options;
  const finish = (handle: (work: Work<D>) => Promise<void>) => async ({ enlistmentId, prepared }: RecoveredTransaction<StoredTransaction>): Promise<void> => {
    // Without a record it was finished before, and only the acknowledgement was lost.
    if (prepared === undefined) return;
    try {
      await handle(workOf(prepared));
    } catch (error) {
      onError?.({ enlistmentId, unitOfWork: prepared.unitOfWork, error: asError(error) });
      throw error;
    }
    await store.remove(enlistmentId);
  };
  return recoverResourceManager<StoredTransaction>({
    manager: 'connection' in manager ? manager : { ...manager, backend },
    id,
    volatile: false,
    // What was only enlisted KTM does not name either: it is rolled back likewise.
    prepared: store.all,
    onCommit: finish(handlers.commit),
    onRollback: finish(handlers.rollback),
    onInDoubt: async ({ prepared }) => {
      if (prepared !== undefined) await handlers.inDoubt?.(workOf(prepared));
    },
    ...(description === undefined ? {} : { description }),
    ...(handlerTimeoutMs === undefined ? {} : { handlerTimeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function workOf<D>({ enlistmentId, unitOfWork, data }: StoredTransaction): Work<D> {
  return { enlistmentId, unitOfWork, data: data as D };
}

/** An answer that comes too late, because the transaction was rolled back meanwhile, is no error. */
async function unlessAnswered(answer: Promise<void>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof WindowsError)) throw error;
  }
}
