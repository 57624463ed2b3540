// A machine with a volume, a database and a monitor, for tests of jobs: wholly simulated, so that its power can be cut.
import type { Host } from '../../lib/binding';
import { checkDescription } from '../../lib/job/description';
import { runJob } from '../../lib/job/job';
import type { JobOptions, JobResult } from '../../lib/job/job';
import { checkSet } from '../../lib/job/manifest';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { simulatedSqlServer } from '../../lib/simulator/sql-server/connection';
import { TransactionMonitor } from '../../lib/transaction';
import type { TransactionMonitorOptions } from '../../lib/transaction';
import { putFile } from './flow-rig';

export const LOG = '/log';
export const SETS = '/sets';
export const SMALL = {
  name: 'nightly', destination: SETS, volumes: ['D:\\'], databases: [{ name: 'Sales' }], files: [{ from: 'D:\\Data', to: 'data' }],
};

export async function newHost(seed = 1): Promise<SimulatedHost> {
  const host = new SimulatedHost({ seed });
  for (const directory of ['/volume/Data/inner', LOG]) await host.files.makeDirectory(directory);
  await putFile(host.files, '/volume/Data/one.txt', Buffer.from('one'));
  await putFile(host.files, '/volume/Data/inner/two.txt', Buffer.from('two'));
  for (const directory of ['/', '/volume', '/volume/Data', '/volume/Data/inner']) await host.files.syncDirectory(directory);
  return host;
}

export function machineOn(host: Host): SimulatedWindows {
  return new SimulatedWindows({
    host, volumes: [{ name: 'D:\\', directory: '/volume' }],
    instances: [{ databases: [{ name: 'Sales', generatedBytes: 256 * 1024 }, { name: 'Stock', generatedBytes: 64 * 1024 }] }],
  });
}

export const openMonitor = (machine: SimulatedWindows, host: Host, options: Partial<TransactionMonitorOptions> = {}): Promise<TransactionMonitor> =>
  TransactionMonitor.open({ directory: LOG, host, backend: machine, ...options });

export function run(machine: SimulatedWindows, host: Host, monitor: TransactionMonitor, options: Partial<Omit<JobOptions, 'description'>> & { readonly job?: object } = {}): Promise<JobResult> {
  const { job = SMALL, ...others } = options;
  return runJob({
    description: checkDescription(job, '/', host.files), monitor, backend: machine, host, sql: (instance) => simulatedSqlServer(machine, { instance }), ...others,
  });
}

/** The sets that are there, each with its problems; and everything else in the destination. */
export async function sets(host: Host): Promise<{ readonly whole: number; readonly problems: readonly unknown[]; readonly others: readonly string[] }> {
  const { files } = host;
  const names = (await files.stat(SETS)) === undefined ? [] : await files.list(SETS);
  const problems: unknown[] = [];
  const whole = names.filter((name) => !/\.(partial|aborted)$/.test(name));
  for (const name of whole) problems.push(...(await checkSet(files, `${SETS}/${name}`)).problems);
  return { whole: whole.length, problems, others: names.filter((name) => !whole.includes(name)) };
}

/** Nothing that a job holds is held any more. */
export async function left(machine: SimulatedWindows): Promise<{ readonly snapshots: number; readonly handles: number; readonly setInProgress: unknown }> {
  await machine.vss.settled();
  await machine.vss.removed();
  const control = machine.openControl();
  const { setInProgress } = await control.vssStatus();
  return { snapshots: (await control.vssSnapshots()).length, handles: machine.handleCount(), setInProgress };
}
