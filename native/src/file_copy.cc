#include "file_copy.h"

#include <winioctl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "argument.h"
#include "com_ptr.h"

namespace winbackup {

namespace {

constexpr DWORD kPiece = 1 << 20;
/** A stream's header without its name (winbase.h, WIN32_STREAM_ID). */
constexpr DWORD kHeader = offsetof(WIN32_STREAM_ID, cStreamName);
/** Before the data of a sparse block stands its offset. */
constexpr std::uint64_t kSparseOffset = sizeof(LARGE_INTEGER);

/** What a file keeps of itself when its attributes are set; the others follow from how it is stored. */
constexpr DWORD kSettable = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
                            FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

/** What becomes of a stream of BackupRead's. */
struct StreamRule {
  DWORD id;
  const wchar_t* what;
  /** False: it would bind the copy to other files, or to the volume it came from. */
  bool passes;
  /** Without it the copy is worth nothing. */
  bool contents;
};
constexpr StreamRule kStreams[] = {
    {BACKUP_DATA, L"contents", true, true},
    {BACKUP_SPARSE_BLOCK, L"contents", true, true},
    {BACKUP_EA_DATA, L"extended attributes", true, false},
    {BACKUP_SECURITY_DATA, L"security descriptor", true, false},
    {BACKUP_ALTERNATE_DATA, L"alternate stream", true, false},
    {BACKUP_REPARSE_DATA, L"reparse point", true, false},
    {BACKUP_LINK, L"hard link to other names", false, false},
    {BACKUP_OBJECT_ID, L"object ID", false, false},
    {BACKUP_PROPERTY_DATA, L"property data", false, false},
    {BACKUP_TXFS_DATA, L"state of a transaction", false, false},
};
constexpr StreamRule kUnknownStream = {0, L"stream of an unknown kind", false, false};

const StreamRule& RuleOf(DWORD id) {
  const auto* const found =
      std::find_if(std::begin(kStreams), std::end(kStreams), [id](auto& rule) { return rule.id == id; });
  return found == std::end(kStreams) ? kUnknownStream : *found;
}

std::wstring WithError(std::wstring what, DWORD error) {
  if (error != ERROR_SUCCESS) what += L" (Windows error " + std::to_wstring(error) + L")";
  return what;
}

/** The function is not there: Wine's is a stub, and some file systems have no backup streams. */
bool IsMissing(DWORD error) {
  return error == ERROR_CALL_NOT_IMPLEMENTED || error == ERROR_NOT_SUPPORTED || error == ERROR_INVALID_FUNCTION;
}

bool Control(HANDLE file, DWORD code, void* input, DWORD size) {
  DWORD returned = 0;
  return DeviceIoControl(file, code, input, size, nullptr, 0, &returned, nullptr) != FALSE;
}

UniqueHandle Opened(HANDLE file) { return UniqueHandle(file == INVALID_HANDLE_VALUE ? nullptr : file); }

DWORD CopySecurity(HANDLE from, HANDLE to) {
  constexpr SECURITY_INFORMATION kAll =
      OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
  DWORD size = 0;
  GetKernelObjectSecurity(from, kAll, nullptr, 0, &size);
  std::vector<std::byte> descriptor(size);
  return GetKernelObjectSecurity(from, kAll, descriptor.data(), size, &size) &&
                 SetKernelObjectSecurity(to, kAll, descriptor.data())
             ? ERROR_SUCCESS
             : GetLastError();
}

constexpr Parameter kStepParameters[] = {
    {"milliseconds", Kind::kU32, Direction::kIn, false, false, nullptr, nullptr},
    {"report", Kind::kPlain, Direction::kOut, false, true, nullptr, nullptr},
};

HRESULT InvokeStep(IUnknown* self, Argument* a) { return static_cast<FileCopy*>(self)->Step(a[0].u32(), a[1].plain); }

constexpr Method kMethods[] = {
    {"IFileCopy::Step", Role::kControl, -1, S_OK, nullptr, false, kStepParameters, InvokeStep},
};
/** Nobody asks for it. */
constexpr IID kNoIid = {};

}  // namespace

const Interface kIFileCopy = {"IFileCopy", kNoIid, nullptr, [](void* given) { return static_cast<IUnknown*>(given); },
                              kMethods};

std::wstring ExtendedPath(std::wstring path) {
  std::replace(path.begin(), path.end(), L'/', L'\\');
  if (path.rfind(L"\\\\?\\", 0) == 0 || path.rfind(L"\\\\.\\", 0) == 0) return path;
  if (path.rfind(L"\\\\", 0) == 0) return L"\\\\?\\UNC" + path.substr(1);
  return L"\\\\?\\" + path;
}

UniqueHandle OpenForBackup(const std::wstring& path, DWORD access, bool link_itself) {
  const DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | (link_itself ? FILE_FLAG_OPEN_REPARSE_POINT : 0);
  constexpr DWORD kShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  return Opened(CreateFileW(path.c_str(), access, kShare, nullptr, OPEN_EXISTING, flags, nullptr));
}

DWORD CopyBasicInformation(HANDLE from, HANDLE to) {
  FILE_BASIC_INFO information = {};
  if (!GetFileInformationByHandleEx(from, FileBasicInfo, &information, sizeof(information))) return GetLastError();
  information.FileAttributes &= kSettable;
  if (information.FileAttributes == 0) information.FileAttributes = FILE_ATTRIBUTE_NORMAL;  // 0 would change nothing
  return SetFileInformationByHandle(to, FileBasicInfo, &information, sizeof(information)) ? ERROR_SUCCESS
                                                                                          : GetLastError();
}

HRESULT FileCopy::Open(const std::wstring& from, const std::wstring& to, IUnknown** copy) {
  ComPtr<FileCopy> made(new FileCopy(ExtendedPath(from), ExtendedPath(to)));
  try {
    made.get()->OpenBoth();
  } catch (const Failure& failure) {
    return failure.hresult;
  }
  made.get()->AddRef();
  *copy = made.get();
  return S_OK;
}

void FileCopy::OpenBoth() {
  const auto fail = [](const char* function) { throw Failure{HRESULT_FROM_WIN32(GetLastError()), function}; };
  const UniqueHandle itself = OpenForBackup(from_, FILE_READ_ATTRIBUTES);
  if (!itself) fail("CreateFileW");
  if (!GetFileInformationByHandleEx(itself.get(), FileBasicInfo, &information_, sizeof(information_)))
    fail("GetFileInformationByHandleEx");
  const DWORD attributes = information_.FileAttributes;
  directory_ = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    // Only what stands for another name is a link; other reparse points (deduplication, cloud files) are how a file is
    // stored, and its contents come through the filter that made them.
    FILE_ATTRIBUTE_TAG_INFO tag = {};
    if (!GetFileInformationByHandleEx(itself.get(), FileAttributeTagInfo, &tag, sizeof(tag)))
      fail("GetFileInformationByHandleEx");
    link_ = IsReparseTagNameSurrogate(tag.ReparseTag) != 0;
  }
  if ((attributes & FILE_ATTRIBUTE_ENCRYPTED) != 0) {
    if (directory_) {
      not_kept_.push_back(L"encryption of the directory");
    } else {
      DWORD error = ERROR_SUCCESS;
      raw_ = RawCopy::Start(from_, to_, error);
      if (raw_ == nullptr) {
        not_kept_.push_back(WithError(L"the whole file: encrypted contents", error));
        made_ = false;
        finished_ = true;
      }
      return;
    }
  }
  source_ = OpenForBackup(from_, GENERIC_READ | ACCESS_SYSTEM_SECURITY, link_);
  const bool audit = static_cast<bool>(source_);
  if (!audit) {
    limits_.push_back(L"audit rules (SACL)");
    source_ = OpenForBackup(from_, GENERIC_READ, link_);
  }
  if (!source_) fail("CreateFileW");
  OpenTarget(audit ? DWORD{ACCESS_SYSTEM_SECURITY} : 0);
  MakeLike();
  buffer_.resize(kPiece);
}

void FileCopy::OpenTarget(DWORD access) {
  if (directory_ && !CreateDirectoryW(to_.c_str(), nullptr))
    throw Failure{HRESULT_FROM_WIN32(GetLastError()), "CreateDirectoryW"};
  const DWORD disposition = directory_ ? OPEN_EXISTING : CREATE_NEW;
  // As many rights as there are: what then cannot be written is told when it is its turn.
  constexpr DWORD kOwner = WRITE_DAC | WRITE_OWNER;
  for (const DWORD more : {access | kOwner, kOwner, DWORD{0}}) {
    target_ =
        Opened(CreateFileW(to_.c_str(), GENERIC_READ | GENERIC_WRITE | more, 0, nullptr, disposition,
                           FILE_FLAG_BACKUP_SEMANTICS | (directory_ ? FILE_FLAG_OPEN_REPARSE_POINT : 0), nullptr));
    const DWORD error = GetLastError();
    if (target_) return;
    if (error != ERROR_ACCESS_DENIED && error != ERROR_PRIVILEGE_NOT_HELD)
      throw Failure{HRESULT_FROM_WIN32(error), "CreateFileW"};
  }
  throw Failure{HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED), "CreateFileW"};
}

/** What must be so before anything is written. */
void FileCopy::MakeLike() {
  if ((information_.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE) != 0 &&
      !Control(target_.get(), FSCTL_SET_SPARSE, nullptr, 0)) {
    not_kept_.push_back(WithError(L"sparse ranges: they take up space", GetLastError()));
  }
  USHORT format = COMPRESSION_FORMAT_DEFAULT;
  if ((information_.FileAttributes & FILE_ATTRIBUTE_COMPRESSED) != 0 &&
      !Control(target_.get(), FSCTL_SET_COMPRESSION, &format, sizeof(format))) {
    not_kept_.push_back(WithError(L"compression", GetLastError()));
  }
}

HRESULT FileCopy::Step(DWORD milliseconds, PlainValue& report) {
  const ULONGLONG end = GetTickCount64() + milliseconds;
  try {
    bool done = finished_;
    if (!done && raw_ != nullptr) {
      done = AdvanceRaw(milliseconds);
    } else {
      while (!done && GetTickCount64() <= end) done = Advance();
    }
    if (done && !finished_) Finish();
    report = Report(done);
    return S_OK;
  } catch (const Failure& failure) {
    const std::string function = failure.function;
    report = std::wstring(function.begin(), function.end());
    return failure.hresult;
  }
}

bool FileCopy::Advance() { return plain_ ? AdvancePlain() : AdvanceStreams(); }

DWORD FileCopy::Read(void* into, DWORD size) {
  DWORD total = 0;
  while (total < size) {
    DWORD got = 0;
    if (!BackupRead(source_.get(), static_cast<BYTE*>(into) + total, size - total, &got, FALSE, TRUE, &read_context_))
      throw Failure{HRESULT_FROM_WIN32(GetLastError()), "BackupRead"};
    if (got == 0) break;
    total += got;
  }
  return total;
}

bool FileCopy::AdvanceStreams() {
  if (!in_stream_) {
    if (BeginStream()) return false;
    return !plain_;  // the end, unless it goes on without streams
  }
  const DWORD want = static_cast<DWORD>(std::min<std::uint64_t>(left_, buffer_.size() - header_));
  const DWORD got = Read(buffer_.data() + header_, want);
  if (got != want) throw Failure{HRESULT_FROM_WIN32(ERROR_HANDLE_EOF), "BackupRead"};
  left_ -= got;
  if (passing_) WritePiece(header_ + got);
  header_ = 0;
  in_stream_ = left_ > 0;
  return false;
}

/** False at the end of all streams. */
bool FileCopy::BeginStream() {
  auto* const bytes = reinterpret_cast<BYTE*>(buffer_.data());
  DWORD got = 0;
  try {
    got = Read(bytes, kHeader);
  } catch (const Failure& failure) {
    if (any_stream_ || !IsMissing(HRESULT_CODE(failure.hresult))) throw;
    limits_.push_back(
        L"security descriptors, alternate streams, extended attributes, sparse ranges, links: BackupRead is missing");
    plain_ = true;
    return false;
  }
  any_stream_ = true;
  if (got == 0) return false;
  std::memcpy(&stream_, bytes, kHeader);
  const DWORD name = stream_.dwStreamNameSize;
  if (got != kHeader || name > buffer_.size() / 2 || Read(bytes + kHeader, name) != name)
    throw Failure{HRESULT_FROM_WIN32(ERROR_INVALID_DATA), "BackupRead"};
  stream_name_.assign(name / sizeof(wchar_t), L'\0');
  std::memcpy(stream_name_.data(), bytes + kHeader, stream_name_.size() * sizeof(wchar_t));
  header_ = kHeader + name;
  left_ = static_cast<std::uint64_t>(stream_.Size.QuadPart);
  passing_ = RuleOf(stream_.dwStreamId).passes;
  if (!passing_) Skip(RuleOf(stream_.dwStreamId).what, ERROR_SUCCESS);
  // An alternate stream without contents is one all the same; of other kinds nothing is to be written then.
  in_stream_ = left_ > 0 || (passing_ && stream_.dwStreamId == BACKUP_ALTERNATE_DATA);
  return true;
}

void FileCopy::WritePiece(DWORD length) {
  auto* const bytes = reinterpret_cast<BYTE*>(buffer_.data());
  for (DWORD done = 0; done < length;) {
    DWORD written = 0;
    const bool failed =
        !BackupWrite(target_.get(), bytes + done, length - done, &written, FALSE, TRUE, &write_context_);
    if (failed || written == 0) {
      const DWORD error = failed ? GetLastError() : ERROR_WRITE_FAULT;
      const StreamRule& rule = RuleOf(stream_.dwStreamId);
      if (rule.contents) throw Failure{HRESULT_FROM_WIN32(error), "BackupWrite"};
      Skip(stream_name_.empty() ? rule.what : rule.what + (L" " + stream_name_), error);
      return;
    }
    done += written;
  }
  if (stream_.dwStreamId == BACKUP_DATA) bytes_ += length - header_;
  if (stream_.dwStreamId == BACKUP_SPARSE_BLOCK) bytes_ += length - header_ - (header_ > 0 ? kSparseOffset : 0);
}

/** The rest of the stream is read and not written; the next one begins anew. */
void FileCopy::Skip(const std::wstring& what, DWORD error) {
  not_kept_.push_back(WithError(what, error));
  if (link_ && (plain_ || stream_.dwStreamId == BACKUP_REPARSE_DATA)) made_ = false;
  passing_ = false;
  EndWriting();
}

bool FileCopy::AdvancePlain() {
  if (directory_ || link_) {
    if (link_) Skip(L"a symbolic link or mount point", ERROR_SUCCESS);
    return true;
  }
  DWORD got = 0;
  if (!ReadFile(source_.get(), buffer_.data(), kPiece, &got, nullptr))
    throw Failure{HRESULT_FROM_WIN32(GetLastError()), "ReadFile"};
  DWORD written = 0;
  if (got > 0 && (!WriteFile(target_.get(), buffer_.data(), got, &written, nullptr) || written != got))
    throw Failure{HRESULT_FROM_WIN32(written == got ? ERROR_WRITE_FAULT : GetLastError()), "WriteFile"};
  bytes_ += got;
  return got == 0;
}

bool FileCopy::AdvanceRaw(DWORD milliseconds) {
  if (!raw_->Wait(milliseconds)) return false;
  bytes_ = raw_->bytes();
  const DWORD error = raw_->error();
  raw_.reset();
  raw_made_ = true;
  if (error != ERROR_SUCCESS) {
    DeleteFileW(to_.c_str());
    not_kept_.push_back(WithError(L"the whole file: encrypted contents", error));
    made_ = false;
    finished_ = true;
    return true;
  }
  source_ = OpenForBackup(from_, FILE_READ_ATTRIBUTES | READ_CONTROL);
  target_ = OpenForBackup(to_, FILE_WRITE_ATTRIBUTES | WRITE_DAC | WRITE_OWNER);
  // Raw data has no security descriptor (Microsoft: backup and restore of encrypted files).
  limits_.push_back(L"audit rules (SACL)");
  const DWORD security = CopySecurity(source_.get(), target_.get());
  if (security != ERROR_SUCCESS) not_kept_.push_back(WithError(L"security descriptor", security));
  return true;
}

void FileCopy::Finish() {
  EndReading();
  EndWriting();
  // Before it becomes read-only: then nobody can flush it, for Windows wants a handle that may write.
  if (made_ && !directory_ && !link_ && !raw_made_) Flush();
  const DWORD error = source_ && target_ ? CopyBasicInformation(source_.get(), target_.get()) : ERROR_FILE_NOT_FOUND;
  if (error != ERROR_SUCCESS) not_kept_.push_back(WithError(L"times and attributes", error));
  source_ = UniqueHandle();
  target_ = UniqueHandle();
  // A link that leads nowhere is no copy of it.
  if (!made_) directory_ ? RemoveDirectoryW(to_.c_str()) : DeleteFileW(to_.c_str());
  finished_ = true;
}

/** Who is told that a backup is complete may let go of what it could be repeated from: contents are durable before. */
void FileCopy::Flush() {
  if (FlushFileBuffers(target_.get())) return;
  const DWORD error = GetLastError();
  if (!IsMissing(error)) throw Failure{HRESULT_FROM_WIN32(error), "FlushFileBuffers"};
  limits_.push_back(L"durable contents: the file system cannot flush them");
}

PlainValue FileCopy::Report(bool done) const {
  const auto texts = [](const std::vector<std::wstring>& list) { return PlainValue::List(list.begin(), list.end()); };
  return PlainValue::Members{
      {"done", done}, {"made", made_}, {"bytes", bytes_}, {"notKept", texts(not_kept_)}, {"limits", texts(limits_)}};
}

void FileCopy::EndReading() {
  DWORD none = 0;
  if (read_context_ != nullptr) BackupRead(source_.get(), nullptr, 0, &none, TRUE, FALSE, &read_context_);
  read_context_ = nullptr;
}

void FileCopy::EndWriting() {
  DWORD none = 0;
  if (write_context_ != nullptr) BackupWrite(target_.get(), nullptr, 0, &none, TRUE, FALSE, &write_context_);
  write_context_ = nullptr;
}

FileCopy::~FileCopy() {
  EndReading();
  EndWriting();
}

STDMETHODIMP FileCopy::QueryInterface(REFIID iid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = IsEqualIID(iid, IID_IUnknown) ? static_cast<IUnknown*>(this) : nullptr;
  if (*object == nullptr) return E_NOINTERFACE;
  AddRef();
  return S_OK;
}

STDMETHODIMP_(ULONG) FileCopy::AddRef() { return ++references_; }

STDMETHODIMP_(ULONG) FileCopy::Release() {
  const ULONG left = --references_;
  if (left == 0) delete this;
  return left;
}

}  // namespace winbackup
