/** `winbackup snapshot`: shadow copies that live while a command runs, or while files are copied out of them. */
import { Command, Option } from 'commander';
import { ArgumentError } from '../binding/errors';
import { copyFromSnapshot, removeCopies, resolveDevicePath } from '../vss/copy-files';
import { SnapshotError } from '../vss/errors';
import { SnapshotJournal } from '../vss/journal';
import type { ComponentSelection } from '../vss/selection';
import { SnapshotSession } from '../vss/snapshot-session';
import type { CompletedSnapshot } from '../vss/snapshot-session';
import type { SnapshotProgress } from '../vss/snapshot-creation';
import { integer, seconds, withEpilogue } from './arguments';
import { defined } from './defined';
import { DocumentsDirectory, checkFree, loadDocuments } from './documents';
import { checkCommand, execute } from './execution';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions, MachineWork } from './machine-run';
import { formatBytes } from './reporter';
import type { Exit } from './run';
import { BACKUP_TYPES, CONTEXTS, component, withMachineOptions } from './vss-arguments';

interface SnapshotOptions extends MachineOptions {
  readonly writer?: readonly string[];
  readonly excludeWriter?: readonly string[];
  readonly criticalWriter?: readonly string[];
  readonly component?: readonly ComponentSelection[];
  readonly type?: keyof typeof BACKUP_TYPES;
  readonly context?: keyof typeof CONTEXTS;
  readonly provider?: string;
  readonly transportable?: true;
  readonly isolate?: true;
  readonly exec?: string;
  readonly execTimeout?: number;
  readonly copyTo?: string;
  readonly path?: readonly string[];
  readonly documents?: string;
  readonly previous?: string;
  readonly journal?: string;
  readonly retries?: number;
  readonly retryDelay?: number;
  readonly wait?: number;
}

export function snapshotCommand(io: Io, exit: Exit): Command {
  const command = new Command('snapshot')
    .description('Take shadow copies of volumes, with the applications on them at rest for an instant. They live while the command of --exec runs, or until --copy-to has copied; then the writers are told how it went.')
    .argument('<volume...>', 'volumes: C: D:\\Mounted')
    .option('--exec <command>', 'what to run while the copies are there; 0 completes the backup, everything else aborts it. WINBACKUP_DEVICE_1 ... hold the devices')
    .option('--exec-timeout <seconds>', 'how long the command may run before it is ended, and the backup aborted (default: without end)', seconds)
    .option('--copy-to <directory>', 'copy the files out of the shadow copies into this new directory, one below it for each volume')
    .option('--path <path...>', 'with --copy-to: only these, relative to the root of the volume')
    .optionsGroup('Writers:')
    .option('--writer <name...>', 'only these writers')
    .option('--exclude-writer <name...>', 'not these writers')
    .option('--critical-writer <name...>', 'only the failure of these fails the backup (default: of every one that takes part)')
    .option('--component <writer[:component]>', 'only this component; may be repeated', component)
    .addOption(new Option('--type <type>', 'what the writers are told (default: copy)').choices(Object.keys(BACKUP_TYPES)))
    .option('--previous <directory>', 'documents of the backup that this one builds on: their backup stamps')
    .option('--documents <directory>', 'save the documents that restore-components needs in this new directory')
    .optionsGroup('Copies:')
    .addOption(new Option('--context <context>', 'backup: gone at the end; app-rollback and others: persistent (default: backup)').choices(Object.keys(CONTEXTS)))
    .option('--journal <file>', 'record persistent copies, so that shadows clean-up deletes them after a crash')
    .option('--provider <id>', 'shadow copy provider (default: the service chooses)')
    .option('--transportable', 'for import on another server')
    .option('--isolate', 'run the requester in a process of its own')
    .optionsGroup('Patience:')
    .option('--wait <seconds>', 'how long to wait for another program that takes a shadow copy (default: 600)', seconds)
    .option('--retries <n>', 'how often to start over after an error that may pass (default: 3)', integer)
    .option('--retry-delay <seconds>', 'how long to wait before that (default: 600)', seconds);
  withMachineOptions(command).action((volumes: readonly string[], options: SnapshotOptions) => exit(snapshot(volumes, options, io)));
  return withEpilogue(
    command,
    'winbackup snapshot C: D: --exec "robocopy %WINBACKUP_DEVICE_2%\\Data E:\\backup /E" --writer SqlServerWriter',
    'winbackup snapshot C: --copy-to E:\\backup --path Data --documents E:\\backup-documents',
  );
}

function narrate(progress: SnapshotProgress): string {
  const { phase, attempt, waiting } = progress;
  const again = attempt === 1 ? '' : ` (attempt ${String(attempt)})`;
  if (waiting === undefined) return `${phase}${again}`;
  const what = waiting.reason === 'retry' ? 'failed in a way that may pass: starting over' : 'another program takes a shadow copy: asking again';
  return `${phase}${again} ${what}, within ${String(Math.round(waiting.ms / 1000))} s`;
}

/** `C:\\` -> `C`, `\\\\server\\share\\` -> `server_share`: a directory's name for each volume. Two that come out alike differ in a number. */
function directoriesOf(volumes: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return volumes.map((volume) => {
    const name = volume.replace(/[\\/:?*"<>|{}]+/g, '_').replace(/^_+|_+$/g, '');
    let free = name;
    for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${name}-${String(number)}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

async function snapshot(volumes: readonly string[], options: SnapshotOptions, io: Io): Promise<number> {
  return machineRun(io, options, async ({ backend, host, reporter, signal }) => {
    const { copyTo, exec, documents, context = 'backup', type = 'copy', path: paths } = options;
    const persistent = context !== 'backup' && context !== 'file-share-backup';
    if (exec === undefined && copyTo === undefined && !persistent) throw new ArgumentError('--exec', 'or --copy-to must say what the copies are for: these would be gone at once');
    checkCommand(exec);
    if (options.execTimeout !== undefined && exec === undefined) throw new ArgumentError('--exec-timeout', 'is for --exec');
    if (paths !== undefined && copyTo === undefined) throw new ArgumentError('--path', 'is for --copy-to');
    if (copyTo !== undefined) await checkFree('--copy-to', host, copyTo);
    const previousBackupStamps = options.previous === undefined ? undefined : (await loadDocuments('--previous', host, options.previous)).backupStamps;
    const journal = options.journal === undefined ? undefined : await SnapshotJournal.open({ path: options.journal, host });
    let saved: DocumentsDirectory | undefined;
    try {
      if (documents !== undefined) saved = await DocumentsDirectory.make('--documents', host, documents);
      await using session = await SnapshotSession.begin({
        backend, host, signal, volumes, backupType: BACKUP_TYPES[type], context: CONTEXTS[context],
        onProgress: (progress) => {
          reporter.say('phase', narrate(progress), { ...progress });
        },
        retry: defined({ times: options.retries, delayMs: milliseconds(options.retryDelay) }),
        timeouts: defined({ setInProgressMs: milliseconds(options.wait) }),
        ...defined({
          writers: options.writer, excludeWriters: options.excludeWriter, criticalWriters: options.criticalWriter, components: options.component, provider: options.provider,
          transportable: options.transportable, isolation: options.isolate && ('process' as const), journal, previousBackupStamps,
        }),
      });
      for (const [index, copy] of session.snapshots.entries()) reporter.say('snapshot', `${volumes[index] ?? ''} -> ${copy.deviceObject ?? 'not surfaced'}  {${copy.snapshotId}}`, { volume: volumes[index], ...copy });
      const work = { backend, host, reporter, signal };
      if (copyTo !== undefined) await copy(session, volumes, { ...work, to: copyTo, paths });
      if (exec !== undefined) await execute(exec, await environmentOf(session, volumes, work), { io, clock: host.clock, json: options.json === true, signal, timeoutMs: milliseconds(options.execTimeout) });
      const result = await completed(session, (complete) => save(saved, complete, reporter));
      for (const { writerName, code, state } of result.warnings) reporter.say('warning', `writer ${writerName}: ${code} in state ${state}`, { writer: writerName, code, state });
      const { snapshotSetId, backupStamps, unfinished } = result;
      reporter.say('done', `The backup is complete${persistent ? `; the copies stay: set {${snapshotSetId}}` : ''}`, {
        command: 'snapshot', snapshotSetId, backupStamps, persistent, writers: session.writers.map(({ writerName }) => writerName), unfinished: unfinished.map(({ message }) => message),
      });
    } finally {
      await saved?.discard();
      await journal?.close();
    }
  });
}

/** The backup's documents are saved whenever it is complete, also when a writer failed in BackupComplete itself. */
async function completed(session: SnapshotSession, done: (result: CompletedSnapshot) => Promise<void>): Promise<CompletedSnapshot> {
  try {
    const result = await session.complete();
    await done(result);
    return result;
  } catch (error) {
    if (error instanceof SnapshotError && error.completed !== undefined) await done(error.completed);
    throw error;
  }
}

async function save(documents: DocumentsDirectory | undefined, result: CompletedSnapshot, reporter: MachineWork['reporter']): Promise<void> {
  try {
    await documents?.save(result);
  } catch (error) {
    const { snapshotSetId } = result;
    reporter.say('documents-lost', 'The backup is complete, and its writers were told so; but its documents could not be saved', { snapshotSetId });
    throw error;
  }
}

const milliseconds = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 1000);

type Surroundings = Pick<MachineWork, 'backend' | 'host' | 'reporter' | 'signal'>;

async function copy(session: SnapshotSession, volumes: readonly string[], { to, paths, backend, host, reporter, signal }: Surroundings & { readonly to: string; readonly paths: readonly string[] | undefined }): Promise<void> {
  const partial = `${to}.partial`;
  await host.files.makeDirectory(partial);
  const names = directoriesOf(volumes);
  try {
    for (const [index, snapshot] of session.snapshots.entries()) {
      const directory = names[index] ?? String(index);
      const { files, directories, bytes, notKept } = await copyFromSnapshot({ backend, host, signal, snapshot, to: `${partial}/${directory}`, ...defined({ paths }) });
      for (const { path, what } of notKept) reporter.say('not-kept', `${path === '' ? 'Not kept of any file' : path}: ${what}`, { path, what });
      reporter.say('copied', `Copied from ${volumes[index] ?? ''} to ${to}/${directory}: ${String(files)} files, ${formatBytes(bytes)}`, { volume: volumes[index], to: `${to}/${directory}`, files, directories, bytes, notKept });
    }
    await host.files.rename(partial, to);
    await host.files.syncDirectory(host.files.directoryOf(host.files.resolve(to)));
  } catch (error) {
    // What failed is the first error; what could not be removed has a name that says what it is.
    await removeCopies(partial, { backend, host }).catch(() => undefined);
    throw error;
  }
}

/** For the command of --exec: WINBACKUP_VOLUME_1, WINBACKUP_DEVICE_1 ...; and where files of a simulated machine really are, WINBACKUP_PATH_1. */
async function environmentOf(session: SnapshotSession, volumes: readonly string[], { backend, host }: Surroundings): Promise<Readonly<Record<string, string>>> {
  const variables: Record<string, string> = { WINBACKUP_SNAPSHOT_SET: session.snapshotSetId, WINBACKUP_SNAPSHOTS: String(session.snapshots.length) };
  for (const [index, { deviceObject }] of session.snapshots.entries()) {
    const number = String(index + 1);
    variables[`WINBACKUP_VOLUME_${number}`] = volumes[index] ?? '';
    if (deviceObject === null) continue;
    variables[`WINBACKUP_DEVICE_${number}`] = deviceObject;
    variables[`WINBACKUP_PATH_${number}`] = backend.kind === 'native' ? deviceObject : await resolveDevicePath(`${deviceObject}\\`, { backend, host }).catch(() => '');
  }
  return variables;
}
