// Plain data as it crosses between a double's COM methods and the Worker's JavaScript: lib/binding/channel.ts says what
// each becomes there.
#pragma once

#include <napi.h>
#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace winbackup::doubles {

enum class FieldType { kU32, kI32, kU64, kGuid, kBool, kBstr, kTaskString };

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

enum class Kind { kU32, kI32, kU64, kBool, kGuid, kText, kBytes, kStruct, kFetched, kLent, kInterface, kNotification };

/** How elements of that tag are laid out, and by what name JavaScript knows them. */
struct Alternative {
  uint32_t tag;
  const char* member;
  const Layout* layout;
};

/** What a method's out-parameter must be. */
struct OutputKind {
  Kind kind;
  const Layout* layout = nullptr;
  std::span<const Alternative> alternatives = {};
};

/** The bytes of a struct; of a lent one also the address that the machine knows it by. */
struct Structure {
  const Layout* layout;
  std::vector<uint8_t> bytes;
  uint64_t pointer = 0;
  /** One for each string field, in the order of the fields. */
  std::vector<std::optional<std::u16string>> strings = {};
};

using Bytes = std::vector<uint8_t>;

/** An element that an enumerator fetched: what its union holds, and its fields. */
struct Element {
  uint32_t tag;
  Structure structure;
};

/** nullptr is JavaScript's null; u32 and i32 a number; u64 a bigint; a GUID a string; bytes a
 * Uint8Array. A notification comes as the bytes of its TRANSACTION_NOTIFICATION with the argument behind it. */
using Value = std::variant<std::nullptr_t, uint32_t, int32_t, uint64_t, bool, GUID, std::vector<GUID>, std::u16string,
                           Structure, std::vector<Element>, Bytes>;

/** Writes a struct where the client wants it; its strings are the client's from then on. */
void Write(const Structure& structure, void* place);
/** A string of an output, or nullopt. */
std::optional<std::u16string> TextOf(const Value& value);

/** On the Worker's thread only. */
Napi::Value ToJavaScript(Napi::Env env, const Value& value);

/** On the Worker's thread only. Throws Napi::TypeError when the value is not of that kind. */
Value FromJavaScript(const Napi::Value& value, const OutputKind& kind);

}  // namespace winbackup::doubles
