/** IVssBackupComponents to Ex4: one requester's backup or restore. The order of its calls is the table in call-order.ts. */
import { HRESULT } from '../../binding/codes';
import {
  GUID_NULL, VSS_BACKUP_TYPE, VSS_HRESULT, VSS_OBJECT_TYPE, VSS_PROVIDER_TYPE, VSS_SNAPSHOT_STATE, VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE,
  VSS_WRITER_STATE,
} from '../../binding/vss-codes';
import type { FetchedVSS_OBJECT_PROP, PlainVSS_SNAPSHOT_PROP, SimulatedIVssBackupComponentsEx4 } from '../generated/vss';
import { Failure, KernelObject } from '../kernel-object';
import type { EndReason } from '../kernel-object';
import type { SimulatedProcess } from '../machine';
import { AsyncOperation, OperationCancelled } from './async-operation';
import type { Cancellation } from './async-operation';
import { requireOrder } from './call-order';
import type { CallState, ComponentsCall } from './call-order';
import { WriterComponents, WriterComponentsObject } from './component';
import { documentComponent, documentFromXml, documentToXml, emptyDocument, findComponent } from './components-document';
import type { ComponentsDocument, DocumentComponent, DocumentWriter } from './components-document';
import { SnapshotContext } from './contexts';
import type { Coordinator, Requester } from './coordinator';
import { EnumObject } from './enum-object';
import { ExamineWriterMetadata, elementAt } from './metadata-objects';
import { providerPreference } from './provider';
import type { Provider } from './provider';
import { SnapshotCreation } from './snapshot-creation';
import { Snapshot } from './snapshot';
import { breakSet, exposeSnapshot, importSnapshots, revertToSnapshot, unexposeSnapshot } from './snapshot-management';
import type { Volume } from './volumes';
import { componentNamed } from './writer-metadata';
import type { ComponentName, FileSet, WriterMetadata } from './writer-metadata';
import type { EventSource, Writer, WriterContext, WriterSession } from './writer';

/** facts/vss.md 2.5. */
const MAXIMUM_VOLUMES = 64;
const MAXIMUM_SNAPSHOTS = 512;
const MAXIMUM_CLIENT_ACCESSIBLE = 64;

/** SetBackupState's arguments. */
interface BackupState {
  readonly selectComponents: boolean;
  readonly bootable: boolean;
  readonly type: number;
  readonly partialFiles: boolean;
}

interface GatheredStatus {
  readonly instanceId: string;
  readonly writerId: string;
  readonly name: string;
  readonly state: number;
  readonly failure: number;
  readonly applicationFailure: number;
  readonly applicationMessage: string | null;
}

export class BackupComponents extends KernelObject implements SimulatedIVssBackupComponentsEx4, EventSource, Requester {
  readonly interfaceName = 'IVssBackupComponentsEx4';
  readonly id: string;
  gone = false;

  private mode: CallState['mode'] = 'raw';
  private context: SnapshotContext = SnapshotContext.backup;
  private contextSet = false;
  private backupState: BackupState | undefined;
  private document: ComponentsDocument = emptyDocument();
  private importable = false;
  private gathering: CallState['metadata'] = 'none';
  /** Which metadata the writers gave, for as long as the object lives: AddComponent needs it after FreeWriterMetadata too. */
  private metadata: readonly WriterMetadata[] = [];
  private metadataHeld = false;
  private statuses: readonly GatheredStatus[] | undefined;
  private set: CallState['set'] = 'none';
  private prepare: CallState['prepare'] = 'none';
  private completed = false;
  private aborted = false;
  private preRestored = false;
  private postRestored = false;
  private snapshots: Snapshot[] = [];
  private operation: AsyncOperation | undefined;
  private creation: SnapshotCreation | undefined;
  private readonly disabledClasses = new Set<string>();
  private readonly enabledClasses = new Set<string>();
  private readonly disabledInstances = new Set<string>();
  private readonly recoverySet: Snapshot[] = [];
  private readonly era: number;

  constructor(
    private readonly coordinator: Coordinator,
    readonly process: SimulatedProcess,
  ) {
    super();
    this.id = coordinator.newId();
    this.era = coordinator.era;
  }

  get snapshotSetId(): string {
    return this.document.snapshotSetId;
  }

  // --- Initialisation, context, state ---

  initializeForBackup(xml: string | null): void {
    this.order('InitializeForBackup');
    if (xml !== null) {
      this.document = documentFromXml(xml);
      this.importable = this.document.snapshots.some(({ attributes }) => (attributes & ATTRIBUTE.TRANSPORTABLE) !== 0);
    }
    this.mode = 'backup';
  }

  initializeForRestore(xml: string | null): void {
    this.order('InitializeForRestore');
    this.document = documentFromXml(xml ?? '');
    this.mode = 'restore';
  }

  setContext(context: number): void {
    this.order('SetContext');
    // A context that is refused does not use up the one call (facts/vss.md 1.5, QEMU).
    this.context = SnapshotContext.of(context, this.coordinator.version);
    this.contextSet = true;
  }

  setBackupState(selectComponents: boolean, backupBootableSystemState: boolean, backupType: number, partialFileSupport: boolean): void {
    this.order('SetBackupState');
    if (backupType === VSS_BACKUP_TYPE.UNDEFINED || backupType > VSS_BACKUP_TYPE.OTHER) throw new Failure(HRESULT.E_INVALIDARG);
    this.backupState = { selectComponents, bootable: backupBootableSystemState, type: backupType, partialFiles: partialFileSupport };
    if (this.mode === 'backup') this.document.selectComponents = selectComponents;
  }

  setRestoreState(restoreType: number): void {
    this.order('SetRestoreState');
    if (restoreType === 0 || restoreType > 3) throw new Failure(HRESULT.E_INVALIDARG);
  }

  // --- Writers: selection, metadata, status ---

  disableWriterClasses(writerClassIds: readonly string[]): void {
    this.order('DisableWriterClasses');
    this.requireIds(writerClassIds);
    for (const id of writerClassIds) this.disabledClasses.add(id);
  }

  /** The first call disables all others; after GatherWriterMetadata it changes nothing (facts/vss.md 2.1 5). */
  enableWriterClasses(writerClassIds: readonly string[]): void {
    this.order('EnableWriterClasses');
    this.requireIds(writerClassIds);
    if (this.gathering === 'none') for (const id of writerClassIds) this.enabledClasses.add(id);
  }

  disableWriterInstances(writerInstanceIds: readonly string[]): void {
    this.order('DisableWriterInstances');
    this.requireIds(writerInstanceIds);
    for (const id of writerInstanceIds) this.disabledInstances.add(id);
  }

  gatherWriterMetadata(): [KernelObject] {
    this.order('GatherWriterMetadata');
    this.gathering = 'called';
    return this.begin(async (cancellation) => {
      const answers = await cancellation.during(Promise.all(this.enabledWriters.map((writer) => writer.identify(this))));
      this.metadata = answers.filter((answer) => answer !== undefined);
      this.gathering = 'gathered';
      this.metadataHeld = true;
    });
  }

  getWriterMetadataCount(): [number] {
    this.order('GetWriterMetadataCount');
    return [this.metadata.length];
  }

  getWriterMetadata(index: number): [string, KernelObject] {
    this.order('GetWriterMetadata');
    const metadata = elementAt(this.metadata, index);
    return [metadata.instanceId, new ExamineWriterMetadata(metadata, this.coordinator.version)];
  }

  getWriterMetadataEx(index: number): [string, KernelObject] {
    this.ex('IVssBackupComponentsEx');
    this.order('GetWriterMetadataEx');
    const metadata = elementAt(this.metadata, index);
    return [metadata.instanceId, new ExamineWriterMetadata(metadata, this.coordinator.version)];
  }

  freeWriterMetadata(): void {
    this.order('FreeWriterMetadata');
    this.metadataHeld = false;
  }

  gatherWriterStatus(): [KernelObject] {
    this.order('GatherWriterStatus');
    return this.begin(async () => {
      this.statuses = this.enabledWriters.map((writer) => this.statusOf(writer));
      for (const session of this.sessions) if (session.completed) session.writer.forget(session);
    });
  }

  getWriterStatusCount(): [number] {
    this.order('GetWriterStatusCount');
    return [this.statuses?.length ?? 0];
  }

  getWriterStatus(index: number): [string, string, string, number, number] {
    this.order('GetWriterStatus');
    const { instanceId, writerId, name, state, failure } = elementAt(this.statuses ?? [], index);
    return [instanceId, writerId, name, state, failure];
  }

  getWriterStatusEx(index: number): [string, string, string, number, number, number, string | null] {
    this.ex('IVssBackupComponentsEx3');
    this.order('GetWriterStatusEx');
    const { instanceId, writerId, name, state, failure, applicationFailure, applicationMessage } = elementAt(this.statuses ?? [], index);
    return [instanceId, writerId, name, state, failure, applicationFailure, applicationMessage];
  }

  freeWriterStatus(): void {
    this.order('FreeWriterStatus');
    this.statuses = undefined;
  }

  // --- Components of a backup ---

  addComponent(instanceId: string, writerId: string, componentType: number, logicalPath: string | null, componentName: string): void {
    this.order('AddComponent');
    const name = this.name(componentType, logicalPath, componentName);
    const metadata = this.metadata.find((writer) => writer.writerId === writerId && writer.instanceId === instanceId);
    if (metadata === undefined || componentNamed(metadata.components, name) === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    let writer = this.document.writers.find((known) => known.writerId === writerId && known.instanceId === instanceId);
    if (findComponent(writer, name) !== undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_ALREADY_EXISTS);
    if (writer === undefined) {
      writer = { instanceId, writerId, components: [] };
      this.document.writers.push(writer);
    }
    writer.components.push(documentComponent(name));
  }

  setBackupOptions(writerId: string, componentType: number, logicalPath: string | null, componentName: string, options: string): void {
    this.order('SetBackupOptions');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.backupOptions = options;
  }

  setPreviousBackupStamp(writerId: string, componentType: number, logicalPath: string | null, componentName: string, stamp: string): void {
    this.order('SetPreviousBackupStamp');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.previousBackupStamp = stamp;
  }

  setBackupSucceeded(
    instanceId: string, writerId: string, componentType: number, logicalPath: string | null, componentName: string, succeeded: boolean,
  ): void {
    this.order('SetBackupSucceeded');
    for (const component of this.components(writerId, componentType, logicalPath, componentName, instanceId)) {
      component.backupSucceeded = succeeded;
    }
  }

  getWriterComponentsCount(): [number] {
    this.order('GetWriterComponentsCount');
    return [this.document.writers.length];
  }

  getWriterComponents(index: number): [KernelObject] {
    this.order('GetWriterComponents');
    return [new WriterComponentsObject(elementAt(this.document.writers, index), this.coordinator.version)];
  }

  saveAsXML(): [string] {
    this.order('SaveAsXML');
    return [documentToXml(this.document)];
  }

  // --- The backup ---

  prepareForBackup(): [KernelObject] {
    this.order('PrepareForBackup');
    this.prepare = 'called';
    return this.begin(async (cancellation) => {
      const sessions = this.enabledWriters.map((writer) => writer.openSession(this));
      await cancellation.during(Promise.all(sessions.map((session) => session.writer.raise(session, 'PrepareForBackup'))));
      // In component mode a writer without a component gets nothing after this (facts/vss.md 3.1).
      for (const session of sessions) {
        if (this.takesPart(session.writer)) continue;
        session.participates = false;
        session.abortable = false;
        session.writer.forget(session);
      }
      this.prepare = 'prepared';
    });
  }

  startSnapshotSet(): [string] {
    this.order('StartSnapshotSet');
    if (this.context.all) throw new Failure(VSS_HRESULT.VSS_E_BAD_STATE);
    this.coordinator.begin(this);
    this.document.snapshotSetId = this.coordinator.newId();
    this.set = 'started';
    return [this.snapshotSetId];
  }

  async addToSnapshotSet(volumeName: string, providerId: string): Promise<[string]> {
    this.order('AddToSnapshotSet');
    const { coordinator } = this;
    if (volumeName === '') throw new Failure(HRESULT.E_INVALIDARG);
    const volume = coordinator.volumes.named(volumeName);
    if (volume === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    if (this.snapshots.some(({ origin }) => origin.volume === volume)) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_ALREADY_EXISTS);
    const provider = this.chooseProvider(volume, providerId);
    if (this.snapshots.length >= MAXIMUM_VOLUMES) throw new Failure(VSS_HRESULT.VSS_E_MAXIMUM_NUMBER_OF_VOLUMES_REACHED);
    const copies = [...coordinator.snapshots.values()].filter(({ origin, created }) => created && origin.volume === volume);
    const clientAccessible = copies.filter(({ origin }) => origin.context.clientAccessible).length;
    if (
      copies.length >= (provider.options.maximumSnapshotsPerVolume ?? MAXIMUM_SNAPSHOTS) ||
      (this.context.clientAccessible && clientAccessible >= MAXIMUM_CLIENT_ACCESSIBLE)
    ) throw new Failure(VSS_HRESULT.VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED);
    await provider.step('BeginPrepare', this.process);
    const snapshot = new Snapshot(
      {
        id: coordinator.newId(), setId: this.snapshotSetId, originalVolumeName: volume.name, volume, provider, context: this.context,
        attributes: this.context.value, originatingMachine: coordinator.computerName,
      },
      coordinator.computerName,
    );
    this.snapshots.push(snapshot);
    return [snapshot.id];
  }

  doSnapshotSet(): [KernelObject] {
    this.order('DoSnapshotSet');
    const { coordinator, snapshots } = this;
    this.set = 'creating';
    const writers = this.context.writers ? this.participants : [];
    const sessions = writers.map((writer) => writer.openSession(this)).filter(({ participates }) => participates);
    for (const snapshot of snapshots) {
      snapshot.setSize = snapshots.length;
      snapshot.state = VSS_SNAPSHOT_STATE.PROCESSING_PREPARE;
      coordinator.snapshots.set(snapshot.id, snapshot);
    }
    const creation = new SnapshotCreation(coordinator, this, snapshots, sessions, this.context.transacted);
    this.creation = creation;
    return this.begin(async (cancellation) => {
      try {
        await creation.run(cancellation);
        this.set = 'created';
        if (this.context.transportable) for (const snapshot of snapshots) snapshot.surfaced = false;
        this.document.snapshots = snapshots.map((snapshot) => this.documented(snapshot));
        for (const { id, origin } of snapshots) coordinator.log('copyCreated', `shadow copy {${id}} of ${origin.originalVolumeName} was created`);
      } catch (error) {
        this.set = 'failed';
        throw error;
      } finally {
        this.creation = undefined;
        coordinator.finish(this);
      }
    });
  }

  backupComplete(): [KernelObject] {
    this.order('BackupComplete');
    this.completed = true;
    return this.begin(async (cancellation) => {
      const sessions = this.sessions.filter(({ participates }) => participates);
      await cancellation.during(Promise.all(sessions.map((session) => session.writer.raise(session, 'BackupComplete'))));
      if (!this.coordinator.version.sessionNeedsStatus) for (const session of sessions) session.writer.forget(session);
      // A set that was started and never made is no longer wanted.
      if (this.set === 'started') this.coordinator.finish(this);
    });
  }

  async abortBackup(): Promise<void> {
    this.order('AbortBackup');
    const { operation } = this;
    if (operation?.pending === true) {
      operation.cancel();
      await operation.ending;
    }
    // Nothing under way: ignored (facts/vss.md 2.3).
    if (this.aborted || this.completed || (this.set === 'none' && this.prepare === 'none')) return;
    this.aborted = true;
    this.coordinator.finish(this);
    await Promise.all(this.sessions.filter(({ participates }) => participates).map((session) => session.writer.abort(session, 'requester')));
  }

  // --- The restore ---

  setSelectedForRestore(writerId: string, componentType: number, logicalPath: string | null, componentName: string, selected: boolean): void {
    this.order('SetSelectedForRestore');
    this.select(writerId, componentType, logicalPath, componentName, selected);
  }

  setSelectedForRestoreEx(
    writerId: string, componentType: number, logicalPath: string | null, componentName: string, selected: boolean, instanceId: string,
  ): void {
    this.ex('IVssBackupComponentsEx');
    this.order('SetSelectedForRestoreEx');
    this.select(writerId, componentType, logicalPath, componentName, selected, instanceId);
  }

  setRestoreOptions(writerId: string, componentType: number, logicalPath: string | null, componentName: string, options: string): void {
    this.order('SetRestoreOptions');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.restoreOptions = options;
  }

  setAdditionalRestores(writerId: string, componentType: number, logicalPath: string | null, componentName: string, additional: boolean): void {
    this.order('SetAdditionalRestores');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.additionalRestores = additional;
  }

  setAuthoritativeRestore(writerId: string, componentType: number, logicalPath: string | null, componentName: string, authoritative: boolean): void {
    this.ex('IVssBackupComponentsEx2');
    this.order('SetAuthoritativeRestore');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.authoritativeRestore = authoritative;
  }

  setRollForward(
    writerId: string, componentType: number, logicalPath: string | null, componentName: string, rollType: number, rollForwardPoint: string,
  ): void {
    this.ex('IVssBackupComponentsEx2');
    this.order('SetRollForward');
    if (rollType > 3) throw new Failure(HRESULT.E_INVALIDARG);
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) {
      component.rollForwardType = rollType;
      component.rollForwardPoint = rollForwardPoint;
    }
  }

  setRestoreName(writerId: string, componentType: number, logicalPath: string | null, componentName: string, restoreName: string): void {
    this.ex('IVssBackupComponentsEx2');
    this.order('SetRestoreName');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.restoreName = restoreName;
  }

  addRestoreSubcomponent(
    writerId: string, componentType: number, logicalPath: string | null, componentName: string,
    subcomponentLogicalPath: string | null, subcomponentName: string, repair: boolean,
  ): void {
    this.order('AddRestoreSubcomponent');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) {
      component.restoreSubcomponents.push({ logicalPath: subcomponentLogicalPath, name: subcomponentName, repair });
    }
  }

  addNewTarget(
    writerId: string, componentType: number, logicalPath: string | null, componentName: string,
    path: string, fileName: string, recursive: boolean, alternatePath: string,
  ): void {
    this.order('AddNewTarget');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) {
      component.newTargets.push(mapped(path, fileName, recursive, alternatePath));
    }
  }

  addAlternativeLocationMapping(
    writerId: string, componentType: number, logicalPath: string | null, componentName: string,
    path: string, filespec: string, recursive: boolean, destination: string,
  ): void {
    this.order('AddAlternativeLocationMapping');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) {
      component.alternateLocationMappings.push(mapped(path, filespec, recursive, destination));
    }
  }

  setRangesFilePath(
    writerId: string, componentType: number, logicalPath: string | null, componentName: string, partialFile: number, rangesFile: string,
  ): void {
    this.order('SetRangesFilePath');
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) {
      elementAt(component.partialFiles, partialFile).ranges = rangesFile;
    }
  }

  setFileRestoreStatus(writerId: string, componentType: number, logicalPath: string | null, componentName: string, status: number): void {
    this.order('SetFileRestoreStatus');
    if (status > 3) throw new Failure(HRESULT.E_INVALIDARG);
    for (const component of this.components(writerId, componentType, logicalPath, componentName)) component.fileRestoreStatus = status;
  }

  preRestore(): [KernelObject] {
    this.order('PreRestore');
    this.preRestored = true;
    return this.begin(async (cancellation) => {
      const sessions = this.restoredWriters.map((writer) => writer.openSession(this));
      await cancellation.during(Promise.all(sessions.map((session) => session.writer.raise(session, 'PreRestore'))));
    });
  }

  postRestore(): [KernelObject] {
    this.order('PostRestore');
    this.postRestored = true;
    return this.begin(async (cancellation) => {
      const sessions = this.sessions;
      await cancellation.during(Promise.all(sessions.map((session) => session.writer.raise(session, 'PostRestore'))));
      // A writer whose process restarted since PreRestore knows nothing of the restore (facts/vss.md 2.8).
      if (sessions.length < this.restoredWriters.length) throw new Failure(VSS_HRESULT.VSS_E_UNEXPECTED_WRITER_ERROR);
    });
  }

  // --- Copies that exist ---

  getSnapshotProperties(snapshotId: string): [PlainVSS_SNAPSHOT_PROP] {
    this.order('GetSnapshotProperties');
    return [this.coordinator.created(snapshotId).properties];
  }

  query(queriedObjectId: string, queriedObjectType: number, returnedObjectsType: number): [KernelObject] {
    this.order('Query');
    if (queriedObjectId !== GUID_NULL || queriedObjectType !== VSS_OBJECT_TYPE.NONE) throw new Failure(HRESULT.E_INVALIDARG);
    return [new EnumObject(this.found(returnedObjectsType))];
  }

  /** Sequential; stops at the first that cannot be deleted. Count and first undeleted are valid on failure too (facts/vss.md 2.7). */
  async deleteSnapshots(sourceObjectId: string, sourceObjectType: number, _forceDelete: boolean): Promise<[number, string]> {
    this.order('DeleteSnapshots');
    let deleted = 0;
    let current = sourceObjectId;
    try {
      if (sourceObjectType !== VSS_OBJECT_TYPE.SNAPSHOT && sourceObjectType !== VSS_OBJECT_TYPE.SNAPSHOT_SET) {
        current = GUID_NULL;
        throw new Failure(HRESULT.E_INVALIDARG);
      }
      const one = sourceObjectType === VSS_OBJECT_TYPE.SNAPSHOT;
      for (const snapshot of one ? [this.coordinator.created(sourceObjectId)] : this.coordinator.setMembers(sourceObjectId)) {
        current = snapshot.id;
        await snapshot.origin.provider.step('Delete', this.process);
        snapshot.state = VSS_SNAPSHOT_STATE.DELETED;
        this.coordinator.drop(snapshot);
        deleted += 1;
      }
      return [deleted, GUID_NULL];
    } catch (error) {
      throw error instanceof Failure ? new Failure(error.hresult, [deleted, current]) : error;
    }
  }

  importSnapshots(): [KernelObject] {
    this.order('ImportSnapshots');
    if (!this.coordinator.version.server) throw new Failure(VSS_HRESULT.VSS_E_NOT_SUPPORTED);
    return this.begin((cancellation) => cancellation.during(importSnapshots(this.coordinator, this.document, this.process)));
  }

  async breakSnapshotSet(snapshotSetId: string): Promise<void> {
    this.order('BreakSnapshotSet');
    await breakSet(this.coordinator, snapshotSetId, this.process);
  }

  breakSnapshotSetEx(snapshotSetId: string, _breakFlags: number): [KernelObject] {
    this.ex('IVssBackupComponentsEx2');
    this.order('BreakSnapshotSetEx');
    return this.begin((cancellation) => cancellation.during(breakSet(this.coordinator, snapshotSetId, this.process)));
  }

  exposeSnapshot(snapshotId: string, pathFromRoot: string | null, attributes: number, expose: string | null): [string] {
    this.order('ExposeSnapshot');
    return [exposeSnapshot(this.coordinator, snapshotId, pathFromRoot, attributes, expose)];
  }

  unexposeSnapshot(snapshotId: string): void {
    this.ex('IVssBackupComponentsEx2');
    this.order('UnexposeSnapshot');
    unexposeSnapshot(this.coordinator, snapshotId);
  }

  revertToSnapshot(snapshotId: string, forceDismount: boolean): void {
    this.order('RevertToSnapshot');
    revertToSnapshot(this.coordinator, snapshotId, forceDismount, this.process);
  }

  queryRevertStatus(volumeName: string): [KernelObject] {
    this.order('QueryRevertStatus');
    const volume = this.coordinator.volumes.named(volumeName);
    if (volume === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    const { reverting } = volume;
    if (reverting === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    // The revert itself cannot be cancelled; asking how it goes can end.
    return [new AsyncOperation(this.coordinator.machine.host.clock, this.coordinator.version, (cancellation) => cancellation.during(reverting))];
  }

  isVolumeSupported(providerId: string, volumeName: string): [boolean] {
    this.order('IsVolumeSupported');
    const volume = this.coordinator.volumes.named(volumeName);
    if (volume === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return [this.candidates(volume, providerId).length > 0];
  }

  preFastRecovery(): never {
    this.ex('IVssBackupComponentsEx2');
    this.order('PreFastRecovery');
    // Reserved by the reference.
    throw new Failure(HRESULT.E_NOTIMPL);
  }

  fastRecovery(): never {
    this.ex('IVssBackupComponentsEx2');
    this.order('FastRecovery');
    throw new Failure(HRESULT.E_NOTIMPL);
  }

  addSnapshotToRecoverySet(snapshotId: string, _flags: number, destinationVolume: string | null): void {
    this.ex('IVssBackupComponentsEx3');
    this.order('AddSnapshotToRecoverySet');
    const snapshot = this.coordinator.created(snapshotId);
    if (!snapshot.origin.provider.hardware) throw new Failure(VSS_HRESULT.VSS_E_NOT_SUPPORTED);
    const named = destinationVolume === null ? snapshot.origin.volume : this.coordinator.volumes.named(destinationVolume);
    if (named === undefined || named !== snapshot.origin.volume) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    if (this.recoverySet.includes(snapshot)) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_ALREADY_EXISTS);
    this.recoverySet.push(snapshot);
  }

  /** LUN resynchronisation: the volumes become what their copies are. */
  recoverSet(_flags: number): [KernelObject] {
    this.ex('IVssBackupComponentsEx3');
    this.order('RecoverSet');
    if (this.recoverySet.length === 0) throw new Failure(VSS_HRESULT.VSS_E_BAD_STATE);
    const chosen = [...this.recoverySet];
    return this.begin(async (cancellation) => {
      for (const snapshot of chosen) {
        revertToSnapshot(this.coordinator, snapshot.id, true, this.process, 'any context');
        await cancellation.during(Promise.resolve(snapshot.origin.volume?.reverting));
      }
    });
  }

  getSessionId(): [string] {
    this.ex('IVssBackupComponentsEx3');
    this.order('GetSessionId');
    return [this.id];
  }

  getRootAndLogicalPrefixPaths(filePath: string, _normalizeFqdnForRootPath: boolean): [string, string] {
    this.ex('IVssBackupComponentsEx4');
    this.order('GetRootAndLogicalPrefixPaths');
    if (!/^(?:[A-Za-z]:\\|\\\\)/.test(filePath)) throw new Failure(HRESULT.E_INVALIDARG);
    const volume = this.coordinator.volumes.holding(filePath);
    if (volume === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return [volume.name, volume.name];
  }

  // --- The end ---

  ended(reason: EndReason): void {
    const { coordinator, sessions } = this;
    this.gone = true;
    this.operation?.orphan();
    this.creation?.abandon();
    // The machine itself went down: nobody was left to be told.
    if (this.era !== coordinator.era) return;
    coordinator.finish(this);
    for (const snapshot of this.snapshots) if (snapshot.created && snapshot.origin.context.autoRelease) coordinator.drop(snapshot);
    if (this.mode !== 'backup') for (const session of sessions) session.writer.close(session);
    if (this.mode !== 'backup' || sessions.length === 0) return;
    if (reason === 'process-died') coordinator.log('requesterDied', `the requester ${this.process.name} ended with a backup under way`);
    for (const session of sessions) {
      coordinator.inBackground((async () => {
        // A frozen writer is freed by its own window first (facts/vss.md 3.3 D).
        await session.windowClosed;
        await session.writer.raise(session, 'BackupShutdown');
        session.writer.close(session);
      })());
    }
  }

  // --- For writers ---

  writerContext(writer: Writer): Omit<WriterContext, 'event' | 'setWriterFailure' | 'metadata'> {
    const entry = this.documentWriter(writer);
    const volumes = this.snapshots.map(({ origin }) => origin.originalVolumeName);
    return {
      snapshotSetId: this.snapshotSetId,
      volumes,
      backupType: this.backupState?.type ?? VSS_BACKUP_TYPE.UNDEFINED,
      componentMode: this.document.selectComponents,
      bootableSystemStateBackedUp: this.backupState?.bootable ?? false,
      partialFileSupport: this.backupState?.partialFiles ?? false,
      context: this.context.value,
      components: new WriterComponents(entry, this.coordinator.version),
      isPathAffected: (path) => {
        const holding = this.coordinator.volumes.holding(path);
        return holding !== undefined && volumes.includes(holding.name);
      },
      snapshotDeviceName: (volume) => {
        const device = this.snapshots.find(({ origin }) => origin.volume === this.coordinator.volumes.named(volume))?.deviceObject;
        return device === '' ? undefined : device;
      },
    };
  }

  // --- Inner parts ---

  private order(call: ComponentsCall): void {
    requireOrder(call, {
      mode: this.mode,
      contextSet: this.contextSet,
      writersInContext: this.context.writers,
      backupStateSet: this.backupState !== undefined,
      componentMode: this.document.selectComponents,
      metadata: this.gathering,
      metadataHeld: this.metadataHeld,
      statusHeld: this.statuses !== undefined,
      set: this.set,
      prepare: this.prepare,
      completed: this.completed,
      aborted: this.aborted,
      preRestored: this.preRestored,
      postRestored: this.postRestored,
      importable: this.importable,
      busy: this.operation?.pending === true,
    });
  }

  private ex(interfaceName: string): void {
    this.coordinator.version.requireInterface(interfaceName);
  }

  private begin(run: (cancellation: Cancellation) => Promise<number | void>): [KernelObject] {
    const { machine, version } = this.coordinator;
    const operation = new AsyncOperation(machine.host.clock, version, async (cancellation) => {
      try {
        return await run(cancellation);
      } catch (error) {
        const expected = error instanceof Failure || error instanceof OperationCancelled;
        if (!expected) this.coordinator.log('unexpected', `an operation failed unexpectedly: ${String(error)}`);
        throw error;
      }
    });
    this.operation = operation;
    return [operation];
  }

  private requireIds(ids: readonly string[]): void {
    if (ids.length === 0) throw new Failure(HRESULT.E_INVALIDARG);
  }

  private name(type: number, logicalPath: string | null, name: string): ComponentName {
    if ((type !== 1 && type !== 2) || name === '') throw new Failure(HRESULT.E_INVALIDARG);
    return { type, logicalPath, name };
  }

  /** The named component of every instance of the writer, or of one; VSS_E_OBJECT_NOT_FOUND when there is none. */
  private components(writerId: string, type: number, logicalPath: string | null, name: string, instanceId?: string): readonly DocumentComponent[] {
    const wanted = this.name(type, logicalPath, name);
    const found = this.document.writers
      .filter((writer) => writer.writerId === writerId && (instanceId === undefined || writer.instanceId === instanceId))
      .map((writer) => findComponent(writer, wanted))
      .filter((component) => component !== undefined);
    if (found.length === 0) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return found;
  }

  private select(writerId: string, type: number, logicalPath: string | null, name: string, selected: boolean, instanceId?: string): void {
    const found = this.components(writerId, type, logicalPath, name);
    // The instance is that of the running writer, not of the one at backup time.
    const running = this.metadata.some((metadata) => metadata.writerId === writerId && (instanceId === undefined || metadata.instanceId === instanceId));
    if (!running) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    for (const component of found) component.selectedForRestore = selected;
  }

  private get enabledWriters(): readonly Writer[] {
    return this.coordinator.writers.filter(({ running, metadata: { writerId, instanceId } }) =>
      running && !this.disabledClasses.has(writerId) && !this.disabledInstances.has(instanceId) &&
      (this.enabledClasses.size === 0 || this.enabledClasses.has(writerId)));
  }

  private documentWriter({ metadata: { writerId, instanceId } }: Writer): DocumentWriter | undefined {
    const same = this.document.writers.filter((writer) => writer.writerId === writerId);
    // A restore meets a new instance of the writer.
    return same.find((writer) => writer.instanceId === instanceId) ?? (this.mode === 'restore' ? same[0] : undefined);
  }

  private takesPart(writer: Writer): boolean {
    return !this.document.selectComponents || (this.documentWriter(writer)?.components.length ?? 0) > 0;
  }

  private get participants(): readonly Writer[] {
    return this.enabledWriters.filter((writer) => this.takesPart(writer));
  }

  private get restoredWriters(): readonly Writer[] {
    return this.coordinator.writers.filter((writer) => {
      const entry = this.documentWriter(writer);
      if (entry === undefined || !writer.running) return false;
      return !this.document.selectComponents || entry.components.some(({ selectedForRestore }) => selectedForRestore);
    });
  }

  private get sessions(): readonly WriterSession[] {
    return this.coordinator.writers.map((writer) => writer.sessionOf(this)).filter((session) => session !== undefined);
  }

  private statusOf(writer: Writer): GatheredStatus {
    const { instanceId, writerId } = writer.metadata;
    const session = writer.sessionOf(this);
    const told = { instanceId, writerId, name: writer.name, applicationFailure: 0, applicationMessage: null };
    if (session === undefined) return { ...told, state: VSS_WRITER_STATE.STABLE, failure: HRESULT.S_OK };
    if (!session.statusAvailable) return { ...told, state: VSS_WRITER_STATE.UNKNOWN, failure: VSS_HRESULT.VSS_E_WRITER_STATUS_NOT_AVAILABLE };
    if (session.busy > 0) return { ...told, state: VSS_WRITER_STATE.UNKNOWN, failure: VSS_HRESULT.VSS_E_WRITER_NOT_RESPONDING };
    const { state, failure, applicationFailure, applicationMessage } = session;
    return { ...told, state, failure, applicationFailure, applicationMessage };
  }

  /** Providers that could copy the volume in this context, the preferred first. */
  private candidates(volume: Volume, providerId: string): readonly Provider[] {
    const { providers, version } = this.coordinator;
    if (providerId !== GUID_NULL && this.coordinator.provider(providerId) === undefined) throw new Failure(VSS_HRESULT.VSS_E_PROVIDER_NOT_REGISTERED);
    const { context } = this;
    // facts/vss.md 1.5: persistent copies need NTFS; shares have neither persistent nor client-accessible ones, and came with Windows 8.
    if (context.persistent && volume.fileSystem !== 'NTFS') return [];
    if (volume.isShare && (context.persistent || !version.remoteShares)) return [];
    const able = providers.filter((provider) =>
      provider.supports(volume) && (!context.transportable || provider.hardware) &&
      (!context.clientAccessible || provider.properties.providerType === VSS_PROVIDER_TYPE.SYSTEM));
    const wanted = providerId === GUID_NULL ? able : able.filter(({ id }) => id === providerId);
    return [...wanted].sort((one, other) => providerPreference.indexOf(one.options.type) - providerPreference.indexOf(other.options.type));
  }

  private chooseProvider(volume: Volume, providerId: string): Provider {
    const [chosen] = this.candidates(volume, providerId);
    if (chosen !== undefined) return chosen;
    throw new Failure(providerId === GUID_NULL ? VSS_HRESULT.VSS_E_VOLUME_NOT_SUPPORTED : VSS_HRESULT.VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER);
  }

  private found(type: number): readonly FetchedVSS_OBJECT_PROP[] {
    if (type === VSS_OBJECT_TYPE.PROVIDER) return this.coordinator.providers.map(({ properties }) => ({ type: 4, provider: properties }));
    if (type !== VSS_OBJECT_TYPE.SNAPSHOT) throw new Failure(HRESULT.E_INVALIDARG);
    // Only completed copies of the current context (facts/vss.md 2.7).
    return [...this.coordinator.snapshots.values()]
      .filter(({ created, surfaced, origin }) => created && surfaced && (this.context.all || origin.context.kind === this.context.kind))
      .map(({ properties }) => ({ type: 3, snapshot: properties }));
  }

  private documented(snapshot: Snapshot): ComponentsDocument['snapshots'][number] {
    const { originalVolumeName, originatingMachine, provider, context } = snapshot.origin;
    return {
      snapshotId: snapshot.id, originalVolumeName, originatingMachine, providerId: provider.id, context: context.value, attributes: snapshot.attributes,
      creationTimestamp: snapshot.creationTimestamp, lun: snapshot.directory ?? null,
    };
  }
}

function mapped(path: string, filespec: string, recursive: boolean, alternateLocation: string): FileSet {
  return { path, filespec, recursive, alternateLocation, backupTypeMask: 0 };
}
