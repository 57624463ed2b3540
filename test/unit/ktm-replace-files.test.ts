/** Files replaced together, without and with a crash. */
import { FileResourceManager, ReplaceError, replaceFiles } from '../../lib/ktm';
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
