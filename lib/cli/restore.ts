/** `winbackup restore`: one database over a virtual device set, from files or from standard input. */
import { Command, Option } from 'commander';
import { restoreDatabase } from '../vdi/restore';
import type { RestoreSqlOptions } from '../vdi/statement';
import { integer, move, seconds, withConnectionOptions, withEpilogue, withOutputOptions } from './arguments';
import type { ConnectionOptions, OutputOptions } from './arguments';
import { defined } from './defined';
import type { Io } from './io';
import { formatBytes } from './reporter';
import { connectedRun } from './run';
import type { Exit } from './run';
import { STANDARD_STREAM, checkNoTerminal, stripeFiles } from './stripes';

interface RestoreOptions extends ConnectionOptions, OutputOptions {
  readonly from: readonly string[];
  readonly stripes?: number;
  readonly type?: 'database' | 'log';
  readonly decompress?: 'gzip' | 'zstd';
  readonly statement?: string;
  readonly attachTimeout?: number;
  readonly replace?: true;
  readonly norecovery?: true;
  readonly standby?: string;
  readonly move?: Readonly<Record<string, string>>;
  readonly stopAt?: string;
  readonly stopAtMark?: string;
  readonly stopBeforeMark?: string;
  readonly restrictedUser?: true;
  readonly checksum?: true;
  readonly blockSize?: number;
  readonly maxTransferSize?: number;
  readonly bufferCount?: number;
}

export function restoreCommand(io: Io, exit: Exit): Command {
  const command = new Command('restore')
    .description('Restore one database of SQL Server from a backup.')
    .argument('<database>', 'name of the database')
    .requiredOption('--from <file...>', 'the files of the backup, one for each stripe, or - for standard input')
    .option('--stripes <n>', 'the name was spread over n files by backup --stripes', integer)
    .addOption(new Option('--decompress <method>', 'how standard input is compressed; files are recognised').choices(['gzip', 'zstd']))
    .addOption(new Option('--type <type>', 'what the backup is of (default: database)').choices(['database', 'log']))
    .optionsGroup('SQL Server:')
    .option('--replace', 'overwrite an existing database')
    .option('--norecovery', 'further backups will follow')
    .option('--standby <file>', 'further backups will follow; readable until then, with this undo file')
    .option('--move <logical=path>', 'where a file of the database goes; once for each', move)
    .option('--stop-at <time>', 'a point in time, as 2026-01-31T12:00:00')
    .option('--stop-at-mark <mark>', 'a marked transaction, or lsn:...')
    .option('--stop-before-mark <mark>', 'the same, without that transaction')
    .option('--restricted-user', 'only administrators may use the database afterwards')
    .option('--checksum', 'verify the checksums of the backup')
    .option('--block-size <bytes>', 'the same as in the backup', integer)
    .option('--max-transfer-size <bytes>', 'a multiple of 64K up to 4M; 1M or more is fast', integer)
    .option('--buffer-count <n>', 'buffers of all stripes together', integer)
    .option('--statement <sql>', 'your own RESTORE statement, with {device} for the devices')
    .option('--attach-timeout <seconds>', 'how long SQL Server may take to attach', seconds);
  withOutputOptions(withConnectionOptions(command)).action((database: string, options: RestoreOptions) => exit(restore(database, options, io)));
  return withEpilogue(
    command,
    'winbackup restore Sales --from D:\\backup\\sales.bak --stripes 2 --replace',
    'zstd -dc sales.trn.zst | winbackup restore Sales --type log --from - --norecovery',
  );
}

function sqlOptions(options: RestoreOptions): RestoreSqlOptions {
  const { norecovery, standby, replace, stopAt, stopAtMark, stopBeforeMark, restrictedUser, checksum, blockSize, maxTransferSize, bufferCount } = options;
  return defined({
    replace, stopAt, stopAtMark, stopBeforeMark, restrictedUser, checksum, blockSize, maxTransferSize, bufferCount,
    move: options.move,
    after: standby === undefined ? (norecovery && ('norecovery' as const)) : { standby },
  });
}

async function restore(database: string, options: RestoreOptions, io: Io): Promise<number> {
  const { type, decompress, statement, instance, attachTimeout } = options;
  return connectedRun(io, { ...options, afterAbort: 'the database may be left in the state RESTORING: restore it again' }, async ({ backend, host, sql, reporter, signal }) => {
    const files = stripeFiles('--from', options.from, options.stripes);
    checkNoTerminal('--from', files, io.stdin);
    const own = sqlOptions(options);
    reporter.say('start', `Restoring ${database} (${type ?? 'database'}) from ${files.join(', ')}`, { command: 'restore', database, type: type ?? 'database', from: files });
    const { bytes, durationMs, messages } = await restoreDatabase({
      backend, host, sql, signal,
      from: files.includes(STANDARD_STREAM) ? io.stdin : files,
      onProgress: (progress) => reporter.progress(progress),
      ...(statement === undefined ? { database, options: own } : { statement, ...(Object.keys(own).length === 0 ? {} : { options: own }) }),
      ...defined({ type, decompress, instance, timeouts: attachTimeout === undefined ? undefined : { attachMs: attachTimeout * 1000 } }),
    });
    const rate = durationMs === 0 ? '' : ` (${formatBytes((bytes / durationMs) * 1000)}/s)`;
    reporter.warnings(messages);
    reporter.say('done', `Restored ${database}: ${formatBytes(bytes)} in ${(durationMs / 1000).toFixed(1)} s${rate}`, {
      command: 'restore', database, bytes, durationMs, messages,
    });
  });
}
