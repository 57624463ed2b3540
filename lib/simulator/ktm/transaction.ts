/**
 * A transaction and its commit: pre-prepare, prepare, decision, commit, each phase after every answer of the one before (facts/ktm-tmf-mts.md
 * 2.1); single phase; a superior that drives instead of KTM (2.2); who may end it, and when (2.3).
 */
import { INFINITE } from '../../binding/codes';
import type { Cancel } from '../../binding/host';
import { KTM_ERROR, TRANSACTION_NOTIFY as NOTIFY } from '../../binding/ktm-codes';
import type { Enlistment } from './enlistment';
import { remember, win32Failure } from './ktm';
import type { Ktm } from './ktm';
import type { LogRecord } from './logged-transactions';
import { answers, canDie, commitIn, demands, rollbackIn, superiorMayRollBack } from './states';
import type { Answer, Demand, EnlistmentState, TransactionOutcome, TransactionState } from './states';
import type { TransactionManager } from './transaction-manager';

/** Entries that the kernel keeps of each (1.9). */
const HISTORY = 10;

export class Transaction {
  state: TransactionState = 'Active';
  outcome: TransactionOutcome = 'Undetermined';
  description: string | null = null;
  /** As it was asked for; 0 and INFINITE are without end. */
  timeoutMs = 0;
  readonly history: { readonly cause: string; readonly state: TransactionState }[] = [];
  /** All, the superior's included. */
  readonly enlistments = new Set<Enlistment>();
  superior: Enlistment | undefined;
  /** Where its outcome is logged: that of the first resource manager that enlisted. */
  manager: TransactionManager | undefined;
  /** A client has asked for the commit. */
  private commitAsked = false;
  /** KTM decides although there is a superior: it has answered COMMIT_REQUEST with CommitEnlistment at once. */
  private left = false;
  /** The record that all have prepared, or the commit, is on its way to the log. */
  private deciding = false;
  private handles = 0;
  private cancelTimer: Cancel | undefined;
  /** The superior has its *_COMPLETE. */
  private told = false;
  private waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  constructor(
    readonly ktm: Ktm,
    readonly id: string,
  ) {
    ktm.transactions.set(id, this);
    this.enter('Active', 'created');
  }

  // --- What its clients call ---

  /** CommitTransaction up to the first notifications. Throws Failure. */
  commit(): void {
    const rule = commitIn[this.state];
    if (rule !== 'ok') throw win32Failure(rule);
    if (this.commitAsked) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID);
    if (this.manager?.online === false) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    if (this.superior !== undefined) {
      if (!this.superior.asksFor(NOTIFY.COMMIT_REQUEST)) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_SUPERIOR_EXISTS);
      this.commitAsked = true;
      this.superior.send(NOTIFY.COMMIT_REQUEST, 'CommitRequested');
      return;
    }
    this.commitAsked = true;
    this.begin();
  }

  /** RollbackTransaction. It does not wait for RollbackComplete: the outcome is known at once [open point 1; facts 3, LiberNT]. Throws Failure. */
  requestRollback(): void {
    const rule = rollbackIn[this.state];
    if (rule === 'nothing') return;
    if (rule !== 'ok' || this.deciding) throw win32Failure(rule === 'ok' ? KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID : rule);
    this.rollBack('RollbackTransaction');
  }

  /**
   * Resolves with the last CommitComplete of those who can answer (facts 3, LiberNT); rejects with ERROR_TRANSACTION_ALREADY_ABORTED, or with
   * ERROR_RM_DISCONNECTED, ERROR_TRANSACTIONMANAGER_NOT_ONLINE, ERROR_TRANSACTION_OBJECT_EXPIRED when there is no outcome to learn.
   */
  finished(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.settleWaiting();
    });
  }

  setTimeout(timeoutMs: number): void {
    this.stopTimer();
    this.timeoutMs = timeoutMs;
    if (timeoutMs === 0 || timeoutMs === INFINITE) return;
    this.cancelTimer = this.ktm.surroundings.clock.after(timeoutMs, () => {
      if (canDie.includes(this.state) && !this.deciding) this.rollBack('its time is over');
    });
  }

  stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  handleOpened(): void {
    this.handles += 1;
  }

  handleClosed(): void {
    this.handles -= 1;
    if (this.handles > 0 || this.ktm.lost) return;
    // 2.3: the last handle closed before the commit.
    if (this.state === 'Active' && !this.commitAsked) this.rollBack('its last handle was closed');
    this.forgetIfOver();
  }

  // --- What enlistments call ---

  /** A subordinate's answer. Resolves once its consequences, writes to the log included, have taken place. */
  async answer(enlistment: Enlistment, answer: Answer): Promise<void> {
    const rule: { readonly from: readonly EnlistmentState[]; readonly otherwise: number } = answers[answer];
    const refused = !rule.from.includes(enlistment.state) || (answer !== 'RollbackComplete' && enlistment.isSuperior);
    if (refused) throw win32Failure(rule.otherwise);
    switch (answer) {
      case 'PrePrepareComplete':
        enlistment.enter('PrePrepared');
        break;
      case 'PrepareComplete':
        await this.vote(enlistment);
        break;
      case 'ReadOnlyEnlistment':
        enlistment.enter('ReadOnly');
        break;
      case 'CommitComplete':
        if (enlistment.state === 'Delegated') this.setCommitted('CommitComplete of the only resource manager', enlistment);
        else this.completed(enlistment, 'Committed');
        return;
      case 'RollbackComplete':
        this.completed(enlistment, 'Aborted');
        return;
      case 'SinglePhaseReject':
        enlistment.enter('Active');
        this.startPrePrepare();
        break;
      case 'RollbackEnlistment':
        this.rollBack('RollbackEnlistment');
        return;
    }
    await this.advance();
  }

  /** A superior's call. */
  async demand(superior: Enlistment, demand: Demand): Promise<void> {
    if (!superior.isSuperior) throw win32Failure(KTM_ERROR.ERROR_ENLISTMENT_NOT_SUPERIOR);
    const { response, from }: { readonly response: number; readonly from: readonly TransactionState[] } = demands[demand];
    if (!superior.asksFor(response)) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_RESPONSE_NOT_ENLISTED);
    const committedAgain = demand === 'CommitEnlistment' && this.state === 'Committed';
    const saidBefore = superior.state === 'CommittedNotify' || superior.state === 'Committed';
    if (committedAgain && saidBefore) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_NOT_ACTIVE);
    if (superior.state === 'Forgotten') throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_INTEGRITY_VIOLATED);
    if (committedAgain) {
      // A superior that was away delivers its outcome again (2.5).
      superior.enter('CommittedNotify');
      this.complete();
      return;
    }
    const answersRequest = demand === 'CommitEnlistment' && superior.state === 'CommitRequested' && this.state === 'Active';
    if ((!from.includes(this.state) && !answersRequest) || this.deciding) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID);
    if (demand === 'PrepareEnlistment' && this.state === 'Active' && this.subordinates.some((each) => each.asksFor(NOTIFY.PREPREPARE))) {
      throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID);
    }
    if (this.manager?.online === false) throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    this.commitAsked = true;
    if (answersRequest) {
      this.left = true;
      this.begin();
    } else if (demand === 'CommitEnlistment') await this.commitAsTold(superior);
    else {
      const phase = demand === 'PrePrepareEnlistment' ? 'PrePreparing' : 'Preparing';
      superior.enter(phase);
      if (this.state === 'Active') this.manager?.tick();
      this.ktm.whenThawed(() => {
        if (!canDie.includes(this.state)) return;
        if (phase === 'PrePreparing') this.startPrePrepare();
        else this.startPrepare();
        void this.advance();
      });
    }
    await this.advance();
  }

  /** RollbackEnlistment by the superior. */
  async rollBackAsTold(superior: Enlistment): Promise<void> {
    if (superior.state === 'Forgotten') throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_INTEGRITY_VIOLATED);
    if (!superiorMayRollBack.includes(this.state) || this.deciding) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_REQUEST_NOT_VALID);
    this.rollBack('RollbackEnlistment of the superior', superior);
  }

  /** The single-phase owner has gone without an outcome (1.6, RM_DISCONNECTED). */
  disconnected(owner: Enlistment): void {
    owner.enter('DelegatedDisconnected');
    this.enter('InDoubt', 'the only resource manager is gone');
    this.outcome = 'Unavailable';
    for (const enlistment of this.enlistments) {
      if (enlistment === owner) continue;
      enlistment.tell(NOTIFY.RM_DISCONNECTED);
      if (!enlistment.isOver) enlistment.enter('OutcomeUnavailable');
    }
    this.settleWaiting();
    this.forgetIfOver();
  }

  /** A prepared enlistment has lost its resource manager, which can come back (2.5). */
  ownerOffline(enlistment: Enlistment): void {
    if (enlistment.isSuperior && this.state === 'Prepared') this.enter('InDoubt', 'the superior is gone');
    this.complete();
  }

  /** One that can never come back. Of a superior nobody will ever learn the outcome: KTM cleans up (2.2). */
  ownerVanished(enlistment: Enlistment): void {
    if (enlistment.isSuperior && superiorMayRollBack.includes(this.state) && !this.deciding) this.rollBack('the superior is gone', enlistment);
  }

  /** An enlistment has its outcome behind it. */
  completed(enlistment: Enlistment, state: 'Committed' | 'Aborted'): void {
    enlistment.enter(state);
    if (enlistment.logged) this.manager?.note([{ ...this.common, type: 'Done', enlistment: enlistment.id }]);
    this.complete();
  }

  /** Goes on to the next phase when the one under way has all its answers. */
  async advance(): Promise<void> {
    const { subordinates } = this;
    if (this.state === 'PrePreparing' && !subordinates.some(({ state }) => state === 'PrePreparing')) {
      if (this.driven) {
        this.enter('PrePrepared', 'all have pre-prepared');
        this.superior?.send(NOTIFY.PREPREPARE_COMPLETE, 'PrePrepared');
      } else this.startPrepare();
    }
    if (this.state === 'Preparing' && !this.deciding && !subordinates.some(({ voted, isOver }) => !voted && !isOver)) await this.decide();
  }

  // --- The phases ---

  /** A commit that KTM drives. */
  private begin(): void {
    this.manager?.tick();
    this.ktm.whenThawed(() => {
      if (this.state !== 'Active') return;
      const [only, another] = this.subordinates.filter(({ isOver }) => !isOver);
      if (only !== undefined && another === undefined && this.superior === undefined && only.asksFor(NOTIFY.SINGLE_PHASE_COMMIT)) {
        this.enter('Delegated', 'single phase');
        only.send(NOTIFY.SINGLE_PHASE_COMMIT, 'Delegated');
        return;
      }
      this.startPrePrepare();
      void this.advance();
    });
  }

  private startPrePrepare(): void {
    this.enter('PrePreparing', 'commit');
    for (const enlistment of this.subordinates) {
      if (enlistment.state === 'Active' && enlistment.asksFor(NOTIFY.PREPREPARE)) enlistment.send(NOTIFY.PREPREPARE, 'PrePreparing');
    }
  }

  private startPrepare(): void {
    this.enter('Preparing', 'all have pre-prepared');
    for (const enlistment of this.subordinates) {
      if (enlistment.isOver) continue;
      if (enlistment.asksFor(NOTIFY.PREPARE)) enlistment.send(NOTIFY.PREPARE, 'Preparing');
      // Who wants COMMIT without PREPARE promises nothing, but is told the outcome.
      else void this.vote(enlistment);
    }
  }

  private async vote(enlistment: Enlistment): Promise<void> {
    enlistment.voted = true;
    enlistment.enter('Prepared');
    if (!enlistment.isDurable || !enlistment.asksFor(NOTIFY.COMMIT)) return;
    enlistment.logged = true;
    await this.manager?.log([{ ...this.common, type: 'Prepared', enlistment: enlistment.record }], { durable: false });
  }

  /** All have prepared: with a superior it is told; without one that is the commit, once it is in the log. */
  private async decide(): Promise<void> {
    const { driven, superior } = this;
    this.deciding = true;
    this.stopTimer();
    this.enter('Prepared', 'all have prepared');
    const recorded = driven && superior?.isDurable === true ? superior.record : null;
    const needed = recorded !== null || this.subordinates.some(({ logged }) => logged);
    const records: LogRecord[] = [{ ...this.common, type: 'AllPrepared', superior: recorded }];
    if (!driven) records.push({ ...this.common, type: 'Committed' });
    const written = needed ? await this.write(records) : 'ok';
    this.deciding = false;
    if (this.ktm.lost || this.state !== 'Prepared') return;
    if (written === 'in doubt') {
      this.enter('InDoubt', 'the log cannot be written');
      this.settleWaiting();
    } else if (written === 'undone') this.rollBack('the log could not be written');
    else if (!driven) this.setCommitted('the commit is in the log');
    else if (superior?.isOver === false) {
      superior.voted = true;
      superior.logged = recorded !== null;
      superior.send(NOTIFY.PREPARE_COMPLETE, 'Prepared');
      if (!superior.resourceManager.online) superior.ownerGone();
    } else this.rollBack('the superior is gone');
  }

  private async commitAsTold(superior: Enlistment): Promise<void> {
    this.deciding = true;
    const needed = superior.logged || this.subordinates.some(({ logged }) => logged);
    const written = needed ? await this.write([{ ...this.common, type: 'Committed' }]) : 'ok';
    this.deciding = false;
    if (this.ktm.lost) return;
    // The superior has decided; it says so again when the log can be written (2.5).
    if (written !== 'ok') throw win32Failure(KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE);
    // Until COMMIT_COMPLETE it owes the outcome to whoever asks. It may be gone already.
    if (superior.resourceManager.online && !superior.isOver) superior.enter('CommittedNotify');
    this.setCommitted('CommitEnlistment of the superior');
  }

  private async write(records: readonly LogRecord[]): Promise<'ok' | 'undone' | 'in doubt'> {
    return (await this.manager?.log(records, { durable: true, deciding: this })) ?? 'ok';
  }

  private setCommitted(cause: string, singlePhaseOwner?: Enlistment): void {
    this.stopTimer();
    this.enter('Committed', cause);
    this.outcome = 'Committed';
    singlePhaseOwner?.enter('Committed');
    for (const enlistment of this.subordinates) {
      if (enlistment.isOver || enlistment.state === 'Offline') continue;
      if (enlistment.asksFor(NOTIFY.COMMIT)) enlistment.send(NOTIFY.COMMIT, 'CommittedNotify');
      else enlistment.enter('Committed');
    }
    this.complete();
  }

  /** Rolls back, whoever wants it (2.3): everybody is told but those who are read-only or away, the one who refused too. */
  rollBack(cause: string, superior?: Enlistment): void {
    this.stopTimer();
    this.enter('Aborted', cause);
    this.outcome = 'Aborted';
    for (const enlistment of this.enlistments) {
      if (enlistment.isOver) continue;
      if (enlistment === superior) enlistment.enter('Aborted');
      else if (enlistment.state === 'Offline') continue;
      else if (enlistment.resourceManager.online) enlistment.send(NOTIFY.ROLLBACK, 'Aborting');
      else if (!enlistment.logged) enlistment.enter('Aborted');
    }
    if ([...this.enlistments].some(({ logged }) => logged)) this.manager?.note([{ ...this.common, type: 'Aborted' }]);
    this.complete();
  }

  /** KTM gives up waiting for the superior, to make room in the log (event 3). */
  abandon(): void {
    for (const enlistment of this.enlistments) if (enlistment.state === 'Offline') enlistment.enter('Forgotten');
    this.rollBack('KTM has forgotten it to make progress');
    this.superior?.enter('Forgotten');
  }

  /** Tells the superior when the last subordinate has answered the outcome, and those who wait. */
  private complete(): void {
    const { superior } = this;
    if (this.outcome === 'Committed' || this.outcome === 'Aborted') {
      const over = this.subordinates.every(({ isOver }) => isOver);
      if (over && superior !== undefined && !this.told) {
        const response = this.outcome === 'Committed' ? NOTIFY.COMMIT_COMPLETE : NOTIFY.ROLLBACK_COMPLETE;
        if (superior.state === 'Offline') superior.enter('Forgotten');
        else if (this.outcome === 'Committed' || superior.state === 'Aborted') {
          this.told = true;
          superior.enter(this.outcome);
          superior.tell(response);
        }
      }
    }
    this.settleWaiting();
    this.forgetIfOver();
  }

  private settleWaiting(): void {
    this.ktm.changed();
    const verdict = this.verdict();
    if (verdict === undefined) return;
    const { waiting } = this;
    this.waiting = [];
    for (const { resolve, reject } of waiting) {
      if (verdict === 0) resolve();
      else reject(win32Failure(verdict));
    }
  }

  /** What CommitTransaction answers now; undefined while it waits. Offline enlistments do not hold it up: the decision goes on without them (2.5). */
  private verdict(): number | undefined {
    switch (this.outcome) {
      case 'Committed':
        return this.subordinates.every(({ isOver, state }) => isOver || state === 'Offline') ? 0 : undefined;
      case 'Aborted':
        return KTM_ERROR.ERROR_TRANSACTION_ALREADY_ABORTED;
      case 'Unavailable':
        return KTM_ERROR.ERROR_RM_DISCONNECTED;
      case 'Undetermined':
        return this.state === 'InDoubt' && !this.driven ? KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE : undefined;
    }
  }

  // --- Of the object ---

  /** From the first notification of its commit until the last answer (2.6); one in doubt is at rest. */
  get blocksFreeze(): boolean {
    if (this.state === 'Committed') return this.subordinates.some(({ state }) => state === 'CommittedNotify');
    return this.state === 'Delegated' || this.state === 'Prepared' || (this.state !== 'Active' && canDie.includes(this.state));
  }

  get subordinates(): readonly Enlistment[] {
    return [...this.enlistments].filter(({ isSuperior }) => !isSuperior);
  }

  /** A superior, not KTM, says when each phase begins and what the outcome is. */
  private get driven(): boolean {
    return this.superior !== undefined && !this.left;
  }

  private get common(): { readonly transaction: string; readonly clock: string } {
    return { transaction: this.id, clock: String(this.manager?.virtualClock ?? 1n) };
  }

  enter(state: TransactionState, cause: string): void {
    this.state = state;
    remember(this.history, { cause, state }, HISTORY);
    this.ktm.changed();
  }

  /** The object is gone when nobody holds it and nobody is left to answer. */
  private forgetIfOver(): void {
    if (this.handles > 0 || this.outcome === 'Undetermined' || [...this.enlistments].some(({ isOver }) => !isOver)) return;
    this.remove();
  }

  /** It leaves its namespace; whoever still waits for it learns no outcome. */
  remove(): void {
    this.stopTimer();
    for (const { reject } of this.waiting.splice(0)) reject(win32Failure(KTM_ERROR.ERROR_TRANSACTION_OBJECT_EXPIRED));
    if (this.ktm.transactions.get(this.id) === this) this.ktm.transactions.delete(this.id);
    this.manager?.transactions.delete(this);
  }
}
