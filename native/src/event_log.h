// The application event log of this machine.
#pragma once

#include <windows.h>

#include <string>

namespace winbackup {

/**
 * Writes one event; the Win32 error, 0 for success. `type` is one of EVENTLOG_*_TYPE. A source that nobody has
 * registered writes to the Application log, and viewers show the text without a template (facts/ktm-tmf-mts.md 6.4).
 * May wait for the service of the log.
 */
DWORD WriteEvent(const std::wstring& source, DWORD type, DWORD event_id, const std::wstring& text);

}  // namespace winbackup
