/**
 * SQL Server through `tedious` 19 (optional peer): SQL logins and NTLM. Its request timeout is off, since BACKUP and RESTORE run for hours
 * (facts/node-addon-ecosystem.md 4.2). For Windows authentication of the process's own account see sqlcmd.ts and msnodesqlv8.ts.
 */
import type * as Tedious from 'tedious';
import { AbortError, ArgumentError, errorCode, throwIfAborted } from '../../binding/errors';
import { SqlConnectionError } from '../../binding/sql';
import type { SqlConnection, SqlExecuteOptions, SqlMessage, SqlResult, SqlServer } from '../../binding/sql';
import { loadDriver } from './driver';
import { checkServerOptions } from './options';
import { Statement } from './statement';

export interface TediousOptions {
  /** Host name; default `localhost`: a virtual device needs the client on the server's machine (facts/vdi.md 2.11). */
  readonly server?: string;
  /** TCP port; default 1433, or what the SQL Server Browser answers for `instance`. */
  readonly port?: number;
  /** Instance name without the machine; default instance if absent. */
  readonly instance?: string;
  readonly login: string;
  readonly password: string;
  /** With a domain the login is a Windows account, authenticated by NTLM. */
  readonly domain?: string;
  /** Default true. */
  readonly encrypt?: boolean;
  /** Accept a certificate that no known authority signed, as SQL Server makes itself one. Default false. */
  readonly trustServerCertificate?: boolean;
  /** Default 15,000. */
  readonly connectTimeoutMs?: number;
}

/** A driver's token, in both of its forms. */
interface Token {
  readonly number: number;
  readonly class: number;
  readonly state: number;
  readonly message: string;
  readonly procName: string;
  readonly lineNumber: number;
}

const toMessage = ({ number, class: severity, state, message, procName, lineNumber }: Token): SqlMessage => ({
  number, severity, state, message, ...(procName === '' ? {} : { procedure: procName }), lineNumber,
});

/** Codes of a RequestError with which the server ended the statement; the messages say how. */
const ENDED_BY_SERVER: readonly (string | undefined)[] = ['EREQUEST', 'ECANCEL', 'UNKNOWN'];

class TediousConnection implements SqlConnection {
  constructor(private readonly driver: typeof Tedious, private readonly connection: Tedious.Connection) {
    // A lost connection reaches the running statement by its callback; without a listener the event would end the process.
    connection.on('error', () => undefined);
  }

  async execute(text: string, options: SqlExecuteOptions = {}): Promise<SqlResult> {
    const { driver, connection } = this;
    const statement = new Statement(options);
    const onMessage = (token: Token): void => statement.message(toMessage(token));
    connection.on('infoMessage', onMessage);
    connection.on('errorMessage', onMessage);
    try {
      await new Promise<void>((resolve, reject) => {
        const request = new driver.Request(text, (error) => {
          // Several errors come as one AggregateError.
          if (error === null || error === undefined || error.name === 'AggregateError' || ENDED_BY_SERVER.includes(errorCode(error))) {
            resolve();
          } else {
            reject(statement.lost(connectionError('the connection to SQL Server was lost', error, statement.said)));
          }
        });
        request.on('row', (columns: readonly { readonly metadata: { readonly colName: string }; readonly value: unknown }[]) => {
          statement.row(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])));
        });
        statement.onCancel(() => connection.cancel());
        connection.execSqlBatch(request);
      });
      return statement.end();
    } finally {
      connection.off('infoMessage', onMessage);
      connection.off('errorMessage', onMessage);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.connection.closed) {
        resolve();
        return;
      }
      this.connection.once('end', () => resolve());
      this.connection.close();
    });
  }
}

function connectionError(what: string, error: unknown, messages: readonly SqlMessage[]): SqlConnectionError {
  const code = errorCode(error);
  return new SqlConnectionError(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
    ...(code === undefined ? {} : { code }), messages, cause: error,
  });
}

/** Connections through tedious. Throws LoadError when it is not installed; `connect` rejects with SqlConnectionError. */
export function tediousServer(options: TediousOptions): SqlServer {
  checkServerOptions(options, ['server', 'port', 'instance', 'login', 'password', 'domain', 'encrypt', 'trustServerCertificate', 'connectTimeoutMs']);
  const { login, password, domain, instance, port, connectTimeoutMs = 15_000 } = options;
  if (instance !== undefined && port !== undefined) throw new ArgumentError('port', 'must not be given together with instance: the instance has its own');
  if ((login as unknown) === undefined) throw new ArgumentError('login', 'must be given: tedious does not know Windows authentication of the process');
  const driver = loadDriver('tedious', '^19.2.2') as typeof Tedious;
  const configuration: Tedious.ConnectionConfiguration = {
    server: options.server ?? 'localhost',
    authentication: domain === undefined
      ? { type: 'default', options: { userName: login, password } }
      : { type: 'ntlm', options: { userName: login, password, domain } },
    options: {
      appName: 'winbackup',
      database: 'master',
      encrypt: options.encrypt ?? true,
      trustServerCertificate: options.trustServerCertificate ?? false,
      connectTimeout: connectTimeoutMs,
      requestTimeout: 0,
      // The attention of a cancelled BACKUP is answered once its I/O has ended; giving up earlier would cut the connection instead.
      cancelTimeout: 0,
      ...(instance === undefined ? {} : { instanceName: instance }),
      ...(port === undefined ? {} : { port }),
    },
  };
  return {
    async connect({ signal } = {}) {
      throwIfAborted(signal);
      const connection = new driver.Connection(configuration);
      const messages: SqlMessage[] = [];
      const onError = (token: Token): number => messages.push(toMessage(token));
      connection.on('errorMessage', onError);
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => {
          connection.close();
          reject(new AbortError(signal?.reason));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        connection.connect((error) => {
          signal?.removeEventListener('abort', onAbort);
          if (signal?.aborted === true) connection.close();
          else if (error === undefined || error === null) resolve();
          else reject(connectionError('cannot connect to SQL Server', error, messages));
        });
      });
      connection.off('errorMessage', onError);
      return new TediousConnection(driver, connection);
    },
  };
}
