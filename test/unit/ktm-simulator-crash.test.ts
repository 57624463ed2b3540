/**
 * The power goes at every write and every sync of the log, and between any two calls, with one to four resource managers; of what was not
 * synced everything, nothing, a part, and all but each piece survives. Whatever comes back is one outcome, the one that was reported.
 */
import type { KernelHandle } from '../../lib/binding/functions';
import type { Keep } from '../../lib/simulator';
import type { SimulatedHost } from '../../lib/simulator/host';
import { settled } from '../../lib/simulator/scheduler';
import { Program, Rm, TWO_PHASE, codeOf, ktmMachine, rmId } from './ktm-rig';

type Own = 'none' | 'prepared' | 'committed' | 'aborted';

interface Ending {
  readonly host: SimulatedHost;
  /** What each resource manager's own durable record says. */
  readonly own: readonly Own[];
  readonly reported: 'ok' | number | undefined;
}

interface Result {
  readonly ending: Ending;
  readonly counts: ReadonlyMap<string, number>;
  readonly steps: number;
}

type Crash = { readonly at: string; readonly occurrence: number } | { readonly afterStep: number } | undefined;

/** What ends a step that never answers: its process has died. */
async function untilDead(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_PROCESS_DIED') return false;
    throw error;
  }
}

/** One transaction through every step, as far as the power lasts. `refuses`: the last resource manager does not prepare. */
async function run(count: number, refuses: boolean, crash: Crash): Promise<Result> {
  const { machine, host } = ktmMachine();
  const program = new Program(machine);
  const own: Own[] = Array.from({ length: count }, () => 'none');
  let reported: 'ok' | number | undefined;
  let steps = 0;
  const ending = (): Result => ({ ending: { host, own, reported }, counts: machine.faults.counts, steps });
  if (crash !== undefined && 'at' in crash) machine.faults.add({ ...crash, action: { powerCut: true } });
  const step = async (call: () => Promise<unknown>): Promise<boolean> => {
    steps += 1;
    if (!(await untilDead(call()))) return false;
    await settled();
    if (crash !== undefined && 'afterStep' in crash && crash.afterStep === steps) machine.powerCut();
    return program.process.alive;
  };
  const rms: Rm[] = [];
  const enlistments: KernelHandle[] = [];
  let manager: KernelHandle | undefined;
  let transaction: KernelHandle | undefined;
  if (!(await step(async () => (manager = await program.durableManager())))) return ending();
  if (!(await step(async () => {
    transaction = await program.ktm.createTransaction(0, 0, null);
    for (let index = 0; index < count && manager !== undefined; index += 1) {
      rms.push(await program.resourceManager(manager, rmId(index), 0));
      enlistments.push(await (rms[index] as Rm).enlist(transaction, TWO_PHASE));
    }
  }))) return ending();
  if (!(await step(async () => {
    if (transaction !== undefined) void codeOf(program.ktm.commitTransaction(transaction)).then((code) => (reported = code), () => undefined);
  }))) return ending();
  for (const [index, enlistment] of enlistments.entries()) {
    const refused = refuses && index === count - 1;
    if (!refused) own[index] = 'prepared';
    const answer = refused ? program.ktm.rollbackEnlistment : program.ktm.prepareComplete;
    if (!(await step(() => answer(enlistment, null)))) return ending();
  }
  for (const [index, enlistment] of enlistments.entries()) {
    // What it is told it writes down, then answers.
    const told: string[] = [];
    if (!(await step(async () => told.push(...(await (rms[index] as Rm).read()))))) return ending();
    const committed = told.includes('COMMIT');
    own[index] = committed ? 'committed' : 'aborted';
    const answer = committed ? program.ktm.commitComplete : program.ktm.rollbackComplete;
    if (!(await step(() => answer(enlistment, null)))) return ending();
  }
  return ending();
}

/** Everybody recovers after seed 004; what the log still holds afterwards is nothing. */
async function recover({ host, own }: Ending, keep: Keep): Promise<readonly Own[]> {
  const { machine } = ktmMachine({}, host.restart(keep));
  const program = new Program(machine);
  const manager = await program.durableManager();
  const after: Own[] = [...own];
  for (const index of own.keys()) {
    const rm = await program.restartResourceManager(manager, rmId(index));
    const all = await rm.recoverAll();
    for (const { told, handle } of all) {
      // A resource manager that has not prepared was never promised anything: KTM does not know it.
      expect(own[index]).not.toBe('none');
      after[index] = told === 'COMMIT' ? 'committed' : 'aborted';
      await (told === 'COMMIT' ? program.ktm.commitComplete : program.ktm.rollbackComplete)(handle, null);
    }
    if (all.length === 0 && own[index] === 'prepared') after[index] = 'aborted';
  }
  expect(machine.ktm.transactions).toEqual([]);
  return after;
}

/** What may survive of so many pieces: nothing, all, the first half, every second one, all but each one. */
function survivals(pieces: number): readonly Keep[] {
  const each = Array.from({ length: pieces }, (_, index) => index);
  return [
    () => false, () => true, (_piece, index) => 2 * index < pieces, (_piece, index) => index % 2 === 0,
    ...each.map((lost): Keep => (_piece, index) => index !== lost),
  ];
}

let restarts = 0;

async function check(ending: Ending): Promise<void> {
  for (const keep of survivals(ending.host.files.unsynced.length)) {
    restarts += 1;
    const after = await recover(ending, keep);
    const outcomes = new Set(after.filter((own) => own === 'committed' || own === 'aborted'));
    expect(outcomes.size).toBeLessThanOrEqual(1);
    // Nobody who was told loses it, and the client was told the truth.
    for (const [index, own] of ending.own.entries()) if (own === 'committed' || own === 'aborted') expect(after[index]).toBe(own);
    if (ending.reported === 'ok') expect([...outcomes]).toEqual(['committed']);
    if (ending.reported !== undefined && ending.reported !== 'ok') expect(outcomes.has('committed')).toBe(false);
  }
}

describe.each([1, 2, 3, 4])('with %i resource managers, recovery is to one outcome', (count) => {
  it.each([['that all commit', false], ['that the last one refuses', true]] as const)('after a power cut at every write and sync of a transaction %s', async (_what, refuses) => {
    const { counts, ending } = await run(count, refuses, undefined);
    expect(new Set(ending.own)).toEqual(new Set([refuses ? 'aborted' : 'committed']));
    let crashes = 0;
    for (const at of ['ktm.log.write', 'ktm.log.sync', 'ktm.log.synced']) {
      for (let occurrence = 1; occurrence <= (counts.get(at) ?? 0); occurrence += 1) {
        crashes += 1;
        await check((await run(count, refuses, { at, occurrence })).ending);
      }
    }
    // The votes, the decision and the answers are written; the decision is synced.
    if (!refuses) expect(crashes).toBe(2 * count + 3);
  }, 60_000);

  it.each([['that all commit', false], ['that the last one refuses', true]] as const)('after a power cut between any two calls of a transaction %s', async (_what, refuses) => {
    const { steps } = await run(count, refuses, undefined);
    for (let afterStep = 1; afterStep <= steps; afterStep += 1) await check((await run(count, refuses, { afterStep })).ending);
    expect(restarts).toBeGreaterThan(steps);
  }, 60_000);
});
