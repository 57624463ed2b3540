// Generated from lib/binding/tables/vdi.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include <span>

#include "descriptors.h"

namespace winbackup {

extern const Interface kIClientVirtualDeviceSet2;
extern const Interface kIClientVirtualDevice;
extern const std::span<const Interface* const> kVdiInterfaces;
extern const std::span<const ComClass> kVdiClasses;

}  // namespace winbackup
