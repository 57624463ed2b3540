/** A shadow copy provider as data: what it supports, how long each step takes, and where it fails (facts/vss.md 2.1, 3.3). */
import { HRESULT } from '../../binding/codes';
import { VSS_HRESULT, VSS_PROVIDER_TYPE, VSS_SYSTEM_PROVIDER_ID, GUID_NULL } from '../../binding/vss-codes';
import type { PlainVSS_PROVIDER_PROP } from '../generated/vss';
import { Failure } from '../kernel-object';
import type { SimulatedProcess } from '../machine';
import type { Coordinator } from './coordinator';
import type { Volume } from './volumes';

/** The provider's methods. */
export type ProviderStep =
  | 'BeginPrepare' | 'EndPrepare' | 'PreCommit' | 'Commit' | 'PostCommit' | 'PreFinalCommit' | 'PostFinalCommit'
  | 'Abort' | 'Delete' | 'Import' | 'Break' | 'Revert';

export interface ProviderFailure {
  readonly step: ProviderStep;
  /** What the provider returns. A code that it may not return becomes VSS_E_UNEXPECTED_PROVIDER_ERROR. */
  readonly hresult: number;
  /** Only the first so many times; default every time. */
  readonly times?: number;
}

export interface ProviderOptions {
  readonly id: string;
  readonly name: string;
  readonly type: 'system' | 'software' | 'hardware' | 'fileshare';
  readonly version?: string;
  readonly versionId?: string;
  readonly classId?: string;
  /** The volumes it supports, by name; default all local ones. */
  readonly volumes?: readonly string[];
  readonly maximumSnapshotsPerVolume?: number;
  readonly failures?: readonly ProviderFailure[];
  /** Milliseconds that a step takes; default none. A Commit over 10,000 fails with VSS_E_HOLD_WRITES_TIMEOUT. */
  readonly delays?: readonly { readonly step: ProviderStep; readonly delayMs: number }[];
}

/** Microsoft's own, and the one that makes copies of shares. */
export const defaultProviders: readonly ProviderOptions[] = [
  { id: VSS_SYSTEM_PROVIDER_ID, name: 'Microsoft Software Shadow Copy provider 1.0', type: 'system', version: '1.0.0.7' },
  { id: '89300202-3cec-4981-9171-19f59559e0f2', name: 'Microsoft File Share Shadow Copy provider', type: 'fileshare', version: '1.0.0.1' },
];

/** What a provider may return as it is (facts/vss.md 3.3: any other code is translated). */
const passedOn: ReadonlySet<number> = new Set<number>([
  HRESULT.E_OUTOFMEMORY, HRESULT.E_INVALIDARG, HRESULT.E_ACCESSDENIED, VSS_HRESULT.VSS_E_PROVIDER_VETO, VSS_HRESULT.VSS_E_INSUFFICIENT_STORAGE,
  VSS_HRESULT.VSS_E_FLUSH_WRITES_TIMEOUT, VSS_HRESULT.VSS_E_HOLD_WRITES_TIMEOUT, VSS_HRESULT.VSS_E_MAXIMUM_NUMBER_OF_SNAPSHOTS_REACHED,
  VSS_HRESULT.VSS_E_MAXIMUM_NUMBER_OF_VOLUMES_REACHED, VSS_HRESULT.VSS_E_OBJECT_NOT_FOUND, VSS_HRESULT.VSS_E_UNSUPPORTED_CONTEXT,
  VSS_HRESULT.VSS_E_VOLUME_NOT_SUPPORTED_BY_PROVIDER, VSS_HRESULT.VSS_E_REBOOT_REQUIRED,
]);

const providerTypes = {
  system: VSS_PROVIDER_TYPE.SYSTEM, software: VSS_PROVIDER_TYPE.SOFTWARE, hardware: VSS_PROVIDER_TYPE.HARDWARE, fileshare: VSS_PROVIDER_TYPE.FILESHARE,
} as const;

/** The service asks hardware providers first, then software, then the system's (facts/vss.md 2.1 10). */
export const providerPreference: readonly ProviderOptions['type'][] = ['hardware', 'software', 'system', 'fileshare'];

export class Provider {
  private readonly occurrences = new Map<ProviderFailure, number>();

  constructor(
    private readonly service: Pick<Coordinator, 'machine' | 'time' | 'log'>,
    readonly options: ProviderOptions,
  ) {}

  get id(): string {
    return this.options.id;
  }

  get hardware(): boolean {
    return this.options.type === 'hardware';
  }

  get properties(): PlainVSS_PROVIDER_PROP {
    const { id, name, type, version = '1.0', versionId = GUID_NULL, classId = GUID_NULL } = this.options;
    return { providerId: id, providerName: name, providerType: providerTypes[type], providerVersion: version, providerVersionId: versionId, classId };
  }

  supports(volume: Volume): boolean {
    const { volumes, type } = this.options;
    if (volume.options.supported === false || volume.isShare !== (type === 'fileshare')) return false;
    return volumes === undefined || volumes.some((name) => name.toLowerCase() === volume.name.toLowerCase());
  }

  /** Makes one step; throws what the requester is to see. A place for faults: `vss.provider.Commit`. */
  async step(step: ProviderStep, process: SimulatedProcess | undefined): Promise<void> {
    try {
      for (const delay of this.options.delays ?? []) if (delay.step === step) await this.service.time.delay(delay.delayMs);
      await this.service.machine.event(`vss.provider.${step}`, process);
      for (const failure of this.options.failures ?? []) {
        if (failure.step !== step) continue;
        const seen = (this.occurrences.get(failure) ?? 0) + 1;
        this.occurrences.set(failure, seen);
        if (seen <= (failure.times ?? Infinity)) throw new Failure(failure.hresult);
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.service.log('providerFailed', `provider ${this.options.name}: ${step} failed with 0x${error.hresult.toString(16)}`);
      throw passedOn.has(error.hresult) ? error : new Failure(VSS_HRESULT.VSS_E_UNEXPECTED_PROVIDER_ERROR);
    }
  }
}
