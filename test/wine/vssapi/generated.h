// Generated from lib/binding/tables/vss.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

#include "../double/client_memory.h"
#include "../double/object.h"
#include "abi.h"

namespace winbackup::doubles {

/** As the machine is asked for it. */
inline constexpr char16_t kClsid[] = u"e579ab5f-1cc4-44b4-bed9-de0991ff0623";
inline constexpr char16_t kActivated[] = u"77ed5996-2f63-11d3-8a39-00c04f72d8e3";

inline constexpr Field kFieldsVSS_SNAPSHOT_PROP[] = {
    {"snapshotId", FieldType::kGuid, 0},
    {"snapshotSetId", FieldType::kGuid, 16},
    {"snapshotsCount", FieldType::kI32, 32},
    {"snapshotDeviceObject", FieldType::kTaskString, 40},
    {"originalVolumeName", FieldType::kTaskString, 48},
    {"originatingMachine", FieldType::kTaskString, 56},
    {"serviceMachine", FieldType::kTaskString, 64},
    {"exposedName", FieldType::kTaskString, 72},
    {"exposedPath", FieldType::kTaskString, 80},
    {"providerId", FieldType::kGuid, 88},
    {"snapshotAttributes", FieldType::kU32, 104},
    {"creationTimestamp", FieldType::kU64, 112},
    {"status", FieldType::kU32, 120},
};
inline constexpr Layout kLayoutVSS_SNAPSHOT_PROP = {"VSS_SNAPSHOT_PROP", 128, kFieldsVSS_SNAPSHOT_PROP};
static_assert(sizeof(VSS_SNAPSHOT_PROP) == 128);

inline constexpr Field kFieldsVSS_PROVIDER_PROP[] = {
    {"providerId", FieldType::kGuid, 0},
    {"providerName", FieldType::kTaskString, 16},
    {"providerType", FieldType::kU32, 24},
    {"providerVersion", FieldType::kTaskString, 32},
    {"providerVersionId", FieldType::kGuid, 40},
    {"classId", FieldType::kGuid, 56},
};
inline constexpr Layout kLayoutVSS_PROVIDER_PROP = {"VSS_PROVIDER_PROP", 72, kFieldsVSS_PROVIDER_PROP};
static_assert(sizeof(VSS_PROVIDER_PROP) == 72);

inline constexpr Alternative kAlternativesVSS_OBJECT_PROP[] = {
    {3, "snapshot", &kLayoutVSS_SNAPSHOT_PROP},
    {4, "provider", &kLayoutVSS_PROVIDER_PROP},
};
static_assert(sizeof(VSS_OBJECT_PROP) == 136);

inline constexpr Field kFieldsVSS_COMPONENTINFO[] = {
    {"type", FieldType::kU32, 0},
    {"logicalPath", FieldType::kBstr, 8},
    {"componentName", FieldType::kBstr, 16},
    {"caption", FieldType::kBstr, 24},
    {"icon", FieldType::kU64, 32},
    {"iconSize", FieldType::kU32, 40},
    {"restoreMetadata", FieldType::kBool, 44},
    {"notifyOnBackupComplete", FieldType::kBool, 45},
    {"selectable", FieldType::kBool, 46},
    {"selectableForRestore", FieldType::kBool, 47},
    {"componentFlags", FieldType::kU32, 48},
    {"fileCount", FieldType::kU32, 52},
    {"databases", FieldType::kU32, 56},
    {"logFiles", FieldType::kU32, 60},
    {"dependencies", FieldType::kU32, 64},
};
inline constexpr Layout kLayoutVSS_COMPONENTINFO = {"VSS_COMPONENTINFO", 72, kFieldsVSS_COMPONENTINFO};
static_assert(sizeof(VSS_COMPONENTINFO) == 72);

inline constexpr Field kFieldsVSS_VOLUME_PROP[] = {
    {"volumeName", FieldType::kTaskString, 0},
    {"volumeDisplayName", FieldType::kTaskString, 8},
};
inline constexpr Layout kLayoutVSS_VOLUME_PROP = {"VSS_VOLUME_PROP", 16, kFieldsVSS_VOLUME_PROP};
static_assert(sizeof(VSS_VOLUME_PROP) == 16);

inline constexpr Field kFieldsVSS_DIFF_VOLUME_PROP[] = {
    {"volumeName", FieldType::kTaskString, 0},
    {"volumeDisplayName", FieldType::kTaskString, 8},
    {"volumeFreeSpace", FieldType::kU64, 16},
    {"volumeTotalSpace", FieldType::kU64, 24},
};
inline constexpr Layout kLayoutVSS_DIFF_VOLUME_PROP = {"VSS_DIFF_VOLUME_PROP", 32, kFieldsVSS_DIFF_VOLUME_PROP};
static_assert(sizeof(VSS_DIFF_VOLUME_PROP) == 32);

inline constexpr Field kFieldsVSS_DIFF_AREA_PROP[] = {
    {"volumeName", FieldType::kTaskString, 0},
    {"diffAreaVolumeName", FieldType::kTaskString, 8},
    {"maximumDiffSpace", FieldType::kU64, 16},
    {"allocatedDiffSpace", FieldType::kU64, 24},
    {"usedDiffSpace", FieldType::kU64, 32},
};
inline constexpr Layout kLayoutVSS_DIFF_AREA_PROP = {"VSS_DIFF_AREA_PROP", 40, kFieldsVSS_DIFF_AREA_PROP};
static_assert(sizeof(VSS_DIFF_AREA_PROP) == 40);

inline constexpr Alternative kAlternativesVSS_MGMT_OBJECT_PROP[] = {
    {1, "volume", &kLayoutVSS_VOLUME_PROP},
    {2, "diffVolume", &kLayoutVSS_DIFF_VOLUME_PROP},
    {3, "diffArea", &kLayoutVSS_DIFF_AREA_PROP},
};
static_assert(sizeof(VSS_MGMT_OBJECT_PROP) == 48);

class ForwardedIVssAsync final : public Forwarder<IVssAsync> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE Cancel() override {
    Call call{object_handle(), "IVssAsync::Cancel", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE Wait(DWORD timeoutMs) override {
    Call call{object_handle(), "IVssAsync::Wait", {}, {uint32_t{timeoutMs}}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryStatus(HRESULT* status, INT*) override {
    if (status == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssAsync::QueryStatus", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *status = static_cast<HRESULT>(std::get<uint32_t>(call.outputs[0]));
    return result;
  }
};

class ForwardedIVssEnumObject final : public Forwarder<IVssEnumObject> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE Next(ULONG count, VSS_OBJECT_PROP* elements, ULONG* elements_count) override {
    if (elements == nullptr) return E_INVALIDARG;
    *elements_count = 0;
    static constexpr OutputKind outputs[] = {{Kind::kFetched, nullptr, kAlternativesVSS_OBJECT_PROP}};
    Call call{object_handle(), "IVssEnumObject::Next", outputs, {uint32_t{count}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) {
      for (const Element& element : std::get<std::vector<Element>>(call.outputs[0])) {
        elements[*elements_count].Type = static_cast<decltype(elements->Type)>(element.tag);
        Write(element.structure, &elements[(*elements_count)++].Obj);
      }
    }
    return result;
  }

  HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
    Call call{object_handle(), "IVssEnumObject::Skip", {}, {uint32_t{count}}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE Reset() override {
    Call call{object_handle(), "IVssEnumObject::Reset", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE Clone(IVssEnumObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssEnumObject::Clone", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumObject>(new ForwardedIVssEnumObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }
};

class ForwardedIVssWMFiledesc final : public Forwarder<IVssWMFiledesc> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetPath(BSTR* path) override {
    if (path == nullptr) return E_INVALIDARG;
    *path = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssWMFiledesc::GetPath", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *path = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetFilespec(BSTR* filespec) override {
    if (filespec == nullptr) return E_INVALIDARG;
    *filespec = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssWMFiledesc::GetFilespec", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filespec = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRecursive(boolean* recursive) override {
    if (recursive == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kBool}};
    Call call{object_handle(), "IVssWMFiledesc::GetRecursive", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *recursive = std::get<bool>(call.outputs[0]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetAlternateLocation(BSTR* alternateLocation) override {
    if (alternateLocation == nullptr) return E_INVALIDARG;
    *alternateLocation = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssWMFiledesc::GetAlternateLocation", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *alternateLocation = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBackupTypeMask(DWORD* typeMask) override {
    if (typeMask == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssWMFiledesc::GetBackupTypeMask", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *typeMask = std::get<uint32_t>(call.outputs[0]);
    return result;
  }
};

class ForwardedIVssWMDependency final : public Forwarder<IVssWMDependency> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetWriterId(VSS_ID* writerId) override {
    if (writerId == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}};
    Call call{object_handle(), "IVssWMDependency::GetWriterId", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *writerId = std::get<GUID>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetLogicalPath(BSTR* logicalPath) override {
    if (logicalPath == nullptr) return E_INVALIDARG;
    *logicalPath = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssWMDependency::GetLogicalPath", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *logicalPath = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetComponentName(BSTR* componentName) override {
    if (componentName == nullptr) return E_INVALIDARG;
    *componentName = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssWMDependency::GetComponentName", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *componentName = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }
};

class ForwardedIVssWMComponent final : public Forwarder<IVssWMComponent> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetComponentInfo(const VSS_COMPONENTINFO** info) override {
    if (info == nullptr) return E_INVALIDARG;
    *info = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kLent, &kLayoutVSS_COMPONENTINFO}};
    Call call{object_handle(), "IVssWMComponent::GetComponentInfo", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *info = static_cast<VSS_COMPONENTINFO*>(lent().Lend(std::get<Structure>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE FreeComponentInfo(const VSS_COMPONENTINFO* info) override {
    const uint64_t info_taken = lent().TakeBack(info);
    Call call{object_handle(), "IVssWMComponent::FreeComponentInfo", {}, {info_taken}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (FAILED(result)) lent().StayLent(info, info_taken);
    if (SUCCEEDED(result)) lent().Discard(kLayoutVSS_COMPONENTINFO, info_taken);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetFile(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssWMComponent::GetFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDatabaseFile(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssWMComponent::GetDatabaseFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDatabaseLogFile(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssWMComponent::GetDatabaseLogFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDependency(UINT index, IVssWMDependency** dependency) override {
    if (dependency == nullptr) return E_INVALIDARG;
    *dependency = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssWMComponent::GetDependency", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *dependency = Given<IVssWMDependency>(new ForwardedIVssWMDependency(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }
};

class ForwardedIXMLDOMDocument final : public Forwarder<XmlDocument> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE get_xml(BSTR* xml) override {
    if (xml == nullptr) return E_INVALIDARG;
    *xml = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IXMLDOMDocument::get_xml", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *xml = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }
};

class ForwardedIVssExamineWriterMetadataEx2 final : public Forwarder<IVssExamineWriterMetadataEx2> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetIdentity(VSS_ID* instanceId, VSS_ID* writerId, BSTR* writerName, VSS_USAGE_TYPE* usage, VSS_SOURCE_TYPE* source) override {
    if (instanceId == nullptr || writerId == nullptr || writerName == nullptr || usage == nullptr || source == nullptr) return E_INVALIDARG;
    *writerName = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kGuid}, {Kind::kText}, {Kind::kU32}, {Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetIdentity", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *writerId = std::get<GUID>(call.outputs[1]);
    if (call.outputs.size() > 2) *writerName = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *usage = static_cast<VSS_USAGE_TYPE>(std::get<uint32_t>(call.outputs[3]));
    if (call.outputs.size() > 4) *source = static_cast<VSS_SOURCE_TYPE>(std::get<uint32_t>(call.outputs[4]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetFileCounts(UINT* includeFiles, UINT* excludeFiles, UINT* components) override {
    if (includeFiles == nullptr || excludeFiles == nullptr || components == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kU32}, {Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetFileCounts", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *includeFiles = std::get<uint32_t>(call.outputs[0]);
    if (call.outputs.size() > 1) *excludeFiles = std::get<uint32_t>(call.outputs[1]);
    if (call.outputs.size() > 2) *components = std::get<uint32_t>(call.outputs[2]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetIncludeFile(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetIncludeFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetExcludeFile(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetExcludeFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetComponent(UINT index, IVssWMComponent** component) override {
    if (component == nullptr) return E_INVALIDARG;
    *component = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetComponent", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *component = Given<IVssWMComponent>(new ForwardedIVssWMComponent(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreMethod(VSS_RESTOREMETHOD_ENUM* method, BSTR* service, BSTR* userProcedure, VSS_WRITERRESTORE_ENUM* writerRestore, boolean* rebootRequired, UINT* mappings) override {
    if (method == nullptr || service == nullptr || userProcedure == nullptr || writerRestore == nullptr || rebootRequired == nullptr || mappings == nullptr) return E_INVALIDARG;
    *service = nullptr;
    *userProcedure = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kText}, {Kind::kText}, {Kind::kU32}, {Kind::kBool}, {Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetRestoreMethod", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *method = static_cast<VSS_RESTOREMETHOD_ENUM>(std::get<uint32_t>(call.outputs[0]));
    if (call.outputs.size() > 1) *service = GiveBstr(TextOf(call.outputs[1]));
    if (call.outputs.size() > 2) *userProcedure = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *writerRestore = static_cast<VSS_WRITERRESTORE_ENUM>(std::get<uint32_t>(call.outputs[3]));
    if (call.outputs.size() > 4) *rebootRequired = std::get<bool>(call.outputs[4]) ? 1 : 0;
    if (call.outputs.size() > 5) *mappings = std::get<uint32_t>(call.outputs[5]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetAlternateLocationMapping(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetAlternateLocationMapping", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBackupSchema(DWORD* schemaMask) override {
    if (schemaMask == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetBackupSchema", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *schemaMask = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDocument(IXMLDOMDocument** document) override {
    if (document == nullptr) return E_INVALIDARG;
    *document = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssExamineWriterMetadata::GetDocument", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *document = Given<IXMLDOMDocument>(new ForwardedIXMLDOMDocument(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SaveAsXML(BSTR* xml) override {
    if (xml == nullptr) return E_INVALIDARG;
    *xml = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssExamineWriterMetadata::SaveAsXML", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *xml = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE LoadFromXML(BSTR xml) override {
    Call call{object_handle(), "IVssExamineWriterMetadata::LoadFromXML", {}, {In(xml)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetIdentityEx(VSS_ID* instanceId, VSS_ID* writerId, BSTR* writerName, BSTR* instanceName, VSS_USAGE_TYPE* usage, VSS_SOURCE_TYPE* source) override {
    if (instanceId == nullptr || writerId == nullptr || writerName == nullptr || instanceName == nullptr || usage == nullptr || source == nullptr) return E_INVALIDARG;
    *writerName = nullptr;
    *instanceName = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kGuid}, {Kind::kText}, {Kind::kText}, {Kind::kU32}, {Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadataEx::GetIdentityEx", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *writerId = std::get<GUID>(call.outputs[1]);
    if (call.outputs.size() > 2) *writerName = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *instanceName = GiveBstr(TextOf(call.outputs[3]));
    if (call.outputs.size() > 4) *usage = static_cast<VSS_USAGE_TYPE>(std::get<uint32_t>(call.outputs[4]));
    if (call.outputs.size() > 5) *source = static_cast<VSS_SOURCE_TYPE>(std::get<uint32_t>(call.outputs[5]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetVersion(DWORD* major, DWORD* minor) override {
    if (major == nullptr || minor == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadataEx2::GetVersion", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *major = std::get<uint32_t>(call.outputs[0]);
    if (call.outputs.size() > 1) *minor = std::get<uint32_t>(call.outputs[1]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetExcludeFromSnapshotCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssExamineWriterMetadataEx2::GetExcludeFromSnapshotCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetExcludeFromSnapshotFile(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssExamineWriterMetadataEx2::GetExcludeFromSnapshotFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }
};

class ForwardedIVssComponentEx2 final : public Forwarder<IVssComponentEx2> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetLogicalPath(BSTR* logicalPath) override {
    if (logicalPath == nullptr) return E_INVALIDARG;
    *logicalPath = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetLogicalPath", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *logicalPath = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetComponentType(VSS_COMPONENT_TYPE* type) override {
    if (type == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetComponentType", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *type = static_cast<VSS_COMPONENT_TYPE>(std::get<uint32_t>(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetComponentName(BSTR* name) override {
    if (name == nullptr) return E_INVALIDARG;
    *name = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetComponentName", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *name = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBackupSucceeded(boolean* succeeded) override {
    if (succeeded == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kBool}};
    Call call{object_handle(), "IVssComponent::GetBackupSucceeded", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *succeeded = std::get<bool>(call.outputs[0]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetAlternateLocationMappingCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetAlternateLocationMappingCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetAlternateLocationMapping(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssComponent::GetAlternateLocationMapping", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetBackupMetadata(LPCWSTR data) override {
    Call call{object_handle(), "IVssComponent::SetBackupMetadata", {}, {In(data)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBackupMetadata(BSTR* data) override {
    if (data == nullptr) return E_INVALIDARG;
    *data = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetBackupMetadata", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *data = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddPartialFile(LPCWSTR path, LPCWSTR filename, LPCWSTR ranges, LPCWSTR metadata) override {
    Call call{object_handle(), "IVssComponent::AddPartialFile", {}, {In(path), In(filename), In(ranges), In(metadata)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPartialFileCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetPartialFileCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPartialFile(UINT index, BSTR* path, BSTR* filename, BSTR* range, BSTR* metadata) override {
    if (path == nullptr || filename == nullptr || range == nullptr || metadata == nullptr) return E_INVALIDARG;
    *path = nullptr;
    *filename = nullptr;
    *range = nullptr;
    *metadata = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}, {Kind::kText}, {Kind::kText}, {Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetPartialFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *path = GiveBstr(TextOf(call.outputs[0]));
    if (call.outputs.size() > 1) *filename = GiveBstr(TextOf(call.outputs[1]));
    if (call.outputs.size() > 2) *range = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *metadata = GiveBstr(TextOf(call.outputs[3]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE IsSelectedForRestore(boolean* selected) override {
    if (selected == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kBool}};
    Call call{object_handle(), "IVssComponent::IsSelectedForRestore", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *selected = std::get<bool>(call.outputs[0]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetAdditionalRestores(boolean* additional) override {
    if (additional == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kBool}};
    Call call{object_handle(), "IVssComponent::GetAdditionalRestores", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *additional = std::get<bool>(call.outputs[0]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetNewTargetCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetNewTargetCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetNewTarget(UINT index, IVssWMFiledesc** filedesc) override {
    if (filedesc == nullptr) return E_INVALIDARG;
    *filedesc = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssComponent::GetNewTarget", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *filedesc = Given<IVssWMFiledesc>(new ForwardedIVssWMFiledesc(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddDirectedTarget(LPCWSTR sourcePath, LPCWSTR sourceFilename, LPCWSTR sourceRangeList, LPCWSTR destinationPath, LPCWSTR destinationFilename, LPCWSTR destinationRangeList) override {
    Call call{object_handle(), "IVssComponent::AddDirectedTarget", {}, {In(sourcePath), In(sourceFilename), In(sourceRangeList), In(destinationPath), In(destinationFilename), In(destinationRangeList)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDirectedTargetCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetDirectedTargetCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDirectedTarget(UINT index, BSTR* sourcePath, BSTR* sourceFilename, BSTR* sourceRangeList, BSTR* destinationPath, BSTR* destinationFilename, BSTR* destinationRangeList) override {
    if (sourcePath == nullptr || sourceFilename == nullptr || sourceRangeList == nullptr || destinationPath == nullptr || destinationFilename == nullptr || destinationRangeList == nullptr) return E_INVALIDARG;
    *sourcePath = nullptr;
    *sourceFilename = nullptr;
    *sourceRangeList = nullptr;
    *destinationPath = nullptr;
    *destinationFilename = nullptr;
    *destinationRangeList = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}, {Kind::kText}, {Kind::kText}, {Kind::kText}, {Kind::kText}, {Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetDirectedTarget", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *sourcePath = GiveBstr(TextOf(call.outputs[0]));
    if (call.outputs.size() > 1) *sourceFilename = GiveBstr(TextOf(call.outputs[1]));
    if (call.outputs.size() > 2) *sourceRangeList = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *destinationPath = GiveBstr(TextOf(call.outputs[3]));
    if (call.outputs.size() > 4) *destinationFilename = GiveBstr(TextOf(call.outputs[4]));
    if (call.outputs.size() > 5) *destinationRangeList = GiveBstr(TextOf(call.outputs[5]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRestoreMetadata(LPCWSTR metadata) override {
    Call call{object_handle(), "IVssComponent::SetRestoreMetadata", {}, {In(metadata)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreMetadata(BSTR* metadata) override {
    if (metadata == nullptr) return E_INVALIDARG;
    *metadata = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetRestoreMetadata", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *metadata = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRestoreTarget(VSS_RESTORE_TARGET target) override {
    Call call{object_handle(), "IVssComponent::SetRestoreTarget", {}, {static_cast<uint32_t>(target)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreTarget(VSS_RESTORE_TARGET* target) override {
    if (target == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetRestoreTarget", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *target = static_cast<VSS_RESTORE_TARGET>(std::get<uint32_t>(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetPreRestoreFailureMsg(LPCWSTR message) override {
    Call call{object_handle(), "IVssComponent::SetPreRestoreFailureMsg", {}, {In(message)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPreRestoreFailureMsg(BSTR* message) override {
    if (message == nullptr) return E_INVALIDARG;
    *message = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetPreRestoreFailureMsg", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *message = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetPostRestoreFailureMsg(LPCWSTR message) override {
    Call call{object_handle(), "IVssComponent::SetPostRestoreFailureMsg", {}, {In(message)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPostRestoreFailureMsg(BSTR* message) override {
    if (message == nullptr) return E_INVALIDARG;
    *message = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetPostRestoreFailureMsg", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *message = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetBackupStamp(LPCWSTR stamp) override {
    Call call{object_handle(), "IVssComponent::SetBackupStamp", {}, {In(stamp)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBackupStamp(BSTR* stamp) override {
    if (stamp == nullptr) return E_INVALIDARG;
    *stamp = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetBackupStamp", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *stamp = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPreviousBackupStamp(BSTR* stamp) override {
    if (stamp == nullptr) return E_INVALIDARG;
    *stamp = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetPreviousBackupStamp", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *stamp = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetBackupOptions(BSTR* options) override {
    if (options == nullptr) return E_INVALIDARG;
    *options = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetBackupOptions", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *options = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreOptions(BSTR* options) override {
    if (options == nullptr) return E_INVALIDARG;
    *options = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponent::GetRestoreOptions", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *options = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreSubcomponentCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetRestoreSubcomponentCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreSubcomponent(UINT index, BSTR* logicalPath, BSTR* componentName, boolean* repair) override {
    if (logicalPath == nullptr || componentName == nullptr || repair == nullptr) return E_INVALIDARG;
    *logicalPath = nullptr;
    *componentName = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}, {Kind::kText}, {Kind::kBool}};
    Call call{object_handle(), "IVssComponent::GetRestoreSubcomponent", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *logicalPath = GiveBstr(TextOf(call.outputs[0]));
    if (call.outputs.size() > 1) *componentName = GiveBstr(TextOf(call.outputs[1]));
    if (call.outputs.size() > 2) *repair = std::get<bool>(call.outputs[2]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetFileRestoreStatus(VSS_FILE_RESTORE_STATUS* status) override {
    if (status == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetFileRestoreStatus", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *status = static_cast<VSS_FILE_RESTORE_STATUS>(std::get<uint32_t>(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddDifferencedFilesByLastModifyTime(LPCWSTR path, LPCWSTR filespec, WINBOOL recursive, FILETIME lastModifyTime) override {
    Call call{object_handle(), "IVssComponent::AddDifferencedFilesByLastModifyTime", {}, {In(path), In(filespec), recursive != 0, uint64_t{lastModifyTime.dwHighDateTime} << 32 | lastModifyTime.dwLowDateTime}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddDifferencedFilesByLastModifyLSN(LPCWSTR path, LPCWSTR filespec, WINBOOL recursive, BSTR lsn) override {
    Call call{object_handle(), "IVssComponent::AddDifferencedFilesByLastModifyLSN", {}, {In(path), In(filespec), recursive != 0, In(lsn)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDifferencedFilesCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssComponent::GetDifferencedFilesCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetDifferencedFile(UINT index, BSTR* path, BSTR* filespec, WINBOOL* recursive, BSTR* lsn, FILETIME* lastModifyTime) override {
    if (path == nullptr || filespec == nullptr || recursive == nullptr || lsn == nullptr || lastModifyTime == nullptr) return E_INVALIDARG;
    *path = nullptr;
    *filespec = nullptr;
    *lsn = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}, {Kind::kText}, {Kind::kBool}, {Kind::kText}, {Kind::kU64}};
    Call call{object_handle(), "IVssComponent::GetDifferencedFile", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *path = GiveBstr(TextOf(call.outputs[0]));
    if (call.outputs.size() > 1) *filespec = GiveBstr(TextOf(call.outputs[1]));
    if (call.outputs.size() > 2) *recursive = std::get<bool>(call.outputs[2]) ? 1 : 0;
    if (call.outputs.size() > 3) *lsn = GiveBstr(TextOf(call.outputs[3]));
    if (call.outputs.size() > 4) *lastModifyTime = {static_cast<DWORD>(std::get<uint64_t>(call.outputs[4])), static_cast<DWORD>(std::get<uint64_t>(call.outputs[4]) >> 32)};
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetPrepareForBackupFailureMsg(LPCWSTR message) override {
    Call call{object_handle(), "IVssComponentEx::SetPrepareForBackupFailureMsg", {}, {In(message)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetPostSnapshotFailureMsg(LPCWSTR message) override {
    Call call{object_handle(), "IVssComponentEx::SetPostSnapshotFailureMsg", {}, {In(message)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPrepareForBackupFailureMsg(BSTR* message) override {
    if (message == nullptr) return E_INVALIDARG;
    *message = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponentEx::GetPrepareForBackupFailureMsg", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *message = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetPostSnapshotFailureMsg(BSTR* message) override {
    if (message == nullptr) return E_INVALIDARG;
    *message = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponentEx::GetPostSnapshotFailureMsg", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *message = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetAuthoritativeRestore(boolean* authoritative) override {
    if (authoritative == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kBool}};
    Call call{object_handle(), "IVssComponentEx::GetAuthoritativeRestore", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *authoritative = std::get<bool>(call.outputs[0]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRollForward(VSS_ROLLFORWARD_TYPE* rollType, BSTR* point) override {
    if (rollType == nullptr || point == nullptr) return E_INVALIDARG;
    *point = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kText}};
    Call call{object_handle(), "IVssComponentEx::GetRollForward", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *rollType = static_cast<VSS_ROLLFORWARD_TYPE>(std::get<uint32_t>(call.outputs[0]));
    if (call.outputs.size() > 1) *point = GiveBstr(TextOf(call.outputs[1]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRestoreName(BSTR* name) override {
    if (name == nullptr) return E_INVALIDARG;
    *name = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssComponentEx::GetRestoreName", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *name = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetFailure(HRESULT failure, HRESULT applicationFailure, LPCWSTR applicationMessage, DWORD reserved) override {
    Call call{object_handle(), "IVssComponentEx2::SetFailure", {}, {static_cast<uint32_t>(failure), static_cast<uint32_t>(applicationFailure), In(applicationMessage), uint32_t{reserved}}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetFailure(HRESULT* failure, HRESULT* applicationFailure, BSTR* applicationMessage, DWORD* reserved) override {
    if (failure == nullptr || applicationFailure == nullptr || applicationMessage == nullptr || reserved == nullptr) return E_INVALIDARG;
    *applicationMessage = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kU32}, {Kind::kText}, {Kind::kU32}};
    Call call{object_handle(), "IVssComponentEx2::GetFailure", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *failure = static_cast<HRESULT>(std::get<uint32_t>(call.outputs[0]));
    if (call.outputs.size() > 1) *applicationFailure = static_cast<HRESULT>(std::get<uint32_t>(call.outputs[1]));
    if (call.outputs.size() > 2) *applicationMessage = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *reserved = std::get<uint32_t>(call.outputs[3]);
    return result;
  }
};

class ForwardedIVssWriterComponentsExt final : public Forwarder<WriterComponentsExt> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetComponentCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssWriterComponentsExt::GetComponentCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterInfo(VSS_ID* instanceId, VSS_ID* writerId) override {
    if (instanceId == nullptr || writerId == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kGuid}};
    Call call{object_handle(), "IVssWriterComponentsExt::GetWriterInfo", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *writerId = std::get<GUID>(call.outputs[1]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetComponent(UINT index, IVssComponent** component) override {
    if (component == nullptr) return E_INVALIDARG;
    *component = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssWriterComponentsExt::GetComponent", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *component = Given<IVssComponent>(new ForwardedIVssComponentEx2(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }
};

class ForwardedIVssBackupComponentsEx4 final : public Forwarder<IVssBackupComponentsEx4> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE GetWriterComponentsCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssBackupComponents::GetWriterComponentsCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterComponents(UINT index, IVssWriterComponentsExt** writer) override {
    if (writer == nullptr) return E_INVALIDARG;
    *writer = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::GetWriterComponents", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *writer = Given<IVssWriterComponentsExt>(new ForwardedIVssWriterComponentsExt(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE InitializeForBackup(BSTR xml) override {
    Call call{object_handle(), "IVssBackupComponents::InitializeForBackup", {}, {In(xml)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetBackupState(boolean selectComponents, boolean backupBootableSystemState, VSS_BACKUP_TYPE backupType, boolean partialFileSupport) override {
    Call call{object_handle(), "IVssBackupComponents::SetBackupState", {}, {selectComponents != 0, backupBootableSystemState != 0, static_cast<uint32_t>(backupType), partialFileSupport != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE InitializeForRestore(BSTR xml) override {
    Call call{object_handle(), "IVssBackupComponents::InitializeForRestore", {}, {In(xml)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRestoreState(VSS_RESTORE_TYPE restoreType) override {
    Call call{object_handle(), "IVssBackupComponents::SetRestoreState", {}, {static_cast<uint32_t>(restoreType)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GatherWriterMetadata(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::GatherWriterMetadata", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterMetadataCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssBackupComponents::GetWriterMetadataCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterMetadata(UINT index, VSS_ID* instanceId, IVssExamineWriterMetadata** metadata) override {
    if (instanceId == nullptr || metadata == nullptr) return E_INVALIDARG;
    *metadata = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::GetWriterMetadata", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *metadata = Given<IVssExamineWriterMetadata>(new ForwardedIVssExamineWriterMetadataEx2(connection(), std::get<uint32_t>(call.outputs[1])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE FreeWriterMetadata() override {
    Call call{object_handle(), "IVssBackupComponents::FreeWriterMetadata", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddComponent(VSS_ID instanceId, VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName) override {
    Call call{object_handle(), "IVssBackupComponents::AddComponent", {}, {instanceId, writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE PrepareForBackup(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::PrepareForBackup", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AbortBackup() override {
    Call call{object_handle(), "IVssBackupComponents::AbortBackup", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GatherWriterStatus(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::GatherWriterStatus", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterStatusCount(UINT* count) override {
    if (count == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}};
    Call call{object_handle(), "IVssBackupComponents::GetWriterStatusCount", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *count = std::get<uint32_t>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE FreeWriterStatus() override {
    Call call{object_handle(), "IVssBackupComponents::FreeWriterStatus", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterStatus(UINT index, VSS_ID* instanceId, VSS_ID* writerId, BSTR* writerName, VSS_WRITER_STATE* state, HRESULT* failure) override {
    if (instanceId == nullptr || writerId == nullptr || writerName == nullptr || state == nullptr || failure == nullptr) return E_INVALIDARG;
    *writerName = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kGuid}, {Kind::kText}, {Kind::kU32}, {Kind::kU32}};
    Call call{object_handle(), "IVssBackupComponents::GetWriterStatus", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *writerId = std::get<GUID>(call.outputs[1]);
    if (call.outputs.size() > 2) *writerName = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *state = static_cast<VSS_WRITER_STATE>(std::get<uint32_t>(call.outputs[3]));
    if (call.outputs.size() > 4) *failure = static_cast<HRESULT>(std::get<uint32_t>(call.outputs[4]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetBackupSucceeded(VSS_ID instanceId, VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, boolean succeeded) override {
    Call call{object_handle(), "IVssBackupComponents::SetBackupSucceeded", {}, {instanceId, writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), succeeded != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetBackupOptions(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR options) override {
    Call call{object_handle(), "IVssBackupComponents::SetBackupOptions", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(options)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetSelectedForRestore(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, boolean selected) override {
    Call call{object_handle(), "IVssBackupComponents::SetSelectedForRestore", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), selected != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRestoreOptions(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR options) override {
    Call call{object_handle(), "IVssBackupComponents::SetRestoreOptions", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(options)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetAdditionalRestores(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, boolean additional) override {
    Call call{object_handle(), "IVssBackupComponents::SetAdditionalRestores", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), additional != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetPreviousBackupStamp(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR stamp) override {
    Call call{object_handle(), "IVssBackupComponents::SetPreviousBackupStamp", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(stamp)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SaveAsXML(BSTR* xml) override {
    if (xml == nullptr) return E_INVALIDARG;
    *xml = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssBackupComponents::SaveAsXML", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *xml = GiveBstr(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE BackupComplete(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::BackupComplete", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddAlternativeLocationMapping(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR path, LPCWSTR filespec, boolean recursive, LPCWSTR destination) override {
    Call call{object_handle(), "IVssBackupComponents::AddAlternativeLocationMapping", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(path), In(filespec), recursive != 0, In(destination)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddRestoreSubcomponent(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR subcomponentLogicalPath, LPCWSTR subcomponentName, boolean repair) override {
    Call call{object_handle(), "IVssBackupComponents::AddRestoreSubcomponent", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(subcomponentLogicalPath), In(subcomponentName), repair != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetFileRestoreStatus(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, VSS_FILE_RESTORE_STATUS status) override {
    Call call{object_handle(), "IVssBackupComponents::SetFileRestoreStatus", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), static_cast<uint32_t>(status)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddNewTarget(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR path, LPCWSTR fileName, boolean recursive, LPCWSTR alternatePath) override {
    Call call{object_handle(), "IVssBackupComponents::AddNewTarget", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(path), In(fileName), recursive != 0, In(alternatePath)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRangesFilePath(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, UINT partialFile, LPCWSTR rangesFile) override {
    Call call{object_handle(), "IVssBackupComponents::SetRangesFilePath", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), uint32_t{partialFile}, In(rangesFile)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE PreRestore(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::PreRestore", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE PostRestore(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::PostRestore", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetContext(LONG context) override {
    Call call{object_handle(), "IVssBackupComponents::SetContext", {}, {int32_t{context}}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE StartSnapshotSet(VSS_ID* snapshotSetId) override {
    if (snapshotSetId == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}};
    Call call{object_handle(), "IVssBackupComponents::StartSnapshotSet", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *snapshotSetId = std::get<GUID>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddToSnapshotSet(VSS_PWSZ volumeName, VSS_ID providerId, VSS_ID* snapshotId) override {
    if (snapshotId == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}};
    Call call{object_handle(), "IVssBackupComponents::AddToSnapshotSet", outputs, {In(volumeName), providerId}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *snapshotId = std::get<GUID>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE DoSnapshotSet(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::DoSnapshotSet", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE DeleteSnapshots(VSS_ID sourceObjectId, VSS_OBJECT_TYPE sourceObjectType, WINBOOL forceDelete, LONG* deletedSnapshots, VSS_ID* nondeletedSnapshotId) override {
    if (deletedSnapshots == nullptr || nondeletedSnapshotId == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kU32}, {Kind::kGuid}};
    Call call{object_handle(), "IVssBackupComponents::DeleteSnapshots", outputs, {sourceObjectId, static_cast<uint32_t>(sourceObjectType), forceDelete != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *deletedSnapshots = static_cast<LONG>(std::get<uint32_t>(call.outputs[0]));
    if (call.outputs.size() > 1) *nondeletedSnapshotId = std::get<GUID>(call.outputs[1]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE ImportSnapshots(IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::ImportSnapshots", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE BreakSnapshotSet(VSS_ID snapshotSetId) override {
    Call call{object_handle(), "IVssBackupComponents::BreakSnapshotSet", {}, {snapshotSetId}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetSnapshotProperties(VSS_ID snapshotId, VSS_SNAPSHOT_PROP* properties) override {
    if (properties == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kStruct, &kLayoutVSS_SNAPSHOT_PROP}};
    Call call{object_handle(), "IVssBackupComponents::GetSnapshotProperties", outputs, {snapshotId}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) Write(std::get<Structure>(call.outputs[0]), properties);
    return result;
  }

  HRESULT STDMETHODCALLTYPE Query(VSS_ID queriedObjectId, VSS_OBJECT_TYPE queriedObjectType, VSS_OBJECT_TYPE returnedObjectsType, IVssEnumObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::Query", outputs, {queriedObjectId, static_cast<uint32_t>(queriedObjectType), static_cast<uint32_t>(returnedObjectsType)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumObject>(new ForwardedIVssEnumObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE IsVolumeSupported(VSS_ID providerId, VSS_PWSZ volumeName, WINBOOL* supported) override {
    if (supported == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kBool}};
    Call call{object_handle(), "IVssBackupComponents::IsVolumeSupported", outputs, {providerId, In(volumeName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *supported = std::get<bool>(call.outputs[0]) ? 1 : 0;
    return result;
  }

  HRESULT STDMETHODCALLTYPE DisableWriterClasses(const VSS_ID* writerClassIds, UINT writerClassIds_count) override {
    Call call{object_handle(), "IVssBackupComponents::DisableWriterClasses", {}, {std::vector<GUID>(writerClassIds, writerClassIds + writerClassIds_count)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE EnableWriterClasses(const VSS_ID* writerClassIds, UINT writerClassIds_count) override {
    Call call{object_handle(), "IVssBackupComponents::EnableWriterClasses", {}, {std::vector<GUID>(writerClassIds, writerClassIds + writerClassIds_count)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE DisableWriterInstances(const VSS_ID* writerInstanceIds, UINT writerInstanceIds_count) override {
    Call call{object_handle(), "IVssBackupComponents::DisableWriterInstances", {}, {std::vector<GUID>(writerInstanceIds, writerInstanceIds + writerInstanceIds_count)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE ExposeSnapshot(VSS_ID snapshotId, VSS_PWSZ pathFromRoot, LONG attributes, VSS_PWSZ expose, VSS_PWSZ* exposed) override {
    if (exposed == nullptr) return E_INVALIDARG;
    *exposed = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}};
    Call call{object_handle(), "IVssBackupComponents::ExposeSnapshot", outputs, {snapshotId, In(pathFromRoot), static_cast<uint32_t>(attributes), In(expose)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *exposed = GiveTaskString(TextOf(call.outputs[0]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE RevertToSnapshot(VSS_ID snapshotId, WINBOOL forceDismount) override {
    Call call{object_handle(), "IVssBackupComponents::RevertToSnapshot", {}, {snapshotId, forceDismount != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryRevertStatus(VSS_PWSZ volumeName, IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponents::QueryRevertStatus", outputs, {In(volumeName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterMetadataEx(UINT index, VSS_ID* instanceId, IVssExamineWriterMetadataEx** metadata) override {
    if (instanceId == nullptr || metadata == nullptr) return E_INVALIDARG;
    *metadata = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponentsEx::GetWriterMetadataEx", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *metadata = Given<IVssExamineWriterMetadataEx>(new ForwardedIVssExamineWriterMetadataEx2(connection(), std::get<uint32_t>(call.outputs[1])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetSelectedForRestoreEx(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, boolean selected, VSS_ID instanceId) override {
    Call call{object_handle(), "IVssBackupComponentsEx::SetSelectedForRestoreEx", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), selected != 0, instanceId}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE UnexposeSnapshot(VSS_ID snapshotId) override {
    Call call{object_handle(), "IVssBackupComponentsEx2::UnexposeSnapshot", {}, {snapshotId}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetAuthoritativeRestore(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, boolean authoritative) override {
    Call call{object_handle(), "IVssBackupComponentsEx2::SetAuthoritativeRestore", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), authoritative != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRollForward(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, VSS_ROLLFORWARD_TYPE rollType, LPCWSTR rollForwardPoint) override {
    Call call{object_handle(), "IVssBackupComponentsEx2::SetRollForward", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), static_cast<uint32_t>(rollType), In(rollForwardPoint)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE SetRestoreName(VSS_ID writerId, VSS_COMPONENT_TYPE componentType, LPCWSTR logicalPath, LPCWSTR componentName, LPCWSTR restoreName) override {
    Call call{object_handle(), "IVssBackupComponentsEx2::SetRestoreName", {}, {writerId, static_cast<uint32_t>(componentType), In(logicalPath), In(componentName), In(restoreName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE BreakSnapshotSetEx(VSS_ID snapshotSetId, DWORD breakFlags, IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponentsEx2::BreakSnapshotSetEx", outputs, {snapshotSetId, uint32_t{breakFlags}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE PreFastRecovery(VSS_ID snapshotSetId, DWORD flags, IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponentsEx2::PreFastRecovery", outputs, {snapshotSetId, uint32_t{flags}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE FastRecovery(VSS_ID snapshotSetId, DWORD flags, IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponentsEx2::FastRecovery", outputs, {snapshotSetId, uint32_t{flags}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetWriterStatusEx(UINT index, VSS_ID* instanceId, VSS_ID* writerId, BSTR* writerName, VSS_WRITER_STATE* state, HRESULT* failure, HRESULT* applicationFailure, BSTR* applicationMessage) override {
    if (instanceId == nullptr || writerId == nullptr || writerName == nullptr || state == nullptr || failure == nullptr || applicationFailure == nullptr || applicationMessage == nullptr) return E_INVALIDARG;
    *writerName = nullptr;
    *applicationMessage = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}, {Kind::kGuid}, {Kind::kText}, {Kind::kU32}, {Kind::kU32}, {Kind::kU32}, {Kind::kText}};
    Call call{object_handle(), "IVssBackupComponentsEx3::GetWriterStatusEx", outputs, {uint32_t{index}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *instanceId = std::get<GUID>(call.outputs[0]);
    if (call.outputs.size() > 1) *writerId = std::get<GUID>(call.outputs[1]);
    if (call.outputs.size() > 2) *writerName = GiveBstr(TextOf(call.outputs[2]));
    if (call.outputs.size() > 3) *state = static_cast<VSS_WRITER_STATE>(std::get<uint32_t>(call.outputs[3]));
    if (call.outputs.size() > 4) *failure = static_cast<HRESULT>(std::get<uint32_t>(call.outputs[4]));
    if (call.outputs.size() > 5) *applicationFailure = static_cast<HRESULT>(std::get<uint32_t>(call.outputs[5]));
    if (call.outputs.size() > 6) *applicationMessage = GiveBstr(TextOf(call.outputs[6]));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AddSnapshotToRecoverySet(VSS_ID snapshotId, DWORD flags, VSS_PWSZ destinationVolume) override {
    Call call{object_handle(), "IVssBackupComponentsEx3::AddSnapshotToRecoverySet", {}, {snapshotId, uint32_t{flags}, In(destinationVolume)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE RecoverSet(DWORD flags, IVssAsync** async) override {
    if (async == nullptr) return E_INVALIDARG;
    *async = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssBackupComponentsEx3::RecoverSet", outputs, {uint32_t{flags}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *async = Given<IVssAsync>(new ForwardedIVssAsync(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetSessionId(VSS_ID* sessionId) override {
    if (sessionId == nullptr) return E_INVALIDARG;
    static constexpr OutputKind outputs[] = {{Kind::kGuid}};
    Call call{object_handle(), "IVssBackupComponentsEx3::GetSessionId", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *sessionId = std::get<GUID>(call.outputs[0]);
    return result;
  }

  HRESULT STDMETHODCALLTYPE GetRootAndLogicalPrefixPaths(VSS_PWSZ filePath, VSS_PWSZ* rootPath, VSS_PWSZ* logicalPrefix, WINBOOL normalizeFqdnForRootPath) override {
    if (rootPath == nullptr || logicalPrefix == nullptr) return E_INVALIDARG;
    *rootPath = nullptr;
    *logicalPrefix = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kText}, {Kind::kText}};
    Call call{object_handle(), "IVssBackupComponentsEx4::GetRootAndLogicalPrefixPaths", outputs, {In(filePath), normalizeFqdnForRootPath != 0}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *rootPath = GiveTaskString(TextOf(call.outputs[0]));
    if (call.outputs.size() > 1) *logicalPrefix = GiveTaskString(TextOf(call.outputs[1]));
    return result;
  }
};

class ForwardedIVssAdmin final : public Forwarder<IVssAdmin> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE RegisterProvider(VSS_ID providerId, VSS_ID classId, VSS_PWSZ providerName, VSS_PROVIDER_TYPE providerType, VSS_PWSZ providerVersion, VSS_ID providerVersionId) override {
    Call call{object_handle(), "IVssAdmin::RegisterProvider", {}, {providerId, classId, In(providerName), static_cast<uint32_t>(providerType), In(providerVersion), providerVersionId}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE UnregisterProvider(VSS_ID providerId) override {
    Call call{object_handle(), "IVssAdmin::UnregisterProvider", {}, {providerId}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryProviders(IVssEnumObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssAdmin::QueryProviders", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumObject>(new ForwardedIVssEnumObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE AbortAllSnapshotsInProgress() override {
    Call call{object_handle(), "IVssAdmin::AbortAllSnapshotsInProgress", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }
};

class ForwardedIVssEnumMgmtObject final : public Forwarder<IVssEnumMgmtObject> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE Next(ULONG count, VSS_MGMT_OBJECT_PROP* elements, ULONG* elements_count) override {
    if (elements == nullptr) return E_INVALIDARG;
    *elements_count = 0;
    static constexpr OutputKind outputs[] = {{Kind::kFetched, nullptr, kAlternativesVSS_MGMT_OBJECT_PROP}};
    Call call{object_handle(), "IVssEnumMgmtObject::Next", outputs, {uint32_t{count}}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) {
      for (const Element& element : std::get<std::vector<Element>>(call.outputs[0])) {
        elements[*elements_count].Type = static_cast<decltype(elements->Type)>(element.tag);
        Write(element.structure, &elements[(*elements_count)++].Obj);
      }
    }
    return result;
  }

  HRESULT STDMETHODCALLTYPE Skip(ULONG count) override {
    Call call{object_handle(), "IVssEnumMgmtObject::Skip", {}, {uint32_t{count}}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE Reset() override {
    Call call{object_handle(), "IVssEnumMgmtObject::Reset", {}, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE Clone(IVssEnumMgmtObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssEnumMgmtObject::Clone", outputs, {}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumMgmtObject>(new ForwardedIVssEnumMgmtObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }
};

class ForwardedIVssDifferentialSoftwareSnapshotMgmt final : public Forwarder<IVssDifferentialSoftwareSnapshotMgmt> {
 public:
  using Forwarder::Forwarder;

  HRESULT STDMETHODCALLTYPE AddDiffArea(VSS_PWSZ volumeName, VSS_PWSZ diffAreaVolumeName, LONGLONG maximumDiffSpace) override {
    Call call{object_handle(), "IVssDifferentialSoftwareSnapshotMgmt::AddDiffArea", {}, {In(volumeName), In(diffAreaVolumeName), static_cast<uint64_t>(maximumDiffSpace)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE ChangeDiffAreaMaximumSize(VSS_PWSZ volumeName, VSS_PWSZ diffAreaVolumeName, LONGLONG maximumDiffSpace) override {
    Call call{object_handle(), "IVssDifferentialSoftwareSnapshotMgmt::ChangeDiffAreaMaximumSize", {}, {In(volumeName), In(diffAreaVolumeName), static_cast<uint64_t>(maximumDiffSpace)}};
    const HRESULT result = Send(call, Wait::kPlain);
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryVolumesSupportedForDiffAreas(VSS_PWSZ volumeName, IVssEnumMgmtObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssDifferentialSoftwareSnapshotMgmt::QueryVolumesSupportedForDiffAreas", outputs, {In(volumeName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumMgmtObject>(new ForwardedIVssEnumMgmtObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryDiffAreasForVolume(VSS_PWSZ volumeName, IVssEnumMgmtObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasForVolume", outputs, {In(volumeName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumMgmtObject>(new ForwardedIVssEnumMgmtObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryDiffAreasOnVolume(VSS_PWSZ volumeName, IVssEnumMgmtObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasOnVolume", outputs, {In(volumeName)}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumMgmtObject>(new ForwardedIVssEnumMgmtObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }

  HRESULT STDMETHODCALLTYPE QueryDiffAreasForSnapshot(VSS_ID snapshotId, IVssEnumMgmtObject** enumerator) override {
    if (enumerator == nullptr) return E_INVALIDARG;
    *enumerator = nullptr;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{object_handle(), "IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasForSnapshot", outputs, {snapshotId}};
    const HRESULT result = Send(call, Wait::kPlain);
    if (call.outputs.size() > 0) *enumerator = Given<IVssEnumMgmtObject>(new ForwardedIVssEnumMgmtObject(connection(), std::get<uint32_t>(call.outputs[0])));
    return result;
  }
};

/** Whether the table's slots are those of the declarations in abi.h. */
inline bool SlotsAgree() {
  return SlotOf(&IVssBackupComponents::GetWriterComponentsCount) == 3 &&
         SlotOf(&IVssBackupComponents::GetWriterComponents) == 4 &&
         SlotOf(&IVssBackupComponents::InitializeForBackup) == 5 &&
         SlotOf(&IVssBackupComponents::SetBackupState) == 6 &&
         SlotOf(&IVssBackupComponents::InitializeForRestore) == 7 &&
         SlotOf(&IVssBackupComponents::SetRestoreState) == 8 &&
         SlotOf(&IVssBackupComponents::GatherWriterMetadata) == 9 &&
         SlotOf(&IVssBackupComponents::GetWriterMetadataCount) == 10 &&
         SlotOf(&IVssBackupComponents::GetWriterMetadata) == 11 &&
         SlotOf(&IVssBackupComponents::FreeWriterMetadata) == 12 &&
         SlotOf(&IVssBackupComponents::AddComponent) == 13 &&
         SlotOf(&IVssBackupComponents::PrepareForBackup) == 14 &&
         SlotOf(&IVssBackupComponents::AbortBackup) == 15 &&
         SlotOf(&IVssBackupComponents::GatherWriterStatus) == 16 &&
         SlotOf(&IVssBackupComponents::GetWriterStatusCount) == 17 &&
         SlotOf(&IVssBackupComponents::FreeWriterStatus) == 18 &&
         SlotOf(&IVssBackupComponents::GetWriterStatus) == 19 &&
         SlotOf(&IVssBackupComponents::SetBackupSucceeded) == 20 &&
         SlotOf(&IVssBackupComponents::SetBackupOptions) == 21 &&
         SlotOf(&IVssBackupComponents::SetSelectedForRestore) == 22 &&
         SlotOf(&IVssBackupComponents::SetRestoreOptions) == 23 &&
         SlotOf(&IVssBackupComponents::SetAdditionalRestores) == 24 &&
         SlotOf(&IVssBackupComponents::SetPreviousBackupStamp) == 25 &&
         SlotOf(&IVssBackupComponents::SaveAsXML) == 26 &&
         SlotOf(&IVssBackupComponents::BackupComplete) == 27 &&
         SlotOf(&IVssBackupComponents::AddAlternativeLocationMapping) == 28 &&
         SlotOf(&IVssBackupComponents::AddRestoreSubcomponent) == 29 &&
         SlotOf(&IVssBackupComponents::SetFileRestoreStatus) == 30 &&
         SlotOf(&IVssBackupComponents::AddNewTarget) == 31 &&
         SlotOf(&IVssBackupComponents::SetRangesFilePath) == 32 &&
         SlotOf(&IVssBackupComponents::PreRestore) == 33 &&
         SlotOf(&IVssBackupComponents::PostRestore) == 34 &&
         SlotOf(&IVssBackupComponents::SetContext) == 35 &&
         SlotOf(&IVssBackupComponents::StartSnapshotSet) == 36 &&
         SlotOf(&IVssBackupComponents::AddToSnapshotSet) == 37 &&
         SlotOf(&IVssBackupComponents::DoSnapshotSet) == 38 &&
         SlotOf(&IVssBackupComponents::DeleteSnapshots) == 39 &&
         SlotOf(&IVssBackupComponents::ImportSnapshots) == 40 &&
         SlotOf(&IVssBackupComponents::BreakSnapshotSet) == 41 &&
         SlotOf(&IVssBackupComponents::GetSnapshotProperties) == 42 &&
         SlotOf(&IVssBackupComponents::Query) == 43 &&
         SlotOf(&IVssBackupComponents::IsVolumeSupported) == 44 &&
         SlotOf(&IVssBackupComponents::DisableWriterClasses) == 45 &&
         SlotOf(&IVssBackupComponents::EnableWriterClasses) == 46 &&
         SlotOf(&IVssBackupComponents::DisableWriterInstances) == 47 &&
         SlotOf(&IVssBackupComponents::ExposeSnapshot) == 48 &&
         SlotOf(&IVssBackupComponents::RevertToSnapshot) == 49 &&
         SlotOf(&IVssBackupComponents::QueryRevertStatus) == 50 &&
         SlotOf(&IVssBackupComponentsEx::GetWriterMetadataEx) == 51 &&
         SlotOf(&IVssBackupComponentsEx::SetSelectedForRestoreEx) == 52 &&
         SlotOf(&IVssBackupComponentsEx2::UnexposeSnapshot) == 53 &&
         SlotOf(&IVssBackupComponentsEx2::SetAuthoritativeRestore) == 54 &&
         SlotOf(&IVssBackupComponentsEx2::SetRollForward) == 55 &&
         SlotOf(&IVssBackupComponentsEx2::SetRestoreName) == 56 &&
         SlotOf(&IVssBackupComponentsEx2::BreakSnapshotSetEx) == 57 &&
         SlotOf(&IVssBackupComponentsEx2::PreFastRecovery) == 58 &&
         SlotOf(&IVssBackupComponentsEx2::FastRecovery) == 59 &&
         SlotOf(&IVssBackupComponentsEx3::GetWriterStatusEx) == 60 &&
         SlotOf(&IVssBackupComponentsEx3::AddSnapshotToRecoverySet) == 61 &&
         SlotOf(&IVssBackupComponentsEx3::RecoverSet) == 62 &&
         SlotOf(&IVssBackupComponentsEx3::GetSessionId) == 63 &&
         SlotOf(&IVssBackupComponentsEx4::GetRootAndLogicalPrefixPaths) == 64 &&
         SlotOf(&IVssAsync::Cancel) == 3 &&
         SlotOf(&IVssAsync::Wait) == 4 &&
         SlotOf(&IVssAsync::QueryStatus) == 5 &&
         SlotOf(&IVssEnumObject::Next) == 3 &&
         SlotOf(&IVssEnumObject::Skip) == 4 &&
         SlotOf(&IVssEnumObject::Reset) == 5 &&
         SlotOf(&IVssEnumObject::Clone) == 6 &&
         SlotOf(&IVssExamineWriterMetadata::GetIdentity) == 3 &&
         SlotOf(&IVssExamineWriterMetadata::GetFileCounts) == 4 &&
         SlotOf(&IVssExamineWriterMetadata::GetIncludeFile) == 5 &&
         SlotOf(&IVssExamineWriterMetadata::GetExcludeFile) == 6 &&
         SlotOf(&IVssExamineWriterMetadata::GetComponent) == 7 &&
         SlotOf(&IVssExamineWriterMetadata::GetRestoreMethod) == 8 &&
         SlotOf(&IVssExamineWriterMetadata::GetAlternateLocationMapping) == 9 &&
         SlotOf(&IVssExamineWriterMetadata::GetBackupSchema) == 10 &&
         SlotOf(&IVssExamineWriterMetadata::GetDocument) == 11 &&
         SlotOf(&IVssExamineWriterMetadata::SaveAsXML) == 12 &&
         SlotOf(&IVssExamineWriterMetadata::LoadFromXML) == 13 &&
         SlotOf(&IVssExamineWriterMetadataEx::GetIdentityEx) == 14 &&
         SlotOf(&IVssExamineWriterMetadataEx2::GetVersion) == 15 &&
         SlotOf(&IVssExamineWriterMetadataEx2::GetExcludeFromSnapshotCount) == 16 &&
         SlotOf(&IVssExamineWriterMetadataEx2::GetExcludeFromSnapshotFile) == 17 &&
         SlotOf(&IVssWMComponent::GetComponentInfo) == 3 &&
         SlotOf(&IVssWMComponent::FreeComponentInfo) == 4 &&
         SlotOf(&IVssWMComponent::GetFile) == 5 &&
         SlotOf(&IVssWMComponent::GetDatabaseFile) == 6 &&
         SlotOf(&IVssWMComponent::GetDatabaseLogFile) == 7 &&
         SlotOf(&IVssWMComponent::GetDependency) == 8 &&
         SlotOf(&IVssWMFiledesc::GetPath) == 3 &&
         SlotOf(&IVssWMFiledesc::GetFilespec) == 4 &&
         SlotOf(&IVssWMFiledesc::GetRecursive) == 5 &&
         SlotOf(&IVssWMFiledesc::GetAlternateLocation) == 6 &&
         SlotOf(&IVssWMFiledesc::GetBackupTypeMask) == 7 &&
         SlotOf(&IVssWMDependency::GetWriterId) == 3 &&
         SlotOf(&IVssWMDependency::GetLogicalPath) == 4 &&
         SlotOf(&IVssWMDependency::GetComponentName) == 5 &&
         SlotOf(&IVssWriterComponents::GetComponentCount) == 0 &&
         SlotOf(&IVssWriterComponents::GetWriterInfo) == 1 &&
         SlotOf(&IVssWriterComponents::GetComponent) == 2 &&
         SlotOf(&IVssComponent::GetLogicalPath) == 3 &&
         SlotOf(&IVssComponent::GetComponentType) == 4 &&
         SlotOf(&IVssComponent::GetComponentName) == 5 &&
         SlotOf(&IVssComponent::GetBackupSucceeded) == 6 &&
         SlotOf(&IVssComponent::GetAlternateLocationMappingCount) == 7 &&
         SlotOf(&IVssComponent::GetAlternateLocationMapping) == 8 &&
         SlotOf(&IVssComponent::SetBackupMetadata) == 9 &&
         SlotOf(&IVssComponent::GetBackupMetadata) == 10 &&
         SlotOf(&IVssComponent::AddPartialFile) == 11 &&
         SlotOf(&IVssComponent::GetPartialFileCount) == 12 &&
         SlotOf(&IVssComponent::GetPartialFile) == 13 &&
         SlotOf(&IVssComponent::IsSelectedForRestore) == 14 &&
         SlotOf(&IVssComponent::GetAdditionalRestores) == 15 &&
         SlotOf(&IVssComponent::GetNewTargetCount) == 16 &&
         SlotOf(&IVssComponent::GetNewTarget) == 17 &&
         SlotOf(&IVssComponent::AddDirectedTarget) == 18 &&
         SlotOf(&IVssComponent::GetDirectedTargetCount) == 19 &&
         SlotOf(&IVssComponent::GetDirectedTarget) == 20 &&
         SlotOf(&IVssComponent::SetRestoreMetadata) == 21 &&
         SlotOf(&IVssComponent::GetRestoreMetadata) == 22 &&
         SlotOf(&IVssComponent::SetRestoreTarget) == 23 &&
         SlotOf(&IVssComponent::GetRestoreTarget) == 24 &&
         SlotOf(&IVssComponent::SetPreRestoreFailureMsg) == 25 &&
         SlotOf(&IVssComponent::GetPreRestoreFailureMsg) == 26 &&
         SlotOf(&IVssComponent::SetPostRestoreFailureMsg) == 27 &&
         SlotOf(&IVssComponent::GetPostRestoreFailureMsg) == 28 &&
         SlotOf(&IVssComponent::SetBackupStamp) == 29 &&
         SlotOf(&IVssComponent::GetBackupStamp) == 30 &&
         SlotOf(&IVssComponent::GetPreviousBackupStamp) == 31 &&
         SlotOf(&IVssComponent::GetBackupOptions) == 32 &&
         SlotOf(&IVssComponent::GetRestoreOptions) == 33 &&
         SlotOf(&IVssComponent::GetRestoreSubcomponentCount) == 34 &&
         SlotOf(&IVssComponent::GetRestoreSubcomponent) == 35 &&
         SlotOf(&IVssComponent::GetFileRestoreStatus) == 36 &&
         SlotOf(&IVssComponent::AddDifferencedFilesByLastModifyTime) == 37 &&
         SlotOf(&IVssComponent::AddDifferencedFilesByLastModifyLSN) == 38 &&
         SlotOf(&IVssComponent::GetDifferencedFilesCount) == 39 &&
         SlotOf(&IVssComponent::GetDifferencedFile) == 40 &&
         SlotOf(&IVssComponentEx::SetPrepareForBackupFailureMsg) == 41 &&
         SlotOf(&IVssComponentEx::SetPostSnapshotFailureMsg) == 42 &&
         SlotOf(&IVssComponentEx::GetPrepareForBackupFailureMsg) == 43 &&
         SlotOf(&IVssComponentEx::GetPostSnapshotFailureMsg) == 44 &&
         SlotOf(&IVssComponentEx::GetAuthoritativeRestore) == 45 &&
         SlotOf(&IVssComponentEx::GetRollForward) == 46 &&
         SlotOf(&IVssComponentEx::GetRestoreName) == 47 &&
         SlotOf(&IVssComponentEx2::SetFailure) == 48 &&
         SlotOf(&IVssComponentEx2::GetFailure) == 49 &&
         SlotOf(&IVssAdmin::RegisterProvider) == 3 &&
         SlotOf(&IVssAdmin::UnregisterProvider) == 4 &&
         SlotOf(&IVssAdmin::QueryProviders) == 5 &&
         SlotOf(&IVssAdmin::AbortAllSnapshotsInProgress) == 6 &&
         SlotOf(&IVssDifferentialSoftwareSnapshotMgmt::AddDiffArea) == 3 &&
         SlotOf(&IVssDifferentialSoftwareSnapshotMgmt::ChangeDiffAreaMaximumSize) == 4 &&
         SlotOf(&IVssDifferentialSoftwareSnapshotMgmt::QueryVolumesSupportedForDiffAreas) == 5 &&
         SlotOf(&IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasForVolume) == 6 &&
         SlotOf(&IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasOnVolume) == 7 &&
         SlotOf(&IVssDifferentialSoftwareSnapshotMgmt::QueryDiffAreasForSnapshot) == 8 &&
         SlotOf(&IVssEnumMgmtObject::Next) == 3 &&
         SlotOf(&IVssEnumMgmtObject::Skip) == 4 &&
         SlotOf(&IVssEnumMgmtObject::Reset) == 5 &&
         SlotOf(&IVssEnumMgmtObject::Clone) == 6 &&
         SlotOf(&IXMLDOMDocument::get_xml) == 34 &&
         SlotOf(&WriterComponentsExt::GetComponentCount) == 0 &&
         SlotOf(&WriterComponentsExt::GetWriterInfo) == 1 &&
         SlotOf(&WriterComponentsExt::GetComponent) == 2 &&
         SlotOf(&XmlDocument::get_xml) == 34;
}

}  // namespace winbackup::doubles
