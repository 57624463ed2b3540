/**
 * Measures inside Windows Node how fast the addon and the flows take what the firehose pours, beside a C++ loop on the same double.
 * Usage: node firehose.js <firehose.dll> <directory> <result.json> <rounds> <gigabytes for the memory check>
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { nativeBackend } from '../../lib/binding/native';
import { VDFeatures, WIN32 } from '../../lib/binding/codes';
import type { Host, OpenFile } from '../../lib/binding/host';
import type { SqlConnection, SqlMessage } from '../../lib/binding/sql';
import { ClientVirtualDeviceSet, backupDatabase } from '../../lib/vdi';
import type { BackupStream } from '../../lib/vdi';
import { measured } from './median';
import type { Measured } from './median';

interface Outcome {
  /** From the server's first command to the answer of its last, as the server measured it. */
  readonly seconds: number;
  readonly bytes: number;
  readonly complete: boolean;
}

/** What firehose.dll exports (test/bench/firehose/addon.cc). */
interface Firehose {
  configure(transferSize: number, buffers: number, totalBytes: number, backup: boolean): void;
  runClient(file: string): Promise<number>;
  /** Of the latest set; undefined while its transfer goes on. */
  outcome(): Outcome | undefined;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

interface Case {
  readonly transferSize: number;
  readonly buffers: number;
  readonly totalBytes: number;
  readonly backup: boolean;
  /** Run in turns, one after the other in each round. */
  readonly variants: readonly string[];
}

const loops = ['C++ loop', 'command loop'];
const sinks = ['C++ file', 'file sink', 'stream sink'];
/** Into a file that is there already. Room or memory for a new one is found faster or slower from one second to the next, most of all in a virtual machine. */
const inPlace = ['C++ file in place', 'file sink in place'];
/** A loop moves more than a sink can: each takes a part of a second or more. */
const cases: readonly Case[] = [
  { transferSize: MiB, buffers: 8, totalBytes: 4 * GiB, backup: true, variants: loops },
  { transferSize: MiB, buffers: 8, totalBytes: GiB, backup: true, variants: sinks },
  { transferSize: MiB, buffers: 8, totalBytes: GiB, backup: true, variants: inPlace },
  { transferSize: 4 * MiB, buffers: 8, totalBytes: 4 * GiB, backup: true, variants: loops },
  { transferSize: 4 * MiB, buffers: 8, totalBytes: GiB, backup: true, variants: sinks },
  { transferSize: 4 * MiB, buffers: 8, totalBytes: GiB, backup: true, variants: inPlace },
  { transferSize: 64 * KiB, buffers: 4, totalBytes: GiB, backup: true, variants: loops },
  { transferSize: 64 * KiB, buffers: 4, totalBytes: GiB / 2, backup: true, variants: sinks },
  { transferSize: 64 * KiB, buffers: 8, totalBytes: 2 * GiB, backup: true, variants: loops },
  { transferSize: 64 * KiB, buffers: 8, totalBytes: GiB, backup: true, variants: sinks },
  { transferSize: 64 * KiB, buffers: 16, totalBytes: 2 * GiB, backup: true, variants: loops },
  { transferSize: 64 * KiB, buffers: 16, totalBytes: GiB, backup: true, variants: sinks },
  { transferSize: MiB, buffers: 8, totalBytes: 4 * GiB, backup: false, variants: loops },
];

/** Not measured: V8 compiles what runs for every command within the first tens of thousands of them. */
const warmUp: readonly Case[] = [
  { transferSize: 64 * KiB, buffers: 8, totalBytes: 4 * GiB, backup: true, variants: ['command loop'] },
  { transferSize: 64 * KiB, buffers: 8, totalBytes: GiB / 2, backup: true, variants: ['file sink', 'stream sink'] },
];

/** The base of each comparison. */
const bases: Readonly<Record<string, string>> = { 'command loop': 'C++ loop', 'file sink': 'C++ file', 'stream sink': 'C++ file', 'file sink in place': 'C++ file in place' };

const succeeded: SqlMessage = { number: 3014, severity: 0, state: 1, message: 'BACKUP DATABASE successfully processed the pages.' };

/** Stands for the connection on which the statement was sent: the statement ends when the firehose has. */
class FirehoseConnection implements SqlConnection {
  constructor(private readonly firehose: Firehose) {}

  async execute(): Promise<{ messages: readonly SqlMessage[]; rows: readonly never[] }> {
    while (this.firehose.outcome() === undefined) await setTimeout(5);
    return { messages: [succeeded], rows: [] };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class Bench {
  private readonly firehose: Firehose;
  private readonly backend = nativeBackend();
  private readonly whole: string;
  private nextName = 1;

  constructor(
    dll: string,
    private readonly directory: string,
  ) {
    this.whole = path.join(directory, 'winbackup-bench-whole.bak');
    const module = { exports: {} };
    process.dlopen(module, dll);
    this.firehose = module.exports as Firehose;
  }

  /** Bytes a second of one transfer. */
  async run(variant: string, { transferSize, buffers, totalBytes, backup }: Case): Promise<number> {
    this.firehose.configure(transferSize, buffers, totalBytes, backup);
    await this.transfer(variant);
    const outcome = this.firehose.outcome();
    if (outcome === undefined) throw new Error(`${variant} ended before the firehose`);
    const { seconds, bytes, complete } = outcome;
    if (!complete || bytes !== totalBytes) throw new Error(`${variant} moved ${String(bytes)} of ${String(totalBytes)} bytes`);
    return bytes / seconds;
  }

  private async transfer(variant: string): Promise<void> {
    const file = path.join(this.directory, 'winbackup-bench.bak');
    switch (variant) {
      case 'C++ loop':
        return this.cpp('');
      case 'command loop':
        return this.commandLoop();
      case 'C++ file in place':
        return this.cpp(this.whole);
      case 'file sink in place':
        return this.flow(this.whole, this.overWhole());
      case 'C++ file':
        await this.cpp(file);
        break;
      case 'file sink':
        await this.flow(file);
        break;
      case 'stream sink':
        await this.flow(fs.createWriteStream(file, { highWaterMark: 4 * MiB }));
        break;
      default:
        throw new RangeError(variant);
    }
    fs.rmSync(file, { force: true });
  }

  /** Makes the file for what is written in place. */
  makeWhole(bytes: number): void {
    const piece = Buffer.alloc(4 * MiB, 1);
    const fd = fs.openSync(this.whole, 'w');
    for (let done = 0; done < bytes; done += piece.byteLength) fs.writeSync(fd, piece);
    fs.closeSync(fd);
  }

  removeWhole(): void {
    fs.rmSync(this.whole, { force: true });
  }

  /** A Host on which the provisional file is that file. */
  private overWhole(): Host {
    const { host } = this.backend;
    const open = (): Promise<OpenFile> => host.files.open(this.whole, 'modify');
    return { ...host, files: { ...host.files, open, rename: () => Promise.resolve(), remove: () => Promise.resolve() } };
  }

  private async cpp(file: string): Promise<void> {
    const hresult = await this.firehose.runClient(file);
    if (hresult !== 0) throw new Error(`the C++ loop ended with 0x${hresult.toString(16)}`);
  }

  private async commandLoop(): Promise<void> {
    await using set = await ClientVirtualDeviceSet.create({
      name: `bench-${String(this.nextName++)}`, deviceCount: 1, features: VDFeatures.LikePipe, backend: this.backend,
    });
    await set.getConfiguration({ timeoutMs: 10_000 });
    const device = await set.openDevice(set.name);
    for await (const command of device.commands()) void command.complete(WIN32.ERROR_SUCCESS, command.buffer?.byteLength ?? 0);
  }

  private async flow(to: string | BackupStream, host = this.backend.host): Promise<void> {
    const { backend } = this;
    await backupDatabase({ sql: new FirehoseConnection(this.firehose), to, database: 'bench', backend, host, ...(typeof to === 'string' ? { overwrite: true } : {}) });
  }
}

/** Resident bytes over what was there after an eighth as much had passed, while this much passes the command loop. */
async function memoryGrowth(bench: Bench, bytes: number): Promise<number> {
  const shape = { transferSize: MiB, buffers: 8, backup: true, variants: [] };
  await bench.run('command loop', { ...shape, totalBytes: bytes / 8 });
  const before = process.memoryUsage.rss();
  let most = before;
  const sampler = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  await bench.run('command loop', { ...shape, totalBytes: bytes });
  clearInterval(sampler);
  return Math.max(most, process.memoryUsage.rss()) - before;
}

async function main([dll = '', directory = '', result = '', rounds = '5', gigabytes = '4']: readonly string[]): Promise<void> {
  const bench = new Bench(dll, directory);
  for (const one of warmUp) for (const variant of one.variants) await bench.run(variant, one);
  const lines: Measured[] = [];
  for (const one of cases) {
    if (one.variants === inPlace) bench.makeWhole(one.totalBytes);
    const rates = new Map<string, number[]>(one.variants.map((variant) => [variant, []]));
    for (let round = 0; round < Number(rounds); round += 1) {
      // Each begins in its turn: what one leaves behind, the next finds.
      for (let turn = 0; turn < one.variants.length; turn += 1) {
        const variant = one.variants[(round + turn) % one.variants.length] ?? '';
        rates.get(variant)?.push(await bench.run(variant, one));
      }
    }
    bench.removeWhole();
    const { transferSize, buffers, backup } = one;
    const shape = { direction: backup ? 'backup' : 'restore', transferSize, buffers } as const;
    lines.push(...one.variants.map((variant) => measured(variant, shape, rates, bases[variant])));
  }
  const residentGrowth = await memoryGrowth(bench, Number(gigabytes) * GiB);
  fs.writeFileSync(result, JSON.stringify({ node: process.versions.node, rounds: Number(rounds), measured: lines, memory: { bytes: Number(gigabytes) * GiB, residentGrowth } }));
}

void main(process.argv.slice(2));
