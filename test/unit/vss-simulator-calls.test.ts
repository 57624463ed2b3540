import * as fc from 'fast-check';
import { HRESULT } from '../../lib/binding/codes';
import { GUID_NULL, VSS_BACKUP_TYPE, VSS_HRESULT } from '../../lib/binding/vss-codes';
import { callOrder } from '../../lib/simulator/vss/call-order';
import { vssTable } from '../../lib/binding/tables';
import { FINISHED, Requester, WRITER_A, codeOf, plainWriter, vssMachine } from './vss-requester';
import type { Components } from './vss-requester';

const DATA = [WRITER_A, 2, null, 'Data'] as const;

/** Each method of the object with arguments that are right once the object is where the method belongs. */
const calls: Readonly<Record<keyof typeof callOrder, (components: Components) => Promise<unknown>>> = {
  InitializeForBackup: (c) => c.initializeForBackup(null),
  InitializeForRestore: (c) => c.initializeForRestore(null),
  GetWriterComponentsCount: (c) => c.getWriterComponentsCount(),
  GetWriterComponents: (c) => c.getWriterComponents(0),
  SetContext: (c) => c.setContext(0),
  SetBackupState: (c) => c.setBackupState(true, false, VSS_BACKUP_TYPE.COPY, false),
  SetRestoreState: (c) => c.setRestoreState(1),
  DisableWriterClasses: (c) => c.disableWriterClasses([GUID_NULL]),
  EnableWriterClasses: (c) => c.enableWriterClasses([WRITER_A]),
  DisableWriterInstances: (c) => c.disableWriterInstances([GUID_NULL]),
  GatherWriterMetadata: (c) => c.gatherWriterMetadata(),
  GetWriterMetadataCount: (c) => c.getWriterMetadataCount(),
  GetWriterMetadata: (c) => c.getWriterMetadata(0),
  GetWriterMetadataEx: (c) => c.getWriterMetadataEx(0),
  FreeWriterMetadata: (c) => c.freeWriterMetadata(),
  AddComponent: (c) => c.addComponent(WRITER_A, ...DATA),
  SetBackupOptions: (c) => c.setBackupOptions(...DATA, 'x'),
  SetPreviousBackupStamp: (c) => c.setPreviousBackupStamp(...DATA, 'x'),
  StartSnapshotSet: (c) => c.startSnapshotSet(),
  AddToSnapshotSet: (c) => c.addToSnapshotSet('C:\\', GUID_NULL),
  PrepareForBackup: (c) => c.prepareForBackup(),
  DoSnapshotSet: (c) => c.doSnapshotSet(),
  GatherWriterStatus: (c) => c.gatherWriterStatus(),
  GetWriterStatusCount: (c) => c.getWriterStatusCount(),
  GetWriterStatus: (c) => c.getWriterStatus(0),
  GetWriterStatusEx: (c) => c.getWriterStatusEx(0),
  FreeWriterStatus: (c) => c.freeWriterStatus(),
  SetBackupSucceeded: (c) => c.setBackupSucceeded(WRITER_A, ...DATA, true),
  BackupComplete: (c) => c.backupComplete(),
  AbortBackup: (c) => c.abortBackup(),
  SaveAsXML: (c) => c.saveAsXML(),
  GetSnapshotProperties: (c) => c.getSnapshotProperties(GUID_NULL),
  Query: (c) => c.query(GUID_NULL, 1, 3),
  DeleteSnapshots: (c) => c.deleteSnapshots(GUID_NULL, 3, false),
  BreakSnapshotSet: (c) => c.breakSnapshotSet(GUID_NULL),
  BreakSnapshotSetEx: (c) => c.breakSnapshotSetEx(GUID_NULL, 0),
  ExposeSnapshot: (c) => c.exposeSnapshot(GUID_NULL, null, 0x100000, 'X:'),
  UnexposeSnapshot: (c) => c.unexposeSnapshot(GUID_NULL),
  RevertToSnapshot: (c) => c.revertToSnapshot(GUID_NULL, false),
  QueryRevertStatus: (c) => c.queryRevertStatus('C:\\'),
  IsVolumeSupported: (c) => c.isVolumeSupported(GUID_NULL, 'C:\\'),
  ImportSnapshots: (c) => c.importSnapshots(),
  PreFastRecovery: (c) => c.preFastRecovery(GUID_NULL, 0),
  FastRecovery: (c) => c.fastRecovery(GUID_NULL, 0),
  AddSnapshotToRecoverySet: (c) => c.addSnapshotToRecoverySet(GUID_NULL, 0, null),
  RecoverSet: (c) => c.recoverSet(0),
  GetSessionId: (c) => c.getSessionId(),
  GetRootAndLogicalPrefixPaths: (c) => c.getRootAndLogicalPrefixPaths('C:\\Data', false),
  SetSelectedForRestore: (c) => c.setSelectedForRestore(...DATA, true),
  SetSelectedForRestoreEx: (c) => c.setSelectedForRestoreEx(...DATA, true, WRITER_A),
  SetRestoreOptions: (c) => c.setRestoreOptions(...DATA, 'x'),
  SetAdditionalRestores: (c) => c.setAdditionalRestores(...DATA, true),
  AddRestoreSubcomponent: (c) => c.addRestoreSubcomponent(...DATA, null, 'Sub', false),
  AddNewTarget: (c) => c.addNewTarget(...DATA, 'C:\\Data', '*', false, 'D:\\Data'),
  SetAuthoritativeRestore: (c) => c.setAuthoritativeRestore(...DATA, true),
  SetRollForward: (c) => c.setRollForward(...DATA, 2, 'x'),
  SetRestoreName: (c) => c.setRestoreName(...DATA, 'x'),
  PreRestore: (c) => c.preRestore(),
  AddAlternativeLocationMapping: (c) => c.addAlternativeLocationMapping(...DATA, 'C:\\Data', '*', false, 'D:\\Data'),
  SetRangesFilePath: (c) => c.setRangesFilePath(...DATA, 0, 'C:\\ranges'),
  SetFileRestoreStatus: (c) => c.setFileRestoreStatus(...DATA, 2),
  PostRestore: (c) => c.postRestore(),
};
type Call = keyof typeof calls;
const names = Object.keys(calls) as readonly Call[];

const BAD = 'VSS_E_BAD_STATE';

/** The call, and if it began an operation, that too. */
async function finished(requester: Requester, call: Promise<unknown>): Promise<void> {
  const answer = await call;
  if (typeof answer !== 'object' || answer === null || !('queryStatus' in answer)) return;
  const status = await requester.end(Promise.resolve(answer as Awaited<ReturnType<Components['gatherWriterMetadata']>>));
  if (status !== FINISHED) throw new Error(`the operation ended with 0x${status.toString(16)}`);
}

async function fresh(): Promise<Requester> {
  return Requester.on(vssMachine({ writers: [plainWriter('a', WRITER_A)] }).machine);
}

/** A document with one component, as a finished backup saves it. */
async function savedDocument(): Promise<string> {
  const requester = await fresh();
  await requester.gather(undefined, true);
  await requester.components.addComponent(WRITER_A, ...DATA);
  await requester.start();
  await requester.prepare();
  await requester.create();
  await requester.complete();
  return (await requester.components.saveAsXML()) ?? '';
}

describe('the order of calls', () => {
  it('has a row for each of the 62 methods', () => {
    const methods = vssTable.interfaces.filter(({ name }) => name.startsWith('IVssBackupComponents')).flatMap(({ methods: list }) => list.map(({ name }) => name));
    expect([...names].sort()).toEqual([...methods].sort());
    expect(methods).toHaveLength(62);
  });

  it.each(names.filter((name) => !name.startsWith('Initialize') && name !== 'GetRootAndLogicalPrefixPaths'))('%s on an object that was not initialised is VSS_E_BAD_STATE', async (name) => {
    expect(await codeOf(calls[name]((await fresh()).components))).toBe(BAD);
  });

  const backupOnly: readonly Call[] = [
    'SetContext', 'AddComponent', 'SetBackupOptions', 'SetPreviousBackupStamp', 'StartSnapshotSet', 'AddToSnapshotSet', 'PrepareForBackup', 'DoSnapshotSet',
    'SetBackupSucceeded', 'BackupComplete', 'GetSnapshotProperties', 'Query', 'DeleteSnapshots', 'BreakSnapshotSet', 'BreakSnapshotSetEx', 'ExposeSnapshot',
    'UnexposeSnapshot', 'RevertToSnapshot', 'QueryRevertStatus', 'IsVolumeSupported', 'ImportSnapshots', 'InitializeForBackup',
  ];
  it.each(backupOnly)('%s on a restore object is VSS_E_BAD_STATE', async (name) => {
    const requester = await fresh();
    await requester.components.initializeForRestore(await savedDocument());
    await requester.end(requester.components.gatherWriterMetadata());
    expect(await codeOf(calls[name](requester.components))).toBe(BAD);
  });

  it('[S6] AbortBackup on a restore object is VSS_E_BAD_STATE, and no writer sees an Abort', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A)] });
    const requester = await Requester.on(machine);
    await requester.components.initializeForRestore(await savedDocument());
    await requester.end(requester.components.gatherWriterMetadata());
    await requester.components.setSelectedForRestore(...DATA, true);
    await requester.end(requester.components.preRestore());
    expect(await codeOf(requester.components.abortBackup())).toBe(BAD);
    expect(machine.vss.events.map(({ event }) => event)).toEqual(['Identify', 'PreRestore']);
  });

  const restoreOnly: readonly Call[] = [
    'SetRestoreState', 'SetSelectedForRestore', 'SetSelectedForRestoreEx', 'SetRestoreOptions', 'SetAdditionalRestores', 'AddRestoreSubcomponent', 'AddNewTarget',
    'SetAuthoritativeRestore', 'SetRollForward', 'SetRestoreName', 'PreRestore', 'AddAlternativeLocationMapping', 'SetRangesFilePath', 'SetFileRestoreStatus',
    'PostRestore', 'InitializeForRestore',
  ];
  it.each(restoreOnly)('%s on a backup object is VSS_E_BAD_STATE', async (name) => {
    const requester = await fresh();
    await requester.gather();
    expect(await codeOf(calls[name](requester.components))).toBe(BAD);
  });

  /** What came before, and what is then out of order (facts/vss.md 2.1, 2.3, 2.8, 2.10). */
  const rows: readonly (readonly [string, (requester: Requester) => Promise<unknown>, Call])[] = [
    ['a second SetContext', async (r) => { await r.initialize(0); }, 'SetContext'],
    ['SetContext after StartSnapshotSet', async (r) => { await r.initialize(); await r.components.startSnapshotSet(); }, 'SetContext'],
    ['AddToSnapshotSet before StartSnapshotSet', async (r) => { await r.gather(); }, 'AddToSnapshotSet'],
    ['PrepareForBackup before StartSnapshotSet', async (r) => { await r.gather(); }, 'PrepareForBackup'],
    ['PrepareForBackup before SetBackupState', async (r) => { await r.initialize(); await r.components.startSnapshotSet(); }, 'PrepareForBackup'],
    ['a second PrepareForBackup', async (r) => { await r.prepared(); }, 'PrepareForBackup'],
    ['SetBackupState after PrepareForBackup', async (r) => { await r.prepared(); }, 'SetBackupState'],
    ['DoSnapshotSet before StartSnapshotSet', async (r) => { await r.gather(); }, 'DoSnapshotSet'],
    ['DoSnapshotSet with writers before GatherWriterMetadata', async (r) => { await r.initialize(); await r.start(); }, 'DoSnapshotSet'],
    ['a second DoSnapshotSet', async (r) => { await r.snapshot(); }, 'DoSnapshotSet'],
    ['[S7] a second StartSnapshotSet', async (r) => { await r.snapshot(); }, 'StartSnapshotSet'],
    ['[S7] StartSnapshotSet after AbortBackup', async (r) => { await r.prepared(); await r.components.abortBackup(); }, 'StartSnapshotSet'],
    ['[S15] BackupComplete after AbortBackup', async (r) => { await r.snapshot(); await r.components.abortBackup(); }, 'BackupComplete'],
    ['BackupComplete before PrepareForBackup', async (r) => { await r.gather(); await r.start(); }, 'BackupComplete'],
    ['a second BackupComplete', async (r) => { await r.snapshot(); await r.complete(); }, 'BackupComplete'],
    ['BackupComplete in a context without writers', async (r) => { await r.initialize(0x10); await r.start(); await r.create(); }, 'BackupComplete'],
    ['PrepareForBackup in a context without writers', async (r) => { await r.gather(0x10); await r.start(); }, 'PrepareForBackup'],
    ['AddComponent in a context without writers', async (r) => { await r.gather(0x10, true); }, 'AddComponent'],
    ['AddComponent before GatherWriterMetadata', async (r) => { await r.initialize(); await r.components.setBackupState(true, false, 5, false); }, 'AddComponent'],
    ['AddComponent before SetBackupState', async (r) => { await r.initialize(); await r.end(r.components.gatherWriterMetadata()); }, 'AddComponent'],
    ['AddComponent outside component mode', async (r) => { await r.gather(); }, 'AddComponent'],
    ['AddComponent after PrepareForBackup', async (r) => { await r.gather(undefined, true); await r.start(); await r.prepare(); }, 'AddComponent'],
    ['SetPreviousBackupStamp after PrepareForBackup', async (r) => { await r.prepared(); }, 'SetPreviousBackupStamp'],
    ['SetBackupOptions after PrepareForBackup', async (r) => { await r.prepared(); }, 'SetBackupOptions'],
    ['a second GatherWriterMetadata', async (r) => { await r.gather(); }, 'GatherWriterMetadata'],
    ['DisableWriterClasses after GatherWriterMetadata', async (r) => { await r.gather(); }, 'DisableWriterClasses'],
    ['DisableWriterInstances after GatherWriterMetadata', async (r) => { await r.gather(); }, 'DisableWriterInstances'],
    ['GetWriterMetadataCount before GatherWriterMetadata', async (r) => { await r.initialize(); }, 'GetWriterMetadataCount'],
    ['GetWriterMetadata after FreeWriterMetadata', async (r) => { await r.gather(); await r.components.freeWriterMetadata(); }, 'GetWriterMetadata'],
    ['GetWriterStatusCount before GatherWriterStatus', async (r) => { await r.prepared(); }, 'GetWriterStatusCount'],
    ['GetWriterStatus before GatherWriterStatus', async (r) => { await r.prepared(); }, 'GetWriterStatus'],
    ['GetWriterStatusEx after FreeWriterStatus', async (r) => { await r.prepared(); await r.statuses(); await r.components.freeWriterStatus(); }, 'GetWriterStatusEx'],
    ['Query without SetContext', async (r) => { await r.initialize(); }, 'Query'],
    ['ImportSnapshots without a stored document', async (r) => { await r.initialize(); }, 'ImportSnapshots'],
    ['a second InitializeForBackup', async (r) => { await r.initialize(); }, 'InitializeForBackup'],
    ['SetBackupSucceeded before PrepareForBackup', async (r) => { await r.gather(); }, 'SetBackupSucceeded'],
    ['PostRestore before PreRestore', async (r) => { await restoring(r); }, 'PostRestore'],
    ['a second PreRestore', async (r) => { await restoring(r); await r.end(r.components.preRestore()); }, 'PreRestore'],
    ['PreRestore before GatherWriterMetadata', async (r) => { await r.components.initializeForRestore(await savedDocument()); }, 'PreRestore'],
    ['SetSelectedForRestore after PreRestore', async (r) => { await restoring(r); await r.end(r.components.preRestore()); }, 'SetSelectedForRestore'],
    ['a second PostRestore', async (r) => { await restoring(r); await r.end(r.components.preRestore()); await r.end(r.components.postRestore()); }, 'PostRestore'],
    ['SetFileRestoreStatus after PostRestore', async (r) => { await restoring(r); await r.end(r.components.preRestore()); await r.end(r.components.postRestore()); }, 'SetFileRestoreStatus'],
  ];
  async function restoring(requester: Requester): Promise<void> {
    await requester.components.initializeForRestore(await savedDocument());
    await requester.end(requester.components.gatherWriterMetadata());
  }
  it.each(rows)('%s is VSS_E_BAD_STATE', async (_what, before, call) => {
    const requester = await fresh();
    await before(requester);
    expect(await codeOf(calls[call](requester.components))).toBe(BAD);
  });

  it('BackupComplete and SetBackupSucceeded after a failed DoSnapshotSet are VSS_E_BAD_STATE', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'Freeze' }] })] });
    const requester = await Requester.on(machine);
    await requester.snapshot();
    expect(await codeOf(calls.BackupComplete(requester.components))).toBe(BAD);
    expect(await codeOf(calls.SetBackupSucceeded(requester.components))).toBe(BAD);
  });

  it('a second asynchronous call while one is under way is VSS_E_BAD_STATE', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: ['PrepareForBackup'] })] });
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.start();
    await requester.components.prepareForBackup();
    for (const name of ['DoSnapshotSet', 'GatherWriterStatus', 'BackupComplete'] as const) {
      expect([name, await codeOf(calls[name](requester.components))]).toEqual([name, BAD]);
    }
  });

  it('a refused SetContext does not use up the one that counts', async () => {
    const requester = await fresh();
    await requester.initialize();
    expect(await codeOf(requester.components.setContext(0x1234))).toBe('VSS_E_UNSUPPORTED_CONTEXT');
    expect(await codeOf(requester.components.setContext(0))).toBe('none');
  });

  it.each([
    ['SetContext before SetBackupState', ['SetContext', 'SetBackupState']],
    ['SetContext after SetBackupState', ['SetBackupState', 'SetContext']],
    ['SetContext after GatherWriterMetadata', ['SetBackupState', 'GatherWriterMetadata', 'SetContext']],
    ['GatherWriterStatus before StartSnapshotSet', ['SetBackupState', 'GatherWriterMetadata', 'GatherWriterStatus', 'StartSnapshotSet']],
    ['an empty set', ['SetBackupState', 'GatherWriterMetadata', 'StartSnapshotSet', 'PrepareForBackup', 'DoSnapshotSet', 'BackupComplete']],
    ['a backup without DoSnapshotSet', ['SetBackupState', 'GatherWriterMetadata', 'StartSnapshotSet', 'PrepareForBackup', 'BackupComplete']],
  ] as readonly (readonly [string, readonly Call[]])[])('%s is in order, as requesters in the field have it', async (_what, sequence) => {
    const requester = await fresh();
    await requester.components.initializeForBackup(null);
    for (const name of sequence) {
      expect([name, await codeOf(finished(requester, calls[name](requester.components)))]).toEqual([name, 'none']);
    }
  });
});

/** The order once more, in the fewest words, for one writer context in non-component mode: what the table must agree with. */
interface Model {
  initialised: boolean;
  context: boolean;
  state: boolean;
  metadata: boolean;
  held: boolean;
  status: boolean;
  set: 'none' | 'started' | 'created';
  prepared: boolean;
  completed: boolean;
  aborted: boolean;
}
const modelled: Readonly<Partial<Record<Call, { readonly legal: (m: Model) => boolean; readonly does: (m: Model) => void }>>> = {
  InitializeForBackup: { legal: (m) => !m.initialised, does: (m) => { m.initialised = true; } },
  SetContext: { legal: (m) => m.initialised && !m.context && m.set === 'none' && !m.aborted, does: (m) => { m.context = true; } },
  SetBackupState: { legal: (m) => m.initialised && !m.prepared && !m.aborted, does: (m) => { m.state = true; } },
  GatherWriterMetadata: { legal: (m) => m.initialised && !m.metadata && !m.aborted, does: (m) => { m.metadata = true; m.held = true; } },
  GetWriterMetadataCount: { legal: (m) => m.held, does: () => undefined },
  FreeWriterMetadata: { legal: (m) => m.initialised, does: (m) => { m.held = false; } },
  StartSnapshotSet: { legal: (m) => m.initialised && m.set === 'none' && !m.prepared && !m.aborted, does: (m) => { m.set = 'started'; } },
  PrepareForBackup: { legal: (m) => m.state && m.set === 'started' && !m.prepared && !m.aborted, does: (m) => { m.prepared = true; } },
  DoSnapshotSet: { legal: (m) => m.metadata && m.set === 'started' && !m.aborted, does: (m) => { m.set = 'created'; } },
  GatherWriterStatus: { legal: (m) => m.initialised, does: (m) => { m.status = true; } },
  GetWriterStatusCount: { legal: (m) => m.status, does: () => undefined },
  FreeWriterStatus: { legal: (m) => m.initialised, does: (m) => { m.status = false; } },
  BackupComplete: { legal: (m) => m.prepared && !m.completed && !m.aborted, does: (m) => { m.completed = true; } },
  AbortBackup: { legal: (m) => m.initialised, does: (m) => { m.aborted ||= !m.completed && (m.prepared || m.set !== 'none'); } },
  Query: { legal: (m) => m.context, does: () => undefined },
  SaveAsXML: { legal: (m) => m.initialised, does: () => undefined },
};

describe('the order of calls, at random', () => {
  it('agrees with a model of it', async () => {
    const legalWords = Object.keys(modelled) as readonly Call[];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...legalWords), { minLength: 5, maxLength: 30 }), async (sequence) => {
        const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A)] });
        const requester = await Requester.on(machine);
        const model: Model = {
          initialised: false, context: false, state: false, metadata: false, held: false, status: false, set: 'none', prepared: false, completed: false, aborted: false,
        };
        const nonComponent: typeof calls = { ...calls, SetBackupState: (c) => c.setBackupState(false, false, VSS_BACKUP_TYPE.COPY, false) };
        for (const name of sequence) {
          const rule = modelled[name];
          if (rule === undefined) throw new Error(`no model of ${name}`);
          const expected = rule.legal(model) ? 'none' : BAD;
          const code = await codeOf(finished(requester, nonComponent[name](requester.components)));
          expect([name, code]).toEqual([name, expected]);
          if (code === 'none') rule.does(model);
        }
        // However it stands: once the object is released, the next requester can work.
        await requester.components.release();
        const next = await Requester.on(machine);
        expect((await next.snapshot()).status).toBe(FINISHED);
      }),
      { numRuns: 80, seed: 1 },
    );
  }, 60_000);
});

describe('arguments', () => {
  it.each([
    ['an undefined backup type', (c: Components) => c.setBackupState(false, false, 0, false)],
    ['a backup type that does not exist', (c: Components) => c.setBackupState(false, false, 7, false)],
    ['no writer class', (c: Components) => c.disableWriterClasses([])],
    ['a volume without a name', async (c: Components) => { await c.startSnapshotSet(); await c.addToSnapshotSet('', GUID_NULL); }],
    ['a query that is not for everything', async (c: Components) => { await c.setContext(0); await c.query(WRITER_A, 1, 3); }],
    ['a query for sets', async (c: Components) => { await c.setContext(0); await c.query(GUID_NULL, 1, 2); }],
    ['a deletion of providers', (c: Components) => c.deleteSnapshots(GUID_NULL, 4, false)],
    ['a relative path', (c: Components) => c.getRootAndLogicalPrefixPaths('Data', false)],
  ])('%s is E_INVALIDARG', async (_what, call) => {
    const requester = await fresh();
    await requester.initialize();
    expect(await codeOf(call(requester.components))).toBe('E_INVALIDARG');
  });

  it('a component that no writer has is VSS_E_OBJECT_NOT_FOUND, a second time VSS_E_OBJECT_ALREADY_EXISTS, without name or type E_INVALIDARG', async () => {
    const requester = await fresh();
    await requester.gather(undefined, true);
    const { components } = requester;
    expect(await codeOf(components.addComponent(WRITER_A, WRITER_A, 2, null, 'Other'))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(components.addComponent(GUID_NULL, WRITER_A, 2, null, 'Data'))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(components.addComponent(WRITER_A, WRITER_A, 0, null, 'Data'))).toBe('E_INVALIDARG');
    expect(await codeOf(components.addComponent(WRITER_A, WRITER_A, 2, null, ''))).toBe('E_INVALIDARG');
    await components.addComponent(WRITER_A, WRITER_A, 2, null, 'Data');
    expect(await codeOf(components.addComponent(WRITER_A, WRITER_A, 2, null, 'data'))).toBe('VSS_E_OBJECT_ALREADY_EXISTS');
  });

  it('an index beyond the end is VSS_E_OBJECT_NOT_FOUND', async () => {
    const requester = await fresh();
    await requester.gather();
    await requester.statuses();
    expect(await codeOf(requester.components.getWriterMetadata(1))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(requester.components.getWriterStatus(1))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(requester.components.getWriterComponents(0))).toBe('VSS_E_OBJECT_NOT_FOUND');
  });

  it('what is no document is told from a document of another kind', async () => {
    const restore = async (xml: string): Promise<string> => codeOf((await fresh()).components.initializeForRestore(xml));
    expect(await restore('')).toBe('VSS_E_CORRUPT_XML_DOCUMENT');
    expect(await restore('<a><b></a>')).toBe('VSS_E_CORRUPT_XML_DOCUMENT');
    expect(await restore('<a/>')).toBe('VSS_E_INVALID_XML_DOCUMENT');
    const saved = await savedDocument();
    expect(await restore(saved.slice(0, -10))).toBe('VSS_E_CORRUPT_XML_DOCUMENT');
    expect(await restore(saved.replace('>true<', ' type="number">1<').replace('selectComponents', 'selected').replace('selectComponents', 'selected'))).not.toBe('none');
    expect(await restore(saved)).toBe('none');
  });
});

describe('older Windows', () => {
  it.each([
    ['WindowsServer2003', 'IVssBackupComponentsEx2', (c: Components) => c.unexposeSnapshot(GUID_NULL)],
    ['WindowsServer2008', 'IVssBackupComponentsEx3', (c: Components) => c.getSessionId()],
    ['Windows7', 'IVssBackupComponentsEx4', (c: Components) => c.getRootAndLogicalPrefixPaths('C:\\', false)],
  ] as const)('%s has no %s', async (windowsVersion, _name, call) => {
    const requester = await Requester.on(vssMachine({ windowsVersion }).machine);
    await requester.initialize();
    expect(await codeOf(call(requester.components))).toBe('E_NOINTERFACE');
  });

  it('Server 2003 waits only without end', async () => {
    const requester = await Requester.on(vssMachine({ windowsVersion: 'WindowsServer2003' }).machine);
    await requester.initialize();
    const operation = await requester.components.gatherWriterMetadata();
    expect(await codeOf(operation.wait(1000))).toBe('E_INVALIDARG');
    expect(await codeOf(operation.wait(0xffffffff))).toBe('none');
  });

  it('a client edition has no transportable copies, and no revert', async () => {
    const requester = await Requester.on(vssMachine({ windowsVersion: 'Windows10' }).machine);
    await requester.initialize();
    expect(await codeOf(requester.components.setContext(0x20))).toBe('VSS_E_UNSUPPORTED_CONTEXT');
    await requester.components.setContext(9);
    expect(await codeOf(requester.components.revertToSnapshot(GUID_NULL, false))).toBe('E_NOTIMPL');
  });

  it('an unexpected error has the code of its time', async () => {
    const failing = async (windowsVersion: 'WindowsServer2008' | 'WindowsServer2022'): Promise<number> => {
      const { machine } = vssMachine({ windowsVersion, volumes: [{ name: 'C:\\', directory: '/nonexistent/directory' }] });
      return (await (await Requester.on(machine)).snapshot()).status;
    };
    expect(await failing('WindowsServer2022')).toBe(VSS_HRESULT.VSS_E_UNEXPECTED);
    expect(await failing('WindowsServer2008')).toBe(HRESULT.E_UNEXPECTED);
  });
});
