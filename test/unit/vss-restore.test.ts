/** RestoreSession, management of copies, metadata and files out of a shadow copy, on a simulated machine. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import type { SimulatedWindowsOptions } from '../../lib/simulator';
import {
  RestoreSession, SnapshotSession, VSS_FILE_RESTORE_STATUS, VSS_HRESULT, VSS_RESTORE_TARGET, VSS_SNAPSHOT_CONTEXT, VssRestoreError, breakSnapshotSet, copyFromSnapshot, deleteSnapshots,
  examineWriterMetadata, importSnapshots, isVolumeSnapshotted, isVolumeSupported, listWriters, querySnapshots, revertToSnapshot, shouldBlockRevert, waitForRevert,
} from '../../lib/vss';
import type { Backend, CompletedSnapshot, RestoreSessionOptions, SnapshotSessionOptions } from '../../lib/vss';
import { rejection } from './flow-rig';
import { WRITER_A, WRITER_B, countOf, plainWriter, story, vssMachine } from './vss-requester';

const complete = async (machine: SimulatedWindows, options: Partial<SnapshotSessionOptions> = {}): Promise<CompletedSnapshot> =>
  (await SnapshotSession.begin({ backend: machine, volumes: ['C:'], ...options })).complete();

describe('a restore', () => {
  const backedUp = async (options: SimulatedWindowsOptions = {}): Promise<{ machine: SimulatedWindows; options: RestoreSessionOptions }> => {
    const { machine } = vssMachine(options);
    const { backupComponentsDocument, writerDocuments } = await complete(machine, { components: [{ writer: 'a' }, { writer: 'b' }] });
    return { machine, options: { backend: machine, backupComponentsDocument, writerDocuments } };
  };
  const restores = (machine: SimulatedWindows): readonly string[] => story(machine).filter((line) => line.includes('Restore'));

  it('[S6] takes the chosen writers through PreRestore and PostRestore, and never aborts', async () => {
    const { machine, options } = await backedUp();
    const session = await RestoreSession.begin({ ...options, components: [{ writer: 'a', name: 'Data', options: 'quick', additionalRestores: true }] });
    expect(session.components).toEqual([expect.objectContaining({ writerName: 'a', name: 'Data', restoreOptions: 'quick', additionalRestores: true, metadata: expect.objectContaining({ files: [expect.objectContaining({ path: 'C:\\Data' })] }) as object })]);
    const { components } = await session.complete();
    expect(components[0]?.components[0]).toMatchObject({ selectedForRestore: true, fileRestoreStatus: VSS_FILE_RESTORE_STATUS.ALL });
    expect(restores(machine)).toEqual(['a PreRestore', 'a PostRestore']);
    expect(countOf(machine, 'Abort')).toBe(0);
    expect(machine.calls.some(({ operation }) => operation.endsWith('AbortBackup'))).toBe(false);
    expect(machine.handleCount()).toBe(0);
  });

  it('shows where a writer wants its files, and passes on where they went', async () => {
    const target = ['C:\\Data', 'a.db', '', 'C:\\Other', 'a.db', ''] as const;
    const { options } = await backedUp({ writers: [plainWriter('a', WRITER_A, { notes: [{ event: 'PreRestore', restoreTarget: VSS_RESTORE_TARGET.DIRECTED, directedTargets: [target] }] }), plainWriter('b', WRITER_B)] });
    const session = await RestoreSession.begin({ ...options, components: [{ writer: 'a', newTargets: [{ path: 'C:\\Data', filespec: '*', to: 'D:\\Data' }], subcomponents: [{ name: 'Sub' }], rollForward: { type: 2, point: 'x' }, restoreName: 'Copy', authoritative: true }] });
    const [component] = session.components;
    expect(component).toMatchObject({
      restoreTarget: VSS_RESTORE_TARGET.DIRECTED, directedTargets: [{ destinationPath: 'C:\\Other' }], newTargets: [{ alternateLocation: 'D:\\Data' }], restoreSubcomponents: [{ name: 'Sub' }],
      rollForwardType: 2, rollForwardPoint: 'x', restoreName: 'Copy', authoritativeRestore: true,
    });
    if (component === undefined) return;
    const { components } = await session.complete({ fileStatus: () => VSS_FILE_RESTORE_STATUS.NONE, alternateLocations: [{ component, path: 'C:\\Data', filespec: '*', to: 'E:\\' }] });
    expect(components[0]?.components[0]).toMatchObject({ fileRestoreStatus: VSS_FILE_RESTORE_STATUS.NONE, alternateLocationMappings: [{ alternateLocation: 'E:\\' }] });
  });

  it('left without complete tells the writers that it failed, by status and PostRestore', async () => {
    const { machine, options } = await backedUp();
    {
      await using session = await RestoreSession.begin(options);
      expect(session.components).toHaveLength(2);
    }
    expect(restores(machine)).toEqual(['a PreRestore', 'b PreRestore', 'a PostRestore', 'b PostRestore']);
    expect(machine.calls.filter(({ operation }) => operation.endsWith('SetFileRestoreStatus')).map(({ args }) => args[4])).toEqual([VSS_FILE_RESTORE_STATUS.FAILED, VSS_FILE_RESTORE_STATUS.FAILED]);
    expect(machine.handleCount()).toBe(0);
  });

  it('[S6] that is forgotten is released when it is collected, with a warning and without an abort', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(__dirname, 'vss-forgotten-main.js'), 'restore']);
    const { before, after, abort, warnings } = JSON.parse(stdout) as { before: number; after: number; abort: string; warnings: string[] };
    expect(before).toBeGreaterThan(0);
    expect({ after, abort }).toEqual({ after: 0, abort: '' });
    expect(warnings).toEqual([expect.stringMatching(/^WINBACKUP_SESSION_FORGOTTEN A RestoreSession \(Data\) was not completed/)]);
  });

  it.each(['PreRestore', 'PostRestore'] as const)('a writer that fails %s fails it, and is named', async (event) => {
    const { machine, options } = await backedUp({ writers: [plainWriter('a', WRITER_A, { failures: [{ event, message: 'no' }] }), plainWriter('b', WRITER_B)] });
    const error = await rejection(RestoreSession.begin(options).then((session) => session.complete()));
    expect(error).toBeInstanceOf(VssRestoreError);
    expect(error).toMatchObject({ phase: event, writers: [{ writerName: 'a', applicationMessage: 'no' }], unfinished: [] });
    expect(machine.handleCount()).toBe(0);
  });

  it('finds the instance that runs now, of a writer that runs more than once', async () => {
    const twice = (instanceId: string, instanceName: string): ReturnType<typeof plainWriter> => ({ metadata: { ...plainWriter('a', WRITER_A).metadata, instanceId, instanceName } });
    const { machine, options } = await backedUp({ writers: [twice(WRITER_A, 'one'), twice(WRITER_B, 'two'), plainWriter('b', 'cccccccc-0000-0000-0000-000000000001')] });
    await (await RestoreSession.begin({ ...options, components: [{ writer: WRITER_B }] })).complete();
    expect(machine.calls.filter(({ operation }) => operation.endsWith('SetSelectedForRestoreEx')).map(({ args }) => args[5])).toEqual([WRITER_B]);
  });

  it('of a backup that was not made in component mode has nothing to restore, and says so', async () => {
    const { machine } = vssMachine();
    const { backupComponentsDocument } = await complete(machine);
    await expect(RestoreSession.begin({ backend: machine, backupComponentsDocument })).rejects.toMatchObject({ name: 'ArgumentError', field: 'backupComponentsDocument' });
    expect([restores(machine), machine.handleCount()]).toEqual([[], 0]);
  });

  it('is not completed by a mistake: nothing is told to the writers, and the session goes on', async () => {
    const { machine, options } = await backedUp();
    const session = await RestoreSession.begin(options);
    const [component] = session.components;
    const mistakes: readonly (readonly [object, string])[] = [
      [{ filestatus: VSS_FILE_RESTORE_STATUS.FAILED }, 'options.filestatus'], [{ fileStatus: 0 }, 'fileStatus'], [{ fileStatus: () => undefined }, 'fileStatus'], [{ signal: 'x' }, 'signal'],
      [{ alternateLocations: [{ component, path: 'C:\\', filespec: '*' }] }, 'alternateLocations[0].to'], [{ rangesFiles: [{ component, partialFile: -1, file: 'x' }] }, 'rangesFiles[0].partialFile'],
      [{ rangesFiles: [{ component: { ...component, name: 'other' }, partialFile: 0, file: 'x' }] }, 'component'],
    ];
    for (const [mistake, field] of mistakes) await expect(session.complete(mistake)).rejects.toMatchObject({ name: 'ArgumentError', field });
    await expect(session.complete({ fileStatus: () => { throw new Error('the caller\'s own'); } })).rejects.toThrow('the caller\'s own');
    expect(restores(machine)).toEqual(['a PreRestore', 'b PreRestore']);
    await session.complete({ fileStatus: ({ writerName }) => (writerName === 'a' ? VSS_FILE_RESTORE_STATUS.ALL : VSS_FILE_RESTORE_STATUS.FAILED) });
    expect(restores(machine).slice(2)).toEqual(['a PostRestore', 'b PostRestore']);
  });

  it('has typed errors for bad input', async () => {
    const { machine, options } = await backedUp();
    const fields: readonly (readonly [Partial<RestoreSessionOptions>, string])[] = [
      [{ backupComponentsDocument: '' }, 'backupComponentsDocument'], [{ components: [{ writer: 'nobody' }] }, 'components[0]'], [{ components: [{ writer: 'a', name: 'x' }] }, 'components[0]'],
      [{ restoreType: 9 }, 'restoreType'], [{ components: [] }, 'components'], [{ components: 'a' as never }, 'components'], [{ writerDocuments: ['<x/>' as never] }, 'writerDocuments'],
      [{ signal: {} as never }, 'signal'], [{ components: [{ writer: 'a', newTargets: [{ path: 'C:\\', filespec: '*', to: 7 as never }] }] }, 'components[0].newTargets[0].to'],
      [{ components: [{ writer: 'a', rollForward: { type: 9, point: 'x' } }] }, 'components[0].rollForward.type'], [{ components: [{ writer: 'a', authoritative: 1 as never }] }, 'components[0].authoritative'],
      [{ components: [{ writer: 'a', subcomponents: [{} as never] }] }, 'components[0].subcomponents[0].name'],
    ];
    for (const [wrong, field] of fields) await expect(RestoreSession.begin({ ...options, ...wrong })).rejects.toMatchObject({ name: 'ArgumentError', field });
    await expect(RestoreSession.begin({ ...options, backupComponentsDocument: '<no/>' })).rejects.toMatchObject({ phase: 'InitializeForRestore', code: 'VSS_E_INVALID_XML_DOCUMENT' });
    const session = await RestoreSession.begin(options);
    await session.complete();
    await expect(session.complete()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' });
    expect(machine.handleCount()).toBe(0);
  });
});

describe('copies that exist', () => {
  const hardware = 'dddddddd-0000-0000-0000-000000000001';
  const persistent = { context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK } as const;

  it('a volume is put back to one, and the revert is awaited', async () => {
    const { machine, clock } = vssMachine({ volumes: [{ name: 'C:\\' }, { name: 'D:\\' }] });
    const { snapshots: [snapshot] } = await complete(machine, { ...persistent, volumes: ['D:'] });
    machine.faults.add({ at: 'vss.provider.Revert', action: { delayMs: 5000 } });
    const reverting = revertToSnapshot({ backend: machine, snapshotId: snapshot?.snapshotId ?? '' });
    for (let second = 0; second < 6; second += 1) await clock.advance(1000);
    expect(await reverting).toEqual({ simulated: true, finished: true });
    expect(await waitForRevert({ backend: machine, volume: 'D:' })).toMatchObject({ reverted: false });
    expect(await shouldBlockRevert({ backend: machine, volume: 'C:' })).toMatchObject({ blocked: true });
    expect(machine.handleCount()).toBe(0);
  });

  it('a transportable set is imported elsewhere by its document, and lives as long as that', async () => {
    const { machine } = vssMachine({ providers: [{ id: hardware, name: 'SAN', type: 'hardware' }] });
    const { backupComponentsDocument } = await complete(machine, { ...persistent, transportable: true });
    const imported = await importSnapshots({ backend: machine, document: backupComponentsDocument });
    expect(imported).toMatchObject({ simulated: true, complete: true, snapshots: [{ deviceObject: expect.stringContaining('ShadowCopy') as string }] });
    await imported.close();
    expect(machine.handleCount()).toBe(0);
    await breakSnapshotSet({ backend: machine, snapshotSetId: imported.snapshots[0]?.snapshotSetId ?? '', flags: 2 });
    expect((await querySnapshots({ backend: machine })).snapshots).toEqual([]);
  });

  it('a set that cannot be deleted to its end says how far it came', async () => {
    const { machine } = vssMachine({ volumes: [{ name: 'C:\\' }, { name: 'D:\\' }] });
    const { snapshotSetId } = await complete(machine, { ...persistent, volumes: ['C:', 'D:'] });
    machine.faults.add({ at: 'vss.provider.Delete', occurrence: 2, action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    await expect(deleteSnapshots({ backend: machine, snapshotSetId })).rejects.toMatchObject({ code: 'VSS_E_PROVIDER_VETO', outputs: { deletedSnapshots: 1 } });
    expect(await isVolumeSnapshotted({ backend: machine, volume: 'D:' })).toMatchObject({ snapshotted: true });
    expect(await isVolumeSupported({ backend: machine, volume: 'D:' })).toMatchObject({ supported: true });
    await expect(deleteSnapshots({ backend: machine } as never)).rejects.toMatchObject({ field: 'snapshotId' });
    await expect(deleteSnapshots({ backend: machine, snapshotId: 'x' })).rejects.toMatchObject({ field: 'snapshotId' });
  });
});

describe('metadata', () => {
  /** A backend without ReadAll, as one that has only Windows' own calls. */
  const plain = (machine: SimulatedWindows): Backend => ({
    kind: machine.kind, host: machine.host,
    openChannel: async () => {
      const channel = await machine.openChannel();
      const call = channel.call.bind(channel);
      channel.call = (handle, operation, args) => call(handle, operation.endsWith('::ReadAll') ? `${operation}Not` : operation, args);
      return channel;
    },
  });

  it('is the same field by field as in one crossing, from writers and from documents', async () => {
    const { machine } = vssMachine({
      writers: [{
        metadata: {
          writerName: 'full', writerId: WRITER_A, instanceId: WRITER_B, instanceName: 'one', majorVersion: 3, minorVersion: 4, backupSchema: 0x1d5, excludeFiles: [{ path: 'C:\\x', filespec: '*.tmp', recursive: true }],
          excludeFromSnapshotFiles: [{ path: 'C:\\y', filespec: '*' }], alternateLocationMappings: [{ path: 'C:\\z', filespec: '*', alternateLocation: 'D:\\z' }],
          restoreMethod: { method: 3, service: 'svc', rebootRequired: true },
          components: [{ type: 1, logicalPath: 'S', name: 'db', databaseFiles: [{ path: 'C:\\d', filespec: 'a.mdf' }], logFiles: [{ path: 'C:\\d', filespec: 'a.ldf' }], dependencies: [{ writerId: WRITER_B, logicalPath: null, componentName: 'dep' }] }],
        },
        notes: [{ event: 'PostSnapshot', backupStamp: 's', backupMetadata: 'm', partialFiles: [{ path: 'C:\\d', filename: 'a.mdf', ranges: '0:1', metadata: 'p' }], differencedFiles: [{ path: 'C:\\d', filespec: '*', recursive: false, lastModifyTime: 5n }] }],
      }],
    });
    const fast = await listWriters({ backend: machine });
    expect(await listWriters({ backend: plain(machine) })).toEqual(fast);
    expect(fast.writers[0]?.metadata).toMatchObject({ instanceName: 'one', restoreMethod: { service: 'svc' }, components: [{ dependencies: [{ componentName: 'dep' }] }] });
    const components = [{ writer: 'full', logicalPath: 'S', name: 'db' }];
    const [one, other] = [await complete(machine, { components }), await (await SnapshotSession.begin({ backend: plain(machine), volumes: ['C:'], components })).complete()];
    expect(other.components).toEqual(one.components);
    expect(await examineWriterMetadata(one.writerDocuments[0]?.document ?? '', { backend: plain(machine) })).toEqual(fast.writers[0]?.metadata);
    await expect(examineWriterMetadata('<no', { backend: machine })).rejects.toMatchObject({ code: 'VSS_E_CORRUPT_XML_DOCUMENT' });
    expect(machine.handleCount()).toBe(0);
  });
});

describe('files out of a shadow copy', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'winbackup-copy-'));
    mkdirSync(join(directory, 'c', 'Data', 'inner'), { recursive: true });
    writeFileSync(join(directory, 'c', 'Data', 'a.txt'), 'first');
    writeFileSync(join(directory, 'c', 'Data', 'inner', 'b.txt'), 'second');
    for (const path of ['Data/a.txt', 'Data/inner/b.txt', 'Data/inner', 'Data']) utimesSync(join(directory, 'c', path), 1_000_000_000, 1_000_000_000);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const machineOf = (): SimulatedWindows => vssMachine({ volumes: [{ name: 'C:\\', directory: join(directory, 'c') }] }).machine;

  it('have contents and times, of directories too, as of the snapshot', async () => {
    const machine = machineOf();
    const taken = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    writeFileSync(join(directory, 'c', 'Data', 'a.txt'), 'changed since');
    const [snapshot] = taken.snapshots;
    const to = join(directory, 'out');
    const copied = await copyFromSnapshot({ backend: machine, snapshot: snapshot ?? '', to });
    expect(copied).toEqual({ simulated: true, to, files: 2, directories: 2, bytes: 11, notKept: [] });
    expect([readFileSync(join(to, 'Data', 'a.txt'), 'utf8'), readFileSync(join(to, 'Data', 'inner', 'b.txt'), 'utf8')]).toEqual(['first', 'second']);
    for (const path of ['Data/a.txt', 'Data/inner/b.txt']) expect(statSync(join(to, path)).mtimeMs).toBe(1_000_000_000_000);
    const only = await copyFromSnapshot({ backend: machine, snapshot: snapshot?.deviceObject ?? '', paths: ['Data\\inner'], to: join(directory, 'some') });
    expect(await copyFromSnapshot({ backend: machine, snapshot: snapshot ?? '', paths: ['Data/a.txt', 'Data'], to: join(directory, 'both') })).toMatchObject({ files: 2, bytes: 11 });
    expect([only.files, readdirSync(join(directory, 'some', 'Data'))]).toEqual([1, ['inner']]);
    await taken.complete();
    await machine.vss.settled();
    await expect(copyFromSnapshot({ backend: machine, snapshot: snapshot?.deviceObject ?? '', to: join(directory, 'late') })).rejects.toMatchObject({ code: 'ERROR_FILE_NOT_FOUND' });
    expect(readdirSync(directory).sort()).toEqual(['both', 'c', 'out', 'some']);
  });

  it('that could not be copied leave nothing under the final name', async () => {
    const machine = machineOf();
    await using taken = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    const [snapshot = ''] = taken.snapshots;
    const to = join(directory, 'out');
    await expect(copyFromSnapshot({ backend: machine, snapshot, paths: ['Data', 'nothing'], to })).rejects.toMatchObject({ field: 'paths[1]' });
    await expect(copyFromSnapshot({ backend: machine, snapshot, paths: ['..\\x'], to })).rejects.toMatchObject({ field: 'paths[0]' });
    const cancel = new AbortController();
    await expect(copyFromSnapshot({ backend: machine, snapshot, to, signal: cancel.signal, onProgress: () => cancel.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(directory)).toEqual(['c']);
    mkdirSync(to);
    await expect(copyFromSnapshot({ backend: machine, snapshot, to })).rejects.toMatchObject({ field: 'to' });
  });

  it('that vanish while they are copied end the copying: nothing is left', async () => {
    const machine = machineOf();
    await using taken = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    const [snapshot = ''] = taken.snapshots;
    const copies = join(directory, 'c', 'System Volume Information');
    const onProgress = (): void => readdirSync(copies).forEach((copy) => rmSync(join(copies, copy, 'Data', 'inner'), { recursive: true, force: true }));
    await expect(copyFromSnapshot({ backend: machine, snapshot, to: join(directory, 'out'), onProgress })).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(directory)).toEqual(['c']);
  });

  it('keep paths of more than a thousand characters', async () => {
    const deep = Array.from({ length: 6 }, (_, index) => String(index).repeat(200)).join('/');
    mkdirSync(join(directory, 'c', deep), { recursive: true });
    writeFileSync(join(directory, 'c', deep, 'file'), 'deep');
    const machine = machineOf();
    const taken = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    const [snapshot = ''] = taken.snapshots;
    expect(await copyFromSnapshot({ backend: machine, snapshot, paths: [deep.replaceAll('/', '\\')], to: join(directory, 'out') })).toMatchObject({ files: 1, notKept: [] });
    expect(readFileSync(join(directory, 'out', deep, 'file'), 'utf8')).toBe('deep');
    await taken.complete();
  });

  it('are not looked for through a link, which leads out of the copy', async () => {
    const machine = machineOf();
    await using taken = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    const [snapshot = ''] = taken.snapshots;
    const copies = join(directory, 'c', 'System Volume Information');
    for (const copy of readdirSync(copies)) symlinkSync(join(directory, 'c', 'Data'), join(copies, copy, 'link'));
    const to = join(directory, 'out');
    await expect(copyFromSnapshot({ backend: machine, snapshot, paths: ['Data', 'link\\a.txt'], to })).rejects.toMatchObject({ field: 'paths[1]', message: expect.stringContaining('link') as string });
    expect(await copyFromSnapshot({ backend: machine, snapshot, paths: ['link'], to })).toMatchObject({ files: 0, directories: 0, notKept: [{ path: 'link' }] });
    expect(readdirSync(to)).toEqual([]);
  });

  it('are on the disk when they have been copied, also after a power cut', async () => {
    const host = new SimulatedHost();
    await host.files.makeDirectory('/c/Data');
    const file = await host.files.open('/c/Data/a.txt', 'create');
    await file.write(Buffer.alloc(1500, 'x'), 0);
    await file.close();
    const machine = new SimulatedWindows({ host, writers: [plainWriter('a', WRITER_A)], volumes: [{ name: 'C:\\', directory: '/c' }] });
    const taken = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    await copyFromSnapshot({ backend: machine, snapshot: taken.snapshots[0] ?? '', to: '/out' });
    await copyFromSnapshot({ backend: machine, snapshot: taken.snapshots[0] ?? '', paths: ['Data/a.txt'], to: '/some' });
    await taken.complete();
    const after = host.restart(() => false);
    for (const path of ['/out/Data/a.txt', '/some/Data/a.txt']) {
      const copy = await after.files.open(path, 'read');
      const bytes = Buffer.alloc(2000);
      expect([await copy.read(bytes, 0), bytes.toString('utf8', 0, 1500)]).toEqual([1500, 'x'.repeat(1500)]);
    }
  });

  it('list what could not be kept', async () => {
    const machine = machineOf();
    const again = await SnapshotSession.begin({ backend: machine, volumes: ['C:'] });
    const [snapshot = ''] = again.snapshots;
    const copies = join(directory, 'c', 'System Volume Information');
    for (const copy of readdirSync(copies)) symlinkSync('Data', join(copies, copy, 'link'));
    const { notKept } = await copyFromSnapshot({ backend: machine, snapshot, to: join(directory, 'out') });
    expect(notKept).toEqual([{ path: 'link', what: 'a symbolic link, device or socket' }]);
    await again.complete();
  });
});
