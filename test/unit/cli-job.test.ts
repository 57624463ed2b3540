/** `winbackup job`, as people run it. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { realHost } from '../../lib/binding/real-host';
import { EXIT } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { JOB_CHANNEL } from '../../lib/job/events';
import type { JobEvent } from '../../lib/job/events';
import { checkSet } from '../../lib/job/manifest';
import { checkTrace, traceEvent } from '../../lib/job/trace-file';
import { TransactionMonitor } from '../../lib/transaction';
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

it.each(['commits', 'is aborted'])('gives every event of its timeline to node:diagnostics_channel too, in the same order: a job that %s', async (how) => {
  const heard: JobEvent[] = [];
  const listener = (message: unknown): void => void heard.push(message as JobEvent);
  subscribe(JOB_CHANNEL, listener);
  try {
    await job(nightly, {
      args: ['--trace', at('trace.json')],
      onLine: (line, each) => {
        if (how === 'is aborted' && line.includes('"progress"')) each.send('SIGTERM');
      },
    });
  } finally {
    unsubscribe(JOB_CHANNEL, listener);
  }
  const { events, unfinished } = checkTrace(readFileSync(at('trace.json'), 'utf8'));
  expect(unfinished).toEqual([]);
  expect(events.filter(({ ph }) => ph !== 'M')).toEqual(heard.map((event) => traceEvent(event, process.pid)));
  expect([...new Set(heard.map(({ category }) => category))].sort()).toEqual([...(how === 'is aborted' ? ['abort'] : []), 'call', 'job', 'lock', 'log', 'participant', 'phase', 'transaction']);
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

it.each<[string, (path: string) => void, RegExp]>([
  ['in a directory that is not there', () => undefined, /cannot be written.*ENOENT/],
  ['that is a directory', (path) => void mkdirSync(path, { recursive: true }), /is there already, and is no trace/],
  ['that is another file', (path) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'a letter');
  }, /is there already, and is no trace/],
])('refuses a trace %s before anything is started', async (_what, prepare, message) => {
  const path = at('traces/trace.json');
  prepare(path);
  const { code, io } = await job(nightly, { args: ['--trace', path] });
  expect({ code, error: io.event('error'), start: io.event('start') }).toMatchObject({ code: EXIT.usage, error: { field: '--trace', message: expect.stringMatching(message) as string }, start: undefined });
  expect(existsSync(at('sets'))).toBe(false);
});

it('leaves the trace of a job that runs to that job, when it is started a second time', async () => {
  const second: { code: number; error: unknown }[] = [];
  let started: Promise<void> | undefined;
  const first = await job(nightly, {
    args: ['--trace', at('trace.json')],
    onLine: (line) => {
      if (!line.includes('"progress"')) return;
      started ??= job(nightly, { args: ['--trace', at('trace.json')] }).then(({ code, io }) => void second.push({ code, error: io.event('error') }));
    },
  });
  await started;
  expect(first.code).toBe(EXIT.success);
  expect(second).toMatchObject([{ code: EXIT.usage, error: { code: 'ERR_MONITOR_RUNNING', message: expect.stringContaining(`in process ${String(process.pid)}`) as string } }]);
  const { events, unfinished } = checkTrace(readFileSync(at('trace.json'), 'utf8'));
  expect({ unfinished, ends: events.filter(({ cat, ph }) => cat === 'job' && ph === 'e').length }).toEqual({ unfinished: [], ends: 1 });
  expect(sets()).toHaveLength(1);
});

it('lets a job take as long as its description says, also longer than two hours', async () => {
  const opened = jest.spyOn(TransactionMonitor, 'open');
  try {
    for (const jobMs of [undefined, 0, 4 * 60 * 60 * 1000]) await job({ ...nightly, ...(jobMs === undefined ? {} : { timeouts: { jobMs } }) });
    expect(opened.mock.calls.map(([{ autoAbortMs }]) => autoAbortMs)).toEqual([undefined, 0, 4 * 60 * 60 * 1000]);
  } finally {
    opened.mockRestore();
  }
});

it('is backed out when a database has vanished by the time of its stream', async () => {
  writeFileSync(at('sales.mdf'), Buffer.alloc(8 * 1024 * 1024, 'a'));
  writeFileSync(at('machine.json'), JSON.stringify({ instances: [{ databases: [{ name: 'Sales', file: 'sales.mdf' }] }], vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] } }));
  const { code, io } = await job(nightly, {
    onLine: (line) => {
      if (line.includes('DoSnapshotSet')) rmSync(at('sales.mdf'));
    },
  });
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.sql, error: { code: 'ERR_SQL_STATEMENT', message: expect.stringMatching(/failed at database Sales.*no output is left/s) as string } });
  expect(sets()).toEqual([]);
});

it('says, and writes into the manifest, what could not be kept', async () => {
  const { code, io } = await job(nightly, {
    onLine: (line) => {
      if (!line.includes('"files data"') || !line.includes('"started"')) return;
      const [copy = ''] = readdirSync(at('volume'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('Data') && name !== 'Data');
      symlinkSync('one.txt', at(`volume/${copy}/link`));
    },
  });
  const notKept = [{ path: 'D:\\Data\\link', what: expect.any(String) as string }];
  expect({ code, done: io.event('done') }).toMatchObject({ code: EXIT.success, done: { notKept } });
  const [set = ''] = sets();
  expect((await checkSet(realHost.files, join(at('sets'), set))).manifest).toMatchObject({ notKept });
});

it('never tells a password: not in its output, timeline, log, manifest or error', async () => {
  const password = 'correct horse battery';
  writeFileSync(at('machine.json'), JSON.stringify({
    instances: [{ databases: [{ name: 'Sales', generatedBytes: 1024 * 1024 }] }], vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] },
  }));
  writeFileSync(at('password'), password);
  for (const description of [nightly, { ...nightly, databases: [{ name: 'Nowhere' }] }]) {
    const { io } = await job(description, { args: ['--trace', at('trace.json'), '--login', 'backup', '--password-file', at('password')] });
    expect(`${io.stdoutText}${io.stderrText}`).not.toContain(password);
  }
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map(at).filter((path) => statSync(path).isFile());
  expect(files.filter((path) => readFileSync(path).includes(password))).toEqual([at('password')]);
  expect(files).toEqual(expect.arrayContaining([at('trace.json'), at('sets/.winbackup/monitor.log')]));
});

it('has made a set that verify --set finds whole, with checksums that any SHA-256 gives; and not when something has changed', async () => {
  await job(nightly);
  const [name = ''] = sets();
  const set = at(`sets/${name}`);
  const verified = async (...args: readonly string[]): Promise<{ code: number; io: CapturedIo }> => {
    const io = new CapturedIo();
    return { code: await main(['verify', ...args, '--json'], io), io };
  };
  const whole = await verified('--set', set);
  expect({ code: whole.code, done: whole.io.event('done') }).toMatchObject({ code: EXIT.success, done: { simulated: true, command: 'verify', set } });
  const { files } = JSON.parse(readFileSync(join(set, 'manifest.json'), 'utf8')) as { files: readonly { path: string; sha256: string }[] };
  for (const { path, sha256 } of files) expect({ path, sha256 }).toEqual({ path, sha256: createHash('sha256').update(readFileSync(join(set, path))).digest('hex') });

  writeFileSync(join(set, 'data/Data/one.txt'), 'two');
  rmSync(join(set, 'Sales.bak'));
  const changed = await verified('--set', set);
  expect({ code: changed.code, problems: changed.io.events.filter(({ event }) => event === 'problem'), error: changed.io.event('error') }).toMatchObject({
    code: EXIT.files, problems: [{ path: 'Sales.bak', problem: 'is missing' }, { path: 'data/Data/one.txt', problem: 'has changed' }], error: { code: 'ERR_SET_CHANGED' },
  });
  const none = await verified('--set', at('volume'));
  expect({ code: none.code, error: none.io.event('error') }).toMatchObject({ code: EXIT.usage, error: { code: 'ERR_NO_MANIFEST' } });
  expect((await verified()).io.event('error')).toMatchObject({ field: '--from' });
  expect((await verified('--set', set, '--from', 'x')).code).toBe(EXIT.usage);
});

it('takes a JavaScript module', () => {
  writeFileSync(at('nightly.mjs'), `export default () => (${JSON.stringify(nightly)});`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'job', at('nightly.mjs'), '--machine', at('machine.json')], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([EXIT.success, '']);
  expect(stdout).toContain('[simulated] Job nightly: committed.');
  expect(sets()).toHaveLength(1);
});
