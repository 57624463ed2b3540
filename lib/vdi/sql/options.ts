/** What the options of the adapters have in common, checked before a driver is loaded or a process started. */
import { checkBoolean, checkInteger, checkKnownFields, checkString } from '../../binding/check';
import { ArgumentError } from '../../binding/errors';

const LONGEST_TIMEOUT_MS = 0x7fffffff;

type Check = (field: string, value: unknown) => void;

function checkName(field: string, value: unknown): void {
  checkString(field, value);
  if (value === '') throw new ArgumentError(field, 'must not be empty');
}

/** The instance alone: CreateEx wants it so too. */
function checkInstanceName(field: string, value: unknown): void {
  checkName(field, value);
  if (String(value).includes('\\')) throw new ArgumentError(field, 'is the instance alone, without the machine and a backslash');
}

const checks: Readonly<Record<string, Check>> = {
  server: checkName,
  port: (field, value) => checkInteger(field, value, 1, 65_535),
  instance: checkInstanceName,
  login: checkName,
  password: checkString,
  domain: checkName,
  encrypt: checkBoolean,
  trustServerCertificate: checkBoolean,
  odbcDriver: checkName,
  command: checkName,
  connectTimeoutMs: (field, value) => checkInteger(field, value, 0, LONGEST_TIMEOUT_MS),
};

/**
 * Throws ArgumentError for an option that nobody reads or whose value is wrong, and for a login without its password: a driver would try an
 * empty one, and sqlcmd ask the console for it.
 * @param others options that the adapter checks itself
 */
export function checkServerOptions(options: object, names: readonly string[], others: readonly string[] = []): void {
  checkKnownFields('options', options, [...names, ...others]);
  const given = options as Readonly<Record<string, unknown>>;
  for (const name of names) if (given[name] !== undefined) checks[name]?.(name, given[name]);
  const { login, password } = given;
  if (login !== undefined && password === undefined) throw new ArgumentError('password', 'must be given with a login');
  if (login === undefined && password !== undefined) throw new ArgumentError('login', 'must be given with a password');
}
