/** What a run depends on besides Windows itself: time, randomness, files and processes, each replaceable (design: Host). */

/** Takes a timer back; harmless after it has fired. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Milliseconds from an arbitrary start, never backwards. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Cancel;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** A version 4 UUID, lower case. */
  uuid(): string;
}

export interface FileInfo {
  readonly size: number;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
  /** When its contents last changed, in milliseconds since 1970, with the file system's own fraction. */
  readonly modified: number;
  /** Same device and inode: the same file under another name. */
  readonly identity: string;
}

/** What a directory holds under one name; `other` is a symbolic link, a device, a socket. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** An open file. All positions are explicit, in bytes. */
export interface OpenFile {
  /** Reads up to `target.byteLength` bytes; returns how many, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Writes all of `source` or rejects. */
  write(source: Uint8Array, position: number): Promise<void>;
  /** Everything written so far is durable once this resolves. */
  sync(): Promise<void>;
  truncate(byteLength: number): Promise<void>;
  size(): Promise<number>;
  /**
   * Where the system can: ends what is being read, written or synced, though the disk or share behind it does not answer. It rejects then
   * (ECANCELED), as does all that is asked for later, except close.
   */
  cancel?(): void;
  close(): Promise<void>;
}

/** Files; rejections are Node's system errors with `code` (`ENOENT`, `ENOSPC` ...). */
export interface Files {
  /** `create` fails with EEXIST when the file is there. */
  open(path: string, mode: 'read' | 'create' | 'modify'): Promise<OpenFile>;
  /** Replaces the target in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  stat(path: string): Promise<FileInfo | undefined>;
  list(directory: string): Promise<readonly string[]>;
  /** Like `list`, with what each name stands for; symbolic links are not followed. */
  entries(directory: string): Promise<readonly DirectoryEntry[]>;
  /** Copies a file's contents and times to a new name; shares the blocks where the file system can (reflink). Fails with EEXIST. */
  copy(from: string, to: string): Promise<void>;
  /** Gives a file or directory the times of another. */
  copyTimes(from: string, to: string): Promise<void>;
  makeDirectory(directory: string): Promise<void>;
  /** Removes an empty directory. */
  removeDirectory(directory: string): Promise<void>;
  /** Makes names created, renamed or removed in the directory durable, where the system can. */
  syncDirectory(directory: string): Promise<void>;
  /** The absolute path, in the system's own form. */
  resolve(path: string): string;
  directoryOf(path: string): string;
}

/** A child process; its output as text lines. */
export interface ChildProcess {
  readonly pid: number;
  /** Standard output and standard error, line by line, as they come. */
  readonly lines: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly text: string }>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  kill(): void;
}

/** A child process, or a worker thread, that runs a Node module and exchanges messages with this one; what it writes goes where this process writes. */
export interface ForkedProcess {
  /** Of a worker: of this process. */
  readonly pid: number;
  /** Plain data (structured clone). Lost without a word when the channel is closed. */
  send(message: unknown): void;
  /** One listener; messages that came before it are given to it. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the channel is closed, by either side or by the end of the process. */
  onDisconnect(listener: () => void): void;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Closes the channel; the process lives on. */
  disconnect(): void;
  /** Ends the process at once. */
  kill(): void;
}

/** Where a worker finds its channel. */
export const WORKER_CHANNEL = 'winbackupChannel';

export interface Processes {
  readonly pid: number;
  /** The name of this computer. */
  readonly machine: string;
  /** Of a process that runs on this computer: never the same for two, as far as the system can tell; undefined when it does not run. */
  identityOf(pid: number): string | undefined;
  /** A program, by its path, or by a name that is looked for in PATH, never in the current directory. */
  spawn(command: string, args: readonly string[], options?: { readonly env?: Readonly<Record<string, string>> }): ChildProcess;
  /** A Node module, by its path. */
  fork(module: string, args: readonly string[]): ForkedProcess;
  /** The same in a worker thread of this process: its end of the channel is `workerData[WORKER_CHANNEL]`, a MessagePort. */
  startWorker(module: string, args: readonly string[]): ForkedProcess;
}

export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly processes: Processes;
}

const DENIED: readonly string[] = ['EACCES', 'EPERM'];

/**
 * Makes the contents of a file durable. One that is read-only on Windows cannot be opened for writing, which Windows wants before it flushes: it
 * stays as it is, and who made it read-only has flushed it before. Elsewhere a file that can be read can be synced.
 */
export async function syncFile(files: Files, path: string): Promise<void> {
  const denied = (error: unknown): boolean => DENIED.includes((error as { code?: string }).code ?? '');
  let readOnly = false;
  const file = await files.open(path, 'modify').catch((error: unknown) => {
    if (!denied(error)) throw error;
    readOnly = true;
    return files.open(path, 'read');
  });
  try {
    await file.sync().catch((error: unknown) => {
      if (!readOnly || !denied(error)) throw error;
    });
  } finally {
    await file.close();
  }
}

/** Whether the process that had this number and identity runs still. In doubt, where the system tells the number alone, it does. */
export function stillRuns(processes: Processes, pid: number, identity: string): boolean {
  const now = processes.identityOf(pid);
  const number = String(pid);
  return now !== undefined && (now === identity || now === number || identity === number);
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ERR_TIMEOUT';
}

/** Waits; rejects with the signal's AbortError-like reason when it fires first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason instanceof Error ? signal.reason : new Error(String(signal?.reason)));
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
