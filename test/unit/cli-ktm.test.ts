/** `winbackup replace` and `winbackup transactions`, on the simulated KTM and real files. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/program';
import { ResourceManagerDriver, Transaction, TransactionManager } from '../../lib/ktm';
import { SimulatedWindows } from '../../lib/simulator';
import { CapturedIo } from './captured-io';

const program = join(__dirname, 'ktm-replace-process.js');

let directory: string;
const at = (...names: readonly string[]): string => join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-cli-ktm-'));
  writeFileSync(at('sales.new'), 'new backup');
  writeFileSync(at('catalog.new'), 'new catalog');
  writeFileSync(at('sales.bak'), 'old backup');
});
afterEach(() => rmSync(directory, { recursive: true }));

const pair = (): readonly string[] => [`${at('sales.new')}=${at('sales.bak')}`, `${at('catalog.new')}=${at('catalog.json')}`];

/** Runs the command on a machine of its own, as each start of a process has one. */
async function winbackup(...args: readonly string[]): Promise<{ readonly code: number; readonly io: CapturedIo }> {
  const io = new CapturedIo({ backend: new SimulatedWindows() });
  return { code: await main(args, io), io };
}

/** The changes that a process makes which replaces the two files. */
let changes: readonly string[];
beforeAll(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'winbackup-cli-ktm-'));
  for (const name of ['sales.new', 'catalog.new']) writeFileSync(join(scratch, name), name);
  const { stdout } = spawnSync(process.execPath, [program, scratch, '0'], { encoding: 'utf8' });
  rmSync(scratch, { recursive: true });
  changes = (JSON.parse(stdout) as { readonly steps: readonly string[] }).steps;
});

/** A process that replaces the two files and is killed just before that change. */
function killBefore(index: number): void {
  expect(spawnSync(process.execPath, [program, directory, String(index + 1)]).signal).toBe('SIGKILL');
}

describe('winbackup replace', () => {
  it('gives two files their names and keeps the sources', async () => {
    const { code, io } = await winbackup('replace', ...pair(), '--json');
    expect(code).toBe(0);
    expect(io.event('done')).toMatchObject({ simulated: true, command: 'replace', files: [at('sales.bak'), at('catalog.json')] });
    expect(readFileSync(at('sales.bak'), 'utf8')).toBe('new backup');
    expect(readFileSync(at('catalog.json'), 'utf8')).toBe('new catalog');
    expect(readdirSync(directory).sort()).toEqual(['.winbackup', 'catalog.json', 'catalog.new', 'sales.bak', 'sales.new']);
  });

  it('says it in words, with the files', async () => {
    const { code, io } = await winbackup('replace', ...pair());
    expect([code, io.stderrText]).toEqual([0, '']);
    expect(io.stdoutText).toMatch(/\[simulated\] Replaced together, in the transaction \{[0-9a-f-]{36}\}:/);
  });

  it.each([
    [['nothing'], /must be <from>=<to>/],
    [['missing=there'], /files\[0\]\.from is no file: missing/],
  ])('refuses %j with exit code 2 and changes nothing', async (args, text) => {
    const { code, io } = await winbackup('replace', ...args, '--log', at('log'));
    expect(code).toBe(2);
    expect(io.stderrText).toMatch(text);
  });

  it('finishes first what a crash has left behind', async () => {
    killBefore(changes.indexOf('rename catalog.json'));
    expect([existsSync(at('catalog.json')), readFileSync(at('sales.bak'), 'utf8')]).toEqual([false, 'new backup']);
    writeFileSync(at('sales.new'), 'newer backup');
    const { code } = await winbackup('replace', `${at('sales.new')}=${at('sales.bak')}`);
    expect(code).toBe(0);
    expect(readFileSync(at('catalog.json'), 'utf8')).toBe('new catalog');
    expect(readFileSync(at('sales.bak'), 'utf8')).toBe('newer backup');
  });
});

describe('winbackup transactions', () => {
  const log = (): string => at('.winbackup', 'replace');

  it('lists and recovers a set that is committed but not whole', async () => {
    killBefore(changes.indexOf('rename catalog.json'));
    const listed = await winbackup('transactions', 'list', '--log', log(), '--json');
    expect(listed.code).toBe(0);
    expect(listed.io.event('transaction')).toMatchObject({ simulated: true, state: 'prepared', outcome: 'committed' });
    expect(listed.io.event('done')).toMatchObject({ count: 1 });
    const recovered = await winbackup('transactions', 'recover', '--log', log(), '--json');
    expect(recovered.code).toBe(0);
    expect(recovered.io.event('recovered')).toMatchObject({ committed: [{ unitOfWork: listed.io.event('transaction')?.['unitOfWork'] }], unresolved: [] });
    expect(readFileSync(at('catalog.json'), 'utf8')).toBe('new catalog');
    expect((await winbackup('transactions', 'list', '--log', log(), '--json')).io.event('done')).toMatchObject({ count: 0 });
  });

  it('lists a set that KTM does not know, and takes it back', async () => {
    // The resource manager has prepared; nothing of it is in KTM's log.
    killBefore(changes.indexOf('write replace.blf', changes.lastIndexOf('create catalog.json.*.partial')));
    const listed = await winbackup('transactions', 'list', '--log', log());
    expect(listed.io.stdoutText).toMatch(/prepared {2}outcome unknown to KTM \(abort presumed\)/);
    const { code, io } = await winbackup('transactions', 'recover', '--log', log());
    expect(code).toBe(0);
    expect(io.stdoutText).toMatch(/rolled back \(abort presumed\)/);
    expect(readFileSync(at('sales.bak'), 'utf8')).toBe('old backup');
    expect(readdirSync(directory).sort()).toEqual(['.winbackup', 'catalog.new', 'sales.bak', 'sales.new']);
  });

  it('shows the outcomes of another resource manager, leaves them for it and ends with 7', async () => {
    const id = '5e9c2a52-6f0b-4d0c-9d57-0d4f1a3f0001';
    const backend = new SimulatedWindows();
    const manager = await TransactionManager.create({ backend, logFileName: at('ktm') });
    const start = (commit: () => Promise<void>): Promise<ResourceManagerDriver<null>> => ResourceManagerDriver.start<null>({
      manager, id, preparedLog: at('own.log'), handlers: { prepare: async () => null, commit, rollback: async () => undefined },
    });
    const driver = await start(() => Promise.reject(new Error('not today')));
    const transaction = await Transaction.create({ backend });
    const { settled } = await driver.enlist(transaction, null);
    await transaction.commitAsync();
    await expect(settled).rejects.toThrow('not today');
    await transaction.close();
    await driver.stop();
    await manager.close();

    const { code, io } = await winbackup('transactions', 'recover', '--log', at('ktm'), '--resource-manager', id, '--json');
    expect(code).toBe(7);
    expect(io.event('recovered')).toMatchObject({ resourceManager: id, committed: [], unresolved: [{ message: expect.stringContaining('committed') as string }] });
    // Its owner still gets it.
    const next = new SimulatedWindows();
    let commits = 0;
    const again = await ResourceManagerDriver.start<null>({
      manager: { logFileName: at('ktm') }, backend: next, id, preparedLog: at('own.log'),
      handlers: { prepare: async () => null, commit: async () => void (commits += 1), rollback: async () => undefined },
    });
    expect([commits, again.unresolved]).toEqual([1, []]);
    await again.stop();
  });

  it.each([
    [['list'], /--log or --machine must be given/],
    [['recover', '--log', '/nowhere/log'], /--resource-manager must be given/],
    [['recover', '--log', '/nowhere/log', '--resource-manager', 'five'], /./],
  ])('refuses %j', async (args, text) => {
    const { code, io } = await winbackup('transactions', ...args);
    expect([2, 3]).toContain(code);
    expect(io.stderrText).toMatch(text);
  });

  it('lists every transaction of a simulated machine', async () => {
    writeFileSync(at('machine.json'), '{}');
    const { code, io } = await winbackup('transactions', 'list', '--machine', at('machine.json'), '--json');
    expect([code, io.event('done')]).toMatchObject([0, { count: 0 }]);
  });
});
