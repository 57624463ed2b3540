/**
 * One row for each cause of an abort and for each error code (seed 002; facts/ktm-tmf-mts.md 5.1 to 5.3). Where the cause is a process, it is a real one.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realHost } from '../../lib/binding/real-host';
import { FileSystemError, FileSet, OperatorClient, TransactionMonitor, abortCauses, describeFileSystemError, fileSystemErrors } from '../../lib/transaction';
import type { AbortCauseName, RequesterProcess, ServerOptions, ServerProcess, Transaction, TransactionMonitorOptions } from '../../lib/transaction';
import { exercised } from './exercised';
import { rejection } from './flow-rig';
import { gate } from './transaction-rig';

const program = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
const child = join(__dirname, 'monitored-child.js');

let directory: string;
let monitor: TransactionMonitor;
const open = (options: Partial<TransactionMonitorOptions> = {}): Promise<TransactionMonitor> => TransactionMonitor.open({ directory: join(directory, 'log'), retryMs: 1, ...options });
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'winbackup-aborts-'));
  monitor = await open();
});
afterEach(async () => {
  await monitor.close();
  rmSync(directory, { recursive: true });
});

/** The event loop turns until it is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

type Processor = NonNullable<ServerOptions['processor']>;
const startServer = (role = 'server', processor: Processor = 'process'): ServerProcess => monitor.startServer({ module: child, args: [role, directory], name: 'the server', graceMs: 200, processor });

async function startRequester(act: string, processor: Processor = 'process'): Promise<{ readonly requester: RequesterProcess; readonly transaction: Transaction }> {
  const requester = monitor.startRequester({ module: child, args: ['requester', act], name: 'the requester', graceMs: 200, processor });
  await until(() => requester.transactions.length > 0);
  const [transaction] = requester.transactions;
  if (transaction === undefined) throw new Error('the requester has begun nothing');
  return { requester, transaction };
}

const numberOf = async (work: () => unknown): Promise<number | undefined> => {
  const error = await rejection(Promise.resolve().then(work));
  if (!(error instanceof FileSystemError)) throw error;
  return error.number;
};

interface Happened {
  readonly transaction: Transaction;
  /** What the requester's own call gave. */
  readonly error?: unknown;
  /** What ends the processes of the row. */
  readonly end?: () => Promise<unknown>;
}
type Row = readonly [cause: AbortCauseName, rules: string, what: string, happens: (begin: () => Promise<Transaction>) => Promise<Happened>, error?: object];

const ofServer = (payload: string, role?: string, processor?: Processor): Row[3] => async (begin) => {
  const server = startServer(role, processor);
  const transaction = await begin();
  return { transaction, error: await rejection(server.request(payload)), end: async () => {
    server.kill();
    await server.close();
  } };
};
const ofRequester = (act: string, processor?: Processor): Row[3] => async () => {
  const { requester, transaction } = await startRequester(act, processor);
  await until(() => transaction.cause !== undefined);
  return { transaction, end: async () => {
    requester.kill();
    await requester.exited;
  } };
};

const rows: readonly Row[] = [
  ['requesterFailed', '[T9]', 'the process of a requester is killed', ofRequester('die')],
  ['serverFailed', '[T10]', 'the process of a server is killed', ofServer('die'), { number: 90 }],
  ['serverFailed', '[T10]', 'the process of a server ends', ofServer('exit'), { number: 90 }],
  ['serverFailed', '[T10]', 'a request to a server that has died before', async (begin) => {
    const server = startServer();
    server.kill();
    await server.exited;
    await rejection(server.request('reply', { transaction: null }));
    const transaction = await begin();
    return { transaction, error: await rejection(server.request('reply')) };
  }, { number: 90 }],
  ['serverFailed', '[T10] [M2]', 'a server fails fast', ofServer('fail fast'), { number: 90 }],
  // A worker is a processor too.
  ['requesterFailed', '[T9]', 'the worker of a requester is terminated', async () => {
    const { requester, transaction } = await startRequester('stay', 'worker');
    requester.kill();
    await until(() => transaction.cause !== undefined);
    return { transaction, end: () => requester.exited };
  }],
  ['requesterFailed', '[T9]', 'the worker of a requester ends', ofRequester('exit', 'worker')],
  ['serverFailed', '[T10]', 'the worker of a server is terminated', async (begin) => {
    const server = startServer('server', 'worker');
    const transaction = await begin();
    expect(await server.request('reply')).toBe('done');
    const waiting = rejection(server.request('never'));
    server.kill();
    return { transaction, error: await waiting, end: () => server.close() };
  }, { number: 90 }],
  ['serverFailed', '[T10]', 'the worker of a server ends', ofServer('exit', 'server', 'worker'), { number: 90 }],
  ['serverFailed', '[T10]', 'nobody catches an exception in the worker of a server', ofServer('throw', 'server', 'worker'), { number: 90 }],
  ['requestTimedOut', '[T13]', 'the worker of a server is blocked for ever', async (begin) => {
    const server = startServer('server', 'worker');
    const transaction = await begin();
    expect(await server.request('reply')).toBe('done');
    const error = await rejection(server.request('spin', { timeoutMs: 100 }));
    return { transaction, error, end: async () => {
      server.kill();
      await server.close();
    } };
  }, { number: 40 }],
  ['serverAborted', '[T18]', 'a server in a worker aborts it', ofServer('abort', 'server', 'worker'), { number: 97 }],
  ['networkFailed', '', 'the channel to a worker is lost while both ends live', ofServer('disconnect', 'server that stays', 'worker'), { number: 92 }],
  ['networkFailed', '', 'the channel to the worker of a requester is lost while both ends live', ofRequester('disconnect', 'worker')],
  ['diskFailed', '[T11]', 'the volume of a file set is gone', async (begin) => {
    mkdirSync(join(directory, 'volume'));
    const transaction = await begin();
    const set = await FileSet.enlist(monitor, transaction, { directory: join(directory, 'volume', 'set') });
    renameSync(join(directory, 'volume'), join(directory, 'elsewhere'));
    return { transaction, error: await rejection(set.writeText('one.txt', 'one')) };
  }, { code: 'ENOENT' }],
  ['tooOld', '[T12]', 'it lives longer than it may, in a request that is never answered', async () => {
    const server = startServer();
    const transaction = monitor.beginTransaction({ timeoutMs: 300 });
    return { transaction, error: await rejection(server.request('never')), end: () => server.close() };
  }, { number: 96 }],
  ['requestTimedOut', '[T13]', 'a waited request times out before the server replies', async (begin) => {
    const server = startServer();
    const transaction = await begin();
    return { transaction, error: await rejection(server.request('never', { timeoutMs: 50 })), end: () => server.close() };
  }, { number: 40 }],
  ['completionTimedOut', '[T14]', 'a wait for the completion of a request times out', async (begin) => {
    const server = startServer();
    const transaction = await begin();
    const request = server.send('never');
    return { transaction, error: await rejection(request.completion({ timeoutMs: 50 })), end: () => server.close() };
  }, { number: 40 }],
  ['requestCancelled', '[T15]', 'the requester cancels a request, and the server hears of it', async (begin) => {
    const server = startServer();
    const transaction = await begin();
    const request = server.send('cancelled?');
    const waiting = rejection(request.completion());
    request.cancel();
    return { transaction, error: await waiting, end: () => server.close() };
  }, { code: 'ABORT_ERR' }],
  ['requestCancelled', '[T15]', 'the requester’s signal fires in a waited request', async (begin) => {
    const server = startServer();
    const transaction = await begin();
    const controller = new AbortController();
    const waiting = rejection(server.request('never', { signal: controller.signal }));
    controller.abort(new Error('enough'));
    return { transaction, error: await waiting, end: () => server.close() };
  }, { code: 'ABORT_ERR', cause: { message: 'enough' } }],
  ['serverClosed', '[T16]', 'the requester closes a server that has not replied', async (begin) => {
    const server = startServer();
    const transaction = await begin();
    const waiting = rejection(server.request('never'));
    await server.close();
    return { transaction, error: await waiting };
  }, { number: 90 }],
  ['transactionFileClosed', '[T17]', 'a requester closes its transaction file', ofRequester('close file')],
  ['serverAborted', '[T18]', 'a server aborts it', ofServer('abort'), { number: 97 }],
  ['serverClosedRequests', '[T19]', 'a server closes its request file before it replies', ofServer('close'), { number: 90 }],
  ['operator', '[T20]', 'an operator aborts it from another process', async (begin) => {
    const transaction = await begin();
    const { status, stderr } = await winbackup('abort', transaction.id, '--log', monitor.directory);
    expect([status, stderr]).toEqual([0, '']);
    return { transaction };
  }],
  ['networkFailed', '', 'the channel to a server is lost while both ends live', ofServer('disconnect', 'server that stays'), { number: 92 }],
  ['networkFailed', '', 'the channel to a requester is lost while both ends live', ofRequester('disconnect')],
  ['logThreshold', '', 'it keeps too much of the recovery log', async (begin) => {
    await monitor.close();
    monitor = await open({ logThreshold: 4000 });
    const transaction = await begin();
    const record = 'x'.repeat(2000);
    return { transaction, error: await rejection(transaction.enlist({ name: 'large', record, prepare: async () => undefined, commit: async () => undefined, backout: async () => undefined })) };
  }, { number: 93 }],
  ['logFailed', '', 'the recovery log cannot be written any more', async (begin) => {
    await monitor.close();
    const failing = failingHost();
    monitor = await open({ host: failing.host, operator: false });
    const transaction = await begin();
    failing.fail();
    return { transaction, error: await rejection(transaction.enlist({ name: 'one more', prepare: async () => undefined, commit: async () => undefined, backout: async () => undefined })) };
  }, { number: 95 }],
  ['requested', '[T1] [T5]', 'the requester aborts it: not unilateral', async (begin) => {
    const transaction = await begin();
    expect(monitor.abortTransaction(transaction)).toBe(0);
    return { transaction };
  }],
  ['participantFailed', '', 'a participant cannot prepare', async (begin) => {
    const transaction = await begin();
    await transaction.enlist({ name: 'no', prepare: () => Promise.reject(new Error('no room')), commit: async () => undefined, backout: async () => undefined });
    expect(await monitor.endTransaction(transaction)).toBe(90);
    return { transaction };
  }],
];

/** `spawnSync` would stop the monitor that is asked. */
async function winbackup(...args: readonly string[]): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const { lines, exited } = realHost.processes.spawn(process.execPath, [program, ...args]);
  let stderr = '';
  for await (const { stream, text } of lines) if (stream === 'stderr') stderr += text;
  return { status: (await exited).code, stderr };
}

/** The real Host, whose disk refuses every sync from then on. */
function failingHost(): { readonly host: typeof realHost; readonly fail: () => void } {
  let failing = false;
  const files: typeof realHost.files = Object.assign(Object.create(realHost.files) as typeof realHost.files, {
    open: async (path: string, mode: 'read' | 'create' | 'modify') => {
      const file = await realHost.files.open(path, mode);
      const sync = file.sync.bind(file);
      return Object.assign(file, { sync: () => (failing ? Promise.reject(Object.assign(new Error('input/output error'), { code: 'EIO', errno: -5 })) : sync()) });
    },
  });
  return { host: { ...realHost, files }, fail: () => (failing = true) };
}

describe('aborts', () => {
  for (const [cause, rules, what, happens, expected] of rows) it(`${rules} ${cause}: ${what}`.trim(), async () => {
    const backout = gate();
    const calls: string[] = [];
    const begin = async (): Promise<Transaction> => {
      const begun = monitor.beginTransaction();
      await begun.enlist({ name: 'held', resources: ['a record'], prepare: async () => undefined, commit: async () => void calls.push('commit'), backout: async () => {
        await backout.passed;
        calls.push('backout');
      } });
      return begun;
    };
    const { transaction, error, end } = await happens(begin);
    if (expected !== undefined) expect(error).toMatchObject(expected);
    const { code, reason } = abortCauses[cause];
    expect(transaction.cause).toMatchObject({ name: cause, code, reason });
    const held = transaction.participants.includes('held');
    if (held) {
      // While it is backed out: its number, and its locks are held [T2].
      expect([transaction.state, await numberOf(() => transaction.lock('b')), monitor.statusTransaction(transaction).status]).toEqual(['ABORTING', code, 4]);
      expect(monitor.locks.find(({ resource }) => resource === 'a record')?.holder).toBe(transaction.id);
    }
    backout.open();
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', code, failures: [] });
    // Afterwards 78; the initiator that lives owes one end, which gives the number [T8].
    expect(await numberOf(() => transaction.lock('b'))).toBe(78);
    if (transaction.owed) expect(await monitor.endTransaction(transaction)).toBe(code);
    expect([await monitor.endTransaction(transaction), monitor.abortTransaction(transaction)]).toEqual([78, 75]);
    expect([monitor.locks, held ? calls : ['backout']]).toEqual([[], ['backout']]);
    await end?.();
    exercised('abort causes', cause);
    exercised('error codes', code);
  });

  it('every cause of the table has a row', () => {
    expect(new Set(rows.map(([cause]) => cause))).toEqual(new Set(Object.keys(abortCauses)));
  });
});

describe('error codes', () => {
  type Case = readonly [number: number, what: string, gives: () => Promise<unknown>];
  const participant = { name: 'one', prepare: async () => undefined, commit: async () => undefined, backout: async () => undefined };

  const cases: readonly Case[] = [
    [0, 'a commit', async () => monitor.endTransaction(monitor.beginTransaction())],
    [22, 'an option of another process that is none', async () => {
      const { requester } = await startRequester('bad option');
      await until(() => requester.transactions.length === 2);
      const [, second] = requester.transactions;
      await requester.close();
      return fileSystemErrors.find(([name]) => name === second?.tag)?.[1];
    }],
    [40, 'a reply that does not come in time', async () => {
      await using server = startServer();
      return await numberOf(() => server.request('never', { transaction: null, timeoutMs: 20 }));
    }],
    [73, 'a lock that is not given in time', async () => {
      const [one, two] = [monitor.beginTransaction(), monitor.beginTransaction()];
      await one.lock('a');
      return numberOf(() => two.lock('a', { timeoutMs: 10 }));
    }],
    [74, 'the cancelling of a request that has been answered', async () => {
      await using server = startServer();
      const request = server.send('reply', { transaction: null });
      expect(await request.completion()).toBe('done');
      return await numberOf(() => request.cancel());
    }],
    [75, 'an abort without a current transaction', async () => monitor.run(undefined, () => monitor.abortTransaction())],
    [76, 'the abort of one that is ending', async () => {
      const prepared = gate();
      const transaction = monitor.beginTransaction();
      await transaction.enlist({ ...participant, prepare: () => prepared.passed });
      const ending = monitor.endTransaction(transaction);
      const result = monitor.abortTransaction(transaction);
      prepared.open();
      expect(await ending).toBe(0);
      return result;
    }],
    [78, 'work in one that is over', async () => {
      const transaction = monitor.beginTransaction();
      expect(await monitor.endTransaction()).toBe(0);
      await transaction.finished;
      return numberOf(() => transaction.lock('a'));
    }],
    [79, 'a resource that the transaction has not locked', async () => numberOf(() => monitor.beginTransaction().checkLocked('a'))],
    [80, 'a participant that cannot be backed out', async () => numberOf(() => monitor.beginTransaction().enlist({ name: 'half', prepare: async () => undefined, commit: async () => undefined } as never))],
    [81, 'an end while a request is outstanding', async () => {
      await using server = startServer();
      const transaction = monitor.beginTransaction();
      const request = server.send('never');
      const result = await monitor.endTransaction();
      expect([transaction.state, monitor.abortTransaction(transaction)]).toEqual(['ACTIVE', 0]);
      expect(await rejection(request.completion())).toMatchObject({ number: 97 });
      return result;
    }],
    [82, 'a monitor that was closed', async () => {
      await monitor.close();
      return numberOf(() => monitor.beginTransaction());
    }],
    [83, 'more active transactions than the limit', async () => {
      await monitor.close();
      monitor = await open({ maxTransactions: 1 });
      monitor.beginTransaction();
      return numberOf(() => monitor.beginTransaction());
    }],
    [84, 'an operator where there is no monitor', async () => numberOf(() => OperatorClient.connect(realHost, join(directory, 'nowhere')))],
    [85, 'a participant on a volume that was lost', async () => {
      monitor.volumeLost('D:');
      return numberOf(() => monitor.beginTransaction().enlist({ ...participant, volume: 'D:' }));
    }],
    [86, 'a beginning that the operator has disabled', async () => {
      monitor.disableBegin();
      return numberOf(() => monitor.beginTransaction());
    }],
    [91, 'a log that fails under the commit record: the next start finds the outcome', async () => {
      await monitor.close();
      const failing = failingHost();
      monitor = await open({ host: failing.host, operator: false });
      const transaction = monitor.beginTransaction();
      await transaction.enlist(participant);
      failing.fail();
      const result = await monitor.endTransaction();
      expect(transaction.state).toBe('HUNG');
      return result;
    }],
    [98, 'more that are not over than the table holds', async () => {
      await monitor.close();
      monitor = await open({ maxControlBlocks: 1 });
      monitor.beginTransaction();
      return numberOf(() => monitor.beginTransaction());
    }],
    [590, 'a time limit that is none', async () => numberOf(() => monitor.beginTransaction({ timeoutMs: -1 }))],
  ];

  it.each(cases)('%i: %s', async (number, _what, gives) => {
    expect(await gives()).toBe(number);
    exercised('error codes', number);
  });

  it('every number that is ever given has a row, here or among the causes', () => {
    const given = fileSystemErrors.filter(([, , text]) => !text.includes('given only by')).map(([, number]) => number);
    const shown = new Set<number>([...cases.map(([number]) => number), ...rows.map(([cause]) => abortCauses[cause].code)]);
    expect([...shown].sort((a, b) => a - b)).toEqual([...given].sort((a, b) => a - b));
    expect(describeFileSystemError(4711).name).toBe('FE_4711');
  });

  it('[T10] a participant that lives in a worker: when that is terminated, a new one is asked to back out, also by the next start', async () => {
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    const server = startServer('server', 'worker');
    const [committed, first] = [monitor.beginTransaction(), monitor.beginTransaction()];
    await committed.enlist(server.participant({ name: 'c', record: 2 }, committed));
    expect([await monitor.endTransaction(committed), await committed.finished]).toMatchObject([0, { state: 'COMMITTED' }]);
    expect(read('commit c')).toBe('2 worker');
    await first.enlist(server.participant({ name: 'a', record: { page: 7 }, resources: ['a record'] }, first));
    server.kill();
    expect(await first.finished).toMatchObject({ state: 'ABORTED', code: 90, cause: { name: 'serverFailed' }, failures: [] });
    expect([await monitor.endTransaction(first), read('backout a'), monitor.locks]).toEqual([90, '{"page":7} worker', []]);

    const dying = spawnSync(process.execPath, ['-e', `
      const { TransactionMonitor } = require(${JSON.stringify(join(__dirname, '..', '..', 'lib', 'transaction'))});
      TransactionMonitor.open({ directory: ${JSON.stringify(join(directory, 'dying'))} }).then(async (monitor) => {
        const server = monitor.startServer({ module: ${JSON.stringify(child)}, args: ['server', ${JSON.stringify(directory)}], processor: 'worker' });
        const transaction = monitor.beginTransaction();
        await transaction.enlist(server.participant({ name: 'b', record: 'what it must know' }, transaction));
        process.kill(process.pid, 'SIGKILL');
      });`]);
    expect(dying.signal).toBe('SIGKILL');
    await using next = await TransactionMonitor.open({ directory: join(directory, 'dying'), retryMs: 1 });
    expect(await next.recover()).toMatchObject({ backedOut: [expect.any(String)], setAside: [] });
    expect(read('backout b')).toBe('"what it must know" worker');
  });

  it('a processor that is none, and a module that is not there', async () => {
    expect(() => monitor.startServer({ module: child, processor: 'node' as never })).toThrow('processor must be process or worker, not node');
    for (const processor of ['process', 'worker'] as const) {
      const server = monitor.startServer({ module: join(directory, 'nothing.js'), processor, graceMs: 50 });
      const transaction = monitor.beginTransaction();
      expect(await rejection(server.request('reply'))).toMatchObject({ number: 90 });
      expect(await transaction.finished).toMatchObject({ cause: { name: 'serverFailed' } });
      await server.close();
    }
  });

  it('a requester’s process ends what it has begun itself, and nothing else', async () => {
    const somebodys = monitor.beginTransaction({ tag: 'somebody’s' });
    const requester = monitor.startRequester({ module: child, args: ['requester', `somebody’s ${somebodys.id}`], name: 'the requester' });
    // Its second transaction says what it was answered.
    await until(() => requester.transactions.length === 2);
    expect([requester.transactions[1]?.tag, somebodys.state, somebodys.owed]).toEqual(['end 78, resume 78, abort 75', 'ACTIVE', true]);
    await requester.close();
  });

  it('a requester’s process that does not end when it is closed is ended', async () => {
    const { requester, transaction } = await startRequester('stay');
    await monitor.close();
    expect([await requester.exited, transaction.cause?.name]).toEqual([{ code: null, signal: 'SIGKILL' }, 'requesterFailed']);
  });

  it('a server that says no is an answer: nothing is aborted', async () => {
    await using server = startServer();
    const transaction = monitor.beginTransaction();
    expect(await rejection(server.request('refuse'))).toMatchObject({ code: 'ERR_NOT_TODAY', message: 'the server: not today' });
    expect([await server.request('reply'), transaction.state, await monitor.endTransaction()]).toEqual(['done', 'ACTIVE', 0]);
  });
});
