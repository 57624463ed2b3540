/**
 * `winbackup verify`: reads a backup without restoring it. SQL Server checks it, or lists what is in it; the set of a job is compared with its
 * manifest, without SQL Server.
 */
import { Command, Option } from 'commander';
import { ArgumentError, StateError } from '../binding/errors';
import { realHost } from '../binding/real-host';
import { checkSet } from '../job/manifest';
import { fileListOnly, headerOnly, verifyBackup } from '../vdi/verify';
import { integer, seconds, withConnectionOptions, withEpilogue, withOutputOptions } from './arguments';
import type { ConnectionOptions, OutputOptions } from './arguments';
import { defined } from './defined';
import type { Io } from './io';
import { formatBytes } from './reporter';
import type { Reporter } from './reporter';
import { connectedRun, reported } from './run';
import type { Exit } from './run';
import { STANDARD_STREAM, checkNoTerminal, stripeFiles } from './stripes';

interface VerifyOptions extends ConnectionOptions, OutputOptions {
  readonly from?: readonly string[];
  readonly set?: string;
  readonly stripes?: number;
  readonly decompress?: 'gzip' | 'zstd';
  readonly list?: 'headers' | 'files';
  readonly attachTimeout?: number;
  readonly checksum?: true;
  readonly blockSize?: number;
  readonly maxTransferSize?: number;
  readonly bufferCount?: number;
}

export function verifyCommand(io: Io, exit: Exit): Command {
  const command = new Command('verify')
    .description('Let SQL Server read a backup through and check it (RESTORE VERIFYONLY), or list what is in it; or compare the set of a job with its manifest. Nothing is restored.')
    .option('--from <file...>', 'the files of the backup, one for each stripe, or - for standard input')
    .addOption(new Option('--set <directory>', 'instead: what a job has published; every file is compared with the checksums of its manifest').conflicts(['from', 'stripes', 'decompress', 'list', 'checksum']))
    .option('--stripes <n>', 'the name was spread over n files by backup --stripes', integer)
    .addOption(new Option('--decompress <method>', 'how standard input is compressed; files are recognised').choices(['gzip', 'zstd']))
    .addOption(new Option('--list <what>', 'list the backups, or the files of the database, instead').choices(['headers', 'files']))
    .optionsGroup('SQL Server:')
    .option('--checksum', 'verify the checksums of the backup')
    .option('--block-size <bytes>', 'the same as in the backup', integer)
    .option('--max-transfer-size <bytes>', 'a multiple of 64K up to 4M; 1M or more is fast', integer)
    .option('--buffer-count <n>', 'buffers of all stripes together', integer)
    .option('--attach-timeout <seconds>', 'how long SQL Server may take to attach', seconds);
  withOutputOptions(withConnectionOptions(command)).action((options: VerifyOptions) => exit(verify(options, io)));
  return withEpilogue(command, 'winbackup verify --from D:\\backup\\sales.bak --stripes 2', 'winbackup verify --from sales.bak --list files', 'winbackup verify --set D:\\sets\\nightly-20261120T204500Z-1a2b3c4d');
}

function verify(options: VerifyOptions, io: Io): Promise<number> {
  const { from, set } = options;
  if (set !== undefined) return reported(io, options, (reporter, signal) => verifySet(set, reporter, signal));
  return verifyBackupFiles(options, from ?? [], io);
}

async function verifySet(set: string, reporter: Reporter, signal: AbortSignal): Promise<void> {
  reporter.say('start', `Comparing ${set} with its manifest`, { command: 'verify', set });
  const { manifest: { simulated, files, job }, problems } = await checkSet(realHost.files, set, { signal });
  reporter.simulated = simulated;
  for (const { path, problem } of problems) reporter.say('problem', `  ${path} ${problem}`, { path, problem });
  if (problems.length > 0) throw new StateError('ERR_SET_CHANGED', `${set} is not what the job ${job} wrote: ${String(problems.length)} differences`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  reporter.say('done', `The set is whole: ${String(files.length)} files, ${formatBytes(bytes)}, match the checksums of its manifest`, { command: 'verify', set, files: files.length, bytes });
}

async function verifyBackupFiles(options: VerifyOptions, from: readonly string[], io: Io): Promise<number> {
  const { list, decompress, checksum, blockSize, maxTransferSize, bufferCount, instance, attachTimeout } = options;
  return connectedRun(io, options, async ({ backend, sql, host, reporter, signal }) => {
    if (from.length === 0) throw new ArgumentError('--from', 'or --set must be given');
    const files = stripeFiles('--from', from, options.stripes);
    checkNoTerminal('--from', files, io.stdin);
    const request = {
      backend, host, sql, signal,
      from: files.includes(STANDARD_STREAM) ? io.stdin : files,
      options: defined({ checksum, blockSize, maxTransferSize, bufferCount }),
      ...defined({ decompress, instance, timeouts: attachTimeout === undefined ? undefined : { attachMs: attachTimeout * 1000 } }),
    };
    if (list !== undefined) {
      const { rows, messages } = await (list === 'headers' ? headerOnly(request) : fileListOnly(request));
      const text = rows.map((row) => Object.entries(row).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${String(value)}`).join('\n'));
      reporter.say('done', text.join('\n\n'), { command: 'verify', list, rows, messages });
      return;
    }
    reporter.say('start', `Verifying ${files.join(', ')}`, { command: 'verify', from: files });
    const { bytes, durationMs, messages } = await verifyBackup({ ...request, onProgress: (progress) => reporter.progress(progress) });
    reporter.warnings(messages);
    reporter.say('done', `The backup is valid: ${formatBytes(bytes)} read in ${(durationMs / 1000).toFixed(1)} s`, { command: 'verify', bytes, durationMs, messages });
  });
}
