// `npm test`: every check that this machine can run. jest on the simulator, the conformance suite once more on a machine in another process,
// then the native stage; between them what the model checker explores; where its tools are missing, that is said, with the command that installs them (with CI set it is a failure). The
// last line counts all of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { closingLine, readResults } from './results.mjs';
import { runNativeStage } from './test-native.mjs';
import { missingTools } from './tools.mjs';

const root = join(import.meta.dirname, '..');
mkdirSync(join(root, '.cache'), { recursive: true });

/** Runs jest and returns its counts; a run without a result, or that failed without a failed case, counts as one failure. */
function runJest(backend, ...args) {
  const file = join(root, '.cache', `results-${backend}.json`);
  rmSync(file, { force: true });
  const jest = spawnSync(
    process.execPath,
    [createRequire(import.meta.url).resolve('jest/bin/jest'), '--json', `--outputFile=${file}`, ...args],
    { cwd: root, env: { ...process.env, WINBACKUP_TEST_BACKEND: backend }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const counts = existsSync(file) ? readResults(file) : { passed: 0, failed: 0, skipped: 0, conformance: [] };
  return jest.status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** What the tables of tests have gone through: `12 abort causes, ...` (test/unit/exercised.ts). */
function exercisedLine(file) {
  const counts = new Map();
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []) {
    const { kind, what } = JSON.parse(line);
    const { names, sum } = counts.get(kind) ?? { names: new Set(), sum: 0 };
    counts.set(kind, kind === 'crash points' ? { names, sum: sum + what } : { names: names.add(what), sum: names.size });
  }
  return `Exercised: ${[...counts].map(([kind, { sum }]) => `${sum} ${kind}`).join(', ')}`;
}

const total = { passed: 0, failed: 0, skipped: 0 };
const add = (counts) => Object.keys(total).forEach((key) => (total[key] += counts[key]));

const exercised = join(root, '.cache', 'exercised.jsonl');
rmSync(exercised, { force: true });
process.env.WINBACKUP_EXERCISED = exercised;
const simulated = runJest('simulated');
delete process.env.WINBACKUP_EXERCISED;
add(simulated);
if (spawnSync(process.execPath, [join(root, 'dist/test/checker/counts.js')], { stdio: 'inherit' }).status !== 0) add({ passed: 0, failed: 1, skipped: 0 });
console.log('\nThe conformance suite on a machine in another process');
add(runJest('pipe', '--selectProjects', 'conformance'));

const missing = missingTools();
if (missing === undefined) {
  try {
    add(await runNativeStage(simulated.conformance));
  } catch (error) {
    console.error(`native stage: ${error.message}`);
    add({ passed: 0, failed: 1, skipped: 0 });
  }
} else if (process.env.CI) {
  console.error(`native stage: ${missing}`);
  add({ passed: 0, failed: 1, skipped: 0 });
} else {
  console.log(`\nSkipped the native stage (${simulated.conformance.length} conformance cases): ${missing}`);
  add({ passed: 0, failed: 0, skipped: simulated.conformance.length });
}

console.log(exercisedLine(exercised));
console.log(closingLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
