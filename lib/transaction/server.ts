/** The far end: what a server's or a requester's process or worker calls to work for the monitor that started it. */
import { isMainThread, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { StateError, errorCode } from '../binding';
import { WORKER_CHANNEL } from '../binding/host';
import { asError } from '../binding/waiting';
import { FileSystemError } from './file-system-errors';
import type { FromRequester, FromServer, Phase, ToRequester, ToServer } from './messages';
import type { Json } from './participant';
import type { BeginOptions } from './transaction';
import type { TransactionStatus } from './monitor';

/** One request, as the server sees it. */
export interface ReceivedRequest {
  readonly payload: unknown;
  /** Undefined outside any. */
  readonly transaction: string | undefined;
  /** Fires when the requester does not want the reply any more. */
  readonly signal: AbortSignal;
}

export interface RequestServer {
  /** Replies with what it resolves to; a rejection is an answer too, and aborts nothing. */
  readonly onRequest: (request: ReceivedRequest) => unknown;
  /** For participants of this server. May give a new record in `prepare`. */
  readonly onParticipant?: (call: { readonly phase: Phase; readonly transaction: string; readonly participant: string; readonly record: Json }) => Promise<Json | undefined | void>;
}

/** What a server can do to its requesters. */
export interface ServingRequests {
  /** ABORTTRANSACTION, by a server: unilateral (T18). */
  abortTransaction(transaction: string): void;
  /** Closes $RECEIVE: whatever has not been answered is lost (T19). */
  close(): void;
}

interface Channel {
  send(message: FromServer | FromRequester): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** To the monitor that started this process or worker; while it is open, it keeps that alive. @throws StateError ERR_NOT_A_SERVER */
function openChannel(): Channel {
  const port = isMainThread ? undefined : (workerData as Readonly<Record<string, MessagePort | undefined>> | null)?.[WORKER_CHANNEL];
  if (port !== undefined) return { send: (message) => port.postMessage(message), onMessage: (listener) => void port.on('message', listener) };
  if (process.send === undefined) throw new StateError('ERR_NOT_A_SERVER', 'neither this process nor this worker was started by a transaction monitor');
  return {
    send(message) {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    },
    onMessage: (listener) => void process.on('message', listener),
  };
}

/** Serves until the monitor closes the channel. @throws StateError ERR_NOT_A_SERVER */
export function serveRequests(server: RequestServer): ServingRequests {
  const channel = openChannel();
  const controllers = new Map<number, AbortController>();
  let closed = false;
  const answer = (tag: number, work: () => unknown): void => {
    Promise.resolve().then(work).then(
      (payload) => {
        if (!closed) channel.send({ type: 'reply', tag, payload });
      },
      (error: unknown) => {
        if (!closed) channel.send({ type: 'refused', tag, code: errorCode(error), message: asError(error).message });
      },
    ).finally(() => controllers.delete(tag));
  };
  channel.onMessage((message) => {
    const said = message as ToServer;
    if (closed) return;
    if (said.type === 'cancel') controllers.get(said.tag)?.abort();
    else if (said.type === 'request') {
      const controller = new AbortController();
      controllers.set(said.tag, controller);
      answer(said.tag, () => server.onRequest({ payload: said.payload, transaction: said.transaction, signal: controller.signal }));
    } else {
      const { phase, transaction, participant, record } = said;
      answer(said.tag, () => server.onParticipant?.({ phase, transaction, participant, record: record as Json }));
    }
  });
  return {
    abortTransaction: (transaction) => channel.send({ type: 'abort', transaction }),
    close() {
      channel.send({ type: 'closing' });
      closed = true;
    },
  };
}

/** A monitor in the parent process. Every method rejects with FileSystemError as the monitor's own would throw. */
export interface MonitorClient {
  /** Resolves with the transaction's id. */
  beginTransaction(options?: BeginOptions): Promise<string>;
  endTransaction(transaction: string): Promise<number>;
  abortTransaction(transaction: string): Promise<number>;
  resumeTransaction(transaction: string): Promise<number>;
  statusTransaction(transaction: string): Promise<TransactionStatus>;
  lock(transaction: string, resource: string): Promise<void>;
  /** Closes the transaction file (T17). */
  closeTransactionFile(): Promise<void>;
}

/** For a requester's process or worker. @throws StateError ERR_NOT_A_SERVER */
export function connectRequester(): MonitorClient {
  const channel = openChannel();
  const pending = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  let next = 1;
  channel.onMessage((message) => {
    const said = message as ToRequester;
    const waiting = pending.get(said.tag);
    pending.delete(said.tag);
    if (said.type === 'answer') waiting?.resolve(said.result);
    else waiting?.reject(new FileSystemError(said.number, said.message));
  });
  const ask = (message: (tag: number) => FromRequester): Promise<unknown> => new Promise((resolve, reject) => {
    const tag = next++;
    pending.set(tag, { resolve, reject });
    channel.send(message(tag));
  });
  return {
    beginTransaction: async (options = {}) => (await ask((tag) => ({ type: 'begin', tag, options }))) as string,
    endTransaction: async (transaction) => (await ask((tag) => ({ type: 'end', tag, transaction }))) as number,
    abortTransaction: async (transaction) => (await ask((tag) => ({ type: 'abort', tag, transaction }))) as number,
    resumeTransaction: async (transaction) => (await ask((tag) => ({ type: 'resume', tag, transaction }))) as number,
    statusTransaction: async (transaction) => (await ask((tag) => ({ type: 'status', tag, transaction }))) as TransactionStatus,
    lock: (transaction, resource) => ask((tag) => ({ type: 'lock', tag, transaction, resource })).then(() => undefined),
    closeTransactionFile: () => ask((tag) => ({ type: 'closeFile', tag })).then(() => undefined),
  };
}
