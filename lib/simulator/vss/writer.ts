/**
 * A writer as VSS sees it: its handlers, its state in each requester's session, its time windows, and the events that reach it. What follows
 * each event, and what does not, stands in the table of events.
 */
import { VSS_APPLICATION_LEVEL, VSS_HRESULT, VSS_WRITER_STATE } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import type { WriterComponents } from './component';
import type { ServiceTime } from './service-time';
import { writerMetadata } from './writer-metadata';
import type { PartialWriterMetadata, WriterMetadata } from './writer-metadata';

export type WriterEvent =
  | 'Identify' | 'PrepareForBackup' | 'PrepareForSnapshot' | 'Freeze' | 'Thaw' | 'PostSnapshot' | 'BackupComplete' | 'BackupShutdown' | 'Abort'
  | 'PreRestore' | 'PostRestore';

/** What a handler is told, and can do. Valid while the handler runs. */
export interface WriterContext {
  readonly event: WriterEvent;
  /** All zeros outside the creation of a shadow copy set. */
  readonly snapshotSetId: string;
  /** The volumes of the set, `C:\` ... */
  readonly volumes: readonly string[];
  /** VSS_BACKUP_TYPE. */
  readonly backupType: number;
  readonly componentMode: boolean;
  readonly bootableSystemStateBackedUp: boolean;
  readonly partialFileSupport: boolean;
  /** The snapshot context and attributes of the requester. */
  readonly context: number;
  /** The components of this writer that take part; empty in an Abort, BackupShutdown or Identify. */
  readonly components: WriterComponents;
  /** Whether the path is on a volume of the set. */
  isPathAffected(path: string): boolean;
  /** The copy's device, once it exists. */
  snapshotDeviceName(volume: string): string | undefined;
  /** CVssWriter::SetWriterFailure(Ex): a failure of the whole writer; a handler that then returns true causes no abort. */
  setWriterFailure(failure: number, applicationFailure?: number, applicationMessage?: string): void;
  /** In an Identify: what is reported; a handler may replace it. */
  metadata: WriterMetadata;
}

/** False is a failure; so is an exception. */
export type WriterHandler = (context: WriterContext) => boolean | void | Promise<boolean | void>;

/** The handlers of CVssWriter; one that is missing succeeds. */
export interface WriterHandlers {
  onIdentify?: WriterHandler;
  onPrepareBackup?: WriterHandler;
  onPrepareSnapshot?: WriterHandler;
  onFreeze?: WriterHandler;
  onThaw?: WriterHandler;
  onPostSnapshot?: WriterHandler;
  onBackupComplete?: WriterHandler;
  onBackupShutdown?: WriterHandler;
  onAbort?: WriterHandler;
  onPreRestore?: WriterHandler;
  onPostRestore?: WriterHandler;
}

/** A writer as an object on a machine of the same thread: what CVssWriter::Initialize is given, and the handlers. */
export interface VssWriter extends WriterHandlers {
  readonly metadata: PartialWriterMetadata;
  /** VSS_APPLICATION_LEVEL, the order of Freeze; default FRONT_END, as for Initialize. */
  readonly level?: number;
  /** From Freeze to the end of Thaw, in milliseconds; default and most 60,000. */
  readonly timeoutFreezeMs?: number;
}

interface EventRule {
  readonly handler: keyof WriterHandlers;
  /** The state after success; null: unchanged. */
  readonly success: number | null;
  readonly failure: number | null;
}

const state = VSS_WRITER_STATE;

/** facts/vss.md 3.1. Abort puts a writer that has not failed back to normal running (seed 001). */
export const eventRules: Readonly<Record<WriterEvent, EventRule>> = {
  Identify: { handler: 'onIdentify', success: null, failure: state.FAILED_AT_IDENTIFY },
  PrepareForBackup: { handler: 'onPrepareBackup', success: state.STABLE, failure: state.FAILED_AT_PREPARE_BACKUP },
  PrepareForSnapshot: { handler: 'onPrepareSnapshot', success: state.WAITING_FOR_FREEZE, failure: state.FAILED_AT_PREPARE_SNAPSHOT },
  Freeze: { handler: 'onFreeze', success: state.WAITING_FOR_THAW, failure: state.FAILED_AT_FREEZE },
  Thaw: { handler: 'onThaw', success: state.WAITING_FOR_POST_SNAPSHOT, failure: state.FAILED_AT_THAW },
  PostSnapshot: { handler: 'onPostSnapshot', success: state.WAITING_FOR_BACKUP_COMPLETE, failure: state.FAILED_AT_POST_SNAPSHOT },
  BackupComplete: { handler: 'onBackupComplete', success: state.STABLE, failure: state.FAILED_AT_BACKUP_COMPLETE },
  BackupShutdown: { handler: 'onBackupShutdown', success: state.STABLE, failure: state.FAILED_AT_BACKUPSHUTDOWN },
  Abort: { handler: 'onAbort', success: state.STABLE, failure: null },
  PreRestore: { handler: 'onPreRestore', success: state.STABLE, failure: state.FAILED_AT_PRE_RESTORE },
  PostRestore: { handler: 'onPostRestore', success: state.STABLE, failure: state.FAILED_AT_POST_RESTORE },
};

/** dwTimeoutFreeze of CVssWriter::Initialize: default and upper limit (facts/vss.md 2.5). */
export const DEFAULT_FREEZE_WINDOW_MS = 60_000;
/** How long a handler outside the freeze window may stay silent before its writer counts as not responding: seen in the field (facts/vss.md 2.9). */
export const SILENCE_LIMIT_MS = 180_000;
/** A session that nobody ended is forgotten after two days (facts/vss.md 2.5). */
const SESSION_LIFE_MS = 2 * 24 * 60 * 60 * 1000;

export type EventOutcome = 'succeeded' | 'failed' | 'timed out' | 'not responding' | 'abandoned';

/** One event that reached a writer, as the control shows it. */
export type TracedEvent = {
  readonly sequence: number;
  readonly time: number;
  readonly writer: string;
  readonly event: WriterEvent;
  /** Who raised it: the requester's call, the service, or the writer itself (an Abort when its window ran out). */
  readonly cause: 'requester' | 'service' | 'writer';
  /** The requester's session. */
  readonly session: string;
  /** Whether the writer's handler was called; an Abort after PostSnapshot has none (facts/vss.md 3.3). */
  readonly handled: boolean;
  /** Absent while the handler has not ended. */
  outcome?: EventOutcome;
};

/** What the service gives each writer of a session. */
export interface EventSource {
  readonly id: string;
  readonly process: SimulatedProcess;
  /** Released, or its process has died: nothing but BackupShutdown comes from it any more. */
  readonly gone: boolean;
  writerContext(writer: Writer): Omit<WriterContext, 'event' | 'setWriterFailure' | 'metadata'>;
}

/** A writer's part in one requester's session. */
export class WriterSession {
  state: number = state.STABLE;
  failure = 0;
  applicationFailure = 0;
  applicationMessage: string | null = null;
  /** False for a writer without components in component mode after PrepareForBackup. */
  participates = true;
  /** Freeze reached it: its failure from then on ends the creation. */
  frozenOnce = false;
  /** PrepareForBackup or PrepareForSnapshot reached it, and neither PostSnapshot nor an end has. */
  abortable = false;
  /** What it was told ended the operation: no more events but Abort and BackupShutdown. */
  aborted = false;
  /** BackupComplete or PostRestore came. */
  completed = false;
  /** It has one of the writer's slots for session state. */
  holdsSlot = false;
  /** False when no slot was free: what happens in it cannot be told. */
  statusAvailable = true;
  /** Handlers that have not answered. */
  busy = 0;
  /** Ends the Freeze to Thaw window. */
  closeWindow: (() => void) | undefined;
  /** Tells the handler's wait that the window ran out. */
  windowExpired: (() => void) | undefined;
  /** Wakes whoever waits for the writer to be out of the window. */
  windowClosed: Promise<void> = Promise.resolve();

  constructor(
    readonly writer: Writer,
    readonly source: EventSource,
    readonly began: number,
  ) {}

  get failedState(): boolean {
    return this.state >= state.FAILED_AT_IDENTIFY;
  }

  fail(at: number, failure: number): void {
    this.state = at;
    if (this.failure === 0) this.failure = failure;
  }
}

export interface WriterOptions {
  readonly silenceLimitMs: number;
  readonly sessionSlots: number;
}

export class Writer {
  readonly metadata: WriterMetadata;
  readonly level: number;
  readonly timeoutFreezeMs: number;
  /** False while its service is stopped. */
  running = true;
  /** The state that `vssadmin list writers` would show. */
  lastState: number = state.STABLE;
  private readonly sessions = new Map<string, WriterSession>();

  constructor(
    private readonly machine: SimulatedWindows,
    private readonly time: ServiceTime,
    private readonly handlers: VssWriter,
    private readonly options: WriterOptions,
    private readonly trace: (event: Omit<TracedEvent, 'sequence' | 'time'>) => TracedEvent,
    private readonly log: (event: 'handlerThrew' | 'sessionForgotten', message: string) => void,
  ) {
    this.metadata = writerMetadata(handlers.metadata);
    this.level = handlers.level ?? VSS_APPLICATION_LEVEL.FRONT_END;
    this.timeoutFreezeMs = Math.min(handlers.timeoutFreezeMs ?? DEFAULT_FREEZE_WINDOW_MS, DEFAULT_FREEZE_WINDOW_MS);
  }

  get name(): string {
    return this.metadata.writerName;
  }

  /** The writer's part in the session of `source`, if any event but Identify reached it there. */
  sessionOf(source: EventSource): WriterSession | undefined {
    return this.sessions.get(source.id);
  }

  /** Opens its part in a session; without a free slot its status cannot be told (facts/vss.md 2.6). */
  openSession(source: EventSource): WriterSession {
    const known = this.sessions.get(source.id);
    if (known !== undefined) return known;
    this.forgetOldSessions();
    const session = new WriterSession(this, source, this.time.now());
    session.holdsSlot = this.usedSlots < this.options.sessionSlots;
    session.statusAvailable = session.holdsSlot;
    this.sessions.set(source.id, session);
    return session;
  }

  get usedSlots(): number {
    let used = 0;
    for (const { holdsSlot } of this.sessions.values()) if (holdsSlot) used += 1;
    return used;
  }

  /** Its process restarted: it knows of no session any more. */
  restart(): void {
    for (const session of this.sessions.values()) {
      // Frozen, it can no longer be thawed: the creation fails.
      if (session.closeWindow !== undefined) session.fail(state.FAILED_AT_FREEZE, VSS_HRESULT.VSS_E_WRITER_NOT_RESPONDING);
      session.closeWindow?.();
      session.aborted = true;
      session.abortable = false;
    }
    this.sessions.clear();
    this.lastState = state.STABLE;
    this.running = true;
  }

  /** Its answer to Identify; undefined when it failed or stays silent. */
  async identify(source: EventSource): Promise<WriterMetadata | undefined> {
    const context = this.contextOf(source, 'Identify', () => undefined);
    const outcome = await this.handle(source, 'Identify', 'requester', context);
    if (outcome === 'succeeded') return context.metadata;
    this.lastState = state.FAILED_AT_IDENTIFY;
    return undefined;
  }

  /**
   * Raises one event; resolves with whether the writer goes on. A writer that has failed, was aborted, or is still stuck in an earlier event
   * gets no more of the operation's events.
   */
  async raise(session: WriterSession, event: Exclude<WriterEvent, 'Identify' | 'Abort'>): Promise<boolean> {
    const out = session.aborted || session.failedState || session.source.gone || session.busy > 0;
    if (!this.running || (out && event !== 'BackupShutdown')) return false;
    const rule = eventRules[event];
    session.abortable = event === 'PostSnapshot' || event === 'BackupComplete' ? false : session.abortable;
    if (event === 'PrepareForBackup' || event === 'PrepareForSnapshot') session.abortable = true;
    if (event === 'Freeze') {
      session.frozenOnce = true;
      this.openWindow(session);
    }
    let reported: (() => void) | undefined;
    const context = this.contextOf(session.source, event, (failure, applicationFailure, applicationMessage) => {
      reported = () => {
        session.failure = failure;
        session.applicationFailure = applicationFailure;
        session.applicationMessage = applicationMessage;
      };
    });
    session.busy += 1;
    let failure: number = VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE;
    const outcome = await this.handle(session.source, event, event === 'BackupShutdown' ? 'service' : 'requester', context, session, (code) => {
      failure = code;
    });
    if (outcome !== 'not responding') session.busy -= 1;
    // The window ran out, or an abort came, while the handler was at work: that has settled the state.
    if (outcome === 'timed out' || outcome === 'abandoned' || (session.aborted && event !== 'BackupShutdown')) return false;
    if (outcome === 'not responding') {
      session.fail(state.UNKNOWN, VSS_HRESULT.VSS_E_WRITER_NOT_RESPONDING);
      this.lastState = state.UNKNOWN;
      return false;
    }
    reported?.();
    const success = outcome === 'succeeded';
    if (event === 'Thaw') session.closeWindow?.();
    if (success) session.state = rule.success ?? session.state;
    else session.fail(rule.failure ?? session.state, failure);
    if (event === 'BackupComplete' || event === 'PostRestore') session.completed = true;
    this.lastState = session.state;
    return success;
  }

  /**
   * An Abort event. The handler runs again for each one, but not once PostSnapshot was raised (facts/vss.md 3.3). A writer that had failed
   * keeps that state for GatherWriterStatus; its session's slot is free.
   */
  async abort(session: WriterSession, cause: TracedEvent['cause']): Promise<void> {
    session.closeWindow?.();
    const handled = session.abortable && this.running;
    session.aborted = true;
    session.holdsSlot = false;
    if (!session.failedState) session.state = state.STABLE;
    this.lastState = session.state;
    if (!handled) {
      this.trace({ writer: this.name, event: 'Abort', cause, session: session.source.id, handled: false });
      return;
    }
    const context = this.contextOf(session.source, 'Abort', () => undefined);
    await this.handle(session.source, 'Abort', cause, context);
  }

  /** The session's end on the writer's side: its slot is free. */
  forget(session: WriterSession): void {
    session.holdsSlot = false;
  }

  /** Its requester is gone: nothing of the session stays, unless it was leaked and still holds a slot. */
  close(session: WriterSession): void {
    if (!session.holdsSlot && this.sessions.get(session.source.id) === session) this.sessions.delete(session.source.id);
  }

  private contextOf(
    source: EventSource, event: WriterEvent, report: (failure: number, applicationFailure: number, message: string | null) => void,
  ): WriterContext {
    return {
      ...source.writerContext(this),
      event,
      metadata: this.metadata,
      setWriterFailure: (failure, applicationFailure = 0, applicationMessage) => {
        report(failure, applicationFailure, applicationMessage ?? null);
      },
    };
  }

  /** The freeze window: when it runs out, the writer gives up by itself and aborts (facts/vss.md 2.5, 3.3 A). */
  private openWindow(session: WriterSession): void {
    let closed: () => void = () => undefined;
    session.windowClosed = new Promise((resolve) => {
      closed = resolve;
    });
    const disarm = this.time.after(this.timeoutFreezeMs, () => {
      const thawing = session.state === state.WAITING_FOR_THAW && session.busy > 0;
      session.fail(thawing ? state.FAILED_AT_THAW : state.FAILED_AT_FREEZE, VSS_HRESULT.VSS_E_WRITERERROR_TIMEOUT);
      session.closeWindow = undefined;
      session.windowExpired?.();
      void this.abort(session, 'writer').then(closed);
    });
    session.closeWindow = () => {
      disarm();
      session.closeWindow = undefined;
      closed();
    };
  }

  /** Calls the handler; ends with its answer, with the freeze window's end, or with the limit of silence. */
  private async handle(
    source: EventSource,
    event: WriterEvent,
    cause: TracedEvent['cause'],
    context: WriterContext,
    session?: WriterSession,
    failedWith: (code: number) => void = () => undefined,
  ): Promise<EventOutcome> {
    const traced = this.trace({ writer: this.name, event, cause, session: source.id, handled: true });
    const windowed = session !== undefined && (event === 'Freeze' || event === 'Thaw');
    const answer = this.run(source, event, context, failedWith);
    let outcome: EventOutcome;
    if (windowed) {
      const expired = new Promise<EventOutcome>((resolve) => {
        session.windowExpired = () => {
          resolve('timed out');
        };
      });
      // An abort while the handler runs ends the wait too: nothing that the handler still says counts.
      outcome = await Promise.race([answer, expired, session.windowClosed.then((): EventOutcome => 'abandoned')]);
    } else {
      let disarm: () => void = () => undefined;
      const silent = new Promise<EventOutcome>((resolve) => {
        disarm = this.time.after(this.options.silenceLimitMs, () => {
          resolve('not responding');
        });
      });
      outcome = await Promise.race([answer, silent]);
      disarm();
    }
    traced.outcome = outcome;
    return outcome;
  }

  private async run(source: EventSource, event: WriterEvent, context: WriterContext, failedWith: (code: number) => void): Promise<EventOutcome> {
    try {
      // A place for faults: `vss.SqlServerWriter.Freeze`.
      await this.machine.event(`vss.${this.name}.${event}`, source.process);
      const answer = await this.handlers[eventRules[event].handler]?.(context);
      return answer === false ? 'failed' : 'succeeded';
    } catch (error) {
      if (error instanceof Failure) failedWith(error.hresult);
      else this.log('handlerThrew', `${this.name}: ${eventRules[event].handler} threw ${String(error)}`);
      return 'failed';
    }
  }

  private forgetOldSessions(): void {
    for (const [id, session] of this.sessions) {
      if (this.time.now() - session.began < SESSION_LIFE_MS) continue;
      if (session.holdsSlot) this.log('sessionForgotten', `${this.name}: a session that was never ended was given up after two days`);
      this.sessions.delete(id);
    }
  }
}
