/** The 39 public functions of ktmw32.dll over the simulated KTM: handles, rights and arguments are checked here, everything else in the objects. */
import type { Host } from '../../binding/host';
import { INFINITE, WIN32 } from '../../binding/codes';
import {
  ENLISTMENT_RIGHTS, ENLISTMENT_SUPERIOR, KTM_ERROR, MAX_DESCRIPTION, RESOURCEMANAGER_RIGHTS, RESOURCE_MANAGER, TRANSACTIONMANAGER_RIGHTS,
  TRANSACTION_DO_NOT_PROMOTE, TRANSACTION_MANAGER, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_NOTIFY_MASK, TRANSACTION_OUTCOME, TRANSACTION_RIGHTS,
} from '../../binding/ktm-codes';
import { errorCode } from '../../binding/errors';
import type { TransactionNotification } from '../../binding/notification';
import type { SimulatedKtmW32 } from '../generated/ktm';
import type { KernelObject } from '../kernel-object';
import type { SimulatedProcess } from '../machine';
import type { VolumeOptions } from '../vss';
import { Enlistment } from './enlistment';
import type { KtmHandles } from './handle';
import { INVALID_PARAMETER, win32Failure } from './ktm';
import type { Ktm } from './ktm';
import { KtmLog, LogCorruption } from './log';
import type { LogPlace } from './log';
import { logFile } from './log-name';
import { ResourceManager } from './resource-manager';
import { canDie } from './states';
import type { Answer, Demand } from './states';
import { Transaction } from './transaction';
import { TransactionManager } from './transaction-manager';

/** Longest recovery information, in bytes; beyond it ERROR_TRANSACTION_RECORD_TOO_LONG. No number is published. */
export const MAX_RECOVERY_INFORMATION = 64 * 1024;

const outcomes = { ...TRANSACTION_OUTCOME, Unavailable: TRANSACTION_OUTCOME.Undetermined } as const;

function require87(condition: boolean): void {
  if (!condition) throw win32Failure(INVALID_PARAMETER);
}

function checkDescription(description: string | null): void {
  require87(description === null || description.length <= MAX_DESCRIPTION);
}

/** sdk-api CreateEnlistment (1.6). A superior is told the ends of phases, so only ROLLBACK is required of it. */
function checkMask(mask: number, superior: boolean): void {
  const asks = (bits: number): boolean => (mask & bits) === bits;
  require87((mask & ~TRANSACTION_NOTIFY_MASK) === 0 && asks(NOTIFY.ROLLBACK));
  if (superior) return;
  require87(!asks(NOTIFY.PREPARE) || asks(NOTIFY.COMMIT));
  require87(!asks(NOTIFY.SINGLE_PHASE_COMMIT) || asks(NOTIFY.PREPARE | NOTIFY.COMMIT));
  require87(asks(NOTIFY.COMMIT) || asks(NOTIFY.PREPREPARE));
}

export interface KtmW32Options {
  readonly host: Host;
  readonly volumes: readonly VolumeOptions[];
}

export class KtmW32 implements SimulatedKtmW32 {
  constructor(
    private readonly current: () => Ktm,
    private readonly handles: KtmHandles,
    private readonly options: KtmW32Options,
  ) {}

  private get ktm(): Ktm {
    return this.current();
  }

  // --- Transactions ---

  createTransaction(process: SimulatedProcess, createOptions: number, timeoutMs: number, description: string | null): [KernelObject] {
    require87((createOptions & ~TRANSACTION_DO_NOT_PROMOTE) === 0);
    checkDescription(description);
    const transaction = new Transaction(this.ktm, this.ktm.surroundings.newId());
    transaction.description = description;
    transaction.setTimeout(timeoutMs);
    return [this.handles.create(process, 'Transaction', transaction)];
  }

  openTransaction(process: SimulatedProcess, desiredAccess: number, transactionId: string): [KernelObject] {
    const access = this.handles.checkDesired('Transaction', desiredAccess);
    const transaction = this.ktm.transactions.get(transactionId);
    if (transaction === undefined) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_NOT_FOUND);
    return [this.handles.give(process, 'Transaction', transaction, access)];
  }

  /** Waits until everybody who can has answered. */
  async commitTransaction(process: SimulatedProcess, handle: number): Promise<void> {
    const transaction = this.handles.target(process, handle, 'Transaction', TRANSACTION_RIGHTS.COMMIT);
    transaction.commit();
    await transaction.advance();
    await transaction.finished();
  }

  /** Answers TRUE once the commit has begun. [Open point 1: STATUS_PENDING is a success of the native call; reading chosen here.] */
  async commitTransactionAsync(process: SimulatedProcess, handle: number): Promise<void> {
    const transaction = this.handles.target(process, handle, 'Transaction', TRANSACTION_RIGHTS.COMMIT);
    transaction.commit();
    await transaction.advance();
  }

  rollbackTransaction(process: SimulatedProcess, handle: number): void {
    this.handles.target(process, handle, 'Transaction', TRANSACTION_RIGHTS.ROLLBACK).requestRollback();
  }

  rollbackTransactionAsync(process: SimulatedProcess, handle: number): void {
    this.rollbackTransaction(process, handle);
  }

  getTransactionId(process: SimulatedProcess, handle: number): [string] {
    return [this.handles.target(process, handle, 'Transaction', TRANSACTION_RIGHTS.QUERY_INFORMATION).id];
  }

  getTransactionInformation(process: SimulatedProcess, handle: number): [number, number, number, number, string | null] {
    const { outcome, timeoutMs, description } = this.handles.target(process, handle, 'Transaction', TRANSACTION_RIGHTS.QUERY_INFORMATION);
    return [outcomes[outcome], 0, 0, timeoutMs, description];
  }

  setTransactionInformation(process: SimulatedProcess, handle: number, timeoutMs: number, description: string | null): void {
    const transaction = this.handles.target(process, handle, 'Transaction', TRANSACTION_RIGHTS.SET_INFORMATION);
    checkDescription(description);
    const endless = (ms: number): boolean => ms === 0 || ms === INFINITE;
    const changed = timeoutMs !== transaction.timeoutMs && !(endless(timeoutMs) && endless(transaction.timeoutMs));
    if (changed && !canDie.includes(transaction.state)) throw win32Failure(KTM_ERROR.ERROR_ROLLBACK_TIMER_EXPIRED);
    if (changed) transaction.setTimeout(timeoutMs);
    transaction.description = description;
  }

  // --- Transaction managers ---

  async createTransactionManager(process: SimulatedProcess, logFileName: string | null, createOptions: number): Promise<[KernelObject]> {
    require87((createOptions & ~TRANSACTION_MANAGER.MAXIMUM_OPTION) === 0);
    const isVolatile = (createOptions & TRANSACTION_MANAGER.VOLATILE) !== 0;
    require87(isVolatile === (logFileName === null));
    if (logFileName === null) {
      const manager = new TransactionManager(this.ktm, this.ktm.surroundings.newId(), undefined, undefined);
      return [this.handles.create(process, 'TransactionManager', manager)];
    }
    const path = await this.pathOf(logFileName);
    await this.closing(path);
    if (this.ktm.logs.has(path)) throw win32Failure(WIN32.ERROR_ALREADY_EXISTS);
    const manager = await this.load(path, true);
    if (manager === undefined) throw win32Failure(KTM_ERROR.ERROR_TM_INITIALIZATION_FAILED);
    return [this.handles.create(process, 'TransactionManager', manager)];
  }

  /** Of a manager that somebody has open, another handle; else its log is opened. */
  async openTransactionManager(process: SimulatedProcess, logFileName: string, desiredAccess: number): Promise<[KernelObject]> {
    const access = this.handles.checkDesired('TransactionManager', desiredAccess);
    const path = await this.pathOf(logFileName);
    await this.closing(path);
    // Somebody may have begun to open it meanwhile.
    if (this.ktm.logs.has(path)) await this.closing(path);
    const known = [...this.ktm.managers.values()].find((manager) => manager.path === path && !manager.expired) ?? (await this.load(path, false));
    if (known === undefined) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_FOUND);
    return [this.handles.give(process, 'TransactionManager', known, access)];
  }

  openTransactionManagerById(process: SimulatedProcess, managerId: string, desiredAccess: number): [KernelObject] {
    const access = this.handles.checkDesired('TransactionManager', desiredAccess);
    const manager = this.ktm.managers.get(managerId);
    if (manager === undefined || manager.expired) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_FOUND);
    return [this.handles.give(process, 'TransactionManager', manager, access)];
  }

  /** A log that nobody has open gets a new identity: for a copy whose original is in use. */
  async renameTransactionManager(_process: SimulatedProcess, logFileName: string, existingManagerId: string): Promise<void> {
    const path = await this.pathOf(logFileName);
    await this.closing(path);
    if (this.ktm.logs.has(path)) throw win32Failure(WIN32.ERROR_ALREADY_EXISTS);
    const log = await this.reading(KtmLog.open(this.place(path)));
    if (log === undefined) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_FOUND);
    try {
      if (log.managerId !== existingManagerId) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_IDENTITY_MISMATCH);
      await this.reading(log.rename(this.ktm.surroundings.newId()));
    } finally {
      await log.close();
    }
  }

  async recoverTransactionManager(process: SimulatedProcess, handle: number): Promise<void> {
    await this.reading(this.handles.manager(process, handle, TRANSACTIONMANAGER_RIGHTS.RECOVER).recover(null));
  }

  async rollforwardTransactionManager(process: SimulatedProcess, handle: number, virtualClock: bigint | null): Promise<void> {
    await this.reading(this.handles.manager(process, handle, TRANSACTIONMANAGER_RIGHTS.RECOVER).recover(virtualClock));
  }

  getCurrentClockTransactionManager(process: SimulatedProcess, handle: number): [bigint] {
    return [this.handles.manager(process, handle, TRANSACTIONMANAGER_RIGHTS.QUERY_INFORMATION).virtualClock];
  }

  getTransactionManagerId(process: SimulatedProcess, handle: number): [string] {
    return [this.handles.manager(process, handle, TRANSACTIONMANAGER_RIGHTS.QUERY_INFORMATION).id];
  }

  // --- Resource managers ---

  createResourceManager(
    process: SimulatedProcess, resourceManagerId: string, createOptions: number, handle: number, description: string | null,
  ): [KernelObject] {
    const manager = this.handles.manager(process, handle, TRANSACTIONMANAGER_RIGHTS.CREATE_RM);
    require87((createOptions & ~(RESOURCE_MANAGER.VOLATILE | RESOURCE_MANAGER.COMMUNICATION)) === 0);
    checkDescription(description);
    const isVolatile = (createOptions & RESOURCE_MANAGER.VOLATILE) !== 0;
    if (!isVolatile && manager.isVolatile) throw win32Failure(KTM_ERROR.ERROR_TM_VOLATILE);
    if (!manager.online) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    if (this.ktm.resourceManagers.has(resourceManagerId)) throw win32Failure(WIN32.ERROR_ALREADY_EXISTS);
    return [this.handles.create(process, 'ResourceManager', new ResourceManager(this.ktm, manager, resourceManagerId, isVolatile, description))];
  }

  /** 6716 when nothing is to be recovered and nobody has it open (seed 004; open point 4). */
  openResourceManager(process: SimulatedProcess, desiredAccess: number, handle: number, resourceManagerId: string): [KernelObject] {
    const manager = this.handles.manager(process, handle, TRANSACTIONMANAGER_RIGHTS.QUERY_INFORMATION);
    const access = this.handles.checkDesired('ResourceManager', desiredAccess);
    if (!manager.online) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    const resourceManager = manager.resourceManagers.get(resourceManagerId);
    if (resourceManager === undefined) throw win32Failure(KTM_ERROR.ERROR_RESOURCEMANAGER_NOT_FOUND);
    return [this.handles.give(process, 'ResourceManager', resourceManager, access)];
  }

  recoverResourceManager(process: SimulatedProcess, handle: number): void {
    const resourceManager = this.handles.resourceManager(process, handle, RESOURCEMANAGER_RIGHTS.RECOVER);
    if (!resourceManager.manager.online) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    resourceManager.recover();
  }

  async getNotificationResourceManager(process: SimulatedProcess, handle: number, timeoutMs: number): Promise<[TransactionNotification]> {
    return [await this.handles.resourceManager(process, handle, RESOURCEMANAGER_RIGHTS.GET_NOTIFICATION).queue.take(process.id, timeoutMs)];
  }

  /** Answers when a notification has come. Without a completion port: 87. [The order is documented, the code is not; reading chosen here.] */
  async getNotificationResourceManagerAsync(process: SimulatedProcess, handle: number): Promise<[TransactionNotification]> {
    const resourceManager = this.handles.resourceManager(process, handle, RESOURCEMANAGER_RIGHTS.GET_NOTIFICATION);
    require87(resourceManager.completionKey !== undefined);
    return [await resourceManager.queue.request(process.id)];
  }

  setResourceManagerCompletionPort(process: SimulatedProcess, handle: number, completionKey: bigint): void {
    this.handles.resourceManager(process, handle, 0).completionKey = completionKey;
  }

  // --- Enlistments ---

  createEnlistment(
    process: SimulatedProcess, resourceManagerHandle: number, transactionHandle: number, notificationMask: number, createOptions: number, key: bigint,
  ): [KernelObject] {
    const resourceManager = this.handles.resourceManager(process, resourceManagerHandle, RESOURCEMANAGER_RIGHTS.ENLIST);
    const transaction = this.handles.target(process, transactionHandle, 'Transaction', TRANSACTION_RIGHTS.ENLIST);
    require87((createOptions & ~ENLISTMENT_SUPERIOR) === 0);
    const superior = (createOptions & ENLISTMENT_SUPERIOR) !== 0;
    checkMask(notificationMask, superior);
    const { manager } = resourceManager;
    // A resource manager is offline until it has recovered, at its first start too (1.9, 2.4; WDK: "KTM or the resource manager is not operational").
    if (!manager.online || !resourceManager.online) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    const late = transaction.state === 'PrePreparing' && this.ktm.surroundings.lateEnlistments && !superior;
    if (transaction.state !== 'Active' && !late) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_NOT_ACTIVE);
    if (late && (notificationMask & NOTIFY.PREPREPARE) !== 0) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_MUST_WRITETHROUGH);
    if (superior && transaction.superior !== undefined) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_SUPERIOR_EXISTS);
    if (superior && resourceManager.isVolatile && !manager.isVolatile) throw win32Failure(KTM_ERROR.ERROR_TM_VOLATILE);
    // Two logs need a coordinator above both, which KTM finds in DTC by promotion; this machine has none. [6711; reading chosen here.]
    if (transaction.manager !== undefined && transaction.manager !== manager) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_PROPAGATION_FAILED);
    transaction.manager = manager;
    manager.transactions.add(transaction);
    const enlistment = new Enlistment(this.ktm.surroundings.newId(), resourceManager, transaction, notificationMask, superior);
    enlistment.key = key;
    if (superior) transaction.superior = enlistment;
    return [this.handles.create(process, 'Enlistment', enlistment)];
  }

  openEnlistment(process: SimulatedProcess, desiredAccess: number, handle: number, enlistmentId: string): [KernelObject] {
    const resourceManager = this.handles.resourceManager(process, handle, 0);
    const access = this.handles.checkDesired('Enlistment', desiredAccess);
    const enlistment = resourceManager.enlistments.get(enlistmentId);
    if (enlistment === undefined) throw win32Failure(KTM_ERROR.ERROR_ENLISTMENT_NOT_FOUND);
    return [this.handles.give(process, 'Enlistment', enlistment, access)];
  }

  recoverEnlistment(process: SimulatedProcess, handle: number, key: bigint): void {
    const enlistment = this.enlistment(process, handle, ENLISTMENT_RIGHTS.RECOVER);
    if (enlistment.state !== 'Offline' || !enlistment.resourceManager.online) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID);
    enlistment.recover(key);
  }

  getEnlistmentId(process: SimulatedProcess, handle: number): [string] {
    return [this.enlistment(process, handle, ENLISTMENT_RIGHTS.QUERY_INFORMATION).id];
  }

  getEnlistmentRecoveryInformation(process: SimulatedProcess, handle: number): [Uint8Array] {
    const enlistment = this.enlistment(process, handle, ENLISTMENT_RIGHTS.QUERY_INFORMATION);
    this.requireLog(enlistment);
    return [enlistment.information.slice()];
  }

  /** Goes to the log with the answer to PREPARE; afterwards it is too late (6702). [Reading chosen here.] */
  setEnlistmentRecoveryInformation(process: SimulatedProcess, handle: number, information: Uint8Array): void {
    const enlistment = this.enlistment(process, handle, ENLISTMENT_RIGHTS.SET_INFORMATION);
    this.requireLog(enlistment);
    if (information.byteLength > MAX_RECOVERY_INFORMATION) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_RECORD_TOO_LONG);
    if (enlistment.voted || enlistment.isOver) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID);
    enlistment.information = information.slice();
  }

  prePrepareComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, enlistment, virtualClock, 'PrePrepareComplete');
  }

  prepareComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, enlistment, virtualClock, 'PrepareComplete');
  }

  commitComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, enlistment, virtualClock, 'CommitComplete');
  }

  rollbackComplete(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, enlistment, virtualClock, 'RollbackComplete');
  }

  readOnlyEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, enlistment, virtualClock, 'ReadOnlyEnlistment');
  }

  singlePhaseReject(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, enlistment, virtualClock, 'SinglePhaseReject');
  }

  rollbackEnlistment(process: SimulatedProcess, handle: number, virtualClock: bigint | null): Promise<void> {
    return this.answer(process, handle, virtualClock, 'RollbackEnlistment');
  }

  prePrepareEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.demand(process, enlistment, virtualClock, 'PrePrepareEnlistment');
  }

  prepareEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.demand(process, enlistment, virtualClock, 'PrepareEnlistment');
  }

  commitEnlistment(process: SimulatedProcess, enlistment: number, virtualClock: bigint | null): Promise<void> {
    return this.demand(process, enlistment, virtualClock, 'CommitEnlistment');
  }

  // --- What they share ---

  private async answer(process: SimulatedProcess, handle: number, virtualClock: bigint | null, answer: Answer): Promise<void> {
    const enlistment = this.enlistment(process, handle, 0);
    // The superior rolls back by its own right (1.2: RollbackEnlistment serves both).
    const bySuperior = answer === 'RollbackEnlistment' && enlistment.isSuperior;
    this.enlistment(process, handle, bySuperior ? ENLISTMENT_RIGHTS.SUPERIOR_RIGHTS : ENLISTMENT_RIGHTS.SUBORDINATE_RIGHTS);
    enlistment.resourceManager.manager.raise(virtualClock);
    await (bySuperior ? enlistment.transaction.rollBackAsTold(enlistment) : enlistment.transaction.answer(enlistment, answer));
  }

  private async demand(process: SimulatedProcess, handle: number, virtualClock: bigint | null, demand: Demand): Promise<void> {
    const enlistment = this.enlistment(process, handle, ENLISTMENT_RIGHTS.SUPERIOR_RIGHTS);
    enlistment.resourceManager.manager.raise(virtualClock);
    await enlistment.transaction.demand(enlistment, demand);
  }

  private enlistment(process: SimulatedProcess, handle: number, rights: number): Enlistment {
    const enlistment = this.handles.target(process, handle, 'Enlistment', rights);
    if (enlistment.resourceManager.expired) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_OBJECT_EXPIRED);
    return enlistment;
  }

  /** Recovery information is not usable on volatile managers (1.7). */
  private requireLog({ resourceManager }: Enlistment): void {
    if (resourceManager.manager.isVolatile) throw win32Failure(KTM_ERROR.ERROR_TM_VOLATILE);
  }

  // --- Logs ---

  private pathOf(logFileName: string): Promise<string> {
    return logFile(logFileName, this.options.host, this.options.volumes);
  }

  private place(path: string): LogPlace {
    const { files, logCapacity, event } = this.ktm.surroundings;
    return { files, path, capacity: logCapacity, event };
  }

  /** Waits while the log is being opened or closed. */
  private async closing(path: string): Promise<void> {
    await this.ktm.logs.get(path);
  }

  /** The manager of a log that nobody has open; undefined when there is no log and none is to be made. */
  private async load(path: string, create: boolean): Promise<TransactionManager | undefined> {
    const { ktm } = this;
    const loading = this.reading(
      (async () => {
        const place = this.place(path);
        const log = (await KtmLog.open(place)) ?? (create ? await KtmLog.create(place, ktm.surroundings.newId()) : undefined);
        if (log === undefined) return undefined;
        if (ktm.managers.has(log.managerId)) {
          await log.close();
          // A copy of a log whose manager is open (OBJECT_NAME_COLLISION).
          throw win32Failure(WIN32.ERROR_ALREADY_EXISTS);
        }
        return new TransactionManager(ktm, log.managerId, log, place);
      })(),
    );
    ktm.logs.set(path, loading.catch(() => undefined));
    try {
      const manager = await loading;
      if (manager === undefined) ktm.logs.delete(path);
      return manager;
    } catch (error) {
      ktm.logs.delete(path);
      throw error;
    }
  }

  private async reading<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof LogCorruption) throw win32Failure(KTM_ERROR.ERROR_LOG_CORRUPTION_DETECTED);
      // The disk failed. [Which code that is nobody tells; reading chosen here.]
      if (errorCode(error) !== undefined) throw win32Failure(KTM_ERROR.ERROR_TM_INITIALIZATION_FAILED);
      throw error;
    }
  }
}
