// `npm run bench`: side-by-side speeds. Under Wine the addon and the flows on a native firehose, against a C++ loop on the same double;
// here the simulator against a plain copy; what the addon adds to a call of VSS and to a notification of KTM, how snapshot
// sessions grow, what a commit costs, and how recovery grows; the transaction monitor. Ratios matter: the base is run alternately with what is compared to it.
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

/** A benchmark inside Windows Node; the path of its result stands among the arguments. */
async function runUnderWine({ addon }, script, args, result) {
  const { exitCode, stderr } = await runNode(22, [windowsPath(join(root, 'dist/test/bench', script)), ...args], { env: { WINBACKUP_ADDON: windowsPath(addon) }, timeoutMs: 1_800_000 });
  if (exitCode !== 0) throw new Error(`the benchmark ${script} under Wine failed\n${stderr}`);
  return read(result);
}

async function runAddon(directory) {
  const build = buildNative({ tests: true });
  buildNative({ tests: true, target: 'bench' });
  prepareWine(build);
  const program = (name) => windowsPath(join(build.programs, name));
  const [firehose, calls, notifications] = ['addon.json', 'vss-calls.json', 'ktm-notifications.json'].map((name) => join(directory, name));
  return {
    addon: await runUnderWine(build, 'firehose.js', [program('firehose.dll'), windowsPath(directory), windowsPath(firehose), options.rounds, String(WATCHED_GIGABYTES)], firehose),
    vssCalls: await runUnderWine(build, 'vss-calls.js', [program('vss_metadata.dll'), windowsPath(calls), options.rounds], calls),
    ktmNotifications: await runUnderWine(build, 'ktm-notifications.js', [program('ktm_notifications.dll'), windowsPath(notifications), options.rounds], notifications),
  };
}

function runSessions(directory) {
  const result = join(directory, 'vss-sessions.json');
  const { status } = spawnSync(process.execPath, [join(root, 'dist/test/bench/vss-sessions.js'), result, options.rounds], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the benchmark of snapshot sessions failed');
  return read(result);
}

/** On a disk, because what a commit costs is its fsyncs. */
function runOnDisk(script, what, result, ...args) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const disk = mkdtempSync(join(root, '.cache', 'bench-'));
  try {
    const { status } = spawnSync(process.execPath, [join(root, 'dist/test/bench', script), disk, ...args, result, options.rounds], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`the benchmark of ${what} failed`);
    return read(result);
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
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

function printCalls({ node, rounds, call, metadata }) {
  const us = (value) => `${value.toFixed(3)} us`;
  const ms = (value) => `${value.toFixed(1)} ms`.padStart(10);
  console.log(`\nCalls of VSS through the addon under Wine (Node ${node}, medians of ${rounds})`);
  console.log(`  a call in C++ ${us(call.cpp)}, awaited in JavaScript ${us(call.awaited)}: ${us(call.added)} more; of many at once ${us(call.manyAtOnce)}`);
  for (const { components, calls, cpp, oneCrossing, fieldByField } of metadata) {
    const fields = fieldByField === undefined ? '' : `, field by field ${ms(fieldByField)}`;
    console.log(`  a writer with ${String(components).padStart(5)} components, ${String(calls).padStart(6)} getters: C++ ${ms(cpp)}, in one crossing ${ms(oneCrossing)}${fields}`);
  }
}

function printSessions({ node, rounds, sessions }) {
  console.log(`\nSnapshot sessions on the simulated machine (Node ${node}, medians of ${rounds})`);
  for (const { volumes, writers, components, milliseconds, calls } of sessions) {
    console.log(`  ${String(volumes).padStart(2)} volumes, ${String(writers).padStart(4)} writers, ${String(components).padStart(5)} components: ${milliseconds.toFixed(0).padStart(6)} ms, ${calls} calls`);
  }
}

function printNotifications({ node, rounds, microseconds: { cpp, awaited, cppByPort, awaitedByPort, manyByPort } }) {
  const us = (value) => `${value.toFixed(2)} us`;
  console.log(`\nNotifications of KTM through the addon under Wine (Node ${node}, medians of ${rounds})`);
  console.log(`  asked for one by one: in C++ ${us(cpp)}, awaited in JavaScript ${us(awaited)}: ${us(awaited - cpp)} more`);
  console.log(`  by the completion port: in C++ ${us(cppByPort)}, awaited ${us(awaitedByPort)}: ${us(awaitedByPort - cppByPort)} more; 64 at once ${us(manyByPort)}`);
}

function printKtm({ node, rounds, commits, recoveries }) {
  console.log(`\nKTM on the simulated machine, with a log on this disk (Node ${node}, medians of ${rounds})`);
  console.log(`  ${commits.perSecond.toFixed(0)} commits a second, ${commits.syncsPerCommit.toFixed(1)} fsyncs each; the same writes and fsyncs alone ${commits.syncsAlonePerSecond.toFixed(0)} (ratio ${commits.ratio.toFixed(2)})`);
  for (const { enlistments, milliseconds, heap } of recoveries) {
    console.log(`  recovery of ${String(enlistments).padStart(6)} enlistments: ${milliseconds.toFixed(0).padStart(6)} ms, ${(milliseconds * 1000 / enlistments).toFixed(0)} us each; the heap grew by ${(heap / 2 ** 20).toFixed(1)} MiB`);
  }
}

function printTransactions({ node, rounds, aborts, log, recovery: { transactions, openMs, recoverMs } }) {
  console.log(`\nThe transaction monitor, with its log on this disk (Node ${node}, medians of ${rounds})`);
  for (const { participants, controlMs, backoutMs } of aborts) {
    console.log(`  abort of ${String(participants).padStart(3)} participants: control is back after ${controlMs.toFixed(2)} ms, backout has ended after ${backoutMs.toFixed(1)} ms`);
  }
  console.log(`  ${log.appendsPerSecond.toFixed(0)} appends a second to the log; a bare write and fsync ${log.barePerSecond.toFixed(0)} (ratio ${log.ratio.toFixed(2)}); ${log.atOnce} at once ${log.atOncePerSecond.toFixed(0)}`);
  console.log(`  recovery of ${transactions} transactions: opened in ${openMs.toFixed(0)} ms, resolved in ${recoverMs.toFixed(0)} ms`);
}

let directory;
try {
  compile();
  directory = makeDirectory();
  const missing = missingTools();
  const skipped = { skipped: missing };
  const { addon, vssCalls, ktmNotifications } = missing === undefined ? await runAddon(directory) : { addon: skipped, vssCalls: skipped, ktmNotifications: skipped };
  const simulator = runSimulator(directory);
  const vssSessions = runSessions(directory);
  // KTM's recovery is measured in memory.
  const ktm = runOnDisk('ktm.js', 'KTM', join(directory, 'ktm.json'), directory);
  const transactions = runOnDisk('transactions.js', 'the transaction monitor', join(directory, 'transactions.json'));
  if (options.json) console.log(JSON.stringify({ addon, simulator, vssCalls, vssSessions, ktmNotifications, ktm, transactions }, undefined, 2));
  else {
    if (missing === undefined) print('The addon under Wine, on a native server thread', addon);
    else console.log(`Skipped the addon: ${missing}`);
    print('The simulated machine on this system', simulator);
    if (missing === undefined) printCalls(vssCalls);
    printSessions(vssSessions);
    if (missing === undefined) printNotifications(ktmNotifications);
    printKtm(ktm);
    printTransactions(transactions);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
}
