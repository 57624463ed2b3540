/** Where the system provider keeps what has changed since the copies, and how much it may take (vsmgmt.h): GetProviderMgmtInterface. */
import { ArgumentError, HRESULT, MACHINE, WindowsError, failed } from '../binding';
import type { IVssDifferentialSoftwareSnapshotMgmt, IVssEnumMgmtObject } from '../binding/generated/vss';
import { createProxy } from '../binding/proxy';
import type { ProxyObject } from '../binding/proxy';
import { interfaceTable } from '../binding/tables';
import { VSS_ASSOC_NO_MAX_SPACE, VSS_ASSOC_REMOVE, VSS_SYSTEM_PROVIDER_ID, VSS_VOLUME_SNAPSHOT_ATTRIBUTES } from '../binding/vss-codes';
import { within } from './limits';
import type { Told } from './management';
import { of } from './reading';
import { closeChannel, machineOf, openRequester } from './requester';
import type { RequesterOptions } from './requester';
import { volumeName } from './volumes';

export interface ShadowStorage {
  /** The volume that is copied, by its GUID path. */
  readonly volume: string;
  /** The volume that holds what has changed. */
  readonly on: string;
  /** Bytes; null: no limit. */
  readonly maximumBytes: bigint | null;
  readonly allocatedBytes: bigint;
  readonly usedBytes: bigint;
}

/** Shares have no shadow storage here. */
const localVolume = (field: string, name: string): string => volumeName(field, name, VSS_VOLUME_SNAPSHOT_ATTRIBUTES.PERSISTENT);

type Management = IVssDifferentialSoftwareSnapshotMgmt & ProxyObject;

async function managing<T>(options: RequesterOptions, work: (management: Management) => Promise<T>): Promise<T & Told> {
  const machine = await machineOf(options);
  const channel = await openRequester(machine);
  const limits = { clock: machine.host.clock, timeoutMs: machine.operationMs, signal: machine.signal };
  try {
    const table = interfaceTable('IVssDifferentialSoftwareSnapshotMgmt');
    const opening = channel.call(MACHINE, 'GetProviderMgmtInterface', [VSS_SYSTEM_PROVIDER_ID, table.iid]);
    const { hresult, outputs } = await within(limits, 'GetProviderMgmtInterface', opening);
    if (failed(hresult)) throw new WindowsError('GetProviderMgmtInterface', hresult, hresult === HRESULT.E_ACCESSDENIED ? { hint: 'administrators only' } : {});
    const management = createProxy<IVssDifferentialSoftwareSnapshotMgmt>(channel, outputs[0] as number, table);
    const result = await within(limits, 'the management of shadow storage', of(Promise.resolve(management), work));
    return { ...result, simulated: channel.kind === 'simulated' };
  } finally {
    await closeChannel(machine, channel);
  }
}

const FETCHED = 64;

function storages(enumerator: Promise<IVssEnumMgmtObject & ProxyObject>): Promise<readonly ShadowStorage[]> {
  return of(enumerator, async (objects) => {
    const found: ShadowStorage[] = [];
    for (;;) {
      const elements = await objects.next(FETCHED);
      for (const element of elements) {
        if (element.type !== 3) continue;
        const { volumeName: volume, diffAreaVolumeName: on, maximumDiffSpace, allocatedDiffSpace, usedDiffSpace } = element.diffArea;
        found.push({
          volume: volume ?? '', on: on ?? '', maximumBytes: maximumDiffSpace === VSS_ASSOC_NO_MAX_SPACE ? null : maximumDiffSpace, allocatedBytes: allocatedDiffSpace, usedBytes: usedDiffSpace,
        });
      }
      if (elements.length < FETCHED) return found;
    }
  });
}

export interface ShadowStorageOptions extends RequesterOptions {
  /** The volume that is copied: `C:`. */
  readonly volume: string;
}

/** The shadow storage of one volume; none before its first copy, or until somebody has made one. */
export async function queryShadowStorage({ volume, ...options }: ShadowStorageOptions): Promise<Told & { readonly storages: readonly ShadowStorage[] }> {
  const name = localVolume('volume', volume);
  return managing(options, async (management) => ({ storages: await storages(management.queryDiffAreasForVolume(name)) }));
}

export interface SetShadowStorageOptions extends ShadowStorageOptions {
  /** The volume that holds what has changed; default: the same. */
  readonly on?: string;
  /** Bytes; null: no limit. Windows wants 320 MB at least. A smaller size may delete copies. */
  readonly maximumBytes: bigint | null;
}

/** Limits a volume's shadow storage; makes it where there is none. */
export async function setShadowStorage({ volume, on = volume, maximumBytes, ...options }: SetShadowStorageOptions): Promise<Told> {
  const [name, where] = [localVolume('volume', volume), localVolume('on', on)];
  if (maximumBytes !== null && (typeof maximumBytes !== 'bigint' || maximumBytes <= 0n || maximumBytes >= 1n << 63n)) throw new ArgumentError('maximumBytes', 'must be a bigint from 1 to 2^63-1, or null');
  return managing(options, async (management) => {
    const there = await storages(management.queryDiffAreasForVolume(name));
    const maximum = maximumBytes ?? VSS_ASSOC_NO_MAX_SPACE;
    if (there.length === 0) await management.addDiffArea(name, where, maximum);
    else await management.changeDiffAreaMaximumSize(name, where, maximum);
    return {};
  });
}

/** Takes a volume's shadow storage away. WindowsError VSS_E_VOLUME_IN_USE while there are copies. */
export async function removeShadowStorage({ volume, on = volume, ...options }: Omit<SetShadowStorageOptions, 'maximumBytes'>): Promise<Told> {
  const [name, where] = [localVolume('volume', volume), localVolume('on', on)];
  return managing(options, async (management) => {
    await management.changeDiffAreaMaximumSize(name, where, VSS_ASSOC_REMOVE);
    return {};
  });
}
