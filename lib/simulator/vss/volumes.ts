/** The machine's volumes: names, file systems, and the real directories that some of them stand for. */
import { hresultFromWin32, WIN32 } from '../../binding/codes';
import type { Files } from '../../binding/host';
import { Failure } from '../kernel-object';

export interface VolumeOptions {
  /** `C:\`, `D:\Mounted\`, or a share `\\server\share\`; with the trailing backslash. */
  readonly name: string;
  /** The real directory that holds its files; without one it has none. */
  readonly directory?: string;
  /** Default NTFS. */
  readonly fileSystem?: 'NTFS' | 'ReFS' | 'FAT32';
  /** No shadow copies of it: a removable medium, or on a disk nested too deep. */
  readonly supported?: boolean;
  /** Windows runs from it: it cannot be reverted. Default: `C:\` only. */
  readonly system?: boolean;
  /** Somebody has files open on it: a revert needs bForceDismount. */
  readonly inUse?: boolean;
  /** How long it takes to flush what was written to it, in milliseconds; default 0. */
  readonly flushMs?: number;
  /** Where copies of the directory are kept; default `System Volume Information` in it. Must be on the same machine. */
  readonly shadowStorage?: string;
  /** What happens when files changed while the real directory was copied: only reported (default), or the shadow copy fails. */
  readonly onChangeDuringCopy?: 'report' | 'fail';
}

export const SHADOW_STORAGE = 'System Volume Information';
const DEVICE_PATH = /^\\\\[?.]\\GLOBALROOT(\\Device\\HarddiskVolumeShadowCopy\d+)(?:\\(.*))?$/i;

export class Volume {
  readonly name: string;
  readonly guidPath: string;
  readonly directory: string | undefined;
  readonly shadowStorage: string | undefined;
  readonly fileSystem: 'NTFS' | 'ReFS' | 'FAT32';
  readonly system: boolean;
  /** A revert is under way. */
  reverting: Promise<number | void> | undefined;

  constructor(
    readonly options: VolumeOptions,
    files: Files,
    guid: string,
  ) {
    this.name = options.name;
    this.guidPath = `\\\\?\\Volume{${guid}}\\`;
    this.directory = options.directory === undefined ? undefined : files.resolve(options.directory);
    this.shadowStorage = this.directory === undefined ? undefined : files.resolve(options.shadowStorage ?? `${this.directory}/${SHADOW_STORAGE}`);
    this.fileSystem = options.fileSystem ?? 'NTFS';
    this.system = options.system ?? options.name.toLowerCase() === 'c:\\';
  }

  get isShare(): boolean {
    return this.name.startsWith('\\\\');
  }
}

/** Splits what follows a volume's root; throws ERROR_INVALID_PARAMETER for a step out of it. */
function below(directory: string, rest: string): string {
  const parts = rest.split('\\').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Failure(hresultFromWin32(WIN32.ERROR_INVALID_PARAMETER));
  return [directory, ...parts].join('/');
}

/** Whether `path` is `root` or below it, with or without the root's trailing backslash. */
function isBelow(path: string, root: string): boolean {
  return `${path}\\`.toLowerCase().startsWith(`${root.replace(/\\$/, '')}\\`.toLowerCase());
}

/** What a device path resolves through. */
export interface MountedCopy {
  readonly deviceObject: string;
  readonly exposedName: string | null;
  readonly directory: string | undefined;
}

export class Volumes {
  private readonly list: Volume[] = [];

  add(volume: Volume): void {
    this.list.push(volume);
  }

  get all(): readonly Volume[] {
    return this.list;
  }

  /** By drive, mounted folder, volume GUID path or share, each with its trailing backslash. */
  named(name: string): Volume | undefined {
    const wanted = name.toLowerCase();
    return this.list.find((volume) => volume.name.toLowerCase() === wanted || volume.guidPath.toLowerCase() === wanted);
  }

  /** The volume that a path is on: the one with the longest name. */
  holding(path: string): Volume | undefined {
    return this.list
      .filter(({ name, guidPath }) => isBelow(path, name) || isBelow(path, guidPath))
      .sort((one, other) => other.name.length - one.name.length)[0];
  }

  /** The real path behind a path of the machine: on a shadow copy's device, on an exposed copy, on a volume. Throws ERROR_FILE_NOT_FOUND. */
  resolve(path: string, copies: readonly MountedCopy[]): string {
    const notFound = new Failure(hresultFromWin32(WIN32.ERROR_FILE_NOT_FOUND));
    const [, device, rest = ''] = DEVICE_PATH.exec(path) ?? [];
    if (device !== undefined) {
      const copy = copies.find(({ deviceObject }) => deviceObject.toLowerCase().endsWith(device.toLowerCase()));
      if (copy?.directory === undefined) throw notFound;
      return below(copy.directory, rest);
    }
    for (const { exposedName, directory } of copies) {
      if (exposedName === null || directory === undefined || !isBelow(path, exposedName)) continue;
      return below(directory, path.slice(exposedName.length));
    }
    const volume = this.holding(path);
    if (volume?.directory === undefined) throw notFound;
    return below(volume.directory, path.slice(isBelow(path, volume.guidPath) ? volume.guidPath.length : volume.name.length));
  }
}
