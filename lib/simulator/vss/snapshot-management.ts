/** What can be done with copies that exist: import, break, expose, revert (facts/vss.md 2.7). */
import { HRESULT, hresultFromWin32, WIN32 } from '../../binding/codes';
import { VSS_HRESULT, VSS_SNAPSHOT_STATE, VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE } from '../../binding/vss-codes';
import { Failure } from '../kernel-object';
import type { SimulatedProcess } from '../machine';
import type { ComponentsDocument } from './components-document';
import { SnapshotContext } from './contexts';
import type { Coordinator } from './coordinator';
import { copyDirectory, emptyDirectory } from './directory-copy';
import { Snapshot } from './snapshot';
import { Volume } from './volumes';

/** Makes the transportable copies of the document known to this machine; resolves with a success code when only some could be. */
export async function importSnapshots(coordinator: Coordinator, document: ComponentsDocument, process: SimulatedProcess): Promise<number | void> {
  const { host } = coordinator.machine;
  const transportable = document.snapshots.filter(({ attributes }) => (attributes & ATTRIBUTE.TRANSPORTABLE) !== 0);
  let imported = 0;
  for (const stored of transportable) {
    const provider = coordinator.provider(stored.providerId);
    const reachable = stored.lun === null || (await host.files.stat(stored.lun)) !== undefined;
    if (provider?.hardware !== true || !reachable) continue;
    await provider.step('Import', process);
    let snapshot = coordinator.snapshots.get(stored.snapshotId);
    if (snapshot === undefined) {
      const context = SnapshotContext.of(stored.context, coordinator.version);
      snapshot = new Snapshot(
        {
          id: stored.snapshotId, setId: document.snapshotSetId, originalVolumeName: stored.originalVolumeName, volume: undefined, provider, context,
          attributes: stored.attributes, originatingMachine: stored.originatingMachine,
        },
        coordinator.computerName,
      );
      snapshot.directory = stored.lun ?? undefined;
      snapshot.creationTimestamp = stored.creationTimestamp;
      snapshot.setSize = transportable.length;
      snapshot.state = VSS_SNAPSHOT_STATE.CREATED;
      snapshot.deviceObject = coordinator.newDeviceObject();
      coordinator.snapshots.set(snapshot.id, snapshot);
    }
    snapshot.surfaced = true;
    snapshot.attributes |= ATTRIBUTE.IMPORTED;
    imported += 1;
  }
  if (imported === 0) throw new Failure(VSS_HRESULT.VSS_E_NO_SNAPSHOTS_IMPORTED);
  if (imported < transportable.length) return VSS_HRESULT.VSS_S_SOME_SNAPSHOTS_NOT_IMPORTED;
}

/** The copies become volumes of their own; hardware only. */
export async function breakSet(coordinator: Coordinator, setId: string, process: SimulatedProcess): Promise<void> {
  const members = coordinator.setMembers(setId);
  if (members.some(({ origin }) => !origin.provider.hardware)) throw new Failure(VSS_HRESULT.VSS_E_PROVIDER_VETO);
  for (const snapshot of members) {
    await snapshot.origin.provider.step('Break', process);
    coordinator.snapshots.delete(snapshot.id);
    const { directory } = snapshot;
    const name = `\\\\?\\Volume{${snapshot.id}}\\`;
    const options = { name, system: false, ...(directory === undefined ? {} : { directory }) };
    coordinator.volumes.add(new Volume(options, coordinator.machine.host.files, snapshot.id));
  }
}

const DRIVE = /^[A-Z]:\\?$/i;

export function exposeSnapshot(
  coordinator: Coordinator, snapshotId: string, pathFromRoot: string | null, attributes: number, expose: string | null,
): string {
  const snapshot = coordinator.created(snapshotId);
  const locally = attributes === ATTRIBUTE.EXPOSED_LOCALLY;
  if (!locally && attributes !== ATTRIBUTE.EXPOSED_REMOTELY) throw new Failure(HRESULT.E_INVALIDARG);
  if (locally && (pathFromRoot !== null || expose === null)) throw new Failure(HRESULT.E_INVALIDARG);
  // facts/vss.md 1.5, 2.7: only persistent copies, and never the client-accessible.
  if (!snapshot.origin.context.persistent || snapshot.origin.context.clientAccessible) throw new Failure(VSS_HRESULT.VSS_E_UNSUPPORTED_CONTEXT);
  if (snapshot.exposedName !== null) throw new Failure(VSS_HRESULT.VSS_E_BAD_STATE);
  const name = expose ?? `SnapshotShare-${snapshotId}`;
  if (locally && !DRIVE.test(name) && coordinator.volumes.holding(name) === undefined) throw new Failure(HRESULT.E_INVALIDARG);
  const taken = [...coordinator.snapshots.values()].some(({ exposedName }) => exposedName?.toLowerCase() === name.toLowerCase());
  const inUse = DRIVE.test(name) && coordinator.volumes.named(`${name.slice(0, 2)}\\`) !== undefined;
  if (taken || inUse) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_ALREADY_EXISTS);
  snapshot.exposedName = name;
  snapshot.exposedPath = pathFromRoot;
  snapshot.attributes |= attributes;
  coordinator.log('copyExposed', `shadow copy {${snapshotId}} is exposed as ${name}`);
  return name;
}

export function unexposeSnapshot(coordinator: Coordinator, snapshotId: string): void {
  const snapshot = coordinator.created(snapshotId);
  if (snapshot.exposedName === null) throw new Failure(VSS_HRESULT.VSS_E_BAD_STATE);
  snapshot.exposedName = null;
  snapshot.exposedPath = null;
  snapshot.attributes &= ~(ATTRIBUTE.EXPOSED_LOCALLY | ATTRIBUTE.EXPOSED_REMOTELY);
  coordinator.log('copyExposed', `shadow copy {${snapshotId}} is no longer exposed`);
}

/** Begins the revert; it goes on behind the call and cannot be cancelled. */
export function revertToSnapshot(
  coordinator: Coordinator, snapshotId: string, forceDismount: boolean, process: SimulatedProcess, which: 'persistent' | 'any context' = 'persistent',
): void {
  // Server only.
  if (!coordinator.version.server) throw new Failure(HRESULT.E_NOTIMPL);
  const snapshot = coordinator.created(snapshotId);
  const { volume, provider, context } = snapshot.origin;
  if (which === 'persistent' && !context.persistent) throw new Failure(VSS_HRESULT.VSS_E_UNSUPPORTED_CONTEXT);
  if (volume === undefined || volume.system) throw new Failure(VSS_HRESULT.VSS_E_VOLUME_NOT_SUPPORTED);
  if (volume.reverting !== undefined) throw new Failure(VSS_HRESULT.VSS_E_REVERT_IN_PROGRESS);
  if (volume.options.inUse === true && !forceDismount) throw new Failure(VSS_HRESULT.VSS_E_VOLUME_IN_USE);
  const reverting = revert(coordinator, snapshot, volume, () => provider.step('Revert', process)).finally(() => {
    volume.reverting = undefined;
  });
  volume.reverting = reverting;
  coordinator.inBackground(reverting);
}

async function revert(coordinator: Coordinator, snapshot: Snapshot, volume: Volume, step: () => Promise<void>): Promise<void> {
  await step();
  const { files } = coordinator.machine.host;
  const { directory: copy } = snapshot;
  const { directory, shadowStorage } = volume;
  if (copy === undefined || directory === undefined || shadowStorage === undefined) return;
  if ((await files.stat(copy)) === undefined) throw new Failure(hresultFromWin32(WIN32.ERROR_FILE_NOT_FOUND));
  await coordinator.time.standingStill(async () => {
    await emptyDirectory(files, directory, shadowStorage);
    await copyDirectory(files, copy, directory, '');
  });
}
