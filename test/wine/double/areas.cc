#include "areas.h"

namespace winbackup::doubles {

Napi::Value Areas::Create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t size = info[0].As<Napi::Number>().Int64Value();
  const std::u16string name =
      u"Local\\winbackup-area-" + Napi::String::New(env, std::to_string(GetCurrentProcessId()) + "-" + std::to_string(next_++)).Utf16Value();
  HANDLE mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, static_cast<DWORD>(size >> 32),
                                      static_cast<DWORD>(size), reinterpret_cast<const wchar_t*>(name.c_str()));
  void* view = mapping == nullptr ? nullptr : MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, size);
  if (view == nullptr) {
    const DWORD error = GetLastError();
    if (mapping != nullptr) CloseHandle(mapping);
    throw Napi::Error::New(env, "no memory for an area: error " + std::to_string(error));
  }
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, view, size);
  const auto base = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(view));
  areas_.emplace(base, Area{mapping, Napi::Persistent(buffer)});
  Napi::Object area = Napi::Object::New(env);
  area.Set("base", Napi::BigInt::New(env, base));
  area.Set("buffer", buffer);
  area.Set("name", Napi::String::New(env, name));
  return area;
}

void Areas::Free(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const auto found = areas_.find(info[0].As<Napi::BigInt>().Uint64Value(&lossless));
  if (!lossless || found == areas_.end()) throw Napi::RangeError::New(info.Env(), "no area begins there");
  found->second.buffer.Value().Detach();
  UnmapViewOfFile(reinterpret_cast<void*>(static_cast<uintptr_t>(found->first)));
  CloseHandle(found->second.mapping);
  areas_.erase(found);
}

}  // namespace winbackup::doubles
