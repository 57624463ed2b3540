// How a call is made on its thread: at once, or as a wait.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "call.h"
#include "call_thread.h"
#include "mailbox.h"

namespace winbackup {

inline void PostAnswer(Mailbox& mailbox, std::unique_ptr<Call> call) {
  call->target = nullptr;  // the last one to let go of it releases it, and that must not be the JavaScript thread
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

/** How many waits of one object are under way, and whether it has been given up. */
struct Waiting {
  std::atomic<int> count{0};
  std::atomic<bool> given_up{false};
};

/** A call with a timeout. An endless one is made of slices; any other is one call, so that Windows alone measures its
 * time. */
class CallWait final : public Wait {
 public:
  CallWait(std::unique_ptr<Call> call, std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Waiting> waiting)
      : call_(std::move(call)), mailbox_(std::move(mailbox)), waiting_(std::move(waiting)) {
    endless_ = Timeout().u32() == INFINITE;
    waiting_->count += 1;
  }
  ~CallWait() override { waiting_->count -= 1; }

  Next Step(bool stopping) override {
    if (stopping || waiting_->given_up) {
      call_->hresult = RPC_E_DISCONNECTED;
    } else {
      if (endless_) Timeout().set_u32(slices_.Next());
      call_->Run();
      if (endless_ && !waiting_->given_up && GoesOn()) return Next::kStep;
    }
    PostAnswer(*mailbox_, std::move(call_));
    return Next::kOver;
  }

 private:
  bool GoesOn() const {
    const Method& method = *call_->method;
    return call_->hresult == method.timed_out && (method.pending == nullptr || method.pending(call_->target->get()));
  }
  Argument& Timeout() { return call_->arguments[static_cast<std::size_t>(call_->method->timeout)]; }

  std::unique_ptr<Call> call_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::shared_ptr<Waiting> waiting_;
  bool endless_;
  Slices slices_;
};

}  // namespace winbackup
