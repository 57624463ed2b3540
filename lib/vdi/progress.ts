/** How far a transfer has come: bytes counted at the devices, percent from SQL Server's own messages. */
import type { Clock, SqlMessage } from '../binding';

export interface TransferProgress {
  /** Over all devices. */
  readonly bytes: number;
  /** SQL Server's latest (message 3211), 0 to 100; undefined until it has said something. */
  readonly percent: number | undefined;
  /** Since the first byte. */
  readonly bytesPerSecond: number;
  /** Bytes of each device, in the order of `to` or `from`. */
  readonly stripes: readonly number[];
  /** Windows is simulated. */
  readonly simulated: boolean;
}

/** `10 percent processed.`, in any language of the server's. */
const PERCENT_PROCESSED = 3211;
/** At most one report in this time, in milliseconds; percent and the end are always reported. */
const REPORT_INTERVAL_MS = 100;

export class ProgressMeter {
  private readonly stripes: number[];
  private bytes = 0;
  private percent: number | undefined;
  private startedAt: number | undefined;
  private reportedAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    stripes: number,
    private readonly simulated: boolean,
    private readonly report: ((progress: TransferProgress) => void) | undefined,
  ) {
    this.stripes = new Array<number>(stripes).fill(0);
  }

  get total(): number {
    return this.bytes;
  }

  transferred(stripe: number, bytes: number): void {
    this.bytes += bytes;
    this.stripes[stripe] = (this.stripes[stripe] ?? 0) + bytes;
    if (this.report === undefined) return;
    const now = this.clock.monotonic();
    this.startedAt ??= now;
    if (now - this.reportedAt >= REPORT_INTERVAL_MS) this.send(now);
  }

  message({ number, message }: SqlMessage): void {
    if (number !== PERCENT_PROCESSED) return;
    const [percent] = /\d+/.exec(message) ?? [];
    if (percent === undefined) return;
    this.percent = Number(percent);
    this.send(this.clock.monotonic());
  }

  /** The last word, after success. */
  ended(): void {
    this.send(this.clock.monotonic());
  }

  private send(now: number): void {
    this.reportedAt = now;
    const seconds = (now - (this.startedAt ?? now)) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.round(this.bytes / seconds) : 0;
    this.report?.({ bytes: this.bytes, percent: this.percent, bytesPerSecond, stripes: [...this.stripes], simulated: this.simulated });
  }
}
