/** A small validator: readers that turn one value into what the program takes, or throw ArgumentError with the field's name. */
import { ArgumentError, checkInteger, checkString } from '../binding';

export type Reader<T> = (field: string, value: unknown) => T;
type Fields = Readonly<Record<string, Reader<unknown>>>;
type ReadFields<F extends Fields> = { readonly [Name in keyof F]: ReturnType<F[Name]> };

/** Names of fields, and shapes of text, that carry a secret: such a file would be copied, mailed and committed with it. */
const SECRET_NAME = /passw|pwd|secret|token|credential|apikey|api_key|connectionstring|private/i;
const SECRET_TEXT = /\b(?:password|pwd)\s*=|:\/\/[^/\s:@]+:[^/\s@]+@/i;
const NO_SECRETS = 'is a secret, which a description must not hold: use --password-env or --password-file';

/** An object with these fields and no others. */
export function object<Required extends Fields, Optional extends Fields>(
  required: Required, optional: Optional,
): Reader<ReadFields<Required> & Partial<ReadFields<Optional>>> {
  return (field, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ArgumentError(field, 'must be an object');
    const readers: Fields = { ...required, ...optional };
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(readers, name)) continue;
      if (SECRET_NAME.test(name)) throw new ArgumentError(`${field}.${name}`, NO_SECRETS);
      throw new ArgumentError(`${field}.${name}`, `is not a field; there are: ${Object.keys(readers).join(', ')}`);
    }
    const given = value as Readonly<Record<string, unknown>>;
    const read: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries(required)) {
      if (given[name] === undefined) throw new ArgumentError(`${field}.${name}`, 'is missing');
      read[name] = reader(`${field}.${name}`, given[name]);
    }
    for (const [name, reader] of Object.entries(optional)) if (given[name] !== undefined) read[name] = reader(`${field}.${name}`, given[name]);
    return read as ReadFields<Required> & Partial<ReadFields<Optional>>;
  };
}

export function list<T>(element: Reader<T>): Reader<readonly T[]> {
  return (field, value) => {
    if (!Array.isArray(value)) throw new ArgumentError(field, 'must be an array');
    return value.map((each: unknown, index) => element(`${field}[${String(index)}]`, each));
  };
}

/** Not empty, without a secret. Errors do not repeat it. */
export const text: Reader<string> = (field, value) => {
  checkString(field, value);
  if (value === '') throw new ArgumentError(field, 'must not be empty');
  if (SECRET_TEXT.test(value)) throw new ArgumentError(field, NO_SECRETS);
  return value;
};

export const boolean: Reader<boolean> = (field, value) => {
  if (typeof value !== 'boolean') throw new ArgumentError(field, 'must be true or false');
  return value;
};

export function integer(min: number, max: number): Reader<number> {
  return (field, value) => {
    checkInteger(field, value, min, max);
    return value;
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): Reader<T> {
  return (field, value) => {
    const found = values.find((each) => each === value);
    if (found === undefined) throw new ArgumentError(field, `must be one of ${values.join(', ')}`);
    return found;
  };
}
