#include "command_pump.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace winbackup {

namespace {

/**
 * A client that answers within this time is expected to do so again: its answers are slept for. Longer, and new
 * commands would be seen too late.
 */
constexpr std::chrono::microseconds kSoon{500};

class CompletionTask final : public Task {
 public:
  CompletionTask(std::shared_ptr<CommandPump> pump, std::vector<Completion> completions)
      : pump_(std::move(pump)), completions_(std::move(completions)) {}

  void Run() override { pump_->CompleteNow(completions_); }

 private:
  const std::shared_ptr<CommandPump> pump_;
  const std::vector<Completion> completions_;
};

std::uint64_t AddressOf(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

}  // namespace

CommandPump::CommandPump(std::uint32_t device, std::shared_ptr<Target> target, std::shared_ptr<Lease> lease,
                         std::shared_ptr<Mailbox> mailbox)
    : device_(device), target_(std::move(target)), lease_(std::move(lease)), mailbox_(std::move(mailbox)) {}

Wait::Next CommandPump::Step(bool stopping) {
  bool stopped = stopping;
  {
    std::lock_guard lock(mutex_);
    stopped = stopped || stopped_;
    if (stopped) running_ = false;
  }
  if (stopped) {
    Tell();
    return Next::kOver;
  }
  const bool looks = !looked_;
  in_get_command_ = !looks;
  VDC_Command* pointer = nullptr;
  const HRESULT hresult =
      static_cast<IClientVirtualDevice*>(target_->get())->GetCommand(looks ? 0 : slices_.Next(), &pointer);
  in_get_command_ = false;
  if (hresult == VD_E_TIMEOUT) {
    if (!looks) return Next::kStep;
    Tell();
    if (ExpectsCompletions()) return Next::kTasks;
    looked_ = true;
    return Next::kStep;
  }
  looked_ = false;
  slices_.Restart();
  if (FAILED(hresult) || pointer == nullptr) {
    End(FAILED(hresult) ? hresult : E_UNEXPECTED);
    return Next::kOver;
  }
  VDC_Command command;
  if (!lease_->During([&] { std::memcpy(&command, pointer, sizeof(command)); })) {
    End(RPC_E_DISCONNECTED);
    return Next::kOver;
  }
  handed_at_ = Clock::now();
  handed_.push_back({AddressOf(pointer), handed_at_});
  std::lock_guard lock(mutex_);
  commands_.push_back(
      {AddressOf(pointer), AddressOf(command.buffer), command.position, command.commandCode, command.size});
  return Next::kStep;
}

bool CommandPump::ExpectsCompletions() const {
  return !handed_.empty() && latency_ < kSoon && Clock::now() - handed_at_ < kSoon;
}

void CommandPump::CompleteNow(const std::vector<Completion>& completions) {
  auto* const device = static_cast<IClientVirtualDevice*>(target_->get());
  const auto now = Clock::now();
  std::vector<HRESULT> results;
  results.reserve(completions.size());
  for (const auto& [pointer, position, code, bytes] : completions) {
    auto* const command = reinterpret_cast<VDC_Command*>(static_cast<std::uintptr_t>(pointer));
    results.push_back(device->CompleteCommand(command, code, bytes, position));
    Answered(pointer, now);
  }
  looked_ = false;
  std::unique_lock lock(mutex_);
  completions_.insert(completions_.end(), results.begin(), results.end());
  // Else the next step tells, together with the commands that have come meanwhile.
  if (in_get_command_ || !running_) Wake(lock);
}

void CommandPump::Answered(std::uint64_t pointer, Clock::time_point now) {
  const auto found =
      std::find_if(handed_.begin(), handed_.end(), [&](const Handed& one) { return one.pointer == pointer; });
  if (found == handed_.end()) return;
  latency_ = now - found->at;
  *found = handed_.back();
  handed_.pop_back();
}

void CommandPump::End(HRESULT hresult) {
  std::unique_lock lock(mutex_);
  running_ = false;
  ended_ = true;
  hresult_ = hresult;
  Wake(lock);
}

void CommandPump::Tell() {
  std::unique_lock lock(mutex_);
  if (!commands_.empty() || !completions_.empty()) Wake(lock);
}

void CommandPump::Wake(std::unique_lock<Mutex>& lock) {
  if (!std::exchange(drained_, false)) return;
  lock.unlock();
  mailbox_->Post({Answer::Kind::kCommands, device_});
}

std::unique_ptr<Task> CommandPump::Completing(std::vector<Completion> completions) {
  return std::make_unique<CompletionTask>(shared_from_this(), std::move(completions));
}

void CommandPump::Drain(Batch& batch) {
  std::lock_guard lock(mutex_);
  batch.command_count = 0;
  for (; !commands_.empty() && batch.command_count < Batch::kCommands; commands_.pop_front()) {
    batch.commands[batch.command_count++] = commands_.front();
  }
  batch.completion_count = 0;
  for (; !completions_.empty() && batch.completion_count < Batch::kCompletions; completions_.pop_front()) {
    batch.completions[batch.completion_count++] = static_cast<std::uint32_t>(completions_.front());
  }
  drained_ = commands_.empty() && completions_.empty();
  batch.ended = ended_ && commands_.empty() ? 1 : 0;
  batch.hresult = static_cast<std::uint32_t>(hresult_);
}

bool CommandPump::Start() {
  std::lock_guard lock(mutex_);
  stopped_ = false;
  return !std::exchange(running_, true);
}

void CommandPump::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

}  // namespace winbackup
