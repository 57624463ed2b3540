/** Files replaced together, without and with a crash. */
import { FileResourceManager, ReplaceError, Transaction, replaceFiles } from '../../lib/ktm';
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
    host.files.fail({ operation: 'rename', occurrence: 2, code: 'EPERM' });
    const error = await replaceFiles({ backend, log, files: next }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ReplaceError);
    expect(error).toMatchObject({ code: 'ERR_REPLACE_UNFINISHED', outcome: 'committed', cause: { code: 'EPERM' } });
    const manager = await FileResourceManager.start({ backend, log });
    expect(manager.recovered.committed).toHaveLength(1);
    await manager.stop();
    expect(await readText(host.files, '/data/sales.bak')).toBe('new backup');
    expect(await readText(host.files, '/data/catalog.json')).toBe('new catalog');
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
