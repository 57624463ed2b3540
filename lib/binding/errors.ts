/** The error classes: each has a `code`, and carries all that is known (design rule 7). */
import { hresultName, win32FromHresult, win32Name } from './codes';

/** What every error of this package shares. */
export abstract class WinbackupError extends Error {
  abstract readonly code: string;
}

/** A Windows function that failed. Its stack is the caller's, not the event loop's. */
export class WindowsError extends WinbackupError {
  override readonly name = 'WindowsError';
  /** The code's Windows name, `VD_E_ABORT`. */
  readonly code: string;
  /** Unsigned 32 bits. */
  readonly hresult: number;
  /** The Win32 code inside an HRESULT of facility 7. */
  readonly win32: number | undefined;
  /** `IClientVirtualDevice::GetCommand`. */
  readonly operation: string;
  /** Outputs that are valid although the call failed, by parameter name. */
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(operation: string, hresult: number, options: { cause?: unknown; outputs?: Readonly<Record<string, unknown>>; hint?: string; byWin32Name?: boolean } = {}) {
    const win32 = win32FromHresult(hresult);
    // The functions of a DLL give Win32 codes: E_INVALIDARG is ERROR_INVALID_PARAMETER there.
    const code = options.byWin32Name === true && win32 !== undefined ? win32Name(win32) : hresultName(hresult);
    const number = options.byWin32Name === true && win32 !== undefined ? String(win32) : `0x${(hresult >>> 0).toString(16).padStart(8, '0')}`;
    super(`${operation} failed with ${code === number ? number : `${code} (${number})`}${options.hint === undefined ? '' : `: ${options.hint}`}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hresult = hresult >>> 0;
    this.win32 = win32;
    this.operation = operation;
    this.outputs = options.outputs ?? {};
  }
}

/** A value that the caller gave is wrong; nothing was started. */
export class ArgumentError extends WinbackupError {
  override readonly name = 'ArgumentError';
  readonly code = 'ERR_INVALID_ARG_VALUE';
  /** Which option or parameter: `deviceCount`, `to[1]`. */
  readonly field: string;

  constructor(field: string, problem: string, options: { cause?: unknown } = {}) {
    super(`${field} ${problem}`, options);
    this.field = field;
  }
}

/** The object is closed, ended, or otherwise not in a state for this call; nothing was called. */
export class StateError extends WinbackupError {
  override readonly name = 'StateError';
  readonly code: string;

  /** @param code `ERR_CLOSED`, `ERR_COMMAND_COMPLETED` ... */
  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The caller's AbortSignal fired; `cause` is its reason (Node's convention). */
export class AbortError extends WinbackupError {
  override readonly name = 'AbortError';
  readonly code = 'ABORT_ERR';

  constructor(reason: unknown, message = 'The operation was aborted') {
    super(message, { cause: reason });
  }
}

/** The native addon could not be used; lists what was tried. */
export class LoadError extends WinbackupError {
  override readonly name = 'LoadError';
  readonly code = 'ERR_NATIVE_LOAD';
  readonly tried: readonly { readonly path: string; readonly error: string }[];

  constructor(message: string, tried: readonly { path: string; error: string }[], options: { cause?: unknown } = {}) {
    super(`${message}${tried.map(({ path, error }) => `\n  ${path}: ${error}`).join('')}`, options);
    this.tried = tried;
  }
}

/** Throws when the signal has fired already. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError(signal.reason);
}

/** The `code` of a system error, whichever realm its class comes from. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
