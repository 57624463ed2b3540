/** Every answer of a resource manager in every state of its enlistment, and every client's call in every state of the transaction (facts/ktm-tmf-mts.md 1.8, 2.1). */
import type { KernelHandle } from '../../lib/binding/functions';
import { KtmClient, NOT_REQUESTED as N, NOT_VALID as V, PHASES, SINGLE, TWO_PHASES, at } from './ktm-client';
import type { ResourceManagerClient } from './ktm-client';
import { outcome, useRig } from './rig';

const rig = useRig();

const answers = ['prePrepareComplete', 'prepareComplete', 'commitComplete', 'rollbackComplete', 'readOnlyEnlistment', 'singlePhaseReject', 'rollbackEnlistment'] as const;

/** A cell for each answer. An enlistment that nobody has asked anything may still say that it changes nothing (2.1 rules 2 and 4). */
const table = {
  Active: [N, N, N, N, 'ok', N, 'ok'],
  PrePreparing: ['ok', N, N, N, 'ok', N, 'ok'],
  PrePrepared: [N, N, N, N, 'ok', N, 'ok'],
  Preparing: [N, 'ok', N, N, 'ok', N, 'ok'],
  Prepared: [N, N, N, N, N, N, V],
  CommittedNotify: [N, N, 'ok', N, N, N, V],
  Committed: [N, N, N, N, N, N, V],
  Aborting: [N, N, N, 'ok', N, N, V],
  Aborted: [N, N, N, N, N, N, V],
  ReadOnly: [N, N, N, N, N, N, V],
  Delegated: [N, N, 'ok', N, N, 'ok', 'ok'],
} as const;
type State = keyof typeof table;

interface Situation {
  readonly client: KtmClient;
  readonly transaction: KernelHandle;
  readonly enlistment: KernelHandle;
  readonly other: KernelHandle | undefined;
  readonly rms: readonly ResourceManagerClient[];
}

/** An enlistment in that state; another one holds every barrier that it must not pass. */
async function situation(state: State): Promise<Situation> {
  const client = await KtmClient.open(rig());
  const { ktm } = client;
  const rms = await client.volatileResourceManagers(2);
  const transaction = await client.transaction();
  const enlistment = await at(rms, 0).enlist(transaction, state === 'Delegated' ? SINGLE : PHASES);
  const other = state === 'Delegated' ? undefined : await at(rms, 1).enlist(transaction);
  const whole = { client, transaction, enlistment, other, rms };
  if (state === 'Active') return whole;
  if (state === 'Aborting' || state === 'Aborted') {
    await ktm.rollbackTransaction(transaction);
    if (state === 'Aborted') await ktm.rollbackComplete(enlistment, null);
    return whole;
  }
  await ktm.commitTransactionAsync(transaction);
  if (state === 'PrePreparing' || other === undefined) return whole;
  await ktm.prePrepareComplete(enlistment, null);
  if (state === 'PrePrepared') return whole;
  await ktm.prePrepareComplete(other, null);
  if (state === 'Preparing') return whole;
  if (state === 'ReadOnly') {
    await ktm.readOnlyEnlistment(enlistment, null);
    return whole;
  }
  await ktm.prepareComplete(enlistment, null);
  if (state === 'Prepared') return whole;
  await ktm.prepareComplete(other, null);
  if (state === 'CommittedNotify') return whole;
  await ktm.commitComplete(enlistment, null);
  return whole;
}

describe.each(Object.keys(table) as State[])('an enlistment that is %s', (state) => {
  it.each(answers.map((answer, index) => [answer, table[state][index]] as const))('answers %s with %s', async (answer, expected) => {
    const { client, enlistment } = await situation(state);
    expect(await outcome(client.ktm[answer](enlistment, null))).toBe(expected);
  });
});

/** What clients may still do: commit, roll back, enlist with PREPREPARE, enlist without it. */
const transactions = [
  ['Active', 'ok', 'ok', 'ok', 'ok'],
  ['PrePreparing', V, 'ok', 'ERROR_TRANSACTION_MUST_WRITETHROUGH', 'ok'],
  ['Preparing', V, 'ok', 'ERROR_TRANSACTION_NOT_ACTIVE', 'ERROR_TRANSACTION_NOT_ACTIVE'],
  ['CommittedNotify', 'ERROR_TRANSACTION_ALREADY_COMMITTED', 'ERROR_TRANSACTION_ALREADY_COMMITTED', 'ERROR_TRANSACTION_NOT_ACTIVE', 'ERROR_TRANSACTION_NOT_ACTIVE'],
  ['Aborting', 'ERROR_TRANSACTION_ALREADY_ABORTED', 'ok', 'ERROR_TRANSACTION_NOT_ACTIVE', 'ERROR_TRANSACTION_NOT_ACTIVE'],
  ['Delegated', V, V, 'ERROR_TRANSACTION_NOT_ACTIVE', 'ERROR_TRANSACTION_NOT_ACTIVE'],
] as const;

describe.each(transactions)('a transaction whose enlistment is %s', (state, commit, rollback, enlist, enlistLate) => {
  it(`answers a commit with ${commit}`, async () => {
    const { client, transaction } = await situation(state);
    expect(await outcome(client.ktm.commitTransactionAsync(transaction))).toBe(commit);
  });

  it(`answers a rollback with ${rollback}`, async () => {
    const { client, transaction } = await situation(state);
    expect(await outcome(client.ktm.rollbackTransaction(transaction))).toBe(rollback);
  });

  it(`answers an enlistment with ${enlist}, and one without PREPREPARE with ${enlistLate}`, async () => {
    const { transaction, rms } = await situation(state);
    expect(await outcome(at(rms, 1).enlist(transaction, PHASES))).toBe(enlist);
    expect(await outcome(at(rms, 1).enlist(transaction, TWO_PHASES))).toBe(enlistLate);
  });
});
