#include "call.h"

#include <cstring>

namespace winbackup {

void Call::Run() {
  hresult = method->invoke(target->get(), arguments.data());
  if (FAILED(hresult)) return;
  objects.resize(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = method->parameters[i];
    if (parameter.direction == Direction::kIn) continue;
    Argument& argument = arguments[i];
    if (parameter.kind == Kind::kInterface) {
      if (activates) {
        target->Set(argument.TakeObject());
      } else {
        objects[i] = argument.TakeObject();
      }
    }
    if (parameter.kind == Kind::kLent && argument.address() != 0) {
      argument.Reserve(*parameter.layout);
      const bool there = lease->During(
          [&] { std::memcpy(argument.bytes(), static_cast<const void*>(argument.pointer()), parameter.layout->size); });
      if (!there) hresult = RPC_E_DISCONNECTED;
    }
  }
}

}  // namespace winbackup
