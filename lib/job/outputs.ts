/**
 * The set of outputs of one run: a directory that is written beside its final name and takes it in one step when the transaction commits, so that
 * either all outputs are there or none (design rule 9).
 */
import { errorCode } from '../binding';
import type { Files } from '../binding';
import { isoTime, walk } from './manifest';

/** What the transaction's log holds of it. */
export interface OutputSet {
  /** Where it is written. */
  readonly partial: string;
  readonly final: string;
  /** Where a set that is backed out is kept; absent: it is removed. */
  readonly kept?: string;
}

/** `nightly-20261120T204500Z-1a2b3c4d` in the destination. */
export function outputSet(destination: string, name: string, now: number, unique: string, keep: boolean): OutputSet {
  const stamp = isoTime(now).replace(/[-:]|\.\d+/g, '');
  const final = `${destination}/${name}-${stamp}-${unique}`;
  return { final, partial: `${final}.partial`, ...(keep ? { kept: `${final}.aborted` } : {}) };
}

export async function makeSet(files: Files, { partial }: OutputSet): Promise<void> {
  await files.makeDirectory(partial);
  const destination = files.directoryOf(partial);
  await files.syncDirectory(destination);
  await files.syncDirectory(files.directoryOf(destination));
}

export async function writeOutput(files: Files, path: string, text: string): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await file.write(Buffer.from(text), 0);
  } finally {
    await file.close();
  }
}

/** Makes everything in the set durable, under its provisional name. */
export async function syncSet(files: Files, { partial }: OutputSet): Promise<void> {
  const directories = [partial];
  for (const { path, kind } of await walk(files, partial)) {
    if (kind === 'directory') directories.push(`${partial}/${path}`);
    if (kind !== 'file') continue;
    const file = await openForSync(files, `${partial}/${path}`);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
  for (const directory of directories) await files.syncDirectory(directory);
}

/** Files keep their attributes when they are copied: a read-only one cannot be opened for writing, which Windows wants before it flushes. */
async function openForSync(files: Files, path: string): ReturnType<Files['open']> {
  try {
    return await files.open(path, 'modify');
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    return files.open(path, 'read');
  }
}

/** Idempotent: a set whose provisional name is gone has its final one. */
export async function publishSet(files: Files, { partial, final }: OutputSet): Promise<void> {
  if ((await files.stat(partial)) !== undefined) await files.rename(partial, final);
  await files.syncDirectory(files.directoryOf(final));
}

/** Idempotent. A set that is kept no longer looks like one that somebody is writing. */
export async function withdrawSet(files: Files, { partial, kept }: OutputSet): Promise<void> {
  const destination = files.directoryOf(partial);
  if ((await files.stat(destination)) === undefined) return;
  if ((await files.stat(partial)) !== undefined) {
    if (kept === undefined) await removeTree(files, partial);
    else await files.rename(partial, kept);
  }
  await files.syncDirectory(destination);
}

async function removeTree(files: Files, directory: string): Promise<void> {
  for (const { path, kind } of [...(await walk(files, directory))].reverse()) {
    if (kind === 'directory') await files.removeDirectory(`${directory}/${path}`);
    else await files.remove(`${directory}/${path}`);
  }
  await files.removeDirectory(directory);
}
