/** How a job that did not commit says so. */
import { AbortError, WinbackupError, errorCode } from '../binding';
import { asError } from '../binding/waiting';

export interface JobFailure {
  readonly job: string;
  /** Of the transaction monitor. */
  readonly transaction: string;
  /** What was under way: `database Sales`, `the snapshot`, `commit`. */
  readonly part: string;
  readonly simulated: boolean;
  /** HUNG: it could not be brought to its end; its locks stay until an operator repeats or resolves it, or the next start does. */
  readonly outcome: 'ABORTED' | 'COMMITTED' | 'HUNG';
  /** Where the outputs so far were kept; undefined: nothing is left. */
  readonly kept: string | undefined;
  /** What could not be ended: AbortBackup failed. The object was released all the same. */
  readonly unfinished: readonly Error[];
  /** TMF's file-system error of the abort (facts/ktm-tmf-mts.md 5.2), where the monitor aborted it. */
  readonly fileSystemError: number | undefined;
}

function leftOver({ kept, outcome, transaction, unfinished }: JobFailure): string {
  const backedOut = kept === undefined ? 'it has been backed out: no output is left' : `it has been backed out; its partial outputs are kept in ${kept}`;
  const outputs = outcome === 'ABORTED' ? backedOut : `it is not over: transaction ${transaction} is ${outcome} until it is recovered or resolved`;
  return [outputs, ...unfinished.map(({ message }) => `not ended: ${message}`)].map((line) => `\n  ${line}`).join('');
}

/** The job was backed out. `cause` is the root cause, whose code it has. */
export class JobError extends WinbackupError {
  override readonly name = 'JobError';
  readonly code: string;
  readonly failure: JobFailure;

  constructor(failure: JobFailure, cause: unknown) {
    super(`the job ${failure.job} failed at ${failure.part}: ${asError(cause).message}${leftOver(failure)}`, { cause });
    this.code = errorCode(cause) ?? 'ERR_JOB';
    this.failure = failure;
  }
}

/** The caller's AbortSignal ended it; it was backed out. `cause` is the signal's reason. */
export class JobAbortError extends AbortError {
  readonly failure: JobFailure;

  constructor(failure: JobFailure, reason: unknown) {
    super(reason, `the job ${failure.job} was aborted at ${failure.part}${leftOver(failure)}`);
    this.failure = failure;
  }
}
