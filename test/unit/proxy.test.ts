import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import type { CallResult, Channel, PlainValue } from '../../lib/binding/channel';
import { HRESULT } from '../../lib/binding/codes';
import type { IClientVirtualDevice, IClientVirtualDeviceSet2, VDConfig } from '../../lib/binding/generated/vdi';
import { AreaMemory } from '../../lib/binding/memory';
import { createProxy } from '../../lib/binding/proxy';
import type { ProxyObject } from '../../lib/binding/proxy';
import { interfaceTable } from '../../lib/binding/tables';

const config: VDConfig = {
  deviceCount: 1, features: 0, prefixZoneSize: 0, alignment: 0, softFileMarkBlockSize: 0, EOMWarningSize: 0,
  serverTimeOut: 0, blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0,
};

/** A channel that answers from a list and remembers what it was asked. */
class ScriptedChannel implements Channel {
  readonly kind = 'simulated';
  readonly memory = new AreaMemory();
  readonly asked: { handle: number; operation: string; args: readonly PlainValue[] }[] = [];
  readonly released: number[] = [];
  readonly teardown = new Map<number, readonly string[]>();

  constructor(private readonly answers: CallResult[] = []) {}

  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    this.asked.push({ handle, operation, args });
    return Promise.resolve(this.answers.shift() ?? { hresult: HRESULT.S_OK, outputs: [] });
  }
  release(handle: number): Promise<void> {
    this.released.push(handle);
    return Promise.resolve();
  }
  setTeardown(handle: number, steps: readonly string[]): void {
    this.teardown.set(handle, steps);
  }
  commandQueue(): never {
    throw new Error('not used here');
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const setProxy = (channel: Channel): IClientVirtualDeviceSet2 & ProxyObject =>
  createProxy<IClientVirtualDeviceSet2>(channel, 4, interfaceTable('IClientVirtualDeviceSet2'));
const deviceProxy = (channel: Channel): IClientVirtualDevice & ProxyObject =>
  createProxy<IClientVirtualDevice>(channel, 8, interfaceTable('IClientVirtualDevice'));

describe('proxies', () => {
  it('keep what gave them out: a set that nobody names any more is not abandoned while its device is in use', () => {
    const { stdout } = spawnSync(process.execPath, ['--expose-gc', path.join(__dirname, 'proxy-forgotten-main.js')], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({ inUse: [], forgotten: [4, 8] });
  });

  it('pass the inputs in their order and give the output', async () => {
    const channel = new ScriptedChannel([{ hresult: 0, outputs: [{ ...config, blockSize: 512 }] }]);
    expect(await setProxy(channel).getConfiguration(1000)).toEqual({ ...config, blockSize: 512 });
    expect(channel.asked).toEqual([{ handle: 4, operation: 'IClientVirtualDeviceSet2::GetConfiguration', args: [1000] }]);
  });

  it('turn a failing HRESULT into a WindowsError that names the operation and shows the caller in its stack', async () => {
    const channel = new ScriptedChannel([{ hresult: HRESULT.VD_E_ABORT, outputs: [] }]);
    const set = setProxy(channel);
    const error: unknown = await (function theCaller() {
      return set.getConfiguration(0);
    })().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'WindowsError', code: 'VD_E_ABORT', hresult: 0x80770004, operation: 'IClientVirtualDeviceSet2::GetConfiguration' });
    expect((error as Error).stack).toContain('theCaller');
  });

  it.each([
    ['timeoutMs', () => setProxy(new ScriptedChannel()).getConfiguration(-1)],
    ['timeoutMs', () => setProxy(new ScriptedChannel()).getConfiguration(1.5)],
    ['name', () => setProxy(new ScriptedChannel()).openDevice('a\0b')],
    ['config.deviceCount', () => setProxy(new ScriptedChannel()).create('x', { ...config, deviceCount: -1 })],
    ['position', () => deviceProxy(new ScriptedChannel()).completeCommand(1n, 0, 0, -1n)],
    ['buffer', () => setProxy(new ScriptedChannel()).getBufferHandle(new Uint8Array(1))],
  ])('reject a bad %s before anything is called', async (field, act) => {
    await expect(act()).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
  });

  it('show a command with its buffer as a view on the lent memory, and the same view again for the same buffer', async () => {
    const command = { pointer: 0x500n, commandCode: 2, size: 16, position: 0n, buffer: 0x1010n };
    const channel = new ScriptedChannel([{ hresult: 0, outputs: [command] }, { hresult: 0, outputs: [command] }]);
    const area = new ArrayBuffer(64);
    channel.memory.add(0x1000n, area);
    const device = deviceProxy(channel);
    const first = await device.getCommand(0);
    expect(first).toMatchObject({ pointer: 0x500n, commandCode: 2, size: 16 });
    expect(first.buffer?.buffer).toBe(area);
    expect([first.buffer?.byteOffset, first.buffer?.byteLength]).toEqual([0x10, 16]);
    expect((await device.getCommand(0)).buffer).toBe(first.buffer);
    expect(channel.memory.addressOf(first.buffer ?? new Uint8Array())).toBe(0x1010n);
  });

  it('are released once, and refuse every call afterwards', async () => {
    const channel = new ScriptedChannel();
    const set = setProxy(channel);
    set.setTeardown('SignalAbort', 'Close');
    expect(channel.teardown.get(4)).toEqual(['IClientVirtualDeviceSet2::SignalAbort', 'IClientVirtualDeviceSet2::Close']);
    await set.release();
    await set.release();
    expect(channel.released).toEqual([4]);
    await expect(set.close()).rejects.toMatchObject({ code: 'ERR_RELEASED' });
    expect(() => {
      set.setTeardown('Nonsense');
    }).toThrow(RangeError);
  });
});
