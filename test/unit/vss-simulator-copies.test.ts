import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync, existsSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HRESULT } from '../../lib/binding/codes';
import { activate } from '../../lib/binding/backend';
import type { IVssAdmin, IVssEnumObject } from '../../lib/binding/generated/vss';
import type { ProxyObject } from '../../lib/binding/proxy';
import { realHost } from '../../lib/binding/real-host';
import { vssTable } from '../../lib/binding/tables';
import { GUID_NULL, VSS_HRESULT, VSS_SNAPSHOT_CONTEXT as CTX, VSS_SYSTEM_PROVIDER_ID } from '../../lib/binding/vss-codes';
import { SimulatedClock } from '../../lib/simulator/clock';
import type { SimulatedWindows } from '../../lib/simulator/machine';
import type { ProviderOptions } from '../../lib/simulator/vss';
import { FINISHED, Requester, WRITER_A, codeName, codeOf, handledWriter, plainWriter, vssMachine } from './vss-requester';

const HARDWARE: ProviderOptions = { id: '11111111-2222-3333-4444-555555555555', name: 'Array', type: 'hardware' };
const SOFTWARE: ProviderOptions = { id: '21111111-2222-3333-4444-555555555555', name: 'Filter', type: 'software' };
const SYSTEM: ProviderOptions = { id: VSS_SYSTEM_PROVIDER_ID, name: 'System', type: 'system' };

async function managing(machine: SimulatedWindows, context: number = CTX.ALL): Promise<Requester> {
  const requester = await Requester.on(machine);
  await requester.initialize(context);
  return requester;
}

async function queried(requester: Requester): Promise<readonly string[]> {
  const enumerator: IVssEnumObject & ProxyObject = await requester.components.query(GUID_NULL, 1, 3);
  const found = await enumerator.next(1000);
  return found.map((element) => (element.type === 3 ? element.snapshot.snapshotId : 'provider'));
}

const plainWriters = { writers: [plainWriter('a', WRITER_A)] };

describe('limits and volumes', () => {
  it('takes 64 volumes in a set, and no more', async () => {
    const volumes = Array.from({ length: 65 }, (_, index) => ({ name: `C:\\Mounted\\${String(index)}\\` }));
    const { machine } = vssMachine({ volumes });
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.start(volumes.slice(0, 64).map(({ name }) => name));
    expect(await codeOf(requester.components.addToSnapshotSet('C:\\Mounted\\64\\', GUID_NULL))).toBe('VSS_E_MAXIMUM_NUMBER_OF_VOLUMES_REACHED');
  });

  it('keeps 512 copies of a volume, and 64 client-accessible ones', async () => {
    const { machine } = vssMachine({ writers: [] });
    const make = async (context: number): Promise<string> => {
      const requester = await managing(machine, context);
      await requester.components.startSnapshotSet();
      const code = await codeOf(requester.components.addToSnapshotSet('C:\\', GUID_NULL));
      if (code === 'none') expect(await requester.create()).toBe(FINISHED);
      await requester.components.release();
      return code;
    };
    for (let index = 0; index < 64; index += 1) expect(await make(CTX.CLIENT_ACCESSIBLE)).toBe('none');
    expect(await make(CTX.CLIENT_ACCESSIBLE)).toBe('VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED');
    for (let index = 64; index < 512; index += 1) expect(await make(CTX.NAS_ROLLBACK)).toBe('none');
    expect(await make(CTX.NAS_ROLLBACK)).toBe('VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED');
  }, 60_000);

  it('knows a volume by its name with the trailing backslash, in any case, or by its GUID path', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    const { ids } = await requester.snapshot(['c:\\']);
    const { originalVolumeName } = await requester.components.getSnapshotProperties(ids[0] ?? '');
    expect(originalVolumeName).toMatch(/^\\\\\?\\Volume\{[0-9a-f-]+\}\\$/);
    const next = await Requester.on(machine);
    await next.gather();
    await next.start([originalVolumeName ?? '']);
    expect(await codeOf(next.components.addToSnapshotSet('C:', GUID_NULL))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(next.components.addToSnapshotSet('D:\\', GUID_NULL))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(next.components.addToSnapshotSet('C:\\', GUID_NULL))).toBe('VSS_E_OBJECT_ALREADY_EXISTS');
  });

  it.each([
    ['an unsupported volume', 'E:\\', CTX.BACKUP, 'VSS_E_VOLUME_NOT_SUPPORTED'],
    ['FAT32 for a backup', 'F:\\', CTX.BACKUP, 'none'],
    ['FAT32 for a persistent copy', 'F:\\', CTX.APP_ROLLBACK, 'VSS_E_VOLUME_NOT_SUPPORTED'],
    ['a share for a backup', '\\\\server\\share\\', CTX.BACKUP, 'none'],
    ['a share for a persistent copy', '\\\\server\\share\\', CTX.NAS_ROLLBACK, 'VSS_E_VOLUME_NOT_SUPPORTED'],
    ['a share that is not there', '\\\\server\\other\\', CTX.BACKUP, 'VSS_E_OBJECT_NOT_FOUND'],
  ])('%s', async (_what, volume, context, code) => {
    const { machine } = vssMachine({ volumes: [{ name: 'E:\\', supported: false }, { name: 'F:\\', fileSystem: 'FAT32' }, { name: '\\\\server\\share\\' }] });
    const requester = await managing(machine, context);
    await requester.components.startSnapshotSet();
    expect(await codeOf(requester.components.addToSnapshotSet(volume, GUID_NULL))).toBe(code);
  });

  it('finds root and prefix of a path', async () => {
    const { machine } = vssMachine({ volumes: [{ name: 'C:\\' }, { name: 'C:\\Mounted\\' }, { name: '\\\\server\\share\\' }] });
    const { components } = await Requester.on(machine);
    expect(await components.getRootAndLogicalPrefixPaths('C:\\Mounted\\file', false)).toEqual({ rootPath: 'C:\\Mounted\\', logicalPrefix: 'C:\\Mounted\\' });
    expect(await components.getRootAndLogicalPrefixPaths('\\\\SERVER\\share\\file', false)).toMatchObject({ rootPath: '\\\\server\\share\\' });
    expect(await codeOf(components.getRootAndLogicalPrefixPaths('D:\\file', false))).toBe('VSS_E_OBJECT_NOT_FOUND');
  });
});

describe('providers', () => {
  it('prefers hardware, then software, then the system\'s', async () => {
    for (const [providers, expected] of [[[SYSTEM, SOFTWARE, HARDWARE], HARDWARE.id], [[SYSTEM, SOFTWARE], SOFTWARE.id], [[SYSTEM], SYSTEM.id]] as const) {
      const { machine } = vssMachine({ providers, ...plainWriters });
      const requester = await Requester.on(machine);
      const { ids } = await requester.snapshot();
      expect((await requester.components.getSnapshotProperties(ids[0] ?? '')).providerId).toBe(expected);
    }
  });

  it('takes the one that was asked for, if it is there and can', async () => {
    const { machine } = vssMachine({ providers: [SYSTEM, { ...HARDWARE, volumes: ['D:\\'] }] });
    const requester = await Requester.on(machine);
    await requester.initialize();
    await requester.components.startSnapshotSet();
    expect(await codeOf(requester.components.addToSnapshotSet('C:\\', WRITER_A))).toBe('VSS_E_PROVIDER_NOT_REGISTERED');
    expect(await codeOf(requester.components.addToSnapshotSet('C:\\', HARDWARE.id))).toBe('VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER');
    expect(await requester.components.isVolumeSupported(HARDWARE.id, 'C:\\')).toBe(false);
    expect(await requester.components.isVolumeSupported(GUID_NULL, 'C:\\')).toBe(true);
    expect(await codeOf(requester.components.addToSnapshotSet('C:\\', SYSTEM.id))).toBe('none');
  });

  it.each([
    [VSS_HRESULT.VSS_E_PROVIDER_VETO, 'VSS_E_PROVIDER_VETO'],
    [VSS_HRESULT.VSS_E_INSUFFICIENT_STORAGE, 'VSS_E_INSUFFICIENT_STORAGE'],
    [HRESULT.E_FAIL, 'VSS_E_UNEXPECTED_PROVIDER_ERROR'],
    [VSS_HRESULT.VSS_E_WRITERERROR_TIMEOUT, 'VSS_E_UNEXPECTED_PROVIDER_ERROR'],
  ])('0x%s of a provider reaches the requester as %s', async (hresult, name) => {
    const { machine } = vssMachine({ ...plainWriters, providers: [{ ...SYSTEM, failures: [{ step: 'Commit', hresult, times: 1 }] }] });
    expect(codeName((await (await Requester.on(machine)).snapshot()).status)).toBe(name);
    expect((await (await Requester.on(machine)).snapshot()).status).toBe(FINISHED);
  });

  it('what a provider answers to AbortSnapshots changes nothing', async () => {
    const failures = [{ step: 'Commit', hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO }, { step: 'Abort', hresult: HRESULT.E_FAIL }] as const;
    const { machine } = vssMachine({ ...plainWriters, providers: [{ ...SYSTEM, failures }] });
    expect(codeName((await (await Requester.on(machine)).snapshot()).status)).toBe('VSS_E_PROVIDER_VETO');
  });

  it('is not told of an abort before DoSnapshotSet', async () => {
    const { machine } = vssMachine(plainWriters);
    const requester = await Requester.on(machine);
    await requester.prepared();
    await requester.components.abortBackup();
    expect(machine.faults.count('vss.provider.BeginPrepare')).toBe(1);
    expect(machine.faults.count('vss.provider.Abort')).toBe(0);
  });

  it('a flush that does not end in time is VSS_E_FLUSH_WRITES_TIMEOUT', async () => {
    const { machine, clock } = vssMachine({ ...plainWriters, volumes: [{ name: 'C:\\', flushMs: 10_001 }] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await clock.advance(10_000);
    expect(codeName(await creation)).toBe('VSS_E_FLUSH_WRITES_TIMEOUT');
    await clock.advance(1);
    expect(clock.pending).toBe(0);
  });

  it('are listed by the coordinator class, registered and unregistered there', async () => {
    const { machine } = vssMachine();
    const channel = await machine.openChannel();
    const [coordinatorClass] = vssTable.classes;
    if (coordinatorClass === undefined) throw new Error('no class in the table');
    const admin = await activate<IVssAdmin>(channel, coordinatorClass);
    const names = async (): Promise<readonly (string | null)[]> =>
      (await (await admin.queryProviders()).next(10)).map((element) => (element.type === 4 ? element.provider.providerName : null));
    expect(await names()).toEqual(['Microsoft Software Shadow Copy provider 1.0', 'Microsoft File Share Shadow Copy provider']);
    await admin.registerProvider(HARDWARE.id, GUID_NULL, 'Array', 3, '1.0', GUID_NULL);
    expect(await codeOf(admin.registerProvider(HARDWARE.id, GUID_NULL, 'Array', 3, '1.0', GUID_NULL))).toBe('VSS_E_PROVIDER_ALREADY_REGISTERED');
    expect(await names()).toHaveLength(3);
    await admin.unregisterProvider(HARDWARE.id);
    expect(await codeOf(admin.unregisterProvider(HARDWARE.id))).toBe('VSS_E_PROVIDER_NOT_REGISTERED');
    expect(await codeOf(admin.abortAllSnapshotsInProgress())).toBe('E_NOTIMPL');
  });
});

describe('contexts and what lives how long', () => {
  it.each([
    ['BACKUP', CTX.BACKUP, false], ['FILE_SHARE_BACKUP', CTX.FILE_SHARE_BACKUP, false], ['NAS_ROLLBACK', CTX.NAS_ROLLBACK, true],
    ['APP_ROLLBACK', CTX.APP_ROLLBACK, true], ['CLIENT_ACCESSIBLE', CTX.CLIENT_ACCESSIBLE, true], ['CLIENT_ACCESSIBLE_WRITERS', CTX.CLIENT_ACCESSIBLE_WRITERS, true],
  ])('a copy of %s', async (_name, context, stays) => {
    const { machine } = vssMachine(plainWriters);
    const requester = await Requester.on(machine);
    await requester.gather(context);
    const { ids } = await requester.start();
    if ((context & 0x10) === 0) await requester.prepare();
    expect(await requester.create()).toBe(FINISHED);
    const admin = await managing(machine);
    expect(await queried(admin)).toEqual(ids);
    await requester.components.release();
    expect(await queried(admin)).toEqual(stays ? ids : []);
    machine.reboot();
    expect(await queried(await managing(machine))).toEqual(stays ? ids : []);
    machine.powerCut();
    expect(await queried(await managing(machine))).toEqual(stays ? ids : []);
  });

  it('CTX_ALL is for administration: no set can be started', async () => {
    const requester = await managing(vssMachine().machine);
    expect(await codeOf(requester.components.startSnapshotSet())).toBe('VSS_E_BAD_STATE');
  });

  it.each([[0x0d | 0x20, 'client-accessible and transportable'], [0x20000 | 0x40000, 'differential and plex'], [0x14, 'two halves of contexts'], [0x1, 'persistent alone']])(
    '0x%s is no context: %s', async (context) => {
      const requester = await Requester.on(vssMachine().machine);
      await requester.initialize();
      expect(await codeOf(requester.components.setContext(context))).toBe('VSS_E_UNSUPPORTED_CONTEXT');
    });

  it('a query shows only completed copies of its own context', async () => {
    const { machine } = vssMachine(plainWriters);
    const persistent = await Requester.on(machine);
    const { ids } = await persistent.snapshot(['C:\\'], CTX.APP_ROLLBACK);
    const other = await Requester.on(machine);
    await other.snapshot();
    expect(await queried(await managing(machine, CTX.APP_ROLLBACK))).toEqual(ids);
    expect(await queried(await managing(machine, CTX.NAS_ROLLBACK))).toEqual([]);
    expect(await queried(await managing(machine))).toHaveLength(2);
    const unfinished = await Requester.on(machine);
    await unfinished.prepared();
    expect(await queried(await managing(machine))).toHaveLength(2);
  });

  it('tells whether a volume has copies, and whether it may be reverted', async () => {
    const { machine } = vssMachine({ ...plainWriters, volumes: [{ name: 'C:\\' }, { name: 'D:\\' }] });
    const requester = await Requester.on(machine);
    const ask = async (operation: string, volume: string): Promise<unknown> => (await requester.channel.call(0, operation, [volume])).outputs[0];
    expect(await ask('IsVolumeSnapshotted', 'D:\\')).toBe(false);
    await requester.snapshot(['D:\\']);
    expect(await ask('IsVolumeSnapshotted', 'D:\\')).toBe(true);
    expect(await ask('ShouldBlockRevert', 'C:\\')).toBe(true);
    expect(await ask('ShouldBlockRevert', 'D:\\')).toBe(false);
  });
});

describe('deletion', () => {
  const volumes = [{ name: 'C:\\' }, { name: 'D:\\' }, { name: 'E:\\' }];

  it('deletes a copy or a set, also of another process', async () => {
    const { machine } = vssMachine({ ...plainWriters, volumes });
    const { set, ids } = await (await Requester.on(machine)).snapshot(['C:\\', 'D:\\', 'E:\\'], CTX.APP_ROLLBACK);
    const admin = await managing(machine);
    expect(await admin.components.deleteSnapshots(ids[1] ?? '', 3, false)).toEqual({ deletedSnapshots: 1, nondeletedSnapshotId: GUID_NULL });
    expect(await admin.components.deleteSnapshots(set, 2, false)).toEqual({ deletedSnapshots: 2, nondeletedSnapshotId: GUID_NULL });
    expect(await codeOf(admin.components.deleteSnapshots(set, 2, false))).toBe('VSS_E_OBJECT_NOT_FOUND');
  });

  it('stops at the first that cannot be deleted, and says how many went and which did not', async () => {
    const { machine } = vssMachine({ ...plainWriters, volumes });
    const { set, ids } = await (await Requester.on(machine)).snapshot(['C:\\', 'D:\\', 'E:\\'], CTX.APP_ROLLBACK);
    machine.faults.add({ at: 'vss.provider.Delete', occurrence: 2, action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    const admin = await managing(machine);
    await expect(admin.components.deleteSnapshots(set, 2, false)).rejects.toMatchObject({
      code: 'VSS_E_PROVIDER_VETO', outputs: { deletedSnapshots: 1, nondeletedSnapshotId: ids[1] },
    });
    expect(await queried(admin)).toEqual(ids.slice(1));
  });
});

describe('management', () => {
  it('exposes a persistent copy under a drive letter, through a reboot, and takes that back', async () => {
    const { machine } = vssMachine(plainWriters);
    const { ids: [id = ''] } = await (await Requester.on(machine)).snapshot(['C:\\'], CTX.APP_ROLLBACK);
    const admin = await managing(machine);
    expect(await admin.components.exposeSnapshot(id, null, 0x100000, 'X:')).toBe('X:');
    expect(await codeOf(admin.components.exposeSnapshot(id, null, 0x100000, 'Y:'))).toBe('VSS_E_BAD_STATE');
    machine.reboot();
    const { components } = await managing(machine);
    const properties = await components.getSnapshotProperties(id);
    expect(properties).toMatchObject({ exposedName: 'X:' });
    expect(properties.snapshotAttributes & 0x100000).not.toBe(0);
    await components.unexposeSnapshot(id);
    expect(await components.getSnapshotProperties(id)).toMatchObject({ exposedName: null });
    expect(await codeOf(components.unexposeSnapshot(id))).toBe('VSS_E_BAD_STATE');
    expect(await components.exposeSnapshot(id, 'Data', 0x200000, null)).toBe(`SnapshotShare-${id}`);
  });

  it.each([
    ['a path with a drive letter', 'Data', 0x100000, 'X:', 'E_INVALIDARG'],
    ['neither locally nor remotely', null, 0, 'X:', 'E_INVALIDARG'],
    ['both', null, 0x300000, 'X:', 'E_INVALIDARG'],
    ['a drive that is in use', null, 0x100000, 'C:', 'VSS_E_OBJECT_ALREADY_EXISTS'],
    ['a folder on no volume', null, 0x100000, 'Q:\\Folder', 'E_INVALIDARG'],
  ])('refuses to expose with %s', async (_what, path, attributes, name, code) => {
    const { machine } = vssMachine(plainWriters);
    const { ids: [id = ''] } = await (await Requester.on(machine)).snapshot(['C:\\'], CTX.APP_ROLLBACK);
    expect(await codeOf((await managing(machine)).components.exposeSnapshot(id, path, attributes, name))).toBe(code);
  });

  it.each([['not persistent', CTX.BACKUP], ['client-accessible', CTX.CLIENT_ACCESSIBLE_WRITERS]])('does not expose a copy that is %s', async (_what, context) => {
    const { machine } = vssMachine(plainWriters);
    const owner = await Requester.on(machine);
    const { ids: [id = ''] } = await owner.snapshot(['C:\\'], context);
    expect(await codeOf(owner.components.exposeSnapshot(id, null, 0x100000, 'X:'))).toBe('VSS_E_UNSUPPORTED_CONTEXT');
  });

  it('breaks a hardware set, and vetoes for the system provider', async () => {
    for (const [providers, code] of [[[SYSTEM], 'VSS_E_PROVIDER_VETO'], [[HARDWARE], 'none']] as const) {
      const { machine } = vssMachine({ ...plainWriters, providers });
      const { set } = await (await Requester.on(machine)).snapshot(['C:\\'], CTX.APP_ROLLBACK);
      const { components } = await managing(machine);
      expect(await codeOf(components.breakSnapshotSet(set))).toBe(code);
    }
    const { machine } = vssMachine({ ...plainWriters, providers: [HARDWARE] });
    const { set } = await (await Requester.on(machine)).snapshot(['C:\\'], CTX.APP_ROLLBACK);
    const admin = await managing(machine);
    expect(await admin.end(admin.components.breakSnapshotSetEx(set, 2))).toBe(FINISHED);
    expect(await queried(admin)).toEqual([]);
  });

  it('carries a transportable set by its document to another machine, and imports it there', async () => {
    const first = vssMachine({ ...plainWriters, providers: [HARDWARE] }).machine;
    const requester = await Requester.on(first);
    const { ids } = await requester.snapshot(['C:\\'], 0x20);
    expect(await requester.components.getSnapshotProperties(ids[0] ?? '')).toMatchObject({ snapshotDeviceObject: null });
    const xml = await requester.components.saveAsXML();
    const importing = async (machine: SimulatedWindows): Promise<string> => {
      const importer = await Requester.on(machine);
      await importer.components.initializeForBackup(xml);
      await importer.components.setContext(0x20);
      const status = codeName(await importer.end(importer.components.importSnapshots()));
      if (status === 'VSS_S_ASYNC_FINISHED') expect(await queried(importer)).toEqual(ids);
      return status;
    };
    expect(await importing(vssMachine({ providers: [HARDWARE] }).machine)).toBe('VSS_S_ASYNC_FINISHED');
    expect(await importing(vssMachine({ providers: [SYSTEM] }).machine)).toBe('VSS_E_NO_SNAPSHOTS_IMPORTED');
    expect(await importing(first)).toBe('VSS_S_ASYNC_FINISHED');
  });

  it('needs a hardware provider for a transportable set', async () => {
    const requester = await managing(vssMachine().machine, 0x20);
    await requester.components.startSnapshotSet();
    expect(await codeOf(requester.components.addToSnapshotSet('C:\\', GUID_NULL))).toBe('VSS_E_VOLUME_NOT_SUPPORTED');
  });

  it('an enumeration gives what is left, skips, starts over and is copied', async () => {
    const { machine } = vssMachine({ ...plainWriters, volumes: [{ name: 'C:\\' }, { name: 'D:\\' }, { name: 'E:\\' }] });
    await (await Requester.on(machine)).snapshot(['C:\\', 'D:\\', 'E:\\'], CTX.APP_ROLLBACK);
    const admin = await managing(machine);
    const enumerator = await admin.components.query(GUID_NULL, 1, 3);
    expect(await enumerator.next(2)).toHaveLength(2);
    const copy = await enumerator.clone();
    expect((await admin.channel.call(enumerator.handle, 'IVssEnumObject::Next', [2])).hresult).toBe(HRESULT.S_FALSE);
    expect(await copy.next(1)).toHaveLength(1);
    await enumerator.reset();
    await enumerator.skip(2);
    expect(await enumerator.next(5)).toHaveLength(1);
    expect((await admin.channel.call(enumerator.handle, 'IVssEnumObject::Skip', [1])).hresult).toBe(HRESULT.S_FALSE);
  });
});

describe('a volume that is a real directory', () => {
  let root: string;
  let data: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'winbackup-vss-'));
    data = join(root, 'volume');
    mkdirSync(join(data, 'inner'), { recursive: true });
    writeFileSync(join(data, 'one.txt'), 'one');
    writeFileSync(join(data, 'inner', 'two.txt'), 'two');
    utimesSync(join(data, 'one.txt'), 1_000_000, 1_000_000);
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  async function resolve(requester: Requester, path: string): Promise<string> {
    const { hresult, outputs } = await requester.channel.call(0, 'Vss::ResolveDevicePath', [path]);
    return hresult === 0 ? (outputs[0] as string) : `0x${hresult.toString(16)}`;
  }

  it('is copied: contents, tree and times, readable through the device path, and gone with the release', async () => {
    const { machine } = vssMachine({ ...plainWriters, volumes: [{ name: 'D:\\', directory: data }] });
    const requester = await Requester.on(machine);
    const { ids } = await requester.snapshot(['D:\\']);
    writeFileSync(join(data, 'one.txt'), 'changed');
    const { snapshotDeviceObject: device } = await requester.components.getSnapshotProperties(ids[0] ?? '');
    const copied = await resolve(requester, `${device ?? ''}\\one.txt`);
    expect(readFileSync(copied, 'utf8')).toBe('one');
    expect(statSync(copied).mtimeMs).toBe(1_000_000_000);
    expect(readFileSync(await resolve(requester, `${device ?? ''}\\inner\\two.txt`), 'utf8')).toBe('two');
    expect(readFileSync(await resolve(requester, 'D:\\one.txt'), 'utf8')).toBe('changed');
    expect(await resolve(requester, `${device ?? ''}\\..\\one.txt`)).toBe('0x80070057');
    expect(await resolve(requester, `${device ?? ''}9\\one.txt`)).toBe('0x80070002');
    await requester.components.release();
    await machine.vss.settled();
    expect(existsSync(copied)).toBe(false);
    expect(readdirSync(data).sort()).toEqual(['inner', 'one.txt']);
  });

  it('is copied as of the instant at which the writers stood still', async () => {
    const journal = join(data, 'journal');
    let frozen = false;
    let written = 0;
    const write = (): void => {
      if (!frozen) appendFileSync(journal, `${String(written++)}\n`);
    };
    const { machine } = vssMachine({
      volumes: [{ name: 'D:\\', directory: data }],
      writers: [handledWriter('a', WRITER_A, {
        onPrepareSnapshot: write,
        onFreeze: () => {
          write();
          frozen = true;
        },
        onThaw: () => {
          frozen = false;
          write();
        },
        onPostSnapshot: write,
      })],
    });
    const requester = await Requester.on(machine);
    const { ids } = await requester.snapshot(['D:\\']);
    const { snapshotDeviceObject: device } = await requester.components.getSnapshotProperties(ids[0] ?? '');
    expect(readFileSync(await resolve(requester, `${device ?? ''}\\journal`), 'utf8')).toBe('0\n1\n');
    expect(readFileSync(journal, 'utf8')).toBe('0\n1\n2\n3\n');
    const [snapshot] = await machine.openControl().vssSnapshots();
    expect(snapshot?.changed).toEqual([]);
  });

  it('reports what was written while it was copied, and what it left out', async () => {
    symlinkSync('one.txt', join(data, 'link'));
    const { machine } = vssMachine({ ...plainWriters, volumes: [{ name: 'D:\\', directory: data }] });
    const { files } = machine.host;
    const copy = files.copy.bind(files);
    const meddling = { ...machine.host, files: { ...files, copy: async (from: string, to: string) => {
      await copy(from, to);
      appendFileSync(join(data, 'inner', 'two.txt'), 'more');
      writeFileSync(join(data, 'late.txt'), 'late');
    } } };
    const other = vssMachine({ ...plainWriters, host: meddling, volumes: [{ name: 'D:\\', directory: data }] }).machine;
    expect((await (await Requester.on(other)).snapshot(['D:\\'])).status).toBe(FINISHED);
    const [snapshot] = await other.openControl().vssSnapshots();
    expect(snapshot?.changed).toEqual(['inner/two.txt', 'late.txt']);
    expect(snapshot?.skipped).toEqual(['link']);
    expect(other.eventLog.entries.map(({ message }) => message).join()).toMatch(/written to while it was copied.*inner\/two\.txt/);
    const strict = vssMachine({ ...plainWriters, host: meddling, volumes: [{ name: 'D:\\', directory: data, onChangeDuringCopy: 'fail' }] }).machine;
    expect(codeName((await (await Requester.on(strict)).snapshot(['D:\\'])).status)).toBe('VSS_E_HOLD_WRITES_TIMEOUT');
    await strict.vss.settled();
  });

  it('costs no time of the machine, however long the copy takes', async () => {
    rmSync(join(data, 'inner'), { recursive: true });
    const { files } = realHost;
    let begun: () => void = () => undefined;
    let finish: () => void = () => undefined;
    const copying = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = { ...files, copy: async (from: string, to: string) => {
      begun();
      await finished;
      await files.copy(from, to);
    } };
    const clock = new SimulatedClock();
    const { machine } = vssMachine({ ...plainWriters, host: { ...realHost, files: slow, clock }, volumes: [{ name: 'D:\\', directory: data }] });
    const requester = await Requester.on(machine);
    await requester.prepared(['D:\\']);
    const creation = requester.create();
    await copying;
    await clock.advance(120_000);
    finish();
    expect(await creation).toBe(FINISHED);
    await requester.components.release();
    await machine.vss.settled();
  });

  it('is put back by a revert, which goes on by itself', async () => {
    const { machine, clock } = vssMachine({
      ...plainWriters, volumes: [{ name: 'D:\\', directory: data, inUse: true }, { name: 'C:\\' }], providers: [{ ...SYSTEM, delays: [{ step: 'Revert', delayMs: 60_000 }] }],
    });
    const owner = await Requester.on(machine);
    const { ids: [d = '', c = ''] } = await owner.snapshot(['D:\\', 'C:\\'], CTX.APP_ROLLBACK);
    writeFileSync(join(data, 'one.txt'), 'changed');
    rmSync(join(data, 'inner'), { recursive: true });
    writeFileSync(join(data, 'new.txt'), 'new');
    const admin = await managing(machine);
    expect(await codeOf(admin.components.revertToSnapshot(c, false))).toBe('VSS_E_VOLUME_NOT_SUPPORTED');
    expect(await codeOf(admin.components.revertToSnapshot(d, false))).toBe('VSS_E_VOLUME_IN_USE');
    await admin.components.revertToSnapshot(d, true);
    expect(await codeOf(admin.components.revertToSnapshot(d, true))).toBe('VSS_E_REVERT_IN_PROGRESS');
    const status = admin.end(admin.components.queryRevertStatus('D:\\'));
    await clock.advance(60_000);
    expect(await status).toBe(FINISHED);
    expect(readFileSync(join(data, 'one.txt'), 'utf8')).toBe('one');
    expect(readFileSync(join(data, 'inner', 'two.txt'), 'utf8')).toBe('two');
    expect(existsSync(join(data, 'new.txt'))).toBe(false);
    expect(await codeOf(admin.components.queryRevertStatus('D:\\'))).toBe('VSS_E_OBJECT_NOT_FOUND');
    await admin.components.deleteSnapshots(d, 3, false);
    await machine.vss.settled();
  });

  it('is not reverted to a copy that is not persistent', async () => {
    const { machine } = vssMachine({ ...plainWriters, volumes: [{ name: 'D:\\', directory: data }] });
    const owner = await Requester.on(machine);
    const { ids: [id = ''] } = await owner.snapshot(['D:\\']);
    expect(await codeOf(owner.components.revertToSnapshot(id, true))).toBe('VSS_E_UNSUPPORTED_CONTEXT');
    await owner.components.release();
    await machine.vss.settled();
  });

  it('leaves nothing behind when the creation fails, is cancelled, or loses its requester', async () => {
    const ends: readonly ((requester: Requester, machine: SimulatedWindows) => Promise<void>)[] = [
      async (requester, machine) => {
        machine.faults.add({ at: 'vss.provider.PostCommit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
        await requester.create();
      },
      async (requester, machine) => {
        machine.faults.add({ at: 'vss.provider.PostCommit', action: { hang: true } });
        const operation = await requester.components.doSnapshotSet();
        while (machine.faults.count('vss.provider.PostCommit') === 0) await new Promise((done) => setImmediate(done));
        await operation.cancel();
        await operation.wait(0xffffffff);
      },
      async (requester, machine) => {
        machine.faults.add({ at: 'vss.provider.PostCommit', action: { kill: 'caller' } });
        requester.create().catch(() => undefined);
        while (machine.faults.count('vss.provider.PostCommit') === 0) await new Promise((done) => setImmediate(done));
      },
    ];
    for (const end of ends) {
      const { machine, clock } = vssMachine({ ...plainWriters, volumes: [{ name: 'D:\\', directory: data }] });
      const requester = await Requester.on(machine);
      await requester.prepared(['D:\\']);
      await end(requester, machine);
      await clock.advance(60_000);
      await machine.vss.settled();
      expect(readdirSync(data).sort()).toEqual(['inner', 'one.txt']);
    }
  });
});
