// BackupRead and BackupWrite, and the functions for encrypted files, as a test plays them: what is read is a script,
// what is written is kept.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace winbackup::substitute {

struct Played {
  std::mutex mutex;  // guards all but the atomics
  /** What BackupRead gives of every file. */
  std::vector<std::byte> streams;
  /** After the script: contents without end, once they have begun. */
  bool endless = false;
  /** What BackupWrite has got, whatever it answered. */
  std::vector<std::byte> written;
  /** The stream that BackupWrite refuses, and how; 0 for none. */
  DWORD refused_stream = 0;
  DWORD refused_with = 0;
  /** What a file's attributes have besides its own. */
  DWORD attributes = 0;
  /** What an encrypted file is made of, and what was made of it. */
  std::vector<std::byte> raw;
  std::vector<std::byte> imported;
  DWORD raw_open_error = 0;
  DWORD import_error = 0;
  /** Contexts that have not been given back. */
  std::atomic<int> contexts{0};
  std::atomic<std::uint64_t> reads{0};
  /** Files that were flushed, and with what that fails. */
  std::atomic<std::uint64_t> flushes{0};
  DWORD flush_error = 0;
};

extern Played played;

BOOL WINAPI PlayedBackupRead(HANDLE file, LPBYTE buffer, DWORD size, LPDWORD got, BOOL abort, BOOL security,
                             LPVOID* context);
BOOL WINAPI PlayedBackupWrite(HANDLE file, LPBYTE buffer, DWORD size, LPDWORD written, BOOL abort, BOOL security,
                              LPVOID* context);
DWORD WINAPI PlayedOpenEncryptedFileRaw(LPCWSTR file, ULONG flags, PVOID* context);
DWORD WINAPI PlayedReadEncryptedFileRaw(PFE_EXPORT_FUNC take, PVOID self, PVOID context);
DWORD WINAPI PlayedWriteEncryptedFileRaw(PFE_IMPORT_FUNC give, PVOID self, PVOID context);
void WINAPI PlayedCloseEncryptedFileRaw(PVOID context);
BOOL WINAPI PlayedFlushFileBuffers(HANDLE file);
BOOL WINAPI PlayedGetFileInformation(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, LPVOID into, DWORD size);

}  // namespace winbackup::substitute
