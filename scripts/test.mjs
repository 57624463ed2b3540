// `npm test`: every check that this machine can run. jest on the simulator, then the native stage; where its tools are missing, that is
// said, with the command that installs them (with CI set it is a failure). The last line counts both.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { closingLine, readResults } from './results.mjs';
import { runNativeStage } from './test-native.mjs';
import { missingTools } from './tools.mjs';

const root = join(import.meta.dirname, '..');
const file = join(root, '.cache', 'results.json');
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(file, { force: true });
const jest = spawnSync(
  process.execPath,
  [createRequire(import.meta.url).resolve('jest/bin/jest'), '--json', `--outputFile=${file}`],
  { cwd: root, env: { ...process.env, WINBACKUP_TEST_BACKEND: 'simulated' }, stdio: ['ignore', 'ignore', 'inherit'] },
);
const total = { passed: 0, failed: 0, skipped: 0 };
const add = (counts) => Object.keys(total).forEach((key) => (total[key] += counts[key]));

if (existsSync(file)) {
  const simulated = readResults(file);
  add(simulated);
  // jest can fail without a failed case, for example when it finds none.
  if (jest.status !== 0 && simulated.failed === 0) add({ passed: 0, failed: 1, skipped: 0 });
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
} else {
  add({ passed: 0, failed: 1, skipped: 0 });
}

console.log(closingLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;
