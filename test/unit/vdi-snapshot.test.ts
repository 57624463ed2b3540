// Snapshot backups: databases frozen together, one snapshot, all thawed, whatever fails (facts/vdi.md 2.8).
import { VDCommands, VDFeatures } from '../../lib/binding';
import { settled } from '../../lib/simulator/scheduler';
import { SnapshotBackupError, restoreDatabase, snapshotBackup } from '../../lib/vdi';
import { callCount, expectNothingAlive, fileBytes, flowRig, putFile, rejection } from './flow-rig';
import { pattern } from './played-sql-server';
import type { Script, Statement } from './played-sql-server';

const { Write, Read, Snapshot, MountSnapshot, PrepareToFreeze } = VDCommands;

const databaseOf = (statement: Statement): string => /\[([^\]]*)\]/.exec(statement.text)?.[1] ?? '';

/** As SQL Server does it; `events` tells the order, and `failing` databases end before their freeze. */
function snapshotScript(events: string[], failing: readonly string[] = []): Script {
  return async (statement) => {
    const database = databaseOf(statement);
    const end = (): void => {
      statement.closeDevices();
      statement.terminate();
    };
    statement.attach();
    await statement.send(0, Write, { data: pattern(512, database.length) });
    if (failing.includes(database)) {
      statement.say(9002, 17, 'The transaction log is full');
      return end();
    }
    const prepared = await statement.send(0, PrepareToFreeze);
    if (prepared.code !== 0) {
      events.push(`${database} refused ${String(prepared.code)}`);
      return end();
    }
    events.push(`${database} frozen`);
    await statement.send(0, Write, { data: pattern(512, database.length + 1) });
    const taken = await statement.send(0, Snapshot);
    events.push(`${database} thawed ${String(taken.code)}`);
    if (taken.code !== 0) return end();
    statement.closeDevices();
    statement.succeed();
  };
}

const names = ['master', 'Sales', 'Stock'];
const databases = names.map((database) => ({ database, to: `/${database}.meta` }));

it('freezes all databases, master last, takes one snapshot, and thaws them together', async () => {
  const events: string[] = [];
  const rig = flowRig(snapshotScript(events));
  const snapshot = jest.fn(async ({ databases: frozen }: { databases: readonly string[] }) => {
    events.push(`snapshot of ${frozen.join(', ')}`);
    await Promise.resolve();
  });
  const result = await snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot });
  expect(snapshot).toHaveBeenCalledTimes(1);
  expect(events.slice(0, 2).sort()).toEqual(['Sales frozen', 'Stock frozen']);
  expect(events.slice(2, 4)).toEqual(['master frozen', 'snapshot of master, Sales, Stock']);
  expect(events.slice(4).sort()).toEqual(['Sales thawed 0', 'Stock thawed 0', 'master thawed 0']);
  expect(result.databases.map(({ database, bytes }) => [database, bytes])).toEqual([['master', 1024], ['Sales', 1024], ['Stock', 1024]]);
  expect(await fileBytes(rig.disk, '/Sales.meta')).toEqual(Buffer.concat([pattern(512, 5), pattern(512, 6)]));
  expect(rig.sql.statements[0]?.text).toMatch(/^BACKUP DATABASE \[master\] TO VIRTUAL_DEVICE = '[^']+' WITH SNAPSHOT$/);
  expect(callCount(rig.machine, 'IClientVirtualDeviceSet2::SignalAbort')).toBe(0);
  await expectNothingAlive(rig);
});

it('refuses with ERROR_OPERATION_ABORTED when the snapshot fails, and thaws all', async () => {
  const events: string[] = [];
  const rig = flowRig(snapshotScript(events));
  const error = await rejection(snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot: () => Promise.reject(new Error('no space for a shadow copy')) }));
  expect(error).toBeInstanceOf(SnapshotBackupError);
  expect(error).toMatchObject({ cause: { message: 'no space for a shadow copy' }, completionCode: 995, completed: [], leftover: [] });
  expect(events.filter((event) => event.includes('thawed')).sort()).toEqual(['Sales thawed 995', 'Stock thawed 995', 'master thawed 995']);
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it('thaws the others when one database fails (sql-snap left them frozen)', async () => {
  const events: string[] = [];
  const rig = flowRig(snapshotScript(events, ['Stock']));
  const snapshot = jest.fn(() => Promise.resolve());
  const error = await rejection(snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot }));
  expect(error).toMatchObject({ database: 'Stock', cause: { number: 9002 } });
  expect(snapshot).not.toHaveBeenCalled();
  expect(events.sort()).toEqual(['Sales refused 995', 'master refused 995']);
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it('thaws after the time that was allowed, tells the caller\'s snapshot, and fails', async () => {
  const events: string[] = [];
  const rig = flowRig(snapshotScript(events));
  let told = false;
  const snapshot = ({ signal }: { signal: AbortSignal }): Promise<void> => {
    signal.addEventListener('abort', () => (told = true));
    return new Promise<void>(() => undefined);
  };
  const backup = rejection(snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot, timeouts: { frozenMs: 10_000 } }));
  for (let turn = 0; turn < 20; turn += 1) await settled();
  await rig.clock.advance(9999);
  expect(events.some((event) => event.includes('thawed'))).toBe(false);
  await rig.clock.advance(1);
  expect(await backup).toMatchObject({ code: 'ERR_TIMEOUT' });
  expect(told).toBe(true);
  expect(events.filter((event) => event.includes('thawed 995'))).toHaveLength(3);
  await expectNothingAlive(rig);
});

it('has the metadata of every database on the disk for good before the snapshot is taken, and asks for no VDC_Complete', async () => {
  const rig = flowRig(snapshotScript([]));
  const unsynced: unknown[] = [];
  const snapshot = (): Promise<void> => {
    unsynced.push(...rig.disk.unsynced.filter(({ kind }) => kind === 'data'));
    return Promise.resolve();
  };
  await snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot });
  expect(unsynced).toEqual([]);
  const asked = rig.machine.calls.filter(({ operation }) => operation === 'IClientVirtualDeviceSet2::CreateEx').map(({ args }) => args[2]);
  expect(asked).toHaveLength(3);
  for (const config of asked) expect(config).toMatchObject({ features: VDFeatures.SnapshotPrepare });
});

it('refuses the snapshot, and takes none, when the metadata cannot be made durable', async () => {
  const events: string[] = [];
  const rig = flowRig(snapshotScript(events));
  rig.disk.fail({ operation: 'sync', occurrence: 1, code: 'ENOSPC' });
  const snapshot = jest.fn(() => Promise.resolve());
  const error = await rejection(snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot }));
  expect(error).toMatchObject({ code: 'ENOSPC', completionCode: 995, completed: [], leftover: [] });
  expect(snapshot).not.toHaveBeenCalled();
  expect(events.filter((event) => event.endsWith('thawed 0'))).toEqual([]);
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it.each<[string, () => unknown, object]>([
  ['throws at once', () => { throw new Error('no provider'); }, { cause: { message: 'no provider' } }],
  ['rejects with what is no error', () => new Promise((_, reject) => { Reflect.apply(reject, undefined, ['no provider']); }), { cause: { message: 'no provider' } }],
])('calls a snapshot that %s once, and thaws all databases', async (_what, wrong, expected) => {
  const events: string[] = [];
  const rig = flowRig(snapshotScript(events));
  const snapshot = jest.fn(wrong) as unknown as () => Promise<void>;
  expect(await rejection(snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot }))).toMatchObject({ ...expected, completionCode: 995 });
  expect(snapshot).toHaveBeenCalledTimes(1);
  expect(events.filter((event) => event.includes('thawed')).sort()).toEqual(['Sales thawed 995', 'Stock thawed 995', 'master thawed 995']);
  await expectNothingAlive(rig);
});

it('takes a snapshot that gives no promise as taken', async () => {
  const rig = flowRig(snapshotScript([]));
  const snapshot = jest.fn(() => undefined) as unknown as () => Promise<void>;
  expect((await snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot })).databases).toHaveLength(3);
  expect(snapshot).toHaveBeenCalledTimes(1);
});

it('is cancelled as a whole', async () => {
  const cancel = new AbortController();
  const rig = flowRig(snapshotScript([]));
  const snapshot = (): Promise<void> => {
    cancel.abort(new Error('enough'));
    return new Promise<void>(() => undefined);
  };
  const error = await rejection(snapshotBackup({ sql: rig.sql, backend: rig.machine, databases, snapshot, signal: cancel.signal }));
  expect(error).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } });
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it('restores from a snapshot: the caller puts the files in place when SQL Server asks', async () => {
  const steps: string[] = [];
  const script: Script = async (statement) => {
    statement.attach({ features: VDFeatures.ReadMedia });
    await statement.send(0, Read, { size: 512 });
    const { code } = await statement.send(0, MountSnapshot);
    statement.closeDevices();
    if (code === 0) statement.succeed();
    else statement.terminate();
  };
  const rig = flowRig(script);
  await putFile(rig.disk, '/Sales.meta', pattern(1024));
  const mountSnapshot = async (): Promise<void> => {
    await Promise.resolve();
    steps.push('mounted');
  };
  await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/Sales.meta', mountSnapshot });
  expect(steps).toEqual(['mounted']);
  expect(rig.sql.statements[0]?.text).toContain('WITH SNAPSHOT');

  const refusing = flowRig(script);
  await putFile(refusing.disk, '/Sales.meta', pattern(1024));
  const error = await rejection(
    restoreDatabase({ sql: refusing.sql, backend: refusing.machine, database: 'Sales', from: '/Sales.meta', mountSnapshot: () => Promise.reject(new Error('the LUN is gone')) }),
  );
  expect(error).toMatchObject({ cause: { message: 'the LUN is gone' }, completionCode: 995 });
  await expectNothingAlive(refusing);
});

it('does not wait for files that are never put in place once the restore was cancelled', async () => {
  const cancel = new AbortController();
  const rig = flowRig(async (statement) => {
    statement.attach({ features: VDFeatures.ReadMedia });
    await statement.send(0, MountSnapshot);
    statement.terminate();
  });
  await putFile(rig.disk, '/Sales.meta', pattern(1024));
  const mountSnapshot = (): Promise<void> => {
    cancel.abort(new Error('enough'));
    return new Promise(() => undefined);
  };
  const error = await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/Sales.meta', mountSnapshot, signal: cancel.signal }));
  expect(error).toMatchObject({ code: 'ABORT_ERR', unfinished: [] });
  expect(rig.clock.monotonic()).toBe(0);
  await expectNothingAlive(rig);
});
