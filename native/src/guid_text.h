// Between GUIDs and their text.
#pragma once

#include <windows.h>

#include <string>

namespace winbackup {

/** With or without braces, in any case; false when it is none. */
bool ParseGuid(std::wstring text, GUID& guid);

/** Lower case, without braces. */
std::string GuidText(const GUID& guid);

}  // namespace winbackup
