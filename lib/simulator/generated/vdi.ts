// Generated from lib/binding/tables/vdi.ts by scripts/generate.mjs. Not to be edited.
import type { KernelObject, Outputs } from '../kernel-object';

export type PlainVDConfig = {
  readonly deviceCount: number;
  readonly features: number;
  readonly prefixZoneSize: number;
  readonly alignment: number;
  readonly softFileMarkBlockSize: number;
  readonly EOMWarningSize: number;
  readonly serverTimeOut: number;
  readonly blockSize: number;
  readonly maxIODepth: number;
  readonly maxTransferSize: number;
  readonly bufferAreaSize: number;
};

export type PlainVDC_Command = {
  readonly commandCode: number;
  readonly size: number;
  readonly position: bigint;
  readonly buffer: bigint;
};

/** What the simulated IClientVirtualDeviceSet2 answers; a failure is thrown as Failure. */
export interface SimulatedIClientVirtualDeviceSet2 {
  create(name: string, config: PlainVDConfig): Outputs<[]>;
  getConfiguration(timeoutMs: number): Outputs<[PlainVDConfig]>;
  openDevice(name: string): Outputs<[KernelObject]>;
  close(): Outputs<[]>;
  signalAbort(): Outputs<[]>;
  openInSecondary(name: string): Outputs<[]>;
  getBufferHandle(buffer: bigint): Outputs<[number]>;
  mapBufferHandle(handle: number): Outputs<[bigint]>;
  createEx(instance: string | null, name: string, config: PlainVDConfig): Outputs<[]>;
  openInSecondaryEx(instance: string | null, name: string): Outputs<[]>;
}

/** What the simulated IClientVirtualDevice answers; a failure is thrown as Failure. */
export interface SimulatedIClientVirtualDevice {
  getCommand(timeoutMs: number): Outputs<[PlainVDC_Command & { readonly pointer: bigint }]>;
  completeCommand(command: bigint, completionCode: number, bytesTransferred: number, position: bigint): Outputs<[]>;
}
