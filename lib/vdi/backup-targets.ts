/** The outputs of a backup: opened together before anything is started, published together after success, or removed. */
import { ArgumentError } from '../binding';
import type { Host } from '../binding';
import { CompressingSink } from './compression';
import type { Compression } from './compression';
import { FileSink, FileTarget } from './file-target';
import type { OutputFile } from './media';
import { isBackupStream, sinkOf, unwritable } from './sink';
import type { BackupStream } from './sink';
import { StreamTarget } from './stream-target';
import type { SecondaryDevice, Stripe } from './transfer';
import { openedInTime } from './waiting';

/** A device that another process serves; `serve` resolves with its bytes once that process has seen the device close. */
export interface SecondaryStripe {
  readonly serve: (device: SecondaryDevice) => Promise<number>;
}

export function isSecondaryStripe(value: unknown): value is SecondaryStripe {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'serve') === 'function';
}

/** A file's path, a stream, or a device in another process. */
export type BackupDestination = string | BackupStream | SecondaryStripe;

export interface TargetOptions {
  readonly overwrite: boolean;
  readonly sha256: boolean;
  readonly compress: Compression | undefined;
  /** Files only: positions are honoured. */
  readonly seekable: boolean;
  /** Milliseconds that each step of giving up a file may take. */
  readonly endMs: number;
  /** See `openedInTime`. */
  readonly signal: AbortSignal | undefined;
  /** What the outputs are called in errors. Default `to`. */
  readonly field?: string;
}

type Local = FileTarget | StreamTarget;

export class BackupTargets {
  private constructor(
    readonly stripes: readonly Stripe[],
    private readonly targets: readonly Local[],
  ) {}

  /** Throws ArgumentError with the field (`to[1]`) when an output cannot be used; nothing is left then. */
  static async open(host: Host, to: readonly BackupDestination[], options: TargetOptions): Promise<BackupTargets> {
    const { field: name = 'to', signal, endMs } = options;
    return openedInTime({ clock: host.clock, signal, endMs }, BackupTargets.openAll(host, to, name, options), (opened) => opened.discard());
  }

  private static async openAll(host: Host, to: readonly BackupDestination[], name: string, options: TargetOptions): Promise<BackupTargets> {
    await checkDistinct(host, name, to);
    const id = host.random.uuid().slice(0, 8);
    const stripes: Stripe[] = [];
    const targets: Local[] = [];
    try {
      for (const [index, destination] of to.entries()) {
        const field = to.length === 1 ? name : `${name}[${String(index)}]`;
        if (isSecondaryStripe(destination)) {
          stripes.push({ secondary: destination.serve });
          continue;
        }
        const target = await openTarget(host, destination, field, id, options);
        targets.push(target);
        stripes.push({ target });
      }
    } catch (error) {
      for (const target of targets) await target.discard();
      throw error;
    }
    return new BackupTargets(stripes, targets);
  }

  /**
   * Gives the files their final names, all or none, durably. Rejects with the system's error; the provisional files hold a whole backup then
   * and stay: see `kept`.
   */
  async publish(): Promise<void> {
    try {
      // Old and new stripes under final names at once would look like a backup: all old ones go before the first new one comes.
      if (this.targets.length > 1) for (const target of this.targets) await target.setAside();
      for (const target of this.targets) await target.publish();
    } catch (error) {
      for (const target of this.targets) await target.retract().catch(() => undefined);
      throw error;
    }
    for (const target of this.targets) await target.forgetReplaced().catch(() => undefined);
  }

  /** The files of a backup that succeeded but could not be published. */
  get kept(): readonly string[] {
    return this.targets.map(({ kept }) => kept).filter((path) => path !== undefined);
  }

  /** Removes what was written; returns the paths of what could not be removed. */
  async discard(): Promise<readonly string[]> {
    return (await Promise.all(this.targets.map((target) => target.discard()))).flat();
  }

  describe(): readonly OutputFile[] {
    return this.targets.map((target) => target.describe());
  }
}

async function openTarget(host: Host, destination: string | BackupStream, field: string, id: string, options: TargetOptions): Promise<Local> {
  const { compress, overwrite, sha256, seekable, endMs } = options;
  if (typeof destination === 'string') {
    if (seekable && compress !== undefined) throw new ArgumentError('compress', 'needs a pipe-like device');
    if (seekable && sha256) throw new ArgumentError('sha256', 'needs a pipe-like device');
    const file = await FileTarget.create(host.files, destination, { field, id, overwrite, sha256: sha256 && compress === undefined, clock: host.clock, endMs });
    return compress === undefined ? file : new StreamTarget(new CompressingSink(compress, new FileSink(file)), { sha256 }, file);
  }
  if (!isBackupStream(destination)) {
    throw new ArgumentError(field, 'must be a path, a Writable, a WritableStream, or an object with write and close');
  }
  if (seekable) throw new ArgumentError(field, 'is a stream, which a disk-like device cannot be');
  const problem = unwritable(destination);
  if (problem !== undefined) throw new ArgumentError(field, problem);
  const sink = sinkOf(destination);
  return new StreamTarget(compress === undefined ? sink : new CompressingSink(compress, sink), { sha256 });
}

/** Two devices on one file or stream would destroy each other. */
export async function checkDistinct(host: Host, field: string, list: readonly unknown[]): Promise<void> {
  const seen = new Map<unknown, number>();
  for (const [index, item] of list.entries()) {
    const keys: unknown[] = [item];
    if (typeof item === 'string') {
      if (item === '' || item.includes('\0')) throw new ArgumentError(list.length === 1 ? field : `${field}[${String(index)}]`, 'must be a path');
      keys.push(host.files.resolve(item));
      const there = await host.files.stat(item).catch(() => undefined);
      // The same file under another name.
      if (there !== undefined) keys.push(`identity ${there.identity}`);
    }
    for (const key of new Set(keys)) {
      const other = seen.get(key);
      if (other !== undefined) throw new ArgumentError(`${field}[${String(index)}]`, `is the same as ${field}[${String(other)}]`);
    }
    for (const key of keys) seen.set(key, index);
  }
}
