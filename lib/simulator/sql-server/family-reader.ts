/** Reads the records of one media family (stripe) from its device, whatever sizes the Reads return, and checks each. */
import { VDCommands, VDFeatures, VDWhence, WIN32 } from '../../binding/codes';
import type { SharedBuffer, VDS_Command } from '../vdi';
import { DeviceFailure, asDeviceFailure } from './backup-devices';
import type { BackupDevice, BackupDevices } from './backup-devices';
import { HEADER_SIZE, MediaError, RecordType, decodeHeader, decodeJson, decodePayload, isOfMediaSet, roundUp } from './media';
import type { BackupEnd, BackupSet, MediaDescription, RecordHeader } from './media';
import { SqlError } from './messages';
import type { RunningStatement } from './running-statement';

/** The first Reads are small: a client may keep the head of a stream and use it twice (facts/vdi.md 2.7). */
const HEAD_READ = 4096;
/** Load unloads the volume that is there first (facts/vdi.md 1.5). */
const UNLOAD_FIRST = 1;
/** There is no more to read on this volume. A filemark ends the backup set on tape-like media. */
const endCodes: readonly number[] = [WIN32.ERROR_HANDLE_EOF, WIN32.ERROR_NO_DATA_DETECTED, WIN32.ERROR_FILEMARK_DETECTED];

export interface MediaRecord {
  readonly header: RecordHeader;
  /** Valid until the next record is read. */
  readonly payload: Uint8Array;
}

/** A record's bytes are wrong; what that means for the statement depends on whose record it is. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord';

  constructor(
    readonly header: RecordHeader | undefined,
    readonly device: string,
    cause: unknown,
  ) {
    super(`a damaged record on ${device}`, { cause });
  }
}

interface PendingRead {
  readonly completed: Promise<VDS_Command>;
  readonly buffer: SharedBuffer;
  readonly small: boolean;
}

export class FamilyReader {
  media: MediaDescription | undefined;
  set: BackupSet | undefined;
  /** Of the first record. */
  header: RecordHeader | undefined;
  records = 0;
  bytesRead = 0;

  private volume = 0;
  private wound = false;
  private readonly pending: PendingRead[] = [];
  private readAhead = false;
  private atEnd = false;
  private bytes = Buffer.alloc(0);
  private start = 0;
  private end = 0;

  constructor(
    private readonly statement: RunningStatement,
    private readonly devices: BackupDevices,
    readonly device: BackupDevice,
  ) {}

  /** Media description and backup set. */
  async readHead(): Promise<{ readonly media: MediaDescription; readonly set: BackupSet }> {
    const media = await this.readMedia();
    const set = decodeJson((await this.expect(RecordType.Set)).payload) as BackupSet;
    this.media = media;
    this.set = set;
    return { media, set };
  }

  /** The description at the beginning of a volume; leaves the device behind it. */
  private async readMedia(): Promise<MediaDescription> {
    const { device } = this;
    let behindMark: bigint | undefined;
    if (this.devices.has(VDFeatures.Rewind)) await device.command(VDCommands.Rewind);
    if (this.devices.has(VDFeatures.RandomAccess)) await device.command(VDCommands.SetPosition, { size: VDWhence.Beginning, position: 0n });
    if (this.devices.has(VDFeatures.FileMarks)) {
      // The description ends at the first filemark, and a Read over one would end in an error.
      await device.command(VDCommands.SkipMarks, { size: 1 });
      behindMark = (await device.command(VDCommands.GetPosition)).outPosition;
      await device.command(VDCommands.Rewind);
    }
    const { header, payload } = await this.expect(RecordType.Media);
    const media = decodeJson(payload) as MediaDescription;
    if (this.media !== undefined) {
      if (media.mediaSetId !== this.media.mediaSetId) throw new SqlError(3258, [device.name]);
      const volume = this.volume + 1;
      if (media.volume !== volume) throw new SqlError(3247, [device.name, media.volume, volume]);
    } else if (media.volume !== 1) throw new SqlError(3247, [device.name, media.volume, 1]);
    this.volume = media.volume;
    // Every record has been counted, this one too; only a family's very first is a record of its own.
    if (header.sequence !== this.records - 1) throw new SqlError(3241, [device.name]);
    if (header.sequence > 0) this.records -= 1;
    if (behindMark !== undefined) {
      this.start = this.end;
      await device.clearError();
      this.atEnd = false;
      await device.command(VDCommands.SetPosition, { size: VDWhence.Beginning, position: behindMark });
    }
    return media;
  }

  /** On to the next volume of removable media. */
  private async changeVolume(): Promise<void> {
    const { device, readAhead } = this;
    await this.finish();
    await device.clearError();
    await device.command(VDCommands.Load, { size: UNLOAD_FIRST });
    device.position = 0;
    this.start = this.end;
    this.atEnd = false;
    this.readAhead = false;
    await this.readMedia();
    this.readAhead = readAhead;
  }

  private async expect(type: number): Promise<MediaRecord> {
    try {
      const record = await this.next();
      if (record.header.type !== type)
        throw new DamagedRecord(record.header, this.device.name, new Error('not the record that comes here'));
      return record;
    } catch (error) {
      if (error instanceof DamagedRecord) throw new SqlError(3241, [this.device.name]);
      throw error;
    }
  }

  /** From now on several large Reads are outstanding. */
  startReadAhead(): void {
    this.readAhead = true;
  }

  /**
   * The next record of this family, checked: its checksums, its place in the order, and that it is of this family and media set.
   * Throws DamagedRecord, or DeviceFailure when the stream ends too early.
   */
  async next(): Promise<MediaRecord> {
    const record = await this.nextOfVolume();
    if (record.header.type !== RecordType.EndOfVolume) return record;
    if (!this.devices.has(VDFeatures.Removable)) throw new DeviceFailure(this.device.name, 'read', WIN32.ERROR_HANDLE_EOF);
    this.records -= 1;
    await this.changeVolume();
    return this.next();
  }

  private async nextOfVolume(): Promise<MediaRecord> {
    await this.need(HEADER_SIZE);
    let header: RecordHeader | undefined;
    try {
      header = decodeHeader(this.bytes.subarray(this.start, this.end));
      const { blockSize } = this.devices.config;
      if (header.blockSize !== blockSize) throw new SqlError(3284, [this.device.name, header.blockSize]);
      // Another stripe's or another backup's: said as such where a volume begins, damage in the middle of one.
      if (header.type === RecordType.Media && this.media !== undefined && !isOfMediaSet(header, this.media.mediaSetId))
        throw new SqlError(3258, [this.device.name]);
      const first = (this.header ??= header);
      // What was wound over is not there to be counted.
      if (this.wound) this.records = header.sequence;
      this.wound = false;
      // At the beginning of a volume its number says more than the record's.
      const inOrder = header.sequence === this.records || header.type === RecordType.Media;
      if (header.family !== first.family || header.mediaSetId !== first.mediaSetId || !inOrder) {
        throw new MediaError(
          'header',
          `record ${String(header.sequence)} of family ${String(header.family)} stands where record ${String(this.records)} belongs`,
        );
      }
      await this.need(header.recordLength);
      const record = this.bytes.subarray(this.start, this.start + header.recordLength);
      const payload = decodePayload(header, record);
      this.start += header.recordLength;
      this.records += 1;
      return { header, payload };
    } catch (error) {
      if (error instanceof MediaError) throw new DamagedRecord(error.part === 'payload' ? header : undefined, this.device.name, error);
      throw error;
    }
  }

  /** The end record. Tape-like media are wound to it, because their filemarks and blocks allow it; others are read through. */
  async readEnd(): Promise<BackupEnd> {
    for (;;) {
      if (this.devices.has(VDFeatures.FileMarks)) await this.windToLastBlock();
      else this.startReadAhead();
      const { header, payload } = await this.next();
      if (header.type !== RecordType.End) continue;
      const end = decodeJson(payload) as BackupEnd;
      await this.finish();
      return end;
    }
  }

  /** Behind the filemark of the set, back over it, back one block: the last record of a volume takes one. */
  private async windToLastBlock(): Promise<void> {
    const { device } = this;
    await device.clearError();
    await device.command(VDCommands.SkipMarks, { size: 1 });
    await device.command(VDCommands.SkipMarks, { size: -1 });
    await device.command(VDCommands.SkipBlocks, { size: -1 });
    this.start = this.end;
    this.atEnd = false;
    this.wound = true;
  }

  /** Waits for the Reads that nobody needs any more. */
  async finish(): Promise<void> {
    for (const { completed, buffer, small } of this.pending.splice(0)) {
      await this.statement.until(completed);
      if (!small) this.devices.giveBuffer(buffer);
    }
    await this.device.idle();
  }

  /** At least `byteLength` bytes from `start` on. */
  private async need(byteLength: number): Promise<void> {
    while (this.end - this.start < byteLength) {
      if (this.atEnd) throw new DeviceFailure(this.device.name, 'read', WIN32.ERROR_HANDLE_EOF);
      this.makeRoom(byteLength);
      if (this.readAhead) await this.fillQueue();
      else await this.readSmall();
      await this.take();
    }
  }

  private makeRoom(byteLength: number): void {
    const left = this.end - this.start;
    const wanted = byteLength + this.devices.config.maxTransferSize;
    if (this.bytes.byteLength < wanted) {
      const larger = Buffer.allocUnsafeSlow(wanted);
      this.bytes.copy(larger, 0, this.start, this.end);
      this.bytes = larger;
    } else {
      this.bytes.copyWithin(0, this.start, this.end);
    }
    this.start = 0;
    this.end = left;
  }

  private async phase(): Promise<void> {
    try {
      await this.statement.phase('sql.read');
    } catch (error) {
      throw asDeviceFailure(error, this.device.name, 'read');
    }
  }

  private async readSmall(): Promise<void> {
    await this.phase();
    const size = roundUp(HEAD_READ, this.devices.config.blockSize);
    const buffer = this.devices.allocateSmall(size);
    this.pending.push({
      completed: this.device.send(VDCommands.Read, { size, position: this.device.placeOf(size), buffer }),
      buffer,
      small: true,
    });
  }

  /** One Read at least, and as many more as the device's queue and the pool allow at once. */
  private async fillQueue(): Promise<void> {
    while (!this.device.inError && (this.pending.length === 0 || (this.device.hasSlot && this.devices.hasBuffer))) {
      await this.phase();
      const buffer = await this.devices.takeBuffer();
      await this.device.slot();
      const size = buffer.byteLength;
      const completed = this.device.send(VDCommands.Read, { size, position: this.device.placeOf(size), buffer });
      this.pending.push({ completed, buffer, small: false });
    }
  }

  /** The oldest Read: its bytes go behind those that are here already. */
  private async take(): Promise<void> {
    const read = this.pending.shift();
    if (read === undefined) throw new DeviceFailure(this.device.name, 'read', WIN32.ERROR_IO_DEVICE);
    const command = await this.statement.until(read.completed);
    const { completionCode, bytesTransferred } = command;
    this.bytes.set(read.buffer.bytes().subarray(0, bytesTransferred), this.end);
    this.end += bytesTransferred;
    this.bytesRead += bytesTransferred;
    if (read.small) this.devices.freeSmall(read.buffer);
    else this.devices.giveBuffer(read.buffer);
    if (endCodes.includes(completionCode)) this.atEnd = true;
    // Success without a byte is not documented (facts/vdi.md 2.7); taken for the end, because reading on would never end.
    else if (completionCode === WIN32.ERROR_SUCCESS && bytesTransferred === 0) this.atEnd = true;
    else this.device.check(command);
  }
}
