/** The simulated Kernel Transaction Manager: its functions on the machine, its options, and what a tester sees of it. */
import { checkInteger } from '../../binding/check';
import type { PlainRecord, PlainValue } from '../../binding/channel';
import { ktmTable } from '../../binding/tables';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import type { SimulatedVssOptions } from '../vss';
import { KtmHandles } from './handle';
import { Ktm } from './ktm';
import { KtmW32 } from './ktm-w32';

export { KTM_EVENT, KTM_SOURCE } from './ktm';
export { MAX_RECOVERY_INFORMATION } from './ktm-w32';

export interface SimulatedKtmOptions extends SimulatedVssOptions {
  /** Bytes that the log of a durable transaction manager may have; default 256 MiB. */
  readonly transactionLogBytes?: number;
}

export interface EnlistmentInfo {
  readonly id: string;
  readonly resourceManager: string;
  readonly transaction: string;
  readonly superior: boolean;
  /** A KENLISTMENT_STATE by name. */
  readonly state: string;
  readonly mask: number;
  readonly history: readonly { readonly notification: number; readonly state: string }[];
}

export interface TransactionInfo {
  readonly id: string;
  readonly description: string | null;
  readonly state: string;
  readonly outcome: string;
  readonly manager: string | null;
  readonly history: readonly { readonly cause: string; readonly state: string }[];
  readonly enlistments: readonly EnlistmentInfo[];
}

export interface TransactionManagerInfo {
  readonly id: string;
  readonly log: string | null;
  readonly state: string;
  readonly virtualClock: bigint;
  readonly resourceManagers: readonly {
    readonly id: string;
    readonly description: string | null;
    readonly volatile: boolean;
    readonly state: string;
    /** Notifications that wait to be read. */
    readonly queued: number;
    readonly enlistments: number;
  }[];
}

/** KTM, for tests in the same thread; from outside `Ktm::Transactions` and `Ktm::Managers` of the control say the same. */
export interface SimulatedKtm {
  readonly transactions: readonly TransactionInfo[];
  readonly managers: readonly TransactionManagerInfo[];
}

const DEFAULT_LOG_BYTES = 256 * 1024 * 1024;
/** Two containers of 512 KB would be CLFS' least; tests want less. */
const LEAST_LOG_BYTES = 1024;

export function installKtm(machine: SimulatedWindows, options: SimulatedKtmOptions): SimulatedKtm {
  const { host } = machine;
  const logCapacity = options.transactionLogBytes ?? DEFAULT_LOG_BYTES;
  checkInteger('transactionLogBytes', logCapacity, LEAST_LOG_BYTES, Number.MAX_SAFE_INTEGER);
  const start = (): Ktm => {
    const run: Ktm = new Ktm({
      clock: host.clock, files: host.files, eventLog: machine.eventLog, logCapacity,
      newId: () => host.random.uuid(),
      event: async (name) => {
        await machine.event(name);
        // Without power nothing is written any more, on real files either.
        if (run.lost) await new Promise<never>(() => undefined);
      },
      lateEnlistments: options.windowsVersion !== 'WindowsVista' && options.windowsVersion !== 'WindowsServer2008',
    });
    return run;
  };
  let ktm = start();
  machine.onPowerCut(() => {
    ktm.lose();
    ktm = start();
  });
  machine.vss.addTransactionFreeze({
    freeze: () => ktm.freeze(),
    thaw: async () => {
      ktm.thaw();
    },
  });
  const functions = new KtmW32(() => ktm, new KtmHandles(machine, () => ktm), { host, volumes: options.volumes ?? [] });
  for (const { name } of ktmTable.functions?.functions ?? []) {
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    const run = Reflect.get(functions, member) as (process: SimulatedProcess, ...args: readonly PlainValue[]) => unknown;
    machine.addOperation(`KtmW32::${name}`, (process, args) => Reflect.apply(run, functions, [process, ...args]));
  }
  const simulated: SimulatedKtm = {
    get transactions() {
      return [...ktm.transactions.values()].map((transaction): TransactionInfo => ({
        id: transaction.id, description: transaction.description, state: transaction.state, outcome: transaction.outcome,
        manager: transaction.manager?.id ?? null, history: transaction.history.slice(),
        enlistments: [...transaction.enlistments].map(({ id, resourceManager, isSuperior, state, mask, history }) => ({
          id, resourceManager: resourceManager.id, transaction: transaction.id, superior: isSuperior, state, mask, history: history.slice(),
        })),
      }));
    },
    get managers() {
      return [...ktm.managers.values()].map((manager): TransactionManagerInfo => ({
        id: manager.id, log: manager.path ?? null, state: manager.state, virtualClock: manager.virtualClock,
        resourceManagers: [...manager.resourceManagers.values()].map(({ id, description, isVolatile, state, queue, enlistments }) => ({
          id, description, volatile: isVolatile, state, queued: queue.length, enlistments: enlistments.size,
        })),
      }));
    },
  };
  machine.addControl('Ktm::Transactions', () => simulated.transactions as unknown as readonly PlainRecord[]);
  machine.addControl('Ktm::Managers', () => simulated.managers as unknown as readonly PlainRecord[]);
  return simulated;
}
