/** The virtual devices of one BACKUP or RESTORE, as SQL Server drives them: configuration, buffers, commands, and the ends. */
import { HRESULT, VDCommands, VDFeatures, WIN32, win32FromHresult } from '../../binding/codes';
import type { PlainVDConfig } from '../generated/vdi';
import { Failure } from '../kernel-object';
import type { IServerVirtualDevice, IServerVirtualDeviceSet2, SharedBuffer, VDS_Command } from '../vdi';
import type { RunningStatement } from './running-statement';
import { numberOption } from './statements';
import type { Options } from './statements';

/** [SPEC] 5j01, facts/vdi.md 2.10: what is used where BACKUP and RESTORE do not say. */
export const DEFAULT_BLOCK_SIZE = 512;
export const DEFAULT_TRANSFER_SIZE = 65_536;

/** What the server was doing with a device when it failed. */
export type DeviceOperation = 'open' | 'write' | 'read' | 'flush' | 'complete' | 'position' | 'load' | 'snapshot' | 'close';

/** A device failed: by the client's completion code, by an abort (995), or because it could not be opened (an HRESULT). */
export class DeviceFailure extends Error {
  override readonly name = 'DeviceFailure';

  constructor(
    readonly device: string,
    readonly operation: DeviceOperation,
    readonly code: number,
  ) {
    super(`${operation} on ${device} failed with ${String(code)}`);
  }
}

const operationOf: ReadonlyMap<number, DeviceOperation> = new Map([
  [VDCommands.Read, 'read'],
  [VDCommands.Write, 'write'],
  [VDCommands.WriteMark, 'write'],
  [VDCommands.Flush, 'flush'],
  [VDCommands.Complete, 'complete'],
  [VDCommands.Load, 'load'],
  [VDCommands.Snapshot, 'snapshot'],
  [VDCommands.MountSnapshot, 'snapshot'],
  [VDCommands.PrepareToFreeze, 'snapshot'],
]);

/** The Win32 code in a failing HRESULT; other HRESULTs stand for themselves. VD_E_ABORT is what 995 says. */
function codeOf({ hresult }: Failure): number {
  return hresult === HRESULT.VD_E_ABORT ? WIN32.ERROR_OPERATION_ABORTED : (win32FromHresult(hresult) ?? hresult);
}

/** Something of the server's own failed at a fault's word: it counts as the device's failure. */
export function asDeviceFailure(error: unknown, device: string, operation: DeviceOperation): unknown {
  return error instanceof Failure ? new DeviceFailure(device, operation, codeOf(error)) : error;
}

export interface Attachment {
  readonly instance: string;
  readonly names: readonly string[];
  readonly options: Options;
  readonly direction: 'backup' | 'restore';
  /** Whether this server's version knows VDC_Complete. */
  readonly completeSupported: boolean;
}

export class BackupDevices {
  readonly devices: readonly BackupDevice[];
  private readonly free: SharedBuffer[] = [];
  private readonly waitingForBuffer: ((buffer: SharedBuffer) => void)[] = [];
  private readonly agent: Promise<void>;
  private ended = false;

  private constructor(
    private readonly statement: RunningStatement,
    private readonly set: IServerVirtualDeviceSet2,
    readonly config: PlainVDConfig,
    names: readonly string[],
    depth: number,
    bufferCount: number,
  ) {
    // From EndConfiguration to here nothing is waited for: a client that GetConfiguration has let go finds the devices by their names.
    const opened = names.map((name) => set.openDevice(name));
    this.agent = set.executeCompletionAgent();
    this.devices = opened.map((device, index) => new BackupDevice(statement, device, names[index] ?? '', index + 1, depth, config));
    for (let index = 0; index < bufferCount; index += 1) this.free.push(set.allocateBuffer(config.maxTransferSize, 0));
    const [first = ''] = names;
    const aborted = (): void => {
      if (!this.ended)
        statement.stop(new DeviceFailure(first, config.features & VDFeatures.WriteMedia ? 'write' : 'read', WIN32.ERROR_OPERATION_ABORTED));
    };
    this.agent.then(aborted, aborted);
  }

  /** Opens the set, configures it and opens its devices. Throws DeviceFailure; the set is closed then. */
  static async attach(
    statement: RunningStatement,
    set: IServerVirtualDeviceSet2,
    { instance, names, options, direction, completeSupported }: Attachment,
  ): Promise<BackupDevices> {
    const [first = ''] = names;
    let open = false;
    try {
      await statement.phase('sql.attach');
      set.open(instance, first);
      open = true;
      await statement.phase('sql.configure');
      const client = set.getConfiguration();
      if (client.deviceCount !== names.length) throw new Failure(HRESULT.VD_E_INVALID);
      const backup = direction === 'backup';
      // Disk-like and tape-like media are read in a backup too: what do they hold already? (facts/vdi.md 1.4)
      const positioned = (client.features & (VDFeatures.LikeDisk | VDFeatures.Position)) !== 0;
      const complete = backup && completeSupported && (client.features & VDFeatures.RequestComplete) !== 0;
      const features =
        client.features |
        (backup ? VDFeatures.WriteMedia : 0) |
        (!backup || positioned ? VDFeatures.ReadMedia : 0) |
        (complete ? VDFeatures.CompleteEnabled : 0);
      const blockSize = numberOption(options, 'BLOCKSIZE') ?? DEFAULT_BLOCK_SIZE;
      const transferSize = numberOption(options, 'MAXTRANSFERSIZE') ?? DEFAULT_TRANSFER_SIZE;
      const depth = statement.machine.virtualDevices.queueDepth;
      // facts/vdi.md 5: devices * I/O depth + devices + 2 for each device of the database, of which there is one.
      const bufferCount = numberOption(options, 'BUFFERCOUNT') ?? names.length * (depth + 1) + 2;
      set.beginConfiguration(features >>> 0, blockSize, 0, transferSize, client.serverTimeOut);
      set.requestBuffers(transferSize, 0, bufferCount);
      await statement.phase('sql.open-device');
      set.endConfiguration();
      return new BackupDevices(statement, set, set.getConfiguration(), names, depth, bufferCount);
    } catch (error) {
      if (open) abandon(set);
      throw asDeviceFailure(error, first, 'open');
    }
  }

  get first(): BackupDevice {
    const [first] = this.devices;
    if (first === undefined) throw new RangeError('a device set has at least one device');
    return first;
  }

  has(feature: number): boolean {
    return (this.config.features & feature) !== 0;
  }

  /** A buffer of MAXTRANSFERSIZE; the pool serves all devices (facts/vdi.md 2.10, BUFFERCOUNT). */
  takeBuffer(): SharedBuffer | Promise<SharedBuffer> {
    const buffer = this.free.pop();
    return buffer ?? this.statement.until(new Promise<SharedBuffer>((resolve) => this.waitingForBuffer.push(resolve)));
  }

  giveBuffer(buffer: SharedBuffer): void {
    const waiting = this.waitingForBuffer.shift();
    if (waiting === undefined) this.free.push(buffer);
    else waiting(buffer);
  }

  get hasBuffer(): boolean {
    return this.free.length > 0;
  }

  /** For metadata, not counted in BUFFERCOUNT (facts/vdi.md 2.3). */
  allocateSmall(byteLength: number): SharedBuffer {
    return this.set.allocateBuffer(byteLength, 0);
  }

  freeSmall(buffer: SharedBuffer): void {
    this.set.freeBuffer(buffer);
  }

  /** The normal end: every device closed, then the set. The client sees VD_E_CLOSE. */
  async close(): Promise<void> {
    try {
      await this.statement.phase('sql.close');
    } catch (error) {
      throw asDeviceFailure(error, this.first.name, 'close');
    }
    this.closeDevices();
    await this.agent;
    this.set.close();
  }

  /**
   * The end after an error that is no abort: outstanding commands are waited for, then the devices are closed (seed 000; facts/vdi.md 2.4,
   * 2.6 for Discard). After an abort, or when the statement was stopped from outside, the set is aborted instead.
   */
  async closeAfter(error: unknown): Promise<void> {
    const aborted =
      this.statement.stopped !== undefined ||
      (error instanceof DeviceFailure && error.code === WIN32.ERROR_OPERATION_ABORTED && !this.refused(error));
    if (!aborted) {
      try {
        await this.statement.until(Promise.all(this.devices.map((device) => device.idle())));
        if (this.has(VDFeatures.Discard) && this.has(VDFeatures.WriteMedia)) {
          await Promise.all(
            this.devices.map(async (device) => {
              await device.clearError();
              await device.send(VDCommands.Discard);
            }),
          );
        }
        this.closeDevices();
        await this.agent;
        this.set.close();
        return;
      } catch {
        // The client aborted, or is gone, while its last commands were waited for.
      }
    }
    this.ended = true;
    abandon(this.set);
  }

  /** 995 is also how a client refuses a snapshot, without an abort (facts/vdi.md 1.7). */
  private refused(error: DeviceFailure): boolean {
    return error.operation === 'snapshot' && this.statement.stopped === undefined;
  }

  private closeDevices(): void {
    this.ended = true;
    for (const buffer of this.free.splice(0)) this.set.freeBuffer(buffer);
    for (const device of this.devices) device.close();
  }
}

/** SignalAbort and Close, whatever state the set is in. */
function abandon(set: IServerVirtualDeviceSet2): void {
  for (const step of [() => set.signalAbort(), () => set.close()]) {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}

export interface CommandFields {
  readonly size?: number;
  readonly position?: bigint;
  readonly buffer?: SharedBuffer;
}

export class BackupDevice {
  /** Where the next Write or Read goes on disk-like media, bytes. */
  position = 0;
  private outstanding = 0;
  private error = false;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly statement: RunningStatement,
    private readonly device: IServerVirtualDevice,
    readonly name: string,
    /** The stripe's number, from 1. */
    readonly family: number,
    private readonly depth: number,
    private readonly config: PlainVDConfig,
  ) {}

  /** A completion other than success has come: only ClearError gets through (facts/vdi.md 2.4). */
  get inError(): boolean {
    return this.error;
  }

  get hasSlot(): boolean {
    return this.outstanding < this.depth;
  }

  /** Room for one more command. */
  async slot(): Promise<void> {
    while (!this.hasSlot) await this.completion();
  }

  /** Nothing outstanding. */
  async idle(): Promise<void> {
    while (this.outstanding > 0) await this.completion();
  }

  private completion(): Promise<void> {
    return this.statement.until(new Promise<void>((resolve) => this.waiting.push(resolve)));
  }

  /** Resolves with the completed command, whatever its code. */
  send(commandCode: number, { size = 0, position = 0n, buffer }: CommandFields = {}): Promise<VDS_Command> {
    return new Promise((resolve, reject) => {
      this.outstanding += 1;
      let completed = false;
      const command: VDS_Command = {
        commandCode,
        size,
        inPosition: position,
        buffer: buffer ?? null,
        outPosition: 0n,
        completionCode: 0,
        bytesTransferred: 0,
        completionRoutine: (completion) => {
          completed = true;
          this.outstanding -= 1;
          if (completion.completionCode !== WIN32.ERROR_SUCCESS) this.error = true;
          for (const wake of this.waiting.splice(0)) wake();
          resolve(completion);
        },
      };
      try {
        this.device.sendCommand(command);
      } catch (error) {
        // A refused command completes as well, with the code that says why.
        if (completed && error instanceof Failure) return;
        this.outstanding -= 1;
        if (error instanceof Failure) reject(new DeviceFailure(this.name, operationOf.get(commandCode) ?? 'position', codeOf(error)));
        else reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Like `send`; throws DeviceFailure for every code but success. */
  async command(commandCode: number, fields: CommandFields = {}): Promise<VDS_Command> {
    const completed = await this.statement.until(this.send(commandCode, fields));
    this.check(completed);
    return completed;
  }

  check({ commandCode, completionCode, bytesTransferred, size }: VDS_Command): void {
    // A Write that took fewer bytes and calls it a success has lost data.
    const short = commandCode === VDCommands.Write && bytesTransferred !== size;
    const code = completionCode === WIN32.ERROR_SUCCESS && short ? WIN32.ERROR_WRITE_FAULT : completionCode;
    if (code !== WIN32.ERROR_SUCCESS) throw new DeviceFailure(this.name, operationOf.get(commandCode) ?? 'position', code);
  }

  /** Brings a device out of IO-ERROR once nothing is outstanding. */
  async clearError(): Promise<void> {
    if (!this.error) return;
    await this.idle();
    const cleared = await this.statement.until(this.send(VDCommands.ClearError));
    this.error = cleared.completionCode !== WIN32.ERROR_SUCCESS;
    this.check(cleared);
  }

  /** The position for a Read or Write: meaningful on disk-like media only (facts/vdi.md 1.5). */
  placeOf(byteLength: number): bigint {
    if ((this.config.features & VDFeatures.RandomAccess) === 0) return 0n;
    const position = BigInt(this.position);
    this.position += byteLength;
    return position;
  }

  close(): void {
    this.device.closeDevice();
  }
}
