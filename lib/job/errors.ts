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
  /**
   * ABORTED: backed out. HUNG: it could not be brought to its end; its locks stay until an operator repeats or resolves it, or the next start does.
   * COMMITTED: only what came behind its end failed, such as a listener of the caller's.
   */
  readonly outcome: 'ABORTED' | 'COMMITTED' | 'HUNG';
  /** Where its end lies, if it is HUNG: what is to be completed; unknown: the log shows it at the next start. */
  readonly decision: 'commit' | 'abort' | 'unknown';
  /** Where the outputs of a job that was backed out were kept, as its description wants; undefined: nothing is left. */
  readonly kept: string | undefined;
  /** Where the outputs are now, if it was not backed out: the set, or what is not one yet. */
  readonly outputs: string | undefined;
  /** What could not be ended: AbortBackup failed. The object was released all the same. */
  readonly unfinished: readonly Error[];
  /** TMF's file-system error of the abort (facts/ktm-tmf-mts.md 5.2), where the monitor aborted it. */
  readonly fileSystemError: number | undefined;
}

/** Of a job that hangs. */
const HUNG = {
  commit: 'its commit is decided, and could not be carried out',
  abort: 'it could not be backed out',
  unknown: 'whether it has committed is not known',
} as const satisfies Record<JobFailure['decision'], string>;

function whatIsLeft({ outcome, decision, transaction, kept, outputs }: JobFailure): string {
  const where = outputs === undefined ? '' : `; its outputs are in ${outputs}`;
  switch (outcome) {
    case 'COMMITTED':
      return `it has committed all the same${where}`;
    case 'ABORTED':
      return kept === undefined ? 'it has been backed out: no output is left' : `it has been backed out; its partial outputs are kept in ${kept}`;
    case 'HUNG':
      return `${HUNG[decision]}: transaction ${transaction} is HUNG until winbackup recover, or the next job with this log, brings it to its end${where}`;
  }
}

function leftOver(failure: JobFailure, cause: unknown): string {
  const unfinished = failure.unfinished.filter((error) => error !== cause).map(({ message }) => `not ended: ${message}`);
  return [whatIsLeft(failure), ...unfinished].map((line) => `\n  ${line}`).join('');
}

/** The job did not commit, or `failure.outcome` says otherwise. `cause` is the root cause, whose code it has. */
export class JobError extends WinbackupError {
  override readonly name = 'JobError';
  readonly code: string;
  readonly failure: JobFailure;

  constructor(failure: JobFailure, cause: unknown) {
    super(`the job ${failure.job} failed at ${failure.part}: ${asError(cause).message}${leftOver(failure, cause)}`, { cause });
    this.code = errorCode(cause) ?? 'ERR_JOB';
    this.failure = failure;
  }
}

/** The caller's AbortSignal ended it; it was backed out. `cause` is the signal's reason. */
export class JobAbortError extends AbortError {
  readonly failure: JobFailure;

  constructor(failure: JobFailure, reason: unknown) {
    super(reason, `the job ${failure.job} was aborted at ${failure.part}${leftOver(failure, reason)}`);
    this.failure = failure;
  }
}
