/**
 * One monitor at a time has a directory: a lock file names the process that has it. That of a process that is gone is taken over by making the
 * one with the next number, which only one can (`create` is exclusive); the highest number counts.
 */
import { errorCode } from '../binding';
import type { Host } from '../binding';
import { MonitorError } from './errors';

export interface LockHolder {
  readonly machine: string;
  readonly pid: number;
  /** Host.processes.identityOf. */
  readonly identity: string;
  /** Where operators reach the monitor; null: nowhere. */
  readonly operator: string | null;
}

const NAME = /^monitor\.(\d+)\.lock$/;

interface Found {
  readonly number: number;
  readonly path: string;
}

async function locksOf({ files }: Host, directory: string): Promise<readonly Found[]> {
  const found = (await files.list(directory)).flatMap((name) => {
    const [, digits] = NAME.exec(name) ?? [];
    return digits === undefined ? [] : [{ number: Number(digits), path: `${directory}/${name}` }];
  });
  return found.sort((a, b) => b.number - a.number);
}

async function read({ files }: Host, path: string): Promise<LockHolder | undefined> {
  try {
    const file = await files.open(path, 'read');
    try {
      const bytes = Buffer.alloc(await file.size());
      await file.read(bytes, 0);
      const { machine, pid, identity, operator } = JSON.parse(bytes.toString()) as LockHolder;
      return typeof machine === 'string' && typeof pid === 'number' && typeof identity === 'string' ? { machine, pid, identity, operator } : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The monitor that has the directory now and lives. @throws MonitorError ERR_MONITOR_FOREIGN when it is of another machine */
export async function holderOf(host: Host, directory: string): Promise<LockHolder | undefined> {
  if ((await host.files.stat(directory))?.isDirectory !== true) return undefined;
  const [highest] = await locksOf(host, directory);
  if (highest === undefined) return undefined;
  const holder = await read(host, highest.path);
  if (holder === undefined) return undefined;
  if (holder.machine !== host.processes.machine) {
    throw new MonitorError('ERR_MONITOR_FOREIGN', `${directory} is in use by process ${String(holder.pid)} of the machine ${holder.machine}; if that is gone for good, remove ${highest.path}`);
  }
  return host.processes.identityOf(holder.pid) === holder.identity ? holder : undefined;
}

export class DirectoryLock {
  private constructor(private readonly host: Host, private readonly path: string) {}

  /** @throws MonitorError ERR_MONITOR_RUNNING, ERR_MONITOR_FOREIGN */
  static async take(host: Host, directory: string, operator: string | null): Promise<DirectoryLock> {
    const { files, processes } = host;
    const running = (holder?: LockHolder): MonitorError =>
      new MonitorError('ERR_MONITOR_RUNNING', `${directory} is in use by another transaction monitor${holder === undefined ? '' : `, in process ${String(holder.pid)}`}`);
    const holder = await holderOf(host, directory);
    if (holder !== undefined) throw running(holder);
    const before = await locksOf(host, directory);
    const [highest] = before;
    const number = (highest?.number ?? 0) + 1;
    const path = `${directory}/monitor.${String(number)}.lock`;
    const record: LockHolder = { machine: processes.machine, pid: processes.pid, identity: processes.identityOf(processes.pid) ?? '', operator };
    try {
      const file = await files.open(path, 'create');
      try {
        await file.write(Buffer.from(JSON.stringify(record)), 0);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw running();
      throw error;
    }
    const after = await locksOf(host, directory);
    // Somebody took over while we looked at an older state; or an empty file, which a power cut leaves too, was one that was being written. Each
    // looks after its own file is whole: so at least one of two sees the other, and gives way.
    const others = await Promise.all(after.filter((each) => each.number !== number).map((each) => read(host, each.path)));
    const lives = others.some((other) => other !== undefined && processes.identityOf(other.pid) === other.identity);
    if (after[0]?.number !== number || lives) {
      await files.remove(path);
      throw running();
    }
    for (const stale of after.slice(1)) await files.remove(stale.path).catch(() => undefined);
    return new DirectoryLock(host, path);
  }

  async release(): Promise<void> {
    await this.host.files.remove(this.path).catch(() => undefined);
  }
}
