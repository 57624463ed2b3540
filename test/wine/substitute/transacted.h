// Transacted files and keys as the addon finds them: functions that keep no rule of Windows, but note what arrives, and
// do without a transaction what makes a handle.
#pragma once

#include <windows.h>

#include <mutex>
#include <string>
#include <vector>

namespace winbackup::substitute {

struct Transacted {
  std::mutex mutex;  // guards all below
  /** Otherwise the DLLs have none of these functions. */
  bool found = true;
  /** A Win32 error that every one of them answers; 0 for success. */
  DWORD answer = ERROR_SUCCESS;
  /** Name and arguments, of pointers only whether there is one. */
  std::vector<std::string> calls;
};
extern Transacted transacted;

/** In the place of GetProcAddress: it finds these functions, and no sign of Wine. */
FARPROC WINAPI FindTransacted(HMODULE module, LPCSTR name);

}  // namespace winbackup::substitute
