/** Which call is refused with VSS_E_BAD_STATE, and when: each rule of facts/vss.md 2.10, and what a requester meets instead where it is another code. */
import { GUID_NULL, VSS_SNAPSHOT_CONTEXT, VSS_VOLUME_SNAPSHOT_ATTRIBUTES } from '../../lib/binding/vss-codes';
import type { Rig } from './rig';
import { outcome, useRig } from './rig';
import { FINISHED, MASTER, SQL, VssClient, savedDocument } from './vss-client';
import type { Components } from './vss-client';

type Call = (components: Components) => Promise<unknown>;
type Given = (client: VssClient, rig: Rig) => Promise<unknown>;

const NO_WRITERS = VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP;

const raw: Given = () => Promise.resolve();
const initialized: Given = (client) => client.initialized();
const restore: Given = async ({ components }, rig) => components.initializeForRestore(await savedDocument(rig));
const failed: Given = async (client, rig) => {
  await client.prepared();
  await rig.control.addFault({ at: 'vss.provider.Commit', action: { hresult: 0x80042306 } });
  expect(await client.end(client.components.doSnapshotSet())).toBe('VSS_E_PROVIDER_VETO');
};
const aborted: Given = async (client) => {
  await client.prepared({ componentMode: true });
  await client.components.abortBackup();
};

const setState: Call = (c) => c.setBackupState(false, false, 5, false);

/** What was done, what is called then. */
const badState: readonly (readonly [given: string, given: Given, call: string, call: Call])[] = [
  ['before Initialize', raw, 'GetWriterComponentsCount', (c) => c.getWriterComponentsCount()],
  ['before Initialize', raw, 'SetContext', (c) => c.setContext(0)],
  ['before Initialize', raw, 'SetBackupState', setState],
  ['before Initialize', raw, 'GatherWriterMetadata', (c) => c.gatherWriterMetadata()],
  ['before Initialize', raw, 'StartSnapshotSet', (c) => c.startSnapshotSet()],
  ['before Initialize', raw, 'AbortBackup', (c) => c.abortBackup()],
  ['before Initialize', raw, 'Query', (c) => c.query(GUID_NULL, 1, 3)],
  ['after InitializeForBackup', initialized, 'InitializeForBackup', (c) => c.initializeForBackup(null)],
  ['after InitializeForBackup', initialized, 'AddToSnapshotSet', (c) => c.addToSnapshotSet('C:\\', GUID_NULL)],
  ['after InitializeForBackup', initialized, 'PrepareForBackup', (c) => c.prepareForBackup()],
  ['after InitializeForBackup', initialized, 'DoSnapshotSet', (c) => c.doSnapshotSet()],
  ['after InitializeForBackup', initialized, 'GetWriterMetadataCount', (c) => c.getWriterMetadataCount()],
  ['after InitializeForBackup', initialized, 'GetWriterStatusCount', (c) => c.getWriterStatusCount()],
  ['after InitializeForBackup', initialized, 'BackupComplete', (c) => c.backupComplete()],
  ['after InitializeForBackup', initialized, 'PreRestore', (c) => c.preRestore()],
  ['after InitializeForBackup', initialized, 'SetFileRestoreStatus', (c) => c.setFileRestoreStatus(...MASTER, 2)],
  ['without SetContext', initialized, 'Query', (c) => c.query(GUID_NULL, 1, 3)],
  ['after SetContext', (client) => client.initialized(0), 'SetContext', (c) => c.setContext(0)],
  ['after GatherWriterMetadata', (client) => client.gathered(), 'GatherWriterMetadata', (c) => c.gatherWriterMetadata()],
  ['after GatherWriterMetadata', (client) => client.gathered(), 'DisableWriterClasses', (c) => c.disableWriterClasses([SQL.id])],
  ['without StartSnapshotSet', (client) => client.gathered(), 'PrepareForBackup', (c) => c.prepareForBackup()],
  ['outside component mode', (client) => client.gathered(), 'AddComponent', (c) => c.addComponent(SQL.instance, ...MASTER)],
  ['without SetBackupState', async (client) => (await client.initialized()).components.startSnapshotSet(), 'PrepareForBackup', (c) => c.prepareForBackup()],
  ['without GatherWriterMetadata, in a context with writers', async (client) => (await client.initialized()).components.startSnapshotSet(), 'DoSnapshotSet', (c) => c.doSnapshotSet()],
  ['after StartSnapshotSet', (client) => client.started(), 'StartSnapshotSet', (c) => c.startSnapshotSet()],
  ['after StartSnapshotSet', (client) => client.started(), 'SetContext', (c) => c.setContext(0)],
  ['after PrepareForBackup', (client) => client.prepared(), 'PrepareForBackup', (c) => c.prepareForBackup()],
  ['after PrepareForBackup', (client) => client.prepared({ componentMode: true }), 'AddComponent', (c) => c.addComponent(SQL.instance, SQL.id, 1, 'SIMULATED', 'model')],
  ['after PrepareForBackup', (client) => client.prepared(), 'SetBackupState', setState],
  ['after PrepareForBackup', (client) => client.prepared({ componentMode: true }), 'SetPreviousBackupStamp', (c) => c.setPreviousBackupStamp(...MASTER, 'x')],
  ['after DoSnapshotSet', (client) => client.created(), 'DoSnapshotSet', (c) => c.doSnapshotSet()],
  ['after DoSnapshotSet', (client) => client.created(), 'AddToSnapshotSet', (c) => c.addToSnapshotSet('C:\\', GUID_NULL)],
  ['after a failed DoSnapshotSet', failed, 'BackupComplete', (c) => c.backupComplete()],
  ['after BackupComplete', (client) => client.completed(), 'BackupComplete', (c) => c.backupComplete()],
  ['after AbortBackup', aborted, 'BackupComplete', (c) => c.backupComplete()],
  ['after AbortBackup', aborted, 'DoSnapshotSet', (c) => c.doSnapshotSet()],
  ['after AbortBackup', aborted, 'StartSnapshotSet', (c) => c.startSnapshotSet()],
  ['after AbortBackup', aborted, 'SetBackupSucceeded', (c) => c.setBackupSucceeded(SQL.instance, ...MASTER, true)],
  ['in a context without writers', async (client) => (await client.initialized(NO_WRITERS)).components.startSnapshotSet(), 'PrepareForBackup', (c) => c.prepareForBackup()],
  ['in a context without writers', async (client) => (await client.initialized(NO_WRITERS)).components.startSnapshotSet(), 'BackupComplete', (c) => c.backupComplete()],
  ['in a restore', restore, 'AbortBackup', (c) => c.abortBackup()],
  ['in a restore', restore, 'StartSnapshotSet', (c) => c.startSnapshotSet()],
  ['in a restore', restore, 'PrepareForBackup', (c) => c.prepareForBackup()],
  ['in a restore', restore, 'Query', (c) => c.query(GUID_NULL, 1, 3)],
  ['in a restore, before PreRestore', restore, 'PostRestore', (c) => c.postRestore()],
  ['in a restore, before GatherWriterMetadata', restore, 'SetSelectedForRestore', (c) => c.setSelectedForRestore(...MASTER, true)],
];

describe('VSS_E_BAD_STATE', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());

  it.each(badState)('%s: %s', async (_given, given, _name, call) => {
    const client = await VssClient.on(rig());
    await given(client, rig());
    expect(await outcome(call(client.components))).toBe('VSS_E_BAD_STATE');
  });
});

describe('the legal order', () => {
  const rig = useRig();
  afterEach(() => rig().control.clearFaults());

  it('takes a backup in component mode from Initialize to BackupComplete', async () => {
    const client = await (await VssClient.on(rig())).created({ componentMode: true });
    await client.components.setBackupSucceeded(SQL.instance, ...MASTER, true);
    expect(await client.end(client.components.backupComplete())).toBe(FINISHED);
    expect(await client.components.saveAsXML()).toContain('master');
  });

  it('takes a backup without writers past every writer', async () => {
    const client = await (await VssClient.on(rig())).initialized(NO_WRITERS);
    await client.components.startSnapshotSet();
    await client.components.addToSnapshotSet('C:\\', GUID_NULL);
    expect(await client.end(client.components.doSnapshotSet())).toBe(FINISHED);
    await client.release();
    expect(await client.events(SQL.name)).toEqual([]);
  });

  it('takes a restore from Initialize to PostRestore', async () => {
    const client = await VssClient.on(rig());
    await client.components.initializeForRestore(await savedDocument(rig()));
    await client.end(client.components.gatherWriterMetadata());
    await client.components.setSelectedForRestore(...MASTER, true);
    expect(await client.end(client.components.preRestore())).toBe(FINISHED);
    await client.components.setFileRestoreStatus(...MASTER, 2);
    expect(await client.end(client.components.postRestore())).toBe(FINISHED);
    expect((await client.events(SQL.name)).filter((event) => event.includes('Restore'))).toEqual(['PreRestore', 'PostRestore']);
  });

  it('a context that is refused does not use up the one SetContext', async () => {
    const client = await (await VssClient.on(rig())).initialized();
    const wrong = VSS_VOLUME_SNAPSHOT_ATTRIBUTES.DIFFERENTIAL | VSS_VOLUME_SNAPSHOT_ATTRIBUTES.PLEX;
    expect(await outcome(client.components.setContext(wrong))).toBe('VSS_E_UNSUPPORTED_CONTEXT');
    expect(await outcome(client.components.setContext(0))).toBe('ok');
  });

  it('a volume is known by its root with the backslash only', async () => {
    const client = await (await VssClient.on(rig())).initialized();
    await client.components.startSnapshotSet();
    expect(await outcome(client.components.addToSnapshotSet('C:', GUID_NULL))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await outcome(client.components.addToSnapshotSet('C:\\', GUID_NULL))).toBe('ok');
    expect(await outcome(client.components.addToSnapshotSet('C:\\', GUID_NULL))).toBe('VSS_E_OBJECT_ALREADY_EXISTS');
  });

  it('one set at a time on the machine: the second requester is told, and may ask again on the same object', async () => {
    const first = await (await VssClient.on(rig())).initialized();
    await first.components.startSnapshotSet();
    const second = await (await VssClient.on(rig())).initialized();
    expect(await outcome(second.components.startSnapshotSet())).toBe('VSS_E_SNAPSHOT_SET_IN_PROGRESS');
    await first.components.abortBackup();
    expect(await outcome(second.components.startSnapshotSet())).toBe('ok');
  });

  it('a component that is added twice is VSS_E_OBJECT_ALREADY_EXISTS, one that is not there VSS_E_OBJECT_NOT_FOUND', async () => {
    const client = await (await VssClient.on(rig())).gathered({ componentMode: true });
    expect(await outcome(client.components.addComponent(SQL.instance, ...MASTER))).toBe('VSS_E_OBJECT_ALREADY_EXISTS');
    expect(await outcome(client.components.addComponent(SQL.instance, SQL.id, 1, 'SIMULATED', 'nothing'))).toBe('VSS_E_OBJECT_NOT_FOUND');
  });
});
