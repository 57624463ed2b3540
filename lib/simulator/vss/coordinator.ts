/** The service as such: the one set in progress on the machine, the copies that exist, writers, providers, volumes, and the record of events. */
import { VSS_HRESULT } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import { SnapshotContext } from './contexts';
import { removeCopy } from './directory-copy';
import type { Provider } from './provider';
import { ServiceTime } from './service-time';
import { keep, restored } from './snapshot';
import type { KeptSnapshot, Snapshot } from './snapshot';
import type { Volumes } from './volumes';
import type { WindowsVersion } from './windows-version';
import type { TracedEvent, Writer } from './writer';

/** Something besides writers that must stand still while the copy is made: KTM, DTC (facts/vss.md 2.5, facts/ktm-tmf-mts.md 2.6). */
export interface TransactionFreeze {
  /** Resolves when nothing is between prepare and its end any more, and holds it so. Not in time: VSS_E_TRANSACTION_FREEZE_TIMEOUT. */
  freeze(): Promise<void>;
  /** Lets go. Not in time: VSS_E_TRANSACTION_THAW_TIMEOUT. */
  thaw(): Promise<void>;
}

/** A requester's object, as the coordinator knows it. */
export interface Requester {
  readonly id: string;
  readonly process: SimulatedProcess;
  readonly snapshotSetId: string;
}

/** The service's entries in the event log. The numbers are the simulator's own, so that nobody takes them for Windows'. */
const eventIds = {
  copyCreated: [40001, 'information'],
  copyDeleted: [40002, 'information'],
  copyExposed: [40003, 'information'],
  copyLost: [40004, 'warning'],
  changedDuringCopy: [40011, 'warning'],
  leftOut: [40012, 'warning'],
  requesterDied: [40021, 'warning'],
  sessionForgotten: [40022, 'warning'],
  handlerThrew: [40031, 'error'],
  providerFailed: [40032, 'error'],
  unexpected: [40041, 'error'],
} as const;

/** The latest events that are kept; older ones go, so that a long run does not fill the memory. */
const KEPT_EVENTS = 100_000;

export class Coordinator {
  readonly time: ServiceTime;
  readonly snapshots = new Map<string, Snapshot>();
  readonly writers: Writer[] = [];
  readonly providers: Provider[] = [];
  readonly transactionFreezes = new Set<TransactionFreeze>();
  readonly events: TracedEvent[] = [];
  /** Whose set is in progress (facts/vss.md 3.3, serialisation). */
  inProgress: Requester | undefined;
  private readonly background = new Set<Promise<void>>();
  private readonly removals = new Set<Promise<void>>();
  private nextDevice = 1;
  private nextEvent = 1;
  /** Grows with every restart of the machine: what belongs to an earlier one is over. */
  era = 0;

  constructor(
    readonly machine: SimulatedWindows,
    readonly volumes: Volumes,
    readonly version: WindowsVersion,
    readonly computerName: string,
  ) {
    this.time = new ServiceTime(machine.host.clock);
  }

  trace(event: Omit<TracedEvent, 'sequence' | 'time'>): TracedEvent {
    const traced: TracedEvent = { sequence: this.nextEvent++, time: this.time.now(), ...event };
    this.events.push(traced);
    if (this.events.length > 2 * KEPT_EVENTS) this.events.splice(0, this.events.length - KEPT_EVENTS);
    return traced;
  }

  /** StartSnapshotSet: one creation at a time on the whole machine. */
  begin(requester: Requester): void {
    if (this.inProgress !== undefined) throw new Failure(VSS_HRESULT.VSS_E_SNAPSHOT_SET_IN_PROGRESS);
    this.inProgress = requester;
  }

  /** The requester's set is no longer in progress. */
  finish(requester: Requester): void {
    if (this.inProgress === requester) this.inProgress = undefined;
  }

  /** Writes to the machine's event log. */
  log(event: keyof typeof eventIds, message: string): void {
    const [eventId, level] = eventIds[event];
    this.machine.eventLog.write('VSS', eventId, level, message);
  }

  /** Every copy, for a machine whose state is kept. */
  kept(): readonly KeptSnapshot[] {
    return [...this.snapshots.values()].filter(({ created }) => created).map(keep);
  }

  /** The copies of an earlier run: the persistent ones are there again, the files of the others go. */
  load(kept: readonly KeptSnapshot[]): void {
    for (const each of kept) {
      const provider = this.provider(each.providerId);
      const context = SnapshotContext.of(each.context, this.version);
      if (provider === undefined) {
        this.log('copyLost', `shadow copy {${each.id}} is not there: its provider ${each.providerId} is not registered any more`);
        continue;
      }
      const snapshot = restored(each, { volume: this.volumes.named(each.originalVolumeName), provider, context }, this.computerName);
      this.nextDevice = Math.max(this.nextDevice, Number(/\d+$/.exec(each.deviceObject)?.[0] ?? 0) + 1);
      if (context.persistent) this.snapshots.set(snapshot.id, snapshot);
      else this.drop(snapshot);
    }
  }

  newId(): string {
    return this.machine.host.random.uuid();
  }

  newDeviceObject(): string {
    return `\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy${String(this.nextDevice++)}`;
  }

  provider(id: string): Provider | undefined {
    return this.providers.find((provider) => provider.id === id);
  }

  /** The copy, if its creation has ended well. */
  created(id: string): Snapshot {
    const snapshot = this.snapshots.get(id);
    if (snapshot?.created !== true) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return snapshot;
  }

  setMembers(setId: string): readonly Snapshot[] {
    const members = [...this.snapshots.values()].filter((snapshot) => snapshot.created && snapshot.setId === setId);
    if (members.length === 0) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return members;
  }

  /** Forgets the copy at once; its files go in the background. */
  drop(snapshot: Snapshot): void {
    this.snapshots.delete(snapshot.id);
    const { directory, origin } = snapshot;
    snapshot.directory = undefined;
    if (snapshot.deviceObject !== '') this.log('copyDeleted', `shadow copy {${snapshot.id}} of ${origin.originalVolumeName} is gone`);
    // The place that was made for the copies goes with the last of them; a place that the tester chose stays.
    const chosen = origin.volume?.options.shadowStorage !== undefined || origin.volume === undefined;
    if (directory !== undefined) this.inBackground(removeCopy(this.machine.host.files, directory, chosen), this.removals);
  }

  /** Work that nobody waits for; what goes wrong in it is in the event log. */
  inBackground(work: Promise<void>, also?: Set<Promise<void>>): void {
    const guarded = work
      .catch((error: unknown) => {
        this.log('unexpected', `the service failed in the background: ${String(error)}`);
      })
      .finally(() => {
        this.background.delete(guarded);
        also?.delete(guarded);
      });
    this.background.add(guarded);
    also?.add(guarded);
  }

  /** Resolves once nothing goes on in the background: copies deleted, writers shut down. */
  async settled(): Promise<void> {
    while (this.background.size > 0) await Promise.all(this.background);
  }

  /** Resolves once the files of every copy that is gone are gone. */
  async removed(): Promise<void> {
    while (this.removals.size > 0) await Promise.all(this.removals);
  }

  /** The machine starts anew: only persistent copies are there, no requester is (facts/vss.md 1.5, 5). */
  restart(): void {
    this.era += 1;
    this.inProgress = undefined;
    for (const snapshot of [...this.snapshots.values()]) {
      // One that was being made is removed by its creation, which ends with its requester.
      if (!snapshot.created) this.snapshots.delete(snapshot.id);
      else if (!snapshot.origin.context.persistent) this.drop(snapshot);
    }
    for (const writer of this.writers) writer.restart();
  }
}
