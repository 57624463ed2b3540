// Generated from lib/binding/tables/vss.ts by scripts/generate.mjs. Not to be edited.
import type { ProxyObject } from '../proxy';

/** 128 bytes on x64. Source: facts/vss.md 1.4. */
export interface VSS_SNAPSHOT_PROP {
  snapshotId: string;
  snapshotSetId: string;
  snapshotsCount: number;
  snapshotDeviceObject: string | null;
  originalVolumeName: string | null;
  originatingMachine: string | null;
  serviceMachine: string | null;
  exposedName: string | null;
  exposedPath: string | null;
  providerId: string;
  snapshotAttributes: number;
  creationTimestamp: bigint;
  status: number;
}

/** 72 bytes on x64. Source: facts/vss.md 1.4. */
export interface VSS_PROVIDER_PROP {
  providerId: string;
  providerName: string | null;
  providerType: number;
  providerVersion: string | null;
  providerVersionId: string;
  classId: string;
}

/** 136 bytes on x64. Source: facts/vss.md 1.4. */
export interface VSS_OBJECT_PROP {
  type: number;
}

/** 72 bytes on x64. Source: facts/vss.md 1.4. */
export interface VSS_COMPONENTINFO {
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
  /** The address that identifies it. */
  readonly pointer: bigint;
}

/** 16 bytes on x64. Source: vsmgmt.h. */
export interface VSS_VOLUME_PROP {
  volumeName: string | null;
  volumeDisplayName: string | null;
}

/** 32 bytes on x64. Source: vsmgmt.h. */
export interface VSS_DIFF_VOLUME_PROP {
  volumeName: string | null;
  volumeDisplayName: string | null;
  volumeFreeSpace: bigint;
  volumeTotalSpace: bigint;
}

/** 40 bytes on x64. Source: vsmgmt.h. */
export interface VSS_DIFF_AREA_PROP {
  volumeName: string | null;
  diffAreaVolumeName: string | null;
  maximumDiffSpace: bigint;
  allocatedDiffSpace: bigint;
  usedDiffSpace: bigint;
}

/** 48 bytes on x64. Source: vsmgmt.h. */
export interface VSS_MGMT_OBJECT_PROP {
  type: number;
}

/** An element that an enumerator's Next fetched, by its type. */
export type FetchedVSS_OBJECT_PROP =
  | { readonly type: 3; readonly snapshot: VSS_SNAPSHOT_PROP }
  | { readonly type: 4; readonly provider: VSS_PROVIDER_PROP };

/** An element that an enumerator's Next fetched, by its type. */
export type FetchedVSS_MGMT_OBJECT_PROP =
  | { readonly type: 1; readonly volume: VSS_VOLUME_PROP }
  | { readonly type: 2; readonly diffVolume: VSS_DIFF_VOLUME_PROP }
  | { readonly type: 3; readonly diffArea: VSS_DIFF_AREA_PROP };

/** {665c1d5f-c218-414d-a05d-7fef5f9d5c86} */
export interface IVssBackupComponents {
  /** Slot 3; facts/vss.md 1.2. */
  getWriterComponentsCount(): Promise<number>;
  /** Slot 4; facts/vss.md 1.2. */
  getWriterComponents(index: number): Promise<IVssWriterComponentsExt & ProxyObject>;
  /**
   * xml: null, or a stored document when importing
   * Slot 5; facts/vss.md 1.2.
   */
  initializeForBackup(xml: string | null): Promise<void>;
  /** Slot 6; facts/vss.md 1.2. */
  setBackupState(selectComponents: boolean, backupBootableSystemState: boolean, backupType: number, partialFileSupport: boolean): Promise<void>;
  /**
   * xml: the backup components document
   * Slot 7; facts/vss.md 1.2.
   */
  initializeForRestore(xml: string | null): Promise<void>;
  /** Slot 8; facts/vss.md 1.2. */
  setRestoreState(restoreType: number): Promise<void>;
  /**
   * once per object
   * Slot 9; facts/vss.md 1.2.
   */
  gatherWriterMetadata(): Promise<IVssAsync & ProxyObject>;
  /** Slot 10; facts/vss.md 1.2. */
  getWriterMetadataCount(): Promise<number>;
  /** Slot 11; facts/vss.md 1.2. */
  getWriterMetadata(index: number): Promise<{ instanceId: string; metadata: IVssExamineWriterMetadata & ProxyObject }>;
  /** Slot 12; facts/vss.md 1.2. */
  freeWriterMetadata(): Promise<void>;
  /** Slot 13; facts/vss.md 1.2. */
  addComponent(instanceId: string, writerId: string, componentType: number, logicalPath: string | null, componentName: string): Promise<void>;
  /** Slot 14; facts/vss.md 1.2. */
  prepareForBackup(): Promise<IVssAsync & ProxyObject>;
  /**
   * synchronous; when: facts/vss.md 2.3
   * Slot 15; facts/vss.md 1.2.
   */
  abortBackup(): Promise<void>;
  /** Slot 16; facts/vss.md 1.2. */
  gatherWriterStatus(): Promise<IVssAsync & ProxyObject>;
  /** Slot 17; facts/vss.md 1.2. */
  getWriterStatusCount(): Promise<number>;
  /** Slot 18; facts/vss.md 1.2. */
  freeWriterStatus(): Promise<void>;
  /** Slot 19; facts/vss.md 1.2. */
  getWriterStatus(index: number): Promise<{ instanceId: string; writerId: string; writerName: string | null; state: number; failure: number }>;
  /** Slot 20; facts/vss.md 1.2. */
  setBackupSucceeded(instanceId: string, writerId: string, componentType: number, logicalPath: string | null, componentName: string, succeeded: boolean): Promise<void>;
  /** Slot 21; facts/vss.md 1.2. */
  setBackupOptions(writerId: string, componentType: number, logicalPath: string | null, componentName: string, options: string): Promise<void>;
  /** Slot 22; facts/vss.md 1.2. */
  setSelectedForRestore(writerId: string, componentType: number, logicalPath: string | null, componentName: string, selected: boolean): Promise<void>;
  /** Slot 23; facts/vss.md 1.2. */
  setRestoreOptions(writerId: string, componentType: number, logicalPath: string | null, componentName: string, options: string): Promise<void>;
  /** Slot 24; facts/vss.md 1.2. */
  setAdditionalRestores(writerId: string, componentType: number, logicalPath: string | null, componentName: string, additional: boolean): Promise<void>;
  /** Slot 25; facts/vss.md 1.2. */
  setPreviousBackupStamp(writerId: string, componentType: number, logicalPath: string | null, componentName: string, stamp: string): Promise<void>;
  /** Slot 26; facts/vss.md 1.2. */
  saveAsXML(): Promise<string | null>;
  /** Slot 27; facts/vss.md 1.2. */
  backupComplete(): Promise<IVssAsync & ProxyObject>;
  /** Slot 28; facts/vss.md 1.2. */
  addAlternativeLocationMapping(writerId: string, componentType: number, logicalPath: string | null, componentName: string, path: string, filespec: string, recursive: boolean, destination: string): Promise<void>;
  /** Slot 29; facts/vss.md 1.2. */
  addRestoreSubcomponent(writerId: string, componentType: number, logicalPath: string | null, componentName: string, subcomponentLogicalPath: string | null, subcomponentName: string, repair: boolean): Promise<void>;
  /** Slot 30; facts/vss.md 1.2. */
  setFileRestoreStatus(writerId: string, componentType: number, logicalPath: string | null, componentName: string, status: number): Promise<void>;
  /** Slot 31; facts/vss.md 1.2. */
  addNewTarget(writerId: string, componentType: number, logicalPath: string | null, componentName: string, path: string, fileName: string, recursive: boolean, alternatePath: string): Promise<void>;
  /** Slot 32; facts/vss.md 1.2. */
  setRangesFilePath(writerId: string, componentType: number, logicalPath: string | null, componentName: string, partialFile: number, rangesFile: string): Promise<void>;
  /** Slot 33; facts/vss.md 1.2. */
  preRestore(): Promise<IVssAsync & ProxyObject>;
  /** Slot 34; facts/vss.md 1.2. */
  postRestore(): Promise<IVssAsync & ProxyObject>;
  /** Slot 35; facts/vss.md 1.2. */
  setContext(context: number): Promise<void>;
  /** Slot 36; facts/vss.md 1.2. */
  startSnapshotSet(): Promise<string>;
  /**
   * volumeName: with a trailing backslash
   * providerId: all zeros: the service chooses
   * Slot 37; facts/vss.md 1.2.
   */
  addToSnapshotSet(volumeName: string, providerId: string): Promise<string>;
  /** Slot 38; facts/vss.md 1.2. */
  doSnapshotSet(): Promise<IVssAsync & ProxyObject>;
  /**
   * deletedSnapshots: valid on failure too
   * nondeletedSnapshotId: valid on failure too
   * Slot 39; facts/vss.md 1.2.
   */
  deleteSnapshots(sourceObjectId: string, sourceObjectType: number, forceDelete: boolean): Promise<{ deletedSnapshots: number; nondeletedSnapshotId: string }>;
  /** Slot 40; facts/vss.md 1.2. */
  importSnapshots(): Promise<IVssAsync & ProxyObject>;
  /** Slot 41; facts/vss.md 1.2. */
  breakSnapshotSet(snapshotSetId: string): Promise<void>;
  /**
   * properties: its strings are freed with VssFreeSnapshotProperties
   * Slot 42; facts/vss.md 1.2.
   */
  getSnapshotProperties(snapshotId: string): Promise<VSS_SNAPSHOT_PROP>;
  /** Slot 43; facts/vss.md 1.2. */
  query(queriedObjectId: string, queriedObjectType: number, returnedObjectsType: number): Promise<IVssEnumObject & ProxyObject>;
  /** Slot 44; facts/vss.md 1.2. */
  isVolumeSupported(providerId: string, volumeName: string): Promise<boolean>;
  /** Slot 45; facts/vss.md 1.2. */
  disableWriterClasses(writerClassIds: readonly string[]): Promise<void>;
  /** Slot 46; facts/vss.md 1.2. */
  enableWriterClasses(writerClassIds: readonly string[]): Promise<void>;
  /** Slot 47; facts/vss.md 1.2. */
  disableWriterInstances(writerInstanceIds: readonly string[]): Promise<void>;
  /** Slot 48; facts/vss.md 1.2. */
  exposeSnapshot(snapshotId: string, pathFromRoot: string | null, attributes: number, expose: string | null): Promise<string | null>;
  /** Slot 49; facts/vss.md 1.2. */
  revertToSnapshot(snapshotId: string, forceDismount: boolean): Promise<void>;
  /** Slot 50; facts/vss.md 1.2. */
  queryRevertStatus(volumeName: string): Promise<IVssAsync & ProxyObject>;
}

/** {963f03ad-9e4c-4a34-ac15-e4b6174e5036} */
export interface IVssBackupComponentsEx extends IVssBackupComponents {
  /** Slot 51; facts/vss.md 1.2. */
  getWriterMetadataEx(index: number): Promise<{ instanceId: string; metadata: IVssExamineWriterMetadataEx & ProxyObject }>;
  /** Slot 52; facts/vss.md 1.2. */
  setSelectedForRestoreEx(writerId: string, componentType: number, logicalPath: string | null, componentName: string, selected: boolean, instanceId: string): Promise<void>;
}

/** {acfe2b3a-22c9-4ef8-bd03-2f9ca230084e} */
export interface IVssBackupComponentsEx2 extends IVssBackupComponentsEx {
  /** Slot 53; facts/vss.md 1.2. */
  unexposeSnapshot(snapshotId: string): Promise<void>;
  /** Slot 54; facts/vss.md 1.2. */
  setAuthoritativeRestore(writerId: string, componentType: number, logicalPath: string | null, componentName: string, authoritative: boolean): Promise<void>;
  /** Slot 55; facts/vss.md 1.2. */
  setRollForward(writerId: string, componentType: number, logicalPath: string | null, componentName: string, rollType: number, rollForwardPoint: string): Promise<void>;
  /** Slot 56; facts/vss.md 1.2. */
  setRestoreName(writerId: string, componentType: number, logicalPath: string | null, componentName: string, restoreName: string): Promise<void>;
  /** Slot 57; facts/vss.md 1.2. */
  breakSnapshotSetEx(snapshotSetId: string, breakFlags: number): Promise<IVssAsync & ProxyObject>;
  /** Slot 58; facts/vss.md 1.2. */
  preFastRecovery(snapshotSetId: string, flags: number): Promise<IVssAsync & ProxyObject>;
  /** Slot 59; facts/vss.md 1.2. */
  fastRecovery(snapshotSetId: string, flags: number): Promise<IVssAsync & ProxyObject>;
}

/** {c191bfbc-b602-4675-8bd1-67d642f529d5} */
export interface IVssBackupComponentsEx3 extends IVssBackupComponentsEx2 {
  /** Slot 60; facts/vss.md 1.2. */
  getWriterStatusEx(index: number): Promise<{ instanceId: string; writerId: string; writerName: string | null; state: number; failure: number; applicationFailure: number; applicationMessage: string | null }>;
  /** Slot 61; facts/vss.md 1.2. */
  addSnapshotToRecoverySet(snapshotId: string, flags: number, destinationVolume: string | null): Promise<void>;
  /** Slot 62; facts/vss.md 1.2. */
  recoverSet(flags: number): Promise<IVssAsync & ProxyObject>;
  /** Slot 63; facts/vss.md 1.2. */
  getSessionId(): Promise<string>;
}

/** {f434c2fd-b553-4961-a9f9-a8e90b673e53} */
export interface IVssBackupComponentsEx4 extends IVssBackupComponentsEx3 {
  /** Slot 64; facts/vss.md 1.2. */
  getRootAndLogicalPrefixPaths(filePath: string, normalizeFqdnForRootPath: boolean): Promise<{ rootPath: string | null; logicalPrefix: string | null }>;
}

/** {507c37b4-cf5b-4e95-b0af-14eb9767467e} */
export interface IVssAsync {
  /** Slot 3; facts/vss.md 1.3, 2.4. */
  cancel(): Promise<void>;
  /**
   * timeoutMs: milliseconds; S_OK after a time-out leaves the operation pending
   * Slot 4; facts/vss.md 1.3, 2.4.
   */
  wait(timeoutMs: number): Promise<void>;
  /**
   * status: the operation's; the call's own result is another
   * Slot 5; facts/vss.md 1.3, 2.4.
   */
  queryStatus(): Promise<number>;
}

/** {ae1c7110-2f60-11d3-8a39-00c04f72d8e3} */
export interface IVssEnumObject {
  /**
   * elements: fewer than asked for at the end (S_FALSE)
   * Slot 3; facts/vss.md 1.3.
   */
  next(count: number): Promise<readonly FetchedVSS_OBJECT_PROP[]>;
  /** Slot 4; facts/vss.md 1.3. */
  skip(count: number): Promise<void>;
  /** Slot 5; facts/vss.md 1.3. */
  reset(): Promise<void>;
  /** Slot 6; facts/vss.md 1.3. */
  clone(): Promise<IVssEnumObject & ProxyObject>;
}

/** {902fcf7f-b7fd-42f8-81f1-b2e400b1e5bd} */
export interface IVssExamineWriterMetadata {
  /** Slot 3; facts/vss.md 1.3. */
  getIdentity(): Promise<{ instanceId: string; writerId: string; writerName: string | null; usage: number; source: number }>;
  /** Slot 4; facts/vss.md 1.3. */
  getFileCounts(): Promise<{ includeFiles: number; excludeFiles: number; components: number }>;
  /**
   * reserved: no writer has include files
   * Slot 5; facts/vss.md 1.3.
   */
  getIncludeFile(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 6; facts/vss.md 1.3. */
  getExcludeFile(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 7; facts/vss.md 1.3. */
  getComponent(index: number): Promise<IVssWMComponent & ProxyObject>;
  /** Slot 8; facts/vss.md 1.3. */
  getRestoreMethod(): Promise<{ method: number; service: string | null; userProcedure: string | null; writerRestore: number; rebootRequired: boolean; mappings: number }>;
  /** Slot 9; facts/vss.md 1.3. */
  getAlternateLocationMapping(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 10; facts/vss.md 1.3. */
  getBackupSchema(): Promise<number>;
  /** Slot 11; facts/vss.md 1.3. */
  getDocument(): Promise<IXMLDOMDocument & ProxyObject>;
  /** Slot 12; facts/vss.md 1.3. */
  saveAsXML(): Promise<string | null>;
  /** Slot 13; facts/vss.md 1.3. */
  loadFromXML(xml: string | null): Promise<void>;
}

/** {0c0e5ec0-ca44-472b-b702-e652db1c0451} */
export interface IVssExamineWriterMetadataEx extends IVssExamineWriterMetadata {
  /** Slot 14; facts/vss.md 1.3. */
  getIdentityEx(): Promise<{ instanceId: string; writerId: string; writerName: string | null; instanceName: string | null; usage: number; source: number }>;
}

/** {ce115780-a611-431b-b57f-c38303ab6aee} */
export interface IVssExamineWriterMetadataEx2 extends IVssExamineWriterMetadataEx {
  /** Slot 15; facts/vss.md 1.3. */
  getVersion(): Promise<{ major: number; minor: number }>;
  /** Slot 16; facts/vss.md 1.3. */
  getExcludeFromSnapshotCount(): Promise<number>;
  /** Slot 17; facts/vss.md 1.3. */
  getExcludeFromSnapshotFile(index: number): Promise<IVssWMFiledesc & ProxyObject>;
}

/** {00000000-0000-0000-0000-000000000000} */
export interface IVssWMComponent {
  /**
   * info: the component's until FreeComponentInfo
   * Slot 3; facts/vss.md 1.3, 1.4.
   */
  getComponentInfo(): Promise<VSS_COMPONENTINFO>;
  /**
   * info: the address that GetComponentInfo gave
   * Slot 4; facts/vss.md 1.3, 1.4.
   */
  freeComponentInfo(info: bigint): Promise<void>;
  /** Slot 5; facts/vss.md 1.3, 1.4. */
  getFile(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 6; facts/vss.md 1.3, 1.4. */
  getDatabaseFile(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 7; facts/vss.md 1.3, 1.4. */
  getDatabaseLogFile(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 8; facts/vss.md 1.3, 1.4. */
  getDependency(index: number): Promise<IVssWMDependency & ProxyObject>;
}

/** {00000000-0000-0000-0000-000000000000} */
export interface IVssWMFiledesc {
  /** Slot 3; facts/vss.md 1.3. */
  getPath(): Promise<string | null>;
  /** Slot 4; facts/vss.md 1.3. */
  getFilespec(): Promise<string | null>;
  /** Slot 5; facts/vss.md 1.3. */
  getRecursive(): Promise<boolean>;
  /** Slot 6; facts/vss.md 1.3. */
  getAlternateLocation(): Promise<string | null>;
  /** Slot 7; facts/vss.md 1.3. */
  getBackupTypeMask(): Promise<number>;
}

/** {00000000-0000-0000-0000-000000000000} */
export interface IVssWMDependency {
  /** Slot 3; facts/vss.md 1.3. */
  getWriterId(): Promise<string>;
  /** Slot 4; facts/vss.md 1.3. */
  getLogicalPath(): Promise<string | null>;
  /** Slot 5; facts/vss.md 1.3. */
  getComponentName(): Promise<string | null>;
}

/** {00000000-0000-0000-0000-000000000000} */
export interface IVssWriterComponentsExt {
  /** Slot 0; facts/vss.md 1.3. */
  getComponentCount(): Promise<number>;
  /** Slot 1; facts/vss.md 1.3. */
  getWriterInfo(): Promise<{ instanceId: string; writerId: string }>;
  /** Slot 2; facts/vss.md 1.3. */
  getComponent(index: number): Promise<IVssComponent & ProxyObject>;
}

/** {d2c72c96-c121-4518-b627-e5a93d010ead} */
export interface IVssComponent {
  /** Slot 3; facts/vss.md 1.3. */
  getLogicalPath(): Promise<string | null>;
  /** Slot 4; facts/vss.md 1.3. */
  getComponentType(): Promise<number>;
  /** Slot 5; facts/vss.md 1.3. */
  getComponentName(): Promise<string | null>;
  /** Slot 6; facts/vss.md 1.3. */
  getBackupSucceeded(): Promise<boolean>;
  /** Slot 7; facts/vss.md 1.3. */
  getAlternateLocationMappingCount(): Promise<number>;
  /** Slot 8; facts/vss.md 1.3. */
  getAlternateLocationMapping(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 9; facts/vss.md 1.3. */
  setBackupMetadata(data: string): Promise<void>;
  /** Slot 10; facts/vss.md 1.3. */
  getBackupMetadata(): Promise<string | null>;
  /** Slot 11; facts/vss.md 1.3. */
  addPartialFile(path: string, filename: string, ranges: string, metadata: string): Promise<void>;
  /** Slot 12; facts/vss.md 1.3. */
  getPartialFileCount(): Promise<number>;
  /** Slot 13; facts/vss.md 1.3. */
  getPartialFile(index: number): Promise<{ path: string | null; filename: string | null; range: string | null; metadata: string | null }>;
  /** Slot 14; facts/vss.md 1.3. */
  isSelectedForRestore(): Promise<boolean>;
  /** Slot 15; facts/vss.md 1.3. */
  getAdditionalRestores(): Promise<boolean>;
  /** Slot 16; facts/vss.md 1.3. */
  getNewTargetCount(): Promise<number>;
  /** Slot 17; facts/vss.md 1.3. */
  getNewTarget(index: number): Promise<IVssWMFiledesc & ProxyObject>;
  /** Slot 18; facts/vss.md 1.3. */
  addDirectedTarget(sourcePath: string, sourceFilename: string, sourceRangeList: string, destinationPath: string, destinationFilename: string, destinationRangeList: string): Promise<void>;
  /** Slot 19; facts/vss.md 1.3. */
  getDirectedTargetCount(): Promise<number>;
  /** Slot 20; facts/vss.md 1.3. */
  getDirectedTarget(index: number): Promise<{ sourcePath: string | null; sourceFilename: string | null; sourceRangeList: string | null; destinationPath: string | null; destinationFilename: string | null; destinationRangeList: string | null }>;
  /** Slot 21; facts/vss.md 1.3. */
  setRestoreMetadata(metadata: string): Promise<void>;
  /** Slot 22; facts/vss.md 1.3. */
  getRestoreMetadata(): Promise<string | null>;
  /** Slot 23; facts/vss.md 1.3. */
  setRestoreTarget(target: number): Promise<void>;
  /** Slot 24; facts/vss.md 1.3. */
  getRestoreTarget(): Promise<number>;
  /** Slot 25; facts/vss.md 1.3. */
  setPreRestoreFailureMsg(message: string): Promise<void>;
  /** Slot 26; facts/vss.md 1.3. */
  getPreRestoreFailureMsg(): Promise<string | null>;
  /** Slot 27; facts/vss.md 1.3. */
  setPostRestoreFailureMsg(message: string): Promise<void>;
  /** Slot 28; facts/vss.md 1.3. */
  getPostRestoreFailureMsg(): Promise<string | null>;
  /** Slot 29; facts/vss.md 1.3. */
  setBackupStamp(stamp: string): Promise<void>;
  /** Slot 30; facts/vss.md 1.3. */
  getBackupStamp(): Promise<string | null>;
  /** Slot 31; facts/vss.md 1.3. */
  getPreviousBackupStamp(): Promise<string | null>;
  /** Slot 32; facts/vss.md 1.3. */
  getBackupOptions(): Promise<string | null>;
  /** Slot 33; facts/vss.md 1.3. */
  getRestoreOptions(): Promise<string | null>;
  /** Slot 34; facts/vss.md 1.3. */
  getRestoreSubcomponentCount(): Promise<number>;
  /** Slot 35; facts/vss.md 1.3. */
  getRestoreSubcomponent(index: number): Promise<{ logicalPath: string | null; componentName: string | null; repair: boolean }>;
  /** Slot 36; facts/vss.md 1.3. */
  getFileRestoreStatus(): Promise<number>;
  /** Slot 37; facts/vss.md 1.3. */
  addDifferencedFilesByLastModifyTime(path: string, filespec: string, recursive: boolean, lastModifyTime: number | bigint): Promise<void>;
  /** Slot 38; facts/vss.md 1.3. */
  addDifferencedFilesByLastModifyLSN(path: string, filespec: string, recursive: boolean, lsn: string | null): Promise<void>;
  /** Slot 39; facts/vss.md 1.3. */
  getDifferencedFilesCount(): Promise<number>;
  /** Slot 40; facts/vss.md 1.3. */
  getDifferencedFile(index: number): Promise<{ path: string | null; filespec: string | null; recursive: boolean; lsn: string | null; lastModifyTime: bigint }>;
}

/** {156c8b5e-f131-4bd7-9c97-d1923be7e1fa} */
export interface IVssComponentEx extends IVssComponent {
  /** Slot 41; facts/vss.md 1.3. */
  setPrepareForBackupFailureMsg(message: string): Promise<void>;
  /** Slot 42; facts/vss.md 1.3. */
  setPostSnapshotFailureMsg(message: string): Promise<void>;
  /** Slot 43; facts/vss.md 1.3. */
  getPrepareForBackupFailureMsg(): Promise<string | null>;
  /** Slot 44; facts/vss.md 1.3. */
  getPostSnapshotFailureMsg(): Promise<string | null>;
  /** Slot 45; facts/vss.md 1.3. */
  getAuthoritativeRestore(): Promise<boolean>;
  /** Slot 46; facts/vss.md 1.3. */
  getRollForward(): Promise<{ rollType: number; point: string | null }>;
  /** Slot 47; facts/vss.md 1.3. */
  getRestoreName(): Promise<string | null>;
}

/** {3b5be0f2-07a9-4e4b-bdd3-cfdc8e2c0d2d} */
export interface IVssComponentEx2 extends IVssComponentEx {
  /** Slot 48; facts/vss.md 1.3. */
  setFailure(failure: number, applicationFailure: number, applicationMessage: string | null, reserved: number): Promise<void>;
  /** Slot 49; facts/vss.md 1.3. */
  getFailure(): Promise<{ failure: number; applicationFailure: number; applicationMessage: string | null; reserved: number }>;
}

/** {77ed5996-2f63-11d3-8a39-00c04f72d8e3} */
export interface IVssAdmin {
  /** Slot 3; facts/vss.md 1.3. */
  registerProvider(providerId: string, classId: string, providerName: string, providerType: number, providerVersion: string, providerVersionId: string): Promise<void>;
  /** Slot 4; facts/vss.md 1.3. */
  unregisterProvider(providerId: string): Promise<void>;
  /** Slot 5; facts/vss.md 1.3. */
  queryProviders(): Promise<IVssEnumObject & ProxyObject>;
  /**
   * documented as not supported
   * Slot 6; facts/vss.md 1.3.
   */
  abortAllSnapshotsInProgress(): Promise<void>;
}

/** {214a0f28-b737-4026-b847-4f9e37d79529} */
export interface IVssDifferentialSoftwareSnapshotMgmt {
  /**
   * maximumDiffSpace: bytes, signed: -1 as 2^64-1 is no limit (VSS_ASSOC_NO_MAX_SPACE), 0 takes the association away (VSS_ASSOC_REMOVE)
   * Slot 3; vsmgmt.h.
   */
  addDiffArea(volumeName: string, diffAreaVolumeName: string, maximumDiffSpace: number | bigint): Promise<void>;
  /**
   * maximumDiffSpace: bytes, signed: -1 as 2^64-1 is no limit (VSS_ASSOC_NO_MAX_SPACE), 0 takes the association away (VSS_ASSOC_REMOVE)
   * Slot 4; vsmgmt.h.
   */
  changeDiffAreaMaximumSize(volumeName: string, diffAreaVolumeName: string, maximumDiffSpace: number | bigint): Promise<void>;
  /** Slot 5; vsmgmt.h. */
  queryVolumesSupportedForDiffAreas(volumeName: string): Promise<IVssEnumMgmtObject & ProxyObject>;
  /** Slot 6; vsmgmt.h. */
  queryDiffAreasForVolume(volumeName: string): Promise<IVssEnumMgmtObject & ProxyObject>;
  /** Slot 7; vsmgmt.h. */
  queryDiffAreasOnVolume(volumeName: string): Promise<IVssEnumMgmtObject & ProxyObject>;
  /** Slot 8; vsmgmt.h. */
  queryDiffAreasForSnapshot(snapshotId: string): Promise<IVssEnumMgmtObject & ProxyObject>;
}

/** {01954e6b-9254-4e6e-808c-c9e05d007696} */
export interface IVssEnumMgmtObject {
  /**
   * elements: fewer than asked for at the end (S_FALSE)
   * Slot 3; vsmgmt.h.
   */
  next(count: number): Promise<readonly FetchedVSS_MGMT_OBJECT_PROP[]>;
  /** Slot 4; vsmgmt.h. */
  skip(count: number): Promise<void>;
  /** Slot 5; vsmgmt.h. */
  reset(): Promise<void>;
  /** Slot 6; vsmgmt.h. */
  clone(): Promise<IVssEnumMgmtObject & ProxyObject>;
}

/** {2933bf81-7b36-11d2-b20e-00c04f983e60} */
export interface IXMLDOMDocument {
  /** Slot 34; msxml.h, IXMLDOMNode. */
  get_xml(): Promise<string | null>;
}

/** vssapi.dll */
export const CLSID_VSSCoordinator = 'e579ab5f-1cc4-44b4-bed9-de0991ff0623';
