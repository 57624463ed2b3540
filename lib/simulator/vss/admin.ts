/** IVssAdmin on CLSID VSSCoordinator: the list of providers (facts/vss.md 1.3). */
import { HRESULT } from '../../binding/codes';
import { VSS_HRESULT, VSS_PROVIDER_TYPE } from '../../binding/vss-codes';
import type { SimulatedIVssAdmin } from '../generated/vss';
import { Failure, KernelObject } from '../kernel-object';
import type { Coordinator } from './coordinator';
import { EnumObject } from './enum-object';
import { Provider } from './provider';

const kinds = {
  [VSS_PROVIDER_TYPE.SYSTEM]: 'system',
  [VSS_PROVIDER_TYPE.SOFTWARE]: 'software',
  [VSS_PROVIDER_TYPE.HARDWARE]: 'hardware',
  [VSS_PROVIDER_TYPE.FILESHARE]: 'fileshare',
} as const;

export class VssAdmin extends KernelObject implements SimulatedIVssAdmin {
  readonly interfaceName = 'IVssAdmin';

  constructor(private readonly coordinator: Coordinator) {
    super();
  }

  registerProvider(
    providerId: string, classId: string, providerName: string, providerType: number, providerVersion: string, providerVersionId: string,
  ): void {
    if (!isKind(providerType) || providerName === '') throw new Failure(HRESULT.E_INVALIDARG);
    if (this.coordinator.provider(providerId) !== undefined) throw new Failure(VSS_HRESULT.VSS_E_PROVIDER_ALREADY_REGISTERED);
    this.coordinator.providers.push(new Provider(this.coordinator, {
      id: providerId, classId, name: providerName, type: kinds[providerType], version: providerVersion, versionId: providerVersionId,
    }));
  }

  unregisterProvider(providerId: string): void {
    const index = this.coordinator.providers.findIndex(({ id }) => id === providerId);
    if (index === -1) throw new Failure(VSS_HRESULT.VSS_E_PROVIDER_NOT_REGISTERED);
    const used = [...this.coordinator.snapshots.values()].some(({ origin }) => origin.provider.id === providerId);
    if (used) throw new Failure(VSS_HRESULT.VSS_E_PROVIDER_IN_USE);
    this.coordinator.providers.splice(index, 1);
  }

  queryProviders(): [KernelObject] {
    return [new EnumObject(this.coordinator.providers.map(({ properties }) => ({ type: 4, provider: properties })))];
  }

  /** Documented as not supported: nobody can end somebody else's set (facts/vss.md 1.3). */
  abortAllSnapshotsInProgress(): never {
    throw new Failure(HRESULT.E_NOTIMPL);
  }

  ended(): void {
    // Nothing of its own.
  }
}

function isKind(type: number): type is keyof typeof kinds {
  return type in kinds;
}
