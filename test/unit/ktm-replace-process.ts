/**
 * A process that replaces two files together on a simulated KTM with real logs, and kills itself (SIGKILL) just before one of its changes:
 * `node ktm-replace-process.js <directory> <number of the change>`; with 0 it lives and writes the names of all changes.
 */
import { join } from 'node:path';
import { realHost } from '../../lib/binding/real-host';
import { FileResourceManager } from '../../lib/ktm';
import { SimulatedWindows } from '../../lib/simulator';
import { watchedHost } from './ktm-files';

async function replaceTwo(directory: string, killAt: number): Promise<void> {
  const steps: string[] = [];
  const host = watchedHost(realHost, (step) => {
    steps.push(step.replace(/[0-9a-f-]{36}/, '*'));
    if (steps.length === killAt) process.kill(process.pid, 'SIGKILL');
  });
  const manager = await FileResourceManager.start({ backend: new SimulatedWindows({ host }), host, log: join(directory, '.winbackup', 'replace') });
  const { committed, presumedAborted, unresolved } = manager.recovered;
  await manager.replace([
    { from: join(directory, 'sales.new'), to: join(directory, 'sales.bak') },
    { from: join(directory, 'catalog.new'), to: join(directory, 'catalog.json') },
  ]);
  await manager.stop();
  process.stdout.write(JSON.stringify({ steps, committed: committed.length, presumedAborted: presumedAborted.length, unresolved: unresolved.length }));
}

if (require.main === module) {
  const alive = setInterval(() => undefined, 0x7fffffff);
  const [directory = '', killAt = '0'] = process.argv.slice(2);
  void replaceTwo(directory, Number(killAt)).finally(() => clearInterval(alive));
}
