/** Recovery after every failure (seed 004, facts/ktm-tmf-mts.md 2.4 and 2.5): what each side finds when it comes back. */
import type { KernelHandle } from '../../lib/binding/functions';
import { ENLISTMENT_SUPERIOR, RESOURCEMANAGER_RIGHTS, TRANSACTION_NOTIFY as NOTIFY, TRANSACTION_RIGHTS } from '../../lib/binding/ktm-codes';
import type { Keep, UnsyncedPiece } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { FULL, LOG, Program, Rm, SUPERIOR, TWO_PHASE, codeOf, ktmMachine, notificationName, rmId } from './ktm-rig';
import type { KtmMachine } from './ktm-rig';

const nothing: Keep = () => false;
const everything: Keep = () => true;

/** A resource manager's process with one enlistment. */
interface Participant {
  readonly program: Program;
  readonly rm: Rm;
  readonly enlistment: KernelHandle;
  readonly id: string;
}

/** A service that keeps the manager open, a client, and a process for each resource manager; a superior, if asked for. */
class Scene {
  readonly participants: Participant[] = [];

  private constructor(
    readonly at: KtmMachine,
    readonly service: Program,
    readonly manager: KernelHandle,
    readonly client: Program,
    readonly transaction: KernelHandle,
    readonly uow: string,
  ) {}

  static async of(count: number, { superior = false, mask = TWO_PHASE, options = {} }: { superior?: boolean; mask?: number; options?: Parameters<typeof ktmMachine>[0] } = {}): Promise<Scene> {
    const at = ktmMachine(options);
    const service = new Program(at.machine, 'service');
    const manager = await service.durableManager();
    const client = new Program(at.machine, 'client');
    const transaction = await client.ktm.createTransaction(0, 0, null);
    const scene = new Scene(at, service, manager, client, transaction, await client.ktm.getTransactionId(transaction));
    for (let index = 0; index < count; index += 1) await scene.add(index, mask, 0);
    if (superior) await scene.add(count, SUPERIOR, ENLISTMENT_SUPERIOR);
    return scene;
  }

  private async add(index: number, mask: number, options: number): Promise<void> {
    const program = new Program(this.at.machine, `rm${String(index)}`);
    const rm = await program.resourceManager(await program.durableManager(), rmId(index), 0);
    const handle = await program.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, this.uow);
    const enlistment = await rm.enlist(handle, mask, index + 1, options);
    await handle.close();
    this.participants.push({ program, rm, enlistment, id: await program.ktm.getEnlistmentId(enlistment) });
  }

  participant(index: number): Participant {
    const found = this.participants[index];
    if (found === undefined) throw new RangeError(`no participant ${String(index)}`);
    return found;
  }

  /** CommitTransaction's answer: it comes when all have answered. */
  commit(): Promise<'ok' | number> {
    return codeOf(this.client.ktm.commitTransaction(this.transaction));
  }

  async start(): Promise<void> {
    await this.client.ktm.commitTransactionAsync(this.transaction);
  }

  async prepared(...indices: readonly number[]): Promise<void> {
    for (const index of indices) {
      const { program, enlistment } = this.participant(index);
      await program.ktm.prepareComplete(enlistment, null);
    }
  }

  /** The power goes; what was not synced survives as told. */
  async restart(keep: Keep): Promise<Restarted> {
    this.at.machine.powerCut();
    const at = ktmMachine({}, this.at.host.restart(keep));
    const program = new Program(at.machine, 'after');
    return { at, program, manager: await program.durableManager() };
  }
}

interface Restarted {
  readonly at: KtmMachine;
  readonly program: Program;
  readonly manager: KernelHandle;
}

/** What the resource manager is told when it recovers: by enlistment, the last one's handle too. */
async function recovered({ program, manager }: Restarted, index: number): Promise<Awaited<ReturnType<Rm['recoverAll']>> & { readonly told: readonly string[] }> {
  const rm = await program.restartResourceManager(manager, rmId(index));
  const all = await rm.recoverAll();
  return Object.assign(all, { told: all.map(({ told }) => told) });
}

describe('a resource manager that dies', () => {
  it('before its PrepareComplete: everybody else is rolled back, and it finds nothing', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    scene.participant(0).program.die();
    expect(await scene.participant(1).rm.read()).toEqual(['PREPARE', 'ROLLBACK']);
    const again = new Program(scene.at.machine, 'again');
    const manager = await again.durableManager();
    expect(await codeOf(again.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, manager, rmId(0)))).toBe(6716);
    expect((await recovered({ at: scene.at, program: again, manager }, 0)).told).toEqual([]);
  });

  it('[K12] after its PrepareComplete, while others still prepare: INDOUBT, then the outcome', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    await scene.prepared(0);
    scene.participant(0).program.die();
    expect(await scene.participant(1).rm.read()).toEqual(['PREPARE']);
    const again = new Program(scene.at.machine, 'again');
    const manager = await again.durableManager();
    const rm = await again.restartResourceManager(manager, rmId(0));
    const [told] = await rm.recoverAll();
    expect(told?.told).toBe('INDOUBT');
    expect(await rm.read()).toEqual([]);
    await scene.prepared(1);
    expect(await rm.read()).toEqual(['COMMIT']);
  });

  it('after its PrepareComplete: the decision goes on without it, COMMIT waits for it', async () => {
    const scene = await Scene.of(2);
    const committed = scene.commit();
    await settled();
    await scene.prepared(0);
    scene.participant(0).program.die();
    await scene.prepared(1);
    const { program, rm, enlistment } = scene.participant(1);
    expect(await rm.read()).toEqual(['PREPARE', 'COMMIT']);
    await program.ktm.commitComplete(enlistment, null);
    expect(await committed).toBe('ok');
    const again = new Program(scene.at.machine, 'again');
    expect((await recovered({ at: scene.at, program: again, manager: await again.durableManager() }, 0)).told).toEqual(['COMMIT']);
  });

  it('after its PrepareComplete, and somebody refuses: ROLLBACK waits for it', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    await scene.prepared(0);
    scene.participant(0).program.die();
    const { program, enlistment } = scene.participant(1);
    await program.ktm.rollbackEnlistment(enlistment, null);
    const again = new Program(scene.at.machine, 'again');
    expect((await recovered({ at: scene.at, program: again, manager: await again.durableManager() }, 0)).told).toEqual(['ROLLBACK']);
  });

  it('[K4] after the decision: COMMIT again, until it has answered', async () => {
    const scene = await Scene.of(1);
    await scene.start();
    await scene.prepared(0);
    expect(await scene.participant(0).rm.read()).toEqual(['PREPARE', 'COMMIT']);
    scene.participant(0).program.die();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const again = new Program(scene.at.machine, 'again');
      const all = await recovered({ at: scene.at, program: again, manager: await again.durableManager() }, 0);
      expect(all.told).toEqual(['COMMIT']);
      if (attempt === 2) await again.ktm.commitComplete(all[0]?.handle ?? scene.transaction, null);
      again.die();
    }
    const last = new Program(scene.at.machine, 'last');
    expect((await recovered({ at: scene.at, program: last, manager: await last.durableManager() }, 0)).told).toEqual([]);
  });

  it('keeps only the last 20 entries of the history of an enlistment that comes and goes', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    await scene.prepared(0);
    scene.participant(0).program.die();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const again = new Program(scene.at.machine, 'again');
      expect((await recovered({ at: scene.at, program: again, manager: await again.durableManager() }, 0)).told).toEqual(['INDOUBT']);
      again.die();
    }
    const [transaction] = scene.at.machine.ktm.transactions;
    const history = transaction?.enlistments.find(({ id }) => id === scene.participant(0).id)?.history;
    expect(history).toHaveLength(20);
    expect(history?.at(-1)).toEqual({ notification: 0, state: 'Offline' });
  });
});

describe('a client that dies', () => {
  it('before the commit: rollback', async () => {
    const scene = await Scene.of(1);
    scene.client.die();
    expect(await scene.participant(0).rm.read()).toEqual(['ROLLBACK']);
  });

  it('after the first PrepareComplete: the outcome comes without it', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    await scene.prepared(0);
    scene.client.die();
    await scene.prepared(1);
    expect(await scene.participant(0).rm.read()).toEqual(['PREPARE', 'COMMIT']);
  });

  it('after the decision: it changes nothing', async () => {
    const scene = await Scene.of(1);
    await scene.start();
    await scene.prepared(0);
    scene.client.die();
    const { program, rm, enlistment } = scene.participant(0);
    expect(await rm.read()).toEqual(['PREPARE', 'COMMIT']);
    await program.ktm.commitComplete(enlistment, null);
    expect(scene.at.machine.ktm.transactions).toEqual([]);
  });
});

describe('a superior that dies', () => {
  const driven = async (): Promise<Scene> => {
    const scene = await Scene.of(2, { superior: true });
    const { program, enlistment } = scene.participant(2);
    await program.ktm.prepareEnlistment(enlistment, null);
    return scene;
  };

  it('before all have prepared: rollback', async () => {
    const scene = await driven();
    await scene.prepared(0);
    scene.participant(2).program.die();
    expect(await scene.participant(0).rm.read()).toEqual(['PREPARE', 'ROLLBACK']);
    expect(await scene.participant(1).rm.read()).toEqual(['PREPARE', 'ROLLBACK']);
  });

  it.each<['commitEnlistment' | 'rollbackEnlistment', string]>([['commitEnlistment', 'COMMIT'], ['rollbackEnlistment', 'ROLLBACK']])(
    'when all have prepared: in doubt until it returns, hears RECOVER_QUERY, and answers %s', async (answer, outcome) => {
      const scene = await driven();
      await scene.prepared(0, 1);
      scene.participant(2).program.die();
      expect(scene.at.machine.ktm.transactions).toMatchObject([{ state: 'InDoubt', outcome: 'Undetermined' }]);
      const { rm } = scene.participant(0);
      expect(await rm.read()).toEqual(['PREPARE']);
      // A resource manager that comes back meanwhile is in doubt.
      scene.participant(1).program.die();
      const back = new Program(scene.at.machine, 'back');
      const doubting = await back.restartResourceManager(await back.durableManager(), rmId(1));
      expect((await doubting.recoverAll()).map(({ told }) => told)).toEqual(['INDOUBT']);
      const superior = new Program(scene.at.machine, 'superior again');
      const itself = await superior.restartResourceManager(await superior.durableManager(), rmId(2));
      const [query, last] = await itself.take();
      expect(query).toMatchObject({ notification: NOTIFY.RECOVER_QUERY, unitOfWork: scene.uow, enlistmentId: scene.participant(2).id });
      expect(last).toMatchObject({ notification: NOTIFY.LAST_RECOVER, enlistmentId: null });
      const handle = await itself.open(scene.participant(2).id);
      await superior.ktm.recoverEnlistment(handle, 9);
      expect(await itself.read()).toEqual([]);
      await superior.ktm[answer](handle, null);
      expect(await rm.read()).toEqual([outcome]);
      expect(await doubting.read()).toEqual([outcome]);
    });

  it('is asked for the outcome by a resource manager that comes back: REQUEST_OUTCOME', async () => {
    const scene = await driven();
    await scene.prepared(0);
    scene.participant(0).program.die();
    const back = new Program(scene.at.machine, 'back');
    const rm = await back.restartResourceManager(await back.durableManager(), rmId(0));
    expect((await rm.recoverAll()).map(({ told }) => told)).toEqual(['INDOUBT']);
    const { program, rm: superior, enlistment } = scene.participant(2);
    expect(await superior.read()).toEqual(['REQUEST_OUTCOME']);
    // Not all have prepared: it may roll back.
    await program.ktm.rollbackEnlistment(enlistment, null);
    expect(await rm.read()).toEqual(['ROLLBACK']);
  });

  it('after its decision: it delivers it again, until COMMIT_COMPLETE', async () => {
    const scene = await driven();
    await scene.prepared(0, 1);
    const { program, enlistment } = scene.participant(2);
    await program.ktm.commitEnlistment(enlistment, null);
    program.die();
    const superior = new Program(scene.at.machine, 'superior again');
    const itself = await superior.restartResourceManager(await superior.durableManager(), rmId(2));
    expect(await itself.read()).toEqual(['RECOVER_QUERY', 'LAST_RECOVER']);
    const handle = await itself.open(scene.participant(2).id);
    await superior.ktm.commitEnlistment(handle, null);
    expect(await codeOf(superior.ktm.commitEnlistment(handle, null))).toBe(6701);
    for (const { program: owner, enlistment: theirs } of scene.participants.slice(0, 2)) await owner.ktm.commitComplete(theirs, null);
    expect(await itself.read()).toEqual(['COMMIT_COMPLETE']);
  });

  it('while its commit is written to the log: the commit stands, and it is asked for it again', async () => {
    const scene = await driven();
    await scene.prepared(0, 1);
    const { program, enlistment } = scene.participant(2);
    const { machine } = scene.at;
    const event = machine.event.bind(machine);
    machine.event = async (name, process) => {
      if (name === 'ktm.log.sync') program.die();
      return event(name, process);
    };
    await expect(program.ktm.commitEnlistment(enlistment, null)).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
    await settled();
    machine.event = event;
    expect(await scene.participant(0).rm.read()).toEqual(['PREPARE', 'COMMIT']);
    const superior = new Program(machine, 'superior again');
    const itself = await superior.restartResourceManager(await superior.durableManager(), rmId(2));
    expect(await itself.read()).toEqual(['RECOVER_QUERY', 'LAST_RECOVER']);
    for (const { program: owner, enlistment: theirs } of scene.participants.slice(0, 2)) await owner.ktm.commitComplete(theirs, null);
    // Nobody is left to whom it owes the outcome.
    expect(await codeOf(itself.open(scene.participant(2).id))).toBe(6717);
  });

  it('[K3] KTM itself is in doubt when the machine went down meanwhile: nobody is told before the superior', async () => {
    const scene = await driven();
    await scene.prepared(0, 1);
    const after = await scene.restart(nothing);
    expect(after.at.machine.ktm.transactions).toMatchObject([{ id: scene.uow, state: 'InDoubt', outcome: 'Undetermined' }]);
    const rm = await after.program.restartResourceManager(after.manager, rmId(0));
    expect((await rm.recoverAll()).map(({ told }) => told)).toEqual(['INDOUBT']);
    const itself = await after.program.restartResourceManager(after.manager, rmId(2));
    expect(await itself.read()).toEqual(['RECOVER_QUERY', 'LAST_RECOVER']);
    await after.program.ktm.commitEnlistment(await itself.open(scene.participant(2).id), null);
    expect(await rm.read()).toEqual(['COMMIT']);
    expect((await recovered(after, 1)).told).toEqual(['COMMIT']);
  });

  it('a superior that rolled back before the machine went down: ROLLBACK or nothing, never INDOUBT for ever', async () => {
    for (const keep of [nothing, everything]) {
      const scene = await driven();
      await scene.prepared(0, 1);
      const { program, enlistment } = scene.participant(2);
      await program.ktm.rollbackEnlistment(enlistment, null);
      await settled();
      const after = await scene.restart(keep);
      const itself = await after.program.restartResourceManager(after.manager, rmId(2));
      const asked = await itself.read();
      if (asked.includes('RECOVER_QUERY')) await after.program.ktm.rollbackEnlistment(await itself.open(scene.participant(2).id), null);
      expect(asked).toEqual(keep === everything ? ['LAST_RECOVER'] : ['RECOVER_QUERY', 'LAST_RECOVER']);
      expect((await recovered(after, 0)).told).toEqual(['ROLLBACK']);
    }
  });
});

describe('a machine that loses power', () => {
  it.each([1, 2, 3, 4])('before any PrepareComplete, with %i resource managers: KTM forgets', async (count) => {
    const scene = await Scene.of(count);
    await scene.start();
    const after = await scene.restart(everything);
    expect(after.at.machine.ktm.transactions).toEqual([]);
    for (let index = 0; index < count; index += 1) expect(await codeOf(after.program.ktm.openResourceManager(0x7f, after.manager, rmId(index)))).toBe(6716);
  });

  it('[K13] [K15] after one PrepareComplete that is not in the log: no RECOVER, so the abort is presumed', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    await scene.prepared(0);
    const after = await scene.restart(nothing);
    expect((await recovered(after, 0)).told).toEqual([]);
    expect((await recovered(after, 1)).told).toEqual([]);
  });

  it('after one PrepareComplete that is in the log: ROLLBACK for it, nothing for the other', async () => {
    const scene = await Scene.of(2);
    await scene.start();
    await scene.prepared(0);
    const after = await scene.restart(everything);
    const own = await recovered(after, 0);
    expect(own.told).toEqual(['ROLLBACK']);
    await after.program.ktm.rollbackComplete(own[0]?.handle ?? after.manager, null);
    expect((await recovered(after, 1)).told).toEqual([]);
    expect(after.at.machine.ktm.transactions).toEqual([]);
  });

  it('[K1] [K2] after all have prepared and the decision is in the log: COMMIT for all', async () => {
    const scene = await Scene.of(3);
    await scene.start();
    await scene.prepared(0, 1, 2);
    const after = await scene.restart(nothing);
    for (let index = 0; index < 3; index += 1) expect((await recovered(after, index)).told).toEqual(['COMMIT']);
  });

  it('[K4] after CommitComplete whose record was lost: COMMIT a second time, and answering again ends it', async () => {
    const scene = await Scene.of(1);
    await scene.start();
    await scene.prepared(0);
    const { program, enlistment } = scene.participant(0);
    await program.ktm.commitComplete(enlistment, null);
    await settled();
    const after = await scene.restart(nothing);
    const again = await recovered(after, 0);
    expect(again.told).toEqual(['COMMIT']);
    await after.program.ktm.commitComplete(again[0]?.handle ?? after.manager, null);
    expect(after.at.machine.ktm.transactions).toEqual([]);
  });

  it('after CommitComplete whose record is there: nothing is left', async () => {
    const scene = await Scene.of(1);
    await scene.start();
    await scene.prepared(0);
    const { program, enlistment } = scene.participant(0);
    await program.ktm.commitComplete(enlistment, null);
    await settled();
    const after = await scene.restart(everything);
    expect((await recovered(after, 0)).told).toEqual([]);
  });

  it('again and again: what was recovered is recovered again, and the virtual clock goes on', async () => {
    const scene = await Scene.of(1);
    await scene.participant(0).program.ktm.setEnlistmentRecoveryInformation(scene.participant(0).enlistment, new Uint8Array([7, 8]));
    await scene.start();
    await scene.prepared(0);
    let host = scene.at.host;
    for (let round = 0; round < 4; round += 1) {
      const at = ktmMachine({}, host.restart(nothing));
      const program = new Program(at.machine);
      const manager = await program.durableManager();
      expect(await program.ktm.getCurrentClockTransactionManager(manager)).toBe(2n);
      const all = await recovered({ at, program, manager }, 0);
      expect(all.told).toEqual(['COMMIT']);
      expect(await program.ktm.getEnlistmentRecoveryInformation(all[0]?.handle ?? manager)).toEqual(new Uint8Array([7, 8]));
      host = at.host;
    }
  });

  it('read-only and volatile resource managers leave nothing behind', async () => {
    const scene = await Scene.of(1);
    const volatileRm = await scene.service.resourceManager(scene.manager, rmId(8));
    const theirs = await volatileRm.enlist(await scene.service.ktm.openTransaction(TRANSACTION_RIGHTS.ALL_ACCESS, scene.uow), TWO_PHASE);
    await scene.participant(0).program.ktm.readOnlyEnlistment(scene.participant(0).enlistment, null);
    await scene.start();
    await scene.service.ktm.prepareComplete(theirs, null);
    expect(await volatileRm.read()).toEqual(['PREPARE', 'COMMIT']);
    const after = await scene.restart(everything);
    expect(after.at.machine.ktm.transactions).toEqual([]);
  });
});

describe('the log cannot be written', () => {
  it('when all have prepared: the commit becomes a rollback (event 1), and the manager is offline until it is recovered', async () => {
    const scene = await Scene.of(2);
    const committed = scene.commit();
    await settled();
    await scene.prepared(0);
    scene.at.machine.faults.add({ at: 'ktm.log.sync', occurrence: scene.at.machine.faults.count('ktm.log.sync') + 1, action: { hresult: 0x8007045d } });
    await scene.prepared(1);
    expect(await committed).toBe(6704);
    for (const { rm } of scene.participants) expect(await rm.read()).toEqual(['PREPARE', 'ROLLBACK']);
    expect(scene.at.machine.eventLog.entries).toMatchObject([{ source: 'Microsoft-Windows-Kernel-Tm', eventId: 1, level: 'error' }]);
    expect(scene.at.machine.ktm.managers).toMatchObject([{ state: 'Offline' }]);
    const { program, rm, enlistment } = scene.participant(0);
    await program.ktm.rollbackComplete(enlistment, null);
    const next = await program.ktm.createTransaction(0, 0, null);
    expect(await codeOf(rm.enlist(next))).toBe(6719);
    expect(await codeOf(program.ktm.recoverResourceManager(rm.handle))).toBe(6719);
    expect(await codeOf(program.ktm.createResourceManager(rmId(9), 0, await program.ktm.openTransactionManager(LOG, 0x3f), null))).toBe(6719);
    await scene.service.ktm.recoverTransactionManager(scene.manager);
    await program.ktm.recoverResourceManager(rm.handle);
    expect(await rm.read()).toEqual(['LAST_RECOVER']);
    expect(await codeOf(rm.enlist(next))).toBe('ok');
  });

  it('when nobody can say what of it is on the disk: nobody is told anything before the log is read again', async () => {
    const scene = await Scene.of(2);
    const committed = scene.commit();
    await settled();
    await scene.prepared(0);
    scene.at.host.files.fail({ operation: 'sync' });
    await scene.prepared(1);
    expect(await committed).toBe(6719);
    for (const { rm } of scene.participants) expect(await rm.read()).toEqual(['PREPARE']);
    scene.at.host.files.clearFaults();
    for (const [keep, told] of [[(piece: UnsyncedPiece) => piece.kind === 'data', 'COMMIT'], [nothing, undefined], [everything, undefined]] as const) {
      const at = ktmMachine({}, scene.at.host.restart(keep));
      const program = new Program(at.machine);
      const manager = await program.durableManager();
      const each = [await recovered({ at, program, manager }, 0), await recovered({ at, program, manager }, 1)].map((all) => all.told[0]);
      expect(each).toEqual([told, told]);
    }
  });

  it.each(['write', 'sync'] as const)('at its %s, whatever the disk keeps afterwards: no mixed outcome', async (operation) => {
    for (const keep of [nothing, everything]) {
      const scene = await Scene.of(2);
      await scene.start();
      await scene.prepared(0);
      scene.at.host.files.fail({ operation, occurrence: 1 });
      await scene.prepared(1);
      // Both have rolled back, and nothing that the disk keeps may say otherwise.
      expect(await scene.participant(0).rm.read()).toEqual(['PREPARE', 'ROLLBACK']);
      const after = await scene.restart(keep);
      for (const index of [0, 1]) expect(['ROLLBACK', undefined]).toContain((await recovered(after, index)).told[0]);
    }
  });

  it('when a vote is: likewise', async () => {
    const scene = await Scene.of(2);
    const committed = scene.commit();
    await settled();
    scene.at.host.files.fail({ operation: 'write', code: 'ENOSPC', occurrence: 1 });
    await scene.prepared(0);
    expect(await committed).toBe(6704);
    expect(await scene.participant(1).rm.read()).toEqual(['PREPARE', 'ROLLBACK']);
  });

  it('when the superior commits: it may say so again once the log can be written', async () => {
    const scene = await Scene.of(1, { superior: true });
    const { program, enlistment } = scene.participant(1);
    await program.ktm.prepareEnlistment(enlistment, null);
    await scene.prepared(0);
    scene.at.host.files.fail({ operation: 'sync', occurrence: 1 });
    expect(await codeOf(program.ktm.commitEnlistment(enlistment, null))).toBe(6719);
    expect(await scene.participant(0).rm.read()).toEqual(['PREPARE']);
    await scene.service.ktm.recoverTransactionManager(scene.manager);
    await program.ktm.recoverResourceManager(scene.participant(1).rm.handle);
    expect((await scene.participant(1).rm.read()).slice(-2)).toEqual(['RECOVER_QUERY', 'LAST_RECOVER']);
    await program.ktm.commitEnlistment(await scene.participant(1).rm.open(scene.participant(1).id), null);
    await scene.participant(0).program.ktm.recoverResourceManager(scene.participant(0).rm.handle);
    expect((await scene.participant(0).rm.recoverAll()).map(({ told }) => told)).toEqual(['COMMIT']);
  });
});

describe('whoever waits for a transaction', () => {
  it('learns that it has expired when its manager is closed before the outcome', async () => {
    const scene = await Scene.of(1, { superior: true });
    const committed = scene.commit();
    await settled();
    const { program, enlistment } = scene.participant(1);
    await program.ktm.prepareEnlistment(enlistment, null);
    await scene.prepared(0);
    program.die();
    scene.participant(0).program.die();
    scene.service.die();
    expect(await committed).toBe(6722);
  });

  it('two that recover a manager that went offline both get it back', async () => {
    const scene = await Scene.of(1);
    await scene.start();
    scene.at.host.files.fail({ operation: 'sync', occurrence: 1 });
    await scene.prepared(0);
    expect(scene.at.machine.ktm.managers).toMatchObject([{ state: 'Offline' }]);
    const other = scene.participant(0).program;
    const theirs = await other.ktm.openTransactionManager(LOG, 0x3f);
    expect(await Promise.all([codeOf(scene.service.ktm.recoverTransactionManager(scene.manager)), codeOf(other.ktm.recoverTransactionManager(theirs))])).toEqual(['ok', 'ok']);
    expect(scene.at.machine.ktm.managers).toMatchObject([{ state: 'Online' }]);
  });
});

it('a resource manager that only flushes caches has nothing to recover', async () => {
  const scene = await Scene.of(1);
  const flusher = new Program(scene.at.machine, 'flusher');
  const rm = await flusher.resourceManager(await flusher.durableManager(), rmId(7), 0);
  const enlistment = await rm.enlist(await flusher.ktm.openTransaction(4, scene.uow), NOTIFY.PREPREPARE | NOTIFY.ROLLBACK);
  await scene.start();
  await flusher.ktm.prePrepareComplete(enlistment, null);
  flusher.die();
  await scene.prepared(0);
  const { program, rm: other, enlistment: theirs } = scene.participant(0);
  expect(await other.read()).toEqual(['PREPARE', 'COMMIT']);
  await program.ktm.commitComplete(theirs, null);
  expect(await codeOf(scene.service.ktm.openResourceManager(0x7f, scene.manager, rmId(7)))).toBe(6716);
});

describe('the procedure of a resource manager', () => {
  /** Two transactions that wait for the outcome to be told again, one that was forgotten. */
  const afterwards = async (): Promise<Restarted & { readonly ids: readonly string[] }> => {
    const at = ktmMachine();
    const program = new Program(at.machine);
    const manager = await program.durableManager();
    const rm = await program.resourceManager(manager, rmId(0), 0);
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const transaction = await program.ktm.createTransaction(0, 0, null);
      const enlistment = await rm.enlist(transaction, TWO_PHASE);
      await program.ktm.commitTransactionAsync(transaction);
      if (count < 2) await program.ktm.prepareComplete(enlistment, null);
      ids.push(await program.ktm.getTransactionId(transaction), await program.ktm.getEnlistmentId(enlistment));
    }
    at.machine.powerCut();
    const next = ktmMachine({}, at.host.restart(nothing));
    const again = new Program(next.machine);
    return { at: next, program: again, manager: await again.durableManager(), ids };
  };

  it('[K5] [K7] [K8] opens by its id, and gets RECOVER with both ids for each enlistment in need, then LAST_RECOVER, once and last', async () => {
    const { program, manager, ids } = await afterwards();
    const handle = await program.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, manager, rmId(0));
    await program.ktm.recoverResourceManager(handle);
    const notices = await new Rm(program, handle, rmId(0)).take();
    expect(notices.map(({ notification }) => notificationName(notification))).toEqual(['RECOVER', 'RECOVER', 'LAST_RECOVER']);
    expect(notices.map(({ unitOfWork, enlistmentId }) => [unitOfWork, enlistmentId])).toEqual([[ids[0], ids[1]], [ids[2], ids[3]], [null, null]]);
  });

  it('[K6] creates it when there is nothing to recover', async () => {
    const { program, manager } = await afterwards();
    expect(await codeOf(program.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, manager, rmId(5)))).toBe(6716);
    const handle = await program.ktm.createResourceManager(rmId(5), 0, manager, null);
    await program.ktm.recoverResourceManager(handle);
    expect(await new Rm(program, handle, rmId(5)).read()).toEqual(['LAST_RECOVER']);
  });

  it('cannot create it while there is something to recover: 183', async () => {
    const { program, manager } = await afterwards();
    expect(await codeOf(program.ktm.createResourceManager(rmId(0), 0, manager, null))).toBe(183);
  });

  it('[K9] [K10] [K11] opens and recovers each enlistment, is told COMMIT with its new key, and finishes with CommitComplete', async () => {
    const { program, manager, at } = await afterwards();
    const rm = await program.restartResourceManager(manager, rmId(0));
    const ids = (await rm.take()).flatMap(({ enlistmentId }) => (enlistmentId === null ? [] : [enlistmentId]));
    for (const [index, id] of ids.entries()) {
      const handle = await rm.open(id);
      await program.ktm.recoverEnlistment(handle, 70 + index);
      expect(await rm.take()).toMatchObject([{ notification: NOTIFY.COMMIT, key: BigInt(70 + index) }]);
      await program.ktm.commitComplete(handle, null);
    }
    expect(at.machine.ktm.transactions).toEqual([]);
  });

  it('[K14] enlists in new transactions and commits them during recovery', async () => {
    const { program, manager } = await afterwards();
    const rm = await program.restartResourceManager(manager, rmId(0));
    const transaction = await program.ktm.createTransaction(0, 0, null);
    const enlistment = await rm.enlist(transaction, TWO_PHASE);
    const committed = program.ktm.commitTransaction(transaction);
    await settled();
    await program.ktm.prepareComplete(enlistment, null);
    await program.ktm.commitComplete(enlistment, null);
    await committed;
    expect(await rm.read()).toEqual(['RECOVER', 'RECOVER', 'LAST_RECOVER', 'PREPARE', 'COMMIT']);
  });

  it('a second RecoverResourceManager begins again with what is unresolved', async () => {
    const { program, manager } = await afterwards();
    const rm = await program.restartResourceManager(manager, rmId(0));
    await program.ktm.recoverResourceManager(rm.handle);
    const notices = await rm.take();
    expect(notices.map(({ notification }) => notificationName(notification))).toEqual(['RECOVER', 'RECOVER', 'LAST_RECOVER']);
    const handle = await rm.open(notices[0]?.enlistmentId ?? '');
    await program.ktm.recoverEnlistment(handle, 0);
    await program.ktm.recoverResourceManager(rm.handle);
    expect(await rm.read()).toEqual(['COMMIT', 'RECOVER', 'LAST_RECOVER']);
  });

  it('an orderly restart is as good: the manager is closed, opened and recovered', async () => {
    const scene = await Scene.of(2, { mask: FULL });
    await scene.start();
    for (const { program, enlistment } of scene.participants) await program.ktm.prePrepareComplete(enlistment, null);
    await scene.prepared(0, 1);
    for (const program of [scene.service, scene.client, ...scene.participants.map((each) => each.program)]) program.die();
    const program = new Program(scene.at.machine);
    const manager = await program.durableManager();
    expect((await recovered({ at: scene.at, program, manager }, 0)).told).toEqual(['COMMIT']);
    expect((await recovered({ at: scene.at, program, manager }, 1)).told).toEqual(['COMMIT']);
  });
});
