/** Waiting that can end early, as all layers have it. */
import { AbortError } from '../binding';
import type { Clock } from '../binding';
import { settledWithin, unlessAborted } from '../binding/waiting';

export { settledWithin, unlessAborted };

/**
 * Settles as `opening` does: what is opened notices by itself that the signal has fired. But a share that does not answer holds up even an open: then
 * it rejects with AbortError `endMs` after the signal, and what is opened later is given up.
 */
export async function openedInTime<T>(
  { clock, signal, endMs }: { readonly clock: Clock; readonly signal: AbortSignal | undefined; readonly endMs: number },
  opening: Promise<T>,
  giveUp: (opened: T) => Promise<unknown>,
): Promise<T> {
  try {
    return await unlessAborted(signal, opening);
  } catch (error) {
    if (!(error instanceof AbortError) || (await settledWithin(clock, endMs, opening)) !== 'pending') return opening;
    opening.then(giveUp).catch(() => undefined);
    throw error;
  }
}
