/** What a caller may ask of a virtual device set: names, counts and features, checked before anything is started. */
import { ArgumentError, VDFeatures, checkInteger, checkPowerOfTwo, checkString, checkU32 } from '../binding';
import type { VDConfig } from '../binding/generated/vdi';

/** UTF-16 units. */
const LONGEST_NAME = 128;
const MOST_DEVICES = 64;

/** The part of a device set's configuration that the client decides (VDI spec, VDConfig; facts/vdi.md 1.3). */
export interface VirtualDeviceSetConfiguration {
  /** 1 to 64. */
  readonly deviceCount: number;
  /** VDFeatures: pipe-like (0), LikeTape or LikeDisk, with Removable, Discard, SnapshotPrepare, RequestComplete. */
  readonly features?: number;
  /** Bytes that SQL Server leaves free in front of each buffer. */
  readonly prefixZoneSize?: number;
  /** Bytes, a power of two: where each buffer's data begins. */
  readonly alignment?: number;
  /** Bytes. */
  readonly softFileMarkBlockSize?: number;
  /** Bytes. */
  readonly EOMWarningSize?: number;
  /** Milliseconds without a completion after which SQL Server gives up (after more than two such intervals); 0 is never. A debugging aid. */
  readonly serverTimeOutMs?: number;
}

export const configurationNames = [
  'deviceCount', 'features', 'prefixZoneSize', 'alignment', 'softFileMarkBlockSize', 'EOMWarningSize', 'serverTimeOutMs',
] as const satisfies readonly (keyof VirtualDeviceSetConfiguration)[];

/** The name of a device set or device: CreateFileMapping's rules (facts/vdi.md 2.2). */
export function checkDeviceName(field: string, name: unknown): asserts name is string {
  checkString(field, name);
  if (name.length === 0) throw new ArgumentError(field, 'must not be empty');
  if (name.length > LONGEST_NAME) {
    throw new ArgumentError(field, `must have at most ${String(LONGEST_NAME)} UTF-16 units, not ${String(name.length)}`);
  }
  if (name.includes('\\')) throw new ArgumentError(field, 'must not contain a backslash');
}

export function checkInstance(field: string, instance: unknown): asserts instance is string | null {
  if (instance === null) return;
  checkString(field, instance);
  if (instance.length === 0) throw new ArgumentError(field, 'must not be empty; null is the default instance');
  if (instance.includes('\\')) throw new ArgumentError(field, 'is the instance alone, without the machine and a backslash');
}

/** The kinds of device that VDI supports, as the bits that make the kind; anything else is undefined (VDI spec; facts/vdi.md 1.4). */
const KIND_BITS =
  VDFeatures.Removable | VDFeatures.Rewind | VDFeatures.Position | VDFeatures.SkipBlocks | VDFeatures.ReversePosition | VDFeatures.FileMarks |
  VDFeatures.RandomAccess;
const KINDS: readonly number[] = [
  VDFeatures.LikePipe,
  VDFeatures.LikePipe | VDFeatures.Removable,
  VDFeatures.LikeTape,
  VDFeatures.LikeDisk,
  VDFeatures.LikeDisk | VDFeatures.Removable,
];
const OPTION_BITS = VDFeatures.Discard | VDFeatures.SnapshotPrepare | VDFeatures.RequestComplete;

function checkFeatures(features: unknown): asserts features is number {
  checkU32('features', features);
  if ((features & ~(KIND_BITS | OPTION_BITS)) !== 0 || !KINDS.includes(features & KIND_BITS)) {
    throw new ArgumentError(
      'features',
      'must be LikePipe, LikeTape or LikeDisk, with Removable (pipe, disk), Discard, SnapshotPrepare or RequestComplete, ' +
        `not 0x${features.toString(16)}`,
    );
  }
}

/** The VDConfig for CreateEx; throws ArgumentError with the field's name. */
export function configurationOf(options: VirtualDeviceSetConfiguration): VDConfig {
  const {
    deviceCount, features = VDFeatures.LikePipe, prefixZoneSize = 0, alignment = 0, softFileMarkBlockSize = 0, EOMWarningSize = 0,
    serverTimeOutMs = 0,
  } = options;
  checkInteger('deviceCount', deviceCount, 1, MOST_DEVICES);
  checkFeatures(features);
  checkU32('prefixZoneSize', prefixZoneSize);
  if (alignment !== 0) checkPowerOfTwo('alignment', alignment, 1, 0x80000000);
  checkU32('softFileMarkBlockSize', softFileMarkBlockSize);
  checkU32('EOMWarningSize', EOMWarningSize);
  checkU32('serverTimeOutMs', serverTimeOutMs);
  return {
    deviceCount, features, prefixZoneSize, alignment, softFileMarkBlockSize, EOMWarningSize, serverTimeOut: serverTimeOutMs,
    // SQL Server fills these in.
    blockSize: 0, maxIODepth: 0, maxTransferSize: 0, bufferAreaSize: 0,
  };
}
