import { explore } from '../checker/checker';
import type { Model, Step } from '../checker/checker';
import { transactionCommit, twoPhaseCommit } from '../checker/transaction-commit';

describe('the explicit-state checker, against the counts that TLC publishes for three resource managers (facts/ktm-tmf-mts.md 7)', () => {
  it('finds 34 distinct states of 94 generated in transaction commit, at depth 7', () => {
    expect(explore(transactionCommit(3))).toMatchObject({ distinct: 34, generated: 94, depth: 7, violation: undefined });
  });

  it('finds 288 distinct states of 1,146 generated in two-phase commit, at depth 11', () => {
    expect(explore(twoPhaseCommit(3))).toMatchObject({ distinct: 288, generated: 1146, depth: 11, violation: undefined });
  });
});

describe('a violation', () => {
  it('comes with the name of the invariant and a shortest way to it', () => {
    const model = twoPhaseCommit(2);
    // A manager that commits when it has heard of one.
    const hasty: Model<(typeof model.initial)[number]> = {
      ...model,
      *next(state): Iterable<Step<(typeof model.initial)[number]>> {
        yield* model.next(state);
        if (state.manager === 'init' && state.heard.includes(true)) yield { action: 'hasty', state: { ...state, manager: 'committed', decided: 'commit' } };
      },
    };
    const { violation } = explore(hasty);
    expect(violation?.invariant).toBe('consistent');
    const [initial, ...rest] = violation?.trace.map(({ action }) => action) ?? [];
    expect(initial).toBe('initial');
    expect(rest.sort()).toEqual(['choosesToAbort', 'hasty', 'hearsCommit', 'managerHears', 'prepares']);
  });
});
