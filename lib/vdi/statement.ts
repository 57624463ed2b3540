/** The T-SQL of the flows: names quoted, options typed and checked, a caller's own statement completed (facts/vdi.md 2.10). */
import { ArgumentError, checkInteger, checkKnownFields, checkObject, checkPowerOfTwo, checkString } from '../binding';

/** UTF-16 units: sysname. */
const LONGEST_IDENTIFIER = 128;

export function quoteIdentifier(name: string): string {
  checkString('name', name);
  return `[${name.replaceAll(']', ']]')}]`;
}

/** National only where it must be: device names are mostly GUIDs. */
export function quoteString(text: string): string {
  checkString('text', text);
  // eslint-disable-next-line no-control-regex
  return `${/^[\x00-\x7f]*$/.test(text) ? '' : 'N'}'${text.replaceAll("'", "''")}'`;
}

export function checkDatabase(field: string, name: unknown): asserts name is string {
  checkString(field, name);
  if (name.length === 0 || name.length > LONGEST_IDENTIFIER) {
    throw new ArgumentError(field, `must have 1 to ${String(LONGEST_IDENTIFIER)} UTF-16 units, not ${String(name.length)}`);
  }
}

/** What BACKUP and RESTORE have in common. */
export interface TransferSqlOptions {
  /** Bytes, a power of two from 512 to 65,536. A restore must use the backup's. */
  readonly blockSize?: number;
  /**
   * Bytes, a multiple of 64 KiB up to 4 MiB; what makes a transfer fast (facts/vdi.md 5). Default SQL Server's, 64 KiB by the VDI spec. It takes about
   * six times as much contiguous memory for each stripe.
   */
  readonly maxTransferSize?: number;
  /** Buffers over all devices together. */
  readonly bufferCount?: number;
  /** Page checksums: verified, and in a backup written over the whole. */
  readonly checksum?: boolean;
  /** After a checksum error: true goes on (CONTINUE_AFTER_ERROR), false stops. */
  readonly continueAfterError?: boolean;
  /** Percent between two progress messages. Default: 5 where progress is asked for. */
  readonly stats?: number;
}

export interface BackupSqlOptions extends TransferSqlOptions {
  /** A backup outside the usual chain: it changes no differential base and truncates no log. Default false, as SQL Server's. */
  readonly copyOnly?: boolean;
  /** By SQL Server; absent leaves it to the server's default. */
  readonly compression?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly mediaName?: string;
  readonly mediaDescription?: string;
  readonly format?: boolean;
  readonly init?: boolean;
  /** 0 to 99,999 days. */
  readonly retainDays?: number;
  /** Log only: leaves the database RESTORING, or read-only with this undo file (a tail-log backup). */
  readonly after?: 'norecovery' | { readonly standby: string };
  /** Log only: works on a damaged database. */
  readonly noTruncate?: boolean;
}

export interface RestoreSqlOptions extends TransferSqlOptions {
  readonly replace?: boolean;
  /** Default `recovery`: ready for use. `norecovery`: further backups follow. */
  readonly after?: 'recovery' | 'norecovery' | { readonly standby: string };
  /** Where each file goes, by its logical name. */
  readonly move?: Readonly<Record<string, string>>;
  /** A point in time, in a form that SQL Server reads (`2026-01-31T12:00:00`). */
  readonly stopAt?: string;
  /** A mark's name, or `lsn:...`. */
  readonly stopAtMark?: string;
  readonly stopBeforeMark?: string;
  readonly restrictedUser?: boolean;
  readonly partial?: boolean;
  readonly keepReplication?: boolean;
}

/** For each option, its words in the WITH clause; '' for none. */
type Words<O> = { readonly [K in keyof O]-?: (value: NonNullable<O[K]>, field: string) => string };

const flag = (yes: string, no = ''): ((value: boolean, field: string) => string) => (value, field) => {
  if (typeof value !== 'boolean') throw new ArgumentError(field, 'must be true or false');
  return value ? yes : no;
};
const text = (keyword: string): ((value: string, field: string) => string) => (value, field) => {
  checkString(field, value);
  return `${keyword} = ${quoteString(value)}`;
};
const integer = (keyword: string, min: number, max: number): ((value: number, field: string) => string) => (value, field) => {
  checkInteger(field, value, min, max);
  return `${keyword} = ${String(value)}`;
};
function after(value: 'recovery' | 'norecovery' | { readonly standby: string }, field: string): string {
  if (value === 'recovery' || value === 'norecovery') return value.toUpperCase();
  if (typeof value !== 'object' || value === null) throw new ArgumentError(field, 'must be recovery, norecovery or { standby }');
  return text('STANDBY')(value.standby, `${field}.standby`);
}

const TRANSFER_UNIT = 64 * 1024;
const LARGEST_TRANSFER = 4 * 1024 * 1024;

const common: Words<TransferSqlOptions> = {
  blockSize: (value, field) => {
    checkPowerOfTwo(field, value, 512, 65_536);
    return `BLOCKSIZE = ${String(value)}`;
  },
  maxTransferSize: (value, field) => {
    checkInteger(field, value, TRANSFER_UNIT, LARGEST_TRANSFER);
    if (value % TRANSFER_UNIT !== 0) throw new ArgumentError(field, `must be a multiple of ${String(TRANSFER_UNIT)}, not ${String(value)}`);
    return `MAXTRANSFERSIZE = ${String(value)}`;
  },
  bufferCount: integer('BUFFERCOUNT', 1, 0x7fffffff),
  checksum: flag('CHECKSUM', 'NO_CHECKSUM'),
  continueAfterError: flag('CONTINUE_AFTER_ERROR', 'STOP_ON_ERROR'),
  stats: integer('STATS', 1, 100),
};

const backupWords: Words<BackupSqlOptions> = {
  ...common,
  copyOnly: flag('COPY_ONLY'),
  compression: flag('COMPRESSION', 'NO_COMPRESSION'),
  name: text('NAME'),
  description: text('DESCRIPTION'),
  mediaName: text('MEDIANAME'),
  mediaDescription: text('MEDIADESCRIPTION'),
  format: flag('FORMAT', 'NOFORMAT'),
  init: flag('INIT', 'NOINIT'),
  retainDays: integer('RETAINDAYS', 0, 99_999),
  after,
  noTruncate: flag('NO_TRUNCATE'),
};

const restoreWords: Words<RestoreSqlOptions> = {
  ...common,
  replace: flag('REPLACE'),
  after,
  move: (value, field) => {
    checkObject(field, value);
    return Object.entries(value)
      .map(([logical, physical]) => {
        checkString(`${field}.${logical}`, physical);
        return `MOVE ${quoteString(logical)} TO ${quoteString(physical)}`;
      })
      .join(', ');
  },
  stopAt: text('STOPAT'),
  stopAtMark: text('STOPATMARK'),
  stopBeforeMark: text('STOPBEFOREMARK'),
  restrictedUser: flag('RESTRICTED_USER'),
  partial: flag('PARTIAL'),
  keepReplication: flag('KEEP_REPLICATION'),
};

function clause<O extends object>(words: Words<O>, options: O, extra: readonly string[]): string {
  checkKnownFields('options', options, Object.keys(words));
  const parts = [...extra];
  for (const key of Object.keys(words) as (keyof O & string)[]) {
    const value = options[key];
    if (value === undefined) continue;
    const write: (value: never, field: string) => string = words[key];
    const part = write(value as never, `options.${key}`);
    if (part !== '') parts.push(part);
  }
  return parts.length === 0 ? '' : ` WITH ${parts.join(', ')}`;
}

/** `VIRTUAL_DEVICE = 'a', VIRTUAL_DEVICE = 'b'`. */
function deviceList(devices: readonly string[]): string {
  return devices.map((device) => `VIRTUAL_DEVICE = ${quoteString(device)}`).join(', ');
}

export type BackupType = 'full' | 'differential' | 'log';

/** Makes the statement once the devices' names are known; everything has been checked by then. */
export type StatementText = (devices: readonly string[]) => string;

export function backupStatement(database: string, type: BackupType, options: BackupSqlOptions, extra: readonly string[] = []): StatementText {
  if (!['full', 'differential', 'log'].includes(type)) throw new ArgumentError('type', `must be full, differential or log, not ${type}`);
  if (type !== 'log' && options.after !== undefined) throw new ArgumentError('options.after', 'is for log backups');
  if (type !== 'log' && options.noTruncate !== undefined) throw new ArgumentError('options.noTruncate', 'is for log backups');
  const rest = clause(backupWords, options, type === 'differential' ? ['DIFFERENTIAL', ...extra] : extra);
  return (devices) => `BACKUP ${type === 'log' ? 'LOG' : 'DATABASE'} ${quoteIdentifier(database)} TO ${deviceList(devices)}${rest}`;
}

export type RestoreType = 'database' | 'log';

export function restoreStatement(database: string, type: RestoreType, options: RestoreSqlOptions, extra: readonly string[] = []): StatementText {
  if (type !== 'database' && type !== 'log') throw new ArgumentError('type', `must be database or log, not ${String(type)}`);
  const rest = clause(restoreWords, options, extra);
  return (devices) => `RESTORE ${type === 'log' ? 'LOG' : 'DATABASE'} ${quoteIdentifier(database)} FROM ${deviceList(devices)}${rest}`;
}

export function restoreOnlyStatement(what: 'VERIFYONLY' | 'HEADERONLY' | 'FILELISTONLY', options: TransferSqlOptions): StatementText {
  const rest = clause(common, options, []);
  return (devices) => `RESTORE ${what} FROM ${deviceList(devices)}${rest}`;
}

const PLACEHOLDER = '{device}';

/**
 * A caller's own statement. `{device}` becomes the whole list `VIRTUAL_DEVICE = '...', VIRTUAL_DEVICE = '...'`;
 * after a `VIRTUAL_DEVICE =` of the caller's own it continues that.
 * @param beside options that describe a statement of ours, and so must be absent
 */
export function ownStatement(statement: unknown, beside: Readonly<Record<string, unknown>> = {}): StatementText {
  checkString('statement', statement);
  for (const [field, value] of Object.entries(beside)) {
    if (value !== undefined) throw new ArgumentError(field, 'cannot be given together with a statement of your own');
  }
  const [before, behind, ...more] = statement.split(PLACEHOLDER);
  if (before === undefined || behind === undefined || more.length > 0) {
    throw new ArgumentError('statement', `must contain ${PLACEHOLDER} exactly once`);
  }
  const begun = /\bVIRTUAL_DEVICE\s*=\s*$/i.test(before);
  return (devices) => {
    const list = deviceList(devices);
    return `${before}${begun ? list.replace(/^VIRTUAL_DEVICE = /, '') : list}${behind}`;
  };
}
