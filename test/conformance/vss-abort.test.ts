/** Aborts (seed 001): who raises the event, who does not, what a requester owes, and the traces of several aborts (facts/vss.md 3.3). */
import { GUID_NULL, VSS_HRESULT } from '../../lib/binding/vss-codes';
import { outcome, useRig } from './rig';
import { FINISHED, MASTER, SQL, VssClient, savedDocument } from './vss-client';

const OTHER = 'System Writer';
const RETRYABLE = VSS_HRESULT.VSS_E_WRITERERROR_RETRYABLE;

describe('an Abort', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());
  const client = (): Promise<VssClient> => VssClient.on(rig());
  const failing = (event: string, hresult: number = RETRYABLE): Promise<void> => rig().control.addFault({ at: `vss.${SQL.name}.${event}`, action: { hresult } });

  it('[S1] comes to every writer when the requester calls AbortBackup', async () => {
    const requester = await (await client()).prepared();
    await requester.components.abortBackup();
    expect(await requester.events(SQL.name)).toEqual(['Identify', 'PrepareForBackup', 'Abort by requester']);
    expect(await requester.aborts(OTHER)).toBe(1);
  });

  it.each(['Freeze', 'Thaw'])('[S2] comes when a writer\'s %s handler fails, and DoSnapshotSet fails', async (event) => {
    await failing(event);
    const requester = await (await client()).prepared();
    expect(await requester.end(requester.components.doSnapshotSet())).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    expect((await requester.events(SQL.name)).slice(-2)).toEqual([event, 'Abort by service']);
    expect(await requester.aborts(OTHER)).toBe(1);
    expect(await requester.status(SQL.name)).toEqual([`FAILED_AT_${event.toUpperCase()}`, 'VSS_E_WRITERERROR_RETRYABLE']);
  });

  it.each(['Freeze', 'Thaw'])('[S3] comes when %s does not end in the window of Initialize', async (event) => {
    await rig().control.addFault({ at: `vss.${SQL.name}.${event}`, action: { hang: true } });
    const requester = await (await client()).prepared();
    expect(await requester.endAfter(requester.components.doSnapshotSet(), 10_000)).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    expect((await requester.events(SQL.name)).slice(-2)).toEqual(['Abort by writer', 'Abort by service']);
    expect(await requester.status(SQL.name)).toEqual([`FAILED_AT_${event.toUpperCase()}`, 'VSS_E_WRITERERROR_TIMEOUT']);
  });

  it.each([
    ['EndPrepare', VSS_HRESULT.VSS_E_PROVIDER_VETO, 'VSS_E_PROVIDER_VETO'],
    ['PreCommit', VSS_HRESULT.VSS_E_INSUFFICIENT_STORAGE, 'VSS_E_INSUFFICIENT_STORAGE'],
    ['Commit', 0x80004005, 'VSS_E_UNEXPECTED_PROVIDER_ERROR'],
    ['PostCommit', VSS_HRESULT.VSS_E_PROVIDER_VETO, 'VSS_E_PROVIDER_VETO'],
  ])('[S4] comes when the provider fails in %s after PrepareForSnapshot', async (step, hresult, code) => {
    await rig().control.addFault({ at: `vss.provider.${step}`, action: { hresult } });
    const requester = await (await client()).prepared();
    expect(await requester.end(requester.components.doSnapshotSet())).toBe(code);
    expect((await requester.events(SQL.name)).at(-1)).toBe('Abort by service');
    expect(await requester.aborts(OTHER)).toBe(1);
  });

  it.each([['PrepareForSnapshot', 'FAILED_AT_PREPARE_SNAPSHOT'], ['PostSnapshot', 'FAILED_AT_POST_SNAPSHOT']])(
    '[S5] does not come when a %s handler fails: that shows in the writer\'s status alone', async (event, state) => {
      await failing(event);
      const requester = await (await client()).created();
      expect(await requester.aborts(SQL.name)).toBe(0);
      expect(await requester.status(SQL.name)).toEqual([state, 'VSS_E_WRITERERROR_RETRYABLE']);
      expect(await requester.status(OTHER)).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
    });

  it('[S6] cannot be raised in a restore', async () => {
    const document = await savedDocument(rig());
    const requester = await client();
    await requester.components.initializeForRestore(document);
    await requester.end(requester.components.gatherWriterMetadata());
    await requester.components.setSelectedForRestore(...MASTER, true);
    expect(await requester.end(requester.components.preRestore())).toBe(FINISHED);
    expect(await outcome(requester.components.abortBackup())).toBe('VSS_E_BAD_STATE');
    expect(await requester.aborts(SQL.name)).toBe(0);
    expect(await requester.end(requester.components.postRestore())).toBe(FINISHED);
  });

  it('[S7] leaves an instance that serves no second backup: a fresh one starts over', async () => {
    const requester = await (await client()).prepared();
    await requester.components.abortBackup();
    expect(await outcome(requester.components.startSnapshotSet())).toBe('VSS_E_BAD_STATE');
    await requester.release();
    await (await client()).completed();
  });

  it('[S8] with nothing under way is ignored', async () => {
    const requester = await (await client()).gathered();
    expect(await outcome(requester.components.abortBackup())).toBe('ok');
    expect(await requester.aborts(SQL.name)).toBe(0);
  });

  it('[S9] after PrepareForBackup: it has returned before the release, and every writer has its Abort then', async () => {
    const requester = await (await client()).prepared();
    expect(await outcome(requester.components.abortBackup())).toBe('ok');
    expect(await requester.aborts(SQL.name)).toBe(1);
    await requester.release();
    expect(await requester.events(SQL.name)).toEqual(['Identify', 'PrepareForBackup', 'Abort by requester', 'BackupShutdown']);
  });

  it('[S10] tells the other writers of one writer\'s veto', async () => {
    await failing('PrepareForBackup', VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE);
    const requester = await (await client()).prepared();
    expect(await requester.status(SQL.name)).toEqual(['FAILED_AT_PREPARE_BACKUP', 'VSS_E_WRITERERROR_NONRETRYABLE']);
    expect(await requester.aborts(OTHER)).toBe(0);
    await requester.components.abortBackup();
    expect(await requester.aborts(OTHER)).toBe(1);
  });

  it('[S11] is not needed before PrepareForBackup: release alone leaves the machine ready', async () => {
    const requester = await (await client()).started();
    await requester.release();
    expect(await requester.aborts(SQL.name)).toBe(0);
    await (await client()).completed();
  });

  it('[S11] is not needed when PrepareForBackup failed, and does no harm', async () => {
    const requester = await (await client()).started();
    await rig().control.addFault({ at: 'IVssBackupComponents::PrepareForBackup', action: { hresult: VSS_HRESULT.VSS_E_UNEXPECTED } });
    expect(await outcome(requester.components.prepareForBackup())).toBe('VSS_E_UNEXPECTED');
    expect(await outcome(requester.components.abortBackup())).toBe('ok');
    await rig().control.clearFaults();
    await requester.release();
    await (await client()).completed();
  });

  it('[S12] is not needed after metadata alone', async () => {
    const requester = await (await client()).gathered();
    expect(await requester.components.getWriterMetadataCount()).toBeGreaterThan(5);
    await requester.release();
    expect(await requester.events(SQL.name)).toEqual(['Identify']);
  });

  it('[S14] after a failed DoSnapshotSet is accepted, whether or not the service has aborted already', async () => {
    await rig().control.addFault({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    const requester = await (await client()).prepared();
    expect(await requester.end(requester.components.doSnapshotSet())).toBe('VSS_E_PROVIDER_VETO');
    expect(await outcome(requester.components.abortBackup())).toBe('ok');
    expect((await requester.events(SQL.name)).slice(-2)).toEqual(['Abort by service', 'Abort by requester']);
  });

  it('[S15] makes BackupComplete unnecessary, and impossible', async () => {
    const requester = await (await client()).created();
    await requester.components.abortBackup();
    expect(await outcome(requester.components.backupComplete())).toBe('VSS_E_BAD_STATE');
    await requester.release();
    expect((await requester.events(SQL.name)).includes('BackupComplete')).toBe(false);
    await (await client()).completed();
  });
});

describe('[S13] DoSnapshotSet', () => {
  const rig = useRig();

  it('raises PrepareForSnapshot, Freeze, Thaw and PostSnapshot, and BackupComplete and the release their own', async () => {
    const requester = await (await VssClient.on(rig())).completed();
    await requester.release();
    expect(await requester.events(SQL.name)).toEqual([
      'Identify', 'PrepareForBackup', 'PrepareForSnapshot', 'Freeze', 'Thaw', 'PostSnapshot', 'BackupComplete', 'BackupShutdown',
    ]);
  });
});

describe('[S16] several aborts in one operation', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());

  it('A: the writer\'s own timer, the service, the requester', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.Freeze`, action: { hang: true } });
    const requester = await (await VssClient.on(rig())).prepared();
    await requester.endAfter(requester.components.doSnapshotSet(), 10_000);
    await requester.components.abortBackup();
    expect((await requester.events(SQL.name)).slice(-4)).toEqual(['Freeze', 'Abort by writer', 'Abort by service', 'Abort by requester']);
  });

  it('B: a veto of Freeze, then the requester', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.Freeze`, action: { hresult: RETRYABLE } });
    const requester = await (await VssClient.on(rig())).prepared();
    await requester.end(requester.components.doSnapshotSet());
    await requester.components.abortBackup();
    expect((await requester.events(SQL.name)).slice(-3)).toEqual(['Freeze', 'Abort by service', 'Abort by requester']);
  });

  it('C: writes held for over ten seconds: Abort instead of Thaw, then the requester', async () => {
    await rig().control.addFault({ at: 'vss.provider.Commit', action: { delayMs: 10_001 } });
    const requester = await (await VssClient.on(rig())).prepared();
    expect(await requester.endAfter(requester.components.doSnapshotSet())).toBe('VSS_E_HOLD_WRITES_TIMEOUT');
    await requester.components.abortBackup();
    expect((await requester.events(SQL.name)).slice(-3)).toEqual(['Freeze', 'Abort by service', 'Abort by requester']);
    // What the provider still says is nobody's concern.
    await rig().control.advance(20_000);
    expect(await requester.aborts(SQL.name)).toBe(2);
  });

  it('E: a release after DoSnapshotSet raises no Abort, only BackupShutdown, and the copies are gone', async () => {
    const requester = await (await VssClient.on(rig())).created();
    expect((await rig().control.vssSnapshots()).length).toBe(1);
    await requester.release();
    expect((await requester.events(SQL.name)).slice(-2)).toEqual(['PostSnapshot', 'BackupShutdown']);
    expect(await rig().control.vssSnapshots()).toEqual([]);
  });

  it('a cancelled DoSnapshotSet aborts, and the requester may abort again', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.PrepareForSnapshot`, action: { hang: true } });
    const requester = await (await VssClient.on(rig())).prepared();
    const operation = await requester.components.doSnapshotSet();
    expect(await outcome(operation.cancel())).toBe('ok');
    expect(await requester.end(Promise.resolve(operation))).toBe('VSS_S_ASYNC_CANCELLED');
    await requester.components.abortBackup();
    expect((await requester.events(OTHER)).slice(-2)).toEqual(['Abort by service', 'Abort by requester']);
    expect(await outcome((await (await VssClient.on(rig())).initialized()).components.addToSnapshotSet('C:\\', GUID_NULL))).toBe('VSS_E_BAD_STATE');
    await requester.release();
  });
});
