/** A device served by a process other than the one that made the set (facts/vdi.md 2.9): what runs in that process. */
import { ArgumentError, HRESULT, VDFeatures, WindowsError, checkBoolean, checkKnownFields, checkSignal, resolveBackend, throwIfAborted } from '../binding';
import type { Backend, Host } from '../binding';
import { BackupTargets } from './backup-targets';
import type { BackupDestination } from './backup-targets';
import { ClientVirtualDeviceSet } from './client-virtual-device-set';
import { checkCompression } from './compression';
import type { Compression } from './compression';
import { checkDeviceName, checkInstance } from './configuration';
import { DeviceServer } from './device-server';
import type { ServedTransfer } from './device-server';
import { BackupError, RestoreError, asError, transferError } from './errors';
import type { OutputFile, RestoreSource } from './media';
import { letGo, openSource } from './restore';
import type { RestoreInput } from './restore';
import { checkDuration, checkHost } from './transfer-options';
import { openedInTime, settledWithin } from './waiting';

export interface SecondaryDeviceOptions {
  /** What the primary's SecondaryStripe was told. */
  readonly setName: string;
  readonly deviceName: string;
  readonly instance?: string | null;
  /** For a backup: where this device's stripe goes. */
  readonly to?: BackupDestination;
  /** For a restore: where it comes from. */
  readonly from?: RestoreInput;
  readonly overwrite?: boolean;
  readonly sha256?: boolean;
  readonly compress?: Compression;
  readonly decompress?: Compression;
  /** Aborts the whole set. */
  readonly signal?: AbortSignal;
  /** Milliseconds that each step of ending may take. Default 30,000. */
  readonly endMs?: number;
  readonly backend?: Backend;
  readonly host?: Host;
}

/** The device has come to its end; whether the statement succeeded only the primary knows. */
export interface SecondaryDeviceResult {
  readonly simulated: boolean;
  readonly bytes: number;
  /** Backup: gives the file its final name. To be called once the primary has reported success. */
  publish(): Promise<OutputFile | undefined>;
  /** Backup: removes what was written; returns the paths of what could not be removed. */
  discard(): Promise<readonly string[]>;
}

const END_MS = 30_000;
const optionNames = [
  'setName', 'deviceName', 'instance', 'to', 'from', 'overwrite', 'sha256', 'compress', 'decompress', 'signal', 'endMs', 'backend', 'host',
];

/**
 * Serves one device of another process's set until SQL Server closes it.
 * @throws ArgumentError; BackupError or RestoreError, or AbortError after cancellation: what was written is removed then
 */
export async function serveSecondaryDevice(options: SecondaryDeviceOptions): Promise<SecondaryDeviceResult> {
  checkKnownFields('options', options, optionNames);
  const { setName, deviceName, instance = null, to, from, overwrite = false, sha256 = false, compress, decompress, signal, endMs = END_MS } = options;
  checkDeviceName('setName', setName);
  checkDeviceName('deviceName', deviceName);
  checkInstance('instance', instance);
  if ((to === undefined) === (from === undefined)) throw new ArgumentError('to', 'or from must be given, and not both');
  checkBoolean('overwrite', overwrite);
  checkBoolean('sha256', sha256);
  checkDuration('endMs', endMs);
  checkSignal('signal', signal);
  checkHost(options.host);
  if (compress !== undefined) checkCompression('compress', compress);
  if (decompress !== undefined) checkCompression('decompress', decompress);
  throwIfAborted(signal);
  const backend = await resolveBackend(options.backend);
  const host = options.host ?? backend.host;
  const targets = to === undefined ? undefined : await BackupTargets.open(host, [to], { overwrite, sha256, compress, seekable: false, endMs, signal });
  const waiting = { clock: host.clock, signal, endMs };
  const source = from === undefined ? undefined : await openedInTime(waiting, openSource(host, from, 'from', decompress, false), (opened) => letGo([opened]));
  const closeSource = async (): Promise<void> => {
    if (source !== undefined) await settledWithin(host.clock, endMs, source.close());
  };
  const device = new SecondaryDevice(options, backend, host, targets, source);
  try {
    const bytes = await device.run();
    await closeSource();
    return {
      simulated: backend.kind === 'simulated',
      bytes,
      publish: async () => {
        await targets?.publish();
        return targets?.describe()[0];
      },
      discard: async () => (await targets?.discard()) ?? [],
    };
  } catch (cause) {
    await closeSource();
    const leftover = (await targets?.discard()) ?? [];
    const hresult = cause instanceof WindowsError ? cause.hresult : undefined;
    const { completionCode } = device;
    const failure = { cause, hresult, completionCode, sqlMessages: [], simulated: backend.kind === 'simulated', unfinished: [] };
    throw transferError(targets === undefined ? RestoreError : BackupError, `device ${deviceName} of ${setName}`, failure, leftover);
  }
}

class SecondaryDevice implements ServedTransfer {
  readonly randomAccess = false;
  readonly steps = {};
  completionCode: number | undefined;
  private bytes = 0;
  private failure: { readonly error: unknown } | undefined;
  private readonly stop = new AbortController();
  private server: DeviceServer | undefined;

  constructor(
    private readonly options: SecondaryDeviceOptions,
    private readonly backend: Backend,
    private readonly host: Host,
    private readonly targets: BackupTargets | undefined,
    private readonly source: RestoreSource | undefined,
  ) {}

  async run(): Promise<number> {
    const { setName, deviceName, instance = null, signal, endMs = END_MS } = this.options;
    const onAbort = (): void => this.stop.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const { backend, stop } = this;
    let set: ClientVirtualDeviceSet | undefined;
    try {
      set = await ClientVirtualDeviceSet.openInSecondary({ name: setName, instance, backend, signal: stop.signal });
      await this.serve(set, deviceName);
      if (this.failure !== undefined) throw this.failure.error;
    } catch (caught) {
      const error = this.failure?.error ?? caught;
      this.cancel(asError(error));
      // SQL Server knows of failed I/O by its completion code, and of an abort already; anything else ends the set for all.
      const known = this.completionCode !== undefined || (caught instanceof WindowsError && caught.hresult === HRESULT.VD_E_ABORT);
      if (!known) set?.signalAbort().catch(() => undefined);
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (set !== undefined) await this.end(set, endMs);
    }
    return this.bytes;
  }

  private async end(set: ClientVirtualDeviceSet, endMs: number): Promise<void> {
    const { clock } = this.host;
    const idle = this.server?.idle() ?? Promise.resolve();
    if ((await settledWithin(clock, endMs, idle)) === 'pending') void idle.then(() => set.close()).catch(() => set.abandon());
    else if ((await settledWithin(clock, endMs, set.close())) === 'pending') await settledWithin(clock, endMs, set.abandon());
  }

  private async serve(set: ClientVirtualDeviceSet, deviceName: string): Promise<void> {
    const device = await set.openDevice(deviceName);
    // The set is configured by the time that a secondary may open it: this learns only the direction.
    const { features } = await set.getConfiguration({ timeoutMs: 0, signal: this.stop.signal });
    const writes = (features & VDFeatures.WriteMedia) !== 0;
    if (writes && this.targets === undefined) throw new ArgumentError('from', 'is for a restore, and this is a backup');
    if (!writes && this.source === undefined) throw new ArgumentError('to', 'is for a backup, and this is a restore');
    const [stripe] = this.targets?.stripes ?? [];
    if (stripe !== undefined && 'target' in stripe) this.server = DeviceServer.toTarget(device, this, stripe.target);
    else if (this.source !== undefined) this.server = DeviceServer.fromSource(device, this, this.source);
    await this.server?.untilActive(this.host.clock, this.stop.signal);
    await this.server?.serve(this.stop.signal);
    await this.server?.idle();
    if (this.failure === undefined) await this.complete();
  }

  private cancel(error: Error): void {
    this.source?.cancel(error);
    for (const stripe of this.targets?.stripes ?? []) if ('target' in stripe) stripe.target.cancel(error);
  }

  // --- ServedTransfer ---

  async complete(): Promise<void> {
    await this.server?.ioEnded();
    for (const stripe of this.targets?.stripes ?? []) if ('target' in stripe) await stripe.target.finish();
  }

  ioFailed(error: unknown, completionCode: number): void {
    if (this.failure !== undefined || this.stop.signal.aborted) return;
    this.failure = { error };
    this.completionCode = completionCode;
  }

  fail(error: unknown): void {
    this.failure ??= { error };
    this.stop.abort(error);
  }

  transferred(bytes: number): void {
    this.bytes += bytes;
  }
}
