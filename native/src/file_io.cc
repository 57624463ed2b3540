#include "file_io.h"

#include <algorithm>
#include <utility>

namespace winbackup {

namespace {

/** The longest single piece: Windows counts in 32 bits, and refuses more than the system's own limits allow. */
constexpr std::size_t kLongestPiece = std::size_t{1} << 30;

/** No position in a file. */
constexpr std::uint64_t kNowhere = UINT64_MAX;

class IoTask final : public Task {
 public:
  IoTask(std::shared_ptr<OpenedFile> file, std::shared_ptr<Mailbox> mailbox, std::uint32_t number, FileIo::Kind kind,
         std::uint32_t ticket, void* data, DWORD size, std::uint64_t position)
      : file_(std::move(file)),
        mailbox_(std::move(mailbox)),
        number_(number),
        kind_(kind),
        ticket_(ticket),
        data_(data),
        size_(size),
        position_(position) {}

  void Run() override {
    file_->waiting -= 1;
    DWORD bytes = 0;
    const DWORD error = file_->cancelled ? ERROR_OPERATION_ABORTED : Move(bytes);
    Answer answer{Answer::Kind::kFile, number_, ticket_};
    answer.error = error;
    answer.bytes = bytes;
    file_->answers.push_back(std::move(answer));
    if (file_->answers.size() >= file_->waiting) mailbox_->Post(file_->answers);
  }

 private:
  /** Without an OVERLAPPED, for which Windows would signal each completion; only this thread moves the handle. */
  DWORD Move(DWORD& bytes) {
    const HANDLE handle = file_->handle.get();
    if (kind_ == FileIo::Kind::kFlush) return FlushFileBuffers(handle) ? ERROR_SUCCESS : GetLastError();
    if (position_ != file_->position) {
      LARGE_INTEGER position;
      position.QuadPart = static_cast<LONGLONG>(position_);
      if (!SetFilePointerEx(handle, position, nullptr, FILE_BEGIN)) return GetLastError();
      file_->position = position_;
    }
    return kind_ == FileIo::Kind::kRead ? Read(handle, bytes) : Write(handle, bytes);
  }

  DWORD Read(HANDLE handle, DWORD& bytes) {
    file_->reading = true;
    const DWORD error = ReadFile(handle, data_, size_, &bytes, nullptr) ? ERROR_SUCCESS : GetLastError();
    file_->reading = false;
    return Moved(error, bytes);
  }

  DWORD Write(HANDLE handle, DWORD& bytes) {
    const DWORD error = WriteFile(handle, data_, size_, &bytes, nullptr) ? ERROR_SUCCESS : GetLastError();
    return Moved(error, bytes);
  }

  DWORD Moved(DWORD error, DWORD bytes) {
    // Where it stands after a failure is not told.
    file_->position = error == ERROR_SUCCESS ? position_ + bytes : kNowhere;
    return error;
  }

  const std::shared_ptr<OpenedFile> file_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint32_t number_;
  const FileIo::Kind kind_;
  const std::uint32_t ticket_;
  void* const data_;
  const DWORD size_;
  const std::uint64_t position_;
};

/** Closes the handle on the thread, which may take as long as a write. */
class CloseTask final : public Task {
 public:
  CloseTask(std::shared_ptr<OpenedFile> file, std::shared_ptr<Mailbox> mailbox, std::uint32_t number,
            std::uint32_t ticket)
      : file_(std::move(file)), mailbox_(std::move(mailbox)), number_(number), ticket_(ticket) {}

  void Run() override {
    file_->handle = UniqueHandle();
    mailbox_->Post({Answer::Kind::kReleased, number_, ticket_});
  }

 private:
  const std::shared_ptr<OpenedFile> file_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint32_t number_;
  const std::uint32_t ticket_;
};

/** From the executable, or node.dll, as Node-API itself; null when neither has it. */
template <class Function>
Function* OfHost(const char* name) {
  for (const HMODULE image : {GetModuleHandleW(nullptr), GetModuleHandleW(L"node.dll")}) {
    const FARPROC found = image == nullptr ? nullptr : GetProcAddress(image, name);
    if (found != nullptr) return reinterpret_cast<Function*>(found);
  }
  return nullptr;
}

}  // namespace

HANDLE Libuv::HandleOf(int fd) {
  static auto* const get = OfHost<HANDLE __cdecl(int)>("uv_get_osfhandle");
  const HANDLE handle = get == nullptr ? INVALID_HANDLE_VALUE : get(fd);
  return handle == INVALID_HANDLE_VALUE ? nullptr : handle;
}

int Libuv::ErrorOf(DWORD win32) {
  constexpr int kUnknown = -4094;  // UV_UNKNOWN
  static auto* const translate = OfHost<int __cdecl(int)>("uv_translate_sys_error");
  return translate == nullptr ? kUnknown : translate(static_cast<int>(win32));
}

std::unique_ptr<FileIo> FileIo::Open(int fd, std::uint32_t number, std::shared_ptr<Mailbox> mailbox) {
  const HANDLE nodes = Libuv::HandleOf(fd);
  HANDLE handle = nullptr;
  if (nodes == nullptr ||
      !DuplicateHandle(GetCurrentProcess(), nodes, GetCurrentProcess(), &handle, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
    return nullptr;
  }
  auto file = std::make_shared<OpenedFile>();
  file->handle = UniqueHandle(handle);
  std::shared_ptr<CallThread> thread = CallThread::Start();
  if (thread == nullptr) return nullptr;
  return std::unique_ptr<FileIo>(new FileIo(number, std::move(file), std::move(thread), std::move(mailbox)));
}

FileIo::FileIo(std::uint32_t number, std::shared_ptr<OpenedFile> file, std::shared_ptr<CallThread> thread,
               std::shared_ptr<Mailbox> mailbox)
    : number_(number), file_(std::move(file)), thread_(std::move(thread)), mailbox_(std::move(mailbox)) {}

void FileIo::Post(Kind kind, std::uint32_t ticket, void* data, std::size_t size, std::uint64_t position) {
  file_->waiting += 1;
  const auto piece = static_cast<DWORD>(std::min(size, kLongestPiece));
  thread_->Post(
      std::unique_ptr<Task>(std::make_unique<IoTask>(file_, mailbox_, number_, kind, ticket, data, piece, position)));
}

void FileIo::Cancel() {
  file_->cancelled = true;
  thread_->CancelIo();
}

void FileIo::Close(std::uint32_t ticket) {
  closed_ = true;
  thread_->Stop(std::make_unique<CloseTask>(file_, mailbox_, number_, ticket));
}

}  // namespace winbackup
