/** Streams as outputs of a backup: Node's, the web's, or the caller's own, each behind the same few functions. They get copies (design rule 10). */
import { StateError } from '../binding';
import type { Writable } from 'node:stream';
import type { WritableStream } from 'node:stream/web';

/** Where bytes go one after the other. `write` is not called again before it has resolved: that is the back-pressure. */
export interface ByteSink {
  /** The chunk is the sink's own, to keep as long as it likes. */
  write(chunk: Uint8Array): Promise<void> | void;
  /** What was written is as safe as the sink can make it, once this resolves. */
  sync?(): Promise<void> | void;
  /** No more bytes come. Called before SQL Server is told that the backup is complete: what fails here fails the backup. */
  close(): Promise<void> | void;
  /** The transfer has failed: what was written is not a backup. Also after `close`, when SQL Server failed later. Nobody waits for it. */
  abort?(error: Error): Promise<void> | void;
}

/** A sink of the caller's. That its `abort` fails is of no use to anybody any more, and must not keep the transfer from ending. */
class CallersSink implements ByteSink {
  constructor(private readonly sink: ByteSink) {}

  async write(chunk: Uint8Array): Promise<void> {
    await this.sink.write(chunk);
  }

  async sync(): Promise<void> {
    await this.sink.sync?.();
  }

  async close(): Promise<void> {
    await this.sink.close();
  }

  abort(error: Error): void {
    const abort = async (): Promise<void> => this.sink.abort?.(error);
    abort().catch(() => undefined);
  }
}

function isStandardStream(stream: Writable): boolean {
  return stream === process.stdout || stream === process.stderr;
}

/** A Node stream. It is ended, or destroyed with the error; standard output is neither. */
export class WritableSink implements ByteSink {
  private failure: Error | undefined;
  private finished = false;
  private readonly waiting = new Set<(error: Error) => void>();

  constructor(private readonly stream: Writable) {
    stream.on('error', (error: Error) => {
      this.fail(error);
    });
    stream.on('close', () => {
      if (!this.finished) this.fail(new StateError('ERR_STREAM_PREMATURE_CLOSE', 'the output stream was closed before the backup had ended'));
    });
    if (stream.destroyed || stream.writableEnded) this.failure = new StateError('ERR_STREAM_DESTROYED', 'the output stream has ended already');
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.wait((done) => this.stream.write(chunk, done));
  }

  async close(): Promise<void> {
    if (isStandardStream(this.stream)) return;
    await this.wait((done) => {
      this.stream.once('finish', () => {
        this.finished = true;
        done();
      });
      this.stream.end();
    });
  }

  abort(error: Error): void {
    this.fail(error);
    if (!isStandardStream(this.stream)) this.stream.destroy(error);
  }

  private wait(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      start((error) => {
        this.waiting.delete(reject);
        if (error) reject(this.failure ?? error);
        else resolve();
      });
    });
  }

  /** A stream that is closed need not call back what it was given. */
  private fail(error: Error): void {
    this.failure ??= error;
    for (const reject of this.waiting) reject(this.failure);
    this.waiting.clear();
  }
}

/** A web stream; it is locked from its first use on. */
export class WebSink implements ByteSink {
  private taken: ReturnType<WritableStream<Uint8Array>['getWriter']> | undefined;

  constructor(private readonly stream: WritableStream<Uint8Array>) {}

  async write(chunk: Uint8Array): Promise<void> {
    const { writer } = this;
    await writer.ready;
    await writer.write(chunk);
  }

  async close(): Promise<void> {
    await this.writer.close();
  }

  abort(error: Error): void {
    const abort = async (): Promise<void> => this.writer.abort(error);
    // Somebody else may have locked it, or it has failed before.
    abort().catch(() => undefined);
  }

  private get writer(): ReturnType<WritableStream<Uint8Array>['getWriter']> {
    if (this.taken === undefined) {
      this.taken = this.stream.getWriter();
      this.taken.closed.catch(() => undefined);
      this.taken.ready.catch(() => undefined);
    }
    return this.taken;
  }
}

export type BackupStream = Writable | WritableStream<Uint8Array> | ByteSink;

export function isBackupStream(value: unknown): value is BackupStream {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof Reflect.get(value, 'getWriter') === 'function') return true;
  return typeof Reflect.get(value, 'write') === 'function' && ('close' in value || 'end' in value);
}

/** Why nothing more can be written to the stream; undefined when it can. */
export function unwritable(stream: BackupStream): string | undefined {
  if ('getWriter' in stream) return stream.locked ? 'is locked: somebody else writes to it' : undefined;
  return 'end' in stream && (stream.destroyed || stream.writableEnded) ? 'has ended already' : undefined;
}

export function sinkOf(stream: BackupStream): ByteSink {
  if ('getWriter' in stream) return new WebSink(stream);
  return 'end' in stream ? new WritableSink(stream) : new CallersSink(stream);
}
