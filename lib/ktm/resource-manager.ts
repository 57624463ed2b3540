/**
 * A resource manager: one queue of notifications, and the enlistments that they are for. One request at a time stands at the queue, and only
 * while somebody wants what comes: what nobody takes stays with KTM.
 */
import { StateError, WIN32, checkBoolean, checkGuid, checkKnownFields, checkU32, throwIfAborted } from '../binding';
import type { KernelHandle } from '../binding/functions';
import { ENLISTMENT_RIGHTS, ENLISTMENT_SUPERIOR, RESOURCE_MANAGER, RESOURCEMANAGER_RIGHTS } from '../binding/ktm-codes';
import type { TransactionNotification } from '../binding/notification';
import { asError, unlessAborted } from '../binding/waiting';
import { Enlistment } from './enlistment';
import type { EnlistmentOwner } from './enlistment';
import { explain, explained, failedWith } from './errors';
import { KtmObject } from './ktm-object';
import { maskOf, notificationOf } from './notification';
import type { Notification, NotificationName } from './notification';
import { checkDescription } from './transaction';
import type { Transaction } from './transaction';
import type { TransactionManager } from './transaction-manager';

export interface CreateResourceManagerOptions {
  /** Its persistent name, a GUID: the same at every start. */
  readonly id: string;
  /** Nothing of it survives. Required on a volatile transaction manager. Default false. */
  readonly volatile?: boolean;
  /** At most 64 characters. */
  readonly description?: string;
}

export interface CreateEnlistmentOptions {
  /** ROLLBACK always; PREPARE implies COMMIT; SINGLE_PHASE_COMMIT implies both (facts/ktm-tmf-mts.md 1.6). */
  readonly notifications: readonly NotificationName[];
  /** Drives the transaction instead of KTM. */
  readonly superior?: boolean;
  /** Gets this enlistment's notifications, one after the other; without it they come from `notifications()`. It must not reject. */
  readonly onNotification?: (notification: Notification) => Promise<void>;
}

/** Takes notifications, in their order. */
type Taker = (notification: Notification) => Promise<void>;

const OF_RECOVERY: readonly NotificationName[] = ['RECOVER', 'RECOVER_QUERY', 'LAST_RECOVER'];

export class ResourceManager extends KtmObject implements EnlistmentOwner {
  private nextKey = 1n;
  private readonly enlistments = new Map<bigint, Promise<Enlistment>>();
  private readonly keys = new Map<Enlistment, bigint>();
  /** Whose notifications do not come from `notifications()`; by enlistment, the end of what is under way. */
  private readonly takers = new Map<Enlistment, { readonly take: Taker; under: Promise<void> }>();
  private recoveryTaker: Taker | undefined;
  /** Arrived, for `notifications()`. */
  private readonly arrived: Notification[] = [];
  private readonly listeners = new Set<() => void>();
  private request: Promise<TransactionNotification> | undefined;
  private pumping = false;
  private failure: Error | undefined;
  private closingAll: Promise<void> | undefined;
  private reportFailure: (error: Error) => void = () => undefined;
  /** Rejects when notifications have ended: by `close` with ERR_CLOSED, or by an error. @internal */
  readonly failed: Promise<never>;

  private constructor(
    readonly manager: TransactionManager,
    handle: KernelHandle,
    readonly id: string,
  ) {
    super(manager.connection, handle, 'the resource manager');
    this.failed = new Promise((_, reject) => (this.reportFailure = reject));
    this.failed.catch(() => undefined);
  }

  /**
   * CreateResourceManager. It takes part in transactions after `recover`.
   * @throws WindowsError ERROR_TM_VOLATILE (a durable one on a volatile manager), ERROR_ALREADY_EXISTS, ERROR_TRANSACTIONMANAGER_NOT_ONLINE ...
   */
  static async create(manager: TransactionManager, options: CreateResourceManagerOptions): Promise<ResourceManager> {
    checkKnownFields('options', options, ['id', 'volatile', 'description']);
    const { volatile: isVolatile = false, description = null } = options;
    const id = checkGuid('id', options.id);
    checkBoolean('volatile', isVolatile);
    checkDescription(description);
    return ResourceManager.listening(manager, id, manager.connection.functions.createResourceManager(id, isVolatile ? RESOURCE_MANAGER.VOLATILE : 0, manager.handle, description));
  }

  /** OpenResourceManager: tells KTM that it runs again. ERROR_RESOURCEMANAGER_NOT_FOUND: nothing is to be recovered; create it. */
  static async open(manager: TransactionManager, options: { readonly id: string; readonly access?: number }): Promise<ResourceManager> {
    checkKnownFields('options', options, ['id', 'access']);
    const { access = RESOURCEMANAGER_RIGHTS.ALL_ACCESS } = options;
    const id = checkGuid('id', options.id);
    checkU32('access', access);
    return ResourceManager.listening(manager, id, manager.connection.functions.openResourceManager(access, manager.handle, id));
  }

  private static async listening(manager: TransactionManager, id: string, opening: Promise<KernelHandle>): Promise<ResourceManager> {
    const resourceManager = new ResourceManager(manager, await explained(opening), id);
    try {
      // Before the first GetNotificationResourceManagerAsync (facts/ktm-tmf-mts.md 1.2).
      await resourceManager.call((ktm, handle) => ktm.setResourceManagerCompletionPort(handle, 0n));
      return resourceManager;
    } catch (error) {
      await resourceManager.close();
      throw error;
    }
  }

  /**
   * RecoverResourceManager: RECOVER for each enlistment in need (RECOVER_QUERY for a superior), then LAST_RECOVER.
   * @param options.onNotification gets these; without it they come from `notifications()`. It must not reject.
   */
  async recover(options: { readonly onNotification?: Taker } = {}): Promise<void> {
    this.recoveryTaker = options.onNotification;
    await this.call((ktm, handle) => ktm.recoverResourceManager(handle));
    this.pump();
  }

  /** CreateEnlistment. Its first notification may come before this has resolved. */
  async createEnlistment(transaction: Transaction, options: CreateEnlistmentOptions): Promise<Enlistment> {
    checkKnownFields('options', options, ['notifications', 'superior', 'onNotification']);
    const { notifications, superior = false, onNotification } = options;
    checkBoolean('superior', superior);
    const mask = maskOf(notifications);
    const flags = superior ? ENLISTMENT_SUPERIOR : 0;
    const { handle } = this;
    return this.enlisted(onNotification, (key) => this.connection.functions.createEnlistment(handle, transaction.handle, mask, flags, key));
  }

  /** OpenEnlistment: one that RECOVER named. */
  async openEnlistment(enlistmentId: string, options: { readonly access?: number; readonly onNotification?: Taker } = {}): Promise<Enlistment> {
    const { access = ENLISTMENT_RIGHTS.ALL_ACCESS, onNotification } = options;
    const id = checkGuid('enlistmentId', enlistmentId);
    checkU32('access', access);
    const { handle } = this;
    return this.enlisted(onNotification, () => this.connection.functions.openEnlistment(access, handle, id), id);
  }

  /**
   * The notifications that nobody else takes, in KTM's order, until the resource manager is closed. Two iterators share them.
   * @throws AbortError when the signal fires; WindowsError
   */
  async *notifications({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Notification, void, undefined> {
    for (;;) {
      throwIfAborted(signal);
      const next = this.arrived.shift();
      if (next !== undefined) yield next;
      else if (this.failure !== undefined) {
        if (this.closed) return;
        throw this.failure;
      } else await this.something(signal);
    }
  }

  /** Ends the notifications, then closes the handle, and those of its enlistments; KTM sends what was not taken again after the next `recover`. */
  override close(): Promise<void> {
    return (this.closingAll ??= this.closeAll());
  }

  // --- EnlistmentOwner ---

  /** @internal */
  rekey(enlistment: Enlistment): bigint {
    const known = this.keys.get(enlistment);
    if (known !== undefined) return known;
    const key = this.nextKey++;
    this.register(key, Promise.resolve(enlistment));
    this.keys.set(enlistment, key);
    return key;
  }

  /** @internal */
  enlistmentClosed(enlistment: Enlistment): void {
    const key = this.keys.get(enlistment);
    if (key !== undefined) this.enlistments.delete(key);
    this.keys.delete(enlistment);
    this.takers.delete(enlistment);
  }

  // --- The queue ---

  private register(key: bigint, enlistment: Promise<Enlistment>): void {
    this.enlistments.set(key, enlistment);
  }

  private enlisted(take: Taker | undefined, open: (key: bigint) => Promise<KernelHandle>, id?: string): Promise<Enlistment> {
    const key = this.nextKey++;
    const enlisting = explained(open(key)).then(
      (handle) => {
        const enlistment = new Enlistment(this, handle, id);
        this.keys.set(enlistment, key);
        if (take !== undefined) this.takers.set(enlistment, { take, under: Promise.resolve() });
        this.pump();
        return enlistment;
      },
      (error: unknown) => {
        this.enlistments.delete(key);
        throw error;
      },
    );
    this.register(key, enlisting);
    return enlisting;
  }

  private something(signal: AbortSignal | undefined): Promise<void> {
    let listener: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => (listener = resolve));
    this.listeners.add(listener);
    this.pump();
    return unlessAborted(signal, heard).finally(() => this.listeners.delete(listener));
  }

  private get wanted(): boolean {
    return this.failure === undefined && (this.listeners.size > 0 || this.takers.size > 0 || this.recoveryTaker !== undefined);
  }

  private pump(): void {
    if (this.pumping || !this.wanted) return;
    this.pumping = true;
    void this.run().finally(() => {
      this.pumping = false;
      this.pump();
    });
  }

  private async run(): Promise<void> {
    try {
      while (this.wanted) {
        // A request that outlives those who wanted it is not asked for again.
        this.request ??= this.connection.functions.getNotificationResourceManagerAsync(this.handle);
        const notification = await this.request;
        this.request = undefined;
        await this.deliver(notification);
      }
    } catch (error) {
      // The request ends with the handle (design rule 6).
      this.fail(this.closed || failedWith(error, WIN32.ERROR_OPERATION_ABORTED) ? new StateError('ERR_CLOSED', 'the resource manager is closed', { cause: error }) : asError(explain(error)));
    }
  }

  private async deliver(plain: TransactionNotification): Promise<void> {
    // It may come before CreateEnlistment has returned (facts/ktm-tmf-mts.md 2.1 rule 6).
    const enlistment = await this.enlistments.get(plain.key)?.catch(() => undefined);
    const notification = notificationOf(plain, enlistment);
    const taker = enlistment === undefined ? undefined : this.takers.get(enlistment);
    if (OF_RECOVERY.includes(notification.type) && this.recoveryTaker !== undefined) {
      const take = this.recoveryTaker;
      if (notification.type === 'LAST_RECOVER') this.recoveryTaker = undefined;
      // In their order, but without holding up those of enlistments.
      void take(notification);
    } else if (taker !== undefined) taker.under = taker.under.then(() => taker.take(notification));
    else {
      this.arrived.push(notification);
      for (const listener of this.listeners) listener();
    }
  }

  private async closeAll(): Promise<void> {
    const closing = super.close();
    this.fail(new StateError('ERR_CLOSED', 'the resource manager is closed'));
    await closing;
    // Only now: as long as it is there, closing an enlistment would be an answer.
    for (const enlistment of [...this.keys.keys()]) await enlistment.close();
  }

  private fail(failure: Error): void {
    if (this.failure !== undefined) return;
    this.failure = failure;
    this.reportFailure(failure);
    for (const listener of this.listeners) listener();
  }
}
