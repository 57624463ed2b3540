// Generated from lib/binding/tables/txr.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#include "txr_functions.h"

#include <windows.h>

#include <ktmw32.h>

#include "function_call.h"

namespace winbackup {

namespace {

constexpr FunctionParameter kParameters_RegCreateKeyTransacted[] = {
    {"root", FunctionKind::kU32, Direction::kIn, false},
    {"subKey", FunctionKind::kText, Direction::kIn, false},
    {"options", FunctionKind::kU32, Direction::kIn, false},
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"disposition", FunctionKind::kU32, Direction::kOut, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RegCreateKeyTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RegCreateKeyTransactedW)>(reinterpret_cast<void*>(address))(RootKey(a[0].u32()), a[1].text(), 0, nullptr, a[2].u32(), a[3].u32(), nullptr, reinterpret_cast<PHKEY>(&given), a[4].u32_place(), a[5].handle(), nullptr), given);
}

constexpr FunctionParameter kParameters_RegOpenKeyTransacted[] = {
    {"root", FunctionKind::kU32, Direction::kIn, false},
    {"subKey", FunctionKind::kText, Direction::kIn, false},
    {"options", FunctionKind::kU32, Direction::kIn, false},
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RegOpenKeyTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RegOpenKeyTransactedW)>(reinterpret_cast<void*>(address))(RootKey(a[0].u32()), a[1].text(), a[2].u32(), a[3].u32(), reinterpret_cast<PHKEY>(&given), a[4].handle(), nullptr), given);
}

constexpr FunctionParameter kParameters_RegDeleteKeyTransacted[] = {
    {"root", FunctionKind::kU32, Direction::kIn, false},
    {"subKey", FunctionKind::kText, Direction::kIn, false},
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RegDeleteKeyTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return static_cast<DWORD>(reinterpret_cast<decltype(&::RegDeleteKeyTransactedW)>(reinterpret_cast<void*>(address))(RootKey(a[0].u32()), a[1].text(), a[2].u32(), 0, a[3].handle(), nullptr));
}

constexpr FunctionParameter kParameters_RegQueryValue[] = {
    {"key", FunctionKind::kHandle, Direction::kIn, false},
    {"valueName", FunctionKind::kText, Direction::kIn, false},
    {"type", FunctionKind::kU32, Direction::kOut, false},
    {"data", FunctionKind::kBytes, Direction::kOut, false},
};
DWORD Invoke_RegQueryValue(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  *a[3].used() = a[3].size();
  return static_cast<DWORD>(reinterpret_cast<decltype(&::RegQueryValueExW)>(reinterpret_cast<void*>(address))(static_cast<HKEY>(a[0].handle()), a[1].text(), nullptr, a[2].u32_place(), static_cast<BYTE*>(a[3].bytes()), a[3].used()));
}

constexpr FunctionParameter kParameters_RegSetValue[] = {
    {"key", FunctionKind::kHandle, Direction::kIn, false},
    {"valueName", FunctionKind::kText, Direction::kIn, false},
    {"type", FunctionKind::kU32, Direction::kIn, false},
    {"data", FunctionKind::kBytes, Direction::kIn, false},
};
DWORD Invoke_RegSetValue(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return static_cast<DWORD>(reinterpret_cast<decltype(&::RegSetValueExW)>(reinterpret_cast<void*>(address))(static_cast<HKEY>(a[0].handle()), a[1].text(), 0, a[2].u32(), static_cast<BYTE*>(a[3].bytes()), a[3].size()));
}

constexpr FunctionParameter kParameters_RegDeleteValue[] = {
    {"key", FunctionKind::kHandle, Direction::kIn, false},
    {"valueName", FunctionKind::kText, Direction::kIn, false},
};
DWORD Invoke_RegDeleteValue(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return static_cast<DWORD>(reinterpret_cast<decltype(&::RegDeleteValueW)>(reinterpret_cast<void*>(address))(static_cast<HKEY>(a[0].handle()), a[1].text()));
}

constexpr Function kFunctions[] = {
    {"TxR::RegCreateKeyTransacted", "RegCreateKeyTransactedW", Waits::kBlocks, HandleKind::kRegistryKey, false, kParameters_RegCreateKeyTransacted, Invoke_RegCreateKeyTransacted},
    {"TxR::RegOpenKeyTransacted", "RegOpenKeyTransactedW", Waits::kBlocks, HandleKind::kRegistryKey, false, kParameters_RegOpenKeyTransacted, Invoke_RegOpenKeyTransacted},
    {"TxR::RegDeleteKeyTransacted", "RegDeleteKeyTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_RegDeleteKeyTransacted, Invoke_RegDeleteKeyTransacted},
    {"TxR::RegQueryValue", "RegQueryValueExW", Waits::kBlocks, HandleKind::kNone, false, kParameters_RegQueryValue, Invoke_RegQueryValue},
    {"TxR::RegSetValue", "RegSetValueExW", Waits::kBlocks, HandleKind::kNone, false, kParameters_RegSetValue, Invoke_RegSetValue},
    {"TxR::RegDeleteValue", "RegDeleteValueW", Waits::kBlocks, HandleKind::kNone, false, kParameters_RegDeleteValue, Invoke_RegDeleteValue},
};

}  // namespace

const Library kTxR = {"TxR", L"advapi32.dll", true, kFunctions};

}  // namespace winbackup
