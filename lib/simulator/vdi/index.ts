/** The simulated sqlvdi.dll: client objects behind its COM class, and the server's side for the simulated SQL Server. */
import { CLSID_MSSQL_ClientVirtualDeviceSet } from '../../binding/generated/vdi';
import type { SimulatedWindows } from '../machine';
import { ClientVirtualDeviceSet } from './client-set';
import { installScriptedServer } from './scripted-server';
import { VirtualDevices } from './virtual-devices';

export { ServerVirtualDeviceSet } from './server-set';
export { VirtualDevices } from './virtual-devices';
export type { IServerVirtualDevice, IServerVirtualDeviceSet2, SharedBuffer, VDS_Command } from './server';

export function installVdi(machine: SimulatedWindows): VirtualDevices {
  const service = new VirtualDevices(machine);
  machine.registerClass(CLSID_MSSQL_ClientVirtualDeviceSet, (process) => new ClientVirtualDeviceSet(service, process));
  installScriptedServer(machine);
  return service;
}
