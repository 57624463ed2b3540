/**
 * Which call is legal when, on one components object: for each method the conditions that must hold; the first that does not gives
 * VSS_E_BAD_STATE. Collected in facts/vss.md 2.1, 2.3, 2.8 and 2.10 from the reference pages and from what requesters met on real machines.
 */
import { VSS_HRESULT } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';

/** Where a components object stands. */
export interface CallState {
  readonly mode: 'raw' | 'backup' | 'restore';
  /** SetContext succeeded. */
  readonly contextSet: boolean;
  readonly writersInContext: boolean;
  /** SetBackupState succeeded, and its first argument. */
  readonly backupStateSet: boolean;
  readonly componentMode: boolean;
  /** GatherWriterMetadata: not called, under way or failed, finished. */
  readonly metadata: 'none' | 'called' | 'gathered';
  /** Between the end of GatherWriterMetadata and FreeWriterMetadata. */
  readonly metadataHeld: boolean;
  readonly statusHeld: boolean;
  /** The shadow copy set: StartSnapshotSet, DoSnapshotSet under way, its end. */
  readonly set: 'none' | 'started' | 'creating' | 'created' | 'failed';
  /** PrepareForBackup was called; it finished. */
  readonly prepare: 'none' | 'called' | 'prepared';
  readonly completed: boolean;
  readonly aborted: boolean;
  readonly preRestored: boolean;
  readonly postRestored: boolean;
  /** The object was given a stored document that holds transportable copies. */
  readonly importable: boolean;
  /** An IVssAsync of this object has not ended. */
  readonly busy: boolean;
}

const conditions = {
  initialized: ({ mode }) => mode !== 'raw',
  uninitialized: ({ mode }) => mode === 'raw',
  inBackup: ({ mode }) => mode === 'backup',
  inRestore: ({ mode }) => mode === 'restore',
  /** facts/vss.md 2.1 3: at most once, and not later than StartSnapshotSet. */
  contextOpen: ({ contextSet, set }) => !contextSet && set === 'none',
  contextSet: ({ contextSet }) => contextSet,
  /** facts/vss.md 2.1, NO_WRITERS contexts. */
  writersInContext: ({ writersInContext }) => writersInContext,
  backupStateSet: ({ backupStateSet }) => backupStateSet,
  componentMode: ({ componentMode }) => componentMode,
  metadataNotGathered: ({ metadata }) => metadata === 'none',
  metadataGathered: ({ metadata }) => metadata === 'gathered',
  metadataIfWriters: ({ metadata, writersInContext }) => !writersInContext || metadata === 'gathered',
  metadataHeld: ({ metadataHeld }) => metadataHeld,
  statusHeld: ({ statusHeld }) => statusHeld,
  /** Seed 001: an instance serves one backup. */
  noSetYet: ({ set }) => set === 'none',
  setStarted: ({ set }) => set === 'started',
  beforeDoSnapshotSet: ({ set }) => set === 'none' || set === 'started',
  /** facts/vss.md 2.10: not after a failed snapshot. */
  setNotFailed: ({ set }) => set !== 'failed' && set !== 'creating',
  notPrepared: ({ prepare }) => prepare === 'none',
  prepared: ({ prepare }) => prepare === 'prepared',
  notCompleted: ({ completed }) => !completed,
  /** Seed 001: after an error, or an abort, the instance is released. */
  notAborted: ({ aborted }) => !aborted,
  notPreRestored: ({ preRestored }) => !preRestored,
  preRestored: ({ preRestored }) => preRestored,
  notPostRestored: ({ postRestored }) => !postRestored,
  importable: ({ importable }) => importable,
  idle: ({ busy }) => !busy,
} satisfies Readonly<Record<string, (state: CallState) => boolean>>;

export type Condition = keyof typeof conditions;

const backupComponent: readonly Condition[] = ['initialized', 'inBackup', 'notAborted'];
const restoreComponent: readonly Condition[] = ['initialized', 'inRestore', 'notPostRestored'];
const beforePreRestore: readonly Condition[] = ['initialized', 'inRestore', 'metadataGathered', 'notPreRestored'];
const management: readonly Condition[] = ['initialized', 'inBackup'];

export const callOrder = {
  InitializeForBackup: ['uninitialized'],
  InitializeForRestore: ['uninitialized'],
  GetWriterComponentsCount: ['initialized'],
  GetWriterComponents: ['initialized'],
  SetContext: ['initialized', 'inBackup', 'contextOpen', 'notAborted'],
  // vshadow calls it on a restore object too (facts/vss.md 2.8).
  SetBackupState: ['initialized', 'notPrepared', 'notAborted'],
  SetRestoreState: ['initialized', 'inRestore', 'notPreRestored'],
  DisableWriterClasses: ['initialized', 'metadataNotGathered'],
  EnableWriterClasses: ['initialized'],
  DisableWriterInstances: ['initialized', 'metadataNotGathered'],
  GatherWriterMetadata: ['initialized', 'metadataNotGathered', 'notAborted', 'idle'],
  GetWriterMetadataCount: ['initialized', 'metadataHeld'],
  GetWriterMetadata: ['initialized', 'metadataHeld'],
  GetWriterMetadataEx: ['initialized', 'metadataHeld'],
  FreeWriterMetadata: ['initialized'],
  AddComponent: [...backupComponent, 'writersInContext', 'backupStateSet', 'componentMode', 'metadataGathered', 'beforeDoSnapshotSet', 'notPrepared'],
  SetBackupOptions: [...backupComponent, 'notPrepared'],
  SetPreviousBackupStamp: [...backupComponent, 'notPrepared'],
  StartSnapshotSet: ['initialized', 'inBackup', 'notAborted', 'noSetYet', 'notPrepared'],
  AddToSnapshotSet: ['initialized', 'inBackup', 'notAborted', 'setStarted'],
  PrepareForBackup: ['initialized', 'inBackup', 'notAborted', 'writersInContext', 'backupStateSet', 'setStarted', 'notPrepared', 'idle'],
  DoSnapshotSet: ['initialized', 'inBackup', 'notAborted', 'setStarted', 'metadataIfWriters', 'idle'],
  GatherWriterStatus: ['initialized', 'idle'],
  GetWriterStatusCount: ['initialized', 'statusHeld'],
  GetWriterStatus: ['initialized', 'statusHeld'],
  GetWriterStatusEx: ['initialized', 'statusHeld'],
  FreeWriterStatus: ['initialized'],
  SetBackupSucceeded: [...backupComponent, 'setNotFailed', 'prepared', 'notCompleted'],
  BackupComplete: ['initialized', 'inBackup', 'notAborted', 'writersInContext', 'setNotFailed', 'prepared', 'notCompleted', 'idle'],
  // Aborts are not supported in restores (seed 001).
  AbortBackup: ['initialized', 'inBackup'],
  SaveAsXML: ['initialized'],
  GetSnapshotProperties: management,
  Query: [...management, 'contextSet'],
  DeleteSnapshots: management,
  BreakSnapshotSet: management,
  BreakSnapshotSetEx: [...management, 'idle'],
  ExposeSnapshot: management,
  UnexposeSnapshot: management,
  RevertToSnapshot: management,
  QueryRevertStatus: management,
  IsVolumeSupported: management,
  ImportSnapshots: [...management, 'importable', 'idle'],
  PreFastRecovery: management,
  FastRecovery: management,
  AddSnapshotToRecoverySet: management,
  RecoverSet: [...management, 'idle'],
  GetSessionId: ['initialized'],
  GetRootAndLogicalPrefixPaths: [],
  SetSelectedForRestore: beforePreRestore,
  SetSelectedForRestoreEx: beforePreRestore,
  SetRestoreOptions: beforePreRestore,
  SetAdditionalRestores: beforePreRestore,
  AddRestoreSubcomponent: beforePreRestore,
  AddNewTarget: beforePreRestore,
  SetAuthoritativeRestore: beforePreRestore,
  SetRollForward: beforePreRestore,
  SetRestoreName: beforePreRestore,
  PreRestore: [...beforePreRestore, 'idle'],
  AddAlternativeLocationMapping: restoreComponent,
  SetRangesFilePath: restoreComponent,
  SetFileRestoreStatus: restoreComponent,
  PostRestore: ['initialized', 'inRestore', 'preRestored', 'notPostRestored', 'idle'],
} as const satisfies Readonly<Record<string, readonly Condition[]>>;

export type ComponentsCall = keyof typeof callOrder;

/** The first condition of the call that does not hold. */
export function brokenCondition(call: ComponentsCall, state: CallState): Condition | undefined {
  return callOrder[call].find((condition: Condition) => !conditions[condition](state));
}

/** Throws VSS_E_BAD_STATE when the call is out of order. */
export function requireOrder(call: ComponentsCall, state: CallState): void {
  if (brokenCondition(call, state) !== undefined) throw new Failure(VSS_HRESULT.VSS_E_BAD_STATE);
}
