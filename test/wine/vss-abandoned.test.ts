/**
 * What becomes of a VSS session whose requester is gone without a word: what it started is aborted, nothing of it is alive, and the next requester
 * finds the machine free. (facts/vss.md 2.3; design rule 5)
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import { enter, stateNames, states } from './vss-abandoned-client';
import type { State, Surroundings } from './vss-abandoned-client';
import { options, surroundingsOn } from './vss-abandoned-program';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

const client = path.join(__dirname, 'vss-abandoned-client.js');
const program = path.join(__dirname, 'vss-abandoned-program.js');
const aborts = 'IVssBackupComponents::AbortBackup';

jest.setTimeout(60_000);
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const backend = nativeBackend();
let machine: WineMachine;
/** The machine's last call before the test. */
let afterSequence: number;
/** Threads that were here before: those that KTM's functions keep for their next call, when tests of them ran in this process. */
let keptThreads: number;

beforeAll(async () => {
  machine = await openWineMachine(options);
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

async function expectTornDown(state: State): Promise<void> {
  expect(await alive()).toEqual({ objects: 0, threads: keptThreads });
  expect(await machine.counts()).toMatchObject({ objects: 0, references: 0, calls: 0, commands: 0, bstrs: 0, taskStrings: 0 });
  const calls = await machine.control.calls({ operation: aborts, afterSequence });
  expect(calls.length > 0).toBe(states[state].aborts);
  for (const call of calls) expect(call.hresult).toBe(0);
  await machine.control.vssSettled();
  expect(await machine.control.call('Vss::Status')).toMatchObject({ setInProgress: null, snapshots: 0 });
}

async function startWorker(state: State): Promise<Worker> {
  const surroundings = surroundingsOn(machine);
  const worker = new Worker(client, { workerData: { state } });
  for (;;) {
    const [request] = (await once(worker, 'message')) as [['waits' | 'passes', string] | 'ready'];
    if (request === 'ready') return worker;
    const [what, operation] = request;
    await surroundings[what satisfies keyof Surroundings](operation);
    worker.postMessage('done');
  }
}

describe('a requester in a Worker', () => {
  it.each(stateNames)('that is terminated %s is torn down', async (state) => {
    const worker = await startWorker(state);
    await worker.terminate();
    await expectTornDown(state);
  });

  it.each(stateNames)('that calls process.exit() %s is torn down', async (state) => {
    const worker = await startWorker(state);
    const exited = once(worker, 'exit');
    worker.postMessage('exit');
    expect(await exited).toEqual([0]);
    await expectTornDown(state);
  });

  it.each(stateNames)('that fails %s is torn down', async (state) => {
    const worker = await startWorker(state);
    const failed = once(worker, 'error') as Promise<[Error]>;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('fail');
    expect((await failed)[0].message).toBe('abandoned');
    await exited;
    await expectTornDown(state);
  });

  it('ends eight times over without a trace', async () => {
    const state = 'waiting for DoSnapshotSet';
    for (let round = 0; round < 8; round += 1) {
      const worker = await startWorker(state);
      await worker.terminate();
    }
    await expectTornDown(state);
  });
});

describe('a requester that is collected as garbage', () => {
  // While it waits for an answer it is not garbage.
  const idle = stateNames.filter((state) => state !== 'waiting for DoSnapshotSet' && state !== 'while an abort is under way');
  it.each(idle)('%s is torn down', async (state) => {
    await enter(state, backend, surroundingsOn(machine));
    while ((await machine.counts()).objects > 0) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    while ((await alive()).threads > keptThreads) await new Promise(setImmediate);
    await expectTornDown(state);
  });
});

describe('a program that calls process.exit()', () => {
  it.each(stateNames)('%s ends with everything torn down', async (state) => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, state]);
    expect(JSON.parse(stdout)).toEqual({ objects: 0, threads: 0, handles: 0, areas: 0, kept: true });
  });
});

describe('a requester whose abort Windows never answers', () => {
  it('is given up after a deadline when its Worker ends, and torn down when the call returns after all', async () => {
    const worker = await startWorker('after PrepareForBackup');
    await machine.control.addFault({ at: aborts, action: { hang: true } });
    await worker.terminate();
    expect((await alive()).objects).toBeGreaterThan(0);
    // The end of the machine ends the call.
    await machine.close();
    while ((await alive()).threads > keptThreads || (await alive()).objects > 0) await new Promise(setImmediate);
    expect(await alive()).toEqual({ objects: 0, threads: keptThreads });
  });
});
