/**
 * Transacted files and keys. Wine has none: what it has under these names works without a transaction, so it is refused. With stand-ins for the
 * functions it is seen that the arguments arrive, and what becomes of the answers. What Windows does with them the live suite shows.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { nativeBackend } from '../../lib/binding/native';
import { ROOT_KEY, Transaction, TransactedFiles, TransactedRegistry } from '../../lib/ktm';
import { loadSubstitute } from './substitute';
import type { Substitute } from './substitute';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

const accept = { acceptDiscouraged: true } as const;
const key = 'Software\\winbackup-test';

let machine: WineMachine;
let substitute: Substitute;
let transaction: Transaction;
let directory: string;

beforeAll(async () => {
  machine = await openWineMachine();
  substitute = loadSubstitute();
});
afterAll(() => machine.close());
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-transacted-'));
  transaction = await Transaction.create({ backend: nativeBackend() });
});
afterEach(async () => {
  substitute.restore();
  await transaction.rollback();
  await transaction.close();
  expect(await machine.counts()).toMatchObject({ kernelHandles: 0 });
  rmSync(directory, { recursive: true });
});

describe('on Wine', () => {
  it('every function is refused, also those that Wine would do without a transaction', async () => {
    const files = new TransactedFiles(transaction, accept);
    const registry = new TransactedRegistry(transaction, accept);
    const refused = { name: 'LoadError', code: 'ERR_NATIVE_LOAD' };
    await expect(files.create(path.join(directory, 'a'))).rejects.toMatchObject({ ...refused, tried: [{ path: 'kernel32.dll', error: expect.stringContaining('Wine') as string }] });
    await expect(files.move(path.join(directory, 'a'), path.join(directory, 'b'))).rejects.toMatchObject(refused);
    await expect(registry.createKey(ROOT_KEY.CURRENT_USER, key)).rejects.toMatchObject({ ...refused, tried: [{ path: 'advapi32.dll', error: expect.stringContaining('Wine') as string }] });
  });
});

describe('where the functions are missing', () => {
  it('says so, and which', async () => {
    substitute.replace('GetProcAddress');
    substitute.play({ transactedFound: false });
    const error = { name: 'LoadError', tried: [{ error: 'the DLL of this Windows does not have the function' }] };
    await expect(new TransactedFiles(transaction, accept).delete('C:\\a')).rejects.toMatchObject({ ...error, message: expect.stringContaining('TxF::DeleteFileTransacted') as string });
    await expect(new TransactedRegistry(transaction, accept).openKey(ROOT_KEY.USERS, key)).rejects.toMatchObject({ ...error, message: expect.stringContaining('TxR::RegOpenKeyTransacted') as string });
  });
});

describe('with the functions there', () => {
  beforeEach(() => {
    substitute.replace('GetProcAddress');
  });

  it('passes the arguments of every file call', async () => {
    const files = new TransactedFiles(transaction, accept);
    await files.move('C:\\from', 'C:\\é 漢', { replaceExisting: true });
    await files.move('C:\\from', 'C:\\to');
    await files.delete('C:\\gone');
    await files.copy('C:\\from', 'C:\\to');
    await files.copy('C:\\from', 'C:\\to', { failIfExists: false });
    await files.createDirectory('C:\\new');
    await files.createDirectory('C:\\new', { template: 'C:\\like' });
    await files.createHardLink('C:\\link', 'C:\\existing');
    await files.setAttributes('C:\\file', 0x21);
    expect(substitute.seen().transacted).toEqual([
      'MoveFileTransactedW C:\\from C:\\é 漢 null null 0x1 pointer',
      'MoveFileTransactedW C:\\from C:\\to null null 0x0 pointer',
      'DeleteFileTransactedW C:\\gone pointer',
      'CopyFileTransactedW C:\\from C:\\to null null null 0x1 pointer',
      'CopyFileTransactedW C:\\from C:\\to null null null 0x0 pointer',
      'CreateDirectoryTransactedW - C:\\new null pointer',
      'CreateDirectoryTransactedW C:\\like C:\\new null pointer',
      'CreateHardLinkTransactedW C:\\link C:\\existing null pointer',
      'SetFileAttributesTransactedW C:\\file 0x21 pointer',
    ]);
  });

  it('writes and reads a file by its handle, and closes it once', async () => {
    const name = path.join(directory, 'file');
    const files = new TransactedFiles(transaction, accept);
    {
      await using file = await files.create(name, { share: 1 });
      await file.write(Buffer.from('transacted'));
      await file.flush();
      await file.close();
    }
    expect(substitute.seen().transacted).toEqual([`CreateFileTransactedW ${name} 0xc0000000 0x1 null 0x1 0x80 null pointer null null`]);
    expect(readFileSync(name, 'utf8')).toBe('transacted');
    await using again = await files.create(name, { access: 0x80000000, disposition: 3 });
    expect(Buffer.from(await again.read()).toString()).toBe('transacted');
    expect(await again.read()).toHaveLength(0);
  });

  it('creates, opens and deletes keys, and sets and reads their values', async () => {
    const registry = new TransactedRegistry(transaction, accept);
    const data = Buffer.alloc(5000, 7);
    {
      await using created = await registry.createKey(ROOT_KEY.CURRENT_USER, key, { options: 1 });
      expect(created.created).toBe(true);
      await created.setValue('blob', 3, data);
      await created.setValue('', 1, Buffer.from('text\0', 'utf16le'));
    }
    {
      await using opened = await registry.openKey(ROOT_KEY.CURRENT_USER, key);
      // Longer than the first buffer: grown when told.
      expect(await opened.value('blob')).toEqual({ type: 3, data: Uint8Array.from(data) });
      expect(await opened.value('')).toEqual({ type: 1, data: Uint8Array.from(Buffer.from('text\0', 'utf16le')) });
      await opened.deleteValue('blob');
      await expect(opened.value('blob')).rejects.toMatchObject({ name: 'WindowsError', win32: 2 });
    }
    await registry.deleteKey(ROOT_KEY.CURRENT_USER, key);
    expect(substitute.seen().transacted).toEqual([
      `RegCreateKeyTransactedW 0x80000001 ${key} 0x0 - 0x1 0x2001f null pointer null`,
      `RegOpenKeyTransactedW 0x80000001 ${key} 0x0 0x2001f pointer null`,
      `RegDeleteKeyTransactedW 0x80000001 ${key} 0x0 0x0 pointer null`,
    ]);
  });

  it.each([
    [6800, 'ERROR_TRANSACTIONAL_CONFLICT', 'another transaction'],
    [6801, 'ERROR_RM_NOT_ACTIVE', 'resource manager'],
    [6805, 'ERROR_TRANSACTIONS_UNSUPPORTED_REMOTE', 'not on this computer'],
    [6853, 'ERROR_OPERATION_NOT_SUPPORTED_IN_TRANSACTION', 'inside a transaction'],
    [50, 'ERROR_NOT_SUPPORTED', 'no other file system'],
  ])('explains the error %d, %s, and the limits', async (win32, code, hint) => {
    substitute.play({ transactedAnswer: win32 });
    const files = new TransactedFiles(transaction, accept);
    const told = { name: 'WindowsError', code, win32 };
    await expect(files.create('C:\\a')).rejects.toMatchObject({ ...told, operation: 'TxF::CreateFileTransacted', message: expect.stringMatching(new RegExp(`${hint}.*NTFS|NTFS.*${hint}`)) as string });
    await expect(files.copy('C:\\a', 'C:\\b')).rejects.toMatchObject(told);
    const registry = new TransactedRegistry(transaction, accept);
    await expect(registry.createKey(ROOT_KEY.LOCAL_MACHINE, key)).rejects.toMatchObject({ ...told, message: expect.stringContaining('local hive') as string });
    await expect(registry.deleteKey(ROOT_KEY.LOCAL_MACHINE, key)).rejects.toMatchObject(told);
  });
});
