/**
 * Transacted files and keys on a real Windows, in the directory for temporary files (NTFS) and below HKEY_CURRENT_USER\Software.
 * Runs with WINBACKUP_TEST_LIVE=1 only.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { nativeBackend } from '../../lib/binding/native';
import { ROOT_KEY, Transaction, TransactedFiles, TransactedRegistry } from '../../lib/ktm';

const accept = { acceptDiscouraged: true } as const;
const key = 'Software\\winbackup-live-test';

let directory: string;
const inDirectory = (name: string): string => path.join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-live-'));
  for (const name of ['moved', 'deleted', 'copied', 'linked']) writeFileSync(inDirectory(name), name);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Every kind of change, in one transaction. */
async function change(transaction: Transaction): Promise<void> {
  const files = new TransactedFiles(transaction, accept);
  const created = await files.create(inDirectory('created'));
  await created.write(Buffer.from('created'));
  await created.close();
  await files.move(inDirectory('moved'), inDirectory('moved-to'));
  await files.delete(inDirectory('deleted'));
  await files.copy(inDirectory('copied'), inDirectory('copied-to'));
  await files.createDirectory(inDirectory('directory'));
  await files.createHardLink(inDirectory('link'), inDirectory('linked'));
  await files.setAttributes(inDirectory('linked'), 0x2);
  const registry = new TransactedRegistry(transaction, accept);
  const opened = await registry.createKey(ROOT_KEY.CURRENT_USER, key);
  await opened.setValue('value', 4, Uint8Array.of(1, 0, 0, 0));
  await opened.close();
}

const present = (): readonly string[] => ['created', 'moved', 'moved-to', 'deleted', 'copied', 'copied-to', 'directory', 'linked', 'link'].filter((name) => existsSync(inDirectory(name)));

it('nothing has happened after a rollback', async () => {
  const transaction = await Transaction.create({ backend: nativeBackend() });
  await change(transaction);
  expect(present()).toEqual(['moved', 'deleted', 'copied', 'linked']);
  await transaction.rollback();
  await transaction.close();
  expect(present()).toEqual(['moved', 'deleted', 'copied', 'linked']);
});

it('everything has happened after a commit', async () => {
  const transaction = await Transaction.create({ backend: nativeBackend() });
  await change(transaction);
  await transaction.commit();
  await transaction.close();
  expect(present()).toEqual(['created', 'moved-to', 'copied', 'copied-to', 'directory', 'linked', 'link']);
  expect(readFileSync(inDirectory('created'), 'utf8')).toBe('created');
  const after = await Transaction.create({ backend: nativeBackend() });
  const registry = new TransactedRegistry(after, accept);
  const opened = await registry.openKey(ROOT_KEY.CURRENT_USER, key);
  expect(await opened.value('value')).toEqual({ type: 4, data: Uint8Array.of(1, 0, 0, 0) });
  await opened.close();
  await registry.deleteKey(ROOT_KEY.CURRENT_USER, key);
  await after.commit();
  await after.close();
});

it('a path of another computer is refused with the limits', async () => {
  const transaction = await Transaction.create({ backend: nativeBackend() });
  await expect(new TransactedFiles(transaction, accept).create('\\\\localhost\\c$\\winbackup-live-test')).rejects.toMatchObject({ name: 'WindowsError', message: expect.stringContaining('remote path') as string });
  await transaction.rollback();
  await transaction.close();
});
