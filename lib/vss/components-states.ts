/**
 * The life of one components object as the requester's duties depend on it: which state follows which call, how an object in each state must
 * end, and which calls are refused there. Sources: seed 001, facts/vss.md 2.3. (The order of all other calls is VSS's own to check.)
 */

export type ComponentsState =
  | 'raw'
  /** InitializeForBackup; nothing that involves writers beyond their metadata. */
  | 'backup'
  | 'restore'
  /** StartSnapshotSet succeeded; PrepareForBackup not, or it failed. */
  | 'started'
  /** PrepareForBackup succeeded. */
  | 'prepared'
  /** DoSnapshotSet succeeded. */
  | 'created'
  /** DoSnapshotSet succeeded without PrepareForBackup: no writer took part. */
  | 'created alone'
  /** DoSnapshotSet failed, or nobody knows how it ended. */
  | 'failed'
  | 'completed'
  | 'aborted';

export type ComponentsEvent =
  | 'InitializeForBackup' | 'InitializeForRestore' | 'StartSnapshotSet' | 'PrepareForBackup' | 'DoSnapshotSet' | 'DoSnapshotSet failed'
  | 'BackupComplete' | 'AbortBackup';

/** Calls that succeeded, and the one failure that changes what is owed. An event without an entry changes nothing. */
export const transitions: Readonly<Record<ComponentsState, Readonly<Partial<Record<ComponentsEvent, ComponentsState>>>>> = {
  raw: { InitializeForBackup: 'backup', InitializeForRestore: 'restore' },
  backup: { StartSnapshotSet: 'started' },
  restore: {},
  started: { PrepareForBackup: 'prepared', DoSnapshotSet: 'created alone', 'DoSnapshotSet failed': 'failed', AbortBackup: 'aborted' },
  prepared: { DoSnapshotSet: 'created', 'DoSnapshotSet failed': 'failed', BackupComplete: 'completed', AbortBackup: 'aborted' },
  created: { BackupComplete: 'completed', AbortBackup: 'aborted' },
  'created alone': {},
  failed: { AbortBackup: 'aborted' },
  completed: {},
  aborted: {},
};

/** How an object that ends here must end: the abort table of facts/vss.md 2.3. */
export const endings: Readonly<Record<ComponentsState, 'release' | 'AbortBackup, then release'>> = {
  raw: 'release',
  // Seed 001: used merely to obtain information, it can simply be released.
  backup: 'release',
  // Seed 001: aborts are not supported for restore operations.
  restore: 'release',
  // Reference: StartSnapshotSet succeeded and DoSnapshotSet has not returned; also when PrepareForBackup failed.
  started: 'AbortBackup, then release',
  // Seed 001: any time after PrepareForBackup.
  prepared: 'AbortBackup, then release',
  created: 'AbortBackup, then release',
  'created alone': 'release',
  // Seed 001: the requester cannot know whether an Abort event was generated, and calls AbortBackup all the same.
  failed: 'AbortBackup, then release',
  completed: 'release',
  aborted: 'release',
};

interface Refusal {
  readonly code: string;
  readonly why: string;
  readonly calls: readonly string[];
}

const newBackup = ['StartSnapshotSet', 'PrepareForBackup', 'DoSnapshotSet'] as const;
const completing = ['SetBackupSucceeded', 'BackupComplete'] as const;
const single = 'an instance serves one backup (seed 001): make a new one';

/** What is not even passed on to VSS. */
export const refusals: Readonly<Record<ComponentsState, Refusal | undefined>> = {
  raw: undefined,
  backup: undefined,
  restore: { code: 'ERR_RESTORE_CANNOT_ABORT', why: 'aborts are not supported for restore operations (seed 001)', calls: ['AbortBackup'] },
  started: undefined,
  prepared: undefined,
  created: { code: 'ERR_INSTANCE_USED', why: single, calls: newBackup },
  'created alone': { code: 'ERR_INSTANCE_USED', why: single, calls: newBackup },
  failed: { code: 'ERR_SNAPSHOT_FAILED', why: 'DoSnapshotSet failed: abort the backup and start over with a new instance', calls: [...newBackup, ...completing] },
  completed: { code: 'ERR_INSTANCE_USED', why: single, calls: [...newBackup, ...completing] },
  aborted: {
    code: 'ERR_ABORTED', why: 'after AbortBackup the instance can only be released (seed 001)',
    calls: [...newBackup, ...completing, 'AddToSnapshotSet', 'AddComponent', 'SetBackupState', 'GatherWriterMetadata'],
  },
};
