/** Takes the actions of the KTM model on the simulated machine, and shows what can be seen of it in the model's terms. */
import type { KernelHandle } from '../../lib/binding/functions';
import { ENLISTMENT_SUPERIOR, TRANSACTION_RIGHTS } from '../../lib/binding/ktm-codes';
import { SimulatedClock } from '../../lib/simulator/clock';
import { SimulatedHost } from '../../lib/simulator/host';
import { settled } from '../../lib/simulator/scheduler';
import type { EnlistmentState, KtmState, TransactionState } from '../checker/ktm-model';
import { FULL, Program, SUPERIOR, TWO_PHASE, codeOf, ktmMachine, notificationName, rmId } from './ktm-rig';
import type { KtmMachine, Rm } from './ktm-rig';

/** What a state looks like from outside: everything but the log. */
export interface Observation {
  readonly online: boolean;
  readonly transaction: TransactionState;
  readonly client: boolean;
  readonly reported: KtmState['reported'];
  readonly superior: { readonly up: boolean; readonly enlistment: EnlistmentState; readonly decision: string; readonly inbox: readonly string[] } | null;
  readonly rms: readonly { readonly up: boolean; readonly enlistment: EnlistmentState; readonly own: string; readonly inbox: readonly string[] }[];
}

export function observed({ online, transaction, client, reported, superior, rms }: KtmState): Observation {
  const above = superior === null ? null : { up: superior.up, enlistment: superior.enlistment, decision: superior.decision, inbox: superior.inbox };
  return { online, transaction, client, reported, superior: above, rms: rms.map(({ up, enlistment, own, inbox }) => ({ up, enlistment, own, inbox })) };
}

interface Participant {
  program: Program | undefined;
  rm: Rm | undefined;
  enlistment: KernelHandle | undefined;
  own: 'none' | 'prepared' | 'committed' | 'aborted';
  inbox: { readonly notice: string; readonly enlistmentId: string | null }[];
  recovering: boolean;
}

interface SuperiorProcess {
  program: Program | undefined;
  rm: Rm | undefined;
  enlistment: KernelHandle | undefined;
  decision: 'none' | 'commit' | 'abort';
  inbox: { readonly notice: string; readonly enlistmentId: string | null }[];
}

/** The resource manager of the superior. */
const SUPERIOR_ID = rmId(9);

export class KtmRun {
  private superior: SuperiorProcess | undefined;
  private service: Program | undefined;
  private client: Program | undefined;
  private transaction: KernelHandle | undefined;
  private reported: KtmState['reported'] = 'none';
  private readonly participants: Participant[] = [];

  private constructor(private at: KtmMachine) {}

  static async start(seed: number, count: number, superior = false): Promise<KtmRun> {
    const run = new KtmRun(ktmMachine({ seed }, new SimulatedHost({ seed, clock: new SimulatedClock() })));
    run.service = new Program(run.at.machine, 'service');
    await run.service.durableManager();
    run.client = new Program(run.at.machine, 'client');
    run.transaction = await run.client.ktm.createTransaction(0, 0, null);
    const id = await run.client.ktm.getTransactionId(run.transaction);
    for (let index = 0; index < count; index += 1) {
      const program = new Program(run.at.machine, 'resource manager');
      const rm = await program.resourceManager(await program.durableManager(), rmId(index), 0);
      const transaction = await program.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, id);
      const enlistment = await rm.enlist(transaction, superior ? TWO_PHASE : FULL);
      await transaction.close();
      run.participants.push({ program, rm, enlistment, own: 'none', inbox: [], recovering: false });
    }
    if (superior) {
      const program = new Program(run.at.machine, 'superior');
      const rm = await program.resourceManager(await program.durableManager(), SUPERIOR_ID, 0);
      const transaction = await program.ktm.openTransaction(TRANSACTION_RIGHTS.RESOURCE_MANAGER_RIGHTS, id);
      run.superior = { program, rm, enlistment: await rm.enlist(transaction, SUPERIOR, 0, ENLISTMENT_SUPERIOR), decision: 'none', inbox: [] };
      await transaction.close();
    }
    return run;
  }

  /** @returns what can be seen once everything that follows has happened */
  async take(action: string): Promise<Observation> {
    const [kind, index] = action.split(' ');
    if (/^superior|^cutInCommit/.test(action)) await this.ofSuperior(action);
    else if (index === undefined) await this.general(kind ?? '');
    else await this.ofResourceManager(kind ?? '', Number(index));
    await settled();
    for (const { rm, inbox } of [...this.participants, ...(this.superior === undefined ? [] : [this.superior])]) {
      for (const { notification, enlistmentId } of (await rm?.take()) ?? []) inbox.push({ notice: notificationName(notification), enlistmentId });
    }
    return this.observe();
  }

  observe(): Observation {
    const [transaction, another] = this.at.machine.ktm.transactions;
    expect(another).toBeUndefined();
    const stateOf = (id: string): EnlistmentState => (transaction?.enlistments.find(({ resourceManager }) => resourceManager === id)?.state ?? 'None') as EnlistmentState;
    const above = this.superior;
    return {
      online: this.service !== undefined,
      transaction: (transaction?.state ?? 'None') as TransactionState,
      client: this.client !== undefined,
      reported: this.reported,
      superior: above === undefined ? null : {
        up: above.program !== undefined, enlistment: stateOf(SUPERIOR_ID), decision: above.decision, inbox: above.inbox.map(({ notice }) => notice),
      },
      rms: this.participants.map(({ program, own, inbox }, index) => ({
        up: program !== undefined,
        enlistment: stateOf(rmId(index)),
        own,
        inbox: inbox.map(({ notice }) => notice),
      })),
    };
  }

  private async general(kind: string): Promise<void> {
    const { client, transaction } = this;
    switch (kind) {
      case 'commit':
        if (client === undefined || transaction === undefined) throw new Error('there is no client');
        // Answers later, or never.
        void codeOf(client.ktm.commitTransaction(transaction)).then(
          (code) => {
            expect(code === 'ok' || code === 6704).toBe(true);
            this.reported = code === 'ok' ? 'committed' : 'aborted';
          },
          () => undefined,
        );
        return;
      case 'rollback':
        if (client === undefined || transaction === undefined) throw new Error('there is no client');
        expect(await codeOf(client.ktm.rollbackTransaction(transaction))).toBe('ok');
        this.reported = 'aborted';
        return;
      case 'clientDies':
        client?.die();
        this.client = undefined;
        return;
      case 'recoverManager':
        this.service = new Program(this.at.machine, 'service');
        await this.service.durableManager();
        return;
      case 'powerCut':
        this.at.machine.powerCut();
        this.restart();
        return;
      default:
        throw new Error(`no action ${kind}`);
    }
  }

  private async ofSuperior(action: string): Promise<void> {
    const self = this.superior;
    if (self === undefined) throw new Error('there is no superior');
    if (action === 'superiorStarts') {
      self.program = new Program(this.at.machine, 'superior');
      self.rm = await self.program.restartResourceManager(await self.program.durableManager(), SUPERIOR_ID);
      return;
    }
    const { program, rm } = self;
    if (program === undefined || rm === undefined) throw new Error('it is not there');
    const enlisted = (): KernelHandle => {
      if (self.enlistment === undefined) throw new Error('it is not enlisted');
      return self.enlistment;
    };
    const deliver = async (): Promise<void> => {
      if (self.decision === 'commit') await program.ktm.commitEnlistment(enlisted(), null);
      else await program.ktm.rollbackEnlistment(enlisted(), null);
    };
    switch (action) {
      case 'superiorDies':
        program.die();
        Object.assign(self, { program: undefined, rm: undefined, enlistment: undefined, inbox: [] });
        return;
      case 'superiorPrepares':
        return program.ktm.prepareEnlistment(enlisted(), null);
      case 'superiorGivesUp':
        self.decision = 'abort';
        return program.ktm.rollbackEnlistment(enlisted(), null);
      case 'superiorDecidesCommit': self.decision = 'commit'; return;
      case 'superiorDecidesAbort': self.decision = 'abort'; return;
      case 'superiorDelivers':
        self.inbox.shift();
        return deliver();
      case 'superiorAnswersQuery': {
        const enlistmentId = self.inbox.shift()?.enlistmentId;
        if (typeof enlistmentId !== 'string') throw new Error('RECOVER_QUERY names its enlistment');
        if (self.decision === 'none') self.decision = 'abort';
        self.enlistment = await rm.open(enlistmentId);
        return deliver();
      }
      case 'superiorRollbackComplete':
        self.inbox.shift();
        self.decision = 'abort';
        expect(['ok', 6703]).toContain(await codeOf(program.ktm.rollbackComplete(enlisted(), null)));
        return;
      case 'superiorReads': self.inbox.shift(); return;
      case 'cutInCommit':
        this.at.machine.faults.add({ at: 'ktm.log.sync', action: { powerCut: true } });
        await expect(deliver()).rejects.toMatchObject({ code: 'ERR_PROCESS_DIED' });
        this.restart();
        return;
      default:
        throw new Error(`no action ${action}`);
    }
  }

  private async ofResourceManager(kind: string, index: number): Promise<void> {
    const self = this.participants[index];
    if (self === undefined) throw new Error('no such resource manager');
    if (kind === 'start') {
      self.program = new Program(this.at.machine, 'resource manager');
      self.rm = await self.program.restartResourceManager(await self.program.durableManager(), rmId(index));
      return;
    }
    const { program, rm, enlistment } = self;
    if (program === undefined || rm === undefined) throw new Error('it is not there');
    const { ktm } = program;
    const answer = async (call: 'prePrepareComplete' | 'prepareComplete' | 'rollbackEnlistment' | 'readOnlyEnlistment' | 'commitComplete' | 'rollbackComplete', late: number): Promise<void> => {
      self.inbox.shift();
      if (enlistment === undefined) throw new Error('it is not enlisted');
      // Too late when the transaction was rolled back meanwhile.
      expect(['ok', late]).toContain(await codeOf(ktm[call](enlistment, null)));
    };
    switch (kind) {
      case 'die':
        program.die();
        Object.assign(self, { program: undefined, rm: undefined, enlistment: undefined, inbox: [], recovering: false });
        return;
      case 'prePrepareComplete': return answer('prePrepareComplete', 6703);
      case 'writePrepared': self.own = 'prepared'; return;
      case 'refuse': return answer('rollbackEnlistment', 6702);
      case 'readOnly': return answer('readOnlyEnlistment', 6703);
      case 'prepareComplete': return answer('prepareComplete', 6703);
      case 'writeCommitted': self.own = 'committed'; return;
      case 'commitComplete': return answer('commitComplete', 6703);
      case 'writeAborted': self.own = 'aborted'; return;
      case 'rollbackComplete': return answer('rollbackComplete', 6703);
      case 'waitInDoubt': self.inbox.shift(); return;
      case 'recoverEnlistment': {
        const enlistmentId = self.inbox.shift()?.enlistmentId;
        if (typeof enlistmentId !== 'string') throw new Error('RECOVER names its enlistment');
        self.recovering = true;
        self.enlistment = await rm.open(enlistmentId);
        await ktm.recoverEnlistment(self.enlistment, 0);
        return;
      }
      case 'endRecovery':
        self.inbox.shift();
        if (self.own === 'prepared' && !self.recovering) self.own = 'aborted';
        self.recovering = false;
        return;
      case 'cutInDecision':
        this.at.machine.faults.add({ at: 'ktm.log.sync', action: { powerCut: true } });
        if (enlistment === undefined) throw new Error('it is not enlisted');
        void ktm.prepareComplete(enlistment, null).catch(() => undefined);
        await settled();
        expect(program.process.alive).toBe(false);
        this.restart();
        return;
      default:
        throw new Error(`no action ${kind}`);
    }
  }

  private restart(): void {
    this.at = ktmMachine({}, this.at.host.restart());
    this.service = this.client = this.transaction = undefined;
    if (this.superior !== undefined) Object.assign(this.superior, { program: undefined, rm: undefined, enlistment: undefined, inbox: [] });
    for (const participant of this.participants) Object.assign(participant, { program: undefined, rm: undefined, enlistment: undefined, inbox: [], recovering: false });
  }
}
