/** Abnormal termination (seed 000), as the client of a set sees it, by either side's SignalAbort and by the server's exit. */
import { VDCommands, VDFeatures } from '../../lib/binding/codes';
import type { Device, Rig, Session } from './rig';
import { outcome, useRig } from './rig';

type Abort = (session: Session) => Promise<void>;
const bySide: readonly (readonly [who: string, abort: Abort])[] = [
  ['the client signals it', ({ set }) => set.signalAbort()],
  ['the server signals it', ({ server }) => server.signalAbort()],
  ['the server exits without Close', ({ server }) => server.die()],
];

function only(devices: readonly Device[]): Device {
  const [device] = devices;
  if (device === undefined) throw new Error('a session has a device');
  return device;
}

/** A Write command of 512 bytes, not yet delivered; the buffer is full of `fill`. */
async function sendWrite({ server }: Session, fill: number, device = 0): Promise<{ command: number; buffer: bigint }> {
  const buffer = await server.allocateBuffer(512);
  await server.writeBuffer(buffer, new Uint8Array(512).fill(fill));
  return { buffer, command: await server.send({ code: VDCommands.Write, size: 512, buffer, device }) };
}

/** The call is under way: the machine has it. */
async function underWay(rig: Rig, operation: string, before: number): Promise<void> {
  while ((await rig.control.count(operation)) <= before) await rig.control.advance(0);
}

describe('an abort', () => {
  const rig = useRig();

  it('[V1] both sides have a SignalAbort that ends the set for the other', async () => {
    const byClient = await rig().active();
    await byClient.set.signalAbort();
    expect(await outcome(byClient.server.getConfiguration())).toBe('VD_E_ABORT');
    const byServer = await rig().active();
    await byServer.server.signalAbort();
    expect(await outcome(byServer.set.getConfiguration(0))).toBe('VD_E_ABORT');
  });

  describe.each(bySide)('when %s', (who, abort) => {
    const serverLives = who !== 'the server exits without Close';
    const prefix = serverLives ? '' : '[V18] ';

    it(`${prefix}[V4] the set is in the Abort state`, async () => {
      const session = await rig().active();
      await abort(session);
      expect(await outcome(session.set.getConfiguration(0))).toBe('VD_E_ABORT');
      expect(await outcome(session.set.openDevice(session.name))).toBe('VD_E_ABORT');
      expect(await outcome(session.set.signalAbort())).toBe('ok');
    });

    it(`${prefix}[V7] a waiting GetCommand returns VD_E_ABORT`, async () => {
      const session = await rig().active();
      const before = await rig().control.count('IClientVirtualDevice::GetCommand');
      const waiting = outcome(only(session.devices).getCommand(0xffffffff));
      await underWay(rig(), 'IClientVirtualDevice::GetCommand', before);
      await abort(session);
      expect(await waiting).toBe('VD_E_ABORT');
    });

    it(`${prefix}[V7] a waiting GetConfiguration returns VD_E_ABORT`, async () => {
      const session = await rig().created();
      await session.server.open(session.name);
      const before = await rig().control.count('IClientVirtualDeviceSet2::GetConfiguration');
      const waiting = outcome(session.set.getConfiguration(60_000));
      await underWay(rig(), 'IClientVirtualDeviceSet2::GetConfiguration', before);
      await abort(session);
      expect(await waiting).toBe('VD_E_ABORT');
    });

    it(`${prefix}[V7] GetCommand waiting on every device of a set returns VD_E_ABORT`, async () => {
      const session = await rig().active({ config: { deviceCount: 3 } });
      const before = await rig().control.count('IClientVirtualDevice::GetCommand');
      const waiting = session.devices.map((device) => outcome(device.getCommand(0xffffffff)));
      await underWay(rig(), 'IClientVirtualDevice::GetCommand', before + 2);
      await abort(session);
      expect(await Promise.all(waiting)).toEqual(['VD_E_ABORT', 'VD_E_ABORT', 'VD_E_ABORT']);
    });

    it(`${prefix}[V9] a command that was queued is not delivered any more`, async () => {
      const session = await rig().active();
      await sendWrite(session, 1);
      await abort(session);
      expect(await outcome(only(session.devices).getCommand(0))).toBe('VD_E_ABORT');
    });

    it(`${prefix}[V6] the client gets VD_E_ABORT when it gets and when it completes commands`, async () => {
      const session = await rig().active();
      const device = only(session.devices);
      await sendWrite(session, 1);
      const { pointer } = await device.getCommand(0);
      await abort(session);
      expect(await outcome(device.getCommand(0))).toBe('VD_E_ABORT');
      expect(await outcome(device.completeCommand(pointer, 0, 512, 0))).toBe('VD_E_ABORT');
    });

    it(`${prefix}[V11] a buffer in the client's hands can be read until the client's Close, and not after`, async () => {
      const session = await rig().active();
      await sendWrite(session, 0xa5);
      const { buffer } = await only(session.devices).getCommand(0);
      await abort(session);
      expect(buffer?.byteLength).toBe(512);
      expect(buffer?.every((byte) => byte === 0xa5)).toBe(true);
      // Also when the server has let go.
      if (serverLives) await session.server.close();
      expect(buffer?.every((byte) => byte === 0xa5)).toBe(true);
      await session.set.close();
      expect(buffer?.byteLength).toBe(0);
    });

    it(`${prefix}[V15] Close is what is left to do, and it succeeds with devices open and commands outstanding`, async () => {
      const session = await rig().active();
      await sendWrite(session, 1);
      await only(session.devices).getCommand(0);
      await abort(session);
      expect(await outcome(session.set.close())).toBe('ok');
      expect(await outcome(session.set.close())).toBe('VD_E_PROTOCOL');
    });

    it(`${prefix}[V7] the device's queue ends with VD_E_ABORT`, async () => {
      const session = await rig().active();
      const device = only(session.devices);
      const queue = device.channel.commandQueue(device.handle);
      const waiting = queue.wait();
      await abort(session);
      expect(await waiting).toBe(0x80770004);
    });

    if (!serverLives) return;

    it('[V6] commands in progress complete with ERROR_OPERATION_ABORTED on the server\'s side', async () => {
      const session = await rig().active();
      const delivered = await sendWrite(session, 1);
      const queued = await sendWrite(session, 2);
      await only(session.devices).getCommand(0);
      await abort(session);
      expect((await session.server.completion(delivered.command)).completionCode).toBe(995);
      expect((await session.server.completion(queued.command)).completionCode).toBe(995);
    });

    it('[V13] a completion that the client attempts afterwards changes nothing', async () => {
      const session = await rig().active();
      const device = only(session.devices);
      const { command } = await sendWrite(session, 1);
      const { pointer } = await device.getCommand(0);
      await abort(session);
      await device.completeCommand(pointer, 0, 512, 0).catch(() => undefined);
      expect(await session.server.completions()).toEqual([{ command, completionCode: 995, bytesTransferred: 0, position: 0n }]);
    });

    it('[V11] a buffer in the server\'s hands is the server\'s until its own Close, whatever the client does', async () => {
      const session = await rig().active();
      const buffer = await session.server.allocateBuffer(512);
      await session.server.writeBuffer(buffer, new Uint8Array(512).fill(7));
      await abort(session);
      await session.set.close();
      expect([...(await session.server.readBuffer(buffer, 4))]).toEqual([7, 7, 7, 7]);
      expect(await outcome(session.server.close())).toBe('ok');
    });
  });

  it('[V19] before the server came, an abort of the client\'s turns the server away', async () => {
    const { name, set, server } = await rig().created();
    await set.signalAbort();
    expect(await outcome(server.open(name))).toBe('VD_E_ABORT');
  });

  it('[V19] during the configuration, an abort of the client\'s reaches the server at its next call', async () => {
    const { name, set, server } = await rig().created();
    await server.open(name);
    await set.signalAbort();
    expect(await outcome(server.getConfiguration())).toBe('VD_E_ABORT');
    expect(await outcome(server.close())).toBe('ok');
  });

  it('[V19] while devices are being opened, OpenDevice gives VD_E_ABORT', async () => {
    const { set, server, name } = await rig().initializing({ config: { deviceCount: 2 } });
    await set.openDevice(name);
    await server.signalAbort();
    expect(await outcome(set.openDevice('device-2'))).toBe('VD_E_ABORT');
  });

  it('[V5] an error code ends nothing by itself: the server waits for what is outstanding, then closes the device', async () => {
    const session = await rig().active();
    const device = only(session.devices);
    const first = await sendWrite(session, 1);
    const second = await sendWrite(session, 2);
    const one = await device.getCommand(0);
    const two = await device.getCommand(0);
    await device.completeCommand(one.pointer, 112, 0, 0);
    expect((await session.server.completion(first.command)).completionCode).toBe(112);
    // The other is still the client's, and completes as it did.
    await device.completeCommand(two.pointer, 0, 512, 0);
    expect(await session.server.completion(second.command)).toMatchObject({ completionCode: 0, bytesTransferred: 512 });
    await session.server.closeDevice();
    expect(await outcome(device.getCommand(0))).toBe('VD_E_CLOSE');
    expect(await outcome(session.set.close())).toBe('ok');
  });

  it('[V5] or it sends ClearError and goes on', async () => {
    const session = await rig().active();
    const device = only(session.devices);
    await sendWrite(session, 1);
    await device.completeCommand((await device.getCommand(0)).pointer, 1100, 0, 0);
    await session.server.send({ code: VDCommands.ClearError });
    const clear = await device.getCommand(0);
    expect(clear.commandCode).toBe(VDCommands.ClearError);
    await device.completeCommand(clear.pointer, 0, 0, 0);
    await sendWrite(session, 3);
    const next = await device.getCommand(0);
    expect(next.buffer?.[0]).toBe(3);
  });

  it('Close with devices open gives VD_E_OPEN, aborts the set for the server, and releases everything', async () => {
    const session = await rig().active();
    const { command } = await sendWrite(session, 1);
    const { buffer } = await only(session.devices).getCommand(0);
    expect(await outcome(session.set.close())).toBe('VD_E_OPEN');
    expect(buffer?.byteLength).toBe(0);
    expect((await session.server.completion(command)).completionCode).toBe(995);
    expect(await outcome(session.server.getConfiguration())).toBe('VD_E_ABORT');
  });

  it('Close while GetCommand waits gives it VD_E_ABORT', async () => {
    const { set, devices } = await rig().active();
    const before = await rig().control.count('IClientVirtualDevice::GetCommand');
    const waiting = outcome(only(devices).getCommand(0xffffffff));
    await underWay(rig(), 'IClientVirtualDevice::GetCommand', before);
    expect(await outcome(set.close())).toBe('VD_E_OPEN');
    expect(await waiting).toBe('VD_E_ABORT');
  });

  it('the server aborts a client that completes nothing for more than two intervals of serverTimeOut', async () => {
    const session = await rig().active({ config: { serverTimeOut: 1000 }, features: VDFeatures.WriteMedia });
    const { command } = await sendWrite(session, 1);
    const device = only(session.devices);
    const { pointer } = await device.getCommand(0);
    await rig().control.advance(2000);
    expect(await session.server.completions()).toEqual([]);
    await rig().control.advance(1);
    expect((await session.server.completion(command)).completionCode).toBe(995);
    expect(await outcome(device.completeCommand(pointer, 0, 512, 0))).toBe('VD_E_ABORT');
  });

  it('serverTimeOut counts from the last completion, and not while nothing is pending', async () => {
    const session = await rig().active({ config: { serverTimeOut: 1000 } });
    const device = only(session.devices);
    await sendWrite(session, 1);
    await sendWrite(session, 2);
    const one = await device.getCommand(0);
    const two = await device.getCommand(0);
    await rig().control.advance(1900);
    await device.completeCommand(one.pointer, 0, 512, 0);
    await rig().control.advance(1900);
    await device.completeCommand(two.pointer, 0, 512, 0);
    await rig().control.advance(100_000);
    expect(await outcome(device.getCommand(0))).toBe('VD_E_TIMEOUT');
  });

  it('a set that its client abandons is aborted by its teardown list', async () => {
    const { set, server } = await rig().active();
    set.setTeardown('SignalAbort', 'Close');
    await set.release();
    expect(await outcome(server.getConfiguration())).toBe('VD_E_ABORT');
  });
});
