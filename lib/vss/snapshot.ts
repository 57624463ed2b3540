/** One shadow copy as a plain object (VSS_SNAPSHOT_PROP, facts/vss.md 1.4). */
import type { VSS_SNAPSHOT_PROP } from '../binding/generated/vss';
import { VSS_SNAPSHOT_STATE } from '../binding/vss-codes';

export interface Snapshot {
  readonly snapshotId: string;
  readonly snapshotSetId: string;
  readonly snapshotsInSet: number;
  /** `\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy7`, without a trailing backslash; null for a transportable copy that is not imported. */
  readonly deviceObject: string | null;
  /** The volume that it is a copy of, by its GUID path. */
  readonly originalVolume: string;
  readonly originatingMachine: string | null;
  readonly serviceMachine: string | null;
  /** Drive letter, folder or share under which it is exposed. */
  readonly exposedName: string | null;
  readonly exposedPath: string | null;
  readonly providerId: string;
  /** VSS_VOLUME_SNAPSHOT_ATTRIBUTES. */
  readonly attributes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** VSS_SNAPSHOT_STATE, by name. */
  readonly state: string;
}

/** Between 1601 and 1970, in milliseconds. */
const FILETIME_EPOCH_MS = 11_644_473_600_000;

export function plainSnapshot(properties: VSS_SNAPSHOT_PROP): Snapshot {
  const state = Object.entries(VSS_SNAPSHOT_STATE).find(([, value]) => value === properties.status)?.[0] ?? 'UNKNOWN';
  return {
    snapshotId: properties.snapshotId,
    snapshotSetId: properties.snapshotSetId,
    snapshotsInSet: properties.snapshotsCount,
    deviceObject: properties.snapshotDeviceObject,
    originalVolume: properties.originalVolumeName ?? '',
    originatingMachine: properties.originatingMachine,
    serviceMachine: properties.serviceMachine,
    exposedName: properties.exposedName,
    exposedPath: properties.exposedPath,
    providerId: properties.providerId,
    attributes: properties.snapshotAttributes,
    createdAt: Number(properties.creationTimestamp) / 10_000 - FILETIME_EPOCH_MS,
    state,
  };
}
