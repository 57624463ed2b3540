/** A database of the simulated SQL Server: its files, its log with LSNs, what differs from the last full backup, and its state. */
import type { Host } from '../../binding/host';
import { EXTENT_SIZE, HostFile, PagedFile, generatedPages } from './database-file';
import type { DatabaseFile } from './database-file';

export type RecoveryModel = 'FULL' | 'BULK_LOGGED' | 'SIMPLE';
export type DatabaseState = 'ONLINE' | 'RESTORING';

export interface DatabaseOptions {
  readonly name: string;
  /** A real file that holds the pages (through the Host); any length. */
  readonly file?: string;
  /** The pages, copied. */
  readonly bytes?: Uint8Array;
  /** So many bytes from a generator; default 1 MiB where neither `file` nor `bytes` is given. */
  readonly generatedBytes?: number;
  /** Of the generator; default the machine's. */
  readonly seed?: number;
  /** Default FULL, SQL Server's own for new databases (master: SIMPLE). */
  readonly recoveryModel?: RecoveryModel;
  /** Bytes of a FILESTREAM container, generated; its backup sends more than one VDC_Flush. Default: none. */
  readonly filestreamBytes?: number;
}

/** A part of a database, as RESTORE FILELISTONLY lists it. */
export interface DatabasePart {
  readonly id: number;
  readonly logicalName: string;
  readonly physicalName: string;
  /** D data, S FILESTREAM. */
  readonly type: 'D' | 'S';
  readonly content: DatabaseFile;
}

/** A change: bytes at a position of the data file, or a mark. */
export interface LogRecord {
  readonly lsn: bigint;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly position: number;
  readonly bytes: Uint8Array;
  /** A marked transaction, for STOPATMARK. */
  readonly mark: string;
}

/** What later differential backups start from. */
export interface DifferentialBase {
  readonly lsn: bigint;
  readonly setId: string;
}

/** Log records are cut to this, so that one fits every transfer. */
const LONGEST_CHANGE = 16_384;
const FIRST_LSN = 34_000_000_010_000_001n;
const DEFAULT_BYTES = 0x10_0000;
export const DATA_FILE_ID = 1;
export const LOG_FILE_ID = 2;
const FILESTREAM_FILE_ID = 65_537;

export class Database {
  state: DatabaseState = 'ONLINE';
  /** Readable between two restores (RESTORE ... WITH STANDBY). */
  standby = false;
  recoveryModel: RecoveryModel;
  parts: DatabasePart[];
  /** Stays the same over backup and restore: RESTORE knows by it whether a backup is of this database. */
  familyId: string;
  readonly createdAt: number;

  /** The next change gets this one. */
  nextLsn = FIRST_LSN;
  log: LogRecord[] = [];
  differentialBase: DifferentialBase | undefined;
  /** The end of the last log backup, or the first full backup's begin; undefined: no log chain. */
  logBackupLsn: bigint | undefined;
  /** Up to where restores have brought it, while RESTORING. */
  restoredTo: bigint | undefined;
  /** The full backup that the restores began with. */
  restoredBase: DifferentialBase | undefined;

  /** Extents of the data file changed since the differential base. */
  changedExtents = new Set<number>();
  /** Of the data file at the differential base, by page, where it is a real file; undefined: not known. */
  pageChecksums: Uint32Array | undefined;
  /** A statement that needs it for itself: a backup of data, or a restore. */
  busyWith: 'backup' | 'restore' | undefined;
  private readonly logHolds = new Set<bigint>();
  private frozen: Promise<void> | undefined;
  private thawed: (() => void) | undefined;

  constructor(
    readonly name: string,
    private readonly host: Host,
    options: Omit<DatabaseOptions, 'name'> & { readonly defaultSeed: number; readonly directory: string },
  ) {
    this.recoveryModel = options.recoveryModel ?? 'FULL';
    this.familyId = host.random.uuid();
    this.createdAt = host.clock.now();
    const seed = options.seed ?? options.defaultSeed;
    const generated = (byteLength: number, partSeed: number): DatabaseFile => new PagedFile(byteLength, generatedPages(partSeed));
    const content =
      options.file !== undefined
        ? new HostFile(host.files, options.file)
        : options.bytes !== undefined
          ? PagedFile.of(options.bytes)
          : generated(options.generatedBytes ?? DEFAULT_BYTES, seed);
    this.parts = [
      { id: DATA_FILE_ID, logicalName: name, physicalName: options.file ?? `${options.directory}${name}.mdf`, type: 'D', content },
    ];
    if (options.filestreamBytes !== undefined) {
      this.parts.push({
        id: FILESTREAM_FILE_ID,
        logicalName: `${name}_FileStream`,
        physicalName: `${options.directory}${name}_FileStream`,
        type: 'S',
        content: generated(options.filestreamBytes, seed + 1),
      });
    }
  }

  get data(): DatabasePart {
    const [data] = this.parts;
    if (data === undefined) throw new RangeError(`database ${this.name} has no data file`);
    return data;
  }

  get logPhysicalName(): string {
    return this.data.physicalName.replace(/(\.mdf)?$/iu, '_log.ldf');
  }

  /** Everything in the data file, for tests and small databases. */
  async read(): Promise<Uint8Array> {
    const bytes = new Uint8Array(await this.data.content.size());
    const file = await this.data.content.open();
    try {
      await file.read(() => bytes, 0);
    } finally {
      await file.close();
    }
    return bytes;
  }

  /** Puts other bytes into the place of the data file, as whoever mounts a snapshot does. */
  async replace(bytes: Uint8Array): Promise<void> {
    const rewrite = await this.data.content.rewrite(bytes.byteLength);
    await rewrite.write(bytes, 0);
    await rewrite.commit();
  }

  /** Changes bytes of the data file and logs it, as a committed transaction; waits while a snapshot backup has frozen the database. */
  async modify(position: number, bytes: Uint8Array): Promise<void> {
    while (this.frozen !== undefined) await this.frozen;
    if (this.state !== 'ONLINE') throw new RangeError(`database ${this.name} is ${this.state}`);
    const file = await this.data.content.open();
    try {
      for (let done = 0; done < bytes.byteLength; done += LONGEST_CHANGE) {
        const piece = new Uint8Array(bytes.subarray(done, done + LONGEST_CHANGE));
        this.append(position + done, piece, '');
        await file.write(piece, position + done);
      }
    } finally {
      await file.close();
    }
    this.noteChange(position, bytes.byteLength);
    this.checkpoint();
  }

  /** Puts a named mark into the log (BEGIN TRANSACTION ... WITH MARK). */
  mark(name: string): void {
    this.append(0, new Uint8Array(0), name);
  }

  noteChange(position: number, byteLength: number): void {
    const last = Math.floor((position + Math.max(1, byteLength) - 1) / EXTENT_SIZE);
    for (let extent = Math.floor(position / EXTENT_SIZE); extent <= last; extent += 1) this.changedExtents.add(extent);
  }

  private append(position: number, bytes: Uint8Array, mark: string): void {
    this.log.push({ lsn: this.nextLsn, time: this.host.clock.now(), position, bytes, mark });
    this.nextLsn += 1n;
  }

  /** Changes from now on stay in the log until the returned function is called: a backup of data needs them. */
  holdLog(): { readonly lsn: bigint; readonly release: () => void } {
    const lsn = this.nextLsn;
    this.logHolds.add(lsn);
    return {
      lsn,
      release: () => {
        this.logHolds.delete(lsn);
        this.checkpoint();
      },
    };
  }

  logFrom(lsn: bigint): readonly LogRecord[] {
    return this.log.filter((record) => record.lsn >= lsn);
  }

  /** The log before `lsn` is backed up and no longer needed. */
  truncateLog(lsn: bigint): void {
    let upTo = lsn;
    for (const held of this.logHolds) if (held < upTo) upTo = held;
    this.log = this.log.filter((record) => record.lsn >= upTo);
  }

  /** Without log backups (SIMPLE, or no chain begun) the log is cut here. */
  checkpoint(): void {
    if (this.recoveryModel === 'SIMPLE' || this.logBackupLsn === undefined) this.truncateLog(this.nextLsn);
  }

  /** Changes wait from now on until `thaw`. */
  freeze(): void {
    this.frozen ??= new Promise((resolve) => (this.thawed = resolve));
  }

  thaw(): void {
    this.frozen = undefined;
    this.thawed?.();
  }

  get isFrozen(): boolean {
    return this.frozen !== undefined;
  }
}
