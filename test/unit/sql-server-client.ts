/** A small client of the virtual device interface, for tests of the simulated SQL Server: media in memory, one loop for each device. */
import { MACHINE } from '../../lib/binding/channel';
import type { Channel, PlainCommand } from '../../lib/binding/channel';
import { HRESULT, INFINITE, VDCommands, WIN32, failed } from '../../lib/binding/codes';
import { CLSID_MSSQL_ClientVirtualDeviceSet } from '../../lib/binding/generated/vdi';
import type { SqlMessage, SqlResult } from '../../lib/binding/sql';
import type { SimulatedWindows } from '../../lib/simulator';

export interface Media {
  bytes: Uint8Array;
}

/** What a test does in the place of the plain answer; undefined leaves it to that. */
export type Answer = (
  command: PlainCommand,
  device: number,
  count: number,
) => readonly [code: number, bytes?: number, position?: bigint] | 'abort' | 'hang' | undefined;

export interface TransferOptions {
  readonly media: readonly Media[];
  readonly features?: number;
  readonly instance?: string | null;
  readonly name?: string;
  readonly config?: Readonly<Record<string, number>>;
  readonly answer?: Answer;
  /** Records the codes of all commands, by device. */
  readonly seen?: number[][];
  /** Takes all commands that are there before it completes any, then the last one first. */
  readonly lastFirst?: boolean;
  /** Sees how many were taken so. */
  readonly onTaken?: (count: number) => void;
}

export interface TransferResult extends SqlResult {
  /** What ended each device's loop. */
  readonly ends: readonly number[];
  readonly configuration: Readonly<Record<string, number>>;
}

export const numbers = (messages: readonly SqlMessage[]): readonly number[] => messages.map(({ number }) => number);

export function deviceNames(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}-${String(index + 1)}`));
}

/** Runs `statement` (with `{device}` for the list of devices) against a client with these media. */
export async function transfer(machine: SimulatedWindows, statement: string, options: TransferOptions): Promise<TransferResult> {
  const { media, features = 0, instance = null, name = 'set' } = options;
  const channel = await machine.openChannel();
  const call = async (handle: number, operation: string, args: Parameters<Channel['call']>[2]): Promise<readonly unknown[]> => {
    const { hresult, outputs } = await channel.call(handle, operation, args);
    if (failed(hresult)) throw Object.assign(new Error(`${operation} 0x${hresult.toString(16)}`), { hresult });
    return outputs;
  };
  const connection = await machine.sql({ instance }).connect();
  try {
    const [set] = (await call(MACHINE, 'CoCreateInstance', [CLSID_MSSQL_ClientVirtualDeviceSet, null])) as [number];
    await call(set, 'IClientVirtualDeviceSet2::CreateEx', [
      instance,
      name,
      {
        deviceCount: media.length,
        features,
        prefixZoneSize: 0,
        alignment: 0,
        softFileMarkBlockSize: 0,
        EOMWarningSize: 0,
        serverTimeOut: 0,
        blockSize: 0,
        maxIODepth: 0,
        maxTransferSize: 0,
        bufferAreaSize: 0,
        ...options.config,
      },
    ]);
    const names = deviceNames(name, media.length);
    const running = connection.execute(statement.replace('{device}', names.map((each) => `VIRTUAL_DEVICE='${each}'`).join(', ')));
    const configured = call(set, 'IClientVirtualDeviceSet2::GetConfiguration', [INFINITE]);
    const first = await Promise.race([running, configured.catch(() => undefined)]);
    if (first === undefined || 'messages' in first) {
      await call(set, 'IClientVirtualDeviceSet2::Close', []);
      return { ...(await running), ends: [], configuration: {} };
    }
    const configuration = first[0] as Record<string, number>;
    const devices: number[] = [];
    for (const each of names) devices.push((await call(set, 'IClientVirtualDeviceSet2::OpenDevice', [each]))[0] as number);
    const ends = await Promise.all(
      devices.map((device, index) => serve({ channel, set, device, index, media: media[index] ?? { bytes: new Uint8Array(0) }, options })),
    );
    const result = await running;
    await call(set, 'IClientVirtualDeviceSet2::Close', []);
    return { ...result, ends, configuration };
  } finally {
    await connection.close();
    await channel.close();
  }
}

interface Served {
  readonly channel: Channel;
  readonly set: number;
  readonly device: number;
  readonly index: number;
  readonly media: Media;
  readonly options: TransferOptions;
}

async function serve({
  channel,
  set,
  device,
  index,
  media,
  options: { answer, seen, lastFirst = false, onTaken },
}: Served): Promise<number> {
  const chunks: Buffer[] = [];
  let at = 0;
  const codes: number[] = [];
  if (seen !== undefined) seen[index] = codes;
  const taken: (readonly [PlainCommand, readonly [code: number, bytes?: number, position?: bigint]])[] = [];
  const completeTaken = async (): Promise<void> => {
    if (taken.length > 0) onTaken?.(taken.length);
    for (const [command, [code, bytes = 0, position = 0n]] of taken.splice(0).reverse()) {
      const { hresult } = await channel.call(device, 'IClientVirtualDevice::CompleteCommand', [command.pointer, code, bytes, position]);
      if (failed(hresult) && hresult !== HRESULT.VD_E_ABORT) throw new Error(`CompleteCommand 0x${hresult.toString(16)}`);
    }
  };
  for (let count = 1; ; count += 1) {
    const { hresult, outputs } = await channel.call(device, 'IClientVirtualDevice::GetCommand', [taken.length > 0 ? 0 : INFINITE]);
    if (hresult === HRESULT.VD_E_TIMEOUT) {
      await completeTaken();
      count -= 1;
      continue;
    }
    if (failed(hresult)) {
      if (chunks.length > 0) media.bytes = Buffer.concat(chunks);
      return hresult;
    }
    const command = outputs[0] as PlainCommand;
    codes.push(command.commandCode);
    let reply = answer?.(command, index, count);
    if (reply === 'hang') continue;
    if (reply === 'abort') {
      await channel.call(set, 'IClientVirtualDeviceSet2::SignalAbort', []);
      continue;
    }
    if (reply === undefined) {
      if (command.commandCode === VDCommands.Write) {
        chunks.push(Buffer.from(channel.memory.view(command.buffer, command.size)));
        reply = [WIN32.ERROR_SUCCESS, command.size];
      } else if (command.commandCode === VDCommands.Read) {
        const bytes = media.bytes.subarray(at, at + command.size);
        channel.memory.view(command.buffer, command.size).set(bytes);
        at += bytes.byteLength;
        reply = [bytes.byteLength < command.size ? WIN32.ERROR_HANDLE_EOF : WIN32.ERROR_SUCCESS, bytes.byteLength];
      } else {
        const known: readonly number[] = [VDCommands.ClearError, VDCommands.Flush, VDCommands.Complete];
        reply = [known.includes(command.commandCode) ? WIN32.ERROR_SUCCESS : WIN32.ERROR_NOT_SUPPORTED];
      }
    }
    taken.push([command, reply]);
    if (!lastFirst) await completeTaken();
  }
}
