/** What writers say of themselves, as plain typed objects: identity, components, file sets with paths and masks, dependencies, exclusions (facts/vss.md 1.3). */
import { ArgumentError, MACHINE, WindowsError, failed } from '../binding';
import type { IVssExamineWriterMetadata, IVssExamineWriterMetadataEx2, IVssWMComponent, IVssWMFiledesc } from '../binding/generated/vss';
import { createProxy, queryInterface } from '../binding/proxy';
import type { ProxyObject } from '../binding/proxy';
import { interfaceTable } from '../binding/tables';
import type { VssBackupComponents } from './backup-components';
import { each, ifSupported, of, readAll } from './reading';
import { closeChannel, machineOf, openRequester } from './requester';
import type { RequesterOptions } from './requester';

/** A directory, a mask, whether below it too. */
export interface FileSet {
  readonly path: string;
  readonly filespec: string;
  readonly recursive: boolean;
  /** Where the files really are, or are to be restored to; null: at `path`. */
  readonly alternateLocation: string | null;
  /** VSS_FILE_SPEC_BACKUP_TYPE. */
  readonly backupTypeMask: number;
}

export interface Dependency {
  readonly writerId: string;
  readonly logicalPath: string | null;
  readonly componentName: string;
}

export interface ComponentMetadata {
  /** VSS_COMPONENT_TYPE. */
  readonly type: number;
  readonly logicalPath: string | null;
  readonly name: string;
  readonly caption: string | null;
  readonly restoreMetadata: boolean;
  readonly notifyOnBackupComplete: boolean;
  readonly selectable: boolean;
  readonly selectableForRestore: boolean;
  /** VSS_COMPONENT_FLAGS. */
  readonly flags: number;
  readonly files: readonly FileSet[];
  readonly databaseFiles: readonly FileSet[];
  readonly logFiles: readonly FileSet[];
  readonly dependencies: readonly Dependency[];
}

export interface RestoreMethod {
  /** VSS_RESTOREMETHOD_ENUM; 0 when the writer set none. */
  readonly method: number;
  /** The service that STOP_RESTORE_START and RESTORE_STOP_START name. */
  readonly service: string | null;
  readonly userProcedure: string | null;
  /** VSS_WRITERRESTORE_ENUM. */
  readonly writerRestore: number;
  readonly rebootRequired: boolean;
}

export interface WriterMetadata {
  readonly instanceId: string;
  readonly writerId: string;
  readonly writerName: string;
  readonly instanceName: string | null;
  /** VSS_USAGE_TYPE. */
  readonly usage: number;
  /** VSS_SOURCE_TYPE. */
  readonly source: number;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** VSS_BACKUP_SCHEMA. */
  readonly backupSchema: number;
  readonly components: readonly ComponentMetadata[];
  readonly excludeFiles: readonly FileSet[];
  readonly excludeFromSnapshotFiles: readonly FileSet[];
  readonly restoreMethod: RestoreMethod;
  readonly alternateLocationMappings: readonly FileSet[];
}

/** One writer's metadata and the document it came from, as SaveAsXML gives it. */
export interface WriterDocument {
  readonly metadata: WriterMetadata;
  readonly document: string;
}

type Examine = IVssExamineWriterMetadata & ProxyObject;

/** The object is released. */
export function readFileSet(filedesc: Promise<IVssWMFiledesc & ProxyObject>): Promise<FileSet> {
  return of(filedesc, async (object) => ({
    path: (await object.getPath()) ?? '',
    filespec: (await object.getFilespec()) ?? '',
    recursive: await object.getRecursive(),
    alternateLocation: await object.getAlternateLocation(),
    backupTypeMask: await object.getBackupTypeMask(),
  }));
}

async function component(object: IVssWMComponent): Promise<ComponentMetadata> {
  const info = await object.getComponentInfo();
  try {
    return {
      type: info.type,
      logicalPath: info.logicalPath,
      name: info.componentName ?? '',
      caption: info.caption,
      restoreMetadata: info.restoreMetadata,
      notifyOnBackupComplete: info.notifyOnBackupComplete,
      selectable: info.selectable,
      selectableForRestore: info.selectableForRestore,
      flags: info.componentFlags,
      files: await each(info.fileCount, (index) => readFileSet(object.getFile(index))),
      databaseFiles: await each(info.databases, (index) => readFileSet(object.getDatabaseFile(index))),
      logFiles: await each(info.logFiles, (index) => readFileSet(object.getDatabaseLogFile(index))),
      dependencies: await each(info.dependencies, (index) => of(object.getDependency(index), async (dependency) => ({
        writerId: await dependency.getWriterId(), logicalPath: await dependency.getLogicalPath(), componentName: (await dependency.getComponentName()) ?? '',
      }))),
    };
  } finally {
    await object.freeComponentInfo(info.pointer);
  }
}

/** Field by field. Takes the object over and gives it back by the interface that it was read by. */
async function readFields(examine: IVssExamineWriterMetadataEx2): Promise<WriterMetadata> {
  const identity = await ifSupported(() => examine.getIdentityEx(), { ...(await examine.getIdentity()), instanceName: null });
  const counts = await examine.getFileCounts();
  const { mappings, ...restoreMethod } = await examine.getRestoreMethod();
  const version = await ifSupported(() => examine.getVersion(), { major: 0, minor: 0 });
  return {
    ...identity,
    writerName: identity.writerName ?? '',
    majorVersion: version.major,
    minorVersion: version.minor,
    backupSchema: await examine.getBackupSchema(),
    components: await each(counts.components, (index) => of(examine.getComponent(index), component)),
    excludeFiles: await each(counts.excludeFiles, (index) => readFileSet(examine.getExcludeFile(index))),
    excludeFromSnapshotFiles: await each(await ifSupported(() => examine.getExcludeFromSnapshotCount(), 0), (index) => readFileSet(examine.getExcludeFromSnapshotFile(index))),
    restoreMethod,
    alternateLocationMappings: await each(mappings, (index) => readFileSet(examine.getAlternateLocationMapping(index))),
  };
}

/** Everything that an examine object knows; the object is released. */
export async function readExamined(object: Promise<Examine>): Promise<WriterDocument> {
  return of(object.then((examine) => queryInterface<IVssExamineWriterMetadataEx2>(examine, 'IVssExamineWriterMetadataEx2')), async (examine) => ({
    metadata: (await readAll<WriterMetadata>(examine, 'IVssExamineWriterMetadata::ReadAll')) ?? (await readFields(examine)),
    document: (await examine.saveAsXML()) ?? '',
  }));
}

/** The metadata of every writer that answered GatherWriterMetadata: one crossing each for its contents. FreeWriterMetadata is left to the caller. */
export async function readWriterMetadata(components: VssBackupComponents): Promise<readonly WriterDocument[]> {
  return each(await components.getWriterMetadataCount(), (index) => readExamined(components.getWriterMetadata(index).then(({ metadata }) => metadata)));
}

/**
 * A stored writer metadata document as plain objects; no writer is asked.
 * @throws WindowsError VSS_E_INVALID_XML_DOCUMENT, VSS_E_CORRUPT_XML_DOCUMENT; ArgumentError
 */
export async function examineWriterMetadata(document: string, options: RequesterOptions = {}): Promise<WriterMetadata> {
  if (typeof document !== 'string' || document === '') throw new ArgumentError('document', 'must be the XML of a writer metadata document');
  const machine = await machineOf(options);
  const channel = await openRequester({ ...machine, security: 'host' });
  try {
    const { hresult, outputs } = await channel.call(MACHINE, 'CreateVssExamineWriterMetadata', [document]);
    if (failed(hresult)) throw new WindowsError('CreateVssExamineWriterMetadata', hresult);
    const examine = createProxy<IVssExamineWriterMetadata>(channel, outputs[0] as number, interfaceTable('IVssExamineWriterMetadata'));
    return (await readExamined(Promise.resolve(examine))).metadata;
  } finally {
    await closeChannel(machine, channel);
  }
}
