/** RESTORE DATABASE and LOG, VERIFYONLY, and the statements that list what is on the media. */
import { VDCommands } from '../../binding/codes';
import { BackupDevices, DeviceFailure, asDeviceFailure } from './backup-devices';
import type { BackupDevice } from './backup-devices';
import { Database, DATA_FILE_ID } from './database';
import type { DatabasePart, LogRecord } from './database';
import { PAGE_SIZE } from './database-file';
import type { OpenDatabaseFile, Rewrite } from './database-file';
import { DamagedRecord, FamilyReader } from './family-reader';
import type { SqlServerInstance, SqlSession } from './instance';
import { describeFiles, describeHeader, describeLabel } from './listing';
import { RecordType, decodeJson, decodeLogRecords } from './media';
import type { BackedUpFile, BackupEnd, BackupSet, MediaDescription } from './media';
import { SqlError } from './messages';
import { Progress, rate } from './progress';
import { asError } from './running-statement';
import type { RunningStatement } from './running-statement';
import { parseSqlTime } from './sql-time';
import { textOption } from './statements';
import type { RestoreStatement } from './statements';

/** Runs the statement; throws SqlError or DeviceFailure. */
export async function runRestore(
  statement: RunningStatement,
  instance: SqlServerInstance,
  session: SqlSession,
  parsed: RestoreStatement,
): Promise<void> {
  const { target, database: name, devices: names, options } = parsed;
  if (name?.toLowerCase() === 'tempdb') throw new SqlError(3147);
  if (!session.login.sysadmin) throw name === undefined ? new SqlError(15247) : new SqlError(3110, [name]);
  if (name !== undefined) {
    checkFree(instance, session, name);
    if (names.length === 0) {
      recoverAlone(statement, instance, name, parsed);
      return;
    }
  }
  const devices = await BackupDevices.attach(statement, instance.openVirtualDeviceSet(), {
    instance: instance.name,
    names,
    options,
    direction: 'restore',
    completeSupported: false,
  });
  try {
    const restore = new Restore(statement, instance, session, parsed, devices);
    const finish = await (target === 'DATABASE' || target === 'LOG' ? restore.restore(name ?? '') : restore.list());
    await devices.close();
    await finish();
  } catch (error) {
    await devices.closeAfter(error);
    throw statement.stopped ?? error;
  }
}

/** Nobody else may use the database. */
function checkFree(instance: SqlServerInstance, session: SqlSession, name: string): void {
  const database = instance.findDatabase(name);
  if (database === undefined) return;
  if (database.name === 'master') throw new SqlError(3108);
  if (session.database === database.name) throw new SqlError(3102, [database.name]);
  if (database.busyWith !== undefined || [...instance.sessions].some((other) => other.database === database.name)) throw new SqlError(3101);
}

/** RESTORE DATABASE x WITH RECOVERY: ends a sequence of restores. */
function recoverAlone(statement: RunningStatement, instance: SqlServerInstance, name: string, { target, options }: RestoreStatement): void {
  const database = instance.findDatabase(name);
  if (database === undefined) throw new SqlError(911, [name]);
  if (database.state !== 'RESTORING') throw new SqlError(3153);
  if (database.restoredTo === undefined) throw new SqlError(3117);
  if (options.NORECOVERY !== true) recover(database);
  statement.say(3014, [`RESTORE ${target}`, 0, ...rate(0, 0)]);
}

/** Rolls back what is open (here: nothing) and brings the database online; its log begins anew. */
function recover(database: Database): void {
  database.state = 'ONLINE';
  database.standby = false;
  database.differentialBase = database.restoredBase;
  database.pageChecksums = undefined;
  database.logBackupLsn = database.recoveryModel === 'SIMPLE' ? undefined : database.nextLsn;
  database.log = [];
  database.restoredTo = undefined;
  database.restoredBase = undefined;
}

/** What is done once the devices are closed. */
type Finish = () => Promise<void> | void;

/** Where the bytes of each file go. */
interface Destination {
  write(fileId: number, source: Uint8Array, position: number): void | Promise<void>;
  commit(): Promise<void>;
  abandon(): Promise<void>;
}

class Restore {
  private readonly startedAt: number;
  private readonly readers: readonly FamilyReader[];
  private failure: Error | undefined;
  private readonly restoredBytes = new Map<number, number>();
  private readonly logRecords: LogRecord[] = [];

  constructor(
    private readonly statement: RunningStatement,
    private readonly instance: SqlServerInstance,
    private readonly session: SqlSession,
    private readonly parsed: RestoreStatement,
    private readonly devices: BackupDevices,
  ) {
    this.startedAt = statement.machine.host.clock.monotonic();
    this.readers = devices.devices.map((device) => new FamilyReader(statement, devices, device));
  }

  /** VERIFYONLY, HEADERONLY, FILELISTONLY and LABELONLY. */
  async list(): Promise<Finish> {
    const { target } = this.parsed;
    const { media, set } = await this.readHeads(target === 'VERIFYONLY');
    this.checkOptions(set);
    if (target === 'VERIFYONLY') {
      try {
        await this.readAll(set, undefined);
      } catch (error) {
        if (error instanceof SqlError && error.number === 3183) {
          this.statement.say(error.number, error.args);
          throw new SqlError(3189);
        }
        throw error;
      }
      return () => void this.statement.say(3262, [1]);
    }
    if (target === 'HEADERONLY') {
      const end = await this.readToEnd();
      return () => this.statement.row(describeHeader(media, set, end, this.devices.config.blockSize, this.bytesRead));
    }
    return () => {
      if (target === 'LABELONLY')
        this.statement.row(
          describeLabel(media, set, this.familyCount, this.firstReader.header?.family ?? 1, this.devices.config.blockSize),
        );
      else for (const row of describeFiles(set)) this.statement.row(row);
    };
  }

  /** RESTORE DATABASE and RESTORE LOG. */
  async restore(name: string): Promise<Finish> {
    const { set } = await this.readHeads(true);
    this.checkOptions(set);
    if (set.snapshot !== (this.parsed.options.SNAPSHOT === true)) throw new SqlError(3032, ['SNAPSHOT']);
    const plan = this.parsed.target === 'LOG' || set.type !== 'database' ? this.planRollForward(name, set) : await this.planFull(name, set);
    const { database, parts } = plan;
    database.busyWith = 'restore';
    try {
      const destination = plan.full ? await this.rewriteAll(database, parts, set) : await this.inPlace(database, set);
      try {
        const end = await this.readAll(set, destination);
        if (set.snapshot) await this.mountSnapshot(parts, set);
        await this.phase('sql.commit');
        const redone = await this.redo(database, set, end, destination);
        await destination.commit();
        return () => this.finish(database, set, end, redone);
      } catch (error) {
        await destination.abandon();
        throw this.statement.stopped ?? error;
      }
    } finally {
      database.busyWith = undefined;
    }
  }

  // --- Heads ---

  /** The head of every family, and whether together they are the media set. */
  private async readHeads(allFamilies: boolean): Promise<{ readonly media: MediaDescription; readonly set: BackupSet }> {
    const heads = await this.onEachReader((reader) => reader.readHead());
    const [first] = heads;
    if (first === undefined) throw new RangeError('a device set has at least one device');
    const given = this.readers.length;
    const seen = new Map<number, string>();
    for (const [index, reader] of this.readers.entries()) {
      const { header, device } = reader;
      const head = heads[index];
      if (header === undefined || head === undefined) throw new RangeError('the head was read');
      if (head.media.mediaSetId !== first.media.mediaSetId) throw new SqlError(3258, [device.name]);
      const other = seen.get(header.family);
      if (other !== undefined) throw new SqlError(3227, [device.name, header.family, other]);
      seen.set(header.family, device.name);
      if (given > header.familyCount) throw new SqlError(3231, [device.name, header.familyCount, given]);
      if (allFamilies && given < header.familyCount) throw new SqlError(3132, [header.familyCount, given]);
    }
    return first;
  }

  private get firstReader(): FamilyReader {
    const [first] = this.readers;
    if (first === undefined) throw new RangeError('a device set has at least one device');
    return first;
  }

  private get familyCount(): number {
    return this.firstReader.header?.familyCount ?? 1;
  }

  private get bytesRead(): number {
    return this.readers.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  }

  /** What the options ask of the set, whatever is done with it. */
  private checkOptions(set: BackupSet): void {
    const { options } = this.parsed;
    if (typeof options.FILE === 'number' && options.FILE !== 1) throw new SqlError(3287, [options.FILE]);
    if (options.CHECKSUM === true && !set.checksum) throw new SqlError(3187);
    const major = (version: string): number => Number(version.split('.')[0]);
    if (major(set.version) > major(this.instance.version)) throw new SqlError(3169, [set.version, this.instance.version]);
  }

  // --- Plans ---

  /** A full backup creates the database or takes the place of one. */
  private async planFull(name: string, set: BackupSet): Promise<Plan> {
    const { options, moves } = this.parsed;
    const replace = options.REPLACE === true;
    const existing = this.instance.findDatabase(name);
    if (existing !== undefined && !replace) {
      if (existing.familyId !== set.familyId) throw new SqlError(3154, [existing.name]);
      const tail = existing.state === 'ONLINE' && existing.recoveryModel !== 'SIMPLE';
      if (tail && !['STOPAT', 'STOPATMARK', 'STOPBEFOREMARK'].some((stop) => options[stop] !== undefined))
        throw new SqlError(3159, [existing.name]);
    }
    for (const { logical } of moves) {
      if (!set.files.some(({ logicalName }) => same(logicalName, logical))) throw new SqlError(3234, [logical, set.database]);
    }
    const places = set.files.map((file) => ({ file, physicalName: this.placeOf(file, set, existing) }));
    for (const { file, physicalName } of places) await this.checkPlace(file, physicalName, existing);
    await this.phase('sql.create');
    const database = existing ?? this.instance.addDatabase({ name, bytes: new Uint8Array(0) });
    const parts: DatabasePart[] = [];
    for (const { file, physicalName } of places) {
      if (file.type === 'L') continue;
      const before = existing?.parts.find((part) => same(part.physicalName, physicalName));
      parts.push({
        id: file.id,
        logicalName: file.logicalName,
        physicalName,
        type: file.type,
        content: before?.content ?? this.instance.newFile(physicalName),
      });
    }
    database.state = 'RESTORING';
    database.standby = false;
    database.restoredTo = undefined;
    return { database, parts, full: true };
  }

  /** MOVE says where a file goes; else the files of the database that is replaced are used again, by their order; else it is as backed up. */
  private placeOf(file: BackedUpFile, set: BackupSet, existing: Database | undefined): string {
    const moved = this.parsed.moves.find(({ logical }) => same(logical, file.logicalName))?.physical;
    if (moved !== undefined) return moved;
    if (file.type === 'L') return existing?.logPhysicalName ?? file.physicalName;
    const place = set.files.filter(({ type }) => type === file.type).indexOf(file);
    return existing?.parts.filter(({ type }) => type === file.type)[place]?.physicalName ?? file.physicalName;
  }

  /** No file of another database is overwritten, and no file of anybody's without REPLACE. */
  private async checkPlace({ logicalName }: BackedUpFile, physicalName: string, existing: Database | undefined): Promise<void> {
    for (const other of this.instance.databases) {
      const used = other === existing ? [] : [...other.parts.map((part) => part.physicalName), other.logPhysicalName];
      if (!used.some((path) => same(path, physicalName))) continue;
      this.statement.say(1834, [physicalName, other.name]);
      this.statement.say(3156, [logicalName, physicalName]);
      throw new SqlError(3119);
    }
    const own = existing?.parts.some((part) => same(part.physicalName, physicalName)) === true;
    if (own || this.parsed.options.REPLACE === true || !this.instance.isRealPath(physicalName)) return;
    if ((await this.statement.machine.host.files.stat(physicalName)) !== undefined) throw new SqlError(3142, [logicalName, physicalName]);
  }

  /** A differential or log backup goes on where earlier restores have ended. */
  private planRollForward(name: string, set: BackupSet): Plan {
    const database = this.instance.findDatabase(name);
    if (database === undefined) throw new SqlError(3118, [name]);
    if (this.parsed.target === 'LOG' ? set.type !== 'log' : set.type === 'log')
      throw new SqlError(50000, ['this kind of backup in this statement']);
    if (database.state !== 'RESTORING' || database.restoredTo === undefined) throw new SqlError(3117);
    if (database.familyId !== set.familyId) throw new SqlError(3154, [database.name]);
    if (set.type === 'differential') {
      if (database.restoredBase?.setId !== set.differentialBaseId) throw new SqlError(3136);
    } else if (BigInt(set.firstLsn) > database.restoredTo) {
      throw new SqlError(4305, [set.firstLsn, database.restoredTo]);
    }
    return { database, parts: database.parts, full: false };
  }

  // --- Data ---

  private async rewriteAll(database: Database, parts: readonly DatabasePart[], set: BackupSet): Promise<Destination> {
    const rewrites = new Map<number, Rewrite>();
    const abandon = async (): Promise<void> => {
      for (const rewrite of rewrites.values()) await rewrite.abandon();
    };
    try {
      for (const part of set.snapshot ? [] : parts) {
        const byteLength = set.files.find(({ id }) => id === part.id)?.byteLength ?? 0;
        rewrites.set(part.id, await this.statement.until(part.content.rewrite(byteLength)));
      }
    } catch (error) {
      await abandon();
      throw this.fileFailure(error, parts[0]?.physicalName ?? database.name);
    }
    return {
      write: (fileId, source, position) => rewrites.get(fileId)?.write(source, position),
      commit: async () => {
        for (const rewrite of rewrites.values()) await rewrite.commit();
        database.parts = [...parts];
        database.changedExtents.clear();
      },
      abandon,
    };
  }

  private async inPlace(database: Database, set: BackupSet): Promise<Destination> {
    const open = new Map<number, OpenDatabaseFile>();
    const close = async (): Promise<void> => {
      for (const file of open.values()) await file.close();
    };
    for (const part of database.parts) {
      try {
        open.set(part.id, await this.statement.until(part.content.open()));
      } catch (error) {
        await close();
        throw this.fileFailure(error, part.physicalName);
      }
    }
    return {
      write: (fileId, source, position) => {
        if (fileId === DATA_FILE_ID) database.noteChange(position, source.byteLength);
        return open.get(fileId)?.write(source, position);
      },
      commit: async () => {
        // A differential backup says how long the files were; the log's changes say it themselves.
        for (const { id, byteLength } of set.type === 'differential' ? set.files : []) await open.get(id)?.resize(byteLength);
        await close();
      },
      abandon: close,
    };
  }

  /** Every record of every family to its end; without a destination they are only checked. */
  private async readAll(set: BackupSet, destination: Destination | undefined): Promise<BackupEnd> {
    const total = set.files.reduce((sum, { backedUp }) => sum + backedUp, 0);
    const progress = new Progress(this.statement, this.parsed.options, total);
    const ends = await this.onEachReader((reader) => this.readFamily(reader, set, destination, progress));
    progress.finish();
    const [end] = ends;
    if (end === undefined) throw new RangeError('a device set has at least one device');
    // Each family says what there was in all of them.
    for (const file of set.files) {
      if ((this.restoredBytes.get(file.id) ?? 0) !== (end.dataBytes[String(file.id)] ?? 0)) throw new SqlError(3189);
    }
    if (this.logRecords.length !== end.logRecords) throw new SqlError(3189);
    return end;
  }

  private async readFamily(
    reader: FamilyReader,
    set: BackupSet,
    destination: Destination | undefined,
    progress: Progress,
  ): Promise<BackupEnd> {
    const { device } = reader;
    reader.startReadAhead();
    for (;;) {
      if (this.failure !== undefined) throw this.failure;
      try {
        const { header, payload } = await reader.next();
        if (header.type === RecordType.End) {
          const end = decodeJson(payload) as BackupEnd;
          await reader.finish();
          return end;
        }
        if (header.type === RecordType.Log) this.logRecords.push(...decodeLogRecords(payload));
        else if (header.type === RecordType.Data) {
          if (destination !== undefined) await this.write(destination, header.fileId, payload, header.position, set);
          this.restoredBytes.set(header.fileId, (this.restoredBytes.get(header.fileId) ?? 0) + payload.byteLength);
          progress.add(payload.byteLength);
        } else throw new SqlError(3241, [device.name]);
      } catch (error) {
        if (!(error instanceof DamagedRecord)) throw error;
        const { header } = error;
        if (header?.type === RecordType.Data)
          throw new SqlError(3183, [header.fileId, Math.floor(header.position / PAGE_SIZE), set.database]);
        throw header === undefined ? new SqlError(3241, [device.name]) : new SqlError(3189);
      }
    }
  }

  private async write(destination: Destination, fileId: number, payload: Uint8Array, position: number, set: BackupSet): Promise<void> {
    try {
      const writing = destination.write(fileId, payload, position);
      if (writing !== undefined) await this.statement.until(writing);
    } catch (error) {
      throw this.fileFailure(error, set.files.find(({ id }) => id === fileId)?.physicalName ?? '');
    }
  }

  /** HEADERONLY: what is known only at the end of the set. */
  private async readToEnd(): Promise<BackupEnd> {
    const [end] = await this.onEachReader(async (reader) => {
      try {
        return await reader.readEnd();
      } catch (error) {
        throw error instanceof DamagedRecord ? new SqlError(3241, [reader.device.name]) : error;
      }
    });
    if (end === undefined) throw new RangeError('a device set has at least one device');
    return end;
  }

  /** The client puts the files in place, byte for byte, before it completes the command (facts/vdi.md 2.8). */
  private async mountSnapshot(parts: readonly DatabasePart[], set: BackupSet): Promise<void> {
    await this.phase('sql.mount-snapshot');
    // The end of the stream was an error to the device.
    await this.devices.first.clearError();
    await this.devices.first.command(VDCommands.MountSnapshot);
    for (const { id, physicalName, content } of parts) {
      const expected = set.files.find((file) => file.id === id)?.byteLength;
      const size = await this.statement.until(content.size());
      if (size !== expected) throw new SqlError(3271, [physicalName, `the file has ${String(size)} bytes, not ${String(expected)}`]);
    }
  }

  // --- Log ---

  /** Applies the log records of the backup, up to where the options stop; returns the LSN after the last one. */
  private async redo(database: Database, set: BackupSet, end: BackupEnd, destination: Destination): Promise<Redone> {
    const lastLsn = BigInt(end.lastLsn);
    if (set.type === 'log' && database.restoredTo !== undefined && lastLsn < database.restoredTo)
      throw new SqlError(4326, [lastLsn, database.restoredTo]);
    const stops = this.stop(set, end);
    let at = set.type === 'log' && database.restoredTo !== undefined ? database.restoredTo : BigInt(set.firstLsn);
    for (const record of this.logRecords) {
      if (record.lsn < at) continue;
      if (stops.before(record)) return { to: record.lsn, stopped: true };
      if (record.bytes.byteLength > 0) await this.write(destination, DATA_FILE_ID, record.bytes, record.position, set);
      at = record.lsn + 1n;
      if (stops.after(record)) return { to: at, stopped: true };
    }
    return { to: lastLsn, stopped: false };
  }

  private stop(set: BackupSet, end: BackupEnd): { before(record: LogRecord): boolean; after(record: LogRecord): boolean } {
    const { options } = this.parsed;
    const never = (): boolean => false;
    const at = textOption(options, 'STOPAT');
    if (at !== undefined) {
      const time = parseSqlTime(at);
      if (time === undefined) throw new SqlError(241);
      // A backup of data is whole only at its own end.
      if (set.type !== 'log' && time < end.finishedAt) throw new SqlError(4335);
      return { before: (record) => record.time > time, after: never };
    }
    const matches =
      (mark: string) =>
      (record: LogRecord): boolean =>
        mark.startsWith('lsn:') ? record.lsn === BigInt(mark.slice(4)) : mark !== '' && record.mark === mark;
    const atMark = textOption(options, 'STOPATMARK');
    if (atMark !== undefined) return { before: never, after: matches(atMark) };
    const beforeMark = textOption(options, 'STOPBEFOREMARK');
    if (beforeMark !== undefined) return { before: matches(beforeMark), after: never };
    return { before: never, after: never };
  }

  // --- The end ---

  private finish(database: Database, set: BackupSet, end: BackupEnd, redone: Redone): void {
    const { statement, parsed, instance } = this;
    const { options } = parsed;
    if (set.type === 'database') {
      database.familyId = set.familyId;
      database.recoveryModel = set.recoveryModel as Database['recoveryModel'];
      database.restoredBase = set.copyOnly ? undefined : { lsn: BigInt(set.checkpointLsn), setId: set.setId };
    }
    database.restoredTo = redone.to;
    database.nextLsn = database.nextLsn > redone.to && set.type !== 'database' ? database.nextLsn : redone.to;
    let pages = 0;
    for (const file of set.files) {
      if (file.type === 'L') continue;
      const filePages = Math.ceil((this.restoredBytes.get(file.id) ?? 0) / PAGE_SIZE);
      if (set.type === 'log' && filePages === 0) continue;
      pages += filePages;
      statement.say(4035, [filePages, database.name, file.logicalName, 1]);
    }
    const logBytes = this.logRecords.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    const logPages = Math.max(1, Math.ceil(logBytes / PAGE_SIZE));
    pages += logPages;
    statement.say(4035, [logPages, database.name, set.files.find(({ type }) => type === 'L')?.logicalName ?? '', 1]);
    if (options.STANDBY !== undefined) database.standby = true;
    else if (options.NORECOVERY !== true) recover(database);
    const elapsedMs = statement.machine.host.clock.monotonic() - this.startedAt;
    statement.say(3014, [`RESTORE ${parsed.target}`, pages, ...rate(pages, elapsedMs)]);
    instance.logMessage(18267, [database.name, pages, set.firstLsn, end.lastLsn, this.devices.devices.length]);
  }

  // --- Failures ---

  private fileFailure(error: unknown, path: string): unknown {
    if (this.statement.stopped !== undefined) return this.statement.stopped;
    return error instanceof DeviceFailure || error instanceof SqlError ? error : new SqlError(3271, [path, asError(error).message]);
  }

  /** Runs the same on every family at once; after the first failure the others stop by themselves, and all are waited for. */
  private async onEachReader<T>(run: (reader: FamilyReader) => Promise<T>): Promise<readonly T[]> {
    const results = await Promise.all(
      this.readers.map(async (reader) => {
        try {
          return await run(reader);
        } catch (error) {
          this.failure ??= asError(error);
          return undefined;
        }
      }),
    );
    if (this.failure !== undefined) throw this.failure;
    return results as readonly T[];
  }

  private async phase(name: string, device: BackupDevice = this.devices.first): Promise<void> {
    try {
      await this.statement.phase(name);
    } catch (error) {
      throw asDeviceFailure(error, device.name, 'read');
    }
  }
}

interface Plan {
  readonly database: Database;
  readonly parts: readonly DatabasePart[];
  /** The contents are written anew. */
  readonly full: boolean;
}

interface Redone {
  readonly to: bigint;
  /** Where the options said, before the end of the backup. */
  readonly stopped: boolean;
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
