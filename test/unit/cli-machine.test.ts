/** `winbackup machine`: one terminal runs the machine, others use it and look at it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXIT } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { CapturedIo } from './captured-io';

const program = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');

let directory: string;
let file: string;
let server: ChildProcess | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-machine-test-'));
  file = join(directory, 'machine.json');
});
afterEach(async () => {
  if (server?.exitCode === null && server.signalCode === null) {
    server.kill('SIGKILL');
    await once(server, 'close');
  }
  server = undefined;
  rmSync(directory, { recursive: true });
});

/** Another terminal: `winbackup machine <file>`, once it serves. */
async function start(description: object): Promise<ChildProcess> {
  writeFileSync(file, JSON.stringify(description));
  const child = spawn(process.execPath, [program, 'machine', file, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  server = child;
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ event: 'serving', simulated: true, file });
  return child;
}

async function run(...argv: readonly string[]): Promise<{ code: number; io: CapturedIo }> {
  const io = new CapturedIo();
  return { code: await main([...argv, '--json'], io), io };
}

const sales = { databases: [{ name: 'Sales', generatedBytes: 1024 * 1024 }] };

it('is used by commands of other processes, and shows what they did', async () => {
  await start({ instances: [sales] });
  const backup = await run('backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', file);
  expect({ code: backup.code, done: backup.io.event('done') }).toMatchObject({ code: EXIT.success, done: { simulated: true, database: 'Sales' } });

  const { io: calls } = await run('machine', 'calls', file);
  expect(calls.events.map(({ operation }) => operation)).toEqual(expect.arrayContaining(['CoCreateInstance', 'IClientVirtualDeviceSet2::CreateEx', 'IClientVirtualDeviceSet2::Close']));
  const { io: status } = await run('machine', 'status', file);
  expect(status.event('status')).toMatchObject({
    simulated: true, handles: 0, areas: 0, processes: expect.arrayContaining([expect.objectContaining({ name: 'sqlservr', alive: true })]) as unknown[],
  });
});

it('takes and loses faults', async () => {
  await start({ instances: [sales] });
  const fault = { at: 'IClientVirtualDeviceSet2::CreateEx', action: { hresult: 0x80070005 } };
  expect((await run('machine', 'fault', file, JSON.stringify(fault))).code).toBe(EXIT.success);
  expect((await run('machine', 'faults', file)).io.event('fault')).toMatchObject(fault);
  const refused = await run('backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', file);
  expect({ code: refused.code, error: refused.io.event('error') }).toMatchObject({ code: EXIT.windows, error: { hint: expect.stringContaining('elevated') as string } });
  expect((await run('machine', 'clear-faults', file)).code).toBe(EXIT.success);
  expect((await run('backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', file)).code).toBe(EXIT.success);

  expect((await run('machine', 'fault', file, 'not json')).code).toBe(EXIT.usage);
  expect((await run('machine', 'fault', file, '{"at":"x","action":{"explode":true}}')).code).toBe(EXIT.usage);
});

it('loses its SQL Server when told to, and a backup says so', async () => {
  await start({ instances: [sales] });
  expect((await run('machine', 'kill', file, 'sqlservr')).code).toBe(EXIT.success);
  expect((await run('machine', 'kill', file, 'nobody')).code).toBe(EXIT.usage);
  expect((await run('backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', file)).code).toBe(EXIT.connection);
  expect(readdirSync(directory)).not.toContain('sales.bak');
});

it('moves its time, where that is simulated', async () => {
  await start({ clock: 'simulated', instances: [sales] });
  const before = (await run('machine', 'status', file)).io.event('status')?.['now'] as number;
  const { io } = await run('machine', 'advance', file, '90');
  expect(io.event('time')).toMatchObject({ now: before + 90_000 });
});

it('keeps an event log', async () => {
  await start({ instances: [sales] });
  expect((await run('backup', 'Nowhere', '--to', join(directory, 'x.bak'), '--machine', file)).code).toBe(EXIT.sql);
  const { code, io } = await run('machine', 'events', file);
  expect({ code, entries: io.events.length }).toEqual({ code: EXIT.success, entries: expect.any(Number) as number });
});

it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s with success, and is not there any more', async (signal) => {
  const child = await start({ instances: [sales] });
  child.kill(signal);
  expect(await once(child, 'close')).toEqual([EXIT.success, null]);
  const { code, io } = await run('machine', 'status', file);
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.connection, error: { code: 'ERR_MACHINE_NOT_RUNNING', hint: expect.stringContaining('winbackup machine') as string } });
});

it('runs once for a file', async () => {
  await start({ instances: [sales] });
  const { code, io } = await run('machine', 'run', file);
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.connection, error: { code: 'ERR_MACHINE_RUNNING' } });
});

it('names what is wrong in its file', async () => {
  writeFileSync(file, JSON.stringify({ instances: [{ databases: [{ name: 'Sales', file: 'nowhere.mdf' }] }] }));
  const { code, io } = await run('machine', 'run', file);
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.usage, error: { field: 'instances[0].databases[0].file' } });
});

it('is a backup’s own for as long as that takes, where none runs', async () => {
  writeFileSync(file, JSON.stringify({ instances: [sales] }));
  expect((await run('backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', file)).code).toBe(EXIT.success);
  expect((await run('machine', 'status', file)).code).toBe(EXIT.connection);
});
