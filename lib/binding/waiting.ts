/** Waiting that can end early: by an AbortSignal, or by a deadline of the Host's clock. */
import { types } from 'node:util';
import { AbortError } from './errors';
import type { Clock } from './host';

/** Whatever was thrown, as an error; also one of another realm (a vm context), which no `instanceof` recognises. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error || types.isNativeError(thrown) ? thrown : new Error(String(thrown), { cause: thrown });
}

/** Settles as `promise` does, or rejects with AbortError as soon as the signal fires. What the promise does afterwards is nobody's concern. */
export function unlessAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      reject(new AbortError(signal.reason));
    };
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(asError(error));
      },
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Waits for `promise` to settle, at most `timeoutMs`; says how it went and never rejects. */
export function settledWithin(clock: Clock, timeoutMs: number, promise: Promise<unknown>): Promise<'resolved' | 'rejected' | 'pending'> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => {
      resolve('pending');
    });
    promise.then(
      () => {
        cancel();
        resolve('resolved');
      },
      () => {
        cancel();
        resolve('rejected');
      },
    );
  });
}
