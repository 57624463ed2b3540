#include "backup_files.h"

#include <string>
#include <vector>

#include "file_copy.h"

namespace winbackup {

namespace {

constexpr std::size_t kListing = 64 << 10;

HRESULT LastError() { return HRESULT_FROM_WIN32(GetLastError()); }

bool IsMissing(DWORD error) { return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND; }

/** BackupEntry of lib/binding/backup-files.ts. */
PlainValue Entry(std::wstring name, DWORD attributes, DWORD tag) {
  const bool link = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && IsReparseTagNameSurrogate(tag) != 0;
  return PlainValue::Members{
      {"name", std::move(name)}, {"directory", (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0}, {"link", link}};
}

}  // namespace

HRESULT ResolveDevicePath(IUnknown*, Argument* a) {
  std::wstring path = ExtendedPath(a[0].text());
  if (!OpenForBackup(path, FILE_READ_ATTRIBUTES)) return LastError();
  a[1].plain = std::move(path);
  return S_OK;
}

HRESULT StatForBackup(IUnknown*, Argument* a) {
  const UniqueHandle file = OpenForBackup(ExtendedPath(a[0].text()), FILE_READ_ATTRIBUTES);
  if (!file) return IsMissing(GetLastError()) ? S_OK : LastError();
  FILE_BASIC_INFO basic = {};
  FILE_ATTRIBUTE_TAG_INFO tag = {};
  if (!GetFileInformationByHandleEx(file.get(), FileBasicInfo, &basic, sizeof(basic))) return LastError();
  if ((basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
      !GetFileInformationByHandleEx(file.get(), FileAttributeTagInfo, &tag, sizeof(tag)))
    return LastError();
  a[1].plain = Entry(std::wstring(), basic.FileAttributes, tag.ReparseTag);
  return S_OK;
}

HRESULT ListForBackup(IUnknown*, Argument* a) {
  const UniqueHandle directory = OpenForBackup(ExtendedPath(a[0].text()), FILE_LIST_DIRECTORY, false);
  if (!directory) return LastError();
  std::vector<std::byte> buffer(kListing);
  PlainValue::List entries;
  FILE_INFO_BY_HANDLE_CLASS which = FileIdBothDirectoryRestartInfo;
  while (GetFileInformationByHandleEx(directory.get(), which, buffer.data(), static_cast<DWORD>(buffer.size()))) {
    which = FileIdBothDirectoryInfo;
    const std::byte* next = buffer.data();
    for (;;) {
      const auto& found = *reinterpret_cast<const FILE_ID_BOTH_DIR_INFO*>(next);
      std::wstring name(found.FileName, found.FileNameLength / sizeof(wchar_t));
      // Of a reparse point the size of the extended attributes is its tag (MS-FSCC 2.4.17).
      if (name != L"." && name != L"..") entries.push_back(Entry(std::move(name), found.FileAttributes, found.EaSize));
      if (found.NextEntryOffset == 0) break;
      next += found.NextEntryOffset;
    }
  }
  if (GetLastError() != ERROR_NO_MORE_FILES) return LastError();
  a[1].plain = std::move(entries);
  return S_OK;
}

HRESULT CopyForBackup(IUnknown*, Argument* a) {
  return FileCopy::Open(a[0].text(), a[1].text(), static_cast<IUnknown**>(a[2].pointer_place()));
}

HRESULT CopyTimesForBackup(IUnknown*, Argument* a) {
  const UniqueHandle from = OpenForBackup(ExtendedPath(a[0].text()), FILE_READ_ATTRIBUTES);
  if (!from) return LastError();
  const UniqueHandle to = OpenForBackup(ExtendedPath(a[1].text()), FILE_WRITE_ATTRIBUTES);
  if (!to) return LastError();
  const DWORD error = CopyBasicInformation(from.get(), to.get());
  return HRESULT_FROM_WIN32(error);
}

HRESULT RemoveForBackup(IUnknown*, Argument* a) {
  const UniqueHandle file = OpenForBackup(ExtendedPath(a[0].text()), DELETE | FILE_WRITE_ATTRIBUTES);
  if (!file) return LastError();
  FILE_BASIC_INFO writable = {};
  writable.FileAttributes = FILE_ATTRIBUTE_NORMAL;
  FILE_DISPOSITION_INFO gone = {TRUE};
  SetFileInformationByHandle(file.get(), FileBasicInfo, &writable, sizeof(writable));
  return SetFileInformationByHandle(file.get(), FileDispositionInfo, &gone, sizeof(gone)) ? S_OK : LastError();
}

}  // namespace winbackup
