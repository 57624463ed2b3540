/**
 * Steps one after the other; a step that fails fails all that follow. Cancelling lets go of everybody who waits, even behind a step that
 * never ends.
 */
import { asError } from './errors';

export class Sequence {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Set<(error: Error) => void>();
  private cancelled: Error | undefined;

  next<T>(step: () => Promise<T>): Promise<T> {
    if (this.cancelled !== undefined) return Promise.reject(this.cancelled);
    const done = this.tail.then(step);
    this.tail = done;
    return new Promise<T>((resolve, reject) => {
      this.waiting.add(reject);
      done.then(
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

  cancel(error: Error): void {
    this.cancelled ??= error;
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }
}
