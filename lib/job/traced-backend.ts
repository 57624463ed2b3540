/** A backend whose calls are told: each call into Windows becomes a span of the job's timeline. Arguments are left out. */
import { failed, hresultName } from '../binding';
import type { Backend, CallResult, Channel, CommandQueue } from '../binding';
import type { JobEvents } from './events';

export function tracedBackend(backend: Backend, events: JobEvents): Backend {
  const { kind, host, elsewhere } = backend;
  return {
    kind, host,
    ...(elsewhere === undefined ? {} : { elsewhere }),
    openChannel: async () => tracedChannel(await backend.openChannel(), events),
  };
}

const resultOf = (hresult: number): Record<string, string | number> => ({ hresult, ...(failed(hresult) ? { error: hresultName(hresult) } : {}) });

function tracedChannel(channel: Channel, events: JobEvents): Channel {
  const traced = async (operation: string, handle: number, call: () => Promise<CallResult>): Promise<CallResult> => {
    const end = events.begin('call', operation, { handle });
    try {
      const result = await call();
      end(resultOf(result.hresult));
      return result;
    } catch (error) {
      end({ error: 'no answer' });
      throw error;
    }
  };
  return {
    kind: channel.kind,
    memory: channel.memory,
    call: (handle, operation, args) => traced(operation, handle, () => channel.call(handle, operation, args)),
    release: async (handle) => {
      events.instant('call', 'Release', { handle });
      await channel.release(handle);
    },
    setTeardown: (handle, steps) => {
      channel.setTeardown(handle, steps);
    },
    commandQueue: (device) => tracedQueue(channel.commandQueue(device), device, events),
    close: () => channel.close(),
  };
}

/** GetCommand's own thread calls it; what arrived, and each completion, is told. */
function tracedQueue(queue: CommandQueue, device: number, events: JobEvents): CommandQueue {
  return {
    take: () => {
      const commands = queue.take();
      for (const { commandCode, size } of commands) events.instant('call', 'IClientVirtualDevice::GetCommand', { handle: device, commandCode, size });
      return commands;
    },
    wait: () => queue.wait(),
    complete: async (pointer, completionCode, bytesTransferred, position) => {
      const end = events.begin('call', 'IClientVirtualDevice::CompleteCommand', { handle: device, completionCode, bytesTransferred });
      const hresult = await queue.complete(pointer, completionCode, bytesTransferred, position);
      end(resultOf(hresult));
      return hresult;
    },
    stop: () => {
      queue.stop();
    },
  };
}
