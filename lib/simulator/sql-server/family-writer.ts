/** Writes the records of one media family (stripe) to its device: several Writes outstanding, and on removable media from volume to volume. */
import { VDCommands, VDFeatures, VDWhence, WIN32 } from '../../binding/codes';
import type { SharedBuffer, VDS_Command } from '../vdi';
import { DeviceFailure } from './backup-devices';
import type { BackupDevice, BackupDevices } from './backup-devices';
import { RecordType, encodeJson, encodeRecord } from './media';
import type { Family, MediaDescription, RecordTypeCode } from './media';
import { asError } from './running-statement';
import type { RunningStatement } from './running-statement';

/** Load unloads the volume that is there first (facts/vdi.md 1.5). */
const UNLOAD_FIRST = 1;

interface PendingWrite {
  /** Of its record. */
  readonly sequence: number;
  readonly buffer: SharedBuffer;
  /** Bytes left; they begin at the buffer's begin. */
  size: number;
  finished: boolean;
  /** The end of the media came in the middle of it. */
  cut: boolean;
  readonly written: () => void;
}

export class FamilyWriter {
  /** Bytes written. */
  bytes = 0;
  /** Records written; those that only join two volumes are not counted. */
  private records = 0;
  private volume = 1;
  /** Oldest first; a finished one leaves when all before it have. */
  private readonly pending: PendingWrite[] = [];
  /** ERROR_END_OF_MEDIA has come: no further record on this volume. */
  private endOfMedia = false;
  /**
   * A Write was dropped or refused because another one's error had put the device into IO-ERROR. That other one's completion may run later
   * than the refusal; it says what really happened.
   */
  private dropped = false;
  private failure: Error | undefined;

  constructor(
    private readonly statement: RunningStatement,
    private readonly devices: BackupDevices,
    readonly device: BackupDevice,
    readonly family: Family,
    private readonly media: Omit<MediaDescription, 'volume'>,
  ) {}

  /** The number of the next record in the family. */
  takeSequence(): number {
    return this.records++;
  }

  /** Brings media that have a beginning there. */
  async rewind(): Promise<void> {
    if (this.devices.has(VDFeatures.Rewind)) await this.device.command(VDCommands.Rewind);
    if (this.devices.has(VDFeatures.RandomAccess)) {
      await this.device.command(VDCommands.SetPosition, { size: VDWhence.Beginning, position: 0n });
      this.device.position = 0;
    }
  }

  async writeMedia(): Promise<void> {
    await this.writeSmall(RecordType.Media, this.takeSequence(), encodeJson({ ...this.media, volume: this.volume }));
    await this.writeMark();
  }

  /** One small record, through a metadata buffer; resolves when it is written. */
  async writeRecord(type: RecordTypeCode, payload: Uint8Array): Promise<void> {
    const sequence = this.takeSequence();
    const record = encodeRecord({ ...this.family, type, sequence }, payload);
    const buffer = this.devices.allocateSmall(record.byteLength);
    buffer.bytes().set(record);
    await this.post(sequence, buffer, record.byteLength, () => undefined);
    await this.drain();
    this.devices.freeSmall(buffer);
  }

  /** Sends a Write once there is room for it and does not wait for its completion; `written` runs then. */
  async post(sequence: number, buffer: SharedBuffer, size: number, written: () => void): Promise<void> {
    await this.room(sequence);
    const write: PendingWrite = { sequence, buffer, size, finished: false, cut: false, written };
    this.pending.push(write);
    this.send(write);
  }

  /** Everything posted is written. */
  async drain(): Promise<void> {
    for (;;) {
      await this.settle();
      if (this.pending.length === 0) return;
      await this.changeVolume(undefined);
    }
  }

  async writeMark(): Promise<void> {
    if (this.devices.has(VDFeatures.FileMarks)) await this.device.command(VDCommands.WriteMark);
  }

  /** What was written is durable (facts/vdi.md 2.6). */
  async flush(): Promise<void> {
    await this.device.clearError();
    await this.device.command(VDCommands.Flush);
  }

  private async room(sequence: number): Promise<void> {
    while (this.endOfMedia || this.dropped || !this.device.hasSlot) {
      if (this.endOfMedia) await this.changeVolume(sequence);
      else if (this.dropped) await this.settle();
      else await this.device.slot();
      this.check();
    }
    this.check();
  }

  /** Every completion has run: now it is known why Writes were dropped. */
  private async settle(): Promise<void> {
    await this.device.idle();
    if (this.dropped && !this.endOfMedia) this.failure ??= new DeviceFailure(this.device.name, 'write', WIN32.ERROR_IO_DEVICE);
    this.check();
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private send(write: PendingWrite): void {
    const { buffer, size } = write;
    this.device.send(VDCommands.Write, { size, position: this.device.placeOf(size), buffer }).then(
      (completed) => {
        this.completed(write, completed);
      },
      (error: unknown) => {
        this.failure ??= asError(error);
      },
    );
  }

  private completed(write: PendingWrite, command: VDS_Command): void {
    const { completionCode, bytesTransferred } = command;
    if (completionCode === WIN32.ERROR_END_OF_MEDIA && this.devices.has(VDFeatures.Removable)) {
      this.endOfMedia = true;
      this.taken(write, bytesTransferred);
      write.cut = !write.finished;
    } else if (completionCode === WIN32.ERROR_IO_DEVICE) {
      this.dropped = true;
    } else {
      try {
        this.device.check(command);
        this.taken(write, bytesTransferred);
      } catch (error) {
        this.failure ??= asError(error);
      }
    }
  }

  private taken(write: PendingWrite, byteLength: number): void {
    this.bytes += byteLength;
    if (byteLength < write.size) {
      write.buffer.bytes().copyWithin(0, byteLength, write.size);
      write.size -= byteLength;
      return;
    }
    write.finished = true;
    write.written();
    while (this.pending[0]?.finished === true) this.pending.shift();
  }

  /**
   * The volume is full: the record that was cut is finished in the room that the early warning leaves (short writes are re-issued,
   * facts/vdi.md 1.7). Then, if anything follows, this volume is closed and the next one opened, where the other Writes go again.
   *
   * @param waiting the number of a record that is about to be posted
   */
  private async changeVolume(waiting: number | undefined): Promise<void> {
    const { device } = this;
    await this.settle();
    this.dropped = false;
    // A record written behind one that was not: its order is lost.
    if (this.pending.some(({ finished }) => finished)) throw new DeviceFailure(device.name, 'write', WIN32.ERROR_END_OF_MEDIA);
    await device.clearError();
    const [first] = this.pending;
    while (first?.cut === true && !first.finished) await this.reissue(first);
    const next = this.pending[0]?.sequence ?? waiting;
    if (next === undefined) return;
    await this.writeSmall(RecordType.EndOfVolume, next, new Uint8Array(0));
    await this.writeMark();
    await this.flush();
    await device.command(VDCommands.Load, { size: UNLOAD_FIRST });
    device.position = 0;
    this.volume += 1;
    this.endOfMedia = false;
    await this.writeSmall(RecordType.Media, next, encodeJson({ ...this.media, volume: this.volume }));
    await this.writeMark();
    for (const write of this.pending) this.send(write);
  }

  private async reissue(write: PendingWrite): Promise<void> {
    const { size, buffer } = write;
    const command = await this.statement.until(this.device.send(VDCommands.Write, { size, position: this.device.placeOf(size), buffer }));
    this.completed(write, command);
    this.check();
    await this.device.clearError();
    if (write.size === size && !write.finished) throw new DeviceFailure(this.device.name, 'write', WIN32.ERROR_END_OF_MEDIA);
  }

  /** A record that is waited for by itself; the early warning does not keep it from being written. */
  private async writeSmall(type: RecordTypeCode, sequence: number, payload: Uint8Array): Promise<void> {
    const record = encodeRecord({ ...this.family, type, sequence }, payload);
    const buffer = this.devices.allocateSmall(record.byteLength);
    buffer.bytes().set(record);
    const size = record.byteLength;
    const command = await this.statement.until(this.device.send(VDCommands.Write, { size, position: this.device.placeOf(size), buffer }));
    const warned =
      command.completionCode === WIN32.ERROR_END_OF_MEDIA && command.bytesTransferred === size && this.devices.has(VDFeatures.Removable);
    if (warned) {
      this.endOfMedia = true;
      await this.device.clearError();
    } else this.device.check(command);
    this.bytes += size;
    this.devices.freeSmall(buffer);
  }
}
