// Builds winbackup.node with cmake-js: with MSVC on Windows, cross-built with mingw-w64 elsewhere; incremental.
//   node scripts/native-build.mjs [--tests] [--target <name>]      --tests also builds the programs of test/wine, --target bench those of test/bench
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { requireTools } from './tools.mjs';

const root = join(import.meta.dirname, '..');
const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');

/** CMake toolchain files for cross builds, by architecture of the target. */
const toolchains = { x64: 'mingw-w64-x86_64.cmake' };

/**
 * Builds the addon, and with `tests` the Windows programs of the tests.
 * @returns {{ addon: string, programs: string }} the path of winbackup.node, and the directory of the tests' DLLs and programs
 */
export function buildNative({ arch = 'x64', tests = false, target, quiet = true } = {}) {
  const out = join(root, 'build', 'native', `win32-${arch}${tests ? '-tests' : ''}`);
  const definitions = [`--CDWINBACKUP_TESTS=${tests ? 'ON' : 'OFF'}`];
  if (process.platform !== 'win32') {
    requireTools();
    if (toolchains[arch] === undefined) throw new Error(`there is no cross toolchain for win32-${arch}`);
    definitions.push('--generator=Ninja', `--CDCMAKE_TOOLCHAIN_FILE=${join(root, 'native', 'cmake', toolchains[arch])}`);
  }
  const run = (command, ...args) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [cmakeJs, command, '--directory', join(root, 'native'), '--out', out, '--arch', arch, ...args],
      { stdio: quiet ? 'pipe' : 'inherit', encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`cmake-js ${command} failed\n${stdout ?? ''}${stderr ?? ''}`);
  };
  if (!['build.ninja', 'winbackup.sln', 'winbackup.slnx'].some((file) => existsSync(join(out, file)))) run('configure', ...definitions);
  run('build', ...(target === undefined ? [] : ['--target', target]));
  return { addon: join(out, 'Release', 'winbackup.node'), programs: join(out, 'Release', 'wine') };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { tests: { type: 'boolean' }, target: { type: 'string' } } });
  try {
    console.log(buildNative({ ...values, quiet: false }).addon);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
