/** Writers' metadata and the components document: read in one crossing for each writer, and the same as through Windows' own getters (facts/vss.md 1.3). */
import type { Backend } from '../../lib/binding/backend';
import type { PlainValue } from '../../lib/binding/channel';
import { SnapshotSession, VssBackupComponents, examineWriterMetadata, listWriters } from '../../lib/vss';
import type { DocumentWriter, ListedWriter } from '../../lib/vss';
import type { WriterDescription } from '../../lib/simulator';
import { GUID_NULL, VSS_HRESULT } from '../../lib/binding/vss-codes';
import { useRig } from './rig';
import type { Rig } from './rig';
import { VssClient } from './vss-client';

const FULL = '11111111-aaaa-4aaa-8aaa-000000000001';
const OTHER = '22222222-bbbb-4bbb-8bbb-000000000002';
const files = (filespec: string): { path: string; filespec: string } => ({ path: 'C:\\d', filespec });

/** Something in every field that a writer can fill. */
const full: WriterDescription = {
  metadata: {
    writerName: 'full', writerId: FULL, instanceId: OTHER, instanceName: 'one', usage: 3, source: 1, majorVersion: 3, minorVersion: 4, backupSchema: 0x1d5,
    excludeFiles: [{ path: 'C:\\x', filespec: '*.tmp', recursive: true }], excludeFromSnapshotFiles: [{ path: 'C:\\y', filespec: '*' }],
    alternateLocationMappings: [{ path: 'C:\\z', filespec: '*', alternateLocation: 'D:\\z' }],
    restoreMethod: { method: 3, service: 'svc', userProcedure: 'http://x', writerRestore: 3, rebootRequired: true },
    components: [
      {
        type: 1, logicalPath: 'S', name: 'db', caption: 'A database', notifyOnBackupComplete: true, selectable: true, selectableForRestore: true, flags: 1,
        databaseFiles: [files('a.mdf'), files('b.ndf')], logFiles: [files('a.ldf')],
        dependencies: [{ writerId: OTHER, logicalPath: null, componentName: 'dep' }, { writerId: OTHER, logicalPath: 'S', componentName: '' }],
      },
      { type: 2, name: 'files', restoreMetadata: true, selectable: true, files: [{ ...files('*'), recursive: true, alternateLocation: 'E:\\', backupTypeMask: 0x303 }] },
    ],
  },
  notes: [
    { event: 'PrepareForBackup', backupMetadata: 'm', failure: { failure: 0x800423f4, applicationFailure: 5, message: 'not well' } },
    {
      event: 'PostSnapshot', backupStamp: 's', partialFiles: [{ path: 'C:\\d', filename: 'a.mdf', ranges: '0:1', metadata: 'p' }],
      differencedFiles: [{ path: 'C:\\d', filespec: '*', recursive: true, lastModifyTime: 0x1d0_0000_0000_0005n }],
    },
  ],
};
/** Nothing that need not be there. */
const bare: WriterDescription = { metadata: { writerName: 'bare', writerId: OTHER, instanceId: FULL } };

/** The backend as one that has only Windows' own calls. */
function fieldByField(backend: Backend, count: (operation: string) => void = () => undefined): Backend {
  return watched(backend, (operation) => {
    count(operation);
    return operation.endsWith('::ReadAll') ? `${operation}Not` : operation;
  });
}

function watched(backend: Backend, rename: (operation: string) => string): Backend {
  return {
    kind: backend.kind, host: backend.host,
    openChannel: async () => {
      const channel = await backend.openChannel();
      const call = channel.call.bind(channel);
      channel.call = (handle: number, operation: string, args: readonly PlainValue[]) => call(handle, rename(operation), args);
      return channel;
    },
  };
}

const components = [{ writer: 'full', logicalPath: 'S', name: 'db' }, { writer: 'full', name: 'files' }];

async function documentOf(backend: Backend): Promise<readonly DocumentWriter[]> {
  const session = await SnapshotSession.begin({ backend, volumes: ['C:\\'], components, criticalWriters: [], retry: { times: 0 } });
  return (await session.complete()).components;
}

describe('metadata read in one crossing', () => {
  const rig = useRig({ writers: [full, bare] });
  const read = async (backend: Backend): Promise<readonly ListedWriter[]> => (await listWriters({ backend })).writers;

  it('is the same as through the getters, for a writer that fills every field and for one that fills none', async () => {
    const whole = await read(rig().backend);
    expect(whole).toEqual(await read(fieldByField(rig().backend)));
    expect(whole.find(({ metadata }) => metadata.writerName === 'full')?.metadata).toEqual({
      ...full.metadata,
      excludeFiles: [{ path: 'C:\\x', filespec: '*.tmp', recursive: true, alternateLocation: null, backupTypeMask: expect.any(Number) as number }],
      excludeFromSnapshotFiles: [expect.objectContaining({ path: 'C:\\y', filespec: '*', recursive: false })],
      alternateLocationMappings: [expect.objectContaining({ alternateLocation: 'D:\\z' })],
      components: [
        expect.objectContaining({ caption: 'A database', flags: 1, databaseFiles: [expect.objectContaining(files('a.mdf')), expect.objectContaining(files('b.ndf'))],
          dependencies: [{ writerId: OTHER, logicalPath: null, componentName: 'dep' }, { writerId: OTHER, logicalPath: 'S', componentName: '' }] }),
        expect.objectContaining({ logicalPath: null, caption: null, restoreMetadata: true, files: [{ ...files('*'), recursive: true, alternateLocation: 'E:\\', backupTypeMask: 0x303 }] }),
      ],
    });
  });

  it('is the same out of a stored document', async () => {
    const { backend } = rig();
    const session = await SnapshotSession.begin({ backend, volumes: ['C:\\'], retry: { times: 0 }, criticalWriters: [] });
    for (const { document } of (await session.complete()).writerDocuments) {
      expect(await examineWriterMetadata(document, { backend })).toEqual(await examineWriterMetadata(document, { backend: fieldByField(backend) }));
    }
  });

  it('is the same of the components document: stamps, partial and differenced files, failures', async () => {
    const whole = await documentOf(rig().backend);
    expect(whole).toEqual(await documentOf(fieldByField(rig().backend)));
    expect(whole).toEqual([expect.objectContaining({ writerId: FULL, components: [
      expect.objectContaining({
        name: 'db', backupSucceeded: true, backupStamp: 's', backupMetadata: 'm', failure: { failure: 0x800423f4, applicationFailure: 5, applicationMessage: 'not well' },
        partialFiles: [{ path: 'C:\\d', filename: 'a.mdf', ranges: '0:1', metadata: 'p' }],
        differencedFiles: [{ path: 'C:\\d', filespec: '*', recursive: true, lsn: null, lastModifyTime: 0x1d0_0000_0000_0005n }],
      }),
      expect.objectContaining({ name: 'files' }),
    ] })]);
  });

  it('is one crossing for a writer\'s contents, where the getters are dozens', async () => {
    const crossings = async (backend: (count: (operation: string) => void) => Backend): Promise<number> => {
      let count = 0;
      await read(backend((operation) => (count += /^IVss(ExamineWriterMetadata|WM)/.test(operation) ? 1 : 0)));
      return count;
    };
    const counted = (count: (operation: string) => void): Backend => watched(rig().backend, (operation) => {
      count(operation);
      return operation;
    });
    // ReadAll and SaveAsXML of two writers.
    expect(await crossings(counted)).toBe(4);
    expect(await crossings((count) => fieldByField(rig().backend, count))).toBeGreaterThan(70);
  });
});

type Refused = readonly [operation: string, call: (components: VssBackupComponents) => Promise<unknown>];

/** A call of an interface that this Windows lacks gives an error that names it, and the object goes on. */
function refuses(rig: () => Rig, ...calls: readonly Refused[]): void {
  it.each(calls)('refuses %s with an error that names the interface, and the object goes on', async (operation, call) => {
    await using requester = await VssBackupComponents.create({ backend: rig().backend });
    await requester.initializeForBackup(null);
    await expect(call(requester)).rejects.toMatchObject({ name: 'WindowsError', code: 'E_NOINTERFACE', operation });
    expect(await requester.startSnapshotSet()).toMatch(/^[0-9a-f-]{36}$/);
  });
}

describe('Windows Vista', () => {
  const rig = useRig({ writers: [{ ...full, notes: full.notes?.map(({ failure: _, ...notes }) => notes) ?? [] }], windowsVersion: 'WindowsVista' });

  it('tells nothing of a component\'s failure, in one crossing as through the getters', async () => {
    const whole = await documentOf(rig().backend);
    expect(whole).toEqual(await documentOf(fieldByField(rig().backend)));
    expect(whole[0]?.components[0]).toMatchObject({ backupStamp: 's', failure: { failure: 0, applicationFailure: 0, applicationMessage: null } });
  });

  refuses(rig, ['IVssBackupComponentsEx3::GetSessionId', (c) => c.getSessionId()], ['IVssBackupComponentsEx4::GetRootAndLogicalPrefixPaths', (c) => c.getRootAndLogicalPrefixPaths('C:\\x', false)]);
});

describe('Windows Server 2003', () => {
  const rig = useRig({ writers: [full], windowsVersion: 'WindowsServer2003' });

  it('tells nothing of a writer\'s version and of what it keeps out of the copy, in one crossing as through the getters', async () => {
    const { backend } = rig();
    const { components } = await (await VssClient.on(rig())).initialized();
    // Not by Wait: there it has no timeout (facts/vss.md 2.4), and the addon waits in slices.
    const gathering = await components.gatherWriterMetadata();
    while ((await gathering.queryStatus()) === VSS_HRESULT.VSS_S_ASYNC_PENDING);
    const { metadata } = await components.getWriterMetadata(0);
    const document = (await metadata.saveAsXML()) ?? '';
    const whole = await examineWriterMetadata(document, { backend });
    expect(whole).toEqual(await examineWriterMetadata(document, { backend: fieldByField(backend) }));
    expect(whole).toMatchObject({ writerName: 'full', majorVersion: 0, minorVersion: 0, excludeFromSnapshotFiles: [] });
  });

  refuses(rig, ['IVssBackupComponentsEx2::UnexposeSnapshot', (c) => c.unexposeSnapshot(GUID_NULL)], ['IVssBackupComponentsEx2::SetRestoreName', (c) => c.setRestoreName(FULL, 1, null, 'db', 'x')]);
});
