/** A simulated machine in a process of its own, for tests that kill it; it ends cleanly with its standard input. */
import { serveMachine } from '../../lib/simulator';

const [, , file = ''] = process.argv;
serveMachine(file).then(
  (machine) => {
    process.stdin.on('end', () => void machine.close()).resume();
    process.stdout.write('serving\n');
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`);
    process.exitCode = 1;
  },
);
