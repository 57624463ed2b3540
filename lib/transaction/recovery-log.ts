/**
 * What the monitor must know after a crash: which participants each transaction has, and whether it was committed. A transaction without a
 * commit record is aborted (presumed abort). Kept in one durable log, compacted to the transactions that are not over.
 */
import type { Host } from '../binding';
import { invariant } from '../binding/fail-fast';
import { Log } from '../log';
import { isAbortCauseName } from './abort-causes';
import type { AbortCauseName } from './abort-causes';
import { MonitorError } from './errors';
import type { Json } from './participant';

export const MONITOR_LOG_VERSION = 1;
const KIND = 'winbackup.transaction-monitor';

/** One participant, as the log knows it. */
export interface LoggedParticipant {
  readonly name: string;
  readonly kind: string | null;
  readonly record: Json;
  readonly resources: readonly string[];
}

export type LogRecord =
  | { readonly type: 'monitor'; readonly version: number; readonly machine: string }
  | { readonly type: 'enlisted'; readonly id: string; readonly tag: string | null; readonly participant: LoggedParticipant }
  /** The decision. `records` takes the place of what the participants were enlisted with, in their order. */
  | { readonly type: 'committed'; readonly id: string; readonly records: readonly Json[] }
  /** Not needed for the outcome: it tells the next start why. */
  | { readonly type: 'aborted'; readonly id: string; readonly cause: AbortCauseName; readonly detail: string | null }
  | { readonly type: 'ended'; readonly id: string };

export interface LoggedTransaction {
  readonly id: string;
  tag: string | null;
  readonly participants: LoggedParticipant[];
  committed: boolean;
  cause: { readonly name: AbortCauseName; readonly detail: string | null } | undefined;
}

const encode = (record: LogRecord): Buffer => Buffer.from(JSON.stringify(record));

function recordsOf({ id, tag, participants, committed, cause }: LoggedTransaction): readonly LogRecord[] {
  return [
    ...participants.map((participant): LogRecord => ({ type: 'enlisted', id, tag, participant })),
    ...(committed ? [{ type: 'committed', id, records: participants.map(({ record }) => record) } as const] : []),
    ...(cause === undefined ? [] : [{ type: 'aborted', id, cause: cause.name, detail: cause.detail } as const]),
  ];
}

/** Adds what a record says. */
function apply(live: Map<string, LoggedTransaction>, record: LogRecord): void {
  if (record.type === 'monitor') return;
  const { id } = record;
  if (record.type === 'ended') {
    live.delete(id);
    return;
  }
  const logged: LoggedTransaction = live.get(id) ?? { id, tag: null, participants: [], committed: false, cause: undefined };
  if (record.type === 'enlisted') {
    logged.tag = record.tag;
    logged.participants.push(record.participant);
  } else if (record.type === 'committed') {
    logged.committed = true;
    logged.participants.forEach((participant, index) => {
      logged.participants[index] = { ...participant, record: record.records[index] ?? participant.record };
    });
  } else if (isAbortCauseName(record.cause)) logged.cause = { name: record.cause, detail: record.detail };
  // The abort of a transaction that changed nothing is not worth a line of the log.
  if (logged.participants.length > 0) live.set(id, logged);
}

/** @throws MonitorError when the log is of another machine or version, or not a monitor's */
function replay(path: string, machine: string, records: readonly Buffer[], live: Map<string, LoggedTransaction>): void {
  for (const [index, bytes] of records.entries()) {
    const record = decode(path, bytes);
    if (index === 0) {
      if (record.type !== 'monitor') throw new MonitorError('ERR_MONITOR_DAMAGED', `${path} does not begin with the record of its monitor`);
      if (record.version !== MONITOR_LOG_VERSION) throw new MonitorError('ERR_MONITOR_VERSION', `${path} has version ${String(record.version)}; this program reads version ${String(MONITOR_LOG_VERSION)}`);
      if (record.machine !== machine) throw new MonitorError('ERR_MONITOR_FOREIGN', `${path} is of the machine ${record.machine}; this is ${machine}`);
    } else apply(live, record);
  }
}

const pathOf = (directory: string): string => `${directory}/monitor.log`;

function decode(path: string, bytes: Buffer): LogRecord {
  const damaged = (cause?: unknown): MonitorError => new MonitorError('ERR_MONITOR_DAMAGED', `${path} has a record that is not one of a transaction monitor`, { cause });
  let record: LogRecord;
  try {
    record = JSON.parse(bytes.toString('utf8')) as LogRecord;
  } catch (error) {
    throw damaged(error);
  }
  const { type } = record;
  if (type === 'monitor' ? typeof record.version !== 'number' : typeof record.id !== 'string') throw damaged();
  if (!['monitor', 'enlisted', 'committed', 'aborted', 'ended'].includes(type)) throw damaged();
  return record;
}

export class RecoveryLog {
  /** Transactions that are not over, in the order of their first record. */
  readonly live = new Map<string, LoggedTransaction>();
  private appending = 0;
  private gate: Promise<void> | undefined;
  private idle: () => void = () => undefined;

  private constructor(private readonly host: Host, private readonly log: Log) {}

  /** @throws MonitorError, LogError; nothing has been changed but a torn tail */
  static async open(host: Host, directory: string): Promise<RecoveryLog> {
    const path = pathOf(directory);
    const { log, contents: { records } } = await Log.open({ host, path, kind: KIND });
    try {
      const recovery = new RecoveryLog(host, log);
      replay(path, host.processes.machine, records, recovery.live);
      if (records.length === 0) await log.append(encode(recovery.head));
      return recovery;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** The transactions that are not over, without a change to the log; undefined where there is none. @throws MonitorError, LogError */
  static async read(host: Host, directory: string): Promise<readonly LoggedTransaction[] | undefined> {
    const path = pathOf(directory);
    const records = await Log.read({ host, path, kind: KIND });
    if (records === undefined) return undefined;
    const live = new Map<string, LoggedTransaction>();
    replay(path, host.processes.machine, records, live);
    return [...live.values()];
  }

  get byteLength(): number {
    return this.log.byteLength;
  }

  /** Bytes that a transaction keeps the log from forgetting. */
  pinnedBy(id: string): number {
    const logged = this.live.get(id);
    return logged === undefined ? 0 : recordsOf(logged).reduce((sum, record) => sum + encode(record).byteLength, 0);
  }

  /** Resolves once the record is durable. @throws LogError: what the disk holds is not known then, and nothing can be appended any more */
  async append(record: LogRecord): Promise<void> {
    while (this.gate !== undefined) await this.gate;
    this.checkFollows(record);
    this.appending += 1;
    try {
      await this.log.append(encode(record));
      apply(this.live, record);
    } finally {
      this.appending -= 1;
      if (this.appending === 0) this.idle();
    }
  }

  /** What no run may write, whoever asks for it: two outcomes of one transaction, or one that leaves a participant out (seed 003, M1, M3). */
  private checkFollows(record: LogRecord): void {
    if (record.type === 'monitor' || record.type === 'ended') return;
    const logged = this.live.get(record.id);
    const follows = record.type === 'committed'
      ? logged !== undefined && !logged.committed && logged.cause === undefined && logged.participants.length === record.records.length
      : logged?.committed !== true;
    invariant(follows, 'recovery log', `a record '${record.type}' cannot follow what is logged of ${record.id}`);
  }

  /** Keeps only what is not over. */
  async compact(): Promise<void> {
    while (this.gate !== undefined) await this.gate;
    let open: () => void = () => undefined;
    this.gate = new Promise((resolve) => (open = resolve));
    try {
      if (this.appending > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      await this.log.compact([this.head, ...[...this.live.values()].flatMap(recordsOf)].map(encode));
    } finally {
      this.gate = undefined;
      open();
    }
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private get head(): LogRecord {
    return { type: 'monitor', version: MONITOR_LOG_VERSION, machine: this.host.processes.machine };
  }
}
