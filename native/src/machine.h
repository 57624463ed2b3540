// What handle 0 answers: functions of Windows that belong to no object.
#pragma once

#include <string>
#include <string_view>

#include "descriptors.h"

namespace winbackup {

/** CoCreateInstance, where the class's table says that it may run: COM finds the server by its registration. */
extern const Method kCoCreateInstance;

/** The function of that name; null when there is none. */
const Method* FlatFunction(std::string_view operation);

/** The interface of that IID (with or without braces); null when no table has it. */
const Interface* InterfaceOf(const std::u16string& iid);

/** A method, and the interface that has it. */
struct Operation {
  const Interface* of;
  const Method* method;
};

/** The method of that name, whichever interface has it; null when none does. */
Operation FindOperation(std::string_view operation);

}  // namespace winbackup
