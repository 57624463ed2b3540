/**
 * KTM and the recovery procedure of seed 004 as a model: one durable transaction, its log, a client, and resource managers that follow the
 * procedure with durable records of their own. Any process may die and the power may go at any moment, between a write and its sync too.
 */
import type { Model, Step } from './checker';

export type TransactionState = 'Active' | 'PrePreparing' | 'Preparing' | 'InDoubt' | 'Committed' | 'Aborted' | 'None';
export type EnlistmentState =
  | 'Active' | 'PrePreparing' | 'PrePrepared' | 'Preparing' | 'Prepared' | 'InDoubt' | 'CommittedNotify' | 'Committed' | 'Aborting' | 'Aborted' | 'ReadOnly' | 'Offline' | 'None';
export type Notice = 'PREPREPARE' | 'PREPARE' | 'COMMIT' | 'ROLLBACK' | 'RECOVER' | 'LAST_RECOVER' | 'INDOUBT';

/** In the log: P prepared, A all prepared, C committed, X aborted, D done; with the resource manager's number. */
type Logged = string;

export interface ResourceManager {
  readonly up: boolean;
  readonly enlistment: EnlistmentState;
  /** Its own durable record. */
  readonly own: 'none' | 'prepared' | 'committed' | 'aborted';
  readonly inbox: readonly Notice[];
  /** RECOVER has come in this pass. */
  readonly recovering: boolean;
}

export interface KtmState {
  /** KTM runs and has recovered its log. */
  readonly online: boolean;
  readonly transaction: TransactionState;
  readonly log: readonly Logged[];
  /** So many of the records are certain. */
  readonly synced: number;
  readonly rms: readonly ResourceManager[];
  readonly client: boolean;
  readonly asked: boolean;
  /** What CommitTransaction or RollbackTransaction told the client. */
  readonly reported: 'none' | 'committed' | 'aborted';
  /** Power cuts and deaths of resource managers that may still come. */
  readonly cuts: number;
  readonly deaths: number;
}

const over: readonly EnlistmentState[] = ['Committed', 'Aborted', 'ReadOnly', 'None'];
const voted: readonly EnlistmentState[] = ['Prepared', 'InDoubt', 'Offline'];

/** A state that an action is still building; `finish` freezes it. */
interface Draft {
  online: boolean;
  transaction: TransactionState;
  log: Logged[];
  synced: number;
  rms: { up: boolean; enlistment: EnlistmentState; own: ResourceManager['own']; inbox: Notice[]; recovering: boolean }[];
  client: boolean;
  asked: boolean;
  reported: KtmState['reported'];
  cuts: number;
  deaths: number;
}

function draft(state: KtmState): Draft {
  return { ...state, log: [...state.log], rms: state.rms.map((rm) => ({ ...rm, inbox: [...rm.inbox] })) };
}

/** What follows by itself: the client's answer, and objects that nobody holds. */
function finish(state: Draft): KtmState {
  const settled = state.rms.every(({ enlistment }) => over.includes(enlistment) || (enlistment === 'Offline' && state.transaction === 'Committed'));
  if (state.client && state.asked && state.transaction === 'Aborted') state.reported = 'aborted';
  if (state.client && state.asked && state.transaction === 'Committed' && settled && state.reported === 'none') state.reported = 'committed';
  const forgotten = !state.client && (state.transaction === 'Committed' || state.transaction === 'Aborted') && state.rms.every(({ enlistment }) => over.includes(enlistment));
  if (forgotten) {
    state.transaction = 'None';
    for (const rm of state.rms) rm.enlistment = 'None';
  }
  return state;
}

function rollBack(state: Draft): void {
  state.transaction = 'Aborted';
  let logged = false;
  state.rms.forEach((rm, index) => {
    if (state.log.includes(`P${String(index)}`)) logged = true;
    if (over.includes(rm.enlistment) || rm.enlistment === 'Offline') return;
    rm.enlistment = 'Aborting';
    rm.inbox.push('ROLLBACK');
  });
  if (logged) state.log.push('X');
}

function advance(state: Draft): void {
  if (state.transaction === 'PrePreparing' && !state.rms.some(({ enlistment }) => enlistment === 'PrePreparing')) {
    state.transaction = 'Preparing';
    for (const rm of state.rms) {
      if (over.includes(rm.enlistment)) continue;
      rm.enlistment = 'Preparing';
      rm.inbox.push('PREPARE');
    }
  }
  if (state.transaction !== 'Preparing' || !state.rms.every(({ enlistment }) => over.includes(enlistment) || voted.includes(enlistment))) return;
  if (state.log.length > 0) {
    state.log.push('A', 'C');
    state.synced = state.log.length;
  }
  state.transaction = 'Committed';
  for (const rm of state.rms) {
    if (over.includes(rm.enlistment) || rm.enlistment === 'Offline') continue;
    rm.enlistment = 'CommittedNotify';
    rm.inbox.push('COMMIT');
  }
}

/** The machine starts again with the first `kept` records of its log; everything else is gone. */
function cut(state: KtmState, log: readonly Logged[], kept: number): KtmState {
  return {
    ...state, online: false, transaction: 'None', log: log.slice(0, kept), synced: kept, client: false, cuts: state.cuts - 1,
    rms: state.rms.map(({ own }) => ({ up: false, enlistment: 'None', own, inbox: [], recovering: false })),
  };
}

/** RecoverTransactionManager: the outcome follows from the log; only those that prepared and have not acknowledged it are known. */
function recoverManager(state: Draft): void {
  state.online = true;
  state.synced = state.log.length;
  const open = state.rms.map((_, index) => state.log.includes(`P${String(index)}`) && !state.log.includes(`D${String(index)}`));
  if (!open.includes(true)) return;
  state.transaction = state.log.includes('A') || state.log.includes('C') ? 'Committed' : 'Aborted';
  state.rms.forEach((rm, index) => (rm.enlistment = open[index] === true ? 'Offline' : 'None'));
}

function die(state: Draft, index: number): void {
  const rm = state.rms[index];
  if (rm === undefined) return;
  Object.assign(rm, { up: false, inbox: [], recovering: false });
  switch (rm.enlistment) {
    case 'Active':
    case 'PrePreparing':
    case 'PrePrepared':
    case 'Preparing':
      rm.enlistment = 'Aborted';
      rollBack(state);
      return;
    case 'Prepared':
    case 'InDoubt':
    case 'CommittedNotify':
      rm.enlistment = 'Offline';
      return;
    case 'Aborting':
      rm.enlistment = 'Aborted';
      if (state.log.includes(`P${String(index)}`)) state.log.push(`D${String(index)}`);
      return;
    default:
      // It has no part in the transaction any more, or has lost it already.
  }
}

function* steps(state: KtmState): Iterable<Step<KtmState>> {
  const changed = (action: string, change: (next: Draft) => void): Step<KtmState> => {
    const next = draft(state);
    change(next);
    return { action, state: finish(next) };
  };
  if (state.client) {
    if (state.transaction === 'Active' && !state.asked) {
      yield changed('commit', (next) => {
        next.asked = true;
        next.transaction = 'PrePreparing';
        for (const rm of next.rms) {
          if (over.includes(rm.enlistment)) continue;
          rm.enlistment = 'PrePreparing';
          rm.inbox.push('PREPREPARE');
        }
        advance(next);
      });
    }
    if (['Active', 'PrePreparing', 'Preparing'].includes(state.transaction)) {
      yield changed('rollback', (next) => {
        next.asked = true;
        rollBack(next);
      });
    }
    yield changed('clientDies', (next) => {
      if (next.transaction === 'Active') rollBack(next);
      next.client = false;
    });
  }
  if (!state.online) yield changed('recoverManager', recoverManager);
  if (state.cuts > 0) {
    for (let kept = state.synced; kept <= state.log.length; kept += 1) yield { action: 'powerCut', state: cut(state, state.log, kept) };
  }
  for (const [index, rm] of state.rms.entries()) yield* resourceManagerSteps(state, index, rm, changed);
}

type Changed = (action: string, change: (next: Draft) => void) => Step<KtmState>;

function* resourceManagerSteps(state: KtmState, index: number, rm: ResourceManager, changed: Changed): Iterable<Step<KtmState>> {
  const name = String(index);
  const act = (action: string, change: (self: Draft['rms'][number], next: Draft) => void): Step<KtmState> =>
    changed(`${action} ${name}`, (next) => {
      const self = next.rms[index];
      if (self !== undefined) change(self, next);
    });
  if (!rm.up) {
    if (state.online) {
      yield act('start', (self) => {
        self.up = true;
        self.inbox = self.enlistment === 'Offline' ? ['RECOVER', 'LAST_RECOVER'] : ['LAST_RECOVER'];
      });
    }
    return;
  }
  if (state.deaths > 0) {
    yield act('die', (_self, next) => {
      next.deaths -= 1;
      die(next, index);
      advance(next);
    });
  }
  switch (rm.inbox[0]) {
    case 'PREPREPARE':
      yield act('prePrepareComplete', (self, next) => {
        self.inbox.shift();
        if (self.enlistment === 'PrePreparing') self.enlistment = 'PrePrepared';
        advance(next);
      });
      return;
    case 'PREPARE':
      if (rm.own === 'none') {
        yield act('writePrepared', (self) => (self.own = 'prepared'));
        yield act('refuse', (self, next) => {
          self.inbox.shift();
          if (self.enlistment === 'Preparing') rollBack(next);
        });
        yield act('readOnly', (self, next) => {
          self.inbox.shift();
          if (self.enlistment === 'Preparing') self.enlistment = 'ReadOnly';
          advance(next);
        });
        return;
      }
      yield act('prepareComplete', (self, next) => {
        self.inbox.shift();
        if (self.enlistment !== 'Preparing') return;
        self.enlistment = 'Prepared';
        next.log.push(`P${name}`);
        advance(next);
      });
      if (rm.enlistment === 'Preparing' && state.cuts > 0 && lastToVote(state, index)) {
        // The power goes while the decision is on its way to the disk.
        const log = [...state.log, `P${name}`, 'A', 'C'];
        for (let kept = state.synced; kept <= log.length; kept += 1) yield { action: `cutInDecision ${name}`, state: cut(state, log, kept) };
      }
      return;
    case 'COMMIT':
      yield act('writeCommitted', (self) => (self.own = 'committed'));
      if (rm.own === 'committed') {
        yield act('commitComplete', (self, next) => {
          self.inbox.shift();
          if (self.enlistment !== 'CommittedNotify') return;
          self.enlistment = 'Committed';
          next.log.push(`D${name}`);
        });
      }
      return;
    case 'ROLLBACK':
      if (rm.own !== 'aborted') yield act('writeAborted', (self) => (self.own = 'aborted'));
      else {
        yield act('rollbackComplete', (self, next) => {
          self.inbox.shift();
          if (self.enlistment !== 'Aborting') return;
          self.enlistment = 'Aborted';
          if (next.log.includes(`P${name}`)) next.log.push(`D${name}`);
        });
      }
      return;
    case 'RECOVER':
      yield act('recoverEnlistment', (self, next) => {
        self.inbox.shift();
        self.recovering = true;
        const [enlistment, notice] = ({
          Committed: ['CommittedNotify', 'COMMIT'], Aborted: ['Aborting', 'ROLLBACK'],
        } as const)[next.transaction as 'Committed' | 'Aborted'] ?? (['InDoubt', 'INDOUBT'] as const);
        self.enlistment = enlistment;
        self.inbox.push(notice);
      });
      return;
    case 'LAST_RECOVER':
      // What it holds as prepared and KTM does not know is rolled back: presumed abort.
      yield act('endRecovery', (self) => {
        self.inbox.shift();
        if (self.own === 'prepared' && !self.recovering) self.own = 'aborted';
        self.recovering = false;
      });
      return;
    case 'INDOUBT':
      yield act('waitInDoubt', (self) => void self.inbox.shift());
      return;
    case undefined:
  }
}

function lastToVote({ rms }: KtmState, index: number): boolean {
  return rms.every(({ enlistment }, other) => other === index || over.includes(enlistment) || voted.includes(enlistment));
}

export interface KtmModelOptions {
  readonly resourceManagers: number;
  readonly cuts: number;
  readonly deaths: number;
}

export function initialState({ resourceManagers, cuts, deaths }: KtmModelOptions): KtmState {
  return {
    online: true, transaction: 'Active', log: [], synced: 0, client: true, asked: false, reported: 'none', cuts, deaths,
    rms: Array.from({ length: resourceManagers }, () => ({ up: true, enlistment: 'Active', own: 'none', inbox: [], recovering: false })),
  };
}

/** Nothing more happens by itself: only deaths, power cuts. */
export function atRest(state: KtmState): boolean {
  return state.online && !state.client && state.rms.every(({ up, inbox }) => up && inbox.length === 0);
}

/** The invariants of facts/ktm-tmf-mts.md 7 that concern KTM. */
export const ktmInvariants: Readonly<Record<string, (state: KtmState) => boolean>> = {
  'no mixed outcome among resource managers': ({ rms }) => !(rms.some(({ own }) => own === 'committed') && rms.some(({ own }) => own === 'aborted')),
  'no COMMIT before every PrepareComplete is in the log': ({ rms, log, synced }) =>
    !rms.some(({ own, inbox }) => own === 'committed' || inbox.includes('COMMIT')) || log.length === 0 || log.slice(0, synced).includes('A'),
  'no decision lost after it was reported to the client': ({ reported, rms, log, synced }) =>
    reported !== 'committed' || (!rms.some(({ own }) => own === 'aborted') && (log.length === 0 || log.slice(0, synced).includes('A'))),
  'nor an abort': ({ reported, rms, log }) => reported !== 'aborted' || (!rms.some(({ own }) => own === 'committed') && !log.includes('C')),
  'LAST_RECOVER comes once and last': ({ rms }) =>
    rms.every(({ inbox }) => {
      const at = inbox.indexOf('LAST_RECOVER');
      return at < 0 || (at === inbox.lastIndexOf('LAST_RECOVER') && inbox.lastIndexOf('RECOVER') < at);
    }),
  'what is prepared without RECOVER ends aborted': ({ rms }) => rms.every(({ up, enlistment, own, inbox }) =>
    !up || own !== 'prepared' || inbox.length > 0 || (enlistment !== 'None' && !['Committed', 'Aborted', 'ReadOnly', 'Offline'].includes(enlistment))),
  'INDOUBT is followed by an outcome: at rest nobody is in doubt': (state) =>
    !atRest(state) || state.rms.every(({ own, enlistment }) => own !== 'prepared' && enlistment !== 'InDoubt'),
  'a redelivered COMMIT changes nothing': ({ rms }) => rms.every(({ own, enlistment }) => enlistment !== 'Committed' || own === 'committed'),
};

export function ktmModel(options: KtmModelOptions): Model<KtmState> {
  return { initial: [initialState(options)], next: steps, encode: encodeState, invariants: ktmInvariants };
}

const letters: Readonly<Record<Notice, string>> = { PREPREPARE: 'q', PREPARE: 'p', COMMIT: 'c', ROLLBACK: 'r', RECOVER: 'v', LAST_RECOVER: 'l', INDOUBT: 'i' };

export function encodeState({ online, transaction, log, synced, rms, client, asked, reported, cuts, deaths }: KtmState): string {
  const each = rms.map(({ up, enlistment, own, inbox, recovering }) =>
    `${String(+up)}${enlistment}.${own}${inbox.map((notice) => letters[notice]).join('')}${recovering ? '!' : ''}`).join(' ');
  return `${String(+online)}${String(+client)}${String(+asked)}${reported}${String(cuts)}${String(deaths)}${transaction} ${log.join('')}/${String(synced)} ${each}`;
}
