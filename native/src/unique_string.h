// Strings of Windows', each freed by its own rule: the type says which.
#pragma once

#include <objbase.h>
#include <oleauto.h>
#include <windows.h>

#include <optional>
#include <string>
#include <utility>

namespace winbackup {

struct BstrRule {
  static std::wstring Read(BSTR text) { return std::wstring(text, SysStringLen(text)); }
  static void Free(BSTR text) { SysFreeString(text); }
};

struct TaskStringRule {
  static std::wstring Read(LPWSTR text) { return text; }
  static void Free(LPWSTR text) { CoTaskMemFree(text); }
};

template <class Rule>
class UniqueString {
 public:
  UniqueString() = default;
  explicit UniqueString(LPWSTR given) : text_(given) {}
  UniqueString(UniqueString&& other) noexcept : text_(std::exchange(other.text_, nullptr)) {}
  UniqueString& operator=(UniqueString&& other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~UniqueString() {
    if (text_ != nullptr) Rule::Free(text_);
  }

  LPWSTR get() const { return text_; }
  /** For a call that gives a string out. */
  LPWSTR* place() { return &text_; }
  std::optional<std::wstring> Read() const {
    return text_ == nullptr ? std::nullopt : std::optional<std::wstring>(Rule::Read(text_));
  }

 private:
  LPWSTR text_ = nullptr;
};

using UniqueBstr = UniqueString<BstrRule>;
using UniqueTaskString = UniqueString<TaskStringRule>;

}  // namespace winbackup
