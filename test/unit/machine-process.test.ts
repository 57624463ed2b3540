/** A simulated machine in another process, and clients in others: real processes that are really killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MACHINE } from '../../lib/binding/channel';
import { HRESULT } from '../../lib/binding/codes';
import { connectMachine, openMachine, serveMachine, simulatedSqlServer } from '../../lib/simulator';
import type { ServedMachine } from '../../lib/simulator';
import { backupDatabase, restoreDatabase } from '../../lib/vdi';

const directories: string[] = [];
const children: ChildProcess[] = [];
const machines: { close(): Promise<void> }[] = [];

function machineFile(description: object = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'winbackup-test-'));
  directories.push(directory);
  const file = join(directory, 'machine.json');
  writeFileSync(file, JSON.stringify(description));
  return file;
}

interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  /** The next line that it writes to standard output or standard error. */
  line(): Promise<string>;
}

function start(script: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, [join(__dirname, script), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      const next = waiting.shift();
      if (next === undefined) lines.push(line);
      else next(line);
    });
  }
  return {
    process: child,
    exited: new Promise((resolve) => child.once('exit', resolve)),
    line: () => {
      const line = lines.shift();
      return line === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(line);
    },
  };
}

async function served(file: string): Promise<ServedMachine> {
  const machine = await serveMachine(file);
  machines.push(machine);
  return machine;
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const machine of machines.splice(0)) await machine.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describe('a client in another process', () => {
  it('[V18] is killed in the middle of a backup: the server sees the abort, and its statement says why it ended', async () => {
    const file = machineFile();
    const { machine } = await served(file);
    const client = start('vdi-client-process.js', file, 'Set-1');
    expect(await client.line()).toBe('created');
    const connection = await simulatedSqlServer(machine).connect();
    const statement = connection.execute("BACKUP DATABASE [Sales] TO VIRTUAL_DEVICE = 'Set-1'");
    // A Write command came, and the server's bytes with it, although the processes share no memory.
    expect(await client.line()).toBe('command 2 true');
    client.process.kill('SIGKILL');

    const { messages } = await statement;
    expect(messages.map(({ number }) => number)).toEqual([18210, 3202, 3013]);
    expect(messages[0]?.message).toContain('995');
    const control = machine.openControl();
    expect((await control.events()).map(({ eventId }) => eventId)).toContain(18210);
    expect((await control.processes()).filter(({ name, alive }) => name === 'client' && alive)).toEqual([expect.objectContaining({ handles: 1 })]);
    await connection.close();
    expect(await control.status()).toMatchObject({ handles: 0, areas: 0 });
  });
});

describe('a machine in another process', () => {
  it('backs up and restores for a client here, and a second client looks on', async () => {
    const file = machineFile({ instances: [{ databases: [{ name: 'Sales', file: 'sales.mdf' }] }] });
    const directory = join(file, '..');
    const original = randomBytes(3_000_000);
    writeFileSync(join(directory, 'sales.mdf'), original);
    expect(await start('machine-process-main.js', file).line()).toBe('serving');
    const backend = await connectMachine(file);
    const sql = simulatedSqlServer(backend);

    const stripes = [join(directory, 'a.bak'), join(directory, 'b.bak')];
    await backupDatabase({ backend, sql, database: 'Sales', to: stripes });
    writeFileSync(join(directory, 'sales.mdf'), 'lost');
    await restoreDatabase({ backend, sql, database: 'Sales', from: stripes, options: { replace: true } });
    expect(createHash('sha256').update(readFileSync(join(directory, 'sales.mdf'))).digest('hex')).toBe(createHash('sha256').update(original).digest('hex'));

    const control = await (await connectMachine(file)).openControl();
    expect(await control.count('IClientVirtualDeviceSet2::CreateEx')).toBe(2);
    expect((await control.events()).map(({ eventId }) => eventId)).toEqual([18264, 18267]);
    expect(await control.status()).toMatchObject({ handles: 0, areas: 0 });
    await control.close();
  });

  it('is killed: calls under way and later ones reject with typed errors', async () => {
    const file = machineFile();
    const machine = start('machine-process-main.js', file);
    expect(await machine.line()).toBe('serving');
    const backend = await connectMachine(file);
    const channel = await backend.openChannel();
    const control = await backend.openControl();
    await control.addFault({ at: 'CoCreateInstance', action: { hang: true } });
    const call = channel.call(MACHINE, 'CoCreateInstance', ['x', 'y']);
    const rejected = expect(call).rejects.toMatchObject({ name: 'StateError', code: 'ERR_CHANNEL_CLOSED' });
    while ((await control.count('CoCreateInstance')) === 0);
    machine.process.kill('SIGKILL');
    await rejected;
    await expect(channel.call(MACHINE, 'CoCreateInstance', [])).rejects.toMatchObject({ code: 'ERR_CHANNEL_CLOSED' });
    await expect(backend.openChannel()).rejects.toMatchObject({ code: 'ERR_MACHINE_NOT_RUNNING' });
    await expect(connectMachine(file)).rejects.toMatchObject({ code: 'ERR_MACHINE_NOT_RUNNING' });
  });

  it('runs once for each file, and again after it was killed', async () => {
    const file = machineFile();
    const first = start('machine-process-main.js', file);
    expect(await first.line()).toBe('serving');
    expect(await start('machine-process-main.js', file).line()).toBe('ERR_MACHINE_RUNNING');
    await expect(serveMachine(file)).rejects.toMatchObject({ code: 'ERR_MACHINE_RUNNING' });
    first.process.kill('SIGKILL');
    await first.exited;
    await served(file);
  });

  it('ends cleanly, and takes back where it was served', async () => {
    const file = machineFile();
    const machine = start('machine-process-main.js', file);
    expect(await machine.line()).toBe('serving');
    expect(existsSync(`${file}.state/running.json`)).toBe(true);
    machine.process.stdin?.end();
    expect(await machine.exited).toBe(0);
    expect(existsSync(`${file}.state/running.json`)).toBe(false);
  });

  it('is steered from a second process: faults, processes, time', async () => {
    const file = machineFile({ clock: 'simulated', delays: { CoCreateInstance: 60_000 } });
    expect(await start('machine-process-main.js', file).line()).toBe('serving');
    const backend = await connectMachine(file);
    const control = await backend.openControl();
    const channel = await backend.openChannel();
    const call = channel.call(MACHINE, 'CoCreateInstance', ['x', 'y']);
    while ((await control.count('CoCreateInstance')) === 0);
    const { now } = await control.status();
    expect(await control.advance(60_000)).toBe(now + 60_000);
    expect((await call).hresult).toBe(HRESULT.REGDB_E_CLASSNOTREG);
    await control.clearFaults();
    const before = await control.processes();
    expect(before.map(({ name, alive }) => [name, alive])).toEqual([['sqlservr', true], ['client', true]]);
    await control.kill('client');
    await expect(channel.call(MACHINE, 'CoCreateInstance', [])).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    await control.close();
    await channel.close();
  });
});

describe('the state beside the file', () => {
  it('carries a database, its history and the event log from one run to the next', async () => {
    const file = machineFile({ instances: [{ databases: [{ name: 'Sales', generatedBytes: 500_000 }] }] });
    const backup = join(file, '..', 'sales.bak');
    const first = await openMachine(file);
    await backupDatabase({ backend: first.backend, sql: simulatedSqlServer(first.backend), database: 'Sales', to: [backup] });
    await first.close();

    // The next run knows the database again (without REPLACE), and what was made of it in the meantime.
    const second = await served(file);
    const changed = second.machine.sqlServer.database('Sales');
    await changed.modify(100_000, new TextEncoder().encode('changed'));
    const sql = simulatedSqlServer(second.backend);
    const data = 'C:\\Program Files\\Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\DATA';
    const move = { Sales: `${data}\\copy.mdf`, Sales_log: `${data}\\copy_log.ldf` };
    await restoreDatabase({ backend: second.backend, sql, database: 'Copy', from: [backup], options: { move } });
    const contents = await changed.read();
    await second.close();

    const third = await served(file);
    const { sqlServer, eventLog } = third.machine;
    expect(Buffer.compare(await sqlServer.database('Sales').read(), contents)).toBe(0);
    expect((await sqlServer.database('Copy').read()).byteLength).toBe(contents.byteLength);
    expect(sqlServer.instance().history.map(({ database }) => database)).toEqual(['Sales']);
    expect(eventLog.entries.map(({ eventId }) => eventId)).toEqual([18264, 18267]);
  });

  it('begins a database anew when its description has changed', async () => {
    const file = machineFile({ instances: [{ databases: [{ name: 'Sales', generatedBytes: 50_000 }] }] });
    const first = await served(file);
    const { familyId } = first.machine.sqlServer.database('Sales');
    await first.close();
    const same = await served(file);
    expect(same.machine.sqlServer.database('Sales').familyId).toBe(familyId);
    await same.close();
    writeFileSync(file, JSON.stringify({ instances: [{ databases: [{ name: 'Sales', generatedBytes: 60_000 }] }] }));
    const other = (await served(file)).machine.sqlServer.database('Sales');
    expect(other.familyId).not.toBe(familyId);
    expect((await other.read()).byteLength).toBe(60_000);
  });

  it('says what to do when it cannot be read', async () => {
    const file = machineFile();
    await (await served(file)).close();
    writeFileSync(`${file}.state/state`, 'damaged');
    await expect(serveMachine(file)).rejects.toMatchObject({ code: 'ERR_MACHINE_STATE', message: expect.stringContaining('remove') as string });
    expect(readdirSync(`${file}.state`)).toEqual(['state']);
  });
});
