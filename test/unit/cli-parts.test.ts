/** The pieces of the command: names of stripes, passwords, exit codes, hints, figures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { HRESULT } from '../../lib/binding/codes';
import { AbortError, ArgumentError, LoadError, WindowsError } from '../../lib/binding/errors';
import { realHost } from '../../lib/binding/real-host';
import { SqlConnectionError } from '../../lib/binding/sql';
import type { SqlMessage } from '../../lib/binding/sql';
import { EXIT, EXIT_CODES_HELP, SignalReceived, exitCodeOf } from '../../lib/cli/exit-codes';
import { hintFor } from '../../lib/cli/hints';
import { readPassword } from '../../lib/cli/password';
import { formatBytes, progressBar } from '../../lib/cli/reporter';
import { stripeFiles } from '../../lib/cli/stripes';
import { BackupError, SqlStatementError, transferError } from '../../lib/vdi/errors';
import type { TransferFailure } from '../../lib/vdi/errors';

const failure = (cause: unknown, sqlMessages: readonly SqlMessage[] = []): TransferFailure => ({
  cause, hresult: undefined, completionCode: undefined, sqlMessages, simulated: true, unfinished: [],
});
const sqlError = (number: number, message: string): SqlMessage => ({ number, severity: 16, state: 1, message });
const systemError = (code: string): Error => Object.assign(new Error(`${code}: refused`), { code, errno: -13, syscall: 'open' });

describe('the files of a backup', () => {
  it('are as named when no number of stripes is given, or the same', () => {
    expect(stripeFiles('--to', ['a.bak', 'b.bak'], undefined)).toEqual(['a.bak', 'b.bak']);
    expect(stripeFiles('--to', ['a.bak', 'b.bak'], 2)).toEqual(['a.bak', 'b.bak']);
    expect(stripeFiles('--to', ['-'], 1)).toEqual(['-']);
  });

  it('are made of one name and the number of stripes', () => {
    expect(stripeFiles('--to', ['d/sales.bak'], 2)).toEqual(['d/sales.1of2.bak', 'd/sales.2of2.bak']);
    expect(stripeFiles('--to', ['C:\\b.c\\sales'], 2)).toEqual(['C:\\b.c\\sales.1of2', 'C:\\b.c\\sales.2of2']);
    expect(stripeFiles('--to', ['sales.bak.gz'], 2)).toEqual(['sales.1of2.bak.gz', 'sales.2of2.bak.gz']);
    expect(stripeFiles('--to', ['.bak'], 2)).toEqual(['.bak.1of2', '.bak.2of2']);
  });

  it('are all different, and each begins as the name does, for any name and number', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }).filter((name) => name !== '-' && !/[\n\r\u2028\u2029]/.test(name)), fc.integer({ min: 2, max: 64 }), (name, count) => {
        const names = stripeFiles('--to', [name], count);
        expect(new Set(names).size).toBe(count);
        expect(names.every((file) => file.length > name.length)).toBe(true);
      }),
    );
  });

  it.each([
    [['a', 'b', 'c'], 2, '--stripes'],
    [['a'], 65, '--stripes'],
    [['a'], 0, '--stripes'],
    [['a'], 1.5, '--stripes'],
    [['-', 'a'], undefined, '--to'],
    [['-'], 2, '--to'],
    [[''], undefined, '--to'],
  ])('are refused: %j with --stripes %s', (files, stripes, field) => {
    expect(() => stripeFiles('--to', files, stripes)).toThrow(expect.objectContaining({ name: 'ArgumentError', field }) as Error);
  });
});

describe('the password', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'winbackup-cli-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('comes from the named variable', async () => {
    await expect(readPassword({ passwordEnv: 'PW' }, { PW: 'secret ' }, realHost.files)).resolves.toBe('secret ');
    await expect(readPassword({ passwordEnv: 'PW' }, {}, realHost.files)).rejects.toMatchObject({ field: '--password-env' });
  });

  it('comes from the named file, without its last line break', async () => {
    const file = join(directory, 'password');
    writeFileSync(file, 'gehéim \r\n');
    await expect(readPassword({ passwordFile: file }, {}, realHost.files)).resolves.toBe('gehéim ');
    await expect(readPassword({ passwordFile: `${file}x` }, {}, realHost.files)).rejects.toMatchObject({ name: 'ArgumentError', field: '--password-file', message: expect.stringContaining('ENOENT') as string });
  });

  it('is understood as PowerShell writes it, and a file that is none is refused', async () => {
    const file = join(directory, 'password');
    writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('gehéim\r\n', 'utf16le')]));
    await expect(readPassword({ passwordFile: file }, {}, realHost.files)).resolves.toBe('gehéim');
    writeFileSync(file, 'x'.repeat(5000));
    await expect(readPassword({ passwordFile: file }, {}, realHost.files)).rejects.toBeInstanceOf(ArgumentError);
  });

  it('is not guessed where both are given', async () => {
    await expect(readPassword({ passwordEnv: 'PW', passwordFile: 'x' }, { PW: '1' }, realHost.files)).rejects.toBeInstanceOf(ArgumentError);
    await expect(readPassword({}, {}, realHost.files)).resolves.toBeUndefined();
  });
});

describe('the exit code', () => {
  it.each([
    ['wrong arguments', new ArgumentError('database', 'must not be empty'), EXIT.usage],
    ['no elevation', new BackupError('backup', failure(new WindowsError('CreateEx', HRESULT.E_ACCESSDENIED)), []), EXIT.windows],
    ['no addon', new LoadError('nothing loaded', []), EXIT.windows],
    ['no connection', new SqlConnectionError('refused', { cause: systemError('ECONNREFUSED') }), EXIT.connection],
    ['an error of SQL Server', new BackupError('backup', failure(new SqlStatementError([sqlError(911, 'no such database')])), []), EXIT.sql],
    ['a full disk, which SQL Server reports too', new BackupError('backup', failure(systemError('ENOSPC'), [sqlError(18210, 'error 112')]), []), EXIT.files],
    ['SIGINT', transferError(BackupError, 'backup', failure(new AbortError(new SignalReceived('SIGINT'))), []), 130],
    ['SIGTERM', transferError(BackupError, 'backup', failure(new AbortError(new SignalReceived('SIGTERM'))), []), 143],
    ['SIGHUP', new AbortError(new SignalReceived('SIGHUP')), 129],
    ['SIGBREAK', new AbortError(new SignalReceived('SIGBREAK')), 149],
    ['a defect', new TypeError('x is not a function'), EXIT.internal],
    ['something that is not even an error', 'oops', EXIT.internal],
  ])('tells of %s', (_, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('is documented, every one', () => {
    for (const code of Object.values(EXIT)) expect(EXIT_CODES_HELP).toMatch(new RegExp(`\\b${String(code)}\\b`));
  });
});

describe('the hint', () => {
  it.each([
    ['run elevated', new WindowsError('CreateEx', HRESULT.E_ACCESSDENIED), /elevated/],
    ['register the class', new WindowsError('CoCreateInstance', HRESULT.REGDB_E_CLASSNOTREG), /regsvr32/],
    ['name the instance', new WindowsError('CreateEx', HRESULT.VD_E_INSTANCE_NAME), /--instance/],
    ['look where the SQL connection goes', new WindowsError('GetConfiguration', HRESULT.VD_E_TIMEOUT), /same machine/],
    ['be sysadmin', new SqlStatementError([sqlError(3013, 'terminating'), sqlError(262, 'permission denied')]), /sysadmin/],
    ['check the database', new SqlStatementError([sqlError(911, 'not there'), sqlError(3013, 'terminating')]), /spelling/],
    ['overwrite', systemError('EEXIST'), /--overwrite/],
    ['free the disk', systemError('ENOSPC'), /full/],
    ['install sqlcmd', new SqlConnectionError('no sqlcmd', { code: 'ERR_SQLCMD_NOT_FOUND' }), /sqlcmd/],
    ['check the password', new SqlConnectionError('refused', { code: 'ELOGIN' }), /password/],
  ])('says to %s, also from within the error of a flow', (_, cause, hint) => {
    expect(hintFor(cause)).toMatch(hint);
    expect(hintFor(new BackupError('backup', failure(cause), []))).toMatch(hint);
  });

  it('says nothing where nobody could', () => {
    expect(hintFor(new TypeError('x'))).toBeUndefined();
    expect(hintFor('oops')).toBeUndefined();
  });

  it('stands an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(hintFor(error)).toBeUndefined();
  });
});

describe('the figures', () => {
  it.each([[0, '0 B'], [1023, '1023 B'], [1024, '1.0 KiB'], [1536 * 1024, '1.5 MiB'], [2 ** 50, '1024.0 TiB']])('write %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('draw a bar of the same length from nothing to all', () => {
    const bars = [undefined, 0, 33, 100, 101].map((percent) => progressBar({ bytes: 0, bytesPerSecond: 0, ...(percent === undefined ? {} : { percent }) }));
    expect(bars.map((bar) => bar.indexOf(']'))).toEqual([31, 31, 31, 31, 31]);
    expect(bars[3]).toContain('100 %');
    expect(bars[0]).toContain('? %');
  });
});
