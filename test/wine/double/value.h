// Plain data as it crosses between a double's COM methods and the Worker's JavaScript: lib/binding/channel.ts says what
// each becomes there.
#pragma once

#include <napi.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace winbackup::doubles {

enum class FieldType { kU32, kU64 };

struct Field {
  const char* name;
  FieldType type;
  size_t offset;
};

/** A struct as the interface table describes it. */
struct Layout {
  const char* name;
  size_t size;
  std::span<const Field> fields;
};

enum class Kind { kU32, kU64, kStruct, kLent, kInterface };

/** What a method's out-parameter must be. */
struct OutputKind {
  Kind kind;
  const Layout* layout = nullptr;
};

/** The bytes of a struct; of a lent one also the address that the machine knows it by. */
struct Structure {
  const Layout* layout;
  std::vector<uint8_t> bytes;
  uint64_t pointer = 0;
};

/** nullptr is JavaScript's null; u32 a number; u64 a bigint. */
using Value = std::variant<std::nullptr_t, uint32_t, uint64_t, std::u16string, Structure>;

/** On the Worker's thread only. */
Napi::Value ToJavaScript(Napi::Env env, const Value& value);

/** On the Worker's thread only. Throws Napi::TypeError when the value is not of that kind. */
Value FromJavaScript(const Napi::Value& value, const OutputKind& kind);

}  // namespace winbackup::doubles
