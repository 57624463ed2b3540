/** What it means to commit, and two-phase commit: the two specifications of Gray and Lamport, "Consensus on Transaction Commit" (2006), written anew. */
import type { Model, Step } from './checker';

type RmState = 'working' | 'prepared' | 'committed' | 'aborted';

const replaced = <T>(list: readonly T[], index: number, value: T): readonly T[] => list.map((each, at) => (at === index ? value : each));
const neverBoth = (rms: readonly RmState[]): boolean => !(rms.includes('committed') && rms.includes('aborted'));

/** Section 2: each resource manager prepares, and commits once all have, or aborts while none has committed. */
export function transactionCommit(count: number): Model<readonly RmState[]> {
  return {
    initial: [Array.from({ length: count }, () => 'working' as const)],
    *next(rms): Iterable<Step<readonly RmState[]>> {
      const mayCommit = rms.every((rm) => rm === 'prepared' || rm === 'committed');
      const mayAbort = !rms.includes('committed');
      for (const [index, rm] of rms.entries()) {
        if (rm === 'working') yield { action: 'prepare', state: replaced(rms, index, 'prepared') };
        if (rm === 'prepared' && mayCommit) yield { action: 'commit', state: replaced(rms, index, 'committed') };
        if ((rm === 'working' || rm === 'prepared') && mayAbort) yield { action: 'abort', state: replaced(rms, index, 'aborted') };
      }
    },
    encode: (rms) => rms.join(),
    invariants: { consistent: neverBoth },
  };
}

interface TwoPhase {
  readonly rms: readonly RmState[];
  readonly manager: 'init' | 'committed' | 'aborted';
  /** Whose Prepared has reached the manager. */
  readonly heard: readonly boolean[];
  /** Messages are never taken back: who has sent Prepared, and what the manager has. */
  readonly sent: readonly boolean[];
  readonly decided: 'none' | 'commit' | 'abort';
}

/** Section 3. */
export function twoPhaseCommit(count: number): Model<TwoPhase> {
  const none = Array.from({ length: count }, () => false);
  return {
    initial: [{ rms: none.map(() => 'working' as const), manager: 'init', heard: none, sent: none, decided: 'none' }],
    *next(state): Iterable<Step<TwoPhase>> {
      const { rms, manager, heard, sent, decided } = state;
      if (manager === 'init') {
        if (heard.every(Boolean)) yield { action: 'managerCommits', state: { ...state, manager: 'committed', decided: 'commit' } };
        yield { action: 'managerAborts', state: { ...state, manager: 'aborted', decided: 'abort' } };
      }
      for (const [index, rm] of rms.entries()) {
        const became = (next: RmState): TwoPhase => ({ ...state, rms: replaced(rms, index, next) });
        if (manager === 'init' && sent[index] === true) yield { action: 'managerHears', state: { ...state, heard: replaced(heard, index, true) } };
        if (rm === 'working') {
          yield { action: 'prepares', state: { ...became('prepared'), sent: replaced(sent, index, true) } };
          yield { action: 'choosesToAbort', state: became('aborted') };
        }
        if (decided === 'commit') yield { action: 'hearsCommit', state: became('committed') };
        if (decided === 'abort') yield { action: 'hearsAbort', state: became('aborted') };
      }
    },
    encode: (state) => JSON.stringify(state),
    invariants: { consistent: ({ rms }) => neverBoth(rms) },
  };
}
