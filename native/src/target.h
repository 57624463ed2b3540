// The COM object that an object's threads call. Its owner thread sets the pointer before any other thread is given work
// and clears it when they have ended.
#pragma once

#include <unknwn.h>

#include "census.h"
#include "com_ptr.h"

namespace winbackup {

class Target {
 public:
  Target() = default;
  explicit Target(ComPtr<IUnknown> object) { Set(std::move(object)); }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() { Release(); }

  IUnknown* get() const { return object_.get(); }
  void Set(ComPtr<IUnknown> object) {
    object_ = std::move(object);
    if (object_) Census::objects += 1;
  }
  void Release() {
    if (!object_) return;
    object_.Reset();
    Census::objects -= 1;
  }

 private:
  ComPtr<IUnknown> object_;
};

}  // namespace winbackup
