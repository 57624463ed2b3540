// The way from a double's COM methods, on whatever thread they are called, to the JavaScript function in the Worker
// that answers them.
#pragma once

#include <napi.h>
#include <windows.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "value.h"

namespace winbackup::doubles {

/** One call: what goes out, and the place for its answer. It lives on the calling thread's stack until it is answered;
 * or, with `then`, on the heap until that has run on the Worker's thread. */
struct Call {
  uint32_t handle;
  const char* operation;
  std::span<const OutputKind> kinds;
  std::vector<Value> inputs;
  HRESULT result;
  std::vector<Value> outputs;
  HANDLE answered;
  std::function<void(Call&)> then;

  Call(uint32_t to, const char* name, std::span<const OutputKind> answers, std::vector<Value> arguments)
      : handle(to),
        operation(name),
        kinds(answers),
        inputs(std::move(arguments)),
        result(E_UNEXPECTED),
        answered(nullptr) {}
};

/** Wakes one call. Nested calls of a thread (from an APC inside GetCommand) each need their own. */
class AnswerEvent {
 public:
  AnswerEvent() : handle_(CreateEventW(nullptr, FALSE, FALSE, nullptr)) {}
  ~AnswerEvent() { CloseHandle(handle_); }
  AnswerEvent(const AnswerEvent&) = delete;
  AnswerEvent& operator=(const AnswerEvent&) = delete;
  HANDLE get() const { return handle_; }

 private:
  const HANDLE handle_;
};

/** How the calling thread waits for the answer: real GetCommand waits run the thread's APCs (facts/vdi.md 2.3). */
enum class Wait { kPlain, kAlertable };

/** What is alive behind a connection. */
struct Counts {
  std::atomic<int> objects{0};
  std::atomic<int> references{0};
  std::atomic<int> lent{0};
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /** The connection that new objects belong to; null while no Worker has connected. */
  static std::shared_ptr<Connection> Current();
  /** On the Worker's thread. `answer(id, handle, operation, args)` is called for each call; the Worker then calls
   * Reply. */
  static std::shared_ptr<Connection> Open(Napi::Env env, const Napi::Function& answer);

  /** Hands the call over and waits for its answer. RPC_E_DISCONNECTED once the Worker is gone. */
  HRESULT Send(Call& call, Wait wait);
  /** Hands the call over, whose `then` is run when it has its answer. False once the Worker is gone. */
  bool Start(std::unique_ptr<Call> call);
  /** On the Worker's thread. False when no such call waits. */
  bool Reply(uint32_t id, HRESULT result, const Napi::Array& outputs);
  /** Answers every waiting call with RPC_E_DISCONNECTED; idempotent, any thread. */
  void Close();

  size_t Outstanding();
  Counts counts;

 private:
  static void Answer(Call* call);
  static void CallJavaScript(napi_env env, napi_value answer, void* context, void* id);

  std::mutex mutex_;
  napi_threadsafe_function worker_ = nullptr;
  std::unordered_map<uint32_t, Call*> waiting_;
  std::vector<std::unique_ptr<AnswerEvent>> spare_events_;  // making one costs more than a call
  static std::atomic<uint32_t>
      next_id_;  // never the same twice, so that a late answer meets no call of a later connection
};

}  // namespace winbackup::doubles
