// Files of a shadow copy, or of any other place, as a backup reads them: by device paths too, past access-control
// lists.
#pragma once

#include <unknwn.h>

#include "argument.h"

namespace winbackup {

// As they are called on handle 0. Not of Windows; HRESULT_FROM_WIN32 of its errors. Each runs on a thread of its own.
// Which files they may read and write is decided by the privileges that the process has enabled (privilege.h).

/** (path) -> the path that the others take; fails when nothing is there. */
HRESULT ResolveDevicePath(IUnknown*, Argument* a);
/** (path) -> { name, directory, link } of a file or directory, or null when there is none. */
HRESULT StatForBackup(IUnknown*, Argument* a);
/** (directory) -> a list of the same. */
HRESULT ListForBackup(IUnknown*, Argument* a);
/** (from, to) -> an IFileCopy. */
HRESULT CopyForBackup(IUnknown*, Argument* a);
/** (from, to): times and attributes. */
HRESULT CopyTimesForBackup(IUnknown*, Argument* a);
/** (path): a file, a link, or an empty directory; also one that is read-only. */
HRESULT RemoveForBackup(IUnknown*, Argument* a);

}  // namespace winbackup
