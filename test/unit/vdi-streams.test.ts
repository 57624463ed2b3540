// Streams, compression and sinks as outputs and inputs: whose chunks are whose, who waits for whom, and what an end on either side does.
import { PassThrough, Readable, Writable } from 'node:stream';
import { ReadableStream, WritableStream } from 'node:stream/web';
import * as zlib from 'node:zlib';
import { VDCommands, VDFeatures } from '../../lib/binding';
import { settled } from '../../lib/simulator/scheduler';
import { backupDatabase, restoreDatabase } from '../../lib/vdi';
import type { BackupError, ByteSink, RestoreStream } from '../../lib/vdi';
import { expectNothingAlive, fileBytes, flowRig, putFile, rejection } from './flow-rig';
import { pattern } from './played-sql-server';
import type { Script } from './played-sql-server';

const { Write, Read, Flush, Complete } = VDCommands;

const blocks = Array.from({ length: 4 }, (_, index) => pattern(4096, index + 1));
const whole = Buffer.concat(blocks);

const backupScript: Script = async (statement) => {
  statement.attach();
  const sent = await Promise.all(blocks.map((data) => statement.send(0, Write, { data })));
  const ok = sent.every(({ code }) => code === 0) && (await statement.send(0, Flush)).code === 0 && (await statement.send(0, Complete)).code === 0;
  statement.closeDevices();
  if (ok) statement.succeed();
  else statement.terminate();
};

function restoreScript(got: Uint8Array[], size = 3000): Script {
  return async (statement) => {
    statement.attach({ features: VDFeatures.ReadMedia });
    let ended = false;
    while (!ended) {
      // Several at once: they are answered in the order of the stream.
      const read = await Promise.all([0, 1, 2].map(() => statement.send(0, Read, { size }).catch(() => ({ code: 1117, bytes: 0, data: new Uint8Array(0) }))));
      for (const { data } of read) got.push(data);
      ended = read.some(({ code }) => code !== 0);
    }
    statement.closeDevices();
    statement.succeed();
  };
}

describe('a backup to a stream', () => {
  it('gives chunks that the consumer may keep, in the order of the stream', async () => {
    const rig = flowRig(backupScript);
    const kept: Uint8Array[] = [];
    const to = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        kept.push(chunk);
        done();
      },
    });
    const result = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to, sha256: true });
    expect(Buffer.concat(kept)).toEqual(whole);
    expect(result.files).toEqual([{ path: undefined, bytes: whole.byteLength, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }]);
    expect(to.writableFinished).toBe(true);
    await expectNothingAlive(rig);
  });

  it('does the same with a web stream and with a sink of the caller\'s', async () => {
    const web: Uint8Array[] = [];
    const rig = flowRig(backupScript);
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: new WritableStream<Uint8Array>({ write: (chunk) => void web.push(chunk) }) });
    expect(Buffer.concat(web)).toEqual(whole);

    const events: string[] = [];
    const own: Uint8Array[] = [];
    const sink: ByteSink = { write: (chunk) => void own.push(chunk), sync: () => void events.push('sync'), close: () => void events.push('close'), abort: () => void events.push('abort') };
    const other = flowRig(backupScript);
    await backupDatabase({ sql: other.sql, backend: other.machine, database: 'Sales', to: sink });
    expect(Buffer.concat(own)).toEqual(whole);
    expect(events).toEqual(['sync', 'close']);
  });

  it('waits for a slow consumer: no chunk is handed over before the one before it was taken', async () => {
    const rig = flowRig(backupScript);
    let taken = 0;
    const waiting: (() => void)[] = [];
    const sink: ByteSink = { write: () => new Promise<void>((resolve) => waiting.push(resolve)), close: () => undefined };
    const backup = backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: sink });
    while (taken < blocks.length) {
      await settled();
      expect(waiting.length).toBe(1);
      waiting.pop()?.();
      taken += 1;
    }
    expect(await backup).toMatchObject({ bytes: whole.byteLength });
  });

  it('ends the stream before it answers VDC_Complete: a consumer that fails at the end fails the backup', async () => {
    const codes: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(512) });
      codes.push((await statement.send(0, Complete)).code);
      statement.closeDevices();
      statement.terminate();
    });
    const to = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => done(Object.assign(new Error('the upload was refused'), { code: 'ECONNRESET' })),
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to }));
    expect(codes).toEqual([29]);
    expect(error).toMatchObject({ code: 'ECONNRESET', completionCode: 29, cause: { message: 'the upload was refused' } });
    await expectNothingAlive(rig);
  });

  it.each([
    ['fails a write', (to: Writable) => to.destroy(new Error('no more'))],
    ['is destroyed without a reason', (to: Writable) => to.destroy()],
  ])('tells SQL Server when the stream %s', async (_what, end) => {
    const codes: number[] = [];
    const to = new Writable({ highWaterMark: 1, write: () => undefined });
    const rig = flowRig(async (statement) => {
      statement.attach();
      const sent = statement.send(0, Write, { data: pattern(512) });
      await settled();
      end(to);
      codes.push((await sent).code);
      statement.closeDevices();
      statement.terminate();
    });
    const error = await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to }));
    expect(codes).toEqual([29]);
    expect((error as BackupError).completionCode).toBe(29);
    await expectNothingAlive(rig);
  });

  it('leaves standard output open', async () => {
    const rig = flowRig(backupScript);
    const written = jest.spyOn(process.stdout, 'write').mockImplementation((_chunk: unknown, done?: unknown) => {
      if (typeof done === 'function') Reflect.apply(done, undefined, []);
      return true;
    });
    const end = jest.spyOn(process.stdout, 'end');
    try {
      await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: process.stdout });
      expect(written).toHaveBeenCalledTimes(blocks.length);
      expect(end).not.toHaveBeenCalled();
      expect(process.stdout.destroyed).toBe(false);
    } finally {
      written.mockRestore();
      end.mockRestore();
    }
  });

  it('destroys a stream whose consumer never answers, when the backup is cancelled', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      statement.attach();
      const sent = statement.send(0, Write, { data: pattern(512) });
      await settled();
      cancel.abort();
      await sent;
    });
    const to = new Writable({ write: () => undefined });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to, signal: cancel.signal }))).toMatchObject({ code: 'ABORT_ERR' });
    expect(to.destroyed).toBe(true);
    await expectNothingAlive(rig);
  });
});

describe('a consumer that misbehaves', () => {
  /** Writes until it is told of a failure. */
  const failing: Script = async (statement) => {
    statement.attach();
    const { code } = await statement.send(0, Write, { data: pattern(512) });
    statement.closeDevices();
    if (code === 0) statement.succeed();
    else statement.terminate();
  };
  const full = Object.assign(new Error('no room'), { code: 'ENOSPC' });

  it.each<[string, ByteSink['abort']]>([
    ['throws', () => { throw new Error('abort fails'); }],
    ['rejects', () => Promise.reject(new Error('abort fails'))],
    ['never answers', () => new Promise<void>(() => undefined)],
  ])('in its abort, which %s, keeps nothing open', async (_what, abort) => {
    const rig = flowRig(failing);
    const sink = { write: () => Promise.reject(full), close: () => undefined, ...(abort && { abort }) };
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: sink }))).toMatchObject({ code: 'ENOSPC', completionCode: 112, unfinished: [] });
    await expectNothingAlive(rig);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it.each<[string, Partial<ByteSink>]>([
    ['write throws', { write: () => { throw full; } }],
    ['sync rejects', { sync: () => Promise.reject(full) }],
    ['close throws', { close: () => { throw full; } }],
  ])('whose %s fails the backup with its own error', async (_what, wrong) => {
    const codes: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      for (const command of [Write, Flush, Complete]) {
        if (codes.some((code) => code !== 0)) break;
        codes.push((await statement.send(0, command, command === Write ? { data: pattern(512) } : {})).code);
      }
      statement.closeDevices();
      statement.terminate();
    });
    const sink: ByteSink = { write: () => undefined, close: () => undefined, ...wrong };
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: sink }))).toMatchObject({ code: 'ENOSPC', completionCode: 112, cause: full });
    expect(codes.at(-1)).toBe(112);
    await expectNothingAlive(rig);
  });

  it('and answers a write twice fails the backup', async () => {
    const rig = flowRig(backupScript);
    const to = new Writable({
      write: (_chunk, _encoding, done) => {
        done();
        done();
      },
    });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to }))).toMatchObject({ code: 'ERR_MULTIPLE_CALLBACK', completionCode: 29 });
    await expectNothingAlive(rig);
  });

  it.each(['write', 'close'] as const)('whose %s never ends is let go when the backup is cancelled', async (hanging) => {
    const cancel = new AbortController();
    let aborted: unknown;
    const sink: ByteSink = {
      write: () => (hanging === 'write' ? new Promise<void>(() => undefined) : undefined),
      close: () => new Promise<void>(() => undefined),
      abort: (error) => void (aborted = error),
    };
    const rig = flowRig(async (statement) => {
      statement.attach();
      const sent = statement.send(0, hanging === 'write' ? Write : Complete, hanging === 'write' ? { data: pattern(512) } : {});
      await settled();
      cancel.abort(new Error('enough'));
      await sent;
      statement.terminate();
    });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: sink, signal: cancel.signal }))).toMatchObject({ code: 'ABORT_ERR', unfinished: [] });
    expect(aborted).toBeInstanceOf(Error);
    expect(rig.clock.monotonic()).toBe(0);
    await expectNothingAlive(rig);
  });

  it('leaves a web stream free when the backup never began', async () => {
    const rig = flowRig(backupScript);
    const web = new WritableStream<Uint8Array>();
    await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: [web, '/nowhere/a.bak'] }));
    expect(web.locked).toBe(false);
  });

  it('as the source of a restore, which throws when it is let go, keeps nothing open', async () => {
    const cancel = new AbortController();
    const from: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          throw new Error('return fails');
        },
      }),
    };
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      const sent = statement.send(0, Read, { size: 512 });
      await settled();
      cancel.abort();
      await sent;
      statement.terminate();
    });
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from, signal: cancel.signal }))).toMatchObject({ code: 'ABORT_ERR', unfinished: [] });
    await expectNothingAlive(rig);
  });
});

describe('compression', () => {
  it('writes a gzip file that gives the same bytes back, to any gunzip and to a restore', async () => {
    const rig = flowRig(backupScript);
    const { bytes } = await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.bak.gz', compress: 'gzip' });
    expect(bytes).toBe(whole.byteLength);
    expect(zlib.gunzipSync(await fileBytes(rig.disk, '/a.bak.gz'))).toEqual(whole);
    expect(rig.disk.unsynced).toEqual([]);

    const got: Uint8Array[] = [];
    const restore = flowRig(restoreScript(got));
    await putFile(restore.disk, '/a.bak.gz', await fileBytes(rig.disk, '/a.bak.gz'));
    await restoreDatabase({ sql: restore.sql, backend: restore.machine, database: 'Sales', from: '/a.bak.gz' });
    expect(Buffer.concat(got)).toEqual(whole);
    await expectNothingAlive(restore);
  });

  it('offers zstd where Node has it, and says what is needed where not', async () => {
    const rig = flowRig(backupScript);
    const backup = backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.zst', compress: 'zstd' });
    if (!('createZstdCompress' in zlib)) {
      expect(await rejection(backup)).toMatchObject({ field: 'compress', message: expect.stringContaining('Node 22.15') as string });
      expect(await rig.disk.list('/')).toEqual([]);
      return;
    }
    await backup;
    const got: Uint8Array[] = [];
    const restore = flowRig(restoreScript(got));
    await putFile(restore.disk, '/a.zst', await fileBytes(rig.disk, '/a.zst'));
    await restoreDatabase({ sql: restore.sql, backend: restore.machine, database: 'Sales', from: '/a.zst' });
    expect(Buffer.concat(got)).toEqual(whole);
  });

  it('has everything so far on the disk when Flush is answered, decompressible', async () => {
    const atFlush: Buffer[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach();
      await statement.send(0, Write, { data: pattern(4096, 1) });
      await statement.send(0, Flush);
      expect(rig.disk.unsynced.filter(({ kind }) => kind === 'data')).toEqual([]);
      const [partial = ''] = await rig.disk.list('/');
      atFlush.push(await fileBytes(rig.disk, `/${partial}`));
      await statement.send(0, Complete);
      statement.closeDevices();
      statement.succeed();
    });
    await backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.gz', compress: 'gzip' });
    const gunzip = new PassThrough();
    gunzip.end();
    expect(zlib.gunzipSync(atFlush[0] ?? Buffer.alloc(0), { finishFlush: 2 })).toEqual(Buffer.from(pattern(4096, 1)));
  });

  it('removes a compressed file when the disk is full', async () => {
    const rig = flowRig(backupScript);
    rig.disk.fail({ operation: 'write', code: 'ENOSPC' });
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a.gz', compress: 'gzip' }))).toMatchObject({ code: 'ENOSPC', completionCode: 112 });
    expect(await rig.disk.list('/')).toEqual([]);
    await expectNothingAlive(rig);
  });

  it('reports a truncated gzip file as a read failure, not as the end', async () => {
    const got: Uint8Array[] = [];
    const codes: number[] = [];
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      for (let code = 0; code === 0; ) {
        const read = await statement.send(0, Read, { size: 4096 });
        got.push(read.data);
        codes.push(({ code } = read).code);
      }
      statement.closeDevices();
      statement.terminate();
    });
    const packed = zlib.gzipSync(whole);
    await putFile(rig.disk, '/a.gz', packed.subarray(0, packed.byteLength - 100));
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: '/a.gz' }))).toMatchObject({ code: 'Z_BUF_ERROR', completionCode: 30 });
    expect(codes.at(-1)).toBe(30);
  });

  it('refuses a compression that this Node does not have, or that nobody knows', async () => {
    const rig = flowRig(backupScript);
    const compress: unknown = 'lzma';
    expect(await rejection(backupDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', to: '/a', compress: compress as 'gzip' }))).toMatchObject({ field: 'compress' });
    expect(rig.machine.calls).toEqual([]);
  });
});

describe('a restore from a stream', () => {
  const inputs: readonly (readonly [string, () => RestoreStream])[] = [
    ['a Readable in odd pieces', () => Readable.from([whole.subarray(0, 1), whole.subarray(1, 5000), whole.subarray(5000)])],
    ['a web stream', () => new ReadableStream<Uint8Array>({ start: (controller) => { controller.enqueue(new Uint8Array(whole)); controller.close(); } })],
    ['a generator', async function* () { yield new Uint8Array(whole); }],
  ];

  it.each(inputs)('%s gives all of its bytes, in order', async (_what, open) => {
    const got: Uint8Array[] = [];
    const rig = flowRig(restoreScript(got));
    await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: open() });
    expect(Buffer.concat(got)).toEqual(whole);
    await expectNothingAlive(rig);
  });

  it('can be compressed', async () => {
    const got: Uint8Array[] = [];
    const rig = flowRig(restoreScript(got));
    await restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: Readable.from([zlib.gzipSync(whole)]), decompress: 'gzip' });
    expect(Buffer.concat(got)).toEqual(whole);
  });

  it('fails with the stream\'s own error', async () => {
    const rig = flowRig(restoreScript([]));
    const from = Readable.from((async function* () {
      yield whole.subarray(0, 100);
      throw Object.assign(new Error('the download broke off'), { code: 'ECONNRESET' });
    })());
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from }))).toMatchObject({ code: 'ECONNRESET', completionCode: 30 });
    await expectNothingAlive(rig);
  });

  it.each<[string, () => RestoreStream]>([
    ['a Readable', () => Readable.from([whole])],
    ['a web stream', () => ReadableStream.from([whole]) as RestoreStream],
    ['a generator', () => (async function* generate() { yield await Promise.resolve(whole); })()],
  ])('leaves %s as it was when another argument is wrong', async (_what, make) => {
    const rig = flowRig(restoreScript([]));
    for (const options of [{}, { decompress: 'gzip' as const }]) {
      const from = make();
      const error = await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from: [from, '/gone.bak'], ...options }));
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field: 'from[1]' });
      for (let turn = 0; turn < 3; turn += 1) await settled();
      const read: Uint8Array[] = [];
      for await (const chunk of from) read.push(chunk);
      expect(Buffer.concat(read).equals(whole)).toBe(true);
    }
  });

  it('destroys a compressed input that was cancelled before a byte of it was wanted', async () => {
    const cancel = new AbortController();
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      cancel.abort();
      await settled();
      statement.terminate();
    });
    const from = new PassThrough();
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from, decompress: 'gzip', signal: cancel.signal }))).toMatchObject({ code: 'ABORT_ERR' });
    await settled();
    expect(from.destroyed).toBe(true);
    await expectNothingAlive(rig);
  });

  it('refuses text', async () => {
    const rig = flowRig(restoreScript([]));
    const from = Readable.from(['text']);
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from }))).toMatchObject({ completionCode: 30, cause: { name: 'TypeError' } });
  });

  it('does not touch a buffer after it was cancelled, although the stream delivers later', async () => {
    const cancel = new AbortController();
    const from = new PassThrough();
    const rig = flowRig(async (statement) => {
      statement.attach({ features: VDFeatures.ReadMedia });
      const sent = statement.send(0, Read, { size: 512 });
      await settled();
      cancel.abort();
      from.write(pattern(512, 9));
      expect((await sent).code).toBe(995);
    });
    expect(await rejection(restoreDatabase({ sql: rig.sql, backend: rig.machine, database: 'Sales', from, signal: cancel.signal }))).toMatchObject({ code: 'ABORT_ERR' });
    expect(from.destroyed).toBe(true);
    await expectNothingAlive(rig);
  });
});
