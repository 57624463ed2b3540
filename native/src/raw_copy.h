// An encrypted file (EFS), copied as it is on the disk: the keys stay with their owners.
#pragma once

#include <windows.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace winbackup {

/**
 * ReadEncryptedFileRaw hands out blocks and WriteEncryptedFileRaw asks for them, and neither returns before the end:
 * each has a thread of its own, and one block at a time goes from one to the other.
 */
class RawCopy {
 public:
  /** Null when one of them cannot be opened: `error` says why. */
  static std::unique_ptr<RawCopy> Start(const std::wstring& from, const std::wstring& to, DWORD& error);
  RawCopy(const RawCopy&) = delete;
  RawCopy& operator=(const RawCopy&) = delete;
  /** Breaks off what goes on. */
  ~RawCopy();

  /** True when it has ended within that time. */
  bool Wait(DWORD milliseconds);
  /** Once it has ended: what came first, for the other side is broken off by it. */
  DWORD error() const {
    const bool read_failed = read_error_ != ERROR_SUCCESS && read_error_ != ERROR_OPERATION_ABORTED;
    return read_failed || write_error_ == ERROR_SUCCESS ? read_error_ : write_error_;
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  class Context {
   public:
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();
    DWORD Open(const std::wstring& path, ULONG flags);
    void* get() const { return context_; }

   private:
    void* context_ = nullptr;
  };

  RawCopy() = default;
  static DWORD WINAPI Export(PBYTE data, PVOID self, ULONG length);
  static DWORD WINAPI Import(PBYTE data, PVOID self, PULONG length);
  void Read();
  void Write();

  Context source_;
  Context target_;
  std::atomic<std::uint64_t> bytes_{0};

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<std::byte> block_;
  std::size_t taken_ = 0;
  bool read_over_ = false;
  bool write_over_ = false;
  bool broken_off_ = false;
  DWORD read_error_ = ERROR_SUCCESS;
  DWORD write_error_ = ERROR_SUCCESS;

  // Last, so that everything is there when they begin.
  std::thread reader_;
  std::thread writer_;
};

}  // namespace winbackup
