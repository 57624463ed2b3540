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
enum class Kind : std::uint8_t {
  kU32,
  kI32,
  kU64,
  kBool,       // one byte
  kWin32Bool,  // four
  kGuid,
  kGuids,
  kWstr,
  kBstr,
  kTaskString,  // CoTaskMemFree's
  kStruct,
  kLent,
  kFetched,
  kPointer,
  kInterface,
  kReserved,
  kPlain,  // made by the addon itself, in the form of JavaScript's
};
enum class Direction : std::uint8_t { kIn, kOut };
/** As `CallThread` in lib/binding/table.ts: which of its object's threads makes a call. */
enum class Role : std::uint8_t { kControl, kConfiguration, kDevice, kApartment, kWait };
inline constexpr std::size_t kRoles = 5;

struct Field {
  const char* name;
  Kind kind;  // kU32, kI32, kU64, kPointer, kBool, kGuid, kBstr or kTaskString
  std::size_t offset;
};

struct Struct;

/** What a union holds when the struct's first field is `tag`. */
struct Alternative {
  std::uint32_t tag;
  const char* member;
  std::size_t offset;
  const Struct* layout;
};

struct Struct {
  const char* name;
  std::size_t size;
  std::span<const Field> fields;
  std::span<const Alternative> alternatives = {};
  /** Frees the strings of a struct that a call has filled; null when it has none. */
  void (*free)(void* structure) = nullptr;
};

struct Parameter {
  const char* name;
  Kind kind;
  Direction direction;
  bool nullable;
  bool valid_on_failure;
  const Struct* layout;     // of kStruct, kLent and kFetched
  const Interface* object;  // of kInterface
};

struct Method {
  const char* operation;  // `IClientVirtualDevice::GetCommand`
  Role role;
  /** Index of the parameter with a timeout in milliseconds, for a call that waits; else -1. */
  int timeout;
  /** What such a call returns when the time is over. */
  HRESULT timed_out;
  /** Whether the wait is not over, where that code does not tell; else null. */
  bool (*pending)(IUnknown* self);
  /** The memory that the object and its children lent ends with this call. */
  bool ends_memory;
  std::span<const Parameter> parameters;
  HRESULT (*invoke)(IUnknown* self, Argument* arguments);
};

struct Interface {
  const char* name;
  const IID& iid;
  /** The interface that it is derived from; null when that is none of the tables'. */
  const Interface* base;
  /** Its IUnknown, from the pointer that a call gives out. */
  IUnknown* (*unknown)(void* given);
  /** Its own, without its base's. */
  std::span<const Method> methods;

  /** The thread that owns the reference from the object's first call to its release. */
  Role owner() const { return methods.empty() ? Role::kControl : methods.front().role; }
  /** What ends a wait for the object from another thread: IVssAsync::Cancel; null when it has nothing of the kind. */
  const Method* Interrupt() const {
    if (methods.empty()) return nullptr;
    const Method& first = methods.front();
    return std::string_view(first.operation).ends_with("::Cancel") ? &first : nullptr;
  }
  bool DerivesFrom(const Interface& other) const {
    for (const Interface* each = this; each != nullptr; each = each->base) {
      if (each == &other) return true;
    }
    return false;
  }
  /** Null when the interface has no such method of its own. */
  const Method* Find(std::string_view operation) const {
    for (const Method& method : methods) {
      if (operation == method.operation) return &method;
    }
    return nullptr;
  }
};

struct ComClass {
  const CLSID& clsid;
  /** CLSCTX: where its server may run. */
  DWORD context;
};

constexpr bool SameGuid(const GUID& a, const GUID& b) {
  for (int i = 0; i < 8; ++i) {
    if (a.Data4[i] != b.Data4[i]) return false;
  }
  return a.Data1 == b.Data1 && a.Data2 == b.Data2 && a.Data3 == b.Data3;
}

}  // namespace winbackup
