// A simulated machine with a simulated Host and a played SQL Server, for tests of the flows.
import { SimulatedClock, SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import type { SimulatedDisk } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { PlayedSqlServer } from './played-sql-server';
import type { Script } from './played-sql-server';

export interface FlowRig {
  readonly machine: SimulatedWindows;
  readonly host: SimulatedHost;
  /** Moves only when the test moves it. */
  readonly clock: SimulatedClock;
  readonly disk: SimulatedDisk;
  readonly sql: PlayedSqlServer;
}

/** @param autoAdvance the clock moves on by itself whenever nothing else can run */
export function flowRig(script: Script, autoAdvance = false): FlowRig {
  const clock = new SimulatedClock({ autoAdvance });
  const host = new SimulatedHost({ clock });
  const machine = new SimulatedWindows({ host });
  return { machine, host, clock, disk: host.files, sql: new PlayedSqlServer(machine, script) };
}

export async function putFile(disk: SimulatedDisk, path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, 'create');
  await file.write(bytes, 0);
  await file.sync();
  await file.close();
}

export async function fileBytes(disk: SimulatedDisk, path: string): Promise<Buffer> {
  const file = await disk.open(path, 'read');
  const bytes = Buffer.alloc(await file.size());
  await file.read(bytes, 0);
  await file.close();
  return bytes;
}

/** What a flow rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let resolved: unknown;
  try {
    resolved = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`it resolved with ${JSON.stringify(resolved)}`);
}

/** How often each operation was called. */
export function callCount(machine: SimulatedWindows, operation: string): number {
  return machine.calls.filter((call) => call.operation === operation).length;
}

/** Nothing of the session is alive any more. */
export async function expectNothingAlive({ machine, sql }: FlowRig): Promise<void> {
  await settled();
  expect({ handles: machine.handleCount(), statements: sql.running, connections: sql.open }).toEqual({ handles: 0, statements: 0, connections: 0 });
}
