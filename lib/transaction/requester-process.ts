/** A requester in a process or worker of its own: it begins and ends transactions over its channel, and when it fails they are aborted (seed 002, rule T9). */
import { asError } from '../binding/waiting';
import { FE, FileSystemError } from './file-system-errors';
import { isMessage } from './messages';
import type { FromRequester, ToRequester } from './messages';
import { MonitoredProcess } from './monitored-process';
import type { ProcessLoss, ServerOptions } from './monitored-process';
import type { TransactionMonitor } from './monitor';
import { TransactionFile } from './transaction-file';
import type { Transaction } from './transaction';

export class RequesterProcess extends MonitoredProcess {
  private file: TransactionFile;

  /** @internal TransactionMonitor.startRequester */
  constructor(private readonly monitor: TransactionMonitor, options: ServerOptions) {
    super(monitor.host, options);
    this.file = monitor.openTransactionFile();
  }

  /** Transactions that it has begun and that are not over. */
  get transactions(): readonly Transaction[] {
    return this.file.transactions;
  }

  /** Closes the channel: its transactions are aborted. Resolves when the process has ended. Idempotent. */
  async close(): Promise<void> {
    this.disconnect();
    this.lost('died');
    await this.ended();
  }

  protected receive(message: unknown): void {
    if (!isMessage(message) || message.tag === undefined) return;
    const asked = message as FromRequester;
    this.answer(asked).then(
      (result) => this.child.send({ type: 'answer', tag: asked.tag, result } satisfies ToRequester),
      (error: unknown) => {
        const number = error instanceof FileSystemError ? error.number : FE.FE_PARAMETER;
        this.child.send({ type: 'refused', tag: asked.tag, number, message: asError(error).message } satisfies ToRequester);
      },
    );
  }

  private async answer(asked: FromRequester): Promise<unknown> {
    const { monitor, file } = this;
    switch (asked.type) {
      case 'begin':
        return file.beginTransaction(asked.options).id;
      // These are the initiator's: what somebody else has begun, or what was begun through a file that is closed, is unknown here.
      case 'end':
        return file.has(asked.transaction) ? monitor.endTransaction(asked.transaction) : FE.FE_OBSOLETE;
      case 'abort':
        return file.has(asked.transaction) ? monitor.abortTransaction(asked.transaction) : FE.FE_NO_CURRENT_TRANSACTION;
      case 'resume':
        return file.has(asked.transaction) ? monitor.resumeTransaction(asked.transaction) : FE.FE_OBSOLETE;
      case 'status':
        return monitor.statusTransaction(asked.transaction);
      case 'lock':
        await this.of(asked.transaction).lock(asked.resource);
        return undefined;
      case 'closeFile':
        file.close();
        this.file = monitor.openTransactionFile();
        return undefined;
    }
  }

  private of(id: string): Transaction {
    const transaction = this.file.transactions.find((each) => each.id === id);
    if (transaction === undefined) throw new FileSystemError(FE.FE_OBSOLETE);
    return transaction;
  }

  protected lost(how: ProcessLoss): void {
    this.file.abandon(how === 'died' ? 'requesterFailed' : 'networkFailed', this.name);
    this.monitor.processGone(this);
  }
}
