/**
 * The Kernel Transaction Manager of one run of the machine: the object namespaces `\Transaction`, `\TransactionManager`, `\ResourceManager`,
 * and what all objects share. A power cut ends it; the next run starts with another one and what the logs hold.
 */
import { WIN32, hresultFromWin32 } from '../../binding/codes';
import type { Clock, Files } from '../../binding/host';
import { Failure } from '../kernel-object';
import type { EventLog } from '../event-log';
import type { ResourceManager } from './resource-manager';
import type { Transaction } from './transaction';
import type { TransactionManager } from './transaction-manager';

/** A Win32 error of a KtmW32 function. */
export function win32Failure(code: number): Failure {
  return new Failure(hresultFromWin32(code));
}

/** Events of the provider Microsoft-Windows-Kernel-Tm (facts/ktm-tmf-mts.md 2.6). */
export const KTM_EVENT = { COMMIT_BECAME_ROLLBACK: 1, FREEZE_BLOCKED: 2, HEURISTICALLY_ABORTED: 3, TAIL_PINNED: 4 } as const;
export const KTM_SOURCE = 'Microsoft-Windows-Kernel-Tm';

export interface KtmSurroundings {
  readonly clock: Clock;
  readonly files: Files;
  readonly eventLog: EventLog;
  readonly newId: () => string;
  /** Something happens: a place for faults. */
  readonly event: (name: string) => Promise<void>;
  /** Bytes that the log of a manager may have. */
  readonly logCapacity: number;
  /** Up to Windows Vista nobody enlists once the commit has begun (2.1 rule 6). */
  readonly lateEnlistments: boolean;
}

export class Ktm {
  readonly transactions = new Map<string, Transaction>();
  readonly managers = new Map<string, TransactionManager>();
  readonly resourceManagers = new Map<string, ResourceManager>();
  /** Logs that are open, being opened or being closed, by their files. */
  readonly logs = new Map<string, Promise<unknown>>();
  /** The machine has lost power: nothing of this run acts any more. */
  lost = false;
  /** While VSS makes a copy no transaction goes into its commit (2.6). */
  private frozen = false;
  private held: (() => void)[] = [];
  private readonly stillWaiters = new Set<() => void>();

  constructor(readonly surroundings: KtmSurroundings) {}

  warn(event: number, level: 'warning' | 'error', message: string): void {
    this.surroundings.eventLog.write(KTM_SOURCE, event, level, message);
  }

  // --- The freeze of VSS (2.6) ---

  /** Runs `go` now, or once the freeze is over. */
  whenThawed(go: () => void): void {
    if (this.frozen) this.held.push(go);
    else go();
  }

  /** Resolves when no transaction is between the start of its commit and the last answer; until `thaw` none begins. */
  async freeze(): Promise<void> {
    this.frozen = true;
    while (this.frozen && this.unsettled.length > 0) await new Promise<void>((resolve) => this.stillWaiters.add(resolve));
  }

  thaw(): void {
    for (const transaction of this.unsettled) {
      this.warn(
        KTM_EVENT.FREEZE_BLOCKED, 'warning',
        `the transaction {${transaction.id}} did not let the transactions be frozen in time: the snapshot is not transactionally consistent`,
      );
    }
    this.frozen = false;
    this.changed();
    const { held } = this;
    this.held = [];
    for (const go of held) go();
  }

  /** A transaction has moved on. */
  changed(): void {
    const waiting = [...this.stillWaiters];
    this.stillWaiters.clear();
    for (const wake of waiting) wake();
  }

  private get unsettled(): readonly Transaction[] {
    return [...this.transactions.values()].filter(({ blocksFreeze }) => blocksFreeze);
  }

  /** The machine has lost power. */
  lose(): void {
    this.lost = true;
    for (const transaction of this.transactions.values()) transaction.stopTimer();
    for (const resourceManager of this.resourceManagers.values()) resourceManager.queue.drop();
    this.changed();
  }
}

/** One more entry of a bounded history. */
export function remember<T>(history: T[], entry: T, limit: number): void {
  history.push(entry);
  if (history.length > limit) history.shift();
}

export const INVALID_PARAMETER = WIN32.ERROR_INVALID_PARAMETER;
