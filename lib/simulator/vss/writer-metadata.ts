/** What a writer says about itself in answer to Identify: its identity, its components, what to leave out, how to restore (facts/vss.md 1.3). */
import { VSS_RESTOREMETHOD_ENUM, VSS_SOURCE_TYPE, VSS_USAGE_TYPE, VSS_WRITERRESTORE_ENUM } from '../../binding/vss-codes';
import { checkShape, readDocument, writeDocument } from './document';
import type { Data } from './document';

/** A file set: a directory, a mask, whether below it too. */
export type FileSet = {
  readonly path: string;
  readonly filespec: string;
  readonly recursive: boolean;
  /** Where the files really are, or are to be restored to; null: at `path`. */
  readonly alternateLocation: string | null;
  /** VSS_FILE_SPEC_BACKUP_TYPE. */
  readonly backupTypeMask: number;
};

export type Dependency = {
  readonly writerId: string;
  readonly logicalPath: string | null;
  readonly componentName: string;
};

export type ComponentMetadata = {
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
};

export type RestoreMethod = {
  /** VSS_RESTOREMETHOD_ENUM; 0 when the writer set none. */
  readonly method: number;
  readonly service: string | null;
  readonly userProcedure: string | null;
  /** VSS_WRITERRESTORE_ENUM. */
  readonly writerRestore: number;
  readonly rebootRequired: boolean;
};

export type WriterMetadata = {
  readonly instanceId: string;
  readonly writerId: string;
  readonly writerName: string;
  readonly instanceName: string | null;
  /** VSS_USAGE_TYPE and VSS_SOURCE_TYPE. */
  readonly usage: number;
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
};

/** VSS_FSBT_ALL_BACKUP_REQUIRED | VSS_FSBT_ALL_SNAPSHOT_REQUIRED, the default of AddFiles. */
const DEFAULT_BACKUP_TYPE_MASK = 0xf0f;

export type PartialFileSet = Pick<FileSet, 'path' | 'filespec'> & Partial<FileSet>;

export function fileSet(given: PartialFileSet): FileSet {
  return { recursive: false, alternateLocation: null, backupTypeMask: DEFAULT_BACKUP_TYPE_MASK, ...given };
}

export type PartialComponent = Pick<ComponentMetadata, 'type' | 'name'> &
  Partial<Omit<ComponentMetadata, 'files' | 'databaseFiles' | 'logFiles'>> & {
    readonly files?: readonly PartialFileSet[];
    readonly databaseFiles?: readonly PartialFileSet[];
    readonly logFiles?: readonly PartialFileSet[];
  };

function component({ files = [], databaseFiles = [], logFiles = [], ...given }: PartialComponent): ComponentMetadata {
  return {
    logicalPath: null,
    caption: null,
    restoreMetadata: false,
    notifyOnBackupComplete: false,
    selectable: true,
    selectableForRestore: true,
    flags: 0,
    dependencies: [],
    ...given,
    files: files.map(fileSet),
    databaseFiles: databaseFiles.map(fileSet),
    logFiles: logFiles.map(fileSet),
  };
}

/** What a tester must say of a writer, and what he may. */
export type PartialWriterMetadata = Pick<WriterMetadata, 'instanceId' | 'writerId' | 'writerName'> &
  Partial<Omit<WriterMetadata, 'components' | 'excludeFiles' | 'excludeFromSnapshotFiles' | 'alternateLocationMappings' | 'restoreMethod'>> & {
    readonly components?: readonly PartialComponent[];
    readonly excludeFiles?: readonly PartialFileSet[];
    readonly excludeFromSnapshotFiles?: readonly PartialFileSet[];
    readonly alternateLocationMappings?: readonly PartialFileSet[];
    readonly restoreMethod?: Partial<RestoreMethod>;
  };

/** The whole of it: what was not said has the value that a writer which says nothing has. */
export function writerMetadata(given: PartialWriterMetadata): WriterMetadata {
  const { components = [], excludeFiles = [], excludeFromSnapshotFiles = [], alternateLocationMappings = [], restoreMethod = {}, ...rest } = given;
  return {
    instanceName: null,
    usage: VSS_USAGE_TYPE.USERDATA,
    source: VSS_SOURCE_TYPE.OTHER,
    majorVersion: 1,
    minorVersion: 0,
    backupSchema: 0,
    ...rest,
    components: components.map(component),
    excludeFiles: excludeFiles.map(fileSet),
    excludeFromSnapshotFiles: excludeFromSnapshotFiles.map(fileSet),
    restoreMethod: {
      method: VSS_RESTOREMETHOD_ENUM.UNDEFINED,
      service: null,
      userProcedure: null,
      writerRestore: VSS_WRITERRESTORE_ENUM.NEVER,
      rebootRequired: false,
      ...restoreMethod,
    },
    alternateLocationMappings: alternateLocationMappings.map(fileSet),
  };
}

const ROOT = 'SimulatedWriterMetadata';
const exampleFile: FileSet = { path: '', filespec: '', recursive: false, alternateLocation: null, backupTypeMask: 0 };
const example: WriterMetadata = {
  ...writerMetadata({ instanceId: '', writerId: '', writerName: '' }),
  components: [{
    ...component({ type: 0, name: '' }),
    files: [exampleFile], databaseFiles: [exampleFile], logFiles: [exampleFile], dependencies: [{ writerId: '', logicalPath: null, componentName: '' }],
  }],
  excludeFiles: [exampleFile],
  excludeFromSnapshotFiles: [exampleFile],
  alternateLocationMappings: [exampleFile],
};

export function writerMetadataToXml(metadata: WriterMetadata): string {
  return writeDocument(ROOT, metadata);
}

/** Throws VSS_E_CORRUPT_XML_DOCUMENT or VSS_E_INVALID_XML_DOCUMENT. */
export function writerMetadataFromXml(xml: string): WriterMetadata {
  const data: Data = readDocument(ROOT, xml);
  checkShape(data, example);
  return data as WriterMetadata;
}

/** Two names mean the same component when type, logical path and name agree, without regard to case. */
function keyOf({ type, logicalPath, name }: ComponentName): string {
  return [type, (logicalPath ?? '').toLowerCase(), name.toLowerCase()].join('\n');
}

/** The components of lists that only grow, by name: a writer may have thousands, and a requester asks for each. */
const indices = new WeakMap<readonly ComponentName[], { known: number; readonly byName: Map<string, ComponentName> }>();

export function componentNamed<T extends ComponentName>(components: readonly T[], wanted: ComponentName): T | undefined {
  let index = indices.get(components);
  if (index === undefined) indices.set(components, (index = { known: 0, byName: new Map<string, ComponentName>() }));
  for (const component of components.slice(index.known)) {
    const key = keyOf(component);
    if (!index.byName.has(key)) index.byName.set(key, component);
  }
  index.known = components.length;
  return index.byName.get(keyOf(wanted)) as T | undefined;
}

export interface ComponentName {
  readonly type: number;
  readonly logicalPath: string | null;
  readonly name: string;
}
