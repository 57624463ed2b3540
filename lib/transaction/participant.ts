/** What takes part in a transaction: it prepares, and then either commits or backs out. */
import type { TransactionMonitor } from './monitor';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Each call may come again after it failed or after a crash: commit and backout are idempotent. */
export interface Participant {
  /** In reports: `backup of Sales`. */
  readonly name: string;
  /** Locked before it is enlisted, until the transaction is over. */
  readonly resources?: readonly string[];
  /** Which recoverer knows it after a crash: a ready-made one, or one of the monitor's `recoverers`. Absent: a crash leaves nothing of it. */
  readonly kind?: string;
  /** What the recoverer needs; durable before the participant begins its work. */
  readonly record?: Json;
  /** The volume that its data is on: when that is lost, the transaction is aborted. */
  readonly volume?: string;
  /** Makes its work durable, so that both ends are possible. A rejection aborts the transaction. May give a record that takes the first one's place. */
  prepare(): Promise<Json | undefined | void>;
  /** The transaction is committed. */
  commit(): Promise<void>;
  /** Undoes its work; the transaction's signal has told it to stop. */
  backout(): Promise<void>;
}

export interface RecoveryContext {
  readonly transaction: string;
  readonly participant: string;
  readonly monitor: TransactionMonitor;
}

/** Makes of a record what ends its work after a crash. */
export type Recoverer = (record: Json, context: RecoveryContext) => Pick<Participant, 'commit' | 'backout'> | Promise<Pick<Participant, 'commit' | 'backout'>>;
