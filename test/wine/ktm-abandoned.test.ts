/** What becomes of transactions whose client is gone without a word: they are rolled back, every handle is closed, and the process neither crashes nor hangs. */
import * as path from 'node:path';
import { nativeBackend } from '../../lib/binding/native';
import { ResourceManager, Transaction, TransactionManager } from '../../lib/ktm';
import { describeAbandoned } from './abandonment';
import { enter, states } from './ktm-abandoned-client';
import type { State } from './ktm-abandoned-client';
import { clientWaits } from './ktm-abandoned-program';
import { openWineMachine } from './wine-machine';

const rollsBack = 'KtmW32::RollbackTransaction';

jest.setTimeout(240_000); // against hanging only: a busy machine starts a Worker in seconds

// The threads that KTM's functions keep for their next calls are there before anything is counted.
beforeAll(async () => {
  const machine = await openWineMachine();
  const backend = nativeBackend();
  const manager = await TransactionManager.create({ backend, volatile: true });
  const resourceManager = await ResourceManager.create(manager, { id: 'd6c5f6d1-6a3e-4ad4-9a5e-5a8cf4a0b7e2', volatile: true });
  const transactions = await Promise.all(Array.from({ length: 6 }, () => Transaction.create({ backend })));
  await Promise.all(transactions.map((transaction) => transaction.rollback()));
  for (const object of [...transactions, resourceManager, manager]) await object.close();
  await machine.close();
});

describeAbandoned<State>('a client of KTM', {
  states,
  awaited: ['waiting for a notification by the completion port', 'waiting for a notification in slices', 'with a notification that it has not answered', 'waiting for a commit'],
  client: path.join(__dirname, 'ktm-abandoned-client.js'),
  program: path.join(__dirname, 'ktm-abandoned-program.js'),
  // A slice of a wait ends with the machine's time.
  machine: { clock: 'real' },
  worker: (state, machine) => Promise.resolve({ data: { state }, answer: (operation) => clientWaits(machine.control, String(operation)) }),
  async enter(state, backend, machine) {
    await enter(state, backend, (operation) => clientWaits(machine.control, operation));
  },
  async tornDown(_state, machine, callsOf) {
    expect((await callsOf(rollsBack)).at(-1)?.hresult).toBeDefined();
    for (const { hresult } of await callsOf('KtmW32::CommitTransaction')) expect(hresult).toBeDefined();
    const transactions = (await machine.control.call('Ktm::Transactions')) as unknown as readonly { state: string; outcome: string }[];
    expect(transactions.filter(({ outcome }) => outcome === 'Committed')).toEqual([]);
    expect(transactions.filter(({ state: each }) => each === 'Active' || each === 'Preparing')).toEqual([]);
  },
  abort: { operation: rollsBack, state: 'with a transaction open' },
  rounds: Array.from({ length: 12 }, (_, round) => states[round % states.length] ?? states[0]),
});
