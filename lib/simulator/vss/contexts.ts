/** The contexts that SetContext takes and what each means (facts/vss.md 1.5). */
import { VSS_HRESULT, VSS_SNAPSHOT_CONTEXT, VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';
import type { WindowsVersion } from './windows-version';

interface ContextRule {
  readonly value: number;
  /** Attributes that may be added. */
  readonly mayAdd: number;
}

/** Officially only TRANSPORTABLE, and DIFFERENTIAL or PLEX; QEMU adds the others (facts/vss.md 1.5). */
const ADDABLE =
  ATTRIBUTE.TRANSPORTABLE | ATTRIBUTE.DIFFERENTIAL | ATTRIBUTE.PLEX | ATTRIBUTE.NO_AUTORECOVERY | ATTRIBUTE.TXF_RECOVERY |
  ATTRIBUTE.NOT_SURFACED | ATTRIBUTE.NOT_TRANSACTED | ATTRIBUTE.ROLLBACK_RECOVERY | ATTRIBUTE.DELAYED_POSTSNAPSHOT | ATTRIBUTE.AUTORECOVER;

const contexts: readonly ContextRule[] = [
  { value: VSS_SNAPSHOT_CONTEXT.BACKUP, mayAdd: ADDABLE },
  { value: VSS_SNAPSHOT_CONTEXT.FILE_SHARE_BACKUP, mayAdd: ADDABLE },
  { value: VSS_SNAPSHOT_CONTEXT.NAS_ROLLBACK, mayAdd: ADDABLE },
  { value: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK, mayAdd: ADDABLE },
  { value: VSS_SNAPSHOT_CONTEXT.CLIENT_ACCESSIBLE, mayAdd: 0 },
  { value: VSS_SNAPSHOT_CONTEXT.CLIENT_ACCESSIBLE_WRITERS, mayAdd: 0 },
];

export class SnapshotContext {
  private constructor(readonly value: number) {}

  static readonly backup = new SnapshotContext(VSS_SNAPSHOT_CONTEXT.BACKUP);

  /** Throws VSS_E_UNSUPPORTED_CONTEXT for what is none of them. */
  static of(value: number, version: WindowsVersion): SnapshotContext {
    const unsupported = new Failure(VSS_HRESULT.VSS_E_UNSUPPORTED_CONTEXT);
    if (value === VSS_SNAPSHOT_CONTEXT.ALL) return new SnapshotContext(value);
    const known = contexts.some((rule) => (value & ~rule.mayAdd) === rule.value);
    if (!known) throw unsupported;
    if ((value & ATTRIBUTE.DIFFERENTIAL) !== 0 && (value & ATTRIBUTE.PLEX) !== 0) throw unsupported;
    // facts/vss.md 1.5: transportable copies are the server editions'.
    if ((value & ATTRIBUTE.TRANSPORTABLE) !== 0 && !version.server) throw unsupported;
    return new SnapshotContext(value);
  }

  get all(): boolean {
    return this.value === VSS_SNAPSHOT_CONTEXT.ALL;
  }
  get writers(): boolean {
    return !this.all && (this.value & ATTRIBUTE.NO_WRITERS) === 0;
  }
  get persistent(): boolean {
    return (this.value & ATTRIBUTE.PERSISTENT) !== 0;
  }
  get autoRelease(): boolean {
    return (this.value & ATTRIBUTE.NO_AUTO_RELEASE) === 0;
  }
  get clientAccessible(): boolean {
    return (this.value & ATTRIBUTE.CLIENT_ACCESSIBLE) !== 0;
  }
  get transportable(): boolean {
    return (this.value & ATTRIBUTE.TRANSPORTABLE) !== 0;
  }
  /** KTM and DTC are frozen too, unless the requester says otherwise (facts/vss.md 2.5). */
  get transacted(): boolean {
    return (this.value & ATTRIBUTE.NOT_TRANSACTED) === 0;
  }

  /** The part that Query compares: without what may be added. */
  get kind(): number {
    return this.value & ~ADDABLE;
  }
}
