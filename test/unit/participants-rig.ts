// A transaction of three participants: a file set, persistent shadow copies, and a kernel transaction in which files are replaced together.
import type { Backend, Host } from '../../lib/binding';
import { VSS_SNAPSHOT_CONTEXT } from '../../lib/binding/vss-codes';
import { FileResourceManager } from '../../lib/ktm';
import { SimulatedHost, SimulatedWindows } from '../../lib/simulator';
import { FileSet, KernelTransactionParticipant, SnapshotSet, TransactionMonitor } from '../../lib/transaction';
import type { TransactionMonitorOptions } from '../../lib/transaction';
import { putFile } from './flow-rig';
import { writeText } from './ktm-files';

export const LOG = '/log';
export const KTM_LOG = '/ktm/replace';
export const SET = '/sets/nightly';
export const CATALOG = '/data/catalog';

export async function newHost(seed = 1): Promise<SimulatedHost> {
  const host = new SimulatedHost({ seed });
  for (const directory of ['/volume', LOG, '/ktm', '/data', '/sets']) await host.files.makeDirectory(directory);
  await putFile(host.files, '/volume/one.txt', Buffer.from('one'));
  await writeText(host.files, CATALOG, 'old');
  for (const directory of ['/', '/volume', '/data', '/sets']) await host.files.syncDirectory(directory);
  return host;
}

export const machineOn = (host: Host): SimulatedWindows =>
  new SimulatedWindows({ host, volumes: [{ name: 'D:\\', directory: '/volume' }], instances: [{ databases: [{ name: 'Sales', generatedBytes: 64 * 1024 }] }] });

export const openMonitor = (machine: Backend, host: Host, options: Partial<TransactionMonitorOptions> = {}): Promise<TransactionMonitor> =>
  TransactionMonitor.open({ directory: LOG, host, backend: machine, ...options });

export const startFiles = (machine: Backend, host: Host, root = ''): Promise<FileResourceManager> => FileResourceManager.start({ backend: machine, host, log: `${root}${KTM_LOG}` });

/** Ends with `end`; resolves when nothing of it is under way any more. @param root the directory of a real disk that has what `newHost` makes */
export async function threeParticipants(machine: Backend, host: Host, end: 'commit' | 'abort', root = ''): Promise<'COMMITTED' | 'ABORTED' | 'HUNG'> {
  const files = await startFiles(machine, host, root);
  const monitor = await openMonitor(machine, host, { directory: `${root}${LOG}` });
  try {
    const transaction = monitor.beginTransaction();
    const set = await FileSet.enlist(monitor, transaction, { directory: `${root}${SET}` });
    const snapshots = await SnapshotSet.enlist(monitor, transaction, { persistent: true });
    await snapshots.begin({ backend: machine, volumes: ['D:\\'], context: VSS_SNAPSHOT_CONTEXT.APP_ROLLBACK });
    await set.writeText('one.txt', 'one');
    await snapshots.complete();
    const kernel = await KernelTransactionParticipant.begin(monitor, transaction, { log: `${root}${KTM_LOG}` });
    await files.stage(kernel.transaction, [{ to: `${root}${CATALOG}`, from: Buffer.from('new') }]);
    if (end === 'commit') await monitor.endTransaction(transaction);
    else monitor.abortTransaction(transaction);
    return (await transaction.finished).state;
  } finally {
    await monitor.close();
    await files.stop();
  }
}

/** As a program starts after a crash: its resource manager and its monitor recover side by side, because each may wait for the other. */
export async function recoverThree(machine: Backend, host: Host, root = ''): Promise<{ readonly found: number; readonly hung: number; readonly replaced: number }> {
  const monitor = await openMonitor(machine, host, { directory: `${root}${LOG}` });
  const files = await startFiles(machine, host, root);
  const { transactions, setAside } = await monitor.recover();
  await files.recovered.settled();
  const { committed, rolledBack, presumedAborted, unresolved } = files.recovered;
  await monitor.close();
  await files.stop();
  return { found: transactions.length, hung: setAside.length + unresolved.length, replaced: committed.length + rolledBack.length + presumedAborted.length };
}
