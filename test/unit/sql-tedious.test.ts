/** SQL Server through the real tedious driver: recorded answers of a server are replayed to it over loopback. */
import { AbortError, ArgumentError } from '../../lib/binding/errors';
import { SqlConnectionError } from '../../lib/binding/sql';
import type { SqlConnection, SqlMessage } from '../../lib/binding/sql';
import { tediousServer } from '../../lib/vdi/sql/tedious';
import { startTdsServer } from './tds-server';
import type { TdsMessage, TdsServer, TdsStep } from './tds-server';

const info = (number: number, message: string): TdsStep => ({ info: { number, severity: 0, state: 1, message } });
const error = (number: number, message: string, severity = 16): TdsStep => ({ error: { number, severity, state: 1, message } });

const backup: readonly TdsStep[] = [
  info(3211, '50 percent processed.'),
  info(3211, '100 percent processed.'),
  info(4035, "Processed 328 pages for database 'Sales', file 'Sales' on file 1."),
  info(3014, 'BACKUP DATABASE successfully processed 330 pages in 0.031 seconds (83.120 MB/sec).'),
];
const abortedBackup: readonly TdsStep[] = [
  info(3211, '10 percent processed.'),
  error(18210, "BackupVirtualDeviceFile::RequestDurableMedia: Flush failure on backup device 'x'. Operating system error 995."),
  error(3013, 'BACKUP DATABASE is terminating abnormally.'),
];

let server: TdsServer | undefined;
let connection: SqlConnection | undefined;
afterEach(async () => {
  await connection?.close();
  await server?.close();
  connection = undefined;
  server = undefined;
});

async function connect(answers: readonly (readonly TdsStep[])[], refusal?: TdsMessage): Promise<SqlConnection> {
  server = await startTdsServer(answers, refusal);
  connection = await tediousServer({ server: '127.0.0.1', port: server.port, login: 'sa', password: 'secret', encrypt: false }).connect();
  return connection;
}

it('passes on every informational message of a backup, in order, while it runs', async () => {
  const sql = await connect([backup]);
  const seen: SqlMessage[] = [];
  const result = await sql.execute("BACKUP DATABASE [Sales] TO VIRTUAL_DEVICE='x'", { onMessage: (message) => seen.push(message) });
  expect(result.messages.map(({ number }) => number)).toEqual([3211, 3211, 4035, 3014]);
  expect(seen).toEqual(result.messages);
  expect(result.messages[3]).toMatchObject({ severity: 0, state: 1, message: expect.stringContaining('successfully processed 330 pages') as string });
  expect(server?.batches).toEqual(["BACKUP DATABASE [Sales] TO VIRTUAL_DEVICE='x'"]);
});

it('resolves with all errors of a failed statement and leaves the judgement to the caller', async () => {
  const sql = await connect([abortedBackup, backup]);
  const { messages } = await sql.execute('BACKUP DATABASE [Sales] ...');
  expect(messages.map(({ number, severity }) => [number, severity])).toEqual([[3211, 0], [18210, 16], [3013, 16]]);
  // The connection is still good.
  expect((await sql.execute('BACKUP DATABASE [Sales] ...')).messages).toHaveLength(4);
});

it('names procedure and line of an error', async () => {
  const sql = await connect([[{ error: { number: 229, severity: 14, state: 5, message: 'denied', procedure: 'sp_x', lineNumber: 7 } }]]);
  expect((await sql.execute('EXEC sp_x')).messages).toEqual([
    { number: 229, severity: 14, state: 5, message: 'denied', procedure: 'sp_x', lineNumber: 7 },
  ]);
});

it('gives rows by column name, of several result sets', async () => {
  const sql = await connect([[
    { columns: ['LogicalName', 'Type'], rows: [['Sales', 'D'], ['Sales_log', null]] },
    { columns: ['sysadmin'], rows: [['1']] },
  ]]);
  expect((await sql.execute('RESTORE FILELISTONLY ...')).rows).toEqual([
    { LogicalName: 'Sales', Type: 'D' }, { LogicalName: 'Sales_log', Type: null }, { sysadmin: '1' },
  ]);
});

it('cancels with an attention, rejects with AbortError only when the server has stopped, and can be used again', async () => {
  const sql = await connect([[info(3211, '10 percent processed.'), { run: 'until-attention' }], backup]);
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = sql.execute('BACKUP DATABASE [Sales] ...', { signal: controller.signal, onMessage: () => controller.abort(reason) });
  await expect(running).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
  expect(server?.attentions()).toBe(1);
  expect((await sql.execute('BACKUP DATABASE [Sales] ...')).messages).toHaveLength(4);
});

it('sends nothing when the signal has fired before', async () => {
  const sql = await connect([backup]);
  await expect(sql.execute('BACKUP ...', { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError);
  expect(server?.batches).toEqual([]);
});

it('rejects with SqlConnectionError, and what the server had said, when the connection breaks', async () => {
  const sql = await connect([[info(3211, '10 percent processed.'), { run: 'until-it-breaks' }]]);
  const failure: unknown = await sql.execute('BACKUP DATABASE [Sales] ...').catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(SqlConnectionError);
  expect((failure as SqlConnectionError).messages.map(({ number }) => number)).toEqual([3211]);
});

it('reports a refused login with the server’s own message', async () => {
  const refused = connect([], { number: 18456, severity: 14, state: 1, message: "Login failed for user 'sa'." });
  await expect(refused).rejects.toMatchObject({
    name: 'SqlConnectionError', code: 'ELOGIN', message: "cannot connect to SQL Server: Login failed for user 'sa'.",
    messages: [{ number: 18456, severity: 14 }],
  });
});

it('reports a server that does not listen', async () => {
  const gone = await startTdsServer([]);
  await gone.close();
  const refused = tediousServer({ server: '127.0.0.1', port: gone.port, login: 'sa', password: 'secret', encrypt: false }).connect();
  await expect(refused).rejects.toBeInstanceOf(SqlConnectionError);
});

it('gives up connecting when the signal fires', async () => {
  server = await startTdsServer([]);
  const refused = tediousServer({ server: '127.0.0.1', port: server.port, login: 'sa', password: 'secret', encrypt: false })
    .connect({ signal: AbortSignal.abort() });
  await expect(refused).rejects.toBeInstanceOf(AbortError);
  const controller = new AbortController();
  const connecting = tediousServer({ server: '127.0.0.1', port: server.port, login: 'sa', password: 'secret', encrypt: false })
    .connect({ signal: controller.signal });
  controller.abort();
  await expect(connecting).rejects.toBeInstanceOf(AbortError);
});

it('closes its connection, twice without harm', async () => {
  const sql = await connect([]);
  await sql.close();
  await sql.close();
  await server?.idle();
  await expect(sql.execute('SELECT 1')).rejects.toBeInstanceOf(SqlConnectionError);
});

it.each<[string, object]>([
  ['login', { login: undefined, password: undefined }],
  ['login', { login: '' }],
  ['password', { password: undefined }],
  ['port', { port: 0 }],
  ['port', { port: '1433' }],
  ['instance', { instance: 'HOST\\SQL2022' }],
  ['encrypt', { encrypt: 'yes' }],
  ['connectTimeoutMs', { connectTimeoutMs: -1 }],
  ['options.username', { username: 'sa' }],
])('refuses a wrong %s: %j', (field, wrong) => {
  expect(() => tediousServer({ login: 'sa', password: 'secret', ...wrong })).toThrow(expect.objectContaining({ name: 'ArgumentError', field }) as Error);
});

it('refuses port together with instance', () => {
  expect(() => tediousServer({ login: 'sa', password: 'secret', port: 1433, instance: 'SQL2022' })).toThrow(ArgumentError);
});
