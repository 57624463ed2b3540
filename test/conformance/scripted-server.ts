/** SQL Server as a test plays it: a proxy of the machine's ScriptedServer over any channel. Failures are WindowsErrors, as the client's are. */
import type { Channel, PlainRecord, PlainValue } from '../../lib/binding/channel';
import { MACHINE } from '../../lib/binding/channel';
import { failed } from '../../lib/binding/codes';
import { WindowsError } from '../../lib/binding/errors';

export interface Completion {
  readonly command: number;
  readonly completionCode: number;
  readonly bytesTransferred: number;
  readonly position: bigint;
}

export interface Command {
  readonly code: number;
  readonly size?: number;
  readonly position?: bigint;
  /** The address of a buffer. */
  readonly buffer?: bigint;
  /** The device's number; default 0. */
  readonly device?: number;
}

export interface Configuration {
  readonly features?: number;
  readonly blockSize?: number;
  readonly alignment?: number;
  readonly maxTransferSize?: number;
  /** Buffers of maxTransferSize. */
  readonly buffers?: number;
}

export class ScriptedServer {
  private constructor(
    private readonly channel: Channel,
    private readonly handle: number,
  ) {}

  static async create(channel: Channel): Promise<ScriptedServer> {
    const { outputs } = await channel.call(MACHINE, 'ScriptedServer::Create', []);
    return new ScriptedServer(channel, outputs[0] as number);
  }

  async open(name: string, instance: string | null = null): Promise<void> {
    await this.call('Open', instance, name);
  }

  async getConfiguration(): Promise<PlainRecord> {
    return (await this.call('GetConfiguration')) as PlainRecord;
  }

  async beginConfiguration({ features = 0, blockSize = 512, alignment = 0, maxTransferSize = 65536 }: Configuration = {}): Promise<void> {
    await this.call('BeginConfiguration', features, blockSize, alignment, maxTransferSize, 10_000);
  }

  async requestBuffers(size: number, alignment: number, count: number): Promise<void> {
    await this.call('RequestBuffers', size, alignment, count);
  }

  async queryAvailableBuffers(size: number, alignment: number): Promise<number> {
    return (await this.call('QueryAvailableBuffers', size, alignment)) as number;
  }

  async endConfiguration(): Promise<void> {
    await this.call('EndConfiguration');
  }

  /** Open, and configured: GetConfiguration of the client can return. */
  async attach(name: string, configuration: Configuration = {}, instance: string | null = null): Promise<void> {
    await this.open(name, instance);
    await this.beginConfiguration(configuration);
    if (configuration.buffers !== undefined) await this.requestBuffers(configuration.maxTransferSize ?? 65536, 0, configuration.buffers);
    await this.endConfiguration();
  }

  /** Every device open, and the completion agent running. */
  async activate(names: readonly string[]): Promise<void> {
    for (const name of names) await this.openDevice(name);
    await this.executeCompletionAgent();
  }

  async executeCompletionAgent(): Promise<void> {
    await this.call('ExecuteCompletionAgent');
  }

  /** Resolves when ExecuteCompletionAgent has returned. */
  async agentReturned(): Promise<void> {
    await this.call('WaitForAgent');
  }

  async openDevice(name: string): Promise<number> {
    return (await this.call('OpenDevice', name)) as number;
  }

  async allocateBuffer(size = 65536, alignment = 0): Promise<bigint> {
    return (await this.call('AllocateBuffer', size, alignment)) as bigint;
  }

  async freeBuffer(address: bigint): Promise<void> {
    await this.call('FreeBuffer', address);
  }

  async isSharedBuffer(address: bigint): Promise<boolean> {
    return (await this.call('IsSharedBuffer', address)) as boolean;
  }

  async writeBuffer(address: bigint, bytes: Uint8Array): Promise<void> {
    await this.call('WriteBuffer', address, bytes);
  }

  async readBuffer(address: bigint, byteLength: number): Promise<Uint8Array> {
    return (await this.call('ReadBuffer', address, byteLength)) as Uint8Array;
  }

  /** Resolves with the command's number once it is queued. */
  async send({ code, size = 0, position = 0n, buffer = 0n, device = 0 }: Command): Promise<number> {
    return (await this.call('SendCommand', device, code, size, position, buffer)) as number;
  }

  async completions(): Promise<readonly Completion[]> {
    return (await this.call('Completions')) as unknown as readonly Completion[];
  }

  async completion(command: number): Promise<Completion> {
    return (await this.call('WaitForCompletion', command)) as unknown as Completion;
  }

  async closeDevice(device = 0): Promise<void> {
    await this.call('CloseDevice', device);
  }

  async signalAbort(): Promise<void> {
    await this.call('SignalAbort');
  }

  async close(): Promise<void> {
    await this.call('Close');
  }

  /** The process dies without Close. */
  async die(): Promise<void> {
    await this.call('Die');
  }

  private async call(method: string, ...args: readonly PlainValue[]): Promise<PlainValue> {
    const operation = `ScriptedServer::${method}`;
    const { hresult, outputs } = await this.channel.call(this.handle, operation, args);
    if (failed(hresult)) throw new WindowsError(operation, hresult);
    return outputs[0] ?? null;
  }
}
