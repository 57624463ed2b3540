/**
 * What a client and a machine in another thread or process say to each other, whatever carries it: requests with an id, one answer each,
 * and what the machine must know or ask about memory. Everything is plain data that structured clone and v8.serialize both take.
 */
import { types } from 'node:util';
import type { CallResult, PlainValue, TeardownStep } from '../../binding/channel';
import { ArgumentError, StateError } from '../../binding/errors';

export const PROTOCOL_VERSION = 1;

/** A shared memory area. Over a Worker `buffer` is the memory itself; over a pipe the client makes its own copy of that length. */
export interface Area {
  readonly base: bigint;
  readonly byteLength: number;
  readonly buffer?: SharedArrayBuffer;
}

/** Bytes that travel because the two sides share no memory. */
export interface MemoryContents {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

export type ClientMessage =
  /** First of all. `process` names the process that the machine makes for this client; null makes none (a control needs none). */
  | { readonly type: 'hello'; readonly version: number; readonly process: string | null }
  /** `bytes` is what the client put into the buffer that the call is about. */
  | { readonly type: 'call'; readonly id: number; readonly handle: number; readonly operation: string; readonly args: readonly PlainValue[]; readonly bytes?: Uint8Array }
  | { readonly type: 'release'; readonly id: number; readonly handle: number }
  | { readonly type: 'teardown'; readonly handle: number; readonly steps: readonly TeardownStep[] }
  | { readonly type: 'close'; readonly id: number }
  /** Answers to `store` and `fetch`. */
  | { readonly type: 'stored'; readonly id: number }
  | { readonly type: 'fetched'; readonly id: number; readonly bytes: Uint8Array };

export type MachineMessage =
  | { readonly type: 'welcome'; readonly process: number }
  /** `areas` are those that the outputs point into and that were not announced before. */
  | { readonly type: 'answer'; readonly id: number; readonly result: CallResult; readonly areas: readonly Area[]; readonly memory?: MemoryContents }
  | { readonly type: 'failed'; readonly id: number; readonly error: PlainError }
  | { readonly type: 'freed'; readonly base: bigint }
  /** A buffer that this client has mapped was filled; it is told before anybody can act on it. */
  | { readonly type: 'store'; readonly id: number; readonly memory: MemoryContents }
  /** What did this client put into a buffer that it has mapped? */
  | { readonly type: 'fetch'; readonly id: number; readonly address: bigint; readonly byteLength: number };

/** An error that crosses. */
export interface PlainError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

/** The peer said something that is no message of this protocol, or the connection carried something broken. */
export function protocolError(problem: string, cause?: unknown): StateError {
  return new StateError('ERR_CHANNEL_PROTOCOL', `the connection to the simulated machine carried ${problem}`, cause === undefined ? {} : { cause });
}

export function channelClosed(cause?: unknown): StateError {
  return new StateError('ERR_CHANNEL_CLOSED', 'the connection to the simulated machine is closed', cause === undefined ? {} : { cause });
}

export function encodeError(error: unknown): PlainError {
  if (error instanceof ArgumentError) return { name: error.name, code: error.code, message: error.message, field: error.field };
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ERR_SIMULATED_MACHINE';
    return { name: error.name, code, message: error.message };
  }
  return { name: 'Error', code: 'ERR_SIMULATED_MACHINE', message: String(error) };
}

/** The error class for what crossed: its stack is this side's. */
export function decodeError({ code, message, field }: PlainError): Error {
  if (field !== undefined) return new ArgumentError(field, message.slice(field.length + 1));
  return new StateError(code, message);
}

type Check = (value: unknown) => boolean;
const isNumber: Check = (value) => typeof value === 'number';
const isText: Check = (value) => typeof value === 'string';
const isAddress: Check = (value) => typeof value === 'bigint';
const isBytes: Check = (value) => types.isUint8Array(value);
const isArray: Check = (value) => Array.isArray(value);
const orAbsent = (check: Check): Check => (value) => value === undefined || check(value);
const isRecord = (fields: Readonly<Record<string, Check>>): Check => (value) => hasFields(value, fields);

const contents = { address: isAddress, bytes: isBytes };
const area = { base: isAddress, byteLength: isNumber, buffer: orAbsent((value) => types.isSharedArrayBuffer(value)) };

/** The fields of each message, by its type. */
const clientMessages: Readonly<Record<ClientMessage['type'], Readonly<Record<string, Check>>>> = {
  hello: { version: isNumber, process: (value) => value === null || isText(value) },
  call: { id: isNumber, handle: isNumber, operation: isText, args: isArray, bytes: orAbsent(isBytes) },
  release: { id: isNumber, handle: isNumber },
  teardown: { handle: isNumber, steps: (value) => Array.isArray(value) && value.every(isText) },
  close: { id: isNumber },
  stored: { id: isNumber },
  fetched: { id: isNumber, bytes: isBytes },
};
const machineMessages: Readonly<Record<MachineMessage['type'], Readonly<Record<string, Check>>>> = {
  welcome: { process: isNumber },
  answer: {
    id: isNumber,
    result: isRecord({ hresult: isNumber, outputs: isArray }),
    areas: (value) => Array.isArray(value) && value.every(isRecord(area)),
    memory: orAbsent(isRecord(contents)),
  },
  failed: { id: isNumber, error: isRecord({ name: isText, code: isText, message: isText, field: orAbsent(isText) }) },
  freed: { base: isAddress },
  store: { id: isNumber, memory: isRecord(contents) },
  fetch: { id: isNumber, address: isAddress, byteLength: isNumber },
};

function hasFields(value: unknown, fields: Readonly<Record<string, Check>>): boolean {
  return typeof value === 'object' && value !== null && Object.entries(fields).every(([name, check]) => check(Reflect.get(value, name)));
}

function isMessage(value: unknown, known: Readonly<Record<string, Readonly<Record<string, Check>>>>): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return false;
  const fields = Object.hasOwn(known, value.type) ? known[value.type] : undefined;
  return fields !== undefined && hasFields(value, fields);
}

/** Throws a StateError with the code ERR_CHANNEL_PROTOCOL when it is none. */
export function checkClientMessage(value: unknown): asserts value is ClientMessage {
  if (!isMessage(value, clientMessages)) throw protocolError('what is no message of a client');
}

/** Throws a StateError with the code ERR_CHANNEL_PROTOCOL when it is none. */
export function checkMachineMessage(value: unknown): asserts value is MachineMessage {
  if (!isMessage(value, machineMessages)) throw protocolError('what is no message of a machine');
}
