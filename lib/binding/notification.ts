/** TRANSACTION_NOTIFICATION as plain data (facts/ktm-tmf-mts.md 1.5). */
import type { PlainRecord } from './channel';

export interface TransactionNotification extends PlainRecord {
  /** The key that the enlistment was made, or recovered, with. */
  readonly key: bigint;
  /** One bit of TRANSACTION_NOTIFY. */
  readonly notification: number;
  readonly virtualClock: bigint;
  /** With RECOVER and RECOVER_QUERY: which enlistment, and the transaction's unit of work. */
  readonly enlistmentId: string | null;
  readonly unitOfWork: string | null;
  /** With TM_ONLINE. */
  readonly managerId: string | null;
}
