/** The log on a disk that loses power at every operation, with every seed's choice of what survives. */
import * as fc from 'fast-check';

import type { Files, Host } from '../../lib/binding/host';
import { Log } from '../../lib/log';
import { SimulatedHost } from '../../lib/simulator';

const path = '/logs/the.log';

class PowerCut extends Error {}

/** Files that lose power just before the operation with this number; `count` tells how many there were. */
function cutBefore(host: SimulatedHost, operation: number): { readonly host: Host; count: () => number } {
  let passed = 0;
  const pass = async <T>(act: () => Promise<T>): Promise<T> => {
    passed += 1;
    if (passed === operation) host.powerCut();
    if (passed >= operation) throw new PowerCut();
    return act();
  };
  const files: Files = {
    stat: (file) => host.files.stat(file),
    list: (directory) => host.files.list(directory),
    entries: (directory) => host.files.entries(directory),
    makeDirectory: (directory) => host.files.makeDirectory(directory),
    copyTimes: (from, to) => pass(() => host.files.copyTimes(from, to)),
    removeDirectory: (directory) => pass(() => host.files.removeDirectory(directory)),
    copy: (from, to) => pass(() => host.files.copy(from, to)),
    resolve: (file) => host.files.resolve(file),
    directoryOf: (file) => host.files.directoryOf(file),
    rename: (from, to) => pass(() => host.files.rename(from, to)),
    remove: (file) => pass(() => host.files.remove(file)),
    syncDirectory: (directory) => pass(() => host.files.syncDirectory(directory)),
    open: (file, mode) => pass(async () => {
      const inner = await host.files.open(file, mode);
      return {
        read: (target, position) => inner.read(target, position),
        write: (source, position) => pass(() => inner.write(source, position)),
        sync: () => pass(() => inner.sync()),
        truncate: (byteLength) => pass(() => inner.truncate(byteLength)),
        size: () => inner.size(),
        close: () => inner.close(),
      };
    }),
  };
  return { host: { clock: host.clock, random: host.random, processes: host.processes, files }, count: () => passed };
}

/** Appends in groups, compacts once, appends again; says what was promised to be durable. */
async function work(host: Host, promised: (state: readonly string[], maybe: readonly string[]) => void): Promise<void> {
  const { log } = await Log.open({ host, path, kind: 'test' });
  let durable: string[] = [];
  const append = async (...names: string[]): Promise<void> => {
    promised(durable, names);
    await Promise.all(names.map((name) => log.append(Buffer.from(name.repeat(200)))));
    durable = [...durable, ...names];
    promised(durable, []);
  };
  await append('a');
  await append('b', 'c', 'd');
  await append('e');
  // Old or new: both are allowed while it goes on.
  compacting = ['x', 'y'];
  await log.compact(compacting.map((name) => Buffer.from(name.repeat(200))));
  durable = compacting;
  compacting = undefined;
  promised(durable, []);
  await append('f', 'g');
  await log.close();
}
let compacting: string[] | undefined;

async function fresh(seed: number): Promise<SimulatedHost> {
  const host = new SimulatedHost({ seed });
  await host.files.makeDirectory('/logs');
  await host.files.syncDirectory('/');
  return host;
}

describe('Log after a power cut', () => {
  it('has every record that was promised, in order, and of the others only a beginning', async () => {
    const whole = cutBefore(await fresh(1), Infinity);
    await work(whole.host, () => undefined);
    const operations = whole.count();
    expect(operations).toBeGreaterThan(15);
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: operations }), async (seed, operation) => {
      const host = await fresh(seed);
      compacting = undefined;
      let durable: readonly string[] = [];
      let maybe: readonly string[] = [];
      await work(cutBefore(host, operation).host, (state, under) => {
        durable = state;
        maybe = under;
      }).catch((error: unknown) => {
        if (!(error instanceof PowerCut) && !(error instanceof Error && error.cause instanceof PowerCut)) throw error;
      });
      const after = host.restart();
      const { log, contents } = await Log.open({ host: after, path, kind: 'test' });
      const names = contents.records.map((record) => {
        const [name = ''] = record.toString();
        expect(record.toString()).toBe(name.repeat(200));
        return name;
      });
      const allowed = [...Array.from({ length: maybe.length + 1 }, (_, count) => [...durable, ...maybe.slice(0, count)]), ...(compacting === undefined ? [] : [compacting])];
      expect(allowed).toContainEqual(names);
      // And it goes on: what is appended now is there after a second cut.
      await log.append(Buffer.from('!'.repeat(200)));
      const last = await Log.open({ host: after.restart(), path, kind: 'test' });
      expect(last.contents.records.map((record) => record.toString().charAt(0))).toEqual([...names, '!']);
    }), { numRuns: 400 });
  });
});
