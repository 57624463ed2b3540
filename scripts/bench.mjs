// `npm run bench`: side-by-side speeds. Under Wine the addon and the flows on a native firehose, against a C++ loop on the same double;
// here the simulator against a plain copy. Ratios matter: the base is run alternately with what is compared to it.
//   node scripts/bench.mjs [--json] [--rounds <n>]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative } from './native-build.mjs';
import { missingTools } from './tools.mjs';
import { prepareWine, runNode, windowsPath } from './wine.mjs';

const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({ options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '5' } } });

/** Bytes that pass while the memory is watched. */
const WATCHED_GIGABYTES = 4;

function compile() {
  const { status } = spawnSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '--build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('tsc --build failed');
}

/** A directory in memory where the system has one, so that a disk does not hide what is measured. */
function makeDirectory() {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : join(root, '.cache');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'winbackup-bench-'));
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

function runSimulator(directory) {
  const result = join(directory, 'simulator.json');
  const { status } = spawnSync(process.execPath, [join(root, 'dist/test/bench/simulator.js'), directory, result, options.rounds], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the benchmark of the simulator failed');
  return read(result);
}

async function runAddon(directory) {
  const { addon, programs } = buildNative({ tests: true });
  prepareWine({ programs });
  const result = join(directory, 'addon.json');
  const { exitCode, stderr } = await runNode(
    22,
    [windowsPath(join(root, 'dist/test/bench/firehose.js')), windowsPath(join(programs, 'firehose.dll')), windowsPath(directory), windowsPath(result), options.rounds, String(WATCHED_GIGABYTES)],
    { env: { WINBACKUP_ADDON: windowsPath(addon) }, timeoutMs: 1_800_000 },
  );
  if (exitCode !== 0) throw new Error(`the benchmark under Wine failed\n${stderr}`);
  return read(result);
}

const size = (bytes) => (bytes < 1 << 20 ? `${bytes >> 10} KiB` : `${bytes >> 20} MiB`);

function print(title, { node, rounds, measured, memory }) {
  console.log(`\n${title} (Node ${node}, medians of ${rounds})`);
  for (const { direction, variant, transferSize, buffers, bytesPerSecond, base, ratio } of measured) {
    const speed = `${(bytesPerSecond / 1e9).toFixed(2)} GB/s`.padStart(12);
    const compared = ratio === undefined ? '' : `  ${ratio.toFixed(2)} of ${base}`;
    console.log(`  ${direction.padEnd(8)}${size(transferSize).padStart(7)} x ${String(buffers).padStart(2)}  ${variant.padEnd(24)}${speed}${compared}`);
  }
  if (memory !== undefined) console.log(`  resident memory grew by ${(memory.residentGrowth / 2 ** 20).toFixed(1)} MiB while ${memory.bytes / 2 ** 30} GiB passed`);
}

let directory;
try {
  compile();
  directory = makeDirectory();
  const missing = missingTools();
  const addon = missing === undefined ? await runAddon(directory) : { skipped: missing };
  const simulator = runSimulator(directory);
  if (options.json) console.log(JSON.stringify({ addon, simulator }, undefined, 2));
  else {
    if (missing === undefined) print('The addon under Wine, on a native server thread', addon);
    else console.log(`Skipped the addon: ${missing}`);
    print('The simulated machine on this system', simulator);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
