/** Processes that use KTM on a simulated machine, for tests: Windows' own calls through the contract, with results as short words. */
import type { Channel } from '../../lib/binding/channel';
import { WindowsError } from '../../lib/binding/errors';
import { createFunctions } from '../../lib/binding/functions';
import type { KernelHandle } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { RESOURCE_MANAGER, RESOURCEMANAGER_RIGHTS, ENLISTMENT_RIGHTS, TRANSACTIONMANAGER_RIGHTS, TRANSACTION_MANAGER, TRANSACTION_NOTIFY as NOTIFY } from '../../lib/binding/ktm-codes';
import type { TransactionNotification } from '../../lib/binding/notification';
import { ktmTable } from '../../lib/binding/tables';
import { SimulatedClock } from '../../lib/simulator/clock';
import { SimulatedHost } from '../../lib/simulator/host';
import { SimulatedWindows } from '../../lib/simulator/machine';
import type { SimulatedProcess, SimulatedWindowsOptions } from '../../lib/simulator/machine';
import { InThreadChannel } from '../../lib/simulator/transport/in-thread';

export const LOG = 'log:C:\\Logs\\test';
/** Everything that an ordinary resource manager asks for. */
export const FULL = NOTIFY.PREPREPARE | NOTIFY.PREPARE | NOTIFY.COMMIT | NOTIFY.ROLLBACK;
export const TWO_PHASE = NOTIFY.PREPARE | NOTIFY.COMMIT | NOTIFY.ROLLBACK;
export const SINGLE = FULL | NOTIFY.SINGLE_PHASE_COMMIT;
/** Everything that a superior can be told. */
export const SUPERIOR =
  NOTIFY.ROLLBACK | NOTIFY.PREPREPARE_COMPLETE | NOTIFY.PREPARE_COMPLETE | NOTIFY.COMMIT_COMPLETE | NOTIFY.ROLLBACK_COMPLETE | NOTIFY.COMMIT_REQUEST |
  NOTIFY.REQUEST_OUTCOME | NOTIFY.RM_DISCONNECTED;

const names = new Map(Object.entries(NOTIFY).map(([name, bit]) => [bit as number, name]));

export function notificationName(bit: number): string {
  return names.get(bit) ?? `0x${bit.toString(16)}`;
}

/** A GUID that ends in the number. */
export function rmId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** `ok`, or the Win32 code. */
export async function codeOf(call: Promise<unknown>): Promise<'ok' | number> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof WindowsError && error.win32 !== undefined) return error.win32;
    throw error;
  }
}

function keeping(ktm: KtmW32, kept: unknown[]): KtmW32 {
  return new Proxy(ktm, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...values: unknown[]): Promise<unknown> => {
        const result = (await Reflect.apply(member, target, values)) as unknown;
        kept.push(result);
        return result;
      };
    },
  });
}

/** A process of the machine, with the functions of ktmw32. */
export class Program {
  readonly process: SimulatedProcess;
  readonly channel: Channel;
  readonly ktm: KtmW32;
  /** Every handle that it was given: one that a test does not mention again stays open all the same. */
  private readonly kept: unknown[] = [];

  constructor(readonly machine: SimulatedWindows, name = 'program') {
    if (ktmTable.functions === undefined) throw new Error('the table has no functions');
    this.process = machine.createProcess(name);
    this.channel = new InThreadChannel(machine, this.process.id);
    this.ktm = keeping(createFunctions<KtmW32>(this.channel, ktmTable.functions), this.kept);
  }

  die(): void {
    this.machine.kill(this.process.id);
  }

  volatileManager(): Promise<KernelHandle> {
    return this.ktm.createTransactionManager(null, TRANSACTION_MANAGER.VOLATILE);
  }

  /** The manager of the log, recovered. */
  async durableManager(log = LOG): Promise<KernelHandle> {
    const manager = await this.ktm.openTransactionManager(log, TRANSACTIONMANAGER_RIGHTS.ALL_ACCESS).catch((error: unknown) => {
      if (error instanceof WindowsError && error.win32 === 6718) return this.ktm.createTransactionManager(log, 0);
      throw error;
    });
    await this.ktm.recoverTransactionManager(manager);
    return manager;
  }

  /** A new resource manager, recovered, its first LAST_RECOVER read. */
  async resourceManager(manager: KernelHandle, id = rmId(1), options: number = RESOURCE_MANAGER.VOLATILE): Promise<Rm> {
    const rm = new Rm(this, await this.ktm.createResourceManager(id, options, manager, null), id);
    await this.ktm.recoverResourceManager(rm.handle);
    expect(await rm.read()).toEqual(['LAST_RECOVER']);
    return rm;
  }

  /** Step 2 and 3 of the seed: open by its id, else create; recover. Notifications wait to be read. */
  async restartResourceManager(manager: KernelHandle, id: string): Promise<Rm> {
    const handle = await this.ktm.openResourceManager(RESOURCEMANAGER_RIGHTS.ALL_ACCESS, manager, id).catch((error: unknown) => {
      if (error instanceof WindowsError && error.win32 === 6716) return this.ktm.createResourceManager(id, 0, manager, null);
      throw error;
    });
    await this.ktm.recoverResourceManager(handle);
    return new Rm(this, handle, id);
  }
}

/** A resource manager's handle and its queue. */
export class Rm {
  constructor(readonly program: Program, readonly handle: KernelHandle, readonly id: string) {}

  /** Everything that waits in the queue. */
  async take(): Promise<readonly TransactionNotification[]> {
    const all: TransactionNotification[] = [];
    for (;;) {
      try {
        all.push(await this.program.ktm.getNotificationResourceManager(this.handle, 0));
      } catch (error) {
        if (error instanceof WindowsError && error.win32 === 1460) return all;
        throw error;
      }
    }
  }

  /** Likewise, by name. */
  async read(): Promise<readonly string[]> {
    return (await this.take()).map(({ notification }) => notificationName(notification));
  }

  enlist(transaction: KernelHandle, mask = FULL, key = 0, options = 0): Promise<KernelHandle> {
    return this.program.ktm.createEnlistment(this.handle, transaction, mask, options, key);
  }

  open(enlistmentId: string): Promise<KernelHandle> {
    return this.program.ktm.openEnlistment(ENLISTMENT_RIGHTS.ALL_ACCESS, this.handle, enlistmentId);
  }

  /** Step 4 and 5: what each enlistment that needs recovery is told, by its id; the handles stay open. */
  async recoverAll(): Promise<readonly { readonly id: string; readonly unitOfWork: string; readonly told: string; readonly handle: KernelHandle }[]> {
    const notices = await this.take();
    expect(notices.map(({ notification }) => notificationName(notification))).toEqual([...notices.slice(1).map(() => 'RECOVER'), 'LAST_RECOVER']);
    const recovered = [];
    for (const { enlistmentId, unitOfWork } of notices.slice(0, -1)) {
      if (enlistmentId === null || unitOfWork === null) throw new Error('RECOVER carries both ids');
      const handle = await this.open(enlistmentId);
      await this.program.ktm.recoverEnlistment(handle, 0);
      recovered.push({ id: enlistmentId, unitOfWork, told: (await this.read()).join(' '), handle });
    }
    return recovered;
  }
}

export interface KtmMachine {
  readonly machine: SimulatedWindows;
  readonly host: SimulatedHost;
  readonly clock: SimulatedClock;
}

/** A machine with nothing but KTM, which is made in no time: thousands are made for one test. */
export function ktmMachine(options: SimulatedWindowsOptions = {}, host = new SimulatedHost({ clock: new SimulatedClock() })): KtmMachine {
  return { machine: new SimulatedWindows({ instances: [], writers: [], ...options, host }), host, clock: host.clock };
}
