/** A command of the user's that runs while something is there for it: its exit code decides how that ends. */
import { spawn } from 'node:child_process';
import { WinbackupError } from '../binding/errors';
import type { Io } from './io';

/** The user's command failed. */
export class ExecutionError extends WinbackupError {
  override readonly name = 'ExecutionError';
  readonly code = 'ERR_EXEC_FAILED';

  constructor(command: string, how: string) {
    super(`--exec ended with ${how}: ${command}`);
  }
}

/** Runs the command in the system's shell; a signal ends it. Rejects with ExecutionError unless it ends with 0. Its output goes where ours does not: with JSON to standard error. */
export async function execute(command: string, environment: Readonly<Record<string, string>>, { io, json, signal }: { readonly io: Io; readonly json: boolean; readonly signal: AbortSignal }): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, env: { ...process.env, ...environment } });
  child.stdout.on('data', (chunk: Buffer) => void (json ? io.stderr : io.stdout).write(chunk));
  child.stderr.on('data', (chunk: Buffer) => void io.stderr.write(chunk));
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const how = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => {
        resolve(code === 0 ? undefined : code === null ? `signal ${String(killedBy)}` : `exit code ${String(code)}`);
      });
    });
    signal.throwIfAborted();
    if (how !== undefined) throw new ExecutionError(command, how);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
