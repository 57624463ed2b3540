#include "backup.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace winbackup::substitute {

Played played;

namespace {

constexpr std::size_t kHeader = offsetof(WIN32_STREAM_ID, cStreamName);
/** No call gives or takes more, so that callers must ask again. */
constexpr std::size_t kMost = 5000;

struct Reading {
  std::size_t position = 0;
};
/** A stream is refused as a whole, at its first piece. */
struct Writing {
  std::uint64_t left = 0;
};

template <class State>
State& Of(LPVOID* context) {
  if (*context == nullptr) {
    *context = new State();
    played.contexts += 1;
  }
  return *static_cast<State*>(*context);
}

template <class State>
void End(LPVOID* context) {
  if (*context == nullptr) return;
  const std::unique_ptr<State> state(static_cast<State*>(*context));
  *context = nullptr;
  played.contexts -= 1;
}

}  // namespace

BOOL WINAPI PlayedBackupRead(HANDLE, LPBYTE buffer, DWORD size, LPDWORD got, BOOL abort, BOOL, LPVOID* context) {
  if (abort) {
    End<Reading>(context);
    return TRUE;
  }
  std::lock_guard lock(played.mutex);
  played.reads += 1;
  Reading& reading = Of<Reading>(context);
  const std::size_t left = played.streams.size() - std::min(reading.position, played.streams.size());
  const std::size_t part = std::min({left, std::size_t{size}, kMost});
  if (part > 0) {
    std::memcpy(buffer, played.streams.data() + reading.position, part);
  } else if (played.endless) {
    std::memset(buffer, 0, size);
  }
  reading.position += part;
  *got = static_cast<DWORD>(part == 0 && played.endless ? size : part);
  return TRUE;
}

BOOL WINAPI PlayedBackupWrite(HANDLE, LPBYTE buffer, DWORD size, LPDWORD written, BOOL abort, BOOL, LPVOID* context) {
  if (abort) {
    End<Writing>(context);
    return TRUE;
  }
  std::lock_guard lock(played.mutex);
  Writing& writing = Of<Writing>(context);
  const auto* const bytes = reinterpret_cast<const std::byte*>(buffer);
  std::size_t part = std::min<std::size_t>(size, kMost);
  if (writing.left == 0) {
    WIN32_STREAM_ID header = {};
    if (size <= kHeader) {
      SetLastError(ERROR_INVALID_PARAMETER);  // the buffer must be larger than a header
      return FALSE;
    }
    std::memcpy(&header, buffer, kHeader);
    if (header.dwStreamId == played.refused_stream) {
      SetLastError(played.refused_with);
      return FALSE;
    }
    writing.left = kHeader + header.dwStreamNameSize + static_cast<std::uint64_t>(header.Size.QuadPart);
    part = std::max(part, std::min<std::size_t>(size, kHeader + header.dwStreamNameSize));
  }
  part = static_cast<std::size_t>(std::min<std::uint64_t>(part, writing.left));
  if (!played.endless) played.written.insert(played.written.end(), bytes, bytes + part);
  writing.left -= part;
  *written = static_cast<DWORD>(part);
  return TRUE;
}

DWORD WINAPI PlayedOpenEncryptedFileRaw(LPCWSTR, ULONG flags, PVOID* context) {
  if (flags == 0 && played.raw_open_error != 0) return played.raw_open_error;
  *context = &played;
  played.contexts += 1;
  return ERROR_SUCCESS;
}

DWORD WINAPI PlayedReadEncryptedFileRaw(PFE_EXPORT_FUNC take, PVOID self, PVOID) {
  for (std::size_t done = 0; done < played.raw.size() || played.endless;) {
    const std::size_t part = played.endless ? kMost : std::min(kMost, played.raw.size() - done);
    std::vector<std::byte> block(part);
    if (!played.endless) std::memcpy(block.data(), played.raw.data() + done, part);
    played.reads += 1;
    const DWORD error = take(reinterpret_cast<PBYTE>(block.data()), self, static_cast<ULONG>(part));
    if (error != ERROR_SUCCESS) return error;
    done += part;
  }
  return ERROR_SUCCESS;
}

DWORD WINAPI PlayedWriteEncryptedFileRaw(PFE_IMPORT_FUNC give, PVOID self, PVOID) {
  for (;;) {
    BYTE block[777];
    ULONG length = sizeof(block);
    const DWORD error = give(block, self, &length);
    if (error != ERROR_SUCCESS) return error;
    if (played.import_error != 0) return played.import_error;
    if (length == 0) return ERROR_SUCCESS;
    const auto* const bytes = reinterpret_cast<const std::byte*>(block);
    if (!played.endless) played.imported.insert(played.imported.end(), bytes, bytes + length);
  }
}

void WINAPI PlayedCloseEncryptedFileRaw(PVOID) { played.contexts -= 1; }

BOOL WINAPI PlayedFlushFileBuffers(HANDLE file) {
  played.flushes += 1;
  SetLastError(played.flush_error);
  return played.flush_error == ERROR_SUCCESS && FlushFileBuffers(file);
}

BOOL WINAPI PlayedGetFileInformation(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, LPVOID into, DWORD size) {
  if (!GetFileInformationByHandleEx(file, which, into, size)) return FALSE;
  if (which == FileBasicInfo) static_cast<FILE_BASIC_INFO*>(into)->FileAttributes |= played.attributes;
  return TRUE;
}

}  // namespace winbackup::substitute
