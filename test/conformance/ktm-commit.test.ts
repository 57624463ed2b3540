/** The phases of a commit and their barriers, single phase, superiors, and who may roll back (facts/ktm-tmf-mts.md 2.1 to 2.3). */
import type { KernelHandle } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { settled } from '../../lib/simulator/scheduler';
import { TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_OUTCOME } from '../../lib/binding/ktm-codes';
import { KtmClient, NOT_VALID, PHASES, SINGLE, SUPERIOR, TWO_PHASES, at } from './ktm-client';
import type { ResourceManagerClient } from './ktm-client';
import { outcome, useRig } from './rig';

const rig = useRig();

interface Situation {
  readonly client: KtmClient;
  readonly transaction: KernelHandle;
  readonly rms: readonly ResourceManagerClient[];
  readonly enlistments: readonly KernelHandle[];
}

/** A resource manager for each mask, enlisted. */
async function enlisted(...masks: readonly number[]): Promise<Situation> {
  const client = await KtmClient.open(rig());
  const rms = await client.volatileResourceManagers(masks.length);
  const transaction = await client.transaction();
  const enlistments: KernelHandle[] = [];
  for (const [index, mask] of masks.entries()) enlistments.push(await at(rms, index).enlist(transaction, mask, { key: index + 1 }));
  return { client, transaction, rms, enlistments };
}

/** CommitTransaction, once its call has reached KTM: the calls of a process that wait are made by threads that are not in step. */
async function commitBegun(ktm: KtmW32, transaction: KernelHandle): Promise<{ readonly committed: Promise<void> }> {
  const { control } = rig();
  const operation = 'KtmW32::CommitTransaction';
  const before = (await control.calls({ operation })).length;
  const committed = ktm.commitTransaction(transaction);
  // A machine in another process needs the event loop's turn to hear of the call.
  while ((await control.calls({ operation })).length === before) await settled();
  return { committed };
}

const told = (rms: readonly ResourceManagerClient[]): Promise<readonly (readonly string[])[]> => Promise.all(rms.map((rm) => rm.told()));

describe('a commit', () => {
  it('asks in three phases, and nobody before all have answered the one before', async () => {
    const { client: { ktm }, transaction, rms, enlistments } = await enlisted(PHASES, PHASES, TWO_PHASES);
    const [a, b, c] = [at(enlistments, 0), at(enlistments, 1), at(enlistments, 2)];
    const { committed } = await commitBegun(ktm, transaction);
    expect(await told(rms)).toEqual([['PREPREPARE'], ['PREPREPARE'], []]);
    await ktm.prePrepareComplete(a, null);
    expect(await told(rms)).toEqual([[], [], []]);
    await ktm.prePrepareComplete(b, null);
    expect(await told(rms)).toEqual([['PREPARE'], ['PREPARE'], ['PREPARE']]);
    await ktm.prepareComplete(a, null);
    await ktm.prepareComplete(b, null);
    expect(await told(rms)).toEqual([[], [], []]);
    await ktm.prepareComplete(c, null);
    expect(await told(rms)).toEqual([['COMMIT'], ['COMMIT'], ['COMMIT']]);
    for (const enlistment of enlistments) await ktm.commitComplete(enlistment, null);
    expect(await outcome(committed)).toBe('ok');
  });

  it('brings the key of each enlistment back', async () => {
    const { client: { ktm }, transaction, rms } = await enlisted(TWO_PHASES, TWO_PHASES);
    await ktm.commitTransactionAsync(transaction);
    expect((await at(rms, 0).notifications()).map(({ key }) => key)).toEqual([1n]);
    expect((await at(rms, 1).notifications()).map(({ key }) => key)).toEqual([2n]);
  });

  it('of a transaction without participants succeeds at once', async () => {
    const { client, transaction } = await enlisted();
    expect(await outcome(client.ktm.commitTransaction(transaction))).toBe('ok');
    expect(await client.outcomeOf(transaction)).toBe(TRANSACTION_OUTCOME.Committed);
  });

  it('tells a read-only participant nothing more', async () => {
    const { client: { ktm }, transaction, rms, enlistments } = await enlisted(PHASES, PHASES);
    await ktm.commitTransactionAsync(transaction);
    await ktm.readOnlyEnlistment(at(enlistments, 0), null);
    await ktm.prePrepareComplete(at(enlistments, 1), null);
    await ktm.prepareComplete(at(enlistments, 1), null);
    expect(await told(rms)).toEqual([['PREPREPARE'], ['PREPREPARE', 'PREPARE', 'COMMIT']]);
  });

  it('becomes a rollback for everybody when one refuses before it has prepared', async () => {
    const { client, transaction, rms, enlistments } = await enlisted(TWO_PHASES, TWO_PHASES);
    const { ktm } = client;
    const { committed } = await commitBegun(ktm, transaction);
    await ktm.prepareComplete(at(enlistments, 0), null);
    await ktm.rollbackEnlistment(at(enlistments, 1), null);
    expect(await outcome(committed)).toBe('ERROR_TRANSACTION_ALREADY_ABORTED');
    expect(await told(rms)).toEqual([['PREPARE', 'ROLLBACK'], ['PREPARE', 'ROLLBACK']]);
    expect(await client.outcomeOf(transaction)).toBe(TRANSACTION_OUTCOME.Aborted);
  });

  it('cannot be refused any more by who has prepared', async () => {
    const { client: { ktm }, transaction, enlistments } = await enlisted(TWO_PHASES, TWO_PHASES);
    await ktm.commitTransactionAsync(transaction);
    await ktm.prepareComplete(at(enlistments, 0), null);
    expect(await outcome(ktm.rollbackEnlistment(at(enlistments, 0), null))).toBe(NOT_VALID);
  });

  it('in a single phase is left to the only participant that asked for it', async () => {
    const { client: { ktm }, transaction, rms, enlistments } = await enlisted(SINGLE);
    const { committed } = await commitBegun(ktm, transaction);
    expect(await told(rms)).toEqual([['SINGLE_PHASE_COMMIT']]);
    await ktm.commitComplete(at(enlistments, 0), null);
    expect(await outcome(committed)).toBe('ok');
  });

  it('goes through its phases when the single phase is rejected', async () => {
    const { client: { ktm }, transaction, rms, enlistments } = await enlisted(SINGLE);
    await ktm.commitTransactionAsync(transaction);
    await ktm.singlePhaseReject(at(enlistments, 0), null);
    expect(await told(rms)).toEqual([['SINGLE_PHASE_COMMIT', 'PREPREPARE']]);
  });

  it('is not in a single phase when there are two participants', async () => {
    const { client: { ktm }, transaction, rms } = await enlisted(SINGLE, PHASES);
    await ktm.commitTransactionAsync(transaction);
    expect(await told(rms)).toEqual([['PREPREPARE'], ['PREPREPARE']]);
  });

  it('raises the virtual clock', async () => {
    const client = await KtmClient.open(rig());
    const manager = await client.volatileManager();
    const rm = await client.resourceManager(manager, { volatile: true });
    const before = await client.ktm.getCurrentClockTransactionManager(manager);
    const transaction = await client.transaction();
    await rm.enlist(transaction);
    await client.ktm.commitTransactionAsync(transaction);
    expect(await client.ktm.getCurrentClockTransactionManager(manager)).toBe(before + 1n);
  });
});

describe('a rollback', () => {
  it('by the client reaches everybody', async () => {
    const { client: { ktm }, transaction, rms, enlistments } = await enlisted(PHASES, TWO_PHASES);
    await ktm.rollbackTransaction(transaction);
    expect(await told(rms)).toEqual([['ROLLBACK'], ['ROLLBACK']]);
    for (const enlistment of enlistments) expect(await outcome(ktm.rollbackComplete(enlistment, null))).toBe('ok');
  });

  it('follows when the last handle of the transaction is closed', async () => {
    const { transaction, rms } = await enlisted(TWO_PHASES);
    await transaction.close();
    expect(await told(rms)).toEqual([['ROLLBACK']]);
  });

  it('follows when an enlistment is closed that has not prepared', async () => {
    const { rms, enlistments } = await enlisted(TWO_PHASES, TWO_PHASES);
    await at(enlistments, 0).close();
    expect(await at(rms, 1).told()).toEqual(['ROLLBACK']);
  });

  it('follows when the last handle of a resource manager is closed that has not prepared', async () => {
    const { rms } = await enlisted(TWO_PHASES, TWO_PHASES);
    await at(rms, 0).handle.close();
    expect(await at(rms, 1).told()).toEqual(['ROLLBACK']);
  });

  it('follows when the time is over, unless all have prepared', async () => {
    const client = await KtmClient.open(rig());
    const rms = await client.volatileResourceManagers(2);
    const early = await client.transaction(1000);
    const late = await client.transaction(1000);
    await at(rms, 0).enlist(early, TWO_PHASES);
    const enlistment = await at(rms, 1).enlist(late, TWO_PHASES);
    await client.ktm.commitTransactionAsync(late);
    await client.ktm.prepareComplete(enlistment, null);
    await rig().control.advance(1000);
    expect(await told(rms)).toEqual([['ROLLBACK'], ['PREPARE', 'COMMIT']]);
  });
});

describe('a superior', () => {
  interface Driven extends Situation {
    readonly superior: KernelHandle;
    readonly boss: ResourceManagerClient;
  }
  async function driven(superiorMask: number, ...masks: readonly number[]): Promise<Driven> {
    const situation = await enlisted(...masks);
    const [boss] = await situation.client.volatileResourceManagers(1);
    if (boss === undefined) throw new Error('no superior');
    return { ...situation, boss, superior: await boss.enlist(situation.transaction, superiorMask, { superior: true }) };
  }

  it('may be of another manager only with a coordinator above both', async () => {
    expect(await outcome(driven(SUPERIOR, TWO_PHASES))).toBe('ERROR_TRANSACTION_PROPAGATION_FAILED');
  });

  /** All of one manager. */
  async function drivenHere(superiorMask: number, mask: number): Promise<{ client: KtmClient; transaction: KernelHandle; boss: ResourceManagerClient; rm: ResourceManagerClient; superior: KernelHandle; enlistment: KernelHandle }> {
    const client = await KtmClient.open(rig());
    const rms = await client.volatileResourceManagers(2);
    const transaction = await client.transaction();
    const [boss, rm] = [at(rms, 0), at(rms, 1)];
    const superior = await boss.enlist(transaction, superiorMask, { superior: true });
    return { client, transaction, boss, rm, superior, enlistment: await rm.enlist(transaction, mask) };
  }

  it('drives the phases and is told the end of each', async () => {
    const { client: { ktm }, boss, rm, superior, enlistment } = await drivenHere(SUPERIOR, PHASES);
    await ktm.prePrepareEnlistment(superior, null);
    expect(await rm.told()).toEqual(['PREPREPARE']);
    await ktm.prePrepareComplete(enlistment, null);
    expect(await boss.told()).toEqual(['PREPREPARE_COMPLETE']);
    await ktm.prepareEnlistment(superior, null);
    await ktm.prepareComplete(enlistment, null);
    expect([await rm.told(), await boss.told()]).toEqual([['PREPARE'], ['PREPARE_COMPLETE']]);
    await ktm.commitEnlistment(superior, null);
    expect(await rm.told()).toEqual(['COMMIT']);
    await ktm.commitComplete(enlistment, null);
    expect(await boss.told()).toEqual(['COMMIT_COMPLETE']);
  });

  it('rolls back instead', async () => {
    const { client: { ktm }, boss, rm, superior, enlistment } = await drivenHere(SUPERIOR, TWO_PHASES);
    await ktm.prepareEnlistment(superior, null);
    await ktm.rollbackEnlistment(superior, null);
    expect(await rm.told()).toEqual(['PREPARE', 'ROLLBACK']);
    await ktm.rollbackComplete(enlistment, null);
    expect(await boss.told()).toEqual(['ROLLBACK_COMPLETE']);
  });

  it('alone commits: a client is refused, or asks it', async () => {
    const refused = await drivenHere(SUPERIOR, TWO_PHASES);
    expect(await outcome(refused.client.ktm.commitTransaction(refused.transaction))).toBe('ERROR_TRANSACTION_SUPERIOR_EXISTS');
    const asked = await drivenHere(SUPERIOR | NOTIFY.COMMIT_REQUEST, TWO_PHASES);
    await asked.client.ktm.commitTransactionAsync(asked.transaction);
    expect(await asked.boss.told()).toEqual(['COMMIT_REQUEST']);
  });

  it('is one', async () => {
    const { transaction, rm } = await drivenHere(SUPERIOR, TWO_PHASES);
    expect(await outcome(rm.enlist(transaction, SUPERIOR, { superior: true }))).toBe('ERROR_TRANSACTION_SUPERIOR_EXISTS');
  });

  it.each([
    ['prePrepareEnlistment', NOTIFY.PREPREPARE_COMPLETE], ['prepareEnlistment', NOTIFY.PREPARE_COMPLETE], ['commitEnlistment', NOTIFY.COMMIT_COMPLETE],
  ] as const)('must have asked to be told the end before it calls %s', async (demand, bit) => {
    const { client: { ktm }, superior } = await drivenHere(SUPERIOR & ~bit, TWO_PHASES);
    expect(await outcome(ktm[demand](superior, null))).toBe('ERROR_TRANSACTION_RESPONSE_NOT_ENLISTED');
  });

  it.each(['prePrepareEnlistment', 'prepareEnlistment', 'commitEnlistment'] as const)('and nobody else calls %s', async (demand) => {
    const { client: { ktm }, enlistment } = await drivenHere(SUPERIOR, TWO_PHASES);
    expect(await outcome(ktm[demand](enlistment, null))).toBe('ERROR_ENLISTMENT_NOT_SUPERIOR');
  });
});
