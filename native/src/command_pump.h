// The fast path of one device: its thread calls GetCommand over and over, and JavaScript takes the commands and the
// results of its completions in batches.
//
// Waking a thread costs more than a small command. So the device's thread takes all commands that are there before it
// wakes JavaScript, and while it expects completions soon it sleeps until they are posted, instead of in GetCommand.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "call_thread.h"
#include "lease.h"
#include "mailbox.h"
#include "mutex.h"
#include "target.h"
#include "winbackup/vdi.h"

namespace winbackup {

/** What one Drain brings, as lib/binding/native.ts reads it from an ArrayBuffer. */
struct Batch {
  struct Command {
    std::uint64_t pointer;
    std::uint64_t buffer;
    std::uint64_t position;
    std::uint32_t code;
    std::uint32_t size;
  };
  static constexpr std::size_t kCommands = 64;
  static constexpr std::size_t kCompletions = 128;

  std::uint32_t command_count;
  std::uint32_t completion_count;
  /** 1 once the queue has ended and every command of it was taken; then `hresult` says by what. */
  std::uint32_t ended;
  std::uint32_t hresult;
  Command commands[kCommands];
  /** Results of CompleteCommand, in the order in which completions were asked for. */
  std::uint32_t completions[kCompletions];
};
static_assert(sizeof(Batch::Command) == 32 && offsetof(Batch, commands) == 16 &&
              offsetof(Batch, completions) == 16 + 64 * 32);
static_assert(sizeof(Batch) == 16 + 64 * 32 + 128 * 4);

/** One completion that JavaScript asks for, as lib/binding/native-command-queue.ts writes it into an ArrayBuffer. */
struct Completion {
  std::uint64_t pointer;
  std::uint64_t position;
  std::uint32_t code;
  std::uint32_t bytes;
};
static_assert(sizeof(Completion) == 24 && offsetof(Completion, code) == 16);

class CommandPump final : public Wait, public std::enable_shared_from_this<CommandPump> {
  using Clock = std::chrono::steady_clock;

 public:
  CommandPump(std::uint32_t device, std::shared_ptr<Target> target, std::shared_ptr<Lease> lease,
              std::shared_ptr<Mailbox> mailbox);

  // On the device's thread.
  Next Step(bool stopping) override;
  void CompleteNow(const std::vector<Completion>& completions);

  // On the JavaScript thread.
  /** A task for the device's thread: one for all that are completed together, because each can cost a wake of it. */
  std::unique_ptr<Task> Completing(std::vector<Completion> completions);
  /** Takes what is there; when nothing is left, the next news wakes JavaScript. */
  void Drain(Batch& batch);
  /** True when the pump must be given to the device's thread (again). */
  bool Start();
  /** The thread leaves GetCommand within a slice; commands that are here already stay. */
  void Stop();

 private:
  /** A command that JavaScript has and has not completed. */
  struct Handed {
    std::uint64_t pointer;
    Clock::time_point at;
  };

  void Answered(std::uint64_t pointer, Clock::time_point now);
  bool ExpectsCompletions() const;
  void End(HRESULT hresult);
  /** Wakes JavaScript if there is anything that it has not taken. */
  void Tell();
  void Wake(std::unique_lock<Mutex>& lock);

  const std::uint32_t device_;
  const std::shared_ptr<Target> target_;
  const std::shared_ptr<Lease> lease_;
  const std::shared_ptr<Mailbox> mailbox_;

  // Of the device's thread.
  Slices slices_;
  std::vector<Handed> handed_;
  Clock::time_point handed_at_;  // the latest
  Clock::duration latency_{};    // from a command to its completion, the last time
  bool looked_ = false;          // nothing is there and JavaScript knows of all: GetCommand may wait
  bool in_get_command_ = false;  // completions come by APC

  Mutex mutex_;  // guards all below
  std::deque<Batch::Command> commands_;
  std::deque<HRESULT> completions_;
  bool drained_ = true;   // JavaScript has seen everything and must be woken
  bool running_ = false;  // given to the thread
  bool stopped_ = false;
  bool ended_ = false;
  HRESULT hresult_ = S_OK;
};

}  // namespace winbackup
