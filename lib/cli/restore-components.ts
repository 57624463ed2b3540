/** `winbackup restore-components`: takes the writers of a backup through its restore, while a command of the user's puts the files back. */
import { Command } from 'commander';
import { ArgumentError } from '../binding/errors';
import { VSS_FILE_RESTORE_STATUS } from '../binding/vss-codes';
import { RestoreSession } from '../vss/restore-session';
import type { RestoreComponent } from '../vss/restore-session';
import type { ComponentSelection } from '../vss/selection';
import { seconds, withEpilogue } from './arguments';
import { defined } from './defined';
import { loadDocuments } from './documents';
import { checkCommand, execute } from './execution';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions } from './machine-run';
import type { Exit } from './run';
import { component, withMachineOptions } from './vss-arguments';

interface RestoreComponentsOptions extends MachineOptions {
  readonly exec: string;
  readonly execTimeout?: number;
  readonly component?: readonly ComponentSelection[];
  readonly additionalRestores?: true;
  readonly isolate?: true;
}

export function restoreComponentsCommand(io: Io, exit: Exit): Command {
  const command = new Command('restore-components')
    .description('Restore components of a shadow copy backup: tells their writers before and after, and runs your command in between, which puts the files back.')
    .argument('<documents>', 'directory that winbackup snapshot --documents made')
    .requiredOption('--exec <command>', 'puts the files back; 0 tells the writers that all files are restored, everything else that none could be')
    .option('--exec-timeout <seconds>', 'how long the command may run before it is ended, and the writers are told that nothing was restored (default: without end)', seconds)
    .option('--component <writer[:component]>', 'only this component; may be repeated', component)
    .option('--additional-restores', 'more restores of the same components follow')
    .option('--isolate', 'run the requester in a process of its own');
  withMachineOptions(command).action((directory: string, options: RestoreComponentsOptions) => exit(restoreComponents(directory, options, io)));
  return withEpilogue(command, 'winbackup restore-components E:\\backup-documents --component SqlServerWriter:SERVER\\Sales --exec "robocopy E:\\backup\\C\\Data C:\\Data"');
}

const pathOf = ({ logicalPath, name }: RestoreComponent): string => (logicalPath === null || logicalPath === '' ? name : `${logicalPath}\\${name}`);

function restoreComponents(directory: string, options: RestoreComponentsOptions, io: Io): Promise<number> {
  return machineRun(io, options, async ({ backend, host, reporter, signal }) => {
    checkCommand(options.exec);
    const { backupComponentsDocument, writerDocuments } = await loadDocuments('<documents>', host, directory);
    const { additionalRestores, component: chosen } = options;
    if (additionalRestores !== undefined && chosen === undefined) throw new ArgumentError('--additional-restores', 'needs --component');
    await using session = await RestoreSession.begin({
      backend, host, signal, backupComponentsDocument, writerDocuments,
      ...defined({ components: chosen?.map((each) => ({ ...each, ...defined({ additionalRestores }) })), isolation: options.isolate && ('process' as const) }),
    });
    for (const each of session.components) {
      const files = [...(each.metadata?.files ?? []), ...(each.metadata?.databaseFiles ?? []), ...(each.metadata?.logFiles ?? [])];
      reporter.say('component', `${each.writerName}: ${pathOf(each)}`, { writer: each.writerName, component: pathOf(each), files, newTargets: each.newTargets, directedTargets: each.directedTargets, restoreTarget: each.restoreTarget });
    }
    const names = session.components.map((each) => `${each.writerName}:${pathOf(each)}`).join('\n');
    await execute(options.exec, { WINBACKUP_COMPONENTS: names }, { io, clock: host.clock, json: options.json === true, signal, timeoutMs: options.execTimeout === undefined ? undefined : options.execTimeout * 1000 });
    const { rebootRequired, warnings } = await session.complete({ fileStatus: VSS_FILE_RESTORE_STATUS.ALL });
    for (const { writerName, code, state } of warnings) reporter.say('warning', `writer ${writerName}: ${code} in state ${state}`, { writer: writerName, code, state });
    reporter.say('done', `The restore is complete${rebootRequired ? '; a writer asks for a reboot' : ''}`, { command: 'restore-components', components: names.split('\n'), rebootRequired });
  });
}
