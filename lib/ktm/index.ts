/** `winbackup/ktm`: kernel transactions, resource managers and their recovery. */
export { AbortError, ArgumentError, LoadError, StateError, TimeoutError, WinbackupError, WindowsError, win32Name } from '../binding';
export type { Backend, Host } from '../binding';
export {
  ENLISTMENT_RIGHTS, KTM_ERROR, RESOURCEMANAGER_RIGHTS, TRANSACTION_NOTIFY, TRANSACTION_RIGHTS, TRANSACTIONMANAGER_RIGHTS,
} from '../binding/ktm-codes';
export { Enlistment } from './enlistment';
export type { AnswerOptions } from './enlistment';
export type { Notification, NotificationName } from './notification';
export { ResourceManager } from './resource-manager';
export type { CreateEnlistmentOptions, CreateResourceManagerOptions } from './resource-manager';
export { CommitAbortError, Transaction } from './transaction';
export type { CreateTransactionOptions, OpenTransactionOptions, Outcome, TransactionInformation } from './transaction';
export { TransactionManager } from './transaction-manager';
export type { CreateTransactionManagerOptions, OpenByIdOptions, OpenTransactionManagerOptions } from './transaction-manager';
export { recoverResourceManager } from './recovery';
export type {
  PreparedTransaction, RecoverResourceManagerOptions, RecoveredResourceManager, RecoveredTransaction, SuperiorDecision, UnresolvedTransaction,
} from './recovery';
export { LogError } from '../log';
export type { StoredTransaction } from './prepared-store';
export { ResourceManagerDriver } from './resource-manager-driver';
export type { EnlistedWork, ResourceManagerDriverOptions, ResourceManagerHandlers, Work } from './resource-manager-driver';
export { FileResourceManager, ReplaceError, replaceFiles } from './replace-files';
export type {
  FileReplacement, FileResourceManagerOptions, FileSet, ReplaceFilesOptions, ReplaceOptions, ReplaceResult,
} from './replace-files';
export { ROOT_KEY, TransactedFile, TransactedFiles, TransactedKey, TransactedRegistry } from './transacted';
export type { CreateTransactedFileOptions, TransactedKeyOptions, TransactedOptions } from './transacted';
