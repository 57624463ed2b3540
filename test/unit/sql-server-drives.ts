/** Media with a position, for tests of the simulated SQL Server: a tape drive, a disk file, and cartridges that are changed. */
import type { Channel, PlainCommand } from '../../lib/binding/channel';
import { VDCommands, VDWhence, WIN32 } from '../../lib/binding/codes';

export type Reply = readonly [code: number, bytes?: number, position?: bigint];
export type View = (command: PlainCommand) => Uint8Array;

export const viewOf =
  (channel: Channel): View =>
  (command) =>
    channel.memory.view(command.buffer, command.size);

/** A file that the server writes and reads at positions of its own. */
export class DiskFile {
  bytes = Buffer.alloc(0);
  private written = 0;

  reply(command: PlainCommand, view: View): Reply {
    const position = Number(command.position);
    switch (command.commandCode) {
      case VDCommands.Write: {
        const end = position + command.size;
        if (end > this.bytes.byteLength) this.bytes = Buffer.concat([this.bytes, Buffer.alloc(end - this.bytes.byteLength)]);
        this.bytes.set(view(command), position);
        this.written = end;
        return [WIN32.ERROR_SUCCESS, command.size];
      }
      case VDCommands.Read: {
        const piece = this.bytes.subarray(position, position + command.size);
        view(command).set(piece);
        return [piece.byteLength < command.size ? WIN32.ERROR_HANDLE_EOF : WIN32.ERROR_SUCCESS, piece.byteLength];
      }
      case VDCommands.SetPosition:
        return command.size === VDWhence.Beginning ? [WIN32.ERROR_SUCCESS, 0, command.position] : [WIN32.ERROR_NOT_SUPPORTED];
      case VDCommands.Flush:
        // End of file is where the last Write ended (facts/vdi.md 2.6).
        this.bytes = this.bytes.subarray(0, this.written);
        return [WIN32.ERROR_SUCCESS];
      case VDCommands.ClearError:
        return [WIN32.ERROR_SUCCESS];
      default:
        return [WIN32.ERROR_NOT_SUPPORTED];
    }
  }
}

const BLOCK = 512;
type Cell = Buffer | 'mark';

/** A tape: blocks and filemarks in a row, and where the head stands. */
export class Tape {
  cells: Cell[] = [];
  private head = 0;

  constructor(
    /** Bytes of data that fit; after `warning` bytes less, a Write gets the early warning. */
    readonly capacity = Infinity,
    readonly warning = 0,
  ) {}

  /** Put into a drive. */
  insert(): void {
    this.head = 0;
  }

  private get used(): number {
    return this.cells.slice(0, this.head).reduce((sum, cell) => sum + (cell === 'mark' ? 0 : cell.byteLength), 0);
  }

  reply(command: PlainCommand, view: View): Reply {
    const count = command.size | 0;
    switch (command.commandCode) {
      case VDCommands.Write: {
        const source = view(command);
        const left = this.capacity - this.used;
        if (left <= 0) return [WIN32.ERROR_EOM_OVERFLOW, 0];
        const room =
          Math.floor((left > this.warning ? Math.min(left - this.warning, source.byteLength) : Math.min(left, source.byteLength)) / BLOCK) *
          BLOCK;
        this.cells.length = this.head;
        for (let at = 0; at < room; at += BLOCK) this.cells.push(Buffer.from(source.subarray(at, at + BLOCK)));
        this.head = this.cells.length;
        return [this.used >= this.capacity - this.warning ? WIN32.ERROR_END_OF_MEDIA : WIN32.ERROR_SUCCESS, room];
      }
      case VDCommands.Read: {
        let done = 0;
        while (done < command.size) {
          const cell = this.cells[this.head];
          if (cell === undefined) return [WIN32.ERROR_NO_DATA_DETECTED, done];
          this.head += 1;
          if (cell === 'mark') return [WIN32.ERROR_FILEMARK_DETECTED, done];
          view(command).set(cell, done);
          done += cell.byteLength;
        }
        return [WIN32.ERROR_SUCCESS, done];
      }
      case VDCommands.WriteMark:
        this.cells.length = this.head;
        this.cells.push('mark');
        this.head += 1;
        return [WIN32.ERROR_SUCCESS];
      case VDCommands.Rewind:
        this.head = 0;
        return [WIN32.ERROR_SUCCESS];
      case VDCommands.SkipMarks:
        return this.skip(count, (cell) => cell === 'mark');
      case VDCommands.SkipBlocks:
        return this.skip(count, () => true);
      case VDCommands.GetPosition:
        return [WIN32.ERROR_SUCCESS, 0, BigInt(this.head)];
      case VDCommands.SetPosition:
        this.head = Number(command.position);
        return [WIN32.ERROR_SUCCESS, 0, command.position];
      case VDCommands.Flush:
      case VDCommands.ClearError:
        return [WIN32.ERROR_SUCCESS];
      default:
        return [WIN32.ERROR_NOT_SUPPORTED];
    }
  }

  private skip(count: number, counts: (cell: Cell) => boolean): Reply {
    const step = Math.sign(count);
    for (let left = Math.abs(count); left > 0;) {
      const cell = this.cells[step > 0 ? this.head : this.head - 1];
      if (cell === undefined) return [WIN32.ERROR_NO_DATA_DETECTED];
      this.head += step;
      if (counts(cell)) left -= 1;
    }
    return [WIN32.ERROR_SUCCESS];
  }
}

/** A drive with a stack of tapes; Load puts the next one in. */
export class Changer {
  private at = 0;

  constructor(
    readonly tapes: Tape[],
    private readonly make?: () => Tape,
  ) {
    this.tape.insert();
  }

  reply(command: PlainCommand, view: View): Reply {
    if (command.commandCode !== VDCommands.Load) return this.tape.reply(command, view);
    this.at += 1;
    if (this.tapes[this.at] === undefined && this.make !== undefined) this.tapes.push(this.make());
    // ERROR_NO_MEDIA_IN_DRIVE
    if (this.tapes[this.at] === undefined) return [1112];
    this.tape.insert();
    return [WIN32.ERROR_SUCCESS];
  }

  private get tape(): Tape {
    const tape = this.tapes[this.at];
    if (tape === undefined) throw new Error('no tape in the drive');
    return tape;
  }
}
