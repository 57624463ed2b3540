/** Every cell of the server state table. */
import { VDCommands } from '../../lib/binding/codes';
import type { SharedBuffer } from '../../lib/simulator/vdi';
import { Bench, result } from './vdi-bench';
import { serverStates, serverTable } from './vdi-server-table';
import type { ServerState } from './vdi-server-table';

const P = 'VD_E_PROTOCOL';
const A = 'VD_E_ABORT';

interface Situation {
  readonly bench: Bench;
  /** Allocated as long as the set lives; of no set where none can be. */
  readonly buffer: SharedBuffer;
}

const foreign: SharedBuffer = { address: 0x1000n, byteLength: 512, bytes: () => new Uint8Array(512) };

async function situation(state: ServerState, call: string): Promise<Situation> {
  const bench = await new Bench().created();
  const { server } = bench;
  let buffer = foreign;
  const reach = {
    DNE: () => undefined,
    Connected: () => {
      server.open(null, 'set');
    },
    Configurable: () => {
      server.beginConfiguration(0, 512, 0, 65536, 0);
    },
    Initializing: () => {
      server.endConfiguration();
      buffer = server.allocateBuffer(512, 0);
      // A device to close or to send to; the calls that activate the set then lack the other half only.
      if (call === 'OpenDevice') bench.agent = server.executeCompletionAgent();
      else if (call !== 'Close') bench.devices = [server.openDevice('set')];
    },
    Active: () => {
      bench.agent ??= server.executeCompletionAgent();
      if (bench.devices.length === 0) bench.devices = [server.openDevice('set')];
    },
    NormallyTerminated: () => {
      bench.device().closeDevice();
    },
  };
  if (state === 'Abort') {
    for (const step of [reach.Connected, reach.Configurable, reach.Initializing, reach.Active]) step();
    server.signalAbort();
  } else {
    for (const reached of ['DNE', 'Connected', 'Configurable', 'Initializing', 'Active', 'NormallyTerminated'] as const) {
      reach[reached]();
      if (reached === state) break;
    }
  }
  return { bench, buffer };
}

/** The device of a set of an earlier life, for the states in which none can be open. */
async function closedDevice(): Promise<Bench> {
  const bench = await new Bench().active();
  bench.device().closeDevice();
  await bench.agent;
  bench.server.close();
  return bench;
}

async function make(call: string, state: ServerState, { bench, buffer }: Situation): Promise<string> {
  const { server } = bench;
  switch (call) {
    case 'Open': return result(() => server.open(null, 'set'));
    case 'GetConfiguration': return result(() => server.getConfiguration());
    case 'BeginConfiguration': return result(() => server.beginConfiguration(0, 512, 0, 65536, 0));
    case 'RequestBuffers': return result(() => server.requestBuffers(512, 0, 1));
    case 'QueryAvailableBuffers': return result(() => server.queryAvailableBuffers(512, 0));
    case 'EndConfiguration': return result(() => server.endConfiguration());
    case 'OpenDevice': return result(() => server.openDevice('set'));
    case 'ExecuteCompletionAgent': {
      const returned = server.executeCompletionAgent();
      const refused = await Promise.race([returned.then(() => '', (error: unknown) => result(() => { throw error; })), Promise.resolve().then(() => 'ok')]);
      if (refused === 'ok') bench.agent = returned;
      return refused;
    }
    case 'AllocateBuffer': return result(() => server.allocateBuffer(512, 0));
    case 'FreeBuffer': return result(() => server.freeBuffer(buffer));
    case 'SignalAbort': return result(() => server.signalAbort());
    case 'Close': return result(() => server.close());
    case 'SendCommand':
    case 'CloseDevice': {
      const from = bench.devices.length > 0 ? bench : await closedDevice();
      return result(() => (call === 'CloseDevice' ? from.device().closeDevice() : from.device().sendCommand(from.command(VDCommands.Flush))));
    }
    default: throw new Error(`${call} in ${state}`);
  }
}

/** What tells the states apart. */
function expectState(state: ServerState, { bench: { server } }: Situation): void {
  const probes: Readonly<Record<ServerState, () => void>> = {
    DNE: () => expect(result(() => server.getConfiguration())).toBe(P),
    Connected: () => expect(result(() => server.beginConfiguration(0, 512, 0, 65536, 0))).toBe('ok'),
    Configurable: () => expect(result(() => server.endConfiguration())).toBe('ok'),
    Initializing: () => expect(result(() => server.allocateBuffer(512, 0))).toBe('ok'),
    Active: () => {
      expect(result(() => server.requestBuffers(512, 0, 1))).toBe('ok');
      expect(result(() => server.openDevice('set'))).toBe(P);
    },
    NormallyTerminated: () => {
      expect(result(() => server.allocateBuffer(512, 0))).toBe('ok');
      expect(result(() => server.requestBuffers(512, 0, 1))).toBe(P);
    },
    Abort: () => expect(result(() => server.getConfiguration())).toBe(A),
  };
  probes[state]();
}

describe('server states', () => {
  for (const [call, cells] of Object.entries(serverTable)) {
    for (const [column, [expected, next]] of cells.entries()) {
      const state = serverStates[column] ?? 'DNE';
      it(`[V19] ${call} in ${state} gives ${expected}${next === undefined || next === state ? '' : ` and leads to ${next}`}`, async () => {
        const at = await situation(state, call);
        expect(await make(call, state, at)).toBe(expected);
        expectState(next ?? state, at);
      });
    }
  }

  it('the set becomes active only when every device is open and the agent runs, whichever comes last', async () => {
    const bench = await new Bench({ deviceCount: 2 }).created();
    bench.server.open(null, 'set');
    bench.configure();
    const first = bench.server.openDevice('set');
    expect(result(() => first.sendCommand(bench.command(VDCommands.Flush)))).toBe(P);
    bench.agent = bench.server.executeCompletionAgent();
    expect(result(() => first.sendCommand(bench.command(VDCommands.Flush)))).toBe(P);
    bench.server.openDevice('device-2');
    expect(result(() => first.sendCommand(bench.command(VDCommands.Flush)))).toBe('ok');
  });

  it('the set is normally terminated, and the agent returns, only with the last device', async () => {
    const bench = await new Bench({ deviceCount: 2 }).active();
    bench.device(0).closeDevice();
    expect(result(() => bench.device(0).closeDevice())).toBe('VD_E_CLOSE');
    expect(result(() => bench.device(0).sendCommand(bench.command(VDCommands.Flush)))).toBe(P);
    expect(result(() => bench.device(1).sendCommand(bench.command(VDCommands.Flush)))).toBe('ok');
    const { command } = await bench.getCommand(1);
    await bench.complete(command['pointer'], 0, 0, 1);
    bench.device(1).closeDevice();
    await bench.agent;
    expect(result(() => bench.server.close())).toBe('ok');
  });
});
