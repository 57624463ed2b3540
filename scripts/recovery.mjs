// `npm run recovery`: kills a process in the middle of a two-file replace (SIGKILL), starts it again, and shows the set whole. Once the outcome was
// decided, so that COMMIT is delivered again; once it was not, so that the abort is presumed. KTM is simulated here, its log and the files are real.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { FileResourceManager } = require('../dist/lib/ktm/index.js');
const { SimulatedWindows } = require('../dist/lib/simulator/index.js');

const die = () => process.kill(process.pid, 'SIGKILL');
let renames = 0;
let logWrites = 0;

/** Where the process dies. */
const deaths = {
  // The first file has its new name, the second has not.
  'between the two names': (files) => ({
    ...files,
    rename: (from, to) => ((renames += 1) === 2 ? die() : files.rename(from, to)),
  }),
  // The resource manager has promised, durably, that it can commit; KTM is about to write that down.
  "before KTM's prepare record": (files) => ({
    ...files,
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      if (!path.endsWith('.blf')) return file;
      const write = file.write.bind(file);
      // The first write makes the log.
      file.write = (bytes, position) => ((logWrites += 1) === 2 ? die() : write(bytes, position));
      return file;
    },
  }),
};

/** The program: recovers what there is, and replaces two files unless it was only started to recover. */
async function program(directory, death) {
  const { host: real } = new SimulatedWindows();
  const host = { ...real, files: deaths[death]?.(real.files) ?? real.files };
  const manager = await FileResourceManager.start({ backend: new SimulatedWindows({ host }), log: join(directory, 'log', 'replace') });
  const { committed, presumedAborted } = manager.recovered;
  console.log(`  started: ${committed.length} transaction(s) committed again, ${presumedAborted.length} presumed aborted [simulated KTM]`);
  if (death !== 'nowhere') {
    await manager.replace([
      { to: join(directory, 'sales.bak'), from: Buffer.from('new backup') },
      { to: join(directory, 'catalog.json'), from: Buffer.from('new catalog') },
    ]);
  }
  await manager.stop();
}

function show(directory) {
  for (const name of readdirSync(directory).filter((each) => each !== 'log').sort()) console.log(`    ${name.padEnd(62)} ${readFileSync(join(directory, name), 'utf8')}`);
}

function run(death, expected) {
  const directory = mkdtempSync(join(tmpdir(), 'winbackup-recovery-'));
  const start = (where) => spawnSync(process.execPath, [fileURLToPath(import.meta.url), directory, where], { stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    writeFileSync(join(directory, 'sales.bak'), 'old backup');
    writeFileSync(join(directory, 'catalog.json'), 'old catalog');
    console.log(`\nReplacing sales.bak and catalog.json together, killed ${death}`);
    const { signal } = start(death);
    console.log(`  ended by ${signal}; the files now:`);
    show(directory);
    const { status } = start('nowhere');
    console.log('  after the next start:');
    show(directory);
    const whole = signal === 'SIGKILL' && expected.every(([name, text]) => readFileSync(join(directory, name), 'utf8') === text) && readdirSync(directory).length === 3;
    console.log(`  ${status === 0 && whole ? 'ok: the set is whole' : 'NOT OK'}, ${expected.map(([, text]) => text).join(' and ')}`);
    return status === 0 && whole;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

// Timers of the Host do not keep the process alive.
const alive = setInterval(() => {}, 0x7fffffff);
const [directory, death] = process.argv.slice(2);
if (directory !== undefined) await program(directory, death);
else {
  const results = [
    run('between the two names', [['sales.bak', 'new backup'], ['catalog.json', 'new catalog']]),
    run("before KTM's prepare record", [['sales.bak', 'old backup'], ['catalog.json', 'old catalog']]),
  ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
clearInterval(alive);
