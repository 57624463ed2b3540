/** What becomes of a device set whose client is gone without a word: it is aborted and closed, and the process neither crashes nor hangs. */
import * as path from 'node:path';
import { enter, states } from './abandoned-client';
import type { State } from './abandoned-client';
import { surroundingsOn } from './abandoned-program';
import { describeAbandoned } from './abandonment';

const aborts = 'IClientVirtualDeviceSet2::SignalAbort';
const closes = 'IClientVirtualDeviceSet2::Close';
let nextName = 1;
const newName = (): string => `abandoned-${String(nextName++)}`;

jest.setTimeout(240_000); // against hanging only: a busy machine starts a Worker in seconds

describeAbandoned<State>('a client', {
  states,
  client: path.join(__dirname, 'abandoned-client.js'),
  program: path.join(__dirname, 'abandoned-program.js'),
  async worker(state, machine) {
    const name = newName();
    const surroundings = await surroundingsOn(machine, name);
    return {
      data: { state, name },
      answer: (request) => (request === 'attach' ? surroundings.attach() : request === 'send' ? surroundings.send() : surroundings.waits(String(request))),
    };
  },
  async enter(state, backend, machine) {
    const name = newName();
    await enter(state, backend, name, await surroundingsOn(machine, name));
  },
  async tornDown(_state, _machine, callsOf) {
    for (const operation of [aborts, closes]) {
      const calls = await callsOf(operation);
      expect(calls.length).toBeGreaterThan(0);
      expect(calls.at(-1)?.hresult).toBeDefined();
    }
  },
  abort: { operation: aborts, state: 'with commands that it has not completed' },
  rounds: Array.from({ length: 20 }, (_, round) => states[round % states.length] ?? states[0]),
});
