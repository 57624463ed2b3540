// A transaction of three participants on the machine of a file, in a process of its own that kills itself at the given point; prints the points that
// it passed otherwise.
import { realHost } from '../../lib/binding/real-host';
import { connectMachine } from '../../lib/simulator';
import { tellChanges, tellParticipants } from './job-points';
import { LOG, threeParticipants } from './participants-rig';

async function main(machineFile: string, root: string, end: string, killAt: number): Promise<void> {
  const points: string[] = [];
  const strike = (point: string): void => {
    // What a process has written survives it: only whether it has been written makes a difference.
    if (/sync/.test(point)) return;
    points.push(point);
    if (points.length === killAt) process.kill(process.pid, 'SIGKILL');
  };
  const { backend } = await connectMachine(machineFile);
  tellParticipants(strike);
  await threeParticipants(backend, tellChanges(realHost, [`${root}${LOG}`], strike), end === 'commit' ? 'commit' : 'abort', root);
  process.stdout.write(`${JSON.stringify(points)}\n`);
}

const [, , machineFile = '', root = '', end = '', killAt = '0'] = process.argv;
const alive = setInterval(() => undefined, 0x7fffffff);
void main(machineFile, root, end, Number(killAt)).finally(() => clearInterval(alive));
