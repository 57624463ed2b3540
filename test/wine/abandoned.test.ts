/**
 * What becomes of a device set whose client is gone without a word: its teardown list has been run and nothing of it is alive, and the
 * process neither crashes nor hangs. (facts/node-addon-ecosystem.md 5.4; design rule 5)
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import { enter, states } from './abandoned-client';
import type { State } from './abandoned-client';
import { surroundingsOn } from './abandoned-program';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

const client = path.join(__dirname, 'abandoned-client.js');
const program = path.join(__dirname, 'abandoned-program.js');
const aborts = 'IClientVirtualDeviceSet2::SignalAbort';
const closes = 'IClientVirtualDeviceSet2::Close';

jest.setTimeout(60_000);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const backend = nativeBackend();
let machine: WineMachine;
/** The machine's last call before the test. */
let afterSequence: number;
/** Threads that were here before: those that KTM's functions keep for their next call, when tests of them ran in this process. */
let keptThreads: number;
let nextName = 1;

beforeAll(async () => {
  machine = await openWineMachine();
  keptThreads = (await alive()).threads;
});
afterAll(() => machine.close());
beforeEach(async () => {
  afterSequence = (await machine.control.calls()).at(-1)?.sequence ?? 0;
});

/** Objects and threads of this process, whichever environment made them. */
async function alive(): Promise<{ objects: number; threads: number }> {
  const channel = await backend.openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  const { objects, threads } = channel.alive();
  return { objects, threads };
}

async function expectTornDown(): Promise<void> {
  expect(await alive()).toEqual({ objects: 0, threads: keptThreads });
  expect(await machine.counts()).toMatchObject({ objects: 0, references: 0, calls: 0 });
  for (const operation of [aborts, closes]) {
    const calls = await machine.control.calls({ operation, afterSequence });
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.at(-1)?.hresult).toBeDefined();
  }
}

/** A Worker with a client in that state. */
async function startWorker(state: State): Promise<Worker> {
  const name = `abandoned-${String(nextName++)}`;
  const surroundings = await surroundingsOn(machine, name);
  const worker = new Worker(client, { workerData: { state, name } });
  for (;;) {
    const [request] = (await once(worker, 'message')) as [string];
    if (request === 'ready') return worker;
    if (request === 'attach') await surroundings.attach();
    else if (request === 'send') await surroundings.send();
    else await surroundings.waits(request);
    worker.postMessage('done');
  }
}

describe('a client in a Worker', () => {
  it.each(states)('that is terminated %s is torn down', async (state) => {
    const worker = await startWorker(state);
    await worker.terminate();
    await expectTornDown();
  });

  it.each(states)('that calls process.exit() %s is torn down', async (state) => {
    const worker = await startWorker(state);
    const exited = once(worker, 'exit');
    worker.postMessage('exit');
    expect(await exited).toEqual([0]);
    await expectTornDown();
  });

  it.each(states)('that fails %s is torn down', async (state) => {
    const worker = await startWorker(state);
    const failed = once(worker, 'error') as Promise<[Error]>;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('fail');
    expect((await failed)[0].message).toBe('abandoned');
    await exited;
    await expectTornDown();
  });

  it('ends twenty times over without a trace', async () => {
    for (let round = 0; round < 20; round += 1) {
      const worker = await startWorker(states[round % states.length] ?? states[0]);
      await worker.terminate();
    }
    await expectTornDown();
  });
});

describe('a client that is collected as garbage', () => {
  it.each(states)('%s is torn down', async (state) => {
    const name = `abandoned-${String(nextName++)}`;
    await enter(state, backend, name, await surroundingsOn(machine, name));
    while ((await machine.counts()).objects > 0) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    while ((await alive()).threads > keptThreads) await new Promise(setImmediate);
    await expectTornDown();
  });
});

describe('a program that calls process.exit()', () => {
  it.each(states)('%s ends with everything torn down', async (state) => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, state]);
    expect(JSON.parse(stdout)).toEqual({ objects: 0, threads: 0, handles: 0, areas: 0 });
  });
});

describe('a client whose abort Windows never answers', () => {
  it('is given up after a deadline when its Worker ends, and torn down when the call returns after all', async () => {
    const worker = await startWorker('with commands that it has not completed');
    await machine.control.addFault({ at: aborts, action: { hang: true } });
    await worker.terminate();
    expect((await alive()).objects).toBeGreaterThan(0);
    // The end of the machine ends the call.
    await machine.close();
    while ((await alive()).objects > 0) await new Promise(setImmediate);
    expect(await alive()).toEqual({ objects: 0, threads: keptThreads });
  });
});
