/** What to do about the errors that people meet on servers: by code of an error in the chain, or by number of a SQL Server message. */
import { ArgumentError, errorCode } from '../binding/errors';
import { isSqlError } from '../binding/sql';
import type { SqlMessage } from '../binding/sql';
import { VssError } from '../vss/errors';
import { causes } from './causes';

/** By `code` of an error. Sources: facts/vdi.md 1.1, 1.6, 2.2, 2.11. */
const BY_CODE: Readonly<Record<string, string>> = {
  E_ACCESSDENIED: 'Run this command elevated (as administrator), or as the service account of the SQL Server instance.',
  VD_E_SECURITY: 'Run this command elevated (as administrator), or as the service account of the SQL Server instance.',
  REGDB_E_CLASSNOTREG: 'sqlvdi.dll is not registered on this machine. Run this command on the machine of SQL Server; if it is that machine, repair the installation, or register sqlvdi.dll with regsvr32.',
  CLASS_E_CLASSNOTAVAILABLE: 'The registered sqlvdi.dll does not offer the virtual device interface: repair the installation of SQL Server, or register its sqlvdi.dll with regsvr32.',
  VD_E_INSTANCE_NAME: 'There is no such SQL Server instance on this machine. Give the name without the machine (--instance SQL2022), and none for the default instance; its service must be running.',
  VD_E_TIMEOUT: 'SQL Server did not attach to the virtual device in time. Is the SQL connection one to this same machine and instance?',
  ERR_TIMEOUT: 'SQL Server did not answer in time. Is the SQL connection one to this same machine and instance?',
  VD_E_MEMORY: 'SQL Server found no contiguous memory for the buffers: lower --max-transfer-size, --buffer-count or the number of stripes.',
  ERR_NATIVE_LOAD: 'The native addon did not load; what was tried is listed above. With --machine <file> a simulated machine can be used instead.',
  ERR_SQLCMD_NOT_FOUND: 'Install the SQL Server command line tools (sqlcmd), or use --driver tedious with --login.',
  ERR_MACHINE_NOT_RUNNING: 'Start it in another terminal: winbackup machine <file>',
  ERR_MACHINE_RUNNING: 'The machine of that file runs already, in another process.',
  ELOGIN: 'Check --login and the password. SQL Server must allow SQL logins (mixed mode) for --driver tedious.',
  ESOCKET: 'Is SQL Server running, and is TCP/IP enabled for the instance? --driver sqlcmd connects without TCP.',
  ETIMEOUT: 'Is SQL Server running, and is TCP/IP enabled for the instance? --driver sqlcmd connects without TCP.',
  EINSTLOOKUP: 'The SQL Server Browser service did not know the instance: start it, or check --instance.',
  EEXIST: 'The file exists already: choose another name, or add --overwrite.',
  ENOSPC: 'The disk is full: the backup was given up.',
  EACCES: 'This account may not use that file or folder.',
  EPERM: 'This account may not use that file or folder.',
  ENOENT: 'No such file or folder.',
  EROFS: 'That file system is read-only.',
  ERR_REPLACE_UNFINISHED: 'Close what holds the file open, then run: winbackup transactions recover --log <name>',
  ERR_REPLACE_IN_DOUBT: 'Run winbackup transactions recover --log <name>: it finds out, and makes the set whole.',
  ERR_UNRESOLVED: 'Nothing else is held up by them. Remove the cause, then run the same command again.',
  ERR_IN_USE: 'Another command or program works with this log, or journal: wait for its end, or use another one.',
  ERR_LOG_DAMAGED: 'The log is damaged. Keep a copy of it and of the files named beside it before anything else.',
  ERR_MONITOR_NOT_RUNNING: 'What a killed run has left is brought to its end by winbackup recover, or by the next winbackup job.',
  ERR_MONITOR_UNREACHABLE: 'Its process lives. Run this command as the same user or as an administrator; if it hangs, end its process, then run winbackup recover.',
  ERR_MONITOR_RUNNING: 'Look at it with winbackup status, or wait for its end.',
  ERR_TRANSACTION_UNKNOWN: 'Those that are not over: winbackup status',
  FE_NOT_CONFIGURED: 'Name the directory of the transaction log: --log; a job keeps it in .winbackup in its destination.',
  FE_ENDING: 'Only one that is active can be aborted, and only one that hangs resolved: winbackup status',
  ERR_NO_MANIFEST: 'Name the directory that the job published: it lies in the destination, and holds manifest.json.',
  ERR_SET_CHANGED: 'Use another set; each one is whole by itself.',
  EPIPE: 'The program that was to take the backup from standard output ended early.',
};

/** By number of SQL Server's message. */
const BY_MESSAGE: Readonly<Record<number, string>> = {
  229: 'The login lacks the permission. A backup over a virtual device needs a login in the fixed server role sysadmin.',
  262: 'The login may not back up this database. A backup over a virtual device needs a login in the fixed server role sysadmin.',
  3110: 'The login may not restore this database. A restore over a virtual device needs a login in the fixed server role sysadmin.',
  15247: 'The login lacks the permission. A backup over a virtual device needs a login in the fixed server role sysadmin.',
  18456: 'Check --login and the password. Without --login the account of this process is used.',
  911: 'There is no database of that name on this instance; check the spelling and --instance.',
  3035: 'A differential or log backup needs an earlier full backup: run one with --type full first.',
  4208: 'The database is in the simple recovery model, which has no log backups: use --type full or differential.',
  4212: 'The database is in the simple recovery model, which has no log backups: use --type full or differential.',
  4214: 'A log backup needs an earlier full backup: run one with --type full first.',
  3101: 'The database is in use: close its connections, or set it to single user first.',
  3102: 'The database is in use by this very connection.',
  3132: 'The backup has more stripes than were given: name all of its files after --from.',
  3154: 'The backup is of another database: --replace overwrites the existing one.',
  3159: 'The tail of the log has not been backed up: run a backup with --type log --norecovery first, or add --replace.',
  3183: 'The backup is damaged: a page does not match its checksum. Use another backup.',
  3189: 'The backup is damaged. Use another backup.',
  3201: 'SQL Server could not open the virtual device. Is this command running on the same machine and instance?',
  3203: 'Reading the backup failed: it is damaged, or its files are not all given, in full.',
  3241: 'This is not a backup, or it is damaged. (Files that winbackup compressed are recognised by themselves.)',
};

/** What to do about it, or nothing where nobody could say. Root causes come first. */
export function hintFor(error: unknown): string | undefined {
  // It has its own in its message.
  if (error instanceof VssError) return undefined;
  const chain = causes(error);
  for (const item of chain) {
    const hint = BY_CODE[errorCode(item) ?? ''];
    if (hint !== undefined) return hint;
  }
  if (chain.some((item) => item instanceof ArgumentError && item.field.startsWith('to') && item.message.includes('exists already'))) return BY_CODE['EEXIST'];
  for (const message of chain.flatMap(messagesOf).filter(isSqlError)) {
    const hint = BY_MESSAGE[message.number];
    if (hint !== undefined) return hint;
  }
  return undefined;
}

/** SQL Server's messages that travel on an error of a flow, or of a connection. */
export function messagesOf(error: unknown): readonly SqlMessage[] {
  if (typeof error !== 'object' || error === null) return [];
  if ('sqlMessages' in error && Array.isArray(error.sqlMessages)) return error.sqlMessages as SqlMessage[];
  if ('messages' in error && Array.isArray(error.messages)) return error.messages as SqlMessage[];
  return [];
}
