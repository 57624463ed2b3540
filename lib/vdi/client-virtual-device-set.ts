/** A set of virtual devices as SQL Server's client sees it (VDI spec, IClientVirtualDeviceSet2), made so that it ends exactly once. */
import {
  AbortError, HRESULT, StateError, WindowsError, activate, checkBytes, checkInteger, checkKnownFields, checkSignal, checkU32, resolveBackend, throwIfAborted,
} from '../binding';
import type { Backend, Channel } from '../binding';
import { invariant } from '../binding/fail-fast';
import type { IClientVirtualDeviceSet2, VDConfig } from '../binding/generated/vdi';
import type { ProxyObject } from '../binding/proxy';
import { vdiTable } from '../binding/tables';
import { ClientVirtualDevice, checkWait } from './client-virtual-device';
import type { DeviceSet, WaitOptions } from './client-virtual-device';
import type { Command } from './command';
import { checkDeviceName, checkInstance, configurationNames, configurationOf } from './configuration';
import type { VirtualDeviceSetConfiguration } from './configuration';
import { unlessAborted } from './waiting';

export interface OpenSetOptions {
  /** Unique on the machine, case-sensitive; 1 to 128 UTF-16 units, no backslash; a GUID is advised. The first VIRTUAL_DEVICE of the statement. */
  readonly name: string;
  /** Without the machine's name; null, the default, is the default instance. */
  readonly instance?: string | null;
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
  /** Gives up while the set is being made. */
  readonly signal?: AbortSignal;
}

export interface CreateSetOptions extends OpenSetOptions, VirtualDeviceSetConfiguration {
  /** How many of the devices other processes serve (openInSecondary). That theirs have ended is for the caller to find out. Default 0. */
  readonly devicesInSecondaries?: number;
}

const openOptionNames = ['name', 'instance', 'backend', 'signal'] as const;

export class ClientVirtualDeviceSet implements DeviceSet {
  /** Commands in the hands of the consumer: their buffers must not be unmapped. */
  private readonly lent = new Set<Command>();
  private leasesEnded: (() => void) | undefined;
  private readonly devices: ClientVirtualDevice[] = [];
  private aborting: Promise<void> | undefined;
  private sawAbort = false;
  private closing: Promise<void> | undefined;

  private constructor(
    /** Whether Windows is simulated here. */
    readonly simulated: boolean,
    readonly name: string,
    /** How many devices are opened here and must end before the set has ended; unknown in a secondary. */
    private readonly deviceCount: number | undefined,
    private readonly channel: Channel,
    private readonly set: IClientVirtualDeviceSet2 & ProxyObject,
  ) {}

  /**
   * CreateEx: makes the set, ready for the BACKUP or RESTORE statement, which must be issued afterwards and on a connection of its own.
   * @throws ArgumentError before anything is started; AbortError;
   *   WindowsError E_ACCESSDENIED (not elevated), REGDB_E_CLASSNOTREG, VD_E_INSTANCE_NAME ...
   */
  static async create(options: CreateSetOptions): Promise<ClientVirtualDeviceSet> {
    checkKnownFields('options', options, [...openOptionNames, ...configurationNames, 'devicesInSecondaries']);
    const { instance = null, devicesInSecondaries = 0 } = options;
    const config = configurationOf(options);
    checkInteger('devicesInSecondaries', devicesInSecondaries, 0, config.deviceCount);
    return ClientVirtualDeviceSet.open(options, config.deviceCount - devicesInSecondaries, (set) => set.createEx(instance, options.name, config));
  }

  /**
   * OpenInSecondaryEx: joins a set that another process created, to serve some of its devices (facts/vdi.md 2.9). The primary must have
   * its configuration already. That a secondary dies is noticed by nobody but the primary's author.
   */
  static async openInSecondary(options: OpenSetOptions): Promise<ClientVirtualDeviceSet> {
    checkKnownFields('options', options, openOptionNames);
    const { instance = null } = options;
    return ClientVirtualDeviceSet.open(options, undefined, (set) => set.openInSecondaryEx(instance, options.name));
  }

  private static async open(
    options: OpenSetOptions,
    deviceCount: number | undefined,
    enter: (set: IClientVirtualDeviceSet2) => Promise<void>,
  ): Promise<ClientVirtualDeviceSet> {
    const { name, instance = null, signal } = options;
    checkDeviceName('name', name);
    checkInstance('instance', instance);
    checkSignal('signal', signal);
    throwIfAborted(signal);
    const [comClass] = vdiTable.classes;
    if (comClass === undefined) throw new RangeError('the table of VDI names no class');
    const backend = await resolveBackend(options.backend);
    const channel = await backend.openChannel();
    const opening = (async () => {
      const set = await activate<IClientVirtualDeviceSet2>(channel, comClass);
      await enter(set);
      // Whoever loses the set from now on leaves this behind (design rule 5).
      set.setTeardown('SignalAbort', 'Close');
      return new ClientVirtualDeviceSet(channel.kind === 'simulated', name, deviceCount, channel, set);
    })();
    try {
      return await unlessAborted(signal, opening);
    } catch (error) {
      // Nobody waits for a call that was given up: it may be the one that hangs.
      const closed = channel.close().catch(() => undefined);
      if (!(error instanceof AbortError)) await closed;
      throw error;
    }
  }

  /**
   * GetConfiguration: waits until SQL Server has attached and configured the set; later it returns the same at once.
   * A statement that fails before it attaches is never noticed here (VD_E_TIMEOUT): watch the SQL connection, as the flows do.
   * @param options.timeoutMs milliseconds; Infinity waits without end
   * @throws WindowsError VD_E_TIMEOUT, VD_E_ABORT ...; AbortError when the signal fired (the set is aborted then); ArgumentError; StateError
   */
  async getConfiguration(options: WaitOptions & { readonly timeoutMs: number }): Promise<VDConfig> {
    const timeoutMs = checkWait(options);
    this.checkOpen();
    const { signal } = options;
    if (signal?.aborted === true) throw this.abortedBy(signal);
    try {
      return await unlessAborted(signal, this.set.getConfiguration(timeoutMs));
    } catch (error) {
      if (signal !== undefined && error instanceof AbortError) throw this.abortedBy(signal);
      this.note(error);
      throw error;
    }
  }

  /** OpenDevice. The first device has the set's name, the others those of their own VIRTUAL_DEVICE clauses. */
  async openDevice(name: string): Promise<ClientVirtualDevice> {
    checkDeviceName('name', name);
    this.checkOpen();
    try {
      const device = new ClientVirtualDevice(name, this, await this.set.openDevice(name));
      this.devices.push(device);
      return device;
    } catch (error) {
      this.note(error);
      throw error;
    }
  }

  /** GetBufferHandle: a number by which a secondary process maps a command's buffer. */
  async getBufferHandle(buffer: Uint8Array): Promise<number> {
    checkBytes('buffer', buffer);
    this.checkOpen();
    return this.set.getBufferHandle(buffer);
  }

  /** MapBufferHandle: the buffer behind a handle from another process. `byteLength` is the command's size, which must travel with the handle. */
  async mapBufferHandle(handle: number, byteLength: number): Promise<Uint8Array> {
    checkU32('handle', handle);
    checkU32('byteLength', byteLength);
    this.checkOpen();
    return this.set.mapBufferHandle(handle, byteLength);
  }

  /**
   * SignalAbort: the fail-fast end (seed 000). Waits of both sides end with VD_E_ABORT, and SQL Server's outstanding commands with
   * ERROR_OPERATION_ABORTED. Idempotent, and without effect once the set is closed. Buffers stay lent until their commands are completed or
   * released.
   */
  signalAbort(): Promise<void> {
    if (this.aborting === undefined) {
      if (this.closing !== undefined) return Promise.resolve();
      this.startAbort();
    }
    return this.aborting ?? Promise.resolve();
  }

  /**
   * Close. Waits until the consumer's I/O on every lent buffer has ended (each command taken is completed or released), then closes
   * and gives everything back. A set that has not come to its normal end is aborted first. Idempotent.
   */
  close(): Promise<void> {
    if (this.closing === undefined) {
      if (!this.terminated && this.aborting === undefined) this.startAbort();
      this.closing = this.end();
    }
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The last resort when Close does not return: drops the connection to the backend, which tears down what is left. Never throws. */
  async abandon(): Promise<void> {
    await this.channel.close().catch(() => undefined);
  }

  // --- DeviceSet ---

  /** An abort was signalled here, or VD_E_ABORT was seen. */
  get aborted(): boolean {
    return this.aborting !== undefined || this.sawAbort;
  }

  get closed(): boolean {
    return this.closing !== undefined;
  }

  abortSeen(): void {
    this.sawAbort = true;
  }

  commandLent(command: Command): void {
    this.lent.add(command);
  }

  commandReturned(command: Command): void {
    invariant(this.lent.delete(command), 'virtual device set', `a ${command.name} command came back that was not lent`);
    if (this.lent.size === 0) this.leasesEnded?.();
  }

  // --- The end ---

  /** Every device has been closed by SQL Server: Normally Terminated (VDI spec, client states). */
  private get terminated(): boolean {
    return this.devices.length === (this.deviceCount ?? Math.max(1, this.devices.length)) && this.devices.every((device) => device.closed);
  }

  private startAbort(): void {
    const aborting = this.set.signalAbort();
    this.aborting = aborting;
    aborting.catch(() => {
      // It may be tried again.
      if (this.aborting === aborting) this.aborting = undefined;
    });
  }

  private async end(): Promise<void> {
    for (const device of this.devices) device.stop();
    // Close aborts by itself when devices are open, so that a SignalAbort that failed changes nothing here (VDI spec, Close).
    await this.aborting?.catch(() => undefined);
    if (this.lent.size > 0) await new Promise<void>((resolve) => (this.leasesEnded = resolve));
    try {
      await this.set.close();
      this.set.setTeardown();
    } catch (error) {
      // VD_E_OPEN: closed all the same (VDI spec, Close; facts/vdi.md 2.1).
      if (!(error instanceof WindowsError && error.hresult === HRESULT.VD_E_OPEN)) throw error;
      this.set.setTeardown();
    } finally {
      for (const device of this.devices) await device.release();
      await this.set.release();
      await this.channel.close();
    }
  }

  private note(error: unknown): void {
    if (error instanceof WindowsError && error.hresult === HRESULT.VD_E_ABORT) this.sawAbort = true;
  }

  private abortedBy(signal: AbortSignal): AbortError {
    // The cancellation is what the caller hears of; a SignalAbort that fails is made good by close.
    this.signalAbort().catch(() => undefined);
    return new AbortError(signal.reason);
  }

  private checkOpen(): void {
    if (this.closing !== undefined) throw new StateError('ERR_CLOSED', `the virtual device set ${this.name} is closed`);
  }
}
