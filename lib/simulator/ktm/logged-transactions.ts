/** What a transaction manager's log says: its records, and the transactions that they amount to. */

export interface LoggedEnlistment {
  readonly id: string;
  readonly resourceManager: string;
  readonly mask: number;
  /** Base64. */
  readonly information: string;
}

interface Common {
  readonly transaction: string;
  /** The virtual clock, in every record (facts/ktm-tmf-mts.md 1.7). */
  readonly clock: string;
}

export type LogRecord =
  /** A resource manager has answered PREPARE. Not synced by itself: until all have, the abort is presumed. */
  | (Common & { readonly type: 'Prepared'; readonly enlistment: LoggedEnlistment })
  /** All have; without a superior that decides, it is the commit. */
  | (Common & { readonly type: 'AllPrepared'; readonly superior: LoggedEnlistment | null })
  | (Common & { readonly type: 'Committed' })
  | (Common & { readonly type: 'Aborted' })
  /** The resource manager has acknowledged the outcome. Not synced: when it is lost, the outcome is delivered again. */
  | (Common & { readonly type: 'Done'; readonly enlistment: string })
  /** KTM forgets the transaction without anybody's acknowledgement. */
  | (Common & { readonly type: 'Forgotten' });

export interface LoggedTransaction {
  readonly id: string;
  readonly enlistments: Map<string, LoggedEnlistment>;
  readonly done: Set<string>;
  superior: LoggedEnlistment | null;
  allPrepared: boolean;
  outcome: 'Committed' | 'Aborted' | undefined;
}

export class LoggedTransactions {
  private readonly transactions = new Map<string, LoggedTransaction>();
  /** The highest that was seen. */
  clock = 1n;

  /** Those that somebody has yet to acknowledge, oldest first. */
  get all(): Iterable<LoggedTransaction> {
    return this.transactions.values();
  }

  replay(records: readonly LogRecord[]): void {
    for (const record of records) this.apply(record);
  }

  /** The shortest list of records that amounts to the same. */
  records(): readonly LogRecord[] {
    const clock = String(this.clock);
    return [...this.transactions.values()].flatMap(({ id: transaction, enlistments, done, superior, allPrepared, outcome }): LogRecord[] => [
      ...[...enlistments.values()].map((enlistment): LogRecord => ({ type: 'Prepared', transaction, clock, enlistment })),
      ...(allPrepared ? [{ type: 'AllPrepared', transaction, clock, superior } as const] : []),
      ...(outcome === undefined ? [] : [{ type: outcome, transaction, clock } as const]),
      ...[...done].map((enlistment): LogRecord => ({ type: 'Done', transaction, clock, enlistment })),
    ]);
  }

  private apply(record: LogRecord): void {
    const clock = BigInt(record.clock);
    if (clock > this.clock) this.clock = clock;
    const found = this.transactions.get(record.transaction);
    const transaction: LoggedTransaction = found ?? {
      id: record.transaction, enlistments: new Map(), done: new Set(), superior: null, allPrepared: false, outcome: undefined,
    };
    switch (record.type) {
      case 'Prepared':
        transaction.enlistments.set(record.enlistment.id, record.enlistment);
        this.transactions.set(transaction.id, transaction);
        return;
      case 'AllPrepared':
        transaction.allPrepared = true;
        transaction.superior = record.superior;
        this.transactions.set(transaction.id, transaction);
        return;
      case 'Committed':
      case 'Aborted':
        transaction.outcome = record.type;
        break;
      case 'Done':
        transaction.done.add(record.enlistment);
        break;
      case 'Forgotten':
        this.transactions.delete(transaction.id);
        return;
    }
    const open = [...transaction.enlistments.keys()].some((id) => !transaction.done.has(id));
    if (!open && transaction.outcome !== undefined) this.transactions.delete(transaction.id);
  }
}
