/**
 * A child process, or a worker, that works for the monitor: how its end is told from the loss of the channel to it. Either is a processor in the seed's
 * sense: it fails as a whole, and nothing else with it.
 */
import { ArgumentError, checkInteger, checkKnownFields, checkString } from '../binding';
import type { ForkedProcess, Host } from '../binding';
import { settledWithin } from '../binding/waiting';

export interface ServerOptions {
  /** Path of a Node module: it calls `serveRequests` (a server) or `connectRequester` (a requester). */
  readonly module: string;
  readonly args?: readonly string[];
  /**
   * Where it runs: in a process of its own (default), or in a worker thread of this one, which costs less and shares its memory limit and its
   * fail fast. Its failure is noticed in the same ways: terminated, ended, an exception that nobody caught.
   */
  readonly processor?: 'process' | 'worker';
  /** In reports; default the module. */
  readonly name?: string;
  /** Milliseconds in which a process or worker whose channel is lost may turn out to be dead; after that the network has failed (92). Default 1000. */
  readonly graceMs?: number;
}

/** `died`: the process has ended; `lost`: it lives, but cannot be reached. */
export type ProcessLoss = 'died' | 'lost';

/** Milliseconds that a process has to end when its channel has been closed. */
const LAST_MS = 5000;

export abstract class MonitoredProcess {
  readonly name: string;
  protected readonly child: ForkedProcess;
  /** Why nothing can be asked of it any more. */
  protected gone: ProcessLoss | 'closed' | undefined;

  protected constructor(protected readonly host: Host, options: ServerOptions) {
    checkKnownFields('options', options, ['module', 'args', 'processor', 'name', 'graceMs']);
    const { module, args = [], processor = 'process', name = module, graceMs = 1000 } = options;
    checkString('module', module);
    if (module === '') throw new ArgumentError('module', 'must not be empty');
    if (!Array.isArray(args)) throw new ArgumentError('args', 'must be a list of strings');
    args.forEach((arg, index) => checkString(`args[${String(index)}]`, arg));
    if (processor !== 'process' && processor !== 'worker') throw new ArgumentError('processor', `must be process or worker, not ${String(processor)}`);
    checkString('name', name);
    checkInteger('graceMs', graceMs, 0, 0xffffffff);
    this.name = name;
    this.child = processor === 'worker' ? host.processes.startWorker(module, args as readonly string[]) : host.processes.fork(module, args as readonly string[]);
    this.child.onMessage((message) => this.receive(message));
    const { exited } = this.child;
    this.child.onDisconnect(() => void settledWithin(host.clock, graceMs, exited).then((state) => this.lose(state === 'pending' ? 'lost' : 'died')));
    // Also where it could not be started at all.
    exited.then(() => this.lose('died'), () => this.lose('died'));
  }

  /** Of a worker: of the process that it lives in. */
  get pid(): number {
    return this.child.pid;
  }

  /** Resolves when the process has ended. */
  get exited(): ForkedProcess['exited'] {
    return this.child.exited;
  }

  /** Ends the process at once. */
  kill(): void {
    this.child.kill();
  }

  private lose(how: ProcessLoss): void {
    if (this.gone !== undefined) return;
    this.gone = how;
    this.lost(how);
  }

  /** Closes the channel, which asks the process to end. */
  protected disconnect(): void {
    this.gone ??= 'closed';
    this.child.disconnect();
  }

  /** Resolves when it has ended: one that does not when its channel is closed is ended. */
  protected async ended(): Promise<void> {
    if ((await settledWithin(this.host.clock, LAST_MS, this.exited)) === 'pending') this.kill();
    await this.exited.catch(() => undefined);
  }

  protected abstract receive(message: unknown): void;
  protected abstract lost(how: ProcessLoss): void;
}
