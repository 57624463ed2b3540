#include "vss_reading.h"

#include <oleauto.h>

#include <string>

#include "../generated/vss_table.h"
#include "argument.h"
#include "com_ptr.h"
#include "guid_text.h"
#include "unique_string.h"
#include "winbackup/vss.h"

namespace winbackup {

namespace {

/** A getter, and its name for errors. */
#define WINBACKUP_GETTER(Interface, Method) &Interface::Method, #Interface "::" #Method

struct GetterFailed {
  HRESULT hresult;
  const char* operation;
};

template <class Interface, class Of, class... Parameters, class... Arguments>
void Get(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(Parameters...), const char* operation,
         Arguments... arguments) {
  const HRESULT hresult = (object->*getter)(arguments...);
  if (FAILED(hresult)) throw GetterFailed{hresult, operation};
}

std::wstring OrEmpty(const UniqueBstr& text) { return text.Read().value_or(std::wstring()); }

std::wstring Wide(const GUID& guid) {
  const std::string text = GuidText(guid);
  return std::wstring(text.begin(), text.end());
}

/** What `read` gives, or `otherwise` where this Windows lacks the interface (facts/vss.md 1.2). */
template <class Interface, class Read, class Value>
Value IfSupported(Interface* object, Read read, Value otherwise) {
  if (object == nullptr) return otherwise;
  try {
    return read(object);
  } catch (const GetterFailed& failure) {
    if (failure.hresult == E_NOINTERFACE) return otherwise;
    throw;
  }
}

/** The object by a newer interface; null where this Windows lacks it. */
template <class Interface>
ComPtr<Interface> Newer(IUnknown* object, const IID& iid) {
  void* given = nullptr;
  const HRESULT hresult = object->QueryInterface(iid, &given);
  return ComPtr<Interface>(SUCCEEDED(hresult) ? static_cast<Interface*>(given) : nullptr);
}

template <class Read>
PlainValue::List Each(UINT count, Read read) {
  PlainValue::List list;
  list.reserve(count);
  for (UINT index = 0; index < count; ++index) list.push_back(read(index));
  return list;
}

template <class Interface, class Of>
PlainValue Text(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(BSTR*), const char* operation) {
  UniqueBstr text;
  Get(object, getter, operation, text.place());
  return text.Read();
}

/** A BSTR that is NULL is an empty text. */
template <class Interface, class Of>
PlainValue Name(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(BSTR*), const char* operation) {
  UniqueBstr text;
  Get(object, getter, operation, text.place());
  return OrEmpty(text);
}

template <class Interface, class Of, class Integer>
Integer Number(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(Integer*), const char* operation) {
  Integer number = 0;
  Get(object, getter, operation, &number);
  return number;
}

template <class Interface, class Of>
PlainValue Truth(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(bool*), const char* operation) {
  unsigned char truth = 0;  // not a bool: the callee may leave any value
  Get(object, getter, operation, reinterpret_cast<bool*>(&truth));
  return truth != 0;
}

template <class Interface, class Of>
PlainValue Guid(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(GUID*), const char* operation) {
  GUID guid = {};
  Get(object, getter, operation, &guid);
  return Wide(guid);
}

/** The element at `index`, as a getter gives it out. */
template <class Element, class Interface, class Of>
ComPtr<Element> At(Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(UINT, Element**), const char* operation,
                   UINT index) {
  Element* given = nullptr;
  Get(object, getter, operation, index, &given);
  if (given == nullptr) throw GetterFailed{E_POINTER, operation};
  return ComPtr<Element>(given);
}

/** FileSet of lib/vss/writer-metadata.ts. */
PlainValue FileSet(const ComPtr<IVssWMFiledesc>& filedesc) {
  IVssWMFiledesc* const files = filedesc.get();
  return PlainValue::Members{
      {"path", Name(files, WINBACKUP_GETTER(IVssWMFiledesc, GetPath))},
      {"filespec", Name(files, WINBACKUP_GETTER(IVssWMFiledesc, GetFilespec))},
      {"recursive", Truth(files, WINBACKUP_GETTER(IVssWMFiledesc, GetRecursive))},
      {"alternateLocation", Text(files, WINBACKUP_GETTER(IVssWMFiledesc, GetAlternateLocation))},
      {"backupTypeMask", std::uint32_t{Number(files, WINBACKUP_GETTER(IVssWMFiledesc, GetBackupTypeMask))}},
  };
}

template <class Interface, class Of>
PlainValue FileSets(UINT count, Interface* object, HRESULT (STDMETHODCALLTYPE Of::*getter)(UINT, IVssWMFiledesc**),
                    const char* operation) {
  return Each(count, [&](UINT index) { return FileSet(At(object, getter, operation, index)); });
}

PlainValue Dependency(const ComPtr<IVssWMDependency>& of) {
  IVssWMDependency* const dependency = of.get();
  return PlainValue::Members{
      {"writerId", Guid(dependency, WINBACKUP_GETTER(IVssWMDependency, GetWriterId))},
      {"logicalPath", Text(dependency, WINBACKUP_GETTER(IVssWMDependency, GetLogicalPath))},
      {"componentName", Name(dependency, WINBACKUP_GETTER(IVssWMDependency, GetComponentName))},
  };
}

/** A component's information, which is the component's until it is freed. */
class LentInfo {
 public:
  explicit LentInfo(IVssWMComponent* component) : component_(component) {
    Get(component, WINBACKUP_GETTER(IVssWMComponent, GetComponentInfo), &info_);
    if (info_ == nullptr) throw GetterFailed{E_POINTER, "IVssWMComponent::GetComponentInfo"};
  }
  LentInfo(const LentInfo&) = delete;
  LentInfo& operator=(const LentInfo&) = delete;
  ~LentInfo() { component_->FreeComponentInfo(info_); }
  const VSS_COMPONENTINFO* operator->() const { return info_; }

 private:
  IVssWMComponent* const component_;
  const VSS_COMPONENTINFO* info_ = nullptr;
};

std::optional<std::wstring> Copied(BSTR lent) {
  return lent == nullptr ? std::nullopt : std::optional<std::wstring>(BstrRule::Read(lent));
}

bool IsTrue(const bool& lent) { return *reinterpret_cast<const unsigned char*>(&lent) != 0; }

/** ComponentMetadata of lib/vss/writer-metadata.ts. */
PlainValue Component(const ComPtr<IVssWMComponent>& of) {
  IVssWMComponent* const component = of.get();
  const LentInfo info(component);
  return PlainValue::Members{
      {"type", std::uint32_t{info->type}},
      {"logicalPath", Copied(info->logicalPath)},
      {"name", Copied(info->componentName).value_or(std::wstring())},
      {"caption", Copied(info->caption)},
      {"restoreMetadata", IsTrue(info->restoreMetadata)},
      {"notifyOnBackupComplete", IsTrue(info->notifyOnBackupComplete)},
      {"selectable", IsTrue(info->selectable)},
      {"selectableForRestore", IsTrue(info->selectableForRestore)},
      {"flags", std::uint32_t{info->componentFlags}},
      {"files", FileSets(info->fileCount, component, WINBACKUP_GETTER(IVssWMComponent, GetFile))},
      {"databaseFiles", FileSets(info->databases, component, WINBACKUP_GETTER(IVssWMComponent, GetDatabaseFile))},
      {"logFiles", FileSets(info->logFiles, component, WINBACKUP_GETTER(IVssWMComponent, GetDatabaseLogFile))},
      {"dependencies", Each(info->dependencies,
                            [&](UINT index) {
                              return Dependency(At(component, WINBACKUP_GETTER(IVssWMComponent, GetDependency), index));
                            })},
  };
}

/** WriterMetadata of lib/vss/writer-metadata.ts. */
PlainValue WriterMetadata(IVssExamineWriterMetadata* examine) {
  const auto ex = Newer<IVssExamineWriterMetadataEx>(examine, IID_IVssExamineWriterMetadataEx);
  const auto ex2 = Newer<IVssExamineWriterMetadataEx2>(examine, IID_IVssExamineWriterMetadataEx2);
  GUID instance = {};
  GUID writer = {};
  DWORD usage = 0;
  DWORD source = 0;
  UniqueBstr name;
  Get(examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetIdentity), &instance, &writer, name.place(), &usage,
      &source);
  const PlainValue instance_name = IfSupported(
      ex.get(),
      [&](auto* object) {
        UniqueBstr same;
        UniqueBstr own;
        Get(object, WINBACKUP_GETTER(IVssExamineWriterMetadataEx, GetIdentityEx), &instance, &writer, same.place(),
            own.place(), &usage, &source);
        return PlainValue(own.Read());
      },
      PlainValue());
  UINT includes = 0;
  UINT excludes = 0;
  UINT components = 0;
  Get(examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetFileCounts), &includes, &excludes, &components);
  DWORD method = 0;
  DWORD writer_restore = 0;
  unsigned char reboot = 0;
  UINT mappings = 0;
  UniqueBstr service;
  UniqueBstr procedure;
  Get(examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetRestoreMethod), &method, service.place(),
      procedure.place(), &writer_restore, reinterpret_cast<bool*>(&reboot), &mappings);
  DWORD major = 0;
  DWORD minor = 0;
  IfSupported(
      ex2.get(),
      [&](auto* object) {
        Get(object, WINBACKUP_GETTER(IVssExamineWriterMetadataEx2, GetVersion), &major, &minor);
        return true;
      },
      false);
  const UINT unsnapped = IfSupported(
      ex2.get(),
      [](auto* object) {
        return Number(object, WINBACKUP_GETTER(IVssExamineWriterMetadataEx2, GetExcludeFromSnapshotCount));
      },
      UINT{0});
  return PlainValue::Members{
      {"instanceId", Wide(instance)},
      {"writerId", Wide(writer)},
      {"writerName", OrEmpty(name)},
      {"instanceName", instance_name},
      {"usage", std::uint32_t{usage}},
      {"source", std::uint32_t{source}},
      {"majorVersion", std::uint32_t{major}},
      {"minorVersion", std::uint32_t{minor}},
      {"backupSchema", std::uint32_t{Number(examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetBackupSchema))}},
      {"components", Each(components,
                          [&](UINT index) {
                            return Component(
                                At(examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetComponent), index));
                          })},
      {"excludeFiles", FileSets(excludes, examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetExcludeFile))},
      {"excludeFromSnapshotFiles",
       FileSets(unsnapped, ex2.get(), WINBACKUP_GETTER(IVssExamineWriterMetadataEx2, GetExcludeFromSnapshotFile))},
      {"restoreMethod",
       PlainValue::Members{
           {"method", std::uint32_t{method}},
           {"service", service.Read()},
           {"userProcedure", procedure.Read()},
           {"writerRestore", std::uint32_t{writer_restore}},
           {"rebootRequired", reboot != 0},
       }},
      {"alternateLocationMappings",
       FileSets(mappings, examine, WINBACKUP_GETTER(IVssExamineWriterMetadata, GetAlternateLocationMapping))},
  };
}

PlainValue PartialFile(IVssComponent* component, UINT index) {
  UniqueBstr path;
  UniqueBstr filename;
  UniqueBstr ranges;
  UniqueBstr metadata;
  Get(component, WINBACKUP_GETTER(IVssComponent, GetPartialFile), index, path.place(), filename.place(), ranges.place(),
      metadata.place());
  return PlainValue::Members{{"path", OrEmpty(path)},
                             {"filename", OrEmpty(filename)},
                             {"ranges", OrEmpty(ranges)},
                             {"metadata", OrEmpty(metadata)}};
}

PlainValue DifferencedFile(IVssComponent* component, UINT index) {
  UniqueBstr path;
  UniqueBstr filespec;
  UniqueBstr lsn;
  BOOL recursive = FALSE;
  FILETIME modified = {};
  Get(component, WINBACKUP_GETTER(IVssComponent, GetDifferencedFile), index, path.place(), filespec.place(), &recursive,
      lsn.place(), &modified);
  return PlainValue::Members{
      {"path", OrEmpty(path)},
      {"filespec", OrEmpty(filespec)},
      {"recursive", recursive != FALSE},
      {"lsn", lsn.Read()},
      {"lastModifyTime", std::uint64_t{modified.dwHighDateTime} << 32 | modified.dwLowDateTime},
  };
}

PlainValue DirectedTarget(IVssComponent* component, UINT index) {
  UniqueBstr source[3];
  UniqueBstr destination[3];
  Get(component, WINBACKUP_GETTER(IVssComponent, GetDirectedTarget), index, source[0].place(), source[1].place(),
      source[2].place(), destination[0].place(), destination[1].place(), destination[2].place());
  return PlainValue::Members{
      {"sourcePath", OrEmpty(source[0])},
      {"sourceFilename", OrEmpty(source[1])},
      {"sourceRangeList", OrEmpty(source[2])},
      {"destinationPath", OrEmpty(destination[0])},
      {"destinationFilename", OrEmpty(destination[1])},
      {"destinationRangeList", OrEmpty(destination[2])},
  };
}

PlainValue RestoreSubcomponent(IVssComponent* component, UINT index) {
  UniqueBstr path;
  UniqueBstr name;
  unsigned char repair = 0;
  Get(component, WINBACKUP_GETTER(IVssComponent, GetRestoreSubcomponent), index, path.place(), name.place(),
      reinterpret_cast<bool*>(&repair));
  return PlainValue::Members{{"logicalPath", path.Read()}, {"name", OrEmpty(name)}, {"repair", repair != 0}};
}

/** DocumentComponent of lib/vss/components-document.ts. */
PlainValue DocumentComponent(const ComPtr<IVssComponent>& of) {
  IVssComponent* const component = of.get();
  const auto newer = Newer<IVssComponentEx>(component, IID_IVssComponentEx);
  const auto newest = Newer<IVssComponentEx2>(component, IID_IVssComponentEx2);
  IVssComponentEx* const ex = newer.get();
  DWORD roll_type = 0;
  const PlainValue roll_point = IfSupported(
      ex,
      [&](auto* object) {
        UniqueBstr point;
        Get(object, WINBACKUP_GETTER(IVssComponentEx, GetRollForward), &roll_type, point.place());
        return PlainValue(point.Read());
      },
      PlainValue());
  HRESULT failure = S_OK;
  HRESULT application_failure = S_OK;
  const PlainValue application_message = IfSupported(
      newest.get(),
      [&](auto* object) {
        UniqueBstr message;
        DWORD reserved = 0;
        Get(object, WINBACKUP_GETTER(IVssComponentEx2, GetFailure), &failure, &application_failure, message.place(),
            &reserved);
        return PlainValue(message.Read());
      },
      PlainValue());
  const auto text = [&](auto getter, const char* operation) { return Text(component, getter, operation); };
  const auto number = [&](auto getter, const char* operation) -> PlainValue {
    return std::uint32_t{Number(component, getter, operation)};
  };
  const auto truth = [&](auto getter, const char* operation) { return Truth(component, getter, operation); };
  const auto text_ex = [&](auto getter, const char* operation) {
    return IfSupported(
        ex, [&](auto* object) { return Text(object, getter, operation); }, PlainValue());
  };
  const auto count = [&](auto getter, const char* operation) { return Number(component, getter, operation); };
  const auto list = [&](UINT elements, PlainValue (*read)(IVssComponent*, UINT)) {
    return PlainValue(Each(elements, [&](UINT index) { return read(component, index); }));
  };
  return PlainValue::Members{
      {"type", number(WINBACKUP_GETTER(IVssComponent, GetComponentType))},
      {"logicalPath", text(WINBACKUP_GETTER(IVssComponent, GetLogicalPath))},
      {"name", Name(component, WINBACKUP_GETTER(IVssComponent, GetComponentName))},
      {"backupSucceeded", truth(WINBACKUP_GETTER(IVssComponent, GetBackupSucceeded))},
      {"backupOptions", text(WINBACKUP_GETTER(IVssComponent, GetBackupOptions))},
      {"restoreOptions", text(WINBACKUP_GETTER(IVssComponent, GetRestoreOptions))},
      {"selectedForRestore", truth(WINBACKUP_GETTER(IVssComponent, IsSelectedForRestore))},
      {"additionalRestores", truth(WINBACKUP_GETTER(IVssComponent, GetAdditionalRestores))},
      {"previousBackupStamp", text(WINBACKUP_GETTER(IVssComponent, GetPreviousBackupStamp))},
      {"backupStamp", text(WINBACKUP_GETTER(IVssComponent, GetBackupStamp))},
      {"backupMetadata", text(WINBACKUP_GETTER(IVssComponent, GetBackupMetadata))},
      {"restoreMetadata", text(WINBACKUP_GETTER(IVssComponent, GetRestoreMetadata))},
      {"prepareForBackupFailureMsg", text_ex(WINBACKUP_GETTER(IVssComponentEx, GetPrepareForBackupFailureMsg))},
      {"postSnapshotFailureMsg", text_ex(WINBACKUP_GETTER(IVssComponentEx, GetPostSnapshotFailureMsg))},
      {"preRestoreFailureMsg", text(WINBACKUP_GETTER(IVssComponent, GetPreRestoreFailureMsg))},
      {"postRestoreFailureMsg", text(WINBACKUP_GETTER(IVssComponent, GetPostRestoreFailureMsg))},
      {"restoreTarget", number(WINBACKUP_GETTER(IVssComponent, GetRestoreTarget))},
      {"fileRestoreStatus", number(WINBACKUP_GETTER(IVssComponent, GetFileRestoreStatus))},
      {"authoritativeRestore",
       IfSupported(
           ex, [](auto* object) { return Truth(object, WINBACKUP_GETTER(IVssComponentEx, GetAuthoritativeRestore)); },
           PlainValue(false))},
      {"rollForwardType", std::uint32_t{roll_type}},
      {"rollForwardPoint", roll_point},
      {"restoreName", text_ex(WINBACKUP_GETTER(IVssComponentEx, GetRestoreName))},
      {"failure",
       PlainValue::Members{
           {"failure", static_cast<std::uint32_t>(failure)},
           {"applicationFailure", static_cast<std::uint32_t>(application_failure)},
           {"applicationMessage", application_message},
       }},
      {"partialFiles", list(count(WINBACKUP_GETTER(IVssComponent, GetPartialFileCount)), PartialFile)},
      {"differencedFiles", list(count(WINBACKUP_GETTER(IVssComponent, GetDifferencedFilesCount)), DifferencedFile)},
      {"alternateLocationMappings", FileSets(count(WINBACKUP_GETTER(IVssComponent, GetAlternateLocationMappingCount)),
                                             component, WINBACKUP_GETTER(IVssComponent, GetAlternateLocationMapping))},
      {"newTargets", FileSets(count(WINBACKUP_GETTER(IVssComponent, GetNewTargetCount)), component,
                              WINBACKUP_GETTER(IVssComponent, GetNewTarget))},
      {"directedTargets", list(count(WINBACKUP_GETTER(IVssComponent, GetDirectedTargetCount)), DirectedTarget)},
      {"restoreSubcomponents",
       list(count(WINBACKUP_GETTER(IVssComponent, GetRestoreSubcomponentCount)), RestoreSubcomponent)},
  };
}

/** DocumentWriter of lib/vss/components-document.ts. */
PlainValue DocumentWriter(IVssWriterComponentsExt* writer) {
  GUID instance = {};
  GUID id = {};
  Get(writer, WINBACKUP_GETTER(IVssWriterComponents, GetWriterInfo), &instance, &id);
  const UINT components = Number(writer, WINBACKUP_GETTER(IVssWriterComponents, GetComponentCount));
  return PlainValue::Members{
      {"instanceId", Wide(instance)},
      {"writerId", Wide(id)},
      {"components", Each(components,
                          [&](UINT index) {
                            return DocumentComponent(
                                At(writer, WINBACKUP_GETTER(IVssWriterComponents, GetComponent), index));
                          })},
  };
}

template <class Interface>
HRESULT ReadAll(IUnknown* self, Argument* a, PlainValue (*read)(Interface*)) {
  try {
    a[0].plain = read(static_cast<Interface*>(self));
    return S_OK;
  } catch (const GetterFailed& failure) {
    const std::string operation = failure.operation;
    a[0].plain = std::wstring(operation.begin(), operation.end());
    return failure.hresult;
  } catch (const std::bad_alloc&) {
    return E_OUTOFMEMORY;
  }
}

constexpr Parameter kContents[] = {{"contents", Kind::kPlain, Direction::kOut, false, true, nullptr, nullptr}};

constexpr Method Reading(const char* operation, HRESULT (*invoke)(IUnknown*, Argument*)) {
  return {operation, Role::kApartment, -1, S_OK, nullptr, false, kContents, invoke};
}

constexpr Method kReadMetadata = Reading("IVssExamineWriterMetadata::ReadAll", [](IUnknown* self, Argument* a) {
  return ReadAll<IVssExamineWriterMetadata>(self, a, WriterMetadata);
});
constexpr Method kReadDocument = Reading("IVssWriterComponentsExt::ReadAll", [](IUnknown* self, Argument* a) {
  return ReadAll<IVssWriterComponentsExt>(self, a, DocumentWriter);
});

constexpr Operation kList[] = {{&kIVssExamineWriterMetadata, &kReadMetadata},
                               {&kIVssWriterComponentsExt, &kReadDocument}};

}  // namespace

const std::span<const Operation> kReadings = kList;

}  // namespace winbackup
