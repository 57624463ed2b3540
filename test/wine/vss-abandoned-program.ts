/**
 * What stands around an abandoned VSS requester: a writer and the machine's time; and a program that brings machine and requester and ends by
 * process.exit().
 * Usage of the program: node vss-abandoned-program.js <state>
 */
import { writeSync } from 'node:fs';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import { enter } from './vss-abandoned-client';
import type { State, Surroundings } from './vss-abandoned-client';
import type { WineMachineOptions } from './machine-worker';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

/** A writer that takes its time to freeze, while the machine's time stands still. */
export const options: WineMachineOptions = {
  writers: [{
    metadata: {
      writerId: '7a0b7cf2-0001-4b3e-9f6d-000000000001', instanceId: '7a0b7cf2-0001-4b3e-9f6d-000000000002', writerName: 'Slow Writer',
      components: [{ type: 2, name: 'files', files: [{ path: 'C:\\data', filespec: '*' }] }],
    },
    delays: [{ event: 'Freeze', delayMs: 1000 }],
  }],
};

/** Surroundings on a machine that this environment has opened. */
export function surroundingsOn({ control }: WineMachine): Surroundings {
  const waiting = async (operation: string): Promise<boolean> => (await control.calls({ operation })).some(({ hresult }) => hresult === undefined);
  return {
    waits: async (operation) => {
      while (!(await waiting(operation))) await control.status();
    },
    passes: async (operation) => {
      while (await waiting(operation)) await control.advance(250);
    },
  };
}

/** Prints what is alive after the end of its environment, as seen by an exit listener. */
async function main(state: State): Promise<void> {
  const backend = nativeBackend();
  const channel = await backend.openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  const machine = await openWineMachine(options);
  await enter(state, backend, surroundingsOn(machine));
  process.once('exit', () => writeSync(1, JSON.stringify(channel.alive())));
  process.exit();
}

if (require.main === module) void main(process.argv[2] as State);
