/** Objects with Windows' own methods, built from the interface tables over a Channel: check, call, turn outputs and failures into JavaScript. */
import { checkBoolean, checkBytes, checkGuid, checkInteger, checkString, checkU32, checkU64 } from './check';
import { failed } from './codes';
import type { Channel, PlainRecord, PlainValue } from './channel';
import { ArgumentError, StateError, WindowsError } from './errors';
import { memberName, operationName } from './table';
import type { InterfaceTable, Method, Parameter, StructTable } from './table';
import { interfaceTable, methodsOf, structTable } from './tables';

/** The part that every proxy has besides its interface's methods. */
export interface ProxyObject {
  readonly channel: Channel;
  readonly handle: number;
  /** Runs the object's teardown list, then releases it; idempotent. Afterwards every method rejects with ERR_RELEASED. */
  release(): Promise<void>;
  /** What must happen to the object if nobody releases it (method names of its own interface, in order). */
  setTeardown(...methods: readonly string[]): void;
}

interface Target {
  readonly channel: Channel;
  readonly handle: number;
  released: boolean;
}

/** Abandoned proxies are torn down and released when they are collected (design rule 5). */
const abandoned = new FinalizationRegistry<Target>((target) => {
  if (!target.released) void target.channel.release(target.handle);
});

function encodeStruct(field: string, struct: StructTable, value: unknown): PlainRecord {
  if (typeof value !== 'object' || value === null) throw new ArgumentError(field, `must be a ${struct.name}`);
  const record: Record<string, PlainValue> = {};
  for (const { name, type } of struct.fields) {
    const member: unknown = Reflect.get(value, name);
    if (type === 'u32') {
      checkU32(`${field}.${name}`, member);
      record[name] = member;
    } else record[name] = checkU64(`${field}.${name}`, member);
  }
  return record;
}

function encode(channel: Channel, parameter: Parameter, value: unknown): PlainValue {
  const { name, type } = parameter;
  switch (type.kind) {
    case 'u32':
      checkU32(name, value);
      return value;
    case 'u64':
      return checkU64(name, value);
    case 'wstr':
      if (type.nullable === true && value === null) return null;
      checkString(name, value);
      return value;
    case 'struct':
      return encodeStruct(name, structTable(type.struct), value);
    case 'pointer': {
      if (parameter.shownAs !== 'buffer') return checkU64(name, value);
      checkBytes(name, value);
      const address = channel.memory.addressOf(value);
      if (address === undefined) throw new ArgumentError(name, 'is not memory that this set lent');
      return address;
    }
    case 'i32':
      checkInteger(name, value, -0x80000000, 0x7fffffff);
      return value;
    case 'bool':
    case 'BOOL':
      checkBoolean(name, value);
      return value;
    case 'guid':
      return checkGuid(name, value);
    case 'guids':
      if (!Array.isArray(value)) throw new ArgumentError(name, 'must be an array of GUIDs');
      return value.map((element: unknown, index) => checkGuid(`${name}[${String(index)}]`, element));
    case 'hresult':
      checkU32(name, value);
      return value;
    case 'filetime':
      return checkU64(name, value);
    case 'bstr':
      if (type.nullable === true && value === null) return null;
      checkString(name, value);
      return value;
    case 'lent':
    case 'interface':
    case 'pwsz':
    case 'fetched':
      throw new TypeError(`${name}: ${type.kind} is an output only`);
  }
}

function decode(channel: Channel, parameter: Parameter, value: PlainValue, byteLength: number): unknown {
  const { type } = parameter;
  if (type.kind === 'interface') return createProxy(channel, value as number, interfaceTable(type.interface));
  if (type.kind === 'pointer' && parameter.shownAs === 'buffer') return channel.memory.view(value as bigint, byteLength);
  if (type.kind === 'lent') return decodeLent(channel, structTable(type.struct), value as PlainRecord);
  return value;
}

/** A lent struct's fields, its buffer as a view of `size` bytes, and its address. */
function decodeLent(channel: Channel, struct: StructTable, record: PlainRecord): Record<string, unknown> {
  const result: Record<string, unknown> = { pointer: record['pointer'] };
  for (const field of struct.fields) {
    const value = record[field.name];
    result[field.name] = field.shownAs === 'buffer' ? lentBuffer(channel, value as bigint, record['size'] as number) : value;
  }
  return result;
}

/** Commands without data have a null buffer. */
export function lentBuffer(channel: Channel, address: bigint, byteLength: number): Uint8Array | null {
  return address === 0n ? null : channel.memory.view(address, byteLength);
}

function call(target: Target, table: InterfaceTable, method: Method, values: readonly unknown[], caller: (...args: never[]) => unknown): Promise<unknown> {
  const operation = operationName(table, method);
  // The stack of the call, not of the answer (facts/node-addon-ecosystem.md 1.2, node-hid).
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, caller);
  const inputs = method.parameters.filter(({ direction }) => direction === 'in');
  const outputs = method.parameters.filter(({ direction }) => direction === 'out');
  const bufferOut = outputs.some(({ type, shownAs }) => type.kind === 'pointer' && shownAs === 'buffer');
  let args: PlainValue[];
  let byteLength = 0;
  try {
    if (target.released) throw new StateError('ERR_RELEASED', `${operation}: the object has been released`);
    args = inputs.map((parameter, index) => encode(target.channel, parameter, values[index]));
    if (bufferOut) {
      const wanted: unknown = values[inputs.length];
      checkU32('byteLength', wanted);
      byteLength = wanted;
    }
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
  return target.channel.call(target.handle, operation, args).then(({ hresult, outputs: plain }) => {
    if (failed(hresult)) {
      const named = Object.fromEntries(plain.map((value, index) => [outputs[index]?.name ?? String(index), value]));
      const error = new WindowsError(operation, hresult, { outputs: named });
      if (site.stack !== undefined) error.stack = `${error.name}: ${error.message}${site.stack.slice(site.stack.indexOf('\n'))}`;
      throw error;
    }
    const decoded = outputs.map((parameter, index) => [parameter.name, decode(target.channel, parameter, plain[index] ?? null, byteLength)] as const);
    // One output is the result itself, several are its fields.
    return decoded.length > 1 ? Object.fromEntries(decoded) : decoded[0]?.[1];
  });
}

/** The proxy of one object. `T` is the interface that `lib/binding/generated` declares for the table. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the table's interface, which no argument's type can name
export function createProxy<T>(channel: Channel, handle: number, table: InterfaceTable): T & ProxyObject {
  const target: Target = { channel, handle, released: false };
  const methods = methodsOf(table);
  const proxy: Record<string, unknown> & ProxyObject = {
    channel,
    handle,
    release: async () => {
      if (target.released) return;
      target.released = true;
      abandoned.unregister(target);
      await channel.release(handle);
    },
    setTeardown: (...names: readonly string[]) => {
      channel.setTeardown(handle, names.map((name) => {
        const found = methods.find(({ method }) => method.name === name);
        if (found === undefined) throw new RangeError(`${table.name} has no method ${name}`);
        return operationName(found.table, found.method);
      }));
    },
  };
  for (const { table: declaring, method } of methods) {
    const invoke = (...values: unknown[]): Promise<unknown> => call(target, declaring, method, values, invoke);
    proxy[memberName(method)] = invoke;
  }
  abandoned.register(proxy, target, target);
  return proxy as unknown as T & ProxyObject;
}
