/** BACKUP and RESTORE of the simulated SQL Server, end to end through the virtual device interface. */
import { HRESULT, VDFeatures } from '../../lib/binding/codes';
import { PipeChannel, SimulatedHost, SimulatedWindows, servePipe, simulatedSqlServer } from '../../lib/simulator';
import { numbers, transfer } from './sql-server-client';
import type { Media } from './sql-server-client';

const media = (count: number): Media[] => Array.from({ length: count }, () => ({ bytes: new Uint8Array(0) }));
const ends = (count: number): readonly number[] => Array.from({ length: count }, () => HRESULT.VD_E_CLOSE);

describe('the simulated SQL Server', () => {
  it.each([1, 2, 5])('backs up a database to %i devices and restores it byte for byte', async (count) => {
    const machine = new SimulatedWindows();
    const tapes = media(count);
    const before = await machine.sqlServer.database('Sales').read();
    const backup = await transfer(machine, 'BACKUP DATABASE [Sales] TO {device} WITH STATS = 25', {
      media: tapes,
      features: VDFeatures.RequestComplete,
    });
    expect(numbers(backup.messages)).toEqual([3211, 3211, 3211, 3211, 4035, 4035, 3014]);
    expect(backup.ends).toEqual(ends(count));
    const restore = await transfer(
      machine,
      "RESTORE DATABASE Copy FROM {device} WITH MOVE 'Sales' TO 'D:\\Copy.mdf', MOVE 'Sales_log' TO 'D:\\Copy.ldf'",
      { media: tapes },
    );
    expect(numbers(restore.messages)).toEqual([4035, 4035, 3014]);
    expect(restore.ends).toEqual(ends(count));
    expect(Buffer.compare(await machine.sqlServer.database('Copy').read(), before)).toBe(0);
    expect(machine.sqlServer.database('Copy').state).toBe('ONLINE');
    expect(machine.handleCount()).toBe(0);
  });

  it('does the same again on a simulated Host with the same seed, and something else with another', async () => {
    const run = async (seed: number): Promise<readonly [string, unknown, unknown]> => {
      const machine = new SimulatedWindows({ seed, host: new SimulatedHost({ seed }) });
      const tapes = media(2);
      const { messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH STATS', { media: tapes });
      return [Buffer.concat(tapes.map(({ bytes }) => bytes)).toString('base64'), messages, machine.calls];
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(first).toEqual(again);
    expect(first[0] === other[0]).toBe(false);
  });

  it('restores to the simulated disk of such a Host, where a power cut leaves the old file or the new one', async () => {
    const host = new SimulatedHost({ seed: 3 });
    await host.files.makeDirectory('/data');
    const file = await host.files.open('/data/sales.mdf', 'create');
    await file.write(Buffer.alloc(300_000, 'old'), 0);
    await file.sync();
    await file.close();
    await host.files.syncDirectory('/data');
    await host.files.syncDirectory('/');
    const machine = new SimulatedWindows({ host, databases: [{ name: 'Sales', file: '/data/sales.mdf' }] });
    const tapes = media(1);
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', { media: tapes });
    await machine.sqlServer.database('Sales').modify(0, Buffer.from('new'));
    const moves = "MOVE 'Sales' TO '/data/copy.mdf', MOVE 'Sales_log' TO '/data/copy.ldf'";
    const restored = await transfer(machine, `RESTORE DATABASE Copy FROM {device} WITH ${moves}`, { media: tapes });
    expect(numbers(restored.messages)).toContain(3014);
    machine.faults.add({ at: 'sql.read', occurrence: machine.faults.count('sql.read') + 6, action: { powerCut: true } });
    await expect(transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', { media: tapes })).rejects.toThrow();
    const after = host.restart();
    const databases = ['Sales', 'Copy'].map((name) => ({ name, file: `/data/${name.toLowerCase()}.mdf` }));
    const survived = new SimulatedWindows({ host: after, databases });
    expect(Buffer.from(await survived.sqlServer.database('Sales').read()).toString('latin1', 0, 6)).toMatch(/^(new|old)old$/u);
    expect(Buffer.from(await survived.sqlServer.database('Copy').read()).equals(Buffer.alloc(300_000, 'old'))).toBe(true);
  });

  it('answers over the channel of another process', async () => {
    const machine = new SimulatedWindows({ databases: [{ name: 'Sales' }] });
    const served = await servePipe(machine);
    const channel = await PipeChannel.connect(served.path, { process: 'client' });
    const connection = await simulatedSqlServer(channel).connect();
    const { rows, messages } = await connection.execute("SELECT name FROM sys.databases; BACKUP DATABASE Missing TO VIRTUAL_DEVICE='x'");
    expect(rows).toEqual([{ name: 'master' }, { name: 'Sales' }]);
    expect(numbers(messages)).toEqual([911, 3013]);
    await connection.close();
    expect(machine.handleCount()).toBe(0);
    await channel.close();
    await served.close();
  });
});
