/** What of the instances outlives the machine's process: history, and of each database its state, its log and the pages that are in no real file. */
import type { Files } from '../../binding/host';
import type { SimulatedWindows } from '../machine';
import { PAGE_SIZE, HostFile, PagedFile } from './database-file';
import type { Database, DatabaseOptions, DatabasePart } from './database';
import type { BackupHistoryEntry, InstanceOptions, SqlServerInstance } from './instance';

/** The plain fields of a database that change with its statements. */
const fields = [
  'state', 'standby', 'recoveryModel', 'familyId', 'nextLsn', 'log', 'differentialBase', 'logBackupLsn', 'restoredTo', 'restoredBase', 'changedExtents', 'pageChecksums',
] as const;

type KeptFields = Pick<Database, (typeof fields)[number]>;

interface KeptPart extends Omit<DatabasePart, 'content'> {
  /** The real file that holds it. */
  readonly file?: string;
  readonly byteLength: number;
  /** The name of the file with its pages. */
  readonly pages?: string;
}

interface KeptDatabase extends KeptFields {
  readonly name: string;
  /** How it was described, as JSON; absent for one that a restore has made. */
  readonly described?: string;
  readonly parts: readonly KeptPart[];
}

interface KeptInstance {
  readonly name: string;
  readonly history: readonly BackupHistoryEntry[];
  readonly databases: readonly KeptDatabase[];
}

export type KeptInstances = readonly KeptInstance[];

/** Pages go to the disk in pieces of about 1 MiB. */
const PAGES_PER_WRITE = 128;
const RECORD_SIZE = 8 + PAGE_SIZE;

export class InstanceKeeper {
  /** How each database is described, by instance and name. */
  private readonly described = new Map<string, string>();
  private readonly keptPages = new Map<PagedFile, { readonly generation: number; readonly name: string }>();
  private nextFile = 1;

  /** @param instances as the machine was made with them; its databases now are the described ones. */
  constructor(
    private readonly machine: SimulatedWindows,
    private readonly files: Files,
    private readonly directory: string,
    instances: readonly InstanceOptions[] | undefined,
  ) {
    for (const instance of machine.sqlServer.instances) {
      const options = instances?.find(({ name }) => (name ?? 'MSSQLSERVER').toUpperCase() === instance.name)?.databases;
      for (const { name } of instance.databases) {
        const given: DatabaseOptions | undefined = options?.find((each) => each.name.toLowerCase() === name.toLowerCase());
        this.described.set(key(instance, name), JSON.stringify(given ?? {}));
      }
    }
  }

  /** A database whose description has changed begins anew. */
  async load(kept: KeptInstances): Promise<void> {
    for (const { name, history, databases } of kept) {
      const instance = this.machine.sqlServer.instances.find((each) => each.name === name);
      if (instance === undefined) continue;
      instance.history.push(...history);
      for (const database of databases) await this.loadDatabase(instance, database);
    }
  }

  /** Writes the pages that no file holds yet; what it returns refers to them. Call `clean` once that is durable. */
  async keep(): Promise<KeptInstances> {
    const kept: KeptInstance[] = [];
    for (const instance of this.machine.sqlServer.instances) {
      const databases: KeptDatabase[] = [];
      for (const database of instance.databases) {
        const parts: KeptPart[] = [];
        for (const part of database.parts) parts.push(await this.keepPart(part));
        const described = this.described.get(key(instance, database.name));
        databases.push({ ...plainFields(database), name: database.name, parts, ...(described === undefined ? {} : { described }) });
      }
      kept.push({ name: instance.name, history: [...instance.history], databases });
    }
    return kept;
  }

  /** Removes the page files that nothing refers to any more. */
  async clean(kept: KeptInstances): Promise<void> {
    const used = new Set(kept.flatMap(({ databases }) => databases.flatMap(({ parts }) => parts.map(({ pages }) => pages))));
    for (const name of await this.files.list(this.directory)) {
      if (name.endsWith('.pages') && !used.has(name)) await this.files.remove(`${this.directory}/${name}`);
    }
  }

  private async loadDatabase(instance: SqlServerInstance, kept: KeptDatabase): Promise<void> {
    const { name, described, parts } = kept;
    const existing = instance.findDatabase(name);
    if (described !== (existing === undefined ? undefined : this.described.get(key(instance, name)))) return;
    const database = existing ?? instance.addDatabase({ name, bytes: new Uint8Array(0) });
    Object.assign(database, plainFields(kept));
    const before = database.parts;
    database.parts = [];
    for (const { file, byteLength, pages, ...part } of parts) {
      const own = before.find(({ id }) => id === part.id)?.content;
      if (file !== undefined) database.parts.push({ ...part, content: new HostFile(this.files, file) });
      else {
        const content = own instanceof PagedFile ? own : new PagedFile(0);
        content.load(byteLength, pages === undefined ? new Map<number, Uint8Array>() : await this.readPages(pages));
        if (pages !== undefined) this.keptPages.set(content, { generation: content.generation, name: pages });
        database.parts.push({ ...part, content });
      }
    }
  }

  private async keepPart({ content, ...part }: DatabasePart): Promise<KeptPart> {
    const byteLength = await content.size();
    if (content instanceof HostFile) return { ...part, byteLength, file: content.path };
    if (!(content instanceof PagedFile) || content.changedPages.size === 0) return { ...part, byteLength };
    let kept = this.keptPages.get(content);
    if (kept?.generation !== content.generation) {
      const { generation } = content;
      kept = { generation, name: await this.writePages(content.changedPages) };
      this.keptPages.set(content, kept);
    }
    return { ...part, byteLength, pages: kept.name };
  }

  /** Each page behind its number. */
  private async writePages(pages: ReadonlyMap<number, Uint8Array>): Promise<string> {
    const name = await this.freeName();
    const file = await this.files.open(`${this.directory}/${name}`, 'create');
    try {
      const buffer = Buffer.allocUnsafe(PAGES_PER_WRITE * RECORD_SIZE);
      let [filled, position] = [0, 0];
      const flush = async (): Promise<void> => {
        await file.write(buffer.subarray(0, filled), position);
        position += filled;
        filled = 0;
      };
      for (const [page, bytes] of pages) {
        buffer.writeDoubleLE(page, filled);
        buffer.set(bytes, filled + 8);
        filled += RECORD_SIZE;
        if (filled === buffer.byteLength) await flush();
      }
      await flush();
      await file.sync();
    } finally {
      await file.close();
    }
    return name;
  }

  private async readPages(name: string): Promise<ReadonlyMap<number, Uint8Array>> {
    const pages = new Map<number, Uint8Array>();
    const file = await this.files.open(`${this.directory}/${name}`, 'read');
    try {
      const size = await file.size();
      for (let position = 0; position + RECORD_SIZE <= size; position += RECORD_SIZE) {
        const record = Buffer.alloc(RECORD_SIZE);
        for (let done = 0; done < RECORD_SIZE;) {
          const count = await file.read(record.subarray(done), position + done);
          if (count === 0) break;
          done += count;
        }
        pages.set(record.readDoubleLE(0), record.subarray(8));
      }
    } finally {
      await file.close();
    }
    return pages;
  }

  private async freeName(): Promise<string> {
    for (;;) {
      const name = `${String(this.nextFile++)}.pages`;
      if ((await this.files.stat(`${this.directory}/${name}`)) === undefined) return name;
    }
  }
}

function key(instance: SqlServerInstance, database: string): string {
  return `${instance.name}\\${database.toLowerCase()}`;
}

function plainFields(from: KeptFields): KeptFields {
  return Object.fromEntries(fields.map((field) => [field, from[field]])) as unknown as KeptFields;
}
