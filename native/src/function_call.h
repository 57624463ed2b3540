// One call of one flat function: its arguments on the way in, its error, handle and outputs on the way out.
#pragma once

#include <windows.h>

#include <ktmtypes.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "call_thread.h"
#include "function.h"
#include "kernel_handle.h"
#include "unique_handle.h"

namespace winbackup {

/** One argument, in memory as the C side wants it: the generated thunks take their parameters from here. */
class FunctionArgument {
 public:
  // What the thunks pass.
  DWORD u32() const { return u32_; }
  DWORD* u32_place() { return &u32_; }
  PVOID key() const { return reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(u64_)); }
  GUID* guid() { return &guid_; }
  LPWSTR text() { return null_ ? nullptr : text_.data(); }
  HANDLE handle() const { return handle_->get(); }
  LARGE_INTEGER* clock() { return null_ ? nullptr : &clock_; }
  void* bytes() { return bytes_.data(); }
  ULONG size() const { return static_cast<ULONG>(bytes_.size()); }
  ULONG* used() { return &used_; }
  TRANSACTION_NOTIFICATION* notification() { return reinterpret_cast<TRANSACTION_NOTIFICATION*>(bytes_.data()); }

  // What the marshaller sees.
  void set_u32(std::uint32_t value) { u32_ = value; }
  void set_u64(std::uint64_t value) { u64_ = value; }
  void set_guid(const GUID& value) { guid_ = value; }
  void set_text(std::wstring value) {
    text_ = std::move(value);
    null_ = false;
  }
  void set_clock(std::uint64_t value) {
    clock_.QuadPart = static_cast<LONGLONG>(value);
    null_ = false;
  }
  void set_handle(std::shared_ptr<KernelHandle> value) { handle_ = std::move(value); }
  const std::shared_ptr<KernelHandle>& kernel_handle() const { return handle_; }
  void set_bytes(std::vector<std::byte> value) { bytes_ = std::move(value); }
  void Reserve(std::size_t size) { bytes_.assign(size, std::byte{0}); }
  std::wstring& text_buffer() { return text_; }
  std::uint64_t clock_value() const { return static_cast<std::uint64_t>(clock_.QuadPart); }
  /** The bytes that an output has used. */
  std::span<const std::byte> filled() const {
    return std::span(bytes_).first(std::min<std::size_t>(used_, bytes_.size()));
  }

 private:
  DWORD u32_ = 0;
  std::uint64_t u64_ = 0;
  GUID guid_{};
  LARGE_INTEGER clock_{};
  ULONG used_ = 0;
  bool null_ = true;
  std::wstring text_;
  std::shared_ptr<KernelHandle> handle_;
  std::vector<std::byte> bytes_;  // operator new aligns it for any struct
};

/** Characters of a description (facts/ktm-tmf-mts.md 1.2). */
inline constexpr std::size_t kDescription = 64;
/** Enough for every notification that an ordinary resource manager gets (facts/ktm-tmf-mts.md 1.5). */
inline constexpr std::size_t kNotification = 64;
/** The first buffer for recovery information, whose length is the resource manager's affair. */
inline constexpr std::size_t kFirstBytes = 1024;
/** Beyond it a buffer is not grown: no record of KTM's is that long. */
inline constexpr std::size_t kLongestBuffer = 16 << 20;

struct FunctionCall {
  /** JavaScript's number for it; 0 for nobody. */
  std::uint32_t ticket;
  const Function* function;
  FARPROC address;
  HANDLE port = nullptr;
  /** One for each parameter, outputs included. */
  std::vector<FunctionArgument> arguments;
  DWORD error = ERROR_OPERATION_ABORTED;
  /** The handle that it gave out; closed again when nobody takes it. */
  UniqueHandle given;
  /** The thread that it had to itself. */
  std::shared_ptr<CallThread> thread;

  /** On a native thread: calls, again with a larger buffer when told so (error 122). */
  void Run();
  /** On a native thread: closes handles that only this call still kept open. */
  void LetGo();
};

/** The size to try next when a buffer of `size` was too small and `needed` was told (or 0). */
inline std::size_t Grown(std::size_t size, std::size_t needed) { return needed > size ? needed : 2 * size; }

}  // namespace winbackup
