// DLLs of Windows that are loaded when the first function of theirs is called: the addon loads without them.
#pragma once

#include <windows.h>

#include "function.h"

namespace winbackup {

/** Why a DLL cannot be used. */
inline constexpr HRESULT kWinesOwn = HRESULT(0x80070000 | ERROR_CALL_NOT_IMPLEMENTED);

/** The function's address, from system32 only. Otherwise `hresult` says why not: kWinesOwn for Wine's own DLL, whose
 * functions would end the process, or do without a transaction what they are asked to do in one. */
FARPROC AddressOf(const Library& library, const Function& function, HRESULT& hresult);

}  // namespace winbackup
