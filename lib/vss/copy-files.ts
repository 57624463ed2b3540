/**
 * Files out of a shadow copy. Its device path is no path for ordinary file functions, so the backend resolves it first, and reads by it. A
 * directory takes its final name only when everything is in it; what could not be kept is listed.
 */
import { ArgumentError, MACHINE, WindowsError, checkKnownFields, checkString, failed } from '../binding';
import type { Channel } from '../binding';
import { openBackupFiles } from '../binding/backup-files';
import type { BackupEntry, BackupFiles } from '../binding/backup-files';
import { settledWithin, unlessAborted } from '../binding/waiting';
import { within } from './limits';
import { closeChannel, machineOf, openRequester, requesterOptionNames } from './requester';
import type { Machine, RequesterOptions } from './requester';
import type { Snapshot } from './snapshot';

export interface CopyFromSnapshotOptions extends RequesterOptions {
  /** A copy, or its device object. */
  readonly snapshot: Pick<Snapshot, 'deviceObject'> | string;
  /** Files and directories of the volume, relative to its root (`Data`, `Data\\sales.mdf`). Default: all of it. None can lead through a link: that leads out of the copy. */
  readonly paths?: readonly string[];
  /**
   * The directory that is made: it must not exist. It and all that is in it are durable when it has its name. Paths below it are those below the volume's root. It has the access rights that a new
   * directory has there; what is in it, on Windows, those that it had.
   */
  readonly to: string;
  readonly onProgress?: (progress: CopyProgress) => void;
}

export interface CopyProgress {
  /** Relative to the volume's root. */
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

export interface CopiedFiles {
  readonly simulated: boolean;
  /** The directory, as an absolute path. */
  readonly to: string;
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  /**
   * What could not be kept of what was there, by its path relative to the volume's root; of the path '': of nothing here. Contents and times are
   * kept; on Windows also attributes, security descriptors, alternate streams, extended attributes, sparse ranges, links and encryption.
   */
  readonly notKept: readonly { readonly path: string; readonly what: string }[];
}

const optionNames = [...requesterOptionNames, 'snapshot', 'paths', 'to', 'onProgress'];
const PARTIAL = '.partial';

/** `Data\\x`, `Data/x` -> its parts; throws ArgumentError for what leads elsewhere. */
function partsOf(field: string, path: unknown): readonly string[] {
  checkString(field, path);
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || /^[A-Za-z]:/.test(path)) throw new ArgumentError(field, `must be relative to the volume's root, not ${path}`);
  return parts;
}

function deviceOf(snapshot: CopyFromSnapshotOptions['snapshot']): string {
  const device = typeof snapshot === 'string' ? snapshot : snapshot.deviceObject;
  if (device === null) throw new ArgumentError('snapshot', 'has no device: a transportable copy must be imported first');
  checkString('snapshot', device);
  if (device === '') throw new ArgumentError('snapshot', 'must be a copy, or its device object');
  return device.replace(/\\$/, '');
}

/** The path that file functions take for a path of the machine (`\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\Data`). */
async function resolveOn(channel: Channel, machine: Machine, path: string): Promise<string> {
  const operation = 'Vss::ResolveDevicePath';
  const limits = { clock: machine.host.clock, timeoutMs: machine.operationMs, signal: machine.signal };
  const { hresult, outputs } = await within(limits, operation, channel.call(MACHINE, operation, [path]));
  if (failed(hresult)) throw new WindowsError(operation, hresult, { hint: `${path} is not there` });
  return outputs[0] as string;
}

/** As above, for those who copy by other means. */
export async function resolveDevicePath(path: string, options: RequesterOptions = {}): Promise<string> {
  checkString('path', path);
  const machine = await machineOf(options);
  const channel = await openRequester({ ...machine, security: 'host' });
  try {
    return await resolveOn(channel, machine, path);
  } finally {
    await closeChannel(machine, channel);
  }
}

/**
 * Copies files and directories, on Windows by the backup functions and with the privileges of a backup operator, as far as the account holds them.
 * @throws ArgumentError (`to` exists already, no such path); WindowsError when the copy is gone, or of the function that failed; AbortError; the file
 *   system's errors. Nothing is left under the final name then, and what was copied is removed.
 */
export async function copyFromSnapshot(options: CopyFromSnapshotOptions): Promise<CopiedFiles> {
  checkKnownFields('options', options, optionNames);
  const { snapshot, paths = [''], to, onProgress } = options;
  const device = deviceOf(snapshot);
  checkString('to', to);
  if (to === '') throw new ArgumentError('to', 'must not be empty');
  if (!Array.isArray(paths) || paths.length === 0) throw new ArgumentError('paths', 'must be an array with at least one path');
  const wanted = paths.map((path, index) => partsOf(`paths[${String(index)}]`, path));
  const machine = await machineOf(options);
  const { files } = machine.host;
  const target = files.resolve(to);
  for (const taken of [target, `${target}${PARTIAL}`]) if ((await files.stat(taken)) !== undefined) throw new ArgumentError('to', `exists already: ${taken}`);
  const channel = await openRequester({ ...machine, security: 'host' });
  try {
    const root = await resolveOn(channel, machine, `${device}\\`);
    const disk = await openBackupFiles(channel, files);
    const copy = new Copy(disk, root, `${target}${PARTIAL}`, machine, onProgress);
    try {
      await files.makeDirectory(`${target}${PARTIAL}`);
      await copy.run(wanted);
      await files.rename(`${target}${PARTIAL}`, target);
    } catch (error) {
      await disk.removeTree(`${target}${PARTIAL}`).catch(() => undefined);
      throw error;
    } finally {
      await disk.close();
    }
    await files.syncDirectory(files.directoryOf(target));
    const notKept = [...copy.notKept, ...[...disk.limits].map((what) => ({ path: '', what }))];
    return { simulated: channel.kind === 'simulated', to: target, files: copy.files, directories: copy.directories, bytes: copy.bytes, notKept };
  } finally {
    await closeChannel(machine, channel);
  }
}

/** Removes a directory of such copies with all that is in it, also what its access-control list or attributes protect. One that is not there is fine. */
export async function removeCopies(directory: string, options: RequesterOptions = {}): Promise<void> {
  checkString('directory', directory);
  const machine = await machineOf(options);
  const channel = await openRequester({ ...machine, security: 'host' });
  try {
    const disk = await openBackupFiles(channel, machine.host.files);
    try {
      await disk.removeTree(machine.host.files.resolve(directory));
    } finally {
      await disk.close();
    }
  } finally {
    await closeChannel(machine, channel);
  }
}

class Copy {
  files = 0;
  directories = 0;
  bytes = 0;
  readonly notKept: { path: string; what: string }[] = [];
  /** What is there already: the paths that are asked for may overlap. */
  private readonly made = new Set(['']);

  constructor(
    private readonly disk: BackupFiles,
    private readonly root: string,
    private readonly target: string,
    private readonly machine: Machine,
    private readonly onProgress: ((progress: CopyProgress) => void) | undefined,
  ) {}

  async run(wanted: readonly (readonly string[])[]): Promise<void> {
    for (const [index, parts] of wanted.entries()) await this.one(`paths[${String(index)}]`, parts);
    await this.disk.syncDirectory(this.target);
  }

  /** One path that was asked for, with the directories above it. */
  private async one(field: string, parts: readonly string[]): Promise<void> {
    const path = parts.join('/');
    const above = parts.map((_, index) => parts.slice(0, index).join('/')).slice(1);
    const links: string[] = [];
    for (const directory of above) if ((await this.disk.stat(this.from(directory)))?.link === true) links.push(directory);
    // Its target is on the volume as it is now; and the copy of the link would take what is written below it to there.
    if (links.length > 0) throw new ArgumentError(field, `leads through a link, out of the shadow copy: ${String(links[0])}`);
    const entry = await this.disk.stat(this.from(path));
    if (entry === undefined) throw new ArgumentError(field, `is not in the shadow copy: ${path}`);
    for (const directory of above) await this.copy(directory, { name: '', directory: true, link: false });
    await this.any(path, entry);
    for (const directory of above.reverse()) await this.finishDirectory(directory);
  }

  private from(path: string): string {
    return path === '' ? this.root : `${this.root.replace(/[\\/]+$/, '')}/${path}`;
  }

  private at(path: string): string {
    return path === '' ? this.target : `${this.target}/${path}`;
  }

  private async any(path: string, entry: BackupEntry): Promise<void> {
    if (entry.directory && !entry.link) await this.directory(path, entry);
    else if (await this.copy(path, entry)) {
      this.files += 1;
      this.onProgress?.({ path, files: this.files, bytes: this.bytes });
    }
  }

  private async directory(path: string, entry: BackupEntry): Promise<void> {
    if (await this.copy(path, entry)) this.directories += 1;
    for (const inner of await this.disk.list(this.from(path))) await this.any(path === '' ? inner.name : `${path}/${inner.name}`, inner);
    await this.finishDirectory(path);
  }

  /** When everything is in it, because every entry changes its times. */
  private async finishDirectory(path: string): Promise<void> {
    await this.disk.copyTimes(this.from(path), this.at(path));
    await this.disk.syncDirectory(this.at(path));
  }

  /** Whether it is at its new place now, and was not before. An abort waits for the end of the copying, so that nobody writes where things are removed, but not for one that hangs. */
  private async copy(path: string, entry: BackupEntry): Promise<boolean> {
    if (this.made.has(path)) return false;
    this.made.add(path);
    const { signal, host: { clock }, endMs } = this.machine;
    const copying = this.disk.copy(this.from(path), this.at(path), entry, signal);
    try {
      const { made, bytes, notKept } = await unlessAborted(signal, copying);
      this.bytes += bytes;
      this.notKept.push(...notKept.map((what) => ({ path, what })));
      return made;
    } catch (error) {
      await settledWithin(clock, endMs, copying);
      throw error;
    }
  }
}
