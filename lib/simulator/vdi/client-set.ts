/** IClientVirtualDeviceSet2 of the simulated sqlvdi.dll: the primary client's object, or a secondary's. */
import { HRESULT } from '../../binding/codes';
import type { PlainVDConfig, SimulatedIClientVirtualDeviceSet2 } from '../generated/vdi';
import { Failure, KernelObject } from '../kernel-object';
import type { EndReason } from '../kernel-object';
import type { SimulatedProcess } from '../machine';
import { ClientVirtualDevice } from './client-device';
import { checkClientConfig } from './configuration';
import type { ClientCall, ClientState } from './states';
import { clientTable } from './states';
import type { VirtualDevice } from './virtual-device';
import type { VirtualDeviceSet } from './virtual-device-set';
import type { VirtualDevices } from './virtual-devices';

/** The environment variable that names the instance for Create and OpenInSecondary (facts/vdi.md 2.11). */
export const VIRTUAL_SERVER_NAME = '_VIRTUAL_SERVER_NAME_';

/** What an open object knows. */
interface Opened {
  readonly set: VirtualDeviceSet;
  readonly role: 'primary' | 'secondary';
  /** Devices that were opened through this object. */
  readonly devices: VirtualDevice[];
}

export class ClientVirtualDeviceSet extends KernelObject implements SimulatedIClientVirtualDeviceSet2 {
  readonly interfaceName = 'IClientVirtualDeviceSet2';
  private opened: Opened | undefined;

  constructor(
    private readonly service: VirtualDevices,
    private readonly process: SimulatedProcess,
  ) {
    super();
  }

  isOpenOn(set: VirtualDeviceSet): boolean {
    return this.opened?.set === set;
  }

  create(name: string, config: PlainVDConfig): void {
    this.createEx(this.environmentInstance, name, config);
  }

  createEx(instance: string | null, name: string, config: PlainVDConfig): void {
    const next = clientTable.admit('CreateEx', this.state);
    // The shared objects and the process handle's DACL need an elevated process (facts/vdi.md 2.11).
    if (!this.process.elevated) throw new Failure(HRESULT.E_ACCESSDENIED);
    if (name === '' || name.includes('\\')) throw new Failure(HRESULT.VD_E_INVALID);
    const known = this.service.instanceNamed(instance);
    checkClientConfig(config);
    const set = this.service.create(known, name, config);
    set.clientState = next;
    this.join({ set, role: 'primary', devices: [] });
  }

  openInSecondary(name: string): void {
    this.openInSecondaryEx(this.environmentInstance, name);
  }

  openInSecondaryEx(instance: string | null, name: string): void {
    clientTable.admit('OpenInSecondaryEx', this.state);
    const set = this.service.find(this.service.instanceNamed(instance), name);
    if (set?.clientState === 'Abort') throw new Failure(HRESULT.VD_E_ABORT);
    if (set?.clientState !== 'Initializing' && set?.clientState !== 'Active') throw new Failure(HRESULT.VD_E_PROTOCOL);
    set.shared = true;
    this.join({ set, role: 'secondary', devices: [] });
  }

  async getConfiguration(timeoutMs: number): Promise<[PlainVDConfig]> {
    const { set } = this.admitted('GetConfiguration');
    if (!set.configured && set.clientState === 'Configurable') await set.configurationWaits.wait(this, timeoutMs);
    // The state may have changed while this waited.
    set.clientState = clientTable.admit('GetConfiguration', this.isOpenOn(set) ? set.clientState : 'DNE');
    return [set.config];
  }

  openDevice(name: string): [ClientVirtualDevice] {
    const { set, devices } = this.open();
    const allOpen = set.devices.every(({ clientOpen }) => clientOpen);
    // The page of the method names a code that the state table leaves out (facts/vdi.md 2.1).
    if (allOpen && set.clientState === 'Active' && !set.devices.some((device) => device.name === name)) throw new Failure(HRESULT.VD_E_OPEN);
    const next = clientTable.admit('OpenDevice', set.clientState);
    const device = set.deviceNamed(name);
    if (device === undefined) throw new Failure(HRESULT.VD_E_INVALID);
    if (device.clientOpen) throw new Failure(HRESULT.VD_E_PROTOCOL);
    device.clientOpen = true;
    devices.push(device);
    if (set.devices.every(({ clientOpen }) => clientOpen)) set.clientState = next;
    return [new ClientVirtualDevice(this, set, device)];
  }

  getBufferHandle(buffer: bigint): [number] {
    return [this.admitted('GetBufferHandle').set.memory.handleOf(buffer)];
  }

  mapBufferHandle(handle: number): [bigint] {
    return [this.admitted('MapBufferHandle').set.memory.addressOf(handle)];
  }

  signalAbort(): void {
    this.admitted('SignalAbort').set.abort('client', 'the client asked for it');
  }

  /** Releases everything even when it returns VD_E_OPEN (facts/vdi.md 2.1). */
  close(): void {
    const { set, role, devices } = this.admitted('Close');
    const mine = role === 'primary' ? set.devices : devices;
    const stillOpen = set.clientState !== 'Abort' && mine.some(({ clientOpen, clientTold }) => clientOpen && !clientTold);
    this.leave(role === 'primary' || stillOpen);
    if (stillOpen) throw new Failure(HRESULT.VD_E_OPEN);
  }

  /**
   * Let go without Close, or dead with its process: the set is aborted (seed 000). Only the primary is watched; a secondary that dies is
   * the primary's business (facts/vdi.md 2.5).
   */
  ended(_reason: EndReason): void {
    if (this.opened !== undefined) this.leave(this.opened.role === 'primary');
  }

  private join(opened: Opened): void {
    this.opened = opened;
    opened.set.clientJoined(this);
  }

  /** The client side is over for this object. A set that has not ended normally is aborted first, so that nobody waits for this client. */
  private leave(abortUnlessEnded: boolean): void {
    if (this.opened === undefined) return;
    const { set, role } = this.opened;
    if (abortUnlessEnded && set.clientState !== 'NormallyTerminated') set.abort('client', 'the client has closed the set, or is gone');
    this.opened = undefined;
    if (role === 'primary') this.service.remove(set);
    set.clientLeft(this);
  }

  private get state(): ClientState {
    return this.opened === undefined ? 'DNE' : this.opened.set.clientState;
  }

  private open(): Opened {
    if (this.opened === undefined) throw new Failure(HRESULT.VD_E_PROTOCOL);
    return this.opened;
  }

  private admitted(call: ClientCall): Opened {
    clientTable.admit(call, this.state);
    return this.open();
  }

  private get environmentInstance(): string | null {
    return this.process.environment.get(VIRTUAL_SERVER_NAME) ?? null;
  }
}
