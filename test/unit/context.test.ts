import { CONTEXT_HRESULT } from '../../lib/binding/com-codes';
import { HRESULT } from '../../lib/binding/codes';
import { setFailFastServices } from '../../lib/binding/fail-fast';
import type { FailFastReport } from '../../lib/binding/fail-fast';
import { createRootObject, getObjectContext } from '../../lib/context';
import type { Component, ContextObject, ContextOptions } from '../../lib/context';
import { SimulatedClock, SimulatedHost } from '../../lib/simulator';
import { TransactionMonitor, contextTransaction } from '../../lib/transaction';
import type { Participant } from '../../lib/transaction';

/** A transaction that says what became of it. */
class Transaction {
  readonly ended: string[] = [];
  private aborted: (() => void)[] = [];
  constructor(private readonly failing = false) {}
  commit(): Promise<void> {
    this.ended.push('commit');
    return this.failing ? Promise.reject(new Error('a participant said no')) : Promise.resolve();
  }
  abort(): Promise<void> {
    this.ended.push('abort');
    return Promise.resolve();
  }
  onAbort(callback: () => void): void {
    this.aborted.push(callback);
  }
  abortFromOutside(): void {
    for (const callback of this.aborted) callback();
  }
}

const clock = new SimulatedClock();
const host = new SimulatedHost({ clock });
const S_OK = { hresult: HRESULT.S_OK };

function root(component: Component, options: Partial<ContextOptions> = {}): ContextObject {
  return createRootObject('Job', () => component, { host, ...options });
}

describe('votes', () => {
  const cases: [string, (context: ReturnType<typeof getObjectContext>) => void, string[]][] = [
    ['SetComplete commits at the return of the root', (context) => { context.setComplete(); }, ['commit']],
    ['SetAbort aborts at the return of the root', (context) => { context.setAbort(); }, ['abort']],
    ['EnableCommit leaves the transaction open', (context) => { context.enableCommit(); }, []],
    ['DisableCommit leaves the transaction open', (context) => { context.disableCommit(); }, []],
    ['nothing called leaves it open', () => undefined, []],
    ['the last call in a method wins', (context) => { context.setAbort(); context.setComplete(); }, ['commit']],
    ['IContextState: a vote to abort with deactivation aborts', (context) => { context.setMyTransactionVote('abort'); context.setDeactivateOnReturn(true); }, ['abort']],
  ];
  it.each(cases)('%s', async (_, vote, ended) => {
    const transaction = new Transaction();
    const object = root({ work: () => { vote(getObjectContext()); return S_OK; } }, { transaction });
    expect(await object.call('work')).toEqual(S_OK);
    expect(transaction.ended).toEqual(ended);
  });

  it('of an object that is released count: EnableCommit commits, DisableCommit aborts', async () => {
    for (const [method, ended] of [['enable', ['commit']], ['disable', ['abort']]] as const) {
      const transaction = new Transaction();
      const object = root({
        enable: () => { getObjectContext().enableCommit(); return S_OK; },
        disable: () => { getObjectContext().disableCommit(); return S_OK; },
      }, { transaction });
      await object.call(method);
      await object.release();
      await object.release();
      expect(transaction.ended).toEqual(ended);
    }
  });

  it('of an inner object doom the transaction, which runs on until the root ends', async () => {
    const transaction = new Transaction();
    const seen: number[] = [];
    const object = root({
      async work() {
        const inner = getObjectContext().createInstance('Inner', () => ({ spoil: () => { getObjectContext().setAbort(); return { hresult: HRESULT.E_FAIL }; } }));
        seen.push((await inner.call('spoil')).hresult, (await inner.call('spoil')).hresult);
        getObjectContext().setComplete();
        return S_OK;
      },
    }, { transaction });
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTED });
    expect(seen).toEqual([HRESULT.E_FAIL, CONTEXT_HRESULT.CONTEXT_E_ABORTING]);
    expect(transaction.ended).toEqual(['abort']);
  });

  it('of an inner object in DisableCommit make the client\'s commit abort', async () => {
    const transaction = new Transaction();
    const object = root({
      async work() {
        await getObjectContext().createInstance('Inner', () => ({ half: () => { getObjectContext().disableCommit(); return S_OK; } })).call('half');
        getObjectContext().setComplete();
        return S_OK;
      },
    }, { transaction });
    expect((await object.call('work')).hresult).toBe(CONTEXT_HRESULT.CONTEXT_E_ABORTED);
    expect(transaction.ended).toEqual(['abort']);
  });

  it('come from the HRESULT with autoComplete, unless the method votes', async () => {
    for (const [hresult, ended] of [[HRESULT.S_FALSE, 'commit'], [HRESULT.E_FAIL, 'abort']] as const) {
      const transaction = new Transaction();
      expect(await root({ work: () => ({ hresult }) }, { transaction, autoComplete: true }).call('work')).toEqual({ hresult });
      expect(transaction.ended).toEqual([ended]);
    }
  });

  it('need a transaction, and a context', async () => {
    let caught: unknown;
    await root({ work: () => { try { getObjectContext().setMyTransactionVote('commit'); } catch (error) { caught = error; } return S_OK; } }).call('work');
    expect(caught).toMatchObject({ code: 'CONTEXT_E_NOTRANSACTION' });
    expect(() => getObjectContext()).toThrow('CONTEXT_E_NOCONTEXT');
  });
});

/** facts/ktm-tmf-mts.md 6.2, each cell. */
describe('the table of votes', () => {
  type Call = 'enableCommit' | 'disableCommit' | 'setAbort' | 'setComplete';
  it.each<[call: Call | 'nothing', vote: 'commit' | 'abort', deactivate: boolean, atReturn: string[], atRelease: string[]]>([
    ['nothing', 'commit', false, [], ['commit']],
    ['enableCommit', 'commit', false, [], ['commit']],
    ['disableCommit', 'abort', false, [], ['abort']],
    ['setAbort', 'abort', true, ['abort'], ['abort']],
    ['setComplete', 'commit', true, ['commit'], ['commit']],
  ])('%s: IContextState says %s, deactivate on return %p; the transaction ends %p at the return and %p at the release of the root', async (call, vote, deactivate, atReturn, atRelease) => {
    const transaction = new Transaction();
    const disposed: string[] = [];
    const said: unknown[] = [];
    const object = root({
      work: () => {
        const context = getObjectContext();
        if (call !== 'nothing') context[call]();
        said.push(context.getMyTransactionVote(), context.getDeactivateOnReturn(), context.isInTransaction());
        return S_OK;
      },
      [Symbol.dispose]: () => { disposed.push('deactivated'); },
    }, { transaction });
    await object.call('work');
    expect({ said, ended: transaction.ended, disposed }).toEqual({ said: [vote, deactivate, true], ended: atReturn, disposed: deactivate ? ['deactivated'] : [] });
    await object.release();
    expect([transaction.ended, disposed]).toEqual([atRelease, ['deactivated']]);
  });
});

describe('under a transaction of the monitor', () => {
  const participant = (calls: string[], prepare: () => Promise<void> = async () => undefined): Participant => ({ name: 'p', prepare, commit: async () => void calls.push('commit'), backout: async () => void calls.push('backout') });
  const monitorOn = (): Promise<TransactionMonitor> => TransactionMonitor.open({ directory: '/log', host: new SimulatedHost() });

  it('the root’s votes decide: SetComplete commits, SetAbort backs out', async () => {
    await using monitor = await monitorOn();
    for (const [vote, state, done] of [['setComplete', 'COMMITTED', 'commit'], ['setAbort', 'ABORTED', 'backout']] as const) {
      const calls: string[] = [];
      const transaction = monitor.beginTransaction();
      await transaction.enlist(participant(calls));
      const object = createRootObject('Job', () => ({ work: () => { getObjectContext()[vote](); return S_OK; } }), { host: monitor.host, transaction: contextTransaction(monitor, transaction) });
      expect(await object.call('work')).toEqual(S_OK);
      expect([(await transaction.finished).state, calls, transaction.owed]).toEqual([state, [done], false]);
    }
  });

  it('[M7] [M8] a participant that cannot prepare makes CONTEXT_E_ABORTED of S_OK, and the outputs are cleared', async () => {
    await using monitor = await monitorOn();
    const calls: string[] = [];
    const transaction = monitor.beginTransaction();
    await transaction.enlist(participant(calls, () => Promise.reject(new Error('no room'))));
    const object = createRootObject('Job', () => ({ work: () => { getObjectContext().setComplete(); return { ...S_OK, pages: [{ [Symbol.dispose]: () => calls.push('page') }], count: 1 }; } }), { host: monitor.host, transaction: contextTransaction(monitor, transaction) });
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTED, pages: null, count: null });
    expect([(await transaction.finished).state, calls.sort()]).toEqual(['ABORTED', ['backout', 'page']]);
  });

  it('an operator’s abort dooms the context; what cannot be ended is aborted', async () => {
    await using monitor = await monitorOn();
    const one = monitor.beginTransaction();
    const object = createRootObject('Job', () => ({ work: () => S_OK }), { host: monitor.host, transaction: contextTransaction(monitor, one) });
    expect(monitor.operatorAbort(one.id)).toBe(0);
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTING });
    await object.release();
    expect(one.owed).toBe(false);
    const two = monitor.beginTransaction();
    const answered = two.began(() => undefined);
    await expect(contextTransaction(monitor, two).commit()).rejects.toMatchObject({ number: 81 });
    expect(two.cause?.name).toBe('requested');
    answered();
  });
});

describe('HRESULTs', () => {
  it('[M6] a failure code that a method returned is never changed, whatever becomes of the transaction', async () => {
    for (const vote of ['setComplete', 'setAbort'] as const) {
      const object = root({ work: () => { getObjectContext()[vote](); return { hresult: HRESULT.E_UNEXPECTED, detail: 'kept' }; } }, { transaction: new Transaction(true) });
      expect(await object.call('work')).toEqual({ hresult: HRESULT.E_UNEXPECTED, detail: 'kept' });
    }
  });

  it('[M7] S_OK of the root that called SetComplete becomes CONTEXT_E_ABORTED when the commit fails', async () => {
    const object = root({ work: () => { getObjectContext().setComplete(); return S_OK; } }, { transaction: new Transaction(true) });
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTED });
  });

  it('[M7] a root that wanted to abort gets its own success code', async () => {
    const object = root({ work: () => { getObjectContext().setAbort(); return { hresult: HRESULT.S_FALSE }; } }, { transaction: new Transaction() });
    expect(await object.call('work')).toEqual({ hresult: HRESULT.S_FALSE });
  });

  it('[M8] on that conversion every output is cleared: disposed where it can be, and null', async () => {
    const disposed: string[] = [];
    const object = root({
      work: () => {
        getObjectContext().setComplete();
        return {
          hresult: HRESULT.S_OK, count: 3, name: 'x', plain: { a: 1 },
          file: { [Symbol.asyncDispose]: () => { disposed.push('file'); return Promise.resolve(); } },
          lock: { [Symbol.dispose]: () => { disposed.push('lock'); } },
        };
      },
    }, { transaction: new Transaction(true) });
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTED, count: null, name: null, plain: null, file: null, lock: null });
    expect(disposed).toEqual(['file', 'lock']);
  });

  it('of calls after the end are CONTEXT_E_OLDREF, and of calls into a doomed context CONTEXT_E_ABORTING', async () => {
    const transaction = new Transaction();
    const object = root({ work: () => S_OK, end: () => { getObjectContext().setComplete(); return S_OK; } }, { transaction });
    transaction.abortFromOutside();
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTING });
    await object.release();
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_OLDREF });
    expect(transaction.ended).toEqual(['abort']);
  });

  it('tell the root that its transaction timed out: the method that runs meanwhile is converted, later calls find it ended', async () => {
    const transaction = new Transaction();
    let go: () => void = () => undefined;
    const object = root({ work: async () => { await new Promise<void>((resolve) => (go = resolve)); getObjectContext().setComplete(); return S_OK; } }, { transaction, timeoutMs: 1000 });
    const working = object.call('work');
    await clock.advance(1000);
    expect(transaction.ended).toEqual(['abort']);
    go();
    expect(await working).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_ABORTED });
    expect(await object.call('work')).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_OLDREF });
  });
});

describe('an activity', () => {
  it('lets one caller in at a time, its own calls at once, and gives CONTEXT_E_SYNCH_TIMEOUT to one that waited too long', async () => {
    let go: () => void = () => undefined;
    const log: string[] = [];
    const object = root({
      slow: async () => { log.push('slow in'); await new Promise<void>((resolve) => (go = resolve)); log.push('slow out'); return S_OK; },
      nested: async () => { const answer = await object.call('quick'); return answer; },
      quick: () => { log.push('quick'); return S_OK; },
    }, { synchTimeoutMs: 500 });
    expect(await object.call('nested')).toEqual(S_OK);
    const slow = object.call('slow');
    const late = object.call('quick');
    await clock.advance(500);
    expect(await late).toEqual({ hresult: CONTEXT_HRESULT.CONTEXT_E_SYNCH_TIMEOUT });
    const patient = object.call('quick');
    go();
    expect(await Promise.all([slow, patient])).toEqual([S_OK, S_OK]);
    expect(log).toEqual(['quick', 'slow in', 'slow out', 'quick']);
  });

  it('makes the component when it is first called, and anew after it was done', async () => {
    let made = 0;
    let disposed = 0;
    const object = createRootObject('Job', () => {
      made += 1;
      return { work: () => S_OK, last: () => { getObjectContext().setComplete(); return S_OK; }, [Symbol.dispose]: () => { disposed += 1; } };
    }, { host });
    expect(made).toBe(0);
    await object.call('work');
    await object.call('work');
    await object.call('last');
    expect([made, disposed]).toEqual([1, 1]);
    await object.call('work');
    expect(made).toBe(2);
    await object.release();
    expect(disposed).toBe(2);
  });

  it('rejects a method that the component does not have, without harm', async () => {
    const object = root({ work: () => S_OK });
    for (const method of ['play', 'toString', 'constructor', 'hasOwnProperty']) await expect(object.call(method)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field: 'method' });
    expect(await object.call('work')).toEqual(S_OK);
  });
});

describe('an exception that the component does not catch', () => {
  let reports: FailFastReport[];
  let events: string[];
  let restore: () => void;
  beforeEach(() => {
    reports = [];
    events = [];
    restore = setFailFastServices({ reportEvent: (text) => void events.push(text), writeReport: () => undefined, terminate: (report) => void reports.push(report) });
  });
  afterEach(() => {
    restore();
  });

  it('[M4] [M5] fails fast with component, method, condition and stack; nothing is committed', async () => {
    const transaction = new Transaction();
    const object = root({ work: () => { getObjectContext().setComplete(); throw new RangeError('lost count'); } }, { transaction });
    await expect(object.call('work')).rejects.toMatchObject({ code: 'ERR_FAIL_FAST' });
    expect(reports).toMatchObject([{ component: 'Job', method: 'work', condition: 'an exception was not caught: RangeError: lost count' }]);
    expect(reports[0]?.stack).toContain('context.test');
    expect(events[0]).toContain('Component: Job\nMethod: work\nCondition: an exception was not caught: RangeError: lost count');
    expect(transaction.ended).toEqual([]);
  });

  it('poisons the context where the process must not die: every later call is refused, and release commits nothing', async () => {
    const transaction = new Transaction();
    const object = root({ work: () => Promise.reject(new Error('x')), other: () => S_OK }, { transaction });
    await expect(object.call('work')).rejects.toMatchObject({ code: 'ERR_FAIL_FAST' });
    await expect(object.call('other')).rejects.toMatchObject({ code: 'ERR_CONTEXT_POISONED' });
    await object.release();
    expect(transaction.ended).toEqual([]);
  });

  it('is one fail fast, also when it comes from an inner object, from activation or from deactivation, or when no HRESULT was returned', async () => {
    const inner = root({ work: () => getObjectContext().createInstance('Inner', () => ({ bad: () => { throw new Error('inner'); } })).call('bad') });
    await expect(inner.call('work')).rejects.toMatchObject({ report: { component: 'Inner' } });
    expect(reports).toHaveLength(1);
    await expect(createRootObject('Unborn', () => { throw new Error('no'); }, { host }).call('work')).rejects.toMatchObject({ report: { method: 'activation' } });
    const stubborn = root({ work: () => S_OK, [Symbol.dispose]: () => { throw new Error('never'); } });
    await stubborn.call('work');
    await expect(stubborn.release()).rejects.toMatchObject({ report: { method: 'deactivation' } });
    const output = { [Symbol.dispose]: () => { throw new Error('stuck'); } };
    const clinging = root({ work: () => { getObjectContext().setComplete(); return { ...S_OK, output }; } }, { transaction: new Transaction(true) });
    await expect(clinging.call('work')).rejects.toMatchObject({ report: { component: 'Job', method: 'release of output' } });
    await expect(clinging.call('work')).rejects.toMatchObject({ code: 'ERR_CONTEXT_POISONED' });
    await expect(root({ work: () => 'done' }).call('work')).rejects.toThrow('Job.work must resolve to an object with an hresult');
  });
});
