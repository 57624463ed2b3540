/** A channel to a machine in the same thread. */
import { MACHINE } from '../../binding/channel';
import type { CallResult, Channel, CommandQueue, PlainValue, TeardownStep } from '../../binding/channel';
import { PolledCommandQueue } from '../../binding/command-queue';
import type { Memory } from '../../binding/memory';
import { isFlatFunction } from '../../binding/tables';
import type { SimulatedWindows } from '../machine';

export class InThreadChannel implements Channel {
  readonly kind = 'simulated';

  constructor(
    private readonly machine: SimulatedWindows,
    /** The machine's process that makes the calls. */
    readonly process: number,
  ) {}

  get memory(): Memory {
    return this.machine.memory;
  }

  call(handle: number, operation: string, args: readonly PlainValue[]): Promise<CallResult> {
    return this.machine.call(this.process, handle, operation, args);
  }

  setTeardown(handle: number, steps: readonly TeardownStep[]): void {
    this.machine.setTeardown(this.process, handle, steps);
  }

  async release(handle: number): Promise<void> {
    try {
      for (const step of this.machine.teardownOf(this.process, handle)) {
        await (isFlatFunction(step) ? this.machine.call(this.process, MACHINE, step, [handle]) : this.machine.call(this.process, handle, step, []));
      }
    } catch {
      // The process has died: so have its handles.
    }
    this.machine.release(this.process, handle);
  }

  commandQueue(device: number): CommandQueue {
    return new PolledCommandQueue(this, device);
  }

  async close(): Promise<void> {
    for (const handle of this.machine.handlesOf(this.process)) await this.release(handle);
    this.machine.kill(this.process);
  }
}
