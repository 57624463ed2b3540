/**
 * A context around a component, after Microsoft Transaction Server: it intercepts every call, keeps the component's vote, ends the
 * transaction with the root, converts a success code when the commit failed, and lets no exception out (seed 003; facts/ktm-tmf-mts.md 6).
 */
import { AsyncLocalStorage } from 'node:async_hooks';

import { failed } from '../binding/codes';
import { CONTEXT_HRESULT } from '../binding/com-codes';
import { ArgumentError, StateError, WindowsError } from '../binding/errors';
import { FailFastError, failFast } from '../binding/fail-fast';
import type { FailFastReport } from '../binding/fail-fast';
import type { Cancel, Clock, Host } from '../binding/host';
import { realHost } from '../binding/real-host';
import { initialVote, votes } from './votes';
import type { Vote } from './votes';

/** What a component's method answers: an HRESULT and outputs by name. */
export type MethodResult = { readonly hresult: number } & Readonly<Record<string, unknown>>;

/** A component: methods that resolve to `{ hresult, ...outputs }`. */
export type Component = object;

/** The transaction that a root context ends. */
export interface ContextTransaction {
  /** Rejects when the transaction did not commit; it has then aborted. */
  commit(): Promise<void>;
  abort(): Promise<void>;
  /** Called once when the transaction aborts without us. */
  onAbort?(callback: () => void): void;
}

/** What a component can do from inside a method: IObjectContext and IContextState. */
export interface ObjectContext {
  setComplete(): void;
  setAbort(): void;
  enableCommit(): void;
  disableCommit(): void;
  isInTransaction(): boolean;
  /** @throws WindowsError CONTEXT_E_NOTRANSACTION without a transaction */
  setMyTransactionVote(vote: 'commit' | 'abort'): void;
  /** @throws WindowsError CONTEXT_E_NOTRANSACTION without a transaction */
  getMyTransactionVote(): 'commit' | 'abort';
  setDeactivateOnReturn(deactivate: boolean): void;
  getDeactivateOnReturn(): boolean;
  /** An inner object in the same activity and transaction. */
  createInstance(name: string, create: () => Component, options?: Pick<ContextOptions, 'autoComplete'>): ContextObject;
}

export interface ContextOptions {
  /** Its clock keeps the times. Default: the real one. */
  readonly host?: Host;
  /** Ended by the root: committed when it is done and nobody disagrees, else aborted. Without one, votes end the object only. */
  readonly transaction?: ContextTransaction;
  /** The transaction is aborted after this time. Default 60,000 ms; 0 is never. */
  readonly timeoutMs?: number;
  /** How long a call waits for another caller's to leave the activity. Default 60,000 ms. */
  readonly synchTimeoutMs?: number;
  /** A success code counts as SetComplete, a failure as SetAbort, unless the method votes. */
  readonly autoComplete?: boolean;
}

/** What a client holds: calls go through the context. */
export interface ContextObject {
  /** The component's name. */
  readonly name: string;
  /**
   * Resolves for every HRESULT, the component's own or the context's.
   * @throws ArgumentError when the component has no such method; FailFastError where it threw and the process must not die, and
   * StateError (ERR_CONTEXT_POISONED) from then on
   */
  call(method: string, ...args: readonly unknown[]): Promise<MethodResult>;
  /** The client lets go: the object's last vote counts, and releasing the root ends the transaction. Idempotent. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface CallScope {
  readonly object: Intercepted;
  readonly activity: Activity;
}

const current = new AsyncLocalStorage<CallScope>();

/** GetObjectContext: the context of the method that runs, or CONTEXT_E_NOCONTEXT. */
export function getObjectContext(): ObjectContext {
  const scope = current.getStore();
  if (scope === undefined) throw new WindowsError('GetObjectContext', CONTEXT_HRESULT.CONTEXT_E_NOCONTEXT);
  return scope.object.objectContext;
}

/** `active`: votes are gathered; `doomed`: it will abort, and runs until the root ends; `ended`: committed or aborted. */
type TransactionState = 'none' | 'active' | 'doomed' | 'ended';

/** One logical thread of control over a root and its inner objects, and the transaction that they share. */
class Activity {
  state: TransactionState;
  readonly objects = new Set<Intercepted>();
  poisoned: FailFastReport | undefined;
  private tail: Promise<void> = Promise.resolve();
  private cancelTimeout: Cancel | undefined;
  private readonly clock: Clock;

  constructor(readonly options: ContextOptions) {
    this.clock = (options.host ?? realHost).clock;
    this.state = options.transaction === undefined ? 'none' : 'active';
    const timeoutMs = options.timeoutMs ?? 60_000;
    if (options.transaction !== undefined && timeoutMs > 0) {
      this.cancelTimeout = this.clock.after(timeoutMs, () => {
        this.doom();
        void this.end(false);
      });
    }
    options.transaction?.onAbort?.(() => {
      this.doom();
    });
  }

  doom(): void {
    if (this.state === 'active') this.state = 'doomed';
  }

  /** Ends the transaction; true when it committed. Without a transaction there is nothing to end. */
  async end(wanted: boolean): Promise<boolean> {
    if (this.state === 'none') return true;
    if (this.state === 'ended') return false;
    const commit = wanted && this.state === 'active' && [...this.objects].every(({ vote }) => vote.consistent);
    this.state = 'ended';
    this.cancelTimeout?.();
    const { transaction } = this.options;
    try {
      await (commit ? transaction?.commit() : transaction?.abort());
      return commit;
    } catch {
      // A commit that failed has aborted; a failed abort is the transaction's to report and to finish.
      return false;
    }
  }

  /** Runs `act` when no other caller is inside; the activity's own calls go straight in. `undefined` after the time limit. */
  async enter<T>(act: () => Promise<T>): Promise<T | undefined> {
    if (current.getStore()?.activity === this) return act();
    const before = this.tail;
    let leave: () => void = () => undefined;
    this.tail = new Promise((resolve) => (leave = resolve));
    const { clock } = this;
    const inTime = await new Promise<boolean>((resolve) => {
      const cancel = clock.after(this.options.synchTimeoutMs ?? 60_000, () => {
        resolve(false);
      });
      void before.then(() => {
        cancel();
        resolve(true);
      });
    });
    if (!inTime) {
      // Whoever comes next still waits for those before us.
      void before.then(leave);
      return undefined;
    }
    try {
      return await act();
    } finally {
      leave();
    }
  }
}

function checkVoteState(activity: Activity, operation: string): void {
  if (activity.options.transaction === undefined) throw new WindowsError(operation, CONTEXT_HRESULT.CONTEXT_E_NOTRANSACTION);
}

function isMethodResult(value: unknown): value is MethodResult {
  return typeof value === 'object' && value !== null && 'hresult' in value && typeof value.hresult === 'number';
}

async function disposeOf(value: object): Promise<void> {
  const dispose: unknown = Reflect.get(value, Symbol.asyncDispose) ?? Reflect.get(value, Symbol.dispose);
  if (typeof dispose === 'function') await Reflect.apply(dispose, value, []);
}

/** The outputs of a method, without its HRESULT; those in a list are outputs too. */
function outputsOf({ hresult: _, ...outputs }: MethodResult): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(outputs);
}

async function disposeOutput(value: unknown): Promise<void> {
  if (Array.isArray(value)) for (const each of value) await disposeOutput(each);
  else if (typeof value === 'object' && value !== null) await disposeOf(value);
}

/** One object in its context: activated by the first call, deactivated when it is done. */
class Intercepted implements ContextObject {
  vote: Vote = initialVote;
  readonly objectContext: ObjectContext;
  private instance: Component | undefined;
  private released = false;
  private voted = false;

  constructor(
    readonly name: string,
    private readonly create: () => Component,
    private readonly activity: Activity,
    private readonly root: boolean,
    private readonly autoComplete: boolean,
  ) {
    activity.objects.add(this);
    this.objectContext = this.makeObjectContext();
  }

  async call(method: string, ...args: readonly unknown[]): Promise<MethodResult> {
    const { activity } = this;
    this.refuseWhenPoisoned();
    const answer = await activity.enter(async () => {
      this.refuseWhenPoisoned();
      const refused = this.refusal();
      if (refused !== undefined) return { hresult: refused };
      return this.convert(await this.invoke(method, args));
    });
    return answer ?? { hresult: CONTEXT_HRESULT.CONTEXT_E_SYNCH_TIMEOUT };
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    const { activity } = this;
    if (activity.poisoned !== undefined) return;
    await this.deactivate();
    if (!this.vote.consistent) activity.doom();
    if (this.root) await activity.end(this.vote.consistent);
    else activity.objects.delete(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** The context's own answer, without asking the component. */
  private refusal(): number | undefined {
    if (this.released || this.activity.state === 'ended') return CONTEXT_HRESULT.CONTEXT_E_OLDREF;
    return this.activity.state === 'doomed' ? CONTEXT_HRESULT.CONTEXT_E_ABORTING : undefined;
  }

  private async invoke(method: string, args: readonly unknown[]): Promise<MethodResult> {
    const instance = await this.guard('activation', () => this.activate());
    const target: unknown = Reflect.get(instance, method);
    // What every object has is no method of the component: a caller's mistake must not end the process.
    if (typeof target !== 'function' || target === Reflect.get(Object.prototype, method) || method === 'constructor') throw new ArgumentError('method', `${method} is not a method of ${this.name}`);
    this.voted = false;
    const result = await this.guard(method, async () => {
      const answer: unknown = await Reflect.apply(target, instance, args);
      if (!isMethodResult(answer)) throw new TypeError(`${this.name}.${method} must resolve to an object with an hresult`);
      return answer;
    });
    if (this.autoComplete && !this.voted) this.vote = failed(result.hresult) ? votes.setAbort : votes.setComplete;
    return result;
  }

  private activate(): Component {
    if (this.instance === undefined) {
      this.instance = this.create();
      this.vote = initialVote;
    }
    return this.instance;
  }

  /** Runs the component's code inside the context. What it throws has put the process into an indeterminate state (seed 003, M5). */
  private async guard<T>(method: string, act: () => T | Promise<T>): Promise<T> {
    try {
      return await current.run({ object: this, activity: this.activity }, act);
    } catch (error) {
      // An inner object's context has failed fast already.
      if (error instanceof FailFastError) throw error;
      this.activity.poisoned = {
        component: this.name, method, condition: `an exception was not caught: ${String(error)}`, stack: error instanceof Error ? (error.stack ?? '') : '',
      };
      failFast(this.activity.poisoned);
    }
  }

  /** After a method: what `done` means, and the one conversion of a code that is allowed (M6, M7). */
  private async convert(result: MethodResult): Promise<MethodResult> {
    const { activity } = this;
    if (!this.vote.done) return result;
    await this.deactivate();
    if (!this.vote.consistent) activity.doom();
    if (!this.root) return result;
    const wanted = this.vote.consistent;
    const committed = await activity.end(wanted);
    if (committed || !wanted || failed(result.hresult)) return result;
    return this.clearOutputs(result, CONTEXT_HRESULT.CONTEXT_E_ABORTED);
  }

  /** Disposes what can be disposed and answers null for every output (M8). */
  private async clearOutputs(result: MethodResult, hresult: number): Promise<MethodResult> {
    const outputs = outputsOf(result);
    for (const [name, value] of outputs) await this.guard(`release of ${name}`, () => disposeOutput(value));
    return { ...Object.fromEntries(outputs.map(([name]) => [name, null])), hresult };
  }

  private async deactivate(): Promise<void> {
    const { instance } = this;
    this.instance = undefined;
    if (instance === undefined) return;
    await this.guard('deactivation', () => disposeOf(instance));
  }

  private refuseWhenPoisoned(): void {
    const { poisoned } = this.activity;
    if (poisoned !== undefined) throw new StateError('ERR_CONTEXT_POISONED', `${this.name}: the context has failed fast: ${poisoned.condition}`);
  }

  private makeObjectContext(): ObjectContext {
    const set = (vote: Vote): void => {
      this.vote = vote;
      this.voted = true;
    };
    return {
      setComplete: () => {
        set(votes.setComplete);
      },
      setAbort: () => {
        set(votes.setAbort);
      },
      enableCommit: () => {
        set(votes.enableCommit);
      },
      disableCommit: () => {
        set(votes.disableCommit);
      },
      isInTransaction: () => this.activity.options.transaction !== undefined,
      setMyTransactionVote: (vote) => {
        checkVoteState(this.activity, 'IContextState::SetMyTransactionVote');
        set({ consistent: vote === 'commit', done: this.vote.done });
      },
      getMyTransactionVote: () => {
        checkVoteState(this.activity, 'IContextState::GetMyTransactionVote');
        return this.vote.consistent ? 'commit' : 'abort';
      },
      setDeactivateOnReturn: (done) => {
        set({ consistent: this.vote.consistent, done });
      },
      getDeactivateOnReturn: () => this.vote.done,
      createInstance: (name, create, options = {}) => new Intercepted(name, create, this.activity, false, options.autoComplete ?? false),
    };
  }
}

/** Makes the root object of a new activity. */
export function createRootObject(name: string, create: () => Component, options: ContextOptions = {}): ContextObject {
  return new Intercepted(name, create, new Activity(options), true, options.autoComplete ?? false);
}
