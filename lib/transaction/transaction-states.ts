/** The states of a transaction and what leads from one to another (facts/ktm-tmf-mts.md 5.1, 5.4). */

/**
 * ACTIVE; PREPARED: every participant has prepared; ENDING: the decision to commit is durable, participants carry it out and locks go, seen by
 * operators only (STATUSTRANSACTION says COMMITTED); HUNG: what the decision demands failed three times.
 */
export type TransactionState = 'ACTIVE' | 'PREPARED' | 'ENDING' | 'COMMITTED' | 'ABORTING' | 'ABORTED' | 'HUNG';

/** `retryAborted`, `retryCommitted`: the operator repeats; `resolveAborted`, `resolveCommitted`: the operator sets it aside. */
export type TransactionEvent =
  | 'prepared' | 'decided' | 'ended' | 'abort' | 'backedOut' | 'hang' | 'retryAborted' | 'retryCommitted' | 'resolveAborted' | 'resolveCommitted';

export const transitions: Readonly<Record<TransactionState, Readonly<Partial<Record<TransactionEvent, TransactionState>>>>> = {
  ACTIVE: { prepared: 'PREPARED', abort: 'ABORTING' },
  // `hang`: the log failed under the commit record, and nobody knows whether it is there.
  PREPARED: { decided: 'ENDING', hang: 'HUNG' },
  ENDING: { ended: 'COMMITTED', hang: 'HUNG' },
  COMMITTED: {},
  ABORTING: { backedOut: 'ABORTED', hang: 'HUNG' },
  ABORTED: {},
  HUNG: { retryAborted: 'ABORTING', retryCommitted: 'ENDING', resolveAborted: 'ABORTED', resolveCommitted: 'COMMITTED' },
};

/** The numbers of STATUSTRANSACTION. */
export const STATUS = { ACTIVE: 1, PREPARED: 2, COMMITTED: 3, ABORTING: 4, ABORTED: 5, HUNG: 6 } as const;

export function statusOf(state: TransactionState): number {
  return STATUS[state === 'ENDING' ? 'COMMITTED' : state];
}
