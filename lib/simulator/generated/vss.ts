// Generated from lib/binding/tables/vss.ts by scripts/generate.mjs. Not to be edited.
import type { KernelObject, Outputs } from '../kernel-object';

export type PlainVSS_SNAPSHOT_PROP = {
  readonly snapshotId: string;
  readonly snapshotSetId: string;
  readonly snapshotsCount: number;
  readonly snapshotDeviceObject: string | null;
  readonly originalVolumeName: string | null;
  readonly originatingMachine: string | null;
  readonly serviceMachine: string | null;
  readonly exposedName: string | null;
  readonly exposedPath: string | null;
  readonly providerId: string;
  readonly snapshotAttributes: number;
  readonly creationTimestamp: bigint;
  readonly status: number;
};

export type PlainVSS_PROVIDER_PROP = {
  readonly providerId: string;
  readonly providerName: string | null;
  readonly providerType: number;
  readonly providerVersion: string | null;
  readonly providerVersionId: string;
  readonly classId: string;
};

export type PlainVSS_OBJECT_PROP = {
  readonly type: number;
};

export type PlainVSS_COMPONENTINFO = {
  readonly type: number;
  readonly logicalPath: string | null;
  readonly componentName: string | null;
  readonly caption: string | null;
  readonly icon: bigint;
  readonly iconSize: number;
  readonly restoreMetadata: boolean;
  readonly notifyOnBackupComplete: boolean;
  readonly selectable: boolean;
  readonly selectableForRestore: boolean;
  readonly componentFlags: number;
  readonly fileCount: number;
  readonly databases: number;
  readonly logFiles: number;
  readonly dependencies: number;
};

export type PlainVSS_VOLUME_PROP = {
  readonly volumeName: string | null;
  readonly volumeDisplayName: string | null;
};

export type PlainVSS_DIFF_VOLUME_PROP = {
  readonly volumeName: string | null;
  readonly volumeDisplayName: string | null;
  readonly volumeFreeSpace: bigint;
  readonly volumeTotalSpace: bigint;
};

export type PlainVSS_DIFF_AREA_PROP = {
  readonly volumeName: string | null;
  readonly diffAreaVolumeName: string | null;
  readonly maximumDiffSpace: bigint;
  readonly allocatedDiffSpace: bigint;
  readonly usedDiffSpace: bigint;
};

export type PlainVSS_MGMT_OBJECT_PROP = {
  readonly type: number;
};

/** An element that an enumerator's Next fetched, by its type. */
export type FetchedVSS_OBJECT_PROP =
  | { readonly type: 3; readonly snapshot: PlainVSS_SNAPSHOT_PROP }
  | { readonly type: 4; readonly provider: PlainVSS_PROVIDER_PROP };

/** An element that an enumerator's Next fetched, by its type. */
export type FetchedVSS_MGMT_OBJECT_PROP =
  | { readonly type: 1; readonly volume: PlainVSS_VOLUME_PROP }
  | { readonly type: 2; readonly diffVolume: PlainVSS_DIFF_VOLUME_PROP }
  | { readonly type: 3; readonly diffArea: PlainVSS_DIFF_AREA_PROP };

/** What the simulated IVssBackupComponents answers; a failure is thrown as Failure. */
export interface SimulatedIVssBackupComponents {
  getWriterComponentsCount(): Outputs<[number]>;
  getWriterComponents(index: number): Outputs<[KernelObject]>;
  initializeForBackup(xml: string | null): Outputs<[]>;
  setBackupState(selectComponents: boolean, backupBootableSystemState: boolean, backupType: number, partialFileSupport: boolean): Outputs<[]>;
  initializeForRestore(xml: string | null): Outputs<[]>;
  setRestoreState(restoreType: number): Outputs<[]>;
  gatherWriterMetadata(): Outputs<[KernelObject]>;
  getWriterMetadataCount(): Outputs<[number]>;
  getWriterMetadata(index: number): Outputs<[string, KernelObject]>;
  freeWriterMetadata(): Outputs<[]>;
  addComponent(instanceId: string, writerId: string, componentType: number, logicalPath: string | null, componentName: string): Outputs<[]>;
  prepareForBackup(): Outputs<[KernelObject]>;
  abortBackup(): Outputs<[]>;
  gatherWriterStatus(): Outputs<[KernelObject]>;
  getWriterStatusCount(): Outputs<[number]>;
  freeWriterStatus(): Outputs<[]>;
  getWriterStatus(index: number): Outputs<[string, string, string | null, number, number]>;
  setBackupSucceeded(instanceId: string, writerId: string, componentType: number, logicalPath: string | null, componentName: string, succeeded: boolean): Outputs<[]>;
  setBackupOptions(writerId: string, componentType: number, logicalPath: string | null, componentName: string, options: string): Outputs<[]>;
  setSelectedForRestore(writerId: string, componentType: number, logicalPath: string | null, componentName: string, selected: boolean): Outputs<[]>;
  setRestoreOptions(writerId: string, componentType: number, logicalPath: string | null, componentName: string, options: string): Outputs<[]>;
  setAdditionalRestores(writerId: string, componentType: number, logicalPath: string | null, componentName: string, additional: boolean): Outputs<[]>;
  setPreviousBackupStamp(writerId: string, componentType: number, logicalPath: string | null, componentName: string, stamp: string): Outputs<[]>;
  saveAsXML(): Outputs<[string | null]>;
  backupComplete(): Outputs<[KernelObject]>;
  addAlternativeLocationMapping(writerId: string, componentType: number, logicalPath: string | null, componentName: string, path: string, filespec: string, recursive: boolean, destination: string): Outputs<[]>;
  addRestoreSubcomponent(writerId: string, componentType: number, logicalPath: string | null, componentName: string, subcomponentLogicalPath: string | null, subcomponentName: string, repair: boolean): Outputs<[]>;
  setFileRestoreStatus(writerId: string, componentType: number, logicalPath: string | null, componentName: string, status: number): Outputs<[]>;
  addNewTarget(writerId: string, componentType: number, logicalPath: string | null, componentName: string, path: string, fileName: string, recursive: boolean, alternatePath: string): Outputs<[]>;
  setRangesFilePath(writerId: string, componentType: number, logicalPath: string | null, componentName: string, partialFile: number, rangesFile: string): Outputs<[]>;
  preRestore(): Outputs<[KernelObject]>;
  postRestore(): Outputs<[KernelObject]>;
  setContext(context: number): Outputs<[]>;
  startSnapshotSet(): Outputs<[string]>;
  addToSnapshotSet(volumeName: string, providerId: string): Outputs<[string]>;
  doSnapshotSet(): Outputs<[KernelObject]>;
  deleteSnapshots(sourceObjectId: string, sourceObjectType: number, forceDelete: boolean): Outputs<[number, string]>;
  importSnapshots(): Outputs<[KernelObject]>;
  breakSnapshotSet(snapshotSetId: string): Outputs<[]>;
  getSnapshotProperties(snapshotId: string): Outputs<[PlainVSS_SNAPSHOT_PROP]>;
  query(queriedObjectId: string, queriedObjectType: number, returnedObjectsType: number): Outputs<[KernelObject]>;
  isVolumeSupported(providerId: string, volumeName: string): Outputs<[boolean]>;
  disableWriterClasses(writerClassIds: readonly string[]): Outputs<[]>;
  enableWriterClasses(writerClassIds: readonly string[]): Outputs<[]>;
  disableWriterInstances(writerInstanceIds: readonly string[]): Outputs<[]>;
  exposeSnapshot(snapshotId: string, pathFromRoot: string | null, attributes: number, expose: string | null): Outputs<[string | null]>;
  revertToSnapshot(snapshotId: string, forceDismount: boolean): Outputs<[]>;
  queryRevertStatus(volumeName: string): Outputs<[KernelObject]>;
}

/** What the simulated IVssBackupComponentsEx answers; a failure is thrown as Failure. */
export interface SimulatedIVssBackupComponentsEx extends SimulatedIVssBackupComponents {
  getWriterMetadataEx(index: number): Outputs<[string, KernelObject]>;
  setSelectedForRestoreEx(writerId: string, componentType: number, logicalPath: string | null, componentName: string, selected: boolean, instanceId: string): Outputs<[]>;
}

/** What the simulated IVssBackupComponentsEx2 answers; a failure is thrown as Failure. */
export interface SimulatedIVssBackupComponentsEx2 extends SimulatedIVssBackupComponentsEx {
  unexposeSnapshot(snapshotId: string): Outputs<[]>;
  setAuthoritativeRestore(writerId: string, componentType: number, logicalPath: string | null, componentName: string, authoritative: boolean): Outputs<[]>;
  setRollForward(writerId: string, componentType: number, logicalPath: string | null, componentName: string, rollType: number, rollForwardPoint: string): Outputs<[]>;
  setRestoreName(writerId: string, componentType: number, logicalPath: string | null, componentName: string, restoreName: string): Outputs<[]>;
  breakSnapshotSetEx(snapshotSetId: string, breakFlags: number): Outputs<[KernelObject]>;
  preFastRecovery(snapshotSetId: string, flags: number): Outputs<[KernelObject]>;
  fastRecovery(snapshotSetId: string, flags: number): Outputs<[KernelObject]>;
}

/** What the simulated IVssBackupComponentsEx3 answers; a failure is thrown as Failure. */
export interface SimulatedIVssBackupComponentsEx3 extends SimulatedIVssBackupComponentsEx2 {
  getWriterStatusEx(index: number): Outputs<[string, string, string | null, number, number, number, string | null]>;
  addSnapshotToRecoverySet(snapshotId: string, flags: number, destinationVolume: string | null): Outputs<[]>;
  recoverSet(flags: number): Outputs<[KernelObject]>;
  getSessionId(): Outputs<[string]>;
}

/** What the simulated IVssBackupComponentsEx4 answers; a failure is thrown as Failure. */
export interface SimulatedIVssBackupComponentsEx4 extends SimulatedIVssBackupComponentsEx3 {
  getRootAndLogicalPrefixPaths(filePath: string, normalizeFqdnForRootPath: boolean): Outputs<[string | null, string | null]>;
}

/** What the simulated IVssAsync answers; a failure is thrown as Failure. */
export interface SimulatedIVssAsync {
  cancel(): Outputs<[]>;
  wait(timeoutMs: number): Outputs<[]>;
  queryStatus(): Outputs<[number]>;
}

/** What the simulated IVssEnumObject answers; a failure is thrown as Failure. */
export interface SimulatedIVssEnumObject {
  next(count: number): Outputs<[readonly FetchedVSS_OBJECT_PROP[]]>;
  skip(count: number): Outputs<[]>;
  reset(): Outputs<[]>;
  clone(): Outputs<[KernelObject]>;
}

/** What the simulated IVssExamineWriterMetadata answers; a failure is thrown as Failure. */
export interface SimulatedIVssExamineWriterMetadata {
  getIdentity(): Outputs<[string, string, string | null, number, number]>;
  getFileCounts(): Outputs<[number, number, number]>;
  getIncludeFile(index: number): Outputs<[KernelObject]>;
  getExcludeFile(index: number): Outputs<[KernelObject]>;
  getComponent(index: number): Outputs<[KernelObject]>;
  getRestoreMethod(): Outputs<[number, string | null, string | null, number, boolean, number]>;
  getAlternateLocationMapping(index: number): Outputs<[KernelObject]>;
  getBackupSchema(): Outputs<[number]>;
  getDocument(): Outputs<[KernelObject]>;
  saveAsXML(): Outputs<[string | null]>;
  loadFromXML(xml: string | null): Outputs<[]>;
}

/** What the simulated IVssExamineWriterMetadataEx answers; a failure is thrown as Failure. */
export interface SimulatedIVssExamineWriterMetadataEx extends SimulatedIVssExamineWriterMetadata {
  getIdentityEx(): Outputs<[string, string, string | null, string | null, number, number]>;
}

/** What the simulated IVssExamineWriterMetadataEx2 answers; a failure is thrown as Failure. */
export interface SimulatedIVssExamineWriterMetadataEx2 extends SimulatedIVssExamineWriterMetadataEx {
  getVersion(): Outputs<[number, number]>;
  getExcludeFromSnapshotCount(): Outputs<[number]>;
  getExcludeFromSnapshotFile(index: number): Outputs<[KernelObject]>;
}

/** What the simulated IVssWMComponent answers; a failure is thrown as Failure. */
export interface SimulatedIVssWMComponent {
  getComponentInfo(): Outputs<[PlainVSS_COMPONENTINFO & { readonly pointer: bigint }]>;
  freeComponentInfo(info: bigint): Outputs<[]>;
  getFile(index: number): Outputs<[KernelObject]>;
  getDatabaseFile(index: number): Outputs<[KernelObject]>;
  getDatabaseLogFile(index: number): Outputs<[KernelObject]>;
  getDependency(index: number): Outputs<[KernelObject]>;
}

/** What the simulated IVssWMFiledesc answers; a failure is thrown as Failure. */
export interface SimulatedIVssWMFiledesc {
  getPath(): Outputs<[string | null]>;
  getFilespec(): Outputs<[string | null]>;
  getRecursive(): Outputs<[boolean]>;
  getAlternateLocation(): Outputs<[string | null]>;
  getBackupTypeMask(): Outputs<[number]>;
}

/** What the simulated IVssWMDependency answers; a failure is thrown as Failure. */
export interface SimulatedIVssWMDependency {
  getWriterId(): Outputs<[string]>;
  getLogicalPath(): Outputs<[string | null]>;
  getComponentName(): Outputs<[string | null]>;
}

/** What the simulated IVssWriterComponentsExt answers; a failure is thrown as Failure. */
export interface SimulatedIVssWriterComponentsExt {
  getComponentCount(): Outputs<[number]>;
  getWriterInfo(): Outputs<[string, string]>;
  getComponent(index: number): Outputs<[KernelObject]>;
}

/** What the simulated IVssComponent answers; a failure is thrown as Failure. */
export interface SimulatedIVssComponent {
  getLogicalPath(): Outputs<[string | null]>;
  getComponentType(): Outputs<[number]>;
  getComponentName(): Outputs<[string | null]>;
  getBackupSucceeded(): Outputs<[boolean]>;
  getAlternateLocationMappingCount(): Outputs<[number]>;
  getAlternateLocationMapping(index: number): Outputs<[KernelObject]>;
  setBackupMetadata(data: string): Outputs<[]>;
  getBackupMetadata(): Outputs<[string | null]>;
  addPartialFile(path: string, filename: string, ranges: string, metadata: string): Outputs<[]>;
  getPartialFileCount(): Outputs<[number]>;
  getPartialFile(index: number): Outputs<[string | null, string | null, string | null, string | null]>;
  isSelectedForRestore(): Outputs<[boolean]>;
  getAdditionalRestores(): Outputs<[boolean]>;
  getNewTargetCount(): Outputs<[number]>;
  getNewTarget(index: number): Outputs<[KernelObject]>;
  addDirectedTarget(sourcePath: string, sourceFilename: string, sourceRangeList: string, destinationPath: string, destinationFilename: string, destinationRangeList: string): Outputs<[]>;
  getDirectedTargetCount(): Outputs<[number]>;
  getDirectedTarget(index: number): Outputs<[string | null, string | null, string | null, string | null, string | null, string | null]>;
  setRestoreMetadata(metadata: string): Outputs<[]>;
  getRestoreMetadata(): Outputs<[string | null]>;
  setRestoreTarget(target: number): Outputs<[]>;
  getRestoreTarget(): Outputs<[number]>;
  setPreRestoreFailureMsg(message: string): Outputs<[]>;
  getPreRestoreFailureMsg(): Outputs<[string | null]>;
  setPostRestoreFailureMsg(message: string): Outputs<[]>;
  getPostRestoreFailureMsg(): Outputs<[string | null]>;
  setBackupStamp(stamp: string): Outputs<[]>;
  getBackupStamp(): Outputs<[string | null]>;
  getPreviousBackupStamp(): Outputs<[string | null]>;
  getBackupOptions(): Outputs<[string | null]>;
  getRestoreOptions(): Outputs<[string | null]>;
  getRestoreSubcomponentCount(): Outputs<[number]>;
  getRestoreSubcomponent(index: number): Outputs<[string | null, string | null, boolean]>;
  getFileRestoreStatus(): Outputs<[number]>;
  addDifferencedFilesByLastModifyTime(path: string, filespec: string, recursive: boolean, lastModifyTime: bigint): Outputs<[]>;
  addDifferencedFilesByLastModifyLSN(path: string, filespec: string, recursive: boolean, lsn: string | null): Outputs<[]>;
  getDifferencedFilesCount(): Outputs<[number]>;
  getDifferencedFile(index: number): Outputs<[string | null, string | null, boolean, string | null, bigint]>;
}

/** What the simulated IVssComponentEx answers; a failure is thrown as Failure. */
export interface SimulatedIVssComponentEx extends SimulatedIVssComponent {
  setPrepareForBackupFailureMsg(message: string): Outputs<[]>;
  setPostSnapshotFailureMsg(message: string): Outputs<[]>;
  getPrepareForBackupFailureMsg(): Outputs<[string | null]>;
  getPostSnapshotFailureMsg(): Outputs<[string | null]>;
  getAuthoritativeRestore(): Outputs<[boolean]>;
  getRollForward(): Outputs<[number, string | null]>;
  getRestoreName(): Outputs<[string | null]>;
}

/** What the simulated IVssComponentEx2 answers; a failure is thrown as Failure. */
export interface SimulatedIVssComponentEx2 extends SimulatedIVssComponentEx {
  setFailure(failure: number, applicationFailure: number, applicationMessage: string | null, reserved: number): Outputs<[]>;
  getFailure(): Outputs<[number, number, string | null, number]>;
}

/** What the simulated IVssAdmin answers; a failure is thrown as Failure. */
export interface SimulatedIVssAdmin {
  registerProvider(providerId: string, classId: string, providerName: string, providerType: number, providerVersion: string, providerVersionId: string): Outputs<[]>;
  unregisterProvider(providerId: string): Outputs<[]>;
  queryProviders(): Outputs<[KernelObject]>;
  abortAllSnapshotsInProgress(): Outputs<[]>;
}

/** What the simulated IVssDifferentialSoftwareSnapshotMgmt answers; a failure is thrown as Failure. */
export interface SimulatedIVssDifferentialSoftwareSnapshotMgmt {
  addDiffArea(volumeName: string, diffAreaVolumeName: string, maximumDiffSpace: bigint): Outputs<[]>;
  changeDiffAreaMaximumSize(volumeName: string, diffAreaVolumeName: string, maximumDiffSpace: bigint): Outputs<[]>;
  queryVolumesSupportedForDiffAreas(volumeName: string): Outputs<[KernelObject]>;
  queryDiffAreasForVolume(volumeName: string): Outputs<[KernelObject]>;
  queryDiffAreasOnVolume(volumeName: string): Outputs<[KernelObject]>;
  queryDiffAreasForSnapshot(snapshotId: string): Outputs<[KernelObject]>;
}

/** What the simulated IVssEnumMgmtObject answers; a failure is thrown as Failure. */
export interface SimulatedIVssEnumMgmtObject {
  next(count: number): Outputs<[readonly FetchedVSS_MGMT_OBJECT_PROP[]]>;
  skip(count: number): Outputs<[]>;
  reset(): Outputs<[]>;
  clone(): Outputs<[KernelObject]>;
}

/** What the simulated IXMLDOMDocument answers; a failure is thrown as Failure. */
export interface SimulatedIXMLDOMDocument {
  get_xml(): Outputs<[string | null]>;
}
