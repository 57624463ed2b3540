/** What the double of sqlvdi.dll promises to everybody who tests over it: many calls at once, no mix-up, and an honest count. */
import { activate } from '../../lib/binding/backend';
import { HRESULT, INFINITE } from '../../lib/binding/codes';
import type { IClientVirtualDeviceSet2 } from '../../lib/binding/generated/vdi';
import { nativeBackend } from '../../lib/binding/native';
import { vdiTable } from '../../lib/binding/tables/vdi';
import { config, outcome } from '../conformance/rig';
import { ScriptedServer } from '../conformance/scripted-server';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

const nothing = { classFactories: 0, objects: 0, references: 0, commands: 0, calls: 0, areas: 0, bstrs: 0, taskStrings: 0, kernelHandles: 0, functionCalls: 0 };
const [comClass] = vdiTable.classes;
if (comClass === undefined) throw new Error('the table of VDI has no class');

let machine: WineMachine;

beforeEach(async () => {
  machine = await openWineMachine();
});
afterEach(() => machine.close());

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await machine.control.status();
}

describe('the double of sqlvdi.dll', () => {
  it('holds the calls of 64 threads at once, and lets SignalAbort through to all of them', async () => {
    const channel = await nativeBackend().openChannel();
    const set = await activate<IClientVirtualDeviceSet2>(channel, comClass);
    const names = Array.from({ length: 64 }, (_, index) => (index === 0 ? 'many' : `device-${String(index)}`));
    await set.createEx(null, 'many', config({ deviceCount: names.length }));
    const server = await ScriptedServer.create(machine.serverChannel);
    await server.attach('many');
    await set.getConfiguration(0);
    await server.activate(names);
    const devices = await Promise.all(names.map((name) => set.openDevice(name)));
    const waiting = devices.map((device) => outcome(device.getCommand(INFINITE)));
    await until(async () => (await machine.counts()).calls === 64);
    expect(await machine.counts()).toMatchObject({ objects: 65, references: 65, calls: 64, commands: 0 });
    await set.signalAbort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['VD_E_ABORT']));
    await outcome(set.close());
    await channel.close();
    await server.close();
    expect(await machine.counts()).toEqual(nothing);
  });

  it('counts what a client has not given back, until its process ends', async () => {
    const channel = await nativeBackend().openChannel();
    const set = await activate<IClientVirtualDeviceSet2>(channel, comClass);
    await set.createEx(null, 'kept', config());
    const server = await ScriptedServer.create(machine.serverChannel);
    await server.attach('kept', { buffers: 2 });
    await set.getConfiguration(0);
    await server.activate(['kept']);
    const device = await set.openDevice('kept');
    await server.send({ code: 12 });
    await device.getCommand(0);
    expect(await machine.counts()).toEqual({ ...nothing, objects: 2, references: 2, commands: 1, areas: 1 });
    await channel.close();
    expect(await machine.counts()).toEqual(nothing);
    await server.close();
  });

  it('answers a call that waits when its Worker ends', async () => {
    const channel = await nativeBackend().openChannel();
    const set = await activate<IClientVirtualDeviceSet2>(channel, comClass);
    await set.createEx(null, 'lost', config());
    const waiting = outcome(set.getConfiguration(10_000));
    await until(async () => (await machine.counts()).calls === 1);
    await machine.close();
    expect(await waiting).toBe('RPC_E_DISCONNECTED');
    expect(await outcome(set.signalAbort())).toBe('RPC_E_DISCONNECTED');
    await channel.close();
  });

  it('does not answer the objects of one machine with the next one', async () => {
    const channel = await nativeBackend().openChannel();
    const set = await activate<IClientVirtualDeviceSet2>(channel, comClass);
    const next = await openWineMachine();
    const other = await activate<IClientVirtualDeviceSet2>(channel, comClass);
    expect(await outcome(set.createEx(null, 'old', config()))).toBe('RPC_E_DISCONNECTED');
    expect(await outcome(other.createEx(null, 'new', config()))).toBe('ok');
    expect((await next.control.calls({ operation: 'IClientVirtualDeviceSet2::CreateEx' })).map(({ hresult }) => hresult)).toEqual([HRESULT.S_OK]);
    await channel.close();
    expect(await next.counts()).toEqual(nothing);
    await next.close();
  });
});
