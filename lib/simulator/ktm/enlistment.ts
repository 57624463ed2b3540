/** An enlistment: one resource manager's part in one transaction, or its superior. Its states and their table are in `states.ts`. */
import { TRANSACTION_NOTIFY as NOTIFY } from '../../binding/ktm-codes';
import { remember } from './ktm';
import type { LoggedEnlistment } from './logged-transactions';
import type { ResourceManager } from './resource-manager';
import { enlistmentOver, onEnlistmentClose } from './states';
import type { EnlistmentState } from './states';
import type { Transaction } from './transaction';

/** Entries that the kernel keeps of each (facts/ktm-tmf-mts.md 1.9). */
const HISTORY = 20;

export interface HistoryEntry {
  /** The notification bit that was sent, or 0 for a state that a call or a loss brought about. */
  readonly notification: number;
  readonly state: EnlistmentState;
}

export class Enlistment {
  state: EnlistmentState = 'Active';
  /** It has answered PREPARE, or was not asked: it counts as prepared whatever became of its owner. */
  voted = false;
  /** Its vote has been written, or is on the way, to the log. */
  logged = false;
  key = 0n;
  information: Uint8Array = new Uint8Array(0);
  readonly history: HistoryEntry[] = [{ notification: 0, state: 'Active' }];
  private handles = 0;

  constructor(
    readonly id: string,
    readonly resourceManager: ResourceManager,
    readonly transaction: Transaction,
    readonly mask: number,
    readonly isSuperior: boolean,
  ) {
    resourceManager.enlistments.set(id, this);
    transaction.enlistments.add(this);
  }

  /** What a log must remember of it. */
  get record(): LoggedEnlistment {
    return { id: this.id, resourceManager: this.resourceManager.id, mask: this.mask, information: Buffer.from(this.information).toString('base64') };
  }

  get isDurable(): boolean {
    return !this.resourceManager.isVolatile && !this.resourceManager.manager.isVolatile;
  }

  get isOver(): boolean {
    return enlistmentOver.includes(this.state);
  }

  asksFor(notification: number): boolean {
    return (this.mask & notification) !== 0;
  }

  enter(state: EnlistmentState, notification = 0): void {
    this.state = state;
    remember(this.history, { notification, state }, HISTORY);
    if (this.isOver) this.resourceManager.forget(this);
  }

  /** Sends a notification and goes to the state in which its answer is awaited. */
  send(notification: number, state: EnlistmentState = this.state): void {
    this.enter(state, notification);
    this.resourceManager.notify(notification, this);
  }

  /** A notification that changes nothing, if its mask asks for it and its owner can hear. */
  tell(notification: number): void {
    if (this.asksFor(notification) && this.resourceManager.online && this.state !== 'Offline') this.send(notification);
  }

  handleOpened(): void {
    this.handles += 1;
  }

  handleClosed(): void {
    this.handles -= 1;
    if (this.handles > 0 || this.transaction.ktm.lost) return;
    this.released();
    this.resourceManager.forget(this);
  }

  get hasHandles(): boolean {
    return this.handles > 0;
  }

  /** The last handle of its resource manager is gone (2.3, 2.5). */
  ownerGone(): void {
    // What is in the log will be asked for again; a rollback need not be, it is presumed.
    if (!this.logged || this.state === 'Aborting') this.released();
    if (this.isOver) return;
    if (this.logged) {
      this.enter('Offline');
      this.transaction.ownerOffline(this);
    } else {
      // Nobody can ever ask for it again.
      this.transaction.ownerVanished(this);
      if (!this.isOver) this.enter('Forgotten');
      void this.transaction.advance();
    }
  }

  private released(): void {
    switch (onEnlistmentClose[this.state]) {
      case 'rollback':
        this.enter('Aborted');
        this.transaction.rollBack('an enlistment was closed');
        return;
      case 'disconnect':
        this.transaction.disconnected(this);
        return;
      case 'complete':
        this.transaction.completed(this, 'Aborted');
        return;
      case 'stay':
        if (this.state === 'CommittedNotify' && !this.logged) this.transaction.completed(this, 'Committed');
    }
  }

  /** RecoverEnlistment: the outcome again, or INDOUBT (2.4). */
  recover(key: bigint): void {
    this.key = key;
    if (this.isSuperior) {
      // It was asked already (RECOVER_QUERY), and answers when it knows.
      this.enter('Prepared');
      return;
    }
    switch (this.transaction.outcome) {
      case 'Committed':
        this.send(NOTIFY.COMMIT, 'CommittedNotify');
        return;
      case 'Aborted':
        this.send(NOTIFY.ROLLBACK, 'Aborting');
        return;
      case 'Undetermined':
      case 'Unavailable':
        this.send(NOTIFY.INDOUBT, 'InDoubt');
        this.transaction.superior?.tell(NOTIFY.REQUEST_OUTCOME);
    }
  }
}
