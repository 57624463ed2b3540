// Generated from lib/binding/tables/txr.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include "function.h"

namespace winbackup {

/** advapi32.dll. */
extern const Library kTxR;

}  // namespace winbackup
