// One reference to a COM object, with one owner.
#pragma once

#include <unknwn.h>

#include <utility>

namespace winbackup {

template <class Interface>
class ComPtr {
 public:
  ComPtr() = default;
  /** Takes over the reference that a call gave out. */
  explicit ComPtr(Interface* given) : pointer_(given) {}
  ComPtr(ComPtr&& other) noexcept : pointer_(std::exchange(other.pointer_, nullptr)) {}
  ComPtr& operator=(ComPtr&& other) noexcept {
    std::swap(pointer_, other.pointer_);
    return *this;
  }
  ~ComPtr() { Reset(); }

  Interface* get() const { return pointer_; }
  explicit operator bool() const { return pointer_ != nullptr; }
  void Reset() {
    if (Interface* const last = std::exchange(pointer_, nullptr)) last->Release();
  }

 private:
  Interface* pointer_ = nullptr;
};

}  // namespace winbackup
