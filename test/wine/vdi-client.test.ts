/**
 * The independent check of the double: a C client with hand-counted slots and hand-written structs backs up and restores through it.
 * What it saw must be what the machine did.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { HRESULT, VDCommands, VDFeatures, WIN32 } from '../../lib/binding/codes';
import { simulatedSqlServer } from '../../lib/simulator';
import { ScriptedServer } from '../conformance/scripted-server';
import { openWineMachine } from './wine-machine';
import type { WineMachine } from './wine-machine';

interface Client {
  create(name: string, features: number): Promise<string>;
  transfer(abortAfter: number): Promise<string>;
  close(): Promise<string>;
}

function loadClient(): Client {
  const module = { exports: {} };
  process.dlopen(module, path.join(process.env['WINBACKUP_PROGRAMS'] ?? '', 'vdi_client.dll'));
  return module.exports as Client;
}

const client = loadClient();
const report = async (call: Promise<string>): Promise<unknown> => JSON.parse(await call) as unknown;

const databaseBytes = 3_000_000;

let machine: WineMachine;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-client-'));
  machine = await openWineMachine({ databases: [{ name: 'Accounts', generatedBytes: databaseBytes }] });
});
afterAll(async () => {
  await machine.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Resolves when the client waits for a command: both sides have opened the device. */
async function clientWaits(): Promise<void> {
  const operation = 'IClientVirtualDevice::GetCommand';
  while ((await machine.control.calls({ operation })).every(({ hresult }) => hresult !== undefined)) await machine.control.status();
}

/** A set that SQL Server, played by the test, has configured: buffers of 64 KiB. */
async function attached(name: string, direction: number): Promise<ScriptedServer> {
  const server = await ScriptedServer.create(machine.serverChannel);
  await server.attach(name, { features: direction, blockSize: 512, maxTransferSize: 65536, buffers: 4 });
  return server;
}

/** The pattern of block `index`: no two blocks alike. */
const block = (index: number, size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (at * 31 + index * 7 + (at >> 8)) & 0xff);

const sizes = [65536, 512, 32768, 65536];
const total = sizes.reduce((sum, size) => sum + size, 0);

describe('a C client of sqlvdi.dll', () => {
  it('backs up four blocks of SQL Server and reports what the machine did', async () => {
    expect(await report(client.create('backup-set', VDFeatures.LikePipe))).toEqual({ activated: 0, createEx: 0 });
    const server = await attached('backup-set', VDFeatures.WriteMedia);
    const transfer = report(client.transfer(0));
    await server.activate(['backup-set']);
    await clientWaits();
    const buffer = await server.allocateBuffer(65536);
    for (const [index, size] of sizes.entries()) {
      await server.writeBuffer(buffer, block(index, size));
      const command = await server.send({ code: VDCommands.Write, size, buffer });
      expect(await server.completion(command)).toMatchObject({ completionCode: WIN32.ERROR_SUCCESS, bytesTransferred: size });
    }
    const unknown = await server.send({ code: VDCommands.GetError });
    expect(await server.completion(unknown)).toMatchObject({ completionCode: WIN32.ERROR_NOT_SUPPORTED });
    const clear = await server.send({ code: VDCommands.ClearError });
    expect(await server.completion(clear)).toMatchObject({ completionCode: WIN32.ERROR_SUCCESS });
    const flush = await server.send({ code: VDCommands.Flush });
    expect(await server.completion(flush)).toMatchObject({ completionCode: WIN32.ERROR_SUCCESS });
    await server.closeDevice();
    expect(await transfer).toEqual({
      getConfiguration: 0,
      config: [1, VDFeatures.WriteMedia, 0, expect.any(Number), 0, 0, 0, 512, 4, 65536, 4 * 65536],
      openDevice: 0,
      completeUnknown: HRESULT.VD_E_INVALID,
      completed: 0,
      completedTwice: HRESULT.VD_E_INVALID,
      end: HRESULT.VD_E_CLOSE,
      bytes: total,
      counts: { [VDCommands.Write]: 4, [VDCommands.GetError]: 1, [VDCommands.ClearError]: 1, [VDCommands.Flush]: 1 },
      releaseDevice: 0,
    });
    expect(await report(client.close())).toEqual({ close: 0, release: 0 });
    await server.close();
  });

  it('restores the same bytes, and says where they end', async () => {
    await client.create('restore-set', VDFeatures.LikePipe);
    const server = await attached('restore-set', VDFeatures.ReadMedia);
    const transfer = client.transfer(0);
    await server.activate(['restore-set']);
    await clientWaits();
    const buffer = await server.allocateBuffer(65536);
    for (const [index, size] of sizes.entries()) {
      const command = await server.send({ code: VDCommands.Read, size, buffer });
      expect(await server.completion(command)).toMatchObject({ completionCode: WIN32.ERROR_SUCCESS, bytesTransferred: size });
      expect(Buffer.from(await server.readBuffer(buffer, size)).equals(block(index, size))).toBe(true);
    }
    const beyond = await server.send({ code: VDCommands.Read, size: 512, buffer });
    expect(await server.completion(beyond)).toMatchObject({ completionCode: WIN32.ERROR_HANDLE_EOF, bytesTransferred: 0 });
    await server.closeDevice();
    expect(JSON.parse(await transfer)).toMatchObject({ end: HRESULT.VD_E_CLOSE, bytes: total, counts: { [VDCommands.Read]: 5 } });
    await client.close();
    await server.close();
  });

  it('sees the abort that it signals, and SQL Server sees 995', async () => {
    await client.create('abort-set', VDFeatures.LikePipe);
    const server = await attached('abort-set', VDFeatures.WriteMedia);
    const transfer = client.transfer(1);
    await server.activate(['abort-set']);
    await clientWaits();
    const buffer = await server.allocateBuffer(65536);
    const command = await server.send({ code: VDCommands.Write, size: 65536, buffer });
    expect(await server.completion(command)).toMatchObject({ completionCode: WIN32.ERROR_OPERATION_ABORTED });
    expect(JSON.parse(await transfer)).toMatchObject({ signalAbort: 0, completed: HRESULT.VD_E_ABORT, end: HRESULT.VD_E_ABORT });
    await client.close();
    await server.close();
  });

  it('backs up a database of the simulated SQL Server and restores it under another name', async () => {
    const sql = await simulatedSqlServer(machine.serverChannel).connect();
    await client.create('accounts-backup', VDFeatures.RequestComplete);
    const backup = sql.execute("BACKUP DATABASE [Accounts] TO VIRTUAL_DEVICE='accounts-backup' WITH CHECKSUM");
    const written = JSON.parse(await client.transfer(0)) as { bytes: number };
    expect(written).toMatchObject({ end: HRESULT.VD_E_CLOSE, counts: { [VDCommands.Flush]: 1, [VDCommands.Complete]: 1 } });
    expect(written.bytes).toBeGreaterThan(databaseBytes);
    expect((await backup).messages.map(({ number }) => number)).toContain(3014);
    await client.close();

    await client.create('accounts-restore', VDFeatures.LikePipe);
    const [data, log] = ['Copy.mdf', 'Copy.ldf'].map((name) => path.join(directory, name));
    const restore = sql.execute(
      `RESTORE DATABASE [Copy] FROM VIRTUAL_DEVICE='accounts-restore' WITH CHECKSUM, MOVE 'Accounts' TO '${data ?? ''}', MOVE 'Accounts_log' TO '${log ?? ''}'`,
    );
    expect(JSON.parse(await client.transfer(0))).toMatchObject({ end: HRESULT.VD_E_CLOSE });
    expect((await restore).messages.map(({ number }) => number)).toContain(3014);
    await client.close();
    await sql.close();
    const [original, copy] = [await machine.readDatabase('Accounts'), await machine.readDatabase('Copy')];
    expect(original.byteLength).toBeGreaterThanOrEqual(databaseBytes);
    expect(Buffer.from(copy).equals(original)).toBe(true);
  });

  it('leaves nothing alive', async () => {
    const counts = Object.entries(await machine.counts()) as [string, number][];
    expect(counts.filter(([, count]) => count !== 0)).toEqual([]);
  });

  it('is told RPC_E_DISCONNECTED when the machine is gone', async () => {
    const other = await openWineMachine();
    await client.create('lost-set', VDFeatures.LikePipe);
    await other.close();
    expect(JSON.parse(await client.transfer(0))).toMatchObject({ getConfiguration: HRESULT.RPC_E_DISCONNECTED });
    expect(await report(client.close())).toEqual({ close: HRESULT.RPC_E_DISCONNECTED, release: 0 });
  });
});
