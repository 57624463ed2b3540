// The flat functions of an environment: finds their DLLs, owns the kernel handles that they give out, and picks the
// thread for each call. Used on the JavaScript thread.
#pragma once

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "call_thread.h"
#include "function_call.h"
#include "library.h"
#include "mailbox.h"
#include "notification_port.h"

namespace winbackup {

class Functions {
 public:
  explicit Functions(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

  /** Null when no table has it. */
  static const Library* LibraryOf(const std::string& operation);

  /** S_OK when it will be answered, else why not. Throws TypeError for arguments that the table does not allow. */
  HRESULT Call(std::uint32_t ticket, const Library& library, const std::string& operation, const Napi::Array& values);

  bool Has(std::uint32_t handle) const { return handles_.count(handle) != 0; }
  /** Runs the handle's teardown list, closes it when no call uses it any more, and answers `ticket`. */
  void Release(std::uint32_t handle, std::uint32_t ticket);
  /** Throws TypeError for an operation that does not take the handle alone. */
  void SetTeardown(Napi::Env env, std::uint32_t handle, const std::vector<std::string>& operations);

  /** The outputs of a finished call; the handle that it gave out is JavaScript's by the number `next` from now on. Null
   * while a worker is being terminated; nothing is thrown. */
  napi_value Deliver(napi_env env, FunctionCall& call, std::uint32_t& next);

  /** The environment ends: everything is told to end. The threads to be waited for. */
  std::vector<std::shared_ptr<CallThread>> Shutdown();

 private:
  struct Held {
    std::shared_ptr<KernelHandle> handle;
    const Library* library;
    std::vector<const Function*> teardown;
  };

  FunctionArgument ToArgument(const FunctionParameter& parameter, const Napi::Value& value) const;
  std::vector<FunctionArgument> ToArguments(const Function& function, const Napi::Array& values) const;
  /** For functions that never wait, in the order of their calls. */
  CallThread* immediate();
  /** A thread for one call. */
  std::shared_ptr<CallThread> TakeThread();
  void GiveBack(std::shared_ptr<CallThread> thread);
  bool OpenPort();

  const std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<CallThread> immediate_;
  std::shared_ptr<NotificationPort> port_;
  std::vector<std::shared_ptr<CallThread>> idle_;
  /** All threads that are or were taken. */
  std::vector<std::weak_ptr<CallThread>> threads_;
  std::map<std::uint32_t, Held> handles_;
};

}  // namespace winbackup
