/** How a backup or restore fails: one error with everything that is known, its root cause first. */
import { AbortError, WindowsError, WinbackupError, isSqlError } from '../binding';
import type { Backend, Host, SqlMessage } from '../binding';
import { asError } from '../binding/waiting';
import { reportFailure } from '../binding/windows-host';

export { asError };

/** The `code` of a Node error, or of one of ours. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = Reflect.get(asError(error), 'code');
  return typeof code === 'string' ? code : undefined;
}

/** SQL Server ended the statement without success. */
export class SqlStatementError extends WinbackupError {
  override readonly name = 'SqlStatementError';
  readonly code = 'ERR_SQL_STATEMENT';
  /** The number of the first error, undefined when SQL Server gave none but did not report success either. */
  readonly number: number | undefined;
  /** Everything that SQL Server said, in order. */
  readonly messages: readonly SqlMessage[];

  constructor(messages: readonly SqlMessage[]) {
    const first = messages.find(isSqlError);
    super(first === undefined ? 'SQL Server ended the statement without reporting success' : `SQL Server error ${String(first.number)}: ${first.message}`);
    this.number = first?.number;
    this.messages = messages;
  }
}

/** What a failure leaves to be known besides its cause. */
export interface TransferFailure {
  readonly cause: unknown;
  /** The HRESULT of the call that failed, unsigned 32 bits; not always the root cause. */
  readonly hresult: number | undefined;
  /** The Win32 code by which SQL Server was told that our own I/O failed. */
  readonly completionCode: number | undefined;
  readonly sqlMessages: readonly SqlMessage[];
  readonly simulated: boolean;
  /** What could not be done while ending: a step that did not answer in time. */
  readonly unfinished: readonly string[];
}

function remains(unfinished: readonly string[], leftover: readonly string[]): string {
  return [...unfinished.map((step) => `not ended: ${step}`), ...leftover.map((path) => `left behind: ${path}`)].map((line) => `\n  ${line}`).join('');
}

function describe(what: string, { cause, sqlMessages, unfinished }: TransferFailure, leftover: readonly string[]): string {
  const root = asError(cause).message;
  const sql = sqlMessages.filter(isSqlError).map(({ number, message }) => `\n  SQL Server ${String(number)}: ${message}`);
  return `${what} failed: ${root}${sql.join('')}${remains(unfinished, leftover)}`;
}

export abstract class TransferError extends WinbackupError implements TransferFailure {
  /** The root cause's: `ENOSPC`, `VD_E_TIMEOUT`, `ERR_SQL_STATEMENT` ... */
  readonly code: string;
  override readonly cause: unknown;
  readonly hresult: number | undefined;
  readonly completionCode: number | undefined;
  readonly sqlMessages: readonly SqlMessage[];
  readonly simulated: boolean;
  readonly unfinished: readonly string[];
  /** Files of ours that are still there although nothing usable is in them (or, after a failed rename, although everything is). */
  readonly leftover: readonly string[];

  constructor(what: string, failure: TransferFailure, leftover: readonly string[]) {
    super(describe(what, failure, leftover));
    const { cause } = failure;
    this.cause = cause;
    this.code = errorCode(cause) ?? 'ERR_TRANSFER';
    this.hresult = failure.hresult ?? (cause instanceof WindowsError ? cause.hresult : undefined);
    this.completionCode = failure.completionCode;
    this.sqlMessages = failure.sqlMessages;
    this.simulated = failure.simulated;
    this.unfinished = failure.unfinished;
    this.leftover = leftover;
  }
}

/** No backup was made. `cause` is the root cause. */
export class BackupError extends TransferError {
  override readonly name = 'BackupError';
}

/** The database was not restored, or the backup not verified or listed. `cause` is the root cause. */
export class RestoreError extends TransferError {
  override readonly name = 'RestoreError';
}

/** The caller's AbortSignal ended a backup or restore; `cause` is the signal's reason. */
export class TransferAbortError extends AbortError {
  readonly sqlMessages: readonly SqlMessage[];
  readonly simulated: boolean;
  readonly unfinished: readonly string[];
  readonly leftover: readonly string[];

  constructor(what: string, failure: Pick<TransferFailure, 'sqlMessages' | 'simulated' | 'unfinished'>, reason: unknown, leftover: readonly string[]) {
    super(reason, `${what} was aborted${remains(failure.unfinished, leftover)}`);
    this.sqlMessages = failure.sqlMessages;
    this.simulated = failure.simulated;
    this.unfinished = failure.unfinished;
    this.leftover = leftover;
  }
}

/** The error that a caller gets for a failure: a cancellation stays an AbortError. */
export function transferError(kind: typeof BackupError | typeof RestoreError, what: string, failure: TransferFailure, leftover: readonly string[]): Error {
  const { cause } = failure;
  if (cause instanceof AbortError) return new TransferAbortError(what, failure, cause.cause, leftover);
  return new kind(what, failure, leftover);
}

/** Resolves with the error once it is in the event log: the client logs its failures as the server does (seed 000, V3). */
export async function reported(error: Error, backend: Backend, host: Host): Promise<Error> {
  await reportFailure(backend, host, error);
  return error;
}
