/** IServerVirtualDeviceSet2 of the simulated sqlvdi.dll: what SQL Server drives. */
import { HRESULT } from '../../binding/codes';
import type { PlainVDConfig } from '../generated/vdi';
import { Failure } from '../kernel-object';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import { isPowerOfTwo, serverConfig } from './configuration';
import type { IServerVirtualDevice, IServerVirtualDeviceSet2, SharedBuffer } from './server';
import { ServerVirtualDevice } from './server-device';
import type { ServerCall, ServerState } from './states';
import { serverTable } from './states';
import type { VirtualDeviceSet } from './virtual-device-set';

export class ServerVirtualDeviceSet implements IServerVirtualDeviceSet2 {
  private opened: VirtualDeviceSet | undefined;

  /** @param process the SQL Server process: its death aborts what it has open */
  constructor(
    private readonly machine: SimulatedWindows,
    private readonly process: SimulatedProcess,
  ) {}

  isOpenOn(set: VirtualDeviceSet): boolean {
    return this.opened === set;
  }

  open(instance: string | null, name: string): void {
    const next = serverTable.admit('Open', this.state);
    const service = this.machine.virtualDevices;
    const set = service.find(service.instanceNamed(instance), name);
    if (set === undefined) throw new Failure(HRESULT.VD_E_INVALID);
    // The client's abort came first.
    if (set.aborted) throw new Failure(HRESULT.VD_E_ABORT);
    // Another statement serves this set, or has served it.
    if (set.served) throw new Failure(HRESULT.VD_E_PROTOCOL);
    set.served = true;
    set.serverState = next;
    this.opened = set;
    service.serverOpened(this.process, this);
  }

  getConfiguration(): PlainVDConfig {
    return this.admitted('GetConfiguration').set.config;
  }

  /** In the order of the header, not of the page (facts/vdi.md 1.8). */
  beginConfiguration(features: number, blockSize: number, alignment: number, maxTransferSize: number, _timeoutMs: number): void {
    const { set, next } = this.admitted('BeginConfiguration');
    set.config = serverConfig(set.config, features, blockSize, alignment, maxTransferSize);
    set.serverState = next;
  }

  /** The set stays configurable when the memory cannot be had (VD_E_MEMORY). */
  endConfiguration(): void {
    const { set, next } = this.admitted('EndConfiguration');
    set.endConfiguration();
    set.serverState = next;
    set.configurationWaits.answerAll([set.config]);
  }

  requestBuffers(size: number, alignment: number, count: number): void {
    const { set } = this.admitted('RequestBuffers');
    set.requestBuffers(size, bufferAlignment(set, size, alignment), count);
  }

  queryAvailableBuffers(size: number, alignment: number): number {
    const { set } = this.admitted('QueryAvailableBuffers');
    return set.memory.available(size, bufferAlignment(set, size, alignment));
  }

  async executeCompletionAgent(): Promise<void> {
    const { set, next } = this.admitted('ExecuteCompletionAgent');
    if (set.agent.running) throw new Failure(HRESULT.VD_E_PROTOCOL);
    const returned = set.agent.execute();
    set.serverReady(next);
    await returned;
  }

  openDevice(name: string): IServerVirtualDevice {
    const { set, next } = this.admitted('OpenDevice');
    if (set.devices.every(({ server }) => server === 'open')) throw new Failure(HRESULT.VD_E_OPEN);
    const device = set.deviceNamed(name);
    if (device === undefined) throw new Failure(HRESULT.VD_E_INVALID);
    if (device.server !== 'unopened') throw new Failure(HRESULT.VD_E_PROTOCOL);
    device.server = 'open';
    set.serverReady(next);
    return new ServerVirtualDevice(this, set, device);
  }

  allocateBuffer(size: number, alignment: number): SharedBuffer {
    const { set } = this.admitted('AllocateBuffer');
    return set.memory.allocate(size, bufferAlignment(set, size, alignment));
  }

  freeBuffer(buffer: SharedBuffer): void {
    this.admitted('FreeBuffer').set.memory.free(buffer);
  }

  isSharedBuffer(address: bigint): boolean {
    return this.opened?.memory.contains(address) ?? false;
  }

  signalAbort(): void {
    this.admitted('SignalAbort').set.abort('server', 'SQL Server asked for it');
  }

  /** Releases everything even when it returns VD_E_PROTOCOL because devices were still open (VDI spec, Close). */
  close(): void {
    const { set } = this.admitted('Close');
    const stillOpen = set.serverState !== 'Abort' && set.devices.some(({ server }) => server === 'open');
    this.leave(set);
    if (stillOpen) throw new Failure(HRESULT.VD_E_PROTOCOL);
  }

  /** The process has died. */
  processDied(): void {
    if (this.opened !== undefined) this.leave(this.opened);
  }

  /** A set that has not ended normally is aborted first, so that the client does not wait for a server that is gone. */
  private leave(set: VirtualDeviceSet): void {
    if (set.serverState !== 'NormallyTerminated') set.abort('server', 'SQL Server has closed the set, or is gone');
    this.machine.virtualDevices.serverClosed(this.process, this);
    this.opened = undefined;
    set.serverLeft();
  }

  private get state(): ServerState {
    return this.opened?.serverState ?? 'DNE';
  }

  private admitted(call: ServerCall): { readonly set: VirtualDeviceSet; readonly next: ServerState } {
    const next = serverTable.admit(call, this.state);
    if (this.opened === undefined) throw new Failure(HRESULT.VD_E_PROTOCOL);
    return { set: this.opened, next };
  }
}

/** Alignment 0 is the set's own; less than that is not to be had. VD_E_INVALID for what is no power of two, and for no bytes. */
function bufferAlignment(set: VirtualDeviceSet, size: number, alignment: number): number {
  if (size <= 0 || (alignment !== 0 && !isPowerOfTwo(alignment))) throw new Failure(HRESULT.VD_E_INVALID);
  return Math.max(set.config.alignment, alignment);
}
