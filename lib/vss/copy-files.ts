/**
 * Files out of a shadow copy. Its device path is no path for ordinary file functions, so the backend resolves it first. A directory takes its
 * final name only when everything is in it; what could not be kept is listed.
 */
import { ArgumentError, MACHINE, WindowsError, checkKnownFields, checkString, failed, throwIfAborted } from '../binding';
import type { Channel, Files } from '../binding';
import { within } from './limits';
import { closeChannel, machineOf, openRequester, requesterOptionNames } from './requester';
import type { Machine, RequesterOptions } from './requester';
import type { Snapshot } from './snapshot';

export interface CopyFromSnapshotOptions extends RequesterOptions {
  /** A copy, or its device object. */
  readonly snapshot: Pick<Snapshot, 'deviceObject'> | string;
  /** Files and directories of the volume, relative to its root (`Data`, `Data\\sales.mdf`). Default: all of it. */
  readonly paths?: readonly string[];
  /** The directory that is made: it must not exist. Paths below it are those below the volume's root. */
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
  /** What could not be kept of what was there. Contents and times of files and directories are kept. */
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
 * Copies files and directories with contents and times.
 * @throws ArgumentError (`to` exists already, no such path); WindowsError when the copy is gone; AbortError; the file system's errors. Nothing is left
 *   under the final name then, and what was copied is removed.
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
    const copy = new Copy(files, root, `${target}${PARTIAL}`, machine.signal, onProgress);
    try {
      await copy.run(wanted);
      await files.rename(`${target}${PARTIAL}`, target);
    } catch (error) {
      await removeTree(files, `${target}${PARTIAL}`).catch(() => undefined);
      throw error;
    }
    await files.syncDirectory(files.directoryOf(target));
    return { simulated: channel.kind === 'simulated', to: target, files: copy.files, directories: copy.directories, bytes: copy.bytes, notKept: copy.notKept };
  } finally {
    await closeChannel(machine, channel);
  }
}

class Copy {
  files = 0;
  directories = 0;
  bytes = 0;
  readonly notKept: { path: string; what: string }[] = [];

  constructor(
    private readonly disk: Files,
    private readonly root: string,
    private readonly target: string,
    private readonly signal: AbortSignal | undefined,
    private readonly onProgress: ((progress: CopyProgress) => void) | undefined,
  ) {}

  async run(wanted: readonly (readonly string[])[]): Promise<void> {
    await this.disk.makeDirectory(this.target);
    for (const [index, parts] of wanted.entries()) await this.one(`paths[${String(index)}]`, parts);
    if (wanted.some((parts) => parts.length === 0)) await this.disk.copyTimes(this.root, this.target);
  }

  /** One path that was asked for, with the directories above it. */
  private async one(field: string, parts: readonly string[]): Promise<void> {
    const path = parts.join('/');
    const info = await this.disk.stat(this.from(path));
    if (info === undefined) throw new ArgumentError(field, `is not in the shadow copy: ${path}`);
    await this.disk.makeDirectory(this.at(parts.slice(0, -1).join('/')));
    if (info.isDirectory) await this.directory(path);
    else if (info.isFile) await this.file(path);
    else this.notKept.push({ path, what: 'neither a file nor a directory' });
    for (let above = parts.length - 1; above > 0; above -= 1) {
      const directory = parts.slice(0, above).join('/');
      await this.disk.copyTimes(this.from(directory), this.at(directory));
    }
  }

  private from(path: string): string {
    return path === '' ? this.root : `${this.root}/${path}`;
  }

  private at(path: string): string {
    return path === '' ? this.target : `${this.target}/${path}`;
  }

  private async directory(path: string): Promise<void> {
    if (path !== '') {
      await this.disk.makeDirectory(this.at(path));
      this.directories += 1;
    }
    for (const { name, kind } of await this.disk.entries(this.from(path))) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (kind === 'directory') await this.directory(inner);
      else if (kind === 'file') await this.file(inner);
      else this.notKept.push({ path: inner, what: 'a symbolic link, device or socket' });
    }
    // Last, because every entry changes them.
    if (path !== '') await this.disk.copyTimes(this.from(path), this.at(path));
  }

  private async file(path: string): Promise<void> {
    throwIfAborted(this.signal);
    await this.disk.copy(this.from(path), this.at(path));
    this.files += 1;
    this.bytes += (await this.disk.stat(this.at(path)))?.size ?? 0;
    this.onProgress?.({ path, files: this.files, bytes: this.bytes });
  }
}

async function removeTree(files: Files, directory: string): Promise<void> {
  if ((await files.stat(directory)) === undefined) return;
  for (const { name, kind } of await files.entries(directory)) {
    const path = `${directory}/${name}`;
    if (kind === 'directory') await removeTree(files, path);
    else await files.remove(path);
  }
  await files.removeDirectory(directory);
}
