/** A VSS snapshot and transactions (facts/ktm-tmf-mts.md 2.6): who is in the middle of a commit holds up the freeze, and nobody begins one meanwhile. */
import type { KernelHandle } from '../../lib/binding/functions';
import type { SimulatedClock } from '../../lib/simulator/clock';
import { settled } from '../../lib/simulator/scheduler';
import type { SimulatedWindows } from '../../lib/simulator/machine';
import { FULL, Program, TWO_PHASE } from './ktm-rig';
import type { Rm } from './ktm-rig';
import { FINISHED, Requester, WRITER_A, codeName, handledWriter, vssMachine } from './vss-requester';
import type { VssWriter } from '../../lib/simulator/vss';

interface Stage {
  readonly machine: SimulatedWindows;
  readonly clock: SimulatedClock;
  readonly requester: Requester;
  readonly program: Program;
  readonly rm: Rm;
  readonly transaction: KernelHandle;
  readonly enlistment: KernelHandle;
}

async function stage(mask: number, handlers: Omit<VssWriter, 'metadata'> = {}): Promise<Stage> {
  const { machine, clock } = vssMachine({ writers: [handledWriter('a', WRITER_A, handlers)] });
  const requester = await Requester.on(machine);
  await requester.prepared();
  const program = new Program(machine);
  const rm = await program.resourceManager(await program.volatileManager());
  const transaction = await program.ktm.createTransaction(0, 0, null);
  return { machine, clock, requester, program, rm, transaction, enlistment: await rm.enlist(transaction, mask) };
}

/** DoSnapshotSet's status, while the clock runs. */
async function create({ requester, clock }: Stage): Promise<number> {
  let status: number | undefined;
  void requester.create().then((value) => (status = value));
  for (let second = 0; second < 120 && status === undefined; second += 1) await clock.advance(1000);
  if (status === undefined) throw new Error('DoSnapshotSet does not end');
  return status;
}

const blocked = ({ machine }: Stage): readonly string[] => machine.eventLog.entries.filter(({ source, eventId }) => source === 'Microsoft-Windows-Kernel-Tm' && eventId === 2).map(({ message }) => message);

describe('a snapshot', () => {
  it('is not held up by a transaction that is active, nor by one that is over', async () => {
    const at = await stage(FULL);
    const other = await at.program.ktm.createTransaction(0, 0, null);
    await at.program.ktm.commitTransaction(other);
    expect(await create(at)).toBe(FINISHED);
    expect(blocked(at)).toEqual([]);
  });

  it.each([['pre-prepare', FULL], ['prepare', TWO_PHASE]])('fails when a transaction stays in %s (event 2), and nothing of it hinders the transaction', async (_phase, mask) => {
    const at = await stage(mask);
    const { program: { ktm }, transaction, enlistment, rm } = at;
    await ktm.commitTransactionAsync(transaction);
    expect(codeName(await create(at))).toBe('VSS_E_TRANSACTION_FREEZE_TIMEOUT');
    expect(blocked(at)).toEqual([expect.stringContaining(await ktm.getTransactionId(transaction))]);
    if (mask === FULL) await ktm.prePrepareComplete(enlistment, null);
    await ktm.prepareComplete(enlistment, null);
    expect((await rm.read()).at(-1)).toBe('COMMIT');
  });

  it('waits for a commit under way to end', async () => {
    const at = await stage(TWO_PHASE);
    const { program: { ktm }, transaction, enlistment, clock } = at;
    await ktm.commitTransactionAsync(transaction);
    let status: number | undefined;
    void at.requester.create().then((value) => (status = value));
    await clock.advance(5000);
    expect(status).toBeUndefined();
    await ktm.prepareComplete(enlistment, null);
    await ktm.commitComplete(enlistment, null);
    await clock.advance(1000);
    expect(status).toBe(FINISHED);
    expect(blocked(at)).toEqual([]);
  });

  it('holds back a commit that begins while transactions are frozen, until the thaw', async () => {
    const seen: (readonly string[])[] = [];
    const at = await stage(TWO_PHASE, {
      onThaw: async () => {
        seen.push(await at.rm.read());
      },
    });
    const { machine, program: { ktm }, transaction, rm } = at;
    let asked: Promise<void> | undefined;
    // The provider's commit, with writes held.
    const event = machine.event.bind(machine);
    machine.event = async (name, process) => {
      if (name === 'vss.flush') {
        asked = ktm.commitTransactionAsync(transaction);
        await settled();
        expect(await rm.read()).toEqual([]);
        expect(machine.ktm.transactions[0]?.state).toBe('Active');
      }
      return event(name, process);
    };
    expect(await create(at)).toBe(FINISHED);
    await asked;
    expect(seen).toEqual([['PREPARE']]);
  });
});
