// What stands behind one handle: a COM object, its threads, and what must happen to it when nobody closes it. Used on
// the JavaScript thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "call.h"
#include "call_thread.h"
#include "command_pump.h"
#include "descriptors.h"
#include "mailbox.h"

namespace winbackup {

class Object {
 public:
  /** A root object lends memory of its own: `lease` is new. A child lies in its parent's. */
  Object(std::uint32_t handle, const Interface& type, std::shared_ptr<Target> target, std::shared_ptr<Lease> lease,
         bool root, std::shared_ptr<Mailbox> mailbox);

  const Interface& type() const { return type_; }
  const std::shared_ptr<Lease>& lease() const { return lease_; }
  /** A device's fast path. */
  CommandPump& pump();
  /** Whether the memory that it lends ends with it. */
  bool root() const { return root_; }

  /** Makes the thread of that role if it is not there; null when Windows has none to give. */
  std::shared_ptr<CallThread> Thread(Role role);
  std::shared_ptr<CallThread> owner() { return Thread(type_.owner()); }

  /** Fills in whom to call. False when Windows has no thread for it. */
  bool Post(std::unique_ptr<Call> call);
  /** False when Windows has no thread for it. */
  bool StartPump();
  /** Completes a command on the device's thread; the pump's next batch has the result. False when Windows has no thread
   * for it. */
  bool Complete(std::uint64_t pointer, std::uint32_t code, std::uint32_t bytes, std::uint64_t position);

  void set_teardown(std::vector<const Method*> steps) { teardown_ = std::move(steps); }
  void AddChild(const std::shared_ptr<CallThread>& thread) { children_.push_back(thread); }
  /** Ends the memory lent so far; what is lent from now on lies in new memory. */
  void EndLease();
  /** Stops the threads; the owner runs the teardown list, releases the object and answers `ticket`. Nothing may be
   * posted afterwards. */
  std::shared_ptr<CallThread> End(std::uint32_t ticket);

 private:
  const std::uint32_t handle_;
  const Interface& type_;
  const std::shared_ptr<Target> target_;
  std::shared_ptr<Lease> lease_;
  const bool root_;
  const std::shared_ptr<Mailbox> mailbox_;
  std::array<std::shared_ptr<CallThread>, kRoles> threads_;
  std::shared_ptr<CommandPump> pump_;
  std::vector<const Method*> teardown_;
  std::vector<std::weak_ptr<CallThread>> children_;
};

}  // namespace winbackup
