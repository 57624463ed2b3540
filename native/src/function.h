// What native/generated says about the flat functions of a DLL: as descriptors.h does about interfaces.
#pragma once

#include <windows.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "descriptors.h"
#include "unique_handle.h"

namespace winbackup {

class FunctionArgument;

/** As `ValueType` in lib/binding/table.ts. */
enum class FunctionKind : std::uint8_t {
  kU32,
  kKey,
  kGuid,
  kText,
  kHandle,
  kClock,
  kBytes,
  kDescription,
  kNotification,
};

struct FunctionParameter {
  const char* name;
  FunctionKind kind;
  Direction direction;
  bool nullable;
};

/** Functions that need more than a thread: what is special about them. */
enum class Waits : std::uint8_t {
  kNever,
  /** For others: on a thread of its own. */
  kBlocks,
  /** Likewise, with a timeout: an endless wait is made of slices. */
  kSlices,
  /** Answered through the completion port. */
  kPort,
};

struct Function {
  const char* operation;  // `KtmW32::CreateTransaction`
  const char* symbol;
  Waits waits;
  /** What it gives out, if anything. */
  HandleKind gives;
  /** It is told the environment's completion port. */
  bool uses_port;
  std::span<const FunctionParameter> parameters;
  /** Calls it and says the Win32 error, 0 for success. `port` is the environment's completion port. */
  DWORD (*invoke)(FARPROC address, FunctionArgument* arguments, HANDLE& given, HANDLE port);

  /** Index of the parameter of that kind; the number of parameters when there is none. */
  std::size_t IndexOf(FunctionKind kind) const {
    std::size_t i = 0;
    while (i < parameters.size() && parameters[i].kind != kind) ++i;
    return i;
  }
};

struct Library {
  const char* name;  // `KtmW32`
  const wchar_t* dll;
  /** Wine's own stubs of it end the process, or know no transactions. */
  bool refused_on_wine;
  std::span<const Function> functions;

  /** Null when the library has no such function. */
  const Function* Find(std::string_view operation) const {
    for (const Function& function : functions) {
      if (operation == function.operation) return &function;
    }
    return nullptr;
  }
};

/** GetLastError, of a function that has failed. */
inline DWORD LastError() {
  const DWORD error = GetLastError();
  return error == ERROR_SUCCESS ? ERROR_GEN_FAILURE : error;
}

/** The error of a function that answers TRUE or FALSE, taken at the call. */
inline DWORD ErrorOf(BOOL result) { return result ? ERROR_SUCCESS : LastError(); }

/** Likewise of one that answers with the error and gives out a key of the registry. */
inline DWORD ErrorOf(LSTATUS result, HANDLE& given) {
  if (result != ERROR_SUCCESS) given = nullptr;
  return static_cast<DWORD>(result);
}

/** A predefined key of the registry: its number is a handle with its sign. */
inline HKEY RootKey(DWORD number) { return reinterpret_cast<HKEY>(static_cast<LONG_PTR>(static_cast<LONG>(number))); }

/** Likewise of one that gives out a handle. */
inline DWORD ErrorOf(HANDLE result, HANDLE& given) {
  if (result == INVALID_HANDLE_VALUE || result == nullptr) return LastError();
  given = result;
  return ERROR_SUCCESS;
}

}  // namespace winbackup
