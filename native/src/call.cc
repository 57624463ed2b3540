#include "call.h"

#include <cstring>

namespace winbackup {

void Call::Run() {
  IUnknown* const self = wanted == nullptr ? target->get() : target->As(*wanted);
  if (wanted != nullptr && self == nullptr) {
    hresult = E_NOINTERFACE;
    return;
  }
  hresult = method->invoke(self, arguments.data());
  if (FAILED(hresult)) return;
  objects.resize(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Parameter& parameter = method->parameters[i];
    if (parameter.direction == Direction::kOut) Harvest(parameter, arguments[i], objects[i]);
  }
}

void Call::Harvest(const Parameter& parameter, Argument& argument, ComPtr<IUnknown>& object) {
  switch (parameter.kind) {
    case Kind::kInterface:
      if (activates) {
        target->Set(argument.TakeObject(*made));
      } else {
        object = argument.TakeObject(*parameter.object);
      }
      break;
    case Kind::kLent: {
      if (argument.address() == 0) break;
      const bool there = lease->During([&] {
        argument.records.push_back(CopyRecord(*parameter.layout, static_cast<const void*>(argument.pointer())));
      });
      if (!there) hresult = RPC_E_DISCONNECTED;
      break;
    }
    case Kind::kStruct:
      argument.records.push_back(CopyRecord(*parameter.layout, argument.bytes()));
      if (parameter.layout->free != nullptr) parameter.layout->free(argument.bytes());
      break;
    case Kind::kFetched: {
      std::byte* element = argument.bytes();
      for (DWORD left = argument.u32(); left > 0; --left, element += parameter.layout->size) {
        std::uint32_t tag = 0;
        std::memcpy(&tag, element, sizeof(tag));
        for (const Alternative& alternative : parameter.layout->alternatives) {
          if (alternative.tag != tag) continue;
          Record& record = argument.records.emplace_back(CopyRecord(*alternative.layout, element + alternative.offset));
          record.member = alternative.member;
          record.tag = tag;
          alternative.layout->free(element + alternative.offset);
        }
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace winbackup
