/** One command of SQL Server's, lent to the client from GetCommand until it is completed (VDI spec, VDC_Command; facts/vdi.md 2.3). */
import { StateError, VDCommands, WIN32, checkInteger, checkU32, checkU64, commandName } from '../binding';
import type { PlainCommand } from '../binding';

/** What a command needs of its device. */
export interface CommandOwner {
  /** The view on the command's buffer; null for commands without data. */
  view(command: PlainCommand): Uint8Array | null;
  /** CompleteCommand. Rejects with WindowsError. */
  completeCommand(pointer: bigint, completionCode: number, bytesTransferred: number, position: bigint): Promise<void>;
  /** The command is no longer in the consumer's hands. */
  returned(command: Command): void;
}

/** Their `size` counts marks or blocks and may be negative. */
const signedSize: ReadonlySet<number> = new Set([VDCommands.SkipMarks, VDCommands.SkipBlocks]);

export class Command {
  /** VDCommands. */
  readonly code: number;
  /** Bytes (Read, Write), a signed count (SkipMarks, SkipBlocks), a VDWhence (SetPosition), or 1 for unload first (Load). */
  readonly size: number;
  /** SetPosition; Read and Write of random access devices. */
  readonly position: bigint;
  private lent = true;

  constructor(
    private readonly owner: CommandOwner,
    private readonly plain: PlainCommand,
  ) {
    this.code = plain.commandCode;
    this.size = signedSize.has(plain.commandCode) ? plain.size | 0 : plain.size;
    this.position = plain.position;
  }

  /** `Write`, or `command 23` for a code without a name. */
  get name(): string {
    return commandName(this.code);
  }

  /**
   * SQL Server's own memory, `size` bytes; null for commands without data. Yours until the command is completed or released:
   * never keep it, copy what must live longer. Throws StateError (ERR_COMMAND_COMPLETED) afterwards.
   */
  get buffer(): Uint8Array | null {
    if (!this.lent) throw this.gone();
    return this.owner.view(this.plain);
  }

  /** Whether the command is still to be completed. */
  get outstanding(): boolean {
    return this.lent;
  }

  /**
   * CompleteCommand, exactly once, in any order among the commands of a device. All I/O on `buffer` must have ended.
   * @param completionCode a Win32 code, ERROR_SUCCESS (0) or why not: ERROR_DISK_FULL, ERROR_HANDLE_EOF ...
   * @param bytesTransferred bytes; Read and Write only
   * @param position GetPosition and SetPosition only
   * @throws StateError ERR_COMMAND_COMPLETED the second time; ArgumentError (the command stays outstanding);
   *   WindowsError VD_E_ABORT after an abort: SQL Server has already been told ERROR_OPERATION_ABORTED (seed 000).
   */
  async complete(completionCode: number = WIN32.ERROR_SUCCESS, bytesTransferred = 0, position: number | bigint = 0n): Promise<void> {
    if (!this.lent) throw this.gone();
    checkU32('completionCode', completionCode);
    checkInteger('bytesTransferred', bytesTransferred, 0, signedSize.has(this.code) ? 0 : this.size);
    const place = checkU64('position', position);
    this.release();
    await this.owner.completeCommand(this.plain.pointer, completionCode, bytesTransferred, place);
  }

  /** Gives the buffer back without an answer: for a consumer that stops after an abort. Idempotent. */
  release(): void {
    if (!this.lent) return;
    this.lent = false;
    this.owner.returned(this);
  }

  private gone(): StateError {
    return new StateError('ERR_COMMAND_COMPLETED', `this ${this.name} command has been completed: its buffer belongs to SQL Server again`);
  }
}
