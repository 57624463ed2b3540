// A SQL Server whose statements are played by the test: its script drives the server's side of the virtual device set command by command,
// so that it can do what the simulated SQL Server never would.
import { AbortError, VDFeatures } from '../../lib/binding';
import type { SqlConnection, SqlExecuteOptions, SqlMessage, SqlResult, SqlRow, SqlServer } from '../../lib/binding';
import type { SimulatedProcess, SimulatedWindows } from '../../lib/simulator';
import { Failure } from '../../lib/simulator/kernel-object';
import { ServerVirtualDeviceSet } from '../../lib/simulator/vdi';
import type { IServerVirtualDevice, SharedBuffer, VDS_Command } from '../../lib/simulator/vdi';

export interface Completed {
  readonly code: number;
  readonly bytes: number;
  readonly position: bigint;
  /** A Read's bytes. */
  readonly data: Uint8Array;
}

export interface AttachOptions {
  readonly features?: number;
  readonly blockSize?: number;
  readonly maxTransferSize?: number;
}

/** One statement under way. */
export class Statement {
  readonly messages: SqlMessage[] = [];
  readonly rows: SqlRow[] = [];
  readonly deviceNames: readonly string[];
  readonly set: ServerVirtualDeviceSet;
  devices: readonly IServerVirtualDevice[] = [];
  private maxTransferSize = 65_536;
  private readonly buffers: SharedBuffer[] = [];

  constructor(
    readonly text: string,
    machine: SimulatedWindows,
    process: SimulatedProcess,
    readonly options: SqlExecuteOptions,
  ) {
    this.deviceNames = [...text.matchAll(/VIRTUAL_DEVICE = '([^']*)'/g)].map((match) => match[1] ?? '');
    this.set = new ServerVirtualDeviceSet(machine, process);
  }

  say(number: number, severity: number, message: string): void {
    const said = { number, severity, state: 1, message };
    this.messages.push(said);
    this.options.onMessage?.(said);
  }

  /** From Open to the devices. */
  attach({ features = VDFeatures.WriteMedia, blockSize = 512, maxTransferSize = 65_536 }: AttachOptions = {}): void {
    const [name = ''] = this.deviceNames;
    this.set.open(null, name);
    const wanted = this.set.getConfiguration().features;
    const complete = (wanted & VDFeatures.RequestComplete) !== 0 ? VDFeatures.CompleteEnabled : 0;
    this.maxTransferSize = maxTransferSize;
    this.set.beginConfiguration(features | complete, blockSize, blockSize, maxTransferSize, 0);
    this.set.requestBuffers(maxTransferSize, 0, 4 * this.deviceNames.length);
    this.set.endConfiguration();
    this.devices = this.deviceNames.map((device) => this.set.openDevice(device));
    void this.set.executeCompletionAgent().catch(() => undefined);
  }

  /** Sends one command and waits for its completion. */
  send(device: number, commandCode: number, options: { readonly data?: Uint8Array; readonly size?: number; readonly position?: bigint } = {}): Promise<Completed> {
    const { data, position = 0n } = options;
    const size = options.size ?? data?.byteLength ?? 0;
    const transfers = data !== undefined || commandCode === 1 || commandCode === 2;
    const buffer = transfers ? (this.buffers.pop() ?? this.set.allocateBuffer(this.maxTransferSize, 0)) : null;
    if (data !== undefined) buffer?.bytes().set(data);
    return new Promise((resolve) => {
      this.devices[device]?.sendCommand({
        commandCode, size, inPosition: position, buffer, outPosition: 0n, completionCode: 0, bytesTransferred: 0,
        completionRoutine: ({ completionCode, bytesTransferred, outPosition }: VDS_Command) => {
          const copied = completionCode === 995 ? new Uint8Array(0) : (buffer?.bytes().slice(0, bytesTransferred) ?? new Uint8Array(0));
          if (buffer !== null) this.buffers.push(buffer);
          resolve({ code: completionCode, bytes: bytesTransferred, position: outPosition, data: copied });
        },
      });
    });
  }

  closeDevices(): void {
    for (const device of this.devices) device.closeDevice();
    this.set.close();
  }

  succeed(): void {
    this.say(3014, 0, 'processed successfully');
  }

  terminate(): void {
    this.say(3013, 16, 'is terminating abnormally.');
  }
}

export type Script = (statement: Statement) => Promise<void> | void;

/** The script plays each statement; it ends when the script does, or when it is cancelled. */
export class PlayedSqlServer implements SqlServer {
  readonly process: SimulatedProcess;
  readonly statements: Statement[] = [];
  /** Connections that have not been closed. */
  open = 0;
  running = 0;

  constructor(
    private readonly machine: SimulatedWindows,
    private readonly script: Script,
  ) {
    this.process = machine.createProcess('sqlservr');
  }

  connect(): Promise<SqlConnection> {
    this.open += 1;
    const close = (): Promise<void> => {
      this.open -= 1;
      return Promise.resolve();
    };
    return Promise.resolve({ execute: (text, options) => this.execute(text, options), close });
  }

  private async execute(text: string, options: SqlExecuteOptions = {}): Promise<SqlResult> {
    const statement = new Statement(text, this.machine, this.process, options);
    this.statements.push(statement);
    this.running += 1;
    const { signal } = options;
    try {
      await new Promise<void>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new AbortError(signal.reason)), { once: true });
        Promise.resolve(this.script(statement)).then(resolve, (error: unknown) => {
          if (!(error instanceof Failure)) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return;
          }
          // The set was aborted under it.
          statement.say(18_210, 16, 'operating system error 995');
          statement.terminate();
          resolve();
        });
      });
      return { messages: statement.messages, rows: statement.rows };
    } finally {
      this.running -= 1;
    }
  }
}

/** Pseudo-random bytes that are the same for the same seed. */
export function pattern(byteLength: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let state = seed;
  for (let index = 0; index < byteLength; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
