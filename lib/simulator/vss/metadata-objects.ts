/** IVssExamineWriterMetadataEx2 and what it gives: component, file set, dependency, document. */
import { VSS_HRESULT } from '../../binding/vss-codes';
import type {
  PlainVSS_COMPONENTINFO, SimulatedIVssExamineWriterMetadataEx2, SimulatedIVssWMComponent, SimulatedIVssWMDependency, SimulatedIVssWMFiledesc,
  SimulatedIXMLDOMDocument,
} from '../generated/vss';
import { Failure, KernelObject } from '../kernel-object';
import type { WindowsVersion } from './windows-version';
import { writerMetadataFromXml, writerMetadataToXml } from './writer-metadata';
import type { ComponentMetadata, Dependency, FileSet, WriterMetadata } from './writer-metadata';

/** The element at `index`, or VSS_E_OBJECT_NOT_FOUND. */
export function elementAt<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
  return element;
}

export class FiledescObject extends KernelObject implements SimulatedIVssWMFiledesc {
  readonly interfaceName = 'IVssWMFiledesc';
  constructor(private readonly files: FileSet) {
    super();
  }
  getPath(): [string] {
    return [this.files.path];
  }
  getFilespec(): [string] {
    return [this.files.filespec];
  }
  getRecursive(): [boolean] {
    return [this.files.recursive];
  }
  getAlternateLocation(): [string | null] {
    return [this.files.alternateLocation];
  }
  getBackupTypeMask(): [number] {
    return [this.files.backupTypeMask];
  }
  ended(): void {
    // Nothing of its own.
  }
}

class DependencyObject extends KernelObject implements SimulatedIVssWMDependency {
  readonly interfaceName = 'IVssWMDependency';
  constructor(private readonly dependency: Dependency) {
    super();
  }
  getWriterId(): [string] {
    return [this.dependency.writerId];
  }
  getLogicalPath(): [string | null] {
    return [this.dependency.logicalPath];
  }
  getComponentName(): [string] {
    return [this.dependency.componentName];
  }
  ended(): void {
    // Nothing of its own.
  }
}

/** Addresses of lent VSS_COMPONENTINFOs only have to differ. */
let nextInfo = 0x20_0000_0000n;

class ComponentMetadataObject extends KernelObject implements SimulatedIVssWMComponent {
  readonly interfaceName = 'IVssWMComponent';
  private readonly lent = new Set<bigint>();

  constructor(private readonly component: ComponentMetadata) {
    super();
  }

  getComponentInfo(): [PlainVSS_COMPONENTINFO & { readonly pointer: bigint }] {
    const { type, logicalPath, name, caption, flags, files, databaseFiles, logFiles, dependencies, ...rest } = this.component;
    const pointer = nextInfo;
    nextInfo += 0x100n;
    this.lent.add(pointer);
    return [{
      pointer,
      type,
      logicalPath,
      componentName: name,
      caption,
      icon: 0n,
      iconSize: 0,
      restoreMetadata: rest.restoreMetadata,
      notifyOnBackupComplete: rest.notifyOnBackupComplete,
      selectable: rest.selectable,
      selectableForRestore: rest.selectableForRestore,
      componentFlags: flags,
      fileCount: files.length,
      databases: databaseFiles.length,
      logFiles: logFiles.length,
      dependencies: dependencies.length,
    }];
  }
  freeComponentInfo(info: bigint): void {
    // Freeing what was not lent, or twice, would corrupt the heap of a real process.
    if (!this.lent.delete(info)) throw new Failure(VSS_HRESULT.VSS_E_UNEXPECTED);
  }
  getFile(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.component.files, index))];
  }
  getDatabaseFile(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.component.databaseFiles, index))];
  }
  getDatabaseLogFile(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.component.logFiles, index))];
  }
  getDependency(index: number): [KernelObject] {
    return [new DependencyObject(elementAt(this.component.dependencies, index))];
  }
  ended(): void {
    this.lent.clear();
  }
}

class XmlDocumentObject extends KernelObject implements SimulatedIXMLDOMDocument {
  readonly interfaceName = 'IXMLDOMDocument';
  constructor(private readonly xml: string) {
    super();
  }
  get_xml(): [string] {
    return [this.xml];
  }
  ended(): void {
    // Nothing of its own.
  }
}

export class ExamineWriterMetadata extends KernelObject implements SimulatedIVssExamineWriterMetadataEx2 {
  readonly interfaceName = 'IVssExamineWriterMetadataEx2';

  constructor(
    private metadata: WriterMetadata,
    private readonly version: WindowsVersion,
  ) {
    super();
  }

  getIdentity(): [string, string, string, number, number] {
    const { instanceId, writerId, writerName, usage, source } = this.metadata;
    return [instanceId, writerId, writerName, usage, source];
  }
  getFileCounts(): [number, number, number] {
    return [0, this.metadata.excludeFiles.length, this.metadata.components.length];
  }
  getIncludeFile(): never {
    throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
  }
  getExcludeFile(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.metadata.excludeFiles, index))];
  }
  getComponent(index: number): [KernelObject] {
    return [new ComponentMetadataObject(elementAt(this.metadata.components, index))];
  }
  getRestoreMethod(): [number, string | null, string | null, number, boolean, number] {
    const { method, service, userProcedure, writerRestore, rebootRequired } = this.metadata.restoreMethod;
    return [method, service, userProcedure, writerRestore, rebootRequired, this.metadata.alternateLocationMappings.length];
  }
  getAlternateLocationMapping(index: number): [KernelObject] {
    return [new FiledescObject(elementAt(this.metadata.alternateLocationMappings, index))];
  }
  getBackupSchema(): [number] {
    return [this.metadata.backupSchema];
  }
  getDocument(): [KernelObject] {
    return [new XmlDocumentObject(writerMetadataToXml(this.metadata))];
  }
  saveAsXML(): [string] {
    return [writerMetadataToXml(this.metadata)];
  }
  loadFromXML(xml: string | null): void {
    this.metadata = writerMetadataFromXml(xml ?? '');
  }

  /** Not of Windows: everything in one call (lib/vss/writer-metadata.ts). */
  readAll(): [WriterMetadata] {
    if (this.version.hasInterface('IVssExamineWriterMetadataEx2')) return [this.metadata];
    return [{ ...this.metadata, majorVersion: 0, minorVersion: 0, excludeFromSnapshotFiles: [] }];
  }

  getIdentityEx(): [string, string, string, string | null, number, number] {
    const { instanceId, writerId, writerName, instanceName, usage, source } = this.metadata;
    return [instanceId, writerId, writerName, instanceName, usage, source];
  }

  getVersion(): [number, number] {
    this.version.requireInterface('IVssExamineWriterMetadataEx2');
    return [this.metadata.majorVersion, this.metadata.minorVersion];
  }
  getExcludeFromSnapshotCount(): [number] {
    this.version.requireInterface('IVssExamineWriterMetadataEx2');
    return [this.metadata.excludeFromSnapshotFiles.length];
  }
  getExcludeFromSnapshotFile(index: number): [KernelObject] {
    this.version.requireInterface('IVssExamineWriterMetadataEx2');
    return [new FiledescObject(elementAt(this.metadata.excludeFromSnapshotFiles, index))];
  }
  ended(): void {
    // Nothing of its own.
  }
}
