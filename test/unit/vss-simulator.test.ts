import { HRESULT, INFINITE } from '../../lib/binding/codes';
import { GUID_NULL, VSS_APPLICATION_LEVEL, VSS_HRESULT } from '../../lib/binding/vss-codes';
import { settled } from '../../lib/simulator/scheduler';
import {
  CANCELLED, FINISHED, PENDING, Requester, WRITER_A, WRITER_B, WRITER_C, codeName, codeOf, countOf, handledWriter, plainWriter, story, vssMachine,
} from './vss-requester';

describe('a backup on the simulated service', () => {
  it('[S13] takes the writers through PrepareForSnapshot, Freeze, Thaw and PostSnapshot, and the states of the documentation', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A)] });
    const requester = await Requester.on(machine);
    await requester.gather();
    const { ids } = await requester.start();
    expect(await requester.prepare()).toBe(FINISHED);
    expect(await requester.status('a')).toEqual(['STABLE', 'S_OK']);
    expect(codeName(await requester.create())).toBe('VSS_S_ASYNC_FINISHED');
    expect(await requester.status('a')).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
    const properties = await requester.components.getSnapshotProperties(ids[0] ?? '');
    expect(properties.snapshotDeviceObject).toBe('\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1');
    expect(await requester.complete()).toBe(FINISHED);
    expect(await requester.status('a')).toEqual(['STABLE', 'S_OK']);
    await requester.components.release();
    await machine.vss.settled();
    expect(story(machine)).toEqual([
      'a Identify', 'a PrepareForBackup', 'a PrepareForSnapshot', 'a Freeze', 'a Thaw', 'a PostSnapshot', 'a BackupComplete', 'a BackupShutdown',
    ]);
  });

  it('freezes the front end first, then the back end, then the system', async () => {
    const levels = [['system', VSS_APPLICATION_LEVEL.SYSTEM, WRITER_A], ['back', VSS_APPLICATION_LEVEL.BACK_END, WRITER_B], ['front', VSS_APPLICATION_LEVEL.FRONT_END, WRITER_C]] as const;
    const { machine } = vssMachine({ writers: levels.map(([name, level, id]) => plainWriter(name, id, { level })) });
    await (await Requester.on(machine)).snapshot();
    expect(story(machine).filter((line) => line.endsWith('Freeze'))).toEqual(['front Freeze', 'back Freeze', 'system Freeze']);
  });

  it('shows each state while the writers are in it', async () => {
    const states: string[] = [];
    const { machine, clock } = vssMachine({
      writers: [plainWriter('a', WRITER_A, { delays: (['PrepareForSnapshot', 'Freeze', 'Thaw', 'PostSnapshot'] as const).map((event) => ({ event, delayMs: 1000 })) })],
    });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    const control = machine.openControl();
    for (let step = 0; step < 4; step += 1) {
      await clock.advance(1000);
      const [writer] = await control.vssWriters();
      states.push(String(writer?.state));
    }
    expect(await creation).toBe(FINISHED);
    expect(states).toEqual(['2', '3', '4', '5']);
  });

  it('reports a machine-wide set in progress to every process until DoSnapshotSet has returned', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { delays: [{ event: 'Freeze', delayMs: 5000 }] })] });
    const first = await Requester.on(machine);
    const second = await Requester.on(machine);
    await second.gather();
    await first.gather();
    await first.start();
    expect(await codeOf(second.components.startSnapshotSet())).toBe('VSS_E_SNAPSHOT_SET_IN_PROGRESS');
    await first.prepare();
    const creation = first.create();
    await clock.advance(4999);
    expect(await codeOf(second.components.startSnapshotSet())).toBe('VSS_E_SNAPSHOT_SET_IN_PROGRESS');
    await clock.advance(1);
    expect(await creation).toBe(FINISHED);
    // The same object may try again.
    expect(await codeOf(second.components.startSnapshotSet())).toBe('none');
  });

  it('tells the status of the call from that of the operation: a wait that ran out succeeds and leaves it pending', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { delays: [{ event: 'PrepareForBackup', delayMs: 30_000 }] })] });
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.start();
    const operation = await requester.components.prepareForBackup();
    const waiting = operation.wait(10_000);
    await clock.advance(10_000);
    await waiting;
    expect(await operation.queryStatus()).toBe(PENDING);
    await clock.advance(20_000);
    await operation.wait(INFINITE);
    expect(await operation.queryStatus()).toBe(FINISHED);
  });

  it('answers Cancel with what the operation came to', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { delays: [{ event: 'PrepareForBackup', delayMs: 30_000 }], failures: [{ event: 'Freeze' }] })] });
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.start();
    const preparing = await requester.components.prepareForBackup();
    const cancel = (handle: number): Promise<{ hresult: number }> => requester.channel.call(handle, 'IVssAsync::Cancel', []);
    expect((await cancel(preparing.handle)).hresult).toBe(HRESULT.S_OK);
    await preparing.wait(INFINITE);
    expect(await preparing.queryStatus()).toBe(CANCELLED);
    expect((await cancel(preparing.handle)).hresult).toBe(CANCELLED);
    await clock.advance(30_000);
    const gathered = await requester.components.gatherWriterStatus();
    await gathered.wait(INFINITE);
    expect((await cancel(gathered.handle)).hresult).toBe(FINISHED);
    const creating = await requester.components.doSnapshotSet();
    await clock.advance(0);
    expect((await cancel(creating.handle)).hresult).toBe(VSS_HRESULT.VSS_E_UNEXPECTED_WRITER_ERROR);
  });

  it('in component mode leaves out the writers without a component after PrepareForBackup', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.gather(undefined, true);
    await requester.components.addComponent(WRITER_B, WRITER_B, 2, null, 'Data');
    await requester.start();
    await requester.prepare();
    await requester.create();
    await requester.complete();
    expect(story(machine, 'a')).toEqual(['a Identify', 'a PrepareForBackup']);
    expect(story(machine, 'b')).toEqual(['b Identify', 'b PrepareForBackup', 'b PrepareForSnapshot', 'b Freeze', 'b Thaw', 'b PostSnapshot', 'b BackupComplete']);
  });

  it('raises no event in a context without writers', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.initialize(0x10);
    await requester.start();
    expect(await requester.create()).toBe(FINISHED);
    expect(story(machine)).toEqual([]);
  });

  it('[S12] an object that only gathered metadata is released without any further event', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.components.release();
    await machine.vss.settled();
    expect(story(machine)).toEqual(['a Identify', 'b Identify']);
  });

  it('a writer that fails Identify does not appear', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'Identify' }] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.gather();
    expect(await requester.components.getWriterMetadataCount()).toBe(1);
    expect(await (await requester.metadata(0)).getIdentity()).toMatchObject({ writerName: 'b' });
  });

  it('refuses a process without elevation', async () => {
    const { machine } = vssMachine({ elevated: false });
    const channel = await machine.openChannel();
    expect(await channel.call(0, 'CreateVssBackupComponents', [])).toEqual({ hresult: HRESULT.E_ACCESSDENIED, outputs: [] });
  });
});

describe('who raises Abort, and who does not', () => {
  it('[S1] AbortBackup raises it at every writer that takes part', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.prepared();
    await requester.components.abortBackup();
    expect(story(machine).slice(-2)).toEqual(['a Abort(requester)', 'b Abort(requester)']);
    expect(await requester.status('a')).toEqual(['STABLE', 'S_OK']);
  });

  it.each(['Freeze', 'Thaw'] as const)('[S2] a handler that fails in %s raises it, and DoSnapshotSet fails', async (event) => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event, failure: 'retryable' }] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    const { status, ids } = await requester.snapshot();
    expect(codeName(status)).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    expect(countOf(machine, 'Abort', 'a')).toBe(1);
    expect(countOf(machine, 'Abort', 'b')).toBe(1);
    expect(await requester.status('a')).toEqual([event === 'Freeze' ? 'FAILED_AT_FREEZE' : 'FAILED_AT_THAW', 'VSS_E_WRITERERROR_RETRYABLE']);
    expect(await requester.status('b')).toEqual(['STABLE', 'S_OK']);
    expect(await codeOf(requester.components.getSnapshotProperties(ids[0] ?? ''))).toBe('VSS_E_OBJECT_NOT_FOUND');
  });

  it.each([['Freeze', 'FAILED_AT_FREEZE'], ['Thaw', 'FAILED_AT_THAW']] as const)('[S3] a handler that takes longer in %s than the window of Initialize raises it', async (event, state) => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { timeoutFreezeMs: 20_000, silentAt: [event] })] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await clock.advance(19_999);
    expect(countOf(machine, 'Abort')).toBe(0);
    await clock.advance(1);
    expect(codeName(await creation)).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    expect(await requester.status('a')).toEqual([state, 'VSS_E_WRITERERROR_TIMEOUT']);
    expect(story(machine).slice(-2)).toEqual(['a Abort(writer)', 'a Abort(service)']);
  });

  it.each(['EndPrepare', 'PreCommit', 'Commit', 'PostCommit', 'PreFinalCommit'] as const)('[S4] a provider that fails in %s raises it', async (step) => {
    const { machine } = vssMachine();
    machine.faults.add({ at: `vss.provider.${step}`, action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    const requester = await Requester.on(machine);
    const { status } = await requester.snapshot();
    expect(codeName(status)).toBe('VSS_E_PROVIDER_VETO');
    expect(story(machine).filter((line) => line.includes('Abort'))).toEqual(['a Abort(service)', 'b Abort(service)']);
    expect(machine.faults.count('vss.provider.Abort')).toBe(1);
  });

  it('a provider that fails after PostSnapshot fails the creation, but OnAbort is not called any more', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A)] });
    machine.faults.add({ at: 'vss.provider.PostFinalCommit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    expect(codeName((await (await Requester.on(machine)).snapshot()).status)).toBe('VSS_E_PROVIDER_VETO');
    expect(story(machine).at(-1)).toBe('a Abort(service, not handled)');
    expect(await machine.openControl().vssSnapshots()).toEqual([]);
  });

  it('a provider that never answers its abort holds the machine for three minutes, no longer', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    machine.faults.add({ at: 'vss.provider.Abort', action: { hang: true } });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await clock.advance(180_000);
    expect(codeName(await creation)).toBe('VSS_E_PROVIDER_VETO');
    expect(await machine.openControl().vssStatus()).toMatchObject({ setInProgress: null });
  });

  it.each(['Identify', 'PrepareForBackup', 'PrepareForSnapshot', 'PostSnapshot'] as const)('[S5] a handler that fails in %s raises none', async (event) => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event }] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    const { status } = await requester.snapshot();
    expect(codeName(status)).toBe('VSS_S_ASYNC_FINISHED');
    expect(countOf(machine, 'Abort')).toBe(0);
    const expected = {
      Identify: ['WAITING_FOR_BACKUP_COMPLETE', 'S_OK'],
      PrepareForBackup: ['FAILED_AT_PREPARE_BACKUP', 'VSS_E_WRITERERROR_NONRETRYABLE'],
      PrepareForSnapshot: ['FAILED_AT_PREPARE_SNAPSHOT', 'VSS_E_WRITERERROR_NONRETRYABLE'],
      PostSnapshot: ['FAILED_AT_POST_SNAPSHOT', 'VSS_E_WRITERERROR_NONRETRYABLE'],
    } as const;
    expect(await requester.status('a')).toEqual(expected[event]);
    expect(await requester.status('b')).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'S_OK']);
  });

  it('a handler that reports its failure and returns true raises none', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'Freeze', failure: 'retryable', returnsTrue: true }] })] });
    const requester = await Requester.on(machine);
    const { status } = await requester.snapshot();
    expect(codeName(status)).toBe('VSS_S_ASYNC_FINISHED');
    expect(countOf(machine, 'Abort')).toBe(0);
    expect(await requester.status('a')).toEqual(['WAITING_FOR_BACKUP_COMPLETE', 'VSS_E_WRITERERROR_RETRYABLE']);
  });

  it('[S10] AbortBackup after one writer\'s veto of PrepareForBackup reaches the others', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A, { failures: [{ event: 'PrepareForBackup' }] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    await requester.components.abortBackup();
    expect(countOf(machine, 'Abort', 'b')).toBe(1);
    // GatherWriterStatus still tells who it was.
    expect(await requester.status('a')).toEqual(['FAILED_AT_PREPARE_BACKUP', 'VSS_E_WRITERERROR_NONRETRYABLE']);
  });

  it('AbortBackup after PostSnapshot calls no handler, and with nothing under way it is ignored', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('a', WRITER_A)] });
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.components.abortBackup();
    expect(countOf(machine, 'Abort')).toBe(0);
    const other = await Requester.on(machine);
    await other.snapshot();
    await other.components.abortBackup();
    expect(story(machine).at(-1)).toBe('a Abort(requester, not handled)');
    expect(await codeOf(other.components.abortBackup())).toBe('none');
    expect(countOf(machine, 'Abort')).toBe(1);
  });

  it('[S11] a set that was only started leaves the writers alone when it is aborted, and the machine free', async () => {
    const { machine } = vssMachine();
    const requester = await Requester.on(machine);
    await requester.gather();
    await requester.start();
    await requester.components.abortBackup();
    expect(countOf(machine, 'Abort')).toBe(0);
    const next = await Requester.on(machine);
    expect((await next.snapshot()).status).toBe(FINISHED);
  });

  it('the cancelled DoSnapshotSet is undone and leaves the machine free', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A, { silentAt: ['PrepareForSnapshot'] }), plainWriter('b', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const operation = await requester.components.doSnapshotSet();
    await clock.advance(1000);
    await operation.cancel();
    await operation.wait(INFINITE);
    expect(await operation.queryStatus()).toBe(CANCELLED);
    expect(countOf(machine, 'Abort', 'b')).toBe(1);
    const next = await Requester.on(machine);
    await next.gather();
    expect(await codeOf(next.components.startSnapshotSet())).toBe('none');
  });

  it('[S17] [S18] OnAbort frees what Freeze held, by the same work as Thaw and PostSnapshot, and as often as it comes', async () => {
    const frozen = { held: false, done: [] as string[] };
    const thaw = (): void => {
      frozen.held = false;
      frozen.done.push('thaw');
    };
    const { machine } = vssMachine({
      writers: [
        handledWriter('a', WRITER_A, {
          onFreeze: () => {
            frozen.held = true;
          },
          onThaw: thaw,
          onPostSnapshot: () => void frozen.done.push('post snapshot'),
          onAbort: () => {
            thaw();
            frozen.done.push('post snapshot');
          },
        }),
      ],
    });
    machine.faults.add({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
    const requester = await Requester.on(machine);
    await requester.snapshot();
    expect(frozen).toEqual({ held: false, done: ['thaw', 'post snapshot'] });
    await requester.components.abortBackup();
    expect(frozen.held).toBe(false);
    expect(countOf(machine, 'Abort')).toBe(2);
    expect(await requester.status('a')).toEqual(['STABLE', 'S_OK']);
  });
});

describe('multiple aborts (facts/vss.md 3.3)', () => {
  it('[S16] A: the writer\'s own timer, then the service, then the requester', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('x', WRITER_A, { silentAt: ['Freeze'] }), plainWriter('y', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await clock.advance(60_000);
    expect(codeName(await creation)).toBe('VSS_E_UNEXPECTED_WRITER_ERROR');
    await requester.components.abortBackup();
    expect(story(machine, 'x').filter((line) => line.includes('Abort'))).toEqual(['x Abort(writer)', 'x Abort(service)', 'x Abort(requester)']);
    // y froze at the same moment and its own window ends with x's.
    expect(story(machine, 'y').filter((line) => line.includes('Abort')).slice(-2)).toEqual(['y Abort(service)', 'y Abort(requester)']);
    expect(await requester.status('x')).toEqual(['FAILED_AT_FREEZE', 'VSS_E_WRITERERROR_TIMEOUT']);
  });

  it('[S14] [S16] B: a veto of Freeze, then the requester, who cannot know', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('x', WRITER_A, { failures: [{ event: 'Freeze' }] }), plainWriter('y', WRITER_B)] });
    const requester = await Requester.on(machine);
    await requester.snapshot();
    await requester.components.abortBackup();
    for (const writer of ['x', 'y']) {
      expect(story(machine, writer).filter((line) => line.includes('Abort'))).toEqual([`${writer} Abort(service)`, `${writer} Abort(requester)`]);
    }
  });

  it('[S4] [S16] C: the provider holds writes over ten seconds: Abort instead of Thaw, and again from the requester', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'vss.provider.Commit', action: { delayMs: 10_001 } });
    const requester = await Requester.on(machine);
    await requester.prepared();
    const creation = requester.create();
    await clock.advance(10_000);
    expect(codeName(await creation)).toBe('VSS_E_HOLD_WRITES_TIMEOUT');
    await requester.components.abortBackup();
    expect(countOf(machine, 'Thaw')).toBe(0);
    expect(countOf(machine, 'Abort', 'a')).toBe(2);
    expect(countOf(machine, 'Abort', 'b')).toBe(2);
    await clock.advance(10_000);
    expect(countOf(machine, 'Abort', 'a')).toBe(2);
  });

  it('D: the requester dies between Freeze and Thaw: the writers\' timers abort, then BackupShutdown comes', async () => {
    const { machine, clock } = vssMachine({ writers: [plainWriter('x', WRITER_A, { timeoutFreezeMs: 20_000 })] });
    machine.faults.add({ at: 'vss.provider.Commit', action: { kill: 'caller' } });
    const requester = await Requester.on(machine);
    await requester.prepared();
    requester.create().catch(() => undefined);
    await settled();
    expect(story(machine).at(-1)).toBe('x Freeze');
    await clock.advance(19_999);
    expect(countOf(machine, 'Abort')).toBe(0);
    await clock.advance(1);
    await machine.vss.settled();
    expect(story(machine).slice(-2)).toEqual(['x Abort(writer)', 'x BackupShutdown']);
  });

  it('E: the requester dies after DoSnapshotSet: no Abort, BackupShutdown, and its copies are gone', async () => {
    const { machine } = vssMachine({ writers: [plainWriter('x', WRITER_A)] });
    const requester = await Requester.on(machine);
    const { ids } = await requester.snapshot();
    requester.die();
    await machine.vss.settled();
    expect(countOf(machine, 'Abort')).toBe(0);
    expect(story(machine).at(-1)).toBe('x BackupShutdown');
    const next = await Requester.on(machine);
    await next.initialize();
    expect(await codeOf(next.components.getSnapshotProperties(ids[0] ?? ''))).toBe('VSS_E_OBJECT_NOT_FOUND');
    expect(await codeOf(next.components.addToSnapshotSet('C:\\', GUID_NULL))).toBe('VSS_E_BAD_STATE');
  });
});
