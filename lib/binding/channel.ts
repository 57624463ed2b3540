/**
 * The narrow waist of the contract: a backend is whatever answers `call`. The native addon and the simulated machine (in this thread,
 * in a Worker, in another process) each implement `Channel`; argument checks, proxies and errors stand above it, once.
 */
import type { Memory } from './memory';

/**
 * What crosses: u32 as number; u64 and addresses as bigint; LPCWSTR as string or null; a struct as an object of its fields;
 * a lent struct likewise plus `pointer`, its address; an interface or a kernel handle as a number of the channel's;
 * a GUID as a lower-case string; BSTR and PWSZ as string or null; BOOL and bool as boolean; FILETIME and PLARGE_INTEGER as bigint;
 * raw bytes as Uint8Array; what an enumerator fetched as an array of records.
 */
export type PlainValue = null | boolean | number | bigint | string | Uint8Array | readonly PlainValue[] | PlainRecord;
export interface PlainRecord {
  readonly [name: string]: PlainValue;
}

/** `outputs` are the out-parameters in their order; on failure only those that are valid then. */
export interface CallResult {
  readonly hresult: number;
  readonly outputs: readonly PlainValue[];
}

/**
 * One step of what must happen to an object that nobody will close: `IClientVirtualDeviceSet2::SignalAbort`, without arguments; or a flat
 * function that takes the handle alone, `KtmW32::RollbackTransaction`.
 */
export type TeardownStep = string;

/** A command as GetCommand delivered it; `pointer` identifies it to CompleteCommand. */
export interface PlainCommand extends PlainRecord {
  readonly pointer: bigint;
  readonly commandCode: number;
  readonly size: number;
  readonly position: bigint;
  readonly buffer: bigint;
}

/**
 * The fast path of one device: GetCommand is called over and over on the device's own thread, and what arrived is handed over in batches.
 * Only one queue may exist per device, and GetCommand must not be called beside it.
 */
export interface CommandQueue {
  /** The commands that arrived since the last call, oldest first; never waits. */
  take(): readonly PlainCommand[];
  /** Resolves with S_OK once `take` has something, or with the HRESULT that ended the queue (VD_E_CLOSE, VD_E_ABORT ...). */
  wait(): Promise<number>;
  /** CompleteCommand; resolves with its HRESULT. */
  complete(pointer: bigint, completionCode: number, bytesTransferred: number, position: bigint): Promise<number>;
  /** Stops calling GetCommand. Commands already here stay for `take`. */
  stop(): void;
}

export interface Channel {
  readonly kind: 'native' | 'simulated';
  readonly memory: Memory;
  /**
   * Calls `operation` (`IClientVirtualDevice::GetCommand`) on the object behind `handle`; handle 0 is the machine itself
   * (`CoCreateInstance`, flat functions). Resolves for every HRESULT; rejects only when the channel itself is broken.
   */
  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult>;
  /** Gives up one object: runs its teardown list, then releases it. Never throws. */
  release(handle: number): Promise<void>;
  /** What to do with the object when it is abandoned: garbage, worker termination, exit (design rule 5). Empty once it has ended. */
  setTeardown(handle: number, steps: readonly TeardownStep[]): void;
  /** The device's fast path. */
  commandQueue(device: number): CommandQueue;
  /** Ends the channel: everything still alive behind it is torn down. */
  close(): Promise<void>;
}

/** The handle of the machine itself. */
export const MACHINE = 0;
