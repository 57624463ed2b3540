/** What stands behind a virtual device: where a backup's bytes go, and where a restore's come from. */

/** One output as it ended up. */
export interface OutputFile {
  /** Absolute; undefined for a stream. */
  readonly path: string | undefined;
  /** Bytes that SQL Server wrote to this device. */
  readonly bytes: number;
  /** Hexadecimal, of those bytes, where it was asked for. */
  readonly sha256?: string;
}

/** The output of one device. Writes are called in the order of the stream and may overlap. */
export interface BackupTarget {
  /** Writes all of `buffer` at `position` of the device. The buffer is SQL Server's: it is not touched once the promise has settled. */
  write(buffer: Uint8Array, position: number): Promise<void>;
  /** Reads back what was written (disk-like devices); returns how many bytes, fewer only at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Everything written is durable, or has at least been accepted by the stream behind, once this resolves. */
  sync(): Promise<void>;
  /** No more data comes: as `sync`, and the output is complete under its provisional name. Idempotent. */
  finish(): Promise<void>;
  /** Ends pending I/O as far as that is possible, because the transfer has failed. */
  cancel(error: Error): void;
  /** Takes the final name. */
  publish(): Promise<void>;
  /** Undoes `publish`. */
  retract(): Promise<void>;
  /** Removes what is there; returns the paths of what could not be removed. Never rejects. */
  discard(): Promise<readonly string[]>;
  /** Bytes and, where it is a file, its final path. */
  describe(): OutputFile;
}

/** The input of one device. Reads are called in the order of the stream and may overlap. */
export interface RestoreSource {
  /** Fills `buffer` from `position` of the device; returns how many bytes, fewer than its length only at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Bytes, where it is known: devices that position from the end need it. */
  size(): Promise<number>;
  cancel(error: Error): void;
  /** Never rejects. */
  close(): Promise<void>;
  readonly path: string | undefined;
}
