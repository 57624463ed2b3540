/** A simulated machine behind the doubles of sqlvdi.dll and vssapi.dll, in this Windows process: what COM activation and VSS in this process talk to. */
import { once } from 'node:events';
import * as path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Channel } from '../../lib/binding/channel';
// Not by the index, which loads the whole machine: that is the Worker's.
import { MachineControl } from '../../lib/simulator/client';
import { WorkerChannel } from '../../lib/simulator/transport/worker';
import type { DoubleCounts, ServeRequest, WineMachineOptions } from './machine-worker';

export interface WineMachine {
  readonly control: MachineControl;
  /** A channel for the server's side, past the double. */
  readonly serverChannel: Channel;
  /** A further channel, from a process of its own. */
  connect(process: string): Channel;
  counts(): Promise<DoubleCounts>;
  /** The pages of a database of the default instance. */
  readDatabase(name: string): Promise<Uint8Array>;
  /** Ends the Worker: COM calls that wait in the double are answered with RPC_E_DISCONNECTED. */
  close(): Promise<void>;
}

/** One at a time: a new machine takes the place of an earlier one. */
export async function openWineMachine(options: WineMachineOptions = {}): Promise<WineMachine> {
  const worker = new Worker(path.join(__dirname, 'machine-worker.js'), { workerData: options });
  await once(worker, 'message');
  const connect = (process: string | null): WorkerChannel => {
    const { port1, port2 } = new MessageChannel();
    const request: ServeRequest = { serve: port2 };
    worker.postMessage(request, [port2]);
    return new WorkerChannel(port1, { process });
  };
  const control = new MachineControl(connect(null));
  return {
    control,
    serverChannel: connect('server'),
    connect,
    counts: async () => (await control.call('Double::Counts')) as unknown as DoubleCounts,
    readDatabase: async (name) => (await control.call('Double::ReadDatabase', name)) as Uint8Array,
    close: async () => {
      await worker.terminate();
    },
  };
}
