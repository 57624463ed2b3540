// Generated from lib/binding/tables/ktm.ts by scripts/generate.mjs. Not to be edited.
import type { KernelHandle } from '../functions';
import type { TransactionNotification } from '../notification';

/** Functions of ktmw32.dll. */
export interface KtmW32 {
  /**
   * createOptions: TRANSACTION_DO_NOT_PROMOTE
   * timeoutMs: milliseconds; 0 or 0xFFFFFFFF is without end
   * description: at most 64 characters
   * KtmW32::CreateTransaction; facts/ktm-tmf-mts.md 1.2.
   */
  createTransaction(createOptions: number, timeoutMs: number, description: string | null): Promise<KernelHandle>;
  /** KtmW32::OpenTransaction; facts/ktm-tmf-mts.md 1.2. */
  openTransaction(desiredAccess: number, transactionId: string): Promise<KernelHandle>;
  /**
   * waits until every participant has answered
   * Needs TRANSACTION_COMMIT.
   * KtmW32::CommitTransaction; facts/ktm-tmf-mts.md 1.2.
   */
  commitTransaction(transaction: KernelHandle): Promise<void>;
  /**
   * ERROR_IO_PENDING means started
   * Needs TRANSACTION_COMMIT.
   * KtmW32::CommitTransactionAsync; facts/ktm-tmf-mts.md 1.2.
   */
  commitTransactionAsync(transaction: KernelHandle): Promise<void>;
  /**
   * Needs TRANSACTION_ROLLBACK.
   * KtmW32::RollbackTransaction; facts/ktm-tmf-mts.md 1.2.
   */
  rollbackTransaction(transaction: KernelHandle): Promise<void>;
  /**
   * ERROR_IO_PENDING means started
   * Needs TRANSACTION_ROLLBACK.
   * KtmW32::RollbackTransactionAsync; facts/ktm-tmf-mts.md 1.2.
   */
  rollbackTransactionAsync(transaction: KernelHandle): Promise<void>;
  /**
   * Needs TRANSACTION_QUERY_INFORMATION.
   * KtmW32::GetTransactionId; facts/ktm-tmf-mts.md 1.2.
   */
  getTransactionId(transaction: KernelHandle): Promise<string>;
  /**
   * Needs TRANSACTION_QUERY_INFORMATION.
   * outcome: TRANSACTION_OUTCOME
   * description: from a buffer of 64 characters of the caller
   * KtmW32::GetTransactionInformation; facts/ktm-tmf-mts.md 1.2.
   */
  getTransactionInformation(transaction: KernelHandle): Promise<{ outcome: number; isolationLevel: number; isolationFlags: number; timeoutMs: number; description: string | null }>;
  /**
   * Needs TRANSACTION_SET_INFORMATION.
   * timeoutMs: milliseconds; 0 or 0xFFFFFFFF is without end
   * description: at most 64 characters
   * KtmW32::SetTransactionInformation; facts/ktm-tmf-mts.md 1.2.
   */
  setTransactionInformation(transaction: KernelHandle, timeoutMs: number, description: string | null): Promise<void>;
  /**
   * logFileName: null for a volatile manager
   * createOptions: TRANSACTION_MANAGER_VOLATILE ...
   * KtmW32::CreateTransactionManager; facts/ktm-tmf-mts.md 1.2.
   */
  createTransactionManager(logFileName: string | null, createOptions: number): Promise<KernelHandle>;
  /** KtmW32::OpenTransactionManager; facts/ktm-tmf-mts.md 1.2. */
  openTransactionManager(logFileName: string, desiredAccess: number): Promise<KernelHandle>;
  /** KtmW32::OpenTransactionManagerById; facts/ktm-tmf-mts.md 1.2. */
  openTransactionManagerById(managerId: string, desiredAccess: number): Promise<KernelHandle>;
  /**
   * the log gets a new identity
   * KtmW32::RenameTransactionManager; facts/ktm-tmf-mts.md 1.2.
   */
  renameTransactionManager(logFileName: string, existingManagerId: string): Promise<void>;
  /**
   * Needs TRANSACTIONMANAGER_RECOVER.
   * KtmW32::RecoverTransactionManager; facts/ktm-tmf-mts.md 1.2.
   */
  recoverTransactionManager(manager: KernelHandle): Promise<void>;
  /**
   * Needs TRANSACTIONMANAGER_RECOVER.
   * virtualClock: null, or the clock to raise to
   * KtmW32::RollforwardTransactionManager; facts/ktm-tmf-mts.md 1.2.
   */
  rollforwardTransactionManager(manager: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs TRANSACTIONMANAGER_QUERY_INFORMATION.
   * KtmW32::GetCurrentClockTransactionManager; facts/ktm-tmf-mts.md 1.2.
   */
  getCurrentClockTransactionManager(manager: KernelHandle): Promise<bigint>;
  /**
   * Needs TRANSACTIONMANAGER_QUERY_INFORMATION.
   * KtmW32::GetTransactionManagerId; facts/ktm-tmf-mts.md 1.2.
   */
  getTransactionManagerId(manager: KernelHandle): Promise<string>;
  /**
   * Needs TRANSACTIONMANAGER_CREATE_RM.
   * createOptions: RESOURCE_MANAGER_VOLATILE ...
   * description: at most 64 characters
   * KtmW32::CreateResourceManager; facts/ktm-tmf-mts.md 1.2.
   */
  createResourceManager(resourceManagerId: string, createOptions: number, manager: KernelHandle, description: string | null): Promise<KernelHandle>;
  /**
   * Needs TRANSACTIONMANAGER_QUERY_INFORMATION.
   * KtmW32::OpenResourceManager; facts/ktm-tmf-mts.md 1.2.
   */
  openResourceManager(desiredAccess: number, manager: KernelHandle, resourceManagerId: string): Promise<KernelHandle>;
  /**
   * Needs RESOURCEMANAGER_RECOVER.
   * KtmW32::RecoverResourceManager; facts/ktm-tmf-mts.md 1.2.
   */
  recoverResourceManager(resourceManager: KernelHandle): Promise<void>;
  /**
   * Needs RESOURCEMANAGER_GET_NOTIFICATION.
   * timeoutMs: milliseconds; 0 polls, 0xFFFFFFFF waits without end
   * KtmW32::GetNotificationResourceManager; facts/ktm-tmf-mts.md 1.2.
   */
  getNotificationResourceManager(resourceManager: KernelHandle, timeoutMs: number): Promise<TransactionNotification>;
  /**
   * answers when a notification has come through the completion port; SetResourceManagerCompletionPort comes first
   * Needs RESOURCEMANAGER_GET_NOTIFICATION.
   * KtmW32::GetNotificationResourceManagerAsync; facts/ktm-tmf-mts.md 1.2.
   */
  getNotificationResourceManagerAsync(resourceManager: KernelHandle): Promise<TransactionNotification>;
  /**
   * the port is the binding's own
   * KtmW32::SetResourceManagerCompletionPort; facts/ktm-tmf-mts.md 1.2.
   */
  setResourceManagerCompletionPort(resourceManager: KernelHandle, completionKey: number | bigint): Promise<void>;
  /**
   * Needs RESOURCEMANAGER_ENLIST + TRANSACTION_ENLIST.
   * createOptions: ENLISTMENT_SUPERIOR
   * key: comes back in the notifications of the enlistment
   * KtmW32::CreateEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  createEnlistment(resourceManager: KernelHandle, transaction: KernelHandle, notificationMask: number, createOptions: number, key: number | bigint): Promise<KernelHandle>;
  /** KtmW32::OpenEnlistment; facts/ktm-tmf-mts.md 1.2. */
  openEnlistment(desiredAccess: number, resourceManager: KernelHandle, enlistmentId: string): Promise<KernelHandle>;
  /**
   * Needs ENLISTMENT_RECOVER.
   * key: comes back in the notifications of the enlistment
   * KtmW32::RecoverEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  recoverEnlistment(enlistment: KernelHandle, key: number | bigint): Promise<void>;
  /**
   * Needs ENLISTMENT_QUERY_INFORMATION.
   * KtmW32::GetEnlistmentId; facts/ktm-tmf-mts.md 1.2.
   */
  getEnlistmentId(enlistment: KernelHandle): Promise<string>;
  /**
   * Needs ENLISTMENT_QUERY_INFORMATION.
   * KtmW32::GetEnlistmentRecoveryInformation; facts/ktm-tmf-mts.md 1.2.
   */
  getEnlistmentRecoveryInformation(enlistment: KernelHandle): Promise<Uint8Array>;
  /**
   * Needs ENLISTMENT_SET_INFORMATION.
   * KtmW32::SetEnlistmentRecoveryInformation; facts/ktm-tmf-mts.md 1.2.
   */
  setEnlistmentRecoveryInformation(enlistment: KernelHandle, information: Uint8Array): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::PrePrepareComplete; facts/ktm-tmf-mts.md 1.2.
   */
  prePrepareComplete(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::PrepareComplete; facts/ktm-tmf-mts.md 1.2.
   */
  prepareComplete(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::CommitComplete; facts/ktm-tmf-mts.md 1.2.
   */
  commitComplete(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::RollbackComplete; facts/ktm-tmf-mts.md 1.2.
   */
  rollbackComplete(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::ReadOnlyEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  readOnlyEnlistment(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::SinglePhaseReject; facts/ktm-tmf-mts.md 1.2.
   */
  singlePhaseReject(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUBORDINATE_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::RollbackEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  rollbackEnlistment(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUPERIOR_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::PrePrepareEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  prePrepareEnlistment(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUPERIOR_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::PrepareEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  prepareEnlistment(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
  /**
   * Needs ENLISTMENT_SUPERIOR_RIGHTS.
   * virtualClock: null, or the clock to raise to
   * KtmW32::CommitEnlistment; facts/ktm-tmf-mts.md 1.2.
   */
  commitEnlistment(enlistment: KernelHandle, virtualClock: number | bigint | null): Promise<void>;
}
