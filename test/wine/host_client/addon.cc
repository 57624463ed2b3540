// What this process's token says, read past the addon.
#include <napi.h>
#include <windows.h>

#include <string>
#include <vector>

namespace {

/** privilegeEnabled(name): undefined when the token does not hold it. */
Napi::Value PrivilegeEnabled(const Napi::CallbackInfo& info) {
  const std::u16string name = info[0].As<Napi::String>();
  LUID wanted;
  HANDLE token = nullptr;
  if (!LookupPrivilegeValueW(nullptr, reinterpret_cast<LPCWSTR>(name.c_str()), &wanted) ||
      !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
    throw Napi::Error::New(info.Env(), "error " + std::to_string(GetLastError()));
  }
  std::vector<std::byte> bytes(16 * 1024);
  DWORD size = 0;
  const BOOL told = GetTokenInformation(token, TokenPrivileges, bytes.data(), static_cast<DWORD>(bytes.size()), &size);
  CloseHandle(token);
  if (!told) throw Napi::Error::New(info.Env(), "GetTokenInformation");
  const auto& privileges = *reinterpret_cast<const TOKEN_PRIVILEGES*>(bytes.data());
  const LUID_AND_ATTRIBUTES* const first = privileges.Privileges;
  for (const LUID_AND_ATTRIBUTES* each = first; each < first + privileges.PrivilegeCount; ++each) {
    if (each->Luid.LowPart != wanted.LowPart || each->Luid.HighPart != wanted.HighPart) continue;
    return Napi::Boolean::New(info.Env(), (each->Attributes & SE_PRIVILEGE_ENABLED) != 0);
  }
  return info.Env().Undefined();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("privilegeEnabled", Napi::Function::New(env, PrivilegeEnabled));
  return exports;
}

NODE_API_MODULE(host_client, Init)

}  // namespace
