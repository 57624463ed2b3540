/**
 * A transaction manager: its log, its virtual clock, and what of it survives. Between being opened and RecoverTransactionManager, and after
 * its log could not be written, it is not online (facts/ktm-tmf-mts.md 1.7, 2.4, 2.5).
 */
import { KTM_ERROR } from '../../binding/ktm-codes';
import { Enlistment } from './enlistment';
import { KTM_EVENT, win32Failure } from './ktm';
import type { Ktm } from './ktm';
import { KtmLog, LogFull, LogWriteError, causeOf } from './log';
import type { LogPlace } from './log';
import type { LogRecord, LoggedEnlistment, LoggedTransaction } from './logged-transactions';
import { ResourceManager } from './resource-manager';
import { canDie } from './states';
import type { ManagerState } from './states';
import { Transaction } from './transaction';

const ERROR_GEN_FAILURE = 31;

export class TransactionManager {
  state: ManagerState;
  /** 1 at creation, one more for each commit; callers may only raise it (1.7). */
  virtualClock = 1n;
  readonly resourceManagers = new Map<string, ResourceManager>();
  /** Those that its resource managers take part in. */
  readonly transactions = new Set<Transaction>();
  expired = false;
  private handles = 0;
  /** Records that have been read and applied. */
  private applied = 0;
  private reopening: Promise<void> | undefined;

  /** @param ktmLog undefined for a volatile one */
  constructor(
    readonly ktm: Ktm,
    readonly id: string,
    private ktmLog: KtmLog | undefined,
    private readonly place: LogPlace | undefined,
  ) {
    // A volatile manager has nothing to recover (1.7).
    this.state = ktmLog === undefined ? 'Online' : 'Initialized';
    if (ktmLog !== undefined) this.virtualClock = ktmLog.baseClock;
    ktm.managers.set(id, this);
  }

  get isVolatile(): boolean {
    return this.place === undefined;
  }

  /** The log's file. */
  get path(): string | undefined {
    return this.place?.path;
  }

  get online(): boolean {
    return this.state === 'Online' && !this.expired;
  }

  // --- Virtual clock ---

  tick(): void {
    this.virtualClock += 1n;
  }

  raise(virtualClock: bigint | null): void {
    if (virtualClock !== null && virtualClock > this.virtualClock) this.virtualClock = virtualClock;
  }

  // --- Recovery ---

  /**
   * RecoverTransactionManager, or RollforwardTransactionManager up to a clock value, again and again with growing ones. On a manager that is
   * online the first does nothing, because every resource manager calls it at its start; the second is refused (31).
   */
  async recover(upTo: bigint | null): Promise<void> {
    if (this.isVolatile) throw win32Failure(KTM_ERROR.ERROR_TM_VOLATILE);
    if (this.state === 'Offline') {
      this.reopening ??= this.reopen().finally(() => (this.reopening = undefined));
      await this.reopening;
    }
    if (this.online) {
      if (upTo !== null) throw win32Failure(ERROR_GEN_FAILURE);
      return;
    }
    const log = this.ktmLog;
    if (log === undefined) throw win32Failure(ERROR_GEN_FAILURE);
    this.state = 'Recovering';
    for (let record = log.records[this.applied]; record !== undefined; record = log.records[this.applied]) {
      if (upTo !== null && BigInt(record.clock) > upTo) return;
      log.live.replay([record]);
      this.applied += 1;
    }
    this.raise(log.live.clock);
    try {
      for (const logged of log.live.all) this.restore(logged);
    } catch (error) {
      this.state = 'RecoveryFailed';
      throw error;
    }
    this.state = 'Online';
    log.forgetRecords();
  }

  /** The log is read again from the disk; what was in memory is over. */
  private async reopen(): Promise<void> {
    for (const transaction of [...this.transactions]) {
      for (const enlistment of transaction.enlistments) {
        if (!enlistment.isOver) enlistment.enter('Forgotten');
        enlistment.resourceManager.enlistments.delete(enlistment.id);
      }
      transaction.remove();
    }
    await this.ktmLog?.close().catch(() => undefined);
    this.ktmLog = this.place === undefined ? undefined : await KtmLog.open(this.place);
    this.applied = 0;
    for (const resourceManager of this.resourceManagers.values()) resourceManager.state = 'Offline';
  }

  /** A transaction that was not over. Only those that had prepared are in the log; the outcome follows from what is there (2.4, 2.5). */
  private restore(logged: LoggedTransaction): void {
    const open = [...logged.enlistments.values()].filter(({ id }) => !logged.done.has(id));
    const undecided = logged.allPrepared && logged.outcome === undefined && logged.superior !== null;
    if (open.length === 0 && !undecided) return;
    if (this.ktm.transactions.has(logged.id)) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_RECOVERY_NAME_COLLISION);
    const transaction = new Transaction(this.ktm, logged.id);
    transaction.manager = this;
    this.transactions.add(transaction);
    if (undecided) transaction.enter('InDoubt', 'recovered');
    else {
      // Every resource manager prepared and nobody else to ask: COMMIT. Some did not: ROLLBACK (WDK, 2.4).
      transaction.outcome = logged.outcome ?? (logged.allPrepared ? 'Committed' : 'Aborted');
      transaction.enter(transaction.outcome === 'Committed' ? 'Committed' : 'Aborted', 'recovered');
    }
    for (const each of open) this.restoreEnlistment(transaction, each, false);
    if (logged.superior !== null && logged.outcome !== 'Aborted') transaction.superior = this.restoreEnlistment(transaction, logged.superior, true);
  }

  private restoreEnlistment(transaction: Transaction, logged: LoggedEnlistment, isSuperior: boolean): Enlistment {
    const { id, resourceManager: resourceManagerId, mask, information } = logged;
    const known = this.ktm.resourceManagers.get(resourceManagerId);
    if (known !== undefined && known.manager !== this) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_RECOVERY_NAME_COLLISION);
    const resourceManager = known ?? new ResourceManager(this.ktm, this, resourceManagerId, false, null);
    const enlistment = new Enlistment(id, resourceManager, transaction, mask, isSuperior);
    enlistment.information = Buffer.from(information, 'base64');
    enlistment.voted = true;
    enlistment.logged = true;
    enlistment.enter('Offline');
    return enlistment;
  }

  // --- The log ---

  /**
   * Writes what the commit depends on. `undone`: it could not, and nothing of it will be read again; `in doubt`: it could not, and nobody can
   * say. After either the manager is offline.
   */
  async log(records: readonly LogRecord[], options: { readonly durable: boolean; readonly deciding?: Transaction }): Promise<'ok' | 'undone' | 'in doubt'> {
    const { durable, deciding } = options;
    const { ktmLog } = this;
    if (ktmLog === undefined || this.ktm.lost) return 'ok';
    try {
      await this.write(ktmLog, records, durable);
      return 'ok';
    } catch (error) {
      const undone = !(error instanceof LogWriteError) || error.undone;
      if (deciding !== undefined) {
        const what = undone ? 'was rolled back instead of committed' : 'is in doubt';
        const why = `its log ${this.place?.path ?? ''} could not be written (${causeOf(error)})`;
        this.ktm.warn(KTM_EVENT.COMMIT_BECAME_ROLLBACK, 'error', `the transaction {${deciding.id}} ${what}: ${why}`);
      }
      this.goOffline();
      return undone ? 'undone' : 'in doubt';
    }
  }

  /** Writes what may be lost: acknowledgements, and rollbacks that would be presumed. */
  note(records: readonly LogRecord[]): void {
    if (this.ktmLog === undefined || !this.online) return;
    void this.log(records, { durable: false });
  }

  private async write(log: KtmLog, records: readonly LogRecord[], durable: boolean): Promise<void> {
    for (;;) {
      try {
        await log.append(records, { durable });
        return;
      } catch (error) {
        if (!(error instanceof LogFull) || !(await this.makeRoom(log))) throw error;
      }
    }
  }

  /** The log is full: those whose superior has not come back are given up, oldest first (events 3 and 4). */
  private async makeRoom(log: KtmLog): Promise<boolean> {
    const [oldest] = log.live.all;
    if (oldest !== undefined) {
      const problem = `the log ${this.place?.path ?? ''} cannot advance its tail because of the transaction {${oldest.id}}`;
      this.ktm.warn(KTM_EVENT.TAIL_PINNED, 'warning', problem);
    }
    for (const { id } of log.live.all) {
      const transaction = this.ktm.transactions.get(id);
      if (transaction?.state !== 'InDoubt' || transaction.superior === undefined) continue;
      this.ktm.warn(KTM_EVENT.HEURISTICALLY_ABORTED, 'error', `the transaction {${id}} was heuristically aborted and forgotten`);
      transaction.abandon();
      await log.append([{ type: 'Forgotten', transaction: id, clock: String(this.virtualClock) }], { durable: false });
      return true;
    }
    return false;
  }

  /** The log cannot be written: nothing goes on until it is recovered, and what has not been decided is rolled back (2.5). */
  private goOffline(): void {
    if (this.state === 'Offline') return;
    this.state = 'Offline';
    this.rollBackAll('the log could not be written');
  }

  private rollBackAll(cause: string): void {
    for (const transaction of [...this.transactions]) if (canDie.includes(transaction.state)) transaction.rollBack(cause);
  }

  // --- Handles ---

  handleOpened(): void {
    this.handles += 1;
  }

  /** The last handle: what was active is rolled back, what was prepared stays in the log (2.4), and its resource managers expire (6722). */
  handleClosed(): void {
    this.handles -= 1;
    if (this.handles > 0 || this.ktm.lost) return;
    this.rollBackAll('its transaction manager was closed');
    this.expired = true;
    const { ktmLog, place } = this;
    if (ktmLog !== undefined && place !== undefined) {
      const closing = ktmLog.close().catch(() => undefined).then(() => {
        this.leave();
        if (this.ktm.logs.get(place.path) === closing) this.ktm.logs.delete(place.path);
      });
      this.ktm.logs.set(place.path, closing);
    } else this.leave();
  }

  /** Nothing writes any more: the objects leave their namespaces. */
  private leave(): void {
    this.ktm.managers.delete(this.id);
    for (const resourceManager of [...this.resourceManagers.values()]) resourceManager.expire();
    for (const transaction of [...this.transactions]) transaction.remove();
  }
}
