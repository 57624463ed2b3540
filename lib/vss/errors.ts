/** How a snapshot session, a restore or a management call fails: one error with everything that is known, its root cause first. */
import { AbortError, WinbackupError, WindowsError, errorCode } from '../binding';
import { asError } from '../binding/waiting';
import { hintFor } from './hints';
import type { SetHolder } from './set-in-progress';
import { commonRetryClass, retryClassOf } from './retry-classes';
import type { RetryClass } from './retry-classes';
import type { CompletedSnapshot } from './snapshot-session';
import type { FailedWriter } from './writer-status';

/** Where it failed: Microsoft's name of the step. */
export type SnapshotPhase =
  | 'CreateVssBackupComponents' | 'InitializeForBackup' | 'SetContext' | 'SetBackupState' | 'GatherWriterMetadata' | 'AddComponent' | 'StartSnapshotSet'
  | 'AddToSnapshotSet' | 'SnapshotJournal' | 'PrepareForBackup' | 'DoSnapshotSet' | 'GetSnapshotProperties' | 'SetBackupSucceeded' | 'BackupComplete' | 'SaveAsXML'
  | 'AbortBackup' | 'InitializeForRestore' | 'SetSelectedForRestore' | 'PreRestore' | 'SetFileRestoreStatus' | 'PostRestore';

export interface VssFailure {
  readonly phase: SnapshotPhase;
  readonly simulated: boolean;
  /** Writers that failed, with state, HRESULT, message and, in part, components. */
  readonly writers: readonly FailedWriter[];
  /** What could not be done while ending: AbortBackup failed, a step did not answer in time, copies could not be deleted. The object was released all the same. */
  readonly unfinished: readonly Error[];
  /** Who may have held the machine's one set in progress. */
  readonly holder?: SetHolder | undefined;
}

function describe(what: string, { phase, writers, unfinished, holder }: VssFailure, cause: unknown, hint: string | undefined): string {
  const failing = writers.map(({ writerName, state, code, applicationMessage, components }) =>
    `\n  writer ${writerName}: ${code} in state ${state}${applicationMessage === null || applicationMessage === '' ? '' : ` (${applicationMessage})`}`
    + components.map(({ name, code: inner }) => `\n    component ${name}: ${inner}`).join(''));
  const left = unfinished.map((error) => `\n  not ended: ${error.message}`);
  const held = holder === undefined ? '' : `\n  ${holder.text}`;
  const advice = hint === undefined ? '' : `\n  ${hint}`;
  return `${what} failed at ${phase}: ${cause === undefined ? 'a writer reported failure' : asError(cause).message}${failing.join('')}${left.join('')}${held}${advice}`;
}

export abstract class VssError extends WinbackupError implements VssFailure {
  /** The root cause's: `VSS_E_HOLD_WRITES_TIMEOUT`, `ERR_TIMEOUT`; where only writers failed, the first writer's. */
  readonly code: string;
  readonly phase: SnapshotPhase;
  readonly simulated: boolean;
  readonly writers: readonly FailedWriter[];
  readonly unfinished: readonly Error[];
  readonly holder: SetHolder | undefined;
  /** The call's, or the first failing writer's; unsigned 32 bits. */
  readonly hresult: number | undefined;
  /** What to do; undefined where nobody could say. */
  readonly hint: string | undefined;
  /** Whether doing it again may help (facts/vss.md 2.6). */
  readonly retryClass: RetryClass;

  constructor(what: string, failure: VssFailure, cause: unknown) {
    const [first] = failure.writers;
    const code = cause === undefined ? (first?.code ?? 'ERR_VSS') : (errorCode(cause) ?? 'ERR_VSS');
    // A writer that failed tells more than the call that failed because of it.
    const hint = (first === undefined ? undefined : hintFor(first.code)) ?? hintFor(code);
    super(describe(what, failure, cause, hint), cause === undefined ? {} : { cause });
    this.code = code;
    this.phase = failure.phase;
    this.simulated = failure.simulated;
    this.writers = failure.writers;
    this.unfinished = failure.unfinished;
    this.holder = failure.holder;
    this.hint = hint;
    const hresult = cause instanceof WindowsError ? cause.hresult : undefined;
    this.hresult = hresult ?? first?.failure;
    if (failure.writers.length > 0) this.retryClass = commonRetryClass(failure.writers.map((writer) => writer.failure));
    else this.retryClass = hresult === undefined ? 'not retryable' : retryClassOf(hresult);
  }
}

/** No shadow copy is there to be used, or the backup was not completed. */
export class SnapshotError extends VssError {
  override readonly name = 'SnapshotError';
  /** How often it was begun; more than 1 after retries. */
  readonly attempts: number;
  /** The result, where the backup is complete although a writer failed in BackupComplete. */
  readonly completed: CompletedSnapshot | undefined;

  constructor(failure: VssFailure, cause: unknown, attempts = 1, completed?: CompletedSnapshot) {
    super('the snapshot', failure, cause);
    this.attempts = attempts;
    this.completed = completed;
  }
}

/** The restore failed. Aborts are not supported there; the writers were told what could not be restored, if they could be reached. */
export class VssRestoreError extends VssError {
  override readonly name = 'VssRestoreError';

  constructor(failure: VssFailure, cause: unknown) {
    super('the restore', failure, cause);
  }
}

/** The caller's AbortSignal ended it; everything has been ended and given back, but for what `unfinished` names. */
export class VssAbortError extends AbortError {
  readonly phase: SnapshotPhase;
  readonly simulated: boolean;
  readonly unfinished: readonly Error[];

  constructor({ phase, simulated, unfinished }: VssFailure, cause: AbortError) {
    const left = unfinished.map((error) => `\n  not ended: ${error.message}`);
    super(cause.cause, `The operation was aborted at ${phase}${left.join('')}`);
    this.phase = phase;
    this.simulated = simulated;
    this.unfinished = unfinished;
  }
}
