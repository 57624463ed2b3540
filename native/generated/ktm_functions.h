// Generated from lib/binding/tables/ktm.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include "function.h"

namespace winbackup {

/** ktmw32.dll. */
extern const Library kKtmW32;

}  // namespace winbackup
