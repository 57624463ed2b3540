/**
 * Fault isolation and transactions together, with real processes: whoever finds itself corrupted ends at once; its transaction is backed out, by the
 * monitor that sees it die or by the next start.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TransactionMonitor } from '../../lib/transaction';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-chain-'));
  for (const name of ['server', 'reports']) mkdirSync(join(directory, name));
});
afterEach(() => rmSync(directory, { recursive: true }));

const run = (fails: string): ReturnType<typeof spawnSync> & { readonly stdout: string; readonly stderr: string } =>
  spawnSync(process.execPath, [join(__dirname, 'fail-fast-chain-main.js'), 'monitor', directory, fails], { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } });
const sets = (): readonly string[] => (existsSync(join(directory, 'sets')) ? readdirSync(join(directory, 'sets')) : []);
const server = (): readonly string[] => readdirSync(join(directory, 'server'));
/** What was asked of the participant in the server, in the order of the alphabet, without who was asked. */
const asked = (): readonly string[] => server().map((name) => name.replace(/-by-\d+$/, '')).sort();

async function recovered(): Promise<{ readonly backedOut: number; readonly committed: number; readonly setAside: number }> {
  const monitor = await TransactionMonitor.open({ directory: join(directory, 'log'), retryMs: 1 });
  const { backedOut, committed, setAside } = await monitor.recover();
  expect(monitor.locks).toEqual([]);
  await monitor.close();
  return { backedOut: backedOut.length, committed: committed.length, setAside: setAside.length };
}

it('[T8] [T10] [M2] [M4] [M5] a server fails fast: the monitor sees it die, aborts with 90 and backs out, also what the server had done', async () => {
  const { status, stdout, stderr } = run('server');
  expect({ status, said: JSON.parse(stdout) as unknown }).toEqual({
    status: 0, said: { number: 90, ended: { code: null, signal: 'SIGABRT' }, cause: 'serverFailed', result: 90, finished: 'ABORTED', locks: [] },
  });
  expect(stderr).toContain('Component: Cache\nMethod: read\nCondition: an exception was not caught: RangeError: page 7 does not match its checksum\n');
  const [report = ''] = readdirSync(join(directory, 'reports'));
  expect(readFileSync(join(directory, 'reports', report), 'utf8')).toContain('page 7 does not match its checksum');
  // A new process of the server was asked to back out, with the record of the one that died.
  expect([sets(), asked()]).toEqual([[], ['backout']]);
  const [backout = ''] = server();
  expect(readFileSync(join(directory, 'server', backout), 'utf8')).toBe('"what it must know"');
  expect(await recovered()).toEqual({ backedOut: 0, committed: 0, setAside: 0 });
});

it.each([
  ['[M2] [M4] [M5] a component in its process throws', 'component', 'Component: Cache\nMethod: read\n'],
  ['[M1] [M3] an integrity check of its own fails, in production', 'integrity', 'Component: transaction monitor\nCondition: a transaction in the state ABORTED has no transition for prepared\n'],
])('%s: the monitor’s process ends at once, nothing is committed, and the next start backs out', async (_what, fails, event) => {
  const { signal, stdout, stderr } = run(fails);
  expect([signal, stdout]).toEqual(['SIGABRT', '']);
  expect(stderr).toContain(event);
  expect(readdirSync(join(directory, 'reports'))).toHaveLength(1);
  expect(existsSync(join(directory, 'exit-handler'))).toBe(false);
  expect([sets(), server().includes('work.partial'), server().includes('work')]).toEqual([['one.partial'], true, false]);
  expect(await recovered()).toEqual({ backedOut: 1, committed: 0, setAside: 0 });
  expect([sets(), asked().filter((name) => name !== 'prepare')]).toEqual([[], ['backout']]);
  expect(await recovered()).toEqual({ backedOut: 0, committed: 0, setAside: 0 });
});

it('nobody fails: both commit', async () => {
  const { status, stdout } = run('nothing');
  expect([status, JSON.parse(stdout)]).toEqual([0, { result: 0, hresult: 0 }]);
  expect([sets(), asked()]).toEqual([['one'], ['commit', 'prepare', 'work']]);
  expect(await recovered()).toEqual({ backedOut: 0, committed: 0, setAside: 0 });
});
