// Runs the C client inside Windows Node, beside the Worker that answers it. Each call runs on a thread of libuv's pool
// and gives its report.
#include <napi.h>
#include <windows.h>

#include <array>
#include <functional>
#include <string>

extern "C" {
void client_back_up(const char* entry, char* report, size_t size);
void client_release(char* report, size_t size);
}

namespace {

using Report = std::array<char, 8192>;

class Run final : public Napi::AsyncWorker {
 public:
  Run(Napi::Env env, std::function<void(Report&)> step)
      : AsyncWorker(env, "winbackup:vss_client"),
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

Napi::Value BackUp(const Napi::CallbackInfo& info) {
  const std::string entry = info[0].As<Napi::String>();
  return Start(info.Env(), [entry](Report& report) { client_back_up(entry.c_str(), report.data(), report.size()); });
}

Napi::Value Release(const Napi::CallbackInfo& info) {
  return Start(info.Env(), [](Report& report) { client_release(report.data(), report.size()); });
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("backUp", Napi::Function::New(env, BackUp));
  exports.Set("release", Napi::Function::New(env, Release));
  return exports;
}

NODE_API_MODULE(vss_client, Init)

}  // namespace
