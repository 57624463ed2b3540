/** The states of a writer after each event, and of an asynchronous operation (facts/vss.md 2.4, 3.1). */
import { VSS_HRESULT } from '../../lib/binding/vss-codes';
import { outcome, useRig } from './rig';
import { FINISHED, SQL, VssClient } from './vss-client';

describe('a writer', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());

  it('is stable after PrepareForBackup, waits for BackupComplete after DoSnapshotSet, and is stable after BackupComplete', async () => {
    const client = await (await VssClient.on(rig())).prepared();
    expect(await client.status(SQL.name)).toEqual(['STABLE', 'S_OK']);
    expect(await client.end(client.components.doSnapshotSet())).toBe(FINISHED);
    expect(await client.status(SQL.name)).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
    expect(await client.end(client.components.backupComplete())).toBe(FINISHED);
    expect(await client.status(SQL.name)).toEqual(['STABLE', 'S_OK']);
  });

  it.each([
    ['PrepareForBackup', 'FAILED_AT_PREPARE_BACKUP'], ['PrepareForSnapshot', 'FAILED_AT_PREPARE_SNAPSHOT'], ['Freeze', 'FAILED_AT_FREEZE'], ['Thaw', 'FAILED_AT_THAW'],
    ['PostSnapshot', 'FAILED_AT_POST_SNAPSHOT'], ['BackupComplete', 'FAILED_AT_BACKUP_COMPLETE'],
  ] as const)('that fails in %s is in the state of that failure, with its own code', async (event, state) => {
    await rig().control.addFault({ at: `vss.${SQL.name}.${event}`, action: { hresult: VSS_HRESULT.VSS_E_WRITERERROR_OUTOFRESOURCES } });
    const client = await (await VssClient.on(rig())).prepared();
    await client.end(client.components.doSnapshotSet());
    if (event === 'BackupComplete') await client.end(client.components.backupComplete());
    expect(await client.status(SQL.name)).toEqual([state, 'VSS_E_WRITERERROR_OUTOFRESOURCES']);
  });

  it('that fails Identify does not appear', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.Identify`, action: { hresult: VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE } });
    const all = await (await (await VssClient.on(rig())).gathered()).components.getWriterMetadataCount();
    await rig().control.clearFaults();
    expect(await (await (await VssClient.on(rig())).gathered()).components.getWriterMetadataCount()).toBe(all + 1);
  });

  it('tells its application\'s failure too', async () => {
    const client = await (await VssClient.on(rig())).prepared();
    await client.end(client.components.gatherWriterStatus());
    expect(await client.components.getWriterStatusEx(0)).toMatchObject({ applicationFailure: 0, applicationMessage: null });
    expect(await outcome(client.components.getWriterStatus(1000))).toBe('VSS_E_OBJECT_NOT_FOUND');
    await client.components.freeWriterStatus();
    expect(await outcome(client.components.getWriterStatusCount())).toBe('VSS_E_BAD_STATE');
  });
});

describe('an asynchronous operation', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());

  it('is pending after a wait that ran out although Wait succeeded, and finished later', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.PrepareForSnapshot`, action: { delayMs: 5000 } });
    const client = await (await VssClient.on(rig())).prepared();
    const operation = await client.components.doSnapshotSet();
    expect(await operation.queryStatus()).toBe(VSS_HRESULT.VSS_S_ASYNC_PENDING);
    expect(await outcome(rig().advanceUntilAnswered(operation.wait(1000), 500))).toBe('ok');
    expect(await operation.queryStatus()).toBe(VSS_HRESULT.VSS_S_ASYNC_PENDING);
    expect(await client.endAfter(Promise.resolve(operation))).toBe(FINISHED);
  });

  it('that failed: Wait and QueryStatus succeed, and the status is the failure', async () => {
    await rig().control.addFault({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_INSUFFICIENT_STORAGE } });
    const client = await (await VssClient.on(rig())).prepared();
    expect(await client.end(client.components.doSnapshotSet())).toBe('VSS_E_INSUFFICIENT_STORAGE');
  });

  it('is cancelled once; afterwards Cancel succeeds and changes nothing', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.PrepareForBackup`, action: { hang: true } });
    const client = await (await VssClient.on(rig())).started();
    const operation = await client.components.prepareForBackup();
    expect(await outcome(operation.cancel())).toBe('ok');
    await operation.wait(0xffffffff);
    expect(await operation.queryStatus()).toBe(VSS_HRESULT.VSS_S_ASYNC_CANCELLED);
    expect(await outcome(operation.cancel())).toBe('ok');
  });

  it('a second one while the first is under way is VSS_E_BAD_STATE', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.PrepareForBackup`, action: { delayMs: 5000 } });
    const client = await (await VssClient.on(rig())).started();
    const operation = await client.components.prepareForBackup();
    expect(await outcome(client.components.doSnapshotSet())).toBe('VSS_E_BAD_STATE');
    expect(await client.endAfter(Promise.resolve(operation))).toBe(FINISHED);
  });

  it('AbortBackup gets through while one is pending', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.PrepareForSnapshot`, action: { hang: true } });
    const client = await (await VssClient.on(rig())).prepared();
    const operation = await client.components.doSnapshotSet();
    const waiting = operation.wait(0xffffffff);
    expect(await outcome(client.components.abortBackup())).toBe('ok');
    await waiting;
    expect(await operation.queryStatus()).toBe(VSS_HRESULT.VSS_S_ASYNC_CANCELLED);
  });
});
