/** Backup and restore of the simulated SQL Server through the backend under test, and what both sides say when one of them aborts. */
import { mkdtemp, open, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VDCommands } from '../../lib/binding/codes';
import type { SqlMessage } from '../../lib/binding/sql';
import { BackupError, ClientVirtualDeviceSet, backupDatabase, restoreDatabase, verifyBackup } from '../../lib/vdi';
import type { ByteSink } from '../../lib/vdi';
import type { Device, DeviceSet, Rig } from './rig';
import { backendUnderTest, config, outcome, useRig } from './rig';

const numbers = (messages: readonly SqlMessage[]): readonly number[] => messages.map(({ number }) => number);

/** A BACKUP of SQL Server's own that has sent its first command to a client of ours. */
interface RunningBackup {
  readonly set: DeviceSet;
  readonly device: Device;
  readonly messages: SqlMessage[];
  /** Resolves when the statement has ended. */
  readonly statement: Promise<unknown>;
  readonly cancel: () => void;
}

async function runningBackup(rig: Rig, serverTimeOut = 0): Promise<RunningBackup> {
  const name = rig.newName();
  const set = await rig.newSet();
  await set.createEx(null, name, config({ serverTimeOut }));
  const controller = new AbortController();
  const messages: SqlMessage[] = [];
  const connection = await rig.sql.connect();
  const statement = connection
    .execute(`BACKUP DATABASE Sales TO VIRTUAL_DEVICE = '${name}'`, { signal: controller.signal, onMessage: (message) => messages.push(message) })
    .catch((error: unknown) => error)
    .finally(() => connection.close());
  await set.getConfiguration(60_000);
  const device = await set.openDevice(name);
  await device.getCommand(60_000);
  return { set, device, messages, statement, cancel: () => controller.abort(new Error('enough')) };
}

describe('SQL Server says why it ended', () => {
  const rig = useRig();

  it('[V2] when it signals the abort because its statement is cancelled', async () => {
    const { set, device, messages, statement, cancel } = await runningBackup(rig());
    cancel();
    await statement;
    expect(await outcome(device.getCommand(0))).toBe('VD_E_ABORT');
    expect(numbers(messages)).toContain(3013);
    expect(await outcome(set.close())).toBe('ok');
  });

  it('[V2] when it signals the abort because the client completes nothing in serverTimeOut', async () => {
    const { set, device, messages, statement } = await runningBackup(rig(), 1000);
    await rig().advanceUntilAnswered(statement, 1000);
    expect(await outcome(device.getCommand(0))).toBe('VD_E_ABORT');
    expect(numbers(messages)).toEqual(expect.arrayContaining([18210, 3013]));
    expect(messages.find(({ number }) => number === 18210)?.message).toContain('995');
    expect(await outcome(set.close())).toBe('ok');
  });

  it('[V6] when the client signals it: operating system error 995, and the statement terminates abnormally', async () => {
    const { set, messages, statement } = await runningBackup(rig());
    await set.signalAbort();
    await statement;
    expect(numbers(messages)).toEqual(expect.arrayContaining([18210, 3013]));
    expect(messages.find(({ number }) => number === 18210)?.message).toContain('995');
    expect(await outcome(set.close())).toBe('ok');
  });
});

describe('a transfer', () => {
  const rig = useRig();
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'winbackup-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** Flows have time limits of the Host's clock; files are real. */
  const place = (): { sql: Rig['sql']; backend: Rig['backend'] } => ({ sql: rig().sql, backend: rig().backend });

  it.each([1, 3])('into %d files and back succeeds as SQL Server says, and is marked as simulated where it is', async (stripes) => {
    const to = Array.from({ length: stripes }, (_, index) => join(directory, `stripe-${String(index)}.bak`));
    const backup = await backupDatabase({ ...place(), database: 'Sales', to });
    expect(numbers(backup.messages)).toContain(3014);
    expect(backup.simulated).toBe(backendUnderTest !== 'native');
    const sizes = await Promise.all(to.map(async (path) => (await stat(path)).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(backup.bytes);
    expect(backup.bytes).toBeGreaterThan(1_048_576);
    expect((await readdir(directory)).length).toBe(stripes);
    expect(numbers((await verifyBackup({ ...place(), from: to })).messages)).toContain(3262);
    const restore = await restoreDatabase({ ...place(), database: 'Sales', from: to, options: { replace: true } });
    expect(numbers(restore.messages)).toContain(3014);
    expect(restore.bytes).toBe(backup.bytes);
  });

  it('of a file that was cut short or changed is found out by SQL Server', async () => {
    const to = join(directory, 'sales.bak');
    const { bytes } = await backupDatabase({ ...place(), database: 'Sales', to });
    const file = await open(to, 'r+');
    await file.write(Uint8Array.of((await readFile(to))[700_000] === 1 ? 2 : 1), 0, 1, 700_000);
    await expect(verifyBackup({ ...place(), from: to })).rejects.toMatchObject({ name: 'RestoreError' });
    await file.truncate(bytes / 2);
    await file.close();
    await expect(verifyBackup({ ...place(), from: to })).rejects.toMatchObject({ name: 'RestoreError' });
  });

  it('[V3] that fails in the client is reported with its root cause, the completion code and what SQL Server said', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    let written = 0;
    const sink: ByteSink = {
      write: () => {
        if (++written === 3) throw full;
      },
      close: () => undefined,
    };
    const error = await backupDatabase({ ...place(), database: 'Sales', to: sink }).then(() => undefined, (thrown: unknown) => thrown);
    if (!(error instanceof BackupError)) throw new Error('the backup was not refused', { cause: error });
    expect(error.cause).toBe(full);
    expect(error.completionCode).toBe(112);
    expect(numbers(error.sqlMessages)).toContain(3013);
  });

  it('[V3] that the caller cancels is aborted, and leaves no file behind', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the test');
    const error = await backupDatabase({
      ...place(), database: 'Sales', to: join(directory, 'sales.bak'), signal: controller.signal, onProgress: () => controller.abort(reason),
    }).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'AbortError', cause: reason });
    expect(await readdir(directory)).toEqual([]);
  });

  it('[V16] is closed only when the consumer\'s work on every buffer has ended', async () => {
    const name = rig().newName();
    const set = await ClientVirtualDeviceSet.create({ name, deviceCount: 1, backend: rig().backend });
    const server = await rig().newServer();
    await server.attach(name);
    await set.getConfiguration({ timeoutMs: 0 });
    await server.activate([name]);
    const device = await set.openDevice(name);
    const buffer = await server.allocateBuffer(512);
    await server.writeBuffer(buffer, new Uint8Array(512).fill(0x42));
    await server.send({ code: VDCommands.Write, size: 512, buffer });
    const { value: command } = await device.commands().next();
    if (command === undefined) throw new Error('no command came');
    const view = command.buffer;
    await server.signalAbort();
    let closed = false;
    const closing = set.close().then(() => (closed = true));
    await server.close();
    await rig().control.status();
    // SQL Server is gone, the set is aborted, and still the bytes are there.
    expect(closed).toBe(false);
    expect(view?.every((byte) => byte === 0x42)).toBe(true);
    await command.complete(0, 512).catch(() => undefined);
    await closing;
    expect(view?.byteLength).toBe(0);
  });
});
