#include "process_began.h"

#include "unique_handle.h"

namespace winbackup {

std::optional<std::uint64_t> ProcessBegan(DWORD pid) {
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid));
  if (!process) return GetLastError() == ERROR_INVALID_PARAMETER ? std::nullopt : std::optional<std::uint64_t>(0);
  // Somebody's handle keeps a process that has ended.
  if (WaitForSingleObject(process.get(), 0) == WAIT_OBJECT_0) return std::nullopt;
  FILETIME began, ended, kernel, user;
  if (!GetProcessTimes(process.get(), &began, &ended, &kernel, &user)) return 0;
  return (static_cast<std::uint64_t>(began.dwHighDateTime) << 32) | began.dwLowDateTime;
}

}  // namespace winbackup
