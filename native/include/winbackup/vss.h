// The requester side of the Volume Shadow Copy Service, declared from facts/vss.md 1.1 to 1.4 (Windows SDK: vsbackup.h,
// vswriter.h, vss.h, vsadmin.h). Our own, because those of mingw-w64 lack the second base of IVssWriterComponentsExt
// and take `bool` for `unsigned char` (facts/vss.md 1.7). Enumerations are DWORDs here: the same in every Windows ABI.
#pragma once

#include <msxml.h>
#include <oleauto.h>
#include <unknwn.h>
#include <windows.h>

#include <cstddef>

// clang-format off
inline constexpr CLSID CLSID_VSSCoordinator = {0xe579ab5f, 0x1cc4, 0x44b4, {0xbe, 0xd9, 0xde, 0x09, 0x91, 0xff, 0x06, 0x23}};
inline constexpr IID IID_IVssBackupComponents = {0x665c1d5f, 0xc218, 0x414d, {0xa0, 0x5d, 0x7f, 0xef, 0x5f, 0x9d, 0x5c, 0x86}};
inline constexpr IID IID_IVssBackupComponentsEx = {0x963f03ad, 0x9e4c, 0x4a34, {0xac, 0x15, 0xe4, 0xb6, 0x17, 0x4e, 0x50, 0x36}};
inline constexpr IID IID_IVssBackupComponentsEx2 = {0xacfe2b3a, 0x22c9, 0x4ef8, {0xbd, 0x03, 0x2f, 0x9c, 0xa2, 0x30, 0x08, 0x4e}};
inline constexpr IID IID_IVssBackupComponentsEx3 = {0xc191bfbc, 0xb602, 0x4675, {0x8b, 0xd1, 0x67, 0xd6, 0x42, 0xf5, 0x29, 0xd5}};
inline constexpr IID IID_IVssBackupComponentsEx4 = {0xf434c2fd, 0xb553, 0x4961, {0xa9, 0xf9, 0xa8, 0xe9, 0x0b, 0x67, 0x3e, 0x53}};
inline constexpr IID IID_IVssAsync = {0x507c37b4, 0xcf5b, 0x4e95, {0xb0, 0xaf, 0x14, 0xeb, 0x97, 0x67, 0x46, 0x7e}};
inline constexpr IID IID_IVssEnumObject = {0xae1c7110, 0x2f60, 0x11d3, {0x8a, 0x39, 0x00, 0xc0, 0x4f, 0x72, 0xd8, 0xe3}};
inline constexpr IID IID_IVssExamineWriterMetadata = {0x902fcf7f, 0xb7fd, 0x42f8, {0x81, 0xf1, 0xb2, 0xe4, 0x00, 0xb1, 0xe5, 0xbd}};
inline constexpr IID IID_IVssExamineWriterMetadataEx = {0x0c0e5ec0, 0xca44, 0x472b, {0xb7, 0x02, 0xe6, 0x52, 0xdb, 0x1c, 0x04, 0x51}};
inline constexpr IID IID_IVssExamineWriterMetadataEx2 = {0xce115780, 0xa611, 0x431b, {0xb5, 0x7f, 0xc3, 0x83, 0x03, 0xab, 0x6a, 0xee}};
inline constexpr IID IID_IVssComponent = {0xd2c72c96, 0xc121, 0x4518, {0xb6, 0x27, 0xe5, 0xa9, 0x3d, 0x01, 0x0e, 0xad}};
inline constexpr IID IID_IVssComponentEx = {0x156c8b5e, 0xf131, 0x4bd7, {0x9c, 0x97, 0xd1, 0x92, 0x3b, 0xe7, 0xe1, 0xfa}};
inline constexpr IID IID_IVssComponentEx2 = {0x3b5be0f2, 0x07a9, 0x4e4b, {0xbd, 0xd3, 0xcf, 0xdc, 0x8e, 0x2c, 0x0d, 0x2d}};
inline constexpr IID IID_IVssAdmin = {0x77ed5996, 0x2f63, 0x11d3, {0x8a, 0x39, 0x00, 0xc0, 0x4f, 0x72, 0xd8, 0xe3}};
inline constexpr IID IID_IVssDifferentialSoftwareSnapshotMgmt = {0x214a0f28, 0xb737, 0x4026, {0xb8, 0x47, 0x4f, 0x9e, 0x37, 0xd7, 0x95, 0x29}};
inline constexpr IID IID_IVssEnumMgmtObject = {0x01954e6b, 0x9254, 0x4e6e, {0x80, 0x8c, 0xc9, 0xe0, 0x5d, 0x00, 0x76, 0x96}};
// clang-format on

inline constexpr HRESULT VSS_S_ASYNC_PENDING = 0x00042309;

struct VSS_SNAPSHOT_PROP {
  GUID snapshotId;
  GUID snapshotSetId;
  LONG snapshotsCount;
  LPWSTR snapshotDeviceObject;
  LPWSTR originalVolumeName;
  LPWSTR originatingMachine;
  LPWSTR serviceMachine;
  LPWSTR exposedName;
  LPWSTR exposedPath;
  GUID providerId;
  DWORD snapshotAttributes;
  DWORDLONG creationTimestamp;
  DWORD status;
};

struct VSS_PROVIDER_PROP {
  GUID providerId;
  LPWSTR providerName;
  DWORD providerType;
  LPWSTR providerVersion;
  GUID providerVersionId;
  GUID classId;
};

struct VSS_OBJECT_PROP {
  DWORD type;
  union {
    VSS_SNAPSHOT_PROP snapshot;
    VSS_PROVIDER_PROP provider;
  };
};

struct VSS_VOLUME_PROP {
  LPWSTR volumeName;
  LPWSTR volumeDisplayName;
};

struct VSS_DIFF_VOLUME_PROP {
  LPWSTR volumeName;
  LPWSTR volumeDisplayName;
  LONGLONG volumeFreeSpace;
  LONGLONG volumeTotalSpace;
};

struct VSS_DIFF_AREA_PROP {
  LPWSTR volumeName;
  LPWSTR diffAreaVolumeName;
  LONGLONG maximumDiffSpace;
  LONGLONG allocatedDiffSpace;
  LONGLONG usedDiffSpace;
};

struct VSS_MGMT_OBJECT_PROP {
  DWORD type;
  union {
    VSS_VOLUME_PROP volume;
    VSS_DIFF_VOLUME_PROP diffVolume;
    VSS_DIFF_AREA_PROP diffArea;
  };
};

struct VSS_COMPONENTINFO {
  DWORD type;
  BSTR logicalPath;
  BSTR componentName;
  BSTR caption;
  BYTE* icon;
  DWORD iconSize;
  bool restoreMetadata;
  bool notifyOnBackupComplete;
  bool selectable;
  bool selectableForRestore;
  DWORD componentFlags;
  DWORD fileCount;
  DWORD databases;
  DWORD logFiles;
  DWORD dependencies;
};

struct IVssAsync;
struct IVssEnumObject;
struct IVssExamineWriterMetadata;
struct IVssExamineWriterMetadataEx;
struct IVssWMComponent;
struct IVssWMFiledesc;
struct IVssWMDependency;
struct IVssWriterComponentsExt;
struct IVssComponent;

struct IVssBackupComponents : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetWriterComponentsCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetWriterComponents(UINT index, IVssWriterComponentsExt** writer) = 0;
  virtual HRESULT STDMETHODCALLTYPE InitializeForBackup(BSTR xml) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetBackupState(bool selectComponents, bool backupBootableSystemState,
                                                   DWORD backupType, bool partialFileSupport) = 0;
  virtual HRESULT STDMETHODCALLTYPE InitializeForRestore(BSTR xml) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRestoreState(DWORD restoreType) = 0;
  virtual HRESULT STDMETHODCALLTYPE GatherWriterMetadata(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetWriterMetadataCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetWriterMetadata(UINT index, GUID* instanceId,
                                                      IVssExamineWriterMetadata** metadata) = 0;
  virtual HRESULT STDMETHODCALLTYPE FreeWriterMetadata() = 0;
  virtual HRESULT STDMETHODCALLTYPE AddComponent(GUID instanceId, GUID writerId, DWORD componentType,
                                                 LPCWSTR logicalPath, LPCWSTR componentName) = 0;
  virtual HRESULT STDMETHODCALLTYPE PrepareForBackup(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE AbortBackup() = 0;
  virtual HRESULT STDMETHODCALLTYPE GatherWriterStatus(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetWriterStatusCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE FreeWriterStatus() = 0;
  virtual HRESULT STDMETHODCALLTYPE GetWriterStatus(UINT index, GUID* instanceId, GUID* writerId, BSTR* writerName,
                                                    DWORD* state, HRESULT* failure) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetBackupSucceeded(GUID instanceId, GUID writerId, DWORD componentType,
                                                       LPCWSTR logicalPath, LPCWSTR componentName, bool succeeded) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetBackupOptions(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                     LPCWSTR componentName, LPCWSTR options) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetSelectedForRestore(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                          LPCWSTR componentName, bool selected) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRestoreOptions(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                      LPCWSTR componentName, LPCWSTR options) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetAdditionalRestores(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                          LPCWSTR componentName, bool additional) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetPreviousBackupStamp(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                           LPCWSTR componentName, LPCWSTR stamp) = 0;
  virtual HRESULT STDMETHODCALLTYPE SaveAsXML(BSTR* xml) = 0;
  virtual HRESULT STDMETHODCALLTYPE BackupComplete(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddAlternativeLocationMapping(GUID writerId, DWORD componentType,
                                                                  LPCWSTR logicalPath, LPCWSTR componentName,
                                                                  LPCWSTR path, LPCWSTR filespec, bool recursive,
                                                                  LPCWSTR destination) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddRestoreSubcomponent(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                           LPCWSTR componentName, LPCWSTR subcomponentLogicalPath,
                                                           LPCWSTR subcomponentName, bool repair) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFileRestoreStatus(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                         LPCWSTR componentName, DWORD status) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddNewTarget(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                 LPCWSTR componentName, LPCWSTR path, LPCWSTR fileName, bool recursive,
                                                 LPCWSTR alternatePath) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRangesFilePath(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                      LPCWSTR componentName, UINT partialFile, LPCWSTR rangesFile) = 0;
  virtual HRESULT STDMETHODCALLTYPE PreRestore(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE PostRestore(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetContext(LONG context) = 0;
  virtual HRESULT STDMETHODCALLTYPE StartSnapshotSet(GUID* snapshotSetId) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddToSnapshotSet(LPCWSTR volumeName, GUID providerId, GUID* snapshotId) = 0;
  virtual HRESULT STDMETHODCALLTYPE DoSnapshotSet(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE DeleteSnapshots(GUID sourceObjectId, DWORD sourceObjectType, BOOL forceDelete,
                                                    LONG* deletedSnapshots, GUID* nondeletedSnapshotId) = 0;
  virtual HRESULT STDMETHODCALLTYPE ImportSnapshots(IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE BreakSnapshotSet(GUID snapshotSetId) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetSnapshotProperties(GUID snapshotId, VSS_SNAPSHOT_PROP* properties) = 0;
  virtual HRESULT STDMETHODCALLTYPE Query(GUID queriedObjectId, DWORD queriedObjectType, DWORD returnedObjectsType,
                                          IVssEnumObject** enumerator) = 0;
  virtual HRESULT STDMETHODCALLTYPE IsVolumeSupported(GUID providerId, LPCWSTR volumeName, BOOL* supported) = 0;
  virtual HRESULT STDMETHODCALLTYPE DisableWriterClasses(const GUID* writerClassIds, UINT count) = 0;
  virtual HRESULT STDMETHODCALLTYPE EnableWriterClasses(const GUID* writerClassIds, UINT count) = 0;
  virtual HRESULT STDMETHODCALLTYPE DisableWriterInstances(const GUID* writerInstanceIds, UINT count) = 0;
  virtual HRESULT STDMETHODCALLTYPE ExposeSnapshot(GUID snapshotId, LPCWSTR pathFromRoot, LONG attributes,
                                                   LPCWSTR expose, LPWSTR* exposed) = 0;
  virtual HRESULT STDMETHODCALLTYPE RevertToSnapshot(GUID snapshotId, BOOL forceDismount) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryRevertStatus(LPCWSTR volumeName, IVssAsync** async) = 0;
};

struct IVssBackupComponentsEx : IVssBackupComponents {
  virtual HRESULT STDMETHODCALLTYPE GetWriterMetadataEx(UINT index, GUID* instanceId,
                                                        IVssExamineWriterMetadataEx** metadata) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetSelectedForRestoreEx(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                            LPCWSTR componentName, bool selected, GUID instanceId) = 0;
};

struct IVssBackupComponentsEx2 : IVssBackupComponentsEx {
  virtual HRESULT STDMETHODCALLTYPE UnexposeSnapshot(GUID snapshotId) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetAuthoritativeRestore(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                            LPCWSTR componentName, bool authoritative) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRollForward(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                   LPCWSTR componentName, DWORD rollType, LPCWSTR rollForwardPoint) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRestoreName(GUID writerId, DWORD componentType, LPCWSTR logicalPath,
                                                   LPCWSTR componentName, LPCWSTR restoreName) = 0;
  virtual HRESULT STDMETHODCALLTYPE BreakSnapshotSetEx(GUID snapshotSetId, DWORD breakFlags, IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE PreFastRecovery(GUID snapshotSetId, DWORD flags, IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE FastRecovery(GUID snapshotSetId, DWORD flags, IVssAsync** async) = 0;
};

struct IVssBackupComponentsEx3 : IVssBackupComponentsEx2 {
  virtual HRESULT STDMETHODCALLTYPE GetWriterStatusEx(UINT index, GUID* instanceId, GUID* writerId, BSTR* writerName,
                                                      DWORD* state, HRESULT* failure, HRESULT* applicationFailure,
                                                      BSTR* applicationMessage) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddSnapshotToRecoverySet(GUID snapshotId, DWORD flags,
                                                             LPCWSTR destinationVolume) = 0;
  virtual HRESULT STDMETHODCALLTYPE RecoverSet(DWORD flags, IVssAsync** async) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetSessionId(GUID* sessionId) = 0;
};

struct IVssBackupComponentsEx4 : IVssBackupComponentsEx3 {
  virtual HRESULT STDMETHODCALLTYPE GetRootAndLogicalPrefixPaths(LPCWSTR filePath, LPWSTR* rootPath,
                                                                 LPWSTR* logicalPrefix,
                                                                 BOOL normalizeFqdnForRootPath) = 0;
};

struct IVssAsync : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE Cancel() = 0;
  virtual HRESULT STDMETHODCALLTYPE Wait(DWORD timeoutMs) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryStatus(HRESULT* status, INT* reserved) = 0;
};

struct IVssEnumObject : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE Next(ULONG count, VSS_OBJECT_PROP* elements, ULONG* fetched) = 0;
  virtual HRESULT STDMETHODCALLTYPE Skip(ULONG count) = 0;
  virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
  virtual HRESULT STDMETHODCALLTYPE Clone(IVssEnumObject** enumerator) = 0;
};

struct IVssExamineWriterMetadata : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetIdentity(GUID* instanceId, GUID* writerId, BSTR* writerName, DWORD* usage,
                                                DWORD* source) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFileCounts(UINT* includeFiles, UINT* excludeFiles, UINT* components) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetIncludeFile(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetExcludeFile(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComponent(UINT index, IVssWMComponent** component) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreMethod(DWORD* method, BSTR* service, BSTR* userProcedure,
                                                     DWORD* writerRestore, bool* rebootRequired, UINT* mappings) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAlternateLocationMapping(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBackupSchema(DWORD* schemaMask) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDocument(IXMLDOMDocument** document) = 0;
  virtual HRESULT STDMETHODCALLTYPE SaveAsXML(BSTR* xml) = 0;
  virtual HRESULT STDMETHODCALLTYPE LoadFromXML(BSTR xml) = 0;
};

struct IVssExamineWriterMetadataEx : IVssExamineWriterMetadata {
  virtual HRESULT STDMETHODCALLTYPE GetIdentityEx(GUID* instanceId, GUID* writerId, BSTR* writerName,
                                                  BSTR* instanceName, DWORD* usage, DWORD* source) = 0;
};

struct IVssExamineWriterMetadataEx2 : IVssExamineWriterMetadataEx {
  virtual HRESULT STDMETHODCALLTYPE GetVersion(DWORD* major, DWORD* minor) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetExcludeFromSnapshotCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetExcludeFromSnapshotFile(UINT index, IVssWMFiledesc** filedesc) = 0;
};

struct IVssWMComponent : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetComponentInfo(const VSS_COMPONENTINFO** info) = 0;
  virtual HRESULT STDMETHODCALLTYPE FreeComponentInfo(const VSS_COMPONENTINFO* info) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFile(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDatabaseFile(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDatabaseLogFile(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDependency(UINT index, IVssWMDependency** dependency) = 0;
};

struct IVssWMFiledesc : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetPath(BSTR* path) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFilespec(BSTR* filespec) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRecursive(bool* recursive) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAlternateLocation(BSTR* alternateLocation) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBackupTypeMask(DWORD* typeMask) = 0;
};

struct IVssWMDependency : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetWriterId(GUID* writerId) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetLogicalPath(BSTR* logicalPath) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComponentName(BSTR* componentName) = 0;
};

/** Not based on IUnknown: its methods begin at slot 0. */
struct IVssWriterComponents {
  virtual HRESULT STDMETHODCALLTYPE GetComponentCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetWriterInfo(GUID* instanceId, GUID* writerId) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComponent(UINT index, IVssComponent** component) = 0;
};

/** Two bases, so two vtable pointers; the reference is counted by the second. */
struct IVssWriterComponentsExt : IVssWriterComponents, IUnknown {};

struct IVssComponent : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetLogicalPath(BSTR* logicalPath) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComponentType(DWORD* type) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComponentName(BSTR* name) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBackupSucceeded(bool* succeeded) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAlternateLocationMappingCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAlternateLocationMapping(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetBackupMetadata(LPCWSTR data) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBackupMetadata(BSTR* data) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddPartialFile(LPCWSTR path, LPCWSTR filename, LPCWSTR ranges,
                                                   LPCWSTR metadata) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPartialFileCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPartialFile(UINT index, BSTR* path, BSTR* filename, BSTR* range,
                                                   BSTR* metadata) = 0;
  virtual HRESULT STDMETHODCALLTYPE IsSelectedForRestore(bool* selected) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAdditionalRestores(bool* additional) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetNewTargetCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetNewTarget(UINT index, IVssWMFiledesc** filedesc) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddDirectedTarget(LPCWSTR sourcePath, LPCWSTR sourceFilename,
                                                      LPCWSTR sourceRangeList, LPCWSTR destinationPath,
                                                      LPCWSTR destinationFilename, LPCWSTR destinationRangeList) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDirectedTargetCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDirectedTarget(UINT index, BSTR* sourcePath, BSTR* sourceFilename,
                                                      BSTR* sourceRangeList, BSTR* destinationPath,
                                                      BSTR* destinationFilename, BSTR* destinationRangeList) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRestoreMetadata(LPCWSTR metadata) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreMetadata(BSTR* metadata) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetRestoreTarget(DWORD target) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreTarget(DWORD* target) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetPreRestoreFailureMsg(LPCWSTR message) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPreRestoreFailureMsg(BSTR* message) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetPostRestoreFailureMsg(LPCWSTR message) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPostRestoreFailureMsg(BSTR* message) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetBackupStamp(LPCWSTR stamp) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBackupStamp(BSTR* stamp) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPreviousBackupStamp(BSTR* stamp) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBackupOptions(BSTR* options) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreOptions(BSTR* options) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreSubcomponentCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreSubcomponent(UINT index, BSTR* logicalPath, BSTR* componentName,
                                                           bool* repair) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFileRestoreStatus(DWORD* status) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddDifferencedFilesByLastModifyTime(LPCWSTR path, LPCWSTR filespec, BOOL recursive,
                                                                        FILETIME lastModifyTime) = 0;
  virtual HRESULT STDMETHODCALLTYPE AddDifferencedFilesByLastModifyLSN(LPCWSTR path, LPCWSTR filespec, BOOL recursive,
                                                                       BSTR lsn) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDifferencedFilesCount(UINT* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetDifferencedFile(UINT index, BSTR* path, BSTR* filespec, BOOL* recursive,
                                                       BSTR* lsn, FILETIME* lastModifyTime) = 0;
};

struct IVssComponentEx : IVssComponent {
  virtual HRESULT STDMETHODCALLTYPE SetPrepareForBackupFailureMsg(LPCWSTR message) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetPostSnapshotFailureMsg(LPCWSTR message) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPrepareForBackupFailureMsg(BSTR* message) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetPostSnapshotFailureMsg(BSTR* message) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAuthoritativeRestore(bool* authoritative) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRollForward(DWORD* rollType, BSTR* point) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetRestoreName(BSTR* name) = 0;
};

struct IVssComponentEx2 : IVssComponentEx {
  virtual HRESULT STDMETHODCALLTYPE SetFailure(HRESULT failure, HRESULT applicationFailure, LPCWSTR applicationMessage,
                                               DWORD reserved) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFailure(HRESULT* failure, HRESULT* applicationFailure, BSTR* applicationMessage,
                                               DWORD* reserved) = 0;
};

struct IVssAdmin : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE RegisterProvider(GUID providerId, GUID classId, LPCWSTR providerName,
                                                     DWORD providerType, LPCWSTR providerVersion,
                                                     GUID providerVersionId) = 0;
  virtual HRESULT STDMETHODCALLTYPE UnregisterProvider(GUID providerId) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryProviders(IVssEnumObject** enumerator) = 0;
  virtual HRESULT STDMETHODCALLTYPE AbortAllSnapshotsInProgress() = 0;
};

/** Of vsmgmt.h: where the system provider keeps what has changed since the copies. */
struct IVssEnumMgmtObject : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE Next(ULONG count, VSS_MGMT_OBJECT_PROP* elements, ULONG* fetched) = 0;
  virtual HRESULT STDMETHODCALLTYPE Skip(ULONG count) = 0;
  virtual HRESULT STDMETHODCALLTYPE Reset() = 0;
  virtual HRESULT STDMETHODCALLTYPE Clone(IVssEnumMgmtObject** enumerator) = 0;
};

struct IVssDifferentialSoftwareSnapshotMgmt : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE AddDiffArea(LPCWSTR volumeName, LPCWSTR diffAreaVolumeName,
                                                LONGLONG maximumDiffSpace) = 0;
  virtual HRESULT STDMETHODCALLTYPE ChangeDiffAreaMaximumSize(LPCWSTR volumeName, LPCWSTR diffAreaVolumeName,
                                                              LONGLONG maximumDiffSpace) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryVolumesSupportedForDiffAreas(LPCWSTR volumeName,
                                                                      IVssEnumMgmtObject** enumerator) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryDiffAreasForVolume(LPCWSTR volumeName, IVssEnumMgmtObject** enumerator) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryDiffAreasOnVolume(LPCWSTR volumeName, IVssEnumMgmtObject** enumerator) = 0;
  virtual HRESULT STDMETHODCALLTYPE QueryDiffAreasForSnapshot(GUID snapshotId, IVssEnumMgmtObject** enumerator) = 0;
};
