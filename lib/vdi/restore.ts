/** Restores a database from files or streams through a virtual device set. */
import { ArgumentError, VDFeatures, checkCallback, checkKnownFields, throwIfAborted } from '../binding';
import type { Host, SqlMessage, SqlRow } from '../binding';
import { deviceFeatures, reportedSuccess, withStats } from './backup';
import type { DeviceKind } from './backup';
import { checkDistinct, isSecondaryStripe } from './backup-targets';
import type { SecondaryStripe } from './backup-targets';
import { checkCompression } from './compression';
import type { Compression } from './compression';
import type { SnapshotSteps } from './device-server';
import { RestoreError, reported, transferError } from './errors';
import type { RestoreSource } from './media';
import { isRestoreStream, openFileSource, openStreamSource, unreadable } from './source';
import type { RestoreStream } from './source';
import { checkDatabase, ownStatement, restoreStatement } from './statement';
import type { RestoreSqlOptions, RestoreType, StatementText } from './statement';
import { Transfer } from './transfer';
import type { Stripe, Transferred } from './transfer';
import { checkTransferOptions, listOf, machineOf, transferOptionNames } from './transfer-options';
import type { TransferOptions } from './transfer-options';
import { openedInTime, settledWithin } from './waiting';

/** A file's path, a stream, or a device in another process. */
export type RestoreInput = string | RestoreStream | SecondaryStripe;

export interface RestoreInputOptions {
  /** The backup's stripes, as many as it has; their order does not matter to SQL Server. Compressed files are recognised. */
  readonly from: RestoreInput | readonly RestoreInput[];
  /** How streams are compressed. */
  readonly decompress?: Compression;
  /** Default `pipe`. */
  readonly device?: DeviceKind;
}

export interface RestoreDatabaseOptions extends TransferOptions, RestoreInputOptions {
  /** Required unless `statement` is given. */
  readonly database?: string;
  /** Default `database`. */
  readonly type?: RestoreType;
  readonly options?: RestoreSqlOptions;
  /** A statement of your own; `{device}` becomes the list of virtual devices. Instead of `database`, `type` and `options`. */
  readonly statement?: string;
  /**
   * Restores a snapshot backup (WITH SNAPSHOT): called when SQL Server wants the database's files, and resolves once they are in place,
   * byte for byte. A rejection refuses (facts/vdi.md 2.8).
   */
  readonly mountSnapshot?: () => Promise<void>;
}

export interface RestoreResult {
  /** Windows was simulated. */
  readonly simulated: boolean;
  /** To SQL Server, over all devices, after any decompression of ours. */
  readonly bytes: number;
  readonly durationMs: number;
  /** Everything that SQL Server said, the success message among it. */
  readonly messages: readonly SqlMessage[];
}

export const restoreInputNames = ['from', 'decompress', 'device'] as const;

export interface RestorePlan {
  /** In errors: `RESTORE of Sales`. */
  readonly what: string;
  readonly statement: StatementText;
  readonly steps: SnapshotSteps;
  readonly succeeded: (messages: readonly SqlMessage[], rows: readonly SqlRow[]) => boolean;
}

/**
 * RESTORE DATABASE or LOG. Resolves once SQL Server has reported success. After a failure the database is as SQL Server left it, mostly RESTORING.
 * @throws ArgumentError before anything is started; RestoreError with the root cause first; AbortError (TransferAbortError) after cancellation
 */
export async function restoreDatabase(options: RestoreDatabaseOptions): Promise<RestoreResult> {
  checkKnownFields('options', options, [...transferOptionNames, ...restoreInputNames, 'database', 'type', 'options', 'statement', 'mountSnapshot']);
  const { mountSnapshot } = options;
  checkCallback('mountSnapshot', mountSnapshot);
  const steps: SnapshotSteps = mountSnapshot === undefined ? {} : { mountSnapshot };
  const { simulated, bytes, durationMs, messages } = await runRestore(options, { ...statementOf(options), steps, succeeded: reportedSuccess });
  return { simulated, bytes, durationMs, messages };
}

function statementOf(given: RestoreDatabaseOptions): Pick<RestorePlan, 'what' | 'statement'> {
  const { statement, database, type, options, onProgress, mountSnapshot } = given;
  if (statement !== undefined) return { what: 'RESTORE', statement: ownStatement(statement, { database, type, options }) };
  checkDatabase('database', database);
  const extra = mountSnapshot === undefined ? [] : ['SNAPSHOT'];
  return { what: `RESTORE of ${database}`, statement: restoreStatement(database, type ?? 'database', withStats(options, onProgress), extra) };
}

export async function runRestore(options: TransferOptions & RestoreInputOptions, plan: RestorePlan): Promise<Transferred> {
  const checked = checkTransferOptions(options);
  const { decompress, device = 'pipe' } = options;
  if (decompress !== undefined) checkCompression('decompress', decompress);
  const features = deviceFeatures(device);
  const from = listOf('from', options.from);
  throwIfAborted(options.signal);
  const { backend, host } = await machineOf(options);
  const opening = openSources(host, from, decompress, (features & VDFeatures.RandomAccess) !== 0);
  const waiting = { clock: host.clock, signal: options.signal, endMs: checked.endMs };
  const { stripes, sources } = await openedInTime(waiting, opening, (opened) => letGo(opened.sources));
  try {
    const { statement, steps, succeeded } = plan;
    const outcome = await new Transfer({ ...checked, backend, host, direction: 'restore', features, stripes, statement, steps, succeeded }).run();
    if (!outcome.ok) throw await reported(transferError(RestoreError, plan.what, outcome.failure, []), backend, host);
    return outcome;
  } finally {
    // A read that never ends keeps its file open.
    await Promise.all(sources.map((source) => settledWithin(host.clock, checked.endMs, source.close())));
  }
}

/** Nothing was started: files are closed, and a stream stays as the caller gave it. */
export async function letGo(sources: readonly RestoreSource[]): Promise<void> {
  for (const source of sources) if (source.path !== undefined) await source.close();
}

async function openSources(
  host: Host,
  from: readonly RestoreInput[],
  decompress: Compression | undefined,
  seekable: boolean,
): Promise<{ readonly stripes: readonly Stripe[]; readonly sources: readonly RestoreSource[] }> {
  await checkDistinct(host, 'from', from);
  const stripes: Stripe[] = [];
  const sources: RestoreSource[] = [];
  try {
    for (const [index, input] of from.entries()) {
      const field = from.length === 1 ? 'from' : `from[${String(index)}]`;
      if (isSecondaryStripe(input)) {
        stripes.push({ secondary: input.serve });
        continue;
      }
      const source = await openSource(host, input, field, decompress, seekable);
      sources.push(source);
      stripes.push({ source });
    }
  } catch (error) {
    await letGo(sources);
    throw error;
  }
  return { stripes, sources };
}

export async function openSource(
  host: Host,
  input: unknown,
  field: string,
  decompress: Compression | undefined,
  seekable: boolean,
): Promise<RestoreSource> {
  if (typeof input === 'string') return openFileSource(host.files, input, field, seekable);
  if (!isRestoreStream(input)) throw new ArgumentError(field, 'must be a path, a Readable, a ReadableStream or another AsyncIterable of bytes');
  if (seekable) throw new ArgumentError(field, 'is a stream, which a disk-like device cannot be');
  const problem = unreadable(input);
  if (problem !== undefined) throw new ArgumentError(field, problem);
  return openStreamSource(input, decompress);
}
