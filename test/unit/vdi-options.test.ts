// Bad input to the flows is refused with the field's name before anything is started (issue 2, done when 4).
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream, WritableStream } from 'node:stream/web';
import { ArgumentError, backupDatabase, restoreDatabase, snapshotBackup, verifyBackup } from '../../lib/vdi';
import type { BackupDatabaseOptions, RestoreDatabaseOptions } from '../../lib/vdi';
import { flowRig, putFile, rejection } from './flow-rig';
import { pattern } from './played-sql-server';

type Loose = Record<string, unknown>;
const nothing = (): void => undefined;

async function expectRefused(field: string, flow: (common: Loose) => Promise<unknown>): Promise<void> {
  const rig = flowRig(nothing);
  await putFile(rig.disk, '/a.bak', pattern(1024));
  await rig.disk.makeDirectory('/directory');
  const error = await rejection(flow({ sql: rig.sql, backend: rig.machine }));
  expect(error).toBeInstanceOf(ArgumentError);
  expect(error).toMatchObject({ field });
  expect({ calls: rig.machine.calls, statements: rig.sql.statements }).toEqual({ calls: [], statements: [] });
  expect(await rig.disk.list('/')).toEqual(['a.bak', 'directory']);
}

const stream = new PassThrough();
const ended = new PassThrough().end();
const destroyed = new PassThrough().destroy();
const lockedOutput = new WritableStream<Uint8Array>();
lockedOutput.getWriter();
const lockedInput = new ReadableStream<Uint8Array>();
lockedInput.getReader();

it.each<[string, string, Loose]>([
  ['no database', 'database', { database: undefined }],
  ['an empty database', 'database', { database: '' }],
  ['a database of 129 units', 'database', { database: 'd'.repeat(129) }],
  ['no outputs', 'to.length', { to: [] }],
  ['65 outputs', 'to.length', { to: Array.from({ length: 65 }, (_, index) => `/s${String(index)}`) }],
  ['an empty path', 'to', { to: '' }],
  ['a number', 'to', { to: 7 }],
  ['duplicate stripe paths', 'to[1]', { to: ['/x.bak', '/y/../x.bak'] }],
  ['one stream twice', 'to[1]', { to: [stream, stream] }],
  ['a stream that was ended', 'to[1]', { to: ['/x.bak', ended] }],
  ['a stream that was destroyed', 'to', { to: destroyed }],
  ['a web stream that somebody else writes to', 'to', { to: lockedOutput }],
  ['a directory', 'to', { to: '/directory' }],
  ['a path in no directory', 'to[1]', { to: ['/x.bak', '/nowhere/y.bak'] }],
  ['an existing file', 'to', { to: '/a.bak' }],
  ['an unknown type', 'type', { type: 'complete' }],
  ['an unknown device', 'device', { device: 'tape' }],
  ['a stream as a disk', 'to', { to: stream, device: 'disk' }],
  ['a compressed disk', 'compress', { compress: 'gzip', device: 'disk' }],
  ['BLOCKSIZE 1000', 'options.blockSize', { options: { blockSize: 1000 } }],
  ['a negative timeout', 'timeouts.attachMs', { timeouts: { attachMs: -1 } }],
  ['an unknown timeout', 'timeouts.attachMS', { timeouts: { attachMS: 1 } }],
  ['an unknown option', 'options.databse', { databse: 'Sales' }],
  ['an instance with its machine', 'instance', { instance: 'HOST\\SQL' }],
  ['no SQL Server', 'sql', { sql: 'localhost' }],
  ['a statement without the placeholder', 'statement', { statement: 'BACKUP DATABASE x', database: undefined }],
  ['a statement and a database', 'database', { statement: 'BACKUP DATABASE x TO {device}' }],
])('backupDatabase refuses %s, naming %s', async (_what, field, wrong) => {
  await expectRefused(field, (common) => backupDatabase({ database: 'Sales', to: '/new.bak', ...common, ...wrong } as unknown as BackupDatabaseOptions));
});

it.each<[string, string, Loose]>([
  ['a missing file', 'from[1]', { from: ['/a.bak', '/gone.bak'] }],
  ['duplicate stripe paths', 'from[1]', { from: ['/a.bak', '/a.bak'] }],
  ['something that is no stream', 'from', { from: {} }],
  ['a stream as a disk', 'from', { from: Readable.from([]), device: 'disk' }],
  ['a stream that was destroyed', 'from[1]', { from: ['/a.bak', destroyed] }],
  ['a web stream that somebody else reads', 'from', { from: lockedInput }],
  ['an unknown type', 'type', { type: 'full' }],
  ['an unknown compression', 'decompress', { decompress: 'zip' }],
  ['MAXTRANSFERSIZE that is no multiple of 64 KiB', 'options.maxTransferSize', { options: { maxTransferSize: 65_537 } }],
  ['a negative timeout', 'timeouts.endMs', { timeouts: { endMs: -1 } }],
])('restoreDatabase refuses %s, naming %s', async (_what, field, wrong) => {
  await expectRefused(field, (common) => restoreDatabase({ database: 'Sales', from: '/a.bak', ...common, ...wrong } as unknown as RestoreDatabaseOptions));
});

it('verifyBackup refuses options of a restore', async () => {
  await expectRefused('options.replace', (common) => verifyBackup({ from: '/a.bak', options: { replace: true }, ...common } as unknown as Parameters<typeof verifyBackup>[0]));
});

it.each<[string, string, Loose]>([
  ['no database', 'databases.length', { databases: [] }],
  ['a database twice', 'databases', { databases: [{ database: 'Sales', to: '/x' }, { database: 'Sales', to: '/y' }] }],
  ['no snapshot', 'snapshot', { snapshot: undefined }],
  ['no time', 'timeouts.frozenMs', { timeouts: { frozenMs: 0 } }],
])('snapshotBackup refuses %s, naming %s', async (_what, field, wrong) => {
  await expectRefused(field, (common) => snapshotBackup({ databases: [{ database: 'Sales', to: '/x' }], snapshot: () => Promise.resolve(), ...common, ...wrong } as unknown as Parameters<typeof snapshotBackup>[0]));
});
