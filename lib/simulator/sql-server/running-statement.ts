/** A statement under way: where its messages and rows go, and how everything that it waits for ends when it is stopped. */
import type { PlainRecord } from '../../binding/channel';
import type { SqlMessage } from '../../binding/sql';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import { sqlMessage } from './messages';

/** What a connection hands out, in order; `end` is the last one of a batch. */
export type SqlEvent =
  ({ readonly kind: 'message' } & SqlMessage) | { readonly kind: 'row'; readonly row: PlainRecord } | { readonly kind: 'end' };

/** The client sent an attention. */
export class StatementCancelled extends Error {
  override readonly name = 'StatementCancelled';
}

/** sqlservr is gone: nobody is left to say anything. */
export class ServerDied extends Error {
  override readonly name = 'ServerDied';
}

export class RunningStatement {
  private readonly waiting = new Set<(error: Error) => void>();
  private reason: Error | undefined;

  constructor(
    readonly machine: SimulatedWindows,
    readonly process: SimulatedProcess,
    private readonly emit: (event: SqlEvent) => void,
    public line: number,
  ) {}

  say(number: number, args: readonly (string | number | bigint)[] = []): SqlMessage {
    const message = sqlMessage(number, args, this.line);
    this.emit({ kind: 'message', ...message });
    return message;
  }

  row(row: PlainRecord): void {
    this.emit({ kind: 'row', row });
  }

  /** Why it must not go on. */
  get stopped(): Error | undefined {
    return this.reason;
  }

  /** Every wait ends with `reason`; the first one counts. */
  stop(reason: Error): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    for (const reject of this.waiting) reject(reason);
    this.waiting.clear();
  }

  /** What stopped it concerns the next statement of the batch no more. */
  resume(): void {
    this.reason = undefined;
  }

  throwIfStopped(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  /** What `promise` gives, unless the statement is stopped first. */
  until<T>(promise: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.reason !== undefined) {
        reject(this.reason);
        return;
      }
      this.waiting.add(reject);
      promise.then(
        (value) => {
          this.waiting.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.waiting.delete(reject);
          reject(asError(error));
        },
      );
    });
  }

  /** A place for faults (`sql.write`). Rejects with the Failure that a fault asks for. */
  phase(name: string): Promise<void> {
    return this.until(this.machine.event(name, this.process));
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
