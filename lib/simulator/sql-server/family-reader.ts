/** Reads the records of one media family (stripe) from its device, whatever sizes the Reads return, and checks each. */
import { VDCommands, VDFeatures, VDWhence, WIN32 } from '../../binding/codes';
import type { SharedBuffer, VDS_Command } from '../vdi';
import { DeviceFailure, asDeviceFailure } from './backup-devices';
import type { BackupDevice, BackupDevices } from './backup-devices';
import { HEADER_SIZE, MediaError, RecordType, decodeHeader, decodeJson, decodePayload, isOfMediaSet, roundUp } from './media';
import type { BackupSet, MediaDescription, RecordHeader } from './media';
import { SqlError } from './messages';
import type { RunningStatement } from './running-statement';

/** The first Reads are small: a client may keep the head of a stream and use it twice (facts/vdi.md 2.7). */
const HEAD_READ = 4096;

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
    const { device } = this;
    let setPosition: bigint | undefined;
    if (this.devices.has(VDFeatures.Rewind)) await device.command(VDCommands.Rewind);
    if (this.devices.has(VDFeatures.RandomAccess)) await device.command(VDCommands.SetPosition, { size: VDWhence.Beginning, position: 0n });
    if (this.devices.has(VDFeatures.FileMarks)) {
      // The set begins behind the first filemark; a Read over one would end in an error.
      await device.command(VDCommands.SkipMarks, { size: 1 });
      setPosition = (await device.command(VDCommands.GetPosition)).outPosition;
      await device.command(VDCommands.Rewind);
    }
    const media = decodeJson<MediaDescription>((await this.expect(RecordType.Media)).payload);
    if (setPosition !== undefined) {
      this.start = this.end;
      await device.command(VDCommands.SetPosition, { size: VDWhence.Beginning, position: setPosition });
    }
    const set = decodeJson<BackupSet>((await this.expect(RecordType.Set)).payload);
    this.media = media;
    this.set = set;
    return { media, set };
  }

  private async expect(type: number): Promise<MediaRecord> {
    try {
      const record = await this.next();
      if (record.header.type !== type) throw new DamagedRecord(record.header, this.device.name, new Error('not the record that comes here'));
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
    await this.need(HEADER_SIZE);
    let header: RecordHeader | undefined;
    try {
      header = decodeHeader(this.bytes.subarray(this.start, this.end));
      const { blockSize } = this.devices.config;
      if (header.blockSize !== blockSize) throw new SqlError(3284, [this.device.name, header.blockSize]);
      if (this.media !== undefined && !isOfMediaSet(header, this.media.mediaSetId)) throw new SqlError(3258, [this.device.name]);
      const first = (this.header ??= header);
      if (header.family !== first.family || header.mediaSetId !== first.mediaSetId || header.sequence !== this.records) {
        throw new MediaError('header', `record ${String(header.sequence)} of family ${String(header.family)} stands where record ${String(this.records)} belongs`);
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
    this.pending.push({ completed: this.device.send(VDCommands.Read, { size, position: this.device.placeOf(size), buffer }), buffer, small: true });
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
    const ended = completionCode === WIN32.ERROR_HANDLE_EOF || completionCode === WIN32.ERROR_NO_DATA_DETECTED;
    if (ended) this.atEnd = true;
    // Success without a byte is not documented (facts/vdi.md 2.7); taken for the end, because reading on would never end.
    else if (completionCode === WIN32.ERROR_SUCCESS && bytesTransferred === 0) this.atEnd = true;
    else this.device.check(command);
  }
}
