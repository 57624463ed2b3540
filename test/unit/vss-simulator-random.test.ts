import * as fc from 'fast-check';
import { settled } from '../../lib/simulator/scheduler';
import { VSS_SYSTEM_PROVIDER_ID } from '../../lib/binding/vss-codes';
import type { ProviderStep, TracedEvent, WriterDescription, WriterEvent } from '../../lib/simulator/vss';
import { FINISHED, Requester, plainWriter, vssMachine } from './vss-requester';

const events: readonly WriterEvent[] = ['Identify', 'PrepareForBackup', 'PrepareForSnapshot', 'Freeze', 'Thaw', 'PostSnapshot', 'BackupComplete', 'Abort', 'BackupShutdown'];
const steps: readonly ProviderStep[] = ['BeginPrepare', 'EndPrepare', 'PreCommit', 'Commit', 'PostCommit', 'PreFinalCommit', 'PostFinalCommit', 'Abort'];
const delayMs = fc.constantFrom(0, 1, 5_000, 9_999, 10_001, 59_999, 60_000, 70_000, 200_000);

const writer = fc.record({
  level: fc.constantFrom(1, 2, 3),
  timeoutFreezeMs: fc.constantFrom(5_000, 20_000, 60_000),
  failures: fc.array(fc.record({ event: fc.constantFrom(...events), returnsTrue: fc.boolean() }), { maxLength: 2 }),
  delays: fc.array(fc.record({ event: fc.constantFrom(...events), delayMs }), { maxLength: 3 }),
  silentAt: fc.array(fc.constantFrom(...events), { maxLength: 1 }),
});
const provider = fc.record({
  failures: fc.array(fc.record({ step: fc.constantFrom(...steps), hresult: fc.constantFrom(0x80042306, 0x80004005) }), { maxLength: 1 }),
  delays: fc.array(fc.record({ step: fc.constantFrom(...steps), delayMs }), { maxLength: 2 }),
});
const requesterPlan = fc.record({
  /** When the requester gives up, in milliseconds from the beginning, and how. */
  end: fc.constantFrom('goes on', 'cancels', 'dies', 'releases'),
  after: fc.constantFrom(0, 1, 4_000, 10_000, 30_000, 61_000, 100_000),
  abortsAtTheEnd: fc.boolean(),
});

type Plan = { readonly end: string; readonly after: number; readonly abortsAtTheEnd: boolean };

/** What must hold of the events that reached one writer in one session, however it went. */
function check(story: readonly TracedEvent[]): void {
  const names = story.map(({ event }) => event);
  const first = (event: WriterEvent): number => names.indexOf(event);
  for (const event of events) {
    // Each event but Abort comes once at most.
    if (event !== 'Abort') expect(names.filter((name) => name === event).length).toBeLessThanOrEqual(1);
  }
  // In the documented order.
  const order = names.filter((name) => name !== 'Abort').map((name) => events.filter((event) => event !== 'Abort').indexOf(name));
  expect(order).toEqual([...order].sort((one, other) => one - other));
  // A writer that was frozen is thawed or aborted.
  if (first('Freeze') !== -1) expect(names.slice(first('Freeze') + 1).some((name) => name === 'Thaw' || name === 'Abort')).toBe(true);
  // After an Abort nothing comes but another, and BackupShutdown.
  const abort = first('Abort');
  if (abort !== -1) expect(names.slice(abort).every((name) => name === 'Abort' || name === 'BackupShutdown')).toBe(true);
  // None before the writer took part, none handled once PostSnapshot was raised.
  if (abort !== -1) expect(names.slice(0, abort)).toContain('PrepareForBackup');
  if (first('PostSnapshot') !== -1) expect(story.slice(first('PostSnapshot')).filter(({ event, handled }) => event === 'Abort' && handled)).toEqual([]);
  // It is always told of the end.
  if (names.includes('PrepareForBackup')) expect(names.at(-1)).toBe('BackupShutdown');
}

async function backup(requester: Requester, plan: Plan): Promise<void> {
  const { components } = requester;
  await requester.gather();
  try {
    await requester.start();
    await requester.prepare();
    const status = await requester.create();
    if (status === FINISHED && !plan.abortsAtTheEnd) await requester.complete();
    else await components.abortBackup();
  } catch {
    await components.abortBackup();
  }
  await components.release();
}

it('whatever fails, hangs or dies: no writer stays frozen, no set in progress, no copy, no timer, and the next requester works', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(writer, { minLength: 1, maxLength: 3 }), provider, requesterPlan, async (given, { failures, delays }, plan) => {
      const writers: WriterDescription[] = given.map((each, index) => plainWriter(`w${String(index)}`, `0000000${String(index)}-0000-0000-0000-000000000001`, each));
      const { machine, clock } = vssMachine({ writers, providers: [{ id: VSS_SYSTEM_PROVIDER_ID, name: 'System', type: 'system', failures, delays }] });
      const requester = await Requester.on(machine);
      let over = false;
      void backup(requester, plan).catch(() => undefined).finally(() => {
        over = true;
      });
      await clock.advance(plan.after);
      if (!over && plan.end === 'dies') requester.die();
      if (!over && plan.end === 'releases') await requester.components.release();
      if (!over && plan.end === 'cancels') void requester.components.abortBackup().catch(() => undefined);
      // Longer than all limits together.
      for (let minutes = 0; minutes < 60; minutes += 5) await clock.advance(5 * 60_000);
      requester.die();
      for (let minutes = 0; minutes < 15; minutes += 5) await clock.advance(5 * 60_000);
      await settled();
      await machine.vss.settled();
      for (const { metadata } of writers) check(machine.vss.events.filter(({ writer: name }) => name === metadata.writerName));
      expect(await machine.openControl().vssStatus()).toMatchObject({ setInProgress: null, snapshots: 0 });
      expect(clock.pending).toBe(0);
      expect(machine.handleCount()).toBe(0);
      const next = await Requester.on(machine);
      await next.initialize();
      await next.components.startSnapshotSet();
    }),
    { numRuns: 100, seed: 2 },
  );
}, 120_000);
