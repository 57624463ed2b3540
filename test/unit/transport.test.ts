/** The three ways to a simulated machine behave alike, and a broken connection gives a typed error and kills the client's process. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { HRESULT, INFINITE, VDCommands } from '../../lib/binding/codes';
import { MACHINE } from '../../lib/binding/channel';
import type { Channel, PlainCommand, PlainRecord } from '../../lib/binding/channel';
import { MachineControl } from '../../lib/simulator/client';
import { Failure, KernelObject } from '../../lib/simulator/kernel-object';
import { SimulatedWindows } from '../../lib/simulator/machine';
import type { PrivatePipe } from '../../lib/binding/private-pipe';
import { FrameReader, LONGEST_FRAME, PipeChannel, encodeFrame, servePipe } from '../../lib/simulator/transport/pipe';
import { WorkerChannel, servePort, sharedAreas } from '../../lib/simulator/transport/worker';

const AREA_BYTES = 4096;
const BUFFER_BYTES = 1024;

/** A device and a set in one area, with just enough of the interface to see what a transport does: commands are put in by the test. */
class Bench {
  readonly area;
  readonly ended: string[] = [];
  readonly completions: { code: number; bytes: number; contents: number[] }[] = [];
  private readonly waiting: ((outputs: [PlainRecord]) => void)[] = [];
  private readonly commands: PlainRecord[] = [];
  private nextPointer = 0x5000n;

  constructor(readonly machine: SimulatedWindows) {
    this.area = machine.allocateArea(AREA_BYTES);
    machine.addOperation('OpenDevice', () => [new Device(this)]);
    machine.addOperation('OpenSet', () => [new Set2(this)]);
  }

  get memory(): Uint8Array {
    return new Uint8Array(this.area.buffer);
  }

  send(commandCode: number, size = BUFFER_BYTES, offset = 0): void {
    const command = { pointer: this.nextPointer, commandCode, size, position: 0n, buffer: this.area.base + BigInt(offset) };
    this.nextPointer += 0x20n;
    const waiting = this.waiting.shift();
    if (waiting === undefined) this.commands.push(command);
    else waiting([command]);
  }

  getCommand(): [PlainRecord] | Promise<[PlainRecord]> {
    const command = this.commands.shift();
    return command === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : [command];
  }
}

class Device extends KernelObject {
  readonly interfaceName = 'IClientVirtualDevice';
  constructor(private readonly bench: Bench) {
    super();
  }
  getCommand(): [PlainRecord] | Promise<[PlainRecord]> {
    return this.bench.getCommand();
  }
  completeCommand(pointer: bigint, code: number, bytes: number): void {
    if (pointer < 0x5000n) throw new Failure(HRESULT.VD_E_INVALID);
    this.bench.completions.push({ code, bytes, contents: [...this.bench.memory.slice(0, 4)] });
  }
  ended(reason: string): void {
    this.bench.ended.push(reason);
  }
}

class Set2 extends KernelObject {
  readonly interfaceName = 'IClientVirtualDeviceSet2';
  constructor(private readonly bench: Bench) {
    super();
  }
  getBufferHandle(): [number] {
    return [77];
  }
  mapBufferHandle(): [bigint] {
    return [this.bench.area.base];
  }
  signalAbort(): void {
    this.bench.ended.push('signalAbort');
  }
  close(): void {
    this.bench.machine.freeArea(this.bench.area.base);
  }
  ended(reason: string): void {
    this.bench.ended.push(reason);
  }
}

interface Way {
  readonly name: string;
  connect(machine: SimulatedWindows, process?: string | null): Promise<Channel>;
}

const pipes: PrivatePipe[] = [];
const channels: Channel[] = [];
const sockets: Socket[] = [];
const served = new Map<SimulatedWindows, PrivatePipe>();

async function pipeOf(machine: SimulatedWindows): Promise<PrivatePipe> {
  let pipe = served.get(machine);
  if (pipe === undefined) {
    pipe = await servePipe(machine);
    served.set(machine, pipe);
    pipes.push(pipe);
  }
  return pipe;
}

const inThread: Way = { name: 'in the same thread', connect: (machine) => machine.openChannel() };
const overPort: Way = {
  name: 'over a MessagePort',
  async connect(machine, process = 'client') {
    const { port1, port2 } = new MessageChannel();
    servePort(machine, port1);
    return new WorkerChannel(port2, { process });
  },
};
const overPipe: Way = {
  name: 'over a pipe',
  connect: async (machine, process = 'client') => PipeChannel.connect((await pipeOf(machine)).path, { process }),
};

async function open(way: Way, machine: SimulatedWindows, process?: string | null): Promise<Channel> {
  const channel = await way.connect(machine, process);
  channels.push(channel);
  return channel;
}

async function handleOf(channel: Channel, operation: string): Promise<number> {
  const { outputs } = await channel.call(MACHINE, operation, []);
  return outputs[0] as number;
}

const GET = 'IClientVirtualDevice::GetCommand';
const COMPLETE = 'IClientVirtualDevice::CompleteCommand';

async function nextCommand(channel: Channel, device: number): Promise<PlainCommand> {
  const { outputs } = await channel.call(device, GET, [INFINITE]);
  return outputs[0] as PlainCommand;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}

afterEach(async () => {
  for (const channel of channels.splice(0)) await channel.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const pipe of pipes.splice(0)) await pipe.close();
  served.clear();
});

describe.each([inThread, overPort, overPipe])('a machine $name', (way) => {
  function bench(): Bench {
    return new Bench(new SimulatedWindows({ allocateArea: sharedAreas(), instances: [] }));
  }

  it('shows the bytes of a Write command to the client, and those of a Read command to the server', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const device = await handleOf(channel, 'OpenDevice');

    service.memory.set([1, 2, 3, 4]);
    service.send(VDCommands.Write);
    const write = await nextCommand(channel, device);
    expect([...channel.memory.view(write.buffer, 4)]).toEqual([1, 2, 3, 4]);
    await channel.call(device, COMPLETE, [write.pointer, 0, BUFFER_BYTES, 0n]);

    service.send(VDCommands.Read);
    const read = await nextCommand(channel, device);
    channel.memory.view(read.buffer, BUFFER_BYTES).set([9, 8, 7, 6]);
    await channel.call(device, COMPLETE, [read.pointer, 0, BUFFER_BYTES, 0n]);
    expect(service.completions).toEqual([
      { code: 0, bytes: BUFFER_BYTES, contents: [1, 2, 3, 4] },
      { code: 0, bytes: BUFFER_BYTES, contents: [9, 8, 7, 6] },
    ]);
  });

  it('gives the same view for the same buffer every time', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const device = await handleOf(channel, 'OpenDevice');
    service.send(VDCommands.Write);
    service.send(VDCommands.Write);
    const first = await nextCommand(channel, device);
    const view = channel.memory.view(first.buffer, first.size);
    const second = await nextCommand(channel, device);
    expect(channel.memory.view(second.buffer, second.size)).toBe(view);
    expect(channel.memory.addressOf(view)).toBe(service.area.base);
  });

  it('answers a waiting call while others come and go', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const device = await handleOf(channel, 'OpenDevice');
    const waiting = nextCommand(channel, device);
    expect((await channel.call(device, COMPLETE, [1n, 0, 0, 0n])).hresult).toBe(HRESULT.VD_E_INVALID);
    service.send(VDCommands.Flush, 0);
    expect((await waiting).commandCode).toBe(VDCommands.Flush);
  });

  it('hands commands over through the queue', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const device = await handleOf(channel, 'OpenDevice');
    const queue = channel.commandQueue(device);
    const waiting = queue.wait();
    service.send(VDCommands.Write);
    expect(await waiting).toBe(HRESULT.S_OK);
    const [command] = queue.take();
    expect(command?.commandCode).toBe(VDCommands.Write);
    expect(await queue.complete(command?.pointer ?? 0n, 0, 0, 0n)).toBe(HRESULT.S_OK);
    queue.stop();
  });

  it('runs an object\'s teardown list before it releases it', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const set = await handleOf(channel, 'OpenSet');
    channel.setTeardown(set, ['IClientVirtualDeviceSet2::SignalAbort']);
    await channel.release(set);
    expect(service.ended).toEqual(['signalAbort', 'released']);
  });

  it('ends the area of a closed set: no view on it can be had any more', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const device = await handleOf(channel, 'OpenDevice');
    const set = await handleOf(channel, 'OpenSet');
    service.send(VDCommands.Write);
    const { buffer } = await nextCommand(channel, device);
    await channel.call(set, 'IClientVirtualDeviceSet2::Close', []);
    expect(() => channel.memory.view(buffer, 1)).toThrow(RangeError);
  });

  it('rejects what the machine does not know with the machine\'s typed error', async () => {
    const channel = await open(way, bench().machine);
    await expect(channel.call(MACHINE, 'OpenSesame', [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPERATION' });
    await expect(channel.call(40, GET, [])).rejects.toMatchObject({ code: 'ERR_UNKNOWN_HANDLE' });
  });

  it('tells a client whose process was killed', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const device = await handleOf(channel, 'OpenDevice');
    const waiting = nextCommand(channel, device);
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    await until(() => service.machine.faults.count(GET) === 1);
    service.machine.kill(1);
    await rejected;
    expect(service.ended).toEqual(['process-died']);
  });

  it('carries the control', async () => {
    const { machine } = bench();
    const control = new MachineControl(await open(way, machine, null));
    await control.addFault({ at: 'OpenDevice', action: { hresult: HRESULT.E_FAIL } });
    const channel = await open(way, machine);
    expect((await channel.call(MACHINE, 'OpenDevice', [])).hresult).toBe(HRESULT.E_FAIL);
    expect(await control.counts()).toEqual({ OpenDevice: 1 });
    await expect(control.kill('nobody')).rejects.toMatchObject({ name: 'ArgumentError', code: 'ERR_INVALID_ARG_VALUE', field: 'process' });
  });

  it('closes: objects are torn down, the process is gone, later calls are refused', async () => {
    const service = bench();
    const channel = await open(way, service.machine);
    const set = await handleOf(channel, 'OpenSet');
    channel.setTeardown(set, ['IClientVirtualDeviceSet2::SignalAbort']);
    await channel.close();
    expect(service.ended).toEqual(['signalAbort', 'released']);
    expect(service.machine.processList.map(({ alive }) => alive)).toEqual([false]);
    await expect(channel.call(MACHINE, 'OpenSet', [])).rejects.toMatchObject({ name: 'StateError' });
  });

  it('lets two processes work on one buffer by its handle', async () => {
    const service = bench();
    const primary = await open(way, service.machine);
    const secondary = await open(way, service.machine);
    const device = await handleOf(primary, 'OpenDevice');
    const set = await handleOf(primary, 'OpenSet');
    const secondarySet = await handleOf(secondary, 'OpenSet');

    // The first command: the primary passes its buffer on, then both fill their part of it.
    service.send(VDCommands.Read);
    const first = await nextCommand(primary, device);
    const mine = primary.memory.view(first.buffer, first.size);
    mine[0] = 11;
    const handle = (await primary.call(set, 'IClientVirtualDeviceSet2::GetBufferHandle', [first.buffer])).outputs[0] as number;
    const mapped = (await secondary.call(secondarySet, 'IClientVirtualDeviceSet2::MapBufferHandle', [handle])).outputs[0] as bigint;
    const theirs = secondary.memory.view(mapped, first.size);
    expect(theirs[0]).toBe(11);
    theirs[1] = 22;
    mine[2] = 33;
    await primary.call(device, COMPLETE, [first.pointer, 0, first.size, 0n]);
    expect(service.completions.map(({ contents }) => contents)).toEqual([[11, 22, 33, 0]]);

    // Later commands on the same buffer: whoever hears of them finds the bytes, in every process.
    service.memory.set([5, 6, 7, 8]);
    service.send(VDCommands.Write);
    await nextCommand(primary, device);
    expect([...theirs.subarray(0, 4)]).toEqual([5, 6, 7, 8]);
    service.send(VDCommands.Read);
    const third = await nextCommand(primary, device);
    theirs[3] = 44;
    await primary.call(device, COMPLETE, [third.pointer, 0, third.size, 0n]);
    expect(service.completions.at(-1)?.contents).toEqual([5, 6, 7, 44]);
  });
});

describe('a machine in a Worker', () => {
  it('serves a client in this thread, and its end gives a typed error', async () => {
    const simulator = join(__dirname, '../../lib/simulator');
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const { SimulatedWindows } = require(${JSON.stringify(join(simulator, 'machine.js'))});
       const { servePort, sharedAreas } = require(${JSON.stringify(join(simulator, 'transport/worker.js'))});
       const machine = new SimulatedWindows({ allocateArea: sharedAreas(), instances: [] });
       machine.addOperation('Wait', () => new Promise(() => undefined));
       servePort(machine, parentPort);`,
      { eval: true },
    );
    const channel = new WorkerChannel(worker);
    const control = new MachineControl(channel);
    expect(await control.processes()).toMatchObject([{ name: 'client', alive: true }]);
    const waiting = expect(channel.call(MACHINE, 'Wait', [])).rejects.toMatchObject({ code: 'ERR_CHANNEL_CLOSED' });
    await worker.terminate();
    await waiting;
    await expect(channel.call(MACHINE, 'Wait', [])).rejects.toMatchObject({ code: 'ERR_CHANNEL_CLOSED' });
  });
});

describe('a pipe', () => {
  async function raw(machine: SimulatedWindows): Promise<Socket> {
    const socket = createConnection((await pipeOf(machine)).path);
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    return socket;
  }
  const closed = (socket: Socket): Promise<void> => new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.resume();
  });

  it('is for its owner only', async () => {
    const { path } = await pipeOf(new SimulatedWindows());
    if (process.platform === 'win32') expect(path).toMatch(/winbackup-[0-9a-f]{32}$/);
    else expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('[V18] kills the process of a client whose connection breaks', async () => {
    const service = new Bench(new SimulatedWindows());
    const socket = await raw(service.machine);
    socket.write(encodeFrame({ type: 'hello', version: 1, process: 'client' }));
    socket.write(encodeFrame({ type: 'call', id: 1, handle: MACHINE, operation: 'OpenDevice', args: [] }));
    await until(() => service.machine.handleCount() === 1);
    socket.destroy();
    await until(() => service.ended.length > 0);
    expect(service.ended).toEqual(['process-died']);
  });

  it.each<[string, Buffer]>([
    ['a length beyond every frame', Buffer.from([0xff, 0xff, 0xff, 0xff, 0])],
    ['bytes that are no message', Buffer.from([3, 0, 0, 0, 1, 2, 3])],
    ['a message of no type', encodeFrame({ type: 'nothing' } as never)],
    ['a type that every object has', encodeFrame({ type: 'toString' } as never)],
    ['a message that lacks a field', encodeFrame({ type: 'release', id: 1 } as never)],
    ['another protocol version', encodeFrame({ type: 'hello', version: 99, process: 'x' })],
    ['a call before the greeting', encodeFrame({ type: 'call', id: 1, handle: 0, operation: 'x', args: [] })],
    ['an answer to no question', Buffer.concat([encodeFrame({ type: 'hello', version: 1, process: 'x' }), encodeFrame({ type: 'stored', id: 9 })])],
  ])('ends a connection that sends %s, and serves the others on', async (_what, bytes) => {
    const service = new Bench(new SimulatedWindows());
    const socket = await raw(service.machine);
    socket.write(bytes);
    await closed(socket);
    const channel = await open(overPipe, service.machine);
    expect(await handleOf(channel, 'OpenDevice')).toBeGreaterThan(0);
  });

  /** A server that greets, then answers the first request with these bytes and ends. */
  async function brokenServer(bytes: Buffer, greeting = encodeFrame({ type: 'welcome', process: 1 })): Promise<string> {
    const directory = mkdtempSync(join(tmpdir(), 'winbackup-test-'));
    const path = process.platform === 'win32' ? `\\\\.\\pipe\\${basename(directory)}` : join(directory, 'pipe');
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write(greeting);
        else socket.end(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(path, () => resolve()));
    servers.push({ server, directory });
    return path;
  }
  const servers: { server: Server; directory: string }[] = [];
  afterEach(async () => {
    for (const { server, directory } of servers.splice(0)) {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(directory, { recursive: true, force: true });
    }
  });
  const answer = { type: 'answer', id: 1, result: { hresult: 0, outputs: [] }, areas: [] } as const;

  it.each<[string, Buffer, string]>([
    ['bytes that are no message', Buffer.from([2, 0, 0, 0, 9, 9]), 'ERR_CHANNEL_PROTOCOL'],
    ['half an answer', encodeFrame(answer).subarray(0, 20), 'ERR_CHANNEL_PROTOCOL'],
    ['an answer to no request', encodeFrame({ ...answer, id: 7 }), 'ERR_CHANNEL_PROTOCOL'],
    ['memory that it never announced', encodeFrame({ ...answer, memory: { address: 1n, bytes: new Uint8Array(1) } }), 'ERR_CHANNEL_PROTOCOL'],
    ['a question about memory that it never announced', encodeFrame({ type: 'fetch', id: 1, address: 1n, byteLength: 1 }), 'ERR_CHANNEL_PROTOCOL'],
    ['nothing', Buffer.alloc(0), 'ERR_CHANNEL_CLOSED'],
  ])('gives the client a typed error when the machine sends %s', async (_what, bytes, code) => {
    const channel = await PipeChannel.connect(await brokenServer(bytes));
    await expect(channel.call(MACHINE, 'Anything', [])).rejects.toMatchObject({ name: 'StateError', code });
  });

  it('rejects the connection when something else than a machine greets', async () => {
    await expect(PipeChannel.connect(await brokenServer(Buffer.alloc(0), Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')))).rejects.toMatchObject({ code: 'ERR_CHANNEL_PROTOCOL' });
    await expect(PipeChannel.connect(await brokenServer(Buffer.alloc(0), encodeFrame(answer)))).rejects.toMatchObject({ code: 'ERR_CHANNEL_PROTOCOL' });
  });

  it('reads frames however the stream cuts them', () => {
    const messages = [{ type: 'close', id: 1 }, { type: 'release', id: 2, handle: 3 }, { type: 'fetched', id: 3, bytes: new Uint8Array([1, 2, 3]) }] as const;
    const stream = Buffer.concat(messages.map((message) => encodeFrame(message)));
    for (let size = 1; size <= stream.byteLength; size += 1) {
      const reader = new FrameReader();
      const seen: unknown[] = [];
      for (let at = 0; at < stream.byteLength; at += size) seen.push(...reader.push(stream.subarray(at, at + size)));
      expect(seen).toEqual(messages);
      expect(reader.partial).toBe(0);
    }
  });

  it('tells the client that an answer would be too large, and goes on', async () => {
    const machine = new SimulatedWindows();
    machine.addOperation('Large', () => [new Uint8Array(LONGEST_FRAME)]);
    machine.addOperation('Small', () => [1]);
    const channel = await open(overPipe, machine);
    await expect(channel.call(MACHINE, 'Large', [])).rejects.toMatchObject({ code: 'ERR_CHANNEL_PROTOCOL' });
    expect((await channel.call(MACHINE, 'Small', [])).outputs).toEqual([1]);
  });

  it('rejects calls with ERR_CHANNEL_CLOSED when the machine goes away', async () => {
    const machine = new SimulatedWindows();
    machine.addOperation('Wait', () => new Promise(() => undefined));
    const channel = await open(overPipe, machine);
    const waiting = expect(channel.call(MACHINE, 'Wait', [])).rejects.toMatchObject({ code: 'ERR_CHANNEL_CLOSED' });
    await until(() => machine.faults.count('Wait') === 1);
    await (await pipeOf(machine)).close();
    await waiting;
    await channel.release(4);
    await expect(channel.call(MACHINE, 'Wait', [])).rejects.toMatchObject({ code: 'ERR_CHANNEL_CLOSED' });
  });

  it('rejects a connection to nobody with the system\'s error', async () => {
    const pipe = await servePipe(new SimulatedWindows());
    await pipe.close();
    await expect(PipeChannel.connect(pipe.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes no more requests from a client that does not read its answers', async () => {
    const machine = new SimulatedWindows();
    const answer = new Uint8Array(1024 * 1024);
    machine.addOperation('Megabyte', () => [answer]);
    const socket = await raw(machine);
    socket.pause();
    socket.write(encodeFrame({ type: 'hello', version: 1, process: 'client' }));
    const requests = 2000;
    for (let id = 1; id <= requests; id += 1) {
      socket.write(encodeFrame({ type: 'call', id, handle: MACHINE, operation: 'Megabyte', args: ['x'.repeat(512)] }));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    // A kernel buffer's worth of requests at most got through; the rest waits in the socket.
    expect(machine.faults.count('Megabyte')).toBeLessThan(requests / 2);
  });
});
