#include "library.h"

#include <cstring>

namespace winbackup {

namespace {

bool UnderWine() { return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr; }

/** Wine marks the DLLs that it brings behind the DOS header (the test doubles are DLLs like Windows' own). */
bool IsWinesOwn(HMODULE module) {
  static constexpr char kMark[] = "Wine builtin DLL";
  const char* const image = reinterpret_cast<const char*>(module);
  return UnderWine() && std::memcmp(image + sizeof(IMAGE_DOS_HEADER), kMark, sizeof(kMark) - 1) == 0;
}

}  // namespace

FARPROC AddressOf(const Library& library, const Function& function, HRESULT& hresult) {
  hresult = S_OK;
  // Kept: a handle of a DLL may outlive everything that we know of.
  HMODULE module = GetModuleHandleW(library.dll);
  if (module == nullptr) module = LoadLibraryExW(library.dll, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (module == nullptr) {
    hresult = HRESULT_FROM_WIN32(GetLastError());
    return nullptr;
  }
  if (IsWinesOwn(module) && library.refused_on_wine) {
    hresult = kWinesOwn;
    return nullptr;
  }
  const FARPROC address = GetProcAddress(module, function.symbol);
  if (address == nullptr) hresult = HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND);
  return address;
}

}  // namespace winbackup
