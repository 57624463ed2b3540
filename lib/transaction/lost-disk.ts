/** How the loss of a disk is told from other failures: the seed's "disk process fails" (rule T11). */
import { WindowsError, errorCode } from '../binding';
import { KTM_ERROR } from '../binding/ktm-codes';
import { LogError } from '../log';

/** System errors that say that a disk, or a file system, is not there any more or does not work. */
const SYSTEM: readonly string[] = ['EIO', 'ENODEV', 'ENXIO', 'EROFS', 'ESTALE', 'ENOTCONN', 'EHOSTDOWN'];

/** The same of Windows (winerror.h); and that a transaction manager is not online, which is so when its log cannot be written (facts/ktm-tmf-mts.md 1.8). */
const WIN32: readonly number[] = [
  21, // ERROR_NOT_READY
  55, // ERROR_DEV_NOT_EXIST
  1006, // ERROR_FILE_INVALID: the volume was altered from outside
  1112, // ERROR_NO_MEDIA_IN_DRIVE
  1117, // ERROR_IO_DEVICE
  1167, // ERROR_DEVICE_NOT_CONNECTED
  1617, // ERROR_DEVICE_REMOVED
  KTM_ERROR.ERROR_TRANSACTIONMANAGER_NOT_ONLINE,
];

/** The common log file system's own, of which a transaction manager's log is made. */
const isLogFileSystem = (win32: number): boolean => win32 >= 6600 && win32 < 6650;

function says({ win32 }: WindowsError): boolean {
  return win32 !== undefined && (WIN32.includes(win32) || isLogFileSystem(win32));
}

/** Also where it stands behind an error of ours. */
export function isLostDisk(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < 8; each = each.cause, depth += 1) {
    if (SYSTEM.includes(errorCode(each) ?? '') || each instanceof LogError || (each instanceof WindowsError && says(each))) return true;
  }
  return false;
}

/** `place` is the volume, or lies on it: `D:\sets` on `D:\`, `/mnt/sets` on `/mnt`. Names that begin as Windows' do not tell case. */
export function isOn(place: string, volume: string): boolean {
  const fold = /^([a-z]:|\\\\)/i.test(volume) ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  const parts = (path: string): readonly string[] => fold(path).split(/[\\/]+/).filter((part) => part !== '');
  const inside = parts(place);
  return parts(volume).every((part, index) => inside[index] === part);
}
