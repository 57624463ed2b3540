/**
 * SQL Server through Microsoft's `sqlcmd`, one child process a statement: Windows authentication of the process's own account, which agents
 * that run as LocalSystem need, without any npm package. Understands the classic sqlcmd (ODBC) and the newer one (Go).
 */
import { ArgumentError, errorCode } from '../../binding/errors';
import type { ChildProcess, Host } from '../../binding/host';
import { realHost } from '../../binding/real-host';
import { SqlConnectionError, isSqlError } from '../../binding/sql';
import type { SqlConnection, SqlExecuteOptions, SqlMessage, SqlResult, SqlRow, SqlServer } from '../../binding/sql';
import { checkServerOptions } from './options';
import { Statement } from './statement';

export interface SqlcmdOptions {
  /** Default `.`, this machine. */
  readonly server?: string;
  /** Instance name without the machine; default instance if absent. */
  readonly instance?: string;
  /** A SQL login; Windows authentication if absent. */
  readonly login?: string;
  /** Goes to the child in SQLCMDPASSWORD, never on its command line. */
  readonly password?: string;
  /** Accept a certificate that no known authority signed. Default false. */
  readonly trustServerCertificate?: boolean;
  /** The program; default `sqlcmd`, looked for in PATH. Give an absolute path where others may write to a directory of PATH. */
  readonly command?: string;
  /** Default: the real one. */
  readonly host?: Pick<Host, 'processes'>;
}

const SEPARATOR = '\t';

/**
 * -b: exit code 1 after an error; -r1: every message to standard error; -m-1: a header with the number before informational messages too;
 * -x: `$(...)` in a database's name stays as it is; -I: quoted identifiers, as every other driver has them; -W -s -w: rows to be parsed.
 */
const FIXED_ARGUMENTS = ['-b', '-r1', '-m-1', '-x', '-I', '-W', '-s', SEPARATOR, '-w', '65535'] as const;

/** So that numberless messages can be known by their text, whatever the server's language; sqlcmd's counts of rows would mix with the rows. */
const PREFIX = 'SET NOCOUNT ON; SET LANGUAGE us_english; ';

/** `Msg 911, Level 16, State 1, Server HOST, Procedure p, Line 1`, in whatever language sqlcmd speaks (`Meldung 911, Ebene 16, Status 1 ...`). */
const MESSAGE_HEADER = /^\p{L}+ (?<number>\d+), \p{L}+ (?<severity>\d+), \p{L}+ (?<state>\d+), (?<rest>.+)$/u;
const LINE = /, \p{L}+ (?<line>\d+)$/u;
const PROCEDURE = /^.*?, \p{L}+ (?<procedure>[^,]+)$/u;
/** sqlcmd's own complaints (`Sqlcmd: Error: Microsoft ODBC Driver 17 ... : Login failed`), and those of the Go sqlcmd. */
const OWN_ERROR = /^sqlcmd(?:\.exe)?: /i;

/** The Go sqlcmd prints informational messages without a header: those that a backup's success depends on are known by their text. */
const KNOWN_TEXTS: readonly (readonly [number, RegExp])[] = [
  [3014, /^(?:BACKUP|RESTORE) .*successfully processed \d+ pages in /],
  [3211, /^\d+ percent processed\.$/],
  [4035, /^Processed \d+ pages for database /],
  [3262, /^The backup set on file \d+ is valid\.$/],
  [5703, /^Changed language setting to /],
];
/** Of PREFIX, not of the caller's statement. */
const LANGUAGE_CHANGED = 5703;

/** Turns sqlcmd's output into messages and rows, line by line. */
export class SqlcmdOutput {
  /** What sqlcmd itself complained about: no connection, no such login. */
  readonly complaints: string[] = [];
  private header: Omit<SqlMessage, 'message'> | undefined;
  private text: string[] = [];
  private previous = '';
  private columns: readonly string[] | undefined;
  private partial: string | undefined;

  constructor(private readonly sink: { message(message: SqlMessage): void; row(row: SqlRow): void }) {}

  line(stream: 'stdout' | 'stderr', text: string): void {
    const header = MESSAGE_HEADER.exec(text)?.groups;
    if (header !== undefined) {
      this.flush();
      this.header = parseHeader(header);
      this.columns = undefined;
      return;
    }
    const known = this.header === undefined ? KNOWN_TEXTS.find(([, pattern]) => pattern.test(text)) : undefined;
    if (OWN_ERROR.test(text)) {
      this.flush();
      this.complaints.push(text.replace(OWN_ERROR, ''));
    } else if (known !== undefined) {
      this.columns = undefined;
      this.deliver({ number: known[0], severity: 0, state: 1, message: text });
    } else if (stream === 'stderr') {
      if (this.header !== undefined) this.text.push(text);
      else if (text.trim() !== '') this.complaints.push(text);
    } else {
      this.result(text);
    }
  }

  /** The last message is known to be whole only when something follows it. */
  flush(): void {
    if (this.header === undefined) return;
    const message = this.text.join('\n').trimEnd();
    const header = this.header;
    this.header = undefined;
    this.text = [];
    this.deliver({ ...header, message });
  }

  private deliver(message: SqlMessage): void {
    if (message.number !== LANGUAGE_CHANGED) this.sink.message(message);
  }

  /** A result set: names, a line of dashes, rows, an empty line. A value with a line break goes on in the next line. */
  private result(text: string): void {
    if (this.columns === undefined) {
      if (/^-+(?:\t-+)*$/.test(text)) this.columns = this.previous.split(SEPARATOR);
      this.previous = text;
      return;
    }
    if (text === '' && this.partial === undefined) {
      this.columns = undefined;
      return;
    }
    const line = this.partial === undefined ? text : `${this.partial}\n${text}`;
    const values = line.split(SEPARATOR);
    if (values.length < this.columns.length) {
      this.partial = line;
      return;
    }
    this.partial = undefined;
    this.sink.row(Object.fromEntries(this.columns.map((name, index) => [name, values[index] === 'NULL' ? null : values[index]])));
  }
}

function parseHeader(groups: Readonly<Record<string, string>>): Omit<SqlMessage, 'message'> {
  const { number, severity, state, rest = '' } = groups;
  const lineNumber = LINE.exec(rest)?.groups?.['line'];
  const procedure = PROCEDURE.exec(rest.replace(LINE, ''))?.groups?.['procedure'];
  return {
    number: Number(number), severity: Number(severity), state: Number(state),
    ...(procedure === undefined ? {} : { procedure }), ...(lineNumber === undefined ? {} : { lineNumber: Number(lineNumber) }),
  };
}

class SqlcmdConnection implements SqlConnection {
  private readonly running = new Map<ChildProcess, Promise<unknown>>();

  constructor(private readonly spawn: (statement: string) => ChildProcess) {}

  async execute(text: string, options: SqlExecuteOptions = {}): Promise<SqlResult> {
    // At the start of a line sqlcmd has commands of its own (GO, !!, :r), also within a quoted name.
    if (/[\r\n]/.test(text)) throw new ArgumentError('statement', 'must be a single line when it goes through sqlcmd');
    const statement = new Statement(options);
    const output = new SqlcmdOutput(statement);
    const child = this.spawn(PREFIX + text);
    this.running.set(child, child.exited);
    // The server notices that its client is gone and rolls the statement back: sqlcmd offers no gentler way.
    statement.onCancel(() => child.kill());
    try {
      for await (const { stream, text: line } of child.lines) output.line(stream, line);
      output.flush();
      const { code, signal } = await child.exited;
      const failedWithoutError = code !== 0 && !statement.said.some(isSqlError);
      if (output.complaints.length > 0 || failedWithoutError) {
        const reason = output.complaints.join(' ') || `sqlcmd ended with ${signal === null ? `exit code ${String(code)}` : signal}`;
        throw statement.lost(new SqlConnectionError(`sqlcmd: ${reason}`, { messages: statement.said }));
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        throw statement.lost(new SqlConnectionError('sqlcmd was not found in PATH; install the SQL Server command line tools, or give its path', {
          code: 'ERR_SQLCMD_NOT_FOUND', cause: error,
        }));
      }
      throw error;
    } finally {
      this.running.delete(child);
    }
    return statement.end();
  }

  async close(): Promise<void> {
    for (const child of this.running.keys()) child.kill();
    await Promise.allSettled(this.running.values());
  }
}

/**
 * Connections through sqlcmd. `connect` proves that the login works, and rejects with SqlConnectionError when it does not. A cancelled
 * statement ends with its process: the server stops it when it notices. Values in rows are text or null.
 */
export function sqlcmdServer(options: SqlcmdOptions = {}): SqlServer {
  checkServerOptions(options, ['server', 'instance', 'login', 'password', 'trustServerCertificate', 'command'], ['host']);
  const { server = '.', instance, login, password, command = 'sqlcmd', host = realHost } = options;
  for (const [field, value] of [['server', server], ['login', login ?? '']] as const) {
    if (value.startsWith('-')) throw new ArgumentError(field, 'must not begin with -, which sqlcmd takes for an option');
  }
  const args = [
    '-S', instance === undefined ? server : `${server}\\${instance}`,
    ...(login === undefined ? ['-E'] : ['-U', login]),
    ...(options.trustServerCertificate === true ? ['-C'] : []),
    ...FIXED_ARGUMENTS,
  ];
  const env = password === undefined ? {} : { SQLCMDPASSWORD: password };
  return {
    async connect({ signal } = {}) {
      const connection = new SqlcmdConnection((statement) => host.processes.spawn(command, [...args, '-Q', statement], { env }));
      await connection.execute('SELECT 1 AS connected', signal === undefined ? {} : { signal });
      return connection;
    },
  };
}
