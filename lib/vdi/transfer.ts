/**
 * One device set and the statement that uses it, from CreateEx to the last release: what backup, restore and verification share.
 * It ends exactly once (design rule 5), and succeeds only if SQL Server said so and its outputs are durable.
 */
import { setMaxListeners } from 'node:events';
import { AbortError, HRESULT, SqlConnectionError, StateError, TimeoutError, VDFeatures, WindowsError, checkInteger, isSqlError } from '../binding';
import type { Backend, Host, SqlConnection, SqlMessage, SqlRow, SqlServer } from '../binding';
import type { VDConfig } from '../binding/generated/vdi';
import { ClientVirtualDeviceSet } from './client-virtual-device-set';
import { DeviceServer } from './device-server';
import type { SnapshotSteps } from './device-server';
import { SqlStatementError, TransferError, asError } from './errors';
import type { TransferFailure } from './errors';
import type { BackupTarget, RestoreSource } from './media';
import { ProgressMeter } from './progress';
import type { TransferProgress } from './progress';
import type { StatementText } from './statement';
import { settledWithin, unlessAborted } from './waiting';

/** A device that another process serves, as that process needs to know it (facts/vdi.md 2.9). */
export interface SecondaryDevice {
  readonly instance: string | null;
  readonly setName: string;
  readonly deviceName: string;
  /** Fires when the transfer has failed or been cancelled. */
  readonly signal: AbortSignal;
}

/** What serves one device. */
export type Stripe =
  | { readonly target: BackupTarget }
  | { readonly source: RestoreSource }
  /** Resolves with the bytes transferred once the other process has seen VD_E_CLOSE; rejects when it failed or died. */
  | { readonly secondary: (device: SecondaryDevice) => Promise<number> };

export interface TransferTimeouts {
  /** Milliseconds until SQL Server must have attached to the device set. Default 60,000; Infinity waits without end. */
  readonly attachMs?: number;
  /** Milliseconds that each step of ending may take before the next is done all the same. Default 30,000. */
  readonly endMs?: number;
}

export interface TransferRequest {
  readonly direction: 'backup' | 'restore';
  readonly sql: SqlServer | SqlConnection;
  readonly instance: string | null;
  readonly backend: Backend;
  readonly host: Host;
  readonly features: number;
  readonly stripes: readonly Stripe[];
  readonly statement: StatementText;
  /** Whether what SQL Server said means success. */
  readonly succeeded: (messages: readonly SqlMessage[], rows: readonly SqlRow[]) => boolean;
  readonly steps: SnapshotSteps;
  readonly attachMs: number;
  readonly endMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: TransferProgress) => void) | undefined;
}

export interface Transferred {
  readonly simulated: boolean;
  readonly setName: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly messages: readonly SqlMessage[];
  readonly rows: readonly SqlRow[];
  readonly configuration: VDConfig;
}

export type TransferOutcome = ({ readonly ok: true } & Transferred) | { readonly ok: false; readonly failure: TransferFailure };

/** VD_E_ABORT and a lost connection to the machine tell that something happened, not what: any other cause goes before them. */
function isEcho(error: unknown): boolean {
  if (error instanceof TransferError) return isEcho(error.cause);
  return error instanceof WindowsError && (error.hresult === HRESULT.VD_E_ABORT || error.hresult === HRESULT.RPC_E_DISCONNECTED);
}

type Statement =
  | { readonly state: 'none' | 'running' }
  | { readonly state: 'ended'; readonly ok: boolean; readonly error: unknown };

export class Transfer {
  private readonly setName: string;
  private readonly deviceNames: readonly string[];
  private readonly startedAt: number;
  private readonly progress: ProgressMeter;
  private readonly simulated: boolean;

  private connecting: Promise<SqlConnection> | undefined;
  private set: ClientVirtualDeviceSet | undefined;
  /** Undefined for devices in other processes. */
  private servers: readonly (DeviceServer | undefined)[] = [];
  private serving: Promise<unknown> = Promise.resolve();
  private attached = false;
  /** Every device has come to VD_E_CLOSE. */
  private closed = false;
  /** Every output of this process is whole and durable: VDC_Complete was answered so, or all devices have closed. */
  private finished = false;
  private devicesClosed: () => void = () => undefined;
  private readonly untilClosed = new Promise<void>((resolve) => (this.devicesClosed = resolve));
  private configuration: VDConfig | undefined;

  private statement: Statement = { state: 'none' };
  private statementEnded: Promise<void> = Promise.resolve();
  private readonly cancelStatement = new AbortController();
  /** The statement's end is not waited for any longer, because its success is known. */
  private hurry: () => void = () => undefined;
  private readonly hurried = new Promise<void>((resolve) => (this.hurry = resolve));
  private messages: SqlMessage[] = [];
  private rows: readonly SqlRow[] = [];

  /** Fires once, when the transfer can no longer succeed and must not go on by itself. */
  private readonly stop = new AbortController();
  /** The first failure that explains itself. */
  private root: { readonly error: unknown } | undefined;
  /** The first failure that only echoes another. */
  private echo: unknown;
  private completionCode: number | undefined;
  private readonly unfinished: string[] = [];
  private cancelled = false;

  constructor(private readonly request: TransferRequest) {
    const { host, stripes, backend, onProgress } = request;
    this.setName = `winbackup-${host.random.uuid()}`;
    this.deviceNames = stripes.map((_, index) => (index === 0 ? this.setName : `${this.setName}-${String(index + 1)}`));
    this.startedAt = host.clock.monotonic();
    // Each of up to 64 devices listens.
    setMaxListeners(0, this.stop.signal);
    this.simulated = backend.kind === 'simulated';
    const report = onProgress && ((progress: TransferProgress): void => this.guarded(() => onProgress(progress)));
    this.progress = new ProgressMeter(host.clock, stripes.length, this.simulated, report);
  }

  async run(): Promise<TransferOutcome> {
    const { signal } = this.request;
    const onAbort = (): void => {
      // Once SQL Server has reported success the transfer is done: a log backup that was thrown away now would break the chain.
      if (this.closed && this.reportedSuccess) this.hurry();
      else this.fail(new AbortError(signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      await this.session();
    } catch (error) {
      this.fail(error);
    }
    signal?.removeEventListener('abort', onAbort);
    const ok = this.root === undefined && this.echo === undefined;
    if ((await this.end(ok)) && this.configuration !== undefined) {
      const { simulated, setName, messages, rows, configuration, progress } = this;
      const durationMs = this.request.host.clock.monotonic() - this.startedAt;
      return { ok: true, simulated, setName, messages, rows, configuration, bytes: progress.total, durationMs };
    }
    return { ok: false, failure: this.failure() };
  }

  // --- The straight path ---

  private async session(): Promise<void> {
    const { backend, instance, stripes } = this.request;
    // VDC_Complete goes to one device, whose process cannot vouch for the others': there each device's own VDC_Flush is the last word.
    const features = this.inSecondaries ? this.request.features & ~VDFeatures.RequestComplete : this.request.features;
    const connection = await this.connect();
    this.set = await ClientVirtualDeviceSet.create({
      name: this.setName, instance, features, backend, signal: this.stop.signal,
      deviceCount: stripes.length, devicesInSecondaries: stripes.filter((stripe) => 'secondary' in stripe).length,
    });
    // The set must be there before SQL Server looks for it (facts/vdi.md 2.2).
    this.execute(connection);
    this.configuration = await this.attach(this.set);
    await this.serve(this.set);
    await this.orStop(Promise.race([this.statementEnded, this.hurried]));
    this.judge();
    this.progress.ended();
  }

  private connect(): Promise<SqlConnection> {
    const { sql } = this.request;
    this.connecting = 'connect' in sql ? sql.connect({ signal: this.stop.signal }) : Promise.resolve(sql);
    return this.orStop(this.connecting);
  }

  private execute(connection: SqlConnection): void {
    this.statement = { state: 'running' };
    const onMessage = (message: SqlMessage): void => {
      this.messages.push(message);
      this.progress.message(message);
    };
    this.statementEnded = connection
      .execute(this.request.statement(this.deviceNames), { signal: this.cancelStatement.signal, onMessage })
      .then(({ messages, rows }) => {
        this.messages = [...messages];
        this.rows = rows;
        this.endStatement(undefined);
      })
      .catch((error: unknown) => {
        if (error instanceof SqlConnectionError && error.messages.length > this.messages.length) this.messages = [...error.messages];
        this.endStatement(error);
      });
  }

  private endStatement(error: unknown): void {
    const ok = this.reportedSuccess;
    // That a statement was cancelled by us is no news.
    this.statement = { state: 'ended', ok, error: this.cancelStatement.signal.aborted ? undefined : error };
    if (this.cancelStatement.signal.aborted || this.stop.signal.aborted) return;
    // Nobody tells the device set that a statement failed before it attached (facts/vdi.md 2.2), or that its connection is gone.
    if (error !== undefined && !ok) this.fail(error);
    else if (!this.attached) {
      const unused = new StateError('ERR_NOT_ATTACHED', 'the statement ended without using the device set');
      this.fail(ok ? unused : new SqlStatementError(this.messages));
    } else void this.closeInTime(ok);
  }

  /** A statement that has ended leaves nothing to wait for: its devices close at once, or never. */
  private async closeInTime(ok: boolean): Promise<void> {
    const { host, endMs } = this.request;
    if ((await settledWithin(host.clock, endMs, this.orStop(this.untilClosed))) !== 'pending') return;
    const late = new TimeoutError(`the devices did not close within ${String(endMs)} ms of the statement's end`);
    this.fail(ok ? late : new SqlStatementError(this.messages));
  }

  private async attach(set: ClientVirtualDeviceSet): Promise<VDConfig> {
    const configuration = await this.orStop(set.getConfiguration({ timeoutMs: this.request.attachMs }));
    this.attached = true;
    const writes = (configuration.features & VDFeatures.WriteMedia) !== 0;
    if (writes !== (this.request.direction === 'backup')) {
      throw new StateError('ERR_WRONG_DIRECTION', `the statement ${writes ? 'writes' : 'reads'} a backup, but this is a ${this.request.direction}`);
    }
    return configuration;
  }

  private async serve(set: ClientVirtualDeviceSet): Promise<void> {
    const { direction, stripes, host, instance } = this.request;
    // Every device must be open before the first command is asked for (VDI spec, client states).
    this.servers = await this.orStop(Promise.all(stripes.map((stripe, index) => this.open(set, stripe, index))));
    const { inSecondaries } = this;
    const serving = stripes.map(async (stripe, index) => {
      const server = this.servers[index];
      if ('secondary' in stripe) {
        const deviceName = this.deviceNames[index] ?? '';
        const bytes: unknown = await stripe.secondary({ instance, setName: this.setName, deviceName, signal: this.stop.signal });
        checkInteger(`bytes of ${deviceName}`, bytes, 0, Number.MAX_SAFE_INTEGER);
        this.progress.transferred(index, bytes);
      } else if (server !== undefined) {
        if (inSecondaries) await server.untilActive(host.clock, this.stop.signal);
        await server.serve(this.stop.signal);
        await server.idle();
      }
    });
    for (const served of serving) served.catch((error: unknown) => this.fail(error));
    this.serving = Promise.allSettled(serving);
    await this.orStop(Promise.all(serving));
    this.closed = true;
    this.devicesClosed();
    // The last chance of a target that had no VDC_Complete to fail the backup at.
    if (direction === 'backup' && this.root === undefined && !this.finished) await this.orStop(this.finishAll());
  }

  /**
   * No data comes after VDC_Snapshot, and none of the steps that follow can fail the statement (facts/vdi.md 2.8): what was written is durable
   * before the snapshot is taken. That a caller's own step does not end keeps nothing open once the transfer has failed.
   */
  private steps(): SnapshotSteps {
    const { snapshot, mountSnapshot, ...others } = this.request.steps;
    return {
      ...others,
      ...(snapshot && { snapshot: async () => this.finishAll().then(snapshot) }),
      ...(mountSnapshot && { mountSnapshot: async () => this.orStop(mountSnapshot()) }),
    };
  }

  private async open(set: ClientVirtualDeviceSet, stripe: Stripe, index: number): Promise<DeviceServer | undefined> {
    if ('secondary' in stripe) return undefined;
    const { features } = this.request;
    const steps = this.steps();
    const device = await set.openDevice(this.deviceNames[index] ?? '');
    const transfer = {
      randomAccess: (features & VDFeatures.RandomAccess) !== 0,
      steps,
      complete: () => this.finishAll(),
      ioFailed: (error: unknown, completionCode: number) => this.ioFailed(error, completionCode),
      fail: (error: unknown) => this.fail(error),
      transferred: (bytes: number) => {
        this.finished = false;
        this.progress.transferred(index, bytes);
      },
    };
    return 'target' in stripe ? DeviceServer.toTarget(device, transfer, stripe.target) : DeviceServer.fromSource(device, transfer, stripe.source);
  }

  /** The data of every device is durable once this resolves (VDC_Complete; facts/vdi.md 2.6). */
  private async finishAll(): Promise<void> {
    await Promise.all(this.servers.map(async (server) => server?.ioEnded()));
    if (this.completionCode !== undefined) throw asError(this.root?.error);
    await Promise.all(this.request.stripes.map(async (stripe) => ('target' in stripe ? stripe.target.finish() : undefined)));
    this.finished = true;
  }

  private judge(): void {
    if (this.root !== undefined) throw this.root.error;
    if (!this.reportedSuccess) throw new SqlStatementError(this.messages);
  }

  private get reportedSuccess(): boolean {
    return this.request.succeeded(this.messages, this.rows);
  }

  /** SQL Server has no more data for us: what it says in the end decides alone. */
  private get delivered(): boolean {
    return this.closed || (this.finished && !this.inSecondaries);
  }

  /**
   * An abort of ours (a cancellation, a callback that threw) that came too late: SQL Server has truncated the log, or moved the base of
   * differential backups, and a backup that was thrown away now would break that chain.
   */
  private async succeededAfterAll(): Promise<boolean> {
    if (this.completionCode !== undefined || !this.reportedSuccess) return false;
    if (this.request.direction === 'restore') return true;
    if (this.closed && !this.finished) await this.within('finishing the outputs', this.finishAll());
    return this.delivered && this.finished;
  }

  private get inSecondaries(): boolean {
    return this.request.stripes.some((stripe) => 'secondary' in stripe);
  }

  // --- Failure ---

  /** The transfer is to end by SignalAbort: a cancellation, a failed call, a broken invariant, or the SQL side is gone. */
  private fail(error: unknown): void {
    // What comes after the stop is its consequence; but an echo may be faster than what it echoes.
    const late = this.stop.signal.aborted && (this.echo === undefined || error instanceof AbortError);
    if (isEcho(error)) this.echo ??= error;
    else if (!late) this.root ??= { error };
    if (this.stop.signal.aborted) return;
    const reason = asError(error);
    this.stop.abort(reason);
    if (!this.closed) this.set?.signalAbort().catch(() => undefined);
  }

  /** Told to SQL Server by the completion code; it ends the statement, closing the devices (facts/vdi.md 2.4). */
  private ioFailed(error: unknown, completionCode: number): void {
    if (this.stop.signal.aborted || this.root !== undefined) return;
    this.root = { error };
    this.completionCode = completionCode;
  }

  /** A callback of the caller's that throws, or rejects, fails the transfer. */
  private guarded(callback: () => unknown): void {
    try {
      Promise.resolve(callback()).catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private orStop<T>(promise: Promise<T>): Promise<T> {
    return unlessAborted(this.stop.signal, promise);
  }

  private failure(): TransferFailure {
    const { statement, messages, simulated, completionCode, unfinished, echo } = this;
    const said = messages.some(isSqlError) ? new SqlStatementError(messages) : undefined;
    const lost = statement.state === 'ended' ? statement.error : undefined;
    const cause = this.root?.error ?? lost ?? said ?? echo ?? new SqlStatementError(messages);
    // A login that was refused has its words in the connection's error.
    const words = messages.length === 0 && cause instanceof SqlConnectionError ? cause.messages : messages;
    const hresult = [this.root?.error, echo].find((error) => error instanceof WindowsError)?.hresult;
    return { cause, hresult, completionCode, sqlMessages: words, simulated, unfinished };
  }

  // --- The end: SignalAbort, own I/O, Close, the statement, the connection (design rule 5, seed 000) ---

  /** Resolves with whether it was a success. */
  private async end(ok: boolean): Promise<boolean> {
    const { set } = this;
    if (!ok) {
      if (set !== undefined && !this.closed) await this.within('SignalAbort', set.signalAbort());
      if (!this.delivered) this.cancelMedia();
    }
    await this.within('serving the devices', this.serving);
    if (set !== undefined) await this.close(set);
    await this.endOfStatement();
    const succeeded = ok || (await this.succeededAfterAll());
    if (!succeeded) this.cancelMedia();
    if ('connect' in this.request.sql && this.connecting !== undefined) {
      await this.within('closing the SQL connection', this.connecting.then((connection) => connection.close(), () => undefined));
    }
    return succeeded;
  }

  /** Ends what I/O can be ended, and tells the outputs that they are worthless. */
  private cancelMedia(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    const error = this.stop.signal.aborted ? asError(this.stop.signal.reason) : new Error('the transfer has failed');
    for (const stripe of this.request.stripes) {
      if ('target' in stripe) stripe.target.cancel(error);
      else if ('source' in stripe) stripe.source.cancel(error);
    }
  }

  private async close(set: ClientVirtualDeviceSet): Promise<void> {
    const idle = Promise.all(this.servers.map(async (server) => server?.idle()));
    if (!(await this.within('I/O on the buffers', idle))) {
      // Never before the I/O has ended (seed 000): the rest is done then, behind the caller's back.
      void idle.then(() => set.close()).catch(() => set.abandon());
      return;
    }
    if (!(await this.within('Close', set.close()))) await this.within('dropping the device set', set.abandon());
  }

  private async endOfStatement(): Promise<void> {
    const running = (): boolean => this.statement.state === 'running';
    if (!running()) return;
    const { clock } = this.request.host;
    // One that has attached ends by itself after the abort, and says why; one that has not would run on.
    if (this.attached) await settledWithin(clock, this.request.endMs, this.statementEnded);
    if (!running()) return;
    this.cancelStatement.abort(new AbortError(this.stop.signal.reason));
    await this.within('the end of the SQL statement', this.statementEnded);
  }

  /** Waits for a step of the end; one that fails or does not answer is noted, and the others follow all the same. */
  private async within(step: string, promise: Promise<unknown>): Promise<boolean> {
    const { host, endMs } = this.request;
    let problem = `no answer within ${String(endMs)} ms`;
    promise.catch((error: unknown) => (problem = asError(error).message));
    const state = await settledWithin(host.clock, endMs, promise);
    if (state !== 'resolved') this.unfinished.push(`${step}: ${problem}`);
    return state !== 'pending';
  }
}

