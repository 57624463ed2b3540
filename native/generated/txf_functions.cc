// Generated from lib/binding/tables/txf.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#include "txf_functions.h"

#include <windows.h>

#include <ktmw32.h>

#include "function_call.h"

namespace winbackup {

namespace {

constexpr FunctionParameter kParameters_CreateFileTransacted[] = {
    {"fileName", FunctionKind::kText, Direction::kIn, false},
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"shareMode", FunctionKind::kU32, Direction::kIn, false},
    {"creationDisposition", FunctionKind::kU32, Direction::kIn, false},
    {"flagsAndAttributes", FunctionKind::kU32, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_CreateFileTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateFileTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].u32(), a[2].u32(), nullptr, a[3].u32(), a[4].u32(), nullptr, a[5].handle(), nullptr, nullptr), given);
}

constexpr FunctionParameter kParameters_MoveFileTransacted[] = {
    {"existingFileName", FunctionKind::kText, Direction::kIn, false},
    {"newFileName", FunctionKind::kText, Direction::kIn, true},
    {"flags", FunctionKind::kU32, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_MoveFileTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::MoveFileTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].text(), nullptr, nullptr, a[2].u32(), a[3].handle()));
}

constexpr FunctionParameter kParameters_DeleteFileTransacted[] = {
    {"fileName", FunctionKind::kText, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_DeleteFileTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::DeleteFileTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].handle()));
}

constexpr FunctionParameter kParameters_CopyFileTransacted[] = {
    {"existingFileName", FunctionKind::kText, Direction::kIn, false},
    {"newFileName", FunctionKind::kText, Direction::kIn, false},
    {"copyFlags", FunctionKind::kU32, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_CopyFileTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CopyFileTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].text(), nullptr, nullptr, nullptr, a[2].u32(), a[3].handle()));
}

constexpr FunctionParameter kParameters_CreateDirectoryTransacted[] = {
    {"templateDirectory", FunctionKind::kText, Direction::kIn, true},
    {"newDirectory", FunctionKind::kText, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_CreateDirectoryTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateDirectoryTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].text(), nullptr, a[2].handle()));
}

constexpr FunctionParameter kParameters_CreateHardLinkTransacted[] = {
    {"fileName", FunctionKind::kText, Direction::kIn, false},
    {"existingFileName", FunctionKind::kText, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_CreateHardLinkTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateHardLinkTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].text(), nullptr, a[2].handle()));
}

constexpr FunctionParameter kParameters_SetFileAttributesTransacted[] = {
    {"fileName", FunctionKind::kText, Direction::kIn, false},
    {"fileAttributes", FunctionKind::kU32, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_SetFileAttributesTransacted(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::SetFileAttributesTransactedW)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].u32(), a[2].handle()));
}

constexpr FunctionParameter kParameters_ReadFile[] = {
    {"file", FunctionKind::kHandle, Direction::kIn, false},
    {"bytes", FunctionKind::kBytes, Direction::kOut, false},
};
DWORD Invoke_ReadFile(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::ReadFile)>(reinterpret_cast<void*>(address))(a[0].handle(), static_cast<BYTE*>(a[1].bytes()), a[1].size(), a[1].used(), nullptr));
}

constexpr FunctionParameter kParameters_WriteFile[] = {
    {"file", FunctionKind::kHandle, Direction::kIn, false},
    {"bytes", FunctionKind::kBytes, Direction::kIn, false},
};
DWORD Invoke_WriteFile(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::WriteFile)>(reinterpret_cast<void*>(address))(a[0].handle(), static_cast<BYTE*>(a[1].bytes()), a[1].size(), a[1].used(), nullptr));
}

constexpr FunctionParameter kParameters_FlushFileBuffers[] = {
    {"file", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_FlushFileBuffers(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::FlushFileBuffers)>(reinterpret_cast<void*>(address))(a[0].handle()));
}

constexpr Function kFunctions[] = {
    {"TxF::CreateFileTransacted", "CreateFileTransactedW", Waits::kBlocks, HandleKind::kKernel, false, kParameters_CreateFileTransacted, Invoke_CreateFileTransacted},
    {"TxF::MoveFileTransacted", "MoveFileTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_MoveFileTransacted, Invoke_MoveFileTransacted},
    {"TxF::DeleteFileTransacted", "DeleteFileTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_DeleteFileTransacted, Invoke_DeleteFileTransacted},
    {"TxF::CopyFileTransacted", "CopyFileTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_CopyFileTransacted, Invoke_CopyFileTransacted},
    {"TxF::CreateDirectoryTransacted", "CreateDirectoryTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_CreateDirectoryTransacted, Invoke_CreateDirectoryTransacted},
    {"TxF::CreateHardLinkTransacted", "CreateHardLinkTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_CreateHardLinkTransacted, Invoke_CreateHardLinkTransacted},
    {"TxF::SetFileAttributesTransacted", "SetFileAttributesTransactedW", Waits::kBlocks, HandleKind::kNone, false, kParameters_SetFileAttributesTransacted, Invoke_SetFileAttributesTransacted},
    {"TxF::ReadFile", "ReadFile", Waits::kBlocks, HandleKind::kNone, false, kParameters_ReadFile, Invoke_ReadFile},
    {"TxF::WriteFile", "WriteFile", Waits::kBlocks, HandleKind::kNone, false, kParameters_WriteFile, Invoke_WriteFile},
    {"TxF::FlushFileBuffers", "FlushFileBuffers", Waits::kBlocks, HandleKind::kNone, false, kParameters_FlushFileBuffers, Invoke_FlushFileBuffers},
};

}  // namespace

const Library kTxF = {"TxF", L"kernel32.dll", true, kFunctions};

}  // namespace winbackup
