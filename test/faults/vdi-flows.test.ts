// A fault at each call and each step of SQL Server's in a backup and a restore: whatever happens there, the promise settles, nothing partial has a
// final name, nothing stays alive, and the error tells what came first.
import { AbortError, ArgumentError, SqlConnectionError, TransferError, WindowsError } from '../../lib/vdi';
import { files, newMachine, places, run, start } from './vdi-flow-faults';
import type { FlowName, Outcome, Place, Scenario } from './vdi-flow-faults';

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

const isVdi = (place: Place): boolean => place.at.startsWith('IClient') || place.at === 'CoCreateInstance';
const described = (error: unknown): string => (error instanceof TransferError ? `${error.code}, cause ${String(error.cause)}` : String(error));

/**
 * Where SQL Server's word of success may have been given already, or may still come: from the last events of the statement on, and where the
 * client waits for nothing but the end.
 */
const maySucceed = (place: Place): boolean =>
  ['IClientVirtualDeviceSet2::Close', 'IClientVirtualDevice::GetCommand', 'sql.commit'].includes(place.at) || (place.at === 'SqlConnection::Next' && place.occurrence > 1);

for (const flow of ['backup', 'restore', 'snapshot'] as const) {
  describe(flow, () => {
    it('succeeds without a fault', async () => {
      expect(await run(flow, { place: undefined, action: undefined })).toMatchObject({ error: undefined, problems: [] });
    });

    it('survives an error from each call and each step, and names it as the root cause', async () => {
      await everywhere(flow, { action: { hresult: E_UNEXPECTED } }, (place, { error }) => {
        if (error === undefined) return maySucceed(place) ? undefined : 'it succeeded';
        if (!(error instanceof TransferError)) return `not a TransferError: ${described(error)}`;
        const { cause } = error;
        if (isVdi(place)) return cause instanceof WindowsError && cause.hresult === E_UNEXPECTED && cause.operation.startsWith(place.at) ? undefined : described(error);
        return place.at.startsWith('Sql') === cause instanceof SqlConnectionError ? undefined : described(error);
      });
    });

    it('keeps a success that SQL Server has reported although Close fails', async () => {
      const { error, problems } = await run(flow, { place: { at: 'IClientVirtualDeviceSet2::Close', occurrence: 1 }, action: { hresult: E_UNEXPECTED } });
      expect({ error, problems }).toEqual({ error: undefined, problems: [] });
    });

    it('survives an answer that is lost although the call was made', async () => {
      await everywhere(flow, { action: { hresult: E_UNEXPECTED }, when: 'after' }, (_place, { error }) =>
        // What succeeds all the same is a backup that SQL Server finds valid, or a database that is online.
        error === undefined || error instanceof TransferError ? undefined : described(error),
      );
    });

    it('can be cancelled while each call and each step hangs', async () => {
      await everywhere(flow, { action: { hang: true }, cancel: 'later' }, (place, { error }) => {
        if (error === undefined) return maySucceed(place) ? undefined : 'it succeeded';
        // Two waits end by themselves before: for SQL Server to attach, and for the devices once the statement has ended.
        return error instanceof AbortError || (error instanceof TransferError && ['VD_E_TIMEOUT', 'ERR_TIMEOUT'].includes(error.code)) ? undefined : described(error);
      });
    });

    it('can be cancelled at each call and each step', async () => {
      await everywhere(flow, { action: undefined, cancel: 'there' }, (place, { error }) => {
        if (error === undefined) return maySucceed(place) ? undefined : 'it succeeded';
        return error instanceof AbortError ? undefined : described(error);
      });
    });

    it('ends when its own process dies at each call', async () => {
      await everywhere(flow, { action: { kill: 'caller' } }, (place, { error }) => {
        if (error === undefined) return maySucceed(place) ? undefined : 'it succeeded';
        return error instanceof TransferError ? undefined : described(error);
      });
    });

    it('ends when SQL Server dies at each call and each step, and says that the connection was lost', async () => {
      await everywhere(flow, { action: { kill: 'sqlservr' } }, (place, { error }) => {
        if (error === undefined) return maySucceed(place) ? undefined : 'it succeeded';
        return error instanceof TransferError && error.cause instanceof SqlConnectionError ? undefined : described(error);
      });
    });
  });
}

describe('the disk beneath a backup', () => {
  const fileOperations = ['open', 'write', 'sync', 'rename', 'syncDirectory', 'remove'] as const;

  it('fails at each of its operations: nothing partial has a final name, and what could not be removed is named', async () => {
    const problems: string[] = [];
    for (const operation of fileOperations) {
      for (let occurrence = 1; occurrence <= 40; occurrence += 1) {
        const { error, problems: found } = await run('backup', { place: undefined, action: undefined, prepare: ({ files }) => files.fail({ operation, occurrence, code: 'ENOSPC' }) });
        problems.push(...found.map((problem) => `${operation} ${String(occurrence)}: ${problem}`));
        if (error === undefined) break;
        // Beside a failed target the flow never began.
        const right = error instanceof TransferError ? error.code === 'ENOSPC' : ['open', 'syncDirectory'].includes(operation) && error instanceof ArgumentError;
        if (!right) problems.push(`${operation} ${String(occurrence)}: ${described(error)}`);
      }
    }
    expect(problems).toEqual([]);
  });

  it('names the leftovers of a failed backup whose files cannot be removed', async () => {
    const { error, problems } = await run('backup', {
      place: undefined, action: undefined,
      prepare: ({ files }) => {
        files.fail({ operation: 'write', occurrence: 1 });
        files.fail({ operation: 'remove' });
      },
    });
    expect(problems).toEqual([]);
    expect((error as TransferError).leftover).toHaveLength(2);
  });

  it('loses power while the files are published: a final name stands for a whole stripe, or is not there', async () => {
    const clean = await run('backup', { place: undefined, action: undefined });
    const sizes = new Map<string, number>();
    for (const path of files) sizes.set(path, (await clean.host.files.stat(path))?.size ?? -1);
    const seen = new Set<number>();
    for (const method of ['rename', 'syncDirectory'] as const) {
      // The directory is synced once for each file that is made, then once for each that is published.
      for (const occurrence of method === 'rename' ? [1, 2] : [3, 4]) {
        for (const keep of [true, false]) {
          const { host, machine } = await newMachine('backup');
          let passed = 0;
          let cut = false;
          const original: (...args: string[]) => Promise<void> = host.files[method];
          host.files[method] = async (...args: string[]) => {
            await original.apply(host.files, args);
            passed += 1;
            if (passed !== occurrence) return;
            host.powerCut();
            cut = true;
          };
          await start('backup', machine, new AbortController().signal).catch(() => undefined);
          expect(cut).toBe(true);
          const disk = host.files.afterPowerCut(() => keep);
          let finals = 0;
          for (const path of files) {
            const there = await disk.stat(path);
            if (there === undefined) continue;
            finals += 1;
            expect([method, occurrence, keep, path, there.size]).toEqual([method, occurrence, keep, path, sizes.get(path)]);
          }
          seen.add(finals);
        }
      }
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });
});
