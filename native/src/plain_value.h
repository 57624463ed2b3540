// A plain value that a native thread makes and JavaScript gets: `PlainValue` of lib/binding/channel.ts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace winbackup {

struct PlainMember;

struct PlainValue {
  using List = std::vector<PlainValue>;
  using Members = std::vector<PlainMember>;

  /** Null. */
  PlainValue() = default;
  PlainValue(bool truth) : value(truth) {}
  PlainValue(std::uint32_t number) : value(number) {}
  PlainValue(std::uint64_t number) : value(number) {}
  PlainValue(std::wstring text) : value(std::move(text)) {}
  PlainValue(std::optional<std::wstring> text) {
    if (text) value = std::move(*text);
  }
  PlainValue(List list) : value(std::move(list)) {}
  PlainValue(Members members) : value(std::move(members)) {}

  std::variant<std::monostate, bool, std::uint32_t, std::uint64_t, std::wstring, List, Members> value;
};

/** One member of an object. */
struct PlainMember {
  const char* name;
  PlainValue value;
};

}  // namespace winbackup
