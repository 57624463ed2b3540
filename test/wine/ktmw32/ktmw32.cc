// The stand-in for ktmw32.dll: flat functions to the client, a Node addon to the Worker that holds the simulated
// machine. It has no behaviour.
#include <napi.h>
#include <windows.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>

#include "handles.h"
#include "marshal.h"

namespace winbackup::doubles {

namespace {

std::mutex handles_mutex;
std::shared_ptr<Handles> current_handles;  // guarded by handles_mutex

std::shared_ptr<Handles> CurrentHandles() {
  std::lock_guard lock(handles_mutex);
  return current_handles;
}

/** What GetLastError says: an HRESULT of another facility stays what it is. */
DWORD ErrorOf(HRESULT result) {
  return HRESULT_FACILITY(result) == FACILITY_WIN32 ? HRESULT_CODE(result) : static_cast<DWORD>(result);
}

/** NTSTATUS_FROM_WIN32, which RtlNtStatusToDosError turns back. */
LONG StatusOf(DWORD error) { return static_cast<LONG>(error == 0 ? 0 : (error & 0xffff) | 0xc0070000); }

/** Puts a packet with a status into a port, as the kernel does. */
void Complete(HANDLE port, ULONG_PTR key, OVERLAPPED* overlapped, DWORD error, ULONG_PTR length) {
  using Set = LONG(WINAPI*)(HANDLE, ULONG_PTR, ULONG_PTR, LONG, SIZE_T);
  static const auto set = reinterpret_cast<Set>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtSetIoCompletion")));
  overlapped->Internal = static_cast<ULONG_PTR>(static_cast<ULONG>(StatusOf(error)));
  overlapped->InternalHigh = length;
  set(port, key, reinterpret_cast<ULONG_PTR>(overlapped), StatusOf(error), length);
}

/** Copies a notification out; 122 and its size when it does not fit. */
DWORD Put(const Bytes& notification, Notification* place, ULONG size, ULONG* used) {
  if (used != nullptr) *used = static_cast<ULONG>(notification.size());
  if (size < notification.size()) return ERROR_INSUFFICIENT_BUFFER;
  std::memcpy(static_cast<void*>(place), notification.data(), notification.size());
  return ERROR_SUCCESS;
}

DWORD PutOrKeep(HANDLE handle, Bytes notification, Notification* place, ULONG size, ULONG* used) {
  const DWORD error = Put(notification, place, size, used);
  if (error != ERROR_SUCCESS) {
    if (const auto handles = CurrentHandles()) handles->Keep(handle, std::move(notification));
  }
  return error;
}

/** The Worker's side. */
class Double : public Napi::Addon<Double> {
 public:
  Double(Napi::Env, Napi::Object exports) {
    // The client may hold addresses of this module for longer than the Worker lives.
    HMODULE self = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCWSTR>(&handles_mutex), &self);
    DefineAddon(exports,
                {InstanceMethod("connect", &Double::Connect), InstanceMethod("reply", &Double::Reply),
                 InstanceMethod("takeClosed", &Double::TakeClosed), InstanceMethod("counts", &Double::CountAlive)});
  }

 private:
  /** connect(answer, onClosed): `onClosed` is called when handles may have been closed. */
  Napi::Value Connect(const Napi::CallbackInfo& info) {
    Napi::Env env = info.Env();
    connection_ = Connection::Open(env, info[0].As<Napi::Function>());
    napi_threadsafe_function wake = nullptr;
    if (napi_create_threadsafe_function(env, info[1], nullptr, Napi::String::New(env, "winbackup:closed"), 0, 1,
                                        nullptr, nullptr, nullptr, nullptr, &wake) != napi_ok) {
      throw Napi::Error::New(env);
    }
    napi_unref_threadsafe_function(env, wake);
    handles_ =
        std::make_shared<Handles>([wake] { napi_call_threadsafe_function(wake, nullptr, napi_tsfn_nonblocking); });
    {
      std::lock_guard lock(handles_mutex);
      current_handles = handles_;
    }
    // Runs before the thread-safe function's own hook, because it was registered later.
    env.AddCleanupHook([handles = std::weak_ptr<Handles>(handles_), this] {
      std::lock_guard lock(handles_mutex);
      if (current_handles == handles.lock()) current_handles = nullptr;
      handles_ = nullptr;
    });
    return env.Undefined();
  }

  /** reply(id, hresult, outputs): false when nobody waits for it any more. */
  Napi::Value Reply(const Napi::CallbackInfo& info) {
    const auto result = static_cast<HRESULT>(info[1].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(
        info.Env(), connection_->Reply(info[0].As<Napi::Number>().Uint32Value(), result, info[2].As<Napi::Array>()));
  }

  /** takeClosed(): the machine's handles whose last duplicate the client has closed, each once. */
  Napi::Value TakeClosed(const Napi::CallbackInfo& info) {
    const std::vector<uint32_t> numbers = handles_ == nullptr ? std::vector<uint32_t>{} : handles_->TakeClosed();
    Napi::Array array = Napi::Array::New(info.Env(), numbers.size());
    for (uint32_t i = 0; i < numbers.size(); ++i) array.Set(i, Napi::Number::New(info.Env(), numbers[i]));
    return array;
  }

  Napi::Value CountAlive(const Napi::CallbackInfo& info) {
    Napi::Object counts = Napi::Object::New(info.Env());
    counts.Set("kernelHandles", static_cast<uint32_t>(handles_ == nullptr ? 0 : handles_->count()));
    counts.Set("functionCalls", static_cast<uint32_t>(connection_ == nullptr ? 0 : connection_->Outstanding()));
    return counts;
  }

  std::shared_ptr<Connection> connection_;
  std::shared_ptr<Handles> handles_;
};

NODE_API_ADDON(Double)

}  // namespace

Value In(const LARGE_INTEGER* clock) {
  if (clock == nullptr) return nullptr;
  return static_cast<uint64_t>(clock->QuadPart);
}

Value InKey(const void* key) { return uint64_t{reinterpret_cast<uintptr_t>(key)}; }

Value In(const void* bytes, ULONG size) {
  const auto* const first = static_cast<const uint8_t*>(bytes);
  return Bytes(first, first + size);
}

Value InHandle(HANDLE handle) {
  const auto handles = CurrentHandles();
  return handles == nullptr ? uint32_t{0} : handles->NumberOf(handle);
}

bool Out(const Value& value, DWORD* place) {
  if (place != nullptr) *place = std::get<uint32_t>(value);
  return true;
}

bool Out(const Value& value, GUID* place) {
  *place = std::get<GUID>(value);
  return true;
}

bool Out(const Value& value, LARGE_INTEGER* place) {
  place->QuadPart = static_cast<LONGLONG>(std::get<uint64_t>(value));
  return true;
}

bool Out(const Value& value, void* buffer, ULONG size, ULONG* used) {
  const Bytes& bytes = std::get<Bytes>(value);
  if (used != nullptr) *used = static_cast<ULONG>(bytes.size());
  if (size < bytes.size()) {
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return false;
  }
  if (!bytes.empty()) std::memcpy(buffer, bytes.data(), bytes.size());
  return true;
}

bool Out(const Value& value, wchar_t* buffer, DWORD length) {
  const auto* const text = std::get_if<std::u16string>(&value);
  const size_t size = text == nullptr ? 0 : text->size();
  if (buffer == nullptr || length == 0) return true;
  if (size > length) {
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return false;
  }
  if (size > 0) std::memcpy(buffer, text->data(), size * sizeof(wchar_t));
  if (size < length) buffer[size] = 0;
  return true;
}

BOOL Send(Call& call) {
  const std::shared_ptr<Connection> connection = Connection::Current();
  if (connection == nullptr) return Fail<BOOL>(static_cast<DWORD>(RPC_E_DISCONNECTED));
  const HRESULT result = connection->Send(call, Wait::kPlain);
  if (FAILED(result)) return Fail<BOOL>(ErrorOf(result));
  return TRUE;
}

HANDLE SendForHandle(Call& call) {
  const std::shared_ptr<Handles> handles = CurrentHandles();
  if (!Send(call)) return INVALID_HANDLE_VALUE;
  const HANDLE made = handles == nullptr ? nullptr : handles->Make(std::get<uint32_t>(call.outputs[0]));
  return made == nullptr ? Fail<HANDLE>(ERROR_NO_SYSTEM_RESOURCES) : made;
}

BOOL SendForNotification(Call& call, HANDLE handle, Notification* place, ULONG size, ULONG* used) {
  Bytes notification;
  const std::shared_ptr<Handles> handles = CurrentHandles();
  if (handles == nullptr || !handles->TakeKept(handle, notification)) {
    if (!Send(call)) return FALSE;
    notification = std::get<Bytes>(call.outputs[0]);
  }
  const DWORD error = PutOrKeep(handle, std::move(notification), place, size, used);
  return error == ERROR_SUCCESS ? TRUE : Fail<BOOL>(error);
}

BOOL SendAsync(std::unique_ptr<Call> call, HANDLE handle, Notification* place, ULONG size, ULONG* used,
               OVERLAPPED* overlapped) {
  const std::shared_ptr<Handles> handles = CurrentHandles();
  HANDLE port = nullptr;
  ULONG_PTR key = 0;
  // Without a port the machine refuses it at once.
  if (handles == nullptr || !handles->PortOf(handle, port, key))
    return SendForNotification(*call, handle, place, size, used);
  Bytes kept;
  if (handles->TakeKept(handle, kept)) {
    const DWORD error = PutOrKeep(handle, std::move(kept), place, size, used);
    if (error != ERROR_SUCCESS) return Fail<BOOL>(error);
    Complete(port, key, overlapped, ERROR_SUCCESS, *used);
    return Fail<BOOL>(ERROR_IO_PENDING);
  }
  call->then = [=](Call& answered) {
    DWORD error = ErrorOf(answered.result);
    if (SUCCEEDED(answered.result)) error = PutOrKeep(handle, std::get<Bytes>(answered.outputs[0]), place, size, used);
    Complete(port, key, overlapped, error, used == nullptr ? 0 : *used);
  };
  const std::shared_ptr<Connection> connection = Connection::Current();
  if (connection == nullptr || !connection->Start(std::move(call)))
    return Fail<BOOL>(static_cast<DWORD>(RPC_E_DISCONNECTED));
  return Fail<BOOL>(ERROR_IO_PENDING);
}

BOOL SetPort(Call& call, HANDLE handle, HANDLE port, ULONG_PTR key) {
  if (!Send(call)) return FALSE;
  if (const auto handles = CurrentHandles()) handles->SetPort(handle, port, key);
  return TRUE;
}

}  // namespace winbackup::doubles

using namespace winbackup::doubles;

#include "generated.h"
