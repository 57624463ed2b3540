/**
 * The coordinated backup job: one transaction of the monitor that snapshots the volumes, streams the databases, copies the files out of the shadow
 * copies, and gives all outputs their names together, or backs everything out.
 */
import { checkKnownFields, resolveBackend, throwIfAborted } from '../binding';
import type { Backend, Files, Host, SqlServer } from '../binding';
import { asError } from '../binding/waiting';
import { FileSystemError } from '../transaction';
import type { Participant, Recoverer, Transaction, TransactionMonitor } from '../transaction';
import { backupDatabase } from '../vdi';
import { SnapshotSession, copyFromSnapshot, resolveDevicePath } from '../vss';
import type { CompletedSnapshot } from '../vss';
import { DOCUMENTS, MANIFEST, descriptionError, stripesOf } from './description';
import type { JobDatabase, JobDescription, JobFiles } from './description';
import { JobAbortError, JobError } from './errors';
import type { JobFailure } from './errors';
import { JobEvents } from './events';
import { MANIFEST_VERSION, isoTime, listFiles } from './manifest';
import type { JobManifest } from './manifest';
import { tellTransaction } from './monitor-events';
import { makeSet, outputSet, publishSet, syncSet, withdrawSet, writeOutput } from './outputs';
import type { OutputSet } from './outputs';
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

/** The kind of the participant that a crash leaves something of. */
const OUTPUTS = 'winbackup.job.outputs';

/** What the monitor needs to bring jobs to their end after a crash; for `recoverers` of TransactionMonitor.open. */
export function jobRecoverers(files: Files): Readonly<Record<string, Recoverer>> {
  return {
    [OUTPUTS]: (record) => {
      const set = record as unknown as OutputSet;
      return { commit: () => publishSet(files, set), backout: () => withdrawSet(files, set) };
    },
  };
}

const optionNames = ['description', 'monitor', 'sql', 'run', 'signal', 'onProgress', 'backend', 'host'];

/**
 * Runs the job. Resolves once every output is durable under its final name.
 * @throws ArgumentError before anything is started (DescriptionError, with the line, for what the description has wrong); JobError and JobAbortError
 *   once everything has been backed out
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
  for (const [index, { from, volume, path }] of description.files.entries()) {
    const field = `job.files[${String(index)}].from`;
    let source: string;
    try {
      source = await resolveDevicePath(`${volume}${path}`, { backend, security: 'host' });
    } catch (error) {
      throw descriptionError(description, field, `is not there: ${asError(error).message}`);
    }
    const info = await files.stat(source);
    if (info === undefined) throw descriptionError(description, field, `is not there: ${from}`);
    if (above.has(info.identity)) throw descriptionError(description, 'job.destination', `is a source, or lies in one: ${from} holds ${destination}`);
  }
}

class JobRun {
  private part = 'begin';
  private transactionId = '';
  /** The work has ended, however. */
  private settled: Promise<void> = Promise.resolve();
  private readonly startedAt: number;
  private readonly set: OutputSet;
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
    const { name, destination, partialOutputs } = options.description;
    this.simulated = backend.kind === 'simulated';
    this.startedAt = host.clock.now();
    this.set = outputSet(destination, name, this.startedAt, host.random.uuid().slice(0, 8), partialOutputs === 'keep');
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
    const transaction = monitor.beginTransaction({ tag: description.name, ...(jobMs === undefined ? {} : { timeoutMs: jobMs }) });
    this.transactionId = transaction.id;
    told.of(transaction.id);
    const onAbort = (): void => {
      monitor.abortTransaction(transaction);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    try {
      const working = this.work(transaction);
      this.settled = working.then(() => undefined, () => undefined);
      const manifest = await working;
      const { state, code, failures } = await this.does('commit', async () => {
        await monitor.endTransaction(transaction);
        // The outputs take their names behind the decision.
        return transaction.finished;
      });
      if (state !== 'COMMITTED') throw new FileSystemError(code, transaction.cause?.detail, { cause: failures[0]?.error });
      return { simulated: this.simulated, set: this.set.final, manifest, durationMs: this.host.clock.now() - this.startedAt };
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
    const { state, failures } = await transaction.finished;
    const { part, simulated, set: { kept } } = this;
    const failure: JobFailure = {
      job: description.name, transaction: transaction.id, part, simulated, outcome: state, fileSystemError: transaction.cause?.code,
      kept: kept !== undefined && (await this.host.files.stat(kept)) !== undefined ? kept : undefined,
      unfinished: [...this.unfinished, ...failures.map((each) => each.error)],
    };
    return signal?.aborted === true && state === 'ABORTED' ? new JobAbortError(failure, signal.reason) : new JobError(failure, error);
  }

  /** Nothing of it is there before it is enlisted: its record is durable by then. */
  private outputs(): Participant {
    const { set, host: { files } } = this;
    return {
      name: 'outputs', kind: OUTPUTS, record: { ...set },
      prepare: () => syncSet(files, set),
      commit: () => publishSet(files, set),
      backout: async () => {
        await this.settled;
        await withdrawSet(files, set);
      },
    };
  }

  /** What leaves nothing behind but what the outputs hold: its backout is that its work has ended. */
  private ending(name: string, resources: readonly string[] = []): Participant {
    return { name, resources, prepare: () => Promise.resolve(), commit: () => Promise.resolve(), backout: () => this.settled };
  }

  // --- The work, in the order in which it must be done ---

  private async work(transaction: Transaction): Promise<JobManifest> {
    const { description } = this.options;
    const { signal } = transaction;
    await transaction.enlist(this.outputs());
    // In one order for all jobs, so that no two wait for each other; before the snapshot, so that it does not wait with them.
    const resources = new Map(description.databases.map(({ name, instance }) => [`database ${instance ?? 'MSSQLSERVER'}\\${name}`.toLowerCase(), `database ${name}`]));
    this.part = 'locks';
    const { lockMs } = description.timeouts;
    for (const [resource, name] of [...resources].sort()) {
      await transaction.lock(resource, lockMs === undefined ? {} : { timeoutMs: lockMs });
      await transaction.enlist(this.ending(name, [resource]));
    }
    if (description.volumes.length > 0) await transaction.enlist(this.ending('snapshot'));
    await makeSet(this.host.files, this.set);
    const session = description.volumes.length === 0 ? undefined : await this.snapshot(signal);
    try {
      // DoSnapshotSet has returned: nothing below delays the thaw.
      for (const database of description.databases) await this.database(database, signal);
      if (session !== undefined) for (const copy of description.files) await this.copy(copy, session, signal);
      const completed = session === undefined ? undefined : await this.complete(session, signal);
      return await this.manifest(completed, signal);
    } finally {
      // Without effect once it is complete; else the writers are told, and the copies go.
      await session?.abort().catch((error: unknown) => this.unfinished.push(asError(error)));
    }
  }

  private snapshot(signal: AbortSignal): Promise<SnapshotSession> {
    const { volumes, writers, excludeWriters, criticalWriters, timeouts: { snapshotMs, setInProgressMs } } = this.options.description;
    return this.does('snapshot', async (tell) => SnapshotSession.begin({
      backend: this.backend, host: this.host, signal, volumes,
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

  private database(database: JobDatabase, signal: AbortSignal): Promise<void> {
    const { name, instance = null, type, compress, copyOnly } = database;
    const { attachMs } = this.options.description.timeouts;
    return this.does(`database ${name}`, async (tell) => {
      const stripes = stripesOf(database);
      const { bytes } = await backupDatabase({
        backend: this.backend, host: this.host, signal, sql: this.options.sql(instance), instance, database: name, type,
        to: stripes.map((stripe) => `${this.set.partial}/${stripe}`),
        ...(copyOnly ? { options: { copyOnly } } : {}),
        ...(compress === undefined ? {} : { compress }),
        ...(attachMs === undefined ? {} : { timeouts: { attachMs } }),
        onProgress: (progress) => tell({ bytes: progress.bytes, percent: progress.percent, bytesPerSecond: progress.bytesPerSecond }),
      });
      this.databases.push({ name, instance, type, files: stripes, bytes });
    });
  }

  private copy({ from, volume, path, to }: JobFiles, session: SnapshotSession, signal: AbortSignal): Promise<void> {
    return this.does(`files ${to}`, async (tell) => {
      const index = this.options.description.volumes.indexOf(volume);
      const snapshot = session.snapshots[index];
      if (snapshot === undefined) throw new TypeError(`there is no shadow copy of ${volume}`);
      const { files, directories, bytes, notKept } = await copyFromSnapshot({
        backend: this.backend, host: this.host, signal, snapshot, paths: [path], to: `${this.set.partial}/${to}`,
        onProgress: (progress) => tell({ bytes: progress.bytes, detail: progress.path }),
      });
      this.copies.push({ from, to, files, directories, bytes });
      this.notKept.push(...notKept.map((each) => ({ ...each, path: `${volume}${each.path.replaceAll('/', '\\')}` })));
    });
  }

  /**
   * Tells the writers that their data has been read. This comes before the decision, because the documents belong to the outputs; a job that is
   * backed out after it has promised nothing, because its backup is of the type COPY, of which writers keep no account (facts/vss.md 2.1).
   */
  private complete(session: SnapshotSession, signal: AbortSignal): Promise<CompletedSnapshot> {
    return this.does('writers', async () => {
      const completed = await session.complete({ signal });
      const { files } = this.host;
      const directory = `${this.set.partial}/${DOCUMENTS}`;
      await files.makeDirectory(directory);
      await writeOutput(files, `${directory}/backup-components.xml`, completed.backupComponentsDocument);
      for (const { instanceId, document } of completed.writerDocuments) await writeOutput(files, `${directory}/writer-${instanceId}.xml`, document);
      for (const { writerName, code } of completed.warnings) this.warnings.push(`writer ${writerName}: ${code}`);
      for (const error of completed.unfinished) this.warnings.push(`not ended: ${error.message}`);
      return completed;
    });
  }

  private manifest(completed: CompletedSnapshot | undefined, signal: AbortSignal): Promise<JobManifest> {
    const { description } = this.options;
    return this.does('manifest', async () => {
      throwIfAborted(signal);
      const files = await listFiles(this.host.files, this.set.partial);
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
      await writeOutput(this.host.files, `${this.set.partial}/${MANIFEST}`, `${JSON.stringify(manifest, null, 2)}\n`);
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
