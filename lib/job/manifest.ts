/** The list of everything in a set, with checksums: what a restore relies on, and what shows that nothing is missing or changed. */
import { createHash } from 'node:crypto';
import { StateError, throwIfAborted } from '../binding';
import type { Files } from '../binding';
import { walk } from '../transaction/participants/file-set';
import { MANIFEST } from './description';

export const MANIFEST_VERSION = 1;

export interface ManifestFile {
  /** Below the set, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface JobManifest {
  readonly format: 'winbackup.job';
  readonly version: number;
  /** Windows was simulated. */
  readonly simulated: boolean;
  readonly job: string;
  /** Of the transaction monitor. */
  readonly transaction: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly snapshot?: {
    readonly snapshotSetId: string;
    readonly volumes: readonly { readonly volume: string; readonly snapshotId: string; readonly createdAt: string }[];
  };
  readonly databases: readonly { readonly name: string; readonly instance: string | null; readonly type: string; readonly files: readonly string[]; readonly bytes: number }[];
  readonly copies: readonly { readonly from: string; readonly to: string; readonly files: number; readonly directories: number; readonly bytes: number }[];
  /** What was there and could not be kept. */
  readonly notKept: readonly { readonly path: string; readonly what: string }[];
  readonly warnings: readonly string[];
  readonly files: readonly ManifestFile[];
}

/** ISO 8601 of milliseconds since 1970. */
export function isoTime(ms: number): string {
  // eslint-disable-next-line no-restricted-globals -- converts a time that the Host gave
  return new Date(ms).toISOString();
}

const CHUNK_BYTES = 1024 * 1024;

export interface ReadingOptions {
  /** Ends the reading with AbortError, before the next MiB. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that have been read so far, of all files. */
  readonly onProgress?: (bytes: number) => void;
}

async function digest(files: Files, path: string, before: number, { signal, onProgress }: ReadingOptions): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  const file = await files.open(path, 'read');
  try {
    let bytes = 0;
    for (;;) {
      throwIfAborted(signal);
      const count = await file.read(chunk, bytes);
      if (count === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(chunk.subarray(0, count));
      bytes += count;
      onProgress?.(before + bytes);
    }
  } finally {
    await file.close();
  }
}

/** Size and SHA-256 of every file of the set but its manifest. */
export async function listFiles(files: Files, set: string, options: ReadingOptions = {}): Promise<readonly ManifestFile[]> {
  const list: ManifestFile[] = [];
  let read = 0;
  for (const { path, kind } of await walk(files, set)) {
    if (kind !== 'file' || path === MANIFEST) continue;
    const found = { path, ...(await digest(files, `${set}/${path}`, read, options)) };
    list.push(found);
    read += found.bytes;
  }
  return list;
}

export interface CheckedSet {
  readonly manifest: JobManifest;
  /** Empty: the set is whole, and is what was written. */
  readonly problems: readonly { readonly path: string; readonly problem: 'is missing' | 'has changed' | 'is not in the manifest' }[];
}

/** Compares a set with its manifest. @throws StateError ERR_NO_MANIFEST when there is none that this program can read; AbortError */
export async function checkSet(files: Files, set: string, options: ReadingOptions = {}): Promise<CheckedSet> {
  const manifest = await readManifest(files, `${set}/${MANIFEST}`);
  const there = new Map((await listFiles(files, set, options)).map((file) => [file.path, file]));
  const problems: CheckedSet['problems'][number][] = [];
  for (const { path, bytes, sha256 } of manifest.files) {
    const found = there.get(path);
    there.delete(path);
    if (found === undefined) problems.push({ path, problem: 'is missing' });
    else if (found.bytes !== bytes || found.sha256 !== sha256) problems.push({ path, problem: 'has changed' });
  }
  for (const path of there.keys()) problems.push({ path, problem: 'is not in the manifest' });
  return { manifest, problems };
}

async function readManifest(files: Files, path: string): Promise<JobManifest> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new StateError('ERR_NO_MANIFEST', `${path} ${problem}`, { cause });
  };
  if ((await files.stat(path))?.isFile !== true) fail('is not there');
  let value: unknown;
  try {
    value = JSON.parse(await readText(files, path));
  } catch (error) {
    return fail('cannot be read', error);
  }
  const { format, version } = (value ?? {}) as Partial<JobManifest>;
  if (format !== 'winbackup.job') fail('is no manifest of a job');
  if (version !== MANIFEST_VERSION) fail(`has version ${String(version)}; this program reads version ${String(MANIFEST_VERSION)}`);
  return value as JobManifest;
}

export async function readText(files: Files, path: string): Promise<string> {
  const file = await files.open(path, 'read');
  try {
    const bytes = new Uint8Array(await file.size());
    for (let done = 0; done < bytes.byteLength; ) {
      const count = await file.read(bytes.subarray(done), done);
      if (count === 0) break;
      done += count;
    }
    return new TextDecoder().decode(bytes);
  } finally {
    await file.close();
  }
}
