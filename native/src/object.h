// What stands behind one handle: a COM object, its threads, and what must happen to it when nobody closes it. Used on
// the JavaScript thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "call.h"
#include "call_task.h"
#include "call_thread.h"
#include "command_pump.h"
#include "descriptors.h"
#include "mailbox.h"

namespace winbackup {

/**
 * The threads that make an object's calls, by role. An object of the apartment shares them with all that comes from it,
 * so that one thread owns a components object and its children from creation to release (design rule 6).
 */
class ThreadGroup {
 public:
  /** Makes the thread of that role if it is not there; null when Windows has none to give. */
  std::shared_ptr<CallThread> Get(Role role);
  /** Those that exist. */
  std::vector<std::shared_ptr<CallThread>> All() const;

  /** How many objects live on them; the last one to leave stops them. */
  int users = 0;

 private:
  std::array<std::shared_ptr<CallThread>, kRoles> threads_;
};

class Object {
 public:
  /** A root object lends memory of its own: `lease` is new. A child lies in its parent's. */
  Object(std::uint32_t handle, const Interface& type, std::shared_ptr<Target> target, std::shared_ptr<Lease> lease,
         bool root, std::shared_ptr<ThreadGroup> threads, std::shared_ptr<Mailbox> mailbox);

  const Interface& type() const { return type_; }
  const std::shared_ptr<Lease>& lease() const { return lease_; }
  const std::shared_ptr<ThreadGroup>& threads() const { return threads_; }
  /** A device's fast path. */
  CommandPump& pump();
  /** Whether the memory that it lends ends with it. */
  bool root() const { return root_; }

  std::shared_ptr<CallThread> owner() { return threads_->Get(type_.owner()); }

  /** Fills in whom to call. False when Windows has no thread for it. */
  bool Post(std::unique_ptr<Call> call);
  /** False when Windows has no thread for it. */
  bool StartPump();
  /** Completes commands on the device's thread; the pump's next batches have the results. False when Windows has no
   * thread for it. */
  bool Complete(std::vector<Completion> completions);

  void set_teardown(std::vector<const Method*> steps) { teardown_ = std::move(steps); }
  void AddChild(const std::shared_ptr<CallThread>& thread) { children_.push_back(thread); }
  /** Ends the memory lent so far; what is lent from now on lies in new memory. */
  void EndLease();
  /** The owner runs the teardown list, releases the object and answers `ticket`; then the threads end, unless others
   * live on them. Nothing may be posted afterwards. */
  std::shared_ptr<CallThread> End(std::uint32_t ticket);

 private:
  const std::uint32_t handle_;
  const Interface& type_;
  std::shared_ptr<Target> target_;
  std::shared_ptr<Lease> lease_;
  const bool root_;
  const std::shared_ptr<ThreadGroup> threads_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  std::shared_ptr<CommandPump> pump_;
  std::vector<const Method*> teardown_;
  std::vector<std::weak_ptr<CallThread>> children_;
};

}  // namespace winbackup
