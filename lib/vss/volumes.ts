/** The volumes that a shadow copy set is made of: their names as VSS takes them, checked before anything is started. */
import { ArgumentError, checkString } from '../binding';
import { VSS_VOLUME_SNAPSHOT_ATTRIBUTES as ATTRIBUTE } from '../binding/vss-codes';

/** facts/vss.md 2.1 10. */
export const MAXIMUM_VOLUMES = 64;

const DRIVE_OR_FOLDER = /^[A-Za-z]:(?:\\|$)/;
const VOLUME_GUID = /^\\\\\?\\Volume\{[0-9a-f-]{36}\}\\?$/i;
const SHARE = /^\\\\([^\\?.][^\\]*)\\[^\\]+\\?$/;
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-f:]*:[0-9a-f:]*\]?)$/i;

/**
 * The name with the trailing backslash without which VSS does not know it: a drive, a mounted folder, a volume GUID path, or, where the context
 * allows it, a share. Throws ArgumentError.
 */
export function volumeName(field: string, name: unknown, context: number): string {
  checkString(field, name);
  const [share, host = ''] = SHARE.exec(name) ?? [];
  if (share !== undefined) {
    // facts/vss.md 1.5, 2.1 10: shares have no persistent copies, and are known by their host's name.
    if ((context & ATTRIBUTE.PERSISTENT) !== 0) throw new ArgumentError(field, `is a share, which this context does not allow: ${name}`);
    if (ADDRESS.test(host)) throw new ArgumentError(field, `must name the host, not its address: ${name}`);
  } else if (!DRIVE_OR_FOLDER.test(name) && !VOLUME_GUID.test(name)) {
    throw new ArgumentError(field, `must be a drive (C:\\), a mounted folder, a volume GUID path or a share, not ${JSON.stringify(name)}`);
  }
  return name.endsWith('\\') ? name : `${name}\\`;
}

/** 1 to 64 of them, none twice. */
export function volumeNames(field: string, names: unknown, context: number): readonly string[] {
  if (!Array.isArray(names)) throw new ArgumentError(field, 'must be an array of volume names');
  if (names.length === 0) throw new ArgumentError(field, 'must name at least one volume');
  if (names.length > MAXIMUM_VOLUMES) throw new ArgumentError(field, `must name at most ${String(MAXIMUM_VOLUMES)} volumes, not ${String(names.length)}`);
  const seen = new Set<string>();
  return names.map((name: unknown, index) => {
    const at = `${field}[${String(index)}]`;
    const volume = volumeName(at, name, context);
    if (seen.has(volume.toLowerCase())) throw new ArgumentError(at, `is there twice: ${volume}`);
    seen.add(volume.toLowerCase());
    return volume;
  });
}
