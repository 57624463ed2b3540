// Runs the C client inside Windows Node, beside the Worker that answers it. Each call runs on a thread of libuv's pool
// and gives its report.
#include <napi.h>
#include <windows.h>

#include <array>
#include <functional>
#include <string>

extern "C" {
void client_create(const WCHAR* name, DWORD features, char* report, size_t size);
void client_transfer(DWORD abort_after, char* report, size_t size);
void client_close(char* report, size_t size);
}

namespace {

using Report = std::array<char, 4096>;

class Run final : public Napi::AsyncWorker {
 public:
  Run(Napi::Env env, std::function<void(Report&)> step)
      : AsyncWorker(env, "winbackup:vdi_client"),
        step_(std::move(step)),
        deferred_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { step_(report_); }
  void OnOK() override { deferred_.Resolve(Napi::String::New(Env(), report_.data())); }

 private:
  const std::function<void(Report&)> step_;
  Report report_{};
  const Napi::Promise::Deferred deferred_;
};

Napi::Value Start(Napi::Env env, std::function<void(Report&)> step) {
  auto* run = new Run(env, std::move(step));  // deletes itself when it is done
  const Napi::Promise promise = run->promise();
  run->Queue();
  return promise;
}

Napi::Value Create(const Napi::CallbackInfo& info) {
  const std::u16string name = info[0].As<Napi::String>().Utf16Value();
  const DWORD features = info[1].As<Napi::Number>().Uint32Value();
  return Start(info.Env(), [name, features](Report& report) {
    client_create(reinterpret_cast<const WCHAR*>(name.c_str()), features, report.data(), report.size());
  });
}

Napi::Value Transfer(const Napi::CallbackInfo& info) {
  const DWORD abort_after = info[0].As<Napi::Number>().Uint32Value();
  return Start(info.Env(),
               [abort_after](Report& report) { client_transfer(abort_after, report.data(), report.size()); });
}

Napi::Value Close(const Napi::CallbackInfo& info) {
  return Start(info.Env(), [](Report& report) { client_close(report.data(), report.size()); });
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("create", Napi::Function::New(env, Create));
  exports.Set("transfer", Napi::Function::New(env, Transfer));
  exports.Set("close", Napi::Function::New(env, Close));
  return exports;
}

NODE_API_MODULE(vdi_client, Init)

}  // namespace
