/** One append-only log in one file: framed, checksummed, synced before an append resolves. For everything that must survive a crash. */
import type { Host, OpenFile } from '../binding/host';
import { ArgumentError, StateError } from '../binding/errors';
import { LogError, MAX_RECORD, decodeFrame, decodeHeader, encodeFrame, encodeHeader } from './frame';
import type { Frame, Header } from './frame';

export interface LogOptions {
  readonly host: Host;
  readonly path: string;
  /** What the log is for (`winbackup.vss-journal`); a log of another kind is refused. */
  readonly kind: string;
}

/** What opening found. */
export interface LogContents {
  readonly records: readonly Buffer[];
  /** Bytes of a torn tail that were cut off. */
  readonly discardedBytes: number;
}

interface Waiting {
  readonly payload: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Appends made while a sync is under way share the next one. After a failed write or sync nobody knows what the disk holds:
 * the log refuses every further append until it is opened anew.
 */
export class Log {
  private waiting: Waiting[] = [];
  private working: Promise<void> | undefined;
  private failure: LogError | undefined;
  private closed = false;

  private constructor(
    private readonly options: LogOptions,
    private file: OpenFile,
    readonly identity: string,
    /** Where the next frame goes; everything before it is durable. */
    private end: number,
    private sequence: number,
  ) {}

  /**
   * Opens the log, or makes it. A torn tail is cut off; damage in what was durable is a LogError (ERR_LOG_DAMAGED), and so is a file of
   * another kind or version. The caller sees to it that nobody else has the log open.
   */
  static async open(options: LogOptions): Promise<{ readonly log: Log; readonly contents: LogContents }> {
    const { host: { files }, path } = options;
    // A compaction that did not come to its end left nothing that counts.
    const unfinished = compactionPath(path);
    if ((await files.stat(unfinished)) !== undefined) await files.remove(unfinished);
    const bytes = (await files.stat(path)) === undefined ? undefined : await readAll(options);
    const header = bytes === undefined ? undefined : decodeHeader(path, bytes);
    if (bytes === undefined || header === undefined) {
      // No file, or one whose making was cut short: it holds no record, because the header is synced before the first one.
      if (bytes !== undefined) {
        if (findFrame(bytes, 0, () => true)) throw new LogError('ERR_LOG_DAMAGED', path, 'has records, but its header is damaged');
        await files.remove(path);
      }
      const { file, byteLength, identity } = await create(options, path, []);
      await files.syncDirectory(files.directoryOf(path));
      return { log: new Log(options, file, identity, byteLength, 0), contents: { records: [], discardedBytes: bytes?.length ?? 0 } };
    }
    checkKind(header.header, path, options.kind);
    const { records, end, sequence } = readFrames(path, bytes, header.byteLength);
    const file = await files.open(path, 'modify');
    if (end < bytes.length) {
      await file.truncate(end);
      await file.sync();
    }
    return { log: new Log(options, file, header.header.identity, end, sequence), contents: { records, discardedBytes: bytes.length - end } };
  }

  /** What the log holds, while somebody may be writing to it: nothing is changed. Undefined where there is none, or its making was cut short. */
  static async read(options: LogOptions): Promise<readonly Buffer[] | undefined> {
    const { host: { files }, path, kind } = options;
    if ((await files.stat(path)) === undefined) return undefined;
    const bytes = await readAll(options);
    const header = decodeHeader(path, bytes);
    if (header === undefined) return undefined;
    checkKind(header.header, path, kind);
    return readFrames(path, bytes, header.byteLength).records;
  }

  /** Bytes of the log. */
  get byteLength(): number {
    return this.end;
  }

  /** Resolves once the record is durable. Records appear in the order of the calls. */
  append(payload: Uint8Array): Promise<void> {
    if (payload.byteLength > MAX_RECORD) return Promise.reject(new ArgumentError('payload', `is longer than ${String(MAX_RECORD)} bytes`));
    if (this.closed) return Promise.reject(new StateError('ERR_CLOSED', `${this.options.path} is closed`));
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      // The caller may change its bytes once we return.
      this.waiting.push({ payload: Uint8Array.from(payload), resolve, reject });
      this.working ??= this.work();
    });
  }

  /** Replaces the contents by these records, in one step: after a crash the log holds either the old or the new ones. */
  async compact(records: readonly Uint8Array[]): Promise<void> {
    await this.drain();
    if (this.closed) throw new StateError('ERR_CLOSED', `${this.options.path} is closed`);
    if (this.failure !== undefined) throw this.failure;
    const { host: { files }, path } = this.options;
    const next = compactionPath(path);
    const work = (async () => {
      const { file, byteLength } = await create(this.options, next, records, this.identity);
      try {
        await this.file.close();
        this.file = file;
        await files.rename(next, path);
        await files.syncDirectory(files.directoryOf(path));
      } catch (error) {
        throw this.fail(error);
      }
      this.end = byteLength;
      this.sequence = records.length;
    })();
    this.working = work.then(() => this.work(), () => this.work());
    await work;
  }

  /** Waits for the appends under way, then closes the file. Idempotent. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.drain();
    await this.file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async drain(): Promise<void> {
    while (this.working !== undefined) await this.working;
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        if (this.failure !== undefined) throw this.failure;
        await this.write(batch);
      } catch (error) {
        const failure = this.fail(error);
        for (const { reject } of batch) reject(failure);
        continue;
      }
      for (const { resolve } of batch) resolve();
    }
    this.working = undefined;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const durable = this.end;
    const frames = batch.map(({ payload }) => encodeFrame(++this.sequence, durable, payload));
    const bytes = Buffer.concat(frames);
    await this.file.write(bytes, durable);
    await this.file.sync();
    this.end = durable + bytes.length;
  }

  private fail(error: unknown): LogError {
    this.failure ??= error instanceof LogError ? error : new LogError('ERR_LOG_FAILED', this.options.path, 'a write failed; the log must be opened anew', { cause: error });
    return this.failure;
  }
}

function checkKind(header: Header, path: string, kind: string): void {
  if (header.kind !== kind) throw new LogError('ERR_LOG_FOREIGN', path, `is a log of kind ${header.kind}, not ${kind}`);
}

const compactionPath = (path: string): string => `${path}.compacting`;

/** A new log file with these records, synced. */
async function create({ host, kind }: LogOptions, path: string, records: readonly Uint8Array[], identity = Buffer.from(host.random.bytes(16)).toString('hex')): Promise<{ file: OpenFile; byteLength: number; identity: string }> {
  const header: Header = { kind, identity };
  const start = encodeHeader(header);
  const bytes = Buffer.concat([start, ...records.map((record, index) => encodeFrame(index + 1, 0, record))]);
  const file = await host.files.open(path, 'create');
  try {
    await file.write(bytes, 0);
    await file.sync();
  } catch (error) {
    await file.close();
    // It would stand in the way of the next attempt, and take room where there is none.
    await host.files.remove(path).catch(() => undefined);
    throw error;
  }
  return { file, byteLength: bytes.length, identity };
}

async function readAll({ host: { files }, path }: LogOptions): Promise<Buffer> {
  const file = await files.open(path, 'read');
  try {
    const bytes = Buffer.alloc(await file.size());
    let done = 0;
    while (done < bytes.length) {
      const count = await file.read(bytes.subarray(done), done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } finally {
    await file.close();
  }
}

function readFrames(path: string, bytes: Buffer, start: number): { records: readonly Buffer[]; end: number; sequence: number } {
  const records: Buffer[] = [];
  let end = start;
  let sequence = 0;
  for (let frame = decodeFrame(bytes, end); frame !== undefined && frame.sequence === sequence + 1; frame = decodeFrame(bytes, end)) {
    records.push(frame.payload);
    sequence = frame.sequence;
    end += frame.byteLength;
  }
  if (findFrame(bytes, end + 8, (later) => later.sequence > sequence && later.durable > end)) {
    throw new LogError('ERR_LOG_DAMAGED', path, `record ${String(sequence + 1)} at byte ${String(end)} was durable and is damaged`);
  }
  return { records, end, sequence };
}

/** Whether a good frame that answers to `matches` begins at or after `start`; frames are aligned to 8 bytes. */
function findFrame(bytes: Buffer, start: number, matches: (frame: Frame) => boolean): boolean {
  for (let offset = start; offset < bytes.length; offset += 8) {
    const frame = decodeFrame(bytes, offset);
    if (frame !== undefined && matches(frame)) return true;
  }
  return false;
}
