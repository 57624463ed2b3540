// One argument of one call, in memory as the C side wants it: the generated thunks take their parameters from here.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "com_ptr.h"
#include "descriptors.h"
#include "plain_value.h"
#include "record.h"
#include "unique_string.h"

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
      return const_cast<T**>(reinterpret_cast<std::remove_const_t<T>**>(place));
    }
  };

  /** The place for a number of 32 bits, whatever it is called: DWORD, LONG, HRESULT, BOOL. */
  struct NumberPlace {
    DWORD* place;
    template <class T>
    operator T*() const {
      static_assert(sizeof(T) == sizeof(DWORD));
      return reinterpret_cast<T*>(place);
    }
  };

  // What the thunks pass.
  DWORD u32() const { return u32_; }
  LONG i32() const { return static_cast<LONG>(u32_); }
  bool boolean() const { return u32_ != 0; }
  const GUID& guid() const { return guids_.front(); }
  const GUID* guids() const { return guids_.data(); }
  UINT guid_count() const { return static_cast<UINT>(guids_.size()); }
  FILETIME filetime() const { return {static_cast<DWORD>(u64_), static_cast<DWORD>(u64_ >> 32)}; }
  BSTR bstr() const { return bstr_.get(); }
  DWORDLONG u64() const { return u64_; }
  LPCWSTR text() const { return null_ ? nullptr : text_.c_str(); }
  Address structure() { return {bytes_.data()}; }
  Address pointer() const { return {address_}; }
  NumberPlace u32_place() { return {&u32_}; }
  bool* boolean_place() { return reinterpret_cast<bool*>(&byte_); }
  GUID* guid_place() {
    guids_.resize(1);
    return guids_.data();
  }
  FILETIME* filetime_place() { return reinterpret_cast<FILETIME*>(&u64_); }
  BSTR* bstr_place() { return bstr_.place(); }
  LPWSTR* task_string_place() { return task_string_.place(); }
  /** Room for what an enumerator fetches: as many as are asked for. */
  Address Elements(DWORD count, const Struct& layout) {
    bytes_.assign(std::size_t{count} * layout.size, std::byte{});
    return {bytes_.data()};
  }
  DWORDLONG* u64_place() { return &u64_; }
  AddressPlace pointer_place() { return {&address_}; }

  // What the marshaller and the threads see.
  void set_u32(std::uint32_t value) { u32_ = value; }
  void set_guids(std::vector<GUID> value) { guids_ = std::move(value); }
  void set_bstr(const std::wstring& value) {
    bstr_ = UniqueBstr(SysAllocStringLen(value.data(), static_cast<UINT>(value.size())));
  }
  bool byte() const { return byte_ != 0; }
  const UniqueBstr& bstr_text() const { return bstr_; }
  const UniqueTaskString& task_string() const { return task_string_; }
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
  ComPtr<IUnknown> TakeObject(const Interface& type) {
    void* const given = std::exchange(address_, nullptr);
    return ComPtr<IUnknown>(given == nullptr ? nullptr : type.unknown(given));
  }
  /** Structs that the call left, copied. */
  std::vector<Record> records;
  /** What a call of the addon's own answers. */
  PlainValue plain;

 private:
  DWORD u32_ = 0;
  unsigned char byte_ = 0;  // not a bool: the callee may leave any value
  DWORDLONG u64_ = 0;
  void* address_ = nullptr;
  bool null_ = true;
  std::wstring text_;
  std::vector<GUID> guids_;
  UniqueBstr bstr_;
  UniqueTaskString task_string_;
  std::vector<std::byte> bytes_;  // operator new aligns it for any struct
};

}  // namespace winbackup
