// Stripes served by other processes: the primary knows the result, the secondary the bytes (facts/vdi.md 2.9).
import { VDCommands, VDFeatures } from '../../lib/binding';
import { backupDatabase, restoreDatabase, serveSecondaryDevice } from '../../lib/vdi';
import type { SecondaryDevice, SecondaryDeviceResult } from '../../lib/vdi';
import { callCount, expectNothingAlive, fileBytes, flowRig as manualRig, putFile, rejection } from './flow-rig';
import type { FlowRig } from './flow-rig';
import { pattern } from './played-sql-server';
import type { Script } from './played-sql-server';

const { Write, Read, Flush, Complete } = VDCommands;

/** Processes wait for each other by looking again, which takes time. */
const flowRig = (script: Script): FlowRig => manualRig(script, true);

const backupScript: Script = async (statement) => {
  statement.attach();
  const codes = await Promise.all(statement.devices.map(async (_, device) => {
    const { code } = await statement.send(device, Write, { data: pattern(4096, device + 1) });
    return code === 0 ? (await statement.send(device, Flush)).code : code;
  }));
  if (codes.every((code) => code === 0)) await statement.send(0, Complete);
  statement.closeDevices();
  if (codes.every((code) => code === 0)) statement.succeed();
  else statement.terminate();
};

/** What another process would do; its result arrives here. */
function secondary(rig: FlowRig, to: string, results: SecondaryDeviceResult[]): { serve: (device: SecondaryDevice) => Promise<number> } {
  return {
    serve: async ({ setName, deviceName, instance, signal }) => {
      const result = await serveSecondaryDevice({ setName, deviceName, instance, signal, to, backend: rig.machine });
      results.push(result);
      return result.bytes;
    },
  };
}

it('backs up a stripe here and a stripe there, each published after the primary\'s success', async () => {
  const rig = flowRig(backupScript);
  const results: SecondaryDeviceResult[] = [];
  const { bytes, files } = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', secondary(rig, '/b.bak', results)] });
  expect([bytes, files.map(({ path }) => path)]).toEqual([8192, ['/a.bak']]);
  expect(await rig.disk.list('/')).toEqual(['a.bak', expect.stringMatching(/^b\.bak\..*\.partial$/)]);
  expect(await results[0]?.publish()).toMatchObject({ path: '/b.bak', bytes: 4096 });
  expect(await fileBytes(rig.disk, '/b.bak')).toEqual(Buffer.from(pattern(4096, 2)));
  expect(callCount(rig.machine, 'IClientVirtualDeviceSet2::SignalAbort')).toBe(0);
  await expectNothingAlive(rig);
});

it('leaves a secondary\'s stripe to be discarded when the primary did not succeed', async () => {
  const rig = flowRig(async (statement) => {
    await backupScript(statement);
    statement.terminate();
  });
  const results: SecondaryDeviceResult[] = [];
  await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', secondary(rig, '/b.bak', results)] }));
  expect(await results[0]?.discard()).toEqual([]);
  expect(await rig.disk.list('/')).toEqual([]);
});

it('aborts the set when a secondary dies', async () => {
  const rig = flowRig(backupScript);
  const error = await rejection(
    backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', { serve: () => Promise.reject(new Error('the child exited with code 1')) }] }),
  );
  expect(error).toMatchObject({ cause: { message: 'the child exited with code 1' } });
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it('reports a full disk of a secondary in both processes, and removes its stripe', async () => {
  const rig = flowRig(backupScript);
  rig.disk.fail({ operation: 'write', path: '/b.bak', code: 'ENOSPC' });
  const write = rig.disk.fail.bind(rig.disk);
  const serve = async ({ setName, deviceName }: SecondaryDevice): Promise<number> => {
    write({ operation: 'write', code: 'ENOSPC' });
    return (await serveSecondaryDevice({ setName, deviceName, to: '/b.bak', backend: rig.machine })).bytes;
  };
  const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: [{ serve }] }));
  expect(error).toMatchObject({ cause: { code: 'ENOSPC', completionCode: 112 } });
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it('cancels secondaries together with the primary', async () => {
  const cancel = new AbortController();
  const rig = flowRig(async (statement) => {
    statement.attach();
    await statement.send(1, Write, { data: pattern(512) });
    cancel.abort();
    await statement.send(1, Write, { data: pattern(512) }).catch(() => undefined);
  });
  const error = await rejection(
    backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', secondary(rig, '/b.bak', [])], signal: cancel.signal }),
  );
  expect(error).toMatchObject({ code: 'ABORT_ERR' });
  expect(await rig.disk.list('/')).toEqual([]);
  await expectNothingAlive(rig);
});

it('asks for no VDC_Complete, whose answer one process cannot give for all: each stripe is durable at its own Flush', async () => {
  const unsynced: unknown[] = [];
  const rig: FlowRig = flowRig(async (statement) => {
    statement.attach();
    expect(statement.set.getConfiguration().features & (VDFeatures.RequestComplete | VDFeatures.CompleteEnabled)).toBe(0);
    for (const device of [0, 1]) {
      await statement.send(device, Write, { data: pattern(512) });
      await statement.send(device, Flush);
      unsynced.push(...rig.disk.unsynced);
    }
    statement.closeDevices();
    statement.succeed();
  });
  await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', secondary(rig, '/b.bak', [])] });
  expect(unsynced).toEqual([]);
});

it('serves nothing when it is cancelled while it begins, and tells its stream', async () => {
  const cancel = new AbortController();
  const rig = flowRig(backupScript);
  const events: string[] = [];
  const sink = { write: () => void events.push('write'), close: () => void events.push('close'), abort: () => void events.push('abort') };
  const serve = async ({ setName, deviceName }: SecondaryDevice): Promise<number> => {
    const serving = serveSecondaryDevice({ setName, deviceName, to: sink, backend: rig.machine, signal: cancel.signal });
    cancel.abort(new Error('enough'));
    return (await serving).bytes;
  };
  expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: [{ serve }] }))).toMatchObject({ code: 'ABORT_ERR' });
  expect(events).toEqual(['abort']);
  await expectNothingAlive(rig);

  events.length = 0;
  await rejection(serveSecondaryDevice({ setName: 'nothing', deviceName: 'nothing', to: sink, backend: rig.machine }));
  expect(events).toEqual(['abort']);
});

it.each<[string, () => unknown]>([
  ['throws', () => { throw new Error('no child'); }],
  ['resolves without a number', () => Promise.resolve('many')],
])('fails when the caller\'s serve %s', async (_what, serve) => {
  const rig = flowRig(async (statement) => {
    statement.attach();
    await statement.send(0, Write, { data: pattern(512) }).catch(() => undefined);
    statement.terminate();
  });
  const to = ['/a.bak', { serve: serve as () => Promise<number> }];
  expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to }))).toMatchObject({ name: 'BackupError', leftover: [] });
  await expectNothingAlive(rig);
});

it('restores from a stripe in another process', async () => {
  const got: Buffer[] = [];
  const rig = flowRig(async (statement) => {
    statement.attach({ features: VDFeatures.ReadMedia });
    for (const device of [0, 1]) got.push(Buffer.from((await statement.send(device, Read, { size: 4096 })).data));
    statement.closeDevices();
    statement.succeed();
  });
  await putFile(rig.disk, '/a.bak', pattern(4096, 1));
  await putFile(rig.disk, '/b.bak', pattern(4096, 2));
  const serve = async ({ setName, deviceName }: SecondaryDevice): Promise<number> => (await serveSecondaryDevice({ setName, deviceName, from: '/b.bak', backend: rig.machine })).bytes;
  const { bytes } = await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: ['/a.bak', { serve }] });
  expect(bytes).toBe(8192);
  expect(got).toEqual([Buffer.from(pattern(4096, 1)), Buffer.from(pattern(4096, 2))]);
  await expectNothingAlive(rig);
});

it('refuses a direction that the set does not have, and a set that is not there', async () => {
  const rig = flowRig(backupScript);
  await putFile(rig.disk, '/b.bak', pattern(10));
  const serve = async ({ setName, deviceName }: SecondaryDevice): Promise<number> => (await serveSecondaryDevice({ setName, deviceName, from: '/b.bak', backend: rig.machine })).bytes;
  expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: ['/a.bak', { serve }] }))).toMatchObject({ cause: { cause: { field: 'from' } } });
  const gone = await rejection(serveSecondaryDevice({ setName: 'nothing', deviceName: 'nothing', to: '/c.bak', backend: rig.machine }));
  expect(gone).toMatchObject({ cause: { operation: 'IClientVirtualDeviceSet2::OpenInSecondaryEx' }, leftover: [] });
  await expectRefusedOptions(rig);
  await expectNothingAlive(rig);
});

async function expectRefusedOptions(rig: FlowRig): Promise<void> {
  expect(await rejection(serveSecondaryDevice({ setName: '', deviceName: 'd', to: '/c', backend: rig.machine }))).toMatchObject({ field: 'setName' });
  expect(await rejection(serveSecondaryDevice({ setName: 's', deviceName: 'a\\b', to: '/c', backend: rig.machine }))).toMatchObject({ field: 'deviceName' });
  expect(await rejection(serveSecondaryDevice({ setName: 's', deviceName: 'd', backend: rig.machine }))).toMatchObject({ field: 'to' });
}
