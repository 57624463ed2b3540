/**
 * Where the system provider keeps what has changed since the copies: one association of each volume with another, or with itself (vsmgmt.h). It is
 * a record only: copies of the simulated machine take their space elsewhere, so nothing is ever used or allocated, and a limit deletes nothing.
 */
import { HRESULT } from '../../binding/codes';
import { VSS_ASSOC_NO_MAX_SPACE, VSS_ASSOC_REMOVE, VSS_HRESULT, VSS_MGMT_OBJECT_TYPE } from '../../binding/vss-codes';
import type { PlainVSS_DIFF_AREA_PROP, SimulatedIVssDifferentialSoftwareSnapshotMgmt } from '../generated/vss';
import { Failure, KernelObject } from '../kernel-object';
import type { Coordinator } from './coordinator';
import { EnumMgmtObject } from './enum-object';
import type { Volume } from './volumes';

export interface DiffArea {
  readonly on: Volume;
  maximum: bigint;
}

/** Of a provider of the machine. */
export type DiffAreas = Map<Volume, DiffArea>;

const SPACE = 1n << 40n;

export class DiffAreaManagement extends KernelObject implements SimulatedIVssDifferentialSoftwareSnapshotMgmt {
  readonly interfaceName = 'IVssDifferentialSoftwareSnapshotMgmt';

  constructor(
    private readonly coordinator: Coordinator,
    private readonly areas: DiffAreas,
  ) {
    super();
  }

  addDiffArea(volumeName: string, diffAreaVolumeName: string, maximumDiffSpace: bigint): void {
    const volume = this.volume(volumeName);
    const on = this.volume(diffAreaVolumeName);
    this.checkMaximum(maximumDiffSpace);
    const known = this.areas.get(volume);
    // One each: the reference of AddDiffArea.
    if (known !== undefined) throw new Failure(known.on === on ? VSS_HRESULT.VSS_E_OBJECT_ALREADY_EXISTS : VSS_HRESULT.VSS_E_MAXIMUM_DIFFAREA_ASSOCIATIONS_REACHED);
    this.areas.set(volume, { on, maximum: maximumDiffSpace });
  }

  changeDiffAreaMaximumSize(volumeName: string, diffAreaVolumeName: string, maximumDiffSpace: bigint): void {
    const volume = this.volume(volumeName);
    const area = this.areas.get(volume);
    if (area === undefined || area.on !== this.volume(diffAreaVolumeName)) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    if (maximumDiffSpace !== VSS_ASSOC_REMOVE) {
      this.checkMaximum(maximumDiffSpace);
      area.maximum = maximumDiffSpace;
      return;
    }
    const copies = [...this.coordinator.snapshots.values()].some(({ origin }) => origin.volume === volume);
    if (copies) throw new Failure(VSS_HRESULT.VSS_E_VOLUME_IN_USE);
    this.areas.delete(volume);
  }

  queryVolumesSupportedForDiffAreas(volumeName: string): [KernelObject] {
    this.volume(volumeName);
    const supported = this.coordinator.volumes.all.filter(({ fileSystem, isShare }) => fileSystem === 'NTFS' && !isShare);
    return [new EnumMgmtObject(supported.map(({ guidPath, name }) => ({
      type: VSS_MGMT_OBJECT_TYPE.DIFF_VOLUME, diffVolume: { volumeName: guidPath, volumeDisplayName: name, volumeFreeSpace: SPACE, volumeTotalSpace: SPACE },
    })))];
  }

  queryDiffAreasForVolume(volumeName: string): [KernelObject] {
    const volume = this.volume(volumeName);
    return this.found((one) => one === volume);
  }

  queryDiffAreasOnVolume(volumeName: string): [KernelObject] {
    const on = this.volume(volumeName);
    return this.found((_, area) => area.on === on);
  }

  queryDiffAreasForSnapshot(snapshotId: string): [KernelObject] {
    const volume = this.coordinator.snapshots.get(snapshotId)?.origin.volume;
    if (volume === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    return this.found((one) => one === volume);
  }

  ended(): void {
    // The associations stay.
  }

  private found(wanted: (volume: Volume, area: DiffArea) => boolean): [KernelObject] {
    const found = [...this.areas].filter(([volume, area]) => wanted(volume, area)).map(([volume, { on, maximum }]): PlainVSS_DIFF_AREA_PROP => ({
      volumeName: volume.guidPath, diffAreaVolumeName: on.guidPath, maximumDiffSpace: maximum, allocatedDiffSpace: 0n, usedDiffSpace: 0n,
    }));
    return [new EnumMgmtObject(found.map((diffArea) => ({ type: VSS_MGMT_OBJECT_TYPE.DIFF_AREA, diffArea })))];
  }

  private volume(name: string): Volume {
    const found = this.coordinator.volumes.named(name);
    if (found === undefined) throw new Failure(VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND);
    if (found.fileSystem !== 'NTFS' || found.isShare) throw new Failure(VSS_HRESULT.VSS_E_VOLUME_NOT_SUPPORTED);
    return found;
  }

  /** Signed: at least nothing, or no limit. */
  private checkMaximum(maximum: bigint): void {
    if (maximum !== VSS_ASSOC_NO_MAX_SPACE && (maximum === VSS_ASSOC_REMOVE || maximum >= 1n << 63n)) throw new Failure(HRESULT.E_INVALIDARG);
  }
}
