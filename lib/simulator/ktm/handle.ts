/** A handle of a KTM object: the object, and what its holder may do with it. Each one is a kernel object of its own, so that the last close shows. */
import { KTM_ERROR } from '../../binding/ktm-codes';
import { WIN32 } from '../../binding/codes';
import { KernelObject } from '../kernel-object';
import type { SimulatedProcess, SimulatedWindows } from '../machine';
import type { Enlistment } from './enlistment';
import { INVALID_PARAMETER, win32Failure } from './ktm';
import type { Ktm } from './ktm';
import type { ResourceManager } from './resource-manager';
import { accessMaps, grantedAccess } from './states';
import type { ObjectType } from './states';
import type { Transaction } from './transaction';
import type { TransactionManager } from './transaction-manager';

interface Targets {
  readonly TransactionManager: TransactionManager;
  readonly Transaction: Transaction;
  readonly ResourceManager: ResourceManager;
  readonly Enlistment: Enlistment;
}

class KtmHandle<Type extends ObjectType> extends KernelObject {
  private open = true;

  constructor(
    readonly interfaceName: Type,
    readonly target: Targets[Type],
    readonly access: number,
    private readonly onEnded: (handle: KtmHandle<Type>) => void,
  ) {
    super();
    target.handleOpened();
  }

  /** CloseHandle, or the end of the process. Idempotent. */
  ended(): void {
    if (!this.open) return;
    this.open = false;
    this.onEnded(this);
    this.target.handleClosed();
  }
}

export class KtmHandles {
  /** Open handles by process: those that a dying process had not been given yet are closed too. */
  private readonly open = new Map<number, Set<KernelObject & { ended: () => void }>>();

  constructor(
    private readonly machine: SimulatedWindows,
    private readonly ktm: () => Ktm,
  ) {}

  /** A handle with all rights: what the Create functions of ktmw32 give. [Open point 5; reading chosen here.] */
  create<Type extends ObjectType>(process: SimulatedProcess, type: Type, target: Targets[Type]): KernelObject {
    return this.give(process, type, target, accessMaps[type].all);
  }

  /** Throws 87 for no access at all (1.4), 5 for rights that the object does not have. */
  checkDesired(type: ObjectType, desiredAccess: number): number {
    if (desiredAccess === 0) throw win32Failure(INVALID_PARAMETER);
    const access = grantedAccess(type, desiredAccess);
    if (access === undefined) throw win32Failure(WIN32.ERROR_ACCESS_DENIED);
    return access;
  }

  give<Type extends ObjectType>(process: SimulatedProcess, type: Type, target: Targets[Type], access: number): KernelObject {
    const handles = this.ofProcess(process);
    const handle = new KtmHandle(type, target, access, (ended) => handles.delete(ended));
    handles.add(handle);
    // It died while the call was under way.
    if (!process.alive) handle.ended();
    return handle;
  }

  /** What a handle stands for. Throws 6 when it is none, or of another type; 5 when it lacks a right. */
  target<Type extends ObjectType>(process: SimulatedProcess, handle: number, type: Type, rights: number): Targets[Type] {
    const object = this.machine.objectOf(process, handle);
    if (!(object instanceof KtmHandle) || object.interfaceName !== type) throw win32Failure(WIN32.ERROR_INVALID_HANDLE);
    const { target, access } = object as KtmHandle<Type>;
    if ((access & rights) !== rights) throw win32Failure(WIN32.ERROR_ACCESS_DENIED);
    return target;
  }

  /** Likewise, of a resource manager that lives; one whose manager is closed is ERROR_TRANSACTION_OBJECT_EXPIRED. */
  resourceManager(process: SimulatedProcess, handle: number, rights: number): ResourceManager {
    const target = this.target(process, handle, 'ResourceManager', rights);
    if (target.expired || target.manager.expired) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_OBJECT_EXPIRED);
    return target;
  }

  manager(process: SimulatedProcess, handle: number, rights: number): TransactionManager {
    const target = this.target(process, handle, 'TransactionManager', rights);
    if (target.expired) throw win32Failure(KTM_ERROR.ERROR_TRANSACTION_OBJECT_EXPIRED);
    return target;
  }

  private ofProcess(process: SimulatedProcess): Set<KernelObject & { ended: () => void }> {
    const known = this.open.get(process.id);
    if (known !== undefined) return known;
    const handles = new Set<KernelObject & { ended: () => void }>();
    this.open.set(process.id, handles);
    this.machine.onDeath(process, () => {
      this.open.delete(process.id);
      for (const handle of [...handles]) handle.ended();
      for (const resourceManager of this.ktm().resourceManagers.values()) resourceManager.queue.processEnded(process.id);
    });
    return handles;
  }
}
