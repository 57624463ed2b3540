/**
 * SQL Server's part of a virtual device set, driven call by call in plain data: a test on any channel obtains it by
 * `ScriptedServer::Create` on the machine (handle 0) and plays SQL Server. Buffers are named by address, devices and commands by number.
 */
import { HRESULT } from '../../binding/codes';
import { Failure, KernelObject } from '../kernel-object';
import type { PlainVDConfig } from '../generated/vdi';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import { ServerVirtualDeviceSet } from './server-set';
import type { IServerVirtualDevice, SharedBuffer, VDS_Command } from './server';

/** How a command ended. */
export type PlainCompletion = {
  readonly command: number;
  readonly completionCode: number;
  readonly bytesTransferred: number;
  readonly position: bigint;
};

/** The process that it runs as. */
export const SCRIPTED_PROCESS = 'scripted-sqlservr';

class ScriptedServer extends KernelObject {
  readonly interfaceName = 'ScriptedServer';
  private readonly process: SimulatedProcess;
  private readonly set: ServerVirtualDeviceSet;
  private readonly devices: IServerVirtualDevice[] = [];
  private readonly buffers = new Map<bigint, SharedBuffer>();
  /** In the order in which their routines ran. */
  private readonly completed: PlainCompletion[] = [];
  private readonly waiting = new Set<() => void>();
  private sent = 0;
  private agent: Promise<void> | undefined;

  constructor(private readonly machine: SimulatedWindows) {
    super();
    this.process = machine.createProcess(SCRIPTED_PROCESS);
    this.set = new ServerVirtualDeviceSet(machine, this.process);
  }

  open(instance: string | null, name: string): void {
    this.set.open(instance, name);
  }

  getConfiguration(): [PlainVDConfig] {
    return [this.set.getConfiguration()];
  }

  beginConfiguration(features: number, blockSize: number, alignment: number, maxTransferSize: number, timeoutMs: number): void {
    this.set.beginConfiguration(features, blockSize, alignment, maxTransferSize, timeoutMs);
  }

  endConfiguration(): void {
    this.set.endConfiguration();
  }

  requestBuffers(size: number, alignment: number, count: number): void {
    this.set.requestBuffers(size, alignment, count);
  }

  queryAvailableBuffers(size: number, alignment: number): [number] {
    return [this.set.queryAvailableBuffers(size, alignment)];
  }

  /** Starts the agent; fails if it is refused, else answers at once. `waitForAgent` answers when it has returned. */
  async executeCompletionAgent(): Promise<void> {
    const returned = this.set.executeCompletionAgent();
    // A refusal has rejected it already, and so wins.
    await Promise.race([returned, Promise.resolve()]);
    this.agent = returned;
  }

  async waitForAgent(): Promise<void> {
    if (this.agent === undefined) throw new Failure(HRESULT.VD_E_PROTOCOL);
    await this.agent;
  }

  openDevice(name: string): [number] {
    return [this.devices.push(this.set.openDevice(name)) - 1];
  }

  allocateBuffer(size: number, alignment: number): [bigint] {
    const buffer = this.set.allocateBuffer(size, alignment);
    this.buffers.set(buffer.address, buffer);
    return [buffer.address];
  }

  freeBuffer(address: bigint): void {
    this.set.freeBuffer(this.buffer(address));
    this.buffers.delete(address);
  }

  isSharedBuffer(address: bigint): [boolean] {
    return [this.set.isSharedBuffer(address)];
  }

  /** Puts bytes at the start of a buffer. */
  writeBuffer(address: bigint, bytes: Uint8Array): void {
    this.buffer(address).bytes().set(bytes);
  }

  /** A copy of a buffer's first bytes. */
  readBuffer(address: bigint, byteLength: number): [Uint8Array] {
    return [this.buffer(address).bytes().slice(0, byteLength)];
  }

  /** Answers with the command's number. `buffer` 0 is none. */
  sendCommand(device: number, commandCode: number, size: number, position: bigint, buffer: bigint): [number] {
    const number = ++this.sent;
    const completionRoutine = ({ completionCode, bytesTransferred, outPosition }: VDS_Command): void => {
      this.completed.push({ command: number, completionCode, bytesTransferred, position: outPosition });
      for (const wake of this.waiting) wake();
    };
    this.device(device).sendCommand({
      commandCode, size, inPosition: position, buffer: buffer === 0n ? null : this.buffer(buffer), completionRoutine,
      outPosition: 0n, completionCode: 0, bytesTransferred: 0,
    });
    return [number];
  }

  /** Every completion so far. */
  completions(): [readonly PlainCompletion[]] {
    return [[...this.completed]];
  }

  async waitForCompletion(command: number): Promise<[PlainCompletion]> {
    for (;;) {
      const completion = this.completed.find((each) => each.command === command);
      if (completion !== undefined) return [completion];
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
    }
  }

  closeDevice(device: number): void {
    this.device(device).closeDevice();
  }

  signalAbort(): void {
    this.set.signalAbort();
  }

  close(): void {
    this.set.close();
  }

  /** Its process dies, without Close. */
  die(): void {
    this.machine.kill(this.process.id);
  }

  ended(): void {
    this.machine.kill(this.process.id);
  }

  private device(number: number): IServerVirtualDevice {
    const device = this.devices[number];
    if (device === undefined) throw new Failure(HRESULT.E_INVALIDARG);
    return device;
  }

  private buffer(address: bigint): SharedBuffer {
    const buffer = this.buffers.get(address);
    if (buffer === undefined) throw new Failure(HRESULT.E_INVALIDARG);
    return buffer;
  }
}

export function installScriptedServer(machine: SimulatedWindows): void {
  machine.addOperation('ScriptedServer::Create', () => [new ScriptedServer(machine)]);
}
