/**
 * What facts/vdi.md 2 says of one set, as a model: for each call of either side the result to expect and what it does to commands and
 * buffers. Written from the facts and the tables of the tests, not from the simulator.
 */
import { clientStates, clientTable } from '../conformance/vdi-client-table';
import type { ClientState } from '../conformance/vdi-client-table';
import { serverStates, serverTable } from './vdi-server-table';
import type { ServerState } from './vdi-server-table';

const CLEAR_ERROR = 3;
const DEPTH = 4;

interface ModelCommand {
  readonly id: number;
  readonly code: number;
  readonly buffer: number | undefined;
}

interface ModelDevice {
  client: boolean;
  told: boolean;
  server: 'unopened' | 'open' | 'closed';
  ioError: boolean;
  queue: ModelCommand[];
  delivered: ModelCommand[];
}

export class Model {
  client: ClientState = 'DNE';
  server: ServerState = 'DNE';
  /** Completion codes in the order in which the routines run. */
  readonly completions: [id: number, code: number][] = [];
  /** Who holds each buffer; absent once freed. */
  readonly buffers = new Map<number, 'server' | 'client'>();
  readonly devices: ModelDevice[];
  private served = false;
  private agent = false;
  private commands = 0;
  private allocated = 0;

  constructor(deviceCount: number) {
    this.devices = Array.from({ length: deviceCount }, () => ({ client: false, told: false, server: 'unopened', ioError: false, queue: [], delivered: [] }));
  }

  // --- Client ---

  createEx(): string {
    return this.clientCell('CreateEx', () => 'ok');
  }

  getConfiguration(): string {
    const configured = this.server === 'Initializing' || this.server === 'Active' || this.server === 'NormallyTerminated';
    if (this.client === 'Configurable' && !configured) return 'VD_E_TIMEOUT';
    return this.clientCell('GetConfiguration', () => 'ok');
  }

  openDevice(index: number): string {
    const device = this.device(index);
    if (this.client !== 'Initializing') return this.clientCell('OpenDevice', () => 'ok');
    if (device.client) return 'VD_E_PROTOCOL';
    device.client = true;
    if (this.devices.every(({ client }) => client)) this.client = 'Active';
    return 'ok';
  }

  /** The id of the command that comes, if one does. */
  getCommand(index: number): { readonly code: string; readonly id?: number } {
    const device = this.device(index);
    if (this.client !== 'Active') return { code: this.clientCell('GetCommand', () => 'ok') };
    const [next] = device.queue;
    if (next !== undefined && !(device.ioError && device.delivered.length > 0)) {
      device.queue.shift();
      device.delivered.push(next);
      return { code: 'ok', id: next.id };
    }
    if (device.server !== 'closed') return { code: 'VD_E_TIMEOUT' };
    device.told = true;
    if (this.devices.every(({ told }) => told)) this.client = 'NormallyTerminated';
    return { code: 'VD_E_CLOSE' };
  }

  complete(index: number, id: number, completionCode: number): string {
    return this.clientCell('CompleteCommand', () => {
      const device = this.device(index);
      const command = device.delivered.find((each) => each.id === id);
      if (command === undefined) return 'VD_E_INVALID';
      device.delivered.splice(device.delivered.indexOf(command), 1);
      this.finish(command, completionCode);
      if (completionCode !== 0) {
        device.ioError = true;
        const dropped = device.queue.filter(({ code }) => code !== CLEAR_ERROR);
        device.queue = device.queue.filter(({ code }) => code === CLEAR_ERROR);
        for (const each of dropped) this.finish(each, 1117);
      } else if (command.code === CLEAR_ERROR) device.ioError = false;
      return 'ok';
    });
  }

  clientAbort(): string {
    const code = this.clientCell('SignalAbort', () => 'ok');
    if (code === 'ok') this.abort();
    return code;
  }

  clientClose(): string {
    if (this.client === 'DNE') return 'VD_E_PROTOCOL';
    const open = this.client !== 'Abort' && this.devices.some(({ client, told }) => client && !told);
    this.clientGone();
    return open ? 'VD_E_OPEN' : 'ok';
  }

  /** Also the death of its process. */
  clientGone(): void {
    if (this.client !== 'NormallyTerminated') this.abort();
    this.client = 'DNE';
  }

  // --- Server ---

  open(): string {
    if (this.server !== 'DNE') return 'VD_E_PROTOCOL';
    if (this.client === 'DNE') return 'VD_E_INVALID';
    if (this.client === 'Abort') return 'VD_E_ABORT';
    if (this.served) return 'VD_E_PROTOCOL';
    this.served = true;
    this.server = 'Connected';
    return 'ok';
  }

  simple(call: 'GetConfiguration' | 'BeginConfiguration' | 'RequestBuffers' | 'EndConfiguration'): string {
    return this.serverCell(call, () => 'ok', true);
  }

  serverOpenDevice(index: number): string {
    const device = this.device(index);
    return this.serverCell('OpenDevice', () => {
      if (this.devices.every(({ server }) => server === 'open')) return 'VD_E_OPEN';
      if (device.server !== 'unopened') return 'VD_E_PROTOCOL';
      device.server = 'open';
      this.ready();
      return 'ok';
    });
  }

  executeCompletionAgent(): string {
    return this.serverCell('ExecuteCompletionAgent', () => {
      if (this.agent) return 'VD_E_PROTOCOL';
      this.agent = true;
      this.ready();
      return 'ok';
    });
  }

  allocate(): { readonly code: string; readonly buffer: number } {
    const buffer = this.allocated;
    const code = this.serverCell('AllocateBuffer', () => {
      this.buffers.set(this.allocated++, 'server');
      return 'ok';
    });
    return { code, buffer };
  }

  free(buffer: number): string {
    return this.serverCell('FreeBuffer', () => {
      if (this.buffers.get(buffer) !== 'server') return 'VD_E_INVALID';
      this.buffers.delete(buffer);
      return 'ok';
    });
  }

  /** `id` numbers every attempt: a refused command completes too. */
  send(index: number, code: number, buffer: number | undefined): { readonly code: string; readonly id: number } {
    const id = this.commands++;
    const device = this.device(index);
    const refuse = (result: string, completionCode: number): string => {
      this.completions.push([id, completionCode]);
      return result;
    };
    const cell = this.serverCell('SendCommand', () => 'ok');
    if (cell !== 'ok') return { id, code: refuse(cell, cell === 'VD_E_ABORT' ? 995 : 6) };
    if (buffer !== undefined && this.buffers.get(buffer) !== 'server') return { id, code: 'VD_E_INVALID' };
    if (device.server !== 'open') return { id, code: refuse('VD_E_PROTOCOL', 6) };
    if (device.ioError && code !== CLEAR_ERROR) return { id, code: refuse('ERROR_IO_DEVICE', 1117) };
    if (device.queue.length + device.delivered.length === DEPTH) return { id, code: refuse('VD_E_BUSY', 1450) };
    device.queue.push({ id, code, buffer });
    if (buffer !== undefined) this.buffers.set(buffer, 'client');
    return { id, code: 'ok' };
  }

  closeDevice(index: number): string {
    const device = this.device(index);
    return this.serverCell('CloseDevice', () => {
      if (this.server === 'NormallyTerminated') return 'ok';
      if (device.server === 'closed') return 'VD_E_CLOSE';
      if (device.queue.length + device.delivered.length > 0) return 'VD_E_BUSY';
      device.server = 'closed';
      if (this.devices.every(({ server }) => server === 'closed')) this.server = 'NormallyTerminated';
      return 'ok';
    });
  }

  serverAbort(): string {
    const code = this.serverCell('SignalAbort', () => 'ok');
    if (code === 'ok') this.abort();
    return code;
  }

  serverClose(): string {
    if (this.server === 'DNE') return 'VD_E_PROTOCOL';
    const open = this.server !== 'Abort' && this.devices.some(({ server }) => server === 'open');
    this.serverGone();
    return open ? 'VD_E_PROTOCOL' : 'ok';
  }

  serverGone(): void {
    if (this.server === 'DNE') return;
    if (this.server !== 'NormallyTerminated') this.abort();
    this.server = 'DNE';
  }

  // --- Both ---

  private abort(): void {
    if (this.client === 'Abort' || this.server === 'Abort') return;
    if (this.client !== 'DNE') this.client = 'Abort';
    if (this.server !== 'DNE') this.server = 'Abort';
    for (const device of this.devices) {
      // The order in which a device's commands end is nobody's promise; the test compares it as a set.
      for (const command of [...device.delivered.splice(0), ...device.queue.splice(0)]) this.finish(command, 995);
    }
  }

  private finish(command: ModelCommand, code: number): void {
    this.completions.push([command.id, code]);
    if (command.buffer !== undefined) this.buffers.set(command.buffer, 'server');
  }

  private ready(): void {
    if (this.agent && this.devices.every(({ server }) => server === 'open')) this.server = 'Active';
  }

  private device(index: number): ModelDevice {
    const device = this.devices[index];
    if (device === undefined) throw new RangeError(`no device ${String(index)}`);
    return device;
  }

  /** The table's refusal, or what `admitted` says; the table's next state is taken for calls that always lead there. */
  private clientCell(call: string, admitted: () => string): string {
    const [code, next] = clientTable[call]?.[clientStates.indexOf(this.client)] ?? ['no such cell'];
    if (code !== 'ok') return code;
    const result = admitted();
    if (next !== undefined && next !== 'Abort') this.client = next;
    return result;
  }

  private serverCell(call: string, admitted: () => string, moves = false): string {
    const [code, next] = serverTable[call]?.[serverStates.indexOf(this.server)] ?? ['no such cell'];
    if (code !== 'ok') return code;
    if (moves && next !== undefined) this.server = next;
    return admitted();
  }
}
