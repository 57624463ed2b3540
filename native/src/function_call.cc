#include "function_call.h"

namespace winbackup {

void FunctionCall::Run() {
  for (;;) {
    HANDLE handle = nullptr;
    error = function->invoke(address, arguments.data(), handle, port);
    if (handle != nullptr) given = UniqueHandle(handle, function->gives);
    if (error != ERROR_INSUFFICIENT_BUFFER && error != ERROR_MORE_DATA) return;
    bool grown = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const FunctionParameter& parameter = function->parameters[i];
      if (parameter.direction == Direction::kIn) continue;
      if (parameter.kind != FunctionKind::kBytes && parameter.kind != FunctionKind::kNotification) continue;
      const std::size_t size = Grown(arguments[i].size(), *arguments[i].used());
      if (size > kLongestBuffer) return;
      arguments[i].Reserve(size);
      grown = true;
    }
    if (!grown) return;
  }
}

void FunctionCall::LetGo() {
  for (FunctionArgument& argument : arguments) argument.set_handle(nullptr);
}

}  // namespace winbackup
