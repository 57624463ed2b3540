/** The file-system errors of TMF: the one table of numbers, names and texts (facts/ktm-tmf-mts.md 5.1, 5.2). */
import { WinbackupError } from '../binding';

/** Name, number, text. A number that is never given here says so: `given only by`. */
export const fileSystemErrors = [
  ['FE_OK', 0, 'the operation was successful'],
  ['FE_PARAMETER', 22, 'a parameter is bad or out of bounds'],
  ['FE_MISSING_PARAMETER', 29, 'a required parameter is missing; given only by languages that let one be left out'],
  ['FE_NO_MEMORY', 30, 'there is no memory for the operation; given only by systems that live on without it'],
  ['FE_NO_BUFFER', 31, 'no buffer could be obtained; given only by systems that live on without it'],
  ['FE_NO_LOCKED_MEMORY', 36, 'memory could not be locked; given only by systems that lock it'],
  ['FE_TIMED_OUT', 40, 'the operation timed out'],
  ['FE_LOCKED', 73, 'the resource is locked by another transaction'],
  ['FE_BAD_MESSAGE_TAG', 74, 'the message tag names no request that waits for a reply'],
  ['FE_NO_CURRENT_TRANSACTION', 75, 'there is no current transaction'],
  ['FE_ENDING', 76, 'the transaction is ending or aborting'],
  ['FE_OBSOLETE', 78, 'the transaction is invalid or obsolete'],
  ['FE_NOT_LOCKED', 79, 'the resource to be changed is not locked by the transaction'],
  ['FE_AUDIT_MISMATCH', 80, 'what cannot be backed out cannot take part in a transaction'],
  ['FE_OUTSTANDING', 81, 'requests of the transaction are outstanding'],
  ['FE_NOT_RUNNING', 82, 'the transaction monitor is not running'],
  ['FE_TOO_MANY_TRANSACTIONS', 83, 'too many transactions are active'],
  ['FE_NOT_CONFIGURED', 84, 'there is no transaction monitor in this directory'],
  ['FE_VOLUME_NOT_ENABLED', 85, 'the volume is not enabled for transactions'],
  ['FE_BEGIN_DISABLED', 86, 'beginTransaction is disabled, by the operator or by the recovery log\'s threshold'],
  ['FE_PROCESS_FAILED', 90, 'aborted: the requester or a server failed, or a request to a server was lost or cancelled'],
  ['FE_OUTCOME_UNKNOWN', 91, 'the monitor failed during the commit: the outcome is unknown until it recovers'],
  ['FE_NETWORK', 92, 'aborted: the path to a participant is down'],
  ['FE_LOG_PINNED', 93, 'aborted: the transaction pinned too much of the recovery log'],
  ['FE_OPERATOR', 94, 'aborted by the operator'],
  ['FE_DISK_FAILED', 95, 'aborted: access to a volume or to the recovery log was lost'],
  ['FE_TOO_OLD', 96, 'aborted: the transaction exceeded its time limit'],
  ['FE_ABORTED', 97, 'aborted by a participant\'s abortTransaction'],
  ['FE_TABLE_FULL', 98, 'the table of transaction control blocks is full'],
  ['FE_PARAMETER_VALUE', 590, 'a parameter value is invalid'],
  ['FE_HANDLE_714', 714, 'given only by foreign resource managers\' calls (export, import, transaction handles)'],
  ['FE_HANDLE_715', 715, 'given only by foreign resource managers\' calls (export, import, transaction handles)'],
  ['FE_JOIN_716', 716, 'given only by suspend, resume and join'],
  ['FE_JOIN_721', 721, 'given only by suspend, resume and join'],
  ['FE_HANDLE_724', 724, 'given only by foreign resource managers\' calls (export, import, transaction handles)'],
  ['FE_IMPORTED_BRANCH', 725, 'an imported branch cannot be ended here; given only by foreign resource managers\' calls'],
  ['FE_HANDLE_728', 728, 'given only by foreign resource managers\' calls (export, import, transaction handles)'],
  ['FE_HANDLE_729', 729, 'given only by foreign resource managers\' calls (export, import, transaction handles)'],
  ['FE_JOINS_OUTSTANDING', 730, 'joins of the transaction are outstanding; given only by suspend, resume and join'],
  ['FE_JOIN_731', 731, 'given only by suspend, resume and join'],
  ['FE_JOIN_732', 732, 'given only by suspend, resume and join'],
] as const satisfies readonly (readonly [string, number, string])[];

export type FileSystemErrorName = (typeof fileSystemErrors)[number][0];

/** Numbers by name. */
export const FE = Object.fromEntries(fileSystemErrors.map(([name, number]) => [name, number])) as Readonly<Record<FileSystemErrorName, number>>;

/** Its name and text; a number outside the table is named by itself. */
export function describeFileSystemError(number: number): { readonly name: string; readonly text: string } {
  const row = fileSystemErrors.find(([, each]) => each === number);
  return row === undefined ? { name: `FE_${String(number)}`, text: `file-system error ${String(number)}` } : { name: row[0], text: row[2] };
}

/** A call of the monitor's, or work in a transaction, that was refused. */
export class FileSystemError extends WinbackupError {
  override readonly name = 'FileSystemError';
  /** `FE_LOCKED`. */
  readonly code: string;
  /** 73. */
  readonly number: number;

  /** @param detail what it was about */
  constructor(number: number, readonly detail?: string, options: { cause?: unknown } = {}) {
    const { name, text } = describeFileSystemError(number);
    super(`${name} (${String(number)}): ${text}${detail === undefined ? '' : `: ${detail}`}`, options);
    this.code = name;
    this.number = number;
  }
}
