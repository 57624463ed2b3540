/** Answers the commands of one device from its file or stream: several at once, each completed as its own I/O ends. */
import { HRESULT, StateError, VDCommands, VDWhence, WIN32, WindowsError, delay } from '../binding';
import type { Clock } from '../binding';
import type { ClientVirtualDevice } from './client-virtual-device';
import type { Command } from './command';
import { readCompletionCode, writeCompletionCode } from './completion-codes';
import type { BackupTarget, RestoreSource } from './media';

/** What a snapshot backup or restore does at its commands; a rejection refuses with ERROR_OPERATION_ABORTED (facts/vdi.md 2.8). */
export interface SnapshotSteps {
  readonly prepareToFreeze?: () => Promise<void>;
  readonly snapshot?: () => Promise<void>;
  readonly mountSnapshot?: () => Promise<void>;
}

/** What a device's server needs of the transfer it is part of. */
export interface ServedTransfer {
  /** Read and Write carry their own position (VDF_RandomAccess). */
  readonly randomAccess: boolean;
  readonly steps: SnapshotSteps;
  /** VDC_Complete: resolves once the data of every device is durable. */
  complete(): Promise<void>;
  /** Our own I/O failed: the server is told by the completion code, and the transfer cannot succeed any more. */
  ioFailed(error: unknown, completionCode: number): void;
  /** A call failed, or an invariant is broken: the transfer ends by SignalAbort. */
  fail(error: unknown): void;
  transferred(bytes: number): void;
}

interface Completion {
  readonly code: number;
  readonly bytes?: number;
  readonly position?: number;
}

const SUCCESS: Completion = { code: WIN32.ERROR_SUCCESS };
const NOT_SUPPORTED: Completion = { code: WIN32.ERROR_NOT_SUPPORTED };
const INVALID: Completion = { code: WIN32.ERROR_INVALID_PARAMETER };

/** A file's or stream's side of one device; each method answers one command. */
abstract class Medium {
  /** Where the next Read or Write of a sequential device goes, in bytes. */
  protected position = 0;
  private readonly running = new Set<Promise<unknown>>();
  /** Once the I/O of a device has failed, everything more is refused with the same code: no later success may hide it. */
  private refusal: Completion | undefined;

  constructor(protected readonly transfer: ServedTransfer) {}

  /** Resolves once the I/O that was begun has ended; never rejects. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  protected abstract codeOf(error: unknown): number;

  /** Takes the place of the next `size` bytes. */
  protected place(command: Command): number {
    const position = this.transfer.randomAccess ? Number(command.position) : this.position;
    this.position = position + command.size;
    return position;
  }

  /** Runs I/O on the device's behalf; its failure becomes a completion code. */
  protected async io(run: () => Promise<Completion>): Promise<Completion> {
    if (this.refusal !== undefined) return this.refusal;
    const running = run();
    this.running.add(running);
    try {
      return await running;
    } catch (error) {
      return this.refuse(error, this.codeOf(error));
    } finally {
      this.running.delete(running);
    }
  }

  protected async step(run: (() => Promise<void>) | undefined, missing: number): Promise<Completion> {
    if (run === undefined) return { code: missing };
    try {
      await run();
      return SUCCESS;
    } catch (error) {
      return this.refuse(error, WIN32.ERROR_OPERATION_ABORTED);
    }
  }

  protected refuse(error: unknown, code: number): Completion {
    this.refusal ??= { code, bytes: 0 };
    this.transfer.ioFailed(error, code);
    return this.refusal;
  }

  getPosition(): Completion {
    return this.transfer.randomAccess ? { code: WIN32.ERROR_SUCCESS, position: this.position } : NOT_SUPPORTED;
  }

  /** VDC_SetPosition: the origin is in `size`, the distance in `position`, signed (facts/vdi.md 1.5). */
  protected async seek(command: Command, end: () => Promise<number>): Promise<Completion> {
    if (!this.transfer.randomAccess) return NOT_SUPPORTED;
    const origins: Readonly<Record<number, () => Promise<number>>> = {
      [VDWhence.Beginning]: () => Promise.resolve(0),
      [VDWhence.Current]: () => Promise.resolve(this.position),
      [VDWhence.End]: end,
    };
    const origin = origins[command.size];
    if (origin === undefined) return INVALID;
    return this.io(async () => {
      const position = (await origin()) + Number(BigInt.asIntN(64, command.position));
      if (position < 0) return INVALID;
      this.position = position;
      return { code: WIN32.ERROR_SUCCESS, position };
    });
  }
}

/** The memory of a command that moves data. Less than its size would pass for a whole transfer: then nothing is moved. */
function dataOf(command: Command): Uint8Array {
  const data = command.buffer ?? new Uint8Array(0);
  if (data.byteLength !== command.size) throw new StateError('ERR_NO_BUFFER', `${command.name} of ${String(command.size)} bytes came with a buffer of ${String(data.byteLength)}`);
  return data;
}

class TargetMedium extends Medium {
  constructor(
    transfer: ServedTransfer,
    private readonly target: BackupTarget,
  ) {
    super(transfer);
  }

  write(command: Command): Promise<Completion> {
    const position = this.place(command);
    return this.io(async () => {
      await this.target.write(dataOf(command), position);
      this.transfer.transferred(command.size);
      return { code: WIN32.ERROR_SUCCESS, bytes: command.size };
    });
  }

  /** Disk-like devices are read back during a backup (facts/vdi.md 1.4, VDF_ReadMedia). */
  async read(command: Command): Promise<Completion> {
    if (!this.transfer.randomAccess) return NOT_SUPPORTED;
    const position = this.place(command);
    return this.io(async () => {
      const bytes = await this.target.read(dataOf(command), position);
      return { code: bytes < command.size ? WIN32.ERROR_HANDLE_EOF : WIN32.ERROR_SUCCESS, bytes };
    });
  }

  /** VDC_Flush: what was written is durable before it is answered (facts/vdi.md 2.6). The file is new, so that its end is where writing ended. */
  async flush(): Promise<Completion> {
    await this.idle();
    return this.io(async () => {
      await this.target.sync();
      return SUCCESS;
    });
  }

  /** VDC_Complete: as Flush, for all devices; an error fails the backup without truncating the log (facts/vdi.md 2.6). */
  async complete(): Promise<Completion> {
    try {
      await this.transfer.complete();
      return SUCCESS;
    } catch (error) {
      return this.refuse(error, this.codeOf(error));
    }
  }

  setPosition(command: Command): Promise<Completion> {
    return this.seek(command, () => Promise.resolve(this.target.describe().bytes));
  }

  prepareToFreeze(): Promise<Completion> {
    return this.step(this.transfer.steps.prepareToFreeze, WIN32.ERROR_NOT_SUPPORTED);
  }

  snapshot(): Promise<Completion> {
    return this.step(this.transfer.steps.snapshot, WIN32.ERROR_OPERATION_ABORTED);
  }

  protected codeOf(error: unknown): number {
    return writeCompletionCode(error);
  }
}

class SourceMedium extends Medium {
  constructor(
    transfer: ServedTransfer,
    private readonly source: RestoreSource,
  ) {
    super(transfer);
  }

  /** The end of the input is ERROR_HANDLE_EOF with the bytes that there are, 0 past the end (facts/vdi.md 2.7). */
  read(command: Command): Promise<Completion> {
    const position = this.place(command);
    return this.io(async () => {
      const bytes = await this.source.read(dataOf(command), position);
      this.transfer.transferred(bytes);
      return { code: bytes < command.size ? WIN32.ERROR_HANDLE_EOF : WIN32.ERROR_SUCCESS, bytes };
    });
  }

  setPosition(command: Command): Promise<Completion> {
    return this.seek(command, () => this.source.size());
  }

  mountSnapshot(): Promise<Completion> {
    return this.step(this.transfer.steps.mountSnapshot, WIN32.ERROR_OPERATION_ABORTED);
  }

  protected codeOf(error: unknown): number {
    return readCompletionCode(error);
  }
}

type Answers<M> = Readonly<Record<number, (medium: M, command: Command) => Completion | Promise<Completion>>>;

/** Which commands are answered, and how; every other code is not supported (facts/vdi.md 1.5: what a client must handle). */
const targetAnswers: Answers<TargetMedium> = {
  [VDCommands.Write]: (medium, command) => medium.write(command),
  [VDCommands.Read]: (medium, command) => medium.read(command),
  [VDCommands.ClearError]: () => SUCCESS,
  [VDCommands.Flush]: (medium) => medium.flush(),
  [VDCommands.Complete]: (medium) => medium.complete(),
  [VDCommands.GetPosition]: (medium) => medium.getPosition(),
  [VDCommands.SetPosition]: (medium, command) => medium.setPosition(command),
  [VDCommands.PrepareToFreeze]: (medium) => medium.prepareToFreeze(),
  [VDCommands.Snapshot]: (medium) => medium.snapshot(),
  [VDCommands.MountSnapshot]: () => ({ code: WIN32.ERROR_OPERATION_ABORTED }),
};
const sourceAnswers: Answers<SourceMedium> = {
  [VDCommands.Read]: (medium, command) => medium.read(command),
  [VDCommands.ClearError]: () => SUCCESS,
  // Both answers are in use (facts/vdi.md 1.8); there is nothing to make durable.
  [VDCommands.Flush]: () => SUCCESS,
  [VDCommands.GetPosition]: (medium) => medium.getPosition(),
  [VDCommands.SetPosition]: (medium, command) => medium.setPosition(command),
  [VDCommands.MountSnapshot]: (medium) => medium.mountSnapshot(),
  [VDCommands.Snapshot]: () => ({ code: WIN32.ERROR_OPERATION_ABORTED }),
};

/** Milliseconds between two looks whether other processes have opened their devices. */
const ACTIVE_POLL_MS = 10;

export class DeviceServer {
  private readonly answering = new Set<Promise<void>>();

  private constructor(
    private readonly device: ClientVirtualDevice,
    private readonly transfer: ServedTransfer,
    private readonly medium: Medium,
    private readonly answer: (command: Command) => Completion | Promise<Completion>,
  ) {}

  static toTarget(device: ClientVirtualDevice, transfer: ServedTransfer, target: BackupTarget): DeviceServer {
    const medium = new TargetMedium(transfer, target);
    return new DeviceServer(device, transfer, medium, (command) => targetAnswers[command.code]?.(medium, command) ?? NOT_SUPPORTED);
  }

  static fromSource(device: ClientVirtualDevice, transfer: ServedTransfer, source: RestoreSource): DeviceServer {
    const medium = new SourceMedium(transfer, source);
    return new DeviceServer(device, transfer, medium, (command) => sourceAnswers[command.code]?.(medium, command) ?? NOT_SUPPORTED);
  }

  /**
   * Waits until the devices in other processes are open too: before, GetCommand answers VD_E_PROTOCOL, and nothing else tells
   * (VDI spec, client states). Rejects as `serve` does.
   */
  async untilActive(clock: Clock, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        this.begin(await this.device.getCommand({ timeoutMs: 0, signal }));
        return;
      } catch (error) {
        if (!(error instanceof WindowsError)) throw error;
        if (error.hresult === HRESULT.VD_E_TIMEOUT) return;
        if (error.hresult !== HRESULT.VD_E_PROTOCOL) throw error;
      }
      await delay(clock, ACTIVE_POLL_MS, signal);
    }
  }

  /**
   * Serves until SQL Server closes the device, and resolves then. Rejects with WindowsError (VD_E_ABORT ...) or, when the signal fired,
   * AbortError; buffers may still be in use then: see `idle`.
   */
  async serve(signal: AbortSignal): Promise<void> {
    for await (const batch of this.device.batches({ signal })) {
      for (const command of batch) this.begin(command);
    }
  }

  /** Resolves once no buffer of the device is in use any more. Never rejects. */
  async idle(): Promise<void> {
    while (this.answering.size > 0) await Promise.all(this.answering);
  }

  /** Resolves once the reads and writes begun so far have ended. */
  ioEnded(): Promise<void> {
    return this.medium.idle();
  }

  private begin(command: Command): void {
    const answered = this.run(command);
    this.answering.add(answered);
    void answered.then(() => this.answering.delete(answered));
  }

  /** Never rejects. Ends when the command's buffer is SQL Server's again; the call that says so may still be under way. */
  private async run(command: Command): Promise<void> {
    let completion: Completion;
    try {
      completion = await this.answer(command);
    } catch (error) {
      // No answer of the table rejects: this is a broken invariant.
      command.release();
      this.transfer.fail(error);
      return;
    }
    const { code, bytes = 0, position = 0 } = completion;
    command.complete(code, bytes, position).catch((error: unknown) => {
      // After an abort SQL Server has its answers already, and ours are ignored (seed 000).
      if (!(error instanceof WindowsError && error.hresult === HRESULT.VD_E_ABORT)) this.transfer.fail(error);
    });
  }
}
