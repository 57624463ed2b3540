/** WITH STATS: how much of a BACKUP or RESTORE is done, and how fast it was. */
import { PAGE_SIZE } from './database-file';
import type { RunningStatement } from './running-statement';
import type { Options } from './statements';

const DEFAULT_STATS = 10;
const MIB = 1_048_576;

export class Progress {
  private done = 0;
  private said = 0;
  private readonly step: number;

  constructor(
    private readonly statement: RunningStatement,
    options: Options,
    private readonly total: number,
  ) {
    const { STATS: stats } = options;
    this.step = stats === undefined ? Infinity : typeof stats === 'number' ? stats : DEFAULT_STATS;
  }

  add(byteLength: number): void {
    this.done += byteLength;
    const percent = this.total === 0 ? 100 : Math.floor((this.done / this.total) * 100);
    // One message for a leap over several steps, as the server does.
    if (percent < this.said + this.step) return;
    this.said = Math.floor(percent / this.step) * this.step;
    this.statement.say(3211, [this.said]);
  }

  /** What had no bytes at all is done as well. */
  finish(): void {
    if (this.total === 0 && this.step !== Infinity) this.statement.say(3211, [100]);
  }
}

/** Seconds and MB/s, as message 3014 gives them. */
export function rate(pages: number, elapsedMs: number): readonly [string, string] {
  const seconds = elapsedMs / 1000;
  const speed = seconds === 0 ? 0 : (pages * PAGE_SIZE) / MIB / seconds;
  return [seconds.toFixed(3), speed.toFixed(3)];
}
