/**
 * DoSnapshotSet, step by step: PrepareForSnapshot, Freeze by application level, the provider's commit with writes held, Thaw, PostSnapshot;
 * and what an error on the way undoes (facts/vss.md 3.1 to 3.3, seed 001).
 */
import { VSS_APPLICATION_LEVEL, VSS_HRESULT, VSS_SNAPSHOT_STATE as STATE } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';
import type { Cancellation } from './async-operation';
import type { Coordinator, Requester } from './coordinator';
import { copyDirectory } from './directory-copy';
import type { Provider, ProviderStep } from './provider';
import { filetime } from './snapshot';
import type { Snapshot } from './snapshot';
import { SILENCE_LIMIT_MS } from './writer';
import type { WriterEvent, WriterSession } from './writer';

/** Front end first, then what it stands on (facts/vss.md 1.5, 3.1). A writer that leaves its level to the service goes with the first. */
const freezeOrder: readonly (readonly number[])[] = [
  [VSS_APPLICATION_LEVEL.FRONT_END, VSS_APPLICATION_LEVEL.AUTO, VSS_APPLICATION_LEVEL.UNKNOWN],
  [VSS_APPLICATION_LEVEL.BACK_END],
  [VSS_APPLICATION_LEVEL.SYSTEM],
  [VSS_APPLICATION_LEVEL.SYSTEM_RM],
];

/** The kernel flushes and holds writes for no longer (facts/vss.md 2.5). */
export const HOLD_LIMIT_MS = 10_000;
/** How long KTM and DTC may take to come to rest. Not documented; within the writers' own window. */
export const TRANSACTION_LIMIT_MS = 10_000;

export class SnapshotCreation {
  private over = false;
  private copying: Promise<unknown> = Promise.resolve();
  private transactionsFrozen = false;

  constructor(
    private readonly coordinator: Coordinator,
    private readonly requester: Requester,
    private readonly snapshots: readonly Snapshot[],
    private readonly sessions: readonly WriterSession[],
    private readonly transacted: boolean,
  ) {}

  /** Rejects with Failure or OperationCancelled after everything was undone. */
  async run(cancellation: Cancellation): Promise<void> {
    try {
      await this.create(cancellation);
    } catch (error) {
      // Ordinary failure and cancellation alike: any failure after PrepareForSnapshot is an Abort for the writers (seed 001).
      await this.undo();
      throw error;
    }
  }

  /** The requester is gone in the middle: nothing goes on, and what was copied is removed. The writers' own windows end their freeze. */
  abandon(): void {
    this.over = true;
    this.coordinator.inBackground(this.copying.then(() => {
      this.remove();
    }));
  }

  private async create(cancellation: Cancellation): Promise<void> {
    const step = <T>(work: Promise<T>): Promise<T> => cancellation.during(work);
    // A failure here shows only in the writer's status (seed 001); the writer is left out of the rest.
    await step(this.raise(this.sessions, 'PrepareForSnapshot'));
    await step(this.providers('EndPrepare', STATE.PREPARED));
    for (const levels of freezeOrder) {
      const due = this.sessions.filter(({ writer }) => levels.includes(writer.level));
      await step(this.raise(due, 'Freeze'));
      this.requireWriters();
    }
    if (this.transacted) await step(this.freezeTransactions());
    await step(this.providers('PreCommit', STATE.PRECOMMITTED));
    this.requireWriters();
    await step(this.flush());
    await step(this.within(HOLD_LIMIT_MS, VSS_HRESULT.VSS_E_HOLD_WRITES_TIMEOUT, this.commit()));
    await step(this.providers('PostCommit', STATE.POSTCOMMITTED));
    this.requireWriters();
    await step(this.thawTransactions());
    await step(this.raise(this.sessions, 'Thaw'));
    this.requireWriters();
    await step(this.providers('PreFinalCommit', STATE.PREFINALCOMMITTED));
    // Again a failure shows only in the writer's status.
    await step(this.raise(this.sessions, 'PostSnapshot'));
    await step(this.providers('PostFinalCommit', STATE.CREATED));
  }

  /** Raises an event at once to all who are still in the operation. */
  private async raise(sessions: readonly WriterSession[], event: Exclude<WriterEvent, 'Identify' | 'Abort'>): Promise<void> {
    await Promise.all(sessions.map((session) => session.writer.raise(session, event)));
  }

  /** A writer that failed in Freeze or Thaw, or whose window ran out, ends the creation. */
  private requireWriters(): void {
    const lost = this.sessions.some((session) => session.frozenOnce && session.failedState);
    if (lost) throw new Failure(VSS_HRESULT.VSS_E_UNEXPECTED_WRITER_ERROR);
  }

  private get involved(): readonly Provider[] {
    return [...new Set(this.snapshots.map(({ origin }) => origin.provider))];
  }

  private async providers(step: ProviderStep, state: number): Promise<void> {
    for (const provider of this.involved) await provider.step(step, this.requester.process);
    if (!this.over) for (const snapshot of this.snapshots) snapshot.state = state;
  }

  private async flush(): Promise<void> {
    const { time, machine } = this.coordinator;
    const flushMs = Math.max(0, ...this.snapshots.map(({ origin }) => origin.volume?.options.flushMs ?? 0));
    const flushing = flushMs === 0 ? Promise.resolve() : time.delay(flushMs);
    await this.within(HOLD_LIMIT_MS, VSS_HRESULT.VSS_E_FLUSH_WRITES_TIMEOUT, flushing.then(() => machine.event('vss.flush', this.requester.process)));
  }

  /** Writes are held: the providers commit, and real directories are copied. */
  private async commit(): Promise<void> {
    await this.providers('Commit', STATE.PROCESSING_COMMIT);
    if (this.over) return;
    const { coordinator } = this;
    const instant = filetime(coordinator.time.now());
    this.copying = coordinator.time.standingStill(async () => {
      for (const snapshot of this.snapshots) await this.copy(snapshot);
    });
    await this.copying;
    for (const snapshot of this.snapshots) {
      snapshot.creationTimestamp = instant;
      snapshot.deviceObject = coordinator.newDeviceObject();
      snapshot.state = STATE.COMMITTED;
    }
  }

  private async copy(snapshot: Snapshot): Promise<void> {
    const { volume } = snapshot.origin;
    if (volume?.directory === undefined || volume.shadowStorage === undefined || this.over) return;
    const { host } = this.coordinator.machine;
    snapshot.directory = `${volume.shadowStorage}/{${snapshot.id}}`;
    snapshot.report = await copyDirectory(host.files, volume.directory, snapshot.directory, volume.shadowStorage);
    const { changed, skipped } = snapshot.report;
    if (skipped.length > 0) {
      this.coordinator.log('leftOut', `the copy of ${volume.name} leaves out what is neither file nor directory: ${skipped.join(', ')}`);
    }
    if (changed.length === 0) return;
    const files = changed.join(', ');
    this.coordinator.log('changedDuringCopy', `${volume.name} was written to while it was copied, so the copy is not of one instant: ${files}`);
    // Somebody wrote although writes were to be held.
    if (volume.options.onChangeDuringCopy === 'fail') throw new Failure(VSS_HRESULT.VSS_E_HOLD_WRITES_TIMEOUT);
  }

  private async freezeTransactions(): Promise<void> {
    this.transactionsFrozen = true;
    const freezing = [...this.coordinator.transactionFreezes].map((transactions) => transactions.freeze());
    await this.within(TRANSACTION_LIMIT_MS, VSS_HRESULT.VSS_E_TRANSACTION_FREEZE_TIMEOUT, Promise.all(freezing));
  }

  private async thawTransactions(): Promise<void> {
    if (!this.transactionsFrozen) return;
    this.transactionsFrozen = false;
    const thawing = [...this.coordinator.transactionFreezes].map((transactions) => transactions.thaw());
    await this.within(TRANSACTION_LIMIT_MS, VSS_HRESULT.VSS_E_TRANSACTION_THAW_TIMEOUT, Promise.all(thawing));
  }

  /** `work`, or the failure once the limit is over. */
  private async within<T>(limitMs: number, hresult: number, work: Promise<T>): Promise<T> {
    let expire: () => void = () => undefined;
    const expired = new Promise<'expired'>((resolve) => {
      expire = () => {
        resolve('expired');
      };
    });
    const disarm = this.coordinator.time.after(limitMs, expire);
    try {
      const first = await Promise.race([work, expired]);
      if (first === 'expired') throw new Failure(hresult);
      return await work;
    } finally {
      disarm();
    }
  }

  private async undo(): Promise<void> {
    this.over = true;
    await this.thawTransactions().catch(() => undefined);
    await Promise.all(this.sessions.map((session) => session.writer.abort(session, 'service')));
    // What a provider answers to AbortSnapshots changes nothing (facts/vss.md 3.3).
    const told = Promise.all(this.involved.map((provider) => provider.step('Abort', this.requester.process)));
    await this.within(SILENCE_LIMIT_MS, VSS_HRESULT.VSS_E_UNEXPECTED_PROVIDER_ERROR, told).catch(() => undefined);
    await this.copying.catch(() => undefined);
    this.remove();
  }

  private remove(): void {
    for (const snapshot of this.snapshots) {
      snapshot.state = STATE.ABORTED;
      this.coordinator.drop(snapshot);
    }
  }
}
