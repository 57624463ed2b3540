// What the Worker's environment gets from a double, whichever DLL that stands for.
#pragma once

#include <napi.h>
#include <windows.h>

#include <memory>

#include "areas.h"
#include "class_factory.h"
#include "client_memory.h"
#include "connection.h"

namespace winbackup::doubles {

/** `SlotsAgree` compares the interface tables with the declarations that the double was compiled with. */
template <bool (*SlotsAgree)()>
class Module : public Napi::Addon<Module<SlotsAgree>> {
 public:
  Module(Napi::Env env, Napi::Object exports) {
    if (!SlotsAgree())
      throw Napi::Error::New(env, "the interface tables and the declarations of the double disagree on a vtable slot");
    // The client may hold objects of this module for longer than the Worker lives.
    HMODULE self = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCWSTR>(&class_factories), &self);
    this->DefineAddon(
        exports,
        {Module::InstanceMethod("connect", &Module::Connect), Module::InstanceMethod("reply", &Module::Reply),
         Module::InstanceMethod("createArea", &Module::CreateArea),
         Module::InstanceMethod("freeArea", &Module::FreeArea), Module::InstanceMethod("counts", &Module::CountAlive)});
  }

 private:
  /** connect(answer): from now on new objects are the machine's that `answer` stands for; those of an earlier one are
   * disconnected. */
  Napi::Value Connect(const Napi::CallbackInfo& info) {
    areas_.Abandon();
    connection_ = Connection::Open(info.Env(), info[0].As<Napi::Function>());
    return info.Env().Undefined();
  }

  /** reply(id, hresult, outputs): false when nobody waits for it any more. */
  Napi::Value Reply(const Napi::CallbackInfo& info) {
    const auto result = static_cast<HRESULT>(info[1].As<Napi::Number>().Uint32Value());
    return Napi::Boolean::New(
        info.Env(), connection_->Reply(info[0].As<Napi::Number>().Uint32Value(), result, info[2].As<Napi::Array>()));
  }

  Napi::Value CreateArea(const Napi::CallbackInfo& info) { return areas_.Create(info); }
  Napi::Value FreeArea(const Napi::CallbackInfo& info) {
    areas_.Free(info);
    return info.Env().Undefined();
  }

  Napi::Value CountAlive(const Napi::CallbackInfo& info) {
    Napi::Object counts = Napi::Object::New(info.Env());
    counts.Set("classFactories", class_factories.load());
    counts.Set("objects", connection_->counts.objects.load());
    counts.Set("references", connection_->counts.references.load());
    counts.Set("commands", connection_->counts.lent.load());
    counts.Set("calls", static_cast<uint32_t>(connection_->Outstanding()));
    counts.Set("areas", static_cast<uint32_t>(areas_.count()));
    counts.Set("bstrs", BstrsAlive());
    counts.Set("taskStrings", TaskStringsAlive());
    return counts;
  }

  std::shared_ptr<Connection> connection_;
  Areas areas_;
};

}  // namespace winbackup::doubles
