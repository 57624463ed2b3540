/** GetCommand and CompleteCommand: what the client is given, what comes of its answers, and in which order. */
import { VDCommands, VDFeatures, WIN32 } from '../../lib/binding/codes';
import type { Device } from './rig';
import { outcome, useRig } from './rig';

const CLOSE = 0x8077000e;

function only(devices: readonly Device[]): Device {
  const [device] = devices;
  if (device === undefined) throw new Error('a session has a device');
  return device;
}

describe('GetCommand', () => {
  const rig = useRig();

  it('gives each of the 19 commands with its code, size and position', async () => {
    const { server, devices } = await rig().active({ config: { features: VDFeatures.LikeTape } });
    const device = only(devices);
    for (const code of Object.values(VDCommands)) {
      const transfers = code === VDCommands.Read || code === VDCommands.Write;
      const buffer = transfers ? await server.allocateBuffer(1024) : 0n;
      const sent = await server.send({ code, size: 1024, position: 4096n, buffer });
      const command = await device.getCommand(0);
      expect(command).toMatchObject({ commandCode: code, size: 1024, position: 4096n });
      expect(command.buffer?.byteLength).toBe(transfers ? 1024 : undefined);
      expect(command.pointer).not.toBe(0n);
      await device.completeCommand(command.pointer, 0, transfers ? 1024 : 0, 0);
      expect((await server.completion(sent)).completionCode).toBe(0);
    }
    expect(Object.values(VDCommands)).toHaveLength(19);
  });

  it.each([
    ['SkipBlocks backwards on a tape', VDFeatures.LikeTape, VDCommands.SkipBlocks, -3, 0n, 0xfffffffd],
    ['SkipMarks backwards on a tape', VDFeatures.LikeTape, VDCommands.SkipMarks, -1, 0n, 0xffffffff],
    ['SetPosition from the end on a disk', VDFeatures.LikeDisk, VDCommands.SetPosition, 2, 0x1_0000_0000n, 2],
    ['Load with unloading first on a removable pipe', VDFeatures.Removable, VDCommands.Load, 1, 0n, 1],
  ])('gives %s', async (_what, features, code, size, position, shown) => {
    const { server, devices } = await rig().active({ config: { features } });
    await server.send({ code, size, position });
    expect(await only(devices).getCommand(0)).toMatchObject({ commandCode: code, size: shown, position, buffer: null });
  });

  it('gives the position of a Write on a disk-like device above 4 GiB', async () => {
    const { server, devices } = await rig().active({ config: { features: VDFeatures.LikeDisk } });
    const buffer = await server.allocateBuffer(512);
    await server.send({ code: VDCommands.Write, size: 512, position: 0x12_3456_7890n, buffer });
    expect((await only(devices).getCommand(0)).position).toBe(0x12_3456_7890n);
  });

  it('gives the commands of a device in the order in which they were sent, and each device its own', async () => {
    const { server, devices } = await rig().active({ config: { deviceCount: 2 } });
    for (const size of [1, 2, 3]) {
      await server.send({ code: VDCommands.SkipBlocks, size, device: 0 });
      await server.send({ code: VDCommands.SkipBlocks, size: 10 * size, device: 1 });
    }
    const sizes: (number | undefined)[] = [];
    for (const device of [1, 0, 0, 1, 1, 0]) sizes.push((await devices[device]?.getCommand(0))?.size);
    expect(sizes).toEqual([10, 1, 2, 20, 30, 3]);
  });

  it('waits for a command', async () => {
    const { server, devices } = await rig().active();
    const waiting = only(devices).getCommand(0xffffffff);
    await server.send({ code: VDCommands.Flush });
    expect((await waiting).commandCode).toBe(VDCommands.Flush);
  });

  it('gives VD_E_TIMEOUT when none comes in time, and the next one to the next call', async () => {
    const { server, devices } = await rig().active();
    let answered = false;
    const waiting = outcome(only(devices).getCommand(200)).finally(() => (answered = true));
    await rig().control.advance(199);
    expect(answered).toBe(false);
    expect(await rig().advanceUntilAnswered(waiting)).toBe('VD_E_TIMEOUT');
    await server.send({ code: VDCommands.Flush });
    expect((await only(devices).getCommand(0)).commandCode).toBe(VDCommands.Flush);
  });

  it('gives VD_E_TIMEOUT at once when it polls', async () => {
    const { devices } = await rig().active();
    expect(await outcome(only(devices).getCommand(0))).toBe('VD_E_TIMEOUT');
  });

  it('gives VD_E_CLOSE when the server closes the device while it waits, and again later', async () => {
    const { server, devices } = await rig().active({ config: { deviceCount: 2 } });
    const before = await rig().control.count('IClientVirtualDevice::GetCommand');
    const waiting = outcome(only(devices).getCommand(0xffffffff));
    while ((await rig().control.count('IClientVirtualDevice::GetCommand')) <= before) await rig().control.advance(0);
    await server.closeDevice(0);
    expect(await waiting).toBe('VD_E_CLOSE');
    expect(await outcome(only(devices).getCommand(0))).toBe('VD_E_CLOSE');
  });

  it('serves 64 devices', async () => {
    const { set, server, devices } = await rig().active({ config: { deviceCount: 64 } });
    for (let device = 0; device < 64; device += 1) await server.send({ code: VDCommands.SkipBlocks, size: device, device });
    const sizes = await Promise.all(devices.map(async (device) => {
      const { pointer, size } = await device.getCommand(0xffffffff);
      await device.completeCommand(pointer, 0, 0, 0);
      return size;
    }));
    expect(sizes).toEqual(Array.from({ length: 64 }, (_, index) => index));
    for (let device = 0; device < 64; device += 1) await server.closeDevice(device);
    expect(await Promise.all(devices.map((device) => outcome(device.getCommand(0))))).toEqual(Array.from({ length: 64 }, () => 'VD_E_CLOSE'));
    expect(await outcome(set.close())).toBe('ok');
  });
});

describe('CompleteCommand', () => {
  const rig = useRig();

  it('tells the server code, bytes and position as far as the command has them', async () => {
    const { server, devices } = await rig().active({ config: { features: VDFeatures.LikeTape } });
    const device = only(devices);
    const buffer = await server.allocateBuffer(512);
    const read = await server.send({ code: VDCommands.Read, size: 512, buffer });
    const position = await server.send({ code: VDCommands.GetPosition });
    const flush = await server.send({ code: VDCommands.Flush });
    for (let count = 0; count < 3; count += 1) await device.completeCommand((await device.getCommand(0)).pointer, 0, 300, 0x1_0000_0001n);
    expect(await server.completion(read)).toMatchObject({ completionCode: 0, bytesTransferred: 300, position: 0n });
    expect(await server.completion(position)).toMatchObject({ completionCode: 0, bytesTransferred: 0, position: 0x1_0000_0001n });
    expect(await server.completion(flush)).toMatchObject({ completionCode: 0, bytesTransferred: 0, position: 0n });
  });

  it('takes the commands of a device in any order', async () => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    const numbers: number[] = [];
    for (let count = 0; count < 4; count += 1) numbers.push(await server.send({ code: VDCommands.Write, size: 512, buffer: await server.allocateBuffer(512) }));
    const pointers: bigint[] = [];
    for (let count = 0; count < 4; count += 1) pointers.push((await device.getCommand(0)).pointer);
    for (const index of [2, 0, 3, 1]) await device.completeCommand(pointers[index] ?? 0n, 0, 512, 0);
    expect((await server.completions()).map(({ command }) => numbers.indexOf(command))).toEqual([2, 0, 3, 1]);
  });

  it('gives VD_E_INVALID for what is no command of the device, and for one that is complete', async () => {
    const { server, devices } = await rig().active({ config: { deviceCount: 2 } });
    const [first, second] = devices;
    if (first === undefined || second === undefined) throw new Error('two devices');
    await server.send({ code: VDCommands.Flush });
    const { pointer } = await first.getCommand(0);
    expect(await outcome(first.completeCommand(0n, 0, 0, 0))).toBe('VD_E_INVALID');
    expect(await outcome(first.completeCommand(pointer + 1n, 0, 0, 0))).toBe('VD_E_INVALID');
    expect(await outcome(second.completeCommand(pointer, 0, 0, 0))).toBe('VD_E_INVALID');
    expect(await outcome(first.completeCommand(pointer, 0, 0, 0))).toBe('ok');
    expect(await outcome(first.completeCommand(pointer, 0, 0, 0))).toBe('VD_E_INVALID');
    expect(await server.completions()).toHaveLength(1);
  });

  it('gives every command in the client\'s hands an address of its own', async () => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    for (let count = 0; count < 4; count += 1) await server.send({ code: VDCommands.Flush });
    const pointers = new Set<bigint>();
    for (let count = 0; count < 4; count += 1) pointers.add((await device.getCommand(0)).pointer);
    expect(pointers.size).toBe(4);
  });

  it('makes room in the device\'s queue, which holds four commands', async () => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    for (let count = 0; count < 4; count += 1) await server.send({ code: VDCommands.Flush });
    expect(await outcome(server.send({ code: VDCommands.Flush }))).toBe('VD_E_BUSY');
    const { pointer } = await device.getCommand(0);
    // Delivered commands count too.
    expect(await outcome(server.send({ code: VDCommands.Flush }))).toBe('VD_E_BUSY');
    await device.completeCommand(pointer, 0, 0, 0);
    expect(await outcome(server.send({ code: VDCommands.Flush }))).toBe('ok');
  });

  it('takes what a Read brings from the client\'s buffer to the server', async () => {
    const { server, devices } = await rig().active({ features: VDFeatures.ReadMedia });
    const device = only(devices);
    const buffer = await server.allocateBuffer(1024);
    const sent = await server.send({ code: VDCommands.Read, size: 1024, buffer });
    const command = await device.getCommand(0);
    command.buffer?.set(Uint8Array.from({ length: 1024 }, (_, index) => index % 251));
    await device.completeCommand(command.pointer, 0, 1024, 0);
    await server.completion(sent);
    expect(await server.readBuffer(buffer, 1024)).toEqual(Uint8Array.from({ length: 1024 }, (_, index) => index % 251));
  });
});

describe('a completion other than success', () => {
  const rig = useRig();

  it.each([
    ['ERROR_DISK_FULL', WIN32.ERROR_DISK_FULL],
    ['ERROR_HANDLE_EOF', WIN32.ERROR_HANDLE_EOF],
    ['ERROR_NOT_SUPPORTED', WIN32.ERROR_NOT_SUPPORTED],
    ['ERROR_END_OF_MEDIA', WIN32.ERROR_END_OF_MEDIA],
  ])('%s reaches the server with its byte count, and drops what was queued with ERROR_IO_DEVICE', async (_name, code) => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    const failing = await server.send({ code: VDCommands.Write, size: 512, buffer: await server.allocateBuffer(512) });
    const dropped = await server.send({ code: VDCommands.Write, size: 512, buffer: await server.allocateBuffer(512) });
    await device.completeCommand((await device.getCommand(0)).pointer, code, 100, 0);
    expect(await server.completion(failing)).toMatchObject({ completionCode: code, bytesTransferred: 100 });
    expect(await server.completion(dropped)).toMatchObject({ completionCode: 1117 });
    expect(await outcome(device.getCommand(0))).toBe('VD_E_TIMEOUT');
    // Further commands are refused until the error is cleared.
    expect(await outcome(server.send({ code: VDCommands.Flush }))).toBe('ERROR_IO_DEVICE');
  });

  it('lets the client complete what it has, and only then delivers ClearError', async () => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    const first = await server.send({ code: VDCommands.Flush });
    const second = await server.send({ code: VDCommands.Flush });
    const one = await device.getCommand(0);
    const two = await device.getCommand(0);
    await device.completeCommand(one.pointer, WIN32.ERROR_WRITE_FAULT, 0, 0);
    await server.completion(first);
    await server.send({ code: VDCommands.ClearError });
    expect(await outcome(device.getCommand(0))).toBe('VD_E_TIMEOUT');
    await device.completeCommand(two.pointer, 0, 0, 0);
    expect((await server.completion(second)).completionCode).toBe(0);
    const clear = await device.getCommand(0);
    expect(clear.commandCode).toBe(VDCommands.ClearError);
    await device.completeCommand(clear.pointer, 0, 0, 0);
    expect(await outcome(server.send({ code: VDCommands.Flush }))).toBe('ok');
  });

  it('concerns one device only', async () => {
    const { server, devices } = await rig().active({ config: { deviceCount: 2 } });
    await server.send({ code: VDCommands.Flush, device: 0 });
    const command = await devices[0]?.getCommand(0);
    await devices[0]?.completeCommand(command?.pointer ?? 0n, WIN32.ERROR_DISK_FULL, 0, 0);
    expect(await outcome(server.send({ code: VDCommands.Flush, device: 0 }))).toBe('ERROR_IO_DEVICE');
    expect(await outcome(server.send({ code: VDCommands.Flush, device: 1 }))).toBe('ok');
  });

  it('stays when ClearError itself is refused', async () => {
    const { server, devices } = await rig().active();
    const device = only(devices);
    await server.send({ code: VDCommands.Flush });
    await device.completeCommand((await device.getCommand(0)).pointer, WIN32.ERROR_DISK_FULL, 0, 0);
    await server.send({ code: VDCommands.ClearError });
    await device.completeCommand((await device.getCommand(0)).pointer, WIN32.ERROR_NOT_SUPPORTED, 0, 0);
    expect(await outcome(server.send({ code: VDCommands.Flush }))).toBe('ERROR_IO_DEVICE');
  });
});

describe('the command queue of a device', () => {
  const rig = useRig();

  it('hands over the same commands in the same order, takes completions, and ends with VD_E_CLOSE', async () => {
    const { set, server, devices } = await rig().active({ buffers: 4 });
    const device = only(devices);
    const queue = device.channel.commandQueue(device.handle);
    const buffers: bigint[] = [];
    for (let count = 0; count < 4; count += 1) buffers.push(await server.allocateBuffer(512));
    const seen: number[] = [];
    const consumer = (async (): Promise<number> => {
      for (;;) {
        const hresult = await queue.wait();
        for (const { pointer, commandCode, size, buffer } of queue.take()) {
          expect(commandCode).toBe(VDCommands.Write);
          seen.push(device.channel.memory.view(buffer, size)[0] ?? -1);
          expect(await queue.complete(pointer, 0, size, 0n)).toBe(0);
        }
        if (hresult !== 0) return hresult;
      }
    })();
    const waits: Promise<unknown>[] = [];
    for (let number = 0; number < 40; number += 1) {
      const buffer = buffers[number % 4] ?? 0n;
      await waits[number - 4];
      await server.writeBuffer(buffer, Uint8Array.of(number));
      waits.push(server.completion(await server.send({ code: VDCommands.Write, size: 512, buffer })));
    }
    await Promise.all(waits);
    await server.closeDevice();
    expect(await consumer).toBe(CLOSE);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, number) => number));
    expect(await outcome(set.close())).toBe('ok');
  });

  it('has nothing to take when nothing has come', async () => {
    const { devices } = await rig().active();
    const device = only(devices);
    expect(device.channel.commandQueue(device.handle).take()).toEqual([]);
  });

  it('tells of a completion that is refused', async () => {
    const { devices } = await rig().active();
    const device = only(devices);
    expect(await device.channel.commandQueue(device.handle).complete(0x1000n, 0, 0, 0n)).toBe(0x80770006);
  });
});
