/** The command `winbackup` as a function of its arguments and its Io. */
import { Command, CommanderError } from 'commander';
import { backupCommand } from './backup';
import { EXIT, EXIT_CODES_HELP } from './exit-codes';
import type { Io } from './io';
import { jobCommand } from './job';
import { machineCommand } from './machine';
import { abortCommand, recoverCommand, resolveCommand, statusCommand } from './operator';
import { replaceCommand } from './replace';
import { restoreCommand } from './restore';
import { restoreComponentsCommand } from './restore-components';
import { shadowsCommand } from './shadows';
import { snapshotCommand } from './snapshot';
import { transactionsCommand } from './transactions';
import { verifyCommand } from './verify';
import { version } from './version';
import { writersCommand } from './writers';

/** Runs the command; resolves with its exit code. Never rejects for what a user can cause. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.success;
  const exit = async (code: Promise<number>): Promise<void> => {
    exitCode = await code;
  };
  const program = new Command('winbackup')
    .description('Backups of SQL Server over virtual devices, ending safely however they end.')
    .version(version())
    .addHelpText('after', `\nExample:\n  winbackup backup Sales --to D:\\backup\\sales.bak --stripes 2\n\n${EXIT_CODES_HELP}`)
    .addCommand(backupCommand(io, exit))
    .addCommand(restoreCommand(io, exit))
    .addCommand(verifyCommand(io, exit))
    .addCommand(snapshotCommand(io, exit))
    .addCommand(restoreComponentsCommand(io, exit))
    .addCommand(writersCommand(io, exit))
    .addCommand(shadowsCommand(io, exit))
    .addCommand(replaceCommand(io, exit))
    .addCommand(transactionsCommand(io, exit))
    .addCommand(jobCommand(io, exit))
    .addCommand(statusCommand(io, exit))
    .addCommand(abortCommand(io, exit))
    .addCommand(resolveCommand(io, exit))
    .addCommand(recoverCommand(io, exit))
    .addCommand(machineCommand(io, exit));
  prepare(program, io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.success;
    // Whoever reads JSON hears of a mistake in the arguments there too, beside the text on standard error.
    if (argv.includes('--json')) io.stdout.write(`${JSON.stringify({ event: 'error', code: 'ERR_USAGE', message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage })}\n`);
    return EXIT.usage;
  }
  return exitCode;
}

/** No command ends the process by itself or writes past `io`; a mistake shows how to get help. */
function prepare(command: Command, io: Io): void {
  command
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .showHelpAfterError('(add --help for the options)');
  for (const child of command.commands) prepare(child, io);
}
