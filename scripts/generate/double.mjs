// From a table: the COM classes of the double (test/wine/<dll>/generated.h), whose methods pack their arguments, hand the call to the Worker
// and unpack the answer. The interfaces themselves are declared by hand beside it, so that table and declarations check each other.

/** What the headers call 32 bits here; UINT where nothing is said. */
const cNames = {
  timeoutMs: 'DWORD', typeMask: 'DWORD', schemaMask: 'DWORD', major: 'DWORD', minor: 'DWORD', flags: 'DWORD', breakFlags: 'DWORD', reserved: 'DWORD',
  attributes: 'LONG',
};
const plainStrings = new Set(['volumeName', 'diffAreaVolumeName', 'pathFromRoot', 'expose', 'destinationVolume', 'filePath', 'providerName', 'providerVersion']);

const cType = (family, { name: iface }, parameter, lentNames) => {
  const { name, type, direction } = parameter;
  const out = direction === 'out' ? '*' : '';
  const vss = family === 'vss';
  switch (type.kind) {
    case 'u32':
      if (!vss) return `DWORD${out} `;
      return `${type.enum ?? (iface.startsWith('IVssEnum') ? 'ULONG' : cNames[name] ?? 'UINT')}${out} `;
    case 'i32': return `LONG${out} `;
    case 'hresult': return `HRESULT${out} `;
    case 'bool': return `boolean${out} `; // bool, to the SDK
    case 'BOOL': return `WINBOOL${out} `;
    case 'guid': return `VSS_ID${out} `;
    case 'guids': return `const VSS_ID* ${name}, UINT ${name}_`;
    case 'filetime': return `FILETIME${out} `;
    case 'u64': return `${name === 'maximumDiffSpace' ? 'LONGLONG' : 'DWORDLONG'}${out} `;
    case 'wstr': return vss && plainStrings.has(name) ? 'VSS_PWSZ ' : 'LPCWSTR ';
    case 'bstr': return `BSTR${out} `;
    case 'pwsz': return 'VSS_PWSZ* ';
    case 'fetched': return `${type.struct}* ${name}, ULONG* ${name}_`;
    case 'struct': return `${type.struct}* `;
    case 'lent': return `${vss ? 'const ' : ''}${type.struct}** `;
    case 'pointer': return `${vss ? 'const ' : ''}${lentNames.get(name) ?? 'BYTE'}*${out} `;
    case 'interface': return `${type.interface}** `;
    case 'reserved': return `${type.c} `;
    default: throw new Error(type.kind);
  }
};
/** The name of the C parameter; lists have their count beside them, `<name>_count`. */
const cParameter = (family, iface, p, lentNames) => {
  const declared = cType(family, iface, p, lentNames);
  return declared.endsWith('_') ? `${declared}count` : declared + p.name;
};

const outputKind = ({ type }) => {
  switch (type.kind) {
    case 'i32':
    case 'hresult':
    case 'u32': return '{Kind::kU32}';
    case 'BOOL':
    case 'bool': return '{Kind::kBool}';
    case 'guid': return '{Kind::kGuid}';
    case 'pwsz':
    case 'bstr': return '{Kind::kText}';
    case 'filetime':
    case 'u64':
    case 'pointer': return '{Kind::kU64}';
    case 'fetched': return `{Kind::kFetched, nullptr, kAlternatives${type.struct}}`;
    case 'struct': return `{Kind::kStruct, &kLayout${type.struct}}`;
    case 'lent': return `{Kind::kLent, &kLayout${type.struct}}`;
    case 'interface': return '{Kind::kInterface}';
    default: throw new Error(type.kind);
  }
};

const pack = ({ name, type }, lentNames) => {
  switch (type.kind) {
    case 'u32': return type.enum === undefined && cNames[name] !== 'LONG' ? `uint32_t{${name}}` : `static_cast<uint32_t>(${name})`;
    case 'i32': return `int32_t{${name}}`;
    case 'hresult': return `static_cast<uint32_t>(${name})`;
    case 'BOOL':
    case 'bool': return `${name} != 0`;
    case 'guid': return name;
    case 'guids': return `std::vector<GUID>(${name}, ${name} + ${name}_count)`;
    case 'filetime': return `uint64_t{${name}.dwHighDateTime} << 32 | ${name}.dwLowDateTime`;
    case 'u64': return `static_cast<uint64_t>(${name})`;
    case 'bstr':
    case 'wstr': return `In(${name})`;
    case 'struct': return `In(${name}, kLayout${type.struct})`;
    case 'pointer': return lentNames.has(name) ? `${name}_taken` : `uint64_t{reinterpret_cast<uintptr_t>(${name})}`;
    default: throw new Error(`${type.kind} as an input`);
  }
};

function unpack(family, mostDerived, { name, type }, index) {
  const given = `if (call.outputs.size() > ${index}) `;
  const output = `call.outputs[${index}]`;
  switch (type.kind) {
    case 'struct': return `    ${given}Write(std::get<Structure>(${output}), ${name});\n`;
    case 'i32':
    case 'hresult':
    case 'u32': {
      const value = `std::get<uint32_t>(${output})`;
      const cast = type.enum !== undefined && type.kind === 'u32' ? type.enum : { i32: 'LONG', hresult: 'HRESULT' }[type.kind];
      return `    ${given}*${name} = ${cast === undefined ? value : `static_cast<${cast}>(${value})`};\n`;
    }
    case 'BOOL':
    case 'bool': return `    ${given}*${name} = std::get<bool>(${output}) ? 1 : 0;\n`;
    case 'guid': return `    ${given}*${name} = std::get<GUID>(${output});\n`;
    case 'bstr': return `    ${given}*${name} = GiveBstr(TextOf(${output}));\n`;
    case 'pwsz': return `    ${given}*${name} = GiveTaskString(TextOf(${output}));\n`;
    case 'filetime':
      return `    ${given}*${name} = {static_cast<DWORD>(std::get<uint64_t>(${output})), static_cast<DWORD>(std::get<uint64_t>(${output}) >> 32)};\n`;
    case 'fetched':
      return `    ${given}{\n      for (const Element& element : std::get<std::vector<Element>>(${output})) {\n`
        + `        ${name}[*${name}_count].Type = static_cast<decltype(${name}->Type)>(element.tag);\n`
        + `        Write(element.structure, &${name}[(*${name}_count)++].Obj);\n      }\n    }\n`;
    case 'u64': return `    ${given}*${name} = std::get<uint64_t>(${output});\n`;
    case 'pointer':
      return `    ${given}*${name} = reinterpret_cast<BYTE*>(static_cast<uintptr_t>(std::get<uint64_t>(${output})));\n`;
    case 'lent':
      return `    ${given}*${name} = static_cast<${type.struct}*>(lent().Lend(std::get<Structure>(${output})));\n`;
    case 'interface': {
      const made = `new Forwarded${mostDerived(type.interface)}(connection(), std::get<uint32_t>(${output}))`;
      return `    ${given}*${name} = ${family === 'vss' ? `Given<${type.interface}>(${made})` : made};\n`;
    }
    default: throw new Error(type.kind);
  }
}

/** The interface of the table that has all the methods of `name`, and no other above it: what an object really is. */
const mostDerivedOf = (interfaces) => (name) => {
  const derived = interfaces.find(({ base }) => base === name);
  return derived === undefined ? name : mostDerivedOf(interfaces)(derived.name);
};

/** An interface with its bases', which declare the methods. */
const chainOf = (interfaces, iface) => {
  const base = interfaces.find(({ name }) => name === iface.base);
  return [...(base === undefined ? [] : chainOf(interfaces, base)), iface];
};

/** Interfaces that others return come first. */
const declarationOrder = (interfaces) => {
  const mostDerived = mostDerivedOf(interfaces);
  const returned = (iface) => chainOf(interfaces, iface).flatMap(({ methods }) => methods).flatMap((m) => m.parameters)
    .filter((p) => p.type.kind === 'interface').map((p) => mostDerived(p.type.interface));
  const ordered = [];
  const visit = (iface) => {
    if (ordered.includes(iface)) return;
    for (const other of interfaces) if (other !== iface && returned(iface).includes(other.name)) visit(other);
    ordered.push(iface);
  };
  interfaces.filter(({ name }) => mostDerived(name) === name).forEach(visit);
  return ordered;
};

const fieldTypes = { u32: 'kU32', i32: 'kI32', u64: 'kU64', pointer: 'kU64', guid: 'kGuid', bool: 'kBool', bstr: 'kBstr', pwsz: 'kTaskString' };
function layout(family, struct) {
  let text = '';
  const unions = struct.alternatives;
  if (unions !== undefined) {
    const rows = unions.map((a) => `    {${a.type}, "${a.member}", &kLayout${a.struct}},\n`).join('');
    return `inline constexpr Alternative kAlternatives${struct.name}[] = {\n${rows}};\nstatic_assert(sizeof(${struct.name}) == ${struct.size});\n\n`;
  }
  text += `inline constexpr Field kFields${struct.name}[] = {\n`;
  for (const { name, type, offset } of struct.fields) text += `    {"${name}", FieldType::${fieldTypes[type]}, ${offset}},\n`;
  text += `};\ninline constexpr Layout kLayout${struct.name} = {"${struct.name}", ${struct.size}, kFields${struct.name}};\n`;
  text += `static_assert(sizeof(${struct.name}) == ${struct.size});\n`;
  // The headers of VSS call the fields by other names: abi.h compares their places.
  for (const { name, type, offset } of family === 'vss' ? [] : struct.fields) {
    text += `static_assert(offsetof(${struct.name}, ${name}) == ${offset} && sizeof(${struct.name}::${name}) == ${type === 'u32' ? 4 : 8});\n`;
  }
  return `${text}\n`;
}

function method(family, mostDerived, iface, { name, thread, parameters }) {
  const lentNames = new Map(iface.methods.flatMap((m) => m.parameters).filter((p) => p.type.kind === 'lent').map((p) => [p.name, p.type.struct]));
  const inputs = parameters.filter((p) => p.direction === 'in' && p.type.kind !== 'reserved');
  const outputs = parameters.filter((p) => p.direction === 'out');
  const nulled = outputs.filter((p) => ['lent', 'interface', 'pointer', 'bstr', 'pwsz'].includes(p.type.kind));
  // The only waits that are alertable are those of a device's own thread.
  const wait = thread === 'device' && inputs.some((p) => p.name === 'timeoutMs') ? 'kAlertable' : 'kPlain';
  const declared = parameters.map((p) => (p.type.kind === 'reserved' ? p.type.c : cParameter(family, iface, p, lentNames)));
  let text = `\n  HRESULT STDMETHODCALLTYPE ${name}(${declared.join(', ')}) override {\n`;
  const refused = family === 'vss' ? 'E_INVALIDARG' : 'E_POINTER'; // seen live: facts/vss.md 2.10
  if (outputs.length > 0) text += `    if (${outputs.map((p) => `${p.name} == nullptr`).join(' || ')}) return ${refused};\n`;
  for (const p of nulled) text += `    *${p.name} = nullptr;\n`;
  for (const p of outputs) if (p.type.kind === 'fetched') text += `    *${p.name}_count = 0;\n`;
  if (outputs.length > 0) text += `    static constexpr OutputKind outputs[] = {${outputs.map(outputKind).join(', ')}};\n`;
  const returned = inputs.filter((p) => p.type.kind === 'pointer' && lentNames.has(p.name));
  for (const p of returned) text += `    const uint64_t ${p.name}_taken = lent().TakeBack(${p.name});\n`;
  text += `    Call call{object_handle(), "${iface.name}::${name}", ${outputs.length > 0 ? 'outputs' : '{}'}, {${inputs.map((p) => pack(p, lentNames)).join(', ')}}};\n`;
  text += `    const HRESULT result = Send(call, Wait::${wait});\n`;
  text += outputs.map((p, index) => unpack(family, mostDerived, p, index)).join('');
  for (const p of returned) text += `    if (FAILED(result)) lent().StayLent(${p.name}, ${p.name}_taken);\n`;
  for (const p of family === 'vss' ? returned : []) text += `    if (SUCCEEDED(result)) lent().Discard(kLayout${lentNames.get(p.name)}, ${p.name}_taken);\n`;
  return `${text}    return result;\n  }\n`;
}

/** What the forwarding class derives from, where the declarations beside the double have a name of their own for it (abi.h). */
const declaredAs = { IVssWriterComponentsExt: 'WriterComponentsExt', IXMLDOMDocument: 'XmlDocument' };
/** Where a method's slot is looked up. */
const slotsOf = { IVssWriterComponentsExt: 'IVssWriterComponents' };

export const families = ['vdi', 'vss'];

export function emit(table) {
  const { family, interfaces } = table;
  const [com] = table.classes;
  const directory = com.dll.replace(/\.dll$/, '');
  const mostDerived = mostDerivedOf(interfaces);
  let text = `// Generated from lib/binding/tables/${family}.ts by scripts/generate.mjs. Not to be edited.
// clang-format off
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>

#include "../double/client_memory.h"
#include "../double/object.h"
#include "abi.h"

namespace winbackup::doubles {

/** As the machine is asked for it. */
inline constexpr char16_t kClsid[] = u"${com.clsid}";
inline constexpr char16_t kActivated[] = u"${interfaces.find((iface) => iface.name === com.interface).iid}";

`;
  text += table.structs.map((struct) => layout(family, struct)).join('');
  for (const iface of declarationOrder(interfaces)) {
    text += `class Forwarded${iface.name} final : public Forwarder<${declaredAs[iface.name] ?? iface.name}> {\n public:\n  using Forwarder::Forwarder;\n`;
    text += chainOf(interfaces, iface).flatMap((each) => each.methods.map((m) => method(family, mostDerived, each, m))).join('');
    text += '};\n\n';
  }
  const slots = interfaces.flatMap(({ name, methods }) => methods.map((m) => `SlotOf(&${slotsOf[name] ?? name}::${m.name}) == ${m.slot}`));
  for (const [name, own] of Object.entries(declaredAs)) {
    for (const m of interfaces.find((iface) => iface.name === name)?.methods ?? []) slots.push(`SlotOf(&${own}::${m.name}) == ${m.slot}`);
  }
  text += `/** Whether the table's slots are those of the declarations in abi.h. */\ninline bool SlotsAgree() {\n  return ${slots.join(' &&\n         ')};\n}\n\n`;
  text += '}  // namespace winbackup::doubles\n';
  return [{ path: `test/wine/${directory}/generated.h`, text }];
}
