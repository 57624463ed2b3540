// A privilege of this process, such as SeBackupPrivilege, with one owner.
#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>
#include <utility>

namespace winbackup {

/**
 * Enabled in the process's token as long as an owner lives. Owners are counted over the whole process: the last one
 * disables it again, unless it was enabled before the first. Any thread.
 */
class Privilege {
 public:
  /** ERROR_NOT_ALL_ASSIGNED (1300) when the token does not hold it, ERROR_NO_SUCH_PRIVILEGE (1313) when there is none
   * of that name; then there is no owner. */
  static std::optional<Privilege> Enable(const wchar_t* name, DWORD& error);

  Privilege(Privilege&& other) noexcept : luid_(std::exchange(other.luid_, 0)) {}
  Privilege& operator=(Privilege&& other) noexcept {
    std::swap(luid_, other.luid_);
    return *this;
  }
  ~Privilege();

 private:
  explicit Privilege(std::uint64_t luid) : luid_(luid) {}

  /** 0 for one that has been moved from: Windows' begin at 2. */
  std::uint64_t luid_;
};

}  // namespace winbackup
