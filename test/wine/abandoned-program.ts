/**
 * What stands around an abandoned client of a virtual device set: SQL Server as a script; and a program that brings machine and client and
 * ends by process.exit().
 * Usage of the program: node abandoned-program.js <state>
 */
import { writeSync } from 'node:fs';
import { VDCommands } from '../../lib/binding/codes';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import type { MachineControl } from '../../lib/simulator';
import { ScriptedServer } from '../conformance/scripted-server';
import { enter } from './abandoned-client';
import type { State, Surroundings } from './abandoned-client';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

/** SQL Server attaches to the set and opens its device. */
async function attach(server: ScriptedServer, name: string): Promise<void> {
  await server.attach(name, { buffers: 4 });
  await server.activate([name]);
}

/** Two Write commands, once the client has opened the device. */
async function sendCommands(server: ScriptedServer): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    await server.send({ code: VDCommands.Write, size: 65536, buffer: await server.allocateBuffer() });
  }
}

/** Resolves when the client's call of that name waits for its answer. */
async function clientWaits(control: MachineControl, operation: string): Promise<void> {
  while ((await control.calls({ operation })).every(({ hresult }) => hresult !== undefined)) await control.status();
}

/** Surroundings on a machine that this environment has opened. */
export async function surroundingsOn({ control, serverChannel }: WineMachine, name: string): Promise<Surroundings> {
  const server = await ScriptedServer.create(serverChannel);
  return { attach: () => attach(server, name), send: () => sendCommands(server), waits: (operation) => clientWaits(control, operation) };
}

/** Prints what is alive after the end of its environment, as seen by an exit listener. */
async function main(state: State): Promise<void> {
  const backend = nativeBackend();
  const channel = await backend.openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  const machine = await openWineMachine();
  await enter(state, backend, 'set', await surroundingsOn(machine, 'set'));
  process.once('exit', () => writeSync(1, JSON.stringify(channel.alive())));
  process.exit();
}

if (require.main === module) void main(process.argv[2] as State);
