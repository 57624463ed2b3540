/** `winbackup/vdi`: SQL Server backup and restore through the Virtual Device Interface. */
export {
  AbortError, ArgumentError, HRESULT, INFINITE, LoadError, SqlConnectionError, StateError, TimeoutError, VDCommands, VDFeatures, VDWhence, WIN32,
  WinbackupError, WindowsError, commandName, hresultName, win32Name,
} from '../binding';
export type {
  Backend, Host, SqlConnection, SqlExecuteOptions, SqlMessage, SqlResult, SqlRow, SqlServer,
} from '../binding';
export type { VDConfig } from '../binding/generated/vdi';
export { backupDatabase } from './backup';
export type { BackupDatabaseOptions, BackupOutputOptions, BackupResult, DeviceKind } from './backup';
export type { BackupDestination, SecondaryStripe } from './backup-targets';
export { ClientVirtualDevice } from './client-virtual-device';
export type { WaitOptions } from './client-virtual-device';
export { ClientVirtualDeviceSet } from './client-virtual-device-set';
export type { CreateSetOptions, OpenSetOptions } from './client-virtual-device-set';
export { Command } from './command';
export type { Compression } from './compression';
export type { VirtualDeviceSetConfiguration } from './configuration';
export { BackupError, RestoreError, SqlStatementError, TransferAbortError, TransferError } from './errors';
export type { OutputFile } from './media';
export type { TransferProgress } from './progress';
export { restoreDatabase } from './restore';
export type { RestoreDatabaseOptions, RestoreInput, RestoreInputOptions, RestoreResult } from './restore';
export { serveSecondaryDevice } from './secondary';
export type { SecondaryDeviceOptions, SecondaryDeviceResult } from './secondary';
export type { BackupStream, ByteSink } from './sink';
export { SnapshotAbortError, SnapshotBackupError, snapshotBackup } from './snapshot-backup';
export type {
  DatabaseSnapshot, SnapshotBackupOptions, SnapshotBackupResult, SnapshotContext, SnapshotDatabase, SnapshotTimeouts,
} from './snapshot-backup';
export type { RestoreStream } from './source';
export { msnodesqlv8Server } from './sql/msnodesqlv8';
export type { Msnodesqlv8Options } from './sql/msnodesqlv8';
export { sqlcmdServer } from './sql/sqlcmd';
export type { SqlcmdOptions } from './sql/sqlcmd';
export { tediousServer } from './sql/tedious';
export type { TediousOptions } from './sql/tedious';
export { quoteIdentifier, quoteString } from './statement';
export type { BackupSqlOptions, BackupType, RestoreSqlOptions, TransferSqlOptions } from './statement';
export type { SecondaryDevice, TransferTimeouts } from './transfer';
export type { TransferOptions } from './transfer-options';
export { fileListOnly, headerOnly, verifyBackup } from './verify';
export type { ListingResult, ReadBackupOptions } from './verify';
