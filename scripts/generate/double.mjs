// From a table: the COM classes of the double (test/wine/<dll>/generated.h), whose methods pack their arguments, hand the call to the Worker
// and unpack the answer. The interfaces themselves are declared by hand beside it, so that table and declarations check each other.

const cType = (parameter, lentNames) => {
  const { type, direction } = parameter;
  const out = direction === 'out' ? '*' : '';
  switch (type.kind) {
    case 'u32': return `DWORD${out} `;
    case 'u64': return `DWORDLONG${out} `;
    case 'wstr': return 'LPCWSTR ';
    case 'struct': return `${type.struct}* `;
    case 'lent': return `${type.struct}** `;
    case 'pointer': return `${lentNames.get(parameter.name) ?? 'BYTE'}*${out} `;
    case 'interface': return `${type.interface}** `;
    default: throw new Error(type.kind);
  }
};

const outputKind = ({ type }) => {
  switch (type.kind) {
    case 'u32': return '{Kind::kU32}';
    case 'u64':
    case 'pointer': return '{Kind::kU64}';
    case 'struct': return `{Kind::kStruct, &kLayout${type.struct}}`;
    case 'lent': return `{Kind::kLent, &kLayout${type.struct}}`;
    case 'interface': return '{Kind::kInterface}';
    default: throw new Error(type.kind);
  }
};

const pack = ({ name, type }, lentNames) => {
  switch (type.kind) {
    case 'u32': return `uint32_t{${name}}`;
    case 'u64': return `uint64_t{${name}}`;
    case 'wstr': return `In(${name})`;
    case 'struct': return `In(${name}, kLayout${type.struct})`;
    case 'pointer': return lentNames.has(name) ? `${name}_taken` : `uint64_t{reinterpret_cast<uintptr_t>(${name})}`;
    default: throw new Error(`${type.kind} as an input`);
  }
};

function unpack({ name, type }, index) {
  const given = `if (call.outputs.size() > ${index}) `;
  switch (type.kind) {
    case 'struct': return `    ${given}std::memcpy(${name}, std::get<Structure>(call.outputs[${index}]).bytes.data(), sizeof(*${name}));\n`;
    case 'u32': return `    ${given}*${name} = std::get<uint32_t>(call.outputs[${index}]);\n`;
    case 'u64': return `    ${given}*${name} = std::get<uint64_t>(call.outputs[${index}]);\n`;
    case 'pointer':
      return `    ${given}*${name} = reinterpret_cast<BYTE*>(static_cast<uintptr_t>(std::get<uint64_t>(call.outputs[${index}])));\n`;
    case 'lent':
      return `    ${given}*${name} = static_cast<${type.struct}*>(lent().Lend(std::get<Structure>(call.outputs[${index}])));\n`;
    case 'interface':
      return `    ${given}*${name} = new Forwarded${type.interface}(connection(), std::get<uint32_t>(call.outputs[${index}]));\n`;
    default: throw new Error(type.kind);
  }
}

/** Interfaces that others return come first. */
const declarationOrder = (interfaces) => {
  const returned = (iface) => iface.methods.flatMap((m) => m.parameters).filter((p) => p.type.kind === 'interface').map((p) => p.type.interface);
  const ordered = [];
  const visit = (iface) => {
    if (ordered.includes(iface)) return;
    for (const other of interfaces) if (other !== iface && returned(iface).includes(other.name)) visit(other);
    ordered.push(iface);
  };
  interfaces.forEach(visit);
  return ordered;
};

function layout(struct) {
  let text = `inline constexpr Field kFields${struct.name}[] = {\n`;
  for (const { name, type, offset } of struct.fields) text += `    {"${name}", FieldType::${type === 'u32' ? 'kU32' : 'kU64'}, ${offset}},\n`;
  text += `};\ninline constexpr Layout kLayout${struct.name} = {"${struct.name}", ${struct.size}, kFields${struct.name}};\n`;
  text += `static_assert(sizeof(${struct.name}) == ${struct.size});\n`;
  for (const { name, type, offset } of struct.fields) {
    text += `static_assert(offsetof(${struct.name}, ${name}) == ${offset} && sizeof(${struct.name}::${name}) == ${type === 'u32' ? 4 : 8});\n`;
  }
  return `${text}\n`;
}

function method(iface, { name, thread, parameters }) {
  const lentNames = new Map(iface.methods.flatMap((m) => m.parameters).filter((p) => p.type.kind === 'lent').map((p) => [p.name, p.type.struct]));
  const inputs = parameters.filter((p) => p.direction === 'in');
  const outputs = parameters.filter((p) => p.direction === 'out');
  const nulled = outputs.filter((p) => ['lent', 'interface', 'pointer'].includes(p.type.kind));
  // The only waits that are alertable are those of a device's own thread.
  const wait = thread === 'device' && inputs.some((p) => p.name === 'timeoutMs') ? 'kAlertable' : 'kPlain';
  let text = `\n  HRESULT STDMETHODCALLTYPE ${name}(${parameters.map((p) => cType(p, lentNames) + p.name).join(', ')}) override {\n`;
  if (outputs.length > 0) text += `    if (${outputs.map((p) => `${p.name} == nullptr`).join(' || ')}) return E_POINTER;\n`;
  for (const p of nulled) text += `    *${p.name} = nullptr;\n`;
  if (outputs.length > 0) text += `    static constexpr OutputKind outputs[] = {${outputs.map(outputKind).join(', ')}};\n`;
  const returned = inputs.filter((p) => p.type.kind === 'pointer' && lentNames.has(p.name));
  for (const p of returned) text += `    const uint64_t ${p.name}_taken = lent().TakeBack(${p.name});\n`;
  text += `    Call call{object_handle(), "${iface.name}::${name}", ${outputs.length > 0 ? 'outputs' : '{}'}, {${inputs.map((p) => pack(p, lentNames)).join(', ')}}};\n`;
  text += `    const HRESULT result = Send(call, Wait::${wait});\n`;
  text += outputs.map(unpack).join('');
  for (const p of returned) text += `    if (FAILED(result)) lent().StayLent(${p.name}, ${p.name}_taken);\n`;
  return `${text}    return result;\n  }\n`;
}

export function emit(table) {
  const [com] = table.classes;
  const directory = com.dll.replace(/\.dll$/, '');
  let text = `// Generated from lib/binding/tables/${table.family}.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

#include "../double/object.h"
#include "abi.h"

namespace winbackup::doubles {

/** As the machine is asked for it. */
inline constexpr char16_t kClsid[] = u"${com.clsid}";
inline constexpr char16_t kActivated[] = u"${table.interfaces.find((iface) => iface.name === com.interface).iid}";

`;
  text += table.structs.map(layout).join('');
  for (const iface of declarationOrder(table.interfaces)) {
    text += `class Forwarded${iface.name} final : public Forwarder<${iface.name}> {\n public:\n  using Forwarder::Forwarder;\n`;
    text += iface.methods.map((m) => method(iface, m)).join('');
    text += '};\n\n';
  }
  const slots = table.interfaces.flatMap((iface) => iface.methods.map((m) => `SlotOf(&${iface.name}::${m.name}) == ${m.slot}`));
  text += `/** Whether the table's slots are those of the declarations in abi.h. */\ninline bool SlotsAgree() {\n  return ${slots.join(' &&\n         ')};\n}\n\n`;
  text += '}  // namespace winbackup::doubles\n';
  return [{ path: `test/wine/${directory}/generated.h`, text }];
}
