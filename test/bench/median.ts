/** What the benchmarks report: medians, and ratios to a base that was run alternately with what is compared to it. */

export interface Shape {
  readonly direction: 'backup' | 'restore';
  /** Bytes. */
  readonly transferSize: number;
  readonly buffers: number;
}

export interface Measured extends Shape {
  readonly variant: string;
  /** The median of the rounds. */
  readonly bytesPerSecond: number;
  /** What it is compared with; the bases have none. */
  readonly base?: string;
  /** The median of the rounds' ratios: what else the machine does in one round slows both down. */
  readonly ratio?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param rates bytes a second of each round, by variant */
export function measured(variant: string, { direction, transferSize, buffers }: Shape, rates: ReadonlyMap<string, readonly number[]>, base?: string): Measured {
  const own = rates.get(variant) ?? [];
  const bases = base === undefined ? [] : (rates.get(base) ?? []);
  const compared = base === undefined ? {} : { base, ratio: median(own.map((rate, round) => rate / (bases[round] ?? NaN))) };
  return { variant, direction, transferSize, buffers, bytesPerSecond: median(own), ...compared };
}
