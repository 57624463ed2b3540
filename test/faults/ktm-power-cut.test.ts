/**
 * The power is cut before every change of the disk, by KTM's log, by a resource manager's log and by its files, with several choices of what
 * survives; then everything is started again.
 */
import type { Host } from '../../lib/binding/host';
import { FileResourceManager, ResourceManagerDriver, Transaction, TransactionManager, replaceFiles } from '../../lib/ktm';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { readText, watchedHost, writeText } from '../unit/ktm-files';

class PowerCut extends Error {}

/** A Host whose power is cut before change number `at`, and what ends then: whatever ran is over. */
function cutting(host: SimulatedHost, at: number): { readonly host: Host; readonly cut: Promise<'cut'>; changes: () => readonly string[] } {
  const steps: string[] = [];
  let tell: (how: 'cut') => void = () => undefined;
  const cut = new Promise<'cut'>((resolve) => (tell = resolve));
  const watched = watchedHost(host, (step) => {
    steps.push(step);
    if (steps.length === at) {
      host.powerCut();
      tell('cut');
    }
    if (steps.length >= at) throw new PowerCut();
  });
  return { host: watched, cut, changes: () => steps };
}

async function newHost(seed: number): Promise<SimulatedHost> {
  const host = new SimulatedHost({ seed });
  for (const directory of ['/state', '/data']) await host.files.makeDirectory(directory);
  await host.files.syncDirectory('/');
  return host;
}

/** A run takes milliseconds, and there are hundreds. */
jest.setTimeout(180_000);

const SEEDS = [1, 2, 3, 4];

describe('files replaced together, when the power is cut', () => {
  const log = '/state/replace';
  const files = [{ to: '/data/sales.bak', from: Buffer.from('new backup '.repeat(100)) }, { to: '/data/catalog.json', from: Buffer.from('new catalog') }];
  const [next, old] = [['new backup '.repeat(100), 'new catalog'], ['old backup', 'old catalog']];

  async function withOldFiles(seed: number): Promise<SimulatedHost> {
    const host = await newHost(seed);
    await writeText(host.files, '/data/sales.bak', 'old backup');
    await writeText(host.files, '/data/catalog.json', 'old catalog');
    await host.files.syncDirectory('/data');
    return host;
  }

  const replace = (host: Host): Promise<unknown> => replaceFiles({ backend: new SimulatedWindows({ host }), log, files });
  const start = async (host: Host): Promise<FileResourceManager> => FileResourceManager.start({ backend: new SimulatedWindows({ host }), log });

  async function checkWhole(host: SimulatedHost): Promise<'old' | 'new'> {
    const contents = [await readText(host.files, '/data/sales.bak'), await readText(host.files, '/data/catalog.json')];
    expect([old, next]).toContainEqual(contents);
    expect([...(await host.files.list('/data'))].sort()).toEqual(['catalog.json', 'sales.bak']);
    return contents[0] === 'old backup' ? 'old' : 'new';
  }

  it('[K1] [K15] are all old or all new after the next start, at every change and with every choice of what survives', async () => {
    const whole = cutting(await withOldFiles(1), Infinity);
    await replace(whole.host);
    const changes = whole.changes().length;
    expect(changes).toBeGreaterThan(20);
    const found = { old: 0, new: 0 };
    const recovered = { committed: 0, presumedAborted: 0 };
    for (let at = 1; at <= changes; at += 1) {
      for (const seed of SEEDS) {
        const host = await withOldFiles(seed * 1000 + at);
        const run = cutting(host, at);
        const said = await Promise.race([run.cut, replace(run.host).then(() => 'replaced', () => 'failed')]);
        const after = host.restart();
        const manager = await start(after);
        expect(manager.recovered.unresolved).toEqual([]);
        expect(manager.recovered.inDoubt).toEqual([]);
        expect(manager.driver.transactions).toEqual([]);
        recovered.committed += manager.recovered.committed.length;
        recovered.presumedAborted += manager.recovered.presumedAborted.length;
        await manager.stop();
        const state = await checkWhole(after);
        if (said === 'replaced') expect(state).toBe('new');
        found[state] += 1;
      }
    }
    // Both endings were met, and both ways of recovery.
    expect(Math.min(found.old, found.new, recovered.committed, recovered.presumedAborted)).toBeGreaterThan(0);
  });

  it('[K4] are whole after a second cut, in the middle of the recovery', async () => {
    let cuts = 0;
    for (const first of ['write replace.blf', 'rename sales.bak', 'rename catalog.json', 'syncDirectory data']) {
      for (let at = 1; at < 40; at += 1) {
        const host = await withOldFiles(at);
        let seen = false;
        const steps: string[] = [];
        let tell: () => void = () => undefined;
        const cut = new Promise<void>((resolve) => (tell = resolve));
        // The last write of KTM's log before the files, or the change that the name says.
        const run = watchedHost(host, (step) => {
          steps.push(step);
          if (step === first && (first !== 'write replace.blf' || steps.includes('write replace.prepared'))) {
            seen = true;
            host.powerCut();
            tell();
          }
          if (seen) throw new PowerCut();
        });
        await Promise.race([cut, replace(run).catch(() => undefined)]);
        expect(seen).toBe(true);
        const second = host.restart();
        const again = cutting(second, at);
        const how = await Promise.race([again.cut, start(again.host).then((manager) => manager.stop(), () => undefined)]);
        const third = second.restart();
        const manager = await start(third);
        expect(manager.recovered.unresolved).toEqual([]);
        await manager.stop();
        await checkWhole(third);
        if (how !== 'cut') break;
        cuts += 1;
      }
    }
    expect(cuts).toBeGreaterThan(20);
  });
});

describe.each([1, 2, 3, 4])('%i resource managers in one transaction, when the power is cut', (count) => {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const id = (number: number): string => `00000000-0000-4000-8000-00000000000${String(number)}`;

  async function startAll(host: Host): Promise<{ readonly manager: TransactionManager; readonly drivers: readonly ResourceManagerDriver<number>[] }> {
    const backend = new SimulatedWindows({ host });
    const manager = await TransactionManager.create({ backend, logFileName: '/state/ktm' });
    const drivers: ResourceManagerDriver<number>[] = [];
    for (const number of numbers) {
      drivers.push(await ResourceManagerDriver.start<number>({
        manager, host, id: id(number), preparedLog: `/state/rm${String(number)}.log`,
        handlers: {
          prepare: async ({ data }) => data,
          commit: async ({ data }) => {
            const done = `/data/${String(data)}`;
            if ((await host.files.stat(done)) !== undefined) return;
            await (await host.files.open(done, 'create')).close();
            await host.files.syncDirectory('/data');
          },
          rollback: async () => undefined,
        },
      }));
    }
    return { manager, drivers };
  }

  async function transact(host: Host): Promise<void> {
    const { manager, drivers } = await startAll(host);
    const transaction = await Transaction.create({ backend: manager.connection.backend });
    for (const [number, driver] of drivers.entries()) await driver.enlist(transaction, number);
    await transaction.commit();
    await transaction.close();
    for (const driver of drivers) await driver.stop();
    await manager.close();
  }

  it('[K1] [K4] [K13] end all committed or all rolled back', async () => {
    const whole = cutting(await newHost(1), Infinity);
    await transact(whole.host);
    const changes = whole.changes().length;
    const found = new Set<number>();
    for (let at = 1; at <= changes; at += 1) {
      for (const seed of SEEDS.slice(0, count > 2 ? 1 : 3)) {
        const host = await newHost(seed * 1000 + at);
        const run = cutting(host, at);
        const said = await Promise.race([run.cut, transact(run.host).then(() => 'committed', () => 'failed')]);
        const after = host.restart();
        const { manager, drivers } = await startAll(after);
        for (const driver of drivers) {
          expect(driver.unresolved).toEqual([]);
          expect(driver.transactions).toEqual([]);
          await driver.stop();
        }
        await manager.close();
        const done = (await after.files.list('/data')).length;
        expect([0, count]).toContain(done);
        if (said === 'committed') expect(done).toBe(count);
        found.add(done);
      }
    }
    expect(found).toEqual(new Set([0, count]));
  });
});
