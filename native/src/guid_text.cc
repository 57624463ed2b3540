#include "guid_text.h"

#include <objbase.h>

#include <cstdio>

namespace winbackup {

bool ParseGuid(std::wstring text, GUID& guid) {
  if (!text.empty() && text.front() != L'{') text = L'{' + text + L'}';
  return SUCCEEDED(CLSIDFromString(text.c_str(), &guid));
}

std::string GuidText(const GUID& guid) {
  char text[37];
  const auto* tail = guid.Data4;
  std::snprintf(text, sizeof(text), "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", guid.Data1, guid.Data2,
                guid.Data3, tail[0], tail[1], tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]);
  return text;
}

}  // namespace winbackup
