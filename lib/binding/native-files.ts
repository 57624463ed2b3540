/**
 * Files whose contents are read, written and flushed on threads of the addon's own, so that a disk or share that hangs holds up neither the event
 * loop nor libuv's pool (design rule 6), and can be cancelled. All else is the real Host's.
 */
import type { promises as fs } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

import { failed } from './codes';
import { StateError, WindowsError } from './errors';
import type { Files } from './host';
import type { NativeLink } from './native';
import { RealFile, openHandle, realHost, writeAll } from './real-host';

/** `FileIo::Kind` of native/src/file_io.h, as Windows and Node call them. */
const FileIo = {
  read: { kind: 0, operation: 'ReadFile', syscall: 'read' },
  write: { kind: 1, operation: 'WriteFile', syscall: 'write' },
  flush: { kind: 2, operation: 'FlushFileBuffers', syscall: 'fsync' },
} as const;

const NOTHING = new Uint8Array(0);

/** Milliseconds until a cancellation is repeated: one that comes just before Windows is called misses. */
const CANCEL_AGAIN_MS = 50;

/** As Node reports the same failure, with the WindowsError as its cause. */
function systemError(operation: string, syscall: string, hresult: number, errno: number): Error {
  const [code, text] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', 'unknown error'];
  const cause = new WindowsError(operation, hresult, { byWin32Name: true });
  return Object.assign(new Error(`${code}: ${text}, ${syscall}`, { cause }), { errno, code, syscall });
}

class NativeFile extends RealFile {
  private running = 0;
  private closed = false;

  constructor(
    handle: fs.FileHandle,
    private readonly link: NativeLink,
    private readonly file: number,
  ) {
    super(handle);
  }

  override read(target: Uint8Array, position: number): Promise<number> {
    return this.io(FileIo.read, target, position);
  }

  override write(source: Uint8Array, position: number): Promise<void> {
    return writeAll(source, position, (part, at) => this.io(FileIo.write, part, at));
  }

  override async sync(): Promise<void> {
    await this.io(FileIo.flush, NOTHING, 0);
  }

  cancel(): void {
    this.link.addon.cancelFile(this.file);
    const again = (): void => {
      if (this.running > 0) this.cancel();
    };
    if (this.running > 0) setTimeout(again, CANCEL_AGAIN_MS).unref();
  }

  override async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      await this.link.release(this.file);
    }
    await super.close();
  }

  private async io({ kind, operation, syscall }: (typeof FileIo)[keyof typeof FileIo], bytes: Uint8Array, position: number): Promise<number> {
    if (this.closed) throw new StateError('ERR_CLOSED', `${syscall}: the file has been closed`);
    this.running += 1;
    try {
      const { hresult, outputs } = await this.link.fileIo(this.file, kind, bytes, position);
      if (failed(hresult)) throw systemError(operation, syscall, hresult, Number(outputs[0]));
      return Number(outputs[0]);
    } finally {
      this.running -= 1;
    }
  }
}

export function nativeFiles(link: NativeLink): Files {
  return {
    ...realHost.files,
    async open(path, mode) {
      const handle = await openHandle(path, mode);
      let file: number;
      try {
        file = link.addon.openFile(handle.fd);
      } catch (error) {
        await handle.close();
        throw error;
      }
      // An executable that does not tell the handle of a descriptor, or a process without a thread left: Node's own way remains.
      return file === 0 ? new RealFile(handle) : new NativeFile(handle, link, file);
    },
  };
}
