#include "marshal.h"

#include <cstring>
#include <string>

namespace winbackup {

namespace {

[[noreturn]] void Refuse(Napi::Env env, const char* name, const char* wanted) {
  throw Napi::TypeError::New(env, std::string(name) + " must be " + wanted);
}

void FillStruct(const Napi::Value& value, const Struct& layout, std::byte* bytes) {
  if (!value.IsObject()) Refuse(value.Env(), layout.name, "an object");
  const auto object = value.As<Napi::Object>();
  for (const Field& field : layout.fields) {
    const Napi::Value member = object.Get(field.name);
    if (field.kind == Kind::kU32) {
      const std::uint32_t number = ToU32(member, field.name);
      std::memcpy(bytes + field.offset, &number, sizeof(number));
    } else {
      const std::uint64_t number = ToU64(member, field.name);
      std::memcpy(bytes + field.offset, &number, sizeof(number));
    }
  }
}

Argument ToArgument(const Parameter& parameter, const Napi::Value& value) {
  Argument argument;
  switch (parameter.kind) {
    case Kind::kU32:
      argument.set_u32(ToU32(value, parameter.name));
      break;
    case Kind::kU64:
      argument.set_u64(ToU64(value, parameter.name));
      break;
    case Kind::kPointer:
      argument.set_address(ToU64(value, parameter.name));
      break;
    case Kind::kWstr:
      if (parameter.nullable && value.IsNull()) break;
      if (!value.IsString()) Refuse(value.Env(), parameter.name, "a string");
      {
        const std::u16string text = value.As<Napi::String>().Utf16Value();
        argument.set_text(std::wstring(text.begin(), text.end()));
      }
      break;
    case Kind::kStruct:
      argument.Reserve(*parameter.layout);
      FillStruct(value, *parameter.layout, argument.bytes());
      break;
    case Kind::kLent:
    case Kind::kInterface:
      Refuse(value.Env(), parameter.name, "an output");
  }
  return argument;
}

napi_value Number(napi_env env, std::uint32_t number) {
  napi_value value = nullptr;
  return napi_create_uint32(env, number, &value) == napi_ok ? value : nullptr;
}

napi_value BigInt(napi_env env, std::uint64_t number) {
  napi_value value = nullptr;
  return napi_create_bigint_uint64(env, number, &value) == napi_ok ? value : nullptr;
}

napi_value Null(napi_env env) {
  napi_value value = nullptr;
  return napi_get_null(env, &value) == napi_ok ? value : nullptr;
}

bool SetMember(napi_env env, napi_value object, const char* name, napi_value value) {
  return value != nullptr && napi_set_named_property(env, object, name, value) == napi_ok;
}

/** The fields of a struct; with `address`, also what identifies it. */
napi_value Record(napi_env env, const Struct& layout, const std::byte* bytes, const std::uint64_t* address) {
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return nullptr;
  if (address != nullptr && !SetMember(env, object, "pointer", BigInt(env, *address))) return nullptr;
  for (const Field& field : layout.fields) {
    napi_value member = nullptr;
    if (field.kind == Kind::kU32) {
      std::uint32_t number = 0;
      std::memcpy(&number, bytes + field.offset, sizeof(number));
      member = Number(env, number);
    } else {
      std::uint64_t number = 0;
      std::memcpy(&number, bytes + field.offset, sizeof(number));
      member = BigInt(env, number);
    }
    if (!SetMember(env, object, field.name, member)) return nullptr;
  }
  return object;
}

}  // namespace

std::uint64_t ToU64(const Napi::Value& value, const char* name) {
  bool lossless = false;
  const std::uint64_t number = value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  if (!lossless) Refuse(value.Env(), name, "a bigint from 0 to 2^64-1");
  return number;
}

std::uint32_t ToU32(const Napi::Value& value, const char* name) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= 0xffffffff)) Refuse(value.Env(), name, "a number from 0 to 2^32-1");
  return static_cast<std::uint32_t>(number);
}

std::vector<Argument> ToArguments(const Method& method, const Napi::Array& values) {
  std::vector<Argument> arguments;
  arguments.reserve(method.parameters.size());
  std::uint32_t next = 0;
  for (const Parameter& parameter : method.parameters) {
    if (parameter.direction == Direction::kIn) {
      arguments.push_back(ToArgument(parameter, values.Get(next++)));
    } else {
      arguments.emplace_back();
      if (parameter.kind == Kind::kStruct) arguments.back().Reserve(*parameter.layout);
    }
  }
  if (values.Length() != next) Refuse(values.Env(), method.operation, (std::to_string(next) + " arguments").c_str());
  return arguments;
}

napi_value ToOutputs(napi_env env, Call& call,
                     const std::function<std::uint32_t(const Parameter&, ComPtr<IUnknown>)>& adopt) {
  napi_value outputs = nullptr;
  if (napi_create_array(env, &outputs) != napi_ok) return nullptr;
  if (FAILED(call.hresult)) return outputs;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Parameter& parameter = call.method->parameters[i];
    if (parameter.direction == Direction::kIn) continue;
    Argument& argument = call.arguments[i];
    napi_value value = nullptr;
    switch (parameter.kind) {
      case Kind::kU32:
        value = Number(env, *argument.u32_place());
        break;
      case Kind::kU64:
        value = BigInt(env, *argument.u64_place());
        break;
      case Kind::kPointer:
        value = BigInt(env, argument.address());
        break;
      case Kind::kStruct:
        value = Record(env, *parameter.layout, argument.bytes(), nullptr);
        break;
      case Kind::kLent: {
        const std::uint64_t address = argument.address();
        value = address == 0 ? Null(env) : Record(env, *parameter.layout, argument.bytes(), &address);
        break;
      }
      case Kind::kInterface:
        value = Number(env, adopt(parameter, std::move(call.objects[i])));
        break;
      case Kind::kWstr:
        value = Null(env);  // no output of this kind yet
        break;
    }
    if (value == nullptr || napi_set_element(env, outputs, next++, value) != napi_ok) return nullptr;
  }
  return outputs;
}

}  // namespace winbackup
