// From a table: what the addon knows of it (native/generated/<family>_table.{h,cc}): descriptors that drive the marshalling and the threads,
// and one function per method that calls through the C++ interface, so that the compiler checks table and declarations against each other.

/** What a wait of this family returns when its time is over. */
const timedOut = { vdi: 'VD_E_TIMEOUT' };

const kinds = { u32: 'kU32', u64: 'kU64', wstr: 'kWstr', struct: 'kStruct', lent: 'kLent', pointer: 'kPointer', interface: 'kInterface' };
const roles = { control: 'kControl', configuration: 'kConfiguration', device: 'kDevice' };

/** How the argument is passed: see native/src/argument.h. */
function passed({ type, direction }, index) {
  const argument = `a[${index}]`;
  switch (type.kind) {
    case 'u32': return direction === 'in' ? `${argument}.u32()` : `${argument}.u32_place()`;
    case 'u64': return direction === 'in' ? `${argument}.u64()` : `${argument}.u64_place()`;
    case 'wstr': return `${argument}.text()`;
    case 'struct': return `${argument}.structure()`;
    case 'lent':
    case 'interface': return `${argument}.pointer_place()`;
    case 'pointer': return direction === 'in' ? `${argument}.pointer()` : `${argument}.pointer_place()`;
    default: throw new Error(type.kind);
  }
}

const parameter = ({ name, type, direction }) => `    {"${name}", Kind::${kinds[type.kind]}, Direction::${direction === 'in' ? 'kIn' : 'kOut'}, `
  + `${type.nullable === true}, ${type.struct === undefined ? 'nullptr' : `&kStruct${type.struct}`}, `
  + `${type.interface === undefined ? 'nullptr' : `&k${type.interface}`}},\n`;

function guid(text) {
  const [a, b, c, d, e] = text.split('-');
  const bytes = (d + e).match(/../g).map((byte) => `0x${byte}`).join(', ');
  return `GUID{0x${a}, 0x${b}, 0x${c}, {${bytes}}}`;
}

function struct({ name, size, fields }) {
  let text = `static_assert(sizeof(${name}) == ${size});\n`;
  for (const { name: field, type, offset } of fields) {
    text += `static_assert(offsetof(${name}, ${field}) == ${offset} && sizeof(${name}::${field}) == ${type === 'u32' ? 4 : 8});\n`;
  }
  text += `constexpr Field kFields${name}[] = {\n`;
  for (const { name: field, type, offset } of fields) text += `    {"${field}", Kind::${kinds[type]}, ${offset}},\n`;
  return `${text}};\nconstexpr Struct kStruct${name} = {"${name}", ${size}, kFields${name}};\n\n`;
}

function methodParts(family, table, method) {
  const id = `${table.name}_${method.name}`;
  const { parameters } = method;
  let text = '';
  if (parameters.length > 0) text += `constexpr Parameter kParameters_${id}[] = {\n${parameters.map(parameter).join('')}};\n`;
  text += `HRESULT Invoke_${id}(IUnknown* self, [[maybe_unused]] Argument* a) {\n`
    + `  return static_cast<${table.name}*>(self)->${method.name}(${parameters.map(passed).join(', ')});\n}\n\n`;
  const timeout = parameters.findIndex((p) => p.name === 'timeoutMs');
  // Close unmaps what the object lent (facts/vdi.md 2.3, 2.5).
  const row = `    {"${table.name}::${method.name}", Role::${roles[method.thread]}, ${timeout}, ${timeout < 0 ? 'S_OK' : timedOut[family]}, `
    + `${method.name === 'Close'}, ${parameters.length > 0 ? `kParameters_${id}` : '{}'}, Invoke_${id}},\n`;
  return { text, row };
}

export function emit(table) {
  const { family, interfaces } = table;
  const header = `// Generated from lib/binding/tables/${family}.ts by scripts/generate.mjs. Not to be edited.\n// clang-format off\n`;
  const list = `k${family.charAt(0).toUpperCase()}${family.slice(1)}Interfaces`;
  let text = `${header}#include "${family}_table.h"\n\n#include <cstddef>\n\n#include "argument.h"\n#include "winbackup/${family}.h"\n\n`
    + `namespace winbackup {\n\nnamespace {\n\n${table.structs.map(struct).join('')}`;
  let tables = '';
  for (const iface of interfaces) {
    const parts = iface.methods.map((method) => methodParts(family, iface, method));
    text += parts.map((part) => part.text).join('');
    text += `constexpr Method kMethods${iface.name}[] = {\n${parts.map(({ row }) => row).join('')}};\n`;
    text += `static_assert(SameGuid(IID_${iface.name}, ${guid(iface.iid)}));\n\n`;
    tables += `const Interface k${iface.name} = {"${iface.name}", IID_${iface.name}, kMethods${iface.name}};\n`;
  }
  for (const com of table.classes) text += `static_assert(SameGuid(CLSID_${com.name}, ${guid(com.clsid)}));\n`;
  text += `\n}  // namespace\n\n${tables}\n`
    + `constexpr const Interface* kList[] = {${interfaces.map(({ name }) => `&k${name}`).join(', ')}};\n`
    + `const std::span<const Interface* const> ${list} = kList;\n\n}  // namespace winbackup\n`;
  const declarations = `${header}#pragma once\n\n#include <span>\n\n#include "descriptors.h"\n\nnamespace winbackup {\n\n`
    + `${interfaces.map(({ name }) => `extern const Interface k${name};\n`).join('')}`
    + `extern const std::span<const Interface* const> ${list};\n\n}  // namespace winbackup\n`;
  return [
    { path: `native/generated/${family}_table.h`, text: declarations },
    { path: `native/generated/${family}_table.cc`, text },
  ];
}
