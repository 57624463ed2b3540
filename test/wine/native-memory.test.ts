/** Lent memory as the addon shows it: where the host allows external buffers, and where it does not (Electron). */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { VDCommands } from '../../lib/binding/codes';
import type { Channel, PlainCommand } from '../../lib/binding/channel';
import { NativeChannel } from '../../lib/binding/native';
import { useRig } from '../conformance/rig';
import type { Session } from '../conformance/rig';

const withoutExternalBuffers = 'WINBACKUP_NO_EXTERNAL_BUFFERS';
const rig = useRig();

afterEach(() => {
  Reflect.deleteProperty(process.env, withoutExternalBuffers);
});

/** Sends one command through the device's queue and gives it as it arrived. */
async function arrive({ server, devices }: Session, code: number, bytes: Uint8Array): Promise<{ channel: Channel; command: PlainCommand; sent: number; buffer: bigint }> {
  const [device] = devices;
  if (device === undefined) throw new Error('a session has a device');
  const buffer = await server.allocateBuffer(bytes.byteLength);
  await server.writeBuffer(buffer, bytes);
  const sent = await server.send({ code, size: bytes.byteLength, buffer });
  const queue = device.channel.commandQueue(device.handle);
  expect(await queue.wait()).toBe(0);
  const [command] = queue.take();
  if (command === undefined) throw new Error('no command has arrived');
  return { channel: device.channel, command, sent, buffer };
}

const pattern = (byteLength: number): Uint8Array => Uint8Array.from({ length: byteLength }, (_, index) => (index * 7) & 0xff);

describe.each([
  ['with external buffers', false],
  ['without external buffers', true],
])('memory lent to a host %s', (_, refused) => {
  /** A session on a channel of its own. */
  async function open(): Promise<Session> {
    if (refused) process.env[withoutExternalBuffers] = '1';
    return rig().active({ buffers: 4 });
  }

  it('shows what SQL Server wrote, and is one view for one buffer', async () => {
    const session = await open();
    const { channel, command } = await arrive(session, VDCommands.Write, pattern(65536));
    const view = channel.memory.view(command.buffer, command.size);
    expect(Buffer.compare(view, pattern(65536))).toBe(0);
    expect(channel.memory.view(command.buffer, command.size)).toBe(view);
    expect(channel.memory.addressOf(view)).toBe(command.buffer);
  });

  it('gives SQL Server what was read, when the command has been completed', async () => {
    const session = await open();
    const [device] = session.devices;
    const { channel, command, sent, buffer } = await arrive(session, VDCommands.Read, new Uint8Array(65536));
    channel.memory.view(command.buffer, command.size).set(pattern(65536));
    expect(await channel.commandQueue(device?.handle ?? 0).complete(command.pointer, 0, 65536, 0n)).toBe(0);
    await session.server.completion(sent);
    expect(Buffer.compare(await session.server.readBuffer(buffer, 65536), pattern(65536))).toBe(0);
  });

  it('does so for commands that were asked for one by one as well', async () => {
    const session = await open();
    const [device] = session.devices;
    if (device === undefined) throw new Error('a session has a device');
    const buffer = await session.server.allocateBuffer(4096);
    const sent = await session.server.send({ code: VDCommands.Read, size: 4096, buffer });
    const command = await device.getCommand(0);
    command.buffer?.set(pattern(4096));
    await device.completeCommand(command.pointer, 0, 4096, 0);
    await session.server.completion(sent);
    expect(Buffer.compare(await session.server.readBuffer(buffer, 4096), pattern(4096))).toBe(0);
  });

  it.each(['close', 'release'] as const)('has only views of length 0 after %s', async (end) => {
    const session = await open();
    const { channel, command } = await arrive(session, VDCommands.Write, pattern(65536));
    const view = channel.memory.view(command.buffer, command.size);
    expect(view.byteLength).toBe(65536);
    await session.set[end]().catch(() => undefined);
    expect(view.byteLength).toBe(0);
    expect(() => channel.memory.view(command.buffer, command.size)).toThrow(RangeError);
  });

  it('ends before Close is called, not after', async () => {
    const session = await open();
    const { channel, command } = await arrive(session, VDCommands.Write, pattern(65536));
    const view = channel.memory.view(command.buffer, command.size);
    const closing = session.set.close();
    expect(view.byteLength).toBe(0);
    await closing.catch(() => undefined);
  });
});

describe('memory lent to a host with external buffers', () => {
  it('is wrapped once, however many commands lie in it', async () => {
    const session = await rig().active({ buffers: 4 });
    const { channel, command: first } = await arrive(session, VDCommands.Write, pattern(65536));
    const { command: second } = await arrive(session, VDCommands.Write, pattern(4096));
    expect(channel.memory.view(first.buffer, first.size).buffer).toBe(channel.memory.view(second.buffer, second.size).buffer);
    if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
    expect(channel.alive().areas).toBe(1);
    await session.set.release();
    expect(channel.alive().areas).toBe(0);
  });
});

describe('a view on lent memory', () => {
  it('cannot be moved to another thread, where it would outlive the memory', async () => {
    const session = await rig().active({ buffers: 4 });
    const { channel, command } = await arrive(session, VDCommands.Write, pattern(65536));
    const view = channel.memory.view(command.buffer, command.size);
    const { buffer } = view;
    if (!(buffer instanceof ArrayBuffer)) throw new Error('a view is on an ArrayBuffer');
    let moved: Uint8Array | undefined;
    try {
      // Node 20 copies instead of moving; later ones refuse.
      moved = structuredClone(view, { transfer: [buffer] });
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' });
    }
    expect(view.byteLength).toBe(65536);
    expect(moved?.buffer).not.toBe(view.buffer);
    await session.set.release();
    expect(view.byteLength).toBe(0);
  });
});

describe('loading the addon', () => {
  const load = `require(${JSON.stringify(path.join(__dirname, '..', '..', 'lib', 'binding', 'native.js'))}).nativeBackend()`;
  const failure = (addon: string): unknown => {
    const program = `try { ${load}; } catch ({ code, message, tried }) { console.log(JSON.stringify({ code, message, tried })); }`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env: { ...process.env, WINBACKUP_ADDON: addon } });
    return JSON.parse(stdout);
  };

  it('fails with what was tried when no file is there', () => {
    expect(failure('C:\\nowhere\\winbackup.node')).toMatchObject({
      code: 'ERR_NATIVE_LOAD',
      message: expect.stringContaining('C:\\nowhere\\winbackup.node') as string,
      tried: [{ path: 'C:\\nowhere\\winbackup.node' }],
    });
  });

  it('fails when the file is not an addon', () => {
    expect(failure('C:\\windows\\system32\\ole32.dll')).toMatchObject({ code: 'ERR_NATIVE_LOAD', tried: [{ path: 'C:\\windows\\system32\\ole32.dll' }] });
  });
});
