/** The machine's side of one connection: a process of the machine that lives as long as the connection does. */
import { types } from 'node:util';
import type { CallResult, PlainRecord, PlainValue } from '../../binding/channel';
import type { Parameter } from '../../binding/table';
import { operation as findOperation, structTable } from '../../binding/tables';
import type { SimulatedWindows } from '../machine';
import { InThreadChannel } from './in-thread';
import { OutstandingCommands } from './lent-memory';
import type { LentMemory, Mapper } from './lent-memory';
import { PROTOCOL_VERSION, checkClientMessage, encodeError, protocolError } from './messages';
import type { Area, ClientMessage, MachineMessage, MemoryContents } from './messages';

/** Sends one message; throws nothing: a connection that is gone says so by `ended`. */
export type Send = (message: MachineMessage) => void;

const done: CallResult = { hresult: 0, outputs: [] };

function addressesOf(parameter: Parameter, value: PlainValue): readonly PlainValue[] {
  const { type } = parameter;
  if (type.kind === 'pointer') return [value];
  if (type.kind !== 'lent') return [];
  return structTable(type.struct).fields.filter(({ shownAs }) => shownAs === 'buffer').map(({ name }) => (value as PlainRecord)[name] ?? null);
}

export class MachineSession implements Mapper {
  private channel: InThreadChannel | undefined;
  private readonly outstanding = new OutstandingCommands();
  private readonly announced = new Set<bigint>();
  private readonly asked = new Map<number, (bytes: Uint8Array | undefined) => void>();
  private nextQuestion = 1;
  private over = false;
  private readonly stopListening: () => void;

  /** @param lent how bytes travel; null where both sides see the same memory. */
  constructor(
    private readonly machine: SimulatedWindows,
    private readonly lent: LentMemory | null,
    private readonly send: Send,
  ) {
    this.stopListening = machine.onAreaFreed((base) => {
      if (this.announced.delete(base)) this.send({ type: 'freed', base });
    });
  }

  /** Throws a StateError with the code ERR_CHANNEL_PROTOCOL when it is no message, or not one for now: end the connection then. */
  receive(value: unknown): void {
    checkClientMessage(value);
    if (value.type === 'hello') {
      this.hello(value);
      return;
    }
    const { channel } = this;
    if (channel === undefined) throw protocolError('another message before the greeting');
    switch (value.type) {
      case 'call':
        void this.answer(value.id, () => this.call(channel, value));
        break;
      case 'release':
        void this.answer(value.id, async () => {
          await channel.release(value.handle);
          return { result: done };
        });
        break;
      case 'teardown':
        channel.setTeardown(value.handle, value.steps);
        break;
      case 'close':
        void this.answer(value.id, async () => {
          await channel.close();
          return { result: done };
        });
        break;
      case 'stored':
        this.answered(value.id, undefined);
        break;
      case 'fetched':
        this.answered(value.id, value.bytes);
        break;
    }
  }

  /** The connection is gone: so is the process. */
  ended(): void {
    if (this.over) return;
    this.over = true;
    this.stopListening();
    for (const answer of this.asked.values()) answer(undefined);
    this.asked.clear();
    if (this.channel !== undefined) this.machine.kill(this.channel.process);
  }

  async store(memory: MemoryContents): Promise<void> {
    await this.ask((id) => ({ type: 'store', id, memory }));
  }

  fetch(address: bigint, byteLength: number): Promise<Uint8Array | undefined> {
    return this.ask((id) => ({ type: 'fetch', id, address, byteLength }));
  }

  private hello({ version, process }: Extract<ClientMessage, { type: 'hello' }>): void {
    if (version !== PROTOCOL_VERSION) throw protocolError(`version ${String(version)} of the protocol where ${String(PROTOCOL_VERSION)} is spoken`);
    if (this.channel !== undefined) throw protocolError('a second greeting');
    const id = process === null ? 0 : this.machine.createProcess(process).id;
    this.channel = new InThreadChannel(this.machine, id);
    this.send({ type: 'welcome', process: id });
  }

  private async answer(id: number, run: () => Promise<{ readonly result: CallResult; readonly areas?: readonly Area[]; readonly memory?: MemoryContents }>): Promise<void> {
    try {
      const { result, areas = [], memory } = await run();
      this.send({ type: 'answer', id, result, areas, ...(memory === undefined ? {} : { memory }) });
    } catch (error) {
      this.send({ type: 'failed', id, error: encodeError(error) });
    }
  }

  private async call(
    channel: InThreadChannel,
    { handle, operation, args, bytes }: Extract<ClientMessage, { type: 'call' }>,
  ): Promise<{ result: CallResult; areas: readonly Area[]; memory?: MemoryContents }> {
    await this.lent?.before(this, this.outstanding, operation, args, bytes);
    const result = await channel.call(handle, operation, args);
    const memory = await this.lent?.after(this, this.outstanding, operation, args, result);
    return { result, areas: this.announce(operation, result), ...(memory === undefined ? {} : { memory }) };
  }

  /** The areas that this answer mentions first. */
  private announce(operation: string, { outputs }: CallResult): readonly Area[] {
    const parameters = findOperation(operation)?.method.parameters.filter(({ direction }) => direction === 'out') ?? [];
    const areas: Area[] = [];
    for (const address of parameters.flatMap((parameter, index) => (index < outputs.length ? addressesOf(parameter, outputs[index] ?? null) : []))) {
      const area = typeof address === 'bigint' ? this.machine.memory.areaAt(address) : undefined;
      if (area === undefined || this.announced.has(area.base)) continue;
      this.announced.add(area.base);
      const { base, buffer } = area;
      if (this.lent !== null) areas.push({ base, byteLength: buffer.byteLength });
      else if (types.isSharedArrayBuffer(buffer)) areas.push({ base, byteLength: buffer.byteLength, buffer });
      else throw new TypeError('a machine behind a Worker needs areas of shared memory: make it with { allocateArea: sharedAreas() }');
    }
    return areas;
  }

  private ask(question: (id: number) => MachineMessage): Promise<Uint8Array | undefined> {
    if (this.over) return Promise.resolve(undefined);
    const id = this.nextQuestion++;
    return new Promise((resolve) => {
      this.asked.set(id, resolve);
      this.send(question(id));
    });
  }

  private answered(id: number, bytes: Uint8Array | undefined): void {
    const answer = this.asked.get(id);
    if (answer === undefined) throw protocolError('an answer to no question');
    this.asked.delete(id);
    answer(bytes);
  }
}
