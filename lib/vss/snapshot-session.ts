/**
 * A backup from shadow copies as one object that ends exactly once: complete, or abort. Leaving it in any other way aborts (seed 001, facts/vss.md 2.3):
 * dispose, the caller's signal, garbage collection; at the process's end the channel's teardown list does.
 */
import { AbortError, ArgumentError, StateError, checkBoolean, checkGuid, checkInteger, checkKnownFields, checkString, delay } from '../binding';
import { GUID_NULL, VSS_BACKUP_TYPE, VSS_SNAPSHOT_CONTEXT } from '../binding/vss-codes';
import { asError } from '../binding/waiting';
import type { VssBackupComponents } from './backup-components';
import { readComponentsDocument } from './components-document';
import type { DocumentComponent, DocumentWriter } from './components-document';
import { creationContext } from './contexts';
import { SnapshotError, VssAbortError } from './errors';
import type { VssFailure } from './errors';
import { SnapshotJournal } from './journal';
import { checkDuration, checkSignal, machineOf, requesterOptionNames } from './requester';
import type { RequesterOptions, RequesterTimeouts } from './requester';
import { checkNames, checkSelection } from './selection';
import type { ComponentAddress, ComponentSelection } from './selection';
import { SetQueue } from './set-in-progress';
import { SnapshotCreation, judgementOf, removeSet } from './snapshot-creation';
import type { AroundDoSnapshotSet, BackupStamp, CreatedSet, SnapshotPlan, SnapshotProgress } from './snapshot-creation';
import type { Snapshot } from './snapshot';
import { Steps, WritersFailed } from './steps';
import { volumeNames } from './volumes';
import type { WriterMetadata } from './writer-metadata';
import type { FailedWriter } from './writer-status';

export interface SnapshotTimeouts extends RequesterTimeouts {
  /** Milliseconds to wait for another program's set; default 600,000. */
  readonly setInProgressMs?: number;
}

export interface SnapshotRetry {
  /** How often to start over after an error that may pass; default 3 (facts/vss.md 2.6). 0: never. */
  readonly times?: number;
  /** Milliseconds before each; default 600,000. */
  readonly delayMs?: number;
}

export interface SnapshotSessionOptions extends Omit<RequesterOptions, 'timeouts'> {
  /** 1 to 64: `C:\\`, mounted folders, volume GUID paths, or, where the context allows it, shares. A missing trailing backslash is added. */
  readonly volumes: readonly string[];
  /** Only these writers, by name, class id or instance id. Default: all. */
  readonly writers?: readonly string[];
  /** Component mode: only these components, and their writers, take part. Default: every writer as a whole. */
  readonly components?: readonly ComponentSelection[];
  /** Not these, by name, class id or instance id. An id that nobody has is no error: the writer does not run. */
  readonly excludeWriters?: readonly string[];
  /** Writers whose failure fails the backup; the failure of others is a warning. Default: all that take part. */
  readonly criticalWriters?: readonly string[];
  /** VSS_BACKUP_TYPE; default COPY, because FULL breaks the chains of other backup programs. */
  readonly backupType?: number;
  /** VSS_SNAPSHOT_CONTEXT; default BACKUP: gone when the session ends. */
  readonly context?: number;
  /** A provider's id; default: the service chooses. */
  readonly provider?: string;
  /** For import on another machine. Servers with a hardware provider only. */
  readonly transportable?: boolean;
  /** Tells writers that the bootable system state is being backed up. */
  readonly bootableSystemState?: boolean;
  /** Writers may name parts of files. Default false. */
  readonly partialFileSupport?: boolean;
  /** `backupStamps` of the backup that this one builds on. Component mode only. */
  readonly previousBackupStamps?: readonly BackupStamp[];
  /** Records sets of persistent contexts, so that `cleanUp` finds them after a crash. */
  readonly journal?: SnapshotJournal;
  readonly timeouts?: SnapshotTimeouts;
  readonly retry?: SnapshotRetry;
  readonly onProgress?: (progress: SnapshotProgress) => void;
  /** Runs DoSnapshotSet, for whoever must hold something back meanwhile (facts/ktm-tmf-mts.md 2.6). Default: at once. */
  readonly aroundDoSnapshotSet?: AroundDoSnapshotSet;
}

const optionNames = [
  ...requesterOptionNames, 'volumes', 'writers', 'components', 'excludeWriters', 'criticalWriters', 'backupType', 'context', 'provider', 'transportable',
  'bootableSystemState', 'partialFileSupport', 'previousBackupStamps', 'journal', 'retry', 'onProgress', 'aroundDoSnapshotSet',
];
/** Options that speak of writers. */
const writerOptions = ['writers', 'components', 'excludeWriters', 'criticalWriters', 'previousBackupStamps'] as const;

export interface CompleteOptions {
  /** Whether the data of a component was backed up; told to its writer. Default true for all. Only explicitly added components are asked for. */
  readonly succeeded?: boolean | ((component: ComponentAddress) => boolean);
  readonly signal?: AbortSignal;
}

/** What a restore needs later, and the next backup. */
export interface CompletedSnapshot {
  readonly simulated: boolean;
  readonly snapshotSetId: string;
  readonly snapshots: readonly Snapshot[];
  /** VSS_BACKUP_TYPE, and whether the system state was in it: neither can be read back from the document. */
  readonly backupType: number;
  readonly bootableSystemState: boolean;
  /** IVssBackupComponents::SaveAsXML. */
  readonly backupComponentsDocument: string;
  /** IVssExamineWriterMetadata::SaveAsXML of each writer that answered. */
  readonly writerDocuments: readonly { readonly writerId: string; readonly instanceId: string; readonly writerName: string; readonly document: string }[];
  /** The components of the document, as plain objects. */
  readonly components: readonly DocumentWriter[];
  /** `previousBackupStamps` of the next incremental or differential backup. */
  readonly backupStamps: readonly BackupStamp[];
  /** Failures of writers that are not critical. */
  readonly warnings: readonly FailedWriter[];
  /** What could not be done while the object was released. */
  readonly unfinished: readonly Error[];
}

const atOnce: AroundDoSnapshotSet = (make) => make();

const RETRIES = 3;
const RETRY_MS = 600_000;
const SET_IN_PROGRESS_MS = 600_000;

/** A session that its program lost: nobody could end it any more, so this does (its channel's teardown list), and says so. */
const forgotten = new FinalizationRegistry<string>((what) => {
  process.emitWarning(`A SnapshotSession (${what}) was neither completed nor aborted; it has been aborted now that it was collected. Use "await using".`, { code: 'WINBACKUP_SESSION_FORGOTTEN' });
});

interface Checked {
  readonly plan: SnapshotPlan;
  readonly times: number;
  readonly delayMs: number;
}

/** Throws ArgumentError; nothing has been started. */
async function check(options: SnapshotSessionOptions): Promise<Checked> {
  checkKnownFields('options', options, optionNames);
  checkKnownFields('timeouts', options.timeouts ?? {}, ['operationMs', 'endMs', 'setInProgressMs']);
  checkKnownFields('retry', options.retry ?? {}, ['times', 'delayMs']);
  const {
    transportable = false, provider = GUID_NULL, backupType = VSS_BACKUP_TYPE.COPY, bootableSystemState = false, partialFileSupport = false, journal, onProgress,
    writers = [], excludeWriters = [], criticalWriters, components, previousBackupStamps = [], aroundDoSnapshotSet = atOnce,
  } = options;
  const { setInProgressMs = SET_IN_PROGRESS_MS } = options.timeouts ?? {};
  const { times = RETRIES, delayMs = RETRY_MS } = options.retry ?? {};
  checkBoolean('transportable', transportable);
  const context = creationContext('context', options.context ?? VSS_SNAPSHOT_CONTEXT.BACKUP, transportable);
  const volumes = volumeNames('volumes', options.volumes, context.value);
  if (!context.writers) {
    for (const name of writerOptions) if (options[name] !== undefined) throw new ArgumentError(name, 'has no meaning in a context without writers');
  }
  checkInteger('backupType', backupType, VSS_BACKUP_TYPE.FULL, VSS_BACKUP_TYPE.OTHER);
  checkBoolean('bootableSystemState', bootableSystemState);
  checkBoolean('partialFileSupport', partialFileSupport);
  checkDuration('timeouts.setInProgressMs', setInProgressMs);
  checkInteger('retry.times', times, 0, 1000);
  checkDuration('retry.delayMs', delayMs);
  if (typeof aroundDoSnapshotSet !== 'function') throw new ArgumentError('aroundDoSnapshotSet', 'must be a function');
  if (journal !== undefined && !(journal instanceof SnapshotJournal)) throw new ArgumentError('journal', 'must be a SnapshotJournal');
  if (onProgress !== undefined && typeof onProgress !== 'function') throw new ArgumentError('onProgress', 'must be a function');
  if (!Array.isArray(previousBackupStamps)) throw new ArgumentError('previousBackupStamps', 'must be an array of stamps');
  if (previousBackupStamps.length > 0 && components === undefined) throw new ArgumentError('previousBackupStamps', 'needs components: stamps are theirs');
  (previousBackupStamps as readonly BackupStamp[]).forEach(({ writer, name, stamp }, index) => {
    checkString(`previousBackupStamps[${String(index)}].writer`, writer);
    checkString(`previousBackupStamps[${String(index)}].name`, name);
    checkString(`previousBackupStamps[${String(index)}].stamp`, stamp);
  });
  const plan: SnapshotPlan = {
    machine: await machineOf(options),
    volumes, context, provider: checkGuid('provider', provider), backupType, bootableSystemState, partialFiles: partialFileSupport,
    components: components === undefined ? undefined : checkSelection('components', components),
    writers: checkNames('writers', writers),
    excludeWriters: checkNames('excludeWriters', excludeWriters),
    criticalWriters: criticalWriters === undefined ? undefined : checkNames('criticalWriters', criticalWriters),
    previousBackupStamps, setInProgressMs, journal, onProgress, aroundDoSnapshotSet,
  };
  return { plan, times, delayMs };
}

export class SnapshotSession {
  /** Whether Windows is simulated here. */
  readonly simulated: boolean;
  readonly snapshotSetId: string;
  /** One for each volume, in their order. */
  readonly snapshots: readonly Snapshot[];
  /** What every writer said of itself. */
  readonly writers: readonly WriterMetadata[];
  /** The components that were added explicitly. */
  readonly components: readonly ComponentAddress[];
  /** Failures, until now, of writers that are not critical. */
  readonly warnings: readonly FailedWriter[];
  private readonly instance: VssBackupComponents;
  private ending: Promise<unknown> | undefined;
  private abandonedBy: VssAbortError | undefined;
  private readonly stopListening: () => void;

  private constructor(
    private readonly plan: SnapshotPlan,
    private readonly created: CreatedSet,
    signal: AbortSignal | undefined,
  ) {
    this.simulated = created.components.simulated;
    this.snapshotSetId = created.snapshotSetId;
    this.snapshots = created.snapshots;
    this.writers = created.writers.map(({ metadata }) => metadata);
    this.components = created.selected;
    this.warnings = created.warnings;
    this.instance = created.components;
    forgotten.register(this, plan.volumes.join(', '), this);
    this.stopListening = listen(signal, new WeakRef(this));
  }

  /**
   * Makes the shadow copies: every step to the end of DoSnapshotSet, the writers judged after PrepareForBackup and after it. Errors that may
   * pass are retried with a fresh instance; another program's set in progress is waited for.
   * @throws ArgumentError before anything is started, or when a writer or component is not there; SnapshotError; AbortError (VssAbortError).
   *   Whatever it rejects with, nothing is left of the attempt but what `unfinished` names.
   */
  static async begin(options: SnapshotSessionOptions): Promise<SnapshotSession> {
    const { plan, times, delayMs } = await check(options);
    const { signal } = options;
    const { machine, onProgress } = plan;
    const { clock } = machine.host;
    const simulated = machine.backend.kind === 'simulated';
    const queue = new SetQueue(clock, plan.setInProgressMs);
    let retries = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const session = new SnapshotSession(plan, await new SnapshotCreation(plan, attempt, signal, simulated).run(), signal);
        if (signal?.aborted === true) {
          await session.abort();
          throw new VssAbortError({ phase: 'DoSnapshotSet', simulated, writers: [], unfinished: [] }, new AbortError(signal.reason));
        }
        return session;
      } catch (error) {
        if (!(error instanceof SnapshotError)) throw error;
        const { phase } = error;
        try {
          // In a cluster AddToSnapshotSet can find another's set too: then this one is given up first, so that nobody waits for the other for ever.
          if (error.retryClass === 'set in progress' && phase !== 'StartSnapshotSet') {
            onProgress?.({ phase, attempt, simulated, waiting: { reason: 'set in progress', ms: plan.setInProgressMs } });
            if (!(await queue.next(signal))) throw error;
            continue;
          }
          if (error.retryClass !== 'retryable' || retries >= times) throw error;
          retries += 1;
          onProgress?.({ phase, attempt, simulated, waiting: { reason: 'retry', ms: delayMs } });
          await delay(clock, delayMs, signal);
        } catch (reason) {
          if (reason === error || signal?.aborted !== true) throw reason;
          throw new VssAbortError({ phase, simulated, writers: error.writers, unfinished: error.unfinished }, new AbortError(signal.reason));
        }
      }
    }
  }

  /** Completed or aborted, or on the way there. */
  get ended(): boolean {
    return this.ending !== undefined;
  }

  /**
   * The data has been read: tells the writers so (SetBackupSucceeded, BackupComplete), judges their status, gives the documents, and releases the
   * object, with which auto-release copies vanish. If it fails before BackupComplete has ended, the backup is aborted.
   * @throws ArgumentError, and what `succeeded` throws: nothing was told then, and the session goes on. SnapshotError; when only a writer failed in
   *   BackupComplete itself, or only the journal could not be written, its `completed` has the result all the same. AbortError. StateError
   *   ERR_SESSION_ENDED the second time, or after an abort.
   */
  complete(options: CompleteOptions = {}): Promise<CompletedSnapshot> {
    const { succeeded = true, signal } = options;
    if (this.abandonedBy !== undefined) return Promise.reject(this.abandonedBy);
    if (this.ending !== undefined) return Promise.reject(new StateError('ERR_SESSION_ENDED', 'the snapshot session has ended'));
    let answers: readonly boolean[];
    try {
      // A misspelt option must not tell the writers that everything was backed up.
      checkKnownFields('options', options, ['succeeded', 'signal']);
      checkSignal('signal', signal);
      if (typeof succeeded !== 'boolean' && typeof succeeded !== 'function') throw new ArgumentError('succeeded', 'must be a boolean or a function');
      answers = this.components.map((component) => {
        const answer: unknown = typeof succeeded === 'function' ? succeeded(component) : succeeded;
        if (typeof answer !== 'boolean') throw new ArgumentError('succeeded', `must give true or false, not ${String(answer)}, for ${component.name}`);
        return answer;
      });
    } catch (error) {
      return Promise.reject(asError(error));
    }
    const completing = this.finish(answers, signal);
    this.ending = completing.catch(() => undefined);
    return completing;
  }

  /**
   * Gives the backup up: AbortBackup where it is due, awaited, then release; persistent copies are deleted. Idempotent, and without effect once the
   * session has been completed. Rejects with SnapshotError when AbortBackup failed; the object is released all the same.
   */
  async abort(): Promise<void> {
    this.ending ??= this.giveUp();
    await this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abort();
  }

  /** @param succeeded of each component, in their order */
  private async finish(succeeded: readonly boolean[], signal: AbortSignal | undefined): Promise<CompletedSnapshot> {
    const { plan, created, instance } = this;
    const steps = Steps.on(instance, plan.machine, anySignal(plan.machine.signal, signal));
    const warnings = new Map(created.warnings.map((warning) => [warning.instanceId, warning]));
    let failing: readonly FailedWriter[] = [];
    let documents: Pick<CompletedSnapshot, 'backupComponentsDocument' | 'components'>;
    try {
      if (plan.context.writers) {
        steps.enter('SetBackupSucceeded');
        for (const [index, { instanceId, writerId, type, logicalPath, name }] of created.selected.entries()) {
          await steps.call((components) => components.setBackupSucceeded(instanceId, writerId, type, logicalPath, name, succeeded[index] === true));
        }
        steps.enter('BackupComplete');
        await steps.operation('backupComplete');
        try {
          // Also what ends the writers' sessions (facts/vss.md 2.1 18).
          for (const warning of await steps.judge(...judgementOf(plan, created.selected))) warnings.set(warning.instanceId, warning);
        } catch (error) {
          if (!(error instanceof WritersFailed)) throw error;
          failing = error.writers;
        }
      }
      steps.enter('SaveAsXML');
      documents = {
        backupComponentsDocument: (await steps.call((components) => components.saveAsXML())) ?? '',
        components: await steps.call(readComponentsDocument),
      };
    } catch (error) {
      throw await this.failed(error, steps);
    }
    const unfinished = await this.release();
    const result: CompletedSnapshot = {
      ...documents,
      simulated: this.simulated, snapshotSetId: this.snapshotSetId, snapshots: this.snapshots, backupType: plan.backupType, bootableSystemState: plan.bootableSystemState,
      writerDocuments: created.writers.map(({ metadata: { writerId, instanceId, writerName }, document }) => ({ writerId, instanceId, writerName, document })),
      backupStamps: documents.components.flatMap(({ writerId, components }) => components.flatMap((component) => stampOf(writerId, component))),
      warnings: [...warnings.values()], unfinished,
    };
    try {
      await plan.journal?.completed(this.snapshotSetId);
    } catch (error) {
      plan.journal?.abandoned(this.snapshotSetId);
      throw new SnapshotError({ phase: 'SnapshotJournal', simulated: this.simulated, writers: failing, unfinished }, asError(error), 1, result);
    }
    if (failing.length > 0) throw new SnapshotError({ phase: 'BackupComplete', simulated: this.simulated, writers: failing, unfinished }, undefined, 1, result);
    return result;
  }

  private async failed(error: unknown, steps: Steps): Promise<Error> {
    const completed = this.instance.state === 'completed';
    const unfinished = [...(await this.release())];
    // The writers took the backup for complete: its copies stay, and nobody has them, until the journal's clean-up.
    if (completed) this.plan.journal?.abandoned(this.snapshotSetId);
    else if (this.plan.context.persistent) unfinished.push(...(await removeSet(this.plan, this.snapshotSetId)));
    const failure: VssFailure = { phase: steps.phase, simulated: this.simulated, writers: [], unfinished };
    return error instanceof AbortError ? new VssAbortError(failure, error) : new SnapshotError(failure, asError(error));
  }

  private async giveUp(): Promise<void> {
    const unfinished = [...(await this.release())];
    if (this.plan.context.persistent) unfinished.push(...(await removeSet(this.plan, this.snapshotSetId)));
    const [first] = unfinished;
    if (first !== undefined) throw new SnapshotError({ phase: 'AbortBackup', simulated: this.simulated, writers: [], unfinished }, first);
  }

  /** Whatever the object owes, and its release (components-states.ts). */
  private release(): Promise<readonly Error[]> {
    forgotten.unregister(this);
    this.stopListening();
    return this.instance.end();
  }

  /** The signal of `begin` fired while the session was in its user's hands. */
  static signalled(session: SnapshotSession, reason: unknown): void {
    if (session.ending !== undefined) return;
    session.abandonedBy = new VssAbortError({ phase: 'DoSnapshotSet', simulated: session.simulated, writers: [], unfinished: [] }, new AbortError(reason));
    // Whoever disposes of it hears of a failing AbortBackup.
    session.abort().catch(() => undefined);
  }
}

/** Without keeping the session alive: it may be forgotten while the signal lives on. */
function listen(signal: AbortSignal | undefined, session: WeakRef<SnapshotSession>): () => void {
  const onAbort = (): void => {
    const there = session.deref();
    if (there !== undefined) SnapshotSession.signalled(there, signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => signal?.removeEventListener('abort', onAbort);
}

function anySignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return AbortSignal.any([one, other]);
}

function stampOf(writer: string, { logicalPath, name, backupStamp }: DocumentComponent): readonly BackupStamp[] {
  return backupStamp === null ? [] : [{ writer, logicalPath, name, stamp: backupStamp }];
}
