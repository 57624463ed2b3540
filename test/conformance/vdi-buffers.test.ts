/** The shared memory of a set: whose it is, where buffers lie in it, how processes name them, and when a client's view ends. */
import { VDCommands } from '../../lib/binding/codes';
import type { Device } from './rig';
import { outcome, useRig } from './rig';

function only(devices: readonly Device[]): Device {
  const [device] = devices;
  if (device === undefined) throw new Error('a session has a device');
  return device;
}

describe('buffers', () => {
  const rig = useRig();

  it('show the client what the server wrote, without a copy of its own making', async () => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    const buffer = await server.allocateBuffer(65536);
    const bytes = Uint8Array.from({ length: 65536 }, (_, index) => (index * 7) % 256);
    await server.writeBuffer(buffer, bytes);
    const sent = await server.send({ code: VDCommands.Write, size: 65536, buffer });
    const first = await device.getCommand(0);
    expect(Buffer.compare(first.buffer ?? new Uint8Array(), bytes)).toBe(0);
    await device.completeCommand(first.pointer, 0, 65536, 0);
    await server.completion(sent);
    // The same buffer sent again is the same view.
    await server.writeBuffer(buffer, Uint8Array.of(99));
    await server.send({ code: VDCommands.Write, size: 65536, buffer });
    const again = await device.getCommand(0);
    expect(again.buffer).toBe(first.buffer);
    expect(again.buffer?.[0]).toBe(99);
  });

  it('show no more than the command\'s size', async () => {
    const { server, devices } = await rig().active();
    const buffer = await server.allocateBuffer(65536);
    await server.send({ code: VDCommands.Write, size: 1536, buffer });
    expect((await only(devices).getCommand(0)).buffer?.byteLength).toBe(1536);
  });

  it.each([512, 4096, 65536])('begin at multiples of the alignment %d', async (alignment) => {
    const { server, devices } = await rig().active({ config: { prefixZoneSize: 100 }, alignment, buffers: 4 });
    for (let count = 0; count < 4; count += 1) {
      const buffer = await server.allocateBuffer(3000);
      expect(buffer % BigInt(alignment)).toBe(0n);
      await server.send({ code: VDCommands.Write, size: 3000, buffer });
      const command = await only(devices).getCommand(0);
      expect(only(devices).channel.memory.addressOf(command.buffer ?? new Uint8Array())).toBeDefined();
      await only(devices).completeCommand(command.pointer, 0, 3000, 0);
    }
  });

  it('have the prefix zone that the client asked for just before their data, and nobody else writes there', async () => {
    const { server, devices } = await rig().active({ config: { prefixZoneSize: 64 }, buffers: 4 });
    const device = only(devices);
    const { memory } = device.channel;
    const zones: Uint8Array[] = [];
    for (let count = 0; count < 4; count += 1) {
      const buffer = await server.allocateBuffer(65536);
      await server.send({ code: VDCommands.Write, size: 65536, buffer });
      const command = await device.getCommand(0);
      const data = command.buffer ?? new Uint8Array();
      zones.push(new Uint8Array(data.buffer, data.byteOffset - 64, 64).fill(count + 1));
      await server.writeBuffer(buffer, new Uint8Array(65536).fill(0xee));
      expect(memory.addressOf(data)).toBeDefined();
    }
    for (const [index, zone] of zones.entries()) expect(zone.every((byte) => byte === index + 1)).toBe(true);
  });

  it('of commands end, for the client, with Close: every view has length 0', async () => {
    const { set, server, devices } = await rig().active({ config: { deviceCount: 2 } });
    const views: Uint8Array[] = [];
    for (const [index, device] of devices.entries()) {
      const buffer = await server.allocateBuffer(512);
      const sent = await server.send({ code: VDCommands.Write, size: 512, buffer, device: index });
      const command = await device.getCommand(0);
      views.push(command.buffer ?? new Uint8Array(1));
      await device.completeCommand(command.pointer, 0, 512, 0);
      await server.completion(sent);
      await server.closeDevice(index);
      await device.getCommand(0).catch(() => undefined);
    }
    expect(views.map(({ byteLength }) => byteLength)).toEqual([512, 512]);
    expect(await outcome(set.close())).toBe('ok');
    expect(views.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
  });

  it('of another set stay when one is closed', async () => {
    const one = await rig().active();
    const two = await rig().active({ channel: one.set.channel });
    const views: Uint8Array[] = [];
    for (const { server, devices } of [one, two]) {
      const buffer = await server.allocateBuffer(512);
      await server.writeBuffer(buffer, new Uint8Array(512).fill(5));
      await server.send({ code: VDCommands.Write, size: 512, buffer });
      views.push((await only(devices).getCommand(0)).buffer ?? new Uint8Array(1));
    }
    await one.set.close().catch(() => undefined);
    expect(views.map(({ byteLength }) => byteLength)).toEqual([0, 512]);
    expect(views[1]?.[511]).toBe(5);
  });

  it('have handles by which they are found again', async () => {
    const { set, server, devices } = await rig().active();
    const buffer = await server.allocateBuffer(1024);
    await server.writeBuffer(buffer, new Uint8Array(1024).fill(0x5a));
    await server.send({ code: VDCommands.Write, size: 1024, buffer });
    const command = await only(devices).getCommand(0);
    const handle = await set.getBufferHandle(command.buffer ?? new Uint8Array());
    expect(await set.getBufferHandle(command.buffer ?? new Uint8Array())).toBe(handle);
    const mapped = await set.mapBufferHandle(handle, 1024);
    expect(mapped.every((byte) => byte === 0x5a)).toBe(true);
    // It is the same memory.
    mapped[0] = 1;
    expect(command.buffer?.[0]).toBe(1);
  });

  it('have no handle where no buffer begins, and no buffer stands behind a handle that was not given: VD_E_INVALID', async () => {
    const { set, server, devices } = await rig().active();
    const buffer = await server.allocateBuffer(1024);
    await server.send({ code: VDCommands.Write, size: 1024, buffer });
    const command = await only(devices).getCommand(0);
    expect(await outcome(set.getBufferHandle(command.buffer?.subarray(100) ?? new Uint8Array()))).toBe('VD_E_INVALID');
    expect(await outcome(set.mapBufferHandle(12345, 1024))).toBe('VD_E_INVALID');
  });
});

describe('a secondary client', () => {
  const rig = useRig();

  it('opens a device of the primary\'s set, serves it, and leaves by Close', async () => {
    const { name, names, set, server } = await rig().initializing({ config: { deviceCount: 2 } });
    await server.activate(names);
    const secondary = await rig().newSet();
    await secondary.openInSecondaryEx(null, name);
    const device = await secondary.openDevice('device-2');
    expect((await secondary.getConfiguration(0)).deviceCount).toBe(2);
    const buffer = await server.allocateBuffer(512);
    await server.writeBuffer(buffer, new Uint8Array(512).fill(3));
    const sent = await server.send({ code: VDCommands.Write, size: 512, buffer, device: 1 });
    // The primary has not opened its own device yet, and the secondary cannot know: it waits, or gets what is there.
    const command = await device.getCommand(0xffffffff);
    expect(command.buffer?.[0]).toBe(3);
    const first = await set.openDevice(name);
    await device.completeCommand(command.pointer, 0, 512, 0);
    expect((await server.completion(sent)).completionCode).toBe(0);
    for (const index of [0, 1]) await server.closeDevice(index);
    expect(await outcome(device.getCommand(0))).toBe('VD_E_CLOSE');
    expect(await outcome(first.getCommand(0))).toBe('VD_E_CLOSE');
    expect(await outcome(secondary.close())).toBe('ok');
    expect(await outcome(set.close())).toBe('ok');
  });

  it('cannot open a device that the primary has open', async () => {
    const { name, set, server, names } = await rig().initializing({ config: { deviceCount: 2 } });
    await server.activate(names);
    await set.openDevice(name);
    const secondary = await rig().newSet();
    await secondary.openInSecondaryEx(null, name);
    expect(await outcome(secondary.openDevice(name))).toBe('VD_E_PROTOCOL');
  });

  it('maps a buffer that the primary names by its handle', async () => {
    const { name, set, server, devices } = await rig().active();
    const buffer = await server.allocateBuffer(512);
    await server.writeBuffer(buffer, new Uint8Array(512).fill(0x77));
    await server.send({ code: VDCommands.Write, size: 512, buffer });
    const command = await only(devices).getCommand(0);
    const handle = await set.getBufferHandle(command.buffer ?? new Uint8Array());
    const secondary = await rig().newSet();
    await secondary.openInSecondaryEx(null, name);
    const mapped = await secondary.mapBufferHandle(handle, 512);
    expect(mapped.every((byte) => byte === 0x77)).toBe(true);
    expect(await outcome(secondary.close())).toBe('ok');
  });

  it('needs the right name, case included', async () => {
    const { name } = await rig().initializing();
    const secondary = await rig().newSet();
    expect(await outcome(secondary.openInSecondaryEx(null, name.toUpperCase()))).toBe('VD_E_PROTOCOL');
    expect(await outcome(secondary.openInSecondaryEx(null, name))).toBe('ok');
  });

  it('gets VD_E_ABORT when the primary aborts', async () => {
    const { name, set } = await rig().active();
    const secondary = await rig().newSet();
    await secondary.openInSecondaryEx(null, name);
    await set.signalAbort();
    expect(await outcome(secondary.getConfiguration(0))).toBe('VD_E_ABORT');
    expect(await outcome(secondary.close())).toBe('ok');
  });

  it('aborts the set when it closes with a device open', async () => {
    const { name, names, set, server } = await rig().initializing({ config: { deviceCount: 2 } });
    await server.activate(names);
    const secondary = await rig().newSet();
    await secondary.openInSecondaryEx(null, name);
    await secondary.openDevice('device-2');
    expect(await outcome(secondary.close())).toBe('VD_E_OPEN');
    expect(await outcome(set.getConfiguration(0))).toBe('VD_E_ABORT');
  });
});
