/**
 * SQL Server through `msnodesqlv8` 5 (optional peer; Microsoft's ODBC driver): Windows authentication of the process's own account. The
 * package is not needed to build this one, so the few of its functions that are used are declared here.
 */
import { AbortError, ArgumentError, throwIfAborted } from '../../binding/errors';
import { SqlConnectionError } from '../../binding/sql';
import type { SqlConnection, SqlExecuteOptions, SqlMessage, SqlResult, SqlServer } from '../../binding/sql';
import { loadDriver } from './driver';
import { checkServerOptions } from './options';
import { Statement } from './statement';

/** A diagnostic record of ODBC. `code` is SQL Server's message number. */
export interface OdbcError {
  readonly message: string;
  readonly sqlstate?: string;
  readonly code?: number;
  readonly severity?: number;
  readonly procName?: string;
  readonly lineNumber?: number;
}

export interface OdbcQuery {
  on(event: 'meta', listener: (columns: readonly { readonly name: string }[]) => void): unknown;
  on(event: 'row', listener: (index: number) => void): unknown;
  on(event: 'column', listener: (index: number, value: unknown, more: boolean) => void): unknown;
  on(event: 'info' | 'error', listener: (error: OdbcError) => void): unknown;
  /** The statement's resources are released: nothing more comes. */
  on(event: 'free', listener: () => void): unknown;
  cancelQuery(callback?: (error?: OdbcError | null) => void): void;
}

export interface OdbcConnection {
  query(statement: { readonly query_str: string; readonly query_timeout: number; readonly query_polling: boolean }): OdbcQuery;
  close(callback: (error?: OdbcError | null) => void): void;
}

/** What is used of the package. */
export interface OdbcDriver {
  open(
    description: { readonly conn_str: string; readonly conn_timeout: number },
    callback: (error: OdbcError | null | undefined, connection: OdbcConnection) => void,
  ): void;
}

export interface Msnodesqlv8Options {
  /** Default `.`, this machine. */
  readonly server?: string;
  /** Instance name without the machine; default instance if absent. */
  readonly instance?: string;
  /** A SQL login; Windows authentication if absent. */
  readonly login?: string;
  readonly password?: string;
  /** Accept a certificate that no known authority signed. Default false. */
  readonly trustServerCertificate?: boolean;
  /** Default `ODBC Driver 17 for SQL Server`. */
  readonly odbcDriver?: string;
  /** Default 15,000; ODBC counts in seconds. */
  readonly connectTimeoutMs?: number;
  /** The package, where the caller has loaded it himself. */
  readonly driver?: OdbcDriver;
}

/** `[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]11 percent processed.` */
const LAYERS = /^(?:\[[^\]]*\])+/;
/** SQLSTATE classes and values that mean the connection, not the statement (ODBC appendix A). */
const CONNECTION_LOST = /^(?:08|IM|HYT01)/;
const CANCELLED = 'HY008';

/** ODBC does not pass a message's state on. */
const toMessage = ({ message, code = 0, severity = 0, procName = '', lineNumber }: OdbcError): SqlMessage => ({
  number: code, severity, state: 0, message: message.replace(LAYERS, ''),
  ...(procName === '' ? {} : { procedure: procName }), ...(lineNumber === undefined ? {} : { lineNumber }),
});

const lostConnection = (error: OdbcError, messages: readonly SqlMessage[]): SqlConnectionError =>
  new SqlConnectionError(`the connection to SQL Server was lost: ${error.message.replace(LAYERS, '')}`, {
    ...(error.sqlstate === undefined ? {} : { code: error.sqlstate }), messages, cause: error,
  });

class Msnodesqlv8Connection implements SqlConnection {
  constructor(private readonly connection: OdbcConnection) {}

  async execute(text: string, options: SqlExecuteOptions = {}): Promise<SqlResult> {
    const statement = new Statement(options);
    await new Promise<void>((resolve, reject) => {
      // Without polling the driver's thread would sit in the statement and hear of no cancellation.
      const query = this.connection.query({ query_str: text, query_timeout: 0, query_polling: true });
      let columns: readonly { readonly name: string }[] = [];
      let values: Record<string, unknown> = {};
      let lost: OdbcError | undefined;
      query.on('info', (error) => statement.message(toMessage(error)));
      query.on('error', (error) => {
        if (CONNECTION_LOST.test(error.sqlstate ?? '')) lost = error;
        else if (error.sqlstate !== CANCELLED) statement.message(toMessage(error));
      });
      query.on('meta', (meta) => (columns = meta));
      query.on('row', () => (values = {}));
      query.on('column', (index, value) => {
        values[columns[index]?.name ?? String(index)] = value;
        if (index === columns.length - 1) statement.row(values);
      });
      query.on('free', () => {
        if (lost === undefined) resolve();
        else reject(statement.lost(lostConnection(lost, statement.said)));
      });
      statement.onCancel(() => query.cancelQuery());
    });
    return statement.end();
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.connection.close(() => resolve()));
  }
}

const quoted = (value: string): string => `{${value.replaceAll('}', '}}')}}`;

/** Connections through msnodesqlv8. Throws LoadError when it is not installed; `connect` rejects with SqlConnectionError. */
export function msnodesqlv8Server(options: Msnodesqlv8Options = {}): SqlServer {
  checkServerOptions(options, ['server', 'instance', 'login', 'password', 'trustServerCertificate', 'odbcDriver', 'connectTimeoutMs'], ['driver']);
  const { server = '.', instance, login, password = '', connectTimeoutMs = 15_000, odbcDriver = 'ODBC Driver 17 for SQL Server' } = options;
  for (const [field, value] of [['server', server], ['instance', instance ?? '']] as const) {
    if (/[;{}]/.test(value)) throw new ArgumentError(field, 'must not contain ; { or }');
  }
  const driver = options.driver ?? (loadDriver('msnodesqlv8', '^5.5.0') as OdbcDriver);
  const connectionString = [
    `Driver=${quoted(odbcDriver)}`,
    `Server=${instance === undefined ? server : `${server}\\${instance}`}`,
    'Database=master',
    'APP=winbackup',
    ...(login === undefined ? ['Trusted_Connection=yes'] : [`UID=${quoted(login)}`, `PWD=${quoted(password)}`]),
    ...(options.trustServerCertificate === true ? ['TrustServerCertificate=yes'] : []),
  ].join(';');
  return {
    connect({ signal } = {}) {
      return new Promise((resolve, reject) => {
        throwIfAborted(signal);
        const onAbort = (): void => reject(new AbortError(signal?.reason));
        signal?.addEventListener('abort', onAbort, { once: true });
        driver.open({ conn_str: connectionString, conn_timeout: Math.ceil(connectTimeoutMs / 1000) }, (error, connection) => {
          signal?.removeEventListener('abort', onAbort);
          if (error !== null && error !== undefined) {
            const messages = error.code === undefined ? [] : [toMessage(error)];
            reject(new SqlConnectionError(`cannot connect to SQL Server: ${error.message.replace(LAYERS, '')}`, {
              ...(error.sqlstate === undefined ? {} : { code: error.sqlstate }), messages, cause: error,
            }));
          } else if (signal?.aborted === true) {
            connection.close(() => undefined);
          } else {
            resolve(new Msnodesqlv8Connection(connection));
          }
        });
      });
    },
  };
}
