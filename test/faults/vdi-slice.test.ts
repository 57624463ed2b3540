// A slice of the faults, on whatever backend the rig has: the simulated machine in this thread, one behind a pipe, or the addon under Wine.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultAction } from '../../lib/simulator';
import { AbortError, BackupError, SqlConnectionError, WindowsError, backupDatabase, restoreDatabase } from '../../lib/vdi';
import type { BackupResult } from '../../lib/vdi';
import { Rig } from '../conformance/rig';

const E_UNEXPECTED = 0x8000ffff;

let rig: Rig;
let directory = '';
beforeEach(async () => {
  rig = await Rig.open();
  directory = await mkdtemp(join(tmpdir(), 'winbackup-'));
});
afterEach(async () => {
  try {
    // Nothing of the client's outlives a flow, however it ended.
    expect(await rig.alive()).toEqual({});
  } finally {
    await rig.close();
    await rm(directory, { recursive: true, force: true });
  }
});

const files = (): string[] => ['a.bak', 'b.bak'].map((name) => join(directory, name));
const backup = (signal?: AbortSignal): Promise<BackupResult> =>
  backupDatabase({ sql: rig.sql, backend: rig.backend, database: 'Sales', to: files(), ...(signal === undefined ? {} : { signal }) });

async function fail(at: string, occurrence: number, action: FaultAction): Promise<void> {
  await rig.control.addFault({ at, occurrence: (await rig.control.count(at)) + occurrence, action });
}

async function failureOf(flow: Promise<unknown>): Promise<unknown> {
  return flow.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error,
  );
}

describe('a backup', () => {
  it.each([
    ['CoCreateInstance', 1],
    ['IClientVirtualDeviceSet2::CreateEx', 1],
    ['IClientVirtualDeviceSet2::GetConfiguration', 1],
    ['IClientVirtualDeviceSet2::OpenDevice', 1],
    ['IClientVirtualDeviceSet2::OpenDevice', 2],
    ['IClientVirtualDevice::GetCommand', 1],
    ['IClientVirtualDevice::GetCommand', 5],
    ['IClientVirtualDevice::CompleteCommand', 1],
    ['IClientVirtualDevice::CompleteCommand', 5],
  ])('reports the failure of %s (%i) as the root cause, and leaves nothing', async (at, occurrence) => {
    await fail(at, occurrence, { hresult: E_UNEXPECTED });
    const error = await failureOf(backup());
    if (!(error instanceof BackupError && error.cause instanceof WindowsError)) throw new Error('another failure', { cause: error });
    expect([error.cause.hresult, error.cause.operation.startsWith(at)]).toEqual([E_UNEXPECTED, true]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('keeps its success although Close fails', async () => {
    await fail('IClientVirtualDeviceSet2::Close', 1, { hresult: E_UNEXPECTED });
    await backup();
    expect(await readdir(directory)).toEqual(['a.bak', 'b.bak']);
  });

  it.each(['sql.attach', 'sql.configure', 'sql.open-device', 'sql.write', 'sql.flush', 'sql.complete', 'sql.close'])('[V18] ends when SQL Server dies at %s', async (at) => {
    await fail(at, 1, { kill: 'sqlservr' });
    const error = await failureOf(backup());
    if (!(error instanceof BackupError)) throw new Error('another failure', { cause: error });
    expect(error.cause).toBeInstanceOf(SqlConnectionError);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each(['sql.write', 'sql.flush'])('fails with SQL Server\'s words when SQL Server fails at %s', async (at) => {
    await fail(at, 1, { hresult: E_UNEXPECTED });
    const error = await failureOf(backup());
    if (!(error instanceof BackupError)) throw new Error('another failure', { cause: error });
    expect(error.code).toBe('ERR_SQL_STATEMENT');
    expect(error.sqlMessages.map(({ number }) => number)).toContain(3013);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([1, 5, 20])('can be cancelled after %i pieces of data', async (pieces) => {
    const controller = new AbortController();
    let written = 0;
    const to = {
      write: () => {
        if (++written === pieces) controller.abort(new Error('cancelled by the test'));
      },
      close: () => undefined,
    };
    const error = await failureOf(backupDatabase({ sql: rig.sql, backend: rig.backend, database: 'Sales', to, signal: controller.signal, options: { maxTransferSize: 65_536 } }));
    expect(error).toBeInstanceOf(AbortError);
    expect(await rig.control.count('IClientVirtualDeviceSet2::SignalAbort')).toBe(1);
  });
});

describe('a restore', () => {
  it.each([
    ['IClientVirtualDevice::GetCommand', 3],
    ['IClientVirtualDevice::CompleteCommand', 3],
  ])('reports the failure of %s (%i) as the root cause', async (at, occurrence) => {
    await backup();
    await fail(at, occurrence, { hresult: E_UNEXPECTED });
    const error = await failureOf(restoreDatabase({ sql: rig.sql, backend: rig.backend, database: 'Sales', from: files(), options: { replace: true } }));
    expect(error).toMatchObject({ name: 'RestoreError', hresult: E_UNEXPECTED });
    expect(await readdir(directory)).toEqual(['a.bak', 'b.bak']);
  });

  it('can be cancelled', async () => {
    await backup();
    const controller = new AbortController();
    const error = await failureOf(
      restoreDatabase({
        sql: rig.sql, backend: rig.backend, database: 'Sales', from: files(), options: { replace: true }, signal: controller.signal,
        onProgress: () => controller.abort(new Error('cancelled by the test')),
      }),
    );
    expect(error).toBeInstanceOf(AbortError);
  });
});
