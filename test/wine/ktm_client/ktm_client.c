// A resource manager that shares nothing with the addon and the double: functions declared here by hand and found by
// name, TRANSACTION_NOTIFICATION read by byte offsets (facts/ktm-tmf-mts.md 1.2, 1.5), no header but Windows' own
// windows.h. It takes part in a commit and a rollback, and reports as JSON what it saw.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

typedef HANDLE(WINAPI* create_transaction_t)(void*, GUID*, DWORD, DWORD, DWORD, DWORD, WCHAR*);
typedef HANDLE(WINAPI* create_manager_t)(void*, WCHAR*, ULONG, ULONG);
typedef HANDLE(WINAPI* create_resource_manager_t)(void*, GUID*, DWORD, HANDLE, WCHAR*);
typedef HANDLE(WINAPI* create_enlistment_t)(void*, HANDLE, HANDLE, ULONG, DWORD, void*);
typedef HANDLE(WINAPI* open_t)(DWORD, GUID*);
typedef BOOL(WINAPI* of_handle_t)(HANDLE);
typedef BOOL(WINAPI* with_clock_t)(HANDLE, LARGE_INTEGER*);
typedef BOOL(WINAPI* get_id_t)(HANDLE, GUID*);
typedef BOOL(WINAPI* get_notification_t)(HANDLE, void*, ULONG, DWORD, ULONG*);
typedef BOOL(WINAPI* get_notification_async_t)(HANDLE, void*, ULONG, ULONG*, OVERLAPPED*);
typedef BOOL(WINAPI* set_port_t)(HANDLE, HANDLE, ULONG_PTR);
typedef BOOL(WINAPI* get_information_t)(HANDLE, DWORD*, DWORD*, DWORD*, DWORD*, DWORD, WCHAR*);

enum { PREPREPARE = 1, PREPARE = 2, COMMIT = 4, ROLLBACK = 8, LAST_RECOVER = 0x2000 };

static HMODULE dll;
#define CALL(type, name) ((type)(void*)GetProcAddress(dll, name))

static void append(char* report, size_t size, const char* format, ...) {
  const size_t used = strlen(report);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(report + used, size - used, format, arguments);
  va_end(arguments);
}

static DWORD read32(const BYTE* at) {
  DWORD value;
  memcpy(&value, at, 4);
  return value;
}
static ULONGLONG read64(const BYTE* at) {
  ULONGLONG value;
  memcpy(&value, at, 8);
  return value;
}

static DWORD WINAPI commit_on_thread(void* transaction) {
  return CALL(of_handle_t, "CommitTransaction")(transaction) ? 0 : GetLastError();
}

/* Answers one notification of a commit; its bit, or 0. */
static DWORD answer(HANDLE resource_manager, HANDLE enlistment, ULONGLONG* key) {
  BYTE notification[64] = {0};
  ULONG needed = 0;
  if (!CALL(get_notification_t, "GetNotificationResourceManager")(resource_manager, notification, 64, INFINITE,
                                                                  &needed))
    return 0;
  const DWORD bit = read32(notification + 8);
  *key = read64(notification + 0);
  const char* const name = bit == PREPREPARE ? "PrePrepareComplete"
                           : bit == PREPARE  ? "PrepareComplete"
                           : bit == COMMIT   ? "CommitComplete"
                                             : "RollbackComplete";
  return CALL(with_clock_t, name)(enlistment, NULL) ? bit : 0;
}

void client_run(const WCHAR* path, char* report, size_t size) {
  static GUID id = {0x5bfa8a1e, 0x7b4c, 0x4f0e, {0x9a, 0x10, 0x3d, 0x5c, 0x5d, 0x1e, 0x2f, 0x30}};
  report[0] = 0;
  dll = LoadLibraryW(path);
  if (dll == NULL) {
    append(report, size, "{\"loaded\":false}");
    return;
  }
  HANDLE manager = CALL(create_manager_t, "CreateTransactionManager")(NULL, NULL, 1, 0);
  HANDLE resource_manager =
      CALL(create_resource_manager_t, "CreateResourceManager")(NULL, &id, 1, manager, L"written in C");
  append(report, size, "{\"made\":%s",
         manager != INVALID_HANDLE_VALUE && resource_manager != INVALID_HANDLE_VALUE ? "true" : "false");
  HANDLE again = CALL(create_resource_manager_t, "CreateResourceManager")(NULL, &id, 1, manager, NULL);
  append(report, size, ",\"madeTwice\":%lu", again == INVALID_HANDLE_VALUE ? (unsigned long)GetLastError() : 0);
  append(report, size, ",\"recovered\":%d", CALL(of_handle_t, "RecoverResourceManager")(resource_manager));

  /* The end of recovery, with no room for it at first. */
  BYTE notification[64] = {0};
  ULONG needed = 0;
  get_notification_t get = CALL(get_notification_t, "GetNotificationResourceManager");
  get(resource_manager, notification, 0, 0, &needed);
  append(report, size, ",\"tooSmall\":%lu,\"needed\":%lu", (unsigned long)GetLastError(), (unsigned long)needed);
  get(resource_manager, notification, needed, 0, &needed);
  append(report, size, ",\"kept\":%lu,\"argument\":%lu", (unsigned long)read32(notification + 8),
         (unsigned long)read32(notification + 24));
  get(resource_manager, notification, 64, 0, &needed);
  append(report, size, ",\"empty\":%lu", (unsigned long)GetLastError());

  /* A commit, which waits on a thread of its own. */
  HANDLE transaction = CALL(create_transaction_t, "CreateTransaction")(NULL, NULL, 0, 0, 0, 0, L"from C");
  void* const key = (void*)(ULONG_PTR)0x1122334455667788ull;
  HANDLE enlistment = CALL(create_enlistment_t, "CreateEnlistment")(NULL, resource_manager, transaction,
                                                                    PREPREPARE | PREPARE | COMMIT | ROLLBACK, 0, key);
  HANDLE thread = CreateThread(NULL, 0, commit_on_thread, transaction, 0, NULL);
  ULONGLONG keys[3] = {0};
  append(report, size, ",\"phases\":[");
  for (int i = 0; i < 3; ++i) {
    append(report, size, i == 0 ? "%lu" : ",%lu", (unsigned long)answer(resource_manager, enlistment, &keys[i]));
  }
  append(report, size, "],\"key\":\"%llx\"", keys[2]);
  WaitForSingleObject(thread, INFINITE);
  DWORD committed = 0;
  GetExitCodeThread(thread, &committed);
  CloseHandle(thread);
  DWORD outcome = 0, level = 0, flags = 0, timeout = 0;
  WCHAR description[65] = {0};
  CALL(get_information_t, "GetTransactionInformation")
  (transaction, &outcome, &level, &flags, &timeout, 64, description);
  append(report, size, ",\"commit\":%lu,\"outcome\":%lu,\"description\":\"%ls\"", (unsigned long)committed,
         (unsigned long)outcome, description);
  CloseHandle(enlistment);
  CloseHandle(transaction);

  /* A rollback by the last close of two, told through a completion port. */
  HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  append(report, size, ",\"port\":%d",
         CALL(set_port_t, "SetResourceManagerCompletionPort")(resource_manager, port, 77));
  transaction = CALL(create_transaction_t, "CreateTransaction")(NULL, NULL, 0, 0, 0, 0, NULL);
  GUID uow;
  CALL(get_id_t, "GetTransactionId")(transaction, &uow);
  HANDLE second = CALL(open_t, "OpenTransaction")(0x1f003f, &uow);
  enlistment = CALL(create_enlistment_t, "CreateEnlistment")(NULL, resource_manager, transaction,
                                                             COMMIT | PREPARE | ROLLBACK, 0, key);
  OVERLAPPED overlapped = {0};
  memset(notification, 0, sizeof(notification));
  const BOOL now = CALL(get_notification_async_t, "GetNotificationResourceManagerAsync")(resource_manager, notification,
                                                                                         64, &needed, &overlapped);
  append(report, size, ",\"asked\":%lu", now ? 0 : (unsigned long)GetLastError());
  CloseHandle(transaction);
  DWORD moved = 0;
  ULONG_PTR completion_key = 0;
  OVERLAPPED* arrived = NULL;
  append(report, size, ",\"early\":%d", GetQueuedCompletionStatus(port, &moved, &completion_key, &arrived, 50));
  CloseHandle(second);
  GetQueuedCompletionStatus(port, &moved, &completion_key, &arrived, INFINITE);
  append(report, size, ",\"late\":%s,\"completionKey\":%lu,\"notification\":%lu",
         arrived == &overlapped ? "true" : "false", (unsigned long)completion_key,
         (unsigned long)read32(notification + 8));
  append(report, size, ",\"rolledBack\":%d", CALL(with_clock_t, "RollbackComplete")(enlistment, NULL));
  append(report, size, ",\"unasked\":%d", CALL(with_clock_t, "CommitComplete")(enlistment, NULL));
  append(report, size, ",\"unaskedError\":%lu", (unsigned long)GetLastError());
  append(report, size, ",\"badHandle\":%d", CALL(of_handle_t, "CommitTransaction")(port));
  append(report, size, ",\"badHandleError\":%lu}", (unsigned long)GetLastError());
  CloseHandle(enlistment);
  CloseHandle(resource_manager);
  CloseHandle(manager);
  CloseHandle(port);
}
