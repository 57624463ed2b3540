// The programs of the native stage, and the Debian packages that bring them. `node scripts/tools.mjs` prints the packages.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const winePrograms = ['/usr/lib/wine/wine64', 'wine64', 'wine'];

/** One row a tool: any of these programs will do, and this package has it. */
const tools = [
  { programs: ['x86_64-w64-mingw32-g++-posix'], debian: 'g++-mingw-w64-x86-64-posix' },
  { programs: ['cmake'], debian: 'cmake' },
  { programs: ['ninja'], debian: 'ninja-build' },
  { programs: winePrograms, debian: 'wine64' },
];

/** The first of these programs that exists, as a path; undefined when none does. A bare name is looked up in PATH. */
export function findProgram(...programs) {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const candidates = programs.flatMap((name) => (name.includes('/') ? [name] : directories.map((directory) => join(directory, name))));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const findWine = () => findProgram(...winePrograms);

/** What of the native stage this machine lacks: undefined, or one sentence with the command that installs it. */
export function missingTools() {
  const missing = tools.filter(({ programs }) => findProgram(...programs) === undefined);
  if (missing.length === 0) return undefined;
  const names = missing.map(({ programs }) => programs.at(-1)).join(', ');
  return `${names} not found; on Debian or Ubuntu: sudo apt-get install -y ${missing.map(({ debian }) => debian).join(' ')}`;
}

/** Throws when a tool of the native stage is missing. */
export function requireTools() {
  const missing = missingTools();
  if (missing !== undefined) throw new Error(missing);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(tools.map(({ debian }) => debian).join(' '));
