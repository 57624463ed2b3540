/**
 * KTM and the recovery procedure of seed 004 as a model: one durable transaction, its log, a client, and resource managers that follow the
 * procedure with durable records of their own; instead of the client, a superior may drive. Any process may die and the power may go at any
 * moment, between a write and its sync too.
 */
import type { Model, Step } from './checker';

export type TransactionState = 'Active' | 'PrePreparing' | 'Preparing' | 'Prepared' | 'InDoubt' | 'Committed' | 'Aborted' | 'None';
export type EnlistmentState =
  | 'Active' | 'PrePreparing' | 'PrePrepared' | 'Preparing' | 'Prepared' | 'InDoubt' | 'CommittedNotify' | 'Committed' | 'Aborting' | 'Aborted'
  | 'ReadOnly' | 'Offline' | 'Forgotten' | 'None';
export type Notice =
  | 'PREPREPARE' | 'PREPARE' | 'COMMIT' | 'ROLLBACK' | 'RECOVER' | 'LAST_RECOVER' | 'INDOUBT'
  | 'PREPARE_COMPLETE' | 'COMMIT_COMPLETE' | 'ROLLBACK_COMPLETE' | 'RECOVER_QUERY' | 'REQUEST_OUTCOME';

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

export interface Superior {
  readonly up: boolean;
  readonly enlistment: EnlistmentState;
  /** Its own durable record: what is not there is an abort. */
  readonly decision: 'none' | 'commit' | 'abort';
  readonly inbox: readonly Notice[];
  /** It has had its *_COMPLETE. */
  readonly told: boolean;
}

export interface KtmState {
  /** KTM runs and has recovered its log. */
  readonly online: boolean;
  readonly transaction: TransactionState;
  readonly log: readonly Logged[];
  /** So many of the records are certain. */
  readonly synced: number;
  readonly rms: readonly ResourceManager[];
  readonly superior: Superior | null;
  readonly client: boolean;
  readonly asked: boolean;
  /** What CommitTransaction or RollbackTransaction told the client. */
  readonly reported: 'none' | 'committed' | 'aborted';
  /** Power cuts and deaths of resource managers that may still come. */
  readonly cuts: number;
  readonly deaths: number;
}

const over: readonly EnlistmentState[] = ['Committed', 'Aborted', 'ReadOnly', 'Forgotten', 'None'];
const voted: readonly EnlistmentState[] = ['Prepared', 'InDoubt', 'Offline'];

/** A state that an action is still building; `finish` freezes it. */
interface Draft {
  online: boolean;
  transaction: TransactionState;
  log: Logged[];
  synced: number;
  rms: { up: boolean; enlistment: EnlistmentState; own: ResourceManager['own']; inbox: Notice[]; recovering: boolean }[];
  superior: { up: boolean; enlistment: EnlistmentState; decision: Superior['decision']; inbox: Notice[]; told: boolean } | null;
  client: boolean;
  asked: boolean;
  reported: KtmState['reported'];
  cuts: number;
  deaths: number;
}

function draft(state: KtmState): Draft {
  const superior = state.superior === null ? null : { ...state.superior, inbox: [...state.superior.inbox] };
  return { ...state, log: [...state.log], rms: state.rms.map((rm) => ({ ...rm, inbox: [...rm.inbox] })), superior };
}

/** What follows by itself: the client's answer, and objects that nobody holds. */
function finish(state: Draft): KtmState {
  const settled = state.rms.every(({ enlistment }) => over.includes(enlistment) || (enlistment === 'Offline' && state.transaction === 'Committed'));
  if (state.client && state.asked && state.transaction === 'Aborted') state.reported = 'aborted';
  if (state.client && state.asked && state.transaction === 'Committed' && settled && state.reported === 'none') state.reported = 'committed';
  const ended = (state.transaction === 'Committed' || state.transaction === 'Aborted') && allOver(state);
  if (ended && !state.client && (state.superior === null || over.includes(state.superior.enlistment))) {
    state.transaction = 'None';
    for (const rm of state.rms) rm.enlistment = 'None';
    if (state.superior !== null) state.superior.enlistment = 'None';
  }
  return state;
}

function allOver({ rms }: Draft): boolean {
  return rms.every(({ enlistment }) => over.includes(enlistment));
}

/** The superior hears that the last subordinate has answered. */
function complete({ superior, ...state }: Draft): void {
  if (state.transaction !== 'Committed' && state.transaction !== 'Aborted') return;
  if (superior === null || superior.told || !allOver({ superior, ...state })) return;
  if (superior.enlistment === 'Offline') superior.enlistment = 'Forgotten';
  else if (state.transaction === 'Committed' || superior.enlistment === 'Aborted') {
    superior.told = true;
    superior.enlistment = state.transaction;
    if (superior.up) superior.inbox.push(state.transaction === 'Committed' ? 'COMMIT_COMPLETE' : 'ROLLBACK_COMPLETE');
  }
}

function commitAll(state: Draft): void {
  state.transaction = 'Committed';
  for (const rm of state.rms) {
    if (over.includes(rm.enlistment) || rm.enlistment === 'Offline') continue;
    rm.enlistment = 'CommittedNotify';
    rm.inbox.push('COMMIT');
  }
  complete(state);
}

function rollBack(state: Draft, bySuperior = false): void {
  state.transaction = 'Aborted';
  let logged = state.log.includes('A');
  state.rms.forEach((rm, index) => {
    if (state.log.includes(`P${String(index)}`)) logged = true;
    if (over.includes(rm.enlistment) || rm.enlistment === 'Offline') return;
    rm.enlistment = 'Aborting';
    rm.inbox.push('ROLLBACK');
  });
  const { superior } = state;
  if (superior !== null && !over.includes(superior.enlistment)) {
    if (bySuperior) superior.enlistment = 'Aborted';
    else if (superior.enlistment !== 'Offline') {
      superior.enlistment = 'Aborting';
      superior.inbox.push('ROLLBACK');
    }
  }
  if (logged) state.log.push('X');
  complete(state);
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
  if (state.superior !== null) {
    state.log.push('A');
    state.synced = state.log.length;
    state.transaction = 'Prepared';
    state.superior.enlistment = 'Prepared';
    state.superior.inbox.push('PREPARE_COMPLETE');
    return;
  }
  if (state.log.length > 0) {
    state.log.push('A', 'C');
    state.synced = state.log.length;
  }
  commitAll(state);
}

/** The machine starts again with the first `kept` records of its log; everything else is gone. */
function cut(state: KtmState, log: readonly Logged[], kept: number): KtmState {
  return {
    ...state, online: false, transaction: 'None', log: log.slice(0, kept), synced: kept, client: false, cuts: state.cuts - 1,
    rms: state.rms.map(({ own }) => ({ up: false, enlistment: 'None', own, inbox: [], recovering: false })),
    superior: state.superior === null ? null : { up: false, enlistment: 'None', decision: state.superior.decision, inbox: [], told: false },
  };
}

/** RecoverTransactionManager: the outcome follows from the log; only those that prepared and have not acknowledged it are known. */
function recoverManager(state: Draft): void {
  state.online = true;
  state.synced = state.log.length;
  const open = state.rms.map((_, index) => state.log.includes(`P${String(index)}`) && !state.log.includes(`D${String(index)}`));
  const undecided = state.superior !== null && state.log.includes('A') && !state.log.includes('C') && !state.log.includes('X');
  if (!open.includes(true) && !undecided) return;
  const committed = state.log.includes('C') || (state.superior === null && state.log.includes('A'));
  state.transaction = undecided ? 'InDoubt' : committed ? 'Committed' : 'Aborted';
  if (state.superior !== null && state.log.includes('A') && !state.log.includes('X')) state.superior.enlistment = 'Offline';
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
      complete(state);
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
  if (state.client && state.superior === null) {
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
  if (state.superior !== null) yield* superiorSteps(state, state.superior, changed);
}

function* superiorSteps(state: KtmState, superior: Superior, changed: Changed): Iterable<Step<KtmState>> {
  const act = (action: string, change: (self: NonNullable<Draft['superior']>, next: Draft) => void): Step<KtmState> =>
    changed(action, (next) => {
      if (next.superior !== null) change(next.superior, next);
    });
  if (!superior.up) {
    if (!state.online) return;
    yield act('superiorStarts', (self) => {
      self.up = true;
      self.inbox = self.enlistment === 'Offline' ? ['RECOVER_QUERY', 'LAST_RECOVER'] : ['LAST_RECOVER'];
    });
    return;
  }
  if (state.deaths > 0) {
    yield act('superiorDies', (self, next) => {
      next.deaths -= 1;
      Object.assign(self, { up: false, inbox: [] });
      if (self.enlistment === 'Active' || self.enlistment === 'Preparing') {
        Object.assign(self, { enlistment: 'Aborted', told: true });
        rollBack(next);
      } else if (self.enlistment === 'Prepared' || self.enlistment === 'CommittedNotify') {
        if (next.transaction === 'Prepared') next.transaction = 'InDoubt';
        self.enlistment = 'Offline';
      } else if (self.enlistment === 'Aborting') self.enlistment = 'Aborted';
      // Nobody is left to hear of the end.
      if (over.includes(self.enlistment)) self.told = true;
      complete(next);
    });
  }
  if (superior.enlistment === 'Active' && state.transaction === 'Active') {
    yield act('superiorPrepares', (self, next) => {
      self.enlistment = 'Preparing';
      next.transaction = 'Preparing';
      for (const rm of next.rms) {
        if (over.includes(rm.enlistment)) continue;
        rm.enlistment = 'Preparing';
        rm.inbox.push('PREPARE');
      }
      advance(next);
    });
  }
  if (['Active', 'Preparing'].includes(superior.enlistment) && superior.decision === 'none') {
    yield act('superiorGivesUp', (self, next) => {
      self.decision = 'abort';
      rollBack(next, true);
    });
  }
  const deliver = (self: NonNullable<Draft['superior']>, next: Draft): void => {
    self.inbox.shift();
    if (self.decision !== 'commit') {
      self.decision = 'abort';
      rollBack(next, true);
      return;
    }
    if (!over.includes(self.enlistment)) self.enlistment = 'CommittedNotify';
    if (next.transaction === 'Committed') complete(next);
    else {
      next.log.push('C');
      next.synced = next.log.length;
      commitAll(next);
    }
  };
  switch (superior.inbox[0]) {
    case 'PREPARE_COMPLETE':
      if (superior.decision === 'none') {
        yield act('superiorDecidesCommit', (self) => (self.decision = 'commit'));
        yield act('superiorDecidesAbort', (self) => (self.decision = 'abort'));
        return;
      }
      yield act('superiorDelivers', deliver);
      if (superior.decision === 'commit' && state.cuts > 0) {
        for (let kept = state.synced; kept <= state.log.length + 1; kept += 1) yield { action: 'cutInCommit', state: cut(state, [...state.log, 'C'], kept) };
      }
      return;
    case 'RECOVER_QUERY':
      // KTM may have ended without it meanwhile.
      if (superior.enlistment === 'Offline') yield act('superiorAnswersQuery', deliver);
      else yield act('superiorReads', (self) => void self.inbox.shift());
      return;
    case 'ROLLBACK':
      yield act('superiorRollbackComplete', (self, next) => {
        self.inbox.shift();
        self.decision = 'abort';
        if (self.enlistment !== 'Aborting') return;
        self.enlistment = 'Aborted';
        complete(next);
      });
      return;
    case undefined:
      return;
    default:
      yield act('superiorReads', (self) => void self.inbox.shift());
  }
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
        const log = [...state.log, `P${name}`, 'A', ...(state.superior === null ? ['C'] : [])];
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
          complete(next);
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
          complete(next);
        });
      }
      return;
    case 'RECOVER':
      yield act('recoverEnlistment', (self, next) => {
        self.inbox.shift();
        self.recovering = true;
        const known: Readonly<Partial<Record<TransactionState, readonly [EnlistmentState, Notice]>>> = {
          Committed: ['CommittedNotify', 'COMMIT'], Aborted: ['Aborting', 'ROLLBACK'],
        };
        const [enlistment, notice] = known[next.transaction] ?? ['InDoubt', 'INDOUBT'];
        self.enlistment = enlistment;
        self.inbox.push(notice);
        const { superior } = next;
        if (notice === 'INDOUBT' && superior?.up === true && superior.enlistment !== 'Offline') superior.inbox.push('REQUEST_OUTCOME');
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
    default:
  }
}

function lastToVote({ rms }: KtmState, index: number): boolean {
  return rms.every(({ enlistment }, other) => other === index || over.includes(enlistment) || voted.includes(enlistment));
}

export interface KtmModelOptions {
  readonly resourceManagers: number;
  readonly cuts: number;
  readonly deaths: number;
  /** A superior drives instead of the client; then nobody asks for PREPREPARE. */
  readonly superior?: boolean;
}

export function initialState({ resourceManagers, cuts, deaths, superior = false }: KtmModelOptions): KtmState {
  return {
    online: true, transaction: 'Active', log: [], synced: 0, client: true, asked: false, reported: 'none', cuts, deaths,
    rms: Array.from({ length: resourceManagers }, () => ({ up: true, enlistment: 'Active', own: 'none', inbox: [], recovering: false })),
    superior: superior ? { up: true, enlistment: 'Active', decision: 'none', inbox: [], told: false } : null,
  };
}

/** Nothing more happens by itself: only deaths, power cuts. */
export function atRest({ online, client, rms, superior }: KtmState): boolean {
  const driving = superior !== null && (!superior.up || superior.inbox.length > 0 || ['Active', 'Preparing'].includes(superior.enlistment));
  return online && (!client || superior !== null) && !driving && rms.every(({ up, inbox }) => up && inbox.length === 0);
}

/** The invariants of facts/ktm-tmf-mts.md 7 that concern KTM. */
export const ktmInvariants: Readonly<Record<string, (state: KtmState) => boolean>> = {
  'no mixed outcome among resource managers': ({ rms }) => !(rms.some(({ own }) => own === 'committed') && rms.some(({ own }) => own === 'aborted')),
  'nobody commits or aborts against the superior': ({ rms, superior }) =>
    superior === null || (superior.decision === 'commit' ? !rms.some(({ own }) => own === 'aborted') : !rms.some(({ own }) => own === 'committed')),
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
    !up || own !== 'prepared' || inbox.length > 0 || !(over.includes(enlistment) || enlistment === 'Offline')),
  'INDOUBT is followed by an outcome: at rest nobody is in doubt': (state) =>
    !atRest(state) || state.rms.every(({ own, enlistment }) => own !== 'prepared' && enlistment !== 'InDoubt'),
  'a redelivered COMMIT changes nothing': ({ rms }) => rms.every(({ own, enlistment }) => enlistment !== 'Committed' || own === 'committed'),
};

export function ktmModel(options: KtmModelOptions): Model<KtmState> {
  return { initial: [initialState(options)], next: steps, encode: encodeState, invariants: ktmInvariants };
}

const letters: Readonly<Record<Notice, string>> = {
  PREPREPARE: 'q', PREPARE: 'p', COMMIT: 'c', ROLLBACK: 'r', RECOVER: 'v', LAST_RECOVER: 'l', INDOUBT: 'i',
  PREPARE_COMPLETE: 'P', COMMIT_COMPLETE: 'C', ROLLBACK_COMPLETE: 'R', RECOVER_QUERY: 'Q', REQUEST_OUTCOME: 'O',
};

export function encodeState({ online, transaction, log, synced, rms, superior, client, asked, reported, cuts, deaths }: KtmState): string {
  const read = (inbox: readonly Notice[]): string => inbox.map((notice) => letters[notice]).join('');
  const each = rms.map(({ up, enlistment, own, inbox, recovering }) =>
    `${String(+up)}${enlistment}.${own}${read(inbox)}${recovering ? '!' : ''}`).join(' ');
  const above = superior === null ? '' : `${String(+superior.up)}${superior.enlistment}.${superior.decision}${read(superior.inbox)}${superior.told ? '!' : ''}`;
  return `${above}${String(+online)}${String(+client)}${String(+asked)}${reported}${String(cuts)}${String(deaths)}${transaction} ${log.join('')}/${String(synced)} ${each}`;
}
