/** Which files make up a backup: the names as given, or one name spread over `--stripes`. */
import { ArgumentError } from '../binding/errors';

/** Standard input or output in place of a file. */
export const STANDARD_STREAM = '-';
const MOST_STRIPES = 64;

/** `sales.bak` over 3 stripes: `sales.1of3.bak` ...; compressed names keep both endings (`sales.1of3.bak.gz`). */
function stripeName(file: string, number: number, count: number): string {
  const [, stem = file, extension = ''] = /^(.*?[^\\/])((?:\.[^.\\/]+)?(?:\.(?:gz|zst))?)$/.exec(file) ?? [];
  return `${stem}.${String(number)}of${String(count)}${extension}`;
}

/** @param option `--to` or `--from`, for the error. Throws ArgumentError. */
export function stripeFiles(option: string, files: readonly string[], stripes: number | undefined): readonly string[] {
  if (files.some((file) => file === '')) throw new ArgumentError(option, 'must not be empty');
  if (files.includes(STANDARD_STREAM) && (files.length > 1 || (stripes ?? 1) > 1)) {
    throw new ArgumentError(option, '- (a standard stream) takes one stripe only');
  }
  if (stripes === undefined || files.length === stripes) return files;
  if (stripes < 1 || stripes > MOST_STRIPES || !Number.isInteger(stripes)) throw new ArgumentError('--stripes', `must be an integer from 1 to ${String(MOST_STRIPES)}`);
  const [only] = files;
  if (files.length > 1 || only === undefined) {
    throw new ArgumentError('--stripes', `is ${String(stripes)}, but ${option} names ${String(files.length)} files: give one name to be spread, or one for each stripe`);
  }
  return Array.from({ length: stripes }, (_, index) => stripeName(only, index + 1, stripes));
}

/** Backups are not for the eye, nor for the keyboard. Throws ArgumentError. */
export function checkNoTerminal(option: string, files: readonly string[], stream: { readonly isTTY?: boolean }): void {
  if (files.includes(STANDARD_STREAM) && stream.isTTY === true) throw new ArgumentError(option, '- is a terminal: redirect it to or from a file or another program');
}
