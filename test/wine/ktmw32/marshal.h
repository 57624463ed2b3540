// Between the C arguments of ktmw32's functions and plain data.
#pragma once

#include <windows.h>

#include <cstdint>
#include <memory>
#include <type_traits>

#include "../double/object.h"
#include "abi.h"

namespace winbackup::doubles {

template <class Result>
Result Fail(DWORD error) {
  SetLastError(error);
  if constexpr (std::is_same_v<Result, HANDLE>) {
    return INVALID_HANDLE_VALUE;
  } else {
    return FALSE;
  }
}

Value In(const LARGE_INTEGER* clock);
Value InKey(const void* key);
Value In(const void* bytes, ULONG size);
/** A handle of ours as the machine's number. */
Value InHandle(HANDLE handle);

bool Out(const Value& value, DWORD* place);
bool Out(const Value& value, GUID* place);
bool Out(const Value& value, LARGE_INTEGER* place);
/** Fails with ERROR_INSUFFICIENT_BUFFER, and says the size. */
bool Out(const Value& value, void* buffer, ULONG size, ULONG* used);
bool Out(const Value& value, wchar_t* buffer, DWORD length);

BOOL Send(Call& call);
HANDLE SendForHandle(Call& call);
BOOL SendForNotification(Call& call, HANDLE handle, Notification* place, ULONG size, ULONG* used);
BOOL SendAsync(std::unique_ptr<Call> call, HANDLE handle, Notification* place, ULONG size, ULONG* used,
               OVERLAPPED* overlapped);
BOOL SetPort(Call& call, HANDLE handle, HANDLE port, ULONG_PTR key);

}  // namespace winbackup::doubles
