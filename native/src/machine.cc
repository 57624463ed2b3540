#include "machine.h"

#include <objbase.h>
#include <windows.h>

#include <map>

#include "../generated/vdi_table.h"
#include "../generated/vss_table.h"
#include "argument.h"
#include "backup_files.h"
#include "file_copy.h"
#include "guid_text.h"
#include "host_services.h"
#include "vss_library.h"
#include "vss_reading.h"

namespace winbackup {

namespace {

constexpr Parameter In(const char* name, Kind kind) {
  return {name, kind, Direction::kIn, false, false, nullptr, nullptr};
}
constexpr Parameter Out(const char* name, Kind kind, const Interface* object = nullptr) {
  return {name, kind, Direction::kOut, false, false, nullptr, object};
}

/** Where the tables say that the server of the class may run; what they do not have runs in this process. */
DWORD ContextOf(const CLSID& clsid) {
  for (const auto& table : {kVdiClasses, kVssClasses}) {
    for (const ComClass& each : table) {
      if (SameGuid(each.clsid, clsid)) return each.context;
    }
  }
  return CLSCTX_INPROC_SERVER;
}

HRESULT Activate(IUnknown*, Argument* a) {
  GUID clsid;
  GUID iid;
  if (!ParseGuid(a[0].text(), clsid) || !ParseGuid(a[1].text(), iid)) return CO_E_CLASSSTRING;
  IUnknown** const place = a[2].pointer_place();
  return CoCreateInstance(clsid, nullptr, ContextOf(clsid), iid, reinterpret_cast<void**>(place));
}

constexpr Method Flat(const char* name, std::span<const Parameter> parameters, HRESULT (*call)(IUnknown*, Argument*)) {
  return {name, Role::kControl, -1, S_OK, nullptr, false, parameters, call};
}

constexpr Parameter kActivation[] = {In("clsid", Kind::kWstr), In("iid", Kind::kWstr), Out("object", Kind::kInterface)};
constexpr Parameter kSecurity[] = {In("authenticationLevel", Kind::kU32), In("impersonationLevel", Kind::kU32),
                                   In("capabilities", Kind::kU32)};
constexpr Parameter kComponents[] = {Out("components", Kind::kInterface, &kIVssBackupComponents)};
constexpr Parameter kMetadata[] = {In("xml", Kind::kBstr),
                                   Out("metadata", Kind::kInterface, &kIVssExamineWriterMetadata)};
constexpr Parameter kSnapshotted[] = {In("volumeName", Kind::kWstr), Out("present", Kind::kWin32Bool),
                                      Out("capability", Kind::kI32)};
constexpr Parameter kProviderMgmt[] = {In("providerId", Kind::kGuid), In("iid", Kind::kWstr),
                                       Out("object", Kind::kInterface)};
constexpr Parameter kPath[] = {In("path", Kind::kWstr), Out("answer", Kind::kPlain)};
constexpr Parameter kRemoved[] = {In("path", Kind::kWstr)};
constexpr Parameter kFromTo[] = {In("from", Kind::kWstr), In("to", Kind::kWstr)};
constexpr Parameter kCopied[] = {In("from", Kind::kWstr), In("to", Kind::kWstr),
                                 Out("copy", Kind::kInterface, &kIFileCopy)};
constexpr Parameter kBlocked[] = {In("volumeName", Kind::kWstr), Out("block", Kind::kBool)};
constexpr Parameter kEvent[] = {In("source", Kind::kWstr), In("type", Kind::kU32), In("eventId", Kind::kU32),
                                In("text", Kind::kWstr)};
constexpr Parameter kPrivilegeName[] = {In("name", Kind::kWstr), Out("privilege", Kind::kInterface, &kPrivilege)};

constexpr Method kFunctions[] = {
    Flat("CoInitializeSecurity", kSecurity, InitializeComSecurity),
    Flat("CreateVssBackupComponents", kComponents, CreateVssBackupComponents),
    Flat("CreateVssExamineWriterMetadata", kMetadata, CreateVssExamineWriterMetadata),
    Flat("IsVolumeSnapshotted", kSnapshotted, IsVolumeSnapshotted),
    Flat("ShouldBlockRevert", kBlocked, ShouldBlockRevert),
    Flat("GetProviderMgmtInterface", kProviderMgmt, GetProviderMgmtInterface),
    Flat("Vss::ResolveDevicePath", kPath, ResolveDevicePath),
    Flat("BackupFiles::Stat", kPath, StatForBackup),
    Flat("BackupFiles::List", kPath, ListForBackup),
    Flat("BackupFiles::Copy", kCopied, CopyForBackup),
    Flat("BackupFiles::CopyTimes", kFromTo, CopyTimesForBackup),
    Flat("BackupFiles::Remove", kRemoved, RemoveForBackup),
    Flat("Host::ReportEvent", kEvent, ReportEventToLog),
    Flat("Host::EnablePrivilege", kPrivilegeName, EnablePrivilege),
};

}  // namespace

const Method kCoCreateInstance = Flat("CoCreateInstance", kActivation, Activate);

const Method* FlatFunction(std::string_view operation) {
  if (operation == kCoCreateInstance.operation) return &kCoCreateInstance;
  for (const Method& function : kFunctions) {
    if (operation == function.operation) return &function;
  }
  return nullptr;
}

const Interface* InterfaceOf(const std::u16string& iid) {
  GUID wanted;
  if (!ParseGuid(std::wstring(iid.begin(), iid.end()), wanted)) return nullptr;
  for (const auto& table : {kVdiInterfaces, kVssInterfaces}) {
    for (const Interface* candidate : table) {
      if (SameGuid(candidate->iid, wanted) && !SameGuid(wanted, GUID{})) return candidate;
    }
  }
  return nullptr;
}

Operation FindOperation(std::string_view operation) {
  static const std::map<std::string_view, Operation> all = [] {
    std::map<std::string_view, Operation> found;
    for (const auto& table : {kVdiInterfaces, kVssInterfaces}) {
      for (const Interface* each : table) {
        for (const Method& method : each->methods) found.emplace(method.operation, Operation{each, &method});
      }
    }
    for (const Method& method : kIFileCopy.methods) found.emplace(method.operation, Operation{&kIFileCopy, &method});
    for (const Operation& reading : kReadings) found.emplace(reading.method->operation, reading);
    return found;
  }();
  const auto found = all.find(operation);
  return found == all.end() ? Operation{nullptr, nullptr} : found->second;
}

}  // namespace winbackup
