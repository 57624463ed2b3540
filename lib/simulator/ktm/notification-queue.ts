/** The notification queue of a resource manager, and the calls that wait at it, first come first served. */
import { INFINITE, WIN32 } from '../../binding/codes';
import type { Cancel, Clock } from '../../binding/host';
import type { TransactionNotification } from '../../binding/notification';
import { win32Failure } from './ktm';

const ERROR_TIMEOUT = 1460;

interface WaitingCall {
  readonly process: number;
  readonly asynchronous: boolean;
  readonly resolve: (notification: TransactionNotification) => void;
  readonly reject: (error: Error) => void;
  cancelTimer: Cancel | undefined;
}

export class NotificationQueue {
  /** A set keeps the order, and gives up its first one at once however long it is. */
  private readonly queue = new Set<TransactionNotification>();
  private readonly calls = new Set<WaitingCall>();

  constructor(private readonly clock: Clock) {}

  get length(): number {
    return this.queue.size;
  }

  add(notification: TransactionNotification): void {
    for (const call of this.calls) {
      this.leave(call).resolve(notification);
      return;
    }
    this.queue.add(notification);
  }

  /** GetNotificationResourceManager: the first one, or ERROR_TIMEOUT; 0 does not wait, INFINITE has no end. */
  take(process: number, timeoutMs: number): Promise<TransactionNotification> {
    return this.wait(process, timeoutMs, false);
  }

  /** GetNotificationResourceManagerAsync: one request, answered when something comes. */
  request(process: number): Promise<TransactionNotification> {
    return this.wait(process, INFINITE, true);
  }

  /** Takes notifications back that nobody has read. */
  withdraw(unwanted: (notification: TransactionNotification) => boolean): void {
    for (const notification of this.queue) if (unwanted(notification)) this.queue.delete(notification);
  }

  /**
   * The last handle of the resource manager is closed: requests end with ERROR_OPERATION_ABORTED; a call that waits goes on waiting, because
   * closing a handle wakes nobody who waits (design rule 6). [The pages say nothing of requests; reading chosen here.]
   */
  closed(): void {
    this.queue.clear();
    for (const call of [...this.calls]) if (call.asynchronous) this.leave(call).reject(win32Failure(WIN32.ERROR_OPERATION_ABORTED));
  }

  /** The process that waits is gone: it takes no notification with it. */
  processEnded(process: number): void {
    for (const call of [...this.calls]) if (call.process === process) this.leave(call);
  }

  /** The machine has lost power. */
  drop(): void {
    this.queue.clear();
    for (const call of [...this.calls]) this.leave(call);
  }

  private wait(process: number, timeoutMs: number, asynchronous: boolean): Promise<TransactionNotification> {
    for (const first of this.queue) {
      this.queue.delete(first);
      return Promise.resolve(first);
    }
    if (timeoutMs === 0) return Promise.reject(win32Failure(ERROR_TIMEOUT));
    return new Promise((resolve, reject) => {
      const call: WaitingCall = { process, asynchronous, resolve, reject, cancelTimer: undefined };
      this.calls.add(call);
      if (timeoutMs === INFINITE) return;
      call.cancelTimer = this.clock.after(timeoutMs, () => {
        this.leave(call).reject(win32Failure(ERROR_TIMEOUT));
      });
    });
  }

  private leave(call: WaitingCall): WaitingCall {
    this.calls.delete(call);
    call.cancelTimer?.();
    return call;
  }
}
