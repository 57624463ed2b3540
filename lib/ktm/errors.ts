/** What KTM's error codes mean to somebody who meets them: every WindowsError of this layer explains itself. Sources: facts/ktm-tmf-mts.md 1.2, 1.8, 2.1 to 2.4. */
import { WindowsError } from '../binding';

const LOG_NAME = 'a log is named by its path without the extension .blf; OpenTransactionManager wants the form \\??\\C:\\folder\\name';

/** By code. */
const HINTS: Readonly<Record<string, string>> = {
  ERROR_INVALID_TRANSACTION: 'the handle is not one of a usable transaction',
  ERROR_TRANSACTION_NOT_ACTIVE: 'the transaction has left its active state: nothing can enlist or change any more',
  ERROR_TRANSACTION_REQUEST_NOT_VALID: 'the transaction, or the enlistment, is not in a state for this: its commit has begun, or it is too late to roll back',
  ERROR_TRANSACTION_NOT_REQUESTED: 'KTM has not asked this enlistment for that answer: answer a notification once, after it has come',
  ERROR_TRANSACTION_ALREADY_ABORTED: 'it was rolled back: by a client, by a resource manager that refused, or because its time was over',
  ERROR_TRANSACTION_ALREADY_COMMITTED: 'it has been committed: that cannot be taken back',
  ERROR_TRANSACTION_SUPERIOR_EXISTS: 'a transaction has one superior enlistment at most, and while it exists it alone commits',
  ERROR_TRANSACTION_NOT_FOUND: 'KTM knows no such transaction: it is over, or it was never prepared before the last restart',
  ERROR_RESOURCEMANAGER_NOT_FOUND: 'nothing of this resource manager is to be recovered: create it with the same id',
  ERROR_ENLISTMENT_NOT_FOUND: 'the resource manager has no such enlistment, or its outcome has been acknowledged',
  ERROR_TRANSACTIONMANAGER_NOT_FOUND: 'no transaction manager of this id is open on this machine',
  ERROR_TRANSACTIONMANAGER_NOT_ONLINE: 'the transaction manager has not been recovered since it was opened, or its log could not be written: call recover() on it',
  ERROR_TRANSACTIONMANAGER_RECOVERY_NAME_COLLISION: 'the log holds objects of which others of the same id are open',
  ERROR_TRANSACTION_NOT_ROOT: 'a superior can enlist in the root of a transaction only',
  ERROR_TRANSACTION_OBJECT_EXPIRED: 'the transaction manager that it belongs to was closed',
  ERROR_TRANSACTION_RESPONSE_NOT_ENLISTED: 'the superior enlistment did not ask for the notification that ends this phase (PREPREPARE_COMPLETE, PREPARE_COMPLETE, COMMIT_COMPLETE)',
  ERROR_TRANSACTION_RECORD_TOO_LONG: 'too many enlistments, or too much recovery information, for one record of the log',
  ERROR_TRANSACTION_INTEGRITY_VIOLATED: 'KTM had to abort and forget the transaction to make progress: participants may disagree, check them',
  ERROR_TRANSACTIONMANAGER_IDENTITY_MISMATCH: 'the log belongs to another transaction manager',
  ERROR_TM_IDENTITY_MISMATCH: 'the log belongs to another transaction manager',
  ERROR_TRANSACTION_MUST_WRITETHROUGH: 'the pre-prepare phase is over: enlist for the later phases only, without PREPREPARE',
  ERROR_TRANSACTION_NO_SUPERIOR: 'the transaction has no superior enlistment',
  ERROR_ENLISTMENT_NOT_SUPERIOR: 'only a superior enlistment may drive the transaction',
  ERROR_TM_VOLATILE: 'a volatile transaction manager has no log: no durable resource manager, no recovery. Create it with a log',
  ERROR_RM_DISCONNECTED: 'the resource manager that knows the outcome is gone',
  ERROR_ROLLBACK_TIMER_EXPIRED: 'the time of the transaction is over',
  ERROR_LOG_CORRUPTION_DETECTED: 'the log of the transaction manager is damaged',
  ERROR_LOG_METADATA_CORRUPT: 'the log was damaged, or brought from another machine: Windows authenticates logs with a key of the machine',
  ERROR_LOG_GROWTH_FAILED: 'the log is full and cannot grow',
  ERROR_ALREADY_EXISTS: 'an object of this id, or the log, is in use',
  ERROR_INVALID_HANDLE: 'the handle is closed, or of another kind of object',
  ERROR_ACCESS_DENIED: 'the handle, or this account, lacks the right',
};

/** Where a general code means one thing for one function. */
const OF_OPERATION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'KtmW32::CreateEnlistment': {
    ERROR_INVALID_PARAMETER: 'the mask must have ROLLBACK; PREPARE goes with COMMIT, SINGLE_PHASE_COMMIT with both; without COMMIT only PREPREPARE and ROLLBACK are possible',
  },
  'KtmW32::CreateTransactionManager': { ERROR_INVALID_PARAMETER: `either a log name, or volatile; ${LOG_NAME}`, ERROR_INVALID_NAME: LOG_NAME },
  'KtmW32::OpenTransactionManager': { ERROR_INVALID_PARAMETER: LOG_NAME, ERROR_INVALID_NAME: LOG_NAME, ERROR_FILE_NOT_FOUND: `there is no such log; ${LOG_NAME}` },
};

/** Settles as `call` does; a WindowsError says in its message what to make of its code. */
export async function explained<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw explain(error);
  }
}

export function explain(error: unknown): unknown {
  if (!(error instanceof WindowsError)) return error;
  const { operation, hresult, code, outputs, cause } = error;
  const hint = OF_OPERATION[operation]?.[code] ?? HINTS[code];
  if (hint === undefined) return error;
  const told = new WindowsError(operation, hresult, { hint, outputs, cause, byWin32Name: true });
  // The stack stays that of the call (design rule 7).
  const frames = error.stack?.indexOf('\n    at ') ?? -1;
  if (error.stack !== undefined && frames >= 0) told.stack = `${told.name}: ${told.message}${error.stack.slice(frames)}`;
  return told;
}

/** Whether a call failed with one of these Win32 codes. */
export function failedWith(error: unknown, ...codes: readonly number[]): error is WindowsError {
  return error instanceof WindowsError && error.win32 !== undefined && codes.includes(error.win32);
}
