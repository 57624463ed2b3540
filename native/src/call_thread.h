// A native thread that makes calls for one object, so that nothing that can block runs on the JavaScript thread or in
// libuv's pool.
#pragma once

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "mutex.h"
#include "unique_handle.h"

namespace winbackup {

/** Something to do on the thread, soon: also from inside a wait, when that is alertable. */
class Task {
 public:
  virtual ~Task() = default;
  virtual void Run() = 0;
};

/** Something that waits, and is made of slices so that the thread can be stopped. */
class Wait {
 public:
  enum class Next : std::uint8_t {
    kOver,
    kStep,
    /** Another step, but first what is posted within a moment: the wait expects it. */
    kTasks,
  };

  virtual ~Wait() = default;
  /** One slice. With `stopping` it must be over at once, without waiting. */
  virtual Next Step(bool stopping) = 0;
};

/**
 * The slices of an endless wait, which bound how long an object that nobody aborts keeps its thread. They grow, so that
 * a long wait is not a long series of calls.
 */
class Slices {
 public:
  DWORD Next() {
    const DWORD slice = next_;
    next_ = std::min(2 * next_, kLongestMs);
    return slice;
  }
  void Restart() { next_ = kFirstMs; }

 private:
  static constexpr DWORD kFirstMs = 1000;
  static constexpr DWORD kLongestMs = 60'000;
  DWORD next_ = kFirstMs;
};

/**
 * The thread is in the multithreaded apartment. Tasks go before waits, in their order; a task that arrives during a
 * wait reaches the thread by QueueUserAPC, because GetCommand waits alertably and CompleteCommand belongs on the same
 * thread (VDI spec 3oit, 1ess). An APC costs more than a notification, so a wait can also let the thread sleep between
 * two steps until a task comes.
 *
 * The running thread owns a reference to this object, so that one whose call never returns can be given up.
 */
class CallThread final : public std::enable_shared_from_this<CallThread> {
  struct Private {};

 public:
  explicit CallThread(Private) {}
  CallThread(const CallThread&) = delete;
  CallThread& operator=(const CallThread&) = delete;

  /** Null when Windows has no thread to give. */
  static std::shared_ptr<CallThread> Start();

  /** Any thread. */
  void Post(std::unique_ptr<Task> task);
  void Post(std::shared_ptr<Wait> wait);
  /** Any thread. Tasks posted before are run, waits are cut short, then `last` is run and the thread ends. */
  void Stop(std::unique_ptr<Task> last);
  bool stopping();
  /** Any other thread. Ends the synchronous I/O that the thread waits in, as far as its driver lets it. */
  void CancelIo() const { CancelSynchronousIo(thread_.get()); }
  /** Any other thread. True when the thread has ended within that time. */
  bool Ended(DWORD timeout_ms) const { return WaitForSingleObject(thread_.get(), timeout_ms) == WAIT_OBJECT_0; }

 private:
  static unsigned __stdcall Enter(void* self);
  static void CALLBACK OnApc(ULONG_PTR self);
  void Main();
  void RunTasks(std::unique_lock<Mutex>& lock);

  UniqueHandle thread_;

  Mutex mutex_;  // guards all below
  Condition changed_;
  std::deque<std::unique_ptr<Task>> tasks_;
  std::deque<std::shared_ptr<Wait>> waits_;
  std::unique_ptr<Task> last_;
  bool stopping_ = false;
  bool in_wait_ = false;
  bool in_tasks_ = false;
  bool apc_queued_ = false;
};

}  // namespace winbackup
