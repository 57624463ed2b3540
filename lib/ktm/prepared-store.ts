/**
 * What a resource manager must know after a crash: the transactions that it has enlisted in or prepared, each with data of its own, in a
 * durable log.
 */
import type { Backend, Host } from '../binding';
import { Log, LogError } from '../log';
import { claimLog } from './claim';
import type { Claim } from './claim';
import type { PreparedTransaction } from './recovery';

export interface StoredTransaction extends PreparedTransaction {
  /** `enlisted`: work has begun, nothing is promised. `prepared`: it can be committed and rolled back, whatever happens. */
  readonly state: 'enlisted' | 'prepared';
  readonly data: unknown;
}

interface Done {
  readonly state: 'done';
  readonly enlistmentId: string;
}

const KIND = 'winbackup.ktm-prepared';
/** The log is rewritten when it is this long and four times as long as what lives in it. */
const COMPACT_BYTES = 256 * 1024;

export interface PreparedStoreOptions {
  readonly backend: Backend;
  readonly host: Host;
  readonly path: string;
}

export class PreparedStore {
  private readonly transactions = new Map<string, StoredTransaction>();
  /** Records on their way to the disk. None begins while the log is rewritten. */
  private readonly writing = new Set<Promise<void>>();
  private compacting: Promise<void> | undefined;

  private constructor(
    private readonly log: Log,
    private readonly claim: Claim,
  ) {}

  /** @throws LogError when the log is damaged or not one of this kind; StateError (ERR_IN_USE) while somebody else has it open */
  static async open({ backend, host, path }: PreparedStoreOptions): Promise<PreparedStore> {
    const claim = await claimLog(backend, host.files.resolve(path));
    let log: Log | undefined;
    try {
      const opened = await Log.open({ host, path, kind: KIND });
      ({ log } = opened);
      const store = new PreparedStore(log, claim);
      for (const record of opened.contents.records) store.apply(recordOf(path, record));
      return store;
    } catch (error) {
      await log?.close();
      await claim.close();
      throw error;
    }
  }

  /** A GUID that is this store's own, from the making of its log on. */
  get id(): string {
    return this.log.identity.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** Those that are not over, oldest first. */
  get all(): readonly StoredTransaction[] {
    return [...this.transactions.values()];
  }

  get(enlistmentId: string): StoredTransaction | undefined {
    return this.transactions.get(enlistmentId);
  }

  /** Resolves once it is durable. */
  async put(transaction: StoredTransaction): Promise<void> {
    await this.append(transaction);
  }

  /** The transaction is over, and what it did is durable. */
  async remove(enlistmentId: string): Promise<void> {
    if (!this.transactions.has(enlistmentId)) return;
    await this.append({ state: 'done', enlistmentId });
  }

  async close(): Promise<void> {
    await this.compacting;
    await this.log.close();
    await this.claim.close();
  }

  private async append(record: StoredTransaction | Done): Promise<void> {
    while (this.compacting !== undefined) await this.compacting;
    const writing = this.log.append(encode(record)).then(() => {
      this.apply(record);
    });
    this.writing.add(writing);
    await writing.finally(() => this.writing.delete(writing));
    if (this.log.byteLength < COMPACT_BYTES || this.compacting !== undefined) return;
    const live = this.all.reduce((sum, each) => sum + encode(each).byteLength, 0);
    if (live * 4 > this.log.byteLength) return;
    this.compacting = this.compact().finally(() => (this.compacting = undefined));
    await this.compacting;
  }

  /** What is being written meanwhile is waited for, and is kept. That the log could not be rewritten is no failure of a record, which is durable. */
  private async compact(): Promise<void> {
    await Promise.allSettled(this.writing);
    await this.log.compact(this.all.map(encode)).catch(() => undefined);
  }

  private apply(record: StoredTransaction | Done): void {
    if (record.state === 'done') this.transactions.delete(record.enlistmentId);
    else this.transactions.set(record.enlistmentId, record);
  }
}

function encode(record: StoredTransaction | Done): Uint8Array {
  return Buffer.from(JSON.stringify(record), 'utf8');
}

function recordOf(path: string, bytes: Buffer): StoredTransaction | Done {
  const value: unknown = JSON.parse(bytes.toString('utf8'));
  if (typeof value !== 'object' || value === null || !('state' in value) || !('enlistmentId' in value) || typeof value.enlistmentId !== 'string') {
    throw new LogError('ERR_LOG_FOREIGN', path, 'has a record that is not of this program');
  }
  return value as StoredTransaction | Done;
}

