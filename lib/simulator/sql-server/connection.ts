/** A simulated machine's SQL Server as lib/binding/sql.ts describes one, over any channel. */
import { MACHINE } from '../../binding/channel';
import type { CallResult, Channel, PlainValue } from '../../binding/channel';
import { failed, hresultName } from '../../binding/codes';
import { AbortError, throwIfAborted } from '../../binding/errors';
import { SqlConnectionError } from '../../binding/sql';
import type { SqlConnection, SqlExecuteOptions, SqlMessage, SqlResult, SqlRow, SqlServer } from '../../binding/sql';
import type { SqlEvent } from './running-statement';

export interface SimulatedSqlServerOptions {
  /** Null or absent: the default instance. */
  readonly instance?: string | null;
  /** A login of the instance; null or absent: the machine's administrator, by Windows authentication. */
  readonly login?: string | null;
}

/** Where connections come from: a channel that exists, or a machine that opens one for each. */
export type ChannelSource = Channel | { openChannel(): Promise<Channel> };

/** The SQL Server of a simulated machine. On a channel that was given, closing a connection leaves the channel open. */
export function simulatedSqlServer(source: ChannelSource, { instance = null, login = null }: SimulatedSqlServerOptions = {}): SqlServer {
  return {
    async connect({ signal } = {}) {
      throwIfAborted(signal);
      const own = 'openChannel' in source;
      const channel = own ? await source.openChannel() : source;
      const end = async (): Promise<void> => {
        if (own) await channel.close();
      };
      let result: CallResult;
      try {
        result = await channel.call(MACHINE, 'SqlServer::Connect', [instance, login]);
      } catch (error) {
        await end();
        throw new SqlConnectionError('the connection to the simulated SQL Server could not be made', { cause: error });
      }
      if (failed(result.hresult)) {
        await end();
        const messages = result.outputs as unknown as readonly SqlMessage[];
        throw new SqlConnectionError(
          messages[0]?.message ?? `no simulated SQL Server instance ${instance ?? 'MSSQLSERVER'} answers (${hresultName(result.hresult)})`,
          {
            code: messages.length > 0 ? 'ELOGIN' : 'EINSTLOOKUP',
            messages,
          },
        );
      }
      return new SimulatedConnection(channel, result.outputs[0] as number, end);
    },
  };
}

class SimulatedConnection implements SqlConnection {
  private closed: Promise<void> | undefined;

  constructor(
    private readonly channel: Channel,
    private readonly handle: number,
    private readonly endChannel: () => Promise<void>,
  ) {}

  async execute(statement: string, { signal, onMessage }: SqlExecuteOptions = {}): Promise<SqlResult> {
    throwIfAborted(signal);
    const messages: SqlMessage[] = [];
    const rows: SqlRow[] = [];
    const cancel = (): void => {
      // What the cancelled statement says still comes through `Next`.
      this.call('Cancel', [], messages).catch(() => undefined);
    };
    await this.call('Execute', [statement], messages);
    signal?.addEventListener('abort', cancel, { once: true });
    // The signal may have fired while the statement was on its way.
    if (signal?.aborted === true) cancel();
    try {
      for (;;) {
        const { outputs } = await this.call('Next', [], messages);
        const event = outputs[0] as unknown as SqlEvent;
        if (event.kind === 'end') break;
        if (event.kind === 'row') rows.push(event.row);
        else {
          const { kind: _kind, ...message } = event;
          messages.push(message);
          onMessage?.(message);
        }
      }
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    if (signal?.aborted === true) throw new AbortError(signal.reason);
    return { messages, rows };
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    await this.channel.release(this.handle);
    await this.endChannel();
  }

  private async call(method: string, args: readonly PlainValue[], messages: readonly SqlMessage[]): Promise<CallResult> {
    let result: CallResult;
    try {
      result = await this.channel.call(this.handle, `SqlConnection::${method}`, args);
    } catch (error) {
      throw new SqlConnectionError('the connection to the simulated SQL Server is broken', { messages, cause: error });
    }
    if (failed(result.hresult)) {
      throw new SqlConnectionError(`the connection to the simulated SQL Server is lost (${hresultName(result.hresult)})`, {
        code: 'ESOCKET',
        messages,
      });
    }
    return result;
  }
}
