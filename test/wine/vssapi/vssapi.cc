// The stand-in for vssapi.dll: the VSS service to the requester, a Node addon to the Worker that holds the simulated
// machine. It has no behaviour.
#include "../double/module.h"
#include "generated.h"

namespace winbackup::doubles {

using VssApi = Module<SlotsAgree>;
NODE_API_ADDON(VssApi)

namespace {

/** Calls the machine itself. */
HRESULT CallMachine(Call& call) {
  const std::shared_ptr<Connection> connection = Connection::Current();
  return connection == nullptr ? RPC_E_DISCONNECTED : connection->Send(call, Wait::kPlain);
}

constexpr OutputKind kObject[] = {{Kind::kInterface}};
constexpr OutputKind kSnapshotted[] = {{Kind::kBool}, {Kind::kU32}};
constexpr OutputKind kBlocked[] = {{Kind::kBool}};

}  // namespace

}  // namespace winbackup::doubles

using namespace winbackup::doubles;

STDAPI CreateVssBackupComponentsInternal(IVssBackupComponents** components) {
  if (components == nullptr) return E_INVALIDARG;
  *components = nullptr;
  Call call{0, "CreateVssBackupComponents", kObject, {}};
  const HRESULT result = CallMachine(call);
  if (SUCCEEDED(result)) {
    *components = new ForwardedIVssBackupComponentsEx4(Connection::Current(), std::get<uint32_t>(call.outputs.at(0)));
  }
  return result;
}

STDAPI CreateVssExamineWriterMetadataInternal(BSTR xml, IVssExamineWriterMetadata** metadata) {
  if (metadata == nullptr) return E_INVALIDARG;
  *metadata = nullptr;
  Call call{0, "CreateVssExamineWriterMetadata", kObject, {In(xml)}};
  const HRESULT result = CallMachine(call);
  if (SUCCEEDED(result)) {
    *metadata =
        new ForwardedIVssExamineWriterMetadataEx2(Connection::Current(), std::get<uint32_t>(call.outputs.at(0)));
  }
  return result;
}

STDAPI_(void) VssFreeSnapshotPropertiesInternal(VSS_SNAPSHOT_PROP* properties) {
  for (VSS_PWSZ* text : {&properties->m_pwszSnapshotDeviceObject, &properties->m_pwszOriginalVolumeName,
                         &properties->m_pwszOriginatingMachine, &properties->m_pwszServiceMachine,
                         &properties->m_pwszExposedName, &properties->m_pwszExposedPath}) {
    CoTaskMemFree(*text);
    *text = nullptr;
  }
}

STDAPI IsVolumeSnapshottedInternal(VSS_PWSZ volume, BOOL* present, LONG* capability) {
  if (present == nullptr || capability == nullptr) return E_INVALIDARG;
  Call call{0, "IsVolumeSnapshotted", kSnapshotted, {In(volume)}};
  const HRESULT result = CallMachine(call);
  if (SUCCEEDED(result)) {
    *present = std::get<bool>(call.outputs.at(0)) ? TRUE : FALSE;
    *capability = static_cast<LONG>(std::get<uint32_t>(call.outputs.at(1)));
  }
  return result;
}

STDAPI ShouldBlockRevertInternal(LPCWSTR volume, boolean* block) {
  if (block == nullptr) return E_INVALIDARG;
  Call call{0, "ShouldBlockRevert", kBlocked, {In(volume)}};
  const HRESULT result = CallMachine(call);
  if (SUCCEEDED(result)) *block = std::get<bool>(call.outputs.at(0)) ? 1 : 0;
  return result;
}

STDAPI GetProviderMgmtInterfaceInternal(VSS_ID provider, IID iid, IUnknown** object) {
  if (object == nullptr) return E_INVALIDARG;
  *object = nullptr;
  wchar_t wanted[40] = {};
  StringFromGUID2(iid, wanted, 40);
  Call call{0, "GetProviderMgmtInterface", kObject, {provider, In(wanted)}};
  const HRESULT result = CallMachine(call);
  if (SUCCEEDED(result)) {
    *object = new ForwardedIVssDifferentialSoftwareSnapshotMgmt(Connection::Current(),
                                                                std::get<uint32_t>(call.outputs.at(0)));
  }
  return result;
}

STDAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  // CLSID_VSSCoordinator (facts/vss.md 1.3); the real one is the service's.
  constexpr CLSID coordinator = {0xe579ab5f, 0x1cc4, 0x44b4, {0xbe, 0xd9, 0xde, 0x09, 0x91, 0xff, 0x06, 0x23}};
  if (clsid != coordinator) return CLASS_E_CLASSNOTAVAILABLE;
  return GetClassObject<ForwardedIVssAdmin>(kClsid, kActivated, iid, object);
}

/** Never: the module is pinned, because it belongs to Node as well. */
STDAPI DllCanUnloadNow() { return S_FALSE; }
