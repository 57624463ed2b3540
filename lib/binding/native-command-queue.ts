/** The fast path of one device over the addon: commands and results of completions come in batches, and are waited for only when none is there. */
import { HRESULT, failed } from './codes';
import type { CommandQueue, PlainCommand } from './channel';
import type { NativeLink } from './native';
import type { NativeMemory } from './native-memory';

// `Batch` of native/src/command_pump.h: a header of four u32, then commands of 32 bytes, then completions.
const commandCapacity = 64;
const completionCapacity = 128;
const commandsAt = 16;
const commandBytes = 32;
const completionsAt = commandsAt + commandCapacity * commandBytes;
const batchBytes = completionsAt + completionCapacity * 4;
/** `Completion` of native/src/command_pump.h. */
const completionBytes = 24;

/** After so many answers without a turn of the event loop it gets one, so that a fast server does not starve timers and input. */
const turnsWithoutLoop = 32;

export class NativeCommandQueue implements CommandQueue {
  private readonly batch = new ArrayBuffer(batchBytes);
  private readonly u32 = new Uint32Array(this.batch);
  private readonly u64 = new BigUint64Array(this.batch);
  /** Completions that have not been sent, from the first to `unsent`. */
  private readonly outgoing = new ArrayBuffer(completionCapacity * completionBytes);
  private readonly outgoingU32 = new Uint32Array(this.outgoing);
  private readonly outgoingU64 = new BigUint64Array(this.outgoing);
  private unsent = 0;
  private ready: PlainCommand[] = [];
  private waiting: ((hresult: number) => void)[] = [];
  /** Completions that have been asked for, oldest first, from `completing[settled]` on. */
  private completing: ((hresult: number) => void)[] = [];
  private settled = 0;
  private started = false;
  private ended: number | undefined;
  private held = false;
  private turns = 0;

  constructor(
    private readonly link: NativeLink,
    private readonly memory: NativeMemory,
    private readonly device: number,
  ) {}

  take(): readonly PlainCommand[] {
    this.drain();
    const commands = this.ready;
    this.ready = [];
    return commands;
  }

  wait(): Promise<number> {
    if (!this.started && this.ended === undefined) {
      const refused = this.link.addon.startCommands(this.device);
      if (failed(refused)) return Promise.resolve(refused);
      this.started = true;
    }
    this.drain();
    if (this.ready.length > 0) return this.soon();
    if (this.ended !== undefined) return Promise.resolve(this.ended);
    this.turns = 0;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.updateHold();
    });
  }

  complete(pointer: bigint, completionCode: number, bytesTransferred: number, position: bigint): Promise<number> {
    this.memory.handBack(this.device, pointer, bytesTransferred);
    if (this.unsent === completionCapacity) this.send();
    const at = this.unsent * completionBytes;
    this.outgoingU64[at / 8] = pointer;
    this.outgoingU64[at / 8 + 1] = position;
    this.outgoingU32[at / 4 + 4] = completionCode;
    this.outgoingU32[at / 4 + 5] = bytesTransferred;
    this.unsent += 1;
    this.link.sendSoon(this);
    return new Promise((resolve) => {
      this.completing.push(resolve);
      this.updateHold();
    });
  }

  /** Tells the addon what has been completed. */
  send(): void {
    const count = this.unsent;
    if (count === 0) return;
    this.unsent = 0;
    const refused = this.link.addon.completeCommands(this.device, this.outgoing, count);
    if (!failed(refused)) return;
    for (const resolve of this.completing.splice(-count)) resolve(refused);
    this.updateHold();
  }

  stop(): void {
    if (!this.started) return;
    this.started = false;
    this.link.addon.stopCommands(this.device);
    this.drain();
    this.wake(this.ready.length > 0 ? HRESULT.S_OK : HRESULT.E_ABORT);
  }

  /** The addon has something for this device. */
  arrived(): void {
    this.drain();
    if (this.ready.length > 0) this.wake(HRESULT.S_OK);
    else if (this.ended !== undefined) this.wake(this.ended);
  }

  /** The device has been released. */
  disconnect(): void {
    this.unsent = 0;
    this.ended ??= HRESULT.RPC_E_DISCONNECTED;
    for (; this.settled < this.completing.length; this.settled += 1) this.completing[this.settled]?.(HRESULT.RPC_E_DISCONNECTED);
    this.wake(this.ended);
  }

  private soon(): Promise<number> {
    this.turns += 1;
    if (this.turns < turnsWithoutLoop) return Promise.resolve(HRESULT.S_OK);
    this.turns = 0;
    return new Promise((resolve) => {
      setImmediate(resolve, HRESULT.S_OK);
    });
  }

  private wake(hresult: number): void {
    const waiting = this.waiting;
    this.waiting = [];
    this.updateHold();
    for (const resolve of waiting) resolve(hresult);
  }

  private drain(): void {
    this.send();
    const { u32, u64 } = this;
    let commands: number;
    let completions: number;
    do {
      if (!this.link.addon.drainCommands(this.device, this.batch)) return;
      commands = u32[0] ?? 0;
      completions = u32[1] ?? 0;
      for (let i = 0; i < commands; i += 1) {
        const at = commandsAt + i * commandBytes;
        const pointer = u64[at / 8] ?? 0n;
        const buffer = u64[at / 8 + 1] ?? 0n;
        const commandCode = u32[at / 4 + 6] ?? 0;
        const size = u32[at / 4 + 7] ?? 0;
        const start = (u32[at / 4 + 2] ?? 0) + (u32[at / 4 + 3] ?? 0) * 0x1_0000_0000;
        this.memory.handOver(this.device, pointer, commandCode, size, buffer, start);
        this.ready.push({ pointer, commandCode, size, position: u64[at / 8 + 2] ?? 0n, buffer });
      }
      for (let i = 0; i < completions; i += 1) this.completing[this.settled++]?.(u32[completionsAt / 4 + i] ?? 0);
      if (u32[2] === 1) this.ended ??= u32[3];
    } while (commands === commandCapacity || completions === completionCapacity);
    if (this.settled === this.completing.length || this.settled >= completionCapacity) {
      this.completing.splice(0, this.settled);
      this.settled = 0;
      this.updateHold();
    }
  }

  /** Only a promise that someone holds keeps the process alive. */
  private updateHold(): void {
    const wanted = this.waiting.length > 0 || this.settled < this.completing.length;
    if (wanted === this.held) return;
    this.held = wanted;
    this.link.hold(wanted ? 1 : -1);
  }
}
