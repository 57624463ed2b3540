/** `winbackup status`, `abort`, `resolve`, `recover`: against a monitor in another process, and after that was killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../lib/binding';
import { listenPrivately } from '../../lib/binding/private-pipe';
import { realHost } from '../../lib/binding/real-host';
import { EXIT, exitCodeOf } from '../../lib/cli/exit-codes';
import { main } from '../../lib/cli/program';
import { Log } from '../../lib/log';
import { MonitorError, OperatorClient } from '../../lib/transaction';
import { CapturedIo } from './captured-io';

const program = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');

let directory: string;
const at = (name: string): string => join(directory, name);
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-operator-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  rmSync(directory, { recursive: true });
});

async function winbackup(...args: readonly string[]): Promise<{ readonly code: number; readonly io: CapturedIo }> {
  const io = new CapturedIo();
  return { code: await main(args, io), io };
}

/** A process, and its first line that `wanted` accepts. */
async function processOf(args: readonly string[], wanted: (line: string) => boolean): Promise<{ readonly child: ChildProcess; readonly line: string; readonly lines: string[]; readonly ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  const ended = once(child, 'close');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      lines.push(text);
      if (wanted(text)) resolve(text);
    });
    void ended.then(() => reject(new Error(`it ended: ${lines.join('\n')}`)));
  });
  return { child, line, lines, ended };
}

describe('a job in another process', () => {
  const log = (): string => at('sets/.winbackup');
  const sets = (): readonly string[] => readdirSync(at('sets')).filter((name) => name !== '.winbackup');

  beforeEach(() => {
    mkdirSync(at('volume/Data'), { recursive: true });
    writeFileSync(at('volume/Data/one.txt'), 'one');
    writeFileSync(at('machine.json'), JSON.stringify({
      instances: [{ databases: [{ name: 'Sales', generatedBytes: 8 * 1024 * 1024 }] }], vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] }, delays: { 'sql.write': 20 },
    }));
    writeFileSync(at('nightly.json'), JSON.stringify({ name: 'nightly', destination: 'sets', volumes: ['D:\\'], databases: [{ name: 'Sales' }], files: [{ from: 'D:\\Data', to: 'data' }] }));
  });

  const streaming = (): ReturnType<typeof processOf> => processOf([program, 'job', at('nightly.json'), '--machine', at('machine.json'), '--json'], (line) => line.includes('"progress"'));

  it('[T20] is shown by status, and ended by abort: 94, everything backed out', async () => {
    const { child, lines, ended } = await streaming();
    const shown = await winbackup('status', '--log', log(), '--json');
    const transaction = shown.io.event('transaction');
    const id = String(transaction?.['id']);
    expect({ code: shown.code, transaction, done: shown.io.event('done') }).toMatchObject({
      code: EXIT.success,
      transaction: { simulated: true, tag: 'nightly', state: 'ACTIVE', participants: ['outputs', 'database Sales', 'snapshot'] },
      done: { simulated: true, command: 'status', running: true, pid: child.pid, transactions: 1, locks: [{ resource: 'database mssqlserver\\sales', holder: id }] },
    });
    const people = await winbackup('status', '--log', log());
    expect(people.io.stdoutText).toContain(`[simulated] ${id}  ACTIVE  nightly  since `);
    expect(people.io.stdoutText).toContain('[simulated]   holds database mssqlserver\\sales\n');

    const aborted = await winbackup('abort', id, '--log', log(), '--json');
    expect({ code: aborted.code, done: aborted.io.event('done') }).toMatchObject({ code: EXIT.success, done: { command: 'abort', transaction: id, result: 0 } });
    expect((await ended)[0]).toBe(EXIT.aborted);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ event: 'error', exitCode: EXIT.aborted, message: expect.stringContaining('it has been backed out: no output is left') as string });
    expect(lines.at(-1)).toContain('FE_OPERATOR (94)');
    expect(sets()).toEqual([]);
    expect((await winbackup('status', '--log', log(), '--json')).io.event('done')).toMatchObject({ running: false, transactions: 0 });
  });

  it('is recovered after it was killed; the second time there is nothing to do', async () => {
    const machine = await processOf([program, 'machine', at('machine.json')], () => true);
    const { child, ended } = await streaming();
    child.kill('SIGKILL');
    await ended;
    expect(sets()).toEqual([expect.stringMatching(/\.partial$/)]);
    const left = await winbackup('status', '--log', log(), '--json');
    expect({ code: left.code, transaction: left.io.event('transaction'), done: left.io.event('done') }).toMatchObject({
      code: EXIT.success, transaction: { tag: 'nightly', state: 'ABORTING', cause: 'requesterFailed', code: 90 }, done: { running: false, transactions: 1 },
    });
    // Looking has changed nothing.
    expect((await winbackup('status', '--log', log())).io.stdoutText).toContain('1 transaction to be brought to an end by winbackup recover');
    const id = String(left.io.event('transaction')?.['id']);
    const first = await winbackup('recover', '--log', log(), '--machine', at('machine.json'), '--json');
    expect({ code: first.code, recovered: first.io.event('recovered'), done: first.io.event('done') }).toMatchObject({
      code: EXIT.success, recovered: { simulated: true, transaction: id, outcome: 'aborted' }, done: { committed: 0, backedOut: 1, setAside: 0 },
    });
    expect(sets()).toEqual([]);
    const second = await winbackup('recover', '--log', log(), '--machine', at('machine.json'), '--json');
    expect({ code: second.code, done: second.io.event('done') }).toMatchObject({ code: EXIT.success, done: { committed: 0, backedOut: 0, setAside: 0 } });
    machine.child.kill('SIGTERM');
    await machine.ended;
  });
});

describe('a monitor in another process', () => {
  const start = async (): Promise<{ readonly active: string; readonly waiting: string; readonly hung: string; readonly child: ChildProcess; readonly ended: Promise<unknown[]> }> => {
    const { child, line, ended } = await processOf([join(__dirname, 'operator-monitor-main.js'), directory], () => true);
    return { ...(JSON.parse(line) as { active: string; waiting: string; hung: string }), child, ended };
  };
  const idsShown = async (): Promise<readonly unknown[]> => (await winbackup('status', '--log', directory, '--json')).io.events.filter(({ event }) => event === 'transaction').map(({ id }) => id);

  it('shows who waits for whom and what hangs; abort repeats, resolve sets aside; only what hangs can be resolved', async () => {
    const { active, waiting, hung, child, ended } = await start();
    const { io } = await winbackup('status', '--log', directory);
    expect(io.stdoutText).toContain(`${active}  ACTIVE  active  since `);
    expect(io.stdoutText).toContain(`  holds database mssqlserver\\sales; wait for it: ${waiting}\n`);
    expect(io.stdoutText).toContain(`  waits for database mssqlserver\\sales, held by ${active}\n`);
    expect(io.stdoutText).toContain(`${hung}  HUNG  hung  since `);
    expect(io.stdoutText).toContain('  could not be ended: stubborn: the drive is jammed\n');

    const wrong = await winbackup('resolve', active, '--state', 'aborted', '--log', directory, '--json');
    expect({ code: wrong.code, error: wrong.io.event('error') }).toMatchObject({ code: EXIT.unresolved, error: { code: 'FE_ENDING' } });
    expect((await winbackup('abort', hung, '--log', directory)).code).toBe(EXIT.success);
    while ((await winbackup('status', '--log', directory)).io.stdoutText.includes('ABORTING'));
    expect((await winbackup('status', '--log', directory)).io.stdoutText).toContain(`${hung}  HUNG`);
    const resolved = await winbackup('resolve', hung, '--state', 'aborted', '--log', directory, '--json');
    expect({ code: resolved.code, done: resolved.io.event('done') }).toMatchObject({ code: EXIT.success, done: { command: 'resolve', transaction: hung, state: 'aborted' } });
    expect(await idsShown()).toEqual([active, waiting]);
    expect((await winbackup('abort', active, '--log', directory)).code).toBe(EXIT.success);
    while ((await idsShown()).includes(active));
    expect((await winbackup('status', '--log', directory, '--json')).io.event('done')).toMatchObject({ locks: [{ holder: waiting, waiting: [] }] });
    child.stdin?.end();
    expect(await ended).toEqual([0, null]);
  });

  it('that was killed: recover sets aside what cannot be resolved and says so, and resolve ends it', async () => {
    const { hung, active, child, ended } = await start();
    child.kill('SIGKILL');
    await ended;
    const recovered = await winbackup('recover', '--log', directory, '--json');
    expect({ code: recovered.code, done: recovered.io.event('done'), error: recovered.io.event('error') }).toMatchObject({
      code: EXIT.unresolved, done: { backedOut: 1, setAside: 1 }, error: { code: 'ERR_UNRESOLVED' },
    });
    expect(recovered.io.events).toContainEqual(expect.objectContaining({ event: 'recovered', transaction: active, outcome: 'aborted' }));
    const unknown = await winbackup('resolve', active, '--state', 'aborted', '--log', directory, '--json');
    expect({ code: unknown.code, error: unknown.io.event('error') }).toMatchObject({ code: EXIT.usage, error: { code: 'ERR_TRANSACTION_UNKNOWN' } });
    expect((await winbackup('resolve', hung, '--state', 'aborted', '--log', directory)).code).toBe(EXIT.success);
    expect(await idsShown()).toEqual([]);
    expect((await winbackup('recover', '--log', directory)).code).toBe(EXIT.success);
  });

  it.each<['aborted' | 'committed', number, object]>([
    ['aborted', EXIT.success, { event: 'done', command: 'resolve', state: 'aborted' }],
    ['committed', EXIT.aborted, { event: 'error', code: 'FE_OBSOLETE', message: expect.stringContaining('has come to its own end, aborted') as string }],
  ])('that was killed: resolve lets recovery try first, and is content where that ends as asked for: %s', async (state, code, last) => {
    const { active, child, ended } = await start();
    child.kill('SIGKILL');
    await ended;
    const { code: given, io } = await winbackup('resolve', active, '--state', state, '--log', directory, '--json');
    expect({ given, last: io.events.at(-1) }).toMatchObject({ given: code, last });
  });

  const operatorPath = (): string => {
    const [lock = ''] = readdirSync(directory).filter((name) => name.endsWith('.lock'));
    return (JSON.parse(readFileSync(at(lock), 'utf8')) as { note: string }).note;
  };

  it('goes on when an operator goes away before the answer', async () => {
    const { child } = await start();
    for (let count = 0; count < 20; count += 1) {
      const socket = createConnection(operatorPath());
      await once(socket, 'connect');
      socket.write('{"command":"status"}\n{"command":"recover"}\n');
      socket.destroy();
      await once(socket, 'close');
    }
    expect(await idsShown()).toHaveLength(3);
    expect(child.exitCode).toBeNull();
  });

  it('that does not answer: every command says so in the end, and Ctrl+C ends the wait at once', async () => {
    const silent = await listenPrivately(() => undefined);
    const { pid, machine, identityOf } = realHost.processes;
    writeFileSync(at('monitor.1.lock'), JSON.stringify({ machine, pid, identity: identityOf(pid), note: silent.path }));
    const active = '6f1c52a0-93a4-4d0e-8a55-0d2f1c7be6d1';
    // The limit comes as soon as it is set.
    const clock = Object.assign(Object.create(realHost.clock) as Clock, { after: (_ms: number, callback: () => void) => (setImmediate(callback), () => undefined) });
    const client = await OperatorClient.connect({ ...realHost, clock }, directory);
    for (const ask of [() => client.status(), () => client.abort(active), () => client.resolve(active, 'aborted'), () => client.recover()]) {
      await expect(ask()).rejects.toMatchObject({ code: 'ERR_MONITOR_UNREACHABLE', message: expect.stringContaining(`process ${String(pid)} has not answered within 10000 ms`) as string });
    }
    for (const args of [['status'], ['abort', active], ['resolve', active, '--state', 'aborted'], ['recover']]) {
      const io = new CapturedIo();
      const code = main([...args, '--log', directory, '--json'], io);
      while (io.listening === 0) await new Promise(setImmediate);
      io.send('SIGINT');
      expect({ args, code: await code }).toEqual({ args, code: EXIT.SIGINT });
    }
    await silent.close();
  });

  it('of another user: the commands say whose it is, not that it is gone', async () => {
    await start();
    if (process.platform === 'win32') return;
    chmodSync(directory, 0o755);
    const closed = dirname(operatorPath());
    // Root opens everything: it has to be somebody else meanwhile.
    const root = process.geteuid?.() === 0;
    const client = await OperatorClient.connect(realHost, directory);
    if (root) process.seteuid?.(65534);
    else chmodSync(closed, 0);
    try {
      await expect(client.status()).rejects.toMatchObject({ code: 'ERR_MONITOR_UNREACHABLE', message: expect.stringContaining('is another user\'s') as string });
    } finally {
      if (root) process.seteuid?.(0);
      else chmodSync(closed, 0o700);
    }
    expect(exitCodeOf(await client.resolve('7', 'aborted').catch((error: unknown) => error))).toBe(EXIT.usage);
    expect(exitCodeOf(new MonitorError('ERR_MONITOR_UNREACHABLE', ''))).toBe(EXIT.connection);
  });

  it('can be reached by its own user only, and answers nonsense with an error', async () => {
    await start();
    const operator = operatorPath();
    if (process.platform !== 'win32') expect(statSync(dirname(operator)).mode & 0o777).toBe(0o700);
    const socket = createConnection(operator);
    const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
    for (const line of ['no JSON', '7', 'null', '{"command":"explode"}', '{"command":"abort","transaction":7}']) {
      socket.write(`${line}\n`);
      expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ error: { code: 'ERR_OPERATOR_COMMAND' } });
    }
    socket.destroy();
    expect(await idsShown()).toHaveLength(3);
  });
});

describe('bad input gets a typed error, and nothing is made', () => {
  const id = '6f1c52a0-93a4-4d0e-8a55-0d2f1c7be6d1';

  it.each<[string, readonly string[], number, object]>([
    ['a value that is no transaction', ['abort', 'nightly'], EXIT.usage, { field: 'transaction', message: expect.stringContaining('not nightly') as string }],
    ['a value that is no transaction', ['resolve', '7', '--state', 'aborted'], EXIT.usage, { field: 'transaction' }],
    ['a directory without a monitor', ['status'], EXIT.usage, { code: 'FE_NOT_CONFIGURED' }],
    ['a directory without a monitor', ['abort', id], EXIT.usage, { code: 'FE_NOT_CONFIGURED' }],
    ['a directory without a monitor', ['resolve', id, '--state', 'committed'], EXIT.usage, { code: 'FE_NOT_CONFIGURED' }],
    ['a directory without a monitor', ['recover'], EXIT.usage, { code: 'FE_NOT_CONFIGURED' }],
  ])('%s: %p', async (_what, [verb = '', ...args], code, error) => {
    const { code: ended, io } = await winbackup(verb, ...args, '--log', at('nowhere'), '--json');
    expect({ ended, error: io.event('error') }).toMatchObject({ ended: code, error });
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it.each<[string, string, number, string]>([
    ['another machine', 'ANOTHER', 1, 'ERR_MONITOR_FOREIGN'], ['another version', realHost.processes.machine, 99, 'ERR_MONITOR_VERSION'],
  ])('a log of %s', async (_what, machine, version, code) => {
    const { log } = await Log.open({ host: realHost, path: at('monitor.log'), kind: 'winbackup.transaction-monitor' });
    await log.append(Buffer.from(JSON.stringify({ type: 'monitor', version, machine })));
    await log.close();
    for (const args of [['status'], ['abort', id], ['resolve', id, '--state', 'aborted'], ['recover']]) {
      const { code: ended, io } = await winbackup(...args, '--log', directory, '--json');
      expect({ args, ended, error: io.event('error') }).toMatchObject({ args, ended: EXIT.usage, error: { code } });
    }
    expect(readdirSync(directory)).toEqual(['monitor.log']);
  });

  it('a monitor that does not run, a transaction that it does not know, a state that is none', async () => {
    const { child, ended } = await processOf([join(__dirname, 'operator-monitor-main.js'), directory], () => true);
    const unknown = await winbackup('abort', id, '--log', directory, '--json');
    expect({ code: unknown.code, error: unknown.io.event('error') }).toMatchObject({ code: EXIT.usage, error: { code: 'ERR_TRANSACTION_UNKNOWN' } });
    expect((await winbackup('resolve', id, '--state', 'aborted', '--log', directory)).code).toBe(EXIT.usage);
    expect((await winbackup('resolve', id, '--log', directory)).code).toBe(EXIT.usage);
    expect((await winbackup('resolve', id, '--state', 'gone', '--log', directory)).code).toBe(EXIT.usage);
    child.kill('SIGKILL');
    await ended;
    const gone = await winbackup('abort', id, '--log', directory, '--json');
    expect({ code: gone.code, error: gone.io.event('error') }).toMatchObject({ code: EXIT.connection, error: { code: 'ERR_MONITOR_NOT_RUNNING', hint: expect.stringContaining('winbackup recover') as string } });
  });

  it.each(['status', 'abort', 'resolve', 'recover'])('%s has an example and the exit codes in its help', async (verb) => {
    const { code, io } = await winbackup(verb, '--help');
    expect(code).toBe(EXIT.success);
    expect(io.stdoutText).toContain(`Example:\n  winbackup ${verb}`);
    expect(io.stdoutText).toContain(`  ${String(EXIT.aborted)}      the transaction monitor aborted or refused it`);
  });
});
