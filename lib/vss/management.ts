/** Shadow copies, providers and writers that are there, and what can be done with them outside a backup (facts/vss.md 2.7). Each function uses an object of its own. */
import { ArgumentError, HRESULT, MACHINE, WindowsError, checkBoolean, checkGuid, checkInteger, checkString, checkU32, failed } from '../binding';
import type { VSS_PROVIDER_PROP } from '../binding/generated/vss';
import {
  GUID_NULL, VSS_HRESULT, VSS_OBJECT_TYPE, VSS_PROVIDER_TYPE, VSS_SNAPSHOT_CONTEXT, VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE,
} from '../binding/vss-codes';
import { VssBackupComponents } from './backup-components';
import { within } from './limits';
import { of } from './reading';
import { closeChannel, machineOf, openRequester } from './requester';
import type { Machine, RequesterOptions } from './requester';
import { plainSnapshot } from './snapshot';
import type { Snapshot } from './snapshot';
import { volumeName } from './volumes';
import { readWriterMetadata } from './writer-metadata';
import type { WriterDocument } from './writer-metadata';
import { readWriterStatus } from './writer-status';
import type { WriterStatus } from './writer-status';

/** What every result says. */
export interface Told {
  /** Windows was simulated. */
  readonly simulated: boolean;
}

interface Context {
  readonly machine: Machine;
  readonly components: VssBackupComponents;
  /** Limits a synchronous call. */
  readonly call: <T>(what: string, promise: Promise<T>) => Promise<T>;
}

/** Runs `work` on an initialised object; it is released however that ends. */
async function managing<T>(options: RequesterOptions, context: number, work: (context: Context) => Promise<T>, document: string | null = null): Promise<T & Told> {
  const machine = await machineOf(options);
  const components = await VssBackupComponents.on(machine);
  const limits = { clock: machine.host.clock, timeoutMs: machine.operationMs, signal: machine.signal };
  const call: Context['call'] = (what, promise) => within(limits, what, promise);
  let result: T;
  try {
    await call('InitializeForBackup', components.initializeForBackup(document));
    await call('SetContext', components.setContext(context));
    result = await work({ machine, components, call });
  } catch (error) {
    await components.end();
    throw error;
  }
  await components.close();
  return { ...result, simulated: components.simulated };
}

/** As many objects at a time as one Next fetches. */
const FETCHED = 64;

async function queried({ components, call }: Context, type: number): Promise<readonly ({ readonly type: 3; readonly snapshot: Snapshot } | { readonly type: 4; readonly provider: VSS_PROVIDER_PROP })[]> {
  return call('Query', of(components.query(GUID_NULL, VSS_OBJECT_TYPE.NONE, type), async (enumerator) => {
    const found = [];
    for (;;) {
      const elements = await enumerator.next(FETCHED);
      for (const element of elements) found.push(element.type === 3 ? { type: element.type, snapshot: plainSnapshot(element.snapshot) } : element);
      if (elements.length < FETCHED) return found;
    }
  }));
}

async function snapshotsOf(context: Context): Promise<readonly Snapshot[]> {
  return (await queried(context, VSS_OBJECT_TYPE.SNAPSHOT)).flatMap((element) => (element.type === 3 ? [element.snapshot] : []));
}

export interface QuerySnapshotsOptions extends RequesterOptions {
  /** Only copies of this context; default VSS_SNAPSHOT_CONTEXT.ALL. */
  readonly context?: number;
}

/** Every completed shadow copy of the machine. */
export async function querySnapshots({ context = VSS_SNAPSHOT_CONTEXT.ALL, ...options }: QuerySnapshotsOptions = {}): Promise<Told & { readonly snapshots: readonly Snapshot[] }> {
  checkInteger('context', context, -0x80000000, 0x7fffffff);
  return managing(options, context, async (opened) => ({ snapshots: await snapshotsOf(opened) }));
}

export interface Provider {
  readonly providerId: string;
  readonly name: string;
  /** VSS_PROVIDER_TYPE, by name. */
  readonly type: string;
  readonly version: string;
}

export async function queryProviders(options: RequesterOptions = {}): Promise<Told & { readonly providers: readonly Provider[] }> {
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async (opened) => ({
    providers: (await queried(opened, VSS_OBJECT_TYPE.PROVIDER)).flatMap((element) => (element.type === 4 ? [element.provider] : [])).map((provider) => ({
      providerId: provider.providerId,
      name: provider.providerName ?? '',
      type: Object.entries(VSS_PROVIDER_TYPE).find(([, value]) => value === provider.providerType)?.[0] ?? 'UNKNOWN',
      version: provider.providerVersion ?? '',
    })),
  }));
}

export type SnapshotOrSet = { readonly snapshotId: string; readonly snapshotSetId?: never } | { readonly snapshotSetId: string; readonly snapshotId?: never };

export type DeleteSnapshotsOptions = RequesterOptions & SnapshotOrSet & {
  /** Also when somebody uses it. Default false. */
  readonly force?: boolean;
};

/**
 * Deletes one copy, or a whole set. Sequential; it stops at the first that cannot be deleted: then `outputs` of the WindowsError has
 * `deletedSnapshots` and `nondeletedSnapshotId`.
 */
export async function deleteSnapshots({ snapshotId, snapshotSetId, force = false, ...options }: DeleteSnapshotsOptions): Promise<Told & { readonly deleted: number }> {
  if ((snapshotId === undefined) === (snapshotSetId === undefined)) throw new ArgumentError('snapshotId', 'or snapshotSetId must be given, not both');
  const id = checkGuid(snapshotId === undefined ? 'snapshotSetId' : 'snapshotId', snapshotId ?? snapshotSetId);
  checkBoolean('force', force);
  const type = snapshotId === undefined ? VSS_OBJECT_TYPE.SNAPSHOT_SET : VSS_OBJECT_TYPE.SNAPSHOT;
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async ({ components, call }) => ({
    deleted: (await call('DeleteSnapshots', components.deleteSnapshots(id, type, force))).deletedSnapshots,
  }));
}

export interface SnapshotOptions extends RequesterOptions {
  readonly snapshotId: string;
}

export interface ExposeSnapshotOptions extends SnapshotOptions {
  /** `X:` or an empty folder; or, with `share`, the share's name (null: one is made up). */
  readonly as: string | null;
  /** As a share, of the whole copy or of `pathFromRoot`. Default false: on this machine. */
  readonly share?: boolean;
  readonly pathFromRoot?: string;
}

/** Makes a persistent copy visible as a drive, a folder or a share; that survives a reboot. */
export async function exposeSnapshot({ snapshotId, as, share = false, pathFromRoot, ...options }: ExposeSnapshotOptions): Promise<Told & { readonly exposedAs: string }> {
  const id = checkGuid('snapshotId', snapshotId);
  if (as !== null) checkString('as', as);
  if (!share && as === null) throw new ArgumentError('as', 'must be a drive (X:) or an empty folder');
  if (!share && pathFromRoot !== undefined) throw new ArgumentError('pathFromRoot', 'is for shares');
  const attributes = share ? ATTRIBUTE.EXPOSED_REMOTELY : ATTRIBUTE.EXPOSED_LOCALLY;
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async ({ components, call }) => ({
    exposedAs: (await call('ExposeSnapshot', components.exposeSnapshot(id, pathFromRoot ?? null, attributes, as))) ?? as ?? '',
  }));
}

export async function unexposeSnapshot({ snapshotId, ...options }: SnapshotOptions): Promise<Told> {
  const id = checkGuid('snapshotId', snapshotId);
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async ({ components, call }) => {
    await call('UnexposeSnapshot', components.unexposeSnapshot(id));
    return {};
  });
}

export interface BreakSnapshotSetOptions extends RequesterOptions {
  readonly snapshotSetId: string;
  /** VSS_HARDWARE_BREAK_FLAGS; with 0, the default, BreakSnapshotSet is called, else BreakSnapshotSetEx. */
  readonly flags?: number;
}

/** The copies of the set become volumes of their own. Hardware providers only. */
export async function breakSnapshotSet({ snapshotSetId, flags = 0, ...options }: BreakSnapshotSetOptions): Promise<Told> {
  const id = checkGuid('snapshotSetId', snapshotSetId);
  checkU32('flags', flags);
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async ({ machine, components, call }) => {
    if (flags === 0) await call('BreakSnapshotSet', components.breakSnapshotSet(id));
    else await components.breakSnapshotSetEx(id, flags, operation(machine));
    return {};
  });
}

const operation = ({ operationMs, signal }: Machine): { readonly timeoutMs: number; readonly signal?: AbortSignal } => ({ timeoutMs: operationMs, ...(signal === undefined ? {} : { signal }) });

export interface RevertToSnapshotOptions extends SnapshotOptions {
  /** Also when files of the volume are open. Default false. */
  readonly forceDismount?: boolean;
  /** Waits for the revert's end. Default true. A revert cannot be cancelled: the signal, or the time limit, ends the waiting alone. */
  readonly wait?: boolean;
}

/** Puts a volume back to a persistent copy of it. Servers only; not the system's volume. */
export async function revertToSnapshot({ snapshotId, forceDismount = false, wait = true, ...options }: RevertToSnapshotOptions): Promise<Told & { readonly finished: boolean }> {
  const id = checkGuid('snapshotId', snapshotId);
  checkBoolean('forceDismount', forceDismount);
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async ({ machine, components, call }) => {
    const { originalVolumeName } = await call('GetSnapshotProperties', components.getSnapshotProperties(id));
    await call('RevertToSnapshot', components.revertToSnapshot(id, forceDismount));
    if (!wait) return { finished: false };
    try {
      await components.queryRevertStatus(originalVolumeName ?? '', operation(machine));
    } catch (error) {
      // No revert is under way (any more).
      if (!(error instanceof WindowsError && error.hresult === VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND && error.operation.endsWith('QueryRevertStatus'))) throw error;
    }
    return { finished: true };
  });
}

export interface RevertStatusOptions extends RequesterOptions {
  readonly volume: string;
}

/** Waits for the end of a revert of the volume that is under way; false when there is none. */
export async function waitForRevert({ volume, ...options }: RevertStatusOptions): Promise<Told & { readonly reverted: boolean }> {
  const name = volumeName('volume', volume, 0);
  return managing(options, VSS_SNAPSHOT_CONTEXT.ALL, async ({ machine, components }) => {
    try {
      await components.queryRevertStatus(name, operation(machine));
      return { reverted: true };
    } catch (error) {
      if (error instanceof WindowsError && error.hresult === VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND) return { reverted: false };
      throw error;
    }
  });
}

export interface ImportSnapshotsOptions extends RequesterOptions {
  /** The backup components document that the transportable set was made with. */
  readonly document: string;
}

/** Imported copies. Auto-release ones live as long as this object: close it when they have been read. */
export class ImportedSnapshots implements Told {
  private constructor(
    private readonly components: VssBackupComponents,
    readonly snapshots: readonly Snapshot[],
    /** False: only some could be imported (VSS_S_SOME_SNAPSHOTS_NOT_IMPORTED). */
    readonly complete: boolean,
  ) {}

  static async import({ document, ...options }: ImportSnapshotsOptions): Promise<ImportedSnapshots> {
    checkString('document', document);
    const machine = await machineOf(options);
    const components = await VssBackupComponents.on(machine);
    const limits = { clock: machine.host.clock, timeoutMs: machine.operationMs, signal: machine.signal };
    const context: Context = { machine, components, call: (what, promise) => within(limits, what, promise) };
    try {
      await context.call('InitializeForBackup', components.initializeForBackup(document));
      await context.call('SetContext', components.setContext(VSS_SNAPSHOT_CONTEXT.ALL));
      const before = new Set((await snapshotsOf(context)).map(({ snapshotId }) => snapshotId));
      const hresult = await components.importSnapshots(operation(machine));
      const snapshots = (await snapshotsOf(context)).filter(({ snapshotId }) => !before.has(snapshotId));
      return new ImportedSnapshots(components, snapshots, hresult !== VSS_HRESULT.VSS_S_SOME_SNAPSHOTS_NOT_IMPORTED);
    } catch (error) {
      await components.end();
      throw error;
    }
  }

  get simulated(): boolean {
    return this.components.simulated;
  }

  close(): Promise<void> {
    return this.components.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Makes transportable copies of another machine known to this one. Servers with a hardware provider; one import at a time. */
export function importSnapshots(options: ImportSnapshotsOptions): Promise<ImportedSnapshots> {
  return ImportedSnapshots.import(options);
}

export interface VolumeOptions extends RequesterOptions {
  readonly volume: string;
}

/** Whether a provider (default: any) makes copies of the volume in the context (default BACKUP). */
export async function isVolumeSupported(
  { volume, provider = GUID_NULL, context = VSS_SNAPSHOT_CONTEXT.BACKUP, ...options }: VolumeOptions & { readonly provider?: string; readonly context?: number },
): Promise<Told & { readonly supported: boolean }> {
  const name = volumeName('volume', volume, context);
  const id = checkGuid('provider', provider);
  return managing(options, context, async ({ components, call }) => ({ supported: await call('IsVolumeSupported', components.isVolumeSupported(id, name)) }));
}

async function asked(options: VolumeOptions, entry: 'IsVolumeSnapshotted' | 'ShouldBlockRevert'): Promise<{ readonly simulated: boolean; readonly answer: boolean }> {
  const { volume, ...rest } = options;
  const name = volumeName('volume', volume, 0);
  const machine = await machineOf(rest);
  const channel = await openRequester(machine);
  try {
    const { hresult, outputs } = await within({ clock: machine.host.clock, timeoutMs: machine.operationMs, signal: machine.signal }, entry, channel.call(MACHINE, entry, [name]));
    if (failed(hresult)) throw new WindowsError(entry, hresult);
    return { simulated: channel.kind === 'simulated', answer: outputs[0] === true };
  } finally {
    await closeChannel(machine, channel);
  }
}

/** Whether the volume has shadow copies. */
export async function isVolumeSnapshotted(options: VolumeOptions): Promise<Told & { readonly snapshotted: boolean }> {
  const { simulated, answer } = await asked(options, 'IsVolumeSnapshotted');
  return { simulated, snapshotted: answer };
}

/** Whether the volume must not be reverted: the system's, and those of a cluster. */
export async function shouldBlockRevert(options: VolumeOptions): Promise<Told & { readonly blocked: boolean }> {
  const { simulated, answer } = await asked(options, 'ShouldBlockRevert');
  return { simulated, blocked: answer };
}

export interface ListedWriter extends WriterDocument {
  /** As `vssadmin list writers` shows it; undefined for one that did not answer. Outside a backup it may be an old one (facts/vss.md 2.2). */
  readonly status: WriterStatus | undefined;
}

/** Every writer that answers, with its metadata, its document and its last state. */
export async function listWriters(options: RequesterOptions = {}): Promise<Told & { readonly writers: readonly ListedWriter[] }> {
  return managing(options, VSS_SNAPSHOT_CONTEXT.BACKUP, async ({ machine, components, call }) => {
    await components.gatherWriterMetadata(operation(machine));
    const documents = await call('GetWriterMetadata', readWriterMetadata(components));
    await call('FreeWriterMetadata', components.freeWriterMetadata());
    await components.gatherWriterStatus(operation(machine));
    const statuses = await call('GetWriterStatus', readWriterStatus(components));
    return {
      writers: documents.map((writer) => ({
        ...writer,
        status: statuses.find(({ instanceId, writerId }) => instanceId === writer.metadata.instanceId && writerId === writer.metadata.writerId),
      })),
    };
  });
}

/** The last resort's check: the copies of a set, deleted if there are any. */
export async function deleteSetIfThere(options: RequesterOptions & { readonly snapshotSetId: string }): Promise<void> {
  const { snapshots } = await querySnapshots(options);
  if (!snapshots.some(({ snapshotSetId }) => snapshotSetId === options.snapshotSetId)) return;
  try {
    await deleteSnapshots({ ...options, force: true });
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof WindowsError && ([VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND, HRESULT.E_HANDLE] as readonly number[]).includes(error.hresult))) throw error;
  }
}
