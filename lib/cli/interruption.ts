/** Signals: the first aborts cleanly, the second ends the process at once, after saying so. */
import { EXIT, SignalReceived } from './exit-codes';
import type { Io, Signal } from './io';

/** Runs `work` with an AbortSignal that the process's signals fire; `said` gets a line for people. */
export async function interruptible<T>(io: Pick<Io, 'onSignal' | 'exit'>, said: (text: string, signal: Signal) => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const remove = io.onSignal((signal) => {
    if (controller.signal.aborted) {
      said(`${signal} again: ending at once, without cleaning up.`, signal);
      io.exit(EXIT[signal]);
      return;
    }
    said(`${signal}: ending cleanly. A second signal ends at once, without cleaning up.`, signal);
    controller.abort(new SignalReceived(signal));
  });
  try {
    return await work(controller.signal);
  } finally {
    remove();
  }
}
