/** The copy of a real directory that stands for a shadow copy, and the detection of what changed while it was made. */
import type { DirectoryEntry, Files } from '../../binding/host';

/** What the copy could not keep as of one instant. */
export interface CopyReport {
  /** Files and directories that changed, came or went while the copy was made, relative to the volume's root, with `/`. */
  readonly changed: readonly string[];
  /** Symbolic links, devices, sockets: left out. */
  readonly skipped: readonly string[];
}

type Tree = Map<string, string>;

async function walk(
  files: Files, root: string, excluded: string, visit: (path: string, kind: DirectoryEntry['kind']) => Promise<void>,
): Promise<void> {
  const directory = async (path: string): Promise<void> => {
    for (const { name, kind } of await files.entries(`${root}/${path}`)) {
      const inner = path === '' ? name : `${path}/${name}`;
      if (files.resolve(`${root}/${inner}`) === excluded) continue;
      await visit(inner, kind);
      if (kind === 'directory') await directory(inner);
    }
  };
  await directory('');
}

/** Size and time of every file. */
async function survey(files: Files, root: string, excluded: string): Promise<Tree> {
  const tree: Tree = new Map();
  await walk(files, root, excluded, async (path, kind) => {
    const info = kind === 'file' ? await files.stat(`${root}/${path}`) : undefined;
    tree.set(path, info === undefined ? kind : `${String(info.size)} ${String(info.modified)} ${info.identity}`);
  });
  return tree;
}

/** Copies everything below `from` but `excluded` to the new directory `to`. A file that vanishes meanwhile is a change, not an error. */
export async function copyDirectory(files: Files, from: string, to: string, excluded: string): Promise<CopyReport> {
  const before = await survey(files, from, excluded);
  const skipped: string[] = [];
  const changed = new Set<string>();
  await files.makeDirectory(to);
  for (const [path, kind] of before) {
    try {
      if (kind === 'directory') await files.makeDirectory(`${to}/${path}`);
      else if (kind === 'other') skipped.push(path);
      else await files.copy(`${from}/${path}`, `${to}/${path}`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      changed.add(path);
    }
  }
  const after = await survey(files, from, excluded);
  for (const [path, info] of before) if (after.get(path) !== info) changed.add(path);
  for (const path of after.keys()) if (!before.has(path)) changed.add(path);
  return { changed: [...changed].sort(), skipped: skipped.sort() };
}

/** Removes everything below `root` but `excluded`. */
export async function emptyDirectory(files: Files, root: string, excluded: string): Promise<void> {
  for (const { name, kind } of await files.entries(root)) {
    const path = `${root}/${name}`;
    if (files.resolve(path) === excluded) continue;
    if (kind === 'directory') {
      await emptyDirectory(files, path, excluded);
      await files.removeDirectory(path);
    } else await files.remove(path);
  }
}

/** Removes a copy; one that is gone already is fine. Its parent directory goes too when it is empty, unless it is to be kept. */
export async function removeCopy(files: Files, copy: string, keepParent: boolean): Promise<void> {
  if ((await files.stat(copy)) === undefined) return;
  await emptyDirectory(files, copy, '');
  await files.removeDirectory(copy);
  if (keepParent) return;
  await files.removeDirectory(files.directoryOf(copy)).catch((error: unknown) => {
    // Others of its copies are there still, or somebody was faster.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'ENOENT' || error.code === 'EEXIST'))) throw error;
  });
}
