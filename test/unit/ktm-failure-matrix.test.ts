/** The failure matrix of facts/ktm-tmf-mts.md 2.5, row by row and cell by cell: who fails, when, and what everybody is told then and afterwards. */
import type { KernelHandle } from '../../lib/binding/functions';
import { ENLISTMENT_SUPERIOR, RESOURCEMANAGER_RIGHTS, TRANSACTION_RIGHTS } from '../../lib/binding/ktm-codes';
import { settled } from '../../lib/simulator/scheduler';
import { Program, SUPERIOR, TWO_PHASE, codeOf, ktmMachine, rmId } from './ktm-rig';
import type { KtmMachine, Rm } from './ktm-rig';

type Who = 'resource manager' | 'client' | 'superior' | 'machine, what was not synced is lost' | 'machine, all that was written is there' | 'write of the log';
type When = 'before PrepareComplete' | 'after PrepareComplete, no outcome logged' | 'after the commit decision';

/** What each of the two resource managers is told, before and after the failure; the first is the one that fails where one does. `-`: it has nothing to recover. */
type Told = readonly [first: string, second: string];

/**
 * The document's rows. "After PrepareComplete" one of two has prepared, except where a superior decides: then both have. A dead resource manager
 * comes back while the other has not voted yet; the client's commit is its own, or the superior's.
 */
const matrix: Readonly<Record<Who, Readonly<Partial<Record<When, Told>>>>> = {
  // Its handles close: ROLLBACK to all. | Offline; the decision goes on; INDOUBT, then the outcome. | COMMIT is delivered again.
  'resource manager': {
    'before PrepareComplete': ['PREPARE | -', 'PREPARE ROLLBACK'],
    'after PrepareComplete, no outcome logged': ['PREPARE | INDOUBT COMMIT', 'PREPARE COMMIT'],
    'after the commit decision': ['PREPARE COMMIT | COMMIT', 'PREPARE COMMIT'],
  },
  // Rollback, with the last handle, before the commit has begun (2.3). | Outcome by the manager. | None.
  client: {
    'before PrepareComplete': ['ROLLBACK', 'ROLLBACK'],
    'after PrepareComplete, no outcome logged': ['PREPARE COMMIT', 'PREPARE COMMIT'],
    'after the commit decision': ['PREPARE COMMIT', 'PREPARE COMMIT'],
  },
  // Rollback. | In doubt until it returns. | It must deliver it again; nobody hears it twice.
  superior: {
    'before PrepareComplete': ['PREPARE ROLLBACK', 'PREPARE ROLLBACK'],
    'after PrepareComplete, no outcome logged': ['PREPARE | COMMIT', 'PREPARE | COMMIT'],
    'after the commit decision': ['PREPARE COMMIT |', 'PREPARE COMMIT |'],
  },
  // Presumed abort. | ROLLBACK for what was logged, none for the rest. | COMMIT again.
  'machine, what was not synced is lost': {
    'before PrepareComplete': ['PREPARE | -', 'PREPARE | -'],
    'after PrepareComplete, no outcome logged': ['PREPARE | -', 'PREPARE | -'],
    'after the commit decision': ['PREPARE COMMIT | COMMIT', 'PREPARE COMMIT | COMMIT'],
  },
  'machine, all that was written is there': {
    'before PrepareComplete': ['PREPARE | -', 'PREPARE | -'],
    'after PrepareComplete, no outcome logged': ['PREPARE | ROLLBACK', 'PREPARE | -'],
    'after the commit decision': ['PREPARE COMMIT | COMMIT', 'PREPARE COMMIT | COMMIT'],
  },
  // Manager offline, rolled back (event 1); afterwards there is nothing to write.
  'write of the log': {
    'before PrepareComplete': ['PREPARE ROLLBACK', 'PREPARE ROLLBACK'],
    'after PrepareComplete, no outcome logged': ['PREPARE ROLLBACK', 'PREPARE ROLLBACK'],
  },
};

interface Part {
  readonly program: Program;
  readonly rm: Rm;
  readonly enlistment: KernelHandle;
  readonly id: string;
}

class Scene {
  private constructor(readonly at: KtmMachine, readonly service: Program, readonly client: Program, readonly transaction: KernelHandle, readonly parts: readonly Part[]) {}

  static async of(superior: boolean): Promise<Scene> {
    const at = ktmMachine();
    const service = new Program(at.machine, 'service');
    await service.durableManager();
    const client = new Program(at.machine, 'client');
    const transaction = await client.ktm.createTransaction(0, 0, null);
    const id = await client.ktm.getTransactionId(transaction);
    const parts: Part[] = [];
    for (const [index, mask] of [TWO_PHASE, TWO_PHASE, ...(superior ? [SUPERIOR] : [])].entries()) {
      const program = new Program(at.machine, `rm${String(index)}`);
      const rm = await program.resourceManager(await program.durableManager(), rmId(index), 0);
      const handle = await program.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, id);
      const enlistment = await rm.enlist(handle, mask, index, index === 2 ? ENLISTMENT_SUPERIOR : 0);
      await handle.close();
      parts.push({ program, rm, enlistment, id: await program.ktm.getEnlistmentId(enlistment) });
    }
    return new Scene(at, service, client, transaction, parts);
  }

  part(index: number): Part {
    const part = this.parts[index];
    if (part === undefined) throw new RangeError(`no part ${String(index)}`);
    return part;
  }

  async vote(index: number): Promise<void> {
    const { program, enlistment } = this.part(index);
    await program.ktm.prepareComplete(enlistment, null);
  }

  /** Up to the moment at which the failure comes. */
  async reach(who: Who, when: When): Promise<void> {
    const first = when === 'before PrepareComplete';
    if (who === 'client' && first) return;
    if (who === 'superior') await this.part(2).program.ktm.prepareEnlistment(this.part(2).enlistment, null);
    else await this.client.ktm.commitTransactionAsync(this.transaction);
    if (first) return;
    await this.vote(0);
    if (when === 'after the commit decision' || who === 'superior') await this.vote(1);
    if (when === 'after the commit decision' && who === 'superior') await this.part(2).program.ktm.commitEnlistment(this.part(2).enlistment, null);
  }

  read(index: number): Promise<string> {
    return this.part(index).rm.read().then((names) => names.join(' '));
  }
}

/** What a resource manager is told when it has come back. */
async function back(program: Program, index: number): Promise<{ readonly rm: Rm | undefined; readonly told: string; readonly handle: KernelHandle | undefined }> {
  const manager = await program.durableManager();
  const opened = await codeOf(program.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, manager, rmId(index)));
  if (opened !== 'ok') {
    expect(opened).toBe(6716);
    return { rm: undefined, told: '-', handle: undefined };
  }
  const rm = await program.restartResourceManager(manager, rmId(index));
  const [only, another] = await rm.recoverAll();
  expect(another).toBeUndefined();
  return { rm, told: only?.told ?? '-', handle: only?.handle };
}

const runs: Readonly<Record<Who, (scene: Scene, when: When) => Promise<Told>>> = {
  'resource manager': async (scene, when) => {
    const before = await scene.read(0);
    scene.part(0).program.die();
    const again = new Program(scene.at.machine, 'again');
    const { rm, told, handle } = await back(again, 0);
    if (when === 'after PrepareComplete, no outcome logged') await scene.vote(1);
    const later = (await rm?.read())?.join(' ') ?? '';
    if (handle !== undefined) {
      // Its log tail is free once it has answered.
      await again.ktm.commitComplete(handle, null);
      again.die();
      expect((await back(new Program(scene.at.machine, 'at last'), 0)).told).toBe('-');
    }
    return [`${before} | ${[told, later].filter((text) => text !== '').join(' ')}`, await scene.read(1)];
  },
  client: async (scene, when) => {
    scene.client.die();
    if (when === 'after PrepareComplete, no outcome logged') await scene.vote(1);
    return [await scene.read(0), await scene.read(1)];
  },
  superior: async (scene, when) => {
    const { program } = scene.part(2);
    program.die();
    const before = [await scene.read(0), await scene.read(1)];
    if (when === 'before PrepareComplete') return [before[0] ?? '', before[1] ?? ''];
    const again = new Program(scene.at.machine, 'superior again');
    const rm = await again.restartResourceManager(await again.durableManager(), rmId(2));
    expect(await rm.read()).toEqual(['RECOVER_QUERY', 'LAST_RECOVER']);
    const handle = await rm.open(scene.part(2).id);
    await again.ktm.recoverEnlistment(handle, 1);
    await again.ktm.commitEnlistment(handle, null);
    const after = [await scene.read(0), await scene.read(1)];
    for (const { program: owner, enlistment } of scene.parts.slice(0, 2)) await owner.ktm.commitComplete(enlistment, null);
    // Until COMMIT_COMPLETE it owes the outcome.
    expect(await rm.read()).toEqual(['COMMIT_COMPLETE']);
    return [`${before[0] ?? ''} | ${after[0] ?? ''}`.trimEnd(), `${before[1] ?? ''} | ${after[1] ?? ''}`.trimEnd()];
  },
  'machine, what was not synced is lost': (scene) => powerCut(scene, false),
  'machine, all that was written is there': (scene) => powerCut(scene, true),
  'write of the log': async (scene, when) => {
    const { files } = scene.at.host;
    files.fail({ operation: when === 'before PrepareComplete' ? 'write' : 'sync', occurrence: 1 });
    await scene.vote(when === 'before PrepareComplete' ? 0 : 1);
    expect(await codeOf(scene.client.ktm.commitTransactionAsync(scene.transaction))).toBe(6704);
    const { program, rm } = scene.part(1);
    expect(await codeOf(rm.enlist(await program.ktm.createTransaction(0, 0, null)))).toBe(6719);
    expect(scene.at.machine.ktm.managers).toMatchObject([{ state: 'Offline' }]);
    // Event 1 is of a commit that became a rollback: where only a vote could not be written none had been decided.
    const events = scene.at.machine.eventLog.entries.map(({ eventId }) => eventId);
    expect(events).toEqual(when === 'before PrepareComplete' ? [] : [1]);
    return [await scene.read(0), await scene.read(1)];
  },
};

async function powerCut(scene: Scene, keep: boolean): Promise<Told> {
  const before = [await scene.read(0), await scene.read(1)];
  await settled();
  scene.at.machine.powerCut();
  let { host } = scene.at;
  const found: string[][] = [];
  // The second time the answers of the first are lost, or there.
  for (let time = 0; time < 2; time += 1) {
    const at = ktmMachine({}, host.restart(() => keep));
    const told: string[] = [];
    for (const index of [0, 1]) {
      const program = new Program(at.machine);
      const { told: one, handle } = await back(program, index);
      told.push(one);
      if (handle !== undefined) await (one === 'COMMIT' ? program.ktm.commitComplete(handle, null) : program.ktm.rollbackComplete(handle, null));
    }
    await settled();
    found.push(told);
    at.machine.powerCut();
    ({ host } = at);
  }
  expect(found[1]).toEqual(keep ? ['-', '-'] : found[0]);
  return [`${before[0] ?? ''} | ${found[0]?.[0] ?? ''}`, `${before[1] ?? ''} | ${found[0]?.[1] ?? ''}`];
}

describe.each(Object.entries(matrix) as [Who, Readonly<Partial<Record<When, Told>>>][])('[K1] when it fails: %s', (who, cells) => {
  it.each(Object.entries(cells) as [When, Told][])('%s, the two are told %j', async (when, expected) => {
    const scene = await Scene.of(who === 'superior');
    await scene.reach(who, when);
    expect(await runs[who](scene, when)).toEqual(expected);
  });
});
