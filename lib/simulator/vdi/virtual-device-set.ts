/**
 * A virtual device set: the section object that client and server share. Each side has its own state (VDI spec, states); an abort moves
 * both.
 */
import { HRESULT } from '../../binding/codes';
import type { Cancel } from '../../binding/host';
import type { PlainVDConfig } from '../generated/vdi';
import type { SimulatedWindows } from '../machine';
import { BufferMemory } from './buffer-area';
import { CompletionAgent } from './completion-agent';
import type { VDS_Command } from './server';
import type { ClientState, ServerState } from './states';
import { serverTable } from './states';
import { VirtualDevice } from './virtual-device';
import { WaitingCalls } from './waiting-calls';

/** Bytes from one command block to the next: VDC_Command has 24. */
const BLOCK_STRIDE = 32;
/** Room per device for the small buffers of SQL Server's metadata, which BUFFERCOUNT does not count (facts/vdi.md 2.3). */
const METADATA_SIZE = 0x1_0000;
/** serverTimeOut: the abort comes after more than this many intervals without a completion (facts/vdi.md 2.3). */
const SILENT_INTERVALS = 2;

export class VirtualDeviceSet {
  clientState: ClientState = 'Configurable';
  serverState: ServerState = 'DNE';
  readonly devices: readonly VirtualDevice[];
  readonly memory: BufferMemory;
  readonly agent: CompletionAgent;
  readonly configurationWaits: WaitingCalls<[PlainVDConfig]>;
  /** The primary client and the secondaries. */
  private readonly clients = new Set<object>();
  /** A set that several processes serve. */
  shared = false;
  /** A server has opened it: a set serves one statement. */
  served = false;
  private requestedBytes = 0;
  private pending = 0;
  /** When the client was last heard of: a completion, or the first command after none was pending. */
  private progressAt = 0;
  private watch: Cancel | undefined;

  constructor(
    readonly machine: SimulatedWindows,
    readonly instance: string,
    readonly name: string,
    public config: PlainVDConfig,
    private readonly queueDepth: number,
  ) {
    this.memory = new BufferMemory(machine, config.prefixZoneSize);
    this.agent = new CompletionAgent(() => {
      this.abort('server', 'a completion routine failed');
    });
    this.configurationWaits = new WaitingCalls(machine.host.clock);
    this.devices = Array.from({ length: config.deviceCount }, () => new VirtualDevice(this));
    const [first] = this.devices;
    if (first !== undefined) first.name = name;
  }

  get aborted(): boolean {
    return this.clientState === 'Abort' || this.serverState === 'Abort';
  }

  /** The device of that name; a name that is new takes the next one without a name. */
  deviceNamed(name: string): VirtualDevice | undefined {
    const known = this.devices.find((device) => device.name === name);
    if (known !== undefined) return known;
    const unnamed = this.devices.find((device) => device.name === undefined);
    if (unnamed !== undefined) unnamed.name = name;
    return unnamed;
  }

  // --- Configuration ---

  /** Before EndConfiguration requests are summed up for one area; afterwards each gets its own (VDI spec, RequestBuffers). */
  requestBuffers(size: number, alignment: number, count: number): void {
    const bytes = this.memory.needed(size, alignment, count);
    if (this.serverState === 'Configurable') this.requestedBytes += bytes;
    else this.memory.addArea(bytes);
  }

  /** Makes the shared memory. VD_E_MEMORY: what was requested is forgotten, so that the server can ask for less. */
  endConfiguration(): void {
    const { alignment, bufferAreaSize, maxTransferSize, deviceCount } = this.config;
    const nominal = (): number => this.memory.needed(maxTransferSize, alignment, Math.ceil(bufferAreaSize / maxTransferSize));
    const buffers = this.requestedBytes > 0 ? this.requestedBytes : nominal();
    this.requestedBytes = 0;
    const metadata = deviceCount * this.memory.needed(METADATA_SIZE, alignment, 1);
    const base = this.memory.addArea(buffers + metadata, deviceCount * this.queueDepth * BLOCK_STRIDE);
    for (const [index, device] of this.devices.entries()) {
      device.placeBlocks(Array.from({ length: this.queueDepth }, (_, block) => base + BigInt((index * this.queueDepth + block) * BLOCK_STRIDE)));
    }
  }

  get configured(): boolean {
    return this.serverState === 'Initializing' || this.serverState === 'Active' || this.serverState === 'NormallyTerminated';
  }

  // --- Commands ---

  commandSent(): void {
    this.pending += 1;
    if (this.config.serverTimeOut === 0) return;
    if (this.pending === 1) this.progressAt = this.machine.host.clock.monotonic();
    this.watchClient();
  }

  commandCompleted(command: VDS_Command): void {
    this.pending -= 1;
    if (this.config.serverTimeOut !== 0) this.progressAt = this.machine.host.clock.monotonic();
    this.agent.post(command);
  }

  /** One timer for the whole set, set anew only when it fires: none is touched for a command. */
  private watchClient(): void {
    if (this.watch !== undefined) return;
    const { clock } = this.machine.host;
    const allowed = SILENT_INTERVALS * this.config.serverTimeOut;
    const silent = clock.monotonic() - this.progressAt;
    this.watch = clock.after(Math.max(0, allowed - silent) + 1, () => {
      this.watch = undefined;
      if (this.pending === 0) return;
      if (clock.monotonic() - this.progressAt > allowed) this.abort('server', 'the client completed no command in time');
      else this.watchClient();
    });
  }

  // --- The ends ---

  /** Every device is open and the completion agent runs: as far as the server knows, the set is active. */
  serverReady(next: ServerState): void {
    if (this.agent.running && this.devices.every(({ server }) => server === 'open')) this.serverState = next;
  }

  /** The server has closed a device; with the last one the set is normally terminated and the agent returns. */
  serverClosed(next: ServerState): void {
    if (!this.devices.every(({ server }) => server === 'closed')) return;
    this.serverState = next;
    this.agent.end();
  }

  clientToldClose(device: VirtualDevice): void {
    device.clientTold = true;
    if (this.clientState === 'Active' && this.devices.every(({ clientTold }) => clientTold)) this.clientState = 'NormallyTerminated';
  }

  /** SignalAbort by either side, or what has the same effect (seed 000). */
  abort(by: 'client' | 'server', reason: string): void {
    if (this.aborted) return;
    this.machine.eventLog.write('SQLVDI', 1, 'error', `SignalAbort: ${reason}. Instance=${this.instance}. VD=${this.name}. Side=${by}.`);
    if (this.clientState !== 'DNE') this.clientState = 'Abort';
    if (this.serverState !== 'DNE') this.serverState = serverTable.admit('SignalAbort', this.serverState);
    this.watch?.();
    this.watch = undefined;
    this.configurationWaits.failAll(HRESULT.VD_E_ABORT);
    for (const device of this.devices) device.abort();
    this.agent.end();
  }

  clientJoined(client: object): void {
    this.clients.add(client);
  }

  /** One client's mapping ends; the last one's ends the client side. */
  clientLeft(client: object): void {
    this.clients.delete(client);
    this.configurationWaits.drop(client);
    for (const device of this.devices) device.dropCalls(client);
    if (this.clients.size > 0) return;
    this.clientState = 'DNE';
    this.memory.unmapFromClients();
    if (this.serverState === 'DNE') this.memory.drop();
  }

  /** The server's mapping ends. */
  serverLeft(): void {
    this.serverState = 'DNE';
    if (this.clients.size === 0) this.memory.drop();
  }
}
