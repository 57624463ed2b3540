/** One SQL Server instance of the machine: its process, databases, logins, history and logs. */
import type { PlainRecord } from '../../binding/channel';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import { ServerVirtualDeviceSet } from '../vdi';
import type { IServerVirtualDeviceSet2 } from '../vdi';
import { Database } from './database';
import type { DatabaseOptions } from './database';
import { HostFile, PagedFile } from './database-file';
import type { DatabaseFile } from './database-file';
import type { BackupType } from './media';
import { sqlMessage } from './messages';

export const DEFAULT_INSTANCE = 'MSSQLSERVER';
/** SQL Server 2022. */
const DEFAULT_VERSION = '16.0.4175.1';

export interface LoginOptions {
  readonly name: string;
  /** Only members of this role may use virtual devices (facts/vdi.md 2.11). */
  readonly sysadmin: boolean;
}

export interface InstanceOptions {
  /** Default MSSQLSERVER, the default instance; so does null. */
  readonly name?: string | null;
  /** `major.minor.build.revision`: what it can do goes by this, VDC_Complete for one. */
  readonly version?: string;
  /** Besides master. Default: `Sales`, 1 MiB from the generator. */
  readonly databases?: readonly DatabaseOptions[];
  /** Besides the administrator that runs the machine. */
  readonly logins?: readonly LoginOptions[];
}

/** What a connection is to the instance. */
export interface SqlSession {
  readonly id: number;
  readonly login: LoginOptions;
  /** The database it uses. */
  database: string;
}

/** As msdb.dbo.backupset has it; the media's device_type is 7, a virtual device (facts/vdi.md 2.6). */
export interface BackupHistoryEntry {
  readonly setId: string;
  readonly database: string;
  readonly type: BackupType;
  readonly finishedAt: number;
  readonly bytes: number;
  readonly firstLsn: bigint;
  readonly lastLsn: bigint;
  readonly copyOnly: boolean;
  readonly snapshot: boolean;
  readonly devices: readonly string[];
}

/**
 * The first build of each release that sends VDC_Complete: 2012 SP3 CU5, 2014 SP1 CU10 and SP2 CU3, 2016 CU4 and SP1 CU2, all later ones
 * (facts/vdi.md 2.6; builds from Microsoft's list). The service packs' own branches lie between, so a release can have two ranges.
 */
const completeBuilds: Readonly<Record<number, readonly (readonly [from: number, to: number])[]>> = {
  11: [[6544, Infinity]],
  12: [
    [4491, 5000],
    [5538, Infinity],
  ],
  13: [
    [2193, 4000],
    [4422, Infinity],
  ],
};

export class SqlServerInstance {
  readonly name: string;
  readonly version: string;
  readonly history: BackupHistoryEntry[] = [];
  readonly sessions = new Set<SqlSession>();
  private current: SimulatedProcess;
  private readonly databaseMap = new Map<string, Database>();
  private readonly logins = new Map<string, LoginOptions>();
  private nextSession = 51;

  constructor(
    private readonly machine: SimulatedWindows,
    options: InstanceOptions = {},
  ) {
    this.name = (options.name ?? DEFAULT_INSTANCE).toUpperCase();
    this.version = options.version ?? DEFAULT_VERSION;
    this.current = machine.createProcess('sqlservr');
    machine.virtualDevices.addInstance(this.name);
    this.addLogin({ name: 'BUILTIN\\Administrators', sysadmin: true });
    for (const login of options.logins ?? []) this.addLogin(login);
    this.addDatabase({ name: 'master', recoveryModel: 'SIMPLE' });
    for (const database of options.databases ?? [{ name: 'Sales' }]) this.addDatabase(database);
  }

  get isDefault(): boolean {
    return this.name === DEFAULT_INSTANCE;
  }

  /** @@SERVERNAME */
  get serverName(): string {
    return this.isDefault ? 'SIMULATED' : `SIMULATED\\${this.name}`;
  }

  /** The service's name, and the source of its events. */
  get serviceName(): string {
    return this.isDefault ? DEFAULT_INSTANCE : `MSSQL$${this.name}`;
  }

  get dataDirectory(): string {
    return `C:\\Program Files\\Microsoft SQL Server\\MSSQL${this.version.split('.')[0] ?? ''}.${this.name}\\MSSQL\\DATA\\`;
  }

  /** The `sqlservr` process; its death ends every statement. */
  get process(): SimulatedProcess {
    return this.current;
  }

  get running(): boolean {
    return this.current.alive;
  }

  /** Starts the service again after its process has died. */
  start(): void {
    if (this.running) return;
    this.current = this.machine.createProcess('sqlservr');
    for (const database of this.databaseMap.values()) {
      database.busyWith = undefined;
      database.thaw();
    }
  }

  get completeSupported(): boolean {
    const [major = 0, , build = 0] = this.version.split('.').map(Number);
    return major > 13 || (completeBuilds[major]?.some(([from, to]) => build >= from && build < to) ?? false);
  }

  // --- Databases ---

  addDatabase({ name, ...options }: DatabaseOptions): Database {
    if (this.findDatabase(name) !== undefined) throw new RangeError(`there is a database ${name} already`);
    const database = new Database(name, this.machine.host, {
      ...options,
      defaultSeed: this.machine.seed + this.databaseMap.size,
      directory: this.dataDirectory,
    });
    this.databaseMap.set(name.toLowerCase(), database);
    return database;
  }

  /** Names compare without regard to case, as in the default collation. */
  findDatabase(name: string): Database | undefined {
    return this.databaseMap.get(name.toLowerCase());
  }

  get databases(): readonly Database[] {
    return [...this.databaseMap.values()];
  }

  /** The file that a restore creates: a real one where the path is one of the Host's own, in memory for the paths of the simulated disk. */
  newFile(physicalName: string): DatabaseFile {
    return this.isRealPath(physicalName) ? new HostFile(this.machine.host.files, physicalName) : new PagedFile(0);
  }

  isRealPath(physicalName: string): boolean {
    return !physicalName.startsWith(this.dataDirectory) && this.machine.host.files.resolve(physicalName) === physicalName;
  }

  removeDatabase(database: Database): void {
    this.databaseMap.delete(database.name.toLowerCase());
  }

  // --- Logins and sessions ---

  addLogin(login: LoginOptions): void {
    this.logins.set(login.name.toLowerCase(), login);
  }

  /** `null` is the administrator, by Windows authentication. */
  findLogin(name: string | null): LoginOptions | undefined {
    return this.logins.get((name ?? 'BUILTIN\\Administrators').toLowerCase());
  }

  openSession(login: LoginOptions): SqlSession {
    const session: SqlSession = { id: this.nextSession++, login, database: 'master' };
    this.sessions.add(session);
    return session;
  }

  // --- For statements ---

  openVirtualDeviceSet(): IServerVirtualDeviceSet2 {
    return new ServerVirtualDeviceSet(this.machine, this.current);
  }

  recordBackup(entry: BackupHistoryEntry): void {
    this.history.push(entry);
  }

  /** To the error log and the application event log. */
  logMessage(number: number, args: readonly (string | number | bigint)[]): void {
    const { severity, message } = sqlMessage(number, args);
    this.machine.eventLog.write(this.serviceName, number, severity > 10 ? 'error' : 'information', message);
  }

  /** What a tester may see from outside. */
  describe(): PlainRecord {
    return {
      name: this.name,
      version: this.version,
      running: this.running,
      databases: this.databases.map(({ name, state, recoveryModel }) => ({ name, state, recoveryModel })),
    };
  }
}
