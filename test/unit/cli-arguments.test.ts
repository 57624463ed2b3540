/** The command line: help, mistakes and their exit code, before anything is started. */
import { integer, move, optionOf, seconds } from '../../lib/cli/arguments';
import { EXIT } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { SimulatedWindows } from '../../lib/simulator';
import { CapturedIo } from './captured-io';

async function run(argv: readonly string[], options: ConstructorParameters<typeof CapturedIo>[0] = {}): Promise<{ code: number; io: CapturedIo; machine: SimulatedWindows }> {
  const machine = new SimulatedWindows();
  const io = new CapturedIo({ backend: machine, ...options });
  return { code: await main(argv, io), io, machine };
}

describe('help', () => {
  it.each([[[]], [['backup']], [['restore']], [['verify']], [['machine']]])('of %j shows an example and every exit code, and succeeds', async (command) => {
    const { code, io } = await run([...command, '--help']);
    expect(code).toBe(EXIT.success);
    expect(io.stdoutText).toMatch(/Examples?:\n {2}winbackup /);
    for (const exit of Object.values(EXIT)) expect(io.stdoutText).toMatch(new RegExp(`\\b${String(exit)}\\b`));
  });

  it('says nothing of --password', async () => {
    expect((await run(['backup', '--help'])).io.stdoutText).not.toMatch(/--password\b(?!-)/);
  });

  it('--version is that of the package', async () => {
    const { code, io } = await run(['--version']);
    expect(code).toBe(EXIT.success);
    expect(io.stdoutText).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a mistake on the command line ends with 2 before anything is started', () => {
  it.each([
    ['nothing at all', []],
    ['an unknown command', ['copy', 'Sales']],
    ['an unknown option', ['backup', 'Sales', '--to', 'a', '--fast']],
    ['no target', ['backup', 'Sales']],
    ['no database', ['backup', '--to', 'a']],
    ['an unknown type', ['backup', 'Sales', '--to', 'a', '--type', 'half']],
    ['stripes that are no number', ['backup', 'Sales', '--to', 'a', '--stripes', 'two']],
    ['65 stripes', ['backup', 'Sales', '--to', 'a', '--stripes', '65']],
    ['an unknown compression', ['backup', 'Sales', '--to', 'a', '--compress', 'rar']],
    ['two stripes into standard output', ['backup', 'Sales', '--to', '-', '--stripes', '2']],
    ['a block size that is no power of two', ['backup', 'Sales', '--to', '/nowhere/a', '--block-size', '1000']],
    ['a negative timeout', ['backup', 'Sales', '--to', 'a', '--attach-timeout', '-1']],
    ['an empty name of the database', ['backup', '', '--to', '/nowhere/a']],
    ['the same file twice', ['backup', 'Sales', '--to', '/nowhere/a', '/nowhere/a']],
    ['a transfer size that is no multiple of 64K', ['backup', 'Sales', '--to', '/nowhere/a', '--max-transfer-size', '100K']],
    ['a transfer size above 4M', ['restore', 'Sales', '--from', '/nowhere/a', '--max-transfer-size', '8M']],
    ['no buffers', ['verify', '--from', '/nowhere/a', '--buffer-count', '0']],
    ['no stripes', ['backup', 'Sales', '--to', 'a', '--stripes', '0']],
    ['other stripes than names', ['restore', 'Sales', '--from', 'a', 'b', '--stripes', '3']],
    ['the tail of a full backup', ['backup', 'Sales', '--to', '/nowhere/a', '--norecovery']],
    ['a full backup that keeps its log', ['backup', 'Sales', '--to', '/nowhere/a', '--no-truncate']],
    ['a statement without {device}', ['backup', 'Sales', '--to', '/nowhere/a', '--statement', 'BACKUP DATABASE Sales TO DISK = \'x\'']],
    ['a statement beside its own options', ['backup', 'Sales', '--to', '/nowhere/a', '--statement', 'BACKUP DATABASE Sales TO {device}', '--copy-only']],
    ['an instance with its machine', ['backup', 'Sales', '--to', '/nowhere/a', '--instance', 'HOST\\SQL2022']],
    ['a name of 129 characters', ['backup', 'd'.repeat(129), '--to', '/nowhere/a']],
    ['no source', ['restore', 'Sales']],
    ['an unknown type of restore', ['restore', 'Sales', '--from', 'a', '--type', 'full']],
    ['an unknown decompression', ['verify', '--from', 'a', '--decompress', 'zip']],
    ['an unknown list', ['verify', '--from', 'a', '--list', 'pages']],
    ['a source that is not there', ['verify', '--from', '/nowhere/a']],
    ['a time that is none', ['verify', '--from', 'a', '--attach-timeout', 'soon']],
    ['a password file that is not there', ['backup', 'Sales', '--to', 'a', '--login', 'sa', '--password-file', '/nowhere/password']],
    ['a machine that is not there', ['backup', 'Sales', '--to', 'a', '--machine', '/nowhere/machine.json']],
    ['a machine to run that is not there', ['machine', '/nowhere/machine.json']],
    ['a fault that is no JSON', ['machine', 'fault', '/nowhere/machine.json', '{']],
    ['a time to advance that is none', ['machine', 'advance', '/nowhere/machine.json', 'x']],
    ['a move without a path', ['restore', 'Sales', '--from', 'a', '--move', 'Sales=']],
    ['a driver on a simulated machine', ['backup', 'Sales', '--to', 'a', '--driver', 'sqlcmd']],
    ['a server on a simulated machine', ['backup', 'Sales', '--to', 'a', '--server', 'production']],
    ['a password without a login', ['backup', 'Sales', '--to', 'a', '--password-env', 'PW']],
    ['a variable that is not set', ['backup', 'Sales', '--to', 'a', '--login', 'sa', '--password-env', 'NOT_SET']],
  ])('%s', async (_, argv) => {
    const { code, io, machine } = await run(argv, { env: { PW: 'x' } });
    expect({ code, said: io.stderrText !== '' }).toEqual({ code: EXIT.usage, said: true });
    expect(io.stderrText).not.toContain('TypeError');
    expect(machine.calls.filter(({ operation }) => operation.startsWith('IClientVirtualDeviceSet2::Create'))).toEqual([]);
  });

  it.each([[['--password', 'geheim']], [['--password=geheim']], [['-P', 'geheim']], [['-Pgeheim']]])('%j, without repeating the password', async (password) => {
    const { code, io } = await run(['backup', 'Sales', '--to', 'a', ...password]);
    expect(code).toBe(EXIT.usage);
    expect(io.stderrText).toMatch(/--password-env or --password-file/);
    expect(`${io.stderrText}${io.stdoutText}`).not.toContain('geheim');
  });

  it('a backup to a terminal', async () => {
    const { code, io } = await run(['backup', 'Sales', '--to', '-'], { terminal: true });
    expect(code).toBe(EXIT.usage);
    expect(io.stderrText).toMatch(/--to - is a terminal/);
    expect(io.stdoutBytes).toHaveLength(0);
  });

  it('names the field in --json too', async () => {
    const { io } = await run(['backup', 'Sales', '--to', 'a', '--server', 'production', '--json']);
    expect(io.event('error')).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field: '--server', exitCode: EXIT.usage });
  });
});

describe('values', () => {
  it.each([['0', 0], ['512', 512], ['64K', 65_536], ['4m', 4 * 1024 ** 2], ['1G', 1024 ** 3]])('%s is %d', (text, value) => {
    expect(integer(text)).toBe(value);
  });

  it.each(['', '-1', '1.5', '1KB', '0x10', '99999999999999999999'])('%j is not a whole number', (text) => {
    expect(() => integer(text)).toThrow(/must be a whole number|too large/);
  });

  it.each(['', '-1', 'soon', 'NaN', '1e10'])('%j is not a number of seconds', (text) => {
    expect(() => seconds(text)).toThrow(/number of seconds/);
  });

  it('moves are collected, and a path may contain =', () => {
    expect(move('Log=L:\\a=b.ldf', move('Sales=D:\\Sales.mdf', undefined))).toEqual({ Sales: 'D:\\Sales.mdf', Log: 'L:\\a=b.ldf' });
    expect(() => move('=x', undefined)).toThrow(/logical name/);
  });

  it.each([
    ['options.blockSize', '--block-size'], ['to', '--to'], ['from[1]', '--from[1]'], ['to.length', '--to.length'], ['options.compression', '--sql-compression'],
    ['timeouts.attachMs', '--attach-timeout'], ['options.after.standby', '--standby'], ['instances[0].name', 'instances[0].name'], ['--server', '--server'],
  ])('the field %s is called %s', (field, option) => {
    expect(optionOf(field)).toBe(option);
  });
});
