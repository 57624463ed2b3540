// A slice of the faults of VSS flows, on whatever backend the rig has: the simulated machine in this thread, one behind a pipe, or the addon under Wine.
import type { FaultAction } from '../../lib/simulator';
import { AbortError, RestoreSession, SnapshotError, SnapshotSession, VssRestoreError, WindowsError } from '../../lib/vss';
import type { CompletedSnapshot } from '../../lib/vss';
import { Rig } from '../conformance/rig';
import { SQL } from '../conformance/vss-client';

const E_UNEXPECTED = 0x8000ffff;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterEach(async () => {
  await rig.control.clearFaults();
  await rig.control.vssSettled();
  // Nothing outlives a flow, however it ended, and the next requester gets its copy.
  expect(await rig.alive()).toEqual({});
  await backUp();
  await rig.control.vssSettled();
  expect(await rig.control.vssSnapshots()).toEqual([]);
});
afterAll(() => rig.close());

async function backUp(signal?: AbortSignal): Promise<CompletedSnapshot> {
  await using session = await SnapshotSession.begin({
    backend: rig.backend, volumes: ['C:\\'], components: [{ writer: SQL.name, name: 'master' }], retry: { times: 0 }, timeouts: { setInProgressMs: 0 }, ...(signal === undefined ? {} : { signal }),
  });
  return await session.complete();
}

async function restore(documents: CompletedSnapshot, signal?: AbortSignal): Promise<void> {
  const { backupComponentsDocument, writerDocuments } = documents;
  await using session = await RestoreSession.begin({ backend: rig.backend, backupComponentsDocument, writerDocuments, ...(signal === undefined ? {} : { signal }) });
  await session.complete();
}

async function fail(at: string, action: FaultAction): Promise<void> {
  await rig.control.addFault({ at, occurrence: (await rig.control.count(at)) + 1, action });
}

async function failureOf(flow: Promise<unknown>): Promise<unknown> {
  return flow.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error,
  );
}

const aborts = (): Promise<number> => rig.control.count('IVssBackupComponents::AbortBackup');
const completions = (): Promise<number> => rig.control.count('IVssBackupComponents::BackupComplete');

describe('a session', () => {
  it.each([
    ['CreateVssBackupComponents', 0], ['IVssBackupComponents::InitializeForBackup', 0], ['IVssBackupComponents::SetBackupState', 0], ['IVssBackupComponents::GatherWriterMetadata', 0],
    ['IVssBackupComponents::GetWriterMetadata', 0], ['IVssBackupComponents::StartSnapshotSet', 0], ['IVssBackupComponents::AddToSnapshotSet', 1],
    ['IVssBackupComponents::PrepareForBackup', 1], ['IVssBackupComponents::DoSnapshotSet', 1], ['IVssAsync::QueryStatus', 0], ['IVssBackupComponents::GetSnapshotProperties', 1],
    ['IVssBackupComponents::SetBackupSucceeded', 1], ['IVssBackupComponents::BackupComplete', 1],
  ])('names the failure of %s as the root cause, and calls AbortBackup %i times', async (at, owed) => {
    await fail(at, { hresult: E_UNEXPECTED });
    const before = [await aborts(), await completions()];
    const error = await failureOf(backUp());
    if (!(error instanceof SnapshotError && error.cause instanceof WindowsError)) throw new Error('another failure', { cause: error });
    expect([error.cause.hresult, error.cause.operation]).toEqual([E_UNEXPECTED, at]);
    expect(error.unfinished).toEqual([]);
    expect([(await aborts()) - (before[0] ?? 0), (await completions()) - (before[1] ?? 0)]).toEqual([owed, at.endsWith('BackupComplete') ? 1 : 0]);
  });

  it('reports an AbortBackup that fails next to the cause, and releases the object all the same', async () => {
    await fail('IVssBackupComponents::DoSnapshotSet', { hresult: E_UNEXPECTED });
    await fail('IVssBackupComponents::AbortBackup', { hresult: E_UNEXPECTED });
    const error = await failureOf(backUp());
    expect(error).toMatchObject({ phase: 'DoSnapshotSet', unfinished: [{ operation: 'IVssBackupComponents::AbortBackup' }] });
  });

  it.each(['Identify', 'PrepareForBackup', 'PrepareForSnapshot', 'PostSnapshot', 'BackupComplete'])('can be cancelled while a writer does not answer %s', async (event) => {
    const at = `vss.${SQL.name}.${event}`;
    await fail(at, { hang: true });
    const before = await rig.control.count(at);
    const cancel = new AbortController();
    const flow = failureOf(backUp(cancel.signal));
    while ((await rig.control.count(at)) === before) await rig.control.advance(0);
    cancel.abort(new Error('cancelled by the test'));
    expect(await flow).toBeInstanceOf(AbortError);
  });
});

describe('a restore', () => {
  it.each(['IVssBackupComponents::InitializeForRestore', 'IVssBackupComponents::GatherWriterMetadata', 'IVssBackupComponents::SetSelectedForRestore', 'IVssBackupComponents::PreRestore', 'IVssBackupComponents::PostRestore'])(
    '[S6] names the failure of %s as the root cause, and never aborts', async (at) => {
      const documents = await backUp();
      const before = await aborts();
      await fail(at, { hresult: E_UNEXPECTED });
      const error = await failureOf(restore(documents));
      if (!(error instanceof VssRestoreError && error.cause instanceof WindowsError)) throw new Error('another failure', { cause: error });
      expect([error.cause.hresult, error.cause.operation.startsWith(at)]).toEqual([E_UNEXPECTED, true]);
      expect((await aborts()) - before).toBe(0);
    });

  it.each(['PreRestore', 'PostRestore'])('can be cancelled while a writer does not answer %s', async (event) => {
    const documents = await backUp();
    const at = `vss.${SQL.name}.${event}`;
    await fail(at, { hang: true });
    const before = await rig.control.count(at);
    const cancel = new AbortController();
    const flow = failureOf(restore(documents, cancel.signal));
    while ((await rig.control.count(at)) === before) await rig.control.advance(0);
    cancel.abort(new Error('cancelled by the test'));
    expect(await flow).toBeInstanceOf(AbortError);
  });
});
