/** A shadow copy set as a participant: backed out, its backup is aborted and its copies are gone, also those of persistent contexts. */
import { ArgumentError, checkKnownFields } from '../../binding';
import { VSS_SNAPSHOT_CONTEXT } from '../../binding/vss-codes';
import { asError } from '../../binding/waiting';
import { SnapshotJournal, SnapshotSession, deleteSetIfThere } from '../../vss';
import type { CompleteOptions, CompletedSnapshot, SnapshotSessionOptions } from '../../vss';
import type { TransactionMonitor } from '../monitor';
import type { Json, Participant, Recoverer } from '../participant';
import type { Transaction } from '../transaction';
import { Work } from './work';

/** As `SnapshotSession.begin`; the transaction gives the signal, and a journal of its own where copies outlive the session. */
export type SnapshotSetOptions = Omit<SnapshotSessionOptions, 'signal' | 'journal' | 'aroundDoSnapshotSet' | 'host'>;

export class SnapshotSet implements Participant {
  static readonly kind = 'winbackup.snapshot-set';
  readonly name = 'snapshot';
  /** Only persistent copies outlive the process; all others go with it (facts/vss.md 2.5). */
  readonly kind?: string;
  readonly record: Json;
  /** What could not be ended: AbortBackup failed. The object was released all the same. */
  readonly unfinished: Error[] = [];
  private begun: SnapshotSession | undefined;
  private journal: SnapshotJournal | undefined;
  private readonly creation = new Work<SnapshotSession>('the snapshot');
  private readonly completion = new Work<CompletedSnapshot>('the snapshot');

  private constructor(private readonly monitor: TransactionMonitor, private readonly transaction: Transaction, private readonly journalPath: string | undefined) {
    this.record = journalPath === undefined ? null : { journal: journalPath };
    if (journalPath !== undefined) this.kind = SnapshotSet.kind;
  }

  /**
   * Takes a set into the transaction; `begin` makes it.
   * @param options.persistent its context's copies outlive the session: they are wanted if the transaction commits, and deleted if it does not
   * @throws FileSystemError as Transaction.enlist
   */
  static async enlist(monitor: TransactionMonitor, transaction: Transaction, options: { readonly persistent?: boolean } = {}): Promise<SnapshotSet> {
    checkKnownFields('options', options, ['persistent']);
    const { persistent = false } = options;
    const set = new SnapshotSet(monitor, transaction, persistent ? `${monitor.directory}/snapshots-${monitor.host.random.uuid()}.journal` : undefined);
    await transaction.enlist(set);
    return set;
  }

  /**
   * Makes the copies, once. No kernel transaction of this monitor is prepared while DoSnapshotSet runs (facts/ktm-tmf-mts.md 2.6).
   * @throws as SnapshotSession.begin; SnapshotGuardError when a prepared kernel transaction does not end in time
   */
  begin(options: SnapshotSetOptions): Promise<SnapshotSession> {
    const { monitor, transaction: { signal }, journalPath } = this;
    const persistent = options.context !== undefined && PERSISTENT.includes(options.context);
    if (persistent !== (journalPath !== undefined)) throw new ArgumentError('context', `is ${persistent ? '' : 'not '}persistent, and the participant was enlisted as ${persistent ? 'not ' : ''}persistent`);
    return this.creation.run(async () => {
      if (journalPath !== undefined) this.journal = await SnapshotJournal.open({ path: journalPath, host: monitor.host });
      const { journal } = this;
      this.begun = await SnapshotSession.begin({
        ...options, host: monitor.host, signal, ...(journal === undefined ? {} : { journal }),
        aroundDoSnapshotSet: (make) => monitor.makeSnapshotSet(make, signal),
      });
      return this.begun;
    });
  }

  /** The data has been read. @throws as SnapshotSession.complete */
  complete(options: Omit<CompleteOptions, 'signal'> = {}): Promise<CompletedSnapshot> {
    const { begun } = this;
    if (begun === undefined) throw new ArgumentError('snapshot', 'has not been begun');
    return this.completion.run(() => begun.complete({ ...options, signal: this.transaction.signal }));
  }

  /** Ends the session where it is not complete: the writers are told, and its copies go. */
  async abort(): Promise<void> {
    await this.creation.ended();
    await this.completion.ended();
    await this.begun?.abort().catch((error: unknown) => {
      if (!this.unfinished.includes(asError(error))) this.unfinished.push(asError(error));
    });
  }

  async prepare(): Promise<void> {
    this.completion.check();
  }

  async commit(): Promise<void> {
    await this.journal?.close();
    if (this.journalPath !== undefined) await forget(this.monitor, this.journalPath);
  }

  async backout(): Promise<void> {
    await this.abort();
    await this.journal?.close();
    if (this.journalPath !== undefined) await deleteSets(this.monitor, this.journalPath);
  }

  async letGo(): Promise<void> {
    await this.abort();
    await this.journal?.close();
  }
}

/** VSS_SNAPSHOT_CONTEXT whose copies outlive the components object (facts/vss.md 1.5). */
const PERSISTENT: readonly number[] = [VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK, VSS_SNAPSHOT_CONTEXT.NAS_ROLLBACK, VSS_SNAPSHOT_CONTEXT.CLIENT_ACCESSIBLE, VSS_SNAPSHOT_CONTEXT.CLIENT_ACCESSIBLE_WRITERS];

export const recoverSnapshotSet: Recoverer = (record, { monitor }) => {
  const { journal } = record as { readonly journal: string };
  return { commit: () => forget(monitor, journal), backout: () => deleteSets(monitor, journal) };
};

/** Every set of the transaction, completed or not: nobody wants it. Idempotent. */
async function deleteSets(monitor: TransactionMonitor, path: string): Promise<void> {
  const { host } = monitor;
  if ((await host.files.stat(path)) !== undefined) {
    const journal = await SnapshotJournal.open({ path, host });
    try {
      for (const { snapshotSetId } of journal.sets) await deleteSetIfThere({ backend: await monitor.backend(), host, snapshotSetId });
    } finally {
      await journal.close();
    }
  }
  await forget(monitor, path);
}

async function forget({ host, directory }: TransactionMonitor, path: string): Promise<void> {
  await SnapshotJournal.remove({ path, host });
  await host.files.syncDirectory(directory);
}
