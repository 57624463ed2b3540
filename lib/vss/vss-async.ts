/** An asynchronous operation of VSS (IVssAsync), from its start to its final status; it can end early and is given up only after it has ended. */
import { AbortError, StateError, WindowsError, failed } from '../binding';
import type { Clock } from '../binding';
import type { IVssAsync } from '../binding/generated/vss';
import type { ProxyObject } from '../binding/proxy';
import { VSS_HRESULT } from '../binding/vss-codes';
import { settledWithin } from '../binding/waiting';
import { within } from './limits';
import type { Limits } from './limits';

/** One Wait lasts no longer than this, in milliseconds: its return says nothing about the end (facts/vss.md 2.4). */
const SLICE_MS = 1000;

export class VssAsync {
  /** The last known status. */
  private status: number = VSS_HRESULT.VSS_S_ASYNC_PENDING;

  constructor(
    /** Whose it is: `IVssBackupComponents::DoSnapshotSet`. */
    private readonly operation: string,
    private readonly async: IVssAsync & ProxyObject,
  ) {}

  /** Not known to have ended. */
  get pending(): boolean {
    return this.status === VSS_HRESULT.VSS_S_ASYNC_PENDING;
  }

  /** How the operation went, if that is known. */
  get succeeded(): boolean {
    return !this.pending && this.status !== VSS_HRESULT.VSS_S_ASYNC_CANCELLED && !failed(this.status);
  }

  /**
   * Waits for the operation's end and gives its success code (VSS_S_ASYNC_FINISHED or one of the operation's own).
   * @throws WindowsError, the operation's; AbortError and TimeoutError, after which the operation still goes on: `end` it
   */
  async finish(limits: Limits): Promise<number> {
    const { operation } = this;
    const status = await within(limits, operation, this.poll());
    if (failed(status)) throw new WindowsError(operation, status);
    if (status === VSS_HRESULT.VSS_S_ASYNC_CANCELLED) throw new AbortError(new StateError('ERR_OPERATION_CANCELLED', `${operation} was cancelled`));
    return status;
  }

  /** Cancels the operation if it is pending, and waits for its final status, at most `endMs`; false when that did not come. Never throws. */
  async end(clock: Clock, endMs: number): Promise<boolean> {
    if (this.pending) {
      const drained = (async () => {
        // Its answer is the operation's if that has ended already; a real failure shows in the status.
        await this.async.cancel().catch(() => undefined);
        await this.poll();
      })();
      if ((await settledWithin(clock, endMs, drained)) !== 'resolved') return false;
    }
    // Only now: letting go of an operation that runs may leave its set in progress (facts/vss.md 2.3).
    return (await settledWithin(clock, endMs, this.async.release())) === 'resolved';
  }

  private async poll(): Promise<number> {
    // The status call's own result is told apart from the operation's: it rejects.
    while (this.pending) {
      await this.async.wait(SLICE_MS);
      this.status = await this.async.queryStatus();
    }
    return this.status;
  }
}
