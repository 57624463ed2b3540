#include "object.h"

#include <utility>

namespace winbackup {

namespace {

/** How long an abandoned object waits for its children to leave the calls that its abort has ended. */
constexpr DWORD kChildrenMs = 300;
constexpr DWORD kPollMs = 5;

/** The last thing that an object's owner thread does: teardown list, then release. */
class Ending final : public Task {
 public:
  Ending(std::shared_ptr<Target> target, std::vector<const Method*> steps,
         std::vector<std::shared_ptr<CallThread>> others, std::vector<std::weak_ptr<CallThread>> children,
         std::shared_ptr<Mailbox> mailbox, std::uint32_t handle, std::uint32_t ticket, std::shared_ptr<Waiting> waiting,
         const Method* interrupt)
      : target_(std::move(target)),
        steps_(std::move(steps)),
        others_(std::move(others)),
        children_(std::move(children)),
        mailbox_(std::move(mailbox)),
        handle_(handle),
        ticket_(ticket),
        waiting_(std::move(waiting)),
        interrupt_(interrupt) {}

  void Run() override {
    EndWaits();
    if (target_->get() != nullptr) {
      for (const Method* step : steps_) {
        if (step->ends_memory) AwaitChildren();
        step->invoke(target_->get(), nullptr);
      }
    }
    for (const auto& other : others_) other->Ended(INFINITE);
    AwaitChildren();
    if (waiting_->count == 0) {
      target_->Release();
    } else {
      target_ = nullptr;  // a wait that does not end still calls it, and releases it when it returns
    }
    mailbox_->Post({Answer::Kind::kReleased, handle_, ticket_});
  }

 private:
  /** An IVssAsync that is given up while it is waited for: its operation is cancelled, so that the wait returns. */
  void EndWaits() {
    if (interrupt_ == nullptr || waiting_->count == 0 || target_->get() == nullptr) return;
    interrupt_->invoke(target_->get(), nullptr);
    for (DWORD waited = 0; waiting_->count > 0 && waited < kChildrenMs; waited += kPollMs) Sleep(kPollMs);
  }

  void AwaitChildren() {
    for (const auto& weak : children_) {
      if (const auto child = weak.lock(); child != nullptr && child->stopping()) child->Ended(kChildrenMs);
    }
  }

  std::shared_ptr<Target> target_;
  const std::vector<const Method*> steps_;
  const std::vector<std::shared_ptr<CallThread>> others_;
  const std::vector<std::weak_ptr<CallThread>> children_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint32_t handle_;
  const std::uint32_t ticket_;
  const std::shared_ptr<Waiting> waiting_;
  const Method* const interrupt_;
};

}  // namespace

std::shared_ptr<CallThread> ThreadGroup::Get(Role role) {
  std::shared_ptr<CallThread>& thread = threads_[static_cast<std::size_t>(role)];
  if (thread == nullptr) thread = CallThread::Start();
  return thread;
}

std::vector<std::shared_ptr<CallThread>> ThreadGroup::All() const {
  std::vector<std::shared_ptr<CallThread>> all;
  for (const auto& thread : threads_) {
    if (thread != nullptr) all.push_back(thread);
  }
  return all;
}

Object::Object(std::uint32_t handle, const Interface& type, std::shared_ptr<Target> target,
               std::shared_ptr<Lease> lease, bool root, std::shared_ptr<ThreadGroup> threads,
               std::shared_ptr<Mailbox> mailbox)
    : handle_(handle),
      type_(type),
      target_(std::move(target)),
      lease_(std::move(lease)),
      root_(root),
      threads_(std::move(threads)),
      mailbox_(std::move(mailbox)) {
  threads_->users += 1;
}

bool Object::Post(std::unique_ptr<Call> call) {
  const std::shared_ptr<CallThread> thread = call->activates ? owner() : threads_->Get(call->method->role);
  if (thread == nullptr) return false;
  call->target = target_;
  call->lease = lease_;
  if (call->method->timeout >= 0) {
    thread->Post(std::make_shared<CallWait>(std::move(call), mailbox_, waiting_));
  } else {
    thread->Post(std::make_unique<CallTask>(std::move(call), mailbox_));
  }
  return true;
}

CommandPump& Object::pump() {
  if (pump_ == nullptr) pump_ = std::make_shared<CommandPump>(handle_, target_, lease_, mailbox_);
  return *pump_;
}

bool Object::StartPump() {
  const std::shared_ptr<CallThread> thread = owner();
  if (thread == nullptr) return false;
  if (pump().Start()) thread->Post(std::shared_ptr<Wait>(pump_));
  return true;
}

bool Object::Complete(std::vector<Completion> completions) {
  const std::shared_ptr<CallThread> thread = owner();
  if (thread == nullptr) return false;
  thread->Post(pump().Completing(std::move(completions)));
  return true;
}

void Object::EndLease() {
  lease_->End();
  lease_ = std::make_shared<Lease>();
}

std::shared_ptr<CallThread> Object::End(std::uint32_t ticket) {
  const std::shared_ptr<CallThread> last = owner();
  if (root_) lease_->End();
  waiting_->given_up = true;
  threads_->users -= 1;
  const bool alone = threads_->users == 0;
  std::vector<std::shared_ptr<CallThread>> others;
  if (alone) {
    for (const auto& thread : threads_->All()) {
      if (thread == last) continue;
      thread->Stop(nullptr);
      others.push_back(thread);
    }
  }
  auto ending = std::make_unique<Ending>(std::move(target_), std::move(teardown_), std::move(others),
                                         std::move(children_), mailbox_, handle_, ticket, waiting_, type_.Interrupt());
  if (alone) {
    last->Stop(std::move(ending));
  } else {
    last->Post(std::unique_ptr<Task>(std::move(ending)));
  }
  return last;
}

}  // namespace winbackup
