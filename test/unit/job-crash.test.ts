/**
 * A crash at every write of the transaction log and every call of a participant: afterwards every output is there with matching checksums, or none;
 * nothing else is left, and a second recovery does nothing. Power cuts on the simulated disk; SIGKILL of real processes.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { realHost } from '../../lib/binding/real-host';
import { checkSet } from '../../lib/job/manifest';
import { connectMachine } from '../../lib/simulator';
import type { MachineControl } from '../../lib/simulator';
import { TransactionMonitor } from '../../lib/transaction';
import { exercised } from './exercised';
import { tellChanges, tellParticipants } from './job-points';
import { LOG, SETS, SMALL, left, machineOn, newHost, openMonitor, run, sets } from './job-rig';

const TINY = { ...SMALL, databases: [{ name: 'Stock' }] };
/** It fails in its last database, and is backed out. */
const FAILING = { ...SMALL, databases: [{ name: 'Stock' }, { name: 'Nowhere' }] };
const NOTHING = { snapshots: 0, handles: 0, setInProgress: null };

describe('power cut', () => {
  /** Runs the job, cuts the power at the point of that number, and gives how many points it passed. */
  async function cut(job: object, at: number): Promise<{ readonly points: readonly string[]; readonly host: Awaited<ReturnType<typeof newHost>>; readonly committed: boolean }> {
    const host = await newHost(at + 1);
    const machine = machineOn(host);
    const points: string[] = [];
    const strike = (point: string): void => {
      points.push(point);
      if (points.length === at) machine.powerCut();
    };
    const told = tellChanges(host, [`${LOG}/monitor.log`, SETS], strike);
    const stop = tellParticipants(strike);
    try {
      const committed = await Promise.race([
        (async () => {
          const monitor = await openMonitor(machine, told);
          const done = await run(machine, told, monitor, { job }).then(() => true, () => false);
          await monitor.close().catch(() => undefined);
          return done;
        })().catch(() => false),
        // A machine without power answers nothing: what waits for it waits for ever.
        new Promise<false>((resolve) => machine.onPowerCut(() => setImmediate(() => setImmediate(() => resolve(false))))),
      ]);
      return { points, host, committed };
    } finally {
      stop();
    }
  }

  it.each([['a job that commits', TINY], ['a job that fails', FAILING]])('at every point of %s', async (_what, job) => {
    const { points } = await cut(job, 0);
    expect(points.length).toBeGreaterThan(50);
    let whole = 0;
    for (let at = 1; at <= points.length; at += 1) {
      const crashed = await cut(job, at);
      exercised('crash points', 1);
      const where = `${String(at)}: ${String(points[at - 1])}`;
      const host = crashed.host.restart();
      const machine = machineOn(host);
      const monitor = await openMonitor(machine, host);
      await monitor.recover();
      const after = await sets(host);
      expect({ where, problems: after.problems, others: after.others, locks: monitor.locks, transactions: monitor.transactions, left: await left(machine) })
        .toEqual({ where, problems: [], others: [], locks: [], transactions: [], left: NOTHING });
      expect(after.whole).toBeLessThanOrEqual(job === TINY ? 1 : 0);
      whole += after.whole;
      await monitor.close();
      const again = await openMonitor(machine, host);
      const second = await again.recover();
      expect({ where, second: second.transactions, sets: await sets(host) }).toEqual({ where, second: [], sets: after });
      await again.close();
    }
    // Early cuts leave none, late ones all.
    if (job === TINY) expect([whole > 0, whole < points.length]).toEqual([true, true]);
  }, 120_000);
});

describe('SIGKILL', () => {
  let directory: string;
  let file: string;
  let server: ChildProcess;
  let control: MachineControl;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'winbackup-job-crash-'));
    file = join(directory, 'machine.json');
    mkdirSync(join(directory, 'volume', 'Data'), { recursive: true });
    writeFileSync(join(directory, 'volume', 'Data', 'one.txt'), 'one');
    writeFileSync(file, JSON.stringify({
      instances: [{ databases: [{ name: 'Stock', generatedBytes: 65_536 }] }], vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] },
    }));
    server = spawn(process.execPath, [join(__dirname, 'machine-process-main.js'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(createInterface({ input: server.stdout as NodeJS.ReadableStream }), 'line');
    control = await (await connectMachine(file)).openControl();
  });
  afterAll(async () => {
    await control.close();
    server.kill('SIGKILL');
    await once(server, 'close');
    rmSync(directory, { recursive: true });
  });

  async function killed(job: object, log: string, at: number): Promise<readonly string[]> {
    const child = spawn(process.execPath, [join(__dirname, 'job-killed-main.js'), file, log, JSON.stringify(job), String(at)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const written: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect([code, signal]).toEqual(at === 0 ? [0, null] : [null, 'SIGKILL']);
    return at === 0 ? (JSON.parse(Buffer.concat(written).toString()) as string[]) : [];
  }

  it.each([['a job that commits', 'commits', TINY], ['a job that fails', 'fails', FAILING]])('at every point of %s', async (_what, name, template) => {
    const place = (at: number): { job: typeof template; log: string; destination: string } => {
      const destination = join(directory, `${name}-${String(at)}`);
      return { destination, log: `${destination}.log`, job: { ...template, destination } };
    };
    const first = place(0);
    mkdirSync(first.log);
    const points = await killed(first.job, first.log, 0);
    expect(points.length).toBeGreaterThan(20);
    let whole = 0;
    for (let at = 1; at <= points.length; at += 1) {
      const where = `${String(at)}: ${String(points[at - 1])}`;
      const { job, log, destination } = place(at);
      mkdirSync(log);
      await killed(job, log, at);
      exercised('crash points', 1);
      const { backend } = await connectMachine(file);
      const open = (): Promise<TransactionMonitor> => TransactionMonitor.open({ directory: log, host: realHost, backend });
      const monitor = await open();
      await monitor.recover();
      expect({ where, locks: monitor.locks, transactions: monitor.transactions }).toEqual({ where, locks: [], transactions: [] });
      await monitor.close();
      const names = existsSync(destination) ? readdirSync(destination) : [];
      for (const set of names) expect({ where, problems: (await checkSet(realHost.files, join(destination, set))).problems }).toEqual({ where, problems: [] });
      expect(names.length).toBeLessThanOrEqual(name === 'commits' ? 1 : 0);
      whole += names.length;
      const again = await open();
      expect({ where, second: (await again.recover()).transactions }).toEqual({ where, second: [] });
      await again.close();
    }
    if (name === 'commits') expect([whole > 0, whole < points.length]).toEqual([true, true]);
    // The machine has let go of everything that the killed processes had.
    while ((await control.processes()).some(({ name: each, alive }) => alive && each === 'client')) await new Promise((resolve) => setImmediate(resolve));
    await control.vssSettled();
    expect({ snapshots: await control.vssSnapshots(), setInProgress: (await control.vssStatus()).setInProgress, areas: (await control.status()).areas })
      .toEqual({ snapshots: [], setInProgress: null, areas: 0 });
    expect(readdirSync(join(directory, 'volume'))).toEqual(['Data']);
  }, 180_000);
});
