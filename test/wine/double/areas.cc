#include "areas.h"

#include <string>

namespace winbackup::doubles {

Napi::Value Areas::Create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t size = info[0].As<Napi::Number>().Int64Value();
  const std::string name = "Local\\winbackup-area-" + std::to_string(GetCurrentProcessId()) + "-" +
                           std::to_string(GetCurrentThreadId()) + "-" + std::to_string(next_++);
  HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, static_cast<DWORD>(size >> 32),
                                      static_cast<DWORD>(size), name.c_str());
  void* servers = mapping == nullptr ? nullptr : MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, size);
  void* clients = servers == nullptr ? nullptr : MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, size);
  const DWORD error = GetLastError();
  if (mapping != nullptr) CloseHandle(mapping);  // the views keep it
  if (clients == nullptr) {
    if (servers != nullptr) UnmapViewOfFile(servers);
    throw Napi::RangeError::New(env, "no memory for an area: error " + std::to_string(error));
  }
  const auto base = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(clients));
  views_.emplace(base, clients);
  Napi::Object area = Napi::Object::New(env);
  area.Set("base", Napi::BigInt::New(env, base));
  area.Set("buffer", Napi::ArrayBuffer::New(env, servers, size, [](Napi::Env, void* view) { UnmapViewOfFile(view); }));
  return area;
}

void Areas::Free(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const auto found = views_.find(info[0].As<Napi::BigInt>().Uint64Value(&lossless));
  if (!lossless || found == views_.end()) throw Napi::RangeError::New(info.Env(), "no area begins there");
  UnmapViewOfFile(found->second);
  views_.erase(found);
}

}  // namespace winbackup::doubles
