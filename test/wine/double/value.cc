#include "value.h"

#include <objbase.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "client_memory.h"

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

GUID ToGuid(const Napi::Value& value) {
  if (!value.IsString()) throw Napi::TypeError::New(value.Env(), "guid must be a string");
  const std::u16string text = u"{" + value.As<Napi::String>().Utf16Value() + u"}";
  GUID guid;
  if (FAILED(CLSIDFromString(reinterpret_cast<const wchar_t*>(text.c_str()), &guid)))
    throw Napi::TypeError::New(value.Env(), "guid is not one");
  return guid;
}

Napi::Value FromGuid(Napi::Env env, const GUID& guid) {
  char text[37];
  const auto* tail = guid.Data4;
  std::snprintf(text, sizeof(text), "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", guid.Data1, guid.Data2,
                guid.Data3, tail[0], tail[1], tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]);
  return Napi::String::New(env, text);
}

bool ToBool(const Napi::Value& value) {
  if (!value.IsBoolean()) throw Napi::TypeError::New(value.Env(), "bool must be true or false");
  return value.As<Napi::Boolean>().Value();
}

std::optional<std::u16string> ToText(const Napi::Value& value) {
  if (value.IsNull()) return std::nullopt;
  if (!value.IsString()) throw Napi::TypeError::New(value.Env(), "a string must be one");
  return value.As<Napi::String>().Utf16Value();
}

Structure StructFromJavaScript(const Napi::Value& value, const Layout& layout) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), std::string(layout.name) + " must be an object");
  const Napi::Object object = value.As<Napi::Object>();
  Structure structure{&layout, std::vector<uint8_t>(layout.size)};
  for (const Field& field : layout.fields) {
    const Napi::Value member = object.Get(field.name);
    uint8_t* bytes = structure.bytes.data() + field.offset;
    const auto put = [bytes](const auto& content) { std::memcpy(bytes, &content, sizeof(content)); };
    switch (field.type) {
      case FieldType::kI32:
      case FieldType::kU32:
        put(U32(member, field.name));
        break;
      case FieldType::kU64:
        put(U64(member, field.name));
        break;
      case FieldType::kGuid:
        put(ToGuid(member));
        break;
      case FieldType::kBool:
        put(static_cast<uint8_t>(ToBool(member) ? 1 : 0));
        break;
      case FieldType::kBstr:
      case FieldType::kTaskString:
        structure.strings.push_back(ToText(member));
        break;
    }
  }
  return structure;
}

std::vector<Element> ElementsFromJavaScript(const Napi::Value& value, std::span<const Alternative> alternatives) {
  if (!value.IsArray()) throw Napi::TypeError::New(value.Env(), "elements must be an array");
  const auto array = value.As<Napi::Array>();
  std::vector<Element> elements;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto object = array.Get(i).As<Napi::Object>();
    const uint32_t tag = U32(object.Get("type"), "type");
    for (const Alternative& alternative : alternatives) {
      if (alternative.tag != tag) continue;
      elements.push_back({tag, StructFromJavaScript(object.Get(alternative.member), *alternative.layout)});
    }
  }
  return elements;
}

void Put(Bytes& bytes, size_t offset, const void* value, size_t size) {
  if (bytes.size() < offset + size) bytes.resize(offset + size);
  std::memcpy(bytes.data() + offset, value, size);
}

/** The offsets are those of facts/ktm-tmf-mts.md 1.5, for 64 bits. */
Bytes NotificationFromJavaScript(const Napi::Value& value) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "a notification must be an object");
  const Napi::Object record = value.As<Napi::Object>();
  Bytes bytes(32);
  const uint64_t key = U64(record.Get("key"), "key");
  const uint32_t notification = U32(record.Get("notification"), "notification");
  const uint64_t clock = U64(record.Get("virtualClock"), "virtualClock");
  Put(bytes, 0, &key, 8);
  Put(bytes, 8, &notification, 4);
  Put(bytes, 16, &clock, 8);
  for (const char* name : {"enlistmentId", "unitOfWork"}) {
    const Napi::Value id = record.Get(name);
    if (!id.IsString()) continue;
    const GUID guid = ToGuid(id);
    Put(bytes, bytes.size(), &guid, sizeof(guid));
  }
  const auto argument = static_cast<uint32_t>(bytes.size() - 32);
  Put(bytes, 24, &argument, 4);
  return bytes;
}

}  // namespace

void Write(const Structure& structure, void* place) {
  std::memcpy(place, structure.bytes.data(), structure.bytes.size());
  auto text = structure.strings.begin();
  for (const Field& field : structure.layout->fields) {
    if (field.type != FieldType::kBstr && field.type != FieldType::kTaskString) continue;
    wchar_t* const given = field.type == FieldType::kBstr ? GiveBstr(*text) : GiveTaskString(*text);
    std::memcpy(static_cast<uint8_t*>(place) + field.offset, &given, sizeof(given));
    ++text;
  }
}

std::optional<std::u16string> TextOf(const Value& value) {
  const auto* text = std::get_if<std::u16string>(&value);
  return text == nullptr ? std::nullopt : std::optional<std::u16string>(*text);
}

Napi::Value ToJavaScript(Napi::Env env, const Value& value) {
  if (const auto* number = std::get_if<uint32_t>(&value)) return Napi::Number::New(env, *number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return Napi::BigInt::New(env, *number);
  if (const auto* number = std::get_if<int32_t>(&value)) return Napi::Number::New(env, *number);
  if (const auto* truth = std::get_if<bool>(&value)) return Napi::Boolean::New(env, *truth);
  if (const auto* guid = std::get_if<GUID>(&value)) return FromGuid(env, *guid);
  if (const auto* guids = std::get_if<std::vector<GUID>>(&value)) {
    Napi::Array list = Napi::Array::New(env, guids->size());
    for (uint32_t i = 0; i < guids->size(); ++i) list.Set(i, FromGuid(env, (*guids)[i]));
    return list;
  }
  if (const auto* text = std::get_if<std::u16string>(&value)) return Napi::String::New(env, *text);
  if (const auto* structure = std::get_if<Structure>(&value)) return StructToJavaScript(env, *structure);
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes->size());
    std::copy(bytes->begin(), bytes->end(), array.Data());
    return array;
  }
  return env.Null();
}

Value FromJavaScript(const Napi::Value& value, const OutputKind& kind) {
  switch (kind.kind) {
    case Kind::kI32:
    case Kind::kU32:
      return U32(value, "u32");
    case Kind::kBool:
      return ToBool(value);
    case Kind::kGuid:
      return ToGuid(value);
    case Kind::kText: {
      std::optional<std::u16string> text = ToText(value);
      if (!text) return nullptr;
      return *std::move(text);
    }
    case Kind::kFetched:
      return ElementsFromJavaScript(value, kind.alternatives);
    case Kind::kInterface:
      return U32(value, "handle");
    case Kind::kU64:
      return U64(value, "u64");
    case Kind::kBytes: {
      if (!value.IsTypedArray()) throw Napi::TypeError::New(value.Env(), "bytes must be a Uint8Array");
      const auto array = value.As<Napi::Uint8Array>();
      return Bytes(array.Data(), array.Data() + array.ByteLength());
    }
    case Kind::kNotification:
      return NotificationFromJavaScript(value);
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
