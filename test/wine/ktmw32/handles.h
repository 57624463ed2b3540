// The handles that the double gives out. Each is the client end of a private pipe, because handles are closed with
// kernel32's CloseHandle, which no double sees: the other end learns of the last close.
#pragma once

#include <windows.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "../double/value.h"

namespace winbackup::doubles {

class Handles {
 public:
  /** `closed` is called, on a thread of its own, when a handle may have been closed: look with TakeClosed. */
  explicit Handles(std::function<void()> closed);
  ~Handles();
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  /** A new handle for a number of the machine's; null when there is none to give. */
  HANDLE Make(uint32_t number);
  /** The machine's number; 0 for a handle that is not ours, which the machine knows as well as we do. */
  uint32_t NumberOf(HANDLE handle);
  /** The machine's numbers of handles whose last duplicate has been closed, each once. */
  std::vector<uint32_t> TakeClosed();
  /** The completion port of a resource manager's handle. */
  void SetPort(HANDLE handle, HANDLE port, ULONG_PTR key);
  bool PortOf(HANDLE handle, HANDLE& port, ULONG_PTR& key);
  /** A notification that did not fit stays at the head of the handle's queue. */
  void Keep(HANDLE handle, Bytes notification);
  bool TakeKept(HANDLE handle, Bytes& notification);
  size_t count();

 private:
  struct Entry {
    OVERLAPPED overlapped{};
    HANDLE server = nullptr;
    HANDLE client = nullptr;  // the client's: only its value is known here
    HANDLE port = nullptr;
    ULONG_PTR key = 0;
    uint32_t number = 0;
    bool closed = false;
    std::deque<Bytes> kept;
    char byte = 0;
  };

  void Watch();
  Entry* Find(HANDLE handle);
  static bool Closed(const Entry& entry);

  const std::function<void()> closed_;
  const HANDLE completions_;
  std::mutex mutex_;  // guards all below
  std::vector<std::unique_ptr<Entry>> entries_;
  uint32_t next_pipe_ = 1;
  std::thread watcher_;
};

}  // namespace winbackup::doubles
