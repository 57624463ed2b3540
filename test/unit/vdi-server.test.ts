/** The server's side of a virtual device set: what only SQL Server sees of commands, buffers and aborts (seed 000; facts/vdi.md 2.4, 2.5). */
import * as fc from 'fast-check';
import { MACHINE } from '../../lib/binding/channel';
import { VDCommands, WIN32 } from '../../lib/binding/codes';
import { CLSID_MSSQL_ClientVirtualDeviceSet } from '../../lib/binding/generated/vdi';
import { sharedAreas } from '../../lib/simulator';
import { ServerVirtualDeviceSet } from '../../lib/simulator/vdi';
import type { SharedBuffer } from '../../lib/simulator/vdi';
import { Bench, result } from './vdi-bench';

const aborts = [
  ['the server aborts', async ({ server }: Bench) => { server.signalAbort(); }],
  ['the client aborts', async (bench: Bench) => { expect(await bench.onSet('SignalAbort')).toBe('ok'); }],
  ['[V18] the client\'s process dies', async ({ machine, client }: Bench) => { machine.kill(client.id); }],
  ['[V18] the client lets go of the set without Close', async (bench: Bench) => { bench.machine.release(bench.client.id, bench.set); }],
] as const;

describe.each(aborts)('after %s', (_who, abort) => {
  it('[V8] SendCommand gives VD_E_ABORT, and the command completes with ERROR_OPERATION_ABORTED', async () => {
    const bench = await new Bench().active();
    await abort(bench);
    const command = bench.command(VDCommands.Flush);
    expect(result(() => bench.device().sendCommand(command))).toBe('VD_E_ABORT');
    expect(command).toMatchObject({ ran: 1, completionCode: 995 });
  });

  it('[V10] AllocateBuffer (the seed\'s GetBuffer) gives VD_E_ABORT', async () => {
    const bench = await new Bench().active();
    await abort(bench);
    expect(result(() => bench.server.allocateBuffer(512, 0))).toBe('VD_E_ABORT');
  });

  it('[V11] the server\'s buffers stay readable and writable until its own Close', async () => {
    const bench = await new Bench().active();
    const buffer = bench.server.allocateBuffer(512, 0);
    buffer.bytes().fill(9);
    await abort(bench);
    expect(buffer.bytes()[511]).toBe(9);
    await bench.onSet('Close').catch(() => undefined);
    expect(buffer.bytes()[511]).toBe(9);
    buffer.bytes().fill(10);
    expect(buffer.bytes()[0]).toBe(10);
    expect(result(() => bench.server.close())).toBe('ok');
  });

  it('[V12] the agent runs the routine of every outstanding command once, delivered or queued, with ERROR_OPERATION_ABORTED', async () => {
    const bench = await new Bench({ deviceCount: 2 }).active();
    const commands = [0, 0, 1, 1].map((device) => {
      const command = bench.command(VDCommands.Write, bench.server.allocateBuffer(512, 0));
      bench.device(device).sendCommand(command);
      return command;
    });
    await bench.getCommand(0);
    await bench.getCommand(1);
    await abort(bench);
    await bench.agent;
    expect(commands.map(({ ran, completionCode, bytesTransferred }) => [ran, completionCode, bytesTransferred])).toEqual(commands.map(() => [1, 995, 0]));
  });

  it('[V14] ExecuteCompletionAgent returns, after the routines have run', async () => {
    const bench = await new Bench().active();
    const command = bench.command(VDCommands.Flush);
    bench.device().sendCommand(command);
    let ranWhenReturned = -1;
    const returned = bench.agent?.then(() => (ranWhenReturned = command.ran));
    await abort(bench);
    await returned;
    expect(ranWhenReturned).toBe(1);
  });

  it('[V17] FreeBuffer and CloseDevice do nothing but return VD_E_ABORT', async () => {
    const bench = await new Bench().active();
    const buffer = bench.server.allocateBuffer(512, 0);
    await abort(bench);
    for (let count = 0; count < 2; count += 1) {
      expect(result(() => bench.server.freeBuffer(buffer))).toBe('VD_E_ABORT');
      expect(result(() => bench.device().closeDevice())).toBe('VD_E_ABORT');
    }
    expect(bench.server.isSharedBuffer(buffer.address)).toBe(true);
  });

  it('[V15] Close is the only thing left, and then nothing remains of the set', async () => {
    const bench = await new Bench().active();
    await abort(bench);
    expect(result(() => bench.server.close())).toBe('ok');
    await bench.onSet('Close').catch(() => undefined);
    expect(bench.machine.memory.count).toBe(0);
    expect(bench.machine.virtualDevices.count).toBe(0);
  });

  it('the event log has one entry of SQLVDI', async () => {
    const bench = await new Bench().active();
    await abort(bench);
    expect(bench.machine.eventLog.entries.filter(({ source }) => source === 'SQLVDI')).toHaveLength(1);
  });
});

describe('the death of a process', () => {
  it('[V18] of SQL Server aborts every set that it has open, and no other', async () => {
    const bench = await new Bench().active();
    const other = new ServerVirtualDeviceSet(bench.machine, bench.machine.createProcess('another'));
    const { outputs } = await bench.call(MACHINE, 'CoCreateInstance', CLSID_MSSQL_ClientVirtualDeviceSet, '');
    const second = outputs[0] as number;
    await bench.call(second, 'IClientVirtualDeviceSet2::CreateEx', null, 'second', {
      deviceCount: 1, features: 0, prefixZoneSize: 0, alignment: 0, softFileMarkBlockSize: 0, EOMWarningSize: 0,
      serverTimeOut: 0, blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0,
    });
    other.open(null, 'second');
    bench.machine.kill(bench.sqlservr.id);
    expect(await bench.onSet('GetConfiguration', 0)).toBe('VD_E_ABORT');
    expect((await bench.call(second, 'IClientVirtualDeviceSet2::GetConfiguration', 0)).code).toBe('VD_E_TIMEOUT');
  });

  it('of a secondary client leaves the set as it is: that is the primary\'s business', async () => {
    const bench = await new Bench({ deviceCount: 2 }).created();
    bench.server.open(null, 'set');
    bench.configure();
    bench.activate();
    await bench.onSet('GetConfiguration', 0);
    const secondary = bench.machine.createProcess('secondary');
    const call = async (handle: number, operation: string, ...args: (string | number | null)[]): Promise<number> =>
      (await bench.machine.call(secondary.id, handle, operation, args)).outputs[0] as number;
    const set = await call(MACHINE, 'CoCreateInstance', CLSID_MSSQL_ClientVirtualDeviceSet, '');
    await call(set, 'IClientVirtualDeviceSet2::OpenInSecondaryEx', null, 'set');
    const device = await call(set, 'IClientVirtualDeviceSet2::OpenDevice', 'device-2');
    const waiting = call(device, 'IClientVirtualDevice::GetCommand', 0xffffffff);
    const died = expect(waiting).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    bench.machine.kill(secondary.id);
    await died;
    // Nobody swallows the command that comes now, and the set lives.
    bench.device(1).sendCommand(bench.command(VDCommands.Flush));
    expect(await bench.onSet('GetConfiguration', 0)).toBe('ok');
    expect(bench.completed).toEqual([]);
    expect(await bench.onSet('SignalAbort')).toBe('ok');
    await bench.agent;
    expect(bench.completed).toHaveLength(1);
  });

  it('of the client before the server has come leaves nothing for the server to open', async () => {
    const bench = await new Bench().created();
    bench.machine.kill(bench.client.id);
    expect(result(() => bench.server.open(null, 'set'))).toBe('VD_E_INVALID');
  });
});

describe('SendCommand', () => {
  it('refuses with VD_E_BUSY when the queue is full, and the command completes with ERROR_NO_SYSTEM_RESOURCES', async () => {
    const bench = new Bench();
    bench.machine.virtualDevices.queueDepth = 2;
    await bench.active();
    for (let count = 0; count < 2; count += 1) bench.device().sendCommand(bench.command(VDCommands.Flush));
    const third = bench.command(VDCommands.Flush);
    expect(result(() => bench.device().sendCommand(third))).toBe('VD_E_BUSY');
    expect(third).toMatchObject({ ran: 1, completionCode: WIN32.ERROR_NO_SYSTEM_RESOURCES });
  });

  it('refuses in the IO-ERROR state, and the command completes with ERROR_IO_DEVICE', async () => {
    const bench = await new Bench().active();
    bench.device().sendCommand(bench.command(VDCommands.Flush));
    await bench.complete((await bench.getCommand()).command['pointer'], WIN32.ERROR_DISK_FULL);
    const refused = bench.command(VDCommands.Flush);
    expect(result(() => bench.device().sendCommand(refused))).toBe('ERROR_IO_DEVICE');
    expect(refused).toMatchObject({ ran: 1, completionCode: WIN32.ERROR_IO_DEVICE });
  });

  it('refuses on a device that is not active, and the command completes with ERROR_INVALID_HANDLE', async () => {
    const bench = await new Bench().active();
    bench.device().closeDevice();
    const refused = bench.command(VDCommands.Flush);
    expect(result(() => bench.device().sendCommand(refused))).toBe('VD_E_PROTOCOL');
    expect(refused).toMatchObject({ ran: 1, completionCode: WIN32.ERROR_INVALID_HANDLE });
  });

  it('refuses a buffer that is not the set\'s, one that the client has, one that is too small, and none where data must go: VD_E_INVALID', async () => {
    const bench = await new Bench().active();
    const buffer = bench.server.allocateBuffer(512, 0);
    const foreign = { address: 0x1000n, byteLength: 512, bytes: () => new Uint8Array(512) };
    const device = bench.device();
    expect(result(() => device.sendCommand(bench.command(VDCommands.Write, foreign)))).toBe('VD_E_INVALID');
    expect(result(() => device.sendCommand(bench.command(VDCommands.Write)))).toBe('VD_E_INVALID');
    expect(result(() => device.sendCommand({ ...bench.command(VDCommands.Read, buffer), size: 513 }))).toBe('VD_E_INVALID');
    expect(result(() => device.sendCommand(bench.command(VDCommands.Write, buffer)))).toBe('ok');
    expect(result(() => device.sendCommand(bench.command(VDCommands.Write, buffer)))).toBe('VD_E_INVALID');
    expect(result(() => bench.server.freeBuffer(buffer))).toBe('VD_E_INVALID');
  });

  it('uses the same few command blocks again and again', async () => {
    const bench = await new Bench().active();
    const pointers = new Set<unknown>();
    for (let count = 0; count < 20; count += 1) {
      bench.device().sendCommand(bench.command(VDCommands.Flush));
      const { command } = await bench.getCommand();
      pointers.add(command['pointer']);
      await bench.complete(command['pointer']);
    }
    expect(pointers.size).toBeLessThanOrEqual(4);
  });

  it('a routine may send the next command at once, also into a queue that was full', async () => {
    const bench = new Bench();
    bench.machine.virtualDevices.queueDepth = 1;
    await bench.active();
    let left = 5;
    const send = (): void => {
      if (left-- > 0) bench.device().sendCommand({ ...bench.command(VDCommands.Flush), completionRoutine: send });
    };
    send();
    for (let count = 0; count < 5; count += 1) expect(await bench.complete((await bench.getCommand()).command['pointer'])).toBe('ok');
    expect((await bench.getCommand()).code).toBe('VD_E_TIMEOUT');
  });

  it('a routine that throws ends the agent with its error and aborts the set', async () => {
    const bench = await new Bench().active();
    const broken = new Error('broken');
    bench.device().sendCommand({ ...bench.command(VDCommands.Flush), completionRoutine: () => { throw broken; } });
    const agent = expect(bench.agent).rejects.toBe(broken);
    await bench.complete((await bench.getCommand()).command['pointer']);
    await agent;
    expect((await bench.getCommand()).code).toBe('VD_E_ABORT');
  });
});

describe('CloseDevice', () => {
  it('gives VD_E_BUSY while commands are pending', async () => {
    const bench = await new Bench().active();
    bench.device().sendCommand(bench.command(VDCommands.Flush));
    expect(result(() => bench.device().closeDevice())).toBe('VD_E_BUSY');
    await bench.complete((await bench.getCommand()).command['pointer']);
    expect(result(() => bench.device().closeDevice())).toBe('ok');
  });

  it('is allowed in the IO-ERROR state', async () => {
    const bench = await new Bench().active();
    bench.device().sendCommand(bench.command(VDCommands.Write, bench.server.allocateBuffer(512, 0)));
    await bench.complete((await bench.getCommand()).command['pointer'], WIN32.ERROR_DISK_FULL);
    expect(result(() => bench.device().closeDevice())).toBe('ok');
    expect((await bench.getCommand()).code).toBe('VD_E_CLOSE');
  });
});

describe('opening', () => {
  it('a set that nobody has created gives VD_E_INVALID, an unknown instance VD_E_INSTANCE_NAME', async () => {
    const bench = await new Bench().created();
    expect(result(() => bench.server.open(null, 'nobody'))).toBe('VD_E_INVALID');
    expect(result(() => bench.server.open('NOSUCH', 'set'))).toBe('VD_E_INSTANCE_NAME');
  });

  it('a set serves one statement: the next gives VD_E_PROTOCOL, also after the first has closed', async () => {
    const bench = await new Bench().active();
    const next = new ServerVirtualDeviceSet(bench.machine, bench.sqlservr);
    expect(result(() => next.open(null, 'set'))).toBe('VD_E_PROTOCOL');
    bench.device().closeDevice();
    await bench.agent;
    bench.server.close();
    expect(result(() => next.open(null, 'set'))).toBe('VD_E_PROTOCOL');
  });

  it('after the server has closed normally the client still learns that its devices are closed', async () => {
    const bench = await new Bench().active();
    bench.device().closeDevice();
    await bench.agent;
    bench.server.close();
    expect((await bench.getCommand()).code).toBe('VD_E_CLOSE');
    expect(await bench.onSet('Close')).toBe('ok');
  });

  it('OpenDevice gives VD_E_OPEN when all are open and the agent does not run yet, VD_E_INVALID for a name beyond the configured ones', async () => {
    const bench = await new Bench({ deviceCount: 2 }).created();
    bench.server.open(null, 'set');
    bench.configure();
    await bench.onSet('GetConfiguration', 0);
    await bench.onSet('OpenDevice', 'named by the client');
    bench.server.openDevice('set');
    expect(result(() => bench.server.openDevice('set'))).toBe('VD_E_PROTOCOL');
    expect(result(() => bench.server.openDevice('third'))).toBe('VD_E_INVALID');
    bench.server.openDevice('named by the client');
    expect(result(() => bench.server.openDevice('set'))).toBe('VD_E_OPEN');
  });

  it.each([
    ['a block size that is no power of two', [0, 1000, 0, 65536]],
    ['a block size below 512', [0, 256, 0, 65536]],
    ['a block size above 64 KB', [0, 131_072, 0, 131_072]],
    ['an alignment below the block size', [0, 4096, 512, 65536]],
    ['a transfer size that is no multiple of 64 KB', [0, 512, 0, 65537]],
    ['no transfer size', [0, 512, 0, 0]],
  ] as const)('BeginConfiguration refuses %s with VD_E_INVALID', async (_what, [features, blockSize, alignment, maxTransferSize]) => {
    const bench = await new Bench().created();
    bench.server.open(null, 'set');
    expect(result(() => bench.server.beginConfiguration(features, blockSize, alignment, maxTransferSize, 0))).toBe('VD_E_INVALID');
    expect(result(() => bench.server.beginConfiguration(0, 512, 0, 65536, 0))).toBe('ok');
  });
});

describe('buffers', () => {
  it('are as many as were requested, and more after a further request', async () => {
    const bench = await new Bench({ prefixZoneSize: 100 }).created();
    bench.server.open(null, 'set');
    bench.server.beginConfiguration(0, 4096, 0, 65536, 0);
    bench.server.requestBuffers(65536, 0, 3);
    bench.server.requestBuffers(4096, 65536, 2);
    bench.server.endConfiguration();
    for (let count = 0; count < 3; count += 1) bench.server.allocateBuffer(65536, 0);
    for (let count = 0; count < 2; count += 1) expect(bench.server.allocateBuffer(4096, 65536).address % 65536n).toBe(0n);
    bench.server.requestBuffers(1_048_576, 0, 2);
    expect(bench.server.queryAvailableBuffers(1_048_576, 0)).toBe(2);
    bench.server.allocateBuffer(1_048_576, 0);
    bench.server.allocateBuffer(1_048_576, 0);
    expect(result(() => bench.server.allocateBuffer(1_048_576, 0))).toBe('VD_E_MEMORY');
  });

  it('that were freed can be had again, in other sizes too', async () => {
    const bench = await new Bench().active();
    const before = bench.server.queryAvailableBuffers(512, 0);
    const buffers = Array.from({ length: before }, () => bench.server.allocateBuffer(512, 0));
    expect(result(() => bench.server.allocateBuffer(512, 0))).toBe('VD_E_MEMORY');
    // Every other one first, so that the pieces must be joined.
    for (const parity of [0, 1]) for (const [index, buffer] of buffers.entries()) if (index % 2 === parity) bench.server.freeBuffer(buffer);
    expect(bench.server.queryAvailableBuffers(512, 0)).toBe(before);
    expect(result(() => bench.server.allocateBuffer(before * 512, 0))).toBe('ok');
  });

  it('never overlap, with their prefix zones, and keep their alignment, in whatever order they come and go', async () => {
    const request = fc.record({ size: fc.integer({ min: 1, max: 20_000 }), alignment: fc.constantFrom(0, 512, 4096, 65536), free: fc.boolean(), pick: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1000 }), fc.array(request, { maxLength: 40, size: 'max' }), async (prefixZoneSize, requests) => {
        const { server, machine } = await new Bench({ prefixZoneSize }).active();
        const held: SharedBuffer[] = [];
        for (const { size, alignment, free, pick } of requests) {
          if (free && held.length > 0) {
            for (const buffer of held.splice(pick % held.length, 1)) server.freeBuffer(buffer);
          } else if (server.queryAvailableBuffers(size, alignment) > 0) {
            const buffer = server.allocateBuffer(size, alignment);
            expect(buffer.address % BigInt(Math.max(512, alignment))).toBe(0n);
            // All of it, the prefix zone included, lies in memory of the set.
            expect(machine.memory.view(buffer.address - BigInt(prefixZoneSize), size + prefixZoneSize).byteLength).toBe(size + prefixZoneSize);
            held.push(buffer);
          } else expect(result(() => server.allocateBuffer(size, alignment))).toBe('VD_E_MEMORY');
        }
        const ranges = held.map(({ address, byteLength }) => [Number(address) - prefixZoneSize, Number(address) + byteLength] as const).sort(([a], [b]) => a - b);
        for (const [index, [start]] of ranges.entries()) if (index > 0) expect(start).toBeGreaterThanOrEqual(ranges[index - 1]?.[1] ?? 0);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('refuse an alignment that is no power of two, no bytes, and being freed twice: VD_E_INVALID', async () => {
    const bench = await new Bench().active();
    expect(result(() => bench.server.allocateBuffer(512, 1000))).toBe('VD_E_INVALID');
    expect(result(() => bench.server.allocateBuffer(0, 0))).toBe('VD_E_INVALID');
    const buffer = bench.server.allocateBuffer(512, 0);
    bench.server.freeBuffer(buffer);
    expect(result(() => bench.server.freeBuffer(buffer))).toBe('VD_E_INVALID');
  });

  it('are shared, and other addresses are not', async () => {
    const bench = await new Bench().active();
    const { address } = bench.server.allocateBuffer(512, 0);
    expect(bench.server.isSharedBuffer(address + 511n)).toBe(true);
    expect(bench.server.isSharedBuffer(0x1000n)).toBe(false);
  });

  it('EndConfiguration gives VD_E_MEMORY when the machine has no memory, and the set can be configured with less', async () => {
    const bench = await new Bench({}, {
      allocateArea: (byteLength) => {
        if (byteLength > 2 ** 24) throw new RangeError('no memory');
        return { base: 0x100_0000n, buffer: new ArrayBuffer(byteLength) };
      },
    }).created();
    bench.server.open(null, 'set');
    bench.server.beginConfiguration(0, 512, 0, 65536, 0);
    bench.server.requestBuffers(2 ** 25, 0, 1);
    expect(result(() => bench.server.endConfiguration())).toBe('VD_E_MEMORY');
    expect(result(() => bench.server.endConfiguration())).toBe('ok');
  });

  it('in memory that threads share stay the server\'s after the client\'s Close, and end for the client all the same', async () => {
    const bench = await new Bench({}, { allocateArea: sharedAreas() }).active();
    const buffer = bench.server.allocateBuffer(512, 0);
    buffer.bytes().fill(4);
    await bench.onSet('SignalAbort');
    await bench.onSet('Close');
    expect(buffer.bytes()[0]).toBe(4);
    expect(() => bench.machine.memory.view(buffer.address, 512)).toThrow(RangeError);
  });
});
