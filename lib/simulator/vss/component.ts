/**
 * IVssWriterComponentsExt and IVssComponentEx2: a writer's components in the document. A writer's handlers get the same object and may
 * write; a requester may only read.
 */
import { HRESULT } from '../../binding/codes';
import { VSS_HRESULT } from '../../binding/vss-codes';
import type { SimulatedIVssComponentEx2, SimulatedIVssWriterComponentsExt } from '../generated/vss';
import { Failure, KernelObject } from '../kernel-object';
import type { ComponentFailure, DocumentComponent, DocumentWriter } from './components-document';
import { FiledescObject, elementAt } from './metadata-objects';
import type { WindowsVersion } from './windows-version';

/** A component as a writer's handler sees it: the fields, and the setters of IVssComponentEx2. */
export class WriterComponents {
  readonly list: readonly ComponentObject[];

  constructor(writer: DocumentWriter | undefined, version: WindowsVersion) {
    this.list = (writer?.components ?? []).map((component) => new ComponentObject(component, 'writer', version));
  }

  find(name: string, logicalPath: string | null = null): ComponentObject | undefined {
    const fold = (text: string | null): string => (text ?? '').toLowerCase();
    return this.list.find(({ data }) => fold(data.name) === fold(name) && fold(data.logicalPath) === fold(logicalPath));
  }
}

export class ComponentObject extends KernelObject implements SimulatedIVssComponentEx2 {
  readonly interfaceName = 'IVssComponentEx2';

  constructor(
    readonly data: Readonly<DocumentComponent>,
    private readonly side: 'requester' | 'writer',
    private readonly version: WindowsVersion,
  ) {
    super();
  }

  getLogicalPath(): [string | null] {
    return [this.data.logicalPath];
  }
  getComponentType(): [number] {
    return [this.data.type];
  }
  getComponentName(): [string] {
    return [this.data.name];
  }
  getBackupSucceeded(): [boolean] {
    return [this.data.backupSucceeded];
  }
  getAlternateLocationMappingCount(): [number] {
    return [this.data.alternateLocationMappings.length];
  }
  getAlternateLocationMapping(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.data.alternateLocationMappings, index))];
  }
  setBackupMetadata(data: string): void {
    this.asWriter.backupMetadata = data;
  }
  getBackupMetadata(): [string | null] {
    return [this.data.backupMetadata];
  }
  addPartialFile(path: string, filename: string, ranges: string, metadata: string): void {
    this.asWriter.partialFiles.push({ path, filename, ranges, metadata });
  }
  getPartialFileCount(): [number] {
    return [this.data.partialFiles.length];
  }
  getPartialFile(index: number): [string, string, string, string] {
    const { path, filename, ranges, metadata } = elementAt(this.data.partialFiles, index);
    return [path, filename, ranges, metadata];
  }
  isSelectedForRestore(): [boolean] {
    return [this.data.selectedForRestore];
  }
  getAdditionalRestores(): [boolean] {
    return [this.data.additionalRestores];
  }
  getNewTargetCount(): [number] {
    return [this.data.newTargets.length];
  }
  getNewTarget(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.data.newTargets, index))];
  }
  addDirectedTarget(
    sourcePath: string, sourceFilename: string, sourceRangeList: string, destinationPath: string, destinationFilename: string, destinationRangeList: string,
  ): void {
    this.asWriter.directedTargets.push({ sourcePath, sourceFilename, sourceRangeList, destinationPath, destinationFilename, destinationRangeList });
  }
  getDirectedTargetCount(): [number] {
    return [this.data.directedTargets.length];
  }
  getDirectedTarget(index: number): [string, string, string, string, string, string] {
    const target = elementAt(this.data.directedTargets, index);
    return [
      target.sourcePath, target.sourceFilename, target.sourceRangeList, target.destinationPath, target.destinationFilename, target.destinationRangeList,
    ];
  }
  setRestoreMetadata(metadata: string): void {
    this.asWriter.restoreMetadata = metadata;
  }
  getRestoreMetadata(): [string | null] {
    return [this.data.restoreMetadata];
  }
  setRestoreTarget(target: number): void {
    this.asWriter.restoreTarget = target;
  }
  getRestoreTarget(): [number] {
    return [this.data.restoreTarget];
  }
  setPreRestoreFailureMsg(message: string): void {
    this.asWriter.preRestoreFailureMsg = message;
  }
  getPreRestoreFailureMsg(): [string | null] {
    return [this.data.preRestoreFailureMsg];
  }
  setPostRestoreFailureMsg(message: string): void {
    this.asWriter.postRestoreFailureMsg = message;
  }
  getPostRestoreFailureMsg(): [string | null] {
    return [this.data.postRestoreFailureMsg];
  }
  setBackupStamp(stamp: string): void {
    this.asWriter.backupStamp = stamp;
  }
  getBackupStamp(): [string | null] {
    return [this.data.backupStamp];
  }
  getPreviousBackupStamp(): [string | null] {
    return [this.data.previousBackupStamp];
  }
  getBackupOptions(): [string | null] {
    return [this.data.backupOptions];
  }
  getRestoreOptions(): [string | null] {
    return [this.data.restoreOptions];
  }
  getRestoreSubcomponentCount(): [number] {
    return [this.data.restoreSubcomponents.length];
  }
  getRestoreSubcomponent(index: number): [string | null, string, boolean] {
    const { logicalPath, name, repair } = elementAt(this.data.restoreSubcomponents, index);
    return [logicalPath, name, repair];
  }
  getFileRestoreStatus(): [number] {
    return [this.data.fileRestoreStatus];
  }
  addDifferencedFilesByLastModifyTime(path: string, filespec: string, recursive: boolean, lastModifyTime: bigint): void {
    this.asWriter.differencedFiles.push({ path, filespec, recursive, lsn: null, lastModifyTime });
  }
  addDifferencedFilesByLastModifyLSN(): void {
    // Reserved: the reference says that it must not be used (R:addifferencedfilesbylastmodifylsn).
    throw new Failure(HRESULT.E_NOTIMPL);
  }
  getDifferencedFilesCount(): [number] {
    return [this.data.differencedFiles.length];
  }
  getDifferencedFile(index: number): [string, string, boolean, string | null, bigint] {
    const { path, filespec, recursive, lsn, lastModifyTime } = elementAt(this.data.differencedFiles, index);
    return [path, filespec, recursive, lsn, lastModifyTime];
  }

  setPrepareForBackupFailureMsg(message: string): void {
    this.ex('IVssComponentEx');
    this.asWriter.prepareForBackupFailureMsg = message;
  }
  setPostSnapshotFailureMsg(message: string): void {
    this.ex('IVssComponentEx');
    this.asWriter.postSnapshotFailureMsg = message;
  }
  getPrepareForBackupFailureMsg(): [string | null] {
    this.ex('IVssComponentEx');
    return [this.data.prepareForBackupFailureMsg];
  }
  getPostSnapshotFailureMsg(): [string | null] {
    this.ex('IVssComponentEx');
    return [this.data.postSnapshotFailureMsg];
  }
  getAuthoritativeRestore(): [boolean] {
    this.ex('IVssComponentEx');
    return [this.data.authoritativeRestore];
  }
  getRollForward(): [number, string | null] {
    this.ex('IVssComponentEx');
    return [this.data.rollForwardType, this.data.rollForwardPoint];
  }
  getRestoreName(): [string | null] {
    this.ex('IVssComponentEx');
    return [this.data.restoreName];
  }

  setFailure(failure: number, applicationFailure: number, applicationMessage: string | null): void {
    this.ex('IVssComponentEx2');
    this.asWriter.failure = { failure, applicationFailure, applicationMessage } satisfies ComponentFailure;
  }
  getFailure(): [number, number, string | null, number] {
    this.ex('IVssComponentEx2');
    const { failure, applicationFailure, applicationMessage } = this.data.failure;
    return [failure, applicationFailure, applicationMessage, 0];
  }

  ended(): void {
    // The document is the components object's.
  }

  /** Setters are the writer's. */
  private get asWriter(): DocumentComponent {
    if (this.side === 'requester') throw new Failure(VSS_HRESULT.VSS_E_BAD_STATE);
    return this.data;
  }

  private ex(interfaceName: string): void {
    this.version.requireInterface(interfaceName);
  }
}

/** What a Windows without the interface tells of a component. */
const untold: Readonly<Record<string, Partial<DocumentComponent>>> = {
  IVssComponentEx: {
    prepareForBackupFailureMsg: null, postSnapshotFailureMsg: null, authoritativeRestore: false, rollForwardType: 0, rollForwardPoint: null, restoreName: null,
  },
  IVssComponentEx2: { failure: { failure: 0, applicationFailure: 0, applicationMessage: null } },
};

export class WriterComponentsObject extends KernelObject implements SimulatedIVssWriterComponentsExt {
  readonly interfaceName = 'IVssWriterComponentsExt';

  constructor(
    private readonly writer: DocumentWriter,
    private readonly version: WindowsVersion,
  ) {
    super();
  }

  getComponentCount(): [number] {
    return [this.writer.components.length];
  }
  /** Not of Windows: everything in one call (lib/vss/components-document.ts). */
  readAll(): [DocumentWriter] {
    const lacking = Object.entries(untold).flatMap(([name, fields]) => (this.version.hasInterface(name) ? [] : [fields]));
    return [{ ...this.writer, components: this.writer.components.map((component) => Object.assign({}, component, ...lacking) as DocumentComponent) }];
  }
  getWriterInfo(): [string, string] {
    return [this.writer.instanceId, this.writer.writerId];
  }
  getComponent(index: number): [KernelObject] {
    return [new ComponentObject(elementAt(this.writer.components, index), 'requester', this.version)];
  }
  ended(): void {
    // Nothing of its own.
  }
}

