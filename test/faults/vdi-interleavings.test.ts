// Backup and restore under every order of answers that a seed can choose, whole and cancelled in the middle.
import fc from 'fast-check';
import { SeededRandom, SimulatedClock, SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { AbortError, backupDatabase, restoreDatabase } from '../../lib/vdi';
import { pattern } from '../unit/played-sql-server';

interface Plan {
  readonly seed: number;
  readonly stripes: number;
  readonly byteLength: number;
  readonly maxTransferSize: number;
  readonly bufferCount: number;
  /** The answer after which the caller cancels; undefined: never. */
  readonly cancelAfter: number | undefined;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  stripes: fc.integer({ min: 1, max: 4 }),
  byteLength: fc.integer({ min: 1, max: 400_000 }),
  maxTransferSize: fc.constantFrom(65_536, 131_072),
  bufferCount: fc.integer({ min: 4, max: 20 }),
  cancelAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
});

/** Runs a flow, letting go one pending answer after the other in an order of the seed's. */
async function inSomeOrder<T>(machine: SimulatedWindows, clock: SimulatedClock, seed: number, flow: () => Promise<T>, step: (answers: number) => void): Promise<T> {
  const random = new SeededRandom(seed);
  machine.scheduler.own();
  let done = false;
  const running = flow().finally(() => (done = true));
  running.catch(() => undefined);
  for (let answers = 0, idle = 0; !done; ) {
    await settled();
    const { pending } = machine.scheduler;
    if (pending.length === 0) {
      // Only time is left to move.
      idle += 1;
      if (idle > 200) throw new Error('nothing moves any more');
      await clock.advance(1000);
      continue;
    }
    idle = 0;
    await machine.scheduler.step(random.next() % pending.length);
    step((answers += 1));
  }
  machine.scheduler.disown();
  return running;
}

it('gives the database back byte for byte, or leaves nothing after a cancellation', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async ({ seed, stripes, byteLength, maxTransferSize, bufferCount, cancelAfter }) => {
      const clock = new SimulatedClock();
      const host = new SimulatedHost({ seed, clock });
      const machine = new SimulatedWindows({ seed, host, databases: [{ name: 'Sales', bytes: pattern(byteLength, seed) }] });
      const paths = Array.from({ length: stripes }, (_, index) => `/${String(index)}.bak`);
      const common = { sql: machine.sql(), backend: machine, database: 'Sales' };
      const options = { maxTransferSize, bufferCount };
      const cancel = new AbortController();
      const backup = inSomeOrder(machine, clock, seed, () => backupDatabase({ ...common, to: paths, options, signal: cancel.signal }), (answers) => {
        if (answers === cancelAfter) cancel.abort();
      });
      const error: unknown = await backup.then(() => undefined, (reason: unknown) => reason);
      await settled();
      expect(machine.handleCount()).toBe(0);
      if (error !== undefined) {
        expect(error).toBeInstanceOf(AbortError);
        expect(cancelAfter).toBeDefined();
        expect(await host.files.list('/')).toEqual([]);
        return;
      }
      expect(await host.files.list('/')).toEqual(paths.map((path) => path.slice(1)));
      const before = await machine.sqlServer.database('Sales').read();
      await machine.sqlServer.database('Sales').modify(0, pattern(byteLength, seed + 1));
      await inSomeOrder(machine, clock, seed + 1, () => restoreDatabase({ ...common, from: [...paths].reverse(), options: { ...options, replace: true } }), () => undefined);
      expect(Buffer.from(await machine.sqlServer.database('Sales').read()).equals(Buffer.from(before))).toBe(true);
    }),
    { numRuns: 40, seed: 20_260_101 },
  );
}, 120_000);
