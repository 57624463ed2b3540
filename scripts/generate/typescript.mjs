// From a table: the contract's TypeScript interfaces (lib/binding/generated) and the simulator's dispatch types (lib/simulator/generated).

const header = (family) => `// Generated from lib/binding/tables/${family}.ts by scripts/generate.mjs. Not to be edited.\n`;

const member = (name) => name.charAt(0).toLowerCase() + name.slice(1);

/** Kinds that look the same on both sides of the contract. */
const simpleTypes = {
  u32: 'number', rootKey: 'number', i32: 'number', hresult: 'number', bool: 'boolean', BOOL: 'boolean', guid: 'string', guids: 'readonly string[]', pwsz: 'string | null',
};

function contractType(parameter) {
  const { type } = parameter;
  if (type.kind in simpleTypes) return simpleTypes[type.kind];
  switch (type.kind) {
    case 'handle': return 'KernelHandle';
    case 'clock': return parameter.direction === 'in' ? 'number | bigint | null' : 'bigint';
    case 'key': return 'number | bigint';
    case 'bytes': return 'Uint8Array';
    case 'notification': return 'TransactionNotification';
    case 'filetime':
    case 'u64': return parameter.direction === 'in' ? 'number | bigint' : 'bigint';
    case 'bstr':
    case 'wstr': return type.nullable ? 'string | null' : 'string';
    case 'fetched': return `readonly Fetched${type.struct}[]`;
    case 'struct': return parameter.direction === 'in' ? `Readonly<${type.struct}>` : type.struct;
    case 'lent': return type.struct;
    case 'pointer': return parameter.shownAs === 'buffer' ? 'Uint8Array' : 'bigint';
    case 'interface': return `${type.interface} & ProxyObject`;
    default: throw new Error(type.kind);
  }
}

function plainType(parameter) {
  const { type } = parameter;
  if (type.kind in simpleTypes) return simpleTypes[type.kind];
  switch (type.kind) {
    case 'handle': return parameter.direction === 'in' ? 'number' : 'KernelObject';
    case 'clock': return parameter.direction === 'in' ? 'bigint | null' : 'bigint';
    case 'bytes': return 'Uint8Array';
    case 'notification': return 'TransactionNotification';
    case 'key':
    case 'filetime':
    case 'u64':
    case 'pointer': return 'bigint';
    case 'bstr':
    case 'wstr': return type.nullable ? 'string | null' : 'string';
    case 'fetched': return `readonly Fetched${type.struct}[]`;
    case 'struct': return `Plain${type.struct}`;
    case 'lent': return `Plain${type.struct} & { readonly pointer: bigint }`;
    case 'interface': return 'KernelObject';
    default: throw new Error(type.kind);
  }
}

const fieldTypes = { u32: 'number', i32: 'number', u64: 'bigint', pointer: 'bigint', guid: 'string', bool: 'boolean', bstr: 'string | null', pwsz: 'string | null' };

const split = (method) => [method.parameters.filter((p) => p.direction === 'in' && p.type.kind !== 'reserved'), method.parameters.filter((p) => p.direction === 'out')];

function doc(lines, indent) {
  const text = lines.filter(Boolean);
  if (text.length === 0) return '';
  return text.length === 1 ? `${indent}/** ${text[0]} */\n` : `${indent}/**\n${text.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function structTypes(struct, lent) {
  const fields = struct.fields.map((field) => {
    const type = field.shownAs === 'buffer' ? 'Uint8Array | null' : fieldTypes[field.type];
    return `${doc([field.note], '  ')}  ${lent ? 'readonly ' : ''}${field.name}: ${type};\n`;
  });
  if (lent) fields.push('  /** The address that identifies it. */\n  readonly pointer: bigint;\n');
  return `${doc([`${struct.size} bytes on x64. Source: ${struct.source}.`], '')}export interface ${struct.name} {\n${fields.join('')}}\n`;
}

/** The elements of an enumerator: unions by what `type` says. */
function fetchedTypes(table, prefix) {
  return table.structs.filter(({ alternatives }) => alternatives !== undefined).map(({ name, alternatives }) =>
    `\n/** An element that an enumerator's Next fetched, by its type. */\nexport type Fetched${name} =${alternatives.map(({ type, member, struct }) => `\n  | { readonly type: ${type}; readonly ${member}: ${prefix}${struct} }`).join('')};\n`).join('');
}

/** The functions of a table as methods of one interface; `type` says how a parameter shows, `wrap` how a result does. */
function functionInterface({ name, dll, functions }, interfaceName, type, wrap, simulated) {
  let text = `\n/** Functions of ${dll}. */\nexport interface ${interfaceName} {\n`;
  for (const entry of functions) {
    const [inputs, outputs] = split(entry);
    const { of } = entry.returns;
    const results = of === undefined ? outputs : [{ name: 'handle', type: { kind: 'handle', of }, direction: 'out' }, ...outputs];
    if (!simulated) text += doc([entry.note, entry.rights && `Needs ${entry.rights}.`, ...entry.parameters.map((p) => p.note && `${p.name}: ${p.note}`), `${name}::${entry.name}; ${entry.source}.`], '  ');
    const process = simulated ? ['process: SimulatedProcess'] : [];
    text += `  ${member(entry.name)}(${[...process, ...inputs.map((p) => `${p.name}: ${type(p)}`)].join(', ')}): ${wrap(results)};\n`;
  }
  return `${text}}\n`;
}

const promised = (outputs) =>
  `Promise<${outputs.length === 0 ? 'void' : outputs.length === 1 ? contractType(outputs[0]) : `{ ${outputs.map((p) => `${p.name}: ${contractType(p)}`).join('; ')} }`}>`;

function contract(table) {
  const lent = new Set(table.interfaces.flatMap((i) => i.methods.flatMap((m) => m.parameters.filter((p) => p.type.kind === 'lent').map((p) => p.type.struct))));
  let text = header(table.family);
  if (table.interfaces.length > 0) text += `import type { ProxyObject } from '../proxy';\n`;
  if (table.functions) text += `import type { KernelHandle } from '../functions';\n`;
  if (table.functions?.functions.some(({ parameters }) => parameters.some(({ type }) => type.kind === 'notification'))) text += `import type { TransactionNotification } from '../notification';\n`;
  if (table.functions) text += functionInterface(table.functions, table.functions.name, contractType, promised, false);
  for (const struct of table.structs) text += `\n${structTypes(struct, lent.has(struct.name))}`;
  text += fetchedTypes(table, '');
  for (const iface of table.interfaces) {
    const base = table.interfaces.some(({ name }) => name === iface.base) ? ` extends ${iface.base}` : '';
    text += `\n/** {${iface.iid}} */\nexport interface ${iface.name}${base} {\n`;
    for (const method of iface.methods) {
      const [inputs, outputs] = split(method);
      const parameters = inputs.map((p) => `${p.name}: ${contractType(p)}`);
      if (outputs.some((p) => p.type.kind === 'pointer' && p.shownAs === 'buffer')) parameters.push('byteLength: number');
      text += doc([method.note, ...method.parameters.map((p) => p.note && `${p.name}: ${p.note}`), `Slot ${method.slot}; ${method.source}.`], '  ');
      text += `  ${member(method.name)}(${parameters.join(', ')}): ${promised(outputs)};\n`;
    }
    text += '}\n';
  }
  for (const com of table.classes) {
    text += `\n/** ${com.dll} */\nexport const CLSID_${com.name} = '${com.clsid}';\n`;
  }
  return { path: `lib/binding/generated/${table.family}.ts`, text };
}

function simulator(table) {
  let text = `${header(table.family)}import type { KernelObject, Outputs } from '../kernel-object';\n`;
  if (table.functions) {
    text += `import type { TransactionNotification } from '../../binding/notification';\nimport type { SimulatedProcess } from '../machine';\n`;
    text += functionInterface(table.functions, `Simulated${table.functions.name}`, plainType, (outputs) => `Outputs<[${outputs.map(plainType).join(', ')}]>`, true);
  }
  for (const struct of table.structs) {
    text += `\nexport type Plain${struct.name} = {\n${struct.fields.map((f) => `  readonly ${f.name}: ${fieldTypes[f.type]};\n`).join('')}};\n`;
  }
  text += fetchedTypes(table, 'Plain');
  for (const iface of table.interfaces) {
    text += `\n/** What the simulated ${iface.name} answers; a failure is thrown as Failure. */\nexport interface Simulated${iface.name}${table.interfaces.some(({ name }) => name === iface.base) ? ` extends Simulated${iface.base}` : ''} {\n`;
    for (const method of iface.methods) {
      const [inputs, outputs] = split(method);
      text += `  ${member(method.name)}(${inputs.map((p) => `${p.name}: ${plainType(p)}`).join(', ')}): Outputs<[${outputs.map(plainType).join(', ')}]>;\n`;
    }
    text += '}\n';
  }
  return { path: `lib/simulator/generated/${table.family}.ts`, text };
}

export const families = ['vdi', 'vss', 'ktm', 'txf', 'txr'];

export function emit(table) {
  return [contract(table), ...(table.functions?.simulated === false ? [] : [simulator(table)])];
}
