// What the demonstrations of `npm start` share: a directory for their files, the command as a terminal would run it, and a report at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const require = createRequire(import.meta.url);
const { main } = require('../dist/lib/cli/program.js');
const { processIo } = require('../dist/lib/cli/io.js');

const root = join(import.meta.dirname, '..');

export const MIB = 1024 * 1024;
/** A line of progress: its bar has begun. */
export const progressLine = /\[#+-*\]/;

export const say = (text = '') => console.log(text);

/** The process's Io, with a Ctrl+C as soon as a line of progress has been written. */
export function interruptedIo() {
  let interrupt = () => {};
  const tapped = (stream) => {
    const copy = Object.create(stream);
    copy.write = (text, ...rest) => {
      const result = stream.write(text, ...rest);
      if (progressLine.test(text)) {
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

/**
 * Runs `show` with a directory that is removed at the end. The exit code is 1 when something was not as it should be.
 *
 * `show` gets: `at(name)`, a path in the directory; `expect(condition, what)`; `shown(args)`, arguments as they are printed;
 * `winbackup(args, io)`, which runs the command in this process and resolves with its exit code; `directory`.
 */
export async function demonstrate(show) {
  const directory = mkdtempSync(join(tmpdir(), 'winbackup-start-'));
  const problems = [];
  const expect = (condition, what) => {
    say(`${condition ? 'ok' : 'NOT OK'}: ${what}`);
    if (!condition) problems.push(what);
  };
  const shown = (args) => args.map((arg) => {
    const base = [directory, root].find((each) => arg.startsWith(each));
    return base === undefined ? arg : relative(base, arg);
  }).join(' ');
  const winbackup = async (args, io = processIo) => {
    say(`$ winbackup ${shown(args)}`);
    const code = await main(args, io);
    say(`exit code ${code}\n`);
    return code;
  };
  // Timers of the Host do not keep the process alive.
  const alive = setInterval(() => {}, 0x7fffffff);
  try {
    await show({ directory, at: (name) => join(directory, name), expect, shown, winbackup });
  } catch (error) {
    console.error(error);
    problems.push(String(error));
  } finally {
    clearInterval(alive);
    rmSync(directory, { recursive: true, force: true });
  }
  say(problems.length === 0 ? '\nAll of it on a simulated machine; all as it should be.' : `\nNOT as it should be: ${problems.join('; ')}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
