/** The command in this process, on a simulated machine of the test's: what a person reads, what a program reads, and the exit code. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { HRESULT } from '../../lib/binding/codes';
import { EXIT } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { SimulatedWindows } from '../../lib/simulator';
import { CapturedIo } from './captured-io';

const MIB = 1024 * 1024;

let directory: string;
let machine: SimulatedWindows;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-cli-'));
  machine = new SimulatedWindows({
    instances: [
      { databases: [{ name: 'Sales', generatedBytes: 2 * MIB }, { name: 'Notes', generatedBytes: MIB, recoveryModel: 'SIMPLE' }], logins: [{ name: 'clerk', sysadmin: false }] },
      { name: 'SQL2022', databases: [{ name: 'Stock', generatedBytes: MIB }] },
    ],
  });
});
afterEach(() => rmSync(directory, { recursive: true }));

const at = (name: string): string => join(directory, name);

interface Ran {
  readonly code: number;
  readonly io: CapturedIo;
}

async function run(argv: readonly string[], options: ConstructorParameters<typeof CapturedIo>[0] = {}, before: (io: CapturedIo) => void = () => undefined): Promise<Ran> {
  const io = new CapturedIo({ backend: machine, ...options });
  before(io);
  const code = await main(argv, io);
  expect(io.listening).toBe(0);
  return { code, io };
}

const backUp = (...more: readonly string[]): Promise<Ran> => run(['backup', 'Sales', '--to', at('sales.bak'), ...more]);

describe('a backup', () => {
  it('tells what it did, calls every line simulated, and leaves the file under its name', async () => {
    const { code, io } = await backUp();
    expect({ code, stderr: io.stderrText }).toEqual({ code: EXIT.success, stderr: '' });
    expect(io.stdoutText).toMatch(/^\[simulated\] Backed up Sales: 2\.\d MiB in /m);
    expect(io.stdoutText.trimEnd().split('\n').every((line) => line.startsWith('[simulated] '))).toBe(true);
    expect(readdirSync(directory)).toEqual(['sales.bak']);
  });

  it('draws a bar on a terminal and takes it away at the end', async () => {
    const { io } = await run(['backup', 'Sales', '--to', at('sales.bak')], { terminal: true });
    expect(io.stderrText).toMatch(/\r\[simulated\] \[#+-*\] +\d+ % {2}/);
    expect(io.stderrText.endsWith('\r\u001b[K')).toBe(true);
    expect(io.stdoutText).not.toContain('[###');
  });

  it('gives one JSON object a line, each of them marked', async () => {
    const { io } = await backUp('--json', '--stripes', '2', '--sha256');
    expect(io.stdoutText.trimEnd().split('\n')).toHaveLength(io.events.length);
    expect(io.events.every(({ simulated }) => simulated === true)).toBe(true);
    expect(io.events[0]).toMatchObject({ event: 'start', command: 'backup', database: 'Sales', type: 'full', to: [at('sales.1of2.bak'), at('sales.2of2.bak')] });
    expect(io.event('progress')).toMatchObject({ bytes: expect.any(Number) as number, bytesPerSecond: expect.any(Number) as number });
    const done = io.event('done');
    expect(done).toMatchObject({
      files: [{ path: at('sales.1of2.bak'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }, { path: at('sales.2of2.bak') }],
      messages: expect.arrayContaining([expect.objectContaining({ number: 3014 })]) as unknown[],
    });
    const sizes = (done?.['files'] as { bytes: number }[]).map(({ bytes }) => bytes);
    expect(done?.['bytes']).toBe((sizes[0] ?? 0) + (sizes[1] ?? 0));
  });

  it('does not touch a file that is there, and says how to', async () => {
    writeFileSync(at('sales.bak'), 'precious');
    const refused = await backUp();
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.io.stderrText).toMatch(/--to exists already[^]*--overwrite/);
    expect(readFileSync(at('sales.bak'), 'utf8')).toBe('precious');
    expect((await backUp('--overwrite')).code).toBe(EXIT.success);
    expect(readFileSync(at('sales.bak')).byteLength).toBeGreaterThan(2 * MIB);
  });

  it('goes to standard output with nothing else in it', async () => {
    const { code, io } = await run(['backup', 'Sales', '--to', '-']);
    expect(code).toBe(EXIT.success);
    expect(io.stderrText).toMatch(/^\[simulated\] Backed up Sales/m);
    const { code: restored } = await run(['restore', 'Sales', '--from', '-', '--replace'], { stdin: Readable.from([io.stdoutBytes]) });
    expect(restored).toBe(EXIT.success);
  });

  it('runs the statement that is given', async () => {
    const { code } = await run(['backup', 'Sales', '--to', at('own.bak'), '--statement', 'BACKUP DATABASE [Notes] TO {device} WITH COPY_ONLY']);
    expect(code).toBe(EXIT.success);
    const { io } = await run(['verify', '--from', at('own.bak'), '--list', 'headers']);
    expect(io.stdoutText).toMatch(/DatabaseName: Notes/);
  });

  it('compresses, and restore and verify see that by themselves', async () => {
    expect((await run(['backup', 'Sales', '--to', at('sales.bak.gz'), '--compress', 'gzip'])).code).toBe(EXIT.success);
    expect(readFileSync(at('sales.bak.gz')).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect((await run(['verify', '--from', at('sales.bak.gz')])).code).toBe(EXIT.success);
    expect((await run(['restore', 'Sales', '--from', at('sales.bak.gz'), '--replace'])).code).toBe(EXIT.success);
  });

  it('of another instance', async () => {
    expect((await run(['backup', 'Stock', '--to', at('stock.bak'), '--instance', 'SQL2022'])).code).toBe(EXIT.success);
    expect((await run(['backup', 'Stock', '--to', at('none.bak')])).code).toBe(EXIT.sql);
  });
});

it('backs up a chain of full, differential and log, and restores it in order', async () => {
  const backup = (type: string): Promise<Ran> => run(['backup', 'Sales', '--type', type, '--to', at(`${type}.bak`)]);
  expect((await backup('full')).code).toBe(EXIT.success);
  expect((await backup('differential')).code).toBe(EXIT.success);
  expect((await backup('log')).code).toBe(EXIT.success);
  const restore = (type: string, ...more: readonly string[]): Promise<Ran> => run(['restore', 'Sales', '--from', at(`${type}.bak`), ...more]);
  expect((await restore('full', '--replace', '--norecovery')).code).toBe(EXIT.success);
  expect((await restore('differential', '--norecovery')).code).toBe(EXIT.success);
  expect((await restore('log', '--type', 'log')).code).toBe(EXIT.success);
});

describe('a failure says what to do, and leaves nothing', () => {
  it.each([
    ['no such database', ['backup', 'Nowhere'], EXIT.sql, /911[^]*spelling/],
    ['a log backup in the simple recovery model', ['backup', 'Notes', '--type', 'log'], EXIT.sql, /4208[^]*simple recovery model/],
    ['a log backup without a full one', ['backup', 'Sales', '--type', 'log'], EXIT.sql, /4214[^]*--type full first/],
    ['a differential backup without a full one', ['backup', 'Sales', '--type', 'differential'], EXIT.sql, /3035[^]*--type full first/],
    ['a login that is not sysadmin', ['backup', 'Sales', '--login', 'clerk', '--password-env', 'PW'], EXIT.sql, /sysadmin/],
    ['a login that does not exist', ['backup', 'Sales', '--login', 'nobody', '--password-env', 'PW'], EXIT.connection, /--login and the password/],
    ['an instance that does not exist', ['backup', 'Sales', '--instance', 'SQL1999'], EXIT.connection, /--instance/],
  ])('%s', async (_, argv, code, said) => {
    const ran = await run([...argv, '--to', at('x.bak')], { env: { PW: 'x' } });
    expect({ code: ran.code, made: readdirSync(directory) }).toEqual({ code, made: [] });
    expect(ran.io.stderrText).toMatch(said);
  });

  it.each([
    ['no elevation', 'IClientVirtualDeviceSet2::CreateEx', HRESULT.E_ACCESSDENIED, /elevated/],
    ['an unknown instance', 'IClientVirtualDeviceSet2::CreateEx', HRESULT.VD_E_INSTANCE_NAME, /--instance/],
    ['no sqlvdi.dll', 'CoCreateInstance', HRESULT.REGDB_E_CLASSNOTREG, /regsvr32/],
    ['no memory for buffers', 'IClientVirtualDeviceSet2::GetConfiguration', HRESULT.VD_E_MEMORY, /--max-transfer-size/],
  ])('%s', async (_, operation, hresult, said) => {
    machine.faults.add({ at: operation, action: { hresult } });
    const { code, io } = await backUp();
    expect({ code, made: readdirSync(directory) }).toEqual({ code: EXIT.windows, made: [] });
    expect(io.stderrText).toMatch(said);
  });

  it('a folder that is not there', async () => {
    const { code, io } = await run(['backup', 'Sales', '--to', at('no/such/folder/x.bak'), '--json']);
    expect(code).toBe(EXIT.usage);
    expect(io.event('error')).toMatchObject({ field: '--to', message: expect.stringMatching(/^--to cannot be written: .*ENOENT/) as string });
  });

  it('a damaged backup', async () => {
    await backUp();
    truncateSync(at('sales.bak'), MIB);
    const { code, io } = await run(['verify', '--from', at('sales.bak'), '--json']);
    expect(code).toBe(EXIT.sql);
    expect(io.event('error')).toMatchObject({ exitCode: EXIT.sql, hint: expect.stringContaining('damaged') as string, simulated: true });
  });

  it('a stripe that is missing', async () => {
    await backUp('--stripes', '2');
    const { code, io } = await run(['restore', 'Sales', '--from', at('sales.1of2.bak'), '--replace']);
    expect(code).toBe(EXIT.sql);
    expect(io.stderrText).toMatch(/all of its files/);
  });

  it('SQL Server’s messages, the cause and the field are there for programs', async () => {
    const { io } = await run(['backup', 'Nowhere', '--to', at('x.bak'), '--json']);
    expect(io.event('error')).toMatchObject({
      code: 'ERR_SQL_STATEMENT', exitCode: EXIT.sql, leftover: [],
      sqlMessages: expect.arrayContaining([expect.objectContaining({ number: 911 })]) as unknown[],
      causes: [expect.objectContaining({ code: 'ERR_SQL_STATEMENT' })],
    });
  });
});

describe('verify', () => {
  it('lists the files of the database', async () => {
    await backUp();
    const { io } = await run(['verify', '--from', at('sales.bak'), '--list', 'files', '--json']);
    expect(io.event('done')).toMatchObject({ list: 'files', rows: expect.arrayContaining([expect.objectContaining({ LogicalName: 'Sales' })]) as unknown[] });
  });
});

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const)('%s aborts: its own exit code, nothing left, and no signal is listened for any more', async (signal) => {
    const { code, io } = await run(['backup', 'Sales', '--to', at('sales.bak')], {}, (captured) => {
      captured.onLine = (line) => {
        if (line.includes('[#')) captured.send(signal);
      };
    });
    expect({ code, exits: io.exits, made: readdirSync(directory) }).toEqual({ code: EXIT[signal], exits: [EXIT[signal]].slice(1), made: [] });
    expect(io.stdoutText).toContain(`[simulated] ${signal}: ending cleanly.`);
    expect(io.stderrText).toMatch(new RegExp(`aborted[^]*ended by ${signal}[^]*SQL Server 3013: [^]*nothing partial is left`));
    expect(io.stderrText).not.toContain('simulator error');
  });

  it('an aborted restore says how the database may be', async () => {
    await backUp();
    const { code, io } = await run(['restore', 'Sales', '--from', at('sales.bak'), '--replace'], {}, (captured) => {
      captured.onLine = (line) => {
        if (line.includes('[#')) captured.send('SIGINT');
      };
    });
    expect(code).toBe(EXIT.SIGINT);
    expect(io.stderrText).toMatch(/RESTORE of Sales was aborted[^]*RESTORING: restore it again/);
    expect(io.stderrText).not.toContain('nothing partial');
  });

  it('the second one ends the process, after saying so', async () => {
    machine.faults.add({ at: 'sql.write', occurrence: 3, action: { hang: true } });
    const { code, io } = await run(['backup', 'Sales', '--to', at('sales.bak')], {}, (captured) => {
      let sent = false;
      captured.onLine = (line) => {
        if (!line.includes('Backing up') || sent) return;
        sent = true;
        setImmediate(() => {
          captured.send('SIGINT');
          captured.send('SIGTERM');
        });
      };
    });
    expect({ code, exits: io.exits }).toEqual({ code: EXIT.SIGINT, exits: [EXIT.SIGTERM] });
    expect(io.stdoutText).toContain('SIGTERM again: ending at once, without cleaning up.');
  });
});
