/** What the backup components document holds of each writer's components, as plain objects: stamps, metadata, partial files, targets, failures (facts/vss.md 1.3). */
import type { IVssComponentEx2 } from '../binding/generated/vss';
import { queryInterface } from '../binding/proxy';
import type { VssBackupComponents } from './backup-components';
import { each, ifSupported, of, readAll } from './reading';
import { readFileSet } from './writer-metadata';
import type { FileSet } from './writer-metadata';

export interface PartialFile {
  readonly path: string;
  readonly filename: string;
  /** Offset:length pairs, or a file that holds them. */
  readonly ranges: string;
  readonly metadata: string;
}

export interface DifferencedFile {
  readonly path: string;
  readonly filespec: string;
  readonly recursive: boolean;
  readonly lsn: string | null;
  /** FILETIME. */
  readonly lastModifyTime: bigint;
}

export interface DirectedTarget {
  readonly sourcePath: string;
  readonly sourceFilename: string;
  readonly sourceRangeList: string;
  readonly destinationPath: string;
  readonly destinationFilename: string;
  readonly destinationRangeList: string;
}

export interface ComponentFailure {
  /** HRESULT; 0 when the component has not failed. */
  readonly failure: number;
  readonly applicationFailure: number;
  readonly applicationMessage: string | null;
}

/** One component of the document. */
export interface DocumentComponent {
  readonly type: number;
  readonly logicalPath: string | null;
  readonly name: string;
  readonly backupSucceeded: boolean;
  readonly backupOptions: string | null;
  readonly restoreOptions: string | null;
  readonly selectedForRestore: boolean;
  readonly additionalRestores: boolean;
  readonly previousBackupStamp: string | null;
  /** What the next incremental or differential backup gives as previous stamp. */
  readonly backupStamp: string | null;
  readonly backupMetadata: string | null;
  readonly restoreMetadata: string | null;
  readonly prepareForBackupFailureMsg: string | null;
  readonly postSnapshotFailureMsg: string | null;
  readonly preRestoreFailureMsg: string | null;
  readonly postRestoreFailureMsg: string | null;
  /** VSS_RESTORE_TARGET. */
  readonly restoreTarget: number;
  /** VSS_FILE_RESTORE_STATUS. */
  readonly fileRestoreStatus: number;
  readonly authoritativeRestore: boolean;
  /** VSS_ROLLFORWARD_TYPE. */
  readonly rollForwardType: number;
  readonly rollForwardPoint: string | null;
  readonly restoreName: string | null;
  readonly failure: ComponentFailure;
  readonly partialFiles: readonly PartialFile[];
  readonly differencedFiles: readonly DifferencedFile[];
  readonly alternateLocationMappings: readonly FileSet[];
  readonly newTargets: readonly FileSet[];
  readonly directedTargets: readonly DirectedTarget[];
  readonly restoreSubcomponents: readonly { readonly logicalPath: string | null; readonly name: string; readonly repair: boolean }[];
}

export interface DocumentWriter {
  readonly instanceId: string;
  readonly writerId: string;
  readonly components: readonly DocumentComponent[];
}

type Texts<T> = { [K in keyof T]: string };

/** A BSTR that is NULL is an empty text here. */
function texts<T extends Readonly<Record<string, string | null>>>(fields: T): Texts<T> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? ''])) as Texts<T>;
}

async function readComponent(component: IVssComponentEx2): Promise<DocumentComponent> {
  const rollForward = await ifSupported(() => component.getRollForward(), { rollType: 0, point: null });
  const { failure, applicationFailure, applicationMessage } = await ifSupported(() => component.getFailure(), {
    failure: 0, applicationFailure: 0, applicationMessage: null, reserved: 0,
  });
  return {
    type: await component.getComponentType(),
    logicalPath: await component.getLogicalPath(),
    name: (await component.getComponentName()) ?? '',
    backupSucceeded: await component.getBackupSucceeded(),
    backupOptions: await component.getBackupOptions(),
    restoreOptions: await component.getRestoreOptions(),
    selectedForRestore: await component.isSelectedForRestore(),
    additionalRestores: await component.getAdditionalRestores(),
    previousBackupStamp: await component.getPreviousBackupStamp(),
    backupStamp: await component.getBackupStamp(),
    backupMetadata: await component.getBackupMetadata(),
    restoreMetadata: await component.getRestoreMetadata(),
    prepareForBackupFailureMsg: await ifSupported(() => component.getPrepareForBackupFailureMsg(), null),
    postSnapshotFailureMsg: await ifSupported(() => component.getPostSnapshotFailureMsg(), null),
    preRestoreFailureMsg: await component.getPreRestoreFailureMsg(),
    postRestoreFailureMsg: await component.getPostRestoreFailureMsg(),
    restoreTarget: await component.getRestoreTarget(),
    fileRestoreStatus: await component.getFileRestoreStatus(),
    authoritativeRestore: await ifSupported(() => component.getAuthoritativeRestore(), false),
    rollForwardType: rollForward.rollType,
    rollForwardPoint: rollForward.point,
    restoreName: await ifSupported(() => component.getRestoreName(), null),
    failure: { failure, applicationFailure, applicationMessage },
    partialFiles: await each(await component.getPartialFileCount(), async (index) => {
      const { range: ranges, ...rest } = await component.getPartialFile(index);
      return texts({ ...rest, ranges });
    }),
    differencedFiles: await each(await component.getDifferencedFilesCount(), async (index) => {
      const { path, filespec, ...rest } = await component.getDifferencedFile(index);
      return { ...rest, ...texts({ path, filespec }) };
    }),
    alternateLocationMappings: await each(await component.getAlternateLocationMappingCount(), (index) => readFileSet(component.getAlternateLocationMapping(index))),
    newTargets: await each(await component.getNewTargetCount(), (index) => readFileSet(component.getNewTarget(index))),
    directedTargets: await each(await component.getDirectedTargetCount(), async (index) => texts(await component.getDirectedTarget(index))),
    restoreSubcomponents: await each(await component.getRestoreSubcomponentCount(), async (index) => {
      const { logicalPath, componentName, repair } = await component.getRestoreSubcomponent(index);
      return { logicalPath, name: componentName ?? '', repair };
    }),
  };
}

/** Every component of the document, by writer: one crossing each for a writer's contents. */
export async function readComponentsDocument(components: VssBackupComponents): Promise<readonly DocumentWriter[]> {
  return each(await components.getWriterComponentsCount(), (index) => of(components.getWriterComponents(index), async (writer) => {
    const whole = await readAll<DocumentWriter>(writer, 'IVssWriterComponentsExt::ReadAll');
    if (whole !== undefined) return whole;
    const { instanceId, writerId } = await writer.getWriterInfo();
    const read = await each(await writer.getComponentCount(), (at) =>
      of(writer.getComponent(at).then((component) => queryInterface<IVssComponentEx2>(component, 'IVssComponentEx2')), readComponent));
    return { instanceId, writerId, components: read };
  }));
}
