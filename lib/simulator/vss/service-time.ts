/** The service's own time: the machine's clock, standing still while real directories are copied, because copying costs no simulated time. */
import type { Cancel, Clock } from '../../binding/host';

interface Timer {
  remainingMs: number;
  armedAt: number;
  cancel: Cancel | undefined;
  readonly callback: () => void;
}

export class ServiceTime {
  private readonly timers = new Set<Timer>();
  private suspensions = 0;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds since 1970, the machine's time. */
  now(): number {
    return this.clock.now();
  }

  /** Calls back after `delayMs` of the service's time. */
  after(delayMs: number, callback: () => void): Cancel {
    const timer: Timer = { remainingMs: delayMs, armedAt: 0, cancel: undefined, callback };
    this.timers.add(timer);
    if (this.suspensions === 0) this.arm(timer);
    return () => {
      timer.cancel?.();
      this.timers.delete(timer);
    };
  }

  delay(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Runs `work` while this time stands still. */
  async standingStill<T>(work: () => Promise<T>): Promise<T> {
    this.suspensions += 1;
    if (this.suspensions === 1) for (const timer of this.timers) this.disarm(timer);
    try {
      return await work();
    } finally {
      this.suspensions -= 1;
      if (this.suspensions === 0) for (const timer of this.timers) this.arm(timer);
    }
  }

  private arm(timer: Timer): void {
    timer.armedAt = this.clock.monotonic();
    timer.cancel = this.clock.after(timer.remainingMs, () => {
      this.timers.delete(timer);
      timer.callback();
    });
  }

  private disarm(timer: Timer): void {
    timer.cancel?.();
    timer.cancel = undefined;
    timer.remainingMs = Math.max(0, timer.remainingMs - (this.clock.monotonic() - timer.armedAt));
  }
}
