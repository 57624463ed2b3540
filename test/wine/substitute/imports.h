// The functions that a loaded module has imported from other DLLs, replaced by others: for what Wine does not do as
// Windows does.
#pragma once

#include <windows.h>

#include <cstring>

namespace winbackup::substitute {

/** Every import of that name in the module calls `with` from now on. The original, or null when it imports no such. */
inline void* ReplaceImport(HMODULE module, const char* name, void* with) {
  auto* const base = reinterpret_cast<BYTE*>(module);
  const auto& dos = *reinterpret_cast<const IMAGE_DOS_HEADER*>(base);
  const auto& headers = *reinterpret_cast<const IMAGE_NT_HEADERS*>(base + dos.e_lfanew);
  const auto& imports = headers.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  void* original = nullptr;
  for (auto* dll = reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(base + imports.VirtualAddress); dll->Name != 0;
       ++dll) {
    auto* names = reinterpret_cast<const IMAGE_THUNK_DATA*>(base + dll->OriginalFirstThunk);
    auto* places = reinterpret_cast<IMAGE_THUNK_DATA*>(base + dll->FirstThunk);
    for (; names->u1.AddressOfData != 0; ++names, ++places) {
      if (IMAGE_SNAP_BY_ORDINAL(names->u1.Ordinal)) continue;
      const auto* const found = reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(base + names->u1.AddressOfData);
      if (std::strcmp(reinterpret_cast<const char*>(found->Name), name) != 0) continue;
      DWORD protection = 0;
      VirtualProtect(places, sizeof(*places), PAGE_READWRITE, &protection);
      original = reinterpret_cast<void*>(places->u1.Function);
      places->u1.Function = reinterpret_cast<ULONG_PTR>(with);
      VirtualProtect(places, sizeof(*places), protection, &protection);
    }
  }
  return original;
}

}  // namespace winbackup::substitute
