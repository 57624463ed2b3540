// Generated from lib/binding/tables/txr.ts by scripts/generate.mjs. Not to be edited.
import type { KernelHandle } from '../functions';

/** Functions of advapi32.dll. */
export interface TxR {
  /**
   * root: one of the predefined keys, 0x80000000 ...
   * disposition: REG_CREATED_NEW_KEY 1, REG_OPENED_EXISTING_KEY 2
   * TxR::RegCreateKeyTransacted; facts/ktm-tmf-mts.md 2.7.
   */
  regCreateKeyTransacted(root: number, subKey: string, options: number, desiredAccess: number, transaction: KernelHandle): Promise<{ handle: KernelHandle; disposition: number }>;
  /**
   * root: one of the predefined keys, 0x80000000 ...
   * TxR::RegOpenKeyTransacted; facts/ktm-tmf-mts.md 2.7.
   */
  regOpenKeyTransacted(root: number, subKey: string, options: number, desiredAccess: number, transaction: KernelHandle): Promise<KernelHandle>;
  /**
   * root: one of the predefined keys, 0x80000000 ...
   * TxR::RegDeleteKeyTransacted; facts/ktm-tmf-mts.md 2.7.
   */
  regDeleteKeyTransacted(root: number, subKey: string, desiredAccess: number, transaction: KernelHandle): Promise<void>;
  /**
   * type: REG_SZ 1, REG_BINARY 3, REG_DWORD 4 ...
   * TxR::RegQueryValue; facts/ktm-tmf-mts.md 2.7.
   */
  regQueryValue(key: KernelHandle, valueName: string): Promise<{ type: number; data: Uint8Array }>;
  /** TxR::RegSetValue; facts/ktm-tmf-mts.md 2.7. */
  regSetValue(key: KernelHandle, valueName: string, type: number, data: Uint8Array): Promise<void>;
  /** TxR::RegDeleteValue; facts/ktm-tmf-mts.md 2.7. */
  regDeleteValue(key: KernelHandle, valueName: string): Promise<void>;
}
