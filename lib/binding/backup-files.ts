/**
 * Files as a backup reads and writes them. On Windows the addon copies them by BackupRead and BackupWrite, by device paths too and past
 * access-control lists; the shadow copies of a simulated machine are directories of its Host.
 */
import type { Channel, PlainRecord, PlainValue } from './channel';
import { MACHINE } from './channel';
import { failed } from './codes';
import { WindowsError, throwIfAborted } from './errors';
import { syncFile } from './host';
import type { Files } from './host';
import { enablePrivileges } from './windows-host';
import type { HeldPrivileges } from './windows-host';

export interface BackupEntry {
  /** Without a path. */
  readonly name: string;
  readonly directory: boolean;
  /** It stands for another name, and what is there is not its own: a symbolic link, a mount point; on a Host also a device or socket. */
  readonly link: boolean;
}

export interface BackupCopy {
  /** False when nothing of it is at the new place. */
  readonly made: boolean;
  /** Of contents. */
  readonly bytes: number;
  /** What of it could not be kept. */
  readonly notKept: readonly string[];
}

/** Paths have `/` or `\\`; failures are a WindowsError on Windows, the file system's errors on a Host. */
export interface BackupFiles {
  /** Undefined when nothing is there. */
  stat(path: string): Promise<BackupEntry | undefined>;
  list(directory: string): Promise<readonly BackupEntry[]>;
  /**
   * Copies a file, a link, or a directory without what is in it, to a name that is not there; contents are durable then. Cancelled, it may leave an
   * unfinished copy.
   */
  copy(from: string, to: string, entry: BackupEntry, signal?: AbortSignal): Promise<BackupCopy>;
  /** Times, and on Windows attributes. */
  copyTimes(from: string, to: string): Promise<void>;
  /** Makes the names in it durable. */
  syncDirectory(directory: string): Promise<void>;
  removeTree(directory: string): Promise<void>;
  /** What cannot be kept of any file here, as far as the copies so far have shown. */
  readonly limits: ReadonlySet<string>;
  close(): Promise<void>;
}

export async function openBackupFiles(channel: Channel, files: Files): Promise<BackupFiles> {
  return channel.kind === 'native' ? WindowsFiles.open(channel) : new HostFiles(files);
}

/** Milliseconds for which the addon copies before it can be told to stop. */
const SLICE_MS = 250;

class WindowsFiles implements BackupFiles {
  readonly limits = new Set<string>();

  private constructor(private readonly channel: Channel, private readonly privileges: readonly HeldPrivileges[]) {}

  /** What the account does not hold stays refused: then the access-control list of each file decides, and what that forbids is told. */
  static async open(channel: Channel): Promise<WindowsFiles> {
    const privileges: HeldPrivileges[] = [];
    for (const name of ['SeBackupPrivilege', 'SeRestorePrivilege', 'SeSecurityPrivilege'] as const) {
      try {
        privileges.push(await enablePrivileges(channel, name));
      } catch (error) {
        if (!(error instanceof WindowsError)) throw error;
      }
    }
    return new WindowsFiles(channel, privileges);
  }

  async stat(path: string): Promise<BackupEntry | undefined> {
    const [entry] = await this.call('BackupFiles::Stat', path);
    return entry === null ? undefined : (entry as PlainRecord as unknown as BackupEntry);
  }

  async list(directory: string): Promise<readonly BackupEntry[]> {
    return (await this.call('BackupFiles::List', directory))[0] as unknown as readonly BackupEntry[];
  }

  async copy(from: string, to: string, _entry: BackupEntry, signal?: AbortSignal): Promise<BackupCopy> {
    const handle = (await this.call('BackupFiles::Copy', from, to))[0] as number;
    try {
      for (;;) {
        throwIfAborted(signal);
        const { hresult, outputs: [report] } = await this.channel.call(handle, 'IFileCopy::Step', [SLICE_MS]);
        if (failed(hresult)) throw new WindowsError(typeof report === 'string' ? report : 'IFileCopy::Step', hresult, { byWin32Name: true, hint: from });
        const { done, made, bytes, notKept, limits } = report as PlainRecord;
        if (done !== true) continue;
        for (const limit of limits as readonly string[]) this.limits.add(limit);
        return { made: made === true, bytes: Number(bytes), notKept: notKept as readonly string[] };
      }
    } finally {
      await this.channel.release(handle);
    }
  }

  async copyTimes(from: string, to: string): Promise<void> {
    await this.call('BackupFiles::CopyTimes', from, to);
  }

  /** NTFS journals names itself. */
  syncDirectory(): Promise<void> {
    return Promise.resolve();
  }

  async removeTree(directory: string): Promise<void> {
    if ((await this.stat(directory)) === undefined) return;
    for (const { name, directory: isDirectory, link } of await this.list(directory)) {
      const path = `${directory}/${name}`;
      if (isDirectory && !link) await this.removeTree(path);
      else await this.call('BackupFiles::Remove', path);
    }
    await this.call('BackupFiles::Remove', directory);
  }

  async close(): Promise<void> {
    await Promise.all(this.privileges.map((held) => held.close()));
  }

  private async call(operation: string, ...paths: readonly string[]): Promise<readonly PlainValue[]> {
    const { hresult, outputs } = await this.channel.call(MACHINE, operation, paths);
    if (failed(hresult)) throw new WindowsError(operation, hresult, { byWin32Name: true, hint: paths.join(' -> ') });
    return outputs;
  }
}

const LINK = 'a symbolic link, device or socket';

class HostFiles implements BackupFiles {
  readonly limits = new Set<string>();

  constructor(private readonly files: Files) {}

  /** By its name in its directory, so that a link is not followed. */
  async stat(path: string): Promise<BackupEntry | undefined> {
    const { files } = this;
    const resolved = files.resolve(path);
    const directory = files.directoryOf(resolved);
    if (resolved === directory) return { name: '', directory: true, link: false };
    const name = resolved.slice(directory.length).replace(/^[\\/]/, '');
    if ((await files.stat(directory))?.isDirectory !== true) return undefined;
    const found = (await this.list(directory)).find((entry) => entry.name === name);
    return found && { ...found, name: '' };
  }

  async list(directory: string): Promise<readonly BackupEntry[]> {
    return (await this.files.entries(directory)).map(({ name, kind }) => ({ name, directory: kind === 'directory', link: kind === 'other' }));
  }

  async copy(from: string, to: string, { directory, link }: BackupEntry, signal?: AbortSignal): Promise<BackupCopy> {
    throwIfAborted(signal);
    if (link) return { made: false, bytes: 0, notKept: [LINK] };
    if (directory) {
      await this.files.makeDirectory(to);
      return { made: true, bytes: 0, notKept: [] };
    }
    await this.files.copy(from, to);
    await syncFile(this.files, to);
    return { made: true, bytes: (await this.files.stat(to))?.size ?? 0, notKept: [] };
  }

  copyTimes(from: string, to: string): Promise<void> {
    return this.files.copyTimes(from, to);
  }

  syncDirectory(directory: string): Promise<void> {
    return this.files.syncDirectory(directory);
  }

  async removeTree(directory: string): Promise<void> {
    if ((await this.files.stat(directory)) === undefined) return;
    for (const { name, kind } of await this.files.entries(directory)) {
      const path = `${directory}/${name}`;
      if (kind === 'directory') await this.removeTree(path);
      else await this.files.remove(path);
    }
    await this.files.removeDirectory(directory);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
