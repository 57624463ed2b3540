// Memory that a call gives to the client, which frees it by SysFreeString or CoTaskMemFree: counted until it does.
#pragma once

#include <windows.h>

#include <optional>
#include <string>

namespace winbackup::doubles {

/** Null for nullopt. */
wchar_t* GiveBstr(const std::optional<std::u16string>& text);
wchar_t* GiveTaskString(const std::optional<std::u16string>& text);

/** What has been given and not been freed. */
int BstrsAlive();
int TaskStringsAlive();

}  // namespace winbackup::doubles
