import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { crc32 } from 'node:zlib';

import * as fc from 'fast-check';

import type { Files, Host } from '../../lib/binding/host';
import { realHost } from '../../lib/binding/real-host';
import { Log } from '../../lib/log';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-log-'));
  file = path.join(directory, 'the.log');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const open = (host: Host = realHost, kind = 'test'): ReturnType<typeof Log.open> => Log.open({ host, path: file, kind });
const text = (records: readonly Uint8Array[]): string[] => records.map((record) => Buffer.from(record).toString());

async function write(...records: string[]): Promise<void> {
  const { log } = await open();
  for (const record of records) await log.append(Buffer.from(record));
  await log.close();
}

async function read(): Promise<string[]> {
  const { log, contents } = await open();
  await log.close();
  return text(contents.records);
}

describe('Log', () => {
  it('gives back what was appended, in order, over several openings', async () => {
    await write('one', '', 'three');
    await write('four');
    expect(await read()).toEqual(['one', '', 'three', 'four']);
  });

  it('shares a sync among the appends that arrive during one, and keeps their order', async () => {
    let syncs = 0;
    const files: Files = {
      ...realHost.files,
      open: async (name, mode) => {
        const inner = await realHost.files.open(name, mode);
        return Object.assign(Object.create(inner) as typeof inner, {
          sync: async () => {
            syncs += 1;
            await inner.sync();
          },
        });
      },
    };
    const { log } = await open({ ...realHost, files });
    const before = syncs;
    await Promise.all(Array.from({ length: 100 }, (_, index) => log.append(Buffer.from(String(index)))));
    await log.close();
    expect(syncs - before).toBeLessThanOrEqual(2);
    expect(await read()).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  });

  it('cuts off a torn tail at whatever byte the file ends, and loses no record that was whole', async () => {
    await write('first', 'second');
    const whole = readFileSync(file);
    const { log } = await open();
    await log.append(Buffer.from('third'));
    await log.close();
    const longer = readFileSync(file);
    for (let length = whole.length; length < longer.length; length += 1) {
      writeFileSync(file, longer.subarray(0, length));
      const { log: reopened, contents } = await open();
      expect(text(contents.records)).toEqual(['first', 'second']);
      expect(contents.discardedBytes).toBe(length - whole.length);
      await reopened.append(Buffer.from('another'));
      await reopened.close();
      expect(await read()).toEqual(['first', 'second', 'another']);
    }
  });

  it('tells damage in what was durable from a torn tail: every changed byte before the last record is found', async () => {
    await write('first', 'second', 'third');
    const whole = readFileSync(file);
    const last = whole.length - 40;
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: last - 1 }), fc.integer({ min: 1, max: 255 }), async (offset, change) => {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(offset) ^ change, offset);
      writeFileSync(file, damaged);
      const opened = await open().then(
        async ({ log, contents }) => {
          await log.close();
          return text(contents.records);
        },
        (error: unknown) => error,
      );
      // Padding is not covered by a checksum and carries nothing.
      if (Array.isArray(opened)) expect(opened).toEqual(['first', 'second', 'third']);
      else expect(opened).toMatchObject({ name: 'LogError', path: file });
      expect(readFileSync(file)).toEqual(damaged);
    }), { numRuns: 150 });
  });

  it('refuses a log of another kind, of another version, and a file that is no log, and changes none of them', async () => {
    await write('one');
    await expect(open(realHost, 'other')).rejects.toMatchObject({ code: 'ERR_LOG_FOREIGN' });
    const newer = readFileSync(file);
    const header = newer.subarray(0, 40);
    header.writeUInt16LE(2, 6);
    header.writeUInt32LE(crc32(header.subarray(16), crc32(header.subarray(0, 12))), 12);
    writeFileSync(file, newer);
    await expect(open()).rejects.toMatchObject({ code: 'ERR_LOG_VERSION' });
    expect(readFileSync(file)).toEqual(newer);
    writeFileSync(file, 'something quite different, longer than a header');
    await expect(open()).rejects.toMatchObject({ code: 'ERR_LOG_FOREIGN' });
    expect(readFileSync(file, 'utf8')).toBe('something quite different, longer than a header');
  });

  it('starts anew where the making of the log was cut short', async () => {
    await write();
    const header = readFileSync(file);
    for (const length of [0, 5, header.length - 1]) {
      writeFileSync(file, header.subarray(0, length));
      expect(await read()).toEqual([]);
    }
  });

  it('compacts in one step, and goes on from there', async () => {
    await write('a', 'b', 'c');
    const { log } = await open();
    const during = log.append(Buffer.from('d'));
    await log.compact([Buffer.from('only')]);
    await during;
    await log.append(Buffer.from('after'));
    await log.close();
    expect(await read()).toEqual(['only', 'after']);
  });

  it('refuses every append after a failed write, because nobody knows what the disk holds', async () => {
    let broken = false;
    const files: Files = {
      ...realHost.files,
      open: async (name, mode) => {
        const inner = await realHost.files.open(name, mode);
        return Object.assign(Object.create(inner) as typeof inner, {
          sync: () => (broken ? Promise.reject(new Error('no space')) : inner.sync()),
        });
      },
    };
    const { log } = await open({ ...realHost, files });
    await log.append(Buffer.from('good'));
    broken = true;
    await expect(log.append(Buffer.from('bad'))).rejects.toMatchObject({ code: 'ERR_LOG_FAILED', cause: { message: 'no space' } });
    broken = false;
    await expect(log.append(Buffer.from('later'))).rejects.toMatchObject({ code: 'ERR_LOG_FAILED' });
    await log.close();
    expect((await read())[0]).toBe('good');
  });

  it('takes nothing after it was closed', async () => {
    const { log } = await open();
    await log.close();
    await log.close();
    await expect(log.append(Buffer.from('x'))).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(log.compact([])).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
