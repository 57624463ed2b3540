// From a table of flat functions: what the addon knows of them (native/generated/<family>_functions.{h,cc}), with one thunk per function that
// calls by the type of Windows' own header, so that the compiler checks the table; and the exports of the double (test/wine/<dll>/generated.h), if it has one.

export const families = ['ktm', 'txf', 'txr'];

const kinds = {
  u32: 'kU32', key: 'kKey', guid: 'kGuid', wstr: 'kText', handle: 'kHandle', clock: 'kClock', bytes: 'kBytes', pwsz: 'kDescription', notification: 'kNotification', rootKey: 'kU32',
};

const isOf = (kind) => (parameter) => parameter.type.kind === kind;
const visible = ({ type }) => type.kind !== 'reserved';
const isKeyPlace = ({ type }) => type.kind === 'reserved' && type.c === 'PHKEY';
const isPort = ({ type }) => type.kind === 'reserved' && type.c === 'HANDLE';

/** The parameters in C's order where the table's differs: a notification stands before its timeout. */
function inOrderOfC(parameters) {
  const notification = parameters.find(isOf('notification'));
  return notification === undefined ? parameters : [parameters[0], notification, ...parameters.filter((p) => p !== parameters[0] && p !== notification)];
}

const isAsync = ({ name, parameters }) => name.endsWith('Async') && parameters.some(isOf('notification'));

function waits(entry) {
  if (isAsync(entry)) return 'kPort';
  if (entry.thread === 'immediate') return 'kNever';
  return entry.parameters.some(({ name }) => name === 'timeoutMs') ? 'kSlices' : 'kBlocks';
}

/** How the addon passes one parameter: one or more arguments of C's. */
function passed(parameter, index) {
  const { type, direction } = parameter;
  if (isPort(parameter)) return ['port'];
  if (isKeyPlace(parameter)) return ['reinterpret_cast<PHKEY>(&given)'];
  if (type.kind === 'reserved') return [type.c.startsWith('LP') ? 'nullptr' : '0'];
  const argument = `a[${index}]`;
  switch (type.kind) {
    case 'u32': return [direction === 'in' ? `${argument}.u32()` : `${argument}.u32_place()`];
    case 'key': return [`reinterpret_cast<KeyOf>(${argument}.key())`];
    case 'guid': return [`${argument}.guid()`];
    case 'wstr': return [`${argument}.text()`];
    case 'handle': return [type.of === 'RegistryKey' ? `static_cast<HKEY>(${argument}.handle())` : `${argument}.handle()`];
    case 'clock': return [`${argument}.clock()`];
    case 'rootKey': return [`RootKey(${argument}.u32())`];
    case 'bytes':
      if (type.passed !== undefined) {
        const places = { pointer: `static_cast<BYTE*>(${argument}.bytes())`, size: `${argument}.size()`, used: `${argument}.used()` };
        return type.passed.split(', ').map((place) => places[place]);
      }
      return direction === 'in' ? [`${argument}.size()`, `${argument}.bytes()`] : [`${argument}.size()`, `${argument}.bytes()`, `${argument}.used()`];
    case 'pwsz': return ['kDescription', `${argument}.text()`];
    case 'notification': return [`${argument}.notification()`, `${argument}.size()`];
    default: throw new Error(type.kind);
  }
}

function thunk(entry) {
  const { name, returns, parameters } = entry;
  const shown = parameters.filter(visible);
  let text = '';
  if (shown.length > 0) {
    text += `constexpr FunctionParameter kParameters_${name}[] = {\n`;
    for (const { name: parameter, type, direction } of shown) {
      text += `    {"${parameter}", FunctionKind::${kinds[type.kind]}, Direction::${direction === 'in' ? 'kIn' : 'kOut'}, ${type.nullable === true}},\n`;
    }
    text += '};\n';
  }
  // Its calls are made by the port, which gives KTM the buffer.
  if (isAsync(entry)) return text;
  const c = inOrderOfC(parameters);
  const args = c.flatMap((parameter) => passed(parameter, shown.indexOf(parameter)).map((argument) => argument.replace('KeyOf', name === 'SetResourceManagerCompletionPort' ? 'ULONG_PTR' : 'PVOID')));
  // How much of the buffer is used comes last.
  const notification = c.find(isOf('notification'));
  if (notification !== undefined) args.push(`a[${shown.indexOf(notification)}].used()`);
  const call = `reinterpret_cast<decltype(&::${entry.symbol ?? name})>(reinterpret_cast<void*>(address))(${args.join(', ')})`;
  text += `DWORD Invoke_${name}(FARPROC address, [[maybe_unused]] FunctionArgument* a, [[maybe_unused]] HANDLE& given, [[maybe_unused]] HANDLE port) {\n`;
  // What goes in as the size comes back as what is used, or needed.
  for (const [index, { type }] of shown.entries()) if (type.passed === 'pointer, used') text += `  *a[${index}].used() = a[${index}].size();\n`;
  if (returns.kind === 'handle') text += `  return ErrorOf(${call}, given);\n`;
  else if (returns.kind === 'LSTATUS') text += returns.of === undefined ? `  return static_cast<DWORD>(${call});\n` : `  return ErrorOf(${call}, given);\n`;
  else if (name.endsWith('Async')) text += `  const DWORD error = ErrorOf(${call});\n  return error == ERROR_IO_PENDING ? ERROR_SUCCESS : error;  // started (facts/ktm-tmf-mts.md 1.2)\n`;
  else text += `  return ErrorOf(${call});\n`;
  return `${text}}\n\n`;
}

const header = (family) => `// Generated from lib/binding/tables/${family}.ts by scripts/generate.mjs. Not to be edited.\n// clang-format off\n`;

const closers = { handle: 'kKernel', LSTATUS: 'kRegistryKey' };
const gives = ({ returns }) => (returns.of === undefined ? 'kNone' : closers[returns.kind]);

function addon({ family, functions: { name: library, dll, functions } }) {
  let text = `${header(family)}#include "${family}_functions.h"\n\n#include <windows.h>\n\n#include <ktmw32.h>\n\n#include "function_call.h"\n\nnamespace winbackup {\n\nnamespace {\n\n`;
  text += functions.map(thunk).join('');
  text += `constexpr Function kFunctions[] = {\n`;
  for (const entry of functions) {
    const shown = entry.parameters.some(visible) ? `kParameters_${entry.name}` : '{}';
    text += `    {"${library}::${entry.name}", "${entry.symbol ?? entry.name}", Waits::${waits(entry)}, HandleKind::${gives(entry)}, `
      + `${isAsync(entry) || entry.parameters.some(isPort)}, ${shown}, ${isAsync(entry) ? 'nullptr' : `Invoke_${entry.name}`}},\n`;
  }
  text += `};\n\n}  // namespace\n\nconst Library k${library} = {"${library}", L"${dll}", true, kFunctions};\n\n}  // namespace winbackup\n`;
  const declarations = `${header(family)}#pragma once\n\n#include "function.h"\n\nnamespace winbackup {\n\n/** ${dll}. */\nextern const Library k${library};\n\n}  // namespace winbackup\n`;
  return [
    { path: `native/generated/${family}_functions.h`, text: declarations },
    { path: `native/generated/${family}_functions.cc`, text },
  ];
}

// --- The double ---

/** The parameters of C of one parameter of the table, as the double declares them. */
function declared({ name, type, direction }) {
  const out = direction === 'out';
  switch (type.kind) {
    case 'reserved': return [`${type.c} ${name}`];
    case 'u32': return [out ? `PDWORD ${name}` : `DWORD ${name}`];
    case 'key': return [name === 'completionKey' ? `ULONG_PTR ${name}` : `PVOID ${name}`];
    case 'guid': return [`LPGUID ${name}`];
    case 'wstr': return [`LPWSTR ${name}`];
    case 'handle': return [`HANDLE ${name}`];
    case 'clock': return [`PLARGE_INTEGER ${name}`];
    case 'bytes': return out ? [`ULONG ${name}_size`, `PVOID ${name}`, `PULONG ${name}_used`] : [`ULONG ${name}_size`, `PVOID ${name}`];
    case 'pwsz': return [`DWORD ${name}_length`, `LPWSTR ${name}`];
    case 'notification': return [`Notification* ${name}`, `ULONG ${name}_size`];
    default: throw new Error(type.kind);
  }
}

function packed({ name, type }) {
  switch (type.kind) {
    case 'u32': return `uint32_t{${name}}`;
    case 'key': return name === 'completionKey' ? `uint64_t{${name}}` : `InKey(${name})`;
    case 'guid': return `Value{*${name}}`;
    case 'wstr': return `In(${name})`;
    case 'handle': return `InHandle(${name})`;
    case 'clock': return `In(${name})`;
    case 'bytes': return `In(${name}, ${name}_size)`;
    default: throw new Error(`${type.kind} as an input`);
  }
}

const outputKinds = { u32: 'kU32', guid: 'kGuid', clock: 'kU64', bytes: 'kBytes', pwsz: 'kText', notification: 'kNotification' };

function unpacked({ name, type }, index) {
  const value = `call.outputs[${index}]`;
  switch (type.kind) {
    case 'u32': return `Out(${value}, ${name})`;
    case 'guid': return `Out(${value}, ${name})`;
    case 'clock': return `Out(${value}, ${name})`;
    case 'bytes': return `Out(${value}, ${name}, ${name}_size, ${name}_used)`;
    case 'pwsz': return `Out(${value}, ${name}, ${name}_length)`;
    case 'notification': return `Out(${value}, ${name}, ${name}_size, ${name}_used)`;
    default: throw new Error(type.kind);
  }
}

function exported(library, entry) {
  const { name, returns, parameters } = entry;
  const c = inOrderOfC(parameters).flatMap(declared);
  const notification = parameters.find(isOf('notification'));
  if (notification !== undefined) c.push(`PULONG ${notification.name}_used`);
  if (isAsync(entry)) c.push('LPOVERLAPPED overlapped');
  const inputs = parameters.filter((p) => p.direction === 'in' && visible(p));
  const outputs = parameters.filter((p) => p.direction === 'out');
  const gives = returns.kind === 'handle';
  const results = [...(gives ? ['{Kind::kU32}'] : []), ...outputs.map(({ type }) => `{Kind::${outputKinds[type.kind]}}`)];
  let text = `extern "C" ${gives ? 'HANDLE' : 'BOOL'} WINAPI ${name}(${c.map((p) => `[[maybe_unused]] ${p}`).join(', ')}) {\n`;
  if (results.length > 0) text += `  static constexpr OutputKind outputs[] = {${results.join(', ')}};\n`;
  for (const p of inputs.filter(isOf('guid'))) text += `  if (${p.name} == nullptr) return Fail<${gives ? 'HANDLE' : 'BOOL'}>(ERROR_INVALID_PARAMETER);\n`;
  const values = `{${inputs.map(packed).join(', ')}}`;
  const call = `0, "${library}::${name}", ${results.length > 0 ? 'outputs' : '{}'}, ${values}`;
  if (isAsync(entry)) return `${text}  return SendAsync(std::unique_ptr<Call>(new Call{${call}}), ${inputs[0].name}, ${notification.name}, ${notification.name}_size, ${notification.name}_used, overlapped);\n}\n\n`;
  const port = parameters.find(isPort);
  if (port !== undefined) return `${text}  Call call{${call}};\n  return SetPort(call, ${inputs[0].name}, ${port.name}, completionKey);\n}\n\n`;
  text += `  Call call{${call}};\n`;
  if (gives) return `${text}  return SendForHandle(call);\n}\n\n`;
  if (notification !== undefined) return `${text}  return SendForNotification(call, ${inputs[0].name}, ${notification.name}, ${notification.name}_size, ${notification.name}_used);\n}\n\n`;
  text += '  if (!Send(call)) return FALSE;\n';
  return `${text}  return ${outputs.length === 0 ? 'TRUE' : outputs.map(unpacked).join(' && ')};\n}\n\n`;
}

function double({ family, functions: { name: library, dll, functions } }) {
  const directory = dll.replace(/\.dll$/, '');
  const text = `${header(family)}// The functions are declared by hand in abi.h, so that table and declarations check each other.\n${functions.map((entry) => exported(library, entry)).join('')}`;
  const def = `LIBRARY ${dll}\nEXPORTS\n${[...functions.map(({ name }) => name), 'napi_register_module_v1'].sort().map((name) => `  ${name}\n`).join('')}`;
  return [
    { path: `test/wine/${directory}/generated.h`, text },
    { path: `test/wine/${directory}/${directory}.def`, text: def },
  ];
}

export function emit(table) {
  return [...addon(table), ...(table.functions.simulated === false ? [] : double(table))];
}
