/**
 * What the tests of abandoned clients share. A client is brought to a state, in a Worker, in this environment or in a program of its own; then its
 * environment ends or it is collected, and nothing of it may be left. (facts/node-addon-ecosystem.md 5.4; design rule 5)
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { Backend } from '../../lib/binding/backend';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import type { RecordedCall } from '../../lib/simulator';
import type { WineMachineOptions } from './machine-worker';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

/** What a Worker asks of its maker on the way, any message but `ready`. */
type Answer = (request: unknown) => Promise<void>;

export interface Abandoned<State extends string> {
  readonly states: readonly State[];
  /** States in which a client without an environment's end is no garbage, because an answer is awaited. */
  readonly awaited?: readonly State[];
  /** The compiled module of the Worker; its maker's messages `exit` and `fail` end it, the second by an Error `abandoned`. */
  readonly client: string;
  /** The compiled program: brings machine and client, ends by process.exit() and prints what is alive then. */
  readonly program: string;
  readonly machine?: WineMachineOptions;
  /** How the Worker gets to the state. */
  worker(state: State, machine: WineMachine): Promise<{ readonly data: object; readonly answer: Answer }>;
  /** Brings a client of this environment to the state, and forgets it. */
  enter(state: State, backend: Backend, machine: WineMachine): Promise<void>;
  /** What else must be so, besides that nothing is alive. */
  tornDown(state: State, machine: WineMachine, callsOf: (operation: string) => Promise<readonly RecordedCall[]>): Promise<void>;
  /** The call that ends the client's work, and a state in which it is due: for the test in which Windows never answers it. */
  readonly abort: { readonly operation: string; readonly state: State };
  /** States for the test that ends many Workers one after the other. */
  readonly rounds: readonly State[];
}

const NOTHING_ALIVE = { objects: 0, references: 0, calls: 0, commands: 0, bstrs: 0, taskStrings: 0, functionCalls: 0, kernelHandles: 0 };

const turn = (): Promise<void> => new Promise(setImmediate);

export function describeAbandoned<State extends string>(what: string, abandoned: Abandoned<State>): void {
  const { states, awaited = [], client, program, abort, rounds } = abandoned;
  const backend = nativeBackend();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let machine: WineMachine;
  /** The machine's last call before the test. */
  let afterSequence: number;
  /** Threads that were here before: those that KTM's functions keep for their next call, when tests of them ran in this process. */
  let keptThreads = 0;

  /** What is alive in this process, whichever environment made it. */
  const alive = async (): Promise<{ objects: number; threads: number; handles: number }> => {
    const channel = await backend.openChannel();
    if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
    const { objects, threads, handles } = channel.alive();
    return { objects, threads: threads - keptThreads, handles };
  };
  const expectNothingAlive = async (): Promise<void> => {
    expect(await alive()).toEqual({ objects: 0, threads: 0, handles: 0 });
  };
  const expectTornDown = async (state: State): Promise<void> => {
    await expectNothingAlive();
    expect(await machine.counts()).toMatchObject(NOTHING_ALIVE);
    await abandoned.tornDown(state, machine, (operation) => machine.control.calls({ operation, afterSequence }));
  };
  const startWorker = async (state: State): Promise<Worker> => {
    const { data, answer } = await abandoned.worker(state, machine);
    const worker = new Worker(client, { workerData: data });
    for (;;) {
      const [request] = (await once(worker, 'message')) as [unknown];
      if (request === 'ready') return worker;
      await answer(request);
      worker.postMessage('done');
    }
  };

  beforeAll(async () => {
    machine = await openWineMachine(abandoned.machine);
    keptThreads = (await alive()).threads;
  });
  afterAll(() => machine.close());
  beforeEach(async () => {
    afterSequence = (await machine.control.calls()).at(-1)?.sequence ?? 0;
  });

  describe(`${what} in a Worker`, () => {
    it.each(states)('that is terminated %s is torn down', async (state) => {
      await (await startWorker(state)).terminate();
      await expectTornDown(state);
    });

    it.each(states)('that calls process.exit() %s is torn down', async (state) => {
      const worker = await startWorker(state);
      const exited = once(worker, 'exit');
      worker.postMessage('exit');
      expect(await exited).toEqual([0]);
      await expectTornDown(state);
    });

    it.each(states)('that fails %s is torn down', async (state) => {
      const worker = await startWorker(state);
      const failed = once(worker, 'error') as Promise<[Error]>;
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('fail');
      expect((await failed)[0].message).toBe('abandoned');
      await exited;
      await expectTornDown(state);
    });

    it(`ends ${String(rounds.length)} times over without a trace`, async () => {
      for (const state of rounds) await (await startWorker(state)).terminate();
      await expectTornDown(abort.state);
    });
  });

  describe(`${what} that is collected as garbage`, () => {
    it.each(states.filter((state) => !awaited.includes(state)))('%s is torn down', async (state) => {
      await abandoned.enter(state, backend, machine);
      for (let left = 1; left > 0; ) {
        collectGarbage();
        await turn();
        const { objects, kernelHandles } = await machine.counts();
        left = objects + kernelHandles;
      }
      while ((await alive()).threads > 0) await turn();
      await expectTornDown(state);
    });
  });

  describe(`${what} of a program that calls process.exit()`, () => {
    it.each(states)('%s is torn down', async (state) => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, state]);
      expect(JSON.parse(stdout)).toEqual({ objects: 0, threads: 0, handles: 0, areas: 0 });
    });
  });

  describe(`${what} whose abort Windows never answers`, () => {
    it('is given up after a deadline when its Worker ends, and torn down when the call returns after all', async () => {
      const worker = await startWorker(abort.state);
      await machine.control.addFault({ at: abort.operation, action: { hang: true } });
      await worker.terminate();
      const { objects, handles } = await alive();
      expect(objects + handles).toBeGreaterThan(0);
      // The end of the machine ends the call.
      await machine.close();
      for (let left = 1; left > 0; ) {
        await turn();
        left = Object.values(await alive()).reduce((sum, count) => sum + count);
      }
      await expectNothingAlive();
    });
  });
}
