// A job on the machine of a file, in a process of its own that kills itself at the given point; prints the points that it passed otherwise.
import { realHost } from '../../lib/binding/real-host';
import { checkDescription } from '../../lib/job/description';
import { runJob } from '../../lib/job/job';
import { connectMachine } from '../../lib/simulator';
import { simulatedSqlServer } from '../../lib/simulator/sql-server/connection';
import { TransactionMonitor } from '../../lib/transaction';
import { tellChanges, tellParticipants } from './job-points';

async function main(machineFile: string, log: string, job: string, killAt: number): Promise<void> {
  const points: string[] = [];
  const strike = (point: string): void => {
    points.push(point);
    if (points.length === killAt) process.kill(process.pid, 'SIGKILL');
  };
  const { backend } = await connectMachine(machineFile);
  const host = tellChanges(realHost, [`${log}/monitor.log`], strike);
  const monitor = await TransactionMonitor.open({ directory: log, host, backend });
  tellParticipants(strike);
  const description = checkDescription(JSON.parse(job), '/', host.files);
  await runJob({ description, monitor, backend, host, sql: (instance) => simulatedSqlServer(backend, { instance }) }).catch(() => undefined);
  await monitor.close();
  process.stdout.write(`${JSON.stringify(points)}\n`);
}

const [, , machineFile = '', log = '', job = '', killAt = '0'] = process.argv;
const alive = setInterval(() => undefined, 0x7fffffff);
void main(machineFile, log, job, Number(killAt)).finally(() => clearInterval(alive));
