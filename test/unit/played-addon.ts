/** winbackup.node as a test plays it. */
import type { PlainValue } from '../../lib/binding/channel';
import { HRESULT } from '../../lib/binding/codes';
import type { Addon, Alive } from '../../lib/binding/native';

export interface Arrived {
  readonly pointer: bigint;
  readonly size: number;
}

export interface Completed {
  readonly pointer: bigint;
  readonly position: bigint;
  readonly code: number;
  readonly bytes: number;
}

export interface FileRequest {
  readonly ticket: number;
  readonly file: number;
  readonly kind: number;
  readonly bytes: Uint8Array;
  readonly position: number;
}

/** Answers what the test tells it to, when the test tells it to; the layout of a batch is that of native/src/command_pump.h. */
export class PlayedAddon implements Addon {
  readonly calls: { ticket: number; handle: number; operation: string }[] = [];
  readonly released: { ticket: number; handle: number }[] = [];
  readonly kept: boolean[] = [];
  commands: Arrived[] = [];
  completions: number[] = [];
  ended: number | undefined;
  /** What `completeCommands` was given, call by call, and what it answers. */
  readonly batches: Completed[][] = [];
  refusal: number = HRESULT.S_OK;
  started = 0;
  /** Files: the descriptors that were opened and what as, what was asked for, and what was cancelled. */
  readonly descriptors: number[] = [];
  fileHandle = 7;
  ending = false;
  readonly requests: FileRequest[] = [];
  readonly cancelled: number[] = [];
  onAnswer: (ticket: number, hresult: number, outputs: readonly PlainValue[]) => void = () => undefined;
  onCommands: (device: number) => void = () => undefined;

  listen(onAnswer: PlayedAddon['onAnswer'], onCommands: PlayedAddon['onCommands']): void {
    this.onAnswer = onAnswer;
    this.onCommands = onCommands;
  }
  call(ticket: number, handle: number, operation: string): number {
    this.calls.push({ ticket, handle, operation });
    return HRESULT.S_OK;
  }
  release(ticket: number, handle: number): boolean {
    this.released.push({ ticket, handle });
    return true;
  }
  setTeardown(): void {}
  startCommands(): number {
    this.started += 1;
    return HRESULT.S_OK;
  }
  stopCommands(): void {}
  drainCommands(_device: number, batch: ArrayBuffer): boolean {
    const view = new DataView(batch);
    const commands = this.commands.splice(0, 64);
    const completions = this.completions.splice(0, 128);
    view.setUint32(0, commands.length, true);
    view.setUint32(4, completions.length, true);
    view.setUint32(8, this.ended !== undefined && this.commands.length === 0 ? 1 : 0, true);
    view.setUint32(12, this.ended ?? 0, true);
    for (const [index, { pointer, size }] of commands.entries()) {
      view.setBigUint64(16 + index * 32, pointer, true);
      view.setBigUint64(16 + index * 32 + 8, 0n, true);
      view.setUint32(16 + index * 32 + 28, size, true);
    }
    for (const [index, hresult] of completions.entries()) view.setUint32(16 + 64 * 32 + index * 4, hresult, true);
    return true;
  }
  completeCommands(_device: number, completions: ArrayBuffer, count: number): number {
    const view = new DataView(completions);
    this.batches.push(Array.from({ length: count }, (_, index) => ({
      pointer: view.getBigUint64(index * 24, true),
      position: view.getBigUint64(index * 24 + 8, true),
      code: view.getUint32(index * 24 + 16, true),
      bytes: view.getUint32(index * 24 + 20, true),
    })));
    return this.refusal;
  }
  openFile(fd: number): number {
    if (this.ending) throw new Error('this environment is ending');
    this.descriptors.push(fd);
    return this.fileHandle;
  }
  fileIo(ticket: number, file: number, kind: number, bytes: Uint8Array, position: number): number {
    this.requests.push({ ticket, file, kind, bytes, position });
    return this.refusal;
  }
  cancelFile(file: number): void {
    this.cancelled.push(file);
  }
  wrapArea(): undefined {
    return undefined;
  }
  copyOut(): boolean {
    return true;
  }
  copyIn(): boolean {
    return true;
  }
  processBegan(): undefined {
    return undefined;
  }
  keepAlive(on: boolean): void {
    this.kept.push(on);
  }
  alive(): Alive {
    return { objects: 0, threads: 0, handles: 0, areas: 0 };
  }
  shutdown(): void {}

  /** Answers the latest call. */
  answer(hresult: number, ...outputs: PlainValue[]): void {
    this.onAnswer(this.calls.at(-1)?.ticket ?? 0, hresult, outputs);
  }
}
