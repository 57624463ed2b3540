/**
 * The backup components document: which components of which writers take part, and what requester and writers noted about each
 * (facts/vss.md 1.3).
 */
import { GUID_NULL, VSS_RESTORE_TARGET, VSS_FILE_RESTORE_STATUS, VSS_ROLLFORWARD_TYPE } from '../../binding/vss-codes';
import { checkShape, readDocument, writeDocument } from './document';
import type { Data } from './document';
import { componentNamed } from './writer-metadata';
import type { ComponentName, FileSet } from './writer-metadata';

export type PartialFile = { readonly path: string; readonly filename: string; ranges: string; readonly metadata: string };
export type DifferencedFile = {
  readonly path: string; readonly filespec: string; readonly recursive: boolean; readonly lsn: string | null; readonly lastModifyTime: bigint;
};
export type DirectedTarget = {
  readonly sourcePath: string; readonly sourceFilename: string; readonly sourceRangeList: string;
  readonly destinationPath: string; readonly destinationFilename: string; readonly destinationRangeList: string;
};
export type RestoreSubcomponent = { readonly logicalPath: string | null; readonly name: string; readonly repair: boolean };
export type ComponentFailure = { failure: number; applicationFailure: number; applicationMessage: string | null };

/** One component in the document. */
export type DocumentComponent = {
  readonly type: number;
  readonly logicalPath: string | null;
  readonly name: string;
  backupSucceeded: boolean;
  backupOptions: string | null;
  restoreOptions: string | null;
  selectedForRestore: boolean;
  additionalRestores: boolean;
  previousBackupStamp: string | null;
  backupStamp: string | null;
  backupMetadata: string | null;
  restoreMetadata: string | null;
  prepareForBackupFailureMsg: string | null;
  postSnapshotFailureMsg: string | null;
  preRestoreFailureMsg: string | null;
  postRestoreFailureMsg: string | null;
  /** VSS_RESTORE_TARGET and VSS_FILE_RESTORE_STATUS. */
  restoreTarget: number;
  fileRestoreStatus: number;
  authoritativeRestore: boolean;
  /** VSS_ROLLFORWARD_TYPE. */
  rollForwardType: number;
  rollForwardPoint: string | null;
  restoreName: string | null;
  failure: ComponentFailure;
  partialFiles: PartialFile[];
  differencedFiles: DifferencedFile[];
  alternateLocationMappings: FileSet[];
  newTargets: FileSet[];
  directedTargets: DirectedTarget[];
  restoreSubcomponents: RestoreSubcomponent[];
};

export type DocumentWriter = { readonly instanceId: string; readonly writerId: string; components: DocumentComponent[] };

/** A shadow copy as the document carries it to another machine, for ImportSnapshots. */
export type DocumentSnapshot = {
  readonly snapshotId: string;
  readonly originalVolumeName: string;
  readonly originatingMachine: string;
  readonly providerId: string;
  readonly context: number;
  readonly attributes: number;
  readonly creationTimestamp: bigint;
  /** Where the provider keeps the copy: the stand-in for the LUN's identity. */
  readonly lun: string | null;
};

export type ComponentsDocument = {
  /** SetBackupState's first argument. Backup type and bootable flag cannot be read back by a requester (facts/vss.md 3.4). */
  selectComponents: boolean;
  snapshotSetId: string;
  writers: DocumentWriter[];
  snapshots: DocumentSnapshot[];
};

export function emptyDocument(): ComponentsDocument {
  return { selectComponents: false, snapshotSetId: GUID_NULL, writers: [], snapshots: [] };
}

export function documentComponent({ type, logicalPath, name }: ComponentName): DocumentComponent {
  return {
    type, logicalPath, name, backupSucceeded: false, backupOptions: null, restoreOptions: null, selectedForRestore: false, additionalRestores: false,
    previousBackupStamp: null, backupStamp: null, backupMetadata: null, restoreMetadata: null, prepareForBackupFailureMsg: null,
    postSnapshotFailureMsg: null, preRestoreFailureMsg: null, postRestoreFailureMsg: null, restoreTarget: VSS_RESTORE_TARGET.ORIGINAL,
    fileRestoreStatus: VSS_FILE_RESTORE_STATUS.NONE, authoritativeRestore: false, rollForwardType: VSS_ROLLFORWARD_TYPE.UNDEFINED,
    rollForwardPoint: null, restoreName: null, failure: { failure: 0, applicationFailure: 0, applicationMessage: null }, partialFiles: [],
    differencedFiles: [], alternateLocationMappings: [], newTargets: [], directedTargets: [], restoreSubcomponents: [],
  };
}

export function findComponent(writer: DocumentWriter | undefined, wanted: ComponentName): DocumentComponent | undefined {
  return writer && componentNamed(writer.components, wanted);
}

const ROOT = 'SimulatedBackupComponents';
const exampleFile: FileSet = { path: '', filespec: '', recursive: false, alternateLocation: null, backupTypeMask: 0 };
const example: ComponentsDocument = {
  ...emptyDocument(),
  writers: [{
    instanceId: '',
    writerId: '',
    components: [{
      ...documentComponent({ type: 0, logicalPath: null, name: '' }),
      partialFiles: [{ path: '', filename: '', ranges: '', metadata: '' }],
      differencedFiles: [{ path: '', filespec: '', recursive: false, lsn: null, lastModifyTime: 0n }],
      alternateLocationMappings: [exampleFile],
      newTargets: [exampleFile],
      directedTargets: [{
        sourcePath: '', sourceFilename: '', sourceRangeList: '', destinationPath: '', destinationFilename: '', destinationRangeList: '',
      }],
      restoreSubcomponents: [{ logicalPath: null, name: '', repair: false }],
    }],
  }],
  snapshots: [{
    snapshotId: '', originalVolumeName: '', originatingMachine: '', providerId: '', context: 0, attributes: 0, creationTimestamp: 0n, lun: null,
  }],
};

export function documentToXml(document: ComponentsDocument): string {
  return writeDocument(ROOT, document);
}

/** Throws VSS_E_CORRUPT_XML_DOCUMENT or VSS_E_INVALID_XML_DOCUMENT. */
export function documentFromXml(xml: string): ComponentsDocument {
  const data: Data = readDocument(ROOT, xml);
  checkShape(data, example);
  return data as ComponentsDocument;
}
