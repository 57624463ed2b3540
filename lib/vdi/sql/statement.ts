/** One statement while it runs: its messages and rows as they come, and the caller's wish to cancel it. Shared by the drivers' adapters. */
import { AbortError, throwIfAborted } from '../../binding/errors';
import type { SqlExecuteOptions, SqlMessage, SqlResult, SqlRow } from '../../binding/sql';

export class Statement {
  private readonly messages: SqlMessage[] = [];
  private readonly rows: SqlRow[] = [];
  private unsubscribe: () => void = () => undefined;

  /** Throws AbortError when the signal has fired already. */
  constructor(private readonly options: SqlExecuteOptions) {
    throwIfAborted(options.signal);
  }

  /** `cancel` is called once, when the caller's signal fires while the statement runs. */
  onCancel(cancel: () => void): void {
    const { signal } = this.options;
    signal?.addEventListener('abort', cancel, { once: true });
    this.unsubscribe = () => signal?.removeEventListener('abort', cancel);
  }

  message(message: SqlMessage): void {
    this.messages.push(message);
    this.options.onMessage?.(message);
  }

  row(row: SqlRow): void {
    this.rows.push(row);
  }

  /** What was said so far. */
  get said(): readonly SqlMessage[] {
    return this.messages;
  }

  /** The statement has ended on the server: AbortError when the caller had cancelled it, else the result. */
  end(): SqlResult {
    this.unsubscribe();
    throwIfAborted(this.options.signal);
    return { messages: this.messages, rows: this.rows };
  }

  /** The connection is gone: what to reject with. */
  lost(error: Error): Error {
    this.unsubscribe();
    return this.options.signal?.aborted === true ? new AbortError(this.options.signal.reason) : error;
  }
}
