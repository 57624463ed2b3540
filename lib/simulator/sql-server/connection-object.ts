/** A connection to an instance as an object of the machine, so that it works over every channel: SqlConnection. */
import type { PlainRecord } from '../../binding/channel';
import { hresultFromWin32 } from '../../binding/codes';
import { Failure, KernelObject } from '../kernel-object';
import type { EndReason } from '../kernel-object';
import type { SimulatedWindows } from '../machine';
import { runBatch } from './execution';
import type { SqlServerInstance, SqlSession } from './instance';
import { RunningStatement, ServerDied, StatementCancelled } from './running-statement';
import type { SqlEvent } from './running-statement';

/** ERROR_PIPE_NOT_CONNECTED: what a client sees when the server is gone. */
const CONNECTION_LOST = hresultFromWin32(233);
/** ERROR_BUSY: one statement at a time. */
const CONNECTION_BUSY = hresultFromWin32(170);

export class SqlConnectionObject extends KernelObject {
  readonly interfaceName = 'SqlConnection';
  private readonly session: SqlSession;
  private readonly events: SqlEvent[] = [];
  private waiting: { readonly resolve: (event: readonly [PlainRecord]) => void; readonly reject: (error: Failure) => void } | undefined;
  private running: RunningStatement | undefined;
  private lost = false;

  constructor(
    private readonly machine: SimulatedWindows,
    private readonly instance: SqlServerInstance,
    session: SqlSession,
  ) {
    super();
    this.session = session;
    machine.onDeath(instance.process, () => {
      this.lose(new ServerDied('sqlservr is gone'));
    });
  }

  /** Starts a batch; `next` tells what comes of it. */
  execute(text: string): void {
    if (this.lost) throw new Failure(CONNECTION_LOST);
    if (this.running !== undefined) throw new Failure(CONNECTION_BUSY);
    const statement = new RunningStatement(
      this.machine,
      this.instance.process,
      (event) => {
        if (this.running === statement) this.emit(event);
      },
      1,
    );
    this.running = statement;
    const ended = (): void => {
      if (this.running !== statement) return;
      this.running = undefined;
      this.emit({ kind: 'end' });
    };
    runBatch(statement, this.instance, this.session, text).then(ended, (error: unknown) => {
      // The simulator's own fault: shown as a stack dump would be, never swallowed.
      this.emit({
        kind: 'message',
        number: 17066,
        severity: 20,
        state: 1,
        message: `simulator error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      });
      ended();
    });
  }

  /** The next message, row or the end of the batch, as `{ kind, ... }`; waits for it. */
  next(): readonly [PlainRecord] | Promise<readonly [PlainRecord]> {
    const event = this.events.shift();
    if (event !== undefined) return [{ ...event }];
    if (this.lost) throw new Failure(CONNECTION_LOST);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  /** An attention: the running statement ends, with its messages, then `end` comes. */
  cancel(): void {
    this.running?.stop(new StatementCancelled('the client cancelled the statement'));
  }

  close(): void {
    this.lose(new StatementCancelled('the connection was closed'));
  }

  override ended(_reason: EndReason): void {
    this.close();
  }

  private lose(reason: Error): void {
    if (this.lost) return;
    this.lost = true;
    this.instance.sessions.delete(this.session);
    this.running?.stop(reason);
    this.running = undefined;
    this.waiting?.reject(new Failure(CONNECTION_LOST));
    this.waiting = undefined;
  }

  private emit(event: SqlEvent): void {
    if (this.waiting === undefined) {
      this.events.push(event);
      return;
    }
    const { resolve } = this.waiting;
    this.waiting = undefined;
    resolve([{ ...event }]);
  }
}
