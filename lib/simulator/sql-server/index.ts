/** The simulated SQL Server of a machine: its instances, and the connections to them. */
import type { PlainRecord } from '../../binding/channel';
import { hresultFromWin32 } from '../../binding/codes';
import { Failure } from '../kernel-object';
import type { SimulatedWindows } from '../machine';
import { SqlConnectionObject } from './connection-object';
import type { Database, DatabaseOptions } from './database';
import { DEFAULT_INSTANCE, SqlServerInstance } from './instance';
import type { InstanceOptions } from './instance';
import { sqlMessage } from './messages';

export { Database } from './database';
export type { DatabaseOptions, DatabaseState, RecoveryModel } from './database';
export { SqlServerInstance } from './instance';
export type { BackupHistoryEntry, InstanceOptions, LoginOptions } from './instance';

/** ERROR_BAD_NETPATH: there is no such instance, or it does not run. */
const NO_SUCH_SERVER = hresultFromWin32(53);
/** ERROR_LOGON_FAILURE */
const LOGIN_FAILED = hresultFromWin32(1326);

export interface SqlServerOptions {
  /** Default: the default instance with master and `Sales`. */
  readonly instances?: readonly InstanceOptions[];
  /** Shorthand for the databases of the default instance. */
  readonly databases?: readonly DatabaseOptions[];
}

export class SqlServerService {
  private readonly instanceMap = new Map<string, SqlServerInstance>();

  constructor(
    private readonly machine: SimulatedWindows,
    { instances, databases }: SqlServerOptions,
  ) {
    for (const instance of instances ?? [databases === undefined ? {} : { databases }]) this.addInstance(instance);
    machine.addOperation('SqlServer::Connect', (_process, [instance, login]) => [
      this.connect(typeof instance === 'string' ? instance : null, typeof login === 'string' ? login : null),
    ]);
    machine.addControl('SqlServer::List', () => this.instances.map((instance) => instance.describe()));
  }

  addInstance(options: InstanceOptions): SqlServerInstance {
    const instance = new SqlServerInstance(this.machine, options);
    this.instanceMap.set(instance.name, instance);
    return instance;
  }

  get instances(): readonly SqlServerInstance[] {
    return [...this.instanceMap.values()];
  }

  /** Throws RangeError where there is none of that name. */
  instance(name: string | null = null): SqlServerInstance {
    const instance = this.instanceMap.get((name ?? DEFAULT_INSTANCE).toUpperCase());
    if (instance === undefined) throw new RangeError(`no SQL Server instance ${name ?? DEFAULT_INSTANCE}`);
    return instance;
  }

  /** Throws RangeError where there is none of that name. */
  database(name: string, instance: string | null = null): Database {
    const database = this.instance(instance).findDatabase(name);
    if (database === undefined) throw new RangeError(`no database ${name}`);
    return database;
  }

  addDatabase(options: DatabaseOptions, instance: string | null = null): Database {
    return this.instance(instance).addDatabase(options);
  }

  private connect(name: string | null, login: string | null): SqlConnectionObject {
    const instance = this.instanceMap.get((name ?? DEFAULT_INSTANCE).toUpperCase());
    if (instance?.running !== true) throw new Failure(NO_SUCH_SERVER);
    const known = instance.findLogin(login);
    if (known === undefined) {
      const refusal: PlainRecord = { ...sqlMessage(18456, [login ?? '']) };
      throw new Failure(LOGIN_FAILED, [refusal]);
    }
    return new SqlConnectionObject(this.machine, instance, instance.openSession(known));
  }
}
