/**
 * Whose persistent shadow copies are whose: a durable record of every set that this program began, so that after a crash its orphans can be
 * deleted, and nobody else's (facts/vss.md 5). The set's id is recorded before DoSnapshotSet is called.
 */
import { ArgumentError, checkString } from '../binding';
import type { Host } from '../binding';
import { realHost } from '../binding/real-host';
import { asError } from '../binding/waiting';
import { Log, LogClaim, LogError } from '../log';
import { deleteSnapshots, querySnapshots } from './management';
import type { RequesterOptions } from './requester';

/** `began`: ours, and not completed. `completed`: ours, and wanted. `gone`: there is none. */
type SetRecord = 'began' | 'completed' | 'gone';

export interface JournalledSet {
  readonly snapshotSetId: string;
  /** False: begun and never completed. */
  readonly completed: boolean;
  readonly volumes: readonly string[];
  /** VSS_SNAPSHOT_CONTEXT and attributes. */
  readonly context: number;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
}

export interface CleanUpResult {
  readonly simulated: boolean;
  /** Orphaned sets that were deleted. */
  readonly deleted: readonly string[];
  /** Orphans of the journal that the machine has not (any more). */
  readonly gone: readonly string[];
  /** Orphans that could not be deleted: they stay in the journal. */
  readonly failed: readonly { readonly snapshotSetId: string; readonly error: Error }[];
}

export interface SnapshotJournalOptions {
  /** The journal's file; made when it is not there. One at a time has it open, because another would take its living sessions' sets for orphans. */
  readonly path: string;
  /** Default: the real one. */
  readonly host?: Host;
}

interface Entry extends JournalledSet {
  /** Of a session that lives in this process. */
  live: boolean;
}

const KIND = 'winbackup.vss-journal';

function parse(path: string, record: Buffer): { readonly state: SetRecord; readonly set: JournalledSet } {
  try {
    const { state, set } = JSON.parse(record.toString('utf8')) as { state: SetRecord; set: JournalledSet };
    if (!['began', 'completed', 'gone'].includes(state) || typeof set.snapshotSetId !== 'string') throw new TypeError('no record of a set');
    return { state, set };
  } catch (error) {
    throw new LogError('ERR_LOG_FOREIGN', path, 'has a record that is not one of this journal', { cause: error });
  }
}

export class SnapshotJournal {
  private readonly entries = new Map<string, Entry>();
  /** The latest of the changes, which are made one after the other: what is rewritten holds all that was written before. */
  private latest: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly log: Log,
    private readonly claim: LogClaim,
    private readonly host: Host,
  ) {}

  /** @throws StateError ERR_IN_USE while somebody else has it open; LogError when it is damaged, or another kind of file; ArgumentError */
  static async open(options: SnapshotJournalOptions): Promise<SnapshotJournal> {
    checkString('path', options.path);
    if (options.path === '') throw new ArgumentError('path', 'must not be empty');
    const { path, host = realHost } = options;
    const claim = await LogClaim.take(host, path);
    let log: Log | undefined;
    try {
      const opened = await Log.open({ host, path, kind: KIND });
      ({ log } = opened);
      const journal = new SnapshotJournal(log, claim, host);
      for (const record of opened.contents.records) {
        const { state, set } = parse(path, record);
        if (state === 'gone') journal.entries.delete(set.snapshotSetId);
        else journal.entries.set(set.snapshotSetId, { ...set, completed: state === 'completed', live: false });
      }
      return journal;
    } catch (error) {
      await log?.close();
      await claim.release();
      throw error;
    }
  }

  /**
   * Removes a journal that nobody needs any more, and what a process that is gone has left of its claim to it; one that is not there is fine.
   * @throws StateError ERR_IN_USE while somebody has it open
   */
  static async remove({ path, host = realHost }: SnapshotJournalOptions): Promise<void> {
    const claim = await LogClaim.take(host, path);
    try {
      if ((await host.files.stat(path)) !== undefined) await host.files.remove(path);
    } finally {
      await claim.release();
    }
  }

  /** Sets of ours that are not known to be gone. */
  get sets(): readonly JournalledSet[] {
    return [...this.entries.values()].map(({ live: _live, ...set }) => set);
  }

  /** Begun, not completed, and no session of this process has them. */
  get orphans(): readonly JournalledSet[] {
    return [...this.entries.values()].filter(({ completed, live }) => !completed && !live).map(({ live: _live, ...set }) => set);
  }

  /** A session begins a set. Resolves once that is durable. */
  async began(snapshotSetId: string, volumes: readonly string[], context: number): Promise<void> {
    const set = { snapshotSetId, completed: false, volumes, context, beganAt: this.host.clock.now() };
    await this.write('began', set, () => this.entries.set(snapshotSetId, { ...set, live: true }));
  }

  /** The session has completed the backup: its copies are wanted. */
  async completed(snapshotSetId: string): Promise<void> {
    const entry = this.entries.get(snapshotSetId);
    if (entry === undefined) return;
    const set = { ...entry, completed: true };
    await this.write('completed', set, () => this.entries.set(snapshotSetId, { ...set, live: false }));
  }

  /** There are no copies of the set (any more): creation failed, or they were deleted. */
  async gone(snapshotSetId: string): Promise<void> {
    const entry = this.entries.get(snapshotSetId);
    if (entry === undefined) return;
    await this.write('gone', entry, () => this.entries.delete(snapshotSetId));
  }

  /** The session has ended without completing, and its copies may be there: an orphan. */
  abandoned(snapshotSetId: string): void {
    const entry = this.entries.get(snapshotSetId);
    if (entry !== undefined) entry.live = false;
  }

  /**
   * Deletes the orphans: sets of this journal that were never completed, and that the machine has. Copies that are not in the journal are never
   * touched. What could not be deleted is in the result and stays an orphan.
   */
  async cleanUp(options: RequesterOptions = {}): Promise<CleanUpResult> {
    const deleted: string[] = [];
    const gone: string[] = [];
    const failed: { snapshotSetId: string; error: Error }[] = [];
    const { simulated, snapshots } = await querySnapshots(options);
    const there = new Set(snapshots.map(({ snapshotSetId }) => snapshotSetId));
    for (const { snapshotSetId } of this.orphans) {
      try {
        if (there.has(snapshotSetId)) {
          await deleteSnapshots({ ...options, snapshotSetId, force: true });
          deleted.push(snapshotSetId);
        } else gone.push(snapshotSetId);
        await this.gone(snapshotSetId);
      } catch (error) {
        failed.push({ snapshotSetId, error: asError(error) });
      }
    }
    await this.inTurn(() => this.log.compact([...this.entries.values()].map((entry) => record(entry.completed ? 'completed' : 'began', entry))));
    return { simulated, deleted, gone, failed };
  }

  async close(): Promise<void> {
    try {
      await this.log.close();
    } finally {
      await this.claim.release();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private write(state: SetRecord, set: JournalledSet, written: () => void): Promise<void> {
    return this.inTurn(async () => {
      await this.log.append(record(state, set));
      written();
    });
  }

  private inTurn(change: () => Promise<void>): Promise<void> {
    const made = this.latest.then(change);
    this.latest = made.catch(() => undefined);
    return made;
  }
}

function record(state: SetRecord, { snapshotSetId, completed, volumes, context, beganAt }: JournalledSet): Buffer {
  return Buffer.from(JSON.stringify({ state, set: { snapshotSetId, completed, volumes, context, beganAt } }));
}
