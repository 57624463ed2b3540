/** From the connection options to a backend (the machine with the virtual devices) and a way to its SQL Server. */
import { resolveBackend } from '../binding/backend';
import type { Backend } from '../binding/backend';
import { ArgumentError } from '../binding/errors';
import { realHost } from '../binding/real-host';
import type { SqlServer } from '../binding/sql';
import { openMachine } from '../simulator/machine-process';
import { simulatedSqlServer } from '../simulator/sql-server/connection';
import { msnodesqlv8Server } from '../vdi/sql/msnodesqlv8';
import { sqlcmdServer } from '../vdi/sql/sqlcmd';
import { tediousServer } from '../vdi/sql/tedious';
import type { ConnectionOptions } from './arguments';
import { defined } from './defined';
import type { Io } from './io';
import { readPassword } from './password';

export interface Connection {
  readonly backend: Backend;
  readonly simulated: boolean;
  readonly sql: SqlServer;
  /** Of another instance of the same machine; null is the one of the options. */
  readonly sqlOf: (instance: string | null) => SqlServer;
  readonly close: () => Promise<void>;
}

/** A simulated machine has one server, itself: what would have gone elsewhere is refused rather than ignored. */
const NOT_SIMULATED = [
  ['server', '--server'], ['driver', '--driver'], ['domain', '--domain'], ['trustServerCertificate', '--trust-server-certificate'],
] as const;

export async function connect(options: ConnectionOptions, io: Io): Promise<Connection> {
  const machine = options.machine === undefined ? undefined : await openMachine(options.machine);
  try {
    const backend = machine?.backend ?? (await resolveBackend(io.backend));
    const password = await readPassword(options, io.env, realHost.files);
    if (password !== undefined && options.login === undefined) throw new ArgumentError('--login', 'must be given with a password');
    const { instance, login } = options;
    const close = async (): Promise<void> => machine?.close();
    if (backend.kind === 'native') {
      const nativeOf = (name: string | null): SqlServer => nativeSql(name === null ? options : { ...options, instance: name }, password);
      return { backend, simulated: false, sql: nativeOf(null), sqlOf: nativeOf, close };
    }
    const [, wrong] = NOT_SIMULATED.find(([name]) => options[name] !== undefined) ?? [];
    if (wrong !== undefined) throw new ArgumentError(wrong, 'has no meaning on a simulated machine, and this is one');
    const sqlOf = (name: string | null): SqlServer => simulatedSqlServer(backend, defined({ instance: name ?? instance, login }));
    return { backend, simulated: true, sql: sqlOf(null), sqlOf, close };
  } catch (error) {
    await machine?.close();
    throw error;
  }
}

function nativeSql(options: ConnectionOptions, password: string | undefined): SqlServer {
  const { server, instance, login, domain, trustServerCertificate, driver = 'sqlcmd' } = options;
  const common = defined({ server, instance, trustServerCertificate });
  const account = defined({ login, password });
  if (login !== undefined && password === undefined) throw new ArgumentError('--login', 'needs a password: --password-env or --password-file');
  if (domain !== undefined && driver !== 'tedious') throw new ArgumentError('--domain', 'is for --driver tedious');
  switch (driver) {
    case 'sqlcmd':
      return sqlcmdServer({ ...common, ...account });
    case 'msnodesqlv8':
      return msnodesqlv8Server({ ...common, ...account });
    case 'tedious':
      if (login === undefined || password === undefined) throw new ArgumentError('--login', 'and a password are needed by --driver tedious');
      return tediousServer({ ...common, ...hostAndPort(server), login, password, ...defined({ domain }) });
  }
}

/** `host,1433`, as SQL Server's own tools have it. */
function hostAndPort(server: string | undefined): { readonly server?: string; readonly port?: number } {
  const [host, port] = (server ?? '').split(',');
  if (port === undefined) return {};
  if (!/^\d{1,5}$/.test(port)) throw new ArgumentError('--server', 'must be <host> or <host>,<port>');
  return { ...(host === undefined || host === '' ? {} : { server: host }), port: Number(port) };
}
