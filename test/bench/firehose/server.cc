#include "server.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace winbackup::bench {

namespace {

constexpr DWORD kRead = 1;
constexpr DWORD kWrite = 2;
constexpr DWORD kFlush = 12;
constexpr DWORD kWriteMedia = 0x10000;
constexpr DWORD kReadMedia = 0x20000;

/** Larger than the processor's caches, because SQL Server's pages come from its buffer pool. */
constexpr size_t kPoolSize = size_t{64} << 20;

/** One for all sets, made with the first, so that it does not count as growth. */
std::vector<BYTE>& Pool() {
  static std::vector<BYTE> pool = [] {
    std::vector<BYTE> pages(kPoolSize);
    for (size_t i = 0; i < pages.size(); ++i) pages[i] = static_cast<BYTE>(i * 31 + (i >> 8));
    return pages;
  }();
  return pool;
}

class Lock {
 public:
  explicit Lock(SRWLOCK& lock) : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
  ~Lock() { ReleaseSRWLockExclusive(&lock_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  SRWLOCK& lock_;
};

}  // namespace

Server::Server(const Script& script, std::function<void(const Outcome&)> ended)
    : script_(script), ended_(std::move(ended)) {
  const uint64_t size = static_cast<uint64_t>(script.transfer_size) * script.buffers;
  mapping_ = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, static_cast<DWORD>(size >> 32),
                                static_cast<DWORD>(size), nullptr);
  area_ = static_cast<BYTE*>(MapViewOfFile(mapping_, FILE_MAP_ALL_ACCESS, 0, 0, size));
  arrived_ = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  commands_.resize(script.buffers);
  with_client_.resize(script.buffers);
  for (uint32_t i = 0; i < script.buffers; ++i) free_.push_back(i);
  Pool();
  std::memset(area_, 0, size);  // the first transfer is not to pay for the pages
}

Server::~Server() {
  Abort();
  if (thread_.joinable()) thread_.join();
  UnmapViewOfFile(area_);
  CloseHandle(mapping_);
  CloseHandle(arrived_);
}

void Server::Configure(VDConfig* config) const {
  *config = VDConfig{};
  config->deviceCount = 1;
  config->features = script_.backup ? kWriteMedia : kReadMedia;
  config->blockSize = 512;
  config->alignment = 512;
  config->maxIODepth = 4;
  config->maxTransferSize = script_.transfer_size;
  config->bufferAreaSize = script_.transfer_size * 4;
}

void Server::Start() {
  {
    Lock lock(lock_);
    if (state_ != State::kReady) return;
    state_ = State::kRunning;
  }
  thread_ = std::thread([this] { Run(); });
}

void Server::Run() {
  const auto start = std::chrono::steady_clock::now();
  bool good = true;
  for (uint64_t sent = 0; good && sent < script_.total_bytes;) {
    uint32_t index = 0;
    good = TakeFree(&index);
    if (!good) break;
    BYTE* const buffer = area_ + static_cast<uint64_t>(index) * script_.transfer_size;
    const auto size = static_cast<DWORD>(std::min<uint64_t>(script_.transfer_size, script_.total_bytes - sent));
    // A buffer that comes back from a Read is emptied when it is needed again.
    if (script_.backup)
      std::memcpy(buffer, NextPages(), size);
    else if (sent >= static_cast<uint64_t>(script_.buffers) * script_.transfer_size)
      std::memcpy(NextPages(), buffer, script_.transfer_size);
    Send(index, script_.backup ? kWrite : kRead, size);
    sent += size;
  }
  uint32_t index = 0;
  good = good && WaitUntilAllFree() && TakeFree(&index);
  if (good) {
    Send(index, kFlush, 0);
    good = WaitUntilAllFree();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  End(State::kClosed);
  Lock lock(lock_);
  outcome_.seconds = seconds;
  outcome_.complete = good;
  ended_(outcome_);
}

BYTE* Server::NextPages() {
  BYTE* const pages = Pool().data() + pool_position_;
  pool_position_ = (pool_position_ + script_.transfer_size) % kPoolSize;  // transfer sizes are powers of two
  return pages;
}

bool Server::TakeFree(uint32_t* index) {
  Lock lock(lock_);
  while (free_.empty() && state_ == State::kRunning) SleepConditionVariableSRW(&given_back_, &lock_, INFINITE, 0);
  if (state_ != State::kRunning || failed_) return false;
  *index = free_.front();
  free_.pop_front();
  return true;
}

bool Server::WaitUntilAllFree() {
  Lock lock(lock_);
  while (free_.size() < script_.buffers && state_ == State::kRunning)
    SleepConditionVariableSRW(&given_back_, &lock_, INFINITE, 0);
  return state_ == State::kRunning && !failed_;
}

void Server::Send(uint32_t index, DWORD code, DWORD size) {
  bool wake = false;
  {
    Lock lock(lock_);
    BYTE* const buffer = size == 0 ? nullptr : area_ + static_cast<uint64_t>(index) * script_.transfer_size;
    commands_[index] = VDC_Command{code, size, 0, buffer};
    queue_.push_back(index);
    wake = client_waits_;
    client_waits_ = false;
  }
  if (wake) SetEvent(arrived_);
}

void Server::Abort() { End(State::kAborted); }

void Server::End(State state) {
  {
    Lock lock(lock_);
    if (state_ == State::kClosed || state_ == State::kAborted) return;
    state_ = state;
  }
  WakeAllConditionVariable(&given_back_);
  SetEvent(arrived_);
}

HRESULT Server::GetCommand(DWORD timeout_ms, VDC_Command** command) {
  const ULONGLONG deadline = GetTickCount64() + timeout_ms;
  for (;;) {
    {
      Lock lock(lock_);
      if (state_ == State::kReady) return kVD_E_PROTOCOL;
      if (state_ == State::kAborted) return kVD_E_ABORT;
      if (!queue_.empty()) {
        const uint32_t index = queue_.front();
        queue_.pop_front();
        with_client_[index] = true;
        *command = &commands_[index];
        return S_OK;
      }
      if (state_ == State::kClosed) return kVD_E_CLOSE;
      client_waits_ = true;
    }
    DWORD wait = INFINITE;
    if (timeout_ms != INFINITE) {
      const ULONGLONG now = GetTickCount64();
      if (now >= deadline) return kVD_E_TIMEOUT;
      wait = static_cast<DWORD>(deadline - now);
    }
    // Alertable, as GetCommand's wait is (facts/vdi.md 2.3): what an APC completed is seen in the next round.
    WaitForSingleObjectEx(arrived_, wait, TRUE);
  }
}

HRESULT Server::CompleteCommand(VDC_Command* command, DWORD completion_code, DWORD bytes_transferred) {
  {
    Lock lock(lock_);
    if (state_ == State::kAborted) return kVD_E_ABORT;
    const uint64_t index = static_cast<uint64_t>(command - commands_.data());
    if (index >= script_.buffers || &commands_[index] != command || !with_client_[index]) return kVD_E_INVALID;
    with_client_[index] = false;
    failed_ = failed_ || completion_code != ERROR_SUCCESS;
    outcome_.bytes += bytes_transferred;
    free_.push_back(static_cast<uint32_t>(index));
  }
  WakeConditionVariable(&given_back_);
  return S_OK;
}

}  // namespace winbackup::bench
