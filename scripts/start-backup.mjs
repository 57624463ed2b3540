// `npm start`: the main job on the simulated machine, on real files. Backs a file up as a database over two virtual devices, loses it, restores
// it, compares; then aborts a backup in the middle and shows what was reported and what is left.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const require = createRequire(import.meta.url);
const { main } = require('../dist/lib/cli/program.js');
const { processIo } = require('../dist/lib/cli/io.js');

const MIB = 1024 * 1024;
const directory = mkdtempSync(join(tmpdir(), 'winbackup-start-'));
const at = (name) => join(directory, name);
const problems = [];
const say = (text = '') => console.log(text);

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Runs the command as a terminal would, and prints it. */
async function winbackup(args, io = processIo) {
  say(`$ winbackup ${args.map((arg) => (arg.startsWith(directory) ? relative(directory, arg) : arg)).join(' ')}`);
  const code = await main(args, io);
  say(`exit code ${code}\n`);
  return code;
}

/** The process's Io, with a Ctrl+C as soon as a progress line has been written. */
function interruptedIo() {
  let interrupt = () => {};
  const tapped = (stream) => {
    const copy = Object.create(stream);
    copy.write = (text, ...rest) => {
      const result = stream.write(text, ...rest);
      if (/\[#+-*\]/.test(text)) {
        interrupt('SIGINT');
        interrupt = () => {};
      }
      return result;
    };
    return copy;
  };
  return {
    ...processIo,
    stdout: tapped(process.stdout),
    stderr: tapped(process.stderr),
    onSignal(handler) {
      interrupt = handler;
      return processIo.onSignal(handler);
    },
  };
}

const expect = (condition, what) => {
  say(`${condition ? 'ok' : 'NOT OK'}: ${what}`);
  if (!condition) problems.push(what);
};

// Timers of the Host do not keep the process alive.
const alive = setInterval(() => {}, 0x7fffffff);
try {
  say('This runs on a simulated Windows machine with a simulated SQL Server. The files are real.\n');
  writeFileSync(at('sales.mdf'), Buffer.concat(Array.from({ length: 48 }, () => randomBytes(MIB))));
  writeFileSync(at('machine.json'), JSON.stringify({ instances: [{ databases: [{ name: 'Sales', file: 'sales.mdf' }] }] }, null, 2));
  const original = await sha256(at('sales.mdf'));
  const machine = ['--machine', at('machine.json')];
  say(`sales.mdf, 48 MiB: the file of the database Sales. SHA-256 ${original}\n`);

  const stripes = [at('sales.1.bak'), at('sales.2.bak')];
  expect((await winbackup(['backup', 'Sales', '--to', ...stripes, '--checksum', ...machine])) === 0, 'the backup succeeded');
  expect((await winbackup(['verify', '--from', ...stripes, ...machine])) === 0, 'SQL Server finds it valid');

  writeFileSync(at('sales.mdf'), 'the disk of the database is lost');
  expect((await winbackup(['restore', 'Sales', '--from', ...stripes, '--replace', ...machine])) === 0, 'the restore succeeded');
  const restored = await sha256(at('sales.mdf'));
  expect(restored === original, `sales.mdf is what it was. SHA-256 ${restored}`);

  say('\nNow one that is aborted: Ctrl+C in the middle.\n');
  const before = readdirSync(directory).sort();
  expect((await winbackup(['backup', 'Sales', '--to', at('aborted.1.bak'), at('aborted.2.bak'), ...machine], interruptedIo())) === 130, 'it ended with 130, the exit code of SIGINT');
  const after = readdirSync(directory).sort();
  expect(after.join() === before.join(), `nothing partial is left: ${after.join(', ')}`);
} catch (error) {
  console.error(error);
  problems.push(String(error));
} finally {
  clearInterval(alive);
  rmSync(directory, { recursive: true, force: true });
}
say(problems.length === 0 ? '\nAll of it on a simulated machine; all as it should be.' : `\nNOT as it should be: ${problems.join('; ')}`);
process.exitCode = problems.length === 0 ? 0 : 1;
