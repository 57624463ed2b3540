/**
 * The log of a durable transaction manager, after the common log file system: frames with a sequence number and a checksum, a restart that
 * takes what was written whole, and a size that ends. `lib/log` is the package's own; a simulated Windows has its own too.
 *
 *   frame  magic:u32 length:u32 crc:u32 zero:u32 sequence:u64 durable:u64 payload, padded to 8; the first one is the header
 *
 * `durable` says up to which byte the file was synced when the frame was written: a bad frame before that is damage, one behind it was torn.
 */
import { crc32 } from 'node:zlib';
import { errorCode } from '../../binding/errors';
import type { Files, OpenFile } from '../../binding/host';
import { LoggedTransactions } from './logged-transactions';
import type { LogRecord } from './logged-transactions';

const MAGIC = 0x4d544b57;
const FRAME_HEADER = 32;
const KIND = 'winbackup ktm log 1';
/** The log is rewritten once it is this long and four times as long as after the last time. */
const CHECKPOINT_BYTES = 1024 * 1024;

const padded = (byteLength: number): number => (byteLength + 7) & ~7;

function encodeFrame(sequence: number, durable: number, value: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(value), 'utf8');
  const frame = Buffer.alloc(padded(FRAME_HEADER + payload.length));
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(payload.length, 4);
  frame.writeBigUInt64LE(BigInt(sequence), 16);
  frame.writeBigUInt64LE(BigInt(durable), 24);
  payload.copy(frame, FRAME_HEADER);
  frame.writeUInt32LE(checksum(frame), 8);
  return frame;
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(12), crc32(frame.subarray(0, 8)));
}

interface Frame {
  readonly sequence: number;
  readonly durable: number;
  readonly byteLength: number;
  readonly value: unknown;
}

function decodeFrame(bytes: Buffer, at: number): Frame | undefined {
  if (at + FRAME_HEADER > bytes.length || bytes.readUInt32LE(at) !== MAGIC) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  const frame = bytes.subarray(at, at + padded(FRAME_HEADER + length));
  if (frame.length < padded(FRAME_HEADER + length) || frame.readUInt32LE(8) !== checksum(frame)) return undefined;
  const value: unknown = JSON.parse(frame.toString('utf8', FRAME_HEADER, FRAME_HEADER + length));
  return { sequence: Number(frame.readBigUInt64LE(16)), durable: Number(frame.readBigUInt64LE(24)), byteLength: frame.length, value };
}

/** The log cannot be what it should: ERROR_LOG_CORRUPTION_DETECTED. */
export class LogCorruption extends Error {}

/** A record could not be written. `undone`: it is certain that nothing of it will ever be read. */
export class LogWriteError extends Error {
  constructor(
    readonly undone: boolean,
    options: { readonly cause: unknown },
  ) {
    super('the log could not be written', options);
  }
}

/** The log has no room, and its tail cannot move; nothing was written. */
export class LogFull extends Error {}

interface Header {
  readonly kind: string;
  readonly managerId: string;
  readonly clock: string;
}

export interface LogPlace {
  readonly files: Files;
  readonly path: string;
  /** Bytes that the log may have. */
  readonly capacity: number;
  /** A place for faults: `ktm.log.write`, `ktm.log.sync`, `ktm.log.synced`, `ktm.log.checkpoint`. */
  readonly event: (name: string) => Promise<void>;
}

export class KtmLog {
  /** What the records that were written amount to. */
  readonly live = new LoggedTransactions();
  readonly managerId: string;
  /** The virtual clock of the restart area. */
  readonly baseClock: bigint;
  private file: OpenFile;
  /** Bytes that were written, and how many of them are certainly on the disk. */
  private size: number;
  private durable: number;
  /** Of the next frame. */
  private sequence: number;
  private tail: Promise<unknown> = Promise.resolve();
  private failure: LogWriteError | undefined;
  private afterCheckpoint: number;

  private constructor(
    private readonly place: LogPlace,
    opened: { readonly file: OpenFile; readonly header: Header; readonly size: number; readonly durable: number; readonly sequence: number },
    private read: readonly LogRecord[],
  ) {
    this.file = opened.file;
    this.managerId = opened.header.managerId;
    this.baseClock = BigInt(opened.header.clock);
    this.size = opened.size;
    this.durable = opened.durable;
    this.sequence = opened.sequence;
    this.afterCheckpoint = opened.size;
  }

  /** What was read when it was opened, oldest first. */
  get records(): readonly LogRecord[] {
    return this.read;
  }

  /** They have all been applied. */
  forgetRecords(): void {
    this.read = [];
  }

  /** Makes a new log; what an earlier attempt left half written is replaced. */
  static async create(place: LogPlace, managerId: string): Promise<KtmLog> {
    const { files, path } = place;
    if ((await files.stat(path)) !== undefined) await files.remove(path);
    const file = await files.open(path, 'create');
    const header: Header = { kind: KIND, managerId, clock: '1' };
    const frame = encodeFrame(0, 0, header);
    try {
      await file.write(frame, 0);
      await file.sync();
      await files.syncDirectory(files.directoryOf(path));
    } catch (error) {
      await file.close();
      throw error;
    }
    return new KtmLog(place, { file, header, size: frame.length, durable: frame.length, sequence: 1 }, []);
  }

  /** The log that is there, without its torn tail; undefined when there is none, or one whose making was cut off. Rejects with LogCorruption. */
  static async open(place: LogPlace): Promise<KtmLog | undefined> {
    const { files, path } = place;
    // A checkpoint that was cut off.
    if ((await files.stat(checkpointPath(path))) !== undefined) await files.remove(checkpointPath(path));
    if ((await files.stat(path)) === undefined) return undefined;
    const file = await files.open(path, 'modify');
    try {
      const bytes = await readAll(file);
      const { frames, size } = restart(bytes);
      const [first, ...rest] = frames;
      if (first === undefined) {
        await file.close();
        return undefined;
      }
      const header = first.value as Partial<Header>;
      if (header.kind !== KIND || header.managerId === undefined || header.clock === undefined) {
        throw new LogCorruption(`${path} is not a log of a transaction manager`);
      }
      if (size < bytes.length) await file.truncate(size);
      await file.sync();
      const records = rest.map(({ value }) => value as LogRecord);
      return new KtmLog(place, { file, header: header as Header, size, durable: size, sequence: frames.length }, records);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Writes records, in the order of the calls; with `durable` they are on the disk once it resolves. Rejects with LogFull, or with
   * LogWriteError, after which nothing more can be written.
   */
  append(records: readonly LogRecord[], { durable }: { readonly durable: boolean }): Promise<void> {
    const writing = this.tail.then(() => this.write(records, durable));
    this.tail = writing.catch(() => undefined);
    return writing;
  }

  /** Gives the log another identity. */
  rename(managerId: string): Promise<void> {
    const renaming = this.tail.then(async () => {
      this.live.replay(this.records);
      await this.checkpoint(managerId);
    });
    this.tail = renaming.catch(() => undefined);
    return renaming;
  }

  async close(): Promise<void> {
    await this.tail;
    await this.file.close();
  }

  private async write(records: readonly LogRecord[], durable: boolean): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    const releases = records.every(({ type }) => type === 'Done' || type === 'Aborted' || type === 'Forgotten');
    if (releases) this.live.replay(records);
    try {
      const growth = frameBytes(records);
      const due = this.size > CHECKPOINT_BYTES && this.size > 4 * this.afterCheckpoint;
      if (due || this.size + growth > this.place.capacity) await this.checkpoint(this.managerId);
      // What only releases room is in the checkpoint already.
      if (releases && this.size + growth > this.place.capacity) return;
      if (this.size + growth > this.place.capacity) throw new LogFull();
      await this.writeFrames(records);
      if (durable) await this.sync();
    } catch (error) {
      if (error instanceof LogFull) throw error;
      throw await this.fail(error);
    }
    if (!releases) this.live.replay(records);
  }

  private async writeFrames(records: readonly LogRecord[]): Promise<void> {
    await this.place.event('ktm.log.write');
    const bytes = Buffer.concat(records.map((record, index) => encodeFrame(this.sequence + index, this.durable, record)));
    await this.file.write(bytes, this.size);
    this.size += bytes.length;
    this.sequence += records.length;
  }

  private async sync(): Promise<void> {
    await this.place.event('ktm.log.sync');
    const { size } = this;
    await this.file.sync();
    this.durable = size;
    await this.place.event('ktm.log.synced');
  }

  /** What was written since the last sync may be on the disk or not: it is taken back, if the disk still does that much. */
  private async fail(cause: unknown): Promise<LogWriteError> {
    const undone = await this.undo();
    this.failure = new LogWriteError(undone, { cause });
    return this.failure;
  }

  private async undo(): Promise<boolean> {
    try {
      await this.file.truncate(this.durable);
      await this.file.sync();
      return true;
    } catch {
      return false;
    }
  }

  /** A restart area: what is still needed goes to a new file, which takes the log's name. */
  private async checkpoint(managerId: string): Promise<void> {
    const { files, path } = this.place;
    const header: Header = { kind: KIND, managerId, clock: String(this.live.clock > this.baseClock ? this.live.clock : this.baseClock) };
    const frames = [header, ...this.live.records()].map((value, index) => encodeFrame(index, 0, value));
    const bytes = Buffer.concat(frames);
    await this.place.event('ktm.log.checkpoint');
    const file = await files.open(checkpointPath(path), 'create');
    await file.write(bytes, 0);
    await file.sync();
    await files.rename(checkpointPath(path), path);
    await files.syncDirectory(files.directoryOf(path));
    await this.file.close();
    this.file = file;
    this.size = this.durable = this.afterCheckpoint = bytes.length;
    this.sequence = frames.length;
  }
}

function frameBytes(records: readonly LogRecord[]): number {
  return records.reduce((sum, record) => sum + padded(FRAME_HEADER + Buffer.byteLength(JSON.stringify(record))), 0);
}

function checkpointPath(path: string): string {
  return `${path}.checkpoint`;
}

async function readAll(file: OpenFile): Promise<Buffer> {
  const bytes = Buffer.alloc(await file.size());
  for (let done = 0; done < bytes.length;) {
    const count = await file.read(bytes.subarray(done), done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

/**
 * The frames from the start to the first that is not whole, and where that is. Throws LogCorruption when a later one was written after that
 * place was synced.
 */
function restart(bytes: Buffer): { readonly frames: readonly Frame[]; readonly size: number } {
  const frames: Frame[] = [];
  let at = 0;
  for (let frame = decodeFrame(bytes, 0); frame?.sequence === frames.length; frame = decodeFrame(bytes, at)) {
    frames.push(frame);
    at += frame.byteLength;
  }
  for (let later = at + 8; later < bytes.length; later += 8) {
    const frame = decodeFrame(bytes, later);
    if (frame !== undefined && frame.durable > at) throw new LogCorruption(`the log is damaged at byte ${String(at)}`);
  }
  const begun = bytes.length < 4 || bytes.readUInt32LE(0) === MAGIC || bytes.readUInt32LE(0) === 0;
  if (at === 0 && !begun) throw new LogCorruption('the file is no log');
  return { frames, size: at };
}

/** The code of the system error behind a failed write (`EIO`, `ENOSPC`), for the event log. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return errorCode(cause) ?? (cause instanceof Error ? cause.message : String(cause));
}
