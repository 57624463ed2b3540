// The stand-in for sqlvdi.dll: a COM server to the client, a Node addon to the Worker that holds the simulated machine.
// It has no behaviour.
#include "../double/module.h"
#include "generated.h"

namespace winbackup::doubles {

using SqlVdi = Module<SlotsAgree>;
NODE_API_ADDON(SqlVdi)

}  // namespace winbackup::doubles

STDAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void** object) {
  using namespace winbackup::doubles;
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (clsid != kCLSID_ClientVirtualDeviceSet) return CLASS_E_CLASSNOTAVAILABLE;
  return GetClassObject<ForwardedIClientVirtualDeviceSet2>(kClsid, kActivated, iid, object);
}

/** Never: the module is pinned, because it belongs to Node as well. */
STDAPI DllCanUnloadNow() { return S_FALSE; }
