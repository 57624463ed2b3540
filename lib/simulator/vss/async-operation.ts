/** IVssAsync: an operation under way, its status, and its end by cancellation (facts/vss.md 2.4). */
import { HRESULT, INFINITE, failed } from '../../binding/codes';
import type { Clock } from '../../binding/host';
import { VSS_HRESULT } from '../../binding/vss-codes';
import { Failure, KernelObject, SuccessCode } from '../kernel-object';
import type { SimulatedIVssAsync } from '../generated/vss';
import type { WindowsVersion } from './windows-version';

/** Thrown into an operation that was cancelled. */
export class OperationCancelled extends Error {
  constructor() {
    super('the operation was cancelled');
  }
}

/** Lets an operation notice that it was cancelled, or that nobody is left for whom to go on. */
export class Cancellation {
  private readonly listeners = new Set<() => void>();
  private state: 'running' | 'cancelled' | 'orphaned' = 'running';

  /** What `step` gives; rejects with OperationCancelled once cancelled, and never answers once orphaned. */
  async during<T>(step: Promise<T>): Promise<T> {
    let listener: () => void = () => undefined;
    try {
      const stopped = new Promise<'stopped'>((resolve) => {
        listener = () => {
          resolve('stopped');
        };
        if (this.state === 'running') this.listeners.add(listener);
        else resolve('stopped');
      });
      const first = await Promise.race([step, stopped]);
      // The operation's process is gone: what it had begun stays as it is (facts/vss.md 3.3 D).
      if (this.isOrphaned) await new Promise<never>(() => undefined);
      if (first === 'stopped' && this.state === 'cancelled') throw new OperationCancelled();
      return await step;
    } finally {
      this.listeners.delete(listener);
    }
  }

  get isOrphaned(): boolean {
    return this.state === 'orphaned';
  }

  get isCancelled(): boolean {
    return this.state === 'cancelled';
  }

  cancel(): void {
    this.stop('cancelled');
  }

  orphan(): void {
    this.stop('orphaned');
  }

  private stop(state: 'cancelled' | 'orphaned'): void {
    if (this.state === 'orphaned') return;
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }
}

export class AsyncOperation extends KernelObject implements SimulatedIVssAsync {
  readonly interfaceName = 'IVssAsync';
  /** PENDING, FINISHED, CANCELLED, or the HRESULT with which the operation failed or succeeded. */
  private status: number = VSS_HRESULT.VSS_S_ASYNC_PENDING;
  private readonly cancellation = new Cancellation();
  private readonly over: Promise<void>;

  /** @param run what to do; resolves with a success code of its own or nothing, rejects with Failure or OperationCancelled. */
  constructor(
    private readonly clock: Clock,
    private readonly version: WindowsVersion,
    run: (cancellation: Cancellation) => Promise<number | void>,
  ) {
    super();
    // Not before its owner knows it: the requester may die in the operation's first step.
    this.over = Promise.resolve().then(() => run(this.cancellation)).then(
      (code) => {
        this.status = code ?? VSS_HRESULT.VSS_S_ASYNC_FINISHED;
      },
      (error: unknown) => {
        if (error instanceof OperationCancelled) this.status = VSS_HRESULT.VSS_S_ASYNC_CANCELLED;
        else this.status = error instanceof Failure ? error.hresult : version.unexpected;
      },
    );
  }

  get pending(): boolean {
    return this.status === VSS_HRESULT.VSS_S_ASYNC_PENDING;
  }

  /** Asks for the end; the operation cleans up, then its status is CANCELLED. */
  cancel(): SuccessCode | void {
    if (this.status === VSS_HRESULT.VSS_S_ASYNC_CANCELLED) return new SuccessCode(VSS_HRESULT.VSS_S_ASYNC_CANCELLED);
    if (failed(this.status)) throw new Failure(this.status);
    if (!this.pending) return new SuccessCode(VSS_HRESULT.VSS_S_ASYNC_FINISHED);
    this.cancellation.cancel();
  }

  /** S_OK after the end and after the time-out alike: QueryStatus tells. */
  async wait(timeoutMs: number): Promise<void> {
    if (timeoutMs !== INFINITE && !this.version.timedWaits) throw new Failure(HRESULT.E_INVALIDARG);
    if (!this.pending || timeoutMs === 0) return;
    let expire: () => void = () => undefined;
    const expired = new Promise<void>((resolve) => {
      expire = resolve;
    });
    const disarm = timeoutMs === INFINITE ? undefined : this.clock.after(timeoutMs, expire);
    await Promise.race([this.over, expired]);
    disarm?.();
  }

  queryStatus(): [number] {
    return [this.status];
  }

  /** Whoever asked for it is gone. */
  orphan(): void {
    this.cancellation.orphan();
  }

  /** Resolves after the operation's end; never for an orphaned one. */
  get ending(): Promise<void> {
    return this.over;
  }

  ended(): void {
    // The operation belongs to the components object; letting go of its IVssAsync stops nothing.
  }
}
