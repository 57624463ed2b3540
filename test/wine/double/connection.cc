#include "connection.h"

#include <string>

namespace winbackup::doubles {

namespace {

std::mutex current_mutex;
std::shared_ptr<Connection> current;  // guarded by current_mutex

}  // namespace

std::atomic<uint32_t> Connection::next_id_{1};

std::shared_ptr<Connection> Connection::Current() {
  std::lock_guard lock(current_mutex);
  return current;
}

std::shared_ptr<Connection> Connection::Open(Napi::Env env, const Napi::Function& answer) {
  auto connection = std::make_shared<Connection>();
  // The thread-safe function owns a reference of its own, because it may outlive every other one.
  auto owner = std::make_unique<std::shared_ptr<Connection>>(connection);
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<Connection>*>(data); };
  const napi_status status =
      napi_create_threadsafe_function(env, answer, nullptr, Napi::String::New(env, "winbackup:double"), 0, 1,
                                      owner.get(), finalize, connection.get(), CallJavaScript, &connection->worker_);
  if (status != napi_ok) throw Napi::Error::New(env);
  owner.release();
  napi_unref_threadsafe_function(env, connection->worker_);
  // Runs before the thread-safe function's own hook, because it was registered later.
  env.AddCleanupHook([connection] { connection->Close(); });
  std::lock_guard lock(current_mutex);
  if (current != nullptr) current->Close();
  current = connection;
  return connection;
}

HRESULT Connection::Send(Call& call, Wait wait) {
  std::unique_ptr<AnswerEvent> event;
  {
    std::lock_guard lock(mutex_);
    if (worker_ == nullptr) return RPC_E_DISCONNECTED;
    if (spare_events_.empty()) spare_events_.push_back(std::make_unique<AnswerEvent>());
    event = std::move(spare_events_.back());
    spare_events_.pop_back();
    call.answered = event->get();
    const uint32_t id = next_id_++;
    waiting_.emplace(id, &call);
    // Under the lock, so that Close cannot end the function in between; the queue has no limit, so this never waits.
    napi_call_threadsafe_function(worker_, reinterpret_cast<void*>(static_cast<uintptr_t>(id)), napi_tsfn_nonblocking);
  }
  while (WaitForSingleObjectEx(call.answered, INFINITE, wait == Wait::kAlertable) == WAIT_IO_COMPLETION) {
  }
  std::lock_guard lock(mutex_);
  spare_events_.push_back(std::move(event));
  return call.result;
}

bool Connection::Start(std::unique_ptr<Call> call) {
  std::lock_guard lock(mutex_);
  if (worker_ == nullptr) return false;
  const uint32_t id = next_id_++;
  waiting_.emplace(id, call.release());
  napi_call_threadsafe_function(worker_, reinterpret_cast<void*>(static_cast<uintptr_t>(id)), napi_tsfn_nonblocking);
  return true;
}

void Connection::Answer(Call* call) {
  if (!call->then) {
    SetEvent(call->answered);
    return;
  }
  const std::unique_ptr<Call> owned(call);
  owned->then(*owned);
}

void Connection::CallJavaScript(napi_env raw_env, napi_value answer, void* context, void* data) {
  if (raw_env == nullptr) return;  // the environment ends: Close has answered
  const Napi::Env env(raw_env);
  auto* const self = static_cast<Connection*>(context);
  const auto id = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(data));
  const Call* call = nullptr;
  {
    std::lock_guard lock(self->mutex_);
    const auto found = self->waiting_.find(id);
    if (found == self->waiting_.end()) return;
    call = found->second;
  }
  // Only Reply and Close end the call, both on this thread.
  try {
    Napi::Array args = Napi::Array::New(env, call->inputs.size());
    for (size_t i = 0; i < call->inputs.size(); ++i)
      args.Set(static_cast<uint32_t>(i), ToJavaScript(env, call->inputs[i]));
    Napi::Function(env, answer)
        .Call({Napi::Number::New(env, id), Napi::Number::New(env, call->handle),
               Napi::String::New(env, call->operation), args});
  } catch (const Napi::Error& error) {
    // An uncaught exception of the Worker's; or it is being terminated, and Close will answer.
    error.ThrowAsJavaScriptException();
  }
}

bool Connection::Reply(uint32_t id, HRESULT result, const Napi::Array& outputs) {
  Call* call = nullptr;
  {
    std::lock_guard lock(mutex_);
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return false;
    call = found->second;
    waiting_.erase(found);
  }
  call->result = E_UNEXPECTED;
  const auto answer = [call] { Answer(call); };
  try {
    const uint32_t count = outputs.Length();
    if (count > call->kinds.size() || (SUCCEEDED(result) && count != call->kinds.size())) {
      throw Napi::TypeError::New(outputs.Env(), std::string(call->operation) + ": wrong number of outputs");
    }
    for (uint32_t i = 0; i < count; ++i) call->outputs.push_back(FromJavaScript(outputs.Get(i), call->kinds[i]));
    call->result = result;
  } catch (...) {
    answer();
    throw;
  }
  answer();
  return true;
}

void Connection::Close() {
  std::lock_guard lock(mutex_);
  if (worker_ == nullptr) return;
  napi_release_threadsafe_function(worker_, napi_tsfn_abort);
  worker_ = nullptr;
  for (const auto& [id, call] : waiting_) {
    call->result = RPC_E_DISCONNECTED;
    Answer(call);
  }
  waiting_.clear();
}

size_t Connection::Outstanding() {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace winbackup::doubles
