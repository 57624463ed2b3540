/** Random interleavings of both sides' calls: every result is the model's, every command completes once, every buffer has one holder. */
import * as fc from 'fast-check';
import { VDCommands } from '../../lib/binding/codes';
import type { SharedBuffer, VDS_Command } from '../../lib/simulator/vdi';
import { Bench, result } from './vdi-bench';
import { Model } from './vdi-model';

const calls = [
  'getConfiguration', 'openDevice', 'getCommand', 'complete', 'clientAbort', 'clientClose', 'clientDies',
  'open', 'serverGetConfiguration', 'beginConfiguration', 'requestBuffers', 'endConfiguration', 'serverOpenDevice', 'executeCompletionAgent',
  'allocate', 'free', 'send', 'sendBuffer', 'closeDevice', 'serverAbort', 'serverClose', 'serverDies',
] as const;
type Call = (typeof calls)[number];

/** The calls that end a set are rarer, so that more happens before. */
const weight = (call: Call): number => {
  if (/Dies|Close$|Abort/.test(call)) return 1;
  if (/send|getCommand|complete/.test(call)) return 30;
  return call === 'closeDevice' ? 16 : 4;
};

const step = fc.record({
  call: fc.oneof(...calls.map((call) => ({ weight: weight(call), arbitrary: fc.constant(call) }))),
  device: fc.nat({ max: 2 }),
  pick: fc.nat({ max: 9 }),
  code: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(38, 112, 1100) }),
});

/** How many calls of the straight way are made first: mostly all. */
const wholeWay = fc.oneof({ weight: 5, arbitrary: fc.constant(14) }, { weight: 2, arbitrary: fc.nat({ max: 13 }) });

/** The straight way to an active set, of which a run takes the first part. */
const straight = (deviceCount: number): { call: Call; device: number; pick: number; code: number }[] =>
  [
    ['open', 0], ['beginConfiguration', 0], ['endConfiguration', 0], ['getConfiguration', 0], ['executeCompletionAgent', 0],
    ...Array.from({ length: deviceCount }, (_, device) => [['serverOpenDevice', device], ['openDevice', device]] as const).flat(),
    ...Array.from({ length: 3 }, () => ['allocate', 0] as const),
  ].map(([call, device]) => ({ call: call as Call, device: device as number, pick: 0, code: 0 }));

class Run {
  private readonly model: Model;
  private readonly handles: (number | undefined)[] = [];
  private readonly serverDevices: Bench['devices'][number][] = [];
  private readonly buffers: SharedBuffer[] = [];
  private readonly ids = new Map<VDS_Command, number>();
  /** Commands in the client's hands, by device. */
  private readonly taken: { readonly id: number; readonly pointer: bigint; readonly device: number }[] = [];
  private readonly completed: [id: number, code: number][] = [];
  private compared = 0;
  private clientDead = false;
  /** How often each call had each result. */
  readonly seen = new Map<string, number>();

  constructor(private readonly bench: Bench, private readonly deviceCount: number) {
    this.model = new Model(deviceCount);
    expect(this.model.createEx()).toBe('ok');
  }

  async take({ call, device: wanted, pick, code }: { call: Call; device: number; pick: number; code: number }): Promise<void> {
    const { bench, model } = this;
    const { server } = bench;
    const device = wanted % this.deviceCount;
    const name = bench.names[device] ?? '';
    const expectBoth = (actual: string, expected: string): void => {
      const what = `${call}: ${actual}`;
      expect(what).toBe(`${call}: ${expected}`);
      this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
    };
    switch (call) {
      case 'getConfiguration':
        if (!this.clientDead) expectBoth(await bench.onSet('GetConfiguration', 0), model.getConfiguration());
        break;
      case 'openDevice': {
        if (this.clientDead) break;
        const { code: actual, outputs } = await bench.call(bench.set, 'IClientVirtualDeviceSet2::OpenDevice', name);
        if (actual === 'ok') this.handles[device] = outputs[0] as number;
        expectBoth(actual, model.openDevice(device));
        break;
      }
      case 'getCommand': {
        const handle = this.handles[device];
        if (this.clientDead || handle === undefined) break;
        const { code: actual, outputs } = await bench.call(handle, 'IClientVirtualDevice::GetCommand', 0);
        const expected = model.getCommand(device);
        expectBoth(actual, expected.code);
        if (expected.id === undefined) break;
        const { pointer } = outputs[0] as { pointer: bigint };
        expect(this.taken.some((each) => each.pointer === pointer)).toBe(false);
        this.taken.push({ id: expected.id, pointer, device });
        break;
      }
      case 'complete': {
        const command = this.taken[pick % Math.max(1, this.taken.length)];
        const handle = command === undefined ? undefined : this.handles[command.device];
        if (this.clientDead || command === undefined || handle === undefined) break;
        const { code: actual } = await bench.call(handle, 'IClientVirtualDevice::CompleteCommand', command.pointer, code, 0, 0n);
        expectBoth(actual, model.complete(command.device, command.id, code));
        if (actual === 'ok') this.taken.splice(this.taken.indexOf(command), 1);
        break;
      }
      case 'clientAbort':
        if (!this.clientDead) expectBoth(await bench.onSet('SignalAbort'), model.clientAbort());
        break;
      case 'clientClose':
        if (!this.clientDead) expectBoth(await bench.onSet('Close'), model.clientClose());
        break;
      case 'clientDies':
        if (this.clientDead) break;
        this.clientDead = true;
        bench.machine.kill(bench.client.id);
        model.clientGone();
        break;
      case 'open':
        expectBoth(result(() => server.open(null, 'set')), model.open());
        break;
      case 'serverGetConfiguration':
        expectBoth(result(() => server.getConfiguration()), model.simple('GetConfiguration'));
        break;
      case 'beginConfiguration':
        expectBoth(result(() => server.beginConfiguration(0, 512, 0, 65536, 0)), model.simple('BeginConfiguration'));
        break;
      case 'requestBuffers':
        expectBoth(result(() => server.requestBuffers(65536, 0, 1)), model.simple('RequestBuffers'));
        break;
      case 'endConfiguration':
        expectBoth(result(() => server.endConfiguration()), model.simple('EndConfiguration'));
        break;
      case 'serverOpenDevice': {
        const actual = result(() => {
          this.serverDevices[device] = server.openDevice(name);
        });
        expectBoth(actual, model.serverOpenDevice(device));
        break;
      }
      case 'executeCompletionAgent': {
        let actual = 'ok';
        await Promise.race([
          server.executeCompletionAgent().catch((error: unknown) => {
            actual = result(() => {
              throw error;
            });
          }),
          new Promise(setImmediate),
        ]);
        expectBoth(actual, model.executeCompletionAgent());
        break;
      }
      case 'allocate': {
        const actual = result(() => {
          this.buffers.push(server.allocateBuffer(512, 0));
        });
        expectBoth(actual, model.allocate().code);
        break;
      }
      case 'free': {
        const index = pick % Math.max(1, this.buffers.length);
        const buffer = this.buffers[index];
        // A freed address may be another buffer's by now: only what the model knows is tried.
        if (buffer !== undefined && model.buffers.has(index)) expectBoth(result(() => server.freeBuffer(buffer)), model.free(index));
        break;
      }
      case 'send':
      case 'sendBuffer': {
        const from = this.serverDevices[device];
        const index = pick % Math.max(1, this.buffers.length);
        const buffer = call === 'sendBuffer' ? this.buffers[index] : undefined;
        if (from === undefined || (call === 'sendBuffer' && (buffer === undefined || !model.buffers.has(index)))) break;
        const commandCode = buffer !== undefined ? VDCommands.Write : pick < 3 ? VDCommands.ClearError : VDCommands.Flush;
        const command: VDS_Command = {
          commandCode, size: buffer?.byteLength ?? 0, inPosition: 0n, buffer: buffer ?? null, outPosition: 0n, completionCode: -1, bytesTransferred: 0,
          completionRoutine: (done) => this.completed.push([this.ids.get(done) ?? -1, done.completionCode]),
        };
        // The model numbers the attempts alike; a refused command's routine runs before SendCommand has returned.
        const expected = model.send(device, commandCode, buffer === undefined ? undefined : index);
        this.ids.set(command, expected.id);
        expectBoth(result(() => from.sendCommand(command)), expected.code);
        break;
      }
      case 'closeDevice': {
        const from = this.serverDevices[device];
        if (from !== undefined) expectBoth(result(() => from.closeDevice()), model.closeDevice(device));
        break;
      }
      case 'serverAbort':
        expectBoth(result(() => server.signalAbort()), model.serverAbort());
        break;
      case 'serverClose':
        expectBoth(result(() => server.close()), model.serverClose());
        break;
      case 'serverDies':
        bench.machine.kill(bench.sqlservr.id);
        model.serverGone();
        break;
    }
    await new Promise(setImmediate);
    this.checkInvariants();
  }

  /** Both sides end; then nothing is left. */
  async end(): Promise<void> {
    await this.take({ call: 'serverClose', device: 0, pick: 0, code: 0 });
    await this.take({ call: 'clientClose', device: 0, pick: 0, code: 0 });
    expect(this.bench.machine.memory.count).toBe(0);
    expect(this.bench.machine.virtualDevices.count).toBe(0);
    const accepted = this.completed.map(([id]) => id);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(this.model.devices.flatMap(({ queue, delivered }) => [...queue, ...delivered])).toEqual([]);
  }

  /** Exactly the completions of the model, each once; a buffer in the client's hands is one that the server cannot free or send. */
  private checkInvariants(): void {
    if (this.completed.length === this.compared && this.model.completions.length === this.compared) return;
    this.compared = this.completed.length;
    const byId = ([a]: [number, number], [b]: [number, number]): number => a - b;
    expect([...this.completed].sort(byId)).toEqual([...this.model.completions].sort(byId));
    expect(new Set(this.completed.map(([id]) => id)).size).toBe(this.completed.length);
  }
}

describe('any interleaving of calls by client and server', () => {
  it('gives the results of the state tables, completes each command once, and gives each buffer one holder', async () => {
    const reached = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), wholeWay, fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), async (deviceCount, prefix, steps) => {
        const bench = await new Bench({ deviceCount }).created();
        const run = new Run(bench, deviceCount);
        for (const each of [...straight(deviceCount).slice(0, prefix), ...steps]) {
          await run.take(each);
        }
        for (const [what, count] of run.seen) reached.set(what, (reached.get(what) ?? 0) + count);
        await run.end();
      }),
      { numRuns: 150, seed: 20_260_101 },
    );
    // The runs went deep enough to mean something.
    const shallow = ['getCommand: ok', 'complete: ok', 'sendBuffer: ok', 'complete: VD_E_ABORT', 'getCommand: VD_E_CLOSE', 'send: ERROR_IO_DEVICE', 'send: VD_E_BUSY']
      .filter((what) => (reached.get(what) ?? 0) < 10);
    expect(shallow).toEqual([]);
  }, 60_000);
});
