/** The operator's channel to a running monitor: one JSON object a line, asked and answered, over a private pipe. */
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { ArgumentError, StateError, errorCode } from '../binding';
import type { Cancel, Host } from '../binding';
import { listenPrivately } from '../binding/private-pipe';
import type { PrivatePipe } from '../binding/private-pipe';
import { asError, unlessAborted } from '../binding/waiting';
import { abortCause } from './abort-causes';
import type { AbortCause } from './abort-causes';
import { holderOf } from './directory-lock';
import type { LockHolder } from './directory-lock';
import { MonitorError } from './errors';
import { FE, FileSystemError } from './file-system-errors';
import type { MonitorReport, RecoveryReport, TransactionMonitor, TransactionReport } from './monitor';
import { RecoveryLog } from './recovery-log';

type Command =
  | { readonly command: 'status' }
  | { readonly command: 'abort'; readonly transaction: string }
  | { readonly command: 'resolve'; readonly transaction: string; readonly as: 'committed' | 'aborted' }
  | { readonly command: 'recover' };

type Answer = { readonly result: unknown } | { readonly error: { readonly code: string | undefined; readonly number: number | undefined; readonly detail: string | undefined; readonly message: string } };

/** A RecoveryReport as plain data. */
export interface PlainRecoveryReport extends Omit<RecoveryReport, 'setAside'> {
  readonly setAside: readonly Pick<TransactionReport, 'id' | 'failures'>[];
}

export function plainRecovery({ setAside, ...report }: RecoveryReport): PlainRecoveryReport {
  return { ...report, setAside: setAside.map(({ id, failures }) => ({ id, failures: failures.map(({ participant, error }) => ({ participant, message: error.message })) })) };
}

/** What has crossed is somebody else's. @throws StateError ERR_OPERATOR_COMMAND */
function commandOf(line: string): Command {
  const refused = (cause?: unknown): StateError => new StateError('ERR_OPERATOR_COMMAND', 'this is no command of an operator', { cause });
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch (error) {
    throw refused(error);
  }
  if (typeof said !== 'object' || said === null) throw refused();
  const { command, transaction } = said as Partial<Record<'command' | 'transaction', unknown>>;
  const known = command === 'status' || command === 'recover' || ((command === 'abort' || command === 'resolve') && typeof transaction === 'string');
  if (!known) throw refused();
  return said as Command;
}

async function carryOut(monitor: TransactionMonitor, command: Command): Promise<unknown> {
  switch (command.command) {
    case 'status':
      return monitor.report();
    case 'abort':
      return monitor.operatorAbort(command.transaction);
    case 'resolve':
      await monitor.resolveTransaction(command.transaction, command.as);
      return FE.FE_OK;
    case 'recover':
      return plainRecovery(await monitor.recover());
  }
}

export class OperatorServer {
  private monitor: TransactionMonitor | undefined;
  private readonly early: Socket[] = [];
  private pipe: PrivatePipe | undefined;

  static async listen(): Promise<OperatorServer> {
    const server = new OperatorServer();
    server.pipe = await listenPrivately((socket) => server.accept(socket));
    // Being reachable is no reason to go on living.
    server.pipe.unref();
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
    // Its errors are the socket's, and an operator who goes away is no reason to end a backup.
    createInterface({ input: socket }).on('error', () => undefined).on('line', (line) => {
      void (async (): Promise<Answer> => ({ result: await carryOut(monitor, commandOf(line)) }))().catch((error: unknown): Answer => ({
        error: { code: errorCode(error), ...(error instanceof FileSystemError ? { number: error.number, detail: error.detail } : { number: undefined, detail: undefined }), message: asError(error).message },
      })).then((answer) => {
        if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
      });
    });
  }
}

export interface OperatorOptions {
  /** Ends the wait for an answer with AbortError; what the monitor was asked for goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that an answer may take; default 10,000. Recovery, which waits for participants, only has to begin by then. */
  readonly timeoutMs?: number;
}

/** An operator's hand on the monitor that has a directory. */
export class OperatorClient {
  private constructor(private readonly host: Host, private readonly holder: LockHolder & { readonly operator: string }, private readonly options: OperatorOptions) {}

  /** @throws FileSystemError 84 when the directory never had a monitor; MonitorError ERR_MONITOR_NOT_RUNNING, ERR_MONITOR_UNREACHABLE, ERR_MONITOR_FOREIGN */
  static async connect(host: Host, directory: string, options: OperatorOptions = {}): Promise<OperatorClient> {
    const client = await OperatorClient.reach(host, directory, options);
    if (client !== undefined) return client;
    throw new MonitorError('ERR_MONITOR_NOT_RUNNING', `no transaction monitor runs in ${host.files.resolve(directory)}`);
  }

  /** As `connect`; undefined when the monitor that had the directory is gone, and what it left waits for `recover`. */
  static async reach(host: Host, directory: string, options: OperatorOptions = {}): Promise<OperatorClient | undefined> {
    if (typeof directory !== 'string' || directory === '') throw new ArgumentError('directory', 'must be the name of a directory');
    const resolved = host.files.resolve(directory);
    const holder = await holderOf(host, resolved);
    if (holder === undefined) {
      await interruptedTransactions(host, directory);
      return undefined;
    }
    const { operator, pid } = holder;
    if (operator === null) throw new MonitorError('ERR_MONITOR_UNREACHABLE', `the transaction monitor of ${resolved}, in process ${String(pid)}, takes no operators`);
    return new OperatorClient(host, { ...holder, operator }, options);
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

  async recover(): Promise<PlainRecoveryReport> {
    // One that does not answer to this would let the other question wait for ever.
    await this.status();
    return (await this.ask({ command: 'recover' }, Infinity)) as PlainRecoveryReport;
  }

  private async ask(command: Command, timeoutMs = this.options.timeoutMs ?? ANSWER_MS): Promise<unknown> {
    const { host: { clock }, holder: { operator, pid }, options: { signal } } = this;
    const socket = createConnection(operator);
    let cancel: Cancel = () => undefined;
    const answer = new Promise<string>((resolve, reject) => {
      const who = `the transaction monitor in process ${String(pid)}`;
      const fail = (cause: unknown): void => reject(FORBIDDEN.includes(errorCode(cause) ?? '')
        ? new MonitorError('ERR_MONITOR_UNREACHABLE', `${who} is another user's, and lets only that user and administrators in`, { cause })
        : new MonitorError('ERR_MONITOR_NOT_RUNNING', `${who} does not answer any more`, { cause }));
      socket.on('error', fail).on('close', () => fail(undefined)).on('connect', () => socket.write(`${JSON.stringify(command)}\n`));
      createInterface({ input: socket }).on('error', () => undefined).once('line', resolve);
      if (timeoutMs !== Infinity) {
        cancel = clock.after(timeoutMs, () => reject(new MonitorError('ERR_MONITOR_UNREACHABLE', `${who} has not answered within ${String(timeoutMs)} ms`)));
      }
    });
    try {
      return resultOf(await unlessAborted(signal, answer));
    } finally {
      cancel();
      socket.destroy();
    }
  }
}

/** Longer than any answer takes that waits for nothing but the log's disk. */
const ANSWER_MS = 10_000;
const FORBIDDEN: readonly string[] = ['EACCES', 'EPERM'];

/** @throws what the monitor answered; MonitorError when it is no answer */
function resultOf(line: string): unknown {
  let answer: Answer;
  try {
    answer = JSON.parse(line) as Answer;
  } catch (cause) {
    throw new MonitorError('ERR_MONITOR_UNREACHABLE', 'what answers is no transaction monitor', { cause });
  }
  if ('result' in answer) return answer.result;
  const { code, number, detail, message } = answer.error;
  if (number !== undefined) throw new FileSystemError(number, detail);
  if (code === 'ERR_TRANSACTION_UNKNOWN') throw new MonitorError(code, message);
  throw new StateError(code ?? 'ERR_OPERATOR', message);
}

/**
 * What the log of a directory says of transactions that its monitor has not brought to their end; nothing is changed.
 * @throws FileSystemError 84 when the directory never had a monitor; MonitorError when the log is of another machine or version; LogError
 */
export async function interruptedTransactions(host: Host, directory: string): Promise<readonly TransactionReport[]> {
  const resolved = host.files.resolve(directory);
  const logged = await RecoveryLog.read(host, resolved);
  if (logged === undefined) throw new FileSystemError(FE.FE_NOT_CONFIGURED, resolved);
  return logged.map(({ id, tag, committed, participants, cause }) => ({
    id, tag: tag ?? undefined, state: committed ? 'ENDING' : 'ABORTING', beganAt: undefined, participants: participants.map(({ name }) => name), failures: [],
    ...(committed ? { cause: undefined, reason: undefined, code: undefined } : described(abortCause(cause?.name ?? 'requesterFailed', cause?.detail ?? undefined))),
  }));
}

const described = ({ name, reason, code }: AbortCause): Pick<TransactionReport, 'cause' | 'reason' | 'code'> => ({ cause: name, reason, code });
