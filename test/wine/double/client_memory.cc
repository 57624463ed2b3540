#include "client_memory.h"

#include <objbase.h>
#include <objidl.h>
#include <oleauto.h>

#include <cstring>
#include <map>
#include <mutex>

namespace winbackup::doubles {

namespace {

enum class Given { kNothing, kBstr, kTaskString };

/** What the thread is allocating for a client right now. */
thread_local Given giving = Given::kNothing;

/** Sees every allocation of COM's; keeps those that were given, until they are freed. */
class Spy final : public IMallocSpy {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override {
    *object = iid == IID_IUnknown || iid == IID_IMallocSpy ? static_cast<IMallocSpy*>(this) : nullptr;
    return *object == nullptr ? E_NOINTERFACE : S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return 2; }
  ULONG STDMETHODCALLTYPE Release() override { return 1; }

  SIZE_T STDMETHODCALLTYPE PreAlloc(SIZE_T size) override { return size; }
  void* STDMETHODCALLTYPE PostAlloc(void* block) override {
    if (giving != Given::kNothing && block != nullptr) {
      std::lock_guard lock(mutex_);
      alive_[block] = giving;
    }
    return block;
  }
  void* STDMETHODCALLTYPE PreFree(void* block, BOOL) override {
    std::lock_guard lock(mutex_);
    alive_.erase(block);
    return block;
  }
  void STDMETHODCALLTYPE PostFree(BOOL) override {}
  SIZE_T STDMETHODCALLTYPE PreRealloc(void* block, SIZE_T size, void** changed, BOOL) override {
    *changed = block;
    return size;
  }
  void* STDMETHODCALLTYPE PostRealloc(void* block, BOOL) override { return block; }
  void* STDMETHODCALLTYPE PreGetSize(void* block, BOOL) override { return block; }
  SIZE_T STDMETHODCALLTYPE PostGetSize(SIZE_T size, BOOL) override { return size; }
  void* STDMETHODCALLTYPE PreDidAlloc(void* block, BOOL) override { return block; }
  int STDMETHODCALLTYPE PostDidAlloc(void*, BOOL, int actual) override { return actual; }
  void STDMETHODCALLTYPE PreHeapMinimize() override {}
  void STDMETHODCALLTYPE PostHeapMinimize() override {}

  int Count(Given kind) {
    std::lock_guard lock(mutex_);
    int count = 0;
    for (const auto& [block, given] : alive_) count += given == kind ? 1 : 0;
    return count;
  }

 private:
  std::mutex mutex_;
  std::map<void*, Given> alive_;
};

Spy& TheSpy() {
  static Spy* const spy = [] {
    auto* const made = new Spy();  // for as long as the process lives: COM may call it until the end
    // Freed BSTRs would stay in oleaut32's cache otherwise.
    const auto no_cache =
        reinterpret_cast<void(WINAPI*)()>(GetProcAddress(GetModuleHandleW(L"oleaut32.dll"), "SetOaNoCache"));
    if (no_cache != nullptr) no_cache();
    CoRegisterMallocSpy(made);
    return made;
  }();
  return *spy;
}

}  // namespace

wchar_t* GiveBstr(const std::optional<std::u16string>& text) {
  if (!text) return nullptr;
  TheSpy();
  giving = Given::kBstr;
  wchar_t* const given =
      SysAllocStringLen(reinterpret_cast<const wchar_t*>(text->data()), static_cast<UINT>(text->size()));
  giving = Given::kNothing;
  return given;
}

wchar_t* GiveTaskString(const std::optional<std::u16string>& text) {
  if (!text) return nullptr;
  TheSpy();
  giving = Given::kTaskString;
  auto* const given = static_cast<wchar_t*>(CoTaskMemAlloc((text->size() + 1) * sizeof(wchar_t)));
  giving = Given::kNothing;
  std::memcpy(given, text->c_str(), (text->size() + 1) * sizeof(wchar_t));
  return given;
}

int BstrsAlive() { return TheSpy().Count(Given::kBstr); }
int TaskStringsAlive() { return TheSpy().Count(Given::kTaskString); }

}  // namespace winbackup::doubles
