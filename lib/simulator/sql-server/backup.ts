/** BACKUP DATABASE and BACKUP LOG over virtual devices. */
import { VDCommands, VDFeatures, WIN32 } from '../../binding/codes';
import type { SharedBuffer } from '../vdi';
import { BackupDevices, asDeviceFailure } from './backup-devices';
import type { BackupDevice, DeviceOperation } from './backup-devices';
import { DATA_FILE_ID, LOG_FILE_ID } from './database';
import type { Database, DatabasePart, LogRecord } from './database';
import { EXTENT_SIZE, HostFile, PAGE_SIZE } from './database-file';
import type { OpenDatabaseFile } from './database-file';
import { FamilyWriter } from './family-writer';
import type { SqlServerInstance, SqlSession } from './instance';
import {
  HEADER_SIZE,
  MediaError,
  RecordType,
  compressPayload,
  decodeHeader,
  encodeJson,
  encodeLogRecord,
  logRecordLength,
  payloadRoom,
  sealRecord,
} from './media';
import type { BackupEnd, BackupSet, BackupType, BackedUpFile, Family } from './media';
import { SqlError } from './messages';
import { PageChecksums, extentsChangedSince } from './page-checksums';
import { Progress, rate } from './progress';
import { asError } from './running-statement';
import type { RunningStatement } from './running-statement';
import { parseSqlTime } from './sql-time';
import { numberOption, textOption } from './statements';
import type { BackupStatement } from './statements';

/** A run of bytes of one file, to be backed up in as many records as it takes. */
interface Run {
  readonly part: DatabasePart;
  readonly position: number;
  readonly byteLength: number;
}

/** What is known once the last record is out. */
interface Tail {
  readonly lastLsn: bigint;
  readonly log: readonly LogRecord[];
}

const DAY_MS = 86_400_000;
/** What a Read says on media that hold nothing. */
const blankMedia: readonly number[] = [WIN32.ERROR_HANDLE_EOF, WIN32.ERROR_NO_DATA_DETECTED, WIN32.ERROR_FILEMARK_DETECTED];

/** Runs the statement; throws SqlError or DeviceFailure. */
export async function runBackup(
  statement: RunningStatement,
  instance: SqlServerInstance,
  session: SqlSession,
  parsed: BackupStatement,
): Promise<void> {
  const database = checked(instance, session, parsed);
  const data = parsed.target === 'DATABASE';
  if (data) database.busyWith = 'backup';
  const held = data ? database.holdLog() : undefined;
  try {
    const devices = await BackupDevices.attach(statement, instance.openVirtualDeviceSet(), {
      instance: instance.name,
      names: parsed.devices,
      options: parsed.options,
      direction: 'backup',
      completeSupported: instance.completeSupported,
    });
    try {
      // One device, pipe-like (facts/vdi.md 2.8).
      const single = parsed.devices.length === 1 && !devices.has(VDFeatures.LikeDisk | VDFeatures.LikeTape);
      if (parsed.options.SNAPSHOT === true && !single) throw new SqlError(3032, ['SNAPSHOT']);
      await new Backup(statement, instance, session, parsed, database, devices).run();
    } catch (error) {
      await devices.closeAfter(error);
      throw statement.stopped ?? error;
    }
  } finally {
    held?.release();
    if (data) database.busyWith = undefined;
  }
}

/** What SQL Server refuses before it looks at a device. */
function checked(instance: SqlServerInstance, session: SqlSession, { target, database: name, options }: BackupStatement): Database {
  if (name.toLowerCase() === 'tempdb') throw new SqlError(3147);
  const database = instance.findDatabase(name);
  if (database === undefined) throw new SqlError(911, [name]);
  if (!session.login.sysadmin) throw new SqlError(262, [`BACKUP ${target}`, database.name]);
  if (database.state === 'RESTORING') throw new SqlError(927, [database.name]);
  if (database.name === 'master' && (target === 'LOG' || options.DIFFERENTIAL === true)) throw new SqlError(3024);
  if (target === 'LOG') {
    if (database.recoveryModel === 'SIMPLE') throw new SqlError(4208, ['BACKUP LOG']);
    if (database.logBackupLsn === undefined) throw new SqlError(4214);
  } else if (database.busyWith !== undefined) throw new SqlError(3023);
  if (options.DIFFERENTIAL === true && database.differentialBase === undefined) throw new SqlError(3035, [database.name]);
  return database;
}

class Backup {
  private readonly type: BackupType;
  private readonly startedAt: number;
  private readonly mediaSetId: string;
  private readonly setId: string;
  private readonly firstLsn: bigint;
  private readonly checkpointLsn: bigint;
  /** Extents that changed while this backup ran: after it they still differ from the new base. */
  private readonly changedBefore: Set<number>;
  private readonly pageChecksums: PageChecksums | undefined;
  private readonly transferSize: number;
  private readonly blockSize: number;
  private readonly writers: readonly FamilyWriter[];
  private failure: Error | undefined;
  private dataBytes: Record<string, number> = {};

  constructor(
    private readonly statement: RunningStatement,
    private readonly instance: SqlServerInstance,
    private readonly session: SqlSession,
    private readonly parsed: BackupStatement,
    private readonly database: Database,
    private readonly devices: BackupDevices,
  ) {
    const { host } = statement.machine;
    this.type = parsed.target === 'LOG' ? 'log' : parsed.options.DIFFERENTIAL === true ? 'differential' : 'database';
    this.startedAt = host.clock.monotonic();
    this.mediaSetId = host.random.uuid();
    this.setId = host.random.uuid();
    this.checkpointLsn = database.nextLsn;
    this.firstLsn = this.type === 'log' ? (database.logBackupLsn ?? database.nextLsn) : database.nextLsn;
    this.changedBefore = new Set(database.changedExtents);
    this.pageChecksums = this.type === 'database' && database.data.content instanceof HostFile ? new PageChecksums() : undefined;
    this.transferSize = devices.config.maxTransferSize;
    this.blockSize = devices.config.blockSize;
    const { options } = parsed;
    const media = {
      mediaSetId: this.mediaSetId,
      mediaName: textOption(options, 'MEDIANAME') ?? '',
      mediaDescription: textOption(options, 'MEDIADESCRIPTION') ?? '',
    };
    const familyCount = devices.devices.length;
    this.writers = devices.devices.map(
      (device) =>
        new FamilyWriter(
          statement,
          devices,
          device,
          { mediaSetId: this.mediaSetId, family: device.family, familyCount, blockSize: this.blockSize },
          media,
        ),
    );
  }

  async run(): Promise<void> {
    const { statement, devices, database, parsed } = this;
    const data = this.type !== 'log' && parsed.options.SNAPSHOT !== true;
    const runs = data ? await this.plan() : [];
    const set = await this.describe(runs);
    await this.onEachFamily((writer) => this.writeHead(writer, set));
    const progress = new Progress(
      statement,
      parsed.options,
      runs.reduce((sum, { byteLength }) => sum + byteLength, 0),
    );
    for (const part of data ? database.parts : []) {
      // A FILESTREAM container comes after the rows, which are durable by then (facts/vdi.md 2.6: several Flush commands).
      if (part.id !== DATA_FILE_ID) await this.flush();
      await this.writeData(
        part,
        runs.filter((run) => run.part === part),
        progress,
      );
    }
    progress.finish();
    const { lastLsn, log } = set.snapshot ? await this.takeSnapshot() : await this.writeTail();
    if (devices.has(VDFeatures.CompleteEnabled)) {
      await this.phase('sql.complete', devices.first, 'complete');
      await devices.first.command(VDCommands.Complete);
    }
    await devices.close();
    await this.phase('sql.commit', devices.first, 'close');
    this.commit(set, lastLsn, log);
  }

  /** What comes after the data: the log of the time that the backup took, the end record, and the client's word that all is durable. */
  private async writeTail(): Promise<Tail> {
    const lastLsn = this.database.nextLsn;
    const log = this.database.logFrom(this.firstLsn);
    await this.writeLog(log);
    await this.onEachFamily((writer) => this.writeEnd(writer, lastLsn, log.length));
    await this.flush();
    return { lastLsn, log };
  }

  /** Freezes the database while the client takes its snapshot (facts/vdi.md 2.8). The metadata goes out during the freeze. */
  private async takeSnapshot(): Promise<Tail> {
    const { database, devices } = this;
    const { first } = devices;
    if (devices.has(VDFeatures.SnapshotPrepare)) {
      await this.phase('sql.prepare-to-freeze', first, 'snapshot');
      await first.command(VDCommands.PrepareToFreeze);
    }
    database.freeze();
    try {
      await this.phase('sql.freeze', first, 'snapshot');
      const lastLsn = database.nextLsn;
      const log = database.logFrom(this.firstLsn);
      await this.writeLog(log);
      await this.onEachFamily((writer) => this.writeEnd(writer, lastLsn, log.length));
      await this.phase('sql.snapshot', first, 'snapshot');
      await first.command(VDCommands.Snapshot);
      return { lastLsn, log };
    } finally {
      database.thaw();
    }
  }

  /** The bytes to back up: all, or the extents that changed since the base. */
  private async plan(): Promise<readonly Run[]> {
    const runs: Run[] = [];
    for (const part of this.database.parts) {
      const size = await this.statement.until(part.content.size());
      if (this.type === 'database' || part.id !== DATA_FILE_ID) {
        if (size > 0) runs.push({ part, position: 0, byteLength: size });
        continue;
      }
      const changed = new Set(this.changedBefore);
      if (part.content instanceof HostFile) for (const extent of await this.changedBehindOurBack(part, size)) changed.add(extent);
      let open: { part: DatabasePart; position: number; byteLength: number } | undefined;
      for (const extent of [...changed].sort((left, right) => left - right)) {
        const position = extent * EXTENT_SIZE;
        const byteLength = Math.min(EXTENT_SIZE, size - position);
        if (byteLength <= 0) continue;
        if (open !== undefined && open.position + open.byteLength === position) open.byteLength += byteLength;
        else runs.push((open = { part, position, byteLength }));
      }
    }
    return runs;
  }

  private async changedBehindOurBack(part: DatabasePart, size: number): Promise<readonly number[]> {
    const file = await this.fileAccess(part, part.content.open());
    try {
      return await this.fileAccess(part, extentsChangedSince(this.database.pageChecksums, file, size));
    } finally {
      await file.close();
    }
  }

  private async describe(runs: readonly Run[]): Promise<BackupSet> {
    const { database, parsed, instance } = this;
    const { options } = parsed;
    const { clock } = this.statement.machine.host;
    const files: BackedUpFile[] = [];
    for (const part of database.parts) {
      const backedUp = runs.filter((run) => run.part === part).reduce((sum, { byteLength }) => sum + byteLength, 0);
      files.push({
        id: part.id,
        logicalName: part.logicalName,
        physicalName: part.physicalName,
        type: part.type,
        byteLength: await part.content.size(),
        backedUp,
      });
    }
    files.push({
      id: LOG_FILE_ID,
      logicalName: `${database.data.logicalName}_log`,
      physicalName: database.logPhysicalName,
      type: 'L',
      byteLength: EXTENT_SIZE,
      backedUp: 0,
    });
    const retainDays = numberOption(options, 'RETAINDAYS');
    const expireDate = parseSqlTime(textOption(options, 'EXPIREDATE') ?? '');
    const base = this.type === 'differential' ? database.differentialBase : undefined;
    return {
      setId: this.setId,
      type: this.type,
      name: textOption(options, 'NAME') ?? '',
      description: textOption(options, 'DESCRIPTION') ?? '',
      database: database.name,
      familyId: database.familyId,
      databaseCreatedAt: database.createdAt,
      recoveryModel: database.recoveryModel,
      server: instance.serverName,
      version: instance.version,
      login: this.session.login.name,
      startedAt: clock.now(),
      expiresAt: retainDays !== undefined ? clock.now() + retainDays * DAY_MS : (expireDate ?? null),
      copyOnly: options.COPY_ONLY === true,
      checksum: options.CHECKSUM === true,
      compressed: options.COMPRESSION === true,
      snapshot: options.SNAPSHOT === true,
      beginsLogChain: this.type === 'log' && !instance.history.some(({ type, database: name }) => type === 'log' && name === database.name),
      firstLsn: String(this.firstLsn),
      checkpointLsn: String(this.checkpointLsn),
      databaseBackupLsn: String(database.differentialBase?.lsn ?? 0n),
      differentialBaseLsn: base === undefined ? null : String(base.lsn),
      differentialBaseId: base?.setId ?? null,
      files,
    };
  }

  /** Media description and backup set. */
  private async writeHead(writer: FamilyWriter, set: BackupSet): Promise<void> {
    await writer.rewind();
    if (this.parsed.options.FORMAT !== true && this.devices.has(VDFeatures.LikeDisk | VDFeatures.Position)) {
      await this.checkExistingMedia(writer.device);
      await writer.rewind();
    }
    await this.phase('sql.write', writer.device, 'write');
    await writer.writeMedia();
    await writer.writeRecord(RecordType.Set, encodeJson(set));
  }

  /** Without FORMAT media are read first. Only one backup set to the media here: what holds one already needs INIT. */
  private async checkExistingMedia(device: BackupDevice): Promise<void> {
    const buffer = this.devices.allocateSmall(this.blockSize);
    const read = await this.statement.until(
      device.send(VDCommands.Read, { size: this.blockSize, position: device.placeOf(this.blockSize), buffer }),
    );
    const found = Buffer.from(buffer.bytes().subarray(0, read.bytesTransferred));
    this.devices.freeSmall(buffer);
    if (read.completionCode !== WIN32.ERROR_SUCCESS) {
      if (!blankMedia.includes(read.completionCode)) device.check(read);
      await device.clearError();
    }
    if (found.byteLength === 0) return;
    try {
      decodeHeader(found);
    } catch (error) {
      if (error instanceof MediaError) throw new SqlError(3241, [device.name]);
      throw error;
    }
    if (this.parsed.options.INIT !== true) throw new SqlError(50000, ['a second backup set on the same media: use INIT or FORMAT']);
  }

  /** The devices take pieces as fast as each can: a slow one holds up nobody before the end. */
  private async writeData(part: DatabasePart, runs: readonly Run[], progress: Progress): Promise<void> {
    const room = Math.floor(payloadRoom(this.transferSize) / PAGE_SIZE) * PAGE_SIZE;
    const pieces = cut(runs, room);
    const file = await this.fileAccess(part, part.content.open());
    try {
      await this.onEachFamily(async (writer) => {
        for (const piece of pieces) {
          await this.phase('sql.write', writer.device, 'write');
          const buffer = await this.devices.takeBuffer();
          const sequence = writer.takeSequence();
          const size = await this.fill(buffer, writer.family, sequence, file, piece);
          await writer.post(sequence, buffer, size, () => {
            this.devices.giveBuffer(buffer);
            progress.add(piece.byteLength);
          });
          if (this.failure !== undefined) break;
        }
        await writer.drain();
      });
    } finally {
      await file.close();
    }
    this.dataBytes = { ...this.dataBytes, [part.id]: runs.reduce((sum, { byteLength }) => sum + byteLength, 0) };
  }

  private async fill(
    buffer: SharedBuffer,
    family: Family,
    sequence: number,
    file: OpenDatabaseFile,
    { part, position, byteLength }: Run,
  ): Promise<number> {
    const reading = file.read(() => buffer.bytes().subarray(HEADER_SIZE, HEADER_SIZE + byteLength), position);
    if (reading !== undefined) await this.fileAccess(part, reading);
    const bytes = buffer.bytes();
    if (part.id === DATA_FILE_ID) this.pageChecksums?.note(position, bytes.subarray(HEADER_SIZE, HEADER_SIZE + byteLength));
    const compress = this.parsed.options.COMPRESSION === true;
    const stored = compress ? compressPayload(bytes, byteLength) : byteLength;
    return sealRecord(
      bytes,
      {
        ...family,
        type: RecordType.Data,
        sequence,
        fileId: part.id,
        position,
        compressed: stored < byteLength,
        expandedLength: byteLength,
      },
      stored,
    );
  }

  private async fileAccess<T>({ physicalName }: DatabasePart, access: Promise<T>): Promise<T> {
    try {
      return await this.statement.until(access);
    } catch (error) {
      this.statement.throwIfStopped();
      throw new SqlError(3271, [physicalName, asError(error).message]);
    }
  }

  private async writeLog(log: readonly LogRecord[]): Promise<void> {
    const [writer] = this.writers;
    if (writer === undefined) return;
    const room = payloadRoom(this.transferSize);
    for (let next = 0; next < log.length;) {
      await this.phase('sql.write', writer.device, 'write');
      const buffer = await this.devices.takeBuffer();
      const bytes = buffer.bytes();
      let end = HEADER_SIZE;
      for (let record = log[next]; record !== undefined && end - HEADER_SIZE + logRecordLength(record) <= room; record = log[next]) {
        end = encodeLogRecord(bytes, end, record);
        next += 1;
      }
      const sequence = writer.takeSequence();
      const size = sealRecord(bytes, { ...writer.family, type: RecordType.Log, sequence }, end - HEADER_SIZE);
      await writer.post(sequence, buffer, size, () => this.devices.giveBuffer(buffer));
    }
    await writer.drain();
  }

  private async writeEnd(writer: FamilyWriter, lastLsn: bigint, logRecords: number): Promise<void> {
    await this.phase('sql.write', writer.device, 'write');
    const end: BackupEnd = {
      lastLsn: String(lastLsn),
      finishedAt: this.statement.machine.host.clock.now(),
      dataBytes: this.dataBytes,
      logRecords,
    };
    await writer.writeRecord(RecordType.End, encodeJson(end));
    await writer.writeMark();
  }

  /** The data must be durable when the client answers (facts/vdi.md 2.6). */
  private async flush(): Promise<void> {
    await this.onEachFamily(async (writer) => {
      await this.phase('sql.flush', writer.device, 'flush');
      await writer.flush();
    });
  }

  /** Everything that only a backup that succeeded may change. */
  private commit(set: BackupSet, lastLsn: bigint, log: readonly LogRecord[]): void {
    const { database, statement, devices, parsed } = this;
    const { options } = parsed;
    if (this.type === 'database' && !set.copyOnly) {
      database.differentialBase = { lsn: this.checkpointLsn, setId: this.setId };
      database.pageChecksums = set.snapshot ? undefined : this.pageChecksums?.values();
      const during = new Set<number>();
      for (const extent of database.changedExtents) if (!this.changedBefore.has(extent)) during.add(extent);
      database.changedExtents = during;
      for (const { position, bytes } of database.logFrom(this.checkpointLsn))
        if (bytes.byteLength > 0) database.noteChange(position, bytes.byteLength);
      if (database.recoveryModel !== 'SIMPLE') database.logBackupLsn ??= this.firstLsn;
    }
    if (this.type === 'log' && !set.copyOnly) {
      database.logBackupLsn = lastLsn;
      if (options.NO_TRUNCATE !== true) database.truncateLog(lastLsn);
      if (options.NORECOVERY === true || options.STANDBY !== undefined) {
        database.state = 'RESTORING';
        database.standby = options.STANDBY !== undefined;
        database.restoredTo = lastLsn;
      }
    }
    let pages = 0;
    for (const part of this.type === 'log' ? [] : database.parts) {
      const partPages = Math.ceil((this.dataBytes[String(part.id)] ?? 0) / PAGE_SIZE);
      pages += partPages;
      statement.say(4035, [partPages, database.name, part.logicalName, 1]);
    }
    const logPages = Math.max(1, Math.ceil(log.reduce((sum, record) => sum + logRecordLength(record), 0) / PAGE_SIZE));
    pages += logPages;
    statement.say(4035, [logPages, database.name, `${database.data.logicalName}_log`, 1]);
    const elapsedMs = statement.machine.host.clock.monotonic() - this.startedAt;
    statement.say(3014, [`BACKUP ${parsed.target}`, pages, ...rate(pages, elapsedMs)]);
    this.instance.recordBackup({
      setId: this.setId,
      database: database.name,
      type: this.type,
      finishedAt: statement.machine.host.clock.now(),
      bytes: this.writers.reduce((sum, { bytes }) => sum + bytes, 0),
      firstLsn: this.firstLsn,
      lastLsn,
      copyOnly: set.copyOnly,
      snapshot: set.snapshot,
      devices: parsed.devices,
    });
    const number = { database: 18264, differential: 18270, log: 18265 }[this.type];
    this.instance.logMessage(number, [database.name, pages, this.firstLsn, lastLsn, devices.devices.length]);
  }

  /** Runs the same on every family at once; after the first failure the others stop by themselves, and all are waited for. */
  private async onEachFamily(run: (writer: FamilyWriter) => Promise<unknown>): Promise<void> {
    await Promise.all(
      this.writers.map(async (writer) => {
        try {
          await run(writer);
        } catch (error) {
          this.failure ??= asError(error);
        }
      }),
    );
    if (this.failure !== undefined) throw this.failure;
  }

  private async phase(name: string, device: BackupDevice, operation: DeviceOperation): Promise<void> {
    try {
      await this.statement.phase(name);
    } catch (error) {
      throw asDeviceFailure(error, device.name, operation);
    }
  }
}

/** Pieces of at most `room` bytes; the devices share the generator, each takes the next one. */
function* cutRuns(runs: readonly Run[], room: number): Generator<Run> {
  for (const { part, position, byteLength } of runs) {
    for (let done = 0; done < byteLength; done += room)
      yield { part, position: position + done, byteLength: Math.min(room, byteLength - done) };
  }
}

/** A loop that ends early must not end the generator for the others. */
function cut(runs: readonly Run[], room: number): Iterable<Run> {
  const pieces = cutRuns(runs, room);
  return { [Symbol.iterator]: () => ({ next: () => pieces.next() }) };
}
