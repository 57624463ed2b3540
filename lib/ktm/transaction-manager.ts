/** A transaction manager: a log, or none where it is volatile, and the clock of its commits (facts/ktm-tmf-mts.md 1.7). */
import { ArgumentError, checkBoolean, checkGuid, checkKnownFields, checkString, checkU32, checkU64 } from '../binding';
import type { Backend } from '../binding';
import type { KernelHandle } from '../binding/functions';
import { TRANSACTION_MANAGER, TRANSACTIONMANAGER_RIGHTS } from '../binding/ktm-codes';
import { Connection } from './connection';
import { explained } from './errors';
import { KtmObject } from './ktm-object';

export interface CreateTransactionManagerOptions {
  /** The log: a path without extension. KTM makes it if it is missing and opens it if it is there and nobody has it open. */
  readonly logFileName?: string;
  /** No log: nothing survives. Instead of `logFileName`. */
  readonly volatile?: boolean;
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
}

export interface OpenTransactionManagerOptions {
  readonly logFileName: string;
  /** TRANSACTIONMANAGER_RIGHTS; default ALL_ACCESS. */
  readonly access?: number;
  readonly backend?: Backend;
}

export interface OpenByIdOptions {
  /** GUID. */
  readonly id: string;
  readonly access?: number;
  readonly backend?: Backend;
}

const { ALL_ACCESS } = TRANSACTIONMANAGER_RIGHTS;

export class TransactionManager extends KtmObject {
  private recovering: Promise<void> | undefined;

  private constructor(
    connection: Connection,
    handle: KernelHandle,
    /** Without a log. Unknown, and taken for durable, where it was opened by its id. */
    readonly isVolatile: boolean,
  ) {
    super(connection, handle, 'the transaction manager');
  }

  /**
   * CreateTransactionManager. A durable one is not online before `recover`.
   * @throws ArgumentError; WindowsError ERROR_INVALID_PARAMETER (the name's form), ERROR_LOG_CORRUPTION_DETECTED, ERROR_ALREADY_EXISTS ...
   */
  static async create(options: CreateTransactionManagerOptions): Promise<TransactionManager> {
    checkKnownFields('options', options, ['logFileName', 'volatile', 'backend']);
    const { logFileName = null, volatile: isVolatile = false } = options;
    checkBoolean('volatile', isVolatile);
    if (logFileName !== null) checkLogFileName(logFileName);
    if (isVolatile === (logFileName !== null)) throw new ArgumentError('logFileName', 'must be given, or volatile: true, and not both');
    const flags = isVolatile ? TRANSACTION_MANAGER.VOLATILE : 0;
    return Connection.open(options.backend, async (connection) =>
      new TransactionManager(connection, await explained(connection.functions.createTransactionManager(logFileName, flags)), isVolatile));
  }

  /** OpenTransactionManager: a log that is there. */
  static async open(options: OpenTransactionManagerOptions): Promise<TransactionManager> {
    checkKnownFields('options', options, ['logFileName', 'access', 'backend']);
    const { logFileName, access = ALL_ACCESS } = options;
    checkLogFileName(logFileName);
    checkU32('access', access);
    return Connection.open(options.backend, async (connection) =>
      new TransactionManager(connection, await explained(connection.functions.openTransactionManager(ntName(logFileName), access)), false));
  }

  /** OpenTransactionManagerById: one that is open in some process. */
  static async openById(options: OpenByIdOptions): Promise<TransactionManager> {
    checkKnownFields('options', options, ['id', 'access', 'backend']);
    const { access = ALL_ACCESS } = options;
    const id = checkGuid('id', options.id);
    checkU32('access', access);
    return Connection.open(options.backend, async (connection) =>
      new TransactionManager(connection, await explained(connection.functions.openTransactionManagerById(id, access)), false));
  }

  /** RenameTransactionManager: gives the log of a manager a new identity. */
  static async rename(options: { readonly logFileName: string; readonly existingId: string; readonly backend?: Backend }): Promise<void> {
    const { logFileName } = options;
    checkLogFileName(logFileName);
    const existingId = checkGuid('existingId', options.existingId);
    return Connection.open(options.backend, (connection) => explained(connection.functions.renameTransactionManager(ntName(logFileName), existingId)));
  }

  /** RecoverTransactionManager: to the end of the log. It must follow create and open; once is enough. */
  recover(): Promise<void> {
    if (this.recovering === undefined) {
      const recovering = this.call((ktm, handle) => ktm.recoverTransactionManager(handle));
      this.recovering = recovering;
      recovering.catch(() => {
        if (this.recovering === recovering) this.recovering = undefined;
      });
    }
    return this.recovering;
  }

  /** RollforwardTransactionManager: recovers up to this clock value; may be repeated with greater ones. */
  async rollforward(virtualClock: bigint): Promise<void> {
    const clock = checkU64('virtualClock', virtualClock);
    return this.call((ktm, handle) => ktm.rollforwardTransactionManager(handle, clock));
  }

  /** GetCurrentClockTransactionManager. */
  clock(): Promise<bigint> {
    return this.call((ktm, handle) => ktm.getCurrentClockTransactionManager(handle));
  }

  /** GetTransactionManagerId. */
  id(): Promise<string> {
    return this.call((ktm, handle) => ktm.getTransactionManagerId(handle));
  }
}

/** What no log can be called; the rest is for Windows to judge. */
function checkLogFileName(logFileName: unknown): asserts logFileName is string {
  checkString('logFileName', logFileName);
  if (logFileName === '') throw new ArgumentError('logFileName', 'must not be empty');
}

/** OpenTransactionManager wants `\??\C:\folder\name` (facts/ktm-tmf-mts.md 1.2). */
function ntName(logFileName: string): string {
  return /^[a-z]:[\\/]/i.test(logFileName) ? `\\??\\${logFileName.replaceAll('/', '\\')}` : logFileName;
}
