// From a table: what the addon knows of it (native/generated/<family>_table.{h,cc}): descriptors that drive the marshalling and the threads,
// and one function per method that calls through the C++ interface, so that the compiler checks table and declarations against each other.

/** What a wait of this family returns when its time is over; and what then tells whether it is, where that code does not. */
const timedOut = { vdi: ['VD_E_TIMEOUT', 'nullptr'], vss: ['S_OK', 'StillPending'] };

/** Headers of the functions that the descriptors name. */
const includes = { vdi: [], vss: ['vss_library.h'] };

/** What frees the strings of a struct that a call has filled: a function of its own, or CoTaskMemFree for each. */
const frees = { VSS_SNAPSHOT_PROP: 'FreeSnapshotProperties' };
function freeing({ name, fields }) {
  const strings = fields.filter(({ type }) => type === 'pwsz').map((field) => `&${name}::${field.name}`);
  return frees[name] ?? (strings.length === 0 ? undefined : `FreeStrings<${name}, ${strings.join(', ')}>`);
}

const kinds = {
  u32: 'kU32', i32: 'kI32', hresult: 'kU32', bool: 'kBool', BOOL: 'kWin32Bool', guid: 'kGuid', guids: 'kGuids', u64: 'kU64', filetime: 'kU64', wstr: 'kWstr',
  bstr: 'kBstr', pwsz: 'kTaskString', fetched: 'kFetched', struct: 'kStruct', lent: 'kLent', pointer: 'kPointer', interface: 'kInterface', reserved: 'kReserved',
};
const roles = { control: 'kControl', configuration: 'kConfiguration', device: 'kDevice', apartment: 'kApartment', wait: 'kWait' };

const fieldSizes = { u32: 4, i32: 4, u64: 8, pointer: 8, guid: 16, bool: 1, bstr: 8, pwsz: 8 };
const noIid = '00000000-0000-0000-0000-000000000000';

/** How the argument is passed: see native/src/argument.h. */
function passed({ type, direction }, index, parameters) {
  const argument = `a[${index}]`;
  const input = direction === 'in';
  switch (type.kind) {
    case 'hresult':
    case 'u32': return input ? `${argument}.u32()` : `${argument}.u32_place()`;
    case 'i32': return input ? `${argument}.i32()` : `${argument}.u32_place()`;
    case 'BOOL': return input ? `${argument}.i32()` : `${argument}.u32_place()`;
    case 'bool': return input ? `${argument}.boolean()` : `${argument}.boolean_place()`;
    case 'guid': return input ? `${argument}.guid()` : `${argument}.guid_place()`;
    case 'guids': return `${argument}.guids(), ${argument}.guid_count()`;
    case 'filetime': return input ? `${argument}.filetime()` : `${argument}.filetime_place()`;
    case 'u64': return input ? `${argument}.u64()` : `${argument}.u64_place()`;
    case 'wstr': return `${argument}.text()`;
    case 'bstr': return input ? `${argument}.bstr()` : `${argument}.bstr_place()`;
    case 'pwsz': return `${argument}.task_string_place()`;
    case 'fetched': return `${argument}.Elements(a[${parameters.findIndex((p) => p.name === 'count')}].u32(), kStruct${type.struct}), ${argument}.u32_place()`;
    case 'struct': return `${argument}.structure()`;
    case 'lent':
    case 'interface': return `${argument}.pointer_place()`;
    case 'pointer': return input ? `${argument}.pointer()` : `${argument}.pointer_place()`;
    case 'reserved': return type.c.endsWith('*') ? 'nullptr' : '0';
    default: throw new Error(type.kind);
  }
}

const parameter = ({ name, type, direction, validOnFailure }) => `    {"${name}", Kind::${kinds[type.kind]}, Direction::${direction === 'in' ? 'kIn' : 'kOut'}, `
  + `${type.nullable === true}, ${validOnFailure === true}, ${type.struct === undefined ? 'nullptr' : `&kStruct${type.struct}`}, `
  + `${type.interface === undefined ? 'nullptr' : `&k${type.interface}`}},\n`;

function guid(text) {
  const [a, b, c, d, e] = text.split('-');
  const bytes = (d + e).match(/../g).map((byte) => `0x${byte}`).join(', ');
  return `GUID{0x${a}, 0x${b}, 0x${c}, {${bytes}}}`;
}

const contexts = { 'in-process': 'CLSCTX_INPROC_SERVER', 'in-process or local': 'CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER' };

const fieldKinds = { ...kinds, guid: 'kGuid' };

function struct(table) {
  const { name, size, fields, alternatives: unions } = table;
  let text = `static_assert(sizeof(${name}) == ${size});\n`;
  for (const { name: field, type, offset } of fields) {
    text += `static_assert(offsetof(${name}, ${field}) == ${offset} && sizeof(${name}::${field}) == ${fieldSizes[type]});\n`;
  }
  text += `constexpr Field kFields${name}[] = {\n`;
  for (const { name: field, type, offset } of fields) text += `    {"${field}", Kind::${fieldKinds[type]}, ${offset}},\n`;
  text += '};\n';
  if (unions !== undefined) {
    for (const { member, offset } of unions) text += `static_assert(offsetof(${name}, ${member}) == ${offset});\n`;
    text += `constexpr Alternative kAlternatives${name}[] = {\n${unions.map((a) => `    {${a.type}, "${a.member}", ${a.offset}, &kStruct${a.struct}},\n`).join('')}};\n`;
  }
  const free = freeing(table);
  const rest = unions === undefined && free === undefined ? '' : `, ${unions === undefined ? '{}' : `kAlternatives${name}`}, ${free ?? 'nullptr'}`;
  return `${text}constexpr Struct kStruct${name} = {"${name}", ${size}, kFields${name}${rest}};\n\n`;
}

function methodParts(family, table, method) {
  const id = `${table.name}_${method.name}`;
  const { parameters } = method;
  let text = '';
  if (parameters.length > 0) text += `constexpr Parameter kParameters_${id}[] = {\n${parameters.map(parameter).join('')}};\n`;
  text += `HRESULT Invoke_${id}(IUnknown* self, [[maybe_unused]] Argument* a) {\n`
    + `  return static_cast<${table.name}*>(self)->${method.name}(${parameters.map(passed).join(', ')});\n}\n\n`;
  const timeout = parameters.findIndex((p) => p.name === 'timeoutMs');
  const [code, pending] = timeout < 0 ? ['S_OK', 'nullptr'] : timedOut[family];
  // Close unmaps what the object lent (facts/vdi.md 2.3, 2.5).
  const row = `    {"${table.name}::${method.name}", Role::${roles[method.thread]}, ${timeout}, ${code}, ${pending}, `
    + `${method.name === 'Close'}, ${parameters.length > 0 ? `kParameters_${id}` : '{}'}, Invoke_${id}},\n`;
  return { text, row };
}

export const families = ['vdi', 'vss'];

export function emit(table) {
  const { family, interfaces } = table;
  const header = `// Generated from lib/binding/tables/${family}.ts by scripts/generate.mjs. Not to be edited.\n// clang-format off\n`;
  const prefix = `k${family.charAt(0).toUpperCase()}${family.slice(1)}`;
  const list = `${prefix}Interfaces`;
  const own = includes[family].map((name) => `#include "${name}"\n`).join('');
  let text = `${header}#include "${family}_table.h"\n\n#include <cstddef>\n\n#include "argument.h"\n${own}#include "winbackup/${family}.h"\n\n`
    + `namespace winbackup {\n\nnamespace {\n\n${table.structs.map(struct).join('')}`;
  let tables = '';
  for (const iface of interfaces) {
    const { name, base } = iface;
    const parts = iface.methods.map((method) => methodParts(family, iface, method));
    text += parts.map((part) => part.text).join('');
    text += `constexpr Method kMethods${name}[] = {\n${parts.map(({ row }) => row).join('')}};\n`;
    text += `IUnknown* Unknown_${name}(void* given) { return static_cast<${name}*>(given); }\n`;
    if (iface.iid === noIid) text += `constexpr IID kIid${name} = ${guid(iface.iid)};\n\n`;
    else if (base === 'IDispatch') text += '\n'; // declared by the SDK itself
    else text += `static_assert(SameGuid(IID_${name}, ${guid(iface.iid)}));\n\n`;
    const parent = interfaces.some((other) => other.name === base) ? `&k${base}` : 'nullptr';
    tables += `const Interface k${name} = {"${name}", ${iface.iid === noIid ? 'kIid' : 'IID_'}${name}, ${parent}, Unknown_${name}, kMethods${name}};\n`;
  }
  for (const com of table.classes) text += `static_assert(SameGuid(CLSID_${com.name}, ${guid(com.clsid)}));\n`;
  text += `\n}  // namespace\n\n${tables}\n`
    + `constexpr const Interface* kList[] = {${interfaces.map(({ name }) => `&k${name}`).join(', ')}};\n`
    + `const std::span<const Interface* const> ${list} = kList;\n\n`
    + `constexpr ComClass kClasses[] = {${table.classes.map((com) => `{CLSID_${com.name}, ${contexts[com.context]}}`).join(', ')}};\n`
    + `const std::span<const ComClass> ${prefix}Classes = kClasses;\n\n}  // namespace winbackup\n`;
  const declarations = `${header}#pragma once\n\n#include <span>\n\n#include "descriptors.h"\n\nnamespace winbackup {\n\n`
    + `${interfaces.map(({ name }) => `extern const Interface k${name};\n`).join('')}`
    + `extern const std::span<const Interface* const> ${list};\nextern const std::span<const ComClass> ${prefix}Classes;\n\n}  // namespace winbackup\n`;
  return [
    { path: `native/generated/${family}_table.h`, text: declarations },
    { path: `native/generated/${family}_table.cc`, text },
  ];
}
