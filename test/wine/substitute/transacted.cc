#include "transacted.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <sstream>

namespace winbackup::substitute {

Transacted transacted;

namespace {

void Show(std::ostream& out, LPCWSTR text) {
  if (text == nullptr) {
    out << " -";
    return;
  }
  char bytes[1024];
  WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof(bytes), nullptr, nullptr);
  out << ' ' << bytes;
}
void Show(std::ostream& out, LPWSTR text) { Show(out, static_cast<LPCWSTR>(text)); }
void Show(std::ostream& out, DWORD number) { out << " 0x" << std::hex << number; }
/** Only whether there is one. */
void Show(std::ostream& out, const void* pointer) { out << (pointer == nullptr ? " null" : " pointer"); }
void Show(std::ostream& out, HKEY key) {
  out << " 0x" << std::hex << static_cast<DWORD>(reinterpret_cast<uintptr_t>(key));
}
template <class R, class... A>
void Show(std::ostream& out, R(CALLBACK* routine)(A...)) {
  out << (routine == nullptr ? " null" : " routine");
}

template <class... A>
DWORD Note(const char* name, A... arguments) {
  std::ostringstream line;
  line << name;
  (Show(line, arguments), ...);
  std::lock_guard lock(transacted.mutex);
  transacted.calls.push_back(line.str());
  return transacted.answer;
}
template <class... A>
BOOL NoteBool(const char* name, A... arguments) {
  const DWORD error = Note(name, arguments...);
  SetLastError(error);
  return error == ERROR_SUCCESS;
}

HANDLE WINAPI CreateFileTransacted_(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                                    DWORD disposition, DWORD flags, HANDLE from, HANDLE transaction, PUSHORT version,
                                    PVOID extended) {
  if (!NoteBool("CreateFileTransactedW", name, access, share, static_cast<void*>(security), disposition, flags, from,
                transaction, static_cast<void*>(version), extended)) {
    return INVALID_HANDLE_VALUE;
  }
  // A real file, without the transaction: so that it can be written, read and closed.
  return CreateFileW(name, access, share, nullptr, disposition, flags, nullptr);
}
BOOL WINAPI MoveFileTransacted_(LPCWSTR from, LPCWSTR to, LPPROGRESS_ROUTINE routine, LPVOID data, DWORD flags,
                                HANDLE transaction) {
  return NoteBool("MoveFileTransactedW", from, to, routine, data, flags, transaction);
}
BOOL WINAPI DeleteFileTransacted_(LPCWSTR name, HANDLE transaction) {
  return NoteBool("DeleteFileTransactedW", name, transaction);
}
BOOL WINAPI CopyFileTransacted_(LPCWSTR from, LPCWSTR to, LPPROGRESS_ROUTINE routine, LPVOID data, LPBOOL cancel,
                                DWORD flags, HANDLE transaction) {
  return NoteBool("CopyFileTransactedW", from, to, routine, data, static_cast<void*>(cancel), flags, transaction);
}
BOOL WINAPI CreateDirectoryTransacted_(LPCWSTR from, LPCWSTR name, LPSECURITY_ATTRIBUTES security, HANDLE transaction) {
  return NoteBool("CreateDirectoryTransactedW", from, name, static_cast<void*>(security), transaction);
}
BOOL WINAPI CreateHardLinkTransacted_(LPCWSTR name, LPCWSTR existing, LPSECURITY_ATTRIBUTES security,
                                      HANDLE transaction) {
  return NoteBool("CreateHardLinkTransactedW", name, existing, static_cast<void*>(security), transaction);
}
BOOL WINAPI SetFileAttributesTransacted_(LPCWSTR name, DWORD attributes, HANDLE transaction) {
  return NoteBool("SetFileAttributesTransactedW", name, attributes, transaction);
}

LONG WINAPI RegCreateKeyTransacted_(HKEY root, LPCWSTR key, DWORD reserved, LPWSTR type, DWORD options, REGSAM access,
                                    LPSECURITY_ATTRIBUTES security, PHKEY result, LPDWORD disposition,
                                    HANDLE transaction, PVOID extended) {
  const DWORD error = Note("RegCreateKeyTransactedW", root, key, reserved, type, options, static_cast<DWORD>(access),
                           static_cast<void*>(security), transaction, extended);
  if (error != ERROR_SUCCESS) return static_cast<LONG>(error);
  return RegCreateKeyExW(root, key, 0, nullptr, options, access, nullptr, result, disposition);
}
LONG WINAPI RegOpenKeyTransacted_(HKEY root, LPCWSTR key, DWORD options, REGSAM access, PHKEY result,
                                  HANDLE transaction, PVOID extended) {
  const DWORD error =
      Note("RegOpenKeyTransactedW", root, key, options, static_cast<DWORD>(access), transaction, extended);
  return error != ERROR_SUCCESS ? static_cast<LONG>(error) : RegOpenKeyExW(root, key, options, access, result);
}
LONG WINAPI RegDeleteKeyTransacted_(HKEY root, LPCWSTR key, REGSAM access, DWORD reserved, HANDLE transaction,
                                    PVOID extended) {
  const DWORD error =
      Note("RegDeleteKeyTransactedW", root, key, static_cast<DWORD>(access), reserved, transaction, extended);
  return error != ERROR_SUCCESS ? static_cast<LONG>(error) : RegDeleteKeyW(root, key);
}

const std::map<std::string, void*>& StandIns() {
  static const std::map<std::string, void*> all = {
      {"CreateFileTransactedW", reinterpret_cast<void*>(CreateFileTransacted_)},
      {"MoveFileTransactedW", reinterpret_cast<void*>(MoveFileTransacted_)},
      {"DeleteFileTransactedW", reinterpret_cast<void*>(DeleteFileTransacted_)},
      {"CopyFileTransactedW", reinterpret_cast<void*>(CopyFileTransacted_)},
      {"CreateDirectoryTransactedW", reinterpret_cast<void*>(CreateDirectoryTransacted_)},
      {"CreateHardLinkTransactedW", reinterpret_cast<void*>(CreateHardLinkTransacted_)},
      {"SetFileAttributesTransactedW", reinterpret_cast<void*>(SetFileAttributesTransacted_)},
      {"RegCreateKeyTransactedW", reinterpret_cast<void*>(RegCreateKeyTransacted_)},
      {"RegOpenKeyTransactedW", reinterpret_cast<void*>(RegOpenKeyTransacted_)},
      {"RegDeleteKeyTransactedW", reinterpret_cast<void*>(RegDeleteKeyTransacted_)},
  };
  return all;
}

}  // namespace

FARPROC WINAPI FindTransacted(HMODULE module, LPCSTR name) {
  if (std::strcmp(name, "wine_get_version") == 0) return nullptr;
  const auto stand_in = StandIns().find(name);
  if (stand_in == StandIns().end()) return GetProcAddress(module, name);
  std::lock_guard lock(transacted.mutex);
  return transacted.found ? reinterpret_cast<FARPROC>(stand_in->second) : nullptr;
}

}  // namespace winbackup::substitute
