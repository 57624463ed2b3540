// A queue of notifications that is never empty and costs nothing to ask, in the place of ktmw32.dll's: what is left is
// what the addon adds to a call.
#include <napi.h>
#include <windows.h>

#include <ktmw32.h>

#include <atomic>
#include <cstring>

#include "../../wine/substitute/imports.h"

namespace {

std::atomic<HANDLE> port{nullptr};

void Fill(PTRANSACTION_NOTIFICATION notification, PULONG used) {
  *notification = {};
  notification->TransactionKey = reinterpret_cast<PVOID>(7);
  notification->TransactionNotification = TRANSACTION_NOTIFY_ROLLBACK;
  *used = sizeof(*notification);
}

HANDLE Made() { return CreateEventW(nullptr, TRUE, FALSE, nullptr); }
HANDLE WINAPI MakeManager(LPSECURITY_ATTRIBUTES, LPWSTR, ULONG, ULONG) { return Made(); }
HANDLE WINAPI MakeResourceManager(LPSECURITY_ATTRIBUTES, LPGUID, DWORD, HANDLE, LPWSTR) { return Made(); }

BOOL WINAPI Get(HANDLE, PTRANSACTION_NOTIFICATION notification, ULONG, DWORD, PULONG used) {
  Fill(notification, used);
  return TRUE;
}
BOOL WINAPI SetPort(HANDLE, HANDLE given, ULONG_PTR) {
  port = given;
  return TRUE;
}
BOOL WINAPI GetAsync(HANDLE, PTRANSACTION_NOTIFICATION notification, ULONG, PULONG used, LPOVERLAPPED overlapped) {
  Fill(notification, used);
  PostQueuedCompletionStatus(port, *used, 0, overlapped);
  SetLastError(ERROR_IO_PENDING);
  return FALSE;
}

FARPROC WINAPI Find(HMODULE module, LPCSTR name) {
  static const struct {
    const char* name;
    void* address;
  } all[] = {
      {"wine_get_version", nullptr},
      {"CreateTransactionManager", reinterpret_cast<void*>(MakeManager)},
      {"CreateResourceManager", reinterpret_cast<void*>(MakeResourceManager)},
      {"GetNotificationResourceManager", reinterpret_cast<void*>(Get)},
      {"SetResourceManagerCompletionPort", reinterpret_cast<void*>(SetPort)},
      {"GetNotificationResourceManagerAsync", reinterpret_cast<void*>(GetAsync)},
  };
  for (const auto& each : all) {
    if (std::strcmp(each.name, name) == 0) return reinterpret_cast<FARPROC>(each.address);
  }
  return GetProcAddress(module, name);
}

double Seconds(const LARGE_INTEGER& from) {
  LARGE_INTEGER now, frequency;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&frequency);
  return static_cast<double>(now.QuadPart - from.QuadPart) / static_cast<double>(frequency.QuadPart);
}

/** install(): from now on the addon, which must be loaded, calls these. */
void Install(const Napi::CallbackInfo& info) {
  const HMODULE module = GetModuleHandleW(L"winbackup.node");
  void* const find = reinterpret_cast<void*>(Find);
  if (module == nullptr || winbackup::substitute::ReplaceImport(module, "GetProcAddress", find) == nullptr) {
    throw Napi::Error::New(info.Env(), "the addon is not loaded");
  }
}

/** getDirectly(count): the seconds of so many calls in C++. */
Napi::Value GetDirectly(const Napi::CallbackInfo& info) {
  const std::uint32_t count = info[0].As<Napi::Number>().Uint32Value();
  BOOL(WINAPI* volatile get)(HANDLE, PTRANSACTION_NOTIFICATION, ULONG, DWORD, PULONG) = Get;
  TRANSACTION_NOTIFICATION notification;
  ULONG used = 0;
  LARGE_INTEGER start;
  QueryPerformanceCounter(&start);
  for (std::uint32_t i = 0; i < count; ++i) get(nullptr, &notification, sizeof(notification), 0, &used);
  return Napi::Number::New(info.Env(), Seconds(start));
}

/** getByPortDirectly(count): likewise by a completion port, one at a time. */
Napi::Value GetByPortDirectly(const Napi::CallbackInfo& info) {
  const std::uint32_t count = info[0].As<Napi::Number>().Uint32Value();
  const HANDLE before = port;
  port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1);
  TRANSACTION_NOTIFICATION notification;
  OVERLAPPED overlapped{};
  ULONG used = 0;
  LARGE_INTEGER start;
  QueryPerformanceCounter(&start);
  for (std::uint32_t i = 0; i < count; ++i) {
    GetAsync(nullptr, &notification, sizeof(notification), &used, &overlapped);
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    LPOVERLAPPED done = nullptr;
    GetQueuedCompletionStatus(port, &bytes, &key, &done, INFINITE);
  }
  const double seconds = Seconds(start);
  CloseHandle(port);
  port = before;
  return Napi::Number::New(info.Env(), seconds);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("install", Napi::Function::New(env, Install));
  exports.Set("getDirectly", Napi::Function::New(env, GetDirectly));
  exports.Set("getByPortDirectly", Napi::Function::New(env, GetByPortDirectly));
  return exports;
}

NODE_API_MODULE(ktm_notifications, Init)

}  // namespace
