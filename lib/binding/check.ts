/** Checks of what a caller gave, before anything crosses into C++ or is started. Each throws ArgumentError with the field's name. */
import { ArgumentError } from './errors';

const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? `${String(value)}n` : String(value));

export function checkInteger(field: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw new ArgumentError(field, `must be an integer from ${String(min)} to ${String(max)}, not ${shown(value)}`);
  }
}

export function checkU32(field: string, value: unknown): asserts value is number {
  checkInteger(field, value, 0, 0xffffffff);
}

/** Accepts a number or a bigint; returns a bigint. */
export function checkU64(field: string, value: unknown): bigint {
  const big = typeof value === 'bigint' ? value : typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (big === undefined || big < 0n || big > 0xffffffffffffffffn) {
    throw new ArgumentError(field, `must be an integer from 0 to 2^64 - 1 (a bigint above 2^53), not ${shown(value)}`);
  }
  return big;
}

/** A string that fits a LPCWSTR: no character U+0000. */
export function checkString(field: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new ArgumentError(field, `must be a string, not ${shown(value)}`);
  if (value.includes('\0')) throw new ArgumentError(field, 'must not contain U+0000');
}

export function checkBytes(field: string, value: unknown): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new ArgumentError(field, `must be a Uint8Array, not ${shown(value)}`);
}

export function checkPowerOfTwo(field: string, value: unknown, min: number, max: number): asserts value is number {
  checkInteger(field, value, min, max);
  if (!Number.isInteger(Math.log2(value))) throw new ArgumentError(field, `must be a power of two from ${String(min)} to ${String(max)}, not ${shown(value)}`);
}

/** Milliseconds; `Infinity` and INFINITE both mean without end. Returns what Windows takes. */
export function checkTimeout(field: string, value: unknown): number {
  if (value === Infinity) return 0xffffffff;
  checkU32(field, value);
  return value;
}

/** An options object with no name that nobody reads: a misspelt option is an error, not silence. */
export function checkKnownFields(what: string, value: object, known: readonly string[]): void {
  checkObject(what, value);
  for (const name of Object.keys(value)) if (!known.includes(name)) throw new ArgumentError(`${what}.${name}`, 'is not an option');
}

export function checkObject(field: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ArgumentError(field, `must be an object, not ${shown(value)}`);
}

/** Absent, or a function. */
export function checkCallback(field: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw new ArgumentError(field, `must be a function, not ${shown(value)}`);
}

/** Absent, or an AbortSignal (of any realm). */
export function checkSignal(field: string, value: unknown): void {
  if (value === undefined) return;
  const like = typeof value === 'object' && value !== null && typeof Reflect.get(value, 'aborted') === 'boolean' && typeof Reflect.get(value, 'addEventListener') === 'function';
  if (!like) throw new ArgumentError(field, `must be an AbortSignal, not ${shown(value)}`);
}

export function checkBoolean(field: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new ArgumentError(field, `must be true or false, not ${shown(value)}`);
}

const guidForm = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** A GUID, with or without braces, in any case; returns it in lower case without braces. */
export function checkGuid(field: string, value: unknown): string {
  const [, digits] = (typeof value === 'string' ? guidForm.exec(value) : null) ?? [];
  if (digits === undefined) throw new ArgumentError(field, `must be a GUID, not ${shown(value)}`);
  return digits.toLowerCase();
}
