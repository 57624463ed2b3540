// A struct as a call left it, with copies of its strings, so that nothing of Windows' is kept until JavaScript sees it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "descriptors.h"

namespace winbackup {

struct Record {
  const Struct* layout;
  std::vector<std::byte> bytes;
  /** One for each string field, in the order of the fields. */
  std::vector<std::optional<std::wstring>> strings;
  /** The name that a union's element goes by; null outside of unions. */
  const char* member = nullptr;
  std::uint32_t tag = 0;
};

/** Copies it; frees nothing. */
Record CopyRecord(const Struct& layout, const void* structure);

}  // namespace winbackup
