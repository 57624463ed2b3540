/** Calls that wait inside the interface (GetConfiguration, GetCommand), first come first served, each with its own timeout. */
import { HRESULT, INFINITE } from '../../binding/codes';
import type { Cancel, Clock } from '../../binding/host';
import { Failure } from '../kernel-object';

interface Waiting<T> {
  readonly owner: object;
  readonly resolve: (value: T) => void;
  readonly reject: (failure: Failure) => void;
  cancelTimer: Cancel | undefined;
}

export class WaitingCalls<T> {
  private readonly calls = new Set<Waiting<T>>();

  constructor(private readonly clock: Clock) {}

  get count(): number {
    return this.calls.size;
  }

  /** Rejects with VD_E_TIMEOUT after `timeoutMs`; 0 does not wait, INFINITE has no timer. `owner` is who waits. */
  wait(owner: object, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      if (timeoutMs === 0) {
        reject(new Failure(HRESULT.VD_E_TIMEOUT));
        return;
      }
      const call: Waiting<T> = { owner, resolve, reject, cancelTimer: undefined };
      this.calls.add(call);
      if (timeoutMs === INFINITE) return;
      call.cancelTimer = this.clock.after(timeoutMs, () => {
        this.calls.delete(call);
        reject(new Failure(HRESULT.VD_E_TIMEOUT));
      });
    });
  }

  answerFirst(value: T): void {
    for (const call of this.calls) {
      this.leave(call).resolve(value);
      return;
    }
  }

  failAll(hresult: number): void {
    for (const call of [...this.calls]) this.leave(call).reject(new Failure(hresult));
  }

  answerAll(value: T): void {
    for (const call of [...this.calls]) this.leave(call).resolve(value);
  }

  /** The owner is gone; nobody hears an answer. */
  drop(owner: object): void {
    for (const call of [...this.calls]) if (call.owner === owner) this.leave(call).reject(new Failure(HRESULT.VD_E_ABORT));
  }

  private leave(call: Waiting<T>): Waiting<T> {
    this.calls.delete(call);
    call.cancelTimer?.();
    return call;
  }
}
