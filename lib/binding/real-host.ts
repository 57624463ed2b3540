/** The Host of a real run: this process's clock, randomness, file system and child processes. */
import { fork, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { constants, existsSync, promises as fs, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { MessageChannel, Worker } from 'node:worker_threads';

import { errorCode } from './errors';
import { WORKER_CHANNEL } from './host';
import type { ChildProcess, Clock, FileInfo, Files, ForkedProcess, Host, OpenFile, Processes, Random } from './host';

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    // Node's timers overflow above 2^31-1 ms: such a wait is re-armed.
    const longest = 0x7fffffff;
    let left = delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const part = Math.min(left, longest);
      left -= part;
      timer = setTimeout(() => {
        if (left > 0) arm();
        else callback();
      }, part);
      timer.unref();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};

const random: Random = { bytes: (count) => randomBytes(count), uuid: () => randomUUID() };

/** Calls `write`, which tells how many bytes it took, until all are written. */
export async function writeAll(source: Uint8Array, position: number, write: (part: Uint8Array, position: number) => Promise<number>): Promise<void> {
  for (let done = 0; done < source.byteLength; ) {
    const count = await write(done === 0 ? source : source.subarray(done), position + done);
    // Success without a byte might be repeated for ever.
    if (count === 0) throw Object.assign(new Error('EIO: nothing was written, write'), { code: 'EIO', syscall: 'write' });
    done += count;
  }
}

export class RealFile implements OpenFile {
  constructor(protected readonly handle: fs.FileHandle) {}

  async read(target: Uint8Array, position: number): Promise<number> {
    const { bytesRead } = await this.handle.read(target, 0, target.byteLength, position);
    return bytesRead;
  }

  write(source: Uint8Array, position: number): Promise<void> {
    return writeAll(source, position, async (part, at) => (await this.handle.write(part, 0, part.byteLength, at)).bytesWritten);
  }

  sync(): Promise<void> {
    return this.handle.sync();
  }

  truncate(byteLength: number): Promise<void> {
    return this.handle.truncate(byteLength);
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

const openFlags = { read: 'r', create: 'wx+', modify: 'r+' } as const;

export function openHandle(file: string, mode: keyof typeof openFlags): Promise<fs.FileHandle> {
  return fs.open(file, openFlags[mode]);
}

const files: Files = {
  open: async (file, mode) => new RealFile(await openHandle(file, mode)),
  rename: (from, to) => fs.rename(from, to),
  remove: (file) => fs.unlink(file),
  async stat(file): Promise<FileInfo | undefined> {
    try {
      const info = await fs.stat(file, { bigint: true });
      return { size: Number(info.size), isDirectory: info.isDirectory(), isFile: info.isFile(), modified: Number(info.mtimeNs) / 1e6, identity: `${String(info.dev)}:${String(info.ino)}` };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
      throw error;
    }
  },
  list: (directory) => fs.readdir(directory),
  async entries(directory) {
    const found = await fs.readdir(directory, { withFileTypes: true });
    return found.map((entry) => ({ name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other' }));
  },
  async copy(from, to) {
    await fs.copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await files.copyTimes(from, to);
  },
  async copyTimes(from, to) {
    const { atime, mtime } = await fs.stat(from);
    await fs.utimes(to, atime, mtime);
  },
  makeDirectory: async (directory) => {
    await fs.mkdir(directory, { recursive: true });
  },
  removeDirectory: (directory) => fs.rmdir(directory),
  async syncDirectory(directory) {
    // Windows cannot sync a directory handle; NTFS journals names itself.
    if (process.platform === 'win32') return;
    const handle = await fs.open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  resolve: (file) => path.resolve(file),
  directoryOf: (file) => path.dirname(file),
};

/**
 * Linux and Windows tell when a process began, and Linux which boot this is: a number that is used again is another process then. Elsewhere, and
 * where that is not told, the number must do.
 */
function identityOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return undefined;
  }
  if (process.platform === 'win32') return windowsIdentityOf(pid);
  if (process.platform !== 'linux') return String(pid);
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The command's name may contain anything, and ends with the last parenthesis; state is field 3, starttime field 22 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${String(pid)} ${fields[19] ?? ''} ${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? undefined : String(pid);
  }
}

function windowsIdentityOf(pid: number): string | undefined {
  try {
    // Loaded when it is needed: a program on a simulated machine has no addon.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const began = (require('./native') as typeof import('./native')).processBegan(pid);
    if (began === undefined) return undefined;
    return began === 0n ? String(pid) : `${String(pid)} ${String(began)}`;
  } catch {
    return String(pid);
  }
}

/**
 * The program that a bare name stands for. On Windows it is looked for in the directories of PATH alone: Windows and libuv would begin in the current
 * directory, where anybody may have put a program of that name for a service to run.
 */
function programOf(command: string): string {
  if (process.platform !== 'win32' || /[\\/:]/.test(command)) return command;
  const name = path.extname(command) === '' ? `${command}.exe` : command;
  const directories = (process.env['PATH'] ?? '').split(path.delimiter).map((directory) => directory.replace(/^"(.*)"$/, '$1')).filter((directory) => path.isAbsolute(directory));
  const found = directories.map((directory) => path.join(directory, name)).find((file) => existsSync(file));
  // Else where it is not: the start fails with ENOENT.
  return found ?? path.join(process.execPath, name);
}

const processes: Processes = {
  pid: process.pid,
  machine: hostname(),
  identityOf,
  fork(module, args): ForkedProcess {
    const child = fork(module, [...args], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const early: unknown[] = [];
    let listener = (message: unknown): void => void early.push(message);
    child.on('message', (message) => listener(message));
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    // Whoever awaits `exited` later still gets the rejection; nobody is forced to.
    exited.catch(() => undefined);
    return {
      pid: child.pid ?? -1,
      exited,
      send(message) {
        if (child.connected) child.send(message as object, () => undefined);
      },
      onMessage(next) {
        listener = next;
        for (const message of early.splice(0)) next(message);
      },
      onDisconnect(closed) {
        if (child.connected) child.once('disconnect', closed);
        else closed();
      },
      disconnect() {
        if (child.connected) child.disconnect();
      },
      kill: () => void child.kill('SIGKILL'),
    };
  },
  startWorker(module, args): ForkedProcess {
    const { port1: port, port2: far } = new MessageChannel();
    const worker = new Worker(path.resolve(module), { argv: [...args], workerData: { [WORKER_CHANNEL]: far }, transferList: [far] });
    let open = true;
    port.once('close', () => (open = false));
    // Where a process would have said it. The rest of this process lives on.
    worker.on('error', (error) => process.stderr.write(`${module}, in a worker: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`));
    return {
      pid: process.pid,
      exited: new Promise((resolve) => worker.once('exit', (code) => resolve({ code, signal: null }))),
      send(message) {
        if (open) port.postMessage(message);
      },
      // What came before there was a listener has waited in the port.
      onMessage: (listener) => void port.on('message', listener),
      onDisconnect(closed) {
        if (open) port.once('close', closed);
        else closed();
      },
      disconnect: () => port.close(),
      kill: () => void worker.terminate(),
    };
  },
  spawn(command, args, options): ChildProcess {
    const child = spawn(programOf(command), [...args], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, env: { ...process.env, ...options?.env } });
    const lines: { stream: 'stdout' | 'stderr'; text: string }[] = [];
    let open = 2;
    let wake: (() => void) | undefined;
    const notify = (): void => {
      wake?.();
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream] })
        .on('line', (text) => {
          lines.push({ stream, text });
          notify();
        })
        .on('close', () => {
          open -= 1;
          notify();
        });
    }
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
    });
    // Whoever awaits `exited` later still gets the rejection; nobody is forced to.
    exited.catch(() => undefined);
    async function* read(): AsyncGenerator<{ stream: 'stdout' | 'stderr'; text: string }> {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) yield line;
        else if (open === 0) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    return { pid: child.pid ?? -1, lines: read(), exited, kill: () => void child.kill() };
  },
};

export const realHost: Host = { clock, random, files, processes };
