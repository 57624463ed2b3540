/** Devices whose bytes go to a sink one after the other: copied out of SQL Server's memory in the order of the stream. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { StateError } from '../binding';
import type { FileTarget } from './file-target';
import type { BackupTarget, OutputFile } from './media';
import { Sequence } from './sequence';
import type { ByteSink } from './sink';

/** A target over a sink; `file` is what lies beneath a compressing one. */
export class StreamTarget implements BackupTarget {
  private bytes = 0;
  private readonly steps = new Sequence();
  private finishing: Promise<void> | undefined;
  private readonly hash: Hash | undefined;

  constructor(
    private readonly sink: ByteSink,
    options: { readonly sha256: boolean },
    private readonly file?: FileTarget,
  ) {
    this.hash = options.sha256 ? createHash('sha256') : undefined;
  }

  write(buffer: Uint8Array): Promise<void> {
    const chunk = Buffer.from(buffer);
    return this.steps.next(async () => {
      this.hash?.update(chunk);
      await this.sink.write(chunk);
      this.bytes += chunk.byteLength;
    });
  }

  read(): Promise<number> {
    return Promise.reject(new StateError('ERR_NOT_SEEKABLE', 'a stream cannot be read back'));
  }

  sync(): Promise<void> {
    return this.steps.next(async () => this.sink.sync?.());
  }

  finish(): Promise<void> {
    this.finishing ??= this.steps.next(async () => this.sink.close());
    return this.finishing;
  }

  cancel(error: Error): void {
    this.steps.cancel(error);
    void this.sink.abort?.(error);
    this.file?.cancel();
  }

  async setAside(): Promise<void> {
    await this.file?.setAside();
  }

  async publish(): Promise<void> {
    await this.file?.publish();
  }

  async forgetReplaced(): Promise<void> {
    await this.file?.forgetReplaced();
  }

  async retract(): Promise<void> {
    await this.file?.retract();
  }

  async discard(): Promise<readonly string[]> {
    return this.file?.discard() ?? [];
  }

  get kept(): string | undefined {
    return this.file?.kept;
  }

  describe(): OutputFile {
    return { path: this.file?.path, bytes: this.bytes, ...(this.hash === undefined ? {} : { sha256: this.hash.copy().digest('hex') }) };
  }
}
