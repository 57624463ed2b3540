// The COM object that an object's threads call. Its owner thread sets the pointer before any other thread is given work
// and clears it when they have ended.
#pragma once

#include <unknwn.h>

#include <map>
#include <utility>

#include "census.h"
#include "com_ptr.h"
#include "descriptors.h"

namespace winbackup {

class Target {
 public:
  Target() = default;
  explicit Target(ComPtr<IUnknown> object) { Set(std::move(object)); }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() { Release(); }

  IUnknown* get() const { return object_.get(); }
  /** The object by an interface derived from its own; null when it has none. On the owner thread. */
  IUnknown* As(const Interface& type) {
    ComPtr<IUnknown>& found = others_[&type];
    void* given = nullptr;
    if (!found && SUCCEEDED(object_.get()->QueryInterface(type.iid, &given))) {
      found = ComPtr<IUnknown>(type.unknown(given));
    }
    return found.get();
  }
  void Set(ComPtr<IUnknown> object) {
    object_ = std::move(object);
    if (object_) Census::objects += 1;
  }
  void Release() {
    if (!object_) return;
    others_.clear();
    object_.Reset();
    Census::objects -= 1;
  }

 private:
  ComPtr<IUnknown> object_;
  std::map<const Interface*, ComPtr<IUnknown>> others_;
};

}  // namespace winbackup
