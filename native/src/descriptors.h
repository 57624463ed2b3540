// What native/generated says about the interfaces: the marshalling and the threads are driven by these, so that a new
// API is a new table.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace winbackup {

class Argument;
struct Interface;

/** As `ValueType` in lib/binding/table.ts. */
enum class Kind : std::uint8_t { kU32, kU64, kWstr, kStruct, kLent, kPointer, kInterface };
enum class Direction : std::uint8_t { kIn, kOut };
/** As `CallThread` in lib/binding/table.ts: which of its object's threads makes a call. */
enum class Role : std::uint8_t { kControl, kConfiguration, kDevice };
inline constexpr std::size_t kRoles = 3;

struct Field {
  const char* name;
  Kind kind;  // kU32, kU64 or kPointer
  std::size_t offset;
};

struct Struct {
  const char* name;
  std::size_t size;
  std::span<const Field> fields;
};

struct Parameter {
  const char* name;
  Kind kind;
  Direction direction;
  bool nullable;
  const Struct* layout;     // of kStruct and kLent
  const Interface* object;  // of kInterface
};

struct Method {
  const char* operation;  // `IClientVirtualDevice::GetCommand`
  Role role;
  /** Index of the parameter with a timeout in milliseconds, for a call that waits; else -1. */
  int timeout;
  /** What such a call returns when the time is over. */
  HRESULT timed_out;
  /** The memory that the object and its children lent ends with this call. */
  bool ends_memory;
  std::span<const Parameter> parameters;
  HRESULT (*invoke)(IUnknown* self, Argument* arguments);
};

struct Interface {
  const char* name;
  const IID& iid;
  std::span<const Method> methods;

  /** The thread that owns the reference from the object's first call to its release. */
  Role owner() const { return methods.front().role; }
  /** Null when the interface has no such method. */
  const Method* Find(std::string_view operation) const {
    for (const Method& method : methods) {
      if (operation == method.operation) return &method;
    }
    return nullptr;
  }
};

constexpr bool SameGuid(const GUID& a, const GUID& b) {
  for (int i = 0; i < 8; ++i) {
    if (a.Data4[i] != b.Data4[i]) return false;
  }
  return a.Data1 == b.Data1 && a.Data2 == b.Data2 && a.Data3 == b.Data3;
}

}  // namespace winbackup
