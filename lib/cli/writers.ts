/** `winbackup writers`: the applications that take part in shadow copies, their state and their components. */
import { Command } from 'commander';
import { VSS_COMPONENT_TYPE } from '../binding/vss-codes';
import { listWriters } from '../vss/management';
import { withEpilogue } from './arguments';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions } from './machine-run';
import type { Exit } from './run';
import { withMachineOptions } from './vss-arguments';

interface WritersOptions extends MachineOptions {
  readonly components?: true;
}

export function writersCommand(io: Io, exit: Exit): Command {
  const command = new Command('writers')
    .description('List the shadow copy writers of this machine, with the state that they are in.')
    .option('--components', 'also their components and files');
  withMachineOptions(command).action((options: WritersOptions) => exit(writers(options, io)));
  return withEpilogue(command, 'winbackup writers --components');
}

function writers(options: WritersOptions, io: Io): Promise<number> {
  return machineRun(io, options, async ({ backend, host, reporter, signal }) => {
    const { writers: found } = await listWriters({ backend, host, signal });
    for (const { metadata, status } of found) {
      const lines = [`${metadata.writerName}  {${metadata.writerId}}  ${status?.state ?? 'UNKNOWN'}${status !== undefined && status.failure !== 0 ? `  0x${status.failure.toString(16)}` : ''}`];
      for (const component of options.components === true ? metadata.components : []) {
        const kind = component.type === VSS_COMPONENT_TYPE.DATABASE ? 'database' : 'file group';
        lines.push(`  ${component.logicalPath === null ? '' : `${component.logicalPath}\\`}${component.name}  ${kind}${component.selectable ? '' : ', not selectable'}`);
        for (const { path, filespec, recursive } of [...component.files, ...component.databaseFiles, ...component.logFiles]) lines.push(`    ${path}\\${filespec}${recursive ? ' and below' : ''}`);
      }
      reporter.say('writer', lines.join('\n'), { ...metadata, state: status?.state ?? 'UNKNOWN', failure: status?.failure ?? null });
    }
    reporter.say('done', `${String(found.length)} writers`, { command: 'writers', count: found.length });
  });
}
