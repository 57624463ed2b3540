/**
 * IVssBackupComponents to Ex4 under Microsoft's own names, made so that it ends as the seed demands: asynchronous calls are awaited to their final
 * status, what may not follow an abort is refused, and an owed AbortBackup is made, and has returned, before the object is released.
 */
import { AbortError, MACHINE, StateError, TimeoutError, WindowsError, failed } from '../binding';
import type { Channel, Host } from '../binding';
import type { IVssAsync, IVssBackupComponentsEx4 } from '../binding/generated/vss';
import { invariant } from '../binding/fail-fast';
import { createProxy } from '../binding/proxy';
import type { ProxyObject } from '../binding/proxy';
import { memberName, operationName } from '../binding/table';
import type { InterfaceTable, Method } from '../binding/table';
import { interfaceTable, methodsOf } from '../binding/tables';
import { asError, settledWithin } from '../binding/waiting';
import { endings, refusals, transitions } from './components-states';
import type { ComponentsEvent, ComponentsState } from './components-states';
import { within } from './limits';
import { checkDuration, closeChannel, machineOf, openRequester } from './requester';
import type { Machine, RequesterOptions } from './requester';
import { VssAsync } from './vss-async';

export interface OperationOptions {
  /** Milliseconds; default `timeouts.operationMs`. When they are over, the operation is cancelled and the call rejects with TimeoutError. */
  readonly timeoutMs?: number;
  /** Cancels the operation; the call rejects with AbortError after the operation has ended. */
  readonly signal?: AbortSignal;
}

type Started = Promise<IVssAsync & ProxyObject>;

/**
 * Each method of IVssBackupComponents to Ex4 (lib/binding/generated/vss.ts). Those that return an IVssAsync take OperationOptions after their own
 * arguments, and resolve with the operation's success code once it has ended: VSS_S_ASYNC_FINISHED, or one of its own.
 */
export type BackupComponentsMethods = {
  [M in keyof IVssBackupComponentsEx4]: IVssBackupComponentsEx4[M] extends (...args: infer A) => Started
    ? (...args: [...A, options?: OperationOptions]) => Promise<number>
    : IVssBackupComponentsEx4[M];
};

const table = interfaceTable('IVssBackupComponentsEx4');
const isAsynchronous = ({ parameters }: Method): boolean => parameters.some(({ type }) => type.kind === 'interface' && type.interface === 'IVssAsync');

/** Has the methods of the table, each calling `invoke`. */
abstract class Methods {
  protected abstract invoke(declaring: InterfaceTable, method: Method, args: unknown[]): Promise<unknown>;
}
for (const { table: declaring, method } of methodsOf(table)) {
  const member = function (this: { invoke: Methods['invoke'] }, ...args: unknown[]): Promise<unknown> {
    return this.invoke(declaring, method, args);
  };
  Object.defineProperty(Methods.prototype, memberName(method), { value: member, writable: true, configurable: true });
}
const WithMethods = Methods as unknown as abstract new () => BackupComponentsMethods & { [Symbol.asyncDispose](): Promise<void> };

/** Objects that nobody closed are torn down with their channel when they are collected (design rule 5). */
const abandoned = new FinalizationRegistry<Channel>((channel) => void channel.close());

export class VssBackupComponents extends WithMethods {
  private current: ComponentsState = 'raw';
  private operation: { readonly name: string; readonly async: VssAsync } | undefined;
  private readonly underWay = new Set<Promise<unknown>>();
  /** Operations of which no final status came, and which are not given up therefore. */
  private readonly unended = new Set<string>();
  private aborting: Promise<void> | undefined;
  private ending: Promise<readonly Error[]> | undefined;
  private readonly operationMs: number;
  private readonly endMs: number;
  private readonly host: Host;

  private constructor(
    readonly channel: Channel,
    private readonly proxy: IVssBackupComponentsEx4 & ProxyObject,
    { host, operationMs, endMs }: Machine,
  ) {
    super();
    this.host = host;
    this.operationMs = operationMs;
    this.endMs = endMs;
    abandoned.register(this, channel, this);
  }

  /**
   * CreateVssBackupComponents, on a channel of its own.
   * @throws ArgumentError; WindowsError E_ACCESSDENIED (neither administrator nor backup operator) ...; AbortError; LoadError
   */
  static async create(options: RequesterOptions = {}): Promise<VssBackupComponents> {
    return VssBackupComponents.on(await machineOf(options));
  }

  /** With options that have been checked. */
  static async on(machine: Machine): Promise<VssBackupComponents> {
    const channel = await openRequester(machine);
    try {
      const limits = { clock: machine.host.clock, timeoutMs: machine.operationMs, signal: machine.signal };
      const operation = 'CreateVssBackupComponents';
      const { hresult, outputs } = await within(limits, operation, channel.call(MACHINE, operation, []));
      const hint = 'administrators, backup operators and Local System may do this';
      if (failed(hresult)) throw new WindowsError(operation, hresult, hresult === 0x80070005 ? { hint } : {});
      return new VssBackupComponents(channel, createProxy<IVssBackupComponentsEx4>(channel, outputs[0] as number, table), machine);
    } catch (error) {
      await closeChannel(machine, channel);
      throw error;
    }
  }

  /** Whether Windows is simulated here. */
  get simulated(): boolean {
    return this.channel.kind === 'simulated';
  }

  /** Where the backup stands (components-states.ts). */
  get state(): ComponentsState {
    return this.current;
  }

  /**
   * Ends the object in legal order: a pending operation is cancelled and drained, an owed AbortBackup is made and has returned, then it is
   * released. Each step takes at most `timeouts.endMs`. Idempotent; never throws: what could not be done is in the list.
   */
  end(): Promise<readonly Error[]> {
    this.ending ??= this.finish();
    return this.ending;
  }

  /** As `end`; rejects with the first thing that could not be done. The object is released all the same. */
  async close(): Promise<void> {
    const [problem] = await this.end();
    if (problem !== undefined) throw problem;
  }

  override [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // --- Calls ---

  protected invoke(declaring: InterfaceTable, method: Method, args: unknown[]): Promise<unknown> {
    const operation = operationName(declaring, method);
    const refusal = refusals[this.current];
    if (this.ending !== undefined) return Promise.reject(new StateError('ERR_CLOSED', `${operation}: the object has been closed`));
    if (refusal?.calls.includes(method.name) === true) return Promise.reject(new StateError(refusal.code, `${operation}: ${refusal.why}`));
    if (method.name === 'AbortBackup') return this.abort();
    return isAsynchronous(method) ? this.runOperation(method, operation, args) : this.call(method, args);
  }

  private call(method: Method, args: unknown[]): Promise<unknown> {
    // From the call on, whoever loses the object leaves this behind; harmless where nothing is under way (facts/vss.md 2.3).
    if (method.name === 'StartSnapshotSet') this.proxy.setTeardown('AbortBackup');
    return this.tracked(async () => {
      try {
        const result = await this.onProxy(method, args);
        this.passed(method.name);
        return result;
      } finally {
        this.leaveBehind();
      }
    });
  }

  private runOperation(method: Method, operation: string, args: unknown[]): Promise<number> {
    const own = method.parameters.filter(({ direction }) => direction === 'in').length;
    const { timeoutMs = this.operationMs, signal } = (args[own] ?? {}) as OperationOptions;
    try {
      checkDuration('timeoutMs', timeoutMs);
    } catch (error) {
      return Promise.reject(asError(error));
    }
    if (this.operation !== undefined) {
      return Promise.reject(new StateError('ERR_OPERATION_PENDING', `${operation}: ${this.operation.name} has not ended`));
    }
    if (signal?.aborted === true) return Promise.reject(new AbortError(signal.reason));
    const limits = { clock: this.host.clock, timeoutMs, signal };
    return this.tracked(async () => {
      let async: VssAsync | undefined;
      const start = this.tracked(async () => {
        async = new VssAsync(operation, (await this.onProxy(method, args.slice(0, own))) as IVssAsync & ProxyObject);
        this.operation = { name: operation, async };
        return async;
      });
      try {
        return await (await within(limits, operation, start)).finish(limits);
      } finally {
        // Cancelled and drained before anything else happens to the object (facts/vss.md 2.3).
        if ((await async?.end(this.host.clock, this.endMs)) === false) this.unended.add(operation);
        this.operation = undefined;
        this.passed(async?.succeeded === true ? method.name : `${method.name} failed`);
        this.leaveBehind();
      }
    });
  }

  private onProxy(method: Method, args: unknown[]): Promise<unknown> {
    const member: unknown = Reflect.get(this.proxy, memberName(method));
    return (member as (...args: unknown[]) => Promise<unknown>)(...args);
  }

  private tracked<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.underWay.add(running);
    const over = (): void => void this.underWay.delete(running);
    running.then(over, over);
    return running;
  }

  private passed(event: string): void {
    const rule: Readonly<Partial<Record<string, ComponentsState>>> = transitions[this.current];
    this.current = rule[event satisfies string as ComponentsEvent] ?? this.current;
  }

  private leaveBehind(): void {
    if (endings[this.current] === 'release') this.proxy.setTeardown();
    else this.proxy.setTeardown('AbortBackup');
  }

  // --- The end ---

  private abort(): Promise<void> {
    this.aborting ??= (async () => {
      try {
        await this.drain();
        await this.tracked(() => this.proxy.abortBackup());
        this.passed('AbortBackup');
        this.leaveBehind();
      } finally {
        this.aborting = undefined;
      }
    })();
    return this.aborting;
  }

  /** No call and no operation is under way afterwards; false when some is still. */
  private async drain(): Promise<boolean> {
    const ended = await this.endOperation();
    const calls = await settledWithin(this.host.clock, this.endMs, Promise.allSettled(this.underWay));
    // One whose start was given up, and answered late.
    return (await this.endOperation()) && ended && calls === 'resolved';
  }

  private async endOperation(): Promise<boolean> {
    return this.operation === undefined || this.operation.async.end(this.host.clock, this.endMs);
  }

  private async finish(): Promise<readonly Error[]> {
    const { clock } = this.host;
    const problems: Error[] = [];
    const late = (what: string): void => void problems.push(new TimeoutError(`${what} did not end within ${String(this.endMs)} ms`));
    abandoned.unregister(this);
    if (!(await this.drain()) && this.unended.size === 0) this.unended.add(this.operation?.name ?? 'a call');
    for (const operation of this.unended) late(operation);
    if (endings[this.current] !== 'release') {
      const aborting = this.abort();
      const how = await settledWithin(clock, this.endMs, aborting);
      if (how === 'pending') late('IVssBackupComponents::AbortBackup');
      else {
        if (how === 'rejected') problems.push(await aborting.then(() => new Error('unreachable'), asError));
        this.proxy.setTeardown();
      }
    }
    // Only what could not be done leaves a backup without its end (seed 001).
    invariant(endings[this.current] === 'release' || problems.length > 0, 'shadow copy session', `a backup in the state '${this.current}' would be released without AbortBackup`);
    if ((await settledWithin(clock, this.endMs, this.proxy.release())) === 'pending') late('Release');
    if (!(await closeChannel({ host: this.host, endMs: this.endMs }, this.channel))) late('the end of the connection');
    return problems;
  }
}
