/** Full, differential and log backups in a row, and the restores that put them together again. */
import { SimulatedClock, SimulatedWindows } from '../../lib/simulator';
import type { Database } from '../../lib/simulator';
import { realHost } from '../../lib/binding/real-host';
import { numbers, transfer } from './sql-server-client';
import type { Media, TransferResult } from './sql-server-client';

const MOVES = "MOVE 'Sales' TO 'D:\\Copy.mdf', MOVE 'Sales_log' TO 'D:\\Copy.ldf'";
let machine: SimulatedWindows;
let clock: SimulatedClock;
let sales: Database;

beforeEach(() => {
  clock = new SimulatedClock();
  machine = new SimulatedWindows({ host: { ...realHost, clock }, databases: [{ name: 'Sales', generatedBytes: 1_000_000 }] });
  sales = machine.sqlServer.database('Sales');
});

async function backup(statement: string): Promise<Media[]> {
  const media: Media[] = [{ bytes: new Uint8Array(0) }];
  const { messages } = await transfer(machine, statement, { media });
  expect(numbers(messages).at(-1)).toBe(3014);
  return media;
}
const failed = async (statement: string): Promise<readonly number[]> =>
  numbers((await transfer(machine, statement, { media: [{ bytes: new Uint8Array(0) }] })).messages);
const restore = (statement: string, media: Media[]): Promise<TransferResult> => transfer(machine, statement, { media });
const restored = async (statement: string, media: Media[]): Promise<readonly number[]> =>
  numbers((await restore(statement, media)).messages);
const change = (position: number, text: string): Promise<void> => sales.modify(position, Buffer.from(text));
const contents = async (name: string): Promise<Buffer> => Buffer.from(await machine.sqlServer.database(name).read());

describe('backups in a row', () => {
  it('restores full, differential and two logs to the last change', async () => {
    const full = await backup('BACKUP DATABASE Sales TO {device}');
    await change(300_000, 'first');
    const firstLog = await backup('BACKUP LOG Sales TO {device}');
    await change(700_000, 'second');
    const differential = await backup('BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL');
    await change(100, 'third');
    const secondLog = await backup('BACKUP LOG Sales TO {device}');
    const expected = await contents('Sales');

    expect(differential[0]?.bytes.byteLength).toBeLessThan((full[0]?.bytes.byteLength ?? 0) / 4);
    expect(await restored(`RESTORE DATABASE Copy FROM {device} WITH NORECOVERY, ${MOVES}`, full)).toContain(3014);
    expect(machine.sqlServer.database('Copy').state).toBe('RESTORING');
    expect(await restored('RESTORE DATABASE Copy FROM {device} WITH NORECOVERY', differential)).toContain(3014);
    expect(await restored('RESTORE LOG Copy FROM {device} WITH NORECOVERY', secondLog)).toContain(3014);
    expect(numbers((await (await machine.sql().connect()).execute('RESTORE DATABASE Copy WITH RECOVERY')).messages)).toEqual([3014]);
    expect(expected.equals(await contents('Copy'))).toBe(true);

    // The same by the logs alone.
    await restore(`RESTORE DATABASE Copy FROM {device} WITH REPLACE, NORECOVERY`, full);
    await restore('RESTORE LOG Copy FROM {device} WITH NORECOVERY', firstLog);
    expect(await restored('RESTORE LOG Copy FROM {device} WITH RECOVERY', secondLog)).toContain(3014);
    expect(machine.sqlServer.database('Copy').state).toBe('ONLINE');
    expect(expected.equals(await contents('Copy'))).toBe(true);
  });

  it('contains what changed while the data was read', async () => {
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    let changed = false;
    const { messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media,
      answer: (_command, _device, count) => {
        if (count === 5) void change(50, 'during the backup').then(() => (changed = true));
        return undefined;
      },
    });
    expect(numbers(messages)).toContain(3014);
    expect(changed).toBe(true);
    await restore(`RESTORE DATABASE Copy FROM {device} WITH ${MOVES}`, media);
    expect((await contents('Copy')).toString('latin1', 50, 67)).toBe('during the backup');
    // What changed during the full backup is in the next differential one as well.
    const differential = await backup('BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL');
    await restore(`RESTORE DATABASE Copy FROM {device} WITH REPLACE, NORECOVERY`, media);
    expect(await restored('RESTORE DATABASE Copy FROM {device}', differential)).toContain(3014);
    expect((await contents('Sales')).equals(await contents('Copy'))).toBe(true);
  });

  it('refuses logs out of order, and a differential backup of another base', async () => {
    const full = await backup('BACKUP DATABASE Sales TO {device}');
    await change(0, 'a');
    const firstLog = await backup('BACKUP LOG Sales TO {device}');
    await change(0, 'b');
    const secondLog = await backup('BACKUP LOG Sales TO {device}');
    const laterFull = await backup('BACKUP DATABASE Sales TO {device}');
    await change(0, 'c');
    const laterDifferential = await backup('BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL');

    await restore(`RESTORE DATABASE Copy FROM {device} WITH NORECOVERY, ${MOVES}`, full);
    expect(await restored('RESTORE LOG Copy FROM {device}', secondLog)).toEqual([4305, 3013]);
    expect(await restored('RESTORE DATABASE Copy FROM {device}', laterDifferential)).toEqual([3136, 3013]);
    await restore('RESTORE DATABASE Copy FROM {device} WITH REPLACE, NORECOVERY', laterFull);
    expect(await restored('RESTORE LOG Copy FROM {device}', firstLog)).toEqual([4326, 3013]);
    await restore('RESTORE DATABASE Copy FROM {device} WITH RECOVERY', laterDifferential);
    expect(await restored('RESTORE LOG Copy FROM {device}', secondLog)).toEqual([3117, 3013]);
    expect(await restored('RESTORE LOG Missing FROM {device}', secondLog)).toEqual([3118, 3013]);
  });

  it('needs a base for a differential backup and for a log backup', async () => {
    expect(await failed('BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL')).toEqual([3035, 3013]);
    expect(await failed('BACKUP LOG Sales TO {device}')).toEqual([4214, 3013]);
    await backup('BACKUP DATABASE Sales TO {device} WITH COPY_ONLY');
    expect(await failed('BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL')).toEqual([3035, 3013]);
    await backup('BACKUP DATABASE Sales TO {device}');
    sales.recoveryModel = 'SIMPLE';
    expect(await failed('BACKUP LOG Sales TO {device}')).toEqual([4208, 3013]);
    expect(await failed('BACKUP LOG master TO {device}')).toEqual([3024, 3013]);
  });

  it('truncates the log only when the backup of it has succeeded', async () => {
    await backup('BACKUP DATABASE Sales TO {device}');
    await change(0, 'kept until it is safe');
    const records = sales.log.length;
    for (const refused of [12, 19]) {
      const { messages } = await transfer(machine, 'BACKUP LOG Sales TO {device}', {
        media: [{ bytes: new Uint8Array(0) }],
        features: 0x2000,
        answer: ({ commandCode }) => (commandCode === refused ? [112] : undefined),
      });
      expect(numbers(messages)).toEqual([18210, 3013]);
      expect(sales.log.length).toBe(records);
    }
    await backup('BACKUP LOG Sales TO {device} WITH COPY_ONLY');
    expect(sales.log.length).toBe(records);
    await backup('BACKUP LOG Sales TO {device}');
    expect(sales.log.length).toBe(0);
  });

  it('does not move the base of differential backups when a full one fails', async () => {
    await backup('BACKUP DATABASE Sales TO {device}');
    const base = sales.differentialBase;
    await change(500_000, 'changed');
    await transfer(machine, 'BACKUP DATABASE Sales TO {device}', {
      media: [{ bytes: new Uint8Array(0) }],
      answer: ({ commandCode }) => (commandCode === 12 ? [112] : undefined),
    });
    expect(sales.differentialBase).toEqual(base);
    expect([...sales.changedExtents]).toEqual([7]);
    expect(machine.sqlServer.instance().history).toHaveLength(1);
  });

  it('leaves the database restoring after the tail of its log was backed up, and brings it back', async () => {
    const full = await backup('BACKUP DATABASE Sales TO {device}');
    await change(0, 'the tail');
    const expected = await contents('Sales');
    expect(await restored('RESTORE DATABASE Sales FROM {device}', full)).toEqual([3159, 3013]);
    const tail = await backup('BACKUP LOG Sales TO {device} WITH NORECOVERY');
    expect(sales.state).toBe('RESTORING');
    expect(await failed('BACKUP DATABASE Sales TO {device}')).toEqual([927, 3013]);
    expect(await restored('RESTORE DATABASE Sales FROM {device} WITH NORECOVERY', full)).toContain(3014);
    expect(await restored('RESTORE LOG Sales FROM {device}', tail)).toContain(3014);
    expect(expected.equals(await contents('Sales'))).toBe(true);
  });

  it('stops at a time, at a mark and before one', async () => {
    const full = await backup('BACKUP DATABASE Sales TO {device}');
    await clock.advance(60_000);
    await change(0, 'early ');
    await clock.advance(60_000);
    sales.mark('payday');
    await change(0, 'middle');
    await clock.advance(60_000);
    sales.mark('closing');
    await change(0, 'late  ');
    const log = await backup('BACKUP LOG Sales TO {device}');
    const states = [
      ["STOPAT = '2026-01-01T00:01:30'", 'early '],
      ["STOPAT = '20260101 00:02:00.000'", 'middle'],
      ["STOPBEFOREMARK = 'payday'", 'early '],
      ["STOPATMARK = 'closing'", 'middle'],
      ["STOPATMARK = 'never'", 'late  '],
    ] as const;
    for (const [stop, text] of states) {
      await restore(`RESTORE DATABASE Copy FROM {device} WITH REPLACE, NORECOVERY, ${MOVES}`, full);
      expect(await restored(`RESTORE LOG Copy FROM {device} WITH ${stop}`, log)).toContain(3014);
      expect((await contents('Copy')).toString('latin1', 0, 6)).toBe(text);
    }
    expect(await restored("RESTORE DATABASE Copy FROM {device} WITH REPLACE, STOPAT = '2020-01-01'", full)).toEqual([4335, 3013]);
    expect(await restored("RESTORE DATABASE Copy FROM {device} WITH REPLACE, STOPAT = 'noon'", full)).toEqual([241, 3013]);
  });

  it('leaves the database readable between two restores with STANDBY', async () => {
    const full = await backup('BACKUP DATABASE Sales TO {device}');
    await restore(`RESTORE DATABASE Copy FROM {device} WITH STANDBY = 'D:\\undo.bak', ${MOVES}`, full);
    const connection = await machine.sql().connect();
    const { rows } = await connection.execute("SELECT name, state_desc, is_in_standby FROM sys.databases WHERE name = 'copy'");
    expect(rows).toEqual([{ name: 'Copy', state_desc: 'RESTORING', is_in_standby: true }]);
    expect(numbers((await connection.execute('USE Copy')).messages)).toEqual([5701]);
    await connection.close();
  });

  it('keeps the history of what succeeded, with the kind of device', async () => {
    await backup('BACKUP DATABASE Sales TO {device}');
    await backup('BACKUP DATABASE Sales TO {device} WITH DIFFERENTIAL');
    await backup('BACKUP LOG Sales TO {device} WITH COPY_ONLY');
    expect(machine.sqlServer.instance().history).toMatchObject([
      { database: 'Sales', type: 'database', copyOnly: false, devices: ['set'] },
      { database: 'Sales', type: 'differential' },
      { database: 'Sales', type: 'log', copyOnly: true },
    ]);
    expect(machine.eventLog.entries.map(({ source, eventId }) => [source, eventId])).toEqual([
      ['MSSQLSERVER', 18264],
      ['MSSQLSERVER', 18270],
      ['MSSQLSERVER', 18265],
    ]);
  });
});
