// A kernel handle with one owner.
#pragma once

#include <windows.h>

#include <cstdint>
#include <utility>

namespace winbackup {

/** What a handle is of, and so how it is closed: with CloseHandle, or a key of the registry with RegCloseKey. */
enum class HandleKind : std::uint8_t { kNone, kKernel, kRegistryKey };

class UniqueHandle {
 public:
  UniqueHandle() = default;
  explicit UniqueHandle(HANDLE handle, HandleKind kind = HandleKind::kKernel) : handle_(handle), kind_(kind) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), kind_(other.kind_) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(kind_, other.kind_);
    return *this;
  }
  ~UniqueHandle() {
    if (handle_ == nullptr) return;
    if (kind_ == HandleKind::kRegistryKey) {
      RegCloseKey(static_cast<HKEY>(handle_));
    } else {
      CloseHandle(handle_);
    }
  }

  HANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  HANDLE handle_ = nullptr;
  HandleKind kind_ = HandleKind::kKernel;
};

}  // namespace winbackup
