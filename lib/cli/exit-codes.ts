/** Every exit code of the command: the one table, which `--help` shows and `exitCodeOf` reads. */
import { AbortError, ArgumentError, LoadError, StateError, WindowsError, errorCode } from '../binding/errors';
import { TimeoutError } from '../binding/host';
import { LogError } from '../log';
import { SqlConnectionError } from '../binding/sql';
import { SqlStatementError } from '../vdi/errors';
import { VssError } from '../vss/errors';
import { JobError } from '../job/errors';
import { MonitorError } from '../transaction/errors';
import { FE, FileSystemError } from '../transaction/file-system-errors';
import { causes } from './causes';
import { ExecutionError } from './execution';
import type { Signal } from './io';

export const EXIT = {
  success: 0,
  internal: 1,
  usage: 2,
  windows: 3,
  connection: 4,
  sql: 5,
  files: 6,
  unresolved: 7,
  exec: 8,
  aborted: 9,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
  SIGBREAK: 149,
} as const satisfies Record<string, number> & Record<Signal, number>;

const MEANING: readonly (readonly [string, string])[] = [
  [String(EXIT.success), 'success: SQL Server said so, and every file is whole and durable'],
  [String(EXIT.internal), 'a defect of this program'],
  [String(EXIT.usage), 'wrong arguments, a file that cannot be opened (a log that somebody uses, is damaged or none), no such transaction or transaction log; nothing was started'],
  [String(EXIT.windows), 'Windows, the virtual device interface, the shadow copy service or a writer refused'],
  [String(EXIT.connection), 'no connection to SQL Server, to the simulated machine, or to a running transaction monitor'],
  [String(EXIT.sql), 'SQL Server ended the statement with an error'],
  [String(EXIT.files), 'reading or writing a file failed on the way (full disk, I/O error), or a set is not what its manifest says'],
  [String(EXIT.unresolved), 'transactions remain whose end is not known yet, or could not be carried out'],
  [String(EXIT.exec), 'the command of --exec failed; the backup was aborted, or its writers told that nothing was restored'],
  [String(EXIT.aborted), 'the transaction monitor aborted or refused it: an operator, a time limit, a lock that was not given, a lost volume or log'],
  ['128+n', `ended by signal n, after a clean abort (SIGINT ${String(EXIT.SIGINT)}, SIGTERM ${String(EXIT.SIGTERM)}, SIGHUP ${String(EXIT.SIGHUP)}, SIGBREAK ${String(EXIT.SIGBREAK)})`],
];

/** For `--help`. */
export const EXIT_CODES_HELP = ['Exit codes:', ...MEANING.map(([code, meaning]) => `  ${code.padEnd(6)} ${meaning}`)].join('\n');

/** The caller's signal as the reason of an abort. */
export class SignalReceived extends Error {
  override readonly name = 'SignalReceived';

  constructor(readonly signal: Signal) {
    super(`ended by ${signal}`);
  }
}

/** System errors of Node have an `errno`, and their codes begin with E: ENOSPC, EACCES. */
const isSystemError = (error: unknown): boolean => typeof error === 'object' && error !== null && 'errno' in error && /^E[A-Z]/.test(errorCode(error) ?? '');

/** Of transactions: not over yet. */
const UNRESOLVED_CODES: readonly string[] = ['ERR_UNRESOLVED', 'ERR_REPLACE_UNFINISHED', 'ERR_REPLACE_IN_DOUBT'];

/** The simulated machine is not there, or went away. */
const CONNECTION_CODES: readonly string[] = ['ERR_PROCESS_DIED', 'ERR_CHANNEL_CLOSED', 'ERR_MACHINE_NOT_RUNNING', 'ERR_MACHINE_RUNNING'];

const fileSystemErrorOf = (error: unknown): number | undefined => (error instanceof FileSystemError ? error.number : undefined);

/**
 * The first rule that any error in the chain meets. The order says who wins: a signal before what it caused, the caller's mistake before
 * the rest, a lost connection before the socket's error, a command that could not be started before the system's reason, a full disk before SQL
 * Server's report of it.
 */
const RULES: readonly (readonly [(error: unknown) => boolean, number])[] = [
  [(error) => error instanceof MonitorError && ['ERR_MONITOR_NOT_RUNNING', 'ERR_MONITOR_UNREACHABLE'].includes(error.code), EXIT.connection],
  [(error) => error instanceof ArgumentError || error instanceof MonitorError || fileSystemErrorOf(error) === FE.FE_NOT_CONFIGURED, EXIT.usage],
  [(error) => (error instanceof JobError && error.failure.outcome === 'HUNG') || fileSystemErrorOf(error) === FE.FE_ENDING, EXIT.unresolved],
  [(error) => UNRESOLVED_CODES.includes(errorCode(error) ?? ''), EXIT.unresolved],
  [(error) => error instanceof SqlConnectionError, EXIT.connection],
  [(error) => error instanceof StateError && CONNECTION_CODES.includes(error.code), EXIT.connection],
  [(error) => errorCode(error) === 'ERR_NO_MANIFEST', EXIT.usage],
  [(error) => error instanceof ExecutionError, EXIT.exec],
  [(error) => isSystemError(error) || errorCode(error) === 'ERR_SET_CHANGED', EXIT.files],
  [(error) => error instanceof SqlStatementError, EXIT.sql],
  [(error) => error instanceof FileSystemError, EXIT.aborted],
  [(error) => error instanceof WindowsError || error instanceof VssError || error instanceof LoadError || error instanceof TimeoutError, EXIT.windows],
  [(error) => error instanceof LogError || (error instanceof StateError && error.code === 'ERR_IN_USE'), EXIT.usage],
];

export function exitCodeOf(error: unknown): number {
  const chain = causes(error);
  const signal = chain.find((item) => item instanceof SignalReceived);
  if (signal !== undefined) return EXIT[signal.signal];
  const codes = RULES.filter(([matches]) => chain.some(matches)).map(([, code]) => code);
  // Of a job that had begun a wrong argument is the least that can be said.
  if (chain[0] instanceof JobError) codes.sort((one, other) => Number(one === EXIT.usage) - Number(other === EXIT.usage));
  return codes[0] ?? (chain.some((item) => item instanceof AbortError) ? EXIT.SIGINT : EXIT.internal);
}
