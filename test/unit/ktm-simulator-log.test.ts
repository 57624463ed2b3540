/** The log of a durable transaction manager: what it survives, what it refuses, and what happens when it is full (facts/ktm-tmf-mts.md 1.7, 2.5, 2.6). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelHandle } from '../../lib/binding/functions';
import type { Host } from '../../lib/binding/host';
import { ENLISTMENT_SUPERIOR, RESOURCEMANAGER_RIGHTS, TRANSACTIONMANAGER_RIGHTS } from '../../lib/binding/ktm-codes';
import { realHost } from '../../lib/binding/real-host';
import { SimulatedWindows } from '../../lib/simulator/machine';
import { settled } from '../../lib/simulator/scheduler';
import { LOG, Program, Rm, SUPERIOR, TWO_PHASE, codeOf, ktmMachine, rmId } from './ktm-rig';

const FILE = '/C/Logs/test.blf';

async function bytesOf(host: Host, path: string): Promise<Uint8Array> {
  const file = await host.files.open(path, 'read');
  const bytes = new Uint8Array(await file.size());
  await file.read(bytes, 0);
  await file.close();
  return bytes;
}

async function overwrite(host: Host, path: string, position: number, bytes: Uint8Array): Promise<void> {
  const file = await host.files.open(path, 'modify');
  await file.write(bytes, position);
  await file.sync();
  await file.close();
}

/** A transaction with one participant, up to its PrepareComplete, which is the decision. */
async function prepared(program: Program, rm: Rm): Promise<{ readonly transaction: KernelHandle; readonly enlistment: KernelHandle; readonly id: string }> {
  const transaction = await program.ktm.createTransaction(0, 0, null);
  const enlistment = await rm.enlist(transaction, TWO_PHASE);
  await program.ktm.commitTransactionAsync(transaction);
  await program.ktm.prepareComplete(enlistment, null);
  return { transaction, enlistment, id: await program.ktm.getTransactionId(transaction) };
}

async function whole(program: Program, rm: Rm): Promise<void> {
  const { enlistment } = await prepared(program, rm);
  await program.ktm.commitComplete(enlistment, null);
  await settled();
}

describe('a log', () => {
  it('gives its manager the same identity and clock at every start', async () => {
    const { machine, host } = ktmMachine();
    const program = new Program(machine);
    const manager = await program.durableManager();
    const id = await program.ktm.getTransactionManagerId(manager);
    const rm = await program.resourceManager(manager, rmId(1), 0);
    await whole(program, rm);
    await whole(program, rm);
    machine.powerCut();
    const again = new Program(ktmMachine({}, host.restart(() => true)).machine);
    const reopened = await again.durableManager();
    expect(await again.ktm.getTransactionManagerId(reopened)).toBe(id);
    expect(await again.ktm.getCurrentClockTransactionManager(reopened)).toBe(3n);
  });

  it('whose making was cut off is made anew', async () => {
    for (const occurrence of [1, 2]) {
      const { machine, host } = ktmMachine();
      host.files.fail({ operation: occurrence === 1 ? 'write' : 'sync', path: FILE });
      expect(await codeOf(new Program(machine).ktm.createTransactionManager(LOG, 0))).toBe(6706);
      const again = new Program(ktmMachine({}, host.restart((piece) => piece.kind === 'name')).machine);
      expect(await codeOf(again.ktm.openTransactionManager(LOG, 1))).toBe(6718);
      expect(await codeOf(again.durableManager())).toBe('ok');
    }
  });

  it('that is damaged where it was durable is refused: 6817; a torn tail is not', async () => {
    const { machine, host } = ktmMachine();
    const program = new Program(machine);
    const rm = await program.resourceManager(await program.durableManager(), rmId(1), 0);
    await prepared(program, rm);
    const size = (await bytesOf(host, FILE)).length;
    await prepared(program, rm);
    machine.powerCut();
    const torn = host.restart(() => true);
    await overwrite(torn, FILE, size + 40, new Uint8Array(8));
    const after = new Program(ktmMachine({}, torn).machine);
    const recovered = await after.restartResourceManager(await after.durableManager(), rmId(1));
    // The second one was torn: presumed abort.
    expect((await recovered.recoverAll()).map(({ told }) => told)).toEqual(['COMMIT']);
    const damaged = host.restart(() => true);
    await overwrite(damaged, FILE, 200, new Uint8Array(8));
    const refused = new Program(ktmMachine({}, damaged).machine);
    expect(await codeOf(refused.ktm.openTransactionManager(LOG, 1))).toBe(6817);
    expect(await codeOf(refused.ktm.createTransactionManager(LOG, 0))).toBe(6817);
  });

  it('that is something else is refused: 6817', async () => {
    const { machine, host } = ktmMachine();
    await host.files.makeDirectory('/C/Logs');
    const file = await host.files.open(FILE, 'create');
    await file.write(new TextEncoder().encode('This is no log, whatever its name says.'), 0);
    expect(await codeOf(new Program(machine).ktm.createTransactionManager(LOG, 0))).toBe(6817);
  });

  it('stays short: what is over goes at a checkpoint, and a cut in the middle of one loses nothing', async () => {
    const { machine, host } = ktmMachine({ transactionLogBytes: 4096 });
    const program = new Program(machine);
    const rm = await program.resourceManager(await program.durableManager(), rmId(1), 0);
    const { id } = await prepared(program, rm);
    for (let count = 0; count < 30; count += 1) await whole(program, rm);
    expect((await bytesOf(host, FILE)).length).toBeLessThanOrEqual(4096);
    const checkpoints = machine.faults.count('ktm.log.checkpoint');
    expect(checkpoints).toBeGreaterThan(2);
    machine.faults.add({ at: 'ktm.log.checkpoint', occurrence: checkpoints + 1, action: { powerCut: true } });
    await (async () => {
      for (let count = 0; count < 30; count += 1) await whole(program, rm);
    })().catch(() => undefined);
    expect(program.process.alive).toBe(false);
    for (const keep of [(): boolean => true, (): boolean => false]) {
      const after = new Program(ktmMachine({}, host.restart(keep)).machine);
      const again = await after.restartResourceManager(await after.durableManager(), rmId(1));
      expect((await again.recoverAll()).map(({ unitOfWork, told }) => [unitOfWork, told])).toContainEqual([id, 'COMMIT']);
    }
  });
});

describe('a log that is full', () => {
  it('cannot take a commit: it becomes a rollback (events 4 and 1), and the manager goes offline', async () => {
    const { machine } = ktmMachine({ transactionLogBytes: 4096 });
    const program = new Program(machine);
    const manager = await program.durableManager();
    const rm = await program.resourceManager(manager, rmId(1), 0);
    const unacknowledged: string[] = [];
    while (machine.ktm.managers[0]?.state === 'Online') unacknowledged.push((await prepared(program, rm)).id);
    expect(unacknowledged.length).toBeGreaterThan(3);
    const events = machine.eventLog.entries.filter(({ source }) => source === 'Microsoft-Windows-Kernel-Tm');
    expect(events.map(({ eventId }) => eventId)).toContain(4);
    expect(events.find(({ eventId }) => eventId === 4)?.message).toContain(unacknowledged[0]);
    expect(await codeOf(rm.enlist(await program.ktm.createTransaction(0, 0, null)))).toBe(6719);
    expect((await rm.read()).at(-1)).toBe('ROLLBACK');
    // What had been decided is all there; of the last one only the vote.
    await program.ktm.recoverTransactionManager(manager);
    await program.ktm.recoverResourceManager(rm.handle);
    expect((await rm.recoverAll()).map(({ unitOfWork, told }) => [unitOfWork, told])).toEqual(
      unacknowledged.map((id, index) => [id, index < unacknowledged.length - 1 ? 'COMMIT' : 'ROLLBACK']),
    );
  });

  it('gives up who waits for a superior that is gone (event 3), oldest first, and goes on', async () => {
    const { machine } = ktmMachine({ transactionLogBytes: 4096 });
    const program = new Program(machine);
    const manager = await program.durableManager();
    const rm = await program.resourceManager(manager, rmId(1), 0);
    const lost = new Program(machine, 'superior');
    const superiorRm = await lost.resourceManager(await lost.durableManager(), rmId(2), 0);
    const transaction = await lost.ktm.createTransaction(0, 0, null);
    const id = await lost.ktm.getTransactionId(transaction);
    const superior = await superiorRm.enlist(transaction, SUPERIOR, 0, ENLISTMENT_SUPERIOR);
    const enlistment = await rm.enlist(await program.ktm.openTransaction(4, id), TWO_PHASE, 5);
    await lost.ktm.prepareEnlistment(superior, null);
    await program.ktm.prepareComplete(enlistment, null);
    lost.die();
    const before: number[] = [];
    while (!machine.eventLog.entries.some(({ eventId }) => eventId === 3)) {
      await prepared(program, rm);
      before.push(1);
    }
    expect(before.length).toBeGreaterThan(2);
    expect(machine.ktm.managers[0]?.state).toBe('Online');
    expect(machine.eventLog.entries.find(({ eventId }) => eventId === 3)?.message).toContain(id);
    expect((await rm.take()).filter(({ key }) => key === 5n).map(({ notification }) => notification)).toEqual([2, 8]);
    const back = new Program(machine, 'superior again');
    expect(await codeOf(back.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, await back.durableManager(), rmId(2)))).toBe(6716);
  });
});

describe('RollforwardTransactionManager', () => {
  it('reads up to a clock value, again and again, and is online only at the end', async () => {
    const { machine, host } = ktmMachine();
    const program = new Program(machine);
    const rm = await program.resourceManager(await program.durableManager(), rmId(1), 0);
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.push((await prepared(program, rm)).id);
    machine.powerCut();
    const at = ktmMachine({}, host.restart(() => true));
    const again = new Program(at.machine);
    const manager = await again.ktm.openTransactionManager(LOG, TRANSACTIONMANAGER_RIGHTS.ALL_ACCESS);
    const state = (): string | undefined => at.machine.ktm.managers[0]?.state;
    expect(state()).toBe('Initialized');
    await again.ktm.rollforwardTransactionManager(manager, 2);
    expect(state()).toBe('Recovering');
    expect(await codeOf(again.ktm.openResourceManager(1, manager, rmId(1)))).toBe(6719);
    await again.ktm.rollforwardTransactionManager(manager, 3);
    expect(state()).toBe('Recovering');
    await again.ktm.rollforwardTransactionManager(manager, null);
    expect(state()).toBe('Online');
    expect(at.machine.ktm.transactions.map(({ id }) => id)).toEqual(ids);
    expect(await codeOf(again.ktm.rollforwardTransactionManager(manager, 9))).toBe(31);
    expect(await codeOf(again.ktm.recoverTransactionManager(manager))).toBe('ok');
  });
});

describe('a copy of a log', () => {
  /** The log of a closed manager with one transaction to recover, and its copy. */
  const copied = async (): Promise<{ readonly program: Program; readonly id: string; readonly machine: SimulatedWindows }> => {
    const { machine, host } = ktmMachine();
    const first = new Program(machine);
    const manager = await first.durableManager();
    const id = await first.ktm.getTransactionManagerId(manager);
    await prepared(first, await first.resourceManager(manager, rmId(1), 0));
    first.die();
    await settled();
    await host.files.copy(FILE, '/C/Logs/copy.blf');
    return { program: new Program(machine), id, machine };
  };
  const COPY = 'log:C:\\Logs\\copy';

  it('collides with the original: 183 for the manager, and under a new identity 6720 for what is in it', async () => {
    const { program, id } = await copied();
    const manager = await program.durableManager();
    expect(await codeOf(program.ktm.openTransactionManager(COPY, 0x3f))).toBe(183);
    expect(await codeOf(program.ktm.renameTransactionManager(COPY, rmId(5)))).toBe(6727);
    await program.ktm.renameTransactionManager(COPY, id);
    const copy = await program.ktm.openTransactionManager(COPY, 0x3f);
    expect(await program.ktm.getTransactionManagerId(copy)).not.toBe(await program.ktm.getTransactionManagerId(manager));
    expect(await codeOf(program.ktm.recoverTransactionManager(copy))).toBe(6720);
    expect(await codeOf(program.ktm.createResourceManager(rmId(3), 0, copy, null))).toBe(6719);
  });

  it('that has been renamed recovers by itself', async () => {
    const { program, id, machine } = await copied();
    await program.ktm.renameTransactionManager(COPY, id);
    const copy = await program.ktm.openTransactionManager(COPY, 0x3f);
    await program.ktm.recoverTransactionManager(copy);
    expect(machine.ktm.transactions).toMatchObject([{ outcome: 'Committed' }]);
  });
});

describe('a log on real files', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ktm-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it.each([['ktm.log.write', ['ROLLBACK', 'none']], ['ktm.log.sync', ['COMMIT', 'COMMIT']], ['ktm.log.synced', ['COMMIT', 'COMMIT']]])(
    'recovers after SIGKILL at %s: %j', async (killedAt, expected) => {
      const path = join(directory, 'log');
      const { signal, stdout } = spawnSync(process.execPath, [join(__dirname, 'ktm-killed-main.js'), path, killedAt], { encoding: 'utf8' });
      expect([signal, stdout]).toEqual(['SIGKILL', '']);
      const program = new Program(new SimulatedWindows({ host: realHost }));
      const manager = await program.durableManager(`log:${path}`);
      const told = [];
      for (const number of [1, 2]) {
        const rm = await program.restartResourceManager(manager, rmId(number));
        told.push((await rm.recoverAll())[0]?.told ?? 'none');
      }
      // At the write of the last vote only the other one's is there.
      expect(told).toEqual(expected);
      program.die();
      await settled();
    });

  it('may lie on a volume that stands for a directory, and nowhere else on a host that is not Windows: 3', async () => {
    const machine = new SimulatedWindows({ host: realHost, volumes: [{ name: 'D:\\', directory }] });
    const program = new Program(machine);
    await program.durableManager('log:D:\\one');
    expect((await realHost.files.stat(join(directory, 'one.blf')))?.isFile).toBe(true);
    expect(await codeOf(program.ktm.createTransactionManager('log:C:\\one', 0))).toBe(process.platform === 'win32' ? 'ok' : 3);
    expect(await codeOf(program.ktm.createTransactionManager(`log:${directory}/none/one`, 0))).toBe(3);
    program.die();
    await settled();
  });
});
