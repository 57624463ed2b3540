/** IClientVirtualDevice of the simulated sqlvdi.dll. */
import type { SimulatedIClientVirtualDevice } from '../generated/vdi';
import { KernelObject } from '../kernel-object';
import type { ClientVirtualDeviceSet } from './client-set';
import type { ClientState } from './states';
import { clientTable } from './states';
import type { DeliveredCommand, VirtualDevice } from './virtual-device';
import type { VirtualDeviceSet } from './virtual-device-set';

export class ClientVirtualDevice extends KernelObject implements SimulatedIClientVirtualDevice {
  readonly interfaceName = 'IClientVirtualDevice';

  constructor(
    private readonly owner: ClientVirtualDeviceSet,
    private readonly set: VirtualDeviceSet,
    private readonly device: VirtualDevice,
  ) {
    super();
  }

  getCommand(timeoutMs: number): [DeliveredCommand] | Promise<[DeliveredCommand]> {
    // Secondary processes cannot know when the others have opened their devices: in a set that they share GetCommand waits for it.
    // Our reading; Microsoft's mprocess sample could not work otherwise (facts/vdi.md 2.9).
    if (!(this.set.shared && this.state === 'Initializing')) clientTable.admit('GetCommand', this.state);
    return this.device.get(this.owner, timeoutMs);
  }

  completeCommand(command: bigint, completionCode: number, bytesTransferred: number, position: bigint): void {
    clientTable.admit('CompleteCommand', this.state);
    this.device.complete(command, completionCode, bytesTransferred, position);
  }

  /** Letting go of the interface pointer does not close the device: only the set's Close does. */
  ended(): void {
    // Nothing is held here.
  }

  /** Close of the set invalidates its devices (VDI spec, IClientVirtualDeviceSet2::Close). */
  private get state(): ClientState {
    return this.owner.isOpenOn(this.set) ? this.set.clientState : 'DNE';
  }
}
