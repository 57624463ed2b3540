// The environment's completion port for GetNotificationResourceManagerAsync: one thread takes what arrives, in batches,
// and answers the calls that asked for it. A buffer is in KTM's hands for each unanswered call and for no other, so
// that JavaScript decides how many notifications are on the way.
#pragma once

#include <windows.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "call_thread.h"
#include "function_call.h"
#include "mailbox.h"
#include "mutex.h"

namespace winbackup {

class NotificationPort final : public Wait {
 public:
  explicit NotificationPort(std::shared_ptr<Mailbox> mailbox);
  ~NotificationPort() override;

  /** Null when Windows has no port or no thread to give. */
  static std::shared_ptr<NotificationPort> Open(std::shared_ptr<Mailbox> mailbox);

  HANDLE get() const { return port_.get(); }

  /** On a native thread: gives KTM a buffer for the call. Everything else, also a failure, comes as an answer. */
  void Ask(std::unique_ptr<FunctionCall> call);
  /** On the thread that has closed the handle: what still waits on it ends with ERROR_OPERATION_ABORTED when KTM does
   * not say so itself. What had happened before, KTM may tell a moment later: nothing of it is lost. */
  void HandleClosed(std::uint32_t handle);
  /** The thread of the port, told to end. */
  std::shared_ptr<CallThread> Stop();

  Next Step(bool stopping) override;

 private:
  /** What KTM is given: it is KTM's until its packet has come, whatever becomes of the call. */
  struct Buffer {
    OVERLAPPED overlapped;  // first: a packet is known by its address
    ULONG needed;
    std::vector<std::byte> bytes;
    std::unique_ptr<FunctionCall> call;  // null when nobody waits for it
    std::uint32_t handle;
    std::weak_ptr<KernelHandle> alive;
  };

  void Post(Buffer& buffer, const std::shared_ptr<KernelHandle>& handle);
  void Arrived(const OVERLAPPED_ENTRY& entry);
  void Answer(Buffer& buffer, DWORD error);
  void EndCallsOf(std::uint32_t handle);

  struct Closed {
    std::uint32_t handle;
    ULONGLONG until;  // as GetTickCount64 counts
  };

  UniqueHandle port_;
  const std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<CallThread> thread_;
  std::deque<Closed> closed_;  // of the port's thread

  Mutex mutex_;  // guards all below
  std::unordered_map<OVERLAPPED*, std::unique_ptr<Buffer>> buffers_;
  std::vector<Buffer*> spare_;
};

}  // namespace winbackup
