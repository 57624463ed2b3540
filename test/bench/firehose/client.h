// What the addon is compared with: the loop that a C++ author would write over the same COM objects.
#pragma once

#include <windows.h>

#include <string>

namespace winbackup::bench {

/** Serves one set on the calling thread; the data goes to the file, or nowhere when the name is empty. The first
 * failure, or S_OK. */
HRESULT RunClient(const std::wstring& file);

}  // namespace winbackup::bench
