// Generated from lib/binding/tables/ktm.ts by scripts/generate.mjs. Not to be edited.
import type { KernelObject, Outputs } from '../kernel-object';
import type { TransactionNotification } from '../../binding/notification';
import type { SimulatedProcess } from '../machine';

/** Functions of ktmw32.dll. */
export interface SimulatedKtmW32 {
  createTransaction(process: SimulatedProcess, createOptions: number, timeoutMs: number, description: string | null): Outputs<[KernelObject]>;
  openTransaction(process: SimulatedProcess, desiredAccess: number, transactionId: string): Outputs<[KernelObject]>;
  commitTransaction(process: SimulatedProcess, transaction: number): Outputs<[]>;
  commitTransactionAsync(process: SimulatedProcess, transaction: number): Outputs<[]>;
  rollbackTransaction(process: SimulatedProcess, transaction: number): Outputs<[]>;
  rollbackTransactionAsync(process: SimulatedProcess, transaction: number): Outputs<[]>;
  getTransactionId(process: SimulatedProcess, transaction: number): Outputs<[string]>;
  getTransactionInformation(process: SimulatedProcess, transaction: number): Outputs<[number, number, number, number, string | null]>;
  setTransactionInformation(process: SimulatedProcess, transaction: number, timeoutMs: number, description: string | null): Outputs<[]>;
  createTransactionManager(process: SimulatedProcess, logFileName: string | null, createOptions: number): Outputs<[KernelObject]>;
  openTransactionManager(process: SimulatedProcess, logFileName: string, desiredAccess: number): Outputs<[KernelObject]>;
  openTransactionManagerById(process: SimulatedProcess, managerId: string, desiredAccess: number): Outputs<[KernelObject]>;
  renameTransactionManager(process: SimulatedProcess, logFileName: string, existingManagerId: string): Outputs<[]>;
  recoverTransactionManager(process: SimulatedProcess, manager: number): Outputs<[]>;
  rollforwardTransactionManager(process: SimulatedProcess, manager: number, virtualClock: bigint | null): Outputs<[]>;
  getCurrentClockTransactionManager(process: SimulatedProcess, manager: number): Outputs<[bigint]>;
  getTransactionManagerId(process: SimulatedProcess, manager: number): Outputs<[string]>;
  createResourceManager(process: SimulatedProcess, resourceManagerId: string, createOptions: number, manager: number, description: string | null): Outputs<[KernelObject]>;
  openResourceManager(process: SimulatedProcess, desiredAccess: number, manager: number, resourceManagerId: string): Outputs<[KernelObject]>;
  recoverResourceManager(process: SimulatedProcess, resourceManager: number): Outputs<[]>;
  getNotificationResourceManager(process: SimulatedProcess, resourceManager: number, timeoutMs: number): Outputs<[TransactionNotification]>;
  getNotificationResourceManagerAsync(process: SimulatedProcess, resourceManager: number): Outputs<[TransactionNotification]>;
  setResourceManagerCompletionPort(process: SimulatedProcess, resourceManager: number, completionKey: bigint): Outputs<[]>;
  createEnlistment(process: SimulatedProcess, resourceManager: number, transaction: number, notificationMask: number, createOptions: number, key: bigint): Outputs<[KernelObject]>;
  openEnlistment(process: SimulatedProcess, desiredAccess: number, resourceManager: number, enlistmentId: string): Outputs<[KernelObject]>;
  recoverEnlistment(process: SimulatedProcess, enlistment: number, key: bigint): Outputs<[]>;
  getEnlistmentId(process: SimulatedProcess, enlistment: number): Outputs<[string]>;
  getEnlistmentRecoveryInformation(process: SimulatedProcess, enlistment: number): Outputs<[Uint8Array]>;
  setEnlistmentRecoveryInformation(process: SimulatedProcess, enlistment: number, information: Uint8Array): Outputs<[]>;
  prePrepareComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  prepareComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  commitComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  rollbackComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  readOnlyEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  singlePhaseReject(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  rollbackEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  prePrepareEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  prepareEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
  commitEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Outputs<[]>;
}
