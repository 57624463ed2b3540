/** The command of --exec: that fails, is killed, never ends, ignores its end, leaves something behind, or cannot be started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { realHost } from '../../lib/binding/real-host';
import { ExecutionError, checkCommand, execute } from '../../lib/cli/execution';
import { EXIT, exitCodeOf } from '../../lib/cli/exit-codes';
import { SimulatedClock } from '../../lib/simulator';
import { settled } from '../../lib/simulator/scheduler';
import { CapturedIo } from './captured-io';
import { rejection } from './flow-rig';

/** Of the processes that a test started: none is left behind by a test that fails. */
const pids: number[] = [];
const lives = (pid: number): boolean => realHost.processes.identityOf(pid) !== undefined;
afterEach(() => {
  for (const pid of pids.splice(0).filter(lives)) process.kill(pid, 'SIGKILL');
});

interface Running {
  readonly ended: Promise<void>;
  readonly clock: SimulatedClock;
  readonly cancel: AbortController;
  readonly io: CapturedIo;
  /** Of the process whose id the command wrote first. */
  readonly pid: number;
}

/** A command that writes a process id as its first line. */
async function running(command: string, timeoutMs?: number): Promise<Running> {
  const [clock, cancel, io] = [new SimulatedClock(), new AbortController(), new CapturedIo()];
  const said = new Promise<string>((resolve) => (io.onLine = resolve));
  const ended = execute(command, {}, { io, clock, json: false, signal: cancel.signal, timeoutMs });
  ended.catch(() => undefined);
  const pid = Number(await said);
  pids.push(pid);
  return { ended, clock, cancel, io, pid };
}

const gone = async (pid: number): Promise<void> => {
  while (lives(pid)) await settled();
};

const run = (command: string, environment: Readonly<Record<string, string>> = {}): Promise<void> =>
  execute(command, environment, { io: new CapturedIo(), clock: new SimulatedClock(), json: false, signal: new AbortController().signal });

describe('a command', () => {
  it.each([['exit 3', 'exit code 3'], ['kill -9 $$', 'signal SIGKILL'], ['/nowhere/at/all', 'exit code 127']])('%j failed with %s', async (command, how) => {
    const error = await rejection(run(command));
    expect(error).toBeInstanceOf(ExecutionError);
    expect([exitCodeOf(error), String(error)]).toEqual([EXIT.exec, expect.stringContaining(how)]);
  });

  it('that cannot be started is told as such, with the system\'s reason', async () => {
    const error = await rejection(run('true', { LONG: 'x'.repeat(1 << 22) }));
    expect(error).toMatchObject({ code: 'ERR_EXEC_FAILED', cause: { code: 'E2BIG' }, message: expect.stringContaining('could not be started') as string });
    expect(exitCodeOf(error)).toBe(EXIT.exec);
  });

  it.each(['', ' '])('%j is none', (command) => {
    expect(() => checkCommand(command)).toThrow(expect.objectContaining({ field: '--exec' }) as Error);
  });

  it('is ended by a signal together with all that it started', async () => {
    const { ended, cancel, pid } = await running('sleep 600 & echo $!; wait; echo over');
    cancel.abort(new Error('the user went home'));
    await expect(ended).rejects.toThrow('the user went home');
    await gone(pid);
  });

  it('is not even started after the signal', async () => {
    const io = new CapturedIo();
    await expect(execute('echo x', {}, { io, clock: new SimulatedClock(), json: false, signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    expect(io.stdoutText).toBe('');
  });

  it('that ignores SIGTERM is killed after ten seconds', async () => {
    const { ended, clock, cancel, pid } = await running('trap "" TERM; echo $$; while :; do sleep 600; done');
    cancel.abort(new Error('enough'));
    await clock.advance(9999);
    expect(lives(pid)).toBe(true);
    await clock.advance(1);
    await expect(ended).rejects.toThrow('enough');
    await gone(pid);
  });

  it('that never ends is ended at its time limit', async () => {
    const { ended, clock, pid } = await running('echo $$; sleep 600', 60_000);
    await clock.advance(59_999);
    expect(lives(pid)).toBe(true);
    await clock.advance(1);
    await expect(ended).rejects.toMatchObject({ code: 'ERR_EXEC_FAILED', message: expect.stringContaining('did not end within 60 s') as string });
    await gone(pid);
  });

  it('that has ended is not waited for because of what it left running', async () => {
    const { ended, clock, pid } = await running('sleep 600 & echo $!');
    let over = false;
    void ended.then(() => (over = true));
    while (!over) await clock.advance(2000);
    // It has not failed, so what it started is its own affair.
    expect(lives(pid)).toBe(true);
  });

  it('ends with this process, however abruptly that ends', async () => {
    const parent = spawn(process.execPath, ['-e', `
      const { execute } = require(${JSON.stringify(join(__dirname, '../../lib/cli/execution'))});
      const { realHost } = require(${JSON.stringify(join(__dirname, '../../lib/binding/real-host'))});
      const stdout = { write: (chunk) => process.stdout.write(chunk, () => process.exit(130)) };
      execute('echo $$; sleep 600', {}, { io: { stdout, stderr: process.stderr }, clock: realHost.clock, json: false, signal: new AbortController().signal });
    `], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(parent, 'exit');
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    pids.push(Number(line));
    await exited;
    await gone(Number(line));
  });
});
