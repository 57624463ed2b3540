#include "vss_library.h"

#include <objbase.h>
#include <objidl.h>

#include <atomic>
#include <mutex>
#include <string>

#include "guid_text.h"

namespace winbackup {

namespace {

/** The DLL of system32, loaded once and never let go; null when this machine has none. */
HMODULE Library() {
  static const HMODULE library = LoadLibraryExW(L"vssapi.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  return library;
}

/** An entry point by name, looked up once. */
template <class Function>
class Entry {
 public:
  explicit Entry(const char* name) {
    if (Library() != nullptr) function_ = reinterpret_cast<Function*>(GetProcAddress(Library(), name));
  }

  template <class... Arguments>
  HRESULT operator()(Arguments... arguments) const {
    if (function_ != nullptr) return function_(arguments...);
    return HRESULT_FROM_WIN32(Library() == nullptr ? ERROR_MOD_NOT_FOUND : ERROR_PROC_NOT_FOUND);
  }
  Function* get() const { return function_; }

 private:
  Function* function_ = nullptr;
};

/** Keeps the multithreaded apartment, and with it the process's COM security, when no thread of ours is in it. */
void KeepApartment() {
  using Increment = HRESULT STDAPICALLTYPE(CO_MTA_USAGE_COOKIE*);
  static std::once_flag once;
  std::call_once(once, [] {
    const auto increment =
        reinterpret_cast<Increment*>(GetProcAddress(GetModuleHandleW(L"ole32.dll"), "CoIncrementMTAUsage"));
    CO_MTA_USAGE_COOKIE cookie;
    if (increment != nullptr) increment(&cookie);
  });
}

/** An exception in a call that COM makes into this process shall end it, not be hidden (facts/vss.md 2.9). */
void LetExceptionsThrough() {
  constexpr CLSID kGlobalOptions = {0x0000034b, 0x0000, 0x0000, {0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  constexpr IID kIGlobalOptions = {0x0000015b, 0x0000, 0x0000, {0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
  IGlobalOptions* options = nullptr;
  if (FAILED(CoCreateInstance(kGlobalOptions, nullptr, CLSCTX_INPROC_SERVER, kIGlobalOptions,
                              reinterpret_cast<void**>(&options)))) {
    return;
  }
  const ComPtr<IGlobalOptions> owned(options);
  owned.get()->Set(COMGLB_EXCEPTION_HANDLING, COMGLB_EXCEPTION_DONOT_HANDLE);
}

}  // namespace

HRESULT CreateVssBackupComponents(IUnknown*, Argument* a) {
  static const Entry<HRESULT STDAPICALLTYPE(IVssBackupComponents**)> entry("CreateVssBackupComponentsInternal");
  return entry(static_cast<IVssBackupComponents**>(a[0].pointer_place()));
}

HRESULT CreateVssExamineWriterMetadata(IUnknown*, Argument* a) {
  static const Entry<HRESULT STDAPICALLTYPE(BSTR, IVssExamineWriterMetadata**)> entry(
      "CreateVssExamineWriterMetadataInternal");
  return entry(a[0].bstr(), static_cast<IVssExamineWriterMetadata**>(a[1].pointer_place()));
}

HRESULT IsVolumeSnapshotted(IUnknown*, Argument* a) {
  static const Entry<HRESULT STDAPICALLTYPE(LPWSTR, BOOL*, LONG*)> entry("IsVolumeSnapshottedInternal");
  std::wstring name(a[0].text());
  return entry(name.data(), static_cast<BOOL*>(a[1].u32_place()), static_cast<LONG*>(a[2].u32_place()));
}

HRESULT ShouldBlockRevert(IUnknown*, Argument* a) {
  static const Entry<HRESULT STDAPICALLTYPE(LPCWSTR, bool*)> entry("ShouldBlockRevertInternal");
  return entry(a[0].text(), a[1].boolean_place());
}

HRESULT GetProviderMgmtInterface(IUnknown*, Argument* a) {
  static const Entry<HRESULT STDAPICALLTYPE(GUID, IID, IUnknown**)> entry("GetProviderMgmtInterfaceInternal");
  GUID iid;
  if (!ParseGuid(a[1].text(), iid)) return E_INVALIDARG;
  return entry(a[0].guid(), iid, static_cast<IUnknown**>(a[2].pointer_place()));
}

HRESULT InitializeComSecurity(IUnknown*, Argument* a) {
  static std::mutex mutex;
  static bool done = false;  // guarded by mutex
  std::lock_guard lock(mutex);
  if (done) return RPC_E_TOO_LATE;
  KeepApartment();
  const HRESULT result =
      CoInitializeSecurity(nullptr, -1, nullptr, nullptr, a[0].u32(), a[1].u32(), nullptr, a[2].u32(), nullptr);
  done = SUCCEEDED(result) || result == RPC_E_TOO_LATE;
  if (SUCCEEDED(result)) LetExceptionsThrough();
  return result;
}

void FreeSnapshotProperties(void* structure) {
  static const Entry<void STDAPICALLTYPE(VSS_SNAPSHOT_PROP*)> entry("VssFreeSnapshotPropertiesInternal");
  if (entry.get() != nullptr) entry.get()(static_cast<VSS_SNAPSHOT_PROP*>(structure));
}

bool StillPending(IUnknown* async) {
  HRESULT status = S_OK;
  return SUCCEEDED(static_cast<IVssAsync*>(async)->QueryStatus(&status, nullptr)) && status == VSS_S_ASYNC_PENDING;
}

}  // namespace winbackup
