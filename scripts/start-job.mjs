// `npm start`: the main job on the simulated machine, on real files. A snapshot, two databases and a directory as one transaction: once it commits,
// once it is aborted in the middle of a database's stream, and once its process is killed there and the next start recovers. Each run ends with
// a short report, and leaves its timeline in .cache/start, for ui.perfetto.dev.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MIB, demonstrate, interruptedIo, progressLine, say } from './demonstration.mjs';

const require = createRequire(import.meta.url);
const { realHost } = require('../dist/lib/binding/real-host.js');
const { checkSet } = require('../dist/lib/job/manifest.js');
const { checkTrace } = require('../dist/lib/job/trace-file.js');

const root = join(import.meta.dirname, '..');
const program = join(root, 'dist', 'lib', 'cli', 'main.js');
const traces = join(root, '.cache', 'start');

await demonstrate(async ({ at, expect, shown, winbackup }) => {
  /** Another terminal. Resolves with [code, signal] once the process has ended; `line` sees each line that it writes. */
  function terminal(args, line) {
    say(`$ winbackup ${shown(args)}   (in a process of its own)`);
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (text) => {
      say(text);
      line(text, child);
    });
    return { child, ended: new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal]))) };
  }

  /** The sets in the destination, and what is there besides; the transaction log is neither. */
  const found = () => readdirSync(at('sets')).filter((name) => name !== '.winbackup').sort();

  function checkedTrace(name) {
    const { events, unfinished } = checkTrace(readFileSync(join(traces, name), 'utf8'));
    const counts = ['call', 'phase', 'participant', 'lock', 'abort'].map((cat) => `${events.filter((event) => event.cat === cat && event.ph !== 'e').length} ${cat}s`);
    expect(true, `.cache/start/${name} is a valid trace: ${counts.join(', ')}${unfinished.length === 0 ? '' : `; under way at the end: ${unfinished.map((event) => event.name).join(', ')}`}`);
    return events;
  }

  let machineProcess;
  try {
    say('This runs on a simulated Windows machine with a simulated SQL Server and Volume Shadow Copy Service. The files are real.\n');
    rmSync(traces, { recursive: true, force: true });
    mkdirSync(traces, { recursive: true });
    mkdirSync(at('volume/Data/reports'), { recursive: true });
    writeFileSync(at('volume/Data/customers.csv'), 'id,name\n1,Ada\n2,Grace\n');
    for (const month of ['01', '02', '03']) writeFileSync(at(`volume/Data/reports/2026-${month}.txt`), randomBytes(64 * 1024).toString('hex'));
    writeFileSync(at('sales.mdf'), Buffer.concat(Array.from({ length: 24 }, () => randomBytes(MIB))));
    writeFileSync(at('machine.json'), JSON.stringify({
      instances: [{ databases: [{ name: 'Sales', file: 'sales.mdf' }, { name: 'Stock', generatedBytes: 4 * MIB }] }],
      vss: { volumes: [{ name: 'D:\\', directory: 'volume' }] },
      // So that a stream takes long enough to be stopped in its middle.
      delays: { 'sql.write': 5 },
    }, null, 2));
    const description = {
      name: 'nightly', destination: 'sets', volumes: ['D:\\'], databases: [{ name: 'Stock' }, { name: 'Sales', stripes: 2 }], files: [{ from: 'D:\\Data', to: 'data' }],
    };
    writeFileSync(at('nightly.json'), JSON.stringify(description, null, 2));
    say(`nightly.json: ${JSON.stringify(description)}\n`);
    const job = (trace) => ['job', at('nightly.json'), '--machine', at('machine.json'), '--trace', join(traces, trace)];

    say('1. A run that commits.\n');
    expect((await winbackup(job('committed.json'))) === 0, 'the job committed');
    const [set = 'none', ...others] = found();
    const { manifest, problems: differences } = await checkSet(realHost.files, join(at('sets'), set));
    expect(others.length === 0 && differences.length === 0, `one set, ${set}: its ${manifest.files.length} files match the checksums of its manifest`);
    expect(readFileSync(join(at('sets'), set, 'data', 'Data', 'customers.csv'), 'utf8') === readFileSync(at('volume/Data/customers.csv'), 'utf8'), 'the files are those of the volume');
    checkedTrace('committed.json');

    say('\n2. A run that is aborted: Ctrl+C in the middle of a database.\n');
    expect((await winbackup(job('aborted.json'), interruptedIo())) === 130, 'it ended with 130, the exit code of SIGINT');
    expect(found().join() === set, 'everything was backed out: the first set is there, and nothing else');
    expect(checkedTrace('aborted.json').some(({ cat }) => cat === 'abort'), 'the trace shows the abort');

    say('\n3. A run whose process is killed in the middle of a database, on a machine in a process of its own.\n');
    machineProcess = await new Promise((resolve) => {
      const started = terminal(['machine', at('machine.json')], () => resolve(started));
    });
    const { ended } = terminal(job('killed.json'), (text, child) => {
      if (progressLine.test(text)) child.kill('SIGKILL');
    });
    const [, signal] = await ended;
    expect(signal === 'SIGKILL', 'the process of the job was killed');
    expect(found().some((name) => name.endsWith('.partial')), `it has left outputs that nobody can take for a backup: ${found().filter((name) => name !== set).join(', ')}`);
    checkedTrace('killed.json');
    say();
    let recovered = 0;
    const next = terminal(job('after-the-kill.json'), (text) => {
      if (text.includes('recovered: transaction') && text.endsWith('has been backed out')) recovered += 1;
    });
    const [code] = await next.ended;
    expect(recovered === 1, 'the next start recovered: what the killed process had begun was backed out');
    expect(code === 0, 'the next run committed');
    const after = found();
    const checked = await Promise.all(after.map((name) => checkSet(realHost.files, join(at('sets'), name))));
    expect(after.length === 2 && checked.every((each) => each.problems.length === 0), `two sets, whole, and nothing else: ${after.join(', ')}`);
    checkedTrace('after-the-kill.json');
  } finally {
    if (machineProcess !== undefined) {
      machineProcess.child.kill('SIGTERM');
      await machineProcess.ended;
    }
  }
});
