#include "set.h"

#include <atomic>
#include <memory>
#include <mutex>

namespace winbackup::bench {

namespace {

std::mutex script_mutex;
Script script{};                        // guarded by script_mutex
std::optional<Outcome> latest_outcome;  // guarded by script_mutex

template <class Interface>
class Counted : public Interface {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) final {
    *object = nullptr;
    if (!Implements(static_cast<Interface*>(this), iid)) return E_NOINTERFACE;
    *object = static_cast<Interface*>(this);
    AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() final { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() final {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

 protected:
  virtual ~Counted() = default;

 private:
  std::atomic<ULONG> references_{1};
};

class Device final : public Counted<IClientVirtualDevice> {
 public:
  explicit Device(std::shared_ptr<Server> server) : server_(std::move(server)) {}

  HRESULT STDMETHODCALLTYPE GetCommand(DWORD timeout_ms, VDC_Command** command) override {
    return server_->GetCommand(timeout_ms, command);
  }
  HRESULT STDMETHODCALLTYPE CompleteCommand(VDC_Command* command, DWORD code, DWORD bytes, DWORDLONG) override {
    return server_->CompleteCommand(command, code, bytes);
  }

 private:
  const std::shared_ptr<Server> server_;
};

class Set final : public Counted<IClientVirtualDeviceSet2> {
 public:
  HRESULT STDMETHODCALLTYPE CreateEx(LPCWSTR, LPCWSTR, VDConfig*) override {
    std::lock_guard lock(script_mutex);
    if (server_ != nullptr) return kVD_E_PROTOCOL;
    latest_outcome.reset();
    server_ = std::make_shared<Server>(script, [](const Outcome& outcome) {
      std::lock_guard outcome_lock(script_mutex);
      latest_outcome = outcome;
    });
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetConfiguration(DWORD, VDConfig* config) override {
    if (server_ == nullptr) return kVD_E_PROTOCOL;
    server_->Configure(config);
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE OpenDevice(LPCWSTR, IClientVirtualDevice** device) override {
    *device = nullptr;
    if (server_ == nullptr) return kVD_E_PROTOCOL;
    *device = new Device(server_);
    server_->Start();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE SignalAbort() override {
    if (server_ == nullptr) return kVD_E_PROTOCOL;
    server_->Abort();
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Close() override {
    if (server_ == nullptr) return kVD_E_PROTOCOL;
    server_->Abort();
    server_ = nullptr;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Create(LPCWSTR, VDConfig*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE OpenInSecondary(LPCWSTR) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetBufferHandle(BYTE*, DWORD*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE MapBufferHandle(DWORD, BYTE**) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE OpenInSecondaryEx(LPCWSTR, LPCWSTR) override { return E_NOTIMPL; }

 private:
  std::shared_ptr<Server> server_;
};

/** Lives as long as the process. */
class ClassFactory final : public IClassFactory {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override {
    *object = nullptr;
    if (iid != IID_IUnknown && iid != IID_IClassFactory) return E_NOINTERFACE;
    *object = static_cast<IClassFactory*>(this);
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return 2; }
  ULONG STDMETHODCALLTYPE Release() override { return 1; }
  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID iid, void** object) override {
    *object = nullptr;
    if (outer != nullptr) return CLASS_E_NOAGGREGATION;
    IUnknown* set = new Set();
    const HRESULT result = set->QueryInterface(iid, object);
    set->Release();
    return result;
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL) override { return S_OK; }
};

}  // namespace

void SetScript(const Script& next) {
  std::lock_guard lock(script_mutex);
  script = next;
}

std::optional<Outcome> LatestOutcome() {
  std::lock_guard lock(script_mutex);
  return latest_outcome;
}

HRESULT RegisterFirehose() {
  static ClassFactory factory;
  CO_MTA_USAGE_COOKIE apartment = nullptr;
  const HRESULT result = CoIncrementMTAUsage(&apartment);
  if (FAILED(result)) return result;
  DWORD registration = 0;
  return CoRegisterClassObject(kCLSID_ClientVirtualDeviceSet, &factory, CLSCTX_INPROC_SERVER, REGCLS_MULTIPLEUSE,
                               &registration);
}

}  // namespace winbackup::bench
