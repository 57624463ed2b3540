// Between JavaScript's plain values and the arguments of a call, as lib/binding/channel.ts describes them.
#pragma once

#include <napi.h>

#include <functional>
#include <string>

#include "call.h"

namespace winbackup {

/** Fills the arguments of a method's inputs from an array of its input values; throws TypeError for what the table does
 * not allow. */
std::vector<Argument> ToArguments(const Method& method, const Napi::Array& values);

/**
 * The outputs of a finished call as an array; empty when it failed. `adopt` turns the reference of an interface output
 * into its handle.
 *
 * Runs while a worker may be terminating, where every Node-API call can fail: null then, and nothing is thrown.
 */
napi_value ToOutputs(napi_env env, Call& call,
                     const std::function<std::uint32_t(const Parameter&, ComPtr<IUnknown>)>& adopt);

/** A bigint of 64 bits without sign; throws TypeError for anything else. */
std::uint64_t ToU64(const Napi::Value& value, const char* name);
/** An unsigned number of 32 bits; throws TypeError for anything else. */
std::uint32_t ToU32(const Napi::Value& value, const char* name);
/** A string as UTF-16; throws TypeError for anything else. */
std::wstring ToText(const Napi::Value& value, const char* name);

}  // namespace winbackup
