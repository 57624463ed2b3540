/** The calls of a flow on one instance: each is limited in time, ends with the caller's signal, and names where the flow stands. */
import type { IVssBackupComponentsEx4 } from '../binding/generated/vss';
import { VssBackupComponents } from './backup-components';
import type { OperationOptions } from './backup-components';
import type { SnapshotPhase } from './errors';
import { within } from './limits';
import type { Machine } from './requester';
import { readWriterMetadata } from './writer-metadata';
import type { WriterDocument } from './writer-metadata';
import { failedWriters, readWriterStatus } from './writer-status';
import type { FailedWriter, WriterStatus } from './writer-status';

type MethodName = keyof IVssBackupComponentsEx4;
type Asynchronous = { [M in MethodName]: VssBackupComponents[M] extends (options?: OperationOptions) => Promise<number> ? M : never }[MethodName];

/** A failure that only the writers reported. */
export class WritersFailed extends Error {
  constructor(readonly writers: readonly FailedWriter[]) {
    super('a writer reported failure');
  }
}

export class Steps {
  phase: SnapshotPhase = 'CreateVssBackupComponents';
  private instance: VssBackupComponents | undefined;

  constructor(
    readonly machine: Machine,
    readonly signal: AbortSignal | undefined,
    private readonly entered: (phase: SnapshotPhase) => void,
  ) {}

  async open(): Promise<VssBackupComponents> {
    this.entered(this.phase);
    this.instance = await VssBackupComponents.on({ ...this.machine, signal: this.signal });
    return this.instance;
  }

  /** Goes on with an instance that is there already. */
  static on(components: VssBackupComponents, machine: Machine, signal: AbortSignal | undefined): Steps {
    const steps = new Steps(machine, signal, () => undefined);
    steps.instance = components;
    return steps;
  }

  get components(): VssBackupComponents {
    if (this.instance === undefined) throw new TypeError('the instance has not been made');
    return this.instance;
  }

  get opened(): VssBackupComponents | undefined {
    return this.instance;
  }

  enter(phase: SnapshotPhase): void {
    this.phase = phase;
    this.entered(phase);
  }

  call<T>(work: (components: VssBackupComponents) => Promise<T>): Promise<T> {
    return within({ clock: this.machine.host.clock, timeoutMs: this.machine.operationMs, signal: this.signal }, this.phase, work(this.components));
  }

  /** An asynchronous call without arguments, to its end. */
  operation(name: Asynchronous): Promise<number> {
    return this.components[name](this.operationOptions);
  }

  get operationOptions(): OperationOptions {
    return { timeoutMs: this.machine.operationMs, ...(this.signal === undefined ? {} : { signal: this.signal }) };
  }

  /** Gathers and judges; gives the failures that are not the flow's own. Throws WritersFailed. */
  async judge(concerns: (writer: WriterStatus) => boolean, critical: (writer: WriterStatus) => boolean): Promise<readonly FailedWriter[]> {
    const failing = (await this.failing()).filter(concerns);
    if (failing.some(critical)) throw new WritersFailed(failing.filter(critical));
    return failing;
  }

  async failing(): Promise<readonly FailedWriter[]> {
    await this.operation('gatherWriterStatus');
    return this.call(async (components) => failedWriters(components, await readWriterStatus(components)));
  }
}

/** GatherWriterMetadata, every writer's, FreeWriterMetadata. */
export async function gatherMetadata(steps: Steps): Promise<readonly WriterDocument[]> {
  await steps.operation('gatherWriterMetadata');
  const writers = await steps.call(readWriterMetadata);
  await steps.call((components) => components.freeWriterMetadata());
  return writers;
}
