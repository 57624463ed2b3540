/**
 * One attempt at a shadow copy set: every step to the end of DoSnapshotSet in legal order, with a fresh instance, and the writers' status judged at each
 * required point (facts/vss.md 2.1, 2.2). An attempt that fails has ended its instance, with AbortBackup where 2.3 demands it, before it rejects.
 */
import { AbortError, ArgumentError } from '../binding';
import { asError, settledWithin } from '../binding/waiting';
import type { VssBackupComponents } from './backup-components';
import type { SnapshotContext } from './contexts';
import { SnapshotError, VssAbortError } from './errors';
import type { SnapshotPhase } from './errors';
import type { SnapshotJournal } from './journal';
import { deleteSetIfThere } from './management';
import type { Machine } from './requester';
import { idOf, isCalled, isNamed, resolveComponents, writersNamed } from './selection';
import type { ComponentAddress, ComponentSelection } from './selection';
import { SetQueue, diagnose, holdSet, isSetInProgress } from './set-in-progress';
import type { SetHolder } from './set-in-progress';
import { plainSnapshot } from './snapshot';
import type { Snapshot } from './snapshot';
import { Steps, WritersFailed, gatherMetadata } from './steps';
import type { WriterDocument, WriterMetadata } from './writer-metadata';
import type { FailedWriter, WriterStatus } from './writer-status';

/** A stamp of an earlier backup, for an incremental or differential one. */
export interface BackupStamp {
  /** The writer's name, class id or instance id. */
  readonly writer: string;
  readonly logicalPath: string | null;
  readonly name: string;
  readonly stamp: string;
}

export interface SnapshotProgress {
  readonly phase: SnapshotPhase;
  /** From 1. */
  readonly attempt: number;
  /** What is waited for, and how long at most, in milliseconds: another's set, or the time before a retry. */
  readonly waiting?: { readonly reason: 'set in progress' | 'retry'; readonly ms: number };
  readonly simulated: boolean;
}

/** What is to be made; checked. */
export interface SnapshotPlan {
  readonly machine: Machine;
  readonly volumes: readonly string[];
  readonly context: SnapshotContext;
  readonly provider: string;
  readonly backupType: number;
  readonly bootableSystemState: boolean;
  readonly partialFiles: boolean;
  /** Component mode when it is given. */
  readonly components: readonly ComponentSelection[] | undefined;
  readonly writers: readonly string[];
  readonly excludeWriters: readonly string[];
  /** Writers whose failure is the backup's; undefined: all that take part. */
  readonly criticalWriters: readonly string[] | undefined;
  readonly previousBackupStamps: readonly BackupStamp[];
  readonly setInProgressMs: number;
  readonly journal: SnapshotJournal | undefined;
  readonly onProgress: ((progress: SnapshotProgress) => void) | undefined;
  readonly aroundDoSnapshotSet: AroundDoSnapshotSet;
}

/** Calls `make`, once, when nothing stands against it. */
export type AroundDoSnapshotSet = <T>(make: () => Promise<T>) => Promise<T>;

/** A set that has been made, and its instance, which is the receiver's to end. */
export interface CreatedSet {
  readonly components: VssBackupComponents;
  readonly snapshotSetId: string;
  readonly snapshots: readonly Snapshot[];
  readonly writers: readonly WriterDocument[];
  readonly selected: readonly ComponentAddress[];
  /** Failures that are not the backup's: of writers that are not critical. */
  readonly warnings: readonly FailedWriter[];
}

export class SnapshotCreation {
  private readonly steps: Steps;
  private snapshotSetId: string | undefined;
  private letGo: () => void = () => undefined;
  private writers: readonly WriterDocument[] = [];
  private selected: readonly ComponentAddress[] = [];
  private readonly warnings = new Map<string, FailedWriter>();
  private holder: SetHolder | undefined;

  constructor(
    private readonly plan: SnapshotPlan,
    private readonly attempt: number,
    private readonly signal: AbortSignal | undefined,
    private readonly simulated: boolean,
  ) {
    this.steps = new Steps(plan.machine, signal, (phase) => plan.onProgress?.({ phase, attempt, simulated }));
  }

  /** Rejects with ArgumentError, VssAbortError or SnapshotError, after everything has been ended. */
  async run(): Promise<CreatedSet> {
    try {
      return await this.create();
    } catch (error) {
      throw await this.failed(error);
    } finally {
      this.letGo();
    }
  }

  private async create(): Promise<CreatedSet> {
    const { plan, steps } = this;
    const { context } = plan;
    const components = await steps.open();
    steps.enter('InitializeForBackup');
    await steps.call(() => components.initializeForBackup(null));
    steps.enter('SetContext');
    await steps.call(() => components.setContext(context.value));
    if (context.writers) await this.meetWriters();
    await this.startSet();
    const ids: string[] = [];
    steps.enter('AddToSnapshotSet');
    for (const volume of plan.volumes) ids.push(await steps.call(() => components.addToSnapshotSet(volume, plan.provider)));
    if (context.writers) await this.prepare();
    steps.enter('DoSnapshotSet');
    await plan.aroundDoSnapshotSet(() => steps.operation('doSnapshotSet'));
    this.letGo();
    if (context.writers) await this.judge();
    steps.enter('GetSnapshotProperties');
    const snapshots: Snapshot[] = [];
    for (const id of ids) snapshots.push(plainSnapshot(await steps.call(() => components.getSnapshotProperties(id))));
    const { snapshotSetId = '', writers, selected } = this;
    return { components, snapshotSetId, snapshots, writers, selected, warnings: [...this.warnings.values()] };
  }

  /** State, choice of writers, their metadata, choice of components. */
  private async meetWriters(): Promise<void> {
    const { plan, steps } = this;
    steps.enter('SetBackupState');
    const componentMode = plan.components !== undefined;
    await steps.call((components) => components.setBackupState(componentMode, plan.bootableSystemState, plan.backupType, plan.partialFiles));
    steps.enter('GatherWriterMetadata');
    // Before GatherWriterMetadata: later it has no effect (facts/vss.md 2.1 5).
    const { enable, disable, disableInstances } = await this.chosenWriters();
    if (enable.length > 0) await steps.call((components) => components.enableWriterClasses(enable));
    if (disable.length > 0) await steps.call((components) => components.disableWriterClasses(disable));
    if (disableInstances.length > 0) await steps.call((components) => components.disableWriterInstances(disableInstances));
    this.writers = await gatherMetadata(steps);
    const metadata = this.metadata;
    plan.writers.forEach((name, index) => void writersNamed(`writers[${String(index)}]`, name, metadata));
    plan.criticalWriters?.forEach((name, index) => void writersNamed(`criticalWriters[${String(index)}]`, name, metadata));
    if (plan.components === undefined) return;
    steps.enter('AddComponent');
    this.selected = resolveComponents('components', plan.components, metadata);
    for (const { instanceId, writerId, type, logicalPath, name } of this.selected) {
      await steps.call((components) => components.addComponent(instanceId, writerId, type, logicalPath, name));
    }
  }

  private get metadata(): readonly WriterMetadata[] {
    return this.writers.map(({ metadata }) => metadata);
  }

  /**
   * Who is to be asked at all. Names, and what an id is of, are known only from the writers themselves, so another instance asks them first, and is
   * simply released; only to leave out what has an id needs no question.
   */
  private async chosenWriters(): Promise<{ readonly enable: readonly string[]; readonly disable: readonly string[]; readonly disableInstances: readonly string[] }> {
    const { writers, excludeWriters } = this.plan;
    const there = writers.length > 0 || excludeWriters.some((name) => idOf(name) === undefined) ? await this.everyWriter() : [];
    const wanted = new Set(writers.flatMap((name, index) => writersNamed(`writers[${String(index)}]`, name, there)));
    const enable = [...new Set([...wanted].map(({ writerId }) => writerId))];
    // Other instances of their classes.
    const unwanted = there.filter((writer) => enable.includes(writer.writerId) && !wanted.has(writer)).map(({ instanceId }) => instanceId);
    // An id that is excluded is a class's or an instance's.
    const ids = excludeWriters.flatMap((name) => idOf(name) ?? []);
    const named = excludeWriters.flatMap((name, index) => (idOf(name) === undefined ? writersNamed(`excludeWriters[${String(index)}]`, name, there) : []));
    return { enable, disable: [...new Set([...ids, ...named.map(({ writerId }) => writerId)])], disableInstances: [...new Set([...ids, ...unwanted])] };
  }

  private async everyWriter(): Promise<readonly WriterMetadata[]> {
    const asking = new Steps(this.plan.machine, this.signal, () => undefined);
    try {
      const components = await asking.open();
      await asking.call(() => components.initializeForBackup(null));
      return (await gatherMetadata(asking)).map(({ metadata }) => metadata);
    } finally {
      await asking.opened?.end();
    }
  }

  /** StartSnapshotSet, on the same object again while another requester has a set in progress (facts/vss.md 2.6). */
  private async startSet(): Promise<void> {
    const { plan, steps } = this;
    const { machine, journal, context } = plan;
    const queue = new SetQueue(machine.host.clock, plan.setInProgressMs);
    steps.enter('StartSnapshotSet');
    for (;;) {
      try {
        this.snapshotSetId = await steps.call((components) => components.startSnapshotSet());
        break;
      } catch (error) {
        if (!isSetInProgress(error)) throw error;
        plan.onProgress?.({
          phase: steps.phase, attempt: this.attempt, simulated: this.simulated, waiting: { reason: 'set in progress', ms: Math.max(0, plan.setInProgressMs - queue.waited.waitedMs) },
        });
        if (!(await this.patiently(queue))) {
          this.holder = await diagnose(machine.base, machine.host, queue.waited);
          throw error;
        }
      }
    }
    this.letGo = holdSet(machine.base);
    if (journal === undefined || !context.persistent) return;
    // Durable before DoSnapshotSet: from then on copies may be there (facts/vss.md 5).
    steps.enter('SnapshotJournal');
    await journal.began(this.snapshotSetId, plan.volumes, context.value);
  }

  private async patiently(queue: SetQueue): Promise<boolean> {
    try {
      return await queue.next(this.signal);
    } catch (error) {
      throw this.signal?.aborted === true ? new AbortError(this.signal.reason) : error;
    }
  }

  private async prepare(): Promise<void> {
    const { plan, steps } = this;
    steps.enter('PrepareForBackup');
    for (const [index, { writer, logicalPath, name, stamp }] of plan.previousBackupStamps.entries()) {
      const at = `previousBackupStamps[${String(index)}]`;
      const [address] = this.selected.filter((selected) =>
        isCalled(selected, { logicalPath, name }) && this.metadata.some((known) => known.instanceId === selected.instanceId && isNamed(known, writer)));
      if (address === undefined) throw new ArgumentError(at, `is of a component that is not selected: ${name}`);
      await steps.call((components) => components.setPreviousBackupStamp(address.writerId, address.type, address.logicalPath, address.name, stamp));
    }
    // Always when writers take part, even with no component (facts/vss.md 2.1 12).
    await steps.operation('prepareForBackup');
    await this.judge();
  }

  private async judge(): Promise<void> {
    for (const warning of await this.steps.judge(...this.judgement())) this.warnings.set(warning.instanceId, warning);
  }

  private judgement(): readonly [concerns: (writer: WriterStatus) => boolean, critical: (writer: WriterStatus) => boolean] {
    return judgementOf(this.plan, this.selected);
  }

  /** Ends the instance and what it left; gives the error for the caller. */
  private async failed(error: unknown): Promise<Error> {
    const { steps, plan } = this;
    const { machine } = plan;
    const { phase } = steps;
    const components = steps.opened;
    const writers = error instanceof WritersFailed ? error.writers : await this.culprits(error);
    const unfinished: Error[] = [...((await components?.end()) ?? [])];
    this.letGo();
    if (this.snapshotSetId !== undefined && plan.context.persistent) unfinished.push(...(await removeSet(plan, this.snapshotSetId)));
    if (this.holder === undefined && isSetInProgress(error)) this.holder = await diagnose(machine.base, machine.host, { waitedMs: 0, attempts: 1 });
    const failure = { phase, simulated: this.simulated, writers, unfinished, holder: this.holder };
    if (error instanceof AbortError) return new VssAbortError(failure, error);
    if (error instanceof ArgumentError) return error;
    return new SnapshotError(failure, error instanceof WritersFailed ? undefined : asError(error), this.attempt);
  }

  /** Who failed in an operation that failed: asked before the abort, after which nobody tells. */
  private async culprits(error: unknown): Promise<readonly FailedWriter[]> {
    const { steps, plan } = this;
    if (error instanceof AbortError || !['PrepareForBackup', 'DoSnapshotSet'].includes(steps.phase) || !plan.context.writers) return [];
    const [concerns] = this.judgement();
    const asking = steps.failing();
    const told = await settledWithin(plan.machine.host.clock, plan.machine.endMs, asking);
    return told === 'resolved' ? (await asking).filter(concerns) : [];
  }
}

/** Whose failure matters at all, and whose is the backup's own. */
export function judgementOf(
  { components, criticalWriters }: Pick<SnapshotPlan, 'components' | 'criticalWriters'>, selected: readonly ComponentAddress[],
): readonly [concerns: (writer: WriterStatus) => boolean, critical: (writer: WriterStatus) => boolean] {
  // In component mode a writer without a component gets nothing, and its state is an old one (facts/vss.md 2.2, 3.1).
  const concerns = (writer: WriterStatus): boolean =>
    components === undefined || selected.some(({ instanceId, writerId }) => instanceId === writer.instanceId && writerId === writer.writerId);
  return [concerns, (writer) => criticalWriters === undefined || criticalWriters.some((name) => isNamed(writer, name))];
}

/** The persistent copies of a set that is not wanted; the journal keeps it as an orphan where that fails. */
export async function removeSet({ machine, journal }: Pick<SnapshotPlan, 'machine' | 'journal'>, snapshotSetId: string): Promise<readonly Error[]> {
  const { base, host, security, operationMs, endMs } = machine;
  try {
    await deleteSetIfThere({ backend: base, host, security, timeouts: { operationMs: Math.min(operationMs, endMs), endMs }, snapshotSetId });
    await journal?.gone(snapshotSetId);
    return [];
  } catch (error) {
    journal?.abandoned(snapshotSetId);
    return [asError(error)];
  }
}
