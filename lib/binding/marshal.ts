/** Between JavaScript's values and the plain data of a Channel, by what the tables say of each parameter. */
import { checkBoolean, checkBytes, checkGuid, checkInteger, checkString, checkU32, checkU64 } from './check';
import type { Channel, PlainRecord, PlainValue } from './channel';
import { ArgumentError, StateError } from './errors';
import type { Parameter, StructTable } from './table';
import { structTable } from './tables';

/** What owns a thing that a call gave out: a COM object by its interface's name, a kernel handle by its object type. */
export type Owner = (channel: Channel, handle: number, type: string) => unknown;
export interface Owners {
  readonly interface: Owner;
  readonly handle: Owner;
}

/** A kernel handle as an argument: what `encode` must know of it. */
export interface HandleOwner {
  readonly channel: Channel;
  readonly handle: number;
  readonly of: string;
  readonly closed: boolean;
}

function isHandleOwner(value: unknown): value is HandleOwner {
  return typeof value === 'object' && value !== null && 'handle' in value && 'of' in value && 'closed' in value;
}

function ownedHandle(name: string, channel: Channel, of: string, value: unknown): number {
  if (!isHandleOwner(value) || value.of !== of) throw new ArgumentError(name, `must be a handle of a ${of}`);
  if (value.channel !== channel) throw new ArgumentError(name, `is a handle of another machine or process`);
  if (value.closed) throw new StateError('ERR_CLOSED', `${name}: the handle has been closed`);
  return value.handle;
}

/** The parameters that the caller gives, in order. */
export function inputsOf(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ direction, type }) => direction === 'in' && type.kind !== 'reserved');
}

export function outputsOf(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ direction }) => direction === 'out');
}

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

export function encode(channel: Channel, parameter: Parameter, value: unknown): PlainValue {
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
    case 'clock':
      return value === null || value === undefined ? null : checkU64(name, value);
    case 'key':
      return checkU64(name, value);
    case 'bytes':
      checkBytes(name, value);
      return value;
    case 'rootKey':
      checkInteger(name, value, 0x80000000, 0x80000007);
      return value;
    case 'handle':
      return ownedHandle(name, channel, type.of, value);
    case 'reserved':
    case 'lent':
    case 'interface':
    case 'pwsz':
    case 'fetched':
    case 'notification':
      throw new TypeError(`${name}: ${type.kind} does not come from the caller`);
  }
}

export function decode(channel: Channel, parameter: Parameter, value: PlainValue, byteLength: number, owners: Owners): unknown {
  const { type } = parameter;
  if (type.kind === 'interface' || type.kind === 'handle') return owners[type.kind](channel, value as number, type.kind === 'interface' ? type.interface : type.of);
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
