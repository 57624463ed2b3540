/**
 * A server in a process or worker of its own, as its requester sees it: requests with a time limit, or without waiting; each is part of the current
 * transaction, and whatever keeps it from being answered aborts that (seed 002, rules T10, T13 to T16, T18, T19).
 */
import { AbortError, StateError, checkKnownFields } from '../binding';
import { abortCauses } from './abort-causes';
import type { AbortCauseName } from './abort-causes';
import { FE, FileSystemError } from './file-system-errors';
import { isMessage } from './messages';
import type { FromServer, Phase, ToServer } from './messages';
import { MonitoredProcess } from './monitored-process';
import type { ProcessLoss, ServerOptions } from './monitored-process';
import type { TransactionMonitor } from './monitor';
import type { Json, Participant, Recoverer } from './participant';
import type { Transaction } from './transaction';

export type { ServerOptions } from './monitored-process';

export interface RequestOptions {
  /** Default: the current one; null: none. */
  readonly transaction?: Transaction | null;
}

export interface WaitedRequestOptions extends RequestOptions {
  /** Milliseconds until the reply must be there; else the request gives 40 and the transaction is aborted (T13). Default without end. */
  readonly timeoutMs?: number;
  /** Cancels the request, which aborts the transaction (T15). */
  readonly signal?: AbortSignal;
}

/** A server's own words for not doing what was asked: an answer, and no reason to abort. */
export class RequestRefused extends StateError {
  constructor(server: string, code: string | undefined, message: string) {
    super(code ?? 'ERR_REQUEST_REFUSED', `${server}: ${message}`);
  }
}

interface Pending {
  readonly transaction: Transaction | undefined;
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A request that was sent without waiting (a nowait WRITEREAD). */
export class ServerRequest {
  /** @internal */
  constructor(
    private readonly server: ServerProcess,
    readonly tag: number,
    private readonly reply: Promise<unknown>,
    private readonly monitor: TransactionMonitor,
  ) {}

  /** AWAITIO. @throws FileSystemError 40 after `timeoutMs`, which aborts the transaction (T14); 90 to 97 when that was aborted */
  async completion({ timeoutMs = Infinity }: { readonly timeoutMs?: number } = {}): Promise<unknown> {
    return limited(this.monitor, this.reply, timeoutMs, () => this.server.giveUp(this.tag, 'completionTimedOut', new FileSystemError(FE.FE_TIMED_OUT, this.server.name)));
  }

  /** CANCEL (T15). @throws FileSystemError 74 when it has been answered */
  cancel(): void {
    if (!this.server.giveUp(this.tag, 'requestCancelled', new AbortError(undefined, 'The request was cancelled'))) {
      throw new FileSystemError(FE.FE_BAD_MESSAGE_TAG, `${this.server.name}, request ${String(this.tag)}`);
    }
  }
}

async function limited(monitor: TransactionMonitor, reply: Promise<unknown>, timeoutMs: number, expired: () => void): Promise<unknown> {
  const cancel = timeoutMs === Infinity ? () => undefined : monitor.host.clock.after(timeoutMs, expired);
  try {
    return await reply;
  } finally {
    cancel();
  }
}

const MISSING: Readonly<Record<ProcessLoss | 'closed', AbortCauseName>> = { died: 'serverFailed', lost: 'networkFailed', closed: 'serverClosed' };

export class ServerProcess extends MonitoredProcess {
  private readonly pending = new Map<number, Pending>();
  /** Transactions that it has worked for. */
  private readonly joined = new Set<Transaction>();
  private nextTag = 1;
  private closedRequests = false;

  /** @internal TransactionMonitor.startServer */
  constructor(private readonly monitor: TransactionMonitor, private readonly options: ServerOptions) {
    super(monitor.host, options);
  }

  /** A request without waiting: `completion` waits for its reply. @throws FileSystemError 76, 78, 90 to 97 */
  send(payload: unknown, options: RequestOptions = {}): ServerRequest {
    checkKnownFields('options', options, ['transaction']);
    const { transaction = this.monitor.currentTransaction } = options;
    const { tag, reply } = this.ask(transaction ?? undefined, (tag) => ({ type: 'request', tag, transaction: transaction?.id, payload }));
    return new ServerRequest(this, tag, reply, this.monitor);
  }

  /**
   * A waited WRITEREAD: resolves with the reply.
   * @throws FileSystemError 40 (timeout), 76, 78, 90 to 97; AbortError when `signal` fires; RequestRefused when the server says no
   */
  async request(payload: unknown, options: WaitedRequestOptions = {}): Promise<unknown> {
    checkKnownFields('options', options, ['transaction', 'timeoutMs', 'signal']);
    const { transaction = this.monitor.currentTransaction, timeoutMs = Infinity, signal } = options;
    if (signal?.aborted === true) throw new AbortError(signal.reason);
    const { tag, reply } = this.ask(transaction ?? undefined, (tag) => ({ type: 'request', tag, transaction: transaction?.id, payload }));
    const onAbort = (): void => void this.giveUp(tag, 'requestCancelled', new AbortError(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await limited(this.monitor, reply, timeoutMs, () => this.giveUp(tag, 'requestTimedOut', new FileSystemError(FE.FE_TIMED_OUT, this.name)));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * A participant that lives in the server: its prepare, commit and backout are asked of it. When the server is gone by then, as after a crash, a new
   * process of the same module is asked: what the participant must know is in its record.
   */
  participant(options: Omit<Participant, 'prepare' | 'commit' | 'backout' | 'kind'>, transaction: Transaction): Participant {
    this.join(transaction);
    const { module, args = [], processor = 'process' } = this.options;
    const durable = (record: Json): Json => ({ module: this.host.files.resolve(module), args, processor, name: this.name, record });
    const about = { transaction: transaction.id, participant: options.name };
    let record = options.record ?? null;
    const end = async (phase: 'commit' | 'backout'): Promise<void> => {
      if (this.missing === undefined) await this.askParticipant({ ...about, phase, record });
      else await endInNewServer(this.monitor, durable(record), about, phase);
    };
    return {
      ...options, kind: SERVER_KIND, record: durable(record),
      prepare: async () => {
        record = (await this.askParticipant({ ...about, phase: 'prepare', record })) ?? record;
        return durable(record);
      },
      commit: () => end('commit'),
      backout: () => end('backout'),
    };
  }

  /** @internal */
  async askParticipant(call: { readonly transaction: string; readonly participant: string; readonly phase: Phase; readonly record: Json }): Promise<Json | undefined> {
    return (await this.ask(undefined, (tag) => ({ type: 'participant', tag, ...call })).reply) as Json | undefined;
  }

  /** Closes the server. Requests without a reply are lost, and their transactions aborted (T16). Resolves when the process has ended. Idempotent. */
  async close(): Promise<void> {
    for (const tag of [...this.pending.keys()]) this.giveUp(tag, 'serverClosed', new FileSystemError(FE.FE_PROCESS_FAILED, `${this.name} was closed`));
    this.disconnect();
    this.monitor.processGone(this);
    await this.ended();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends the wait for a reply, for that cause; false when it is not waited for. @internal */
  giveUp(tag: number, cause: AbortCauseName, error: Error): boolean {
    const pending = this.pending.get(tag);
    if (pending === undefined) return false;
    this.pending.delete(tag);
    this.child.send({ type: 'cancel', tag } satisfies ToServer);
    // The caller hears its own error, others the abort's.
    pending.reject(error);
    if (pending.transaction !== undefined) this.monitor.abortUnilaterally(pending.transaction, cause, this.name);
    return true;
  }

  /** Why it takes no requests any more. */
  private get missing(): AbortCauseName | undefined {
    if (this.gone !== undefined) return MISSING[this.gone];
    return this.closedRequests ? 'serverClosedRequests' : undefined;
  }

  private join(transaction: Transaction): void {
    if (this.joined.has(transaction)) return;
    this.joined.add(transaction);
    void transaction.finished.then(() => this.joined.delete(transaction));
  }

  private ask(transaction: Transaction | undefined, message: (tag: number) => ToServer): { readonly tag: number; readonly reply: Promise<unknown> } {
    transaction?.check();
    const missing = this.missing;
    if (missing !== undefined) {
      // A request that cannot reach its server is lost, as one that was on its way would be (facts/ktm-tmf-mts.md 5.2, 90).
      if (transaction !== undefined) this.monitor.abortUnilaterally(transaction, missing, this.name);
      throw new FileSystemError(abortCauses[missing].code, `${this.name} is not there any more`);
    }
    const tag = this.nextTag++;
    if (transaction !== undefined) this.join(transaction);
    const reply = new Promise<unknown>((resolve, reject) => {
      const answered = transaction?.began((error) => {
        this.pending.delete(tag);
        reject(error);
      });
      this.pending.set(tag, {
        transaction,
        resolve: (payload) => {
          answered?.();
          resolve(payload);
        },
        reject: (error) => {
          answered?.();
          reject(error);
        },
      });
    });
    // Whoever waits for it hears of it.
    reply.catch(() => undefined);
    this.child.send(message(tag));
    return { tag, reply };
  }

  protected receive(message: unknown): void {
    if (!isMessage(message)) return;
    const said = message as FromServer;
    if (said.type === 'abort') {
      this.monitor.abortUnilaterally(said.transaction, 'serverAborted', this.name);
    } else if (said.type === 'closing') {
      this.closedRequests = true;
      this.failAll('serverClosedRequests', new FileSystemError(FE.FE_PROCESS_FAILED, `${this.name} closed its request file`));
    } else {
      const pending = this.pending.get(said.tag);
      // Answers to what was given up come too late.
      if (pending === undefined) return;
      this.pending.delete(said.tag);
      if (said.type === 'reply') pending.resolve(said.payload);
      else pending.reject(new RequestRefused(this.name, said.code, said.message));
    }
  }

  private failAll(cause: AbortCauseName, error: FileSystemError): void {
    const all = [...this.pending.values()];
    this.pending.clear();
    for (const { transaction } of all) if (transaction !== undefined) this.monitor.abortUnilaterally(transaction, cause, this.name);
    for (const { reject } of all) reject(error);
  }

  protected lost(how: ProcessLoss): void {
    const cause = MISSING[how];
    for (const transaction of this.joined) transaction.abort(cause, this.name);
    this.failAll(cause, new FileSystemError(abortCauses[cause].code, this.name));
    this.monitor.processGone(this);
  }
}

export const SERVER_KIND = 'winbackup.server';

export const recoverServer: Recoverer = (record, { transaction, participant, monitor }) => ({
  commit: () => endInNewServer(monitor, record, { transaction, participant }, 'commit'),
  backout: () => endInNewServer(monitor, record, { transaction, participant }, 'backout'),
});

async function endInNewServer(monitor: TransactionMonitor, durable: Json, about: { readonly transaction: string; readonly participant: string }, phase: 'commit' | 'backout'): Promise<void> {
  const { record, ...options } = durable as unknown as ServerOptions & { readonly record: Json };
  const server = monitor.startServer(options);
  try {
    await server.askParticipant({ ...about, phase, record });
  } finally {
    await server.close();
  }
}
