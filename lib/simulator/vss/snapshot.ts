/** One shadow copy of one volume, from AddToSnapshotSet to its deletion. */
import { VSS_SNAPSHOT_STATE, VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE } from '../../binding/vss-codes';
import type { PlainVSS_SNAPSHOT_PROP } from '../generated/vss';
import type { SnapshotContext } from './contexts';
import type { CopyReport } from './directory-copy';
import type { Provider } from './provider';
import type { Volume } from './volumes';

/** Between 1601 and 1970, in milliseconds. */
const FILETIME_EPOCH_MS = 11_644_473_600_000;

/** Milliseconds since 1970 as a FILETIME. */
export function filetime(ms: number): bigint {
  return BigInt(Math.round((ms + FILETIME_EPOCH_MS) * 10_000));
}

export interface SnapshotOrigin {
  readonly id: string;
  readonly setId: string;
  readonly originalVolumeName: string;
  /** Absent for an imported copy whose volume this machine does not have. */
  readonly volume: Volume | undefined;
  readonly provider: Provider;
  readonly context: SnapshotContext;
  readonly attributes: number;
  readonly originatingMachine: string;
}

export class Snapshot {
  state: number = VSS_SNAPSHOT_STATE.PREPARING;
  attributes: number;
  deviceObject = '';
  /** The real directory with its files, if the volume has one. */
  directory: string | undefined;
  creationTimestamp = 0n;
  setSize = 0;
  exposedName: string | null = null;
  exposedPath: string | null = null;
  /** What changed while it was made. */
  report: CopyReport = { changed: [], skipped: [] };
  /** False for a transportable copy that waits for ImportSnapshots. */
  surfaced = true;

  constructor(
    readonly origin: SnapshotOrigin,
    private readonly serviceMachine: string,
  ) {
    this.attributes = origin.attributes;
    if (origin.provider.hardware) this.attributes |= ATTRIBUTE.HARDWARE_ASSISTED;
    else this.attributes |= ATTRIBUTE.DIFFERENTIAL;
  }

  get id(): string {
    return this.origin.id;
  }

  get setId(): string {
    return this.origin.setId;
  }

  get created(): boolean {
    return this.state === VSS_SNAPSHOT_STATE.CREATED;
  }

  get properties(): PlainVSS_SNAPSHOT_PROP {
    return {
      snapshotId: this.id,
      snapshotSetId: this.setId,
      snapshotsCount: this.setSize,
      snapshotDeviceObject: this.surfaced ? this.deviceObject : null,
      originalVolumeName: this.origin.volume?.guidPath ?? this.origin.originalVolumeName,
      originatingMachine: this.origin.originatingMachine,
      serviceMachine: this.serviceMachine,
      exposedName: this.exposedName,
      exposedPath: this.exposedPath,
      providerId: this.origin.provider.id,
      snapshotAttributes: this.attributes >>> 0,
      creationTimestamp: this.creationTimestamp,
      status: this.state,
    };
  }
}

/** What outlives the process in which a machine runs. */
export interface KeptSnapshot {
  readonly id: string;
  readonly setId: string;
  readonly originalVolumeName: string;
  readonly providerId: string;
  readonly context: number;
  readonly attributes: number;
  readonly originatingMachine: string;
  readonly deviceObject: string;
  readonly directory: string | undefined;
  readonly creationTimestamp: bigint;
  readonly setSize: number;
  readonly exposedName: string | null;
  readonly exposedPath: string | null;
  readonly surfaced: boolean;
}

export function keep(snapshot: Snapshot): KeptSnapshot {
  const { id, setId, attributes, deviceObject, directory, creationTimestamp, setSize, exposedName, exposedPath, surfaced, origin } = snapshot;
  return {
    id, setId, originalVolumeName: origin.originalVolumeName, providerId: origin.provider.id, context: origin.context.value, attributes,
    originatingMachine: origin.originatingMachine, deviceObject, directory, creationTimestamp, setSize, exposedName, exposedPath, surfaced,
  };
}

/** The copy as it was kept. */
export function restored(kept: KeptSnapshot, parts: Pick<SnapshotOrigin, 'volume' | 'provider' | 'context'>, serviceMachine: string): Snapshot {
  const { id, setId, originalVolumeName, attributes, originatingMachine } = kept;
  const snapshot = new Snapshot({ id, setId, originalVolumeName, attributes, originatingMachine, ...parts }, serviceMachine);
  const { deviceObject, directory, creationTimestamp, setSize, exposedName, exposedPath, surfaced } = kept;
  snapshot.state = VSS_SNAPSHOT_STATE.CREATED;
  return Object.assign(snapshot, { deviceObject, directory, creationTimestamp, setSize, exposedName, exposedPath, surfaced });
}
