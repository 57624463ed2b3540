/**
 * What a resource manager must know after a crash: the transactions that it has enlisted in or prepared, each with data of its own, in a
 * durable log.
 */
import type { Host } from '../binding';
import { Log, LogError } from '../log';
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

export class PreparedStore {
  private readonly transactions = new Map<string, StoredTransaction>();
  private compacting: Promise<void> | undefined;

  private constructor(private readonly log: Log) {}

  /** @throws LogError when the log is damaged or not one of this kind */
  static async open(host: Host, path: string): Promise<PreparedStore> {
    const { log, contents } = await Log.open({ host, path, kind: KIND });
    const store = new PreparedStore(log);
    try {
      for (const record of contents.records) store.apply(recordOf(path, record));
      return store;
    } catch (error) {
      await log.close();
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
    await this.compacting?.catch(() => undefined);
    await this.log.close();
  }

  private async append(record: StoredTransaction | Done): Promise<void> {
    await this.compacting;
    await this.log.append(encode(record));
    this.apply(record);
    if (this.log.byteLength < COMPACT_BYTES || this.compacting !== undefined) return;
    const live = this.all.map(encode);
    if (live.reduce((sum, { byteLength }) => sum + byteLength, 0) * 4 > this.log.byteLength) return;
    this.compacting = this.log.compact(live).finally(() => (this.compacting = undefined));
    await this.compacting;
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

