/** Where a restore's bytes come from: files, read straight into SQL Server's memory, or streams, whose chunks are copied into it. */
import { ArgumentError } from '../binding';
import type { Files, OpenFile } from '../binding';
import type { ReadableStream } from 'node:stream/web';
import { compressionOf, decompressed } from './compression';
import type { Compression } from './compression';
import { readFully } from './file-target';
import type { RestoreSource } from './media';
import { Sequence } from './sequence';
import { asError } from './errors';

export class FileSource implements RestoreSource {
  private closing: Promise<void> | undefined;

  constructor(
    private readonly file: OpenFile,
    readonly path: string,
  ) {}

  read(buffer: Uint8Array, position: number): Promise<number> {
    return readFully(this.file, buffer, position);
  }

  size(): Promise<number> {
    return this.file.size();
  }

  cancel(): void {
    this.file.cancel?.();
  }

  close(): Promise<void> {
    this.closing ??= this.file.close().catch(() => undefined);
    return this.closing;
  }

  /** The file's bytes in order, for a decompressor. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const chunkSize = 256 * 1024;
    for (let position = 0; ; ) {
      const chunk = new Uint8Array(chunkSize);
      const count = await this.file.read(chunk, position);
      if (count === 0) return;
      position += count;
      yield chunk.subarray(0, count);
    }
  }
}

/**
 * A stream: Node's Readable and the web's ReadableStream are async iterables. It is destroyed, or cancelled, when the transfer ends before
 * it does.
 */
export type RestoreStream = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

export function isRestoreStream(value: unknown): value is RestoreStream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Why nothing more can be read from the stream; undefined when it can. */
export function unreadable(stream: RestoreStream): string | undefined {
  if (Reflect.get(stream, 'locked') === true) return 'is locked: somebody else reads it';
  return Reflect.get(stream, 'destroyed') === true || Reflect.get(stream, 'readableEnded') === true ? 'has ended already' : undefined;
}

export class StreamSource implements RestoreSource {
  /** Made when the first bytes are wanted: until then the stream is the caller's. */
  private iterator: AsyncIterator<Uint8Array> | undefined;
  private chunk: Uint8Array = new Uint8Array(0);
  private ended = false;
  private cancelled = false;
  private readonly steps = new Sequence();

  constructor(
    private readonly stream: AsyncIterable<Uint8Array>,
    readonly path: string | undefined,
    private readonly beneath: RestoreSource | undefined,
  ) {}

  read(buffer: Uint8Array): Promise<number> {
    return this.steps.next(() => this.fill(buffer));
  }

  size(): Promise<number> {
    return Promise.reject(new ArgumentError('from', 'is a stream, and its end is not known'));
  }

  cancel(error: Error): void {
    this.ended = true;
    this.cancelled = true;
    this.steps.cancel(error);
    this.stop(error);
  }

  async close(): Promise<void> {
    if (!this.ended) {
      this.ended = true;
      this.stop(undefined);
    }
    await this.beneath?.close();
  }

  /** Never throws: the stream may be the caller's own work, and the transfer ends whatever that does. */
  private stop(error: Error | undefined): void {
    try {
      this.letGo(error);
    } catch {
      // Nothing more can be asked of it.
    }
  }

  private letGo(error: Error | undefined): void {
    // A Node stream that waits for data does not hear `return`.
    const destroy: unknown = Reflect.get(this.stream, 'destroy');
    if (typeof destroy === 'function') {
      const on: unknown = Reflect.get(this.stream, 'on');
      // The error that we give it is not news to anybody.
      if (typeof on === 'function') Reflect.apply(on, this.stream, ['error', () => undefined]);
      Reflect.apply(destroy, this.stream, error === undefined ? [] : [error]);
    } else Promise.resolve(this.reading.return?.()).catch(() => undefined);
  }

  private get reading(): AsyncIterator<Uint8Array> {
    return (this.iterator ??= this.stream[Symbol.asyncIterator]());
  }

  private async fill(buffer: Uint8Array): Promise<number> {
    let done = 0;
    while (done < buffer.byteLength) {
      if (this.chunk.byteLength === 0) {
        if (this.ended) break;
        const next = await this.reading.next();
        // Nobody waits for this read any more, and the buffer is SQL Server's again.
        if (this.cancelled) break;
        if (next.done === true) {
          this.ended = true;
          break;
        }
        if (!(next.value instanceof Uint8Array)) throw new TypeError('the input stream must give bytes (no encoding, no object mode)');
        this.chunk = next.value;
        continue;
      }
      const part = this.chunk.subarray(0, buffer.byteLength - done);
      buffer.set(part, done);
      done += part.byteLength;
      this.chunk = this.chunk.subarray(part.byteLength);
    }
    return done;
  }
}

/** Opens a file for a restore; what its first bytes show to be compressed is decompressed. */
export async function openFileSource(files: Files, path: string, field: string, seekable: boolean): Promise<RestoreSource> {
  const resolved = files.resolve(path);
  let file: OpenFile;
  try {
    file = await files.open(resolved, 'read');
  } catch (error) {
    throw new ArgumentError(field, `cannot be read: ${asError(error).message}`);
  }
  const source = new FileSource(file, resolved);
  const head = new Uint8Array(4);
  try {
    await readFully(file, head, 0);
  } catch (error) {
    await source.close();
    throw new ArgumentError(field, `cannot be read: ${asError(error).message}`);
  }
  const compression = compressionOf(head);
  if (compression === undefined) return source;
  if (seekable) {
    await source.close();
    throw new ArgumentError(field, `is compressed (${compression}), which a disk-like device cannot be`);
  }
  return new StreamSource(decompressed(compression, source.chunks()), resolved, source);
}

export function openStreamSource(stream: RestoreStream, compression: Compression | undefined): RestoreSource {
  const bytes = stream as AsyncIterable<Uint8Array>;
  return new StreamSource(compression === undefined ? bytes : decompressed(compression, bytes), undefined, undefined);
}
