/**
 * A program that brings machine and client of KTM, and ends by process.exit().
 * Usage: node ktm-abandoned-program.js <state>
 */
import { writeSync } from 'node:fs';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import type { MachineControl } from '../../lib/simulator';
import { enter } from './ktm-abandoned-client';
import type { State } from './ktm-abandoned-client';
import { openWineMachine } from './wine-machine';

/** Resolves when the client's call of that name waits for its answer. */
export async function clientWaits(control: MachineControl, operation: string): Promise<void> {
  while ((await control.calls({ operation })).every(({ hresult }) => hresult !== undefined)) await control.status();
}

async function main(state: State): Promise<void> {
  const backend = nativeBackend();
  const channel = await backend.openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  const machine = await openWineMachine({ clock: 'real' });
  await enter(state, backend, (operation) => clientWaits(machine.control, operation));
  process.once('exit', () => writeSync(1, JSON.stringify(channel.alive())));
  process.exit();
}

if (require.main === module) void main(process.argv[2] as State);
