/**
 * One process at a time has a log open, or a directory: a lock file beside it names the process. That of a process that is gone is taken over by
 * making the one with the next number, which only one can (`create` is exclusive); the highest number counts.
 */
import { StateError, errorCode } from '../binding/errors';
import { stillRuns } from '../binding/host';
import type { Host } from '../binding/host';

export interface Holder {
  /** The computer's name: a log can lie on a share. */
  readonly machine: string;
  readonly pid: number;
  /** Host.processes.identityOf. */
  readonly identity: string;
  /** What the holder tells others. */
  readonly note: string | null;
}

interface Found {
  readonly number: number;
  readonly path: string;
}

async function locksOf({ files }: Host, path: string): Promise<readonly Found[]> {
  const directory = files.directoryOf(path);
  const name = path.slice(directory.length).replace(/^[\\/]/, '');
  const found = (await files.list(directory)).flatMap((entry) => {
    const [, digits] = entry.startsWith(`${name}.`) ? (/^(\d+)\.lock$/.exec(entry.slice(name.length + 1)) ?? []) : [];
    return digits === undefined ? [] : [{ number: Number(digits), path: `${path}.${digits}.lock` }];
  });
  return found.sort((a, b) => b.number - a.number);
}

/** Undefined for one that a power cut left empty, and for one that has gone meanwhile. */
async function read({ files }: Host, path: string): Promise<Holder | undefined> {
  try {
    const file = await files.open(path, 'read');
    try {
      const bytes = Buffer.alloc(await file.size());
      await file.read(bytes, 0);
      const { machine, pid, identity, note } = JSON.parse(bytes.toString()) as Holder;
      return typeof machine === 'string' && typeof pid === 'number' && typeof identity === 'string' ? { machine, pid, identity, note } : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A process of another machine cannot be asked about: in doubt it lives. */
const lives = ({ processes }: Host, { machine, pid, identity }: Holder): boolean => machine !== processes.machine || stillRuns(processes, pid, identity);

export class LogClaim {
  private constructor(private readonly host: Host, private readonly path: string) {}

  /** Who has it now, as far as can be seen, and the lock file that says so. */
  static async holder(host: Host, log: string): Promise<{ readonly holder: Holder; readonly lock: string } | undefined> {
    const [highest] = await locksOf(host, host.files.resolve(log));
    const holder = highest === undefined ? undefined : await read(host, highest.path);
    return highest === undefined || holder === undefined || !lives(host, holder) ? undefined : { holder, lock: highest.path };
  }

  /** @throws StateError ERR_IN_USE, while somebody else has it; the file system's errors */
  static async take(host: Host, log: string, note: string | null = null): Promise<LogClaim> {
    const { files, processes } = host;
    const path = files.resolve(log);
    const inUse = (holder?: Holder, lock?: string): StateError => {
      const whose = holder === undefined ? 'another process' : `process ${String(holder.pid)}${holder.machine === processes.machine ? '' : ` of the machine ${holder.machine}`}`;
      const remedy = lock === undefined ? '' : `; if that is gone for good, or another program, remove ${lock}`;
      return new StateError('ERR_IN_USE', `${path} is in use by ${whose}${remedy}`);
    };
    const others = async (found: readonly Found[]): Promise<void> => {
      for (const each of found) {
        const holder = await read(host, each.path);
        if (holder !== undefined && lives(host, holder)) throw inUse(holder, each.path);
      }
    };
    const before = await locksOf(host, path);
    await others(before);
    const number = (before[0]?.number ?? 0) + 1;
    const own = `${path}.${String(number)}.lock`;
    const record: Holder = { machine: processes.machine, pid: processes.pid, identity: processes.identityOf(processes.pid) ?? '', note };
    const file = await files.open(own, 'create').catch((error: unknown) => {
      throw errorCode(error) === 'EEXIST' ? inUse() : error;
    });
    let after: readonly Found[];
    try {
      try {
        await file.write(Buffer.from(JSON.stringify(record)), 0);
        await file.sync();
      } finally {
        await file.close();
      }
      // Somebody took over while we looked at an older state; or an empty file was one that was being written. Each looks after its own file is
      // whole: so at least one of two sees the other, and gives way.
      after = await locksOf(host, path);
      if (after[0]?.number !== number) throw inUse();
      await others(after.slice(1));
    } catch (error) {
      // Else this process, which lives, would be said to have it.
      await files.remove(own).catch(() => undefined);
      throw error;
    }
    for (const stale of after.slice(1)) await files.remove(stale.path).catch(() => undefined);
    return new LogClaim(host, own);
  }

  async release(): Promise<void> {
    await this.host.files.remove(this.path).catch(() => undefined);
  }
}
