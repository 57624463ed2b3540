/** How long a call may take, and who may end it. */
import { AbortError, TimeoutError } from '../binding';
import type { Clock } from '../binding';
import { asError } from '../binding/waiting';

export interface Limits {
  readonly clock: Clock;
  /** Milliseconds; Infinity waits without end. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles as `promise` does, unless the signal fires first (AbortError) or the time runs out (TimeoutError). What the promise does
 * afterwards is nobody's concern.
 */
export function within<T>({ clock, timeoutMs, signal }: Limits, what: string, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const expired = (): void => {
      over();
      reject(new TimeoutError(`${what} did not end within ${String(timeoutMs)} ms`));
    };
    const aborted = (): void => {
      over();
      reject(new AbortError(signal?.reason));
    };
    const disarm = timeoutMs === Infinity ? undefined : clock.after(timeoutMs, expired);
    const over = (): void => {
      disarm?.();
      signal?.removeEventListener('abort', aborted);
    };
    promise.then(
      (value) => {
        over();
        resolve(value);
      },
      (error: unknown) => {
        over();
        reject(asError(error));
      },
    );
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}
