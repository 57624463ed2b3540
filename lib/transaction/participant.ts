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
  /** The volume that its data is on, or any place on it: when that is lost, the transaction is aborted. */
  readonly volume?: string;
  /**
   * Makes its work durable, so that both ends are possible. A rejection, or no answer in the monitor's `participantTimeoutMs`, aborts the transaction;
   * once that is aborted, for whatever cause, it should end soon: the backout waits for it. May give a record that takes the first one's place.
   */
  prepare(): Promise<Json | undefined | void>;
  /** The transaction is committed. */
  commit(): Promise<void>;
  /** Undoes its work; the transaction's signal has told it to stop. */
  backout(): Promise<void>;
  /**
   * Nothing more is asked of it in this process, although it has not come to its end: an operator has resolved the transaction, or the monitor closes
   * while it hangs. It lets go of what it holds in the process, and changes nothing else.
   */
  letGo?(): Promise<void>;
}

/** What ends a participant's work, once it is known how. */
export type Ending = Pick<Participant, 'commit' | 'backout' | 'letGo'>;

export interface RecoveryContext {
  readonly transaction: string;
  readonly participant: string;
  readonly monitor: TransactionMonitor;
}

/** Makes of a record what ends its work after a crash. */
export type Recoverer = (record: Json, context: RecoveryContext) => Ending | Promise<Ending>;
