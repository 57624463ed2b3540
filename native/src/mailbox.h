// The one queue by which all native threads of an environment answer its JavaScript, and the one threadsafe function
// that wakes it.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "call.h"
#include "function_call.h"
#include "mutex.h"

namespace winbackup {

struct Answer {
  enum class Kind : std::uint8_t { kCall, kReleased, kCommands, kFunction, kFile };

  Kind kind;
  /** The object that it is about. */
  std::uint32_t handle;
  /** JavaScript's number for what it asked; 0 when it did not ask. */
  std::uint32_t ticket = 0;
  /** The finished call of kCall. */
  std::unique_ptr<Call> call = nullptr;
  /** The finished call of kFunction. */
  std::unique_ptr<FunctionCall> function = nullptr;
  /** Of kFile: the Win32 error of the I/O, and the bytes that were moved. */
  std::uint32_t error = 0;
  std::uint32_t bytes = 0;
};

class Mailbox {
 public:
  /** JavaScript thread. Wakes it by `function` as long as Close was not called. */
  explicit Mailbox(napi_threadsafe_function function) : function_(function) {}

  /** Any thread. JavaScript is woken only when it is idle. After Close the answer is dropped. */
  void Post(Answer answer);
  /** Several at once; none is left. */
  void Post(std::vector<Answer>& answers);
  /** JavaScript thread: what has arrived; when that is nothing, the next Post wakes again. */
  std::vector<Answer> Take();
  /** JavaScript thread: no thread touches the threadsafe function afterwards. */
  void Close();

 private:
  void Wake();

  Mutex mutex_;
  napi_threadsafe_function function_;  // null once closed
  std::vector<Answer> arrived_;
  bool awake_ = false;
};

}  // namespace winbackup
