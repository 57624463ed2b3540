#include "host_services.h"

#include <atomic>
#include <utility>

#include "event_log.h"
#include "privilege.h"

namespace winbackup {

namespace {

/** A privilege, owned by a reference: so it ends as everything does that a channel has given out. */
class HeldPrivilege final : public IUnknown {
 public:
  explicit HeldPrivilege(Privilege privilege) : privilege_(std::move(privilege)) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void** object) override {
    *object = nullptr;
    return E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

 private:
  ~HeldPrivilege() = default;

  const Privilege privilege_;
  std::atomic<ULONG> references_{1};
};

constexpr IID kNoIid{};
IUnknown* Unknown(void* given) { return static_cast<IUnknown*>(given); }

}  // namespace

const Interface kPrivilege = {"Privilege", kNoIid, nullptr, Unknown, {}};

HRESULT ReportEventToLog(IUnknown*, Argument* a) {
  return HRESULT_FROM_WIN32(WriteEvent(a[0].text(), a[1].u32(), a[2].u32(), a[3].text()));
}

HRESULT EnablePrivilege(IUnknown*, Argument* a) {
  DWORD error = ERROR_SUCCESS;
  std::optional<Privilege> privilege = Privilege::Enable(a[0].text(), error);
  if (!privilege) return HRESULT_FROM_WIN32(error);
  IUnknown** const place = a[1].pointer_place();
  *place = new HeldPrivilege(*std::move(privilege));
  return S_OK;
}

}  // namespace winbackup
