/**
 * The names of logs (facts/ktm-tmf-mts.md 1.2, 1.7): `log:<path>`, `log:<path>::<stream>`, the NT form `\??\<path>`, or the path alone; absolute
 * and without `.blf`. Which file of the host that is.
 */
import type { Host } from '../../binding/host';
import { SimulatedHost } from '../host';
import type { VolumeOptions } from '../vss';
import { INVALID_PARAMETER, win32Failure } from './ktm';

const form = /^(?:log:|\\\?\?\\)?(?<path>(?:[A-Za-z]:[\\/]|\/)[^:*?"<>|]*[^:*?"<>|\\/])(?:::(?<stream>[^:\\/*?"<>|]+))?$/;
const drive = /^(?<letter>[A-Za-z]):[\\/](?<rest>.*)$/;
const ERROR_PATH_NOT_FOUND = 3;

/** The file of a log. Throws 87 for a name in a wrong form, 3 where there is no such directory. */
export async function logFile(name: string, host: Host, volumes: readonly VolumeOptions[]): Promise<string> {
  const { files } = host;
  // The disk is the machine's own.
  const simulated = host instanceof SimulatedHost;
  const { path, stream } = form.exec(name)?.groups ?? {};
  if (path === undefined || path.toLowerCase().endsWith('.blf')) throw win32Failure(INVALID_PARAMETER);
  const base = `${onHost(path, files.resolve(path), volumes, simulated)}${stream === undefined ? '' : `.${stream}`}.blf`;
  const file = files.resolve(base);
  const directory = files.directoryOf(file);
  // A new machine has its C:\ (design), whatever is on the simulated disk.
  if (simulated) {
    await files.makeDirectory(directory);
    for (let parent = files.directoryOf(directory); ; parent = files.directoryOf(parent)) {
      await files.syncDirectory(parent);
      if (parent === files.directoryOf(parent)) break;
    }
  }
  if ((await files.stat(directory))?.isDirectory !== true) throw win32Failure(ERROR_PATH_NOT_FOUND);
  return file;
}

function onHost(path: string, resolved: string, volumes: readonly VolumeOptions[], simulated: boolean): string {
  const { letter, rest } = drive.exec(path)?.groups ?? {};
  if (letter === undefined || rest === undefined) return path;
  const volume = volumes.find(({ name, directory }) => directory !== undefined && name.toLowerCase() === `${letter.toLowerCase()}:\\`);
  if (volume?.directory !== undefined) return `${volume.directory}/${rest.replaceAll('\\', '/')}`;
  // On Windows the path is the host's own.
  if (resolved === path) return path;
  if (!simulated) throw win32Failure(ERROR_PATH_NOT_FOUND);
  return `/${letter.toUpperCase()}/${rest.replaceAll('\\', '/')}`;
}
