/** `winbackup transactions`: looks at kernel transactions, and brings those that a crash has left to their end. */
import { Command } from 'commander';
import { ArgumentError, StateError } from '../binding/errors';
import { KTM_ERROR } from '../binding/ktm-codes';
import { failedWith } from '../ktm/errors';
import { PreparedStore } from '../ktm/prepared-store';
import { recoverResourceManager } from '../ktm/recovery';
import type { PreparedTransaction, UnresolvedTransaction } from '../ktm/recovery';
import { FileResourceManager, preparedLogOf } from '../ktm/replace-files';
import { Transaction } from '../ktm/transaction';
import { TransactionManager } from '../ktm/transaction-manager';
import type { TransactionInfo } from '../simulator/ktm';
import { withEpilogue, withOutputOptions } from './arguments';
import type { Io } from './io';
import { machineRun } from './machine-run';
import type { MachineOptions, MachineWork } from './machine-run';
import type { Reporter } from './reporter';
import type { Exit } from './run';

interface ListOptions extends MachineOptions {
  readonly log?: string;
}

interface RecoverOptions extends MachineOptions {
  readonly log: string;
  readonly resourceManager?: string;
}

/** Transactions whose end is not known, or could not be carried out. */
export class UnresolvedError extends StateError {
  constructor(inDoubt: number, unresolved: readonly UnresolvedTransaction[]) {
    const parts = [
      ...(inDoubt === 0 ? [] : [`${String(inDoubt)} in doubt`]),
      ...unresolved.map(({ unitOfWork, error }) => `{${unitOfWork}}: ${error.message}`),
    ];
    super('ERR_UNRESOLVED', `not every transaction has come to its end: ${parts.join('; ')}`, { cause: unresolved[0]?.error });
  }
}

export function transactionsCommand(io: Io, exit: Exit): Command {
  const transactions = new Command('transactions').description('Look at kernel transactions (KTM), and bring those that a crash has left to their end.');
  const machine = ['--machine <file>', 'use the simulated machine that this file describes, or the running one of that file'] as const;

  const list = transactions
    .command('list')
    .description('states and outcomes: of what a log of winbackup replace holds, or of every transaction of a simulated machine. Windows itself has no public call that lists transactions.')
    .option('--log <name>', 'log of the transactions, a path without extension')
    .option(...machine);
  withOutputOptions(list).action((options: ListOptions) => exit(listTransactions(options, io)));

  const recover = transactions
    .command('recover')
    .description('recover a transaction manager, and its resource manager of files replaced together, or another one: that one\'s outcomes are shown and left for it')
    .requiredOption('--log <name>', 'log of the transaction manager, a path without extension')
    .option('--resource-manager <guid>', 'the resource manager (default: that of files replaced together)')
    .option(...machine);
  withOutputOptions(recover).action((options: RecoverOptions) => exit(recoverTransactions(options, io)));

  return withEpilogue(transactions, 'winbackup transactions list --log D:\\backup\\.winbackup\\replace', 'winbackup transactions recover --log D:\\backup\\.winbackup\\replace');
}

function listTransactions({ log, ...options }: ListOptions, io: Io): Promise<number> {
  return machineRun(io, options, async (work) => {
    if (log === undefined && work.control === undefined) throw new ArgumentError('--log', 'or --machine must be given');
    const count = log === undefined ? await listMachine(work) : await listLog(log, work);
    work.reporter.say('done', `${String(count)} transaction${count === 1 ? '' : 's'}`, { command: 'transactions list', count });
  });
}

/** All that the simulated KTM knows. */
async function listMachine({ control, reporter }: MachineWork): Promise<number> {
  const all = ((await control?.call('Ktm::Transactions')) ?? []) as unknown as readonly TransactionInfo[];
  for (const { id, state, outcome, description, enlistments } of all) {
    const parts = enlistments.map((each) => `  enlistment {${each.id}} of {${each.resourceManager}}  ${each.state}`);
    reporter.say('transaction', [`{${id}}  ${state}  outcome ${outcome.toLowerCase()}${description === null ? '' : `  ${description}`}`, ...parts].join('\n'), {
      unitOfWork: id, state, outcome: outcome.toLowerCase(), description, enlistments,
    });
  }
  return all.length;
}

/** What the resource manager's own log holds, and what KTM says of it. Nothing is recovered. */
async function listLog(log: string, { backend, host, reporter }: MachineWork): Promise<number> {
  const prepared = preparedLogOf(host.files, log);
  if ((await host.files.stat(prepared)) === undefined) throw new ArgumentError('--log', `has no log of files replaced together beside it: ${prepared}`);
  const store = await PreparedStore.open({ backend, host, path: prepared });
  try {
    const manager = await openManager(log, { backend, host });
    try {
      for (const { enlistmentId, unitOfWork, state, data } of store.all) {
        const outcome = await outcomeOf(unitOfWork, { backend });
        reporter.say('transaction', `{${unitOfWork}}  ${state}  outcome ${outcome}`, { unitOfWork, enlistmentId, state, outcome, data });
      }
    } finally {
      await manager.close();
    }
    return store.all.length;
  } finally {
    await store.close();
  }
}

/** `unknown`: KTM does not know it any more, so the abort is presumed. */
async function outcomeOf(unitOfWork: string, { backend }: Pick<MachineWork, 'backend'>): Promise<string> {
  try {
    const transaction = await Transaction.open({ id: unitOfWork, backend });
    try {
      return await transaction.outcome();
    } finally {
      await transaction.close();
    }
  } catch (error) {
    if (failedWith(error, KTM_ERROR.ERROR_TRANSACTION_NOT_FOUND)) return 'unknown to KTM (abort presumed)';
    throw error;
  }
}

async function openManager(log: string, { backend, host }: Pick<MachineWork, 'backend' | 'host'>): Promise<TransactionManager> {
  const manager = await TransactionManager.open({ logFileName: nameOf(log, host), backend });
  try {
    await manager.recover();
    return manager;
  } catch (error) {
    await manager.close();
    throw error;
  }
}

/** Names in a form of Windows' own stay as they are. */
function nameOf(log: string, { files }: MachineWork['host']): string {
  return /^(log:|\\\?\?\\)/i.test(log) ? log : files.resolve(log);
}

function recoverTransactions({ log, resourceManager, ...options }: RecoverOptions, io: Io): Promise<number> {
  return machineRun(io, options, async (work) => {
    const { host, reporter } = work;
    reporter.say('start', `Recovering ${log}`, { command: 'transactions recover', log, ...(resourceManager === undefined ? {} : { resourceManager }) });
    const own = preparedLogOf(host.files, log);
    const isThere = (await host.files.stat(own)) !== undefined;
    if (resourceManager === undefined && !isThere) throw new ArgumentError('--resource-manager', `must be given: there is no log of files replaced together beside ${log}`);
    await (isThere && (resourceManager === undefined || (await isOwn(resourceManager, own, work))) ? recoverFiles(log, work) : recoverOther(log, resourceManager ?? '', work));
  });
}

async function isOwn(id: string, own: string, { backend, host }: MachineWork): Promise<boolean> {
  const store = await PreparedStore.open({ backend, host, path: own });
  try {
    return store.id === id.toLowerCase().replace(/^\{(.*)\}$/, '$1');
  } finally {
    await store.close();
  }
}

async function recoverFiles(log: string, { backend, host, reporter, signal }: MachineWork): Promise<void> {
  const manager = await FileResourceManager.start({ backend, host, log, signal });
  try {
    const { committed, rolledBack, presumedAborted, inDoubt, unresolved } = manager.recovered;
    tell(reporter, { resourceManager: manager.driver.id, committed, rolledBack, presumedAborted, inDoubt, unresolved });
  } finally {
    await manager.stop();
  }
}

/** Only its owner can finish the work of another resource manager: the outcomes are shown, and acknowledged by nobody. */
async function recoverOther(log: string, id: string, { backend, host, reporter, signal }: MachineWork): Promise<void> {
  const manager = await openManager(log, { backend, host });
  try {
    const leave = (outcome: string) => (): never => {
      throw new StateError('ERR_NOT_OURS', `${outcome}; its own resource manager must finish it`);
    };
    const recovered = await recoverResourceManager({ manager, id, prepared: [], signal, onCommit: leave('committed'), onRollback: leave('rolled back') });
    try {
      const { committed, rolledBack, presumedAborted, inDoubt, unresolved } = recovered;
      tell(reporter, { resourceManager: id, committed, rolledBack, presumedAborted, inDoubt, unresolved });
    } finally {
      await recovered.close();
    }
  } finally {
    await manager.close();
  }
}

interface Told {
  readonly resourceManager: string;
  readonly committed: readonly PreparedTransaction[];
  readonly rolledBack: readonly PreparedTransaction[];
  readonly presumedAborted: readonly PreparedTransaction[];
  readonly inDoubt: readonly PreparedTransaction[];
  readonly unresolved: readonly UnresolvedTransaction[];
}

function tell(reporter: Reporter, told: Told): void {
  const { resourceManager, committed, rolledBack, presumedAborted, inDoubt, unresolved } = told;
  const lines = ([['committed', committed], ['rolled back', rolledBack], ['rolled back (abort presumed)', presumedAborted], ['in doubt', inDoubt]] as const)
    .flatMap(([what, entries]) => entries.map(({ unitOfWork }) => `  {${unitOfWork}}  ${what}`));
  const left = unresolved.map(({ unitOfWork, error }) => `  {${unitOfWork}}  unresolved: ${error.message}`);
  const all = [...lines, ...left];
  reporter.say('recovered', [`Resource manager {${resourceManager}}: ${all.length === 0 ? 'nothing was to be recovered' : ''}`.trimEnd(), ...all].join('\n'), {
    command: 'transactions recover', resourceManager, committed, rolledBack, presumedAborted, inDoubt,
    unresolved: unresolved.map(({ enlistmentId, unitOfWork, error }) => ({ enlistmentId, unitOfWork, message: error.message })),
  });
  if (inDoubt.length + unresolved.length > 0) throw new UnresolvedError(inDoubt.length, unresolved);
}
