/** The command where the backend is native: how it connects, and what it says when that fails. A program in PATH stands in for sqlcmd. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Backend } from '../../lib/binding/backend';
import { EXIT } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { SimulatedWindows } from '../../lib/simulator';
import { CapturedIo } from './captured-io';
import { startTdsServer } from './tds-server';

let directory: string;
const { PATH } = process.env;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-native-'));
  process.env['PATH'] = `${directory}${delimiter}${PATH ?? ''}`;
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(directory, { recursive: true });
});

/** sqlcmd, answering as `source` says; each call's arguments and password are kept. */
function sqlcmd(source: string): void {
  writeFileSync(join(directory, 'sqlcmd.cjs'), `
    const args = process.argv.slice(2);
    require('node:fs').appendFileSync(${JSON.stringify(join(directory, 'calls'))}, JSON.stringify({ args, password: process.env.SQLCMDPASSWORD }) + '\\n');
    const statement = args.at(-1);
    ${source}`);
  writeFileSync(join(directory, 'sqlcmd'), `#!/bin/sh\nexec "${process.execPath}" "${join(directory, 'sqlcmd.cjs')}" "$@"\n`);
  chmodSync(join(directory, 'sqlcmd'), 0o755);
}

const calls = (): { args: string[]; password?: string }[] =>
  readFileSync(join(directory, 'calls'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { args: string[]; password?: string });

/** A backend that says it is native: a machine whose SQL Server is reached by a driver only. */
async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; io: CapturedIo; machine: SimulatedWindows }> {
  const machine = new SimulatedWindows({ instances: [{}, { name: 'SQL2022' }] });
  const backend: Backend = { kind: 'native', host: machine.host, openChannel: () => machine.openChannel() };
  const io = new CapturedIo({ backend, env });
  return { code: await main(['backup', 'Sales', '--to', join(directory, 'sales.bak'), ...argv], io), io, machine };
}

it('uses sqlcmd and the account of the process, and does not call the result simulated', async () => {
  sqlcmd(`if (statement.includes('BACKUP')) {
    console.error('Msg 911, Level 16, State 11, Server HOST, Line 1');
    console.error("Database 'Sales' does not exist.");
    process.exit(1);
  }`);
  const { code, io } = await run(['--instance', 'SQL2022', '--json']);
  expect({ code, error: io.event('error') }).toMatchObject({ code: EXIT.sql, error: { code: 'ERR_SQL_STATEMENT', simulated: false, hint: expect.stringContaining('spelling') as string } });
  expect(calls().map(({ args }) => args.slice(0, 3))).toEqual([['-S', '.\\SQL2022', '-E'], ['-S', '.\\SQL2022', '-E']]);
  expect(calls()[1]?.args.at(-1)).toMatch(/BACKUP DATABASE \[Sales\] TO VIRTUAL_DEVICE = 'winbackup-/);
});

it('gives a login’s password to sqlcmd by its environment', async () => {
  sqlcmd(`console.error("Sqlcmd: Error: Microsoft ODBC Driver 17 for SQL Server : Login failed for user 'agent'.."); process.exit(1);`);
  const { code, io, machine } = await run(['--login', 'agent', '--password-env', 'PW'], { PW: 'geheim' });
  expect(code).toBe(EXIT.connection);
  expect(io.stderrText).toContain("Login failed for user 'agent'");
  expect(calls()).toMatchObject([{ args: expect.arrayContaining(['-U', 'agent']) as string[], password: 'geheim' }]);
  expect(calls()[0]?.args.join(' ')).not.toContain('geheim');
  expect(machine.handleCount()).toBe(0);
});

it('says what to install when there is no sqlcmd', async () => {
  process.env['PATH'] = directory;
  const { code, io } = await run([]);
  expect(code).toBe(EXIT.connection);
  expect(io.stderrText).toMatch(/sqlcmd was not found in PATH[^]*--driver tedious/);
});

it('connects with tedious to host and port', async () => {
  const server = await startTdsServer([[{ error: { number: 911, severity: 16, state: 11, message: "Database 'Sales' does not exist." } }]]);
  const { code } = await run(['--driver', 'tedious', '--server', `127.0.0.1,${String(server.port)}`, '--login', 'sa', '--password-env', 'PW'], { PW: 'x' });
  await server.close();
  expect({ code, batches: server.batches }).toEqual({ code: EXIT.sql, batches: [expect.stringMatching(/^BACKUP DATABASE \[Sales\] TO VIRTUAL_DEVICE/)] });
});

it.each([
  ['tedious without a login', ['--driver', 'tedious'], /--login/],
  ['a login without a password', ['--login', 'sa'], /--password-env/],
  ['a domain for sqlcmd', ['--domain', 'CORP'], /--domain/],
  ['a port that is none', ['--driver', 'tedious', '--server', 'x,y', '--login', 'sa', '--password-env', 'PW'], /--server/],
])('refuses %s', async (_, argv, said) => {
  sqlcmd('');
  const { code, io, machine } = await run(argv, { PW: 'x' });
  expect(code).toBe(EXIT.usage);
  expect(io.stderrText).toMatch(said);
  expect(machine.handleCount()).toBe(0);
});

it('names the package to install for msnodesqlv8', async () => {
  const { code, io } = await run(['--driver', 'msnodesqlv8']);
  expect(code).toBe(EXIT.windows);
  expect(io.stderrText).toMatch(/npm install msnodesqlv8@/);
});
