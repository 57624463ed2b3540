// Which process it is that has a number: Windows gives the numbers out again soon.
#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>

namespace winbackup {

/** When the process began, as a FILETIME; 0 when this one may not know; none when no such process runs. */
std::optional<std::uint64_t> ProcessBegan(DWORD pid);

}  // namespace winbackup
