/** Faults as data: where, which occurrence, and what happens there. */
import { checkInteger, checkKnownFields, checkString, checkU32 } from '../binding/check';
import { ArgumentError } from '../binding/errors';

/** What a fault does. */
export type FaultAction =
  /** The call fails with this code, without having been made. */
  | { readonly hresult: number }
  /** It takes this long, in the machine's time, then goes on. */
  | { readonly delayMs: number }
  /** It never answers. */
  | { readonly hang: true }
  /** A process dies: that of the caller (`caller`), or the one of that name (`sqlservr`). */
  | { readonly kill: string }
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

/** What each action carries, by the name that tells it from the others. */
const actionChecks: Readonly<Record<string, (field: string, value: unknown) => void>> = {
  hresult: checkU32,
  delayMs: (field, value) => checkInteger(field, value, 0, Number.MAX_SAFE_INTEGER),
  hang: checkTrue,
  kill: checkString,
  powerCut: checkTrue,
};

function checkTrue(field: string, value: unknown): void {
  if (value !== true) throw new ArgumentError(field, 'must be true');
}

/** A fault that comes from outside (a file, another process). Throws ArgumentError with the field's name. */
export function checkFault(field: string, value: unknown): asserts value is Fault {
  if (typeof value !== 'object' || value === null) throw new ArgumentError(field, 'must be an object');
  checkKnownFields(field, value, ['at', 'occurrence', 'when', 'action']);
  const { at, occurrence, when, action } = value as Readonly<Record<string, unknown>>;
  checkString(`${field}.at`, at);
  if (occurrence !== undefined) checkInteger(`${field}.occurrence`, occurrence, 1, Number.MAX_SAFE_INTEGER);
  if (when !== undefined && when !== 'before' && when !== 'after') throw new ArgumentError(`${field}.when`, 'must be before or after');
  if (typeof action !== 'object' || action === null) throw new ArgumentError(`${field}.action`, 'must be an object');
  checkKnownFields(`${field}.action`, action, Object.keys(actionChecks));
  const entries = Object.entries(action);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw new ArgumentError(`${field}.action`, `must have exactly one of ${Object.keys(actionChecks).join(', ')}`);
  actionChecks[entry[0]]?.(`${field}.action.${entry[0]}`, entry[1]);
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

  get list(): readonly Fault[] {
    return this.faults;
  }

  /** How often each place was passed. */
  get counts(): ReadonlyMap<string, number> {
    return this.passed;
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
