/** The transaction file (TFILE) of a requester: transactions are begun through it, and closing it aborts those that have not ended (rule T17). */
import { FE, FileSystemError } from './file-system-errors';
import type { TransactionMonitor } from './monitor';
import type { BeginOptions, Transaction } from './transaction';

export class TransactionFile {
  private readonly begun = new Set<Transaction>();
  private closed = false;

  /** @internal TransactionMonitor.openTransactionFile */
  constructor(private readonly monitor: TransactionMonitor) {}

  /** As TransactionMonitor.beginTransaction. @throws FileSystemError also 75 once the file is closed */
  beginTransaction(options: BeginOptions = {}): Transaction {
    if (this.closed) throw new FileSystemError(FE.FE_NO_CURRENT_TRANSACTION, 'the transaction file is closed');
    const transaction = this.monitor.beginTransaction(options);
    this.begun.add(transaction);
    void transaction.finished.then(() => this.begun.delete(transaction));
    return transaction;
  }

  /** Nothing is owed for its transactions any more. Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const transaction of this.begun) {
      if (!transaction.owed) continue;
      this.monitor.abortUnilaterally(transaction, 'transactionFileClosed');
      transaction.owed = false;
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
