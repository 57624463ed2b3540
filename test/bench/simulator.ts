/**
 * Measures on any system what the simulated machine costs: a backup of a real file through it, beside a plain copy of the same file.
 * Usage: node simulator.js <directory> <result.json> <rounds>
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SimulatedWindows } from '../../lib/simulator';
import { backupDatabase } from '../../lib/vdi';
import { measured } from './median';
import type { Measured } from './median';

const MiB = 1024 * 1024;
const DATABASE_BYTES = 512 * MiB;

class Bench {
  private readonly database: string;
  private readonly backup: string;
  private readonly machine: SimulatedWindows;

  constructor(directory: string) {
    this.database = path.join(directory, 'winbackup-bench.mdf');
    this.backup = path.join(directory, 'winbackup-bench.bak');
    const file = fs.openSync(this.database, 'w');
    for (let written = 0; written < DATABASE_BYTES; written += 16 * MiB) fs.writeSync(file, randomBytes(16 * MiB));
    fs.closeSync(file);
    this.machine = new SimulatedWindows({ databases: [{ name: 'bench', file: this.database }] });
  }

  /** Bytes a second, of the whole of it: from the first call to durable data under its final name. */
  async run(variant: string): Promise<number> {
    const start = performance.now();
    switch (variant) {
      case 'plain copy':
        await this.plainCopy();
        break;
      case 'simulator, file sink':
        await this.simulated(this.backup);
        break;
      case 'simulator, stream sink':
        await this.simulated(fs.createWriteStream(this.backup, { highWaterMark: MiB, flush: true }));
        break;
      default:
        throw new RangeError(variant);
    }
    const seconds = (performance.now() - start) / 1000;
    if (fs.statSync(this.backup).size < DATABASE_BYTES) throw new Error(`${variant} wrote only ${String(fs.statSync(this.backup).size)} bytes`);
    fs.rmSync(this.backup);
    return DATABASE_BYTES / seconds;
  }

  end(): void {
    fs.rmSync(this.database);
  }

  private plainCopy(): Promise<void> {
    return pipeline(fs.createReadStream(this.database, { highWaterMark: MiB }), fs.createWriteStream(this.backup, { highWaterMark: MiB, flush: true }));
  }

  private async simulated(to: string | fs.WriteStream): Promise<void> {
    await backupDatabase({
      sql: this.machine.sql(), backend: this.machine, database: 'bench', to, options: { maxTransferSize: MiB, bufferCount: 8, copyOnly: true },
    });
  }
}

const variants = ['plain copy', 'simulator, file sink', 'simulator, stream sink'];

async function main([directory = '', result = '', rounds = '5']: readonly string[]): Promise<void> {
  const bench = new Bench(directory);
  const rates = new Map<string, number[]>(variants.map((variant) => [variant, []]));
  try {
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const variant of variants) rates.get(variant)?.push(await bench.run(variant));
    }
  } finally {
    bench.end();
  }
  const shape = { direction: 'backup', transferSize: MiB, buffers: 8 } as const;
  const lines: readonly Measured[] = variants.map((variant) => measured(variant, shape, rates, variant === 'plain copy' ? undefined : 'plain copy'));
  fs.writeFileSync(result, JSON.stringify({ node: process.versions.node, rounds: Number(rounds), measured: lines }));
}

void main(process.argv.slice(2));
