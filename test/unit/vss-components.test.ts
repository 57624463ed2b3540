/** VssBackupComponents on a simulated machine: the abort table row by row (facts/vss.md 2.3), asynchronous operations, COM security. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HRESULT } from '../../lib/binding/codes';
import { vssTable } from '../../lib/binding/tables';
import { SimulatedWindows } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { AbortError, TimeoutError, VSS_HRESULT, VssBackupComponents, WindowsError } from '../../lib/vss';
import type { Backend, ComponentsState, RequesterOptions } from '../../lib/vss';
import { endings, refusals, transitions } from '../../lib/vss/components-states';
import { WRITER_A, plainWriter, story, vssMachine } from './vss-requester';

const NULL = '00000000-0000-0000-0000-000000000000';
const NO_WRITERS = 0x10;

type Go = (components: VssBackupComponents, machine: SimulatedWindows) => Promise<unknown>;

const initialized: Go = (c) => c.initializeForBackup(null);
const gathered: Go = async (c) => {
  await c.initializeForBackup(null);
  await c.setBackupState(false, false, 5, false);
  await c.gatherWriterMetadata();
};
const started: Go = async (c, machine) => {
  await gathered(c, machine);
  await c.startSnapshotSet();
  await c.addToSnapshotSet('C:\\', NULL);
};
const prepared: Go = async (c, machine) => {
  await started(c, machine);
  await c.prepareForBackup();
};
const created: Go = async (c, machine) => {
  await prepared(c, machine);
  await c.doSnapshotSet();
};
const completed: Go = async (c, machine) => {
  await created(c, machine);
  await c.backupComplete();
};
const withFault = (at: string, go: Go): Go => async (c, machine) => {
  machine.faults.add({ at, action: { hresult: VSS_HRESULT.VSS_E_PROVIDER_VETO } });
  await expect(go(c, machine)).rejects.toBeInstanceOf(WindowsError);
  machine.faults.clear();
};
const restoring: Go = async (c, machine) => {
  const saved = await VssBackupComponents.create({ backend: machine });
  await completed(saved, machine);
  const xml = await saved.saveAsXML();
  await saved.close();
  await c.initializeForRestore(xml);
  await c.gatherWriterMetadata();
};

/** facts/vss.md 2.3: the situation, how to get there, how the object stands, whether AbortBackup is called before the release. */
const abortTable: readonly (readonly [situation: string, go: Go, state: ComponentsState, aborts: boolean])[] = [
  ['not initialised', () => Promise.resolve(), 'raw', false],
  ['initialised', initialized, 'backup', false],
  ['only metadata gathered', gathered, 'backup', false],
  ['StartSnapshotSet failed', withFault('IVssBackupComponents::StartSnapshotSet', started), 'backup', false],
  ['StartSnapshotSet succeeded', started, 'started', true],
  ['AddToSnapshotSet failed', withFault('vss.provider.BeginPrepare', started), 'started', true],
  ['PrepareForBackup itself failed', withFault('IVssBackupComponents::PrepareForBackup', prepared), 'started', true],
  ['PrepareForBackup succeeded', prepared, 'prepared', true],
  ['DoSnapshotSet failed at the call', withFault('IVssBackupComponents::DoSnapshotSet', created), 'failed', true],
  ['DoSnapshotSet failed by its status', withFault('vss.provider.Commit', created), 'failed', true],
  ['DoSnapshotSet succeeded', created, 'created', true],
  ['BackupComplete failed at the call', withFault('IVssBackupComponents::BackupComplete', completed), 'created', true],
  ['completed', completed, 'completed', false],
  ['a set without writers was created', async (c) => {
    await c.initializeForBackup(null);
    await c.setContext(NO_WRITERS);
    await c.startSnapshotSet();
    await c.addToSnapshotSet('C:\\', NULL);
    await c.doSnapshotSet();
  }, 'created alone', false],
  ['aborted by the caller', async (c, machine) => {
    await prepared(c, machine);
    await c.abortBackup();
    machine.faults.clear();
  }, 'aborted', false],
  ['a restore', restoring, 'restore', false],
];

const calls = (machine: SimulatedWindows, name: string): number => machine.calls.filter(({ operation }) => operation === `IVssBackupComponents::${name}`).length;

describe('how an object ends', () => {
  it.each(abortTable)('%s', async (_situation, go, state, aborts) => {
    const { machine } = vssMachine();
    const components = await VssBackupComponents.create({ backend: machine });
    await go(components, machine);
    expect(components.state).toBe(state);
    const before = calls(machine, 'AbortBackup');
    expect(await components.end()).toEqual([]);
    expect(calls(machine, 'AbortBackup') - before).toBe(aborts ? 1 : 0);
    expect(machine.handleCount()).toBe(0);
    await machine.vss.settled();
    // The machine is ready for the next.
    const next = await VssBackupComponents.create({ backend: machine });
    await completed(next, machine);
    await next.close();
  });

  it.each(abortTable.filter(([, , , aborts]) => aborts))('%s: what is left to the channel for the case that nobody ends it is AbortBackup', async (_situation, go, _state) => {
    const { machine } = vssMachine();
    const components = await VssBackupComponents.create({ backend: machine });
    await go(components, machine);
    const before = calls(machine, 'AbortBackup');
    await components.channel.close();
    expect(calls(machine, 'AbortBackup')).toBe(before + 1);
  });

  it('has a rule for every state, and every transition leads to one', () => {
    for (const [state, events] of Object.entries(transitions)) {
      expect(endings[state as ComponentsState]).toBeDefined();
      for (const next of Object.values(events)) expect(endings[next]).toBeDefined();
    }
    const methods = new Set(vssTable.interfaces.flatMap(({ methods: list }) => list.map(({ name }) => name)));
    for (const refusal of Object.values(refusals)) for (const call of refusal?.calls ?? []) expect(methods).toContain(call);
  });

  it('[S15] [S6] refuses without a call what may not follow', async () => {
    const { machine } = vssMachine();
    const components = await VssBackupComponents.create({ backend: machine });
    await prepared(components, machine);
    await components.abortBackup();
    for (const refused of [components.backupComplete(), components.doSnapshotSet(), components.startSnapshotSet()]) {
      await expect(refused).rejects.toMatchObject({ name: 'StateError', code: 'ERR_ABORTED' });
    }
    await components.close();
    await expect(components.saveAsXML()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(calls(machine, 'BackupComplete')).toBe(0);
    const restore = await VssBackupComponents.create({ backend: machine });
    await restoring(restore, machine);
    await expect(restore.abortBackup()).rejects.toMatchObject({ code: 'ERR_RESTORE_CANNOT_ABORT' });
    await restore.close();
  });

  it('[S7] serves one backup', async () => {
    const { machine } = vssMachine();
    const components = await VssBackupComponents.create({ backend: machine });
    await completed(components, machine);
    await expect(components.startSnapshotSet()).rejects.toMatchObject({ code: 'ERR_INSTANCE_USED' });
    await components.close();
  });

  it('[S9] waits for AbortBackup before it releases, and reports one that fails; the object is released all the same', async () => {
    const { machine, clock } = vssMachine();
    machine.faults.add({ at: 'IVssBackupComponents::AbortBackup', action: { delayMs: 5000 } });
    const slow = await VssBackupComponents.create({ backend: machine });
    await prepared(slow, machine);
    const ending = slow.end();
    await clock.advance(4999);
    expect(machine.handleCount()).toBe(1);
    await clock.advance(1);
    expect(await ending).toEqual([]);
    machine.faults.clear();
    machine.faults.add({ at: 'IVssBackupComponents::AbortBackup', action: { hresult: VSS_HRESULT.VSS_E_UNEXPECTED } });
    const failing = await VssBackupComponents.create({ backend: machine });
    await prepared(failing, machine);
    await expect(failing.close()).rejects.toMatchObject({ code: 'VSS_E_UNEXPECTED', operation: 'IVssBackupComponents::AbortBackup' });
    expect(machine.handleCount()).toBe(0);
  });

  it('gives up an AbortBackup that does not return, and says so', async () => {
    const { machine, clock } = vssMachine();
    const components = await VssBackupComponents.create({ backend: machine, timeouts: { endMs: 1000 } });
    await prepared(components, machine);
    machine.faults.add({ at: 'IVssBackupComponents::AbortBackup', occurrence: 1, action: { hang: true } });
    const ending = components.end();
    for (let step = 0; step < 6; step += 1) await clock.advance(1000);
    expect(await ending).toEqual([expect.any(TimeoutError)]);
    expect(machine.handleCount()).toBe(0);
  });

  it('that nobody ended is aborted and released when it is collected', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(__dirname, 'vss-forgotten-main.js'), 'components']);
    expect(JSON.parse(stdout)).toEqual({ before: 1, after: 0, abort: 'IVssBackupComponents::AbortBackup', aborts: 2, warnings: [] });
  });
});

describe('an asynchronous method', () => {
  async function fresh(options: RequesterOptions = {}): Promise<{ machine: SimulatedWindows; clock: ReturnType<typeof vssMachine>['clock']; components: VssBackupComponents }> {
    const { machine, clock } = vssMachine({ writers: [plainWriter('a', WRITER_A)] });
    return { machine, clock, components: await VssBackupComponents.create({ backend: machine, ...options }) };
  }

  it('resolves after the operation\'s end, however often Wait returns before', async () => {
    const { machine, clock, components } = await fresh();
    await started(components, machine);
    machine.faults.add({ at: 'vss.a.PrepareForBackup', action: { delayMs: 30_000 } });
    let ended = false;
    const preparing = components.prepareForBackup().finally(() => (ended = true));
    await clock.advance(29_999);
    expect(ended).toBe(false);
    await clock.advance(1001);
    expect(await preparing).toBe(VSS_HRESULT.VSS_S_ASYNC_FINISHED);
    expect(machine.calls.filter(({ operation }) => operation === 'IVssAsync::Wait').length).toBeGreaterThan(25);
    await components.close();
  });

  it('rejects with the operation\'s failure, which only the status tells', async () => {
    const { machine, components } = await fresh();
    await prepared(components, machine);
    machine.faults.add({ at: 'vss.provider.Commit', action: { hresult: VSS_HRESULT.VSS_E_INSUFFICIENT_STORAGE } });
    await expect(components.doSnapshotSet()).rejects.toMatchObject({ code: 'VSS_E_INSUFFICIENT_STORAGE', operation: 'IVssBackupComponents::DoSnapshotSet' });
    await components.close();
  });

  it.each([['its deadline', TimeoutError], ['the signal', AbortError]] as const)('is cancelled and drained by %s before it rejects', async (what, errorClass) => {
    const { machine, clock, components } = await fresh();
    await prepared(components, machine);
    machine.faults.add({ at: 'vss.a.PrepareForSnapshot', action: { hang: true } });
    const cancel = new AbortController();
    const creating = components.doSnapshotSet(what === 'the signal' ? { signal: cancel.signal } : { timeoutMs: 5000 });
    const rejected = expect(creating).rejects.toBeInstanceOf(errorClass);
    await clock.advance(4999);
    expect(calls(machine, 'AbortBackup')).toBe(0);
    if (what === 'the signal') cancel.abort();
    await clock.advance(1);
    await rejected;
    // Drained: its IVssAsync is released only after the final status, and no abort of ours was needed for that.
    expect(machine.calls.filter(({ operation }) => operation === 'IVssAsync::Cancel')).toHaveLength(1);
    expect(machine.handleCount()).toBe(1);
    expect(components.state).toBe('failed');
    await components.close();
    expect(calls(machine, 'AbortBackup')).toBe(1);
    expect(story(machine, 'a').slice(-3)).toEqual(['a Abort(service)', 'a Abort(requester)', 'a BackupShutdown']);
  });

  it('that is pending is cancelled and drained before AbortBackup', async () => {
    const { machine, components } = await fresh();
    await prepared(components, machine);
    machine.faults.add({ at: 'vss.a.PrepareForSnapshot', action: { hang: true } });
    const creating = components.doSnapshotSet();
    creating.catch(() => undefined);
    await settled();
    await components.abortBackup();
    const order = machine.calls.map(({ operation }) => operation.replace(/^.*::/, '')).filter((name) => ['Cancel', 'AbortBackup'].includes(name));
    expect(order).toEqual(['Cancel', 'AbortBackup']);
    await expect(creating).rejects.toBeInstanceOf(AbortError);
    await components.close();
  });

  it('refuses a second one while the first is pending', async () => {
    const { machine, clock, components } = await fresh();
    await started(components, machine);
    machine.faults.add({ at: 'vss.a.PrepareForBackup', action: { delayMs: 1000 } });
    const preparing = components.prepareForBackup();
    await settled();
    await expect(components.doSnapshotSet()).rejects.toMatchObject({ code: 'ERR_OPERATION_PENDING' });
    await clock.advance(2000);
    await preparing;
    await components.close();
  });

  it('names the interface that this Windows lacks', async () => {
    const { machine } = vssMachine({ windowsVersion: 'WindowsServer2003' });
    const components = await VssBackupComponents.create({ backend: machine });
    await components.initializeForBackup(null);
    await expect(components.unexposeSnapshot(NULL)).rejects.toMatchObject({ code: 'E_NOINTERFACE', operation: 'IVssBackupComponentsEx2::UnexposeSnapshot' });
    await components.close();
  });
});

describe('the requester', () => {
  it('sets COM security once, and tolerates a host that did it before', async () => {
    const { machine } = vssMachine();
    const channel = await machine.openChannel();
    const shared: Backend = { kind: machine.kind, host: machine.host, openChannel: () => Promise.resolve(channel) };
    expect((await channel.call(0, 'CoInitializeSecurity', [6, 3, 0x20])).hresult).toBe(HRESULT.S_OK);
    const components = await VssBackupComponents.create({ backend: shared });
    await components.close();
    expect(machine.calls.filter(({ operation }) => operation === 'CoInitializeSecurity').map(({ hresult }) => hresult)).toEqual([HRESULT.S_OK, HRESULT.RPC_E_TOO_LATE]);
  });

  it('takes the caller\'s COM security, or leaves it to the host', async () => {
    const { machine } = vssMachine();
    await (await VssBackupComponents.create({ backend: machine, security: { impersonationLevel: 2, capabilities: 0 } })).close();
    await (await VssBackupComponents.create({ backend: machine, security: 'host' })).close();
    expect(machine.calls.filter(({ operation }) => operation === 'CoInitializeSecurity').map(({ args }) => args)).toEqual([[6, 2, 0]]);
    await expect(VssBackupComponents.create({ backend: machine, security: { impersonationLevel: 9 } })).rejects.toMatchObject({ field: 'security.impersonationLevel' });
  });

  it('any other failure of COM security is an error', async () => {
    const { machine } = vssMachine();
    machine.faults.add({ at: 'CoInitializeSecurity', action: { hresult: HRESULT.E_OUTOFMEMORY } });
    await expect(VssBackupComponents.create({ backend: machine })).rejects.toMatchObject({ code: 'E_OUTOFMEMORY', operation: 'CoInitializeSecurity' });
    expect(machine.processList.filter(({ name, alive }) => name === 'client' && alive)).toEqual([]);
  });

  it('that is no administrator is refused, with a hint', async () => {
    const machine = new SimulatedWindows({ elevated: false });
    await expect(VssBackupComponents.create({ backend: machine })).rejects.toMatchObject({ code: 'E_ACCESSDENIED', message: expect.stringContaining('backup operators') as string });
  });

  it('in a process of its own needs a machine that is one', async () => {
    const { machine } = vssMachine();
    await expect(VssBackupComponents.create({ backend: machine, isolation: 'process' })).rejects.toMatchObject({ field: 'isolation' });
  });
});
