#include "event_log.h"

#include <algorithm>

namespace winbackup {

namespace {

/** ReportEventW refuses longer strings. */
constexpr std::size_t kLongestText = 31'839;

class EventSource {
 public:
  explicit EventSource(const std::wstring& name) : handle_(RegisterEventSourceW(nullptr, name.c_str())) {}
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  ~EventSource() {
    if (handle_ != nullptr) DeregisterEventSource(handle_);
  }

  HANDLE get() const { return handle_; }

 private:
  const HANDLE handle_;
};

}  // namespace

DWORD WriteEvent(const std::wstring& source, DWORD type, DWORD event_id, const std::wstring& text) {
  const EventSource opened(source);
  if (opened.get() == nullptr) return GetLastError();
  const std::wstring fitting = text.substr(0, std::min(text.size(), kLongestText - 1));
  LPCWSTR strings[] = {fitting.c_str()};
  const BOOL written =
      ReportEventW(opened.get(), static_cast<WORD>(type), 0, event_id, nullptr, 1, 0, strings, nullptr);
  return written ? ERROR_SUCCESS : GetLastError();
}

}  // namespace winbackup
