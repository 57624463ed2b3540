/**
 * A kernel transaction whose outcome the monitor decides: the participant is its superior enlistment (facts/ktm-tmf-mts.md 2.2), and the monitor's log
 * is the superior's memory.
 */
import { ArgumentError, StateError, checkKnownFields, checkString } from '../../binding';
import { Transaction as KernelTransaction, recoverResourceManager } from '../../ktm';
import type { Enlistment, Notification, NotificationName, RecoveredResourceManager, SuperiorDecision, TransactionManager } from '../../ktm';
import { unlessAborted } from '../../binding/waiting';
import type { TransactionMonitor } from '../monitor';
import type { Json, Participant, Recoverer } from '../participant';
import type { Transaction } from '../transaction';

export interface KernelTransactionOptions {
  /**
   * The log of a transaction manager, a path without extension; made when it is not there. After a crash its other resource managers recover by
   * themselves, before the monitor does or while it waits for them.
   */
  readonly log: string;
  /** At most 64 characters. */
  readonly description?: string;
}

interface KernelRecord {
  readonly log: string;
  /** The persistent name of the resource manager of the superior enlistment; it has no other. */
  readonly resourceManager: string;
}

const NOTIFICATIONS: readonly NotificationName[] = ['PREPREPARE_COMPLETE', 'PREPARE_COMPLETE', 'COMMIT_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK'];

/** What is open of it while its process lives. */
interface Opened {
  readonly superior: RecoveredResourceManager;
  readonly transaction: KernelTransaction;
  readonly enlistment: Enlistment;
}

export class KernelTransactionParticipant implements Participant {
  static readonly kind = 'winbackup.kernel-transaction';
  readonly kind = KernelTransactionParticipant.kind;
  readonly name: string;
  readonly record: Json;
  private opened: Opened | undefined;
  private opening: Promise<unknown> = Promise.resolve();
  private readonly said = new Set<NotificationName>();
  private readonly listeners = new Set<() => void>();
  private leaveGuard: () => void = () => undefined;

  private constructor(private readonly monitor: TransactionMonitor, private readonly owner: Transaction, private readonly kernel: KernelRecord) {
    this.name = `kernel transaction of ${kernel.log}`;
    this.record = { ...kernel };
  }

  /**
   * Begins a kernel transaction in the monitor's transaction.
   * @throws ArgumentError; FileSystemError as Transaction.enlist; WindowsError
   */
  static async begin(monitor: TransactionMonitor, transaction: Transaction, options: KernelTransactionOptions): Promise<KernelTransactionParticipant> {
    checkKnownFields('options', options, ['log', 'description']);
    checkString('log', options.log);
    if (options.log === '') throw new ArgumentError('log', 'must not be empty');
    const log = monitor.host.files.resolve(options.log);
    const participant = new KernelTransactionParticipant(monitor, transaction, { log, resourceManager: monitor.host.random.uuid() });
    await transaction.enlist(participant);
    const opening = participant.open(options.description);
    participant.opening = opening.catch(() => undefined);
    await opening;
    return participant;
  }

  /** What resource managers enlist in while the monitor's transaction is active. Nobody else commits it. */
  get transaction(): KernelTransaction {
    return this.there.transaction;
  }

  /** Of the log, for resource managers. */
  get manager(): TransactionManager {
    return this.there.superior.manager;
  }

  private get there(): Opened {
    if (this.opened === undefined) throw new StateError('ERR_CLOSED', `${this.name} is closed`);
    return this.opened;
  }

  private async open(description: string | undefined): Promise<void> {
    const superior = await openSuperior(this.monitor, this.kernel, 'rollback');
    try {
      const transaction = await KernelTransaction.create({ backend: await this.monitor.backend(), ...(description === undefined ? {} : { description }) });
      try {
        const enlistment = await superior.resourceManager.createEnlistment(transaction, {
          superior: true, notifications: NOTIFICATIONS, onNotification: (notification) => this.heard(notification),
        });
        this.opened = { superior, transaction, enlistment };
      } catch (error) {
        await transaction.close();
        throw error;
      }
    } catch (error) {
      await superior.close();
      throw error;
    }
  }

  private heard({ type }: Notification): Promise<void> {
    this.said.add(type);
    for (const listener of [...this.listeners]) listener();
    // Somebody rolled it back, or KTM could not keep it: nothing can commit any more.
    if (type === 'ROLLBACK') this.monitor.abortUnilaterally(this.owner, 'participantFailed', `${this.name} was rolled back`);
    return Promise.resolve();
  }

  /** @throws StateError when the transaction is rolled back first; AbortError when the signal fires */
  private async until(wanted: NotificationName, signal?: AbortSignal): Promise<void> {
    const arrived = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.said.has(wanted)) resolve();
        else if (this.said.has('ROLLBACK')) reject(new StateError('ERR_ROLLED_BACK', `${this.name} was rolled back`));
        else return;
        this.listeners.delete(look);
      };
      this.listeners.add(look);
      look();
    });
    await unlessAborted(signal, Promise.race([arrived, this.there.superior.resourceManager.failed]));
  }

  async prepare(): Promise<void> {
    const { enlistment, transaction } = this.there;
    const { signal } = this.owner;
    this.leaveGuard = await this.monitor.prepareKernelTransaction(signal);
    await enlistment.prePrepare();
    // A resource manager that does not answer must not hold up the backout, which is what frees it.
    await this.until('PREPREPARE_COMPLETE', signal);
    await enlistment.prepare();
    await this.until('PREPARE_COMPLETE', signal);
    // A handle of its maker would roll it back at the end of this process, and that is the monitor's to decide now.
    const kept = await KernelTransaction.open({ id: await transaction.id(), backend: await this.monitor.backend() });
    this.opened = { ...this.there, transaction: kept };
    await transaction.close();
  }

  async commit(): Promise<void> {
    await this.end('commit', async ({ enlistment }) => {
      await enlistment.commit();
      this.leaveGuard();
      await this.until('COMMIT_COMPLETE');
    });
  }

  async backout(): Promise<void> {
    await this.opening;
    await this.end('rollback', async ({ enlistment, transaction }) => {
      if ((await transaction.outcome()) !== 'aborted') await enlistment.rollback();
    });
  }

  /** With what is open of it; where that has failed, as after a crash. */
  private async end(decision: SuperiorDecision, live: (opened: Opened) => Promise<void>): Promise<void> {
    const { opened } = this;
    if (opened === undefined) await decide(this.monitor, this.kernel, decision, this.leaveGuard);
    else {
      try {
        await live(opened);
      } finally {
        await this.close(opened);
      }
    }
    this.leaveGuard();
  }

  async letGo(): Promise<void> {
    this.leaveGuard();
    await this.opening;
    if (this.opened !== undefined) await this.close(this.opened);
  }

  private async close({ transaction, superior }: Opened): Promise<void> {
    this.opened = undefined;
    await transaction.close();
    await superior.close();
  }
}

export const recoverKernelTransaction: Recoverer = (record, { monitor }) => {
  const kernel = record as unknown as KernelRecord;
  let leave: (() => void) | undefined;
  const end = async (decision: SuperiorDecision): Promise<void> => {
    // The crash may have left it prepared.
    leave ??= await monitor.prepareKernelTransaction();
    await decide(monitor, kernel, decision, leave);
  };
  return { commit: () => end('commit'), backout: () => end('rollback'), letGo: async () => leave?.() };
};

/** KTM asks the superior for its decision where it still has one to ask for: nothing of one that had not prepared, or that has come to its end. */
async function openSuperior(monitor: TransactionMonitor, { log, resourceManager: id }: KernelRecord, decision: SuperiorDecision): Promise<RecoveredResourceManager> {
  const { host: { files } } = monitor;
  await files.makeDirectory(files.directoryOf(log));
  return recoverResourceManager({
    manager: { logFileName: log, backend: await monitor.backend() }, id, prepared: [], description: 'winbackup: transaction monitor',
    onQuery: () => decision, onCommit: () => undefined, onRollback: () => undefined,
  });
}

/** @param delivered called when KTM has the decision: it is not prepared any more */
async function decide(monitor: TransactionMonitor, kernel: KernelRecord, decision: SuperiorDecision, delivered: () => void): Promise<void> {
  const superior = await openSuperior(monitor, kernel, decision);
  try {
    const [unresolved] = superior.unresolved;
    if (unresolved !== undefined) throw unresolved.error;
    delivered();
    // COMMIT_COMPLETE comes when every other resource manager has recovered and acknowledged.
    await superior.settled();
  } finally {
    await superior.close();
  }
}
