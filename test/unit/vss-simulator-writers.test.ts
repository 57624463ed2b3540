import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IVssComponentEx2, IVssExamineWriterMetadataEx2 } from '../../lib/binding/generated/vss';
import { createProxy } from '../../lib/binding/proxy';
import type { ProxyObject } from '../../lib/binding/proxy';
import { interfaceTable } from '../../lib/binding/tables';
import { VSS_HRESULT } from '../../lib/binding/vss-codes';
import { settled } from '../../lib/simulator/scheduler';
import type { TransactionFreeze, WriterDescription } from '../../lib/simulator/vss';
import { SimulatedWindows } from '../../lib/simulator/machine';
import { FINISHED, Requester, WRITER_A, WRITER_B, codeName, codeOf, countOf, handledWriter, plainWriter, story, vssMachine } from './vss-requester';

const DATA = [WRITER_A, 2, null, 'Data'] as const;

async function component(requester: Requester, writer = 0, index = 0): Promise<IVssComponentEx2 & ProxyObject> {
  const writers = await requester.components.getWriterComponents(writer);
  const { handle } = await writers.getComponent(index);
  return createProxy<IVssComponentEx2>(requester.channel, handle, interfaceTable('IVssComponentEx2'));
}

async function examine(requester: Requester, xml: string): Promise<IVssExamineWriterMetadataEx2 & ProxyObject> {
  const { hresult, outputs } = await requester.channel.call(0, 'CreateVssExamineWriterMetadata', [xml]);
  expect(hresult).toBe(0);
  return createProxy<IVssExamineWriterMetadataEx2>(requester.channel, outputs[0] as number, interfaceTable('IVssExamineWriterMetadataEx2'));
}

/** A component-mode backup of `Data` of writer a; gives the document. */
async function backedUp(requester: Requester, notes: (requester: Requester) => Promise<void> = async () => undefined): Promise<string> {
  await requester.gather(undefined, true);
  await requester.components.addComponent(WRITER_A, ...DATA);
  await notes(requester);
  await requester.start();
  await requester.prepare();
  await requester.create();
  await requester.components.setBackupSucceeded(WRITER_A, ...DATA, true);
  await requester.complete();
  return (await requester.components.saveAsXML()) ?? '';
}

describe('what writers tell', () => {
  const rich: WriterDescription = {
    metadata: {
      writerName: 'rich <&> "writer"', writerId: WRITER_A, instanceId: WRITER_B, instanceName: 'INSTANCE', usage: 3, source: 1, majorVersion: 2, minorVersion: 5,
      backupSchema: 0x143,
      components: [
        {
          type: 1, logicalPath: 'Server\\Instance', name: 'Sales', caption: 'Umsätze\r\nund <mehr>', restoreMetadata: true, notifyOnBackupComplete: true, selectable: true,
          selectableForRestore: false, flags: 2, files: [{ path: 'C:\\Data', filespec: '*.cfg', recursive: true }],
          databaseFiles: [{ path: 'C:\\Data', filespec: 'sales.mdf' }], logFiles: [{ path: 'C:\\Data', filespec: 'sales.ldf' }],
          dependencies: [{ writerId: WRITER_B, logicalPath: null, componentName: 'Registry' }],
        },
      ],
      excludeFiles: [{ path: 'C:\\Temp', filespec: '*' }],
      excludeFromSnapshotFiles: [{ path: 'C:\\Cache', filespec: '*.tmp', recursive: true }],
      restoreMethod: { method: 3, service: 'svc', userProcedure: 'do', writerRestore: 3, rebootRequired: true },
      alternateLocationMappings: [{ path: 'C:\\Data', filespec: '*', alternateLocation: 'D:\\Data' }],
    },
  };

  async function seen(metadata: IVssExamineWriterMetadataEx2): Promise<unknown> {
    const part = await metadata.getComponent(0);
    const info = await part.getComponentInfo();
    const file = async (description: Promise<{ getPath: () => Promise<string | null>; getFilespec: () => Promise<string | null>; getRecursive: () => Promise<boolean>; getAlternateLocation: () => Promise<string | null> }>): Promise<unknown> => {
      const found = await description;
      return [await found.getPath(), await found.getFilespec(), await found.getRecursive(), await found.getAlternateLocation()];
    };
    const dependency = await part.getDependency(0);
    const { pointer, ...fields } = info as typeof info & { pointer: bigint };
    await part.freeComponentInfo(pointer);
    return {
      identity: await metadata.getIdentityEx(),
      counts: await metadata.getFileCounts(),
      exclude: await file(metadata.getExcludeFile(0)),
      restore: await metadata.getRestoreMethod(),
      mapping: await file(metadata.getAlternateLocationMapping(0)),
      schema: await metadata.getBackupSchema(),
      version: await metadata.getVersion(),
      fromSnapshot: [await metadata.getExcludeFromSnapshotCount(), await file(metadata.getExcludeFromSnapshotFile(0))],
      fields,
      files: [await file(part.getFile(0)), await file(part.getDatabaseFile(0)), await file(part.getDatabaseLogFile(0))],
      dependency: [await dependency.getWriterId(), await dependency.getLogicalPath(), await dependency.getComponentName()],
    };
  }

  it('comes through the interfaces, and the same again from the stored document', async () => {
    const { machine } = vssMachine({ writers: [rich] });
    const requester = await Requester.on(machine);
    await requester.gather();
    const live = await requester.metadata(0);
    const told = await seen(live);
    expect(told).toMatchObject({
      identity: { writerName: 'rich <&> "writer"', instanceName: 'INSTANCE', usage: 3, source: 1 },
      counts: { includeFiles: 0, excludeFiles: 1, components: 1 },
      restore: { method: 3, service: 'svc', userProcedure: 'do', writerRestore: 3, rebootRequired: true, mappings: 1 },
      version: { major: 2, minor: 5 },
      fields: { caption: 'Umsätze\r\nund <mehr>', databases: 1, logFiles: 1, dependencies: 1, fileCount: 1, componentFlags: 2, selectableForRestore: false },
    });
    const xml = (await live.saveAsXML()) ?? '';
    expect(xml).toContain('urn:winbackup:simulated-vss:1');
    const { machine: elsewhere } = vssMachine({ writers: [] });
    const stored = await examine(await Requester.on(elsewhere), xml);
    expect(await seen(stored)).toEqual(told);
    const document = await stored.getDocument();
    expect(await document.get_xml()).toBe(xml);
    await stored.loadFromXML(xml);
    expect(await seen(stored)).toEqual(told);
  });

  it('a component\'s information is freed once', async () => {
    const { machine } = vssMachine({ writers: [rich] });
    const requester = await Requester.on(machine);
    await requester.gather();
    const part = await (await requester.metadata(0)).getComponent(0);
    const { pointer } = (await part.getComponentInfo()) as unknown as { pointer: bigint };
    await part.freeComponentInfo(pointer);
    expect(await codeOf(part.freeComponentInfo(pointer))).toBe('VSS_E_UNEXPECTED');
  });

  it('a new machine has the writers of an ordinary server', async () => {
    const requester = await Requester.on(new SimulatedWindows());
    await requester.gather();
    const count = await requester.components.getWriterMetadataCount();
    const names: (string | null)[] = [];
    for (let index = 0; index < count; index += 1) names.push((await (await requester.metadata(index)).getIdentity()).writerName);
    expect(names).toEqual(expect.arrayContaining(['SqlServerWriter', 'System Writer', 'Registry Writer', 'COM+ REGDB Writer', 'WMI Writer', 'IIS Config Writer', 'IIS Metabase Writer']));
    await requester.start();
    await requester.prepare();
    expect(await requester.create()).toBe(FINISHED);
    expect(await requester.complete()).toBe(FINISHED);
    for (const { state, failure } of await requester.statuses()) expect([state, failure]).toEqual([1, 0]);
  });

  it('onIdentify may report something else each time', async () => {
    let databases = 0;
    const { machine } = vssMachine({
      writers: [handledWriter('a', WRITER_A, {
        onIdentify: (context) => {
          databases += 1;
          context.metadata = { ...context.metadata, components: Array.from({ length: databases }, (_, index) => ({ ...component0(), name: `db${String(index)}` })) };
        },
      })],
    });
    const component0 = (): NonNullable<typeof first> => {
      if (first === undefined) throw new Error('no component');
      return first;
    };
    const [first] = machine.vss.writers[0]?.components ?? [];
    for (const expected of [1, 2]) {
      const requester = await Requester.on(machine);
      await requester.gather();
      expect((await (await requester.metadata(0)).getFileCounts()).components).toBe(expected);
    }
  });

  it.each([
    ['DisableWriterClasses', async (r: Requester) => r.components.disableWriterClasses([WRITER_A]), ['b']],
    ['EnableWriterClasses', async (r: Requester) => r.components.enableWriterClasses([WRITER_A]), ['a']],
    ['EnableWriterClasses twice', async (r: Requester) => { await r.components.enableWriterClasses([WRITER_A]); await r.components.enableWriterClasses([WRITER_B]); }, ['a', 'b']],
    ['DisableWriterInstances', async (r: Requester) => r.components.disableWriterInstances([WRITER_B]), ['a']],
  ])('%s decides who is asked', async (_what, choose, expected) => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.initialize();
    await choose(requester);
    await requester.components.setBackupState(false, false, 5, false);
    await requester.end(requester.components.gatherWriterMetadata());
    await requester.start();
    await requester.prepare();
    await requester.create();
    expect([...new Set(machine.vss.events.map(({ writer }) => writer))]).toEqual(expected);
    expect((await requester.statuses()).map(({ name }) => name)).toEqual(expected);
  });

  it('EnableWriterClasses after GatherWriterMetadata changes nothing', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.components.enableWriterClasses([WRITER_A]);
    expect((await requester.statuses()).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('what writers note on their components', () => {
  it('stamps, metadata, partial and differenced files, failures reach the requester and its document', async () => {
    const { machine } = vssMachine({
      writers: [plainWriter('a', WRITER_A, {
        notes: [
          { event: 'PrepareForBackup', backupMetadata: 'meta', partialFiles: [{ path: 'C:\\Data', filename: 'big', ranges: '0:100', metadata: 'm' }] },
          {
            event: 'PostSnapshot', backupStamp: 'stamp-2', failure: { failure: VSS_HRESULT.VSS_E_WRITERERROR_RETRYABLE, applicationFailure: 7, message: 'half' },
            differencedFiles: [{ path: 'C:\\Data', filespec: '*', recursive: true, lastModifyTime: 133_000_000_000_000_000n }],
          },
        ],
      })],
    });
    const requester = await Requester.on(machine);
    const xml = await backedUp(requester, async ({ components }) => {
      await components.setPreviousBackupStamp(...DATA, 'stamp-1');
      await components.setBackupOptions(...DATA, 'options');
    });
    const check = async (part: IVssComponentEx2): Promise<void> => {
      expect(await part.getBackupMetadata()).toBe('meta');
      expect(await part.getPartialFileCount()).toBe(1);
      expect(await part.getPartialFile(0)).toEqual({ path: 'C:\\Data', filename: 'big', range: '0:100', metadata: 'm' });
      expect([await part.getPreviousBackupStamp(), await part.getBackupStamp(), await part.getBackupOptions()]).toEqual(['stamp-1', 'stamp-2', 'options']);
      expect(await part.getDifferencedFilesCount()).toBe(1);
      expect(await part.getDifferencedFile(0)).toEqual({ path: 'C:\\Data', filespec: '*', recursive: true, lsn: null, lastModifyTime: 133_000_000_000_000_000n });
      expect(await part.getFailure()).toEqual({ failure: VSS_HRESULT.VSS_E_WRITERERROR_RETRYABLE, applicationFailure: 7, applicationMessage: 'half', reserved: 0 });
      expect(await part.getBackupSucceeded()).toBe(true);
    };
    await check(await component(requester));
    const restore = await Requester.on(machine);
    await restore.components.initializeForRestore(xml);
    await check(await component(restore));
    // What a writer may set, a requester may not.
    expect(await codeOf((await component(restore)).setBackupStamp('mine'))).toBe('VSS_E_BAD_STATE');
  });

  it('the requester\'s SetBackupSucceeded, type and mode are what BackupComplete\'s handler finds', async () => {
    const found: unknown[] = [];
    const { machine } = vssMachine({
      writers: [handledWriter('a', WRITER_A, {
        onBackupComplete: ({ components, backupType, componentMode, volumes, isPathAffected, snapshotDeviceName }) => {
          found.push(components.find('Data')?.data.backupSucceeded, backupType, componentMode, volumes, isPathAffected('C:\\Data\\x'), isPathAffected('D:\\x'), snapshotDeviceName('C:\\'));
        },
      })],
    });
    await backedUp(await Requester.on(machine));
    expect(found).toEqual([true, 5, true, ['C:\\'], true, false, '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1']);
  });

  it('GetWriterStatusEx adds the application\'s failure and message', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'PrepareForBackup', failure: 'out of resources', applicationFailure: 8, message: 'no memory' }] })] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    await requester.statuses();
    expect(await requester.components.getWriterStatusEx(0)).toMatchObject({
      state: 7, failure: VSS_HRESULT.VSS_E_WRITERERROR_OUTOFRESOURCES, applicationFailure: 8, applicationMessage: 'no memory',
    });
  });
});

describe('writers that fail or stay silent', () => {
  const events = ['PrepareForBackup', 'PrepareForSnapshot', 'Freeze', 'Thaw', 'PostSnapshot', 'BackupComplete'] as const;
  const failedAt = {
    PrepareForBackup: 'FAILED_AT_PREPARE_BACKUP', PrepareForSnapshot: 'FAILED_AT_PREPARE_SNAPSHOT', Freeze: 'FAILED_AT_FREEZE', Thaw: 'FAILED_AT_THAW',
    PostSnapshot: 'FAILED_AT_POST_SNAPSHOT', BackupComplete: 'FAILED_AT_BACKUP_COMPLETE',
  } as const;

  it.each(events)('a failure in %s shows in the state, and only the first time when so told', async (event) => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event, failure: 'retryable', times: 1 }] })] });
    const run = async (): Promise<readonly [string, string]> => {
      const requester = await Requester.on(machine);
      const { status } = await requester.snapshot();
      if (status === FINISHED) await requester.complete();
      const result = await requester.status('a');
      await requester.components.abortBackup();
      await requester.components.release();
      await machine.vss.settled();
      return result;
    };
    expect(await run()).toEqual([failedAt[event], 'VSS_E_WRITERERROR_RETRYABLE']);
    expect(await run()).toEqual(['STABLE', 'S_OK']);
  });

  it('a random retryable failure is one of the three, the same for the same seed', async () => {
    const failures = async (seed: number): Promise<readonly string[]> => {
      const { machine } = vssMachine({ seed, writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'PrepareForBackup', failure: 'random retryable' }] })] });
      const codes: string[] = [];
      for (let run = 0; run < 5; run += 1) {
        const requester = await Requester.on(machine);
        await requester.prepared();
        codes.push((await requester.status('a'))[1]);
        await requester.components.abortBackup();
      }
      return codes;
    };
    const first = await failures(7);
    expect(await failures(7)).toEqual(first);
    for (const code of first) expect(['VSS_E_WRITERERROR_RETRYABLE', 'VSS_E_WRITERERROR_TIMEOUT', 'VSS_E_WRITERERROR_OUTOFRESOURCES']).toContain(code);
  });

  it('an exception of a handler is a failure, and in the event log', async () => {
    const { machine } = vssMachine({ writers: [handledWriter('a', WRITER_A, { onPrepareBackup: () => { throw new Error('broken'); } })] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    expect(await requester.status('a')).toEqual(['FAILED_AT_PREPARE_BACKUP', 'VSS_E_WRITERERROR_NONRETRYABLE']);
    expect(machine.eventLog.entries.map(({ message }) => message)).toContainEqual(expect.stringContaining('broken'));
  });

  it.each(['PrepareForBackup', 'PrepareForSnapshot', 'PostSnapshot', 'BackupComplete'] as const)('one that never answers %s is given up after three minutes', async (event) => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: [event] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    const backup = (async () => {
      const { status } = await requester.snapshot();
      expect(status).toBe(FINISHED);
      expect(await requester.complete()).toBe(FINISHED);
    })();
    await clock.advance(179_999);
    await clock.advance(1);
    await backup;
    expect(await requester.status('a')).toEqual(['UNKNOWN', 'VSS_E_WRITER_NOT_RESPONDING']);
    expect(await requester.status('b')).toEqual(['STABLE', 'S_OK']);
  });

  it('one that never answers Identify does not appear', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: ['Identify'] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.initialize();
    const gathering = requester.end(requester.components.gatherWriterMetadata());
    await clock.advance(180_000);
    expect(await gathering).toBe(FINISHED);
    expect(await requester.components.getWriterMetadataCount()).toBe(1);
  });

  it('one that never answers Abort or BackupShutdown does not stop the next requester', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: ['Abort', 'BackupShutdown'] })] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const abort = requester.components.abortBackup();
    await settled();
    // The set is free at once, although the writer is still at it.
    const next = await Requester.on(machine);
    expect((await next.snapshot()).status).toBe(FINISHED);
    await clock.advance(180_000);
    await abort;
  });

  it('one whose service stops is not responding, and after its restart knows nothing of the session', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.prepared();
    const control = machine.openControl();
    await control.setVssWriterRunning('a', false);
    expect(await requester.create()).toBe(FINISHED);
    expect((await requester.statuses()).map(({ name }) => name)).toEqual(['b']);
    await control.setVssWriterRunning('a', true);
    expect(await requester.complete()).toBe(FINISHED);
    expect(countOf(machine, 'BackupComplete', 'a')).toBe(0);
  });

  it('one whose service stops while it is frozen fails the creation, and the others are aborted', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.PreCommit', action: { delayMs: 1000 } });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await settled();
    await machine.openControl().setVssWriterRunning('a', false);
    await machine.openControl().setVssWriterRunning('a', true);
    await clock.advance(1000);
    expect(codeName(await creation)).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    expect(story(machine, 'b').at(-1)).toBe('b Abort(service)');
    expect(countOf(machine, 'Thaw', 'a')).toBe(0);
  });

  it('one that is stuck in an event gets none of the next', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: ['PrepareForBackup'] })] });
    const requester = await Requester.on(machine);
    const run = requester.snapshot();
    await clock.advance(180_000);
    expect((await run).status).toBe(FINISHED);
    expect(story(machine)).toEqual(['a Identify', 'a PrepareForBackup']);
  });
});

describe('session slots', () => {
  it('without a free one the status is not available; BackupComplete, an abort and two days free them', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A)], writerSessionSlots: 2 });
    const leaked = async (): Promise<void> => {
      const requester = await Requester.on(machine);
      await requester.snapshot();
      requester.die();
      await machine.vss.settled();
    };
    const run = async (end: 'complete' | 'abort'): Promise<readonly [string, string]> => {
      const requester = await Requester.on(machine);
      await requester.snapshot();
      const status = await requester.status('a');
      if (end === 'complete') await requester.complete();
      else await requester.components.abortBackup();
      await requester.components.release();
      return status;
    };
    await leaked();
    expect(await run('complete')).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
    expect(await run('abort')).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
    await leaked();
    expect(await run('complete')).toEqual(['UNKNOWN', 'VSS_E_WRITER_STATUS_NOT_AVAILABLE']);
    await clock.advance(2 * 24 * 60 * 60 * 1000);
    expect(await run('complete')).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
    expect(machine.eventLog.entries.filter(({ message }) => message.includes('two days'))).toHaveLength(2);
  });

  it('up to Server 2008 a session ends only with GatherWriterStatus after BackupComplete', async () => {
    const sessions = async (gather: boolean): Promise<unknown> => {
      const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A)], windowsVersion: 'WindowsServer2008' });
      const requester = await Requester.on(machine);
      await requester.snapshot();
      await requester.complete();
      if (gather) await requester.statuses();
      const [writer] = await machine.openControl().vssWriters();
      return writer?.sessions;
    };
    expect(await sessions(false)).toBe(1);
    expect(await sessions(true)).toBe(0);
  });
});

describe('a restore', () => {
  it('takes the selected writer through PreRestore and PostRestore; targets and status travel both ways', async () => {
    const seen: unknown[] = [];
    const backup = vssMachine({ writers: [plainWriter('a', WRITER_A), plainWriter('b', WRITER_B)] }).machine;
    const xml = await backedUp(await Requester.on(backup));
    const { machine } = vssMachine({
      writers: [
        handledWriter('a', WRITER_A, {
          onPreRestore: ({ components }) => {
            const [part] = components.list;
            seen.push(part?.data.restoreOptions, part?.data.newTargets, part?.data.restoreSubcomponents, part?.data.additionalRestores);
            part?.setRestoreTarget(3);
            part?.addDirectedTarget('C:\\Data', 'a', '', 'D:\\Data', 'b', '');
          },
          onPostRestore: ({ components }) => {
            seen.push(components.list[0]?.data.fileRestoreStatus);
            components.list[0]?.setPostRestoreFailureMsg('all is well');
          },
        }),
        plainWriter('b', WRITER_B),
      ],
    });
    const requester = await Requester.on(machine);
    const { components } = requester;
    await components.initializeForRestore(xml);
    await components.setRestoreState(1);
    await requester.end(components.gatherWriterMetadata());
    await components.setSelectedForRestore(...DATA, true);
    await components.setRestoreOptions(...DATA, 'fast');
    await components.addNewTarget(...DATA, 'C:\\Data', '*', true, 'E:\\Data');
    await components.addRestoreSubcomponent(...DATA, null, 'Part', true);
    await components.setAdditionalRestores(...DATA, true);
    await components.setAuthoritativeRestore(...DATA, true);
    await components.setRollForward(...DATA, 3, 'point');
    await components.setRestoreName(...DATA, 'NewName');
    expect(await requester.end(components.preRestore())).toBe(FINISHED);
    expect(await requester.status('a')).toEqual(['STABLE', 'S_OK']);
    const part = await component(requester);
    expect(await part.getRestoreTarget()).toBe(3);
    expect(await part.getDirectedTarget(0)).toMatchObject({ sourceFilename: 'a', destinationFilename: 'b' });
    expect(await part.getRollForward()).toEqual({ rollType: 3, point: 'point' });
    expect([await part.getAuthoritativeRestore(), await part.getRestoreName(), await part.isSelectedForRestore()]).toEqual([true, 'NewName', true]);
    await components.addAlternativeLocationMapping(...DATA, 'C:\\Data', '*', true, 'F:\\Data');
    await components.setFileRestoreStatus(...DATA, 2);
    expect(await requester.end(components.postRestore())).toBe(FINISHED);
    expect(await part.getPostRestoreFailureMsg()).toBe('all is well');
    expect(await part.getAlternateLocationMappingCount()).toBe(1);
    expect(seen).toEqual(['fast', [expect.objectContaining({ alternateLocation: 'E:\\Data' })], [{ logicalPath: null, name: 'Part', repair: true }], true, 2]);
    expect(story(machine)).toEqual(['a Identify', 'b Identify', 'a PreRestore', 'a PostRestore']);
  });

  it.each(['PreRestore', 'PostRestore'] as const)('[S6] a writer that fails in %s causes no Abort; nor does the end of the requester', async (event) => {
    const xml = await backedUp(await Requester.on(vssMachine().machine));
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event }] })] });
    const requester = await Requester.on(machine);
    await requester.components.initializeForRestore(xml);
    await requester.end(requester.components.gatherWriterMetadata());
    await requester.components.setSelectedForRestore(...DATA, true);
    await requester.end(requester.components.preRestore());
    await requester.end(requester.components.postRestore());
    expect(await requester.status('a')).toEqual([event === 'PreRestore' ? 'FAILED_AT_PRE_RESTORE' : 'FAILED_AT_POST_RESTORE', 'VSS_E_WRITERERROR_NONRETRYABLE']);
    requester.die();
    await machine.vss.settled();
    expect(countOf(machine, 'Abort')).toBe(0);
  });

  it('a component whose writer does not run, or that is not in the document, is VSS_E_OBJECT_NOT_FOUND', async () => {
    const xml = await backedUp(await Requester.on(vssMachine().machine));
    const { machine } = vssMachine({ writers: [plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.components.initializeForRestore(xml);
    await requester.end(requester.components.gatherWriterMetadata());
    expect(await codeOf(requester.components.setSelectedForRestore(...DATA, true))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(requester.components.setSelectedForRestore(WRITER_B, 2, null, 'Data', true))).toBe('VSS_E_OBJECT_NOT_FOUND');
  });

  it('a writer that restarts between PreRestore and PostRestore gets no PostRestore, and the call fails', async () => {
    const xml = await backedUp(await Requester.on(vssMachine().machine));
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.components.initializeForRestore(xml);
    await requester.end(requester.components.gatherWriterMetadata());
    await requester.components.setSelectedForRestore(...DATA, true);
    await requester.end(requester.components.preRestore());
    await machine.openControl().setVssWriterRunning('a', true);
    expect(codeName(await requester.end(requester.components.postRestore()))).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    expect(countOf(machine, 'PostRestore')).toBe(0);
  });
});

describe('the death of the requester', () => {
  const at = [
    'IVssBackupComponents::InitializeForBackup', 'IVssBackupComponents::SetBackupState', 'IVssBackupComponents::GatherWriterMetadata', 'vss.a.Identify',
    'IVssBackupComponents::StartSnapshotSet', 'IVssBackupComponents::AddToSnapshotSet', 'IVssBackupComponents::PrepareForBackup', 'vss.a.PrepareForBackup',
    'IVssBackupComponents::DoSnapshotSet', 'vss.a.PrepareForSnapshot', 'vss.provider.EndPrepare', 'vss.a.Freeze', 'vss.provider.PreCommit', 'vss.flush',
    'vss.provider.Commit', 'vss.provider.PostCommit', 'vss.a.Thaw', 'vss.provider.PreFinalCommit', 'vss.a.PostSnapshot', 'vss.provider.PostFinalCommit',
    'IVssBackupComponents::GatherWriterStatus', 'IVssBackupComponents::BackupComplete', 'vss.a.BackupComplete',
  ];
  const cases = at.flatMap((place) => [[place, 'before'], [place, 'after']] as const).filter(([place, when]) => place.startsWith('IVss') || when === 'before');

  it.each(cases)('at %s (%s) leaves the machine to the next requester, and no writer frozen', async (place, when) => {
    const writers = [plainWriter('a', WRITER_A), plainWriter('b', WRITER_B)];
    const { machine, clock } = vssMachine({ writers });
    machine.faults.add({ at: place, occurrence: 1, when, action: { kill: 'caller' } });
    const requester = await Requester.on(machine);
    let survived = false;
    void (async () => {
      await requester.snapshot();
      await requester.statuses();
      await requester.complete();
      survived = true;
    })().catch(() => undefined);
    await clock.advance(60_000);
    await clock.advance(180_000);
    await machine.vss.settled();
    expect(survived).toBe(false);
    expect(machine.handleCount(requester.process)).toBe(0);
    const freezes = countOf(machine, 'Freeze', 'b');
    const ends = countOf(machine, 'Thaw', 'b') + countOf(machine, 'Abort', 'b');
    expect(ends).toBeGreaterThanOrEqual(freezes);
    if (countOf(machine, 'PrepareForBackup', 'b') > 0) expect(story(machine, 'b').at(-1)).toBe('b BackupShutdown');
    expect(await machine.openControl().vssStatus()).toMatchObject({ setInProgress: null, snapshots: 0 });
    machine.faults.clear();
    const next = await Requester.on(machine);
    expect((await next.snapshot()).status).toBe(FINISHED);
    expect(await next.complete()).toBe(FINISHED);
    expect(await next.status('b')).toEqual(['STABLE', 'S_OK']);
  });

  it('of one process is nothing to the set of another', async () => {
    const { machine } = vssMachine();
    const [one, two] = [await Requester.on(machine), await Requester.on(machine)];
    await one.snapshot();
    await two.prepared();
    one.die();
    expect(await two.create()).toBe(FINISHED);
  });

  it('a power cut in the middle leaves nothing: no set, no copy, no event after it', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: { powerCut: true } });
    const requester = await Requester.on(machine);
    await requester.prepared();
    requester.create().catch(() => undefined);
    await clock.advance(120_000);
    await machine.vss.settled();
    expect(story(machine).at(-1)).toBe('b Freeze');
    machine.faults.clear();
    expect((await (await Requester.on(machine)).snapshot()).status).toBe(FINISHED);
  });
});

describe('transactions that stand still with the writers', () => {
  const steps: string[] = [];
  const transactions = (hold?: 'freeze' | 'thaw'): TransactionFreeze => ({
    freeze: async () => {
      steps.push('freeze');
      if (hold === 'freeze') await new Promise<never>(() => undefined);
    },
    thaw: async () => {
      steps.push('thaw');
      if (hold === 'thaw') await new Promise<never>(() => undefined);
    },
  });
  beforeEach(() => {
    steps.length = 0;
  });

  it('are frozen and thawed once, unless the requester asked for NOT_TRANSACTED', async () => {
    const { machine } = vssMachine();
    machine.vss.addTransactionFreeze(transactions());
    await (await Requester.on(machine)).snapshot();
    expect(steps).toEqual(['freeze', 'thaw']);
    await (await Requester.on(machine)).snapshot(['C:\\'], 0x80);
    expect(steps).toEqual(['freeze', 'thaw']);
  });

  it.each([['freeze', 'VSS_E_TRANSACTION_FREEZE_TIMEOUT'], ['thaw', 'VSS_E_TRANSACTION_THAW_TIMEOUT']] as const)('not in time to %s: %s, and the writers are aborted', async (hold, code) => {
    const { machine, clock } = vssMachine();
    const remove = machine.vss.addTransactionFreeze(transactions(hold));
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await clock.advance(10_000);
    await clock.advance(10_000);
    expect(codeName(await creation)).toBe(code);
    expect(countOf(machine, 'Abort', 'a')).toBe(1);
    remove();
    expect((await (await Requester.on(machine)).snapshot()).status).toBe(FINISHED);
  });
});

describe('a writer that is a module', () => {
  it('is loaded by the machine, with its options', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'winbackup-vss-writer-'));
    try {
      const module = join(directory, 'writer.js');
      writeFileSync(module, `
        exports.createWriter = ({ name }) => ({
          metadata: { writerName: name, writerId: '${WRITER_A}', instanceId: '${WRITER_A}' },
          onPrepareBackup: (context) => { context.setWriterFailure(0x800423f3); return false; },
        });`);
      const { machine } = vssMachine({ writers: [{ module, options: { name: 'from a module' } }] });
      const requester = await Requester.on(machine);
      await requester.prepared();
      expect(await requester.status('from a module')).toEqual(['FAILED_AT_PREPARE_BACKUP', 'VSS_E_WRITERERROR_RETRYABLE']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('one that exports no writer, and a writer without a GUID, are refused by name', () => {
    expect(() => vssMachine({ writers: [{ module: require.resolve('fast-check') }] })).toThrow(/writers\.module/);
    expect(() => vssMachine({ writers: [{ metadata: { writerName: 'x', writerId: 'x', instanceId: 'x' } }] })).toThrow(/writers\.metadata\.writerId/);
    expect(() => vssMachine({ volumes: [{ name: 'C:' }] })).toThrow(/volumes\.name/);
  });
});
