// The native stage: cross-builds the addon and the doubles, and runs the conformance suite inside Windows Node under Wine. It fails when a
// case of the simulator's run was not run there. `node scripts/test-native.mjs` runs the simulator's half as well, to compare with.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildNative } from './native-build.mjs';
import { closingLine, readResults } from './results.mjs';
import { requireTools } from './tools.mjs';
import { installDll, prepareWine, registerInprocServer, runNode, windowsPath } from './wine.mjs';

const root = join(import.meta.dirname, '..');
const cache = join(root, '.cache');
const resolve = createRequire(import.meta.url).resolve;

/** The doubles, with the COM class that each one serves: CLSID_MSSQL_ClientVirtualDeviceSet, CLSID_VSSCoordinator. */
const doubles = { 'sqlvdi.dll': '{40700425-0080-11d2-851f-00c04fc21759}', 'vssapi.dll': '{e579ab5f-1cc4-44b4-bed9-de0991ff0623}' };

/** The doubles of DLLs that are called by their functions, in the place of Wine's own. */
const functionDoubles = ['ktmw32.dll'];

/** Builds all that the tests need and puts the doubles where Windows has the real DLLs. */
function prepare() {
  const build = buildNative({ tests: true });
  prepareWine(build);
  for (const [dll, clsid] of Object.entries(doubles)) {
    const path = join(build.programs, dll);
    if (!existsSync(path)) continue;
    installDll(path);
    registerInprocServer(clsid, `C:\\windows\\system32\\${dll}`);
  }
  for (const dll of functionDoubles) installDll(join(build.programs, dll));
  return build;
}

/**
 * With `winesOwn` the process gets Wine's own ktmw32.dll, and only the tests about that are run. `print` gets what jest prints.
 */
async function runJest(major, { addon, programs }, { winesOwn = false, print = (text) => process.stderr.write(text) } = {}) {
  const results = join(cache, `results-node-${major}${winesOwn ? '-own' : ''}.json`);
  rmSync(results, { force: true });
  const { exitCode, timedOut } = await runNode(
    major,
    [
      windowsPath(join(root, 'node_modules/jest/bin/jest.js')),
      `--config=${windowsPath(join(root, 'test/wine/jest.config.cjs'))}`,
      '--runInBand', '--watchman=false', '--json', `--outputFile=${windowsPath(results)}`,
    ],
    {
      env: {
        WINBACKUP_TEST_BACKEND: 'native',
        WINEDLLOVERRIDES: winesOwn ? 'vssapi=n;ktmw32=b' : 'vssapi,ktmw32=n', // n: not Wine's own
        ...(winesOwn && { WINBACKUP_WINES_OWN: '1' }),
        WINBACKUP_ADDON: windowsPath(addon),
        WINBACKUP_PROGRAMS: windowsPath(programs),
      },
      timeoutMs: 1_200_000, // against hanging only
      onStderr: print,
    },
  );
  if (!existsSync(results)) throw new Error(`jest in Windows Node ${major} ${timedOut ? 'did not end in time' : `ended with ${exitCode}`} before it had results`);
  return readResults(results);
}

/**
 * Runs the native stage on compiled tests.
 * @param {string[]} simulated names of the conformance cases that ran on the simulator
 */
export async function runNativeStage(simulated) {
  requireTools();
  const build = prepare();
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (results) => Object.keys(total).forEach((key) => (total[key] += results[key]));
  console.log("\nWindows Node 22 with Wine's own ktmw32.dll");
  add(await runJest(22, build, { winesOwn: true }));
  console.log('\nWindows Node 22 under Wine, and a slice of it on Windows Node 20 at the same time');
  const printed = [];
  const runs = [runJest(22, build), runJest(20, build, { print: (text) => printed.push(text) })];
  await Promise.allSettled(runs); // one that breaks off leaves none behind
  console.error(`\nThe slice on Windows Node 20\n${printed.join('')}`);
  const [results, slice] = await Promise.all(runs);
  add(results);
  add(slice);
  const lost = simulated.filter((name) => !results.conformance.includes(name));
  const extra = results.conformance.filter((name) => !simulated.includes(name));
  console.log(`conformance cases: ${simulated.length} on the simulator, ${results.conformance.length} on the addon`);
  for (const name of lost) console.log(`  not run on the addon: ${name}`);
  for (const name of extra) console.log(`  not run on the simulator: ${name}`);
  if (simulated.length === 0) console.log('  a suite without cases proves nothing');
  if (results.conformance.length !== simulated.length || simulated.length === 0) total.failed += Math.max(1, lost.length + extra.length);
  return total;
}

/** The conformance cases on the simulator. */
function runSimulated() {
  const results = join(cache, 'results-conformance.json');
  mkdirSync(cache, { recursive: true });
  rmSync(results, { force: true });
  spawnSync(process.execPath, [resolve('jest/bin/jest'), '--selectProjects', 'conformance', '--json', `--outputFile=${results}`], {
    cwd: root,
    env: { ...process.env, WINBACKUP_TEST_BACKEND: 'simulated' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return readResults(results);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    requireTools();
    const built = spawnSync(process.execPath, [resolve('typescript/bin/tsc'), '--build'], { cwd: root, stdio: 'inherit' });
    if (built.status !== 0) throw new Error('tsc --build failed');
    const simulated = runSimulated();
    const native = await runNativeStage(simulated.conformance);
    const total = Object.fromEntries(Object.entries(native).map(([key, count]) => [key, count + simulated[key]]));
    console.log(closingLine(total));
    process.exitCode = total.failed === 0 ? 0 : 1;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
