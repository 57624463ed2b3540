/** One monitor at a time has a directory. */
import { StateError } from '../binding';
import type { Host } from '../binding';
import { LogClaim } from '../log';
import { MonitorError } from './errors';

export interface LockHolder {
  readonly pid: number;
  /** Where operators reach the monitor; null: nowhere. */
  readonly operator: string | null;
}

const claimed = (directory: string): string => `${directory}/monitor`;

/** The monitor that has the directory now and lives. @throws MonitorError ERR_MONITOR_FOREIGN when it is of another machine */
export async function holderOf(host: Host, directory: string): Promise<LockHolder | undefined> {
  if ((await host.files.stat(directory))?.isDirectory !== true) return undefined;
  const found = await LogClaim.holder(host, claimed(directory));
  if (found === undefined) return undefined;
  const { holder: { machine, pid, note }, lock } = found;
  if (machine !== host.processes.machine) {
    throw new MonitorError('ERR_MONITOR_FOREIGN', `${directory} is in use by process ${String(pid)} of the machine ${machine}; if that is gone for good, remove ${lock}`);
  }
  return { pid, operator: note };
}

/** @throws MonitorError ERR_MONITOR_RUNNING, ERR_MONITOR_FOREIGN */
export async function claimDirectory(host: Host, directory: string, operator: string | null): Promise<LogClaim> {
  const running = (holder?: LockHolder): MonitorError =>
    new MonitorError('ERR_MONITOR_RUNNING', `${directory} is in use by another transaction monitor${holder === undefined ? '' : `, in process ${String(holder.pid)}`}`);
  const holder = await holderOf(host, directory);
  if (holder !== undefined) throw running(holder);
  try {
    return await LogClaim.take(host, claimed(directory), operator);
  } catch (error) {
    throw error instanceof StateError && error.code === 'ERR_IN_USE' ? running() : error;
  }
}
