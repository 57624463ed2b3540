/**
 * A machine in another process: a private Unix socket or Windows named pipe, with frames of a 32-bit little-endian length and a
 * v8.serialize'd message. One connection is one process of the machine, so a client that is killed dies in the machine too.
 */
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { VDCommands } from '../../binding/codes';
import type { PlainValue } from '../../binding/channel';
import { listenPrivately } from '../../binding/private-pipe';
import type { PrivatePipe } from '../../binding/private-pipe';
import type { SimulatedWindows } from '../machine';
import { COMPLETE_COMMAND, GET_BUFFER_HANDLE, GET_COMMAND, LentMemory, OutstandingCommands } from './lent-memory';
import { PROTOCOL_VERSION, channelClosed, checkMachineMessage, decodeError, protocolError } from './messages';
import type { ClientMessage, MachineMessage } from './messages';
import { RemoteChannel } from './remote-channel';
import { MachineSession } from './session';

const HEADER_BYTES = 4;
/** The largest frame that is believed: a transfer of 4 MiB, the most that SQL Server makes (facts/vdi.md 2.10), is far below. */
export const LONGEST_FRAME = 64 * 1024 * 1024;

export function encodeFrame(message: ClientMessage | MachineMessage): Buffer {
  const payload = serialize(message);
  if (payload.byteLength > LONGEST_FRAME) throw protocolError(`a frame of ${String(payload.byteLength)} bytes`);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.byteLength);
  frame.writeUInt32LE(payload.byteLength, 0);
  payload.copy(frame, HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream into messages. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;

  /** The messages that this chunk completed. Throws a StateError with the code ERR_CHANNEL_PROTOCOL; nothing can be read after that. */
  *push(chunk: Buffer): Generator {
    this.chunks.push(chunk);
    this.held += chunk.byteLength;
    for (;;) {
      if (this.held < HEADER_BYTES) return;
      const length = this.front(HEADER_BYTES).readUInt32LE(0);
      if (length > LONGEST_FRAME) throw protocolError(`a frame of ${String(length)} bytes`);
      if (this.held < HEADER_BYTES + length) return;
      const frame = this.front(HEADER_BYTES + length);
      this.chunks[0] = frame.subarray(HEADER_BYTES + length);
      this.held -= HEADER_BYTES + length;
      yield read(frame.subarray(HEADER_BYTES, HEADER_BYTES + length));
    }
  }

  /** Bytes of a frame that has not come whole. */
  get partial(): number {
    return this.held;
  }

  /** The first chunk, made long enough: joined once a whole frame is there, not with every chunk of it. */
  private front(byteLength: number): Buffer {
    const [first] = this.chunks;
    if (first !== undefined && first.byteLength >= byteLength) return first;
    const whole = Buffer.concat(this.chunks);
    this.chunks = [whole];
    return whole;
  }
}

function read(payload: Buffer): unknown {
  try {
    return deserialize(payload) as unknown;
  } catch (error) {
    throw protocolError('what cannot be read', error);
  }
}

/**
 * Serves the machine to the programs of this user; each connection's end is the death of its process of the machine.
 * @param ready connections that come before it wait
 */
export function servePipe(machine: SimulatedWindows, ready: Promise<unknown> = Promise.resolve()): Promise<PrivatePipe> {
  const lent = new LentMemory(machine.memory);
  return listenPrivately((socket) => {
    void ready.then(() => {
      if (!socket.destroyed) serveSocket(machine, lent, socket);
    });
  });
}

function serveSocket(machine: SimulatedWindows, lent: LentMemory, socket: Socket): void {
  const session = new MachineSession(machine, lent, (message) => {
    const frame = encodeFrame(message);
    // A client that does not read its answers gets no more questions in.
    if (socket.writable && !socket.write(frame)) socket.pause();
  });
  const reader = new FrameReader();
  socket.on('drain', () => socket.resume());
  socket.on('data', (chunk) => {
    try {
      for (const message of reader.push(chunk)) session.receive(message);
    } catch {
      // Not the protocol: the connection ends, and the process of that client with it.
      socket.destroy();
    }
  });
  socket.on('close', () => session.ended());
}

export class PipeChannel extends RemoteChannel {
  private readonly outstanding = new OutstandingCommands();

  private constructor(private readonly socket: Socket) {
    super();
  }

  /**
   * Connects and waits for the machine's greeting. Rejects with the system's error (ENOENT, ECONNREFUSED) or with ERR_CHANNEL_PROTOCOL.
   * @param options.process the name of the process that the machine makes for this client; null for a control, which needs none
   */
  static async connect(path: string, options: { readonly process?: string | null } = {}): Promise<PipeChannel> {
    const socket = createConnection(path);
    const channel = new PipeChannel(socket);
    await channel.greet(options.process === undefined ? 'client' : options.process);
    return channel;
  }

  protected send(message: ClientMessage): void {
    if (this.socket.writable) this.socket.write(encodeFrame(message));
  }

  protected keepAlive(yes: boolean): void {
    if (yes) this.socket.ref();
    else this.socket.unref();
  }

  protected disconnect(): void {
    this.socket.destroy();
  }

  protected override travelling(operation: string, args: readonly PlainValue[]): Uint8Array | undefined {
    if (operation === GET_BUFFER_HANDLE) {
      const command = this.outstanding.withBuffer(args[0]);
      return command === undefined ? undefined : this.memory.view(command.buffer, command.size);
    }
    if (operation !== COMPLETE_COMMAND) return undefined;
    const command = this.outstanding.at(args[0]);
    if (command?.commandCode !== VDCommands.Read) return undefined;
    const transferred = typeof args[2] === 'number' ? args[2] : 0;
    return this.memory.view(command.buffer, Math.min(command.size, transferred));
  }

  protected override answered(operation: string, args: readonly PlainValue[], { result, memory }: Extract<MachineMessage, { type: 'answer' }>): void {
    if (memory !== undefined) this.memory.view(memory.address, memory.bytes.byteLength).set(memory.bytes);
    if (operation === GET_COMMAND) this.outstanding.got(result);
    if (operation === COMPLETE_COMMAND && result.hresult === 0) this.outstanding.completed(args[0]);
  }

  protected override areaFreed(base: bigint): void {
    const area = this.memory.areaAt(base);
    super.areaFreed(base);
    // As where the memory is the machine's own: a view that outlives it has length 0.
    if (area !== undefined) structuredClone(area.buffer, { transfer: [area.buffer as ArrayBuffer] });
  }

  private greet(name: string | null): Promise<void> {
    const reader = new FrameReader();
    return new Promise((resolve, reject) => {
      let welcomed = false;
      const fail = (error: Error): void => {
        reject(error);
        this.lost(error);
        this.disconnect();
      };
      this.socket.on('connect', () => this.send({ type: 'hello', version: PROTOCOL_VERSION, process: name }));
      this.socket.on('data', (chunk) => {
        try {
          for (const message of reader.push(chunk)) {
            if (welcomed) this.receive(message);
            else {
              checkMachineMessage(message);
              if (message.type === 'failed') throw decodeError(message.error);
              if (message.type !== 'welcome') throw protocolError('another message before the greeting');
              welcomed = true;
              this.socket.unref();
              resolve();
            }
          }
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      });
      this.socket.on('error', (error) => fail(welcomed ? channelClosed(error) : error));
      this.socket.on('close', () => fail(reader.partial > 0 ? protocolError('half a message, then its end') : channelClosed()));
    });
  }
}
