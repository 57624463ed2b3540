#include "record.h"

#include <oleauto.h>

#include <cstring>

namespace winbackup {

Record CopyRecord(const Struct& layout, const void* structure) {
  const auto* bytes = static_cast<const std::byte*>(structure);
  Record record{&layout, std::vector<std::byte>(bytes, bytes + layout.size), {}};
  for (const Field& field : layout.fields) {
    if (field.kind != Kind::kBstr && field.kind != Kind::kTaskString) continue;
    wchar_t* text = nullptr;
    std::memcpy(&text, bytes + field.offset, sizeof(text));
    if (text == nullptr) {
      record.strings.emplace_back();
    } else if (field.kind == Kind::kBstr) {
      record.strings.emplace_back(std::wstring(text, SysStringLen(text)));
    } else {
      record.strings.emplace_back(text);
    }
  }
  return record;
}

}  // namespace winbackup
