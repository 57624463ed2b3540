/**
 * The Volume Shadow Copy Service, requester side (vssapi.dll). Sources: facts/vss.md 1.1 to 1.4 (Windows SDK headers vsbackup.h, vswriter.h,
 * vss.h, vsadmin.h, vsmgmt.h); method order and parameters compared with the mingw-w64 headers, whose mistakes are listed in facts/vss.md 1.7.
 */
import type { ApiTable, CallThread, InterfaceTable, Method, Parameter, StructField, StructTable, ValueType } from '../table';

const input = (name: string, type: ValueType, note?: string): Parameter => ({ name, type, direction: 'in', ...(note === undefined ? {} : { note }) });
const output = (name: string, type: ValueType, note?: string): Parameter => ({ name, type, direction: 'out', ...(note === undefined ? {} : { note }) });

const u32: ValueType = { kind: 'u32' };
const guid: ValueType = { kind: 'guid' };
const wstr: ValueType = { kind: 'wstr' };
const wstrOrNull: ValueType = { kind: 'wstr', nullable: true };
const bstr: ValueType = { kind: 'bstr', nullable: true };
const bool: ValueType = { kind: 'bool' };
const BOOL: ValueType = { kind: 'BOOL' };
const hresult: ValueType = { kind: 'hresult' };
const enumeration = (name: string): ValueType => ({ kind: 'u32', enum: name });
const pointerTo = (name: string): ValueType => ({ kind: 'interface', interface: name });

const asyncOutput = output('async', pointerTo('IVssAsync'));

/** Numbers a run of methods from `slot` on. */
function methods(slot: number, thread: CallThread, source: string, list: readonly (readonly [string, readonly Parameter[], string?])[]): readonly Method[] {
  return list.map(([name, parameters, note], index) => ({ name, slot: slot + index, thread, parameters, source, ...(note === undefined ? {} : { note }) }));
}

const writerId = input('writerId', guid);
const componentType = input('componentType', enumeration('VSS_COMPONENT_TYPE'));
const logicalPath = input('logicalPath', wstrOrNull);
const componentName = input('componentName', wstr);
/** Nearly every component method names its component so. */
const component: readonly Parameter[] = [writerId, componentType, logicalPath, componentName];
const index = input('index', u32);

const componentsMethods = methods(3, 'apartment', 'facts/vss.md 1.2', [
  ['GetWriterComponentsCount', [output('count', u32)]],
  ['GetWriterComponents', [index, output('writer', pointerTo('IVssWriterComponentsExt'))]],
  ['InitializeForBackup', [input('xml', bstr, 'null, or a stored document when importing')]],
  ['SetBackupState', [input('selectComponents', bool), input('backupBootableSystemState', bool), input('backupType', enumeration('VSS_BACKUP_TYPE')), input('partialFileSupport', bool)]],
  ['InitializeForRestore', [input('xml', bstr, 'the backup components document')]],
  ['SetRestoreState', [input('restoreType', enumeration('VSS_RESTORE_TYPE'))]],
  ['GatherWriterMetadata', [asyncOutput], 'once per object'],
  ['GetWriterMetadataCount', [output('count', u32)]],
  ['GetWriterMetadata', [index, output('instanceId', guid), output('metadata', pointerTo('IVssExamineWriterMetadata'))]],
  ['FreeWriterMetadata', []],
  ['AddComponent', [input('instanceId', guid), ...component]],
  ['PrepareForBackup', [asyncOutput]],
  ['AbortBackup', [], 'synchronous; when: facts/vss.md 2.3'],
  ['GatherWriterStatus', [asyncOutput]],
  ['GetWriterStatusCount', [output('count', u32)]],
  ['FreeWriterStatus', []],
  ['GetWriterStatus', [index, output('instanceId', guid), output('writerId', guid), output('writerName', bstr), output('state', enumeration('VSS_WRITER_STATE')), output('failure', hresult)]],
  ['SetBackupSucceeded', [input('instanceId', guid), ...component, input('succeeded', bool)]],
  ['SetBackupOptions', [...component, input('options', wstr)]],
  ['SetSelectedForRestore', [...component, input('selected', bool)]],
  ['SetRestoreOptions', [...component, input('options', wstr)]],
  ['SetAdditionalRestores', [...component, input('additional', bool)]],
  ['SetPreviousBackupStamp', [...component, input('stamp', wstr)]],
  ['SaveAsXML', [output('xml', bstr)]],
  ['BackupComplete', [asyncOutput]],
  ['AddAlternativeLocationMapping', [...component, input('path', wstr), input('filespec', wstr), input('recursive', bool), input('destination', wstr)]],
  ['AddRestoreSubcomponent', [...component, input('subcomponentLogicalPath', wstrOrNull), input('subcomponentName', wstr), input('repair', bool)]],
  ['SetFileRestoreStatus', [...component, input('status', enumeration('VSS_FILE_RESTORE_STATUS'))]],
  ['AddNewTarget', [...component, input('path', wstr), input('fileName', wstr), input('recursive', bool), input('alternatePath', wstr)]],
  ['SetRangesFilePath', [...component, input('partialFile', u32), input('rangesFile', wstr)]],
  ['PreRestore', [asyncOutput]],
  ['PostRestore', [asyncOutput]],
  ['SetContext', [input('context', { kind: 'i32', enum: 'VSS_SNAPSHOT_CONTEXT' })]],
  ['StartSnapshotSet', [output('snapshotSetId', guid)]],
  ['AddToSnapshotSet', [input('volumeName', wstr, 'with a trailing backslash'), input('providerId', guid, 'all zeros: the service chooses'), output('snapshotId', guid)]],
  ['DoSnapshotSet', [asyncOutput]],
  ['DeleteSnapshots', [input('sourceObjectId', guid), input('sourceObjectType', enumeration('VSS_OBJECT_TYPE')), input('forceDelete', BOOL), { ...output('deletedSnapshots', { kind: 'i32' }, 'valid on failure too'), validOnFailure: true }, { ...output('nondeletedSnapshotId', guid, 'valid on failure too'), validOnFailure: true }]],
  ['ImportSnapshots', [asyncOutput]],
  ['BreakSnapshotSet', [input('snapshotSetId', guid)]],
  ['GetSnapshotProperties', [input('snapshotId', guid), output('properties', { kind: 'struct', struct: 'VSS_SNAPSHOT_PROP' }, 'its strings are freed with VssFreeSnapshotProperties')]],
  ['Query', [input('queriedObjectId', guid), input('queriedObjectType', enumeration('VSS_OBJECT_TYPE')), input('returnedObjectsType', enumeration('VSS_OBJECT_TYPE')), output('enumerator', pointerTo('IVssEnumObject'))]],
  ['IsVolumeSupported', [input('providerId', guid), input('volumeName', wstr), output('supported', BOOL)]],
  ['DisableWriterClasses', [input('writerClassIds', { kind: 'guids' })]],
  ['EnableWriterClasses', [input('writerClassIds', { kind: 'guids' })]],
  ['DisableWriterInstances', [input('writerInstanceIds', { kind: 'guids' })]],
  ['ExposeSnapshot', [input('snapshotId', guid), input('pathFromRoot', wstrOrNull), input('attributes', u32), input('expose', wstrOrNull), output('exposed', { kind: 'pwsz' })]],
  ['RevertToSnapshot', [input('snapshotId', guid), input('forceDismount', BOOL)]],
  ['QueryRevertStatus', [input('volumeName', wstr), asyncOutput]],
]);

const exMethods = methods(51, 'apartment', 'facts/vss.md 1.2', [
  ['GetWriterMetadataEx', [index, output('instanceId', guid), output('metadata', pointerTo('IVssExamineWriterMetadataEx'))]],
  ['SetSelectedForRestoreEx', [...component, input('selected', bool), input('instanceId', guid)]],
]);
const ex2Methods = methods(53, 'apartment', 'facts/vss.md 1.2', [
  ['UnexposeSnapshot', [input('snapshotId', guid)]],
  ['SetAuthoritativeRestore', [...component, input('authoritative', bool)]],
  ['SetRollForward', [...component, input('rollType', enumeration('VSS_ROLLFORWARD_TYPE')), input('rollForwardPoint', wstr)]],
  ['SetRestoreName', [...component, input('restoreName', wstr)]],
  ['BreakSnapshotSetEx', [input('snapshotSetId', guid), input('breakFlags', u32), asyncOutput]],
  ['PreFastRecovery', [input('snapshotSetId', guid), input('flags', u32), asyncOutput]],
  ['FastRecovery', [input('snapshotSetId', guid), input('flags', u32), asyncOutput]],
]);
const ex3Methods = methods(60, 'apartment', 'facts/vss.md 1.2', [
  ['GetWriterStatusEx', [index, output('instanceId', guid), output('writerId', guid), output('writerName', bstr), output('state', enumeration('VSS_WRITER_STATE')), output('failure', hresult), output('applicationFailure', hresult), output('applicationMessage', bstr)]],
  ['AddSnapshotToRecoverySet', [input('snapshotId', guid), input('flags', u32), input('destinationVolume', wstrOrNull)]],
  ['RecoverSet', [input('flags', u32), asyncOutput]],
  ['GetSessionId', [output('sessionId', guid)]],
]);
const ex4Methods = methods(64, 'apartment', 'facts/vss.md 1.2', [
  ['GetRootAndLogicalPrefixPaths', [input('filePath', wstr), output('rootPath', { kind: 'pwsz' }), output('logicalPrefix', { kind: 'pwsz' }), input('normalizeFqdnForRootPath', BOOL)]],
]);

// Only Wait on the second thread, so that Cancel and QueryStatus are not held up by it.
const asyncMethods = [
  ...methods(3, 'apartment', 'facts/vss.md 1.3, 2.4', [['Cancel', []]]),
  ...methods(4, 'wait', 'facts/vss.md 1.3, 2.4', [['Wait', [input('timeoutMs', u32, 'milliseconds; S_OK after a time-out leaves the operation pending')]]]),
  ...methods(5, 'apartment', 'facts/vss.md 1.3, 2.4', [
    ['QueryStatus', [output('status', hresult, 'the operation\'s; the call\'s own result is another'), input('reserved', { kind: 'reserved', c: 'INT*' })]],
  ]),
];

const enumMethods = methods(3, 'apartment', 'facts/vss.md 1.3', [
  ['Next', [input('count', u32), output('elements', { kind: 'fetched', struct: 'VSS_OBJECT_PROP' }, 'fewer than asked for at the end (S_FALSE)')]],
  ['Skip', [input('count', u32)]],
  ['Reset', []],
  ['Clone', [output('enumerator', pointerTo('IVssEnumObject'))]],
]);

const filedesc = output('filedesc', pointerTo('IVssWMFiledesc'));
const examineMethods = methods(3, 'apartment', 'facts/vss.md 1.3', [
  ['GetIdentity', [output('instanceId', guid), output('writerId', guid), output('writerName', bstr), output('usage', enumeration('VSS_USAGE_TYPE')), output('source', enumeration('VSS_SOURCE_TYPE'))]],
  ['GetFileCounts', [output('includeFiles', u32), output('excludeFiles', u32), output('components', u32)]],
  ['GetIncludeFile', [index, filedesc], 'reserved: no writer has include files'],
  ['GetExcludeFile', [index, filedesc]],
  ['GetComponent', [index, output('component', pointerTo('IVssWMComponent'))]],
  ['GetRestoreMethod', [output('method', enumeration('VSS_RESTOREMETHOD_ENUM')), output('service', bstr), output('userProcedure', bstr), output('writerRestore', enumeration('VSS_WRITERRESTORE_ENUM')), output('rebootRequired', bool), output('mappings', u32)]],
  ['GetAlternateLocationMapping', [index, filedesc]],
  ['GetBackupSchema', [output('schemaMask', u32)]],
  ['GetDocument', [output('document', pointerTo('IXMLDOMDocument'))]],
  ['SaveAsXML', [output('xml', bstr)]],
  ['LoadFromXML', [input('xml', bstr)]],
]);
const examineExMethods = methods(14, 'apartment', 'facts/vss.md 1.3', [
  ['GetIdentityEx', [output('instanceId', guid), output('writerId', guid), output('writerName', bstr), output('instanceName', bstr), output('usage', enumeration('VSS_USAGE_TYPE')), output('source', enumeration('VSS_SOURCE_TYPE'))]],
]);
const examineEx2Methods = methods(15, 'apartment', 'facts/vss.md 1.3', [
  ['GetVersion', [output('major', u32), output('minor', u32)]],
  ['GetExcludeFromSnapshotCount', [output('count', u32)]],
  ['GetExcludeFromSnapshotFile', [index, filedesc]],
]);

const wmComponentMethods = methods(3, 'apartment', 'facts/vss.md 1.3, 1.4', [
  ['GetComponentInfo', [output('info', { kind: 'lent', struct: 'VSS_COMPONENTINFO' }, 'the component\'s until FreeComponentInfo')]],
  ['FreeComponentInfo', [input('info', { kind: 'pointer' }, 'the address that GetComponentInfo gave')]],
  ['GetFile', [index, filedesc]],
  ['GetDatabaseFile', [index, filedesc]],
  ['GetDatabaseLogFile', [index, filedesc]],
  ['GetDependency', [index, output('dependency', pointerTo('IVssWMDependency'))]],
]);
const filedescMethods = methods(3, 'apartment', 'facts/vss.md 1.3', [
  ['GetPath', [output('path', bstr)]],
  ['GetFilespec', [output('filespec', bstr)]],
  ['GetRecursive', [output('recursive', bool)]],
  ['GetAlternateLocation', [output('alternateLocation', bstr)]],
  ['GetBackupTypeMask', [output('typeMask', u32)]],
]);
const dependencyMethods = methods(3, 'apartment', 'facts/vss.md 1.3', [
  ['GetWriterId', [output('writerId', guid)]],
  ['GetLogicalPath', [output('logicalPath', bstr)]],
  ['GetComponentName', [output('componentName', bstr)]],
]);

// Not based on IUnknown: its own methods begin at slot 0; the second base is IUnknown (facts/vss.md 1.3).
const writerComponentsMethods = methods(0, 'apartment', 'facts/vss.md 1.3', [
  ['GetComponentCount', [output('count', u32)]],
  ['GetWriterInfo', [output('instanceId', guid), output('writerId', guid)]],
  ['GetComponent', [index, output('component', pointerTo('IVssComponent'))]],
]);

const componentMethods = methods(3, 'apartment', 'facts/vss.md 1.3', [
  ['GetLogicalPath', [output('logicalPath', bstr)]],
  ['GetComponentType', [output('type', enumeration('VSS_COMPONENT_TYPE'))]],
  ['GetComponentName', [output('name', bstr)]],
  ['GetBackupSucceeded', [output('succeeded', bool)]],
  ['GetAlternateLocationMappingCount', [output('count', u32)]],
  ['GetAlternateLocationMapping', [index, filedesc]],
  ['SetBackupMetadata', [input('data', wstr)]],
  ['GetBackupMetadata', [output('data', bstr)]],
  ['AddPartialFile', [input('path', wstr), input('filename', wstr), input('ranges', wstr), input('metadata', wstr)]],
  ['GetPartialFileCount', [output('count', u32)]],
  ['GetPartialFile', [index, output('path', bstr), output('filename', bstr), output('range', bstr), output('metadata', bstr)]],
  ['IsSelectedForRestore', [output('selected', bool)]],
  ['GetAdditionalRestores', [output('additional', bool)]],
  ['GetNewTargetCount', [output('count', u32)]],
  ['GetNewTarget', [index, filedesc]],
  ['AddDirectedTarget', [input('sourcePath', wstr), input('sourceFilename', wstr), input('sourceRangeList', wstr), input('destinationPath', wstr), input('destinationFilename', wstr), input('destinationRangeList', wstr)]],
  ['GetDirectedTargetCount', [output('count', u32)]],
  ['GetDirectedTarget', [index, output('sourcePath', bstr), output('sourceFilename', bstr), output('sourceRangeList', bstr), output('destinationPath', bstr), output('destinationFilename', bstr), output('destinationRangeList', bstr)]],
  ['SetRestoreMetadata', [input('metadata', wstr)]],
  ['GetRestoreMetadata', [output('metadata', bstr)]],
  ['SetRestoreTarget', [input('target', enumeration('VSS_RESTORE_TARGET'))]],
  ['GetRestoreTarget', [output('target', enumeration('VSS_RESTORE_TARGET'))]],
  ['SetPreRestoreFailureMsg', [input('message', wstr)]],
  ['GetPreRestoreFailureMsg', [output('message', bstr)]],
  ['SetPostRestoreFailureMsg', [input('message', wstr)]],
  ['GetPostRestoreFailureMsg', [output('message', bstr)]],
  ['SetBackupStamp', [input('stamp', wstr)]],
  ['GetBackupStamp', [output('stamp', bstr)]],
  ['GetPreviousBackupStamp', [output('stamp', bstr)]],
  ['GetBackupOptions', [output('options', bstr)]],
  ['GetRestoreOptions', [output('options', bstr)]],
  ['GetRestoreSubcomponentCount', [output('count', u32)]],
  ['GetRestoreSubcomponent', [index, output('logicalPath', bstr), output('componentName', bstr), output('repair', bool)]],
  ['GetFileRestoreStatus', [output('status', enumeration('VSS_FILE_RESTORE_STATUS'))]],
  ['AddDifferencedFilesByLastModifyTime', [input('path', wstr), input('filespec', wstr), input('recursive', BOOL), input('lastModifyTime', { kind: 'filetime' })]],
  ['AddDifferencedFilesByLastModifyLSN', [input('path', wstr), input('filespec', wstr), input('recursive', BOOL), input('lsn', bstr)]],
  ['GetDifferencedFilesCount', [output('count', u32)]],
  ['GetDifferencedFile', [index, output('path', bstr), output('filespec', bstr), output('recursive', BOOL), output('lsn', bstr), output('lastModifyTime', { kind: 'filetime' })]],
]);
const componentExMethods = methods(41, 'apartment', 'facts/vss.md 1.3', [
  ['SetPrepareForBackupFailureMsg', [input('message', wstr)]],
  ['SetPostSnapshotFailureMsg', [input('message', wstr)]],
  ['GetPrepareForBackupFailureMsg', [output('message', bstr)]],
  ['GetPostSnapshotFailureMsg', [output('message', bstr)]],
  ['GetAuthoritativeRestore', [output('authoritative', bool)]],
  ['GetRollForward', [output('rollType', enumeration('VSS_ROLLFORWARD_TYPE')), output('point', bstr)]],
  ['GetRestoreName', [output('name', bstr)]],
]);
const componentEx2Methods = methods(48, 'apartment', 'facts/vss.md 1.3', [
  ['SetFailure', [input('failure', hresult), input('applicationFailure', hresult), input('applicationMessage', wstrOrNull), input('reserved', u32)]],
  ['GetFailure', [output('failure', hresult), output('applicationFailure', hresult), output('applicationMessage', bstr), output('reserved', u32)]],
]);

const adminMethods = methods(3, 'apartment', 'facts/vss.md 1.3', [
  ['RegisterProvider', [input('providerId', guid), input('classId', guid), input('providerName', wstr), input('providerType', enumeration('VSS_PROVIDER_TYPE')), input('providerVersion', wstr), input('providerVersionId', guid)]],
  ['UnregisterProvider', [input('providerId', guid)]],
  ['QueryProviders', [output('enumerator', pointerTo('IVssEnumObject'))]],
  ['AbortAllSnapshotsInProgress', [], 'documented as not supported'],
]);

const mgmtObjects = output('enumerator', pointerTo('IVssEnumMgmtObject'));
const diffAreaVolume = input('diffAreaVolumeName', wstr);
const maximumDiffSpace = input('maximumDiffSpace', { kind: 'u64' }, 'bytes, signed: -1 as 2^64-1 is no limit (VSS_ASSOC_NO_MAX_SPACE), 0 takes the association away (VSS_ASSOC_REMOVE)');
const diffAreaMethods = methods(3, 'apartment', 'vsmgmt.h', [
  ['AddDiffArea', [input('volumeName', wstr), diffAreaVolume, maximumDiffSpace]],
  ['ChangeDiffAreaMaximumSize', [input('volumeName', wstr), diffAreaVolume, maximumDiffSpace]],
  ['QueryVolumesSupportedForDiffAreas', [input('volumeName', wstr), mgmtObjects]],
  ['QueryDiffAreasForVolume', [input('volumeName', wstr), mgmtObjects]],
  ['QueryDiffAreasOnVolume', [input('volumeName', wstr), mgmtObjects]],
  ['QueryDiffAreasForSnapshot', [input('snapshotId', guid), mgmtObjects]],
]);
const enumMgmtMethods = methods(3, 'apartment', 'vsmgmt.h', [
  ['Next', [input('count', u32), output('elements', { kind: 'fetched', struct: 'VSS_MGMT_OBJECT_PROP' }, 'fewer than asked for at the end (S_FALSE)')]],
  ['Skip', [input('count', u32)]],
  ['Reset', []],
  ['Clone', [mgmtObjects]],
]);

/** MSXML's document: only its text is read. Slot of IXMLDOMNode::get_xml (msxml.h). */
const xmlDocumentMethods = methods(34, 'apartment', 'msxml.h, IXMLDOMNode', [['get_xml', [output('xml', bstr)]]]);

const NO_IID = '00000000-0000-0000-0000-000000000000';
const table = (name: string, iid: string, base: string | null, ...parts: readonly (readonly Method[])[]): InterfaceTable => ({ name, iid, base, methods: parts.flat() });

const field = (name: string, type: StructField['type'], offset: number): StructField => ({ name, type, offset });

const VSS_SNAPSHOT_PROP: StructTable = {
  name: 'VSS_SNAPSHOT_PROP',
  size: 128,
  source: 'facts/vss.md 1.4',
  fields: [
    field('snapshotId', 'guid', 0), field('snapshotSetId', 'guid', 16), field('snapshotsCount', 'i32', 32), field('snapshotDeviceObject', 'pwsz', 40),
    field('originalVolumeName', 'pwsz', 48), field('originatingMachine', 'pwsz', 56), field('serviceMachine', 'pwsz', 64), field('exposedName', 'pwsz', 72),
    field('exposedPath', 'pwsz', 80), field('providerId', 'guid', 88), field('snapshotAttributes', 'u32', 104), field('creationTimestamp', 'u64', 112),
    field('status', 'u32', 120),
  ],
};
const VSS_PROVIDER_PROP: StructTable = {
  name: 'VSS_PROVIDER_PROP',
  size: 72,
  source: 'facts/vss.md 1.4',
  fields: [
    field('providerId', 'guid', 0), field('providerName', 'pwsz', 16), field('providerType', 'u32', 24), field('providerVersion', 'pwsz', 32),
    field('providerVersionId', 'guid', 40), field('classId', 'guid', 56),
  ],
};
/** Type at 0, a union of the two above at 8. */
const VSS_OBJECT_PROP: StructTable = {
  name: 'VSS_OBJECT_PROP', size: 136, source: 'facts/vss.md 1.4', fields: [field('type', 'u32', 0)],
  alternatives: [{ type: 3, member: 'snapshot', struct: 'VSS_SNAPSHOT_PROP', offset: 8 }, { type: 4, member: 'provider', struct: 'VSS_PROVIDER_PROP', offset: 8 }],
};
const VSS_VOLUME_PROP: StructTable = {
  name: 'VSS_VOLUME_PROP', size: 16, source: 'vsmgmt.h', fields: [field('volumeName', 'pwsz', 0), field('volumeDisplayName', 'pwsz', 8)],
};
const VSS_DIFF_VOLUME_PROP: StructTable = {
  name: 'VSS_DIFF_VOLUME_PROP', size: 32, source: 'vsmgmt.h',
  fields: [field('volumeName', 'pwsz', 0), field('volumeDisplayName', 'pwsz', 8), field('volumeFreeSpace', 'u64', 16), field('volumeTotalSpace', 'u64', 24)],
};
const VSS_DIFF_AREA_PROP: StructTable = {
  name: 'VSS_DIFF_AREA_PROP', size: 40, source: 'vsmgmt.h',
  fields: [
    field('volumeName', 'pwsz', 0), field('diffAreaVolumeName', 'pwsz', 8), field('maximumDiffSpace', 'u64', 16), field('allocatedDiffSpace', 'u64', 24), field('usedDiffSpace', 'u64', 32),
  ],
};
const VSS_MGMT_OBJECT_PROP: StructTable = {
  name: 'VSS_MGMT_OBJECT_PROP', size: 48, source: 'vsmgmt.h', fields: [field('type', 'u32', 0)],
  alternatives: [
    { type: 1, member: 'volume', struct: 'VSS_VOLUME_PROP', offset: 8 }, { type: 2, member: 'diffVolume', struct: 'VSS_DIFF_VOLUME_PROP', offset: 8 },
    { type: 3, member: 'diffArea', struct: 'VSS_DIFF_AREA_PROP', offset: 8 },
  ],
};
const VSS_COMPONENTINFO: StructTable = {
  name: 'VSS_COMPONENTINFO',
  size: 72,
  source: 'facts/vss.md 1.4',
  fields: [
    field('type', 'u32', 0), field('logicalPath', 'bstr', 8), field('componentName', 'bstr', 16), field('caption', 'bstr', 24), field('icon', 'pointer', 32),
    field('iconSize', 'u32', 40), field('restoreMetadata', 'bool', 44), field('notifyOnBackupComplete', 'bool', 45), field('selectable', 'bool', 46),
    field('selectableForRestore', 'bool', 47), field('componentFlags', 'u32', 48), field('fileCount', 'u32', 52), field('databases', 'u32', 56),
    field('logFiles', 'u32', 60), field('dependencies', 'u32', 64),
  ],
};

export const vssTable: ApiTable = {
  family: 'vss',
  // The coordinator is the VSS service's (facts/vss.md 1.3); a stand-in of it is a DLL.
  classes: [{ name: 'VSSCoordinator', clsid: 'e579ab5f-1cc4-44b4-bed9-de0991ff0623', interface: 'IVssAdmin', dll: 'vssapi.dll', context: 'in-process or local' }],
  interfaces: [
    table('IVssBackupComponents', '665c1d5f-c218-414d-a05d-7fef5f9d5c86', 'IUnknown', componentsMethods),
    table('IVssBackupComponentsEx', '963f03ad-9e4c-4a34-ac15-e4b6174e5036', 'IVssBackupComponents', exMethods),
    table('IVssBackupComponentsEx2', 'acfe2b3a-22c9-4ef8-bd03-2f9ca230084e', 'IVssBackupComponentsEx', ex2Methods),
    table('IVssBackupComponentsEx3', 'c191bfbc-b602-4675-8bd1-67d642f529d5', 'IVssBackupComponentsEx2', ex3Methods),
    table('IVssBackupComponentsEx4', 'f434c2fd-b553-4961-a9f9-a8e90b673e53', 'IVssBackupComponentsEx3', ex4Methods),
    table('IVssAsync', '507c37b4-cf5b-4e95-b0af-14eb9767467e', 'IUnknown', asyncMethods),
    table('IVssEnumObject', 'ae1c7110-2f60-11d3-8a39-00c04f72d8e3', 'IUnknown', enumMethods),
    table('IVssExamineWriterMetadata', '902fcf7f-b7fd-42f8-81f1-b2e400b1e5bd', 'IUnknown', examineMethods),
    table('IVssExamineWriterMetadataEx', '0c0e5ec0-ca44-472b-b702-e652db1c0451', 'IVssExamineWriterMetadata', examineExMethods),
    table('IVssExamineWriterMetadataEx2', 'ce115780-a611-431b-b57f-c38303ab6aee', 'IVssExamineWriterMetadataEx', examineEx2Methods),
    table('IVssWMComponent', NO_IID, 'IUnknown', wmComponentMethods),
    table('IVssWMFiledesc', NO_IID, 'IUnknown', filedescMethods),
    table('IVssWMDependency', NO_IID, 'IUnknown', dependencyMethods),
    table('IVssWriterComponentsExt', NO_IID, null, writerComponentsMethods),
    table('IVssComponent', 'd2c72c96-c121-4518-b627-e5a93d010ead', 'IUnknown', componentMethods),
    table('IVssComponentEx', '156c8b5e-f131-4bd7-9c97-d1923be7e1fa', 'IVssComponent', componentExMethods),
    table('IVssComponentEx2', '3b5be0f2-07a9-4e4b-bdd3-cfdc8e2c0d2d', 'IVssComponentEx', componentEx2Methods),
    table('IVssAdmin', '77ed5996-2f63-11d3-8a39-00c04f72d8e3', 'IUnknown', adminMethods),
    table('IVssDifferentialSoftwareSnapshotMgmt', '214a0f28-b737-4026-b847-4f9e37d79529', 'IUnknown', diffAreaMethods),
    table('IVssEnumMgmtObject', '01954e6b-9254-4e6e-808c-c9e05d007696', 'IUnknown', enumMgmtMethods),
    table('IXMLDOMDocument', '2933bf81-7b36-11d2-b20e-00c04f983e60', 'IDispatch', xmlDocumentMethods),
  ],
  structs: [VSS_SNAPSHOT_PROP, VSS_PROVIDER_PROP, VSS_OBJECT_PROP, VSS_COMPONENTINFO, VSS_VOLUME_PROP, VSS_DIFF_VOLUME_PROP, VSS_DIFF_AREA_PROP, VSS_MGMT_OBJECT_PROP],
};
