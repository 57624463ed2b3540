// Bad input to the flows is refused with the field's name before anything is started (issue 2, done when 4).
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream, WritableStream } from 'node:stream/web';
import {
  ArgumentError, ClientVirtualDeviceSet, backupDatabase, fileListOnly, headerOnly, quoteIdentifier, quoteString, restoreDatabase, serveSecondaryDevice, snapshotBackup, verifyBackup,
} from '../../lib/vdi';
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
  ['timeouts that are none', 'timeouts', { timeouts: null }],
  ['a signal that is none', 'signal', { signal: new AbortController() }],
  ['a progress that cannot be called', 'onProgress', { onProgress: 'bar' }],
  ['a backend that is none', 'backend', { backend: {} }],
  ['a host that is none', 'host', { host: { clock: {} } }],
  ['an overwrite that is neither yes nor no', 'overwrite', { overwrite: 'yes' }],
  ['a sha256 that is neither yes nor no', 'sha256', { sha256: 1 }],
  ['SQL options that are none', 'options', { options: null, onProgress: nothing }],
  ['a flag that is neither yes nor no', 'options.copyOnly', { options: { copyOnly: 1 } }],
  ['a name that is no text', 'options.name', { options: { name: 5 } }],
  ['BUFFERCOUNT 0', 'options.bufferCount', { options: { bufferCount: 0 } }],
  ['an unknown SQL option', 'options.mirror', { options: { mirror: true } }],
  ['a standby without its file', 'options.after.standby', { type: 'log', options: { after: {} } }],
  ['a full backup of the tail', 'options.after', { options: { after: 'norecovery' } }],
  ['a connection that can do nothing', 'sql', { sql: { connect: true } }],
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
  ['a move to nowhere', 'options.move.Sales', { options: { move: { Sales: undefined } } }],
  ['a move that is a list', 'options.move', { options: { move: ['Sales'] } }],
  ['a mountSnapshot that cannot be called', 'mountSnapshot', { mountSnapshot: true }],
  ['a signal that is none', 'signal', { signal: {} }],
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
  ['timeouts that are none', 'timeouts', { timeouts: null }],
  ['databases that are no list', 'databases', { databases: 'Sales' }],
  ['a database that is none', 'databases[1]', { databases: [{ database: 'Sales', to: '/x' }, 'Stock'] }],
  ['a database with an unknown option', 'databases[0].type', { databases: [{ database: 'Sales', to: '/x', type: 'log' }] }],
  ['an output that is there already, beside one that is not', 'databases[1].to', { databases: [{ database: 'Sales', to: '/x' }, { database: 'Stock', to: '/a.bak' }] }],
  ['no output', 'databases[0].to', { databases: [{ database: 'Sales' }] }],
  ['one output for two databases', 'databases[1]', { databases: [{ database: 'Sales', to: '/x' }, { database: 'Stock', to: '/y/../x' }] }],
  ['no SQL Server', 'sql', { sql: undefined }],
  ['a signal that is none', 'signal', { signal: 'SIGINT' }],
])('snapshotBackup refuses %s, naming %s', async (_what, field, wrong) => {
  await expectRefused(field, (common) => snapshotBackup({ databases: [{ database: 'Sales', to: '/x' }], snapshot: () => Promise.resolve(), ...common, ...wrong } as unknown as Parameters<typeof snapshotBackup>[0]));
});

it.each<[string, string, Loose]>([
  ['no device', 'deviceName', { deviceName: undefined }],
  ['a name that is no text', 'setName', { setName: 1 }],
  ['both directions', 'to', { from: '/a.bak' }],
  ['a negative timeout', 'endMs', { endMs: -1 }],
  ['a signal that is none', 'signal', { signal: null }],
  ['an overwrite that is neither yes nor no', 'overwrite', { overwrite: 0 }],
  ['an unknown compression', 'compress', { compress: 'zip' }],
  ['an unknown option', 'options.device', { device: 'disk' }],
  ['a file that is there already', 'to', { to: '/a.bak' }],
])('serveSecondaryDevice refuses %s, naming %s', async (_what, field, wrong) => {
  await expectRefused(field, ({ backend }) => serveSecondaryDevice({ setName: 's', deviceName: 'd', to: '/new.bak', backend, ...wrong } as unknown as Parameters<typeof serveSecondaryDevice>[0]));
});

it.each<[string, (options: never) => unknown]>([
  ['backupDatabase', backupDatabase], ['restoreDatabase', restoreDatabase], ['snapshotBackup', snapshotBackup], ['verifyBackup', verifyBackup],
  ['headerOnly', headerOnly], ['fileListOnly', fileListOnly], ['serveSecondaryDevice', serveSecondaryDevice],
  ['ClientVirtualDeviceSet.create', (options) => ClientVirtualDeviceSet.create(options)], ['ClientVirtualDeviceSet.openInSecondary', (options) => ClientVirtualDeviceSet.openInSecondary(options)],
])('%s refuses options that are none', async (_name, flow) => {
  for (const options of [undefined, null, 'Sales', []]) {
    const error = await rejection(Promise.resolve().then(() => flow(options as never)));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error).toMatchObject({ field: 'options' });
  }
});

it('a set and its devices refuse what they cannot wait with', async () => {
  const rig = flowRig(nothing);
  await using set = await ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: rig.machine });
  for (const [field, options] of [['options', undefined], ['timeoutMs', {}], ['timeoutMs', { timeoutMs: 'soon' }], ['options.timeout', { timeoutMs: 0, timeout: 1 }], ['signal', { timeoutMs: 0, signal: 1 }]] as const) {
    expect(await rejection(Promise.resolve().then(() => set.getConfiguration(options as never)))).toMatchObject({ name: 'ArgumentError', field });
  }
  expect(await rejection(set.openDevice(''))).toMatchObject({ field: 'name' });
  expect(await rejection(set.getBufferHandle('x' as never))).toMatchObject({ field: 'buffer' });
  expect(await rejection(set.mapBufferHandle(-1, 1))).toMatchObject({ field: 'handle' });
  expect(await rejection(set.mapBufferHandle(1, 0.5))).toMatchObject({ field: 'byteLength' });
  for (const [field, wrong] of [['options.devices', { devices: 1 }], ['signal', { signal: 1 }], ['deviceCount', { deviceCount: undefined }]] as const) {
    expect(await rejection(ClientVirtualDeviceSet.create({ name: 'other', deviceCount: 1, backend: rig.machine, ...wrong } as never))).toMatchObject({ name: 'ArgumentError', field });
  }
  expect(rig.machine.calls.map(({ operation }) => operation)).toEqual(['CoCreateInstance', 'IClientVirtualDeviceSet2::CreateEx']);
});

it.each<[string, (text: never) => string]>([['quoteIdentifier', quoteIdentifier], ['quoteString', quoteString]])('%s takes text only', (_name, quote) => {
  for (const wrong of [undefined, null, 7, 'a\0b']) expect(() => quote(wrong as never)).toThrow(ArgumentError);
});
