/** Locks on resources, by name: exclusive, first come first served, held until the transaction is over (seed 002; rules T2 to T4). */
import type { Clock } from '../binding';
import { invariant } from '../binding/fail-fast';
import { FE, FileSystemError } from './file-system-errors';
import type { MonitorEvent } from './events';

export interface LockOwner {
  readonly id: string;
  readonly signal: AbortSignal;
  /** What work in it gets now, if it is being aborted or over. */
  refusal(): FileSystemError | undefined;
}

interface Waiter {
  readonly owner: LockOwner;
  readonly granted: () => void;
}

interface Lock {
  holder: LockOwner;
  readonly waiting: Waiter[];
}

export interface HeldLock {
  readonly resource: string;
  readonly holder: string;
  readonly waiting: readonly string[];
}

export class LockTable {
  private readonly locks = new Map<string, Lock>();
  /** The same by holder, in the order in which they were given. */
  private readonly held = new Map<LockOwner, Set<string>>();
  /** What ends the waits of an owner. */
  private readonly waits = new Map<LockOwner, Set<(error: FileSystemError) => void>>();

  constructor(
    private readonly clock: Clock,
    private readonly publish: (event: MonitorEvent) => void,
  ) {}

  /** Every lock that is held, and who waits. */
  get all(): readonly HeldLock[] {
    return [...this.locks].map(([resource, { holder, waiting }]) => ({ resource, holder: holder.id, waiting: waiting.map(({ owner }) => owner.id) }));
  }

  holds(owner: LockOwner, resource: string): boolean {
    return this.locks.get(resource)?.holder === owner;
  }

  /** Waits behind whoever holds it; a deadlock ends by the time limit. @throws FileSystemError 73, or what the owner's abort gives */
  async acquire(resource: string, owner: LockOwner, timeoutMs: number): Promise<void> {
    const lock = this.locks.get(resource);
    if (lock === undefined) {
      this.give(resource, { holder: owner, waiting: [] }, owner);
      return;
    }
    if (lock.holder === owner) return;
    this.publish({ type: 'lock', action: 'waits', resource, transaction: owner.id });
    await new Promise<void>((resolve, reject) => {
      const leave = (error: FileSystemError): void => {
        const at = lock.waiting.indexOf(waiter);
        if (at >= 0) lock.waiting.splice(at, 1);
        end();
        reject(error);
      };
      const cancel = timeoutMs === Infinity ? () => undefined : this.clock.after(timeoutMs, () => {
        this.publish({ type: 'lock', action: 'timed out', resource, transaction: owner.id });
        leave(new FileSystemError(FE.FE_LOCKED, `${resource}, held by ${lock.holder.id}`));
      });
      const onAbort = (): void => {
        leave(owner.refusal() ?? new FileSystemError(FE.FE_OBSOLETE));
      };
      const waits = this.waits.get(owner) ?? new Set();
      const end = (): void => {
        cancel();
        waits.delete(leave);
        if (waits.size === 0) this.waits.delete(owner);
        owner.signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        owner,
        granted: () => {
          end();
          resolve();
        },
      };
      lock.waiting.push(waiter);
      this.waits.set(owner, waits.add(leave));
      owner.signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** The owner is over: it holds nothing any more, and waits for nothing. */
  releaseAll(owner: LockOwner): void {
    for (const leave of this.waits.get(owner) ?? []) leave(owner.refusal() ?? new FileSystemError(FE.FE_OBSOLETE));
    for (const resource of this.held.get(owner) ?? []) {
      const lock = this.locks.get(resource);
      invariant(lock?.holder === owner, 'lock table', `${resource} is not held by ${owner.id}, which is to release it`);
      this.publish({ type: 'lock', action: 'released', resource, transaction: owner.id });
      const next = lock.waiting.shift();
      if (next === undefined) {
        this.locks.delete(resource);
        continue;
      }
      this.give(resource, lock, next.owner);
      next.granted();
    }
    this.held.delete(owner);
  }

  private give(resource: string, lock: Lock, owner: LockOwner): void {
    lock.holder = owner;
    this.locks.set(resource, lock);
    const held = this.held.get(owner) ?? new Set();
    this.held.set(owner, held.add(resource));
    this.publish({ type: 'lock', action: 'locked', resource, transaction: owner.id });
  }
}
