/** Every cell of the client state table. */
import type { Device, DeviceSet, Rig, Session } from './rig';
import { config, outcome, useRig } from './rig';
import { clientStates, clientTable } from './vdi-client-table';
import type { ClientState } from './vdi-client-table';

const P = 'VD_E_PROTOCOL';
const A = 'VD_E_ABORT';

/** A set in a state, with a device of it where there can be one, and else one of an earlier set of the same object. */
interface Situation {
  readonly set: DeviceSet;
  readonly session: Session;
  readonly device: Device;
}

/** A device that was opened on this object's set before that was closed. */
async function reopened(rig: Rig): Promise<{ session: Session; device: Device }> {
  const session = await rig.terminated();
  const [device] = session.devices;
  if (device === undefined) throw new Error('a session has a device');
  await session.set.close();
  await session.server.close();
  return { session, device };
}

async function situation(rig: Rig, state: ClientState, call = ''): Promise<Situation> {
  const active = async (session: Session): Promise<Situation> => {
    const [device] = session.devices;
    if (device === undefined) throw new Error('a session has a device');
    return { set: session.set, session, device };
  };
  switch (state) {
    case 'DNE': {
      const { session, device } = await reopened(rig);
      return { set: session.set, session, device };
    }
    case 'Configurable': {
      const { session, device } = await reopened(rig);
      const name = rig.newName();
      await session.set.createEx(null, name, config());
      const server = await rig.newServer();
      await server.attach(name);
      return { set: session.set, session: { ...session, name, server }, device };
    }
    case 'Initializing': {
      if (call === 'Close') {
        // With a device open Close gives VD_E_OPEN, below.
        const { session: earlier, device } = await reopened(rig);
        return { set: earlier.set, session: await rig.initializing({ set: earlier.set }), device };
      }
      const session = await rig.initializing({ config: { deviceCount: 2 } });
      return { set: session.set, session, device: await session.set.openDevice(session.name) };
    }
    case 'Active':
      return active(await rig.active());
    case 'NormallyTerminated':
      return active(await rig.terminated());
    case 'Abort':
      return active(await rig.aborted());
  }
}

/** Makes the call in the only way that can succeed. */
async function make(rig: Rig, call: string, state: ClientState, { set, session, device }: Situation): Promise<unknown> {
  switch (call) {
    case 'Create':
      return set.create(rig.newName(), config());
    case 'CreateEx':
      return set.createEx(null, rig.newName(), config());
    case 'GetConfiguration':
      return set.getConfiguration(0);
    case 'OpenDevice':
      // The last one: the set becomes active by it.
      return set.openDevice(session.names[1] ?? session.name);
    case 'GetCommand':
      if (state === 'Active') await session.server.send({ code: 12 });
      return device.getCommand(0);
    case 'CompleteCommand': {
      if (state !== 'Active') return device.completeCommand(0x1000n, 0, 0, 0);
      await session.server.send({ code: 12 });
      const { pointer } = await device.getCommand(0);
      return device.completeCommand(pointer, 0, 0, 0);
    }
    case 'SignalAbort':
      return set.signalAbort();
    case 'Close':
      return set.close();
    default:
      throw new Error(call);
  }
}

/** What tells the states apart, by calls that change none. */
async function expectState(state: ClientState, { set, session }: Situation): Promise<void> {
  switch (state) {
    case 'DNE':
      expect(await outcome(set.signalAbort())).toBe(P);
      break;
    case 'Configurable':
      expect(await outcome(set.openDevice('device'))).toBe(P);
      expect(await outcome(set.getConfiguration(0))).toBe('VD_E_TIMEOUT');
      break;
    case 'Initializing':
      expect(await outcome(set.getConfiguration(0))).toBe('ok');
      expect(await outcome(set.openDevice(session.name))).toBe('ok');
      break;
    case 'Active':
      expect(await outcome(set.openDevice('no device is left'))).toBe('VD_E_OPEN');
      break;
    case 'NormallyTerminated':
      expect(await outcome(set.getConfiguration(0))).toBe('ok');
      expect(await outcome(set.openDevice(session.name))).toBe(P);
      break;
    case 'Abort':
      expect(await outcome(set.getConfiguration(0))).toBe(A);
      expect(await outcome(set.openDevice(session.name))).toBe(A);
      break;
  }
}

describe('client states', () => {
  const rig = useRig();

  for (const [call, cells] of Object.entries(clientTable)) {
    for (const [column, [result, next]] of cells.entries()) {
      const state = clientStates[column] ?? 'DNE';
      it(`[V19] ${call} in ${state} gives ${result}${next === undefined || next === state ? '' : ` and leads to ${next}`}`, async () => {
        const at = await situation(rig(), state, call);
        expect(await outcome(make(rig(), call, state, at))).toBe(result);
        // Where the table moves nowhere, the state is the same as before; the Initializing and Configurable probes would change it.
        if (next !== undefined) await expectState(next, at);
        else if (state !== 'Initializing' && state !== 'Configurable') await expectState(state, at);
      });
    }
  }

  it('GetCommand gives VD_E_CLOSE on every device in turn, and the last one leads to NormallyTerminated', async () => {
    const { set, server, devices } = await rig().active({ config: { deviceCount: 2 } });
    const [first, second] = devices;
    await server.closeDevice(0);
    expect(await outcome(first?.getCommand(0) ?? Promise.reject(new Error()))).toBe('VD_E_CLOSE');
    // The set is still active: the other device waits for commands.
    expect(await outcome(second?.getCommand(0) ?? Promise.reject(new Error()))).toBe('VD_E_TIMEOUT');
    await server.closeDevice(1);
    expect(await outcome(second?.getCommand(0) ?? Promise.reject(new Error()))).toBe('VD_E_CLOSE');
    expect(await outcome(second?.getCommand(0) ?? Promise.reject(new Error()))).toBe(P);
    expect(await outcome(set.close())).toBe('ok');
  });

  it('Close in Initializing with a device open gives VD_E_OPEN and closes the set all the same', async () => {
    const { set, session, device } = await situation(rig(), 'Initializing');
    expect(await outcome(set.close())).toBe('VD_E_OPEN');
    expect(await outcome(set.getConfiguration(0))).toBe(P);
    expect(await outcome(device.getCommand(0))).toBe(P);
    expect(await outcome(session.server.getConfiguration())).toBe(A);
  });

  it('the object can create another set after Close', async () => {
    const { set, server } = await rig().terminated();
    await set.close();
    await server.close();
    const name = rig().newName();
    await set.createEx(null, name, config());
    const next = await rig().newServer();
    await next.attach(name);
    await set.getConfiguration(0);
    await next.activate([name]);
    const device = await set.openDevice(name);
    await next.send({ code: 12 });
    expect((await device.getCommand(0)).commandCode).toBe(12);
  });

  describe('methods without cells in the table, by their pages', () => {
    const open: readonly ClientState[] = ['Configurable', 'Initializing', 'Active', 'NormallyTerminated', 'Abort'];

    it.each(open)('OpenInSecondaryEx and OpenInSecondary on an object that is %s give VD_E_PROTOCOL', async (state) => {
      const { set } = await situation(rig(), state);
      const other = await rig().active();
      expect(await outcome(set.openInSecondaryEx(null, other.name))).toBe(P);
      expect(await outcome(set.openInSecondary(other.name))).toBe(P);
    });

    it('OpenInSecondaryEx before the primary has its configuration gives VD_E_PROTOCOL', async () => {
      const { name, server } = await rig().created();
      await server.attach(name);
      expect(await outcome((await rig().newSet()).openInSecondaryEx(null, name))).toBe(P);
    });

    it('OpenInSecondaryEx of an aborted set gives VD_E_ABORT', async () => {
      const { name } = await rig().aborted();
      expect(await outcome((await rig().newSet()).openInSecondaryEx(null, name))).toBe(A);
    });

    it('GetBufferHandle and MapBufferHandle without a set give VD_E_PROTOCOL', async () => {
      const { set, session } = await situation(rig(), 'DNE');
      const other = await rig().active({ channel: session.set.channel });
      const buffer = await other.server.allocateBuffer(512);
      await other.server.send({ code: 2, size: 512, buffer });
      const command = await other.devices[0]?.getCommand(0);
      expect(await outcome(set.getBufferHandle(command?.buffer ?? new Uint8Array()))).toBe(P);
      expect(await outcome(set.mapBufferHandle(1, 512))).toBe(P);
    });
  });
});
