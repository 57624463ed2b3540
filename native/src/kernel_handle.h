// A kernel handle that JavaScript holds by number. Calls that use it keep it open; the last one to let go closes it,
// once, on a native thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "census.h"
#include "unique_handle.h"

namespace winbackup {

class KernelHandle {
 public:
  KernelHandle(std::uint32_t number, UniqueHandle handle) : number_(number), handle_(std::move(handle)) {
    Census::handles += 1;
  }
  KernelHandle(const KernelHandle&) = delete;
  KernelHandle& operator=(const KernelHandle&) = delete;
  ~KernelHandle() { Census::handles -= 1; }

  /** JavaScript's number for it; never used again. */
  std::uint32_t number() const { return number_; }
  HANDLE get() const { return handle_.get(); }
  /** JavaScript has let go: waits that are under way end with their slice. */
  void Release() { released_ = true; }
  bool released() const { return released_; }

 private:
  const std::uint32_t number_;
  const UniqueHandle handle_;
  std::atomic<bool> released_{false};
};

}  // namespace winbackup
