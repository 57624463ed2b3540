// A file that Node has opened, read, written and flushed on a native thread of its own: a disk or share that hangs
// holds up neither the event loop nor libuv's pool, and what hangs can be cancelled. Used on the JavaScript thread.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "call_thread.h"
#include "census.h"
#include "mailbox.h"
#include "unique_handle.h"

namespace winbackup {

/** What both threads know of the file. */
struct OpenedFile {
  OpenedFile() { Census::handles += 1; }
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;
  ~OpenedFile() { Census::handles -= 1; }

  std::atomic<bool> cancelled{false};
  std::atomic<bool> reading{false};
  /** Posted and not begun. */
  std::atomic<std::size_t> waiting{0};

  // Of its thread.
  UniqueHandle handle;
  /** Where the handle stands. */
  std::uint64_t position = 0;
  /** What JavaScript has not been woken for. That costs as much as a small write: half of what is posted is answered
   * together, and SQL Server fills those buffers while the other half is written. */
  std::vector<Answer> answers;
};

/** The functions of libuv that the executable exports, which translate between Node and Windows. */
class Libuv {
 public:
  /** The handle behind Node's file descriptor; null when there is none. */
  static HANDLE HandleOf(int fd);
  /** Node's `errno` for a Win32 error. */
  static int ErrorOf(DWORD win32);
};

class FileIo {
 public:
  enum class Kind : std::uint32_t { kRead, kWrite, kFlush };

  /** Null when Windows has no thread or handle to give. Node may close the descriptor at any time after. */
  static std::unique_ptr<FileIo> Open(int fd, std::uint32_t number, std::shared_ptr<Mailbox> mailbox);

  /** One after the other, in this order, each answered by kFile. The memory must stay until then. */
  void Post(Kind kind, std::uint32_t ticket, void* data, std::size_t size, std::uint64_t position);
  /** What is under way ends as soon as its driver lets it, and whatever was not begun, or is posted later, is refused
   * with ERROR_OPERATION_ABORTED. To be repeated until all is answered: a cancellation may come too early. */
  void Cancel();
  /** Windows is filling memory just now. */
  bool reading() const { return file_->reading; }
  /** What was posted before is done; then the handle is closed, `ticket` answered, and the thread ends. Nothing may be
   * posted afterwards; the first call counts. */
  void Close(std::uint32_t ticket);
  bool closed() const { return closed_; }
  /** True when the thread has ended within that time. */
  bool Ended(DWORD timeout_ms) const { return thread_->Ended(timeout_ms); }

 private:
  FileIo(std::uint32_t number, std::shared_ptr<OpenedFile> file, std::shared_ptr<CallThread> thread,
         std::shared_ptr<Mailbox> mailbox);

  const std::uint32_t number_;
  const std::shared_ptr<OpenedFile> file_;
  const std::shared_ptr<CallThread> thread_;
  const std::shared_ptr<Mailbox> mailbox_;
  bool closed_ = false;
};

}  // namespace winbackup
