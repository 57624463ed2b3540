/** `winbackup job`, as people run it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realHost } from '../../lib/binding/real-host';
import { EXIT } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { checkSet } from '../../lib/job/manifest';
import { checkTrace } from '../../lib/job/trace-file';
import { CapturedIo } from './captured-io';

const program = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
const nightly = { name: 'nightly', destination: 'sets', volumes: ['D:\\'], databases: [{ name: 'Sales' }], files: [{ from: 'D:\\Data', to: 'data' }] };

let directory: string;
const at = (name: string): string => join(directory, name);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-cli-job-'));
  mkdirSync(at('volume/Data'), { recursive: true });
  writeFileSync(at('volume/Data/one.txt'), 'one');
  writeFileSync(at('machine.json'), JSON.stringify({
    instances: [{ databases: [{ name: 'Sales', generatedBytes: 1024 * 1024 }] }], vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] },
  }));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function job(description: unknown, options: { readonly args?: readonly string[]; readonly onLine?: (line: string, io: CapturedIo) => void } = {}): Promise<{ code: number; io: CapturedIo }> {
  writeFileSync(at('nightly.json'), typeof description === 'string' ? description : JSON.stringify(description, null, 1));
  const io = new CapturedIo();
  io.onLine = (line) => options.onLine?.(line, io);
  return { code: await main(['job', at('nightly.json'), '--machine', at('machine.json'), '--json', ...(options.args ?? [])], io), io };
}

/** Without the transaction log. */
const sets = (): readonly string[] => (existsSync(at('sets')) ? readdirSync(at('sets')).filter((name) => name !== '.winbackup') : []);

it('commits, and says what it made, part by part', async () => {
  const { code, io } = await job(nightly);
  const [set = ''] = sets();
  expect({ code, done: io.event('done') }).toMatchObject({ code: EXIT.success, done: { simulated: true, command: 'job', set: join(at('sets'), set), warnings: [], notKept: [] } });
  expect(io.events.every(({ simulated }) => simulated === true)).toBe(true);
  expect(io.events.filter(({ event, state }) => event === 'part' && state === 'done').map(({ part }) => part)).toEqual([
    'snapshot', 'database Sales', 'files data', 'writers', 'manifest', 'commit',
  ]);
  expect(io.events.filter(({ event, part }) => event === 'progress' && part === 'database Sales').length).toBeGreaterThan(0);
  expect((await checkSet(realHost.files, join(at('sets'), set))).problems).toEqual([]);
});

it('writes a timeline with every call, phase, lock and participant, without a gap', async () => {
  const { code } = await job(nightly, { args: ['--trace', at('trace.json')] });
  expect(code).toBe(EXIT.success);
  const { events, unfinished } = checkTrace(readFileSync(at('trace.json'), 'utf8'));
  expect(unfinished).toEqual([]);
  const names = (cat: string): readonly string[] => events.filter((event) => event.cat === cat && event.ph !== 'e').map(({ name }) => name);
  expect(names('job')).toEqual(['job nightly']);
  expect(names('call')).toEqual(expect.arrayContaining(['IVssBackupComponents::DoSnapshotSet', 'IClientVirtualDeviceSet2::CreateEx', 'IClientVirtualDevice::CompleteCommand']));
  expect(names('phase')).toEqual(expect.arrayContaining(['snapshot', 'DoSnapshotSet', 'database Sales', 'files data', 'commit']));
  expect(names('lock')).toEqual(['holds database mssqlserver\\sales']);
  expect(names('participant')).toEqual(expect.arrayContaining(['enlist outputs', 'prepare outputs', 'commit outputs']));
  expect(names('transaction')).toEqual(expect.arrayContaining(['ACTIVE', 'PREPARED', 'COMMITTED']));
});

it('ends cleanly by a signal in the middle of the stream, with the abort in its timeline', async () => {
  const { code, io } = await job(nightly, {
    args: ['--trace', at('trace.json')],
    onLine: (line, each) => {
      if (line.includes('"progress"')) each.send('SIGINT');
    },
  });
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.SIGINT, error: { code: 'ABORT_ERR', message: expect.stringContaining('no output is left') as string } });
  expect(sets()).toEqual([]);
  const { events, unfinished } = checkTrace(readFileSync(at('trace.json'), 'utf8'));
  expect({ unfinished, aborts: events.filter(({ cat }) => cat === 'abort').map(({ args }) => args['code']) }).toEqual({ unfinished: [], aborts: [97] });
});

it.each<[string, unknown, string, number | undefined, RegExp]>([
  ['an unknown field', { ...nightly, databses: [] }, 'job.databses', undefined, /is not a field.*nightly\.json, line \d+\)$/s],
  ['a destination that is a source', { ...nightly, destination: 'volume/Data' }, 'job.destination', 3, /is a source/],
  ['a volume that is not in the snapshot', { ...nightly, files: [{ from: 'E:\\Data', to: 'data' }] }, 'job.files[0].from', undefined, /on no volume of the snapshot/],
  ['the same output twice', { ...nightly, files: [{ from: 'D:\\Data', to: 'Sales.bak' }] }, 'job.files[0].to', undefined, /the same output as/],
  ['something that is not JSON', '{\n"name": nightly }', 'job', 2, /is not JSON/],
])('refuses %s with the field and the line, and starts nothing', async (_what, description, field, line, message) => {
  const { code, io } = await job(description);
  const error = io.event('error');
  expect({ code, error }).toMatchObject({ code: EXIT.usage, error: { field, message: expect.stringMatching(message) as string } });
  expect(error?.['message']).toMatch(line === undefined ? /line \d+\)$/ : new RegExp(`line ${String(line)}\\)$`));
  expect(io.event('start')).toBeUndefined();
  expect([sets(), readdirSync(at('volume')), readdirSync(at('volume/Data'))]).toEqual([[], ['Data'], ['one.txt']]);
});

it('refuses a transaction log of another machine, and one of another version', async () => {
  const log = (machine: string, version: number): void => {
    const script = `const { Log } = require(${JSON.stringify(join(__dirname, '..', '..', 'lib', 'log'))}); const { realHost } = require(${JSON.stringify(join(__dirname, '..', '..', 'lib', 'binding', 'real-host'))});
      (async () => { const { log } = await Log.open({ host: realHost, path: process.argv[1], kind: 'winbackup.transaction-monitor' });
      await log.append(Buffer.from(JSON.stringify({ type: 'monitor', version: ${String(version)}, machine: ${JSON.stringify(machine)} }))); await log.close(); })()`;
    mkdirSync(at('sets/.winbackup'), { recursive: true });
    expect(spawnSync(process.execPath, ['-e', script, at('sets/.winbackup/monitor.log')]).status).toBe(0);
  };
  log('ANOTHER', 1);
  expect((await job(nightly)).io.event('error')).toMatchObject({ code: 'ERR_MONITOR_FOREIGN' });
  rmSync(at('sets'), { recursive: true });
  log(realHost.processes.machine, 99);
  const { code, io } = await job(nightly);
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.usage, error: { code: 'ERR_MONITOR_VERSION' } });
  expect(sets()).toEqual([]);
});

it('takes a JavaScript module', () => {
  writeFileSync(at('nightly.mjs'), `export default () => (${JSON.stringify(nightly)});`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'job', at('nightly.mjs'), '--machine', at('machine.json')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([EXIT.success, '']);
  expect(stdout).toContain('[simulated] Job nightly: committed.');
  expect(sets()).toHaveLength(1);
});
