/**
 * The coordinated backup job: one transaction of the monitor that snapshots the volumes, streams the databases, copies the files out of the shadow
 * copies, and gives all outputs their names together, or backs everything out.
 */
import { checkKnownFields, resolveBackend, throwIfAborted } from '../binding';
import type { Backend, Host, SqlServer } from '../binding';
import { asError } from '../binding/waiting';
import { DatabaseBackup, FE, FileSet, FileSystemError, SnapshotSet } from '../transaction';
import type { Transaction, TransactionMonitor } from '../transaction';
import { databaseResource } from '../transaction/participants/databases';
import { copyFromSnapshot, resolveDevicePath } from '../vss';
import type { CompletedSnapshot, SnapshotSession } from '../vss';
import { DOCUMENTS, MANIFEST, descriptionError, stripesOf } from './description';
import type { JobDatabase, JobDescription, JobFiles } from './description';
import { JobAbortError, JobError } from './errors';
import type { JobFailure } from './errors';
import { JobEvents } from './events';
import { MANIFEST_VERSION, isoTime, listFiles } from './manifest';
import type { JobManifest } from './manifest';
import { tellTransaction } from './monitor-events';
import { tracedBackend } from './traced-backend';

/** How far one part has come. */
export interface JobProgress {
  /** `snapshot`, `database Sales`, `files data`, `manifest`, `commit`. */
  readonly part: string;
  readonly state: 'started' | 'running' | 'done';
  readonly bytes?: number;
  readonly percent?: number | undefined;
  readonly bytesPerSecond?: number;
  /** A step of the snapshot, a path. */
  readonly detail?: string;
  readonly simulated: boolean;
}

export interface JobOptions {
  readonly description: JobDescription;
  readonly monitor: TransactionMonitor;
  /** The SQL Server of an instance; null is the default instance. */
  readonly sql: (instance: string | null) => SqlServer;
  /** In the events of this run; default: a new UUID. */
  readonly run?: string;
  /** Aborts the job; it then rejects with JobAbortError once it has been backed out. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
  /** Default: native on Windows, simulated elsewhere. */
  readonly backend?: Backend;
  /** Time, randomness and files. Default: the backend's. */
  readonly host?: Host;
}

export interface JobResult {
  /** Windows was simulated. */
  readonly simulated: boolean;
  /** The directory that holds the outputs. */
  readonly set: string;
  readonly manifest: JobManifest;
  readonly durationMs: number;
}

const optionNames = ['description', 'monitor', 'sql', 'run', 'signal', 'onProgress', 'backend', 'host'];

/**
 * Runs the job. Resolves once every output is durable under its final name.
 * @throws before anything is started: ArgumentError (DescriptionError, with the line, for what the description has wrong), FileSystemError when the
 *   monitor begins no transaction; JobError and JobAbortError once everything has been backed out, or cannot be (`failure.outcome`)
 */
export async function runJob(options: JobOptions): Promise<JobResult> {
  checkKnownFields('options', options, optionNames);
  throwIfAborted(options.signal);
  const machine = await resolveBackend(options.backend);
  const host = options.host ?? machine.host;
  await checkJob(options.description, { backend: machine, host });
  const run = options.run ?? host.random.uuid();
  const events = new JobEvents(run, host.clock);
  return new JobRun(options, tracedBackend(machine, events), host, events).run();
}

/**
 * What only the machine can tell: whether the sources are there, and that the destination is none of them. Starts nothing.
 * @throws DescriptionError
 */
export async function checkJob(description: JobDescription, { backend, host }: { readonly backend: Backend; readonly host: Host }): Promise<void> {
  const { files } = host;
  const { destination } = description;
  const there = await files.stat(destination);
  if (there !== undefined && !there.isDirectory) throw descriptionError(description, 'job.destination', `is no directory: ${destination}`);
  /** Of the destination and every directory above it; a directory has one identity, whatever path leads there. */
  const above = new Set<string>();
  for (let at = destination; ; at = files.directoryOf(at)) {
    const info = await files.stat(at);
    if (info !== undefined) above.add(info.identity);
    if (files.directoryOf(at) === at) break;
  }
  const found = async (field: string, path: string): Promise<string> => {
    try {
      return await resolveDevicePath(path, { backend, security: 'host' });
    } catch (error) {
      throw descriptionError(description, field, `is not there: ${asError(error).message}`);
    }
  };
  for (const [index, volume] of description.volumes.entries()) await found(`job.volumes[${String(index)}]`, volume);
  for (const [index, { from, volume, path }] of description.files.entries()) {
    const field = `job.files[${String(index)}].from`;
    const source = await found(field, `${volume}${path}`);
    const info = await files.stat(source);
    if (info === undefined) throw descriptionError(description, field, `is not there: ${from}`);
    if (above.has(info.identity)) throw descriptionError(description, 'job.destination', `is a source, or lies in one: ${from} holds ${destination}`);
  }
}

/** By the number of a transaction that ended or hangs; every other one is an abort's. */
const DECISION_OF: Readonly<Record<number, JobFailure['decision']>> = { [FE.FE_OK]: 'commit', [FE.FE_OUTCOME_UNKNOWN]: 'unknown' };

class JobRun {
  private part = 'begin';
  private transactionId = '';
  private readonly startedAt: number;
  private outputs: FileSet | undefined;
  private readonly simulated: boolean;
  private readonly notKept: { path: string; what: string }[] = [];
  private readonly warnings: string[] = [];
  private readonly unfinished: Error[] = [];
  private readonly databases: JobManifest['databases'][number][] = [];
  private readonly copies: JobManifest['copies'][number][] = [];

  constructor(
    private readonly options: JobOptions,
    private readonly backend: Backend,
    private readonly host: Host,
    private readonly events: JobEvents,
  ) {
    this.simulated = backend.kind === 'simulated';
    this.startedAt = host.clock.now();
  }

  async run(): Promise<JobResult> {
    const { description } = this.options;
    return this.events.span('job', `job ${description.name}`, () => this.transaction(), { simulated: this.simulated });
  }

  // --- The transaction ---

  private async transaction(): Promise<JobResult> {
    const { monitor, description, signal } = this.options;
    const { jobMs } = description.timeouts;
    const told = tellTransaction(this.events);
    let transaction: Transaction;
    try {
      transaction = monitor.beginTransaction({ tag: description.name, ...(jobMs === undefined ? {} : { timeoutMs: jobMs === 0 ? Infinity : jobMs }) });
    } catch (error) {
      told.stop();
      throw error;
    }
    this.transactionId = transaction.id;
    told.of(transaction.id);
    const onAbort = (): void => {
      monitor.abortTransaction(transaction);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      const { manifest, set } = await this.work(transaction);
      const { state, code, failures } = await this.does('commit', async () => {
        await monitor.endTransaction(transaction);
        // The outputs take their names behind the decision.
        return transaction.finished;
      });
      const [failure] = failures;
      // Decided, and not carried out: the transaction has no error of its own then.
      if (state === 'HUNG' && code === FE.FE_OK && failure !== undefined) throw failure.error;
      if (state !== 'COMMITTED') throw new FileSystemError(code, transaction.cause?.detail, { cause: failure?.error });
      return { simulated: this.simulated, set, manifest, durationMs: this.host.clock.now() - this.startedAt };
    } catch (error) {
      monitor.abortTransaction(transaction);
      throw await this.failed(error, transaction);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      told.stop();
    }
  }

  /** Waits for the backout, and tells how it went. */
  private async failed(error: unknown, transaction: Transaction): Promise<Error> {
    const { description, signal } = this.options;
    const { state, code, failures } = await transaction.finished;
    const { part, simulated, outputs } = this;
    const failure: JobFailure = {
      job: description.name, transaction: transaction.id, part, simulated, outcome: state, fileSystemError: transaction.cause?.code,
      decision: DECISION_OF[code] ?? 'abort',
      kept: await this.found(outputs?.kept),
      outputs: state === 'ABORTED' ? undefined : ((await this.found(outputs?.directory)) ?? (await this.found(outputs?.path()))),
      unfinished: [...this.unfinished, ...failures.map((each) => each.error)],
    };
    return signal?.aborted === true && state === 'ABORTED' ? new JobAbortError(failure, signal.reason) : new JobError(failure, error);
  }

  /** The path, where anything is there; a disk that is lost shows nothing. */
  private async found(path: string | undefined): Promise<string | undefined> {
    if (path === undefined) return undefined;
    const info = await this.host.files.stat(path).catch(() => undefined);
    return info === undefined ? undefined : path;
  }

  // --- The work, in the order in which it must be done ---

  private async work(transaction: Transaction): Promise<{ readonly manifest: JobManifest; readonly set: string }> {
    const { description, monitor } = this.options;
    const { name, destination, partialOutputs } = description;
    const outputs = await FileSet.enlist(monitor, transaction, { name: 'outputs', directory: `${destination}/${this.setName(name)}`, keep: partialOutputs === 'keep' });
    this.outputs = outputs;
    this.part = 'locks';
    const backups = await this.lockDatabases(transaction, outputs);
    const snapshot = description.volumes.length === 0 ? undefined : await SnapshotSet.enlist(monitor, transaction);
    try {
      const session = snapshot === undefined ? undefined : await this.snapshot(snapshot);
      // DoSnapshotSet has returned: nothing below delays the thaw.
      for (const database of description.databases) await this.database(database, backups);
      if (session !== undefined) for (const copy of description.files) await this.copy(copy, session, outputs, transaction.signal);
      const completed = snapshot === undefined ? undefined : await this.complete(snapshot, outputs);
      return { manifest: await this.manifest(completed, outputs, transaction.signal), set: outputs.directory };
    } finally {
      // Without effect once it is complete; else the writers are told, and the copies go.
      await snapshot?.abort();
      this.unfinished.push(...(snapshot?.unfinished ?? []));
    }
  }

  /** `nightly-20261120T204500Z-1a2b3c4d`. */
  private setName(job: string): string {
    return `${job}-${isoTime(this.startedAt).replace(/[-:]|\.\d+/g, '')}-${this.host.random.uuid().slice(0, 8)}`;
  }

  /** In one order for all jobs, so that no two wait for each other; before the snapshot, so that it does not wait with them. */
  private async lockDatabases(transaction: Transaction, outputs: FileSet): Promise<ReadonlyMap<JobDatabase, DatabaseBackup>> {
    const { description: { databases, timeouts: { lockMs } }, monitor } = this.options;
    const backups = new Map<JobDatabase, DatabaseBackup>();
    const resourceOf = ({ name, instance }: JobDatabase): string => databaseResource(name, instance);
    for (const database of [...databases].sort((one, other) => (resourceOf(one) < resourceOf(other) ? -1 : 1))) {
      const { name, instance = null } = database;
      backups.set(database, await DatabaseBackup.enlist(monitor, transaction, outputs, { database: name, instance, ...(lockMs === undefined ? {} : { lockTimeoutMs: lockMs }) }));
    }
    return backups;
  }

  private snapshot(snapshot: SnapshotSet): Promise<SnapshotSession> {
    const { volumes, writers, excludeWriters, criticalWriters, timeouts: { snapshotMs, setInProgressMs } } = this.options.description;
    return this.does('snapshot', async (tell) => snapshot.begin({
      backend: this.backend, volumes,
      onProgress: ({ phase }) => {
        this.events.instant('phase', phase);
        tell({ detail: phase });
      },
      ...(writers === undefined ? {} : { writers }),
      ...(excludeWriters === undefined ? {} : { excludeWriters }),
      ...(criticalWriters === undefined ? {} : { criticalWriters }),
      timeouts: { ...(snapshotMs === undefined ? {} : { operationMs: snapshotMs }), ...(setInProgressMs === undefined ? {} : { setInProgressMs }) },
    }));
  }

  private database(database: JobDatabase, backups: ReadonlyMap<JobDatabase, DatabaseBackup>): Promise<void> {
    const { name, instance = null, type, compress, copyOnly } = database;
    const { attachMs } = this.options.description.timeouts;
    return this.does(`database ${name}`, async (tell) => {
      const stripes = stripesOf(database);
      const result = await backups.get(database)?.run({
        backend: this.backend, sql: this.options.sql(instance), type, to: stripes,
        ...(copyOnly ? { options: { copyOnly } } : {}),
        ...(compress === undefined ? {} : { compress }),
        ...(attachMs === undefined ? {} : { timeouts: { attachMs } }),
        onProgress: (progress) => tell({ bytes: progress.bytes, percent: progress.percent, bytesPerSecond: progress.bytesPerSecond }),
      });
      this.databases.push({ name, instance, type, files: stripes, bytes: result?.bytes ?? 0 });
    });
  }

  private copy({ from, volume, path, to }: JobFiles, session: SnapshotSession, outputs: FileSet, signal: AbortSignal): Promise<void> {
    return this.does(`files ${to}`, async (tell) => {
      const index = this.options.description.volumes.indexOf(volume);
      const snapshot = session.snapshots[index];
      if (snapshot === undefined) throw new TypeError(`there is no shadow copy of ${volume}`);
      const { files, directories, bytes, notKept } = await outputs.write(() => copyFromSnapshot({
        backend: this.backend, host: this.host, signal, snapshot, paths: [path], to: outputs.path(to),
        onProgress: (progress) => tell({ bytes: progress.bytes, detail: progress.path }),
      }));
      this.copies.push({ from, to, files, directories, bytes });
      this.notKept.push(...notKept.map((each) => ({ ...each, path: `${volume}${each.path.replaceAll('/', '\\')}` })));
    });
  }

  /**
   * Tells the writers that their data has been read. This comes before the decision, because the documents belong to the outputs; a job that is
   * backed out after it has promised nothing, because its backup is of the type COPY, of which writers keep no account (facts/vss.md 2.1).
   */
  private complete(snapshot: SnapshotSet, outputs: FileSet): Promise<CompletedSnapshot> {
    return this.does('writers', async () => {
      const completed = await snapshot.complete();
      await outputs.makeDirectory(DOCUMENTS);
      await outputs.writeText(`${DOCUMENTS}/backup-components.xml`, completed.backupComponentsDocument);
      for (const { instanceId, document } of completed.writerDocuments) await outputs.writeText(`${DOCUMENTS}/writer-${instanceId}.xml`, document);
      for (const { writerName, code } of completed.warnings) this.warnings.push(`writer ${writerName}: ${code}`);
      for (const error of completed.unfinished) this.warnings.push(`not ended: ${error.message}`);
      return completed;
    });
  }

  private manifest(completed: CompletedSnapshot | undefined, outputs: FileSet, signal: AbortSignal): Promise<JobManifest> {
    const { description } = this.options;
    return this.does('manifest', async (tell) => {
      const files = await outputs.write((directory) => listFiles(this.host.files, directory, { signal, onProgress: (bytes) => tell({ bytes }) }));
      const manifest: JobManifest = {
        format: 'winbackup.job', version: MANIFEST_VERSION, simulated: this.simulated, job: description.name, transaction: this.transactionId,
        startedAt: isoTime(this.startedAt), finishedAt: isoTime(this.host.clock.now()),
        ...(completed === undefined ? {} : {
          snapshot: {
            snapshotSetId: completed.snapshotSetId,
            volumes: completed.snapshots.map(({ snapshotId, createdAt }, index) => ({
              volume: description.volumes[index] ?? '', snapshotId, createdAt: isoTime(createdAt),
            })),
          },
        }),
        databases: this.databases, copies: this.copies, notKept: this.notKept, warnings: this.warnings, files,
      };
      await outputs.writeText(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
      return manifest;
    });
  }

  /** One part, told as it begins, goes on and ends. */
  private async does<T>(part: string, work: (tell: (progress: Omit<JobProgress, 'part' | 'state' | 'simulated'>) => void) => Promise<T>): Promise<T> {
    this.part = part;
    const { onProgress } = this.options;
    const { simulated } = this;
    onProgress?.({ part, state: 'started', simulated });
    const result = await this.events.span('phase', part, () => work((progress) => onProgress?.({ ...progress, part, state: 'running', simulated })));
    onProgress?.({ part, state: 'done', simulated });
    return result;
  }
}
