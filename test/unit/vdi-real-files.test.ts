// The whole way on real files: a database in a file, two stripes beside it, and the same bytes back.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimulatedWindows } from '../../lib/simulator';
import { backupDatabase, restoreDatabase, verifyBackup } from '../../lib/vdi';
import { pattern } from './played-sql-server';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'winbackup-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('backs a database up into two files and restores it byte for byte', async () => {
  const data = join(directory, 'Sales.mdf');
  writeFileSync(data, pattern(3_000_001));
  const machine = new SimulatedWindows({ databases: [{ name: 'Sales', file: data }] });
  const sql = machine.sql();
  const stripes = [join(directory, 'a.bak'), join(directory, 'b.bak')];
  const { files, bytes } = await backupDatabase({ sql, backend: machine, database: 'Sales', to: stripes, sha256: true });
  expect(files.map(({ path, sha256: hash }) => [path, hash])).toEqual(stripes.map((path) => [path, sha256(readFileSync(path))]));
  expect(stripes.reduce((sum, path) => sum + statSync(path).size, 0)).toBe(bytes);
  await verifyBackup({ sql, backend: machine, from: stripes });
  writeFileSync(data, pattern(3_000_001, 2));
  await restoreDatabase({ sql, backend: machine, database: 'Sales', from: [...stripes].reverse(), options: { replace: true } });
  expect(sha256(readFileSync(data))).toBe(sha256(pattern(3_000_001)));
  expect(readdirSync(directory).sort()).toEqual(['Sales.mdf', 'a.bak', 'b.bak']);
});

it('goes through real streams, compressed, and back', async () => {
  const machine = new SimulatedWindows({ databases: [{ name: 'Sales', generatedBytes: 2_000_000 }] });
  const sql = machine.sql();
  const path = join(directory, 'a.bak.gz');
  await backupDatabase({ sql, backend: machine, database: 'Sales', to: createWriteStream(path), compress: 'gzip' });
  expect([...readFileSync(path).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
  await restoreDatabase({ sql, backend: machine, database: 'Sales', from: createReadStream(path), decompress: 'gzip', options: { replace: true } });
  await verifyBackup({ sql, backend: machine, from: path });
  expect(machine.handleCount()).toBe(0);
});

it('says what is wrong with a target that cannot be written', async () => {
  const machine = new SimulatedWindows();
  const to = join(directory, 'missing', 'a.bak');
  await expect(backupDatabase({ sql: machine.sql(), backend: machine, database: 'Sales', to })).rejects.toMatchObject({ field: 'to', message: expect.stringContaining('ENOENT') as string });
});
