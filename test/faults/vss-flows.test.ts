// A fault at each call and each event in a snapshot session and a restore: whatever happens there, the promise settles, the instance ends as the abort
// table demands, nothing stays alive, and the machine is ready for the next requester.
import { AbortError, ArgumentError, SnapshotError, StateError, VssError, VssRestoreError, WindowsError } from '../../lib/vss';
import { places, run } from './vss-flow-faults';
import type { FlowName, Outcome, Place, Scenario } from './vss-flow-faults';

const E_UNEXPECTED = 0x8000ffff;

/** What is wrong with how it ended; undefined is right. */
type Judge = (place: Place, outcome: Outcome) => string | undefined;

async function everywhere(flow: FlowName, scenario: Omit<Scenario, 'place'>, judge: Judge): Promise<void> {
  const all = await places(flow);
  expect(all.length).toBeGreaterThan(20);
  const problems: string[] = [];
  for (const place of all) {
    const outcome = await run(flow, { ...scenario, place });
    const found = [...outcome.problems, judge(place, outcome)].filter((problem) => problem !== undefined);
    problems.push(...found.map((problem) => `${place.at} ${String(place.occurrence)}: ${problem}`));
  }
  expect(problems).toEqual([]);
}

const described = (error: unknown): string => (error instanceof VssError ? `${error.phase} ${error.code}, cause ${String(error.cause)}` : String(error));

/** An event behind the calls: nobody waits for it, or its failure changes nothing for the requester. */
const unheard = ({ at }: Place): boolean => /^vss\..*\.(BackupShutdown|Abort|Delete)$/.test(at) || at === 'vss.flush.none';
/** A writer that fails Identify does not appear (facts/vss.md 2.1): what was asked of it is not there. */
const identify = ({ at }: Place): boolean => at.endsWith('.Identify');
/** Writer b has no component in component mode: its failure is nobody's. */
const bystander = (flow: FlowName, { at }: Place): boolean => at.startsWith('vss.b.') && (flow === 'components' || flow === 'restore');
const isCall = ({ at }: Place): boolean => at.startsWith('IVss') || at.startsWith('Create') || at.startsWith('CoInitialize');

for (const flow of ['components', 'volumes', 'persistent', 'abandoned', 'restore'] as const) {
  const ofFlow = (error: unknown): error is VssError => error instanceof (flow === 'restore' ? VssRestoreError : SnapshotError);

  describe(flow, () => {
    it('succeeds without a fault', async () => {
      expect(await run(flow, { place: undefined, action: undefined })).toMatchObject({ error: undefined, problems: [] });
    });

    it('survives an error from each call and each event, and names it', async () => {
      await everywhere(flow, { action: { hresult: E_UNEXPECTED } }, (place, { error }) => {
        if (error === undefined) return unheard(place) || bystander(flow, place) || identify(place) ? undefined : 'it succeeded';
        if (error instanceof ArgumentError && identify(place)) return undefined;
        if (!ofFlow(error)) return described(error);
        if (!isCall(place)) return undefined;
        const { cause } = error;
        return cause instanceof WindowsError && cause.hresult === E_UNEXPECTED && cause.operation.startsWith(place.at) ? undefined : described(error);
      });
    });

    it('survives an answer that is lost although the call was made', async () => {
      await everywhere(flow, { action: { hresult: E_UNEXPECTED }, when: 'after' }, (place, { error }) =>
        error === undefined || ofFlow(error) || (error instanceof ArgumentError && identify(place)) ? undefined : described(error));
    });

    it('ends by its limits while each call and each event hangs', async () => {
      await everywhere(flow, { action: { hang: true } }, (place, { error }) =>
        error === undefined || ofFlow(error) || (error instanceof ArgumentError && identify(place)) ? undefined : described(error));
    });

    it('can be cancelled while each call and each event hangs', async () => {
      await everywhere(flow, { action: { hang: true }, cancel: 'later' }, (place, { error }) =>
        error === undefined || error instanceof AbortError || ofFlow(error) || (error instanceof ArgumentError && identify(place)) ? undefined : described(error));
    });

    it('can be cancelled at each call and each event', async () => {
      await everywhere(flow, { action: undefined, cancel: 'there' }, (place, { error }) => {
        if (error === undefined) return place.at.startsWith('vss.') || flow === 'abandoned' || place.at === 'IVssBackupComponents::SaveAsXML' ? undefined : 'it succeeded';
        return error instanceof AbortError ? undefined : described(error);
      });
    });

    it('its process dies at each call: the machine is ready for the next requester', async () => {
      await everywhere(flow, { action: { kill: 'caller' } }, (_place, { error }) => {
        if (error === undefined || ofFlow(error)) return undefined;
        return error instanceof StateError && error.code === 'ERR_PROCESS_DIED' ? undefined : described(error);
      });
    });
  });
}
