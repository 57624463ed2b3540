// The stand-in for sqlvdi.dll: a COM server to the client, a Node addon to the Worker that holds the simulated machine.
// It has no behaviour.
#include <napi.h>
#include <unknwn.h>
#include <windows.h>

#include <memory>

#include "../double/areas.h"
#include "../double/connection.h"
#include "generated.h"

namespace winbackup::doubles {

namespace {

std::atomic<int> class_factories{0};

/** Activation: CoCreateInstance of the machine, asked by the class's own identifiers. */
class ClassFactory final : public IClassFactory {
 public:
  ClassFactory() { class_factories += 1; }
  ClassFactory(const ClassFactory&) = delete;
  ClassFactory& operator=(const ClassFactory&) = delete;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (iid != IID_IUnknown && iid != IID_IClassFactory) return E_NOINTERFACE;
    *object = static_cast<IClassFactory*>(this);
    AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID iid, void** object) override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (outer != nullptr) return CLASS_E_NOAGGREGATION;
    const std::shared_ptr<Connection> connection = Connection::Current();
    if (connection == nullptr) return RPC_E_DISCONNECTED;
    static constexpr OutputKind outputs[] = {{Kind::kInterface}};
    Call call{0, "CoCreateInstance", outputs, {std::u16string(kClsid), std::u16string(kActivated)}};
    const HRESULT result = connection->Send(call, Wait::kPlain);
    if (FAILED(result)) return result;
    IUnknown* created = new ForwardedIClientVirtualDeviceSet2(connection, std::get<uint32_t>(call.outputs[0]));
    const HRESULT asked = created->QueryInterface(iid, object);
    created->Release();
    return asked;
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

 private:
  ~ClassFactory() { class_factories -= 1; }
  std::atomic<ULONG> references_{1};
};

/** What the Worker's environment gets. */
class Double : public Napi::Addon<Double> {
 public:
  Double(Napi::Env env, Napi::Object exports) {
    if (!SlotsAgree())
      throw Napi::Error::New(env, "the interface tables and the declarations of the double disagree on a vtable slot");
    // The client may hold objects of this module for longer than the Worker lives.
    HMODULE self = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCWSTR>(&class_factories), &self);
    DefineAddon(exports,
                {InstanceMethod("connect", &Double::Connect), InstanceMethod("reply", &Double::Reply),
                 InstanceMethod("createArea", &Double::CreateArea), InstanceMethod("freeArea", &Double::FreeArea),
                 InstanceMethod("counts", &Double::CountAlive)});
  }

 private:
  /** connect(answer): from now on new objects are the machine's that `answer` stands for; those of an earlier one are
   * disconnected. */
  Napi::Value Connect(const Napi::CallbackInfo& info) {
    areas_.Abandon();
    connection_ = Connection::Open(info.Env(), info[0].As<Napi::Function>());
    return info.Env().Undefined();
  }

  /** reply(id, hresult, outputs): false when nobody waits for it any more. */
  Napi::Value Reply(const Napi::CallbackInfo& info) {
    const auto result = static_cast<HRESULT>(info[1].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(
        info.Env(), connection_->Reply(info[0].As<Napi::Number>().Uint32Value(), result, info[2].As<Napi::Array>()));
  }

  Napi::Value CreateArea(const Napi::CallbackInfo& info) { return areas_.Create(info); }
  Napi::Value FreeArea(const Napi::CallbackInfo& info) {
    areas_.Free(info);
    return info.Env().Undefined();
  }

  Napi::Value CountAlive(const Napi::CallbackInfo& info) {
    Napi::Object counts = Napi::Object::New(info.Env());
    counts.Set("classFactories", class_factories.load());
    counts.Set("objects", connection_->counts.objects.load());
    counts.Set("references", connection_->counts.references.load());
    counts.Set("commands", connection_->counts.lent.load());
    counts.Set("calls", static_cast<uint32_t>(connection_->Outstanding()));
    counts.Set("areas", static_cast<uint32_t>(areas_.count()));
    return counts;
  }

  std::shared_ptr<Connection> connection_;
  Areas areas_;
};

NODE_API_ADDON(Double)

}  // namespace

}  // namespace winbackup::doubles

STDAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (clsid != kCLSID_ClientVirtualDeviceSet) return CLASS_E_CLASSNOTAVAILABLE;
  IClassFactory* factory = new winbackup::doubles::ClassFactory();
  const HRESULT result = factory->QueryInterface(iid, object);
  factory->Release();
  return result;
}

/** Never: the module is pinned, because it belongs to Node as well. */
STDAPI DllCanUnloadNow() { return S_FALSE; }
