/**
 * Snapshot sets and prepared kernel transactions keep out of each other's way: a kernel transaction between prepare and its end would hold up the
 * freeze of its volume until the writers' time is over (facts/ktm-tmf-mts.md 2.6). Any number of one kind may run; the other kind waits its turn.
 */
import type { Clock } from '../binding';
import { SnapshotGuardError } from './errors';

export type Guarded = 'snapshot set' | 'kernel transaction';

interface Waiter {
  readonly kind: Guarded;
  readonly granted: () => void;
}

const WHY: Readonly<Record<Guarded, string>> = {
  'snapshot set': 'kernel transactions of this monitor are prepared: they must end before a snapshot set is made',
  'kernel transaction': 'a snapshot set is being made: no kernel transaction may be prepared until it is there',
};

export class SnapshotGuard {
  private readonly running: Record<Guarded, number> = { 'snapshot set': 0, 'kernel transaction': 0 };
  private readonly waiting: Waiter[] = [];

  constructor(private readonly clock: Clock, private readonly timeoutMs: number) {}

  /**
   * Waits until none of the other kind runs, first come first served; the returned function ends it.
   * @throws SnapshotGuardError when the time is over, or the signal fires
   */
  async enter(kind: Guarded, signal?: AbortSignal): Promise<() => void> {
    if (this.waiting.length > 0 || !this.free(kind)) await this.turn(kind, signal);
    else this.running[kind] += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.running[kind] -= 1;
      this.grant();
    };
  }

  private free(kind: Guarded): boolean {
    return this.running[kind === 'snapshot set' ? 'kernel transaction' : 'snapshot set'] === 0;
  }

  private turn(kind: Guarded, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        end();
        reject(new SnapshotGuardError(WHY[kind], { cause: signal?.reason }));
        // Whoever stood behind it may be able to go on.
        this.grant();
      };
      const cancel = this.clock.after(this.timeoutMs, giveUp);
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', giveUp);
      };
      const waiter: Waiter = {
        kind,
        granted: () => {
          end();
          resolve();
        },
      };
      this.waiting.push(waiter);
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  private grant(): void {
    for (let [next] = this.waiting; next !== undefined && this.free(next.kind); [next] = this.waiting) {
      this.waiting.shift();
      this.running[next.kind] += 1;
      next.granted();
    }
  }
}
