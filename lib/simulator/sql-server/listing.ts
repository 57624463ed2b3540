/** The rows of RESTORE HEADERONLY, FILELISTONLY and LABELONLY, with SQL Server's column names. */
import type { PlainRecord } from '../../binding/channel';
import { formatSqlTime } from './sql-time';
import type { BackupEnd, BackupSet, BackupType, MediaDescription } from './media';

/** BackupType and its description, as HEADERONLY gives them. */
const types: Readonly<Record<BackupType, readonly [number, string]>> = {
  database: [1, 'Database'],
  log: [2, 'Transaction Log'],
  differential: [5, 'Database Differential'],
};
/** A virtual device (facts/vdi.md 2.6). */
const VIRTUAL_DEVICE_TYPE = 7;

const time = (ms: number | null): string | null => (ms === null ? null : formatSqlTime(ms));

export function describeHeader(media: MediaDescription, set: BackupSet, end: BackupEnd, blockSize: number, bytes: number): PlainRecord {
  const [type, description] = types[set.type];
  const [major, minor, build] = set.version.split('.').map(Number);
  return {
    BackupName: set.name === '' ? null : set.name,
    BackupDescription: set.description === '' ? null : set.description,
    BackupType: type,
    ExpirationDate: time(set.expiresAt),
    Compressed: set.compressed ? 1 : 0,
    Position: 1,
    DeviceType: VIRTUAL_DEVICE_TYPE,
    UserName: set.login,
    ServerName: set.server,
    DatabaseName: set.database,
    DatabaseCreationDate: time(set.databaseCreatedAt),
    BackupSize: set.files.reduce((sum, { backedUp }) => sum + backedUp, 0),
    FirstLSN: set.firstLsn,
    LastLSN: end.lastLsn,
    CheckpointLSN: set.checkpointLsn,
    DatabaseBackupLSN: set.databaseBackupLsn,
    BackupStartDate: time(set.startedAt),
    BackupFinishDate: time(end.finishedAt),
    SoftwareVersionMajor: major ?? 0,
    SoftwareVersionMinor: minor ?? 0,
    SoftwareVersionBuild: build ?? 0,
    MachineName: set.server.split('\\')[0] ?? '',
    FamilyGUID: set.familyId,
    MediaSetGUID: media.mediaSetId,
    BlockSize: blockSize,
    IsSnapshot: set.snapshot,
    HasBackupChecksums: set.checksum,
    IsDamaged: false,
    BeginsLogChain: set.beginsLogChain,
    IsCopyOnly: set.copyOnly,
    RecoveryModel: set.recoveryModel,
    DifferentialBaseLSN: set.differentialBaseLsn,
    DifferentialBaseGUID: set.differentialBaseId,
    BackupTypeDescription: description,
    BackupSetGUID: set.setId,
    CompressedBackupSize: bytes,
  };
}

export function describeFiles(set: BackupSet): readonly PlainRecord[] {
  return set.files.map(({ id, logicalName, physicalName, type, byteLength, backedUp }) => ({
    LogicalName: logicalName,
    PhysicalName: physicalName,
    Type: type,
    FileGroupName: type === 'D' ? 'PRIMARY' : null,
    Size: byteLength,
    FileId: id,
    BackupSizeInBytes: backedUp,
    DifferentialBaseLSN: set.differentialBaseLsn,
    DifferentialBaseGUID: set.differentialBaseId,
    IsReadOnly: false,
    IsPresent: true,
  }));
}

export function describeLabel(
  media: MediaDescription,
  set: BackupSet,
  familyCount: number,
  family: number,
  blockSize: number,
): PlainRecord {
  return {
    MediaName: media.mediaName === '' ? null : media.mediaName,
    MediaSetId: media.mediaSetId,
    FamilyCount: familyCount,
    FamilySequenceNumber: family,
    MediaFamilyId: set.familyId,
    MediaSequenceNumber: media.volume,
    MediaDescription: media.mediaDescription === '' ? null : media.mediaDescription,
    SoftwareName: 'winbackup simulated SQL Server',
    MediaDate: formatSqlTime(set.startedAt),
    BlockSize: blockSize,
    IsCompressed: set.compressed,
  };
}
