// Puts functions of a test's in the place of those of Windows that the addon calls.
#include <napi.h>
#include <objbase.h>
#include <windows.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "backup.h"
#include "imports.h"
#include "transacted.h"

namespace winbackup::substitute {

namespace {

struct Activation {
  CLSID clsid;
  DWORD context;
};

std::mutex mutex;  // guards all below
std::vector<Activation> activations;
HRESULT security_result = S_OK;
int security_calls = 0;
/** What the addon imported before. */
std::map<std::string, void*> originals;

HRESULT WINAPI PlayedCoInitializeSecurity(PSECURITY_DESCRIPTOR, LONG, SOLE_AUTHENTICATION_SERVICE*, void*, DWORD, DWORD,
                                          void*, DWORD, void*) {
  std::lock_guard lock(mutex);
  security_calls += 1;
  return security_result;
}

HRESULT WINAPI PlayedCoCreateInstance(REFCLSID clsid, LPUNKNOWN outer, DWORD context, REFIID iid, LPVOID* object) {
  {
    std::lock_guard lock(mutex);
    activations.push_back({clsid, context});
  }
  return CoCreateInstance(clsid, outer, context, iid, object);
}

template <class Function>
void* Address(Function* function) {
  return reinterpret_cast<void*>(function);
}

void* SubstituteFor(const std::string& name) {
  static const std::map<std::string, void*> all = {
      {"CoInitializeSecurity", Address(PlayedCoInitializeSecurity)},
      {"CoCreateInstance", Address(PlayedCoCreateInstance)},
      {"BackupRead", Address(PlayedBackupRead)},
      {"BackupWrite", Address(PlayedBackupWrite)},
      {"OpenEncryptedFileRawW", Address(PlayedOpenEncryptedFileRaw)},
      {"ReadEncryptedFileRaw", Address(PlayedReadEncryptedFileRaw)},
      {"WriteEncryptedFileRaw", Address(PlayedWriteEncryptedFileRaw)},
      {"CloseEncryptedFileRaw", Address(PlayedCloseEncryptedFileRaw)},
      {"FlushFileBuffers", Address(PlayedFlushFileBuffers)},
      {"GetProcAddress", Address(FindTransacted)},
      {"GetFileInformationByHandleEx", Address(PlayedGetFileInformation)},
  };
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

HMODULE Addon(Napi::Env env) {
  const HMODULE module = GetModuleHandleW(L"winbackup.node");
  if (module == nullptr) throw Napi::Error::New(env, "winbackup.node is not loaded");
  return module;
}

/** replace(...names) */
void Replace(const Napi::CallbackInfo& info) {
  for (std::size_t i = 0; i < info.Length(); ++i) {
    const std::string name = info[i].As<Napi::String>();
    void* const substitute = SubstituteFor(name);
    void* const original = substitute == nullptr ? nullptr : ReplaceImport(Addon(info.Env()), name.c_str(), substitute);
    if (original == nullptr) throw Napi::Error::New(info.Env(), "the addon does not import " + name);
    originals.emplace(name, original);
  }
}

/** restore(): all of them; what they were told is forgotten. */
void Restore(const Napi::CallbackInfo& info) {
  for (const auto& [name, original] : originals) ReplaceImport(Addon(info.Env()), name.c_str(), original);
  originals.clear();
  std::scoped_lock lock(played.mutex, transacted.mutex);
  transacted.found = true;
  transacted.answer = ERROR_SUCCESS;
  transacted.calls.clear();
  played.streams.clear();
  played.endless = false;
  played.written.clear();
  played.refused_stream = 0;
  played.attributes = 0;
  played.raw.clear();
  played.imported.clear();
  played.raw_open_error = 0;
  played.import_error = 0;
  played.reads = 0;
  played.flushes = 0;
  played.flush_error = 0;
}

std::vector<std::byte> Bytes(const Napi::Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  const auto* const first = reinterpret_cast<const std::byte*>(bytes.Data());
  return {first, first + bytes.ByteLength()};
}

/** play({ streams, endless, refusedStream, refusedWith, attributes, raw, rawOpenError, importError, flushError,
 * securityResult, transactedFound, transactedAnswer }) */
void Play(const Napi::CallbackInfo& info) {
  const auto told = info[0].As<Napi::Object>();
  const auto number = [&](const char* name, auto& into) {
    const Napi::Value value = told.Get(name);
    if (value.IsNumber()) into = value.As<Napi::Number>().Uint32Value();
  };
  std::scoped_lock lock(played.mutex, transacted.mutex, mutex);
  if (told.Has("transactedFound")) transacted.found = told.Get("transactedFound").ToBoolean();
  number("transactedAnswer", transacted.answer);
  if (told.Has("streams")) played.streams = Bytes(told.Get("streams"));
  if (told.Has("raw")) played.raw = Bytes(told.Get("raw"));
  if (told.Has("endless")) played.endless = told.Get("endless").ToBoolean();
  number("refusedStream", played.refused_stream);
  number("refusedWith", played.refused_with);
  number("attributes", played.attributes);
  number("rawOpenError", played.raw_open_error);
  number("importError", played.import_error);
  number("flushError", played.flush_error);
  number("securityResult", security_result);
}

/** What has happened: { written, imported, contexts, reads, securityCalls, activations: [{ clsid, context }],
 * transacted } */
Napi::Value Seen(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto copy = [env](const std::vector<std::byte>& bytes) {
    return Napi::Buffer<char>::Copy(env, reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  std::scoped_lock lock(played.mutex, transacted.mutex, mutex);
  auto seen = Napi::Object::New(env);
  seen.Set("written", copy(played.written));
  seen.Set("imported", copy(played.imported));
  seen.Set("contexts", played.contexts.load());
  seen.Set("reads", static_cast<double>(played.reads.load()));
  seen.Set("flushes", static_cast<double>(played.flushes.load()));
  seen.Set("securityCalls", security_calls);
  auto list = Napi::Array::New(env);
  for (const Activation& each : activations) {
    wchar_t text[40] = {};
    StringFromGUID2(each.clsid, text, 40);
    auto activation = Napi::Object::New(env);
    activation.Set("clsid", Napi::String::New(env, reinterpret_cast<const char16_t*>(text)));
    activation.Set("context", each.context);
    list.Set(list.Length(), activation);
  }
  seen.Set("activations", list);
  auto calls = Napi::Array::New(env);
  for (const std::string& call : transacted.calls) calls.Set(calls.Length(), call);
  seen.Set("transacted", calls);
  return seen;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("replace", Napi::Function::New(env, Replace));
  exports.Set("restore", Napi::Function::New(env, Restore));
  exports.Set("play", Napi::Function::New(env, Play));
  exports.Set("seen", Napi::Function::New(env, Seen));
  return exports;
}

NODE_API_MODULE(substitute, Init)

}  // namespace

}  // namespace winbackup::substitute
