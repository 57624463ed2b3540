/** What the flows need of a SQL Server connection: one statement at a time, its messages as they come, and a way to cancel it. */
import { WinbackupError } from './errors';

/** A message of SQL Server: an error (severity above 10) or information (3014, 3211 ...). */
export interface SqlMessage {
  readonly number: number;
  /** 0 to 10 information, 11 to 25 error. */
  readonly severity: number;
  readonly state: number;
  readonly message: string;
  readonly procedure?: string;
  readonly lineNumber?: number;
}

/** One row, by column name. */
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlResult {
  /** In the order in which they came, errors included. */
  readonly messages: readonly SqlMessage[];
  /** Of all result sets, in order. */
  readonly rows: readonly SqlRow[];
}

export interface SqlExecuteOptions {
  /** Cancels the statement on the server (an attention); the promise then rejects with AbortError once the server has stopped. */
  readonly signal?: AbortSignal;
  readonly onMessage?: (message: SqlMessage) => void;
}

/**
 * A connection. `execute` resolves when the statement has ended, whether it succeeded or not: its messages tell.
 * It rejects only when the connection is lost (SqlConnectionError) or the caller cancelled. No time limit of its own:
 * BACKUP and RESTORE run for hours (facts/node-addon-ecosystem.md 4.2).
 */
export interface SqlConnection {
  execute(statement: string, options?: SqlExecuteOptions): Promise<SqlResult>;
  close(): Promise<void>;
}

/** Opens connections: a backup needs one, a snapshot backup of several databases one for each. */
export interface SqlServer {
  connect(options?: { readonly signal?: AbortSignal }): Promise<SqlConnection>;
}

export const SQL_ERROR_SEVERITY = 11;

export function isSqlError(message: SqlMessage): boolean {
  return message.severity >= SQL_ERROR_SEVERITY;
}

/** The connection could not be made or was lost; what the server had said until then travels along. */
export class SqlConnectionError extends WinbackupError {
  override readonly name = 'SqlConnectionError';
  readonly code: string;
  readonly messages: readonly SqlMessage[];

  constructor(message: string, options: { code?: string; messages?: readonly SqlMessage[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = options.code ?? 'ERR_SQL_CONNECTION';
    this.messages = options.messages ?? [];
  }
}
