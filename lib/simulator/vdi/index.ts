/** The simulated sqlvdi.dll: client objects behind its COM class, and the server's side for the simulated SQL Server. */
import { checkInteger, checkString } from '../../binding/check';
import { CLSID_MSSQL_ClientVirtualDeviceSet } from '../../binding/generated/vdi';
import type { SimulatedWindows } from '../machine';
import { ClientVirtualDeviceSet, VIRTUAL_SERVER_NAME } from './client-set';
import { installScriptedServer } from './scripted-server';
import { VirtualDevices } from './virtual-devices';

export { ServerVirtualDeviceSet } from './server-set';
export { VirtualDevices } from './virtual-devices';
export type { IServerVirtualDevice, IServerVirtualDeviceSet2, SharedBuffer, VDS_Command } from './server';

export function installVdi(machine: SimulatedWindows): VirtualDevices {
  const service = new VirtualDevices(machine);
  machine.registerClass(CLSID_MSSQL_ClientVirtualDeviceSet, (process) => new ClientVirtualDeviceSet(service, process));
  installScriptedServer(machine);
  installControls(machine, service);
  return service;
}

/** What a tester may set from outside: `MachineControl#call`. */
function installControls(machine: SimulatedWindows, service: VirtualDevices): void {
  machine.addControl('VirtualDevices::AddInstance', ([name]) => {
    checkString('name', name);
    service.addInstance(name);
    return null;
  });
  machine.addControl('VirtualDevices::SetQueueDepth', ([depth]) => {
    checkInteger('depth', depth, 1, 1024);
    service.queueDepth = depth;
    return null;
  });
  /** Whether the processes that live now are elevated. */
  machine.addControl('VirtualDevices::SetElevated', ([elevated]) => {
    for (const process of machine.processList) process.elevated = elevated === true;
    return null;
  });
  /** The environment variable that Create reads, in the processes that live now; null removes it. */
  machine.addControl('VirtualDevices::SetVirtualServerName', ([name]) => {
    for (const { environment } of machine.processList) {
      if (typeof name === 'string') environment.set(VIRTUAL_SERVER_NAME, name);
      else environment.delete(VIRTUAL_SERVER_NAME);
    }
    return null;
  });
}
