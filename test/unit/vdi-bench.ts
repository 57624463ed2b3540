/** A set with both sides in one hand: the server's objects directly, the client's by calls to the machine. */
import { MACHINE } from '../../lib/binding/channel';
import type { PlainRecord, PlainValue } from '../../lib/binding/channel';
import { VDFeatures, hresultName } from '../../lib/binding/codes';
import { CLSID_MSSQL_ClientVirtualDeviceSet } from '../../lib/binding/generated/vdi';
import { realHost } from '../../lib/binding/real-host';
import { SimulatedClock, SimulatedWindows } from '../../lib/simulator';
import { Failure } from '../../lib/simulator/kernel-object';
import type { SimulatedProcess, SimulatedWindowsOptions } from '../../lib/simulator/machine';
import { ServerVirtualDeviceSet } from '../../lib/simulator/vdi';
import type { IServerVirtualDevice, SharedBuffer, VDS_Command } from '../../lib/simulator/vdi';

/** `ok`, or the name of the code in which a call of the server's fails. */
export function result(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    if (error instanceof Failure) return hresultName(error.hresult);
    throw error;
  }
}

export class Bench {
  readonly clock = new SimulatedClock();
  readonly machine: SimulatedWindows;
  readonly client: SimulatedProcess;
  readonly sqlservr: SimulatedProcess;
  readonly server: ServerVirtualDeviceSet;
  devices: IServerVirtualDevice[] = [];
  /** Handles of the client's set object and devices. */
  set = 0;
  clientDevices: number[] = [];
  /** What `executeCompletionAgent` gave, once it was called. */
  agent: Promise<void> | undefined;
  readonly names: readonly string[];
  /** In the order in which their routines ran. */
  readonly completed: VDS_Command[] = [];

  constructor(readonly config: PlainRecord = {}, options: SimulatedWindowsOptions = {}) {
    this.machine = new SimulatedWindows({ host: { ...realHost, clock: this.clock }, ...options });
    this.client = this.machine.createProcess('client');
    this.sqlservr = this.machine.createProcess('sqlservr');
    this.server = new ServerVirtualDeviceSet(this.machine, this.sqlservr);
    const count = typeof config['deviceCount'] === 'number' ? config['deviceCount'] : 1;
    this.names = Array.from({ length: count }, (_, index) => (index === 0 ? 'set' : `device-${String(index + 1)}`));
  }

  /** A call of the client's: the outcome and its outputs. */
  async call(handle: number, operation: string, ...args: PlainValue[]): Promise<{ readonly code: string; readonly outputs: readonly PlainValue[] }> {
    const { hresult, outputs } = await this.machine.call(this.client.id, handle, operation, args);
    return { code: hresult === 0 ? 'ok' : hresultName(hresult), outputs };
  }

  async onSet(method: string, ...args: PlainValue[]): Promise<string> {
    return (await this.call(this.set, `IClientVirtualDeviceSet2::${method}`, ...args)).code;
  }

  async getCommand(device = 0, timeoutMs = 0): Promise<{ code: string; command: PlainRecord }> {
    const { code, outputs } = await this.call(this.clientDevices[device] ?? 0, 'IClientVirtualDevice::GetCommand', timeoutMs);
    return { code, command: (outputs[0] ?? {}) as PlainRecord };
  }

  async complete(pointer: PlainValue | undefined, completionCode = 0, bytes = 0, device = 0): Promise<string> {
    return (await this.call(this.clientDevices[device] ?? 0, 'IClientVirtualDevice::CompleteCommand', pointer ?? 0n, completionCode, bytes, 0n)).code;
  }

  async created(): Promise<this> {
    const { outputs } = await this.call(MACHINE, 'CoCreateInstance', CLSID_MSSQL_ClientVirtualDeviceSet, '');
    this.set = outputs[0] as number;
    const config = {
      deviceCount: 1, features: VDFeatures.LikePipe, prefixZoneSize: 0, alignment: 0, softFileMarkBlockSize: 0, EOMWarningSize: 0,
      serverTimeOut: 0, blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0, ...this.config,
    };
    expect(await this.onSet('CreateEx', null, 'set', config)).toBe('ok');
    return this;
  }

  configure(): void {
    this.server.beginConfiguration(VDFeatures.WriteMedia, 512, 0, 65536, 0);
    this.server.requestBuffers(4096, 0, 8);
    this.server.endConfiguration();
  }

  activate(): void {
    this.devices = this.names.map((name) => this.server.openDevice(name));
    this.agent = this.server.executeCompletionAgent();
  }

  async openClientDevices(): Promise<void> {
    expect(await this.onSet('GetConfiguration', 0)).toBe('ok');
    for (const name of this.names) {
      const { outputs } = await this.call(this.set, 'IClientVirtualDeviceSet2::OpenDevice', name);
      this.clientDevices.push(outputs[0] as number);
    }
  }

  async active(): Promise<this> {
    await this.created();
    this.server.open(null, 'set');
    this.configure();
    this.activate();
    await this.openClientDevices();
    return this;
  }

  /** A command of the server's, not yet sent; `ran` counts how often its routine has run. */
  command(commandCode: number, buffer: SharedBuffer | null = null): VDS_Command & { ran: number } {
    const command = {
      commandCode, size: buffer?.byteLength ?? 0, inPosition: 0n, buffer, ran: 0,
      completionRoutine: (done: VDS_Command) => {
        command.ran += 1;
        this.completed.push(done);
      },
      outPosition: 0n, completionCode: -1, bytesTransferred: 0,
    };
    return command;
  }

  device(index = 0): IServerVirtualDevice {
    const device = this.devices[index];
    if (device === undefined) throw new Error(`the server has no device ${String(index)}`);
    return device;
  }
}
