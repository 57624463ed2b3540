/**
 * What becomes of a VSS session whose requester is gone without a word: what it started is aborted, and the next requester finds the machine free.
 * (facts/vss.md 2.3)
 */
import * as path from 'node:path';
import { describeAbandoned } from './abandonment';
import { enter, stateNames, states } from './vss-abandoned-client';
import type { State, Surroundings } from './vss-abandoned-client';
import { options, surroundingsOn } from './vss-abandoned-program';

const aborts = 'IVssBackupComponents::AbortBackup';

jest.setTimeout(240_000); // against hanging only: a busy machine starts a Worker in seconds

describeAbandoned<State>('a requester', {
  states: stateNames,
  awaited: ['waiting for DoSnapshotSet', 'while an abort is under way'],
  client: path.join(__dirname, 'vss-abandoned-client.js'),
  program: path.join(__dirname, 'vss-abandoned-program.js'),
  machine: options,
  worker: (state, machine) => {
    const surroundings = surroundingsOn(machine);
    return Promise.resolve({
      data: { state },
      answer: (request) => {
        const [what, operation] = request as [keyof Surroundings, string];
        return surroundings[what](operation);
      },
    });
  },
  async enter(state, backend, machine) {
    await enter(state, backend, surroundingsOn(machine));
  },
  async tornDown(state, machine, callsOf) {
    const calls = await callsOf(aborts);
    expect(calls.length > 0).toBe(states[state].aborts);
    for (const { hresult } of calls) expect(hresult).toBe(0);
    await machine.control.vssSettled();
    expect(await machine.control.call('Vss::Status')).toMatchObject({ setInProgress: null, snapshots: 0 });
  },
  abort: { operation: aborts, state: 'after PrepareForBackup' },
  rounds: Array.from({ length: 8 }, () => 'waiting for DoSnapshotSet'),
});
