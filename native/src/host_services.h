// What Windows gives to a process besides the three APIs: event log and privileges, as functions of handle 0. The third
// of them, fail fast, is the addon's own (addon.cc): it may not wait for a thread.
#pragma once

#include <unknwn.h>

#include "argument.h"
#include "descriptors.h"

namespace winbackup {

/** What holds a privilege: released, it lets go of it. It has no methods. */
extern const Interface kPrivilege;

/** Source, type, event id, text. */
HRESULT ReportEventToLog(IUnknown*, Argument* a);
/** The privilege's name; gives out a kPrivilege. */
HRESULT EnablePrivilege(IUnknown*, Argument* a);

}  // namespace winbackup
