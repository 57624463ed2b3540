/** What the benchmarks report: medians, and the ratio to the base that was run alternately with them. */

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
  readonly ratio?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param rates bytes a second of each round, by variant */
export function measured(variant: string, { direction, transferSize, buffers }: Shape, rates: ReadonlyMap<string, readonly number[]>, base?: string): Measured {
  const bytesPerSecond = median(rates.get(variant) ?? []);
  const compared = base === undefined ? {} : { base, ratio: bytesPerSecond / median(rates.get(base) ?? []) };
  return { variant, direction, transferSize, buffers, bytesPerSecond, ...compared };
}
