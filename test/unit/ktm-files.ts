/** Small text files on a Host's disk. */
import type { Files, Host } from '../../lib/binding/host';
import { asError } from '../../lib/binding/waiting';

export async function writeText(files: Files, path: string, text: string): Promise<void> {
  const file = await files.open(path, 'create');
  await file.write(Buffer.from(text), 0);
  await file.sync();
  await file.close();
}

export async function readText(files: Files, path: string): Promise<string> {
  const file = await files.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    for (let done = 0; done < bytes.length;) done += await file.read(bytes.subarray(done), done);
    return bytes.toString();
  } finally {
    await file.close();
  }
}

/** `host` with files that say beforehand what they are going to change: `write replace.blf`, `sync replace.prepared`, `rename sales.bak`. */
export function watchedHost(host: Host, before: (step: string) => void): Host {
  const { files } = host;
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const pass = <T>(operation: string, path: string, act: () => Promise<T>): Promise<T> => {
    try {
      before(`${operation} ${name(path)}`);
    } catch (error) {
      return Promise.reject(asError(error));
    }
    return act();
  };
  return {
    clock: host.clock, random: host.random, processes: host.processes,
    files: {
      stat: (path) => files.stat(path),
      list: (directory) => files.list(directory),
      entries: (directory) => files.entries(directory),
      makeDirectory: (directory) => files.makeDirectory(directory),
      resolve: (path) => files.resolve(path),
      directoryOf: (path) => files.directoryOf(path),
      removeDirectory: (directory) => pass('removeDirectory', directory, () => files.removeDirectory(directory)),
      copy: (from, to) => pass('copy', to, () => files.copy(from, to)),
      copyTimes: (from, to) => pass('copyTimes', to, () => files.copyTimes(from, to)),
      rename: (from, to) => pass('rename', to, () => files.rename(from, to)),
      remove: (path) => pass('remove', path, () => files.remove(path)),
      syncDirectory: (directory) => pass('syncDirectory', directory, () => files.syncDirectory(directory)),
      open: (path, mode) => pass(mode, path, async () => {
        const file = await files.open(path, mode);
        return {
          read: (target, position) => file.read(target, position),
          write: (source, position) => pass('write', path, () => file.write(source, position)),
          sync: () => pass('sync', path, () => file.sync()),
          truncate: (byteLength) => pass('truncate', path, () => file.truncate(byteLength)),
          size: () => file.size(),
          close: () => file.close(),
        };
      }),
    },
  };
}
