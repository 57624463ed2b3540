/** The transaction monitor's calls on a simulated Host: what a requester gets, and when. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ArgumentError } from '../../lib/binding';
import { Log } from '../../lib/log';
import { SimulatedClock, SimulatedHost } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { FE, FileSystemError, TRANSACTION_CHANNEL, TransactionMonitor, fileSystemErrors, transitions } from '../../lib/transaction';
import type { PublishedMonitorEvent, Transaction } from '../../lib/transaction';
import { isOn } from '../../lib/transaction/lost-disk';
import { writeText } from './ktm-files';
import { DIRECTORY, fileParticipant, gate, newHost, openMonitor } from './transaction-rig';

const numberOf = async (work: () => unknown): Promise<number | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof FileSystemError)) throw error;
    return error.number;
  }
};

describe('a transaction', () => {
  it('commits: every participant prepares, then commits, and its locks go', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const calls: string[] = [];
    const before = (name: string, phase: string): void => void calls.push(`${phase} ${name}`);
    const transaction = monitor.beginTransaction({ tag: 'nightly' });
    for (const name of ['a', 'b']) await transaction.enlist(fileParticipant(host, name, before));
    expect(monitor.statusTransaction()).toMatchObject({ error: 0, status: 1, state: 'ACTIVE' });
    expect(await monitor.endTransaction()).toBe(0);
    expect(await transaction.finished).toEqual({ state: 'COMMITTED', code: 0, cause: undefined, failures: [] });
    expect(calls).toEqual(['prepare a', 'prepare b', 'commit a', 'commit b']);
    expect(await host.files.list('/data')).toEqual(['a', 'b']);
    expect([monitor.locks, monitor.statusTransaction(transaction).status]).toEqual([[], 3]);
  });

  it('is backed out, last participant first, when one cannot prepare, and endTransaction gives the cause', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const calls: string[] = [];
    const before = (name: string, phase: string): void => {
      calls.push(`${phase} ${name}`);
      if (phase === 'prepare' && name === 'b') throw new Error('no room');
    };
    const transaction = monitor.beginTransaction();
    for (const name of ['a', 'b', 'c']) await transaction.enlist(fileParticipant(host, name, before));
    expect(await monitor.endTransaction(transaction)).toBe(90);
    expect(await transaction.finished).toMatchObject({ state: 'ABORTED', code: 90, cause: { name: 'participantFailed', reason: 'ServFail', detail: 'b: no room' } });
    expect(calls.slice(-3)).toEqual(['backout c', 'backout b', 'backout a']);
    expect(await host.files.list('/data')).toEqual([]);
  });

  it('[T1] [T2] [T5] abortTransaction returns 0 at once, and locks stay until the backout has ended', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host);
    const backout = gate();
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', undefined, { backout: () => backout.passed }));
    expect(monitor.abortTransaction()).toBe(0);
    expect([transaction.state, monitor.statusTransaction(transaction).status]).toEqual(['ABORTING', 4]);
    await settled();
    expect(monitor.locks).toEqual([{ resource: 'a', holder: transaction.id, waiting: [] }]);
    backout.open();
    await transaction.finished;
    expect([transaction.state, monitor.locks]).toEqual(['ABORTED', []]);
  });

  it('[T3] [T4] a new transaction begins at once, waits exactly where it meets a lock, for the backout and not longer', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host);
    const backout = gate();
    const order: string[] = [];
    const first = monitor.beginTransaction();
    await first.enlist(fileParticipant(host, 'a', undefined, {
      backout: async () => {
        await backout.passed;
        order.push('backed out');
      },
    }));
    monitor.abortTransaction(first);
    const second = monitor.beginTransaction();
    expect(second.state).toBe('ACTIVE');
    await second.lock('b');
    const waiting = second.lock('a').then(() => order.push('second has it'));
    await settled();
    expect([order, monitor.locks.find(({ resource }) => resource === 'a')?.waiting]).toEqual([[], [second.id]]);
    backout.open();
    await waiting;
    expect(order).toEqual(['backed out', 'second has it']);
    expect([first.state, monitor.abortTransaction(second)]).toEqual(['ABORTED', 0]);
  });

  it('that has ended waits for no lock any more, and is given none', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host);
    const [holder, waiter, other] = [monitor.beginTransaction(), monitor.beginTransaction(), monitor.beginTransaction()];
    await holder.lock('a');
    const waiting = numberOf(() => waiter.lock('a'));
    const prepare = gate();
    await other.enlist(fileParticipant(host, 'b', undefined, { prepare: () => prepare.passed }));
    await other.lock('c');
    const late = numberOf(() => other.lock('a'));
    expect(await monitor.endTransaction(waiter)).toBe(0);
    expect(await waiting).toBe(78);
    // Given while it ends: it can do nothing with it, and lets go of it with the others.
    const ending = monitor.endTransaction(other);
    expect(await monitor.endTransaction(holder)).toBe(0);
    expect([await late, monitor.locks.find(({ resource }) => resource === 'a')?.holder]).toEqual([76, other.id]);
    prepare.open();
    expect(await ending).toBe(0);
    await other.finished;
    expect(monitor.locks).toEqual([]);
  });

  it('[T6] abortTransaction gives 76 for one that is ending or aborting', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host);
    const prepare = gate();
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', undefined, { prepare: () => prepare.passed }));
    const ending = monitor.endTransaction();
    expect(monitor.abortTransaction(transaction)).toBe(76);
    expect(monitor.operatorAbort(transaction.id)).toBe(76);
    prepare.open();
    expect(await ending).toBe(0);
    const other = monitor.beginTransaction();
    expect([monitor.operatorAbort(other.id), monitor.abortTransaction(other)]).toEqual([0, 76]);
  });

  it('[T7] abortTransaction gives 75 without a current transaction, for one that is over, and for an id that nobody knows', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    expect(monitor.run(undefined, () => monitor.abortTransaction())).toBe(75);
    expect(monitor.abortTransaction('7b0c6ac1-6c0f-4f4c-8b1a-111111111111')).toBe(75);
    const transaction = monitor.beginTransaction();
    expect(await monitor.endTransaction()).toBe(0);
    await transaction.finished;
    expect(monitor.abortTransaction(transaction)).toBe(75);
    expect(() => monitor.abortTransaction(7 as never)).toThrow(ArgumentError);
    expect(() => monitor.abortTransaction({} as never)).toThrow(ArgumentError);
  });

  it('[T8] after a unilateral abort work gets the number of its cause while it is backed out and 78 afterwards; the initiator owes one end', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host);
    const backout = gate();
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', undefined, { backout: () => backout.passed }));
    expect(monitor.operatorAbort(transaction.id)).toBe(0);
    expect(await numberOf(() => transaction.lock('b'))).toBe(94);
    expect(monitor.resumeTransaction(transaction)).toBe(94);
    backout.open();
    await transaction.finished;
    expect(await numberOf(() => transaction.lock('b'))).toBe(78);
    expect(monitor.resumeTransaction(transaction)).toBe(94);
    expect(await monitor.endTransaction()).toBe(94);
    expect(monitor.resumeTransaction(transaction)).toBe(78);
    expect(await monitor.endTransaction(transaction)).toBe(78);
  });

  it('is the current one of whoever began it and of what that calls, until it ends', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host);
    const work = async (): Promise<Transaction> => {
      const transaction = monitor.beginTransaction();
      await settled();
      await (async () => {
        await settled();
        expect(monitor.currentTransaction).toBe(transaction);
      })();
      return transaction;
    };
    const [one, two] = await Promise.all([monitor.run(undefined, work), monitor.run(undefined, work)]);
    expect(one).not.toBe(two);
    expect(monitor.resumeTransaction(one)).toBe(0);
    expect(await monitor.endTransaction()).toBe(0);
    expect(await monitor.endTransaction()).toBe(75);
    expect(monitor.resumeTransaction()).toBe(0);
    expect(monitor.abortTransaction(two)).toBe(0);
  });

  it('hangs after three failures, its locks held; all else goes on; an operator repeats or resolves', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    let failures = 0;
    let healed = false;
    const hanging = async (name: string): Promise<Transaction> => {
      const transaction = monitor.beginTransaction();
      await transaction.enlist(fileParticipant(host, name, (_, phase) => {
        if (phase !== 'backout' || healed) return;
        failures += 1;
        throw new Error('busy');
      }));
      expect(monitor.abortTransaction(transaction)).toBe(0);
      expect(await transaction.finished).toMatchObject({ state: 'HUNG', failures: [{ participant: name }] });
      return transaction;
    };
    const one = await hanging('a');
    expect([failures, monitor.statusTransaction(one).status, monitor.locks.map(({ resource }) => resource)]).toEqual([3, 6, ['a']]);
    const other = monitor.beginTransaction();
    await other.enlist(fileParticipant(host, 'b'));
    expect(await monitor.endTransaction()).toBe(0);
    await other.finished;
    const two = await hanging('c');
    await monitor.resolveTransaction(two.id, 'aborted');
    healed = true;
    expect(monitor.operatorAbort(one.id)).toBe(0);
    await settled();
    expect([one.state, two.state, monitor.locks]).toEqual(['ABORTED', 'ABORTED', []]);
    await expect(monitor.resolveTransaction(two.id, 'aborted')).rejects.toMatchObject({ code: 'ERR_TRANSACTION_UNKNOWN' });
  });

  /** One that hangs until `heal` is called. */
  async function hung(monitor: TransactionMonitor, host: SimulatedHost): Promise<{ readonly transaction: Transaction; readonly heal: () => void }> {
    let healed = false;
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', (_, phase) => {
      if (phase === 'backout' && !healed) throw new Error('busy');
    }));
    expect(monitor.abortTransaction(transaction)).toBe(0);
    await transaction.finished;
    return { transaction, heal: () => (healed = true) };
  }

  it('that hangs may be repeated as soon as it is known', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    let attempts = 0;
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', (_, phase) => {
      if (phase === 'backout' && (attempts += 1) <= 3) throw new Error('busy');
    }));
    const repeated = transaction.finished.then(() => monitor.operatorAbort(transaction.id));
    expect(monitor.abortTransaction(transaction)).toBe(0);
    expect(await repeated).toBe(0);
    await transaction.idle();
    expect([attempts, transaction.state, monitor.locks]).toEqual([4, 'ABORTED', []]);
  });

  it('that hangs is resolved once, whoever else resolves or repeats it at the same time', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const { transaction, heal } = await hung(monitor, host);
    heal();
    const twice = await Promise.allSettled([monitor.resolveTransaction(transaction.id, 'aborted'), monitor.resolveTransaction(transaction.id, 'committed'), Promise.resolve(monitor.operatorAbort(transaction.id))]);
    expect(twice).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { number: 76 } }, { status: 'fulfilled', value: 76 }]);
    expect([transaction.state, monitor.locks]).toEqual(['ABORTED', []]);
  });

  it('that an operator repeats is waited for by close', async () => {
    const host = await newHost(false);
    const monitor = await openMonitor(host, { retryMs: 0 });
    const backout = gate();
    let attempts = 0;
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', undefined, { backout: async () => {
      if ((attempts += 1) <= 3) throw new Error('busy');
      await backout.passed;
    } }));
    monitor.abortTransaction(transaction);
    while (transaction.state !== 'HUNG') await host.clock.advance(1);
    expect(monitor.operatorAbort(transaction.id)).toBe(0);
    const closing = monitor.close();
    await settled();
    await expect(openMonitor(host)).rejects.toMatchObject({ code: 'ERR_MONITOR_RUNNING' });
    backout.open();
    await closing;
    await using next = await openMonitor(host);
    expect([transaction.state, (await next.recover()).transactions]).toEqual(['ABORTED', []]);
  });

  it('tells of every call, state, lock and abort through node:diagnostics_channel', async () => {
    const host = await newHost();
    const heard: string[] = [];
    const listener = (message: unknown): void => void heard.push((message as PublishedMonitorEvent).type);
    subscribe(TRANSACTION_CHANNEL, listener);
    try {
      await using monitor = await openMonitor(host);
      const transaction = monitor.beginTransaction();
      await transaction.enlist(fileParticipant(host, 'a'));
      monitor.abortTransaction();
      await transaction.finished;
    } finally {
      unsubscribe(TRANSACTION_CHANNEL, listener);
    }
    expect(new Set(heard)).toEqual(new Set(['call', 'state', 'lock', 'abort', 'participant', 'log']));
  });
});

describe('file-system errors', () => {
  it('are one table: every number and name once, each with a text', () => {
    expect(new Set(fileSystemErrors.map(([name]) => name)).size).toBe(fileSystemErrors.length);
    expect(new Set(fileSystemErrors.map(([, number]) => number)).size).toBe(fileSystemErrors.length);
    for (const [name, number, text] of fileSystemErrors) expect(new FileSystemError(number)).toMatchObject({ code: name, number, message: expect.stringContaining(text) as string });
    expect(new FileSystemError(4711).code).toBe('FE_4711');
  });

  // One row for each number: unilateral-aborts.test.ts.
  type Case = readonly [number: number, what: string, work: (host: SimulatedHost) => Promise<unknown>];
  const cases: readonly Case[] = [
    [73, 'a lock that is not given in time, which ends a deadlock', async (host) => {
      await using monitor = await openMonitor(host, { lockTimeoutMs: 500 });
      const [one, two] = [monitor.beginTransaction(), monitor.beginTransaction()];
      await one.lock('a');
      await two.lock('b');
      const others = two.lock('a', { timeoutMs: 60_000 });
      const refused = await numberOf(() => one.lock('b'));
      expect(monitor.abortTransaction(one)).toBe(0);
      await others;
      return refused;
    }],
    [86, 'a recovery log that is nearly full', async (host) => {
      await using monitor = await openMonitor(host, { logThreshold: 100 });
      return await numberOf(() => monitor.beginTransaction());
    }],
    [91, 'a log that fails under the commit record: the next start finds the outcome', async (host) => {
      await using monitor = await openMonitor(host);
      const transaction = monitor.beginTransaction();
      await transaction.enlist(fileParticipant(host, 'a'));
      host.files.fail({ operation: 'sync', path: `${DIRECTORY}/monitor.log` });
      const result = await monitor.endTransaction();
      expect([transaction.state, monitor.locks.length]).toEqual(['HUNG', 1]);
      expect(await numberOf(() => monitor.beginTransaction())).toBe(82);
      host.files.clearFaults();
      return result;
    }],
    [95, 'a disk that fails under a participant', async (host) => {
      await using monitor = await openMonitor(host);
      const transaction = monitor.beginTransaction();
      await transaction.enlist(fileParticipant(host, 'a'));
      host.files.fail({ operation: 'write', path: '/data/a.partial' });
      const result = await monitor.endTransaction();
      expect(transaction.cause).toMatchObject({ name: 'diskFailed', reason: 'DpCrash' });
      return result;
    }],
  ];

  it.each(cases)('gives %i for %s', async (number, _, work) => {
    expect(await work(await newHost())).toBe(number);
  });
});

describe('unilateral aborts that need no other process', () => {
  it('[T11] gives 95 to every transaction on a volume that is lost', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const [on, off] = [monitor.beginTransaction(), monitor.beginTransaction()];
    await on.enlist(fileParticipant(host, 'a', undefined, { volume: 'D:' }));
    await off.enlist(fileParticipant(host, 'b', undefined, { volume: 'C:' }));
    const third = monitor.beginTransaction();
    await third.enlist(fileParticipant(host, 'd', undefined, { volume: 'D:\\sets\\nightly' }));
    monitor.volumeLost('D:', new Error('gone'));
    expect(await monitor.endTransaction(third)).toBe(95);
    expect([await monitor.endTransaction(on), await monitor.endTransaction(off)]).toEqual([95, 0]);
    expect(await numberOf(() => monitor.beginTransaction().enlist(fileParticipant(host, 'c', undefined, { volume: 'd:\\sets' })))).toBe(85);
    monitor.enableVolume('D:');
    await monitor.beginTransaction().enlist(fileParticipant(host, 'c', undefined, { volume: 'D:' }));
  });

  it.each<[place: string, volume: string, on: boolean]>([
    ['D:\\sets\\nightly', 'D:\\', true], ['d:\\sets', 'D:', true], ['D:\\', 'D:\\', true], ['C:\\mount\\a', 'C:\\Mount\\', true], ['\\\\server\\share\\a', '\\\\Server\\Share', true],
    ['D:\\sets', 'C:\\', false], ['C:\\mounted', 'C:\\mount', false], ['/mnt/sets', '/mnt', true], ['/mnt/sets', '/MNT', false], ['/mnt', '/mnt/sets', false],
  ])('[T11] %s is on the volume %s: %p', (place, volume, on) => {
    expect(isOn(place, volume)).toBe(on);
  });

  it('[T11] gives 95 to every transaction when the recovery log is lost', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const one = monitor.beginTransaction();
    await one.enlist(fileParticipant(host, 'a'));
    host.files.fail({ operation: 'sync', path: `${DIRECTORY}/monitor.log` });
    const two = monitor.beginTransaction();
    expect(await numberOf(() => two.enlist(fileParticipant(host, 'b')))).toBe(95);
    expect([one.cause?.reason, await monitor.endTransaction(one)]).toEqual(['AuditLoss', 95]);
  });

  it('[T12] aborts with 96 after two hours unless it says less, or Infinity; 0 turns it off; a longer limit is cut', async () => {
    const host = await newHost(false);
    const clock = host.clock;
    const open = async (autoAbortMs?: number): Promise<TransactionMonitor> => openMonitor(host, autoAbortMs === undefined ? {} : { autoAbortMs });
    const hour = 60 * 60 * 1000;
    {
      await using monitor = await open();
      const [short, normal, long] = [monitor.beginTransaction({ timeoutMs: hour }), monitor.beginTransaction(), monitor.beginTransaction({ timeoutMs: 3 * hour })];
      const never = monitor.beginTransaction({ timeoutMs: Infinity });
      await clock.advance(hour);
      expect([short.cause?.code, normal.cause]).toEqual([96, undefined]);
      await clock.advance(hour);
      expect([normal.cause?.reason, long.cause?.reason]).toEqual(['ByTimeout', 'ByTimeout']);
      expect(await monitor.endTransaction(normal)).toBe(96);
      await clock.advance(1000 * hour);
      expect(await monitor.endTransaction(never)).toBe(0);
    }
    await using monitor = await open(0);
    const transaction = monitor.beginTransaction();
    await clock.advance(1000 * hour);
    expect([transaction.state, await monitor.endTransaction(transaction)]).toEqual(['ACTIVE', 0]);
  });

  it('aborts with 90 when a participant does not answer prepare in time, although there is no other limit', async () => {
    const host = await newHost(false);
    await using monitor = await openMonitor(host, { autoAbortMs: 0, participantTimeoutMs: 5000 });
    const prepare = gate();
    const transaction = monitor.beginTransaction();
    await transaction.enlist(fileParticipant(host, 'a', undefined, { prepare: () => prepare.passed }));
    const ending = monitor.endTransaction();
    await host.clock.advance(4999);
    expect(transaction.state).toBe('ACTIVE');
    await host.clock.advance(1);
    expect(await ending).toBe(90);
    expect(transaction.cause).toMatchObject({ name: 'participantFailed', detail: 'a: a has not answered within 5000 ms' });
    prepare.open();
    expect((await transaction.finished).state).toBe('ABORTED');
  });

  it('refuses a participant whose kind nobody could end after a crash, before anything is locked or logged', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const transaction = monitor.beginTransaction();
    for (const kind of ['tape', 'toString']) await expect(transaction.enlist(fileParticipant(host, 'a', undefined, { kind }))).rejects.toMatchObject({ field: 'participant.kind' });
    expect([transaction.participants, monitor.locks]).toEqual([[], []]);
  });

  it('after 91 the next start finds the outcome: committed where the record reached the disk, else backed out', async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 12; seed += 1) {
      const host = await newHost(true, seed);
      const monitor = await openMonitor(host);
      const transaction = monitor.beginTransaction();
      await transaction.enlist(fileParticipant(host, 'a'));
      host.files.fail({ operation: 'sync', path: `${DIRECTORY}/monitor.log` });
      expect(await monitor.endTransaction()).toBe(91);
      const after = host.restart();
      const next = await openMonitor(after);
      const { committed, backedOut, setAside } = await next.recover();
      expect([[...committed, ...backedOut], setAside]).toEqual([[transaction.id], []]);
      const outcome = committed.length === 1 ? 'committed' : 'backed out';
      expect([outcome, await after.files.list('/data')]).toEqual([outcome, outcome === 'committed' ? ['a'] : []]);
      outcomes.add(outcome);
      expect((await next.recover()).transactions).toEqual([]);
      await next.close();
    }
    expect(outcomes).toEqual(new Set(['committed', 'backed out']));
  });

  it('[T17] aborts what was begun through a transaction file when that is closed', async () => {
    const host = await newHost();
    await using monitor = await openMonitor(host);
    const file = monitor.openTransactionFile();
    const [one, two] = [file.beginTransaction(), file.beginTransaction()];
    expect(await monitor.endTransaction(two)).toBe(0);
    await two.finished;
    // Aborted by somebody else before: its entry stays, because its end is owed.
    const three = file.beginTransaction();
    expect(monitor.operatorAbort(three.id)).toBe(0);
    await three.finished;
    expect([file.has(three.id), monitor.resumeTransaction(three), file.transactions]).toEqual([true, 94, [one]]);
    file.close();
    expect([one.cause?.name, two.state, monitor.resumeTransaction(three)]).toEqual(['transactionFileClosed', 'COMMITTED', 78]);
    await one.finished;
    expect([monitor.resumeTransaction(one), monitor.abortTransaction(one), await numberOf(() => file.beginTransaction())]).toEqual([78, 75, 75]);
  });
});

describe('the monitor of a directory', () => {
  it('is the only one: a second is refused while it lives, and takes over from one that is gone', async () => {
    const host = await newHost();
    const monitor = await openMonitor(host);
    await expect(openMonitor(host)).rejects.toMatchObject({ code: 'ERR_MONITOR_RUNNING' });
    await host.files.syncDirectory(DIRECTORY);
    const after = host.restart(() => true);
    const next = await openMonitor(after);
    expect((await after.files.list(DIRECTORY)).filter((name) => name.endsWith('.lock'))).toEqual(['monitor.2.lock']);
    await next.close();
    expect((await after.files.list(DIRECTORY)).filter((name) => name.endsWith('.lock'))).toEqual([]);
    await monitor.close().catch(() => undefined);
  });

  it('takes over an empty lock file, as a power cut leaves it, and one that is half written', async () => {
    for (const text of ['', '{"machine":"SIM']) {
      const host = await newHost();
      await writeText(host.files, `${DIRECTORY}/monitor.1.lock`, text);
      const monitor = await openMonitor(host);
      expect(await host.files.list(DIRECTORY)).toEqual(['monitor.2.lock', 'monitor.log']);
      await expect(openMonitor(host)).rejects.toMatchObject({ code: 'ERR_MONITOR_RUNNING' });
      await monitor.close();
      expect(await host.files.list(DIRECTORY)).toEqual(['monitor.log']);
    }
  });

  it('refuses the log of another machine, of another version, and what is no log of a monitor; nothing is changed', async () => {
    const host = await newHost();
    await (await openMonitor(host)).close();
    const other = { clock: host.clock, random: host.random, files: host.files, processes: Object.assign(Object.create(host.processes) as typeof host.processes, { machine: 'OTHER' }) };
    await expect(openMonitor(other)).rejects.toMatchObject({ code: 'ERR_MONITOR_FOREIGN' });
    for (const [kind, text, code] of [
      ['winbackup.transaction-monitor', '{"type":"monitor","version":99,"machine":"SIMULATED"}', 'ERR_MONITOR_VERSION'],
      ['winbackup.transaction-monitor', '{"type":"nonsense","id":"1"}', 'ERR_MONITOR_DAMAGED'],
      ['winbackup.transaction-monitor', 'no JSON', 'ERR_MONITOR_DAMAGED'],
      ['something else', '{}', 'ERR_LOG_FOREIGN'],
    ] as const) {
      const fresh = await newHost();
      const { log } = await Log.open({ host: fresh, path: `${DIRECTORY}/monitor.log`, kind });
      await log.append(Buffer.from(text));
      await log.close();
      await expect(openMonitor(fresh)).rejects.toMatchObject({ code });
      expect((await fresh.files.list(DIRECTORY))).toEqual(['monitor.log']);
    }
  });

  it('refuses bad options before anything is made', async () => {
    const host = new SimulatedHost({ clock: new SimulatedClock() });
    for (const [options, field] of [
      [{ directory: '' }, 'directory'], [{ directory: 5 }, 'directory'], [{ autoAbortMs: -1 }, 'autoAbortMs'], [{ logThreshold: 0 }, 'logThreshold'], [{ recoverers: { a: 1 } }, 'recoverers.a'],
      [{ operator: 'yes' }, 'operator'], [{ nonsense: 1 }, 'options.nonsense'],
    ] as const) {
      await expect(TransactionMonitor.open({ directory: '/m', host, ...options } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
    }
    expect(await host.files.list('/')).toEqual([]);
  });
});

it('leads from every state only to states of the table, and ends in COMMITTED or ABORTED', () => {
  for (const row of Object.values(transitions)) for (const to of Object.values(row)) expect(Object.keys(transitions)).toContain(to);
  expect([transitions.COMMITTED, transitions.ABORTED]).toEqual([{}, {}]);
  expect(FE.FE_OK).toBe(0);
});
