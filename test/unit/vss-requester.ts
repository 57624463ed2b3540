/** A requester on a simulated machine, for tests: Windows' own calls through the proxies, and the legal order of a backup in steps. */
import { INFINITE } from '../../lib/binding/codes';
import type { Channel } from '../../lib/binding/channel';
import { WindowsError } from '../../lib/binding/errors';
import type { IVssAsync, IVssBackupComponentsEx4, IVssExamineWriterMetadataEx2 } from '../../lib/binding/generated/vss';
import { createProxy } from '../../lib/binding/proxy';
import type { ProxyObject } from '../../lib/binding/proxy';
import { realHost } from '../../lib/binding/real-host';
import { interfaceTable } from '../../lib/binding/tables';
import { GUID_NULL, VSS_BACKUP_TYPE, VSS_HRESULT, VSS_WRITER_STATE } from '../../lib/binding/vss-codes';
import { SimulatedClock } from '../../lib/simulator/clock';
import { SimulatedWindows } from '../../lib/simulator/machine';
import type { SimulatedWindowsOptions } from '../../lib/simulator/machine';
import type { TracedEvent, VssWriter, WriterEvent, WriterDescription } from '../../lib/simulator/vss';

export const FINISHED = VSS_HRESULT.VSS_S_ASYNC_FINISHED;
export const CANCELLED = VSS_HRESULT.VSS_S_ASYNC_CANCELLED;
export const PENDING = VSS_HRESULT.VSS_S_ASYNC_PENDING;

export const WRITER_A = 'aaaaaaaa-0000-0000-0000-000000000001';
export const WRITER_B = 'bbbbbbbb-0000-0000-0000-000000000001';
export const WRITER_C = 'cccccccc-0000-0000-0000-000000000001';

/** A writer with one component, `Data`; its class id is also its instance id. */
export function plainWriter(name: string, id: string, more: Partial<WriterDescription> = {}): WriterDescription {
  return { metadata: { writerName: name, writerId: id, instanceId: id, components: [{ type: 2, name: 'Data', files: [{ path: 'C:\\Data', filespec: '*' }] }] }, ...more };
}

export interface VssMachine {
  readonly machine: SimulatedWindows;
  readonly clock: SimulatedClock;
}

/** Two plain writers, a and b, unless told otherwise. */
export function vssMachine(options: SimulatedWindowsOptions = {}): VssMachine {
  const clock = new SimulatedClock();
  const machine = new SimulatedWindows({
    host: { ...realHost, clock }, writers: [plainWriter('a', WRITER_A), plainWriter('b', WRITER_B)], ...options,
  });
  return { machine, clock };
}

export function handledWriter(name: string, id: string, handlers: Omit<VssWriter, 'metadata'>): VssWriter {
  return { ...handlers, metadata: plainWriter(name, id).metadata };
}

export type Components = IVssBackupComponentsEx4 & ProxyObject;

export interface WriterStatus {
  readonly name: string | null;
  readonly state: number;
  readonly failure: number;
}

/** The code of the error, or `none`. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof WindowsError) return error.code;
    throw error;
  }
}

export class Requester {
  private constructor(
    readonly machine: SimulatedWindows,
    readonly channel: Channel,
    readonly process: number,
    readonly components: Components,
  ) {}

  /** A new process with a new components object. */
  static async on(machine: SimulatedWindows): Promise<Requester> {
    const channel = await machine.openChannel();
    const process = machine.processList.at(-1)?.id ?? 0;
    return new Requester(machine, channel, process, await Requester.components(channel));
  }

  /** Another object in the same process. */
  async another(): Promise<Requester> {
    return new Requester(this.machine, this.channel, this.process, await Requester.components(this.channel));
  }

  private static async components(channel: Channel): Promise<Components> {
    const { outputs } = await channel.call(0, 'CreateVssBackupComponents', []);
    return createProxy<IVssBackupComponentsEx4>(channel, outputs[0] as number, interfaceTable('IVssBackupComponentsEx4'));
  }

  /** Waits for the end and gives the operation's own status. */
  async end(started: Promise<IVssAsync & ProxyObject>): Promise<number> {
    const operation = await started;
    await operation.wait(INFINITE);
    const status = await operation.queryStatus();
    await operation.release();
    return status;
  }

  async initialize(context?: number): Promise<void> {
    await this.components.initializeForBackup(null);
    if (context !== undefined) await this.components.setContext(context);
  }

  /** Up to the end of GatherWriterMetadata. */
  async gather(context?: number, componentMode = false): Promise<void> {
    await this.initialize(context);
    await this.components.setBackupState(componentMode, false, VSS_BACKUP_TYPE.COPY, false);
    await this.end(this.components.gatherWriterMetadata());
  }

  /** Starts a set with the volumes; gives the snapshot ids. */
  async start(volumes: readonly string[] = ['C:\\']): Promise<{ readonly set: string; readonly ids: readonly string[] }> {
    const set = await this.components.startSnapshotSet();
    const ids: string[] = [];
    for (const volume of volumes) ids.push(await this.components.addToSnapshotSet(volume, GUID_NULL));
    return { set, ids };
  }

  prepare(): Promise<number> {
    return this.end(this.components.prepareForBackup());
  }

  create(): Promise<number> {
    return this.end(this.components.doSnapshotSet());
  }

  complete(): Promise<number> {
    return this.end(this.components.backupComplete());
  }

  /** Everything up to the end of PrepareForBackup. */
  async prepared(volumes: readonly string[] = ['C:\\'], context?: number): Promise<{ readonly set: string; readonly ids: readonly string[] }> {
    await this.gather(context);
    const set = await this.start(volumes);
    await this.prepare();
    return set;
  }

  /** A whole creation; gives the snapshot ids. */
  async snapshot(volumes: readonly string[] = ['C:\\'], context?: number): Promise<{ readonly set: string; readonly ids: readonly string[]; readonly status: number }> {
    const set = await this.prepared(volumes, context);
    return { ...set, status: await this.create() };
  }

  async statuses(): Promise<readonly WriterStatus[]> {
    await this.end(this.components.gatherWriterStatus());
    const count = await this.components.getWriterStatusCount();
    const statuses: WriterStatus[] = [];
    for (let index = 0; index < count; index += 1) {
      const { writerName, state, failure } = await this.components.getWriterStatus(index);
      statuses.push({ name: writerName, state, failure });
    }
    return statuses;
  }

  async status(writer: string): Promise<readonly [string, string]> {
    const found = (await this.statuses()).find(({ name }) => name === writer);
    if (found === undefined) throw new Error(`no status of ${writer}`);
    return [stateName(found.state), codeName(found.failure)];
  }

  async metadata(index: number): Promise<IVssExamineWriterMetadataEx2 & ProxyObject> {
    const { metadata } = await this.components.getWriterMetadata(index);
    return createProxy<IVssExamineWriterMetadataEx2>(this.channel, metadata.handle, interfaceTable('IVssExamineWriterMetadataEx2'));
  }

  die(): void {
    this.machine.kill(this.process);
  }
}

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, code]) => code === value)?.[0] ?? `0x${value.toString(16)}`;
}

export function stateName(state: number): string {
  return nameIn(VSS_WRITER_STATE, state);
}

export function codeName(code: number): string {
  return nameIn({ S_OK: 0, ...VSS_HRESULT }, code);
}

/** `a Freeze`, `a Abort(service)` ... in order; an Abort without a handler is `a Abort(requester, not handled)`. */
export function story(machine: SimulatedWindows, writer?: string): readonly string[] {
  return machine.vss.events
    .filter((event) => writer === undefined || event.writer === writer)
    .map(({ writer: name, event, cause, handled }) => `${name} ${event}${event === 'Abort' ? `(${cause}${handled ? '' : ', not handled'})` : ''}`);
}

export function countOf(machine: SimulatedWindows, event: WriterEvent, writer?: string): number {
  return machine.vss.events.filter((traced: TracedEvent) => traced.event === event && (writer === undefined || traced.writer === writer)).length;
}
