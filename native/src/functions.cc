#include "functions.h"

#include <cstring>
#include <cwchar>
#include <iterator>
#include <utility>

#include "../generated/ktm_functions.h"
#include "../generated/txf_functions.h"
#include "../generated/txr_functions.h"
#include "guid_text.h"
#include "marshal.h"

namespace winbackup {

namespace {

/** Threads that are kept for the next call that blocks. */
constexpr std::size_t kIdleThreads = 4;
/** Of an endless wait for a notification: how long a handle that was let go may stay open. */
constexpr DWORD kSliceMs = 250;

void PostAnswer(Mailbox& mailbox, std::unique_ptr<FunctionCall> call) {
  const std::uint32_t ticket = call->ticket;
  mailbox.Post({Answer::Kind::kFunction, 0, ticket, nullptr, std::move(call)});
}

class FunctionTask final : public Task {
 public:
  FunctionTask(std::unique_ptr<FunctionCall> call, std::shared_ptr<Mailbox> mailbox)
      : call_(std::move(call)), mailbox_(std::move(mailbox)) {}

  void Run() override {
    call_->Run();
    call_->LetGo();
    PostAnswer(*mailbox_, std::move(call_));
  }

 private:
  std::unique_ptr<FunctionCall> call_;
  const std::shared_ptr<Mailbox> mailbox_;
};

/** A call with a timeout. An endless one is made of slices, any other is one call; KTM takes the whole timeout. */
class FunctionWait final : public Wait {
 public:
  FunctionWait(std::unique_ptr<FunctionCall> call, std::shared_ptr<Mailbox> mailbox)
      : call_(std::move(call)), mailbox_(std::move(mailbox)) {
    endless_ = Timeout().u32() == INFINITE;
    if (endless_) Timeout().set_u32(kSliceMs);
  }

  Next Step(bool stopping) override {
    const std::size_t handle = call_->function->IndexOf(FunctionKind::kHandle);
    if (stopping || call_->arguments[handle].kernel_handle()->released()) {
      call_->error = ERROR_OPERATION_ABORTED;
    } else {
      call_->Run();
      if (endless_ && call_->error == ERROR_TIMEOUT) return Next::kStep;
    }
    call_->LetGo();
    PostAnswer(*mailbox_, std::move(call_));
    return Next::kOver;
  }

 private:
  FunctionArgument& Timeout() { return call_->arguments[call_->function->IndexOf(FunctionKind::kU32)]; }

  std::unique_ptr<FunctionCall> call_;
  const std::shared_ptr<Mailbox> mailbox_;
  bool endless_;
};

class PortTask final : public Task {
 public:
  PortTask(std::unique_ptr<FunctionCall> call, std::shared_ptr<NotificationPort> port)
      : call_(std::move(call)), port_(std::move(port)) {}
  void Run() override { port_->Ask(std::move(call_)); }

 private:
  std::unique_ptr<FunctionCall> call_;
  const std::shared_ptr<NotificationPort> port_;
};

/** The last that is done with a handle: its teardown list, then CloseHandle. */
class ClosingTask final : public Task {
 public:
  ClosingTask(std::shared_ptr<KernelHandle> handle, const Library& library, std::vector<const Function*> steps,
              std::shared_ptr<NotificationPort> port, std::shared_ptr<Mailbox> mailbox, std::uint32_t ticket)
      : handle_(std::move(handle)),
        library_(library),
        steps_(std::move(steps)),
        port_(std::move(port)),
        mailbox_(std::move(mailbox)),
        ticket_(ticket) {}

  void Run() override {
    for (const Function* step : steps_) {
      HRESULT hresult;
      FunctionArgument arguments[2];
      arguments[0].set_handle(handle_);
      HANDLE given = nullptr;
      if (const FARPROC address = AddressOf(library_, *step, hresult)) step->invoke(address, arguments, given, nullptr);
    }
    const std::uint32_t number = handle_->number();
    handle_.reset();
    if (port_ != nullptr) port_->HandleClosed(number);
    mailbox_->Post({Answer::Kind::kReleased, number, ticket_});
  }

 private:
  std::shared_ptr<KernelHandle> handle_;
  const Library& library_;
  const std::vector<const Function*> steps_;
  const std::shared_ptr<NotificationPort> port_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint32_t ticket_;
};

[[noreturn]] void Refuse(Napi::Env env, const char* name, const char* wanted) {
  throw Napi::TypeError::New(env, std::string(name) + " must be " + wanted);
}

/** Without the C++ wrappers, which throw where a terminating worker lets nothing be thrown. */
napi_value Text(napi_env env, const wchar_t* text, std::size_t length) {
  napi_value value = nullptr;
  return napi_create_string_utf16(env, reinterpret_cast<const char16_t*>(text), length, &value) == napi_ok ? value
                                                                                                           : nullptr;
}

napi_value Null(napi_env env) {
  napi_value value = nullptr;
  return napi_get_null(env, &value) == napi_ok ? value : nullptr;
}

napi_value Number(napi_env env, std::uint32_t number) {
  napi_value value = nullptr;
  return napi_create_uint32(env, number, &value) == napi_ok ? value : nullptr;
}

napi_value BigInt(napi_env env, std::uint64_t number) {
  napi_value value = nullptr;
  return napi_create_bigint_uint64(env, number, &value) == napi_ok ? value : nullptr;
}

napi_value Guid(napi_env env, const GUID& guid) {
  const std::string text = GuidText(guid);
  napi_value value = nullptr;
  return napi_create_string_utf8(env, text.c_str(), text.size(), &value) == napi_ok ? value : nullptr;
}

napi_value Bytes(napi_env env, std::span<const std::byte> bytes) {
  void* data = nullptr;
  napi_value buffer = nullptr;
  napi_value view = nullptr;
  if (napi_create_arraybuffer(env, bytes.size(), &data, &buffer) != napi_ok) return nullptr;
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  return napi_create_typedarray(env, napi_uint8_array, bytes.size(), buffer, 0, &view) == napi_ok ? view : nullptr;
}

/** TransactionNotification of lib/binding/notification.ts. */
napi_value Notification(napi_env env, FunctionArgument& argument) {
  const TRANSACTION_NOTIFICATION& from = *argument.notification();
  const auto* const behind = reinterpret_cast<const std::byte*>(&from + 1);
  const std::size_t room = argument.size() - sizeof(from);
  napi_value enlistment = Null(env);
  napi_value transaction = Null(env);
  napi_value manager = Null(env);
  const ULONG recovery = TRANSACTION_NOTIFY_RECOVER | TRANSACTION_NOTIFY_RECOVER_QUERY;
  if ((from.TransactionNotification & recovery) != 0 && room >= 2 * sizeof(GUID) &&
      from.ArgumentLength >= 2 * sizeof(GUID)) {
    GUID ids[2];
    std::memcpy(ids, behind, sizeof(ids));
    enlistment = Guid(env, ids[0]);
    transaction = Guid(env, ids[1]);
  }
  if (from.TransactionNotification == TRANSACTION_NOTIFY_TM_ONLINE && room >= sizeof(GUID) &&
      from.ArgumentLength >= sizeof(GUID)) {
    GUID id;
    std::memcpy(&id, behind, sizeof(id));
    manager = Guid(env, id);
  }
  const std::pair<const char*, napi_value> members[] = {
      {"key", BigInt(env, reinterpret_cast<ULONG_PTR>(from.TransactionKey))},
      {"notification", Number(env, from.TransactionNotification)},
      {"virtualClock", BigInt(env, static_cast<std::uint64_t>(from.TmVirtualClock.QuadPart))},
      {"enlistmentId", enlistment},
      {"unitOfWork", transaction},
      {"managerId", manager},
  };
  napi_value record = nullptr;
  if (napi_create_object(env, &record) != napi_ok) return nullptr;
  for (const auto& [name, value] : members) {
    if (value == nullptr || napi_set_named_property(env, record, name, value) != napi_ok) return nullptr;
  }
  return record;
}

napi_value ToOutput(napi_env env, FunctionKind kind, FunctionArgument& argument) {
  switch (kind) {
    case FunctionKind::kU32:
      return Number(env, argument.u32());
    case FunctionKind::kGuid:
      return Guid(env, *argument.guid());
    case FunctionKind::kClock:
      return BigInt(env, argument.clock_value());
    case FunctionKind::kBytes:
      return Bytes(env, argument.filled());
    case FunctionKind::kDescription: {
      const std::wstring& text = argument.text_buffer();
      const std::size_t length = wcsnlen(text.c_str(), kDescription);
      return length == 0 ? Null(env) : Text(env, text.data(), length);
    }
    case FunctionKind::kNotification:
      return Notification(env, argument);
    case FunctionKind::kKey:
    case FunctionKind::kText:
    case FunctionKind::kHandle:
      break;
  }
  return Null(env);  // no output of this kind
}

/** Places for what a call gives out. */
void Prepare(FunctionKind kind, FunctionArgument& argument) {
  if (kind == FunctionKind::kBytes) argument.Reserve(kFirstBytes);
  if (kind == FunctionKind::kNotification) argument.Reserve(kNotification);
  if (kind == FunctionKind::kClock) argument.set_clock(0);
  if (kind == FunctionKind::kDescription) argument.set_text(std::wstring(kDescription + 1, L'\0'));
}

}  // namespace

const Library* Functions::LibraryOf(const std::string& operation) {
  for (const Library* library : {&kKtmW32, &kTxF, &kTxR}) {
    if (operation.rfind(std::string(library->name) + "::", 0) == 0) return library;
  }
  return nullptr;
}

FunctionArgument Functions::ToArgument(const FunctionParameter& parameter, const Napi::Value& value) const {
  FunctionArgument argument;
  switch (parameter.kind) {
    case FunctionKind::kU32:
      argument.set_u32(ToU32(value, parameter.name));
      break;
    case FunctionKind::kKey:
      argument.set_u64(ToU64(value, parameter.name));
      break;
    case FunctionKind::kClock:
      if (!value.IsNull()) argument.set_clock(ToU64(value, parameter.name));
      break;
    case FunctionKind::kGuid: {
      if (!value.IsString()) Refuse(value.Env(), parameter.name, "a GUID");
      const std::u16string text = value.As<Napi::String>().Utf16Value();
      GUID guid;
      if (!ParseGuid(std::wstring(text.begin(), text.end()), guid)) Refuse(value.Env(), parameter.name, "a GUID");
      argument.set_guid(guid);
      break;
    }
    case FunctionKind::kText: {
      if (parameter.nullable && value.IsNull()) break;
      if (!value.IsString()) Refuse(value.Env(), parameter.name, "a string");
      const std::u16string text = value.As<Napi::String>().Utf16Value();
      argument.set_text(std::wstring(text.begin(), text.end()));
      break;
    }
    case FunctionKind::kHandle: {
      const auto found = handles_.find(ToU32(value, parameter.name));
      if (found != handles_.end()) argument.set_handle(found->second.handle);
      break;
    }
    case FunctionKind::kBytes: {
      if (!value.IsTypedArray()) Refuse(value.Env(), parameter.name, "bytes");
      const auto bytes = value.As<Napi::Uint8Array>();
      const auto* const first = reinterpret_cast<const std::byte*>(bytes.Data());
      argument.set_bytes(std::vector<std::byte>(first, first + bytes.ByteLength()));
      break;
    }
    case FunctionKind::kDescription:
    case FunctionKind::kNotification:
      Refuse(value.Env(), parameter.name, "an output");
  }
  return argument;
}

std::vector<FunctionArgument> Functions::ToArguments(const Function& function, const Napi::Array& values) const {
  std::vector<FunctionArgument> arguments;
  arguments.reserve(function.parameters.size());
  std::uint32_t next = 0;
  for (const FunctionParameter& parameter : function.parameters) {
    if (parameter.direction == Direction::kIn) {
      arguments.push_back(ToArgument(parameter, values.Get(next++)));
    } else {
      arguments.emplace_back();
      Prepare(parameter.kind, arguments.back());
    }
  }
  if (values.Length() != next)
    Refuse(values.Env(), function.operation, ("called with " + std::to_string(next) + " arguments").c_str());
  return arguments;
}

HRESULT Functions::Call(std::uint32_t ticket, const Library& library, const std::string& operation,
                        const Napi::Array& values) {
  const Function* const function = library.Find(operation);
  if (function == nullptr) throw Napi::TypeError::New(values.Env(), "there is no " + operation);
  auto call = std::make_unique<FunctionCall>();
  call->ticket = ticket;
  call->function = function;
  call->arguments = ToArguments(*function, values);
  for (std::size_t i = 0; i < call->arguments.size(); ++i) {
    const bool held = function->parameters[i].kind != FunctionKind::kHandle || call->arguments[i].kernel_handle();
    if (!held) return E_HANDLE;
  }
  HRESULT hresult = S_OK;
  call->address = AddressOf(library, *function, hresult);
  if (call->address == nullptr) return hresult;
  if (function->uses_port) {
    if (!OpenPort()) return E_OUTOFMEMORY;
    call->port = port_->get();
  }
  switch (function->waits) {
    case Waits::kNever:
      if (immediate() == nullptr) return E_OUTOFMEMORY;
      immediate_->Post(std::make_unique<FunctionTask>(std::move(call), mailbox_));
      break;
    case Waits::kPort:
      if (immediate() == nullptr) return E_OUTOFMEMORY;
      immediate_->Post(std::make_unique<PortTask>(std::move(call), port_));
      break;
    case Waits::kBlocks:
    case Waits::kSlices: {
      const std::shared_ptr<CallThread> thread = TakeThread();
      if (thread == nullptr) return E_OUTOFMEMORY;
      call->thread = thread;
      if (function->waits == Waits::kBlocks) {
        thread->Post(std::make_unique<FunctionTask>(std::move(call), mailbox_));
      } else {
        thread->Post(std::make_shared<FunctionWait>(std::move(call), mailbox_));
      }
    }
  }
  return S_OK;
}

void Functions::Release(std::uint32_t handle, std::uint32_t ticket) {
  const auto found = handles_.find(handle);
  Held held = std::move(found->second);
  handles_.erase(found);
  held.handle->Release();
  // What only closes is done in its turn behind the calls that never wait; a teardown list may block.
  const std::shared_ptr<CallThread> own = held.teardown.empty() ? nullptr : TakeThread();
  CallThread* const thread = own != nullptr ? own.get() : immediate();
  if (thread == nullptr) return;  // without a thread it is closed here, and nobody can be told
  thread->Post(std::make_unique<ClosingTask>(std::move(held.handle), *held.library, std::move(held.teardown), port_,
                                             mailbox_, ticket));
  if (own != nullptr) GiveBack(own);
}

void Functions::SetTeardown(Napi::Env env, std::uint32_t handle, const std::vector<std::string>& operations) {
  Held& held = handles_.at(handle);
  std::vector<const Function*> steps;
  for (const std::string& operation : operations) {
    const Function* const function = held.library->Find(operation);
    // With a clock, NULL is passed for it.
    const bool fits = function != nullptr && function->gives == HandleKind::kNone && !function->parameters.empty() &&
                      function->parameters.size() <= 2 && function->parameters[0].kind == FunctionKind::kHandle &&
                      (function->parameters.size() == 1 || (function->parameters[1].kind == FunctionKind::kClock &&
                                                            function->parameters[1].direction == Direction::kIn));
    if (!fits) throw Napi::TypeError::New(env, operation + " is no teardown step");
    steps.push_back(function);
  }
  held.teardown = std::move(steps);
}

napi_value Functions::Deliver(napi_env env, FunctionCall& call, std::uint32_t& next) {
  if (call.thread != nullptr) GiveBack(std::move(call.thread));
  napi_value outputs = nullptr;
  if (napi_create_array(env, &outputs) != napi_ok) return nullptr;
  if (call.error != ERROR_SUCCESS) return outputs;
  std::uint32_t index = 0;
  if (call.function->gives != HandleKind::kNone) {
    const std::uint32_t number = next++;
    const std::string operation = call.function->operation;
    handles_.emplace(number,
                     Held{std::make_shared<KernelHandle>(number, std::move(call.given)), LibraryOf(operation), {}});
    if (napi_set_element(env, outputs, index++, Number(env, number)) != napi_ok) return nullptr;
  }
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const FunctionParameter& parameter = call.function->parameters[i];
    if (parameter.direction == Direction::kIn) continue;
    const napi_value value = ToOutput(env, parameter.kind, call.arguments[i]);
    if (value == nullptr || napi_set_element(env, outputs, index++, value) != napi_ok) return nullptr;
  }
  return outputs;
}

CallThread* Functions::immediate() {
  if (immediate_ == nullptr) immediate_ = CallThread::Start();
  return immediate_.get();
}

std::shared_ptr<CallThread> Functions::TakeThread() {
  if (!idle_.empty()) {
    std::shared_ptr<CallThread> thread = std::move(idle_.back());
    idle_.pop_back();
    return thread;
  }
  const std::shared_ptr<CallThread> thread = CallThread::Start();
  std::erase_if(threads_, [](const auto& known) { return known.expired(); });
  if (thread != nullptr) threads_.push_back(thread);
  return thread;
}

void Functions::GiveBack(std::shared_ptr<CallThread> thread) {
  if (idle_.size() < kIdleThreads) {
    idle_.push_back(std::move(thread));
  } else {
    thread->Stop(nullptr);
  }
}

bool Functions::OpenPort() {
  if (port_ == nullptr) port_ = NotificationPort::Open(mailbox_);
  return port_ != nullptr;
}

std::vector<std::shared_ptr<CallThread>> Functions::Shutdown() {
  while (!handles_.empty()) Release(std::prev(handles_.end())->first, 0);
  std::vector<std::shared_ptr<CallThread>> ending;
  for (const auto& known : threads_) {
    if (const std::shared_ptr<CallThread> thread = known.lock()) {
      thread->Stop(nullptr);
      ending.push_back(thread);
    }
  }
  if (immediate_ != nullptr) {
    immediate_->Stop(nullptr);
    ending.push_back(std::move(immediate_));
  }
  if (port_ != nullptr) ending.push_back(port_->Stop());
  idle_.clear();
  return ending;
}

}  // namespace winbackup
