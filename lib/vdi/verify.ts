/** Reads a backup without restoring it: RESTORE VERIFYONLY, HEADERONLY and FILELISTONLY. */
import { checkKnownFields, isSqlError } from '../binding';
import type { SqlMessage, SqlRow } from '../binding';
import { withStats } from './backup';
import { restoreInputNames, runRestore } from './restore';
import type { RestoreInputOptions, RestoreResult } from './restore';
import { restoreOnlyStatement } from './statement';
import type { TransferSqlOptions } from './statement';
import { transferOptionNames } from './transfer-options';
import type { TransferOptions } from './transfer-options';

export interface ReadBackupOptions extends TransferOptions, RestoreInputOptions {
  readonly options?: TransferSqlOptions;
}

export interface ListingResult extends RestoreResult {
  /** As SQL Server gave them, by column name. */
  readonly rows: readonly SqlRow[];
}

/** The backup set on file 1 is valid. VERIFYONLY gives this instead of 3014 (facts/vdi.md 2.6). */
const VALID = 3262;

const noErrors = (messages: readonly SqlMessage[]): boolean => !messages.some(isSqlError);

async function readBackup(
  what: 'VERIFYONLY' | 'HEADERONLY' | 'FILELISTONLY',
  options: ReadBackupOptions,
  succeeded: (messages: readonly SqlMessage[], rows: readonly SqlRow[]) => boolean,
): Promise<ListingResult> {
  checkKnownFields('options', options, [...transferOptionNames, ...restoreInputNames, 'options']);
  const statement = restoreOnlyStatement(what, withStats(options.options, what === 'VERIFYONLY' ? options.onProgress : undefined));
  const { simulated, bytes, durationMs, messages, rows } = await runRestore(options, { what: `RESTORE ${what}`, statement, steps: {}, succeeded });
  return { simulated, bytes, durationMs, messages, rows };
}

/**
 * RESTORE VERIFYONLY: resolves when SQL Server has found the backup valid.
 * @throws as restoreDatabase
 */
export async function verifyBackup(options: ReadBackupOptions): Promise<RestoreResult> {
  const { simulated, bytes, durationMs, messages } = await readBackup(
    'VERIFYONLY', options, (said) => noErrors(said) && said.some(({ number }) => number === VALID),
  );
  return { simulated, bytes, durationMs, messages };
}

/** RESTORE HEADERONLY: one row for each backup in the media. */
export function headerOnly(options: ReadBackupOptions): Promise<ListingResult> {
  return readBackup('HEADERONLY', options, (said, rows) => noErrors(said) && rows.length > 0);
}

/** RESTORE FILELISTONLY: one row for each file of the database. */
export function fileListOnly(options: ReadBackupOptions): Promise<ListingResult> {
  return readBackup('FILELISTONLY', options, (said, rows) => noErrors(said) && rows.length > 0);
}
