// What one environment (main thread or worker) gets when it loads winbackup.node: its handles, its answer queue, and
// the order in which they end. lib/binding/native.ts is its only user and says what each function means.
#include <napi.h>
#include <windows.h>

#include <cstring>
#include <map>
#include <string>

#include "../generated/vdi_table.h"
#include "call_task.h"
#include "census.h"
#include "command_pump.h"
#include "event_log.h"
#include "file_io.h"
#include "functions.h"
#include "lent_memory.h"
#include "machine.h"
#include "mailbox.h"
#include "marshal.h"
#include "object.h"
#include "process_began.h"

namespace winbackup {

namespace {

/** How long the end of an environment waits for its teardown lists; then its threads are left behind. */
constexpr ULONGLONG kTeardownMs = 5000;
/** How much of it the writing of files may take, and how often that is cancelled meanwhile. */
constexpr ULONGLONG kFilesMs = 2000;
constexpr DWORD kCancelAgainMs = 10;

/** The last thing on a thread that no object has. */
class Farewell final : public Task {
 public:
  Farewell(std::shared_ptr<Mailbox> mailbox, std::uint32_t handle) : mailbox_(std::move(mailbox)), handle_(handle) {}
  void Run() override { mailbox_->Post({Answer::Kind::kReleased, handle_}); }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint32_t handle_;
};

}  // namespace

class Addon : public Napi::Addon<Addon> {
 public:
  Addon(Napi::Env env, Napi::Object exports) {
    // A thread whose call never returns outlives its environment, and Node unloads the addons of a worker that has
    // ended.
    HMODULE self = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCWSTR>(&kTeardownMs), &self);
    if (napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "winbackup:answers"), 0, 1,
                                        nullptr, nullptr, this, &Addon::OnAnswers, &wake_) != napi_ok) {
      throw Napi::Error::New(env);
    }
    napi_unref_threadsafe_function(env, wake_);
    mailbox_ = std::make_shared<Mailbox>(wake_);
    functions_ = std::make_unique<Functions>(mailbox_);
    // After the threadsafe function, so that this hook runs before that one's (facts/node-addon-ecosystem.md 5.4).
    env.AddCleanupHook([this] { Shutdown(); });
    DefineAddon(exports, {
                             InstanceMethod("listen", &Addon::Listen),
                             InstanceMethod("call", &Addon::CallOperation),
                             InstanceMethod("release", &Addon::Release),
                             InstanceMethod("setTeardown", &Addon::SetTeardown),
                             InstanceMethod("startCommands", &Addon::StartCommands),
                             InstanceMethod("stopCommands", &Addon::StopCommands),
                             InstanceMethod("drainCommands", &Addon::DrainCommands),
                             InstanceMethod("completeCommands", &Addon::CompleteCommands),
                             InstanceMethod("wrapArea", &Addon::WrapArea),
                             InstanceMethod("copyOut", &Addon::CopyOut),
                             InstanceMethod("copyIn", &Addon::CopyIn),
                             InstanceMethod("openFile", &Addon::OpenFile),
                             InstanceMethod("fileIo", &Addon::RequestFileIo),
                             InstanceMethod("cancelFile", &Addon::CancelFile),
                             InstanceMethod("keepAlive", &Addon::KeepAlive),
                             InstanceMethod("alive", &Addon::Alive),
                             InstanceMethod("reportEvent", &Addon::ReportEventNow),
                             InstanceMethod("raiseFailFastException", &Addon::RaiseFailFast),
                             InstanceMethod("processBegan", &Addon::ProcessBeganNow),
                             InstanceMethod("shutdown", &Addon::ShutdownNow),
                         });
  }

 private:
  /** listen(onAnswer(ticket, hresult, outputs), onCommands(device)) */
  void Listen(const Napi::CallbackInfo& info) {
    on_answer_ = Napi::Persistent(info[0].As<Napi::Function>());
    on_commands_ = Napi::Persistent(info[1].As<Napi::Function>());
  }

  /** call(ticket, handle, operation, args): S_OK when it will be answered, else why not; E_NOTIMPL when no interface
   * has such a method. */
  Napi::Value CallOperation(const Napi::CallbackInfo& info) {
    const std::uint32_t ticket = ToU32(info[0], "ticket");
    std::uint32_t handle = ToU32(info[1], "handle");
    const std::string operation = info[2].As<Napi::String>();
    const auto values = info[3].As<Napi::Array>();
    RefuseWhenShut(info.Env());
    if (handle == 0) {
      if (const Library* library = Functions::LibraryOf(operation))
        return Code(info, functions_->Call(ticket, *library, operation, values));
      return CallFlat(info, ticket, operation, values);
    }
    const auto found = objects_.find(handle);
    if (found == objects_.end()) return Code(info, E_HANDLE);
    Object& object = *found->second;
    const Operation wanted = FindOperation(operation);
    if (wanted.method == nullptr) return Code(info, E_NOTIMPL);
    const bool own = object.type().DerivesFrom(*wanted.of);
    if (!own && !wanted.of->DerivesFrom(object.type())) {
      throw Napi::TypeError::New(info.Env(), std::string(object.type().name) + " has no " + operation);
    }
    const Method* method = wanted.method;
    auto call = std::make_unique<Call>();
    call->arguments = ToArguments(*method, values);
    call->ticket = ticket;
    call->handle = handle;
    call->method = method;
    if (!own) call->wanted = wanted.of;
    if (method->ends_memory) {
      // Before the call can run: nobody may look at memory that is being unmapped.
      memory_.End(object.lease());
      object.EndLease();
    }
    return Code(info, object.Post(std::move(call)) ? S_OK : E_OUTOFMEMORY);
  }

  /** A function of no object, on a thread of its own; one that makes an object runs on that object's. */
  Napi::Value CallFlat(const Napi::CallbackInfo& info, std::uint32_t ticket, const std::string& operation,
                       const Napi::Array& values) {
    const Method* const method = FlatFunction(operation);
    if (method == nullptr) throw Napi::TypeError::New(info.Env(), "the machine has no " + operation);
    auto call = std::make_unique<Call>();
    call->arguments = ToArguments(*method, values);
    call->ticket = ticket;
    call->method = method;
    const Parameter* const last = method->parameters.empty() ? nullptr : &method->parameters.back();
    if (last == nullptr || last->kind != Kind::kInterface) return CallAlone(info, std::move(call));
    call->made = last->object == nullptr ? ActivatedInterface(info.Env(), values) : last->object;
    if (call->made == nullptr) return Code(info, E_NOINTERFACE);
    call->activates = true;
    call->handle =
        Add(*call->made, std::make_shared<Target>(), std::make_shared<Lease>(), true, std::make_shared<ThreadGroup>());
    const std::uint32_t handle = call->handle;
    if (objects_.at(handle)->Post(std::move(call))) return Code(info, S_OK);
    objects_.erase(handle);
    return Code(info, E_OUTOFMEMORY);
  }

  Napi::Value CallAlone(const Napi::CallbackInfo& info, std::unique_ptr<Call> call) {
    const std::shared_ptr<CallThread> thread = CallThread::Start();
    if (thread == nullptr) return Code(info, E_OUTOFMEMORY);
    call->handle = next_handle_++;
    call->target = std::make_shared<Target>();
    ending_.emplace(call->handle, thread);
    auto farewell = std::make_unique<Farewell>(mailbox_, call->handle);
    thread->Post(std::unique_ptr<Task>(std::make_unique<CallTask>(std::move(call), mailbox_)));
    thread->Stop(std::move(farewell));
    return Code(info, S_OK);
  }

  static const Interface* ActivatedInterface(Napi::Env env, const Napi::Array& values) {
    const Napi::Value wanted = values.Get(1u);
    if (!wanted.IsString()) throw Napi::TypeError::New(env, "iid must be a string");
    return InterfaceOf(wanted.As<Napi::String>().Utf16Value());
  }

  /** release(ticket, handle): false when there is no such object; there is none in an environment that is ending. */
  Napi::Value Release(const Napi::CallbackInfo& info) {
    if (shut_) return Napi::Boolean::New(info.Env(), false);
    const std::uint32_t handle = ToU32(info[1], "handle");
    if (functions_->Has(handle)) {
      functions_->Release(handle, ToU32(info[0], "ticket"));
      return Napi::Boolean::New(info.Env(), true);
    }
    if (const auto file = files_.find(handle); file != files_.end() && !file->second->closed()) {
      file->second->Close(ToU32(info[0], "ticket"));
      return Napi::Boolean::New(info.Env(), true);
    }
    const auto found = objects_.find(handle);
    if (found == objects_.end()) return Napi::Boolean::New(info.Env(), false);
    End(found, ToU32(info[0], "ticket"));
    return Napi::Boolean::New(info.Env(), true);
  }

  /** setTeardown(handle, operations) */
  void SetTeardown(const Napi::CallbackInfo& info) {
    const std::uint32_t handle = ToU32(info[0], "handle");
    const auto operations = info[1].As<Napi::Array>();
    if (functions_->Has(handle)) {
      std::vector<std::string> names;
      for (std::uint32_t i = 0; i < operations.Length(); ++i) names.push_back(operations.Get(i).As<Napi::String>());
      functions_->SetTeardown(info.Env(), handle, names);
      return;
    }
    const auto found = objects_.find(handle);
    if (found == objects_.end()) return;
    std::vector<const Method*> steps;
    for (std::uint32_t i = 0; i < operations.Length(); ++i) {
      const std::string operation = operations.Get(i).As<Napi::String>();
      const auto [of, method] = FindOperation(operation);
      if (method == nullptr || !method->parameters.empty() || !found->second->type().DerivesFrom(*of))
        throw Napi::TypeError::New(info.Env(), operation + " is no teardown step");
      steps.push_back(method);
    }
    found->second->set_teardown(std::move(steps));
  }

  /** The device of that handle; null when it has been released. */
  Object* Device(const Napi::Value& handle) {
    const auto found = objects_.find(ToU32(handle, "device"));
    if (found == objects_.end()) return nullptr;
    if (&found->second->type() != &kIClientVirtualDevice)
      throw Napi::TypeError::New(handle.Env(), "only a device has commands");
    return found->second.get();
  }

  /** startCommands(device): S_OK, or why it cannot be. */
  Napi::Value StartCommands(const Napi::CallbackInfo& info) {
    RefuseWhenShut(info.Env());
    Object* const device = Device(info[0]);
    if (device == nullptr) return Code(info, E_HANDLE);
    return Code(info, device->StartPump() ? S_OK : E_OUTOFMEMORY);
  }

  void StopCommands(const Napi::CallbackInfo& info) {
    if (Object* const device = Device(info[0])) device->pump().Stop();
  }

  /** drainCommands(device, batch): fills `Batch`; false when the device has been released. */
  Napi::Value DrainCommands(const Napi::CallbackInfo& info) {
    Object* const device = Device(info[0]);
    auto buffer = info[1].As<Napi::ArrayBuffer>();
    if (buffer.ByteLength() != sizeof(Batch)) throw Napi::RangeError::New(info.Env(), "batch has the wrong size");
    if (device != nullptr) device->pump().Drain(*static_cast<Batch*>(buffer.Data()));
    return Napi::Boolean::New(info.Env(), device != nullptr);
  }

  /** completeCommands(device, completions, count): S_OK when their results will come, in this order, or why not. */
  Napi::Value CompleteCommands(const Napi::CallbackInfo& info) {
    Object* const device = Device(info[0]);
    if (device == nullptr) return Code(info, E_HANDLE);
    auto buffer = info[1].As<Napi::ArrayBuffer>();
    const std::uint32_t count = ToU32(info[2], "count");
    if (count > buffer.ByteLength() / sizeof(Completion)) throw Napi::RangeError::New(info.Env(), "count is too large");
    const auto* const first = static_cast<const Completion*>(buffer.Data());
    return Code(info, device->Complete({first, first + count}) ? S_OK : E_OUTOFMEMORY);
  }

  /** wrapArea(handle, address): see LentMemory::Wrap. */
  Napi::Value WrapArea(const Napi::CallbackInfo& info) {
    const auto found = objects_.find(ToU32(info[0], "handle"));
    if (found == objects_.end()) return info.Env().Undefined();
    return memory_.Wrap(info.Env(), found->second->lease(), ToU64(info[1], "address"));
  }

  /** copyOut(handle, address, target): copies lent memory to JavaScript's; false when it is not lent any more. */
  Napi::Value CopyOut(const Napi::CallbackInfo& info) {
    return Copy(info, [](std::uint8_t* lent, std::uint8_t* own, std::size_t size) { std::memcpy(own, lent, size); });
  }

  /** copyIn(handle, address, source): the other way. */
  Napi::Value CopyIn(const Napi::CallbackInfo& info) {
    return Copy(info, [](std::uint8_t* lent, std::uint8_t* own, std::size_t size) { std::memcpy(lent, own, size); });
  }

  template <class Move>
  Napi::Value Copy(const Napi::CallbackInfo& info, Move move) {
    const auto found = objects_.find(ToU32(info[0], "handle"));
    auto own = info[2].As<Napi::Uint8Array>();
    auto* const lent = reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(ToU64(info[1], "address")));
    const bool done =
        found != objects_.end() && found->second->lease()->During([&] { move(lent, own.Data(), own.ByteLength()); });
    return Napi::Boolean::New(info.Env(), done);
  }

  /** openFile(fd): a handle for a file that Node has opened; 0 when Windows has no thread for it. */
  Napi::Value OpenFile(const Napi::CallbackInfo& info) {
    RefuseWhenShut(info.Env());
    const std::uint32_t handle = next_handle_++;
    auto file = FileIo::Open(info[0].As<Napi::Number>().Int32Value(), handle, mailbox_);
    if (file == nullptr) return Napi::Number::New(info.Env(), 0);
    files_.emplace(handle, std::move(file));
    return Napi::Number::New(info.Env(), handle);
  }

  /** fileIo(ticket, file, kind, bytes, position): S_OK when it will be answered, by [bytes] or [errno]; the memory
   * must stay until then. */
  Napi::Value RequestFileIo(const Napi::CallbackInfo& info) {
    RefuseWhenShut(info.Env());
    const auto found = files_.find(ToU32(info[1], "file"));
    if (found == files_.end() || found->second->closed()) return Code(info, E_HANDLE);
    const auto kind = static_cast<FileIo::Kind>(ToU32(info[2], "kind"));
    auto bytes = info[3].As<Napi::Uint8Array>();
    found->second->Post(kind, ToU32(info[0], "ticket"), bytes.Data(), bytes.ByteLength(),
                        static_cast<std::uint64_t>(info[4].As<Napi::Number>().Int64Value()));
    return Code(info, S_OK);
  }

  /** cancelFile(file): see FileIo::Cancel. */
  void CancelFile(const Napi::CallbackInfo& info) {
    if (const auto found = files_.find(ToU32(info[0], "file")); found != files_.end()) found->second->Cancel();
  }

  /** keepAlive(on): whether answers are awaited, so that the process must not end. */
  void KeepAlive(const Napi::CallbackInfo& info) {
    if (shut_) return;
    if (info[0].ToBoolean()) {
      napi_ref_threadsafe_function(info.Env(), wake_);
    } else {
      napi_unref_threadsafe_function(info.Env(), wake_);
    }
  }

  /** What is alive in the process, whichever environment made it; `areas` are this environment's. */
  Napi::Value Alive(const Napi::CallbackInfo& info) {
    auto alive = Napi::Object::New(info.Env());
    alive.Set("objects", Census::objects.load());
    alive.Set("threads", Census::threads.load());
    alive.Set("handles", Census::handles.load());
    alive.Set("areas", static_cast<std::uint32_t>(memory_.count()));
    return alive;
  }

  void ShutdownNow(const Napi::CallbackInfo&) { Shutdown(); }

  /** reportEvent(source, type, eventId, text): the Win32 error. On this thread, for a process that is about to end. */
  Napi::Value ReportEventNow(const Napi::CallbackInfo& info) {
    const DWORD error = WriteEvent(ToText(info[0], "source"), ToU32(info[1], "type"), ToU32(info[2], "eventId"),
                                   ToText(info[3], "text"));
    return Napi::Number::New(info.Env(), error);
  }

  /** raiseFailFastException(): the process ends at once with 0xC0000602, no handler of its own runs, and Windows Error
   * Reporting sees it, which it does not at Node's abort (facts/ktm-tmf-mts.md 6.4). */
  void RaiseFailFast(const Napi::CallbackInfo&) {
    RaiseFailFastException(nullptr, nullptr, FAIL_FAST_GENERATE_EXCEPTION_ADDRESS);
  }

  /** processBegan(pid): see ProcessBegan. */
  Napi::Value ProcessBeganNow(const Napi::CallbackInfo& info) {
    const std::optional<std::uint64_t> began = ProcessBegan(ToU32(info[0], "pid"));
    return began ? Napi::BigInt::New(info.Env(), *began) : info.Env().Undefined();
  }

  static Napi::Value Code(const Napi::CallbackInfo& info, HRESULT hresult) {
    return Napi::Number::New(info.Env(), static_cast<std::uint32_t>(hresult));
  }

  void RefuseWhenShut(Napi::Env env) const {
    if (shut_) throw Napi::Error::New(env, "this environment is ending");
  }

  std::uint32_t Add(const Interface& type, std::shared_ptr<Target> target, std::shared_ptr<Lease> lease, bool root,
                    std::shared_ptr<ThreadGroup> threads) {
    const std::uint32_t handle = next_handle_++;
    objects_.emplace(handle, std::make_unique<Object>(handle, type, std::move(target), std::move(lease), root,
                                                      std::move(threads), mailbox_));
    return handle;
  }

  /** Gives an object that a call gave out a handle. */
  std::uint32_t Adopt(const Interface& type, ComPtr<IUnknown> object, const Call& call) {
    const auto parent = objects_.find(call.handle);
    auto target = std::make_shared<Target>(std::move(object));
    if (type.owner() == Role::kApartment && parent != objects_.end()) {
      return Add(type, std::move(target), call.lease, false, parent->second->threads());
    }
    const std::uint32_t handle = Add(type, std::move(target), call.lease, false, std::make_shared<ThreadGroup>());
    const std::shared_ptr<CallThread> thread = objects_.at(handle)->owner();
    if (thread != nullptr && parent != objects_.end()) parent->second->AddChild(thread);
    return handle;
  }

  using Objects = std::map<std::uint32_t, std::unique_ptr<Object>>;

  void End(Objects::iterator object, std::uint32_t ticket) {
    if (object->second->root() && !shut_) memory_.End(object->second->lease());
    ending_.emplace(object->first, object->second->End(ticket));
    objects_.erase(object);
  }

  static void OnAnswers(napi_env env, napi_value, void* context, void*) {
    if (env == nullptr) return;  // the environment ends: Shutdown has run, and `context` may be gone
    static_cast<Addon*>(context)->Deliver(env);
  }

  void Deliver(napi_env env) {
    for (std::vector<Answer> answers; !shut_ && !(answers = mailbox_->Take()).empty();) {
      for (Answer& answer : answers) {
        if (shut_) return;  // by the callback before
        napi_handle_scope scope = nullptr;
        if (napi_open_handle_scope(env, &scope) != napi_ok) return;
        switch (answer.kind) {
          case Answer::Kind::kCall:
            DeliverCall(env, *answer.call);
            break;
          case Answer::Kind::kReleased:
            ending_.erase(answer.handle);
            files_.erase(answer.handle);
            if (answer.ticket != 0) Report(env, answer.ticket, S_OK, nullptr);
            break;
          case Answer::Kind::kCommands:
            DeliverCommands(env, answer.handle);
            break;
          case Answer::Kind::kFunction: {
            const DWORD error = answer.function->error;
            const napi_value outputs = functions_->Deliver(env, *answer.function, next_handle_);
            Report(env, answer.ticket, HRESULT_FROM_WIN32(error), outputs);
            break;
          }
          case Answer::Kind::kFile:
            DeliverFile(env, answer);
            break;
        }
        napi_close_handle_scope(env, scope);
      }
    }
  }

  void DeliverCall(napi_env env, Call& call) {
    napi_value outputs = nullptr;
    if (call.activates) {
      const auto made = objects_.find(call.handle);
      if (FAILED(call.hresult) && made != objects_.end()) End(made, 0);
      napi_value handle = nullptr;
      if (SUCCEEDED(call.hresult) && napi_create_array(env, &outputs) == napi_ok &&
          napi_create_uint32(env, call.handle, &handle) == napi_ok) {
        napi_set_element(env, outputs, 0, handle);
      }
    } else {
      outputs = ToOutputs(env, call, [&](const Parameter& parameter, ComPtr<IUnknown> object) {
        return Adopt(*parameter.object, std::move(object), call);
      });
    }
    Report(env, call.ticket, call.hresult, outputs);
  }

  void DeliverFile(napi_env env, const Answer& answer) {
    const bool done = answer.error == ERROR_SUCCESS;
    napi_value outputs = nullptr;
    napi_value value = nullptr;
    if (napi_create_array(env, &outputs) != napi_ok) return;
    const std::int64_t output = done ? std::int64_t{answer.bytes} : std::int64_t{Libuv::ErrorOf(answer.error)};
    if (napi_create_int64(env, output, &value) != napi_ok) return;
    napi_set_element(env, outputs, 0, value);
    Report(env, answer.ticket, HRESULT_FROM_WIN32(answer.error), outputs);
  }

  void Report(napi_env env, std::uint32_t ticket, HRESULT hresult, napi_value outputs) {
    napi_value arguments[] = {nullptr, nullptr, outputs};
    if (napi_create_uint32(env, ticket, &arguments[0]) != napi_ok) return;
    if (napi_create_uint32(env, static_cast<std::uint32_t>(hresult), &arguments[1]) != napi_ok) return;
    if (outputs == nullptr && napi_create_array(env, &arguments[2]) != napi_ok) return;
    Invoke(env, on_answer_, 3, arguments);
  }

  void DeliverCommands(napi_env env, std::uint32_t device) {
    napi_value handle = nullptr;
    if (napi_create_uint32(env, device, &handle) == napi_ok) Invoke(env, on_commands_, 1, &handle);
  }

  /** Without the C++ wrappers, which throw where a terminating worker lets nothing be thrown. */
  static void Invoke(napi_env env, const Napi::FunctionReference& callback, std::size_t count,
                     const napi_value* arguments) {
    napi_value function = nullptr;
    napi_value undefined = nullptr;
    if (callback.IsEmpty() || napi_get_reference_value(env, callback, &function) != napi_ok || function == nullptr)
      return;
    if (napi_get_undefined(env, &undefined) != napi_ok) return;
    if (napi_call_function(env, undefined, function, count, arguments, nullptr) != napi_pending_exception) return;
    napi_value error = nullptr;
    if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
  }

  /** Before the memory that they use is given back: a write that cannot be cancelled is left behind after a while,
   * which spoils only an output that nobody finishes; a read is waited for, because it would spoil whatever is there
   * next. */
  void EndFiles(ULONGLONG deadline) {
    for (auto& [handle, file] : files_) {
      file->Cancel();
      file->Close(0);
    }
    for (auto& [handle, file] : files_) {
      while (!file->Ended(kCancelAgainMs) && (file->reading() || GetTickCount64() < deadline)) file->Cancel();
    }
    files_.clear();
  }

  /** The end of the environment, on its thread: everything is torn down, and waited for up to a deadline. */
  void Shutdown() {
    if (shut_) return;
    shut_ = true;
    mailbox_->Close();
    memory_.Forget();
    const ULONGLONG begin = GetTickCount64();
    EndFiles(begin + kFilesMs);
    // Children have the higher handles: they are told to stop before their parent's list runs.
    while (!objects_.empty()) End(std::prev(objects_.end()), 0);
    const std::vector<std::shared_ptr<CallThread>> threads = functions_->Shutdown();
    const ULONGLONG deadline = begin + kTeardownMs;
    for (const std::shared_ptr<CallThread>& thread : threads) {
      const ULONGLONG now = GetTickCount64();
      thread->Ended(now < deadline ? static_cast<DWORD>(deadline - now) : 0);
    }
    for (const auto& [handle, thread] : ending_) {
      const ULONGLONG now = GetTickCount64();
      thread->Ended(now < deadline ? static_cast<DWORD>(deadline - now) : 0);
    }
    ending_.clear();
    on_answer_.Reset();
    on_commands_.Reset();
  }

  napi_threadsafe_function wake_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
  Napi::FunctionReference on_answer_;
  Napi::FunctionReference on_commands_;
  LentMemory memory_;
  std::unique_ptr<Functions> functions_;
  /** Also those that are being closed, until that is done. */
  std::map<std::uint32_t, std::unique_ptr<FileIo>> files_;
  Objects objects_;
  /** Objects that are being torn down, by their owner threads. */
  std::map<std::uint32_t, std::shared_ptr<CallThread>> ending_;
  std::uint32_t next_handle_ = 1;
  bool shut_ = false;
};

NODE_API_ADDON(Addon)

}  // namespace winbackup
