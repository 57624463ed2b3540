/** The messages of the simulated SQL Server: number, severity and state as SQL Server's own, the text close to it. */
import type { SqlMessage } from '../../binding/sql';

interface MessageText {
  readonly severity: number;
  readonly state: number;
  /** `{0}` is the first argument. */
  readonly text: string;
}

const catalog: Readonly<Record<number, MessageText>> = {
  102: { severity: 15, state: 1, text: "Incorrect syntax near '{0}'." },
  103: { severity: 15, state: 4, text: "The identifier that starts with '{0}' is too long. Maximum length is 128." },
  105: { severity: 15, state: 1, text: "Unclosed quotation mark after the character string '{0}'." },
  113: { severity: 15, state: 1, text: "Missing end comment mark '*/'." },
  137: { severity: 15, state: 2, text: 'Must declare the scalar variable "{0}".' },
  155: { severity: 15, state: 1, text: "'{0}' is not a recognized {1} option." },
  156: { severity: 15, state: 1, text: "Incorrect syntax near the keyword '{0}'." },
  195: { severity: 15, state: 10, text: "'{0}' is not a recognized built-in function name." },
  207: { severity: 16, state: 1, text: "Invalid column name '{0}'." },
  208: { severity: 16, state: 1, text: "Invalid object name '{0}'." },
  241: { severity: 16, state: 1, text: 'Conversion failed when converting date and/or time from character string.' },
  262: { severity: 14, state: 1, text: "{0} permission denied in database '{1}'." },
  911: { severity: 16, state: 11, text: "Database '{0}' does not exist. Make sure that the name is entered correctly." },
  927: { severity: 14, state: 2, text: "Database '{0}' cannot be opened. It is in the middle of a restore." },
  1038: { severity: 15, state: 4, text: 'An object or column name is missing or empty.' },
  1834: { severity: 16, state: 1, text: "The file '{0}' cannot be overwritten. It is being used by database '{1}'." },
  2812: { severity: 16, state: 62, text: "Could not find stored procedure '{0}'." },
  3013: { severity: 16, state: 1, text: '{0} is terminating abnormally.' },
  3014: { severity: 0, state: 1, text: '{0} successfully processed {1} pages in {2} seconds ({3} MB/sec).' },
  3023: { severity: 16, state: 2, text: 'Backup and file manipulation operations on a database must be serialized. Reissue the statement after the current operation is completed.' },
  3024: { severity: 16, state: 0, text: 'You can only perform a full backup of the master database. Use BACKUP DATABASE to back up the entire master database.' },
  3031: { severity: 16, state: 1, text: "Option '{0}' conflicts with option(s) '{1}'. Remove the conflicting option and reissue the statement." },
  3032: { severity: 16, state: 2, text: 'One or more of the options ({0}) are not supported for this statement. Review the documentation for supported options.' },
  3035: { severity: 16, state: 1, text: 'Cannot perform a differential backup for database "{0}", because a current database backup does not exist. Perform a full database backup by reissuing BACKUP DATABASE, omitting the WITH DIFFERENTIAL option.' },
  3041: { severity: 16, state: 1, text: 'BACKUP failed to complete the command {0}. Check the backup application log for detailed messages.' },
  3101: { severity: 16, state: 1, text: 'Exclusive access could not be obtained because the database is in use.' },
  3102: { severity: 16, state: 1, text: "RESTORE cannot process database '{0}' because it is in use by this session. It is recommended that the master database be used when performing this operation." },
  3108: { severity: 16, state: 1, text: 'To restore the master database, the server must be running in single-user mode.' },
  3110: { severity: 14, state: 1, text: "User does not have permission to RESTORE database '{0}'." },
  3117: { severity: 16, state: 1, text: 'The log or differential backup cannot be restored because no files are ready to rollforward.' },
  3118: { severity: 16, state: 1, text: 'The database "{0}" does not exist. RESTORE can only create a database when restoring either a full backup or a file backup of the primary file.' },
  3119: { severity: 16, state: 1, text: 'Problems were identified while planning for the RESTORE statement. Previous messages provide details.' },
  3132: { severity: 16, state: 1, text: 'The media set has {0} media families but only {1} are provided. All members must be provided.' },
  3136: { severity: 16, state: 1, text: 'This differential backup cannot be restored because the database has not been restored to the correct earlier state.' },
  3142: { severity: 16, state: 1, text: 'File "{0}" cannot be restored over the existing "{1}". Reissue the RESTORE statement using WITH REPLACE to overwrite pre-existing files, or WITH MOVE to identify an alternate location.' },
  3147: { severity: 16, state: 1, text: 'Backup and restore operations are not allowed on database tempdb.' },
  3153: { severity: 16, state: 2, text: 'The database is already fully recovered.' },
  3154: { severity: 16, state: 4, text: "The backup set holds a backup of a database other than the existing '{0}' database." },
  3156: { severity: 16, state: 4, text: "File '{0}' cannot be restored to '{1}'. Use WITH MOVE to identify a valid location for the file." },
  3159: { severity: 16, state: 1, text: 'The tail of the log for the database "{0}" has not been backed up. Use BACKUP LOG WITH NORECOVERY to backup the log if it contains work you do not want to lose. Use the WITH REPLACE or WITH STOPAT clause of the RESTORE statement to just overwrite the contents of the log.' },
  3169: { severity: 16, state: 1, text: 'The database was backed up on a server running version {0}. That version is incompatible with this server, which is running version {1}.' },
  3183: { severity: 16, state: 2, text: 'RESTORE detected an error on page ({0}:{1}) in database "{2}" as read from the backup set.' },
  3187: { severity: 16, state: 1, text: 'RESTORE WITH CHECKSUM cannot be specified because the backup set does not contain checksum information.' },
  3189: { severity: 16, state: 1, text: 'Damage to the backup set was detected.' },
  3201: { severity: 16, state: 7, text: "Cannot open backup device '{0}'. Operating system error {1}." },
  3202: { severity: 16, state: 1, text: 'Write on "{0}" failed: {1}' },
  3203: { severity: 16, state: 1, text: 'Read on "{0}" failed: {1}' },
  3204: { severity: 16, state: 1, text: 'The backup or restore was aborted.' },
  3205: { severity: 16, state: 1, text: 'Too many backup devices specified for backup or restore; only {0} are allowed.' },
  3211: { severity: 0, state: 1, text: '{0} percent processed.' },
  3227: { severity: 16, state: 1, text: 'The backup media on "{0}" is part of media family {1} which has already been processed on "{2}". Ensure that backup devices are correctly specified.' },
  3231: { severity: 16, state: 1, text: 'The media loaded on "{0}" is formatted to support {1} media families, but {2} media families are expected according to the backup device specification.' },
  3234: { severity: 16, state: 2, text: "Logical file '{0}' is not part of database '{1}'. Use RESTORE FILELISTONLY to list the logical file names." },
  3241: { severity: 16, state: 0, text: "The media family on device '{0}' is incorrectly formed. SQL Server cannot process this media family." },
  3242: { severity: 16, state: 2, text: "The file on device '{0}' is not a valid backup set." },
  3247: { severity: 16, state: 1, text: "The volume on device '{0}' has the wrong media sequence number ({1}). Remove it and insert volume {2}." },
  3258: { severity: 16, state: 1, text: 'The volume on the device "{0}" is not part of the media set that is currently being processed. Ensure that the backup devices are loaded with the correct media.' },
  3262: { severity: 0, state: 1, text: 'The backup set on file {0} is valid.' },
  3271: { severity: 16, state: 1, text: 'A nonrecoverable I/O error occurred on file "{0}": {1}' },
  3284: { severity: 16, state: 1, text: "The blocks on device '{0}' are not aligned. Reissue the statement with the block size used to create the backup set: {1}." },
  3287: { severity: 16, state: 1, text: 'The file ID {0} on the device is not a backup set of this media.' },
  4035: { severity: 0, state: 1, text: "Processed {0} pages for database '{1}', file '{2}' on file {3}." },
  4208: { severity: 16, state: 1, text: 'The statement {0} is not allowed while the recovery model is SIMPLE. Use BACKUP DATABASE or change the recovery model using ALTER DATABASE.' },
  4214: { severity: 16, state: 1, text: 'BACKUP LOG cannot be performed because there is no current database backup.' },
  4305: { severity: 16, state: 1, text: 'The log in this backup set begins at LSN {0}, which is too recent to apply to the database. An earlier log backup that includes LSN {1} can be restored.' },
  4326: { severity: 16, state: 1, text: 'The log in this backup set terminates at LSN {0}, which is too early to apply to the database. A more recent log backup that includes LSN {1} can be restored.' },
  4335: { severity: 16, state: 1, text: 'The specified STOPAT time is too early. All or part of the database is already rolled forward beyond that point.' },
  5701: { severity: 0, state: 2, text: "Changed database context to '{0}'." },
  15247: { severity: 16, state: 1, text: 'User does not have permission to perform this action.' },
  18210: { severity: 16, state: 1, text: "{0}: {1} failure on backup device '{2}'. Operating system error {3}." },
  18264: { severity: 10, state: 1, text: 'Database backed up. Database: {0}, pages dumped: {1}, first LSN: {2}, last LSN: {3}, number of dump devices: {4}. This is an informational message only. No user action is required.' },
  18265: { severity: 10, state: 1, text: 'Log was backed up. Database: {0}, first LSN: {2}, last LSN: {3}, number of dump devices: {4}. This is an informational message only. No user action is required.' },
  18267: { severity: 10, state: 1, text: 'Database was restored: Database: {0}, first LSN: {2}, last LSN: {3}, number of dump devices: {4}. Informational message. No user action required.' },
  18270: { severity: 10, state: 1, text: 'Database differential changes were backed up. Database: {0}, pages dumped: {1}, first LSN: {2}, last LSN: {3}, number of dump devices: {4}. This is an informational message only. No user action is required.' },
  18456: { severity: 14, state: 1, text: "Login failed for user '{0}'." },
  /** Not a message of SQL Server's: the simulator says that it cannot do what the real one can. */
  50000: { severity: 16, state: 1, text: 'The simulated SQL Server does not support {0}.' },
};

/** The message `number` with its places filled in. */
export function sqlMessage(number: number, args: readonly (string | number | bigint)[] = [], lineNumber?: number): SqlMessage {
  const entry = catalog[number];
  if (entry === undefined) throw new RangeError(`no message ${String(number)} in the catalog`);
  const message = entry.text.replace(/\{(\d)\}/gu, (_place, index: string) => String(args[Number(index)] ?? ''));
  return { number, severity: entry.severity, state: entry.state, message, ...(lineNumber === undefined ? {} : { lineNumber }) };
}

/** Ends a statement (or, from the parser, a batch) with this message. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  constructor(
    readonly number: number,
    readonly args: readonly (string | number | bigint)[] = [],
    readonly line?: number,
  ) {
    super(sqlMessage(number, args).message);
  }
}

const systemErrors: Readonly<Record<number, string>> = {
  2: 'The system cannot find the file specified.',
  5: 'Access is denied.',
  6: 'The handle is invalid.',
  29: 'The system cannot write to the specified device.',
  30: 'The system cannot read from the specified device.',
  38: 'Reached the end of the file.',
  39: 'The disk is full.',
  50: 'The request is not supported.',
  87: 'The parameter is incorrect.',
  112: 'There is not enough space on the disk.',
  995: 'The I/O operation has been aborted because of either a thread exit or an application request.',
  1100: 'The physical end of the tape has been reached.',
  1101: 'A tape access reached a filemark.',
  1104: 'No more data is on the tape.',
  1117: 'The request could not be performed because of an I/O device error.',
  1129: 'The physical end of the tape has been reached.',
  1450: 'Insufficient system resources exist to complete the requested service.',
};

/** `112(There is not enough space on the disk.)`; an HRESULT is shown in hexadecimal. */
export function operatingSystemError(code: number): string {
  const shown = code > 0xffff ? `0x${code.toString(16).padStart(8, '0')}` : String(code);
  const win32 = code >>> 16 === 0x8007 ? code & 0xffff : code;
  return `${shown}(${systemErrors[win32] ?? 'failed to retrieve text for this error. Reason: 15105'})`;
}
