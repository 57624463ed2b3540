/** KTM's clients on the rig's backend: resource managers and transactions by Windows' own calls, and what they are told as short words. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../lib/binding/backend';
import type { Channel } from '../../lib/binding/channel';
import { WindowsError } from '../../lib/binding/errors';
import { createFunctions } from '../../lib/binding/functions';
import type { KernelHandle } from '../../lib/binding/functions';
import type { KtmW32 } from '../../lib/binding/generated/ktm';
import { RESOURCE_MANAGER, TRANSACTION_MANAGER, TRANSACTIONMANAGER_RIGHTS, TRANSACTION_NOTIFY as NOTIFY } from '../../lib/binding/ktm-codes';
import type { TransactionNotification } from '../../lib/binding/notification';
import { ktmTable } from '../../lib/binding/tables';
import type { Rig } from './rig';

export const PHASES = NOTIFY.PREPREPARE | NOTIFY.PREPARE | NOTIFY.COMMIT | NOTIFY.ROLLBACK;
export const TWO_PHASES = NOTIFY.PREPARE | NOTIFY.COMMIT | NOTIFY.ROLLBACK;
export const SINGLE = PHASES | NOTIFY.SINGLE_PHASE_COMMIT;
export const SUPERIOR = NOTIFY.ROLLBACK | NOTIFY.PREPREPARE_COMPLETE | NOTIFY.PREPARE_COMPLETE | NOTIFY.COMMIT_COMPLETE | NOTIFY.ROLLBACK_COMPLETE;

export const NOT_REQUESTED = 'ERROR_TRANSACTION_NOT_REQUESTED';
export const NOT_VALID = 'ERROR_TRANSACTION_REQUEST_NOT_VALID';

const names = new Map(Object.entries(NOTIFY).map(([name, bit]) => [bit as number, name]));
const ERROR_TIMEOUT = 1460;

/** A resource manager that has recovered, polled for its notifications. */
export class ResourceManagerClient {
  constructor(
    readonly ktm: KtmW32,
    readonly handle: KernelHandle,
    readonly id: string,
  ) {}

  enlist(transaction: KernelHandle, mask: number = PHASES, { superior = false, key = 1 } = {}): Promise<KernelHandle> {
    return this.ktm.createEnlistment(this.handle, transaction, mask, superior ? 1 : 0, key);
  }

  /** All that has come, oldest first. */
  async notifications(): Promise<readonly TransactionNotification[]> {
    const all: TransactionNotification[] = [];
    for (;;) {
      try {
        all.push(await this.ktm.getNotificationResourceManager(this.handle, 0));
      } catch (error) {
        if (error instanceof WindowsError && error.win32 === ERROR_TIMEOUT) return all;
        throw error;
      }
    }
  }

  /** Their names. */
  async told(): Promise<readonly string[]> {
    return (await this.notifications()).map(({ notification }) => names.get(notification) ?? String(notification));
  }
}

/** The functions, with every handle that they have given kept: one that a test does not mention again must not be collected, and so closed. */
function keeping(ktm: KtmW32): KtmW32 {
  const kept: unknown[] = [];
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

/** A process that uses KTM. */
export class KtmClient {
  private constructor(
    readonly ktm: KtmW32,
    private readonly channel: Channel,
  ) {}

  static async open(rig: Rig): Promise<KtmClient> {
    const { functions } = ktmTable;
    if (functions === undefined) throw new Error('the table has no functions');
    const channel = await rig.channel();
    return new KtmClient(keeping(createFunctions<KtmW32>(channel, functions)), channel);
  }

  /** Without a log, online. */
  volatileManager(): Promise<KernelHandle> {
    return this.ktm.createTransactionManager(null, TRANSACTION_MANAGER.VOLATILE);
  }

  /** Made or, with `open`, shared with a process that has it open. Online. */
  async durableManager(log: string, { open = false } = {}): Promise<KernelHandle> {
    const manager = await (open ? this.ktm.openTransactionManager(log, TRANSACTIONMANAGER_RIGHTS.ALL_ACCESS) : this.ktm.createTransactionManager(log, 0));
    await this.ktm.recoverTransactionManager(manager);
    return manager;
  }

  async resourceManager(manager: KernelHandle, { volatile: isVolatile = false, id = randomUUID() }: { readonly volatile?: boolean; readonly id?: string } = {}): Promise<ResourceManagerClient> {
    const handle = await this.ktm.createResourceManager(id, isVolatile ? RESOURCE_MANAGER.VOLATILE : 0, manager, null);
    const client = new ResourceManagerClient(this.ktm, handle, id);
    await this.ktm.recoverResourceManager(handle);
    await client.notifications();
    return client;
  }

  /** Several of a volatile manager. */
  async volatileResourceManagers(count: number): Promise<readonly ResourceManagerClient[]> {
    const manager = await this.volatileManager();
    const all: ResourceManagerClient[] = [];
    for (let index = 0; index < count; index += 1) all.push(await this.resourceManager(manager, { volatile: true }));
    return all;
  }

  transaction(timeoutMs = 0): Promise<KernelHandle> {
    return this.ktm.createTransaction(0, timeoutMs, null);
  }

  async outcomeOf(transaction: KernelHandle): Promise<number> {
    return (await this.ktm.getTransactionInformation(transaction)).outcome;
  }

  /** The process is gone, with all its handles. */
  end(): Promise<void> {
    return this.channel.close();
  }
}

/** A backend whose channels end with the test, for what opens its own. */
export function backendOf(rig: Rig): Backend {
  const { kind, host } = rig.backend;
  return { kind, host, openChannel: () => rig.channel() };
}

/** Names for logs in a directory of their own, that is gone after the file's tests. */
export function useLogs(): () => string {
  let directory = '';
  let next = 1;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'winbackup-ktm-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  return () => join(directory, `log${String(next++)}`);
}

/** The element, which is there. */
export function at<T>(list: readonly T[], index: number): T {
  const element = list[index];
  if (element === undefined) throw new Error(`there is no element ${String(index)}`);
  return element;
}
