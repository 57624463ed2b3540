// vssapi.dll: its entry points by their real names (facts/vss.md 1.1), looked up when they are first used, so that the
// addon loads on machines without it; and what a requester's process needs once.
#pragma once

#include <objbase.h>
#include <windows.h>

#include "argument.h"
#include "descriptors.h"
#include "winbackup/vss.h"

namespace winbackup {

// As they are called on handle 0; HRESULT_FROM_WIN32 of the loader's error when the function is not there.
HRESULT CreateVssBackupComponents(IUnknown*, Argument* a);
HRESULT CreateVssExamineWriterMetadata(IUnknown*, Argument* a);
HRESULT IsVolumeSnapshotted(IUnknown*, Argument* a);
HRESULT ShouldBlockRevert(IUnknown*, Argument* a);
/** (provider, iid) -> the provider's interface for its management. */
HRESULT GetProviderMgmtInterface(IUnknown*, Argument* a);

/**
 * CoInitializeSecurity(authenticationLevel, impersonationLevel, capabilities) for the process, with the advice of
 * facts/vss.md 2.9 that exceptions are not swallowed. RPC_E_TOO_LATE when somebody, we included, has done it before.
 */
HRESULT InitializeComSecurity(IUnknown*, Argument* a);

/** Frees the strings of a VSS_SNAPSHOT_PROP: VssFreeSnapshotProperties. */
void FreeSnapshotProperties(void* structure);
/** Frees the strings of a struct whose receiver frees each. */
template <class Properties, LPWSTR Properties::*... kStrings>
void FreeStrings(void* structure) {
  (CoTaskMemFree(static_cast<Properties*>(structure)->*kStrings), ...);
}

/** Whether an IVssAsync has no final status: Wait's own result does not tell (facts/vss.md 2.4). */
bool StillPending(IUnknown* async);

}  // namespace winbackup
