/** The Virtual Device Interface of a machine: the sets that exist, by instance and name, and the instances that there are. */
import { HRESULT, WIN32, hresultFromWin32 } from '../../binding/codes';
import type { PlainVDConfig } from '../generated/vdi';
import { Failure } from '../kernel-object';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import type { ServerVirtualDeviceSet } from './server-set';
import { VirtualDeviceSet } from './virtual-device-set';

/** The instance that a null name means. */
const DEFAULT_INSTANCE = 'MSSQLSERVER';

export class VirtualDevices {
  /** Commands that a device can hold, queued and in the client's hands, for sets made from now on (facts/vdi.md 1.3: 4). */
  queueDepth = 4;
  private readonly instances = new Set<string>([DEFAULT_INSTANCE]);
  private readonly sets = new Map<string, VirtualDeviceSet>();
  /** What each SQL Server process has open; a process is watched from its first set on. */
  private readonly servers = new Map<SimulatedProcess, Set<ServerVirtualDeviceSet>>();

  constructor(private readonly machine: SimulatedWindows) {}

  /** Instance names compare without regard to case. */
  addInstance(name: string): void {
    this.instances.add(name.toUpperCase());
  }

  /** VD_E_INSTANCE_NAME for an instance that this machine does not have. */
  instanceNamed(name: string | null): string {
    const instance = (name ?? DEFAULT_INSTANCE).toUpperCase();
    if (!this.instances.has(instance)) throw new Failure(HRESULT.VD_E_INSTANCE_NAME);
    return instance;
  }

  create(instance: string, name: string, config: PlainVDConfig): VirtualDeviceSet {
    const key = setKey(instance, name);
    // Our reading: the section object's name is taken.
    if (this.sets.has(key)) throw new Failure(hresultFromWin32(WIN32.ERROR_ALREADY_EXISTS));
    const set = new VirtualDeviceSet(this.machine, instance, name, config, this.queueDepth);
    this.sets.set(key, set);
    return set;
  }

  find(instance: string, name: string): VirtualDeviceSet | undefined {
    return this.sets.get(setKey(instance, name));
  }

  remove(set: VirtualDeviceSet): void {
    const key = setKey(set.instance, set.name);
    if (this.sets.get(key) === set) this.sets.delete(key);
  }

  serverOpened(process: SimulatedProcess, server: ServerVirtualDeviceSet): void {
    let open = this.servers.get(process);
    if (open === undefined) {
      open = new Set();
      this.servers.set(process, open);
      this.machine.onDeath(process, () => {
        for (const each of [...(this.servers.get(process) ?? [])]) each.processDied();
        this.servers.delete(process);
      });
    }
    open.add(server);
  }

  serverClosed(process: SimulatedProcess, server: ServerVirtualDeviceSet): void {
    this.servers.get(process)?.delete(server);
  }

  /** Sets that a client has open. */
  get count(): number {
    return this.sets.size;
  }
}

/** A set name has no backslash. Case matters (facts/vdi.md 2.2). */
function setKey(instance: string, name: string): string {
  return `${instance}\\${name}`;
}
