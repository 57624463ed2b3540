/** The ready-made participants, and what recovers them after a crash. */
import type { Recoverer } from '../participant';
import { SERVER_KIND, recoverServer } from '../server-process';
import { DatabaseRestore, recoverDatabaseRestore } from './databases';
import { FileSet, recoverFileSet } from './file-set';
import { KernelTransactionParticipant, recoverKernelTransaction } from './kernel-transaction';
import { SnapshotSet, recoverSnapshotSet } from './snapshot-set';

export { DatabaseBackup, DatabaseRestore } from './databases';
export type { DatabaseBackupRun, DatabaseOptions, DatabaseRestoreRun } from './databases';
export { FileSet } from './file-set';
export type { FileSetOptions } from './file-set';
export { KernelTransactionParticipant } from './kernel-transaction';
export type { KernelTransactionOptions } from './kernel-transaction';
export { SnapshotSet } from './snapshot-set';
export type { SnapshotSetOptions } from './snapshot-set';

/** By the kind that their records have in the log. */
export const readyMadeRecoverers: Readonly<Record<string, Recoverer>> = {
  [FileSet.kind]: recoverFileSet,
  [SnapshotSet.kind]: recoverSnapshotSet,
  [DatabaseRestore.kind]: recoverDatabaseRestore,
  [KernelTransactionParticipant.kind]: recoverKernelTransaction,
  [SERVER_KIND]: recoverServer,
};
