/** The shadow copy commands on a simulated machine of a file, in this process. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/program';
import { SnapshotJournal } from '../../lib/vss';
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
    expect((await winbackup('restore-components', at('documents'), '--exec', 'exit 0', '--json')).io.event('done')).toMatchObject({ command: 'restore-components', simulated: true });
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

  it.each([[['snapshot'], 'volume'], [['shadows', 'delete'], 'id'], [['shadows', 'clean-up'], '--journal'], [['writers', '--nonsense'], '--nonsense'], [['restore-components', 'x'], '--exec']])(
    'tells %j of a mistake in the arguments in JSON too', async (args, named) => {
      const { code, io } = await winbackup(...args, '--json');
      expect([code, io.event('error')]).toEqual([2, { event: 'error', code: 'ERR_USAGE', message: expect.stringContaining(named) as string, exitCode: 2 }]);
    });

  it('tells of an abort that failed too, after the failure that it was for', async () => {
    const machine = { vss: { volumes: [{ name: 'C:\\', directory: 'c' }] }, faults: [{ at: 'IVssBackupComponents::AbortBackup', action: { hresult: 0x8000ffff } }] };
    writeFileSync(at('machine.json'), JSON.stringify(machine));
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', 'exit 3', '--json');
    expect([code, io.event('error')]).toEqual([8, expect.objectContaining({ code: 'ERR_EXEC_FAILED', thenFailed: [{ code: 'E_UNEXPECTED', message: expect.stringContaining('AbortBackup') as string }] })]);
    expect((await winbackup('snapshot', 'C:', '--exec', 'exit 3')).io.stderrText).toMatch(/--exec ended with exit code 3.*\n.*then: the snapshot failed at AbortBackup/);
  });

  it('aborts on a signal while the command runs', async () => {
    const io = new CapturedIo();
    io.onLine = (line) => {
      if (line.includes('started')) io.send('SIGINT');
    };
    expect(await main(['snapshot', 'C:', '--exec', 'echo started; sleep 60; echo over', '--machine', at('machine.json')], io)).toBe(130);
    expect(readdirSync(at('c'))).toEqual(['Data']);
  });

  it.each([
    [['C:'], 2, '--exec'], [['nonsense', '--exec', 'true'], 2, 'the volume[0]'], [['C:', '--exec', 'true', '--writer', 'nobody'], 2, '--writer[0]'], [['X:', '--exec', 'true'], 3, 'VSS_E_OBJECT_NOT_FOUND'],
    [['C:', '--exec', 'true', '--path', 'x'], 2, '--path'], [['C:', '--exec', ''], 2, '--exec'], [['C:', '--copy-to', 'x', '--exec-timeout', '1'], 2, '--exec-timeout'],
    [['C:', '--exec', 'sleep 600', '--exec-timeout', '0'], 8, 'did not end within 0 s'],
  ] as const)('%j ends with %d and names %s', async (args, code, text) => {
    const run = await winbackup('snapshot', ...args);
    expect([run.code, run.io.stderrText]).toEqual([code, expect.stringContaining(text)]);
  });
});

describe('the options of winbackup snapshot', () => {
  const plain = (name: string, digit: number, more: object = {}): object => ({
    name, id: `${String(digit).repeat(8)}-0000-4000-8000-000000000001`, components: [{ type: 'database', name: 'Data', selectable: true }], ...more,
  });
  beforeEach(() => {
    mkdirSync(at('d'));
    writeFileSync(at('d/b.txt'), 'other');
    writeFileSync(at('first.js'), `exports.writer = {
      metadata: { writerName: 'first', writerId: '11111111-0000-4000-8000-000000000001', instanceId: '11111111-0000-4000-8000-000000000002', components: [{ type: 1, name: 'Data', selectable: true }] },
      onPostSnapshot({ components }) { for (const component of components.list) component.setBackupStamp('stamp'); return true; },
    };`);
    writeFileSync(at('machine.json'), JSON.stringify({ vss: {
      volumes: [{ name: 'C:\\', directory: 'c' }, { name: 'D:\\', directory: 'd' }],
      writers: [{ module: './first.js' }, plain('second', 2), plain('poor', 3, { failures: [{ event: 'PostSnapshot', failure: 'retryable' }] })],
    } }));
  });
  const done = async (...args: readonly string[]): Promise<unknown> => {
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', 'true', '--json', ...args);
    return code === 0 ? io.event('done') : { code, error: io.event('error') };
  };

  it('take only the writers that are named, or leave some out', async () => {
    expect(await done('--writer', 'first', 'second')).toMatchObject({ writers: ['first', 'second'] });
    expect(await done('--exclude-writer', 'poor')).toMatchObject({ writers: ['first', 'second'] });
  });

  it('let the failure of a writer pass that is not critical, as a warning', async () => {
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', 'true', '--json', '--critical-writer', 'first');
    expect([code, io.event('warning')]).toEqual([0, expect.objectContaining({ writer: 'poor', code: 'VSS_E_WRITERERROR_RETRYABLE', state: 'FAILED_AT_POST_SNAPSHOT' })]);
  });

  it('say how often to start over, and how long to wait before that', async () => {
    expect(await done('--retries', '0')).toMatchObject({ code: 3, error: { code: 'VSS_E_WRITERERROR_RETRYABLE' } });
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', 'true', '--json', '--retries', '2', '--retry-delay', '0', '--wait', '1');
    expect([code, io.events.filter(({ event, attempt, phase }) => event === 'phase' && phase === 'StartSnapshotSet' && attempt !== undefined).map(({ attempt }) => attempt)]).toEqual([3, [1, 2, 3]]);
  });

  it('carry the backup stamps of one backup to the next', async () => {
    const backup = ['--exclude-writer', 'poor', '--component', 'first:Data'];
    expect(await done(...backup, '--documents', at('full'), '--type', 'full')).toMatchObject({ backupStamps: [expect.objectContaining({ name: 'Data', stamp: 'stamp' })] });
    expect(await done(...backup, '--documents', at('next'), '--type', 'incremental', '--previous', at('full'))).toMatchObject({ backupStamps: [expect.objectContaining({ stamp: 'stamp' })] });
    expect(readFileSync(at('next/backup-components.xml'), 'utf8')).toContain('<previousBackupStamp type="string">stamp</previousBackupStamp>');
  });

  it('copy out of several volumes, each below a directory of its own, or only some paths', async () => {
    expect((await winbackup('snapshot', 'C:', 'D:\\', '--copy-to', at('out'), '--exclude-writer', 'poor')).code).toBe(0);
    expect([readFileSync(at('out/C/Data/a.txt'), 'utf8'), readFileSync(at('out/D/b.txt'), 'utf8')]).toEqual(['contents', 'other']);
    writeFileSync(at('c/left-out'), '');
    const { code, io } = await winbackup('snapshot', 'C:', '--copy-to', at('some'), '--path', 'Data', '--exclude-writer', 'poor', '--json');
    expect([code, io.event('copied'), readdirSync(at('some/C'))]).toEqual([0, expect.objectContaining({ volume: 'C:', files: 1, directories: 1, bytes: 8, notKept: [] }), ['Data']]);
    expect((await winbackup('snapshot', 'C:', '--copy-to', at('some'), '--exclude-writer', 'poor')).io.stderrText).toContain('--copy-to');
    rmSync(at('d/b.txt'));
    mkdirSync(at('d/Data'));
    writeFileSync(at('c/Data/only-here'), '');
    const failed = await winbackup('snapshot', 'C:', 'D:', '--copy-to', at('none'), '--path', 'Data/only-here', '--exclude-writer', 'poor');
    expect([failed.code, readdirSync(directory).filter((name) => name.startsWith('none'))]).toEqual([2, []]);
  });

  it.each(['GatherWriterMetadata', 'PrepareForBackup', 'DoSnapshotSet', 'GetSnapshotProperties', 'C: ->', 'Copied from C:', 'Copied from D:'])('end cleanly by a signal at %j: nothing is left', async (line) => {
    const io = new CapturedIo();
    io.onLine = (said) => {
      if (said.includes(line)) io.send('SIGTERM');
    };
    const args = ['snapshot', 'C:', 'D:', '--exclude-writer', 'poor', '--copy-to', at('out'), '--documents', at('documents'), '--journal', at('journal'), '--exec', `touch ${at('started')}`];
    expect(await main([...args, '--machine', at('machine.json')], io)).toBe(143);
    // What was copied whole stays whole, but the command was not started, and no documents say that there is a backup.
    expect(readdirSync(directory).filter((name) => /^(documents|started|out\.partial|journal\.)/.test(name))).toEqual([]);
    if (line !== 'Copied from D:') expect(existsSync(at('out'))).toBe(false);
    expect([readdirSync(at('c')), readdirSync(at('d'))]).toEqual([['Data'], ['b.txt']]);
  });

  it('copy two volumes whose names are alike as directories apart', async () => {
    const volumes = [{ name: 'C:\\', directory: 'c' }, { name: 'C:\\x_y\\', directory: 'd' }, { name: 'C:\\x\\y\\', directory: 'c' }];
    writeFileSync(at('machine.json'), JSON.stringify({ vss: { volumes } }));
    expect((await winbackup('snapshot', 'C:\\x_y', 'C:\\X\\Y', '--copy-to', at('out'))).code).toBe(0);
    expect([readdirSync(at('out')).sort(), existsSync(at('out/C_x_y/b.txt')), existsSync(at('out/C_X_Y-2/Data/a.txt'))]).toEqual([['C_X_Y-2', 'C_x_y'], true, true]);
  });

  it('save the documents of a backup that is complete although a writer failed in BackupComplete', async () => {
    writeFileSync(at('machine.json'), JSON.stringify({ vss: { volumes: [{ name: 'C:\\', directory: 'c' }], writers: [plain('late', 4, { failures: [{ event: 'BackupComplete' }] })] } }));
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', 'true', '--documents', at('documents'), '--json');
    expect([code, io.event('error'), existsSync(at('documents/snapshot.json'))]).toEqual([3, expect.objectContaining({ phase: 'BackupComplete' }), true]);
  });

  it('say that a complete backup has no documents when these could not be saved, and leave none of a backup that failed', async () => {
    const lost = await winbackup('snapshot', 'C:', '--exclude-writer', 'poor', '--exec', `rmdir "${at('documents.partial')}"`, '--documents', at('documents'), '--json');
    expect([lost.code, lost.io.event('documents-lost'), lost.io.event('error')]).toEqual([6, expect.objectContaining({ snapshotSetId: expect.any(String) as string }), expect.objectContaining({ code: 'ENOENT' })]);
    expect((await winbackup('snapshot', 'C:', '--exclude-writer', 'poor', '--exec', 'exit 1', '--documents', at('documents'))).code).toBe(8);
    expect(readdirSync(directory).filter((name) => name.startsWith('documents'))).toEqual([]);
  });

  it('run the requester in a process of its own', async () => {
    expect(await done('--exclude-writer', 'poor', '--isolate')).toMatchObject({ event: 'done', simulated: true });
  });

  it('name the provider, or want a transportable copy', async () => {
    expect(await done('--exclude-writer', 'poor', '--provider', 'b5946137-7b9f-4925-af80-51abd60b20d5')).toMatchObject({ event: 'done' });
    expect(await done('--exclude-writer', 'poor', '--provider', '99999999-7b9f-4925-af80-51abd60b20d5')).toMatchObject({ code: 3, error: { code: 'VSS_E_PROVIDER_NOT_REGISTERED' } });
    expect(await done('--exclude-writer', 'poor', '--transportable')).toMatchObject({ code: 3, error: { code: expect.stringMatching(/^VSS_E_/) as string } });
  });

  it.each([
    ['--type none', '--type'], ['--context all', '--context'], ['--provider x', '--provider'], ['--retries -1', '--retries'], ['--retry-delay x', '--retry-delay'], ['--wait x', '--wait'], ['--component :x', '--component'],
    ['--critical-writer nobody', '--critical-writer'], ['--previous nowhere', '--previous'],
    ['--previous damaged', '--previous holds a damaged'],
    ['--documents machine.json/x', '--documents'], ['--documents left', '--documents exists already'], ['--copy-to left', '--copy-to exists already'],
  ])('%j is bad input, named, and nothing is started', async (args, named) => {
    mkdirSync(at('left.partial'));
    mkdirSync(at('damaged'));
    writeFileSync(at('damaged/snapshot.json'), '{"writers":');
    const own = args.split(' ').map((arg) => (/^(left|machine|damaged)/.test(arg) ? at(arg) : arg));
    const { code, io } = await winbackup('snapshot', 'C:', '--exec', `touch ${at('started')}`, '--exclude-writer', 'poor', ...own);
    expect([code, io.stderrText]).toEqual([2, expect.stringContaining(named)]);
    expect(existsSync(at('started'))).toBe(false);
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
    expect((await winbackup('shadows', 'delete', snapshotId, '--json')).io.event('error')).toMatchObject({ code: 'VSS_E_OBJECT_NOT_FOUND' });
    expect((await winbackup('shadows', 'delete', 'x')).code).toBe(2);
  });

  it('leave a journal that is none, or that somebody uses, alone', async () => {
    writeFileSync(at('foreign'), 'this is no journal, and it is long enough not to be a torn one');
    const foreign = await winbackup('snapshot', 'C:', '--context', 'app-rollback', '--journal', at('foreign'));
    expect([foreign.code, foreign.io.stderrText]).toEqual([2, expect.stringContaining('is not a log of winbackup')]);
    const journal = await SnapshotJournal.open({ path: at('journal') });
    for (const args of [['snapshot', 'C:', '--context', 'app-rollback'], ['shadows', 'clean-up']]) {
      const { code, io } = await winbackup(...args, '--journal', at('journal'), '--json');
      expect([code, io.event('error')]).toEqual([2, expect.objectContaining({ code: 'ERR_IN_USE', hint: expect.stringContaining('another one') as string })]);
    }
    await journal.close();
    expect((await winbackup('shadows')).io.stdoutText).toContain('0 shadow copies');
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
