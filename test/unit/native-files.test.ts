/** Files whose contents the addon moves, over an addon that the test plays. */
import { promises, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { HRESULT, hresultFromWin32 } from '../../lib/binding/codes';
import type { OpenFile } from '../../lib/binding/host';
import { NativeLink } from '../../lib/binding/native';
import { nativeFiles } from '../../lib/binding/native-files';
import { settled } from '../../lib/simulator/scheduler';
import { PlayedAddon } from './played-addon';

const [READ, WRITE, FLUSH] = [0, 1, 2];
const ENOSPC = -28;
const ECANCELED = -125;

let directory: string;
let addon: PlayedAddon;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-'));
  addon = new PlayedAddon();
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const open = (): Promise<OpenFile> => nativeFiles(new NativeLink(addon)).open(path.join(directory, 'a'), 'create');

/** Answers what was asked for last. */
function answer(error: number, output: number): void {
  const { ticket } = addon.requests.at(-1) ?? { ticket: 0 };
  addon.onAnswer(ticket, error === 0 ? HRESULT.S_OK : hresultFromWin32(error), [output]);
}

/** Lets the addon answer the release of the handle, and ends. */
async function close(file: OpenFile): Promise<void> {
  const closing = file.close();
  const { ticket } = addon.released.at(-1) ?? { ticket: 0 };
  addon.onAnswer(ticket, HRESULT.S_OK, []);
  await closing;
}

describe('a file of the native Host', () => {
  it('asks the addon for every read, write and flush, at its position', async () => {
    const file = await open();
    const bytes = new Uint8Array(4);
    const writing = file.write(bytes, 5_000_000_000);
    answer(0, 4);
    await writing;
    const reading = file.read(bytes, 8);
    answer(0, 3);
    expect(await reading).toBe(3);
    const syncing = file.sync();
    answer(0, 0);
    await syncing;
    expect(addon.requests.map(({ file: handle, kind, bytes: { byteLength }, position }) => [handle, kind, byteLength, position])).toEqual([
      [7, WRITE, 4, 5_000_000_000], [7, READ, 4, 8], [7, FLUSH, 0, 0],
    ]);
    expect(addon.descriptors).toHaveLength(1);
    await close(file);
  });

  it('goes on where a write ended early', async () => {
    const file = await open();
    const writing = file.write(Uint8Array.of(1, 2, 3, 4, 5), 100);
    answer(0, 2);
    await settled();
    answer(0, 3);
    await writing;
    expect(addon.requests.map(({ bytes, position }) => [[...bytes], position])).toEqual([[[1, 2, 3, 4, 5], 100], [[3, 4, 5], 102]]);
    await close(file);
  });

  it('does not go on for ever where nothing is written', async () => {
    const file = await open();
    const writing = file.write(Uint8Array.of(1, 2), 0);
    answer(0, 0);
    await expect(writing).rejects.toMatchObject({ code: 'EIO', syscall: 'write' });
    expect(addon.requests).toHaveLength(1);
    await close(file);
  });

  it('fails as Node fails, and keeps what Windows said', async () => {
    const file = await open();
    const writing = file.write(new Uint8Array(4), 0);
    answer(112, ENOSPC);
    await expect(writing).rejects.toMatchObject({
      message: 'ENOSPC: no space left on device, write', code: 'ENOSPC', errno: ENOSPC, syscall: 'write',
      cause: { name: 'WindowsError', operation: 'WriteFile', win32: 112, code: 'ERROR_DISK_FULL' },
    });
    const syncing = file.sync();
    answer(1295, -4094);
    await expect(syncing).rejects.toMatchObject({ code: 'UNKNOWN', syscall: 'fsync', cause: { operation: 'FlushFileBuffers', win32: 1295 } });
    await close(file);
  });

  it('keeps the process alive while it is moved, and no longer', async () => {
    const file = await open();
    const reading = file.read(new Uint8Array(4), 0);
    expect(addon.kept).toEqual([true]);
    answer(0, 0);
    await reading;
    expect(addon.kept).toEqual([true, false]);
    await close(file);
  });

  it('repeats a cancellation until everything is answered', async () => {
    jest.useFakeTimers();
    try {
      const file = await open();
      const writing = file.write(new Uint8Array(4), 0);
      file.cancel?.();
      await jest.advanceTimersByTimeAsync(120);
      expect(addon.cancelled).toEqual([7, 7, 7]);
      answer(995, ECANCELED);
      await expect(writing).rejects.toMatchObject({ code: 'ECANCELED', cause: { code: 'ERROR_OPERATION_ABORTED' } });
      await jest.advanceTimersByTimeAsync(500);
      expect(addon.cancelled).toHaveLength(3);
      await close(file);
    } finally {
      jest.useRealTimers();
    }
  });

  it('closes the descriptor after the addon\'s handle, once, and is not used any more', async () => {
    const file = await open();
    const closing = file.close();
    await expect(file.write(new Uint8Array(4), 0)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(addon.released.map(({ handle }) => handle)).toEqual([7]);
    addon.onAnswer(addon.released.at(-1)?.ticket ?? 0, HRESULT.S_OK, []);
    await closing;
  });

  it('is cancelled for good, although nothing of it is under way', async () => {
    jest.useFakeTimers();
    try {
      const file = await open();
      file.cancel?.();
      await jest.advanceTimersByTimeAsync(500);
      expect(addon.cancelled).toEqual([7]);
      await close(file);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is closed again when the addon does not take it', async () => {
    addon.ending = true;
    const opened = jest.spyOn(promises, 'open');
    await expect(open()).rejects.toThrow('ending');
    const handle = (await opened.mock.results[0]?.value) as FileHandle;
    opened.mockRestore();
    expect(handle.fd).toBe(-1);
  });

  it('rejects what the addon does not take', async () => {
    const file = await open();
    addon.refusal = HRESULT.E_HANDLE;
    await expect(file.read(new Uint8Array(4), 0)).rejects.toMatchObject({ cause: { code: 'ERROR_INVALID_HANDLE' } });
    await close(file);
  });

  it('is written by Node where Windows has no thread for it', async () => {
    addon.fileHandle = 0;
    const file = await open();
    await file.write(Buffer.from('text'), 0);
    await file.close();
    expect(readFileSync(path.join(directory, 'a'), 'utf8')).toBe('text');
    expect(addon.requests).toEqual([]);
  });
});
