/** The server's side of the virtual device interface, as the simulated SQL Server uses it (facts/vdi.md 1.2, IServerVirtualDeviceSet2). */
import type { PlainVDConfig } from '../generated/vdi';

/** A buffer in the set's shared memory. `bytes()` must be taken anew after every wait: the memory may have moved. */
export interface SharedBuffer {
  readonly address: bigint;
  readonly byteLength: number;
  bytes(): Uint8Array;
}

/** VDS_Command: the caller fills the first part, the completion the second, before `completionRoutine` runs. */
export interface VDS_Command {
  readonly commandCode: number;
  /** Bytes, a signed count, or a flag, by command. */
  readonly size: number;
  readonly inPosition: bigint;
  readonly buffer: SharedBuffer | null;
  readonly completionRoutine: (command: VDS_Command) => void;
  outPosition: bigint;
  /** A Win32 code. */
  completionCode: number;
  bytesTransferred: number;
}

/** Failures are thrown as Failure with the documented HRESULT. */
export interface IServerVirtualDevice {
  sendCommand(command: VDS_Command): void;
  closeDevice(): void;
}

export interface IServerVirtualDeviceSet2 {
  open(instance: string | null, name: string): void;
  getConfiguration(): PlainVDConfig;
  beginConfiguration(features: number, blockSize: number, alignment: number, maxTransferSize: number, timeoutMs: number): void;
  endConfiguration(): void;
  requestBuffers(size: number, alignment: number, count: number): void;
  queryAvailableBuffers(size: number, alignment: number): number;
  /** Runs completion routines until every device is closed or the set is aborted; returns then (seed 000: the completion agent). */
  executeCompletionAgent(): Promise<void>;
  openDevice(name: string): IServerVirtualDevice;
  allocateBuffer(size: number, alignment: number): SharedBuffer;
  freeBuffer(buffer: SharedBuffer): void;
  isSharedBuffer(address: bigint): boolean;
  signalAbort(): void;
  close(): void;
}
