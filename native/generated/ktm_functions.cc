// Generated from lib/binding/tables/ktm.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#include "ktm_functions.h"

#include <windows.h>

#include <ktmw32.h>

#include "function_call.h"

namespace winbackup {

namespace {

constexpr FunctionParameter kParameters_CreateTransaction[] = {
    {"createOptions", FunctionKind::kU32, Direction::kIn, false},
    {"timeoutMs", FunctionKind::kU32, Direction::kIn, false},
    {"description", FunctionKind::kText, Direction::kIn, true},
};
DWORD Invoke_CreateTransaction(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateTransaction)>(reinterpret_cast<void*>(address))(nullptr, nullptr, a[0].u32(), 0, 0, a[1].u32(), a[2].text()), given);
}

constexpr FunctionParameter kParameters_OpenTransaction[] = {
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"transactionId", FunctionKind::kGuid, Direction::kIn, false},
};
DWORD Invoke_OpenTransaction(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::OpenTransaction)>(reinterpret_cast<void*>(address))(a[0].u32(), a[1].guid()), given);
}

constexpr FunctionParameter kParameters_CommitTransaction[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_CommitTransaction(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CommitTransaction)>(reinterpret_cast<void*>(address))(a[0].handle()));
}

constexpr FunctionParameter kParameters_CommitTransactionAsync[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_CommitTransactionAsync(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  const DWORD error = ErrorOf(reinterpret_cast<decltype(&::CommitTransactionAsync)>(reinterpret_cast<void*>(address))(a[0].handle()));
  return error == ERROR_IO_PENDING ? ERROR_SUCCESS : error;  // started (facts/ktm-tmf-mts.md 1.2)
}

constexpr FunctionParameter kParameters_RollbackTransaction[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RollbackTransaction(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RollbackTransaction)>(reinterpret_cast<void*>(address))(a[0].handle()));
}

constexpr FunctionParameter kParameters_RollbackTransactionAsync[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RollbackTransactionAsync(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  const DWORD error = ErrorOf(reinterpret_cast<decltype(&::RollbackTransactionAsync)>(reinterpret_cast<void*>(address))(a[0].handle()));
  return error == ERROR_IO_PENDING ? ERROR_SUCCESS : error;  // started (facts/ktm-tmf-mts.md 1.2)
}

constexpr FunctionParameter kParameters_GetTransactionId[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
    {"transactionId", FunctionKind::kGuid, Direction::kOut, false},
};
DWORD Invoke_GetTransactionId(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetTransactionId)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].guid()));
}

constexpr FunctionParameter kParameters_GetTransactionInformation[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
    {"outcome", FunctionKind::kU32, Direction::kOut, false},
    {"isolationLevel", FunctionKind::kU32, Direction::kOut, false},
    {"isolationFlags", FunctionKind::kU32, Direction::kOut, false},
    {"timeoutMs", FunctionKind::kU32, Direction::kOut, false},
    {"description", FunctionKind::kDescription, Direction::kOut, false},
};
DWORD Invoke_GetTransactionInformation(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetTransactionInformation)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].u32_place(), a[2].u32_place(), a[3].u32_place(), a[4].u32_place(), kDescription, a[5].text()));
}

constexpr FunctionParameter kParameters_SetTransactionInformation[] = {
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
    {"timeoutMs", FunctionKind::kU32, Direction::kIn, false},
    {"description", FunctionKind::kText, Direction::kIn, true},
};
DWORD Invoke_SetTransactionInformation(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::SetTransactionInformation)>(reinterpret_cast<void*>(address))(a[0].handle(), 0, 0, a[1].u32(), a[2].text()));
}

constexpr FunctionParameter kParameters_CreateTransactionManager[] = {
    {"logFileName", FunctionKind::kText, Direction::kIn, true},
    {"createOptions", FunctionKind::kU32, Direction::kIn, false},
};
DWORD Invoke_CreateTransactionManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateTransactionManager)>(reinterpret_cast<void*>(address))(nullptr, a[0].text(), a[1].u32(), 0), given);
}

constexpr FunctionParameter kParameters_OpenTransactionManager[] = {
    {"logFileName", FunctionKind::kText, Direction::kIn, false},
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
};
DWORD Invoke_OpenTransactionManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::OpenTransactionManager)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].u32(), 0), given);
}

constexpr FunctionParameter kParameters_OpenTransactionManagerById[] = {
    {"managerId", FunctionKind::kGuid, Direction::kIn, false},
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
};
DWORD Invoke_OpenTransactionManagerById(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::OpenTransactionManagerById)>(reinterpret_cast<void*>(address))(a[0].guid(), a[1].u32(), 0), given);
}

constexpr FunctionParameter kParameters_RenameTransactionManager[] = {
    {"logFileName", FunctionKind::kText, Direction::kIn, false},
    {"existingManagerId", FunctionKind::kGuid, Direction::kIn, false},
};
DWORD Invoke_RenameTransactionManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RenameTransactionManager)>(reinterpret_cast<void*>(address))(a[0].text(), a[1].guid()));
}

constexpr FunctionParameter kParameters_RecoverTransactionManager[] = {
    {"manager", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RecoverTransactionManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RecoverTransactionManager)>(reinterpret_cast<void*>(address))(a[0].handle()));
}

constexpr FunctionParameter kParameters_RollforwardTransactionManager[] = {
    {"manager", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_RollforwardTransactionManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RollforwardTransactionManager)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_GetCurrentClockTransactionManager[] = {
    {"manager", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kOut, false},
};
DWORD Invoke_GetCurrentClockTransactionManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetCurrentClockTransactionManager)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_GetTransactionManagerId[] = {
    {"manager", FunctionKind::kHandle, Direction::kIn, false},
    {"managerId", FunctionKind::kGuid, Direction::kOut, false},
};
DWORD Invoke_GetTransactionManagerId(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetTransactionManagerId)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].guid()));
}

constexpr FunctionParameter kParameters_CreateResourceManager[] = {
    {"resourceManagerId", FunctionKind::kGuid, Direction::kIn, false},
    {"createOptions", FunctionKind::kU32, Direction::kIn, false},
    {"manager", FunctionKind::kHandle, Direction::kIn, false},
    {"description", FunctionKind::kText, Direction::kIn, true},
};
DWORD Invoke_CreateResourceManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateResourceManager)>(reinterpret_cast<void*>(address))(nullptr, a[0].guid(), a[1].u32(), a[2].handle(), a[3].text()), given);
}

constexpr FunctionParameter kParameters_OpenResourceManager[] = {
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"manager", FunctionKind::kHandle, Direction::kIn, false},
    {"resourceManagerId", FunctionKind::kGuid, Direction::kIn, false},
};
DWORD Invoke_OpenResourceManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::OpenResourceManager)>(reinterpret_cast<void*>(address))(a[0].u32(), a[1].handle(), a[2].guid()), given);
}

constexpr FunctionParameter kParameters_RecoverResourceManager[] = {
    {"resourceManager", FunctionKind::kHandle, Direction::kIn, false},
};
DWORD Invoke_RecoverResourceManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RecoverResourceManager)>(reinterpret_cast<void*>(address))(a[0].handle()));
}

constexpr FunctionParameter kParameters_GetNotificationResourceManager[] = {
    {"resourceManager", FunctionKind::kHandle, Direction::kIn, false},
    {"timeoutMs", FunctionKind::kU32, Direction::kIn, false},
    {"notification", FunctionKind::kNotification, Direction::kOut, false},
};
DWORD Invoke_GetNotificationResourceManager(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetNotificationResourceManager)>(reinterpret_cast<void*>(address))(a[0].handle(), a[2].notification(), a[2].size(), a[1].u32(), a[2].used()));
}

constexpr FunctionParameter kParameters_GetNotificationResourceManagerAsync[] = {
    {"resourceManager", FunctionKind::kHandle, Direction::kIn, false},
    {"notification", FunctionKind::kNotification, Direction::kOut, false},
};
constexpr FunctionParameter kParameters_SetResourceManagerCompletionPort[] = {
    {"resourceManager", FunctionKind::kHandle, Direction::kIn, false},
    {"completionKey", FunctionKind::kKey, Direction::kIn, false},
};
DWORD Invoke_SetResourceManagerCompletionPort(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::SetResourceManagerCompletionPort)>(reinterpret_cast<void*>(address))(a[0].handle(), port, reinterpret_cast<ULONG_PTR>(a[1].key())));
}

constexpr FunctionParameter kParameters_CreateEnlistment[] = {
    {"resourceManager", FunctionKind::kHandle, Direction::kIn, false},
    {"transaction", FunctionKind::kHandle, Direction::kIn, false},
    {"notificationMask", FunctionKind::kU32, Direction::kIn, false},
    {"createOptions", FunctionKind::kU32, Direction::kIn, false},
    {"key", FunctionKind::kKey, Direction::kIn, false},
};
DWORD Invoke_CreateEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CreateEnlistment)>(reinterpret_cast<void*>(address))(nullptr, a[0].handle(), a[1].handle(), a[2].u32(), a[3].u32(), reinterpret_cast<PVOID>(a[4].key())), given);
}

constexpr FunctionParameter kParameters_OpenEnlistment[] = {
    {"desiredAccess", FunctionKind::kU32, Direction::kIn, false},
    {"resourceManager", FunctionKind::kHandle, Direction::kIn, false},
    {"enlistmentId", FunctionKind::kGuid, Direction::kIn, false},
};
DWORD Invoke_OpenEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::OpenEnlistment)>(reinterpret_cast<void*>(address))(a[0].u32(), a[1].handle(), a[2].guid()), given);
}

constexpr FunctionParameter kParameters_RecoverEnlistment[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"key", FunctionKind::kKey, Direction::kIn, false},
};
DWORD Invoke_RecoverEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RecoverEnlistment)>(reinterpret_cast<void*>(address))(a[0].handle(), reinterpret_cast<PVOID>(a[1].key())));
}

constexpr FunctionParameter kParameters_GetEnlistmentId[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"enlistmentId", FunctionKind::kGuid, Direction::kOut, false},
};
DWORD Invoke_GetEnlistmentId(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetEnlistmentId)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].guid()));
}

constexpr FunctionParameter kParameters_GetEnlistmentRecoveryInformation[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"information", FunctionKind::kBytes, Direction::kOut, false},
};
DWORD Invoke_GetEnlistmentRecoveryInformation(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::GetEnlistmentRecoveryInformation)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].size(), a[1].bytes(), a[1].used()));
}

constexpr FunctionParameter kParameters_SetEnlistmentRecoveryInformation[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"information", FunctionKind::kBytes, Direction::kIn, false},
};
DWORD Invoke_SetEnlistmentRecoveryInformation(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::SetEnlistmentRecoveryInformation)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].size(), a[1].bytes()));
}

constexpr FunctionParameter kParameters_PrePrepareComplete[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_PrePrepareComplete(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::PrePrepareComplete)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_PrepareComplete[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_PrepareComplete(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::PrepareComplete)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_CommitComplete[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_CommitComplete(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CommitComplete)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_RollbackComplete[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_RollbackComplete(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RollbackComplete)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_ReadOnlyEnlistment[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_ReadOnlyEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::ReadOnlyEnlistment)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_SinglePhaseReject[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_SinglePhaseReject(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::SinglePhaseReject)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_RollbackEnlistment[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_RollbackEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::RollbackEnlistment)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_PrePrepareEnlistment[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_PrePrepareEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::PrePrepareEnlistment)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_PrepareEnlistment[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_PrepareEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::PrepareEnlistment)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr FunctionParameter kParameters_CommitEnlistment[] = {
    {"enlistment", FunctionKind::kHandle, Direction::kIn, false},
    {"virtualClock", FunctionKind::kClock, Direction::kIn, false},
};
DWORD Invoke_CommitEnlistment(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {
  return ErrorOf(reinterpret_cast<decltype(&::CommitEnlistment)>(reinterpret_cast<void*>(address))(a[0].handle(), a[1].clock()));
}

constexpr Function kFunctions[] = {
    {"KtmW32::CreateTransaction", "CreateTransaction", Waits::kNever, HandleKind::kKernel, false, kParameters_CreateTransaction, Invoke_CreateTransaction},
    {"KtmW32::OpenTransaction", "OpenTransaction", Waits::kNever, HandleKind::kKernel, false, kParameters_OpenTransaction, Invoke_OpenTransaction},
    {"KtmW32::CommitTransaction", "CommitTransaction", Waits::kBlocks, HandleKind::kNone, false, kParameters_CommitTransaction, Invoke_CommitTransaction},
    {"KtmW32::CommitTransactionAsync", "CommitTransactionAsync", Waits::kNever, HandleKind::kNone, false, kParameters_CommitTransactionAsync, Invoke_CommitTransactionAsync},
    {"KtmW32::RollbackTransaction", "RollbackTransaction", Waits::kBlocks, HandleKind::kNone, false, kParameters_RollbackTransaction, Invoke_RollbackTransaction},
    {"KtmW32::RollbackTransactionAsync", "RollbackTransactionAsync", Waits::kNever, HandleKind::kNone, false, kParameters_RollbackTransactionAsync, Invoke_RollbackTransactionAsync},
    {"KtmW32::GetTransactionId", "GetTransactionId", Waits::kNever, HandleKind::kNone, false, kParameters_GetTransactionId, Invoke_GetTransactionId},
    {"KtmW32::GetTransactionInformation", "GetTransactionInformation", Waits::kNever, HandleKind::kNone, false, kParameters_GetTransactionInformation, Invoke_GetTransactionInformation},
    {"KtmW32::SetTransactionInformation", "SetTransactionInformation", Waits::kNever, HandleKind::kNone, false, kParameters_SetTransactionInformation, Invoke_SetTransactionInformation},
    {"KtmW32::CreateTransactionManager", "CreateTransactionManager", Waits::kBlocks, HandleKind::kKernel, false, kParameters_CreateTransactionManager, Invoke_CreateTransactionManager},
    {"KtmW32::OpenTransactionManager", "OpenTransactionManager", Waits::kBlocks, HandleKind::kKernel, false, kParameters_OpenTransactionManager, Invoke_OpenTransactionManager},
    {"KtmW32::OpenTransactionManagerById", "OpenTransactionManagerById", Waits::kBlocks, HandleKind::kKernel, false, kParameters_OpenTransactionManagerById, Invoke_OpenTransactionManagerById},
    {"KtmW32::RenameTransactionManager", "RenameTransactionManager", Waits::kBlocks, HandleKind::kNone, false, kParameters_RenameTransactionManager, Invoke_RenameTransactionManager},
    {"KtmW32::RecoverTransactionManager", "RecoverTransactionManager", Waits::kBlocks, HandleKind::kNone, false, kParameters_RecoverTransactionManager, Invoke_RecoverTransactionManager},
    {"KtmW32::RollforwardTransactionManager", "RollforwardTransactionManager", Waits::kBlocks, HandleKind::kNone, false, kParameters_RollforwardTransactionManager, Invoke_RollforwardTransactionManager},
    {"KtmW32::GetCurrentClockTransactionManager", "GetCurrentClockTransactionManager", Waits::kNever, HandleKind::kNone, false, kParameters_GetCurrentClockTransactionManager, Invoke_GetCurrentClockTransactionManager},
    {"KtmW32::GetTransactionManagerId", "GetTransactionManagerId", Waits::kNever, HandleKind::kNone, false, kParameters_GetTransactionManagerId, Invoke_GetTransactionManagerId},
    {"KtmW32::CreateResourceManager", "CreateResourceManager", Waits::kBlocks, HandleKind::kKernel, false, kParameters_CreateResourceManager, Invoke_CreateResourceManager},
    {"KtmW32::OpenResourceManager", "OpenResourceManager", Waits::kBlocks, HandleKind::kKernel, false, kParameters_OpenResourceManager, Invoke_OpenResourceManager},
    {"KtmW32::RecoverResourceManager", "RecoverResourceManager", Waits::kBlocks, HandleKind::kNone, false, kParameters_RecoverResourceManager, Invoke_RecoverResourceManager},
    {"KtmW32::GetNotificationResourceManager", "GetNotificationResourceManager", Waits::kSlices, HandleKind::kNone, false, kParameters_GetNotificationResourceManager, Invoke_GetNotificationResourceManager},
    {"KtmW32::GetNotificationResourceManagerAsync", "GetNotificationResourceManagerAsync", Waits::kPort, HandleKind::kNone, true, kParameters_GetNotificationResourceManagerAsync, nullptr},
    {"KtmW32::SetResourceManagerCompletionPort", "SetResourceManagerCompletionPort", Waits::kNever, HandleKind::kNone, true, kParameters_SetResourceManagerCompletionPort, Invoke_SetResourceManagerCompletionPort},
    {"KtmW32::CreateEnlistment", "CreateEnlistment", Waits::kNever, HandleKind::kKernel, false, kParameters_CreateEnlistment, Invoke_CreateEnlistment},
    {"KtmW32::OpenEnlistment", "OpenEnlistment", Waits::kNever, HandleKind::kKernel, false, kParameters_OpenEnlistment, Invoke_OpenEnlistment},
    {"KtmW32::RecoverEnlistment", "RecoverEnlistment", Waits::kNever, HandleKind::kNone, false, kParameters_RecoverEnlistment, Invoke_RecoverEnlistment},
    {"KtmW32::GetEnlistmentId", "GetEnlistmentId", Waits::kNever, HandleKind::kNone, false, kParameters_GetEnlistmentId, Invoke_GetEnlistmentId},
    {"KtmW32::GetEnlistmentRecoveryInformation", "GetEnlistmentRecoveryInformation", Waits::kNever, HandleKind::kNone, false, kParameters_GetEnlistmentRecoveryInformation, Invoke_GetEnlistmentRecoveryInformation},
    {"KtmW32::SetEnlistmentRecoveryInformation", "SetEnlistmentRecoveryInformation", Waits::kNever, HandleKind::kNone, false, kParameters_SetEnlistmentRecoveryInformation, Invoke_SetEnlistmentRecoveryInformation},
    {"KtmW32::PrePrepareComplete", "PrePrepareComplete", Waits::kBlocks, HandleKind::kNone, false, kParameters_PrePrepareComplete, Invoke_PrePrepareComplete},
    {"KtmW32::PrepareComplete", "PrepareComplete", Waits::kBlocks, HandleKind::kNone, false, kParameters_PrepareComplete, Invoke_PrepareComplete},
    {"KtmW32::CommitComplete", "CommitComplete", Waits::kBlocks, HandleKind::kNone, false, kParameters_CommitComplete, Invoke_CommitComplete},
    {"KtmW32::RollbackComplete", "RollbackComplete", Waits::kBlocks, HandleKind::kNone, false, kParameters_RollbackComplete, Invoke_RollbackComplete},
    {"KtmW32::ReadOnlyEnlistment", "ReadOnlyEnlistment", Waits::kBlocks, HandleKind::kNone, false, kParameters_ReadOnlyEnlistment, Invoke_ReadOnlyEnlistment},
    {"KtmW32::SinglePhaseReject", "SinglePhaseReject", Waits::kBlocks, HandleKind::kNone, false, kParameters_SinglePhaseReject, Invoke_SinglePhaseReject},
    {"KtmW32::RollbackEnlistment", "RollbackEnlistment", Waits::kBlocks, HandleKind::kNone, false, kParameters_RollbackEnlistment, Invoke_RollbackEnlistment},
    {"KtmW32::PrePrepareEnlistment", "PrePrepareEnlistment", Waits::kBlocks, HandleKind::kNone, false, kParameters_PrePrepareEnlistment, Invoke_PrePrepareEnlistment},
    {"KtmW32::PrepareEnlistment", "PrepareEnlistment", Waits::kBlocks, HandleKind::kNone, false, kParameters_PrepareEnlistment, Invoke_PrepareEnlistment},
    {"KtmW32::CommitEnlistment", "CommitEnlistment", Waits::kBlocks, HandleKind::kNone, false, kParameters_CommitEnlistment, Invoke_CommitEnlistment},
};

}  // namespace

const Library kKtmW32 = {"KtmW32", L"ktmw32.dll", true, kFunctions};

}  // namespace winbackup
