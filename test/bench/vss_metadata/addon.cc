// Gives the addon that metadata in the place of vssapi.dll's, and reads it directly, in C++.
#include <napi.h>

#include <chrono>
#include <cstring>
#include <string>

#include "../../wine/substitute/imports.h"
#include "metadata.h"

namespace winbackup::bench {

namespace {

/** Of GetProcAddress in the addon: it asks by this name for the entry point of vssapi.dll. */
FARPROC WINAPI PlayedGetProcAddress(HMODULE module, LPCSTR name) {
  if (std::strcmp(name, "CreateVssExamineWriterMetadataInternal") == 0)
    return reinterpret_cast<FARPROC>(CreateMetadata);
  return GetProcAddress(module, name);
}

/** install(): before the addon first asks for it. */
void Install(const Napi::CallbackInfo& info) {
  const HMODULE addon = GetModuleHandleW(L"winbackup.node");
  if (addon == nullptr ||
      substitute::ReplaceImport(addon, "GetProcAddress", reinterpret_cast<void*>(PlayedGetProcAddress)) == nullptr) {
    throw Napi::Error::New(info.Env(), "GetProcAddress could not be replaced");
  }
}

IVssExamineWriterMetadata* Make(std::uint32_t components) {
  const std::wstring document = std::to_wstring(components);
  BSTR text = SysAllocString(document.c_str());
  IVssExamineWriterMetadata* metadata = nullptr;
  CreateMetadata(text, &metadata);
  SysFreeString(text);
  return metadata;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/** callDirectly(count): seconds for so many calls of GetBackupSchema. */
Napi::Value CallDirectly(const Napi::CallbackInfo& info) {
  IVssExamineWriterMetadata* const metadata = Make(0);
  const auto start = std::chrono::steady_clock::now();
  DWORD mask = 0;
  for (std::uint32_t left = info[0].As<Napi::Number>(); left > 0; --left) metadata->GetBackupSchema(&mask);
  const double seconds = SecondsSince(start);
  metadata->Release();
  return Napi::Number::New(info.Env(), seconds);
}

/** readDirectly(components): { seconds, calls } */
Napi::Value ReadInCpp(const Napi::CallbackInfo& info) {
  IVssExamineWriterMetadata* const metadata = Make(info[0].As<Napi::Number>().Uint32Value());
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t calls = ReadDirectly(*metadata);
  auto result = Napi::Object::New(info.Env());
  result.Set("seconds", SecondsSince(start));
  result.Set("calls", static_cast<double>(calls));
  metadata->Release();
  return result;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("install", Napi::Function::New(env, Install));
  exports.Set("callDirectly", Napi::Function::New(env, CallDirectly));
  exports.Set("readDirectly", Napi::Function::New(env, ReadInCpp));
  return exports;
}

NODE_API_MODULE(vss_metadata, Init)

}  // namespace

}  // namespace winbackup::bench
