/** What all KTM objects of one backend share, as the objects of a process do: one channel, open while any of them is. */
import { StateError, resolveBackend } from '../binding';
import type { Backend, Channel } from '../binding';
import { createFunctions } from '../binding/functions';
import type { KtmW32 } from '../binding/generated/ktm';
import { ktmTable } from '../binding/tables';

/** The channel, or the process at its end, is gone. */
const GONE: readonly string[] = ['ERR_PROCESS_DIED', 'ERR_CHANNEL_CLOSED'];

export class Connection {
  private static readonly all = new WeakMap<Backend, Connection>();

  private users = 0;
  private readonly opening: Promise<{ readonly channel: Channel; readonly functions: KtmW32 }>;
  private opened: KtmW32 | undefined;

  private constructor(readonly backend: Backend) {
    const { functions: table } = ktmTable;
    if (table === undefined) throw new RangeError('the table of KTM names no functions');
    Connection.all.set(backend, this);
    this.opening = backend.openChannel().then((channel) => ({ channel, functions: createFunctions<KtmW32>(this.watched(channel), table) }));
  }

  /** Runs `make` on the backend's connection. What it makes must `retain` the connection. */
  static async open<T>(backend: Backend | undefined, make: (connection: Connection) => Promise<T>): Promise<T> {
    const resolved = await resolveBackend(backend);
    const connection = Connection.all.get(resolved) ?? new Connection(resolved);
    connection.retain();
    try {
      connection.opened = (await connection.opening).functions;
      return await make(connection);
    } finally {
      await connection.release();
    }
  }

  get functions(): KtmW32 {
    if (this.opened === undefined) throw new StateError('ERR_CLOSED', 'the connection to KTM is not open');
    return this.opened;
  }

  get simulated(): boolean {
    return this.backend.kind === 'simulated';
  }

  retain(): void {
    this.users += 1;
  }

  async release(): Promise<void> {
    this.users -= 1;
    if (this.users > 0) return;
    this.forget();
    const opened = await this.opening.catch(() => undefined);
    await opened?.channel.close().catch(() => undefined);
  }

  /** Who comes next gets a new one. */
  private forget(): void {
    if (Connection.all.get(this.backend) === this) Connection.all.delete(this.backend);
  }

  private watched(channel: Channel): Channel {
    return {
      kind: channel.kind,
      get memory() {
        return channel.memory;
      },
      call: async (handle, operation, args) => {
        try {
          return await channel.call(handle, operation, args);
        } catch (error) {
          if (error instanceof StateError && GONE.includes(error.code)) this.forget();
          throw error;
        }
      },
      release: (handle) => channel.release(handle),
      setTeardown: (handle, steps) => {
        channel.setTeardown(handle, steps);
      },
      commandQueue: (device) => channel.commandQueue(device),
      close: () => channel.close(),
    };
  }
}
