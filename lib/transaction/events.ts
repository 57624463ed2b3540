/** What the monitor does, as it happens: published through node:diagnostics_channel under `winbackup.transaction`. */
import { channel } from 'node:diagnostics_channel';
import type { TransactionState } from './transaction-states';

export const TRANSACTION_CHANNEL = 'winbackup.transaction';

export type MonitorEvent = { readonly transaction: string | undefined } & (
  | { readonly type: 'call'; readonly call: string; readonly result: number }
  | { readonly type: 'state'; readonly from: TransactionState | undefined; readonly to: TransactionState }
  | { readonly type: 'lock'; readonly action: 'waits' | 'locked' | 'released' | 'timed out'; readonly resource: string }
  | { readonly type: 'abort'; readonly cause: string; readonly code: number; readonly detail: string | undefined }
  | { readonly type: 'participant'; readonly participant: string; readonly phase: 'enlist' | 'prepare' | 'commit' | 'backout'; readonly outcome: 'begins' | 'done' | 'failed'; readonly error?: string }
  | { readonly type: 'log'; readonly record: string }
  | { readonly type: 'server'; readonly server: string; readonly event: string }
);

/** With the Host's monotonic time, in milliseconds. */
export type PublishedMonitorEvent = MonitorEvent & { readonly at: number };

const transactions = channel(TRANSACTION_CHANNEL);

export function publisher(clock: { monotonic(): number }): (event: MonitorEvent) => void {
  return (event) => {
    if (transactions.hasSubscribers) transactions.publish({ ...event, at: clock.monotonic() } satisfies PublishedMonitorEvent);
  };
}
