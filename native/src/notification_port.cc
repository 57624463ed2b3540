#include "notification_port.h"

#include <ktmw32.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace winbackup {

namespace {

constexpr ULONG kBatch = 64;
/** How long KTM has to answer, or to cancel, what waits on a handle that was closed. */
constexpr ULONGLONG kLastWordMs = 250;
/** Packets of our own have no OVERLAPPED of KTM's, but one of these. */
OVERLAPPED wake_packet;
OVERLAPPED closed_packet;

/** The Win32 error of a finished operation. */
DWORD ErrorOfStatus(ULONG_PTR status) {
  using Convert = ULONG(WINAPI*)(LONG);
  if (static_cast<LONG>(status) >= 0) return ERROR_SUCCESS;
  static const auto convert = reinterpret_cast<Convert>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlNtStatusToDosError")));
  return convert == nullptr ? ERROR_GEN_FAILURE : convert(static_cast<LONG>(status));
}

}  // namespace

NotificationPort::NotificationPort(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

NotificationPort::~NotificationPort() {
  // KTM may still write into these.
  for (auto& [overlapped, buffer] : buffers_) {
    const bool spare = std::find(spare_.begin(), spare_.end(), buffer.get()) != spare_.end();
    if (!spare) static_cast<void>(buffer.release());
  }
}

std::shared_ptr<NotificationPort> NotificationPort::Open(std::shared_ptr<Mailbox> mailbox) {
  auto self = std::make_shared<NotificationPort>(std::move(mailbox));
  self->port_ = UniqueHandle(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
  if (!self->port_) return nullptr;
  self->thread_ = CallThread::Start();
  if (self->thread_ == nullptr) return nullptr;
  self->thread_->Post(std::shared_ptr<Wait>(self));
  return self;
}

void NotificationPort::Ask(std::unique_ptr<FunctionCall> call) {
  const std::size_t given = call->function->IndexOf(FunctionKind::kHandle);
  const std::shared_ptr<KernelHandle> handle = call->arguments[given].kernel_handle();
  call->LetGo();
  Buffer* buffer = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (spare_.empty()) {
      auto made = std::make_unique<Buffer>();
      made->bytes.resize(kNotification);
      buffer = made.get();
      buffers_.emplace(&buffer->overlapped, std::move(made));
    } else {
      buffer = spare_.back();
      spare_.pop_back();
    }
    buffer->call = std::move(call);
    buffer->handle = handle->number();
    buffer->alive = handle;
  }
  Post(*buffer, handle);
}

void NotificationPort::Post(Buffer& buffer, const std::shared_ptr<KernelHandle>& handle) {
  using Get = decltype(&GetNotificationResourceManagerAsync);
  for (;;) {
    std::unique_lock lock(mutex_);
    const auto get = reinterpret_cast<Get>(reinterpret_cast<void*>(buffer.call->address));
    buffer.overlapped = {};
    buffer.needed = 0;
    std::fill(buffer.bytes.begin(), buffer.bytes.end(), std::byte{0});
    auto* const notification = reinterpret_cast<TRANSACTION_NOTIFICATION*>(buffer.bytes.data());
    const auto size = static_cast<ULONG>(buffer.bytes.size());
    lock.unlock();
    const BOOL done = get(handle->get(), notification, size, &buffer.needed, &buffer.overlapped);
    const DWORD error = done ? ERROR_SUCCESS : LastError();
    lock.lock();
    if (error == ERROR_IO_PENDING || buffer.call == nullptr) return;
    if (error == ERROR_SUCCESS) {
      // Whether a call that answers TRUE has filled the buffer already, or will by a packet, is not documented.
      if (notification->TransactionNotification != 0) Answer(buffer, ERROR_SUCCESS);
      return;
    }
    const std::size_t larger = Grown(size, buffer.needed);
    if (error != ERROR_INSUFFICIENT_BUFFER || larger > kLongestBuffer) {
      Answer(buffer, error);
      return;
    }
    buffer.bytes.resize(larger);
  }
}

void NotificationPort::HandleClosed(std::uint32_t handle) {
  if (!PostQueuedCompletionStatus(port_.get(), 0, handle, &closed_packet)) EndCallsOf(handle);
}

std::shared_ptr<CallThread> NotificationPort::Stop() {
  thread_->Stop(nullptr);
  PostQueuedCompletionStatus(port_.get(), 0, 0, &wake_packet);
  return std::exchange(thread_, nullptr);
}

Wait::Next NotificationPort::Step(bool stopping) {
  if (stopping) return Next::kOver;
  const ULONGLONG now = GetTickCount64();
  while (!closed_.empty() && closed_.front().until <= now) {
    EndCallsOf(closed_.front().handle);
    closed_.pop_front();
  }
  const DWORD wait = closed_.empty() ? INFINITE : static_cast<DWORD>(closed_.front().until - now);
  std::array<OVERLAPPED_ENTRY, kBatch> entries;
  ULONG count = 0;
  if (!GetQueuedCompletionStatusEx(port_.get(), entries.data(), kBatch, &count, wait, FALSE)) return Next::kStep;
  for (const OVERLAPPED_ENTRY& entry : std::span(entries).first(count)) {
    if (entry.lpOverlapped == &closed_packet) {
      closed_.push_back({static_cast<std::uint32_t>(entry.lpCompletionKey), GetTickCount64() + kLastWordMs});
    } else if (entry.lpOverlapped != &wake_packet) {
      Arrived(entry);
    }
  }
  return Next::kStep;
}

void NotificationPort::Arrived(const OVERLAPPED_ENTRY& entry) {
  std::unique_lock lock(mutex_);
  const auto found = buffers_.find(entry.lpOverlapped);
  if (found == buffers_.end()) return;
  Buffer& buffer = *found->second;
  const DWORD error = ErrorOfStatus(buffer.overlapped.Internal);
  if (buffer.call == nullptr) {
    // Nobody waits for it any more, and KTM has given it back.
    if (std::find(spare_.begin(), spare_.end(), &buffer) == spare_.end()) spare_.push_back(&buffer);
    return;
  }
  const auto* const notification = reinterpret_cast<const TRANSACTION_NOTIFICATION*>(buffer.bytes.data());
  if (error == ERROR_SUCCESS) {
    // Empty: the packet of a use before this one, which was answered at once.
    if (notification->TransactionNotification != 0) Answer(buffer, ERROR_SUCCESS);
    return;
  }
  if (error != ERROR_INSUFFICIENT_BUFFER) {
    Answer(buffer, error);
    return;
  }
  const std::shared_ptr<KernelHandle> handle = buffer.alive.lock();
  const std::size_t larger = Grown(buffer.bytes.size(), buffer.needed);
  if (handle == nullptr || larger > kLongestBuffer) {
    Answer(buffer, handle == nullptr ? ERROR_OPERATION_ABORTED : error);
    return;
  }
  buffer.bytes.resize(larger);
  lock.unlock();
  Post(buffer, handle);
}

/** Under the lock. */
void NotificationPort::Answer(Buffer& buffer, DWORD error) {
  FunctionCall& call = *buffer.call;
  call.error = error;
  if (error == ERROR_SUCCESS) {
    FunctionArgument& output = call.arguments[call.function->IndexOf(FunctionKind::kNotification)];
    output.set_bytes(buffer.bytes);
  }
  spare_.push_back(&buffer);
  mailbox_->Post({winbackup::Answer::Kind::kFunction, 0, call.ticket, nullptr, std::move(buffer.call)});
}

void NotificationPort::EndCallsOf(std::uint32_t handle) {
  std::lock_guard lock(mutex_);
  for (auto& [overlapped, buffer] : buffers_) {
    if (buffer->call == nullptr || buffer->handle != handle) continue;
    // The buffer stays KTM's until its packet comes.
    const std::uint32_t ticket = buffer->call->ticket;
    mailbox_->Post({winbackup::Answer::Kind::kFunction, 0, ticket, nullptr, std::move(buffer->call)});
  }
}

}  // namespace winbackup
