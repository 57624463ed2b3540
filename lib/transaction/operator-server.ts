/** The operator's channel to a running monitor: one JSON object a line, asked and answered, over a private pipe. */
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { StateError, errorCode } from '../binding';
import type { Host } from '../binding';
import { listenPrivately } from '../binding/private-pipe';
import type { PrivatePipe } from '../binding/private-pipe';
import { asError } from '../binding/waiting';
import { holderOf } from './directory-lock';
import { MonitorError } from './errors';
import { FE, FileSystemError } from './file-system-errors';
import type { MonitorReport, RecoveryReport, TransactionMonitor } from './monitor';

type Command =
  | { readonly command: 'status' }
  | { readonly command: 'abort'; readonly transaction: string }
  | { readonly command: 'resolve'; readonly transaction: string; readonly as: 'committed' | 'aborted' }
  | { readonly command: 'recover' };

type Answer = { readonly result: unknown } | { readonly error: { readonly code: string | undefined; readonly number: number | undefined; readonly message: string } };

async function carryOut(monitor: TransactionMonitor, command: Command): Promise<unknown> {
  switch (command.command) {
    case 'status':
      return monitor.report();
    case 'abort':
      return monitor.operatorAbort(command.transaction);
    case 'resolve':
      await monitor.resolveTransaction(command.transaction, command.as);
      return FE.FE_OK;
    case 'recover': {
      const { transactions, committed, backedOut, setAside } = await monitor.recover();
      return { transactions, committed, backedOut, setAside: setAside.map(({ id, failures }) => ({ id, failures: failures.map(({ participant, error }) => ({ participant, error: { message: error.message } })) })) };
    }
    default:
      throw new StateError('ERR_OPERATOR_COMMAND', 'this is no command of an operator');
  }
}

export class OperatorServer {
  private monitor: TransactionMonitor | undefined;
  private readonly early: Socket[] = [];
  private pipe: PrivatePipe | undefined;

  static async listen(): Promise<OperatorServer> {
    const server = new OperatorServer();
    server.pipe = await listenPrivately((socket) => server.accept(socket));
    return server;
  }

  get path(): string {
    return this.pipe?.path ?? '';
  }

  serve(monitor: TransactionMonitor): void {
    this.monitor = monitor;
    for (const socket of this.early.splice(0)) this.accept(socket);
  }

  async close(): Promise<void> {
    await this.pipe?.close();
  }

  private accept(socket: Socket): void {
    const { monitor } = this;
    if (monitor === undefined) {
      this.early.push(socket);
      return;
    }
    createInterface({ input: socket }).on('line', (line) => {
      void (async (): Promise<Answer> => ({ result: await carryOut(monitor, JSON.parse(line) as Command) }))().catch((error: unknown): Answer => ({
        error: { code: errorCode(error), number: error instanceof FileSystemError ? error.number : undefined, message: asError(error).message },
      })).then((answer) => {
        if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
      });
    });
  }
}

/** An operator's hand on the monitor that has a directory. */
export class OperatorClient {
  private constructor(private readonly path: string) {}

  /** @throws FileSystemError 84 when the directory never had a monitor; MonitorError ERR_MONITOR_NOT_RUNNING, ERR_MONITOR_FOREIGN */
  static async connect(host: Host, directory: string): Promise<OperatorClient> {
    const resolved = host.files.resolve(directory);
    const holder = await holderOf(host, resolved);
    if (holder?.operator === undefined || holder.operator === null) {
      if ((await host.files.stat(`${resolved}/monitor.log`)) === undefined && holder === undefined) throw new FileSystemError(FE.FE_NOT_CONFIGURED, resolved);
      throw new MonitorError('ERR_MONITOR_NOT_RUNNING', `no transaction monitor that operators can reach runs in ${resolved}`);
    }
    return new OperatorClient(holder.operator);
  }

  async status(): Promise<MonitorReport> {
    return (await this.ask({ command: 'status' })) as MonitorReport;
  }

  /** 0, 75 or 76. */
  async abort(transaction: string): Promise<number> {
    return (await this.ask({ command: 'abort', transaction })) as number;
  }

  async resolve(transaction: string, as: 'committed' | 'aborted'): Promise<void> {
    await this.ask({ command: 'resolve', transaction, as });
  }

  async recover(): Promise<RecoveryReport> {
    return (await this.ask({ command: 'recover' })) as RecoveryReport;
  }

  private ask(command: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(this.path);
      const fail = (cause: unknown): void => reject(new MonitorError('ERR_MONITOR_NOT_RUNNING', 'the transaction monitor does not answer', { cause }));
      socket.on('error', fail).on('close', () => fail(undefined)).on('connect', () => socket.write(`${JSON.stringify(command)}\n`));
      createInterface({ input: socket }).once('line', (line) => {
        const answer = JSON.parse(line) as Answer;
        socket.destroy();
        if ('result' in answer) resolve(answer.result);
        else if (answer.error.number !== undefined) reject(new FileSystemError(answer.error.number, answer.error.message));
        else reject(new StateError(answer.error.code ?? 'ERR_OPERATOR', answer.error.message));
      }).on('error', () => undefined);
    });
  }
}
