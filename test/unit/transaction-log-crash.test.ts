/**
 * A power cut at every change of the monitor's directory while it works and compacts its log, and another one while the next start recovers: afterwards
 * each transaction is wholly there or not at all, what was reported as committed is there, and a last recovery finds nothing.
 */
import type { SimulatedHost } from '../../lib/simulator';
import { exercised } from './exercised';
import { tellChanges } from './job-points';
import { DIRECTORY, fileParticipant, newHost, openMonitor } from './transaction-rig';

const THRESHOLD = 1500;

/** Runs `work` until its change number `at` in the monitor's directory, when the power fails; 0: to its end. Gives the changes. */
async function cutAt(host: SimulatedHost, at: number, work: (told: Parameters<typeof openMonitor>[0]) => Promise<void>): Promise<readonly string[]> {
  const changes: string[] = [];
  let dark: () => void = () => undefined;
  const darkness = new Promise<void>((resolve) => (dark = resolve));
  const told = tellChanges(host, [DIRECTORY], (change) => {
    changes.push(change);
    if (changes.length !== at) return;
    host.powerCut();
    // Without power nothing answers: what waits for it waits for ever.
    setImmediate(() => setImmediate(dark));
  });
  await Promise.race([work(told).catch((error: unknown) => {
    if (at === 0) throw error;
  }), darkness]);
  return changes;
}

it('a power cut at every change of the log, its compaction included, and again while the next start recovers', async () => {
  let reported: string[] = [];
  const work = async (host: Parameters<typeof openMonitor>[0]): Promise<void> => {
    reported = [];
    const monitor = await openMonitor(host, { logThreshold: THRESHOLD });
    for (const [name, end] of [['a', 'commit'], ['b', 'abort'], ['c', 'commit'], ['d', 'commit']] as const) {
      const transaction = monitor.beginTransaction();
      for (const part of ['1', '2']) await transaction.enlist(fileParticipant(host, `${name}${part}`));
      if (end === 'abort') monitor.abortTransaction(transaction);
      else if ((await monitor.endTransaction(transaction)) === 0) reported.push(`${name}1`, `${name}2`);
      await transaction.finished;
    }
    await monitor.close();
  };
  const recover = async (host: Parameters<typeof openMonitor>[0]): Promise<void> => {
    const monitor = await openMonitor(host, { logThreshold: THRESHOLD });
    expect((await monitor.recover()).setAside).toEqual([]);
    await monitor.close();
  };

  const changes = await cutAt(await newHost(), 0, work);
  expect(changes.length).toBeGreaterThan(60);
  // It was compacted under way.
  expect(changes).toContain('before rename');
  let inRecovery = 0;
  for (let at = 1; at <= changes.length; at += 1) {
    for (let again = at % 8; ; again += 8) {
      const first = await newHost(true, at);
      await cutAt(first, at, work);
      const promised = reported;
      const second = first.restart();
      const { length: passed } = await cutAt(second, again, recover);
      const third = again === 0 ? second : second.restart();
      exercised('crash points', 1);
      if (again > 0 && passed >= again) inRecovery += 1;
      await recover(third);
      const there = [...await third.files.list('/data')].sort();
      const where = `${String(at)}, then ${String(again)}`;
      expect({ where, whole: there.filter((name) => !there.includes(name.replace(/[12]$/, (part) => (part === '1' ? '2' : '1')))), missing: promised.filter((name) => !there.includes(name)), unwanted: there.filter((name) => /^b|partial/.test(name)) })
        .toEqual({ where, whole: [], missing: [], unwanted: [] });
      expect(await third.files.list(DIRECTORY)).toEqual(['monitor.log']);
      const last = await openMonitor(third);
      expect((await last.recover()).transactions).toEqual([]);
      await last.close();
      if (again > passed) break;
    }
  }
  expect(inRecovery).toBeGreaterThan(100);
}, 240_000);
