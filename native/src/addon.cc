// The addon's entry point: what one environment (main thread or worker) gets when it loads winbackup.node.
#include <napi.h>

namespace winbackup {

class Addon : public Napi::Addon<Addon> {
 public:
  Addon(Napi::Env env, Napi::Object exports) {
    const napi_node_version* node = Napi::VersionManagement::GetNodeVersion(env);
    DefineAddon(exports, {
                             InstanceValue("napiVersion", Napi::Number::New(env, NAPI_VERSION), napi_enumerable),
                             InstanceValue("platform", Napi::String::New(env, "win32"), napi_enumerable),
                             InstanceValue("nodeMajor", Napi::Number::New(env, node->major), napi_enumerable),
                         });
  }
};

NODE_API_ADDON(Addon)

}  // namespace winbackup
