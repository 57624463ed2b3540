/** A command of the user's that runs while something is there for it: its exit code decides how that ends. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ArgumentError, WinbackupError } from '../binding/errors';
import type { Clock } from '../binding/host';
import type { Io } from './io';

/** The user's command failed, or could not be started: then `cause` says why. */
export class ExecutionError extends WinbackupError {
  override readonly name = 'ExecutionError';
  readonly code = 'ERR_EXEC_FAILED';

  constructor(command: string, how: string, options: { cause?: unknown } = {}) {
    super(`--exec ${how}: ${command}`, options);
  }
}

export interface ExecutionOptions {
  readonly io: Pick<Io, 'stdout' | 'stderr'>;
  readonly clock: Clock;
  /** Standard output carries JSON: the command's goes to standard error. */
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds; default: without end. */
  readonly timeoutMs?: number | undefined;
}

/** Milliseconds that a command has after SIGTERM, before it is killed. */
const GRACE_MS = 10_000;
/** Milliseconds for what is left in the pipes when the command has ended and something that it started still holds them. */
const DRAIN_MS = 2000;

/** Before anything is started. */
export function checkCommand(command: string | undefined): void {
  if (command?.trim() === '') throw new ArgumentError('--exec', 'must not be empty');
}

/**
 * Runs the command in the system's shell, with everything that it starts: a signal, or the time limit, ends them all. Rejects with ExecutionError
 * unless it ends with 0, and with the signal's reason.
 */
export async function execute(command: string, environment: Readonly<Record<string, string>>, { io, clock, json, signal, timeoutMs }: ExecutionOptions): Promise<void> {
  signal.throwIfAborted();
  const child = start(command, environment);
  child.stdout?.on('data', (chunk: Buffer) => void (json ? io.stderr : io.stdout).write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => void io.stderr.write(chunk));
  const timers = new Set<() => void>();
  let stopped = false;
  let timedOut = false;
  const letGo = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const stop = (): void => {
    stopped = true;
    killTree(child, 'SIGTERM');
    timers.add(clock.after(GRACE_MS, () => {
      killTree(child, 'SIGKILL');
      letGo();
    }));
  };
  // A process that ends at once (a second signal) takes the command along: it would work on a copy that is gone.
  const onExit = (): void => killTree(child, 'SIGKILL');
  process.once('exit', onExit);
  signal.addEventListener('abort', stop, { once: true });
  if (timeoutMs !== undefined) {
    timers.add(clock.after(timeoutMs, () => {
      timedOut = true;
      stop();
    }));
  }
  try {
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', (error) => reject(new ExecutionError(command, 'could not be started', { cause: error })));
      child.once('exit', () => {
        if (!stopped) timers.add(clock.after(DRAIN_MS, letGo));
      });
      child.once('close', (code, killedBy) => resolve(code === 0 ? undefined : code === null ? `ended with signal ${String(killedBy)}` : `ended with exit code ${String(code)}`));
    });
    signal.throwIfAborted();
    if (timedOut) throw new ExecutionError(command, `did not end within ${String((timeoutMs ?? 0) / 1000)} s`);
    if (how !== undefined) throw new ExecutionError(command, how);
  } finally {
    process.off('exit', onExit);
    signal.removeEventListener('abort', stop);
    for (const disarm of timers) disarm();
  }
}

function start(command: string, environment: Readonly<Record<string, string>>): ChildProcess {
  try {
    return spawn(command, {
      shell: true, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, env: { ...process.env, ...environment },
      // A process group of its own, which can be ended as a whole. On Windows it would be a console of its own.
      detached: process.platform !== 'win32',
    });
  } catch (error) {
    // Too long for the system, for one.
    throw new ExecutionError(command, 'could not be started', { cause: error });
  }
}

/** The shell and what it started; on Windows, which has no SIGTERM, always at once. */
function killTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    const taskkill = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(taskkill, ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).once('error', () => child.kill());
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone by itself.
  }
}
