/** gzip and zstd between a device and its file or stream. */
import { pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { ArgumentError } from '../binding';
import type { ByteSink } from './sink';

export type Compression = 'gzip' | 'zstd';

interface Codec {
  readonly compress: () => Transform;
  readonly decompress: () => Transform;
}

/** zstd came to Node's zlib with 22.15 and 23.8. */
function codecOf(compression: Compression): Codec | undefined {
  if (compression === 'gzip') return { compress: () => zlib.createGzip(), decompress: () => zlib.createGunzip() };
  const { createZstdCompress, createZstdDecompress } = zlib as { createZstdCompress?: () => Transform; createZstdDecompress?: () => Transform };
  return createZstdCompress && createZstdDecompress && { compress: () => createZstdCompress(), decompress: () => createZstdDecompress() };
}

export function checkCompression(field: string, value: unknown): asserts value is Compression {
  if (value !== 'gzip' && value !== 'zstd') throw new ArgumentError(field, `must be gzip or zstd, not ${String(value)}`);
  if (codecOf(value) === undefined) throw new ArgumentError(field, `${value} needs Node 22.15 or later; this is ${process.version}`);
}

function codec(compression: Compression): Codec {
  const found = codecOf(compression);
  if (found === undefined) throw new ArgumentError('compress', `${compression} needs Node 22.15 or later; this is ${process.version}`);
  return found;
}

/** RFC 1952 and RFC 8878. */
const magic: Readonly<Record<Compression, readonly number[]>> = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd] };

/** The compression that a file's first bytes show. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  for (const name of ['gzip', 'zstd'] as const) if (magic[name].every((byte, index) => head[index] === byte)) return name;
  return undefined;
}

/** Compresses on the way to another sink. */
export class CompressingSink implements ByteSink {
  private readonly transform: Transform;
  /** The sink behind does one thing at a time; a failure stays. */
  private tail: Promise<void> = Promise.resolve();

  constructor(
    compression: Compression,
    private readonly sink: ByteSink,
  ) {
    this.transform = codec(compression).compress();
    this.transform.on('data', (chunk: Uint8Array) => {
      this.tail = this.tail.then(() => this.sink.write(chunk));
      this.tail.catch(() => undefined);
    });
    // Whoever waits hears of it through the callbacks.
    this.transform.on('error', () => undefined);
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.hand((done) => this.transform.write(chunk, done));
    await this.tail;
  }

  /** What was written can be read back from the sink, decompressed, even if nothing follows. */
  async sync(): Promise<void> {
    const flush: unknown = Reflect.get(this.transform, 'flush');
    if (typeof flush === 'function') await this.hand((done) => void Reflect.apply(flush, this.transform, [done]));
    while (this.transform.readableLength > 0) await new Promise<void>((resolve) => this.transform.once('data', () => resolve()));
    await this.tail;
    await this.sink.sync?.();
  }

  async close(): Promise<void> {
    await this.hand((done) => {
      this.transform.once('end', () => done());
      this.transform.end();
    });
    await this.tail;
    await this.sink.close();
  }

  abort(error: Error): void {
    this.transform.destroy(error);
    void this.sink.abort?.(error);
  }

  private hand(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      start((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** The bytes behind a compressed input, which is not touched before the first of them is asked for, or it is destroyed. */
class Decompressed implements AsyncIterable<Uint8Array> {
  private started: Transform | undefined;

  constructor(
    private readonly compression: Compression,
    private readonly source: AsyncIterable<Uint8Array>,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.transform[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** Destroys the input too. */
  destroy(error?: Error): void {
    this.transform.on('error', () => undefined).destroy(error);
  }

  private get transform(): Transform {
    if (this.started === undefined) {
      this.started = codec(this.compression).decompress();
      // Errors of either end travel along the pipeline to whoever reads.
      pipeline(this.source, this.started, () => undefined);
    }
    return this.started;
  }
}

export function decompressed(compression: Compression, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return new Decompressed(compression, source);
}
