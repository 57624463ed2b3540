/** A transaction as its client sees it: it is committed once, or else rolled back (facts/ktm-tmf-mts.md 2.1, 2.3). */
import { AbortError, ArgumentError, checkGuid, checkKnownFields, checkString, checkTimeout, checkU32, throwIfAborted } from '../binding';
import type { Backend } from '../binding';
import type { KernelHandle } from '../binding/functions';
import { KTM_ERROR, MAX_DESCRIPTION, TRANSACTION_DO_NOT_PROMOTE, TRANSACTION_OUTCOME, TRANSACTION_RIGHTS } from '../binding/ktm-codes';
import { asError } from '../binding/waiting';
import { Connection } from './connection';
import { explained, failedWith } from './errors';
import { KtmObject } from './ktm-object';

/** `undetermined`: not known yet, or in doubt. */
export type Outcome = 'undetermined' | 'committed' | 'aborted';

export interface CreateTransactionOptions {
  /** Milliseconds after which KTM rolls it back unless all have prepared; 0 or Infinity, the default, is without end. */
  readonly timeoutMs?: number;
  /** At most 64 characters. */
  readonly description?: string;
  /** TRANSACTION_DO_NOT_PROMOTE: it is never handed over to a distributed coordinator. */
  readonly doNotPromote?: boolean;
  /** Rolls it back when it fires, at any time before it is too late. */
  readonly signal?: AbortSignal;
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
}

export interface OpenTransactionOptions {
  /** The unit of work, a GUID. */
  readonly id: string;
  /** TRANSACTION_RIGHTS; default: what a resource manager needs (everything but COMMIT). */
  readonly access?: number;
  readonly backend?: Backend;
}

export interface TransactionInformation {
  readonly outcome: Outcome;
  /** Milliseconds; 0 is without end. */
  readonly timeoutMs: number;
  readonly description: string | null;
}

/** A commit that was given up before anybody could say how it ends: ask `outcome()`. It may still be committed. */
export class CommitAbortError extends AbortError {
  /** What was known then. */
  readonly outcome: Exclude<Outcome, 'committed'>;

  constructor(reason: unknown, outcome: Exclude<Outcome, 'committed'>) {
    super(reason, outcome === 'aborted' ? 'The transaction was rolled back' : 'Waiting for the commit was given up: it was too late to roll back, and the outcome is not known yet');
    this.outcome = outcome;
  }
}

const outcomes = new Map<number, Outcome>([
  [TRANSACTION_OUTCOME.Undetermined, 'undetermined'], [TRANSACTION_OUTCOME.Committed, 'committed'], [TRANSACTION_OUTCOME.Aborted, 'aborted'],
]);
const { ERROR_TRANSACTION_ALREADY_COMMITTED, ERROR_TRANSACTION_ALREADY_ABORTED } = KTM_ERROR;

export class Transaction extends KtmObject {
  private removeListener: () => void = () => undefined;

  private constructor(
    connection: Connection,
    handle: KernelHandle,
    /** Made here: whoever loses it rolls it back. One that was opened is somebody else's to end. */
    private readonly own: boolean,
  ) {
    super(connection, handle, 'the transaction');
    if (own) handle.setTeardown('KtmW32::RollbackTransaction');
  }

  /** CreateTransaction. Leaving it without a commit (`await using`, garbage, exit) rolls it back. */
  static async create(options: CreateTransactionOptions = {}): Promise<Transaction> {
    checkKnownFields('options', options, ['timeoutMs', 'description', 'doNotPromote', 'signal', 'backend']);
    const { description = null, doNotPromote = false, signal } = options;
    const timeoutMs = checkTimeout('timeoutMs', options.timeoutMs ?? 0);
    checkDescription(description);
    throwIfAborted(signal);
    const flags = doNotPromote ? TRANSACTION_DO_NOT_PROMOTE : 0;
    return Connection.open(options.backend, async (connection) => {
      const transaction = new Transaction(connection, await explained(connection.functions.createTransaction(flags, timeoutMs, description)), true);
      transaction.endOn(signal);
      return transaction;
    });
  }

  /** OpenTransaction: one that is known to KTM, of whatever process. Closing it does not end it. */
  static async open(options: OpenTransactionOptions): Promise<Transaction> {
    checkKnownFields('options', options, ['id', 'access', 'backend']);
    const { access = TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS } = options;
    const id = checkGuid('id', options.id);
    checkU32('access', access);
    return Connection.open(options.backend, async (connection) =>
      new Transaction(connection, await explained(connection.functions.openTransaction(access, id)), false));
  }

  /** GetTransactionId: the unit of work, a GUID. */
  id(): Promise<string> {
    return this.call((ktm, handle) => ktm.getTransactionId(handle));
  }

  /**
   * CommitTransaction: resolves when it is committed and every participant that is there has acknowledged.
   * @param options.signal rolls back instead, if it is not too late. Rejects with CommitAbortError then; resolves if it turns out to be committed.
   * @throws WindowsError ERROR_TRANSACTION_ALREADY_ABORTED when it was rolled back; ERROR_TRANSACTION_SUPERIOR_EXISTS, ERROR_TRANSACTIONMANAGER_NOT_ONLINE ...
   */
  async commit({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted === true) return this.giveUp(signal);
    const committing = this.call((ktm, handle) => ktm.commitTransaction(handle));
    await (signal === undefined ? committing : this.unlessGivenUp(committing, signal));
    this.ended();
  }

  /** CommitTransactionAsync: resolves once the commit has begun; `outcome` and the resource managers tell the rest. Closing it before the decision still rolls back. */
  commitAsync(): Promise<void> {
    return this.call((ktm, handle) => ktm.commitTransactionAsync(handle));
  }

  /** RollbackTransaction. On one that is rolled back already it does nothing. */
  async rollback(): Promise<void> {
    try {
      await this.call((ktm, handle) => ktm.rollbackTransaction(handle));
    } catch (error) {
      if (!failedWith(error, ERROR_TRANSACTION_ALREADY_ABORTED)) throw error;
    }
    this.ended();
  }

  /** RollbackTransactionAsync. */
  rollbackAsync(): Promise<void> {
    return this.call((ktm, handle) => ktm.rollbackTransactionAsync(handle));
  }

  /** GetTransactionInformation. */
  async information(): Promise<TransactionInformation> {
    const { outcome, timeoutMs, description } = await this.call((ktm, handle) => ktm.getTransactionInformation(handle));
    return { outcome: outcomes.get(outcome) ?? 'undetermined', timeoutMs, description };
  }

  async outcome(): Promise<Outcome> {
    return (await this.information()).outcome;
  }

  /** SetTransactionInformation. @param options.timeoutMs milliseconds; 0 or Infinity is without end */
  async setInformation(options: { readonly timeoutMs: number; readonly description?: string }): Promise<void> {
    const { description = null } = options;
    const timeoutMs = checkTimeout('timeoutMs', options.timeoutMs);
    checkDescription(description);
    return this.call((ktm, handle) => ktm.setTransactionInformation(handle, timeoutMs, description));
  }

  /** Rolls back what was made here and not committed, and closes the handle. */
  override close(): Promise<void> {
    this.removeListener();
    return super.close();
  }

  private ended(): void {
    this.removeListener();
    if (!this.closed && this.own) this.handle.setTeardown();
  }

  private endOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = (): void => {
      // Too late, or closed: the commit tells how it ended.
      this.rollback().catch(() => undefined);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    this.removeListener = () => {
      signal.removeEventListener('abort', onAbort);
    };
  }

  private unlessGivenUp(committing: Promise<void>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.giveUp(signal).then(resolve, reject);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      committing.then(
        () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        (error: unknown) => {
          signal.removeEventListener('abort', onAbort);
          // Rolled back by this very signal: `giveUp` says so.
          if (!signal.aborted) reject(asError(error));
        },
      );
    });
  }

  private async giveUp(signal: AbortSignal): Promise<void> {
    try {
      await this.rollback();
    } catch (error) {
      if (failedWith(error, ERROR_TRANSACTION_ALREADY_COMMITTED)) return;
      throw new CommitAbortError(signal.reason, 'undetermined');
    }
    throw new CommitAbortError(signal.reason, 'aborted');
  }
}

export function checkDescription(description: unknown): asserts description is string | null {
  if (description === null) return;
  checkString('description', description);
  if (description.length > MAX_DESCRIPTION) throw new ArgumentError('description', `must have at most ${String(MAX_DESCRIPTION)} characters`);
}
