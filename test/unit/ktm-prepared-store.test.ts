/** What a resource manager must find again after a crash: its log under many transactions at once, when it is rewritten, torn or full. */
import { PreparedStore } from '../../lib/ktm/prepared-store';
import type { StoredTransaction } from '../../lib/ktm/prepared-store';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import type { Keep } from '../../lib/simulator';

const PATH = '/state/own.log';
const everything: Keep = () => true;

async function newHost(): Promise<SimulatedHost> {
  const host = new SimulatedHost();
  await host.files.makeDirectory('/state');
  await host.files.syncDirectory('/');
  return host;
}

const open = (host: SimulatedHost): Promise<PreparedStore> => PreparedStore.open({ backend: new SimulatedWindows({ host, instances: [], writers: [] }), host, path: PATH });
const entry = (number: number, data: string, state: StoredTransaction['state'] = 'prepared'): StoredTransaction => {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return { state, enlistmentId: id, unitOfWork: id, data };
};
const dataOf = (store: PreparedStore): readonly unknown[] => store.all.map(({ data }) => data);

/** Long enough that a few of them are more than the log may grow. */
const long = 'x'.repeat(100_000);

describe('PreparedStore', () => {
  it('loses nothing that was recorded while it rewrote its log', async () => {
    const host = await newHost();
    const store = await open(host);
    await store.put(entry(0, 'stays'));
    // Nothing of these lives: with the last removal the log is rewritten, while others are being written.
    for (let number = 1; number <= 3; number += 1) {
      await store.put(entry(number, long));
      if (number < 3) await store.remove(entry(number, '').enlistmentId);
    }
    const names = Array.from({ length: 8 }, (_, index) => `at once ${String(index)}`);
    await Promise.all([store.remove(entry(3, '').enlistmentId), ...names.map((name, index) => store.put(entry(100 + index, name)))]);
    expect((await host.files.stat(PATH))?.size).toBeLessThan(100_000);
    const after = await open(host.restart(everything));
    expect(dataOf(after)).toEqual(['stays', ...names]);
  });

  it('goes on when there is no room for rewriting its log, and rewrites it once there is', async () => {
    const host = await newHost();
    const store = await open(host);
    for (let number = 1; number <= 4; number += 1) {
      await store.put(entry(number, long));
      if (number === 3) host.files.fail({ operation: 'write', path: `${PATH}.compacting`, code: 'ENOSPC' });
      await store.remove(entry(number, '').enlistmentId);
    }
    await store.put(entry(5, 'whatever the room'));
    expect((await host.files.stat(PATH))?.size).toBeGreaterThan(400_000);
    expect(await host.files.list('/state')).toEqual(['own.log']);
    host.files.clearFaults();
    await store.put(entry(6, 'now there is room'));
    expect((await host.files.stat(PATH))?.size).toBeLessThan(1000);
    await store.close();
    expect(dataOf(await open(host.restart(everything)))).toEqual(['whatever the room', 'now there is room']);
  });

  it('finds what was durable when the last record was torn: as if that had never been written', async () => {
    const host = await newHost();
    const store = await open(host);
    await store.put(entry(1, 'begun', 'enlisted'));
    const before = await host.files.stat(PATH);
    host.files.fail({ operation: 'sync', path: PATH });
    await expect(store.put(entry(1, 'y'.repeat(3000)))).rejects.toMatchObject({ code: 'ERR_LOG_FAILED' });
    // The first sector of the record has reached the disk, the rest has not.
    const torn = host.restart(({ position = 0, path }) => path !== PATH || position <= (before?.size ?? 0));
    const again = await open(torn);
    expect(again.all).toMatchObject([{ state: 'enlisted', data: 'begun' }]);
    await again.put(entry(1, 'prepared after all'));
    await again.close();
    expect(dataOf(await open(torn.restart(everything)))).toEqual(['prepared after all']);
  });

  it('takes nothing more once a write has failed, because nobody knows what the disk holds', async () => {
    const host = await newHost();
    const store = await open(host);
    host.files.fail({ operation: 'sync', path: PATH, occurrence: 1 });
    await expect(store.put(entry(1, 'lost'))).rejects.toMatchObject({ code: 'ERR_LOG_FAILED' });
    await expect(store.put(entry(2, 'refused'))).rejects.toMatchObject({ code: 'ERR_LOG_FAILED' });
    expect(store.all).toEqual([]);
  });
});
