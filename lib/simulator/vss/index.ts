/** The simulated Volume Shadow Copy Service: its entry points on the machine, its options, and the hand that a tester has on it. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { checkGuid, checkInteger, checkString, checkU32 } from '../../binding/check';
import type { PlainRecord, PlainValue } from '../../binding/channel';
import { HRESULT } from '../../binding/codes';
import { ArgumentError } from '../../binding/errors';
import { interfaceTable } from '../../binding/tables';
import { VSS_APPLICATION_LEVEL, VSS_HRESULT } from '../../binding/vss-codes';
import type { PlainVSS_PROVIDER_PROP, PlainVSS_SNAPSHOT_PROP } from '../generated/vss';
import { Failure } from '../kernel-object';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import { SeededRandom } from '../random';
import { VssAdmin } from './admin';
import { BackupComponents } from './backup-components';
import { Coordinator } from './coordinator';
import type { TransactionFreeze } from './coordinator';
import { describedWriter } from './described-writer';
import { DiffAreaManagement } from './diff-areas';
import type { DiffAreas } from './diff-areas';
import type { WriterDescription } from './described-writer';
import { ExamineWriterMetadata } from './metadata-objects';
import { Provider, defaultProviders } from './provider';
import type { ProviderOptions } from './provider';
import { serverWriters } from './server-writers';
import type { KeptSnapshot } from './snapshot';
import { Volume, Volumes } from './volumes';
import type { VolumeOptions } from './volumes';
import { WindowsVersion } from './windows-version';
import type { WindowsVersionName } from './windows-version';
import { SILENCE_LIMIT_MS, Writer } from './writer';
import type { TracedEvent, VssWriter } from './writer';
import { writerMetadataFromXml } from './writer-metadata';
import type { WriterMetadata } from './writer-metadata';

export type { ComponentObject, WriterComponents } from './component';
export type { TransactionFreeze } from './coordinator';
export type { ComponentNotes, WriterDescription, WriterFailure } from './described-writer';
export type { ProviderFailure, ProviderOptions, ProviderStep } from './provider';
export { serverWriters } from './server-writers';
export type { ServerWritersOptions } from './server-writers';
export type { KeptSnapshot } from './snapshot';
export type { VolumeOptions } from './volumes';
export type { WindowsVersionName } from './windows-version';
export type { EventOutcome, TracedEvent, VssWriter, WriterContext, WriterEvent, WriterHandler, WriterHandlers } from './writer';
export type { PartialComponent, PartialFileSet, PartialWriterMetadata, WriterMetadata } from './writer-metadata';

/** A module that the machine loads: it exports a VssWriter as `writer`, or a function `createWriter(options)` that makes one. */
export interface WriterModule {
  readonly module: string;
  readonly options?: PlainRecord;
}

export interface SimulatedVssOptions {
  /** Default: the writers of an ordinary server, `serverWriters()`. An object with handlers only on a machine in the same thread. */
  readonly writers?: readonly (WriterDescription | WriterModule | VssWriter)[];
  /** Default: `C:\` on NTFS, without files. */
  readonly volumes?: readonly VolumeOptions[];
  /** Default: Microsoft's system provider and the one for file shares. */
  readonly providers?: readonly ProviderOptions[];
  /** Default WindowsServer2022. */
  readonly windowsVersion?: WindowsVersionName;
  readonly computerName?: string;
  /** How many sessions one writer can keep the state of; default 64 (Microsoft gives no number). */
  readonly writerSessionSlots?: number;
}

/** The service, for parts of the machine that work with it. */
export interface SimulatedVss {
  /** Something that stands still together with the writers: KTM. Returns what takes it away again. */
  addTransactionFreeze(transactions: TransactionFreeze): () => void;
  /** Resolves once nothing goes on behind the calls: copies deleted, BackupShutdown handled. */
  settled(): Promise<void>;
  /** Resolves once the files of every copy that is gone are gone. */
  removed(): Promise<void>;
  /** Every event that reached a writer, oldest first. */
  readonly events: readonly TracedEvent[];
  /** The copies that exist, for a machine whose state is kept beside its file. */
  kept(): readonly KeptSnapshot[];
  /** Goes on with them: the persistent ones are there again, the files of the others are removed. */
  load(kept: readonly KeptSnapshot[]): void;
  /** What each writer says of itself, before its onIdentify. */
  readonly writers: readonly WriterMetadata[];
}

function isModule(writer: WriterDescription | WriterModule | VssWriter): writer is WriterModule {
  return 'module' in writer;
}

const handlerName = /^on[A-Z]/;

function load({ module, options = {} }: WriterModule): VssWriter {
  const loaded = createRequire(__filename)(module) as { readonly writer?: VssWriter; readonly createWriter?: (options: PlainRecord) => VssWriter };
  const writer = loaded.createWriter?.(options) ?? loaded.writer;
  if (writer === undefined) throw new ArgumentError('writers.module', `${module} exports neither writer nor createWriter`);
  return writer;
}

function inspectable(object: object): PlainRecord {
  const fields = Object.entries(object) as [string, PlainValue | undefined][];
  return Object.fromEntries(fields.filter((field): field is [string, PlainValue] => field[1] !== undefined));
}

/** A volume keeps its GUID from run to run. */
function volumeGuid(computer: string, volume: string): string {
  const digits = createHash('sha256').update(`${computer}\n${volume.toLowerCase()}`).digest('hex');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20, 32)].join('-');
}

export function installVss(machine: SimulatedWindows, options: SimulatedVssOptions): SimulatedVss {
  const { files } = machine.host;
  const version = new WindowsVersion(options.windowsVersion ?? 'WindowsServer2022');
  const computerName = options.computerName ?? 'SIMULATED';
  const volumes = new Volumes();
  for (const volume of options.volumes ?? [{ name: 'C:\\' }]) {
    checkString('volumes.name', volume.name);
    if (!volume.name.endsWith('\\')) throw new ArgumentError('volumes.name', `must end with a backslash, not ${volume.name}`);
    volumes.add(new Volume(volume, files, volumeGuid(computerName, volume.name)));
  }
  const coordinator = new Coordinator(machine, volumes, version, computerName);
  for (const provider of options.providers ?? defaultProviders) {
    coordinator.providers.push(new Provider(coordinator, { ...provider, id: checkGuid('providers.id', provider.id) }));
  }
  const chance = new SeededRandom(machine.seed);
  const choose = (below: number): number => chance.next() % below;
  const writerOptions = { silenceLimitMs: SILENCE_LIMIT_MS, sessionSlots: options.writerSessionSlots ?? 64 };
  const log: Coordinator['log'] = (event, message) => {
    coordinator.log(event, message);
  };
  const trace = (event: Omit<TracedEvent, 'sequence' | 'time'>): TracedEvent => coordinator.trace(event);
  for (const given of options.writers ?? serverWriters({ computerName })) {
    const writer = isModule(given) ? load(given) : given;
    checkGuid('writers.metadata.writerId', writer.metadata.writerId);
    checkGuid('writers.metadata.instanceId', writer.metadata.instanceId);
    if (writer.level !== undefined) checkInteger('writers.level', writer.level, VSS_APPLICATION_LEVEL.AUTO, VSS_APPLICATION_LEVEL.SYSTEM_RM);
    const hasHandlers = isModule(given) || handlersOf(writer);
    const vssWriter = hasHandlers ? (writer as VssWriter) : describedWriter(writer, coordinator.time, choose);
    coordinator.writers.push(new Writer(machine, coordinator.time, vssWriter, writerOptions, trace, log));
  }
  machine.onPowerCut(() => {
    coordinator.restart();
  });
  machine.onReboot(() => {
    coordinator.restart();
  });
  installEntryPoints(machine, coordinator);
  installControls(machine, coordinator);
  return {
    addTransactionFreeze: (transactions) => {
      coordinator.transactionFreezes.add(transactions);
      return () => void coordinator.transactionFreezes.delete(transactions);
    },
    settled: () => coordinator.settled(),
    removed: () => coordinator.removed(),
    kept: () => coordinator.kept(),
    load: (kept) => {
      coordinator.load(kept);
    },
    events: coordinator.events,
    writers: coordinator.writers.map(({ metadata }) => metadata),
  };
}

/** Handlers may be the object's own or its class's. */
function handlersOf(writer: object): boolean {
  for (let part: object | null = writer; part !== null && part !== Object.prototype; part = Object.getPrototypeOf(part) as object | null) {
    if (Object.getOwnPropertyNames(part).some((name) => handlerName.test(name))) return true;
  }
  return false;
}

/** facts/vss.md 1.1, by their documented names. */
function installEntryPoints(machine: SimulatedWindows, coordinator: Coordinator): void {
  const { volumes, version } = coordinator;
  const volume = (name: PlainValue | undefined): Volume => {
    const found = typeof name === 'string' ? volumes.named(name) : undefined;
    if (found === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return found;
  };
  machine.registerClass('e579ab5f-1cc4-44b4-bed9-de0991ff0623', () => new VssAdmin(coordinator));
  const secured = new WeakSet<SimulatedProcess>();
  machine.addOperation('CoInitializeSecurity', (process, [authenticationLevel, impersonationLevel, capabilities]) => {
    checkInteger('authenticationLevel', authenticationLevel, 0, 6);
    checkInteger('impersonationLevel', impersonationLevel, 0, 4);
    checkU32('capabilities', capabilities);
    // Once per process (facts/vss.md 2.9).
    if (secured.has(process)) throw new Failure(HRESULT.RPC_E_TOO_LATE);
    secured.add(process);
    return [];
  });
  machine.addOperation('CreateVssBackupComponents', (process) => {
    // Administrators and backup operators only (facts/vss.md 2.9).
    if (!process.elevated) throw new Failure(HRESULT.E_ACCESSDENIED);
    return [new BackupComponents(coordinator, process)];
  });
  machine.addOperation('CreateVssExamineWriterMetadata', (_process, [xml]) => {
    if (typeof xml !== 'string') throw new Failure(HRESULT.E_INVALIDARG);
    return [new ExamineWriterMetadata(writerMetadataFromXml(xml), version)];
  });
  machine.addOperation('IsVolumeSnapshotted', (_process, [name]) => {
    const wanted = volume(name);
    const present = [...coordinator.snapshots.values()].some(({ created, origin }) => created && origin.volume === wanted);
    return [present, 0];
  });
  machine.addOperation('ShouldBlockRevert', (_process, [name]) => [volume(name).system]);
  const diffAreas: DiffAreas = new Map();
  machine.addOperation('GetProviderMgmtInterface', (process, [providerId, iid]) => {
    if (!process.elevated) throw new Failure(HRESULT.E_ACCESSDENIED);
    const provider = typeof providerId === 'string' ? coordinator.provider(providerId) : undefined;
    if (provider === undefined) throw new Failure(VSS_HRESULT.VSS_E_PROVIDER_NOT_REGISTERED);
    const wanted = typeof iid === 'string' ? iid.replace(/[{}]/g, '').toLowerCase() : '';
    // Only the system provider has one (R:getprovidermgmtinterface).
    if (provider.options.type !== 'system' || wanted !== interfaceTable('IVssDifferentialSoftwareSnapshotMgmt').iid) throw new Failure(HRESULT.E_NOINTERFACE);
    return [new DiffAreaManagement(coordinator, diffAreas)];
  });
  machine.addOperation('Vss::ResolveDevicePath', (_process, [path]) => {
    checkString('path', path);
    const copies = [...coordinator.snapshots.values()].filter(({ deviceObject, surfaced }) => deviceObject !== '' && surfaced);
    return [volumes.resolve(path, copies)];
  });
}

export interface VssStatus {
  readonly windowsVersion: WindowsVersionName;
  readonly setInProgress: { readonly snapshotSetId: string; readonly process: number; readonly processName: string } | null;
  readonly snapshots: number;
  readonly volumes: readonly { readonly name: string; readonly fileSystem: string; readonly directory: string | null }[];
  readonly providers: readonly PlainVSS_PROVIDER_PROP[];
}

export interface VssWriterInfo {
  readonly name: string;
  readonly writerId: string;
  readonly instanceId: string;
  /** VSS_WRITER_STATE. */
  readonly state: number;
  readonly running: boolean;
  /** Session slots in use. */
  readonly sessions: number;
  readonly level: number;
  readonly timeoutFreezeMs: number;
}

export type VssSnapshotInfo = PlainVSS_SNAPSHOT_PROP & {
  /** The real directory with its files. */
  readonly directory: string | null;
  /** What changed while it was copied, and what was left out; relative to the volume, with `/`. */
  readonly changed: readonly string[];
  readonly skipped: readonly string[];
};

/** What a tester sees and does from outside. */
function installControls(machine: SimulatedWindows, coordinator: Coordinator): void {
  const writer = (name: PlainValue | undefined): Writer => {
    const found = coordinator.writers.find((candidate) => candidate.name === name);
    if (found === undefined) throw new ArgumentError('writer', `${typeof name === 'string' ? name : 'this'} is not a writer of the machine`);
    return found;
  };
  machine.addControl('Vss::Status', () => ({
    windowsVersion: coordinator.version.name,
    setInProgress: coordinator.inProgress === undefined ? null : {
      snapshotSetId: coordinator.inProgress.snapshotSetId, process: coordinator.inProgress.process.id, processName: coordinator.inProgress.process.name,
    },
    snapshots: coordinator.snapshots.size,
    volumes: coordinator.volumes.all.map(({ name, fileSystem, directory }) => ({ name, fileSystem, directory: directory ?? null })),
    providers: coordinator.providers.map(({ properties }) => properties),
  }));
  machine.addControl('Vss::Writers', () => coordinator.writers.map(({ name, metadata, lastState, running, usedSlots, level, timeoutFreezeMs }) => ({
    name, writerId: metadata.writerId, instanceId: metadata.instanceId, state: lastState, running, sessions: usedSlots, level, timeoutFreezeMs,
  })));
  machine.addControl('Vss::Snapshots', () => [...coordinator.snapshots.values()].map((snapshot) => ({
    ...snapshot.properties, directory: snapshot.directory ?? null, changed: snapshot.report.changed, skipped: snapshot.report.skipped,
  })));
  machine.addControl('Vss::Events', ([after]) => {
    checkInteger('after', after ?? 0, 0, Number.MAX_SAFE_INTEGER);
    return coordinator.events.filter(({ sequence }) => sequence > Number(after ?? 0)).map(inspectable);
  });
  machine.addControl('Vss::StopWriter', ([name]) => {
    const stopped = writer(name);
    stopped.restart();
    stopped.running = false;
    return null;
  });
  machine.addControl('Vss::StartWriter', ([name]) => {
    writer(name).restart();
    return null;
  });
  machine.addControl('Vss::Settled', async () => {
    await coordinator.settled();
    return null;
  });
}

