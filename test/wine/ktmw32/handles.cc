#include "handles.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

namespace winbackup::doubles {

namespace {

/** Names are never used again in this process. */
std::atomic<uint32_t> next_name{1};
/** How long a cancelled read may take to end. */
constexpr DWORD kLastReadMs = 1000;

}  // namespace

Handles::Handles(std::function<void()> closed)
    : closed_(std::move(closed)), completions_(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)) {
  watcher_ = std::thread([this] { Watch(); });
}

Handles::~Handles() {
  PostQueuedCompletionStatus(completions_, 0, 1, nullptr);
  watcher_.join();
  for (const auto& entry : entries_) CancelIoEx(entry->server, nullptr);
  for (auto& entry : entries_) {
    // A wait for the pipe itself says nothing: it can be signalled while the read's end is still to be written.
    while (!HasOverlappedIoCompleted(&entry->overlapped)) {
      DWORD moved = 0;
      ULONG_PTR key = 0;
      OVERLAPPED* overlapped = nullptr;
      if (!GetQueuedCompletionStatus(completions_, &moved, &key, &overlapped, kLastReadMs) && overlapped == nullptr)
        break;
    }
    CloseHandle(entry->server);
    // Better lost than written to when it is somebody else's.
    if (!HasOverlappedIoCompleted(&entry->overlapped)) static_cast<void>(entry.release());
  }
  CloseHandle(completions_);
}

HANDLE Handles::Make(uint32_t number) {
  const std::wstring name =
      L"\\\\.\\pipe\\winbackup-ktm-" + std::to_wstring(GetCurrentProcessId()) + L"-" + std::to_wstring(next_name++);
  auto entry = std::make_unique<Entry>();
  entry->number = number;
  entry->server =
      CreateNamedPipeW(name.c_str(), PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                       PIPE_TYPE_BYTE, 1, 64, 64, 0, nullptr);
  if (entry->server == INVALID_HANDLE_VALUE) return nullptr;
  entry->client = CreateFileW(name.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
  if (entry->client == INVALID_HANDLE_VALUE) {
    CloseHandle(entry->server);
    return nullptr;
  }
  CreateIoCompletionPort(entry->server, completions_, 0, 1);
  std::lock_guard lock(mutex_);
  Entry& kept = *entries_.emplace_back(std::move(entry));
  ReadFile(kept.server, &kept.byte, 1, nullptr, &kept.overlapped);
  return kept.client;
}

/** The value of a closed handle is given out again: the last one is meant. */
Handles::Entry* Handles::Find(HANDLE handle) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const auto& entry) { return !entry->closed && entry->client == handle; });
  return found == entries_.rend() ? nullptr : found->get();
}

uint32_t Handles::NumberOf(HANDLE handle) {
  std::lock_guard lock(mutex_);
  const Entry* const entry = Find(handle);
  return entry == nullptr || Closed(*entry) ? 0 : entry->number;
}

bool Handles::Closed(const Entry& entry) {
  DWORD available = 0;
  return !PeekNamedPipe(entry.server, nullptr, 0, nullptr, &available, nullptr);
}

std::vector<uint32_t> Handles::TakeClosed() {
  std::lock_guard lock(mutex_);
  std::vector<uint32_t> numbers;
  for (const auto& entry : entries_) {
    if (entry->closed || !Closed(*entry)) continue;
    entry->closed = true;
    numbers.push_back(entry->number);
  }
  // What the read has told already can go.
  std::erase_if(entries_, [](const auto& entry) {
    if (!entry->closed || !HasOverlappedIoCompleted(&entry->overlapped)) return false;
    CloseHandle(entry->server);
    return true;
  });
  return numbers;
}

void Handles::SetPort(HANDLE handle, HANDLE port, ULONG_PTR key) {
  std::lock_guard lock(mutex_);
  if (Entry* const entry = Find(handle)) {
    entry->port = port;
    entry->key = key;
  }
}

bool Handles::PortOf(HANDLE handle, HANDLE& port, ULONG_PTR& key) {
  std::lock_guard lock(mutex_);
  const Entry* const entry = Find(handle);
  if (entry == nullptr || entry->port == nullptr) return false;
  port = entry->port;
  key = entry->key;
  return true;
}

void Handles::Keep(HANDLE handle, Bytes notification) {
  std::lock_guard lock(mutex_);
  if (Entry* const entry = Find(handle)) entry->kept.push_back(std::move(notification));
}

bool Handles::TakeKept(HANDLE handle, Bytes& notification) {
  std::lock_guard lock(mutex_);
  Entry* const entry = Find(handle);
  if (entry == nullptr || entry->kept.empty()) return false;
  notification = std::move(entry->kept.front());
  entry->kept.pop_front();
  return true;
}

size_t Handles::count() {
  std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) { return !entry->closed; }));
}

void Handles::Watch() {
  for (;;) {
    DWORD moved = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    GetQueuedCompletionStatus(completions_, &moved, &key, &overlapped, INFINITE);
    if (overlapped == nullptr) return;
    closed_();
  }
}

}  // namespace winbackup::doubles
