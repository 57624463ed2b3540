/** One call through a channel: check and encode, call, decode or throw a WindowsError whose stack is the caller's. */
import type { Channel, PlainValue } from './channel';
import { checkU32 } from './check';
import { failed } from './codes';
import { WindowsError } from './errors';
import { decode, encode, inputsOf, outputsOf } from './marshal';
import type { Owners } from './marshal';
import type { Parameter } from './table';

export interface Invocation {
  readonly channel: Channel;
  readonly handle: number;
  readonly operation: string;
  readonly parameters: readonly Parameter[];
  readonly owners: Owners;
  /** What a call that gives out one thing beside its parameters gives out (a HANDLE result). */
  readonly result?: Parameter;
  /** A function of a DLL: its errors are Win32 codes. */
  readonly flat?: boolean;
}

/** @param caller the function that the user called: the error's stack begins where it was called */
export async function invoke({ channel, handle, operation, parameters, owners, result, flat = false }: Invocation, values: readonly unknown[], caller: (...args: never[]) => unknown): Promise<unknown> {
  // The stack of the call, not of the answer (facts/node-addon-ecosystem.md 1.2, node-hid).
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, caller);
  const inputs = inputsOf(parameters);
  const outputs = [...(result === undefined ? [] : [result]), ...outputsOf(parameters)];
  const args: PlainValue[] = inputs.map((parameter, index) => encode(channel, parameter, values[index]));
  let byteLength = 0;
  if (outputs.some(({ type, shownAs }) => type.kind === 'pointer' && shownAs === 'buffer')) {
    // The interface does not tell how long the memory is: the caller does.
    const wanted: unknown = values[inputs.length];
    checkU32('byteLength', wanted);
    byteLength = wanted;
  }
  const { hresult, outputs: plain } = await channel.call(handle, operation, args);
  if (failed(hresult)) {
    const named = Object.fromEntries(plain.map((value, index) => [outputs[index]?.name ?? String(index), value]));
    const error = new WindowsError(operation, hresult, { outputs: named, byWin32Name: flat });
    if (site.stack !== undefined) error.stack = `${error.name}: ${error.message}${site.stack.slice(site.stack.indexOf('\n'))}`;
    throw error;
  }
  const decoded = outputs.map((parameter, index) => [parameter.name, decode(channel, parameter, plain[index] ?? null, byteLength, owners)] as const);
  // One output is the result itself, several are its fields.
  return decoded.length > 1 ? Object.fromEntries(decoded) : decoded[0]?.[1];
}
