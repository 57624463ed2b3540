/** SnapshotSession, RestoreSession and VssBackupComponents on the backend under test: what they call on every kind of end (facts/vss.md 2.3). */
import { hresultName } from '../../lib/binding/codes';
import { interfaceTable } from '../../lib/binding/tables';
import { VSS_HRESULT, VSS_SNAPSHOT_CONTEXT, VSS_SYSTEM_PROVIDER_ID } from '../../lib/binding/vss-codes';
import {
  RestoreSession, SnapshotError, SnapshotSession, VssBackupComponents, VssRestoreError, deleteSnapshots, examineWriterMetadata, exposeSnapshot, listWriters, queryProviders, queryShadowStorage, querySnapshots,
  removeShadowStorage, setShadowStorage, unexposeSnapshot,
} from '../../lib/vss';
import type { SetShadowStorageOptions, SnapshotSessionOptions } from '../../lib/vss';
import { useRig } from './rig';
import { SQL, VssClient } from './vss-client';

const OTHER = 'System Writer';

describe('a session', () => {
  const rig = useRig();
  afterEach(async () => {
    await rig().control.clearFaults();
    await rig().control.vssSettled();
    expect(await rig().control.vssSnapshots()).toEqual([]);
    expect((await rig().control.vssStatus()).setInProgress).toBeNull();
  });
  const begin = (options: Partial<SnapshotSessionOptions> = {}): Promise<SnapshotSession> =>
    SnapshotSession.begin({ backend: rig().backend, volumes: ['C:\\'], retry: { times: 0 }, ...options });
  const events = async (writer: string, after: number): Promise<readonly string[]> =>
    (await rig().control.vssEvents(after)).filter((event) => event.writer === writer).map(({ event, cause }) => (event === 'Abort' ? `Abort by ${cause}` : event));
  const latest = async (): Promise<number> => (await rig().control.vssEvents()).at(-1)?.sequence ?? 0;
  const fail = (at: string, hresult: number): Promise<void> => rig().control.addFault({ at, action: { hresult } });
  const rejection = (promise: Promise<unknown>): Promise<SnapshotError> => promise.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => {
      if (error instanceof SnapshotError) return error;
      throw error;
    },
  );

  it('[S13] goes through a whole backup in component mode, and gives documents that can be examined', async () => {
    const after = await latest();
    const session = await begin({ components: [{ writer: SQL.name, name: 'master' }] });
    expect(session.snapshots).toEqual([expect.objectContaining({ state: 'CREATED', deviceObject: expect.stringContaining('HarddiskVolumeShadowCopy') as string })]);
    const result = await session.complete();
    expect(result.components).toEqual([expect.objectContaining({ writerId: SQL.id, components: [expect.objectContaining({ name: 'master', backupSucceeded: true })] })]);
    expect(await events(SQL.name, after)).toEqual(expect.arrayContaining(['PrepareForBackup', 'PrepareForSnapshot', 'Freeze', 'Thaw', 'PostSnapshot', 'BackupComplete']));
    // In component mode a writer without a component hears nothing after PrepareForBackup.
    expect(await events(OTHER, after)).not.toContain('Freeze');
    const { document } = result.writerDocuments.find(({ writerName }) => writerName === SQL.name) ?? { document: '' };
    expect(await examineWriterMetadata(document, { backend: rig().backend })).toMatchObject({ writerName: SQL.name, components: [{ name: 'master' }, { name: 'model' }, { name: 'msdb' }] });
  });

  it('[S9] left after PrepareForBackup aborts, awaited, before the release', async () => {
    const after = await latest();
    await (await begin()).abort();
    await rig().control.vssSettled();
    expect((await events(SQL.name, after)).slice(-2)).toEqual(['Abort by requester', 'BackupShutdown']);
  });

  it('[S10] aborts after a veto of PrepareForBackup, so that the others hear of it', async () => {
    await fail(`vss.${SQL.name}.PrepareForBackup`, VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE);
    const after = await latest();
    const error = await rejection(begin());
    expect(error).toMatchObject({ phase: 'PrepareForBackup', code: 'VSS_E_WRITERERROR_NONRETRYABLE', retryClass: 'not retryable', writers: [{ writerName: SQL.name, state: 'FAILED_AT_PREPARE_BACKUP' }] });
    expect(await events(OTHER, after)).toContain('Abort by requester');
  });

  it('[S14] aborts after a failed DoSnapshotSet, and names the writer that failed it', async () => {
    await fail(`vss.${SQL.name}.Freeze`, VSS_HRESULT.VSS_E_WRITERERROR_RETRYABLE);
    const after = await latest();
    const error = await rejection(begin());
    expect(error).toMatchObject({ phase: 'DoSnapshotSet', code: 'VSS_E_UNEXPECTED_WRITER_ERROR', retryClass: 'retryable', writers: [{ writerName: SQL.name, code: 'VSS_E_WRITERERROR_RETRYABLE' }] });
    expect((await events(OTHER, after)).filter((event) => event.startsWith('Abort'))).toEqual(['Abort by service', 'Abort by requester']);
  });

  it('[S5] finds a failure of PostSnapshot in the writers\' status, and aborts', async () => {
    await fail(`vss.${SQL.name}.PostSnapshot`, VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE);
    expect(await rejection(begin())).toMatchObject({ phase: 'DoSnapshotSet', writers: [{ state: 'FAILED_AT_POST_SNAPSHOT' }] });
  });

  it('[S7] starts over with a fresh instance where a retry may help', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.Freeze`, occurrence: (await rig().control.count(`vss.${SQL.name}.Freeze`)) + 1, action: { hresult: VSS_HRESULT.VSS_E_WRITERERROR_TIMEOUT } });
    const before = await rig().control.count('CreateVssBackupComponents');
    const session = await rig().advanceUntilAnswered(begin({ retry: { times: 1, delayMs: 1 } }), 10);
    expect(await rig().control.count('CreateVssBackupComponents')).toBe(before + 2);
    await session.complete();
  });

  it('[S15] is not completed after an abort', async () => {
    const session = await begin();
    await session.abort();
    await expect(session.complete()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' });
  });

  it('that the signal ends in the middle of DoSnapshotSet is cancelled, drained and aborted', async () => {
    await rig().control.addFault({ at: `vss.${SQL.name}.PrepareForSnapshot`, action: { hang: true } });
    const cancel = new AbortController();
    const beginning = begin({ signal: cancel.signal });
    const before = await rig().control.count(`vss.${SQL.name}.PrepareForSnapshot`);
    while ((await rig().control.count(`vss.${SQL.name}.PrepareForSnapshot`)) === before) await rig().control.advance(0);
    const after = await latest();
    cancel.abort(new Error('enough'));
    await expect(beginning).rejects.toMatchObject({ name: 'AbortError', phase: 'DoSnapshotSet', unfinished: [] });
    expect((await events(OTHER, after)).filter((event) => event.startsWith('Abort'))).toEqual(['Abort by service', 'Abort by requester']);
  });

  it('[S6] restores from the documents, and has no abort for a restore that fails', async () => {
    const backup = await (await begin({ components: [{ writer: SQL.name, name: 'master' }] })).complete();
    const options = { backend: rig().backend, backupComponentsDocument: backup.backupComponentsDocument, writerDocuments: backup.writerDocuments };
    const restore = await RestoreSession.begin(options);
    expect(restore.components).toEqual([expect.objectContaining({ writerName: SQL.name, name: 'master' })]);
    expect(await restore.complete()).toMatchObject({ warnings: [], unfinished: [] });
    await fail(`vss.${SQL.name}.PreRestore`, VSS_HRESULT.VSS_E_WRITERERROR_NONRETRYABLE);
    const after = await latest();
    await expect(RestoreSession.begin(options)).rejects.toBeInstanceOf(VssRestoreError);
    expect((await events(SQL.name, after)).some((event) => event.startsWith('Abort'))).toBe(false);
  });

  it('lists, exposes and deletes persistent copies', async () => {
    const { backend } = rig();
    const { snapshotSetId, snapshots: [snapshot] } = await (await begin({ context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK })).complete();
    const snapshotId = snapshot?.snapshotId ?? '';
    expect((await querySnapshots({ backend })).snapshots.map((each) => each.snapshotId)).toEqual([snapshotId]);
    expect(await exposeSnapshot({ backend, snapshotId, as: 'X:' })).toMatchObject({ exposedAs: 'X:' });
    expect((await querySnapshots({ backend })).snapshots[0]?.exposedName).toBe('X:');
    await unexposeSnapshot({ backend, snapshotId });
    expect(await deleteSnapshots({ backend, snapshotSetId })).toMatchObject({ deleted: 1 });
    await expect(deleteSnapshots({ backend, snapshotSetId })).rejects.toMatchObject({ code: 'VSS_E_OBJECT_NOT_FOUND', outputs: { deletedSnapshots: 0 } });
  });

  it('lists providers, and writers with their components and states', async () => {
    const { backend } = rig();
    expect((await queryProviders({ backend })).providers).toContainEqual(expect.objectContaining({ type: 'SYSTEM' }));
    const { writers } = await listWriters({ backend });
    expect(writers.find(({ metadata }) => metadata.writerName === SQL.name)).toMatchObject({
      status: { state: 'STABLE', failure: 0 },
      metadata: { backupSchema: 0x1d5, components: [{ name: 'master', databaseFiles: [{ filespec: 'master.mdf' }] }, { name: 'model' }, { name: 'msdb' }], excludeFiles: [{ filespec: 'tempdb.mdf' }, {}] },
    });
  });
});

describe('shadow storage', () => {
  const rig = useRig();

  it('is made, limited and taken away', async () => {
    const { backend } = rig();
    expect((await queryShadowStorage({ backend, volume: 'C:' })).storages).toEqual([]);
    await setShadowStorage({ backend, volume: 'C:', maximumBytes: 1n << 33n });
    await setShadowStorage({ backend, volume: 'C:', maximumBytes: null });
    const { storages: [storage] } = await queryShadowStorage({ backend, volume: 'C:' });
    expect(storage).toMatchObject({ volume: expect.stringMatching(/^\\\\\?\\Volume\{/) as string, maximumBytes: null, allocatedBytes: 0n });
    await setShadowStorage({ backend, volume: 'C:', maximumBytes: 5n << 30n });
    expect((await queryShadowStorage({ backend, volume: 'C:' })).storages).toEqual([expect.objectContaining({ maximumBytes: 5n << 30n })]);
    await removeShadowStorage({ backend, volume: 'C:' });
    await expect(removeShadowStorage({ backend, volume: 'C:' })).rejects.toMatchObject({ code: 'VSS_E_OBJECT_NOT_FOUND' });
  });

  it('is the system provider\'s alone, and asked for by an interface that it has', async () => {
    const channel = await rig().channel();
    const get = (provider: string, iid: string): Promise<string> => channel.call(0, 'GetProviderMgmtInterface', [provider, iid]).then(({ hresult }) => hresultName(hresult));
    const iid = interfaceTable('IVssDifferentialSoftwareSnapshotMgmt').iid;
    expect(await get('99999999-3cec-4981-9171-19f59559e0f2', iid)).toBe('VSS_E_PROVIDER_NOT_REGISTERED');
    expect(await get('89300202-3cec-4981-9171-19f59559e0f2', iid)).toBe('E_NOINTERFACE');
    expect(await get(VSS_SYSTEM_PROVIDER_ID, interfaceTable('IVssAdmin').iid)).toBe('E_NOINTERFACE');
    expect(await get(VSS_SYSTEM_PROVIDER_ID, iid)).toBe('S_OK');
  });

  it.each([[{ volume: 'x' }, 'volume'], [{ volume: 'C:', on: 'y' }, 'on'], [{ volume: 'C:', maximumBytes: 0n }, 'maximumBytes'], [{ volume: 'C:', maximumBytes: 7 }, 'maximumBytes']])('%j is bad input', async (options, field) => {
    await expect(setShadowStorage({ backend: rig().backend, maximumBytes: null, ...options } as SetShadowStorageOptions)).rejects.toMatchObject({ field });
  });
});

describe('VssBackupComponents', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());
  const create = (): Promise<VssBackupComponents> => VssBackupComponents.create({ backend: rig().backend });
  const aborts = async (): Promise<number> => (await rig().control.calls({ operation: 'IVssBackupComponents::AbortBackup' })).length;

  it('[S12] is simply released after metadata', async () => {
    const before = await aborts();
    const components = await create();
    await components.initializeForBackup(null);
    await components.gatherWriterMetadata();
    await components.close();
    expect(await aborts()).toBe(before);
  });

  it('[S11] [S8] aborts from StartSnapshotSet on, although no writer was prepared', async () => {
    const before = await aborts();
    const components = await create();
    await components.initializeForBackup(null);
    await components.startSnapshotSet();
    expect(components.state).toBe('started');
    await components.close();
    expect(await aborts()).toBe(before + 1);
    await (await (await VssClient.on(rig())).completed()).release();
  });

  it('[S6] refuses AbortBackup in a restore, without a call', async () => {
    const session = await SnapshotSession.begin({ backend: rig().backend, volumes: ['C:\\'] });
    const { backupComponentsDocument } = await session.complete();
    const before = await aborts();
    const components = await create();
    await components.initializeForRestore(backupComponentsDocument);
    await expect(components.abortBackup()).rejects.toMatchObject({ code: 'ERR_RESTORE_CANNOT_ABORT' });
    await components.close();
    expect(await aborts()).toBe(before);
  });

  it('[S15] refuses BackupComplete after AbortBackup, without a call', async () => {
    const components = await create();
    await components.initializeForBackup(null);
    await components.startSnapshotSet();
    await components.abortBackup();
    await expect(components.backupComplete()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const before = await aborts();
    await components.close();
    expect(await aborts()).toBe(before);
    await expect(components.saveAsXML()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});
