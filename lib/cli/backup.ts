/** `winbackup backup`: one database over a virtual device set into files, or to standard output. */
import { Command, Option } from 'commander';
import { backupDatabase } from '../vdi/backup';
import type { BackupResult } from '../vdi/backup';
import type { BackupSqlOptions } from '../vdi/statement';
import { integer, seconds, withConnectionOptions, withEpilogue, withOutputOptions } from './arguments';
import type { ConnectionOptions, OutputOptions } from './arguments';
import { defined } from './defined';
import type { Io } from './io';
import { formatBytes } from './reporter';
import type { Reporter } from './reporter';
import { connectedRun } from './run';
import type { Exit } from './run';
import { STANDARD_STREAM, checkNoTerminal, stripeFiles } from './stripes';

interface BackupOptions extends ConnectionOptions, OutputOptions {
  readonly to: readonly string[];
  readonly stripes?: number;
  readonly type?: 'full' | 'differential' | 'log';
  readonly compress?: 'gzip' | 'zstd';
  readonly overwrite?: true;
  readonly sha256?: true;
  readonly statement?: string;
  readonly attachTimeout?: number;
  readonly copyOnly?: true;
  readonly checksum?: true;
  readonly sqlCompression?: true;
  readonly norecovery?: true;
  readonly standby?: string;
  readonly truncate: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly blockSize?: number;
  readonly maxTransferSize?: number;
  readonly bufferCount?: number;
}

export function backupCommand(io: Io, exit: Exit): Command {
  const command = new Command('backup')
    .description('Back up one database of SQL Server. A file gets its name only when SQL Server has reported success.')
    .argument('<database>', 'name of the database')
    .requiredOption('--to <file...>', 'where to: one file for each stripe, or - for standard output')
    .option('--stripes <n>', 'spread one name over n files: sales.1of2.bak ...', integer)
    .addOption(new Option('--type <type>', 'what to back up (default: full)').choices(['full', 'differential', 'log']))
    .addOption(new Option('--compress <method>', 'compress the files themselves').choices(['gzip', 'zstd']))
    .option('--overwrite', 'replace files that exist, at the very end')
    .option('--sha256', 'also report the SHA-256 of each stripe')
    .optionsGroup('SQL Server:')
    .option('--copy-only', 'leave the chain of differential and log backups alone')
    .option('--checksum', 'verify page checksums and write one over the backup')
    .option('--sql-compression', 'let SQL Server compress')
    .option('--norecovery', 'log: leave the database restoring (backup of the tail)')
    .option('--standby <file>', 'log: leave the database readable, with this undo file')
    .option('--no-truncate', 'log: work on a damaged database and keep its log')
    .option('--name <text>', 'name of the backup set')
    .option('--description <text>', 'description of the backup set')
    .option('--block-size <bytes>', 'a power of two from 512 to 64K', integer)
    .option('--max-transfer-size <bytes>', 'a multiple of 64K up to 4M; 1M or more is fast', integer)
    .option('--buffer-count <n>', 'buffers of all stripes together', integer)
    .option('--statement <sql>', 'your own BACKUP statement, with {device} for the devices')
    .option('--attach-timeout <seconds>', 'how long SQL Server may take to attach', seconds);
  withOutputOptions(withConnectionOptions(command)).action((database: string, options: BackupOptions) => exit(backup(database, options, io)));
  return withEpilogue(
    command,
    'winbackup backup Sales --to D:\\backup\\sales.bak --stripes 2 --checksum',
    'winbackup backup Sales --type log --to - | zstd > sales.trn.zst',
  );
}

function sqlOptions(options: BackupOptions): BackupSqlOptions {
  const { copyOnly, checksum, sqlCompression, norecovery, standby, truncate, name, description, blockSize, maxTransferSize, bufferCount } = options;
  return defined({
    copyOnly, checksum, name, description, blockSize, maxTransferSize, bufferCount,
    compression: sqlCompression,
    after: standby === undefined ? (norecovery && ('norecovery' as const)) : { standby },
    noTruncate: truncate ? undefined : true,
  });
}

async function backup(database: string, options: BackupOptions, io: Io): Promise<number> {
  const { type, compress, overwrite, sha256, statement, instance, attachTimeout } = options;
  const toStdout = options.to.includes(STANDARD_STREAM);
  return connectedRun(io, { ...options, dataOnStdout: toStdout, afterAbort: 'nothing partial is left' }, async ({ backend, host, sql, reporter, signal }) => {
    const files = stripeFiles('--to', options.to, options.stripes);
    checkNoTerminal('--to', files, io.stdout);
    const own = sqlOptions(options);
    reporter.say('start', `Backing up ${database} (${type ?? 'full'}) to ${files.join(', ')}`, { command: 'backup', database, type: type ?? 'full', to: files });
    const result = await backupDatabase({
      backend, host, sql, signal,
      to: toStdout ? io.stdout : files,
      onProgress: (progress) => reporter.progress(progress),
      ...(statement === undefined ? { database, options: own } : { statement, ...(Object.keys(own).length === 0 ? {} : { options: own }) }),
      ...defined({ type, compress, overwrite, sha256, instance, timeouts: attachTimeout === undefined ? undefined : { attachMs: attachTimeout * 1000 } }),
    });
    tell(reporter, database, result);
  });
}

function tell(reporter: Reporter, database: string, { bytes, durationMs, files, messages }: BackupResult): void {
  const rate = durationMs === 0 ? '' : ` (${formatBytes((bytes / durationMs) * 1000)}/s)`;
  const lines = files.map((file) => `  ${file.path ?? 'standard output'}  ${formatBytes(file.bytes)}${file.sha256 === undefined ? '' : `  sha256 ${file.sha256}`}`);
  reporter.warnings(messages);
  reporter.say('done', [`Backed up ${database}: ${formatBytes(bytes)} in ${(durationMs / 1000).toFixed(1)} s${rate}`, ...lines].join('\n'), {
    command: 'backup', database, bytes, durationMs, files, messages,
  });
}
