// Generated from lib/binding/tables/vdi.ts by scripts/generate.mjs. Not to be edited.
import type { ProxyObject } from '../proxy';

/** 44 bytes on x64. Source: facts/vdi.md 1.3. */
export interface VDConfig {
  /** 1 to 64 */
  deviceCount: number;
  /** VDFeatures */
  features: number;
  /** bytes in front of each buffer */
  prefixZoneSize: number;
  /** bytes */
  alignment: number;
  /** bytes */
  softFileMarkBlockSize: number;
  /** bytes */
  EOMWarningSize: number;
  /** milliseconds, 0 is without end */
  serverTimeOut: number;
  /** bytes; from the server */
  blockSize: number;
  /** from the server; deprecated */
  maxIODepth: number;
  /** bytes; from the server */
  maxTransferSize: number;
  /** bytes; from the server; nominal, deprecated */
  bufferAreaSize: number;
}

/** 24 bytes on x64. Source: facts/vdi.md 1.3. */
export interface VDC_Command {
  /** VDCommands */
  readonly commandCode: number;
  /** bytes, a signed count, or a flag, by command */
  readonly size: number;
  readonly position: bigint;
  /** SQL Server's memory: valid until the command is completed */
  readonly buffer: Uint8Array | null;
  /** The address that identifies it. */
  readonly pointer: bigint;
}

/** {d0e6eb07-7a62-11d2-8573-00c04fc21759} */
export interface IClientVirtualDeviceSet2 {
  /**
   * deprecated: the instance comes from _VIRTUAL_SERVER_NAME_
   * Slot 3; facts/vdi.md 1.2, 2.11.
   */
  create(name: string, config: Readonly<VDConfig>): Promise<void>;
  /**
   * waits until the server has attached and configured the set
   * timeoutMs: milliseconds; 0 polls, 0xFFFFFFFF waits without end
   * Slot 4; facts/vdi.md 1.2, 2.2.
   */
  getConfiguration(timeoutMs: number): Promise<VDConfig>;
  /** Slot 5; facts/vdi.md 1.2, 2.1. */
  openDevice(name: string): Promise<IClientVirtualDevice & ProxyObject>;
  /** Slot 6; facts/vdi.md 1.2, 2.1. */
  close(): Promise<void>;
  /** Slot 7; facts/vdi.md 1.2, 2.5. */
  signalAbort(): Promise<void>;
  /**
   * deprecated: see OpenInSecondaryEx
   * Slot 8; facts/vdi.md 1.2, 2.9.
   */
  openInSecondary(name: string): Promise<void>;
  /**
   * buffer: a buffer of a command of this set
   * Slot 9; facts/vdi.md 1.2, 2.9.
   */
  getBufferHandle(buffer: Uint8Array): Promise<number>;
  /**
   * buffer: as long as the caller says: the interface does not tell the size
   * Slot 10; facts/vdi.md 1.2, 2.9.
   */
  mapBufferHandle(handle: number, byteLength: number): Promise<Uint8Array>;
  /**
   * instance: null is the default instance
   * Slot 11; facts/vdi.md 1.2, 2.1.
   */
  createEx(instance: string | null, name: string, config: Readonly<VDConfig>): Promise<void>;
  /**
   * instance: null is the default instance
   * Slot 12; facts/vdi.md 1.2, 2.9.
   */
  openInSecondaryEx(instance: string | null, name: string): Promise<void>;
}

/** {40700424-0080-11d2-851f-00c04fc21759} */
export interface IClientVirtualDevice {
  /**
   * an alertable wait
   * timeoutMs: milliseconds; 0 polls, 0xFFFFFFFF waits without end
   * command: SQL Server's until completed: read only
   * Slot 3; facts/vdi.md 1.2, 2.3.
   */
  getCommand(timeoutMs: number): Promise<VDC_Command>;
  /**
   * command: the address that GetCommand gave
   * completionCode: a Win32 error code
   * bytesTransferred: bytes; Read and Write only
   * position: GetPosition and SetPosition only
   * Slot 4; facts/vdi.md 1.2, 2.3.
   */
  completeCommand(command: bigint, completionCode: number, bytesTransferred: number, position: number | bigint): Promise<void>;
}

/** sqlvdi.dll */
export const CLSID_MSSQL_ClientVirtualDeviceSet = '40700425-0080-11d2-851f-00c04fc21759';
