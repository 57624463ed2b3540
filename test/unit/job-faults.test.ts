/**
 * A job meets every fault at every place that it passes: calls into Windows that fail, writers that fail, a disk that is full or broken, an abort.
 * However it ends, the error says where and why, nothing of it looks whole, and nothing is held.
 */
import { channel } from 'node:diagnostics_channel';
import type { Host } from '../../lib/binding';
import { causes } from '../../lib/cli/causes';
import { EXIT, exitCodeOf } from '../../lib/cli/exit-codes';
import { JobAbortError, JobError } from '../../lib/job/errors';
import type { JobProgress } from '../../lib/job/job';
import type { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import type { TransactionMonitor } from '../../lib/transaction';
import { TRANSACTION_CHANNEL } from '../../lib/transaction/events';
import { rejection } from './flow-rig';
import { tellChanges } from './job-points';
import { LOG, SETS, SMALL, left, machineOn, newHost, openMonitor, run, sets } from './job-rig';

const NOTHING = { snapshots: 0, handles: 0, setInProgress: null };
const WHOLE = { whole: 1, problems: [], others: [] };
const NONE = { whole: 0, problems: [], others: [] };
const TINY = { ...SMALL, databases: [{ name: 'Stock' }] };

/** How a job ended: undefined when it committed. */
const ending = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

/** A monitor of the next start, on a disk that works again. */
async function recovered(host: SimulatedHost, machine: SimulatedWindows): Promise<object> {
  const monitor = await openMonitor(machine, host);
  const { setAside } = await monitor.recover();
  const after = { setAside, locks: monitor.locks, left: await left(machine), sets: await sets(host) };
  await monitor.close();
  const again = await openMonitor(machine, host);
  const second = (await again.recover()).transactions;
  await again.close();
  return { ...after, second };
}
const CLEAN = { setAside: [], locks: [], left: NOTHING, second: [] };

describe('a disk that fails', () => {
  const EXITS: readonly number[] = [EXIT.files, EXIT.aborted, EXIT.unresolved, EXIT.windows, EXIT.sql];

  /** Runs a job on a disk whose changes fail as `fails` says, and gives how it ended with the points that it passed. */
  async function on(fails: (point: string, number: number) => string | undefined): Promise<{ readonly points: readonly string[]; readonly error: unknown; readonly host: SimulatedHost; readonly machine: SimulatedWindows; readonly committed: boolean }> {
    const host = await newHost();
    const machine = machineOn(host);
    const points: string[] = [];
    let running = false;
    const told = tellChanges(host, [LOG, SETS], (point) => {
      if (!running || point.startsWith('after')) return;
      points.push(point);
      const code = fails(point, points.length);
      if (code !== undefined) throw Object.assign(new Error(`${code}: ${point}`), { code, errno: -1, syscall: 'write' });
    });
    const monitor = await openMonitor(machine, told);
    running = true;
    const error = await ending(run(machine, told, monitor, { job: TINY }));
    running = false;
    await monitor.close();
    return { points, error, host, machine, committed: error === undefined };
  }

  const grows = (point: string): boolean => /write|create|makeDirectory|copy$/.test(point);

  /** A broken one need not begin to be so where a full one does: that ends the same way, as far as it can be backed out. */
  it.each<[string, string, (point: string) => boolean, (point: string) => boolean, readonly string[]]>([
    ['is full from there on, at every change that needs room', 'ENOSPC', grows, grows, ['ABORTED', 'COMMITTED', 'HUNG']],
    ['is broken from there on, at every other change', 'EIO', () => true, (point) => !grows(point), ['ABORTED', 'COMMITTED', 'HUNG']],
  ])('%s, of the outputs and of the log', async (_what, code, concerned, begins, expected) => {
    const { points } = await on(() => undefined);
    const outcomes = new Set<string>();
    for (let at = 1; at <= points.length; at += 1) {
      if (!begins(points[at - 1] ?? '')) continue;
      const broken = await on((point, number) => (number >= at && concerned(point) ? code : undefined));
      const where = `${String(at)}: ${String(points[at - 1])}`;
      const { error } = broken;
      if (error !== undefined) {
        expect({ where, error }).toMatchObject({ where, error: expect.any(JobError) as JobError });
        expect({ where, root: causes(error).some((each) => (each as { code?: string }).code === code), exit: EXITS.includes(exitCodeOf(error)) }).toEqual({ where, root: true, exit: true });
        const { failure, message } = error as JobError;
        outcomes.add(failure.outcome);
        if (failure.outcome === 'ABORTED') expect({ where, sets: await sets(broken.host) }).toEqual({ where, sets: NONE });
        else expect({ where, exit: exitCodeOf(error), message, failure }).toMatchObject({ where, exit: EXIT.unresolved, message: expect.stringContaining('is HUNG until winbackup recover') as string, failure: { outcome: 'HUNG' } });
      }
      const after = await recovered(broken.host, broken.machine);
      expect({ where, after }).toMatchObject({ where, after: CLEAN });
      const found = await sets(broken.host);
      expect({ where, found }).toEqual({ where, found: found.whole === 0 ? NONE : WHOLE });
      if (!broken.committed) continue;
      outcomes.add('COMMITTED');
      expect({ where, found }).toEqual({ where, found: WHOLE });
    }
    expect([...outcomes].sort()).toEqual(expected);
  }, 120_000);
});

it('commits a read-only file, which Windows lets nobody open for writing, nor flush through a handle that reads; other denials back it out', async () => {
  for (const path of ['one.txt', 'two.txt']) {
    const host = await newHost();
    const machine = machineOn(host);
    const { clock, random, processes, files } = host;
    const denied = (): Promise<never> => Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM', errno: -1 }));
    const open: typeof files.open = async (name, mode) => {
      if (!name.startsWith(SETS) || !name.endsWith(path)) return files.open(name, mode);
      if (mode === 'modify' && path === 'one.txt') return denied();
      const file = await files.open(name, mode);
      return new Proxy(file, { get: (target, member: keyof typeof file) => (member === 'sync' ? denied : typeof target[member] === 'function' ? (target[member].bind(target) as unknown) : undefined) });
    };
    const windows: Host = {
      clock, random, processes,
      files: new Proxy(files, { get: (target, name: keyof typeof files) => (name === 'open' ? open : typeof target[name] === 'function' ? (target[name].bind(target) as unknown) : target[name]) }),
    };
    const monitor = await openMonitor(machine, windows);
    const error = await ending(run(machine, windows, monitor, { job: TINY }));
    await monitor.close();
    if (path === 'one.txt') expect({ error, sets: await sets(host) }).toEqual({ error: undefined, sets: WHOLE });
    else expect({ error, sets: await sets(host) }).toMatchObject({ error: { name: 'JobError' }, sets: NONE });
  }
});

describe('an end that cannot be carried out', () => {
  const jammed = (host: SimulatedHost, concerned: (from: string, to?: string) => boolean): Host & { broken: boolean } => {
    const { clock, random, processes, files } = host;
    const told = {
      clock, random, processes, broken: true,
      files: new Proxy(files, {
        get: (target, name: keyof typeof files) => (name === 'rename' || name === 'removeDirectory'
          ? (from: string, to?: string) => (told.broken && concerned(from, to) ? Promise.reject(Object.assign(new Error('EACCES: somebody has it open'), { code: 'EACCES', errno: -13 })) : (target[name] as (from: string, to?: string) => Promise<void>)(from, to))
          : (typeof target[name] === 'function' ? (target[name].bind(target) as unknown) : target[name])),
      }),
    };
    return told;
  };

  it('says that the commit is decided, and where the outputs are, when they cannot take their name; the next start completes it', async () => {
    const host = await newHost();
    const machine = machineOn(host);
    const monitor = await openMonitor(machine, jammed(host, (from, to = '') => new RegExp(`^${SETS}/[^/]*$`).test(to) && from === `${to}.partial`));
    const error = await rejection(run(machine, monitor.host, monitor, { job: TINY }));
    const [transaction] = monitor.transactions;
    expect(error).toMatchObject({
      name: 'JobError', code: 'EACCES',
      failure: { part: 'commit', outcome: 'HUNG', decision: 'commit', fileSystemError: undefined, outputs: expect.stringMatching(/^\/sets\/nightly-.*\.partial$/) as string, kept: undefined },
    });
    const { message, failure } = error as JobError;
    expect(message).toBe(`the job nightly failed at commit: EACCES: somebody has it open\n  its commit is decided, and could not be carried out: transaction ${String(transaction?.id)} is HUNG until winbackup recover, or the next job with this log, brings it to its end; its outputs are in ${String(failure.outputs)}`);
    expect(exitCodeOf(error)).toBe(EXIT.unresolved);
    await monitor.close();
    expect(await recovered(host, machine)).toEqual({ ...CLEAN, sets: WHOLE });
  });

  it('says that it could not be backed out, and what is left where, when the outputs cannot be removed; an operator who repeats it ends that', async () => {
    const host = await newHost();
    const machine = machineOn(host);
    const stuck = jammed(host, (from, to) => to === undefined && new RegExp(`^${SETS}/[^/]*\\.partial$`).test(from));
    const monitor = await openMonitor(machine, stuck);
    const error = await rejection(run(machine, stuck, monitor, { job: { ...TINY, databases: [{ name: 'Stock' }, { name: 'Nowhere' }] } }));
    expect(error).toMatchObject({
      name: 'JobError', code: 'ERR_SQL_STATEMENT', failure: { part: 'database Nowhere', outcome: 'HUNG', decision: 'abort', outputs: expect.stringMatching(/\.partial$/) as string },
    });
    expect((error as JobError).message).toContain('it could not be backed out: transaction');
    expect((error as JobError).message).toContain('not ended: EACCES: somebody has it open');
    expect(exitCodeOf(error)).toBe(EXIT.unresolved);
    expect(monitor.locks).toHaveLength(2);
    stuck.broken = false;
    const [transaction] = monitor.transactions;
    expect(monitor.operatorAbort(transaction?.id ?? '')).toBe(0);
    while (monitor.transactions.length > 0) await new Promise(setImmediate);
    expect({ sets: await sets(host), locks: monitor.locks }).toEqual({ sets: NONE, locks: [] });
    await monitor.close();
  });
});

describe('on a machine of its own', () => {
  let host: SimulatedHost;
  let machine: SimulatedWindows;
  let monitor: TransactionMonitor;
  const start = async (): Promise<void> => {
    host = await newHost();
    machine = machineOn(host);
    monitor = await openMonitor(machine, host);
  };
  beforeEach(start);
  afterEach(() => monitor.close());
  const held = async (): Promise<object> => ({ sets: await sets(host), left: await left(machine), locks: monitor.locks, transactions: monitor.transactions });
  const NOTHING_HELD = { sets: NONE, left: NOTHING, locks: [], transactions: [] };

  /** Every part, and every step of the snapshot, as progress tells them. */
  const key = ({ part, state, detail }: JobProgress): string => `${part} ${state}${part === 'snapshot' && detail !== undefined ? ` ${detail}` : ''}`;
  async function moments(): Promise<readonly string[]> {
    const passed = new Set<string>();
    await run(machine, host, monitor, { onProgress: (progress) => passed.add(key(progress)) });
    await monitor.close();
    return [...passed];
  }

  it('is aborted by a signal at every moment; only behind the decision it commits', async () => {
    const all = await moments();
    expect(all).toEqual(expect.arrayContaining(['snapshot running DoSnapshotSet', 'database Sales running', 'files data running', 'writers started', 'manifest running', 'manifest done', 'commit started', 'commit done']));
    for (const moment of all) {
      await start();
      const controller = new AbortController();
      const reason = new Error('enough');
      const error = await ending(run(machine, host, monitor, {
        signal: controller.signal,
        onProgress: (progress) => {
          if (key(progress) === moment) controller.abort(reason);
        },
      }));
      if (moment === 'commit done') expect({ moment, error, sets: await sets(host) }).toEqual({ moment, error: undefined, sets: WHOLE });
      else {
        expect({ moment, error, abort: error instanceof JobAbortError }).toMatchObject({ moment, abort: true, error: { code: 'ABORT_ERR', cause: reason, failure: { outcome: 'ABORTED', fileSystemError: 97, unfinished: [] } } });
        expect({ moment, held: await held() }).toEqual({ moment, held: NOTHING_HELD });
      }
      await monitor.close();
    }
  });

  it('does not read on for its manifest once it is aborted', async () => {
    const controller = new AbortController();
    const told: (number | undefined)[] = [];
    const error = await rejection(run(machine, host, monitor, {
      signal: controller.signal,
      onProgress: ({ part, state, bytes }) => {
        if (part !== 'manifest' || state !== 'running') return;
        told.push(bytes);
        controller.abort();
      },
    }));
    expect({ error, told: told.length }).toMatchObject({ error: { code: 'ABORT_ERR', failure: { part: 'manifest', outcome: 'ABORTED' } }, told: 1 });
    expect(await held()).toEqual(NOTHING_HELD);
  });

  it('is backed out when its listener throws, at every moment; behind the decision it says that it has committed', async () => {
    for (const moment of await moments()) {
      await start();
      const mistake = new TypeError('a mistake of the listener');
      const error = await rejection(run(machine, host, monitor, {
        onProgress: (progress) => {
          if (key(progress) === moment) throw mistake;
        },
      }));
      expect({ moment, error }).toMatchObject({ moment, error: { name: 'JobError' } });
      expect({ moment, mistake: causes(error).includes(mistake) }).toEqual({ moment, mistake: true });
      const { failure, message } = error as JobError;
      if (moment === 'commit done') {
        expect(failure).toMatchObject({ outcome: 'COMMITTED', outputs: expect.stringMatching(/^\/sets\/nightly-[^.]*$/) as string });
        expect(message).toContain(`it has committed all the same; its outputs are in ${String(failure.outputs)}`);
        expect(await sets(host)).toEqual(WHOLE);
      } else expect({ moment, outcome: failure.outcome, held: await held() }).toEqual({ moment, outcome: 'ABORTED', held: NOTHING_HELD });
      await monitor.close();
    }
  });

  it.each<[string, object, string, object]>([
    ['a writer that refuses to freeze', { at: 'vss.SqlServerWriter.Freeze', action: { hresult: 0x800423f4 } }, 'snapshot', { code: expect.any(String) as string }],
    ['a provider that refuses', { at: 'vss.provider.Commit', action: { hresult: 0x80042306 } }, 'snapshot', { code: expect.any(String) as string }],
    ['a SQL Server that dies in the stream', { at: 'sql.write', occurrence: 2, action: { kill: 'sqlservr' } }, 'database Sales', { code: expect.any(String) as string }],
  ])('%s: the error names the part and the cause, and nothing is left', async (_what, fault, part, cause) => {
    machine.faults.add(fault as Parameters<typeof machine.faults.add>[0]);
    const error = await rejection(run(machine, host, monitor));
    expect(error).toMatchObject({ name: 'JobError', ...cause, failure: { part, outcome: 'ABORTED' } });
    expect([EXIT.windows, EXIT.sql, EXIT.connection]).toContain(exitCodeOf(error));
    machine.faults.clear();
    expect(await held()).toEqual(NOTHING_HELD);
  });

  it.each<[string, object, object, string]>([
    ['jobMs', { at: 'sql.write', action: { hang: true } }, { jobMs: 30_000 }, 'database Sales'],
    ['attachMs', { at: 'sql.attach', action: { hang: true } }, { attachMs: 5000 }, 'database Sales'],
    ['snapshotMs', { at: 'vss.provider.Commit', action: { hang: true } }, { snapshotMs: 5000 }, 'snapshot'],
    ['setInProgressMs', { at: 'IVssBackupComponents::StartSnapshotSet', action: { hresult: 0x80042316 } }, { setInProgressMs: 5000 }, 'snapshot'],
  ])('the limit %s ends a part that would not end', async (name, fault, timeouts, part) => {
    machine.faults.add(fault as Parameters<typeof machine.faults.add>[0]);
    const before = host.clock.now();
    const error = await rejection(run(machine, host, monitor, { job: { ...SMALL, timeouts } }));
    expect(error).toMatchObject({ name: 'JobError', failure: { part, outcome: 'ABORTED' } });
    const limit = Object.values(timeouts)[0] as number;
    expect({ name, long: host.clock.now() - before >= limit, longer: host.clock.now() - before > limit + 120_000 }).toEqual({ name, long: true, longer: false });
    machine.faults.clear();
    expect({ ...(await sets(host)), locks: monitor.locks }).toEqual({ ...NONE, locks: [] });
  });

  it('the limit lockMs ends the wait for a database that another transaction holds: 73', async () => {
    const other = monitor.beginTransaction();
    await other.lock('database mssqlserver\\sales');
    const error = await rejection(run(machine, host, monitor, { job: { ...SMALL, timeouts: { lockMs: 5000 } } }));
    expect(error).toMatchObject({ name: 'JobError', code: 'FE_LOCKED', failure: { part: 'locks', outcome: 'ABORTED' } });
    expect(exitCodeOf(error)).toBe(EXIT.aborted);
    monitor.abortTransaction(other);
    await other.finished;
    expect(await held()).toEqual(NOTHING_HELD);
  });

  it('with jobMs 0 is never too old', async () => {
    machine.faults.add({ at: 'sql.write', occurrence: 2, action: { delayMs: 3 * 60 * 60 * 1000 } });
    await run(machine, host, monitor, { job: { ...SMALL, timeouts: { jobMs: 0 } } });
    expect(await sets(host)).toEqual(WHOLE);
  });

  it('begins nothing, and listens to nothing, when the monitor begins no transaction', async () => {
    monitor.disableBegin();
    expect(await rejection(run(machine, host, monitor))).toMatchObject({ name: 'FileSystemError', number: 86 });
    expect(channel(TRANSACTION_CHANNEL).hasSubscribers).toBe(false);
    expect(await host.files.stat(SETS)).toBeUndefined();
  });
});

it('keeps the partial outputs of a job that was killed, too, where it was told to', async () => {
  const host = await newHost();
  const machine = machineOn(host);
  const monitor = await openMonitor(machine, host);
  const job = { ...TINY, partialOutputs: 'keep', databases: [{ name: 'Stock' }, { name: 'Sales' }] };
  await new Promise<void>((resolve) => {
    void ending(run(machine, host, monitor, {
      job,
      onProgress: ({ part, state }) => {
        if (part !== 'database Stock' || state !== 'done') return;
        machine.powerCut();
        resolve();
      },
    }));
  });
  const after = host.restart();
  const next = machineOn(after);
  const again = await openMonitor(next, after);
  expect((await again.recover()).backedOut).toHaveLength(1);
  expect(await sets(after)).toEqual({ whole: 0, problems: [], others: [expect.stringMatching(/^nightly-.*\.aborted$/)] });
  expect((await again.recover()).transactions).toEqual([]);
  await again.close();
});
