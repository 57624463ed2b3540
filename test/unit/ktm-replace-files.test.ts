/** Files replaced together, without and with a crash. */
import { win32 } from 'node:path';
import type { Host } from '../../lib/binding/host';
import { FileResourceManager, ReplaceError, Transaction, replaceFiles } from '../../lib/ktm';
import type { FileReplacement } from '../../lib/ktm';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { readText, writeText } from './ktm-files';

const log = '/state/replace';

async function machine(seed = 1): Promise<{ readonly host: SimulatedHost; readonly backend: SimulatedWindows }> {
  const host = new SimulatedHost({ seed });
  for (const directory of ['/state', '/data']) {
    await host.files.makeDirectory(directory);
    await host.files.syncDirectory('/');
  }
  await writeText(host.files, '/data/sales.bak', 'old backup');
  await writeText(host.files, '/data/catalog.json', 'old catalog');
  await host.files.syncDirectory('/data');
  return { host, backend: new SimulatedWindows({ host }) };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const next = [{ to: '/data/sales.bak', from: bytes('new backup') }, { to: '/data/catalog.json', from: bytes('new catalog') }];

/** From the nth on no name can be taken, until what this returns is called. */
function renamesFail({ files }: SimulatedHost, nth: number): () => void {
  let count = 0;
  const rename = files.rename.bind(files);
  const spy = jest.spyOn(files, 'rename').mockImplementation((from, to) => {
    count += 1;
    return count < nth ? rename(from, to) : Promise.reject(Object.assign(new Error('EPERM: not permitted'), { code: 'EPERM' }));
  });
  return () => {
    spy.mockRestore();
  };
}

describe('replaceFiles', () => {
  it('gives all files their names, and leaves nothing beside them', async () => {
    const { host, backend } = await machine();
    const result = await replaceFiles({ backend, log, files: next });
    expect(result).toMatchObject({ simulated: true, files: ['/data/sales.bak', '/data/catalog.json'] });
    expect(await readText(host.files, '/data/sales.bak')).toBe('new backup');
    expect(await readText(host.files, '/data/catalog.json')).toBe('new catalog');
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    expect(backend.handleCount()).toBe(0);
  });

  it('keeps the set whole when the disk is full, at whichever write that shows', async () => {
    const outcomes: string[] = [];
    for (let occurrence = 1; ; occurrence += 1) {
      const { host, backend } = await machine();
      host.files.fail({ operation: 'write', code: 'ENOSPC', occurrence });
      const outcome = await replaceFiles({ backend, log, files: next }).then(() => 'replaced', () => 'failed');
      host.files.clearFaults();
      const manager = await FileResourceManager.start({ backend, log });
      await manager.stop();
      const contents = [await readText(host.files, '/data/sales.bak'), await readText(host.files, '/data/catalog.json')];
      expect([['new backup', 'new catalog'], ['old backup', 'old catalog']]).toContainEqual(contents);
      expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
      outcomes.push(outcome);
      if (outcome === 'replaced' && occurrence > 8) break;
    }
    expect(outcomes).toContain('failed');
  });

  it('leaves all names alone when the second file cannot be written, and says why', async () => {
    const { host, backend } = await machine();
    const manager = await FileResourceManager.start({ backend, log });
    // The record of the set, the first file, the second.
    host.files.fail({ operation: 'write', code: 'ENOSPC', occurrence: 3 });
    await expect(manager.replace(next)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readText(host.files, '/data/sales.bak')).toBe('old backup');
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    // And the next one goes well.
    host.files.clearFaults();
    await manager.replace(next);
    expect(await readText(host.files, '/data/catalog.json')).toBe('new catalog');
    await manager.stop();
  });

  it('says that it is committed, and finishes at the next start, when a name cannot be taken', async () => {
    const { host, backend } = await machine();
    const mend = renamesFail(host, 2);
    const error = await replaceFiles({ backend, log, files: next }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ReplaceError);
    expect(error).toMatchObject({ code: 'ERR_REPLACE_UNFINISHED', outcome: 'committed', cause: { code: 'EPERM' } });
    mend();
    const manager = await FileResourceManager.start({ backend, log });
    expect(manager.recovered.committed).toHaveLength(1);
    await manager.stop();
    expect(await readText(host.files, '/data/sales.bak')).toBe('new backup');
    expect(await readText(host.files, '/data/catalog.json')).toBe('new catalog');
  });
});

describe('a failure of files replaced together', () => {
  it('is told to the event log, once', async () => {
    const { host, backend } = await machine();
    const ours = (): readonly string[] => backend.eventLog.entries.filter(({ source }) => source === 'winbackup').map(({ message }) => message);
    host.files.fail({ operation: 'write', code: 'ENOSPC', occurrence: 5 });
    await expect(replaceFiles({ backend, log, files: next })).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(ours()).toEqual([expect.stringMatching(/^Files were not replaced together \[ERR_REPLACE\]\nCause: ENOSPC/)]);
    host.files.clearFaults();
    renamesFail(host, 1);
    await expect(replaceFiles({ backend, log, files: next })).rejects.toMatchObject({ code: 'ERR_REPLACE_UNFINISHED' });
    expect(ours().slice(1)).toEqual([expect.stringMatching(/could not be brought to its end; the next start tries again: EPERM/)]);
  });

  it('is an argument\'s before any log is made', async () => {
    const { host, backend } = await machine();
    for (const [wrong, field] of [
      [{ files: [] }, 'files'], [{ files: [5] }, 'files[0]'], [{ files: [{ to: '', from: bytes('') }] }, 'files[0].to'], [{ files: [{ to: '/data/x', from: null }] }, 'files[0].from'],
      [{ files: [{ to: '/data/x', from: bytes(''), form: 1 }] }, 'files[0].form'], [{ timeoutMs: -1 }, 'timeoutMs'], [{ log: '' }, 'log'],
    ] as const) {
      await expect(replaceFiles({ backend, log, files: next, ...wrong } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
    }
    expect(await host.files.list('/state')).toEqual([]);
    expect(backend.calls).toEqual([]);
  });
});

describe('on Windows', () => {
  /** The simulated disk by Windows' names: case does not tell two apart, and `readOnly` cannot be opened to write. */
  function windows(host: SimulatedHost, readOnly: () => string): Host {
    const own = (path: string): string => path.replace(/^[a-z]:/i, '').replaceAll('\\', '/').toLowerCase();
    const { files } = host;
    return {
      clock: host.clock, random: host.random, processes: host.processes,
      files: {
        resolve: (path) => win32.resolve('C:\\', path),
        directoryOf: (path) => win32.dirname(path),
        open: (path, mode) => {
          if (mode === 'modify' && own(path) === readOnly()) return Promise.reject(Object.assign(new Error('EPERM: read-only'), { code: 'EPERM' }));
          return files.open(own(path), mode);
        },
        rename: (from, to) => {
          if (own(to) === readOnly()) return Promise.reject(Object.assign(new Error('EPERM: read-only'), { code: 'EPERM' }));
          return files.rename(own(from), own(to));
        },
        remove: (path) => files.remove(own(path)),
        stat: (path) => files.stat(own(path)),
        list: (path) => files.list(own(path)),
        entries: (path) => files.entries(own(path)),
        copy: (from, to) => files.copy(own(from), own(to)),
        copyTimes: (from, to) => files.copyTimes(own(from), own(to)),
        makeDirectory: (path) => files.makeDirectory(own(path)),
        removeDirectory: (path) => files.removeDirectory(own(path)),
        syncDirectory: (path) => files.syncDirectory(own(path)),
      },
    };
  }

  const replacing = async (readOnly: () => string = () => ''): Promise<{ readonly host: SimulatedHost; readonly manager: FileResourceManager }> => {
    const { host, backend } = await machine();
    return { host, manager: await FileResourceManager.start({ backend, host: windows(host, readOnly), log: 'C:\\state\\replace' }) };
  };

  it('takes names that differ only by case for one', async () => {
    const { host, manager } = await replacing();
    await expect(manager.replace([{ to: 'C:\\data\\sales.bak', from: bytes('1') }, { to: 'c:\\DATA\\Sales.BAK', from: bytes('2') }])).rejects.toMatchObject({ field: 'files[1].to' });
    await manager.replace([{ to: 'C:\\data\\SALES.bak', from: bytes('new') }]);
    expect(await readText(host.files, '/data/sales.bak')).toBe('new');
    await manager.stop();
  });

  it('refuses a read-only target before anything is written, and before the commit where it has become so meanwhile', async () => {
    let readOnly = '/data/catalog.json';
    const { host, manager } = await replacing(() => readOnly);
    const files = [{ to: 'C:\\data\\sales.bak', from: bytes('new') }, { to: 'C:\\data\\catalog.json', from: bytes('new') }];
    await expect(manager.replace(files)).rejects.toMatchObject({ field: 'files[1].to', message: expect.stringContaining('read-only') as string });
    readOnly = '';
    async function* meanwhile(): AsyncGenerator<Uint8Array> {
      yield bytes('new');
      readOnly = '/data/catalog.json';
    }
    await expect(manager.replace([files[0], { to: 'C:\\data\\catalog.json', from: meanwhile() }] as never)).rejects.toMatchObject({ code: 'ERR_REPLACE_ROLLED_BACK', cause: { code: 'ERR_NOT_REPLACEABLE' } });
    expect(await readText(host.files, '/data/sales.bak')).toBe('old backup');
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    await manager.stop();
  });
});

describe('FileResourceManager', () => {
  const started = async (): Promise<{ readonly host: SimulatedHost; readonly backend: SimulatedWindows; readonly manager: FileResourceManager }> => {
    const { host, backend } = await machine();
    return { host, backend, manager: await FileResourceManager.start({ backend, log }) };
  };

  it('takes contents from files, bytes and streams', async () => {
    const { host, manager } = await started();
    await writeText(host.files, '/data/source', 'from a file');
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield bytes('from ');
      yield bytes('a stream');
    }
    await manager.replace([{ to: '/data/a', from: '/data/source' }, { to: '/data/b', from: stream() }, { to: '/data/c', from: bytes('bytes') }]);
    expect(await Promise.all(['a', 'b', 'c', 'source'].map((name) => readText(host.files, `/data/${name}`)))).toEqual(['from a file', 'from a stream', 'bytes', 'from a file']);
    await manager.stop();
  });

  it('lets two sets share a transaction with other work', async () => {
    const { host, backend, manager } = await started();
    const transaction = await Transaction.create({ backend });
    const one = await manager.stage(transaction, [{ to: '/data/sales.bak', from: bytes('new backup') }]);
    expect(await readText(host.files, '/data/sales.bak')).toBe('old backup');
    await expect(manager.replace([{ to: '/data/sales.bak', from: bytes('another') }])).rejects.toMatchObject({ field: 'files[0].to' });
    const two = await manager.stage(transaction, [{ to: '/data/catalog.json', from: bytes('new catalog') }]);
    await transaction.commit();
    expect(await Promise.all([one.settled, two.settled])).toEqual(['committed', 'committed']);
    expect(await readText(host.files, '/data/catalog.json')).toBe('new catalog');
    await transaction.close();
    await manager.stop();
    expect(backend.handleCount()).toBe(0);
  });

  it('leaves nothing when it is cancelled while it writes', async () => {
    const { host, manager } = await started();
    const controller = new AbortController();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      controller.abort();
      yield bytes(' and half');
    }
    const replacing = manager.replace([{ to: '/data/sales.bak', from: slow() }], { signal: controller.signal });
    await expect(replacing).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    expect(await readText(host.files, '/data/sales.bak')).toBe('old backup');
    await manager.stop();
  });

  it('lets go of a source that stalls, when it is cancelled and when its time is over', async () => {
    const { host, manager } = await started();
    let asked: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => (asked = resolve));
    async function* never(): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      asked();
      await new Promise<never>(() => undefined);
    }
    const controller = new AbortController();
    const cancelled = manager.replace([{ to: '/data/sales.bak', from: never() }], { signal: controller.signal });
    await stalled;
    controller.abort(new Error('enough'));
    await expect(cancelled).rejects.toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } });
    await expect(manager.replace([{ to: '/data/sales.bak', from: never() }], { timeoutMs: 1000 })).rejects.toMatchObject({ code: 'ERR_REPLACE_ROLLED_BACK', outcome: 'aborted' });
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    // Its names are free again.
    await manager.replace([{ to: '/data/sales.bak', from: bytes('new') }]);
    await manager.stop();
  });

  it('does not let two sets that begin together take the same name: they would end as a mixture', async () => {
    const { host, manager } = await started();
    const set = (text: string): readonly FileReplacement[] => ['sales.bak', 'catalog.json'].map((name) => ({ to: `/data/${name}`, from: bytes(text) }));
    const [one, two] = await Promise.allSettled([manager.replace(set('one')), manager.replace(set('two'))]);
    expect([one, two].map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([one, two].find(({ status }) => status === 'rejected')).toMatchObject({ reason: { field: 'files[0].to', message: expect.stringContaining('not over') as string } });
    const winner = one.status === 'fulfilled' ? 'one' : 'two';
    expect(await Promise.all(['sales.bak', 'catalog.json'].map((name) => readText(host.files, `/data/${name}`)))).toEqual([winner, winner]);
    // And then it may.
    await manager.replace(set('three'));
    await manager.stop();
  });

  it('takes a name that somebody looks at for a moment', async () => {
    const { host, manager } = await started();
    for (const occurrence of [1, 2, 4]) host.files.fail({ operation: 'rename', occurrence, code: 'EBUSY' });
    await manager.replace(next);
    expect(await readText(host.files, '/data/catalog.json')).toBe('new catalog');
    await manager.stop();
  });

  it('replaces files in several directories together, as they would be on several volumes', async () => {
    const { host, backend, manager } = await started();
    await host.files.makeDirectory('/other');
    await writeText(host.files, '/other/catalog.json', 'old');
    const mend = renamesFail(host, 2);
    const files = [{ to: '/data/sales.bak', from: bytes('new') }, { to: '/other/catalog.json', from: bytes('new') }];
    await expect(manager.replace(files)).rejects.toMatchObject({ code: 'ERR_REPLACE_UNFINISHED' });
    mend();
    // What is not over keeps its names.
    await expect(manager.replace(files)).rejects.toMatchObject({ field: 'files[0].to' });
    await manager.stop();
    const again = await FileResourceManager.start({ backend, log });
    expect(await Promise.all(files.map(({ to }) => readText(host.files, to)))).toEqual(['new', 'new']);
    expect(await host.files.list('/other')).toEqual(['catalog.json']);
    await again.replace(files);
    await again.stop();
  });

  it('refuses a stream of anything but bytes, and leaves nothing', async () => {
    const { host, manager } = await started();
    async function* text(): AsyncGenerator<string> {
      yield 'text';
    }
    await expect(manager.replace([{ to: '/data/sales.bak', from: text() as never }])).rejects.toMatchObject({ field: 'files[0].from' });
    expect(await readText(host.files, '/data/sales.bak')).toBe('old backup');
    expect(await host.files.list('/data')).toEqual(['catalog.json', 'sales.bak']);
    await manager.stop();
  });

  it('leaves nothing when its time is over while it writes', async () => {
    const { host, manager } = await started();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      await new Promise<void>((resolve) => host.clock.after(10_000, resolve));
      yield bytes(' and half');
    }
    const error: unknown = await manager.replace([{ to: '/data/sales.bak', from: slow() }], { timeoutMs: 1000 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_REPLACE_ROLLED_BACK', outcome: 'aborted' });
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    await manager.stop();
  });

  it.each([
    ['no files', [], 'files'],
    ['a name twice', [next[0], next[0]], 'files[1].to'],
    ['a directory', [{ to: '/data', from: bytes('') }], 'files[0].to'],
    ['a name in no directory', [{ to: '/nowhere/x', from: bytes('') }], 'files[0].to'],
    ['a source that is not there', [{ to: '/data/x', from: '/data/nothing' }], 'files[0].from'],
    ['a source of another kind', [{ to: '/data/x', from: 5 }], 'files[0].from'],
  ])('refuses %s before anything is written', async (_what, files, field) => {
    const { backend, manager } = await started();
    await expect(manager.replace(files as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', field });
    await manager.stop();
    expect(backend.handleCount()).toBe(0);
  });
});
