/** Jobs as transactions: they commit whole, or are backed out whole, whoever fails. */
import type { JobProgress } from '../../lib/job/job';
import { readText } from '../../lib/job/manifest';
import type { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import type { TransactionMonitor } from '../../lib/transaction';
import { putFile, rejection } from './flow-rig';
import { SETS, SMALL, left, machineOn, newHost, openMonitor, run, sets } from './job-rig';

const NOTHING = { snapshots: 0, handles: 0, setInProgress: null };

let host: SimulatedHost;
let machine: SimulatedWindows;
let monitor: TransactionMonitor;
beforeEach(async () => {
  host = await newHost();
  machine = machineOn(host);
  monitor = await openMonitor(machine, host);
});
afterEach(() => monitor.close());

it('gives all outputs their names together, with a manifest that they match', async () => {
  const told: JobProgress[] = [];
  const { set, manifest, simulated } = await run(machine, host, monitor, {
    job: { ...SMALL, databases: [{ name: 'Sales', stripes: 2, to: 'sales.bak' }, { name: 'Stock' }] },
    onProgress: (progress) => told.push(progress),
  });
  expect(simulated).toBe(true);
  expect(set).toMatch(/^\/sets\/nightly-\d{8}T\d{6}Z-[0-9a-f]{8}$/);
  expect(manifest.files.map(({ path }) => path)).toEqual(expect.arrayContaining([
    'Stock.bak', 'sales.1of2.bak', 'sales.2of2.bak', 'data/Data/one.txt', 'data/Data/inner/two.txt', 'vss/backup-components.xml',
  ]));
  expect(manifest).toMatchObject({
    simulated: true, job: 'nightly', snapshot: { volumes: [{ volume: 'D:\\' }] },
    databases: [{ name: 'Sales', files: ['sales.1of2.bak', 'sales.2of2.bak'] }, { name: 'Stock' }],
    copies: [{ from: 'D:\\Data', to: 'data', files: 2, bytes: 6 }],
  });
  expect(JSON.parse(await readText(host.files, `${set}/manifest.json`))).toEqual(manifest);
  expect(await readText(host.files, `${set}/data/Data/one.txt`)).toBe('one');
  expect(await sets(host)).toEqual({ whole: 1, problems: [], others: [] });
  expect(await left(machine)).toEqual(NOTHING);
  expect([...new Set(told.filter(({ state }) => state === 'done').map(({ part }) => part))]).toEqual([
    'snapshot', 'database Sales', 'database Stock', 'files data', 'writers', 'manifest', 'commit',
  ]);
  expect(told.every((progress) => progress.simulated)).toBe(true);
});

it('reads the files as they were at the freeze, and streams no database before DoSnapshotSet has returned', async () => {
  const { set } = await run(machine, host, monitor, {
    onProgress: ({ part, state }) => {
      if (part === 'database Sales' && state === 'started') void putFile(host.files, '/volume/Data/later.txt', Buffer.from('later'));
    },
  });
  expect(await host.files.list(`${set}/data/Data`)).toEqual(['inner', 'one.txt']);
  const order = machine.calls.map(({ operation }) => operation);
  expect(order.indexOf('IVssBackupComponents::DoSnapshotSet')).toBeGreaterThan(0);
  expect(order.indexOf('IClientVirtualDeviceSet2::CreateEx')).toBeGreaterThan(order.indexOf('IVssBackupComponents::DoSnapshotSet'));
});

it('sees a changed, missing or added file of a set', async () => {
  const { set } = await run(machine, host, monitor);
  await host.files.remove(`${set}/data/Data/one.txt`);
  await host.files.remove(`${set}/Sales.bak`);
  await putFile(host.files, `${set}/Sales.bak`, Buffer.from('x'));
  await putFile(host.files, `${set}/new.txt`, Buffer.from('x'));
  expect((await sets(host)).problems).toEqual([
    { path: 'Sales.bak', problem: 'has changed' }, { path: 'data/Data/one.txt', problem: 'is missing' }, { path: 'new.txt', problem: 'is not in the manifest' },
  ]);
});

it('needs no snapshot for databases alone', async () => {
  const { manifest } = await run(machine, host, monitor, { job: { name: 'a', destination: SETS, databases: [{ name: 'Stock', type: 'full' }] } });
  expect(manifest.snapshot).toBeUndefined();
  expect(machine.faults.count('CreateVssBackupComponents')).toBe(0);
  expect(await sets(host)).toEqual({ whole: 1, problems: [], others: [] });
});

it('is backed out when it is aborted in the middle of the stream', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const error = await rejection(run(machine, host, monitor, {
    signal: controller.signal,
    onProgress: ({ part, state }) => {
      if (part === 'database Sales' && state === 'running') controller.abort(reason);
    },
  }));
  expect(error).toMatchObject({ code: 'ABORT_ERR', cause: reason, failure: { part: 'database Sales', outcome: 'ABORTED', fileSystemError: 97, kept: undefined, unfinished: [] } });
  expect(await sets(host)).toEqual({ whole: 0, problems: [], others: [] });
  expect(await left(machine)).toEqual(NOTHING);
  expect(monitor.locks).toEqual([]);
});

it('keeps the partial outputs where it was told to, under a name that does not look whole', async () => {
  const job = { ...SMALL, partialOutputs: 'keep', databases: [{ name: 'Stock' }, { name: 'Nowhere' }] };
  const error = await rejection(run(machine, host, monitor, { job }));
  expect(error).toMatchObject({ name: 'JobError', failure: { part: 'database Nowhere', kept: expect.stringMatching(/\.aborted$/) as string } });
  const { whole, others: [kept = ''] } = await sets(host);
  expect({ whole, kept: await host.files.list(`${SETS}/${kept}`) }).toEqual({ whole: 0, kept: ['Stock.bak'] });
});

it('[T12] is aborted with 96 when it takes longer than it may', async () => {
  machine.faults.add({ at: 'sql.write', occurrence: 2, action: { delayMs: 60_000 } });
  const error = await rejection(run(machine, host, monitor, { job: { ...SMALL, timeouts: { jobMs: 30_000 } } }));
  expect(error).toMatchObject({ name: 'JobError', failure: { fileSystemError: 96, outcome: 'ABORTED' } });
  expect(await sets(host)).toEqual({ whole: 0, problems: [], others: [] });
});

describe('whichever call fails', () => {
  it.each([
    ['IVssBackupComponents::StartSnapshotSet', 'snapshot'], ['IVssBackupComponents::DoSnapshotSet', 'snapshot'], ['IVssBackupComponents::BackupComplete', 'writers'],
    ['IClientVirtualDeviceSet2::CreateEx', 'database Sales'], ['IClientVirtualDeviceSet2::OpenDevice', 'database Sales'], ['Vss::ResolveDevicePath', 'files data'],
  ])('%s: nothing is left of the job', async (at, part) => {
    // The first looks, at the volume and the path, are before anything is started.
    machine.faults.add({ at, occurrence: at === 'Vss::ResolveDevicePath' ? 3 : 1, action: { hresult: 0x8000ffff } });
    const error = await rejection(run(machine, host, monitor));
    expect(error).toMatchObject({ name: 'JobError', failure: { part, outcome: 'ABORTED', unfinished: [] } });
    expect(await sets(host)).toEqual({ whole: 0, problems: [], others: [] });
    expect(await left(machine)).toEqual(NOTHING);
    expect(monitor.locks).toEqual([]);
    machine.faults.clear();
    await run(machine, host, monitor);
    expect(await sets(host)).toEqual({ whole: 1, problems: [], others: [] });
  });
});

describe('bad input is refused before anything is started', () => {
  afterEach(async () => {
    expect(await host.files.stat(SETS)).toBeUndefined();
    expect(machine.faults.count('CreateVssBackupComponents') + machine.faults.count('IClientVirtualDeviceSet2::CreateEx')).toBe(0);
    expect(monitor.transactions).toEqual([]);
  });

  it.each<[string, object, string, RegExp]>([
    ['a destination that is a source', { ...SMALL, destination: '/volume/Data' }, 'job.destination', /is a source/],
    ['a destination in a source', { ...SMALL, destination: '/volume/Data/inner/sets' }, 'job.destination', /is a source, or lies in one/],
    ['a destination that is a file', { ...SMALL, destination: '/volume/Data/one.txt' }, 'job.destination', /is no directory/],
    ['a source that is not there', { ...SMALL, files: [{ from: 'D:\\Dta', to: 'data' }] }, 'job.files[0].from', /is not there/],
    ['a volume that the machine has not', { ...SMALL, volumes: ['D:\\', 'E:\\'] }, 'job.volumes[1]', /is not there/],
  ])('%s', async (_what, job, field, message) => {
    expect(await rejection(run(machine, host, monitor, { job }))).toMatchObject({ name: 'ArgumentError', field, message: expect.stringMatching(message) as string });
  });

  it('an option that is none, and a signal that has fired', async () => {
    expect(await rejection(run(machine, host, monitor, { colour: 'red' } as object))).toMatchObject({ field: 'options.colour' });
    expect(await rejection(run(machine, host, monitor, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORT_ERR' });
  });
});

it('[T2] [T3] [T4] a second job on the same database waits for the first one’s backout, and not longer', async () => {
  const controller = new AbortController();
  const order: string[] = [];
  // Time stands until nothing else can run: the second has come to the lock by then.
  machine.faults.add({ at: 'sql.write', occurrence: 2, action: { delayMs: 60_000 } });
  const database = { name: 'first', destination: SETS, databases: [{ name: 'Sales' }] };
  const first = rejection(run(machine, host, monitor, {
    job: database, signal: controller.signal,
    onProgress: ({ part, state }) => {
      if (part !== 'database Sales' || state !== 'running' || order.length > 0) return;
      order.push('first streams');
      second = run(machine, host, monitor, {
        job: { ...database, name: 'second' },
        onProgress: ({ part: its, state: itsState }) => {
          if (its === 'database Sales' && itsState === 'started') order.push(`second streams, first ${monitor.transactions.length === 1 ? 'is over' : 'is not over'}`);
        },
      });
      second.catch(() => undefined);
      // It has begun, and waits: let it come that far before the first is aborted.
      const wait = (): void => {
        if (monitor.locks.some(({ waiting }) => waiting.length > 0)) {
          order.push('second waits');
          controller.abort();
        } else host.clock.after(1, wait);
      };
      wait();
    },
  }));
  let second: Promise<unknown> | undefined;
  expect(await first).toMatchObject({ code: 'ABORT_ERR' });
  order.push('first has been backed out');
  await second;
  expect(order.slice(0, 2)).toEqual(['first streams', 'second waits']);
  expect(order).toContain('second streams, first is over');
  expect(await sets(host)).toEqual({ whole: 1, problems: [], others: [] });
});

it('a job on another database does not wait', async () => {
  const jobs = ['Sales', 'Stock'].map((name) => run(machine, host, monitor, { job: { name, destination: SETS, databases: [{ name }] } }));
  await Promise.all(jobs);
  expect((await sets(host)).whole).toBe(2);
});
