/** SQL Server through sqlcmd: recorded output of the classic and of the Go program, and real child processes. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { AbortError, ArgumentError } from '../../lib/binding/errors';
import type { ChildProcess } from '../../lib/binding/host';
import { realHost } from '../../lib/binding/real-host';
import { SqlConnectionError } from '../../lib/binding/sql';
import type { SqlMessage, SqlRow } from '../../lib/binding/sql';
import { SqlcmdOutput, sqlcmdServer } from '../../lib/vdi/sql/sqlcmd';

type Line = readonly ['stdout' | 'stderr', string];

/** What sqlcmd prints first: the connection test of `connect`. */
const connected: readonly Line[] = [['stdout', 'connected'], ['stdout', '---------'], ['stdout', '1'], ['stdout', '']];

/** The classic sqlcmd 15 with -m-1 -r1: a header before every message, all on standard error. */
const classicBackup: readonly Line[] = [
  ['stderr', 'Msg 5703, Level 0, State 1, Server SQLHOST, Line 1'],
  ['stderr', 'Changed language setting to us_english.'],
  ['stderr', 'Msg 3211, Level 0, State 1, Server SQLHOST, Line 1'],
  ['stderr', '100 percent processed.'],
  ['stderr', 'Msg 3014, Level 0, State 1, Server SQLHOST, Line 1'],
  ['stderr', 'BACKUP DATABASE successfully processed 330 pages in 0.031 seconds (83.120 MB/sec).'],
];

const failedBackup: readonly Line[] = [
  ['stderr', 'Msg 911, Level 16, State 11, Server SQLHOST\\SQL2022, Line 1'],
  ['stderr', "Database 'Nowhere' does not exist."],
  ['stderr', 'Make sure that the name is entered correctly.'],
  ['stderr', 'Msg 3013, Level 16, State 1, Server SQLHOST\\SQL2022, Procedure sp_backup, Line 12'],
  ['stderr', 'BACKUP DATABASE is terminating abnormally.'],
];

/** A child process that prints recorded lines. */
function recordedHost(runs: readonly { readonly lines: readonly Line[]; readonly code: number }[]): {
  host: { processes: typeof realHost.processes };
  started: { command: string; args: readonly string[]; env: Readonly<Record<string, string>> | undefined }[];
} {
  const started: { command: string; args: readonly string[]; env: Readonly<Record<string, string>> | undefined }[] = [];
  const spawn: typeof realHost.processes.spawn = (command, args, options): ChildProcess => {
    const run = runs[started.length] ?? { lines: [], code: 0 };
    started.push({ command, args, env: options?.env });
    async function* lines(): AsyncGenerator<{ stream: 'stdout' | 'stderr'; text: string }> {
      for (const [stream, text] of run.lines) yield { stream, text };
    }
    return { pid: 1, lines: lines(), exited: Promise.resolve({ code: run.code, signal: null }), kill: () => undefined };
  };
  return { host: { processes: { ...realHost.processes, pid: 1, spawn } }, started };
}

function parse(lines: readonly Line[]): { messages: SqlMessage[]; rows: SqlRow[]; complaints: readonly string[] } {
  const messages: SqlMessage[] = [];
  const rows: SqlRow[] = [];
  const output = new SqlcmdOutput({ message: (message) => messages.push(message), row: (row) => rows.push(row) });
  for (const [stream, text] of lines) output.line(stream, text);
  output.flush();
  return { messages, rows, complaints: output.complaints };
}

describe('the output of sqlcmd', () => {
  it('becomes messages with number, severity, state, procedure and line', () => {
    expect(parse(failedBackup)).toEqual({
      messages: [
        { number: 911, severity: 16, state: 11, message: "Database 'Nowhere' does not exist.\nMake sure that the name is entered correctly.", lineNumber: 1 },
        { number: 3013, severity: 16, state: 1, message: 'BACKUP DATABASE is terminating abnormally.', procedure: 'sp_backup', lineNumber: 12 },
      ],
      rows: [],
      complaints: [],
    });
  });

  it('gives informational messages their number, and leaves out the change of language that it asks for itself', () => {
    expect(parse(classicBackup).messages.map(({ number }) => number)).toEqual([3211, 3014]);
  });

  it('gives back any messages that sqlcmd printed, whatever their text', () => {
    const text = fc.stringMatching(/^[A-Za-z0-9 '".,%()]{1,40}$/).filter((line) => !/^\s|\s$/.test(line) && !/^sqlcmd/i.test(line));
    const message = fc.record({
      number: fc.integer({ min: 1, max: 60_000 }).filter((number) => number !== 5703), severity: fc.integer({ min: 0, max: 25 }), state: fc.integer({ min: 0, max: 255 }),
      lines: fc.array(text, { minLength: 1, maxLength: 3 }), lineNumber: fc.integer({ min: 1, max: 999 }),
    });
    fc.assert(fc.property(fc.array(message), (messages) => {
      const printed = messages.flatMap(({ number, severity, state, lines, lineNumber }): Line[] => [
        ['stderr', `Msg ${String(number)}, Level ${String(severity)}, State ${String(state)}, Server HOST\\SQL2022, Line ${String(lineNumber)}`],
        ...lines.map((line): Line => ['stderr', line]),
      ]);
      expect(parse(printed).messages).toEqual(messages.map(({ lines, ...rest }) => ({ ...rest, message: lines.join('\n') })));
    }));
  });

  it('is understood from a German and a French sqlcmd', () => {
    expect(parse([['stderr', 'Meldung 911, Ebene 16, Status 1, Server SQLHOST, Zeile 1'], ['stderr', 'Nicht da.']]).messages).toMatchObject([
      { number: 911, severity: 16, state: 1, message: 'Nicht da.' },
    ]);
    expect(parse([['stderr', 'Msg 911, Niveau 16, État 1, Serveur SQLHOST, Ligne 1'], ['stderr', 'Absente.']]).messages).toMatchObject([
      { number: 911, severity: 16, state: 1, message: 'Absente.' },
    ]);
  });

  it('is understood from the Go sqlcmd, which prints informational messages without a header', () => {
    const { messages, rows } = parse([
      ['stdout', 'Changed language setting to us_english.'],
      ['stdout', '50 percent processed.'],
      ['stdout', "Processed 328 pages for database 'Sales', file 'Sales' on file 1."],
      ['stdout', 'BACKUP DATABASE successfully processed 330 pages in 0.031 seconds (83.120 MB/sec).'],
      ['stdout', 'The backup set on file 1 is valid.'],
    ]);
    expect(messages.map(({ number, severity }) => [number, severity])).toEqual([[3211, 0], [4035, 0], [3014, 0], [3262, 0]]);
    expect(rows).toEqual([]);
  });

  it('becomes rows, of several result sets, with NULL as null and line breaks kept', () => {
    expect(parse([
      ['stdout', 'LogicalName\tPhysicalName\tType'],
      ['stdout', '-----------\t------------\t----'],
      ['stdout', 'Sales\tC:\\Data\\Sales.mdf\tD'],
      ['stdout', 'Two'],
      ['stdout', 'lines\tNULL\tL'],
      ['stdout', ''],
      ['stdout', 'n'],
      ['stdout', '-'],
      ['stdout', '1'],
    ]).rows).toEqual([
      { LogicalName: 'Sales', PhysicalName: 'C:\\Data\\Sales.mdf', Type: 'D' },
      { LogicalName: 'Two\nlines', PhysicalName: null, Type: 'L' },
      { n: '1' },
    ]);
  });
});

describe('a connection through sqlcmd', () => {
  it('uses Windows authentication, and nothing that sqlcmd could take for a command or a variable', async () => {
    const { host, started } = recordedHost([{ lines: connected, code: 0 }, { lines: classicBackup, code: 0 }]);
    const sql = await sqlcmdServer({ instance: 'SQL2022', host }).connect();
    const { messages } = await sql.execute('BACKUP DATABASE [a$(b)] TO ...');
    expect(messages.map(({ number }) => number)).toEqual([3211, 3014]);
    const args = started[1]?.args ?? [];
    expect(args.slice(0, 3)).toEqual(['-S', '.\\SQL2022', '-E']);
    expect(args).toEqual(expect.arrayContaining(['-b', '-r1', '-m-1', '-x', '-I']));
    expect(args[args.length - 1]).toContain('BACKUP DATABASE [a$(b)] TO ...');
    await expect(sql.execute('BACKUP DATABASE [a\n!!shutdown]')).rejects.toBeInstanceOf(ArgumentError);
    expect(started).toHaveLength(2);
  });

  it('passes a password by the environment only', async () => {
    const { host, started } = recordedHost([{ lines: connected, code: 0 }]);
    await sqlcmdServer({ login: 'sa', password: 'secret', host }).connect();
    expect(started[0]?.env).toEqual({ SQLCMDPASSWORD: 'secret' });
    expect(started[0]?.args).toEqual(expect.arrayContaining(['-U', 'sa']));
    expect(started[0]?.args.join(' ')).not.toContain('secret');
  });

  it.each<[string, object]>([
    ['password', { login: 'sa' }],
    ['login', { password: 'x' }],
    ['login', { login: '-U', password: 'x' }],
    ['server', { server: '-Q' }],
    ['server', { server: '' }],
    ['instance', { instance: 'HOST\\SQL2022' }],
    ['trustServerCertificate', { trustServerCertificate: 1 }],
    ['options.user', { user: 'sa' }],
  ])('refuses a wrong %s: %j', (field, wrong) => {
    const { host, started } = recordedHost([]);
    expect(() => sqlcmdServer({ host, ...wrong })).toThrow(expect.objectContaining({ name: 'ArgumentError', field }) as Error);
    expect(started).toEqual([]);
  });

  it('starts nothing when the signal has fired before, and does not keep a connection that was given up', async () => {
    const { host, started } = recordedHost([]);
    await expect(sqlcmdServer({ host }).connect({ signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError);
    expect(started).toEqual([]);
  });

  it('resolves with the errors of a failed statement', async () => {
    const { host } = recordedHost([{ lines: connected, code: 0 }, { lines: failedBackup, code: 1 }]);
    const sql = await sqlcmdServer({ host }).connect();
    expect((await sql.execute('BACKUP DATABASE [Nowhere] TO ...')).messages.map(({ number }) => number)).toEqual([911, 3013]);
  });

  it('rejects with SqlConnectionError when sqlcmd cannot log in', async () => {
    const { host } = recordedHost([{
      lines: [['stderr', "Sqlcmd: Error: Microsoft ODBC Driver 17 for SQL Server : Login failed for user 'HOST\\agent'.."]], code: 1,
    }]);
    await expect(sqlcmdServer({ host }).connect()).rejects.toMatchObject({
      name: 'SqlConnectionError', message: expect.stringContaining("Login failed for user 'HOST\\agent'") as string,
    });
  });

  it('rejects with SqlConnectionError when sqlcmd ends without a word, and gives what the server had said', async () => {
    const { host } = recordedHost([{ lines: connected, code: 0 }, { lines: classicBackup.slice(0, 4), code: -1 }]);
    const sql = await sqlcmdServer({ host }).connect();
    const failure: unknown = await sql.execute('BACKUP ...').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SqlConnectionError);
    expect((failure as SqlConnectionError).messages.map(({ number }) => number)).toEqual([3211]);
  });

  it('says that sqlcmd is not installed', async () => {
    await expect(sqlcmdServer({ command: join(tmpdir(), 'no-such-sqlcmd') }).connect()).rejects.toMatchObject({ code: 'ERR_SQLCMD_NOT_FOUND' });
  });
});

describe('a real child process', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'winbackup-sqlcmd-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A program in place of sqlcmd: Node running `source`; `argv` are sqlcmd's arguments. */
  function program(source: string): { command: string } {
    const script = join(directory, 'sqlcmd.cjs');
    writeFileSync(script, `const argv = process.argv.slice(2);\n${source}`);
    const command = join(directory, 'sqlcmd');
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
    chmodSync(command, 0o755);
    return { command };
  }

  it('is spoken to and listened to as it runs', async () => {
    const sql = await sqlcmdServer(program(`
      console.error('Msg 3014, Level 0, State 1, Server S, Line 1');
      console.error('statement: ' + argv.at(-1) + ' password: ' + process.env.SQLCMDPASSWORD);
    `)).connect();
    const { messages } = await sql.execute("BACKUP DATABASE [O'Brien \"x\"] TO VIRTUAL_DEVICE='d'");
    expect(messages).toMatchObject([{ number: 3014, message: expect.stringContaining("[O'Brien \"x\"] TO VIRTUAL_DEVICE='d'") as string }]);
    await sql.close();
  });

  it('is killed when the statement is cancelled, and the promise waits for its end', async () => {
    const { command } = program(`
      if (argv.at(-1).includes('SELECT 1')) process.exit(0);
      console.error('Msg 3211, Level 0, State 1, Server S, Line 1');
      console.error('10 percent processed.');
      console.error('Msg 3211, Level 0, State 1, Server S, Line 1');
      setInterval(() => {}, 1000);
    `);
    const children: ChildProcess[] = [];
    const host = {
      processes: {
        ...realHost.processes,
        spawn: (...args: Parameters<typeof realHost.processes.spawn>) => {
          const child = realHost.processes.spawn(...args);
          children.push(child);
          return child;
        },
      },
    };
    const sql = await sqlcmdServer({ command, host }).connect();
    const controller = new AbortController();
    const running = sql.execute('BACKUP ...', { signal: controller.signal, onMessage: () => controller.abort(new Error('enough')) });
    await expect(running).rejects.toBeInstanceOf(AbortError);
    expect(await children[1]?.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
