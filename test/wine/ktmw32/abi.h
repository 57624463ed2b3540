// The public functions of ktmw32.dll, declared here once more from facts/ktm-tmf-mts.md 1.2 and 1.5 and from nothing
// else, so that the double is an independent check of the addon's table.
#pragma once

#include <windows.h>

struct Notification {
  PVOID TransactionKey;
  ULONG TransactionNotification;
  LARGE_INTEGER TmVirtualClock;
  ULONG ArgumentLength;
};
static_assert(sizeof(Notification) == 32);

extern "C" {
// clang-format off
HANDLE WINAPI CreateTransaction(LPSECURITY_ATTRIBUTES, LPGUID uow, DWORD options, DWORD level, DWORD flags, DWORD timeout, LPWSTR description);
HANDLE WINAPI OpenTransaction(DWORD access, LPGUID id);
BOOL   WINAPI CommitTransaction(HANDLE);
BOOL   WINAPI CommitTransactionAsync(HANDLE);
BOOL   WINAPI RollbackTransaction(HANDLE);
BOOL   WINAPI RollbackTransactionAsync(HANDLE);
BOOL   WINAPI GetTransactionId(HANDLE, LPGUID);
BOOL   WINAPI GetTransactionInformation(HANDLE, PDWORD outcome, PDWORD level, PDWORD flags, PDWORD timeout, DWORD length, LPWSTR description);
BOOL   WINAPI SetTransactionInformation(HANDLE, DWORD level, DWORD flags, DWORD timeout, LPWSTR description);
HANDLE WINAPI CreateTransactionManager(LPSECURITY_ATTRIBUTES, LPWSTR log, ULONG options, ULONG strength);
HANDLE WINAPI OpenTransactionManager(LPWSTR log, ACCESS_MASK access, ULONG options);
HANDLE WINAPI OpenTransactionManagerById(LPGUID id, ACCESS_MASK access, ULONG options);
BOOL   WINAPI RenameTransactionManager(LPWSTR log, LPGUID existing);
BOOL   WINAPI RecoverTransactionManager(HANDLE);
BOOL   WINAPI RollforwardTransactionManager(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI GetCurrentClockTransactionManager(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI GetTransactionManagerId(HANDLE, LPGUID);
HANDLE WINAPI CreateResourceManager(LPSECURITY_ATTRIBUTES, LPGUID id, DWORD options, HANDLE manager, LPWSTR description);
HANDLE WINAPI OpenResourceManager(DWORD access, HANDLE manager, LPGUID id);
BOOL   WINAPI RecoverResourceManager(HANDLE);
BOOL   WINAPI GetNotificationResourceManager(HANDLE, Notification*, ULONG length, DWORD milliseconds, PULONG needed);
BOOL   WINAPI GetNotificationResourceManagerAsync(HANDLE, Notification*, ULONG length, PULONG needed, LPOVERLAPPED);
BOOL   WINAPI SetResourceManagerCompletionPort(HANDLE, HANDLE port, ULONG_PTR key);
HANDLE WINAPI CreateEnlistment(LPSECURITY_ATTRIBUTES, HANDLE resourceManager, HANDLE transaction, ULONG mask, DWORD options, PVOID key);
HANDLE WINAPI OpenEnlistment(DWORD access, HANDLE resourceManager, LPGUID id);
BOOL   WINAPI RecoverEnlistment(HANDLE, PVOID key);
BOOL   WINAPI GetEnlistmentId(HANDLE, LPGUID);
BOOL   WINAPI GetEnlistmentRecoveryInformation(HANDLE, ULONG size, PVOID buffer, PULONG used);
BOOL   WINAPI SetEnlistmentRecoveryInformation(HANDLE, ULONG size, PVOID buffer);
BOOL   WINAPI PrePrepareComplete(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI PrepareComplete(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI CommitComplete(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI RollbackComplete(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI ReadOnlyEnlistment(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI SinglePhaseReject(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI RollbackEnlistment(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI PrePrepareEnlistment(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI PrepareEnlistment(HANDLE, PLARGE_INTEGER clock);
BOOL   WINAPI CommitEnlistment(HANDLE, PLARGE_INTEGER clock);
// clang-format on
}
