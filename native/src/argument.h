// One argument of one call, in memory as the C side wants it: the generated thunks take their parameters from here.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "com_ptr.h"
#include "descriptors.h"

namespace winbackup {

class Argument {
 public:
  /** An address that becomes whatever pointer the parameter wants. */
  struct Address {
    void* value;
    template <class T>
    operator T*() const {
      return static_cast<T*>(value);
    }
  };
  /** The place for a pointer that the call gives out. */
  struct AddressPlace {
    void** place;
    template <class T>
    operator T**() const {
      return reinterpret_cast<T**>(place);
    }
  };

  // What the thunks pass.
  DWORD u32() const { return u32_; }
  DWORDLONG u64() const { return u64_; }
  LPCWSTR text() const { return null_ ? nullptr : text_.c_str(); }
  Address structure() { return {bytes_.data()}; }
  Address pointer() const { return {address_}; }
  DWORD* u32_place() { return &u32_; }
  DWORDLONG* u64_place() { return &u64_; }
  AddressPlace pointer_place() { return {&address_}; }

  // What the marshaller and the threads see.
  void set_u32(std::uint32_t value) { u32_ = value; }
  void set_u64(std::uint64_t value) { u64_ = value; }
  void set_text(std::wstring value) {
    text_ = std::move(value);
    null_ = false;
  }
  void set_address(std::uint64_t value) { address_ = reinterpret_cast<void*>(static_cast<std::uintptr_t>(value)); }
  std::uint64_t address() const { return reinterpret_cast<std::uintptr_t>(address_); }
  void Reserve(const Struct& layout) { bytes_.resize(layout.size); }
  std::byte* bytes() { return bytes_.data(); }
  const std::byte* bytes() const { return bytes_.data(); }
  /** Takes over the reference in an interface's place. */
  ComPtr<IUnknown> TakeObject() { return ComPtr<IUnknown>(static_cast<IUnknown*>(std::exchange(address_, nullptr))); }

 private:
  DWORD u32_ = 0;
  DWORDLONG u64_ = 0;
  void* address_ = nullptr;
  bool null_ = true;
  std::wstring text_;
  std::vector<std::byte> bytes_;  // operator new aligns it for any struct
};

}  // namespace winbackup
