/** The command as a real child process: signals, exit codes, pipes. What a person at a terminal, or a service manager, gets. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');

let directory: string;
const started: ChildProcess[] = [];
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'winbackup-process-'))));
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly Record<string, unknown>[];
}

/** A machine with a database of 8 MiB in a real file, and these faults. */
function machineFile(faults: readonly object[] = []): string {
  const file = join(directory, 'machine.json');
  const pages = Buffer.alloc(8 * 1024 * 1024);
  for (let offset = 0; offset < pages.length; offset += 8) pages.writeDoubleLE(Math.sin(offset), offset);
  writeFileSync(join(directory, 'sales.mdf'), pages);
  writeFileSync(file, JSON.stringify({ instances: [{ databases: [{ name: 'Sales', file: 'sales.mdf' }] }], faults }));
  return file;
}

/** Starts the command with --json; `onEvent` sees each event as it comes. */
function run(args: readonly string[], onEvent: (event: Record<string, unknown>, child: ChildProcess) => void = () => undefined): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const events: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = JSON.parse(line) as Record<string, unknown>;
    events.push(event);
    onEvent(event, child);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, events }));
  });
}

/** What is there besides the machine, its state and its database. */
const made = (): readonly string[] => readdirSync(directory).filter((name) => !name.startsWith('machine.json') && name !== 'sales.mdf').sort();
const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('a signal in the middle of a backup', () => {
  const stuckInTheMiddle = [{ at: 'sql.write', occurrence: 5, action: { hang: true } }];

  it.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('%s ends it with %d, and nothing partial is left', async (signal, code) => {
    const target = join(directory, 'sales.bak');
    let sent = false;
    const ended = await run(['backup', 'Sales', '--to', target, '--stripes', '2', '--machine', machineFile(stuckInTheMiddle)], ({ event }, child) => {
      if (event === 'progress' && !sent) sent = child.kill(signal);
    });
    expect(ended).toMatchObject({ code, signal: null });
    expect(ended.events.find(({ event }) => event === 'signal')).toMatchObject({ simulated: true, signal });
    expect(ended.events.at(-1)).toMatchObject({ event: 'error', code: 'ABORT_ERR', exitCode: code, simulated: true, leftover: [] });
    expect(made()).toEqual([]);
  });

  it('a second one ends it at once, also when the abort itself hangs', async () => {
    const faults = [...stuckInTheMiddle, { at: 'IClientVirtualDeviceSet2::Close', action: { hang: true } }];
    const ended = await run(['backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', machineFile(faults)], ({ event }, child) => {
      if (event === 'progress' || event === 'signal') child.kill('SIGINT');
    });
    expect(ended).toMatchObject({ code: 130, signal: null });
    expect(ended.events.filter(({ event }) => event === 'signal').length).toBeGreaterThanOrEqual(2);
    // Nothing has the final name, whatever was left.
    expect(made()).not.toContain('sales.bak');
  });
});

it('leaves nothing under the final name when it is killed, and the next one succeeds', async () => {
  const machine = machineFile([{ at: 'sql.write', occurrence: 5, action: { hang: true } }]);
  const target = join(directory, 'sales.bak');
  const killed = await run(['backup', 'Sales', '--to', target, '--machine', machine], ({ event }, child) => {
    if (event === 'progress') child.kill('SIGKILL');
  });
  expect(killed).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(made()).toEqual([expect.stringMatching(/^sales\.bak\..*\.partial$/)]);
  expect(await run(['backup', 'Sales', '--to', target, '--machine', machineFile()])).toMatchObject({ code: 0 });
});

it('ends with the code for files, and leaves nothing, when the system takes no more', async () => {
  // A limit on the size of files, in blocks of 512 or 1024 bytes, stands in for a full disk.
  const limited = ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, program];
  const child = spawn('sh', [...limited, 'backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', machineFile(), '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const events: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as Record<string, unknown>));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(6);
  expect(events.at(-1)).toMatchObject({ event: 'error', code: 'EFBIG', exitCode: 6, completionCode: expect.any(Number) as number, leftover: [] });
  expect(made()).toEqual([]);
});

it('backs up, verifies and restores a real file byte for byte', async () => {
  const machine = machineFile();
  const original = sha256(join(directory, 'sales.mdf'));
  const files = [join(directory, 'a.bak'), join(directory, 'b.bak')];
  const backup = await run(['backup', 'Sales', '--to', ...files, '--machine', machine]);
  expect(backup).toMatchObject({ code: 0 });
  expect(backup.events.at(-1)).toMatchObject({ event: 'done', simulated: true, database: 'Sales' });
  expect(await run(['verify', '--from', ...files, '--machine', machine])).toMatchObject({ code: 0 });

  const handle = openSync(join(directory, 'sales.mdf'), 'w');
  closeSync(handle);
  expect(await run(['restore', 'Sales', '--from', ...files, '--replace', '--machine', machine])).toMatchObject({ code: 0 });
  expect(sha256(join(directory, 'sales.mdf'))).toBe(original);
});

it('reports the death of SQL Server in the middle with the exit code of the virtual device, and leaves nothing', async () => {
  const faults = [{ at: 'sql.write', occurrence: 5, action: { kill: 'sqlservr' } }];
  const ended = await run(['backup', 'Sales', '--to', join(directory, 'sales.bak'), '--machine', machineFile(faults)]);
  expect(ended.code).not.toBe(0);
  expect(ended.events.at(-1)).toMatchObject({ event: 'error', exitCode: ended.code, simulated: true });
  expect(made()).toEqual([]);
});

it('writes the same backup to standard output, and takes it from standard input', async () => {
  const machine = machineFile();
  const original = sha256(join(directory, 'sales.mdf'));
  const pipe = openSync(join(directory, 'out'), 'w');
  const writer = spawn(process.execPath, [program, 'backup', 'Sales', '--to', '-', '--machine', machine], { stdio: ['ignore', pipe, 'pipe'] });
  started.push(writer);
  const said: Buffer[] = [];
  writer.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  expect(await new Promise((resolve) => writer.once('close', resolve))).toBe(0);
  closeSync(pipe);
  expect(Buffer.concat(said).toString()).toMatch(/^\[simulated\] Backed up Sales/m);

  writeFileSync(join(directory, 'sales.mdf'), '');
  const input = openSync(join(directory, 'out'), 'r');
  const reader = spawn(process.execPath, [program, 'restore', 'Sales', '--from', '-', '--replace', '--machine', machine], { stdio: [input, 'ignore', 'inherit'] });
  started.push(reader);
  expect(await new Promise((resolve) => reader.once('close', resolve))).toBe(0);
  closeSync(input);
  expect(sha256(join(directory, 'sales.mdf'))).toBe(original);
});

it('ends with an error when the reader of standard output goes away', async () => {
  const child = spawn(process.execPath, [program, 'backup', 'Sales', '--to', '-', '--machine', machineFile()], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  child.stdout.once('data', () => child.stdout.destroy());
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(6);
  expect(Buffer.concat(said).toString()).toMatch(/EPIPE/);
});
