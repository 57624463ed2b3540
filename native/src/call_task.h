// How a call is made on its thread: at once, or as a wait.
#pragma once

#include <memory>
#include <utility>

#include "call.h"
#include "call_thread.h"
#include "mailbox.h"

namespace winbackup {

inline void PostAnswer(Mailbox& mailbox, std::unique_ptr<Call> call) {
  const std::uint32_t handle = call->handle;
  const std::uint32_t ticket = call->ticket;
  mailbox.Post({Answer::Kind::kCall, handle, ticket, std::move(call)});
}

class CallTask final : public Task {
 public:
  CallTask(std::unique_ptr<Call> call, std::shared_ptr<Mailbox> mailbox)
      : call_(std::move(call)), mailbox_(std::move(mailbox)) {}

  void Run() override {
    call_->Run();
    PostAnswer(*mailbox_, std::move(call_));
  }

 private:
  std::unique_ptr<Call> call_;
  const std::shared_ptr<Mailbox> mailbox_;
};

/** A call with a timeout. An endless one is made of slices; any other is one call, so that Windows alone measures its
 * time. */
class CallWait final : public Wait {
 public:
  CallWait(std::unique_ptr<Call> call, std::shared_ptr<Mailbox> mailbox)
      : call_(std::move(call)), mailbox_(std::move(mailbox)) {
    endless_ = Timeout().u32() == INFINITE;
  }

  bool Step(bool stopping) override {
    if (stopping) {
      call_->hresult = RPC_E_DISCONNECTED;
    } else {
      if (endless_) Timeout().set_u32(slices_.Next());
      call_->Run();
      if (endless_ && call_->hresult == call_->method->timed_out) return false;
    }
    PostAnswer(*mailbox_, std::move(call_));
    return true;
  }

 private:
  Argument& Timeout() { return call_->arguments[static_cast<std::size_t>(call_->method->timeout)]; }

  std::unique_ptr<Call> call_;
  const std::shared_ptr<Mailbox> mailbox_;
  bool endless_;
  Slices slices_;
};

}  // namespace winbackup
