/** The transaction file (TFILE) of a requester: transactions are begun through it, and closing it aborts those that have not ended (rule T17). */
import type { AbortCauseName } from './abort-causes';
import { FE, FileSystemError } from './file-system-errors';
import type { TransactionMonitor } from './monitor';
import type { BeginOptions, Transaction } from './transaction';

export class TransactionFile {
  /** What is not over, and what was aborted and is still owed its end: its entry stays until that comes (facts/ktm-tmf-mts.md 5.2). */
  private readonly begun = new Set<Transaction>();
  private closed = false;

  /** @internal TransactionMonitor.openTransactionFile */
  constructor(private readonly monitor: TransactionMonitor) {}

  /** As TransactionMonitor.beginTransaction. @throws FileSystemError also 75 once the file is closed */
  beginTransaction(options: BeginOptions = {}): Transaction {
    if (this.closed) throw new FileSystemError(FE.FE_NO_CURRENT_TRANSACTION, 'the transaction file is closed');
    for (const each of this.begun) if (each.isOver && !each.owed) this.begun.delete(each);
    const transaction = this.monitor.beginTransaction(options);
    this.begun.add(transaction);
    return transaction;
  }

  /** Those that were begun through it and are not over. */
  get transactions(): readonly Transaction[] {
    return [...this.begun].filter(({ isOver }) => !isOver);
  }

  /** It was begun through this file, and its end is still to come or owed. */
  has(id: string): boolean {
    return [...this.begun].some((each) => each.id === id && !(each.isOver && !each.owed));
  }

  /** Nothing is owed for its transactions any more. Idempotent. */
  close(): void {
    // What has been asked to end does so.
    this.abandon('transactionFileClosed', undefined, ({ owed }) => owed);
  }

  /** Its requester is not there any more: also what has been asked to end is aborted while that can be. @internal */
  abandon(cause: AbortCauseName, detail?: string, which: (transaction: Transaction) => boolean = () => true): void {
    if (this.closed) return;
    this.closed = true;
    for (const transaction of [...this.begun].filter(which)) {
      this.monitor.abortUnilaterally(transaction, cause, detail);
      // Nobody is left who could end it.
      transaction.owed = false;
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
