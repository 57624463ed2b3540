/** The simulated disk and Host: what a power cut may and may not take away. */
import fc from 'fast-check';
import { delay } from '../../lib/binding/host';
import type { OpenFile } from '../../lib/binding/host';
import { SimulatedClock } from '../../lib/simulator/clock';
import { SECTOR_BYTES, SimulatedDisk } from '../../lib/simulator/disk';
import type { Keep } from '../../lib/simulator/disk';
import { SimulatedHost } from '../../lib/simulator/host';
import { SimulatedWindows } from '../../lib/simulator/machine';
import { SeededRandom } from '../../lib/simulator/random';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const everything: Keep = () => true;
const nothing: Keep = () => false;

async function contents(disk: SimulatedDisk, file: string): Promise<string | undefined> {
  if ((await disk.stat(file)) === undefined) return undefined;
  const open = await disk.open(file, 'read');
  const bytes = new Uint8Array(await open.size());
  await open.read(bytes, 0);
  await open.close();
  return new TextDecoder().decode(bytes);
}

async function durableFile(disk: SimulatedDisk, file: string, value: string): Promise<OpenFile> {
  const open = await disk.open(file, 'create');
  await open.write(text(value), 0);
  await open.sync();
  await disk.syncDirectory(disk.directoryOf(file));
  return open;
}

describe('SimulatedDisk', () => {
  it('hangs where it is told to, until it is cancelled or for ever, and a file that hangs does not close', async () => {
    const disk = new SimulatedDisk();
    const file = await disk.open('/a', 'create');
    disk.fail({ operation: 'write', occurrence: 1, hang: 'until cancelled' });
    disk.fail({ operation: 'sync', occurrence: 1, hang: 'forever' });
    const ends: string[] = [];
    const write = file.write(text('x'), 0).catch((error: unknown) => ends.push(`write ${String(Reflect.get(error as Error, 'code'))}`));
    void file.sync().then(() => ends.push('sync'));
    await file.write(text('y'), 0);
    file.cancel?.();
    await write;
    await expect(file.read(text('z'), 0)).rejects.toMatchObject({ code: 'ECANCELED' });
    void file.close().then(() => ends.push('close'));
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(ends).toEqual(['write ECANCELED']);
    const idle = await disk.open('/b', 'create');
    idle.cancel?.();
    await expect(idle.write(text('z'), 0)).rejects.toMatchObject({ code: 'ECANCELED' });
    expect(() => { disk.fail({ operation: 'rename', hang: 'forever' }); }).toThrow(TypeError);
    expect(await contents(disk, '/a')).toBe('y');
  });

  it('reads what was written, at any position', async () => {
    const disk = new SimulatedDisk();
    const file = await disk.open('/a', 'create');
    await file.write(text('world'), 6);
    await file.write(text('hello'), 0);
    expect(await contents(disk, '/a')).toBe('hello\0world');
    await file.truncate(3);
    await file.truncate(5);
    expect(await contents(disk, '/a')).toBe('hel\0\0');
    expect(await disk.stat('/a')).toMatchObject({ size: 5, isFile: true });
  });

  it('copies a file with its time, lists what a directory holds, and removes directories', async () => {
    const clock = new SimulatedClock();
    const disk = new SimulatedDisk({ clock });
    await disk.makeDirectory('/dir');
    await (await disk.open('/a', 'create')).write(text('data'), 0);
    const written = clock.now();
    await clock.advance(1000);
    await disk.copy('/a', '/dir/b');
    expect(await contents(disk, '/dir/b')).toBe('data');
    expect((await disk.stat('/dir/b'))?.modified).toBe(written);
    expect(await disk.entries('/')).toEqual([{ name: 'a', kind: 'file' }, { name: 'dir', kind: 'directory' }]);
    await disk.remove('/dir/b');
    await disk.removeDirectory('/dir');
    expect(await disk.list('/')).toEqual(['a']);
  });

  it.each<[string, (disk: SimulatedDisk) => Promise<unknown>, string]>([
    ['opening what is not there', (disk) => disk.open('/none', 'read'), 'ENOENT'],
    ['creating what is there', (disk) => disk.open('/file', 'create'), 'EEXIST'],
    ['opening a directory', (disk) => disk.open('/', 'read'), 'EISDIR'],
    ['a file as a directory', (disk) => disk.open('/file/x', 'create'), 'ENOTDIR'],
    ['a directory that is not there', (disk) => disk.open('/none/x', 'create'), 'ENOENT'],
    ['renaming what is not there', (disk) => disk.rename('/none', '/x'), 'ENOENT'],
    ['renaming over a directory', (disk) => disk.rename('/file', '/dir'), 'EISDIR'],
    ['renaming a directory into itself', (disk) => disk.rename('/dir', '/dir/x'), 'EINVAL'],
    ['removing what is not there', (disk) => disk.remove('/none'), 'ENOENT'],
    ['removing a directory', (disk) => disk.remove('/dir'), 'EISDIR'],
    ['listing a file', (disk) => disk.list('/file'), 'ENOTDIR'],
    ['removing a directory that is not empty', async (disk) => { await disk.open('/dir/x', 'create'); await disk.removeDirectory('/dir'); }, 'ENOTEMPTY'],
    ['removing a file as a directory', (disk) => disk.removeDirectory('/file'), 'ENOTDIR'],
    ['copying over what is there', async (disk) => { await disk.open('/other', 'create'); await disk.copy('/file', '/other'); }, 'EEXIST'],
    ['writing a file that is open for reading', async (disk) => (await disk.open('/file', 'read')).write(text('x'), 0), 'EBADF'],
  ])('refuses %s', async (_what, run, code) => {
    const disk = new SimulatedDisk();
    await disk.makeDirectory('/dir');
    await disk.open('/file', 'create');
    await expect(run(disk)).rejects.toMatchObject({ code });
  });

  it('keeps, whatever else is lost, a synced file with a synced name', async () => {
    const disk = new SimulatedDisk();
    await durableFile(disk, '/a', 'safe');
    expect(await contents(disk.afterPowerCut(nothing), '/a')).toBe('safe');
  });

  it('may lose a name that was not synced, and data that was not synced', async () => {
    const disk = new SimulatedDisk();
    const a = await disk.open('/a', 'create');
    await a.write(text('data'), 0);
    await a.sync();
    expect(await disk.afterPowerCut(nothing).list('/')).toEqual([]);
    expect(await contents(disk.afterPowerCut(everything), '/a')).toBe('data');
  });

  it('tears a write at sector boundaries, and nowhere else', async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, '/a', 'o'.repeat(3 * SECTOR_BYTES));
    await file.write(text('n'.repeat(2 * SECTOR_BYTES)), SECTOR_BYTES / 2);
    expect(disk.unsynced.map(({ position, byteLength }) => [position, byteLength])).toEqual([
      [SECTOR_BYTES / 2, SECTOR_BYTES / 2], [SECTOR_BYTES, SECTOR_BYTES], [2 * SECTOR_BYTES, SECTOR_BYTES / 2],
    ]);
    const torn = await contents(disk.afterPowerCut((_piece, index) => index === 1), '/a');
    expect(torn).toBe('o'.repeat(SECTOR_BYTES) + 'n'.repeat(SECTOR_BYTES) + 'o'.repeat(SECTOR_BYTES));
  });

  it('shows every outcome of replacing a file without syncing it first, the empty and the torn file among them', async () => {
    const disk = new SimulatedDisk();
    await durableFile(disk, '/a', 'old');
    const temporary = await disk.open('/a.new', 'create');
    await temporary.write(text('new'), 0);
    await disk.rename('/a.new', '/a');
    const outcomes = new Set<string>();
    for (let choice = 0; choice < 2 ** disk.unsynced.length; choice += 1) {
      const after = disk.afterPowerCut((_piece, index) => (choice & (1 << index)) !== 0);
      outcomes.add(`${String(await contents(after, '/a'))} ${String(await contents(after, '/a.new'))}`);
    }
    expect([...outcomes].sort()).toEqual([' undefined', 'new undefined', 'old ', 'old new', 'old undefined']);
  });

  it('replaces a file in one step when it was synced first', async () => {
    const disk = new SimulatedDisk();
    await durableFile(disk, '/a', 'old');
    await durableFile(disk, '/a.new', 'new');
    await disk.rename('/a.new', '/a');
    expect(await contents(disk.afterPowerCut(nothing), '/a')).toBe('old');
    expect(await contents(disk.afterPowerCut(everything), '/a')).toBe('new');
    await disk.syncDirectory('/');
    expect(await contents(disk.afterPowerCut(nothing), '/a')).toBe('new');
    expect(await disk.afterPowerCut(nothing).list('/')).toEqual(['a']);
  });

  it('makes a rename between directories durable in both when one is synced', async () => {
    const disk = new SimulatedDisk();
    await disk.makeDirectory('/x');
    await disk.makeDirectory('/y');
    await disk.syncDirectory('/');
    await durableFile(disk, '/x/a', 'data');
    await disk.rename('/x/a', '/y/b');
    await disk.syncDirectory('/y');
    const after = disk.afterPowerCut(nothing);
    expect([await after.list('/x'), await after.list('/y')]).toEqual([[], ['b']]);
  });

  it('says what a failed sync leaves in doubt, also after a later one that succeeds', async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, '/a', 'old');
    disk.fail({ operation: 'sync', path: '/a', occurrence: 1 });
    await file.write(text('new'), 0);
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' });
    await file.sync();
    expect(await contents(disk.afterPowerCut(nothing), '/a')).toBe('old');
    expect(await contents(disk.afterPowerCut(everything), '/a')).toBe('new');
  });

  it('is full at its capacity, having written what fitted, and has room again after a removal', async () => {
    const disk = new SimulatedDisk({ capacity: 1000 });
    const a = await disk.open('/a', 'create');
    await a.write(new Uint8Array(900), 0);
    const b = await disk.open('/b', 'create');
    await expect(b.write(new Uint8Array(200), 0)).rejects.toMatchObject({ code: 'ENOSPC', path: '/b' });
    expect(await b.size()).toBe(100);
    await a.write(new Uint8Array(900), 0);
    await disk.remove('/a');
    await b.write(new Uint8Array(900), 100);
    expect(await b.size()).toBe(1000);
  });

  it('is dead after a power cut for whoever still holds it', async () => {
    const disk = new SimulatedDisk();
    const file = await durableFile(disk, '/a', 'data');
    disk.powerCut();
    const after = disk.afterPowerCut();
    await expect(file.write(text('late'), 0)).rejects.toMatchObject({ code: 'EIO' });
    await expect(disk.remove('/a')).rejects.toMatchObject({ code: 'EIO' });
    expect(await contents(after, '/a')).toBe('data');
  });

  it('chooses the same outcome for the same seed', async () => {
    const run = async (seed: number): Promise<string | undefined> => {
      const disk = new SimulatedDisk({ seed });
      const file = await durableFile(disk, '/a', ' '.repeat(64 * SECTOR_BYTES));
      for (let sector = 0; sector < 64; sector += 1) await file.write(text('x'), sector * SECTOR_BYTES);
      return (await contents(disk.afterPowerCut(), '/a'))?.replace(/( {511}| {512})/g, '');
    };
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_unused, seed) => run(seed)));
    expect(await Promise.all(Array.from({ length: 20 }, (_unused, seed) => run(seed)))).toEqual(outcomes);
    expect(new Set(outcomes).size).toBeGreaterThan(5);
  });
});

/**
 * The model knows nothing of pieces: for each name, which files it may stand for; for each byte of a file, which values it may have.
 * Every value written is new, so a byte says which write it came from.
 */
interface ModelFile {
  /** For each byte, the values that a crash may show; the last one is current. */
  bytes: Set<number>[];
  size: number;
  /** Sizes that a crash may show lie between these. */
  smallest: number;
  largest: number;
}

type Step =
  | { readonly do: 'write'; readonly file: number; readonly position: number; readonly length: number }
  | { readonly do: 'truncate'; readonly file: number; readonly size: number }
  | { readonly do: 'sync'; readonly file: number };

const FILES = 2;
const LONGEST = 3 * SECTOR_BYTES;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), file: fc.nat(FILES - 1), position: fc.nat(LONGEST), length: fc.integer({ min: 1, max: LONGEST }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const), file: fc.nat(FILES - 1), size: fc.nat(LONGEST) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sync' as const), file: fc.nat(FILES - 1) }) },
);

describe('SimulatedDisk against a model', () => {
  it('shows after a crash only what the history of syncs allows, byte by byte', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 24 }), fc.integer(), async (steps, seed) => {
      const disk = new SimulatedDisk({ seed });
      const files = await Promise.all(Array.from({ length: FILES }, (_unused, index) => disk.open(`/${String(index)}`, 'create')));
      await disk.syncDirectory('/');
      const models: ModelFile[] = files.map(() => ({ bytes: [], size: 0, smallest: 0, largest: 0 }));
      let value = 0;
      for (const one of steps) {
        const [file, model] = [files[one.file], models[one.file]];
        if (file === undefined || model === undefined) throw new Error('no such file');
        if (one.do === 'write') {
          value = (value % 255) + 1;
          await file.write(new Uint8Array(one.length).fill(value), one.position);
          model.size = Math.max(model.size, one.position + one.length);
          for (let at = 0; at < model.size; at += 1) {
            const allowed = (model.bytes[at] ??= new Set([0]));
            if (at >= one.position && at < one.position + one.length) {
              allowed.delete(value);
              allowed.add(value);
            }
          }
        } else if (one.do === 'truncate') {
          await file.truncate(one.size);
          model.size = one.size;
          for (let at = one.size; at < model.bytes.length; at += 1) {
            model.bytes[at]?.delete(0);
            model.bytes[at]?.add(0);
          }
          for (let at = 0; at < one.size; at += 1) model.bytes[at] ??= new Set([0]);
        } else {
          await file.sync();
          model.smallest = model.largest = model.size;
          model.bytes = model.bytes.map((allowed) => new Set([[...allowed].at(-1) ?? 0]));
        }
        model.smallest = Math.min(model.smallest, model.size);
        model.largest = Math.max(model.largest, model.size);
      }
      const after = disk.afterPowerCut();
      for (const [index, model] of models.entries()) {
        const file = await after.open(`/${String(index)}`, 'read');
        const size = await file.size();
        expect(size).toBeGreaterThanOrEqual(model.smallest);
        expect(size).toBeLessThanOrEqual(model.largest);
        const bytes = new Uint8Array(size);
        await file.read(bytes, 0);
        for (const [at, byte] of bytes.entries()) {
          // A lost truncation or extension may leave zeros where bytes were or would be.
          if (byte !== 0 && model.bytes[at]?.has(byte) !== true) throw new Error(`byte ${String(at)} of file ${String(index)} is ${String(byte)}`);
          if (byte === 0 && model.smallest === model.largest && model.bytes[at]?.has(0) !== true) throw new Error(`byte ${String(at)} of file ${String(index)} was lost`);
        }
      }
    }), { numRuns: 300 });
  });

  it('shows after a crash under each name only a file that it stood for since it was synced', async () => {
    const names = ['/a', '/b', '/d/a', '/d/b'];
    const name = fc.constantFrom(...names);
    const directory = fc.constantFrom('/', '/d');
    const action = fc.oneof(
      fc.record({ do: fc.constant('create' as const), name }),
      fc.record({ do: fc.constant('remove' as const), name }),
      fc.record({ do: fc.constant('rename' as const), name, to: name }),
      fc.record({ do: fc.constant('sync' as const), directory }),
    );
    await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 24 }), fc.integer(), async (actions, seed) => {
      const disk = new SimulatedDisk({ seed });
      await disk.makeDirectory('/d');
      await disk.syncDirectory('/');
      const current = new Map<string, string | undefined>(names.map((each) => [each, undefined]));
      const allowed = new Map(names.map((each) => [each, new Set<string | undefined>([undefined])]));
      let made = 0;
      const bind = (each: string, file: string | undefined): void => {
        current.set(each, file);
        allowed.get(each)?.add(file);
      };
      for (const one of actions) {
        if (one.do === 'create') {
          if (current.get(one.name) !== undefined) continue;
          const content = `file ${String((made += 1))}`;
          const file = await disk.open(one.name, 'create');
          await file.write(text(content), 0);
          await file.sync();
          bind(one.name, content);
        } else if (one.do === 'remove') {
          if (current.get(one.name) === undefined) continue;
          await disk.remove(one.name);
          bind(one.name, undefined);
        } else if (one.do === 'rename') {
          const file = current.get(one.name);
          if (file === undefined || one.name === one.to) continue;
          await disk.rename(one.name, one.to);
          bind(one.name, undefined);
          bind(one.to, file);
        } else {
          await disk.syncDirectory(one.directory);
          for (const each of names) if (disk.directoryOf(each) === one.directory) allowed.set(each, new Set([current.get(each)]));
        }
      }
      const after = disk.afterPowerCut();
      const seen = new Set<string>();
      for (const each of names) {
        const content = await contents(after, each);
        expect([...(allowed.get(each) ?? [])]).toContain(content);
        // A rename is one step: no file is ever seen under two names.
        if (content !== undefined) {
          expect(seen).not.toContain(content);
          seen.add(content);
        }
      }
      // And nothing that is there is lost for good: whoever keeps everything has the current names.
      const kept = disk.afterPowerCut(everything);
      for (const each of names) expect(await contents(kept, each)).toBe(current.get(each));
    }), { numRuns: 300 });
  });
});

describe('SimulatedHost', () => {
  it('waits without real time', async () => {
    const host = new SimulatedHost();
    const before = host.clock.now();
    await delay(host.clock, 3_600_000);
    expect(host.clock.now()).toBe(before + 3_600_000);
  });

  it('gives the same randomness for the same seed', () => {
    const [one, same, other] = [new SeededRandom(5), new SeededRandom(5), new SeededRandom(6)];
    const uuid = one.uuid();
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(same.uuid()).toBe(uuid);
    expect(other.uuid()).not.toBe(uuid);
    expect([...same.bytes(100)]).toEqual([...one.bytes(100)]);
  });

  it('runs registered programs, and fails as Node does for others', async () => {
    const { processes } = new SimulatedHost();
    processes.register('echo', async function* ({ args, env }) {
      yield { stream: 'stdout', text: args.join(' ') };
      yield { stream: 'stderr', text: env['NOTE'] ?? '' };
      return 3;
    });
    const child = processes.spawn('echo', ['a', 'b'], { env: { NOTE: 'n' } });
    expect(await child.exited).toEqual({ code: 3, signal: null });
    const lines: unknown[] = [];
    for await (const line of child.lines) lines.push(line);
    expect(lines).toEqual([{ stream: 'stdout', text: 'a b' }, { stream: 'stderr', text: 'n' }]);
    await expect(processes.spawn('none', []).exited).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('loses with its machine\'s power what was not synced, and its programs', async () => {
    const host = new SimulatedHost();
    const machine = new SimulatedWindows({ host });
    host.processes.register('sleep', async function* ({ signal }) {
      yield { stream: 'stdout', text: 'asleep' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 0;
    });
    await durableFile(host.files, '/kept', 'kept');
    await host.files.open('/lost', 'create');
    const child = host.processes.spawn('sleep', []);
    await machine.openControl().powerCut();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    await expect(host.files.list('/')).rejects.toMatchObject({ code: 'EIO' });
    const after = host.restart(nothing);
    expect(await after.files.list('/')).toEqual(['kept']);
    expect(after.clock.now()).toBe(host.clock.now());
  });
});
