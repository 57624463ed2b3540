/** BACKUP and RESTORE of the simulated SQL Server, end to end through the virtual device interface. */
import { HRESULT, VDFeatures } from '../../lib/binding/codes';
import { SimulatedWindows } from '../../lib/simulator';
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
});
