/** `winbackup shadows`: the shadow copies that are there; delete, expose, and clean up after a crash. */
import { Command } from 'commander';
import { SnapshotJournal } from '../vss/journal';
import { deleteSnapshots, exposeSnapshot, querySnapshots, unexposeSnapshot } from '../vss/management';
import { withEpilogue } from './arguments';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions, MachineWork } from './machine-run';
import type { Exit } from './run';
import { withMachineOptions } from './vss-arguments';

export function shadowsCommand(io: Io, exit: Exit): Command {
  const shadows = new Command('shadows').description('List the shadow copies of this machine, delete and expose them.');
  const run = (options: MachineOptions, work: (context: MachineWork) => Promise<void>): Promise<void> => exit(machineRun(io, options, work));

  withMachineOptions(shadows.command('list', { isDefault: true }).description('every shadow copy')).action((options: MachineOptions) => run(options, async ({ backend, host, reporter, signal }) => {
    const { snapshots } = await querySnapshots({ backend, host, signal });
    for (const copy of snapshots) {
      const exposed = copy.exposedName === null ? '' : `  as ${copy.exposedName}`;
      reporter.say('shadow', `{${copy.snapshotId}}  of ${copy.originalVolume}  ${new Date(copy.createdAt).toISOString()}  set {${copy.snapshotSetId}}${exposed}\n  ${copy.deviceObject ?? 'not surfaced'}`, { ...copy });
    }
    reporter.say('done', `${String(snapshots.length)} shadow cop${snapshots.length === 1 ? 'y' : 'ies'}`, { command: 'shadows list', count: snapshots.length });
  }));

  withMachineOptions(shadows.command('delete').description('delete one, or a whole set').argument('<id>', 'of the shadow copy').option('--set', 'the id is that of a set').option('--force', 'also while somebody uses it'))
    .action((id: string, options: MachineOptions & { readonly set?: true; readonly force?: true }) => run(options, async ({ backend, host, reporter, signal }) => {
      const force = options.force === true;
      const { deleted } = await deleteSnapshots({ backend, host, signal, force, ...(options.set === true ? { snapshotSetId: id } : { snapshotId: id }) });
      reporter.say('done', `${String(deleted)} deleted`, { command: 'shadows delete', deleted });
    }));

  withMachineOptions(shadows.command('expose').description('make a persistent copy visible as a drive or in an empty folder').argument('<id>', 'of the shadow copy').argument('<as>', 'X: or a folder; with --share the name of the share').option('--share', 'as a share'))
    .action((snapshotId: string, as: string, options: MachineOptions & { readonly share?: true }) => run(options, async ({ backend, host, reporter, signal }) => {
      const { exposedAs } = await exposeSnapshot({ backend, host, signal, snapshotId, as, share: options.share === true });
      reporter.say('done', `visible as ${exposedAs}`, { command: 'shadows expose', exposedAs });
    }));

  withMachineOptions(shadows.command('unexpose').description('take that back').argument('<id>', 'of the shadow copy'))
    .action((snapshotId: string, options: MachineOptions) => run(options, async ({ backend, host, reporter, signal }) => {
      await unexposeSnapshot({ backend, host, signal, snapshotId });
      reporter.say('done', 'not visible any more', { command: 'shadows unexpose' });
    }));

  withMachineOptions(shadows.command('clean-up').description('delete persistent copies that a crash of winbackup has left; no others').requiredOption('--journal <file>', 'as given to winbackup snapshot'))
    .action((options: MachineOptions & { readonly journal: string }) => run(options, async ({ backend, host, reporter, signal }) => {
      const journal = await SnapshotJournal.open({ path: options.journal, host });
      try {
        const { deleted, gone, failed } = await journal.cleanUp({ backend, host, signal });
        for (const { snapshotSetId, error } of failed) reporter.say('failed', `set {${snapshotSetId}}: ${error.message}`, { snapshotSetId, message: error.message });
        reporter.say('done', `${String(deleted.length)} orphaned sets deleted, ${String(gone.length)} were gone, ${String(failed.length)} could not be deleted`, {
          command: 'shadows clean-up', deleted, gone, failed: failed.map(({ snapshotSetId }) => snapshotSetId),
        });
        const [first] = failed;
        if (first !== undefined) throw first.error;
      } finally {
        await journal.close();
      }
    }));

  return withEpilogue(shadows, 'winbackup shadows', 'winbackup shadows delete 3f1c... --set');
}
