// Runs the C client inside Windows Node, beside the Worker that answers it, on a thread of libuv's pool.
#include <napi.h>
#include <windows.h>

#include <array>
#include <string>

extern "C" void client_run(const WCHAR* path, char* report, size_t size);

namespace {

class Run final : public Napi::AsyncWorker {
 public:
  Run(Napi::Env env, std::u16string path)
      : AsyncWorker(env, "winbackup:ktm_client"),
        path_(std::move(path)),
        deferred_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { client_run(reinterpret_cast<const WCHAR*>(path_.c_str()), report_.data(), report_.size()); }
  void OnOK() override { deferred_.Resolve(Napi::String::New(Env(), report_.data())); }

 private:
  const std::u16string path_;
  std::array<char, 4096> report_{};
  const Napi::Promise::Deferred deferred_;
};

Napi::Value Start(const Napi::CallbackInfo& info) {
  auto* run = new Run(info.Env(), info[0].As<Napi::String>().Utf16Value());  // deletes itself when it is done
  const Napi::Promise promise = run->promise();
  run->Queue();
  return promise;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("run", Napi::Function::New(env, Start));
  return exports;
}

NODE_API_MODULE(ktm_client, Init)

}  // namespace
