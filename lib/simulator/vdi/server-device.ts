/** IServerVirtualDevice of the simulated sqlvdi.dll. */
import { HRESULT, VDCommands, WIN32, hresultFromWin32 } from '../../binding/codes';
import { Failure } from '../kernel-object';
import type { IServerVirtualDevice, VDS_Command } from './server';
import type { ServerVirtualDeviceSet } from './server-set';
import { serverTable } from './states';
import type { ServerState } from './states';
import type { VirtualDevice } from './virtual-device';
import type { VirtualDeviceSet } from './virtual-device-set';

/** The completion code that a refusal gives to the command (VDI spec, SendCommand). */
const refusedCode: ReadonlyMap<number, number> = new Map([
  [HRESULT.VD_E_PROTOCOL, WIN32.ERROR_INVALID_HANDLE],
  [HRESULT.VD_E_ABORT, WIN32.ERROR_OPERATION_ABORTED],
  [HRESULT.VD_E_BUSY, WIN32.ERROR_NO_SYSTEM_RESOURCES],
  [hresultFromWin32(WIN32.ERROR_IO_DEVICE), WIN32.ERROR_IO_DEVICE],
]);

export class ServerVirtualDevice implements IServerVirtualDevice {
  constructor(
    private readonly owner: ServerVirtualDeviceSet,
    private readonly set: VirtualDeviceSet,
    private readonly device: VirtualDevice,
  ) {}

  /** A refused command completes too: its routine runs, with the matching Win32 code, before the Failure is thrown. */
  sendCommand(command: VDS_Command): void {
    const { commandCode, size } = command;
    const transfers = commandCode === VDCommands.Read || commandCode === VDCommands.Write;
    try {
      serverTable.admit('SendCommand', this.state);
      if (command.buffer === null && transfers) throw new Failure(HRESULT.VD_E_INVALID);
      const buffer = command.buffer === null ? undefined : this.set.memory.held(command.buffer);
      if (buffer !== undefined && transfers && size > buffer.byteLength) throw new Failure(HRESULT.VD_E_INVALID);
      this.device.send(command, buffer);
    } catch (error) {
      const completionCode = error instanceof Failure ? refusedCode.get(error.hresult) : undefined;
      if (completionCode !== undefined) {
        command.completionCode = completionCode;
        command.bytesTransferred = 0;
        command.completionRoutine(command);
      }
      throw error;
    }
  }

  closeDevice(): void {
    const next = serverTable.admit('CloseDevice', this.state);
    // Every device is closed in this state, and the table says ok; before, the page's VD_E_CLOSE holds.
    if (this.state === 'NormallyTerminated') return;
    this.device.close();
    this.set.serverClosed(next);
  }

  private get state(): ServerState {
    return this.owner.isOpenOn(this.set) ? this.set.serverState : 'DNE';
  }
}
