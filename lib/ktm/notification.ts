/** Notifications as a resource manager gets them (facts/ktm-tmf-mts.md 1.6). */
import type { TransactionNotification } from '../binding/notification';
import { TRANSACTION_NOTIFY } from '../binding/ktm-codes';
import type { Enlistment } from './enlistment';

/** The name of a notification bit, without `TRANSACTION_NOTIFY_`. */
export type NotificationName = keyof typeof TRANSACTION_NOTIFY;

export interface Notification {
  readonly type: NotificationName;
  /** The enlistment that it is for, if this resource manager object made or opened it. Absent with RECOVER, RECOVER_QUERY and LAST_RECOVER. */
  readonly enlistment: Enlistment | undefined;
  readonly virtualClock: bigint;
  /** With RECOVER and RECOVER_QUERY: which enlistment to open, and the transaction. */
  readonly enlistmentId: string | null;
  readonly unitOfWork: string | null;
}

const names = new Map<number, NotificationName>(Object.entries(TRANSACTION_NOTIFY).map(([name, bit]) => [bit, name as NotificationName]));

export function notificationOf({ notification, virtualClock, enlistmentId, unitOfWork }: TransactionNotification, enlistment: Enlistment | undefined): Notification {
  const type = names.get(notification);
  if (type === undefined) throw new RangeError(`KTM sent a notification that nobody knows: 0x${notification.toString(16)}`);
  return { type, enlistment, virtualClock, enlistmentId, unitOfWork };
}

/** What the mask of an enlistment is made of. */
export function maskOf(notifications: readonly NotificationName[]): number {
  return notifications.reduce((mask, name) => (mask | TRANSACTION_NOTIFY[name]) >>> 0, 0);
}
