// Generated from lib/binding/tables/vss.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#include "vss_table.h"

#include <cstddef>

#include "argument.h"
#include "vss_library.h"
#include "winbackup/vss.h"

namespace winbackup {

namespace {

static_assert(sizeof(VSS_SNAPSHOT_PROP) == 128);
static_assert(offsetof(VSS_SNAPSHOT_PROP, snapshotId) == 0 && sizeof(VSS_SNAPSHOT_PROP::snapshotId) == 16);
static_assert(offsetof(VSS_SNAPSHOT_PROP, snapshotSetId) == 16 && sizeof(VSS_SNAPSHOT_PROP::snapshotSetId) == 16);
static_assert(offsetof(VSS_SNAPSHOT_PROP, snapshotsCount) == 32 && sizeof(VSS_SNAPSHOT_PROP::snapshotsCount) == 4);
static_assert(offsetof(VSS_SNAPSHOT_PROP, snapshotDeviceObject) == 40 && sizeof(VSS_SNAPSHOT_PROP::snapshotDeviceObject) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, originalVolumeName) == 48 && sizeof(VSS_SNAPSHOT_PROP::originalVolumeName) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, originatingMachine) == 56 && sizeof(VSS_SNAPSHOT_PROP::originatingMachine) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, serviceMachine) == 64 && sizeof(VSS_SNAPSHOT_PROP::serviceMachine) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, exposedName) == 72 && sizeof(VSS_SNAPSHOT_PROP::exposedName) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, exposedPath) == 80 && sizeof(VSS_SNAPSHOT_PROP::exposedPath) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, providerId) == 88 && sizeof(VSS_SNAPSHOT_PROP::providerId) == 16);
static_assert(offsetof(VSS_SNAPSHOT_PROP, snapshotAttributes) == 104 && sizeof(VSS_SNAPSHOT_PROP::snapshotAttributes) == 4);
static_assert(offsetof(VSS_SNAPSHOT_PROP, creationTimestamp) == 112 && sizeof(VSS_SNAPSHOT_PROP::creationTimestamp) == 8);
static_assert(offsetof(VSS_SNAPSHOT_PROP, status) == 120 && sizeof(VSS_SNAPSHOT_PROP::status) == 4);
constexpr Field kFieldsVSS_SNAPSHOT_PROP[] = {
    {"snapshotId", Kind::kGuid, 0},
    {"snapshotSetId", Kind::kGuid, 16},
    {"snapshotsCount", Kind::kI32, 32},
    {"snapshotDeviceObject", Kind::kTaskString, 40},
    {"originalVolumeName", Kind::kTaskString, 48},
    {"originatingMachine", Kind::kTaskString, 56},
    {"serviceMachine", Kind::kTaskString, 64},
    {"exposedName", Kind::kTaskString, 72},
    {"exposedPath", Kind::kTaskString, 80},
    {"providerId", Kind::kGuid, 88},
    {"snapshotAttributes", Kind::kU32, 104},
    {"creationTimestamp", Kind::kU64, 112},
    {"status", Kind::kU32, 120},
};
constexpr Struct kStructVSS_SNAPSHOT_PROP = {"VSS_SNAPSHOT_PROP", 128, kFieldsVSS_SNAPSHOT_PROP, {}, FreeSnapshotProperties};

static_assert(sizeof(VSS_PROVIDER_PROP) == 72);
static_assert(offsetof(VSS_PROVIDER_PROP, providerId) == 0 && sizeof(VSS_PROVIDER_PROP::providerId) == 16);
static_assert(offsetof(VSS_PROVIDER_PROP, providerName) == 16 && sizeof(VSS_PROVIDER_PROP::providerName) == 8);
static_assert(offsetof(VSS_PROVIDER_PROP, providerType) == 24 && sizeof(VSS_PROVIDER_PROP::providerType) == 4);
static_assert(offsetof(VSS_PROVIDER_PROP, providerVersion) == 32 && sizeof(VSS_PROVIDER_PROP::providerVersion) == 8);
static_assert(offsetof(VSS_PROVIDER_PROP, providerVersionId) == 40 && sizeof(VSS_PROVIDER_PROP::providerVersionId) == 16);
static_assert(offsetof(VSS_PROVIDER_PROP, classId) == 56 && sizeof(VSS_PROVIDER_PROP::classId) == 16);
constexpr Field kFieldsVSS_PROVIDER_PROP[] = {
    {"providerId", Kind::kGuid, 0},
    {"providerName", Kind::kTaskString, 16},
    {"providerType", Kind::kU32, 24},
    {"providerVersion", Kind::kTaskString, 32},
    {"providerVersionId", Kind::kGuid, 40},
    {"classId", Kind::kGuid, 56},
};
constexpr Struct kStructVSS_PROVIDER_PROP = {"VSS_PROVIDER_PROP", 72, kFieldsVSS_PROVIDER_PROP, {}, FreeStrings<VSS_PROVIDER_PROP, &VSS_PROVIDER_PROP::providerName, &VSS_PROVIDER_PROP::providerVersion>};

static_assert(sizeof(VSS_OBJECT_PROP) == 136);
static_assert(offsetof(VSS_OBJECT_PROP, type) == 0 && sizeof(VSS_OBJECT_PROP::type) == 4);
constexpr Field kFieldsVSS_OBJECT_PROP[] = {
    {"type", Kind::kU32, 0},
};
static_assert(offsetof(VSS_OBJECT_PROP, snapshot) == 8);
static_assert(offsetof(VSS_OBJECT_PROP, provider) == 8);
constexpr Alternative kAlternativesVSS_OBJECT_PROP[] = {
    {3, "snapshot", 8, &kStructVSS_SNAPSHOT_PROP},
    {4, "provider", 8, &kStructVSS_PROVIDER_PROP},
};
constexpr Struct kStructVSS_OBJECT_PROP = {"VSS_OBJECT_PROP", 136, kFieldsVSS_OBJECT_PROP, kAlternativesVSS_OBJECT_PROP, nullptr};

static_assert(sizeof(VSS_COMPONENTINFO) == 72);
static_assert(offsetof(VSS_COMPONENTINFO, type) == 0 && sizeof(VSS_COMPONENTINFO::type) == 4);
static_assert(offsetof(VSS_COMPONENTINFO, logicalPath) == 8 && sizeof(VSS_COMPONENTINFO::logicalPath) == 8);
static_assert(offsetof(VSS_COMPONENTINFO, componentName) == 16 && sizeof(VSS_COMPONENTINFO::componentName) == 8);
static_assert(offsetof(VSS_COMPONENTINFO, caption) == 24 && sizeof(VSS_COMPONENTINFO::caption) == 8);
static_assert(offsetof(VSS_COMPONENTINFO, icon) == 32 && sizeof(VSS_COMPONENTINFO::icon) == 8);
static_assert(offsetof(VSS_COMPONENTINFO, iconSize) == 40 && sizeof(VSS_COMPONENTINFO::iconSize) == 4);
static_assert(offsetof(VSS_COMPONENTINFO, restoreMetadata) == 44 && sizeof(VSS_COMPONENTINFO::restoreMetadata) == 1);
static_assert(offsetof(VSS_COMPONENTINFO, notifyOnBackupComplete) == 45 && sizeof(VSS_COMPONENTINFO::notifyOnBackupComplete) == 1);
static_assert(offsetof(VSS_COMPONENTINFO, selectable) == 46 && sizeof(VSS_COMPONENTINFO::selectable) == 1);
static_assert(offsetof(VSS_COMPONENTINFO, selectableForRestore) == 47 && sizeof(VSS_COMPONENTINFO::selectableForRestore) == 1);
static_assert(offsetof(VSS_COMPONENTINFO, componentFlags) == 48 && sizeof(VSS_COMPONENTINFO::componentFlags) == 4);
static_assert(offsetof(VSS_COMPONENTINFO, fileCount) == 52 && sizeof(VSS_COMPONENTINFO::fileCount) == 4);
static_assert(offsetof(VSS_COMPONENTINFO, databases) == 56 && sizeof(VSS_COMPONENTINFO::databases) == 4);
static_assert(offsetof(VSS_COMPONENTINFO, logFiles) == 60 && sizeof(VSS_COMPONENTINFO::logFiles) == 4);
static_assert(offsetof(VSS_COMPONENTINFO, dependencies) == 64 && sizeof(VSS_COMPONENTINFO::dependencies) == 4);
constexpr Field kFieldsVSS_COMPONENTINFO[] = {
    {"type", Kind::kU32, 0},
    {"logicalPath", Kind::kBstr, 8},
    {"componentName", Kind::kBstr, 16},
    {"caption", Kind::kBstr, 24},
    {"icon", Kind::kPointer, 32},
    {"iconSize", Kind::kU32, 40},
    {"restoreMetadata", Kind::kBool, 44},
    {"notifyOnBackupComplete", Kind::kBool, 45},
    {"selectable", Kind::kBool, 46},
    {"selectableForRestore", Kind::kBool, 47},
    {"componentFlags", Kind::kU32, 48},
    {"fileCount", Kind::kU32, 52},
    {"databases", Kind::kU32, 56},
    {"logFiles", Kind::kU32, 60},
    {"dependencies", Kind::kU32, 64},
};
constexpr Struct kStructVSS_COMPONENTINFO = {"VSS_COMPONENTINFO", 72, kFieldsVSS_COMPONENTINFO};

static_assert(sizeof(VSS_VOLUME_PROP) == 16);
static_assert(offsetof(VSS_VOLUME_PROP, volumeName) == 0 && sizeof(VSS_VOLUME_PROP::volumeName) == 8);
static_assert(offsetof(VSS_VOLUME_PROP, volumeDisplayName) == 8 && sizeof(VSS_VOLUME_PROP::volumeDisplayName) == 8);
constexpr Field kFieldsVSS_VOLUME_PROP[] = {
    {"volumeName", Kind::kTaskString, 0},
    {"volumeDisplayName", Kind::kTaskString, 8},
};
constexpr Struct kStructVSS_VOLUME_PROP = {"VSS_VOLUME_PROP", 16, kFieldsVSS_VOLUME_PROP, {}, FreeStrings<VSS_VOLUME_PROP, &VSS_VOLUME_PROP::volumeName, &VSS_VOLUME_PROP::volumeDisplayName>};

static_assert(sizeof(VSS_DIFF_VOLUME_PROP) == 32);
static_assert(offsetof(VSS_DIFF_VOLUME_PROP, volumeName) == 0 && sizeof(VSS_DIFF_VOLUME_PROP::volumeName) == 8);
static_assert(offsetof(VSS_DIFF_VOLUME_PROP, volumeDisplayName) == 8 && sizeof(VSS_DIFF_VOLUME_PROP::volumeDisplayName) == 8);
static_assert(offsetof(VSS_DIFF_VOLUME_PROP, volumeFreeSpace) == 16 && sizeof(VSS_DIFF_VOLUME_PROP::volumeFreeSpace) == 8);
static_assert(offsetof(VSS_DIFF_VOLUME_PROP, volumeTotalSpace) == 24 && sizeof(VSS_DIFF_VOLUME_PROP::volumeTotalSpace) == 8);
constexpr Field kFieldsVSS_DIFF_VOLUME_PROP[] = {
    {"volumeName", Kind::kTaskString, 0},
    {"volumeDisplayName", Kind::kTaskString, 8},
    {"volumeFreeSpace", Kind::kU64, 16},
    {"volumeTotalSpace", Kind::kU64, 24},
};
constexpr Struct kStructVSS_DIFF_VOLUME_PROP = {"VSS_DIFF_VOLUME_PROP", 32, kFieldsVSS_DIFF_VOLUME_PROP, {}, FreeStrings<VSS_DIFF_VOLUME_PROP, &VSS_DIFF_VOLUME_PROP::volumeName, &VSS_DIFF_VOLUME_PROP::volumeDisplayName>};

static_assert(sizeof(VSS_DIFF_AREA_PROP) == 40);
static_assert(offsetof(VSS_DIFF_AREA_PROP, volumeName) == 0 && sizeof(VSS_DIFF_AREA_PROP::volumeName) == 8);
static_assert(offsetof(VSS_DIFF_AREA_PROP, diffAreaVolumeName) == 8 && sizeof(VSS_DIFF_AREA_PROP::diffAreaVolumeName) == 8);
static_assert(offsetof(VSS_DIFF_AREA_PROP, maximumDiffSpace) == 16 && sizeof(VSS_DIFF_AREA_PROP::maximumDiffSpace) == 8);
static_assert(offsetof(VSS_DIFF_AREA_PROP, allocatedDiffSpace) == 24 && sizeof(VSS_DIFF_AREA_PROP::allocatedDiffSpace) == 8);
static_assert(offsetof(VSS_DIFF_AREA_PROP, usedDiffSpace) == 32 && sizeof(VSS_DIFF_AREA_PROP::usedDiffSpace) == 8);
constexpr Field kFieldsVSS_DIFF_AREA_PROP[] = {
    {"volumeName", Kind::kTaskString, 0},
    {"diffAreaVolumeName", Kind::kTaskString, 8},
    {"maximumDiffSpace", Kind::kU64, 16},
    {"allocatedDiffSpace", Kind::kU64, 24},
    {"usedDiffSpace", Kind::kU64, 32},
};
constexpr Struct kStructVSS_DIFF_AREA_PROP = {"VSS_DIFF_AREA_PROP", 40, kFieldsVSS_DIFF_AREA_PROP, {}, FreeStrings<VSS_DIFF_AREA_PROP, &VSS_DIFF_AREA_PROP::volumeName, &VSS_DIFF_AREA_PROP::diffAreaVolumeName>};

static_assert(sizeof(VSS_MGMT_OBJECT_PROP) == 48);
static_assert(offsetof(VSS_MGMT_OBJECT_PROP, type) == 0 && sizeof(VSS_MGMT_OBJECT_PROP::type) == 4);
constexpr Field kFieldsVSS_MGMT_OBJECT_PROP[] = {
    {"type", Kind::kU32, 0},
};
static_assert(offsetof(VSS_MGMT_OBJECT_PROP, volume) == 8);
static_assert(offsetof(VSS_MGMT_OBJECT_PROP, diffVolume) == 8);
static_assert(offsetof(VSS_MGMT_OBJECT_PROP, diffArea) == 8);
constexpr Alternative kAlternativesVSS_MGMT_OBJECT_PROP[] = {
    {1, "volume", 8, &kStructVSS_VOLUME_PROP},
    {2, "diffVolume", 8, &kStructVSS_DIFF_VOLUME_PROP},
    {3, "diffArea", 8, &kStructVSS_DIFF_AREA_PROP},
};
constexpr Struct kStructVSS_MGMT_OBJECT_PROP = {"VSS_MGMT_OBJECT_PROP", 48, kFieldsVSS_MGMT_OBJECT_PROP, kAlternativesVSS_MGMT_OBJECT_PROP, nullptr};

constexpr Parameter kParameters_IVssBackupComponents_GetWriterComponentsCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_GetWriterComponentsCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetWriterComponentsCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssBackupComponents_GetWriterComponents[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"writer", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWriterComponentsExt},
};
HRESULT Invoke_IVssBackupComponents_GetWriterComponents(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetWriterComponents(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_InitializeForBackup[] = {
    {"xml", Kind::kBstr, Direction::kIn, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_InitializeForBackup(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->InitializeForBackup(a[0].bstr());
}

constexpr Parameter kParameters_IVssBackupComponents_SetBackupState[] = {
    {"selectComponents", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
    {"backupBootableSystemState", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
    {"backupType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"partialFileSupport", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetBackupState(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetBackupState(a[0].boolean(), a[1].boolean(), a[2].u32(), a[3].boolean());
}

constexpr Parameter kParameters_IVssBackupComponents_InitializeForRestore[] = {
    {"xml", Kind::kBstr, Direction::kIn, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_InitializeForRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->InitializeForRestore(a[0].bstr());
}

constexpr Parameter kParameters_IVssBackupComponents_SetRestoreState[] = {
    {"restoreType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetRestoreState(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetRestoreState(a[0].u32());
}

constexpr Parameter kParameters_IVssBackupComponents_GatherWriterMetadata[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_GatherWriterMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GatherWriterMetadata(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_GetWriterMetadataCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_GetWriterMetadataCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetWriterMetadataCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssBackupComponents_GetWriterMetadata[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"metadata", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssExamineWriterMetadata},
};
HRESULT Invoke_IVssBackupComponents_GetWriterMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetWriterMetadata(a[0].u32(), a[1].guid_place(), a[2].pointer_place());
}

HRESULT Invoke_IVssBackupComponents_FreeWriterMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->FreeWriterMetadata();
}

constexpr Parameter kParameters_IVssBackupComponents_AddComponent[] = {
    {"instanceId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_AddComponent(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->AddComponent(a[0].guid(), a[1].guid(), a[2].u32(), a[3].text(), a[4].text());
}

constexpr Parameter kParameters_IVssBackupComponents_PrepareForBackup[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_PrepareForBackup(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->PrepareForBackup(a[0].pointer_place());
}

HRESULT Invoke_IVssBackupComponents_AbortBackup(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->AbortBackup();
}

constexpr Parameter kParameters_IVssBackupComponents_GatherWriterStatus[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_GatherWriterStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GatherWriterStatus(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_GetWriterStatusCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_GetWriterStatusCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetWriterStatusCount(a[0].u32_place());
}

HRESULT Invoke_IVssBackupComponents_FreeWriterStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->FreeWriterStatus();
}

constexpr Parameter kParameters_IVssBackupComponents_GetWriterStatus[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"state", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"failure", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_GetWriterStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetWriterStatus(a[0].u32(), a[1].guid_place(), a[2].guid_place(), a[3].bstr_place(), a[4].u32_place(), a[5].u32_place());
}

constexpr Parameter kParameters_IVssBackupComponents_SetBackupSucceeded[] = {
    {"instanceId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"succeeded", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetBackupSucceeded(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetBackupSucceeded(a[0].guid(), a[1].guid(), a[2].u32(), a[3].text(), a[4].text(), a[5].boolean());
}

constexpr Parameter kParameters_IVssBackupComponents_SetBackupOptions[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"options", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetBackupOptions(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetBackupOptions(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text());
}

constexpr Parameter kParameters_IVssBackupComponents_SetSelectedForRestore[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"selected", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetSelectedForRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetSelectedForRestore(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].boolean());
}

constexpr Parameter kParameters_IVssBackupComponents_SetRestoreOptions[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"options", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetRestoreOptions(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetRestoreOptions(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text());
}

constexpr Parameter kParameters_IVssBackupComponents_SetAdditionalRestores[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"additional", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetAdditionalRestores(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetAdditionalRestores(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].boolean());
}

constexpr Parameter kParameters_IVssBackupComponents_SetPreviousBackupStamp[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"stamp", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetPreviousBackupStamp(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetPreviousBackupStamp(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text());
}

constexpr Parameter kParameters_IVssBackupComponents_SaveAsXML[] = {
    {"xml", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SaveAsXML(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SaveAsXML(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssBackupComponents_BackupComplete[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_BackupComplete(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->BackupComplete(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_AddAlternativeLocationMapping[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"path", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"filespec", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"recursive", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
    {"destination", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_AddAlternativeLocationMapping(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->AddAlternativeLocationMapping(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text(), a[5].text(), a[6].boolean(), a[7].text());
}

constexpr Parameter kParameters_IVssBackupComponents_AddRestoreSubcomponent[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"subcomponentLogicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"subcomponentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"repair", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_AddRestoreSubcomponent(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->AddRestoreSubcomponent(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text(), a[5].text(), a[6].boolean());
}

constexpr Parameter kParameters_IVssBackupComponents_SetFileRestoreStatus[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"status", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetFileRestoreStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetFileRestoreStatus(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].u32());
}

constexpr Parameter kParameters_IVssBackupComponents_AddNewTarget[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"path", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"fileName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"recursive", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
    {"alternatePath", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_AddNewTarget(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->AddNewTarget(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text(), a[5].text(), a[6].boolean(), a[7].text());
}

constexpr Parameter kParameters_IVssBackupComponents_SetRangesFilePath[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"partialFile", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"rangesFile", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetRangesFilePath(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetRangesFilePath(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].u32(), a[5].text());
}

constexpr Parameter kParameters_IVssBackupComponents_PreRestore[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_PreRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->PreRestore(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_PostRestore[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_PostRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->PostRestore(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_SetContext[] = {
    {"context", Kind::kI32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_SetContext(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->SetContext(a[0].i32());
}

constexpr Parameter kParameters_IVssBackupComponents_StartSnapshotSet[] = {
    {"snapshotSetId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_StartSnapshotSet(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->StartSnapshotSet(a[0].guid_place());
}

constexpr Parameter kParameters_IVssBackupComponents_AddToSnapshotSet[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"providerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"snapshotId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_AddToSnapshotSet(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->AddToSnapshotSet(a[0].text(), a[1].guid(), a[2].guid_place());
}

constexpr Parameter kParameters_IVssBackupComponents_DoSnapshotSet[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_DoSnapshotSet(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->DoSnapshotSet(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_DeleteSnapshots[] = {
    {"sourceObjectId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"sourceObjectType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"forceDelete", Kind::kWin32Bool, Direction::kIn, false, false, nullptr, nullptr},
    {"deletedSnapshots", Kind::kI32, Direction::kOut, false, true, nullptr, nullptr},
    {"nondeletedSnapshotId", Kind::kGuid, Direction::kOut, false, true, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_DeleteSnapshots(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->DeleteSnapshots(a[0].guid(), a[1].u32(), a[2].i32(), a[3].u32_place(), a[4].guid_place());
}

constexpr Parameter kParameters_IVssBackupComponents_ImportSnapshots[] = {
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_ImportSnapshots(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->ImportSnapshots(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_BreakSnapshotSet[] = {
    {"snapshotSetId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_BreakSnapshotSet(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->BreakSnapshotSet(a[0].guid());
}

constexpr Parameter kParameters_IVssBackupComponents_GetSnapshotProperties[] = {
    {"snapshotId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"properties", Kind::kStruct, Direction::kOut, false, false, &kStructVSS_SNAPSHOT_PROP, nullptr},
};
HRESULT Invoke_IVssBackupComponents_GetSnapshotProperties(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->GetSnapshotProperties(a[0].guid(), a[1].structure());
}

constexpr Parameter kParameters_IVssBackupComponents_Query[] = {
    {"queriedObjectId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"queriedObjectType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"returnedObjectsType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumObject},
};
HRESULT Invoke_IVssBackupComponents_Query(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->Query(a[0].guid(), a[1].u32(), a[2].u32(), a[3].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponents_IsVolumeSupported[] = {
    {"providerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"supported", Kind::kWin32Bool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_IsVolumeSupported(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->IsVolumeSupported(a[0].guid(), a[1].text(), a[2].u32_place());
}

constexpr Parameter kParameters_IVssBackupComponents_DisableWriterClasses[] = {
    {"writerClassIds", Kind::kGuids, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_DisableWriterClasses(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->DisableWriterClasses(a[0].guids(), a[0].guid_count());
}

constexpr Parameter kParameters_IVssBackupComponents_EnableWriterClasses[] = {
    {"writerClassIds", Kind::kGuids, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_EnableWriterClasses(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->EnableWriterClasses(a[0].guids(), a[0].guid_count());
}

constexpr Parameter kParameters_IVssBackupComponents_DisableWriterInstances[] = {
    {"writerInstanceIds", Kind::kGuids, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_DisableWriterInstances(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->DisableWriterInstances(a[0].guids(), a[0].guid_count());
}

constexpr Parameter kParameters_IVssBackupComponents_ExposeSnapshot[] = {
    {"snapshotId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"pathFromRoot", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"attributes", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"expose", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"exposed", Kind::kTaskString, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_ExposeSnapshot(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->ExposeSnapshot(a[0].guid(), a[1].text(), a[2].u32(), a[3].text(), a[4].task_string_place());
}

constexpr Parameter kParameters_IVssBackupComponents_RevertToSnapshot[] = {
    {"snapshotId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"forceDismount", Kind::kWin32Bool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponents_RevertToSnapshot(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->RevertToSnapshot(a[0].guid(), a[1].i32());
}

constexpr Parameter kParameters_IVssBackupComponents_QueryRevertStatus[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponents_QueryRevertStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponents*>(self)->QueryRevertStatus(a[0].text(), a[1].pointer_place());
}

constexpr Method kMethodsIVssBackupComponents[] = {
    {"IVssBackupComponents::GetWriterComponentsCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetWriterComponentsCount, Invoke_IVssBackupComponents_GetWriterComponentsCount},
    {"IVssBackupComponents::GetWriterComponents", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetWriterComponents, Invoke_IVssBackupComponents_GetWriterComponents},
    {"IVssBackupComponents::InitializeForBackup", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_InitializeForBackup, Invoke_IVssBackupComponents_InitializeForBackup},
    {"IVssBackupComponents::SetBackupState", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetBackupState, Invoke_IVssBackupComponents_SetBackupState},
    {"IVssBackupComponents::InitializeForRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_InitializeForRestore, Invoke_IVssBackupComponents_InitializeForRestore},
    {"IVssBackupComponents::SetRestoreState", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetRestoreState, Invoke_IVssBackupComponents_SetRestoreState},
    {"IVssBackupComponents::GatherWriterMetadata", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GatherWriterMetadata, Invoke_IVssBackupComponents_GatherWriterMetadata},
    {"IVssBackupComponents::GetWriterMetadataCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetWriterMetadataCount, Invoke_IVssBackupComponents_GetWriterMetadataCount},
    {"IVssBackupComponents::GetWriterMetadata", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetWriterMetadata, Invoke_IVssBackupComponents_GetWriterMetadata},
    {"IVssBackupComponents::FreeWriterMetadata", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssBackupComponents_FreeWriterMetadata},
    {"IVssBackupComponents::AddComponent", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_AddComponent, Invoke_IVssBackupComponents_AddComponent},
    {"IVssBackupComponents::PrepareForBackup", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_PrepareForBackup, Invoke_IVssBackupComponents_PrepareForBackup},
    {"IVssBackupComponents::AbortBackup", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssBackupComponents_AbortBackup},
    {"IVssBackupComponents::GatherWriterStatus", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GatherWriterStatus, Invoke_IVssBackupComponents_GatherWriterStatus},
    {"IVssBackupComponents::GetWriterStatusCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetWriterStatusCount, Invoke_IVssBackupComponents_GetWriterStatusCount},
    {"IVssBackupComponents::FreeWriterStatus", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssBackupComponents_FreeWriterStatus},
    {"IVssBackupComponents::GetWriterStatus", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetWriterStatus, Invoke_IVssBackupComponents_GetWriterStatus},
    {"IVssBackupComponents::SetBackupSucceeded", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetBackupSucceeded, Invoke_IVssBackupComponents_SetBackupSucceeded},
    {"IVssBackupComponents::SetBackupOptions", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetBackupOptions, Invoke_IVssBackupComponents_SetBackupOptions},
    {"IVssBackupComponents::SetSelectedForRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetSelectedForRestore, Invoke_IVssBackupComponents_SetSelectedForRestore},
    {"IVssBackupComponents::SetRestoreOptions", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetRestoreOptions, Invoke_IVssBackupComponents_SetRestoreOptions},
    {"IVssBackupComponents::SetAdditionalRestores", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetAdditionalRestores, Invoke_IVssBackupComponents_SetAdditionalRestores},
    {"IVssBackupComponents::SetPreviousBackupStamp", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetPreviousBackupStamp, Invoke_IVssBackupComponents_SetPreviousBackupStamp},
    {"IVssBackupComponents::SaveAsXML", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SaveAsXML, Invoke_IVssBackupComponents_SaveAsXML},
    {"IVssBackupComponents::BackupComplete", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_BackupComplete, Invoke_IVssBackupComponents_BackupComplete},
    {"IVssBackupComponents::AddAlternativeLocationMapping", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_AddAlternativeLocationMapping, Invoke_IVssBackupComponents_AddAlternativeLocationMapping},
    {"IVssBackupComponents::AddRestoreSubcomponent", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_AddRestoreSubcomponent, Invoke_IVssBackupComponents_AddRestoreSubcomponent},
    {"IVssBackupComponents::SetFileRestoreStatus", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetFileRestoreStatus, Invoke_IVssBackupComponents_SetFileRestoreStatus},
    {"IVssBackupComponents::AddNewTarget", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_AddNewTarget, Invoke_IVssBackupComponents_AddNewTarget},
    {"IVssBackupComponents::SetRangesFilePath", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetRangesFilePath, Invoke_IVssBackupComponents_SetRangesFilePath},
    {"IVssBackupComponents::PreRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_PreRestore, Invoke_IVssBackupComponents_PreRestore},
    {"IVssBackupComponents::PostRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_PostRestore, Invoke_IVssBackupComponents_PostRestore},
    {"IVssBackupComponents::SetContext", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_SetContext, Invoke_IVssBackupComponents_SetContext},
    {"IVssBackupComponents::StartSnapshotSet", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_StartSnapshotSet, Invoke_IVssBackupComponents_StartSnapshotSet},
    {"IVssBackupComponents::AddToSnapshotSet", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_AddToSnapshotSet, Invoke_IVssBackupComponents_AddToSnapshotSet},
    {"IVssBackupComponents::DoSnapshotSet", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_DoSnapshotSet, Invoke_IVssBackupComponents_DoSnapshotSet},
    {"IVssBackupComponents::DeleteSnapshots", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_DeleteSnapshots, Invoke_IVssBackupComponents_DeleteSnapshots},
    {"IVssBackupComponents::ImportSnapshots", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_ImportSnapshots, Invoke_IVssBackupComponents_ImportSnapshots},
    {"IVssBackupComponents::BreakSnapshotSet", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_BreakSnapshotSet, Invoke_IVssBackupComponents_BreakSnapshotSet},
    {"IVssBackupComponents::GetSnapshotProperties", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_GetSnapshotProperties, Invoke_IVssBackupComponents_GetSnapshotProperties},
    {"IVssBackupComponents::Query", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_Query, Invoke_IVssBackupComponents_Query},
    {"IVssBackupComponents::IsVolumeSupported", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_IsVolumeSupported, Invoke_IVssBackupComponents_IsVolumeSupported},
    {"IVssBackupComponents::DisableWriterClasses", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_DisableWriterClasses, Invoke_IVssBackupComponents_DisableWriterClasses},
    {"IVssBackupComponents::EnableWriterClasses", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_EnableWriterClasses, Invoke_IVssBackupComponents_EnableWriterClasses},
    {"IVssBackupComponents::DisableWriterInstances", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_DisableWriterInstances, Invoke_IVssBackupComponents_DisableWriterInstances},
    {"IVssBackupComponents::ExposeSnapshot", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_ExposeSnapshot, Invoke_IVssBackupComponents_ExposeSnapshot},
    {"IVssBackupComponents::RevertToSnapshot", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_RevertToSnapshot, Invoke_IVssBackupComponents_RevertToSnapshot},
    {"IVssBackupComponents::QueryRevertStatus", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponents_QueryRevertStatus, Invoke_IVssBackupComponents_QueryRevertStatus},
};
IUnknown* Unknown_IVssBackupComponents(void* given) { return static_cast<IVssBackupComponents*>(given); }
static_assert(SameGuid(IID_IVssBackupComponents, GUID{0x665c1d5f, 0xc218, 0x414d, {0xa0, 0x5d, 0x7f, 0xef, 0x5f, 0x9d, 0x5c, 0x86}}));

constexpr Parameter kParameters_IVssBackupComponentsEx_GetWriterMetadataEx[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"metadata", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssExamineWriterMetadataEx},
};
HRESULT Invoke_IVssBackupComponentsEx_GetWriterMetadataEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx*>(self)->GetWriterMetadataEx(a[0].u32(), a[1].guid_place(), a[2].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponentsEx_SetSelectedForRestoreEx[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"selected", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
    {"instanceId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx_SetSelectedForRestoreEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx*>(self)->SetSelectedForRestoreEx(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].boolean(), a[5].guid());
}

constexpr Method kMethodsIVssBackupComponentsEx[] = {
    {"IVssBackupComponentsEx::GetWriterMetadataEx", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx_GetWriterMetadataEx, Invoke_IVssBackupComponentsEx_GetWriterMetadataEx},
    {"IVssBackupComponentsEx::SetSelectedForRestoreEx", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx_SetSelectedForRestoreEx, Invoke_IVssBackupComponentsEx_SetSelectedForRestoreEx},
};
IUnknown* Unknown_IVssBackupComponentsEx(void* given) { return static_cast<IVssBackupComponentsEx*>(given); }
static_assert(SameGuid(IID_IVssBackupComponentsEx, GUID{0x963f03ad, 0x9e4c, 0x4a34, {0xac, 0x15, 0xe4, 0xb6, 0x17, 0x4e, 0x50, 0x36}}));

constexpr Parameter kParameters_IVssBackupComponentsEx2_UnexposeSnapshot[] = {
    {"snapshotId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx2_UnexposeSnapshot(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->UnexposeSnapshot(a[0].guid());
}

constexpr Parameter kParameters_IVssBackupComponentsEx2_SetAuthoritativeRestore[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"authoritative", Kind::kBool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx2_SetAuthoritativeRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->SetAuthoritativeRestore(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].boolean());
}

constexpr Parameter kParameters_IVssBackupComponentsEx2_SetRollForward[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"rollType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"rollForwardPoint", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx2_SetRollForward(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->SetRollForward(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].u32(), a[5].text());
}

constexpr Parameter kParameters_IVssBackupComponentsEx2_SetRestoreName[] = {
    {"writerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"componentType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"componentName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"restoreName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx2_SetRestoreName(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->SetRestoreName(a[0].guid(), a[1].u32(), a[2].text(), a[3].text(), a[4].text());
}

constexpr Parameter kParameters_IVssBackupComponentsEx2_BreakSnapshotSetEx[] = {
    {"snapshotSetId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"breakFlags", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponentsEx2_BreakSnapshotSetEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->BreakSnapshotSetEx(a[0].guid(), a[1].u32(), a[2].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponentsEx2_PreFastRecovery[] = {
    {"snapshotSetId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"flags", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponentsEx2_PreFastRecovery(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->PreFastRecovery(a[0].guid(), a[1].u32(), a[2].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponentsEx2_FastRecovery[] = {
    {"snapshotSetId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"flags", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponentsEx2_FastRecovery(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx2*>(self)->FastRecovery(a[0].guid(), a[1].u32(), a[2].pointer_place());
}

constexpr Method kMethodsIVssBackupComponentsEx2[] = {
    {"IVssBackupComponentsEx2::UnexposeSnapshot", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_UnexposeSnapshot, Invoke_IVssBackupComponentsEx2_UnexposeSnapshot},
    {"IVssBackupComponentsEx2::SetAuthoritativeRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_SetAuthoritativeRestore, Invoke_IVssBackupComponentsEx2_SetAuthoritativeRestore},
    {"IVssBackupComponentsEx2::SetRollForward", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_SetRollForward, Invoke_IVssBackupComponentsEx2_SetRollForward},
    {"IVssBackupComponentsEx2::SetRestoreName", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_SetRestoreName, Invoke_IVssBackupComponentsEx2_SetRestoreName},
    {"IVssBackupComponentsEx2::BreakSnapshotSetEx", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_BreakSnapshotSetEx, Invoke_IVssBackupComponentsEx2_BreakSnapshotSetEx},
    {"IVssBackupComponentsEx2::PreFastRecovery", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_PreFastRecovery, Invoke_IVssBackupComponentsEx2_PreFastRecovery},
    {"IVssBackupComponentsEx2::FastRecovery", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx2_FastRecovery, Invoke_IVssBackupComponentsEx2_FastRecovery},
};
IUnknown* Unknown_IVssBackupComponentsEx2(void* given) { return static_cast<IVssBackupComponentsEx2*>(given); }
static_assert(SameGuid(IID_IVssBackupComponentsEx2, GUID{0xacfe2b3a, 0x22c9, 0x4ef8, {0xbd, 0x03, 0x2f, 0x9c, 0xa2, 0x30, 0x08, 0x4e}}));

constexpr Parameter kParameters_IVssBackupComponentsEx3_GetWriterStatusEx[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"state", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"failure", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"applicationFailure", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"applicationMessage", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx3_GetWriterStatusEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx3*>(self)->GetWriterStatusEx(a[0].u32(), a[1].guid_place(), a[2].guid_place(), a[3].bstr_place(), a[4].u32_place(), a[5].u32_place(), a[6].u32_place(), a[7].bstr_place());
}

constexpr Parameter kParameters_IVssBackupComponentsEx3_AddSnapshotToRecoverySet[] = {
    {"snapshotId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"flags", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"destinationVolume", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx3_AddSnapshotToRecoverySet(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx3*>(self)->AddSnapshotToRecoverySet(a[0].guid(), a[1].u32(), a[2].text());
}

constexpr Parameter kParameters_IVssBackupComponentsEx3_RecoverSet[] = {
    {"flags", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"async", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssAsync},
};
HRESULT Invoke_IVssBackupComponentsEx3_RecoverSet(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx3*>(self)->RecoverSet(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssBackupComponentsEx3_GetSessionId[] = {
    {"sessionId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx3_GetSessionId(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx3*>(self)->GetSessionId(a[0].guid_place());
}

constexpr Method kMethodsIVssBackupComponentsEx3[] = {
    {"IVssBackupComponentsEx3::GetWriterStatusEx", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx3_GetWriterStatusEx, Invoke_IVssBackupComponentsEx3_GetWriterStatusEx},
    {"IVssBackupComponentsEx3::AddSnapshotToRecoverySet", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx3_AddSnapshotToRecoverySet, Invoke_IVssBackupComponentsEx3_AddSnapshotToRecoverySet},
    {"IVssBackupComponentsEx3::RecoverSet", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx3_RecoverSet, Invoke_IVssBackupComponentsEx3_RecoverSet},
    {"IVssBackupComponentsEx3::GetSessionId", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx3_GetSessionId, Invoke_IVssBackupComponentsEx3_GetSessionId},
};
IUnknown* Unknown_IVssBackupComponentsEx3(void* given) { return static_cast<IVssBackupComponentsEx3*>(given); }
static_assert(SameGuid(IID_IVssBackupComponentsEx3, GUID{0xc191bfbc, 0xb602, 0x4675, {0x8b, 0xd1, 0x67, 0xd6, 0x42, 0xf5, 0x29, 0xd5}}));

constexpr Parameter kParameters_IVssBackupComponentsEx4_GetRootAndLogicalPrefixPaths[] = {
    {"filePath", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"rootPath", Kind::kTaskString, Direction::kOut, false, false, nullptr, nullptr},
    {"logicalPrefix", Kind::kTaskString, Direction::kOut, false, false, nullptr, nullptr},
    {"normalizeFqdnForRootPath", Kind::kWin32Bool, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssBackupComponentsEx4_GetRootAndLogicalPrefixPaths(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssBackupComponentsEx4*>(self)->GetRootAndLogicalPrefixPaths(a[0].text(), a[1].task_string_place(), a[2].task_string_place(), a[3].i32());
}

constexpr Method kMethodsIVssBackupComponentsEx4[] = {
    {"IVssBackupComponentsEx4::GetRootAndLogicalPrefixPaths", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssBackupComponentsEx4_GetRootAndLogicalPrefixPaths, Invoke_IVssBackupComponentsEx4_GetRootAndLogicalPrefixPaths},
};
IUnknown* Unknown_IVssBackupComponentsEx4(void* given) { return static_cast<IVssBackupComponentsEx4*>(given); }
static_assert(SameGuid(IID_IVssBackupComponentsEx4, GUID{0xf434c2fd, 0xb553, 0x4961, {0xa9, 0xf9, 0xa8, 0xe9, 0x0b, 0x67, 0x3e, 0x53}}));

HRESULT Invoke_IVssAsync_Cancel(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAsync*>(self)->Cancel();
}

constexpr Parameter kParameters_IVssAsync_Wait[] = {
    {"timeoutMs", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssAsync_Wait(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAsync*>(self)->Wait(a[0].u32());
}

constexpr Parameter kParameters_IVssAsync_QueryStatus[] = {
    {"status", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"reserved", Kind::kReserved, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssAsync_QueryStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAsync*>(self)->QueryStatus(a[0].u32_place(), nullptr);
}

constexpr Method kMethodsIVssAsync[] = {
    {"IVssAsync::Cancel", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssAsync_Cancel},
    {"IVssAsync::Wait", Role::kWait, 0, S_OK, StillPending, false, kParameters_IVssAsync_Wait, Invoke_IVssAsync_Wait},
    {"IVssAsync::QueryStatus", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssAsync_QueryStatus, Invoke_IVssAsync_QueryStatus},
};
IUnknown* Unknown_IVssAsync(void* given) { return static_cast<IVssAsync*>(given); }
static_assert(SameGuid(IID_IVssAsync, GUID{0x507c37b4, 0xcf5b, 0x4e95, {0xb0, 0xaf, 0x14, 0xeb, 0x97, 0x67, 0x46, 0x7e}}));

constexpr Parameter kParameters_IVssEnumObject_Next[] = {
    {"count", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"elements", Kind::kFetched, Direction::kOut, false, false, &kStructVSS_OBJECT_PROP, nullptr},
};
HRESULT Invoke_IVssEnumObject_Next(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumObject*>(self)->Next(a[0].u32(), a[1].Elements(a[0].u32(), kStructVSS_OBJECT_PROP), a[1].u32_place());
}

constexpr Parameter kParameters_IVssEnumObject_Skip[] = {
    {"count", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssEnumObject_Skip(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumObject*>(self)->Skip(a[0].u32());
}

HRESULT Invoke_IVssEnumObject_Reset(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumObject*>(self)->Reset();
}

constexpr Parameter kParameters_IVssEnumObject_Clone[] = {
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumObject},
};
HRESULT Invoke_IVssEnumObject_Clone(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumObject*>(self)->Clone(a[0].pointer_place());
}

constexpr Method kMethodsIVssEnumObject[] = {
    {"IVssEnumObject::Next", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssEnumObject_Next, Invoke_IVssEnumObject_Next},
    {"IVssEnumObject::Skip", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssEnumObject_Skip, Invoke_IVssEnumObject_Skip},
    {"IVssEnumObject::Reset", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssEnumObject_Reset},
    {"IVssEnumObject::Clone", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssEnumObject_Clone, Invoke_IVssEnumObject_Clone},
};
IUnknown* Unknown_IVssEnumObject(void* given) { return static_cast<IVssEnumObject*>(given); }
static_assert(SameGuid(IID_IVssEnumObject, GUID{0xae1c7110, 0x2f60, 0x11d3, {0x8a, 0x39, 0x00, 0xc0, 0x4f, 0x72, 0xd8, 0xe3}}));

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetIdentity[] = {
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"usage", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"source", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetIdentity(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetIdentity(a[0].guid_place(), a[1].guid_place(), a[2].bstr_place(), a[3].u32_place(), a[4].u32_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetFileCounts[] = {
    {"includeFiles", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"excludeFiles", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"components", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetFileCounts(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetFileCounts(a[0].u32_place(), a[1].u32_place(), a[2].u32_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetIncludeFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetIncludeFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetIncludeFile(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetExcludeFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetExcludeFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetExcludeFile(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetComponent[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"component", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMComponent},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetComponent(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetComponent(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetRestoreMethod[] = {
    {"method", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"service", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"userProcedure", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"writerRestore", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"rebootRequired", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
    {"mappings", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetRestoreMethod(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetRestoreMethod(a[0].u32_place(), a[1].bstr_place(), a[2].bstr_place(), a[3].u32_place(), a[4].boolean_place(), a[5].u32_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetAlternateLocationMapping[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetAlternateLocationMapping(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetAlternateLocationMapping(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetBackupSchema[] = {
    {"schemaMask", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetBackupSchema(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetBackupSchema(a[0].u32_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_GetDocument[] = {
    {"document", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIXMLDOMDocument},
};
HRESULT Invoke_IVssExamineWriterMetadata_GetDocument(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->GetDocument(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_SaveAsXML[] = {
    {"xml", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadata_SaveAsXML(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->SaveAsXML(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadata_LoadFromXML[] = {
    {"xml", Kind::kBstr, Direction::kIn, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadata_LoadFromXML(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadata*>(self)->LoadFromXML(a[0].bstr());
}

constexpr Method kMethodsIVssExamineWriterMetadata[] = {
    {"IVssExamineWriterMetadata::GetIdentity", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetIdentity, Invoke_IVssExamineWriterMetadata_GetIdentity},
    {"IVssExamineWriterMetadata::GetFileCounts", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetFileCounts, Invoke_IVssExamineWriterMetadata_GetFileCounts},
    {"IVssExamineWriterMetadata::GetIncludeFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetIncludeFile, Invoke_IVssExamineWriterMetadata_GetIncludeFile},
    {"IVssExamineWriterMetadata::GetExcludeFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetExcludeFile, Invoke_IVssExamineWriterMetadata_GetExcludeFile},
    {"IVssExamineWriterMetadata::GetComponent", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetComponent, Invoke_IVssExamineWriterMetadata_GetComponent},
    {"IVssExamineWriterMetadata::GetRestoreMethod", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetRestoreMethod, Invoke_IVssExamineWriterMetadata_GetRestoreMethod},
    {"IVssExamineWriterMetadata::GetAlternateLocationMapping", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetAlternateLocationMapping, Invoke_IVssExamineWriterMetadata_GetAlternateLocationMapping},
    {"IVssExamineWriterMetadata::GetBackupSchema", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetBackupSchema, Invoke_IVssExamineWriterMetadata_GetBackupSchema},
    {"IVssExamineWriterMetadata::GetDocument", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_GetDocument, Invoke_IVssExamineWriterMetadata_GetDocument},
    {"IVssExamineWriterMetadata::SaveAsXML", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_SaveAsXML, Invoke_IVssExamineWriterMetadata_SaveAsXML},
    {"IVssExamineWriterMetadata::LoadFromXML", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadata_LoadFromXML, Invoke_IVssExamineWriterMetadata_LoadFromXML},
};
IUnknown* Unknown_IVssExamineWriterMetadata(void* given) { return static_cast<IVssExamineWriterMetadata*>(given); }
static_assert(SameGuid(IID_IVssExamineWriterMetadata, GUID{0x902fcf7f, 0xb7fd, 0x42f8, {0x81, 0xf1, 0xb2, 0xe4, 0x00, 0xb1, 0xe5, 0xbd}}));

constexpr Parameter kParameters_IVssExamineWriterMetadataEx_GetIdentityEx[] = {
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"instanceName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"usage", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"source", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadataEx_GetIdentityEx(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadataEx*>(self)->GetIdentityEx(a[0].guid_place(), a[1].guid_place(), a[2].bstr_place(), a[3].bstr_place(), a[4].u32_place(), a[5].u32_place());
}

constexpr Method kMethodsIVssExamineWriterMetadataEx[] = {
    {"IVssExamineWriterMetadataEx::GetIdentityEx", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadataEx_GetIdentityEx, Invoke_IVssExamineWriterMetadataEx_GetIdentityEx},
};
IUnknown* Unknown_IVssExamineWriterMetadataEx(void* given) { return static_cast<IVssExamineWriterMetadataEx*>(given); }
static_assert(SameGuid(IID_IVssExamineWriterMetadataEx, GUID{0x0c0e5ec0, 0xca44, 0x472b, {0xb7, 0x02, 0xe6, 0x52, 0xdb, 0x1c, 0x04, 0x51}}));

constexpr Parameter kParameters_IVssExamineWriterMetadataEx2_GetVersion[] = {
    {"major", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"minor", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadataEx2_GetVersion(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadataEx2*>(self)->GetVersion(a[0].u32_place(), a[1].u32_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadataEx2*>(self)->GetExcludeFromSnapshotCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssExamineWriterMetadataEx2*>(self)->GetExcludeFromSnapshotFile(a[0].u32(), a[1].pointer_place());
}

constexpr Method kMethodsIVssExamineWriterMetadataEx2[] = {
    {"IVssExamineWriterMetadataEx2::GetVersion", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadataEx2_GetVersion, Invoke_IVssExamineWriterMetadataEx2_GetVersion},
    {"IVssExamineWriterMetadataEx2::GetExcludeFromSnapshotCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotCount, Invoke_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotCount},
    {"IVssExamineWriterMetadataEx2::GetExcludeFromSnapshotFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotFile, Invoke_IVssExamineWriterMetadataEx2_GetExcludeFromSnapshotFile},
};
IUnknown* Unknown_IVssExamineWriterMetadataEx2(void* given) { return static_cast<IVssExamineWriterMetadataEx2*>(given); }
static_assert(SameGuid(IID_IVssExamineWriterMetadataEx2, GUID{0xce115780, 0xa611, 0x431b, {0xb5, 0x7f, 0xc3, 0x83, 0x03, 0xab, 0x6a, 0xee}}));

constexpr Parameter kParameters_IVssWMComponent_GetComponentInfo[] = {
    {"info", Kind::kLent, Direction::kOut, false, false, &kStructVSS_COMPONENTINFO, nullptr},
};
HRESULT Invoke_IVssWMComponent_GetComponentInfo(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMComponent*>(self)->GetComponentInfo(a[0].pointer_place());
}

constexpr Parameter kParameters_IVssWMComponent_FreeComponentInfo[] = {
    {"info", Kind::kPointer, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMComponent_FreeComponentInfo(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMComponent*>(self)->FreeComponentInfo(a[0].pointer());
}

constexpr Parameter kParameters_IVssWMComponent_GetFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssWMComponent_GetFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMComponent*>(self)->GetFile(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssWMComponent_GetDatabaseFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssWMComponent_GetDatabaseFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMComponent*>(self)->GetDatabaseFile(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssWMComponent_GetDatabaseLogFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssWMComponent_GetDatabaseLogFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMComponent*>(self)->GetDatabaseLogFile(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssWMComponent_GetDependency[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"dependency", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMDependency},
};
HRESULT Invoke_IVssWMComponent_GetDependency(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMComponent*>(self)->GetDependency(a[0].u32(), a[1].pointer_place());
}

constexpr Method kMethodsIVssWMComponent[] = {
    {"IVssWMComponent::GetComponentInfo", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMComponent_GetComponentInfo, Invoke_IVssWMComponent_GetComponentInfo},
    {"IVssWMComponent::FreeComponentInfo", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMComponent_FreeComponentInfo, Invoke_IVssWMComponent_FreeComponentInfo},
    {"IVssWMComponent::GetFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMComponent_GetFile, Invoke_IVssWMComponent_GetFile},
    {"IVssWMComponent::GetDatabaseFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMComponent_GetDatabaseFile, Invoke_IVssWMComponent_GetDatabaseFile},
    {"IVssWMComponent::GetDatabaseLogFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMComponent_GetDatabaseLogFile, Invoke_IVssWMComponent_GetDatabaseLogFile},
    {"IVssWMComponent::GetDependency", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMComponent_GetDependency, Invoke_IVssWMComponent_GetDependency},
};
IUnknown* Unknown_IVssWMComponent(void* given) { return static_cast<IVssWMComponent*>(given); }
constexpr IID kIidIVssWMComponent = GUID{0x00000000, 0x0000, 0x0000, {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};

constexpr Parameter kParameters_IVssWMFiledesc_GetPath[] = {
    {"path", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMFiledesc_GetPath(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMFiledesc*>(self)->GetPath(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssWMFiledesc_GetFilespec[] = {
    {"filespec", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMFiledesc_GetFilespec(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMFiledesc*>(self)->GetFilespec(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssWMFiledesc_GetRecursive[] = {
    {"recursive", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMFiledesc_GetRecursive(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMFiledesc*>(self)->GetRecursive(a[0].boolean_place());
}

constexpr Parameter kParameters_IVssWMFiledesc_GetAlternateLocation[] = {
    {"alternateLocation", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMFiledesc_GetAlternateLocation(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMFiledesc*>(self)->GetAlternateLocation(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssWMFiledesc_GetBackupTypeMask[] = {
    {"typeMask", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMFiledesc_GetBackupTypeMask(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMFiledesc*>(self)->GetBackupTypeMask(a[0].u32_place());
}

constexpr Method kMethodsIVssWMFiledesc[] = {
    {"IVssWMFiledesc::GetPath", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMFiledesc_GetPath, Invoke_IVssWMFiledesc_GetPath},
    {"IVssWMFiledesc::GetFilespec", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMFiledesc_GetFilespec, Invoke_IVssWMFiledesc_GetFilespec},
    {"IVssWMFiledesc::GetRecursive", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMFiledesc_GetRecursive, Invoke_IVssWMFiledesc_GetRecursive},
    {"IVssWMFiledesc::GetAlternateLocation", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMFiledesc_GetAlternateLocation, Invoke_IVssWMFiledesc_GetAlternateLocation},
    {"IVssWMFiledesc::GetBackupTypeMask", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMFiledesc_GetBackupTypeMask, Invoke_IVssWMFiledesc_GetBackupTypeMask},
};
IUnknown* Unknown_IVssWMFiledesc(void* given) { return static_cast<IVssWMFiledesc*>(given); }
constexpr IID kIidIVssWMFiledesc = GUID{0x00000000, 0x0000, 0x0000, {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};

constexpr Parameter kParameters_IVssWMDependency_GetWriterId[] = {
    {"writerId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMDependency_GetWriterId(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMDependency*>(self)->GetWriterId(a[0].guid_place());
}

constexpr Parameter kParameters_IVssWMDependency_GetLogicalPath[] = {
    {"logicalPath", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMDependency_GetLogicalPath(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMDependency*>(self)->GetLogicalPath(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssWMDependency_GetComponentName[] = {
    {"componentName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWMDependency_GetComponentName(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWMDependency*>(self)->GetComponentName(a[0].bstr_place());
}

constexpr Method kMethodsIVssWMDependency[] = {
    {"IVssWMDependency::GetWriterId", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMDependency_GetWriterId, Invoke_IVssWMDependency_GetWriterId},
    {"IVssWMDependency::GetLogicalPath", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMDependency_GetLogicalPath, Invoke_IVssWMDependency_GetLogicalPath},
    {"IVssWMDependency::GetComponentName", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWMDependency_GetComponentName, Invoke_IVssWMDependency_GetComponentName},
};
IUnknown* Unknown_IVssWMDependency(void* given) { return static_cast<IVssWMDependency*>(given); }
constexpr IID kIidIVssWMDependency = GUID{0x00000000, 0x0000, 0x0000, {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};

constexpr Parameter kParameters_IVssWriterComponentsExt_GetComponentCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWriterComponentsExt_GetComponentCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWriterComponentsExt*>(self)->GetComponentCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssWriterComponentsExt_GetWriterInfo[] = {
    {"instanceId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
    {"writerId", Kind::kGuid, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssWriterComponentsExt_GetWriterInfo(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWriterComponentsExt*>(self)->GetWriterInfo(a[0].guid_place(), a[1].guid_place());
}

constexpr Parameter kParameters_IVssWriterComponentsExt_GetComponent[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"component", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssComponent},
};
HRESULT Invoke_IVssWriterComponentsExt_GetComponent(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssWriterComponentsExt*>(self)->GetComponent(a[0].u32(), a[1].pointer_place());
}

constexpr Method kMethodsIVssWriterComponentsExt[] = {
    {"IVssWriterComponentsExt::GetComponentCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWriterComponentsExt_GetComponentCount, Invoke_IVssWriterComponentsExt_GetComponentCount},
    {"IVssWriterComponentsExt::GetWriterInfo", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWriterComponentsExt_GetWriterInfo, Invoke_IVssWriterComponentsExt_GetWriterInfo},
    {"IVssWriterComponentsExt::GetComponent", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssWriterComponentsExt_GetComponent, Invoke_IVssWriterComponentsExt_GetComponent},
};
IUnknown* Unknown_IVssWriterComponentsExt(void* given) { return static_cast<IVssWriterComponentsExt*>(given); }
constexpr IID kIidIVssWriterComponentsExt = GUID{0x00000000, 0x0000, 0x0000, {0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};

constexpr Parameter kParameters_IVssComponent_GetLogicalPath[] = {
    {"logicalPath", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetLogicalPath(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetLogicalPath(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_GetComponentType[] = {
    {"type", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetComponentType(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetComponentType(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetComponentName[] = {
    {"name", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetComponentName(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetComponentName(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_GetBackupSucceeded[] = {
    {"succeeded", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetBackupSucceeded(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetBackupSucceeded(a[0].boolean_place());
}

constexpr Parameter kParameters_IVssComponent_GetAlternateLocationMappingCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetAlternateLocationMappingCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetAlternateLocationMappingCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetAlternateLocationMapping[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssComponent_GetAlternateLocationMapping(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetAlternateLocationMapping(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssComponent_SetBackupMetadata[] = {
    {"data", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_SetBackupMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->SetBackupMetadata(a[0].text());
}

constexpr Parameter kParameters_IVssComponent_GetBackupMetadata[] = {
    {"data", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetBackupMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetBackupMetadata(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_AddPartialFile[] = {
    {"path", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"filename", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"ranges", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"metadata", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_AddPartialFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->AddPartialFile(a[0].text(), a[1].text(), a[2].text(), a[3].text());
}

constexpr Parameter kParameters_IVssComponent_GetPartialFileCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetPartialFileCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetPartialFileCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetPartialFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"path", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"filename", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"range", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"metadata", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetPartialFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetPartialFile(a[0].u32(), a[1].bstr_place(), a[2].bstr_place(), a[3].bstr_place(), a[4].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_IsSelectedForRestore[] = {
    {"selected", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_IsSelectedForRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->IsSelectedForRestore(a[0].boolean_place());
}

constexpr Parameter kParameters_IVssComponent_GetAdditionalRestores[] = {
    {"additional", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetAdditionalRestores(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetAdditionalRestores(a[0].boolean_place());
}

constexpr Parameter kParameters_IVssComponent_GetNewTargetCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetNewTargetCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetNewTargetCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetNewTarget[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"filedesc", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssWMFiledesc},
};
HRESULT Invoke_IVssComponent_GetNewTarget(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetNewTarget(a[0].u32(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssComponent_AddDirectedTarget[] = {
    {"sourcePath", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"sourceFilename", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"sourceRangeList", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"destinationPath", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"destinationFilename", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"destinationRangeList", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_AddDirectedTarget(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->AddDirectedTarget(a[0].text(), a[1].text(), a[2].text(), a[3].text(), a[4].text(), a[5].text());
}

constexpr Parameter kParameters_IVssComponent_GetDirectedTargetCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetDirectedTargetCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetDirectedTargetCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetDirectedTarget[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"sourcePath", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"sourceFilename", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"sourceRangeList", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"destinationPath", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"destinationFilename", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"destinationRangeList", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetDirectedTarget(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetDirectedTarget(a[0].u32(), a[1].bstr_place(), a[2].bstr_place(), a[3].bstr_place(), a[4].bstr_place(), a[5].bstr_place(), a[6].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_SetRestoreMetadata[] = {
    {"metadata", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_SetRestoreMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->SetRestoreMetadata(a[0].text());
}

constexpr Parameter kParameters_IVssComponent_GetRestoreMetadata[] = {
    {"metadata", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetRestoreMetadata(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetRestoreMetadata(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_SetRestoreTarget[] = {
    {"target", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_SetRestoreTarget(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->SetRestoreTarget(a[0].u32());
}

constexpr Parameter kParameters_IVssComponent_GetRestoreTarget[] = {
    {"target", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetRestoreTarget(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetRestoreTarget(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_SetPreRestoreFailureMsg[] = {
    {"message", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_SetPreRestoreFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->SetPreRestoreFailureMsg(a[0].text());
}

constexpr Parameter kParameters_IVssComponent_GetPreRestoreFailureMsg[] = {
    {"message", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetPreRestoreFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetPreRestoreFailureMsg(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_SetPostRestoreFailureMsg[] = {
    {"message", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_SetPostRestoreFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->SetPostRestoreFailureMsg(a[0].text());
}

constexpr Parameter kParameters_IVssComponent_GetPostRestoreFailureMsg[] = {
    {"message", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetPostRestoreFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetPostRestoreFailureMsg(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_SetBackupStamp[] = {
    {"stamp", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_SetBackupStamp(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->SetBackupStamp(a[0].text());
}

constexpr Parameter kParameters_IVssComponent_GetBackupStamp[] = {
    {"stamp", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetBackupStamp(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetBackupStamp(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_GetPreviousBackupStamp[] = {
    {"stamp", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetPreviousBackupStamp(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetPreviousBackupStamp(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_GetBackupOptions[] = {
    {"options", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetBackupOptions(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetBackupOptions(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_GetRestoreOptions[] = {
    {"options", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetRestoreOptions(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetRestoreOptions(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponent_GetRestoreSubcomponentCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetRestoreSubcomponentCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetRestoreSubcomponentCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetRestoreSubcomponent[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"logicalPath", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"componentName", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"repair", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetRestoreSubcomponent(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetRestoreSubcomponent(a[0].u32(), a[1].bstr_place(), a[2].bstr_place(), a[3].boolean_place());
}

constexpr Parameter kParameters_IVssComponent_GetFileRestoreStatus[] = {
    {"status", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetFileRestoreStatus(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetFileRestoreStatus(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_AddDifferencedFilesByLastModifyTime[] = {
    {"path", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"filespec", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"recursive", Kind::kWin32Bool, Direction::kIn, false, false, nullptr, nullptr},
    {"lastModifyTime", Kind::kU64, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_AddDifferencedFilesByLastModifyTime(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->AddDifferencedFilesByLastModifyTime(a[0].text(), a[1].text(), a[2].i32(), a[3].filetime());
}

constexpr Parameter kParameters_IVssComponent_AddDifferencedFilesByLastModifyLSN[] = {
    {"path", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"filespec", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"recursive", Kind::kWin32Bool, Direction::kIn, false, false, nullptr, nullptr},
    {"lsn", Kind::kBstr, Direction::kIn, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_AddDifferencedFilesByLastModifyLSN(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->AddDifferencedFilesByLastModifyLSN(a[0].text(), a[1].text(), a[2].i32(), a[3].bstr());
}

constexpr Parameter kParameters_IVssComponent_GetDifferencedFilesCount[] = {
    {"count", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetDifferencedFilesCount(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetDifferencedFilesCount(a[0].u32_place());
}

constexpr Parameter kParameters_IVssComponent_GetDifferencedFile[] = {
    {"index", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"path", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"filespec", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"recursive", Kind::kWin32Bool, Direction::kOut, false, false, nullptr, nullptr},
    {"lsn", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"lastModifyTime", Kind::kU64, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponent_GetDifferencedFile(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponent*>(self)->GetDifferencedFile(a[0].u32(), a[1].bstr_place(), a[2].bstr_place(), a[3].u32_place(), a[4].bstr_place(), a[5].filetime_place());
}

constexpr Method kMethodsIVssComponent[] = {
    {"IVssComponent::GetLogicalPath", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetLogicalPath, Invoke_IVssComponent_GetLogicalPath},
    {"IVssComponent::GetComponentType", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetComponentType, Invoke_IVssComponent_GetComponentType},
    {"IVssComponent::GetComponentName", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetComponentName, Invoke_IVssComponent_GetComponentName},
    {"IVssComponent::GetBackupSucceeded", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetBackupSucceeded, Invoke_IVssComponent_GetBackupSucceeded},
    {"IVssComponent::GetAlternateLocationMappingCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetAlternateLocationMappingCount, Invoke_IVssComponent_GetAlternateLocationMappingCount},
    {"IVssComponent::GetAlternateLocationMapping", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetAlternateLocationMapping, Invoke_IVssComponent_GetAlternateLocationMapping},
    {"IVssComponent::SetBackupMetadata", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_SetBackupMetadata, Invoke_IVssComponent_SetBackupMetadata},
    {"IVssComponent::GetBackupMetadata", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetBackupMetadata, Invoke_IVssComponent_GetBackupMetadata},
    {"IVssComponent::AddPartialFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_AddPartialFile, Invoke_IVssComponent_AddPartialFile},
    {"IVssComponent::GetPartialFileCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetPartialFileCount, Invoke_IVssComponent_GetPartialFileCount},
    {"IVssComponent::GetPartialFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetPartialFile, Invoke_IVssComponent_GetPartialFile},
    {"IVssComponent::IsSelectedForRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_IsSelectedForRestore, Invoke_IVssComponent_IsSelectedForRestore},
    {"IVssComponent::GetAdditionalRestores", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetAdditionalRestores, Invoke_IVssComponent_GetAdditionalRestores},
    {"IVssComponent::GetNewTargetCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetNewTargetCount, Invoke_IVssComponent_GetNewTargetCount},
    {"IVssComponent::GetNewTarget", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetNewTarget, Invoke_IVssComponent_GetNewTarget},
    {"IVssComponent::AddDirectedTarget", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_AddDirectedTarget, Invoke_IVssComponent_AddDirectedTarget},
    {"IVssComponent::GetDirectedTargetCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetDirectedTargetCount, Invoke_IVssComponent_GetDirectedTargetCount},
    {"IVssComponent::GetDirectedTarget", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetDirectedTarget, Invoke_IVssComponent_GetDirectedTarget},
    {"IVssComponent::SetRestoreMetadata", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_SetRestoreMetadata, Invoke_IVssComponent_SetRestoreMetadata},
    {"IVssComponent::GetRestoreMetadata", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetRestoreMetadata, Invoke_IVssComponent_GetRestoreMetadata},
    {"IVssComponent::SetRestoreTarget", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_SetRestoreTarget, Invoke_IVssComponent_SetRestoreTarget},
    {"IVssComponent::GetRestoreTarget", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetRestoreTarget, Invoke_IVssComponent_GetRestoreTarget},
    {"IVssComponent::SetPreRestoreFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_SetPreRestoreFailureMsg, Invoke_IVssComponent_SetPreRestoreFailureMsg},
    {"IVssComponent::GetPreRestoreFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetPreRestoreFailureMsg, Invoke_IVssComponent_GetPreRestoreFailureMsg},
    {"IVssComponent::SetPostRestoreFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_SetPostRestoreFailureMsg, Invoke_IVssComponent_SetPostRestoreFailureMsg},
    {"IVssComponent::GetPostRestoreFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetPostRestoreFailureMsg, Invoke_IVssComponent_GetPostRestoreFailureMsg},
    {"IVssComponent::SetBackupStamp", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_SetBackupStamp, Invoke_IVssComponent_SetBackupStamp},
    {"IVssComponent::GetBackupStamp", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetBackupStamp, Invoke_IVssComponent_GetBackupStamp},
    {"IVssComponent::GetPreviousBackupStamp", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetPreviousBackupStamp, Invoke_IVssComponent_GetPreviousBackupStamp},
    {"IVssComponent::GetBackupOptions", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetBackupOptions, Invoke_IVssComponent_GetBackupOptions},
    {"IVssComponent::GetRestoreOptions", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetRestoreOptions, Invoke_IVssComponent_GetRestoreOptions},
    {"IVssComponent::GetRestoreSubcomponentCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetRestoreSubcomponentCount, Invoke_IVssComponent_GetRestoreSubcomponentCount},
    {"IVssComponent::GetRestoreSubcomponent", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetRestoreSubcomponent, Invoke_IVssComponent_GetRestoreSubcomponent},
    {"IVssComponent::GetFileRestoreStatus", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetFileRestoreStatus, Invoke_IVssComponent_GetFileRestoreStatus},
    {"IVssComponent::AddDifferencedFilesByLastModifyTime", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_AddDifferencedFilesByLastModifyTime, Invoke_IVssComponent_AddDifferencedFilesByLastModifyTime},
    {"IVssComponent::AddDifferencedFilesByLastModifyLSN", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_AddDifferencedFilesByLastModifyLSN, Invoke_IVssComponent_AddDifferencedFilesByLastModifyLSN},
    {"IVssComponent::GetDifferencedFilesCount", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetDifferencedFilesCount, Invoke_IVssComponent_GetDifferencedFilesCount},
    {"IVssComponent::GetDifferencedFile", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponent_GetDifferencedFile, Invoke_IVssComponent_GetDifferencedFile},
};
IUnknown* Unknown_IVssComponent(void* given) { return static_cast<IVssComponent*>(given); }
static_assert(SameGuid(IID_IVssComponent, GUID{0xd2c72c96, 0xc121, 0x4518, {0xb6, 0x27, 0xe5, 0xa9, 0x3d, 0x01, 0x0e, 0xad}}));

constexpr Parameter kParameters_IVssComponentEx_SetPrepareForBackupFailureMsg[] = {
    {"message", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_SetPrepareForBackupFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->SetPrepareForBackupFailureMsg(a[0].text());
}

constexpr Parameter kParameters_IVssComponentEx_SetPostSnapshotFailureMsg[] = {
    {"message", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_SetPostSnapshotFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->SetPostSnapshotFailureMsg(a[0].text());
}

constexpr Parameter kParameters_IVssComponentEx_GetPrepareForBackupFailureMsg[] = {
    {"message", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_GetPrepareForBackupFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->GetPrepareForBackupFailureMsg(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponentEx_GetPostSnapshotFailureMsg[] = {
    {"message", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_GetPostSnapshotFailureMsg(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->GetPostSnapshotFailureMsg(a[0].bstr_place());
}

constexpr Parameter kParameters_IVssComponentEx_GetAuthoritativeRestore[] = {
    {"authoritative", Kind::kBool, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_GetAuthoritativeRestore(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->GetAuthoritativeRestore(a[0].boolean_place());
}

constexpr Parameter kParameters_IVssComponentEx_GetRollForward[] = {
    {"rollType", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"point", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_GetRollForward(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->GetRollForward(a[0].u32_place(), a[1].bstr_place());
}

constexpr Parameter kParameters_IVssComponentEx_GetRestoreName[] = {
    {"name", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx_GetRestoreName(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx*>(self)->GetRestoreName(a[0].bstr_place());
}

constexpr Method kMethodsIVssComponentEx[] = {
    {"IVssComponentEx::SetPrepareForBackupFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_SetPrepareForBackupFailureMsg, Invoke_IVssComponentEx_SetPrepareForBackupFailureMsg},
    {"IVssComponentEx::SetPostSnapshotFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_SetPostSnapshotFailureMsg, Invoke_IVssComponentEx_SetPostSnapshotFailureMsg},
    {"IVssComponentEx::GetPrepareForBackupFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_GetPrepareForBackupFailureMsg, Invoke_IVssComponentEx_GetPrepareForBackupFailureMsg},
    {"IVssComponentEx::GetPostSnapshotFailureMsg", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_GetPostSnapshotFailureMsg, Invoke_IVssComponentEx_GetPostSnapshotFailureMsg},
    {"IVssComponentEx::GetAuthoritativeRestore", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_GetAuthoritativeRestore, Invoke_IVssComponentEx_GetAuthoritativeRestore},
    {"IVssComponentEx::GetRollForward", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_GetRollForward, Invoke_IVssComponentEx_GetRollForward},
    {"IVssComponentEx::GetRestoreName", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx_GetRestoreName, Invoke_IVssComponentEx_GetRestoreName},
};
IUnknown* Unknown_IVssComponentEx(void* given) { return static_cast<IVssComponentEx*>(given); }
static_assert(SameGuid(IID_IVssComponentEx, GUID{0x156c8b5e, 0xf131, 0x4bd7, {0x9c, 0x97, 0xd1, 0x92, 0x3b, 0xe7, 0xe1, 0xfa}}));

constexpr Parameter kParameters_IVssComponentEx2_SetFailure[] = {
    {"failure", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"applicationFailure", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"applicationMessage", Kind::kWstr, Direction::kIn, true, false, nullptr, nullptr},
    {"reserved", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx2_SetFailure(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx2*>(self)->SetFailure(a[0].u32(), a[1].u32(), a[2].text(), a[3].u32());
}

constexpr Parameter kParameters_IVssComponentEx2_GetFailure[] = {
    {"failure", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"applicationFailure", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
    {"applicationMessage", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
    {"reserved", Kind::kU32, Direction::kOut, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssComponentEx2_GetFailure(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssComponentEx2*>(self)->GetFailure(a[0].u32_place(), a[1].u32_place(), a[2].bstr_place(), a[3].u32_place());
}

constexpr Method kMethodsIVssComponentEx2[] = {
    {"IVssComponentEx2::SetFailure", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx2_SetFailure, Invoke_IVssComponentEx2_SetFailure},
    {"IVssComponentEx2::GetFailure", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssComponentEx2_GetFailure, Invoke_IVssComponentEx2_GetFailure},
};
IUnknown* Unknown_IVssComponentEx2(void* given) { return static_cast<IVssComponentEx2*>(given); }
static_assert(SameGuid(IID_IVssComponentEx2, GUID{0x3b5be0f2, 0x07a9, 0x4e4b, {0xbd, 0xd3, 0xcf, 0xdc, 0x8e, 0x2c, 0x0d, 0x2d}}));

constexpr Parameter kParameters_IVssAdmin_RegisterProvider[] = {
    {"providerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"classId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"providerName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"providerType", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"providerVersion", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"providerVersionId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssAdmin_RegisterProvider(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAdmin*>(self)->RegisterProvider(a[0].guid(), a[1].guid(), a[2].text(), a[3].u32(), a[4].text(), a[5].guid());
}

constexpr Parameter kParameters_IVssAdmin_UnregisterProvider[] = {
    {"providerId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssAdmin_UnregisterProvider(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAdmin*>(self)->UnregisterProvider(a[0].guid());
}

constexpr Parameter kParameters_IVssAdmin_QueryProviders[] = {
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumObject},
};
HRESULT Invoke_IVssAdmin_QueryProviders(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAdmin*>(self)->QueryProviders(a[0].pointer_place());
}

HRESULT Invoke_IVssAdmin_AbortAllSnapshotsInProgress(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssAdmin*>(self)->AbortAllSnapshotsInProgress();
}

constexpr Method kMethodsIVssAdmin[] = {
    {"IVssAdmin::RegisterProvider", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssAdmin_RegisterProvider, Invoke_IVssAdmin_RegisterProvider},
    {"IVssAdmin::UnregisterProvider", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssAdmin_UnregisterProvider, Invoke_IVssAdmin_UnregisterProvider},
    {"IVssAdmin::QueryProviders", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssAdmin_QueryProviders, Invoke_IVssAdmin_QueryProviders},
    {"IVssAdmin::AbortAllSnapshotsInProgress", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssAdmin_AbortAllSnapshotsInProgress},
};
IUnknown* Unknown_IVssAdmin(void* given) { return static_cast<IVssAdmin*>(given); }
static_assert(SameGuid(IID_IVssAdmin, GUID{0x77ed5996, 0x2f63, 0x11d3, {0x8a, 0x39, 0x00, 0xc0, 0x4f, 0x72, 0xd8, 0xe3}}));

constexpr Parameter kParameters_IVssDifferentialSoftwareSnapshotMgmt_AddDiffArea[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"diffAreaVolumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"maximumDiffSpace", Kind::kU64, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssDifferentialSoftwareSnapshotMgmt_AddDiffArea(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(self)->AddDiffArea(a[0].text(), a[1].text(), a[2].u64());
}

constexpr Parameter kParameters_IVssDifferentialSoftwareSnapshotMgmt_ChangeDiffAreaMaximumSize[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"diffAreaVolumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"maximumDiffSpace", Kind::kU64, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssDifferentialSoftwareSnapshotMgmt_ChangeDiffAreaMaximumSize(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(self)->ChangeDiffAreaMaximumSize(a[0].text(), a[1].text(), a[2].u64());
}

constexpr Parameter kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryVolumesSupportedForDiffAreas[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumMgmtObject},
};
HRESULT Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryVolumesSupportedForDiffAreas(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(self)->QueryVolumesSupportedForDiffAreas(a[0].text(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForVolume[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumMgmtObject},
};
HRESULT Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForVolume(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(self)->QueryDiffAreasForVolume(a[0].text(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasOnVolume[] = {
    {"volumeName", Kind::kWstr, Direction::kIn, false, false, nullptr, nullptr},
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumMgmtObject},
};
HRESULT Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasOnVolume(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(self)->QueryDiffAreasOnVolume(a[0].text(), a[1].pointer_place());
}

constexpr Parameter kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForSnapshot[] = {
    {"snapshotId", Kind::kGuid, Direction::kIn, false, false, nullptr, nullptr},
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumMgmtObject},
};
HRESULT Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForSnapshot(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(self)->QueryDiffAreasForSnapshot(a[0].guid(), a[1].pointer_place());
}

constexpr Method kMethodsIVssDifferentialSoftwareSnapshotMgmt[] = {
    {"IVssDifferentialSoftwareSnapshotMgmt::AddDiffArea", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssDifferentialSoftwareSnapshotMgmt_AddDiffArea, Invoke_IVssDifferentialSoftwareSnapshotMgmt_AddDiffArea},
    {"IVssDifferentialSoftwareSnapshotMgmt::ChangeDiffAreaMaximumSize", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssDifferentialSoftwareSnapshotMgmt_ChangeDiffAreaMaximumSize, Invoke_IVssDifferentialSoftwareSnapshotMgmt_ChangeDiffAreaMaximumSize},
    {"IVssDifferentialSoftwareSnapshotMgmt::QueryVolumesSupportedForDiffAreas", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryVolumesSupportedForDiffAreas, Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryVolumesSupportedForDiffAreas},
    {"IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasForVolume", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForVolume, Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForVolume},
    {"IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasOnVolume", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasOnVolume, Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasOnVolume},
    {"IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasForSnapshot", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForSnapshot, Invoke_IVssDifferentialSoftwareSnapshotMgmt_QueryDiffAreasForSnapshot},
};
IUnknown* Unknown_IVssDifferentialSoftwareSnapshotMgmt(void* given) { return static_cast<IVssDifferentialSoftwareSnapshotMgmt*>(given); }
static_assert(SameGuid(IID_IVssDifferentialSoftwareSnapshotMgmt, GUID{0x214a0f28, 0xb737, 0x4026, {0xb8, 0x47, 0x4f, 0x9e, 0x37, 0xd7, 0x95, 0x29}}));

constexpr Parameter kParameters_IVssEnumMgmtObject_Next[] = {
    {"count", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"elements", Kind::kFetched, Direction::kOut, false, false, &kStructVSS_MGMT_OBJECT_PROP, nullptr},
};
HRESULT Invoke_IVssEnumMgmtObject_Next(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumMgmtObject*>(self)->Next(a[0].u32(), a[1].Elements(a[0].u32(), kStructVSS_MGMT_OBJECT_PROP), a[1].u32_place());
}

constexpr Parameter kParameters_IVssEnumMgmtObject_Skip[] = {
    {"count", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
};
HRESULT Invoke_IVssEnumMgmtObject_Skip(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumMgmtObject*>(self)->Skip(a[0].u32());
}

HRESULT Invoke_IVssEnumMgmtObject_Reset(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumMgmtObject*>(self)->Reset();
}

constexpr Parameter kParameters_IVssEnumMgmtObject_Clone[] = {
    {"enumerator", Kind::kInterface, Direction::kOut, false, false, nullptr, &kIVssEnumMgmtObject},
};
HRESULT Invoke_IVssEnumMgmtObject_Clone(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IVssEnumMgmtObject*>(self)->Clone(a[0].pointer_place());
}

constexpr Method kMethodsIVssEnumMgmtObject[] = {
    {"IVssEnumMgmtObject::Next", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssEnumMgmtObject_Next, Invoke_IVssEnumMgmtObject_Next},
    {"IVssEnumMgmtObject::Skip", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssEnumMgmtObject_Skip, Invoke_IVssEnumMgmtObject_Skip},
    {"IVssEnumMgmtObject::Reset", Role::kApartment, -1, S_OK, nullptr, false, {}, Invoke_IVssEnumMgmtObject_Reset},
    {"IVssEnumMgmtObject::Clone", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IVssEnumMgmtObject_Clone, Invoke_IVssEnumMgmtObject_Clone},
};
IUnknown* Unknown_IVssEnumMgmtObject(void* given) { return static_cast<IVssEnumMgmtObject*>(given); }
static_assert(SameGuid(IID_IVssEnumMgmtObject, GUID{0x01954e6b, 0x9254, 0x4e6e, {0x80, 0x8c, 0xc9, 0xe0, 0x5d, 0x00, 0x76, 0x96}}));

constexpr Parameter kParameters_IXMLDOMDocument_get_xml[] = {
    {"xml", Kind::kBstr, Direction::kOut, true, false, nullptr, nullptr},
};
HRESULT Invoke_IXMLDOMDocument_get_xml(IUnknown* self, [[maybe_unused]] Argument* a) {
  return static_cast<IXMLDOMDocument*>(self)->get_xml(a[0].bstr_place());
}

constexpr Method kMethodsIXMLDOMDocument[] = {
    {"IXMLDOMDocument::get_xml", Role::kApartment, -1, S_OK, nullptr, false, kParameters_IXMLDOMDocument_get_xml, Invoke_IXMLDOMDocument_get_xml},
};
IUnknown* Unknown_IXMLDOMDocument(void* given) { return static_cast<IXMLDOMDocument*>(given); }

static_assert(SameGuid(CLSID_VSSCoordinator, GUID{0xe579ab5f, 0x1cc4, 0x44b4, {0xbe, 0xd9, 0xde, 0x09, 0x91, 0xff, 0x06, 0x23}}));

}  // namespace

const Interface kIVssBackupComponents = {"IVssBackupComponents", IID_IVssBackupComponents, nullptr, Unknown_IVssBackupComponents, kMethodsIVssBackupComponents};
const Interface kIVssBackupComponentsEx = {"IVssBackupComponentsEx", IID_IVssBackupComponentsEx, &kIVssBackupComponents, Unknown_IVssBackupComponentsEx, kMethodsIVssBackupComponentsEx};
const Interface kIVssBackupComponentsEx2 = {"IVssBackupComponentsEx2", IID_IVssBackupComponentsEx2, &kIVssBackupComponentsEx, Unknown_IVssBackupComponentsEx2, kMethodsIVssBackupComponentsEx2};
const Interface kIVssBackupComponentsEx3 = {"IVssBackupComponentsEx3", IID_IVssBackupComponentsEx3, &kIVssBackupComponentsEx2, Unknown_IVssBackupComponentsEx3, kMethodsIVssBackupComponentsEx3};
const Interface kIVssBackupComponentsEx4 = {"IVssBackupComponentsEx4", IID_IVssBackupComponentsEx4, &kIVssBackupComponentsEx3, Unknown_IVssBackupComponentsEx4, kMethodsIVssBackupComponentsEx4};
const Interface kIVssAsync = {"IVssAsync", IID_IVssAsync, nullptr, Unknown_IVssAsync, kMethodsIVssAsync};
const Interface kIVssEnumObject = {"IVssEnumObject", IID_IVssEnumObject, nullptr, Unknown_IVssEnumObject, kMethodsIVssEnumObject};
const Interface kIVssExamineWriterMetadata = {"IVssExamineWriterMetadata", IID_IVssExamineWriterMetadata, nullptr, Unknown_IVssExamineWriterMetadata, kMethodsIVssExamineWriterMetadata};
const Interface kIVssExamineWriterMetadataEx = {"IVssExamineWriterMetadataEx", IID_IVssExamineWriterMetadataEx, &kIVssExamineWriterMetadata, Unknown_IVssExamineWriterMetadataEx, kMethodsIVssExamineWriterMetadataEx};
const Interface kIVssExamineWriterMetadataEx2 = {"IVssExamineWriterMetadataEx2", IID_IVssExamineWriterMetadataEx2, &kIVssExamineWriterMetadataEx, Unknown_IVssExamineWriterMetadataEx2, kMethodsIVssExamineWriterMetadataEx2};
const Interface kIVssWMComponent = {"IVssWMComponent", kIidIVssWMComponent, nullptr, Unknown_IVssWMComponent, kMethodsIVssWMComponent};
const Interface kIVssWMFiledesc = {"IVssWMFiledesc", kIidIVssWMFiledesc, nullptr, Unknown_IVssWMFiledesc, kMethodsIVssWMFiledesc};
const Interface kIVssWMDependency = {"IVssWMDependency", kIidIVssWMDependency, nullptr, Unknown_IVssWMDependency, kMethodsIVssWMDependency};
const Interface kIVssWriterComponentsExt = {"IVssWriterComponentsExt", kIidIVssWriterComponentsExt, nullptr, Unknown_IVssWriterComponentsExt, kMethodsIVssWriterComponentsExt};
const Interface kIVssComponent = {"IVssComponent", IID_IVssComponent, nullptr, Unknown_IVssComponent, kMethodsIVssComponent};
const Interface kIVssComponentEx = {"IVssComponentEx", IID_IVssComponentEx, &kIVssComponent, Unknown_IVssComponentEx, kMethodsIVssComponentEx};
const Interface kIVssComponentEx2 = {"IVssComponentEx2", IID_IVssComponentEx2, &kIVssComponentEx, Unknown_IVssComponentEx2, kMethodsIVssComponentEx2};
const Interface kIVssAdmin = {"IVssAdmin", IID_IVssAdmin, nullptr, Unknown_IVssAdmin, kMethodsIVssAdmin};
const Interface kIVssDifferentialSoftwareSnapshotMgmt = {"IVssDifferentialSoftwareSnapshotMgmt", IID_IVssDifferentialSoftwareSnapshotMgmt, nullptr, Unknown_IVssDifferentialSoftwareSnapshotMgmt, kMethodsIVssDifferentialSoftwareSnapshotMgmt};
const Interface kIVssEnumMgmtObject = {"IVssEnumMgmtObject", IID_IVssEnumMgmtObject, nullptr, Unknown_IVssEnumMgmtObject, kMethodsIVssEnumMgmtObject};
const Interface kIXMLDOMDocument = {"IXMLDOMDocument", IID_IXMLDOMDocument, nullptr, Unknown_IXMLDOMDocument, kMethodsIXMLDOMDocument};

constexpr const Interface* kList[] = {&kIVssBackupComponents, &kIVssBackupComponentsEx, &kIVssBackupComponentsEx2, &kIVssBackupComponentsEx3, &kIVssBackupComponentsEx4, &kIVssAsync, &kIVssEnumObject, &kIVssExamineWriterMetadata, &kIVssExamineWriterMetadataEx, &kIVssExamineWriterMetadataEx2, &kIVssWMComponent, &kIVssWMFiledesc, &kIVssWMDependency, &kIVssWriterComponentsExt, &kIVssComponent, &kIVssComponentEx, &kIVssComponentEx2, &kIVssAdmin, &kIVssDifferentialSoftwareSnapshotMgmt, &kIVssEnumMgmtObject, &kIXMLDOMDocument};
const std::span<const Interface* const> kVssInterfaces = kList;

constexpr ComClass kClasses[] = {{CLSID_VSSCoordinator, CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER}};
const std::span<const ComClass> kVssClasses = kClasses;

}  // namespace winbackup
