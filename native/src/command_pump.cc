#include "command_pump.h"

#include <cstring>
#include <utility>

namespace winbackup {

namespace {

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

bool CommandPump::Step(bool stopping) {
  {
    std::lock_guard lock(mutex_);
    if (stopping || stopped_) {
      running_ = false;
      return true;
    }
  }
  VDC_Command* pointer = nullptr;
  const HRESULT hresult = static_cast<IClientVirtualDevice*>(target_->get())->GetCommand(slices_.Next(), &pointer);
  if (hresult == VD_E_TIMEOUT) return false;
  slices_.Restart();
  if (FAILED(hresult) || pointer == nullptr) {
    End(FAILED(hresult) ? hresult : E_UNEXPECTED);
    return true;
  }
  VDC_Command command;
  if (!lease_->During([&] { std::memcpy(&command, pointer, sizeof(command)); })) {
    End(RPC_E_DISCONNECTED);
    return true;
  }
  std::unique_lock lock(mutex_);
  commands_.push_back(
      {AddressOf(pointer), AddressOf(command.buffer), command.position, command.commandCode, command.size});
  Wake(lock);
  return false;
}

void CommandPump::CompleteNow(const std::vector<Completion>& completions) {
  auto* const device = static_cast<IClientVirtualDevice*>(target_->get());
  std::vector<HRESULT> results;
  results.reserve(completions.size());
  for (const auto& [pointer, position, code, bytes] : completions) {
    auto* const command = reinterpret_cast<VDC_Command*>(static_cast<std::uintptr_t>(pointer));
    results.push_back(device->CompleteCommand(command, code, bytes, position));
  }
  std::unique_lock lock(mutex_);
  completions_.insert(completions_.end(), results.begin(), results.end());
  Wake(lock);
}

void CommandPump::End(HRESULT hresult) {
  std::unique_lock lock(mutex_);
  running_ = false;
  ended_ = true;
  hresult_ = hresult;
  Wake(lock);
}

void CommandPump::Wake(std::unique_lock<std::mutex>& lock) {
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
