/** `winbackup/vss`: the Volume Shadow Copy Service, requester side. */
export {
  AbortError, ArgumentError, HRESULT, LoadError, StateError, TimeoutError, WinbackupError, WindowsError, hresultName,
} from '../binding';
export type { Backend, Host } from '../binding';
export type * from '../binding/generated/vss';
export * from '../binding/vss-codes';
export { LogError } from '../log';
export { VssBackupComponents } from './backup-components';
export type { BackupComponentsMethods, OperationOptions } from './backup-components';
export type { ComponentsState } from './components-states';
export type {
  ComponentFailure, DifferencedFile, DirectedTarget, DocumentComponent, DocumentWriter, PartialFile,
} from './components-document';
export { copyFromSnapshot, removeCopies, resolveDevicePath } from './copy-files';
export type { CopiedFiles, CopyFromSnapshotOptions, CopyProgress } from './copy-files';
export { SnapshotError, VssAbortError, VssError, VssRestoreError } from './errors';
export type { SnapshotPhase, VssFailure } from './errors';
export { SnapshotJournal } from './journal';
export type { CleanUpResult, JournalledSet, SnapshotJournalOptions } from './journal';
export {
  ImportedSnapshots, breakSnapshotSet, deleteSetIfThere, deleteSnapshots, exposeSnapshot, importSnapshots, isVolumeSnapshotted, isVolumeSupported, listWriters, queryProviders,
  querySnapshots, revertToSnapshot, shouldBlockRevert, unexposeSnapshot, waitForRevert,
} from './management';
export type {
  BreakSnapshotSetOptions, DeleteSnapshotsOptions, ExposeSnapshotOptions, ImportSnapshotsOptions, ListedWriter, Provider, QuerySnapshotsOptions, RevertStatusOptions,
  RevertToSnapshotOptions, SnapshotOptions, SnapshotOrSet, Told, VolumeOptions,
} from './management';
export type { RequesterOptions, RequesterTimeouts } from './requester';
export { RestoreSession } from './restore-session';
export type { CompleteRestoreOptions, CompletedRestore, NewTarget, RestoreComponent, RestoreSelection, RestoreSessionOptions } from './restore-session';
export type { RetryClass } from './retry-classes';
export { EOAC, RPC_C_AUTHN_LEVEL, RPC_C_IMP_LEVEL } from './security';
export type { ComSecurity, SecurityOption } from './security';
export type { ComponentAddress, ComponentSelection } from './selection';
export type { SetHolder } from './set-in-progress';
export type { Snapshot } from './snapshot';
export type { AroundDoSnapshotSet, BackupStamp, SnapshotProgress } from './snapshot-creation';
export { queryShadowStorage, removeShadowStorage, setShadowStorage } from './shadow-storage';
export type { SetShadowStorageOptions, ShadowStorage, ShadowStorageOptions } from './shadow-storage';
export { SnapshotSession } from './snapshot-session';
export type { CompleteOptions, CompletedSnapshot, SnapshotRetry, SnapshotSessionOptions, SnapshotTimeouts } from './snapshot-session';
export { examineWriterMetadata } from './writer-metadata';
export type { ComponentMetadata, Dependency, FileSet, RestoreMethod, WriterDocument, WriterMetadata } from './writer-metadata';
export type { FailedComponent, FailedWriter, WriterStateName, WriterStatus } from './writer-status';
