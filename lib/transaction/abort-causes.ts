/** Why a transaction is aborted: each cause with its file-system error and its reason in STATUS TRANSACTION (seed 002; facts/ktm-tmf-mts.md 5.3). */
import { FE } from './file-system-errors';

/** The reasons of STATUS TRANSACTION (facts/ktm-tmf-mts.md 5.3). */
export const ABORT_REASONS = [
  'CpuFail', 'AuditLoss', 'ByApplic', 'DpCrash', 'DpInterr', 'DoubleCpu', 'ByNetwork', 'BySql', 'ByOper', 'ByFileSys', 'ByTimeout', 'ServFail', 'BadVal', 'Misc',
] as const;
export type AbortReason = (typeof ABORT_REASONS)[number];

interface Row {
  /** What work in the transaction gets while it is backed out: 90 to 97. */
  readonly code: number;
  readonly reason: AbortReason;
  readonly text: string;
}

export const abortCauses = {
  // seed 002, in its order.
  requesterFailed: { code: FE.FE_PROCESS_FAILED, reason: 'CpuFail', text: 'the requester, or its processor, failed' },
  serverFailed: { code: FE.FE_PROCESS_FAILED, reason: 'ServFail', text: 'a server, or its processor, failed' },
  diskFailed: { code: FE.FE_DISK_FAILED, reason: 'DpCrash', text: 'the volume of a participant became unreachable' },
  tooOld: { code: FE.FE_TOO_OLD, reason: 'ByTimeout', text: 'it lived longer than is tolerated (autoabort)' },
  requestTimedOut: { code: FE.FE_PROCESS_FAILED, reason: 'ByFileSys', text: 'a waited request to a server timed out' },
  completionTimedOut: { code: FE.FE_PROCESS_FAILED, reason: 'ByFileSys', text: 'a wait for the completion of a request timed out' },
  requestCancelled: { code: FE.FE_PROCESS_FAILED, reason: 'ByFileSys', text: 'the requester cancelled a request' },
  serverClosed: { code: FE.FE_PROCESS_FAILED, reason: 'ByFileSys', text: 'the requester closed a server that had not replied' },
  transactionFileClosed: { code: FE.FE_PROCESS_FAILED, reason: 'ByFileSys', text: 'the requester closed its transaction file' },
  serverAborted: { code: FE.FE_ABORTED, reason: 'ByApplic', text: 'a server aborted it' },
  serverClosedRequests: { code: FE.FE_PROCESS_FAILED, reason: 'ByFileSys', text: 'a server closed its request file before replying' },
  operator: { code: FE.FE_OPERATOR, reason: 'ByOper', text: 'an operator aborted it' },
  // The manual's (facts/ktm-tmf-mts.md 5.2, 5.3).
  networkFailed: { code: FE.FE_NETWORK, reason: 'ByNetwork', text: 'the channel to a participant was lost while both ends live' },
  logThreshold: { code: FE.FE_LOG_PINNED, reason: 'Misc', text: 'it pinned more of the recovery log than is tolerated' },
  logFailed: { code: FE.FE_DISK_FAILED, reason: 'AuditLoss', text: 'the recovery log became unreachable' },
  /** The requester's own abortTransaction: not unilateral. */
  requested: { code: FE.FE_ABORTED, reason: 'ByApplic', text: 'the requester aborted it' },
  /** A participant voted no. */
  participantFailed: { code: FE.FE_PROCESS_FAILED, reason: 'ServFail', text: 'a participant could not prepare' },
} as const satisfies Record<string, Row>;

export type AbortCauseName = keyof typeof abortCauses;

/** Why one transaction was aborted. */
export interface AbortCause extends Row {
  readonly name: AbortCauseName;
  /** Which server, which volume; or the error. */
  readonly detail: string | undefined;
}

export function abortCause(name: AbortCauseName, detail?: string): AbortCause {
  return { name, ...abortCauses[name], detail };
}

export function isAbortCauseName(value: unknown): value is AbortCauseName {
  return typeof value === 'string' && Object.hasOwn(abortCauses, value);
}
