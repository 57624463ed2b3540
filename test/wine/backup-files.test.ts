/**
 * Files out of a shadow copy through the addon. Wine has no shadow copies: any directory stands for the device. Its BackupRead is a stub, so
 * what Windows' gives is played (test/wine/substitute), and without that the fall to plain reading is seen.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import { copyFromSnapshot, resolveDevicePath } from '../../lib/vss';
import type { CopiedFiles, CopyFromSnapshotOptions } from '../../lib/vss';
import { loadSubstitute } from './substitute';

const DATA = 1;
const EA_DATA = 2;
const SECURITY_DATA = 3;
const ALTERNATE_DATA = 4;
const LINK = 5;
const OBJECT_ID = 7;
const SPARSE_BLOCK = 9;
const ERROR_INVALID_FUNCTION = 1;
const ERROR_ACCESS_DENIED = 5;
const ERROR_INVALID_OWNER = 1307;
const ERROR_DISK_FULL = 112;
const FILE_ATTRIBUTE_ENCRYPTED = 0x4000;
const WITHOUT_BACKUP_READ = { path: '', what: 'security descriptors, alternate streams, extended attributes, sparse ranges, links: BackupRead is missing' };

/** WIN32_STREAM_ID, and what follows it. */
function stream(id: number, contents: Uint8Array, name = '', size = contents.byteLength): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt32LE(id, 0);
  header.writeBigUInt64LE(BigInt(size), 8);
  header.writeUInt32LE(2 * name.length, 16);
  return Buffer.concat([header, Buffer.from(name, 'utf16le'), contents]);
}

const backend = nativeBackend();
const substitute = loadSubstitute();
let directory = '';
let volume = '';
let out = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-files-'));
  volume = join(directory, 'volume');
  out = join(directory, 'out');
  mkdirSync(volume);
});
afterEach(async () => {
  substitute.restore();
  expect(substitute.seen().contexts).toBe(0);
  const channel = await backend.openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  expect(channel.alive()).toMatchObject({ objects: 0 });
  await channel.close();
  rmSync(directory, { recursive: true, force: true });
});

const copy = (options: Partial<CopyFromSnapshotOptions> = {}): Promise<CopiedFiles> => copyFromSnapshot({ backend, snapshot: volume, to: out, ...options });
/** The audit rules are a matter of a privilege and of the file system. */
const without = ({ notKept }: CopiedFiles, ...whats: readonly string[]): CopiedFiles['notKept'] => notKept.filter(({ what }) => what !== 'audit rules (SACL)' && !whats.includes(what));

describe('copying where BackupRead is missing', () => {
  it('keeps contents, times and attributes of a whole tree, and says what it cannot keep', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024 + 5, 'x');
    mkdirSync(join(volume, 'Data', 'inner'), { recursive: true });
    writeFileSync(join(volume, 'Data', 'large.bin'), large);
    writeFileSync(join(volume, 'Data', 'inner', 'ä b.txt'), 'small');
    writeFileSync(join(volume, 'empty'), '');
    writeFileSync(join(volume, 'read-only'), 'fixed');
    chmodSync(join(volume, 'read-only'), 0o444);
    for (const path of ['Data/large.bin', 'Data/inner/ä b.txt', 'Data/inner', 'Data']) utimesSync(join(volume, path), 1_000_000_000, 1_000_000_000);
    const copied = await copy();
    expect(copied).toMatchObject({ simulated: false, files: 4, directories: 2, bytes: large.byteLength + 10 });
    expect(without(copied)).toEqual([WITHOUT_BACKUP_READ]);
    expect(readFileSync(join(out, 'Data', 'large.bin')).equals(large)).toBe(true);
    expect(readFileSync(join(out, 'Data', 'inner', 'ä b.txt'), 'utf8')).toBe('small');
    for (const path of ['Data/large.bin', 'Data/inner/ä b.txt', 'Data/inner', 'Data']) expect(statSync(join(out, path)).mtimeMs).toBe(1_000_000_000_000);
    expect(statSync(join(out, 'read-only')).mode & 0o200).toBe(0);
  });

  it('flushes every file, and fails where that fails: a backup is complete when it is on the disk', async () => {
    substitute.replace('FlushFileBuffers');
    mkdirSync(join(volume, 'Data'));
    for (const name of ['one', 'Data/two']) writeFileSync(join(volume, name), 'contents');
    await copy();
    expect(substitute.seen().flushes).toBe(2);
    substitute.play({ flushError: ERROR_DISK_FULL });
    await expect(copy({ to: `${out}-2` })).rejects.toMatchObject({ code: 'ERROR_DISK_FULL', operation: 'FlushFileBuffers' });
    expect(readdirSync(directory).sort()).toEqual(['out', 'volume']);
    substitute.play({ flushError: ERROR_INVALID_FUNCTION });
    expect((await copy({ to: `${out}-2` })).notKept).toContainEqual({ path: '', what: 'durable contents: the file system cannot flush them' });
  });

  it('takes paths that are longer than 260 characters', async () => {
    const deep = Array.from({ length: 6 }, (_, index) => `${String(index)}${'d'.repeat(60)}`).join('\\');
    mkdirSync(join(volume, deep), { recursive: true });
    writeFileSync(join(volume, deep, 'file'), 'deep');
    expect(await copy({ paths: [deep] })).toMatchObject({ files: 1 });
    expect(readFileSync(join(out, deep, 'file'), 'utf8')).toBe('deep');
  });

  it('takes paths below the same directory, and paths that overlap', async () => {
    mkdirSync(join(volume, 'a', 'b'), { recursive: true });
    mkdirSync(join(volume, 'a', 'c'));
    writeFileSync(join(volume, 'a', 'c', 'file'), 'x');
    expect(await copy({ paths: ['a\\b', 'a/c/file', 'a\\c', 'a'] })).toMatchObject({ files: 1, directories: 1 });
    expect(readdirSync(out)).toEqual(['a']);
  });

  it('names what is not there, and leaves nothing', async () => {
    await expect(copy({ paths: ['nothing'] })).rejects.toMatchObject({ field: 'paths[0]' });
    await expect(copy({ snapshot: `${volume}-gone` })).rejects.toMatchObject({ code: 'ERROR_FILE_NOT_FOUND', operation: 'Vss::ResolveDevicePath' });
    await expect(resolveDevicePath(`${volume}-gone`, { backend })).rejects.toMatchObject({ operation: 'Vss::ResolveDevicePath' });
    expect(await resolveDevicePath(volume, { backend })).toBe(`\\\\?\\${volume}`);
    expect(readdirSync(directory)).toEqual(['volume']);
  });
});

describe('copying through BackupRead and BackupWrite', () => {
  const contents = Buffer.alloc(2_500_000, 'contents');
  const sparse = Buffer.concat([Buffer.alloc(8), Buffer.alloc(4096, 's')]);
  const kept = [
    stream(EA_DATA, Buffer.from('attributes')), stream(SECURITY_DATA, Buffer.alloc(300, 'd')), stream(DATA, contents),
    stream(ALTERNATE_DATA, Buffer.from('[ZoneTransfer]'), ':Zone.Identifier:$DATA'), stream(ALTERNATE_DATA, Buffer.alloc(0), ':empty:$DATA'), stream(SPARSE_BLOCK, sparse),
  ];
  beforeEach(() => {
    substitute.replace('BackupRead', 'BackupWrite');
    writeFileSync(join(volume, 'file'), 'what BackupRead gives is played');
  });

  it('hands over every stream unchanged: contents, security descriptor, extended attributes, alternate streams, sparse ranges', async () => {
    substitute.play({ streams: Buffer.concat(kept) });
    const copied = await copy();
    expect(without(copied)).toEqual([]);
    expect(copied).toMatchObject({ files: 1, bytes: contents.byteLength + 4096 });
    expect(substitute.seen().written.equals(Buffer.concat(kept))).toBe(true);
  });

  it('leaves out what would bind the copy to other files, and lists it', async () => {
    substitute.play({ streams: Buffer.concat([stream(LINK, Buffer.alloc(100)), ...kept, stream(OBJECT_ID, Buffer.alloc(64)), stream(77, Buffer.alloc(9))]) });
    expect(without(await copy())).toEqual([
      { path: 'file', what: 'hard link to other names' }, { path: 'file', what: 'object ID' }, { path: 'file', what: 'stream of an unknown kind' },
    ]);
    expect(substitute.seen().written.equals(Buffer.concat(kept))).toBe(true);
  });

  it.each([[SECURITY_DATA, ERROR_INVALID_OWNER, 'security descriptor (Windows error 1307)', 1], [EA_DATA, ERROR_ACCESS_DENIED, 'extended attributes (Windows error 5)', 0]])(
    'lists stream %i when it cannot be written, and goes on with the others', async (refusedStream, refusedWith, what, index) => {
      substitute.play({ streams: Buffer.concat(kept), refusedStream, refusedWith });
      expect(without(await copy())).toEqual([{ path: 'file', what }]);
      expect(substitute.seen().written.equals(Buffer.concat(kept.filter((_, at) => at !== index)))).toBe(true);
    });

  it('lists each alternate stream that the target cannot hold by its name', async () => {
    substitute.play({ streams: Buffer.concat(kept), refusedStream: ALTERNATE_DATA, refusedWith: 50 });
    expect(without(await copy())).toEqual([
      { path: 'file', what: 'alternate stream :Zone.Identifier:$DATA (Windows error 50)' }, { path: 'file', what: 'alternate stream :empty:$DATA (Windows error 50)' },
    ]);
  });

  it('fails with the name of the function when contents cannot be written, and removes what was copied', async () => {
    substitute.play({ streams: Buffer.concat(kept), refusedStream: DATA, refusedWith: ERROR_DISK_FULL });
    await expect(copy()).rejects.toMatchObject({ code: 'ERROR_DISK_FULL', operation: 'BackupWrite' });
    expect(readdirSync(directory)).toEqual(['volume']);
  });

  it('fails when the streams end before their contents do', async () => {
    substitute.play({ streams: stream(DATA, Buffer.from('short'), '', 50) });
    await expect(copy()).rejects.toMatchObject({ code: 'ERROR_HANDLE_EOF', operation: 'BackupRead' });
    expect(existsSync(out)).toBe(false);
  });

  it('can be cancelled in the middle of a file that has no end, and leaves nothing', async () => {
    substitute.play({ streams: stream(DATA, Buffer.alloc(0), '', 2 ** 45), endless: true });
    const cancel = new AbortController();
    const copying = copy({ signal: cancel.signal });
    copying.catch(() => undefined);
    while (substitute.seen().reads < 100) await setTimeout(1);
    cancel.abort(new Error('enough'));
    await expect(copying).rejects.toMatchObject({ name: 'AbortError', cause: { message: 'enough' } });
    expect(readdirSync(directory)).toEqual(['volume']);
  });
});

describe('copying encrypted files', () => {
  const raw = Buffer.alloc(100_003, 'keys and ciphertext');
  beforeEach(() => {
    substitute.replace('OpenEncryptedFileRawW', 'ReadEncryptedFileRaw', 'WriteEncryptedFileRaw', 'CloseEncryptedFileRaw', 'GetFileInformationByHandleEx');
    writeFileSync(join(volume, 'file'), 'not to be seen');
  });

  it('hands over the raw data as it is', async () => {
    substitute.play({ raw, attributes: FILE_ATTRIBUTE_ENCRYPTED });
    const { bytes, files } = await copy({ paths: ['file'] });
    expect([bytes, files]).toEqual([raw.byteLength, 1]);
    expect(substitute.seen().imported.equals(raw)).toBe(true);
  });

  it.each([['opened', { rawOpenError: ERROR_ACCESS_DENIED }, 5], ['written', { importError: 50 }, 50]])('lists a file whose raw data cannot be %s as not copied', async (_what, played, error) => {
    substitute.play({ raw, attributes: FILE_ATTRIBUTE_ENCRYPTED, ...played });
    const { notKept, files } = await copy({ paths: ['file'] });
    expect([notKept, files]).toEqual([[{ path: 'file', what: `the whole file: encrypted contents (Windows error ${String(error)})` }], 0]);
    expect(readdirSync(out)).toEqual([]);
  });

  it('can be cancelled in the middle', async () => {
    substitute.play({ endless: true, attributes: FILE_ATTRIBUTE_ENCRYPTED });
    const cancel = new AbortController();
    const copying = copy({ paths: ['file'], signal: cancel.signal });
    copying.catch(() => undefined);
    while (substitute.seen().reads < 100) await setTimeout(1);
    cancel.abort();
    await expect(copying).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(directory)).toEqual(['volume']);
  });
});
