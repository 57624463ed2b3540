#include "value.h"

#include <cstring>

namespace winbackup::doubles {

namespace {

Napi::Value StructToJavaScript(Napi::Env env, const Structure& structure) {
  Napi::Object object = Napi::Object::New(env);
  for (const Field& field : structure.layout->fields) {
    const uint8_t* bytes = structure.bytes.data() + field.offset;
    if (field.type == FieldType::kU32) {
      uint32_t number = 0;
      std::memcpy(&number, bytes, sizeof(number));
      object.Set(field.name, Napi::Number::New(env, number));
    } else {
      uint64_t number = 0;
      std::memcpy(&number, bytes, sizeof(number));
      object.Set(field.name, Napi::BigInt::New(env, number));
    }
  }
  return object;
}

uint32_t U32(const Napi::Value& value, const char* what) {
  if (!value.IsNumber()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a number");
  return value.As<Napi::Number>().Uint32Value();
}

uint64_t U64(const Napi::Value& value, const char* what) {
  if (!value.IsBigInt()) throw Napi::TypeError::New(value.Env(), std::string(what) + " must be a bigint");
  bool lossless = false;
  const uint64_t number = value.As<Napi::BigInt>().Uint64Value(&lossless);
  if (!lossless) throw Napi::RangeError::New(value.Env(), std::string(what) + " must fit 64 bits");
  return number;
}

Structure StructFromJavaScript(const Napi::Value& value, const Layout& layout) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), std::string(layout.name) + " must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  Structure structure{&layout, std::vector<uint8_t>(layout.size)};
  for (const Field& field : layout.fields) {
    const Napi::Value member = object.Get(field.name);
    uint8_t* bytes = structure.bytes.data() + field.offset;
    if (field.type == FieldType::kU32) {
      const uint32_t number = U32(member, field.name);
      std::memcpy(bytes, &number, sizeof(number));
    } else {
      const uint64_t number = U64(member, field.name);
      std::memcpy(bytes, &number, sizeof(number));
    }
  }
  return structure;
}

}  // namespace

Napi::Value ToJavaScript(Napi::Env env, const Value& value) {
  if (const auto* number = std::get_if<uint32_t>(&value)) return Napi::Number::New(env, *number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return Napi::BigInt::New(env, *number);
  if (const auto* text = std::get_if<std::u16string>(&value)) return Napi::String::New(env, *text);
  if (const auto* structure = std::get_if<Structure>(&value)) return StructToJavaScript(env, *structure);
  return env.Null();
}

Value FromJavaScript(const Napi::Value& value, const OutputKind& kind) {
  switch (kind.kind) {
    case Kind::kU32:
      return U32(value, "u32");
    case Kind::kInterface:
      return U32(value, "handle");
    case Kind::kU64:
      return U64(value, "u64");
    case Kind::kStruct:
      return StructFromJavaScript(value, *kind.layout);
    case Kind::kLent: {
      Structure structure = StructFromJavaScript(value, *kind.layout);
      structure.pointer = U64(value.As<Napi::Object>().Get("pointer"), "pointer");
      return structure;
    }
  }
  throw Napi::TypeError::New(value.Env(), "unknown kind");
}

}  // namespace winbackup::doubles
