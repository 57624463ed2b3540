/** What to do about an error of VSS, by its code (facts/vss.md 2.6: DoSnapshotSet page, writer status page). */
import { VSS_HRESULT as E } from '../binding/vss-codes';

/**
 * `retryable`: wait ten minutes and start over, up to three times. `set in progress`: somebody else creates a shadow copy; wait and ask again.
 * `add volumes`: the writer's files lie on more volumes than were given; start over with them. Everything else is `not retryable`.
 */
export type RetryClass = 'retryable' | 'set in progress' | 'add volumes' | 'not retryable';

const classes: ReadonlyMap<number, RetryClass> = new Map<number, RetryClass>([
  [E.VSS_E_FLUSH_WRITES_TIMEOUT, 'retryable'],
  [E.VSS_E_HOLD_WRITES_TIMEOUT, 'retryable'],
  [E.VSS_E_PROVIDER_VETO, 'retryable'],
  [E.VSS_E_UNEXPECTED_PROVIDER_ERROR, 'retryable'],
  [E.VSS_E_WRITERERROR_OUTOFRESOURCES, 'retryable'],
  [E.VSS_E_WRITERERROR_TIMEOUT, 'retryable'],
  [E.VSS_E_WRITERERROR_RETRYABLE, 'retryable'],
  // The writer is out of session slots: when it is less busy.
  [E.VSS_E_WRITER_STATUS_NOT_AVAILABLE, 'retryable'],
  [E.VSS_E_SNAPSHOT_SET_IN_PROGRESS, 'set in progress'],
  [E.VSS_E_WRITERERROR_INCONSISTENTSNAPSHOT, 'add volumes'],
  [E.VSS_E_WRITERERROR_NONRETRYABLE, 'not retryable'],
  [E.VSS_E_WRITER_NOT_RESPONDING, 'not retryable'],
  [E.VSS_E_REBOOT_REQUIRED, 'not retryable'],
]);

export function retryClassOf(hresult: number): RetryClass {
  return classes.get(hresult >>> 0) ?? 'not retryable';
}

/** Of several failing writers: retrying helps only if it helps every one. */
export function commonRetryClass(hresults: readonly number[]): RetryClass {
  const found = new Set(hresults.map(retryClassOf));
  if (found.has('not retryable')) return 'not retryable';
  if (found.has('add volumes')) return 'add volumes';
  return found.has('retryable') ? 'retryable' : 'not retryable';
}
