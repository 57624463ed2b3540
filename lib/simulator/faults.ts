/** Faults as data: where, which occurrence, and what happens there. */

/** What a fault does. */
export type FaultAction =
  /** The call fails with this code, without having been made. */
  | { readonly hresult: number }
  /** It takes this long, in the machine's time, then goes on. */
  | { readonly delayMs: number }
  /** It never answers. */
  | { readonly hang: true }
  /** A process dies: the caller's, or the one of that name (`sqlservr`). */
  | { readonly kill: 'caller' | string }
  /** The machine loses power: unsynced writes of the simulated disk may be lost, every process is gone. */
  | { readonly powerCut: true };

export interface Fault {
  /** An operation (`IClientVirtualDevice::CompleteCommand`) or an event of a service (`sql.write`). */
  readonly at: string;
  /** The how-manieth one, from 1; every one if absent. */
  readonly occurrence?: number;
  /** `after`: the call is made, then its answer is lost to the action. Default `before`. */
  readonly when?: 'before' | 'after';
  readonly action: FaultAction;
}

/** Counts every place that is passed and says which faults strike there. */
export class Faults {
  private readonly faults: Fault[] = [];
  private readonly passed = new Map<string, number>();

  add(fault: Fault): void {
    this.faults.push(fault);
  }

  clear(): void {
    this.faults.length = 0;
  }

  /** How often `at` was passed. */
  count(at: string): number {
    return this.passed.get(at) ?? 0;
  }

  /** Passes `at` and returns what strikes there, before and after. */
  pass(at: string): { readonly before: readonly FaultAction[]; readonly after: readonly FaultAction[] } {
    const occurrence = this.count(at) + 1;
    this.passed.set(at, occurrence);
    const struck = this.faults.filter((fault) => fault.at === at && (fault.occurrence === undefined || fault.occurrence === occurrence));
    return {
      before: struck.filter(({ when }) => when !== 'after').map(({ action }) => action),
      after: struck.filter(({ when }) => when === 'after').map(({ action }) => action),
    };
  }
}
