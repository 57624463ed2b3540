/** What the command touches of its process: streams, environment, signals. Given as a value, so that tests run the command in their own. */
import type { Readable, Writable } from 'node:stream';
import type { Backend } from '../binding/backend';

/** SIGBREAK (Ctrl+Break) and SIGHUP (the console closes; Windows then leaves some seconds) exist on Windows too. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const;
export type Signal = (typeof SIGNALS)[number];

export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `handler` for every signal until the returned function is called. */
  onSignal(handler: (signal: Signal) => void): () => void;
  /** Ends the process at once, whatever is under way. */
  exit(code: number): void;
  /** Used where `--machine` names none. Default: native on Windows, else a simulated machine of its own. */
  readonly backend?: Backend;
}

export const processIo: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onSignal(handler) {
    const listeners = SIGNALS.filter((signal) => signal !== 'SIGBREAK' || process.platform === 'win32').map((signal) => {
      const listener = (): void => handler(signal);
      process.on(signal, listener);
      return () => process.off(signal, listener);
    });
    return () => listeners.forEach((remove) => remove());
  },
  exit: (code) => process.exit(code),
};
