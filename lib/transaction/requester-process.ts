/** A requester in a process of its own: it begins and ends transactions over its channel, and when it fails they are aborted (seed 002, rule T9). */
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
  private readonly begun = new Set<Transaction>();
  private file: TransactionFile;

  /** @internal TransactionMonitor.startRequester */
  constructor(private readonly monitor: TransactionMonitor, options: ServerOptions) {
    super(monitor.host, options);
    this.file = monitor.openTransactionFile();
  }

  /** Transactions that it has begun and that are not over. */
  get transactions(): readonly Transaction[] {
    return [...this.begun];
  }

  /** Closes the channel: its transactions are aborted. Resolves when the process has ended. Idempotent. */
  async close(): Promise<void> {
    this.disconnect();
    this.lost('died');
    await this.exited.catch(() => undefined);
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
    const { monitor } = this;
    switch (asked.type) {
      case 'begin': {
        const transaction = this.file.beginTransaction(asked.options);
        this.begun.add(transaction);
        void transaction.finished.then(() => this.begun.delete(transaction));
        return transaction.id;
      }
      case 'end':
        return monitor.endTransaction(asked.transaction);
      case 'abort':
        return monitor.abortTransaction(asked.transaction);
      case 'resume':
        return monitor.resumeTransaction(asked.transaction);
      case 'status':
        return monitor.statusTransaction(asked.transaction);
      case 'lock':
        await this.of(asked.transaction).lock(asked.resource);
        return undefined;
      case 'closeFile':
        this.file.close();
        this.file = monitor.openTransactionFile();
        return undefined;
    }
  }

  private of(id: string): Transaction {
    const transaction = [...this.begun].find((each) => each.id === id);
    if (transaction === undefined) throw new FileSystemError(FE.FE_OBSOLETE);
    return transaction;
  }

  protected lost(how: ProcessLoss): void {
    for (const transaction of this.begun) {
      // Nobody is left who could end it.
      if (transaction.abort(how === 'died' ? 'requesterFailed' : 'networkFailed', this.name)) transaction.owed = false;
    }
    this.monitor.processGone(this);
  }
}
