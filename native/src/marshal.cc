#include "marshal.h"

#include <cstring>
#include <string>

#include "guid_text.h"

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

GUID ToGuid(const Napi::Value& value, const char* name) {
  GUID guid;
  if (!ParseGuid(ToText(value, name), guid)) Refuse(value.Env(), name, "a GUID");
  return guid;
}

bool ToBool(const Napi::Value& value, const char* name) {
  if (!value.IsBoolean()) Refuse(value.Env(), name, "true or false");
  return value.As<Napi::Boolean>().Value();
}

/** What an enumerator may be asked for at once. */
constexpr DWORD kMostElements = 4096;

Argument ToArgument(const Parameter& parameter, const Napi::Value& value) {
  Argument argument;
  switch (parameter.kind) {
    case Kind::kU32:
      argument.set_u32(ToU32(value, parameter.name));
      break;
    case Kind::kI32: {
      const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0x1p40;
      if (!(number >= -0x1p31 && number < 0x1p31)) Refuse(value.Env(), parameter.name, "a number of 32 bits with sign");
      argument.set_u32(static_cast<std::uint32_t>(static_cast<std::int32_t>(number)));
      break;
    }
    case Kind::kBool:
    case Kind::kWin32Bool:
      argument.set_u32(ToBool(value, parameter.name) ? TRUE : FALSE);
      break;
    case Kind::kGuid:
      argument.set_guids({ToGuid(value, parameter.name)});
      break;
    case Kind::kGuids: {
      if (!value.IsArray()) Refuse(value.Env(), parameter.name, "an array");
      const auto array = value.As<Napi::Array>();
      std::vector<GUID> guids;
      for (std::uint32_t i = 0; i < array.Length(); ++i) guids.push_back(ToGuid(array.Get(i), parameter.name));
      argument.set_guids(std::move(guids));
      break;
    }
    case Kind::kBstr:
      if (!parameter.nullable || !value.IsNull()) argument.set_bstr(ToText(value, parameter.name));
      break;
    case Kind::kU64:
      argument.set_u64(ToU64(value, parameter.name));
      break;
    case Kind::kPointer:
      argument.set_address(ToU64(value, parameter.name));
      break;
    case Kind::kWstr:
      if (parameter.nullable && value.IsNull()) break;
      argument.set_text(ToText(value, parameter.name));
      break;
    case Kind::kStruct:
      argument.Reserve(*parameter.layout);
      FillStruct(value, *parameter.layout, argument.bytes());
      break;
    case Kind::kReserved:
      break;
    case Kind::kLent:
    case Kind::kFetched:
    case Kind::kTaskString:
    case Kind::kInterface:
    case Kind::kPlain:
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

napi_value Text(napi_env env, const std::optional<std::wstring>& text) {
  if (!text) return Null(env);
  static_assert(sizeof(wchar_t) == sizeof(char16_t));
  napi_value value = nullptr;
  const auto* units = reinterpret_cast<const char16_t*>(text->data());
  return napi_create_string_utf16(env, units, text->size(), &value) == napi_ok ? value : nullptr;
}

napi_value Truth(napi_env env, bool truth) {
  napi_value value = nullptr;
  return napi_get_boolean(env, truth, &value) == napi_ok ? value : nullptr;
}

napi_value Signed(napi_env env, std::int32_t number) {
  napi_value value = nullptr;
  return napi_create_int32(env, number, &value) == napi_ok ? value : nullptr;
}

napi_value Guid(napi_env env, const GUID& guid) {
  const std::string text = GuidText(guid);
  napi_value value = nullptr;
  return napi_create_string_latin1(env, text.data(), text.size(), &value) == napi_ok ? value : nullptr;
}

template <class T>
T FieldAt(const Record& record, const Field& field) {
  T value;
  std::memcpy(&value, record.bytes.data() + field.offset, sizeof(value));
  return value;
}

/** The fields of a struct; with `address`, also what identifies it. */
napi_value ToObject(napi_env env, const Record& record, const std::uint64_t* address) {
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return nullptr;
  if (address != nullptr && !SetMember(env, object, "pointer", BigInt(env, *address))) return nullptr;
  auto text = record.strings.begin();
  for (const Field& field : record.layout->fields) {
    napi_value member = nullptr;
    switch (field.kind) {
      case Kind::kU32:
        member = Number(env, FieldAt<std::uint32_t>(record, field));
        break;
      case Kind::kI32:
        member = Signed(env, FieldAt<std::int32_t>(record, field));
        break;
      case Kind::kBool:
        member = Truth(env, FieldAt<unsigned char>(record, field) != 0);
        break;
      case Kind::kGuid:
        member = Guid(env, FieldAt<GUID>(record, field));
        break;
      case Kind::kBstr:
      case Kind::kTaskString:
        member = Text(env, *text++);
        break;
      default:
        member = BigInt(env, FieldAt<std::uint64_t>(record, field));
        break;
    }
    if (!SetMember(env, object, field.name, member)) return nullptr;
  }
  return object;
}

/** What an enumerator fetched: { type, [member]: fields } each. */
napi_value Fetched(napi_env env, const std::vector<Record>& records) {
  napi_value list = nullptr;
  if (napi_create_array(env, &list) != napi_ok) return nullptr;
  std::uint32_t next = 0;
  for (const Record& record : records) {
    napi_value element = nullptr;
    if (napi_create_object(env, &element) != napi_ok || !SetMember(env, element, "type", Number(env, record.tag)) ||
        !SetMember(env, element, record.member, ToObject(env, record, nullptr)) ||
        napi_set_element(env, list, next++, element) != napi_ok) {
      return nullptr;
    }
  }
  return list;
}

napi_value Plain(napi_env env, const PlainValue& plain);

struct PlainMaker {
  napi_env env;

  napi_value operator()(std::monostate) const { return Null(env); }
  napi_value operator()(bool truth) const { return Truth(env, truth); }
  napi_value operator()(std::uint32_t number) const { return Number(env, number); }
  napi_value operator()(std::uint64_t number) const { return BigInt(env, number); }
  napi_value operator()(const std::wstring& text) const { return Text(env, text); }
  napi_value operator()(const PlainValue::List& list) const {
    napi_value array = nullptr;
    if (napi_create_array_with_length(env, list.size(), &array) != napi_ok) return nullptr;
    std::uint32_t next = 0;
    for (const PlainValue& element : list) {
      const napi_value value = Plain(env, element);
      if (value == nullptr || napi_set_element(env, array, next++, value) != napi_ok) return nullptr;
    }
    return array;
  }
  napi_value operator()(const PlainValue::Members& members) const {
    napi_value object = nullptr;
    if (napi_create_object(env, &object) != napi_ok) return nullptr;
    for (const auto& [name, value] : members) {
      if (!SetMember(env, object, name, Plain(env, value))) return nullptr;
    }
    return object;
  }
};

napi_value Plain(napi_env env, const PlainValue& plain) { return std::visit(PlainMaker{env}, plain.value); }

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

std::wstring ToText(const Napi::Value& value, const char* name) {
  if (!value.IsString()) Refuse(value.Env(), name, "a string");
  const std::u16string text = value.As<Napi::String>().Utf16Value();
  return std::wstring(text.begin(), text.end());
}

std::vector<Argument> ToArguments(const Method& method, const Napi::Array& values) {
  std::vector<Argument> arguments;
  arguments.reserve(method.parameters.size());
  std::uint32_t next = 0;
  for (const Parameter& parameter : method.parameters) {
    if (parameter.kind == Kind::kReserved) {
      arguments.emplace_back();
    } else if (parameter.direction == Direction::kIn) {
      arguments.push_back(ToArgument(parameter, values.Get(next++)));
    } else {
      arguments.emplace_back();
      if (parameter.kind == Kind::kStruct) arguments.back().Reserve(*parameter.layout);
      if (parameter.kind == Kind::kGuid) arguments.back().set_guids({GUID{}});
      if (parameter.kind == Kind::kFetched && arguments.front().u32() > kMostElements) {
        Refuse(values.Env(), "count", "at most 4096");
      }
    }
  }
  if (values.Length() != next) Refuse(values.Env(), method.operation, (std::to_string(next) + " arguments").c_str());
  return arguments;
}

napi_value ToOutputs(napi_env env, Call& call,
                     const std::function<std::uint32_t(const Parameter&, ComPtr<IUnknown>)>& adopt) {
  napi_value outputs = nullptr;
  if (napi_create_array(env, &outputs) != napi_ok) return nullptr;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Parameter& parameter = call.method->parameters[i];
    if (parameter.direction == Direction::kIn) continue;
    if (FAILED(call.hresult) && !parameter.valid_on_failure) continue;
    Argument& argument = call.arguments[i];
    napi_value value = nullptr;
    switch (parameter.kind) {
      case Kind::kU32:
        value = Number(env, argument.u32());
        break;
      case Kind::kI32:
        value = Signed(env, argument.i32());
        break;
      case Kind::kBool:
        value = Truth(env, argument.byte());
        break;
      case Kind::kWin32Bool:
        value = Truth(env, argument.boolean());
        break;
      case Kind::kGuid:
        value = Guid(env, argument.guid());
        break;
      case Kind::kBstr:
        value = Text(env, argument.bstr_text().Read());
        break;
      case Kind::kTaskString:
        value = Text(env, argument.task_string().Read());
        break;
      case Kind::kFetched:
        value = Fetched(env, argument.records);
        break;
      case Kind::kU64:
        value = BigInt(env, argument.u64());
        break;
      case Kind::kPointer:
        value = BigInt(env, argument.address());
        break;
      case Kind::kStruct:
        value = ToObject(env, argument.records.front(), nullptr);
        break;
      case Kind::kLent: {
        const std::uint64_t address = argument.address();
        value = address == 0 ? Null(env) : ToObject(env, argument.records.front(), &address);
        break;
      }
      case Kind::kInterface:
        value = Number(env, adopt(parameter, std::move(call.objects[i])));
        break;
      case Kind::kPlain:
        value = Plain(env, argument.plain);
        break;
      case Kind::kGuids:
      case Kind::kReserved:
      case Kind::kWstr:
        value = Null(env);  // never an output
        break;
    }
    if (value == nullptr || napi_set_element(env, outputs, next++, value) != napi_ok) return nullptr;
  }
  return outputs;
}

}  // namespace winbackup
