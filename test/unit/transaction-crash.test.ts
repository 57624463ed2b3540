/**
 * A crash of a transaction with three participants (file set, persistent shadow copies, kernel transaction) at every change of the monitor's log and at
 * every call of a participant: afterwards all three have committed or none has, nothing else is left, and a second recovery does nothing.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { realHost } from '../../lib/binding/real-host';
import { readText } from '../../lib/job/manifest';
import { connectMachine } from '../../lib/simulator';
import type { MachineControl, SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { deleteSnapshots } from '../../lib/vss';
import { exercised } from './exercised';
import { tellChanges, tellParticipants } from './job-points';
import { CATALOG, LOG, machineOn, newHost, recoverThree, threeParticipants } from './participants-rig';

const ALL = { sets: ['nightly'], snapshots: 1, catalog: 'new', data: ['catalog'], journals: [] };
const NONE = { sets: [], snapshots: 0, catalog: 'old', data: ['catalog'], journals: [] };

describe.each(['commit', 'abort'] as const)('a transaction that ends by %s', (end) => {
  it('power cut at every point', async () => {
    async function cut(at: number): Promise<{ readonly points: readonly string[]; readonly host: SimulatedHost; readonly copies: ReturnType<SimulatedWindows['vss']['kept']> }> {
      const host = await newHost(at + 1);
      const machine = machineOn(host);
      const points: string[] = [];
      const strike = (point: string): void => {
        points.push(point);
        if (points.length === at) machine.powerCut();
      };
      const stop = tellParticipants(strike);
      try {
        await Promise.race([
          threeParticipants(machine, tellChanges(host, [LOG], strike), end).catch(() => undefined),
          // A machine without power answers nothing: what waits for it waits for ever.
          new Promise<void>((resolve) => machine.onPowerCut(() => setImmediate(() => setImmediate(() => resolve())))),
        ]);
        return { points, host, copies: machine.vss.kept() };
      } finally {
        stop();
      }
    }

    const { points } = await cut(0);
    expect(points.length).toBeGreaterThan(40);
    let all = 0;
    for (let at = 1; at <= points.length; at += 1) {
      const where = `${String(at)}: ${String(points[at - 1])}`;
      const { host: crashed, copies } = await cut(at);
      exercised('crash points', 1);
      const host = crashed.restart();
      const machine = machineOn(host);
      machine.vss.load(copies);
      const first = await recoverThree(machine, host);
      expect({ where, hung: first.hung }).toEqual({ where, hung: 0 });
      const state = async (): Promise<typeof ALL> => {
        await machine.vss.settled();
        await machine.vss.removed();
        const snapshots = (await machine.openControl().vssSnapshots()).length;
        return {
          snapshots, sets: await host.files.list('/sets') as string[], catalog: await readText(host.files, CATALOG), data: await host.files.list('/data') as string[],
          journals: (await host.files.list(LOG)).filter((name) => name !== 'monitor.log') as never[],
        };
      };
      const after = await state();
      const committed = after.catalog === 'new';
      expect({ where, ...after }).toEqual({ where, ...(committed ? ALL : NONE) });
      if (committed) all += 1;
      expect({ where, second: await recoverThree(machine, host), handles: machine.handleCount(), ...(await state()) }).toEqual({ where, second: { found: 0, hung: 0, replaced: 0 }, handles: 0, ...after });
    }
    // Early cuts leave nothing, late ones all.
    expect(end === 'commit' ? all > 0 && all < points.length : all === 0).toBe(true);
  }, 240_000);
});

describe('SIGKILL at every write of the log and every call of a participant', () => {
  let directory: string;
  let file: string;
  let server: ChildProcess;
  let control: MachineControl;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'winbackup-transaction-crash-'));
    file = join(directory, 'machine.json');
    mkdirSync(join(directory, 'volume'));
    writeFileSync(join(directory, 'volume', 'one.txt'), 'one');
    writeFileSync(file, JSON.stringify({ vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] } }));
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

  async function killed(root: string, end: string, at: number): Promise<readonly string[]> {
    const child = spawn(process.execPath, [join(__dirname, 'transaction-killed-main.js'), file, root, end, String(at)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const written: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect([code, signal]).toEqual(at === 0 ? [0, null] : [null, 'SIGKILL']);
    return at === 0 ? (JSON.parse(Buffer.concat(written).toString()) as string[]) : [];
  }

  it.each(['commit', 'abort'] as const)('of one that ends by %s', async (end) => {
    const newRoot = (at: number): string => {
      const root = join(directory, `${end}-${String(at)}`);
      for (const name of ['log', 'ktm', 'data', 'sets']) mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, CATALOG), 'old');
      return root;
    };
    const clear = async (): Promise<number> => {
      // The machine has let go of what the killed process had.
      while ((await control.processes()).some(({ name, alive }) => alive && name === 'client')) await new Promise((resolve) => setImmediate(resolve));
      await control.vssSettled();
      const copies = await control.vssSnapshots();
      return copies.length;
    };
    const points = await killed(newRoot(0), end, 0);
    expect(points.length).toBeGreaterThan(15);
    let all = 0;
    let kept = end === 'commit' ? 1 : 0;
    for (let at = 1; at <= points.length; at += 1) {
      const where = `${String(at)}: ${String(points[at - 1])}`;
      const root = newRoot(at);
      await killed(root, end, at);
      exercised('crash points', 1);
      const { backend } = await connectMachine(file);
      const first = await recoverThree(backend, realHost, root);
      const committed = readFileSync(join(root, CATALOG), 'utf8') === 'new';
      kept += committed ? 1 : 0;
      expect({ where, hung: first.hung, sets: readdirSync(join(root, 'sets')), data: readdirSync(join(root, 'data')), log: readdirSync(join(root, 'log')), snapshots: await clear() })
        .toEqual({ where, hung: 0, sets: committed ? ['nightly'] : [], data: ['catalog'], log: ['monitor.log'], snapshots: kept });
      if (committed) all += 1;
      expect({ where, second: await recoverThree(backend, realHost, root) }).toEqual({ where, second: { found: 0, hung: 0, replaced: 0 } });
    }
    expect(end === 'commit' ? all > 0 && all < points.length : all === 0).toBe(true);
    const { backend } = await connectMachine(file);
    for (const snapshotSetId of new Set((await control.vssSnapshots()).map((copy) => copy.snapshotSetId))) await deleteSnapshots({ backend, snapshotSetId, force: true });
  }, 240_000);
});
