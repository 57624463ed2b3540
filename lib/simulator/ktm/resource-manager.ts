/** A resource manager: one notification queue, and its enlistments. Offline from the loss of its last handle until it recovers. */
import { TRANSACTION_NOTIFY as NOTIFY } from '../../binding/ktm-codes';
import type { Enlistment } from './enlistment';
import type { Ktm } from './ktm';
import { NotificationQueue } from './notification-queue';
import type { ResourceManagerState } from './states';
import type { TransactionManager } from './transaction-manager';

const OF_RECOVERY: readonly number[] = [NOTIFY.RECOVER, NOTIFY.RECOVER_QUERY, NOTIFY.LAST_RECOVER];

export class ResourceManager {
  state: ResourceManagerState = 'Offline';
  /** What completions carry; GetNotificationResourceManagerAsync needs it. */
  completionKey: bigint | undefined;
  /** Its manager was closed: every call is ERROR_TRANSACTION_OBJECT_EXPIRED. */
  expired = false;
  readonly queue: NotificationQueue;
  /** By id; those that are over leave when their last handle is closed. */
  readonly enlistments = new Map<string, Enlistment>();
  private handles = 0;

  constructor(
    readonly ktm: Ktm,
    readonly manager: TransactionManager,
    readonly id: string,
    readonly isVolatile: boolean,
    readonly description: string | null,
  ) {
    this.queue = new NotificationQueue(ktm.surroundings.clock);
    ktm.resourceManagers.set(id, this);
    manager.resourceManagers.set(id, this);
  }

  get online(): boolean {
    return this.state === 'Online' && !this.expired;
  }

  notify(notification: number, enlistment: Enlistment | null): void {
    const recovery = notification === NOTIFY.RECOVER || notification === NOTIFY.RECOVER_QUERY ? enlistment : null;
    this.queue.add({
      key: enlistment === null || recovery !== null ? 0n : enlistment.key, notification, virtualClock: this.manager.virtualClock,
      enlistmentId: recovery?.id ?? null, unitOfWork: recovery?.transaction.id ?? null, managerId: null,
    });
  }

  /**
   * RecoverResourceManager (2.4, seed 004). Each enlistment that has lost its owner is told once, then LAST_RECOVER, once and last. A second
   * call begins the list anew with what is still unresolved, and takes back what was not read of the first. [Open point 2; reading chosen here.]
   */
  recover(): void {
    this.state = 'Online';
    this.queue.withdraw(({ notification }) => OF_RECOVERY.includes(notification));
    for (const enlistment of this.enlistments.values()) {
      if (enlistment.state === 'Offline') this.notify(enlistment.isSuperior ? NOTIFY.RECOVER_QUERY : NOTIFY.RECOVER, enlistment);
    }
    this.notify(NOTIFY.LAST_RECOVER, null);
  }

  handleOpened(): void {
    this.handles += 1;
  }

  handleClosed(): void {
    this.handles -= 1;
    if (this.handles > 0 || this.ktm.lost) return;
    this.state = 'Offline';
    this.completionKey = undefined;
    this.queue.closed();
    for (const enlistment of [...this.enlistments.values()]) enlistment.ownerGone();
    this.forgetIfOver();
  }

  /** An enlistment that is over leaves with its last handle. */
  forget(enlistment: Enlistment): void {
    if (enlistment.isOver && !enlistment.hasHandles) this.enlistments.delete(enlistment.id);
    this.forgetIfOver();
  }

  /** The object is gone when nobody holds it and nothing is left to recover. */
  private forgetIfOver(): void {
    if (this.handles === 0 && this.enlistments.size === 0) this.remove();
  }

  /** The manager is closed. */
  expire(): void {
    this.expired = true;
    this.state = 'Offline';
    this.remove();
  }

  private remove(): void {
    if (this.ktm.resourceManagers.get(this.id) === this) this.ktm.resourceManagers.delete(this.id);
    if (this.manager.resourceManagers.get(this.id) === this) this.manager.resourceManagers.delete(this.id);
  }
}
