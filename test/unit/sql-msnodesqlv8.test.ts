/** SQL Server through msnodesqlv8: recorded events of its query objects are replayed. */
import { EventEmitter } from 'node:events';
import { AbortError, ArgumentError, LoadError } from '../../lib/binding/errors';
import { SqlConnectionError } from '../../lib/binding/sql';
import { msnodesqlv8Server } from '../../lib/vdi/sql/msnodesqlv8';
import type { OdbcConnection, OdbcDriver, OdbcError, OdbcQuery } from '../../lib/vdi/sql/msnodesqlv8';

type Event = readonly [name: string, ...args: unknown[]];

const diagnostic = (code: number, text: string, more: Partial<OdbcError> = {}): OdbcError => ({
  message: `[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]${text}`, sqlstate: '01000', code, severity: 0, procName: '', lineNumber: 1, ...more,
});

const backup: readonly Event[] = [
  ['submitted', {}],
  ['info', diagnostic(3211, '50 percent processed.')],
  ['info', diagnostic(3014, 'BACKUP DATABASE successfully processed 330 pages in 0.031 seconds (83.120 MB/sec).')],
  ['done'],
  ['free'],
];

class RecordedQuery extends EventEmitter implements OdbcQuery {
  cancelled = false;

  constructor(events: readonly Event[], private readonly onCancel: readonly Event[]) {
    super();
    setImmediate(() => this.replay(events));
  }

  cancelQuery(): void {
    this.cancelled = true;
    setImmediate(() => this.replay(this.onCancel));
  }

  private replay(events: readonly Event[]): void {
    for (const [name, ...args] of events) this.emit(name, ...args);
  }
}

function recordedDriver(runs: readonly (readonly Event[])[], onCancel: readonly Event[] = []): OdbcDriver & { opened: string[]; asked: object[]; queries: RecordedQuery[]; closed: number } {
  const driver = {
    opened: [] as string[],
    asked: [] as object[],
    queries: [] as RecordedQuery[],
    closed: 0,
    open({ conn_str }: { conn_str: string }, callback: (error: OdbcError | null, connection: OdbcConnection) => void): void {
      driver.opened.push(conn_str);
      callback(null, {
        query(statement) {
          const query = new RecordedQuery(runs[driver.queries.length] ?? [], onCancel);
          driver.asked.push(statement);
          driver.queries.push(query);
          return query;
        },
        close(done) {
          driver.closed += 1;
          done();
        },
      });
    },
  };
  return driver;
}

it('passes on informational messages without the names of the ODBC layers', async () => {
  const driver = recordedDriver([backup]);
  const sql = await msnodesqlv8Server({ instance: 'SQL2022', driver }).connect();
  const { messages } = await sql.execute('BACKUP DATABASE [Sales] TO ...');
  expect(messages).toEqual([
    { number: 3211, severity: 0, state: 0, message: '50 percent processed.', lineNumber: 1 },
    { number: 3014, severity: 0, state: 0, message: 'BACKUP DATABASE successfully processed 330 pages in 0.031 seconds (83.120 MB/sec).', lineNumber: 1 },
  ]);
  expect(driver.opened).toEqual(['Driver={ODBC Driver 17 for SQL Server};Server=.\\SQL2022;Database=master;APP=winbackup;Trusted_Connection=yes']);
  expect(driver.asked).toEqual([{ query_str: 'BACKUP DATABASE [Sales] TO ...', query_timeout: 0, query_polling: true }]);
  await sql.close();
  expect(driver.closed).toBe(1);
});

it('resolves with the errors of a failed statement', async () => {
  const driver = recordedDriver([[
    ['error', diagnostic(911, "Database 'Nowhere' does not exist.", { sqlstate: '42000', severity: 16 })],
    ['error', diagnostic(3013, 'BACKUP DATABASE is terminating abnormally.', { sqlstate: '42000', severity: 16 })],
    ['done'],
    ['free'],
  ]]);
  const sql = await msnodesqlv8Server({ driver }).connect();
  expect((await sql.execute('BACKUP ...')).messages.map(({ number, severity }) => [number, severity])).toEqual([[911, 16], [3013, 16]]);
});

it('gives rows by column name', async () => {
  const driver = recordedDriver([[
    ['meta', [{ name: 'LogicalName' }, { name: 'Type' }]],
    ['row', 0], ['column', 0, 'Sales', false], ['column', 1, 'D', false],
    ['row', 1], ['column', 0, 'Sales_log', false], ['column', 1, 'L', false],
    ['done'], ['free'],
  ]]);
  const sql = await msnodesqlv8Server({ driver }).connect();
  expect((await sql.execute('RESTORE FILELISTONLY ...')).rows).toEqual([{ LogicalName: 'Sales', Type: 'D' }, { LogicalName: 'Sales_log', Type: 'L' }]);
});

it('cancels the statement and waits until the driver has released it', async () => {
  const cancelled: readonly Event[] = [['error', diagnostic(0, 'Operation canceled', { sqlstate: 'HY008' })], ['free']];
  const driver = recordedDriver([[['info', diagnostic(3211, '10 percent processed.')]]], cancelled);
  const sql = await msnodesqlv8Server({ driver }).connect();
  const controller = new AbortController();
  const running = sql.execute('BACKUP ...', { signal: controller.signal, onMessage: () => controller.abort() });
  await expect(running).rejects.toBeInstanceOf(AbortError);
  expect(driver.queries[0]?.cancelled).toBe(true);
});

it('rejects with SqlConnectionError when the connection breaks', async () => {
  const driver = recordedDriver([[
    ['info', diagnostic(3211, '10 percent processed.')],
    ['error', diagnostic(64, 'Communication link failure', { sqlstate: '08S01', severity: 20 })],
    ['free'],
  ]]);
  const sql = await msnodesqlv8Server({ driver }).connect();
  const failure: unknown = await sql.execute('BACKUP ...').catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'SqlConnectionError', code: '08S01' });
  expect((failure as SqlConnectionError).messages.map(({ number }) => number)).toEqual([3211]);
});

it('reports a refused login', async () => {
  const driver: OdbcDriver = {
    open: (_, callback) => callback(diagnostic(18456, "Login failed for user 'sa'.", { sqlstate: '28000', severity: 14 }), undefined as never),
  };
  await expect(msnodesqlv8Server({ login: 'sa', password: 'x', driver }).connect()).rejects.toMatchObject({
    name: 'SqlConnectionError', code: '28000', messages: [{ number: 18456 }],
  });
});

it('quotes a password and refuses a server name that would end its place in the connection string', async () => {
  const driver = recordedDriver([]);
  await msnodesqlv8Server({ login: 'sa', password: 'a;b}c', driver, trustServerCertificate: true }).connect();
  expect(driver.opened[0]).toContain('UID={sa};PWD={a;b}}c};TrustServerCertificate=yes');
  expect(() => msnodesqlv8Server({ server: 'x;UID=sa', driver })).toThrow(ArgumentError);
});

it.each<[string, object]>([
  ['password', { login: 'sa' }],
  ['login', { password: 'x' }],
  ['server', { server: 5 }],
  ['instance', { instance: '' }],
  ['odbcDriver', { odbcDriver: null }],
  ['connectTimeoutMs', { connectTimeoutMs: Infinity }],
  ['options.encrypt', { encrypt: true }],
])('refuses a wrong %s: %j', (field, wrong) => {
  expect(() => msnodesqlv8Server({ driver: recordedDriver([]), ...wrong })).toThrow(expect.objectContaining({ name: 'ArgumentError', field }) as Error);
});

it('says how to install the package', () => {
  expect(() => msnodesqlv8Server()).toThrow(LoadError);
  expect(() => msnodesqlv8Server()).toThrow(/npm install msnodesqlv8@/);
});
