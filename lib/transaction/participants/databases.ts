/** A database's backup or restore over virtual devices, as a participant. */
import { ArgumentError, checkInteger, checkKnownFields, checkString } from '../../binding';
import type { SqlServer } from '../../binding';
import { SqlStatementError, backupDatabase, quoteIdentifier, restoreDatabase } from '../../vdi';
import type { BackupDatabaseOptions, BackupResult, RestoreDatabaseOptions, RestoreResult } from '../../vdi';
import type { TransactionMonitor } from '../monitor';
import type { Json, Participant, Recoverer } from '../participant';
import type { Transaction } from '../transaction';
import type { FileSet } from './file-set';
import { Work } from './work';

export interface DatabaseOptions {
  readonly database: string;
  /** Without the machine's name; default the default instance. */
  readonly instance?: string | null;
  /** Milliseconds to wait for the database's lock; default the monitor's. */
  readonly lockTimeoutMs?: number;
}

/** What the flows are given besides; the transaction gives the signal. */
export type DatabaseBackupRun = Omit<BackupDatabaseOptions, 'database' | 'instance' | 'statement' | 'to' | 'overwrite' | 'signal' | 'host'> & {
  /** Names in the file set, one for each stripe. */
  readonly to: readonly string[];
};
export type DatabaseRestoreRun = Omit<RestoreDatabaseOptions, 'sql' | 'database' | 'instance' | 'statement' | 'signal' | 'host'> & {
  /** Of the instance: the commit needs a connection of its own. */
  readonly sql: SqlServer;
};

interface Checked {
  readonly database: string;
  readonly instance: string | null;
  readonly resource: string;
  readonly lock: { readonly timeoutMs?: number };
}

function check(options: DatabaseOptions): Checked {
  checkKnownFields('options', options, ['database', 'instance', 'lockTimeoutMs']);
  const { database, instance = null, lockTimeoutMs } = options;
  checkString('database', database);
  if (database === '') throw new ArgumentError('database', 'must not be empty');
  if (instance !== null) checkString('instance', instance);
  if (lockTimeoutMs !== undefined) checkInteger('lockTimeoutMs', lockTimeoutMs, 0, 0x7fffffff);
  return { database, instance, resource: databaseResource(database, instance), lock: lockTimeoutMs === undefined ? {} : { timeoutMs: lockTimeoutMs } };
}

/** The name of a database's lock: names of SQL Server do not tell case. */
export function databaseResource(database: string, instance: string | null = null): string {
  return `database ${instance ?? 'MSSQLSERVER'}\\${database}`.toLowerCase();
}

/**
 * Backs a database up into a file set of the same transaction: what a backout or a crash leaves of it is the set's to remove. While the database is
 * locked no other transaction of the monitor backs it up or restores it.
 */
export class DatabaseBackup implements Participant {
  readonly name: string;
  readonly resources: readonly string[];
  private readonly work: Work<BackupResult>;

  private constructor(private readonly monitor: TransactionMonitor, private readonly transaction: Transaction, private readonly of: Checked, private readonly files: FileSet) {
    this.name = `database ${of.database}`;
    this.resources = [of.resource];
    this.work = new Work(`the backup of ${of.database}`);
  }

  /** Locks the database. @throws ArgumentError; FileSystemError 73, or as Transaction.enlist */
  static async enlist(monitor: TransactionMonitor, transaction: Transaction, files: FileSet, options: DatabaseOptions): Promise<DatabaseBackup> {
    const of = check(options);
    await transaction.lock(of.resource, of.lock);
    const backup = new DatabaseBackup(monitor, transaction, of, files);
    await transaction.enlist(backup);
    return backup;
  }

  /** Runs it, once. Rejects as `backupDatabase`; the transaction's abort ends it with AbortError. */
  run({ to, ...options }: DatabaseBackupRun): Promise<BackupResult> {
    const { database, instance } = this.of;
    return this.files.write(() => this.work.run(() => backupDatabase({
      ...options, database, instance, host: this.monitor.host, signal: this.transaction.signal, to: to.map((name) => this.files.path(name)),
    })));
  }

  async prepare(): Promise<void> {
    this.work.check();
  }

  async commit(): Promise<void> {
    // The file set gives the files their names.
  }

  backout(): Promise<void> {
    return this.work.ended();
  }
}

/**
 * Restores a database: WITH NORECOVERY while the transaction is active, and WITH RECOVERY when it commits, so that nobody can use it before. A restore
 * cannot be undone: backed out, the database stays RESTORING, and what it held before is gone (facts/vdi.md 2.8).
 */
export class DatabaseRestore implements Participant {
  static readonly kind = 'winbackup.restore';
  readonly kind = DatabaseRestore.kind;
  readonly name: string;
  readonly record: Json;
  readonly resources: readonly string[];
  private readonly work: Work<RestoreResult>;
  private sql: SqlServer | undefined;

  private constructor(private readonly monitor: TransactionMonitor, private readonly transaction: Transaction, private readonly of: Checked) {
    this.name = `restore of ${of.database}`;
    this.record = { database: of.database, instance: of.instance };
    this.resources = [of.resource];
    this.work = new Work(`the restore of ${of.database}`);
  }

  /** Locks the database. @throws ArgumentError; FileSystemError 73, or as Transaction.enlist */
  static async enlist(monitor: TransactionMonitor, transaction: Transaction, options: DatabaseOptions): Promise<DatabaseRestore> {
    const of = check(options);
    await transaction.lock(of.resource, of.lock);
    const restore = new DatabaseRestore(monitor, transaction, of);
    await transaction.enlist(restore);
    return restore;
  }

  /** Runs it, once. Rejects as `restoreDatabase`. */
  run(options: DatabaseRestoreRun): Promise<RestoreResult> {
    const { database, instance } = this.of;
    const { after } = options.options ?? {};
    if (after !== undefined && after !== 'norecovery') throw new ArgumentError('options.after', 'is the transaction\'s to decide: its commit recovers the database');
    this.sql = options.sql;
    return this.work.run(() => restoreDatabase({
      ...options, database, instance, host: this.monitor.host, signal: this.transaction.signal, options: { ...options.options, after: 'norecovery' },
    }));
  }

  async prepare(): Promise<void> {
    this.work.check();
  }

  commit(): Promise<void> {
    return recoverDatabase(this.sql ?? this.monitor.sqlOf(this.of.instance), this.of.database);
  }

  backout(): Promise<void> {
    return this.work.ended();
  }
}

export const recoverDatabaseRestore: Recoverer = (record, { monitor }) => {
  const { database, instance } = record as { readonly database: string; readonly instance: string | null };
  return { commit: () => recoverDatabase(monitor.sqlOf(instance), database), backout: () => Promise.resolve() };
};

/** RESTORE successfully processed ... */
const SUCCEEDED = 3014;
/** The database is already fully recovered: a commit that came before has done it. */
const ALREADY_RECOVERED = 3153;

async function recoverDatabase(sql: SqlServer, database: string): Promise<void> {
  const connection = await sql.connect();
  try {
    const { messages } = await connection.execute(`RESTORE DATABASE ${quoteIdentifier(database)} WITH RECOVERY`);
    if (!messages.some(({ number }) => number === SUCCEEDED || number === ALREADY_RECOVERED)) throw new SqlStatementError(messages);
  } finally {
    await connection.close();
  }
}
