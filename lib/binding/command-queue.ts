/** The device's fast path for channels that have none of their own: GetCommand called over and over through `call`. */
import { HRESULT, INFINITE, failed } from './codes';
import type { CallResult, Channel, CommandQueue, PlainCommand } from './channel';

export class PolledCommandQueue implements CommandQueue {
  private arrived: PlainCommand[] = [];
  private waiting: ((hresult: number) => void)[] = [];
  private ended: number | undefined;
  private stopped = true;
  private polling = false;

  constructor(
    private readonly channel: Pick<Channel, 'call'>,
    private readonly device: number,
  ) {}

  take(): readonly PlainCommand[] {
    const commands = this.arrived;
    this.arrived = [];
    return commands;
  }

  wait(): Promise<number> {
    if (this.arrived.length > 0) return Promise.resolve(HRESULT.S_OK);
    if (this.ended !== undefined) return Promise.resolve(this.ended);
    this.stopped = false;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.poll();
    });
  }

  async complete(pointer: bigint, completionCode: number, bytesTransferred: number, position: bigint): Promise<number> {
    const { hresult } = await this.channel.call(this.device, 'IClientVirtualDevice::CompleteCommand', [pointer, completionCode, bytesTransferred, position]);
    return hresult;
  }

  stop(): void {
    this.stopped = true;
  }

  private poll(): void {
    if (this.polling || this.stopped || this.ended !== undefined) return;
    this.polling = true;
    this.channel.call(this.device, 'IClientVirtualDevice::GetCommand', [INFINITE]).then(
      (result) => {
        this.answered(result);
      },
      () => {
        this.answered({ hresult: HRESULT.RPC_E_DISCONNECTED, outputs: [] });
      },
    );
  }

  private answered({ hresult, outputs }: CallResult): void {
    this.polling = false;
    if (failed(hresult)) this.ended = hresult;
    else this.arrived.push(outputs[0] as PlainCommand);
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve(hresult);
    this.poll();
  }
}
