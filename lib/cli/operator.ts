/** `winbackup status`, `abort`, `resolve`, `recover`: an operator's hand on the transaction monitor of a directory, from another terminal. */
import { Command, Option } from 'commander';
import { ArgumentError, StateError } from '../binding/errors';
import { realHost } from '../binding/real-host';
import { checkGuid } from '../binding/check';
import { FE, FileSystemError, MonitorError, OperatorClient, TransactionMonitor, interruptedTransactions, plainRecovery } from '../transaction';
import type { HeldLock, PlainRecoveryReport, TransactionReport } from '../transaction';
import { withEpilogue, withOutputOptions } from './arguments';
import type { OutputOptions } from './arguments';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions, MachineWork } from './machine-run';
import type { Reporter } from './reporter';
import { reported } from './run';
import type { Exit } from './run';
import { withMachineOptions } from './vss-arguments';

/** Where a job keeps its transaction log unless somebody says otherwise: with the outputs that it is about. */
export const LOG = '.winbackup';

interface LogOption {
  readonly log: string;
}

const logOption = (): Option => new Option('--log <directory>', 'directory of the transaction log, as given to winbackup job').default(LOG, `${LOG} here; it lies in the job's destination`);

export function statusCommand(io: Io, exit: Exit): Command {
  const command = new Command('status')
    .description('Show what runs, who holds which lock and who waits for it; or, when the monitor is gone, what it left for recovery')
    .addOption(logOption());
  withOutputOptions(command).action((options: LogOption & OutputOptions) => exit(reported(io, options, (reporter, signal) => status(options, reporter, signal))));
  return withEpilogue(command, 'winbackup status --log D:\\sets\\.winbackup');
}

export function abortCommand(io: Io, exit: Exit): Command {
  const command = new Command('abort')
    .description('Abort a transaction, from outside and without recourse for it; returns at once, and its backout goes on behind. One that hangs tries once more.')
    .argument('<transaction>', 'its id, as winbackup status shows it')
    .addOption(logOption());
  withOutputOptions(command).action((transaction: string, options: LogOption & OutputOptions) => exit(reported(io, options, (reporter, signal) => abort(transaction, options, reporter, signal))));
  return withEpilogue(command, 'winbackup abort 6f1c52a0-93a4-4d0e-8a55-0d2f1c7be6d1 --log D:\\sets\\.winbackup');
}

interface ResolveOptions extends LogOption, MachineOptions {
  readonly state: 'committed' | 'aborted';
}

export function resolveCommand(io: Io, exit: Exit): Command {
  const command = new Command('resolve')
    .description('Set a transaction that hangs aside: its locks go, and whatever is left of it is yours to clear away. Without a running monitor recovery is tried first.')
    .argument('<transaction>', 'its id, as winbackup status shows it')
    .addOption(new Option('--state <state>', 'how it counts from now on').choices(['committed', 'aborted']).makeOptionMandatory())
    .addOption(logOption());
  withMachineOptions(command).action((transaction: string, options: ResolveOptions) => exit(machineRun(io, options, (work) => resolve(transaction, options, work))));
  return withEpilogue(command, 'winbackup resolve 6f1c52a0-93a4-4d0e-8a55-0d2f1c7be6d1 --state aborted --log D:\\sets\\.winbackup');
}

export function recoverCommand(io: Io, exit: Exit): Command {
  const command = new Command('recover')
    .description('Bring what a killed run has left to its end: what was committed is completed, everything else is backed out')
    .addOption(logOption());
  withMachineOptions(command).action((options: LogOption & MachineOptions) => exit(machineRun(io, options, (work) => recover(options, work))));
  return withEpilogue(command, 'winbackup recover --log D:\\sets\\.winbackup');
}

/** @throws ArgumentError: a value that is no transaction reaches nobody */
function idOf(transaction: string): string {
  try {
    return checkGuid('transaction', transaction);
  } catch {
    throw new ArgumentError('transaction', `must be the id of a transaction, as winbackup status shows it, not ${transaction}`);
  }
}

/** The running monitor. */
async function running(log: string, reporter: Reporter, signal: AbortSignal): Promise<OperatorClient> {
  const client = await OperatorClient.connect(realHost, log, { signal });
  const { simulated } = await client.status();
  reporter.simulated = simulated;
  return client;
}

async function status({ log }: LogOption, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const client = await OperatorClient.reach(realHost, log, { signal });
  if (client === undefined) {
    const transactions = await interruptedTransactions(realHost, log);
    tellTransactions(reporter, transactions, []);
    const left = transactions.length === 0 ? 'nothing is left of it' : `${count(transactions.length, 'transaction')} to be brought to an end by winbackup recover`;
    reporter.say('done', `No monitor runs in ${log}; ${left}`, { command: 'status', directory: log, running: false, transactions: transactions.length });
    return;
  }
  const { simulated, directory, pid, beginEnabled, logBytes, transactions, locks } = await client.status();
  reporter.simulated = simulated;
  tellTransactions(reporter, transactions, locks);
  const disabled = beginEnabled ? '' : '; no new ones may begin';
  reporter.say('done', `Monitor of ${directory}, process ${String(pid)}: ${count(transactions.length, 'transaction')}, ${count(locks.length, 'lock')}${disabled}`, {
    command: 'status', directory, running: true, pid, beginEnabled, logBytes, transactions: transactions.length, locks,
  });
}

const count = (number: number, what: string): string => `${String(number)} ${what}${number === 1 ? '' : 's'}`;

function tellTransactions(reporter: Reporter, transactions: readonly TransactionReport[], locks: readonly HeldLock[]): void {
  for (const transaction of transactions) {
    const { id, tag, state, beganAt, participants, cause, code, failures } = transaction;
    const held = locks.filter(({ holder }) => holder === id);
    const waits = locks.filter(({ waiting }) => waiting.includes(id)).map(({ resource, holder }) => `  waits for ${resource}, held by ${holder}`);
    reporter.say('transaction', [
      `${id}  ${state}${tag === undefined ? '' : `  ${tag}`}${beganAt === undefined ? '' : `  since ${new Date(beganAt).toISOString()}`}${cause === undefined ? '' : `  ${cause} (${String(code)})`}`,
      `  participants: ${participants.length === 0 ? 'none' : participants.join(', ')}`,
      ...held.map(({ resource, waiting }) => `  holds ${resource}${waiting.length === 0 ? '' : `; wait for it: ${waiting.join(', ')}`}`),
      ...waits,
      ...failures.map(({ participant, message }) => `  could not be ended: ${participant}: ${message}`),
    ].join('\n'), { ...transaction });
  }
}

async function abort(given: string, { log }: LogOption, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const transaction = idOf(given);
  const client = await running(log, reporter, signal);
  const result = await client.abort(transaction);
  if (result === FE.FE_NO_CURRENT_TRANSACTION) throw new MonitorError('ERR_TRANSACTION_UNKNOWN', `there is no transaction ${transaction} in ${log}, or it is over`);
  if (result !== FE.FE_OK) throw new FileSystemError(result, transaction);
  reporter.say('done', `Transaction ${transaction}: its abort has begun, and its backout goes on behind`, { command: 'abort', transaction, result });
}

async function resolve(given: string, { log, state }: ResolveOptions, work: MachineWork): Promise<void> {
  const transaction = idOf(given);
  const client = await OperatorClient.reach(work.host, log, { signal: work.signal });
  if (client !== undefined) await client.resolve(transaction, state);
  else {
    const left = await interruptedTransactions(work.host, log);
    if (!left.some(({ id }) => id === transaction)) throw new MonitorError('ERR_TRANSACTION_UNKNOWN', `there is no transaction ${transaction} in ${log}, or it is over`);
    const recovered = await withMonitor(log, work, async (monitor) => {
      const report = plainRecovery(await monitor.recover());
      if (report.setAside.some(({ id }) => id === transaction)) await monitor.resolveTransaction(transaction, state);
      return report;
    });
    tellRecovered(work.reporter, recovered);
    // It came to its own end after all: to the one that was asked for, or not.
    if (!recovered.setAside.some(({ id }) => id === transaction)) {
      const ended = recovered.committed.includes(transaction) ? 'committed' : 'aborted';
      if (ended !== state) throw new FileSystemError(FE.FE_OBSOLETE, `${transaction} does not hang any more: it has come to its own end, ${ended}`);
      work.reporter.say('done', `Transaction ${transaction}: recovery has brought it to its end, ${ended}; nothing is left of it`, { command: 'resolve', transaction, state });
      return;
    }
  }
  work.reporter.say('done', `Transaction ${transaction}: counts as ${state}; what is left of it is yours to clear away`, { command: 'resolve', transaction, state });
}

async function recover({ log }: LogOption, work: MachineWork): Promise<void> {
  const { host, reporter, signal } = work;
  const client = await OperatorClient.reach(host, log, { signal });
  const report = client === undefined ? await withMonitor(log, work, async (monitor) => plainRecovery(await monitor.recover())) : await client.recover();
  tellRecovered(reporter, report);
  const { committed, backedOut, setAside } = report;
  reporter.say('done', `Recovered ${log}: ${String(committed.length)} completed, ${String(backedOut.length)} backed out, ${String(setAside.length)} set aside`, {
    command: 'recover', directory: log, committed: committed.length, backedOut: backedOut.length, setAside: setAside.length,
  });
  if (setAside.length > 0) throw new StateError('ERR_UNRESOLVED', `not every transaction has come to its end: ${setAside.map(({ id }) => id).join(', ')}`);
}

/** A monitor that is there for this command only. */
async function withMonitor<T>(directory: string, { host, backend }: MachineWork, work: (monitor: TransactionMonitor) => Promise<T>): Promise<T> {
  const monitor = await TransactionMonitor.open({ directory, host, backend });
  try {
    return await work(monitor);
  } finally {
    await monitor.close();
  }
}

/** What an earlier run left, and what has become of it. */
export function tellRecovered(reporter: Reporter, { committed, backedOut, setAside }: PlainRecoveryReport): void {
  for (const id of committed) reporter.say('recovered', `recovered: transaction ${id} was committed and has been completed`, { transaction: id, outcome: 'committed' });
  for (const id of backedOut) reporter.say('recovered', `recovered: transaction ${id} has been backed out`, { transaction: id, outcome: 'aborted' });
  for (const { id, failures } of setAside) {
    reporter.say('recovered', `transaction ${id} is set aside: ${failures.map(({ participant, message }) => `${participant}: ${message}`).join('; ')}`, { transaction: id, outcome: 'hung', failures });
  }
}
