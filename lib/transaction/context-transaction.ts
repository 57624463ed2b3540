/** A transaction of the monitor under a root context: the votes of its components decide how it ends (lib/context; facts/ktm-tmf-mts.md 6.2, 6.3). */
import type { ContextTransaction } from '../context';
import { FE, FileSystemError } from './file-system-errors';
import type { TransactionMonitor } from './monitor';
import type { Transaction } from './transaction';

/**
 * For `createRootObject`. Its commit is endTransaction: whatever that gives but 0 becomes CONTEXT_E_ABORTED where the root's method succeeded, also 91,
 * whose outcome only the next start finds. What the monitor refuses to end (81, 82) is aborted.
 */
export function contextTransaction(monitor: TransactionMonitor, transaction: Transaction): ContextTransaction {
  return {
    async commit() {
      const code = await monitor.endTransaction(transaction);
      if (code === FE.FE_OK) return;
      monitor.abortTransaction(transaction);
      throw new FileSystemError(code, transaction.cause?.detail);
    },
    async abort() {
      monitor.abortTransaction(transaction);
    },
    onAbort(callback) {
      if (transaction.signal.aborted) callback();
      else transaction.signal.addEventListener('abort', () => callback(), { once: true });
    },
  };
}
