// Memory that a device set lends: whether it may still be read. It ends when JavaScript asks for Close or gives the set
// up, so that no thread of ours looks at it while it is being unmapped.
#pragma once

#include <cstring>
#include <mutex>

#include "mutex.h"

namespace winbackup {

class Lease {
 public:
  /** From now on nothing of it is read; waits for a copy that is under way. */
  void End() {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }

  /** Runs `use` while the memory is there; false when it has ended. */
  template <class Use>
  bool During(Use use) {
    std::lock_guard lock(mutex_);
    if (ended_) return false;
    use();
    return true;
  }

 private:
  Mutex mutex_;
  bool ended_ = false;  // guarded by mutex_
};

}  // namespace winbackup
