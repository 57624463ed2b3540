/** The states of KTM's objects by their kernel names, and what each call may find them in, as data (facts/ktm-tmf-mts.md 1.8, 1.9, 2.1 to 2.3). */
import {
  ENLISTMENT_RIGHTS, KTM_ERROR, RESOURCEMANAGER_RIGHTS, TRANSACTION_NOTIFY, TRANSACTION_RIGHTS, TRANSACTIONMANAGER_RIGHTS,
} from '../../binding/ktm-codes';

/** KTRANSACTION_STATE, as far as this simulator goes through them. */
export const transactionStates = {
  Active: 1, Preparing: 2, Prepared: 3, InDoubt: 4, Committed: 5, Aborted: 6, Delegated: 7, PrePreparing: 8, PrePrepared: 11,
} as const;
export type TransactionState = keyof typeof transactionStates;

/** KTRANSACTION_OUTCOME. `Unavailable`: the single-phase owner went away with it. */
export const transactionOutcomes = { Undetermined: 1, Committed: 2, Aborted: 3, Unavailable: 4 } as const;
export type TransactionOutcome = keyof typeof transactionOutcomes;

/** KTM_STATE. */
export const managerStates = { Initialized: 1, Recovering: 2, Online: 3, RecoveryFailed: 4, Offline: 5 } as const;
export type ManagerState = keyof typeof managerStates;

/** KRESOURCEMANAGER_STATE. */
export const resourceManagerStates = { Offline: 1, Online: 2 } as const;
export type ResourceManagerState = keyof typeof resourceManagerStates;

/** KENLISTMENT_STATE. */
export const enlistmentStates = {
  Active: 256, Preparing: 257, Prepared: 258, InDoubt: 259, Committed: 260, CommittedNotify: 261, CommitRequested: 262, Aborted: 263,
  Delegated: 264, DelegatedDisconnected: 265, PrePreparing: 266, Forgotten: 267, Aborting: 269, ReadOnly: 270, OutcomeUnavailable: 271,
  Offline: 272, PrePrepared: 273,
} as const;
export type EnlistmentState = keyof typeof enlistmentStates;

const { ERROR_TRANSACTION_NOT_REQUESTED: notRequested, ERROR_TRANSACTION_REQUEST_NOT_VALID: notValid } = KTM_ERROR;
const beforeVote: readonly EnlistmentState[] = ['Active', 'PrePreparing', 'PrePrepared', 'Preparing'];

export interface AnswerRule {
  /** Where the answer is awaited; elsewhere it fails with `otherwise`. */
  readonly from: readonly EnlistmentState[];
  readonly to: EnlistmentState;
  readonly otherwise: number;
}

/**
 * A subordinate's calls. ReadOnlyEnlistment is taken from enlisting on: 2.1 lets single phase happen when all others are read-only, which they
 * must have said before the commit starts.
 */
export const answers = {
  PrePrepareComplete: { from: ['PrePreparing'], to: 'PrePrepared', otherwise: notRequested },
  PrepareComplete: { from: ['Preparing'], to: 'Prepared', otherwise: notRequested },
  CommitComplete: { from: ['CommittedNotify', 'Delegated'], to: 'Committed', otherwise: notRequested },
  RollbackComplete: { from: ['Aborting'], to: 'Aborted', otherwise: notRequested },
  ReadOnlyEnlistment: { from: beforeVote, to: 'ReadOnly', otherwise: notRequested },
  SinglePhaseReject: { from: ['Delegated'], to: 'Active', otherwise: notRequested },
  // 2.1 rule 4: any time before its PrepareComplete, never after.
  RollbackEnlistment: { from: [...beforeVote, 'Delegated'], to: 'Aborting', otherwise: notValid },
} as const satisfies Record<string, AnswerRule>;
export type Answer = keyof typeof answers;

export interface DemandRule {
  /** States of the transaction in which a superior may ask for it. */
  readonly from: readonly TransactionState[];
  /** The notification that will tell of its end; without it in the mask: ERROR_TRANSACTION_RESPONSE_NOT_ENLISTED. */
  readonly response: number;
}

/** A superior's calls (2.2, 1.8). */
export const demands = {
  PrePrepareEnlistment: { from: ['Active'], response: TRANSACTION_NOTIFY.PREPREPARE_COMPLETE },
  // From Active only when nobody asked for PREPREPARE: no one sees PREPARE before every PrePrepareComplete (2.1).
  PrepareEnlistment: { from: ['Active', 'PrePrepared'], response: TRANSACTION_NOTIFY.PREPARE_COMPLETE },
  CommitEnlistment: { from: ['Prepared', 'InDoubt'], response: TRANSACTION_NOTIFY.COMMIT_COMPLETE },
} as const satisfies Record<string, DemandRule>;
export type Demand = keyof typeof demands;

/** RollbackEnlistment by the superior: until it has committed. */
export const superiorMayRollBack: readonly TransactionState[] = ['Active', 'PrePreparing', 'PrePrepared', 'Preparing', 'Prepared', 'InDoubt'];

/** What CommitTransaction finds; `ok` begins the commit. */
export const commitIn: Readonly<Record<TransactionState, 'ok' | number>> = {
  Active: 'ok',
  PrePreparing: notValid, PrePrepared: notValid, Preparing: notValid, Prepared: notValid, Delegated: notValid, InDoubt: notValid,
  Committed: KTM_ERROR.ERROR_TRANSACTION_ALREADY_COMMITTED,
  Aborted: KTM_ERROR.ERROR_TRANSACTION_ALREADY_ABORTED,
};

/** What RollbackTransaction finds. On an aborted one it succeeds (1.8 lists 6705 and 6702 only; facts 3, LiberNT). */
export const rollbackIn: Readonly<Record<TransactionState, 'ok' | 'nothing' | number>> = {
  Active: 'ok', PrePreparing: 'ok', PrePrepared: 'ok', Preparing: 'ok',
  // All have prepared, or the one resource manager decides: too late.
  Prepared: notValid, Delegated: notValid, InDoubt: notValid,
  Committed: KTM_ERROR.ERROR_TRANSACTION_ALREADY_COMMITTED,
  Aborted: 'nothing',
};

/** Before the outcome depends on others: a timeout, a lost handle, a log that cannot be written all roll back (2.3). */
export const canDie: readonly TransactionState[] = ['Active', 'PrePreparing', 'PrePrepared', 'Preparing'];

/** What the last close of an enlistment's handle means (2.3; facts 3, LiberNT, for `complete`). */
export const onEnlistmentClose: Readonly<Record<EnlistmentState, 'rollback' | 'disconnect' | 'complete' | 'stay'>> = {
  Active: 'rollback', PrePreparing: 'rollback', PrePrepared: 'rollback', Preparing: 'rollback', CommitRequested: 'rollback',
  Delegated: 'disconnect',
  // Whoever rolls back need not say so: without RECOVER it is presumed (seed 004).
  Aborting: 'complete',
  // A durable resource manager will be told again; for a volatile one it counts as its answer.
  CommittedNotify: 'stay',
  Prepared: 'stay', InDoubt: 'stay', Committed: 'stay', Aborted: 'stay', DelegatedDisconnected: 'stay', Forgotten: 'stay', ReadOnly: 'stay',
  OutcomeUnavailable: 'stay', Offline: 'stay',
};

/** States that ask nothing of anybody any more. */
export const enlistmentOver: readonly EnlistmentState[] = [
  'Committed', 'Aborted', 'ReadOnly', 'Forgotten', 'DelegatedDisconnected', 'OutcomeUnavailable',
];

const GENERIC = { read: 0x80000000, write: 0x40000000, execute: 0x20000000, all: 0x10000000 } as const;
const MAXIMUM_ALLOWED = 0x2000000;

export interface AccessMap {
  readonly read: number;
  readonly write: number;
  readonly execute: number;
  readonly all: number;
}

/** What the generic rights stand for (1.4). */
export const accessMaps = {
  TransactionManager: { read: 0x20001, write: 0x2001e, execute: 0x20000, all: TRANSACTIONMANAGER_RIGHTS.ALL_ACCESS },
  Transaction: { read: 0x120001, write: 0x12003e, execute: 0x120018, all: TRANSACTION_RIGHTS.ALL_ACCESS },
  ResourceManager: { read: 0x120001, write: 0x12007e, execute: 0x12005c, all: RESOURCEMANAGER_RIGHTS.ALL_ACCESS },
  Enlistment: { read: 0x20001, write: 0x2001e, execute: 0x2001c, all: ENLISTMENT_RIGHTS.ALL_ACCESS },
} as const satisfies Record<string, AccessMap>;
export type ObjectType = keyof typeof accessMaps;

/** The rights that a desired access grants; `undefined` when it asks for something that the object does not have. */
export function grantedAccess(type: ObjectType, desired: number): number | undefined {
  const map: AccessMap = accessMaps[type];
  let granted = 0;
  let rest = desired >>> 0;
  for (const name of ['read', 'write', 'execute', 'all'] as const) {
    if ((rest & GENERIC[name]) === 0) continue;
    granted |= map[name];
    rest &= ~GENERIC[name];
  }
  if ((rest & MAXIMUM_ALLOWED) !== 0) {
    granted |= map.all;
    rest &= ~MAXIMUM_ALLOWED;
  }
  if ((rest & ~map.all) !== 0) return undefined;
  return (granted | rest) >>> 0;
}
