// ClientVirtualDeviceSet, ClientVirtualDevice and Command on the simulated machine, with the server's side driven by the test.
import { HRESULT, StateError, VDCommands, VDFeatures, WIN32, WindowsError } from '../../lib/binding';
import { SimulatedClock, SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { ArgumentError, ClientVirtualDeviceSet } from '../../lib/vdi';
import type { ClientVirtualDevice, Command, CreateSetOptions } from '../../lib/vdi';
import { callCount, rejection } from './flow-rig';
import { Statement, pattern } from './played-sql-server';
import type { AttachOptions } from './played-sql-server';

const { Write, Read, Flush, SkipMarks } = VDCommands;
const CLOSE = 'IClientVirtualDeviceSet2::Close';
const SIGNAL_ABORT = 'IClientVirtualDeviceSet2::SignalAbort';

interface Rig {
  readonly machine: SimulatedWindows;
  readonly clock: SimulatedClock;
}

function rig(): Rig {
  const clock = new SimulatedClock();
  return { clock, machine: new SimulatedWindows({ host: new SimulatedHost({ clock }) }) };
}

async function attached(
  machine: SimulatedWindows,
  options: Partial<CreateSetOptions> & { readonly attach?: AttachOptions } = {},
): Promise<{ set: ClientVirtualDeviceSet; devices: ClientVirtualDevice[]; server: Statement }> {
  const { attach, ...create } = options;
  const deviceCount = create.deviceCount ?? 1;
  const set = await ClientVirtualDeviceSet.create({ name: 'set', deviceCount, backend: machine, ...create });
  const names = Array.from({ length: deviceCount }, (_, index) => (index === 0 ? 'set' : `set-${String(index)}`));
  const server = new Statement(names.map((name) => `VIRTUAL_DEVICE = '${name}'`).join(', '), machine, machine.createProcess('sqlservr'), {});
  server.attach(attach);
  await set.getConfiguration({ timeoutMs: 0 });
  const devices: ClientVirtualDevice[] = [];
  for (const name of names) devices.push(await set.openDevice(name));
  return { set, devices, server };
}

const first = <T>(list: readonly T[]): T => {
  const [item] = list;
  if (item === undefined) throw new Error('there is none');
  return item;
};

async function next(commands: AsyncGenerator<Command>): Promise<Command> {
  const result = await commands.next();
  if (result.done === true) throw new Error('the commands have ended');
  return result.value;
}

describe('ClientVirtualDeviceSet', () => {
  it('serves a device: commands with a view on SQL Server\'s memory, completed in any order, to the normal end', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    const sent = [server.send(0, Write, { data: pattern(512, 1) }), server.send(0, Write, { data: pattern(1024, 2) })];
    const commands = first(devices).commands();
    const [one, two] = [await next(commands), await next(commands)];
    expect([one.name, one.size, Buffer.from(one.buffer ?? []).equals(Buffer.from(pattern(512, 1)))]).toEqual(['Write', 512, true]);
    expect(machine.memory.addressOf(two.buffer ?? new Uint8Array())).toBeDefined();
    await two.complete(WIN32.ERROR_SUCCESS, 1024);
    await one.complete(WIN32.ERROR_SUCCESS, 512);
    expect((await Promise.all(sent)).map(({ bytes }) => bytes)).toEqual([512, 1024]);
    server.closeDevices();
    expect(await commands.next()).toEqual({ done: true, value: undefined });
    expect(first(devices).closed).toBe(true);
    await set.close();
    expect([callCount(machine, SIGNAL_ABORT), callCount(machine, CLOSE), machine.handleCount()]).toEqual([0, 1, 0]);
  });

  it('completes a command exactly once, and takes its buffer back', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    void server.send(0, Write, { data: pattern(512) });
    const command = await next(first(devices).commands());
    await expect(command.complete(0, 513)).rejects.toMatchObject({ field: 'bytesTransferred' });
    expect(command.outstanding).toBe(true);
    await command.complete(0, 512);
    await expect(command.complete(0, 512)).rejects.toMatchObject({ code: 'ERR_COMMAND_COMPLETED' });
    expect(() => command.buffer).toThrow(StateError);
    await set.close();
  });

  it('shows the signed count of SkipMarks', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine, { features: VDFeatures.LikeTape, attach: { features: VDFeatures.WriteMedia | VDFeatures.ReadMedia } });
    void server.send(0, SkipMarks, { size: 0xfffffffe });
    const command = await next(first(devices).commands());
    expect([command.name, command.size, command.buffer]).toEqual(['SkipMarks', -2, null]);
    await command.complete();
    await set.close();
  });

  it('hands over at once all commands that have arrived', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    for (let index = 0; index < 3; index += 1) void server.send(0, Write, { data: pattern(512, index) });
    const batches = first(devices).batches();
    let count = 0;
    while (count < 3) {
      const { value } = await batches.next();
      if (value === undefined) throw new Error('ended');
      count += value.length;
      await settled();
      for (const command of value) await command.complete(0, command.size);
    }
    await set.close();
    expect(count).toBe(3);
  });

  it('keeps what has arrived when a loop is left, for the next one', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    const sent = [1, 2, 3].map((seed) => server.send(0, Write, { data: pattern(512, seed) }));
    await settled();
    const seen: Command[] = [];
    for (let round = 0; round < 3; round += 1) {
      for await (const command of first(devices).commands()) {
        seen.push(command);
        await command.complete(0, 512);
        break;
      }
    }
    expect(new Set(seen).size).toBe(3);
    expect((await Promise.all(sent)).map(({ code }) => code)).toEqual([0, 0, 0]);
    await set.close();
  });

  it('allows one reader per device', async () => {
    const { machine } = rig();
    const { set, devices } = await attached(machine);
    const device = first(devices);
    const reading = device.commands().next();
    await expect(device.commands().next()).rejects.toMatchObject({ code: 'ERR_COMMANDS_IN_USE' });
    await expect(device.getCommand({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'ERR_COMMANDS_IN_USE' });
    await set.signalAbort();
    await expect(reading).rejects.toMatchObject({ code: 'VD_E_ABORT' });
    await set.close();
  });

  it('gives single commands by getCommand, and VD_E_TIMEOUT when there is none', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    const device = first(devices);
    await expect(device.getCommand({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'VD_E_TIMEOUT', operation: 'IClientVirtualDevice::GetCommand' });
    const sent = server.send(0, Flush);
    await (await device.getCommand({ timeoutMs: 1000 })).complete();
    expect((await sent).code).toBe(0);
    server.closeDevices();
    await expect(device.getCommand({ timeoutMs: Infinity })).rejects.toMatchObject({ code: 'VD_E_CLOSE' });
    await set.close();
    expect(callCount(machine, SIGNAL_ABORT)).toBe(0);
  });

  it('reports VD_E_ABORT to the waiting reader when the server aborts ([V7])', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    const reading = rejection(first(devices).commands().next());
    await settled();
    server.set.signalAbort();
    const error = await reading;
    expect(error).toBeInstanceOf(WindowsError);
    expect(error).toMatchObject({ code: 'VD_E_ABORT', hresult: HRESULT.VD_E_ABORT });
    expect(set.aborted).toBe(true);
    await set.close();
    expect(machine.handleCount()).toBe(0);
  });

  it('delivers nothing more once an abort was signalled, although it had arrived ([V9])', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    for (let index = 0; index < 3; index += 1) void server.send(0, Write, { data: pattern(512) });
    await settled();
    const commands = first(devices).commands();
    const taken = await next(commands);
    await set.signalAbort();
    await expect(commands.next()).rejects.toMatchObject({ code: 'VD_E_ABORT' });
    await expect(taken.complete(0, 512)).rejects.toMatchObject({ code: 'VD_E_ABORT' });
    await set.close();
  });

  it('signals an abort once, however often it is asked to', async () => {
    const { machine } = rig();
    const { set } = await attached(machine);
    await Promise.all([set.signalAbort(), set.signalAbort()]);
    await set.signalAbort();
    expect(callCount(machine, SIGNAL_ABORT)).toBe(1);
    await set.close();
    await expect(set.signalAbort()).resolves.toBeUndefined();
  });

  it('[V16] waits for every lent buffer before it closes, and aborts first when a loop is left with commands outstanding', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    const sent = [server.send(0, Write, { data: pattern(512) }), server.send(0, Write, { data: pattern(512) })];
    const commands = first(devices).commands();
    const [one, two] = [await next(commands), await next(commands)];
    let closed = false;
    const closing = (async () => {
      await using inScope = set;
      expect(inScope.closed).toBe(false);
    })().then(() => (closed = true));
    await settled();
    expect([callCount(machine, SIGNAL_ABORT), callCount(machine, CLOSE), closed]).toEqual([1, 0, false]);
    expect((await Promise.all(sent)).map(({ code }) => code)).toEqual([995, 995]);
    // Their views stay valid meanwhile ([V11]).
    expect(two.buffer?.byteLength).toBe(512);
    await expect(one.complete(0, 512)).rejects.toMatchObject({ code: 'VD_E_ABORT' });
    await settled();
    expect(callCount(machine, CLOSE)).toBe(0);
    two.release();
    await closing;
    expect([callCount(machine, CLOSE), machine.handleCount()]).toEqual([1, 0]);
  });

  it('[V1] ends the wait for the configuration when its signal fires, by an abort', async () => {
    const { machine } = rig();
    const cancel = new AbortController();
    const set = await ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: machine });
    const waiting = rejection(set.getConfiguration({ timeoutMs: Infinity, signal: cancel.signal }));
    await settled();
    cancel.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } });
    expect(callCount(machine, SIGNAL_ABORT)).toBe(1);
    await set.close();
  });

  it('reports a configuration that does not come in time', async () => {
    const { machine, clock } = rig();
    await using set = await ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: machine });
    const waiting = rejection(set.getConfiguration({ timeoutMs: 15_000 }));
    await clock.advance(15_000);
    expect(await waiting).toMatchObject({ code: 'VD_E_TIMEOUT' });
  });

  it('leaves nothing behind when CreateEx fails, or is cancelled while it hangs', async () => {
    const { machine } = rig();
    machine.faults.add({ at: 'IClientVirtualDeviceSet2::CreateEx', occurrence: 1, action: { hresult: HRESULT.E_ACCESSDENIED } });
    machine.faults.add({ at: 'IClientVirtualDeviceSet2::CreateEx', occurrence: 2, action: { hang: true } });
    await expect(ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: machine })).rejects.toMatchObject({ code: 'E_ACCESSDENIED' });
    expect(machine.handleCount()).toBe(0);
    const cancel = new AbortController();
    const creating = rejection(ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: machine, signal: cancel.signal }));
    await settled();
    cancel.abort();
    expect(await creating).toMatchObject({ code: 'ABORT_ERR' });
    await settled();
    expect(machine.handleCount()).toBe(0);
  });

  it('gives everything back when Close fails', async () => {
    const { machine } = rig();
    const { set } = await attached(machine);
    machine.faults.add({ at: CLOSE, occurrence: 1, action: { hresult: HRESULT.VD_E_UNEXPECTED } });
    await expect(set.close()).rejects.toMatchObject({ code: 'VD_E_UNEXPECTED' });
    expect(machine.handleCount()).toBe(0);
  });

  it('leaves behind what must happen if nobody closes it: abort, then close; nothing once it is closed', async () => {
    const { machine } = rig();
    const listed: unknown[] = [];
    const setTeardown = machine.setTeardown.bind(machine);
    machine.setTeardown = (process, handle, steps) => {
      listed.push(steps);
      setTeardown(process, handle, steps);
    };
    const { set } = await attached(machine);
    await set.close();
    expect(listed).toEqual([[SIGNAL_ABORT, CLOSE], []]);
  });

  it('is aborted for the server when its process dies without closing it', async () => {
    const { machine } = rig();
    const { server } = await attached(machine);
    const sent = server.send(0, Write, { data: pattern(512) });
    const client = machine.processNamed('client');
    machine.kill(client?.id ?? 0);
    expect((await sent).code).toBe(995);
  });

  it('is closed for good: every method says so', async () => {
    const { machine } = rig();
    const { set, devices } = await attached(machine);
    await set.close();
    await set.close();
    for (const call of [
      () => set.getConfiguration({ timeoutMs: 0 }),
      () => set.openDevice('set'),
      () => set.getBufferHandle(new Uint8Array(1)),
      () => set.mapBufferHandle(1, 1),
      () => first(devices).getCommand({ timeoutMs: 0 }),
      () => first(devices).commands().next(),
    ]) {
      await expect(call()).rejects.toMatchObject({ name: 'StateError', code: 'ERR_CLOSED' });
    }
  });

  it('passes a buffer to a secondary process by its handle', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine);
    const sent = server.send(0, Write, { data: pattern(512, 7) });
    const command = await next(first(devices).commands());
    const secondary = await ClientVirtualDeviceSet.openInSecondary({ name: 'set', backend: machine });
    const handle = await set.getBufferHandle(command.buffer ?? new Uint8Array());
    expect(Buffer.from(await secondary.mapBufferHandle(handle, 512))).toEqual(Buffer.from(pattern(512, 7)));
    await command.complete(0, 512);
    await sent;
    server.closeDevices();
    await settled();
    await secondary.close();
    await set.close();
    expect(machine.handleCount()).toBe(0);
  });

  it('gives Read buffers that SQL Server then sees', async () => {
    const { machine } = rig();
    const { set, devices, server } = await attached(machine, { attach: { features: VDFeatures.ReadMedia } });
    const sent = server.send(0, Read, { size: 1024 });
    const command = await next(first(devices).commands());
    command.buffer?.set(pattern(600, 3));
    await command.complete(WIN32.ERROR_HANDLE_EOF, 600);
    const { code, bytes, data } = await sent;
    expect([code, bytes, Buffer.from(data).equals(Buffer.from(pattern(600, 3)))]).toEqual([38, 600, true]);
    await set.close();
  });
});

describe('what a set is asked for is checked before anything is started', () => {
  const bad: readonly (readonly [string, string, Partial<CreateSetOptions>])[] = [
    ['an empty name', 'name', { name: '' }],
    ['a name over 128 UTF-16 units', 'name', { name: 'n'.repeat(129) }],
    ['a backslash in the name', 'name', { name: 'Global\\set' }],
    ['a zero in the name', 'name', { name: 'a\0b' }],
    ['no devices', 'deviceCount', { deviceCount: 0 }],
    ['65 devices', 'deviceCount', { deviceCount: 65 }],
    ['half a device', 'deviceCount', { deviceCount: 1.5 }],
    ['half of a tape\'s features', 'features', { features: VDFeatures.FileMarks }],
    ['a removable tape without rewind', 'features', { features: VDFeatures.LikeTape & ~VDFeatures.Rewind }],
    ['a feature that only the server sets', 'features', { features: VDFeatures.WriteMedia }],
    ['an alignment that is no power of two', 'alignment', { alignment: 3 }],
    ['a negative prefix zone', 'prefixZoneSize', { prefixZoneSize: -1 }],
    ['a negative server timeout', 'serverTimeOutMs', { serverTimeOutMs: -1 }],
    ['an instance with its machine', 'instance', { instance: 'HOST\\SQL' }],
    ['more secondaries than devices', 'devicesInSecondaries', { devicesInSecondaries: 2 }],
  ];

  it.each(bad)('%s is refused, naming %s', async (_what, field, options) => {
    const { machine } = rig();
    const error = await rejection(ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: machine, ...options }));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error).toMatchObject({ field });
    expect(machine.calls).toEqual([]);
  });

  it.each([
    ['pipe-like', VDFeatures.LikePipe],
    ['removable pipe-like', VDFeatures.Removable],
    ['tape-like', VDFeatures.LikeTape],
    ['disk-like', VDFeatures.LikeDisk],
    ['removable disk-like', VDFeatures.LikeDisk | VDFeatures.Removable],
    ['pipe-like with options', VDFeatures.Discard | VDFeatures.SnapshotPrepare | VDFeatures.RequestComplete],
  ])('%s is accepted', async (_what, features) => {
    const { machine } = rig();
    const set = await ClientVirtualDeviceSet.create({ name: 'n'.repeat(128), deviceCount: 64, features, backend: machine });
    await set.close();
    expect(machine.handleCount()).toBe(0);
  });

  it('a negative timeout is refused', async () => {
    const { machine } = rig();
    await using set = await ClientVirtualDeviceSet.create({ name: 'set', deviceCount: 1, backend: machine });
    await expect(set.getConfiguration({ timeoutMs: -1 })).rejects.toMatchObject({ field: 'timeoutMs' });
    expect(callCount(machine, 'IClientVirtualDeviceSet2::GetConfiguration')).toBe(0);
  });
});
