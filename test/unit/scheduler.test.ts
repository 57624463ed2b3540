import { Scheduler, settled } from '../../lib/simulator/scheduler';

describe('Scheduler', () => {
  it('lets answers go in the order in which they were posted', async () => {
    const scheduler = new Scheduler();
    const seen: number[] = [];
    for (const value of [1, 2, 3]) scheduler.post(String(value), () => seen.push(value));
    await settled();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('waits for the test that owns it, which may choose any order', async () => {
    const scheduler = new Scheduler();
    scheduler.own();
    const seen: string[] = [];
    for (const value of ['a', 'b', 'c']) scheduler.post(value, () => seen.push(value));
    await settled();
    expect(seen).toEqual([]);
    expect(scheduler.pending).toEqual(['a', 'b', 'c']);
    await scheduler.step(1);
    expect(seen).toEqual(['b']);
    await expect(scheduler.step(5)).rejects.toThrow(RangeError);
    scheduler.disown();
    await settled();
    expect(seen).toEqual(['b', 'a', 'c']);
  });

  it('gives timers and I/O their turn although answers never run out', async () => {
    const scheduler = new Scheduler();
    let going = true;
    let answers = 0;
    const again = (): void => {
      answers += 1;
      if (going) scheduler.post('again', again);
    };
    again();
    await new Promise<void>((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => setImmediate(resolve));
    going = false;
    expect(answers).toBeGreaterThan(1);
  });
});
