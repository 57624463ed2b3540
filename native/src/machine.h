// What handle 0 answers: functions of Windows that belong to no object.
#pragma once

#include <string>

#include "descriptors.h"

namespace winbackup {

/** CoCreateInstance, in-process only: COM finds the DLL by its registration. */
extern const Method kCoCreateInstance;

/** The interface of that IID (with or without braces); null when no table has it. */
const Interface* InterfaceOf(const std::u16string& iid);

}  // namespace winbackup
