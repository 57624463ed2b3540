#include "privilege.h"

#include <map>
#include <mutex>

#include "unique_handle.h"

namespace winbackup {

namespace {

struct Use {
  int owners = 0;
  bool enabled_before = false;
};

std::mutex mutex;                     // guards both below, and the token
std::map<std::uint64_t, Use> in_use;  // by LUID

LUID ToLuid(std::uint64_t value) { return {static_cast<DWORD>(value), static_cast<LONG>(value >> 32)}; }

/** Sets the privilege's state; the Win32 error. `enabled_before` tells what it was. */
DWORD Adjust(std::uint64_t luid, bool enable, bool& enabled_before) {
  HANDLE opened = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &opened)) return GetLastError();
  const UniqueHandle token(opened);
  TOKEN_PRIVILEGES wanted{1, {{ToLuid(luid), enable ? static_cast<DWORD>(SE_PRIVILEGE_ENABLED) : 0}}};
  TOKEN_PRIVILEGES previous{};
  DWORD size = sizeof(previous);
  if (!AdjustTokenPrivileges(token.get(), FALSE, &wanted, sizeof(previous), &previous, &size)) return GetLastError();
  // It succeeds too when the token does not hold the privilege, and says so here.
  const DWORD error = GetLastError();
  // Windows tells only what was changed.
  enabled_before = previous.PrivilegeCount == 0 || (previous.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED) != 0;
  return error;
}

}  // namespace

std::optional<Privilege> Privilege::Enable(const wchar_t* name, DWORD& error) {
  LUID found;
  if (!LookupPrivilegeValueW(nullptr, name, &found)) {
    error = GetLastError();
    return std::nullopt;
  }
  const std::uint64_t luid = (static_cast<std::uint64_t>(static_cast<DWORD>(found.HighPart)) << 32) | found.LowPart;
  std::lock_guard lock(mutex);
  const auto use = in_use.find(luid);
  error = ERROR_SUCCESS;
  if (use != in_use.end()) {
    use->second.owners += 1;
  } else {
    bool before = false;
    error = Adjust(luid, true, before);
    if (error != ERROR_SUCCESS) return std::nullopt;
    in_use.emplace(luid, Use{1, before});
  }
  return Privilege(luid);
}

Privilege::~Privilege() {
  if (luid_ == 0) return;
  std::lock_guard lock(mutex);
  const auto use = in_use.find(luid_);
  use->second.owners -= 1;
  if (use->second.owners > 0) return;
  bool ignored = false;
  if (!use->second.enabled_before) Adjust(luid_, false, ignored);
  in_use.erase(use);
}

}  // namespace winbackup
