// The flows against a played SQL Server: what each end of a transfer gives the caller, and what it leaves behind.
import { Writable } from 'node:stream';
import { AbortError, EVENT, SqlConnectionError, VDCommands, VDFeatures, WindowsError } from '../../lib/binding';
import { settled } from '../../lib/simulator/scheduler';
import { BackupError, RestoreError, SqlStatementError, TransferAbortError, backupDatabase, fileListOnly, headerOnly, restoreDatabase, verifyBackup } from '../../lib/vdi';
import type { SqlConnection, TransferProgress } from '../../lib/vdi';
import { callCount, expectNothingAlive, fileBytes, flowRig, putFile, rejection } from './flow-rig';
import { pattern } from './played-sql-server';
import type { Script, Statement } from './played-sql-server';

const { Write, Read, Flush, Complete, ClearError, Snapshot, GetError, SetPosition, GetPosition } = VDCommands;
const SIGNAL_ABORT = 'IClientVirtualDeviceSet2::SignalAbort';
const CLOSE = 'IClientVirtualDeviceSet2::Close';

const blocks = (count: number, seed: number): Uint8Array[] => Array.from({ length: count }, (_, index) => pattern(4096, seed + index));

/** A whole backup: blocks on every device, several at once, then Flush and Complete. */
const wholeBackup: Script = async (statement) => {
  statement.attach();
  await Promise.all(statement.devices.map(async (_, device) => {
    await Promise.all(blocks(3, device * 10 + 1).map((data) => statement.send(device, Write, { data })));
    await statement.send(device, Flush);
  }));
  if ((await statement.send(0, Complete)).code !== 0) {
    statement.closeDevices();
    statement.terminate();
    return;
  }
  statement.closeDevices();
  statement.succeed();
};

/** Reads everything in pieces of `size`, two past the end, and keeps what it got. */
function wholeRestore(got: { code: number; bytes: number; data: Uint8Array }[][], size = 4096): Script {
  return async (statement) => {
    statement.attach({ features: VDFeatures.ReadMedia });
    await Promise.all(statement.devices.map(async (_, device) => {
      const completions: { code: number; bytes: number; data: Uint8Array }[] = (got[device] = []);
      for (let code = 0; code === 0; ) {
        const completed = await statement.send(device, Read, { size });
        completions.push(completed);
        ({ code } = completed);
      }
      await statement.send(device, Flush);
    }));
    statement.closeDevices();
    statement.succeed();
  };
}

describe('backupDatabase', () => {
  it('writes each stripe to its file and resolves with what SQL Server said', async () => {
    const rig = flowRig(wholeBackup);
    const result = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', '/b.bak'], sha256: true });
    expect(result).toMatchObject({ simulated: true, bytes: 6 * 4096, files: [{ path: '/a.bak', bytes: 3 * 4096 }, { path: '/b.bak', bytes: 3 * 4096 }] });
    expect(result.messages.map(({ number }) => number)).toEqual([3014]);
    expect(await fileBytes(rig.disk, '/a.bak')).toEqual(Buffer.concat(blocks(3, 1)));
    expect(await fileBytes(rig.disk, '/b.bak')).toEqual(Buffer.concat(blocks(3, 11)));
    expect(await rig.disk.list('/')).toEqual(['a.bak', 'b.bak']);
    await expectNothingAlive(rig);
  });

  it('makes the device set before it issues the statement, and never signals an abort on the way to success', async () => {
    const rig = flowRig(wholeBackup);
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(rig.sql.statements.map(({ text }) => text)).toEqual([expect.stringMatching(/^BACKUP DATABASE \[Sales\] TO VIRTUAL_DEVICE = 'winbackup-[0-9a-f-]{36}'$/)]);
    expect(callCount(rig.machine, SIGNAL_ABORT)).toBe(0);
    expect(callCount(rig.machine, CLOSE)).toBe(1);
  });

  it('has its data on the disk for good before it answers Flush and Complete', async () => {
    const unsynced: number[] = [];
    const rig = flowRig(async (statement) => {
      // Names too: a file that is not found after a power cut holds nothing.
      const onDisk = (): number => rig.disk.unsynced.length;
      statement.attach();
      for (const finishing of [Flush, Complete]) {
        await statement.send(0, Write, { data: pattern(4096) });
        unsynced.push(onDisk());
        await statement.send(0, finishing);
        unsynced.push(onDisk());
      }
      statement.closeDevices();
      statement.succeed();
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(unsynced).toEqual([expect.any(Number), 0, expect.any(Number), 0]);
    expect(unsynced[0]).toBeGreaterThan(0);
    expect(unsynced[2]).toBeGreaterThan(0);
    expect(rig.disk.unsynced).toEqual([]);
  });

  it('takes no success from the end of the transfer alone: SQL Server has to say so', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      statement.closeDevices();
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toBeInstanceOf(BackupError);
    expect(error).toMatchObject({ code: 'ERR_SQL_STATEMENT', simulated: true, leftover: [] });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('takes success although SQL Server reported an error on the way', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      statement.say(18_264, 16, 'something that did not matter in the end');
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    const { messages } = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(messages.map(({ number }) => number)).toEqual([18_264, 3014]);
  });

  it('reports a statement that fails before it attaches at once, with SQL Server\'s words, not a timeout', async () => {
    const rig = flowRig((statement) => {
      statement.say(911, 16, 'Database \'Sales\' does not exist.');
      statement.terminate();
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toMatchObject({ code: 'ERR_SQL_STATEMENT', cause: { number: 911 }, sqlMessages: [{ number: 911 }, { number: 3013 }] });
    expect((error as BackupError).message).toContain('Database \'Sales\' does not exist.');
    expect(rig.clock.monotonic()).toBe(0);
    await expectNothingAlive(rig);
  });

  it('reports a statement that never uses the device set', async () => {
    const rig = flowRig((statement) => statement.succeed());
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, statement: 'SELECT \'{device}\'', to: '/a.bak' }));
    expect(error).toMatchObject({ code: 'ERR_NOT_ATTACHED' });
    await expectNothingAlive(rig);
  });

  it('gives up when SQL Server does not attach in time, and cancels the statement', async () => {
    const rig = flowRig(() => new Promise<void>(() => undefined));
    const backup = rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', timeouts: { attachMs: 15_000 } }));
    await rig.clock.advance(15_000);
    expect(await backup).toMatchObject({ code: 'VD_E_TIMEOUT', hresult: 0x80770003, cause: { operation: 'IClientVirtualDeviceSet2::GetConfiguration' } });
    await expectNothingAlive(rig);
  });

  it.each([
    ['ENOSPC', 112],
    ['EIO', 29],
    ['EACCES', 5],
  ])('tells SQL Server of a failed write (%s) by the completion code %i, not by an abort', async (code, completionCode) => {
    const seen: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      seen.push((await statement.send(0, Write, { data: pattern(512) })).code);
      seen.push((await statement.send(0, ClearError)).code);
      // Nothing written later may hide it.
      seen.push((await statement.send(0, Write, { data: pattern(512) })).code);
      statement.closeDevices();
      statement.say(3202, 16, 'Write on device failed');
      statement.terminate();
    });
    rig.disk.fail({ operation: 'write', occurrence: 2, code });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(seen).toEqual([completionCode, 0, completionCode]);
    expect(error).toMatchObject({ code, completionCode, cause: { code }, leftover: [] });
    expect((error as BackupError).sqlMessages.map(({ number }) => number)).toEqual([3202, 3013]);
    expect(callCount(rig.machine, SIGNAL_ABORT)).toBe(0);
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('does not succeed after a failed write even if SQL Server says that it did', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      statement.closeDevices();
      statement.succeed();
    });
    rig.disk.fail({ operation: 'write' });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }))).toMatchObject({ code: 'EIO' });
    expect(await rig.disk.list('/')).toEqual([]);
  });

  it('fails VDC_Complete, so that no log is truncated, when any stripe cannot be made durable', async () => {
    const rig = flowRig(wholeBackup);
    rig.disk.fail({ operation: 'sync', occurrence: 3 });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', '/b.bak'] }));
    expect(error).toMatchObject({ code: 'EIO', completionCode: 29 });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('names what could not be removed', async () => {
    const rig = flowRig((statement) => statement.terminate());
    rig.disk.fail({ operation: 'remove', code: 'EPERM' });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    const [left = ''] = (error as BackupError).leftover;
    expect(left).toMatch(/^\/a\.bak\.[0-9a-f]{8}\.partial$/);
    expect(await rig.disk.list('/')).toEqual([left.slice(1)]);
    expect((error as BackupError).message).toContain(left);
  });

  it('publishes all stripes or none, and keeps a whole backup that cannot be published', async () => {
    const rig = flowRig(wholeBackup);
    rig.disk.fail({ operation: 'rename', occurrence: 2, code: 'EACCES' });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', '/b.bak'] }));
    expect(error).toMatchObject({ code: 'EACCES', leftover: [expect.stringMatching(/^\/a\.bak\..*\.partial$/), expect.stringMatching(/^\/b\.bak\..*\.partial$/)] });
    expect(await rig.disk.list('/')).toEqual((error as BackupError).leftover.map((path) => path.slice(1)));
    const [kept = ''] = (error as BackupError).leftover;
    expect(await fileBytes(rig.disk, kept)).toEqual(Buffer.concat(blocks(3, 1)));
  });

  it('replaces a file only when it may, and only after success', async () => {
    const rig = flowRig(wholeBackup);
    await putFile(rig.disk, '/a.bak', pattern(10));
    const refused = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(refused).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field: 'to' });
    expect(rig.sql.statements).toEqual([]);
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', overwrite: true });
    expect(await fileBytes(rig.disk, '/a.bak')).toEqual(Buffer.concat(blocks(3, 1)));

    const failing = flowRig((statement) => statement.terminate());
    await putFile(failing.disk, '/a.bak', pattern(10));
    await rejection(backupDatabase({ sql: failing.sql, backend: failing.machine, database: 'Sales', to: '/a.bak', overwrite: true }));
    expect(await fileBytes(failing.disk, '/a.bak')).toEqual(Buffer.from(pattern(10)));
  });

  it('leaves the new file where the old one was when its name cannot be made durable: the old one is gone', async () => {
    const rig = flowRig(wholeBackup);
    await putFile(rig.disk, '/a.bak', pattern(10));
    const { disk } = rig;
    const rename = disk.rename.bind(disk);
    disk.rename = async (from, to) => {
      await rename(from, to);
      disk.fail({ operation: 'syncDirectory', code: 'EIO' });
    };
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', overwrite: true }));
    expect(error).toMatchObject({ code: 'EIO', leftover: ['/a.bak'] });
    expect(await disk.list('/')).toEqual(['a.bak']);
    expect(await fileBytes(disk, '/a.bak')).toEqual(Buffer.concat(blocks(3, 1)));
  });

  it('replaces several stripes together: whichever rename fails, the old ones are all there again', async () => {
    const old = { '/a.bak': pattern(10), '/b.bak': pattern(20) };
    for (let occurrence = 1; occurrence <= 4; occurrence += 1) {
      const rig = flowRig(wholeBackup);
      for (const [path, bytes] of Object.entries(old)) await putFile(rig.disk, path, bytes);
      rig.disk.fail({ operation: 'rename', occurrence, code: 'EACCES' });
      const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: Object.keys(old), overwrite: true }));
      expect(error).toMatchObject({ code: 'EACCES' });
      for (const [path, bytes] of Object.entries(old)) expect(await fileBytes(rig.disk, path)).toEqual(Buffer.from(bytes));
      expect(await rig.disk.list('/')).toHaveLength(4);
    }
    const rig = flowRig(wholeBackup);
    for (const [path, bytes] of Object.entries(old)) await putFile(rig.disk, path, bytes);
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: Object.keys(old), overwrite: true });
    expect(await rig.disk.list('/')).toEqual(['a.bak', 'b.bak']);
    expect(await fileBytes(rig.disk, '/b.bak')).toEqual(Buffer.concat(blocks(3, 11)));
  });

  it('never leaves an old and a new stripe side by side, wherever the power goes', async () => {
    for (let renames = 1; renames <= 4; renames += 1) {
      const rig = flowRig(wholeBackup);
      await putFile(rig.disk, '/a.bak', pattern(10));
      await putFile(rig.disk, '/b.bak', pattern(10));
      const { disk } = rig;
      const rename = disk.rename.bind(disk);
      let passed = 0;
      disk.rename = async (from, to) => {
        await rename(from, to);
        passed += 1;
        if (passed === renames) disk.powerCut();
      };
      await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', '/b.bak'], overwrite: true }));
      // Every choice of what survives of what was not synced.
      for (let choice = 0; choice < 2 ** disk.unsynced.length; choice += 1) {
        const after = disk.afterPowerCut((_, index) => (choice >> index) % 2 === 1);
        const sizes = await Promise.all(['/a.bak', '/b.bak'].map(async (path) => (await after.stat(path))?.size));
        const there = new Set(sizes.filter((size) => size !== undefined));
        expect([renames, choice, there.size <= 1]).toEqual([renames, choice, true]);
      }
    }
  });

  it('reports progress: bytes of each stripe, and percent in any language', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(4096) });
      statement.say(3211, 0, '50 Prozent verarbeitet.');
      await statement.send(1, Write, { data: pattern(512) });
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    const reports: TransferProgress[] = [];
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a', '/b'], onProgress: (progress) => reports.push(progress) });
    expect(rig.sql.statements[0]?.text).toContain('STATS = 5');
    expect(reports.some(({ percent }) => percent === 50)).toBe(true);
    expect(reports.at(-1)).toMatchObject({ bytes: 4608, stripes: [4096, 512], percent: 50, simulated: true });
  });

  it.each<[string, () => void]>([
    ['throws', () => { throw new Error('the display is gone'); }],
    ['rejects', () => Promise.reject(new Error('the display is gone'))],
  ])('ends the transfer when the progress callback %s', async (_what, onProgress) => {
    const rig = flowRig(wholeBackup);
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', onProgress }));
    expect(error).toMatchObject({ cause: { message: 'the display is gone' } });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('serves a disk-like device at the positions that its commands carry', async () => {
    const seen: unknown[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.WriteMedia | VDFeatures.ReadMedia });
      await statement.send(0, Write, { data: pattern(1024, 2), position: 512n });
      await statement.send(0, Write, { data: pattern(512, 1), position: 0n });
      seen.push((await statement.send(0, GetPosition)).position);
      seen.push((await statement.send(0, SetPosition, { size: 2, position: BigInt.asUintN(64, -512n) })).position);
      seen.push((await statement.send(0, SetPosition, { size: 7 })).code);
      await statement.send(0, ClearError);
      seen.push((await statement.send(0, SetPosition, { size: 0, position: BigInt.asUintN(64, -1n) })).code);
      await statement.send(0, ClearError);
      const read = await statement.send(0, Read, { size: 1024, position: 1024n });
      seen.push([read.code, Buffer.from(read.data).equals(Buffer.from(pattern(1024, 2).subarray(512)))]);
      await statement.send(0, ClearError);
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', device: 'disk' });
    expect(seen).toEqual([512n, 1024n, 87, 87, [38, true]]);
    expect(await fileBytes(rig.disk, '/a.bak')).toEqual(Buffer.concat([pattern(512, 1), pattern(1024, 2)]));
  });

  it('refuses a statement of the other direction', async () => {
    const rig = flowRig((statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      return new Promise<void>(() => undefined);
    });
    const backup = rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, statement: 'RESTORE DATABASE Sales FROM {device}', to: '/a.bak', timeouts: { endMs: 10 } }));
    for (let step = 0; step < 5; step += 1) await rig.clock.advance(10);
    expect(await backup).toMatchObject({ code: 'ERR_WRONG_DIRECTION' });
    await expectNothingAlive(rig);
  });
});

describe('restoreDatabase', () => {
  it('gives the bytes of each stripe, the end with ERROR_HANDLE_EOF and the bytes that are left', async () => {
    const got: { code: number; bytes: number; data: Uint8Array }[][] = [];
    const rig = flowRig(wholeRestore(got));
    await putFile(rig.disk, '/a.bak', pattern(10_000, 1));
    await putFile(rig.disk, '/b.bak', pattern(8192, 2));
    const result = await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: ['/a.bak', '/b.bak'] });
    expect(result).toMatchObject({ simulated: true, bytes: 18_192 });
    expect(got.map((stripe) => stripe.map(({ code, bytes }) => [code, bytes]))).toEqual([[[0, 4096], [0, 4096], [38, 1808]], [[0, 4096], [0, 4096], [38, 0]]]);
    expect(got.map((stripe) => Buffer.concat(stripe.map(({ data }) => data)))).toEqual([Buffer.from(pattern(10_000, 1)), Buffer.from(pattern(8192, 2))]);
    await expectNothingAlive(rig);
  });

  it('answers a failed read with ERROR_READ_FAULT and reports the cause', async () => {
    const got: { code: number; bytes: number; data: Uint8Array }[][] = [];
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      got.push([await statement.send(0, Read, { size: 512 })]);
      statement.closeDevices();
      statement.terminate();
    });
    await putFile(rig.disk, '/a.bak', pattern(10_000, 1));
    rig.disk.fail({ operation: 'read', occurrence: 2 });
    const error = await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak' }));
    expect(error).toBeInstanceOf(RestoreError);
    expect(error).toMatchObject({ code: 'EIO', completionCode: 30 });
    expect(got[0]?.[0]).toMatchObject({ code: 30, bytes: 0 });
    await expectNothingAlive(rig);
  });

  it('says which input is missing before anything is started', async () => {
    const rig = flowRig(wholeRestore([]));
    await putFile(rig.disk, '/a.bak', pattern(10));
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: ['/a.bak', '/gone.bak'] }))).toMatchObject({ field: 'from[1]' });
    expect(rig.machine.calls).toEqual([]);
  });
});

describe('verifyBackup, headerOnly, fileListOnly', () => {
  const listing = (say: (statement: Statement) => void): Script => async (statement) => {
    statement.attach({ features: VDFeatures.ReadMedia });
    await statement.send(0, Read, { size: 512 });
    statement.closeDevices();
    say(statement);
  };

  it('finds a backup valid when SQL Server says so (3262), and not otherwise', async () => {
    const valid = flowRig(listing((statement) => statement.say(3262, 0, 'The backup set on file 1 is valid.')));
    await putFile(valid.disk, '/a.bak', pattern(1024));
    expect(await verifyBackup({ sql: valid.sql, backend: valid.machine, from: '/a.bak' })).toMatchObject({ bytes: 512 });
    expect(valid.sql.statements[0]?.text).toMatch(/^RESTORE VERIFYONLY FROM VIRTUAL_DEVICE = '[^']+'$/);

    const invalid = flowRig(listing((statement) => statement.terminate()));
    await putFile(invalid.disk, '/a.bak', pattern(1024));
    expect(await rejection(verifyBackup({ sql: invalid.sql, backend: invalid.machine, from: '/a.bak' }))).toMatchObject({ code: 'ERR_SQL_STATEMENT' });
  });

  it('gives the rows of a listing, which has no message of success', async () => {
    for (const [list, name] of [[headerOnly, 'HEADERONLY'], [fileListOnly, 'FILELISTONLY']] as const) {
      const rig = flowRig(listing((statement) => statement.rows.push({ LogicalName: 'Sales' })));
      await putFile(rig.disk, '/a.bak', pattern(1024));
      expect((await list({ sql: rig.sql, backend: rig.machine, from: '/a.bak' })).rows).toEqual([{ LogicalName: 'Sales' }]);
      expect(rig.sql.statements[0]?.text).toContain(`RESTORE ${name} FROM`);
      const empty = flowRig(listing(() => undefined));
      await putFile(empty.disk, '/a.bak', pattern(1024));
      expect(await rejection(list({ sql: empty.sql, backend: empty.machine, from: '/a.bak' }))).toBeInstanceOf(RestoreError);
    }
  });
});

describe('the SQL connection', () => {
  it('is opened for the statement and closed again; one that is given stays open', async () => {
    const rig = flowRig(wholeBackup);
    const connection = await rig.sql.connect();
    await backupDatabase({ sql: connection, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(rig.sql.open).toBe(1);
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/b.bak' });
    expect(rig.sql.open).toBe(1);
    await connection.close();
    await expectNothingAlive(rig);
  });

  it.each<[string, unknown]>([
    ['resolves with nothing', () => Promise.resolve(undefined)],
    ['throws', () => { throw new TypeError('not connected'); }],
    ['rejects with what is no error', () => new Promise((_, reject) => { Reflect.apply(reject, undefined, ['gone']); })],
  ])('whose execute %s fails the transfer, and nothing else', async (_what, execute) => {
    const rig = flowRig(wholeBackup);
    const sql = { execute, close: () => Promise.resolve() } as SqlConnection;
    const error = await rejection(backupDatabase({ sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toBeInstanceOf(BackupError);
    expect(error).toMatchObject({ leftover: [], unfinished: [] });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('that is refused tells what SQL Server said', async () => {
    const rig = flowRig(wholeBackup);
    const refusal = { number: 18_456, severity: 14, state: 1, message: 'Login failed for user.' };
    const sql = { connect: () => Promise.reject(new SqlConnectionError('the login was refused', { code: 'ELOGIN', messages: [refusal] })) };
    const error = await rejection(backupDatabase({ sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toMatchObject({ code: 'ELOGIN', sqlMessages: [refusal] });
    expect((error as BackupError).message).toContain('Login failed for user.');
    expect(rig.machine.calls.map(({ operation }) => operation)).toEqual(['Host::ReportEvent']);
    expect(await rig.disk.list('/')).toEqual([]);
  });
});

describe('the end of a transfer', () => {
  it('[V7] aborts on cancellation, waits until everything has ended, and rejects with AbortError', async () => {
    const cancel = new AbortController();
    const completions: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      cancel.abort(new Error('enough'));
      completions.push((await statement.send(0, Write, { data: pattern(512) }).catch(() => ({ code: 995 }))).code);
      statement.say(18_210, 16, 'operating system error 995');
      statement.terminate();
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal }));
    expect(error).toBeInstanceOf(AbortError);
    expect(error).toBeInstanceOf(TransferAbortError);
    expect(error).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' }, sqlMessages: [{ number: 18_210 }, { number: 3013 }], leftover: [] });
    expect(callCount(rig.machine, SIGNAL_ABORT)).toBe(1);
    expect(callCount(rig.machine, CLOSE)).toBe(1);
    expect(await rig.disk.list('/')).toEqual([]);
    expect(rig.machine.eventLog.entries.filter(({ source }) => source === 'winbackup')).toMatchObject([
      { level: 'warning', message: 'BACKUP of Sales was aborted [ABORT_ERR]\nCause: enough' },
    ]);
    await expectNothingAlive(rig);
  });

  it('starts nothing when it was cancelled before', async () => {
    const rig = flowRig(wholeBackup);
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: AbortSignal.abort() }));
    expect(error).toBeInstanceOf(AbortError);
    expect(rig.machine.calls).toEqual([]);
    expect(await rig.disk.list('/')).toEqual([]);
  });

  it('keeps a backup that SQL Server has finished although the caller cancels at that moment', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      await wholeBackup(statement);
      await settled();
      void Promise.resolve().then(() => cancel.abort());
    });
    const result = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal });
    expect(result.bytes).toBe(3 * 4096);
    expect(await rig.disk.list('/')).toEqual(['a.bak']);
  });

  it.each([
    ['after VDC_Complete was answered', async (statement: Statement, late: () => void) => {
      late();
      await settled();
      // The abort finds SQL Server past the point of no return.
      statement.succeed();
    }],
    ['after the devices were closed', async (statement: Statement, late: () => void) => {
      statement.closeDevices();
      await settled();
      late();
      await settled();
      statement.succeed();
    }],
  ])('keeps a backup that SQL Server then reports as successful although the caller cancelled %s', async (_when, finish) => {
    const cancel = new AbortController();
    const written: Uint8Array[] = [];
    const events: string[] = [];
    const sink = { write: (chunk: Uint8Array) => void written.push(chunk), close: () => void events.push('close'), abort: () => void events.push('abort') };
    const rig = flowRig(async (statement) => {
      statement.attach();
      for (const device of [0, 1]) await statement.send(device, Write, { data: pattern(512) });
      expect((await statement.send(0, Complete)).code).toBe(0);
      await finish(statement, () => cancel.abort());
    });
    const result = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', sink], signal: cancel.signal });
    expect(result).toMatchObject({ bytes: 1024, messages: [{ number: 3014 }] });
    expect(await fileBytes(rig.disk, '/a.bak')).toEqual(Buffer.from(pattern(512)));
    expect({ list: await rig.disk.list('/'), events }).toEqual({ list: ['a.bak'], events: ['close'] });
    await expectNothingAlive(rig);
  });

  it('gives up a backup that was cancelled before it was durable, even if SQL Server calls it successful', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      cancel.abort();
      await settled();
      statement.succeed();
    });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal }))).toMatchObject({ code: 'ABORT_ERR' });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('keeps a backup whose progress the caller\'s callback cannot take any more once SQL Server has reported success', async () => {
    const rig = flowRig(wholeBackup);
    let thrown = 0;
    const onProgress = (): void => {
      if (rig.sql.running > 0) return;
      thrown += 1;
      throw new Error('the display is gone');
    };
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', onProgress });
    expect({ thrown, there: await rig.disk.list('/') }).toEqual({ thrown: 1, there: ['a.bak'] });
    await expectNothingAlive(rig);
  });

  it('puts SQL Server\'s reason before the VD_E_ABORT that told of it ([V2], [V3])', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      statement.set.signalAbort();
      statement.say(823, 24, 'The operating system returned error 23');
      statement.terminate();
      statement.set.close();
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toMatchObject({ code: 'ERR_SQL_STATEMENT', hresult: 0x80770004, cause: { number: 823 } });
    expect((error as BackupError).cause).toBeInstanceOf(SqlStatementError);
    // The client writes it down, as the server does.
    expect(rig.machine.eventLog.entries.filter(({ source }) => source === 'winbackup')).toMatchObject([
      { eventId: EVENT.FAILURE, level: 'error', message: expect.stringMatching(/^BACKUP of Sales failed: SQL Server error 823: .* \[ERR_SQL_STATEMENT\]$/s) as string },
    ]);
    await expectNothingAlive(rig);
  });

  it('[V18] reports the lost connection when SQL Server dies', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      rig.machine.kill(rig.sql.process.id);
      await settled();
      throw new SqlConnectionError('the connection was lost');
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toMatchObject({ code: 'ERR_SQL_CONNECTION', hresult: 0x80770004 });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('[V16] does not close the set while its own write to a buffer is running', async () => {
    const cancel = new AbortController();
    let finishWrite: () => void = () => undefined;
    const rig = flowRig(async (statement) => {
      statement.attach();
      void statement.send(0, Write, { data: pattern(512) }).catch(() => undefined);
      await settled();
      cancel.abort();
    });
    const open = rig.disk.open.bind(rig.disk);
    jest.spyOn(rig.disk, 'open').mockImplementation(async (path, mode) => {
      const file = await open(path, mode);
      return Object.assign(Object.create(file) as typeof file, { write: () => new Promise<void>((resolve) => (finishWrite = resolve)) });
    });
    const backup = rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal }));
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect([callCount(rig.machine, SIGNAL_ABORT), callCount(rig.machine, CLOSE)]).toEqual([1, 0]);
    finishWrite();
    expect(await backup).toBeInstanceOf(AbortError);
    expect(callCount(rig.machine, CLOSE)).toBe(1);
    await expectNothingAlive(rig);
  });
});

describe('buffers and steps of the end', () => {
  it('gives no buffer back before its write has ended', async () => {
    const completed: string[] = [];
    let finishWrite: () => void = () => undefined;
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) }).then(() => completed.push('write'));
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    const open = rig.disk.open.bind(rig.disk);
    jest.spyOn(rig.disk, 'open').mockImplementation(async (path, mode) => {
      const file = await open(path, mode);
      const write = file.write.bind(file);
      return Object.assign(Object.create(file) as typeof file, {
        write: async (source: Uint8Array, position: number) => {
          await new Promise<void>((resolve) => (finishWrite = resolve));
          await write(source, position);
        },
      });
    });
    const backup = backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect([completed, callCount(rig.machine, 'IClientVirtualDevice::CompleteCommand')]).toEqual([[], 0]);
    finishWrite();
    await backup;
    expect(await fileBytes(rig.disk, '/a.bak')).toEqual(Buffer.from(pattern(512)));
  });

  it('goes on to the next step of the end when one does not answer, and names it', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      statement.set.signalAbort();
      statement.terminate();
      statement.set.close();
    });
    rig.machine.faults.add({ at: CLOSE, occurrence: 1, action: { hang: true } });
    const backup = rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', timeouts: { endMs: 5000 } }));
    for (let turn = 0; turn < 10; turn += 1) await settled();
    for (let step = 0; step < 4; step += 1) await rig.clock.advance(5000);
    expect(await backup).toMatchObject({
      code: 'ERR_SQL_STATEMENT', unfinished: [expect.stringContaining('Close: no answer within 5000 ms')], message: expect.stringContaining('not ended: Close: no answer') as string,
    });
    expect(await rig.disk.list('/')).toEqual([]);
  });

  it('does not wait for devices that cannot be opened once the statement has ended', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await settled();
      statement.say(3201, 16, 'Cannot open backup device');
      statement.terminate();
    });
    rig.machine.faults.add({ at: 'IClientVirtualDeviceSet2::OpenDevice', occurrence: 1, action: { hang: true } });
    const backup = rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', timeouts: { endMs: 5000 } }));
    for (let turn = 0; turn < 10; turn += 1) await settled();
    await rig.clock.advance(5000);
    expect(await backup).toMatchObject({ code: 'ERR_SQL_STATEMENT', cause: { number: 3201 } });
    await expectNothingAlive(rig);
  });

  it('cancels a statement that goes on although its devices have been aborted', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      statement.attach();
      cancel.abort();
      await new Promise<void>(() => undefined);
    });
    const backup = rejection(
      backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal, timeouts: { endMs: 5000 } }),
    );
    for (let turn = 0; turn < 10; turn += 1) await settled();
    await rig.clock.advance(5000);
    expect(await backup).toMatchObject({ code: 'ABORT_ERR' });
    await expectNothingAlive(rig);
  });
});

describe('a disk that does not answer', () => {
  /** SQL Server sends one command, the caller cancels while it is being worked on, and the statement ends as after any abort. */
  function cancelledWithin(cancel: AbortController, restore: boolean): Script {
    return async (statement) => {
      statement.attach(restore ? { features: VDFeatures.ReadMedia } : {});
      void statement.send(0, restore ? Read : Write, restore ? { size: 512 } : { data: pattern(512) });
      for (let turn = 0; turn < 5; turn += 1) await settled();
      cancel.abort();
      await settled();
      statement.terminate();
    };
  }

  it.each([['', undefined], [' through a compressor', 'gzip']] as const)('is let go at once where the system can cancel a write%s', async (_through, compress) => {
    const cancel = new AbortController();
    const rig = flowRig(cancelledWithin(cancel, false));
    rig.disk.fail({ operation: 'write', hang: 'until cancelled' });
    const options = compress === undefined ? {} : { compress };
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal, ...options }));
    expect(error).toBeInstanceOf(TransferAbortError);
    expect(error).toMatchObject({ unfinished: [], leftover: [] });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('holds the end of a backup up for no longer than its limits where a write cannot be cancelled', async () => {
    const cancel = new AbortController();
    const rig = flowRig(cancelledWithin(cancel, false));
    rig.disk.fail({ operation: 'write', hang: 'forever' });
    const backup = rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak', signal: cancel.signal, timeouts: { endMs: 5000 } }));
    for (let turn = 0; turn < 20; turn += 1) await settled();
    for (let step = 0; step < 4; step += 1) await rig.clock.advance(5000);
    expect(await backup).toMatchObject({ code: 'ABORT_ERR', unfinished: ['I/O on the buffers: no answer within 5000 ms'], leftover: [] });
    expect(await rig.disk.list('/')).toEqual([]);
    // SQL Server's memory is still being read: it must not be unmapped.
    expect(callCount(rig.machine, CLOSE)).toBe(0);
  });

  it('is let go at once where the system can cancel a read', async () => {
    const cancel = new AbortController();
    const rig = flowRig(cancelledWithin(cancel, true));
    await putFile(rig.disk, '/a.bak', pattern(5000));
    rig.disk.fail({ operation: 'read', occurrence: 2, hang: 'until cancelled' });
    const error = await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak', signal: cancel.signal }));
    expect(error).toMatchObject({ code: 'ABORT_ERR', unfinished: [] });
    await expectNothingAlive(rig);
  });

  it('holds the end of a restore up for no longer than its limits where a read cannot be cancelled', async () => {
    const cancel = new AbortController();
    const rig = flowRig(cancelledWithin(cancel, true));
    await putFile(rig.disk, '/a.bak', pattern(5000));
    rig.disk.fail({ operation: 'read', occurrence: 2, hang: 'forever' });
    const restore = rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak', signal: cancel.signal, timeouts: { endMs: 5000 } }));
    for (let turn = 0; turn < 20; turn += 1) await settled();
    for (let step = 0; step < 4; step += 1) await rig.clock.advance(5000);
    expect(await restore).toMatchObject({ code: 'ABORT_ERR', unfinished: ['I/O on the buffers: no answer within 5000 ms'] });
    expect(callCount(rig.machine, CLOSE)).toBe(0);
  });

  it.each(['at once', 'never'])('does not hold a cancelled backup up while it is asked to open a file, which it does %s after the cancellation', async (when) => {
    const cancel = new AbortController();
    const rig = flowRig(() => { throw new Error('no statement may be sent'); });
    const open = rig.disk.open.bind(rig.disk);
    let answer = (): void => undefined;
    rig.disk.open = async (file, mode) => {
      if (file.startsWith('/b.bak')) await new Promise<void>((resolve) => (answer = resolve));
      return open(file, mode);
    };
    let settledYet = false;
    const backup = rejection(backupDatabase({
      sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', '/b.bak', '/c.bak'], signal: cancel.signal, timeouts: { endMs: 5000 },
    })).finally(() => (settledYet = true));
    for (let turn = 0; turn < 10; turn += 1) await settled();
    cancel.abort();
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(settledYet).toBe(false);
    if (when === 'at once') answer();
    else await rig.clock.advance(5000);
    expect(await backup).toMatchObject({ code: 'ABORT_ERR' });
    // What is opened too late is removed all the same.
    answer();
    for (let turn = 0; turn < 10; turn += 1) await settled();
    expect(await rig.disk.list('/')).toEqual([]);
    expect(rig.machine.calls.filter(({ operation }) => operation !== 'Host::ReportEvent')).toEqual([]);
  });

  it('does not hold a cancelled restore up while it is asked to open a file', async () => {
    const cancel = new AbortController();
    const rig = flowRig(() => { throw new Error('no statement may be sent'); });
    rig.disk.open = () => new Promise(() => undefined);
    const restore = rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak', signal: cancel.signal, timeouts: { endMs: 5000 } }));
    for (let turn = 0; turn < 10; turn += 1) await settled();
    cancel.abort();
    await settled();
    await rig.clock.advance(5000);
    expect(await restore).toMatchObject({ code: 'ABORT_ERR' });
    expect(rig.machine.calls).toEqual([]);
  });

  it('is told of a failed write by the code that Windows gave, where that is known', async () => {
    const seen: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      seen.push((await statement.send(0, Write, { data: pattern(512) })).code);
      statement.closeDevices();
      statement.terminate();
    });
    const open = rig.disk.open.bind(rig.disk);
    // ERROR_DISK_QUOTA_EXCEEDED, for which Node has no name.
    const cause = new WindowsError('WriteFile', 0x8007050f, { byWin32Name: true });
    rig.disk.open = async (file, mode) => ({ ...(await open(file, mode)), write: () => Promise.reject(Object.assign(new Error('UNKNOWN: unknown error, write', { cause }), { code: 'UNKNOWN' })) });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }))).toMatchObject({ code: 'UNKNOWN', completionCode: 1295 });
    expect(seen).toEqual([1295]);
  });
});

describe('what goes wrong in other clients (facts/vdi.md 3.1)', () => {
  it('answers a Read during a backup with ERROR_NOT_SUPPORTED, never with success and no data (Bareos)', async () => {
    const seen: unknown[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      const { code, bytes } = await statement.send(0, Read, { size: 512 });
      seen.push(code, bytes);
      statement.closeDevices();
      statement.terminate();
    });
    await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(seen).toEqual([50, 0]);
  });

  it('waits for the next command for as long as it takes (mssqlPipe gave up after 10 minutes, BackupX polled)', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      await new Promise<void>((resolve) => void rig.clock.after(5 * 3_600_000, resolve));
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    const backup = backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    await settled();
    await rig.clock.advance(5 * 3_600_000);
    expect(await backup).toMatchObject({ bytes: 512 });
    const waits = rig.machine.calls.filter(({ operation }) => operation === 'IClientVirtualDevice::GetCommand').map(({ args }) => args[0]);
    expect(new Set(waits)).toEqual(new Set([0xffffffff]));
  });

  it('waits for the statement\'s result for as long as it takes (sqlpipe waited 5 seconds)', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Complete);
      statement.closeDevices();
      await new Promise<void>((resolve) => void rig.clock.after(3_600_000, resolve));
      statement.succeed();
    });
    const backup = backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    await settled();
    await rig.clock.advance(3_600_000);
    expect(await backup).toMatchObject({ messages: [{ number: 3014 }] });
  });

  it('answers reads past the end with ERROR_HANDLE_EOF and no bytes, again and again (sqlpipe never ended, others gave success)', async () => {
    const seen: unknown[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      for (let round = 0; round < 3; round += 1) {
        const { code, bytes } = await statement.send(0, Read, { size: 1024 });
        seen.push([code, bytes]);
        await statement.send(0, ClearError);
      }
      statement.closeDevices();
      statement.succeed();
    });
    await putFile(rig.disk, '/a.bak', pattern(100));
    await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak' });
    expect(seen).toEqual([[38, 100], [38, 0], [38, 0]]);
  });

  it('keeps HRESULTs and Win32 codes apart (mssqlPipe mixed them)', async () => {
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      statement.closeDevices();
      statement.terminate();
    });
    rig.disk.fail({ operation: 'write', code: 'ENOSPC' });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(error).toMatchObject({ completionCode: 112, hresult: undefined });
  });

  it('answers commands that it does not know with ERROR_NOT_SUPPORTED and goes on (mssqlcompressed said disk full, sql-snap success)', async () => {
    const seen: unknown[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      for (const unknown of [GetError, 16, 17, 23]) {
        const { code, bytes } = await statement.send(0, unknown);
        seen.push([code, bytes]);
        await statement.send(0, ClearError);
      }
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(seen).toEqual([[50, 0], [50, 0], [50, 0], [50, 0]]);
  });

  it('refuses a snapshot that nobody takes', async () => {
    const seen: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      seen.push((await statement.send(0, Snapshot)).code);
      statement.closeDevices();
      statement.terminate();
    });
    await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
    expect(seen).toEqual([995]);
  });

  it('counts bytes for Read and Write only: Flush and Complete answer 0 (sql-snap gave the size)', async () => {
    const seen: unknown[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      for (const code of [Flush, Complete]) seen.push((await statement.send(0, code, { size: 512 })).bytes);
      statement.closeDevices();
      statement.succeed();
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(seen).toEqual([0, 0]);
  });

  it('cancels a restore as it cancels a backup (pbsgui ignored it)', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      await statement.send(0, Read, { size: 512 });
      cancel.abort();
      await settled();
      statement.terminate();
    });
    await putFile(rig.disk, '/a.bak', pattern(5000));
    const error = await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak', signal: cancel.signal }));
    expect(error).toBeInstanceOf(AbortError);
    expect(callCount(rig.machine, SIGNAL_ABORT)).toBe(1);
    await expectNothingAlive(rig);
  });

  it('writes what comes after a first Flush (FILESTREAM backups were cut short), and asks for VDC_Complete', async () => {
    const features: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      features.push(statement.set.getConfiguration().features);
      await statement.send(0, Write, { data: pattern(512, 1) });
      await statement.send(0, Flush);
      await statement.send(0, Write, { data: pattern(512, 2) });
      await statement.send(0, Flush);
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect((features[0] ?? 0) & VDFeatures.RequestComplete).not.toBe(0);
    expect(await fileBytes(rig.disk, '/a.bak')).toEqual(Buffer.concat([pattern(512, 1), pattern(512, 2)]));
  });

  it('writes files straight from SQL Server\'s memory (VDI.NET copied every buffer)', async () => {
    const rig = flowRig(wholeBackup);
    const borrowed: boolean[] = [];
    const open = rig.disk.open.bind(rig.disk);
    jest.spyOn(rig.disk, 'open').mockImplementation(async (path, mode) => {
      const file = await open(path, mode);
      const write = file.write.bind(file);
      return Object.assign(Object.create(file) as typeof file, {
        write: (source: Uint8Array, position: number) => {
          borrowed.push(rig.machine.memory.addressOf(source) !== undefined);
          return write(source, position);
        },
      });
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' });
    expect(borrowed).toEqual([true, true, true]);
  });

  it('reads files straight into SQL Server\'s memory', async () => {
    const rig = flowRig(wholeRestore([]));
    await putFile(rig.disk, '/a.bak', pattern(5000));
    const borrowed: boolean[] = [];
    const open = rig.disk.open.bind(rig.disk);
    jest.spyOn(rig.disk, 'open').mockImplementation(async (path, mode) => {
      const file = await open(path, mode);
      const read = file.read.bind(file);
      return Object.assign(Object.create(file) as typeof file, {
        read: (target: Uint8Array, position: number) => {
          borrowed.push(rig.machine.memory.addressOf(target) !== undefined);
          return read(target, position);
        },
      });
    });
    await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.bak' });
    // The first read looks for a compressed file's beginning.
    expect(borrowed).toEqual([false, true, true, true]);
  });

  it('never answers a command after it was cancelled as if the work had been done (VDI.NET completed with 39)', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      statement.attach();
      const sent = statement.send(0, Write, { data: pattern(512) });
      await settled();
      expect((await sent).code).toBe(995);
    });
    const to = new Writable({ write: () => queueMicrotask(() => cancel.abort()) });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to, signal: cancel.signal }));
    expect(error).toBeInstanceOf(AbortError);
    expect(to.destroyed).toBe(true);
    await expectNothingAlive(rig);
  });
});

it('shows the HRESULT of a call that failed, and what was called', async () => {
  const rig = flowRig(wholeBackup);
  rig.machine.faults.add({ at: 'IClientVirtualDeviceSet2::CreateEx', action: { hresult: 0x80070005 } });
  const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak' }));
  expect(error).toMatchObject({ code: 'E_ACCESSDENIED', hresult: 0x80070005 });
  expect((error as BackupError).cause).toBeInstanceOf(WindowsError);
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});
