// Generated from lib/binding/tables/txf.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include "function.h"

namespace winbackup {

/** kernel32.dll. */
extern const Library kTxF;

}  // namespace winbackup
