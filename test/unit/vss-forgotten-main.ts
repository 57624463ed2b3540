/**
 * A program that forgets what it has begun, collects garbage until nothing of it is left, and prints what the machine and the process have seen. A
 * program of its own, because the test runner can hold what its tests have let go.
 * Usage: node --expose-gc vss-forgotten-main.js components | session | restore
 */
import { writeSync } from 'node:fs';
import { RestoreSession, SnapshotSession, VssBackupComponents } from '../../lib/vss';
import { settled } from '../../lib/simulator/scheduler';
import { countOf, vssMachine } from './vss-requester';

const NULL = '00000000-0000-0000-0000-000000000000';

async function main(what: string | undefined): Promise<void> {
  const { machine } = vssMachine();
  const warnings: string[] = [];
  process.on('warning', (warning) => warnings.push(`${(warning as NodeJS.ErrnoException).code ?? ''} ${warning.message}`));
  // A signal that lives on does not keep it alive.
  const { signal } = new AbortController();
  const forget = async (): Promise<void> => {
    if (what === 'session') {
      await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], signal });
      return;
    }
    if (what === 'restore') {
      const { backupComponentsDocument } = await (await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'], components: [{ writer: 'a' }] })).complete();
      await RestoreSession.begin({ backend: machine, backupComponentsDocument, signal });
      return;
    }
    const components = await VssBackupComponents.create({ backend: machine, signal });
    await components.initializeForBackup(null);
    await components.setBackupState(false, false, 5, false);
    await components.gatherWriterMetadata();
    await components.startSnapshotSet();
    await components.addToSnapshotSet('C:\\', NULL);
    await components.prepareForBackup();
  };
  await forget();
  const before = machine.handleCount();
  for (let turn = 0; turn < 500 && machine.handleCount() > 0; turn += 1) {
    globalThis.gc?.();
    await settled();
  }
  await machine.vss.settled();
  const { operation } = machine.calls.findLast((call) => call.operation.endsWith('::AbortBackup')) ?? { operation: '' };
  const after = machine.handleCount();
  await (await SnapshotSession.begin({ backend: machine, volumes: ['C:\\'] })).complete();
  writeSync(1, JSON.stringify({ before, after, abort: operation, aborts: countOf(machine, 'Abort'), warnings }));
}

void main(process.argv[2]);
