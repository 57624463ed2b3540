import { settled } from '../../lib/simulator/scheduler';
import { FULL, Program, codeOf, ktmMachine, rmId, LOG, TWO_PHASE } from './ktm-rig';
import { SimulatedHost } from '../../lib/simulator/host';
import type { Keep } from '../../lib/simulator/disk';

function afterPowerCut(host: SimulatedHost, keep?: Keep): ReturnType<typeof ktmMachine> {
  return ktmMachine({}, host.restart(keep));
}

describe('the commit of a volatile transaction', () => {
  it('goes through pre-prepare, prepare and commit, each phase after every answer of the one before', async () => {
    const { machine } = ktmMachine();
    const program = new Program(machine);
    const { ktm } = program;
    const manager = await program.volatileManager();
    const [one, two] = [await program.resourceManager(manager, rmId(1)), await program.resourceManager(manager, rmId(2))];
    const transaction = await ktm.createTransaction(0, 0, 'both');
    const [first, second] = [await one.enlist(transaction, FULL, 11), await two.enlist(transaction, FULL, 22)];
    let answered = false;
    const committed = ktm.commitTransaction(transaction).then(() => (answered = true));
    await settled();
    expect([await one.read(), await two.read()]).toEqual([['PREPREPARE'], ['PREPREPARE']]);
    await ktm.prePrepareComplete(first, null);
    expect([await one.read(), await two.read()]).toEqual([[], []]);
    await ktm.prePrepareComplete(second, null);
    expect([await one.read(), await two.read()]).toEqual([['PREPARE'], ['PREPARE']]);
    await ktm.prepareComplete(second, null);
    expect([await one.read(), await two.read()]).toEqual([[], []]);
    await ktm.prepareComplete(first, null);
    expect([await one.read(), await two.read()]).toEqual([['COMMIT'], ['COMMIT']]);
    await ktm.commitComplete(first, null);
    expect(answered).toBe(false);
    expect((await ktm.getTransactionInformation(transaction)).outcome).toBe(2);
    await ktm.commitComplete(second, null);
    await committed;
    expect(await codeOf(ktm.commitTransaction(transaction))).toBe(6705);
  });
});

describe('the recovery of a durable transaction', () => {
  it('redelivers COMMIT after a power cut once everybody has prepared', async () => {
    const { machine, host } = ktmMachine();
    const program = new Program(machine);
    const { ktm } = program;
    const manager = await program.durableManager();
    const one = await program.resourceManager(manager, rmId(1), 0);
    const two = await program.resourceManager(manager, rmId(2), 0);
    const transaction = await ktm.createTransaction(0, 0, null);
    const uow = await ktm.getTransactionId(transaction);
    const first = await one.enlist(transaction, TWO_PHASE);
    const second = await two.enlist(transaction, TWO_PHASE);
    await ktm.commitTransactionAsync(transaction);
    await ktm.prepareComplete(first, null);
    await ktm.prepareComplete(second, null);
    expect(await one.read()).toEqual(['PREPARE', 'COMMIT']);
    await ktm.commitComplete(first, null);
    machine.powerCut();
    const next = afterPowerCut(host, () => false);
    const again = new Program(next.machine);
    const reopened = await again.durableManager(LOG);
    const rm = await again.restartResourceManager(reopened, rmId(1));
    const [recovered] = await rm.recoverAll();
    expect(recovered).toMatchObject({ unitOfWork: uow, told: 'COMMIT' });
    expect(await again.restartResourceManager(reopened, rmId(3)).then((each) => each.read())).toEqual(['LAST_RECOVER']);
  });
});
