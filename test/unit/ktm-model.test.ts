import * as fc from 'fast-check';
import { explore } from '../checker/checker';
import type { Model, Step } from '../checker/checker';
import { atRest, encodeState, initialState, ktmModel } from '../checker/ktm-model';
import type { KtmModelOptions, KtmState } from '../checker/ktm-model';
import { KtmRun, observed } from './ktm-model-run';

const bounds = { resourceManagers: 2, cuts: 1, deaths: 1 };

describe('the model of KTM and of the recovery procedure', () => {
  it.each([
    { resourceManagers: 1, cuts: 2, deaths: 2, superior: false, distinct: 735 },
    { resourceManagers: 2, cuts: 2, deaths: 2, superior: false, distinct: 21_723 },
    { resourceManagers: 3, cuts: 1, deaths: 0, superior: false, distinct: 60_544 },
    { resourceManagers: 1, cuts: 2, deaths: 2, superior: true, distinct: 3505 },
    { resourceManagers: 2, cuts: 1, deaths: 2, superior: true, distinct: 54_330 },
  ])('keeps every invariant: $resourceManagers resource managers, superior $superior, $cuts power cuts, $deaths deaths', ({ distinct, ...options }) => {
    const { violation, ...counts } = explore(ktmModel(options));
    expect(violation).toBeUndefined();
    expect(counts.distinct).toBe(distinct);
  });

  it.each([[false], [true]])('always comes to rest with one outcome, wherever it begins; superior: %s', (superior) => {
    const model = ktmModel({ ...bounds, superior });
    const restless = explore({
      ...model,
      invariants: {
        'whoever cannot go on is at rest': (state) =>
          atRest(state) || [...model.next(state)].some(({ action }) => !/^(die|powerCut|cutIn|superiorDies)/.test(action)),
      },
    });
    expect(restless.violation).toBeUndefined();
  });
});

/** The model with one rule broken. */
function broken(change: (step: Step<KtmState>, from: KtmState) => KtmState): Model<KtmState> {
  const model = ktmModel(bounds);
  return {
    ...model,
    *next(state) {
      for (const step of model.next(state)) yield { action: step.action, state: change(step, state) };
    },
  };
}

describe('a fault in KTM or in a resource manager', () => {
  it.each<[string, string, Parameters<typeof broken>[0]]>([
    ['the decision is not synced before COMMIT is sent', 'no COMMIT before every PrepareComplete is in the log',
      ({ action, state }, from) => (action.startsWith('prepareComplete') ? { ...state, synced: from.synced } : state)],
    ['the log forgets a decision', 'no decision lost after it was reported to the client',
      ({ action, state }) => (action === 'powerCut' ? { ...state, log: [], synced: 0 } : state)],
    ['the abort is not presumed', 'what is prepared without RECOVER ends aborted',
      ({ action, state }, from) => (action.startsWith('endRecovery') ? { ...state, rms: state.rms.map((rm, index) => ({ ...rm, own: from.rms[index]?.own ?? 'none' })) } : state)],
    ['LAST_RECOVER comes first', 'LAST_RECOVER comes once and last',
      ({ action, state }) => (action.startsWith('start') ? { ...state, rms: state.rms.map((rm) => ({ ...rm, inbox: rm.inbox.includes('RECOVER') ? rm.inbox.toReversed() : rm.inbox })) } : state)],
    ['an outcome in doubt is never told', 'INDOUBT is followed by an outcome: at rest nobody is in doubt',
      ({ action, state }) => (action.startsWith('prepareComplete') || action.startsWith('refuse')
        ? { ...state, rms: state.rms.map((rm, index) => (rm.enlistment === 'CommittedNotify' && !action.endsWith(String(index)) ? { ...rm, inbox: [] } : rm)) } : state)],
  ])('is found: %s', (_what, invariant, change) => {
    expect(explore(broken(change)).violation?.invariant).toBe(invariant);
  });
});

/** Takes the simulator along, and all states of the model that look like it. */
class Walk {
  private readonly way: string[] = [];
  private possible: readonly KtmState[];

  private constructor(private readonly model: Model<KtmState>, private readonly run: KtmRun) {
    this.possible = model.initial;
  }

  static async start(options: KtmModelOptions, seed: number): Promise<Walk> {
    const run = await KtmRun.start(seed, options.resourceManagers, options.superior);
    expect(run.observe()).toEqual(observed(initialState(options)));
    return new Walk(ktmModel(options), run);
  }

  get enabled(): readonly string[] {
    const [any] = this.possible;
    return any === undefined ? [] : [...new Set([...this.model.next(any)].map(({ action }) => action))];
  }

  /** Fails unless the model allows what the simulator then looks like. */
  async take(action: string): Promise<void> {
    this.way.push(action);
    const next = this.possible.flatMap((state) => [...this.model.next(state)].filter((step) => step.action === action).map(({ state: after }) => after));
    const seen = await this.run.take(action).catch((error: unknown) => {
      throw new Error(`after ${this.way.join(', ')}`, { cause: error });
    });
    const allowed = next.filter((state) => JSON.stringify(observed(state)) === JSON.stringify(seen));
    if (allowed.length === 0) {
      const [first] = next;
      expect({ way: this.way, seen }).toEqual({ way: this.way, seen: first === undefined ? undefined : observed(first) });
      throw new Error('no state of the model looks like this');
    }
    this.possible = [...new Map(allowed.map((state) => [encodeState(state), state])).values()];
  }
}

/** The shortest way to each state, and then each action that is possible there; ways that another one contains are left out. */
function everyWay(model: Model<KtmState>): readonly (readonly string[])[] {
  const ways = new Map<string, readonly string[]>();
  const complete: (readonly string[])[] = [];
  const queue = model.initial.map((state) => ({ state, way: [] as readonly string[] }));
  for (const { state } of queue) ways.set(model.encode(state), []);
  for (const { state, way } of queue) {
    let extended = false;
    for (const { action, state: next } of model.next(state)) {
      const longer = [...way, action];
      if (!ways.has(model.encode(next))) {
        ways.set(model.encode(next), longer);
        queue.push({ state: next, way: longer });
        extended = true;
      } else complete.push(longer);
    }
    if (!extended) complete.push(way);
  }
  return [...new Map(complete.map((way) => [way.join(), way])).values()];
}

describe('the simulator', () => {
  it.each([
    { resourceManagers: 1, cuts: 1, deaths: 1 },
    { resourceManagers: 1, cuts: 1, deaths: 0, superior: true },
    { resourceManagers: 1, cuts: 0, deaths: 1, superior: true },
  ])('stays within the model on every way through it: %j', async (options) => {
    const kinds = new Set<string>();
    let seed = 0;
    for (const way of everyWay(ktmModel(options))) {
      seed += 1;
      const walk = await Walk.start(options, seed);
      for (const action of way) {
        // What survives a power cut is the disk's choice: it may have chosen another way.
        if (!walk.enabled.includes(action)) break;
        await walk.take(action);
        kinds.add(action);
      }
    }
    const all = explore(ktmModel(options)).actions.keys();
    expect([...kinds].map((action) => action.split(' ')[0]).sort()).toEqual([...all].sort());
  }, 180_000);

  it('stays within the model on random ways with up to three resource managers', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.nat({ max: 0x7ffffffe }), fc.array(fc.nat(), { minLength: 25, maxLength: 60 }), async (resourceManagers, superior, seed, choices) => {
        const walk = await Walk.start({ resourceManagers, superior, cuts: 2, deaths: 3 }, seed);
        for (const choice of choices) {
          const enabled = preferred(walk.enabled, choice);
          const action = enabled[choice % enabled.length];
          if (action === undefined) return;
          await walk.take(action);
          taken += 1;
        }
      }),
      { numRuns: 80, seed: 4, endOnFailure: true },
    );
    expect(taken).toBeGreaterThan(1000);
  }, 180_000);

  it.each(['commit', 'rollback'])('tells a resource manager that comes back too early INDOUBT, then the outcome: %s', async (outcome) => {
    const walk = await Walk.start({ resourceManagers: 2, cuts: 0, deaths: 1 }, 1);
    const first = ['commit', 'prePrepareComplete 0', 'prePrepareComplete 1', 'writePrepared 0', 'prepareComplete 0', 'die 0', 'start 0', 'recoverEnlistment 0', 'endRecovery 0', 'waitInDoubt 0'];
    const then = outcome === 'commit'
      ? ['writePrepared 1', 'prepareComplete 1', 'writeCommitted 0', 'commitComplete 0', 'writeCommitted 1', 'commitComplete 1']
      : ['refuse 1', 'writeAborted 0', 'rollbackComplete 0', 'writeAborted 1', 'rollbackComplete 1'];
    for (const action of [...first, ...then]) await walk.take(action);
    expect(walk.enabled).toEqual(expect.not.arrayContaining([expect.stringMatching(/[01]$/)]));
  });
});

/** What goes wrong is rarer than what goes on. */
function preferred(actions: readonly string[], choice: number): readonly string[] {
  const ordinary = actions.filter((action) => !/^(die|powerCut|cutIn|clientDies|rollback|refuse|readOnly|superiorDies|superiorGivesUp)/.test(action));
  return choice % 7 !== 0 && ordinary.length > 0 ? ordinary : actions;
}
