// One file, one directory without what is in it, or one link, copied with all that Windows' backup API can carry over:
// contents, times, security descriptor, alternate streams, extended attributes, sparse ranges, reparse points,
// encryption.
#pragma once

#include <unknwn.h>
#include <windows.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "descriptors.h"
#include "plain_value.h"
#include "raw_copy.h"
#include "unique_handle.h"

namespace winbackup {

/** What JavaScript knows a FileCopy by: IFileCopy::Step. Not of Windows. */
extern const Interface kIFileCopy;

/** The path in the form that has no limit of length, and that device paths have already. */
std::wstring ExtendedPath(std::wstring path);

/** An open file for attributes, or for more: by backup intent, the link itself and not what it leads to. Null on
 * failure. */
UniqueHandle OpenForBackup(const std::wstring& path, DWORD access, bool link_itself = true);

/** Gives the target times and attributes of the source; ERROR_SUCCESS, or why not. */
DWORD CopyBasicInformation(HANDLE from, HANDLE to);

/**
 * Made by Open, it goes on at each Step, so that it can be given up between two. Given up, it leaves an unfinished
 * target behind, which is its maker's to remove. All calls are made on one thread.
 */
class FileCopy final : public IUnknown {
 public:
  /** Makes the target, which must not be there. On failure `report` is the name of the Windows function that failed. */
  static HRESULT Open(const std::wstring& from, const std::wstring& to, IUnknown** copy);

  /**
   * Goes on for about that long. `report`: { done, made, bytes, notKept, limits }: the bytes of contents so far, what
   * of this file could not be kept, and what cannot be kept of any file here. On failure the name of the Windows
   * function.
   */
  HRESULT Step(DWORD milliseconds, PlainValue& report);

  STDMETHODIMP QueryInterface(REFIID iid, void** object) override;
  STDMETHODIMP_(ULONG) AddRef() override;
  STDMETHODIMP_(ULONG) Release() override;

 private:
  struct Failure {
    HRESULT hresult;
    const char* function;
  };

  FileCopy(std::wstring from, std::wstring to) : from_(std::move(from)), to_(std::move(to)) {}
  ~FileCopy();

  void OpenBoth();
  void OpenTarget(DWORD access);
  void MakeLike();
  /** One piece; true when nothing is left. */
  bool Advance();
  bool AdvanceStreams();
  bool BeginStream();
  bool AdvancePlain();
  bool AdvanceRaw(DWORD milliseconds);
  void Finish();
  void Flush();
  /** The piece that was read goes into the target. */
  void WritePiece(DWORD length);
  void Skip(const std::wstring& what, DWORD error);
  void EndReading();
  void EndWriting();
  DWORD Read(void* into, DWORD size);
  PlainValue Report(bool done) const;

  const std::wstring from_;
  const std::wstring to_;
  ULONG references_ = 1;
  FILE_BASIC_INFO information_ = {};
  bool directory_ = false;
  bool link_ = false;
  /** Without the backup API: contents only. */
  bool plain_ = false;
  bool finished_ = false;
  /** There is something at the new place when it has finished. */
  bool made_ = true;
  UniqueHandle source_;
  UniqueHandle target_;
  std::unique_ptr<RawCopy> raw_;
  /** Encrypted contents were written: to flush them one would have to open them, for which one needs the key. */
  bool raw_made_ = false;

  void* read_context_ = nullptr;
  void* write_context_ = nullptr;
  bool any_stream_ = false;
  /** The stream that is being read. */
  WIN32_STREAM_ID stream_ = {};
  std::uint64_t left_ = 0;
  bool passing_ = false;
  bool in_stream_ = false;
  std::wstring stream_name_;
  std::vector<std::byte> buffer_;
  /** Of the buffer: a stream's header and name, which go into the target together with its first piece. */
  DWORD header_ = 0;

  std::uint64_t bytes_ = 0;
  std::vector<std::wstring> not_kept_;
  std::vector<std::wstring> limits_;
};

}  // namespace winbackup
