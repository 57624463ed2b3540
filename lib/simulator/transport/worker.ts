/**
 * A machine in a Worker: messages over a MessagePort, memory shared for real. What threads share cannot be taken away from one of them, so
 * here alone a view outlives its set (`Memory.view` refuses, as elsewhere); over a pipe and on Windows it has length 0 then.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import type { AreaAllocator, SimulatedWindows } from '../machine';
import { PROTOCOL_VERSION, channelClosed, protocolError } from './messages';
import type { ClientMessage } from './messages';
import { RemoteChannel } from './remote-channel';
import { MachineSession } from './session';

/** What both ends of a Worker's connection have in common. */
type Port = MessagePort | Worker;

/** Areas that other threads can see: for a machine that is served by `servePort`. */
export function sharedAreas(): AreaAllocator {
  let next = 0x20_0000_0000n;
  const gap = 0x1_0000n;
  return (byteLength) => {
    const base = next;
    next += (BigInt(byteLength) / gap + 2n) * gap;
    return { base, buffer: new SharedArrayBuffer(byteLength) };
  };
}

/** Serves a machine to the client at the other end of `port`; the port's end is the death of the client's process. */
export function servePort(machine: SimulatedWindows, port: MessagePort): void {
  const session = new MachineSession(machine, null, (message) => port.postMessage(message));
  port.on('message', (message: unknown) => {
    try {
      session.receive(message);
    } catch {
      // Not the protocol: that client has no business here any more, and its process dies with the port.
      port.close();
    }
  });
  port.on('messageerror', () => port.close());
  port.on('close', () => session.ended());
}

export class WorkerChannel extends RemoteChannel {
  /** @param process the name of the process that the machine makes for this client; null for a control, which needs none. */
  constructor(
    private readonly port: Port,
    options: { readonly process?: string | null } = {},
  ) {
    super();
    port.on('message', (message: unknown) => this.receive(message));
    port.on('messageerror', (error: unknown) => this.lost(protocolError('what cannot be read', error)));
    port.on('error', (error: unknown) => this.lost(channelClosed(error)));
    port.on('close', () => this.lost(channelClosed()));
    port.on('exit', () => this.lost(channelClosed()));
    port.unref();
    this.send({ type: 'hello', version: PROTOCOL_VERSION, process: options.process === undefined ? 'client' : options.process });
  }

  protected send(message: ClientMessage): void {
    this.port.postMessage(message);
  }

  protected keepAlive(yes: boolean): void {
    if (yes) this.port.ref();
    else this.port.unref();
  }

  /** A Worker itself goes on: it is its maker's to end. */
  protected disconnect(): void {
    if ('close' in this.port) this.port.close();
  }
}
