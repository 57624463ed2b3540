/** One resource manager's part in one transaction, subordinate or superior (facts/ktm-tmf-mts.md 2.1, 2.2). */
import { checkBytes, checkU64 } from '../binding';
import type { KernelHandle } from '../binding/functions';
import type { Connection } from './connection';
import { KtmObject } from './ktm-object';

/** The resource manager, as its enlistments see it. */
export interface EnlistmentOwner {
  readonly connection: Connection;
  /** The enlistment's notifications carry `key` from now on. */
  rekey(enlistment: Enlistment): bigint;
  enlistmentClosed(enlistment: Enlistment): void;
}

export interface AnswerOptions {
  /** Raises the virtual clock of the transaction manager. */
  readonly virtualClock?: bigint;
}

/**
 * All methods are functions of KtmW32 on this enlistment and reject with WindowsError: ERROR_TRANSACTION_NOT_REQUESTED for an answer that
 * nobody asked for, ERROR_TRANSACTION_REQUEST_NOT_VALID in a wrong state; after `close` with StateError (ERR_CLOSED).
 * Closing an enlistment before its PrepareComplete rolls the transaction back.
 */
export class Enlistment extends KtmObject {
  private knownId: string | undefined;

  /** @internal */
  constructor(
    private readonly owner: EnlistmentOwner,
    handle: KernelHandle,
    id?: string,
  ) {
    super(owner.connection, handle, 'the enlistment');
    this.knownId = id;
  }

  /** GetEnlistmentId: the name under which it is found again after a crash. */
  async id(): Promise<string> {
    return (this.knownId ??= await this.call((ktm, handle) => ktm.getEnlistmentId(handle)));
  }

  /** RecoverEnlistment: KTM sends the outcome again, COMMIT or ROLLBACK, or INDOUBT. */
  recover(): Promise<void> {
    return this.call((ktm, handle) => ktm.recoverEnlistment(handle, this.owner.rekey(this)));
  }

  /** GetEnlistmentRecoveryInformation: what `setRecoveryInformation` left in the log. */
  recoveryInformation(): Promise<Uint8Array> {
    return this.call((ktm, handle) => ktm.getEnlistmentRecoveryInformation(handle));
  }

  /** SetEnlistmentRecoveryInformation; durable with PrepareComplete. Not on volatile managers. */
  async setRecoveryInformation(information: Uint8Array): Promise<void> {
    checkBytes('information', information);
    return this.call((ktm, handle) => ktm.setEnlistmentRecoveryInformation(handle, information));
  }

  // --- Answers of a subordinate ---

  prePrepareComplete(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.prePrepareComplete(handle, clockOf(options)));
  }

  /** The promise: whatever happens, it can commit and it can roll back. */
  prepareComplete(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.prepareComplete(handle, clockOf(options)));
  }

  commitComplete(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.commitComplete(handle, clockOf(options)));
  }

  rollbackComplete(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.rollbackComplete(handle, clockOf(options)));
  }

  /** ReadOnlyEnlistment: nothing was changed, no further notification is wanted. */
  readOnly(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.readOnlyEnlistment(handle, clockOf(options)));
  }

  /** Asks for the phases instead of SINGLE_PHASE_COMMIT. */
  singlePhaseReject(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.singlePhaseReject(handle, clockOf(options)));
  }

  /** RollbackEnlistment: refuses, before PrepareComplete; a superior rolls back until it has committed. */
  rollback(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.rollbackEnlistment(handle, clockOf(options)));
  }

  // --- Demands of a superior ---

  /** PrePrepareEnlistment; PREPREPARE_COMPLETE tells of its end. */
  prePrepare(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.prePrepareEnlistment(handle, clockOf(options)));
  }

  /** PrepareEnlistment; PREPARE_COMPLETE tells of its end. */
  prepare(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.prepareEnlistment(handle, clockOf(options)));
  }

  /** CommitEnlistment; COMMIT_COMPLETE tells of its end. */
  commit(options?: AnswerOptions): Promise<void> {
    return this.call((ktm, handle) => ktm.commitEnlistment(handle, clockOf(options)));
  }

  override async close(): Promise<void> {
    this.owner.enlistmentClosed(this);
    await super.close();
  }
}

function clockOf(options: AnswerOptions | undefined): bigint | null {
  return options?.virtualClock === undefined ? null : checkU64('virtualClock', options.virtualClock);
}
