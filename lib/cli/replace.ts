/** `winbackup replace`: several files take their names together, or none does. */
import * as path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { replaceFiles } from '../ktm/replace-files';
import type { FileReplacement } from '../ktm/replace-files';
import { seconds, withEpilogue, withOutputOptions } from './arguments';
import { defined } from './defined';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions } from './machine-run';
import type { Exit } from './run';

interface ReplaceOptions extends MachineOptions {
  readonly log?: string;
  readonly timeout?: number;
}

interface FromTo extends FileReplacement {
  readonly from: string;
}

/** Where the logs are unless somebody says so: beside the first file. */
export function defaultLog(to: string): string {
  return path.join(path.dirname(path.resolve(to)), '.winbackup', 'replace');
}

function fromTo(text: string, previous: readonly FromTo[] = []): readonly FromTo[] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('It must be <from>=<to>.');
  return [...previous, { from: text.slice(0, at), to: text.slice(at + 1) }];
}

export function replaceCommand(io: Io, exit: Exit): Command {
  const command = new Command('replace')
    .description('Give several files their names together: copies of <from> take the names <to>, all of them or none, whatever happens in between. What an earlier run has left behind is made whole first.')
    .argument('<from=to...>', 'a file and the name that its copy takes; repeated for each', fromTo)
    .option('--log <name>', 'log of the transactions, a path without extension (default: .winbackup/replace beside the first <to>); one command at a time uses it')
    .option('--timeout <seconds>', 'roll back if it takes longer', seconds)
    .option('--machine <file>', 'use the simulated machine that this file describes, or the running one of that file');
  withOutputOptions(command).action((files: readonly FromTo[], options: ReplaceOptions) => exit(replace(files, options, io)));
  return withEpilogue(command, 'winbackup replace sales.new=D:\\backup\\sales.bak catalog.new=D:\\backup\\catalog.json');
}

function replace(files: readonly FromTo[], { log, timeout, ...options }: ReplaceOptions, io: Io): Promise<number> {
  return machineRun(io, options, async ({ backend, host, reporter, signal }) => {
    const [first] = files;
    const name = log ?? defaultLog(first?.to ?? '');
    reporter.say('start', `Replacing ${files.map(({ to }) => to).join(', ')}`, { command: 'replace', files, log: name });
    const result = await replaceFiles({ backend, host, signal, files, log: name, ...defined({ timeoutMs: timeout === undefined ? undefined : timeout * 1000 }) });
    reporter.say('done', [`Replaced together, in the transaction {${result.unitOfWork}}:`, ...result.files.map((file) => `  ${file}`)].join('\n'), {
      command: 'replace', unitOfWork: result.unitOfWork, files: result.files,
    });
  });
}
