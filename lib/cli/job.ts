/** `winbackup job`: a snapshot, databases and files as one transaction, described by a file. */
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { ArgumentError } from '../binding/errors';
import { realHost } from '../binding/real-host';
import { asError } from '../binding/waiting';
import { importDescription, parseDescription } from '../job/description';
import type { JobDescription } from '../job/description';
import { checkJob, runJob } from '../job/job';
import type { JobProgress, JobResult } from '../job/job';
import { readText } from '../job/manifest';
import { TraceFile } from '../job/trace-file';
import { TransactionMonitor, plainRecovery } from '../transaction';
import { withConnectionOptions, withEpilogue, withOutputOptions } from './arguments';
import type { ConnectionOptions, OutputOptions } from './arguments';
import type { Io } from './io';
import { LOG, tellRecovered } from './operator';
import { formatBytes } from './reporter';
import type { Reporter } from './reporter';
import { connectedRun } from './run';
import type { Exit } from './run';

interface JobCommandOptions extends ConnectionOptions, OutputOptions {
  readonly log?: string;
  readonly trace?: string;
}

export function jobCommand(io: Io, exit: Exit): Command {
  const command = new Command('job')
    .description('Run a backup job as one transaction: shadow copies of the volumes, databases, files. All outputs take their names together, or none does.')
    .argument('<file>', 'description of the job: JSON, or a JavaScript module that gives the same object')
    .option('--log <directory>', `directory of the transaction log (default: ${LOG} in the job's destination)`)
    .option('--trace <file>', 'write the timeline in the Trace Event Format, for ui.perfetto.dev');
  withOutputOptions(withConnectionOptions(command)).action((file: string, options: JobCommandOptions) => exit(job(file, options, io)));
  return withEpilogue(command, 'winbackup job nightly.json', 'winbackup job nightly.json --trace nightly.trace.json');
}

async function job(file: string, options: JobCommandOptions, io: Io): Promise<number> {
  return connectedRun(io, options, async ({ backend, host, sqlOf, reporter, signal }) => {
    const description = await readDescription(file);
    await checkJob(description, { backend, host });
    if (options.trace !== undefined) await TraceFile.check(host, options.trace, '--trace');
    const directory = options.log ?? `${description.destination}/${LOG}`;
    const { jobMs } = description.timeouts;
    const monitor = await TransactionMonitor.open({ directory, host, backend, ...(jobMs === undefined ? {} : { autoAbortMs: jobMs }) });
    try {
      tellRecovered(reporter, plainRecovery(await monitor.recover()));
      const run = host.random.uuid();
      const trace = options.trace === undefined ? undefined : await TraceFile.open(host, options.trace, run, { field: '--trace', simulated: backend.kind === 'simulated' });
      try {
        reporter.say('start', `Job ${description.name}`, { command: 'job', job: description.name, log: directory });
        tell(reporter, await runJob({ description, monitor, backend, host, signal, run, sql: sqlOf, onProgress: (progress) => tellProgress(reporter, progress) }));
      } finally {
        await trace?.close().catch((error: unknown) => reporter.note(`the trace could not be written: ${asError(error).message}`));
      }
    } finally {
      await monitor.close();
    }
  });
}

async function readDescription(file: string): Promise<JobDescription> {
  const { files } = realHost;
  if ((await files.stat(file))?.isFile !== true) throw new ArgumentError('job', `is no file: ${file}`);
  if (!/\.[cm]?js$/i.test(file)) return parseDescription(await readText(files, file), file, files);
  let exported: unknown;
  try {
    const module = (await import(pathToFileURL(files.resolve(file)).href)) as { readonly default?: unknown };
    exported = module.default;
  } catch (error) {
    throw new ArgumentError('job', `cannot be loaded: ${file}: ${asError(error).message}`);
  }
  return importDescription(exported, file, files);
}

function tellProgress(reporter: Reporter, { part, state, detail, ...figures }: JobProgress): void {
  const { bytes, percent, bytesPerSecond = 0 } = figures;
  if (state === 'running') {
    if (bytes !== undefined) reporter.progress({ part, bytes, percent, bytesPerSecond });
    else if (detail !== undefined) reporter.say('step', `  ${detail}`, { part, detail });
  } else if (state === 'started') reporter.say('part', `${part} ...`, { part, state });
  else reporter.say('part', `${part}: done`, { part, state });
}

function tell(reporter: Reporter, { set, manifest, durationMs }: JobResult): void {
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const notKept = manifest.notKept.map(({ path, what }) => `  not kept: ${path}: ${what}`);
  const warnings = manifest.warnings.map((warning) => `  warning: ${warning}`);
  reporter.say('done', [
    `Job ${manifest.job}: committed. ${String(manifest.files.length)} files, ${formatBytes(bytes)}, in ${(durationMs / 1000).toFixed(1)} s`, `  ${set}`, ...notKept, ...warnings,
  ].join('\n'), { command: 'job', job: manifest.job, set, bytes, durationMs, files: manifest.files, notKept: manifest.notKept, warnings: manifest.warnings });
}
