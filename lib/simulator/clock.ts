/** Virtual time: it moves only when a test moves it, or, if so made, when nothing else can run. */
import type { Cancel, Clock } from '../binding/host';
import { settled } from './scheduler';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

export interface SimulatedClockOptions {
  /** Milliseconds since 1970; default 2026-01-01. */
  readonly start?: number;
  /** Jump to the next timer whenever the event loop has nothing else to do. Only for runs without real I/O. */
  readonly autoAdvance?: boolean;
}

export class SimulatedClock implements Clock {
  private readonly start: number;
  private readonly autoAdvance: boolean;
  private readonly timers = new Set<Timer>();
  private elapsed = 0;
  private order = 0;
  private watching = false;

  constructor(options: SimulatedClockOptions = {}) {
    this.start = options.start ?? Date.UTC(2026, 0, 1);
    this.autoAdvance = options.autoAdvance ?? false;
  }

  /** A clock that goes on from here, without this one's timers. */
  restart(): SimulatedClock {
    return new SimulatedClock({ start: this.now(), autoAdvance: this.autoAdvance });
  }

  now(): number {
    return this.start + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  after(delayMs: number, callback: () => void): Cancel {
    const timer: Timer = { due: this.elapsed + Math.max(0, delayMs), order: this.order++, callback };
    this.timers.add(timer);
    if (this.autoAdvance) this.watch();
    return () => {
      this.timers.delete(timer);
    };
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.size;
  }

  /** Moves time, firing what falls due in order; after each timer everything it woke runs before the next one fires. */
  async advance(ms: number): Promise<void> {
    const target = this.elapsed + ms;
    await settled();
    for (let next = this.next(); next !== undefined && next.due <= target; next = this.next()) {
      this.fire(next);
      await settled();
    }
    this.elapsed = target;
  }

  private next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }

  private fire(timer: Timer): void {
    this.timers.delete(timer);
    this.elapsed = Math.max(this.elapsed, timer.due);
    timer.callback();
  }

  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    void settled().then(() => {
      this.watching = false;
      const next = this.next();
      if (next === undefined) return;
      this.fire(next);
      if (this.timers.size > 0) this.watch();
    });
  }
}
