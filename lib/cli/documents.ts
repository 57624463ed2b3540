/** The documents of a completed snapshot in a directory: what `winbackup restore-components` needs later, and the next incremental backup. */
import { ArgumentError } from '../binding/errors';
import type { Host } from '../binding/host';
import { asError } from '../binding/waiting';
import type { BackupStamp } from '../vss/snapshot-creation';
import type { CompletedSnapshot } from '../vss/snapshot-session';

const COMPONENTS = 'backup-components.xml';
const SUMMARY = 'snapshot.json';

interface Summary {
  readonly simulated: boolean;
  readonly snapshotSetId: string;
  readonly backupType: number;
  readonly bootableSystemState: boolean;
  readonly backupStamps: readonly BackupStamp[];
  readonly writers: readonly { readonly writerName: string; readonly writerId: string; readonly instanceId: string; readonly file: string }[];
}

async function write({ files }: Host, path: string, text: string): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await file.write(new TextEncoder().encode(text), 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function read({ files }: Host, path: string): Promise<string> {
  const file = await files.open(path, 'read');
  try {
    const bytes = new Uint8Array(await file.size());
    return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes, 0)));
  } finally {
    await file.close();
  }
}

/** Before anything is started: neither the directory is there, nor what an interrupted run has left of it. */
export async function checkFree(option: string, { files }: Host, directory: string): Promise<void> {
  if (directory === '') throw new ArgumentError(option, 'must not be empty');
  for (const taken of [directory, `${directory}.partial`]) if ((await files.stat(taken)) !== undefined) throw new ArgumentError(option, `exists already: ${taken}`);
}

/** A new directory of documents. It is made before anything is started, so that what stands against it shows then, and takes its name when everything is in it. */
export class DocumentsDirectory {
  private constructor(private readonly host: Host, private readonly directory: string) {}

  /** @throws ArgumentError */
  static async make(option: string, host: Host, directory: string): Promise<DocumentsDirectory> {
    await checkFree(option, host, directory);
    const documents = new DocumentsDirectory(host, directory);
    try {
      await host.files.makeDirectory(documents.partial);
    } catch (error) {
      throw new ArgumentError(option, `cannot be made: ${asError(error).message}`);
    }
    return documents;
  }

  async save(result: CompletedSnapshot): Promise<void> {
    const { host, host: { files }, partial, directory } = this;
    const writers = result.writerDocuments.map(({ writerName, writerId, instanceId }) => ({ writerName, writerId, instanceId, file: `writer-${instanceId}.xml` }));
    for (const [index, { file }] of writers.entries()) await write(host, `${partial}/${file}`, result.writerDocuments[index]?.document ?? '');
    await write(host, `${partial}/${COMPONENTS}`, result.backupComponentsDocument);
    const { simulated, snapshotSetId, backupType, bootableSystemState, backupStamps } = result;
    const summary: Summary = { simulated, snapshotSetId, backupType, bootableSystemState, backupStamps, writers };
    await write(host, `${partial}/${SUMMARY}`, `${JSON.stringify(summary, null, 2)}\n`);
    await files.syncDirectory(partial);
    await files.rename(partial, directory);
    await files.syncDirectory(files.directoryOf(files.resolve(directory)));
  }

  /** What was not saved is removed. Never throws: it is for ends that have their own error. */
  async discard(): Promise<void> {
    const { host: { files }, partial } = this;
    try {
      if ((await files.stat(partial)) === undefined) return;
      for (const name of await files.list(partial)) await files.remove(`${partial}/${name}`);
      await files.removeDirectory(partial);
    } catch {
      // Its name says what it is.
    }
  }

  private get partial(): string {
    return `${this.directory}.partial`;
  }
}

export interface SavedDocuments {
  readonly backupComponentsDocument: string;
  readonly writerDocuments: readonly { readonly document: string }[];
  readonly backupStamps: readonly BackupStamp[];
}

function summaryOf(argument: string, directory: string, text: string): Pick<Summary, 'writers' | 'backupStamps'> {
  try {
    const { writers, backupStamps } = JSON.parse(text) as Partial<Summary>;
    if (writers?.every(({ file }) => typeof file === 'string') === true && Array.isArray(backupStamps)) return { writers, backupStamps };
  } catch {
    // As below.
  }
  throw new ArgumentError(argument, `holds a damaged ${SUMMARY}: ${directory}`);
}

/** @throws ArgumentError; the file system's errors */
export async function loadDocuments(argument: string, host: Host, directory: string): Promise<SavedDocuments> {
  if ((await host.files.stat(`${directory}/${SUMMARY}`))?.isFile !== true) throw new ArgumentError(argument, `holds no documents of winbackup snapshot: ${directory}`);
  const { writers, backupStamps } = summaryOf(argument, directory, await read(host, `${directory}/${SUMMARY}`));
  const writerDocuments: { document: string }[] = [];
  for (const { file } of writers) writerDocuments.push({ document: await read(host, `${directory}/${file}`) });
  return { backupComponentsDocument: await read(host, `${directory}/${COMPONENTS}`), writerDocuments, backupStamps };
}
