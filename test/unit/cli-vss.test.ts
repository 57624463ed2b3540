/** The shadow copy commands on a simulated machine of a file, in this process. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/program';
import { CapturedIo } from './captured-io';

let directory = '';
const at = (name: string): string => join(directory, name);

async function winbackup(...args: readonly string[]): Promise<{ code: number; io: CapturedIo }> {
  const io = new CapturedIo();
  return { code: await main([...args, '--machine', at('machine.json')], io), io };
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-cli-vss-'));
  mkdirSync(at('c/Data'), { recursive: true });
  writeFileSync(at('c/Data/a.txt'), 'contents');
  writeFileSync(at('machine.json'), JSON.stringify({ vss: { volumes: [{ name: 'C:\\', directory: 'c' }] } }));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('winbackup snapshot', () => {
  it('copies files, runs the command with the copies there, completes, and saves the documents', async () => {
    const { code, io } = await winbackup('snapshot', 'C:', '--copy-to', at('out'), '--documents', at('documents'), '--component', 'SqlServerWriter:SIMULATED\\master', '--exec', `cat "$WINBACKUP_PATH_1/Data/a.txt" > "${at('seen')}"`, '--json');
    expect(code).toBe(0);
    expect([readFileSync(at('out/C/Data/a.txt'), 'utf8'), readFileSync(at('seen'), 'utf8')]).toEqual(['contents', 'contents']);
    expect(io.events.every(({ simulated }) => simulated === true)).toBe(true);
    expect(io.event('snapshot')).toMatchObject({ volume: 'C:', deviceObject: expect.stringContaining('ShadowCopy1') as string });
    expect(io.event('done')).toMatchObject({ command: 'snapshot', persistent: false });
    expect(readdirSync(at('documents'))).toEqual(expect.arrayContaining(['backup-components.xml', 'snapshot.json']));
    expect(readdirSync(at('c'))).toEqual(['Data']);

    const restored = await winbackup('restore-components', at('documents'), '--exec', 'exit 0');
    expect([restored.code, restored.io.stdoutText]).toEqual([0, expect.stringContaining('SqlServerWriter: SIMULATED\\master')]);
    const failed = await winbackup('restore-components', at('documents'), '--exec', 'exit 1');
    expect([failed.code, failed.io.stderrText]).toEqual([8, expect.stringContaining('exit code 1')]);
  });

  it('aborts when the command fails, with an exit code of its own', async () => {
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', 'exit 3', '--json');
    expect(code).toBe(8);
    expect(io.event('error')).toMatchObject({ code: 'ERR_EXEC_FAILED', exitCode: 8 });
    expect(io.event('done')).toBeUndefined();
    expect(readdirSync(at('c'))).toEqual(['Data']);
  });

  it('aborts on a signal while the command runs', async () => {
    const io = new CapturedIo();
    io.onLine = (line) => {
      if (line.includes('started')) io.send('SIGINT');
    };
    expect(await main(['snapshot', 'C:', '--exec', 'echo started; exec sleep 60', '--machine', at('machine.json')], io)).toBe(130);
    expect(readdirSync(at('c'))).toEqual(['Data']);
  });

  it.each([
    [['C:'], 2, '--exec'], [['nonsense', '--exec', 'true'], 2, 'the volume[0]'], [['C:', '--exec', 'true', '--writer', 'nobody'], 2, '--writer[0]'], [['X:', '--exec', 'true'], 3, 'VSS_E_OBJECT_NOT_FOUND'],
    [['C:', '--exec', 'true', '--path', 'x'], 2, '--path'],
  ] as const)('%j ends with %d and names %s', async (args, code, text) => {
    const run = await winbackup('snapshot', ...args);
    expect([run.code, run.io.stderrText]).toEqual([code, expect.stringContaining(text)]);
  });
});

describe('winbackup shadows and writers', () => {
  it('lists, exposes and deletes persistent copies, and cleans up only what is ours', async () => {
    expect((await winbackup('snapshot', 'C:', '--context', 'app-rollback', '--journal', at('journal'))).code).toBe(0);
    const { io } = await winbackup('shadows', '--json');
    const { snapshotId, snapshotSetId } = io.event('shadow') as { snapshotId: string; snapshotSetId: string };
    expect((await winbackup('shadows', 'expose', snapshotId, 'X:')).io.stdoutText).toContain('visible as X:');
    expect((await winbackup('shadows', 'unexpose', snapshotId)).code).toBe(0);
    expect((await winbackup('shadows', 'clean-up', '--journal', at('journal'), '--json')).io.event('done')).toMatchObject({ deleted: [] });
    expect((await winbackup('shadows', 'delete', snapshotSetId, '--set')).io.stdoutText).toContain('1 deleted');
    expect((await winbackup('shadows')).io.stdoutText).toContain('0 shadow copies');
    expect((await winbackup('shadows', 'delete', 'x')).code).toBe(2);
  });

  it('lists writers with their state and components', async () => {
    const { code, io } = await winbackup('writers', '--components');
    expect([code, io.stdoutText]).toEqual([0, expect.stringMatching(/\[simulated\] SqlServerWriter {2}\{a65faa63.*STABLE\n.*master {2}database/)]);
    expect((await winbackup('writers', '--json')).io.event('writer')).toMatchObject({ writerName: 'SqlServerWriter', state: 'STABLE' });
  });
});

describe('the example', () => {
  it('copies a directory as of the freeze instant while its application writes on', () => {
    const root = join(__dirname, '..', '..', '..');
    const out = execFileSync(process.execPath, [join(root, 'scripts', 'snapshot-example.mjs')], { cwd: root, encoding: 'utf8' });
    expect(out).toMatch(/frozen at entry (\d+); the copy has journal \1, balance \1; the application is at \d+/);
    expect(existsSync(join(root, 'dist', 'lib', 'vss', 'index.mjs'))).toBe(true);
  });
});
