/** One transaction: its participants, its state, the two phases of its commit, and its backout. The monitor makes it, and everything ends it. */
import { ArgumentError, StateError, checkString } from '../binding';
import type { Cancel, Host } from '../binding';
import { invariant } from '../binding/fail-fast';
import { asError, settledWithin } from '../binding/waiting';
import { abortCause } from './abort-causes';
import type { AbortCause, AbortCauseName } from './abort-causes';
import type { MonitorEvent } from './events';
import { FE, FileSystemError } from './file-system-errors';
import type { LockOwner, LockTable } from './locks';
import { isLostDisk, isOn } from './lost-disk';
import type { Json, Participant } from './participant';
import type { LogRecord } from './recovery-log';
import { transitions } from './transaction-states';
import type { TransactionEvent, TransactionState } from './transaction-states';

/** What a transaction needs of its monitor. */
export interface TransactionOwner {
  readonly host: Host;
  readonly locks: LockTable;
  readonly lockTimeoutMs: number;
  readonly participantTimeoutMs: number;
  readonly retryMs: number;
  append(record: LogRecord): Promise<void>;
  /** A crash leaves nothing of the kind that the next start cannot end. */
  knows(kind: string): boolean;
  /** Why nothing can be done on the volume of that place, or undefined. */
  volumeFailure(volume: string): FileSystemError | undefined;
  publish(event: MonitorEvent): void;
  /** The monitor has failed fast, in a process that does not die: nothing is done any more. */
  isPoisoned(): boolean;
  /** A check of the monitor's own has failed: `error` has been thrown where the process did not die. */
  poison(error: Error): void;
  /** COMMITTED or ABORTED. */
  over(transaction: Transaction): void;
}

export interface BeginOptions {
  /**
   * Milliseconds until it is aborted. 0, the default, is the monitor's autoabort; Infinity is never, as -1 of BEGINTRANSACTION_EXT_; any other limit
   * above the autoabort is cut to it, as by TMF_TXBEGIN_ (facts/ktm-tmf-mts.md 5.1).
   */
  readonly timeoutMs?: number;
  /** A name of the caller's, for reports. */
  readonly tag?: string;
}

/** What could not be done, and of whom. */
export interface ParticipantFailure {
  readonly participant: string;
  readonly error: Error;
}

/** How it ended; HUNG: an operator repeats it or resolves it, and its locks stay until then. */
export interface TransactionEnd {
  readonly state: 'COMMITTED' | 'ABORTED' | 'HUNG';
  /** 0, or 91 to 97. */
  readonly code: number;
  readonly cause: AbortCause | undefined;
  readonly failures: readonly ParticipantFailure[];
}

interface Enlisted {
  readonly participant: Participant;
  record: Json;
  /** A call that is under way, or the last one. */
  running: Promise<unknown>;
  prepared: boolean;
  finished: boolean;
}

/** After so many failures it hangs (facts/ktm-tmf-mts.md 5.4). */
const ATTEMPTS = 3;

export class Transaction implements LockOwner {
  private current: TransactionState;
  private readonly enlisted: Enlisted[] = [];
  /** Enlistments whose record is not durable yet. */
  private readonly enlisting = new Set<Promise<unknown>>();
  private readonly aborting = new AbortController();
  private readonly requests = new Set<(error: FileSystemError) => void>();
  private cancelTimeout: Cancel = () => undefined;
  private abortedBy: AbortCause | undefined;
  private failed: readonly ParticipantFailure[] = [];
  private reportEnd: (end: TransactionEnd) => void = () => undefined;
  /** Whether the decision is to commit; undefined while there is none, or nobody knows it. */
  private decision: 'commit' | 'abort' | undefined;
  private carrying: Promise<void> = Promise.resolve();
  /** Phase one is under way. */
  private preparing = false;
  /** endTransaction or abortTransaction is still to come from the initiator (facts/ktm-tmf-mts.md 5.1). */
  owed = true;
  /**
   * Resolves when the locks are gone: participants have committed or backed out. Or when it hangs. It never rejects. endTransaction does not wait
   * for it (facts/ktm-tmf-mts.md 5.1).
   */
  readonly finished: Promise<TransactionEnd>;
  readonly beganAt: number;

  /** @internal */
  constructor(
    private readonly owner: TransactionOwner,
    readonly id: string,
    readonly tag: string | undefined,
    state: TransactionState = 'ACTIVE',
  ) {
    this.current = state;
    this.beganAt = owner.host.clock.now();
    this.finished = new Promise((resolve) => (this.reportEnd = resolve));
    owner.publish({ type: 'state', transaction: id, from: undefined, to: state });
  }

  get state(): TransactionState {
    return this.current;
  }

  /** Committed or aborted: nothing is left of it but what its initiator may owe. */
  get isOver(): boolean {
    return this.current === 'COMMITTED' || this.current === 'ABORTED';
  }

  /** Why it was aborted. */
  get cause(): AbortCause | undefined {
    return this.abortedBy;
  }

  /** Fires when it is being aborted: whoever works in it stops. Its reason is a FileSystemError with the cause's number. */
  get signal(): AbortSignal {
    return this.aborting.signal;
  }

  /** What the last attempt to end it could not do. */
  get failures(): readonly ParticipantFailure[] {
    return this.failed;
  }

  get participants(): readonly string[] {
    return this.enlisted.map(({ participant }) => participant.name);
  }

  get outstanding(): number {
    return this.requests.size;
  }

  /** What work in it gets now: 90 to 97 while it is backed out, 76 while it ends, 78 afterwards; undefined: it may go on. */
  refusal(): FileSystemError | undefined {
    const { abortedBy } = this;
    if ((this.current === 'ABORTING' || this.current === 'HUNG') && abortedBy !== undefined) return new FileSystemError(abortedBy.code, abortedBy.detail);
    if (this.isOver) return new FileSystemError(FE.FE_OBSOLETE);
    return this.current === 'ACTIVE' && !this.preparing ? undefined : new FileSystemError(FE.FE_ENDING);
  }

  /** @throws FileSystemError when no work can be done in it */
  check(): void {
    const refused = this.refusal();
    if (refused !== undefined) throw refused;
  }

  /** Waits until the resource is this transaction's. @throws FileSystemError 73 after `timeoutMs` (a deadlock ends so), or as `check` */
  async lock(resource: string, { timeoutMs = this.owner.lockTimeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.check();
    await this.owner.locks.acquire(resource, this, timeoutMs);
    // Its end may have been called meanwhile; the lock goes with it.
    this.check();
  }

  /** @throws FileSystemError 79 when the resource is not this transaction's to change */
  checkLocked(resource: string): void {
    this.check();
    if (!this.owner.locks.holds(this, resource)) throw new FileSystemError(FE.FE_NOT_LOCKED, resource);
  }

  /**
   * Takes a participant in: its resources are locked, then its record is made durable. Only after that may it begin what a crash would leave.
   * @throws ArgumentError, also for a kind without a recoverer; FileSystemError 73, 80 (it has no prepare, commit or backout), 85, or as `check`
   */
  async enlist(participant: Participant): Promise<void> {
    checkParticipant(participant);
    const { kind } = participant;
    if (kind !== undefined && !this.owner.knows(kind)) throw new ArgumentError('participant.kind', `has no recoverer: after a crash nobody could end ${participant.name}; see recoverers of TransactionMonitor.open`);
    const entering = this.takeIn(participant);
    this.enlisting.add(entering);
    try {
      await entering;
    } finally {
      this.enlisting.delete(entering);
    }
  }

  private async takeIn(participant: Participant): Promise<void> {
    const { name, resources = [], kind = null, record = null, volume } = participant;
    this.check();
    const unreachable = volume === undefined ? undefined : this.owner.volumeFailure(volume);
    if (unreachable !== undefined) throw unreachable;
    for (const resource of resources) await this.lock(resource);
    this.check();
    this.owner.publish({ type: 'participant', transaction: this.id, participant: name, phase: 'enlist', outcome: 'begins' });
    const entry: Enlisted = { participant, record, running: Promise.resolve(), prepared: false, finished: false };
    this.enlisted.push(entry);
    try {
      await this.owner.append({ type: 'enlisted', id: this.id, tag: this.tag ?? null, participant: { name, kind, record, resources } });
    } catch (error) {
      this.enlisted.splice(this.enlisted.indexOf(entry), 1);
      const refused = this.refusal();
      throw new FileSystemError(refused?.number ?? FE.FE_DISK_FAILED, refused?.detail, { cause: error });
    }
    this.owner.publish({ type: 'participant', transaction: this.id, participant: name, phase: 'enlist', outcome: 'done' });
    this.check();
  }

  /** It has a participant on that volume. */
  uses(volume: string): boolean {
    return this.enlisted.some(({ participant }) => participant.volume !== undefined && isOn(participant.volume, volume));
  }

  // --- Requests that wait for a reply ---

  /** Counts a request until the returned function is called; `lost` is called when the transaction is aborted first. */
  began(lost: (error: FileSystemError) => void): () => void {
    this.requests.add(lost);
    return () => {
      this.requests.delete(lost);
    };
  }

  // --- The end ---

  /** @internal The monitor's timer. */
  limit(timeoutMs: number): void {
    if (timeoutMs !== Infinity) this.cancelTimeout = this.owner.host.clock.after(timeoutMs, () => void this.abort('tooOld', `${String(timeoutMs)} ms`));
  }

  /** Phase one, the decision, and the start of phase two. Resolves with 0, the cause's number, or 91. @internal */
  async commit(): Promise<number> {
    this.preparing = true;
    await Promise.allSettled(this.enlisting);
    // `abort` may come from anywhere until all have prepared.
    const aborted = new Promise<'aborted'>((resolve) => {
      const onAbort = (): void => resolve('aborted');
      if (this.signal.aborted) onAbort();
      this.signal.addEventListener('abort', onAbort, { once: true });
    });
    const prepared = Promise.all(this.enlisted.map((entry) => this.prepare(entry))).then(() => 'prepared' as const);
    prepared.catch(() => undefined);
    try {
      if ((await Promise.race([aborted, prepared])) === 'aborted') return this.abortedBy?.code ?? FE.FE_ABORTED;
    } catch (error) {
      this.abort(error instanceof PrepareFailure ? error.causeName : 'participantFailed', asError(error).message);
      return this.abortedBy?.code ?? FE.FE_ABORTED;
    }
    this.cancelTimeout();
    this.sane(this.enlisted.every(({ prepared }) => prepared), 'a participant that has not prepared would be committed');
    this.go('prepared');
    try {
      if (this.enlisted.length > 0) await this.owner.append({ type: 'committed', id: this.id, records: this.enlisted.map(({ record }) => record) });
    } catch (error) {
      // The record may be on the disk or not: the next start sees.
      this.failed = [{ participant: 'recovery log', error: asError(error) }];
      this.go('hang');
      this.end('HUNG', FE.FE_OUTCOME_UNKNOWN);
      return FE.FE_OUTCOME_UNKNOWN;
    }
    this.go('decided');
    this.decision = 'commit';
    this.carryOut();
    return 0;
  }

  private async prepare(entry: Enlisted): Promise<void> {
    const { participant: { name, volume } } = entry;
    const said = (outcome: 'begins' | 'done' | 'failed', error?: Error): void =>
      this.owner.publish({ type: 'participant', transaction: this.id, participant: name, phase: 'prepare', outcome, ...(error === undefined ? {} : { error: error.message }) });
    said('begins');
    try {
      const preparing = Promise.resolve(entry.participant.prepare());
      entry.running = preparing;
      if ((await settledWithin(this.owner.host.clock, this.owner.participantTimeoutMs, preparing)) === 'pending') throw this.unanswered(name);
      const record = await preparing;
      if (record !== undefined) entry.record = record;
      entry.prepared = true;
      said('done');
    } catch (thrown) {
      const error = asError(thrown);
      said('failed', error);
      throw new PrepareFailure(isLostDisk(error) ? 'diskFailed' : 'participantFailed', `${volume === undefined ? '' : `${volume}, `}${name}: ${error.message}`, error);
    }
  }

  /** Aborts it, if that is still possible; backout goes on behind. @returns whether this call has begun the abort. @internal */
  abort(name: AbortCauseName, detail?: string): boolean {
    if (transitions[this.current].abort === undefined || this.owner.isPoisoned()) return false;
    const cause = abortCause(name, detail);
    this.abortedBy = cause;
    this.cancelTimeout();
    this.go('abort');
    this.owner.publish({ type: 'abort', transaction: this.id, cause: name, code: cause.code, detail });
    this.decision = 'abort';
    const error = new FileSystemError(cause.code, cause.detail);
    // Only tells the next start why; the abort is presumed without it.
    if (this.enlisted.length > 0) this.owner.append({ type: 'aborted', id: this.id, cause: name, detail: detail ?? null }).catch(() => undefined);
    for (const lost of [...this.requests]) lost(error);
    this.requests.clear();
    this.aborting.abort(error);
    this.carryOut();
    return true;
  }

  /** @internal Found in the log: it is carried out by `recover`. */
  static recovered(owner: TransactionOwner, id: string, tag: string | undefined, cause: AbortCause | undefined): Transaction {
    const transaction = new Transaction(owner, id, tag, cause === undefined ? 'ENDING' : 'ABORTING');
    transaction.owed = false;
    transaction.abortedBy = cause;
    transaction.decision = cause === undefined ? 'commit' : 'abort';
    if (cause !== undefined) transaction.aborting.abort(new FileSystemError(cause.code, cause.detail));
    return transaction;
  }

  /** @internal Of a recovered one. */
  recoverParticipants(participants: readonly Participant[]): void {
    for (const participant of participants) this.enlisted.push({ participant, record: null, running: Promise.resolve(), prepared: this.decision === 'commit', finished: false });
  }

  /** Phase two, or the backout: three attempts, then it hangs. @internal */
  carryOut(): void {
    this.carrying = this.attempt().catch((error: unknown) => this.owner.poison(asError(error)));
  }

  /** Nothing of its end is under way any more; unlike `finished` also when an operator repeats it. @internal */
  async idle(): Promise<void> {
    await this.finished;
    await this.carrying;
  }

  private async attempt(): Promise<void> {
    const { host: { clock }, participantTimeoutMs, retryMs } = this.owner;
    await settledWithin(clock, participantTimeoutMs, Promise.allSettled(this.enlisting));
    const phase = this.decision === 'commit' ? 'commit' : 'backout';
    for (let attempt = 1; ; attempt += 1) {
      const failures: ParticipantFailure[] = [];
      // The last one enlisted may stand on what the first ones hold.
      for (const entry of phase === 'commit' ? this.enlisted : [...this.enlisted].reverse()) {
        if (entry.finished) continue;
        const error = await this.carry(entry, phase);
        if (error === undefined) entry.finished = true;
        else failures.push({ participant: entry.participant.name, error });
      }
      this.failed = failures;
      if (failures.length === 0) break;
      if (attempt === ATTEMPTS) {
        this.go('hang');
        this.end('HUNG', this.abortedBy?.code ?? 0);
        return;
      }
      await new Promise<void>((resolve) => clock.after(retryMs, resolve));
    }
    await this.over(phase === 'commit' ? 'ended' : 'backedOut');
  }

  /** One call, and what is still under way of the participant before it. Gives the error. */
  private async carry(entry: Enlisted, phase: 'commit' | 'backout'): Promise<Error | undefined> {
    const { participant } = entry;
    const { host: { clock }, participantTimeoutMs } = this.owner;
    const said = (outcome: 'begins' | 'done' | 'failed', error?: Error): void =>
      this.owner.publish({ type: 'participant', transaction: this.id, participant: participant.name, phase, outcome, ...(error === undefined ? {} : { error: error.message }) });
    let problem: Error = this.unanswered(participant.name);
    try {
      // Its prepare, or a call that was given up, is over before the next one: else both would change the same things.
      if ((await settledWithin(clock, participantTimeoutMs, entry.running)) === 'pending') throw problem;
      said('begins');
      const call = Promise.resolve(phase === 'commit' ? participant.commit() : participant.backout());
      entry.running = call;
      call.catch((error: unknown) => (problem = asError(error)));
      if ((await settledWithin(clock, participantTimeoutMs, call)) !== 'resolved') throw problem;
      said('done');
      return undefined;
    } catch (error) {
      said('failed', asError(error));
      return asError(error);
    }
  }

  private unanswered(participant: string): StateError {
    return new StateError('ERR_PARTICIPANT_TIMEOUT', `${participant} has not answered within ${String(this.owner.participantTimeoutMs)} ms`);
  }

  /** Participants that have not come to their end are not asked again in this process. Never rejects. @internal */
  async letGo(): Promise<void> {
    const { host: { clock }, participantTimeoutMs } = this.owner;
    const left = this.enlisted.filter(({ finished }) => !finished);
    await settledWithin(clock, participantTimeoutMs, Promise.allSettled(left.map(async ({ participant }) => participant.letGo?.())));
  }

  private async over(event: TransactionEvent): Promise<void> {
    // First, so that nobody ends it a second time while the record is on its way.
    this.go(event);
    if (this.enlisted.length > 0) {
      // Not needed for the outcome: without it the next start does the same once more, to no effect.
      await this.owner.append({ type: 'ended', id: this.id }).catch(() => undefined);
    }
    await this.letGo();
    this.owner.locks.releaseAll(this);
    this.owner.over(this);
    this.end(this.current === 'COMMITTED' ? 'COMMITTED' : 'ABORTED', this.abortedBy?.code ?? 0);
  }

  /** An operator repeats what failed; true where there is anything to repeat. @internal */
  retry(): boolean {
    if (this.current !== 'HUNG' || this.decision === undefined) return false;
    this.go(this.decision === 'commit' ? 'retryCommitted' : 'retryAborted');
    this.carryOut();
    return true;
  }

  /** An operator sets it aside: whatever is left of it is theirs now. @internal */
  async resolve(as: 'committed' | 'aborted'): Promise<void> {
    await this.over(as === 'committed' ? 'resolveCommitted' : 'resolveAborted').catch((error: unknown) => {
      this.owner.poison(asError(error));
      throw error;
    });
  }

  private end(state: TransactionEnd['state'], code: number): void {
    this.reportEnd({ state, code, cause: this.abortedBy, failures: this.failed });
  }

  /** A check of our own (seed 003, M1). */
  private sane(condition: boolean, text: string): asserts condition {
    try {
      invariant(condition, 'transaction monitor', text);
    } catch (error) {
      this.owner.poison(asError(error));
      throw error;
    }
  }

  private go(event: TransactionEvent): void {
    const from = this.current;
    const to = transitions[from][event];
    this.sane(to !== undefined, `a transaction in the state ${from} has no transition for ${event}`);
    this.current = to;
    this.owner.publish({ type: 'state', transaction: this.id, from, to });
  }
}

function checkParticipant(participant: Participant): void {
  if (typeof participant !== 'object' || participant === null) throw new ArgumentError('participant', 'must be an object');
  const { name, resources = [], kind, volume } = participant;
  checkString('participant.name', name);
  if (kind !== undefined) checkString('participant.kind', kind);
  if (volume !== undefined) checkString('participant.volume', volume);
  if (!Array.isArray(resources)) throw new ArgumentError('participant.resources', 'must be a list of names');
  resources.forEach((resource, index) => checkString(`participant.resources[${String(index)}]`, resource));
  for (const phase of ['prepare', 'commit', 'backout'] as const) if (typeof participant[phase] !== 'function') throw new FileSystemError(FE.FE_AUDIT_MISMATCH, `${name} has no ${phase}`);
}

class PrepareFailure extends StateError {
  constructor(readonly causeName: AbortCauseName, message: string, cause: Error) {
    super('ERR_PREPARE', message, { cause });
  }
}
