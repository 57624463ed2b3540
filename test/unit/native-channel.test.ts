/** The JavaScript half of the native backend, over an addon that the test plays: handles, batches of commands, and what keeps a process alive. */
import { HRESULT } from '../../lib/binding/codes';
import { LoadError } from '../../lib/binding/errors';
import { NativeChannel, NativeLink, nativeBackend } from '../../lib/binding/native';
import { PlayedAddon } from './played-addon';
import type { Arrived } from './played-addon';

const SET = 'IClientVirtualDeviceSet2';

interface Bench {
  readonly addon: PlayedAddon;
  readonly channel: NativeChannel;
}

/** A channel with a set (handle 1) and its device (handle 2). */
async function withDevice(): Promise<Bench> {
  const addon = new PlayedAddon();
  const channel = new NativeChannel(new NativeLink(addon));
  const set = channel.call(0, 'CoCreateInstance', ['clsid', 'iid']);
  addon.answer(HRESULT.S_OK, 1);
  await set;
  const device = channel.call(1, `${SET}::OpenDevice`, ['name']);
  addon.answer(HRESULT.S_OK, 2);
  await device;
  return { addon, channel };
}

const arrived = (count: number): Arrived[] => Array.from({ length: count }, (_, index) => ({ pointer: BigInt(index + 1), size: index }));

describe('the native backend', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });

  it('says on other systems that it is for Windows only', () => {
    Object.defineProperty(process, 'platform', { value: 'linux' });
    expect(() => nativeBackend()).toThrow(LoadError);
    expect(() => nativeBackend()).toThrow(/Windows only/);
  });

  it('fails on Windows when it is not there, and lists what was tried', () => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    process.env['WINBACKUP_ADDON'] = '/nowhere/winbackup.node';
    try {
      expect(() => nativeBackend()).toThrow(/\/nowhere\/winbackup\.node: Cannot find module/);
    } finally {
      delete process.env['WINBACKUP_ADDON'];
    }
  });
});

describe('a native channel', () => {
  it('keeps the process alive while an answer is awaited, and no longer', async () => {
    const { addon, channel } = await withDevice();
    addon.kept.length = 0;
    const calls = [channel.call(1, `${SET}::SignalAbort`, []), channel.call(1, `${SET}::SignalAbort`, [])];
    expect(addon.kept).toEqual([true]);
    for (const { ticket } of addon.calls.slice(-2)) addon.onAnswer(ticket, HRESULT.S_OK, []);
    await Promise.all(calls);
    expect(addon.kept).toEqual([true, false]);
  });

  it('answers E_HANDLE for a handle that is not its own', async () => {
    const { addon, channel } = await withDevice();
    const before = addon.calls.length;
    expect(await channel.call(77, `${SET}::Close`, [])).toEqual({ hresult: HRESULT.E_HANDLE, outputs: [] });
    expect(addon.calls).toHaveLength(before);
  });

  it('releases devices before their set when it is closed, and then refuses calls', async () => {
    const { addon, channel } = await withDevice();
    const closed = channel.close();
    expect(addon.released.map(({ handle }) => handle)).toEqual([2, 1]);
    for (const { ticket } of addon.released) addon.onAnswer(ticket, HRESULT.S_OK, []);
    await closed;
    await expect(channel.call(1, `${SET}::Close`, [])).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('releases at once what a call gives out after it was closed', async () => {
    const { addon, channel } = await withDevice();
    const late = channel.call(1, `${SET}::OpenDevice`, ['other']);
    const { ticket } = addon.calls.at(-1) ?? { ticket: 0 };
    const closed = channel.close();
    for (const release of addon.released) addon.onAnswer(release.ticket, HRESULT.S_OK, []);
    await closed;
    addon.onAnswer(ticket, HRESULT.S_OK, [3]);
    await late;
    expect(addon.released.map(({ handle }) => handle)).toEqual([2, 1, 3]);
  });
});

describe('the command queue of a native channel', () => {
  it('calls GetCommand from the first wait on, not before', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    expect(queue.take()).toEqual([]);
    expect(addon.started).toBe(0);
    addon.commands = arrived(1);
    expect(await queue.wait()).toBe(HRESULT.S_OK);
    expect(addon.started).toBe(1);
  });

  it('hands over all that has arrived, in its order, also when it is more than one batch', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    const waiting = queue.wait();
    addon.commands = arrived(150);
    addon.onCommands(2);
    expect(await waiting).toBe(HRESULT.S_OK);
    expect(queue.take().map(({ pointer }) => pointer)).toEqual(arrived(150).map(({ pointer }) => pointer));
    expect(queue.take()).toEqual([]);
  });

  it('tells its end after its last command', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    addon.commands = arrived(1);
    addon.ended = HRESULT.VD_E_CLOSE;
    expect(await queue.wait()).toBe(HRESULT.S_OK);
    expect(queue.take()).toHaveLength(1);
    expect(await queue.wait()).toBe(HRESULT.VD_E_CLOSE);
  });

  it('gives each completion its own result, over many batches', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    const results = Array.from({ length: 300 }, (_, index) => queue.complete(BigInt(index), 0, 0, 0n));
    addon.completions = Array.from({ length: 300 }, (_, index) => index);
    addon.onCommands(2);
    expect(await Promise.all(results)).toEqual(Array.from({ length: 300 }, (_, index) => index));
  });

  it('sends what is completed in one turn together, once that turn is over', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    void queue.complete(1n, 0, 512, 0n);
    void queue.complete(2n, 112, 0, 7n);
    expect(addon.batches).toEqual([]);
    await new Promise(setImmediate);
    expect(addon.batches).toEqual([[{ pointer: 1n, position: 0n, code: 0, bytes: 512 }, { pointer: 2n, position: 7n, code: 112, bytes: 0 }]]);
  });

  it('tells the addon what was completed before it asks for anything else', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    void queue.complete(1n, 112, 0, 0n);
    void channel.call(1, `${SET}::SignalAbort`, []);
    expect(addon.batches).toHaveLength(1);
    void queue.complete(2n, 0, 0, 0n);
    void channel.release(2);
    expect(addon.batches.map(([completed]) => completed?.pointer)).toEqual([1n, 2n]);
  });

  it('gives the completions of a batch that is refused that result, and those before it their own', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    const first = queue.complete(1n, 0, 0, 0n);
    queue.take();
    addon.refusal = HRESULT.E_OUTOFMEMORY;
    const refused = [queue.complete(2n, 0, 0, 0n), queue.complete(3n, 0, 0, 0n)];
    expect(await Promise.all(refused)).toEqual([HRESULT.E_OUTOFMEMORY, HRESULT.E_OUTOFMEMORY]);
    addon.completions = [5];
    addon.onCommands(2);
    expect(await first).toBe(5);
    expect(addon.kept.at(-1)).toBe(false);
  });

  it('gives the event loop a turn although there is always a command', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    let turned = false;
    setImmediate(() => (turned = true));
    let waits = 0;
    for (; !turned && waits < 1000; waits += 1) {
      addon.commands = arrived(1);
      await queue.wait();
      queue.take();
    }
    expect(waits).toBeLessThan(100);
  });

  it('ends a wait when it is stopped, and goes on from the next one', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    const waiting = queue.wait();
    queue.stop();
    expect(await waiting).toBe(HRESULT.E_ABORT);
    addon.commands = arrived(1);
    expect(await queue.wait()).toBe(HRESULT.S_OK);
    expect(addon.started).toBe(2);
  });

  it('answers everything with RPC_E_DISCONNECTED when the device is released', async () => {
    const { addon, channel } = await withDevice();
    const queue = channel.commandQueue(2);
    const answers = [queue.wait(), queue.complete(1n, 0, 0, 0n)];
    const released = channel.release(2);
    addon.onAnswer(addon.released[0]?.ticket ?? 0, HRESULT.S_OK, []);
    await released;
    expect(await Promise.all(answers)).toEqual([HRESULT.RPC_E_DISCONNECTED, HRESULT.RPC_E_DISCONNECTED]);
    expect(addon.kept.at(-1)).toBe(false);
  });
});
