#include "raw_copy.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace winbackup {

DWORD RawCopy::Context::Open(const std::wstring& path, ULONG flags) {
  return OpenEncryptedFileRawW(path.c_str(), flags, &context_);
}

RawCopy::Context::~Context() {
  if (context_ != nullptr) CloseEncryptedFileRaw(context_);
}

std::unique_ptr<RawCopy> RawCopy::Start(const std::wstring& from, const std::wstring& to, DWORD& error) {
  std::unique_ptr<RawCopy> copy(new RawCopy());
  error = copy->source_.Open(from, 0);
  if (error == ERROR_SUCCESS) error = copy->target_.Open(to, CREATE_FOR_IMPORT);
  if (error != ERROR_SUCCESS) return nullptr;
  copy->reader_ = std::thread(&RawCopy::Read, copy.get());
  copy->writer_ = std::thread(&RawCopy::Write, copy.get());
  return copy;
}

RawCopy::~RawCopy() {
  {
    std::lock_guard lock(mutex_);
    broken_off_ = true;
  }
  changed_.notify_all();
  if (reader_.joinable()) reader_.join();
  if (writer_.joinable()) writer_.join();
}

bool RawCopy::Wait(DWORD milliseconds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return read_over_ && write_over_; });
}

void RawCopy::Read() {
  const DWORD error = ReadEncryptedFileRaw(&RawCopy::Export, this, source_.get());
  {
    std::lock_guard lock(mutex_);
    read_over_ = true;
    read_error_ = error;
    broken_off_ = broken_off_ || error != ERROR_SUCCESS;
  }
  changed_.notify_all();
}

void RawCopy::Write() {
  const DWORD error = WriteEncryptedFileRaw(&RawCopy::Import, this, target_.get());
  {
    std::lock_guard lock(mutex_);
    write_over_ = true;
    write_error_ = error;
    broken_off_ = broken_off_ || error != ERROR_SUCCESS;
  }
  changed_.notify_all();
}

DWORD WINAPI RawCopy::Export(PBYTE data, PVOID self, ULONG length) {
  auto& copy = *static_cast<RawCopy*>(self);
  std::unique_lock lock(copy.mutex_);
  copy.changed_.wait(lock, [&] { return copy.taken_ == copy.block_.size() || copy.broken_off_; });
  if (copy.broken_off_) return ERROR_OPERATION_ABORTED;
  const auto* const first = reinterpret_cast<const std::byte*>(data);
  copy.block_.assign(first, first + length);
  copy.taken_ = 0;
  lock.unlock();
  copy.changed_.notify_all();
  return ERROR_SUCCESS;
}

DWORD WINAPI RawCopy::Import(PBYTE data, PVOID self, PULONG length) {
  auto& copy = *static_cast<RawCopy*>(self);
  std::unique_lock lock(copy.mutex_);
  copy.changed_.wait(lock, [&] { return copy.taken_ < copy.block_.size() || copy.read_over_ || copy.broken_off_; });
  if (copy.broken_off_) return ERROR_OPERATION_ABORTED;
  // Nothing more is the end.
  const std::size_t part = std::min<std::size_t>(*length, copy.block_.size() - copy.taken_);
  if (part > 0) std::memcpy(data, copy.block_.data() + copy.taken_, part);
  copy.taken_ += part;
  copy.bytes_ += part;
  *length = static_cast<ULONG>(part);
  lock.unlock();
  copy.changed_.notify_all();
  return ERROR_SUCCESS;
}

}  // namespace winbackup
