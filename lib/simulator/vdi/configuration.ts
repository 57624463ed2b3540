/** What the client may ask for in VDConfig, and what the server may answer (facts/vdi.md 1.3, 1.4, 2.10). */
import { HRESULT, VDFeatures } from '../../binding/codes';
import { Failure } from '../kernel-object';
import type { PlainVDConfig } from '../generated/vdi';

const MAX_DEVICES = 64;
const MAX_ALIGNMENT = 0x1_0000;
const MIN_BLOCK_SIZE = 512;
const MAX_BLOCK_SIZE = 0x1_0000;
const TRANSFER_UNIT = 0x1_0000;

/** Only these kinds of device exist; anything else is undefined (facts/vdi.md 1.4). */
const deviceKinds: ReadonlySet<number> = new Set([
  VDFeatures.LikePipe,
  VDFeatures.LikePipe | VDFeatures.Removable,
  VDFeatures.LikeTape,
  VDFeatures.LikeDisk,
  VDFeatures.LikeDisk | VDFeatures.Removable,
]);
const kindBits = VDFeatures.LikeTape | VDFeatures.LikeDisk;
const optionBits =
  VDFeatures.Discard | VDFeatures.SnapshotPrepare | VDFeatures.EnumFrozenFiles | VDFeatures.VSSWriter |
  VDFeatures.RequestComplete | VDFeatures.LatchStats;

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** VD_E_NOTSUPPORTED for a configuration that CreateEx does not take. */
export function checkClientConfig({ deviceCount, features, alignment }: PlainVDConfig): void {
  const supported =
    deviceCount >= 1 && deviceCount <= MAX_DEVICES &&
    deviceKinds.has(features & kindBits) && (features & ~(kindBits | optionBits)) === 0 &&
    (alignment === 0 || (isPowerOfTwo(alignment) && alignment <= MAX_ALIGNMENT));
  if (!supported) throw new Failure(HRESULT.VD_E_NOTSUPPORTED);
}

/** The configuration after BeginConfiguration; VD_E_INVALID for values outside what its page allows. */
export function serverConfig(client: PlainVDConfig, features: number, blockSize: number, alignment: number, maxTransferSize: number): PlainVDConfig {
  const wanted = alignment === 0 ? blockSize : alignment;
  const valid =
    isPowerOfTwo(blockSize) && blockSize >= MIN_BLOCK_SIZE && blockSize <= MAX_BLOCK_SIZE &&
    isPowerOfTwo(wanted) && wanted >= blockSize && wanted <= MAX_ALIGNMENT &&
    maxTransferSize > 0 && maxTransferSize % TRANSFER_UNIT === 0;
  if (!valid) throw new Failure(HRESULT.VD_E_INVALID);
  return {
    ...client,
    features: (client.features | features) >>> 0,
    alignment: Math.max(client.alignment, wanted),
    blockSize,
    maxTransferSize,
    // Both deprecated: always these values (facts/vdi.md 1.3).
    maxIODepth: 4,
    bufferAreaSize: (maxTransferSize * 4 * client.deviceCount) >>> 0,
  };
}
