/** Backs a database up into files or streams through a virtual device set. */
import { ArgumentError, VDFeatures, checkBoolean, checkKnownFields, checkObject, throwIfAborted } from '../binding';
import type { SqlMessage } from '../binding';
import { BackupTargets } from './backup-targets';
import type { BackupDestination } from './backup-targets';
import { checkCompression } from './compression';
import type { Compression } from './compression';
import type { SnapshotSteps } from './device-server';
import { BackupError, reported, transferError } from './errors';
import type { OutputFile } from './media';
import { backupStatement, checkDatabase, ownStatement } from './statement';
import type { BackupSqlOptions, BackupType, StatementText } from './statement';
import { Transfer } from './transfer';
import { checkTransferOptions, listOf, machineOf, transferOptionNames } from './transfer-options';
import type { CheckedOptions, Machine, TransferOptions } from './transfer-options';

/** How SQL Server may use the files: written in order, or with positions (`disk`). */
export type DeviceKind = 'pipe' | 'disk';

export interface BackupOutputOptions {
  /** One output, or one for each stripe (1 to 64): files by path, Node or web streams, sinks, or devices that other processes serve. */
  readonly to: BackupDestination | readonly BackupDestination[];
  /** Replaces files of these names once the backup has succeeded. Default false: a file that is there already is an error. */
  readonly overwrite?: boolean;
  readonly compress?: Compression;
  /** Adds the SHA-256 of the bytes from SQL Server to `files`. Costs processor time. */
  readonly sha256?: boolean;
  /** Default `pipe`. */
  readonly device?: DeviceKind;
}

export interface BackupDatabaseOptions extends TransferOptions, BackupOutputOptions {
  /** Required unless `statement` is given. */
  readonly database?: string;
  /** Default `full`. */
  readonly type?: BackupType;
  readonly options?: BackupSqlOptions;
  /** A statement of your own; `{device}` becomes the list of virtual devices. Instead of `database`, `type` and `options`. */
  readonly statement?: string;
}

export interface BackupResult {
  /** Windows was simulated. */
  readonly simulated: boolean;
  /** From SQL Server, over all devices, before any compression of ours. */
  readonly bytes: number;
  readonly durationMs: number;
  /** In the order of `to`, without devices in other processes. */
  readonly files: readonly OutputFile[];
  /** Everything that SQL Server said, the success message among it. */
  readonly messages: readonly SqlMessage[];
}

const backupOptionNames = [...transferOptionNames, 'to', 'overwrite', 'compress', 'sha256', 'device', 'database', 'type', 'options', 'statement'];

/** BACKUP DATABASE successfully processed ... pages; RESTORE gives it too. */
const SUCCEEDED = 3014;
/** BACKUP DATABASE is terminating abnormally. */
const TERMINATED = 3013;

/** Errors may come before an eventual success: the message of success decides (facts/vdi.md 2.6). */
export function reportedSuccess(messages: readonly SqlMessage[]): boolean {
  return messages.some(({ number }) => number === SUCCEEDED) && !messages.some(({ number }) => number === TERMINATED);
}

/** What a backup flow runs: the public functions make these. */
export interface BackupPlan {
  /** In errors: `BACKUP of Sales`. */
  readonly what: string;
  readonly statement: StatementText;
  readonly features: number;
  readonly steps: SnapshotSteps;
}

/**
 * BACKUP DATABASE or LOG. Resolves once SQL Server has reported success and the files have their final names, durably.
 * @throws ArgumentError before anything is started; BackupError with the root cause first; AbortError (TransferAbortError) after cancellation
 */
export async function backupDatabase(options: BackupDatabaseOptions): Promise<BackupResult> {
  checkKnownFields('options', options, backupOptionNames);
  const features = deviceFeatures(options.device ?? 'pipe') | VDFeatures.RequestComplete;
  return runBackup(options, { ...statementOf(options), features, steps: {} });
}

function statementOf({ statement, database, type, options, onProgress }: BackupDatabaseOptions): Pick<BackupPlan, 'what' | 'statement'> {
  if (statement !== undefined) return { what: 'BACKUP', statement: ownStatement(statement, { database, type, options }) };
  checkDatabase('database', database);
  return { what: `BACKUP of ${database}`, statement: backupStatement(database, type ?? 'full', withStats(options, onProgress)) };
}

/** Progress needs SQL Server to say how far it is. */
export function withStats<O extends { readonly stats?: number }>(sql: O | undefined, onProgress: TransferOptions['onProgress']): O {
  if (sql !== undefined) checkObject('options', sql);
  // No option is required.
  return { ...sql, ...(onProgress === undefined || sql?.stats !== undefined ? {} : { stats: 5 }) } as O;
}

export function deviceFeatures(device: DeviceKind): number {
  if (device !== 'pipe' && device !== 'disk') throw new ArgumentError('device', `must be pipe or disk, not ${String(device)}`);
  return device === 'disk' ? VDFeatures.LikeDisk : VDFeatures.LikePipe;
}

/** A backup whose outputs are open and whose options are checked; nothing of SQL Server's has been touched. Run it, or discard it. */
export interface PreparedBackup {
  run(): Promise<BackupResult>;
  discard(): Promise<unknown>;
}

async function runBackup(options: TransferOptions & BackupOutputOptions, plan: BackupPlan): Promise<BackupResult> {
  return (await prepareBackup(options, plan)).run();
}

/** @param field what `to` is called in errors */
export async function prepareBackup(options: TransferOptions & BackupOutputOptions, plan: BackupPlan, field = 'to'): Promise<PreparedBackup> {
  const checked = checkTransferOptions(options);
  const { overwrite = false, sha256 = false, compress } = options;
  checkBoolean('overwrite', overwrite);
  checkBoolean('sha256', sha256);
  if (compress !== undefined) checkCompression('compress', compress);
  const to = listOf(field, options.to);
  throwIfAborted(options.signal);
  const { backend, host } = await machineOf(options);
  const seekable = (plan.features & VDFeatures.RandomAccess) !== 0;
  const targets = await BackupTargets.open(host, to, { overwrite, sha256, compress, seekable, field, endMs: checked.endMs, signal: options.signal });
  return { run: () => run({ ...checked, backend, host }, targets, plan), discard: () => targets.discard() };
}

async function run(checked: CheckedOptions & Machine, targets: BackupTargets, plan: BackupPlan): Promise<BackupResult> {
  const { backend, host } = checked;
  const { statement, features, steps } = plan;
  const outcome = await new Transfer({
    ...checked, direction: 'backup', features, stripes: targets.stripes, statement, steps, succeeded: reportedSuccess,
  }).run();
  if (!outcome.ok) throw await reported(transferError(BackupError, plan.what, outcome.failure, await targets.discard()), backend, host);
  const { simulated, bytes, durationMs, messages } = outcome;
  try {
    await targets.publish();
  } catch (cause) {
    const failure = { cause, hresult: undefined, completionCode: undefined, sqlMessages: messages, simulated, unfinished: [] };
    throw await reported(transferError(BackupError, `publishing the files of a whole ${plan.what}`, failure, targets.kept), backend, host);
  }
  return { simulated, bytes, durationMs, files: targets.describe(), messages };
}
