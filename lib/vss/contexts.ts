/** The contexts that a shadow copy set can be created in, and what each means for its requester (facts/vss.md 1.5). */
import { ArgumentError, checkInteger } from '../binding';
import { VSS_SNAPSHOT_CONTEXT, VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE } from '../binding/vss-codes';

export interface SnapshotContext {
  /** As SetContext takes it. */
  readonly value: number;
  /** Writers take part. */
  readonly writers: boolean;
  /** The copies survive a reboot, and the requester. */
  readonly persistent: boolean;
  readonly transportable: boolean;
}

/** Throws ArgumentError for what SetContext knows, but no set can be created in. */
export function creationContext(field: string, context: number, transportable: boolean): SnapshotContext {
  checkInteger(field, context, -0x80000000, 0x7fffffff);
  if (context === VSS_SNAPSHOT_CONTEXT.ALL) throw new ArgumentError(field, 'VSS_CTX_ALL is for administration: no shadow copy can be created in it');
  const value = transportable ? context | ATTRIBUTE.TRANSPORTABLE : context;
  return {
    value,
    writers: (value & ATTRIBUTE.NO_WRITERS) === 0,
    persistent: (value & ATTRIBUTE.PERSISTENT) !== 0,
    transportable: (value & ATTRIBUTE.TRANSPORTABLE) !== 0,
  };
}
