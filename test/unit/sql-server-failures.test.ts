/** What the simulated SQL Server says and does when something goes wrong: before the devices, on them, and at every phase. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HRESULT, VDCommands, VDFeatures, WIN32 } from '../../lib/binding/codes';
import { realHost } from '../../lib/binding/real-host';
import type { Host } from '../../lib/binding/host';
import { AbortError } from '../../lib/binding/errors';
import { SqlConnectionError } from '../../lib/binding/sql';
import type { SqlResult } from '../../lib/binding/sql';
import { SimulatedClock, SimulatedWindows } from '../../lib/simulator';
import type { Fault } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { numbers, transfer } from './sql-server-client';
import type { Media, TransferResult } from './sql-server-client';

const C = VDCommands;
const VD_E_CLOSE = HRESULT.VD_E_CLOSE;
const VD_E_ABORT = HRESULT.VD_E_ABORT;
const empty = (count = 1): Media[] => Array.from({ length: count }, () => ({ bytes: new Uint8Array(0) }));
const events = (machine: SimulatedWindows): readonly (readonly [string, number])[] =>
  machine.eventLog.entries.map(({ source, eventId }) => [source, eventId]);

async function execute(
  machine: SimulatedWindows,
  statement: string,
  options: { instance?: string; login?: string } = {},
): Promise<SqlResult> {
  const connection = await machine.sql(options).connect();
  try {
    return await connection.execute(statement);
  } finally {
    await connection.close();
  }
}

describe('a statement that fails before it attaches', () => {
  const machine = new SimulatedWindows({ instances: [{ databases: [{ name: 'Sales' }], logins: [{ name: 'guest', sysadmin: false }] }] });

  it.each([
    ["BACKUP DATABASE Sales VIRTUAL_DEVICE='set'", undefined, [102]],
    ["BACKUP DATABASE Missing TO VIRTUAL_DEVICE='set'", undefined, [911, 3013]],
    ["BACKUP DATABASE tempdb TO VIRTUAL_DEVICE='set'", undefined, [3147, 3013]],
    ["BACKUP DATABASE Sales TO VIRTUAL_DEVICE='set'", 'guest', [262, 3013]],
    ["RESTORE DATABASE Sales FROM VIRTUAL_DEVICE='set'", 'guest', [3110, 3013]],
    ["RESTORE HEADERONLY FROM VIRTUAL_DEVICE='set'", 'guest', [15247, 3013]],
    ["RESTORE DATABASE master FROM VIRTUAL_DEVICE='set'", undefined, [3108, 3013]],
    ['RESTORE DATABASE Sales WITH RECOVERY', undefined, [3153, 3013]],
    ['RESTORE DATABASE Missing WITH RECOVERY', undefined, [911, 3013]],
  ])('%s of login %s says %j, and the client goes on waiting', async (statement, login, expected) => {
    const channel = await machine.openChannel();
    const [set] = (await channel.call(0, 'CoCreateInstance', ['40700425-0080-11d2-851f-00c04fc21759', null])).outputs as [number];
    const config = {
      deviceCount: 1,
      features: 0,
      prefixZoneSize: 0,
      alignment: 0,
      softFileMarkBlockSize: 0,
      EOMWarningSize: 0,
      serverTimeOut: 0,
      blockSize: 0,
      maxIODepth: 0,
      maxTransferSize: 0,
      bufferAreaSize: 0,
    };
    expect((await channel.call(set, 'IClientVirtualDeviceSet2::CreateEx', [null, 'set', config])).hresult).toBe(HRESULT.S_OK);
    expect(numbers((await execute(machine, statement, login === undefined ? {} : { login })).messages)).toEqual(expected);
    expect((await channel.call(set, 'IClientVirtualDeviceSet2::GetConfiguration', [0])).hresult).toBe(HRESULT.VD_E_TIMEOUT);
    await channel.close();
  });

  it('says that the virtual device set does not exist', async () => {
    const { messages } = await execute(machine, "BACKUP DATABASE Sales TO VIRTUAL_DEVICE='nobody'");
    expect(messages.map(({ number, severity, message }) => [number, severity, message])).toEqual([
      [
        3201,
        16,
        "Cannot open backup device 'nobody'. Operating system error 0x80770006(failed to retrieve text for this error. Reason: 15105).",
      ],
      [3013, 16, 'BACKUP DATABASE is terminating abnormally.'],
    ]);
    expect(events(machine)).toContainEqual(['MSSQLSERVER', 3041]);
  });

  it('aborts the set when the statement names another number of devices', async () => {
    const result = await transfer(machine, "BACKUP DATABASE Sales TO {device}, VIRTUAL_DEVICE='second'", { media: empty() });
    expect(numbers(result.messages)).toEqual([3201, 3013]);
  });

  it('refuses two backups of one database at once, and a restore while somebody uses it', async () => {
    const user = await machine.sql().connect();
    await user.execute('USE Sales');
    expect(numbers((await execute(machine, "RESTORE DATABASE Sales FROM VIRTUAL_DEVICE='set'")).messages)).toEqual([3101, 3013]);
    expect(numbers((await user.execute("RESTORE DATABASE Sales FROM VIRTUAL_DEVICE='set'")).messages)).toEqual([3102, 3013]);
    await user.close();
    let second: SqlResult | undefined;
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media: empty(),
      answer: (_command, _device, count) => {
        if (count === 2) void execute(machine, "BACKUP DATABASE Sales TO VIRTUAL_DEVICE='other'").then((result) => (second = result));
        return undefined;
      },
    });
    expect(numbers(second?.messages ?? [])).toEqual([3023, 3013]);
  });
});

describe('a restore that does not fit', () => {
  async function backedUp(
    options: ConstructorParameters<typeof SimulatedWindows>[0] = {},
    statement = 'BACKUP DATABASE Sales TO {device}',
  ): Promise<{ machine: SimulatedWindows; media: Media[] }> {
    const machine = new SimulatedWindows(options);
    const media = empty();
    expect(numbers((await transfer(machine, statement, { media })).messages)).toContain(3014);
    return { machine, media };
  }
  const restored = async (machine: SimulatedWindows, statement: string, media: Media[]): Promise<readonly number[]> =>
    numbers((await transfer(machine, statement, { media })).messages);

  it('touches nothing when it is refused by what the backup is', async () => {
    const { machine, media } = await backedUp();
    machine.sqlServer.addDatabase({ name: 'Other' });
    expect(await restored(machine, 'RESTORE DATABASE Other FROM {device}', media)).toEqual([3154, 3013]);
    expect(await restored(machine, 'RESTORE DATABASE Sales FROM {device}', media)).toEqual([3159, 3013]);
    expect(await restored(machine, 'RESTORE DATABASE Copy FROM {device}', media)).toEqual([1834, 3156, 3119, 3013]);
    expect(await restored(machine, "RESTORE DATABASE Copy FROM {device} WITH MOVE 'Nothing' TO 'D:\\x.mdf'", media)).toEqual([3234, 3013]);
    expect(await restored(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE, CHECKSUM', media)).toEqual([3187, 3013]);
    expect(await restored(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE, FILE = 2', media)).toEqual([3287, 3013]);
    expect(await restored(machine, 'RESTORE LOG Sales FROM {device}', media)).toEqual([50000, 3013]);
    expect(machine.sqlServer.instance().databases.map(({ name, state }) => [name, state])).toEqual([
      ['master', 'ONLINE'],
      ['Sales', 'ONLINE'],
      ['Other', 'ONLINE'],
    ]);
  });

  it('is refused by an older server', async () => {
    const { media } = await backedUp();
    const older = new SimulatedWindows({ instances: [{ version: '15.0.2000.5' }] });
    expect(await restored(older, 'RESTORE DATABASE Copy FROM {device}', media)).toEqual([3169, 3013]);
  });

  it('restores a backup with checksums WITH CHECKSUM', async () => {
    const { machine, media } = await backedUp({}, 'BACKUP DATABASE Sales TO {device} WITH CHECKSUM');
    expect(await restored(machine, 'RESTORE DATABASE Sales FROM {device} WITH CHECKSUM, REPLACE', media)).toContain(3014);
  });

  it('leaves the database restoring when it fails in the middle, and a second restore mends it', async () => {
    const { machine, media } = await backedUp();
    const before = Buffer.from(await machine.sqlServer.database('Sales').read());
    const cut = [{ bytes: media[0]?.bytes.subarray(0, 500_000) ?? new Uint8Array(0) }];
    expect(await restored(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', cut)).toEqual([18210, 3203, 3013]);
    expect(machine.sqlServer.database('Sales').state).toBe('RESTORING');
    expect(numbers((await execute(machine, 'USE Sales')).messages)).toEqual([927]);
    expect(await restored(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', media)).toContain(3014);
    expect(before.equals(await machine.sqlServer.database('Sales').read())).toBe(true);
  });
});

describe('what the listing statements give', () => {
  it('names the backup set, its files and its media, from any one stripe', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales', generatedBytes: 100_000, filestreamBytes: 1000 }] });
    const media = empty(2);
    await transfer(
      machine,
      "BACKUP DATABASE Sales TO {device} WITH NAME = N'nightly', DESCRIPTION = 'of Monday', MEDIANAME = 'rack 7', CHECKSUM, COPY_ONLY, RETAINDAYS = 3",
      { media },
    );
    const list = async (what: string): Promise<TransferResult> =>
      transfer(machine, `RESTORE ${what} FROM {device}`, { media: media.slice(1) });
    const header = await list('HEADERONLY');
    expect(header.messages).toEqual([]);
    expect(header.ends).toEqual([VD_E_CLOSE]);
    expect(header.rows).toMatchObject([
      {
        BackupName: 'nightly',
        BackupDescription: 'of Monday',
        BackupType: 1,
        DatabaseName: 'Sales',
        DeviceType: 7,
        HasBackupChecksums: true,
        IsCopyOnly: true,
        IsSnapshot: false,
        BackupTypeDescription: 'Database',
        RecoveryModel: 'FULL',
        SoftwareVersionMajor: 16,
        Position: 1,
      },
    ]);
    const files = await list('FILELISTONLY');
    expect(files.messages).toEqual([]);
    expect(files.rows.map(({ LogicalName, Type, Size }) => [LogicalName, Type, Size])).toEqual([
      ['Sales', 'D', 100_000],
      ['Sales_FileStream', 'S', 1000],
      ['Sales_log', 'L', 65_536],
    ]);
    expect((await list('LABELONLY')).rows).toMatchObject([
      { MediaName: 'rack 7', FamilyCount: 2, FamilySequenceNumber: 2, MediaSequenceNumber: 1 },
    ]);
  });

  it('needs only the head of the stream for FILELISTONLY', async () => {
    const machine = new SimulatedWindows();
    const media = empty();
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    const head = [{ bytes: media[0]?.bytes.subarray(0, 8192) ?? new Uint8Array(0) }];
    expect((await transfer(machine, 'RESTORE FILELISTONLY FROM {device}', { media: head })).rows).toHaveLength(2);
  });

  it('answers the questions that clients ask about the server', async () => {
    const machine = new SimulatedWindows({
      instances: [{ name: 'PAYROLL', logins: [{ name: 'guest', sysadmin: false }], databases: [{ name: 'Pay', recoveryModel: 'SIMPLE' }] }],
    });
    const ask =
      "SELECT SERVERPROPERTY('InstanceName') AS instance, IS_SRVROLEMEMBER('sysadmin') AS admin, IS_SRVROLEMEMBER(N'sysadmin'), @@SERVERNAME AS [name], DB_NAME() AS db, 'a''b' AS text, 7 AS seven, NULL AS nothing";
    const { rows } = await execute(machine, ask, { instance: 'payroll', login: 'guest' });
    expect(rows).toEqual([
      { instance: 'PAYROLL', admin: 0, column3: 0, name: 'SIMULATED\\PAYROLL', db: 'master', text: "a'b", seven: 7, nothing: null },
    ]);
    expect((await execute(machine, 'SELECT name, recovery_model_desc FROM master.sys.databases', { instance: 'PAYROLL' })).rows).toEqual([
      { name: 'master', recovery_model_desc: 'SIMPLE' },
      { name: 'Pay', recovery_model_desc: 'SIMPLE' },
    ]);
    expect(numbers((await execute(machine, 'SELECT nonsense()', { instance: 'PAYROLL' })).messages)).toEqual([195]);
    expect(numbers((await execute(machine, 'SELECT a FROM b', { instance: 'PAYROLL' })).messages)).toEqual([208]);
    expect(numbers((await execute(machine, 'SELECT a FROM sys.databases', { instance: 'PAYROLL' })).messages)).toEqual([207]);
  });

  it('says with STATS how far it is', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales', generatedBytes: 5_000_000 }] });
    const percents = async (stats: string): Promise<readonly string[]> =>
      (await transfer(machine, `BACKUP DATABASE Sales TO {device} ${stats}`, { media: empty() })).messages
        .filter(({ number }) => number === 3211)
        .map(({ message }) => message);
    expect(await percents('')).toEqual([]);
    expect(await percents('WITH STATS')).toEqual(
      ['10', '20', '30', '40', '50', '60', '70', '80', '90', '100'].map((percent) => `${percent} percent processed.`),
    );
    expect(await percents('WITH STATS = 50')).toEqual(['50 percent processed.', '100 percent processed.']);
  });
});

describe('a client that fails', () => {
  let machine: SimulatedWindows;
  beforeEach(() => {
    machine = new SimulatedWindows();
  });

  it.each([
    ['a Write with 112', C.Write, WIN32.ERROR_DISK_FULL, [18210, 3202, 3013], '112(There is not enough space on the disk.)'],
    ['a Write with 1129', C.Write, WIN32.ERROR_EOM_OVERFLOW, [18210, 3202, 3013], '1129('],
    ['a Write with 1100 on media that cannot be changed', C.Write, WIN32.ERROR_END_OF_MEDIA, [18210, 3202, 3013], '1100('],
    ['a Write with success but fewer bytes', C.Write, WIN32.ERROR_SUCCESS, [18210, 3202, 3013], '29('],
    ['Flush', C.Flush, WIN32.ERROR_WRITE_FAULT, [18210, 3013], '29('],
    ['Complete', C.Complete, WIN32.ERROR_HANDLE_DISK_FULL, [18210, 3013], '39('],
  ])('[V5] on %s: the devices are closed, not aborted, and the messages say why', async (_what, failing, code, expected, text) => {
    for (const count of [1, 3]) {
      machine = new SimulatedWindows();
      const result = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
        media: empty(count),
        features: VDFeatures.RequestComplete, // Complete comes to the first device only.
        answer: ({ commandCode }, device, at) =>
          commandCode === failing && device === (failing === C.Complete ? 0 : count - 1) && at > 3 ? [code, 0] : undefined,
      });
      expect(numbers(result.messages)).toEqual(expected);
      expect(result.messages[0]?.message).toContain(text);
      expect(result.ends.every((end) => end === VD_E_CLOSE)).toBe(true);
      expect(events(machine)).toEqual([
        ['MSSQLSERVER', 18210],
        ['MSSQLSERVER', 3041],
      ]);
      expect(machine.sqlServer.instance().history).toEqual([]);
      expect(machine.handleCount()).toBe(0);
    }
  });

  it('gets Discard before the close where it asked for it', async () => {
    const seen: number[][] = [];
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media: empty(),
      features: VDFeatures.Discard,
      seen,
      answer: ({ commandCode }, _device, at) =>
        commandCode === C.Write && at === 5 ? [WIN32.ERROR_DISK_FULL] : commandCode === C.Discard ? [0] : undefined,
    });
    expect(seen[0]?.slice(-2)).toEqual([C.ClearError, C.Discard]);
  });

  it('[V2] on a Read: the restore says why', async () => {
    const media = empty();
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    const result = await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', {
      media,
      answer: ({ commandCode }, _device, at) => (commandCode === C.Read && at === 5 ? [WIN32.ERROR_READ_FAULT] : undefined),
    });
    expect(numbers(result.messages)).toEqual([18210, 3203, 3013]);
    expect(result.messages[1]?.message).toContain('30(');
    expect(result.ends).toEqual([VD_E_CLOSE]);
  });

  it.each([1, 3, 10])('[V2] by SignalAbort at its command %i: 995 with 18210 and 3013', async (when) => {
    const result = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media: empty(2),
      answer: (_command, device, at) => (device === 1 && at === when ? 'abort' : undefined),
    });
    expect(result.messages[0]).toMatchObject({ number: 18210, severity: 16 });
    expect(result.messages[0]?.message).toContain(
      'Operating system error 995(The I/O operation has been aborted because of either a thread exit or an application request.)',
    );
    expect(numbers(result.messages)).toEqual([18210, 3202, 3013]);
    expect(result.ends).toEqual([VD_E_ABORT, VD_E_ABORT]);
    expect(events(machine)).toContainEqual(['MSSQLSERVER', 3041]);
    expect(machine.handleCount()).toBe(0);
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() })).messages)).toContain(3014);
  });

  it('does not keep the rest of the batch from running', async () => {
    const { rows, messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device}; SELECT 7 AS seven', {
      media: empty(),
      answer: (_command, _device, at) => (at === 2 ? 'abort' : undefined),
    });
    expect(numbers(messages).at(-1)).toBe(3013);
    expect(rows).toEqual([{ seven: 7 }]);
  });

  it('by its death: the statement ends with 995', async () => {
    machine.faults.add({ at: 'IClientVirtualDevice::CompleteCommand', occurrence: 4, action: { kill: 'caller' } });
    const channel = await machine.openChannel();
    void transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() }).catch(() => undefined);
    await settled();
    for (let turn = 0; turn < 50 && events(machine).length < 3; turn += 1) await settled();
    expect(events(machine)).toEqual([
      ['SQLVDI', 1],
      ['MSSQLSERVER', 18210],
      ['MSSQLSERVER', 3041],
    ]);
    await channel.close();
  });
});

describe('a cancelled statement', () => {
  it.each([1, 2, 8, 20])('stops at command %i with 3204 and 3013, and the client is aborted', async (when) => {
    const machine = new SimulatedWindows();
    const cancel = new AbortController();
    const said: number[] = [];
    const channel = await machine.openChannel();
    const [set] = (await channel.call(0, 'CoCreateInstance', ['40700425-0080-11d2-851f-00c04fc21759', null])).outputs as [number];
    const config = {
      deviceCount: 1,
      features: 0,
      prefixZoneSize: 0,
      alignment: 0,
      softFileMarkBlockSize: 0,
      EOMWarningSize: 0,
      serverTimeOut: 0,
      blockSize: 0,
      maxIODepth: 0,
      maxTransferSize: 0,
      bufferAreaSize: 0,
    };
    await channel.call(set, 'IClientVirtualDeviceSet2::CreateEx', [null, 'set', config]);
    const connection = await machine.sql().connect();
    const running = connection.execute("BACKUP DATABASE Sales TO VIRTUAL_DEVICE='set'", {
      signal: cancel.signal,
      onMessage: ({ number }) => said.push(number),
    });
    const rejected = expect(running).rejects.toBeInstanceOf(AbortError);
    await channel.call(set, 'IClientVirtualDeviceSet2::GetConfiguration', [0xffffffff]);
    const [device] = (await channel.call(set, 'IClientVirtualDeviceSet2::OpenDevice', ['set'])).outputs as [number];
    for (let count = 1; ; count += 1) {
      if (count === when) cancel.abort();
      const { hresult, outputs } = await channel.call(device, 'IClientVirtualDevice::GetCommand', [0xffffffff]);
      if (hresult !== 0) {
        expect(hresult).toBe(VD_E_ABORT);
        break;
      }
      const { pointer, size } = outputs[0] as { pointer: bigint; size: number };
      await channel.call(device, 'IClientVirtualDevice::CompleteCommand', [pointer, 0, size, 0n]);
    }
    await rejected;
    expect(said).toEqual([3204, 3013]);
    // The connection is good for the next statement.
    expect((await connection.execute('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await connection.close();
    await channel.close();
    expect(machine.handleCount()).toBe(0);
  });

  it('stops even where the server hangs', async () => {
    const machine = new SimulatedWindows();
    machine.faults.add({ at: 'sql.attach', action: { hang: true } });
    const cancel = new AbortController();
    const connection = await machine.sql().connect();
    const running = connection.execute("BACKUP DATABASE Sales TO VIRTUAL_DEVICE='set'", { signal: cancel.signal });
    setImmediate(() => {
      cancel.abort();
    });
    await expect(running).rejects.toBeInstanceOf(AbortError);
    await connection.close();
  });
});

describe('a fault in the server', () => {
  const phases = ['sql.attach', 'sql.configure', 'sql.open-device', 'sql.write', 'sql.flush', 'sql.complete', 'sql.close', 'sql.commit'];

  async function backup(
    fault: Fault | undefined,
  ): Promise<{ machine: SimulatedWindows; result: TransferResult | undefined; error: unknown }> {
    const machine = new SimulatedWindows();
    if (fault !== undefined) machine.faults.add(fault);
    let result: TransferResult | undefined;
    let error: unknown;
    try {
      result = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty(2), features: VDFeatures.RequestComplete });
    } catch (thrown) {
      error = thrown;
    }
    return { machine, result, error };
  }

  it('can be put at every phase', async () => {
    const { machine } = await backup(undefined);
    for (const phase of phases) expect(machine.faults.count(phase)).toBeGreaterThan(0);
  });

  it.each(phases)('fails the backup at %s and leaves nothing behind', async (at) => {
    const { machine, result } = await backup({ at, action: { hresult: 0x8007001d } });
    const found = numbers(result?.messages ?? []);
    expect(found.at(-1)).toBe(3013);
    expect(found).not.toContain(3014);
    expect([18210, 3201]).toContain(found[0]);
    expect(machine.sqlServer.instance().history).toEqual([]);
    expect(machine.sqlServer.database('Sales').differentialBase).toBeUndefined();
    expect(machine.sqlServer.database('Sales').busyWith).toBeUndefined();
    expect(machine.handleCount()).toBe(0);
    machine.faults.clear();
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() })).messages)).toContain(3014);
  });

  it.each(phases)('loses the connection when sqlservr dies at %s, and a new one serves again', async (at) => {
    const { machine, error } = await backup({ at, occurrence: at === 'sql.write' ? 8 : 1, action: { kill: 'sqlservr' } });
    expect(error).toBeInstanceOf(SqlConnectionError);
    expect(machine.sqlServer.instance().history).toEqual([]);
    await expect(machine.sql().connect()).rejects.toMatchObject({ code: 'EINSTLOOKUP' });
    machine.faults.clear();
    machine.sqlServer.instance().start();
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() })).messages)).toContain(3014);
  });

  const restorePhases = ['sql.attach', 'sql.configure', 'sql.open-device', 'sql.read', 'sql.create', 'sql.commit', 'sql.close'];
  const RESTORE = "RESTORE DATABASE Copy FROM {device} WITH MOVE 'Sales' TO 'D:\\Copy.mdf', MOVE 'Sales_log' TO 'D:\\Copy.ldf'";

  it.each(restorePhases)('fails the restore at %s, and a second one succeeds', async (at) => {
    const { machine } = await backup(undefined);
    const media = empty(2);
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    machine.faults.add({ at, occurrence: machine.faults.count(at) + (at === 'sql.read' ? 10 : 1), action: { hresult: 0x8007001e } });
    const { messages } = await transfer(machine, RESTORE, { media });
    expect(numbers(messages).at(-1)).toBe(3013);
    expect(numbers(messages)).not.toContain(3014);
    const copy = machine.sqlServer.instance().findDatabase('Copy');
    expect(copy?.state).toBe(['sql.read', 'sql.commit', 'sql.close'].includes(at) ? 'RESTORING' : undefined);
    expect(machine.handleCount()).toBe(0);
    expect(numbers((await transfer(machine, copy === undefined ? RESTORE : `${RESTORE}, REPLACE`, { media })).messages)).toContain(3014);
    expect(Buffer.compare(await machine.sqlServer.database('Copy').read(), await machine.sqlServer.database('Sales').read())).toBe(0);
  });

  it.each(['sql.read', 'sql.create', 'sql.commit', 'sql.close'])(
    'leaves no half-restored database online when sqlservr dies at %s',
    async (at) => {
      const { machine } = await backup(undefined);
      const media = empty();
      await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
      machine.faults.add({ at, occurrence: machine.faults.count(at) + (at === 'sql.read' ? 10 : 1), action: { kill: 'sqlservr' } });
      await expect(transfer(machine, RESTORE, { media })).rejects.toBeInstanceOf(SqlConnectionError);
      expect(machine.sqlServer.instance().findDatabase('Copy')?.state).not.toBe('ONLINE');
      machine.sqlServer.instance().start();
      expect(machine.handleCount()).toBe(0);
    },
  );

  it("of another instance is not this one's", async () => {
    const machine = new SimulatedWindows({ instances: [{}, { name: 'SECOND', databases: [{ name: 'Pay' }] }] });
    const media = empty();
    const { messages } = await transfer(machine, 'BACKUP DATABASE Pay TO {device}', { media, instance: 'second' });
    expect(numbers(messages)).toContain(3014);
    expect(events(machine)).toEqual([['MSSQL$SECOND', 18264]]);
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Pay TO {device}', { media: empty() })).messages)).toEqual([911, 3013]);
    machine.kill(machine.sqlServer.instance('SECOND').process.id);
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() })).messages)).toContain(3014);
  });

  it("can be a delay on the machine's clock", async () => {
    const clock = new SimulatedClock();
    const machine = new SimulatedWindows({ host: { ...realHost, clock } });
    machine.faults.add({ at: 'sql.flush', action: { delayMs: 60_000 } });
    let done = false;
    const running = transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() }).finally(() => (done = true));
    for (let turn = 0; turn < 50; turn += 1) await settled();
    expect(done).toBe(false);
    await clock.advance(60_000);
    expect((await running).messages.at(-1)?.message).toContain('in 60.000 seconds');
  });

  it("of the client's silence is ended by serverTimeOut", async () => {
    const clock = new SimulatedClock();
    const machine = new SimulatedWindows({ host: { ...realHost, clock } });
    const running = transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media: empty(),
      config: { serverTimeOut: 1000 },
      answer: (_command, _device, at) => (at > 3 ? 'hang' : undefined),
    });
    for (let turn = 0; turn < 20; turn += 1) await settled();
    await clock.advance(10_000);
    expect(numbers((await running).messages)).toEqual([18210, 3202, 3013]);
  });
});

describe('a connection', () => {
  it('is refused for an unknown instance and an unknown login, with what the server says', async () => {
    const machine = new SimulatedWindows();
    await expect(machine.sql({ instance: 'NOWHERE' }).connect()).rejects.toMatchObject({ name: 'SqlConnectionError', code: 'EINSTLOOKUP' });
    await expect(machine.sql({ login: 'stranger' }).connect()).rejects.toMatchObject({
      code: 'ELOGIN',
      messages: [{ number: 18456 }],
      message: "Login failed for user 'stranger'.",
    });
    expect(machine.handleCount()).toBe(0);
  });

  it('runs one statement at a time', async () => {
    const machine = new SimulatedWindows();
    machine.faults.add({ at: 'sql.attach', action: { hang: true } });
    const connection = await machine.sql().connect();
    const running = connection.execute("BACKUP DATABASE Sales TO VIRTUAL_DEVICE='set'").catch((error: unknown) => error);
    await expect(connection.execute('SELECT 1')).rejects.toBeInstanceOf(SqlConnectionError);
    await connection.close();
    expect(await running).toBeInstanceOf(SqlConnectionError);
  });
});

describe('a database in a real file', () => {
  let directory: string;
  let path: string;
  let bytes: Buffer;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'winbackup-sql-'));
    path = join(directory, 'sales.mdf');
    bytes = Buffer.alloc(777_777, 'rows and rows of them ');
    writeFileSync(path, bytes);
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('is restored byte for byte, under its own name or beside it', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales', file: path }] });
    const media = empty(2);
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media })).messages)).toContain(3014);
    writeFileSync(path, 'overwritten');
    expect(numbers((await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', { media })).messages)).toContain(3014);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const copy = join(directory, 'copy.mdf');
    await transfer(machine, `RESTORE DATABASE Copy FROM {device} WITH MOVE 'Sales' TO '${copy}', MOVE 'Sales_log' TO '${copy}.ldf'`, {
      media,
    });
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['copy.mdf', 'sales.mdf']);
  });

  it('is not restored over a file of somebody else without REPLACE', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales', file: path }] });
    const media = empty();
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    const other = join(directory, 'other.txt');
    writeFileSync(other, 'precious');
    const restore = `RESTORE DATABASE Copy FROM {device} WITH MOVE 'Sales' TO '${other}', MOVE 'Sales_log' TO '${other}.ldf'`;
    expect(numbers((await transfer(machine, restore, { media })).messages)).toEqual([3142, 3013]);
    expect(readFileSync(other, 'utf8')).toBe('precious');
    expect(machine.sqlServer.instance().findDatabase('Copy')).toBeUndefined();
    expect(numbers((await transfer(machine, `${restore}, REPLACE`, { media })).messages)).toContain(3014);
    expect(readFileSync(other).equals(bytes)).toBe(true);
  });

  it('is backed up differentially with what others have changed in it', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales', file: path }] });
    const [full, differential] = [empty(), empty()];
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: full });
    const changed = Buffer.concat([bytes.subarray(0, 600_000), Buffer.from('longer by this')]);
    changed.write('edited', 70_000);
    writeFileSync(path, changed);
    await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL', { media: differential });
    expect(differential[0]?.bytes.byteLength).toBeLessThan(250_000);
    await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE, NORECOVERY', { media: full });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(numbers((await transfer(machine, 'RESTORE DATABASE Sales FROM {device}', { media: differential })).messages)).toContain(3014);
    expect(readFileSync(path).equals(changed)).toBe(true);
  });

  it('stays as it was on disk when the restore fails, and nothing else is left', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales', file: path }] });
    const media = empty();
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    const cut = [{ bytes: media[0]?.bytes.subarray(0, 300_000) ?? new Uint8Array(0) }];
    expect(numbers((await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', { media: cut })).messages)).toEqual([
      18210, 3203, 3013,
    ]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(directory)).toEqual(['sales.mdf']);
  });

  it('fails with 3271 when the file is cut while it is backed up, instead of sending zeros', async () => {
    const host = {
      ...realHost,
      files: {
        ...realHost.files,
        open: async (name: string, mode: 'read' | 'create' | 'modify') => {
          const file = await realHost.files.open(name, mode);
          const read = file.read.bind(file);
          file.read = async (target, position) => {
            truncateSync(path, 100_000);
            return read(target, position);
          };
          return file;
        },
      },
    };
    const machine = new SimulatedWindows({ host, databases: [{ name: 'Sales', file: path }] });
    const { messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: empty() });
    expect(numbers(messages)).toEqual([3271, 3013]);
    expect(messages[0]?.message).toContain('Reached the end of the file');
  });

  it('fails with 3271 when the file cannot be written or read', async () => {
    const full: Host = {
      ...realHost,
      files: {
        ...realHost.files,
        open: async (name, mode) => {
          const file = await realHost.files.open(name, mode);
          const failing = Object.create(file) as typeof file;
          failing.write = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
          return mode === 'create' ? failing : file;
        },
      },
    };
    const machine = new SimulatedWindows({
      host: full,
      databases: [
        { name: 'Sales', file: path },
        { name: 'Gone', file: join(directory, 'gone.mdf') },
      ],
    });
    const media = empty();
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media });
    const { messages } = await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', { media });
    expect(numbers(messages)).toEqual([3271, 3013]);
    expect(messages[0]?.message).toContain('ENOSPC');
    expect(numbers((await transfer(machine, 'BACKUP DATABASE Gone TO {device}', { media: empty() })).messages)).toEqual([3271, 3013]);
    expect(existsSync(`${path}.restoring`)).toBe(false);
  });
});
