// Activation of a double's class: CoCreateInstance of the machine, asked by the class's own identifiers.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <atomic>
#include <memory>
#include <string>

#include "connection.h"

namespace winbackup::doubles {

inline std::atomic<int> class_factories{0};

/** `Activated` is the forwarding class; the machine knows it by `clsid` and `iid`. */
template <class Activated>
class ClassFactory final : public IClassFactory {
 public:
  ClassFactory(const char16_t* clsid, const char16_t* iid) : clsid_(clsid), iid_(iid) { class_factories += 1; }
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
    Call call{0, "CoCreateInstance", outputs, {std::u16string(clsid_), std::u16string(iid_)}};
    const HRESULT result = connection->Send(call, Wait::kPlain);
    if (FAILED(result)) return result;
    IUnknown* created = new Activated(connection, std::get<uint32_t>(call.outputs[0]));
    const HRESULT asked = created->QueryInterface(iid, object);
    created->Release();
    return asked;
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }

 private:
  ~ClassFactory() { class_factories -= 1; }
  const char16_t* const clsid_;
  const char16_t* const iid_;
  std::atomic<ULONG> references_{1};
};

/** What DllGetClassObject does for the class. */
template <class Activated>
HRESULT GetClassObject(const char16_t* clsid, const char16_t* activated, REFIID iid, void** object) {
  IClassFactory* factory = new ClassFactory<Activated>(clsid, activated);
  const HRESULT result = factory->QueryInterface(iid, object);
  factory->Release();
  return result;
}

}  // namespace winbackup::doubles
