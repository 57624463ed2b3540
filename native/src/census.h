// What is alive in this process, whichever environment made it: leak tests ask for zero.
#pragma once

#include <atomic>

namespace winbackup {

struct Census {
  static inline std::atomic<int> objects{0};
  static inline std::atomic<int> threads{0};
  static inline std::atomic<int> handles{0};
};

}  // namespace winbackup
