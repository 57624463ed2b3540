/** Files whose contents the addon moves on threads of its own: what they hold, how they fail, what hangs, and what ends with its environment. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promises as fs, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import type { OpenFile } from '../../lib/binding/host';
import { NativeChannel, nativeBackend } from '../../lib/binding/native';
import type { Alive } from '../../lib/binding/native';

jest.setTimeout(240_000); // against hanging only: a busy machine starts a Worker in seconds

const { files } = nativeBackend().host;
const client = path.join(__dirname, 'native-files-client.js');
let directory: string;
let before: Alive;

async function alive(): Promise<Alive> {
  const channel = await nativeBackend().openChannel();
  if (!(channel instanceof NativeChannel)) throw new Error('the backend is not native');
  return channel.alive();
}

const pattern = (byteLength: number, seed: number): Uint8Array => Uint8Array.from({ length: byteLength }, (_, index) => (index * 7 + seed) & 0xff);

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'winbackup-'));
  before = await alive();
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  expect(await alive()).toEqual(before);
});

describe('a file', () => {
  it('holds what was written at each position, many pieces at once, and tells where it ends', async () => {
    const name = path.join(directory, 'a');
    const file = await files.open(name, 'create');
    const pieces = [3, 0, 2, 1, 7, 6, 4, 5];
    await Promise.all(pieces.map((piece) => file.write(pattern(65536, piece), piece * 65536)));
    await file.sync();
    const expected = Buffer.concat([...pieces].sort().map((piece) => pattern(65536, piece)));
    expect(readFileSync(name).equals(expected)).toBe(true);
    const read = new Uint8Array(100_000);
    expect(await file.read(read, 500_000)).toBe(524_288 - 500_000);
    expect(Buffer.from(read.subarray(0, 24_288)).equals(expected.subarray(500_000))).toBe(true);
    expect(await file.read(read, 524_288)).toBe(0);
    expect(await file.size()).toBe(524_288);
    await file.truncate(10);
    expect(await file.read(read, 0)).toBe(10);
    // Nothing lies between.
    await file.write(Uint8Array.of(1), 6_000_000_000);
    expect(await file.size()).toBe(6_000_000_001);
    await file.close();
  });

  it('is written and read again at one position as often as one likes', async () => {
    const file = await files.open(path.join(directory, 'a'), 'create');
    const read = new Uint8Array(3);
    for (const seed of [1, 2, 3]) {
      await file.write(pattern(3, seed), 0);
      await file.read(read, 0);
      expect(read).toEqual(pattern(3, seed));
    }
    expect(await file.size()).toBe(3);
    await file.close();
  });

  it('is what a plain array would be after any writes, reads and truncations, several under way at once', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.uint8Array({ minLength: 1, maxLength: 40 }), at: fc.nat(100) }),
      fc.record({ read: fc.integer({ min: 1, max: 60 }), at: fc.nat(150) }),
      fc.record({ truncate: fc.nat(120) }),
    );
    let name = 0;
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const file = await files.open(path.join(directory, String(name++)), 'create');
      let content: Buffer = Buffer.alloc(0);
      const resized = (size: number): Buffer => Buffer.concat([content, Buffer.alloc(Math.max(0, size - content.byteLength))]).subarray(0, size);
      let running: Promise<unknown>[] = [];
      for (const one of steps) {
        if ('write' in one) {
          content = resized(Math.max(content.byteLength, one.at + one.write.byteLength));
          content.set(one.write, one.at);
          running.push(file.write(one.write, one.at));
        } else if ('read' in one) {
          const [expected, read] = [Buffer.from(content.subarray(one.at, one.at + one.read)), Buffer.alloc(one.read)];
          running.push(file.read(read, one.at).then((count) => { expect(read.subarray(0, count)).toEqual(expected); }));
        } else {
          // Node's own, which does not wait its turn.
          await Promise.all(running);
          running = [];
          content = resized(one.truncate);
          await file.truncate(one.truncate);
        }
      }
      await Promise.all(running);
      expect(await file.size()).toBe(content.byteLength);
      await file.close();
    }), { numRuns: 100 });
  });

  it('is read and written into views of all kinds', async () => {
    const file = await files.open(path.join(directory, 'a'), 'create');
    await file.write(Buffer.from('Buffer of the pool'), 0);
    await file.write(new Uint8Array(0), 3);
    const shared = new Uint8Array(new SharedArrayBuffer(16), 4, 6);
    expect(await file.read(shared, 0)).toBe(6);
    expect(Buffer.from(shared).toString()).toBe('Buffer');
    await file.close();
  });

  it('fails as with Node, with what Windows said as the cause', async () => {
    const name = path.join(directory, 'a');
    await expect(files.open(name, 'read')).rejects.toMatchObject({ code: 'ENOENT' });
    await (await files.open(name, 'create')).close();
    await expect(files.open(name, 'create')).rejects.toMatchObject({ code: 'EEXIST' });
    const file = await files.open(name, 'read');
    await expect(file.write(new Uint8Array(4), 0)).rejects.toMatchObject({
      message: 'EPERM: operation not permitted, write', code: 'EPERM', errno: -4048, syscall: 'write', cause: { name: 'WindowsError', operation: 'WriteFile', win32: 5 },
    });
    // What failed once does not spoil what comes after.
    expect(await file.read(new Uint8Array(4), 0)).toBe(0);
    await file.close();
    await expect(file.read(new Uint8Array(4), 0)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('that was cancelled while nothing was under way refuses what is asked for later', async () => {
    const file = await files.open(path.join(directory, 'a'), 'create');
    file.cancel?.();
    await expect(file.write(Uint8Array.of(1), 0)).rejects.toMatchObject({ code: 'ECANCELED' });
    await file.close();
    file.cancel?.();
  });

  it('may be closed while it is used: what was begun is done first', async () => {
    const name = path.join(directory, 'a');
    const file = await files.open(name, 'create');
    const writes = [0, 1, 2, 3].map((piece) => file.write(pattern(1 << 20, piece), piece << 20));
    await file.close();
    await Promise.all(writes);
    expect(readFileSync(name).byteLength).toBe(4 << 20);
  });
});

describe('what is behind a file and does not answer', () => {
  const pipe = `\\\\.\\pipe\\winbackup-silent-${String(process.pid)}`;
  let server: Server;
  beforeAll(async () => {
    // Accepts, and says nothing.
    server = createServer((socket) => socket.on('error', () => undefined));
    server.listen(pipe);
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
  });

  it('holds up neither other files nor libuv\'s pool, and is let go by a cancellation', async () => {
    // More than the pool has threads.
    const silent: OpenFile[] = [];
    for (let count = 0; count < 6; count += 1) silent.push(await files.open(pipe, 'modify'));
    const reads = silent.flatMap((file) => [file.read(new Uint8Array(16), 0), file.read(new Uint8Array(16), 0)]);
    const ends = Promise.allSettled(reads);
    await fs.writeFile(path.join(directory, 'a'), 'by the pool');
    const file = await files.open(path.join(directory, 'b'), 'create');
    await file.write(pattern(100, 1), 0);
    await file.sync();
    await file.close();
    expect((await alive()).threads).toBe(before.threads + 6);
    for (const one of silent) one.cancel?.();
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ECANCELED', syscall: 'read', cause: { code: 'ERROR_OPERATION_ABORTED' } } });
    await expect(silent[0]?.read(new Uint8Array(16), 0)).rejects.toMatchObject({ code: 'ECANCELED' });
    await Promise.all(silent.map((one) => one.close()));
  });

  it('is let go by a cancellation while the file is being closed, too', async () => {
    const silent = await files.open(pipe, 'modify');
    const read = silent.read(new Uint8Array(16), 0);
    const closing = silent.close();
    silent.cancel?.();
    await expect(read).rejects.toMatchObject({ code: 'ECANCELED' });
    await closing;
  });

  const start = async (name: string): Promise<Worker> => {
    const worker = new Worker(client, { workerData: { pipe, path: path.join(directory, name) } });
    await once(worker, 'message');
    return worker;
  };

  it('ends with a Worker that is terminated in the middle of it', async () => {
    for (let round = 0; round < 5; round += 1) await (await start(String(round))).terminate();
  });

  it('ends with a Worker that calls process.exit() in the middle of it', async () => {
    const worker = await start('a');
    const exited = once(worker, 'exit');
    worker.postMessage('exit');
    expect(await exited).toEqual([0]);
  });

  it('ends with a program that calls process.exit() in the middle of it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [client, pipe, path.join(directory, 'a')]);
    expect(JSON.parse(stdout)).toEqual({ objects: 0, threads: 0, handles: 0, areas: 0 });
  });
});
