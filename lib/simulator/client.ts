/**
 * A tester's hand on a simulated machine, over any Channel to it: faults, recorded calls, processes, power, time, event log.
 * All of it is plain data, so it works alike in this thread, to a Worker and to a machine in another process.
 */
import { MACHINE } from '../binding/channel';
import type { Channel, PlainRecord, PlainValue } from '../binding/channel';
import type { EventLogEntry } from './event-log';
import type { Fault } from './faults';
import type { RecordedCall } from './machine';
import type { TracedEvent, VssSnapshotInfo, VssStatus, VssWriterInfo } from './vss';

export interface MachineStatus {
  readonly simulated: true;
  readonly seed: number;
  /** Milliseconds since 1970, the machine's time. */
  readonly now: number;
  /** Whether `advance` can move its time. */
  readonly simulatedClock: boolean;
  /** Handles that are open, of all processes. */
  readonly handles: number;
  /** Shared memory areas that live. */
  readonly areas: number;
}

export interface ProcessInfo {
  readonly id: number;
  readonly name: string;
  readonly alive: boolean;
  /** Handles that it has open. */
  readonly handles: number;
}

export class MachineControl {
  /** The channel becomes the control's: `close` closes it. */
  constructor(private readonly channel: Pick<Channel, 'call' | 'close'>) {}

  async status(): Promise<MachineStatus> {
    return (await this.call('Machine::Status')) as unknown as MachineStatus;
  }

  /** Rejects with ArgumentError, naming the field, when it is not a fault. */
  async addFault(fault: Fault): Promise<void> {
    await this.call('Machine::AddFault', fault as unknown as PlainRecord);
  }

  async clearFaults(): Promise<void> {
    await this.call('Machine::ClearFaults');
  }

  async faults(): Promise<readonly Fault[]> {
    return (await this.call('Machine::ListFaults')) as unknown as readonly Fault[];
  }

  /** The recorded calls, oldest first; the control's own are not among them. */
  async calls(filter: { readonly operation?: string; readonly process?: number; readonly afterSequence?: number } = {}): Promise<readonly RecordedCall[]> {
    return (await this.call('Machine::ListCalls', { ...filter })) as unknown as readonly RecordedCall[];
  }

  /** How often each operation was called and each event of a service happened. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    return (await this.call('Machine::Counts')) as Readonly<Record<string, number>>;
  }

  async count(at: string): Promise<number> {
    return (await this.counts())[at] ?? 0;
  }

  async processes(): Promise<readonly ProcessInfo[]> {
    return (await this.call('Machine::ListProcesses')) as unknown as readonly ProcessInfo[];
  }

  /** By id, or the living process of that name (`sqlservr`). Rejects with ArgumentError when there is none. */
  async kill(process: number | string): Promise<void> {
    await this.call('Machine::Kill', process);
  }

  /** Every process of the machine is gone; the control goes on. */
  async powerCut(): Promise<void> {
    await this.call('Machine::PowerCut');
  }

  /** Every process of the machine is gone, nothing that was written is lost; the control goes on. */
  async reboot(): Promise<void> {
    await this.call('Machine::Reboot');
  }

  /** Moves the machine's simulated time; resolves with the new time. Rejects with ERR_REAL_CLOCK on a machine in real time. */
  async advance(ms: number): Promise<number> {
    return (await this.call('Machine::Advance', ms)) as number;
  }

  async events(source?: string): Promise<readonly EventLogEntry[]> {
    return (await this.call('Machine::ListEvents', source ?? null)) as unknown as readonly EventLogEntry[];
  }

  /** The Volume Shadow Copy Service: who holds the set in progress, what there is. */
  async vssStatus(): Promise<VssStatus> {
    return (await this.call('Vss::Status')) as unknown as VssStatus;
  }

  /** Its writers, with the state that `vssadmin list writers` would show. */
  async vssWriters(): Promise<readonly VssWriterInfo[]> {
    return (await this.call('Vss::Writers')) as unknown as readonly VssWriterInfo[];
  }

  /** Every shadow copy, of every context. */
  async vssSnapshots(): Promise<readonly VssSnapshotInfo[]> {
    return (await this.call('Vss::Snapshots')) as unknown as readonly VssSnapshotInfo[];
  }

  /** The events that reached writers, oldest first, after the one of that number. */
  async vssEvents(afterSequence = 0): Promise<readonly TracedEvent[]> {
    return (await this.call('Vss::Events', afterSequence)) as unknown as readonly TracedEvent[];
  }

  /** Resolves once nothing goes on behind the calls: copies deleted, BackupShutdown handled. */
  async vssSettled(): Promise<void> {
    await this.call('Vss::Settled');
  }

  /** The writer's service stops, or starts anew: it forgets its sessions. Rejects with ArgumentError when there is no such writer. */
  async setVssWriterRunning(writer: string, running: boolean): Promise<void> {
    await this.call(running ? 'Vss::StartWriter' : 'Vss::StopWriter', writer);
  }

  /** An operation that a service added with `machine.addControl`. */
  async call(operation: string, ...args: readonly PlainValue[]): Promise<PlainValue> {
    const { outputs } = await this.channel.call(MACHINE, operation, args);
    return outputs[0] ?? null;
  }

  close(): Promise<void> {
    return this.channel.close();
  }
}
