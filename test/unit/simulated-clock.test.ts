import * as fc from 'fast-check';

import { delay } from '../../lib/binding/host';
import { SimulatedClock } from '../../lib/simulator/clock';

describe('SimulatedClock', () => {
  it('does not move by itself', async () => {
    const clock = new SimulatedClock({ start: 1000 });
    let fired = false;
    clock.after(0, () => (fired = true));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect([clock.now(), fired]).toEqual([1000, false]);
    await clock.advance(0);
    expect(fired).toBe(true);
  });

  it('fires timers in the order in which they fall due, whatever the order in which they were set', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 }), async (delays) => {
      const clock = new SimulatedClock();
      const fired: { due: number; at: number }[] = [];
      for (const due of delays) clock.after(due, () => fired.push({ due, at: clock.monotonic() }));
      await clock.advance(1000);
      expect(fired.map(({ due }) => due)).toEqual([...delays].sort((a, b) => a - b));
      expect(fired.every(({ due, at }) => due === at)).toBe(true);
      expect(clock.pending).toBe(0);
    }), { numRuns: 20 });
  });

  it('runs what a timer woke, and the timers that sets, before time goes on', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    const first = delay(clock, 10).then(() => delay(clock, 10)).then(() => seen.push(`chain ${String(clock.monotonic())}`));
    const second = delay(clock, 25).then(() => seen.push(`single ${String(clock.monotonic())}`));
    await clock.advance(30);
    await Promise.all([first, second]);
    expect(seen).toEqual(['chain 20', 'single 25']);
  });

  it('takes a cancelled timer back', async () => {
    const clock = new SimulatedClock();
    let fired = false;
    clock.after(5, () => (fired = true))();
    await clock.advance(10);
    expect(fired).toBe(false);
  });

  it('jumps ahead when nothing else can run, if made so', async () => {
    const clock = new SimulatedClock({ autoAdvance: true });
    await delay(clock, 3_600_000);
    expect(clock.monotonic()).toBe(3_600_000);
  });

  it('ends a delay when its signal fires, and leaves no timer behind', async () => {
    const clock = new SimulatedClock();
    const controller = new AbortController();
    const waiting = delay(clock, 1000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});
