/** The media format: what a restore finds when bytes are missing, changed, or somewhere else. */
import * as fc from 'fast-check';
import { SimulatedWindows } from '../../lib/simulator';
import {
  HEADER_SIZE,
  MediaError,
  RecordType,
  compressPayload,
  decodeHeader,
  decodeLogRecords,
  decodePayload,
  encodeLogRecord,
  encodeRecord,
  logRecordLength,
  sealRecord,
} from '../../lib/simulator/sql-server/media';
import { formatSqlTime, parseSqlTime } from '../../lib/simulator/sql-server/sql-time';
import { numbers, transfer } from './sql-server-client';
import type { Media } from './sql-server-client';

const BLOCK = 512;
const family = { mediaSetId: '00112233-4455-4677-8899-aabbccddeeff', family: 2, familyCount: 3, blockSize: BLOCK };

describe('a record', () => {
  it('comes back as it was written, and has whole blocks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(1e6), fc.maxSafeNat(), (payload, sequence, position) => {
        const record = encodeRecord({ ...family, type: RecordType.Data, sequence, fileId: 1, position }, payload);
        expect(record.byteLength % BLOCK).toBe(0);
        const header = decodeHeader(record);
        expect(header).toMatchObject({
          type: RecordType.Data,
          family: 2,
          familyCount: 3,
          sequence,
          fileId: 1,
          position,
          recordLength: record.byteLength,
          mediaSetId: '0011223344554677',
        });
        expect(Buffer.from(decodePayload(header, record)).equals(payload)).toBe(true);
      }),
    );
  });

  it('is refused when any one bit of it is wrong, padding included', () => {
    const record = encodeRecord({ ...family, type: RecordType.Data, sequence: 7 }, Buffer.from('some bytes of a page'));
    for (let bit = 0; bit < record.byteLength * 8; bit += 1) {
      const damaged = Buffer.from(record);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodePayload(decodeHeader(damaged), damaged)).toThrow(MediaError);
    }
  });

  it("leaves nothing of the buffer's earlier contents behind its payload", () => {
    const buffer = Buffer.alloc(2 * BLOCK, 0xee);
    const length = sealRecord(buffer, { ...family, type: RecordType.Data, sequence: 0 }, 10);
    expect(length).toBe(BLOCK);
    expect(buffer.subarray(HEADER_SIZE + 10, BLOCK).every((byte) => byte === 0)).toBe(true);
  });

  it('expands to what was compressed', () => {
    const payload = Buffer.alloc(1000, 'page ');
    const buffer = Buffer.alloc(4 * BLOCK);
    buffer.set(payload, HEADER_SIZE);
    const stored = compressPayload(buffer, payload.byteLength);
    expect(stored).toBeLessThan(100);
    sealRecord(buffer, { ...family, type: RecordType.Data, sequence: 0, compressed: true, expandedLength: payload.byteLength }, stored);
    expect(Buffer.from(decodePayload(decodeHeader(buffer), buffer)).equals(payload)).toBe(true);
  });

  it('holds log records in their order', () => {
    const records = fc.array(
      fc.record({
        lsn: fc.bigInt(0n, 2n ** 63n),
        time: fc.nat(),
        position: fc.nat(),
        bytes: fc.uint8Array({ maxLength: 50 }),
        mark: fc.string({ maxLength: 20, unit: 'grapheme' }),
      }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(records, (list) => {
        const buffer = Buffer.alloc(list.reduce((sum, record) => sum + logRecordLength(record), 0));
        let end = 0;
        for (const record of list) end = encodeLogRecord(buffer, end, record);
        expect([...decodeLogRecords(buffer)]).toEqual(list);
      }),
    );
  });
});

describe('SQL times', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), (ms) => {
        expect(formatSqlTime(ms)).toBe(new Date(ms).toISOString().slice(0, -1));
        expect(parseSqlTime(formatSqlTime(ms))).toBe(ms);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['', 'yesterday', '2026-13-01', '2026-01-01T25:00'])('refuses %j', (text) => {
    expect(parseSqlTime(text)).toBeUndefined();
  });
});

describe('a backup on media', () => {
  let machine: SimulatedWindows;

  beforeEach(() => {
    machine = new SimulatedWindows({ databases: [{ name: 'Sales', generatedBytes: 100_000 }] });
  });

  async function backup(count: number): Promise<Media[]> {
    const media = Array.from({ length: count }, (): Media => ({ bytes: new Uint8Array(0) }));
    const { messages } = await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH COPY_ONLY', { media });
    expect(numbers(messages)).toContain(3014);
    return media;
  }
  const verify = async (media: readonly Media[]): Promise<readonly number[]> =>
    numbers((await transfer(machine, 'RESTORE VERIFYONLY FROM {device}', { media })).messages);
  const restore = async (media: readonly Media[]): Promise<readonly number[]> =>
    numbers((await transfer(machine, 'RESTORE DATABASE Sales FROM {device} WITH REPLACE', { media })).messages);

  it('verifies', async () => {
    expect(await verify(await backup(1))).toEqual([3262]);
    expect(await verify(await backup(3))).toEqual([3262]);
  });

  it('fails at every place where it can be cut', async () => {
    const [whole] = await backup(1);
    const bytes = whole?.bytes ?? new Uint8Array(0);
    for (let length = 0; length < bytes.byteLength; length += BLOCK) {
      expect(await verify([{ bytes: bytes.subarray(0, length) }])).toEqual([18210, 3203, 3013]);
    }
  });

  it('fails when either of two stripes is cut', async () => {
    const [first, second] = (await backup(2)).map(({ bytes }) => bytes);
    for (const [left, right] of [
      [first?.subarray(0, -BLOCK), second],
      [first, second?.subarray(0, -BLOCK)],
    ]) {
      expect(await restore([{ bytes: left ?? new Uint8Array(0) }, { bytes: right ?? new Uint8Array(0) }])).toEqual([18210, 3203, 3013]);
    }
  });

  it('fails for a wrong bit in any block, and names the page where it is one', async () => {
    const [whole] = await backup(1);
    const bytes = whole?.bytes ?? new Uint8Array(0);
    const found = new Set<number>();
    for (let block = 0; block < bytes.byteLength; block += BLOCK) {
      const damaged = Buffer.from(bytes);
      damaged[block + 100] = (damaged[block + 100] ?? 0) ^ 4;
      const messages = await verify([{ bytes: damaged }]);
      expect(messages.at(-1)).toBe(3013);
      expect([3183, 3189, 3241]).toContain(messages[0]);
      found.add(messages[0] ?? 0);
    }
    expect(found).toContain(3183);
    const damaged = Buffer.from(bytes);
    damaged[damaged.byteLength >> 1] = (damaged[damaged.byteLength >> 1] ?? 0) ^ 1;
    expect(await verify([{ bytes: damaged }])).toEqual([3183, 3189, 3013]);
    expect(await restore([{ bytes: damaged }])).toEqual([3183, 3013]);
  });

  it('fails when two blocks, or two records, have changed places', async () => {
    const [whole] = await backup(1);
    const bytes = whole?.bytes ?? new Uint8Array(0);
    const records: Buffer[] = [];
    for (let at = 0; at < bytes.byteLength;) {
      const { recordLength } = decodeHeader(bytes.subarray(at));
      records.push(Buffer.from(bytes.subarray(at, at + recordLength)));
      at += recordLength;
    }
    expect(records.length).toBeGreaterThanOrEqual(4);
    for (let index = 0; index + 1 < records.length; index += 1) {
      const swapped = [...records];
      swapped.splice(index, 2, records[index + 1] ?? Buffer.alloc(0), records[index] ?? Buffer.alloc(0));
      expect((await verify([{ bytes: Buffer.concat(swapped) }])).slice(-2)).toEqual([3241, 3013]);
      const doubled = [...records];
      doubled.splice(index, 0, records[index] ?? Buffer.alloc(0));
      expect((await verify([{ bytes: Buffer.concat(doubled) }])).slice(-2)).toEqual([3241, 3013]);
      const missing = [...records];
      missing.splice(index, 1);
      expect((await verify([{ bytes: Buffer.concat(missing) }])).slice(-2)).toEqual([3241, 3013]);
    }
  });

  it('knows its stripes whatever device each comes from, as SQL Server does', async () => {
    const before = Buffer.from(await machine.sqlServer.database('Sales').read());
    const [first, second, third] = await backup(3);
    await machine.sqlServer.database('Sales').modify(8192, Buffer.from('changed since'));
    expect(await restore([third, first, second] as Media[])).toContain(3014);
    expect(before.equals(await machine.sqlServer.database('Sales').read())).toBe(true);
  });

  it('finds stripes that are missing, doubled, from another backup, or too many', async () => {
    const [first, second] = (await backup(2)) as [Media, Media];
    const [, other] = (await backup(2)) as [Media, Media];
    expect(await verify([first])).toEqual([3132, 3013]);
    expect(await verify([first, first])).toEqual([3227, 3013]);
    expect(await verify([first, other])).toEqual([3258, 3013]);
    expect(await verify([first, second, { bytes: second.bytes }])).toEqual([3231, 3013]);
    // A stripe whose middle comes from another stripe, or from another backup.
    for (const foreign of [second, other]) {
      const mixed = Buffer.from(first.bytes);
      mixed.set(foreign.bytes.subarray(4 * BLOCK, mixed.byteLength), 4 * BLOCK);
      expect((await verify([{ bytes: mixed }, second])).at(-1)).toBe(3013);
    }
  });

  it('is refused where it is none, or has another block size', async () => {
    expect(await verify([{ bytes: Buffer.alloc(10_000, 'TAPE') }])).toEqual([3241, 3013]);
    expect(await verify([{ bytes: new Uint8Array(0) }])).toEqual([18210, 3203, 3013]);
    const media: Media[] = [{ bytes: new Uint8Array(0) }];
    await transfer(machine, 'BACKUP DATABASE Sales TO {device} WITH BLOCKSIZE = 4096, COPY_ONLY', { media });
    expect(await verify(media)).toEqual([3284, 3013]);
    expect(numbers((await transfer(machine, 'RESTORE VERIFYONLY FROM {device} WITH BLOCKSIZE = 4096', { media })).messages)).toEqual([
      3262,
    ]);
  });
});
