// The firehose as Windows Node sees it.
#include <napi.h>
#include <windows.h>

#include <string>

#include "client.h"
#include "set.h"

namespace winbackup::bench {

namespace {

/** The C++ loop, on a thread of libuv's pool. */
class Client final : public Napi::AsyncWorker {
 public:
  Client(Napi::Env env, std::wstring file)
      : AsyncWorker(env, "winbackup:firehose"), file_(std::move(file)), deferred_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { result_ = RunClient(file_); }
  void OnOK() override { deferred_.Resolve(Napi::Number::New(Env(), static_cast<uint32_t>(result_))); }

 private:
  const std::wstring file_;
  const Napi::Promise::Deferred deferred_;
  HRESULT result_ = E_UNEXPECTED;
};

/** configure(transferSize, buffers, totalBytes, backup) */
void Configure(const Napi::CallbackInfo& info) {
  SetScript({info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::Number>().Uint32Value(),
             static_cast<uint64_t>(info[2].As<Napi::Number>().Int64Value()), info[3].As<Napi::Boolean>().Value()});
}

/** runClient(file): resolves with the HRESULT of the C++ loop; an empty name writes nowhere. */
Napi::Value RunClientLater(const Napi::CallbackInfo& info) {
  const std::u16string file = info[0].As<Napi::String>().Utf16Value();
  auto* client = new Client(info.Env(), std::wstring(file.begin(), file.end()));  // deletes itself when it is done
  client->Queue();
  return client->promise();
}

/** outcome(): of the latest set; undefined while its transfer goes on. */
Napi::Value GetOutcome(const Napi::CallbackInfo& info) {
  const std::optional<Outcome> outcome = LatestOutcome();
  if (!outcome.has_value()) return info.Env().Undefined();
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("seconds", outcome->seconds);
  object.Set("bytes", static_cast<double>(outcome->bytes));
  object.Set("complete", outcome->complete);
  return object;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  const HRESULT registered = RegisterFirehose();
  if (FAILED(registered))
    throw Napi::Error::New(env, "CoRegisterClassObject failed: " + std::to_string(static_cast<uint32_t>(registered)));
  exports.Set("configure", Napi::Function::New(env, Configure));
  exports.Set("runClient", Napi::Function::New(env, RunClientLater));
  exports.Set("outcome", Napi::Function::New(env, GetOutcome));
  return exports;
}

NODE_API_MODULE(firehose, Init)

}  // namespace

}  // namespace winbackup::bench
